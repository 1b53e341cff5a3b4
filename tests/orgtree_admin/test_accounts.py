"""Accounts are made and changed by the level above (M37); nobody lifts themselves."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from orgtree.models import StaffAccount
from orgtree.roles import Role
from orgtree.staff.rights import may_manage, refuses_role
from tests.factories import PASSWORD, StaffAccountFactory, make_tree
from tests.orgtree_admin.conftest import World

Enter = Callable[[str], Client]
ADD = "admin:orgtree_staffaccount_add"
NEW_PASSWORD = "song-hieu-mua-dong-7"


@pytest.fixture
def places(db: None) -> dict[str, Any]:
    return make_tree()


def account(places: dict[str, Any], where: str, role: str, **fields: Any) -> StaffAccount:
    return StaffAccountFactory(unit=places[where], role=role, **fields)


@pytest.mark.parametrize(
    "by, other, may",
    [
        (("quang-tri", "manager"), ("quang-tri/dong-ha", "manager"), True),
        (("quang-tri", "manager"), ("quang-tri", "reviewer"), True),
        (("quang-tri", "manager"), ("quang-tri", "manager"), False),
        (("quang-tri/dong-ha", "manager"), ("quang-tri", "viewer"), False),
        (("quang-tri", "manager"), ("dien-bien", "viewer"), False),
        (("quang-tri", "reviewer"), ("quang-tri/dong-ha", "manager"), False),
        (("tld", "manager"), ("tld", "administrator"), False),
        (("tld", "administrator"), ("tld", "administrator"), True),
        (("tld", "administrator"), ("quang-tri", "manager"), True),
    ],
    ids=lambda each: "-".join(each) if isinstance(each, tuple) else str(each),
)
def test_who_may_change_whom(places: dict[str, Any], by: tuple[str, str], other: tuple[str, str], may: bool) -> None:
    assert may_manage(account(places, *by), account(places, *other)) is may


def test_nobody_changes_their_own_rights(places: dict[str, Any]) -> None:
    oneself = account(places, "tld", Role.ADMINISTRATOR)

    assert not may_manage(oneself, oneself)


@pytest.mark.parametrize(
    "by, role, where, given",
    [
        ("manager", "viewer", "quang-tri", True),
        ("manager", "manager", "quang-tri", True),
        ("manager", "administrator", "tld", False),
        ("administrator", "administrator", "tld", True),
        ("administrator", "administrator", "quang-tri", False),
    ],
)
def test_which_roles_are_given(places: dict[str, Any], by: str, role: str, where: str, given: bool) -> None:
    assert (refuses_role(role, places[where], by=account(places, "tld", by)) == "") is given


def asked(world: World, **changed: Any) -> dict[str, Any]:
    return {
        "username": "can-bo-moi",
        "full_name": "Ngô Thị Bích",
        "phone": "0905 111 222",
        "unit": world.units["quang-tri/dong-ha/may-song-hieu"].pk,
        "role": "reviewer",
        "password1": NEW_PASSWORD,
        "password2": NEW_PASSWORD,
    } | changed


def test_a_manager_makes_an_account_that_can_sign_in(world: World, enter: Enter) -> None:
    answer = enter("inside").post(reverse(ADD), asked(world))

    assert answer.status_code == 302
    made = StaffAccount.objects.get(username="can-bo-moi")
    assert (made.role, made.unit.code) == ("reviewer", "quang-tri/dong-ha/may-song-hieu")
    assert made.check_password(NEW_PASSWORD)


@pytest.mark.parametrize(
    "changed, sentence",
    [
        ({"role": "administrator"}, None),
        ({"unit": "quang-tri"}, None),
        ({"unit": "dien-bien"}, None),
        ({"unit": ""}, None),
        ({"password2": "khac-hoan-toan-9"}, None),
        ({"password1": "12345678901", "password2": "12345678901"}, "chữ số"),
        ({"phone": "không có"}, "Số điện thoại"),
        ({"username": "vien-song-hieu"}, "đã có người dùng"),
    ],
    ids=["administrator", "above", "elsewhere", "nowhere", "two-passwords", "weak", "no-phone", "taken"],
)
def test_what_a_manager_cannot_make(world: World, enter: Enter, changed: dict[str, Any], sentence: str | None) -> None:
    if changed.get("unit"):
        changed = {"unit": world.units[changed["unit"]].pk}
    before = StaffAccount.objects.count()

    answer = enter("inside").post(reverse(ADD), asked(world, **changed))

    assert answer.status_code == 200
    assert (sentence or "errorlist") in answer.content.decode()
    assert StaffAccount.objects.count() == before


@pytest.mark.parametrize("privilege", ["is_superuser", "is_staff", "groups", "user_permissions"])
def test_no_form_knows_of_other_rights(world: World, enter: Enter, privilege: str) -> None:
    pages = [
        enter("administrator").get(reverse(ADD)),
        enter("administrator").get(reverse("admin:orgtree_staffaccount_change", args=[world.rows["staffaccount"].pk])),
    ]

    assert [page for page in pages if f'name="{privilege}"' in page.content.decode()] == []


def change(client: Client, other: StaffAccount, **posted: Any) -> Any:
    sent = {"full_name": other.full_name, "phone": other.phone, "unit": other.unit_id or "", "role": other.role}
    sent["is_active"] = "on" if other.is_active else ""
    address = reverse("admin:orgtree_staffaccount_change", args=[other.pk])
    return client.post(address, {key: value for key, value in (sent | posted).items() if value != ""})


def test_ones_own_role_unit_and_phone_are_read_only(world: World, enter: Enter) -> None:
    oneself = world.accounts["inside"]

    change(
        enter("inside"),
        oneself,
        role="administrator",
        unit=world.units["tld"].pk,
        full_name="Tên mới",
        phone="0905111222",
    )

    changed = StaffAccount.objects.get(pk=oneself.pk)
    assert (changed.role, changed.unit_id, changed.phone) == (oneself.role, oneself.unit_id, oneself.phone)
    assert changed.full_name == "Tên mới"


def test_a_manager_closes_an_account_below(world: World, enter: Enter) -> None:
    answer = change(enter("above"), world.rows["staffaccount"], is_active="")

    assert answer.status_code == 302
    assert not StaffAccount.objects.get(pk=world.rows["staffaccount"].pk).is_active


def test_an_equal_in_the_same_unit_is_only_read(world: World, enter: Enter) -> None:
    equal = StaffAccountFactory(unit=world.units["quang-tri/dong-ha"], role=Role.MANAGER)

    assert change(enter("inside"), equal, role="viewer").status_code == 403
    assert StaffAccount.objects.get(pk=equal.pk).role == Role.MANAGER


def test_a_manager_of_the_confederation_does_not_touch_its_administrators(world: World, enter: Enter) -> None:
    world.accounts["tld_manager"] = StaffAccountFactory(unit=world.units["tld"], role=Role.MANAGER)
    administrator = world.accounts["administrator"]

    assert change(enter("tld_manager"), administrator, role="viewer").status_code == 403
    assert StaffAccount.objects.get(pk=administrator.pk).role == Role.ADMINISTRATOR


def reset(client: Client, other: StaffAccount, second: str = NEW_PASSWORD) -> Any:
    address = reverse("admin:orgtree_staffaccount_password", args=[other.pk])
    return client.post(address, {"new_password1": NEW_PASSWORD, "new_password2": second})


def test_the_level_above_resets_a_password_and_open_sessions_end(
    world: World, enter: Enter, client_as: Callable[[StaffAccount], Client]
) -> None:
    open_session = client_as(world.rows["staffaccount"])

    answer = reset(enter("above"), world.rows["staffaccount"])

    assert answer.status_code == 302
    assert StaffAccount.objects.get(pk=world.rows["staffaccount"].pk).check_password(NEW_PASSWORD)
    assert open_session.get(reverse("admin:index")).status_code == 302


@pytest.mark.parametrize("who, other", [("inside", "inside"), ("reviewer", "viewer"), ("viewer", "reviewer")])
def test_who_may_not_reset_a_password(world: World, enter: Enter, who: str, other: str) -> None:
    answer = reset(enter(who), world.accounts[other])

    assert answer.status_code == 403
    assert StaffAccount.objects.get(pk=world.accounts[other].pk).check_password(PASSWORD)


def test_two_different_new_passwords_change_nothing(world: World, enter: Enter) -> None:
    answer = reset(enter("above"), world.rows["staffaccount"], second="mot-mat-khau-khac-3")

    assert answer.status_code == 200
    assert StaffAccount.objects.get(pk=world.rows["staffaccount"].pk).check_password(PASSWORD)


def test_reviewers_do_not_see_accounts(world: World, enter: Enter) -> None:
    client = enter("reviewer")

    assert client.get(reverse("admin:orgtree_staffaccount_changelist")).status_code == 403
    assert client.get(reverse(ADD)).status_code == 403
    assert (
        client.get(reverse("admin:orgtree_staffaccount_change", args=[world.accounts["viewer"].pk])).status_code == 403
    )
