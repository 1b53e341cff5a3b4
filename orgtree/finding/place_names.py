"""The place in what was typed: the names of units above, behind a unit's own name or before it."""

from collections import defaultdict
from collections.abc import Iterator

from orgtree.finding.word_index import Holds, Term
from orgtree.finding.words import Reading, is_only_before_a_place, place
from orgtree.models import Unit

MOST_PLACES = 200

Span = tuple[int, int]


def places_in(reading: Reading) -> Iterator[tuple[Reading, set[str]]]:
    """Each way in which the end of what was typed, or else its beginning, names a unit above: the rest of it, and the
    paths of the units so named. One statement."""
    number = len(reading.words)
    named = _paths_named(reading)
    behind = ((reading.part(0, end), _of(named, end, number, nearest_first=True)) for end in range(1, number))
    before = (
        (reading.part(start, number), _of(named, 0, start, nearest_first=False)) for start in range(number - 1, 0, -1)
    )
    for rest, paths in (*behind, *before):
        if paths and not is_only_before_a_place(rest.words):
            yield rest, paths


def _of(named: dict[Span, set[str]], start: int, end: int, *, nearest_first: bool) -> set[str]:
    """The place these words name, or the one that lies in another: "Đông Hà, Quảng Trị"."""
    found = set(named[start, end])
    for middle in range(start + 1, end):
        spans = (start, middle), (middle, end)
        inner, outer = spans if nearest_first else spans[::-1]
        found |= {path for path in named[inner] if path.startswith(tuple(named[outer]))}
    return found


def _paths_named(reading: Reading) -> dict[Span, set[str]]:
    """Where the upper units stand or stood that are called as some neighbouring words are, though not as all of them."""
    number = len(reading.words)
    spans = defaultdict(list)
    for start in range(number):
        for end in range(start + 1, number + 1):
            mark = place(reading.words[start:end])
            if mark and end - start < number:
                spans[mark].append((start, end))
    named: dict[Span, set[str]] = defaultdict(set)
    units = (
        Unit.objects.filter(Holds([[Term(mark)] for mark in sorted(spans)])).order_by()
        if spans
        else Unit.objects.none()
    )
    for words, *paths in units.values_list("search_words", "path", "current_path")[:MOST_PLACES]:
        for mark in spans.keys() & words.split():
            for span in spans[mark]:
                named[span].update(paths)
    return named
