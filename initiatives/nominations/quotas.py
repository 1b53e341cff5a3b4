"""How many each unit may send in a round: numbers that cannot be overrun, not even by fifty people at once.

A place is taken by one conditional UPDATE of the unit's Quota row, which its transaction then holds; a CHECK stands behind it.
`taken` is the number of nominations that stand as chosen, always (`invariants.py`).

Locks: initiative, then dossier, then round, then quotas, each in the order of their keys. The round's row is held only while a
Quota row is made or numbers change, so that no row is ever made with a limit that has just been replaced.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, F, Q

from initiatives.models import Nomination, Quota, SelectionRound, Standing
from initiatives.nominations.refusals import SelectionRefused
from orgtree.models import Unit
from portal.vietnamese.formats import whole

ASKED_BY_NAME = 100  # more units than that: all of the round is read
NAMED_AT_ONCE = 5


class QuotaIsFull(SelectionRefused):
    """Every place of the unit is taken."""

    def __init__(self, unit: Unit, limit: int | None) -> None:
        places = f" ({whole(limit)})" if limit is not None else ""
        super().__init__(
            f"{unit} đã dùng hết số lượng được giới thiệu{places}. Hãy rút một sáng kiến, hoặc đưa sáng kiến này vào dự bị."
        )


class QuotaTaken(SelectionRefused):
    """Some units have taken more places than the new numbers give; nothing was changed."""


@dataclass(frozen=True)
class Use:
    """What a unit has taken in a round. `maximum` None: as many as it wants."""

    minimum: int
    maximum: int | None
    taken: int
    reserves: int

    @property
    def is_full(self) -> bool:
        return self.maximum is not None and self.taken >= self.maximum

    @property
    def is_below_minimum(self) -> bool:
        return self.taken < self.minimum

    @property
    def missing(self) -> int:
        """How many are still needed for the minimum."""
        return max(self.minimum - self.taken, 0)

    @property
    def text(self) -> str:
        """2/4 đã dùng"""
        of = "" if self.maximum is None else f"/{whole(self.maximum)}"
        return f"{whole(self.taken)}{of} đã dùng"


def uses(round: SelectionRound, units: Iterable[Unit]) -> dict[int, Use]:
    """Of each unit, by its key: two statements however many they are."""
    units = list(units)
    quotas = Quota.objects.filter(round=round)
    reserves = Nomination.objects.filter(round=round, standing=Standing.RESERVE)
    if len(units) <= ASKED_BY_NAME:
        quotas, reserves = quotas.filter(unit__in=units), reserves.filter(unit__in=units)
    rows = {each.unit_id: each for each in quotas}
    waiting = dict(reserves.order_by().values_list("unit").annotate(Count("pk")))
    return {unit.pk: _use(round, rows.get(unit.pk), waiting.get(unit.pk, 0)) for unit in units}


def take(round: SelectionRound, unit: Unit) -> None:
    """Takes one place of `unit`, in the transaction that makes somebody chosen. Raises QuotaIsFull."""
    own = Quota.objects.filter(round=round, unit=unit)
    free = own.filter(Q(limit=None) | Q(taken__lt=F("limit")))
    if free.update(taken=F("taken") + 1):
        return
    refuse_where_full(round, unit)
    row = _made(round, unit)
    if not free.update(taken=F("taken") + 1):
        raise QuotaIsFull(unit, row.limit)


def refuse_where_full(round: SelectionRound, unit: Unit) -> None:
    """Raises QuotaIsFull where no place is free at this moment: asked before anything is held, so that of many who come at
    once few wait for each other. What holds is `take`."""
    row = Quota.objects.filter(round=round, unit=unit, taken__gte=F("limit")).first()
    if row is not None:
        raise QuotaIsFull(unit, row.limit)


def give_back(round: SelectionRound, unit: Unit) -> None:
    """Gives one place back, in the transaction in which somebody is chosen no more."""
    Quota.objects.filter(round=round, unit=unit, taken__gt=0).update(taken=F("taken") - 1)


def apply_limits(round: SelectionRound) -> None:
    """Writes the limits that follow from the numbers of the round and of its exceptions, after they were changed.

    Raises QuotaTaken where somebody has more than the new number: the caller's transaction must then not stand.
    """
    with transaction.atomic():
        fresh = _held(round)
        rows = list(Quota.objects.filter(round=fresh).select_for_update(no_key=True).order_by("pk"))
        for row in rows:
            row.limit = _maximum(fresh, row)
        over = [row for row in rows if row.limit is not None and row.taken > row.limit]
        if over:
            raise QuotaTaken(_sentence(over))
        Quota.objects.bulk_update(rows, ["limit"], batch_size=500)


def _made(round: SelectionRound, unit: Unit) -> Quota:
    limit = _held(round).each_unit_max
    return Quota.objects.get_or_create(round=round, unit=unit, defaults={"limit": limit})[0]


def _held(round: SelectionRound) -> SelectionRound:
    """The round as it stands, held: whoever changes its numbers waits."""
    return SelectionRound.objects.select_for_update(no_key=True).get(pk=round.pk)


def _maximum(round: SelectionRound, row: Quota | None) -> int | None:
    return row.maximum if row is not None and row.maximum is not None else round.each_unit_max


def _use(round: SelectionRound, row: Quota | None, reserves: int) -> Use:
    """A unit that may send one is not asked for two."""
    maximum = _maximum(round, row)
    minimum = row.minimum if row is not None and row.minimum is not None else round.each_unit_min
    return Use(
        minimum=minimum if maximum is None else min(minimum, maximum),
        maximum=maximum,
        taken=row.taken if row is not None else 0,
        reserves=reserves,
    )


def _sentence(over: list[Quota]) -> str:
    units = {unit.pk: unit for unit in Unit.objects.filter(pk__in=[row.unit_id for row in over[:NAMED_AT_ONCE]])}
    named = "; ".join(
        f"{units[row.unit_id]} đã giới thiệu {whole(row.taken)}, số mới là {whole(row.limit or 0)}"
        for row in over[:NAMED_AT_ONCE]
    )
    others = f"; và {whole(len(over) - NAMED_AT_ONCE)} đơn vị khác" if len(over) > NAMED_AT_ONCE else ""
    return f"Chưa đổi được số lượng: {named}{others}. Các đơn vị này cần rút bớt trước."
