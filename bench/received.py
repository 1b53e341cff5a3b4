"""Millions of initiatives in five campaigns, drawn and written by the demonstration: nobody's names, real upper units."""

import sys
from typing import Any

# Of all initiatives, oldest first; the last campaign is the one that is open.
CAMPAIGNS = (0.04, 0.08, 0.10, 0.14, 0.64)


def fill(number: int) -> None:
    """`number` initiatives in five campaigns; what the database knows of its tables is fresh afterwards."""
    from django.utils import timezone

    from initiatives import demonstration

    now = timezone.now()
    demonstration.add_accounts(at=now, password=demonstration.new_password())
    begun = 0
    for campaign, share in zip(five_campaigns(now), CAMPAIGNS, strict=True):
        until = number if share == CAMPAIGNS[-1] else begun + int(number * share)
        for _ in demonstration.fill(campaign, until - begun, at=now):
            pass
        begun = until
        print(f"{begun:,} initiatives", file=sys.stderr)


def five_campaigns(now: Any) -> list[Any]:
    """The oldest first, each with phases, choices and reasons; made where they are missing. The last one is open."""
    from datetime import timedelta

    from initiatives.campaigns.loading import add_lists
    from initiatives.models import Campaign

    latest = Campaign.objects.order_by("pk").last()
    phases = list(latest.phases.all())
    for number in range(len(CAMPAIGNS) - Campaign.objects.count()):
        latest.pk, latest.slug, latest.alias, latest.name = (
            None,
            f"bench-{number}",
            f"bench{number}",
            f"Chương trình đo {number}",
        )
        latest._state.adding = True
        latest.poster_key = ""
        latest.save()
        for phase in phases:
            phase.pk, phase.campaign_id = None, latest.pk
            phase._state.adding = True
            phase.save()
        add_lists(latest)
    five = list(Campaign.objects.order_by("pk"))[-len(CAMPAIGNS) :]
    last = five[-1].phases.last()
    last.closes_at = now + timedelta(days=30)
    last.save()
    return five
