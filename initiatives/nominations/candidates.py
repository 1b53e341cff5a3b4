"""What a unit may put forward in a round: what reached it, or where it held no round itself, any valid one of its branch."""

from django.db.models import Exists, OuterRef, Q

from initiatives.models import Campaign, Dossier, DossierState, Initiative, Nomination, SelectionRound, Standing, Status
from initiatives.models.initiative import InitiativeQuerySet
from initiatives.nominations import rounds
from orgtree.models import Unit
from orgtree.scope import branch


def candidates(round: SelectionRound, unit: Unit) -> InitiativeQuerySet:
    """Valid initiatives of the campaign that `unit` may nominate and that have no place in this round yet.

    Where the unit held rounds whose results climb: only what was chosen there in a dossier that it accepted. Two statements
    now, whatever is then asked of the answer.
    """
    rows = in_branch(unit, round.campaign).filter(campaign=round.campaign_id, status=Status.VALID, erased_at=None)
    feeding = [each.pk for each in rounds.rounds_feeding(unit, round.campaign)]
    if feeding:
        rows = rows.filter(_reached(feeding))
    standing = Nomination.objects.standing().filter(round=round, initiative=OuterRef("pk"))
    return rows.filter(~Exists(standing))


def in_branch(unit: Unit, campaign: Campaign) -> InitiativeQuerySet:
    """Initiatives that are the unit's to put forward: of its branch as staff see it today.

    Of several units that are one today, each keeps in a campaign of before what came from its own branch.
    """
    rows: InitiativeQuerySet = Initiative.objects.in_branch_of(unit)
    others = rounds.line_of(unit).in_structure_of(campaign.structure_day).exclude(pk=unit.pk)
    theirs = Q()
    for other in others:
        theirs |= branch(other.path, by="unit__path")
    return rows.exclude(theirs) if theirs else rows


def is_outside_fields(round: SelectionRound, initiative: Initiative) -> bool:
    """Whether its field is none of those that the round commends: people are warned and may go on."""
    return bool(round.commended_fields) and initiative.field not in round.commended_fields


def _reached(feeding: list[int]) -> Exists:
    accepted = Dossier.objects.filter(
        round=OuterRef("round"), unit=OuterRef("unit"), state=DossierState.ACCEPTED, round__in=feeding
    )
    chosen = Nomination.objects.filter(
        Exists(accepted), round__in=feeding, initiative=OuterRef("pk"), standing=Standing.CHOSEN
    )
    return Exists(chosen)
