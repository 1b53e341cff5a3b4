"""The staff's door: where it leads, what it says when it is shut, and what is left after leaving."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from ipaddress import ip_network
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from orgtree.models import SignIn
from orgtree.staff import sign_ins
from portal.logs import LineFormatter, MaskingFilter
from portal.vietnamese.days import VIETNAM
from tests.factories import PASSWORD
from tests.orgtree_admin.conftest import World

Enter = Callable[[str], Client]
LOGIN = "admin:login"
NOW = datetime(2022, 5, 20, 9, 0, tzinfo=VIETNAM)


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

    client.post(reverse(LOGIN), {"username": world.accounts["reviewer"].username, "password": PASSWORD})

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


def test_the_log_says_from_where_an_account_was_locked(world: World, caplog: pytest.LogCaptureFixture) -> None:
    guesser = Client(REMOTE_ADDR="203.113.161.245")

    for _ in range(5):
        guesser.post(reverse(LOGIN), {"username": "vien-song-hieu", "password": "sai"})

    (line,) = [record for record in caplog.records if record.message == "sign-in locked for one account"]
    MaskingFilter().filter(line)
    assert json.loads(LineFormatter().format(line))["address"] == "203.113.161.245"


def test_a_line_of_version_six_guesses_no_more_often_than_one_address(world: World) -> None:
    """Whoever has a line has 2^64 addresses of it."""
    wrong = {"username": world.accounts["inside"].username, "password": "sai"}

    from_one_line = [
        Client(REMOTE_ADDR=f"2001:db8:1:2::{number:x}").post(reverse(LOGIN), wrong) for number in range(1, 6)
    ]

    assert [answer.status_code for answer in from_one_line] == [200, 200, 200, 200, 429]
    right = wrong | {"password": PASSWORD}
    assert Client(REMOTE_ADDR="2001:db8:1:2:ffff::1").post(reverse(LOGIN), right).status_code == 429
    assert Client(REMOTE_ADDR="2001:db8:1:3::1").post(reverse(LOGIN), right).status_code == 302


@pytest.mark.parametrize(
    "named, password",
    [
        ("reviewer", "sai-mat-khau-1"),
        ("closed", PASSWORD),
        ("closed", "sai-mat-khau-1"),
        ("khong-co-ai", PASSWORD),
    ],
    ids=["wrong", "closed", "closed-and-wrong", "unknown"],
)
def test_nothing_tells_why_nobody_was_let_in(world: World, client: Client, named: str, password: str) -> None:
    username = world.accounts[named].username if named in world.accounts else named

    answer = client.post(reverse(LOGIN), {"username": username, "password": password})

    page = answer.content.decode().replace(username, "")
    assert answer.status_code == 200
    assert page.count('class="errornote"') == 1
    assert told(page) == told(refused(client))


def refused(client: Client) -> str:
    return client.post(reverse(LOGIN), {"username": "ai-do", "password": "gi-do"}).content.decode()


def told(page: str) -> str:
    return page.partition('class="errornote">')[2].partition("<")[0]


# --- one's own sign-ins ---------------------------------------------------------------------------------------------------


def test_a_sign_in_is_noted_and_shown_to_its_owner_alone(world: World, enter: Enter, settings: Any) -> None:
    settings.TRUSTED_PROXIES = [ip_network("127.0.0.1")]
    client = Client(headers={"User-Agent": ANDROID, "X-Forwarded-For": "203.0.113.9"})
    client.post(reverse(LOGIN), {"username": world.accounts["reviewer"].username, "password": PASSWORD})

    own = client.get(reverse("admin:own_sign_ins")).content.decode()
    others = enter("above").get(reverse("admin:own_sign_ins")).content.decode()

    assert "<td>Chrome trên Android</td><td>203.0.113.9</td>" in own
    assert "203.0.113.9" not in others


def test_who_was_not_let_in_is_not_noted(world: World, client: Client) -> None:
    client.post(reverse(LOGIN), {"username": world.accounts["reviewer"].username, "password": "sai"})

    assert not SignIn.objects.exists()


def test_the_last_fifty_are_shown_by_as_many_statements_as_one(world: World, enter: Enter) -> None:
    client, account = enter("reviewer"), world.accounts["reviewer"]
    statements = []
    for number in (1, 59):
        for minute in range(number):
            sign_ins.record(account, at=NOW + timedelta(minutes=minute), address="", agent="")
        with CaptureQueriesContext(connection) as queries:
            page = client.get(reverse("admin:own_sign_ins")).content.decode()
        statements.append(len(queries))

    assert page.count("Không rõ") == 50
    assert statements[0] == statements[1]


ANDROID = (
    "Mozilla/5.0 (Linux; Android 13; SM-A125F) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Mobile Safari/537.36"
)


@pytest.mark.parametrize(
    "agent, device",
    [
        (ANDROID, "Chrome trên Android"),
        (ANDROID.replace("Chrome/120.0", "SamsungBrowser/23.0 Chrome/115.0"), "Samsung Internet trên Android"),
        (f"{ANDROID} Zalo android/23", "Zalo trên Android"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 16_0 like Mac OS X) Version/16.0 Mobile Safari/604.1",
            "Safari trên iPhone",
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 16_0 like Mac OS X) CriOS/120.0 Safari/604.1", "Chrome trên iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/120.0 Safari/537.36 Edg/120.0", "Edge trên Windows"),
        ("Mozilla/5.0 (Windows NT 10.0) coc_coc_browser/110.0 Chrome/104.0 Safari/537.36", "Cốc Cốc trên Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0", "Firefox trên Linux"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/16 Safari/605.1", "Safari trên máy Mac"),
        ("curl/8.0", ""),
        ("", ""),
    ],
)
def test_a_device_is_told_in_words(agent: str, device: str) -> None:
    assert sign_ins.device_of(agent) == device


def test_sign_ins_are_forgotten_after_half_a_year(world: World) -> None:
    for days in (0, 179, 180, 181, 400):
        sign_ins.record(world.accounts["reviewer"], at=NOW - timedelta(days=days), address="", agent="")

    forgotten = sign_ins.forget_old_sign_ins(at=NOW)

    assert forgotten == 2
    assert SignIn.objects.count() == 3


# --- one's own account ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["reviewer", "inside", "administrator", "without_unit"])
def test_everybody_sees_their_own_account(world: World, enter: Enter, who: str) -> None:
    page = enter(who).get(reverse("admin:own_account"))

    assert page.status_code == 200
    assert world.accounts[who].username in page.content.decode()


def test_the_page_of_ones_account_is_linked_from_every_page(world: World, enter: Enter) -> None:
    assert reverse("admin:own_account") in enter("reviewer").get(reverse("admin:index")).content.decode()


@pytest.mark.parametrize("length", [150, 151, 256, 70_000])
def test_a_name_of_any_length_is_refused_in_the_same_words(db: None, length: int) -> None:
    """PostgreSQL has no room for more than 255 characters where tries are written down."""
    headers = {"User-Agent": "a" * 3000, "Accept": "b" * 3000}

    known, answer = (
        Client().post(reverse(LOGIN), {"username": name, "password": "z" * length}, headers=headers)
        for name in ("q", "q" * length)
    )

    (words,), (said,) = (page.context["form"].non_field_errors() for page in (known, answer))
    assert answer.status_code == 200
    assert said == words
