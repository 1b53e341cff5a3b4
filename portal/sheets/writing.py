"""Sheets of Excel that people fill in: columns explained, choices in a drop-down, everything text; and the same sheet
with what to put right beside each row."""

import io
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from portal.sheets.cells import safe_cell, safe_text
from portal.sheets.reading import EXPLANATION, SheetRow
from portal.sheets.written_rows import Look, WrittenRows

CHOICES = "Danh mục"  # hidden: a list inside a rule holds 255 characters only
FAULTS = "Cần sửa"
FAULTS_WIDTH = 44
LAST_ROW = 20_001  # down to which a cell offers its choices
_EXPLAINED = (26, 12, 62, 44)  # characters a column
_LINE_HEIGHT = 16.5  # points
_TALLEST = 400.0  # of Excel's 409

_TEXT = "@"
_FONT = "Times New Roman"
_LINE = Side(style="thin", color="9AA5B5")
_BORDER = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_NEEDED, _OPTIONAL = PatternFill("solid", fgColor="D6E4F5"), PatternFill("solid", fgColor="EEF1F5")
_WRONG = PatternFill("solid", fgColor="FDE7E7")


@dataclass(frozen=True)
class Column:
    """A column of a sheet to fill in. `help` says how; `choices` are what a cell offers, other text is not refused."""

    name: str
    heading: str
    help: str
    width: int  # characters
    is_required: bool = False
    example: str = ""
    choices: Sequence[str] = ()


def headings(columns: Iterable[Column]) -> dict[str, str]:
    """What `reading.rows_of` looks for."""
    return {column.name: column.heading for column in columns}


def template(
    columns: Sequence[Column], *, title: str, explanation: Sequence[str], rows: Iterable[Mapping[str, str]] = ()
) -> bytes:
    """A sheet `title` to fill in, with `rows` filled in already, and one that explains it in sentences and by column."""
    book = Workbook(write_only=True)
    sheet = _Sheet(book, title, columns)
    for values in rows:
        sheet.add([values.get(column.name, "") for column in columns])
    return _saved(book, columns, title=title, explanation=explanation)


def with_faults(
    columns: Sequence[Column],
    rows: Iterable[tuple[SheetRow, Sequence[str]]],
    *,
    title: str,
    explanation: Sequence[str],
) -> bytes:
    """The sheet somebody sent, with what to put right in front of each row. It can be sent again as it is."""
    told = Column(
        FAULTS, FAULTS, "Cổng ghi chỗ cần sửa của từng dòng. Không cần xóa cột này trước khi gửi lại.", FAULTS_WIDTH
    )
    book = Workbook(write_only=True)
    sheet = _Sheet(book, title, [told, *columns])
    for row, faults in rows:
        sheet.add([" ".join(faults), *(row.values[column.name] for column in columns)], is_wrong=bool(faults))
    sheet.offer_to_filter()
    return _saved(book, columns, title=title, explanation=explanation)


class _Sheet:
    """The sheet that is filled in: headings with notes, columns of text, drop-downs."""

    def __init__(self, book: Workbook, title: str, columns: Sequence[Column]) -> None:
        self.sheet = book.create_sheet(title)
        self.columns = columns
        self.rows = 1
        self.sheet.freeze_panes = "A2"
        _print_across(self.sheet)
        self.sheet.print_title_rows = "1:1"
        for place, column in enumerate(columns, start=1):
            dimension = self.sheet.column_dimensions[get_column_letter(place)]
            dimension.width, dimension.number_format, dimension.font = column.width, _TEXT, Font(name=_FONT, size=12)
        self._offer_choices()
        self.sheet.append([self._heading(column) for column in columns])
        self.written = WrittenRows(self.sheet)
        self.right, self.wrong = self._look(), self._look(fill=_WRONG)
        self.widths = [column.width for column in columns]

    def add(self, values: Sequence[str], *, is_wrong: bool = False) -> None:
        texts = [safe_text(value) for value in values]
        self.rows += 1
        self.written.append(self.wrong if is_wrong else self.right, texts, height=_height(texts, widths=self.widths))

    def _look(self, fill: PatternFill | None = None) -> Look:
        cells = [_cell(self.sheet, fill=fill) for _ in self.columns]
        if self.columns[0].name == FAULTS:
            cells[0].font = Font(name=_FONT, size=12, bold=True, color="A8071A")
        return Look(cells)

    def offer_to_filter(self) -> None:
        self.sheet.auto_filter.ref = f"A1:{get_column_letter(len(self.columns))}{self.rows}"

    def _heading(self, column: Column) -> Cell:
        cell = _cell(self.sheet, is_bold=True, fill=_NEEDED if column.is_required else _OPTIONAL)
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        cell.comment = Comment(_told(column), "Cổng sáng kiến", width=320, height=140)
        safe_cell(cell, safe_text(column.heading))
        return cell

    def _offer_choices(self) -> None:
        offered = 0
        for place, column in enumerate(self.columns, start=1):
            if not column.choices:
                continue
            offered += 1
            among, letter = get_column_letter(offered), get_column_letter(place)
            rule = DataValidation(
                type="list",
                formula1=f"{quote_sheetname(CHOICES)}!${among}$1:${among}${len(column.choices)}",
                allow_blank=True,
                showErrorMessage=False,
            )
            rule.add(f"{letter}2:{letter}{LAST_ROW}")
            self.sheet.data_validations.append(rule)


