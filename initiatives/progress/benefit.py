"""The middle of what was declared in each field, counted beside the tally, and what lies so far above it that it looks mistyped.

The lower middle of an even number: it is a value that somebody declared. A field is read twice from an index alone (how many,
then the one in the middle), at 2.5 million too dear for each minute: every ten, and only where something happened.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import F, Min, Q

from initiatives.models import By, Campaign, FieldMedian, Initiative, Tally
from initiatives.progress import counting
from initiatives.review.appraising import threshold

GOOD_FOR = timedelta(minutes=10)


class Median(NamedTuple):
    median: int
    of: int


def bring_up(
    campaign: Campaign, *, at: datetime, overlap: timedelta, good_for: timedelta = GOOD_FOR, everything: bool = False
) -> None:
    """Counts anew what is older than `good_for` where something has happened since; always with `everything`.

    `overlap` is how far before its transaction ends an event may be dated (`tally.OVERLAP`).
    """
    last = FieldMedian.objects.filter(campaign=campaign).aggregate(last=Min("counted_at"))["last"]
    is_set_back = last is not None and last - at > overlap  # what happened since bears days of before
    if last is not None and not everything and not is_set_back:
        is_young = good_for and at - last <= good_for
        if is_young or not counting.is_touched(campaign, since=last - overlap):
            return
    store(campaign, counted(campaign), at=at)


def counted(campaign: Campaign) -> dict[str, Median]:
    """By field, of those reached with a value above 0; a field in which nobody declared one is left out."""
    found = {}
    for field in fields_of(campaign):
        rows = Initiative.objects.reached().filter(campaign=campaign, field=field, benefit_value__gt=0)
        number = rows.order_by().count()
        if number:
            ordered = rows.order_by("benefit_value").values_list("benefit_value", flat=True)
            found[field] = Median(ordered[(number - 1) // 2], number)
    return found


def store(campaign: Campaign, medians: dict[str, Median], *, at: datetime) -> None:
    FieldMedian.objects.filter(campaign=campaign).exclude(field__in=medians).delete()
    FieldMedian.objects.bulk_create(
        (
            FieldMedian(campaign=campaign, field=field, median=each.median, of=each.of, counted_at=at)
            for field, each in medians.items()
        ),
        update_conflicts=True,
        unique_fields=["campaign", "field"],
        update_fields=["median", "of", "counted_at"],
    )


def stored(campaign: Campaign) -> dict[str, Median]:
    rows = FieldMedian.objects.filter(campaign=campaign).values_list("field", "median", "of")
    return {field: Median(*each) for field, *each in rows}


def fields_of(campaign: Campaign) -> list[str]:
    """In which anything was sent, by the last count."""
    rows = Tally.objects.filter(campaign=campaign, parent=None, by=By.FIELD)
    return list(rows.order_by("value").values_list("value", flat=True))


def thresholds(campaign: Campaign) -> dict[str, int]:
    """From where a declared value looks mistyped, by each field in which anything was sent. Two statements."""
    medians = {each.field: each for each in FieldMedian.objects.filter(campaign=campaign)}
    return {field: threshold(medians.get(field)) for field in fields_of(campaign)}


def far_above(campaign: Campaign, least: Mapping[str, int]) -> Q:
    """What lies so far above the middle of its field that no total may hold it, unless staff found just that. Each field is a
    range of `initiative_benefit_of_field`."""
    above = Q(pk=None)
    for field, value in least.items():
        above |= Q(field=field, benefit_value__gte=value)
    is_confirmed = Q(is_appraised=True, appraised_value__isnull=False, appraised_value=F("benefit_value"))
    return Q(campaign=campaign) & above & ~is_confirmed


def looking_mistyped(campaign: Campaign, least: Mapping[str, int]) -> Q:
    """Of these, what nobody has appraised yet."""
    return far_above(campaign, least) & Q(is_appraised=False)


def differing(campaign: Campaign) -> Iterable[tuple[str, str, int, int]]:
    """Field, measure, what is kept and what a count says now."""
    kept, now = stored(campaign), counted(campaign)
    for field in sorted(kept.keys() | now.keys()):
        for measure in Median._fields:
            pair = tuple(getattr(each.get(field, Median(0, 0)), measure) for each in (kept, now))
            if pair[0] != pair[1]:
                yield field, measure, *pair
