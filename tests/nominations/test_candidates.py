"""What a unit may put forward: valid, of its branch, chosen below where it held a round there, not in this round yet."""

from datetime import date, datetime
from typing import Any

import pytest

from initiatives.models import Campaign, DossierState, Initiative, SelectionRound, Standing, Status
from initiatives.nominations.candidates import candidates, in_branch, is_outside_fields
from orgtree import changes
from orgtree.changes import Order
from orgtree.models import Unit
from portal.vietnamese.days import VIETNAM
from tests.factories import (
    CampaignFactory,
    DossierFactory,
    InitiativeFactory,
    NominationFactory,
    SelectionRoundFactory,
    make_tree,
)

CDCS, DISTRICT, BESIDE, PROVINCE = (
    "quang-tri/dong-ha/may-song-hieu",
    "quang-tri/dong-ha",
    "quang-tri/huong-hoa",
    "quang-tri",
)
pytestmark = pytest.mark.django_db


@pytest.fixture
def units() -> dict[str, Unit]:
    return make_tree()


@pytest.fixture
def campaign(units: dict[str, Unit]) -> Campaign:
    return CampaignFactory()


def titled(title: str, unit: Unit, campaign: Campaign, **fields: Any) -> Initiative:
    return InitiativeFactory(**{"title": title, "unit": unit, "campaign": campaign, "status": Status.VALID} | fields)


def titles(round: SelectionRound, unit: Unit) -> set[str]:
    return set(candidates(round, unit).values_list("title", flat=True))


def test_a_unit_that_held_no_round_chooses_among_all_valid_ones_of_its_branch(
    units: dict[str, Unit], campaign: Campaign
) -> None:
    round = SelectionRoundFactory(campaign=campaign)
    titled("của huyện", units[DISTRICT], campaign)
    titled("của cơ sở", units[CDCS], campaign)
    titled("của huyện khác", units[BESIDE], campaign)
    titled("của tỉnh", units[PROVINCE], campaign)
    titled("của chương trình khác", units[DISTRICT], CampaignFactory(slug="mot-chuong-trinh-khac"))
    for status in Status:
        if status != Status.VALID:
            titled(status.label, units[DISTRICT], campaign, status=status)

    assert titles(round, units[DISTRICT]) == {"của huyện", "của cơ sở"}


def test_what_stands_in_the_round_is_no_candidate_and_what_was_withdrawn_is_one_again(
    units: dict[str, Unit], campaign: Campaign
) -> None:
    round, other = SelectionRoundFactory(campaign=campaign), SelectionRoundFactory(campaign=campaign)
    for standing in Standing:
        NominationFactory(
            round=round,
            unit=units[DISTRICT],
            standing=standing,
            initiative=titled(standing.value, units[DISTRICT], campaign),
        )

    assert titles(round, units[DISTRICT]) == {"withdrawn"}
    assert titles(other, units[DISTRICT]) == {"chosen", "reserve", "withdrawn"}


@pytest.mark.parametrize(
    ("standing", "state", "reaches"),
    [
        (Standing.CHOSEN, DossierState.ACCEPTED, True),
        (Standing.CHOSEN, DossierState.RECEIVED, False),
        (Standing.CHOSEN, DossierState.SENT, False),
        (Standing.CHOSEN, DossierState.RETURNED, False),
        (Standing.CHOSEN, DossierState.PREPARING, False),
        (Standing.RESERVE, DossierState.ACCEPTED, False),
        (Standing.WITHDRAWN, DossierState.ACCEPTED, False),
    ],
)
def test_a_unit_that_held_a_round_chooses_from_what_reached_it(
    units: dict[str, Unit], campaign: Campaign, standing: str, state: str, reaches: bool
) -> None:
    below = SelectionRoundFactory(campaign=campaign)
    above = SelectionRoundFactory(campaign=campaign, host=units["tld"], takes_part=["province"])
    titled("không ai giới thiệu", units[DISTRICT], campaign)
    NominationFactory(
        round=below,
        unit=units[DISTRICT],
        standing=standing,
        initiative=titled("được giới thiệu", units[CDCS], campaign),
    )
    DossierFactory(round=below, unit=units[DISTRICT], state=state)
    DossierFactory(round=below, unit=units[BESIDE], state=DossierState.ACCEPTED)

    assert titles(above, units[PROVINCE]) == ({"được giới thiệu"} if reaches else set())


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        pytest.param({}, set(), id="it climbs: only what it brought"),
        pytest.param({"climbs": False}, {"hợp lệ"}, id="it does not climb: as if there were none"),
    ],
)
def test_only_a_round_that_climbs_binds_its_host(
    units: dict[str, Unit], campaign: Campaign, changed: dict[str, Any], expected: set[str]
) -> None:
    SelectionRoundFactory(campaign=campaign, **changed)
    above = SelectionRoundFactory(campaign=campaign, host=units["tld"], takes_part=["province"])
    titled("hợp lệ", units[DISTRICT], campaign)

    assert titles(above, units[PROVINCE]) == expected


