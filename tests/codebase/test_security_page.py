"""`docs/security.md` names tests: each of them is there, and each row has one or says that it has none."""

import re

import pytest

from tests.codebase.named_tests import NAMED, is_there, named_in, page

PAGE = page("security.md")
ROW = re.compile(r"^\| (\d+\.\d+\.\d+[^|]*)\|", re.MULTILINE)


@pytest.mark.parametrize(("file", "test"), named_in(PAGE))
def test_a_test_that_is_named_is_there(file: str, test: str) -> None:
    assert is_there(file, test)


def test_every_row_that_is_met_names_what_holds_it() -> None:
    met, _, _ = PAGE.partition("## What does not apply")
    rows = [line for line in met.splitlines() if ROW.match(line)]

    assert len(rows) > 80
    assert [row for row in rows if not NAMED.search(row) and not row.endswith("| – |")] == []
