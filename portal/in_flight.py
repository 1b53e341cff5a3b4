"""What is being written at this moment: an official table that is asked for right after a close waits for it.

A submission that arrived in time may be committed a moment after the close; a table read in between would miss it. No lock is
taken in the submission for that: whoever reads waits for whatever was being written when it asked, which a transaction's
time-outs end (`settings.py`).
"""

import time

from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

PATIENCE = 5.0  # seconds; a submission takes some milliseconds, what fills a demonstration takes minutes
LOOKED_EVERY = 0.02

# In this database, by what began within the last minute: filling a demonstration is nothing that arrives at a close.
_BEING_WRITTEN = """SELECT pid, backend_xid::text FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_xid IS NOT NULL
    AND xact_start > clock_timestamp() - interval '1 minute'"""


def wait_for_it(patience: float = PATIENCE) -> bool:
    """Returns when whatever was being written when it was called is written or given up; False where that took too long, or
    where this connection is writing itself. One statement where nothing is."""
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.in_atomic_block:
        return False
    if connection.vendor != "postgresql":
        return _have_the_turn(connection)
    until = time.monotonic() + patience
    with connection.cursor() as cursor:
        asked = _being_written(cursor)
        while asked and asked & _being_written(cursor):
            if time.monotonic() >= until:
                return False
            time.sleep(LOOKED_EVERY)
    return True


def _being_written(cursor: CursorWrapper) -> set[tuple[int, str]]:
    cursor.execute(_BEING_WRITTEN)
    return set(cursor.fetchall())


def _have_the_turn(connection: BaseDatabaseWrapper) -> bool:
    """SQLite has one writer: to be the next one is to wait for it, as long as any writer would."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("BEGIN IMMEDIATE")
            cursor.execute("ROLLBACK")
    except Error:
        return False
    return True
