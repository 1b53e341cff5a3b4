"""What is gathered in one statement is what each query set answers by itself."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db.models import Count, Exists, F, OuterRef, QuerySet

from initiatives.models import Campaign, Choice, Initiative, Phase, WindowExtension
from orgtree.models import Unit
from portal.gathered import Gathered
from tests.factories import CampaignFactory, PhaseFactory, UnitFactory, WindowExtensionFactory

THEN = datetime(2026, 11, 22, 7, 30, 15, 123456, UTC)
A_MOMENT = datetime(1901, 2, 3, 4, 5, 6, 7, UTC)


def of_everything(at: datetime, slug: str) -> dict[str, QuerySet[Any]]:
    chosen = Campaign.objects.filter(slug=slug)
    ahead = Phase.objects.filter(campaign=OuterRef("pk"), closes_at__gt=at)
    return {
        "campaigns": chosen.annotate(is_ahead=Exists(ahead), number=Count("phases")),
        "phases": Phase.objects.filter(campaign__in=chosen).order_by("-closes_at", F("id").desc()),
        "longer": WindowExtension.objects.filter(campaign__in=chosen, closes_at__gt=at).select_related("unit"),
        "some": Unit.objects.order_by("code").only("name", "code")[:2],
        "none": Choice.objects.filter(campaign__in=chosen, code="…"),
    }


GATHERED = Gathered(of_everything, instead=(A_MOMENT, "a slug"))


def facts(row: Any) -> dict[str, Any]:
    """What was read of it, without what Django keeps beside."""
    return {name: value for name, value in row.__dict__.items() if not name.startswith("_")}


@pytest.mark.django_db
def test_each_query_set_answers_as_it_would_alone(django_assert_num_queries: Any) -> None:
    campaign, other = CampaignFactory(name="Sáng kiến “mới” \\ 100%\n{}[]"), CampaignFactory()
    for days in (1, 3, 2):
        PhaseFactory(campaign=campaign, opens_at=THEN, closes_at=THEN + timedelta(days=days, microseconds=days))
    PhaseFactory(campaign=other)
    unit = UnitFactory(name="CĐCS “Ất”")
    for days in (-1, 1):
        WindowExtensionFactory(campaign=campaign, unit=unit, closes_at=THEN + timedelta(days=days))

    for at in (THEN, THEN + timedelta(days=30)):
        for each in (campaign, other):
            with django_assert_num_queries(1):
                found = GATHERED.rows(at, each.slug)
            for name, rows in of_everything(at, each.slug).items():
                assert [facts(row) for row in found[name]] == [facts(row) for row in rows], name
                assert not any(row._state.adding for row in found[name])

    (longer,) = GATHERED.rows(THEN, campaign.slug)["longer"]
    with django_assert_num_queries(0):
        assert (longer.unit.name, longer.campaign_id, longer.closes_at.tzinfo) == (unit.name, campaign.pk, UTC)
    assert GATHERED.rows(THEN, "khong-co")["campaigns"] == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "said",
    [lambda: {"shares": Initiative.objects.all()}, lambda: {"contents": Initiative.objects.only("declarations")}],
    ids=["decimals", "json"],
)
def test_what_json_would_change_is_refused(said: Any) -> None:
    with pytest.raises(ValueError, match="not to be gathered"):
        Gathered(said, instead=()).rows()


@pytest.mark.django_db
def test_a_value_that_stands_nowhere_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="not asked with every value"):
        Gathered(lambda at: {"all": Unit.objects.all()}, instead=(A_MOMENT,)).rows(THEN)


@pytest.mark.django_db
def test_a_number_is_found_in_every_place_and_truth_is_no_number() -> None:
    campaign = CampaignFactory(phases=())
    phase = PhaseFactory(campaign=campaign)
    gathered = Gathered(
        lambda pk: {
            "campaigns": Campaign.objects.filter(pk=pk, is_published=True),
            "phases": Phase.objects.filter(campaign=pk),
        },
        instead=(1,),
    )

    assert gathered.rows(campaign.pk) == {"campaigns": [campaign], "phases": [phase]}
