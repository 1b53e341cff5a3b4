"""When initiatives come: all the time a campaign has been open, more every month, on working days, most before a phase ends."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import accumulate, pairwise
from math import exp

from django.utils import timezone

from initiatives.models import Phase
from portal.vietnamese.days import VIETNAM

HOUR = 3600
# Of a day in Việt Nam, from midnight: the morning shift, the afternoon, a last look in the evening.
HOURS = (1, 0, 0, 0, 1, 3, 8, 30, 60, 70, 62, 40, 22, 38, 62, 68, 55, 30, 14, 16, 22, 18, 9, 3)
WEEKDAYS = (1.0, 1.05, 1.0, 1.0, 1.1, 0.35, 0.08)  # from Monday
GROWTH = 2.0  # how many times the first day's an ordinary day is at the end
SWELL, SWELL_DAYS = 2.5, 5.0


@dataclass(frozen=True)
class Span:
    """A part of a day in which a phase was open, in seconds since 1970, and how many initiatives come in it."""

    phase: int
    begins: int
    ends: int
    number: int

    def moments(self, draw: random.Random) -> list[int]:
        """One for each, in order; by the hours of the day where the span has such."""
        day = int(datetime.combine(datetime.fromtimestamp(self.begins, VIETNAM).date(), time(), VIETNAM).timestamp())
        inside = [
            (max(day + hour * HOUR, self.begins), min(day + (hour + 1) * HOUR, self.ends), often)
            for hour, often in enumerate(HOURS)
        ]
        parts = [(begins, ends, often * (ends - begins)) for begins, ends, often in inside if begins < ends]
        weights = list(accumulate(weight for *_, weight in parts))
        if not weights or not weights[-1]:
            return sorted(draw.choices(range(self.begins, self.ends), k=self.number))
        chosen = draw.choices(parts, cum_weights=weights, k=self.number)
        return sorted(begins + int(draw.random() * (ends - begins)) for begins, ends, _ in chosen)


def spans(phases: Sequence[Phase], number: int, *, at: datetime) -> Iterator[Span]:
    """`number` spread over what was open before `at`, in order. Nothing where nothing was."""
    days = [
        (phase, begins, ends)
        for phase in phases
        for begins, ends in _days(phase.opens_at, min(phase.closes_at, at))
        if int(ends.timestamp()) > int(begins.timestamp())
    ]
    if not days:
        return
    first, last = days[0][1], days[-1][2]
    weights = [_weight(phase, begins, ends, first, last) for phase, begins, ends in days]
    # rounded sums and not sums of what was rounded: they come out exactly
    sums = [0.0, *accumulate(weights)]
    edges = [round(number * each / sums[-1]) for each in sums]
    for (phase, begins, ends), (before, after) in zip(days, pairwise(edges), strict=True):
        if after > before:
            yield Span(phase.pk, int(begins.timestamp()), int(ends.timestamp()), after - before)


def _days(begins: datetime, ends: datetime) -> Iterator[tuple[datetime, datetime]]:
    while begins < ends:
        midnight = datetime.combine(timezone.localdate(begins, VIETNAM) + timedelta(days=1), time(), VIETNAM)
        yield begins, min(midnight, ends)
        begins = midnight


def _weight(phase: Phase, begins: datetime, ends: datetime, first: datetime, last: datetime) -> float:
    grown = 1 + (GROWTH - 1) * ((begins - first) / (last - first) if last > first else 0)
    left = (phase.closes_at - begins) / timedelta(days=1)
    local = begins.astimezone(VIETNAM)
    day = int(datetime.combine(local.date(), time(), VIETNAM).timestamp())
    # a day of which only a part is open bears that part's share of the working hours
    open_ = sum(
        often * max(0, min(day + (hour + 1) * HOUR, ends.timestamp()) - max(day + hour * HOUR, begins.timestamp()))
        for hour, often in enumerate(HOURS)
    )
    share = open_ / (sum(HOURS) * HOUR)
    return float(WEEKDAYS[local.weekday()] * grown * (1 + SWELL * exp(-left / SWELL_DAYS)) * max(share, 1e-6))
