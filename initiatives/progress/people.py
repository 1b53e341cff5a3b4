"""People with many initiatives (M34): by the phone they sent from, in a branch of today. For staff only, live."""

from dataclasses import dataclass

from django.db.models import Count, Max

from initiatives.models import Campaign, Initiative
from orgtree.models import Unit

MANY = 5
MOST_LISTED = 50


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
    """Those with the most first, MOST_LISTED of them; two statements. Withdrawn ones and duplicates are left out."""
    reached = Initiative.objects.filter(campaign=campaign).reached().exclude(phone_digits="").in_branch_of(unit)
    by_phone = (
        reached.order_by()
        .values("phone_hash")
        .annotate(number=Count("pk"), names=Count("full_name", distinct=True), latest=Max("pk"))
    )
    found = list(by_phone.filter(number__gte=MANY).order_by("-number", "latest")[:MOST_LISTED])
    latest = Initiative.objects.select_related("unit").in_bulk([each["latest"] for each in found])
    return [Sender(latest[each["latest"]], each["number"], each["names"]) for each in found]
