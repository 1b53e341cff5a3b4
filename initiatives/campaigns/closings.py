"""What closes soon, for the first page of staff: phases, and the extensions that lie in or above the own branch."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max, Q

from initiatives.models import Campaign, Phase, WindowExtension
from orgtree.models import StaffAccount, Unit
from portal.vietnamese import days

SOON = timedelta(days=14)
MOST_TOLD = 10


@dataclass(frozen=True)
class Closing:
    campaign: Campaign
    what: str
    closes_at: datetime

    def sentence(self, *, at: datetime) -> str:
        """Đợt 1 đóng lúc 24h00 ngày 20/4/2021, còn 3 ngày."""
        return f"{self.what} đóng lúc {days.closing(self.closes_at)}, còn {days.left(self.closes_at, at=at)}."


def last_close(campaign: Campaign) -> datetime | None:
    """The moment at which the last one who may still send no longer may; None where no phase is set yet."""
    moments = [
        rows.filter(campaign=campaign).aggregate(last=Max("closes_at"))["last"]
        for rows in (Phase.objects.all(), WindowExtension.objects.all())
    ]
    return max((each for each in moments if each is not None), default=None)


def closing_soon(account: StaffAccount, *, at: datetime) -> tuple[list[Closing], bool]:
    """The nearest first, and whether there are more extensions: they leave the phases their place. Two statements, whatever is
    open."""
    soon = Q(closes_at__gt=at, closes_at__lte=at + SOON, campaign__is_published=True)
    phases = Phase.objects.filter(soon, opens_at__lte=at).select_related("campaign").order_by("closes_at")
    found = [Closing(phase.campaign, phase.name, phase.closes_at) for phase in phases[:MOST_TOLD]]
    extensions: list[Closing] = []
    if account.unit is not None:
        inside = Unit.objects.visible_to(account).order_by().values("pk")
        # Above it when the account was made, for campaigns of that time, and above it today.
        above = Unit.objects.ancestors_and_self(account.unit).order_by().values("pk")
        today = Unit.objects.standing_above(account.unit).order_by().values("pk")
        granted = WindowExtension.objects.filter(soon, Q(unit__in=inside) | Q(unit__in=above) | Q(unit__in=today))
        extensions = [
            Closing(each.campaign, f"Gia hạn cho {each.unit}", each.closes_at)
            for each in granted.select_related("campaign", "unit").order_by("closes_at")[: MOST_TOLD + 1]
        ]
    room = MOST_TOLD - len(found)
    return sorted([*found, *extensions[:room]], key=lambda each: each.closes_at), len(extensions) > room
