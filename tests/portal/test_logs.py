"""Nothing in a log names a person or opens a door."""

import errno
import json
import logging
import sys

import pytest
from django.db import OperationalError
from django.test import RequestFactory
from psycopg2.errors import DiskFull

from portal.logs import CONTROL, LineFormatter, MaskingFilter, NoPostFilter, masked
from portal.requests import current_id


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("GET /nhap/Zk3-x_9/noi-dung/ 200", "GET /nhap/…/noi-dung/ 200", id="draft-step"),
        pytest.param("/xac-nhan/81ed4982797fa561/", "/xac-nhan/…/", id="what-is-printed-on-paper"),
        pytest.param("/bien-nhan/Zk3-x_9.png", "/bien-nhan/….png", id="receipt-picture"),
        pytest.param("/ho-so/MTI:1tX:ab-c/?gui=1", "/ho-so/…/?gui=1", id="signed-record"),
        pytest.param("GET /ho-so/12.1650420000~a-B_9/rut/ 200", "GET /ho-so/…/rut/ 200", id="signed-record-with-dots"),
        pytest.param('"http://cong.vn/nhap/Zk3/" 200', '"http://cong.vn/nhap/…/" 200', id="referrer"),
        pytest.param("/nhap/./Zk3-x_9/", "/nhap/…/", id="a-dot-between"),
        pytest.param("/nhap/.././/Zk3-x_9/noi-dung/", "/nhap/…/noi-dung/", id="dots-and-slashes-between"),
        pytest.param("/nhap;x=1/Zk3-x_9/", "/nhap/…/", id="a-parameter-between"),
        pytest.param("/nhap/..", "/nhap/…", id="dots-alone"),
        pytest.param("phone 0912345678 refused", "phone # refused", id="phone"),
        pytest.param("0912 345 678", "#", id="phone-in-groups"),
        pytest.param("+84 912.345.678", "#", id="phone-abroad"),
        pytest.param("/tra-cuu/0912/345/678", "/tra-cuu/#", id="phone-in-folders"),
        pytest.param("/tra-cuu/0912/34/56/78/", "/tra-cuu/#/", id="phone-in-four-folders"),
        pytest.param("from 20/04/2021 to 05/02/2026", "from 20/04/2021 to 05/02/2026", id="days"),
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

    assert json.loads(LineFormatter().format(record)) == {
        "at": "2021-04-20T23:59:59.000+07:00",
        "level": "INFO",
        "logger": "portal.test",
        "message": "tally counted",
    }


def test_a_traceback_names_places_and_no_value() -> None:
    record = _record("could not save", ())
    try:
        raise ValueError("duplicate key (phone)=(0912345678) Trần Thị Thu Hà")
    except ValueError:
        record.exc_info = sys.exc_info()

    written = json.loads(LineFormatter().format(record))

    assert written["kind"] == "ValueError"
    assert written["frames"][-1].endswith(" test_a_traceback_names_places_and_no_value")
    assert "Hà" not in str(written) and "0912345678" not in str(written)


@pytest.mark.parametrize(
    ("failure", "cause", "why"),
    [
        pytest.param(OperationalError("Hà"), DiskFull("Hà"), "DiskFull", id="of-the-database"),
        pytest.param(OSError(errno.ENOSPC, "Hà", "/tep-cua-Hà"), None, "ENOSPC", id="of-the-disk"),
        pytest.param(OSError("Hà"), ValueError("Hà"), None, id="without-a-number"),
        pytest.param(ValueError("Hà"), None, None, id="a-bug"),
    ],
)
def test_what_broke_below_us_is_named(failure: Exception, cause: Exception | None, why: str | None) -> None:
    record = _record("answered 503", ())
    failure.__cause__ = cause
    record.exc_info = (type(failure), failure, None)

    line = LineFormatter().format(record)

    assert json.loads(line).get("why") == why
    assert "Hà" not in str(json.loads(line))


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param("a\nb", id="line-end"),
        pytest.param("a\r\nb", id="line-end-of-windows"),
        pytest.param("a\x85b", id="next-line"),
        pytest.param("a\u2028b", id="line-separator"),
        pytest.param("a\x1b[31mb", id="escape"),
        pytest.param('a", "level": "CRITICAL', id="a-quote"),
        pytest.param("a\ud800b", id="half-a-character"),
    ],
)
def test_an_event_is_one_line_whatever_it_tells(typed: str) -> None:
    record = _record("%s", (typed,))
    record.told = {"path": f"/{typed}/", "status": 404}
    MaskingFilter().filter(record)

    written = LineFormatter().format(record)

    assert written.isascii() and written.isprintable()
    read = json.loads(written)
    assert (read["level"], read["status"]) == ("INFO", 404)
    assert not CONTROL.search(read["message"] + read["path"])


def test_what_is_told_beside_the_message_is_masked() -> None:
    record = _record("answered", ())
    record.told = {"path": "/nhap/Zk3-x_9/0912345678", "status": 200}

    MaskingFilter().filter(record)

    assert json.loads(LineFormatter().format(record))["path"] == "/nhap/…/#"


def test_every_line_bears_the_id_of_its_request() -> None:
    behind = current_id.set("k8m2x4pa")
    try:
        written = json.loads(LineFormatter().format(_record("tally counted", ())))
    finally:
        current_id.reset(behind)

    assert written["request"] == "k8m2x4pa"


def test_an_error_report_carries_nothing_posted() -> None:
    request = RequestFactory().post("/", {"national_id": "045188000123"})

    reports = NoPostFilter()

    assert reports.get_post_parameters(request) == {}
    assert reports.get_traceback_frame_variables(request, None) == []


def _record(message: str, arguments: tuple[str, ...]) -> logging.LogRecord:
    return logging.LogRecord("portal.test", logging.INFO, __file__, 1, message, arguments, None)
