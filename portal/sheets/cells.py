"""The one way a text gets into a cell: it stays the text that was typed, whatever it begins with or holds."""

import re
from typing import NewType

from openpyxl.cell import Cell

from portal.vietnamese.text import canonical

SafeText = NewType("SafeText", str)

LONGEST = 32_767  # of a cell, in UTF-16 units
CUT_NOTE = " … (đã cắt bớt: một ô Excel chứa tối đa 32.767 ký tự)"

# Excel reads _x0041_ as the letter A and _x0000_ as a damaged file; an escaped underscore keeps what was typed.
_ESCAPE_ALIKE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_ESCAPED_UNDERSCORE = "_x005F_"


def safe_text(text: str) -> SafeText:
    """What a cell can hold: no controls, lone surrogates or noncharacters; cut, with a note, when it is too long."""
    kept = canonical(text).replace("\t", " ")
    if "_x" in kept:
        kept = _ESCAPE_ALIKE.sub(_ESCAPED_UNDERSCORE, kept)
    if len(kept) * 2 > LONGEST and _units(kept) > LONGEST:
        kept = _first_units(kept, LONGEST - _units(CUT_NOTE)) + CUT_NOTE
    return SafeText(kept)


def safe_cell(cell: Cell, text: SafeText) -> None:
    """Never a formula, a number or an error, not even after somebody edits the cell (`quotePrefix`, format "@")."""
    if text:
        cell.value = text
        cell.data_type = "s"
    else:
        cell.value = None


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _first_units(text: str, units: int) -> str:
    return text.encode("utf-16-le")[: units * 2].decode("utf-16-le", errors="ignore")
