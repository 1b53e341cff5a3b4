"""A SQLite database copied while others write to it: by its own backup, in one pass and one moment. `cp` would miss what lies
in the log beside it, and still pass for whole. What SQLite says is raised as Django's own errors of a database."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from django.db import connection

MIB = 1024 * 1024


class NoRoom(Exception):
    """`needed` and `free`: MiB where the copy would lie."""

    def __init__(self, needed: int, free: int) -> None:
        super().__init__(f"{needed} MiB are needed, {free} are free")
        self.needed, self.free = needed, free


def copy(original: Path, to: Path) -> None:
    """Raises NoRoom before anything is written."""
    needed, free = original.stat().st_size * 3 // 2, shutil.disk_usage(to.parent).free
    if free < needed:
        raise NoRoom(needed // MIB + 1, free // MIB + 1)
    with (
        connection.wrap_database_errors,
        closing(sqlite3.connect(f"{original.resolve().as_uri()}?mode=ro", uri=True)) as read,
        closing(sqlite3.connect(to)) as made,
    ):
        # In one pass: between steps anybody's commit would begin the copy anew, and under writers it would never end.
        read.backup(made)
        made.execute("PRAGMA journal_mode=WAL")


def replace(database: Path, *, by: Path) -> None:
    """Puts what `by` holds in the place of `database`, in one transaction: killed at any moment it is the one or the other, and
    processes that have it open read the new one next. A file renamed over it would meet the old one's log."""
    with (
        connection.wrap_database_errors,
        closing(sqlite3.connect(by)) as read,
        closing(sqlite3.connect(database, timeout=60)) as live,
    ):
        live.execute("PRAGMA synchronous=FULL")
        read.backup(live)
        live.execute("PRAGMA journal_mode=WAL")
        live.execute("PRAGMA wal_checkpoint(TRUNCATE)")
