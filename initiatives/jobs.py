"""Running long work outside the request, portion by portion (`models/job.py`).

A worker takes a job by one conditional update, and says before each portion that it is still there (`heartbeat_at`). What
it writes afterwards holds only while the row bears that very heartbeat: of a worker that was merely slow and the one that
took its job over, only one writes. `tries` counts what went wrong since the last portion that was kept.

A carrier's portion is safe to do again: it keeps the job in the transaction of what it does, or is idempotent by itself.

Of each person one job at a time is carried, the one given first; whoever gave another waits for nobody but themselves.
"""

import copy
import logging
import time
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet

from initiatives.models import UNFINISHED, Job, JobPiece, JobState, Worker
from orgtree.models import StaffAccount

SILENT = timedelta(seconds=60)  # a worker that says nothing for so long is gone
STARTS_WITHIN = timedelta(seconds=15)  # where a worker runs; then people are told that none does
REST = timedelta(seconds=10)  # before what failed is tried again
MOST_TRIES = 3
KEPT = timedelta(days=90)
RESULTS_KEPT = timedelta(days=1)
SEEN_EVERY = timedelta(seconds=20)  # a worker says that it is there
# A writer who waits on SQLite looks again every 100 ms: without a pause it would hardly ever find the database free.
PAUSE = 0.12

GIVEN_UP = (
    f"Máy chủ đã thử {MOST_TRIES} lần mà không làm tiếp được. Phần đã làm vẫn giữ nguyên. "
    "Hãy báo người quản trị máy chủ, rồi giao lại phần chưa làm."
)

logger = logging.getLogger("initiatives.jobs")


class TakenOver(Exception):
    """Another worker carries the job now, or it has ended: nothing of this portion may be written."""


class NotYet(Exception):
    """Somebody else holds what the portion needs: it is tried again a little later, and that is no failure."""


class Portion(Protocol):
    """The next portion of a job: at most about a second. Moves `position` on, adds to `done` and `result`; one that begins a
    step anew may set `position` back, and says so in `result`."""

    def __call__(self, job: Job, *, at: datetime) -> None: ...


_carriers: dict[str, Portion] = {}
_stopped_to_the_last: set[str] = set()


def carrier(kind: str, *, is_stopped_to_the_last: bool = False) -> Callable[[Portion], Portion]:
    """Registers the function below it as what carries jobs of `kind`. With `is_stopped_to_the_last`, one that is asked to stop
    while its last portion is carried leaves nothing either: what it made may be of people whose data was erased meanwhile."""

    def register(portion: Portion) -> Portion:
        _carriers[kind] = portion
        if is_stopped_to_the_last:
            _stopped_to_the_last.add(kind)
        return portion

    return register


def start(kind: str, *, asked: dict[str, Any], total: int, by: StaffAccount, at: datetime, key: str = "") -> Job:
    """Puts a job into the queue. With a `key`, a second tap on the same button is answered with the first one's job."""
    with transaction.atomic():
        if key:
            StaffAccount.objects.select_for_update().get(pk=by.pk)
            since = at - timedelta(days=1)
            given = Job.objects.owned_by(by).filter(kind=kind, created_at__gte=since, asked__key=key).first()
            if given is not None:
                return given
            asked = asked | {"key": key}
        return Job.objects.create(owner=by, kind=kind, asked=asked, total=total, created_at=at)


def keep(job: Job) -> None:
    """Writes how far `job` came. Raises TakenOver, and so undoes the portion whose transaction it stands in."""
    kept = {"total": job.total, "position": job.position, "done": job.done, "result": job.result, "tries": 0}
    if not _held(job).update(**kept):
        raise TakenOver(f"job {job.pk}")


def still_there(job: Job, *, at: datetime) -> None:
    """Said by a portion that takes longer than a second, or its job would be taken over. Raises TakenOver where it was."""
    _beat(job, at=at)


def ask_to_stop(job: Job, *, at: datetime) -> None:
    """A worker that carries it stops before the next portion; where none does, it is stopped now."""
    asked = Job.objects.filter(pk=job.pk).unfinished()
    asked.update(stop_asked=True)
    nobody = Q(state=JobState.WAITING) | Q(state=JobState.RUNNING, heartbeat_at__lt=at - SILENT)
    asked.filter(nobody).update(state=JobState.STOPPED, ended_at=at)


def run_some(at_now: Callable[[], datetime], *, seconds: float) -> bool:
    """Carries the job that waits longest for its turn, for about `seconds`; False where none can be carried. One that cannot
    go on yet gives its turn to the next."""
    not_yet: list[int] = []
    while (job := _claim(at_now(), besides=not_yet)) is not None:
        try:
            _run(job, at_now, seconds=seconds)
        except NotYet:
            _held(job).update(state=JobState.WAITING)
            not_yet.append(job.pk)
        else:
            return True
    return False


def is_left_alone(job: Job, *, at: datetime) -> bool:
    """Whether it waits although a worker, were there one, would have come by."""
    patience = STARTS_WITHIN if job.heartbeat_at is None else SILENT
    return job.is_unfinished and at - (job.heartbeat_at or job.created_at) > patience


def waits_for(job: Job) -> QuerySet[Job]:
    """The jobs of the same person that are carried first."""
    return Job.objects.before(job) if job.state == JobState.WAITING else Job.objects.none()


