"""The portal's state as figures for `/metrics`: each part is asked by itself, and one that fails is missing and says so.

Asked at most every ASKED_EVERY seconds in a process, however many ask.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db import connection

from initiatives import waiting
from initiatives.watching import facts
from initiatives.watching.readiness import Now, storage
from portal import clocks, replica
from portal.vietnamese.text import folded

ASKED_EVERY = 10.0

logger = logging.getLogger("initiatives.watching")


@dataclass(frozen=True)
class Figure:
    name: str
    value: float
    labels: dict[str, str] = field(default_factory=dict)


# Every name that may be told, with what it means.
FIGURES = {
    "portal_part_up": "Whether a part of this list could be asked (1) or not (0).",
    "portal_build_info": "Always 1; what runs here.",
    "portal_database_bytes": "Size of the database.",
    "portal_clock_difference_seconds": "How far this machine's clock is from the database's.",
    "portal_jobs": "Jobs that staff gave, by state; failed ones of the last day.",
    "portal_jobs_oldest_seconds": "How long ago the oldest unfinished job was given.",
    "portal_waiting": "What follows after submissions and waits; counting ends at 1,000.",
    "portal_waiting_oldest_seconds": "How long the oldest of it waits.",
    "portal_not_judged": "Documents that the antivirus could not judge so far; counting ends at 1,001 of each kind.",
    "portal_tally_age_seconds": "How long ago the campaign counted longest ago was counted.",
    "portal_workers": "Workers that said within a minute that they are there.",
    "portal_worker_seen_seconds": "How long ago a worker was there.",
    "portal_upkeep_good_seconds": "How long ago a run of this kind last ended well.",
    "portal_upkeep_is_good": "Whether the last run of this kind ended well.",
    "portal_disk_free_bytes": "Free bytes of a place.",
    "portal_disk_bytes": "All bytes of a place.",
    "portal_storage_up": "Whether documents can be kept.",
    "portal_replica_up": "Whether the copy of the database answers.",
    "portal_replica_lag_seconds": "How far the copy is behind.",
    "portal_cache_up": "Whether the cache keeps what it is given.",
}

_lock = threading.Lock()
_known: list[Figure] = []
_asked_at = float("-inf")


def figures(now: Now) -> list[Figure]:
    """Whoever comes while they are being asked is told the last ones."""
    global _known, _asked_at
    if time.monotonic() - _asked_at < ASKED_EVERY or not _lock.acquire(blocking=False):
        return _known
    try:
        _known = asked(now)
        _asked_at = time.monotonic()
        return _known
    finally:
        _lock.release()


def forget() -> None:
    """Asked anew next time."""
    global _known, _asked_at
    _known, _asked_at = [], float("-inf")


def asked(now: Now) -> list[Figure]:
    found = [Figure("portal_build_info", 1, facts.versions())]
    for name, part in OUTSIDE.items():
        found += _part(name, part, now)
    answers = _part("database", _database, now)
    found += answers
    if len(answers) == 1:  # it could not be asked: neither could the rest, and each would wait for it
        return [*found, *(Figure("portal_part_up", 0, {"part": name}) for name in OF_DATABASE)]
    try:
        with facts.quickly():
            for name, part in OF_DATABASE.items():
                found += _part(name, part, now)
    except Exception as failure:  # the database went away in the middle
        logger.warning("the state of the portal is told in part: %s", type(failure).__name__)
    return found


def _part(name: str, part: Callable[[Now], Iterator[Figure]], now: Now) -> list[Figure]:
    try:
        told = list(part(now))
    except Exception as failure:  # the others are told all the same
        logger.warning("%s could not be asked: %s", name, type(failure).__name__)
        return [Figure("portal_part_up", 0, {"part": name})]
    return [Figure("portal_part_up", 1, {"part": name}), *told]


def _database(now: Now) -> Iterator[Figure]:
    connection.ensure_connection()
    yield Figure("portal_database_bytes", facts.database_bytes())


def _clock(now: Now) -> Iterator[Figure]:
    yield Figure("portal_clock_difference_seconds", clocks.difference(at=now()).total_seconds())


def _jobs(now: Now) -> Iterator[Figure]:
    at = now()
    jobs = facts.jobs_now(at=at)
    for state, number in (("waiting", jobs.waiting), ("running", jobs.running), ("failed", jobs.failed)):
        yield Figure("portal_jobs", number, {"state": state})
    yield Figure("portal_jobs_oldest_seconds", _since(jobs.since, at) or 0)


def _waiting(now: Now) -> Iterator[Figure]:
    at = now()
    for queue in waiting.queues():
        name = {"queue": folded(queue.label).replace(" ", "_")}
        yield Figure("portal_waiting", queue.number, name)
        yield Figure("portal_waiting_oldest_seconds", _since(queue.since, at) or 0, name)


def _not_judged(now: Now) -> Iterator[Figure]:
    if settings.CLAMAV_SOCKET is not None:
        yield Figure("portal_not_judged", facts.not_judged())


def _tally(now: Now) -> Iterator[Figure]:
    age = _since(facts.counted_at(), now())
    if age is not None:
        yield Figure("portal_tally_age_seconds", age)


def _worker(now: Now) -> Iterator[Figure]:
    at = now()
    number, seen = facts.workers(at=at)
    yield Figure("portal_workers", number)
    age = _since(seen, at)
    if age is not None:
        yield Figure("portal_worker_seen_seconds", age)


def _upkeep(now: Now) -> Iterator[Figure]:
    at = now()
    for runs in facts.upkeep():
        kind, age = {"kind": str(runs.kind.value)}, _since(runs.good_at, at)
        if runs.is_good is not None:
            yield Figure("portal_upkeep_is_good", int(runs.is_good), kind)
        if age is not None:
            yield Figure("portal_upkeep_good_seconds", age, kind)


def _disk(now: Now) -> Iterator[Figure]:
    for name, disk in facts.disks().items():
        yield Figure("portal_disk_free_bytes", disk.free, {"place": name})
        yield Figure("portal_disk_bytes", disk.whole, {"place": name})


def _storage(now: Now) -> Iterator[Figure]:
    yield Figure("portal_storage_up", int(storage(now)))


def _cache(now: Now) -> Iterator[Figure]:
    yield Figure("portal_cache_up", int(facts.cache_answers()))


def _replica(now: Now) -> Iterator[Figure]:
    if replica.REPLICA not in settings.DATABASES:
        return
    lag = replica.lag()
    yield Figure("portal_replica_up", int(lag is not None))
    if lag is not None:
        yield Figure("portal_replica_lag_seconds", lag.total_seconds())


OUTSIDE = {"disk": _disk, "storage": _storage, "cache": _cache}
OF_DATABASE = {
    "clock": _clock,
    "jobs": _jobs,
    "waiting": _waiting,
    "scans": _not_judged,
    "tally": _tally,
    "worker": _worker,
    "upkeep": _upkeep,
    "replica": _replica,
}


def _since(moment: datetime | None, at: datetime) -> float | None:
    return None if moment is None else max((at - moment).total_seconds(), 0)
