"""What is wrong with the arguments of a command, or with its database, is said in Vietnamese, as everything else it says."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command, get_commands, load_command_class
from django.db import DatabaseError, DataError, IntegrityError, OperationalError, ProgrammingError

from portal.command_line import ENDING, NO_DATABASE, PortalCommand, Stopped, said, stopped_by_signals

ROOT = Path(__file__).resolve().parents[2]
OURS = {name: app for name, app in get_commands().items() if app in {"initiatives", "orgtree"}}


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_command_of_ours_speaks_vietnamese(name: str) -> None:
    command = load_command_class(OURS[name], name)
    assert isinstance(command, PortalCommand)

    page = command.create_parser("manage.py", name).format_help()

    assert page.startswith(f"Cách dùng: manage.py {name}")
    assert "in hướng dẫn này rồi thôi" in page
    assert [english for english in ("usage", "options", "show this", "Verbosity", "default") if english in page] == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        pytest.param(["import_initiatives"], "Thiếu TỆP.", id="missing"),
        pytest.param(["import_units", "a.csv", "--dai"], "Không có tham số “--dai”.", id="unknown"),
        pytest.param(["purge_drafts", "--days", "x"], "--days phải là số nguyên, không phải “x”.", id="no number"),
        pytest.param(["recount", "--check=3"], "--check không nhận giá trị.", id="a value nobody asked for"),
        pytest.param(["export_summary", "--unit"], "Sau --unit phải có giá trị.", id="a value is missing"),
        pytest.param(["export_summary", "--status"], "Sau --status phải có giá trị.", id="at least one is missing"),
        pytest.param(
            ["import_units", "a", "--v"], "“--v” chưa rõ là tham số nào: --version, --verbosity.", id="ambiguous"
        ),
        pytest.param(["purge_drafts", "--days", "9" * 20], "--days phải từ 1 đến 9999.", id="too large a number"),
    ],
)
def test_wrong_arguments_are_told(arguments: list[str], sentence: str) -> None:
    with pytest.raises(CommandError) as refused:
        call_command(*arguments)

    assert str(refused.value) == sentence


def test_whatever_else_argparse_says_is_said_too() -> None:
    assert said("not allowed with\nargument -x") == "Tham số chưa đúng."


def test_on_the_command_line_it_ends_with_the_way_to_use_it() -> None:
    ended = subprocess.run(
        [sys.executable, "manage.py", "import_initiatives"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert ended.returncode == 2
    assert ended.stderr.startswith("Thiếu TỆP.\nCách dùng: manage.py import_initiatives ")
    assert "usage" not in ended.stderr


class Failing(PortalCommand):
    requires_system_checks: Sequence[str] = []

    def __init__(self, failure: Exception) -> None:
        super().__init__()
        self.failure = failure

    def handle(self, *args: Any, **options: Any) -> None:
        raise self.failure


@pytest.mark.parametrize("kind", [OperationalError, ProgrammingError, DatabaseError])
def test_what_the_database_cannot_do_is_told_with_its_own_words(kind: type[Exception]) -> None:
    failure = kind('relation "x" does not exist\nLINE 1: SELECT * FROM x\n')

    with pytest.raises(CommandError) as refused:
        call_command(Failing(failure))

    assert str(refused.value) == f'{NO_DATABASE} Cơ sở dữ liệu báo: relation "x" does not exist'
    assert refused.value.__cause__ is failure


@pytest.mark.parametrize("kind", [IntegrityError, DataError, ValueError, KeyError])
def test_what_no_operator_can_mend_rises(kind: type[Exception]) -> None:
    with pytest.raises(kind):
        call_command(Failing(kind("x")))


def test_what_a_command_says_itself_stays() -> None:
    with pytest.raises(CommandError, match=r"^Câu của lệnh\.$"):
        call_command(Failing(CommandError("Câu của lệnh.")))


def on_a_machine_with(tmp_path: Path, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "DJANGO_SETTINGS_MODULE"}}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=kept | {"DATA_DIR": str(tmp_path)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", ["BACKUP_KEY", "FIELD_KEYS", "SITE_URL", "DATABASE_URL", "STORAGE_URL", "DEBUG"])
def test_a_value_nobody_can_use_is_told_by_name_and_shown_when_asked(name: str, tmp_path: Path) -> None:
    told = on_a_machine_with(tmp_path, "backup", str(tmp_path), **{name: "abc"})
    shown = on_a_machine_with(tmp_path, "backup", str(tmp_path), "--traceback", **{name: "abc"})

    sentence, fault = told.stderr.splitlines()[-2:]  # of a database its library warns before
    assert (told.returncode, shown.returncode) == (1, 1)
    assert sentence.startswith("Cấu hình chưa dùng được.") and fault.startswith(f"{name}: ")
    assert "Traceback" in shown.stderr


@pytest.mark.parametrize("command", ["verify_history", "check_invariants", "recount", "rotate_field_key"])
def test_a_portal_without_its_tables_is_told(command: str, tmp_path: Path) -> None:
    ended = on_a_machine_with(tmp_path, command)

    assert ended.returncode == 1
    assert ended.stderr.startswith(f"CommandError: {NO_DATABASE} Cơ sở dữ liệu báo: no such table: ")
    assert "Traceback" not in ended.stderr


def test_a_server_that_does_not_answer_is_told_and_shown_when_asked(tmp_path: Path) -> None:
    nowhere = {"DATABASE_URL": "postgres://portal:mat-khau@127.0.0.1:9/portal"}

    ended = on_a_machine_with(tmp_path, "setup", **nowhere)
    shown = on_a_machine_with(tmp_path, "setup", "--traceback", **nowhere)

    assert ended.returncode == 1
    assert ended.stderr.startswith(f"CommandError: {NO_DATABASE} Cơ sở dữ liệu báo: ")
    assert "Connection refused" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert shown.returncode == 1
    assert "psycopg2.OperationalError" in shown.stderr
    assert "mat-khau" not in ended.stderr + shown.stderr


def test_who_asks_again_does_not_end_what_is_being_taken_away() -> None:
    """Ctrl+C, and once more: what lay about would hold everybody's data."""
    done = []

    @contextmanager
    def beside() -> Iterator[None]:
        try:
            yield
        finally:
            with suppress(KeyError):
                raise KeyError
            for each in ENDING:
                signal.raise_signal(each)
            try:
                raise OSError
            except OSError:
                signal.raise_signal(signal.SIGINT)
            done.append("taken away")

    with pytest.raises(Stopped) as stopped, stopped_by_signals(), beside():
        signal.raise_signal(signal.SIGTERM)

    assert (done, stopped.value.exit_code) == (["taken away"], 128 + signal.SIGTERM)


def test_after_a_word_to_stop_that_was_lost_the_next_is_heard() -> None:
    """As in a function that a library calls and whose failures it passes over."""
    with pytest.raises(Stopped), stopped_by_signals():
        with suppress(Stopped):
            signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGINT)
