"""Where a copy lies, what it is called, and what its processes are told."""

import tempfile
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from environ import Env

from initiatives.rehearsal import copying

POSTGRES: dict[str, Any] = {"ENGINE": "django.db.backends.postgresql", "NAME": "portal", "HOST": "db", "PORT": "5433"}


def test_the_name_of_a_copy_is_never_the_originals_and_ends_at_random() -> None:
    names = {copying._name_beside("portal") for _ in range(50)}

    assert len(names) == 50
    assert all(name.startswith("portal_dien_tap_") and len(name) == len("portal_dien_tap_") + 8 for name in names)


def test_a_long_name_keeps_its_random_end() -> None:
    name = copying._name_beside("p" * 63)

    assert len(name) == 63
    assert copying.MARK in name


@pytest.mark.parametrize("original", ["portal", "p" * 63])
def test_a_copy_is_known_by_its_name(original: str) -> None:
    assert copying._is_beside(copying._name_beside(original), original)
    for other in (
        original,
        "portal_dien_tap_hom_nay",
        f"x{copying._name_beside(original)}"[:63],
        "portal_dien_tap_0123456",
    ):
        assert not copying._is_beside(other, original)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="a copy is a database there")
@pytest.mark.django_db
def test_a_copy_that_is_left_is_found_where_nobody_uses_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    original = connection.settings_dict
    name = copying._name_beside(original["NAME"])
    with copying._control(original) as control:
        control.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        try:
            assert copying.left(original) == {name: f"dropdb {name}"}
            using = connection.copy()
            using.settings_dict["NAME"] = name
            with using.cursor():
                assert copying.left(original) == {}
            using.close()
        finally:
            control.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="a copy is a folder there")
@pytest.mark.django_db
def test_a_folder_that_is_left_is_found_where_nobody_uses_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a rehearsal that was killed: it holds everybody's data."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / "portal.sqlite3").touch()
    original = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(tmp_path / "portal.sqlite3")}
    (tmp_path / "dien-tap-cua-ai").mkdir()
    (tmp_path / "dien-tap-x; ls").mkdir()
    (tmp_path / "dien-tap-x; ls" / copying.MARK_FILE).touch()
    (tmp_path / "dien-tap-da_xoa").symlink_to(tmp_path / "khong-con")

    with copying.copied(original, keep=True) as copy:
        assert copying.left(original) == {}

    assert copying.left(original) == {str(copy.folder): f"rm -r {copy.folder}"}


@pytest.mark.skipif(connection.vendor != "sqlite", reason="a copy is a folder there")
@pytest.mark.django_db
def test_of_a_copy_that_was_not_finished_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / "portal.sqlite3").write_bytes(b"rubbish" * 1000)
    original = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(tmp_path / "portal.sqlite3")}

    with pytest.raises(copying.CannotCopy), copying.copied(original, keep=True):
        pass

    assert [each.name for each in tmp_path.iterdir()] == ["portal.sqlite3"]


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({}, id="nobody-named"),
        pytest.param({"USER": "portal"}, id="no-password"),
        pytest.param({"USER": "a b", "PASSWORD": "p@ss/wo#rd?%:+&=[]$x"}, id="odd-password"),
        pytest.param({"HOST": "/Run/pg sql", "PORT": ""}, id="socket"),
        pytest.param({"HOST": "/run/postgresql", "USER": "portal", "PASSWORD": "m@t"}, id="socket-with-port"),
        pytest.param({"HOST": "::1"}, id="ipv6"),
        pytest.param({"HOST": "", "PORT": ""}, id="wherever-libpq-looks"),
    ],
)
def test_the_copy_is_found_on_the_same_server(given: dict[str, str]) -> None:
    """Read as the settings of the copy's processes read it."""
    read = Env.db_url_config(copying._url(POSTGRES | given, "copy"))

    told = {key: str(read[key] or "") for key in ("NAME", "HOST", "PORT", "USER", "PASSWORD")}
    expected = {"USER": "", "PASSWORD": ""} | POSTGRES | given | {"NAME": "copy"}
    assert told == {key: expected[key] for key in told}


def test_nothing_of_the_original_but_its_keys_reaches_the_copy(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    for name in ("DATABASE_URL", "STORAGE_URL", "CACHE_URL", "TRUSTED_PROXIES", "DATABASE_REPLICA_URL", "BACKUP_KEY"):
        monkeypatch.setenv(name, "of-the-original")

    told = copying._environment(POSTGRES, tmp_path, "copy")

    assert told["DATABASE_URL"] == "postgres://db:5433/copy"
    assert told["DATA_DIR"] == str(tmp_path)
    assert "of-the-original" not in told.values()


def test_a_password_stands_in_no_list_of_processes() -> None:
    assert copying._of_postgres(POSTGRES | {"PASSWORD": "mat-khau"})["PGPASSWORD"] == "mat-khau"


def test_where_the_copy_takes_no_more_the_original_is_not_read_to_its_end(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    """What nobody takes would be gathered in memory: a whole database, on the evening's own server."""
    acts = {
        "pg_dump": f"head -c 5000000 /dev/zero && touch {tmp_path}/read-to-its-end",
        "psql": "echo 'no room' >&2; exit 3",
    }
    for tool, act in acts.items():
        (tmp_path / tool).write_text(f"#!/bin/sh\n{act}\n")
        (tmp_path / tool).chmod(0o755)
    monkeypatch.setattr(copying, "_tool", lambda name: str(tmp_path / name))

    with pytest.raises(copying.CannotCopy, match="no room"):
        copying._copy_database(POSTGRES, "copy")
    assert not (tmp_path / "read-to-its-end").exists()


def test_without_its_tools_it_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying.shutil, "which", lambda name: None)
    monkeypatch.setattr(copying.Path, "glob", lambda self, pattern: iter(()))

    with pytest.raises(copying.CannotCopy, match="Cần lệnh pg_dump của PostgreSQL"):
        copying._tool("pg_dump")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="errors are those of the database that is used")
def test_a_file_that_is_no_database_is_said(tmp_path: Any) -> None:
    (tmp_path / "portal.sqlite3").write_bytes(b"rubbish" * 1000)

    with pytest.raises(copying.CannotCopy, match=r"Không chép được cơ sở dữ liệu .*: file is not a database"):
        copying._copy_file(tmp_path / "portal.sqlite3", tmp_path / "copy.sqlite3")


def test_a_disk_too_full_is_said_before_anything_is_copied(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    original = tmp_path / "portal.sqlite3"
    original.write_bytes(b"x" * 1000)
    monkeypatch.setattr(copying.shutil, "disk_usage", lambda path: type("Disk", (), {"free": 10})())

    with pytest.raises(copying.CannotCopy, match="Thư mục tạm cần 1 MB trống"):
        copying._copy_file(original, tmp_path / "copy.sqlite3")
    assert not (tmp_path / "copy.sqlite3").exists()
