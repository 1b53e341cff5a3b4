"""The two days of a request: table of cases."""

from datetime import date, datetime

import pytest

from initiatives.models import DataRequest
from initiatives.personal_data import due_days
from portal.vietnamese.days import VIETNAM

Kind = DataRequest.Kind


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


@pytest.mark.parametrize(
    ("asked", "day"),
    [
        pytest.param("2026-03-02T09:00", date(2026, 3, 4), id="Monday morning"),
        pytest.param("2026-03-05T09:00", date(2026, 3, 9), id="Thursday"),
        pytest.param("2026-03-06T23:59", date(2026, 3, 10), id="Friday, a minute before midnight"),
        pytest.param("2026-03-07T00:00", date(2026, 3, 10), id="Saturday, as it begins"),
        pytest.param("2026-03-08T23:59", date(2026, 3, 10), id="Sunday night"),
        pytest.param("2026-02-13T16:00", date(2026, 2, 24), id="the Friday before Tet"),
        pytest.param("2026-02-18T08:00", date(2026, 2, 24), id="the second of the new year"),
        pytest.param("2027-02-04T08:00", date(2027, 2, 15), id="Tet on a weekend: two days follow"),
        pytest.param("2026-04-24T10:00", date(2026, 4, 29), id="the day of the kings is a Sunday: Monday is off"),
        pytest.param("2026-04-29T10:00", date(2026, 5, 5), id="30/4 and 1/5, then a weekend"),
        pytest.param("2025-08-29T10:00", date(2025, 9, 4), id="the national day"),
        pytest.param("2026-12-31T10:00", date(2027, 1, 5), id="over the new year"),
        pytest.param("2040-02-10T10:00", date(2040, 2, 14), id="a year whose Tet nobody wrote down"),
    ],
)
def test_an_answer_is_owed_in_two_working_days(asked: str, day: date) -> None:
    assert due_days.answer_by(at(asked)) == day


def test_the_day_is_that_of_vietnam() -> None:
    """17h UTC on Friday is Saturday here."""
    assert due_days.answer_by(datetime.fromisoformat("2026-03-06T17:00+00:00")) == date(2026, 3, 10)


@pytest.mark.parametrize(
    ("asked", "kind", "day"),
    [
        pytest.param("2026-03-02T09:00", Kind.WITHDRAW, date(2026, 3, 17), id="withdrawing"),
        pytest.param("2026-03-02T09:00", Kind.RESTRICT, date(2026, 3, 17), id="restricting"),
        pytest.param("2026-03-02T09:00", Kind.DELETE, date(2026, 3, 17), id="deleting"),
        pytest.param("2026-03-02T09:00", Kind.SEE, date(2026, 3, 12), id="seeing"),
        pytest.param("2026-03-02T09:00", Kind.CORRECT, date(2026, 3, 12), id="correcting"),
        pytest.param("2026-03-06T23:59", Kind.WITHDRAW, date(2026, 3, 23), id="ends on a Saturday"),
        pytest.param("2026-02-02T09:00", Kind.WITHDRAW, date(2026, 2, 23), id="ends within Tet"),
    ],
)
def test_it_is_carried_out_by(asked: str, kind: str, day: date) -> None:
    assert due_days.act_by(at(asked), kind) == day


def test_every_kind_has_its_days() -> None:
    assert set(due_days.CARRIED_OUT_IN) == set(Kind)


@pytest.mark.parametrize("year", range(2025, 2031))
def test_a_year_has_the_eleven_days_of_the_law_off_on_working_days(year: int) -> None:
    """What falls on a weekend is taken on a working day, so there are always as many (Labour Code, articles 111 and 112)."""
    assert len([day for day in due_days.days_off(year) if day.weekday() < 5]) == 11
