"""Where a copy lies, what it is called, and what its processes are told."""

from typing import Any

import pytest

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


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ({}, "postgres://db:5433/copy"),
        ({"USER": "portal"}, "postgres://portal@db:5433/copy"),
        ({"USER": "a b", "PASSWORD": "p@ss/word"}, "postgres://a%20b:p%40ss%2Fword@db:5433/copy"),
        ({"HOST": "/run/postgresql", "PORT": ""}, "postgres://%2Frun%2Fpostgresql/copy"),
    ],
)
def test_the_copy_is_found_on_the_same_server(given: dict[str, str], address: str) -> None:
    assert copying._url(POSTGRES | given, "copy") == address


def test_nothing_of_the_original_but_its_keys_reaches_the_copy(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    for name in ("DATABASE_URL", "STORAGE_URL", "CACHE_URL", "TRUSTED_PROXIES", "DATABASE_REPLICA_URL", "BACKUP_KEY"):
        monkeypatch.setenv(name, "of-the-original")

    told = copying._environment(POSTGRES, tmp_path, "copy")

    assert told["DATABASE_URL"] == "postgres://db:5433/copy"
    assert told["DATA_DIR"] == str(tmp_path)
    assert "of-the-original" not in told.values()


def test_a_password_stands_in_no_list_of_processes() -> None:
    assert copying._of_postgres(POSTGRES | {"PASSWORD": "mat-khau"})["PGPASSWORD"] == "mat-khau"


def test_without_its_tools_it_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying.shutil, "which", lambda name: None)
    monkeypatch.setattr(copying.Path, "glob", lambda self, pattern: iter(()))

    with pytest.raises(copying.CannotCopy, match="Cần lệnh pg_dump của PostgreSQL"):
        copying._tool("pg_dump")


def test_a_disk_too_full_is_said_before_anything_is_copied(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    original = tmp_path / "portal.sqlite3"
    original.write_bytes(b"x" * 1000)
    monkeypatch.setattr(copying.shutil, "disk_usage", lambda path: type("Disk", (), {"free": 10})())

    with pytest.raises(copying.CannotCopy, match="Thư mục tạm cần 1 MB trống"):
        copying._copy_file(original, tmp_path / "copy.sqlite3")
    assert not (tmp_path / "copy.sqlite3").exists()
