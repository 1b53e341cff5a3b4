"""What follows after submissions and is no job: how many wait for it, and since when. The empty column is the queue, so each
number is read from the index of what waits, and counting ends where the number no longer matters."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from initiatives.models import Attachment, Initiative

MOST_COUNTED = 1_000


@dataclass(frozen=True)
class Queue:
    """`number` ends at `MOST_COUNTED`, then `is_more`; `since` is when the oldest came."""

    label: str
    number: int
    is_more: bool
    since: datetime | None


def queues() -> list[Queue]:
    """Two statements each."""
    to_screen = Initiative.objects.filter(screened_at=None)
    to_look_at = Attachment.objects.filter(thumbnail=None, initiative__isnull=False)
    return [
        _queue("sáng kiến chờ đối chiếu trùng lặp", to_screen, "submitted_at"),
        _queue("tài liệu chờ làm ảnh nhỏ", to_look_at, "added_at"),
    ]


def _queue(label: str, rows: QuerySet[Any], came_at: str) -> Queue:
    """The first by its key came first: what is changed later and waits again keeps its place."""
    in_order = rows.order_by("pk")
    number = in_order[: MOST_COUNTED + 1].count()
    since = in_order.values_list(came_at, flat=True).first() if number else None
    return Queue(label, min(number, MOST_COUNTED), number > MOST_COUNTED, since)
