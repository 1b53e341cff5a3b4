"""Asking a WSGI application without a network, and what that costs in CPU: ours, and the database process's."""

import gc
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import urlencode, urlsplit

HOST = "127.0.0.1:8000"
WARM_UP = 20
BATCHES = 5


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes
    address: str = field(default="")


class Asker:
    """A phone that keeps nothing: each request stands alone, and comes from a page of ours."""

    def __init__(self, application: Callable[..., Iterable[bytes]], *, host: str = HOST) -> None:
        self.application, self.host = application, host

    def get(self, address: str, **headers: str) -> Answer:
        return self._ask("GET", address, b"", "", headers)

    def post(self, address: str, fields: dict[str, Any], *, multipart: bool = False, **headers: str) -> Answer:
        if not multipart:
            return self._ask("POST", address, urlencode(fields, doseq=True).encode(), FORM, headers)
        lines = [
            f'--{EDGE}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields.items()
        ]
        body = "".join([*lines, f"--{EDGE}--\r\n"]).encode()
        return self._ask("POST", address, body, f"multipart/form-data; boundary={EDGE}", headers)

    def _ask(self, method: str, address: str, body: bytes, content_type: str, headers: dict[str, str]) -> Answer:
        parts = urlsplit(address)
        environ = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": parts.path,
            "QUERY_STRING": parts.query,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8000",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": self.host,
            "HTTP_SEC_FETCH_SITE": "same-origin",
            "CONTENT_LENGTH": str(len(body)),
            "CONTENT_TYPE": content_type,
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(body),
            "wsgi.errors": BytesIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        } | {f"HTTP_{name.upper()}": value for name, value in headers.items()}
        told: dict[str, Any] = {}

        def start_response(status: str, sent: list[tuple[str, str]], *failure: Any) -> None:
            told["status"], told["headers"] = int(status.split()[0]), {name.lower(): value for name, value in sent}

        answered = self.application(environ, start_response)
        content = b"".join(answered)
        close = getattr(answered, "close", None)
        if close:
            close()
        return Answer(told["status"], told["headers"], content, address)


FORM = "application/x-www-form-urlencoded"
EDGE = "bench-edge-of-a-part"


def measured(act: Callable[[], Any], *, rounds: int) -> dict[str, Any]:
    """CPU of one `act` in milliseconds, the median of a few batches, and how many statements it runs."""
    for _ in range(min(WARM_UP, rounds)):
        act()
    statements = counted(act)
    batches = []
    each = max(rounds // BATCHES, 1)
    gc.collect()
    for _ in range(BATCHES):
        before = cpu()
        for _ in range(each):
            act()
        batches.append((cpu() - before) / each * 1000)
    return {"cpu_ms": round(sorted(batches)[BATCHES // 2], 3), "statements": statements}


def counted(act: Callable[[], Any]) -> int:
    """How many statements `act` runs, without those that only begin or end a transaction."""
    from django.db import connection

    said: list[str] = []

    def listen(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        said.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(listen):
        act()
    around = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
    return len([sql for sql in said if not sql.upper().startswith(around)])


def cpu() -> float:
    """Seconds of CPU, user and system, of this process and of the database process that serves it."""
    return time.process_time() + _of_the_database()


def _of_the_database() -> float:
    from django.db import connection

    if connection.vendor != "postgresql":
        return 0.0
    connection.ensure_connection()
    with open(f"/proc/{connection.connection.info.backend_pid}/stat") as stat:
        user, system = stat.read().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def must(answer: Answer, *statuses: int) -> Answer:
    """The answer, if it is one of `statuses`: a page that fails is cheap and must not be measured."""
    if answer.status not in statuses:
        raise SystemExit(f"{answer.address}: {answer.status}\n{answer.body[:500].decode(errors='replace')}")
    return answer
