"""The words of a text as they are compared: without accents, case, punctuation, and one way of spelling i and y."""

import re
import unicodedata

# A sentence ends at a stop before a blank ("1.500" is one word) or where the line does.
_SENTENCE_END = re.compile(r"(?<![.!?;:])[.!?;:]++(?=\s|$)|\n+")
_BLANKS = re.compile(r"[^\S\n]+")
# y and i are written for each other ("kỹ thuật", "kĩ thuật"); everything else but letters and digits parts words.
_LETTERS_AND_DIGITS = "".join(chr(code) if code < 128 and chr(code).isalnum() else " " for code in range(128))
_PARTED = str.maketrans({chr(code): kept for code, kept in enumerate(_LETTERS_AND_DIGITS)})


def plain(typed: str) -> str:
    """ASCII with its punctuation and line ends. For Vietnamese the letters are those of `text.folded` in a tenth of its time,
    which is most of the cost of a fingerprint; other scripts are dropped."""
    lowered = (
        _BLANKS.sub(" ", typed).lower().replace("đ", "d").replace("ð", "d").replace("ɖ", "d")
    )  # translate takes ten times
    letters = unicodedata.normalize("NFD", lowered)
    return letters.encode("ascii", "ignore").decode("ascii").replace("y", "i")


def sentences_of(plain_text: str) -> list[str]:
    return _SENTENCE_END.split(plain_text)


def words_in(plain_text: str) -> list[str]:
    return plain_text.translate(_PARTED).split()
