"""The one row rule: staff see the branch of their unit, and nothing tells a missing row from a forbidden one.

A branch is one indexed range over `current_path`: `p <= current_path < next(p)`. (A LIKE scans the index on SQLite:
6.8 against 0.4 ms at 130,000 units.) Steps of a path have a fixed width, so "/A" never matches "/AB".
"""

from typing import TYPE_CHECKING, Any, Self

from django.db.models import Q, QuerySet

if TYPE_CHECKING:
    from orgtree.models import StaffAccount, Unit

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def after_branch(path: str) -> str:
    """The first path behind the whole branch of `path`; "" when nothing can follow it."""
    kept = path.rstrip(ALPHABET[-1])
    if not kept:
        return ""
    return kept[:-1] + ALPHABET[ALPHABET.index(kept[-1]) + 1]


def branch(path: str, *, by: str) -> Q:
    """The rows whose column `by` ("current_path", "unit__path" …) lies in the branch of `path`, itself included."""
    inside = Q(**{f"{by}__gte": path})
    end = after_branch(path)
    return inside & Q(**{f"{by}__lt": end}) if end else inside


class ScopedQuerySet(QuerySet[Any]):
    """Rows that belong to a unit. `unit_lookup` names the way from a row to it ("" for units themselves)."""

    unit_lookup = "unit"

    def visible_to(self, account: "StaffAccount") -> Self:
        """The rows of the account's branch; none for an account that is closed or not staff."""
        unit = getattr(account, "unit", None)
        if unit is None or not account.is_active:
            return self.none()
        return self.in_branch_of(unit)

    def in_branch_of(self, unit: "Unit") -> Self:
        """The rows of `unit` and everything below it today, whatever the units were called when the rows came."""
        column = f"{self.unit_lookup}__current_path" if self.unit_lookup else "current_path"
        return self.filter(branch(unit.current_path, by=column))
