"""What is held up as a model on the public pages, and what of it may be told.

Of a commended initiative: its title, unit and field once the decision is announced; name, story and picture only while the
author agrees to be published, asked of the initiative itself each time. Whoever sent it agrees for nobody else: where a co-author
is the recognised one, nobody was asked. A person agreed on paper; a collective's name is
public. A picture is shown only where staff noted that it may be.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Substr

from initiatives.models import Campaign, Choice, ChoiceList, Commendation, CommendationDecision, Exemplar, Status
from initiatives.nominations.refusals import SelectionRefused
from orgtree.models import StaffAccount, Unit
from orgtree.scope import branch
from portal import replica

A_PAGE = 24
MOST_PAGES = 40
STEP = Unit.steplen


class ExemplarRefused(SelectionRefused):
    pass


class DecisionIsNotAnnounced(ExemplarRefused):
    def __init__(self) -> None:
        super().__init__("Chỉ giới thiệu được sáng kiến của quyết định đã công bố.")


class NeedsConsent(ExemplarRefused):
    def __init__(self) -> None:
        super().__init__("Chưa hiện được: cá nhân phải đồng ý bằng giấy trước khi được giới thiệu.")


class NeedsAName(ExemplarRefused):
    def __init__(self) -> None:
        super().__init__("Chưa hiện được: hãy ghi tên tập thể hoặc cá nhân trước.")


@dataclass(frozen=True)
class Told:
    """An exemplar as the public may read it: what may not be told is empty."""

    exemplar: Exemplar
    name: str
    story: str
    picture: str  # as the store names it
    field: str
    award: str  # by which decision

    @property
    def pk(self) -> int:
        return self.exemplar.pk

    @property
    def title(self) -> str:
        return self.exemplar.title

    @property
    def kind(self) -> str:
        return Exemplar.Kind(self.exemplar.kind).label

    @property
    def unit(self) -> str:
        commendation = self.exemplar.commendation
        return commendation.unit_name if commendation else self.exemplar.unit.name

    @property
    def sentence(self) -> str:
        """For a share card: who, where, in which field."""
        return " · ".join(part for part in (self.name, self.unit, self.field) if part)

    @property
    def edition(self) -> str:
        """Another one as soon as anything that is shown reads differently."""
        parts = (self.title, self.name, self.unit, self.field, self.story, self.picture, self.award, self.kind)
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Page:
    """A page of the gallery, and what else it offers."""

    told: list[Told]
    number: int
    has_next: bool
    fields: list[Choice]
    units: list[Unit]
    field: Choice | None
    unit: Unit | None

    @property
    def is_filtered(self) -> bool:
        return self.field is not None or self.unit is not None


# --- what the public may see ------------------------------------------------------------------------------------------


def public(*, at: datetime) -> QuerySet[Exemplar]:
    """Shown at `at`; of initiatives those that are still valid, by a decision that is announced."""
    commended = Q(commendation__decision__announced_at__isnull=False, commendation__initiative__status=Status.VALID)
    agreed = Q(kind=Exemplar.Kind.PERSON, has_consent=True) | Q(kind=Exemplar.Kind.COLLECTIVE)
    return Exemplar.objects.shown(at).filter(commended | agreed)


def told(exemplars: QuerySet[Exemplar]) -> list[Told]:
    """What may be told of each. Two statements, however many."""
    rows = list(exemplars.select_related("unit", "commendation__initiative", "commendation__decision"))
    labels = _field_labels({row.campaign_id for row in rows if row.commendation})
    return [_told(row, labels) for row in rows]


def of(pk: int, *, at: datetime) -> Told | None:
    """The one with this number, while it is shown."""
    found = told(public(at=at).filter(pk=pk).select_related("campaign"))
    return found[0] if found else None


def is_any_shown(*, at: datetime) -> Exists:
    """Of a campaign, for the statement that reads it."""
    return Exists(public(at=at).filter(campaign=OuterRef("pk")))


def page(campaign: Campaign, *, at: datetime, number: int, field: str = "", unit: str = "") -> Page:
    """`field` is a code of the campaign's list, `unit` the code of one that the gallery offers; others filter nothing. Counts
    no rows: one more than a page is read. Five statements, however many are shown."""
    shown = public(at=at).filter(campaign=campaign)
    fields = list(campaign.choices.filter(list=ChoiceList.FIELD))
    units = _top_units(shown)
    by_field = next((each for each in fields if each.code == field), None)
    by_unit = next((each for each in units if each.code == unit), None)
    rows = shown
    if by_field is not None:
        rows = rows.filter(commendation__initiative__field=by_field.code)
    if by_unit is not None:
        rows = rows.filter(branch(by_unit.path, by="unit__path"))
    number = min(max(number, 1), MOST_PAGES)
    start = (number - 1) * A_PAGE
    listed = told(rows.order_by("-shown_at", "-id")[start : start + A_PAGE + 1])
    has_next = len(listed) > A_PAGE and number < MOST_PAGES
    return Page(listed[:A_PAGE], number, has_next, fields, units, by_field, by_unit)


def _top_units(shown: QuerySet[Exemplar]) -> list[Unit]:
    """The provinces and sectors that something is shown of; the confederation's own stand under no filter."""
    paths = shown.annotate(top=Substr("unit__path", 1, 2 * STEP)).order_by().values_list("top", flat=True).distinct()
    return [unit for unit in Unit.objects.filter(path__in=list(paths)) if unit.depth > 1]


