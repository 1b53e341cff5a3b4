"""Scans and beginnings of each poster, added up in the memory of the process and written together every few seconds.

A worker's request never waits for it, fails by it or holds a row of it. What could not be written is kept for the next time.
A process that is killed takes the numbers of its last seconds with it; one that is told to end writes them first. Nothing is
known of who scanned: a number by campaign, unit and day is all there ever is.
"""

import atexit
import logging
import re
import threading
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from enum import Enum

from django.conf import settings
from django.db import connection, connections, transaction
from django.utils import timezone

from initiatives.models import Campaign, PosterCount
from orgtree.models import Unit
from portal.vietnamese.days import VIETNAM

FIELD = "ap-phich"  # in an address: whose poster led there
OWN = "0"  # the campaign's own poster, which is the confederation's
KEY = re.compile(r"[a-z2-7]{8}")
EVERY = 5  # seconds
AT_ONCE = 200  # rows of one statement
MOST_KEPT = 20_000  # posters and days, while nothing can be written

_Place = tuple[int, int, date]  # campaign, unit, day
_Count = tuple[_Place, list[int]]  # scans, starts

logger = logging.getLogger("initiatives.posters")

_lock = threading.Lock()
_noted: dict[_Place, list[int]] = {}
_writer: threading.Thread | None = None
_ending = threading.Event()


class What(Enum):
    """What is counted, by its place among the columns."""

    SCAN = 0
    START = 1


def marked(typed: str) -> str:
    """The mark of a poster in an address; "" for anything else."""
    return typed if typed == OWN or KEY.fullmatch(typed) else ""


def unit_of(mark: str) -> Unit | None:
    """Whose poster bears `mark`."""
    if mark == OWN:
        return Unit.objects.filter(depth=1).first()
    return Unit.objects.filter(poster_key=mark).first() if marked(mark) else None


def note(campaign_id: int, unit_id: int, what: What, *, at: datetime) -> None:
    """One more, on the day that `at` is in Việt Nam."""
    global _writer
    place = (campaign_id, unit_id, timezone.localdate(at, VIETNAM))
    _keep([(place, [int(what is each) for each in What])])
    if not settings.TALLY_BESIDE_THE_ANSWER:
        _write_or_tell()
        return
    with _lock:
        if _writer is None or not _writer.is_alive():
            _writer = threading.Thread(target=_write_until_nothing_is_left, daemon=True, name="posters")
            _writer.start()


def write() -> None:
    """Adds what was noted to what is stored; what could not be is kept. Raises what the database raises."""
    with _lock:
        left = sorted(_noted.items())
        _noted.clear()
    try:
        left = _known(left)
        while left:
            _add(left[:AT_ONCE])
            left = left[AT_ONCE:]
    finally:
        _keep(left)


def _keep(counts: Iterable[_Count]) -> None:
    with _lock:
        for place, numbers in counts:
            kept = _noted.get(place)
            if kept is not None:
                kept[:] = [one + other for one, other in zip(kept, numbers, strict=True)]
            elif len(_noted) < MOST_KEPT:
                _noted[place] = list(numbers)


def _known(counts: Sequence[_Count]) -> list[_Count]:
    """Those whose campaign is still there: one that was deleted would keep all others from being written. Units stay."""
    if not counts:
        return []
    there = set(Campaign.objects.filter(pk__in={place[0] for place, _ in counts}).values_list("pk", flat=True))
    return [each for each in counts if each[0][0] in there]


def _add(counts: Sequence[_Count]) -> None:
    """One statement, its rows in one order for all processes, so that none waits for another in a ring."""
    table = PosterCount._meta.db_table
    rows = ", ".join(["(%s, %s, %s, %s, %s)"] * len(counts))
    said = (
        f"INSERT INTO {table} (campaign_id, unit_id, day, scans, starts) VALUES {rows}"  # noqa: S608 - our own names
        " ON CONFLICT (campaign_id, unit_id, day) DO UPDATE"
        f" SET scans = {table}.scans + excluded.scans, starts = {table}.starts + excluded.starts"
    )
    values = [
        value
        for (campaign, unit, day), numbers in counts
        for value in (campaign, unit, connection.ops.adapt_datefield_value(day), *numbers)
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(said, values)


def _write_or_tell() -> None:
    try:
        write()
    except Exception:  # a visitor must not meet it, nor the thread end by it
        logger.exception("what posters brought could not be written; it is kept")


def _write_until_nothing_is_left() -> None:
    global _writer
    while True:
        is_last = _ending.wait(EVERY)
        _write_or_tell()
        connections.close_all()
        with _lock:
            if is_last or not _noted:
                _writer = None
                return


@atexit.register
def _write_the_last() -> None:
    writer = _writer
    if writer is not None:
        _ending.set()
        writer.join(timeout=EVERY)
