"""What the papers of a dossier are made of: of one that is being prepared as it stands, of one that was sent as it was sealed."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import FilteredRelation, Q

from initiatives.models import Dossier, DossierPart, DossierVersion, Initiative, Standing
from initiatives.reports.export import year_of
from initiatives.reports.layouts import LAYOUTS, Layout, Letterhead
from initiatives.reports.layouts.own import own_layout
from initiatives.reports.letterhead import Signing, place_and_date, place_of, sign_of, signing_of
from initiatives.reports.seals import Seal
from initiatives.reports.summary import SummaryRow, rows
from orgtree.models import Unit
from portal.vietnamese.days import VIETNAM


class PaperRefused(Exception):
    """A paper that cannot be made; `sentence` says why, and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True)
class Papers:
    """`day` is the day the papers bear; `nominees` are the chosen in their order, without reserves."""

    campaign: str
    round: str
    host: str
    sender: str
    level: str
    place: str
    sign: str
    day: date
    year: int
    parts: tuple[str, ...]  # what the dossier holds beside the letter, by its labels
    nominees: tuple[SummaryRow, ...]
    seal: Seal | None = None

    @property
    def signing(self) -> Signing:
        return signing_of(self.level)

    @property
    def letterhead(self) -> Letterhead:
        dated = place_and_date(self.place, self.day)
        return Letterhead(
            host=self.host,
            sender=self.sender,
            year=self.year,
            place_and_date=dated,
            letter_date=dated.removeprefix(f"{self.place}, "),
            committee=self.signing.committee,
            signed_for=self.signing.signed_for,
        )


def papers_of(dossier: Dossier, *, at: datetime) -> Papers:
    """Of what its unit works on now; while it is with the level above, of what was sent last."""
    if dossier.is_sealed:
        return sent_papers(dossier, dossier.versions.get(number=dossier.version))
    return _papers(
        dossier,
        names={
            "campaign": dossier.round.campaign.name,
            "round": dossier.round.name,
            "host": dossier.round.host.name,
            "unit": dossier.unit.name,
        },
        nominees=nominees_of(dossier),
        at=at,
    )


def sent_papers(dossier: Dossier, version: DossierVersion) -> Papers:
    """As it was sealed: nothing that changed since is read but the kind of the unit and what the round asks."""
    content = json.loads(version.content)
    chosen = [each for each in content["nominees"] if each["standing"] == Standing.CHOSEN]
    nominees = [
        SummaryRow(number, *(each[fact] for fact in SummaryRow._fields[1:])) for number, each in enumerate(chosen, 1)
    ]
    return _papers(dossier, names=content, nominees=nominees, at=version.sealed_at, seal=Seal(version.hash))


def nominees_of(dossier: Dossier) -> list[SummaryRow]:
    """Those that stand as chosen, in their order; one statement."""
    chosen = Q(
        nominations__round=dossier.round_id,
        nominations__unit=dossier.unit_id,
        nominations__standing=Standing.CHOSEN,
    )
    standing = Initiative.objects.annotate(place=FilteredRelation("nominations", condition=chosen))
    return list(rows(standing.filter(place__isnull=False), order=("place__rank", "place__pk")))


def layout_of(dossier: Dossier) -> Layout:
    """The one that the host asks for."""
    own = dossier.round.own_layout
    if own is not None:
        columns = list(own.columns.all())
        if columns:
            return own_layout(own, columns)
    return LAYOUTS[dossier.round.layout]


def _papers(
    dossier: Dossier,
    *,
    names: dict[str, Any],
    nominees: Sequence[SummaryRow],
    at: datetime,
    seal: Seal | None = None,
) -> Papers:
    above = [each for each in Unit.objects.ancestors_and_self(dossier.unit) if each.pk != dossier.unit_id]
    return Papers(
        campaign=names["campaign"],
        round=names["round"],
        host=names["host"],
        sender=names["unit"],
        level=dossier.unit.level,
        place=place_of(dossier.unit, above),
        sign=sign_of(dossier.unit, above),
        day=at.astimezone(VIETNAM).date(),
        year=year_of(dossier.round.campaign, at=at),
        parts=tuple(DossierPart(part).label for part in dossier.round.dossier_items if part != DossierPart.LETTER),
        nominees=tuple(nominees),
        seal=seal,
    )
