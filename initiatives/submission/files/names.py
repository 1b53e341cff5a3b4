"""The name a file is shown by: one line, no path, nothing invisible, not too long."""

import unicodedata

from portal.vietnamese.text import single_line

LIMIT = 120
NAMELESS = "tep"
LONGEST_ENDING = 10
# Among these are the marks that turn the direction of writing: with one, "anh<mark>gpj.exe" is read as "anhexe.jpg".
_INVISIBLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def cleaned_name(name: str) -> str:
    """`name` as it may be shown and offered for download; never empty, its ending kept where it is cut."""
    last = single_line(name.replace("\\", "/").rsplit("/", 1)[-1])
    visible = single_line("".join(sign for sign in last if unicodedata.category(sign) not in _INVISIBLE))
    stem, dot, ending = visible.rpartition(".")
    ending = ending.strip()
    if not dot or not ending or len(ending) > LONGEST_ENDING:
        return visible.strip(". ")[:LIMIT].rstrip(". ") or NAMELESS
    stem = stem.strip(". ")[: LIMIT - 1 - len(ending)].rstrip(". ")
    return f"{stem or NAMELESS}.{ending}"


def ending_of(name: str) -> str:
    """What follows the last dot, small; "" where there is no dot."""
    _, dot, ending = name.rpartition(".")
    return ending.casefold() if dot else ""


def with_ending(name: str, ending: str) -> str:
    """`name` with another ending: what a picture is called once it has been written anew."""
    return f"{name.rpartition('.')[0]}.{ending}"
