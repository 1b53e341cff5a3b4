"""What the same machine does at its least, in the same run: bare Django behind the same gunicorn and nginx, and pgbench.

The errand of `bench/bare` (its form, the POST that inserts one row, the receipt), its static page, and the same insert
without Django.
"""

import http.client
import re
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from typing import Any
from urllib.parse import urlencode, urlsplit

from bench.bare.filled import FILLED
from bench.park import Bare
from bench.park.postgres import find_initdb
from initiatives.rehearsal.crowd import percentile

TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="([^"]+)"')
FORM = "application/x-www-form-urlencoded"
INSERT = """INSERT INTO bare_entry (full_name, birth_year, position, phone, email, national_id, workplace, "group", title, kind,
applied_on, description, agrees, submitted_at) VALUES ('Trần Thị Thu Hà', 1990, 'Công nhân tổ cắt', '0300000000', '',
'045190000000', 'Xưởng may 2, Công ty Cổ phần May Sông Hiếu', 'b', 'Cữ chặn có thước khắc cho máy cắt vải', 'a', '2026-09-01',
repeat('Trước đây tổ phải chỉnh tay từng lượt. Nay chỉnh một lần cho cả lô hàng. ', 12), true, now()) RETURNING id;
"""


class Client:
    """One kept connection that asks as fast as it is answered."""

    def __init__(self, url: str) -> None:
        site = urlsplit(url)
        self.connection = http.client.HTTPConnection(site.hostname or "", site.port, timeout=60)
        self.cookie = ""
        self.seconds: list[float] = []

    def errand(self) -> None:
        token = TOKEN.search(self.ask("GET", "/nop/"))
        assert token is not None
        self.ask("POST", "/nop/", urlencode(FILLED | {"csrfmiddlewaretoken": token[1].decode()}))
        self.ask("GET", self.location)

    def page(self) -> None:
        self.ask("GET", "/")

    def ask(self, method: str, path: str, body: str = "") -> bytes:
        began = time.perf_counter()
        headers = {"Cookie": self.cookie} if self.cookie else {}
        self.connection.request(method, path, body or None, headers | ({"Content-Type": FORM} if body else {}))
        answer = self.connection.getresponse()
        content = answer.read()
        self.seconds.append(time.perf_counter() - began)
        if answer.status >= 400:
            raise RuntimeError(f"the floor answered {answer.status} to {method} {path}")
        self.cookie = (answer.getheader("Set-Cookie") or self.cookie).partition(";")[0]
        self.location = answer.getheader("Location") or ""
        return content


def measured(bare: Bare, what: str, *, clients: int, seconds: float) -> dict[str, Any]:
    """`what`: "errand" or "page". How many a second, how long a request took, and the CPU of one of what."""
    over = Event()
    each = [Client(bare.url) for _ in range(clients)]
    done = [0] * clients
    failures: list[BaseException] = []

    def play(place: int) -> None:
        act: Callable[[], None] = getattr(each[place], what)
        try:
            while not over.is_set():
                act()
                done[place] += 1
        except BaseException as failure:
            failures.append(failure)

    for client in each:  # what is loaded at first asking is no floor
        getattr(client, what)()
        client.seconds.clear()
    threads = [Thread(target=play, args=(place,), daemon=True) for place in range(clients)]
    before, began = bare.cpu(), time.monotonic()
    for thread in threads:
        thread.start()
    over.wait(seconds)
    over.set()
    for thread in threads:
        thread.join()
    spent, after = time.monotonic() - began, bare.cpu()
    if failures:
        raise failures[0]
    taken = sorted(second for client in each for second in client.seconds)
    number = sum(done)
    return {
        "clients": clients,
        "a_second": round(number / spent, 1),
        "p50_ms": milliseconds(percentile(taken, 0.5)),
        "p95_ms": milliseconds(percentile(taken, 0.95)),
        "p99_ms": milliseconds(percentile(taken, 0.99)),
        "worst_ms": milliseconds(taken[-1] if taken else 0),
        "cpu_ms_each": {name: round((after[name] - before[name]) / max(number, 1) * 1000, 2) for name in before},
    }


def pgbench(database_url: str, folder: Path, *, clients: int, seconds: int) -> dict[str, Any] | None:
    """The same insert by PostgreSQL's own tool; None where it is not installed."""
    program = shutil.which("pgbench") or _beside_initdb()
    if program is None:
        return None
    script = folder / "insert.sql"
    script.write_text(" ".join(INSERT.split()) + "\n", encoding="utf-8")
    command = [
        program,
        "-n",
        "-f",
        str(script),
        "-c",
        str(clients),
        "-j",
        "1",
        "-T",
        str(max(seconds, 1)),
        database_url,
    ]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return {
        "clients": clients,
        "a_second": round(float(_number(r"tps = ([\d.]+)", said)), 1),
        "mean_ms": round(float(_number(r"latency average = ([\d.]+)", said)), 2),
    }


def milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 1)


def _number(pattern: str, said: str) -> str:
    found = re.search(pattern, said)
    if found is None:
        raise RuntimeError(f"pgbench said something else:\n{said}")
    return found[1]


def _beside_initdb() -> str | None:
    initdb = find_initdb()
    beside = initdb.with_name("pgbench") if initdb else None
    return str(beside) if beside and beside.exists() else None
