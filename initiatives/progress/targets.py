"""Targets: how many initiatives a unit is to reach in a campaign, or in a phase, quarter or month of it (M30).

The level above sets them for the units directly below it. What it gave and its own target are two numbers that should be
one ("giao 2.850/3.000"), and so are the parts in time and the whole. Both are told, neither is refused: letters come in parts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Count, Q, Sum
from django.utils import timezone

from initiatives.models import Campaign, GrassrootsCount, Period, Target
from orgtree.models import StaffAccount, Unit
from orgtree.models.unit import UnitQuerySet
from orgtree.roles import Role
from portal.vietnamese.days import VIETNAM
from portal.vietnamese.formats import whole

MONTHS = {Period.QUARTER: 3, Period.MONTH: 1}
QUARTERS = ("I", "II", "III", "IV")
SHORT = {Period.PHASE: "các đợt", Period.QUARTER: "các quý", Period.MONTH: "các tháng"}


@dataclass(frozen=True)
class When:
    """The part of a campaign a target is for: a phase by its key, a quarter or month by its first day, or all of it."""

    period: str = Period.WHOLE
    phase: int | None = None
    starts_on: date | None = None
    label: str = field(default="", compare=False)

    @property
    def key(self) -> str:
        """Names it in addresses and columns: ca-chuong-trinh, dot-3, quy-2022-01, thang-2022-10."""
        if self.phase is not None:
            return f"dot-{self.phase}"
        if self.starts_on is not None:
            kind = "quy" if self.period == Period.QUARTER else "thang"
            return f"{kind}-{self.starts_on:%Y-%m}"
        return "ca-chuong-trinh"

    @property
    def is_whole(self) -> bool:
        return self.period == Period.WHOLE


WHOLE = When(label=str(Period.WHOLE.label))


def of_target(target: Target) -> When:
    return When(target.period, target.phase_id, target.starts_on)


def periods(campaign: Campaign) -> list[When]:
    """Everything a target of this campaign may be for: whole, phases, then the quarters and months in which it takes
    initiatives. One statement."""
    phases = list(campaign.phases.all())
    names = [phase.name for phase in phases]
    found = [WHOLE]
    for number, phase in enumerate(phases, start=1):
        label = phase.name if names.count(phase.name) == 1 else f"{phase.name} ({number})"
        found.append(When(Period.PHASE, phase=phase.pk, label=label))
    if not phases:
        return found
    begins = min(timezone.localdate(phase.opens_at, VIETNAM) for phase in phases)
    # The close is the first moment that is too late: at midnight it belongs to the day before.
    ends = max(timezone.localdate(phase.closes_at - timedelta(microseconds=1), VIETNAM) for phase in phases)
    return found + _calendar(Period.QUARTER, begins, ends) + _calendar(Period.MONTH, begins, ends)


def chosen(whens: Sequence[When], key: str) -> When:
    """By its key; the whole where there is none such."""
    return next((when for when in whens if when.key == key), WHOLE)


def _calendar(period: Period, begins: date, ends: date) -> list[When]:
    step = MONTHS[period]
    first = begins.year * 12 + (begins.month - 1) // step * step
    days = [date(month // 12, month % 12 + 1, 1) for month in range(first, ends.year * 12 + ends.month, step)]
    return [When(period, starts_on=day, label=_label(period, day)) for day in days]


def label_of(target: Target) -> str:
    """Of a target whose phase has been read: its phase, quarter or month."""
    if target.phase is not None:
        return target.phase.name
    return _label(target.period, target.starts_on) if target.starts_on else WHOLE.label


def _label(period: str, day: date) -> str:
    if period == Period.QUARTER:
        return f"Quý {QUARTERS[day.month // 3]}/{day.year}"
    return f"Tháng {day.month}/{day.year}"


# --- whose ------------------------------------------------------------------------------------------------------------


def may_set(account: StaffAccount, host: Unit) -> bool:
    """Whether the account gives targets to the units directly below `host`: a manager of `host` itself, or an administrator.

    Nobody sets one's own: the unit of a target lies below whoever gives it, always. An account stands where its unit stands
    today, so that of a merged unit acts for every unit that went on in it.
    """
    if account.unit is None or not account.has_perm("initiatives.change_target"):
        return False
    if account.role == Role.ADMINISTRATOR:
        return host.current_path.startswith(account.unit.current_path)
    return host.current_path == account.unit.current_path


def receivers(campaign: Campaign, host: Unit) -> UnitQuerySet:
    """The units directly below `host` in the campaign's structure, in the order of the tree (a queryset)."""
    return Unit.objects.in_structure_of(campaign.structure_day).directly_below(host).order_by("path")


