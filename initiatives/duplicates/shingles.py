"""A text as the three-word pieces it is made of, its own apart from what is stock, and how alike two such texts are."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Self

from initiatives.duplicates import stock
from initiatives.duplicates.words import plain, sentences_of, words_in
from initiatives.models import Initiative

SHINGLE = 3
# A stock piece weighs a tenth of one's own, and all of them together never a fifth of the whole: they decide nothing.
STOCK_WEIGHT = 0.1
STOCK_AT_MOST = 0.25


@dataclass(frozen=True)
class Text:
    """What of an initiative is compared."""

    title: str
    description: str
    effect: str = ""

    @classmethod
    def of(cls, initiative: Initiative) -> Self:
        return cls(initiative.title, initiative.description, initiative.effect)

    @property
    def body(self) -> str:
        """What is compared sentence by sentence."""
        return f"{self.description}\n{self.effect}" if self.effect else self.description


@dataclass(frozen=True)
class Shingles:
    """Taken within sentences, so their order does not matter. `words` are all there are, in order."""

    own: frozenset[str]
    stock: frozenset[str]
    words: Sequence[str]


def shingles_of(text: Text) -> Shingles:
    whole = plain(f"{text.title}\n{text.description}\n{text.effect}")
    own: set[str] = set()
    common: set[str] = set()
    words: list[str] = []
    for part, is_quoted in _parts(whole):
        for sentence in sentences_of(part):
            of_sentence = words_in(sentence)
            words += of_sentence
            if is_quoted:
                common.update(_threes(of_sentence))
                continue
            runs, phrases = stock.set_apart(of_sentence)
            for run in runs:
                own.update(_threes(run))
            for phrase in phrases:
                common.update(_threes(phrase))
    if not own:  # nothing but stock, or a word or two
        own, common = common or {" ".join(words)}, set()
    return Shingles(frozenset(own), frozenset(common), words)


def likeness(one: Shingles, other: Shingles) -> float:
    """From 0 to 1: the share of pieces that both have among those that either has (Jaccard), stock weighing little."""
    common, either = len(one.own & other.own), len(one.own | other.own)
    stock_either = len(one.stock | other.stock)
    if not stock_either:
        return common / either
    weight = min(STOCK_WEIGHT, STOCK_AT_MOST * either / stock_either)
    return (common + weight * len(one.stock & other.stock)) / (either + weight * stock_either)


def _parts(whole: str) -> Iterator[tuple[str, bool]]:
    """The text cut where a regulation is quoted, and whether it is the quotation."""
    begun = 0
    for start, end in stock.quotations(whole):
        yield whole[begun:start], False
        yield whole[start:end], True
        begun = end
    yield whole[begun:], False


def _threes(words: Sequence[str]) -> Iterable[str]:
    return map(" ".join, zip(words, words[1:], words[2:], strict=False))