def is_kept(job: Job, *, at: datetime) -> bool:
    """Whether what it made can still be had."""
    return job.state == JobState.DONE and job.ended_at is not None and at < job.ended_at + RESULTS_KEPT


def forget_results(*, at: datetime) -> int:
    """Deletes what jobs made a day after they ended, and what led to nothing at once; the rows of the jobs stay."""
    led_to_nothing = Q(job__state__in=(JobState.STOPPED, JobState.FAILED))
    old = Q(job__ended_at__lte=at - RESULTS_KEPT)
    return JobPiece.objects.filter(led_to_nothing | old).delete()[0]


def say_hello(key: str, *, at: datetime) -> None:
    """The worker `key` is there; of those that are long gone nothing is kept."""
    Worker.objects.update_or_create(key=key, defaults={"seen_at": at})
    Worker.objects.filter(seen_at__lt=at - RESULTS_KEPT).delete()


def last_seen() -> datetime | None:
    """When a worker was there last; None where none ever was."""
    return Worker.objects.order_by("-seen_at").values_list("seen_at", flat=True).first()


def forget_old(*, at: datetime) -> int:
    """Deletes what ended long ago; what it did stays."""
    deleted, _ = Job.objects.exclude(state__in=UNFINISHED).filter(ended_at__lt=at - KEPT).delete()
    return deleted


def let_others_write() -> None:
    """Between two transactions of one who has many to make."""
    if connection.vendor == "sqlite":
        time.sleep(PAUSE)


def _run(job: Job, at_now: Callable[[], datetime], *, seconds: float) -> None:
    until = at_now() + timedelta(seconds=seconds)
    try:
        while not _is_over(job, at=at_now()):
            _beat(job, at=(at := at_now()))
            if job.stop_asked:
                continue
            _carry(job, at=at)
            if at_now() >= until and job.position < job.total:
                _held(job).update(state=JobState.WAITING)
                break
            let_others_write()
    except NotYet:
        raise
    except TakenOver:
        logger.warning("job %s was taken over or ended by somebody else", job.pk)
    except Exception:
        logger.exception("job %s (%s) failed behind %s of %s", job.pk, job.kind, job.position, job.total)
        _try_later(job, at=at_now())


def _claim(at: datetime, *, besides: Collection[int]) -> Job | None:
    """Each in turn: whoever gave little work does not wait for whoever gave much."""
    due = (
        Q(state=JobState.WAITING, tries=0)
        | Q(state=JobState.WAITING, heartbeat_at__lt=at - REST)
        | Q(state=JobState.RUNNING, heartbeat_at__lt=at - SILENT)
    )
    in_turn = (
        Job.objects.unfinished()
        .first_of_their_owners()
        .filter(due)
        .exclude(pk__in=besides)
        .order_by(F("heartbeat_at").asc(nulls_first=True), "pk")
    )
    for job in in_turn.defer("asked", "result"):
        seen = Job.objects.filter(pk=job.pk, state=job.state, heartbeat_at=job.heartbeat_at)
        was_lost = job.state == JobState.RUNNING
        if was_lost and job.tries + 1 >= MOST_TRIES:
            if _give_up(seen, at=at):
                logger.error("job %s (%s) was given up: its worker ended %s times", job.pk, job.kind, MOST_TRIES)
        elif seen.update(
            state=JobState.RUNNING, heartbeat_at=at, began_at=job.began_at or at, tries=job.tries + was_lost
        ):
            return Job.objects.get(pk=job.pk)
    return None


def _held(job: Job) -> Any:
    """The row, as long as it is ours."""
    return Job.objects.filter(pk=job.pk, state=JobState.RUNNING, heartbeat_at=job.heartbeat_at)


def _beat(job: Job, *, at: datetime) -> None:
    """Says that we are still there, and hears whether to stop."""
    if not _held(job).update(heartbeat_at=at):
        raise TakenOver
    job.heartbeat_at = at
    job.stop_asked = Job.objects.values_list("stop_asked", flat=True).get(pk=job.pk)


def _is_over(job: Job, *, at: datetime) -> bool:
    if job.position >= job.total:
        rows = _held(job)
        if job.kind in _stopped_to_the_last:
            rows = rows.filter(stop_asked=False)  # as it is now, not as it was before the last portion
        if rows.update(state=JobState.DONE, ended_at=at):
            return True
    elif not job.stop_asked:
        return False
    if not _held(job).filter(stop_asked=True).update(state=JobState.STOPPED, ended_at=at):
        raise TakenOver
    return True


def _carry(job: Job, *, at: datetime) -> None:
    before = job.position, copy.deepcopy(job.result)
    _carriers[job.kind](job, at=at)
    if (job.position, job.result) == before:
        raise RuntimeError("a portion must move its job on")
    keep(job)


def _try_later(job: Job, *, at: datetime) -> None:
    """What is in memory may have been undone: only the row counts."""
    tries = _held(job).values_list("tries", flat=True).first()
    if tries is None:
        return
    if tries + 1 >= MOST_TRIES:
        _give_up(_held(job), at=at)
    else:
        _held(job).update(state=JobState.WAITING, tries=tries + 1, heartbeat_at=at)


def _give_up(rows: Any, *, at: datetime) -> bool:
    result = rows.values_list("result", flat=True).first()
    return result is not None and bool(
        rows.update(state=JobState.FAILED, ended_at=at, tries=MOST_TRIES, result=result | {"failure": GIVEN_UP})
    )
