"""Something on another machine is left alone after it failed, and asked again by one at first."""

from types import SimpleNamespace

import pytest

from portal import circuits
from portal.circuits import Circuit


class Clock:
    now = 100.0


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(circuits, "time", SimpleNamespace(monotonic=lambda: clock.now))
    return clock


def test_it_rests_after_failures_in_a_row(clock: Clock) -> None:
    circuit = Circuit(failures=3, rest=10)

    told = [(circuit.may_ask(), circuit.failed()) for _ in range(3)]

    assert told == [(True, False), (True, False), (True, True)]
    assert (circuit.may_ask(), circuit.is_resting) == (False, True)


def test_an_answer_in_between_counts_anew(clock: Clock) -> None:
    circuit = Circuit(failures=2, rest=10)

    for _ in range(3):
        circuit.failed()
        circuit.worked()

    assert (circuit.may_ask(), circuit.is_resting) == (True, False)


def test_then_one_asks_and_the_others_rest_on(clock: Clock) -> None:
    circuit = Circuit(failures=1, rest=10)
    circuit.failed()
    clock.now += 10

    assert [circuit.may_ask() for _ in range(3)] == [True, False, False]
    circuit.worked()
    assert [circuit.may_ask() for _ in range(3)] == [True, True, True]


def test_one_that_fails_again_rests_again(clock: Clock) -> None:
    circuit = Circuit(failures=3, rest=10)
    for _ in range(3):
        circuit.failed()
    clock.now += 10
    assert circuit.may_ask()
    clock.now += 4

    assert circuit.failed() is False

    clock.now += 9
    assert not circuit.may_ask()
    clock.now += 1
    assert circuit.may_ask()


def test_one_who_asked_and_was_never_heard_of_again_holds_the_others_once(clock: Clock) -> None:
    circuit = Circuit(failures=1, rest=10)
    circuit.failed()
    clock.now += 10
    assert circuit.may_ask()

    clock.now += 10

    assert circuit.may_ask()
