"""What comes due for an account: dossiers its unit has to send, and units below that have not sent theirs."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from initiatives.models import Dossier, DossierState, Phase, SelectionRound
from initiatives.nominations import overview, rounds
from initiatives.nominations.overview import Entry, Summary
from initiatives.nominations.rounds import RoundWindow
from orgtree.models import StaffAccount, Unit
from portal.vietnamese.days import VIETNAM

MOST_TOLD = 5  # rounds of each kind on the first page; the list has them all
MOST_LOOKED_AT = 100  # of those that a unit holds, to find these
TOLD_AFTER = timedelta(days=30)  # so long behind its due day a round is still told of
TOLD_WITHOUT_DAY = timedelta(days=180)  # and so long behind the campaign's last close, where it has no due day
SOON = 3  # days


@dataclass(frozen=True)
class Due:
    """The unit's own dossier in a round that is held above it."""

    round: SelectionRound
    entry: Entry

    @property
    def is_urgent(self) -> bool:
        left = self.entry.window.days_left(at=self.entry.at)
        return self.entry.is_returned or (left is not None and left <= SOON)


@dataclass(frozen=True)
class Held:
    """A round that the unit holds itself."""

    round: SelectionRound
    window: RoundWindow
    summary: Summary
    at: datetime


def due(account: StaffAccount, *, at: datetime) -> list[Due]:
    """Dossiers not yet sent, or returned, the nearest day first; those without a due day last. Of a unit that went on in
    another, the successor's account sends what is still owed. One more than MOST_TOLD, where there are more."""
    unit = account.unit
    if unit is None or not account.is_active:
        return []
    listed: list[Due] = []
    line = rounds.line_of(unit).order_by(F("closed_on").desc(nulls_first=True), "path")  # what stands before what ended
    for each in line[:MOST_TOLD]:
        listed += islice(_due_of(each, at=at), MOST_TOLD + 1)
    return sorted(listed, key=lambda due: (due.entry.window.due_on or date.max, due.round.pk))[: MOST_TOLD + 1]


def _due_of(unit: Unit, *, at: datetime) -> Iterator[Due]:
    sent = Dossier.objects.sealed().filter(round=OuterRef("pk"), unit=unit)
    for round in _told(rounds.rounds_above(unit).exclude(Exists(sent)), at=at)[: MOST_TOLD + 1]:
        (entry,) = overview.entries(round, [unit], at=at)
        yield Due(round, entry)


def held(account: StaffAccount, *, at: datetime) -> list[Held]:
    """The unit's own rounds in which somebody has not sent, or waits for an answer. One more than MOST_TOLD, where there are
    more."""
    unit = account.unit
    if unit is None or not account.is_active:
        return []
    return list(islice(_held_by(unit, account, at=at), MOST_TOLD + 1))


def _held_by(unit: Unit, account: StaffAccount, *, at: datetime) -> Iterator[Held]:
    held_here = SelectionRound.objects.filter(host__current_path=unit.current_path)
    for each in _unsettled(_told(held_here, at=at)[:MOST_LOOKED_AT]):
        summary = overview.summed(overview.of_round(each, account, at=at))
        if summary.unsent or summary.awaiting_host:
            yield Held(each, rounds.window(each), summary, at)


def _unsettled(asked: QuerySet[SelectionRound]) -> list[SelectionRound]:
    """Without those in which everybody was accepted, for to look at a round takes some statements. Three, and one more for each
    further unit that is the same today."""
    found = list(asked)
    if len(found) <= MOST_TOLD:
        return found
    levels = {level for each in found for level in each.takes_part}
    hosts = {each.host_id: each.host for each in found}
    below = {
        key: list(Unit.objects.directly_below(host).filter(level__in=levels).order_by()) for key, host in hosts.items()
    }
    accepted = Dossier.objects.filter(round__in=found, state=DossierState.ACCEPTED)
    settled = set(accepted.order_by().values_list("round", "unit"))

    def is_settled(round: SelectionRound) -> bool:
        taking_part = (unit for unit in below[round.host_id] if rounds.takes_part(round, unit))
        return all((round.pk, unit.pk) in settled for unit in taking_part)

    return [each for each in found if not is_settled(each)]


def _told(asked: QuerySet[SelectionRound], *, at: datetime) -> QuerySet[SelectionRound]:
    """Those that have opened and whose day lies ahead or lately behind, the nearest first; without a day, as long as the campaign
    is not long over. An extension may lengthen one for a unit."""
    since = (at - TOLD_AFTER).astimezone(VIETNAM).date()
    phases = Phase.objects.filter(campaign=OuterRef("campaign"))
    lately = Exists(phases.filter(closes_at__gte=at - TOLD_WITHOUT_DAY))
    extended = Exists(Dossier.objects.filter(round=OuterRef("pk"), extended_until__gte=since))
    recent = Q(dossier_due__gte=since) | Q(lately, dossier_due=None) | Q(extended)
    has_opened = Q(opens_at__lte=at) | Q(Exists(phases.filter(opens_at__lte=at)), opens_at=None)  # as `rounds.window`
    found = asked.filter(recent, has_opened, campaign__is_published=True).select_related("campaign", "host")
    found = found.prefetch_related("campaign__phases")  # by which a round without a day of its own opens
    return found.order_by(F("dossier_due").asc(nulls_last=True), "pk")
