"""Who sent very many: looked for beside the tally, counted where they are shown."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from initiatives.models import Campaign, FrequentSender, Initiative, ReviewEvent, Status
from initiatives.progress import people, tally
from orgtree import changes
from orgtree.changes import Order
from orgtree.models import Unit
from portal import sealing
from portal.vietnamese.days import VIETNAM
from tests.factories import CampaignFactory, InitiativeFactory, make_tree

NOW = datetime(2022, 3, 20, 9, 0, tzinfo=VIETNAM)
ONE, OTHER, THIRD = "0912000001", "0912000002", "0912000003"
Moved = Callable[[Any], datetime]

pytestmark = pytest.mark.django_db


@pytest.fixture
def units() -> dict[str, Unit]:
    return make_tree()


@pytest.fixture
def campaign(units: dict[str, Unit], at: Moved) -> Campaign:
    at(NOW)
    return CampaignFactory(slug="sang-kien-thu")


def sent(campaign: Campaign, unit: Unit, number: int, phone: str, **fields: Any) -> list[Initiative]:
    fields |= {"phone_digits": phone, "phone_hash": sealing.lookup_hash("phone", phone) if phone else ""}
    return [InitiativeFactory(campaign=campaign, unit=unit, **fields) for _ in range(number)]


def listed(campaign: Campaign, unit: Unit) -> list[tuple[str, int]]:
    return [(each.phone, each.number) for each in people.with_many(campaign, unit)]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("tld", [(OTHER, 9), (ONE, 5)]),
        ("quang-tri", [(OTHER, 7), (ONE, 5)]),
        ("quang-tri/dong-ha", [(ONE, 5)]),
        ("dien-bien", []),
    ],
)
def test_each_branch_has_its_own(
    campaign: Campaign, units: dict[str, Unit], asked: str, expected: list[tuple[str, int]]
) -> None:
    sent(campaign, units["quang-tri/dong-ha"], 5, ONE)
    sent(campaign, units["quang-tri/dong-ha"], 4, OTHER)
    sent(campaign, units["quang-tri"], 3, OTHER)
    sent(campaign, units["dien-bien"], 2, OTHER)
    sent(CampaignFactory(slug="chuong-trinh-khac"), units["dien-bien"], 9, THIRD)
    tally.refresh(campaign, at=NOW)

    assert listed(campaign, units[asked]) == expected


@pytest.mark.parametrize(
    ("phone", "fields"),
    [
        (ONE, {"status": Status.WITHDRAWN}),
        ("", {}),
    ],
    ids=["withdrawn", "no phone"],
)
def test_what_does_not_count(campaign: Campaign, units: dict[str, Unit], phone: str, fields: dict[str, Any]) -> None:
    sent(campaign, units["quang-tri"], 4, ONE)
    sent(campaign, units["quang-tri"], 5, phone, **fields)
    tally.refresh(campaign, at=NOW)

    assert listed(campaign, units["tld"]) == []
    assert not FrequentSender.objects.exists()


def test_duplicates_do_not_count(campaign: Campaign, units: dict[str, Unit]) -> None:
    first, *_ = sent(campaign, units["quang-tri"], 4, ONE)
    sent(campaign, units["quang-tri"], 3, ONE, status=Status.INVALID, duplicate_of=first)
    tally.refresh(campaign, at=NOW)

    assert listed(campaign, units["tld"]) == []


def test_numbers_and_names_are_those_of_now(campaign: Campaign, units: dict[str, Unit]) -> None:
    these = sent(campaign, units["quang-tri"], 5, ONE, full_name="Lê Văn Nhiều")
    others = sent(campaign, units["quang-tri"], 6, OTHER)
    tally.refresh(campaign, at=NOW)

    newest = sent(campaign, units["quang-tri"], 2, ONE, full_name="Lê Thị Nhiều")[-1]
    Initiative.objects.filter(pk__in=[each.pk for each in others[:2]]).update(status=Status.WITHDRAWN)

    (found,) = people.with_many(campaign, units["quang-tri"])
    assert (found.number, found.names, found.latest) == (7, 2, newest)
    assert FrequentSender.objects.filter(latest=these[-1]).exists()  # as it was when they were looked for


def test_who_is_erased_is_listed_no_more(campaign: Campaign, units: dict[str, Unit]) -> None:
    erased = sent(campaign, units["quang-tri"], 5, ONE)[-1]
    tally.refresh(campaign, at=NOW)
    Initiative.objects.filter(pk=erased.pk).update(phone_digits="", phone_hash="")

    assert listed(campaign, units["tld"]) == []


def test_the_list_is_capped_and_costs_three_statements(
    campaign: Campaign, units: dict[str, Unit], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "MOST_LISTED", 3)
    monkeypatch.setattr(people, "MOST_KEPT", 4)
    for number in range(5):
        sent(campaign, units["quang-tri/dong-ha"], 5 + number, f"091200000{number}")
    tally.refresh(campaign, at=NOW)

    assert FrequentSender.objects.filter(unit=units["quang-tri"]).count() == 4
    for unit in ("tld", "quang-tri"):
        with CaptureQueriesContext(connection) as asked:
            assert [each.number for each in people.with_many(campaign, units[unit])] == [9, 8, 7]
        assert len(asked) == 3


def test_a_merged_unit_keeps_and_gives_its_people(campaign: Campaign, units: dict[str, Unit], at: Moved) -> None:
    """A list of a moment ago, and one found anew, after the tree changed."""
    sent(campaign, units["quang-tri/dong-ha"], 5, ONE)
    tally.refresh(campaign, at=NOW)
    order = Order(day=NOW.date(), document="12/QĐ-TLĐ", at=NOW)
    changes.merge(units["quang-tri"], into=units["dien-bien"], order=order)
    for unit in units.values():
        unit.refresh_from_db()

    assert listed(campaign, units["tld"]) == [(ONE, 5)]
    tally.refresh(campaign, at=NOW, everything=True)
    for code in ("tld", "dien-bien", "quang-tri", "quang-tri/dong-ha"):
        assert listed(campaign, units[code]) == [(ONE, 5)], code


# --- when they are looked for ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("large", "minutes", "touched", "is_found"),
    [
        (False, 2, True, True),
        (False, 2, False, False),
        (True, 9, True, False),
        (True, 11, True, True),
        (True, 11, False, False),
    ],
)
def test_a_large_campaign_is_looked_through_every_ten_minutes(
    campaign: Campaign,
    units: dict[str, Unit],
    at: Moved,
    monkeypatch: pytest.MonkeyPatch,
    large: bool,
    minutes: int,
    touched: bool,
    is_found: bool,
) -> None:
    monkeypatch.setattr(people, "LARGE", 3 if large else 50_000)
    monkeypatch.setattr(tally, "OVERLAP", timedelta(0))
    of_one = sent(campaign, units["quang-tri"], 4, ONE)
    tally.refresh(campaign, at=NOW)
    of_one += sent(campaign, units["quang-tri"], 1, ONE)

    later = at(NOW + timedelta(minutes=minutes))
    ReviewEvent.objects.filter(initiative__in=of_one).update(at=NOW - timedelta(days=1))
    if touched:
        ReviewEvent.objects.filter(initiative=of_one[-1]).update(at=later - timedelta(seconds=1))
    tally.refresh(campaign, at=later)

    assert bool(listed(campaign, units["quang-tri"])) is is_found


def test_a_change_of_the_tree_is_something_that_happened(campaign: Campaign, units: dict[str, Unit], at: Moved) -> None:
    sent(campaign, units["quang-tri/dong-ha"], 5, ONE)
    ReviewEvent.objects.update(at=NOW - timedelta(days=1))
    tally.refresh(campaign, at=NOW)
    later = at(NOW + timedelta(minutes=30))
    changes.move(units["quang-tri/dong-ha"], to=units["dien-bien"], order=Order(day=NOW.date(), at=later))
    for unit in units.values():
        unit.refresh_from_db()
    assert listed(campaign, units["dien-bien"]) == []

    tally.refresh(campaign, at=later + timedelta(minutes=1))

    assert listed(campaign, units["dien-bien"]) == [(ONE, 5)]
    assert listed(campaign, units["quang-tri"]) == []


def test_what_did_not_change_is_not_written(campaign: Campaign, units: dict[str, Unit]) -> None:
    sent(campaign, units["quang-tri"], 5, ONE)
    gone = sent(campaign, units["quang-tri"], 5, OTHER)
    tally.refresh(campaign, at=NOW)
    before = set(FrequentSender.objects.filter(number=5).values_list("pk", flat=True))
    Initiative.objects.filter(pk=gone[0].pk).update(status=Status.WITHDRAWN)

    tally.refresh(campaign, at=NOW, everything=True)

    after = set(FrequentSender.objects.values_list("pk", flat=True))
    assert after < before
    assert len(after) == 2  # of the province and of the country
