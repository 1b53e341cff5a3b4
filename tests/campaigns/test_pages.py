"""The front page and a campaign's page: window, total, guidance, who to call; flat in statements."""

import gzip
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import brotli
import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from initiatives.campaigns.guidance import Block, blocks
from initiatives.models import Campaign
from initiatives.progress import tally
from orgtree.models import Unit
from portal.bundles import joined
from tests.factories import CampaignFactory, ContactFactory, InitiativeFactory
from tests.submission.worker import IN_2022, YEAR_2021, YEAR_2022, Worker, page, person

Clock = Callable[[str], datetime]


def shown(address: str) -> str:
    return page(Worker().get(address))


# --- the front page -------------------------------------------------------------------------------------------------

FRONT = [
    ("2021-03-01 12:00:00", {"ahead": [YEAR_2021, YEAR_2022], "open": [], "over": []}),
    ("2021-04-20 23:59:59", {"ahead": [YEAR_2022], "open": [YEAR_2021], "over": []}),
    ("2021-04-22 10:00:00", {"ahead": [YEAR_2022], "open": [YEAR_2021], "over": []}),
    ("2022-01-08 06:59:59", {"ahead": [YEAR_2022], "open": [], "over": [YEAR_2021]}),
    ("2022-01-08 07:00:00", {"ahead": [], "open": [YEAR_2022], "over": [YEAR_2021]}),
    ("2022-06-01 03:00:00", {"ahead": [], "open": [], "over": [YEAR_2021, YEAR_2022]}),
    ("2023-09-02 00:00:00", {"ahead": [], "open": [], "over": [YEAR_2021, YEAR_2022]}),
]


@pytest.mark.parametrize(("text", "places"), FRONT, ids=[text for text, _ in FRONT])
def test_the_front_page_sorts_campaigns_by_the_clock(
    campaigns: dict[str, Campaign], at: Clock, text: str, places: dict[str, list[str]]
) -> None:
    at(text)

    context = Worker().get("/").context

    assert {place: sorted(each.campaign.slug for each in context[place]) for place in places} == {
        place: sorted(slugs) for place, slugs in places.items()
    }


def test_the_front_page_offers_the_form_only_where_something_is_open(campaigns: dict[str, Campaign], at: Clock) -> None:
    at("2022-01-08 06:59:59")
    before = shown("/")
    at("2022-01-08 07:00:00")
    after = shown("/")

    assert f"/{YEAR_2022}/nop/" not in before
    assert "Chưa mở. Bắt đầu nhận lúc 7h00 ngày 8/1/2022." in before
    assert f"/{YEAR_2022}/nop/" in after


def test_a_campaign_that_is_not_published_is_nowhere(campaigns: dict[str, Campaign], at: Clock) -> None:
    at("2022-01-08 07:00:00")
    Campaign.objects.filter(slug=YEAR_2022).update(is_published=False)

    assert YEAR_2022 not in shown("/")
    for address in (f"/{YEAR_2022}/", f"/{YEAR_2022}/nop/", f"/{YEAR_2022}/qr.svg", "/1trieu/"):
        assert Worker().get(address).status_code == 404


def test_the_front_page_counts_what_was_received(campaigns: dict[str, Campaign], at: Clock) -> None:
    at("2022-03-02 08:00:00")
    InitiativeFactory.create_batch(3, campaign=campaigns[YEAR_2022])

    assert "Đã nhận 3 sáng kiến, tính đến 8h00 ngày 2/3/2022." in shown("/")


def test_numbers_are_shown_as_they_were_counted_and_counted_anew_after_a_minute(
    campaigns: dict[str, Campaign], at: Clock
) -> None:
    tally.refresh(campaigns[YEAR_2022], at=at("2022-03-02 08:00:00"))
    InitiativeFactory(campaign=campaigns[YEAR_2022], submitted_at=at("2022-03-02 08:00:30"))

    at("2022-03-02 08:01:00")
    within_a_minute = shown(f"/{YEAR_2022}/")
    at("2022-03-02 08:01:01")
    later = shown(f"/{YEAR_2022}/")

    assert ("<b>0</b> sáng kiến đã nhận" in within_a_minute, "Tính đến 8h00 ngày 2/3/2022" in within_a_minute) == (
        True,
        True,
    )
    assert ("<b>1</b> sáng kiến đã nhận" in later, "Tính đến 8h01 ngày 2/3/2022" in later) == (True, True)


