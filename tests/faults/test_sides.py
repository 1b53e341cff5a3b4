"""A long run goes on whatever happens to one of its sides, and its page says so. The portals here are of paper."""

import random
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

import pytest

from initiatives.rehearsal.phones import Story
from tests.faults import report, sides
from tests.faults.kinds import Kind, Struck
from tests.faults.sides import Asked


@dataclass
class Paper:
    story: Story = field(default_factory=Story)
    started: int = 0
    wrong: list[str] = field(default_factory=list)

    def start(self) -> None:
        self.started += 1

    start_anew = start


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> Callable[..., report.Outcome]:
    """Both sides on paper, with one kind of fault that does as `once` says."""

    def play(
        once: Callable[[Any, random.Random], Struck], *, faults: int = 6, only: str = "", **papers: Any
    ) -> report.Outcome:
        monkeypatch.setattr(sides, "KINDS", {"paper": (3, Kind("torn", once))})
        monkeypatch.setattr(sides.power, "compiler", lambda: None)
        monkeypatch.setattr(sides, "_place", lambda name: nullcontext(papers.get(name) or Paper()))
        monkeypatch.setattr(sides, "thoroughly", lambda portal: portal.wrong)
        databases = (only,) if only else sides.DATABASES
        return sides.played(Asked(faults, until=time.monotonic() + 60, seed=9, databases=databases))

    return play


def once(portal: Any, draw: random.Random) -> Struck:
    return Struck(1)


def test_both_sides_strike_until_there_are_enough(played: Callable[..., report.Outcome]) -> None:
    outcome = played(once, faults=50)

    assert outcome.faults in {50, 51}  # a side does not know what the other is about to do
    assert outcome.wrong == []


def test_a_side_that_breaks_off_is_a_finding_and_the_other_goes_on(played: Callable[..., report.Outcome]) -> None:
    broken = Paper()
    broken.start = lambda: 1 / 0  # type: ignore[assignment, method-assign, return-value]

    outcome = played(once, PostgreSQL=broken)

    assert outcome.faults == outcome.lines["torn", "SQLite"].faults == 6
    assert [each.partition("(")[0] for each in outcome.wrong] == ["PostgreSQL, broken off after 0: ZeroDivisionError"]


def test_whatever_keeps_a_kind_from_ending_is_a_finding_and_the_portal_begins_anew(
    played: Callable[..., report.Outcome],
) -> None:
    waited = Paper()

    def in_vain(portal: Any, draw: random.Random) -> Struck:
        if portal is waited and portal.started == 1:
            raise TimeoutError("waited in vain")
        return Struck(1)

    outcome = played(in_vain, only="SQLite", SQLite=waited)

    assert outcome.wrong == ["SQLite: torn: TimeoutError('waited in vain')"]
    assert waited.started == 2


def test_the_page_says_what_did_not_hold(played: Callable[..., report.Outcome]) -> None:
    outcome = played(once, only="SQLite", SQLite=Paper(wrong=["a receipt is gone"]))

    told = report.page(outcome, seed=9, minutes=1)

    assert "Statements that did not hold afterwards: 1." in told
    assert "| torn | SQLite | 6 | 0 | 0 | 0 |\n\n- SQLite, after 6: a receipt is gone\n" in told
