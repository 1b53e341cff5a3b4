"""Days and moments as Vietnamese type and write them, in +07:00 whatever the zone of the process."""

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from portal.vietnamese import text
from portal.vietnamese.refusals import Refused

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")

_EARLIEST_YEAR, _LATEST_YEAR = 1900, 2100
_BETWEEN = r" ?[/.,\- ] ?"
_DAY_FIRST = re.compile(rf"\A(?P<d>[0-9]{{1,2}}){_BETWEEN}(?P<m>[0-9]{{1,2}}){_BETWEEN}(?P<y>[0-9]+)\Z")
_ISO = re.compile(r"\A(?P<y>[0-9]{4})[/.\-](?P<m>[0-9]{1,2})[/.\-](?P<d>[0-9]{1,2})\Z")
_IN_WORDS = re.compile(r"\A(?P<d>[0-9]{1,2}),? thang (?P<m>[0-9]{1,2})(?:,? nam |,? )(?P<y>[0-9]+)\Z")
# As Word, PDF and keyboards of other scripts write them.
_SIGNS = str.maketrans("‐‑‒–—―−﹣－⁄∕／．", "---------///.")
# An iPhone's number pad has no separator; the year is 19.. or 20.., so it cannot be mistaken for the ISO order.
_EIGHT_DIGITS = re.compile(r"\A(?P<d>[0-9]{2})(?P<m>[0-9]{2})(?P<y>[0-9]{4})\Z")

_HOUR = r"(?P<hour>[0-9]{1,2}) ?(?:(?:h|g|gio|:) ?(?P<minute>[0-9]{1,2})?(?: ?(?:p|ph|phut|:) ?(?P<second>[0-9]{2})?)?)"
_HOUR_FIRST = re.compile(rf"\A{_HOUR}(?:,? ngay |,? )(?P<day>.+)\Z")
_DAY_THEN_HOUR = re.compile(rf"\A(?P<day>.*[0-9]{{4}}|[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})(?:,? luc | ?t ?|,? ){_HOUR}\Z")
_ZONE = re.compile(r" ?(?:\+07:?00|gmt ?\+ ?0?7)\Z")
_UNTIL = re.compile(r"\A(?:den het |den |truoc |het |tu |luc |vao )+")

_EXAMPLE = "ví dụ 20/4/2021"


class DayRefused(Refused):
    pass


def parse(typed: str) -> date:
    """20/4/2021, 20-04-2021, 20.4.2021, 20042021, 2021-04-20, ngày 20 tháng 4 năm 2021. Never the month first."""
    return _day(_plain(typed).removeprefix("ngay "))


def shown(day: date) -> str:
    """20/4/2021"""
    return f"{day.day}/{day.month}/{day.year}"


def padded(day: date) -> str:
    """05/02/2026, for columns."""
    return f"{day.day:02}/{day.month:02}/{day.year}"


def in_document(day: date) -> str:
    """ngày 05 tháng 02 năm 2026, but ngày 20 tháng 8: a zero before days under 10 and months 1, 2 (30/2020/NĐ-CP)."""
    month = f"{day.month:02}" if day.month <= 2 else str(day.month)
    return f"ngày {day.day:02} tháng {month} năm {day.year}"


def moment(at: datetime) -> str:
    """14h07 ngày 30/8/2023"""
    local = _local(at)
    return f"{local.hour}h{local.minute:02} ngày {shown(local.date())}"


def exact(at: datetime) -> str:
    """As `moment`, with the seconds where there are any, for a form: saved unchanged, it is the same second."""
    local = _local(at)
    if not local.second:
        return moment(at)
    return f"{local.hour}h{local.minute:02}:{local.second:02} ngày {shown(local.date())}"


def exact_closing(at: datetime) -> str:
    """As `closing`, with the seconds where there are any."""
    return exact(at) if at.second else closing(at)


def closing(at: datetime) -> str:
    """The moment at which something ends. Midnight belongs to the day that ends: 24h00 ngày 20/4/2021."""
    local = _local(at)
    if local.time() == time(0):
        return f"24h00 ngày {shown(local.date() - timedelta(days=1))}"
    return moment(at)


