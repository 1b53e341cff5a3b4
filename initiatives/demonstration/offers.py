"""Where made initiatives may come from, and what their campaign offers to choose: each by how often it is chosen."""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from initiatives.demonstration import unions
from initiatives.models import Campaign, CategoryScheme
from orgtree.models import Level, Unit

UPPER_SHARE = 0.1  # whose senders did not find their own union
FEW_UNIONS, MOST_UPPER_SHARE = 100, 0.8
# By sort of workplace, of a hundred.
FIELDS_OF = {
    "company": {"production": 50, "new_product": 15, "safety_environment": 20, "administration": 8, "other": 7},
    "school": {"education": 80, "administration": 12, "other": 8},
    "clinic": {"health": 80, "safety_environment": 8, "administration": 8, "other": 4},
    "office": {"administration": 70, "production": 8, "other": 22},
}
FIELDLESS = 0.06
GROUPS_OF = {
    "company": {"enterprise_worker": 90, "union_officer": 5, "rural_development": 5},
    "school": {"public_service": 92, "union_officer": 8},
    "clinic": {"public_service": 94, "union_officer": 6},
    "office": {"civil_servant": 70, "union_officer": 18, "rural_development": 12},
}
BLOCS_OF = {"company": "enterprise", "school": "agency", "clinic": "agency", "office": "agency"}


@dataclass(frozen=True)
class Place:
    """A unit; `sort` is that of its workplace."""

    pk: int
    code: str
    is_union: bool
    sort: str
    workplace: str

    @property
    def top(self) -> str:
        """The code of its province or sector."""
        return self.code.split("/")[0]


class Lists:
    """What the campaign offers to choose from, by sort of workplace and by how often it is chosen."""

    def __init__(self, campaign: Campaign) -> None:
        offered: dict[str, set[str]] = {}
        for which, code in campaign.choices.values_list("list", "code"):
            offered.setdefault(which, set()).add(code)
        self._fields = {sort: _often(often, offered.get("field", set())) for sort, often in FIELDS_OF.items()}
        is_bloc = campaign.category_scheme == CategoryScheme.BLOC
        groups = set() if is_bloc else offered.get("target_group", set())
        self._groups = {sort: _often(often, groups) for sort, often in GROUPS_OF.items()}
        self._blocs = {sort: bloc if is_bloc else "" for sort, bloc in BLOCS_OF.items()}
        self._kinds = sorted(offered.get("solution_kind", {""}))
        self.declarations = json.dumps(list(campaign.declarations.values_list("code", flat=True)))

    def field(self, draw: random.Random, sort: str) -> str:
        """ "" where none is given."""
        if draw.random() < FIELDLESS:
            return ""
        codes, weights = self._fields[sort]
        return draw.choices(codes, cum_weights=weights)[0]

    def group(self, draw: random.Random, sort: str) -> str:
        codes, weights = self._groups[sort]
        return draw.choices(codes, cum_weights=weights)[0]

    def bloc(self, sort: str) -> str:
        return self._blocs[sort]

    def kind(self, draw: random.Random) -> str:
        return self._kinds[int(draw.random() ** 2 * len(self._kinds))]


def _often(often: dict[str, int], offered: set[str]) -> tuple[list[str], list[int]]:
    known = {code: number for code, number in often.items() if code in offered} or dict.fromkeys(
        sorted(offered) or [""], 1
    )
    return list(known), list(accumulate(known.values()))


def places_of(campaign: Campaign) -> list[Place]:
    """Everything in the campaign's structure but the confederation."""
    units = Unit.objects.in_structure_of(campaign.structure_day).filter(depth__gt=1)
    rows = units.order_by("path").values_list("pk", "code", "level", "name")
    places = []
    for pk, code, level, name in rows:
        is_union = level == Level.GRASSROOTS
        sort = unions.sort_of(name) if is_union else _sort_of_upper(code)
        places.append(Place(pk, code, is_union, sort, unions.workplace_of(name)))
    return places


def weights_of(places: Sequence[Place]) -> list[float]:
    """Added up. Some unions send hundreds, most a few; the upper units have UPPER_SHARE together, those of big provinces more."""
    weights = [_weight_of_union(place) if place.is_union else _weight_of_upper(place) for place in places]
    below = sum(weight for place, weight in zip(places, weights, strict=True) if place.is_union)
    above = sum(weights) - below
    # a few unions would not bear nine tenths of everything
    part = UPPER_SHARE if sum(place.is_union for place in places) >= FEW_UNIONS else MOST_UPPER_SHARE
    scale = below / above * part / (1 - part) if below and above else 1.0
    scaled = (weight if place.is_union else weight * scale for place, weight in zip(places, weights, strict=True))
    return list(accumulate(scaled))


def _weight_of_union(place: Place) -> float:
    """By itself, so that it weighs the same in every run."""
    return min(random.Random(f"weight {place.code}").paretovariate(1.2), 400)  # noqa: S311 - nobody's secret


def _weight_of_upper(place: Place) -> float:
    return float(unions.BIG_PROVINCES.get(place.top, 1))


def _sort_of_upper(code: str) -> str:
    return next((next(iter(sorts)) for ending, sorts in unions.BELOW.items() if code.endswith(ending)), "office")
