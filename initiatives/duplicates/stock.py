"""What is said of thousands alike and tells none from another: stock phrases, and regulations that are quoted."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise

from django.conf import settings

from initiatives.duplicates.words import plain, words_in

PHRASES = settings.BASE_DIR / "fixtures" / "text" / "stock-phrases.txt"

# "Quyết định số 12/QĐ-MSH", "Kế hoạch số: 45". The number is found first: most texts hold none, and the rest costs nothing.
_NUMBERED = re.compile(r" so:? ?\d[\w./-]*")
_KINDS = plain(
    "bộ luật|luật|pháp lệnh|nghị định|nghị quyết|quyết định|thông tư liên tịch|thông tư|chỉ thị|công văn|kế hoạch|hướng dẫn|"
    "thông báo|chương trình|điều lệ|quy định|quy chế|văn bản|tờ trình|kết luận"
)
_OPENED = plain("căn cứ vào|căn cứ|theo|thực hiện|triển khai|thi hành|chấp hành|quán triệt")
_BEFORE_A_NUMBER = re.compile(rf"(?:\b(?:{_OPENED}) )?\b(?:{_KINDS})(?: [a-z]+){{0,4}}$")
_WITHOUT_NUMBER = re.compile(rf"{plain('căn cứ')} (?:vao )?(?:cac )?(?:{_KINDS})\b")
# The name of what is quoted goes on to the next comma or stop; further than this it is somebody's own sentence.
_REST_OF_CLAUSE = re.compile(r"(?:[^,;.!?\n]|[.!?](?!\s|$)){0,160}")
_LOOKED_BACK = 60


def quotations(plain_text: str) -> Iterator[tuple[int, int]]:
    """Where regulations are quoted in a plain text, from left to right."""
    end = 0
    for found in _places(plain_text):
        if found >= end:
            rest = _REST_OF_CLAUSE.match(plain_text, found)
            end = rest.end() if rest else found
            yield found, end


def set_apart(words: Sequence[str]) -> tuple[list[Sequence[str]], list[Sequence[str]]]:
    """The runs of words of a sentence that are its own, and the stock phrases between them."""
    phrases = _phrases()
    # Most of a look-up's time is spent here. Few pairs of words open a phrase.
    opened = [at for at, pair in enumerate(pairwise(words)) if pair in phrases]
    own: list[Sequence[str]] = []
    stock: list[Sequence[str]] = []
    begun = 0
    for at in opened:
        phrase = _standing(words, at, phrases[words[at], words[at + 1]]) if at >= begun else None
        if phrase is None:
            continue
        if at > begun:
            own.append(words[begun:at])
        stock.append(phrase)
        begun = at + len(phrase)
    if begun < len(words):
        own.append(words[begun:])
    return own, stock


def _places(plain_text: str) -> list[int]:
    places = []
    for numbered in _NUMBERED.finditer(plain_text):
        start = max(0, numbered.start() - _LOOKED_BACK)
        before = _BEFORE_A_NUMBER.search(plain_text[start : numbered.start()])
        if before:
            places.append(start + before.start())
    places.extend(found.start() for found in _WITHOUT_NUMBER.finditer(plain_text))
    return sorted(places)


def _standing(words: Sequence[str], at: int, known: Sequence[tuple[str, ...]]) -> tuple[str, ...] | None:
    return next((phrase for phrase in known if tuple(words[at : at + len(phrase)]) == phrase), None)


@cache
def _phrases() -> dict[tuple[str, str], list[tuple[str, ...]]]:
    """By their first two words, the longest first; a line of fewer words is no phrase."""
    phrases: dict[tuple[str, str], list[tuple[str, ...]]] = defaultdict(list)
    for line in PHRASES.read_text(encoding="utf-8").splitlines():
        words = tuple(words_in(plain(line.partition("#")[0])))
        if len(words) > 1:
            phrases[words[0], words[1]].append(words)
    for several in phrases.values():
        several.sort(key=len, reverse=True)
    return dict(phrases)
