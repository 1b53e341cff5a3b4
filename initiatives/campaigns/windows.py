"""The deadline rule: one verdict, asked by every door of submission (page, step, upload, submit, import, admin entry).

Windows are half-open instants `[opens_at, closes_at)`, derived from the clock and never from a job. What decides is the
moment a request arrived. For a unit the nearest unit at or above it that has an extension lengthens a phase (the last one,
where none is named: letter DB21, "tự động đóng sau 24h ngày 22/4/2021"); a person's extension is one on a draft; grace is
for drafts begun before the close and never comes on top of an extension.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from initiatives.models import Campaign, Draft, Phase, WindowExtension
from orgtree.models import Unit
from portal import plain_rows, prepared
from portal.requests import MAX_ELAPSED
from portal.vietnamese import days


class State(StrEnum):
    OPEN = "open"
    OPEN_FOR_SOME = "open_for_some"
    NOT_YET = "not_yet"
    CLOSED = "closed"


SOON = timedelta(days=1)
TURNS_AT_ONCE = 4  # read by one statement


@dataclass(frozen=True)
class Verdict:
    """What holds for one unit (or, where none is named, for everybody) at one moment.

    `phases` are those open now; `closes_at` the last moment among them; `opens_at` the next opening ahead; `closed_at` the
    last close behind; `open_units` the units for which it is still open when it is closed for the others, `open_until` each
    one's own close.
    `paused`: staff took the campaign off the portal.
    """

    state: State
    at: datetime
    phases: tuple[Phase, ...] = ()
    closes_at: datetime | None = None
    opens_at: datetime | None = None
    closed_at: datetime | None = None
    open_units: tuple[Unit, ...] = ()
    open_until: tuple[datetime, ...] = ()
    extended: bool = False
    paused: bool = False

    @property
    def is_open(self) -> bool:
        return self.state is State.OPEN

    @property
    def is_open_for_some(self) -> bool:
        return self.state is State.OPEN_FOR_SOME

    @property
    def is_not_yet(self) -> bool:
        return self.state is State.NOT_YET

    @property
    def is_late(self) -> bool:
        """Whether a window has closed for this unit: what is sent now is kept and marked late."""
        return not self.is_open and self.closed_at is not None

    @property
    def turns(self) -> tuple[datetime, ...]:
        """The moments at which it says something else, as far as it names them: a page that is kept must not outlive them, also
        where the rows they came from are gone by the time somebody asks `turns` below."""
        named = (self.closes_at, self.opens_at, *self.open_until)
        return tuple(each for each in named if each is not None)

    @property
    def seconds_left(self) -> int:
        """Until the close of what is open now; 0 where nothing is."""
        return int((self.closes_at - self.at).total_seconds()) if self.is_open and self.closes_at else 0

    @property
    def closes_soon(self) -> bool:
        """Within a day: then each step says how long is left."""
        return 0 < self.seconds_left < SOON.total_seconds()

    @property
    def left(self) -> str:
        """Còn 40 phút là đóng. "" where nothing is open."""
        return f"Còn {days.left(self.closes_at, at=self.at)} là đóng." if self.is_open and self.closes_at else ""

    @property
    def left_then(self) -> str:
        """Lúc 23h20 ngày 20/4/2021 còn 40 phút là đóng. For a page that does not count on: true however long it stays open."""
        return f"Lúc {days.moment(self.at)} c{self.left[1:]}" if self.left else ""

    def phase_of(self, day: date) -> Phase | None:
        """The open phase whose days of eligibility hold `day`; while two are open, the day decides."""
        return next((phase for phase in self.phases if phase.covers(day)), None)

    @property
    def open_for(self) -> list[tuple[Unit, datetime]]:
        """For whom it is still open when it is closed for the others, and until when."""
        return list(zip(self.open_units, self.open_until, strict=True))

    @property
    def closes_as_one(self) -> bool:
        """Whether one moment is the close for all to whom this is said."""
        return len(set(self.open_until)) < 2

    @property
    def sentence(self) -> str:
        """One sentence for people: open until when, opens when, or closed since when."""
        if self.paused:
            return "Chương trình đang tạm dừng nhận sáng kiến."
        if self.is_open and self.closes_at:
            return f"Đang nhận sáng kiến, đến {days.closing(self.closes_at)}."
        if self.is_open_for_some and self.closes_at:
            if self.closes_as_one:
                names = ", ".join(str(unit) for unit in self.open_units)
                return f"Chỉ còn nhận của {names}, đến {days.closing(self.closes_at)}."
            each = (f"{unit} đến {days.closing(until)}" for unit, until in self.open_for)
            return f"Chỉ còn nhận của {'; '.join(each)}."
        if self.opens_at and self.closed_at:
            return f"Đã đóng lúc {days.closing(self.closed_at)}. Mở lại lúc {days.moment(self.opens_at)}."
        if self.opens_at:
            return f"Chưa mở. Bắt đầu nhận lúc {days.moment(self.opens_at)}."
        if self.closed_at:
            return f"Đã đóng lúc {days.closing(self.closed_at)}."
        return "Chưa có thời gian nhận sáng kiến."


def verdict(campaign: Campaign, *, at: datetime, unit: Unit | None = None, draft: Draft | None = None) -> Verdict:
    """What decides: asks the database as it is, whatever is known of `campaign` here. One statement where it is open, two where
    it is not: then those for whom it still is are named."""
    line = [] if unit is None else [unit.path[:end] for end in range(unit.steplen, len(unit.path) + 1, unit.steplen)]
    of_draft = draft.pk if draft is not None else None
    read = _read(campaign.pk, line, of_draft)
    found = read.judged(at=at, unit=unit, draft=draft)
    if found.is_open or found.paused:
        return found
    return _read(campaign.pk, None, of_draft).judged(at=at, unit=unit, draft=draft)


@dataclass(frozen=True)
class _Windows:
    """What one statement finds of a campaign's windows."""

    is_published: bool
    grace: timedelta
    phases: Sequence[Phase]
    extensions: Sequence[WindowExtension]

    def judged(self, *, at: datetime, unit: Unit | None, draft: Draft | None) -> Verdict:
        if not self.is_published:
            return Verdict(State.CLOSED, at, paused=True)
        return judge(self.phases, self.extensions, at=at, unit=unit, draft=draft, grace=self.grace)


