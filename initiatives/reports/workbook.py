"""Writes the rows of a layout as a workbook that is ready to print and sign, in constant memory.

A4 landscape with the margins of Decree 30/2020/NĐ-CP. Nobody opens the file before it is printed, so everything that a
person would otherwise mend by hand is settled here: the height of each row, where a tall row goes on in a further row
(Excel's end at 409 points), and that the signature never stands alone on a page.
"""

import io
import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import IO

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.drawing.image import Image
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.worksheet import Worksheet

from initiatives.reports import measures
from initiatives.reports.layouts import Layout, Letterhead, Line
from initiatives.reports.measures import POINTS_PER_MM
from initiatives.reports.seals import Seal
from initiatives.reports.summary import SummaryRow
from portal.sheets.cells import SafeText, safe_cell, safe_text
from portal.sheets.paper import MARGINS, MM_AN_INCH, set_margins
from portal.sheets.written_rows import Look, WrittenRows

CREATOR = "Cổng sáng kiến"
SHEET = "Bảng tổng hợp"
ROWS_A_SHEET = 1_048_000  # a sheet holds 1,048,576

FONT = "Times New Roman"
TABLE_SIZE, LETTERHEAD_SIZE, TITLE_SIZE, PAGE_NUMBER_SIZE = 12, 13, 14, 13

HEADER = 10  # mm from the edge of the paper to the number of the page, which stands clear of the table
# LibreOffice shrinks the whole table for a page that is full to the last two points.
PAGE = (210 - MARGINS["top"] - MARGINS["bottom"]) * POINTS_PER_MM - 2.5
TALLEST = 400.0
ROW_PADDING = 3.0
GAP = 9.0
RULE, RULE_HEIGHT = "___________", 9.0
SIGNATURE = 75.0  # room for post, seal and name
SEAL_SIZE, SEAL_SIDE = 10, 68.0  # points: the words of the seal, and its QR
FEWEST_LINES = 6  # of a row that is divided
SAFE = 0.96  # of a page: what a printer's own arithmetic may not push over its end

# With Times New Roman 12 as the font of the workbook a column is counted in digits of 8 pixels, at 96 an inch.
_DIGITS_PER_MM = 96 / 25.4 / 8

_TEXT, _NUMBER = "@", "0"
_THIN, _HAIR = Side(style="thin"), Side(style="hair")


def write(
    rows: Iterable[SummaryRow],
    *,
    layout: Layout,
    letterhead: Letterhead,
    at: datetime,
    to: IO[bytes],
    seal: Seal | None = None,
    further: Callable[[], IO[bytes]] | None = None,
) -> int:
    """Writes the workbook to `to` and answers how many initiatives stand in it. Of a sealed dossier its foot bears the seal.

    What one sheet does not hold goes on in a further sheet; with `further`, in a further file, each a whole table.
    """
    table = Table(layout=layout, letterhead=letterhead, at=at, seal=seal)
    written = 0
    try:
        for row, is_last in _with_last(rows):
            if table.is_full and further is not None:
                table.save(to)
                to = further()
                table = Table(layout=layout, letterhead=letterhead, at=at, seal=seal)
            table.add(row, is_last=is_last or (further is not None and table.is_nearly_full))
            written += 1
        table.save(to)
    except BaseException:
        table.drop()
        raise
    return written


class Table:
    """The workbook of one file, row by row: `add` each, then `save`; or `drop` it."""

    def __init__(self, *, layout: Layout, letterhead: Letterhead, at: datetime, seal: Seal | None = None) -> None:
        self._book = Workbook(write_only=True)
        # The font of the style "Normal" is the measure of column widths; openpyxl has no public way to it.
        self._book._named_styles["Normal"].font = Font(name=FONT, size=TABLE_SIZE, family=1)
        self._book.properties.creator = self._book.properties.lastModifiedBy = CREATOR
        self._book.properties.title = letterhead.filled(layout.title).capitalize()
        self._book.properties.created = at.astimezone(UTC).replace(tzinfo=None)
        self._layout, self._letterhead, self._seal = layout, letterhead, seal
        self._sheet = _Sheet(self._book, layout, letterhead, seal)

    @property
    def is_full(self) -> bool:
        return self._sheet.row >= ROWS_A_SHEET

    @property
    def is_nearly_full(self) -> bool:
        """Whether the next row, in as many rows of Excel as its text needs, may be the last."""
        return self._sheet.row >= ROWS_A_SHEET - 1

    def add(self, row: SummaryRow, *, is_last: bool) -> None:
        if self.is_full:
            self._sheet = _Sheet(self._book, self._layout, self._letterhead, self._seal)
        self._sheet.add(self._layout.cells(row), is_last=is_last)

    def save(self, to: IO[bytes]) -> None:
        self._sheet.sign()
        self._book.save(to)

    def drop(self) -> None:
        _remove_temporary_files(self._book)


