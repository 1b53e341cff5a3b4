"""Reading a sheet of Excel that somebody sent: its rows as text, or a whole sentence why it cannot be read.

Formulas are never evaluated: what Excel last showed is read.
"""

import io
import logging
import re
import warnings
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from openpyxl.utils.datetime import CALENDAR_WINDOWS_1900, from_excel
from openpyxl.workbook import Workbook

from portal.sheets.files import BROKEN, SheetRefused, Upload, content_of, inspect
from portal.sheets.rows import Lines, Reader, Sheet
from portal.vietnamese import days
from portal.vietnamese.formats import whole
from portal.vietnamese.text import canonical, folded, kept

__all__ = [
    "SheetRefused",
    "SheetRow",
    "Table",
    "Upload",
    "content_of",
    "day_typed",
    "phone_typed",
    "rows_of",
    "table_of",
]

MOST_SHEETS = 20
HEADING_WITHIN = 30  # rows
LONGEST_CELL = 2_000  # characters kept where nobody asks for more
LONGEST_TITLE = 31  # characters that Excel lets a sheet be called by
EXPLANATION = "Hướng dẫn"  # the sheet of our templates that lists the headings, one below the other: nobody fills it in

_EXPLANATION = re.compile("huong dan( [0-9]+)?")  # folded: as Excel calls a copy of it, too
_ONLY_ZEROS = re.compile("0{2,}")
_SERIAL_DAY = re.compile("[1-9][0-9]{4}")
_PHONE_WITHOUT_ZERO = re.compile(r"[35789][0-9]{8}|2[0-9]{9}")

logger = logging.getLogger("portal.sheets")


@dataclass(frozen=True)
class SheetRow:
    """A row as Excel numbers it, with the text of each column asked for; "" where the cell is empty."""

    number: int
    values: Mapping[str, str]


@dataclass(frozen=True)
class Table:
    """The rows of a sheet, the names of the columns that were there, and the headings that are none of ours."""

    rows: list[SheetRow]
    found: Collection[str]
    others: Collection[str]


def rows_of(
    content: bytes,
    *,
    columns: Mapping[str, str],
    most_rows: int,
    needed: Collection[str] | None = None,
    sheet: str | None = None,
) -> list[SheetRow]:
    """The rows of `table_of`."""
    return table_of(content, columns=columns, most_rows=most_rows, needed=needed, sheet=sheet).rows


