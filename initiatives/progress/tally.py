"""Received, valid, reached, and what they are broken down by: counted beside the submissions, never in them.

One refresher at a time recounts the units touched since the last run (with an overlap for transactions that were still
under way), in one snapshot, and writes only rows that changed. Whoever finds the numbers older than a minute starts it
beside the answer, which shows what is there: no worker process is needed.
"""

import logging
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, connections, transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from initiatives.models import Act, By, Campaign, Initiative, ReviewEvent, Tally, TallyRun
from initiatives.progress import benefit, counting, milestones, people
from initiatives.progress.counting import Counted, Key
from orgtree.models import Unit
from orgtree.scope import branch
from portal import kept_pages
from portal.requests import MAX_ELAPSED
from portal.vietnamese.days import VIETNAM

# An event bears the moment its request arrived, which may lie this far before its transaction ends.
OVERLAP = MAX_ELAPSED + timedelta(minutes=2)
ADVISORY_LOCK = 7_501_000_000
AT_ONCE = 500

logger = logging.getLogger("initiatives.tally")

_running = threading.Lock()

_Parts = frozenset[tuple[str, str]]  # by, value
EVERY_PART: _Parts = frozenset({("", "")})


@dataclass(frozen=True)
class Total:
    """What the front page and a campaign's page show, and the moment it was counted. `is_all_there_is`: the campaign's parts are
    being counted for the first time, and only this number is known."""

    received: int
    counted_at: datetime
    is_all_there_is: bool = False

    def is_older_than_allowed(self, at: datetime) -> bool:
        """A request that arrived before the last count ended is in time; one far before it tells of a clock set back."""
        return not -OVERLAP <= at - self.counted_at <= settings.TALLY_MAX_AGE

    @property
    def is_good_until(self) -> datetime:
        return good_until(self.counted_at)


@dataclass(frozen=True)
class Difference:
    """A figure of the tally that a plain count does not confirm."""

    unit: str
    by: str
    value: str
    measure: str
    tallied: int
    counted: int


def good_until(counted_at: datetime) -> datetime:
    """From then on whoever asks has it counted anew."""
    return counted_at + settings.TALLY_MAX_AGE + timedelta(microseconds=1)


def totals(
    campaigns: Iterable[Campaign], *, at: datetime, stored: Iterable[TallyRun] | None = None
) -> dict[int, Total]:
    """Received by campaign, in one statement, none where `stored` were read already (`runs`); what is too old is counted beside
    this answer, what was never counted now. Where another process is just doing that, the number alone is asked of the
    initiatives."""
    wanted = list(campaigns)
    found = _totals(runs(wanted) if stored is None else stored)
    counted = False
    for campaign in wanted:
        if campaign.pk not in found:
            counted |= refresh(campaign, at=at)
        elif found[campaign.pk].is_older_than_allowed(at):
            counted |= _refresh_beside(campaign, at)
    if counted or len(found) < len(wanted):
        found = _totals(runs(wanted))
    for campaign in wanted:
        if campaign.pk not in found:
            received = Initiative.objects.filter(campaign=campaign).count()
            found[campaign.pk] = Total(received, at, is_all_there_is=True)
    return found


def runs(campaigns: Iterable[Campaign] | QuerySet[Campaign]) -> QuerySet[TallyRun]:
    """What was counted of `campaigns`, each with the number `received`."""
    # of the confederation, by the index `tally_of_a_level`; a join would read every row of the campaign
    of_all = Tally.objects.filter(campaign=OuterRef("campaign"), parent=None, by=By.STATUS).order_by()
    summed = of_all.values("campaign").annotate(number=Sum("entries")).values("number")
    return TallyRun.objects.filter(campaign__in=campaigns).annotate(received=Coalesce(Subquery(summed), 0))


def _totals(stored: Iterable[TallyRun]) -> dict[int, Total]:
    return {run.campaign_id: Total(run.received, run.counted_at) for run in stored}  # type: ignore[attr-defined]


