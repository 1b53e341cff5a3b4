"""What follows after submissions and is no job: how many wait for it, and since when. The empty column is the queue, so each
number is read from the index of what waits, and counting ends where the number no longer matters."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from initiatives.models import Attachment, DossierFile, Initiative

MOST_COUNTED = 1_000


@dataclass(frozen=True)
class Queue:
    """`number` ends at `MOST_COUNTED`, then `is_more`; `since` is when the oldest came."""

    label: str
    number: int
    is_more: bool
    since: datetime | None


def queues() -> list[Queue]:
    """Two statements for each table. What waits for a scan is told where there is an antivirus to do it; what it could not judge
    waits for another day (`scans.not_judged`) and is none of it."""
    to_screen = Initiative.objects.filter(screened_at=None)
    to_look_at = Attachment.objects.filter(thumbnail=None, initiative__isnull=False)
    found = [
        _queue("sáng kiến chờ đối chiếu trùng lặp", "submitted_at", to_screen),
        _queue("tài liệu chờ làm ảnh nhỏ", "added_at", to_look_at),
    ]
    if settings.CLAMAV_SOCKET is not None:
        untried = {"scanned_at": None, "scan_again_at": None}
        papers = DossierFile.objects.filter(**untried).exclude(stored_name="")
        found.append(_queue("tài liệu chờ quét mã độc", "added_at", Attachment.objects.filter(**untried), papers))
    return found


def _queue(label: str, came_at: str, *tables: QuerySet[Any]) -> Queue:
    """The first of a table by its key came first: what is changed later and waits again keeps its place."""
    number = 0
    oldest: list[datetime] = []
    for rows in tables:
        in_order = rows.order_by("pk")
        number += (here := in_order[: MOST_COUNTED + 1].count())
        oldest += in_order.values_list(came_at, flat=True)[:1] if here else []
    return Queue(label, min(number, MOST_COUNTED), number > MOST_COUNTED, min(oldest, default=None))
