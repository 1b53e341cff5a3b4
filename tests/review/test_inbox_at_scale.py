"""What the inbox shows of millions: numbers to a cap, an order that stands, and as many statements for sixty rows as for one."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from initiatives.models import Campaign, Initiative, Status, TwinPair
from initiatives.review import counts
from initiatives.review.counts import Counted, by_status, total
from orgtree.models import StaffAccount
from orgtree.roles import Role
from tests.factories import CampaignFactory, StaffAccountFactory, TwinPairFactory
from tests.review.conftest import INBOX, Office


def numbers(account: StaffAccount, **asked: Any) -> dict[str, str]:
    counted = by_status(
        account, **{"unit": None, "campaigns": list(Campaign.objects.all()), "at": timezone.now()} | asked
    )
    return {status: str(each) for status, each in counted.items() if each.number}


@pytest.fixture
def received(office: Office) -> Office:
    """Two wait and one is valid at Đông Hà, one below it; one at its neighbour's; and one of another campaign."""
    office.receive()
    office.receive(unit=office.units["quang-tri/dong-ha/may-song-hieu"])
    office.receive(status=Status.VALID)
    office.receive(unit=office.units["quang-tri/huong-hoa"], status=Status.RETURNED)
    office.receive(campaign=CampaignFactory(), status=Status.VALID)
    return office


SEEN = {
    "a district": ("quang-tri/dong-ha", {"submitted": "2", "valid": "2"}),
    "its neighbour": ("quang-tri/huong-hoa", {"returned": "1"}),
    "a grassroots union": ("quang-tri/dong-ha/may-song-hieu", {"submitted": "1"}),
    "the province": ("quang-tri", {"submitted": "2", "valid": "2", "returned": "1"}),
    "another province": ("dien-bien", {}),
    "the confederation": ("tld", {"submitted": "2", "valid": "2", "returned": "1"}),
}


@pytest.mark.parametrize(("code", "expected"), SEEN.values(), ids=SEEN)
def test_the_numbers_are_those_of_ones_branch(received: Office, code: str, expected: dict[str, str]) -> None:
    assert numbers(StaffAccountFactory(unit=received.units[code])) == expected


@pytest.mark.parametrize("code", ["quang-tri", "tld"])
def test_a_unit_and_a_campaign_narrow_the_numbers(received: Office, code: str) -> None:
    account = StaffAccountFactory(unit=received.units[code])

    assert numbers(account, unit=received.units["quang-tri/huong-hoa"]) == {"returned": "1"}
    assert numbers(account, campaigns=[received.campaign]) == {"submitted": "2", "valid": "1", "returned": "1"}
    assert numbers(account, campaigns=[]) == {}


@pytest.mark.skipif(
    "connection.vendor != 'postgresql'", reason="SQLite guesses nothing from how often a value stands there"
)
@pytest.mark.parametrize("asked", [{}, {"status": "all", "o": "-7"}, {"category": "farmer"}, {"attached": "no"}])
def test_what_begins_with_the_units_does_not_tell_of_which_campaign(received: Office, asked: dict[str, str]) -> None:
    """PostgreSQL takes a campaign that it has not met yet for empty, and would read all of it for each of 7,000 units."""
    received.client.force_login(StaffAccountFactory(unit=received.units["quang-tri"]))

    with CaptureQueriesContext(connection) as captured:
        answer = received.inbox(campaign=received.campaign.slug, **asked)

    assert answer.status_code == 200
    begun = [each["sql"] for each in captured if "LATERAL" in each["sql"] or "ANY(ARRAY(SELECT" in each["sql"]]
    assert any("LATERAL" in each for each in begun) and any("ANY(ARRAY" in each for each in begun)
    assert [each for each in begun if re.search(r'campaign_id"? (=|IN) \(?[0-9]', each)] == []
    assert all(re.search(r'campaign_id"? = \(SELECT [0-9]', each) for each in begun)


