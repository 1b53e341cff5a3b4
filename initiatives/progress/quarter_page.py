"""What a page of a quarter or of its list shows, for everybody and for staff."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef

from initiatives.models import Campaign, Quarter
from initiatives.progress import quarter_basis, quarters
from initiatives.progress.quarters import Outcome, Span, Standing, Today
from portal.vietnamese import days

RUNNING, TO_COME, OVER, SETTLING = (
    "đang diễn ra",
    "sắp tới",
    "đã hết quý, chưa công bố",
    "vừa hết quý, đang chờ chốt số",
)


def is_any_announced() -> Exists:
    """Of a campaign, for the statement that reads it."""
    return Exists(Quarter.objects.filter(campaign=OuterRef("pk"), announced_at__isnull=False))


@dataclass(frozen=True)
class Line:
    """A unit as drawn; `now` is its number today where that differs from the announced one."""

    standing: Standing
    now: int | None = None


@dataclass(frozen=True)
class Listed:
    """A quarter in a list."""

    span: Span
    state: str
    announced_at: datetime | None = None
    document: str = ""
    may_be_announced: bool = False


def listed(spans: Sequence[Span], kept: Sequence[Quarter], *, at: datetime) -> list[Listed]:
    """In order of time; `kept` are their rows, where there are any."""
    rows = {row.starts_on: row for row in kept}
    return [_listed(span, rows.get(span.starts_on), at=at) for span in spans]


def _listed(span: Span, quarter: Quarter | None, *, at: datetime) -> Listed:
    if quarter is not None and quarter.announced_at is not None:
        told = f"công bố lúc {days.moment(quarter.announced_at)}"
        return Listed(span, told, quarter.announced_at, quarter.document)
    document = quarter.document if quarter else ""
    if at < span.begins_at:
        return Listed(span, TO_COME, document=document)
    if at < span.ends_at:
        return Listed(span, RUNNING, document=document)
    is_settled = at >= span.settles_at
    return Listed(span, OVER if is_settled else SETTLING, document=document, may_be_announced=is_settled)


def announced(campaign: Campaign) -> list[Quarter]:
    """The latest first, without what they were announced with. One statement."""
    rows = Quarter.objects.filter(campaign=campaign, announced_at__isnull=False).order_by("-starts_on")
    return list(rows.only("campaign", "starts_on", "document", "announced_at"))


def announced_in(campaign: Campaign, key: str) -> Quarter | None:
    """The announced quarter at `key` of an address; None for any other."""
    span = quarters.of_key(key)
    if span is None:
        return None
    return Quarter.objects.filter(campaign=campaign, starts_on=span.starts_on, announced_at__isnull=False).first()


def of_announced(campaign: Campaign, quarter: Quarter, *, at: datetime) -> dict[str, Any]:
    """What was announced, and today's numbers beside it."""
    outcome = quarter_basis.read(quarter)
    today = quarters.today(campaign, outcome, at=at)
    return context(campaign, outcome, today=today) | {"quarter": quarter}


def context(campaign: Campaign, outcome: Outcome, *, today: Today | None = None) -> dict[str, Any]:
    """For `progress/_quarter.html`."""
    now = today.numbers if today else {}
    return {
        "campaign": campaign,
        "outcome": outcome,
        "span": outcome.span,
        "today": today if now else None,
        "groups": [(group, [Line(each, now.get(each.code)) for each in group.standings]) for group in outcome.groups],
        "recognised": [(group, group.recognised) for group in outcome.groups if group.recognised],
    }
