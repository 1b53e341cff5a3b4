"""What nginx passes on: bodies when they are whole, and every header the portal gives a page or a document."""

import os
import re
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from bench.park import web
from tests.codebase.house import ROOT, python_files
from tests.deploy.test_nginx import NGINX, asked, behind_nginx, not_at_all

SAID = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "private, no-store",
    "Content-Disposition": "attachment; filename*=UTF-8''a.pdf",
    "X-Robots-Tag": "noindex, nofollow",
}
HANDED_ON = re.compile(r"x[-_]accel|x[-_]sendfile", re.IGNORECASE)


def a_document(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    for name, value in SAID.items():
        request.send_header(name, value)
    request.send_header("Content-Length", "2")
    request.end_headers()
    request.wfile.write(b"ok")


@contextmanager
def gunicorn_behind_nginx(tmp_path: Path, **named: str) -> Iterator[int]:
    """The port of nginx; what answers reads nothing of a body."""
    given = dict(os.environ) | {"DJANGO_SETTINGS_MODULE": "portal.settings", "DATA_DIR": str(tmp_path)} | named
    assert NGINX is not None
    with (
        web.gunicorn("unread", "tests.deploy.reads_nothing:application", given, tmp_path, workers=1) as behind,
        web.nginx(NGINX, [behind.port], tmp_path) as (_, port),
    ):
        yield port


@pytest.mark.skipif(NGINX is None, reason="nginx is not installed here")
def test_every_header_of_the_portal_arrives_once(tmp_path: Path) -> None:
    with behind_nginx(tmp_path, a_document) as (port, _):
        status, _, headers = asked(port, "GET", "/admin/tep/1/")

    assert status == 200
    assert {name: headers.get_all(name) for name in SAID} == {name: [value] for name, value in SAID.items()}


class Line(socketserver.StreamRequestHandler):
    """Notes what a request asks for as soon as its first line is there, whether or not the rest ever comes."""

    reached: list[bytes]

    def handle(self) -> None:
        self.reached.append(self.rfile.readline().split()[1])
        while self.rfile.readline().strip():
            pass
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


@pytest.mark.skipif(NGINX is None, reason="nginx is not installed here")
def test_nothing_of_a_body_is_passed_on_before_all_of_it_came(tmp_path: Path) -> None:
    """A view that began with half a body would wait for the rest, or run without its files."""
    handler = type("Noting", (Line,), {"reached": []})
    head = b"POST /nhap/x/tai-lieu/ HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\n"
    assert NGINX is not None
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server, ExitStack() as ends:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        ends.callback(thread.join)
        ends.callback(server.shutdown)
        _, port = ends.enter_context(web.nginx(NGINX, [server.server_address[1]], tmp_path))
        handler.reached.clear()
        with socket.create_connection(("127.0.0.1", port), timeout=30) as cut:
            cut.sendall(head + b"x" * 4999)
            asked(port, "GET", "/meanwhile/")
        with socket.create_connection(("127.0.0.1", port), timeout=30) as whole:
            whole.sendall(head.replace(b"/x/", b"/y/") + b"x" * 5000)
            assert whole.recv(100).startswith(b"HTTP/1.1 200")

    assert handler.reached == [b"/meanwhile/", b"/nhap/y/tai-lieu/"]


@pytest.mark.skipif(NGINX is None, reason="nginx is not installed here")
@pytest.mark.parametrize("megabytes", [0.2, 4, 40])
def test_an_answer_arrives_though_nobody_read_what_was_sent(tmp_path: Path, megabytes: float) -> None:
    """As of an upload to a draft that is closed: gunicorn would close the connection, and nginx say that the portal is busy."""
    body = "a" * int(megabytes * 1024 * 1024)
    with gunicorn_behind_nginx(tmp_path, TRUSTED_PROXIES="127.0.0.1") as port:
        answers = [asked(port, "POST", "/nhap/x/tai-lieu/", body)[:2] for _ in range(5)]

    assert answers == [(404, "nothing")] * 5


@pytest.mark.skipif(NGINX is None, reason="nginx is not installed here")
def test_an_address_that_nginx_passes_on_is_the_portals_to_answer(tmp_path: Path) -> None:
    """As of a page of text pasted into the search for units. What is longer nginx answers, in Vietnamese."""
    with gunicorn_behind_nginx(tmp_path) as port:
        answers = {size: asked(port, "GET", f"/don-vi/?q={'a' * size}")[:2] for size in (4_200, 8_150, 8_300)}

    assert [answers[size] for size in (4_200, 8_150)] == [(404, "nothing")] * 2
    assert answers[8_300][0] == 414 and "Cổng không đọc được yêu cầu này" in answers[8_300][1]


@pytest.mark.skipif(NGINX is None, reason="nginx is not installed here")
def test_nginxs_own_page_bears_the_headers_too(tmp_path: Path) -> None:
    with behind_nginx(tmp_path, not_at_all) as (port, _):
        status, _, headers = asked(port, "GET", "/")

    assert status == 502
    assert headers.get_all("X-Content-Type-Options") == ["nosniff"]
    assert headers.get_all("Content-Security-Policy") == ["default-src 'none'"]


@pytest.mark.skipif(NGINX is None, reason="nginx is not installed here")
def test_a_document_for_which_nginx_has_no_room_is_told_to_come_again(tmp_path: Path) -> None:
    with behind_nginx(tmp_path, a_document) as (port, (portal,)):
        (spool,) = tmp_path.glob("nginx-*/client_body")
        spool.rmdir()
        spool.touch()  # nothing can be written into it
        status, page, headers = asked(port, "POST", "/nhap/x/tai-lieu/", "a" * 200_000)
        (log,) = tmp_path.glob("nginx-*/portal.error.log")
        told = log.read_text()

    assert (status, headers["Retry-After"], headers["Cache-Control"]) == (503, "30", "no-store")
    assert "Cổng đang bận" in page
    assert portal.reached == []
    assert "/nhap/" not in told


def test_no_document_is_handed_to_nginx_to_send() -> None:
    """An internal location that sends a file drops what the portal said of it: policy, nosniff, referrer, frames."""
    assert HANDED_ON.search('answer["X-Accel-Redirect"] = path')
    read = [*python_files(), *sorted(web.NGINX.glob("*.conf"))]

    assert len(read) > 100
    assert [str(path.relative_to(ROOT)) for path in read if HANDED_ON.search(path.read_text(encoding="utf-8"))] == []


@pytest.mark.skipif(NGINX is None, reason="nginx is not installed here")
def test_headers_that_nginx_passes_on_are_no_reason_to_refuse(tmp_path: Path) -> None:
    """However many: gunicorn would say so in English."""
    with gunicorn_behind_nginx(tmp_path) as port, socket.create_connection(("127.0.0.1", port), timeout=30) as phone:
        phone.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + b"X-A: b\r\n" * 500 + b"\r\n")
        answer = b""
        while more := phone.recv(65_536):
            answer += more

    assert answer.startswith(b"HTTP/1.1 404 ") and answer.endswith(b"nothing")
