"""A large summary table as a job: read once, of one moment, then written file by file. What it made lies for a day.

What is read is taken in one snapshot of the database, by a connection of its own that stays open between portions, and kept in
the database piece by piece. A worker that ends before all is read leaves nothing to go on with, and another one reads anew,
with a later moment; one that ends later leaves what was read and the files that are whole. So a table is always of one moment.

Of several workers, the one that began a step goes on with it; the others leave it alone until that one is silent.
"""

import hashlib
import json
import secrets
import tempfile
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import IO, Any, Protocol

from django.db import transaction
from django.db.models import QuerySet

from initiatives import jobs
from initiatives.models import Campaign, Job, JobPiece, JobState
from initiatives.reports.export import file_name, letterhead_of, year_of
from initiatives.reports.layouts import LAYOUTS
from initiatives.reports.snapshot import Snapshot
from initiatives.reports.summary import SummaryRow
from initiatives.reports.workbook import Table
from orgtree.models import StaffAccount, Unit
from portal.vietnamese.formats import whole

EXPORT = Job.Kind.EXPORT.value
AT_ONCE = 2_000  # rows that are written while somebody waits
PORTION = 1_000  # rows, of reading and of writing
ROWS_A_FILE = 150_000
PART = 1024 * 1024  # bytes of a file in one row of the database
MOST_BEGINNINGS = 5  # of the same step, by workers that ended in it
MOST_IN_HAND = 4  # steps of one worker: each a connection that stays open, or a file in memory and on the disk
BEATS_EVERY = 10.0  # seconds, while a file is being packed
RIGHT = "initiatives.view_initiative"

READ = "rows"  # the name of what was read; a file's is its number

NOT_ALLOWED = "Tài khoản của bạn không còn quyền hoặc đã đổi đơn vị nên việc dừng ở đây."
NOTHING = "Danh sách này không còn sáng kiến nào để xuất."
TOO_OFTEN = "Máy chủ đã ngừng nhiều lần giữa chừng nên không lập được bảng này. Hãy báo người quản trị máy chủ."


class Chosen(Protocol):
    """The rows of a list with these filters, within what the account sees now. Raises LookupError where there is no such list."""

    def __call__(self, query: str, *, by: StaffAccount) -> QuerySet[Any]: ...


# The list belongs to the admin, which hands in how it is read.
choosers: list[Chosen] = []


@dataclass(frozen=True)
class File:
    """One file that is whole: its rows `first` to `last`, in how many parts it lies."""

    name: str
    first: int
    last: int
    size: int
    sha256: str
    parts: int


def start(
    query: str,
    *,
    campaign: Campaign,
    unit: Unit,
    layout: str,
    by: StaffAccount,
    at: datetime,
    title: str,
    key: str = "",
) -> Job:
    """`query` is the address of the list, `unit` the one that sends the table up."""
    asked = {"title": title, "query": query, "campaign": campaign.pk, "unit": unit.pk, "layout": layout} | _standing(by)
    return jobs.start(EXPORT, asked=asked, total=1, by=by, at=at, key=key)


def may_have(job: Job, account: StaffAccount) -> bool:
    """Asked again whenever something is read or handed out: what somebody sees may have changed since they asked."""
    standing = {name: job.asked.get(name) for name in ("at_unit", "path")}
    return account.is_active and account.has_perm(RIGHT) and standing == _standing(account)


def files_of(job: Job, *, at: datetime) -> list[File]:
    """The files, until a day after the last of them was written."""
    if not jobs.is_kept(job, at=at) or "failure" in job.result:
        return []
    return [File(**each) for each in job.result.get("files", [])]


def content_of(job: Job, number: int) -> Iterator[bytes]:
    """The parts of file `number`, one after the other."""
    parts = JobPiece.objects.filter(job=job, name=str(number))
    for part in range(job.result["files"][number - 1]["parts"]):
        yield bytes(parts.values_list("content", flat=True).get(number=part))


