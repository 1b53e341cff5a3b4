"""Reading a sheet of Excel that somebody sent: its rows as text, or a whole sentence why it cannot be read.

Formulas are never evaluated: what Excel last showed is read.
"""

import io
import logging
import re
import warnings
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.datetime import CALENDAR_WINDOWS_1900, from_excel
from openpyxl.workbook import Workbook
from openpyxl.worksheet._reader import WorkSheetParser

from portal.sheets.files import BROKEN, SheetRefused, Upload, content_of, inspect
from portal.vietnamese import days
from portal.vietnamese.formats import whole
from portal.vietnamese.text import canonical, folded

__all__ = ["SheetRefused", "SheetRow", "Upload", "content_of", "day_typed", "rows_of"]

MOST_SHEETS = 20
HEADING_WITHIN = 30  # rows
LONGEST_CELL = 2_000  # characters kept; no column of ours takes as many

_ONLY_ZEROS = re.compile("0{2,}")
_SERIAL_DAY = re.compile("[1-9][0-9]{4}")

logger = logging.getLogger("portal.sheets")


@dataclass(frozen=True)
class SheetRow:
    """A row as Excel numbers it, with the text of each column asked for; "" where the cell is empty."""

    number: int
    values: Mapping[str, str]


def rows_of(
    content: bytes,
    *,
    columns: Mapping[str, str],
    most_rows: int,
    needed: Collection[str] | None = None,
    sheet: str | None = None,
) -> list[SheetRow]:
    """The rows below the headings, without the blank ones.

    `columns` are headings by name; they stand in any order, among others, in the first sheet that has them all or at
    least those in `needed`. Raises SheetRefused.
    """
    inspect(content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what openpyxl leaves out: pictures, rules of validation
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
            return _rows(book, columns, most_rows, set(columns if needed is None else needed), sheet)
    except SheetRefused:
        raise
    except Exception as failure:  # whatever a library says of strangers' bytes
        logger.info("a sheet could not be read: %s", type(failure).__name__)
        raise SheetRefused(BROKEN) from None


def day_typed(cell: str) -> str:
    """The text of a cell that holds a day: a number such as 44567, which Excel shows where the column lost its format,
    as the day it is; anything else as it stands."""
    if not _SERIAL_DAY.fullmatch(cell):
        return cell
    return days.shown(from_excel(int(cell), CALENDAR_WINDOWS_1900).date())


# --- the rows ----------------------------------------------------------------------------------------------------------


def _rows(
    book: Workbook, columns: Mapping[str, str], most_rows: int, needed: set[str], sheet: str | None
) -> list[SheetRow]:
    """The rows of the first sheet with the headings; of those without, the likeliest tells which are missing."""
    fewest: set[str] = needed
    for each in book.worksheets[:MOST_SHEETS]:
        is_asked = each.title == sheet if sheet else each.sheet_state == "visible"
        if not is_asked:
            continue
        lines = _lines(each)
        places, missing = _headings(lines, columns, needed)
        if not missing:
            return _below(lines, places, columns, most_rows)
        fewest = min(fewest, missing, key=len)
    headings = ", ".join(f"“{heading}”" for name, heading in columns.items() if name in fewest)
    raise SheetRefused(f"Tệp không có cột {headings}. Hãy dùng tệp mẫu và giữ nguyên dòng tên cột.")


def _headings(
    lines: Iterator[tuple[int, dict[int, str]]], columns: Mapping[str, str], needed: set[str]
) -> tuple[dict[int, str], set[str]]:
    """Which column of the sheet is which of ours, and which are missing; `lines` then go on below the headings."""
    names = {folded(heading): name for name, heading in columns.items()}
    fewest = needed
    for number, cells in lines:
        if number > HEADING_WITHIN:
            break
        found = [(place, names[heading]) for place, text in cells.items() if (heading := folded(text)) in names]
        missing = needed - {name for _, name in found}
        if not missing:
            twice = {name for _, name in found if [each for _, each in found].count(name) > 1}
            for name in columns:
                if name in twice:
                    raise SheetRefused(f"Tệp có hai cột “{columns[name]}”. Hãy bỏ bớt một cột.")
            return dict(found), set()
        fewest = min(fewest, missing, key=len)
    return {}, fewest


def _below(
    lines: Iterator[tuple[int, dict[int, str]]], places: Mapping[int, str], columns: Collection[str], most_rows: int
) -> list[SheetRow]:
    rows: list[SheetRow] = []
    blank = dict.fromkeys(columns, "")
    for number, cells in lines:
        values = {places[place]: text for place, text in cells.items() if place in places}
        if not values:
            continue
        if len(rows) == most_rows:
            raise SheetRefused(f"Tệp có hơn {whole(most_rows)} dòng. Hãy chia thành nhiều tệp.")
        rows.append(SheetRow(number, blank | values))
    return rows


def _lines(sheet: Any) -> Iterator[tuple[int, dict[int, str]]]:
    """Each row with the texts that stand in it, by column.

    openpyxl's own iteration makes a row of each gap and keeps the look of every row: a sheet may have a million of both.
    """
    book = sheet.parent
    formats = {style: _zeros(book, key.numFmtId) for style, key in enumerate(book._cell_styles)}
    with sheet._get_source() as source:
        parser = WorkSheetParser(
            source,
            sheet._shared_strings,
            data_only=True,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        for number, cells in parser.parse():
            parser.row_dimensions.clear()
            texts = {}
            for cell in cells:
                value = cell["value"]
                if value is not None and (text := _text(value, zeros=formats.get(cell["style_id"], 0))):
                    texts[cell["column"]] = text
            yield number, texts


def _zeros(book: Workbook, number_format: int) -> int:
    """How many digits a format such as 000000 shows at least: it is how codes and phones keep their first zero."""
    own = number_format - 164  # Excel's own formats come first
    code = book._number_formats[own] if 0 <= own < len(book._number_formats) else ""
    return len(code) if _ONLY_ZEROS.fullmatch(code) else 0


def _text(value: Any, *, zeros: int) -> str:
    """As a person would have typed it."""
    if isinstance(value, str):
        return canonical(value[:LONGEST_CELL])
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int):
        return str(value).zfill(zeros)
    if isinstance(value, float):
        return repr(value).replace(".", ",")
    if isinstance(value, datetime) and value.time() == time(0):
        value = value.date()
    if isinstance(value, datetime):
        return f"{value:%H:%M} {days.shown(value.date())}"
    if isinstance(value, date):
        return days.shown(value)
    if isinstance(value, (time, timedelta)):
        return str(value)
    return canonical(str(value))
