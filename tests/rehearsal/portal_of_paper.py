"""A server that says what it was told to say, and keeps what it was asked: what a phone does is seen without a portal."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


@dataclass
class Answer:
    """`status` 0: the connection is cut before a word is said."""

    status: int = 200
    body: str | bytes = ""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    neighbour: str
    port: int


@dataclass
class PaperPortal:
    """`answers`: by method and path, one after the other; the last one stays."""

    answers: dict[tuple[str, str], list[Answer]]
    asked: list[Asked] = field(default_factory=list)
    address: str = ""

    def paths(self) -> list[str]:
        return [f"{each.method} {each.path}" for each in self.asked]


@contextmanager
def paper_portal(answers: dict[tuple[str, str], list[Answer]]) -> Iterator[PaperPortal]:
    portal = PaperPortal(answers)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            neighbour, port = self.client_address[:2]
            portal.asked.append(Asked(self.command, self.path, dict(self.headers), body, neighbour, port))
            waiting = portal.answers.get((self.command, self.path), [Answer(404)])
            told = waiting.pop(0) if len(waiting) > 1 else waiting[0]
            if not told.status:
                self.close_connection = True
                return
            content = told.body if isinstance(told.body, bytes) else told.body.encode()
            self.send_response(told.status)
            for name, value in {"Content-Length": str(len(content)), **told.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = answer

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    portal.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield portal
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
