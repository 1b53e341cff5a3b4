"""Grassroots unions that do not exist, below the real units of the demonstration's structure.

Each is drawn from its number alone, so that the first thousand are the same whenever they are made and more can be added later.
All bear "(thử nghiệm)" in their names and MARK in their codes.
"""

import csv
import random
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from initiatives.demonstration import words
from initiatives.models import Campaign
from orgtree.importing import UNIT_COLUMNS, import_units
from orgtree.models import Level, Unit
from orgtree.models.unit import MIDDLE_LEVELS

MARK = "thu-nghiem-"
WHOLE = "Công đoàn cơ sở "
SHORT = "CĐCS "
ENDING = " (thử nghiệm)"
# Where more people work; every other province counts one.
BIG_PROVINCES = {"ho-chi-minh": 9, "ha-noi": 8, "binh-duong": 6, "dong-nai": 6, "thanh-hoa": 5, "quang-tri": 3}
# What stands below a unit of which the last part of its code says so: sorts of workplaces, by how often.
BELOW = {
    "giao-duc": {"school": 1},
    "y-te": {"clinic": 1},
    "vien-chuc": {"office": 1},
    "ngan-hang": {"office": 1, "company": 2},
    "cong-an-nhan-dan": {"office": 1},
    "quoc-phong": {"office": 1, "company": 1},
}
BELOW_A_DISTRICT = {"company": 9, "school": 6, "office": 4, "clinic": 2}
BELOW_ANY_OTHER = {"company": 9, "office": 1}


@dataclass(frozen=True)
class _Parent:
    code: str
    level: str


def add(campaign: Campaign, number: int) -> int:
    """Makes the demonstration have `number` of them, through the importer's own door; how many were missing."""
    there = Unit.objects.filter(level=Level.GRASSROOTS, code__contains=f"/{MARK}")
    last = max((int(code.rpartition(MARK)[2]) for code in there.values_list("code", flat=True)), default=0)
    if number <= last:
        return 0
    upper = Unit.objects.in_structure_of(campaign.structure_day).filter(level__in=(*MIDDLE_LEVELS, Level.SECTOR))
    parents = [_Parent(*found) for found in upper.order_by("path").values_list("code", "level")]
    taken = set(there.values_list("name", flat=True))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "units.csv"
        with path.open("w", encoding="utf-8", newline="") as opened:
            writer = csv.writer(opened)
            writer.writerow(UNIT_COLUMNS)
            writer.writerows(_rows(parents, last + 1, number, taken))
        import_units(path)
    return number - last


def sort_of(union: str) -> str:
    """What sort of workplace a union's name tells of: where it may be any, a company."""
    workplace = union.removeprefix(WHOLE)
    for sort, kinds in (("school", words.SCHOOLS), ("clinic", words.CLINICS)):
        if workplace.startswith(kinds):
            return sort
    return "office" if workplace.startswith((*words.COMMUNES, *words.BUREAUS)) else "company"


def workplace_of(union: str) -> str:
    return union.removeprefix(WHOLE).removesuffix(ENDING)


def _rows(parents: Sequence[_Parent], first: int, last: int, taken: set[str]) -> Iterator[Sequence[str]]:
    weights = list(accumulate(BIG_PROVINCES.get(each.code.split("/")[0], 1) for each in parents))
    for number in range(first, last + 1):
        draw = random.Random(f"union {number}")  # noqa: S311 - nobody's secret
        parent = draw.choices(parents, cum_weights=weights)[0]
        workplace = _workplace(draw, parent)
        name = f"{WHOLE}{workplace}{ENDING}"
        if name in taken:
            workplace = f"{workplace} số {number}"
            name = f"{WHOLE}{workplace}{ENDING}"
        taken.add(name)
        code = f"{parent.code}/{MARK}{number:05}"
        yield (
            code,
            parent.code,
            Level.GRASSROOTS,
            "cong-doan-co-so",
            name,
            f"{SHORT}{workplace}{ENDING}",
            "",
            "thu-nghiem",
        )


def _workplace(draw: random.Random, parent: _Parent) -> str:
    sorts = next((sorts for ending, sorts in BELOW.items() if parent.code.endswith(ending)), None)
    if sorts is None:
        sorts = BELOW_A_DISTRICT if parent.level in {Level.DISTRICT, Level.COMMUNE} else BELOW_ANY_OTHER
    sort = draw.choices(list(sorts), list(sorts.values()))[0]
    if sort == "company":
        return f"{draw.choice(words.FORMS)} {draw.choice(words.TRADES)} {words.proper(draw)}"
    kinds = {"school": words.SCHOOLS, "clinic": words.CLINICS}.get(sort, words.COMMUNES)
    if sort == "office" and parent.level not in {Level.DISTRICT, Level.COMMUNE}:
        kinds = words.BUREAUS
    return f"{draw.choice(kinds)} {words.proper(draw)}"
