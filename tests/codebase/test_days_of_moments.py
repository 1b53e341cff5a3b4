"""The day of a moment is its day in Viet Nam: `.date()` of a moment in UTC is yesterday until seven in the morning."""

import ast
from pathlib import Path

from tests.codebase.house import name_of, python_files, tree_of

# Excel knows no zones.
WITHOUT_A_ZONE = {"portal/sheets/reading.py": {"value", "from_excel(int(cell), CALENDAR_WINDOWS_1900)"}}
OF_THE_ZONE = (
    ".astimezone(VIETNAM)",
    ".astimezone(days.VIETNAM)",
    ", VIETNAM)",
    ", days.VIETNAM)",
    "_local(at)",  # of `vietnamese/days.py`: what its tests hold
)


def days_of_moments(tree: ast.Module) -> list[tuple[int, str]]:
    """Line and moment of each `moment.date()`."""
    return [
        (node.lineno, ast.unparse(node.func.value))
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "date"
        and not node.args
    ]


def in_no_zone(tree: ast.Module) -> list[tuple[int, str]]:
    """Those that are turned neither where they are asked nor wherever the name was given."""
    turned: dict[str, list[bool]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            turned.setdefault(node.targets[0].id, []).append(ast.unparse(node.value).endswith(OF_THE_ZONE))
    return [
        (line, moment)
        for line, moment in days_of_moments(tree)
        if not moment.endswith(OF_THE_ZONE) and not all(turned.get(moment, [False]))
    ]


def strange(path: Path) -> list[tuple[int, str]]:
    return [each for each in in_no_zone(tree_of(path)) if each[1] not in WITHOUT_A_ZONE.get(name_of(path), ())]


def test_the_day_of_a_moment_is_asked_in_viet_nam() -> None:
    assert {name_of(path): found for path in python_files() if (found := strange(path))} == {}


def test_the_search_finds_days_of_moments_in_no_zone() -> None:
    asked = """
a = at.date()
b = at.astimezone(VIETNAM).date()
local = at.astimezone(VIETNAM)
c = local.date()
utc = at.astimezone(UTC)
d = utc.date()
"""
    assert in_no_zone(ast.parse(asked)) == [(2, "at"), (7, "utc")]


def test_the_exceptions_are_still_there() -> None:
    asked = {name_of(path): {moment for _, moment in in_no_zone(tree_of(path))} for path in python_files()}

    assert {name: moments for name, moments in asked.items() if moments} == WITHOUT_A_ZONE
