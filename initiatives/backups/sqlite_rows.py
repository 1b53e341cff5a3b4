"""Rows of SQLite: the database itself, copied by its own backup; back by way of a file beside the live one."""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import DatabaseError, connection

from initiatives.backups import standing, tables
from initiatives.backups.parts import CHUNK, Damaged, Part
from initiatives.backups.saved import DOCUMENTS, Restored, Saved
from initiatives.backups.sets import Manifest, Set, Table, Unusable
from portal import online_copy

PART = "rows.sqlite3"
COPY, RESTORED = ".sao-luu-", ".khoi-phuc-"
LEFT_ALONE = 24 * 3600  # seconds after which what a killed run left is removed


def place() -> Path:
    return Path(connection.settings_dict["NAME"])


def save(making: Set) -> Saved:
    """The copy lies beside the database while it is packed: where the rows lie anyway, and never in the folder of backups."""
    if not place().exists():
        raise Unusable(f"Không thấy cơ sở dữ liệu {place()}.")
    with _beside(COPY) as copy:
        try:
            online_copy.copy(place(), copy)
        except online_copy.NoRoom as lacking:
            raise Unusable(
                f"Ổ đĩa của cơ sở dữ liệu cần {lacking.needed} MB trống để sao lưu, chỉ còn {lacking.free} MB."
            ) from None
        except DatabaseError as failure:
            raise _broken(str(failure)) from failure
        with _reading(copy) as cursor:
            said = _fault(cursor, "quick_check")
            if said:
                raise _broken(said)
            cursor.execute(f"SELECT app, name FROM {tables.RECORDED} ORDER BY id")  # noqa: S608
            applied = cursor.fetchall()
            found = {name: _measured(cursor, name) for name in tables.of(applied)}
            with making.writer(DOCUMENTS) as writer:
                cursor.execute(tables.documents_named({name: each.columns for name, each in found.items()}))
                for (name,) in cursor:
                    writer.write(f"{name}\n".encode())
                documents = writer.finish()
            cursor.execute("PRAGMA journal_mode=DELETE")  # one file, whole
        rows = _packed(copy, making)
    return Saved(f"SQLite {sqlite3.sqlite_version}", applied, found, {}, {PART: rows, DOCUMENTS: documents})


def _broken(said: str) -> Unusable:
    return Unusable(f"Tệp cơ sở dữ liệu không đọc hoặc không chép được ({said}), chưa sao lưu được.")


@contextmanager
def restored(chosen: Set, manifest: Manifest) -> Iterator[Restored]:
    """The rows of the set in a file of their own, to which the default connection leads. Raises Damaged."""
    live = place()
    with _beside(RESTORED) as file:
        with open(file, "wb") as writer:
            for piece in chosen.reader(PART, manifest):
                writer.write(piece)
        with standing.on({"NAME": str(file)}):
            with connection.cursor() as cursor:
                if _fault(cursor, "integrity_check"):
                    raise Damaged(PART)
                found = {name: _measured(cursor, name).rows for name in manifest.tables}

            def take_the_place() -> None:
                connection.close()
                online_copy.replace(live, by=file)

            yield Restored(found, take_the_place)


@contextmanager
def _reading(file: Path) -> Iterator[Any]:
    """A cursor of a connection like the portal's own, which stays as it is."""
    reading = connection.copy()
    reading.settings_dict["NAME"] = str(file)
    try:
        with reading.cursor() as cursor:
            yield cursor
    finally:
        reading.close()


def _fault(cursor: Any, check: str) -> str:
    """The first thing that SQLite finds wrong, "" for nothing. By Django's connection: constraints ask functions of Django's."""
    cursor.execute(f"PRAGMA {check}(1)")
    said = str(cursor.fetchone()[0])
    return "" if said == "ok" else said


def _measured(cursor: Any, table: str) -> Table:
    cursor.execute(f'PRAGMA table_info("{table}")')
    columns = [row[1] for row in cursor.fetchall()]
    cursor.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608 - of our models
    return Table(cursor.fetchone()[0], columns)


def _packed(copy: Path, making: Set) -> Part:
    with open(copy, "rb") as file, making.writer(PART) as writer:
        while piece := file.read(CHUNK):
            writer.write(piece)
        return writer.finish()


@contextmanager
def _beside(mark: str) -> Iterator[Path]:
    """A file in the folder of the database, for its owner alone; removed afterwards with its log."""
    live = place()
    live.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=live.parent, prefix=f"{live.name}{mark}", delete=False) as made:
        file = Path(made.name)
    try:
        _tidy(live, before=file.stat().st_mtime - LEFT_ALONE)
        yield file
    finally:
        for each in file.parent.glob(f"{file.name}*"):
            each.unlink()


def _tidy(live: Path, *, before: float) -> None:
    """What killed runs left, of backups and of restores."""
    for mark in (COPY, RESTORED):
        for left in live.parent.glob(f"{live.name}{mark}*"):
            if left.stat().st_mtime < before:
                left.unlink(missing_ok=True)
