"""Nothing in a log names a person or opens a door."""

import logging
import sys

import pytest
from django.test import RequestFactory

from portal.logs import LineFormatter, MaskingFilter, NoPostFilter, masked


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("GET /nhap/Zk3-x_9/noi-dung/ 200", "GET /nhap/…/noi-dung/ 200", id="draft-step"),
        pytest.param("/xac-nhan/81ed4982797fa561/", "/xac-nhan/…/", id="what-is-printed-on-paper"),
        pytest.param("/bien-nhan/Zk3-x_9.png", "/bien-nhan/….png", id="receipt-picture"),
        pytest.param("/ho-so/MTI:1tX:ab-c/?gui=1", "/ho-so/…/?gui=1", id="signed-record"),
        pytest.param("GET /ho-so/12.1650420000~a-B_9/rut/ 200", "GET /ho-so/…/rut/ 200", id="signed-record-with-dots"),
        pytest.param('"http://cong.vn/nhap/Zk3/" 200', '"http://cong.vn/nhap/…/" 200', id="referrer"),
        pytest.param("phone 0912345678 refused", "phone # refused", id="phone"),
        pytest.param("0912 345 678", "#", id="phone-in-groups"),
        pytest.param("+84 912.345.678", "#", id="phone-abroad"),
        pytest.param("CCCD 045188000123", "CCCD #", id="identity-card"),
        pytest.param("CMND 197123456", "CMND #", id="old-identity-card"),
        pytest.param("1234 5678 9012 3", "#", id="receipt-code"),
        pytest.param("q=1234567890123&x=1", "q=#&x=1", id="receipt-code-in-a-query"),
        pytest.param("port 8000, 12345678 rows", "port 8000, 12345678 rows", id="eight-digits-are-a-number"),
        pytest.param("/1trieu-sangkien/nop/", "/1trieu-sangkien/nop/", id="open-page"),
    ],
)
def test_what_is_private_is_masked(text: str, shown: str) -> None:
    assert masked(text) == shown


def test_an_argument_does_not_slip_by() -> None:
    record = _record("look-up of %s by %s", ("1234567890123", "0912345678"))

    MaskingFilter().filter(record)

    assert record.getMessage() == "look-up of # by #"


def test_a_line_says_when_in_viet_nam_how_grave_and_where() -> None:
    record = _record("tally counted", ())
    record.created = 1618937999.0

    assert LineFormatter().format(record) == "2021-04-20T23:59:59.000+07:00 INFO portal.test tally counted"


def test_a_traceback_names_places_and_no_value() -> None:
    record = _record("could not save", ())
    try:
        raise ValueError("duplicate key (phone)=(0912345678) Trần Thị Thu Hà")
    except ValueError:
        record.exc_info = sys.exc_info()

    written = LineFormatter().format(record)

    assert written.splitlines()[-1] == "ValueError"
    assert "test_a_traceback_names_places_and_no_value" in written
    assert "Thu Hà" not in written.replace('Trần Thị Thu Hà")', "")


def test_an_error_report_carries_nothing_posted() -> None:
    request = RequestFactory().post("/", {"national_id": "045188000123"})

    reports = NoPostFilter()

    assert reports.get_post_parameters(request) == {}
    assert reports.get_traceback_frame_variables(request, None) == []


def _record(message: str, arguments: tuple[str, ...]) -> logging.LogRecord:
    return logging.LogRecord("portal.test", logging.INFO, __file__, 1, message, arguments, None)
