"""What a branch surely holds is not counted: the numbers say the same, and what is fewer stays right to the last one."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from initiatives.models import Campaign, Initiative, Status, TallyRun
from initiatives.progress import tally
from initiatives.review import counts, queries, surely
from initiatives.review.counts import by_status
from orgtree import changes
from orgtree.changes import Order
from tests.factories import CampaignFactory, StaffAccountFactory
from tests.review.conftest import Office

PROVINCE, DISTRICT, UNION = "quang-tri", "quang-tri/dong-ha", "quang-tri/dong-ha/may-song-hieu"


@pytest.fixture
def much(office: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    """Four wait, one is valid, two are invalid and one of these a duplicate; three are surely held, two are counted."""
    monkeypatch.setattr(surely, "SURELY", 3)
    monkeypatch.setattr(counts, "MOST_COUNTED", 2)
    for _ in range(4):
        office.receive()
    first = office.receive(status=Status.VALID)
    office.receive(status=Status.INVALID)
    office.receive(status=Status.INVALID, duplicate_of=first)
    tally.refresh(office.campaign, at=timezone.now(), everything=True)
    for unit in office.units.values():
        unit.refresh_from_db()
    return office


def held(office: Office, code: str, **asked: Any) -> dict[tuple[int, str], int]:
    return surely.held(office.units[code], at=timezone.now(), **asked)


def numbers(office: Office, code: str) -> dict[str, str]:
    account = StaffAccountFactory(unit=office.units[code])
    counted = by_status(account, unit=None, campaigns=list(Campaign.objects.all()), at=timezone.now(), are_all=True)
    return {status: str(each) for status, each in counted.items() if each.number}


@pytest.mark.parametrize(
    ("code", "sure"),
    [("tld", True), (PROVINCE, True), (DISTRICT, True), (UNION, False), ("quang-tri/huong-hoa", False)],
)
def test_what_lies_below_is_held(much: Office, code: str, sure: bool) -> None:
    waiting = (much.campaign.pk, Status.SUBMITTED.value)

    assert held(much, code) == ({waiting: 4} if sure else {})
    assert held(much, code, campaigns=[much.campaign.pk]) == held(much, code)
    assert held(much, code, campaigns=[]) == {}


def test_duplicates_are_invalid_ones(much: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surely, "SURELY", 2)

    assert held(much, PROVINCE)[much.campaign.pk, Status.INVALID.value] == 2


@pytest.mark.parametrize(("minutes", "is_held"), [(9, True), (11, False)])
def test_a_count_of_long_ago_tells_nothing(much: Office, minutes: int, is_held: bool) -> None:
    TallyRun.objects.update(counted_at=timezone.now() - timedelta(minutes=minutes))

    assert bool(held(much, PROVINCE)) is is_held


def test_nothing_is_sure_of_a_unit_that_lost_a_part(much: Office) -> None:
    now = timezone.now()
    order = Order(day=timezone.localdate(now), document="12/QĐ-TLĐ", at=now)
    changes.move(much.units[DISTRICT], to=much.units["dien-bien"], order=order)
    for unit in much.units.values():
        unit.refresh_from_db()

    assert held(much, PROVINCE) == {}
    assert numbers(much, PROVINCE) == {}
    assert numbers(much, "dien-bien") == {"submitted": "hơn 2", "valid": "1", "invalid": "2"}


@pytest.mark.parametrize("code", [PROVINCE, DISTRICT, UNION, "tld"])
def test_the_numbers_say_what_they_said(much: Office, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    said = numbers(much, code)
    monkeypatch.setattr(surely, "SURELY", 1_000)

    assert said == numbers(much, code)
    assert said == ({} if code == UNION else {"submitted": "hơn 2", "valid": "1", "invalid": "2"})


@pytest.mark.parametrize("code", ["tld", PROVINCE])
def test_what_is_sure_is_not_read_and_what_is_not_is_counted_now(much: Office, code: str) -> None:
    Initiative.objects.filter(status=Status.INVALID, duplicate_of=None).update(status=Status.VALID)

    with CaptureQueriesContext(connection) as asked:
        assert numbers(much, code) == {"submitted": "hơn 2", "valid": "2", "invalid": "1"}
    counted = [each["sql"] for each in asked if "LIMIT 3" in each["sql"]]
    assert len(counted) == 1
    assert "'submitted'" not in counted[0]


@pytest.mark.parametrize("code", ["tld", PROVINCE])
def test_where_all_of_it_is_sure_nothing_is_read(office: Office, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    monkeypatch.setattr(surely, "SURELY", 1)
    monkeypatch.setattr(counts, "MOST_COUNTED", 0)
    for status in Status.values:
        office.receive(status=status)
    tally.refresh(office.campaign, at=timezone.now())
    office.units[code].refresh_from_db()

    assert numbers(office, code) == {}  # capped at 0, each of them
    account = StaffAccountFactory(unit=office.units[code])
    counted = by_status(account, unit=None, campaigns=[office.campaign], at=timezone.now())
    assert [each.is_capped for each in counted.values()] == [True] * len(Status)


def test_nobody_is_told_of_the_country_but_its_own(much: Office) -> None:
    account = StaffAccountFactory(unit=much.units[PROVINCE])

    counted = by_status(account, unit=much.units["tld"], campaigns=[much.campaign], at=timezone.now())

    assert {each.number for each in counted.values()} == {0}


@pytest.mark.parametrize("code", ["tld", PROVINCE])
def test_what_waits_is_told_as_before(much: Office, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Where it is sure, in this campaign, and in others beside it."""
    other = CampaignFactory()
    much.receive(campaign=other)
    much.receive(status=Status.RETURNED)
    CampaignFactory()
    monkeypatch.setattr(queries, "MOST_WAITING", 3)
    account = StaffAccountFactory(unit=much.units[code])

    found = queries.waiting_for(account, at=timezone.now())
    assert {each.campaign: (each.submitted, each.returned) for each in found} == {much.campaign: (3, 1), other: (1, 0)}

    monkeypatch.setattr(surely, "SURELY", 1_000)
    assert queries.waiting_for(account, at=timezone.now()) == found


def test_of_the_country_what_is_sure_is_taken_from_the_tally(much: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seen by what it says while nothing waits any more."""
    monkeypatch.setattr(queries, "MOST_WAITING", 3)
    Initiative.objects.filter(status=Status.SUBMITTED).update(status=Status.VALID)

    (found,) = queries.waiting_for(StaffAccountFactory(unit=much.units["tld"]), at=timezone.now())

    assert found.submitted == 3