def _field_labels(campaigns: set[int]) -> dict[tuple[int, str], str]:
    chosen = Choice.objects.filter(campaign__in=campaigns, list=ChoiceList.FIELD)
    return {(each.campaign_id, each.code): each.label for each in chosen}


def _told(row: Exemplar, labels: dict[tuple[int, str], str]) -> Told:
    commendation = row.commendation
    if commendation is None:
        is_public, name, field, award = True, row.name, "", ""
    else:
        initiative, decision = commendation.initiative, commendation.decision
        is_public = initiative.author_may_be_told
        name = commendation.author
        field = labels.get((row.campaign_id, initiative.field), "")
        award = f"{commendation.form}, Quyết định số {decision.number}"
    return Told(
        exemplar=row,
        name=name if is_public else "",
        story=row.story if is_public else "",
        picture=row.picture if is_public and row.picture_is_allowed else "",
        field=field,
        award=award,
    )


# --- what staff do ----------------------------------------------------------------------------------------------------


def of_commendation(commendation_id: int, *, by: StaffAccount) -> Exemplar:
    """The exemplar of a commended initiative, made when first asked for and not shown yet."""
    with transaction.atomic():
        commendation = Commendation.objects.prefetch_related("initiative").get(pk=commendation_id)
        decision = CommendationDecision.objects.select_for_update().get(pk=commendation.decision_id)
        if not decision.is_announced:
            raise DecisionIsNotAnnounced
        exemplar, _ = Exemplar.objects.get_or_create(
            commendation=commendation,
            defaults={
                "campaign_id": decision.campaign_id,
                "unit_id": commendation.initiative.unit_id,
                "kind": Exemplar.Kind.INITIATIVE,
                "title": commendation.title,
                "made_by": by,
            },
        )
    return exemplar


def show(exemplar_id: int, *, at: datetime) -> Exemplar:
    """From now on, unless it is shown already. Raises DecisionIsNotAnnounced, NeedsAName, NeedsConsent."""
    with transaction.atomic():
        exemplar = Exemplar.objects.select_for_update().get(pk=exemplar_id)
        commendation = exemplar.commendation
        if commendation is not None and not commendation.decision.is_announced:
            raise DecisionIsNotAnnounced
        if commendation is None and not exemplar.name:
            raise NeedsAName
        if exemplar.kind == Exemplar.Kind.PERSON and not exemplar.has_consent:
            raise NeedsConsent
        if exemplar.shown_at is None:
            exemplar.shown_at = at
            exemplar.save(update_fields=["shown_at"])
            _tell()
    return exemplar


def take_down(exemplar_id: int) -> None:
    Exemplar.objects.filter(pk=exemplar_id).update(shown_at=None)
    _tell()


def write(exemplar_id: int, *, title: str, name: str, story: str, has_consent: bool, picture_is_allowed: bool) -> None:
    """What staff wrote. Without a person's consent it is not shown any longer."""
    with transaction.atomic():
        exemplar = Exemplar.objects.select_for_update().get(pk=exemplar_id)
        exemplar.title, exemplar.name, exemplar.story = title, name, story
        exemplar.has_consent, exemplar.picture_is_allowed = has_consent, picture_is_allowed
        if exemplar.kind == Exemplar.Kind.PERSON and not has_consent:
            exemplar.shown_at = None
        exemplar.save(update_fields=["title", "name", "story", "has_consent", "picture_is_allowed", "shown_at"])
        _tell()


def put_picture(exemplar_id: int, stored_name: str) -> None:
    """ "" takes it away; the file is swept once nothing names it."""
    Exemplar.objects.filter(pk=exemplar_id).update(picture=stored_name)
    _tell()


def _tell() -> None:
    """The gallery may be read from a copy of the database that does not know of it yet."""
    transaction.on_commit(replica.changed)


def consents(exemplars: Sequence[Exemplar]) -> dict[int, bool]:
    """Whether name, story and picture may be told, of rows whose initiative was fetched with them."""
    return {
        each.pk: each.commendation.initiative.author_may_be_told
        if each.commendation
        else each.kind != Exemplar.Kind.PERSON or each.has_consent
        for each in exemplars
    }
