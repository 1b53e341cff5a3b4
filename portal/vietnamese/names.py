"""Names of people: one field, kept as typed, sorted by given name in Vietnamese order."""

import unicodedata

from portal.vietnamese import text

SORT_KEY_LENGTH = 255  # enough for every letter and tone of a name of 75 letters; beyond that the order does not matter

_D_WITH_STROKE = str.maketrans("ÐƉðɖ", "ĐĐđđ")  # Icelandic and African letters that look the same and fold to others
_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_TONES = "\u0300\u0309\u0303\u0301\u0323"  # huyền, hỏi, ngã, sắc, nặng: à ả ã á ạ
_END, _SPACE, _SIGN, _FOREIGN = "00", "10", "11", "99"
_OTHER_MARK = "6"


def canonical_name(typed: str) -> str:
    """H'Hen Niê, Y Blok, one word or six, are names: nothing but blanks and the letter Đ is put right."""
    return text.kept_line(typed).translate(_D_WITH_STROKE)


def sort_key(name: str) -> str:
    """Digits that sort as Vietnamese sort people: given name (the last word) first, then the whole name.

    Two digits a letter, then one digit a tone, so that lan < làn < lang as in PostgreSQL's "vi-x-icu". Only digits, so
    the order is the same in SQLite, under "C" and under any locale.
    """
    words = canonical_name(name).casefold().split()
    if not words:
        return ""
    return (_weights(words[-1]) + _weights(" ".join(words)))[:SORT_KEY_LENGTH]


def list_key(name: str) -> str:
    """Digits that sort as a Vietnamese list of places does: from the first word, An Giang to Yên Bái."""
    return _weights(canonical_name(name).casefold())[:SORT_KEY_LENGTH]


def _weights(part: str) -> str:
    letters, tones = [], []
    for character in unicodedata.normalize("NFC", part):
        letter, tone = _LETTERS.get(character) or _stranger(character)
        letters.append(letter)
        tones.append(tone)
    return "".join(letters) + _END + "".join(tones)


def _letters() -> dict[str, tuple[str, str]]:
    known = {" ": (_SPACE, "0")}
    known |= {str(digit): (f"2{digit}", "0") for digit in range(10)}
    for place, letter in enumerate(_ALPHABET, start=30):
        known[letter] = (str(place), "0")
        for rank, tone in enumerate(_TONES, start=1):
            known[unicodedata.normalize("NFC", letter + tone)] = (str(place), str(rank))
    return known


_LETTERS = _letters()


def _stranger(character: str) -> tuple[str, str]:
    """ü sorts beside u, signs before digits, other scripts last."""
    base = unicodedata.normalize("NFD", character)[0]
    if base in _LETTERS:
        return _LETTERS[base][0], _OTHER_MARK
    return (_FOREIGN if base.isalpha() else _SIGN), "0"
