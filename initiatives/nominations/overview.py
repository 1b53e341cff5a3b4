"""A round at a glance: of each unit that takes part, how many it chose, what it has sent, and what is still missing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from initiatives.models import Dossier, DossierState, DossierVersion, SelectionRound
from initiatives.nominations import quotas, rights, rounds
from initiatives.nominations.quotas import Use
from initiatives.nominations.rounds import RoundState, RoundWindow
from orgtree.models import StaffAccount, Unit
from orgtree.models.unit import UnitQuerySet


@dataclass(frozen=True)
class Entry:
    """One unit in a round at one moment. `dossier` is None where nobody has begun one, `version` until one was sealed."""

    unit: Unit
    use: Use
    window: RoundWindow
    at: datetime
    dossier: Dossier | None = None
    version: DossierVersion | None = None

    @property
    def has_sent(self) -> bool:
        return self.dossier is not None and self.dossier.is_sealed

    @property
    def is_late(self) -> bool:
        """Sent late, or not sent although its day is over."""
        if self.has_sent and self.version is not None:
            return self.version.is_late
        return self.window.state(at=self.at) is RoundState.PAST

    @property
    def is_below_minimum(self) -> bool:
        return not self.has_sent and self.use.is_below_minimum

    @property
    def awaits_host(self) -> bool:
        """Sent, and the level above has neither returned nor accepted it."""
        return self.dossier is not None and self.dossier.state in {DossierState.SENT, DossierState.RECEIVED}

    @property
    def is_returned(self) -> bool:
        return self.dossier is not None and self.dossier.state == DossierState.RETURNED

    @property
    def state(self) -> str:
        return self.dossier.get_state_display() if self.dossier else "Chưa lập hồ sơ"

    @property
    def tone(self) -> str:
        """Of its badge (`components/badge.html`)."""
        if self.dossier is not None and self.dossier.state == DossierState.ACCEPTED:
            return "good"
        if self.has_sent:
            return "plain"
        return "stop" if self.is_late else "wait"


def entries(round: SelectionRound, units: Iterable[Unit], *, at: datetime) -> list[Entry]:
    """In the order of `units`: four statements however many they are."""
    units = list(units)
    uses = quotas.uses(round, units)
    dossiers = {each.unit_id: each for each in Dossier.objects.filter(round=round, unit__in=units)}
    versions = {
        (each.dossier_id, each.number): each
        for each in DossierVersion.objects.filter(dossier__in=dossiers.values()).defer("content")
    }
    general = rounds.window(round)
    listed = []
    for unit in units:
        dossier = dossiers.get(unit.pk)
        is_extended = dossier is not None and dossier.extended_until is not None
        listed.append(
            Entry(
                unit=unit,
                use=uses[unit.pk],
                window=rounds.window(round, dossier=dossier) if is_extended else general,
                at=at,
                dossier=dossier,
                version=versions.get((dossier.pk, dossier.version)) if dossier else None,
            )
        )
    return listed


def of_round(round: SelectionRound, account: StaffAccount, *, at: datetime) -> list[Entry]:
    return entries(round, units(round, account), at=at)


def units(round: SelectionRound, account: StaffAccount) -> UnitQuerySet:
    """The units that take part: for whoever stands where it is held all of them, for others those of their branch."""
    found = rounds.participants(round)
    return found if rights.is_of_host(account, round) else found.visible_to(account)


@dataclass(frozen=True)
class Summary:
    units: int
    sent: int
    accepted: int
    late: int
    below_minimum: int
    awaiting_host: int

    @property
    def unsent(self) -> int:
        return self.units - self.sent


def summed(listed: Sequence[Entry]) -> Summary:
    return Summary(
        units=len(listed),
        sent=sum(each.has_sent for each in listed),
        accepted=sum(each.dossier is not None and each.dossier.state == DossierState.ACCEPTED for each in listed),
        late=sum(each.is_late for each in listed),
        below_minimum=sum(each.is_below_minimum for each in listed),
        awaiting_host=sum(each.awaits_host for each in listed),
    )
