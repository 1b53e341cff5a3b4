"""The one canonical form of text, its length, its folding for search, and text in the fonts of before Unicode.

`fixtures/text/canonical.json` holds the cases; the counter in the browser (static/js/counter.js) runs the same ones.
"""

import re
import unicodedata
from dataclasses import replace
from functools import cache

from portal.vietnamese.old_fonts import OldFont, recognised

_LINE_ENDS = "\r\v\f\x85\u2028\u2029"
_SPACES = "\xa0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_BULLETS = "\uf0a7\uf0b7"  # Word's private bullets
# U+200C and U+200D stay: emoji need them. A Python string holds no pairs, so every surrogate in it is a lone one.
_REMOVED = (
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069"
    "\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff"
)
_ODD = re.compile(f"[{_LINE_ENDS}{_SPACES}{_BULLETS}{_REMOVED}]")
_CRLF_OR_ODD = re.compile(f"\r\n|{_ODD.pattern}")
_REPLACED = {
    "\r\n": "\n",
    **dict.fromkeys(_LINE_ENDS, "\n"),
    **dict.fromkeys(_SPACES, " "),
    **dict.fromkeys(_BULLETS, "•"),
}

# What shows nothing: joiners, selectors, the blank of Braille, the fillers of Hangul (letters, says Unicode).
_UNSEEN = re.compile(
    "[\\s\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200c\u200d\u2065\u206a-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]*"
)

_SOFT_HYPHEN, _STANDS_FOR_IT = "\xad", "\ue0ad"

_NOT_LETTERS_OR_DIGITS = re.compile(r"[\W_]+")
_DIGIT = re.compile(r"\d")
_D_WITH_STROKE = str.maketrans("đðɖ", "ddd")
# The marks of nearly every text there is; without them it is ASCII, and folds several times as fast.
_USUAL_MARKS = dict.fromkeys(range(0x300, 0x370))


def canonical(typed: str) -> str:
    """The form that is stored, counted and compared. Takes any string there is and never raises."""
    if _ODD.search(typed):
        typed = _CRLF_OR_ODD.sub(lambda found: _REPLACED.get(found[0], ""), typed)
    # NFC and never NFKC, which would change ½, ² and ﬁ.
    return unicodedata.normalize("NFC", typed).strip()


def kept(typed: str) -> str:
    """Canonical, but for the soft hyphen of a text in TCVN3: it is its ư, and without it nobody could repair the text."""
    if _SOFT_HYPHEN in typed:
        whole = canonical(typed.replace(_SOFT_HYPHEN, _STANDS_FOR_IT)).replace(_STANDS_FOR_IT, _SOFT_HYPHEN)
        if old_font(whole):
            return whole
    return canonical(typed)


def kept_line(typed: str) -> str:
    """The same as one line."""
    return " ".join(kept(typed).split())


def single_line(typed: str) -> str:
    """Canonical, with line ends and runs of blanks as one space: titles, names, everything in an <input>."""
    return " ".join(canonical(typed).split())


def length(typed: str) -> int:
    """Code points of the canonical text: what people, the limit and the counter in the browser agree on."""
    return len(canonical(typed))


def is_blank(typed: str) -> bool:
    """Nothing one can see, although the joiners U+200C and U+200D alone would pass for a text."""
    return _UNSEEN.fullmatch(canonical(typed)) is not None


def folded(typed: str) -> str:
    """For search and comparison only: "Đặng Thị Ánh" and "dang thi anh" fold to the same."""
    letters = unicodedata.normalize("NFD", canonical(typed)).casefold().translate(_D_WITH_STROKE)
    letters = unicodedata.normalize("NFD", letters).translate(_USUAL_MARKS)
    return _NOT_LETTERS_OR_DIGITS.sub(" " if letters.isascii() else _gap, letters).strip()


def any_spelling(word: str) -> str:
    """A folded word as a regular expression that finds it with whatever marks, in capitals or not: for columns of which no folded
    twin is kept. Databases fold neither marks nor, SQLite, capitals beyond ASCII."""
    spellings = _spellings()
    return "".join(spellings.get(letter, letter) for letter in word)


@cache
def _spellings() -> dict[str, str]:
    """To each letter all that folds to it, as a class of characters."""
    written: dict[str, str] = {}
    for point in (*range(0x41, 0x5B), *range(0x61, 0x7B), *range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        letter = folded(chr(point))
        written[letter] = written.get(letter, "") + chr(point)
    return {letter: f"[{all_of}]" for letter, all_of in written.items() if len(letter) == 1}


def _gap(found: re.Match[str]) -> str:
    """Marks vanish, anything else between letters is a space."""
    return "" if all(unicodedata.category(character)[0] == "M" for character in found[0]) else " "


def ascii_digits(typed: str) -> str:
    """Full-width, Arabic-Indic and all other decimal digits as 0-9. `\\d` and int() take them; our patterns do not."""
    if typed.isascii():
        return typed
    return _DIGIT.sub(lambda found: str(unicodedata.decimal(found[0])), typed)


def old_font(typed: str) -> OldFont | None:
    """TCVN3 or VNI that arrived as Latin letters, with the repaired text: offered, never applied silently.

    Give it the text as it arrived: TCVN3 writes ư as the soft hyphen, which the canonical form removes.
    """
    found = recognised(typed)
    return found and replace(found, repaired=canonical(found.repaired))