@pytest.mark.parametrize("address", ["/", f"/{YEAR_2022}/", f"/{YEAR_2022}/?don-vi=quang-tri/dong-ha"])
def test_a_page_asks_the_same_statements_for_one_initiative_and_for_many(
    campaigns: dict[str, Campaign], tree: dict[str, Unit], at: Clock, address: str
) -> None:
    moment = at("2022-03-02 08:00:00")
    counts = []
    for more in (1, 8):
        for n in range(more):
            unit = tree["quang-tri/dong-ha"] if n % 2 else tree["dien-bien"]
            InitiativeFactory(campaign=campaigns[YEAR_2022], unit=unit)
            ContactFactory(unit=unit)
        for campaign in campaigns.values():
            tally.refresh(campaign, at=moment, everything=True)
        with CaptureQueriesContext(connection) as asked:
            Client().get(address)
        counts.append(len(asked))

    assert counts[0] == counts[1]
    assert counts[0] <= 10  # one of them for how long it may be kept


def test_the_front_page_asks_the_same_statements_for_more_campaigns(campaigns: dict[str, Campaign], at: Clock) -> None:
    moment = at("2022-03-02 08:00:00")
    counts = []
    for _ in range(2):
        for campaign in Campaign.objects.all():
            tally.refresh(campaign, at=moment)
        with CaptureQueriesContext(connection) as asked:
            Client().get("/")
        counts.append(len(asked))
        CampaignFactory.create_batch(4)

    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("address", "script", "most"),
    [("/", "campaign.js", 14), (f"/{YEAR_2022}/", "campaign.js", 14), (f"/{YEAR_2022}/huong-dan/", None, 16)],
    ids=["front", "campaign", "guide"],
)
def test_a_first_visit_weighs_little(
    campaigns: dict[str, Campaign], at: Clock, address: str, script: str | None, most: int
) -> None:
    """As it travels: the page by gzip, files by brotli. Pictures of the guide come later, one by one."""
    at("2022-03-02 08:00:00")

    sent = gzip.compress(Worker().get(address).content, 6)
    files = [joined(name).encode() for name in ("portal.css", script) if name]
    files.append((Path(settings.BASE_DIR) / "static" / "img" / "favicon.svg").read_bytes())

    assert len(sent) + sum(len(brotli.compress(file)) for file in files) < most * 1024


# --- a campaign's page ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [f"/{YEAR_2022}/", "/1trieu/"])
def test_a_campaign_stands_at_its_address_and_at_the_short_one(
    campaigns: dict[str, Campaign], at: Clock, address: str
) -> None:
    at("2022-03-02 08:00:00")

    text = shown(address)

    assert f"<h1>{campaigns[YEAR_2022].name}</h1>" in text
    assert "Từ 7h00 ngày 8/1/2022 đến 24h00 ngày 31/5/2022" in text
    assert "Từ 7h00 ngày 1/6/2022 đến 24h00 ngày 1/9/2023" in text


def test_a_campaign_says_what_counts_the_steps_the_choices_and_who_to_call(
    campaigns: dict[str, Campaign], tree: dict[str, Unit], at: Clock
) -> None:
    at("2022-03-02 08:00:00")
    ContactFactory(unit=tree["quang-tri"], name="Văn phòng tỉnh", phone="0233 385 0001")

    text = shown(f"/{YEAR_2022}/?don-vi=quang-tri/dong-ha")

    assert "<h2>Sáng kiến nào được tham gia</h2>" in text
    for choice in campaigns[YEAR_2022].choices.filter(list="target_group"):
        assert choice.label in text
    for declaration in campaigns[YEAR_2022].declarations.all():
        assert declaration.text in text
    assert 'href="tel:02333850001"' in text
    assert text.index("Văn phòng tỉnh") < text.index("Bộ phận hỗ trợ chương trình")


