"""The line of a unit through time: what it was before and what it became."""

from datetime import date

from orgtree.models import Unit

LONGEST_LINE = 20


def standing_in(unit: Unit, *, day: date) -> Unit | None:
    """The unit of this line in the structure of `day`: itself, its first standing successor, or a predecessor.

    Where several units merged, a successor's line leads back to the one that gave it its name first. None when the line
    had no unit then.
    """
    offered = Unit.objects.in_structure_of(day)
    seen: Unit | None = unit
    for _ in range(LONGEST_LINE):
        if seen is None:
            break
        if offered.filter(pk=seen.pk).exists():
            return seen
        seen = seen.successor
    generation = [unit.pk]
    for _ in range(LONGEST_LINE):
        earlier = Unit.objects.filter(successor__in=generation)
        found = offered.filter(pk__in=earlier.values("pk")).order_by("path").first()
        if found is not None:
            return found
        generation = list(earlier.values_list("pk", flat=True))
        if not generation:
            return None
    return None
