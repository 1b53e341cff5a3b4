"""What is looked forward to, or was announced."""

from datetime import date

import factory

from initiatives.models import Milestone
from tests.factories.campaigns import CampaignFactory
from tests.factories.initiatives import InitiativeFactory


class MilestoneFactory(factory.django.DjangoModelFactory):
    """Not reached. `is_announced=True`: by an initiative of its campaign, at the moment at which that came."""

    class Meta:
        model = Milestone

    class Params:
        is_announced = factory.Trait(
            initiative=factory.SubFactory(InitiativeFactory, campaign=factory.SelfAttribute("..campaign")),
            reached_at=factory.LazyAttribute(lambda row: row.initiative.submitted_at),
            announced_at=factory.LazyAttribute(lambda row: row.initiative.submitted_at),
        )

    campaign = factory.SubFactory(CampaignFactory)
    number = factory.Sequence(lambda n: n + 1)
    plan_ends_on = date(2023, 9, 1)