def refresh(campaign: Campaign, *, at: datetime, everything: bool = False) -> bool:
    """Brings the tally of `campaign` up to `at` and announces what was reached; False when another refresher is at work."""
    with _one_at_a_time() as mine:
        if not mine:
            return False
        with _one_snapshot():
            _bring_up(campaign, at=at, everything=everything)
        with _one_snapshot():
            benefit.bring_up(campaign, at=at, overlap=OVERLAP, everything=everything)
        with _one_snapshot():
            people.bring_up(campaign, at=at, overlap=OVERLAP, everything=everything)
        milestones.announce(campaign, at=at)  # so that one is found by whoever counts, with a worker or without
        kept_pages.forget()
    return True


def recount_branch(campaign: Campaign, top: Unit, *, at: datetime) -> int | None:
    """Counts everything in the branch of `top` anew, of the moment of the whole tally, and adds up what that changes above; how
    many rows were wrong. None when another refresher is at work."""

    def units() -> set[int]:
        received = Initiative.objects.filter(campaign=campaign).filter(branch(top.path, by="unit__path"))
        tallied = Tally.objects.filter(campaign=campaign).filter(branch(top.path, by="unit__path"))
        return {*received.order_by().values_list("unit", flat=True).distinct(), *_units_of(tallied)}

    return _recounted(campaign, at=at, do=lambda: _recount_units(campaign, units()))


def recount_root(campaign: Campaign, *, at: datetime) -> int | None:
    """Counts what lies at the confederation itself, and adds up what lies below it."""
    root = Unit.objects.filter(depth=1).values_list("pk", flat=True)
    return _recounted(campaign, at=at, do=lambda: _recount_units(campaign, set(root)))


def recount_days(campaign: Campaign, *, at: datetime) -> int | None:
    """Counts every day anew, and the middles of the fields."""

    def do() -> int:
        benefit.bring_up(campaign, at=at, overlap=OVERLAP, everything=True)
        stored = Tally.objects.filter(campaign=campaign, by=By.DAY)
        return len(_store(campaign, counting.days(campaign, None), stored))

    return _recounted(campaign, at=at, do=do)


def _recounted(campaign: Campaign, *, at: datetime, do: Callable[[], int]) -> int | None:
    with _one_at_a_time() as mine:
        if not mine:
            return None
        with _one_snapshot():
            _bring_up(campaign, at=at, everything=False)
            changed = do()
        kept_pages.forget()
    return changed


def checked(campaign: Campaign, *, at: datetime) -> list[Difference] | None:
    """`refresh`, and what differs then, also while submissions go on; None when another refresher is at work."""
    with _one_at_a_time() as mine:
        if not mine:
            return None
        with _one_snapshot():
            _bring_up(campaign, at=at, everything=False)
            benefit.bring_up(campaign, at=at, overlap=OVERLAP, good_for=timedelta())
            return differences(campaign) + _differing_medians(campaign)


def differences(campaign: Campaign) -> list[Difference]:
    """Every figure of the tally beside a plain count in the same snapshot; none, ever."""
    with _one_snapshot():
        counted = _counted_whole(campaign)
        tallied = _measured(Tally.objects.filter(campaign=campaign))
        off = sorted(key for key in counted.keys() | tallied.keys() if counted.get(key) != tallied.get(key))
        codes = dict(Unit.objects.filter(pk__in={unit for unit, _, _ in off}).values_list("pk", "code"))
    return [
        Difference(codes[key[0]], key[1], key[2], measure, *figures)
        for key in off
        for measure, *figures in zip(
            counting.MEASURES, tallied.get(key, counting.NOTHING), counted.get(key, counting.NOTHING), strict=True
        )
        if figures[0] != figures[1]
    ]


def _differing_medians(campaign: Campaign) -> list[Difference]:
    root = Unit.objects.filter(depth=1).values_list("code", flat=True).first() or ""
    return [Difference(root, By.FIELD, *off) for off in benefit.differing(campaign)]