def _with_last(rows: Iterable[SummaryRow]) -> Iterator[tuple[SummaryRow, bool]]:
    held: SummaryRow | None = None
    for row in rows:
        if held is not None:
            yield held, False
        held = row
    if held is not None:
        yield held, True


def _remove_temporary_files(book: Workbook) -> None:
    """openpyxl keeps each sheet in a temporary file, and after a failure until the process ends."""
    for sheet in book.worksheets:
        with suppress(OSError):
            if not sheet.closed:
                sheet.close()
            sheet._writer.cleanup()


class _Pages:
    """Where the printed pages end, followed row by row from the heights that are written."""

    def __init__(self) -> None:
        self.used = 0.0
        self.heading = 0.0  # the heading of the table, repeated on every page
        self.number = 1
        self.first_row = 1

    def place(self, row: int, height: float) -> None:
        if self.used + height > PAGE:
            self.number += 1
            self.first_row = row
            self.used = self.heading
        self.used += height

    @property
    def left(self) -> float:
        return PAGE - self.used


class _Sheet:
    """One sheet: what stands above the table, its heading, its rows, the signature."""

    def __init__(self, book: Workbook, layout: Layout, letterhead: Letterhead, seal: Seal | None = None) -> None:
        name = SHEET if not book.worksheets else f"{SHEET} {len(book.worksheets) + 1}"
        self.sheet = book.create_sheet(name)
        self.layout = layout
        self.letterhead = letterhead
        self.seal = seal
        self.row = 0
        self.pages = _Pages()
        self.has_rows = False
        self.words = measures.widths()
        self.rooms = [measures.room(width, TABLE_SIZE) for width in layout.widths]
        # A divided row has a hair line between its parts.
        self.whole, self.first = self._look(_THIN, _THIN), self._look(_THIN, _HAIR)
        self.middle, self.end = self._look(_HAIR, _HAIR), self._look(_HAIR, _THIN)
        self._set_up_page()
        self.written = WrittenRows(self.sheet)
        self._head()

    # --- the table -------------------------------------------------------------------------------------------------

    def add(self, values: list[str | int], *, is_last: bool) -> None:
        """One initiative, in as many rows as its text needs."""
        texts = [value if isinstance(value, int) else safe_text(value) for value in values]
        most = max(
            1 if isinstance(text, int) else measures.line_count(text, room, self.words)
            for text, room in zip(texts, self.rooms, strict=True)
        )
        parts = self._divided(most, is_last)
        if len(parts) == 1:
            self._fill(self.whole, texts, most)
        else:
            self._fill_divided(texts, parts)
        self.has_rows = True

    def _fill_divided(self, texts: list[SafeText | int], parts: list[int]) -> None:
        starts = [
            [0] if isinstance(text, int) else list(measures.line_starts(text, room, self.words))
            for text, room in zip(texts, self.rooms, strict=True)
        ]
        first = 0
        for place, lines in enumerate(parts):
            look = self.first if place == 0 else self.end if place == len(parts) - 1 else self.middle
            pieces: list[SafeText | int] = []
            for text, begins in zip(texts, starts, strict=True):
                if isinstance(text, int):
                    pieces.append(text if place == 0 else SafeText(""))
                else:
                    pieces.append(_part(text, begins, first, first + lines))
            self._fill(look, pieces, lines)
            first += lines

    def _fill(self, look: Look, texts: list[SafeText | int], lines: int) -> None:
        height = _height(lines, TABLE_SIZE)
        self._place(height)
        self.written.append(look, texts, height=height)

    def _divided(self, lines: int, is_last: bool) -> list[int]:
        """How many lines stand in each row. A row is divided only where no page or no row of Excel holds it, where it
        would leave the title alone on the first page, or where the signature would stand alone."""
        most = _lines_in(min(TALLEST, PAGE - self.pages.heading))
        here = min(most, _lines_in(self.pages.left))
        parts: list[int] = []
        if lines > (most if self.has_rows else here):
            parts.append(here if here >= FEWEST_LINES else most)
            while lines - sum(parts) > most:
                parts.append(most)
        parts.append(lines - sum(parts))
        if is_last and parts[-1] > FEWEST_LINES and not self._leaves_room_to_sign(parts):
            parts[-1:] = [parts[-1] - FEWEST_LINES, FEWEST_LINES]
        return parts

    def _leaves_room_to_sign(self, parts: list[int]) -> bool:
        """Whether the signature fits below the last of `parts`, here or on the page both are moved to."""
        used = self.pages.used
        for lines in parts:
            height = _height(lines, TABLE_SIZE)
            used = (used if used + height <= PAGE else self.pages.heading) + height
        if used + self._signing_height() <= PAGE * SAFE:
            return True
        may_move = self.has_rows or len(parts) > 1
        moved = self.pages.heading + _height(parts[-1], TABLE_SIZE)
        return may_move and moved + self._signing_height() <= PAGE * SAFE

    # --- above and below -------------------------------------------------------------------------------------------

    def _head(self) -> None:
        columns = len(self.layout.columns)
        for line in self.layout.above:
            if self._line(line, size=LETTERHEAD_SIZE, first=1, last=self.layout.host_columns) and line.has_rule:
                rule = Line(RULE, is_bold=True)
                self._line(rule, size=TABLE_SIZE / 2, first=1, last=self.layout.host_columns, height=RULE_HEIGHT)
        if self.layout.above:
            self._gap()
        self._line(Line(self.layout.title, is_bold=True), size=TITLE_SIZE, first=1, last=columns)
        for line in self.layout.under_title:
            self._line(line, size=LETTERHEAD_SIZE, first=1, last=columns)
        self._gap()
        self._heading()

    def _heading(self) -> None:
        bold = measures.widths(is_bold=True)
        cells, most = [], 1
        for column, room in zip(self.layout.columns, self.rooms, strict=True):
            text = safe_text(self.letterhead.filled(column.heading))
            most = max(most, measures.line_count(text, room, bold))
            cell = self._cell(
                Font(name=FONT, size=TABLE_SIZE, bold=True, family=1),
                Alignment(horizontal="left" if "\n" in text else "center", vertical="center", wrap_text=True),
            )
            cell.border = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
            safe_cell(cell, text)
            cells.append(cell)
        self._append(cells, _height(most, TABLE_SIZE))
        self.pages.heading = _height(most, TABLE_SIZE)
        self.sheet.print_title_rows = f"{self.row}:{self.row}"

    def sign(self) -> None:
        """The lines below the table, at the right, on one page with the last row."""
        if self.pages.used + self._signing_height() > PAGE * SAFE:
            self._break_before(self.row)
        elif self.pages.number > 1:
            # Should a printer have counted otherwise on the way, its last page begins where ours does.
            self._break_before(self.pages.first_row)
        self._gap()
        last = len(self.layout.columns)
        for line in self.layout.below:
            self._line(line, size=LETTERHEAD_SIZE, first=last - self.layout.signing_columns + 1, last=last)
        if self.seal:
            self._set_seal(self.seal)

    def _set_seal(self, seal: Seal) -> None:
        """The QR stands at the left, where at the right is the room to sign; the words across the page below it."""
        picture = Image(io.BytesIO(seal.picture()))
        picture.width = picture.height = SEAL_SIDE * 96 / 72
        self._append([], SIGNATURE)
        self.sheet.add_image(picture, f"A{self.row}")
        self._line(Line(_plain(seal.sentence)), size=SEAL_SIZE, first=1, last=len(self.layout.columns))

    def _signing_height(self) -> float:
        below = GAP + len(self.layout.below) * _height(1, LETTERHEAD_SIZE) + SIGNATURE
        return below + self._seal_height() if self.seal else below

    def _seal_height(self) -> float:
        room = measures.room(sum(self.layout.widths), SEAL_SIZE)
        return _height(measures.line_count(self.seal.sentence if self.seal else "", room, self.words), SEAL_SIZE)

    def _break_before(self, row: int) -> None:
        self.sheet.row_breaks.append(Break(id=row - 1))

    def _line(self, line: Line, *, size: float, first: int, last: int, height: float | None = None) -> bool:
        """A line across the columns `first` to `last`; whether there was anything to write."""
        text = safe_text(self.letterhead.filled(line.text))
        if not text:
            return False
        room = measures.room(sum(self.layout.widths[first - 1 : last]), size)
        lines = measures.line_count(text, room, measures.widths(is_bold=line.is_bold))
        cell = self._cell(
            Font(name=FONT, size=size, bold=line.is_bold, italic=line.is_italic, family=1),
            Alignment(horizontal="center", vertical="top" if height else "center", wrap_text=True),
        )
        safe_cell(cell, text)
        self._append([None] * (first - 1) + [cell], height or _height(lines, size))
        self.sheet.merged_cells.add(f"{get_column_letter(first)}{self.row}:{get_column_letter(last)}{self.row}")
        return True

    def _gap(self) -> None:
        self._append([], GAP)

    # --- cells, rows, paper ----------------------------------------------------------------------------------------

    def _cell(self, font: Font, alignment: Alignment) -> Cell:
        cell = WriteOnlyCell(self.sheet)
        cell.font, cell.alignment, cell.number_format, cell.quotePrefix = font, alignment, _TEXT, True
        return cell

    def _look(self, top: Side, bottom: Side) -> Look:
        """Of a row of the table."""
        border, font = (
            Border(left=_THIN, right=_THIN, top=top, bottom=bottom),
            Font(name=FONT, size=TABLE_SIZE, family=1),
        )
        cells = []
        for column in self.layout.columns:
            horizontal = "center" if column.is_centred else "left"
            cell = self._cell(font, Alignment(horizontal=horizontal, vertical="top", wrap_text=True))
            cell.border = border
            if column.facts == ("number",):
                cell.number_format, cell.quotePrefix = _NUMBER, False
            cells.append(cell)
        return Look(cells)

    def _append(self, cells: list[Cell | None], height: float) -> None:
        self._place(height)
        self.sheet.row_dimensions[self.row].height = height
        self.sheet.append(cells)

    def _place(self, height: float) -> None:
        self.row += 1
        self.pages.place(self.row, height)

    def _set_up_page(self) -> None:
        sheet = self.sheet
        for number, width in enumerate(self.layout.widths, start=1):
            sheet.column_dimensions[get_column_letter(number)].width = width * _DIGITS_PER_MM
        sheet.page_setup.paperSize = Worksheet.PAPERSIZE_A4
        sheet.page_setup.orientation = Worksheet.ORIENTATION_LANDSCAPE
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        set_margins(sheet)
        sheet.page_margins.header = sheet.page_margins.footer = HEADER / MM_AN_INCH
        number = sheet.oddHeader.center
        number.font, number.size = f"{FONT},Regular", PAGE_NUMBER_SIZE
        sheet.sheet_view.showGridLines = False


def _plain(text: str) -> str:
    """As `Letterhead.filled` leaves it alone."""
    return text.replace("{", "{{").replace("}", "}}")


def _height(lines: int, size: float) -> float:
    """Excel's rows stand on pixels of 0.75 points; its lines of Times New Roman are 1.3 times the font size."""
    return lines * _pitch(size) + ROW_PADDING


def _lines_in(height: float) -> int:
    return math.floor((height - ROW_PADDING) / _pitch(TABLE_SIZE))


def _pitch(size: float) -> float:
    return math.ceil(size * 1.3 / 0.75) * 0.75


def _part(text: SafeText, starts: list[int], first: int, end: int) -> SafeText:
    """The printed lines `first` to `end` of a text, without the blank or line end they are divided at."""
    if first >= len(starts):
        return SafeText("")
    if end >= len(starts):
        return SafeText(text[starts[first] :])
    return SafeText(text[starts[first] : starts[end]].removesuffix("\n").rstrip(" "))
