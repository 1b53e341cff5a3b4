"""The chain of each initiative: numbers, hashes, texts, and whether the row is what its last step left.

Four statements, read side by side in the order of keys: the memory is that of one initiative, however many there are.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from django.db.models import QuerySet

from initiatives.history import content
from initiatives.history.finding import INITIATIVE, Finding
from initiatives.models import Act, Attachment, Campaign, CoAuthor, Initiative, ReviewEvent
from initiatives.models.review import hash_of, hash_of_text

FETCHED = 1_000  # rows
NO_STEP = "không có bước nào trong lịch sử"
NUMBER = "số thứ tự không liền với bước trước"
BROKEN_CHAIN = "không nối với bước trước"
CHANGED = "đã bị sửa: mã băm không khớp"
TEXT_CHANGED = "lý do hoặc ghi chú đã bị sửa"
NOT_ERASED = "mất khóa của phần chữ mà không có việc xóa dữ liệu nào về sau"
WORDS_AGAIN = "đã xóa dữ liệu mà vẫn có chữ"
UNREADABLE = "không đọc được"
NOT_COVERED = "không có mã băm nội dung"
STATUS = "trạng thái không phải là trạng thái mà bước cuối để lại"
CONTENT = "nội dung không còn như bước cuối để lại"


class Step(NamedTuple):
    """The columns of a step, without a model around them."""

    initiative_id: int
    number: int
    at: datetime
    act: str
    account_id: int | None
    role: str
    from_status: str
    to_status: str
    reasons: list[dict[str, str]]
    note: str
    due_on: Any
    salt: str
    text_digest: str
    content_digest: str
    previous_hash: str
    hash: str

    @property
    def is_erased(self) -> bool:
        return self.salt == ""


@dataclass
class Counts:
    """How much was looked at."""

    initiatives: int = 0
    steps: int = 0


def findings(
    counts: Counts, *, campaign: Campaign | None = None, keys: tuple[int, int] | None = None
) -> Iterator[Finding]:
    """What is wrong, initiative by initiative; adds up `counts` on the way. Ask for it in one moment (`moment.py`).

    `keys`: only of initiatives whose key is above the first and not above the second.
    """
    initiatives = Initiative.objects.order_by("pk")
    co_authors = CoAuthor.objects.order_by("initiative_id", "number")
    documents = Attachment.objects.filter(initiative__isnull=False).order_by("initiative_id", "pk")
    events = ReviewEvent.objects.order_by("initiative_id", "number")
    if campaign is not None:
        initiatives = initiatives.filter(campaign=campaign)
        co_authors = co_authors.filter(initiative__campaign=campaign)
        documents = documents.filter(initiative__campaign=campaign)
        events = events.filter(initiative__campaign=campaign)
    if keys is not None:
        after, upto = keys
        initiatives = initiatives.filter(pk__gt=after, pk__lte=upto)
        of_them = {"initiative_id__gt": after, "initiative_id__lte": upto}
        co_authors, documents, events = (
            co_authors.filter(**of_them),
            documents.filter(**of_them),
            events.filter(**of_them),
        )
    shares = _Beside(co_authors.values_list(content.WHOSE, *content.COVERED[CoAuthor]))
    papers = _Beside(documents.values_list(content.WHOSE, *content.COVERED[Attachment]))
    lives = _Beside(events.values_list(*Step._fields))
    rows = initiatives.values_list("pk", *content.COVERED[Initiative])
    for pk, *values in rows.iterator(chunk_size=FETCHED):
        steps = [Step._make(each) for each in lives.of(pk)]
        written = _Row(pk, values, [each[1:] for each in shares.of(pk)], [each[1:] for each in papers.of(pk)])
        counts.initiatives += 1
        counts.steps += len(steps)
        yield from _of_steps(pk, steps)
        if steps:
            yield from _of_row(written, steps[-1])


class _Row(NamedTuple):
    pk: int
    values: Sequence[Any]
    co_authors: Sequence[content.Values]
    documents: Sequence[content.Values]


class _Beside:
    """Rows in the order of their first column, taken by its values as these go up."""

    def __init__(self, rows: "QuerySet[Any, Any]") -> None:
        self._groups = groupby(rows.iterator(chunk_size=FETCHED), key=itemgetter(0))
        self._next: tuple[int, Iterable[Any]] | None = next(self._groups, None)

    def of(self, pk: int) -> list[Any]:
        while self._next is not None and self._next[0] < pk:
            self._next = next(self._groups, None)
        if self._next is None or self._next[0] != pk:
            return []
        rows = list(self._next[1])
        self._next = next(self._groups, None)
        return rows


def _of_steps(pk: int, steps: Sequence[Step]) -> Iterator[Finding]:
    if not steps:
        yield Finding(INITIATIVE, str(pk), NO_STEP)
    erased_by = max((place for place, step in enumerate(steps) if step.act == Act.ERASED), default=-1)
    previous = ""
    for place, step in enumerate(steps):
        try:
            wrong = list(_of_step(step, place, previous, may_be_erased=place < erased_by))
        except (AttributeError, TypeError, ValueError):
            wrong = [UNREADABLE]
        for what in wrong:
            yield Finding(INITIATIVE, f"{pk}, bước {step.number}", what)
        previous = step.hash


def _of_step(step: Step, place: int, previous: str, *, may_be_erased: bool) -> Iterator[str]:
    if step.number != place + 1:
        yield NUMBER
    if step.previous_hash != previous:
        yield BROKEN_CHAIN
    if step.hash != hash_of(step):
        yield CHANGED
    if not step.content_digest:
        yield NOT_COVERED
    if not step.is_erased:
        if step.text_digest != hash_of_text(step):
            yield TEXT_CHANGED
    elif not may_be_erased:
        yield NOT_ERASED
    elif step.note or any(reason.get("text") for reason in step.reasons):
        yield WORDS_AGAIN


def _of_row(row: _Row, last: Step) -> Iterator[Finding]:
    """Whether it is as its last step left it."""
    if row.values[_STATUS] != last.to_status:
        yield Finding(INITIATIVE, str(row.pk), STATUS)
    if last.is_erased:
        return
    try:
        is_same = content.digest(last.salt, content.written(*row[1:])) == last.content_digest
    except (AttributeError, TypeError, ValueError):
        is_same = False
    if not is_same:
        yield Finding(INITIATIVE, str(row.pk), CONTENT)


_STATUS = content.COVERED[Initiative].index("status")
