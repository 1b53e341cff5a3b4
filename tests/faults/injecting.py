"""The portal's door with a fault behind it: what gunicorn serves in these tests instead of `portal.wsgi`. The product knows
nothing of it.

A request passes points: each statement before and after, each commit, each thing done to a file, the answer before and after it
was sent. A plan (a file in FAULTS_FOLDER, made by `harness.py`) names the kind of request, the number of a point and a deed. One
request takes the plan, and with it the plan is gone: whoever sends the same again meets a portal without a fault.
"""

import errno
import json
import os
import random
import resource
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import django.db.backends.base.base as base
import django.db.backends.utils as cursors
from django.core import signing
from django.db import connection
from django.utils import timezone

from initiatives.rehearsal.browser import Request
from portal.wsgi import application as portal

from initiatives.submission.files import handlers  # isort: skip - only where the portal is set up

FOLDER = Path(os.environ["FAULTS_FOLDER"])
PLAN, TRACE, STRUCK, CLOCK = (FOLDER / name for name in ("plan", "trace", "struck", "clock"))
# What a disk says.
FAILURES = {"ENOSPC": errno.ENOSPC, "EROFS": errno.EROFS, "EIO": errno.EIO, "EDQUOT": errno.EDQUOT}
LONGEST_COMMIT = 0.003  # seconds into which the end of a database falls by chance

_here = threading.local()


class _Way:
    """A request that took the plan, and the points it passed."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self.door, self.point, self.deed = plan["door"], int(plan["point"]), plan["deed"]
        self.passed: list[str] = []
        self.mends: list[Callable[[], None]] = []


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    way = _here.way = _taken(environ)
    if way is None:
        return portal(environ, start_response)
    try:
        _pass("arrived")
        pieces = list(portal(environ, start_response))
        _pass("answered")
    except BaseException:
        _leave(way)
        raise
    return _sent(way, pieces)


def _sent(way: _Way, pieces: list[bytes]) -> Iterator[bytes]:
    try:
        for piece in pieces:
            yield piece
            _pass("piece sent")
    finally:
        _leave(way)


def _taken(environ: dict[str, Any]) -> _Way | None:
    try:
        plan = json.loads(PLAN.read_text())
    except (FileNotFoundError, ValueError):
        return None
    asked = Request(environ["REQUEST_METHOD"], environ["PATH_INFO"])
    if plan["door"] != asked.kind:
        return None
    try:
        PLAN.unlink()
    except FileNotFoundError:
        return None  # another request was quicker
    return _Way(plan)


def _leave(way: _Way) -> None:
    _here.way = None
    for mend in way.mends:
        with suppress(Exception):
            mend()
    if way.deed == "look":
        TRACE.write_text(json.dumps(way.passed))


def _pass(name: str) -> None:
    way: _Way | None = getattr(_here, "way", None)
    if way is None:
        return
    way.passed.append(name)
    if len(way.passed) == way.point:
        with open(STRUCK, "a") as told:
            told.write(f"{way.deed} {way.door} {way.point} {name}\n")
        _strike(way)


def _strike(way: _Way) -> None:
    deed, way.point = way.deed, 0
    if deed == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(60)  # a signal to oneself may take another thread first
    if deed in FAILURES:
        raise OSError(FAILURES[deed], os.strerror(FAILURES[deed]))
    DEEDS[deed](way)


# --- deeds ----------------------------------------------------------------------------------------------------------------


def _cut_connection(way: _Way) -> None:
    """The network, or an administrator, ends this connection."""
    _say_beside(f"SELECT pg_terminate_backend({_backend()}, 2000)")


def _kill_backend(way: _Way) -> None:
    """PostgreSQL then ends all connections and recovers as after a crash."""
    pid = _backend()
    if pid:
        os.kill(pid, signal.SIGKILL)


def _kill_backend_soon(way: _Way) -> None:
    """While the next statement or commit is on its way."""
    pid = _backend()

    def soon() -> None:
        time.sleep(random.random() * LONGEST_COMMIT)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)

    if pid:
        threading.Thread(target=soon, daemon=True).start()


def _disk_of_backend(way: _Way) -> None:
    """The disk takes nothing more of this connection's process: neither its tables nor the log of what was written."""
    pid = _backend()
    if pid:
        hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)[1]
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, hard))


