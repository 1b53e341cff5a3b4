"""Adding the grassroots unions of a large sheet as a job (`orgtree/units/adding.py`), a portion a transaction.

The first portion reads the file and keeps the rows to add with the job; each further one adds some of them and says how far it
came in the same transaction, so that whoever repeats a portion finds nothing done.
"""

import json
import zlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import OperationalError, transaction
from django.urls import reverse

from initiatives import jobs
from initiatives.models import Job, JobPiece
from orgtree.models import Sheet, StaffAccount
from orgtree.sent_sheets import ChangedMeanwhile, SheetUsed
from orgtree.units import adding
from orgtree.units.grassroots import Verdict
from portal.sheets.reading import SheetRefused, SheetRow

UNITS = Job.Kind.UNITS.value
ROWS = "rows"
PORTION = 500  # rows; a job that was planned goes on with the size it was planned with
WAITED_IN_VAIN = "55P03"  # what PostgreSQL calls a lock that was not to be had in time

GONE = "Tệp đã được xóa khỏi cổng sau một ngày nên chưa thêm công đoàn cơ sở nào. Hãy gửi lại tệp."
NOT_ALLOWED = "Tài khoản của bạn không còn quyền thêm công đoàn cơ sở nên việc dừng ở đây. Phần đã thêm vẫn giữ nguyên."
CHANGED = "Cây đơn vị vừa thay đổi so với lúc xem trước nên chưa thêm công đoàn cơ sở nào. Hãy xem lại tệp rồi bấm nút lần nữa."


def begin(sheet: Sheet, *, promised: int, by: StaffAccount, at: datetime) -> str:
    """The address of the job's page. Raises SheetUsed at a second press."""
    with transaction.atomic():
        if not Sheet.objects.filter(pk=sheet.pk, used_at=None).update(used_at=at):
            raise SheetUsed
        asked = {"sheet": sheet.pk, "name": sheet.name}
        return page_of(jobs.start(UNITS, asked=asked, total=promised, by=by, at=at))


def page_of_sheet(sheet: Sheet) -> str:
    """Where the job is told of that used it; "" where it was added at once, or not at all."""
    if sheet.used_at is None:
        return ""
    given = (
        Job.objects.owned_by(sheet.account).filter(kind=UNITS, asked__sheet=sheet.pk, created_at=sheet.used_at).first()
    )
    return page_of(given) if given else ""


def page_of(job: Job) -> str:
    return reverse("admin:initiatives_job_change", args=[job.pk])


CARRIED = adding.LongWork(begin, page_of_sheet)


@jobs.carrier(UNITS)
def portion(job: Job, *, at: datetime) -> None:
    """Reads the file, or adds the next rows of it."""
    by = StaffAccount.objects.select_related("unit").get(pk=job.owner_id)
    if not (by.is_active and by.has_perm(adding.RIGHT)):
        _end(job, NOT_ALLOWED)
    elif not job.result.get("planned"):
        _plan(job, by=by, at=at)
    else:
        _add_some(job, by=by, at=at)


def _plan(job: Job, *, by: StaffAccount, at: datetime) -> None:
    sheet = Sheet.objects.filter(pk=job.asked["sheet"], account=by).first()
    if sheet is None:
        _end(job, GONE)
        return
    try:
        rows = adding.planned(sheet, promised=job.total, by=by, at=at)
    except (ChangedMeanwhile, SheetRefused):
        with transaction.atomic():
            Sheet.objects.filter(pk=sheet.pk).update(used_at=None)
            _end(job, CHANGED)
            jobs.keep(job)
        return
    pieces = [
        JobPiece(job=job, name=ROWS, number=number, content=_packed(rows[start : start + PORTION]))
        for number, start in enumerate(range(0, len(rows), PORTION))
    ]
    with transaction.atomic():
        JobPiece.objects.bulk_create(pieces)
        job.result = {"planned": PORTION}
        jobs.keep(job)


def _add_some(job: Job, *, by: StaffAccount, at: datetime) -> None:
    """Raises NotYet while somebody else changes the tree."""
    piece = JobPiece.objects.get(job=job, name=ROWS, number=job.position // job.result["planned"])
    rows = _unpacked(bytes(piece.content))
    try:
        with transaction.atomic():
            verdict = adding.add_some(rows, name=job.asked["name"], by=by, at=at)
            _count(job.result, verdict)
            job.position += len(rows)
            job.done += len(verdict.new)
            jobs.keep(job)
    except OperationalError as failure:
        if getattr(failure.__cause__, "pgcode", None) == WAITED_IN_VAIN:
            raise jobs.NotYet from None
        raise


def _count(result: dict[str, Any], verdict: Verdict) -> None:
    """How many were there already, and of each row that was refused which sentences."""
    result["present"] = result.get("present", 0) + len(verdict.present)
    sentences = result.setdefault("sentences", [])
    for each in verdict.wrong:
        said = " ".join(each.faults)
        if said not in sentences:
            sentences.append(said)
        result.setdefault("rows", []).append([each.row.number, sentences.index(said)])


def refused_rows(job: Job) -> list[tuple[int, str]]:
    """The numbers of the rows, in their order, and why."""
    sentences = job.result.get("sentences", [])
    return sorted((number, sentences[place]) for number, place in job.result.get("rows", []))


def _end(job: Job, sentence: str) -> None:
    """Nothing more can be done; what was done stands."""
    job.result = job.result | {"failure": sentence}
    job.position = job.total


def _packed(rows: Sequence[SheetRow]) -> bytes:
    told = [[row.number, dict(row.values)] for row in rows]
    return zlib.compress(json.dumps(told, ensure_ascii=False).encode(), 1)


def _unpacked(content: bytes) -> list[SheetRow]:
    return [SheetRow(number, values) for number, values in json.loads(zlib.decompress(content))]
