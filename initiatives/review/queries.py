"""What the inbox, the desk and the first page ask for. Every query begins with the rows an account may see."""

from dataclasses import dataclass

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.lookups import Exact

from initiatives.models import Act, Campaign, Draft, Initiative, ReviewEvent, Status
from initiatives.submission.receipts import parse_code
from orgtree.finding.suggestions import suggested
from orgtree.models import Level, StaffAccount, Unit
from orgtree.models.unit import UnitQuerySet
from orgtree.search import Found
from portal.vietnamese import phones
from portal.vietnamese.refusals import Refused
from portal.vietnamese.text import ascii_digits, folded

LONGEST_SEARCH = 200
WORDS_SOUGHT = 8
MOST_WAITING = 10_000
UNITS_SUGGESTED = 5

# Returned before, put right by the sender. Asked of each row: of a mere EXISTS PostgreSQL reads every event there is.
_RESENT = ReviewEvent.objects.filter(initiative=OuterRef("pk"), act=Act.RESENT).order_by("number")
SENT_AGAIN = Q(Exact(Subquery(_RESENT.values("act")[:1]), Act.RESENT))
# The sender did not find the own union in the list.
ABOVE_GRASSROOTS = ~Q(unit__level=Level.GRASSROOTS)


@dataclass(frozen=True)
class Waiting:
    """What lies on the desks of one campaign. No number goes beyond MOST_WAITING: there it means "at least"."""

    campaign: Campaign
    submitted: int
    resent: int
    returned: int
    unattached: int


class CappedCount(Subquery):
    """How many rows a sliced queryset finds, or how many of these `only` holds for; nothing beyond the slice is read."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted WHERE counted.%(only)s)"
    output_field = IntegerField()


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
        "campaign__choices",
        "campaign__declarations",
        "campaign__phases",
    )


def matching(rows: QuerySet, typed: str) -> QuerySet:
    """By receipt code or phone, however written; else by every word of name and title, with or without accents."""
    typed = typed[:LONGEST_SEARCH]
    code = parse_code(typed)
    if code:
        return rows.filter(receipt_code=code)
    try:
        return rows.filter(phone_digits=phones.parse(typed).digits)
    except Refused:
        pass
    words = folded(typed).split()[:WORDS_SOUGHT]
    if not words:
        return rows
    digits = "".join(ascii_digits(typed).split())
    for word in words:
        holds = Q(search_text__contains=word)
        if digits.isascii() and digits.isdigit() and len(digits) >= 4:
            holds |= Q(receipt_code__startswith=digits) | Q(phone_digits__contains=digits)
        rows = rows.filter(holds)
    return rows


def count_by_status(rows: QuerySet) -> dict[str, int]:
    counted = rows.order_by().values_list("status").annotate(Count("pk"))
    return dict.fromkeys(Status.values, 0) | dict(counted)


def waiting_for(account: StaffAccount) -> list[Waiting]:
    """Campaigns with something to do in them, newest first: one statement, and no count of more than it shows."""
    rows = _in_sight(account).filter(campaign=OuterRef("pk"))
    facts = {"is_found": Value(True), "is_resent": SENT_AGAIN, "is_unattached": ABOVE_GRASSROOTS}
    waiting = rows.filter(status=Status.SUBMITTED).values(**facts)[:MOST_WAITING]
    returned = rows.filter(status=Status.RETURNED).values(is_found=Value(True))[:MOST_WAITING]
    sought = {
        "submitted": CappedCount(waiting, only="is_found"),
        "resent": CappedCount(waiting, only="is_resent"),
        "unattached": CappedCount(waiting, only="is_unattached"),
        "returned": CappedCount(returned, only="is_found"),
    }
    return [
        Waiting(campaign, **numbers)
        for campaign in Campaign.objects.annotate(**sought)
        if any((numbers := {name: getattr(campaign, name) for name in sought}).values())
    ]


def _in_sight(account: StaffAccount) -> QuerySet:
    """As `visible_to`. For the root, under which everything lies, in the order of an index, which is then all that is read."""
    if account.is_active and account.unit is not None and account.unit.depth == 1:
        return Initiative.objects.order_by("submitted_at", "id")
    return Initiative.objects.visible_to(account).order_by()


def late_attempts(account: StaffAccount) -> QuerySet:
    return Draft.objects.visible_to(account).late_attempts().select_related("unit", "campaign")


def next_waiting(rows: QuerySet, *, after: Initiative) -> Initiative | None:
    """The one that waits longest behind `after`; the very first when none is left behind it."""
    waiting = rows.filter(status=Status.SUBMITTED).exclude(pk=after.pk).order_by("submitted_at", "pk")
    behind = Q(submitted_at__gt=after.submitted_at) | Q(submitted_at=after.submitted_at, pk__gt=after.pk)
    return waiting.filter(behind).first() or waiting.first()


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
