"""The reviews of a phase ("sơ kết") and of the whole campaign ("tổng kết"): what its quarters come to (M32).

The number of a phase is its own, exactly; a quarter that lies only partly in it keeps its whole number and is marked. Announced
quarters are read as they were announced, the others as the tally has them now.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from initiatives.models import By, Campaign, Initiative, Phase, Quarter
from initiatives.progress import figures, quarter_basis, quarters
from initiatives.progress.figures import Counted
from initiatives.progress.quarters import Entry, Named, Outcome, Reading, Span, Standing, Window, ranked
from initiatives.progress.recognising import is_valid
from orgtree.models import Unit

WHOLE = "tong-ket"
PAST = "Không còn trong cơ cấu hiện nay"


@dataclass(frozen=True)
class Part:
    """What is reviewed: a phase, or the whole campaign."""

    key: str
    label: str
    window: Window | None = None

    @property
    def phase(self) -> Phase | None:
        return self.window.phase if self.window else None


@dataclass(frozen=True)
class Column:
    """A quarter of the part. `is_partial`: it reaches beyond the phase."""

    outcome: Outcome
    is_announced: bool
    is_partial: bool

    @property
    def span(self) -> Span:
        return self.outcome.span


@dataclass(frozen=True)
class Row:
    """A unit: its number in the part and its rank by it, and how it stood in each quarter (None where it took no part)."""

    code: str
    name: str
    number: int
    rank: int
    cells: tuple[Standing | None, ...]
    times: int  # recognised, in announced quarters


@dataclass(frozen=True)
class ReviewGroup:
    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Outstanding:
    """One of those named in the quarters of the part."""

    span: Span
    named: Named
    is_announced: bool
    is_valid: bool  # today


@dataclass(frozen=True)
class Review:
    campaign: Campaign
    part: Part
    counted_at: datetime
    columns: tuple[Column, ...]
    groups: tuple[ReviewGroup, ...]
    outstanding: tuple[Outstanding, ...]

    @property
    def number(self) -> int:
        return sum(row.number for group in self.groups for row in group.rows)

    @property
    def has_partial(self) -> bool:
        return any(column.is_partial for column in self.columns)

    @property
    def unannounced(self) -> list[Column]:
        return [column for column in self.columns if not column.is_announced]


def parts(campaign: Campaign, windows: Sequence[Window]) -> list[Part]:
    """The phases in their order, then the whole."""
    phases = [Part(f"dot-{window.phase.pk}", f"Sơ kết: {window.phase.name}", window) for window in windows]
    return [*phases, Part(WHOLE, "Tổng kết chương trình")]


def of(campaign: Campaign, part: Part, spans: Sequence[Span], *, at: datetime) -> Review:
    """A few statements more for each quarter that is not announced."""
    reading = quarters.read(campaign, at=at, by=(By.ALL, By.PHASE, By.MONTH))
    kept = {row.starts_on: row for row in Quarter.objects.filter(campaign=campaign)}
    chosen = [span for span in spans if part.window is None or part.window.touches(span)]
    columns = tuple(_column(reading, part, span, kept.get(span.starts_on)) for span in chosen)
    beyond = [_column(reading, part, span, kept.get(span.starts_on)) for span in spans if span not in chosen]
    beyond = [column for column in beyond if column.outcome.outstanding]
    standings = [column.outcome.standings for column in columns]
    announced = [column.is_announced for column in columns]

    def row(each: Standing) -> Row:
        cells = tuple(of_quarter.get(each.code) for of_quarter in standings)
        times = sum(
            bool(cell and cell.is_recognised) for cell, is_told in zip(cells, announced, strict=True) if is_told
        )
        return Row(each.code, each.name, each.number, each.rank, cells, times)

    def entry(unit: Unit) -> Entry:
        return Entry(unit.code, str(unit), _number(reading, part, reading.of(unit)))

    grouped = quarters.grouping(campaign, reading.units)
    there = {unit.code for unit in reading.units}
    gone = {code: each for of_quarter in standings for code, each in of_quarter.items() if code not in there}
    numbers = _numbers_of(reading, part, gone.keys())
    past = [Entry(code, each.name, numbers.get(code, 0)) for code, each in gone.items()]
    return Review(
        campaign=campaign,
        part=part,
        counted_at=reading.counted_at,
        columns=columns,
        groups=tuple(
            ReviewGroup(name, tuple(map(row, ranked(name, map(entry, units), places=None).standings)))
            for name, _, units in grouped.groups
        )
        + ((ReviewGroup(PAST, tuple(map(row, ranked(PAST, past, places=None).standings))),) if past else ()),
        # Also of quarters that it does not touch: minutes of grace may reach into the next.
        outstanding=_outstanding(part, [*columns, *beyond]),
    )


def _column(reading: Reading, part: Part, span: Span, quarter: Quarter | None) -> Column:
    is_announced = quarter is not None and quarter.announced_at is not None
    outcome = (
        quarter_basis.read(quarter) if quarter is not None and is_announced else quarters.live(reading, span, quarter)
    )
    is_partial = part.window is not None and not part.window.holds_whole(span)
    return Column(outcome, is_announced, is_partial)


def _numbers_of(reading: Reading, part: Part, codes: Collection[str]) -> dict[str, int]:
    """Of units that compete no longer."""
    pks = dict(Unit.objects.filter(code__in=codes).order_by().values_list("pk", "code")) if codes else {}
    found = figures.of_units(reading.campaign, pks.keys(), by=(By.ALL, By.PHASE)) if pks else {}
    return {code: _number(reading, part, found.get(pk, Counted())) for pk, code in pks.items()}


def _number(reading: Reading, part: Part, counted: Counted) -> int:
    if part.phase is None:
        return counted.whole.reached(reading.campaign)
    in_phase = counted.by(By.PHASE).get(str(part.phase.pk))
    return in_phase.reached(reading.campaign) if in_phase else 0


def _outstanding(part: Part, columns: Sequence[Column]) -> tuple[Outstanding, ...]:
    """Of a phase: those that were sent in it. One statement."""
    named = [(column, each) for column in columns for each in column.outcome.outstanding]
    today: Mapping[int, Initiative] = Initiative.objects.only("pk", "status", "duplicate_of", "phase").in_bulk(
        [each.initiative for _, each in named]
    )
    return tuple(
        Outstanding(column.span, each, column.is_announced, is_valid(initiative))
        for column, each in named
        if (initiative := today.get(each.initiative)) is not None
        and (part.phase is None or initiative.phase_id == part.phase.pk)
    )
