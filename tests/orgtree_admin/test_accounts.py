"""Accounts are made and changed by the level above (M37); nobody lifts themselves."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from orgtree import changes
from orgtree.changes import Order
from orgtree.models import StaffAccount
from orgtree.roles import Role
from orgtree.staff.rights import may_manage, refuses_role
from portal.vietnamese.days import VIETNAM
from tests.factories import StaffAccountFactory, make_tree
from tests.orgtree_admin.conftest import World

Enter = Callable[[str], Client]
ADD = "admin:orgtree_staffaccount_add"


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


SAME_UNIT = "Trong đơn vị của mình, bạn chỉ giao được vai trò thấp hơn vai trò của mình."


def test_nobody_makes_an_equal_beside_oneself(world: World, enter: Enter) -> None:
    """That is the level above's; neither could the equal then be given a new password, or closed."""
    own = world.units["quang-tri/dong-ha"].pk

    refused = enter("inside").post(reverse(ADD), asked(world, unit=own, role="manager"))

    assert SAME_UNIT in refused.content.decode()
    assert not StaffAccount.objects.filter(username="can-bo-moi").exists()
    enter("inside").post(reverse(ADD), asked(world, unit=own, role="reviewer"))
    made = StaffAccount.objects.get(username="can-bo-moi")
    assert SAME_UNIT in change(enter("inside"), made, role="manager").content.decode()
    made.refresh_from_db()
    assert made.role == "reviewer"


def asked(world: World, **changed: Any) -> dict[str, Any]:
    return {
        "username": "can-bo-moi",
        "full_name": "Ngô Thị Bích",
        "phone": "0905 111 222",
        "unit": world.units["quang-tri/dong-ha/may-song-hieu"].pk,
        "role": "reviewer",
    } | changed


def test_a_manager_makes_an_account(world: World, enter: Enter) -> None:
    answer = enter("inside").post(reverse(ADD), asked(world, is_demonstration="on", must_change_password=""))

    assert answer.status_code == 200
    made = StaffAccount.objects.get(username="can-bo-moi")
    assert (made.role, made.unit.code) == ("reviewer", "quang-tri/dong-ha/may-song-hieu")
    assert (made.is_active, made.is_demonstration, made.must_change_password) == (True, False, True)


