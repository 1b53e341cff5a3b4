"""`rehearse_deadline`, whole: a short evening on a copy; the original as it was; nothing left behind."""

import hashlib
import json
import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from initiatives import demonstration
from initiatives.models import Initiative
from initiatives.rehearsal import copying, evening, stage
from initiatives.rehearsal.crowd import Result
from initiatives.rehearsal.phones import Acknowledged, Story
from orgtree.models import Unit

pytestmark = [pytest.mark.serial, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def played_on(tree: dict[str, Unit], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A database with the demonstration, and a folder where its copies would lie. Afterwards nothing of a rehearsal is there."""
    demonstration.seed(password="mot-mat-khau-de-do", at=timezone.now())
    for _ in demonstration.fill(demonstration.campaign.Campaign.objects.get(), 12, at=timezone.now()):
        pass
    before = contents()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    yield tmp_path
    assert contents() == before
    assert left_behind(tmp_path) == ([], [], [])


def contents() -> dict[str, str]:
    """Every row of every table, as a hash by table."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            rows = sorted(map(repr, cursor.fetchall()))
            found[table] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found


def left_behind(folder: Path) -> tuple[list[str], list[str], list[str]]:
    """Folders of copies, databases of copies, processes that were started on a copy."""
    databases: list[str] = []
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            beside = f"{str(connection.settings_dict['NAME'])[:40]}%{copying.MARK}%"
            cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [beside])
            databases = [name for (name,) in cursor.fetchall()]
    return [path.name for path in folder.glob("dien-tap-*")], databases, processes_on(folder)


def processes_on(folder: Path) -> list[str]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        if process.name == str(os.getpid()):
            continue
        try:
            environment = (process / "environ").read_bytes()
        except OSError:
            continue
        if f"DATA_DIR={folder}/dien-tap-".encode() in environment:
            found.append(process.name)
    return found


def rehearsed(report: Path, **options: Any) -> str:
    said = StringIO()
    short = {"minutes": "0.2", "rate": "1", "readers": "2", "phones": 40, "processes": 1}
    call_command("rehearse_deadline", stdout=said, report=str(report), **short | options)
    return said.getvalue()


def test_a_short_evening_passes_and_says_so(played_on: Path) -> None:
    report = played_on / "bao-cao.html"

    said = rehearsed(report)

    told = json.loads(report.with_suffix(".json").read_text(encoding="utf-8"))
    assert told["holds"], said
    assert len(told["checks"]) == 14
    assert told["received_before"] == 12
    assert told["acknowledged"] > 0
    assert told["refused"] > 0
    looked_at = {check["key"]: check["looked_at"] for check in told["checks"]}
    assert looked_at["kept"] == told["acknowledged"]
    assert looked_at["tally"] == Initiative.objects.count() + looked_at["in_time"]
    page = report.read_text(encoding="utf-8")
    assert "<b>ĐẠT.</b> Cả 14 điều đều đúng" in page
    assert page.count("✓") == 14
    assert "{{" not in page
    assert "✗" not in page


def test_a_receipt_that_is_not_there_fails_it(played_on: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lost = Acknowledged("2682812535080", "/bien-nhan/x/", "Giá đỡ", "quang-tri", "0300000001", 0, 1.0, 2.0)
    monkeypatch.setattr(evening, "play", lambda where, plan: Result(plan.closes_at, 1.0, Story(acknowledged=[lost])))
    report = played_on / "bao-cao.html"

    with pytest.raises(CommandError, match="Chưa đạt: 1/14 điều không đúng"):
        rehearsed(report)

    page = report.read_text(encoding="utf-8")
    assert "<b>CHƯA ĐẠT.</b> 1/14 điều không đúng" in page
    assert "Sai ở: 2682812535080" in page


def test_stopped_in_the_middle_it_leaves_nothing(played_on: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    running: list[list[str]] = []

    def stopped(*args: Any) -> Result:
        running.append(processes_on(played_on))
        raise KeyboardInterrupt

    monkeypatch.setattr(evening, "play", stopped)

    with pytest.raises(KeyboardInterrupt):
        rehearsed(played_on / "bao-cao.html")

    assert len(running[0]) >= 2  # the web process and the worker were there to be left behind
    assert not (played_on / "bao-cao.html").exists()


def test_told_to_stop_it_leaves_nothing_and_says_so(played_on: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evening, "play", lambda *args: signal.raise_signal(signal.SIGTERM))
    said = StringIO()

    with pytest.raises(SystemExit) as ended:
        rehearsed(played_on / "bao-cao.html", stderr=said)

    assert ended.value.code == 128 + signal.SIGTERM
    assert said.getvalue().startswith("Đã dừng theo yêu cầu. Bản sao đã được xóa")
    assert not (played_on / "bao-cao.html").exists()


def test_told_to_stop_it_says_where_the_copy_is_that_it_was_to_keep(
    played_on: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage, "inside", lambda *args: signal.raise_signal(signal.SIGTERM))
    said = StringIO()

    with pytest.raises(SystemExit):
        rehearsed(played_on / "bao-cao.html", stderr=said, keep=True)

    kept = copying.left(connection.settings_dict)
    assert kept
    assert [each for each in kept if each not in said.getvalue()] == []
    for removing in kept.values():
        subprocess.run(removing.split(), check=True, env=os.environ | copying._of_postgres(connection.settings_dict))


def test_no_close_is_moved_on_an_original(played_on: Path) -> None:
    with pytest.raises(CommandError, match="Chỉ chạy trên bản sao"):
        call_command("rehearse_deadline", on_the_copy="close")
