"""Charts from figures: what is drawn where, as numbers; `templates/progress/_charts.html` draws them as SVG.

Pure: asks no database and no clock. A drawing is WIDE units wide at any size of screen; its few labels stand at fixed places,
so that none ever covers another. Each has its numbers as a table.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from initiatives.models import By, Campaign, Choice, Phase
from initiatives.progress.chart_bars import Bars, Ranked, Rows, ranking, shares
from initiatives.progress.figures import Counted
from orgtree.models import Unit
from portal.vietnamese import days
from portal.vietnamese.days import VIETNAM
from portal.vietnamese.formats import whole

WIDE, HIGH = 640, 360
TOP, BASE = 62, 322  # of the plot: above it a row of phases, below it a row of days
MOST_APART = 62  # bars with air between them; more than these are one outline
ROOM_FOR_A_NUMBER = 40
FIRST_DAYS = 30
ROUND_NUMBERS = (2, 4, 6, 8, 10, 12, 16, 20, 30, 40, 50, 60, 80, 100)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Text:
    """`anchor`: start, middle or end."""

    x: int
    y: int
    text: str
    anchor: str = "start"


@dataclass(frozen=True)
class PhaseShown:
    """`x` is where its number stands; None where there is no room for it."""

    number: int
    x: int | None


@dataclass(frozen=True)
class Axis:
    """The time that both drawings share: whole days in Việt Nam, both included."""

    first: date
    last: date

    @property
    def number(self) -> int:
        return (self.last - self.first).days + 1

    def at_day(self, day: date) -> int:
        """Where `day` begins."""
        return round((day - self.first).days * WIDE / self.number)

    def at(self, moment: datetime) -> int:
        local = moment.astimezone(VIETNAM)
        passed = (local.date() - self.first).days + (local.hour * 60 + local.minute) / (24 * 60)
        return min(WIDE, max(0, round(passed * WIDE / self.number)))

    def holds(self, moment: datetime) -> bool:
        """Both ends of it included."""
        return self.first <= (moment - timedelta(microseconds=1)).astimezone(VIETNAM).date() <= self.last

    @property
    def labels(self) -> list[Text]:
        """The first day, the last, and one in the middle: never more than fit side by side on the smallest phone."""
        baseline = HIGH - 8
        found = [Text(0, baseline, days.shown(self.first))]
        if self.number > 2:
            found.append(Text(WIDE // 2, baseline, days.shown(self.first + ONE_DAY * (self.number // 2)), "middle"))
        if self.number > 1:
            found.append(Text(WIDE, baseline, days.shown(self.last), "end"))
        return found


@dataclass(frozen=True)
class Drawing:
    """One chart over time. `path` and `plan` are what SVG calls a path; `heights` are the lines with their labels."""

    key: str
    title: str
    sentence: str
    path: str
    plan: str
    heights: tuple[Text, ...]
    axis: Axis
    phases: tuple[PhaseShown, ...]
    edges: tuple[int, ...]
    deadline: int | None
    heading: tuple[str, ...]
    rows: Rows


@dataclass(frozen=True)
class Charts:
    """What there is nothing of is not drawn."""

    over_time: tuple[Drawing, ...]
    keys: tuple[str, ...]  # what the numbers above the drawings stand for, in their order
    deadline: str
    shares: tuple[Bars, ...]
    units: Bars | None

    def __bool__(self) -> bool:
        return bool(self.over_time or self.shares or self.units)


@dataclass(frozen=True)
class Sent:
    """What was sent on one day, or in one month where days are not kept."""

    label: str
    first: date
    days: int
    number: int

    @property
    def last(self) -> date:
        return self.first + ONE_DAY * (self.days - 1)


def of(
    campaign: Campaign,
    unit: Unit,
    counted: Counted,
    below: Iterable[Ranked],
    phases: Sequence[Phase],
    choices: Iterable[Choice],
    *,
    at: datetime,
    target: int | None = None,
) -> Charts:
    """`counted` by everything, at the moment `at`; `below` in the order in which equals shall stand. Without a target of its
    own the country's is the campaign's goal. No choices: no shares."""
    if target is None and unit.depth == 1:
        target = campaign.goal
    phases = sorted(phases, key=lambda phase: phase.opens_at)
    return Charts(
        tuple(_over_time(campaign, counted, phases, target, at)),
        tuple(f"{each.name}: từ {days.moment(each.opens_at)} đến {days.closing(each.closes_at)}" for each in phases),
        days.closing(max(each.closes_at for each in phases)) if phases else "",
        tuple(shares(campaign, counted, list(choices))),
        ranking(list(below)),
    )


# --- over time --------------------------------------------------------------------------------------------------------------


def _over_time(
    campaign: Campaign, counted: Counted, phases: Sequence[Phase], target: int | None, at: datetime
) -> Iterable[Drawing]:
    sent = _sent(campaign, counted)
    if not sent:
        return
    whole_time = _axis(sent, phases)
    axis = _so_far(whole_time, max(sent[-1].last, at.astimezone(VIETNAM).date()))
    by_day = sent[0].days == 1
    most = max(sent, key=lambda each: each.number)
    when = "ngày" if by_day else "tháng"
    yield _Frame(axis, phases).drawing(
        key="ngay",
        title=f"Đã đạt theo {when} nộp",
        sentence=f"Nhiều nhất: {whole(most.number)} sáng kiến, {_inside(most.label)}.",
        path=_columns(axis, sent, top=_round_top(most.number)),
        top=_round_top(most.number),
        heading=("Ngày" if by_day else "Tháng", "Đã đạt"),
        rows=tuple((each.label, whole(each.number)) for each in sent if each.number),
    )
    yield _together(_Frame(whole_time, phases), sent, target, at)


def _together(frame: "_Frame", sent: Sequence[Sent], target: int | None, at: datetime) -> Drawing:
    """All up to each day, beside an even pace from the first opening to the last close."""
    total = sum(each.number for each in sent)
    top = _round_top(max(total, target or 0))
    plan = None
    if target and frame.phases:
        plan = Plan(target, frame.phases[0].opens_at, max(phase.closes_at for phase in frame.phases))
    sentence = f"Đến nay {whole(total)} sáng kiến."
    if plan is not None:
        sentence += f" Nét đứt: đi đều đến {whole(plan.target)} khi đóng, đến nay là {whole(plan.until(at))}."
    return frame.drawing(
        key="luy-ke",
        title="Lũy kế so với kế hoạch" if plan else "Lũy kế",
        sentence=sentence,
        path=_steps(frame.axis, sent, top=top, until=at.astimezone(VIETNAM).date()),
        plan=plan.path(frame.axis, top) if plan else "",
        top=top,
        heading=("Đến hết", "Lũy kế", "Kế hoạch") if plan else ("Đến hết", "Lũy kế"),
        rows=tuple(_by_month(sent, plan)),
    )


@dataclass(frozen=True)
class Plan:
    """An even pace from nothing at the first opening to the target at the last close."""

    target: int
    opens_at: datetime
    closes_at: datetime

    def until(self, moment: datetime) -> int:
        """Whole initiatives by `moment`, half up."""
        whole_time = int((self.closes_at - self.opens_at).total_seconds())
        passed = min(whole_time, max(0, int((moment - self.opens_at).total_seconds())))
        return (2 * self.target * passed + whole_time) // (2 * whole_time)

    def path(self, axis: Axis, top: int) -> str:
        return f"M{axis.at(self.opens_at)} {BASE}L{axis.at(self.closes_at)} {_height(self.target, top)}"


@dataclass(frozen=True)
class _Frame:
    """What both drawings have in common."""

    axis: Axis
    phases: Sequence[Phase]

    def drawing(
        self,
        *,
        key: str,
        title: str,
        sentence: str,
        path: str,
        top: int,
        heading: tuple[str, ...],
        rows: Rows,
        plan: str = "",
    ) -> Drawing:
        closes_at = max((phase.closes_at for phase in self.phases), default=None)
        moments = {moment for phase in self.phases for moment in (phase.opens_at, phase.closes_at)} - {closes_at}
        return Drawing(
            key=key,
            title=title,
            sentence=sentence,
            path=path,
            plan=plan,
            heights=tuple(Text(0, _height(number, top), whole(number)) for number in (top, top // 2)),
            axis=self.axis,
            phases=tuple(self._shown(number, phase) for number, phase in enumerate(self.phases, 1)),
            edges=tuple(sorted({self.axis.at(moment) for moment in moments} - {0, WIDE})),
            deadline=self.axis.at(closes_at) if closes_at and self.axis.holds(closes_at) else None,
            heading=heading,
            rows=rows,
        )

    def _shown(self, number: int, phase: Phase) -> PhaseShown:
        begins, ends = self.axis.at(phase.opens_at), self.axis.at(phase.closes_at)
        x = (begins + ends) // 2 if ends - begins >= ROOM_FOR_A_NUMBER else None
        return PhaseShown(number, x)


def _sent(campaign: Campaign, counted: Counted) -> list[Sent]:
    """In order of time; by days where they are kept."""
    by_day = {day: each.reached(campaign) for day, each in counted.by(By.DAY).items()}
    if any(by_day.values()):
        known = sorted((date.fromisoformat(day), number) for day, number in by_day.items() if number)
        return [Sent(days.shown(day), day, 1, number) for day, number in known]
    by_month = {month: each.reached(campaign) for month, each in counted.by(By.MONTH).items()}
    return [_month(month, number) for month, number in sorted(by_month.items()) if number]


def _month(month: str, number: int) -> Sent:
    first = date.fromisoformat(f"{month}-01")
    return Sent(f"Tháng {first.month}/{first.year}", first, (_next_month(first) - first).days, number)


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)


def _axis(sent: Sequence[Sent], phases: Sequence[Phase]) -> Axis:
    """From the first opening to the last close, and as far as anything was sent (somebody may have been given more time)."""
    opens = [phase.opens_at.astimezone(VIETNAM).date() for phase in phases]
    closes = [(phase.closes_at - timedelta(microseconds=1)).astimezone(VIETNAM).date() for phase in phases]
    return Axis(min([sent[0].first, *opens]), max([sent[-1].last, *closes]))


def _so_far(axis: Axis, today: date) -> Axis:
    """In the first weeks of a long campaign as much again as has passed: all of it would leave a hair for each day."""
    shown = max(FIRST_DAYS, 2 * ((today - axis.first).days + 1))
    return Axis(axis.first, min(axis.last, axis.first + ONE_DAY * (shown - 1)))


def _round_top(most: int) -> int:
    """The next number that people read at a glance, and half of it too: 2, 4, 6, 8, 10, 12, 16, 20, 30 …"""
    scale = 1
    while most > 100 * scale:
        scale *= 10
    return next(number * scale for number in ROUND_NUMBERS if number * scale >= most)


def _height(number: int, top: int) -> int:
    """What is there at all is seen."""
    height = round(number * (BASE - TOP) / top)
    return BASE - (max(1, height) if number else 0)


def _columns(axis: Axis, sent: Sequence[Sent], *, top: int) -> str:
    """Each a column from the base; with air between them where there are few."""
    air = 1 if len(sent) <= MOST_APART else 0
    parts: list[str] = []
    here = 0
    for each in sent:
        begins, ends = axis.at_day(each.first), axis.at_day(each.last + ONE_DAY)
        wide = max(1, ends - begins - (air if ends - begins > 2 else 0))
        height = BASE - _height(each.number, top)
        parts.append(
            f"m{begins - here} 0v{-height}h{wide}v{height}" if parts else f"M{begins} {BASE}v{-height}h{wide}v{height}"
        )
        here = begins + wide
    return "".join(parts)


def _steps(axis: Axis, sent: Sequence[Sent], *, top: int, until: date) -> str:
    """All up to each day, from the first of the axis to `until`."""
    x, y, total = 0, BASE, 0
    parts = [f"M0 {BASE}"]
    for each in sent:
        total += each.number
        # Of a month only the whole is known, and of the present one less: it is all there by today.
        to_x = axis.at_day(max(each.first, min(each.last, until)))
        to_y = _height(total, top)
        if to_y != y:
            parts.append((f"h{to_x - x}" if to_x != x else "") + f"v{to_y - y}")
            x, y = to_x, to_y
    ends = axis.at_day(min(max(until, sent[-1].first), axis.last) + ONE_DAY)
    return "".join(parts) + (f"h{ends - x}" if ends > x else "")


def _by_month(sent: Sequence[Sent], plan: Plan | None) -> Iterable[tuple[str, ...]]:
    total, month = 0, sent[0].first.replace(day=1)
    numbers: dict[date, int] = {}
    for each in sent:
        first = each.first.replace(day=1)
        numbers[first] = numbers.get(first, 0) + each.number
    while month <= sent[-1].first:
        total += numbers.get(month, 0)
        after = _next_month(month)
        planned = (whole(plan.until(datetime(after.year, after.month, 1, tzinfo=VIETNAM))),) if plan else ()
        yield (f"Tháng {month.month}/{month.year}", whole(total), *planned)
        month = after


def _inside(label: str) -> str:
    """Within a sentence: ngày 3/10/2022, tháng 10/2022."""
    return label[0].lower() + label[1:] if label[0].isalpha() else f"ngày {label}"
