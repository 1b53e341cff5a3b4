"""Workbooks as officers make them: by the form's names, or by the headings of the template."""

import io
from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook, load_workbook

from tests.submission.worker import content, person

Row = dict[str, Any]


def a_row(**changes: Any) -> Row:
    """One initiative of 2022 by the names of the form, as a paper form says it."""
    row = person() | content() | {"consent": "x", "declaration": "x"}
    del row["top_unit"]
    return row | changes


def rows_of(number: int, **changes: Any) -> list[Row]:
    """As many people, each with a phone and a title of their own."""
    return [
        a_row(full_name=f"Lê Thị Số {n}", phone=f"09{n:08d}", title=f"Cải tiến thao tác ở máy số {n}", **changes)
        for n in range(1, number + 1)
    ]


def workbook(*rows: Row, headings: Sequence[str] | None = None, above: Sequence[Sequence[Any]] = ()) -> bytes:
    """`headings` of the columns, by default all names that any row bears."""
    book = Workbook()
    sheet: Any = book.active
    for line in above:
        sheet.append(list(line))
    names = list(headings or dict.fromkeys(name for row in rows for name in row))
    sheet.append(names)
    for row in rows:
        sheet.append([row.get(name) for name in names])
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def renamed(row: Row, headings: dict[str, str]) -> Row:
    return {headings[name]: value for name, value in row.items() if name in headings}


def filled_in(template: bytes, *rows: Row) -> bytes:
    """The template as an officer sends it: `rows` by its headings, below them."""
    book = load_workbook(io.BytesIO(template))
    sheet: Any = book.worksheets[0]
    places = {cell.value: cell.column for cell in sheet[1]}
    for number, row in enumerate(rows, start=2):
        for heading, value in row.items():
            sheet.cell(number, places[heading], value)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def lines(content: bytes, sheet: int = 0) -> list[list[Any]]:
    read = load_workbook(io.BytesIO(content)).worksheets[sheet]
    return [list(row) for row in read.iter_rows(values_only=True)]
