"""What the pages of a dossier say of its nominees, its files and its past, in statements that do not grow with them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import QuerySet

from initiatives.models import (
    Attachment,
    ChoiceList,
    Complaint,
    Dossier,
    DossierAct,
    DossierEvent,
    DossierFile,
    DossierPart,
    DossierState,
    Initiative,
    Nomination,
    Standing,
    Status,
)
from initiatives.nominations import candidates, dossiers
from initiatives.nominations.nominees import RECOGNITION
from portal.vietnamese import money

NOT_VALID = "Không còn hợp lệ"


@dataclass(frozen=True)
class Line:
    """One line of the list, with what speaks against it and where it may go."""

    nomination: Nomination
    author: str
    field: str
    benefit: str
    warnings: tuple[str, ...] = ()
    is_first: bool = False
    is_last: bool = False
    is_next: bool = False  # of the reserves: the one to be promoted first

    @property
    def initiative(self) -> Initiative:
        return self.nomination.initiative


@dataclass(frozen=True)
class Places:
    """Who stands in a dossier."""

    chosen: list[Line] = field(default_factory=list)
    reserves: list[Line] = field(default_factory=list)
    withdrawn: list[Line] = field(default_factory=list)

    @property
    def standing(self) -> list[Line]:
        return [*self.chosen, *self.reserves]

    def keys_around(self, key: int) -> list[int]:
        """The numbers of the chosen, or of the reserves: whichever list `key` stands in; none where in neither."""
        for listed in (self.chosen, self.reserves):
            keys = [each.nomination.pk for each in listed]
            if key in keys:
                return keys
        return []


def places(dossier: Dossier) -> Places:
    nominations = list(
        Nomination.objects.filter(round=dossier.round_id, unit=dossier.unit_id)
        .select_related("initiative__unit", "withdrawn_by", "round")
        .prefetch_related("initiative__co_authors")
        .in_order()
    )
    labels = field_labels(dossier)
    by_standing = {
        standing: [each for each in nominations if each.standing == standing] for standing in Standing.values
    }
    return Places(
        chosen=_listed(by_standing[Standing.CHOSEN], dossier, labels),
        reserves=_listed(by_standing[Standing.RESERVE], dossier, labels),
        withdrawn=_listed(by_standing[Standing.WITHDRAWN], dossier, labels),
    )


def _listed(nominations: Sequence[Nomination], dossier: Dossier, labels: dict[str, str]) -> list[Line]:
    return [
        Line(
            nomination=each,
            author=author_of(each.initiative),
            field=labels.get(each.initiative.field, ""),
            benefit=benefit_of(each.initiative),
            warnings=warnings_of(each.initiative, dossier),
            is_first=place == 0,
            is_last=place == len(nominations) - 1,
            is_next=place == 0 and each.is_reserve,
        )
        for place, each in enumerate(nominations)
    ]


def warnings_of(initiative: Initiative, dossier: Dossier) -> tuple[str, ...]:
    said = []
    if initiative.status != Status.VALID:
        said.append(f"{NOT_VALID}: {initiative.get_status_display().lower()}")
    if candidates.is_outside_fields(dossier.round, initiative):
        said.append("Lĩnh vực này không thuộc diện biểu dương" if initiative.field else "Chưa ghi lĩnh vực")
    return tuple(said)


def author_of(initiative: Initiative) -> str:
    """The recognised author, and how many share the work; asks for prefetched `co_authors`."""
    others = list(initiative.co_authors.all())
    named = next(
        (each.full_name for each in others if each.number == initiative.recognised_author), initiative.full_name
    )
    return f"{named} và {len(others)} đồng tác giả" if others else named


def benefit_of(initiative: Initiative) -> str:
    """ "làm lợi 1,5 tỷ đồng"; "" where it was not answered."""
    if initiative.benefit_is_not_money:
        return "không tính được bằng tiền"
    return "" if initiative.benefit_value is None else f"làm lợi {money.shown(initiative.benefit_value)}"


def field_labels(dossier: Dossier) -> dict[str, str]:
    choices = dossier.round.campaign.choices.all()
    return {choice.code: choice.label for choice in choices if choice.list == ChoiceList.FIELD}


# --- files ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Paper:
    """A paper that is kept, and the title of whom it is about; "" where it is about the whole."""

    file: DossierFile
    title: str


@dataclass(frozen=True)
class Part:
    """One part of the dossier with what is kept of it, and what came with the initiatives themselves."""

    code: str
    label: str
    papers: tuple[Paper, ...]
    attached: tuple[Attachment, ...] = ()

    @property
    def is_there(self) -> bool:
        return bool(self.papers or self.attached)


def parts(dossier: Dossier, standing: Places) -> list[Part]:
    """What is asked, in its order, then what there is beyond that."""
    titles = {each.nomination.initiative_id: each.initiative.title for each in standing.standing}
    papers = [
        Paper(each, titles.get(each.nomination.initiative_id, "") if each.nomination else "")
        for each in dossiers.files_of(dossier)
    ]
    listed = []
    for part in DossierPart:
        kept = tuple(each for each in papers if each.file.part == part)
        if kept or part in dossier.round.dossier_items:
            attached = _decisions(standing) if part == DossierPart.RECOGNITION_DECISIONS else ()
            listed.append(Part(part.value, part.label, kept, attached))
    return listed


def _decisions(standing: Places) -> tuple[Attachment, ...]:
    """In the order of the list. One statement."""
    place = {each.nomination.initiative_id: number for number, each in enumerate(standing.standing)}
    found = Attachment.objects.filter(initiative__in=place, kind=RECOGNITION).defer("first_look")
    return tuple(sorted(found.select_related("initiative"), key=lambda each: (place[each.initiative_id], each.pk)))


# --- its past -------------------------------------------------------------------------------------------------------------


def history(dossier: Dossier) -> QuerySet:
    """Newest first."""
    return DossierEvent.objects.filter(dossier=dossier).select_related("account", "initiative").order_by("-pk")


def last_return(dossier: Dossier) -> DossierEvent | None:
    """What the level above asked for, while it is still to be done, however much was done since."""
    if dossier.state != DossierState.RETURNED:
        return None
    returned: DossierEvent | None = history(dossier).filter(act=DossierAct.RETURNED).first()
    return returned


def complaints_about(places: Places) -> list[Complaint]:
    """Those of the initiatives that stand in the dossier, the unresolved first."""
    keys = [each.nomination.initiative_id for each in places.standing]
    found = Complaint.objects.filter(initiative__in=keys).select_related("initiative", "recorded_by")
    return sorted(found, key=lambda each: (each.resolved_at is not None, -each.pk))
