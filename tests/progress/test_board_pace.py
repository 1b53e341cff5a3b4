"""Whole days in Việt Nam: how fast, how fast it must be, and what may be foretold."""

from datetime import date, datetime, timedelta

import pytest

from initiatives.models import Phase
from initiatives.progress.pace import Days, Pace, days_of
from portal.vietnamese.days import VIETNAM


def phase(opens: str, closes: str) -> Phase:
    return Phase(opens_at=moment(opens), closes_at=moment(closes))


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


# 1/3 to 30/4, a month's pause, 1/6 to 30/6
PHASES = (phase("2022-03-01 07:00", "2022-05-01 00:00"), phase("2022-06-01 07:00", "2022-07-01 00:00"))


def on(text: str) -> Days:
    return days_of(PHASES, at=moment(text))


@pytest.mark.parametrize(
    ("at", "begun", "ahead", "lately"),
    [
        ("2022-02-28 12:00", 0, 91, 0),
        ("2022-03-01 08:00", 1, 90, 0),
        ("2022-03-07 08:00", 7, 84, 0),
        ("2022-03-08 08:00", 8, 83, 7),
        ("2022-04-30 23:59", 61, 30, 7),
        ("2022-05-15 08:00", 61, 30, 0),
        ("2022-06-05 08:00", 66, 25, 0),
        ("2022-06-30 23:59", 91, 0, 7),
        ("2022-07-01 00:00", 91, 0, 0),
    ],
)
def test_open_days_are_counted_as_they_lie_in_the_phases(at: str, begun: int, ahead: int, lately: int) -> None:
    days = on(at)

    assert (days.begun, days.ahead, len(days.lately)) == (begun, ahead, lately)


def test_the_day_is_that_of_viet_nam() -> None:
    assert days_of(PHASES, at=datetime.fromisoformat("2022-03-01T18:00:00+00:00")).today == date(2022, 3, 2)


def test_phases_that_touch_are_one() -> None:
    touching = (phase("2022-01-08 07:00", "2022-06-01 00:00"), phase("2022-06-01 07:00", "2023-09-02 00:00"))

    assert days_of(touching, at=moment("2022-11-18 16:00")).spans == ((date(2022, 1, 8), date(2023, 9, 1)),)


@pytest.mark.parametrize(
    ("at", "pace", "needed", "forecast"),
    [
        ("2022-02-28 12:00", Pace(0, on("2022-02-28 12:00"), target=910), 10, None),
        ("2022-03-10 12:00", Pace(100, on("2022-03-10 12:00"), target=910), 10, 910),
        ("2022-03-10 12:00", Pace(100, on("2022-03-10 12:00"), target=910, lately=14), 10, 262),
        ("2022-03-10 12:00", Pace(100, on("2022-03-10 12:00"), target=100), 0, 910),
        ("2022-03-10 12:00", Pace(100, on("2022-03-10 12:00")), None, 910),
        ("2022-03-10 12:00", Pace(100, on("2022-03-10 12:00"), target=910, due_on=date(2022, 3, 20)), 81, 910),
        ("2022-03-10 12:00", Pace(100, on("2022-03-10 12:00"), target=910, due_on=date(2022, 3, 10)), 810, 910),
        ("2022-03-10 12:00", Pace(100, on("2022-03-10 12:00"), target=910, due_on=date(2022, 3, 9)), 10, 910),
        ("2022-06-30 12:00", Pace(900, on("2022-06-30 12:00"), target=910, lately=70), 10, 900),
        ("2022-07-01 00:00", Pace(900, on("2022-07-01 00:00"), target=910), None, None),
    ],
    ids=[
        "not yet open",
        "by the average",
        "by the last seven days",
        "reached",
        "no target",
        "until its due day",
        "on its due day",
        "its due day is past",
        "the last day",
        "over",
    ],
)
def test_what_is_needed_and_foretold(at: str, pace: Pace, needed: int | None, forecast: int | None) -> None:
    assert (pace.needed, pace.forecast) == (needed, forecast)


def test_a_campaign_without_phases_foretells_nothing() -> None:
    pace = Pace(5, days_of([], at=moment("2022-03-10 12:00")), target=10)

    assert (pace.needed, pace.forecast, pace.a_day) == (None, None, "")


def test_a_day_is_said_with_one_decimal() -> None:
    pace = Pace(100, on("2022-03-08 12:00"), lately=3)

    assert (pace.a_day, pace.a_day_lately) == ("12,5", "0,4")
    assert Pace(0, on("2022-03-08 12:00"), lately=0).a_day_lately == "0,0"


def test_the_days_add_up_to_the_whole_on_every_day() -> None:
    for back in range(200):
        days = days_of(PHASES, at=moment("2022-02-01 12:00") + timedelta(days=back))
        assert days.begun + days.ahead == 91
