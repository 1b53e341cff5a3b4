"""The texts in the cells of a sheet, straight from its XML: openpyxl makes an element of each cell, at four times the cost.

What a workbook says of its sheets, of its looks and of days is openpyxl's to read.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import IO, Any
from xml.parsers import expat

from openpyxl.reader.excel import SHARED_STRINGS, ExcelReader
from openpyxl.utils import column_index_from_string
from openpyxl.utils.datetime import from_excel, from_ISO8601
from openpyxl.worksheet._reader import _cast_number
from openpyxl.xml.constants import SHEET_MAIN_NS

from portal.sheets.files import CHUNK, refuse_doctype

_ROW, _CELL, _VALUE, _TEXT, _ALOUD, _SHARED = (
    f"{SHEET_MAIN_NS} {name}" for name in ("row", "c", "v", "t", "rPh", "si")
)
_ESCAPED_UNDERSCORE = "_x005F_"
_NO_DAY = "#VALUE!"

Lines = Iterator[tuple[int, dict[int, str]]]
TextOf = Callable[[Any, int], str]


@dataclass(frozen=True)
class Sheet:
    """Where a sheet lies in its file."""

    title: str
    is_visible: bool
    path: str


class Reader(ExcelReader):
    """A workbook without its sheets' cells: openpyxl looks through each sheet for its size, and makes an object of each text."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__(file, read_only=True, data_only=True, keep_links=False)
        self.sheets: list[Sheet] = []
        self.read()

    def read_strings(self) -> None:
        part = self.package.find(SHARED_STRINGS)
        if part is not None:
            with self.archive.open(part.PartName[1:]) as source:
                self.shared_strings = _shared_texts(source)

    def read_worksheets(self) -> None:
        for sheet, relation in self.parser.find_sheets():
            if relation.target in self.valid_files and "chartsheet" not in relation.Type:
                self.sheets.append(Sheet(sheet.name, sheet.state == "visible", relation.target))

    def lines(self, sheet: Sheet, *, text_of: TextOf) -> Lines:
        """Each row's number with the texts that stand in it, by column. `text_of` a value and the number of its look."""
        cells = _Cells(self, text_of)
        with self.archive.open(sheet.path) as source:
            for _ in _parsed(source, cells.begun, cells.ended, cells.pieces):
                yield from cells.done
                cells.done.clear()

    def value_of(self, kind: str, written: str, look: int) -> Any:
        """What a cell of this kind holds; never a formula, but what Excel last showed of it."""
        if kind == "n":
            number = _cast_number(written)
            return self._day_of(number, look) if look in self.wb._date_formats else number
        if kind == "s":
            return self.shared_strings[int(written)]
        if kind == "b":
            return bool(int(written))
        return from_ISO8601(written) if kind == "d" else written

    def _day_of(self, number: float, look: int) -> Any:
        try:
            return from_excel(number, self.wb.epoch, timedelta=look in self.wb._timedelta_formats)
        except (OverflowError, ValueError):
            return _NO_DAY


class _Cells:
    """Hears a sheet: `done` are the rows that have ended."""

    def __init__(self, reader: Reader, text_of: TextOf) -> None:
        self.reader, self.text_of = reader, text_of
        self.done: list[tuple[int, dict[int, str]]] = []
        self.pieces: list[str] = []
        self.number = self.column = self.look = 0
        self.kind = ""
        self.texts: dict[int, str] = {}

    def begun(self, name: str, attributes: dict[str, str]) -> None:
        if name == _CELL:
            self.kind, self.look = attributes.get("t", "n"), int(attributes.get("s", 0))
            place = attributes.get("r")
            self.column = _column_of(place.rstrip("0123456789")) if place else self.column + 1
            self.pieces.clear()
        elif name == _ROW:
            self.number = _whole(attributes["r"]) if "r" in attributes else self.number + 1
            self.column, self.texts = 0, {}

    def ended(self, name: str) -> None:
        if name == _CELL and self.pieces:
            written = "".join(self.pieces)
            value: Any = (
                written.replace(_ESCAPED_UNDERSCORE, "_")
                if self.kind == "inlineStr"
                else self.reader.value_of(self.kind, written, self.look)
            )
            if text := self.text_of(value, self.look):
                self.texts[self.column] = text
        elif name == _ROW:
            self.done.append((self.number, self.texts))


def _shared_texts(source: IO[bytes]) -> list[str]:
    texts: list[str] = []
    pieces: list[str] = []

    def begun(name: str, attributes: dict[str, str]) -> None:
        if name == _SHARED:
            pieces.clear()

    def ended(name: str) -> None:
        if name == _SHARED:
            texts.append("".join(pieces).replace(_ESCAPED_UNDERSCORE, "_"))

    for _ in _parsed(source, begun, ended, pieces):
        pass
    return texts


def _parsed(
    source: IO[bytes],
    begun: Callable[[str, dict[str, str]], None],
    ended: Callable[[str], None],
    pieces: list[str],
) -> Iterator[None]:
    """Reads some XML, a piece at each step. Into `pieces` go the characters of values and texts; not those that only say
    how a text is read aloud."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    is_aloud = False

    def at_begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal is_aloud
        if name == _VALUE or (name == _TEXT and not is_aloud):
            parser.CharacterDataHandler = pieces.append
        elif name == _ALOUD:
            is_aloud = True
        else:
            begun(name, attributes)

    def at_end(name: str) -> None:
        nonlocal is_aloud
        if name in {_VALUE, _TEXT}:
            parser.CharacterDataHandler = None
        elif name == _ALOUD:
            is_aloud = False
        else:
            ended(name)

    parser.StartElementHandler, parser.EndElementHandler = at_begin, at_end
    parser.StartDoctypeDeclHandler = refuse_doctype
    while piece := source.read(CHUNK):
        parser.Parse(piece)
        yield
    parser.Parse(b"", True)
    yield


@lru_cache(maxsize=1024)
def _column_of(letters: str) -> int:
    return int(column_index_from_string(letters))


def _whole(written: str) -> int:
    """Some programs write the number of a row as 3.0."""
    number = float(written)
    if not number.is_integer():
        raise ValueError(f"{written[:20]} is no number of a row")
    return int(number)
