"""The board in the admin: one's own branch, numbers that lead to lists, and people with many initiatives."""

from collections.abc import Callable
from datetime import date, datetime
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from initiatives.models import Campaign, Counts, Initiative, Status, Target
from initiatives.progress import people, tally
from orgtree import changes
from orgtree.changes import NewUnit, Order
from orgtree.models import Level, Unit
from orgtree.roles import Role
from portal import sealing
from portal.vietnamese.days import VIETNAM
from tests.factories import CampaignFactory, InitiativeFactory, StaffAccountFactory, UnitFactory, make_tree

NOW = datetime(2022, 3, 20, 9, 0, tzinfo=VIETNAM)
BOARD = "/admin/initiatives/initiative/tien-do/"
INBOX = "/admin/initiatives/initiative/"
PEOPLE = "/admin/initiatives/initiative/tien-do/nguoi/"
Enter = Callable[[Any], Client]

pytestmark = pytest.mark.django_db


@pytest.fixture
def small_tree() -> dict[str, Unit]:
    return make_tree()


@pytest.fixture
def campaign(small_tree: dict[str, Unit], at: Callable[[Any], datetime]) -> Campaign:
    at(NOW)
    return CampaignFactory(slug="sang-kien-thu", name="Sáng kiến thử", goal=1000)


@pytest.fixture
def viewer(campaign: Campaign, small_tree: dict[str, Unit], client_as: Enter) -> Client:
    return client_as(StaffAccountFactory(unit=small_tree["quang-tri"], role=Role.VIEWER))


def seen(answer: HttpResponse) -> str:
    return unescape(answer.content.decode())


def sent(campaign: Campaign, unit: Unit, number: int, **fields: Any) -> list[Initiative]:
    return [InitiativeFactory(campaign=campaign, unit=unit, **fields) for _ in range(number)]


def test_the_board_begins_with_ones_own_unit(campaign: Campaign, viewer: Client) -> None:
    page = viewer.get(BOARD)

    assert (page.status_code, page.context["unit"].code, page.context["trail"]) == (200, "quang-tri", [])
    assert [row.line.unit.code for row in page.context["rows"]] == [
        "quang-tri/dong-ha",
        "quang-tri/huong-hoa",
        "quang-tri/cd-vien-chuc",
    ]


def test_the_way_back_up_ends_at_ones_own_unit(campaign: Campaign, viewer: Client) -> None:
    page = viewer.get(BOARD, {"don-vi": "quang-tri/dong-ha/may-song-hieu"})

    assert [unit.code for unit, _ in page.context["trail"]] == ["quang-tri", "quang-tri/dong-ha"]


@pytest.mark.parametrize(
    "asked", [{"don-vi": "dien-bien"}, {"don-vi": "tld"}, {"don-vi": "khong-co"}, {"campaign": "x"}]
)
@pytest.mark.parametrize("address", [BOARD, PEOPLE])
def test_what_is_of_others_is_missing(viewer: Client, asked: dict[str, str], address: str) -> None:
    assert viewer.get(address, asked).status_code == 404


def test_without_a_unit_or_a_campaign_it_says_so(client_as: Enter, small_tree: dict[str, Unit]) -> None:
    account = StaffAccountFactory(unit=small_tree["quang-tri"], role=Role.VIEWER)
    assert "Chưa có chương trình nào" in seen(client_as(account).get(BOARD))

    CampaignFactory()
    placeless = client_as(StaffAccountFactory(unit=None, role=Role.VIEWER))

    assert "chưa thuộc đơn vị nào" in seen(placeless.get(BOARD))
    assert "chưa thuộc đơn vị nào" in seen(placeless.get(PEOPLE))


def test_each_number_leads_to_the_list_that_has_as_many(
    campaign: Campaign, small_tree: dict[str, Unit], viewer: Client
) -> None:
    unit = small_tree["quang-tri/dong-ha"]
    sent(campaign, unit, 2)
    sent(campaign, unit, 3, status=Status.VALID)
    sent(campaign, unit, 1, status=Status.RETURNED)
    sent(campaign, unit, 2, status=Status.WITHDRAWN)
    sent(campaign, unit, 1, status=Status.INVALID, duplicate_of=Initiative.objects.first())
    sent(campaign, small_tree["quang-tri/huong-hoa"], 4, status=Status.VALID)
    tally.refresh(campaign, at=NOW)

    row = viewer.get(BOARD).context["rows"][0]

    assert row.line.unit == unit
    for name, number in (("received", 9), ("reached", 6), ("valid", 3), ("returned", 1)):
        answer = viewer.get(row.inbox[name])
        assert (answer.status_code, getattr(row.line, name)) == (200, number)
        assert len(answer.context["cl"].result_list) == number, name
    assert f'href="{row.inbox["valid"]}"' in seen(viewer.get(BOARD))


