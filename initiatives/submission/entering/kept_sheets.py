"""A sheet of initiatives between the page that says what it would do and what enters them.

The Excel file is read once, when it comes: opening five thousand rows takes seconds. What was read is kept in its place, in
pieces, with what was told of each row; like every sheet it is its sender's alone and gone a day later. Workers' identity numbers
stand in it: it is sealed for the row of its Sheet, all of it at once.
"""

import json
import logging
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

from portal import sealing
from portal.sheets.reading import SheetRow

PIECE = 200  # rows

logger = logging.getLogger("initiatives.entering")


@dataclass(frozen=True)
class Told:
    """What was told of a row: `state` is one of the words below; `code` the receipt code of what is there already.

    `faults` say what to put right, or of what was withdrawn how to send it again.

    `marks` are shared by rows that are the same. `name`, `title` and `unit` are what the list shows; `unit_code` is where the row
    would go.
    """

    number: int
    state: str
    name: str = ""
    title: str = ""
    unit: str = ""
    unit_code: str = ""
    faults: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    code: str = ""
    marks: tuple[str, ...] = ()


NEW, PRESENT, WITHDRAWN, WRONG, BLANK = "new", "present", "withdrawn", "wrong", "blank"


@dataclass(frozen=True)
class Rows:
    """The rows of a sheet and what was told of the first `len(told)` of them."""

    campaign: str  # its address
    found: tuple[str, ...]  # the columns that stood there
    others: tuple[str, ...]  # the headings that are none of ours
    total: int
    told: tuple[Told, ...]
    pieces: tuple[bytes, ...]

    @classmethod
    def of(cls, rows: Sequence[SheetRow], *, campaign: str, found: Sequence[str], others: Sequence[str]) -> Self:
        pieces = tuple(
            _packed([[row.number, {name: text for name, text in row.values.items() if text}] for row in some])
            for some in (rows[start : start + PIECE] for start in range(0, len(rows), PIECE))
        )
        return cls(campaign, tuple(found), tuple(others), len(rows), (), pieces)

    @classmethod
    def opened(cls, content: bytes, *, sheet: int) -> Self:
        """What `sealed_for` made for the Sheet of this key. Raises CannotOpen, UnicodeDecodeError for what is not sealed."""
        head, _, rest = sealing.open_bytes(content.decode("ascii"), row=row_of(sheet)).partition(b"\n")
        facts = json.loads(head)
        parts = []
        for size in facts.pop("sizes"):
            parts.append(rest[:size])
            rest = rest[size:]
        told = tuple(_told(each) for each in _unpacked(parts[0]))
        return cls(
            facts["campaign"], tuple(facts["found"]), tuple(facts["others"]), facts["total"], told, tuple(parts[1:])
        )

    def sealed_for(self, sheet: int) -> bytes:
        """As the Sheet of this key keeps it."""
        return sealing.seal_bytes(self._whole(), row=row_of(sheet)).encode("ascii")

    def _whole(self) -> bytes:
        parts = [_packed([asdict(each) for each in self.told]), *self.pieces]
        facts = {
            "campaign": self.campaign,
            "found": self.found,
            "others": self.others,
            "total": self.total,
            "sizes": [len(part) for part in parts],
        }
        return b"\n".join([json.dumps(facts, ensure_ascii=False).encode(), b"".join(parts)])

    @property
    def is_judged(self) -> bool:
        return len(self.told) >= self.total

    def judged_as(self, state: str) -> list[Told]:
        return [each for each in self.told if each.state == state]

    def with_told(self, told: Sequence[Told]) -> Self:
        return replace(self, told=(*self.told, *told))

    def untold(self) -> Self:
        return replace(self, told=())

    def part(self, start: int, stop: int) -> list[SheetRow]:
        """Some rows in the order of the sheet, unpacking no more than their pieces."""
        first = start // PIECE
        rows = [row for piece in self.pieces[first : (stop - 1) // PIECE + 1] for row in _rows(piece)]
        return rows[start - first * PIECE : stop - first * PIECE]

    def __iter__(self) -> Iterator[SheetRow]:
        for piece in self.pieces:
            yield from _rows(piece)


def row_of(sheet: int) -> str:
    """What the rows of a sheet are sealed for."""
    return f"sheet:{sheet}"


def rows_kept(content: bytes | memoryview, *, sheet: int) -> Rows | None:
    """None, and the log says so, for what an earlier version kept or no key opens: it counts as gone."""
    try:
        return Rows.opened(bytes(content), sheet=sheet)
    except (sealing.CannotOpen, ValueError, KeyError, IndexError, TypeError, zlib.error) as failure:
        logger.warning("sheet %s cannot be opened: %s", sheet, type(failure).__name__)
        return None


def _told(kept: dict[str, Any]) -> Told:
    lists = {name: tuple(value) for name, value in kept.items() if isinstance(value, list)}
    return Told(**(kept | lists))


def _rows(piece: bytes) -> list[SheetRow]:
    return [SheetRow(number, values) for number, values in _unpacked(piece)]


def _packed(value: Any) -> bytes:
    return zlib.compress(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(), 1)


def _unpacked(part: bytes) -> Any:
    return json.loads(zlib.decompress(part))