def test_nobody_counts_what_lies_outside(received: Office) -> None:
    account = StaffAccountFactory(unit=received.units["quang-tri/dong-ha"])

    assert numbers(account, unit=received.units["quang-tri/huong-hoa"]) == {}
    assert numbers(StaffAccountFactory(unit=None)) == {}
    assert numbers(StaffAccountFactory(unit=received.units["tld"], is_active=False)) == {}
    assert numbers(StaffAccountFactory(unit=received.units["quang-tri"], is_active=False)) == {}


@pytest.mark.parametrize("code", ["quang-tri", "tld"])
@pytest.mark.parametrize("most_read", [1, 50_000], ids=["each status by itself", "all at once"])
def test_numbers_end_at_a_cap(received: Office, monkeypatch: pytest.MonkeyPatch, code: str, most_read: int) -> None:
    monkeypatch.setattr(counts, "MOST_COUNTED", 1)
    monkeypatch.setattr(counts, "MOST_READ", most_read)

    assert numbers(StaffAccountFactory(unit=received.units[code])) == {
        "submitted": "hơn 1",
        "valid": "hơn 1",
        "returned": "1",
    }


def test_a_total_of_what_is_capped_is_one_at_least() -> None:
    assert str(total({"a": Counted(3), "b": Counted(10_000, is_capped=True)})) == "hơn 10.003"
    assert str(total({"a": Counted(3), "b": Counted(4)})) == "7"


@pytest.mark.parametrize("code", ["quang-tri/dong-ha", "tld"])
def test_the_list_holds_as_many_rows_as_stand_beside_its_status(
    received: Office, client_as: Callable[[StaffAccount], Client], code: str
) -> None:
    client = client_as(StaffAccountFactory(unit=received.units[code], role=Role.REVIEWER))

    for status in ("all", *Status.values):
        for campaign in ("all", received.campaign.slug):
            listed = client.get(reverse(INBOX), {"status": status, "campaign": campaign}).context["cl"]
            assert (status, campaign, listed.result_count) == (status, campaign, len(listed.result_list))


def test_a_number_that_is_known_is_not_counted_again(received: Office) -> None:
    def counting(**asked: str) -> int:
        with CaptureQueriesContext(connection) as statements:
            assert received.inbox(**asked).status_code == 200
        return sum("COUNT(*)" in each["sql"] and "subquery" in each["sql"] for each in statements)

    received.receive(title="Máy cắt vải tự dừng")
    received.inbox()

    assert counting() == counting(status="valid", o="3", p="1") == counting(unit="quang-tri/dong-ha/may-song-hieu") == 0
    assert counting(field="production") == counting(q="may") == 1


def test_what_more_narrows_a_long_list_is_counted_less_far(received: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counts, "MOST_COUNTED", 1)
    monkeypatch.setattr("orgtree.scoped_admin.MOST_COUNTED", 1)
    monkeypatch.setattr("initiatives.review.list_admin.MOST_NARROWED_COUNTED", 1)

    everywhere = {"campaign": "all", "field": "production"}

    assert "Hơn 1 sáng kiến" in received.inbox(**everywhere).content.decode()
    assert "Hơn 1 sáng kiến" in received.inbox(campaign="all").content.decode()
    assert "0 sáng kiến" in received.inbox(**everywhere, status="returned").content.decode()


ORDERS = {
    "by name": ("3", ["Lê An", "Trần Bình", "Đỗ Cường", "Mã Cường"]),
    "by name, backwards": ("-3", ["Mã Cường", "Đỗ Cường", "Trần Bình", "Lê An"]),
    "by day": ("6", ["Trần Bình", "Đỗ Cường", "Mã Cường", "Lê An"]),
    "by day, backwards": ("-6", ["Lê An", "Mã Cường", "Đỗ Cường", "Trần Bình"]),
    "by benefit, nothing said last": ("7", ["Lê An", "Trần Bình", "Đỗ Cường", "Mã Cường"]),
    "by benefit, backwards, nothing said last again": ("-7", ["Trần Bình", "Lê An", "Mã Cường", "Đỗ Cường"]),
    "by two, of which the first counts": ("3.-7", ["Lê An", "Trần Bình", "Đỗ Cường", "Mã Cường"]),
    "by a title, which nothing keeps in order": ("2", ["Trần Bình", "Đỗ Cường", "Mã Cường", "Lê An"]),
    "by what is no column": ("99", ["Trần Bình", "Đỗ Cường", "Mã Cường", "Lê An"]),
    "by what is no number": ("--1.x", ["Trần Bình", "Đỗ Cường", "Mã Cường", "Lê An"]),
    "by Arabic digits": ("٣", ["Trần Bình", "Đỗ Cường", "Mã Cường", "Lê An"]),
}


