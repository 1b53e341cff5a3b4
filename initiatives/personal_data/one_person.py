"""Which initiatives are one person's, for a copy of what is held of them: nobody gets another's data.

One person is whoever has the same identity number. A phone may be a whole workshop's, and officers write their own for as many
as a thousand; so phone and name count only between initiatives that people sent themselves in one unit, and only while nothing
in these says that they are two: an identity number or a year of birth. The rest is told as perhaps the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Case, QuerySet, Value, When

from initiatives.models import Initiative
from orgtree.models import StaffAccount
from portal.vietnamese.text import folded

MOST = 200  # initiatives in one copy, and told beside it
TELLING = ("national_id_hash", "birth_year")  # what tells two people apart


@dataclass(frozen=True)
class Found:
    """Whose copy it is: `same` are initiatives of one person, oldest first, `perhaps` have the phone in common, namesakes first;
    MOST of each at most. What one copy does not hold is in others: `parts` has the first of each of those."""

    same: list[Initiative]
    perhaps: list[Initiative]
    parts: list[Initiative] = field(default_factory=list)
    are_more_perhaps: bool = False


def of_person(initiative: Initiative, *, by: StaffAccount) -> Found:
    """Among what `by` sees; what others hold, others copy. `initiative` itself is always in `same`."""
    seen = Initiative.objects.visible_to(by).filter(erased_at=None).exclude(pk=initiative.pk)
    others = set(_by_identity(initiative, seen)) | set(_by_phone_and_name(initiative, seen))
    rows = Initiative.objects.filter(pk__in={initiative.pk, *others}).order_by("submitted_at", "pk")
    whole = list(rows.values_list("pk", flat=True))
    begins = whole.index(initiative.pk) // MOST * MOST
    shown = rows.select_related("unit", "campaign", "consent_text")
    firsts = [pk for pk in whole[::MOST] if pk != whole[begins]]
    perhaps = _perhaps(initiative, seen.exclude(pk__in=others))
    return Found(
        list(shown.filter(pk__in=whole[begins : begins + MOST])),
        perhaps[:MOST],
        parts=list(shown.filter(pk__in=firsts)),
        are_more_perhaps=len(perhaps) > MOST,
    )


def _by_identity(initiative: Initiative, others: QuerySet[Initiative]) -> Iterable[int]:
    number = initiative.national_id_hash
    return others.filter(national_id_hash=number).values_list("pk", flat=True) if number else ()


def _by_phone_and_name(initiative: Initiative, others: QuerySet[Initiative]) -> list[int]:
    if not initiative.phone_digits or initiative.entered_by_id is not None:
        return []
    name = folded(initiative.full_name)
    sent = others.filter(phone_digits=initiative.phone_digits, unit=initiative.unit_id, entered_by=None)
    # The words to search by begin with the name; who has a longer one is told apart here.
    named = sent.filter(search_text__startswith=name)
    alike = [each for each in named.only("full_name", *TELLING) if folded(each.full_name) == name]
    are_several = any(
        len({getattr(each, column) for each in (initiative, *alike)} - {"", None}) > 1 for column in TELLING
    )
    return [] if are_several else [each.pk for each in alike]


def _perhaps(initiative: Initiative, others: QuerySet[Initiative]) -> list[Initiative]:
    """One more than MOST, where there are so many."""
    if not initiative.phone_digits:
        return []
    is_namesake = When(search_text__startswith=folded(initiative.full_name), then=Value(0))
    on_the_phone = others.filter(phone_digits=initiative.phone_digits).select_related("unit")
    return list(on_the_phone.order_by(Case(is_namesake, default=Value(1)), "submitted_at", "pk")[: MOST + 1])
