"""Benefits as Excel: a sheet for each way they are added up, and one for each list. Names are text, money is numbers."""

import io
from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from initiatives.progress import board_sheet
from initiatives.progress.benefit_report import APPRAISED, DECLARED, MEANINGFUL, MISTYPED, Line, Report, Row
from initiatives.submission.receipts import shown
from portal.sheets.paper import set_margins
from portal.vietnamese import days, money
from portal.vietnamese.formats import whole

MOST = 500  # of each list
EXACT = 10**15  # Excel keeps fifteen digits; what is longer is told in words
TOTALS = (
    *(("TT", 6), ("", 40), ("Sáng kiến", 11), ("Đã khai (đồng)", 20), ("Trong đó hợp lệ (đồng)", 20)),
    *(("Đã thẩm định (đồng)", 20), ("Số đã thẩm định", 12), ("Không tính được bằng tiền", 13)),
    *(("Ý nghĩa xã hội sâu sắc", 12), ("Trông như ghi nhầm", 12)),
)
ROWS = (
    *(("TT", 6), ("Mã biên nhận", 19), ("Tên sáng kiến", 52), ("Đơn vị", 34), ("Đã khai (đồng)", 21)),
    *(("Đã thẩm định (đồng)", 21), ("Ghi chú", 26)),
)
# Names of sheets: Excel takes 31 letters and no stroke.
LISTS = {
    MISTYPED: ("Trông như ghi nhầm", "SÁNG KIẾN CẦN THẨM ĐỊNH GIÁ TRỊ TRƯỚC KHI CÔNG BỐ TỔNG"),
    DECLARED: ("Lớn nhất đã khai", "SÁNG KIẾN CÓ GIÁ TRỊ LÀM LỢI ĐÃ KHAI LỚN NHẤT"),
    APPRAISED: ("Lớn nhất đã thẩm định", "SÁNG KIẾN CÓ GIÁ TRỊ LÀM LỢI ĐÃ THẨM ĐỊNH LỚN NHẤT"),
    MEANINGFUL: ("Ý nghĩa xã hội", "SÁNG KIẾN CÓ Ý NGHĨA XÃ HỘI VÀ CỘNG ĐỒNG SÂU SẮC"),
}

Value = str | int


def sheet_of(report: Report, rows: Mapping[str, Sequence[Row]]) -> bytes:
    """By unit first, then by field, category, phase and quarter, then the lists of `rows`."""
    book = Workbook(write_only=True)
    book.properties.title, book.properties.creator = "Giá trị làm lợi", "Cổng sáng kiến"
    book.properties.created = book.properties.modified = report.counted_at.astimezone(UTC).replace(tzinfo=None)
    for title, lines in [("Theo đơn vị", report.by_unit), *((title, lines) for _, title, lines in report.parts)]:
        _Sheet(book, title, TOTALS, report).totals(title, lines)
    for kind, (name, heading) in LISTS.items():
        _Sheet(book, name, ROWS, report).rows(heading, rows.get(kind, ()))
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


class _Sheet:
    """One sheet of A4 turned sideways: heading, table, nothing below."""

    def __init__(self, book: Workbook, name: str, columns: Sequence[tuple[str, int]], report: Report) -> None:
        self.sheet: Any = book.create_sheet(name)
        self.columns, self.report, self.number = columns, report, 0
        setup = self.sheet.page_setup
        setup.paperSize, setup.orientation = Worksheet.PAPERSIZE_A4, Worksheet.ORIENTATION_LANDSCAPE
        setup.fitToHeight = 0
        self.sheet.sheet_properties.pageSetUpPr.fitToPage = True
        set_margins(self.sheet)
        for place, (_, width) in enumerate(columns, start=1):
            self.sheet.column_dimensions[get_column_letter(place)].width = width

    def totals(self, title: str, lines: Sequence[Line]) -> None:
        total = self.report.total
        self.head("TỔNG HỢP GIÁ TRỊ LÀM LỢI CỦA SÁNG KIẾN", title)
        self.headings([name or title.removeprefix("Theo ").capitalize() for name, _ in self.columns])
        for place, line in enumerate(lines, start=1):
            self.line([place, line.label, *_measured(line)])
        self.line(["", f"Tổng cộng: {total.label}", *_measured(total)], is_bold=True)

    def rows(self, title: str, rows: Sequence[Row]) -> None:
        self.head(title, f"{whole(MOST)} sáng kiến đầu" if len(rows) == MOST else "")
        self.headings([name for name, _ in self.columns])
        for place, row in enumerate(rows, start=1):
            one = row.initiative
            declared = _value(one.benefit_value, row.declared)
            appraised = _value(one.appraised_value, row.appraised)
            self.line(
                [place, shown(one.receipt_code), one.title, str(one.unit), declared, appraised, "; ".join(row.marks)],
                words=(1, 2, 3, 6),
            )

    def head(self, title: str, under: str) -> None:
        report = self.report
        warning = ""
        if report.open_suspects:
            number, sum_of_them = whole(len(report.open_suspects)), money.shown(report.mistyped_money)
            warning = (
                f"Không kể {number} sáng kiến trông như ghi nhầm, cộng {sum_of_them}: hãy thẩm định trước khi công bố."
            )
        sentences = [
            (report.unit.name.upper(), True),
            (title, True),
            (under, True),
            (f"Chương trình “{report.campaign.name}”", False),
            (f"Tính đến {days.moment(report.counted_at)}", False),
            (warning if self.columns is TOTALS else "", True),
        ]
        for text, is_bold in sentences:
            if text:
                self.number += 1
                self.sheet.merged_cells.add(f"A{self.number}:{get_column_letter(len(self.columns))}{self.number}")
                cell = board_sheet.cell_of(self.sheet, text, is_bold=is_bold, is_centred=True, has_border=False)
                board_sheet.append(self.sheet, self.number, [cell], [sum(width for _, width in self.columns)])
        self.sheet.append([])
        self.number += 1

    def headings(self, names: Sequence[str]) -> None:
        self.number += 1
        self.sheet.print_title_rows = f"{self.number}:{self.number}"
        self.sheet.freeze_panes = f"A{self.number + 1}"
        cells = [
            board_sheet.cell_of(self.sheet, name, is_bold=True, is_centred=True, fill=board_sheet.HEAD)
            for name in names
        ]
        board_sheet.append(self.sheet, self.number, cells, [width for _, width in self.columns])

    def line(self, values: Sequence[Value], *, words: Sequence[int] = (1,), is_bold: bool = False) -> None:
        self.number += 1
        cells = [
            board_sheet.cell_of(
                self.sheet,
                value,
                is_bold=is_bold,
                is_centred=place == 0,
                is_right=place > 0 and place not in words,
                number_format=board_sheet.NUMBER,
            )
            for place, value in enumerate(values)
        ]
        board_sheet.append(self.sheet, self.number, cells, [width for _, width in self.columns])


def _measured(line: Line) -> list[Value]:
    figures = line.figures
    return [
        *(line.entries, line.declared, line.declared_valid, line.appraised),
        *(figures.appraisals, figures.unmeasured, figures.meaningful, line.mistyped),
    ]


def _value(dong: int | None, words: str) -> Value:
    """A number where Excel keeps it whole."""
    return dong if dong is not None and dong < EXACT else words