def _no_page_left(way: _Way) -> None:
    """SQLite finds no room for another page."""
    if connection.connection is None:
        return
    raw = connection.connection
    raw.execute("PRAGMA max_page_count = 1").fetchall()
    way.mends.append(lambda: raw.execute("PRAGMA max_page_count = 1073741823").fetchall())


def _no_byte_left(way: _Way) -> None:
    """No file of this process takes a byte more: the database, its log, documents, what it says."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    way.mends.append(lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard)))


DEEDS: dict[str, Callable[[_Way], None]] = {
    "look": lambda way: None,
    "cut_connection": _cut_connection,
    "kill_backend": _kill_backend,
    "kill_backend_soon": _kill_backend_soon,
    "disk_of_backend": _disk_of_backend,
    "no_page_left": _no_page_left,
    "no_byte_left": _no_byte_left,
}


def _backend() -> int:
    raw = connection.connection
    return 0 if raw is None or raw.closed else int(raw.info.backend_pid)


def _say_beside(statement: str) -> None:
    import psycopg2

    beside = psycopg2.connect(os.environ["DATABASE_URL"])
    try:
        beside.autocommit = True
        beside.cursor().execute(statement)
    finally:
        beside.close()


# --- points ---------------------------------------------------------------------------------------------------------------


def _around(owner: Any, name: str, told: Callable[..., str], *, after: bool = True) -> None:
    """`owner.name` with a point before it and one after."""
    done = getattr(owner, name)

    def passing(*args: Any, **named: Any) -> Any:
        if getattr(_here, "way", None) is None:
            return done(*args, **named)
        said = told(*args)
        _pass(said)
        answer = done(*args, **named)
        if after:
            _pass(f"after {said}")
        return answer

    setattr(owner, name, passing)


def _statement(cursor: Any, sql: str, *rest: Any) -> str:
    return " ".join(str(sql).replace('"', "").split()[:3])


class _Written:
    """A file whose writing is a point."""

    def __init__(self, file: Any) -> None:
        self.file = file

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)

    def __enter__(self) -> "_Written":
        return self

    def __exit__(self, *failure: Any) -> None:
        self.file.__exit__(*failure)

    def write(self, content: bytes) -> int:
        _pass("write")
        return int(self.file.write(content))

    def flush(self) -> None:
        _pass("flush")
        self.file.flush()


def _fdopen(descriptor: int, *args: Any, **named: Any) -> Any:
    file = _of_python(descriptor, *args, **named)
    return file if getattr(_here, "way", None) is None else _Written(file)


_of_python, os.fdopen = os.fdopen, _fdopen

_around(cursors.CursorWrapper, "_execute", _statement)
_around(cursors.CursorWrapper, "_executemany", _statement)
_around(base.BaseDatabaseWrapper, "_commit", lambda wrapper: "commit")
for _name in ("fsync", "fchmod", "rename", "utime", "mkdir"):
    _around(os, _name, lambda *args, said=_name: said)
_around(tempfile, "mkstemp", lambda *args: "mkstemp")
_around(tempfile, "TemporaryFile", lambda *args: "temporary file")
_around(handlers.StopEarlyHandler, "new_file", lambda *args: "upload begins", after=False)
_around(handlers.StopEarlyHandler, "receive_data_chunk", lambda *args: "upload", after=False)


if os.environ.get("FAULTS_WITHOUT_FSYNC"):  # a portal that forgets it, to prove that it would be noticed
    os.fsync = lambda descriptor: None

# --- the clock ------------------------------------------------------------------------------------------------------------


def _set() -> float:
    """By how many seconds somebody set the clock."""
    try:
        return float(CLOCK.read_text() or 0)
    except (FileNotFoundError, ValueError):
        return 0.0


class _Clock:
    @staticmethod
    def time() -> float:
        return time.time() + _set()


_now = timezone.now


def _moved_now() -> datetime:
    return _now() + timedelta(seconds=_set())


timezone.now = _moved_now
signing.time = _Clock  # type: ignore[assignment]