@pytest.mark.parametrize("counts, status, reached", [(Counts.VALID, Status.VALID, 1), (Counts.REACHED, "all", 2)])
def test_reached_leads_to_what_the_campaign_counts(
    campaign: Campaign, small_tree: dict[str, Unit], viewer: Client, counts: str, status: str, reached: int
) -> None:
    Campaign.objects.update(counts=counts)
    sent(campaign, small_tree["quang-tri/dong-ha"], 1)
    sent(campaign, small_tree["quang-tri/dong-ha"], 1, status=Status.VALID)
    tally.refresh(campaign, at=NOW)

    row = viewer.get(BOARD).context["rows"][0]

    assert (row.line.reached, f"status={status}" in row.inbox["reached"]) == (reached, True)
    assert len(viewer.get(row.inbox["reached"]).context["cl"].result_list) == reached


def test_it_says_when_the_lists_are_ahead_of_the_board(
    campaign: Campaign, small_tree: dict[str, Unit], viewer: Client
) -> None:
    sent(campaign, small_tree["quang-tri/dong-ha"], 2)
    tally.refresh(campaign, at=NOW)
    assert viewer.get(BOARD).context["differing"] == []

    sent(campaign, small_tree["quang-tri/dong-ha"], 1)

    page = viewer.get(BOARD)
    assert page.context["differing"] == [("Đã nhận, chờ xét", "2", "3")]
    assert "Lúc này danh sách khác bảng: Đã nhận, chờ xét 3 (bảng: 2)." in seen(page)


def test_a_duplicate_is_no_difference(campaign: Campaign, small_tree: dict[str, Unit], viewer: Client) -> None:
    first = sent(campaign, small_tree["quang-tri/dong-ha"], 1)[0]
    sent(campaign, small_tree["quang-tri/dong-ha"], 1, status=Status.INVALID, duplicate_of=first)
    tally.refresh(campaign, at=NOW)

    assert viewer.get(BOARD).context["differing"] == []


def test_what_became_a_duplicate_meanwhile_is_told(
    campaign: Campaign, small_tree: dict[str, Unit], viewer: Client
) -> None:
    first, second = sent(campaign, small_tree["quang-tri/dong-ha"], 2)
    Initiative.objects.filter(pk=second.pk).update(status=Status.INVALID)
    tally.refresh(campaign, at=NOW)
    assert viewer.get(BOARD).context["differing"] == []

    Initiative.objects.filter(pk=second.pk).update(duplicate_of=first)

    assert viewer.get(BOARD).context["differing"] == [("Trùng lặp", "0", "1")]


def test_after_a_merger_each_unit_that_went_on_is_offered(
    campaign: Campaign, small_tree: dict[str, Unit], client_as: Enter
) -> None:
    order = Order(day=date(2025, 7, 1), at=datetime(2025, 8, 1, 9, tzinfo=VIETNAM))
    new = NewUnit(level=Level.PROVINCE, code="moi", name="Liên đoàn Lao động tỉnh Mới", short_name="LĐLĐ tỉnh Mới")
    united = changes.add(small_tree["tld"], new, order=order)
    for code in ("quang-tri", "dien-bien"):
        changes.merge(Unit.objects.get(code=code), into=united, order=order, ending=frozenset({Level.DISTRICT}))

    page = client_as(StaffAccountFactory(unit=Unit.objects.get(code="moi"), role=Role.VIEWER)).get(BOARD)

    assert {unit.code for unit, _ in page.context["hosts"]} == {"quang-tri", "dien-bien"}
    for _, address in page.context["hosts"]:
        assert page.client.get(address).status_code == 200


