"""Finding a unit by what people type: with or without accents, whole names, beginnings of words, other names."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Case, IntegerField, Q, Value, When

from orgtree.models import Unit
from orgtree.models.unit import UnitQuerySet
from portal.vietnamese.text import folded

MAX_WORDS = 8
SCATTERED = 4


@dataclass(frozen=True)
class Found:
    """A unit, and the short names of those above it, the nearest first and without the confederation."""

    unit: Unit
    above: tuple[str, ...]

    @property
    def line(self) -> str:
        return ", ".join(self.above)


def find(typed: str, *, among: UnitQuerySet, limit: int) -> list[Found]:
    """The units of `among` in which every word typed begins a word of a name or an alias, the likeliest first.

    Two statements: the units, and those above them.
    """
    words = folded(typed).split()[:MAX_WORDS]
    if not words:
        return []
    found = among
    for word in sorted(set(words), key=lambda word: (-len(word), word)):  # long words are rare: they decide fastest
        found = found.filter(search_text__contains=f" {word}")
    found = found.annotate(likelihood=_likelihood(" ".join(words))).order_by("likelihood", "depth", "path")
    units = list(found[:limit])
    # "dong ha" is Đông Hà; that "lao động" and "Hà Giang" hold the two words as well is of no use to anybody.
    return with_those_above([unit for unit in units if unit.likelihood < SCATTERED] or units)


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


def _likelihood(phrase: str) -> Case:
    """The whole name; a province or sector that holds what was typed; a name that ends with it ("… Đông Hà"); one that
    holds it anywhere; last, and only where there is none of these, one that holds the words scattered."""
    ranked = (
        Q(search_text__contains=f"| {phrase} |"),
        Q(search_text__contains=f" {phrase}", depth__lte=2),
        Q(search_text__contains=f" {phrase} |"),
        Q(search_text__contains=f" {phrase}"),
    )
    return Case(
        *(When(condition, then=Value(rank)) for rank, condition in enumerate(ranked)),
        default=Value(SCATTERED),
        output_field=IntegerField(),
    )
