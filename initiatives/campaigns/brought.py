"""What posters brought: scans, beginnings and initiatives of a unit's own poster and of each branch directly below it.

A number stays with the unit that is printed on the paper; a branch is that of today, so what hung in a unit that merged since is
found where that unit went on. Three statements for the units and their numbers, however many there are.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Substr

from initiatives.models import Campaign, Draft, PosterCount
from orgtree.models import Unit
from orgtree.scope import branch
from orgtree.units.queries import directly_below
from portal.vietnamese.days import VIETNAM
from portal.vietnamese.formats import percent
from portal.vietnamese.names import list_key


@dataclass(frozen=True)
class Brought:
    """`unit` is None for the sum of all lines."""

    unit: Unit | None
    scans: int = 0
    starts: int = 0
    submissions: int = 0

    @property
    def is_nothing(self) -> bool:
        return not (self.scans or self.starts or self.submissions)

    @property
    def started(self) -> str:
        """Of a hundred scans."""
        return percent(self.starts, self.scans)

    @property
    def submitted(self) -> str:
        return percent(self.submissions, self.scans)


@dataclass(frozen=True)
class Harvest:
    """`own` is of the unit's own poster; `lines` are of the branches directly below."""

    own: Brought
    lines: Sequence[Brought]

    @property
    def total(self) -> Brought:
        every = [self.own, *self.lines]
        return Brought(
            None,
            sum(each.scans for each in every),
            sum(each.starts for each in every),
            sum(each.submissions for each in every),
        )

    @property
    def silent(self) -> list[Brought]:
        return self._by_name(line for line in self.lines if line.is_nothing)

    def by_scans(self) -> list[Brought]:
        """Those that brought something."""
        return sorted(self.by_name(), key=lambda line: (-line.scans, -line.submissions, -line.starts))

    def by_name(self) -> list[Brought]:
        return self._by_name(line for line in self.lines if not line.is_nothing)

    def _by_name(self, lines: Iterable[Brought]) -> list[Brought]:
        return sorted(lines, key=lambda line: (list_key(str(line.unit)), line.unit.path if line.unit else ""))


def of(campaign: Campaign, unit: Unit, *, since: date | None = None) -> Harvest:
    """`unit` as it stands today; `since` is the first day that counts, None for the whole campaign."""
    counted = _counted(campaign, unit, since)
    submitted = _submitted(campaign, unit, since)
    with_numbers = counted.keys() | submitted.keys()

    def line(each: Unit) -> Brought:
        return Brought(each, *counted.get(each.path, (0, 0)), submitted[each.path])

    below = [each for each in _below(unit) if each.closed_on is None or each.path in with_numbers]
    return Harvest(line(unit), [line(each) for each in below])


def _below(unit: Unit) -> Iterator[Unit]:
    """What stands in its own place: those that went on elsewhere are counted there."""
    found = directly_below(unit, among=Unit.objects.last_of_their_lines())
    yield from found.only("pk", "code", "level", "name", "short_name", "path", "depth", "closed_on", "numchild")


def _counted(campaign: Campaign, unit: Unit, since: date | None) -> dict[str, tuple[int, int]]:
    rows = PosterCount.objects.filter(branch(unit.path, by="unit__current_path"), campaign=campaign)
    if since is not None:
        rows = rows.filter(day__gte=since)
    summed = _by_line(rows, unit, "unit__current_path").annotate(Sum("scans"), Sum("starts"))
    return {line: (scans, starts) for line, scans, starts in summed}


def _submitted(campaign: Campaign, unit: Unit, since: date | None) -> Counter[str]:
    """Of the rows themselves: what was received of those who came by a poster, whatever became of it."""
    of_branch = branch(unit.path, by="poster_unit__current_path") & Q(poster_unit__isnull=False)
    drafts = Draft.objects.filter(of_branch, campaign=campaign, initiative__isnull=False)
    if since is not None:
        midnight = datetime.combine(since, time(), VIETNAM)
        drafts = drafts.filter(initiative__submitted_at__gte=midnight)
    return Counter(dict(_by_line(drafts, unit, "poster_unit__current_path").annotate(Count("pk"))))


def _by_line(rows: QuerySet, unit: Unit, place: str) -> QuerySet:
    """Grouped by the unit itself and the branches directly below it."""
    return rows.order_by().annotate(line=Substr(place, 1, len(unit.path) + Unit.steplen)).values_list("line")
