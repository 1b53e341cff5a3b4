"""When a request arrived, from whom, and what its line in the log says."""

import ipaddress
import logging
import re
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.test import Client, RequestFactory
from django.urls import path

from portal.doors import public
from portal.logs import MaskingFilter
from portal.requests import (
    arrival,
    client_address,
    client_network,
    current_id,
    in_app_browser,
    line_address,
    takes_all_in,
)
from portal.wsgi import application


@public
def tell(request: HttpRequest, anything: str = "") -> HttpResponse:
    return JsonResponse({"arrived": arrival(request).isoformat(), "id": request.request_id})


urlpatterns = [path("ke/", tell), path("nhap/<str:anything>/", tell), path("ho-so/<path:anything>", tell)]

with_these_addresses = pytest.mark.urls(__name__)
NEIGHBOUR = "127.0.0.1"


@pytest.fixture
def behind_a_proxy(settings: Any) -> None:
    settings.TRUSTED_PROXIES = [ipaddress.ip_network("127.0.0.1"), ipaddress.ip_network("10.0.0.0/8")]


@with_these_addresses
@pytest.mark.parametrize(
    ("told", "seconds_before"),
    [
        pytest.param("2.500", 2.5, id="a-slow-upload"),
        pytest.param("0", 0, id="at-once"),
        pytest.param("600", 600, id="at-the-cap"),
        pytest.param("601", 600, id="over-the-cap"),
        pytest.param("1e300", 600, id="absurd"),
        pytest.param("-5", 0, id="from-the-future"),
        pytest.param("inf", 0, id="infinite"),
        pytest.param("nan", 0, id="not-a-number"),
        pytest.param("2,5", 0, id="a-comma"),
        pytest.param("", 0, id="empty"),
    ],
)
def test_arrival_is_the_moment_the_first_byte_came_to_the_proxy(
    behind_a_proxy: None, at: Any, told: str, seconds_before: float
) -> None:
    now = at("2021-04-21 00:00:01")

    answer = Client().get("/ke/", headers={"X-Request-Elapsed": told})

    assert answer.json()["arrived"] == _utc(now - timedelta(seconds=seconds_before))


@with_these_addresses
@pytest.mark.parametrize(
    ("passed_on", "elapsed", "seconds_before"),
    [
        pytest.param(-4.0, "0.250", 4.25, id="four-seconds-in-the-queue"),
        pytest.param(-4.0, "", 4.0, id="nothing-said-of-the-upload"),
        pytest.param(-0.125, "120", 120.125, id="after-a-slow-upload"),
        pytest.param(0.0, "2.5", 2.5, id="no-queue"),
        pytest.param(-300.0, "400", 600, id="together-over-the-cap"),
        pytest.param(-600.0, "0", 600, id="at-the-cap"),
        pytest.param(-601.0, "2.5", 2.5, id="longer-than-anybody-waits"),
        pytest.param(3.0, "2.5", 2.5, id="a-clock-before-ours"),
    ],
)
def test_waiting_for_a_thread_of_ours_makes_nobody_late(
    behind_a_proxy: None, at: Any, passed_on: float, elapsed: str, seconds_before: float
) -> None:
    now = at("2021-04-21 00:00:01")
    told = {"X-Request-Start": f"t={now.timestamp() + passed_on:.3f}", "X-Request-Elapsed": elapsed}

    answer = Client().get("/ke/", headers=told)

    assert answer.json()["arrived"] == _utc(now - timedelta(seconds=seconds_before))


@with_these_addresses
@pytest.mark.parametrize(
    "told", ["", "t=", "t=abc", "t=nan", "t=inf", "t=-1", "t=0", "abc", "t=1618938001000", "t=1,5"]
)
def test_what_is_no_moment_is_not_believed(behind_a_proxy: None, at: Any, told: str) -> None:
    now = at("2021-04-21 00:00:01")

    answer = Client().get("/ke/", headers={"X-Request-Start": told, "X-Request-Elapsed": "2.5"})

    assert answer.json()["arrived"] == _utc(now - timedelta(seconds=2.5))


@with_these_addresses
def test_a_stranger_cannot_say_when_it_was_passed_on(at: Any) -> None:
    now = at("2021-04-21 00:00:01")

    answer = Client().get("/ke/", headers={"X-Request-Start": f"t={now.timestamp() - 60:.3f}"})

    assert answer.json()["arrived"] == _utc(now)


@with_these_addresses
def test_a_stranger_cannot_move_the_arrival(at: Any) -> None:
    now = at("2021-04-21 00:00:01")

    answer = Client().get("/ke/", headers={"X-Request-Elapsed": "60"})

    assert answer.json()["arrived"] == _utc(now)


