"""Rows of a sheet written as text, where openpyxl builds an element for each cell: the same bytes at a fifth of the cost.

openpyxl has no public way past its elements. Used privately are its `_get_writer` and `_writer`, and `_file` of et_xmlfile, which
it writes with; `tests/portal/test_written_rows.py` compares every byte with what it writes itself.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any
from xml.sax.saxutils import escape

from openpyxl.cell import Cell
from openpyxl.compat import safe_string
from openpyxl.utils import get_column_letter

from portal.sheets.cells import SafeText


class Look:
    """How the cells of a row look, from the first column on."""

    def __init__(self, cells: Sequence[Cell]) -> None:
        self._columns = [(get_column_letter(place), cell.style_id) for place, cell in enumerate(cells, start=1)]

    def row(self, number: int, values: Sequence[SafeText | int], *, height: float | None) -> str:
        """The row of this number; `height` in points."""
        settled = f' ht="{safe_string(height)}" customHeight="1"' if height else ""
        cells = "".join(
            _cell(f'<c r="{letter}{number}" s="{style}"', value)
            for (letter, style), value in zip(self._columns, values, strict=True)
        )
        return f'<row r="{number}"{settled}>{cells}</row>'


class WrittenRows:
    """Appends to a write-only sheet, between rows that are appended to it the ordinary way."""

    def __init__(self, sheet: Any) -> None:
        sheet._get_writer()
        self._sheet = sheet
        self._ordinary: Callable[[Any, Iterator[Cell], int], None] = sheet._writer.write_row
        self._next: tuple[Look, Sequence[SafeText | int], float | None] | None = None
        sheet._writer.write_row = self._write_row

    def append(self, look: Look, values: Sequence[SafeText | int], *, height: float | None = None) -> None:
        self._next = (look, values, height)
        self._sheet.append(())

    def _write_row(self, to: Any, cells: Iterator[Cell], number: int) -> None:
        if self._next is None:
            self._ordinary(to, cells, number)
            return
        (look, values, height), self._next = self._next, None
        to._file(look.row(number, values, height=height))


def _cell(begun: str, value: SafeText | int) -> str:
    """Never a formula, a number or an error where it is a text: as `safe_cell` sets it."""
    if isinstance(value, int):
        return f'{begun} t="n"><v>{value}</v></c>'
    if not value:
        return f'{begun} t="n" />'
    space = ' xml:space="preserve"' if value != value.strip() and not value.isspace() else ""
    return f'{begun} t="inlineStr"><is><t{space}>{escape(value)}</t></is></c>'