def table_of(
    content: bytes,
    *,
    columns: Mapping[str, str],
    most_rows: int,
    needed: Collection[str] | None = None,
    telling: Collection[str] = (),
    sheet: str | None = None,
    aliases: Mapping[str, str] | None = None,
    longest: int = LONGEST_CELL,
) -> Table:
    """The rows below the headings, without the blank ones.

    `columns` are headings by name, `aliases` names by further headings; they stand in any order, among others, in the one
    sheet that is filled in below them all, or at least below those in `needed`; where two are, none is read, for half would
    be lost. Beside a sheet with a column of `telling`, one with none of them is there to look things up. A cell is kept up to
    `longest` characters. Raises SheetRefused.
    """
    inspect(content)
    wanted = _Wanted(
        columns, aliases or {}, set(columns if needed is None else needed), set(telling), most_rows, longest
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what openpyxl leaves out: pictures, rules of validation
            return _table(Reader(io.BytesIO(content)), wanted, sheet)
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


def phone_typed(cell: str) -> str:
    """The text of a cell that holds a phone: a number such as 912345678, which Excel makes of 0912345678, with its zero again."""
    return f"0{cell}" if _PHONE_WITHOUT_ZERO.fullmatch(cell) else cell


# --- the rows ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Wanted:
    columns: Mapping[str, str]
    aliases: Mapping[str, str]
    needed: set[str]
    telling: set[str]
    most_rows: int
    longest: int


@dataclass(frozen=True)
class _Found:
    """A sheet with the headings: where ours stand, and the others."""

    sheet: Sheet
    places: Mapping[int, str]
    others: Collection[str]
    is_filled: bool


def _table(reader: Reader, wanted: _Wanted, sheet: str | None) -> Table:
    """The sheet with the headings that is filled in; of those without them, the likeliest tells which are missing."""
    zeros = [_zeros(reader.wb, key.numFmtId) for key in reader.wb._cell_styles]

    def text_of(value: Any, look: int) -> str:
        return _text(value, zeros=zeros[look] if look < len(zeros) else 0, longest=wanted.longest)

    asked = [each for each in reader.sheets if (each.title == sheet if sheet else _may_be_filled_in(each))]
    if len(asked) > MOST_SHEETS:
        raise SheetRefused(
            f"Tệp có hơn {MOST_SHEETS} trang tính. Hãy xóa hoặc ẩn các trang không dùng, hoặc chia thành nhiều tệp."
        )
    fewest: set[str] = wanted.needed
    found: list[_Found] = []
    for each in asked:
        lines = reader.lines(each, text_of=text_of)
        places, others, missing = _headings(lines, wanted)
        if missing:
            fewest = min(fewest, missing, key=len)
        else:
            found.append(_Found(each, places, others, is_filled=next(_filled(lines, places), None) is not None))
    if not found:
        headings = ", ".join(f"“{heading}”" for name, heading in wanted.columns.items() if name in fewest)
        raise SheetRefused(f"Tệp không có cột {headings}. Hãy dùng tệp mẫu và giữ nguyên dòng tên cột.")
    filled = [each for each in found if each.is_filled]
    filled = [each for each in filled if wanted.telling & set(each.places.values())] or filled
    if len(filled) > 1:
        titles = ", ".join(f"“{each.sheet.title[:LONGEST_TITLE]}”" for each in filled)
        raise SheetRefused(
            f"Tệp có {len(filled)} trang tính đã điền: {titles}. Hãy chép mọi dòng vào một trang rồi xóa các trang kia, "
            "hoặc gửi mỗi trang một tệp. Trang chỉ để tra cứu thì xóa hoặc ẩn đi."
        )
    chosen = (filled or found)[0]
    lines = reader.lines(chosen.sheet, text_of=text_of)
    _headings(lines, wanted)
    return Table(_below(lines, chosen.places, wanted), set(chosen.places.values()), chosen.others)


def _may_be_filled_in(sheet: Sheet) -> bool:
    return sheet.is_visible and not _EXPLANATION.fullmatch(folded(sheet.title))


def _headings(lines: Lines, wanted: _Wanted) -> tuple[dict[int, str], list[str], set[str]]:
    """Which column of the sheet is which of ours, the headings of the others, and which of ours are missing; `lines` then
    go on below the headings."""
    columns, needed = wanted.columns, wanted.needed
    names = {folded(alias): name for alias, name in wanted.aliases.items()}
    names |= {folded(heading): name for name, heading in columns.items()}
    fewest = needed
    for number, cells in lines:
        if number > HEADING_WITHIN:
            break
        places = {place: names[heading] for place, text in cells.items() if (heading := folded(text)) in names}
        missing = needed - set(places.values())
        if not missing:
            return places, [text for place, text in cells.items() if place not in places], set()
        fewest = min(fewest, missing, key=len)
    return {}, [], fewest


def _below(lines: Lines, places: Mapping[int, str], wanted: _Wanted) -> list[SheetRow]:
    found = Counter(places.values())
    for name, heading in wanted.columns.items():
        if found[name] > 1:
            raise SheetRefused(f"Tệp có hai cột “{heading}”. Hãy bỏ bớt một cột.")
    rows: list[SheetRow] = []
    blank = dict.fromkeys(wanted.columns, "")
    for number, values in _filled(lines, places):
        if len(rows) == wanted.most_rows:
            raise SheetRefused(f"Tệp có hơn {whole(wanted.most_rows)} dòng. Hãy chia thành nhiều tệp.")
        rows.append(SheetRow(number, blank | values))
    return rows


def _filled(lines: Lines, places: Mapping[int, str]) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows below the headings that hold something, by name of the column."""
    for number, cells in lines:
        values = {places[place]: text for place, text in cells.items() if place in places}
        if values:
            yield number, values


def _zeros(book: Workbook, number_format: int) -> int:
    """How many digits a format such as 000000 shows at least: it is how codes and phones keep their first zero."""
    own = number_format - 164  # Excel's own formats come first
    code = book._number_formats[own] if 0 <= own < len(book._number_formats) else ""
    return len(code) if _ONLY_ZEROS.fullmatch(code) else 0


def _text(value: Any, *, zeros: int, longest: int) -> str:
    """As a person would have typed it."""
    if isinstance(value, str):
        return kept(value[:longest])
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
