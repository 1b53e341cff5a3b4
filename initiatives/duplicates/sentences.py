"""Two texts sentence by sentence: which of one stand in the other, and which words of them were changed. Pure.

Shown side by side ("9/10 câu"): what is alike without accents, case and punctuation is unmarked.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import Enum

from initiatives.duplicates import stock
from initiatives.duplicates.words import plain, words_in

# A sentence stands in the other text where seven of ten words do.
ALIKE = 0.7
FEWEST_WORDS = 3  # fewer of its own, and a sentence is not counted
MOST_SENTENCES = 120  # of a text; the rest is one more
_SENTENCE = re.compile(r".+?(?:(?<![.!?;:…])[.!?;:…]++(?=\s|\Z)\s*|\n\s*|\Z)", re.DOTALL)
_BETWEEN = "\x01"  # no blank, and typed by nobody
_TOKEN = re.compile(r"\S+\s*|\s+")


class State(Enum):
    SAME = "same"
    CHANGED = "changed"
    ONLY_HERE = "only_here"
    STOCK = "stock"  # too short, or nothing but stock: neither counted nor marked


@dataclass(frozen=True)
class Span:
    """A run of words; marked where the other text has others, or none."""

    text: str
    is_marked: bool


@dataclass(frozen=True)
class Sentence:
    """`spans` joined are the sentence as written, with the blank or the line end after it."""

    state: State
    spans: tuple[Span, ...]

    @property
    def text(self) -> str:
        return "".join(span.text for span in self.spans)


@dataclass(frozen=True)
class Comparison:
    """Both texts whole, sentence by sentence. `alike` of the later text's `sentences` stand in the earlier one too."""

    earlier: tuple[Sentence, ...]
    later: tuple[Sentence, ...]
    alike: int
    sentences: int


@dataclass(frozen=True)
class Count:
    alike: int
    sentences: int


@dataclass(frozen=True)
class Read:
    """A sentence as written, and as it is compared."""

    text: str
    words: tuple[str, ...]
    different: frozenset[str]
    is_stock: bool


def read(text: str) -> list[Read]:
    """The sentences of a text, ready to be compared with those of others."""
    parts = split(text)
    wholes = plain(_BETWEEN.join(parts)).split(_BETWEEN)  # all at once: a third of the time
    if len(wholes) != len(parts):
        wholes = [plain(part) for part in parts]
    return [_read(part, whole) for part, whole in zip(parts, wholes, strict=True)]


def split(text: str) -> list[str]:
    """The sentences of a text as written; joined they are the text."""
    parts = _SENTENCE.findall(text)
    if len(parts) > MOST_SENTENCES:
        parts[MOST_SENTENCES:] = ["".join(parts[MOST_SENTENCES:])]
    return parts


def counted(earlier: Sequence[Read], later: Sequence[Read]) -> Count:
    """How many sentences of `later` stand in `earlier` too, of how many. What is stock or too short is not counted."""
    matched = _matched(earlier, later)
    own = [place for place, sentence in enumerate(later) if not sentence.is_stock]
    return Count(sum(place in matched for place in own), len(own))


def compared(earlier: str, later: str) -> Comparison:
    """Side by side, with the differences marked word by word."""
    ones, others = read(earlier), read(later)
    matched = _matched(ones, others)
    left: dict[int, Sentence] = {}
    right: dict[int, Sentence] = {}
    for place, other in enumerate(others):
        if place in matched:
            left[matched[place]], right[place] = _side_by_side(ones[matched[place]], other)
    own = [place for place, sentence in enumerate(others) if not sentence.is_stock]
    return Comparison(
        earlier=tuple(left.get(place) or _alone(one) for place, one in enumerate(ones)),
        later=tuple(right.get(place) or _alone(other) for place, other in enumerate(others)),
        alike=sum(place in matched for place in own),
        sentences=len(own),
    )


def _read(part: str, whole: str) -> Read:
    words = tuple(words_in(whole))
    own = _without_quotations(whole) if " so" in whole or "can cu" in whole else list(words)
    runs, _ = stock.set_apart(own)
    return Read(part, words, frozenset(words), is_stock=sum(map(len, runs)) < FEWEST_WORDS)


def _without_quotations(whole: str) -> list[str]:
    kept, begun = [], 0
    for start, end in stock.quotations(whole):
        kept.append(whole[begun:start])
        begun = end
    return words_in(" ".join((*kept, whole[begun:])))


def _matched(ones: Sequence[Read], others: Sequence[Read]) -> dict[int, int]:
    """For places in the later text the place in the earlier: first what is equal, then what is most alike, each once."""
    matched: dict[int, int] = {}
    waiting: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place in range(len(ones) - 1, -1, -1):
        waiting[ones[place].words].append(place)
    for place, other in enumerate(others):
        if waiting.get(other.words):
            matched[place] = waiting[other.words].pop()
    taken = set(matched.values())
    near = [
        (_overlap(one.different, other.different), place, other_place)
        for other_place, other in enumerate(others)
        if other_place not in matched
        for place, one in enumerate(ones)
        if place not in taken
    ]
    for overlap, place, other_place in sorted(near, key=lambda each: (-each[0], each[1], each[2])):
        if overlap >= ALIKE and place not in taken and other_place not in matched:
            matched[other_place] = place
            taken.add(place)
    return matched


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """Words in common, of the richer one's."""
    richer, poorer = max(len(one), len(other)), min(len(one), len(other))
    if not richer or poorer < ALIKE * richer:
        return 0.0
    return len(one & other) / richer


def _alone(sentence: Read) -> Sentence:
    if sentence.is_stock:
        return Sentence(State.STOCK, (Span(sentence.text, is_marked=False),))
    return Sentence(State.ONLY_HERE, (Span(sentence.text, is_marked=True),))


def _side_by_side(one: Read, other: Read) -> tuple[Sentence, Sentence]:
    if one.words == other.words:
        return (
            Sentence(State.SAME, (Span(one.text, is_marked=False),)),
            Sentence(State.SAME, (Span(other.text, is_marked=False),)),
        )
    left, right = _TOKEN.findall(one.text), _TOKEN.findall(other.text)
    steps = SequenceMatcher(None, [_key(token) for token in left], [_key(token) for token in right], autojunk=False)
    blocks = steps.get_opcodes()
    return (
        Sentence(State.CHANGED, tuple(_spans(left, ((tag, start, end) for tag, start, end, _, _ in blocks)))),
        Sentence(State.CHANGED, tuple(_spans(right, ((tag, start, end) for tag, _, _, start, end in blocks)))),
    )


def _spans(tokens: Sequence[str], steps: Iterator[tuple[str, int, int]]) -> Iterator[Span]:
    for tag, start, end in steps:
        if start < end:
            yield Span("".join(tokens[start:end]), is_marked=tag != "equal")


def _key(token: str) -> str:
    return " ".join(words_in(plain(token)))
