"""Many phones at once: a closed loop of so many people, or people who arrive at a rate; writers and readers, in proportion.

Bounded in time, in number and in threads, and let loose on this machine alone (`browser.NotThisMachine`). What came of it is a
`Result`, which is plain JSON.
"""

import math
import random
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import count
from threading import BoundedSemaphore, Event, Lock, Thread, Timer
from typing import Any

from initiatives.rehearsal.browser import Heard, must_be_this_machine
from initiatives.rehearsal.phones import Habits, Phone, Story
from initiatives.rehearsal.words import LONGEST_NUMBER, Days

Rate = Callable[[float], float]  # people a second, by seconds since the beginning

MOST_THREADS = 2_000
SOURCES = 250 * 250


@dataclass(frozen=True)
class Mix:
    """How many of each come for one another: twenty readers to one writer. `uploads` and `slow`: of the writers, the share that
    sends documents and the share on a slow line. `trackers` look up a receipt that was given in this crowd.
    `pages`: how many a reader opens."""

    writers: float = 1.0
    readers: float = 20.0
    trackers: float = 0.5
    uploads: float = 0.2
    slow: float = 0.05
    slow_bytes_a_second: int = 30_000
    pages: int = 2


@dataclass(frozen=True)
class Where:
    """`units`: codes of which each writer belongs to one; none: top units they are offered. `own_addresses`: each phone calls
    from an address of its own; otherwise all come from one, like a factory behind its router."""

    base_url: str
    campaign: str
    days: Days
    units: Sequence[str] = ()
    host: str = ""
    own_addresses: bool = True


@dataclass(frozen=True)
class Figures:
    """Of one kind of request. Seconds; the percentiles are of those that were answered."""

    asked: int
    statuses: dict[str, int]
    failures: dict[str, int]
    p50: float
    p95: float
    p99: float
    longest: float
    bytes: int


@dataclass
class Result:
    """`held_back`: people who came while every thread was busy, and so did not come in at all."""

    began: float
    seconds: float
    story: Story
    errands: dict[str, int] = field(default_factory=dict)
    held_back: int = 0
    cpu_seconds: float = 0.0

    @property
    def figures(self) -> dict[str, Figures]:
        kinds: dict[str, list[Heard]] = {}
        for each in self.story.heard:
            kinds.setdefault(each.kind, []).append(each)
        return {kind: figures(heard) for kind, heard in sorted(kinds.items())} | {"all": figures(self.story.heard)}

    def as_json(self, *, with_receipts: bool = False) -> dict[str, Any]:
        told: dict[str, Any] = {
            "began": self.began,
            "seconds": round(self.seconds, 3),
            "errands": self.errands,
            "held_back": self.held_back,
            "acknowledged": len(self.story.acknowledged),
            "refused": len(self.story.refused),
            "gave_up": sum(each.step != "stopped" for each in self.story.gave_up),
            "stopped": sum(each.step == "stopped" for each in self.story.gave_up),
            "submissions_a_second": round(len(self.story.acknowledged) / self.seconds, 2) if self.seconds else 0,
            "client_cpu_seconds": round(self.cpu_seconds, 2),
            "figures": {kind: asdict(each) for kind, each in self.figures.items()},
        }
        if with_receipts:
            told["receipts"] = [asdict(each) for each in self.story.acknowledged]
        return told


