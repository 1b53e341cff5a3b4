"""Whose posters are printed together, and what each of them says."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from initiatives.campaigns.contacts import nearest, nearest_of
from initiatives.campaigns.poster_kit import Which, poster_text, poster_texts, units_of
from initiatives.models import Campaign
from orgtree.models import Level, StaffAccount, Unit
from orgtree.roles import Role
from portal.vietnamese.days import VIETNAM
from tests.factories import (
    CampaignFactory,
    ContactFactory,
    StaffAccountFactory,
    UnitFactory,
    WindowExtensionFactory,
    make_tree,
)
from tests.submission.worker import YEAR_2022

NOW = datetime(2022, 3, 2, 9, 0, tzinfo=VIETNAM)


@pytest.fixture
def small_tree(db: None) -> dict[str, Unit]:
    return make_tree()


def whoever_sees(unit: Unit) -> StaffAccount:
    return StaffAccountFactory(unit=unit, role=Role.VIEWER)


def codes_of(campaign: Campaign, unit: Unit, which: Which, by: StaffAccount) -> list[str]:
    return [each.code for each in units_of(campaign, unit, which, seen_by=by)]


PROVINCE = ["quang-tri/dong-ha", "quang-tri/huong-hoa", "quang-tri/cd-vien-chuc"]
UNION = "quang-tri/dong-ha/may-song-hieu"


@pytest.mark.parametrize(
    ("code", "which", "found"),
    [
        ("quang-tri", Which.UNIT, ["quang-tri"]),
        ("quang-tri", Which.BELOW, PROVINCE),
        ("quang-tri", Which.ALL, ["quang-tri", "quang-tri/dong-ha", UNION, *PROVINCE[1:]]),
        ("quang-tri", Which.GRASSROOTS, [UNION]),
        ("quang-tri/dong-ha", Which.BELOW, [UNION]),
        ("quang-tri/huong-hoa", Which.BELOW, []),
        (UNION, Which.ALL, [UNION]),
        ("tld", Which.UNIT, ["tld"]),
        ("tld", Which.BELOW, ["dien-bien", "thanh-hoa", "quang-tri", "cd-y-te"]),
    ],
)
def test_whose_in_the_order_of_the_tree(small_tree: dict[str, Unit], code: str, which: Which, found: list[str]) -> None:
    campaign, unit = CampaignFactory(), small_tree[code]

    assert codes_of(campaign, unit, which, whoever_sees(unit)) == found


@pytest.mark.parametrize("which", Which)
def test_nobody_prints_for_another_branch(small_tree: dict[str, Unit], which: Which) -> None:
    beside = whoever_sees(small_tree["thanh-hoa"])

    assert codes_of(CampaignFactory(), small_tree["quang-tri"], which, beside) == []


def test_a_unit_closed_before_the_day_of_the_structure_gets_none(small_tree: dict[str, Unit]) -> None:
    campaign, province = CampaignFactory(), small_tree["quang-tri"]
    closed = UnitFactory(parent=province, level=Level.DISTRICT, closed_on=campaign.structure_day)
    standing = UnitFactory(parent=province, closed_on=campaign.structure_day + timedelta(days=1))

    found = codes_of(campaign, province, Which.BELOW, whoever_sees(province))

    assert (standing.code in found, closed.code in found) == (True, False)


@pytest.mark.parametrize(
    ("which", "has", "lacks"),
    [
        (Which.UNIT, {"quang-tri", "quang-binh"}, {"quang-tri-2025", "quang-tri/dong-ha"}),
        (Which.BELOW, {"quang-tri/dong-ha", "quang-binh/dong-hoi"}, {"quang-tri", "quang-tri-2025"}),
        (Which.ALL, {"quang-tri", "quang-binh", "quang-tri/dong-ha"}, {"quang-tri-2025", "thanh-hoa"}),
    ],
)
def test_a_unit_that_came_later_prints_for_those_it_was_then(
    tree_of_2025: dict[str, Unit], campaigns: dict[str, Campaign], which: Which, has: set[str], lacks: set[str]
) -> None:
    merged = Unit.objects.get(code="quang-tri-2025")

    found = set(codes_of(campaigns[YEAR_2022], merged, which, whoever_sees(merged)))

    assert (has - found, lacks & found) == (set(), set())


def test_a_unit_without_a_past_in_the_structure_has_none(
    tree_of_2025: dict[str, Unit], campaigns: dict[str, Campaign]
) -> None:
    day = datetime(2025, 7, 1, tzinfo=VIETNAM).date()
    commune = UnitFactory(
        parent=tree_of_2025["quang-tri-2025"], level=Level.COMMUNE, code="q/a", opened_on=day, succeeds_since=day
    )

    assert [codes_of(campaigns[YEAR_2022], commune, which, whoever_sees(commune)) for which in Which] == [[]] * 4


# --- what they say ----------------------------------------------------------------------------------------------------


@pytest.fixture
def told(small_tree: dict[str, Unit]) -> Campaign:
    """Help for the country, the province and one union; a later close for one district."""
    campaign = CampaignFactory()
    ContactFactory(unit=None, name="Cả nước", phone="024 3942 1794")
    ContactFactory(unit=small_tree["quang-tri"], name="Ban Tuyên giáo tỉnh", phone="0233 3852 111")
    ContactFactory(unit=small_tree[UNION], name="Chị Hà", phone="0912 345 678")
    ContactFactory(unit=small_tree["quang-tri/huong-hoa"], name="Không điện thoại", phone="")
    last = campaign.phases.last()
    WindowExtensionFactory(
        campaign=campaign, unit=small_tree["quang-tri/huong-hoa"], closes_at=last.closes_at + timedelta(days=5)
    )
    return campaign


@pytest.mark.parametrize("after", [timedelta(minutes=-1), timedelta(hours=1), timedelta(days=30)], ids=str)
def test_many_say_what_each_would_say_alone(told: Campaign, small_tree: dict[str, Unit], after: timedelta) -> None:
    at = told.phases.last().closes_at + after
    units = [small_tree[code] for code in (*PROVINCE, UNION, "dien-bien", "quang-tri")]

    together = poster_texts(told, units, at=at)

    assert [(each.unit_name, each.url, each.closing, each.hotlines) for each in together] == [
        (alone.unit_name, alone.url, alone.closing, alone.hotlines)
        for alone in (poster_text(told, unit, at=at) for unit in units)
    ]
    assert len({each.hotlines for each in together}) == 3


def test_a_later_close_is_told_to_those_it_was_granted_alone(told: Campaign, small_tree: dict[str, Unit]) -> None:
    at = told.phases.last().closes_at + timedelta(hours=1)

    granted, others = poster_texts(told, [small_tree["quang-tri/huong-hoa"], small_tree["dien-bien"]], at=at)

    assert granted.closing != others.closing
    assert others.closing == poster_text(told, None, at=at - timedelta(days=1)).closing


@pytest.mark.parametrize(
    "at",
    [
        pytest.param(datetime(2021, 1, 2, tzinfo=VIETNAM), id="before the opening"),
        pytest.param(datetime(2021, 4, 10, tzinfo=VIETNAM), id="open for all"),
        pytest.param(datetime(2021, 4, 22, tzinfo=VIETNAM), id="open for the unit alone"),
        pytest.param(datetime(2021, 4, 25, tzinfo=VIETNAM), id="over"),
    ],
)
def test_a_unit_with_a_later_close_reads_its_own_whenever_the_poster_is_drawn(
    small_tree: dict[str, Unit], at: datetime
) -> None:
    """Letter DB21; the sheet hangs longer than it takes to print it."""
    campaign = CampaignFactory()
    opens_at, closes_at = (datetime(2021, month, 21 if month == 4 else 1, tzinfo=VIETNAM) for month in (3, 4))
    campaign.phases.update(opens_at=opens_at, closes_at=closes_at)
    WindowExtensionFactory(campaign=campaign, unit=small_tree["dien-bien"])

    granted, others = poster_texts(campaign, [small_tree["dien-bien"], small_tree["quang-tri"]], at=at)

    assert granted.closing == poster_text(campaign, small_tree["dien-bien"], at=at).closing
    assert granted.closing == "Nhận đến 24h00 ngày 22/4/2021"
    assert others.closing == poster_text(campaign, None, at=at).closing == "Nhận đến 24h00 ngày 20/4/2021"


def test_the_poster_of_the_confederation_is_the_campaigns_own(told: Campaign, small_tree: dict[str, Unit]) -> None:
    (text,) = poster_texts(told, [small_tree["tld"]], at=NOW)

    assert (text.unit_name, text.url) == ("", poster_text(told, None, at=NOW).url)


@pytest.mark.parametrize("codes", [["quang-tri"], ["quang-tri", UNION, "dien-bien", "tld"]], ids=["one", "four"])
def test_what_many_say_is_asked_at_once(
    told: Campaign,
    small_tree: dict[str, Unit],
    codes: list[str],
    django_assert_num_queries: Callable[..., AbstractContextManager[object]],
) -> None:
    with django_assert_num_queries(3):
        poster_texts(told, [small_tree[code] for code in codes], at=NOW)


def test_who_helps_many_is_who_helps_each(told: Campaign, small_tree: dict[str, Unit]) -> None:
    units = list(small_tree.values())

    assert nearest_of(told, units) == {unit.pk: nearest(told, unit) for unit in units}


@pytest.mark.parametrize("which", Which)
def test_whose_is_asked_in_few_statements(small_tree: dict[str, Unit], which: Which) -> None:
    province = small_tree["quang-tri"]
    by = whoever_sees(province)
    campaign = CampaignFactory()

    with CaptureQueriesContext(connection) as asked:
        list(units_of(campaign, province, which, seen_by=by))

    assert len(asked) <= 2
