"""The public pages of models held up: what a stranger sees, what a shared link shows, what it costs."""

import gzip
import io
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from initiatives.models import Campaign, CommendationDecision, Exemplar, Initiative
from initiatives.nominations import exemplar_pictures, exemplars
from portal.vietnamese.days import VIETNAM
from tests.factories import CampaignFactory, ExemplarFactory, make_tree, unit_at
from tests.nominations.test_exemplars import of_initiative, photo, upload

NOW = datetime(2022, 5, 3, 9, 0, tzinfo=VIETNAM)
META = re.compile(r'<meta (?:property|name)="([^"]+)" content="([^"]*)">')


@pytest.fixture(autouse=True)
def clock(db: None, at: Callable[[Any], datetime]) -> None:
    make_tree()
    at(NOW)


def seen(answer: HttpResponse) -> str:
    return unescape(answer.content.decode())


def page_of(exemplar: Exemplar) -> HttpResponse:
    return Client().get(f"/tieu-bieu/{exemplar.pk}/")


def gallery(campaign: Campaign, **asked: Any) -> HttpResponse:
    return Client().get(f"/{campaign.slug}/tieu-bieu/", asked)


def titles(answer: HttpResponse) -> list[str]:
    return [each.title for each in answer.context["page"].told]


def pictured(**fields: Any) -> Exemplar:
    """Of an initiative, with a picture that may be shown."""
    name = exemplar_pictures.keep(upload(photo()), name="anh.jpg")
    return of_initiative(picture=name, picture_is_allowed=True, **fields)


# --- one page -----------------------------------------------------------------------------------------------------------


def test_a_page_tells_who_what_and_where(settings: Any) -> None:
    settings.SITE_URL = "https://sangkien.example.vn"
    exemplar = pictured()

    answer = page_of(exemplar)

    text, meta = seen(answer), dict(META.findall(unescape(answer.content.decode())))
    address = f"https://sangkien.example.vn/tieu-bieu/{exemplar.pk}/"
    for expected in ("<h1>Cữ chặn có thước khắc</h1>", "Trần Thị Thu Hà", "Chị Hà nghĩ ra", "Sản xuất có giá trị"):
        assert expected in text
    assert {name: meta[name] for name in ("og:title", "og:url", "og:type", "og:locale", "twitter:card")} == {
        "og:title": "Cữ chặn có thước khắc",
        "og:url": address,
        "og:type": "article",
        "og:locale": "vi_VN",
        "twitter:card": "summary_large_image",
    }
    assert meta["og:description"] == (
        "Trần Thị Thu Hà · Liên đoàn Lao động thành phố Đông Hà · Sản xuất có giá trị làm lợi cao"
    )
    assert re.fullmatch(rf"{re.escape(address)}the\.jpg\?ban=[0-9a-f]{{12}}", meta["og:image"])
    assert (meta["og:image:width"], meta["og:image:height"]) == ("1200", "630")
    assert f'<link rel="canonical" href="{address}">' in text


def test_the_card_of_a_shared_link_is_a_picture(settings: Any) -> None:
    exemplar = pictured()
    address = dict(META.findall(unescape(page_of(exemplar).content.decode())))["og:image"]

    card = Client().get(address.removeprefix(settings.SITE_URL))

    with Image.open(io.BytesIO(card.content)) as drawn:
        assert (card["Content-Type"], drawn.size) == ("image/jpeg", (1200, 630))


def test_without_consent_there_is_neither_name_nor_picture_nor_story() -> None:
    exemplar = pictured(consents=False)

    answer = page_of(exemplar)

    text = seen(answer)
    assert ("Cữ chặn có thước khắc" in text, "Liên đoàn Lao động thành phố Đông Hà" in text) == (True, True)
    assert [hidden for hidden in ("Trần Thị Thu Hà", "Chị Hà", "<img") if hidden in text] == []
    for size in ("anh.jpg", "anh-nho.jpg"):
        assert Client().get(f"/tieu-bieu/{exemplar.pk}/{size}").status_code == 404


def test_consent_that_is_withdrawn_acts_at_once_also_for_who_has_the_page() -> None:
    exemplar = pictured()
    client, pages = Client(), (f"/tieu-bieu/{exemplar.pk}/", f"/{exemplar.campaign.slug}/tieu-bieu/")
    small, card = f"{pages[0]}anh-nho.jpg", f"{pages[0]}the.jpg"
    had = {page: client.get(page) for page in (*pages, small, card)}
    assert all("Trần Thị Thu Hà" in seen(had[page]) for page in pages)

    Initiative.objects.update(publish_consented_at=None)

    again = {page: client.get(page, headers={"if-none-match": had[page]["ETag"]}) for page in had}
    assert [again[page].status_code for page in (*pages, small, card)] == [200, 200, 404, 200]
    assert not any("Trần Thị Thu Hà" in seen(again[page]) for page in pages)
    assert again[card].content != had[card].content


