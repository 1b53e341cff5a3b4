"""What a branch surely holds, by the last count: where it is this much, nobody need count to say "more than".

A province of hundreds of thousands would be read for numbers that end at 10,000. The tally knows them of a minute ago: of so many
no ten thousand go elsewhere before it is counted again. What is fewer is counted, and so right to the last one.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from initiatives.models import DUPLICATE, By, Status, Tally
from orgtree.models import Unit
from orgtree.scope import branch

SURELY = 20_000
GOOD_FOR = timedelta(minutes=10)


def held(unit: Unit, *, at: datetime, campaigns: Collection[int] | None = None) -> dict[tuple[int, str], int]:
    """Campaign and status with about how many, SURELY at least, of `campaigns` or all there are. One statement, two where it
    finds any; none for a unit without others below it, which is soon counted. (The root loses nothing.)"""
    if not unit.numchild:
        return {}
    rows = Tally.objects.filter(unit=unit, by=By.STATUS, campaign__tally_run__counted_at__gte=at - GOOD_FOR)
    if campaigns is not None:
        rows = rows.filter(campaign__in=campaigns)
    found: dict[tuple[int, str], int] = {}
    for campaign, value, number in rows.values_list("campaign", "value", "entries"):
        # a duplicate is an invalid one
        key = (campaign, Status.INVALID.value if value == DUPLICATE else value)
        found[key] = found.get(key, 0) + number
    sure = {key: number for key, number in found.items() if number >= SURELY}
    return {} if sure and unit.depth > 1 and _has_lost_some(unit) else sure


def _has_lost_some(unit: Unit) -> bool:
    """Whether the tree took units elsewhere that the tally counts as its branch, by their own paths."""
    counted = Unit.objects.filter(branch(unit.path, by="path"))
    return counted.exclude(branch(unit.current_path, by="current_path")).exists()