@pytest.mark.parametrize(
    ("neighbour", "forwarded", "address"),
    [
        pytest.param(NEIGHBOUR, "203.0.113.7", "203.0.113.7", id="one-proxy"),
        pytest.param(NEIGHBOUR, "203.0.113.7, 10.1.2.3", "203.0.113.7", id="two-proxies"),
        pytest.param(NEIGHBOUR, "198.51.100.9, 203.0.113.7", "203.0.113.7", id="a-hop-the-phone-invented"),
        pytest.param(NEIGHBOUR, "", NEIGHBOUR, id="nothing-forwarded"),
        pytest.param(NEIGHBOUR, "khong-phai-dia-chi", NEIGHBOUR, id="no-address"),
        pytest.param(NEIGHBOUR, "2001:db8::5", "2001:db8::5", id="version-six"),
        pytest.param("203.0.113.50", "198.51.100.9", "203.0.113.50", id="no-proxy-of-ours"),
    ],
)
def test_the_phones_address_is_the_last_hop_no_proxy_of_ours_wrote(
    behind_a_proxy: None, neighbour: str, forwarded: str, address: str
) -> None:
    request = RequestFactory().get("/", headers={"X-Forwarded-For": forwarded}, REMOTE_ADDR=neighbour)

    assert client_address(request) == address


@pytest.mark.parametrize(
    ("address", "network"),
    [
        pytest.param("203.0.113.7", "203.0.113.7", id="version-four"),
        pytest.param("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", id="version-six"),
        pytest.param("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64", id="the-same-line"),
        pytest.param("2001:db8:1:3::1", "2001:db8:1:3::/64", id="another-line"),
        pytest.param("::ffff:203.0.113.7", "203.0.113.7", id="version-four-in-six"),
    ],
)
def test_a_line_of_version_six_is_one_neighbour(behind_a_proxy: None, address: str, network: str) -> None:
    request = RequestFactory().get("/", headers={"X-Forwarded-For": address}, REMOTE_ADDR=NEIGHBOUR)

    assert client_network(request) == network


def test_a_neighbour_without_an_address_is_one_all_the_same() -> None:
    assert client_network(RequestFactory().get("/", REMOTE_ADDR="")) == ""
    assert line_address(RequestFactory().get("/", REMOTE_ADDR="")) == ""


@pytest.mark.parametrize(
    ("neighbour", "address"),
    [
        pytest.param("203.0.113.7", "203.0.113.7", id="version-four"),
        pytest.param("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::", id="version-six"),
        pytest.param("::ffff:203.0.113.7", "203.0.113.7", id="version-four-in-six"),
        pytest.param("fe80::1%eth0", "fe80::", id="named-with-its-card"),
    ],
)
def test_a_line_is_named_by_its_first_address(neighbour: str, address: str) -> None:
    assert line_address(RequestFactory().get("/", REMOTE_ADDR=neighbour)) == address


def test_without_trusted_proxies_nobody_forwards() -> None:
    request = RequestFactory().get("/", headers={"X-Forwarded-For": "198.51.100.9"})

    assert client_address(request) == NEIGHBOUR


@with_these_addresses
def test_every_answer_bears_its_request_id_and_permissions() -> None:
    answer = Client().get("/ke/")

    assert answer["X-Request-Id"] == answer.json()["id"]
    assert re.fullmatch("[a-hjkmnp-z02-9]{8}", answer["X-Request-Id"])  # no two look alike; nine digits would be masked
    assert answer["Permissions-Policy"].startswith("geolocation=(), microphone=()")


@with_these_addresses
@pytest.mark.parametrize(
    ("address", "shown"),
    [
        pytest.param("/nhap/b7Jq2kX9/", "/nhap/…/", id="draft"),
        pytest.param("/ho-so/Im1v:1qa:sig-0_a/", "/ho-so/…/", id="signed-record"),
        pytest.param("/ke/", "/ke/", id="an-open-page"),
    ],
)
def test_the_access_log_shows_no_private_link(address: str, shown: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="portal.requests")
    caplog.handler.addFilter(MaskingFilter())

    Client().get(address, headers={"Referer": f"http://testserver{address}"})

    told = [record.told for record in caplog.records if record.name == "portal.requests"][-1]
    assert (told["method"], told["path"], told["status"]) == ("GET", shown, 200)


@with_these_addresses
def test_the_id_that_our_nginx_gave_is_kept(behind_a_proxy: None) -> None:
    answer = Client().get("/ke/", headers={"X-Request-ID": "9f3c1a77"})

    assert answer["X-Request-ID"] == answer.json()["id"] == "9f3c1a77"


