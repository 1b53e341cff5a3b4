"""What the inbox, the desk and the first page ask for. Every query begins with the rows an account may see."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, Count, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.lookups import Exact

from initiatives.models import Act, Campaign, Draft, Initiative, ReviewEvent, Status, TwinPair
from initiatives.review import branches, surely
from initiatives.review.counts import CappedCount
from orgtree.finding.suggestions import suggested
from orgtree.models import Level, StaffAccount, Unit
from orgtree.models.unit import UnitQuerySet
from orgtree.search import Found

MOST_WAITING = 10_000
MOST_LOOKED_FOR = 2_000  # each of them by a step of its history, or by where it lies
UNITS_SUGGESTED = 5
LYING = (Status.SUBMITTED, Status.RETURNED)

# Returned before, put right by the sender. Asked of each row: of a mere EXISTS PostgreSQL reads every event there is.
_RESENT = ReviewEvent.objects.filter(initiative=OuterRef("pk"), act=Act.RESENT).order_by("number")
SENT_AGAIN = Q(Exact(Subquery(_RESENT.values("act")[:1]), Act.RESENT))
# Every step of the lifecycle raises the version: of all that waits an index keeps those few apart that waited before.
WAITS_AGAIN = Q(status=Status.SUBMITTED, version__gt=1)
_OPEN_PAIRS = TwinPair.objects.filter(state=TwinPair.State.OPEN).order_by()
MAY_BE_TWINS = Q(pk__in=_OPEN_PAIRS.values("later")) | Q(pk__in=_OPEN_PAIRS.values("earlier"))
# The sender did not find the own union in the list.
ABOVE_GRASSROOTS = ~Q(unit__level=Level.GRASSROOTS)


@dataclass(frozen=True)
class Waiting:
    """What lies on the desks of one campaign. No number goes beyond MOST_WAITING, those of what was sent again and of what is
    not attached not beyond MOST_LOOKED_FOR: there it means "at least"."""

    campaign: Campaign
    submitted: int
    resent: int
    returned: int
    unattached: int


def inbox(account: StaffAccount) -> QuerySet:
    return Initiative.objects.visible_to(account).select_related("campaign", "unit", "phase")


def on_the_desk(rows: QuerySet) -> QuerySet:
    """With everything one screen shows, in a number of statements that does not grow."""
    return rows.select_related(
        "campaign", "unit", "phase", "consent_text", "duplicate_of", "entered_by"
    ).prefetch_related(
        "co_authors",
        "attachments",
        "events__account",
        "events__appraisal",
        "campaign__choices",
        "campaign__declarations",
        "campaign__phases",
    )


def waiting_for(account: StaffAccount, *, at: datetime) -> list[Waiting]:
    """Campaigns with something to do in them, newest first; as many statements however many there are."""
    top = account.unit
    if top is None or not account.is_active:
        return []
    lying = _in_everything(top, at) if top.depth == 1 else _in_branch(account, top, at)
    lying = {key: number for key, number in lying.items() if number}
    above = Initiative.objects.filter(branches.Above(top), status=Status.SUBMITTED, campaign=OuterRef("pk"))
    unattached = CappedCount(above.order_by().values(is_found=Value(True))[:MOST_LOOKED_FOR], only="is_found")
    again = branches.visible_to(account, way=branches.Walked).filter(SENT_AGAIN, WAITS_AGAIN, campaign=OuterRef("pk"))
    resent = CappedCount(again.order_by().values(is_found=Value(True))[:MOST_LOOKED_FOR], only="is_found")
    # Of no other is it asked: where nothing lies, each unit above the unions is looked up for nothing.
    campaigns = Campaign.objects.filter(pk__in={campaign for campaign, _ in lying})
    return [
        Waiting(
            campaign,
            submitted=_capped(lying.get((campaign.pk, Status.SUBMITTED), 0)),
            resent=campaign.resent,  # type: ignore[attr-defined]
            returned=_capped(lying.get((campaign.pk, Status.RETURNED), 0)),
            unattached=campaign.unattached,  # type: ignore[attr-defined]
        )
        for campaign in campaigns.annotate(resent=resent, unattached=unattached)
    ]


def _in_branch(account: StaffAccount, top: Unit, at: datetime) -> dict[tuple[int, str], int]:
    """Campaigns and statuses with a number of rows, unit by unit from an index: once, and not once for each campaign. What the
    branch surely holds is not read; then the other campaigns that hold anything are asked for."""
    lying = branches.visible_to(account).filter(status__in=LYING).order_by()
    sure = {key for key in surely.held(top, at=at) if key[1] in LYING}
    if not sure:
        return _counted(lying)
    # The first of each, by an index: for any one of them PostgreSQL reads all there are.
    received = Subquery(Initiative.objects.order_by("submitted_at").filter(campaign=OuterRef("pk")).values("pk")[:1])
    holding = Campaign.objects.order_by().alias(received=received).exclude(received=None)
    campaigns = set(holding.values_list("pk", flat=True))
    counted = dict.fromkeys(sure, MOST_WAITING)
    for status in LYING:
        others = campaigns - {campaign for campaign, of in sure if of == status}
        if others:
            counted |= _counted(lying.filter(status=status, campaign__in=others))
    return counted


def _counted(lying: QuerySet) -> dict[tuple[int, str], int]:
    counted = lying.values_list("campaign", "status").annotate(number=Count("pk"))
    return {(campaign, status): number for campaign, status, number in counted}


def _in_everything(top: Unit, at: datetime) -> dict[tuple[int, str], int]:
    """The same of everything, where no count goes beyond what is shown."""
    sure = surely.held(top, at=at)
    rows = Initiative.objects.order_by().filter(campaign=OuterRef("pk")).values(is_found=Value(True))
    sought = {
        status.value: Case(
            When(pk__in=[campaign for campaign, of in sure if of == status], then=Value(MOST_WAITING)),
            default=CappedCount(rows.filter(status=status)[:MOST_WAITING], only="is_found"),
        )
        for status in LYING
    }
    counted: Any = Campaign.objects.order_by().values("pk", **sought)
    return {(campaign["pk"], status.value): campaign[status.value] for campaign in counted for status in LYING}


def _capped(number: int) -> int:
    return min(number, MOST_WAITING)


def late_attempts(account: StaffAccount) -> QuerySet:
    return Draft.objects.visible_to(account).late_attempts().select_related("unit", "campaign")


def units_for(initiative: Initiative, account: StaffAccount) -> UnitQuerySet:
    """Where an initiative may be attached: units of the branch that its campaign offers."""
    offered = Unit.objects.visible_to(account).in_structure_of(initiative.campaign.structure_day)
    return offered.exclude(depth=1).exclude(pk=initiative.unit_id)


def suggested_for(initiative: Initiative, *, among: UnitQuerySet) -> list[Found]:
    """The grassroots unions below its unit that the workplace may be which the sender typed."""
    if initiative.unit.level == Level.GRASSROOTS:
        return []
    below = among.below(initiative.unit)
    found = [one for typed in (initiative.unit_name, initiative.workplace) for one in suggested(typed, among=below)]
    return list({one.unit: one for one in found}.values())[:UNITS_SUGGESTED]
