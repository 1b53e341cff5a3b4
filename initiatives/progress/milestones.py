"""The nth initiative received: when it came, which one it was, and how far ahead of plan (M31).

All that were received count, by `(submitted_at, id)`, whatever became of them. It is announced once nothing can still be
committed before it, by whoever finds it due, and then stays as announced.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import Exists, OuterRef, QuerySet, Sum

from initiatives.models import By, Campaign, Initiative, Milestone, Tally
from orgtree.models import Unit
from portal.requests import MAX_ELAPSED
from portal.vietnamese import days
from portal.vietnamese.formats import whole

# `submitted_at` is taken inside the submit transaction. Its few statements are cut off at 30 seconds each (portal/settings.py),
# the whole request far below MAX_ELAPSED; twice that leaves room for clocks that differ.
SETTLED_AFTER = 2 * MAX_ELAPSED
RULE = (
    "Cột mốc tính theo thứ tự cổng nhận, gồm mọi sáng kiến đã nhận. Sáng kiến của cột mốc về sau có bị rút hay không được công "
    "nhận thì cột mốc vẫn giữ như đã công bố."
)


@dataclass(frozen=True)
class Announced:
    """A milestone as people read it; names nobody."""

    number: int
    reached_at: datetime
    plan_ends_on: date | None
    unit: Unit

    @property
    def sentence(self) -> str:
        """Sáng kiến thứ 1.000.000 đến lúc 15h34 ngày 03/10/2022, trước kế hoạch 332 ngày."""
        came = f"Sáng kiến thứ {whole(self.number)} đến lúc {_written(self.reached_at)}"
        return ", ".join(filter(None, (came, beside_plan(self.reached_at, self.plan_ends_on)))) + "."

    @property
    def is_of_a_unit(self) -> bool:
        """What was sent without any unit lies with the confederation: that says nothing."""
        return self.unit.depth > 1


def days_ahead(reached_at: datetime, plan_ends_on: date) -> int:
    """Whole days from the moment to the first moment of the day (NT22: 332); negative behind it."""
    return (datetime.combine(plan_ends_on, time(0), tzinfo=days.VIETNAM) - reached_at).days


def beside_plan(reached_at: datetime, plan_ends_on: date | None) -> str:
    """How it compares with the plan, whose last day is in time; "" where there is none."""
    if plan_ends_on is None:
        return ""
    ahead = days_ahead(reached_at, plan_ends_on)
    if ahead > 0:
        return f"trước kế hoạch {whole(ahead)} ngày"
    late = (reached_at.astimezone(days.VIETNAM).date() - plan_ends_on).days
    return f"sau kế hoạch {whole(late)} ngày" if late > 0 else "trong hạn kế hoạch"


def due(campaign: Campaign, *, at: datetime) -> list[Milestone]:
    """What the tally says is reached and nothing can change any more, not announced yet.

    Received by the last count, less what came since it could still change: never more than are settled. So millions are
    looked through once, when the answer is there.
    """
    waiting = list(Milestone.objects.filter(campaign=campaign, announced_at=None).order_by("number"))
    if not waiting:
        return []
    of_all = Tally.objects.filter(campaign=campaign, parent=None, by=By.STATUS)
    received = of_all.aggregate(received=Sum("entries", default=0))["received"]
    if received < waiting[0].number:
        return []
    unsettled = Initiative.objects.filter(campaign=campaign, submitted_at__gt=at - SETTLED_AFTER).order_by().count()
    return [each for each in waiting if each.number <= received - unsettled]


def announce(campaign: Campaign, *, at: datetime) -> int:
    """Writes what is due; how many were announced here. Of several who find one due, one announces it."""
    written = 0
    for milestone in due(campaign, at=at):
        found = _nth(campaign, milestone.number, settled_by=at - SETTLED_AFTER)
        if found is not None:
            # By what was read: an administrator may have changed the number meanwhile.
            unannounced = Milestone.objects.filter(pk=milestone.pk, number=milestone.number, announced_at=None)
            written += unannounced.update(initiative=found[0], reached_at=found[1], announced_at=at)
    return written


def is_any_announced() -> Exists:
    """Of a campaign, for the statement that reads it."""
    return Exists(Milestone.objects.filter(campaign=OuterRef("pk"), announced_at__isnull=False))


def announced(
    campaigns: Iterable[Campaign] | QuerySet[Campaign], *, rows: Iterable[Milestone] | None = None
) -> dict[int, list[Announced]]:
    """By campaign, the largest first, in one statement; none where the `rows` were read already (`announced_of`)."""
    found: dict[int, list[Announced]] = {}
    for row in announced_of(campaigns) if rows is None else rows:
        if row.reached_at and row.initiative:  # always: `milestone_is_announced_whole`
            each = Announced(row.number, row.reached_at, row.plan_ends_on, row.initiative.unit)
            found.setdefault(row.campaign_id, []).append(each)
    return found


def announced_of(campaigns: Iterable[Campaign] | QuerySet[Campaign]) -> QuerySet[Milestone]:
    """The largest first, each with the unit that reached it."""
    return (
        Milestone.objects.filter(campaign__in=campaigns, announced_at__isnull=False)
        .select_related("initiative__unit")
        .only("campaign", "number", "reached_at", "plan_ends_on", "initiative__unit")
        .order_by("-number")
    )


def _nth(campaign: Campaign, number: int, *, settled_by: datetime) -> tuple[int, datetime] | None:
    """Its key and moment, by the index `initiative_order` alone."""
    settled = Initiative.objects.filter(campaign=campaign, submitted_at__lte=settled_by).order_by("submitted_at", "id")
    return settled.values_list("pk", "submitted_at")[number - 1 : number].first()


def _written(at: datetime) -> str:
    """15h34 ngày 03/10/2022, as the letters write it."""
    local = at.astimezone(days.VIETNAM)
    return f"{local.hour}h{local.minute:02} ngày {days.padded(local.date())}"
