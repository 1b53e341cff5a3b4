"""The board: a unit and those directly below it, how many they are to reach, what they reached, and how fast (M30, M34).

All numbers come from the tally, read at one moment, `counted_at`; the page, its printed form, the Excel and the admin show
this one object. Units are those of the campaign's structure; what lies at the unit itself, or below it outside that structure,
is the rest, so that the lines always add up to the whole.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from django.db.models import Q, Sum
from django.utils.functional import cached_property

from initiatives.models import By, Campaign, Choice, Counts, Period, Phase, Tally, TallyRun, Target
from initiatives.progress import breakdowns, charts, figures, unions
from initiatives.progress.breakdowns import Benefit, Part
from initiatives.progress.charts import Charts
from initiatives.progress.figures import Counted, Figures
from initiatives.progress.pace import Days, Pace, days_of
from initiatives.progress.unions import Unions
from orgtree.lines import all_standing_in
from orgtree.models import Unit
from orgtree.scope import branch
from portal.vietnamese import formats
from portal.vietnamese.names import list_key

OVER, UNDER = "vuot", "duoi-50"
OF_A_LINE = (By.ALL, By.STATUS)
TRIES = 3  # to read what one count wrote


@dataclass(frozen=True)
class Line:
    """One unit with its branch; `unit` is None for the rest. A target of None is none: nothing is compared then."""

    unit: Unit | None
    name: str
    counted: Counted
    reached: int
    pace: Pace
    unions: Unions
    order: int = 0  # in the tree

    @property
    def target(self) -> int | None:
        return self.pace.target

    @property
    def received(self) -> int:
        return self.counted.received

    @property
    def valid(self) -> int:
        return self.counted.whole.valid

    @property
    def returned(self) -> int:
        return self.counted.returned

    @property
    def is_over(self) -> bool:
        """Over 100 % of the whole target."""
        return self.target is not None and self.reached > self.target

    @property
    def is_under(self) -> bool:
        """Under 50 % of it, to the last initiative."""
        return self.target is not None and self.reached * 2 < self.target

    @property
    def percent(self) -> str:
        return formats.percent(self.reached, self.target)

    @property
    def percent_valid(self) -> str:
        return formats.percent(self.valid, self.target)

    @property
    def sentence(self) -> str:
        return sentence(self.reached, self.target)

    @property
    def average(self) -> str:
        """Reached per grassroots union; "–" where nobody knows how many there are."""
        return formats.ratio(self.reached, self.unions.number) if self.unions.number else formats.NOTHING

    @property
    def has_average_wanted(self) -> bool:
        return bool(self.unions.number) and self.reached >= unions.WANTED * (self.unions.number or 0)


# By what the lines are ordered: names from A, numbers from the largest; what has no number comes last.
ORDERS: dict[str, tuple[str, Callable[[Line], float | None]]] = {
    "chi-tieu": ("Chỉ tiêu", lambda line: line.target),
    "da-nhan": ("Đã nhận", lambda line: line.received),
    "da-dat": ("Đã đạt", lambda line: line.reached),
    "ty-le": ("Tỷ lệ", lambda line: line.reached / line.target if line.target else None),
    "hop-le": ("Hợp lệ", lambda line: line.valid),
    "ty-le-hop-le": ("Tỷ lệ hợp lệ", lambda line: line.valid / line.target if line.target else None),
    "tra-lai": ("Trả lại bổ sung", lambda line: line.returned),
    "mot-ngay": ("Một ngày, từ ngày mở", lambda line: line.reached),
    "gan-day": ("Một ngày, 7 ngày qua", lambda line: line.pace.lately),
    "can": ("Cần một ngày", lambda line: line.pace.needed),
    "du-bao": ("Dự báo khi đóng", lambda line: line.pace.forecast),
    "cdcs": ("Bình quân một CĐCS", lambda line: line.reached / line.unions.number if line.unions.number else None),
    "tham-gia": ("CĐCS tham gia", lambda line: line.unions.taking_part),
}
BY_TREE, BY_NAME = "", "ten"


@dataclass(frozen=True)
class Board:
    campaign: Campaign
    unit: Unit
    counted_at: datetime
    trail: Sequence[Unit]  # from the country to the unit
    total: Line
    lines: Sequence[Line]  # of the units directly below, in the order of the tree
    rest: Line | None
    days: Days
    counted: Counted
    phases: Sequence[Phase]
    choices: Sequence[Choice]
    targets: dict[tuple[str, str], int] = field(default_factory=dict)  # of parts, as `breakdowns` names them

    @property
    def counts_valid(self) -> bool:
        return self.campaign.counts == Counts.VALID

    @property
    def over(self) -> list[Line]:
        return [line for line in self.lines if line.is_over]

    @property
    def under(self) -> list[Line]:
        return [line for line in self.lines if line.is_under]

    @property
    def given_below(self) -> int:
        """What the units directly below were given together."""
        return sum(line.target or 0 for line in self.lines)

    @cached_property
    def charts(self) -> Charts:
        return charts.of(
            self.campaign,
            self.unit,
            self.counted,
            self.lines,
            self.phases,
            self.choices,
            at=self.counted_at,
            target=self.total.target,
        )

    @cached_property
    def parts(self) -> list[tuple[str, list[Part]]]:
        """By phase, quarter and month, each with its target."""
        return breakdowns.parts(self.campaign, self.counted, self.phases, self.targets)

    @property
    def benefit(self) -> Benefit:
        return breakdowns.benefit(self.campaign, self.counted)

    def listed(self, *, only: str = "", order: str = BY_TREE) -> list[Line]:
        """The lines that are asked, in the order that is asked (a name of ORDERS, BY_NAME or BY_TREE; "-" turns it round)."""
        chosen = {OVER: self.over, UNDER: self.under}.get(only, list(self.lines))
        name, is_turned = order.removeprefix("-"), order.startswith("-")
        if name == BY_NAME:
            return sorted(chosen, key=lambda line: (list_key(line.name), line.order), reverse=is_turned)
        if name not in ORDERS:
            return chosen
        key = ORDERS[name][1]
        known = [(value, line) for line in chosen if (value := key(line)) is not None]
        known.sort(key=lambda each: (each[0] if is_turned else -each[0], each[1].order))
        return [line for _, line in known] + [line for line in chosen if key(line) is None]


def root() -> Unit | None:
    return Unit.objects.filter(depth=1).first()


def unit_of(campaign: Campaign, code: str) -> Unit | None:
    """The unit with `code` in the campaign's structure; the country where none is named."""
    if not code:
        return root()
    if len(code) > Unit._meta.get_field("code").max_length:
        return None
    return Unit.objects.in_structure_of(campaign.structure_day).filter(code=code).first()