def test_a_round_of_another_campaign_or_host_binds_nobody(units: dict[str, Unit], campaign: Campaign) -> None:
    SelectionRoundFactory(campaign=CampaignFactory(slug="mot-chuong-trinh-khac"))
    SelectionRoundFactory(campaign=campaign, host=units["thanh-hoa"])
    SelectionRoundFactory(campaign=campaign, host=units[DISTRICT], takes_part=["grassroots"])
    above = SelectionRoundFactory(campaign=campaign, host=units["tld"], takes_part=["province"])
    titled("hợp lệ", units[DISTRICT], campaign)

    assert titles(above, units[PROVINCE]) == {"hợp lệ"}


def test_what_reached_it_and_is_valid_no_more_is_no_candidate(units: dict[str, Unit], campaign: Campaign) -> None:
    below = SelectionRoundFactory(campaign=campaign)
    above = SelectionRoundFactory(campaign=campaign, host=units["tld"], takes_part=["province"])
    initiative = titled("được chọn", units[DISTRICT], campaign)
    NominationFactory(round=below, unit=units[DISTRICT], initiative=initiative)
    DossierFactory(round=below, unit=units[DISTRICT], state=DossierState.ACCEPTED)
    assert titles(above, units[PROVINCE]) == {"được chọn"}

    Initiative.objects.filter(pk=initiative.pk).update(status=Status.INVALID)

    assert titles(above, units[PROVINCE]) == set()


def test_units_that_merged_since_each_keep_what_came_from_their_own_branch(
    units: dict[str, Unit], campaign: Campaign
) -> None:
    """In a campaign of before; staff of the successor act for both, and neither dossier takes what is the other's."""
    round = SelectionRoundFactory(campaign=campaign)
    titled("của Đông Hà", units[CDCS], campaign)
    titled("của Hướng Hóa", units[BESIDE], campaign)
    day, at = date(2022, 6, 1), datetime(2022, 6, 2, 8, tzinfo=VIETNAM)
    new = changes.NewUnit(level="district", name="Liên đoàn Lao động thành phố Mới", short_name="LĐLĐ thành phố Mới")
    merged = changes.add(units[PROVINCE], new, order=Order(day=day, at=at, document="Quyết định 1"))
    for code in (DISTRICT, BESIDE):
        changes.merge(units[code], into=merged, order=Order(day=day, at=at, document="Quyết định 1"))
    now = {code: Unit.objects.get(code=code) for code in (DISTRICT, BESIDE, merged.code)}

    assert titles(round, now[DISTRICT]) == {"của Đông Hà"}
    assert titles(round, now[BESIDE]) == {"của Hướng Hóa"}
    assert in_branch(now[merged.code], CampaignFactory(slug="sau", structure_day=date(2022, 6, 2))).count() == 2


@pytest.mark.parametrize(
    ("commended", "field", "outside"),
    [
        (["production", "health"], "production", False),
        (["production", "health"], "other", True),
        (["production", "health"], "", True),
        ([], "other", False),
        ([], "", False),
    ],
)
def test_a_field_that_is_not_commended_warns(commended: list[str], field: str, outside: bool) -> None:
    round = SelectionRound(commended_fields=commended)

    assert is_outside_fields(round, Initiative(field=field)) is outside


def test_candidates_ask_as_much_for_one_as_for_three(
    units: dict[str, Unit], campaign: Campaign, django_assert_num_queries: Any
) -> None:
    round = SelectionRoundFactory(campaign=campaign)
    for number in range(3):
        titled(f"Sáng kiến {number}", units[DISTRICT], campaign)
        with django_assert_num_queries(3):
            assert len(candidates(round, units[DISTRICT])) == number + 1
