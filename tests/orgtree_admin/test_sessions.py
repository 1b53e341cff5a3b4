"""How long somebody stays signed in, what ends it, and what is told (M37)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from orgtree.models import StaffAccount
from portal.vietnamese.days import VIETNAM
from tests.factories import PASSWORD
from tests.orgtree_admin.conftest import World

At = Callable[[str | datetime], datetime]
LOGIN, INDEX = reverse("admin:login"), reverse("admin:index")
UNITS = reverse("admin:orgtree_unit_changelist")
NOW = datetime(2022, 5, 20, 9, 0, tzinfo=VIETNAM)


@pytest.fixture(autouse=True)
def _now(at: At) -> None:
    at(NOW)


@pytest.fixture
def client(world: World) -> Client:
    """A reviewer who has just signed in."""
    client = Client()
    client.post(LOGIN, {"username": world.accounts["reviewer"].username, "password": PASSWORD})
    client.get(INDEX)
    return client


def is_in(client: Client) -> bool:
    answer = client.get(INDEX)
    assert answer.status_code in {200, 302}
    return answer.status_code == 200


@pytest.mark.parametrize("minutes, stays", [(4, True), (59, True), (60, False), (600, False)])
def test_an_hour_without_doing_anything_ends_it(client: Client, at: At, minutes: int, stays: bool) -> None:
    at(NOW + timedelta(minutes=minutes))

    assert is_in(client) is stays


def test_whoever_works_stays_half_a_day_at_most(client: Client, at: At) -> None:
    stayed = []
    for minutes in range(30, 13 * 60, 30):
        at(NOW + timedelta(minutes=minutes))
        stayed.append(is_in(client))

    assert stayed == [True] * 23 + [False] * 2


def test_signing_in_again_begins_anew(client: Client, world: World, at: At) -> None:
    at(NOW + timedelta(hours=13))
    client.get(INDEX)

    client.post(LOGIN, {"username": world.accounts["reviewer"].username, "password": PASSWORD})

    assert is_in(client)


def test_a_list_that_was_open_is_shown_again(client: Client, at: At) -> None:
    at(NOW + timedelta(hours=2))

    answer = client.get(f"{UNITS}?q=song hieu")

    assert answer["Location"] == f"{LOGIN}?next={quote(UNITS + '?q=song%20hieu', safe='')}&tin=het-gio"
    assert "Phiên làm việc đã hết" in client.get(answer["Location"]).content.decode()


@pytest.mark.parametrize(
    "came_from, leads_to",
    [
        (f"http://testserver{UNITS}?p=2", f"{UNITS}?p=2"),
        ("https://example.org/", INDEX),
        ("http://testserver.example.org/", INDEX),
        ("", INDEX),
        ("http://[", INDEX),
    ],
)
def test_what_was_sent_too_late_leads_back_to_its_page(client: Client, at: At, came_from: str, leads_to: str) -> None:
    at(NOW + timedelta(hours=2))

    answer = client.post(reverse("admin:initiatives_initiative_many", args=["approve"]), headers={"Referer": came_from})

    assert answer["Location"] == f"{LOGIN}?next={quote(leads_to, safe='')}&tin=het-gio"


def written(queries: CaptureQueriesContext) -> list[str]:
    """What the page itself writes; counting goes on beside it, but for tests."""
    said = [query["sql"] for query in queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    return [sql for sql in said if "tallyrun" not in sql]


@pytest.mark.parametrize("seconds, writes", [(10, 0), (299, 0), (300, 1)])
def test_a_page_that_is_read_costs_a_write_in_five_minutes(client: Client, at: At, seconds: int, writes: int) -> None:
    at(NOW + timedelta(seconds=seconds))

    with CaptureQueriesContext(connection) as queries:
        client.get(INDEX)

    assert len(written(queries)) == writes


def test_a_public_page_asks_nothing_of_whoever_is_signed_in(client: Client, at: At) -> None:
    at(NOW + timedelta(hours=2))

    with CaptureQueriesContext(connection) as queries:
        answer = client.get(reverse("units"))

    assert not answer.cookies
    assert [
        query["sql"] for query in queries if "django_session" in query["sql"] or "staffaccount" in query["sql"]
    ] == []


def test_a_closed_account_is_out_at_once(client: Client, world: World) -> None:
    assert is_in(client)

    StaffAccount.objects.filter(pk=world.accounts["reviewer"].pk).update(is_active=False)

    assert not is_in(client)


def other_session(world: World) -> Client:
    other = Client()
    other.post(LOGIN, {"username": world.accounts["reviewer"].username, "password": PASSWORD})
    return other


def change_password(client: Client, **changed: Any) -> Any:
    new = "song-hieu-mua-dong-7"
    asked = {"password": PASSWORD, "new_password1": new, "new_password2": new}
    return client.post(reverse("admin:password_change"), asked | changed)


def test_a_changed_password_ends_the_other_sessions(client: Client, world: World) -> None:
    other = other_session(world)

    answer = change_password(client)

    assert (answer.status_code, answer["Location"]) == (302, reverse("admin:own_account"))
    assert is_in(client)
    assert not is_in(other)


@pytest.mark.parametrize(
    "changed, sentence",
    [
        ({"password": "sai"}, "Mật khẩu đang dùng chưa đúng."),
        ({"password": ""}, "Hãy nhập mật khẩu đang dùng."),
        ({"new_password2": "khac-hoan-toan-9"}, "không giống nhau"),
        ({"new_password1": "12345678901", "new_password2": "12345678901"}, "chữ số"),
    ],
    ids=["wrong", "none", "two-different", "weak"],
)
def test_a_password_that_is_not_changed(client: Client, world: World, changed: dict[str, str], sentence: str) -> None:
    answer = change_password(client, **changed)

    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert StaffAccount.objects.get(pk=world.accounts["reviewer"].pk).check_password(PASSWORD)


def test_guessing_ones_password_in_an_open_session_is_locked(client: Client) -> None:
    answers = [change_password(client, password="sai").status_code for _ in range(5)]

    assert answers == [200, 200, 200, 200, 429]
    assert change_password(client).status_code == 429


def test_another_address_of_the_same_line_guesses_no_further_there(client: Client) -> None:
    answers = []
    for number in range(1, 6):
        client.defaults["REMOTE_ADDR"] = f"2001:db8:1:2::{number:x}"
        answers.append(change_password(client, password="sai").status_code)

    assert answers == [200, 200, 200, 200, 429]
