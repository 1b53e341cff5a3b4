"""A status is written by `lifecycle` and nobody else; what staff found of a benefit and history are written by it too."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

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


def writes_of_history(tree: ast.Module) -> Iterator[int]:
    """A step made or taken away: by its class under whatever name, by its table's name, or by the manager of a row's steps."""
    names = {"ReviewEvent"}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            names |= {each.asname for each in node.names if each.name == "ReviewEvent" and each.asname}
        if isinstance(node, ast.Assign):
            words = re.findall(r"\w+", ast.unparse(node.value))
            if words[-1:] and words[-1] in {*names, "objects"} and names & set(words):
                names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    said = re.compile(rf"\b({'|'.join(sorted(names))})\b|\.events$|\.events\.")
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        text = ast.unparse(call.func)
        before, _, called = text.rpartition(".")
        if text in names or called in names or (called in WRITES | {"delete", "save"} and said.search(before)):
            yield call.lineno


def test_a_status_and_what_was_found_are_written_by_lifecycle_alone() -> None:
    assert {name_of(path): found for path in MODULES if (found := list(writes_of_status(path)))} == {}


def test_history_is_written_by_lifecycle_alone() -> None:
    assert {name_of(path): found for path in MODULES if (found := list(writes_of_history(tree_of(path))))} == {}


def test_the_search_finds_what_lifecycle_writes() -> None:
    assert list(writes_of_status(ROOT / "initiatives" / "lifecycle.py"))
    assert list(writes_of_history(tree_of(ROOT / "initiatives" / "lifecycle.py")))


@pytest.mark.parametrize(
    ("line", "is_found"),
    [
        ("ReviewEvent.objects.create(initiative=one)", True),
        ("ReviewEvent(initiative=one).save()", True),
        ("models.ReviewEvent(initiative=one)", True),
        ("ReviewEvent.objects.bulk_create(steps)", True),
        ("ReviewEvent.objects.using('default').get_or_create(number=1)", True),
        ("from initiatives.models import ReviewEvent as Step\nStep(initiative=one)", True),
        ("Step = ReviewEvent\nStep.objects.create(initiative=one)", True),
        ("steps = ReviewEvent.objects\nsteps.create(initiative=one)", True),
        ("one.events.create(act=act)", True),
        ("self.initiative.events.bulk_create(steps)", True),
        ("one.events.filter(number=1).delete()", True),
        ("apps.get_model('initiatives', 'ReviewEvent').objects.create()", True),
        ("ReviewEvent.objects.filter(initiative=one).order_by('number')", False),
        ("one.events.count()", False),
        ("lifecycle.record(one, act, from_status=one.status, by=by, at=at)", False),
        ("Initiative.objects.filter(events=ReviewEvent.objects.all())", False),
    ],
)
def test_the_search_knows_every_way_to_add_a_step(line: str, is_found: bool) -> None:
    assert bool(list(writes_of_history(ast.parse(line)))) is is_found
