"""While writing: titles that are public already and alike, so that nobody sends what another has sent before."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from initiatives.duplicates import looking
from initiatives.duplicates.looking import Text
from initiatives.models import Commendation, Draft, Initiative, Status
from portal import sealing
from portal.vietnamese import identity, phones
from portal.vietnamese.refusals import Refused

MOST_SHOWN = 3
MOST_LOOKED_AT = 20
LONGEST = {"title": 250, "description": 2000, "effect": 500}  # of what is compared: a draft keeps whatever was typed


@dataclass(frozen=True)
class Alike:
    """All that a stranger may know of it."""

    title: str
    unit: str


def public_titles(draft: Draft) -> list[Alike]:
    """At most three, the likeliest first: valid ones that may be published or were commended publicly, and never one's own.
    One statement where nothing is alike, four at most; none for a text too short to be compared, or a phone that does not
    tell yet what is one's own."""
    own = _phone_hash(draft)
    if not own:
        return []
    typed = {name: draft.answer(name)[:longest] for name, longest in LONGEST.items()}
    besides = [draft.revises_id] if draft.revises_id else []
    found = looking.alike(
        Text(**typed), limit=MOST_LOOKED_AT, besides=besides, demonstration=draft.campaign.is_demonstration
    )
    if not found:
        return []
    commended = Commendation.objects.announced().filter(initiative=OuterRef("pk"))
    rows = Initiative.objects.filter(
        Q(publish_consented_at__isnull=False) | Exists(commended),
        pk__in=[each.initiative_id for each in found],
        status=Status.VALID,
    )
    own_identity = _identity_hash(draft)
    if own_identity:
        rows = rows.exclude(national_id_hash=own_identity)
    others = rows.exclude(phone_hash=own).select_related("unit").only("title", "unit__name").in_bulk()
    shown = [others[each.initiative_id] for each in found if each.initiative_id in others]
    return [Alike(one.title, one.unit.name) for one in shown[:MOST_SHOWN]]


def _phone_hash(draft: Draft) -> str:
    try:
        return sealing.lookup_hash("phone", phones.parse(draft.answer("phone")).digits)
    except Refused:
        return ""


def _identity_hash(draft: Draft) -> str:
    try:
        return sealing.lookup_hash("identity", identity.parse(draft.national_id)) if draft.sealed_national_id else ""
    except (Refused, sealing.CannotOpen):
        return ""
