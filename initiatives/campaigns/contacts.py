"""Who helps: the contacts nearest to the worker's unit (M3)."""

from django.db.models import Q

from initiatives.models import Campaign, Contact
from orgtree.models import Unit


def nearest(campaign: Campaign | None, unit: Unit | None = None) -> list[Contact]:
    """The contacts of the lowest unit at or above `unit` that has any, then the country's. One statement.

    At one place a contact of the campaign itself goes before one for every campaign.
    """
    here = Q(unit=None)
    if unit is not None:
        step = unit.steplen
        here |= Q(unit__path__in=[unit.path[:end] for end in range(step, len(unit.path) + 1, step)])
    of_campaign = Q(campaign=None) | Q(campaign=campaign) if campaign else Q(campaign=None)
    found = list(Contact.objects.filter(here, of_campaign).select_related("unit"))
    local = [contact for contact in found if contact.unit_id]
    lowest = max((contact.unit.depth for contact in local), default=0)
    close = [contact for contact in local if contact.unit.depth == lowest]
    country = [contact for contact in found if not contact.unit_id]
    return sorted(close, key=_own_first) + sorted(country, key=_own_first)


def _own_first(contact: Contact) -> tuple[bool, int]:
    return (contact.campaign_id is None, contact.pk)
