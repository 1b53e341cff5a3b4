"""What saving and restoring rows answer, whichever database they are of."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from initiatives.backups.parts import Part
from initiatives.backups.sets import Table

DOCUMENTS = "files.txt"


@dataclass(frozen=True)
class Saved:
    """`sequences`: the last number each has given, and whether it was given. `parts` by name, the list of documents included."""

    server: str
    applied: list[tuple[str, str]]
    tables: dict[str, Table]
    sequences: dict[str, list[Any]]
    parts: dict[str, Part]


@dataclass(frozen=True)
class Restored:
    """Rows that stand beside the live ones: how many each table has, and how they become the live ones, at once or not at all."""

    counts: dict[str, int]
    take_the_place: Callable[[], None]