@jobs.carrier(EXPORT, is_stopped_to_the_last=True)
def portion(job: Job, *, at: datetime) -> None:
    """Goes on with the step in hand; where this process has none, begins the step that was not finished. Raises NotYet while
    another worker has it in hand, or this one has its hands full."""
    step = _in_hand.steps.get(job.pk)
    is_ours = step is not None and step.token == job.result.get("token")
    if not is_ours:
        let_go(job.pk)
        if _is_in_other_hands(job, at=at) or len(_in_hand.steps) >= MOST_IN_HAND:
            raise jobs.NotYet
    job.result["held_at"] = at.isoformat()
    if step is None or not is_ours:
        step = _begin(job, at=at)
        if step is None:
            return
        _in_hand.steps[job.pk] = step
    try:
        is_over = step.go_on(job, at=at)
    except BaseException:
        let_go(job.pk)
        raise
    if is_over:
        let_go(job.pk)


def let_go(pk: int) -> None:
    step = _in_hand.steps.pop(pk, None)
    if step is not None:
        step.close()


def let_go_of_ended() -> None:
    """What was stopped or taken over while nobody carried it is not held open."""
    if _in_hand.steps:
        going_on = set(Job.objects.filter(pk__in=_in_hand.steps).unfinished().values_list("pk", flat=True))
        for pk in _in_hand.steps.keys() - going_on:
            let_go(pk)


class _Step(Protocol):
    token: str

    def go_on(self, job: Job, *, at: datetime) -> bool:
        """A portion of it; whether the step is over."""
        ...

    def close(self) -> None: ...


class _InHand(threading.local):
    """The steps this thread is in the middle of, by job: their connections and files are its own."""

    def __init__(self) -> None:
        self.steps: dict[int, _Step] = {}
        self.key = secrets.token_hex(8)

    def token(self) -> str:
        return f"{self.key} {secrets.token_hex(8)}"


_in_hand = _InHand()


def _is_in_other_hands(job: Job, *, at: datetime) -> bool:
    """Whether another worker is in the middle of its step, and said so lately."""
    key = job.result.get("token", "").partition(" ")[0]
    return key not in {"", _in_hand.key} and at - datetime.fromisoformat(job.result["held_at"]) <= jobs.SILENT


def _begin(job: Job, *, at: datetime) -> _Step | None:
    """None where the job ends here, with a sentence."""
    by = StaffAccount.objects.select_related("unit").get(pk=job.owner_id)
    if not may_have(job, by):
        _end(job, NOT_ALLOWED)
        return None
    result = job.result
    result["token"] = _in_hand.token()
    result["beginnings"] = result.get("beginnings", 0) + 1
    if result["beginnings"] > MOST_BEGINNINGS:
        _end(job, TOO_OFTEN)
        return None
    if "rows" in result:
        job.position = result["rows"] + _written(job)
        return _Writing(job)
    return _begin_reading(job, by=by, at=at)


def _begin_reading(job: Job, *, by: StaffAccount, at: datetime) -> _Step | None:
    try:
        rows = choosers[0](job.asked["query"], by=by).filter(campaign=job.asked["campaign"])
    except LookupError:
        _end(job, NOTHING)
        return None
    snapshot = Snapshot(rows)
    try:
        total = snapshot.count()
        if not total:
            snapshot.close()
            _end(job, NOTHING)
            return None
        job.total, job.position, job.done = 2 * total + 1, 0, 0
        job.result["counted_at"] = at.isoformat()
        # Only now: what another worker may have read so far is of another moment.
        with transaction.atomic():
            jobs.keep(job)
            job.pieces.all().delete()
    except BaseException:
        snapshot.close()
        raise
    return _Reading(job.result["token"], snapshot)


@dataclass
class _Reading:
    token: str
    snapshot: Snapshot
    number: int = 0  # of the next piece

    def go_on(self, job: Job, *, at: datetime) -> bool:
        rows = self.snapshot.next(PORTION)
        job.position += len(rows)
        is_over = len(rows) < PORTION or job.position >= (job.total - 1) // 2
        if is_over:
            # As many as were read: of what was counted in the same snapshot none can be missing.
            job.result |= {"rows": job.position, "pieces": self.number + bool(rows), "beginnings": 0, "files": []}
            job.total = 2 * job.position + 1
            job.result["token"] = ""
        content = zlib.compress(json.dumps(rows, ensure_ascii=False).encode(), 1)
        with transaction.atomic():
            jobs.keep(job)
            if rows:
                JobPiece.objects.create(job=job, name=READ, number=self.number, content=content)
        self.number += 1
        return is_over

    def close(self) -> None:
        self.snapshot.close()


