"""The list of a decision as a sheet of Excel: every cell text, nothing in it ever a formula."""

import io
import math
from collections.abc import Iterable

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.dimensions import RowDimension
from openpyxl.worksheet.worksheet import Worksheet

from initiatives.models import Commendation, CommendationDecision
from initiatives.nominations.confirming import grouped
from initiatives.submission.receipts import shown
from portal.sheets.cells import safe_cell, safe_text
from portal.sheets.paper import set_margins
from portal.vietnamese import days

TITLE = "DANH SÁCH SÁNG KIẾN ĐƯỢC BIỂU DƯƠNG"
# Together what A4 landscape holds between the margins: wider, the whole list would be printed smaller.
COLUMNS = (
    ("TT", 5),
    ("Tác giả được công nhận", 21),
    ("Đơn vị", 27),
    ("Tên sáng kiến", 34),
    ("Hình thức biểu dương", 20),
    ("Mã biên nhận", 11),
    ("Mã xác nhận", 14),
)
CENTRED = {"TT", "Mã biên nhận", "Mã xác nhận"}
LINE_HEIGHT, TALLEST = 16.5, 400.0  # points
_FONT = "Times New Roman"
_LINE = Side(style="thin", color="9AA5B5")


def sheet_of(decision: CommendationDecision, named: Iterable[Commendation]) -> bytes:
    """`named` with their initiatives."""
    book = Workbook(write_only=True)
    book.properties.title, book.properties.creator = "Danh sách biểu dương", "Cổng sáng kiến"
    sheet = book.create_sheet("Danh sách")
    sheet.page_setup.paperSize, sheet.page_setup.orientation = Worksheet.PAPERSIZE_A4, Worksheet.ORIENTATION_LANDSCAPE
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    set_margins(sheet)
    for place, (_, width) in enumerate(COLUMNS, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    head, room = _head(decision), sum(width for _, width in COLUMNS)
    for number, (text, is_bold) in enumerate(head, start=1):
        sheet.merged_cells.add(f"A{number}:{get_column_letter(len(COLUMNS))}{number}")
        _append(sheet, number, [_cell(sheet, text, is_bold=is_bold, is_centred=True, has_border=False)], [room])
    sheet.append([])
    number = len(head) + 2
    sheet.print_title_rows = f"{number}:{number}"
    sheet.freeze_panes = f"A{number + 1}"
    widths = [width for _, width in COLUMNS]
    _append(
        sheet, number, [_cell(sheet, name, is_bold=True, is_centred=True, is_head=True) for name, _ in COLUMNS], widths
    )
    for row, each in enumerate(named, start=number + 1):
        texts = (
            str(each.number),
            each.author,
            each.unit_name,
            each.title,
            each.form,
            shown(each.initiative.receipt_code),
            grouped(each.key),
        )
        cells = [_cell(sheet, text, is_centred=name in CENTRED) for text, (name, _) in zip(texts, COLUMNS, strict=True)]
        _append(sheet, row, cells, widths)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def _head(decision: CommendationDecision) -> list[tuple[str, bool]]:
    paper = f"Kèm theo Quyết định số {decision.number}, {days.in_document(decision.decided_on)}"
    told = "" if decision.is_announced else "CHƯA CÔNG BỐ"
    lines = [
        (decision.unit.name.upper(), True),
        (TITLE, True),
        (f"Chương trình “{decision.campaign.name}”", False),
        (paper, False),
        (told, True),
    ]
    return [line for line in lines if line[0]]


def _append(sheet, number: int, cells, widths) -> None:  # type: ignore[no-untyped-def]
    """A row as high as its longest text: not every program measures that when it opens a sheet."""
    lines = max(math.ceil(len(cell.value or "") * 1.1 / width) for cell, width in zip(cells, widths, strict=True))
    if lines > 1:
        sheet.row_dimensions[number] = RowDimension(sheet, ht=min(lines * LINE_HEIGHT, TALLEST))
    sheet.append(cells)
    sheet.row_dimensions.pop(number, None)


def _cell(  # type: ignore[no-untyped-def]
    sheet,
    text: str,
    *,
    is_bold: bool = False,
    is_centred: bool = False,
    is_head: bool = False,
    has_border: bool = True,
):
    cell = WriteOnlyCell(sheet)
    cell.font, cell.number_format, cell.quotePrefix = Font(name=_FONT, size=12, bold=is_bold), "@", True
    cell.alignment = Alignment(
        horizontal="center" if is_centred else None, vertical="center" if is_head else "top", wrap_text=True
    )
    if has_border:
        cell.border = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
    if is_head:
        cell.fill = PatternFill("solid", fgColor="D6E4F5")
    safe_cell(cell, safe_text(text))
    return cell