_OF_UNIT = ("id", "code", "name", "short_name", "level", "path", "depth")


def _read(campaign_id: int, line: Sequence[str] | None, draft_id: int | None) -> _Windows:
    """The windows as they stand. Of the extensions those of units whose path is in `line` (None: of every unit) and of the draft.

    Written by hand: it is asked at each step that is sent, and Django would take three statements and most of a millisecond to
    put them together.
    """
    campaign, phase, extension, unit = (each._meta.db_table for each in (Campaign, Phase, WindowExtension, Unit))
    of_phase, of_extension = plain_rows.columns(Phase), plain_rows.columns(WindowExtension)
    of_unit = plain_rows.columns(Unit, *_OF_UNIT)
    selected = [
        "c.is_published, c.grace_minutes",
        plain_rows.listed("p", of_phase),
        plain_rows.listed("e", of_extension),
        plain_rows.listed("u", of_unit),
    ]
    if line is None:
        granted = "e.unit_id IS NOT NULL"
    elif not line:
        granted = "1 = 0"
    else:
        granted = f"e.unit_id IN (SELECT id FROM {unit} WHERE path IN ({', '.join(['%s'] * len(line))}))"  # noqa: S608
    said = (
        f"SELECT {', '.join(selected)} FROM {campaign} c"  # noqa: S608 - our own names
        f" LEFT JOIN {phase} p ON p.campaign_id = c.id"
        f" LEFT JOIN {extension} e ON e.campaign_id = c.id AND (e.draft_id = %s OR {granted})"
        f" LEFT JOIN {unit} u ON u.id = e.unit_id"
        " WHERE c.id = %s ORDER BY p.opens_at, p.id, e.granted_at DESC, e.id"
    )
    with connection.cursor() as cursor:
        prepared.execute(cursor, said, [draft_id, *(line or ()), campaign_id])
        rows = cursor.fetchall()
    if not rows:
        return _Windows(False, timedelta(), (), ())
    phases: dict[int, Phase] = {}
    extensions: dict[int, WindowExtension] = {}
    for row in rows:
        values = iter(row[2:])
        about_phase, about_extension = list(islice(values, len(of_phase))), list(islice(values, len(of_extension)))
        about_unit = list(values)
        if about_phase[0] is not None and about_phase[0] not in phases:
            phases[about_phase[0]] = plain_rows.made(Phase, of_phase, about_phase)
        if about_extension[0] is not None and about_extension[0] not in extensions:
            extensions[about_extension[0]] = made = plain_rows.made(WindowExtension, of_extension, about_extension)
            if about_unit[0] is not None:
                made.unit = plain_rows.made(Unit, of_unit, about_unit)
    return _Windows(bool(rows[0][0]), timedelta(minutes=rows[0][1]), list(phases.values()), list(extensions.values()))


