"""One browser on one phone, as the portal sees it: connections that are kept, the headers of a browser, redirects followed, pages
asked for again with the ETag they had. What became of each request is told to `heard`.
"""

import gzip
import http.client
import ipaddress
import re
import select
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Event
from urllib.parse import urljoin, urlsplit

from initiatives.rehearsal import reading

FORM = "application/x-www-form-urlencoded"
MOST_REDIRECTS = 5
CHUNK = 16 * 1024
SLOW_PIECES = 0.1  # seconds between two pieces on a slow line
ASSET = re.compile(r'(?:href|src)="(/static/[^"]+\.(?:css|js)[^"]*)"')
# What an address is for, told apart by the names that are fixed; the name of a POST where it has one of its own.
KINDS = (
    (re.compile(r"/\Z"), "landing", ""),
    (re.compile(r"/static/"), "asset", ""),
    (re.compile(r"/tra-cuu/\Z"), "track_page", "track"),
    (re.compile(r"/don-vi/\Z"), "units", ""),
    (re.compile(r"/ho-so/"), "record", ""),
    (re.compile(r"/bien-nhan/"), "receipt", ""),
    (re.compile(r"/nhap/[^/]+/nguoi-nop/\Z"), "person_page", "person"),
    (re.compile(r"/nhap/[^/]+/noi-dung/\Z"), "content_page", "content"),
    (re.compile(r"/nhap/[^/]+/tai-lieu/\Z"), "documents_page", "documents"),
    (re.compile(r"/nhap/[^/]+/kiem-tra/\Z"), "check_page", "submit"),
    (re.compile(r"/nhap/"), "door", ""),
    (re.compile(r"/[^/]+/nop/\Z"), "form", "person"),
    (re.compile(r"/[^/]+/tien-do/\Z"), "board", ""),
    (re.compile(r"/[^/]+/huy-hieu/\Z"), "badge", ""),
    (re.compile(r"/[^/]+/\Z"), "campaign", ""),
)


class NotThisMachine(ValueError):
    """A crowd is let loose on this machine alone."""


class Stopped(Exception):
    """Whoever runs the phones told them to stop."""


@dataclass(frozen=True)
class Heard:
    """One request. `status` 0: no answer came, and `failure` says how: refused, timeout, cut, tls, other. `began` in seconds of
    the epoch; `size` the bytes of the body as they came."""

    kind: str
    began: float
    seconds: float
    status: int
    size: int
    failure: str = ""


@dataclass(frozen=True)
class Request:
    method: str
    address: str
    body: bytes = b""
    content_type: str = FORM
    accept: str = "text/html,application/xhtml+xml"

    @property
    def kind(self) -> str:
        path = self.address.partition("?")[0]
        for pattern, read, sent in KINDS:
            if pattern.match(path):
                return sent if sent and self.method == "POST" else read
        return "other"


@dataclass(frozen=True)
class Page:
    """What came; `request` is the one it answers, the last of a chain of redirects."""

    request: Request
    status: int
    text: str
    retry_after: int | None = None
    etag: str = ""

    @property
    def is_trouble(self) -> bool:
        """Whether a person would try the same once more."""
        return self.status in {0, 429} or self.status >= 500

    @property
    def form(self) -> reading.Form | None:
        return reading.main_form(self.text)


@dataclass(frozen=True)
class Line:
    """How the phone is connected. `slow_bytes_a_second` 0: as fast as it goes. `source`: the address it calls from, another one
    of this machine's (127.0.3.7), so that the portal tells phones apart."""

    gives_up_after: float = 60.0
    slow_bytes_a_second: int = 0
    source: str = ""
    fetches_assets: bool = True


