"""Finding a unit by what people type: with or without accents, in full or shortened, by an old name, with its place, with
one slip of the finger.

From the surest understanding to the least, and the first that finds anything answers: the words together, as in a name;
the words anywhere in the names of one unit, or of a unit and of one above it; the same with i for y, as schools spell; the
same with one word mended. Each step reads the index of words, never the table; where that gives too many, the units above come
first and then those met first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import islice, pairwise
from operator import or_

from django.db.models import Q

from orgtree.finding.place_names import places_in
from orgtree.finding.slips import learn_words, meant
from orgtree.finding.word_index import Holds, Query, Term, first_keys, last_keys
from orgtree.finding.words import Reading, other_spellings, pairs, readings_of
from orgtree.models import Level, Unit
from orgtree.models.unit import UnitQuerySet
from orgtree.scope import branch

__all__ = ["Found", "Matched", "find", "learn_words", "matching", "offered_below", "searchable", "with_those_above"]

# Measured at 130,000 units: what is read to find the likeliest, and where more hold what was typed than that, of how many.
MOST_RANKED = 1000
MOST_SAMPLED = 300
MOST_COUNTED = 10_000
MOST_MENDED = 60
MOST_MENDED_APART = 12
MOST_MATCHED = 200
SCATTERED = 4


@dataclass(frozen=True)
class Found:
    """A unit, and the short names of those above it, the nearest first and without the confederation."""

    unit: Unit
    above: tuple[str, ...]

    @property
    def line(self) -> str:
        return ", ".join(self.above)


@dataclass(frozen=True)
class Matched:
    """The rows of a list; where `most` is a number, one row beyond it stands for all that were left out."""

    rows: UnitQuerySet
    most: int | None = None


@dataclass(frozen=True, order=True)
class _Row:
    """A unit with its rank. In order: by rank, then as in the tree, what stands higher first."""

    rank: float
    depth: int
    path: str
    pk: int
    is_upper: bool


# --- what is asked -----------------------------------------------------------------------------------------------------


def find(typed: str, *, among: UnitQuerySet, limit: int) -> list[Found]:
    """The units of `among` that were likely meant, the likeliest first; a number of statements that does not grow."""
    keys = [row.pk for row in islice(_found(typed, among=among, limit=limit), limit)]
    units = Unit.objects.in_bulk(keys) if keys else {}
    return with_those_above([units[key] for key in keys])


def matching(rows: UnitQuerySet, typed: str) -> Matched:
    """The rows that `find` would find, for lists that have an order of their own; none for nothing typed."""
    readings = readings_of(typed)
    if not readings:
        return Matched(rows.none())
    query, condition = _together(readings), _hold_together(readings)
    keys = first_keys(query, most=MOST_COUNTED + 1)
    if len(keys) > MOST_COUNTED:
        held = rows  # a list reads a page and counts to a cap: where so many hold it, both end early without the index
    elif len(keys) > MOST_RANKED:
        held = rows.filter(Holds(query))
    else:
        held = rows.filter(pk__in=keys)
    together = held.filter(condition)
    if keys and together.order_by().exists():
        return Matched(together)
    likely = islice(_found(typed, among=rows, limit=MOST_MATCHED + 1), MOST_MATCHED + 1)
    return Matched(rows.filter(pk__in=[row.pk for row in likely]), MOST_MATCHED)


def searchable(unit: Unit, *, other_names: Iterable[str] = ()) -> None:
    """Sets, unsaved, what `unit` is found by: its names, and aliases, past names and names of its predecessors."""
    unit.be_found_by(other_names)


def offered_below(unit: Unit, *, among: UnitQuerySet, limit: int) -> list[Unit]:
    """The children of `unit`, each followed by its own, in the order of the tree; the children alone when that would be
    more than `limit`. One row over the limit tells that there are more. At most two statements."""
    units = list(among.below(unit).filter(depth__lte=unit.depth + 2).order_by("path")[: limit + 1])
    if len(units) > limit:
        units = list(among.directly_below(unit).order_by("path")[: limit + 1])
    return units


def with_those_above(units: Sequence[Unit]) -> list[Found]:
    step = Unit.steplen
    paths_above = {unit: [unit.path[:end] for end in range(len(unit.path) - step, step, -step)] for unit in units}
    wanted = {path for paths in paths_above.values() for path in paths}
    short_names = dict(Unit.objects.filter(path__in=wanted).order_by().values_list("path", "short_name"))
    return [
        Found(unit, tuple(short_names[path] for path in paths if path in short_names))
        for unit, paths in paths_above.items()
    ]


# --- the steps ---------------------------------------------------------------------------------------------------------


def _found(typed: str, *, among: UnitQuerySet, limit: int) -> list[_Row]:
    readings = readings_of(typed)
    if not readings:
        return []
    spelled_otherwise = (readings_of(" ".join(words)) for words in other_spellings(readings[-1].words))
    for each in (readings, *spelled_otherwise):
        found = _named_together(each, among, limit) or _named_apart(each, among, limit)
        if found:
            return found
    return _mended(readings, among, limit)


def _named_together(readings: Sequence[Reading], among: UnitQuerySet, limit: int) -> list[_Row]:
    rows = _rows(_together(readings), _hold_together(readings), readings, among, limit)
    # "dong ha" is Đông Hà; that "lao động" and "Hà Giang" hold the two words as well is of no use to anybody.
    return [row for row in rows if row.rank < SCATTERED]


def _named_apart(readings: Sequence[Reading], among: UnitQuerySet, limit: int) -> list[_Row]:
    """All the words in the names of one unit, or of a unit and of one above it; upper units before grassroots ones."""
    readings = [reading for reading in readings if len(reading.words) > 1]
    if not readings:
        return []
    rows = _rows(_apart(readings), _hold_apart(readings), readings, among, limit)
    below = _named_with_a_place(readings[-1], among, limit)
    found = [*(row for row in below if row.is_upper), *rows, *below]
    return list({row.pk: row for row in found}.values())


def _named_with_a_place(reading: Reading, among: UnitQuerySet, limit: int) -> list[_Row]:
    """ "chau thanh long an": Châu Thành of Long An, and not those of ten other provinces."""
    for rest, places in places_in(reading):
        below = among.filter(reduce(or_, (branch(path, by="path") for path in sorted(places))))
        rows = _named_together([rest], below, limit) or (
            _rows(_apart([rest]), _hold_apart([rest]), [rest], below, limit) if len(rest.words) > 1 else []
        )
        if rows:
            return sorted(rows, key=lambda row: not row.is_upper)
    return []


def _mended(readings: Sequence[Reading], among: UnitQuerySet, limit: int) -> list[_Row]:
    # A slip and an unfinished word would be two guesses.
    mended = [
        replace(one, is_open=False)
        for words in islice(dict.fromkeys(meant(readings[-1].words)), MOST_MENDED)
        for one in readings_of(" ".join(words))
    ]
    if not mended:
        return []
    found = _named_together(mended, among, limit)
    if not found and len(mended) <= MOST_MENDED_APART:
        found = _named_apart(mended, among, limit)
    return found


# --- what the index is asked, and what a row must hold -----------------------------------------------------------------


def _together(readings: Iterable[Reading]) -> Query:
    """Each pair of neighbours; the last word may be the beginning of one."""
    query = []
    for reading in readings:
        tokens = list(pairs(reading.words)) or list(reading.words)
        query.append([*map(Term, tokens[:-1]), Term(tokens[-1], reading.is_open)])
    return query


def _apart(readings: Iterable[Reading]) -> Query:
    """The words, and the last may be the beginning of one."""
    return [[*map(Term, reading.words[:-1]), Term(reading.words[-1], reading.is_open)] for reading in readings]


def _hold_together(readings: Iterable[Reading]) -> Q:
    return reduce(or_, (Q(search_text__contains=reading.phrase) for reading in readings))


def _hold_apart(readings: Iterable[Reading]) -> Q:
    parts = ((reading.part(number, number + 1) for number in range(len(reading.words))) for reading in readings)
    return reduce(or_, (Q(*(Q(search_text__contains=word.phrase) for word in words)) for words in parts))


# --- rows and their rank -----------------------------------------------------------------------------------------------


def _rows(query: Query, condition: Q, readings: Sequence[Reading], among: UnitQuerySet, limit: int) -> list[_Row]:
    """The rows that hold `query`, ranked. Where more hold it than can be ranked, all upper units that meet `condition`,
    and then as many of the others as are asked for."""
    keys = first_keys(query, most=MOST_RANKED + 1)
    if len(keys) <= MOST_RANKED:
        return _ranked(among.filter(pk__in=keys), readings) if keys else []
    met = among.filter(condition)
    upper = _ranked(met.exclude(level=Level.GRASSROOTS), readings)
    if len(upper) >= limit:
        return upper
    others = met.filter(level=Level.GRASSROOTS).order_by()
    for some in (keys[:MOST_SAMPLED], last_keys(query, most=MOST_SAMPLED)):
        found = _ranked(others.filter(pk__in=some), readings)
        if len(upper) + len(found) >= limit:
            return upper + found
    # What was met lies elsewhere: the branch asked is small.
    return upper + _ranked(others[:limit], readings)


def _ranked(rows: UnitQuerySet, readings: Sequence[Reading]) -> list[_Row]:
    read = rows.values_list("pk", "path", "depth", "level", "search_text")
    return sorted(
        _Row(_rank(text, depth, readings), depth, path, pk, is_upper=level != Level.GRASSROOTS)
        for pk, path, depth, level, text in read
    )


def _rank(text: str, depth: int, readings: Sequence[Reading]) -> float:
    """The whole name; a province or sector that holds what was typed; a name that ends with it ("… Đông Hà"); one that
    holds it anywhere; last, one that holds the words scattered, the better the more of them are neighbours."""
    best = SCATTERED + 1.0
    for reading in readings:
        words = reading.words
        if reading.phrase in text:
            phrase = " ".join(words)
            rank = 0 if f"| {phrase} |" in text else 1 if depth <= 2 else 2 if f" {phrase} |" in text else 3
            best = min(best, rank)
        elif best > SCATTERED and len(words) > 1:
            apart = sum(f" {first} {second}" not in text for first, second in pairwise(words))
            best = min(best, SCATTERED + apart / (len(words) - 1))
    return best
