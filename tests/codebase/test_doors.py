"""Who may come in without an account: the whole list, and what these doors give away."""

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.doors import is_public
from tests.codebase.doors import FROM_OUR_PAGE, World, doors

PUBLIC = {
    "healthz",
    "readyz",
    "metrics",
    "units",
    "front",
    "personal_data",
    "data_request_ask",
    "data_request",
    "campaign",
    "guide",
    "share_card",
    "badge",
    "board",
    "board_xlsx",
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
    "draft_recognition",
    "receipt",
    "receipt_png",
    "track",
    "record_door",
    "record_nguoi_nop",
    "record_noi_dung",
    "record_tai_lieu",
    "record_kiem_tra",
    "record_another",
    "record_withdraw",
    "record_certificate",
    "exemplar",
    "exemplar_card",
    "exemplar_picture",
    "exemplar_small",
    "gallery",
    "quarter",
    "quarters",
    "confirm_door",
    "confirm",
}
# Session and token as Django ships them; nobody needs an account to open these.
SIGN_IN = {"admin:login"}

# A visit is led elsewhere.
LEADS_ON = {"short_link": 302, "record_another": 303}

STALE = {"sessionid": "mot-phien-da-het-han-tu-lau-0001", "csrftoken": "sai dang"}
MALFORMED = {"sessionid": "ngan", "csrftoken": "sai dang", "messages": "khong-phai-cua-chung-toi"}


def test_the_public_doors_are_these_and_no_others() -> None:
    assert {door.name for door in doors() if is_public(door.view)} == PUBLIC


def test_the_doors_to_sign_in_are_these_and_no_others() -> None:
    without_account = {door.name for door in doors() if not getattr(door.view, "login_required", True)}

    assert without_account - PUBLIC == SIGN_IN


def test_every_public_door_is_walked(world: World) -> None:
    assert set(world.addresses) == PUBLIC


EACH_KIND_OF_COOKIE = pytest.mark.parametrize("cookies", [STALE, MALFORMED], ids=["stale", "malformed"])


@EACH_KIND_OF_COOKIE
def test_a_public_door_gives_no_cookie_and_asks_for_none(world: World, cookies: dict[str, str]) -> None:
    for name, address in world.addresses.items():
        client = Client()
        client.cookies.load(cookies)

        with CaptureQueriesContext(connection) as queries:
            answer = client.get(address, headers=FROM_OUR_PAGE)

        assert (name, answer.status_code) == (name, LEADS_ON.get(name, 200))
        assert (name, given_away(answer)) == (name, [])
        assert (name, [query["sql"] for query in queries if "django_session" in query["sql"]]) == (name, [])


@EACH_KIND_OF_COOKIE
def test_a_post_to_a_public_door_gives_no_cookie_either(world: World, cookies: dict[str, str]) -> None:
    for name, address in world.addresses.items():
        client = Client()
        client.cookies.load(cookies)

        answer = client.post(address, {"eof": "1"}, headers=FROM_OUR_PAGE)

        assert (name, answer.status_code < 500) == (name, True)
        assert (name, given_away(answer)) == (name, [])


def given_away(answer: HttpResponse) -> list[str]:
    """Cookies set, and `Cookie` where the answer says what it varies by."""
    varies = [part.strip() for part in answer.get("Vary", "").split(",")]
    return [*answer.cookies, *(part for part in varies if part.lower() == "cookie")]


def test_every_other_door_asks_to_sign_in() -> None:
    others = [door for door in doors() if door.name not in PUBLIC | SIGN_IN]

    assert len(others) > len(PUBLIC)
    assert [
        door.name for door in others if is_public(door.view) or not getattr(door.view, "login_required", True)
    ] == []


def test_another_site_can_post_nowhere(world: World) -> None:
    answers = {
        name: Client().post(address, {"eof": "1"}, headers={"Sec-Fetch-Site": "cross-site"}).status_code
        for name, address in world.addresses.items()
    }

    assert answers == dict.fromkeys(PUBLIC, 403)


def test_every_answer_bears_the_policy(world: World) -> None:
    for name, address in world.addresses.items():
        answer = Client().get(address, headers=FROM_OUR_PAGE)

        assert (name, "default-src 'none'" in answer["Content-Security-Policy"]) == (name, True)
        assert (name, answer["X-Content-Type-Options"]) == (name, "nosniff")
        assert (name, answer["Referrer-Policy"]) == (name, "same-origin")


def test_a_private_page_is_kept_by_nobody(world: World) -> None:
    private = {name for name in PUBLIC if name.startswith(("draft_", "receipt", "record_"))}

    assert len(private) == 16
    for name in private:
        answer = Client().get(world.addresses[name], headers=FROM_OUR_PAGE)
        assert (name, answer["Cache-Control"]) == (name, "no-store")
        assert (name, "noindex" in answer["X-Robots-Tag"]) == (name, True)
