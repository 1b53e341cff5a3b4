"""The deadline rule beside another way to say it, on windows and extensions that hypothesis makes up."""

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from initiatives.campaigns.windows import State, judge
from initiatives.models import Phase, WindowExtension
from orgtree.models import Unit
from portal.vietnamese.days import VIETNAM

DAY = datetime(2022, 5, 1, tzinfo=VIETNAM)
HOURS = st.integers(0, 60)
# The confederation, a province, a district in it, a union there, and another province.
PATHS = ("0001", "00010001", "000100010001", "0001000100010001", "00010002")
UNITS = [
    Unit(pk=number, path=path, current_path=path, short_name=f"Đơn vị {number}")
    for number, path in enumerate(PATHS, start=1)
]

phases = st.lists(st.tuples(HOURS, st.integers(1, 30)), min_size=1, max_size=3)
extensions = st.lists(st.tuples(st.sampled_from(UNITS), HOURS, st.integers(0, 2)), max_size=5)


def after(hours: int) -> datetime:
    return DAY + timedelta(hours=hours)


def of(made: list[tuple[int, int]]) -> list[Phase]:
    """In order of opening, as they are handed in."""
    return [
        Phase(pk=number, opens_at=after(opens), closes_at=after(opens + long))
        for number, (opens, long) in enumerate(sorted(made), start=1)
    ]


def granted(made: list[tuple[Unit, int, int]], windows: list[Phase]) -> list[WindowExtension]:
    return [
        WindowExtension(unit=unit, closes_at=after(hours), phase=windows[place % len(windows)])
        for unit, hours, place in made
    ]


def close_of(phase: Phase, given_to: list[WindowExtension], unit: Unit) -> datetime:
    """Said another way: the nearest above that was given one decides, and never for the worse."""
    for length in range(len(unit.path), 0, -4):
        mine = [each.closes_at for each in given_to if each.phase == phase and each.unit.path == unit.path[:length]]
        if mine:
            return max(phase.closes_at, *mine)
    return phase.closes_at


@settings(deadline=None)
@given(phases, extensions, st.sampled_from(UNITS), HOURS)
def test_a_unit_gets_in_from_the_opening_to_its_own_close(
    made: list[tuple[int, int]], longer: list[tuple[Unit, int, int]], unit: Unit, hours: int
) -> None:
    windows, at = of(made), after(hours)
    given_to = granted(longer, windows)

    verdict = judge(windows, given_to, at=at, unit=unit)

    expected = [each for each in windows if each.opens_at <= at < close_of(each, given_to, unit)]
    assert list(verdict.phases) == expected
    assert (verdict.state is State.OPEN) == bool(expected)
    if expected:
        assert verdict.closes_at == max(close_of(each, given_to, unit) for each in expected)


@settings(deadline=None)
@given(phases, extensions, st.sampled_from([None, *UNITS]), HOURS)
def test_what_is_said_lies_on_its_side_of_now(
    made: list[tuple[int, int]], longer: list[tuple[Unit, int, int]], unit: Unit | None, hours: int
) -> None:
    windows, at = of(made), after(hours)

    verdict = judge(windows, granted(longer, windows), at=at, unit=unit)

    assert verdict.opens_at is None or verdict.opens_at > at
    assert verdict.closed_at is None or verdict.closed_at <= at
    assert verdict.closes_at is None or verdict.closes_at > at
    assert verdict.sentence.endswith(".")
    assert verdict.is_late == (not verdict.is_open and verdict.closed_at is not None)


@settings(deadline=None)
@given(phases, extensions, st.sampled_from(UNITS), HOURS)
def test_the_last_moment_is_in_and_the_next_one_out(
    made: list[tuple[int, int]], longer: list[tuple[Unit, int, int]], unit: Unit, hours: int
) -> None:
    windows = of(made)
    given_to = granted(longer, windows)
    verdict = judge(windows, given_to, at=after(hours), unit=unit)
    if verdict.state is not State.OPEN or verdict.closes_at is None:
        return

    before = judge(windows, given_to, at=verdict.closes_at - timedelta(microseconds=1), unit=unit)
    then = judge(windows, given_to, at=verdict.closes_at, unit=unit)

    assert before.is_open
    assert not set(then.phases) & set(verdict.phases)