def test_while_some_units_are_open_the_page_names_them(campaigns: dict[str, Campaign], at: Clock) -> None:
    at("2021-04-22 10:00:00")

    text = shown(f"/{YEAR_2021}/")

    assert re.findall(rf'href="(/{YEAR_2021}/nop/[^"]*)">Nộp sáng kiến cho [^<]*Điện Biên</a>', text) == [
        f"/{YEAR_2021}/nop/?don-vi=dien-bien"
    ]
    assert f'href="/{YEAR_2021}/nop/">' not in text


@pytest.mark.parametrize("code", ["khong-co", "../../etc", "quang-tri' OR 1=1", "a" * 5000, "", "QUANG-TRI", "ü"])
def test_an_unknown_unit_in_the_address_is_no_unit(campaigns: dict[str, Campaign], at: Clock, code: str) -> None:
    at("2022-03-02 08:00:00")

    answer = Client().get(f"/{YEAR_2022}/", {"don-vi": code})

    assert (answer.status_code, answer.context["unit"]) == (200, None)


def test_nul_in_the_address_is_refused(campaigns: dict[str, Campaign]) -> None:
    assert Client().get(f"/{YEAR_2022}/?don-vi=a%00b").status_code == 400
    assert Client().get("/?x=%00").status_code == 400


def test_what_staff_write_as_guidance_is_text_and_never_markup(campaigns: dict[str, Campaign], at: Clock) -> None:
    at("2022-03-02 08:00:00")
    Campaign.objects.filter(slug=YEAR_2022).update(guidance="# <b>Đầu</b>\n- <script>alert(1)</script>")

    text = shown(f"/{YEAR_2022}/")

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "<script>alert" not in text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("Một đoạn", [Block(paragraph="Một đoạn")]),
        ("Một dòng\nhai dòng", [Block(paragraph="Một dòng hai dòng")]),
        ("# Đầu\n- a\n- b", [Block(heading="Đầu"), Block(points=("a", "b"))]),
        ("# Đầu\r\nLời\r\n\r\nĐoạn sau", [Block(heading="Đầu"), Block(paragraph="Lời"), Block(paragraph="Đoạn sau")]),
        ("Mở:\n- a", [Block(paragraph="Mở:"), Block(points=("a",))]),
        ("\n\n\n  \n", []),
    ],
    ids=["nothing", "paragraph", "lines", "heading and points", "CRLF", "points after words", "blank"],
)
def test_guidance_is_headings_paragraphs_and_points(text: str, expected: list[Block]) -> None:
    assert blocks(text) == expected


