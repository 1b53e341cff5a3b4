"""Which grassroots union a workplace may be that somebody typed. Rather none than one that only sounds alike."""

from collections.abc import Sequence

from orgtree.finding.word_index import Holds, Term
from orgtree.finding.words import is_said_of_many, pairs, shortened, words_of
from orgtree.models import Level
from orgtree.models.unit import UnitQuerySet
from orgtree.search import Found, with_those_above

MOST_WORDS = 20
MOST_COMPARED = 500
# Three quarters of one name must stand in the other: "May Bình Minh" is no "Trường THPT Bình Minh".
ENOUGH = 0.75
# Hardly a Vietnamese syllable is so long, so one word is enough: "Vinamilk".
COINED = 7


def suggested(typed: str, *, among: UnitQuerySet, limit: int = 5) -> list[Found]:
    """The grassroots unions of `among` whose name is likely in what was typed, or holds it; the likeliest first."""
    names = _own_names(shortened(words_of(typed)[:MOST_WORDS]))
    marks = [mark for name in names for mark in pairs(name)]
    marks += [word for name in names for word in name if len(word) >= COINED]
    if not marks:
        return []
    holding = among.filter(Holds([[Term(mark)] for mark in marks]), level=Level.GRASSROOTS).order_by("path")
    typed_marks = _marks(names)
    scored = []
    for pk, text in holding.values_list("pk", "search_text")[:MOST_COMPARED]:
        score = max(_likeness(typed_marks, variant) for variant in text.strip("| ").split(" | "))
        if score[0] >= ENOUGH:
            scored.append((score, pk))
    scored.sort(key=lambda each: each[0], reverse=True)
    units = among.in_bulk([pk for _, pk in scored[:limit]])
    return with_those_above([units[pk] for _, pk in scored[:limit]])


def _own_names(words: Sequence[str]) -> list[list[str]]:
    """The words between those that are said of many ("công ty cổ phần"): neighbours stay together."""
    names: list[list[str]] = [[]]
    for word in words:
        if is_said_of_many(word):
            names.append([])
        else:
            names[-1].append(word)
    return [name for name in names if name]


def _marks(names: Sequence[Sequence[str]]) -> frozenset[str]:
    return frozenset(mark for name in names for mark in (*name, *pairs(name)))


def _likeness(typed: frozenset[str], variant: str) -> tuple[float, float]:
    """How much of either name stands in the other: the greater part first."""
    own = _marks(_own_names(shortened(variant.split())))
    both = len(own & typed)
    parts = sorted((both / len(typed), both / len(own) if own else 0.0), reverse=True)
    return parts[0], parts[1]