def left(until: datetime, *, at: datetime) -> str:
    """How long it still is, never more than it is: 3 ngày, 5 giờ, 40 phút."""
    minutes = int((until - at).total_seconds()) // 60
    if minutes >= 24 * 60:
        return f"{minutes // (24 * 60)} ngày"
    return f"{minutes // 60} giờ" if minutes >= 60 else f"{max(minutes, 1)} phút"


def left_closely(until: datetime, *, at: datetime) -> str:
    """As `left`, with the next smaller unit where there is any of it: 12 ngày 3 giờ, 5 giờ 20 phút, 40 phút."""
    minutes = int((until - at).total_seconds()) // 60
    if minutes < 60:
        return left(until, at=at)
    rest = f"{minutes // 60 % 24} giờ" if minutes >= 24 * 60 else f"{minutes % 60} phút"
    return left(until, at=at) + ("" if rest.startswith("0 ") else f" {rest}")


def parse_closing(typed: str) -> datetime:
    """The first instant that is too late: a day ends with its last minute, a moment is itself.

    "20/4/2021", "đến hết ngày 20/4/2021" and "24h00 ngày 20/4/2021" are 2021-04-21T00:00+07:00; "17h00 ngày 20/4/2021",
    "17:00 20/4/2021" and "20/4/2021 17:00" are five in the afternoon.
    """
    day, after_midnight = _day_and_time(typed)
    return _instant(day, timedelta(days=1) if after_midnight is None else after_midnight)


def parse_opening(typed: str) -> datetime:
    """The first instant that is in time: a day begins at midnight, "7h00 ngày 8/1/2022" is itself."""
    day, after_midnight = _day_and_time(typed)
    return _instant(day, timedelta(0) if after_midnight is None else after_midnight)


def _local(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("a moment without its zone would be read in the zone of the process")
    return at.astimezone(VIETNAM)


def _instant(day: date, after_midnight: timedelta) -> datetime:
    # Vietnam has had no summer time since 1975: adding to midnight is safe on every day we take.
    return datetime.combine(day, time(0), tzinfo=VIETNAM) + after_midnight


def _plain(typed: str) -> str:
    """Small letters without marks, on one line, everything else kept."""
    line = text.ascii_digits(text.single_line(typed))[:100].lower().translate(_SIGNS).rstrip(".")
    return "".join(text.folded(character) if not character.isascii() else character for character in line)


def _day(plain: str) -> date:
    found = _DAY_FIRST.match(plain) or _ISO.match(plain) or _IN_WORDS.match(plain) or _EIGHT_DIGITS.match(plain)
    if found is None:
        raise DayRefused(f"Hãy ghi đủ ngày, tháng, năm, {_EXAMPLE}.")
    if len(found["y"]) != 4:
        raise DayRefused(f"Hãy ghi đủ bốn chữ số của năm, {_EXAMPLE}.")
    day, month, year = int(found["d"]), int(found["m"]), int(found["y"])
    if not _EARLIEST_YEAR <= year <= _LATEST_YEAR:
        raise DayRefused(f"Năm {year} không đúng. Hãy xem lại, {_EXAMPLE}.")
    if not 1 <= month <= 12:
        raise DayRefused(f"Không có tháng {month}. Hãy ghi ngày trước, tháng sau, {_EXAMPLE}.")
    try:
        return date(year, month, day)
    except ValueError:
        raise DayRefused(f"Tháng {month} năm {year} không có ngày {day}. Hãy xem lại ngày.") from None


def _day_and_time(typed: str) -> tuple[date, timedelta | None]:
    plain = _UNTIL.sub("", _ZONE.sub("", _plain(typed))).removeprefix("ngay ")
    found = _HOUR_FIRST.match(plain) or _DAY_THEN_HOUR.match(plain)
    if found is None:
        return _day(plain), None
    hour, minute, second = (int(found[part] or 0) for part in ("hour", "minute", "second"))
    if minute > 59 or second > 59 or hour > 24 or (hour == 24 and (minute or second)):
        raise DayRefused("Giờ không đúng. Hãy ghi từ 0h00 đến 24h00, ví dụ 17h00 ngày 20/4/2021.")
    return _day(found["day"].removeprefix("ngay ")), timedelta(hours=hour, minutes=minute, seconds=second)
