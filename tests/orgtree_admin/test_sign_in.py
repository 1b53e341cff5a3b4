"""The staff's door: where it leads, what it says when it is shut, and what is left after leaving."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import PASSWORD
from tests.orgtree_admin.conftest import World

Enter = Callable[[str], Client]
LOGIN = "admin:login"


@pytest.mark.parametrize(
    "after, leads_to",
    [
        ("/admin/orgtree/unit/", "/admin/orgtree/unit/"),
        ("https://example.org/", "/admin/"),
        ("//example.org", "/admin/"),
        ("/\\example.org", "/admin/"),
        ("javascript:alert(1)", "/admin/"),
        ("", "/admin/"),
    ],
)
def test_signing_in_leads_to_a_page_of_ours(world: World, client: Client, after: str, leads_to: str) -> None:
    sent = {"username": world.accounts["inside"].username, "password": PASSWORD, "next": after}

    answer = client.post(reverse(LOGIN), sent)

    assert answer.status_code == 302
    assert answer["Location"] == leads_to


def test_the_session_is_a_new_one(world: World, client: Client) -> None:
    client.cookies["sessionid"] = "a" * 32

    client.post(reverse(LOGIN), {"username": world.accounts["inside"].username, "password": PASSWORD})

    assert client.cookies["sessionid"].value != "a" * 32
    assert client.get(reverse("admin:index")).status_code == 200


def test_who_left_is_offered_nothing_of_the_inside(world: World, enter: Enter) -> None:
    client = enter("inside")
    sections = reverse("admin:initiatives_initiative_changelist")
    assert sections in client.get(reverse("admin:index")).content.decode()

    answer = client.post(reverse("admin:logout"))

    assert answer.status_code == 200
    assert sections not in answer.content.decode()
    assert client.get(reverse("admin:index")).status_code == 302


def test_the_password_page_has_the_links_of_every_page(world: World, enter: Enter) -> None:
    page = enter("inside").get(reverse("admin:password_change")).content.decode()

    assert page.count('id="logout-form"') == 1
    assert "Thoát" in page and "Đăng xuất" not in page


def test_leaving_is_no_link(world: World, enter: Enter) -> None:
    client = enter("inside")

    assert client.get(reverse("admin:logout")).status_code == 405
    assert client.get(reverse("admin:index")).status_code == 200


def test_a_locked_account_is_told_what_to_do(world: World, client: Client) -> None:
    for _ in range(5):
        answer = client.post(reverse(LOGIN), {"username": "vien-song-hieu", "password": "sai"})

    assert answer.status_code == 429
    assert "công đoàn cấp trên" in answer.content.decode()
    assert "biên nhận" not in answer.content.decode()
    right = {"username": "vien-song-hieu", "password": PASSWORD}
    assert client.post(reverse(LOGIN), right).status_code == 429
    other = {"username": world.accounts["inside"].username, "password": PASSWORD}
    assert client.post(reverse(LOGIN), other).status_code == 302
