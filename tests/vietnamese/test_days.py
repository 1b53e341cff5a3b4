"""Days typed and written, moments and closings, always in Vietnam's time."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.vietnamese import days


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        pytest.param("20/4/2021", date(2021, 4, 20), id="slashes"),
        pytest.param("20-4-2021", date(2021, 4, 20), id="dashes"),
        pytest.param("20.04.2021", date(2021, 4, 20), id="dots"),
        pytest.param(" 20 / 4 / 2021 ", date(2021, 4, 20), id="blanks"),
        pytest.param("20 4 2021", date(2021, 4, 20), id="blanks alone"),
        pytest.param("20,4,2021", date(2021, 4, 20), id="the comma of a decimal pad"),
        pytest.param("20042021", date(2021, 4, 20), id="a number pad"),
        pytest.param("2021-04-20", date(2021, 4, 20), id="ISO"),
        pytest.param("2021/4/20", date(2021, 4, 20), id="year first"),
        pytest.param("04/05/2021", date(2021, 5, 4), id="never the month first"),
        pytest.param("ngày 20/4/2021", date(2021, 4, 20), id="ngày"),
        pytest.param("Ngày 20 tháng 4 năm 2021", date(2021, 4, 20), id="in words"),
        pytest.param("ngày 20, tháng 4, năm 2021", date(2021, 4, 20), id="in words, with commas"),
        pytest.param("20 – 4 – 2021", date(2021, 4, 20), id="dashes of Word"),
        pytest.param("20‑4‑2021", date(2021, 4, 20), id="dashes that do not break"),
        pytest.param("20−4−2021", date(2021, 4, 20), id="signs of minus"),
        pytest.param("２０／４／２０２１", date(2021, 4, 20), id="full-width slashes"),
        pytest.param("20．4．2021", date(2021, 4, 20), id="full-width dots"),
        pytest.param("20/4/2021.", date(2021, 4, 20), id="a full stop behind"),
        pytest.param("２０/４/２０２１", date(2021, 4, 20), id="full width"),
        pytest.param("29/2/2020", date(2020, 2, 29), id="leap day"),
        pytest.param("20/4/2021\n", date(2021, 4, 20), id="a line end behind"),
    ],
)
def test_a_day_is_read_as_it_is_typed(typed: str, day: date) -> None:
    assert days.parse(typed) == day


INCOMPLETE = "Hãy ghi đủ ngày, tháng, năm, ví dụ 20/4/2021."


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        pytest.param("31/2/2021", "Tháng 2 năm 2021 không có ngày 31. Hãy xem lại ngày.", id="31 February"),
        pytest.param("29/2/2021", "Tháng 2 năm 2021 không có ngày 29. Hãy xem lại ngày.", id="no leap year"),
        pytest.param("0/4/2021", "Tháng 4 năm 2021 không có ngày 0. Hãy xem lại ngày.", id="day 0"),
        pytest.param("20/4/21", "Hãy ghi đủ bốn chữ số của năm, ví dụ 20/4/2021.", id="two digits of year"),
        pytest.param("20/4/20210", "Hãy ghi đủ bốn chữ số của năm, ví dụ 20/4/2021.", id="five digits of year"),
        pytest.param(
            "04/20/2021", "Không có tháng 20. Hãy ghi ngày trước, tháng sau, ví dụ 20/4/2021.", id="month first"
        ),
        pytest.param("20/0/2021", "Không có tháng 0. Hãy ghi ngày trước, tháng sau, ví dụ 20/4/2021.", id="month 0"),
        pytest.param("20/4/1021", "Năm 1021 không đúng. Hãy xem lại, ví dụ 20/4/2021.", id="a slip in the year"),
        pytest.param("20210420", "Năm 420 không đúng. Hãy xem lại, ví dụ 20/4/2021.", id="ISO without its dashes"),
        pytest.param("4/2021", INCOMPLETE, id="no day"),
        pytest.param("2021", INCOMPLETE, id="a year"),
        pytest.param("", INCOMPLETE, id="nothing"),
        pytest.param("hôm qua", INCOMPLETE, id="words"),
        pytest.param("20/4/2021 17:00", INCOMPLETE, id="an hour behind"),
        pytest.param("1" * 5000, INCOMPLETE, id="thousands of digits"),
    ],
)
def test_what_is_no_day_is_refused_with_a_sentence(typed: str, sentence: str) -> None:
    with pytest.raises(days.DayRefused) as refused:
        days.parse(typed)

    assert refused.value.sentence == sentence


@pytest.mark.parametrize(
    ("day", "shown", "padded", "in_document"),
    [
        (date(2021, 4, 20), "20/4/2021", "20/04/2021", "ngày 20 tháng 4 năm 2021"),
        (date(2026, 2, 5), "5/2/2026", "05/02/2026", "ngày 05 tháng 02 năm 2026"),
        (date(2026, 1, 31), "31/1/2026", "31/01/2026", "ngày 31 tháng 01 năm 2026"),
        (date(2026, 3, 1), "1/3/2026", "01/03/2026", "ngày 01 tháng 3 năm 2026"),
        (date(2026, 8, 20), "20/8/2026", "20/08/2026", "ngày 20 tháng 8 năm 2026"),
        (date(2026, 12, 10), "10/12/2026", "10/12/2026", "ngày 10 tháng 12 năm 2026"),
    ],
)
def test_a_day_is_written(day: date, shown: str, padded: str, in_document: str) -> None:
    assert (days.shown(day), days.padded(day), days.in_document(day)) == (shown, padded, in_document)


@settings(deadline=None)
@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_every_way_of_writing_a_day_is_read_back(day: date) -> None:
    assert {days.parse(way(day)) for way in (days.shown, days.padded, days.in_document, date.isoformat)} == {day}


@pytest.fixture(params=["UTC", "Asia/Ho_Chi_Minh", "America/Los_Angeles"])
def _zone_of_the_process(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    yield
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


@pytest.mark.usefixtures("_zone_of_the_process")
@pytest.mark.parametrize(
    ("at", "moment", "closing"),
    [
        pytest.param(
            datetime(2021, 4, 20, 17, tzinfo=UTC), "0h00 ngày 21/4/2021", "24h00 ngày 20/4/2021", id="midnight"
        ),
        pytest.param(
            datetime(2022, 1, 8, 0, tzinfo=UTC), "7h00 ngày 8/1/2022", "7h00 ngày 8/1/2022", id="seven in the morning"
        ),
        pytest.param(
            datetime(2023, 8, 30, 14, 7, tzinfo=days.VIETNAM),
            "14h07 ngày 30/8/2023",
            "14h07 ngày 30/8/2023",
            id="a moment",
        ),
        pytest.param(
            datetime(2021, 12, 31, 17, tzinfo=UTC),
            "0h00 ngày 1/1/2022",
            "24h00 ngày 31/12/2021",
            id="the turn of the year",
        ),
        pytest.param(
            datetime(2021, 4, 20, 17, 0, 1, tzinfo=UTC),
            "0h00 ngày 21/4/2021",
            "0h00 ngày 21/4/2021",
            id="a second later",
        ),
    ],
)
def test_a_moment_is_written_in_the_time_of_vietnam(at: datetime, moment: str, closing: str) -> None:
    assert (days.moment(at), days.closing(at)) == (moment, closing)


@pytest.mark.parametrize("write", [days.moment, days.closing])
def test_a_moment_without_its_zone_is_a_bug(write: object) -> None:
    with pytest.raises(ValueError):
        write(datetime(2021, 4, 20))  # type: ignore[operator]


AFTER_THE_20TH = "2021-04-21T00:00:00+07:00"
FIVE = "2021-04-20T17:00:00+07:00"


@pytest.mark.usefixtures("_zone_of_the_process")
@pytest.mark.parametrize(
    ("typed", "until"),
    [
        ("20/4/2021", AFTER_THE_20TH),
        ("ngày 20/4/2021", AFTER_THE_20TH),
        ("đến hết ngày 20/4/2021", AFTER_THE_20TH),
        ("hết ngày 20 tháng 4 năm 2021", AFTER_THE_20TH),
        ("den het ngay 20/4/2021", AFTER_THE_20TH),
        ("24h00 ngày 20/4/2021", AFTER_THE_20TH),
        ("24h ngày 20/4/2021", AFTER_THE_20TH),
        ("24 giờ 00 ngày 20/4/2021", AFTER_THE_20TH),
        ("24:00 20/4/2021", AFTER_THE_20TH),
        ("20/4/2021 24:00", AFTER_THE_20TH),
        ("0h00 ngày 21/4/2021", AFTER_THE_20TH),
        ("23h59 ngày 20/4/2021", "2021-04-20T23:59:00+07:00"),
        ("20/4/2021 23:59:59", "2021-04-20T23:59:59+07:00"),
        ("17h00 ngày 20/4/2021", FIVE),
        ("trước 17h ngày 20/4/2021", FIVE),
        ("đến 17h00, ngày 20/4/2021", FIVE),
        ("17:00 20/4/2021", FIVE),
        ("20/4/2021 17:00", FIVE),
        ("20/4/2021 lúc 17h00", FIVE),
        ("2021-04-20 17:00", FIVE),
        ("2021-04-20T17:00:00+07:00", FIVE),
        ("17 giờ 30 phút ngày 20/4/2021", "2021-04-20T17:30:00+07:00"),
    ],
)
def test_a_closing_is_the_first_instant_that_is_too_late(typed: str, until: str) -> None:
    assert days.parse_closing(typed).isoformat() == until


@pytest.mark.parametrize(
    ("typed", "since"),
    [
        ("8/1/2022", "2022-01-08T00:00:00+07:00"),
        ("từ ngày 8/1/2022", "2022-01-08T00:00:00+07:00"),
        ("7h00 ngày 8/1/2022", "2022-01-08T07:00:00+07:00"),
        ("từ 7h ngày 8/1/2022", "2022-01-08T07:00:00+07:00"),
        ("24h00 ngày 7/1/2022", "2022-01-08T00:00:00+07:00"),
    ],
)
def test_an_opening_is_the_first_instant_in_time(typed: str, since: str) -> None:
    assert days.parse_opening(typed).isoformat() == since


HOUR = "Giờ không đúng. Hãy ghi từ 0h00 đến 24h00, ví dụ 17h00 ngày 20/4/2021."


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("24h01 ngày 20/4/2021", HOUR),
        ("25h00 ngày 20/4/2021", HOUR),
        ("17h60 ngày 20/4/2021", HOUR),
        ("24h00 ngày 31/2/2021", "Tháng 2 năm 2021 không có ngày 31. Hãy xem lại ngày."),
        ("24h00 ngày 20/4/21", "Hãy ghi đủ bốn chữ số của năm, ví dụ 20/4/2021."),
        ("24h00", INCOMPLETE),
        ("", INCOMPLETE),
        ("20/4/2021 17:00+00:00", INCOMPLETE),
    ],
)
def test_a_closing_that_is_none_is_refused(typed: str, sentence: str) -> None:
    with pytest.raises(days.DayRefused) as refused:
        days.parse_closing(typed)

    assert refused.value.sentence == sentence


@settings(deadline=None)
@given(st.datetimes(datetime(1976, 1, 2), datetime(2100, 12, 30)))
def test_a_closing_written_is_read_back_to_the_minute(naive: datetime) -> None:
    at = naive.replace(second=0, microsecond=0, tzinfo=days.VIETNAM)

    assert days.parse_closing(days.closing(at)) == at
    assert days.parse_opening(days.moment(at)) == at


@settings(deadline=None)
@given(st.text(st.one_of(st.sampled_from("0124/.-: h"), st.characters(exclude_categories=()))))
def test_anything_is_a_day_or_refused(typed: str) -> None:
    for read in (days.parse, days.parse_closing, days.parse_opening):
        try:
            read(typed)
        except days.DayRefused as refusal:
            assert refusal.sentence


@pytest.mark.parametrize(
    ("span", "left"),
    [
        (timedelta(days=14), "14 ngày"),
        (timedelta(days=3, hours=23, minutes=59), "3 ngày"),
        (timedelta(days=1), "1 ngày"),
        (timedelta(hours=23, minutes=59, seconds=59), "23 giờ"),
        (timedelta(hours=1), "1 giờ"),
        (timedelta(minutes=59, seconds=59), "59 phút"),
        (timedelta(seconds=1), "1 phút"),
    ],
    ids=str,
)
def test_what_is_left_is_never_said_to_be_more_than_it_is(span: timedelta, left: str) -> None:
    at = datetime(2021, 4, 17, 10, 0, tzinfo=days.VIETNAM)

    assert days.left(at + span, at=at) == left


@pytest.mark.parametrize(
    ("span", "left"),
    [
        (timedelta(days=12, hours=3, minutes=59), "12 ngày 3 giờ"),
        (timedelta(days=2, minutes=59), "2 ngày"),
        (timedelta(days=1), "1 ngày"),
        (timedelta(hours=23, minutes=59, seconds=59), "23 giờ 59 phút"),
        (timedelta(hours=10, minutes=10), "10 giờ 10 phút"),
        (timedelta(hours=1, seconds=59), "1 giờ"),
        (timedelta(minutes=59, seconds=59), "59 phút"),
        (timedelta(seconds=1), "1 phút"),
    ],
    ids=str,
)
def test_what_is_left_is_said_more_closely(span: timedelta, left: str) -> None:
    at = datetime(2021, 4, 17, 10, 0, tzinfo=days.VIETNAM)

    assert days.left_closely(at + span, at=at) == left
