"""The nearest union is shown first, and the country's line always."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from initiatives.campaigns.contacts import nearest
from initiatives.models import Campaign, Contact
from orgtree.models import Unit
from tests.factories import CampaignFactory, ContactFactory, make_tree

pytestmark = pytest.mark.django_db


@pytest.fixture
def small_tree() -> dict[str, Unit]:
    return make_tree()


@pytest.fixture
def everybody(small_tree: dict[str, Unit]) -> Campaign:
    """The country, Quảng Trị, Đông Hà, and one for the campaign alone at Đông Hà and in the country."""
    campaign, another = CampaignFactory(), CampaignFactory()
    province, district = small_tree["quang-tri"], small_tree["quang-tri/dong-ha"]
    ContactFactory(unit=None, name="cả nước")
    ContactFactory(unit=None, campaign=campaign, name="cả nước, chương trình")
    ContactFactory(unit=province, name="tỉnh")
    ContactFactory(unit=district, name="thành phố")
    ContactFactory(unit=district, campaign=campaign, name="thành phố, chương trình")
    ContactFactory(unit=district, campaign=another, name="thành phố, chương trình khác")
    return campaign


COUNTRY = ["cả nước, chương trình", "cả nước"]


@pytest.mark.parametrize(
    ("code", "names"),
    [
        (None, COUNTRY),
        ("tld", COUNTRY),
        ("dien-bien", COUNTRY),
        ("quang-tri", ["tỉnh", *COUNTRY]),
        ("quang-tri/huong-hoa", ["tỉnh", *COUNTRY]),
        ("quang-tri/dong-ha", ["thành phố, chương trình", "thành phố", *COUNTRY]),
        ("quang-tri/dong-ha/may-song-hieu", ["thành phố, chương trình", "thành phố", *COUNTRY]),
    ],
)
def test_the_lowest_unit_that_has_a_contact_speaks_first(
    everybody: Campaign, small_tree: dict[str, Unit], code: str | None, names: list[str]
) -> None:
    found = nearest(everybody, small_tree[code] if code else None)

    assert [contact.name for contact in found] == names


@pytest.mark.parametrize(
    ("there", "unit", "names"),
    [
        (("quang-tri", "quang-tri-2025"), "quang-tri/dong-ha", ["quang-tri"]),
        (("quang-tri-2025",), "quang-tri/dong-ha", ["quang-tri-2025"]),
        (("quang-tri-2025",), "quang-tri/cd-vien-chuc", ["quang-tri-2025"]),
        (("quang-tri-2025", "tld"), "quang-tri/dong-ha", ["quang-tri-2025"]),
        (("quang-tri-2025",), "thanh-hoa", []),
        (("quang-tri",), "quang-tri-2025", []),
    ],
)
def test_of_a_unit_that_ended_those_help_who_stand_above_its_place_today(
    tree_of_2025: dict[str, Unit], there: tuple[str, ...], unit: str, names: list[str]
) -> None:
    """Where nobody of its own time is there: a sender of 2022 looks at the receipt in 2026."""
    for code in there:
        ContactFactory(unit=tree_of_2025[code], name=code)

    assert [contact.name for contact in nearest(CampaignFactory(), tree_of_2025[unit])] == names


def test_where_no_campaign_is_asked_about_only_the_lines_of_every_campaign_show(
    everybody: Campaign, small_tree: dict[str, Unit]
) -> None:
    assert [contact.name for contact in nearest(None)] == ["cả nước"]
    assert [contact.name for contact in nearest(None, small_tree["quang-tri/dong-ha"])] == ["thành phố", "cả nước"]


def test_nobody_at_all_is_an_empty_list(small_tree: dict[str, Unit]) -> None:
    assert nearest(None, small_tree["quang-tri"]) == []


def test_however_many_contacts_there_are_one_statement_finds_them(
    everybody: Campaign, small_tree: dict[str, Unit]
) -> None:
    ContactFactory.create_batch(5, unit=small_tree["quang-tri/dong-ha"])

    with CaptureQueriesContext(connection) as asked:
        found = nearest(everybody, small_tree["quang-tri/dong-ha/may-song-hieu"])
        assert {contact.unit.code for contact in found if contact.unit} == {"quang-tri/dong-ha"}

    assert len(asked) == 1
    assert Contact.objects.count() == 11
