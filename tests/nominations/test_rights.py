"""Who prepares, who seals, who holds: by role and by where the account's unit stands today."""

from datetime import date, datetime
from typing import Any

import pytest

from initiatives.nominations import rights
from orgtree import changes
from orgtree.changes import Order
from orgtree.models import StaffAccount, Unit
from orgtree.roles import Role
from portal.vietnamese.days import VIETNAM
from tests.factories import StaffAccountFactory, make_tree, round_of

CDCS, DISTRICT, PROVINCE, TOP = "quang-tri/dong-ha/may-song-hieu", "quang-tri/dong-ha", "quang-tri", "tld"
BESIDE, ELSEWHERE = "quang-tri/huong-hoa", "thanh-hoa"

pytestmark = pytest.mark.django_db


@pytest.fixture
def units() -> dict[str, Unit]:
    return make_tree()


def account(units: dict[str, Unit], code: str, role: Role, **fields: Any) -> StaffAccount:
    return StaffAccountFactory(unit=units[code], role=role, **fields)


@pytest.mark.parametrize(
    ("place", "role", "unit", "prepares", "seals"),
    [
        (DISTRICT, Role.VIEWER, DISTRICT, False, False),
        (DISTRICT, Role.REVIEWER, DISTRICT, True, False),
        (DISTRICT, Role.MANAGER, DISTRICT, True, True),
        (DISTRICT, Role.REVIEWER, CDCS, True, False),
        (DISTRICT, Role.MANAGER, CDCS, True, True),
        (CDCS, Role.VIEWER, CDCS, False, False),
        (CDCS, Role.REVIEWER, CDCS, True, True),
        (CDCS, Role.MANAGER, DISTRICT, False, False),
        (PROVINCE, Role.REVIEWER, DISTRICT, True, False),
        (PROVINCE, Role.MANAGER, DISTRICT, True, True),
        (TOP, Role.ADMINISTRATOR, CDCS, True, True),
        (BESIDE, Role.MANAGER, DISTRICT, False, False),
        (ELSEWHERE, Role.MANAGER, DISTRICT, False, False),
    ],
)
def test_who_prepares_and_who_seals(
    units: dict[str, Unit], place: str, role: Role, unit: str, prepares: bool, seals: bool
) -> None:
    by = account(units, place, role)

    assert (rights.may_prepare(by, units[unit]), rights.may_seal(by, units[unit])) == (prepares, seals)


@pytest.mark.parametrize(
    ("place", "role", "holds"),
    [
        (PROVINCE, Role.VIEWER, False),
        (PROVINCE, Role.REVIEWER, False),
        (PROVINCE, Role.MANAGER, True),
        (TOP, Role.ADMINISTRATOR, True),
        (DISTRICT, Role.MANAGER, False),
        (ELSEWHERE, Role.MANAGER, False),
    ],
)
def test_who_holds_a_round(units: dict[str, Unit], place: str, role: Role, holds: bool) -> None:
    assert rights.may_host(account(units, place, role), round_of(PROVINCE)) is holds


@pytest.mark.parametrize("fields", [{"is_active": False}, {"unit": None}, {"role": "lost"}])
def test_a_closed_account_one_without_a_unit_and_one_without_a_role_may_nothing(
    units: dict[str, Unit], fields: dict[str, Any]
) -> None:
    by = account(units, PROVINCE, Role.MANAGER)
    for name, value in fields.items():
        setattr(by, name, value)

    assert not rights.may_prepare(by, units[DISTRICT])
    assert not rights.may_seal(by, units[DISTRICT])
    assert not rights.may_host(by, round_of(PROVINCE))


def test_an_account_follows_the_successor_of_its_unit(units: dict[str, Unit]) -> None:
    was = account(units, BESIDE, Role.MANAGER)
    order = Order(day=date(2022, 6, 1), at=datetime(2022, 6, 2, 8, tzinfo=VIETNAM), document="Quyết định 1")
    changes.merge(units[BESIDE], into=units[DISTRICT], order=order)
    now = {code: Unit.objects.get(code=code) for code in (BESIDE, DISTRICT, CDCS)}
    was.refresh_from_db()
    new = StaffAccountFactory(unit=now[DISTRICT], role=Role.MANAGER)

    for by in (was, new):
        assert all(rights.may_seal(by, unit) for unit in now.values())


def test_nothing_is_asked_of_the_database(units: dict[str, Unit], django_assert_num_queries: Any) -> None:
    by, round = account(units, PROVINCE, Role.MANAGER), round_of(PROVINCE)

    with django_assert_num_queries(0):
        assert rights.may_prepare(by, units[DISTRICT])
        assert rights.may_seal(by, units[DISTRICT])
        assert rights.may_host(by, round)