@pytest.mark.parametrize("account", ["quang-tri", "quang-tri-2025", "tld"])
def test_after_a_merger_each_number_still_leads_to_the_list_that_has_as_many(
    tree_of_2025: dict[str, Unit], client_as: Enter, at: Callable[[Any], datetime], account: str
) -> None:
    """Of Quảng Trị and Quảng Bình, one since 2025, each keeps its own in a campaign of before."""
    at(NOW)
    campaign = CampaignFactory(slug="sang-kien-thu", structure_day=date(2022, 1, 8))
    sent(campaign, tree_of_2025["quang-tri"], 1)
    sent(campaign, tree_of_2025["quang-tri/dong-ha"], 2)
    sent(campaign, tree_of_2025["quang-tri/cd-vien-chuc"], 1, status=Status.VALID)
    sent(campaign, tree_of_2025["quang-binh"], 3)
    sent(campaign, tree_of_2025["quang-binh/dong-hoi"], 3)
    tally.refresh(campaign, at=NOW)
    client = client_as(StaffAccountFactory(unit=tree_of_2025[account], role=Role.VIEWER))

    for code, own, below in (("quang-tri", 4, {2, 1}), ("quang-binh", 6, {3})):
        page = client.get(BOARD, {"campaign": campaign.slug, "don-vi": code})
        lists = [client.get(row.inbox["received"]).context["cl"] for row in page.context["rows"] if row.line.received]
        whole = client.get(INBOX, {"campaign": campaign.slug, "unit": code, "status": "all"}).context["cl"]

        assert page.context["differing"] == []
        assert (len(whole.result_list), whole.paginator.count) == (own, own)
        assert {len(each.result_list) for each in lists} == below
        (spec,) = [each for each in whole.filter_specs if each.parameter_name == "unit"]
        assert {each.partition("/")[0] for each, _ in spec.lookup_choices} - {"tld", "quang-tri-2025"} == {code}


def test_people_of_a_merged_unit_lead_to_the_list_of_today(
    tree_of_2025: dict[str, Unit], client_as: Enter, at: Callable[[Any], datetime]
) -> None:
    """They are those of the branch of today, whichever of the two is asked for."""
    at(NOW)
    campaign = CampaignFactory(slug="sang-kien-thu", structure_day=date(2022, 1, 8))
    for code in ("quang-tri", "quang-binh"):
        by_phone(campaign, tree_of_2025[code], people.MANY, "0905111222")
    tally.refresh(campaign, at=NOW)
    client = client_as(StaffAccountFactory(unit=tree_of_2025["quang-tri-2025"], role=Role.VIEWER))

    for code in ("quang-tri", "quang-binh"):
        page = client.get(PEOPLE, {"campaign": campaign.slug, "don-vi": code})
        ((found, address),) = page.context["people"]

        assert f"{campaign.name} · LĐLĐ tỉnh Quảng Trị, gồm mọi đơn vị đã nhập vào</p>" in seen(page)
        assert (found.number, client.get(address).context["cl"].paginator.count) == (2 * people.MANY,) * 2


@pytest.mark.parametrize("account", ["tld", "quang-tri", "quang-tri/huong-hoa"])
def test_people_of_a_unit_that_went_on_with_another_lead_to_as_many(
    campaign: Campaign, small_tree: dict[str, Unit], client_as: Enter, account: str
) -> None:
    """Of each unit its own: the inbox has no list of both."""
    here, into = small_tree["quang-tri/dong-ha"], small_tree["quang-tri/huong-hoa"]
    by_phone(campaign, here, people.MANY, "0905111222")
    by_phone(campaign, into, people.MANY + 1, "0905111222")
    changes.merge(here, into=into, order=Order(day=date(2022, 2, 8), at=NOW))
    tally.refresh(campaign, at=NOW)
    client = client_as(StaffAccountFactory(unit=small_tree[account], role=Role.VIEWER))

    for unit, number in ((here, people.MANY), (into, people.MANY + 1)):
        ((found, address),) = client.get(PEOPLE, {"don-vi": unit.code}).context["people"]

        assert (found.number, client.get(address).context["cl"].paginator.count) == (number, number)


