"""Emulation clusters, quarters, and what is named outstanding in them."""

from datetime import date, datetime

import factory

from initiatives.models import Cluster, ClusterUnit, Outstanding, Quarter, Status
from initiatives.progress import quarter_basis, quarters
from initiatives.progress.quarters import Entry, Outcome, Span, ranked
from orgtree.roles import Role
from portal.vietnamese.days import VIETNAM
from tests.factories.accounts import StaffAccountFactory
from tests.factories.campaigns import CampaignFactory
from tests.factories.initiatives import InitiativeFactory
from tests.factories.units import unit_at

ANNOUNCED = datetime(2022, 4, 5, 9, 0, tzinfo=VIETNAM)


class ClusterFactory(factory.django.DjangoModelFactory):
    """One place a quarter."""

    class Meta:
        model = Cluster

    campaign = factory.SubFactory(CampaignFactory)
    name = factory.Sequence(lambda n: f"Cụm thi đua số {n + 1}")
    order = factory.Sequence(lambda n: n + 1)


class ClusterUnitFactory(factory.django.DjangoModelFactory):
    """LĐLĐ tỉnh Quảng Trị."""

    class Meta:
        model = ClusterUnit

    cluster = factory.SubFactory(ClusterFactory)
    campaign = factory.SelfAttribute("cluster.campaign")
    unit = factory.LazyFunction(lambda: unit_at("quang-tri"))


def basis_of(quarter: Quarter) -> str:
    """Quảng Trị was recognised with three of four valid ones."""
    entry = Entry("quang-tri", "LĐLĐ tỉnh Quảng Trị", number=4, valid=3)
    outcome = Outcome(
        span=Span(quarter.starts_on),
        counted_at=quarter.announced_at,
        counts_valid=False,
        rule=quarters.rule(quarter.campaign, has_clusters=False),
        groups=(ranked(quarters.COUNTRY, [entry], places=quarters.PLACES_OF_THE_COUNTRY),),
        outstanding=(),
        document=quarter.document,
    )
    return quarter_basis.written(quarter.campaign, outcome, at=quarter.announced_at)


class QuarterFactory(factory.django.DjangoModelFactory):
    """The first of 2022, not announced; `is_announced=True`: with what `basis_of` says."""

    class Meta:
        model = Quarter

    class Params:
        is_announced = factory.Trait(
            announced_at=ANNOUNCED,
            announced_by=factory.SubFactory(
                StaffAccountFactory, unit=factory.LazyFunction(lambda: unit_at("tld")), role=Role.ADMINISTRATOR
            ),
            basis=factory.LazyAttribute(basis_of),
            sha256=factory.LazyAttribute(lambda row: quarter_basis.hash_of(row.basis)),
        )

    campaign = factory.SubFactory(CampaignFactory)
    starts_on = date(2022, 1, 1)
    document = ""


class OutstandingFactory(factory.django.DjangoModelFactory):
    """A valid initiative of the quarter."""

    class Meta:
        model = Outstanding

    quarter = factory.SubFactory(QuarterFactory)
    initiative = factory.SubFactory(
        InitiativeFactory, campaign=factory.SelfAttribute("..quarter.campaign"), status=Status.VALID
    )
    reason = "Tiết kiệm nguyên liệu, dễ nhân rộng"
    named_by = factory.SubFactory(
        StaffAccountFactory, unit=factory.LazyFunction(lambda: unit_at("tld")), role=Role.ADMINISTRATOR
    )
    named_at = ANNOUNCED
