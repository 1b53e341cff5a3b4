"""The board as Excel in the layout of the target table ("Biểu tổng hợp chỉ tiêu", NT22): names are text, numbers numbers."""

import io
import math
import textwrap
from collections.abc import Sequence
from datetime import UTC

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.dimensions import RowDimension
from openpyxl.worksheet.worksheet import Worksheet

from initiatives.progress import breakdowns
from initiatives.progress.board import BY_TREE, OVER, UNDER, Board, Line
from portal.sheets.cells import safe_cell, safe_text
from portal.sheets.paper import set_margins
from portal.vietnamese import days
from portal.vietnamese.formats import NOTHING, whole

TITLE = "BIỂU TỔNG HỢP CHỈ TIÊU, KẾT QUẢ"
SHEET = "Tiến độ"
COLUMNS = (("TT", 6), ("Đơn vị", 46), ("Chỉ tiêu", 13), ("Đã đạt", 13), ("Trong đó hợp lệ", 13), ("Tỷ lệ (%)", 12))
ONLY = {OVER: "Chỉ gồm các đơn vị vượt chỉ tiêu", UNDER: "Chỉ gồm các đơn vị dưới 50% chỉ tiêu"}
LINE_HEIGHT, TALLEST = 16.5, 400.0  # points
NUMBER, PERCENT, TEXT = "#,##0", "0.0", "@"
FONT = "Times New Roman"
_LINE = Side(style="thin", color="9AA5B5")
HEAD, _OVER, _UNDER = (PatternFill("solid", fgColor=colour) for colour in ("D6E4F5", "D9F0E1", "FCE4E4"))

Value = str | int | float


def sheet_of(board: Board, *, only: str = "", order: str = BY_TREE) -> bytes:
    """The lines that are asked, in their order, and the whole below them."""
    book = Workbook(write_only=True)
    book.properties.title, book.properties.creator = "Biểu tổng hợp chỉ tiêu", "Cổng sáng kiến"
    book.properties.created = book.properties.modified = board.counted_at.astimezone(UTC).replace(tzinfo=None)
    sheet = book.create_sheet(SHEET)
    _set_up(sheet)
    number = _write_head(sheet, board, only)
    sheet.print_title_rows = f"{number}:{number}"
    sheet.freeze_panes = f"A{number + 1}"
    names = [cell_of(sheet, name, is_bold=True, is_centred=True, fill=HEAD) for name, _ in COLUMNS]
    append(sheet, number, names, [width for _, width in COLUMNS])
    for place, line in enumerate(board.listed(only=only, order=order), start=1):
        number += 1
        _write_line(sheet, number, place, line)
    if board.rest and not only:
        number += 1
        _write_line(sheet, number, "", board.rest)
    number += 1
    _write_line(sheet, number, "", board.total, name=f"Tổng cộng: {board.total.name}", is_bold=True)
    _write_foot(sheet, number + 2, board)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def file_name(board: Board) -> str:
    return f"tien-do-{board.campaign.slug}-{board.unit.code.replace('/', '-')}.xlsx"


