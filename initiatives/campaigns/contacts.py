"""Who helps: the contacts nearest to the worker's unit (M3)."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from initiatives.models import Campaign, Contact
from orgtree.models import Unit


def nearest(campaign: Campaign | None, unit: Unit | None = None) -> list[Contact]:
    """The contacts of the lowest unit at or above `unit` that has any, then the country's. One statement. Above it is
    what stood there, and what stands above its place today; at one height those of its own time.

    At one place a contact of the campaign itself goes before one for every campaign.
    """
    return _nearest_among(_found(campaign, _line(unit) if unit is not None else set()), unit)


def of_everybody(campaigns: QuerySet[Campaign] | None = None) -> QuerySet[Contact]:
    """The contacts of no unit, of `campaigns` and of all: for a page that reads them with other things (`nearest_first`)."""
    of_campaign = Q(campaign=None) | Q(campaign__in=campaigns) if campaigns is not None else Q(campaign=None)
    return Contact.objects.filter(of_campaign, unit=None).select_related("unit")


def nearest_first(found: Iterable[Contact]) -> list[Contact]:
    """Of contacts of no unit: in the order in which `nearest` answers them."""
    return _nearest_among(list(found), None)


def nearest_of(campaign: Campaign | None, units: Iterable[Unit]) -> dict[int, list[Contact]]:
    """The same of many units, by their ids. One statement."""
    found = _found(campaign, set().union(*(_line(unit) for unit in units)))
    return {unit.pk: _nearest_among(found, unit) for unit in units}


@dataclass(frozen=True)
class Corner:
    """The ways to ask from the corner of a page."""

    zalo: str = ""
    facebook: str = ""
    phone: str = ""


def corner(helping: Iterable[Contact]) -> Corner:
    """Of each way the first there is: a unit may have a telephone and no Zalo, the country then has."""
    among = list(helping)
    ways = {
        way: next(filter(None, (getattr(each, way) for each in among)), "") for way in ("zalo", "facebook", "phone")
    }
    return Corner(**ways)


def _found(campaign: Campaign | None, paths: set[str]) -> list[Contact]:
    here = Q(unit=None)
    if paths:
        here |= Q(unit__path__in=sorted(paths))
    of_campaign = Q(campaign=None) | Q(campaign=campaign) if campaign else Q(campaign=None)
    return list(Contact.objects.filter(here, of_campaign).select_related("unit"))


def _line(unit: Unit) -> set[str]:
    """The paths of the unit and of all above it, then and today."""
    return _above(unit.path) | _above(unit.current_path)


def _above(place: str) -> set[str]:
    return {place[:end] for end in range(Unit.steplen, len(place) + 1, Unit.steplen)}


def _nearest_among(found: list[Contact], unit: Unit | None) -> list[Contact]:
    around = _line(unit) if unit is not None else set()
    local = [contact for contact in found if contact.unit is not None and contact.unit.path in around]
    lowest = max((contact.unit.depth for contact in local if contact.unit), default=0)
    close = [contact for contact in local if contact.unit and contact.unit.depth == lowest]
    of_its_time = [each for each in close if each.unit and unit and unit.is_at_or_below(each.unit)]
    close = of_its_time or close
    country = [contact for contact in found if not contact.unit_id]
    return sorted(close, key=_own_first) + sorted(country, key=_own_first)


def _own_first(contact: Contact) -> tuple[bool, int]:
    return (contact.campaign_id is None, contact.pk)
