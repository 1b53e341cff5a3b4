"""Which initiatives are one person's, for a copy of what is held of them: nobody gets another's data.

One person is whoever has the same identity number. A phone may be a whole workshop's, and officers write their own for as many
as a thousand; so phone and name count only between initiatives that people sent themselves in one unit, and only while nothing
in these says that they are two: an identity number or a year of birth. The rest is told as perhaps the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from django.db.models import Case, QuerySet, Value, When

from initiatives.models import Initiative
from orgtree.models import StaffAccount
from portal.vietnamese.text import folded

MOST = 200  # initiatives in one copy, and told beside it


@dataclass(frozen=True)
class Found:
    """Whose copy it is: `same` are initiatives of one person, oldest first, `perhaps` have the phone in common, namesakes first;
    MOST of each at most, and whether there are more."""

    same: list[Initiative]
    perhaps: list[Initiative]
    are_more: bool = False
    are_more_perhaps: bool = False


def of_person(initiative: Initiative, *, by: StaffAccount) -> Found:
    """Among what `by` sees; what others hold, others copy. `initiative` itself is always in `same`."""
    seen = Initiative.objects.visible_to(by).filter(erased_at=None).exclude(pk=initiative.pk)
    others = seen.select_related("unit", "campaign", "consent_text").order_by("submitted_at", "pk")
    found = {each.pk: each for each in (*_by_identity(initiative, others), *_by_phone_and_name(initiative, others))}
    same = [initiative, *list(found.values())[: MOST - 1]]
    same.sort(key=lambda each: (each.submitted_at, each.pk))
    perhaps = _perhaps(initiative, others.exclude(pk__in=found))
    return Found(same, perhaps[:MOST], are_more=len(found) >= MOST, are_more_perhaps=len(perhaps) > MOST)


def _by_identity(initiative: Initiative, others: QuerySet[Initiative]) -> Iterable[Initiative]:
    number = initiative.national_id_hash
    return others.filter(national_id_hash=number)[:MOST] if number else ()


def _by_phone_and_name(initiative: Initiative, others: QuerySet[Initiative]) -> list[Initiative]:
    if not initiative.phone_digits or initiative.entered_by_id is not None:
        return []
    name = folded(initiative.full_name)
    sent = others.filter(phone_digits=initiative.phone_digits, unit=initiative.unit_id, entered_by=None)
    # The words to search by begin with the name; who has a longer one is told apart here.
    named = sent.filter(search_text__startswith=name).iterator(chunk_size=MOST)
    alike = list(islice((each for each in named if folded(each.full_name) == name), MOST))
    are_several = any(
        len({getattr(each, column) for each in (initiative, *alike)} - {"", None}) > 1
        for column in ("national_id_hash", "birth_year")
    )
    return [] if are_several else alike


def _perhaps(initiative: Initiative, others: QuerySet[Initiative]) -> list[Initiative]:
    if not initiative.phone_digits:
        return []
    is_namesake = When(search_text__startswith=folded(initiative.full_name), then=Value(0))
    on_the_phone = others.filter(phone_digits=initiative.phone_digits)
    return list(on_the_phone.order_by(Case(is_namesake, default=Value(1)), "submitted_at", "pk")[: MOST + 1])