def verdicts(
    campaigns: Iterable[Campaign], *, at: datetime, longer: Iterable[WindowExtension] | None = None
) -> dict[int, Verdict]:
    """What holds for everybody in each campaign, by its id. `campaigns` with their phases prefetched: one statement, none where
    `longer` are the extensions that were read already (`longer_than_open`)."""
    if longer is None:
        closed = [each.pk for each in campaigns if not any(p.opens_at <= at < p.closes_at for p in each.phases.all())]
        longer = longer_than_open(Campaign.objects.filter(pk__in=closed), at=at) if closed else ()
    extensions: dict[int, list[WindowExtension]] = defaultdict(list)
    for extension in longer:
        extensions[extension.campaign_id].append(extension)
    return {each.pk: judge(list(each.phases.all()), extensions[each.pk], at=at) for each in campaigns}


def longer_than_open(campaigns: QuerySet[Campaign], *, at: datetime) -> QuerySet[WindowExtension]:
    """The extensions of units that still run, of those of `campaigns` that are open for nobody else."""
    is_open = Phase.objects.filter(campaign=OuterRef("campaign"), opens_at__lte=at, closes_at__gt=at)
    still = WindowExtension.objects.filter(
        ~Exists(is_open), campaign__in=campaigns, unit__isnull=False, closes_at__gt=at
    )
    return still.select_related("unit")


def turns(after: datetime, at: datetime) -> list[datetime]:
    """Moments after `after`, in order, at which a verdict of any campaign may turn, for a window or an extension opens or closes:
    all up to `at`, and at least the first behind it. (Grace is of drafts begun before, so no page for everybody turns
    by it.) One statement, where no more than a few lie between."""
    found = [moment for (moment,) in _TURNS.rows(after)]
    if len(found) == TURNS_AT_ONCE and found[-1] <= at:
        return found + turns(found[-1], at)
    return found


def _turns_after(after: datetime) -> QuerySet[Any, Any]:
    opening = Phase.objects.filter(opens_at__gt=after).order_by().values_list("opens_at")
    closing = Phase.objects.filter(closes_at__gt=after).order_by().values_list("closes_at")
    longer = WindowExtension.objects.filter(closes_at__gt=after).order_by().values_list("closes_at")
    return opening.union(closing, longer).order_by("opens_at")[:TURNS_AT_ONCE]


_TURNS = plain_rows.PreparedValues(_turns_after, instead=(datetime(1901, 2, 3, 4, 5, 6, 7, UTC),))


def arriving_until(campaign: Campaign, *, at: datetime) -> datetime | None:
    """Until when something that arrived before a close may still be received: a request counts from its first moment, and is
    waited for. None where nothing closed so lately. One statement."""
    waited = timedelta(minutes=campaign.grace_minutes) + MAX_ELAPSED
    lately = {"campaign": campaign, "closes_at__lte": at, "closes_at__gt": at - waited}
    closing = Phase.objects.filter(**lately).order_by().values_list("closes_at")
    longer = WindowExtension.objects.filter(**lately).order_by().values_list("closes_at")
    last = closing.union(longer).order_by("-closes_at").first()
    return last[0] + waited if last else None


