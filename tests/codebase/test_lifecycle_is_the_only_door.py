"""A status is written by `lifecycle` and nobody else; what staff found of a benefit and history are written by it too."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.codebase.house import ROOT, calls, name_of, python_files, tree_of

ALLOWED = {
    "initiatives/lifecycle.py",
    # rows in bulk for a demonstration nobody takes for real (as SQL, which this does not see)
    "initiatives/demonstration/bulk.py",
}
MODULES = [path for path in python_files() if name_of(path) not in ALLOWED]
KEPT = {"status", "is_appraised", "appraised_value", "has_social_meaning"}
WRITES = {"update", "create", "bulk_create", "get_or_create", "update_or_create"}


def writes_of_status(path: Path) -> Iterator[int]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (node.lineno for target in targets if isinstance(target, ast.Attribute) and target.attr in KEPT)
    for call in calls(path):
        named = {keyword.arg for keyword in call.keywords}
        called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if KEPT & named and (called == "Initiative" or (called in WRITES and "Tally" not in ast.unparse(call.func))):
            yield call.lineno
        if called == "setattr" and any(isinstance(each, ast.Constant) and each.value in KEPT for each in call.args):
            yield call.lineno


def writes_of_history(path: Path) -> Iterator[int]:
    for call in calls(path):
        called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if "ReviewEvent" in ast.unparse(call.func) and called in WRITES | {"ReviewEvent", "delete", "save"}:
            yield call.lineno


def test_a_status_and_what_was_found_are_written_by_lifecycle_alone() -> None:
    assert {name_of(path): found for path in MODULES if (found := list(writes_of_status(path)))} == {}


def test_history_is_written_by_lifecycle_alone() -> None:
    assert {name_of(path): found for path in MODULES if (found := list(writes_of_history(path)))} == {}


def test_the_search_finds_what_lifecycle_writes() -> None:
    assert list(writes_of_status(ROOT / "initiatives" / "lifecycle.py"))
    assert list(writes_of_history(ROOT / "initiatives" / "lifecycle.py"))
