"""A long run on one database: kinds of faults in an order that is drawn, round after round, and what they left looked at in
between. Both databases side by side, for most of the time is waiting; whichever is quicker has more of the faults.
"""

import random
import time
from collections.abc import Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from threading import Thread

from bench.park.postgres import find_initdb
from tests.faults import harness, power
from tests.faults.afterwards import thoroughly
from tests.faults.harness import Portal
from tests.faults.kinds import KINDS, Kind, Struck
from tests.faults.report import Line, Outcome

DATABASES = ("PostgreSQL", "SQLite")
BETWEEN_LOOKS = 100  # faults after which everything is looked at, by the portal's own commands too
TROUBLE = 500
POWER = Kind("power cut while people send documents", power.cuts, "SQLite")


@dataclass
class Asked:
    """`faults`: how many at least, on both together; `until` (`time.monotonic()`) it ends with what was done. `kinds` by their
    keys, all where there are none."""

    faults: int
    until: float
    seed: int
    kinds: Collection[str] = ()
    databases: Collection[str] = DATABASES


def played(asked: Asked) -> Outcome:
    outcome = Outcome()
    sides = [Thread(target=Side(name, asked, outcome).play) for name in asked.databases]
    for each in sides:
        each.start()
    for each in sides:
        each.join()
    return outcome


@dataclass
class Side:
    name: str
    asked: Asked
    outcome: Outcome
    done: int = 0
    looked: int = 0
    draw: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.draw = random.Random(f"{self.asked.seed} {self.name}")

    def play(self) -> None:
        """Never raises: a side that breaks off is a finding, and the other one goes on."""
        kinds = self._kinds()
        place = _place(self.name) if kinds else None
        if place is None:
            self._say("left out, its programs are not installed here, or nothing is asked of it")
            return
        try:
            with place as portal:
                portal.start()
                self._rounds(portal, kinds)
                self._look(portal)
        except BaseException as failure:
            self.outcome.looks.append(f"{self.name}, broken off after {self.done}: {failure!r}")

    def _kinds(self) -> list[Kind]:
        """Each as often as it comes in a round."""
        known = dict(KINDS)
        if power.compiler():
            known["power"] = (1, POWER)
        elif self.name == POWER.only:
            self._say("cuts of the power left out, no C compiler is installed here")
        wanted = [known[key] for key in known if key in self.asked.kinds or not self.asked.kinds]
        return [kind for often, kind in wanted if kind.only in {"", self.name} for _ in range(often)]

    def _rounds(self, portal: Portal, kinds: list[Kind]) -> None:
        waiting: list[Kind] = []
        while self.outcome.faults < self.asked.faults and time.monotonic() < self.asked.until:
            if not waiting:
                waiting = self.draw.sample(kinds, len(kinds))
            self._strike(portal, waiting.pop())
            if self.done - self.looked >= BETWEEN_LOOKS:
                self._look(portal)

    def _strike(self, portal: Portal, kind: Kind) -> None:
        line = self.outcome.lines.setdefault((kind.name, self.name), Line())
        receipts, heard, clock = len(portal.story.acknowledged), len(portal.story.heard), time.monotonic()
        try:
            found = kind.once(portal, self.draw)
        except Exception as failure:  # nobody was answered any more, or nothing could be looked at: either is a finding
            found = Struck(1, [f"{kind.name}: {failure!r}"])
            portal.start_anew()
        line.faults += found.times
        line.receipts += len(portal.story.acknowledged) - receipts
        line.felt += sum(each.status == 0 or each.status >= TROUBLE for each in portal.story.heard[heard:])
        line.seconds += time.monotonic() - clock
        line.wrong += found.wrong
        self.done += found.times
        for each in found.wrong:
            self._say(f"WRONG: {each}")

    def _look(self, portal: Portal) -> None:
        self.looked = self.done
        wrong = [f"{self.name}, after {self.done}: {each}" for each in thoroughly(portal)]
        self.outcome.looks += wrong
        receipts = len(portal.story.acknowledged)
        self._say(f"{self.done} of {self.outcome.faults} faults on both, {receipts} receipts, {len(wrong)} wrong")

    def _say(self, what: str) -> None:
        print(f"{time.strftime('%H:%M:%S')}  {self.name}: {what}", flush=True)


def _place(name: str) -> AbstractContextManager[Portal] | None:
    if name == "SQLite":
        return harness.on_sqlite()
    initdb = find_initdb()
    return harness.on_postgres(initdb) if initdb else None