@with_these_addresses
def test_a_stranger_cannot_name_a_request() -> None:
    answer = Client().get("/ke/", headers={"X-Request-ID": "9f3c1a77"})

    assert answer["X-Request-ID"] != "9f3c1a77"


@with_these_addresses
@pytest.mark.parametrize(
    "told",
    ["", "abc", "a" * 33, "9F3C1A77", "9f3c1a77\n", '9f3c1a77", "level": "x', "9f3c 1a77", "٩٣٣٣٣٣٣٣", "<b>12345</b>"],
)
def test_what_is_no_id_is_not_believed(behind_a_proxy: None, told: str) -> None:
    answer = Client().get("/ke/", HTTP_X_REQUEST_ID=told)

    assert re.fullmatch("[a-hjkmnp-z02-9]{8}", answer["X-Request-ID"])


@with_these_addresses
def test_an_id_belongs_to_its_request_alone() -> None:
    ids = {Client().get("/ke/")["X-Request-ID"] for _ in range(20)}

    assert len(ids) == 20
    assert current_id.get() == ""


@pytest.mark.parametrize(("asked", "status"), [("/healthz", 200), ("/metrics", 200), ("/", 400)])
@pytest.mark.django_db
def test_machines_call_the_portal_by_its_address(settings: Any, asked: str, status: int) -> None:
    """Prometheus and whoever looks at a single host; people call it by its name."""
    settings.ALLOWED_HOSTS = ["sangkien.example"]
    said: list[str] = []
    environ = {**RequestFactory()._base_environ(), "PATH_INFO": asked, "HTTP_HOST": "10.0.0.5:8001"}

    application(environ, lambda status, headers: said.append(status))

    assert int(said[0].split()[0]) == status


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


# --- what nobody read -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("neighbour", "told", "left"),
    [("127.0.0.1", "300000", 0), ("203.0.113.9", "300000", 300_000), ("127.0.0.1", "", 300_000)],
    ids=["passed on by a proxy that has it all", "from a phone itself", "no body announced"],
)
def test_what_nobody_read_is_taken_in_before_the_answer_goes_out(
    behind_a_proxy: None, neighbour: str, told: str, left: int
) -> None:
    body = BytesIO(b"a" * 300_000)
    asked = RequestFactory().post("/", REMOTE_ADDR=neighbour).environ | {"CONTENT_LENGTH": told, "wsgi.input": body}

    answer = takes_all_in(lambda environ, start_response: ["answered"])(asked, None)

    assert answer == ["answered"]
    assert len(body.read()) == left


def test_no_more_is_taken_in_than_a_proxy_passes_on(behind_a_proxy: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.requests.MOST_TAKEN_IN", 100_000)
    body = BytesIO(b"a" * 300_000)
    asked = RequestFactory().post("/").environ | {"CONTENT_LENGTH": "300000", "wsgi.input": body}

    takes_all_in(lambda environ, start_response: [])(asked, None)

    assert body.tell() == 2 * 64 * 1024


# --- in an app ------------------------------------------------------------------------------------------------------

ANDROID = "Mozilla/5.0 (Linux; Android 9; SM-A105F) AppleWebKit/537.36 Version/4.0 Chrome/74.0 Mobile Safari/537.36"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 13_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148"
AGENTS = [
    ("", f"{ANDROID}"),
    ("", f"{IPHONE} Version/13.0 Safari/604.1"),
    ("", ""),
    ("Zalo", f"{ANDROID} Zalo android/12100700 ZaloTheme/light ZaloLanguage/vi"),
    ("Zalo", f"{IPHONE} Zalo iOS/510 ZaloTheme/light ZaloLanguage/vn"),
    ("Facebook", f"{ANDROID} [FB_IAB/FB4A;FBAV/309.0.0.47.119;]"),
    ("Facebook", f"{IPHONE} [FBAN/FBIOS;FBDV/iPhone11,8;FBMD/iPhone;FBSN/iOS]"),
    ("Messenger", f"{ANDROID} [FB_IAB/Orca-Android;FBAV/300.0.0.17.118;]"),
    ("Messenger", f"{IPHONE} [FBAN/MessengerForiOS;FBAV/300.0.0.48.114]"),
    ("Instagram", f"{ANDROID} Instagram 123.0.0.21.114 Android"),
    ("TikTok", f"{ANDROID} trill_2021 JsSdk/1.0 NetType/WIFI Channel/googleplay AppName/musical_ly"),
    ("Line", f"{IPHONE} Safari Line/11.1.0"),
]


@pytest.mark.parametrize(("app", "agent"), AGENTS)
def test_an_apps_own_browser_is_known_by_what_it_says(app: str, agent: str) -> None:
    assert in_app_browser(RequestFactory().get("/", headers={"User-Agent": agent})) == app