class Crowd:
    """`seed` decides who comes when. `first`: the number of the first phone, so that two crowds share nobody."""

    def __init__(
        self,
        where: Where,
        *,
        habits: Habits | None = None,
        mix: Mix | None = None,
        seed: int = 1,
        first: int = 0,
        most_threads: int = MOST_THREADS,
        story: Story | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        must_be_this_machine(where.base_url)
        self.where, self.habits, self.mix, self.clock = where, habits or Habits(), mix or Mix(), clock
        self.draw = random.Random(seed)  # noqa: S311 - nobody's secret
        self.numbers = count(first)
        self.most_threads = min(most_threads, MOST_THREADS)
        self.stop = Event()
        self.story = story if story is not None else Story()
        self.errands: dict[str, int] = {}
        self.counting = Lock()

    def closed(self, people: int, *, seconds: float, most_errands: int = 1_000_000) -> Result:
        """`people` who each begin anew as soon as they are done, until `seconds` are over or `most_errands` were begun."""
        left = iter(range(most_errands))

        def goes_on() -> None:
            while not self.stop.is_set() and next(left, None) is not None:
                self._one(self._role())

        return self._played(lambda: [goes_on] * min(people, self.most_threads), seconds=seconds)

    def arriving(
        self,
        rate: Rate,
        *,
        seconds: float,
        most_people: int = 100_000,
        finish_within: float = 120.0,
        at_most: float = 0.0,
    ) -> Result:
        """People come at `rate`, at random moments, whether or not the portal keeps up; who came by then is waited for, up to
        `finish_within` seconds more. `at_most`: a bound of `rate`, found by looking where it is not given."""
        peak = at_most or max(rate(seconds * step / 1000) for step in range(1001))
        room = BoundedSemaphore(self.most_threads)
        began, cpu = self.clock(), time.process_time()
        started, held_back, threads, due, came = time.monotonic(), 0, [], 0.0, 0
        timer = self._bounded(seconds + finish_within)
        try:
            while peak > 0 and came < most_people and not self.stop.is_set():
                due += self.draw.expovariate(peak)
                if due >= seconds or self.stop.wait(max(0.0, started + due - time.monotonic())):
                    break
                if self.draw.random() * peak >= rate(due):
                    continue
                came += 1
                if not room.acquire(blocking=False):
                    held_back += 1
                    continue
                threads.append(_begun(self._leaving(room, self._role())))
                threads = [each for each in threads if each.is_alive()] if len(threads) > self.most_threads else threads
        except BaseException:
            self.stop.set()
            raise
        finally:
            self._joined(threads, timer)
        return self._result(began, started, cpu, held_back)

    def _played(self, plays: Callable[[], Iterable[Callable[[], None]]], *, seconds: float) -> Result:
        began, started, cpu = self.clock(), time.monotonic(), time.process_time()
        timer = self._bounded(seconds)
        self._joined([_begun(play) for play in plays()], timer)
        return self._result(began, started, cpu, 0)

    # --- one person -----------------------------------------------------------------------------------------------------

    def _role(self) -> str:
        roles = ("write", "read", "track")
        return self.draw.choices(roles, (self.mix.writers, self.mix.readers, self.mix.trackers))[0]

    def _leaving(self, room: BoundedSemaphore, role: str) -> Callable[[], None]:
        def play() -> None:
            try:
                self._one(role)
            finally:
                room.release()

        return play

    def _one(self, role: str) -> None:
        number = next(self.numbers) % LONGEST_NUMBER
        given = self.story.acknowledged
        if role == "track" and not given:
            role = "read"
        with self.counting:
            self.errands[role] = self.errands.get(role, 0) + 1
        phone = self.phone(number, role)
        if role == "write":
            phone.send_initiative(unit=phone.draw.choice(list(self.where.units)) if self.where.units else "")
        elif role == "read":
            phone.read(most=self.mix.pages)
        else:
            receipt = given[phone.draw.randrange(len(given))]
            phone.track(receipt.code, receipt.phone)

    def phone(self, number: int, role: str) -> Phone:
        """The phone of that number; some writers send documents, some are on a slow line."""
        habits, line = self.habits, self.habits.line
        if self.where.own_addresses:
            place = number % SOURCES
            line = replace(line, source=f"127.1.{place // 250 + 1}.{place % 250 + 1}")
        if role == "write":
            luck = random.Random(f"luck {number}")  # noqa: S311 - nobody's secret
            if luck.random() < self.mix.slow:
                line = replace(line, slow_bytes_a_second=self.mix.slow_bytes_a_second)
            if luck.random() < self.mix.uploads:
                habits = replace(habits, documents=max(habits.documents, 1))
            else:
                habits = replace(habits, documents=0)
        return Phone(
            self.where.base_url,
            self.where.campaign,
            number,
            days=self.where.days,
            habits=replace(habits, line=line),
            story=self.story,
            stop=self.stop,
            host=self.where.host,
            clock=self.clock,
        )

    # --- all of them ----------------------------------------------------------------------------------------------------

    def _bounded(self, seconds: float) -> Timer:
        timer = Timer(seconds, self.stop.set)
        timer.daemon = True
        timer.start()
        return timer

    def _joined(self, threads: Iterable[Thread], timer: Timer) -> None:
        """Waits for all; at Ctrl+C they are told to stop first."""
        try:
            for each in threads:
                each.join()
        except BaseException:
            self.stop.set()
            for each in threads:
                each.join(self.habits.line.gives_up_after)
            raise
        finally:
            timer.cancel()

    def _result(self, began: float, started: float, cpu: float, held_back: int) -> Result:
        seconds, spent = time.monotonic() - started, time.process_time() - cpu
        return Result(began, seconds, self.story, dict(self.errands), held_back, spent)


def figures(heard: Sequence[Heard]) -> Figures:
    answered = sorted(each.seconds for each in heard if each.status)
    statuses: dict[str, int] = {}
    failures: dict[str, int] = {}
    for each in heard:
        told, name = (statuses, str(each.status)) if each.status else (failures, each.failure)
        told[name] = told.get(name, 0) + 1
    p50, p95, p99 = (percentile(answered, share) for share in (0.5, 0.95, 0.99))
    longest = round(answered[-1], 4) if answered else 0.0
    return Figures(len(heard), statuses, failures, p50, p95, p99, longest, sum(each.size for each in heard))


def percentile(ordered: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of them do not exceed; 0 of none."""
    return round(ordered[max(math.ceil(share * len(ordered)) - 1, 0)], 4) if ordered else 0.0


# --- rates ------------------------------------------------------------------------------------------------------------------


def steady(people: float) -> Rate:
    return lambda _: people


def ramp(first: float, last: float, *, seconds: float) -> Rate:
    """Grows evenly from `first` to `last`, and stays."""
    return lambda at: first + (last - first) * min(at / seconds, 1.0)


def burst(usual: float, peak: float, *, at: float, lasting: float) -> Rate:
    return lambda now: peak if at <= now < at + lasting else usual


def _begun(play: Callable[[], None]) -> Thread:
    thread = Thread(target=play, daemon=True)
    thread.start()
    return thread
