"""The badge: the live total in anybody's frame, cheap, kept a minute by whoever stands between."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from initiatives.models import Campaign
from initiatives.progress import tally
from tests.codebase.doors import FROM_OUR_PAGE, World, make_world
from tests.factories import InitiativeFactory
from tests.submission.worker import YEAR_2022, page

Clock = Callable[[str], datetime]
ADDRESS = f"/{YEAR_2022}/huy-hieu/"
SMALL = 1200  # bytes of the page


@pytest.fixture
def campaign(campaigns: dict[str, Campaign], at: Clock) -> Campaign:
    """Three received, counted."""
    moment = at("2022-03-02 08:00:00")
    InitiativeFactory.create_batch(3, campaign=campaigns[YEAR_2022], submitted_at=moment)
    tally.refresh(campaigns[YEAR_2022], at=moment)
    return campaigns[YEAR_2022]


def embedded(**headers: str) -> HttpResponse:
    """As a browser asks for it in a frame of another site."""
    return Client().get(ADDRESS, headers={"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "iframe"} | headers)


def may_be_framed(answer: HttpResponse) -> bool:
    return "frame-ancestors *" in answer["Content-Security-Policy"] and "X-Frame-Options" not in answer


def test_it_shows_the_total_and_its_moment(campaign: Campaign) -> None:
    text = page(embedded())

    assert "<b>3</b> <span>sáng kiến đã nhận</span>" in text
    assert "Tính đến 8h00 ngày 2/3/2022" in text
    assert f'href="/{YEAR_2022}/"' in text


def test_the_short_address_shows_the_same(campaign: Campaign) -> None:
    assert Client().get("/1trieu/huy-hieu/").content == embedded().content


def test_it_is_small_and_asks_two_statements(campaign: Campaign, settings: Any) -> None:
    settings.TALLY_BESIDE_THE_ANSWER = True  # as it runs; nothing is old enough to be counted

    with CaptureQueriesContext(connection) as asked:
        answer = embedded()

    assert len(asked) == 2
    assert len(answer.content) < SMALL
    assert (dict(answer.cookies), answer.get("Vary", "")) == ({}, "")


def test_it_may_be_kept_for_a_minute_and_asked_again_for_nothing(campaign: Campaign, at: Clock) -> None:
    first = embedded()
    again = embedded(**{"If-None-Match": first["ETag"]})
    InitiativeFactory(campaign=campaign, submitted_at=at("2022-03-02 08:02:00"))
    changed = embedded(**{"If-None-Match": first["ETag"]})

    assert first["Cache-Control"] == "public, max-age=60"
    assert (again.status_code, again.content, again["Cache-Control"]) == (304, b"", first["Cache-Control"])
    assert (changed.status_code, changed["ETag"] != first["ETag"]) == (200, True)


def test_an_answer_that_did_not_change_may_be_framed_as_well(campaign: Campaign) -> None:
    """A cache takes the headers of a 304 for its own."""
    first = embedded()

    assert may_be_framed(first)
    assert may_be_framed(embedded(**{"If-None-Match": first["ETag"]}))


def test_nothing_else_of_the_policy_is_loosened(campaign: Campaign) -> None:
    policy = embedded()["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "style-src 'self'" in policy
    assert "style=" not in page(embedded())


def test_a_campaign_that_is_not_published_has_no_badge(campaign: Campaign) -> None:
    Campaign.objects.update(is_published=False)

    assert embedded().status_code == 404
    assert not may_be_framed(embedded())


@pytest.mark.django_db
def test_it_is_the_only_page_that_may_be_framed() -> None:
    world: World = make_world()

    framed = {
        name for name, each in world.addresses.items() if may_be_framed(Client().get(each, headers=FROM_OUR_PAGE))
    }

    assert framed == {"badge"}
