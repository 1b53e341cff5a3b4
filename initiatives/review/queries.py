"""What the inbox, the desk and the first page ask for. Every query begins with the rows an account may see."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from initiatives.models import Campaign, Draft, Initiative, Status
from initiatives.submission.receipts import parse_code
from orgtree.models import StaffAccount, Unit
from portal.vietnamese import phones
from portal.vietnamese.refusals import Refused
from portal.vietnamese.text import ascii_digits, folded

LONGEST_SEARCH = 200
WORDS_SOUGHT = 8


@dataclass(frozen=True)
class Waiting:
    """What lies on the desks of one campaign."""

    campaign: Campaign
    submitted: int
    returned: int


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
    """Campaigns with something to review or returned, newest first. Two statements."""
    rows = Initiative.objects.visible_to(account).filter(status__in=(Status.SUBMITTED, Status.RETURNED)).order_by()
    counted: dict[int, dict[str, int]] = {}
    for campaign, status, number in rows.values_list("campaign", "status").annotate(Count("pk")):
        counted.setdefault(campaign, {})[status] = number
    return [
        Waiting(campaign, counted[campaign.pk].get(Status.SUBMITTED, 0), counted[campaign.pk].get(Status.RETURNED, 0))
        for campaign in Campaign.objects.filter(pk__in=counted)
    ]


def late_attempts(account: StaffAccount) -> QuerySet:
    return Draft.objects.visible_to(account).late_attempts().select_related("unit", "campaign")


def next_waiting(rows: QuerySet, *, after: Initiative) -> Initiative | None:
    """The one that waits longest behind `after`; the very first when none is left behind it."""
    waiting = rows.filter(status=Status.SUBMITTED).exclude(pk=after.pk).order_by("submitted_at", "pk")
    behind = Q(submitted_at__gt=after.submitted_at) | Q(submitted_at=after.submitted_at, pk__gt=after.pk)
    return waiting.filter(behind).first() or waiting.first()


def units_for(initiative: Initiative, account: StaffAccount) -> QuerySet:
    """Where an initiative may be attached: units of the branch that its campaign offers."""
    offered = Unit.objects.visible_to(account).in_structure_of(initiative.campaign.structure_day)
    return offered.exclude(depth=1).exclude(pk=initiative.unit_id)