@pytest.mark.parametrize("typed", ["75Nghin", "75NGHIN", YEAR_2021.upper(), YEAR_2021.capitalize().replace("-s", "-S")])
def test_an_address_typed_in_capitals_leads_to_the_campaign(
    campaigns: dict[str, Campaign], at: Clock, typed: str
) -> None:
    """M1: it is read off a wall and typed; phones begin with a capital."""
    at("2021-04-01 08:00:00")
    Campaign.objects.filter(slug=YEAR_2021).update(alias="75nghin")

    answer = Worker().get(f"/{typed}/")

    assert (answer.status_code, answer["Location"]) == (302, f"/{typed.lower()}/")
    assert Worker().get(answer["Location"]).status_code == 200
    Campaign.objects.update(is_published=False)
    assert Worker().get(f"/{typed}/").status_code == 404


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        pytest.param("/75NGHIN/?don-vi=quang-tri/dong-ha", "/75nghin/?don-vi=quang-tri/dong-ha", id="what it asks"),
        pytest.param("/75Nghin", "/75nghin/", id="no slash"),
        pytest.param("/75NGHIN/nop/", "/75nghin/nop/", id="a page below"),
        pytest.param("/75NGHIN/NOP?don-vi=quang-tri", "/75nghin/nop/?don-vi=quang-tri", id="all of it, no slash"),
        pytest.param("/75Nghin/tien-do/?don-vi=quang-tri", "/75nghin/tien-do/?don-vi=quang-tri", id="the board"),
        pytest.param("/75nghin/qr.png/", "/75nghin/qr.png", id="a slash after a file"),
        pytest.param("/q/{key}/?x=1", "/q/{key}?x=1", id="a short link, a slash"),
        pytest.param("/q/{KEY}", "/q/{key}", id="a short link, capitals"),
        pytest.param("/Q/{KEY}/", "/q/{key}", id="a short link, both"),
    ],
)
def test_an_address_of_paper_leads_on_with_what_it_asks(
    campaigns: dict[str, Campaign], at: Clock, typed: str, meant: str
) -> None:
    at("2021-04-01 08:00:00")
    Campaign.objects.filter(slug=YEAR_2021).update(alias="75nghin")
    key = campaigns[YEAR_2021].poster_key
    typed, meant = (each.format(key=key, KEY=key.upper()) for each in (typed, meant))

    for ask in (Client().get, Client().head):
        answer = ask(typed)

        assert (answer.status_code, answer["Location"]) == (302, meant)
        assert ask(meant).status_code in {200, 302}
    assert Client().post(typed).status_code != 302


@pytest.mark.parametrize(
    "typed", ["/NHAP/{token}/", "/nhap/{TOKEN}/", "/BIEN-NHAN/{token}/", "/1TRIEU-KHAC/nop/", "/q/{key}0/"]
)
def test_no_other_address_is_guessed(campaigns: dict[str, Campaign], at: Clock, typed: str) -> None:
    at(IN_2022)
    worker = Worker(YEAR_2022)
    worker.begin(person())
    key = campaigns[YEAR_2022].poster_key

    assert worker.get(typed.format(token=worker.token, TOKEN=worker.token.swapcase(), key=key)).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["KHONG-CO", "Admin", "Tra-Cuu"])
def test_capitals_lead_nowhere_else(typed: str) -> None:
    assert Worker().get(f"/{typed}/").status_code == 404


def test_a_campaign_that_gets_another_address_is_found_at_the_one_it_had(
    campaigns: dict[str, Campaign], at: Clock
) -> None:
    """Banners, links in chats and frames of other sites bear it, and so does a first step that somebody is filling in."""
    at("2022-03-01 08:00:00")
    moved = campaigns[YEAR_2022]
    moved.slug, moved.alias = "sang-kien-moi", "moi"
    moved.save()

    for had in (YEAR_2022, "1trieu"):
        for page_of in ("", "nop/", "huy-hieu/", "tien-do/", "qr.svg"):
            assert Worker().get(f"/{had}/{page_of}").status_code == 200, (had, page_of)
    assert Worker().post(f"/{YEAR_2022}/nop/", person()).status_code == 303
    with pytest.raises(ValidationError, match="đã thuộc một chương trình khác"):
        Campaign(slug="moi", name="Khác").clean()
    Campaign(slug=YEAR_2022, name="Khác").clean()
    CampaignFactory(alias=YEAR_2022, name="Chương trình khác")
    assert "Chương trình khác" in page(Worker().get(f"/{YEAR_2022}/"))
    assert Worker().get("/1trieu/").status_code == 200


def test_whoever_takes_an_address_as_its_own_gets_a_key_of_its_own(campaigns: dict[str, Campaign]) -> None:
    """What was printed before leads to the campaign that it was printed for."""
    moved = campaigns[YEAR_2022]
    printed = moved.poster_key
    moved.slug, moved.alias = "sang-kien-moi", None
    moved.save()

    CampaignFactory(slug=YEAR_2022, name="Chương trình khác")

    assert "Chương trình khác" in page(Worker().get(f"/{YEAR_2022}/"))
    assert Worker().get(f"/q/{printed}").headers["Location"].startswith("/sang-kien-moi/")
