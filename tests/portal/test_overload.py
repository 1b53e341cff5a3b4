"""While a queue stands in front of a process readers are told to wait; writers never are."""

import ipaddress
import logging
import threading
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from waitress.task import ThreadedTaskDispatcher

from portal import overload
from portal.overload import DEAR, GIVEN_UP, KEPT, QUEUED, WritersFirst, patience_of
from portal.wsgi import application as of_the_portal

Clock = Callable[[str], datetime]

TOKEN = "b7Jq2kX9b7Jq2kX9b7Jq2k"
ALWAYS = None
RANKS = [
    pytest.param("GET", "/", "", KEPT, id="front"),
    pytest.param("HEAD", "/", "", KEPT, id="head"),
    pytest.param("GET", "/1trieu-sangkien/", "", KEPT, id="campaign"),
    pytest.param("GET", "/1trieu-sangkien/nop/", "", KEPT, id="the-empty-form"),
    pytest.param("GET", "/1trieu-sangkien/tien-do/", "", KEPT, id="board"),
    pytest.param("GET", "/1trieu-sangkien/huy-hieu/", "", KEPT, id="badge"),
    pytest.param("GET", "/q/abcde", "", KEPT, id="a-scanned-poster"),
    pytest.param("GET", "/admin/initiatives/initiative/", "", KEPT, id="staff"),
    pytest.param("GET", "/don-vi/", "text/html", DEAR, id="search"),
    pytest.param("GET", "/tra-cuu/", "", DEAR, id="the-form-of-tracking"),
    pytest.param("GET", "/xac-nhan/abc/", "", DEAR, id="a-hash"),
    pytest.param("GET", "/1trieu-sangkien/tien-do.xlsx", "", DEAR, id="sheet"),
    pytest.param("GET", "/1trieu-sangkien/tien-do/quy/2022-1/", "", DEAR, id="quarter"),
    pytest.param("GET", "/1trieu-sangkien/ap-phich.pdf", "", DEAR, id="poster"),
    pytest.param("GET", "/1trieu-sangkien/tieu-bieu/", "", DEAR, id="gallery"),
    pytest.param("GET", "/khong-co/gi/ca/", "", DEAR, id="nothing"),
    pytest.param("GET", "/don-vi/", "application/json", GIVEN_UP, id="the-choice-of-units-in-step-1"),
    pytest.param("GET", f"/nhap/{TOKEN}/noi-dung/", "", GIVEN_UP, id="a-step"),
    pytest.param("GET", f"/bien-nhan/{TOKEN}/", "", GIVEN_UP, id="receipt"),
    pytest.param("GET", f"/bien-nhan/{TOKEN}.png", "", GIVEN_UP, id="picture-of-the-receipt"),
    pytest.param("GET", "/ho-so/1.2~x/noi-dung/", "", GIVEN_UP, id="correction"),
    pytest.param("POST", "/1trieu-sangkien/nop/", "", ALWAYS, id="a-draft-begins"),
    pytest.param("POST", f"/nhap/{TOKEN}/kiem-tra/", "", ALWAYS, id="submission"),
    pytest.param("POST", "/tra-cuu/", "", ALWAYS, id="tracking"),
    pytest.param("POST", "/admin/login/", "", ALWAYS, id="sign-in"),
    pytest.param("GET", "/static/portal.css", "", ALWAYS, id="stylesheet"),
    pytest.param("GET", "/healthz", "", ALWAYS, id="healthz"),
    pytest.param("GET", "/readyz", "", ALWAYS, id="readyz"),
    pytest.param("GET", "/metrics", "", ALWAYS, id="metrics"),
]


@pytest.mark.parametrize(("method", "path", "accept", "patience"), RANKS)
def test_who_waits_for_whom(method: str, path: str, accept: str, patience: float | None) -> None:
    assert patience_of({"REQUEST_METHOD": method, "PATH_INFO": path, "HTTP_ACCEPT": accept}) == patience


# --- behind nginx ---------------------------------------------------------------------------------------------------


class Asked:
    """One request to `door`, and what it answered."""

    def __init__(self, door: WritersFirst, path: str, *, waited: float = 0, method: str = "GET", now: datetime) -> None:
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_X_REQUEST_START": f"t={now.timestamp() - waited:.3f}",
        }
        self.status, self.headers = "", {}
        self.body = b"".join(door(environ, self._start))

    def _start(self, status: str, headers: Iterable[tuple[str, str]]) -> None:
        self.status, self.headers = status, dict(headers)


@pytest.fixture
def now(settings: Any, at: Clock) -> datetime:
    settings.TRUSTED_PROXIES = [ipaddress.ip_network("127.0.0.1")]
    return at("2021-04-20 23:59:00")


@pytest.fixture
def served() -> list[str]:
    return []


