"""`docs/traps.md` names what was seen to go wrong: each trap names the test that holds it, and each of these tests is there."""

import pytest

from tests.codebase.named_tests import is_there, named_in, page

PAGE = page("traps.md")
SECTIONS = {
    "Text and input": 16,
    "Uploads and downloads": 15,
    "Time": 8,
    "Concurrency": 12,
    "Staff and scope": 15,
    "Spreadsheets": 5,
    "Printing": 2,
    "Tests and CI": 8,
    "Jobs": 2,
    "Backup": 2,
    "A test that proves the tests": 3,
}


def rows_of(section: str) -> list[list[str]]:
    """Its cells, row by row, below the two lines of its heading."""
    _, _, behind = PAGE.partition(f"\n## {section}\n")
    lines = [line for line in behind.partition("\n## ")[0].splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


@pytest.mark.parametrize(("file", "test"), named_in(PAGE))
def test_a_test_that_is_named_is_there(file: str, test: str) -> None:
    assert test
    assert is_there(file, test)


@pytest.mark.parametrize("section", SECTIONS)
def test_each_trap_names_what_is_done_and_what_holds_it(section: str) -> None:
    rows = rows_of(section)

    assert len(rows) >= SECTIONS[section]
    assert [row for row in rows if len(row) != 3 or not row[1] or not named_in(row[-1])] == []


@pytest.mark.parametrize(
    ("file", "test"),
    [
        ("codebase/test_traps_page.py", "test_that_nobody_wrote"),
        ("codebase/test_nowhere.py", ""),
        ("codebase/named_tests.py", "is_there_not"),
    ],
)
def test_the_search_misses_what_is_not_there(file: str, test: str) -> None:
    assert not is_there(file, test)
    assert is_there("codebase/test_traps_page.py", "test_the_search_misses_what_is_not_there")
