"""How many grassroots unions a branch has: as declared, else those that stand in the campaign's structure (M34, TH21)."""

from dataclasses import dataclass

from django.db.models import Count
from django.db.models.functions import Substr

from initiatives.models import Campaign, GrassrootsCount
from orgtree.models import Level, Unit
from orgtree.scope import branch
from portal.vietnamese import formats

WANTED = 2  # "bình quân mỗi CĐCS có ít nhất 2 sáng kiến"


@dataclass(frozen=True)
class Unions:
    """`number` is None where only some units below declared theirs: neither that sum nor the tree would be the truth."""

    number: int | None
    is_declared: bool = False
    taking_part: int = 0

    @property
    def is_told(self) -> bool:
        """Whether there is anything to say: unions that are known of, or that take part."""
        return bool(self.number or self.taking_part)

    @property
    def share(self) -> str:
        """Of those that take part."""
        return formats.percent(self.taking_part, self.number)


def of(campaign: Campaign, unit: Unit) -> dict[str, Unions]:
    """Of `unit` and each unit directly below it, by path; two statements. No entry is none."""
    inside = branch(unit.path, by="unit__path")
    declared = dict(
        GrassrootsCount.objects.filter(inside, campaign=campaign).order_by().values_list("unit__path", "number")
    )
    own = len(unit.path)
    standing = Unit.objects.in_structure_of(campaign.structure_day).filter(branch(unit.path, by="path"))
    grouped = standing.filter(level=Level.GRASSROOTS).annotate(top=Substr("path", 1, own + Unit.steplen)).order_by()
    counted = dict(grouped.values_list("top").annotate(number=Count("pk")))
    tops = counted.keys() | {path[: own + Unit.steplen] for path in declared}
    found = {top: _one(top, counted.get(top, 0), declared) for top in tops}
    return found | {unit.path: _one(unit.path, sum(counted.values()), declared)}


def _one(path: str, counted: int, declared: dict[str, int]) -> Unions:
    if path in declared:
        return Unions(declared[path], is_declared=True)
    return Unions(None if any(other.startswith(path) for other in declared) else counted)
