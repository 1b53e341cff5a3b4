"""`recount`: builds the tally anew, or compares it with a plain count and says where they differ."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from initiatives.models import By, Campaign, ReviewEvent, Tally
from initiatives.progress import tally
from tests.factories import CampaignFactory, InitiativeFactory, make_tree, unit_at

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign() -> Campaign:
    make_tree()
    campaign = CampaignFactory(slug="sang-kien-dem")
    InitiativeFactory.create_batch(3, campaign=campaign, unit=unit_at("quang-tri/dong-ha"))
    return campaign


def run(**options: object) -> str:
    said = StringIO()
    call_command("recount", stdout=said, **options)
    return said.getvalue()


def test_recount_says_the_total_of_each_campaign(campaign: Campaign) -> None:
    CampaignFactory(slug="sang-kien-rong")

    assert run() == "sang-kien-dem: 3 sáng kiến đã nhận.\nsang-kien-rong: 0 sáng kiến đã nhận.\n"


def test_recount_mends_a_tally_that_was_changed(campaign: Campaign) -> None:
    run()
    Tally.objects.update(entries=7)

    run()

    assert tally.differences(campaign) == []


def test_check_is_content_with_a_right_tally(campaign: Campaign) -> None:
    run()

    assert run(check=True) == "sang-kien-dem: 3 sáng kiến đã nhận.\n"


def test_check_prints_each_difference_and_fails_and_changes_nothing(campaign: Campaign) -> None:
    run()
    unit = unit_at("quang-tri/dong-ha")
    Tally.objects.filter(unit=unit, by=By.STATUS).update(entries=5)
    # nothing has happened there for long: a refresh has no reason to look
    assert ReviewEvent.objects.latest("at").at.year == 2022
    said = StringIO()

    with pytest.raises(CommandError, match="1 số đếm không khớp"):
        call_command("recount", check=True, stdout=said)

    assert (
        said.getvalue().splitlines()[0]
        == "sang-kien-dem quang-tri/dong-ha status submitted (entries): bảng đếm 5, đếm lại 3"
    )
    assert Tally.objects.get(unit=unit, by=By.STATUS).entries == 5


def test_check_counts_what_came_since_before_it_compares(campaign: Campaign) -> None:
    run()
    InitiativeFactory(campaign=campaign, submitted_at=timezone.now())

    assert run(check=True) == "sang-kien-dem: 4 sáng kiến đã nhận.\n"


@pytest.mark.parametrize("check", [True, False])
def test_beside_another_refresher_it_asks_to_come_again(campaign: Campaign, check: bool) -> None:
    with tally._one_at_a_time() as mine, pytest.raises(CommandError, match="chạy lại sau"):
        assert mine
        run(check=check)
