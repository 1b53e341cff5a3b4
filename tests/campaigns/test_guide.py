"""The guide for workers: what one campaign asks, the steps with pictures of our own pages, and what people often ask."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from initiatives.campaigns import guide
from initiatives.models import Asked, Campaign
from orgtree.models import Unit
from tests.factories import ContactFactory
from tests.submission.worker import YEAR_2021, YEAR_2022, Worker, page

Clock = Callable[[str], datetime]
STATIC = Path(settings.BASE_DIR) / "static"
HEAVIEST = 12 * 1024
EACH_PICTURE = pytest.mark.parametrize("picture", guide.ALL, ids=[picture.name for picture in guide.ALL])


def shown(address: str) -> str:
    return page(Worker().get(address))


# --- the pictures -----------------------------------------------------------------------------------------------------


@EACH_PICTURE
def test_a_picture_is_there_light_and_as_wide_and_high_as_the_page_says(picture: guide.Picture) -> None:
    file = STATIC / picture.path

    assert file.stat().st_size <= HEAVIEST
    with Image.open(file) as opened:
        assert (opened.format, opened.size) == ("WEBP", (picture.width, picture.height))


@EACH_PICTURE
def test_a_picture_comes_late_in_its_own_room_and_can_be_heard(
    campaigns: dict[str, Campaign], at: Clock, picture: guide.Picture
) -> None:
    at("2022-03-02 08:00:00")

    text = shown(f"/{YEAR_2022}/huong-dan/")
    (tag,) = [tag for tag in text.split("<img")[1:] if f"/{picture.name}" in tag.split(">")[0]]

    for said in (f'width="{picture.width}"', f'height="{picture.height}"', f'alt="{picture.alt}"', 'loading="lazy"'):
        assert said in tag.split(">")[0]


def test_no_picture_lies_there_that_nobody_shows() -> None:
    assert {file.name for file in (STATIC / guide.PICTURES).iterdir()} == {f"{each.name}.webp" for each in guide.ALL}


# --- what a campaign asks ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("slug", "said", "not_said"),
    [
        (YEAR_2021, ["tối đa 1.000 ký tự", "ai công nhận, nếu đã được công nhận"], ["CCCD"]),
        (YEAR_2022, ["tối đa 2.000 ký tự", "Số căn cước công dân (CCCD) hoặc CMND. Không", "ai công nhận."], []),
    ],
    ids=["2021", "2022"],
)
def test_it_says_what_this_campaign_asks(
    campaigns: dict[str, Campaign], at: Clock, slug: str, said: list[str], not_said: list[str]
) -> None:
    at("2022-03-02 08:00:00")

    text = shown(f"/{slug}/huong-dan/")

    assert [words for words in said if words not in text] == []
    assert [words for words in not_said if words in text] == []


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"asks_national_id": Asked.OPTIONAL},
            "Số căn cước công dân (CCCD) hoặc CMND, không bắt buộc. Không cần chụp ảnh thẻ.",
        ),
        ({"asks_attachments": Asked.REQUIRED}, "Ảnh, PDF hoặc Word về sáng kiến."),
        ({"asks_attachments": Asked.OPTIONAL}, "Ảnh, PDF hoặc Word về sáng kiến, nếu có."),
        ({"asks_recognition": Asked.OPTIONAL}, "Ngày được công nhận và ai công nhận, nếu đã được công nhận."),
        ({"description_limit": 1500}, "Nội dung sáng kiến, tối đa 1.500 ký tự. Nên soạn sẵn trong Word rồi dán vào."),
    ],
    ids=str,
)
def test_what_to_have_at_hand_follows_the_campaign(changes: dict[str, str], sentence: str) -> None:
    assert sentence in guide.guide(Campaign(**changes)).at_hand


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"asks_national_id": Asked.OFF}, "căn cước"),
        ({"asks_recognition": Asked.OFF}, "công nhận"),
        ({"asks_attachments": Asked.OFF}, "PDF"),
    ],
    ids=str,
)
def test_what_is_not_asked_is_not_spoken_of(changes: dict[str, str], word: str) -> None:
    asked = Campaign(**(dict.fromkeys(("asks_national_id", "asks_recognition", "asks_attachments"), "optional")))

    assert word in " ".join(guide.guide(asked).at_hand)
    assert word not in " ".join(guide.guide(Campaign(**changes)).at_hand)


@pytest.mark.parametrize(("asked", "steps"), [(Asked.OFF, 3), (Asked.OPTIONAL, 4), (Asked.REQUIRED, 4)])
def test_there_are_as_many_steps_as_the_form_has(asked: str, steps: int) -> None:
    assert len(guide.guide(Campaign(asks_attachments=asked)).steps) == steps


def test_only_a_campaign_that_needs_recognition_tells_of_the_request(campaigns: dict[str, Campaign], at: Clock) -> None:
    at("2022-03-02 08:00:00")

    assert "Lưu và xem đơn để in" in shown(f"/{YEAR_2022}/huong-dan/")
    assert "Lưu và xem đơn để in" in shown(f"/{YEAR_2021}/huong-dan/")  # declared there
    campaigns[YEAR_2021].declarations.all().delete()
    without = shown(f"/{YEAR_2021}/huong-dan/")
    assert "Lưu và xem đơn để in" not in without
    assert "Chương trình này không đòi quyết định công nhận." in without


# --- the page ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/", f"/{YEAR_2022}/", f"/{YEAR_2022}/nop/"])
def test_it_is_found_from_where_one_begins(campaigns: dict[str, Campaign], at: Clock, address: str) -> None:
    at("2022-03-02 08:00:00")

    assert f'href="/{YEAR_2022}/huong-dan/"' in shown(address)


def test_it_knows_the_unit_and_who_is_near(campaigns: dict[str, Campaign], tree: dict[str, Unit], at: Clock) -> None:
    at("2022-03-02 08:00:00")
    ContactFactory(unit=tree["quang-tri"], name="Văn phòng tỉnh", phone="0233 385 0001", zalo="", facebook="")

    text = shown(f"/{YEAR_2022}/huong-dan/?don-vi=quang-tri/dong-ha")

    assert f'href="/{YEAR_2022}/nop/?don-vi=quang-tri/dong-ha"' in text
    assert text.index("Văn phòng tỉnh") < text.index("Bộ phận hỗ trợ chương trình")


def test_closed_it_offers_no_form(campaigns: dict[str, Campaign], at: Clock) -> None:
    at("2023-12-01 08:00:00")

    text = shown(f"/{YEAR_2022}/huong-dan/")

    assert "Đã đóng lúc" in text
    assert f'href="/{YEAR_2022}/nop/' not in text


def test_it_asks_few_statements(campaigns: dict[str, Campaign], at: Clock) -> None:
    at("2022-03-02 08:00:00")

    with CaptureQueriesContext(connection) as asked:
        Client().get(f"/{YEAR_2022}/huong-dan/?don-vi=quang-tri/dong-ha")

    assert len(asked) == 7  # campaign, phases, unit, contacts, extensions, declarations; how long it may be kept
