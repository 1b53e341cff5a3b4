"""Quarters of a campaign: which there are, and how the units directly below the confederation stand in one (M32).

"Tổng Liên đoàn sẽ ghi nhận hàng quý và căn cứ vào số lượng tham gia, các sáng kiến xuất sắc tiêu biểu nhất để biểu dương, khen
thưởng" (236/TLĐ of 2022). Whatever is shown of a quarter is an `Outcome`: as the tally has it, or as it was announced.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone

from initiatives.models import (
    By,
    Campaign,
    Counts,
    Outstanding,
    Period,
    Phase,
    Quarter,
    Tally,
    TallyRun,
    Target,
    WindowExtension,
)
from initiatives.progress import clusters, figures
from initiatives.progress.figures import Counted, Figures
from initiatives.progress.milestones import SETTLED_AFTER
from initiatives.progress.targets import QUARTERS
from orgtree.models import Unit
from portal.vietnamese import formats
from portal.vietnamese.days import VIETNAM

COUNTRY, UNPLACED = "Cả nước", "Chưa xếp cụm"
# Where a campaign has no clusters: first, second and third of the country.
PLACES_OF_THE_COUNTRY = 3
FALLS = "Sáng kiến tính vào quý có ngày nộp (giờ Việt Nam), kể cả khi được xét hợp lệ ở quý sau."
TRIES = 3  # to read what one count wrote

_KEY = re.compile(r"\A(?P<year>20[0-9]{2})-(?P<number>[1-4])\Z")


@dataclass(frozen=True, order=True)
class Span:
    """A quarter of the calendar, by its first day; days begin and end in Việt Nam."""

    starts_on: date

    @property
    def number(self) -> int:
        return self.starts_on.month // 3 + 1

    @property
    def key(self) -> str:
        """2022-1, in addresses"""
        return f"{self.starts_on.year}-{self.number}"

    @property
    def label(self) -> str:
        """Quý I/2022"""
        return f"Quý {QUARTERS[self.number - 1]}/{self.starts_on.year}"

    @property
    def following(self) -> "Span":
        month = self.starts_on.month + 3
        return Span(date(self.starts_on.year + month // 12, month % 12, 1))

    @property
    def preceding(self) -> "Span":
        return of_day(self.starts_on - timedelta(days=1))

    @property
    def last_day(self) -> date:
        return self.following.starts_on - timedelta(days=1)

    @property
    def begins_at(self) -> datetime:
        return datetime.combine(self.starts_on, time(), VIETNAM)

    @property
    def ends_at(self) -> datetime:
        """The first moment that is too late."""
        return self.following.begins_at

    @property
    def settles_at(self) -> datetime:
        """From when on nothing can still be committed into it."""
        return self.ends_at + SETTLED_AFTER

    @property
    def months(self) -> tuple[str, ...]:
        """As the tally names them: 2022-01, 2022-02, 2022-03."""
        return tuple(f"{self.starts_on.year}-{self.starts_on.month + more:02}" for more in range(3))

    def holds(self, moment: datetime) -> bool:
        return self.begins_at <= moment < self.ends_at


def of_day(day: date) -> Span:
    return Span(date(day.year, (day.month - 1) // 3 * 3 + 1, 1))


def of_key(key: str) -> Span | None:
    found = _KEY.match(key)
    return Span(date(int(found["year"]), int(found["number"]) * 3 - 2, 1)) if found else None


@dataclass(frozen=True)
class Window:
    """A phase with the first and the last day on which it takes initiatives from anybody."""

    phase: Phase
    first: date
    last: date

    def touches(self, span: Span) -> bool:
        return self.first <= span.last_day and span.starts_on <= self.last

    def holds_whole(self, span: Span) -> bool:
        return self.first <= span.starts_on and span.last_day <= self.last


def windows(campaign: Campaign) -> list[Window]:
    """The phases, each as long as the longest extension of it. Two statements."""
    phases = list(campaign.phases.all())
    if not phases:
        return []
    ends = {phase.pk: phase.closes_at for phase in phases}
    extended = WindowExtension.objects.filter(campaign=campaign).order_by()
    for pk, closes_at in extended.values_list("phase", "closes_at"):
        phase = phases[-1].pk if pk is None else pk  # no phase is the last one
        ends[phase] = max(ends.get(phase, closes_at), closes_at)
    return [
        # The close is the first moment that is too late: at midnight it belongs to the day before.
        Window(phase, _day(phase.opens_at), _day(ends[phase.pk] - timedelta(microseconds=1)))
        for phase in phases
    ]


def of_campaign(campaign: Campaign, phases: Sequence[Window] | None = None) -> list[Span]:
    """Every quarter that a phase touches, and those in which something was received nevertheless (in the minutes of grace after
    the last midnight): together they hold everything."""
    found = set()
    for window in windows(campaign) if phases is None else phases:
        span = of_day(window.first)
        while span.starts_on <= window.last:
            found.add(span)
            span = span.following
    months = Tally.objects.filter(campaign=campaign, parent=None, by=By.MONTH).values_list("value", flat=True)
    found |= {of_day(date.fromisoformat(f"{month}-01")) for month in months}
    return sorted(found)


def waiting(*, at: datetime) -> list[tuple[Campaign, Span]]:
    """The quarter that ended last, of the published campaigns that took initiatives in it and do not tell it yet."""
    span = of_day(_day(at)).preceding
    if at < span.settles_at:
        return []
    told = Quarter.objects.filter(campaign=OuterRef("pk"), starts_on=span.starts_on, announced_at__isnull=False)
    begun = Campaign.objects.published().filter(~Exists(told), phases__opens_at__lt=span.ends_at).distinct()
    return [(campaign, span) for campaign in begun if span in of_campaign(campaign)]


def _day(moment: datetime) -> date:
    return timezone.localdate(moment, VIETNAM)


# --- how they stand ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Standing:
    """A unit in a quarter. `number` is what the campaign compares with targets; a target of None is none."""

    code: str
    name: str
    number: int
    valid: int
    target: int | None
    rank: int
    is_recognised: bool

    @property
    def percent(self) -> str:
        return formats.percent(self.number, self.target)

    @property
    def is_above(self) -> bool:
        return is_above(self.number, self.target)


@dataclass(frozen=True)
class Group:
    """Those who compete with one another, by rank. Without places nobody is recognised: they stand in no cluster."""

    name: str
    places: int | None
    standings: tuple[Standing, ...]

    @property
    def recognised(self) -> list[Standing]:
        return [each for each in self.standings if each.is_recognised]


@dataclass(frozen=True)
class Named:
    """An initiative named among the outstanding ones of a quarter; its author is not told."""

    initiative: int
    title: str
    unit_code: str
    unit: str
    reason: str


@dataclass(frozen=True)
class Outcome:
    span: Span
    counted_at: datetime
    counts_valid: bool
    rule: tuple[str, ...]
    groups: tuple[Group, ...]
    outstanding: tuple[Named, ...]
    document: str = ""

    @property
    def number(self) -> int:
        return sum(each.number for group in self.groups for each in group.standings)

    @property
    def has_targets(self) -> bool:
        return any(each.target is not None for group in self.groups for each in group.standings)

    @property
    def standings(self) -> dict[str, Standing]:
        """By the unit's code."""
        return {each.code: each for group in self.groups for each in group.standings}

    @property
    def digest(self) -> str:
        """Of what an announcement decides, so that nobody announces another decision than the one that was read."""
        recognised = [
            (group.name, group.places, [(each.code, each.rank) for each in group.recognised]) for group in self.groups
        ]
        decided = (self.span, self.counts_valid, self.rule, recognised, self.outstanding, self.document)
        return hashlib.sha256(repr(decided).encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Entry:
    """What of a unit is ranked; entries stand in the order of the tree."""

    code: str
    name: str
    number: int
    valid: int = 0
    target: int | None = None


def is_above(number: int, target: int | None) -> bool:
    """Over 100 % of the target, as the board has it."""
    return target is not None and number > target


def ranked(name: str, entries: Iterable[Entry], *, places: int | None) -> Group:
    """By number; who has the same shares a rank (1, 1, 3) and stands in the order of the tree."""
    rows: list[Standing] = []
    rank = 0
    for place, each in enumerate(sorted(entries, key=lambda entry: -entry.number), start=1):
        if not rows or rows[-1].number != each.number:
            rank = place
        meets_its_target = each.target is None or is_above(each.number, each.target)
        is_recognised = places is not None and rank <= places and each.number > 0 and meets_its_target
        rows.append(Standing(each.code, each.name, each.number, each.valid, each.target, rank, is_recognised))
    return Group(name, places, tuple(rows))


def rule(campaign: Campaign, *, has_clusters: bool) -> tuple[str, ...]:
    """What is written of ranking and recognising, wherever numbers of a quarter stand."""
    counted = "hợp lệ" if campaign.counts == Counts.VALID else "đã nhận, trừ đã rút và trùng lặp"
    within = "trong từng cụm, khối" if has_clusters else "trong cả nước"
    places = (
        "số vị trí của cụm, khối" if has_clusters else f"{formats.whole(PLACES_OF_THE_COUNTRY)} vị trí đầu của cả nước"
    )
    said = [
        FALLS,
        f"Xếp hạng theo số sáng kiến {counted}, {within}. Bằng số thì đồng hạng.",
        f"Ghi nhận đơn vị có hạng nằm trong {places}, có ít nhất một sáng kiến; nếu được giao chỉ tiêu quý thì phải vượt 100% "
        "chỉ tiêu ấy.",
    ]
    if has_clusters:
        said.append("Đơn vị chưa xếp cụm thì chưa được ghi nhận.")
    return tuple(said)


# --- as the tally has it ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reading:
    """All that competes, read of one count."""

    campaign: Campaign
    counted_at: datetime
    units: Sequence[Unit]
    counted: Mapping[int, Counted]
    total: Counted

    def of(self, unit: Unit) -> Counted:
        return self.counted.get(unit.pk, Counted())

    def in_span(self, counted: Counted, span: Span) -> Figures:
        months = counted.by(By.MONTH)
        found = [months[month] for month in span.months if month in months]
        return Figures(entries=sum(each.entries for each in found), valid=sum(each.valid for each in found))

    def number(self, counted: Counted, span: Span) -> int:
        return self.in_span(counted, span).reached(self.campaign)


def read(campaign: Campaign, *, at: datetime, by: Iterable[By] = (By.MONTH,)) -> Reading:
    """Read again where a count ended meanwhile, as the board does."""
    for _ in range(TRIES):
        reading = stored(campaign, figures.fresh(campaign, at=at), by=by)
        if TallyRun.objects.filter(campaign=campaign, counted_at=reading.counted_at).exists():
            break
    return reading


def stored(campaign: Campaign, counted_at: datetime, *, by: Iterable[By] = (By.MONTH,)) -> Reading:
    root = Unit.objects.filter(depth=1).first()
    if root is None:
        return Reading(campaign, counted_at, [], {}, Counted())
    units = clusters.competing(campaign).only("pk", "code", "level", "name", "short_name", "path", "depth")
    parts = tuple(by)
    total = figures.of_unit(campaign, root, by=parts)
    return Reading(campaign, counted_at, list(units), figures.below(campaign, root, by=parts), total)


@dataclass(frozen=True)
class Grouping:
    """Who competes with whom: the clusters in their order, and those in none; the country where there are no clusters."""

    groups: tuple[tuple[str, int | None, tuple[Unit, ...]], ...]
    has_clusters: bool


def grouping(campaign: Campaign, units: Sequence[Unit]) -> Grouping:
    """Two statements."""
    own = clusters.of(campaign)
    if not own:
        return Grouping(((COUNTRY, PLACES_OF_THE_COUNTRY, tuple(units)),), has_clusters=False)
    stands = clusters.places(campaign)
    groups: list[tuple[str, int | None, tuple[Unit, ...]]] = [
        (each.name, each.places, tuple(unit for unit in units if stands.get(unit.pk) == each.pk)) for each in own
    ]
    known = {each.pk for each in own}  # a cluster may have been made between the two statements
    unplaced = tuple(unit for unit in units if stands.get(unit.pk) not in known)
    if unplaced:
        groups.append((UNPLACED, None, unplaced))
    return Grouping(tuple(groups), has_clusters=True)


def live(reading: Reading, span: Span, quarter: Quarter | None) -> Outcome:
    """As it stands by the last count; `quarter` is its row, where one has been made."""
    campaign = reading.campaign
    targets = dict(
        Target.objects.filter(campaign=campaign, unit__depth=2, period=Period.QUARTER, starts_on=span.starts_on)
        .order_by()
        .values_list("unit", "quantity")
    )
    grouped = grouping(campaign, reading.units)

    def entry(unit: Unit) -> Entry:
        found = reading.in_span(reading.of(unit), span)
        return Entry(unit.code, str(unit), found.reached(campaign), found.valid, targets.get(unit.pk))

    return Outcome(
        span=span,
        counted_at=reading.counted_at,
        counts_valid=campaign.counts == Counts.VALID,
        rule=rule(campaign, has_clusters=grouped.has_clusters),
        groups=tuple(ranked(name, map(entry, units), places=places) for name, places, units in grouped.groups),
        outstanding=tuple(map(named, rows_of(quarter))),
        document=quarter.document if quarter else "",
    )


def rows_of(quarter: Quarter | None) -> list[Outstanding]:
    """Those named so far, in the order in which they were, each with its initiative and unit. One statement."""
    if quarter is None:
        return []
    rows = Outstanding.objects.filter(quarter=quarter).select_related("initiative__unit").order_by("pk")
    return list(rows)


def named(row: Outstanding) -> Named:
    initiative = row.initiative
    return Named(initiative.pk, initiative.title, initiative.unit.code, str(initiative.unit), row.reason)


def quarter_of(campaign: Campaign, span: Span) -> Quarter | None:
    """Its row: made when something of it is written."""
    return Quarter.objects.filter(campaign=campaign, starts_on=span.starts_on).first()


# --- today, beside what was announced -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Today:
    """The same quarter by the last count: of the units of an announced one, those whose number differs."""

    counted_at: datetime
    numbers: Mapping[str, int]


def today(campaign: Campaign, outcome: Outcome, *, at: datetime) -> Today:
    """What became valid, was withdrawn or moved since: units as they were announced, whatever the structure is now."""
    before = outcome.standings
    codes = dict(Unit.objects.filter(code__in=before.keys()).order_by().values_list("pk", "code"))
    for _ in range(TRIES):
        counted_at = figures.fresh(campaign, at=at)
        counted = figures.of_units(campaign, codes.keys(), by=(By.MONTH,))
        if TallyRun.objects.filter(campaign=campaign, counted_at=counted_at).exists():
            break
    reading = Reading(campaign, counted_at, [], counted, Counted())
    # by the rule under which it was announced, whatever the campaign counts by now
    spans = {code: reading.in_span(counted.get(pk, Counted()), outcome.span) for pk, code in codes.items()}
    now = {code: each.valid if outcome.counts_valid else each.entries for code, each in spans.items()}
    return Today(counted_at, {code: number for code, number in now.items() if number != before[code].number})
