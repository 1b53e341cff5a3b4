"""Targets, and the number of grassroots unions that a unit declares."""

from datetime import datetime

import factory

from initiatives.models import GrassrootsCount, Period, Target
from portal.vietnamese.days import VIETNAM
from tests.factories.campaigns import CampaignFactory
from tests.factories.units import unit_at

GIVEN = datetime(2022, 1, 10, 9, 0, tzinfo=VIETNAM)


class TargetFactory(factory.django.DjangoModelFactory):
    """100 initiatives of LĐLĐ thành phố Đông Hà in the whole campaign of 2022; nobody gave them."""

    class Meta:
        model = Target

    campaign = factory.SubFactory(CampaignFactory)
    unit = factory.LazyFunction(lambda: unit_at("quang-tri/dong-ha"))
    period = Period.WHOLE
    quantity = 100
    set_at = GIVEN


class GrassrootsCountFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = GrassrootsCount

    campaign = factory.SubFactory(CampaignFactory)
    unit = factory.LazyFunction(lambda: unit_at("quang-tri/dong-ha"))
    number = 120
    set_at = GIVEN