@pytest.mark.parametrize(
    "changed, sentence",
    [
        ({"role": "administrator"}, None),
        ({"unit": "quang-tri"}, None),
        ({"unit": "dien-bien"}, None),
        ({"unit": ""}, None),
        ({"phone": "không có"}, "Số điện thoại"),
        ({"username": "vien-song-hieu"}, "đã có người dùng"),
    ],
    ids=["administrator", "above", "elsewhere", "nowhere", "no-phone", "taken"],
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


# --- handing over ----------------------------------------------------------------------------------------------------------


NEWCOMER = {"full_name": "Lê Thị Hằng", "phone": "0905 222 333", "username": "le-thi-hang"}


def hand_over(client: Client, leaving: StaffAccount, **asked: str) -> Any:
    return client.post(reverse("admin:orgtree_staffaccount_hand_over", args=[leaving.pk]), NEWCOMER | asked)


def test_an_account_is_handed_to_somebody_new(
    world: World, enter: Enter, client_as: Callable[[StaffAccount], Client]
) -> None:
    leaving = world.accounts["reviewer"]
    open_session = client_as(leaving)

    answer = hand_over(enter("above"), leaving)

    successor = StaffAccount.objects.get(username="le-thi-hang")
    assert "le-thi-hang" in answer.content.decode() and "Lê Thị Hằng" in answer.content.decode()
    assert (successor.unit, successor.role, successor.phone) == (leaving.unit, leaving.role, "0905 222 333")
    assert (successor.is_active, successor.must_change_password) == (True, True)
    leaving.refresh_from_db()
    assert (leaving.is_active, leaving.handed_to) == (False, successor)
    assert open_session.get(reverse("admin:index")).status_code == 302


def test_an_account_is_handed_over_in_what_its_unit_is_today(world: World, enter: Enter) -> None:
    leaving, into = world.accounts["reviewer"], world.units["quang-tri/huong-hoa"]
    order = Order(day=date(2022, 6, 1), at=datetime(2022, 6, 2, 8, tzinfo=VIETNAM), document="Quyết định 1")
    changes.merge(world.units["quang-tri/dong-ha"], into=into, order=order)

    asked = enter("above").get(reverse("admin:orgtree_staffaccount_hand_over", args=[leaving.pk]))
    hand_over(enter("above"), leaving)

    assert f"cùng đơn vị <b>{into}</b>" in asked.content.decode()
    assert StaffAccount.objects.get(username="le-thi-hang").unit == into


def test_both_sides_of_handing_over_are_logged(world: World, enter: Enter) -> None:
    hand_over(enter("above"), world.accounts["reviewer"])

    told = {entry.object_repr: entry.get_change_message() for entry in LogEntry.objects.all()}
    assert told == {
        world.accounts["reviewer"].username: "Bàn giao cho le-thi-hang và đóng.",
        "le-thi-hang": f"Nhận bàn giao từ {world.accounts['reviewer'].username}.",
    }


@pytest.mark.parametrize(
    "asked, sentence",
    [
        ({"full_name": ""}, "Hãy nhập họ và tên người mới."),
        ({"phone": "không có"}, "Số điện thoại"),
        ({"username": "vien-song-hieu"}, "Tên đăng nhập này đã có người dùng."),
        ({"username": "lê hằng"}, "Tên đăng nhập chỉ gồm"),
    ],
    ids=["nobody", "no-phone", "taken", "no-user-name"],
)
def test_what_is_no_successor(world: World, enter: Enter, asked: dict[str, str], sentence: str) -> None:
    answer = hand_over(enter("above"), world.accounts["reviewer"], **asked)

    assert sentence in answer.content.decode()
    assert StaffAccount.objects.get(pk=world.accounts["reviewer"].pk).is_active


@pytest.mark.parametrize("who, leaving", [("inside", "inside"), ("reviewer", "viewer"), ("below", "reviewer")])
def test_who_may_not_hand_over(world: World, enter: Enter, who: str, leaving: str) -> None:
    assert hand_over(enter(who), world.accounts[leaving]).status_code in {403, 404}
    assert not StaffAccount.objects.filter(username="le-thi-hang").exists()


def test_handing_over_twice_makes_one_successor(world: World, enter: Enter) -> None:
    leaving = world.accounts["reviewer"]
    hand_over(enter("above"), leaving)

    answer = hand_over(enter("above"), leaving, username="nguoi-thu-ba")

    assert answer["Location"] == reverse("admin:orgtree_staffaccount_change", args=[leaving.pk])
    assert not StaffAccount.objects.filter(username="nguoi-thu-ba").exists()


def test_an_account_that_was_handed_over_stays_closed(world: World, enter: Enter) -> None:
    leaving = world.accounts["reviewer"]
    hand_over(enter("above"), leaving)
    leaving.refresh_from_db()

    answer = change(enter("above"), leaving, is_active="on")

    assert answer.status_code == 302
    assert not StaffAccount.objects.get(pk=leaving.pk).is_active


@pytest.mark.parametrize("who, reopens", [("above", True), ("inside", False), ("reviewer", False)])
def test_only_the_level_above_reopens(world: World, enter: Enter, who: str, reopens: bool) -> None:
    closed = world.accounts["closed"]

    change(enter(who), closed, is_active="on")

    assert StaffAccount.objects.get(pk=closed.pk).is_active is reopens


def test_reviewers_do_not_see_accounts(world: World, enter: Enter) -> None:
    client = enter("reviewer")

    assert client.get(reverse("admin:orgtree_staffaccount_changelist")).status_code == 403
    assert client.get(reverse(ADD)).status_code == 403
    assert (
        client.get(reverse("admin:orgtree_staffaccount_change", args=[world.accounts["viewer"].pk])).status_code == 403
    )