@pytest.mark.parametrize("account", ["tld", "quang-tri", "quang-tri/dong-ha", "quang-tri/huong-hoa"])
def test_people_of_a_union_that_moved_lead_to_as_many(
    campaign: Campaign, small_tree: dict[str, Unit], client_as: Enter, account: str
) -> None:
    """Of the unit it left, for whoever still sees them there; of the one it came to, none."""
    here, into, union = (small_tree[f"quang-tri/{name}"] for name in ("dong-ha", "huong-hoa", "dong-ha/may-song-hieu"))
    by_phone(campaign, union, people.MANY, "0905111222")
    changes.move(union, to=into, order=Order(day=date(2022, 2, 8), at=NOW))
    tally.refresh(campaign, at=NOW)
    client = client_as(StaffAccountFactory(unit=small_tree[account], role=Role.VIEWER))

    for unit in (here, into):
        answer = client.get(PEOPLE, {"don-vi": unit.code})
        if answer.status_code == 404:  # the other's
            continue
        held = client.get(INBOX, {"campaign": campaign.slug, "unit": unit.code, "status": "all", "reached": "yes"})
        number = held.context["cl"].paginator.count
        assert [found.number for found, _ in answer.context["people"]] == [number] * bool(number)


def test_what_cannot_be_read_of_an_address_is_said(viewer: Client) -> None:
    page = viewer.get(BOARD, {"xep": "x", "loc": "y", "trang": "z"})

    assert (page.status_code, len(page.context["told"])) == (200, 3)


def test_however_many_units_it_is_as_many_statements(
    campaign: Campaign, small_tree: dict[str, Unit], viewer: Client
) -> None:
    def asked_of_the_database() -> int:
        tally.refresh(campaign, at=NOW)
        viewer.get(BOARD)
        with CaptureQueriesContext(connection) as asked:
            assert viewer.get(BOARD).status_code == 200
        return len(asked)

    sent(campaign, small_tree["quang-tri/dong-ha"], 1)
    few = asked_of_the_database()
    for number in range(4):
        sent(campaign, UnitFactory(code=f"quang-tri/huyen-{number}"), 1)

    assert asked_of_the_database() == few


# --- the first page -----------------------------------------------------------------------------------------------------


def test_the_first_page_says_how_far_ones_own_unit_is(
    campaign: Campaign, small_tree: dict[str, Unit], viewer: Client
) -> None:
    Target.objects.create(campaign=campaign, unit=small_tree["quang-tri"], quantity=8, set_at=NOW)
    sent(campaign, small_tree["quang-tri/dong-ha"], 3)
    tally.refresh(campaign, at=NOW)

    page = viewer.get("/admin/")

    assert "Sáng kiến thử: 3/8, đạt 37,5%." in seen(page)
    assert f"{BOARD}?campaign=sang-kien-thu&don-vi=quang-tri" in seen(page)


@pytest.mark.parametrize(
    ("structure_day", "accounts", "said"),
    [
        (
            date(2022, 1, 8),
            ("quang-tri", "quang-tri-2025"),
            {
                "Sáng kiến thử, LĐLĐ tỉnh Quảng Trị: 1/8, đạt 12,5%.": "quang-tri",
                "Sáng kiến thử, LĐLĐ tỉnh Quảng Bình: 1/8, đạt 12,5%.": "quang-binh",
            },
        ),
        (
            date(2025, 7, 1),
            ("quang-tri", "quang-tri-2025"),
            {"Sáng kiến thử: 1/8, đạt 12,5%.": "quang-tri-2025"},
        ),
        (date(2022, 1, 8), ("quang-tri/dong-ha",), {"Sáng kiến thử: 1, chưa có chỉ tiêu.": "quang-tri/dong-ha"}),
        (date(2025, 7, 1), ("quang-tri/dong-ha",), {}),
    ],
)
def test_it_is_that_of_the_campaigns_time_whenever_the_account_was_made(
    tree_of_2025: dict[str, Unit],
    client_as: Enter,
    at: Callable[[Any], datetime],
    structure_day: date,
    accounts: tuple[str, ...],
    said: dict[str, str],
) -> None:
    at(NOW)
    campaign = CampaignFactory(slug="sang-kien-thu", name="Sáng kiến thử", structure_day=structure_day)
    sent_from = ("quang-tri/dong-ha", "quang-binh") if structure_day.year == 2022 else ("quang-tri-2025",)
    for code in sent_from:
        sent(campaign, tree_of_2025[code], 1)
    for code in ("quang-tri", "quang-binh", "quang-tri-2025"):
        if tree_of_2025[code].is_in_structure_of(structure_day):
            Target.objects.create(campaign=campaign, unit=tree_of_2025[code], quantity=8, set_at=NOW)
    tally.refresh(campaign, at=NOW)

    for account in accounts:
        panels = client_as(StaffAccountFactory(unit=tree_of_2025[account])).get("/admin/").context["panels"]

        told = [each for panel in panels if panel.title == "Tiến độ" for each in panel.sentences]
        assert {each.text: each.address for each in told} == {
            sentence: f"{BOARD}?campaign=sang-kien-thu&don-vi={code}" for sentence, code in said.items()
        }


