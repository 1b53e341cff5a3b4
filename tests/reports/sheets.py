"""Reading a workbook back, and rows to write one from."""

import io
import re
import zipfile
from datetime import UTC, datetime
from typing import Any

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from initiatives.reports import workbook
from initiatives.reports.layouts import LAYOUTS, Letterhead
from initiatives.reports.summary import SummaryRow

LETTERHEAD = Letterhead(
    host="Liên đoàn Lao động tỉnh Quảng Trị", sender="Liên đoàn Lao động thành phố Đông Hà", year=2021
)
AT = datetime(2021, 4, 12, 2, 30, tzinfo=UTC)
FIRST_ROW = {"qt": 8, "th": 5}


def summary_row(number: int = 1, **facts: Any) -> SummaryRow:
    row = SummaryRow(
        number=number,
        full_name="Hoàng Thị Mai Liên",
        birth_year="1984",
        position="Tổ trưởng",
        workplace="Nhà máy gỗ ván ép",
        phone="0977123456",
        title="Cữ chặn điều chỉnh nhanh",
        applied_on="05/02/2021",
        description="Cữ mới có thước khắc và chốt hãm.",
        effect="Giảm 20 phút mỗi ca",
        scope="Toàn phân xưởng",
        benefit="86.500.000 đồng",
        awards="Lao động giỏi năm 2020",
    )
    return row._replace(**facts)


def written(*rows: SummaryRow, layout: str = "qt", letterhead: Letterhead = LETTERHEAD) -> bytes:
    file = io.BytesIO()
    workbook.write(iter(rows), layout=LAYOUTS[layout], letterhead=letterhead, at=AT, to=file)
    return file.getvalue()


def opened(content: bytes) -> Worksheet:
    return load_workbook(io.BytesIO(content)).worksheets[0]


def cells_of(sheet: Worksheet) -> list[list[Any]]:
    """Row by row, without the empty cells at the end of each."""
    rows = []
    for row in sheet.iter_rows(values_only=True):
        values = list(row)
        while values and values[-1] is None:
            values.pop()
        rows.append(values)
    return rows


def table_of(sheet: Worksheet, layout: str = "qt") -> list[list[Any]]:
    """The rows between the heading and the signature."""
    rows = [list(row) for row in sheet.iter_rows(min_row=FIRST_ROW[layout], values_only=True)]
    end = next(place for place, row in enumerate(rows) if not any(row))
    return rows[:end]


def heights_of(sheet: Worksheet) -> list[float]:
    return [sheet.row_dimensions[row].height for row in range(1, sheet.max_row + 1)]


def part_of(content: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name).decode()


def sheet_xml(content: bytes) -> str:
    return part_of(content, "xl/worksheets/sheet1.xml")


def breaks_of(content: bytes) -> list[int]:
    """The rows a page is made to begin with."""
    return [int(row) + 1 for row in re.findall(r'<brk id="(\d+)"', sheet_xml(content))]
