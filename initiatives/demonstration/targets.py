"""What made initiatives are compared with: the goal, targets of every level in proportion, milestones; and their count."""

import random
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from initiatives.demonstration.bulk import patience
from initiatives.models import By, Campaign, Milestone, Period, Phase, Tally, Target
from initiatives.progress import tally
from initiatives.progress.targets import When, periods
from orgtree.models import Unit
from orgtree.models.unit import MIDDLE_LEVELS, TOP_LEVELS
from portal.vietnamese.days import VIETNAM

DOCUMENT = "Chỉ tiêu thử nghiệm"  # by which those made here are known again
MILESTONES = (1_000, 10_000, 100_000, 1_000_000, 2_000_000)
REACHED = 0.85  # of the goal, of what came by now
SPREAD = (0.35, 1.6)  # of their targets units reached, from the last to the first


def count_and_aim(campaign: Campaign, *, at: datetime) -> bool:
    """Counts all of it anew and makes the demonstration's goal, targets and milestones fit; False where somebody else counts."""
    received = campaign.initiatives.order_by().count()
    with transaction.atomic():
        _aim(campaign, received, at=at)
    with patience():
        is_counted = tally.refresh(campaign, at=at, everything=True)
    if is_counted:
        with transaction.atomic():
            _give_targets(campaign, at=at)
    return is_counted


def _aim(campaign: Campaign, received: int, *, at: datetime) -> None:
    goal = rounded(received * 0.95 / REACHED)
    if goal > (campaign.goal or 0):
        campaign.goal = goal
        campaign.save(update_fields=["goal"])
    for number in MILESTONES:
        if number <= (campaign.goal or 0):
            Milestone.objects.get_or_create(
                campaign=campaign, number=number, defaults={"plan_ends_on": _planned(campaign, number)}
            )


def _planned(campaign: Campaign, number: int) -> date:
    """The day on which an even pace to the goal by the last close would reach it."""
    phases = list(campaign.phases.all())
    begins, ends = phases[0].opens_at, max(phase.closes_at for phase in phases)
    return timezone.localdate(begins + (ends - begins) * (number / (campaign.goal or number)), VIETNAM)


def _give_targets(campaign: Campaign, *, at: datetime) -> None:
    """For every top unit in whole, by phase and by quarter, for what lies below them in whole. What staff gave stays."""
    units = Unit.objects.in_structure_of(campaign.structure_day).filter(level__in=(*TOP_LEVELS, *MIDDLE_LEVELS))
    levels = dict(units.values_list("pk", "level"))
    own = Target.objects.filter(campaign=campaign)
    own.filter(document=DOCUMENT).delete()
    given = {(unit, period) for unit, period in own.values_list("unit", "period")}
    reached = dict(Tally.objects.filter(campaign=campaign, by=By.ALL, unit__in=levels).values_list("unit", "entries"))
    phases = list(campaign.phases.all())
    parts = {period: list(_parts(campaign, phases, period)) for period in (Period.PHASE, Period.QUARTER)}
    begins = phases[0].opens_at
    rows = []
    for unit, level in levels.items():
        low, high = SPREAD
        share = low + (high - low) * random.Random(f"target {unit}").betavariate(2.2, 2.6)  # noqa: S311 - nobody's secret
        whole = max(rounded(reached.get(unit, 0) / share), 10)
        wanted: list[tuple[When, int]] = [(When(), whole)]
        if level in TOP_LEVELS:
            for of in parts.values():
                wanted += _split(whole, dict(of))
        rows += [
            Target(
                campaign=campaign, unit_id=unit, period=when.period, phase_id=when.phase, starts_on=when.starts_on,
                quantity=quantity, document=DOCUMENT, set_at=begins,
            )
            for when, quantity in wanted
            if (unit, when.period) not in given and quantity
        ]  # fmt: skip
    Target.objects.bulk_create(rows, batch_size=1000)


def _parts(campaign: Campaign, phases: list[Phase], period: Period) -> Iterator[tuple[When, float]]:
    """Each phase or quarter with how many days of it the campaign is open."""
    whens = [when for when in periods(campaign) if when.period == period]
    for place, when in enumerate(whens):
        if period == Period.PHASE:
            phase = next(each for each in phases if each.pk == when.phase)
            yield when, (phase.closes_at - phase.opens_at) / timedelta(days=1)
            continue
        first, last = timezone.localdate(phases[0].opens_at, VIETNAM), timezone.localdate(phases[-1].closes_at, VIETNAM)
        assert when.starts_on is not None  # noqa: S101 - a quarter begins on a day
        ends = whens[place + 1].starts_on if place + 1 < len(whens) else None
        open_ = (min(ends, last) if ends else last) - max(when.starts_on, first)
        yield when, max(open_ / timedelta(days=1), 0.0)


def _split(whole: int, parts: Mapping[When, float]) -> list[tuple[When, int]]:
    """Parts that add up to the whole exactly."""
    total, before, found = sum(parts.values()), 0, []
    if not total:
        return []
    run = 0.0
    for when, weight in parts.items():
        run += weight
        until = round(whole * run / total)
        found.append((when, until - before))
        before = until
    return found


def rounded(number: float) -> int:
    """As letters write targets: two figures, then zeros."""
    whole = int(number)
    if whole < 100:
        return max(whole, 1)
    step = 10 ** (len(str(whole)) - 2)
    return (whole + step - 1) // step * step
