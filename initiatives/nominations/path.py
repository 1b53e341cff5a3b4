"""The whole path of an initiative: in which rounds it was put forward, in which place, and what came of it."""

from collections.abc import Iterable
from dataclasses import dataclass

from initiatives.models import (
    Commendation,
    Dossier,
    DossierState,
    Initiative,
    Nomination,
    SelectionRound,
    Standing,
)
from orgtree.models import StaffAccount, Unit


@dataclass(frozen=True)
class Step:
    """One round of the path; without a round: a decision that commended it outside any."""

    round: SelectionRound | None = None
    nomination: Nomination | None = None
    dossier: Dossier | None = None
    commendations: tuple[Commendation, ...] = ()
    is_open_to_reader: bool = False  # whether the dossier may be looked at by whoever reads this

    @property
    def unit(self) -> Unit | None:
        return self.nomination.unit if self.nomination else None

    @property
    def host(self) -> Unit | None:
        return self.round.host if self.round else None

    @property
    def is_withdrawn(self) -> bool:
        return self.nomination is not None and self.nomination.standing == Standing.WITHDRAWN

    @property
    def is_accepted(self) -> bool:
        """Chosen in a dossier that the level above accepted."""
        return (
            self.nomination is not None
            and self.nomination.is_chosen
            and self.dossier is not None
            and self.dossier.state == DossierState.ACCEPTED
        )

    @property
    def place(self) -> str:
        """ "Thứ 2", "Dự bị thứ 1", "Đã rút"; "" where there is no round."""
        if self.nomination is None:
            return ""
        if self.is_withdrawn:
            return Standing.WITHDRAWN.label
        return f"Dự bị thứ {self.nomination.rank}" if self.nomination.is_reserve else f"Thứ {self.nomination.rank}"

    @property
    def tone(self) -> str:
        """Of its badge (`components/badge.html`)."""
        if self.commendations or self.is_accepted:
            return "good"
        return "plain" if self.is_withdrawn else "wait"


def path_of(initiative: Initiative, *, reader: StaffAccount | None = None) -> list[Step]:
    """From the lowest host to the highest, then what commended it outside any round; four statements at most.

    A decision that is not announced yet is told only to staff of the unit that took it and of those above (`reader`).
    """
    nominations = list(
        initiative.nominations.select_related("round__host", "round__campaign", "unit").order_by(
            "-round__host__depth", "nominated_at", "pk"
        )
    )
    dossiers = _dossiers_of(nominations)
    commendations = [
        each
        for each in initiative.commendations.select_related("decision__unit", "decision__round")
        if _may_be_told(each, reader)
    ]
    steps = [
        Step(
            round=each.round,
            nomination=each,
            dossier=dossiers.get((each.round_id, each.unit_id)),
            commendations=_of_round(each, commendations),
            is_open_to_reader=_sees(reader, each.unit) or _sees(reader, each.round.host),
        )
        for each in nominations
    ]
    told = {each.pk for step in steps for each in step.commendations}
    return steps + [Step(commendations=(each,)) for each in commendations if each.pk not in told]


def _of_round(nomination: Nomination, commendations: Iterable[Commendation]) -> tuple[Commendation, ...]:
    if nomination.standing == Standing.WITHDRAWN:
        return ()
    return tuple(each for each in commendations if each.decision.round_id == nomination.round_id)


def _dossiers_of(nominations: Iterable[Nomination]) -> dict[tuple[int, int], Dossier]:
    wanted = {(each.round_id, each.unit_id) for each in nominations}
    if not wanted:
        return {}
    found = Dossier.objects.filter(
        round__in={round_id for round_id, _ in wanted}, unit__in={unit_id for _, unit_id in wanted}
    )
    return {(each.round_id, each.unit_id): each for each in found if (each.round_id, each.unit_id) in wanted}


def _may_be_told(commendation: Commendation, reader: StaffAccount | None) -> bool:
    return commendation.decision.is_announced or _sees(reader, commendation.decision.unit)


def _sees(reader: StaffAccount | None, unit: Unit) -> bool:
    place = reader.unit if reader is not None and reader.is_active else None
    return place is not None and unit.current_path.startswith(place.current_path)