def _bring_up(campaign: Campaign, *, at: datetime, everything: bool) -> None:
    run = TallyRun.objects.filter(campaign=campaign).first()
    is_set_back = run is not None and run.counted_at - at > OVERLAP
    if everything or run is None or is_set_back:
        counted = _counted_whole(campaign)
        _store(campaign, counted, Tally.objects.filter(campaign=campaign))
    else:
        _recount(campaign, run.counted_at - OVERLAP)
    counted_at = at if run is None or is_set_back else max(at, run.counted_at)
    TallyRun.objects.update_or_create(campaign=campaign, defaults={"counted_at": counted_at})


def _counted_whole(campaign: Campaign) -> Counted:
    """Every unit's branch, from the initiatives alone."""
    sums = _Sums()
    own = counting.own(campaign, None)
    above = _parents({unit for unit, _, _ in own})
    for (unit, by, value), measured in own.items():
        each: int | None = unit
        while each is not None:
            sums.add((each, by, value), measured)
            each = above[each]
    return sums.counted() | counting.days(campaign, None)


def _recount(campaign: Campaign, since: datetime) -> None:
    """What was touched since then: its units, and upwards what changed below them; the days on which it was sent."""
    touched, days = _touched(campaign, since)
    if not touched:
        return
    _recount_units(campaign, touched)
    _store(
        campaign,
        counting.days(campaign, days),
        Tally.objects.filter(campaign=campaign, by=By.DAY, value__in={day.isoformat() for day in days}),
    )


def _recount_units(campaign: Campaign, touched: set[int]) -> int:
    """Everything at these units, and upwards what changed below them; how many rows did."""
    changed = 0
    above = _parents(touched)
    depths = dict(Unit.objects.filter(pk__in=above).values_list("pk", "depth"))
    asked: dict[int, _Parts] = dict.fromkeys(touched, EVERY_PART)
    for depth in sorted(set(depths.values()), reverse=True):
        level = {unit: parts for unit, parts in asked.items() if depths[unit] == depth}
        differing = _recount_level(campaign, level)
        changed += len(differing)
        for unit, by, value in differing:
            parent = above[unit]
            if parent is not None and asked.get(parent) is not EVERY_PART:
                asked[parent] = asked.get(parent, frozenset()) | {(by, value)}
    return changed


def _units_of(rows: QuerySet[Tally]) -> set[int]:
    return set(rows.order_by().values_list("unit", flat=True).distinct())


def _recount_level(campaign: Campaign, units: dict[int, _Parts]) -> list[Key]:
    """Counts `units` in the parts that are asked: what lies at each itself, and the rows of the units below it."""
    if not units:
        return []
    sums = _Sums()
    for key, measured in counting.own(campaign, units).items():
        sums.add(key, measured)
    rows = Tally.objects.filter(campaign=campaign).exclude(by=By.DAY)
    whole = [unit for unit, parts in units.items() if parts is EVERY_PART]
    values = {value for parts in units.values() if parts is not EVERY_PART for _, value in parts}
    below = rows.filter(Q(parent__in=whole) | Q(parent__in=units.keys() - set(whole), value__in=values))
    for unit, by, value, *measured in below.values_list("parent", "by", "value", *counting.MEASURES).iterator():
        sums.add((unit, by, value), measured)

    def is_asked(key: Key) -> bool:
        return units[key[0]] is EVERY_PART or key[1:] in units[key[0]]

    stored = rows.filter(Q(unit__in=whole) | Q(unit__in=units.keys() - set(whole), value__in=values))
    counted = {key: measured for key, measured in sums.counted().items() if is_asked(key)}
    return _store(campaign, counted, stored, is_asked=is_asked)


