"""Reading the tally: what the front page, the board, the charts, the badge and their Excel show, from the same rows.

Whoever reads asks `fresh` first: everything shown carries the moment at which it was counted.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import OperationalError
from django.db.models import QuerySet

from initiatives.models import DUPLICATE, By, Campaign, Counts, Status, Tally
from initiatives.progress import tally
from initiatives.progress.counting import MEASURES
from orgtree.models import Unit


@dataclass(frozen=True)
class Figures:
    """What one row of the tally measures; money in đồng."""

    entries: int = 0
    valid: int = 0
    declared: int = 0
    declared_valid: int = 0
    unmeasured: int = 0
    doubtful: int = 0
    appraised: int = 0
    appraised_valid: int = 0
    appraisals: int = 0
    meaningful: int = 0
    taking_part: int = 0

    def reached(self, campaign: Campaign) -> int:
        """What targets are compared with: the campaign says which (`counts`)."""
        return self.valid if campaign.counts == Counts.VALID else self.entries

    def value(self, campaign: Campaign) -> int:
        """Money declared of those that are reached."""
        return self.declared_valid if campaign.counts == Counts.VALID else self.declared

    def checked_value(self, campaign: Campaign) -> int:
        """Money of the same ones as staff found it."""
        return self.appraised_valid if campaign.counts == Counts.VALID else self.appraised


NOTHING = Figures()


def added(parts: Iterable[Figures]) -> Figures:
    """What has no part in common, together."""
    listed = list(parts)
    return Figures(*(sum(getattr(each, name) for each in listed) for name in MEASURES))


def without(whole: Figures, parts: Iterable[Figures]) -> Figures:
    """What is in the whole and in no part."""
    less = added(parts)
    return Figures(*(getattr(whole, name) - getattr(less, name) for name in MEASURES))


@dataclass(frozen=True)
class Counted:
    """One unit with its branch, by everything it is counted by; a value that is not there is none."""

    parts: dict[str, dict[str, Figures]] = field(default_factory=dict)

    def by(self, by: By) -> dict[str, Figures]:
        """The figures by value. Of By.STATUS only `entries` are filled, with all that have the status."""
        return self.parts.get(by, {})

    @property
    def whole(self) -> Figures:
        return self.by(By.ALL).get("", NOTHING)

    def has(self, status: str) -> int:
        """How many have `status` (duplicates are not among the invalid ones)."""
        return self.by(By.STATUS).get(status, NOTHING).entries

    @property
    def received(self) -> int:
        return sum(each.entries for each in self.by(By.STATUS).values())

    @property
    def returned(self) -> int:
        return self.has(Status.RETURNED)

    @property
    def duplicates(self) -> int:
        return self.has(DUPLICATE)


class BeingCounted(OperationalError):
    """Another process is counting the campaign for the first time: whoever asks is told to come again in a moment."""


def fresh(campaign: Campaign, *, at: datetime) -> datetime:
    """When what is read now was counted; an old count is brought up beside the answer, none at all at once.
    Raises BeingCounted."""
    total = tally.totals([campaign], at=at)[campaign.pk]
    if total.is_all_there_is:
        raise BeingCounted(campaign.slug)
    return total.counted_at


def of_unit(campaign: Campaign, unit: Unit, *, by: Collection[By] = tuple(By)) -> Counted:
    """One statement."""
    return of_units(campaign, [unit.pk], by=by).get(unit.pk, Counted())


def of_units(
    campaign: Campaign, units: Collection[int], *, by: Collection[By] = (By.ALL, By.STATUS)
) -> dict[int, Counted]:
    """By unit, in one statement; units of which nothing was counted are left out."""
    return _read(Tally.objects.filter(campaign=campaign, unit__in=units, by__in=by))


def below(campaign: Campaign, unit: Unit, *, by: Collection[By] = (By.ALL, By.STATUS)) -> dict[int, Counted]:
    """The units directly below `unit` (by path, so as the campaign's structure has them), in one statement by one index."""
    return _read(Tally.objects.filter(campaign=campaign, parent=unit, by__in=by))


def _read(rows: QuerySet[Tally]) -> dict[int, Counted]:
    found: dict[int, Counted] = {}
    for unit, by, value, *measured in rows.values_list("unit", "by", "value", *MEASURES).iterator():
        found.setdefault(unit, Counted()).parts.setdefault(by, {})[value] = Figures(*measured)
    return found
