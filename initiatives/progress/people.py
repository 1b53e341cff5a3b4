"""People with many initiatives (M34): by the phone they sent from, in a branch of today. For staff only.

Who they are is looked for beside the tally, of a large campaign every ten minutes: it takes every phone there is. How much each
of them sent is counted where it is shown, from that phone's rows alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from django.db.models import Count, Max, Q

from initiatives.models import By, Campaign, FrequentSender, Initiative, Status, Tally, TallyRun
from initiatives.progress import counting
from initiatives.review import branches
from orgtree.models import Unit, UnitChange
from orgtree.scope import branch

MANY = 5
MOST_LISTED = 50
MOST_KEPT = 100  # of a unit: those that are listed, and whoever takes the place of one who withdrew some
GOOD_FOR = timedelta(minutes=10)
LARGE = 50_000  # so many reached: up to it they are looked for at each refresh of the tally
AT_ONCE = 500


@dataclass(frozen=True)
class Sender:
    """`latest` is the newest of them; `names` how many different names stand beside this phone: an officer may have entered
    for many."""

    latest: Initiative
    number: int
    names: int

    @property
    def phone(self) -> str:
        return self.latest.phone_digits


class Found(NamedTuple):
    """A phone of which a branch holds many: the key of a unit on top of it, of the newest of them, and their number."""

    unit: int
    latest: int
    number: int


def with_many(campaign: Campaign, unit: Unit, *, seen_by: Unit | None = None) -> list[Sender]:
    """Those with the most first, MOST_LISTED of them; three statements. Withdrawn ones and duplicates are left out. Of the branch
    of today; with `seen_by` what each sent is counted in the unit's own, as the inbox lists it (`branches.keeps_its_own`).

    Numbers and names are those of this moment; who reached MANY since `bring_up` is missing.
    """
    places = Q(unit__current_path=unit.current_path)
    if seen_by is not None:  # what moved away since was found where it is today
        gone = Unit.objects.filter(branch(unit.path, by="path")).exclude(branch(unit.current_path, by="current_path"))
        places |= Q(unit__current_path__in=gone.order_by().values("current_path"))
    kept = FrequentSender.objects.filter(places, campaign=campaign)
    phones = set(kept.values_list("latest__phone_digits", flat=True)) - {""}
    # Asked of the rows of these phones, and of no other index: a branch or a campaign may hold millions.
    counts = Q(campaign=campaign, duplicate_of=None) & ~Q(status=Status.WITHDRAWN)
    of_these = Initiative.objects.filter(phone_digits__in=phones).order_by()
    if unit.depth > 1:
        of_these = of_these.filter(branches.Walked(unit, seen_by=seen_by))
    counted = of_these.values("phone_digits").annotate(
        number=Count("pk", filter=counts),
        names=Count("full_name", distinct=True, filter=counts),
        latest_one=Max("pk", filter=counts),
    )
    found = [each for each in counted if each["number"] >= MANY]
    listed = sorted(found, key=lambda each: (-each["number"], each["latest_one"]))[:MOST_LISTED]
    latest = Initiative.objects.select_related("unit").in_bulk([each["latest_one"] for each in listed])
    return [Sender(latest[each["latest_one"]], each["number"], each["names"]) for each in listed]


def bring_up(campaign: Campaign, *, at: datetime, overlap: timedelta, everything: bool = False) -> None:
    """Looks for them anew where something has happened, to the tree as well, and, of a large campaign, GOOD_FOR is over; always
    with `everything`.

    After the tally (`tally.refresh`), whose `overlap` is how far before its transaction ends an event may be dated.
    """
    run = TallyRun.objects.get(campaign=campaign)
    last = run.senders_found_at
    is_set_back = last is not None and last - at > overlap  # what happened since bears days of before
    if last is not None and not everything and not is_set_back:
        is_young = at - last <= GOOD_FOR and _is_large(campaign)
        since = last - overlap
        if is_young or not (counting.is_touched(campaign, since=since) or _tree_changed(since)):
            return
    _store(campaign, _found(campaign))
    TallyRun.objects.filter(pk=run.pk).update(senders_found_at=at)


def _tree_changed(since: datetime) -> bool:
    last = UnitChange.objects.order_by("-pk").values_list("at", flat=True).first()
    return last is not None and last >= since


def _is_large(campaign: Campaign) -> bool:
    received = Tally.objects.filter(campaign=campaign, parent=None, by=By.ALL).values_list("entries", flat=True)
    return sum(received) > LARGE


def _found(campaign: Campaign) -> set[Found]:
    """Of every branch, MOST_KEPT at the most; of units with one place the first stands for all."""
    tops = dict(Unit.objects.order_by("-pk").values_list("current_path", "pk"))
    of_units: dict[int, list[Found]] = defaultdict(list)
    for _, of_one_phone in groupby(_by_phone_and_place(campaign), key=itemgetter(0)):
        for place, (number, latest) in _rolled_up(each[1:] for each in of_one_phone).items():
            if number >= MANY and place in tops:
                of_units[tops[place]].append(Found(tops[place], latest, number))
    return {
        each
        for found in of_units.values()
        for each in sorted(found, key=lambda one: (-one.number, one.latest))[:MOST_KEPT]
    }


def _by_phone_and_place(campaign: Campaign) -> Iterator[tuple[str, str, int, int]]:
    """Phone, place of today, number and newest of those phones of which the whole campaign holds many, phone by phone."""
    reached = Initiative.objects.filter(campaign=campaign).reached().exclude(phone_digits="").order_by()
    # Nothing but what the index of phones holds: at 2.5 million their rows would be read in the order of phones, one by one.
    by_phone = reached.values("phone_digits").annotate(number=Count("campaign")).filter(number__gte=MANY)
    for phones in _portions(list(by_phone.values_list("phone_digits", flat=True))):
        rows = reached.filter(phone_digits__in=phones).values_list("phone_digits", "unit__current_path")
        yield from rows.annotate(Count("pk"), Max("pk")).order_by("phone_digits")


def _rolled_up(places: Iterable[tuple[str, int, int]]) -> dict[str, tuple[int, int]]:
    """Number and newest of each place and all above it."""
    sums: dict[str, tuple[int, int]] = {}
    for place, number, latest in places:
        for end in range(Unit.steplen, len(place) + 1, Unit.steplen):
            before, newest = sums.get(place[:end], (0, 0))
            sums[place[:end]] = before + number, max(newest, latest)
    return sums


def _portions(values: list[Any]) -> Iterator[list[Any]]:
    return (values[start : start + AT_ONCE] for start in range(0, len(values), AT_ONCE))


def _store(campaign: Campaign, found: set[Found]) -> None:
    """Makes the rows say what was found; writes none that say so already."""
    rows = FrequentSender.objects.filter(campaign=campaign)
    stored = {Found(*each): pk for pk, *each in rows.values_list("pk", "unit", "latest", "number")}
    gone = [pk for each, pk in stored.items() if each not in found]
    for some in _portions(gone):
        rows.filter(pk__in=some).delete()
    FrequentSender.objects.bulk_create(
        (
            FrequentSender(campaign=campaign, unit_id=each.unit, latest_id=each.latest, number=each.number)
            for each in sorted(found - stored.keys())
        ),
        batch_size=AT_ONCE,
    )
