"""Where each request stands against its two days, and which come first."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Case, Count, DateField, F, Q, QuerySet, Value, When
from django.db.models.expressions import OrderBy

from initiatives.models import DataRequest
from initiatives.personal_data.due_days import is_working_day
from orgtree.models import StaffAccount
from portal.vietnamese import days

UNANSWERED = Q(done_at=None, answered_at=None)
ANSWERED = Q(done_at=None, answered_at__isnull=False)


@dataclass(frozen=True)
class Standing:
    """In words, and the colour of `components/badge.html`."""

    text: str
    tone: str


@dataclass(frozen=True)
class Waiting:
    unanswered: int
    to_do: int
    overdue: int


def in_order(rows: QuerySet) -> QuerySet:
    """With `due`, the next day by which something is owed; of what is done there is none. To be ordered by `ORDER`."""
    return rows.annotate(
        due=Case(
            When(done_at__isnull=False, then=Value(None, output_field=DateField())),
            When(answered_at=None, then=F("answer_by")),
            default=F("act_by"),
            output_field=DateField(),
        )
    )


def order() -> list[OrderBy | str]:
    """What is owed soonest first, and what is overdue before it; done ones last, the latest of them first."""
    return [F("due").asc(nulls_last=True), "-asked_at", "-pk"]


def due_day(request: DataRequest) -> date | None:
    if request.done_at is not None:
        return None
    return request.act_by if request.answered_at else request.answer_by


def standing(request: DataRequest, *, today: date) -> Standing:
    if request.done_at is not None:
        return Standing(
            request.get_outcome_display(), "plain" if request.outcome == DataRequest.Outcome.REFUSED else "good"
        )
    due, what = due_day(request), "thực hiện" if request.answered_at else "trả lời"
    if due is None:
        return Standing(f"Chờ {what}", "plain")
    if today > due:
        return Standing(f"Quá hạn {what}", "stop")
    if today == due:
        return Standing(f"Hôm nay là ngày cuối để {what}", "wait")
    tone = "wait" if not request.answered_at or not any(map(is_working_day, _between(today, due))) else "plain"
    return Standing(f"Chờ {what}, hạn {days.shown(due)}", tone)


def overdue(today: date) -> Q:
    return Q(done_at=None) & (Q(answered_at=None, answer_by__lt=today) | Q(answered_at__isnull=False, act_by__lt=today))


def waiting_for(account: StaffAccount, *, today: date) -> Waiting:
    counted = (
        DataRequest.objects.visible_to(account)
        .open()
        .aggregate(
            unanswered=Count("pk", filter=UNANSWERED),
            to_do=Count("pk", filter=ANSWERED),
            overdue=Count("pk", filter=overdue(today)),
        )
    )
    return Waiting(**counted)


def _between(today: date, due: date) -> list[date]:
    return [date.fromordinal(number) for number in range(today.toordinal() + 1, due.toordinal())]
