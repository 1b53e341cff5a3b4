"""Puts the faults of `seeds.py` into a copy of the portal, one by one: the tests named beside each must notice.

`python -m tests.faults.seeded` (not in `make test`: each starts pytest anew). Last the control: without any of them the tests
that noticed pass there, so that each noticed the fault and nothing else. What nobody notices fails the run.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bench.park.postgres import answers, find_initdb, throwaway
from tests.faults.seeds import SEEDS, Seed

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "seeded.md"
PASSED, FAILED_TESTS = 0, 1  # how pytest says so; anything else is a fault of the run
FIRST_TO_FAIL = re.compile(r"^(?:FAILED|ERROR) (tests/\S+?)(?:\[.*)?(?: - .*)?$", re.MULTILINE)
NUMBER_PASSED = re.compile(r"\b(\d+) passed")
# Compiled once is enough for all of them.
NOT_HANDED_DOWN = {"DATABASE_URL", "TEST_POSTGRES_URL", "PYTHONDONTWRITEBYTECODE"}
MAKES_TABLES = "import django; django.setup(); from django.db import connection; connection.creation.create_test_db(0)"
LEFT_BEHIND = shutil.ignore_patterns(".venv", ".git", "__pycache__", "var", ".*_cache")


@dataclass(frozen=True)
class Told:
    """What became of one fault. `by`: the test that noticed, "" for none; `said`: the end of what pytest said."""

    seed: Seed
    by: str
    said: str = ""


@dataclass(frozen=True)
class Control:
    """The tests that noticed, without a fault: how many passed on SQLite and on PostgreSQL; `said` where they did not."""

    on_sqlite: int
    on_postgres: int
    said: str = ""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.seeded")
    parser.add_argument("--only", default="", help="faults whose name holds this; without the control, and never saved")
    parser.add_argument("--save", action="store_true", help="keeps the result in docs/seeded.md")
    asked = parser.parse_args()
    with ExitStack() as ends:
        copy = _copy(ends)
        if asked.only:
            found = [_put_in(copy, seed) for seed in SEEDS if asked.only in seed.name]
            return int(any(not each.by for each in found))
        found = [_put_in(copy, seed) for seed in SEEDS]
        control = _without_any(copy, found)
    told = page(found, control)
    print(told)
    if asked.save:
        PAGE.write_text(told)
    return int(bool(control.said) or any(not each.by for each in found))


@dataclass(frozen=True)
class Copy:
    """`tables`: a file of SQLite with nothing but the tables, which take longer to make than most of these tests. `server`: the
    address of a database for tests, "" where there is no PostgreSQL."""

    tree: Path
    tables: Path
    server: str

    def pytest(self, tests: Iterable[str], *, on_postgres: bool) -> tuple[int, str]:
        """Its code and all it said."""
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
        with tempfile.TemporaryDirectory(prefix="portal-seeded-run-") as run:
            told = _environment(Path(run)) | ({"TEST_POSTGRES_URL": self.server} if on_postgres else {})
            if not on_postgres:
                shutil.copy(self.tables, Path(run) / "main" / self.tables.name)
                command.append("--reuse-db")
            done = subprocess.run(command, cwd=self.tree, env=told, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr


def _copy(ends: ExitStack) -> Copy:
    folder = Path(ends.enter_context(tempfile.TemporaryDirectory(prefix="portal-seeded-")))
    tree = folder / "tree"
    shutil.copytree(ROOT, tree, ignore=LEFT_BEHIND)
    told = _environment(folder) | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    subprocess.run([sys.executable, "-c", MAKES_TABLES], cwd=tree, env=told, check=True)
    return Copy(tree, folder / "main" / "test.sqlite3", _server(ends))


def _environment(run: Path) -> dict[str, str]:
    """Of a run of the tests in a folder of its own (`tests/settings.py`), on SQLite."""
    (run / "main").mkdir()
    told = {name: value for name, value in os.environ.items() if name not in NOT_HANDED_DOWN}
    return told | {"PORTAL_TEST_RUN": str(run)}


def _without_any(copy: Copy, found: list[Told]) -> Control:
    passed, wrong = [], ""
    for on_postgres in (False, True):
        tests = sorted({each.by for each in found if each.by and each.seed.on_postgres is on_postgres})
        code, said = copy.pytest(tests, on_postgres=on_postgres) if tests else (PASSED, "")
        number = NUMBER_PASSED.search(said)
        passed.append(int(number[1]) if number else 0)
        wrong += said[-1500:] if code != PASSED else ""
        print(f"control   {passed[-1]} tests passed on {_database(on_postgres)}{wrong}", flush=True)
    return Control(*passed, wrong)


def _put_in(copy: Copy, seed: Seed) -> Told:
    if seed.on_postgres and not copy.server:
        return Told(seed, "", "no PostgreSQL here")
    file = copy.tree / seed.path
    whole = file.read_text()
    if whole.count(seed.was) != 1:
        return Told(seed, "", f"{seed.path} does not hold once: {seed.was}")
    file.write_text(whole.replace(seed.was, seed.now))
    try:
        code, said = copy.pytest(seed.test.split(), on_postgres=seed.on_postgres)
    finally:
        file.write_text(whole)
    first = FIRST_TO_FAIL.search(said) if code == FAILED_TESTS else None
    told = Told(seed, first[1] if first else "", said[-1500:])
    print(f"{'noticed ' if told.by else 'MISSED  '}  {seed.name}: {told.by or told.said}", flush=True)
    return told


def _server(ends: ExitStack) -> str:
    """The address of a database for tests; "" where there is no PostgreSQL."""
    name = f"seeded_{os.getpid()}"
    if os.environ.get("TEST_POSTGRES_URL"):
        return os.environ["TEST_POSTGRES_URL"]
    if answers(5432):
        return f"postgres://postgres@127.0.0.1:5432/{name}"
    initdb = find_initdb()
    return ends.enter_context(throwaway(initdb)).url(name) if initdb else ""


def _database(on_postgres: bool) -> str:
    return "PostgreSQL" if on_postgres else "SQLite"


ABOUT = """
Each was put alone into a copy of the code (`tests/faults/seeds.py` has the lines), and the tests named beside it were run until
the first of them failed: that one noticed. Made by `python -m tests.faults.seeded --save`.

| fault | file | on | test that noticed |
|---|---|---|---|
"""


def page(found: list[Told], control: Control) -> str:
    missed = [each for each in found if not each.by]
    told = f"# Seeded faults\n\n{len(found)} faults were put into the code on {date.today():%d/%m/%Y}; "
    told += f"{len(missed)} were not noticed. The control, these tests without a fault: "
    told += f"{control.on_sqlite} passed on SQLite, {control.on_postgres} on PostgreSQL, "
    told += f"{'and some did not' if control.said else 'none failed'}.\n{ABOUT}"
    for each in found:
        noticed = f"`{each.by.removeprefix('tests/')}`" if each.by else "**nobody**"
        told += f"| {each.seed.name} | `{each.seed.path}` | {_database(each.seed.on_postgres)} | {noticed} |\n"
    return told


if __name__ == "__main__":
    sys.exit(main())
