"""Rules for the tests themselves: what made some fail by chance, or not at all, elsewhere."""

import ast
import hashlib
import re
from pathlib import Path

import hypothesis
import pytest
from django.db import connection

from tests.codebase.house import ROOT, imported_by, name_of, tree_of

TESTS = sorted((ROOT / "tests").rglob("*.py"))
AXE = ROOT / "tests" / "browser" / "axe"
CLOCKS = ("time.time", "time.monotonic", "time.perf_counter", "monotonic", "perf_counter", "time.process_time")
# Which moment nginx tells, between two of ours: not how long anything took.
ASKS_A_MOMENT = {"tests/deploy/test_nginx.py": {"before", "after"}}
# Two, three or four connections: with those of all other processes they stay far below PostgreSQL's hundred.
A_FEW = {
    "tests/history/test_commands.py",
    "tests/duplicates/test_screening_together.py",
    "tests/submission/entering/test_sheets_at_once.py",
    "tests/orgtree/test_grassroots.py",
}


def clocks_in(node: ast.AST) -> bool:
    return any(isinstance(each, ast.Call) and ast.unparse(each.func) in CLOCKS for each in ast.walk(node))


def timed_assertions(tree: ast.Module) -> list[tuple[int, set[str]]]:
    """Each `assert` that looks at a clock, or at a name that was made of one, and those names."""
    found = []
    for function in (each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef)):
        made = {
            target.id
            for each in ast.walk(function)
            if isinstance(each, ast.Assign) and clocks_in(each.value)
            for target in each.targets
            if isinstance(target, ast.Name)
        }
        for each in ast.walk(function):
            if isinstance(each, ast.Assert):
                looked_at = {name.id for name in ast.walk(each) if isinstance(name, ast.Name)} & made
                if looked_at or clocks_in(each):
                    found.append((each.lineno, looked_at))
    return found


def test_no_assertion_depends_on_how_fast_the_machine_is() -> None:
    found = {
        name_of(path): timed
        for path in TESTS
        if (
            timed := [
                each
                for each in timed_assertions(tree_of(path))
                if not each[1] <= ASKS_A_MOMENT.get(name_of(path), set())
            ]
        )
    }

    assert found == {}


def test_the_search_finds_a_timed_assertion() -> None:
    timed = """
def test_it_is_fast():
    began = time.perf_counter()
    work()
    took = time.perf_counter() - began
    assert took < 1
    assert time.monotonic() < 5
"""
    assert timed_assertions(ast.parse(timed)) == [(6, {"took"}), (7, set())]


def test_hypothesis_has_no_deadline() -> None:
    """It fails a test that was slow once: on a busy machine any is."""
    said = [re.findall(r"deadline=(\w+)", path.read_text(encoding="utf-8")) for path in TESTS if path != Path(__file__)]

    usual = hypothesis.settings.default

    assert usual is not None and usual.deadline is None
    assert {each for found in said for each in found} == {"None"}


@pytest.mark.django_db
def test_the_database_of_tests_is_one_that_others_can_open() -> None:
    """SQLite in memory has one connection: its writers never wait for each other, and a lock that is missing is not missed."""
    name = str(connection.settings_dict["NAME"])

    assert connection.vendor == "postgresql" or Path(name).stat().st_size > 0


def test_what_needs_many_connections_runs_one_by_one() -> None:
    apart = {
        name_of(path)
        for path in TESTS
        if "tests.concurrency.together" in imported_by(path)
        and "pytest.mark.serial" not in path.read_text(encoding="utf-8")
    }

    assert apart == A_FEW


def test_nothing_asks_the_database_beside_a_browser_by_looking_away() -> None:
    """Django refuses it in a thread whose event loop runs, as Playwright's does; told to look away, it breaks connections."""
    looks_away = "DJANGO_ALLOW_ASYNC" + "_UNSAFE"
    read = [*TESTS, ROOT / "Makefile", ROOT / "bin" / "test", ROOT / ".ci" / "run", ROOT / "pyproject.toml"]

    assert [name_of(path) for path in read if looks_away in path.read_text(encoding="utf-8")] == []


def test_no_test_waits_where_our_policy_forbids_it() -> None:
    """Playwright asks again from within the page, by `eval`: a test that waits so fails where the first answer is no."""
    forbidden = "page.wait_for" + "_function("

    assert [name_of(path) for path in TESTS if forbidden in path.read_text(encoding="utf-8")] == []


def test_pages_are_judged_by_the_axe_that_is_named_and_not_by_an_old_one() -> None:
    axe, told = (AXE / "axe.min.js").read_bytes(), (AXE / "README.md").read_text(encoding="utf-8")
    version = re.match(rb"/\*! axe v(\d+)\.(\d+)\.(\d+)", axe)

    assert version is not None
    assert tuple(map(int, version.groups())) >= (4, 14, 1)
    assert f"axe-core {b'.'.join(version.groups()).decode()} " in told
    assert hashlib.sha256(axe).hexdigest() in told
    assert "axe-core-python" not in (ROOT / "requirements-dev.txt").read_text(encoding="utf-8")


def test_no_job_is_left_to_a_library_that_forgets_it() -> None:
    """django-tasks-db neither tries again what failed nor notices a killed worker: jobs are our own (`initiatives/jobs.py`)."""
    pinned = re.findall(r"^([a-z0-9_.-]+)==", (ROOT / "requirements.txt").read_text(encoding="utf-8"), re.MULTILINE)

    assert "django" in pinned
    assert [each for each in pinned if each.startswith(("django-tasks", "celery", "django-rq", "huey"))] == []