def hosts_of(account: StaffAccount, campaign: Campaign) -> list[Unit]:
    """The account's unit as the campaign's structure has it: after a merger, every unit that went on in it."""
    if account.unit is None:
        return []
    mine = Unit.objects.in_structure_of(campaign.structure_day).visible_to(account)
    own = list(mine.filter(current_path=account.unit.current_path).order_by("path")[:50])
    return own or list(mine.order_by("depth", "path")[:1])


# --- what is set ------------------------------------------------------------------------------------------------------


def of_units(campaign: Campaign, units: Iterable[int]) -> dict[int, dict[When, Target]]:
    """Every target of each unit, by unit and by what it is for; units without any are left out. One statement."""
    rows = Target.objects.filter(campaign=campaign, unit__in=list(units)).select_related("set_by__unit")
    found: dict[int, dict[When, Target]] = {}
    for row in rows.order_by("pk"):
        found.setdefault(row.unit_id, {})[of_target(row)] = row
    return found


def counts_of(campaign: Campaign, units: Iterable[int]) -> dict[int, int]:
    """The number of grassroots unions that was declared, by unit. One statement."""
    rows = GrassrootsCount.objects.filter(campaign=campaign, unit__in=list(units))
    return dict(rows.values_list("unit", "number"))


def own_quantities(campaign: Campaign, unit: Unit, own: Mapping[When, Target]) -> dict[When, int]:
    """What a unit is to reach. The confederation's whole is the goal of the campaign."""
    found = {when: target.quantity for when, target in own.items()}
    if unit.depth == 1 and campaign.goal:
        found[WHOLE] = campaign.goal
    return found


# --- what adds up -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sums:
    """What was given, beside what it should be; `due` None where nobody said."""

    given: int
    due: int | None

    @property
    def is_even(self) -> bool:
        return self.due is None or self.given == self.due

    @property
    def text(self) -> str:
        """2.850/3.000"""
        return whole(self.given) if self.due is None else f"{whole(self.given)}/{whole(self.due)}"

    @property
    def said(self) -> str:
        """What is missing or too many; "" where there is nothing to compare with."""
        if self.due is None:
            return ""
        if self.given == self.due:
            return "vừa đủ"
        return (
            f"còn thiếu {whole(self.due - self.given)}"
            if self.given < self.due
            else f"thừa {whole(self.given - self.due)}"
        )


@dataclass(frozen=True)
class Share:
    """What the units directly below were given of one part of the campaign; to `units` of them."""

    when: When
    sums: Sums
    units: int


def shares(campaign: Campaign, host: Unit, whens: Sequence[When], *, also: When = WHOLE) -> list[Share]:
    """For the whole, for `also`, and for each of `whens` in which something was given or is to be: two statements."""
    own = own_quantities(campaign, host, of_units(campaign, [host.pk]).get(host.pk, {}))
    rows = Target.objects.filter(campaign=campaign, unit__in=receivers(campaign, host)).order_by()
    summed = {
        When(period, phase, starts_on): (given, units)
        for period, phase, starts_on, given, units in rows.values_list("period", "phase", "starts_on").annotate(
            given=Sum("quantity"), units=Count("pk")
        )
    }
    return [
        Share(when, Sums(summed.get(when, (0, 0))[0], own.get(when)), units=summed.get(when, (0, 0))[1])
        for when in whens
        if when in summed or when in own or when in {WHOLE, also}
    ]


def parts_in_time(quantities: Mapping[When, int]) -> list[tuple[str, Sums]]:
    """How phases, quarters and months add up to the whole, where there are such and they do not: ("các đợt", 2.850/3.000)."""
    due = quantities.get(WHOLE)
    if due is None:
        return []
    found = []
    for period, name in SHORT.items():
        given = [quantity for when, quantity in quantities.items() if when.period == period]
        sums = Sums(sum(given), due)
        if given and not sums.is_even:
            found.append((name, sums))
    return found


def without_a_target(campaign: Campaign, host: Unit, when: When) -> int:
    """How many of the units directly below have none. One statement."""
    given = Target.objects.filter(of(when), campaign=campaign).values("unit")
    return receivers(campaign, host).exclude(pk__in=given).count()


def of(when: When) -> Q:
    return Q(period=when.period, phase=when.phase, starts_on=when.starts_on)
