"""The evening itself: people come faster and faster until the close, some tap in its last seconds and in the first ones after it,
and then fewer still come who are too late.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from threading import Thread

from initiatives.rehearsal.browser import Line
from initiatives.rehearsal.crowd import Crowd, Mix, Rate, Result, Where
from initiatives.rehearsal.phones import Habits, Story

AFTERWARDS = 0.2  # of the time before the close, and at least so many seconds:
AT_LEAST_AFTERWARDS = 8.0
LAST_MINUTE_TAPS = 2.0  # seconds before and after the close
BEFORE_THE_CLOSE = 25.0  # those who tap then come so long before
FINISH_WITHIN = 60.0
OF_THE_EDGE = 5_000_000  # their numbers begin here


@dataclass(frozen=True)
class Plan:
    """`writers`: how many a second begin to write in the last minute. `readers` for each of them. `people`: the most that are
    there at once. `on_the_edge`: how many wait at the last page and tap around the close."""

    seconds: float
    closes_at: float
    writers: float
    readers: float
    people: int
    on_the_edge: int
    think_seconds: tuple[float, float]

    @property
    def afterwards(self) -> float:
        return max(self.seconds * AFTERWARDS, AT_LEAST_AFTERWARDS)

    def rate(self) -> Rate:
        """By seconds since the beginning: slowly, then ever faster; at the close half as many, then hardly any."""
        readers, before, after = self.readers, self.seconds, self.afterwards

        def people(at: float) -> float:
            share = 0.15 + 0.85 * (at / before) ** 3 if at < before else max(0.5 * (1 - (at - before) / after), 0.05)
            return self.writers * (1 + readers) * share

        return people


def play(where: Where, plan: Plan, *, clock: Callable[[], float] = time.time) -> Result:
    """Begins at once; the close must lie `plan.seconds` ahead."""
    story = Story()
    habits = Habits(
        think_seconds=plan.think_seconds,
        double_tap=0.2,
        documents=1,
        document_bytes=120_000,
        line=Line(gives_up_after=30.0),
    )
    mix = Mix(writers=1.0, readers=plan.readers, trackers=plan.readers / 20)
    crowd = Crowd(where, habits=habits, mix=mix, story=story, most_threads=plan.people, clock=clock)
    edge = [
        Thread(target=_on_the_edge, args=(crowd, where, plan, place, clock), daemon=True)
        for place in range(plan.on_the_edge)
    ]
    for each in edge:
        each.start()
    try:
        return crowd.arriving(plan.rate(), seconds=plan.seconds + plan.afterwards, finish_within=FINISH_WITHIN)
    except BaseException:
        crowd.stop.set()
        raise
    finally:
        for each in edge:
            each.join(FINISH_WITHIN)


def _on_the_edge(crowd: Crowd, where: Where, plan: Plan, place: int, clock: Callable[[], float]) -> None:
    """Taps at a moment of its own, from two seconds before the close to two after."""
    taps_at = plan.closes_at - LAST_MINUTE_TAPS + 2 * LAST_MINUTE_TAPS * (place + 0.5) / plan.on_the_edge
    if crowd.stop.wait(max(0.0, plan.closes_at - BEFORE_THE_CLOSE - clock())):
        return
    phone = crowd.phone(OF_THE_EDGE + place, "write")
    phone.habits = replace(phone.habits, taps_at=taps_at, documents=0)
    phone.send_initiative(unit=where.units[place % len(where.units)] if where.units else "")


def a_minute(moments: Sequence[float], *, began: float, seconds: float, width: float) -> list[int]:
    """How many of `moments` fall in each stretch of `width` seconds."""
    counted = [0] * max(int(-(-seconds // width)), 1)
    for moment in moments:
        place = int((moment - began) // width)
        if 0 <= place < len(counted):
            counted[place] += 1
    return counted
