"""Who must be told that something came back or was declined, how to reach them, and that it was done.

Workers have no account and no mail: what nobody tells them dies unseen.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import quote

from django.conf import settings
from django.db import transaction
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone

from initiatives import lifecycle
from initiatives.lifecycle import MoveRefused
from initiatives.models import Act, Initiative, ReviewEvent, Status
from initiatives.review.actions import MAY_DECIDE, NotForThisAccount
from initiatives.review.message import Message
from initiatives.review.queries import MOST_WAITING
from initiatives.submission.receipts import parse_code, shown
from orgtree.models import StaffAccount
from orgtree.units.queries import own_today
from portal.vietnamese import days, phones
from portal.vietnamese.refusals import Refused
from portal.vietnamese.text import folded

# Nobody tells more from one list: of a branch with more, those are listed that were received first (declined: last).
MOST_LISTED = 1_000
DECLINED_WITHIN = timedelta(days=60)
LONGEST_SEARCH, WORDS_SOUGHT = 200, 8

HOW = {
    "call": "Gọi điện",
    "zalo": "Nhắn Zalo",
    "text": "Nhắn tin",
    "met": "Gặp trực tiếp",
    "other": "Cách khác",
}
_ACTS = {Status.RETURNED: Act.RETURNED, Status.INVALID: Act.DECLINED}


@dataclass(frozen=True)
class Telling:
    """One initiative of which somebody must be told: whom to reach and how, why, and the text for it."""

    initiative: Initiative
    name: str
    phone: str  # readable
    digits: str  # "" where there is none to dial
    is_officer: bool  # who entered it for a person without a phone
    reasons: tuple[str, ...]
    due_on: date | None
    is_overdue: bool
    text: str
    told_at: datetime | None
    told_by: str
    told_how: str

    @property
    def tel(self) -> str:
        return f"tel:{self.digits}" if self.digits else ""

    @property
    def zalo(self) -> str:
        """A plain link: no script of theirs. A landline has none."""
        return f"https://zalo.me/{self.digits}" if self._is_mobile else ""

    @property
    def sms(self) -> str:
        """`?&`: what stands before "body" differs between iPhones and the rest, and both read this."""
        return f"sms:{self.digits}?&body={quote(self.text)}" if self._is_mobile else ""

    @property
    def _is_mobile(self) -> bool:
        return len(self.digits) == 10 and not self.digits.startswith("02")


# --- who ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Waiting:
    """The keys of those to be told, in order. `is_least`: there are more than are listed."""

    keys: Sequence[int]
    is_least: bool

    def page(self, start: int, stop: int) -> list[Initiative]:
        """Whole rows of these alone: sorting a thousand of them costs ten times what their keys do."""
        keys = self.keys[start:stop]
        found = Initiative.objects.select_related("unit", "entered_by").in_bulk(keys)
        return [found[key] for key in keys if key in found]


def returned(account: StaffAccount, *, typed: str = "") -> Waiting:
    """Returned and not told, the soonest due day first."""
    untold, is_least = _untold(account, Status.RETURNED, typed, received=("submitted_at", "pk"))
    due_on = Subquery(_last(Act.RETURNED).values("due_on")[:1])
    ordered = untold.annotate(due_on=due_on).order_by(F("due_on").asc(nulls_last=True), "submitted_at", "pk")
    return Waiting(list(ordered.values_list("pk", flat=True)), is_least)


def declined(account: StaffAccount, *, at: datetime, typed: str = "") -> Waiting:
    """Declined lately and not told, the longest declined first."""
    untold, is_least = _untold(account, Status.INVALID, typed, received=("-submitted_at", "-pk"))
    declined_at = Subquery(_last(Act.DECLINED).values("at")[:1])
    lately = untold.annotate(declined_at=declined_at).filter(declined_at__gte=at - DECLINED_WITHIN)
    return Waiting(list(lately.order_by("declined_at", "pk").values_list("pk", flat=True)), is_least)


def returned_untold(account: StaffAccount) -> int:
    """For the first page, by the partial index alone; MOST_WAITING means "at least"."""
    return _in_sight(account).filter(status=Status.RETURNED, told_at=None)[:MOST_WAITING].count()


def _untold(account: StaffAccount, status: str, typed: str, *, received: tuple[str, str]) -> tuple[QuerySet, bool]:
    """At most MOST_LISTED of them, before anything is asked of their history, and whether there are more.

    Few are found by their units, in no order. Where there are more, that would read them all: these are cut along the
    index of the moments they were received at; those of a search anywhere, for more words find fewer.
    """
    rows = _in_sight(account).filter(status=status, told_at=None)
    sought = rows.filter(_holding(typed))
    if sought[: MOST_LISTED + 1].count() <= MOST_LISTED:
        return sought, False
    cut = sought if typed else sought.order_by(*received)
    return Initiative.objects.filter(pk__in=cut.values("pk")[:MOST_LISTED]).order_by(), True


def _holding(typed: str) -> Q:
    """By code or phone, else by beginnings of words. No index of words: it names the country's rows, and these are few."""
    code = parse_code(typed)
    if code:
        return Q(receipt_code=code)
    digits = _digits(typed)
    if digits:
        return Q(phone_digits=digits)
    found = Q()
    for word in folded(typed).split()[:WORDS_SOUGHT]:
        found &= Q(search_text__startswith=word) | Q(search_text__contains=f" {word}")
    return found