def test_pictures_are_small_on_the_page_and_large_behind_it() -> None:
    exemplar = pictured()

    small, large = (Client().get(f"/tieu-bieu/{exemplar.pk}/{name}") for name in ("anh-nho.jpg", "anh.jpg"))

    assert len(small.content) <= exemplar_pictures.SMALL_BYTES < len(large.content)
    width, height = Image.open(io.BytesIO(small.content)).size
    assert f'width="{width}" height="{height}"' in seen(page_of(exemplar))


def test_a_picture_whose_file_is_gone_leaves_a_page() -> None:
    exemplar = of_initiative(picture=f"ab/cd/abcd{'0' * 60}.jpg", picture_is_allowed=True)

    assert "<img" not in seen(page_of(exemplar))
    assert Client().get(f"/tieu-bieu/{exemplar.pk}/anh.jpg").status_code == 404
    assert Client().get(f"/tieu-bieu/{exemplar.pk}/the.jpg").status_code == 200


@pytest.mark.parametrize("key", ["0", "987654321", "9" * 18, "9" * 19, "abc", "-1", "1.5", "%D9%A1"])
def test_what_is_not_shown_is_missing(key: str) -> None:
    ExemplarFactory(shown_at=None)

    for rest in ("", "the.jpg", "anh.jpg", "anh-nho.jpg"):
        assert Client().get(f"/tieu-bieu/{key}/{rest}").status_code == 404


def test_what_was_taken_back_is_gone() -> None:
    exemplar = pictured()
    CommendationDecision.objects.update(announced_at=None)

    for rest in ("", "the.jpg", "anh.jpg", "anh-nho.jpg"):
        assert Client().get(f"/tieu-bieu/{exemplar.pk}/{rest}").status_code == 404


def test_what_staff_wrote_is_text_and_never_markup() -> None:
    exemplar = ExemplarFactory(title="<script>alert(1)</script>", name='"><img src=x>', story="<b>a</b>\n\nb")

    for answer in (page_of(exemplar), gallery(exemplar.campaign)):
        assert b"<script>alert" not in answer.content
        assert b'"><img src=x>' not in answer.content
    assert b"&lt;b&gt;a&lt;/b&gt;" in page_of(exemplar).content


# --- the gallery --------------------------------------------------------------------------------------------------------


def test_the_gallery_shows_the_latest_first_and_what_is_public_alone() -> None:
    campaign = CampaignFactory()
    for day, title in enumerate(("Một", "Hai", "Ba")):
        ExemplarFactory(campaign=campaign, title=title, shown_at=NOW - timedelta(days=9 - day))
    ExemplarFactory(campaign=campaign, shown_at=None)
    ExemplarFactory(campaign=campaign, shown_at=NOW + timedelta(hours=1))
    ExemplarFactory(title="Chương trình khác")

    assert titles(gallery(campaign)) == ["Ba", "Hai", "Một"]


def test_the_gallery_is_narrowed_by_field_and_by_unit() -> None:
    campaign = CampaignFactory()
    first = of_initiative(title="Ở Quảng Trị", campaign=campaign)
    Initiative.objects.update(campaign=campaign)
    ExemplarFactory(campaign=campaign, title="Ở Thanh Hóa", unit=unit_at("thanh-hoa/hoang-hoa"))

    assert titles(gallery(campaign, **{"linh-vuc": "production"})) == [first.title]
    assert titles(gallery(campaign, **{"linh-vuc": "health"})) == []
    assert titles(gallery(campaign, **{"don-vi": "thanh-hoa"})) == ["Ở Thanh Hóa"]
    assert titles(gallery(campaign, **{"don-vi": "quang-tri", "linh-vuc": "production"})) == [first.title]
    assert [unit.code for unit in gallery(campaign).context["page"].units] == ["thanh-hoa", "quang-tri"]


ODD = [{"linh-vuc": "khong-co"}, {"don-vi": "x" * 900}, {"trang": "abc"}, {"trang": "-1"}, {"trang": "١"}, {"x": "1"}]


@pytest.mark.parametrize("asked", ODD, ids=[str(each)[:20] for each in ODD])
def test_what_is_unknown_narrows_nothing(asked: dict[str, str]) -> None:
    exemplar = ExemplarFactory(title="Còn đây")

    assert titles(gallery(exemplar.campaign, **asked)) == ["Còn đây"]


