"""Rows written as text are, to the byte, what openpyxl writes."""

import io
import zipfile
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, Side

from portal.sheets.cells import SafeText, safe_cell, safe_text
from portal.sheets.written_rows import Look, WrittenRows

Values = Sequence[SafeText | int]

TEXTS = [
    "Giá xoay sấy ván ghép hai mặt",
    "",
    " ",
    " đầu",
    "cuối ",
    "\nđầu dòng",
    "hai\ndòng",
    "\n",
    "a < b && c > d",
    "\"nháy\" và 'nháy đơn'",
    "]]>",
    "<is><t>x</t></is>",
    "&amp;",
    "=1+1",
    "+84 935 112 233",
    "0935112233",
    "#N/A",
    "TRUE",
    "_x0041_",
    "_x005F_x0041_",
    "\u00a0cách không ngắt\u00a0",
    "\u2028",
    "\u3000toàn giác",
    "tie\u0302\u0301ng Vie\u0323\u0302t",
    "👩‍🏭 🇻🇳",
    "\ufeff",
    "\x00\x0b\x1f",
    "\ud800",
    "\r\n\t",
    "x" * 40_000,
]


def cells(sheet: Any, columns: int) -> list[Cell]:
    """Of three looks in turn."""
    side = Side(style="thin")
    looks = (
        {"font": Font(name="Times New Roman", size=12), "number_format": "@", "quotePrefix": True},
        {"border": Border(left=side, right=side), "alignment": Alignment(wrap_text=True, vertical="top")},
        {"number_format": "0"},
    )
    made = []
    for place in range(columns):
        cell = WriteOnlyCell(sheet)
        for name, value in looks[place % len(looks)].items():
            setattr(cell, name, value)
        made.append(cell)
    return made


def by_openpyxl(sheet: Any, rows: Sequence[tuple[Values, float | None]]) -> None:
    for number, (values, height) in enumerate(rows, start=2):
        row = cells(sheet, len(values))
        for cell, value in zip(row, values, strict=True):
            if isinstance(value, int):
                cell.value = value
            else:
                safe_cell(cell, value)
        if height:
            sheet.row_dimensions[number].height = height
        sheet.append(row)


def as_text(sheet: Any, rows: Sequence[tuple[Values, float | None]]) -> None:
    written, looks = WrittenRows(sheet), {len(values): Look(cells(sheet, len(values))) for values, _ in rows}
    for values, height in rows:
        written.append(looks[len(values)], values, height=height)


def book_of(way: Any, rows: Sequence[tuple[Values, float | None]]) -> bytes:
    """With a row of a heading above and one below, which openpyxl writes in either way."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Bảng")
    sheet.column_dimensions["A"].width = 12
    sheet.append(["Đầu"])
    way(sheet, rows)
    sheet.append(["Cuối", None, 3])
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def parts_of(book: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        return {name: parts.read(name) for name in ("xl/worksheets/sheet1.xml", "xl/styles.xml")}


def expect_the_same(rows: Sequence[tuple[Values, float | None]]) -> None:
    assert parts_of(book_of(as_text, rows)) == parts_of(book_of(by_openpyxl, rows))


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: ascii(text[:20]))
def test_every_text_is_written_as_openpyxl_writes_it(text: str) -> None:
    expect_the_same([((safe_text(text), 7, safe_text(f"{text}.")), 33.0)])


@given(st.lists(st.text(), min_size=1, max_size=4))
def test_any_text_is(several: list[str]) -> None:
    expect_the_same([([safe_text(text) for text in several], None)])


@pytest.mark.parametrize("height", [None, 9, 33.0, 81.75, 400.0, 1 / 3])
def test_heights_are(height: float | None) -> None:
    expect_the_same([((safe_text("một"), 1), height), ((safe_text("hai"), 2), None)])


def test_many_columns_and_numbers_are() -> None:
    expect_the_same([(range(60), None), ([-1, 0, 10**12], 20.25)])


def test_it_is_read_back(tmp_path: Any) -> None:
    rows = [((number, safe_text(f"dòng {number}")), 20.0) for number in range(1, 4)]

    sheet = load_workbook(io.BytesIO(book_of(as_text, rows))).worksheets[0]

    assert list(sheet.values) == [
        ("Đầu", None, None),
        *[(number, f"dòng {number}", None) for number in range(1, 4)],
        ("Cuối", None, 3),
    ]


def test_as_many_values_as_the_row_has_columns() -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Bảng")

    with pytest.raises(ValueError, match="argument"):
        Look(cells(sheet, 3)).row(1, [1, 2], height=None)
