"""Who comes in: the mark is asked first, other sites cannot post, everything else asks for an account."""

from typing import Any

import pytest
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import include, path

from portal.doors import comes_from_our_page, public
from tests.factories import StaffAccountFactory


@public
def open_to_all(request: HttpRequest) -> HttpResponse:
    return HttpResponse("mở")


@login_not_required
def sign_in_door(request: HttpRequest) -> HttpResponse:
    return HttpResponse("đăng nhập")


def closed(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"xin chào {request.user}")


urlpatterns = [
    path("mo/", open_to_all),
    path("cua/", sign_in_door),
    path("kin/", closed),
    path("", include("portal.urls")),
]

with_these_doors = pytest.mark.urls(__name__)
STALE = {"sessionid": "mot-phien-da-het-han-tu-lau", "csrftoken": "sai dang"}
MALFORMED = {"sessionid": "ngan", "csrftoken": "sai dang"}

FOREIGN = {
    "another-origin": {"Origin": "https://la.example"},
    "our-name-with-a-tail": {"Origin": "http://testserver.la.example"},
    "our-name-another-port": {"Origin": "http://testserver:8443"},
    "cross-site": {"Sec-Fetch-Site": "cross-site"},
    "cross-site-with-null-origin": {"Sec-Fetch-Site": "cross-site", "Origin": "null"},
    "foreign-origin-said-to-be-ours": {"Sec-Fetch-Site": "same-origin", "Origin": "https://la.example"},
}
OURS = {
    "nothing-told": {},
    "null-origin-of-an-in-app-browser": {"Origin": "null"},
    "our-origin": {"Origin": "http://testserver"},
    "same-origin": {"Sec-Fetch-Site": "same-origin"},
    "typed-address": {"Sec-Fetch-Site": "none"},
}


@with_these_doors
@pytest.mark.parametrize("headers", FOREIGN.values(), ids=FOREIGN)
def test_another_site_cannot_post_through_a_public_door(headers: dict[str, str]) -> None:
    assert Client().post("/mo/", headers=headers).status_code == 403


@with_these_doors
@pytest.mark.parametrize("headers", OURS.values(), ids=OURS)
def test_a_page_of_ours_posts_without_cookie_or_token(headers: dict[str, str]) -> None:
    assert Client(enforce_csrf_checks=True).post("/mo/", headers=headers).content.decode() == "mở"


@with_these_doors
@pytest.mark.parametrize("headers", FOREIGN.values(), ids=FOREIGN)
def test_a_link_on_another_site_leads_here(headers: dict[str, str]) -> None:
    assert Client().get("/mo/", headers=headers).status_code == 200


@with_these_doors
@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("cookies", [{}, STALE, MALFORMED], ids=["none", "stale", "malformed"])
def test_a_public_door_reads_no_session_and_sets_no_cookie(method: str, cookies: dict[str, str]) -> None:
    client = Client()
    client.cookies.load(cookies)

    with CaptureQueriesContext(connection) as queries:
        answer = getattr(client, method)("/mo/")

    assert (answer.status_code, len(queries)) == (200, 0)
    assert not answer.cookies
    assert "Cookie" not in answer.get("Vary", "")


@with_these_doors
@pytest.mark.django_db
@pytest.mark.parametrize("cookies", [{}, STALE], ids=["nobody", "stale"])
def test_a_closed_door_sends_to_sign_in_and_back(cookies: dict[str, str]) -> None:
    client = Client()
    client.cookies.load(cookies)

    answer = client.get("/kin/?trang=2")

    assert (answer.status_code, answer["Location"]) == (302, "/admin/login/?next=/kin/%3Ftrang%3D2")


@with_these_doors
def test_a_closed_door_opens_to_a_signed_in_account(client_as: Any) -> None:
    account = StaffAccountFactory(username="lan-anh")

    assert client_as(account).get("/kin/").content.decode() == "xin chào lan-anh"


@with_these_doors
def test_a_closed_account_stays_outside(client_as: Any) -> None:
    account = StaffAccountFactory()
    client = client_as(account)
    account.is_active = False
    account.save()

    assert client.get("/kin/").status_code == 302


@with_these_doors
@pytest.mark.django_db
def test_the_sign_in_door_asks_for_nobody() -> None:
    assert Client().get("/cua/").content.decode() == "đăng nhập"


@with_these_doors
@pytest.mark.django_db
def test_the_sign_in_door_keeps_djangos_token() -> None:
    assert Client(enforce_csrf_checks=True).post("/cua/").status_code == 403


@pytest.mark.parametrize(
    ("headers", "ours"),
    [
        pytest.param({"Sec-Fetch-Site": "same-origin"}, True, id="same-origin"),
        pytest.param({"Sec-Fetch-Site": "none"}, False, id="typed-or-from-a-chat"),
        pytest.param({"Sec-Fetch-Site": "cross-site"}, False, id="another-site"),
        pytest.param(
            {"Sec-Fetch-Site": "none", "Referer": "http://testserver/nop/"}, False, id="the-browser-knows-better"
        ),
        pytest.param({"Referer": "http://testserver/nop/"}, True, id="old-browser-from-our-page"),
        pytest.param({"Referer": "http://testserver.la.example/"}, False, id="old-browser-from-a-name-like-ours"),
        pytest.param({"Referer": "https://la.example/"}, False, id="old-browser-from-elsewhere"),
        pytest.param({}, False, id="nothing-told"),
    ],
)
def test_a_step_page_knows_whether_our_page_sent_the_browser(headers: dict[str, str], ours: bool) -> None:
    assert comes_from_our_page(RequestFactory().get("/", headers=headers)) is ours