def test_the_gallery_goes_on_page_by_page_to_a_cap() -> None:
    campaign = CampaignFactory()
    for n in range(exemplars.A_PAGE + 2):
        ExemplarFactory(campaign=campaign, title=f"Gương {n}", shown_at=NOW - timedelta(minutes=n))

    first, second = gallery(campaign), gallery(campaign, trang="2")

    assert titles(first) + titles(second) == [f"Gương {n}" for n in range(exemplars.A_PAGE + 2)]
    assert (first.context["after"], second.context["after"], second.context["before"]) == ("?trang=2", "", "?")
    assert gallery(campaign, trang="9999").status_code == 200


@pytest.mark.parametrize("address", ["slug", "alias"])
def test_the_gallery_stands_at_both_addresses_of_its_campaign(address: str) -> None:
    campaign = CampaignFactory(alias="ngan-gon")
    ExemplarFactory(campaign=campaign, title="Còn đây")

    answer = Client().get(f"/{getattr(campaign, address)}/tieu-bieu/")

    assert titles(answer) == ["Còn đây"]
    assert f'property="og:url" content="{settings.SITE_URL}/{campaign.slug}/tieu-bieu/"' in seen(answer)


def test_an_unpublished_or_unknown_campaign_has_no_gallery() -> None:
    exemplar = ExemplarFactory()
    Campaign.objects.filter(pk=exemplar.campaign_id).update(is_published=False)

    assert gallery(exemplar.campaign).status_code == 404
    assert Client().get("/khong-co/tieu-bieu/").status_code == 404
    assert page_of(exemplar).status_code == 404


def test_an_empty_gallery_says_so() -> None:
    assert "chưa giới thiệu gương tiêu biểu nào" in seen(gallery(CampaignFactory()))


def test_a_campaign_leads_to_its_gallery_once_there_is_something() -> None:
    campaign = CampaignFactory()
    link = f'href="/{campaign.slug}/tieu-bieu/"'
    before = seen(Client().get(f"/{campaign.slug}/"))

    ExemplarFactory(campaign=campaign)

    assert (link in before, link in seen(Client().get(f"/{campaign.slug}/"))) == (False, True)


# --- cost ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["exemplar", "gallery", "card"])
def test_a_page_asks_as_many_statements_for_many_as_for_one(name: str) -> None:
    campaign = CampaignFactory()
    counts = []
    for more in (1, 3):
        for n in range(more):
            shown = of_initiative(campaign=campaign, number=f"{more}{n}/QĐ")
            Initiative.objects.update(campaign=campaign)
            ExemplarFactory(campaign=campaign, unit=unit_at("thanh-hoa/hoang-hoa"))
        page = {
            "exemplar": f"/tieu-bieu/{shown.pk}/",
            "card": f"/tieu-bieu/{shown.pk}/the.jpg",
            "gallery": f"/{campaign.slug}/tieu-bieu/",
        }[name]
        with CaptureQueriesContext(connection) as asked:
            Client().get(page)
        counts.append(len(asked))

    assert counts[0] == counts[1]
    assert counts[0] <= (6 if name == "gallery" else 2)


def test_who_has_a_page_gets_it_again_for_nothing() -> None:
    exemplar = pictured()
    client = Client()

    for page in ("", "the.jpg", "anh.jpg", "anh-nho.jpg"):
        address = f"/tieu-bieu/{exemplar.pk}/{page}"
        first = client.get(address)
        again = client.get(address, headers={"if-none-match": first["ETag"]})
        assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
        assert (first["Cache-Control"], again["Cache-Control"]) == ("public, no-cache", "public, no-cache")
        assert not first.cookies


def test_a_first_visit_weighs_less_than_sixteen_kilobytes() -> None:
    """Page, stylesheet, icon and picture: four requests."""
    exemplar = pictured(story="Chị Hà nghĩ ra trong ca đêm, khi máy cắt dừng lần thứ ba. " * 20)
    text = page_of(exemplar).content

    asked = re.findall(rb'(?:src|href)="([^"]+\.(?:css|js|svg|jpg|png))"', text.replace(b"anh.jpg", b""))
    static = sum(
        len(gzip.compress(Client().get(address.decode()).getvalue(), 9))
        for address in asked
        if address.startswith(b"/static/")
    )
    small = Client().get(reverse("exemplar_small", args=[exemplar.pk]))

    assert len(asked) + 1 <= 4
    assert static > 0
    assert len(gzip.compress(text, 9)) + static + len(small.content) <= 16 * 1024
    assert not re.search(rb'(?:src|href)="(?:https?:)?//(?!127\.0\.0\.1|www\.facebook\.com)', text)
