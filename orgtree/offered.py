"""The units somebody may choose as a form lists them: the top ones, and those below one of them. Each is asked for once."""

import re
from dataclasses import dataclass
from functools import lru_cache

from django.utils.functional import cached_property

from orgtree.models import Unit
from orgtree.models.unit import Level, UnitQuerySet
from portal import plain_rows
from portal.vietnamese.names import list_key

MOST_BELOW = 400


@dataclass(frozen=True)
class Listed:
    code: str
    name: str
    level: str
    path: str
    depth: int


class Offered:
    """Of the units in `units`. Made for one form, or kept for many (`campaigns/campaign_facts.py`)."""

    def __init__(self, units: UnitQuerySet) -> None:
        self._units = units
        self._below: dict[str, list[Listed]] = {}
        self._by_code = plain_rows.Prepared(
            lambda one, other: units.filter(code__in=(one, other)), instead=("one code", "another")
        )

    @cached_property
    def tops(self) -> list[Listed]:
        """The provinces and sectors, in the order of their names."""
        return sorted(_listed(self._units.top()), key=lambda top: _plain_name(top.name))

    @cached_property
    def provinces(self) -> list[tuple[str, str]]:
        return [(top.code, top.name) for top in self.tops if top.level == Level.PROVINCE]

    @cached_property
    def sectors(self) -> list[tuple[str, str]]:
        return [(top.code, top.name) for top in self.tops if top.level == Level.SECTOR]

    def named(self, one: str, other: str) -> dict[str, Unit]:
        """The units that have these codes, as they are in the database now. One statement."""
        return {unit.code: unit for unit in self._by_code.rows(one, other)}

    def top_at(self, code: str) -> Listed | None:
        return next((top for top in self.tops if top.code == code), None)

    def top_over(self, unit: Unit) -> Listed | None:
        """The province or sector in which `unit` stands."""
        return next((top for top in self.tops if top.path == unit.top_path), None)

    def below(self, top: Listed) -> list[Listed]:
        """The first of what stands below a top unit, in the order of the tree."""
        if top.path not in self._below:
            branch = self._units.below(Unit(path=top.path, pk=0)).exclude(path=top.path)
            self._below[top.path] = _listed(branch[:MOST_BELOW])
        return self._below[top.path]


def _listed(units: UnitQuerySet) -> list[Listed]:
    return [Listed(*row) for row in units.values_list("code", "short_name", "level", "path", "depth")]


@lru_cache(maxsize=1024)
def _plain_name(short_name: str) -> str:
    """Without what all of them begin with, so that a list runs from An Giang to Yên Bái."""
    return list_key(re.sub(r"\A(?:LĐLĐ (?:tỉnh|thành phố|Thành phố)|CĐ(?: ngành)?) ", "", short_name))