@pytest.mark.parametrize("account", ["quang-tri/dong-ha", "quang-tri/huong-hoa"])
def test_of_a_unit_that_went_on_with_another_both_are_told(
    campaign: Campaign, small_tree: dict[str, Unit], client_as: Enter, account: str
) -> None:
    units = small_tree
    for code, number in (("quang-tri/dong-ha", 1), ("quang-tri/huong-hoa", 2)):
        sent(campaign, units[code], number)
    order = Order(day=date(2022, 2, 8), at=NOW)
    changes.merge(units["quang-tri/dong-ha"], into=units["quang-tri/huong-hoa"], order=order)
    tally.refresh(campaign, at=NOW)

    panels = client_as(StaffAccountFactory(unit=units[account])).get("/admin/").context["panels"]

    assert [each.text for panel in panels if panel.title == "Tiến độ" for each in panel.sentences] == [
        f"Sáng kiến thử, {units['quang-tri/dong-ha']}: 1, chưa có chỉ tiêu.",
        f"Sáng kiến thử, {units['quang-tri/huong-hoa']}: 2, chưa có chỉ tiêu.",
    ]


def test_where_there_is_nothing_to_say_the_first_page_says_nothing(campaign: Campaign, viewer: Client) -> None:
    assert "Sáng kiến thử:" not in seen(viewer.get("/admin/"))


# --- people with many ---------------------------------------------------------------------------------------------------


def by_phone(campaign: Campaign, unit: Unit, number: int, phone: str, **fields: Any) -> None:
    sent(campaign, unit, number, phone_digits=phone, phone_hash=sealing.lookup_hash("phone", phone), **fields)


def test_people_with_many_are_listed_by_their_phone(
    campaign: Campaign, small_tree: dict[str, Unit], viewer: Client
) -> None:
    unit = small_tree["quang-tri/dong-ha"]
    by_phone(campaign, unit, people.MANY, "0912000001", full_name="Lê Văn Nhiều")
    by_phone(campaign, unit, people.MANY + 2, "0912000002", full_name="Ngô Thị Hơn")
    by_phone(campaign, unit, people.MANY - 1, "0912000003", full_name="Đỗ Văn Vừa")
    by_phone(campaign, unit, 3, "0912000003", full_name="Đỗ Văn Vừa", status=Status.WITHDRAWN)
    by_phone(campaign, unit, people.MANY, "", full_name="Không Điện Thoại")
    by_phone(campaign, small_tree["dien-bien"], people.MANY, "0912000004", full_name="Người Nơi Khác")

    page = viewer.get(PEOPLE)

    assert [(each.latest.full_name, each.number, each.names) for each, _ in page.context["people"]] == [
        ("Ngô Thị Hơn", people.MANY + 2, 1),
        ("Lê Văn Nhiều", people.MANY, 1),
    ]
    assert "0912000002" not in seen(page).replace("q=0912000002", "")  # masked
    listed = viewer.get(page.context["people"][0][1])
    assert len(listed.context["cl"].result_list) == people.MANY + 2


def test_a_campaign_leads_to_its_board(campaign: Campaign, small_tree: dict[str, Unit], client_as: Enter) -> None:
    administrator = client_as(StaffAccountFactory(unit=small_tree["tld"], role=Role.ADMINISTRATOR))

    page = administrator.get(f"/admin/initiatives/campaign/{campaign.pk}/change/")

    assert f'href="{BOARD}?campaign=sang-kien-thu"' in seen(page)
    assert administrator.get(BOARD, {"campaign": "sang-kien-thu"}).context["unit"].code == "tld"