def judge(
    phases: Sequence[Phase],
    extensions: Iterable[WindowExtension],
    *,
    at: datetime,
    unit: Unit | None = None,
    draft: Draft | None = None,
    grace: timedelta = timedelta(),
) -> Verdict:
    """The rule itself, pure. `phases` in order of opening, `extensions` of units and of `draft`."""
    closes: dict[int, datetime] = {}
    extended = False
    granted = list(extensions)
    for phase in phases:
        later = _extension_of(phase, phases, granted, unit, draft)
        close = phase.closes_at
        if later is not None and later.closes_at > close:
            close = later.closes_at
            extended = extended or phase.opens_at <= at < close
        elif draft is not None and draft.begun_at < close:
            close += grace
        closes[phase.pk] = close
    open_now = tuple(phase for phase in phases if phase.opens_at <= at < closes[phase.pk])
    opens_at = min((phase.opens_at for phase in phases if phase.opens_at > at), default=None)
    closed_at = max((close for close in closes.values() if close <= at), default=None)
    if open_now:
        return Verdict(
            State.OPEN,
            at,
            phases=open_now,
            closes_at=max(closes[phase.pk] for phase in open_now),
            opens_at=opens_at,
            closed_at=closed_at,
            extended=extended,
        )
    if ends := _open_for(granted, phases, at):
        return Verdict(
            State.OPEN_FOR_SOME,
            at,
            closes_at=max(ends.values()),
            opens_at=opens_at,
            closed_at=closed_at,
            open_units=tuple(ends),
            open_until=tuple(ends.values()),
        )
    state = State.NOT_YET if closed_at is None else State.CLOSED
    return Verdict(state, at, opens_at=opens_at, closed_at=closed_at)


def last_close(phases: Sequence[Phase], extensions: Iterable[WindowExtension], *, unit: Unit | None) -> datetime | None:
    """The end of the last window there is for `unit`, with what it was granted, whether that lies ahead or behind. Pure."""
    granted = list(extensions)
    later = ((phase, _extension_of(phase, phases, granted, unit, None)) for phase in phases)
    return max(
        (max(phase.closes_at, more.closes_at) if more else phase.closes_at for phase, more in later), default=None
    )


def closing_sentence(closes_at: datetime | None) -> str:
    """What a poster says of the deadline; "" where there is none."""
    return f"Nhận đến {days.closing(closes_at)}" if closes_at else ""


def _phase_of(extension: WindowExtension, phases: Sequence[Phase]) -> Phase | None:
    if extension.phase_id is None:
        return phases[-1] if phases else None
    return next((phase for phase in phases if phase.pk == extension.phase_id), None)


def _open_for(extensions: Iterable[WindowExtension], phases: Sequence[Phase], at: datetime) -> dict[Unit, datetime]:
    """The units whose extension runs at `at`, each with its own last close."""
    ends: dict[Unit, datetime] = {}
    for each in extensions:
        if each.unit and _opens(each, phases, at) and at < each.closes_at:
            ends[each.unit] = max(each.closes_at, ends.get(each.unit, at))
    return ends


def _opens(extension: WindowExtension, phases: Sequence[Phase], at: datetime) -> bool:
    phase = _phase_of(extension, phases)
    return phase is not None and phase.opens_at <= at


def _extension_of(
    phase: Phase,
    phases: Sequence[Phase],
    granted: Iterable[WindowExtension],
    unit: Unit | None,
    draft: Draft | None,
) -> WindowExtension | None:
    """The one that holds: the draft's own where it is later, else that of the nearest unit at or above `unit`."""
    here = [extension for extension in granted if _phase_of(extension, phases) == phase]
    above = [
        (len(extension.unit.path), extension.closes_at, extension)
        for extension in here
        if extension.unit is not None and unit is not None and unit.is_at_or_below(extension.unit)
    ]
    nearest = max(above, key=lambda each: each[:2])[2] if above else None
    personal = max(
        (extension for extension in here if draft is not None and extension.draft_id == draft.pk and draft.pk),
        key=lambda extension: extension.closes_at,
        default=None,
    )
    return max(filter(None, (nearest, personal)), key=lambda extension: extension.closes_at, default=None)
