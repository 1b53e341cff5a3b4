from datetime import date

import pytest

from orgtree.models import Level, StaffAccount, Unit
from orgtree.models.unit import UnitQuerySet
from orgtree.scope import after_branch, branch
from tests.factories.units import UnitFactory, make_tree

ENDS = {
    "a province": ("00010001", "00010002"),
    "the last digit is followed by a letter": ("00010009", "0001000A"),
    "Z carries": ("0001000Z", "0001001"),
    "many Zs carry": ("00010ZZZ", "00011"),
    "a whole step of Zs carries into the step above": ("0001ZZZZ", "0002"),
    "the root": ("0001", "0002"),
    "nothing follows the last path of all": ("ZZZZZZZZ", ""),
}


@pytest.mark.parametrize(("path", "end"), ENDS.values(), ids=ENDS)
def test_a_branch_ends_before_the_next_path(path: str, end: str) -> None:
    assert after_branch(path) == end


PLACES = {
    "itself": ("0001000A", True),
    "its child": ("0001000A0001", True),
    "its last child": ("0001000AZZZZ", True),
    "the next unit": ("0001000B", False),
    "the unit before": ("00010009", False),
    "a child of the unit before": ("00010009ZZZZ", False),
    "the unit above": ("0001", False),
    "a path that only begins alike in another step": ("0001000", False),
}


@pytest.mark.parametrize(("path", "inside"), PLACES.values(), ids=PLACES)
def test_a_branch_holds_itself_and_what_is_below_it(db: None, path: str, inside: bool) -> None:
    Unit.objects.bulk_create([Unit(code="a", path=path, current_path=path, depth=1, poster_key="a")])

    assert Unit.objects.filter(branch("0001000A", by="path")).exists() is inside


LAST_OF_ALL = {"itself": "ZZZZ", "its child": "ZZZZZZZZ"}


@pytest.mark.parametrize("path", LAST_OF_ALL.values(), ids=LAST_OF_ALL)
def test_the_last_branch_of_all_has_no_end_and_still_holds_its_own(db: None, path: str) -> None:
    Unit.objects.bulk_create([Unit(code="a", path=path, current_path=path, depth=1, poster_key="a")])

    assert Unit.objects.filter(branch("ZZZZ", by="path")).count() == 1
    assert Unit.objects.filter(branch("ZZZY", by="path")).count() == 0


@pytest.fixture
def small_tree(db: None) -> dict[str, Unit]:
    return make_tree()


VISIBLE = {
    "the confederation sees all": ("tld", None),
    "a province sees its branch": (
        "quang-tri",
        {
            "quang-tri",
            "quang-tri/dong-ha",
            "quang-tri/huong-hoa",
            "quang-tri/cd-vien-chuc",
            "quang-tri/dong-ha/may-song-hieu",
        },
    ),
    "a district sees its own": ("quang-tri/dong-ha", {"quang-tri/dong-ha", "quang-tri/dong-ha/may-song-hieu"}),
    "a grassroots union sees itself": ("quang-tri/dong-ha/may-song-hieu", {"quang-tri/dong-ha/may-song-hieu"}),
    "a sector sees itself": ("cd-y-te", {"cd-y-te"}),
}


@pytest.mark.parametrize(("code", "codes"), VISIBLE.values(), ids=VISIBLE)
def test_staff_see_the_branch_of_their_unit(small_tree: dict[str, Unit], code: str, codes: set[str] | None) -> None:
    account = StaffAccount(unit=small_tree[code])

    assert {unit.code for unit in Unit.objects.visible_to(account)} == (codes or set(small_tree))


BLIND = {
    "a closed account": {"is_active": False},
    "an account without a unit": {"unit": None},
}


@pytest.mark.parametrize("fields", BLIND.values(), ids=BLIND)
def test_who_is_no_staff_sees_nothing(small_tree: dict[str, Unit], fields: dict[str, object]) -> None:
    account = StaffAccount(**{"unit": small_tree["tld"], **fields})

    assert list(Unit.objects.visible_to(account)) == []


def test_scope_follows_the_successor(small_tree: dict[str, Unit]) -> None:
    """Staff of the successor see the rows of what merged into it; staff of the old unit see the successor's branch."""
    day = date(2025, 7, 1)
    new = UnitFactory(parent=small_tree["tld"], level=Level.PROVINCE, code="quang-tri-2025", opened_on=day)
    old = small_tree["quang-tri/huong-hoa"]
    Unit.objects.filter(pk=old.pk).update(closed_on=day, successor=new, current_path=new.path)
    old.refresh_from_db()

    assert set(Unit.objects.visible_to(StaffAccount(unit=new))) == {old, new}
    assert set(Unit.objects.visible_to(StaffAccount(unit=old))) == {old, new}
    assert old not in Unit.objects.visible_to(StaffAccount(unit=small_tree["quang-tri"]))


def test_rows_of_units_are_scoped_by_the_unit_they_name(small_tree: dict[str, Unit]) -> None:
    for number, code in enumerate(("tld", "quang-tri", "quang-tri/dong-ha", "thanh-hoa")):
        StaffAccount.objects.create_user(f"tk-{number}", unit=small_tree[code])
    province = StaffAccount.objects.get(unit=small_tree["quang-tri"])

    seen = StaffAccount.objects.visible_to(province).order_by("username")

    assert [account.unit.code for account in seen] == ["quang-tri", "quang-tri/dong-ha"]


def test_scope_is_one_range_and_no_pattern(small_tree: dict[str, Unit]) -> None:
    units = Unit.objects.visible_to(StaffAccount(unit=small_tree["quang-tri"]))

    assert isinstance(units, UnitQuerySet)
    assert "LIKE" not in str(units.query)
