"""Until when a request about one's data is answered and carried out. Pure: a moment and a kind in, days out.

An answer in 2 working days, and 15 days to carry out a withdrawal or a restriction, are what Decree 356/2025/NĐ-CP says of Law
91/2025/QH15. The decree gives between 10 and 20 days for the other rights; seeing and correcting get 10 here and deleting 15, so
that nothing here is later than the law wherever in that span a right stands. The owner's lawyer confirms the table before the
portal goes live. The day of asking is not counted (Civil Code 2015, article 147), and what would end on a day off ends with the
next working day (article 148).
"""

from datetime import date, datetime, timedelta
from functools import cache

from initiatives.models import DataRequest
from portal.vietnamese.days import VIETNAM

ANSWERED_IN = 2  # working days
CARRIED_OUT_IN = {
    DataRequest.Kind.SEE: 10,
    DataRequest.Kind.CORRECT: 10,
    DataRequest.Kind.WITHDRAW: 15,
    DataRequest.Kind.RESTRICT: 15,
    DataRequest.Kind.DELETE: 15,
}

# Labour Code 2019, article 112. By the lunar calendar: the five days off of Tết as the government announces them (until it does:
# the eve and four days of the new year) and the tenth of the third month. What is announced otherwise is written here; a day that
# is missing makes a due day earlier, never later.
TET = {
    2025: (date(2025, 1, 27), date(2025, 1, 31)),
    2026: (date(2026, 2, 16), date(2026, 2, 20)),
    2027: (date(2027, 2, 5), date(2027, 2, 9)),
    2028: (date(2028, 1, 25), date(2028, 1, 29)),
    2029: (date(2029, 2, 12), date(2029, 2, 16)),
    2030: (date(2030, 2, 1), date(2030, 2, 5)),
}
HUNG_KINGS = (
    date(2025, 4, 7),
    date(2026, 4, 26),
    date(2027, 4, 16),
    date(2028, 4, 4),
    date(2029, 4, 23),
    date(2030, 4, 12),
)
# The second day of the national day: 1/9 where it was announced so, else 3/9.
FIRST_OF_SEPTEMBER = {2025, 2026}


def answer_by(asked_at: datetime) -> date:
    day = asked_at.astimezone(VIETNAM).date()
    for _ in range(ANSWERED_IN):
        day = _next_working_day(day)
    return day


def act_by(asked_at: datetime, kind: str) -> date:
    day = asked_at.astimezone(VIETNAM).date() + timedelta(days=CARRIED_OUT_IN[DataRequest.Kind(kind)])
    return day if is_working_day(day) else _next_working_day(day)


def is_working_day(day: date) -> bool:
    return day.weekday() < 5 and day not in days_off(day.year)


@cache
def days_off(year: int) -> frozenset[date]:
    """The holidays of `year`, and the working days that are off instead of those that fall on a weekend."""
    off = {date(year, 1, 1), date(year, 4, 30), date(year, 5, 1), date(year, 9, 2)}
    off.add(date(year, 9, 1 if year in FIRST_OF_SEPTEMBER else 3))
    off |= {day for day in HUNG_KINGS if day.year == year}
    if year in TET:
        first, last = TET[year]
        off |= {first + timedelta(days=number) for number in range((last - first).days + 1)}
    for day in sorted(day for day in off if day.weekday() >= 5):
        instead = day
        while instead.weekday() >= 5 or instead in off:
            instead += timedelta(days=1)
        off.add(instead)
    return frozenset(off)


def _next_working_day(day: date) -> date:
    day += timedelta(days=1)
    while not is_working_day(day):
        day += timedelta(days=1)
    return day
