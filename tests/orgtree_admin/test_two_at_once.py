"""Two who have the same row open in the admin: neither takes back what the other did."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from initiatives.models import Contact
from orgtree.models import StaffAccount
from orgtree.staff import first_passwords
from tests.orgtree_admin.conftest import World

Enter = Callable[[str], Client]


def page_of(account: StaffAccount) -> str:
    return reverse("admin:orgtree_staffaccount_change", args=[account.pk])


def typed(account: StaffAccount, **changed: Any) -> dict[str, Any]:
    asked = {"full_name": account.full_name, "phone": account.phone, "unit": account.unit_id, "role": account.role}
    return {**asked, "is_active": "on", **changed}


def test_a_password_given_while_the_row_is_saved_stays(
    world: World, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    account, client = world.rows["staffaccount"], enter("above")
    page = admin.site.get_model_admin(StaffAccount)
    save = type(page).save_model

    def meanwhile(*args: Any, **named: Any) -> None:
        first_passwords.give(StaffAccount.objects.get(pk=account.pk))
        save(page, *args, **named)

    monkeypatch.setattr(page, "save_model", meanwhile)
    answer = client.post(page_of(account), typed(account, full_name="Lê Thị Bích Đào"))

    found = StaffAccount.objects.get(pk=account.pk)
    assert (answer.status_code, found.full_name) == (302, "Lê Thị Bích Đào")
    assert found.password != account.password
    assert found.must_change_password


def shown(client: Client, account: StaffAccount) -> str:
    (found,) = re.findall(r'name="as_shown" value="(\w+)"', client.get(page_of(account)).content.decode())
    return str(found)


def test_whoever_saves_an_older_page_is_told_and_does_not_open_a_closed_account(world: World, enter: Enter) -> None:
    account, client = world.rows["staffaccount"], enter("above")
    opened = shown(client, account)
    enter("administrator").post(page_of(account), typed(account, is_active=""))

    told = client.post(page_of(account), typed(account, full_name="Lê Thị Bích Đào", as_shown=opened))

    found = StaffAccount.objects.get(pk=account.pk)
    assert told.status_code == 200
    assert "Trong lúc bạn mở trang này, đã có người sửa." in told.content.decode()
    assert 'value="Lê Thị Bích Đào"' in told.content.decode()
    assert (found.is_active, found.full_name) == (False, account.full_name)


def test_having_been_told_one_may_save_all_the_same(world: World, enter: Enter) -> None:
    account, client = world.rows["staffaccount"], enter("above")
    opened = shown(client, account)
    enter("administrator").post(page_of(account), typed(account, full_name="Lê Thị Đào"))
    told = client.post(page_of(account), typed(account, full_name="Lê Thị Bích Đào", as_shown=opened))
    (again,) = re.findall(r'name="as_shown" value="(\w+)"', told.content.decode())

    saved = client.post(page_of(account), typed(account, full_name="Lê Thị Bích Đào", as_shown=again))

    assert again != opened
    assert saved.status_code == 302
    assert StaffAccount.objects.get(pk=account.pk).full_name == "Lê Thị Bích Đào"


def test_a_page_that_nobody_overtook_is_saved(world: World, enter: Enter) -> None:
    account, client = world.rows["staffaccount"], enter("above")

    saved = client.post(page_of(account), typed(account, full_name="Lê Thị Bích Đào", as_shown=shown(client, account)))

    assert saved.status_code == 302
    assert StaffAccount.objects.get(pk=account.pk).full_name == "Lê Thị Bích Đào"


@pytest.mark.parametrize("model", ["campaign", "contact"])
def test_every_page_that_is_saved_knows_what_it_showed(world: World, enter: Enter, model: str) -> None:
    row = world.campaign if model == "campaign" else world.rows[model]
    page = enter("administrator").get(reverse(f"admin:initiatives_{model}_change", args=[row.pk])).content.decode()

    assert len(re.findall(r'name="as_shown" value="\w+"', page)) == 1


def test_a_row_that_is_deleted_while_it_is_saved_is_a_missing_one(
    world: World, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    contact, client = world.rows["contact"], enter("administrator")
    save = Contact.save

    def meanwhile(row: Contact, *args: Any, **named: Any) -> None:
        Contact.objects.filter(pk=row.pk).delete()
        save(row, *args, **named)

    monkeypatch.setattr(Contact, "save", meanwhile)
    typed_anew = {"unit": contact.unit_id or "", "name": "Phạm Thị Lý", "phone": contact.phone}
    answer = client.post(reverse("admin:initiatives_contact_change", args=[contact.pk]), typed_anew)

    assert answer.status_code == 404
