"""Received, valid, reached: counted beside the submissions, never in them.

One refresher at a time recounts the units touched since the last run (with an overlap for transactions that were still
under way), in one snapshot, and writes only rows that changed. Whoever finds the numbers older than a minute starts it
beside the answer, which shows what is there: no worker process is needed.
"""

import logging
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, connections, transaction
from django.db.models import Count, F, Q, Sum

from initiatives.models import Act, Campaign, Initiative, ReviewEvent, Tally, TallyRun
from orgtree.models import Unit
from portal.requests import MAX_ELAPSED

# An event bears the moment its request arrived, which may lie this far before its transaction ends.
OVERLAP = MAX_ELAPSED + timedelta(minutes=2)
ADVISORY_LOCK = 7_501_000_000

logger = logging.getLogger("initiatives.tally")

Key = tuple[int, str, bool]  # unit, status, is_duplicate
_running = threading.Lock()


@dataclass(frozen=True)
class Total:
    """What the front page and a campaign's page show, and the moment it was counted."""

    received: int
    counted_at: datetime

    def is_older_than_allowed(self, at: datetime) -> bool:
        """A request that arrived before the last count ended is in time; one far before it tells of a clock set back."""
        return not -OVERLAP <= at - self.counted_at <= settings.TALLY_MAX_AGE


@dataclass(frozen=True)
class Difference:
    """A figure of the tally that a plain count does not confirm."""

    unit: str
    status: str
    tallied: int
    counted: int


def totals(campaigns: Iterable[Campaign], *, at: datetime) -> dict[int, Total]:
    """Received by campaign, in one statement; what is too old is counted beside this answer, what was never counted now."""
    wanted = list(campaigns)
    found = _stored(wanted)
    for campaign in wanted:
        if campaign.pk not in found:
            refresh(campaign, at=at)
        elif found[campaign.pk].is_older_than_allowed(at):
            _refresh_beside(campaign, at)
    if len(found) < len(wanted) or not settings.TALLY_BESIDE_THE_ANSWER:
        found = _stored(wanted)
    return found


def refresh(campaign: Campaign, *, at: datetime, everything: bool = False) -> bool:
    """Brings the tally of `campaign` up to `at`; False when another refresher is at work."""
    with _one_at_a_time() as mine:
        if not mine:
            return False
        with _one_snapshot():
            _bring_up(campaign, at=at, everything=everything)
    return True


def checked(campaign: Campaign, *, at: datetime) -> list[Difference] | None:
    """`refresh`, and what differs then, also while submissions go on; None when another refresher is at work."""
    with _one_at_a_time() as mine:
        if not mine:
            return None
        with _one_snapshot():
            _bring_up(campaign, at=at, everything=False)
            return differences(campaign)


def differences(campaign: Campaign) -> list[Difference]:
    """Every figure of the tally beside a plain count in the same snapshot; none, ever."""
    with _one_snapshot():
        counted = _rolled_up(_own_counts(campaign, None))
        tallied = {
            (row.unit_id, row.status, row.is_duplicate): (row.own, row.branch)
            for row in Tally.objects.filter(campaign=campaign)
        }
        codes = dict(
            Unit.objects.filter(pk__in={key[0] for key in counted.keys() | tallied.keys()}).values_list("pk", "code")
        )
    return [
        Difference(codes[key[0]], key[1], tallied.get(key, (0, 0))[1], counted.get(key, (0, 0))[1])
        for key in sorted(counted.keys() | tallied.keys())
        if tallied.get(key, (0, 0)) != counted.get(key, (0, 0))
    ]


def _stored(campaigns: list[Campaign]) -> dict[int, Total]:
    runs = TallyRun.objects.filter(campaign__in=campaigns).annotate(
        received=Sum("campaign__tallies__branch", filter=Q(campaign__tallies__unit__depth=1), default=0)
    )
    return {run.campaign_id: Total(run.received, run.counted_at) for run in runs}


def _bring_up(campaign: Campaign, *, at: datetime, everything: bool) -> None:
    run = TallyRun.objects.filter(campaign=campaign).first()
    is_set_back = run is not None and run.counted_at - at > OVERLAP
    _recount(campaign, None if everything or run is None or is_set_back else run.counted_at - OVERLAP)
    counted_at = at if run is None or is_set_back else max(at, run.counted_at)
    TallyRun.objects.update_or_create(campaign=campaign, defaults={"counted_at": counted_at})


def _recount(campaign: Campaign, since: datetime | None) -> None:
    """Counts the units touched since `since` (all, where None) and carries every difference up to the root."""
    touched = None if since is None else _touched(campaign, since)
    if touched is not None and not touched:
        return
    own = _own_counts(campaign, touched)
    rows = Tally.objects.filter(campaign=campaign)
    before = {(row.unit_id, row.status, row.is_duplicate): row for row in rows}
    if touched is None:
        _store_all(campaign, before, _rolled_up(own))
        return
    counted = {key: own.get(key, 0) for key in before if key[0] in touched} | own
    change = {key: number - (before[key].own if key in before else 0) for key, number in counted.items()}
    changed = {key: difference for key, difference in change.items() if difference}
    above = _ancestors({unit for unit, _, _ in changed})
    steps: dict[Key, list[int]] = defaultdict(lambda: [0, 0])
    for (unit, status, duplicate), difference in changed.items():
        steps[unit, status, duplicate][0] += difference
        for each in above[unit]:
            steps[each, status, duplicate][1] += difference
    _store_steps(campaign, before, steps)


