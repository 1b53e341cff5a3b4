"""What is wrong with the arguments of a command is said in Vietnamese, as everything else it says."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command, get_commands, load_command_class

from portal.command_line import PortalCommand, said

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
