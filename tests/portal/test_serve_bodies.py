"""`manage.py serve` hands a request to the portal when it is whole: one that was cut on its way is no request. What it answers to
a HEAD has no body."""

import http.client
import socket
from collections.abc import Callable, Iterable
from threading import Thread
from typing import Any

import pytest
import waitress
from django.core.management import call_command

from bench.park.processes import free_port

HEAD = b"POST /nhap/x/tai-lieu/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5000\r\n\r\n"


class Served:
    """What `waitress.create_server` gave the command: run, it is spoken to, and ends."""

    def __init__(self, server: Any, speak: Callable[[], None]) -> None:
        self.server, self.speak = server, speak
        self.task_dispatcher = server.task_dispatcher

    def run(self) -> None:
        thread = Thread(target=self.server.run, daemon=True)
        thread.start()
        self.speak()
        self.server.close()
        thread.join(30)

    def close(self) -> None:
        self.server.close()


UNREAD, TOO_LARGE = "Cổng không đọc được yêu cầu này", "quá lớn"


@pytest.mark.parametrize(
    "sent, status, told",
    [
        (b"GET / HTTP/1.1\r\nHost: a\r\nCookie: " + b"x" * 270_000 + b"\r\n\r\n", 431, UNREAD),
        (b"GET / HTTP/9\r\nno header\r\n\r\n", 400, UNREAD),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 300000000\r\n\r\n", 413, TOO_LARGE),
    ],
    ids=["headers too large", "no HTTP", "a body too large"],
)
def test_what_the_embedded_server_refuses_itself_is_told_in_vietnamese(
    monkeypatch: pytest.MonkeyPatch, sent: bytes, status: int, told: str
) -> None:
    answers: list[tuple[int, str, str | None]] = []
    port = free_port()
    create = waitress.create_server

    def speak() -> None:
        with socket.create_connection(("127.0.0.1", port), timeout=30) as browser:
            browser.sendall(sent)
            answer = http.client.HTTPResponse(browser)
            answer.begin()
            answers.append((answer.status, answer.read().decode(), answer.getheader("Content-Type")))

    monkeypatch.setattr(waitress, "create_server", lambda portal, **options: Served(create(portal, **options), speak))
    monkeypatch.setattr("signal.signal", lambda *_: None)

    call_command("serve", "--port", str(port), "--without-worker")

    [(found, page, kind)] = answers
    assert (found, kind) == (status, "text/html; charset=utf-8")
    assert told in page


def test_the_embedded_server_hands_on_what_is_whole_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    reached: list[tuple[str, int]] = []
    port = free_port()
    create = waitress.create_server

    def noting(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        reached.append((environ["PATH_INFO"], len(environ["wsgi.input"].read())))
        start_response("200 OK", [("Content-Length", "0")])
        return []

    def speak() -> None:
        with socket.create_connection(("127.0.0.1", port), timeout=30) as phone:
            phone.sendall(HEAD + b"x" * 4999)
        whole = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        whole.request("POST", "/sau/", b"y" * 5000)
        assert whole.getresponse().status == 200
        whole.close()

    monkeypatch.setattr(waitress, "create_server", lambda portal, **options: Served(create(noting, **options), speak))
    monkeypatch.setattr("signal.signal", lambda *_: None)

    call_command("serve", "--port", str(port), "--without-worker")

    assert reached == [("/sau/", 5000)]


def test_a_head_is_answered_without_a_body_and_the_next_one_on_its_connection_by_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`countdown.js` asks by HEAD whether the portal is there; a body left behind it stood where the next answer begins."""
    port, create, heard = free_port(), waitress.create_server, bytearray()
    asked = "{} /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: {}\r\n\r\n"

    def speak() -> None:
        with socket.create_connection(("127.0.0.1", port), timeout=30) as phone:
            phone.sendall((asked.format("HEAD", "keep-alive") + asked.format("GET", "close")).encode())
            while some := phone.recv(65536):
                heard.extend(some)

    monkeypatch.setattr(waitress, "create_server", lambda portal, **options: Served(create(portal, **options), speak))
    monkeypatch.setattr("signal.signal", lambda *_: None)

    call_command("serve", "--port", str(port), "--without-worker")

    of_head, of_get, body = bytes(heard).split(b"\r\n\r\n")
    assert of_head.startswith(b"HTTP/1.1 200")
    assert of_get.startswith(b"HTTP/1.1 200")
    assert f"Content-Length: {len(body)}".encode() in of_head