@pytest.fixture
def door(served: list[str]) -> WritersFirst:
    """A process whose other threads are busy."""

    def answers(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        served.append(environ["PATH_INFO"])
        start_response("200 OK", [])
        return [b"served"]

    door = WritersFirst(answers)
    door._served = overload.BUSY - 1
    return door


@pytest.mark.parametrize(
    ("path", "waited", "is_served"),
    [
        pytest.param("/don-vi/", 0.9, True, id="search-before-its-second"),
        pytest.param("/don-vi/", 1.1, False, id="search-after-it"),
        pytest.param("/", 1.1, True, id="a-kept-page-when-searches-wait"),
        pytest.param("/", 3.1, False, id="a-kept-page-after-three"),
        pytest.param(f"/nhap/{TOKEN}/kiem-tra/", 45, True, id="a-step-after-45"),
        pytest.param(f"/nhap/{TOKEN}/kiem-tra/", 61, False, id="a-step-whose-phone-has-given-up"),
        pytest.param("/healthz", 500, True, id="healthz"),
    ],
)
def test_readers_wait_by_how_long_they_have_waited(
    door: WritersFirst, served: list[str], now: datetime, path: str, waited: float, is_served: bool
) -> None:
    answer = Asked(door, path, waited=waited, now=now)

    assert answer.status == ("200 OK" if is_served else "503 Service Unavailable")
    assert served == ([path] if is_served else [])


@pytest.mark.parametrize("waited", [0, 45, 599], ids=["at once", "45 seconds", "ten minutes"])
def test_what_is_posted_is_served_however_long_it_waited(door: WritersFirst, now: datetime, waited: float) -> None:
    assert Asked(door, "/1trieu-sangkien/nop/", waited=waited, method="POST", now=now).status == "200 OK"


def test_a_clock_of_the_proxy_that_goes_behind_shuts_nobody_out(door: WritersFirst, now: datetime) -> None:
    door._served = 0

    assert Asked(door, "/don-vi/", waited=300, now=now).status == "200 OK"


def test_a_stranger_cannot_send_itself_away(door: WritersFirst, now: datetime, settings: Any) -> None:
    settings.TRUSTED_PROXIES = []

    assert Asked(door, "/don-vi/", waited=300, now=now).status == "200 OK"


def test_who_is_served_counts_until_the_answer_is_there_also_where_it_fails(now: datetime) -> None:
    counts: list[int] = []

    def fails(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        counts.append(door._served)
        raise RuntimeError("a bug")

    door = WritersFirst(fails)
    for _ in range(2):
        with pytest.raises(RuntimeError):
            Asked(door, "/", now=now)

    assert (counts, door._served) == ([1, 1], 0)


# --- what is said ---------------------------------------------------------------------------------------------------


def test_the_page_says_what_happens_next(door: WritersFirst, now: datetime) -> None:
    written = Asked(door, "/don-vi/", waited=5, now=now).body.decode()

    assert "Cổng đang rất đông" in written
    assert "tự mở lại trong vòng một phút" in written
    assert "Những gì đã gõ và bản nháp đã lưu vẫn còn nguyên." in written
    assert len(written.encode()) < 4000


def test_no_two_neighbours_come_back_together(door: WritersFirst, now: datetime) -> None:
    told = [Asked(door, "/don-vi/", waited=5, now=now).headers for _ in range(41)]

    assert {int(each["Retry-After"]) for each in told} == set(range(20, 61))
    assert all(each["Refresh"] == each["Retry-After"] for each in told)


def test_it_has_the_headers_of_every_page(door: WritersFirst, now: datetime) -> None:
    ours = Client().get("/healthz", headers={"host": "127.0.0.1"})
    told = Asked(door, "/don-vi/", waited=5, now=now)

    for name in (
        "Content-Security-Policy",
        "X-Content-Type-Options",
        "X-Frame-Options",
        "Referrer-Policy",
        "Cross-Origin-Opener-Policy",
    ):
        assert told.headers[name] == ours[name]
    assert told.headers["Content-Type"] == "text/html; charset=utf-8"
    assert told.headers["Cache-Control"] == "no-store"
    assert told.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert told.headers["Content-Length"] == str(len(told.body))
    assert "Set-Cookie" not in told.headers


def test_a_head_is_told_the_same_without_the_page(door: WritersFirst, now: datetime) -> None:
    answer = Asked(door, "/don-vi/", waited=5, method="HEAD", now=now)

    assert (answer.status, answer.body) == ("503 Service Unavailable", b"")


@pytest.mark.django_db
def test_nothing_is_asked_or_drawn_for_it(door: WritersFirst, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.overload.render_to_string", None)

    with CaptureQueriesContext(connection) as queries:
        assert Asked(door, "/don-vi/", waited=5, now=now).body

    assert len(queries) == 0


def test_the_log_says_it_once_in_a_while(door: WritersFirst, now: datetime, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, logger="portal.overload")

    for _ in range(50):
        Asked(door, "/don-vi/", waited=5, now=now)

    assert [record.getMessage() for record in caplog.records] == ["crowded: 1 readers told to wait since the start"]
    assert door.told_to_wait == 50


def test_the_portal_itself_stands_behind_this_door() -> None:
    assert isinstance(of_the_portal, WritersFirst)


# --- under `manage.py serve` ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "waiting", "is_served"),
    [
        pytest.param("/don-vi/", QUEUED[DEAR] - 1, True, id="search-before"),
        pytest.param("/don-vi/", QUEUED[DEAR], False, id="search"),
        pytest.param("/", QUEUED[KEPT] - 1, True, id="a-kept-page-before"),
        pytest.param("/", QUEUED[KEPT], False, id="a-kept-page"),
        pytest.param(f"/nhap/{TOKEN}/kiem-tra/", QUEUED[KEPT], True, id="a-step"),
    ],
)
def test_a_server_of_our_own_tells_its_queue(
    door: WritersFirst, now: datetime, path: str, waiting: int, is_served: bool
) -> None:
    door.queue = range(waiting)

    assert (Asked(door, path, now=now).status == "200 OK") is is_served


def test_the_queue_of_waitress_is_one_that_has_a_length() -> None:
    """Its dispatcher is no documented part of it."""
    begun, done = threading.Event(), threading.Event()

    class Task:
        def service(self) -> None:
            begun.set()
            done.wait(10)

        def cancel(self) -> None:
            pass

    dispatcher = ThreadedTaskDispatcher()
    dispatcher.set_thread_count(1)
    try:
        dispatcher.add_task(Task())
        assert begun.wait(10)
        dispatcher.add_task(Task())

        assert len(dispatcher.queue) == 1
    finally:
        done.set()
        dispatcher.shutdown()
