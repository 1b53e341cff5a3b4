"""Who may come in without an account: the whole list, and what these doors give away."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.doors import is_public
from tests.codebase.doors import FROM_OUR_PAGE, World, doors

PUBLIC = {
    "healthz",
    "readyz",
    "units",
    "front",
    "personal_data",
    "campaign",
    "begin",
    "qr_svg",
    "qr_png",
    "poster",
    "short_link",
    "draft_door",
    "draft_nguoi_nop",
    "draft_noi_dung",
    "draft_tai_lieu",
    "draft_kiem_tra",
    "receipt",
    "receipt_png",
    "track",
    "record_door",
    "record_nguoi_nop",
    "record_noi_dung",
    "record_tai_lieu",
    "record_kiem_tra",
    "record_withdraw",
}
# Session and token as Django ships them; nobody needs an account to open these.
SIGN_IN = {"admin:login"}

STALE = {"sessionid": "mot-phien-da-het-han-tu-lau-0001", "csrftoken": "sai dang"}
MALFORMED = {"sessionid": "ngan", "csrftoken": "sai dang", "messages": "khong-phai-cua-chung-toi"}


def test_the_public_doors_are_these_and_no_others() -> None:
    assert {door.name for door in doors() if is_public(door.view)} == PUBLIC


def test_the_doors_to_sign_in_are_these_and_no_others() -> None:
    without_account = {door.name for door in doors() if not getattr(door.view, "login_required", True)}

    assert without_account - PUBLIC == SIGN_IN


def test_every_public_door_is_walked(world: World) -> None:
    assert set(world.addresses) == PUBLIC


@pytest.mark.parametrize("cookies", [STALE, MALFORMED], ids=["stale", "malformed"])
@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_a_public_door_gives_no_cookie_and_asks_for_none(world: World, name: str, cookies: dict[str, str]) -> None:
    client = Client()
    client.cookies.load(cookies)

    with CaptureQueriesContext(connection) as queries:
        answer = client.get(world.addresses[name], headers=FROM_OUR_PAGE)

    assert answer.status_code in ({302} if name == "short_link" else {200}), answer.headers.get("Location")
    assert not answer.cookies
    assert "cookie" not in answer.get("Vary", "").lower()
    assert [query["sql"] for query in queries if "django_session" in query["sql"]] == []


@pytest.mark.parametrize("cookies", [STALE, MALFORMED], ids=["stale", "malformed"])
@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_a_post_to_a_public_door_gives_no_cookie_either(world: World, name: str, cookies: dict[str, str]) -> None:
    client = Client()
    client.cookies.load(cookies)

    answer = client.post(world.addresses[name], {"eof": "1"}, headers=FROM_OUR_PAGE)

    assert answer.status_code < 500
    assert not answer.cookies
    assert "cookie" not in answer.get("Vary", "").lower()


@pytest.mark.parametrize("name", sorted(door.name for door in doors() if door.name not in PUBLIC | SIGN_IN))
@pytest.mark.django_db
def test_every_other_door_asks_to_sign_in(name: str) -> None:
    view = next(door.view for door in doors() if door.name == name)

    assert not is_public(view)
    assert getattr(view, "login_required", True)


@pytest.mark.parametrize("name", sorted(PUBLIC - {"healthz", "readyz"}))
def test_another_site_cannot_post_here(world: World, name: str) -> None:
    answer = Client().post(world.addresses[name], {"eof": "1"}, headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 403


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_every_answer_bears_the_policy(world: World, name: str) -> None:
    answer = Client().get(world.addresses[name], headers=FROM_OUR_PAGE)

    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"


PRIVATE = sorted(name for name in PUBLIC if name.startswith(("draft_", "receipt", "record_")))


@pytest.mark.parametrize("name", PRIVATE)
def test_a_private_page_is_kept_by_nobody(world: World, name: str) -> None:
    answer = Client().get(world.addresses[name], headers=FROM_OUR_PAGE)

    assert answer["Cache-Control"] == "no-store"
    assert "noindex" in answer["X-Robots-Tag"]
