"""Places in the tree: which are free, and how whole branches get another.

A place is taken by the path of a unit and by the present place of one that closed for good: both share one space.
Branches may hold every grassroots union there is, so they are rewritten in the database, thousands of rows a statement.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import count, groupby
from typing import Any

from django.db import connection

from orgtree.models import Unit
from orgtree.scope import after_branch, branch

# Far below the number of parameters a statement of SQLite may have (32,766).
PAIRS_A_STATEMENT = 5000


def next_place(parent: Unit) -> str:
    """The next free path below `parent`."""
    return next(free_places(parent.path))


def free_places(above: str) -> Iterator[str]:
    """The free places directly below the place `above`, in order, behind all that were ever taken there."""
    step = Unit.steplen
    last = 0
    for column in ("path", "current_path"):
        taken = Unit.objects.filter(branch(above, by=column)).order_by(f"-{column}").values_list(column, flat=True)[:1]
        for place in taken:
            if place != above:
                last = max(last, Unit._str2int(place[len(above) : len(above) + step]))
    return (Unit._get_path(above, len(above) // step + 1, number) for number in count(last + 1))


def give_other_places(becomes: Mapping[str, str]) -> None:
    """Each present place in the branch of a key becomes the same place in the branch of its value; the deepest first."""
    for length, places in groupby(sorted(becomes, key=lambda place: (-len(place), place)), key=len):
        for some in _portions([(place, becomes[place]) for place in places]):
            first, last = some[0][0], some[-1][0]
            _update_from(some, _GO_ELSEWHERE, [length + 1, first, after_branch(last), length])


def succeed(successors: Mapping[int, int], *, day: date, document: str) -> None:
    """Each unit whose pk is a key closes, if it has not before, and the unit of the value goes on for it in its own place.

    One statement for all of it: a row that is written again is entered again in every index, and that of words is large.
    """
    closed_on = connection.ops.adapt_datefield_value(day)
    for some in _portions(list(successors.items())):
        _update_from(some, _SUCCEED, [document, closed_on])


# Both databases know an UPDATE that reads from elsewhere; the ORM does not.
_GO_ELSEWHERE = """
    UPDATE orgtree_unit SET current_path = pair.b || substr(current_path, %s) FROM pair
    WHERE current_path >= %s AND current_path < %s AND substr(current_path, 1, %s) = pair.a
"""
_SUCCEED = """
    UPDATE orgtree_unit SET
        successor_id = pair.b,
        current_path = successor.path,
        closing_document = CASE WHEN orgtree_unit.closed_on IS NULL THEN %s ELSE orgtree_unit.closing_document END,
        closed_on = COALESCE(orgtree_unit.closed_on, %s)
    FROM pair JOIN orgtree_unit AS successor ON successor.id = pair.b
    WHERE orgtree_unit.id = pair.a
"""


def _update_from(pairs: Sequence[tuple[Any, Any]], update: str, parameters: Sequence[Any]) -> None:
    rows = ", ".join(["(%s, %s)"] * len(pairs))
    values = [value for pair in pairs for value in pair]
    with connection.cursor() as cursor:
        cursor.execute(f"WITH pair(a, b) AS (VALUES {rows}) {update}", [*values, *parameters])


def _portions(pairs: Sequence[tuple[Any, Any]]) -> Iterator[Sequence[tuple[Any, Any]]]:
    for start in range(0, len(pairs), PAIRS_A_STATEMENT):
        yield pairs[start : start + PAIRS_A_STATEMENT]