def _saved(book: Workbook, columns: Sequence[Column], *, title: str, explanation: Sequence[str]) -> bytes:
    _explain(book, columns, explanation)
    _list_choices(book, columns)
    book.properties.title = title
    book.properties.creator = "Cổng sáng kiến"
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def _explain(book: Workbook, columns: Sequence[Column], explanation: Sequence[str]) -> None:
    sheet = book.create_sheet(EXPLANATION)
    sheet.sheet_view.showGridLines = False
    for letter, width in zip("ABCD", _EXPLAINED, strict=True):
        sheet.column_dimensions[letter].width = width
    _print_across(sheet)
    for number, sentence in enumerate(explanation, start=1):
        sheet.merged_cells.add(f"A{number}:D{number}")
        _append(sheet, number, [_filled(sheet, sentence, has_border=False)], widths=[sum(_EXPLAINED)])
    heads = ("Cột", "Bắt buộc", "Cách ghi", "Ví dụ")
    sheet.append([])
    sheet.append([_filled(sheet, head, is_bold=True, fill=_NEEDED) for head in heads])
    for number, column in enumerate(columns, start=len(explanation) + 3):
        told = (column.heading, "Có" if column.is_required else "Không", column.help, column.example)
        _append(sheet, number, [_filled(sheet, text) for text in told], widths=_EXPLAINED)


def _list_choices(book: Workbook, columns: Sequence[Column]) -> None:
    offered = [column.choices for column in columns if column.choices]
    if not offered:
        return
    sheet = book.create_sheet(CHOICES)
    sheet.sheet_state = "hidden"
    cells = [_cell(sheet) for _ in offered]
    for number in range(max(map(len, offered))):
        there = [(cell, choices) for cell, choices in zip(cells, offered, strict=True) if number < len(choices)]
        for cell, choices in there:
            safe_cell(cell, safe_text(choices[number]))
        # Nothing where a list has ended: the longest may name thousands of units.
        sheet.append([cell if number < len(choices) else None for cell, choices in zip(cells, offered, strict=True)])


def _append(sheet: Any, number: int, cells: Sequence[Cell], *, widths: Sequence[int]) -> None:
    height = _height([cell.value or "" for cell in cells], widths=widths)
    if height:
        sheet.row_dimensions[number].height = height
    sheet.append(cells)


def _height(texts: Sequence[str], *, widths: Sequence[int]) -> float | None:
    """A row as high as its longest text, in points: not every program measures that when it opens a sheet. None for one line."""
    lines = max(math.ceil(len(text) / width) for text, width in zip(texts, widths, strict=True))
    return min(lines * _LINE_HEIGHT, _TALLEST) if lines > 1 else None


def _print_across(sheet: Any) -> None:
    """On A4 turned sideways, all columns on a page."""
    sheet.page_setup.paperSize, sheet.page_setup.orientation = Worksheet.PAPERSIZE_A4, Worksheet.ORIENTATION_LANDSCAPE
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _told(column: Column) -> str:
    needed = "Bắt buộc. " if column.is_required else ""
    example = f"\nVí dụ: {column.example}" if column.example else ""
    return f"{needed}{column.help}{example}"


def _filled(
    sheet: Any, text: str, *, is_bold: bool = False, fill: PatternFill | None = None, has_border: bool = True
) -> Cell:
    cell = _cell(sheet, is_bold=is_bold, fill=fill, has_border=has_border)
    safe_cell(cell, safe_text(text))
    return cell


def _cell(sheet: Any, *, is_bold: bool = False, fill: PatternFill | None = None, has_border: bool = True) -> Cell:
    cell = WriteOnlyCell(sheet)
    cell.font, cell.number_format, cell.quotePrefix = Font(name=_FONT, size=12, bold=is_bold), _TEXT, True
    cell.alignment = Alignment(vertical="top", wrap_text=True)
    if has_border:
        cell.border = _BORDER
    if fill:
        cell.fill = fill
    return cell
