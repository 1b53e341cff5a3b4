"""Reading a CSV file cell by cell: what is wrong with a line is told with its number, and the reading goes on."""

import csv
import io
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from portal.vietnamese import formats
from portal.vietnamese.names import canonical_name
from portal.vietnamese.text import single_line

NAMES = {"name", "short_name", "alias"}
LIMITS = {
    "code": 200,
    "kind": 40,
    "name": 200,
    "short_name": 200,
    "admin_code": 10,
    "source_id": 200,
    "alias": 200,
    "note": 200,
    "document": 200,
}


@dataclass(frozen=True)
class Row:
    """One line of a file; `wrong` are the columns whose cell has been objected to already."""

    line: int
    values: Mapping[str, str]
    wrong: frozenset[str] = frozenset()

    def __getitem__(self, column: str) -> str:
        return self.values[column]


def rows_of(
    path: Path, columns: Mapping[str, str], faults: list[str], *, may_be_empty: Collection[str], named: bool = False
) -> Iterator[Row]:
    """Every row there is, so that a child of a faulty row is not blamed as well; what is wrong goes to `faults`.

    `columns` are the headings and what people call them; `named` puts the name of the file before each fault.
    """
    label = f"{path.name}, " if named else ""
    try:
        written = path.read_bytes().decode("utf-8-sig")
    except OSError:
        faults.append(f"Không đọc được tệp {path.name}.")
        return
    except UnicodeDecodeError as wrong:
        line = wrong.object[: wrong.start].count(b"\n") + 1
        faults.append(f"{label}dòng {line}: tệp không ở dạng UTF-8.")
        return
    reader = csv.reader(io.StringIO(written, newline=""), strict=True)
    began = 1
    try:
        if (header := next(reader, [])) != list(columns):
            faults.append(f"{label}dòng 1: các cột phải là {', '.join(columns)}.")
            return
        began = reader.line_num + 1
        for cells in reader:
            line, began = began, reader.line_num + 1
            values = dict(zip(header, cells + [""] * len(header), strict=False))
            objections = {
                column: sentence
                for column in columns
                if (sentence := _objection(column, values[column], may_be_empty=column in may_be_empty))
            }
            if len(cells) != len(header):
                objections = dict.fromkeys(columns, "")
                faults.append(f"{label}dòng {line}: có {len(cells)} cột, phải có {len(header)} cột.")
            faults += [f"{label}dòng {line}: {columns[column]} {why}" for column, why in objections.items() if why]
            yield Row(line, values, frozenset(objections))
    except csv.Error:
        faults.append(f"{label}dòng {began}: không đọc được, hãy xem lại các dấu ngoặc kép.")


def _objection(column: str, cell: str, *, may_be_empty: bool) -> str:
    """What is wrong with a cell by itself; "" when nothing is."""
    wanted = canonical_name(cell) if column in NAMES else single_line(cell)
    limit = LIMITS.get(column)
    if not wanted:
        return "để trống." if cell or not may_be_empty else ""
    if cell != wanted:
        return f"chưa ở dạng chuẩn, hãy ghi “{wanted[:100]}”."
    if limit and len(cell) > limit:
        return f"dài {formats.whole(len(cell))} ký tự, tối đa {formats.whole(limit)}."
    return ""
