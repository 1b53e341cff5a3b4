"""The clock is read where a request or a command begins, and handed down as `at`."""

import ast
from pathlib import Path

from tests.codebase.house import ROOT, calls, name_of, python_files, said_to_be

READERS = {"views", "admin", "commands", "pages"}
ALLOWED = {
    "portal/requests.py",  # the arrival of a request
    "portal/metrics.py",  # the minute in which somebody was refused
    "portal/health.py",  # compares the database's clock with ours
    # submitted_at is taken at the end of the submit transaction, never by its caller (`DESIGN.md` §2, milestones)
    "initiatives/lifecycle.py",
}
CLOCKS = {"timezone.now", "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time"}


def reads_the_clock(path: Path) -> list[int]:
    found = []
    for call in calls(path):
        called = ast.unparse(call.func)
        short = ".".join(called.split(".")[-2:])
        if short in CLOCKS or (short == "timezone.localdate" and not call.args):
            found.append(call.lineno)
    return found


RULES = [path for path in python_files() if not READERS & said_to_be(path) and name_of(path) not in ALLOWED]


def test_a_rule_is_told_the_time() -> None:
    assert {name_of(path): found for path in RULES if (found := reads_the_clock(path))} == {}


def test_the_search_finds_a_clock_that_is_read() -> None:
    assert reads_the_clock(ROOT / "portal" / "requests.py")


def test_the_receiving_transaction_reads_it_for_the_order_and_for_what_cannot_be_yet() -> None:
    path = ROOT / "initiatives" / "lifecycle.py"
    functions = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)]

    def inside(line: int) -> str:
        return next(each.name for each in functions if each.lineno <= line <= (each.end_lineno or 0))

    assert sorted(map(inside, reads_the_clock(path))) == ["_not_before_the_last", "_whole_at"]
