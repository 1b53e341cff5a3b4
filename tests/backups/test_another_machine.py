"""From one machine to another by two commands, as an operator types them; and what becomes of keys the portal made itself."""

import base64
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from initiatives.backups import sets

ROOT = Path(__file__).parents[2]
KEY = base64.b64encode(b"k" * 32).decode()

pytestmark = [
    pytest.mark.serial,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="only a portal of one machine makes its own keys"),
]


def manage(data: Path, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    mine = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    told = mine | {"DATA_DIR": str(data), "DJANGO_SETTINGS_MODULE": "portal.settings"} | environment
    command = [sys.executable, "-W", "error::RuntimeWarning", "manage.py", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, env=told, capture_output=True, text=True, check=False)


@pytest.fixture
def first(db: None, migrated: Path, tmp_path: Path) -> Path:
    (tmp_path / "mot").mkdir()
    shutil.copy(migrated, tmp_path / "mot" / "portal.sqlite3")
    return tmp_path / "mot"


def test_a_sealed_backup_brings_the_keys_that_the_portal_made_itself(first: Path, tmp_path: Path) -> None:
    second, folder = tmp_path / "hai", tmp_path / "sao-luu"
    done = manage(first, "backup", folder, BACKUP_KEY=KEY)
    assert (done.returncode, done.stderr) == (0, "")
    assert "có cả khóa của cổng" in done.stdout

    done = manage(second, "restore", folder, BACKUP_KEY=KEY)

    assert (done.returncode, done.stderr) == (0, "")
    assert (second / "keys.env").read_text() == (first / "keys.env").read_text()
    assert (second / "keys.env").stat().st_mode & 0o777 == 0o600
    assert [each.name for each in second.glob("keys.env.truoc-0001-*")]
    assert "Khóa của cổng đã được khôi phục" in done.stdout
    again = manage(second, "restore", folder, BACKUP_KEY=KEY)
    assert "Khóa của cổng" not in again.stdout


def test_what_a_sealed_backup_brings_is_compared_with_the_keys_it_brings(first: Path, tmp_path: Path) -> None:
    """Keys of its own, which the other machine made at its start, know nothing of this history."""
    second, folder = tmp_path / "hai", tmp_path / "sao-luu"
    for command in (("setup",), ("seed_demo", "--password", "thu-nghiem-1234", "--initiatives", "3")):
        assert manage(first, *command).returncode == 0
    manage(first, "backup", folder, BACKUP_KEY=KEY)

    drill = manage(second, "restore", folder, "--check-only", BACKUP_KEY=KEY)
    made = (second / "keys.env").read_text()
    done = manage(second, "restore", folder, BACKUP_KEY=KEY)

    for each in (drill, done):
        assert (each.returncode, each.stderr) == (0, "")
        assert "✓ Số dòng" in each.stdout
        assert "KEY đang đặt" not in each.stdout
    assert made != (first / "keys.env").read_text() == (second / "keys.env").read_text()
    assert "Lịch sử nguyên vẹn: 3 sáng kiến" in manage(second, "verify_history").stdout


def test_a_key_that_will_stand_before_the_one_that_came_back_is_named(first: Path, tmp_path: Path) -> None:
    second, folder = tmp_path / "hai", tmp_path / "sao-luu"
    manage(first, "backup", folder, BACKUP_KEY=KEY)
    other = base64.b64encode(b"n" * 32).decode()

    done = manage(second, "restore", folder, BACKUP_KEY=KEY, LOOKUP_KEY=other)

    assert "Khóa của cổng đã được khôi phục" in done.stdout
    assert "! LOOKUP_KEY đang đặt không phải khóa" in done.stdout
    assert "FIELD_KEYS đang đặt" not in done.stdout


def test_keys_that_an_open_set_says_it_brings_are_not_taken(first: Path, tmp_path: Path) -> None:
    second, folder = tmp_path / "hai", tmp_path / "sao-luu"
    manage(first, "backup", folder, BACKUP_KEY=KEY)
    manage(second, "check")
    before = (second / "keys.env").read_text()
    opened = manage(first, "backup", folder, "--unsealed")
    place = sorted((folder / "sets").iterdir())[-1] / "manifest.json"
    told = json.loads(place.read_text()) | {"has_keys": True}
    told.pop("seal")
    place.write_text(json.dumps(told | {"seal": sets._seal(told, None)}))

    done = manage(second, "restore", folder)

    assert (opened.returncode, done.returncode) == (0, 0)
    assert (second / "keys.env").read_text() == before
    assert "LOOKUP_KEY đang đặt không phải khóa" in done.stdout


def test_an_open_backup_never_holds_keys_and_says_which_ones_it_needs(first: Path, tmp_path: Path) -> None:
    second, folder = tmp_path / "hai", tmp_path / "sao-luu"
    manage(first, "backup", folder)
    assert not list(folder.rglob("keys.env*"))

    done = manage(second, "restore", folder)

    assert done.returncode == 0
    assert "FIELD_KEYS đang đặt không có khóa" in done.stdout
    assert "LOOKUP_KEY đang đặt không phải khóa" in done.stdout


def test_a_key_that_is_none_stops_the_start_and_names_its_variable(first: Path, tmp_path: Path) -> None:
    done = manage(first, "backup", tmp_path / "sao-luu", BACKUP_KEY="ngan")

    assert done.returncode != 0
    assert "BACKUP_KEY" in done.stderr
    assert not (tmp_path / "sao-luu").exists()
