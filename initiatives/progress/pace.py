"""How fast it goes, how fast it must go, where it will end: arithmetic on whole days in Việt Nam, without the database.

The rule of the forecast: what is reached, and for each open day that is still to come as much as was reached a day in the
last seven whole days. Where these are not kept (below provinces and sectors), or were not all open, it is the average of all
open days so far. Before the opening and after the last close nothing is foretold. More time granted to single units is left
out.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from initiatives.models import Phase
from portal.vietnamese import formats
from portal.vietnamese.days import VIETNAM

LATELY = 7  # whole days before today
ONE_DAY = timedelta(days=1)
RULE = (
    "Dự báo khi đóng: số đã đạt, cộng bình quân một ngày của 7 ngày qua nhân với số ngày còn nhận. Khi chưa đủ 7 ngày, "
    "và với đơn vị dưới cấp tỉnh, ngành, lấy bình quân từ ngày mở."
)


@dataclass(frozen=True)
class Days:
    """The days on which a campaign takes initiatives, seen from `today`. `is_over`: the last close lies behind."""

    spans: tuple[tuple[date, date], ...]  # first and last day, in order, apart
    today: date
    is_over: bool = False

    def open_between(self, first: date, last: date) -> int:
        """How many of the days from `first` to `last`, both included, are open ones."""
        inside = ((max(first, begins), min(last, ends)) for begins, ends in self.spans)
        return sum((ends - begins).days + 1 for begins, ends in inside if begins <= ends)

    @property
    def begun(self) -> int:
        """Open days so far, today among them."""
        return self.open_between(date.min, self.today)

    @property
    def ahead(self) -> int:
        """Open days after today."""
        return self.open_between(self.today + ONE_DAY, date.max) if not self.is_over else 0

    def left_until(self, due_on: date | None) -> int:
        """Days in which something can still be done: those ahead, or today where there is no other; until `due_on` where that
        is not past."""
        last = due_on if due_on and due_on >= self.today else date.max
        return max(1, self.open_between(self.today + ONE_DAY, last))

    @property
    def lately(self) -> tuple[date, ...]:
        """The seven whole days before today, where all were open and it is still going on."""
        days = tuple(self.today - ONE_DAY * back for back in range(1, LATELY + 1))
        all_open = self.open_between(days[-1], days[0]) == LATELY
        return days if all_open and not self.is_over else ()


def days_of(phases: Iterable[Phase], *, at: datetime) -> Days:
    spans: list[tuple[date, date]] = []
    phases = sorted(phases, key=lambda phase: phase.opens_at)
    for phase in phases:
        begins = phase.opens_at.astimezone(VIETNAM).date()
        ends = (phase.closes_at - timedelta(microseconds=1)).astimezone(VIETNAM).date()
        if spans and begins <= spans[-1][1] + ONE_DAY:
            begins, ends = spans[-1][0], max(ends, spans[-1][1])
            spans.pop()
        spans.append((begins, ends))
    is_over = bool(phases) and all(phase.closes_at <= at for phase in phases)
    return Days(tuple(spans), at.astimezone(VIETNAM).date(), is_over)


@dataclass(frozen=True)
class Pace:
    """Of one unit. `lately` is what it reached in `days.lately`; None where that is not kept."""

    reached: int
    days: Days
    target: int | None = None
    due_on: date | None = None
    lately: int | None = None

    @property
    def a_day(self) -> str:
        """On the average of all open days so far: "12,5", or nothing before the opening."""
        return formats.ratio(self.reached, self.days.begun) if self.days.begun else ""

    @property
    def a_day_lately(self) -> str:
        return formats.ratio(self.lately, LATELY) if self.lately is not None else ""

    @property
    def needed(self) -> int | None:
        """A day from now on, to reach the target; 0 where it is reached, None where there is nothing to be done or no target."""
        if self.target is None or self.days.is_over or not (self.days.begun or self.days.ahead):
            return None
        missing = max(0, self.target - self.reached)
        return -(-missing // self.days.left_until(self.due_on))

    @property
    def forecast(self) -> int | None:
        """At the close, by the rule above."""
        if self.days.is_over or not self.days.begun:
            return None
        part, of = (self.reached, self.days.begun) if self.lately is None else (self.lately, LATELY)
        return self.reached + (part * self.days.ahead * 2 + of) // (of * 2)