def of(campaign: Campaign, unit: Unit, *, at: datetime) -> Board:
    """A constant number of statements. Read again where a count ended meanwhile, so that all of it is of `counted_at`."""
    phases, choices = list(campaign.phases.all()), list(campaign.choices.all())
    trail = list(Unit.objects.ancestors_and_self(unit))
    units = _below(campaign, unit)
    quantities, parts = _targets(campaign, unit)
    stand = unions.of(campaign, unit)
    for _ in range(TRIES):
        counted_at = figures.fresh(campaign, at=at)
        days = days_of(phases, at=counted_at)
        counted = figures.of_unit(campaign, unit)
        below = figures.below(campaign, unit, by=OF_A_LINE) if units else {}
        lately = _lately(campaign, unit, days) if units else {}
        if TallyRun.objects.filter(campaign=campaign, counted_at=counted_at).exists():
            break
    draw = _Drawing(campaign, days, quantities, stand)
    own = _of_the_unit_itself(campaign, counted, days)
    lines = [
        draw.line(each, below.get(each.pk, Counted()), lately.get(each.pk, 0) if lately is not None else None, order)
        for order, each in enumerate(units)
    ]
    total = draw.line(unit, counted, own)
    return Board(
        campaign=campaign,
        unit=unit,
        counted_at=counted_at,
        trail=trail,
        total=total,
        lines=lines,
        rest=_rest(total, lines, days),
        days=days,
        counted=counted,
        phases=phases,
        choices=choices,
        targets=parts,
    )


def sentences(campaigns: Sequence[Campaign], unit: Unit) -> list[tuple[Campaign, str, Unit]]:
    """How far `unit` is in each of `campaigns` in which it has a target or reached something: as the board says it, by the
    last count, of each that stands for it there. Two statements, and below the confederation one more for each structure."""
    stands_for = {day: all_standing_in(unit, day=day) for day in {each.structure_day for each in campaigns}}
    units = {one.pk for standing in stands_for.values() for one in standing}
    whole = Target.objects.filter(campaign__in=campaigns, unit__in=units, period=Period.WHOLE).order_by()
    asked = whole.values_list("campaign", "unit", "quantity")
    quantities = {(campaign, one): quantity for campaign, one, quantity in asked}
    rows = Tally.objects.filter(campaign__in=campaigns, unit__in=units, by=By.ALL)
    measured = rows.values_list("campaign", "unit", "entries", "valid")
    counted = {(campaign, one): Figures(entries, valid) for campaign, one, entries, valid in measured}
    said = []
    for campaign in campaigns:
        for one in stands_for[campaign.structure_day]:
            key = campaign.pk, one.pk
            target = quantities.get(key, campaign.goal if one.depth == 1 else None)
            if target is not None or key in counted:
                said.append((campaign, sentence(counted.get(key, Figures()).reached(campaign), target), one))
    return said


