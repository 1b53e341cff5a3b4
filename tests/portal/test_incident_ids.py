"""The id of an incident: what an error page shows is what the answer bears and what the log can be searched by."""

import io
import json
import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from portal.doors import public
from portal.logs import LineFormatter, MaskingFilter
from portal.refusals import Crowded, TooLarge, TooManyTries, TooMuchAtOnce

FAILURES = {
    "429": TooManyTries(900),
    "too_much": TooMuchAtOnce(60),
    "crowded": Crowded(5),
    "413": TooLarge("too large"),
    "503": OperationalError("the password of 0912345678 is wrong"),
    "500": RuntimeError("Trần Thị Thu Hà 0912345678"),
}
STATUS = {"too_much": 429, "crowded": 503}


@public
def fail(request: HttpRequest, name: str) -> HttpResponse:
    raise FAILURES[name]


urlpatterns = [path("hong/<str:name>/", fail)]
handler400, handler403 = "portal.refusals.bad_request", "portal.refusals.forbidden"
handler404, handler500 = "portal.refusals.not_found", "portal.refusals.broken"

pytestmark = pytest.mark.urls(__name__)


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What would be written, in the form it is written in."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.addFilter(MaskingFilter())
    handler.setFormatter(LineFormatter())
    names = ("", "django.request")  # the second hands nothing on
    for name in names:
        logging.getLogger(name).addHandler(handler)
    yield written
    for name in names:
        logging.getLogger(name).removeHandler(handler)


def asked(where: str) -> HttpResponse:
    return Client(raise_request_exception=False).get(where)


@pytest.mark.parametrize(
    ("where", "status"),
    [
        *[(f"/hong/{name}/", STATUS.get(name) or int(name)) for name in FAILURES],
        ("/khong-co/", 404),
        ("/hong/%00/", 400),
    ],
)
def test_an_error_page_shows_the_id_by_which_the_log_is_searched(where: str, status: int, log: io.StringIO) -> None:
    answer = asked(where)

    assert answer.status_code == status
    shown = re.findall(r"Mã sự cố: ([0-9a-z]{8})\.", answer.content.decode())
    assert shown == [answer["X-Request-ID"]]
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    of_request = [line for line in lines if line.get("request") == shown[0]]
    assert [line["status"] for line in of_request if line["message"] == "answered"] == [status]


@pytest.mark.parametrize("name", ["500", "503"])
def test_what_broke_stands_under_the_same_id_without_what_it_said(name: str, log: io.StringIO) -> None:
    answer = asked(f"/hong/{name}/")

    (broken,) = [json.loads(line) for line in log.getvalue().splitlines() if '"frames"' in line]
    assert broken["request"] == answer["X-Request-ID"]
    assert broken["kind"] == type(FAILURES[name]).__name__
    assert broken["frames"][-1].endswith(" fail")
    assert "Hà" not in log.getvalue() and "0912345678" not in log.getvalue()


def test_a_page_that_is_well_shows_none(settings: Any) -> None:
    settings.ROOT_URLCONF = "portal.urls"

    answer = asked("/healthz")

    assert answer["X-Request-ID"] not in answer.content.decode()