@pytest.mark.parametrize(("asked", "names"), ORDERS.values(), ids=ORDERS)
def test_the_list_is_sorted_by_what_an_index_keeps(office: Office, asked: str, names: list[str]) -> None:
    for name, benefit in (("Trần Bình", 9_000_000), ("Đỗ Cường", None), ("Mã Cường", None), ("Lê An", 2_000_000)):
        office.receive(full_name=name, benefit_value=benefit, benefit_is_not_money=benefit is None)

    assert [row.full_name for row in office.inbox(o=asked).context["cl"].result_list] == names


def test_rows_that_are_equal_stand_in_one_order(office: Office) -> None:
    first, second, third = (office.receive(full_name="Lê An") for _ in range(3))

    assert list(office.inbox(o="3").context["cl"].result_list) == [first, second, third]
    assert list(office.inbox(o="-3").context["cl"].result_list) == [third, second, first]


@pytest.mark.parametrize(
    ("asked", "place", "way"), [({}, 6, "asc"), ({"status": "valid"}, 6, "desc"), ({"o": "-3"}, 3, "desc")]
)
def test_the_heading_says_what_the_list_is_sorted_by(
    office: Office, asked: dict[str, str], place: int, way: str
) -> None:
    office.receive(status=asked.get("status", Status.SUBMITTED))

    assert office.inbox(**asked).context["cl"].get_ordering_field_columns() == {place: way}


def test_only_what_an_index_keeps_may_be_sorted_by(office: Office) -> None:
    office.receive()

    page = office.inbox().content.decode()

    assert page.count('scope="col" class="sortable') == 3


def test_what_officers_entered_is_shown_alone(office: Office) -> None:
    office.receive(title="Tự nộp")
    office.receive(title="Nhập hộ", entered_by=office.officer)

    assert office.titles(entered="yes") == ["Nhập hộ"]


def test_what_may_be_a_twin_is_shown_until_it_is_decided(office: Office) -> None:
    earlier, later, settled, _ = (office.receive(title=title) for title in ("Trước", "Sau", "Khác", "Riêng"))
    TwinPairFactory(earlier=earlier, later=later)
    TwinPairFactory(earlier=earlier, later=settled, state=TwinPair.State.DISTINCT)

    assert set(office.titles(alike="yes")) == {"Trước", "Sau"}


@pytest.mark.parametrize("asked", [{}, {"q": "may"}, {"o": "-7", "status": "all"}, {"alike": "yes", "entered": "yes"}])
def test_sixty_rows_ask_as_many_statements_as_one(office: Office, asked: dict[str, str]) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as counted:
            assert office.inbox(**asked).status_code == 200
        return len(counted)

    rows = [office.receive(search_text="may may", entered_by=office.officer)]
    office.inbox(**asked)
    with_one = statements()

    rows += [office.receive(search_text="may may", entered_by=office.officer) for _ in range(2)]
    with_three = statements()
    template = rows[-1]
    copies: list[Initiative] = []
    for number in range(57):
        copy = Initiative.objects.get(pk=template.pk)
        copy.pk, copy.receipt_code, copy.receipt_token_hash = None, f"{9000000000000 + number}", f"{number:064d}"
        copies.append(copy)
    Initiative.objects.bulk_create(copies)

    assert (with_three, statements()) == (with_one, with_one)