class Browser:
    def __init__(
        self,
        base_url: str,
        *,
        line: Line,
        heard: Callable[[Heard], None],
        stop: Event,
        host: str = "",
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`host`: the name it asks for, where the portal is known by another than its address on this machine."""
        must_be_this_machine(base_url)
        site = urlsplit(base_url)
        self.is_secure = site.scheme == "https"
        self.there = (site.hostname or "", site.port or (443 if self.is_secure else 80))
        self.host = host or site.netloc
        self.origin = f"{site.scheme}://{self.host}"
        self.line, self.heard, self.stop, self.clock = line, heard, stop, clock
        self.connection: http.client.HTTPConnection | None = None
        self.known: dict[str, Page] = {}
        self.assets: set[str] = set()
        self.at = ""  # the page that is shown

    def open(self, address: str, *, typed: bool = False) -> Page:
        """`typed` into the address bar, scanned or tapped in a chat: it comes from no page of ours."""
        if typed:
            self.at = ""
        return self.follow(Request("GET", address))

    def follow(self, request: Request) -> Page:
        """Sends it and goes where the answer leads. Raises Stopped."""
        for _ in range(MOST_REDIRECTS):
            page, location = self._sent(request)
            if not location:
                break
            request = Request("GET", self._path(urljoin(request.address, location)))
        if page.status == 200 and page.request.accept.startswith("text/html"):
            self.at = page.request.address
            if self.line.fetches_assets:
                self._fetch_assets(page)
        return page

    def send(self, request: Request) -> Page:
        """Like a script: the answer as it is."""
        return self._sent(request)[0]

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def twin(self) -> "Browser":
        """The same page in a second connection, as after a second tap."""
        other = Browser(
            f"{self.origin.partition(':')[0]}://{self.there[0]}:{self.there[1]}",
            line=replace(self.line, fetches_assets=False),
            heard=self.heard,
            stop=self.stop,
            host=self.host,
            clock=self.clock,
        )
        other.at = self.at
        return other

    # --- one request ----------------------------------------------------------------------------------------------------

    def _sent(self, request: Request) -> tuple[Page, str]:
        """The answer, and where it leads."""
        if self.stop.is_set():
            raise Stopped
        known = self.known.get(request.address) if request.method == "GET" else None
        began, started = self.clock(), time.perf_counter()
        try:
            answer, body = self._asked(request, known)
        except (OSError, http.client.HTTPException) as failure:
            self.close()
            seconds = time.perf_counter() - started
            self.heard(Heard(request.kind, began, seconds, 0, 0, _named(failure)))
            return Page(request, 0, ""), ""
        self.heard(Heard(request.kind, began, time.perf_counter() - started, answer.status, len(body)))
        if answer.status == 304 and known is not None:
            return known, ""
        if answer.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        retry = answer.headers.get("Retry-After") or ""
        page = Page(
            request,
            answer.status,
            body.decode("utf-8", "replace"),
            retry_after=int(retry) if retry.isdigit() else None,
            etag=answer.headers.get("ETag") or "",
        )
        if page.etag and page.status == 200 and request.method == "GET":
            self.known[request.address] = page
        return page, (answer.headers.get("Location") or "") if 300 <= page.status < 400 else ""

    def _asked(self, request: Request, known: Page | None) -> tuple[http.client.HTTPResponse, bytes]:
        """A connection that was kept and is found dead before anything came is made anew once, as browsers do."""
        is_kept = self._is_alive()
        try:
            return self._exchanged(request, known)
        except (ConnectionError, http.client.BadStatusLine):
            if not is_kept:
                raise
            self.close()
            return self._exchanged(request, known)

    def _exchanged(self, request: Request, known: Page | None) -> tuple[http.client.HTTPResponse, bytes]:
        connection = self.connection or self._connect()
        connection.putrequest(request.method, request.address, skip_host=True, skip_accept_encoding=True)
        for name, value in self._headers(request, known):
            connection.putheader(name, value)
        if self.line.slow_bytes_a_second and request.body:
            connection.endheaders()
            self._send_slowly(connection, request.body)
        else:
            connection.endheaders(request.body or None)
        answer = connection.getresponse()
        body = self._read_slowly(answer) if self.line.slow_bytes_a_second else answer.read()
        if answer.will_close:
            self.close()
        return answer, body

    def _headers(self, request: Request, known: Page | None) -> list[tuple[str, str]]:
        site = "same-origin" if self.at else "none"
        told = [
            ("Host", self.host),
            (
                "User-Agent",
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/125.0 Mobile",
            ),
            ("Accept", request.accept),
            ("Accept-Language", "vi-VN,vi;q=0.9"),
            ("Accept-Encoding", "gzip"),
            ("Sec-Fetch-Site", site),
        ]
        if self.at:
            told.append(("Referer", self.origin + self.at))
        if request.method == "POST":
            told += [("Origin", self.origin), ("Content-Type", request.content_type)]
            told.append(("Content-Length", str(len(request.body))))
        if known is not None:
            told.append(("If-None-Match", known.etag))
        return told

    # --- the line -------------------------------------------------------------------------------------------------------

    def _connect(self) -> http.client.HTTPConnection:
        host, port = self.there
        source = (self.line.source, 0) if self.line.source else None
        wait = self.line.gives_up_after
        if self.is_secure:
            self.connection = http.client.HTTPSConnection(
                host, port, timeout=wait, source_address=source, context=_any_certificate()
            )
        else:
            self.connection = http.client.HTTPConnection(host, port, timeout=wait, source_address=source)
        self.connection.connect()
        self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self.connection

    def _is_alive(self) -> bool:
        """Whether a connection is kept that the other side has not closed meanwhile."""
        if self.connection is None or self.connection.sock is None:
            self.close()
            return False
        watch = select.poll()
        watch.register(self.connection.sock, select.POLLIN | select.POLLHUP)
        if watch.poll(0):
            self.close()
            return False
        return True

    def _send_slowly(self, connection: http.client.HTTPConnection, body: bytes) -> None:
        piece = max(int(self.line.slow_bytes_a_second * SLOW_PIECES), 1)
        for start in range(0, len(body), piece):
            connection.send(body[start : start + piece])
            self._rest(SLOW_PIECES)

    def _read_slowly(self, answer: http.client.HTTPResponse) -> bytes:
        piece, pieces = max(int(self.line.slow_bytes_a_second * SLOW_PIECES), 1), []
        while read := answer.read(piece):
            pieces.append(read)
            self._rest(SLOW_PIECES)
        return b"".join(pieces)

    def _rest(self, seconds: float) -> None:
        if self.stop.wait(seconds):
            self.close()
            raise Stopped

    def _fetch_assets(self, page: Page) -> None:
        for address in ASSET.findall(page.text[: page.text.find("</head>")]):
            if address not in self.assets:
                self.assets.add(address)
                self._sent(Request("GET", address, accept="*/*"))

    def _path(self, address: str) -> str:
        parts = urlsplit(address)
        return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def must_be_this_machine(base_url: str) -> None:
    """Raises NotThisMachine. A name is looked up: every address it has must be this machine's own."""
    host = urlsplit(base_url).hostname or ""
    try:
        found = {each[4][0] for each in socket.getaddrinfo(host, None)} if host else set()
    except OSError:
        found = set()
    if not found or not all(ipaddress.ip_address(each).is_loopback for each in found):
        raise NotThisMachine(f"{base_url}: not this machine")


def _named(failure: Exception) -> str:
    if isinstance(failure, ConnectionRefusedError):
        return "refused"
    if isinstance(failure, TimeoutError):
        return "timeout"
    if isinstance(failure, ssl.SSLError):
        return "tls"
    if isinstance(failure, ConnectionError | http.client.HTTPException):
        return "cut"
    return "other"


def _any_certificate() -> ssl.SSLContext:
    """On this machine the certificate proves nothing: it is made for the occasion."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
