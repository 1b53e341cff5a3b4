"""The words of names: cut, shortened as people shorten them, paired, and compared where a finger slipped. Knows no model."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from portal.vietnamese.text import folded

SEARCH_TEXT_LENGTH = 2000
MOST_WORDS = 8
SHORTEST_LEARNT, LONGEST_LEARNT = 2, 20

# As they are written on forms and seals. Names and what is typed are both shortened, so either may stand in full.
SHORTENED = {
    "lien doan lao dong": "ldld",
    "cong doan co so": "cdcs",
    "cd co so": "cdcs",
    "cong doan": "cd",
    "nghiep doan": "nd",
    "thanh pho": "tp",
    "thi xa": "tx",
    "quan": "q",
    "huyen": "h",
    "phuong": "p",
    "dac khu": "dk",
    "viet nam": "vn",
    "ho chi minh": "hcm",
    "tphcm": "tp hcm",
    "thua thien hue": "tt hue",
    "ba ria vung tau": "br vt",
    "khu cong nghiep": "kcn",
    "cum cong nghiep": "ccn",
    "khu cong nghe cao": "kcnc",
    "khu che xuat": "kcx",
    "khu cong nghiep va che xuat": "kcn kcx",
    "khu che xuat va cong nghiep": "kcx kcn",
    "khu kinh te": "kkt",
    "tong cong ty": "tct",
    "tong cty": "tct",
    "cong ty": "cty",
    "co phan": "cp",
    "trach nhiem huu han": "tnhh",
    "mot thanh vien": "mtv",
    "1 thanh vien": "mtv",
    "doanh nghiep tu nhan": "dntn",
    "hop tac xa": "htx",
    "xi nghiep": "xn",
    "chi nhanh": "cn",
    "thuong mai va dich vu": "tmdv",
    "thuong mai dich vu": "tmdv",
    "tm dv": "tmdv",
    "thuong mai": "tm",
    "dich vu": "dv",
    "san xuat": "sx",
    "xuat nhap khau": "xnk",
    "dau tu": "dt",
    "xay dung": "xd",
    "giao thong van tai": "gtvt",
    "giao duc va dao tao": "gddt",
    "giao duc dao tao": "gddt",
    "gd dt": "gddt",
    "phat trien nong thon": "ptnt",
    "tai nguyen va moi truong": "tnmt",
    "uy ban nhan dan": "ubnd",
    "trung hoc pho thong": "thpt",
    "trung hoc co so": "thcs",
    "mam non": "mn",
    "benh vien": "bv",
    "trung tam": "tt",
    "vien chuc": "vc",
}
_LONGEST_FIRST = sorted(SHORTENED, key=lambda words: (-len(words), words))
_LONG = re.compile(rf"(?<!\S)(?:{'|'.join(_LONGEST_FIRST)})(?!\S)")

# What stands before the name of a place in the name of a unit ("LĐLĐ huyện …"), shortened.
_BEFORE_A_PLACE = frozenset(("ldld", "cd", "nganh", "tinh", "tp", "tx", "q", "h", "p", "xa", "dk"))
# Said of so many units that it tells none from another, shortened.
_SAID_OF_MANY = _BEFORE_A_PLACE.union(
    ("cdcs", "nd", "cty", "tct", "cp", "tnhh", "mtv", "dntn", "htx", "xn", "cn"),
    ("tm", "dv", "tmdv", "sx", "xnk", "dt", "xd", "vn", "va"),
)


@dataclass(frozen=True)
class Reading:
    """One way to understand what was typed. `is_open` where the last word may be the beginning of one."""

    words: tuple[str, ...]
    is_open: bool = True

    @property
    def phrase(self) -> str:
        """As it stands in a search text: behind a blank, and before one unless more may follow."""
        return f" {' '.join(self.words)}" if self.is_open else f" {' '.join(self.words)} "

    def part(self, start: int, end: int) -> "Reading":
        return Reading(self.words[start:end], self.is_open if end == len(self.words) else False)


def words_of(text: str) -> list[str]:
    return folded(text).split()


def shortened(words: Sequence[str]) -> list[str]:
    return _LONG.sub(lambda found: SHORTENED[found[0]], " ".join(words)).split()


def readings_of(typed: str) -> list[Reading]:
    """What was typed, as it is and shortened. A word that was shortened is whole: "huyện" is no "h…"."""
    words = words_of(typed)[:MOST_WORDS]
    if not words:
        return []
    short = shortened(words)
    readings = [Reading(tuple(words))]
    if short != words:
        readings.append(Reading(tuple(short), is_open=short[-1] == words[-1]))
    return readings


def search_fields(names: Iterable[str], *, is_place: bool) -> tuple[str, str]:
    """What a search looks through: the names, as "| name | name |", and their words, pairs of words and places.

    So " ha" finds the beginning of a word and "| ha noi |" a whole name, and the pair "_dong_ha" is as rare as it should be.
    """
    whole = list(dict.fromkeys(tuple(words_of(name)) for name in names))
    short = list(dict.fromkeys(tuple(shortened(words)) for words in whole))
    variants = [words for words in dict.fromkeys((*whole, *short)) if words]
    text = " | ".join(" ".join(words) for words in variants)
    tokens: dict[str, None] = {}
    for words in variants:
        tokens.update(dict.fromkeys(words))
        tokens.update(dict.fromkeys(pairs(words)))
    if is_place:
        tokens.update(dict.fromkeys(filter(None, map(place, short))))
    return f"| {text[: SEARCH_TEXT_LENGTH - 4]} |", " ".join(tokens)


def pairs(words: Sequence[str]) -> Iterator[str]:
    """Neighbours joined. The mark in front keeps them apart from the words that begin alike."""
    return (f"_{first}_{second}" for first, second in pairwise(words))


def place(short: Sequence[str]) -> str:
    """The name of a place without what stands before it, as one mark; "" where nothing else stands there."""
    start = 0
    while start < len(short) and short[start] in _BEFORE_A_PLACE:
        start += 1
    return f"={'_'.join(short[start:])}" if start < len(short) else ""


def is_only_before_a_place(short: Sequence[str]) -> bool:
    return all(word in _BEFORE_A_PLACE for word in short)


def is_said_of_many(word: str) -> bool:
    return word in _SAID_OF_MANY


# --- the other spelling ----------------------------------------------------------------------------------------------

# Schools write "mĩ", "kì", "lí", where names of places have y: words too short to be mended as slips.
_I_OR_Y = re.compile("[hklmst][iy]")


def other_spellings(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """With y where i was typed, and the other way round; nothing where neither differs."""
    for typed, meant in ("iy", "yi"):
        other = tuple(f"{word[0]}{meant}" if _I_OR_Y.fullmatch(word) and word[1] == typed else word for word in words)
        if other != tuple(words):
            yield other


# --- slips of the finger ---------------------------------------------------------------------------------------------


def is_learnt(word: str) -> bool:
    """Whether a word of a name is worth measuring what is typed against."""
    return SHORTEST_LEARNT <= len(word) <= LONGEST_LEARNT and word.isalpha()


def may_be_mistyped(word: str) -> bool:
    """Numbers and very short words are too near to each other to guess; of what many are called nothing would be won."""
    return is_learnt(word) and len(word) > SHORTEST_LEARNT and not is_said_of_many(word)


def forms_of(word: str) -> list[str]:
    """The word, and the word without each of its letters: two words one slip apart share a form."""
    without = (word[:gap] + word[gap + 1 :] for gap in range(len(word)))
    return list(dict.fromkeys([word, *(form for form in without if len(form) >= SHORTEST_LEARNT)]))


def is_one_slip(typed: str, word: str) -> bool:
    """One letter too many, too few, another one, or two neighbours the wrong way round."""
    if abs(len(typed) - len(word)) > 1 or typed == word:
        return False
    start = 0
    while start < min(len(typed), len(word)) and typed[start] == word[start]:
        start += 1
    left, right = typed[start:], word[start:]
    if len(left) != len(right):
        return left[1:] == right or left == right[1:]
    return left[1:] == right[1:] or (left[2:] == right[2:] and left[:2] == right[1::-1])


def cuts(word: str) -> Iterator[tuple[str, str]]:
    """The two words it may be where the blank between them is missing."""
    return ((word[:end], word[end:]) for end in range(1, len(word)))