class _Writing:
    """Of one file after the other; a file that is not whole yet is this process's alone."""

    def __init__(self, job: Job) -> None:
        asked, result = job.asked, job.result
        self.token: str = result["token"]
        unit = Unit.objects.get(pk=asked["unit"])
        self.counted_at = datetime.fromisoformat(result["counted_at"])
        year = year_of(Campaign.objects.get(pk=asked["campaign"]), at=self.counted_at)
        self.layout, self.letterhead = LAYOUTS[asked["layout"]], letterhead_of(unit, year=year)
        ending = "" if result["rows"] > ROWS_A_FILE else ".xlsx"
        self.name = file_name(unit=unit, layout=asked["layout"], year=year, ending=ending)
        self.written = _written(job)
        self.first = self.written + 1
        self.table: Table | None = None

    def go_on(self, job: Job, *, at: datetime) -> bool:
        last = min(self.first - 1 + ROWS_A_FILE, job.result["rows"])
        if self.table is None:
            self.table = Table(layout=self.layout, letterhead=self.letterhead, at=self.counted_at)
        piece = job.pieces.values_list("content", flat=True).get(name=READ, number=self.written // PORTION)
        for facts in json.loads(zlib.decompress(bytes(piece)))[self.written % PORTION :]:
            if self.written == last:
                break
            self.written += 1
            self.table.add(SummaryRow(self.written, *facts), is_last=self.written == last)
        job.position = job.result["rows"] + self.written
        if self.written < last:
            return False
        self._keep_file(job, last=last, at=at)
        return self.written == job.result["rows"]

    def _keep_file(self, job: Job, *, last: int, at: datetime) -> None:
        number = len(job.result["files"]) + 1
        with tempfile.TemporaryFile() as raw:
            packed = _Packed(raw, lambda elapsed: jobs.still_there(job, at=at + elapsed))
            assert self.table is not None  # noqa: S101 - for the types
            self.table.save(packed)  # type: ignore[arg-type]
            self.table = None
            size = raw.seek(0, 2)
            raw.seek(0)
            name = self.name if self.name.endswith(".xlsx") else f"{self.name}-{number}.xlsx"
            digest = hashlib.file_digest(raw, "sha256").hexdigest()
            file = File(name, self.first, last, size, digest, parts=-(-size // PART))
            raw.seek(0)
            job.result["files"].append(vars(file))
            job.result["beginnings"] = 0
            job.done = last
            if last == job.result["rows"]:
                job.position = job.total
                job.result["token"] = ""
            with transaction.atomic():
                jobs.keep(job)
                for part in range(file.parts):
                    JobPiece.objects.create(job=job, name=str(number), number=part, content=raw.read(PART))
                spent = last // PORTION if last < job.result["rows"] else job.result["pieces"]
                job.pieces.filter(name=READ, number__lt=spent).delete()
        self.first = last + 1

    def close(self) -> None:
        if self.table is not None:
            self.table.drop()


@dataclass
class _Packed:
    """Where a table is saved to; packing a large one takes longer than a worker may be silent."""

    to: IO[bytes]
    beat: Callable[[timedelta], None]
    began: float = field(default_factory=time.monotonic)
    beaten: float = field(default_factory=time.monotonic)

    def write(self, content: bytes) -> int:
        now = time.monotonic()
        if now - self.beaten > BEATS_EVERY:
            self.beaten = now
            self.beat(timedelta(seconds=now - self.began))
        return self.to.write(content)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.to, name)


def _written(job: Job) -> int:
    """The rows that stand in files that are whole."""
    files = job.result["files"]
    return files[-1]["last"] if files else 0


def _standing(account: StaffAccount) -> dict[str, Any]:
    return {"at_unit": account.unit_id, "path": account.unit.current_path if account.unit else ""}


def _end(job: Job, sentence: str) -> None:
    job.result = {"failure": sentence}
    job.position = job.total


def progress_words(job: Job) -> str:
    """How far it is, in rows."""
    rows = (job.total - 1) // 2
    if not job.is_unfinished or not rows:
        return ""
    if "rows" not in job.result:
        return f"Đang đọc: {whole(job.position)} trên {whole(rows)} sáng kiến"
    return f"Đang ghi bảng: {whole(max(job.position - rows, 0))} trên {whole(rows)} sáng kiến"


def is_done(job: Job) -> bool:
    return job.state == JobState.DONE and "failure" not in job.result
