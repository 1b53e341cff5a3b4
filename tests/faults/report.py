"""What became of each kind of fault on each database, and the page that says so (`docs/faults.md`)."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "faults.md"


@dataclass
class Line:
    """What became of one kind on one database. `felt`: answers that failed or did not come; `seconds` it took in all."""

    faults: int = 0
    receipts: int = 0
    felt: int = 0
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)


@dataclass
class Outcome:
    """Of one run on both databases, which write side by side. `lines` by kind and database; `looks`: what did not hold when
    everything was looked at, or why a side broke off."""

    lines: dict[tuple[str, str], Line] = field(default_factory=dict)
    looks: list[str] = field(default_factory=list)

    @property
    def faults(self) -> int:
        return sum(line.faults for line in list(self.lines.values()))

    @property
    def wrong(self) -> list[str]:
        return [f"{database}: {each}" for (_, database), line in self.lines.items() for each in line.wrong] + self.looks


ABOUT = """
After each fault: every receipt that was shown exists, complete and once; none was shown for what is not there; the same person
got a receipt by trying again; the portal answered again by itself. After each hundred also what must always be true
(`check_invariants`), the counts (`recount --check`) and the history, sealed anew each time as far as it is settled
(`seal_history`, `verify_history`). Made by one run of `make faults ARGS=--save`; the kinds are in `tests/faults/kinds.py`.
“Felt” are requests that got an error page or no answer, after the one try that a browser makes by itself where a kept
connection ends: so killed processes are seldom felt.

| fault | database | injected | felt | receipts | wrong |
|---|---|---:|---:|---:|---:|
"""


def page(outcome: Outcome, *, seed: int, minutes: float) -> str:
    receipts = sum(line.receipts for line in outcome.lines.values())
    told = f"# Faults\n\n{outcome.faults} faults were injected on {date.today():%d/%m/%Y} in one run "
    told += f"(seed {seed}; {minutes:.0f} minutes); {receipts} receipts were shown meanwhile. "
    told += f"Statements that did not hold afterwards: {len(outcome.wrong)}.\n{ABOUT}"
    for (kind, database), line in sorted(outcome.lines.items()):
        told += f"| {kind} | {database} | {line.faults} | {line.felt} | {line.receipts} | {len(line.wrong)} |\n"
    return told + "".join(f"\n- {each}\n" for each in outcome.wrong)


def times(outcome: Outcome) -> str:
    """How long each kind took, the longest first: where a run that is too slow loses its time."""
    rows = sorted(outcome.lines.items(), key=lambda row: -row[1].seconds)
    return "\n".join(f"{line.seconds:7.0f} s for {line.faults:4}: {kind}, {name}" for (kind, name), line in rows)
