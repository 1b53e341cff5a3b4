"""What staff leave behind them: jobs, saved filters, pairs that may be duplicates."""

from datetime import datetime

import factory

from initiatives.models import Job, SavedFilter, TwinPair
from portal.vietnamese.days import VIETNAM
from tests.factories.accounts import StaffAccountFactory
from tests.factories.initiatives import InitiativeFactory

AT = datetime(2022, 3, 2, 9, 0, tzinfo=VIETNAM)


class JobFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Job

    owner = factory.SubFactory(StaffAccountFactory)
    kind = Job.Kind.DECIDE
    created_at = AT


class SavedFilterFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SavedFilter

    account = factory.SubFactory(StaffAccountFactory)
    name = "Chờ xét của tổ may"
    query = "status=submitted"
    saved_at = AT


class TwinPairFactory(factory.django.DjangoModelFactory):
    """Decided by the unit of the later one, unless said otherwise."""

    class Meta:
        model = TwinPair

    earlier = factory.SubFactory(InitiativeFactory)
    later = factory.SubFactory(InitiativeFactory)
    kind = TwinPair.Kind.ALIKE
    likeness = 87
    sentences_alike = 9
    sentences = 10
    decider = factory.SelfAttribute("later.unit")
    found_at = AT