def _set_up(sheet) -> None:  # type: ignore[no-untyped-def]
    sheet.page_setup.paperSize, sheet.page_setup.orientation = Worksheet.PAPERSIZE_A4, Worksheet.ORIENTATION_PORTRAIT
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    set_margins(sheet)
    for place, (_, width) in enumerate(COLUMNS, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width


def _write_head(sheet, board: Board, only: str) -> int:  # type: ignore[no-untyped-def]
    """Answers the number of the row of the headings."""
    lines = [
        (board.unit.name.upper(), True),
        (TITLE, True),
        (f"Chương trình “{board.campaign.name}”", False),
        (board.total.sentence, True),
        (ONLY.get(only, ""), False),
        (f"Tính đến {days.moment(board.counted_at)}", False),
    ]
    return _write_sentences(sheet, 1, lines, is_centred=True) + 1


def _write_foot(sheet, number: int, board: Board) -> None:  # type: ignore[no-untyped-def]
    sheet.append([])
    lines = [
        (f"Vượt chỉ tiêu: {_names(board.over)}.", False),
        (f"Dưới 50% chỉ tiêu: {_names(board.under)}.", False),
        (counting_rule(board), False),
        *((sentence, False) for sentence in board.benefit.sentences),
        (breakdowns.rule_of_money(board.campaign), False),
    ]
    _write_sentences(sheet, number, lines, is_centred=False)


def counting_rule(board: Board) -> str:
    """What "đã đạt" means in this campaign."""
    if board.counts_valid:
        return "Đã đạt: số sáng kiến hợp lệ. Đơn vị chưa có chỉ tiêu ghi “–”."
    return "Đã đạt: số sáng kiến đã nhận, trừ đã rút và trùng lặp. Đơn vị chưa có chỉ tiêu ghi “–”."


def _names(lines: Sequence[Line]) -> str:
    return f"{whole(len(lines))} đơn vị ({'; '.join(line.name for line in lines)})" if lines else "không có đơn vị nào"


def _write_sentences(  # type: ignore[no-untyped-def]
    sheet, number: int, lines: Sequence[tuple[str, bool]], *, is_centred: bool
) -> int:
    """Each across the table, one too long for a row of Excel in several; answers the number of the row behind them."""
    room = sum(width for _, width in COLUMNS)
    most = room * int(TALLEST // LINE_HEIGHT)
    for sentence, is_bold in lines:
        for text in textwrap.wrap(sentence, most, break_on_hyphens=False):
            sheet.merged_cells.add(f"A{number}:{get_column_letter(len(COLUMNS))}{number}")
            cell = cell_of(sheet, text, is_bold=is_bold, is_centred=is_centred, has_border=False)
            append(sheet, number, [cell], [room])
            number += 1
    if is_centred:
        sheet.append([])
    return number


def _write_line(  # type: ignore[no-untyped-def]
    sheet, number: int, place: int | str, line: Line, *, name: str = "", is_bold: bool = False
) -> None:
    values: list[Value] = [
        place,
        name or line.name,
        NOTHING if line.target is None else line.target,
        line.reached,
        line.valid,
        NOTHING if line.target is None else tenths(line.reached, line.target) / 10,
    ]
    fill = _OVER if line.is_over else _UNDER if line.is_under else None
    cells = [
        cell_of(
            sheet,
            value,
            is_bold=is_bold,
            is_centred=column == 0,
            is_right=column > 1,
            number_format=PERCENT if column == len(COLUMNS) - 1 else NUMBER,
            fill=fill if column == len(COLUMNS) - 1 else None,
        )
        for column, value in enumerate(values)
    ]
    append(sheet, number, cells, [width for _, width in COLUMNS])


def tenths(part: int, of: int) -> int:
    """Of a percent, half up, as `formats.percent` says it: 549 of 54,9%."""
    return (part * 2000 + of) // (of * 2)


def append(sheet, number: int, cells, widths: Sequence[float]) -> None:  # type: ignore[no-untyped-def]
    """A row as high as its longest text: not every program measures that when it opens a sheet."""
    lines = max(math.ceil(len(str(cell.value or "")) / width) for cell, width in zip(cells, widths, strict=True))
    if lines > 1:
        sheet.row_dimensions[number] = RowDimension(sheet, ht=min(lines * LINE_HEIGHT, TALLEST))
    sheet.append(cells)
    sheet.row_dimensions.pop(number, None)  # kept, they would grow with the sheet


def cell_of(  # type: ignore[no-untyped-def]
    sheet,
    value: Value,
    *,
    is_bold: bool = False,
    is_centred: bool = False,
    is_right: bool = False,
    number_format: str = TEXT,
    fill: PatternFill | None = None,
    has_border: bool = True,
):
    cell = WriteOnlyCell(sheet)
    cell.font = Font(name=FONT, size=12, bold=is_bold)
    side = "center" if is_centred else "right" if is_right else None
    cell.alignment = Alignment(horizontal=side, vertical="center", wrap_text=True)
    if has_border:
        cell.border = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
    if fill is not None:
        cell.fill = fill
    if isinstance(value, str):
        cell.number_format, cell.quotePrefix = TEXT, True
        safe_cell(cell, safe_text(value))
    else:
        cell.number_format, cell.value = number_format, value
    return cell