def sentence(reached: int, target: int | None) -> str:
    """1.647/3.000, đạt 54,9%"""
    if target is None:
        return f"{formats.whole(reached)}, chưa có chỉ tiêu"
    return f"{formats.whole(reached)}/{formats.whole(target)}, đạt {formats.percent(reached, target)}"


@dataclass(frozen=True)
class _Drawing:
    campaign: Campaign
    days: Days
    quantities: dict[int, tuple[int, date | None]]
    unions: dict[str, Unions]

    def line(self, unit: Unit, counted: Counted, lately: int | None, order: int = 0) -> Line:
        quantity, due_on = self.quantities.get(unit.pk, (None, None))
        if quantity is None and unit.depth == 1:
            quantity = self.campaign.goal
        reached = counted.whole.reached(self.campaign)
        lately = lately if self.days.lately else None
        pace = Pace(reached, self.days, target=quantity, due_on=due_on, lately=lately)
        stand = replace(self.unions.get(unit.path, Unions(0)), taking_part=counted.whole.taking_part)
        return Line(unit, str(unit), counted, reached, pace, stand, order)


def _below(campaign: Campaign, unit: Unit) -> list[Unit]:
    below = Unit.objects.in_structure_of(campaign.structure_day).directly_below(unit)
    return list(below.only("pk", "code", "level", "name", "short_name", "path", "depth"))


def _targets(campaign: Campaign, unit: Unit) -> tuple[dict[int, tuple[int, date | None]], dict[tuple[str, str], int]]:
    """Of the whole, by unit; and of the unit's parts, by kind and value as the tally has them."""
    of_whole = branch(unit.path, by="unit__path") & Q(unit__depth=unit.depth + 1, period=Period.WHOLE)
    rows = Target.objects.filter(of_whole | Q(unit=unit), campaign=campaign)
    whole: dict[int, tuple[int, date | None]] = {}
    parts: dict[tuple[str, str], int] = {}
    asked = ("unit", "period", "phase", "starts_on", "quantity", "due_on")
    for pk, period, phase, starts_on, quantity, due_on in rows.order_by().values_list(*asked):
        if period == Period.WHOLE:
            whole[pk] = quantity, due_on
        else:
            parts[period, str(phase) if phase else f"{starts_on:%Y-%m}"] = quantity
    return whole, parts


def _lately(campaign: Campaign, unit: Unit, days: Days) -> dict[int, int] | None:
    """Reached in the last seven days by the units directly below; None where days are not kept of these."""
    if unit.depth > 1 or not days.lately:
        return None
    rows = Tally.objects.filter(campaign=campaign, parent=unit, by=By.DAY, value__in=_named(days.lately))
    measured = "valid" if campaign.counts == Counts.VALID else "entries"
    return dict(rows.order_by().values_list("unit").annotate(number=Sum(measured)))


def _of_the_unit_itself(campaign: Campaign, counted: Counted, days: Days) -> int | None:
    kept = counted.by(By.DAY)
    if not kept:
        return None
    return sum(kept[day].reached(campaign) for day in _named(days.lately) if day in kept)


def _named(days: Iterable[date]) -> list[str]:
    return [day.isoformat() for day in days]


def _rest(total: Line, lines: Sequence[Line], days: Days) -> Line | None:
    """What the whole holds and no line does; None where that is nothing, or where there are no lines."""
    missing = {
        name: getattr(total, name) - sum(getattr(line, name) for line in lines)
        for name in ("received", "reached", "valid", "returned")
    }
    if not lines or not any(missing.values()):
        return None
    taking_part = total.unions.taking_part - sum(line.unions.taking_part for line in lines)
    return Rest(
        unit=None,
        name="Chưa về đơn vị nào bên dưới",
        counted=Counted(),
        reached=missing["reached"],
        pace=Pace(missing["reached"], days),
        unions=Unions(None, taking_part=taking_part),
        order=len(lines),
        received_=missing["received"],
        valid_=missing["valid"],
        returned_=missing["returned"],
    )


@dataclass(frozen=True)
class Rest(Line):
    """What the whole holds and no line does, as the difference."""

    received_: int = 0
    valid_: int = 0
    returned_: int = 0

    @property
    def received(self) -> int:
        return self.received_

    @property
    def valid(self) -> int:
        return self.valid_

    @property
    def returned(self) -> int:
        return self.returned_
