"""Where the house's files are, and a way to read them."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("portal", "orgtree", "initiatives")


def python_files() -> list[Path]:
    """Every module of ours, without migrations."""
    return sorted(
        path for package in PACKAGES for path in (ROOT / package).rglob("*.py") if "migrations" not in path.parts
    )


def said_to_be(path: Path) -> set[str]:
    """What folders and name say a module is; of "sheets_admin" the last word counts."""
    return {part.rpartition("_")[2] for part in path.relative_to(ROOT).with_suffix("").parts}


def templates() -> list[Path]:
    return sorted((ROOT / "templates").rglob("*.html"))


def kept_files() -> list[Path]:
    """What the repository holds, or will once it is committed."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    paths = (ROOT / name for name in listed.stdout.decode().split("\0") if name)
    return sorted(path for path in paths if path.is_file())


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def calls(path: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call))


def imported_by(path: Path) -> Iterator[str]:
    """Every module and name imported, in full: `from a import b` is `a.b`."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
