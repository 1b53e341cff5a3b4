"""A SQLite database is copied and replaced while others have it open."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from django.db import DatabaseError, connection

from portal import online_copy


def database(path: Path, *rows: str) -> Path:
    with closing(sqlite3.connect(path)) as made:
        made.execute("PRAGMA journal_mode=WAL")
        made.execute("CREATE TABLE t (word)")
        made.executemany("INSERT INTO t VALUES (?)", [(row,) for row in rows])
        made.commit()
    return path


def words(of: sqlite3.Connection) -> list[str]:
    return [word for (word,) in of.execute("SELECT word FROM t ORDER BY rowid")]


def test_what_lies_in_the_log_is_copied_too(tmp_path: Path) -> None:
    original = database(tmp_path / "a", "one")
    with closing(sqlite3.connect(original)) as writing:
        writing.execute("PRAGMA wal_autocheckpoint=0")
        writing.execute("INSERT INTO t VALUES ('two')")
        writing.commit()
        writing.execute("INSERT INTO t VALUES ('not yet')")
        (tmp_path / "cp").write_bytes(original.read_bytes())

        online_copy.copy(original, tmp_path / "b")

    with closing(sqlite3.connect(tmp_path / "b")) as read, closing(sqlite3.connect(tmp_path / "cp")) as naive:
        assert words(read) == ["one", "two"]
        assert words(naive) == ["one"]  # and passes for whole
        assert naive.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_who_has_it_open_reads_the_new_one_next(tmp_path: Path) -> None:
    live, other = database(tmp_path / "live", "old"), database(tmp_path / "other", "new", "newer")
    with closing(sqlite3.connect(live)) as reading:
        assert words(reading) == ["old"]

        online_copy.replace(live, by=other)

        assert words(reading) == ["new", "newer"]
        reading.execute("INSERT INTO t VALUES ('more')")
        reading.commit()
    with closing(sqlite3.connect(live)) as read:
        assert words(read) == ["new", "newer", "more"]
        assert read.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_full_disk_is_said_before_anything_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(online_copy.shutil, "disk_usage", lambda path: type("Disk", (), {"free": 10})())

    with pytest.raises(online_copy.NoRoom) as lacking:
        online_copy.copy(database(tmp_path / "a"), tmp_path / "b")

    assert (lacking.value.needed, lacking.value.free) == (1, 1)
    assert not (tmp_path / "b").exists()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="errors are those of the database that is used")
def test_what_is_no_database_is_an_error_as_django_knows_it(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"rubbish" * 1000)

    with pytest.raises(DatabaseError, match="not a database"):
        online_copy.copy(tmp_path / "a", tmp_path / "b")
    with pytest.raises(DatabaseError, match="not a database"):
        online_copy.replace(tmp_path / "a", by=database(tmp_path / "c", "one"))
