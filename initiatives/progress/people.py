"""People with many initiatives (M34): by the phone they sent from, in a branch of today. For staff only, live."""

from dataclasses import dataclass

from django.db.models import Count, F, Max, Value
from django.db.models.functions import Coalesce

from initiatives.models import Campaign, Initiative
from orgtree.models import Unit

MANY = 5
MOST_LISTED = 50
MOST_NAMED = 500


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


def with_many(campaign: Campaign, unit: Unit) -> list[Sender]:
    """Those with the most first, MOST_LISTED of them; four statements at the most. Withdrawn ones and duplicates are left out.

    The first looks at every phone of the branch and asks for nothing but numbers, so that an index answers it; names, for
    which rows must be read and sorted, are asked for of those alone that are listed.
    """
    reached = Initiative.objects.filter(campaign=campaign).reached().exclude(phone_digits="").order_by()
    phone: F | Coalesce = F("phone_digits")
    if unit.depth > 1:
        # Unit by unit, named where they are few, and not in the order of an index of phones: for a union's hundred SQLite
        # would read the country.
        branch = Unit.objects.in_branch_of(unit).order_by().values_list("pk", flat=True)
        named = list(branch[: MOST_NAMED + 1])
        reached = reached.filter(unit__in=named if len(named) <= MOST_NAMED else branch)
        phone = Coalesce("phone_digits", Value(""))
    by_phone = reached.values(by=phone).annotate(number=Count("campaign"), latest=Max("pk"))
    found = list(by_phone.filter(number__gte=MANY).order_by("-number", "latest")[:MOST_LISTED])
    of_these = reached.filter(phone_digits__in=[each["by"] for each in found]).values("phone_digits")
    names = dict(of_these.annotate(names=Count("full_name", distinct=True)).values_list("phone_digits", "names"))
    latest = Initiative.objects.select_related("unit").in_bulk([each["latest"] for each in found])
    return [Sender(latest[each["latest"]], each["number"], names[each["by"]]) for each in found]