def _store_all(campaign: Campaign, before: dict[Key, Tally], counted: dict[Key, tuple[int, int]]) -> None:
    new = [
        Tally(campaign=campaign, unit_id=key[0], status=key[1], is_duplicate=key[2], own=own, branch=branch)
        for key, (own, branch) in counted.items()
        if key not in before
    ]
    changed = []
    for key, row in before.items():
        own, branch = counted.get(key, (0, 0))
        if (row.own, row.branch) != (own, branch):
            row.own, row.branch = own, branch
            changed.append(row)
    Tally.objects.bulk_create(new, batch_size=500)
    Tally.objects.bulk_update(changed, ["own", "branch"], batch_size=500)


def _store_steps(campaign: Campaign, before: dict[Key, Tally], steps: dict[Key, list[int]]) -> None:
    new = []
    for key, (own, branch) in steps.items():
        if key in before:
            Tally.objects.filter(pk=before[key].pk).update(own=F("own") + own, branch=F("branch") + branch)
        else:
            new.append(
                Tally(campaign=campaign, unit_id=key[0], status=key[1], is_duplicate=key[2], own=own, branch=branch)
            )
    Tally.objects.bulk_create(new, batch_size=500)


def _own_counts(campaign: Campaign, units: set[int] | None) -> dict[Key, int]:
    """By unit, status and whether a duplicate; reads nothing but the index `initiative_counted`."""
    rows = Initiative.objects.filter(campaign=campaign)
    if units is not None:
        rows = rows.filter(unit__in=units)
    counted: dict[Key, int] = defaultdict(int)
    for unit, status, duplicate_of, number in (
        rows.order_by().values_list("unit", "status", "duplicate_of").annotate(number=Count("*")).iterator()
    ):
        counted[unit, status, duplicate_of is not None] += number
    return dict(counted)


def _rolled_up(own: dict[Key, int]) -> dict[Key, tuple[int, int]]:
    """(own, branch) of every unit that has initiatives in its branch."""
    above = _ancestors({unit for unit, _, _ in own})
    branches: dict[Key, int] = defaultdict(int)
    for (unit, status, duplicate), number in own.items():
        for each in above[unit]:
            branches[each, status, duplicate] += number
    return {key: (own.get(key, 0), branch) for key, branch in branches.items()}


def _ancestors(units: set[int]) -> dict[int, list[int]]:
    """The chain of each unit from the root down to itself, by its own path: a past branch keeps its numbers."""
    step = Unit.steplen
    paths = dict(Unit.objects.filter(pk__in=units).values_list("pk", "path"))
    prefixes = {path[:end] for path in paths.values() for end in range(step, len(path) + 1, step)}
    ids = dict(Unit.objects.filter(path__in=prefixes).values_list("path", "pk"))
    return {pk: [ids[path[:end]] for end in range(step, len(path) + 1, step)] for pk, path in paths.items()}


def _touched(campaign: Campaign, since: datetime) -> set[int]:
    """Units with an event since then: those of its initiatives now, and those they were moved from, by staff or sender."""
    events = ReviewEvent.objects.filter(at__gte=since, initiative__campaign=campaign)
    units = set(events.values_list("initiative__unit", flat=True).distinct())
    moved = events.filter(act__in=(Act.REASSIGNED, Act.EDITED, Act.RESENT)).values_list("note", flat=True)
    codes = {note.split(" → ")[0] for note in moved}
    return units | set(Unit.objects.filter(code__in=codes).values_list("pk", flat=True))


@contextmanager
def _one_snapshot() -> Iterator[None]:
    """All statements see the same moment. (SQLite's transactions always do; one already begun is taken as it is.)"""
    begins = not connection.in_atomic_block
    with transaction.atomic():
        if begins and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


@contextmanager
def _one_at_a_time() -> Iterator[bool]:
    """A try-lock: among threads by a lock, among processes by PostgreSQL. (SQLite's writers queue by themselves.)"""
    if not _running.acquire(blocking=False):
        yield False
        return
    try:
        if connection.vendor != "postgresql":
            yield True
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [ADVISORY_LOCK])
            mine = cursor.fetchone()[0]
            try:
                yield mine
            finally:
                if mine:
                    cursor.execute("SELECT pg_advisory_unlock(%s)", [ADVISORY_LOCK])
    finally:
        _running.release()


def _refresh_beside(campaign: Campaign, at: datetime) -> None:
    """Counts in a thread of its own, so that the answer need not wait; inside the request where settings say so."""
    if not settings.TALLY_BESIDE_THE_ANSWER:
        refresh(campaign, at=at)
        return
    if not _running.locked():
        threading.Thread(target=_refresh_and_close, args=(campaign, at), daemon=True, name="tally").start()


def _refresh_and_close(campaign: Campaign, at: datetime) -> None:
    try:
        refresh(campaign, at=at)
    except Exception:
        logger.exception("the tally could not be refreshed")
    finally:
        connections.close_all()
