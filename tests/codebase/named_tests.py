"""Pages of docs/ that name tests, as `file::test` below `tests/`: which ones, and whether they are there."""

import re
from pathlib import Path

from tests.codebase.house import ROOT

NAMED = re.compile(r"`((?:[a-z_]+/)*test_[a-z_0-9]+\.py)(?:::(test_\w+))?`")


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def named_in(text: str) -> list[tuple[str, str]]:
    """File and test, "" for all of a file; each once."""
    return sorted(set(NAMED.findall(text)))


def is_there(file: str, test: str) -> bool:
    path = ROOT / "tests" / Path(file)
    return path.is_file() and (
        not test or re.search(rf"^\s*def {test}\(", path.read_text(encoding="utf-8"), re.M) is not None
    )
