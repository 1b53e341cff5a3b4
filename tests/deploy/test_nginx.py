"""`deploy/nginx/` in a real nginx, in front of stand-ins for gunicorn that write down what reaches them."""

import http.client
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from bench.park import web
from bench.park.processes import free_port

NGINX = web.find_nginx()
pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed here")

DOWN = "Cổng đang bận"


@dataclass
class StandIn:
    """`answers`: what it does with a request; what reached it stands in `reached`."""

    answers: Callable[[BaseHTTPRequestHandler], None]
    port: int = 0
    reached: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)


def well(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("Content-Length", "2")
    request.end_headers()
    request.wfile.write(b"ok")


def not_at_all(request: BaseHTTPRequestHandler) -> None:
    """The process was killed with the request in its hands."""
    request.close_connection = True
    request.connection.shutdown(socket.SHUT_RDWR)


def busy(request: BaseHTTPRequestHandler) -> None:
    body = "trang 503 của cổng".encode()
    request.send_response(503)
    request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    request.wfile.write(body)


@contextmanager
def standing_in(answers: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[StandIn]:
    found = StandIn(answers)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            found.reached.append((self.command, self.path, dict(self.headers)))
            found.answers(self)

        do_GET = do_POST = handle_any

        def log_message(self, *said: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    found.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def behind_nginx(
    folder: Path, *answers: Callable[[BaseHTTPRequestHandler], None]
) -> Iterator[tuple[int, list[StandIn]]]:
    with ExitStack() as ends:
        behind = [ends.enter_context(standing_in(each)) for each in answers]
        ports = [each.port for each in behind] or [free_port()]  # nobody listens there
        assert NGINX is not None
        _, port = ends.enter_context(web.nginx(NGINX, ports, folder))
        yield port, behind


def asked(
    port: int, method: str, path: str, body: str = "", **headers: str
) -> tuple[int, str, http.client.HTTPMessage]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body or None, named)
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), answer.headers
    finally:
        connection.close()


def test_the_files_that_are_installed_are_sound(tmp_path: Path) -> None:
    shutil.copytree(web.NGINX, tmp_path / "portal")
    certificate = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=portal"]
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed here")
    subprocess.run(
        [*certificate, "-keyout", tmp_path / "key", "-out", tmp_path / "certificate"], check=True, capture_output=True
    )
    own = f"ssl_certificate {tmp_path}/certificate;\nssl_certificate_key {tmp_path}/key;\n"
    (tmp_path / "portal" / "certificate.conf").write_text(own)
    mime = web.find_mime_types()
    assert mime is not None
    shutil.copy(mime, tmp_path / "mime.types")
    whole = (web.NGINX / "nginx.conf").read_text()
    # What only root may: another user, a file of its own in /run and in /var/log.
    whole = whole.replace("user www-data;", "").replace("/run/nginx.pid", f"{tmp_path}/pid")
    (tmp_path / "nginx.conf").write_text(whole)
    site = (tmp_path / "portal" / "portal.conf").read_text()
    site = site.replace("/var/log/nginx", str(tmp_path)).replace("/var/lib/nginx", str(tmp_path))
    (tmp_path / "portal" / "portal.conf").write_text(site)

    done = subprocess.run(
        [str(NGINX), "-t", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "[warn]" not in done.stderr.replace("rlimit", "")


def test_the_portal_is_told_when_the_request_came_and_from_where(tmp_path: Path) -> None:
    lies = {
        "X_Forwarded_For": "10.9.8.7",
        "X_Request_Start": "t=1",
        "X_Request_Elapsed": "900",
        "X_Forwarded_Proto": "https",
    }
    with behind_nginx(tmp_path, well) as (port, (behind,)):
        before = time.time()
        asked(port, "GET", "/", **lies)
        after = time.time()

    told = behind.reached[0][2]
    assert told["X-Forwarded-For"] == "127.0.0.1"
    assert told["X-Forwarded-Proto"] == "http"
    assert told["Host"] == f"127.0.0.1:{port}"
    assert 0 <= float(told["X-Request-Elapsed"]) < 900
    assert before - 1 <= float(told["X-Request-Start"].removeprefix("t=")) <= after + 1


def test_a_post_whose_answer_was_lost_is_not_sent_again(tmp_path: Path) -> None:
    with behind_nginx(tmp_path, not_at_all, not_at_all) as (port, behind):
        status, page, headers = asked(port, "POST", "/nhap/x/kiem-tra/", "confirm=1")

    assert [method for each in behind for method, _, _ in each.reached] == ["POST"]
    assert (status, headers["Retry-After"], headers["Cache-Control"]) == (502, "30", "no-store")
    assert DOWN in page


def test_a_page_is_asked_of_the_other_host_where_one_died(tmp_path: Path) -> None:
    with behind_nginx(tmp_path, not_at_all, well) as (port, behind):
        statuses = [asked(port, "GET", "/")[0] for _ in range(6)]

    assert statuses == [200] * 6
    assert behind[0].reached, "the dead one was never asked"
    assert len(behind[1].reached) == 6


def test_a_post_goes_to_the_other_host_where_nobody_listens(tmp_path: Path) -> None:
    with ExitStack() as ends:
        alive = ends.enter_context(standing_in(well))
        assert NGINX is not None
        _, port = ends.enter_context(web.nginx(NGINX, [free_port(), alive.port], tmp_path))
        statuses = [asked(port, "POST", "/nhap/x/kiem-tra/", "confirm=1")[0] for _ in range(4)]

    assert statuses == [200] * 4
    assert len(alive.reached) == 4


def not_there(request: BaseHTTPRequestHandler) -> None:
    request.send_response(404)
    request.send_header("Content-Length", "0")
    request.end_headers()


def test_a_stylesheet_of_the_new_version_is_asked_of_whoever_has_it(tmp_path: Path) -> None:
    with behind_nginx(tmp_path, not_there, not_there, well) as (port, behind):
        statuses = [asked(port, "GET", "/static/portal.0123456789ab.css")[0] for _ in range(6)]

    assert statuses == [200] * 6
    assert behind[0].reached, "who has it not was never asked"
    assert behind[1].reached


@pytest.mark.parametrize(("path", "times"), [("/static/khong-co.css", 2), ("/khong-co/", 1)])
def test_what_nobody_has_is_missing_and_a_page_is_asked_for_once(tmp_path: Path, path: str, times: int) -> None:
    with behind_nginx(tmp_path, not_there, not_there) as (port, behind):
        status = asked(port, "GET", path)[0]

    assert status == 404
    assert sum(len(each.reached) for each in behind) == times


def units_found(request: BaseHTTPRequestHandler) -> None:
    """As `orgtree/views.py` answers: a page or rows by what is accepted, for everybody, for a minute."""
    body = f"{request.path} as {request.headers.get('Accept')}".encode()
    request.send_response(404 if "atlantis" in request.path else 200)
    request.send_header("Content-Length", str(len(body)))
    request.send_header("Cache-Control", "public, max-age=60")
    request.send_header("Vary", "Accept")
    request.send_header("X-Request-ID", "ofthefirst")
    request.end_headers()
    request.wfile.write(body)


def test_one_search_for_a_unit_answers_whoever_asks_the_same(tmp_path: Path) -> None:
    page, rows = {"Accept": "text/html"}, {"Accept": "application/json"}
    ways = [("/don-vi/?q=may", page), ("/don-vi/?q=may", rows), ("/don-vi/?q=may+10", page), ("/don-vi/", page)]

    with behind_nginx(tmp_path, units_found) as (port, (behind,)):
        answers = [[asked(port, "GET", path, **accepted) for path, accepted in ways] for _ in range(3)]

    assert [(path, told["Accept"]) for _, path, told in behind.reached] == [
        (path, kind["Accept"]) for path, kind in ways
    ]
    for again in answers:
        assert [text for _, text, _ in again] == [f"{path} as {kind['Accept']}" for path, kind in ways]
        assert {headers["Cache-Control"] for _, _, headers in again} == {"public, max-age=60"}
    names = [headers["X-Request-ID"] for again in answers for _, _, headers in again]
    assert len(set(names)) == len(names)


def test_so_does_the_badge_of_each_campaign(tmp_path: Path) -> None:
    badges = ["/01-trieu/huy-hieu/", "/khac_2/huy-hieu/"]

    with behind_nginx(tmp_path, units_found) as (port, (behind,)):
        texts = [asked(port, "GET", path)[1] for _ in range(3) for path in badges]

    assert [path for _, path, _ in behind.reached] == badges
    assert texts == [f"{path} as None" for path in badges] * 3


def test_a_crowd_that_asks_the_same_at_once_is_one_question(tmp_path: Path) -> None:
    def slowly(request: BaseHTTPRequestHandler) -> None:
        time.sleep(0.5)
        units_found(request)

    with behind_nginx(tmp_path, slowly) as (port, (behind,)), ThreadPoolExecutor(20) as crowd:
        answers = list(crowd.map(lambda _: asked(port, "GET", "/don-vi/?thuoc=quang-tri")[0], range(20)))

    assert answers == [200] * 20
    assert len(behind.reached) == 1


@pytest.mark.parametrize(
    ("answers", "method", "path"),
    [
        (units_found, "GET", "/don-vi/?thuoc=atlantis"),
        (busy, "GET", "/don-vi/?q=may"),
        (units_found, "POST", "/don-vi/?q=may"),
        (units_found, "GET", "/"),
        (units_found, "GET", "/nhap/x/nguoi-nop/"),
        (units_found, "GET", "/nhap/x/huy-hieu/"),
        (units_found, "POST", "/01-trieu/huy-hieu/"),
        (units_found, "GET", "/admin/"),
    ],
    ids=[
        "not found",
        "told to wait",
        "posted",
        "the front page",
        "a draft",
        "below a draft",
        "a badge posted",
        "staff",
    ],
)
def test_nothing_else_is_kept(
    tmp_path: Path, answers: Callable[[BaseHTTPRequestHandler], None], method: str, path: str
) -> None:
    with behind_nginx(tmp_path, answers) as (port, (behind,)):
        for _ in range(3):
            asked(port, method, path, "x" if method == "POST" else "")

    assert len(behind.reached) == 3


def test_the_portals_own_503_passes_through(tmp_path: Path) -> None:
    with behind_nginx(tmp_path, busy) as (port, _):
        status, page, _ = asked(port, "POST", "/nhap/x/noi-dung/", "title=a")

    assert (status, page) == (503, "trang 503 của cổng")


def test_where_no_host_answers_people_read_what_to_do(tmp_path: Path) -> None:
    with behind_nginx(tmp_path) as (port, _):
        status, page, headers = asked(port, "GET", "/")

    assert status == 502
    assert DOWN in page
    assert headers["Content-Security-Policy"] == "default-src 'none'"


@pytest.mark.parametrize(
    ("request_line", "headers", "status", "words"),
    [
        ("POST /nhap/x/tai-lieu/", f"Content-Length: {201 * 1024**2}", 413, "Mỗi tài liệu tối đa 10 MB"),
        (f"GET /{'a' * 40_000}", "", 414, "Cổng không đọc được yêu cầu này"),
        ("GET /", f"Cookie: a={'b' * 40_000}", 400, "Cổng không đọc được yêu cầu này"),
        ("GET /", "Content-Length: nhieu", 400, "Cổng không đọc được yêu cầu này"),
        ("GET /sáng-kiến/", "", 400, "Cổng không đọc được yêu cầu này"),
        ("GET /don-vi/?q=đông", "", 400, "Cổng không đọc được yêu cầu này"),
        ("GET /sáng-kiến/huy-hieu/", "", 400, "Cổng không đọc được yêu cầu này"),
        ("GET /static/ảnh.png", "", 400, "Cổng không đọc được yêu cầu này"),
        ("TRACE /", "", 405, "Cổng không đọc được yêu cầu này"),
        ("POST /tra-cuu/", "Transfer-Encoding: gzip", 501, "Cổng không đọc được yêu cầu này"),
    ],
    ids=[
        "too large",
        "address too long",
        "headers too long",
        "no number",
        "letters as they are",
        "letters in a search",
        "letters before a badge",
        "letters in a file's name",
        "a method of machines",
        "an unknown encoding",
    ],
)
def test_what_nginx_itself_refuses_is_said_in_vietnamese(
    tmp_path: Path, request_line: str, headers: str, status: int, words: str
) -> None:
    lines = [f"{request_line} HTTP/1.1", "Host: a", "Connection: close", *filter(None, [headers]), "", ""]
    with behind_nginx(tmp_path, well) as (port, (behind,)), socket.create_connection(("127.0.0.1", port)) as phone:
        phone.sendall("\r\n".join(lines).encode())
        answer = b""
        while b"</html>" not in answer and (more := phone.recv(65_536)):
            answer += more

    head, _, page = answer.decode().partition("\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status} ")
    assert "content-security-policy: default-src 'none'" in head.lower()
    assert words in page
    assert behind.reached == []


def test_an_upload_that_was_cut_off_never_reaches_the_portal(tmp_path: Path) -> None:
    with behind_nginx(tmp_path, well) as (port, (behind,)):
        with socket.create_connection(("127.0.0.1", port)) as phone:
            phone.sendall(b"POST /nhap/x/tai-lieu/ HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\n" + b"x" * 1000)
        asked(port, "GET", "/afterwards/")

    assert [path for _, path, _ in behind.reached] == ["/afterwards/"]
