"""While writing: titles that are public already and alike, so that nobody sends what another has sent before."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from initiatives.duplicates import looking
from initiatives.duplicates.looking import Text
from initiatives.models import Commendation, Draft, Initiative, Status
from portal import sealing
from portal.vietnamese import identity, phones
from portal.vietnamese.refusals import Refused

MOST_SHOWN = 3
LONGEST = {"title": 250, "description": 2000, "effect": 500}  # of what is compared: a draft keeps whatever was typed


@dataclass(frozen=True)
class Alike:
    """All that a stranger may know of it."""

    title: str
    unit: str


def public_titles(draft: Draft) -> list[Alike]:
    """At most three, the likeliest first: valid ones that may be published or were commended publicly, and never one's own.
    Demonstrations are compared among themselves. One statement where nothing is near, mostly two otherwise; none for a text too
    short to be compared, or a phone that does not tell yet what is one's own."""
    own = _phone_hash(draft)
    if not own:
        return []
    typed = {name: draft.answer(name)[:longest] for name, longest in LONGEST.items()}
    besides = [draft.revises_id] if draft.revises_id else []
    public: dict[int, Alike] = {}

    def read(near: Collection[int]) -> Iterator[tuple[int, Text]]:
        rows = _public(draft, phone_hash=own).filter(pk__in=near)
        for pk, unit, *text in rows.values_list("pk", "unit__name", *LONGEST):
            told = Text(*text)
            public[pk] = Alike(told.title, unit)
            yield pk, told

    found = looking.alike(Text(**typed), read=read, limit=MOST_SHOWN, besides=besides)
    return [public[each.initiative_id] for each in found]


def _public(draft: Draft, *, phone_hash: str) -> QuerySet[Initiative]:
    """Of others, to be compared with `draft`."""
    commended = Commendation.objects.announced().filter(initiative=OuterRef("pk"))
    rows = Initiative.objects.filter(
        Q(publish_consented_at__isnull=False) | Exists(commended),
        status=Status.VALID,
        campaign__is_demonstration=draft.campaign.is_demonstration,
    ).exclude(phone_hash=phone_hash)
    own_identity = _identity_hash(draft)
    return rows.exclude(national_id_hash=own_identity) if own_identity else rows


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
