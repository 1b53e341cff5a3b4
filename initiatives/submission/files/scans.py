"""What was kept while the antivirus did not answer, or before there was one: scanned beside the requests, by the worker.

The empty moment is the queue. A file in which malware was found stays where it is, as proof, and is handed to nobody. One that
the antivirus cannot judge, or that is not there, leaves the queue to the others and is asked about again when it is as old again
as it is by then, at the soonest in AGAIN_SOONEST, at the latest in AGAIN_LATEST: a folder may come back that was not mounted.
"""

import itertools
import logging
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Model, QuerySet

from initiatives.models import Attachment, DossierFile
from initiatives.submission.files import antivirus
from initiatives.submission.files.antivirus import NotJudged, ScannerUnavailable
from initiatives.submission.files.store import NotAStoredName, StoreUnavailable, open_stored

_SCANNED: tuple[type[Model], ...] = (Attachment, DossierFile)
AGAIN_SOONEST, AGAIN_LATEST = timedelta(minutes=10), timedelta(days=1)

logger = logging.getLogger("initiatives.files")


def scan_some(*, at: datetime, limit: int) -> int:
    """Scans up to `limit` files, the oldest first; how many, those that could not be judged among them. Nothing where no
    antivirus is configured.

    Raises OSError where the store or the antivirus does not answer: what was not scanned stays in the queue.
    """
    if not antivirus.is_configured():
        return 0
    waiting = _never_tried(limit)
    if len(waiting) < limit:
        waiting += _due_again(limit - len(waiting), at=at)
    for file in waiting:
        _scan(file, at)
    return len(waiting)


def with_malware(digests: Collection[str]) -> set[str]:
    """Those of these SHA-256 in which something was found, in one statement."""
    first, *others = (
        model._default_manager.filter(sha256__in=digests)
        .exclude(malware="")
        .order_by()
        .values_list("sha256", flat=True)
        for model in _SCANNED
    )
    return set(first.union(*others)) if digests else set()


def not_judged(*, most: int) -> int:
    """How many the antivirus could not judge so far, `most` at the most."""
    return sum(_unscanned(model).exclude(scan_again_at=None)[:most].count() for model in _SCANNED)


def _never_tried(limit: int) -> list[Any]:
    """The oldest of both kinds: neither waits for the other's queue to end."""
    found = [row for model in _SCANNED for row in _unscanned(model).filter(scan_again_at=None).order_by("pk")[:limit]]
    return sorted(found, key=lambda file: file.added_at)[:limit]


def _due_again(limit: int, *, at: datetime) -> list[Any]:
    due = [
        _unscanned(model).filter(scan_again_at__lte=at).order_by("scan_again_at", "pk")[:limit] for model in _SCANNED
    ]
    return sorted(itertools.chain.from_iterable(due), key=lambda file: file.scan_again_at)[:limit]


def _unscanned(model: type[Model]) -> QuerySet:
    return model._default_manager.filter(scanned_at=None).exclude(stored_name="")


def _scan(file: Any, at: datetime) -> None:
    if antivirus.is_resting():
        raise ScannerUnavailable
    row = type(file)._default_manager.filter(pk=file.pk)
    try:
        with open_stored(file.stored_name) as content:
            found = antivirus.malware_in(content)
    except NotAStoredName:
        found = ""  # there is nothing to find, and `check_invariants` names it
    except OSError as failure:
        if not _is_of_this_file(failure):
            raise
        pause = min(max(at - file.added_at, AGAIN_SOONEST), AGAIN_LATEST)
        row.update(scan_again_at=at + pause)
        logger.warning(
            "a document could not be judged: %s %s: %s", type(file).__name__, file.pk, type(failure).__name__
        )
        return
    row.update(scanned_at=at, malware=found, scan_again_at=None)


def _is_of_this_file(failure: OSError) -> bool:
    """Neither of a store nor of an antivirus that answers nobody. One that answers when it is asked whether it is there was too
    long over these bytes, or could not say; a disk may fail at one file."""
    if isinstance(failure, ScannerUnavailable):
        return isinstance(failure, NotJudged) or antivirus.answers()
    return not isinstance(failure, StoreUnavailable)
