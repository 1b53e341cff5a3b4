"""A branch is read in two ways, and both know the same rows; how much it holds decides which."""

import pytest
from django.db.models import QuerySet

from initiatives.models import Initiative, Status
from initiatives.review import branches
from initiatives.review.branches import Gathered, Walked
from orgtree.models import StaffAccount, Unit
from orgtree.scope import ScopedQuerySet
from tests.factories import StaffAccountFactory
from tests.review.conftest import Office

PLACES = (
    "tld",
    "quang-tri",
    "quang-tri/dong-ha",
    "quang-tri/dong-ha/may-song-hieu",
    "quang-tri/huong-hoa",
    "dien-bien",
)
EVERYTHING = 2_500_000


@pytest.fixture
def received(office: Office) -> Office:
    for code in PLACES:
        office.receive(unit=office.units[code])
    return office


def both_ways(account: StaffAccount, within: Unit | None = None) -> list[set[int]]:
    found = [branches.visible_to(account, within=within, way=way) for way in (Walked, Gathered)]
    return [set(rows.values_list("pk", flat=True)) for rows in found]


@pytest.mark.parametrize("code", PLACES)
def test_both_ways_find_what_the_rule_of_rows_allows(received: Office, code: str) -> None:
    account = StaffAccountFactory(unit=received.units[code])

    expected = set(Initiative.objects.visible_to(account).values_list("pk", flat=True))

    assert both_ways(account) == [expected, expected]
    assert len(expected) == sum(place.startswith(code) or code == "tld" for place in PLACES)


@pytest.mark.parametrize("within", PLACES)
def test_a_unit_narrows_and_never_widens(received: Office, within: str) -> None:
    account = StaffAccountFactory(unit=received.units["quang-tri/dong-ha"])

    allowed = set(
        Initiative.objects.visible_to(account).in_branch_of(received.units[within]).values_list("pk", flat=True)
    )

    expected = allowed if within.startswith("quang-tri/dong-ha") else set()
    assert both_ways(account, received.units[within]) == [expected, expected]


def test_a_unit_that_merged_is_found_below_its_successor(received: Office) -> None:
    moved = received.units["dien-bien"]
    Unit.objects.filter(pk=moved.pk).update(current_path=received.units["quang-tri"].path + "0ZZZ")
    account = StaffAccountFactory(unit=received.units["quang-tri"])

    gone = Initiative.objects.get(unit=moved)

    assert all(gone.pk in found for found in both_ways(account))


@pytest.mark.parametrize("fields", [{"unit": None}, {"is_active": False}], ids=["of no unit", "closed"])
def test_an_account_without_a_branch_finds_nothing(received: Office, fields: dict[str, object]) -> None:
    account = StaffAccountFactory(**{"unit": received.units["tld"]} | fields)

    assert both_ways(account) == both_ways(account, received.units["quang-tri"]) == [set(), set()]


READ = {
    "a large branch": (50_000, 1.0, ["name_key", "pk"], 50, Walked),
    "a small one": (1_000, 1.0, ["name_key", "pk"], 50, Gathered),
    "a large one far down": (20_000, 1.0, ["name_key", "pk"], 10_000, Gathered),
    "by a day, which is gathered from an index alone": (5_000, 1.0, ["submitted_at", "pk"], 50, Gathered),
    "by a name, where each row is read": (5_000, 1.0, ["-name_key", "pk"], 50, Walked),
    "by a day, where few pass": (5_000, 0.1, ["submitted_at", "pk"], 50, Gathered),
    "what finds its rows by itself": (1, None, ["name_key", "pk"], 50, Walked),
    "nothing held": (0, 1.0, ["name_key", "pk"], 50, Gathered),
}


@pytest.mark.parametrize(("held", "share", "order", "first", "way"), READ.values(), ids=READ)
def test_how_much_a_branch_holds_decides_how_it_is_read(
    office: Office,
    monkeypatch: pytest.MonkeyPatch,
    held: int,
    share: float | None,
    order: list[str],
    first: int,
    way: type,
) -> None:
    monkeypatch.setattr(branches, "everything", lambda: EVERYTHING)
    rows = branches.visible_to(office.officer).filter(status=Status.SUBMITTED).order_by(*order)

    suited = branches.suited(branches.knowing(rows, held=held, share=share), first=first)

    assert [type(each) for each in branches.conditions(suited) if isinstance(each, branches.Branch)] == [way]


def test_turning_a_list_leaves_the_list_as_it_was(received: Office) -> None:
    rows = branches.visible_to(received.officer).filter(status=Status.SUBMITTED).order_by("name_key", "pk")
    before = str(rows.query)

    turned = branches.suited(branches.knowing(rows, held=50_000, share=1.0), first=1)

    assert set(turned) == set(rows)
    assert (str(rows.query), str(turned.query) == before) == (before, False)


def test_the_root_is_not_told_its_branch(received: Office) -> None:
    rows: QuerySet = branches.visible_to(StaffAccountFactory(unit=received.units["tld"]))

    assert isinstance(rows, ScopedQuerySet)
    assert "orgtree_unit" not in str(branches.suited(rows.order_by("pk"), first=50).query)
    assert branches.counted(rows, most=3) == 3
