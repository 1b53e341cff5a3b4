"""How long it still is, as a campaign's pages count it down: never more than is left, and the same for everybody for a minute."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.http import HttpResponse
from django.test import Client

from initiatives.campaigns.countdowns import countdown
from initiatives.campaigns.windows import State, Verdict
from initiatives.models import Campaign
from portal.vietnamese.days import VIETNAM
from tests.submission.worker import YEAR_2022, page

Clock = Callable[[str], datetime]
AT = datetime(2022, 3, 2, 8, 0, 30, tzinfo=VIETNAM)


@pytest.mark.parametrize(
    ("left", "seconds", "text"),
    [
        (timedelta(days=12, hours=3, minutes=59, seconds=59), 12 * 86400 + 3 * 3600 + 59 * 60, "Còn 12 ngày 3 giờ."),
        (timedelta(days=1), 86400, "Còn 1 ngày."),
        (timedelta(hours=23, minutes=5, seconds=1), 23 * 3600 + 300, "Còn 23 giờ 5 phút."),
        (timedelta(hours=1, seconds=1), 3600, "Còn 1 giờ."),
        (timedelta(minutes=59, seconds=59), 3599, "Còn 59 phút."),
        (timedelta(seconds=30), 30, "Còn 1 phút."),
    ],
    ids=str,
)
def test_what_is_open_says_how_long(left: timedelta, seconds: int, text: str) -> None:
    told = countdown(Verdict(State.OPEN, AT, closes_at=AT + left))

    assert told is not None
    assert (told.seconds, told.text, told.epoch) == (seconds, text, int((AT + left).timestamp()))


@pytest.mark.parametrize(
    ("window", "text"),
    [
        (Verdict(State.OPEN_FOR_SOME, AT, closes_at=AT + timedelta(days=2)), "Còn 2 ngày."),
        (Verdict(State.NOT_YET, AT, opens_at=AT + timedelta(days=9, hours=2)), "Mở sau 9 ngày 2 giờ."),
        (Verdict(State.CLOSED, AT, opens_at=AT + timedelta(hours=7), closed_at=AT), "Mở sau 7 giờ."),
        (Verdict(State.CLOSED, AT, closed_at=AT - timedelta(days=1)), None),
        (Verdict(State.CLOSED, AT, paused=True), None),
    ],
    ids=["for some", "not yet", "between two phases", "closed", "paused"],
)
def test_what_is_not_open_says_when_it_opens(window: Verdict, text: str | None) -> None:
    told = countdown(window)

    assert (told and told.text) == text


def asked(address: str, **headers: str) -> HttpResponse:
    return Client().get(address, headers=headers)


@pytest.mark.parametrize("address", ["/", f"/{YEAR_2022}/"])
def test_the_page_says_it_without_scripts_too(campaigns: dict[str, Campaign], at: Clock, address: str) -> None:
    at("2022-05-20 20:40:00")

    text = page(asked(address))

    assert re.findall(r'<span role="timer"[^>]*>([^<]*)</span>', text) == ["Còn 11 ngày 3 giờ."]


@pytest.mark.parametrize("address", ["/", f"/{YEAR_2022}/", f"/{YEAR_2022}/huong-dan/"])
def test_within_a_minute_it_is_the_same_page(campaigns: dict[str, Campaign], at: Clock, address: str) -> None:
    at("2022-03-02 08:00:01")
    first = asked(address)
    at("2022-03-02 08:00:58")
    again = asked(address, **{"If-None-Match": first["ETag"]})

    assert first["Cache-Control"] == "no-cache"
    assert (again.status_code, again.content) == (304, b"")


def test_a_minute_later_it_is_another(campaigns: dict[str, Campaign], at: Clock) -> None:
    at("2022-03-02 08:00:01")
    first = asked(f"/{YEAR_2022}/")
    at("2022-03-02 08:01:01")

    assert asked(f"/{YEAR_2022}/", **{"If-None-Match": first["ETag"]}).status_code == 200
