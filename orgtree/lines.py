"""The line of a unit through time: what it was before and what it became."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from orgtree.models import Unit


def standing_in(unit: Unit, *, day: date) -> Unit | None:
    """What stands for `unit` in the structure of `day`: itself, its first standing successor, or a predecessor.

    Where several units merged, a successor's line leads back to the one whose name it kept. A line that had no unit then is
    answered by that of the unit above; None below the confederation. Two statements for each step up.
    """
    above = Unit.objects.ancestors_and_self(unit).filter(depth__gt=1)
    for each in reversed(above):
        found = _of_line(each, day)
        if found is not None:
            return found
    return None


def all_standing_in(unit: Unit, *, day: date) -> list[Unit]:
    """All of the line of `unit` that the structure of `day` has, for several may have merged, also into one that went on as it
    was; itself where there is none. One statement, none for the confederation."""
    if unit.depth == 1:
        return [unit]
    return list(Unit.objects.filter(current_path=unit.current_path).in_structure_of(day)) or [unit]


def _of_line(unit: Unit, day: date) -> Unit | None:
    """All units of a line, and of those merged into it, have one present place."""
    line = {one.pk: one for one in Unit.objects.filter(current_path=unit.current_path)}
    offered = set(Unit.objects.in_structure_of(day).filter(pk__in=line).order_by().values_list("pk", flat=True))
    return next((one for one in (*_after(unit, line), *_before(unit, line)) if one.pk in offered), None)


def _after(unit: Unit, line: dict[int, Unit]) -> Iterator[Unit]:
    """The unit and what went on for it, one after the other."""
    one: Unit | None = unit
    while one is not None:
        yield one
        one = line.get(one.successor_id) if one.successor_id else None


def _before(unit: Unit, line: dict[int, Unit]) -> Iterator[Unit]:
    """What the unit goes on for, the nearest generation first, in each the one of its own name first."""
    earlier: dict[int | None, list[Unit]] = defaultdict(list)
    for one in line.values():
        earlier[one.successor_id].append(one)
    generation = [unit]
    while generation:
        generation = [one for later in generation for one in earlier[later.pk]]
        yield from sorted(generation, key=lambda one: (one.name != unit.name, one.path))