def _in_sight(account: StaffAccount) -> QuerySet:
    """As `visible_to`; under the root everything lies, and no unit need be asked."""
    if account.is_active and account.unit is not None and account.unit.depth == 1:
        return Initiative.objects.order_by()
    return Initiative.objects.visible_to(account).order_by()


def _last(act: Act) -> QuerySet:
    return ReviewEvent.objects.filter(initiative=OuterRef("pk"), act=act).order_by("-number")


# --- what to say --------------------------------------------------------------------------------------------------------


def tellings(rows: Sequence[Initiative], account: StaffAccount, *, at: datetime) -> list[Telling]:
    """Of rows with `unit` and `entered_by`: one statement for the history of them all."""
    events: dict[int, list[ReviewEvent]] = {row.pk: [] for row in rows}
    for event in ReviewEvent.objects.filter(initiative__in=rows, act__in=_ACTS.values()).order_by("number"):
        events[event.initiative_id].append(event)
    sender = sender_of(account)
    return [telling_of(row, events[row.pk], sender=sender, at=at) for row in rows]


def sender_of(account: StaffAccount) -> str:
    """Whose message it is: people know the union by what it is called today."""
    unit = own_today(account)
    return unit.short_name if unit else "Công đoàn"


def telling_of(initiative: Initiative, events: Iterable[ReviewEvent], *, sender: str, at: datetime) -> Telling:
    """`events` are those of its history, in their order; what is told is the last return or refusal among them."""
    told, last = None, None
    for event in events:
        if event.act == _ACTS.get(Status(initiative.status)):
            last, told = event, None
        elif event.act == Act.TOLD:
            told = event
    reasons = tuple(reason.get("text", "") for reason in last.reasons) if last else ()
    due_on = last.due_on if last and initiative.is_returned else None
    is_overdue = due_on is not None and timezone.localdate(at) > due_on
    officer = initiative.entered_by if not initiative.phone_digits else None
    name = officer.get_full_name() if officer else initiative.full_name
    digits = _digits(officer.phone) if officer else initiative.phone_digits
    message = Message(
        reader=name,
        sender=sender,
        title=initiative.title,
        reasons=reasons,
        code=shown(initiative.receipt_code),
        address=settings.SITE_URL + reverse("track"),
        due_on=due_on,
        is_overdue=is_overdue,
        is_declined=initiative.status == Status.INVALID,
        entered_for=initiative.full_name if officer else "",
    )
    return Telling(
        initiative=initiative,
        name=name,
        phone=phones.shown(digits) if digits else (officer.phone if officer else initiative.phone),
        digits=digits,
        is_officer=officer is not None,
        reasons=reasons,
        due_on=due_on,
        is_overdue=is_overdue,
        text=message.text(),
        told_at=initiative.told_at,
        told_by=told.account.get_full_name() if told and told.account else "",
        told_how=told.note if told else "",
    )


def _digits(typed: str) -> str:
    try:
        return phones.parse(typed).digits
    except Refused:
        return ""


# --- that it was done ---------------------------------------------------------------------------------------------------


def tell(initiative_id: int, *, version: int, how: str, by: StaffAccount, at: datetime) -> bool:
    """Marks it as told; False where `by` did so already (a second tap).

    `version` is that of the page the text stood on: what was returned anew since has another text. Raises MoveRefused.
    """
    with transaction.atomic():
        rows = Initiative.objects.visible_to(by).select_for_update(of=("self",))
        initiative = rows.filter(pk=initiative_id).first()
        if initiative is None or not by.has_perm(MAY_DECIDE):
            raise NotForThisAccount
        if initiative.version != version:
            raise MoveRefused("Sáng kiến vừa thay đổi nên lời nhắn cũ không còn đúng. Hãy xem lại rồi báo.")
        if initiative.told_at is not None:
            earlier = initiative.events.select_related("account").filter(act=Act.TOLD).last()
            if earlier is not None and earlier.account_id == by.pk:
                return False
            who = earlier.account.get_full_name() if earlier and earlier.account else "Người khác"
            raise MoveRefused(f"{who} đã đánh dấu đã báo lúc {days.moment(initiative.told_at)}.")
        lifecycle.note(initiative, Act.TOLD, by=by, at=at, words=how)
    return True