def _store(
    campaign: Campaign, counted: Counted, stored: QuerySet[Tally], *, is_asked: Callable[[Key], bool] | None = None
) -> list[Key]:
    """Makes the rows of `stored` (those that are asked) say what was counted; the keys of those that did not."""
    before = {key: each for key, each in _measured(stored).items() if is_asked is None or is_asked(key)}
    changed = [key for key, measured in counted.items() if before.get(key) != measured]
    gone = [key for key in before if key not in counted]
    parents = _parents({unit for unit, _, _ in changed})
    Tally.objects.bulk_create(
        (
            Tally(
                campaign=campaign,
                unit_id=unit,
                parent_id=parents[unit],
                by=by,
                value=value,
                **dict(zip(counting.MEASURES, counted[unit, by, value], strict=True)),
            )
            for unit, by, value in changed
        ),
        batch_size=AT_ONCE,
        update_conflicts=True,
        unique_fields=["campaign", "unit", "by", "value"],
        update_fields=counting.MEASURES,
    )
    for start in range(0, len(gone), AT_ONCE):
        some = set(gone[start : start + AT_ONCE])
        rows = stored.filter(unit__in={unit for unit, _, _ in some}, value__in={value for _, _, value in some})
        found = rows.values_list("pk", "unit", "by", "value")
        Tally.objects.filter(pk__in=[pk for pk, *key in found if tuple(key) in some]).delete()
    return changed + gone


class _Sums:
    def __init__(self) -> None:
        self._sums: dict[Key, list[int]] = {}

    def add(self, key: Key, measured: Sequence[int]) -> None:
        sums = self._sums.get(key)
        if sums is None:
            self._sums[key] = list(measured)
        else:
            for place, number in enumerate(measured):
                sums[place] += number

    def counted(self) -> Counted:
        return {key: tuple(each) for key, each in self._sums.items() if any(each)}


def _measured(rows: QuerySet[Tally]) -> Counted:
    found = rows.values_list("unit", "by", "value", *counting.MEASURES).iterator()
    return {(unit, by, value): tuple(measured) for unit, by, value, *measured in found}


def _parents(units: Collection[int]) -> dict[int, int | None]:
    """Each of `units` and all above them, with the one directly above, by its own path: a past branch keeps its numbers."""
    if not units:
        return {}
    step = Unit.steplen
    paths = Unit.objects.filter(pk__in=units).values_list("path", flat=True)
    wanted = {path[:end] for path in paths for end in range(step, len(path) + 1, step)}
    ids = dict(Unit.objects.filter(path__in=wanted).values_list("path", "pk"))
    return {pk: ids.get(path[:-step]) for path, pk in ids.items()}


def _touched(campaign: Campaign, since: datetime) -> tuple[set[int], set[date]]:
    """Units with an event since then (those of its initiatives now, and those they were moved from, by staff or sender), and
    the days on which these initiatives were submitted."""
    events = ReviewEvent.objects.filter(at__gte=since, initiative__campaign=campaign)
    found = set(events.values_list("initiative__unit", "initiative__submitted_at").distinct())
    moved = events.filter(act__in=(Act.REASSIGNED, Act.EDITED, Act.RESENT)).values_list("note", flat=True)
    codes = {note.split(" → ")[0] for note in moved}
    left = Unit.objects.filter(code__in=codes).values_list("pk", flat=True)
    return {unit for unit, _ in found} | set(left), {timezone.localdate(submitted, VIETNAM) for _, submitted in found}


@contextmanager
def _one_snapshot() -> Iterator[None]:
    """All statements see the same moment. (SQLite's transactions always do; one already begun is taken as it is.)"""
    begins = not connection.in_atomic_block
    with transaction.atomic():
        if begins and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                # Adding up millions takes longer than a request may.
                cursor.execute("SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0")
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
                    with suppress(InterfaceError, OperationalError):  # a connection that broke took its lock with it
                        cursor.execute("SELECT pg_advisory_unlock(%s)", [ADVISORY_LOCK])
    finally:
        _running.release()


def _refresh_beside(campaign: Campaign, at: datetime) -> bool:
    """Counts in a thread of its own, so that the answer need not wait; inside the request where settings say so. Whether it is
    done when this ends."""
    if not settings.TALLY_BESIDE_THE_ANSWER:
        return refresh(campaign, at=at)
    if not _running.locked():
        threading.Thread(target=_refresh_and_close, args=(campaign, at), daemon=True, name="tally").start()
    return False


def _refresh_and_close(campaign: Campaign, at: datetime) -> None:
    try:
        refresh(campaign, at=at)
    except Exception:
        logger.exception("the tally could not be refreshed")
    finally:
        connections.close_all()
