"""The picture shown with a link to a campaign: whole, light, the same for weeks, and never of a private page."""

import io
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from initiatives.campaigns import share_card
from initiatives.campaigns.share_card import Told
from initiatives.models import Campaign, Phase
from tests.codebase.doors import FROM_OUR_PAGE, make_world
from tests.submission.worker import YEAR_2022, page

Clock = Callable[[str], datetime]
MOST_BYTES = 60 * 1024
ADDRESS = f"/{YEAR_2022}/the-chia-se.png"
LONGEST = Campaign._meta.get_field("name").max_length
NAMES = ["Sáng kiến", "Vượt khó, phát triển, " * 9 + "01", "Ngh" * 66 + "ng"]


def of_page(text: str) -> dict[str, str]:
    return {
        name: unescape(told) for name, told in re.findall(r'<meta (?:property|name)="([^"]+)" content="([^"]*)"', text)
    }


@pytest.mark.parametrize("name", NAMES, ids=["short", "longest", "one word"])
def test_a_card_is_whole_and_light(name: str) -> None:
    drawn = share_card.drawn(Told(name, "Nhận từ 7h00 ngày 8/1/2022 đến 24h00 ngày 1/9/2023", "sangkien.vn/1trieu/"))

    with Image.open(io.BytesIO(drawn)) as picture:
        assert (picture.format, picture.size) == ("PNG", (1200, 630))
        edge = picture.convert("RGB").crop((1200 - 40, share_card.HEAD + 2, 1200, 630 - share_card.FOOT - 2))
    assert edge.getcolors() == [(edge.width * edge.height, (255, 255, 255))]
    assert len(drawn) < MOST_BYTES
    assert len(name) <= LONGEST


def test_the_names_tried_are_as_long_as_a_name_may_be() -> None:
    assert max(map(len, NAMES)) == LONGEST


def test_it_tells_the_window_in_words(campaigns: dict[str, Campaign], settings: Any) -> None:
    campaign = campaigns[YEAR_2022]

    settings.SITE_URL = "https://sangkien.vi-du.vn"

    told = share_card.told(campaign, list(campaign.phases.all()))

    assert told == Told(
        campaign.name, "Nhận từ 7h00 ngày 8/1/2022 đến 24h00 ngày 1/9/2023", "sangkien.vi-du.vn/1trieu/"
    )


def test_a_campaign_without_phases_has_a_card_as_well(campaigns: dict[str, Campaign]) -> None:
    told = share_card.told(campaigns[YEAR_2022], [])

    assert told.window == ""
    assert share_card.drawn(told)


def test_the_page_names_it_with_whole_addresses(campaigns: dict[str, Campaign], at: Clock, settings: Any) -> None:
    settings.SITE_URL = "https://sangkien.vi-du.vn"
    at("2022-03-02 08:00:00")

    told = of_page(page(Client().get(f"/{YEAR_2022}/?don-vi=quang-tri")))
    image = told["og:image"]
    answer = Client().get(image.removeprefix(settings.SITE_URL))

    assert image.startswith(f"https://sangkien.vi-du.vn{ADDRESS}?ban=")
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert told["og:url"] == f"https://sangkien.vi-du.vn/{YEAR_2022}/"
    assert (told["og:image:width"], told["og:image:height"], told["og:image:type"]) == ("1200", "630", "image/png")
    assert told["twitter:card"] == "summary_large_image"
    assert campaigns[YEAR_2022].name in told["og:image:alt"]


def test_it_is_kept_and_asked_for_anew_only_when_it_reads_differently(
    campaigns: dict[str, Campaign], at: Clock
) -> None:
    at("2022-03-02 08:00:00")
    first = Client().get(ADDRESS)
    at("2023-12-31 08:00:00")
    later = Client().get(ADDRESS, headers={"If-None-Match": first["ETag"]})
    Phase.objects.filter(campaign=campaigns[YEAR_2022]).update(closes_at=later_by(campaigns[YEAR_2022], days=3))
    extended = Client().get(ADDRESS, headers={"If-None-Match": first["ETag"]})

    assert (later.status_code, later.content, later["Cache-Control"]) == (304, b"", first["Cache-Control"])
    assert (extended.status_code, extended["ETag"] != first["ETag"]) == (200, True)


def later_by(campaign: Campaign, *, days: int) -> datetime:
    return max(phase.closes_at for phase in campaign.phases.all()) + timedelta(days=days)


def test_it_asks_two_statements_and_none_of_a_campaign_that_is_not_shown(campaigns: dict[str, Campaign]) -> None:
    with CaptureQueriesContext(connection) as asked:
        Client().get(ADDRESS)
    Campaign.objects.update(is_published=False)

    assert len(asked) == 2
    assert Client().get(ADDRESS).status_code == 404


@pytest.mark.django_db
def test_a_private_page_has_no_card() -> None:
    world = make_world()
    private = {name for name in world.addresses if name.startswith(("draft_", "receipt", "record_", "begin"))}
    told = {name: Client().get(world.addresses[name], headers=FROM_OUR_PAGE) for name in private}

    assert [name for name, answer in told.items() if b'"og:' in answer.content] == []
    assert b'"og:image"' in Client().get(world.addresses["campaign"]).content
