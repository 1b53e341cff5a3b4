"""Whether a pool between us and PostgreSQL (PgBouncer) leaves a session to whoever has it.

One that gives it to another after each transaction would execute what we prepared, set and locked on sessions of others.
"""

import select
import time
from collections.abc import Mapping
from typing import Any

import psycopg2
from psycopg2.extensions import POLL_OK, POLL_READ

ANSWERS_WITHIN = 2.0  # seconds; a pool that has no session left keeps whoever asks waiting
ASKED_AGAIN = 3
NEEDS_ITS_OWN = (
    "DATABASE_URL: the pool it names gives a session to another after each transaction. The portal needs session pooling "
    "(pool_mode=session), or PostgreSQL itself."
)
PROCESS = "SELECT pg_backend_pid()"

# By where it answers: asked once a process.
_known: dict[tuple[Any, Any], bool] = {}


def exchanges_sessions(connection: Any, process: int, named: Mapping[str, Any]) -> bool:
    """`process` is PostgreSQL's, of the session that `connection` just had; `named`: how another one is opened. No pool tells
    another number than PostgreSQL does."""
    if process == connection.info.backend_pid:
        return False
    there = named.get("host"), named.get("port")
    if there not in _known:
        _known[there] = process == _of_another(named) or any(_of(connection) != process for _ in range(ASKED_AGAIN))
    return _known[there]


def _of(connection: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(PROCESS)
        return int(cursor.fetchone()[0])


def _of_another(named: Mapping[str, Any]) -> int | None:
    """The process of a second session beside ours; None where the pool has none to give."""
    until = time.monotonic() + ANSWERS_WITHIN
    try:
        other = psycopg2.connect(**named, async_=True)
    except psycopg2.Error:
        return None
    try:
        if not _is_ready(other, until):
            return None
        cursor = other.cursor()
        cursor.execute(PROCESS)
        return int(cursor.fetchone()[0]) if _is_ready(other, until) else None
    except psycopg2.Error:
        return None
    finally:
        other.close()


def _is_ready(other: Any, until: float) -> bool:
    while (state := other.poll()) != POLL_OK:
        asked = select.poll()  # not select(): a process may hold more than 1024 files
        asked.register(other.fileno(), select.POLLIN if state == POLL_READ else select.POLLOUT)
        left = until - time.monotonic()
        if left <= 0 or not asked.poll(left * 1000):
            return False
    return True
