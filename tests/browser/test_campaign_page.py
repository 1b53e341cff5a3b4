"""A campaign's page and its guide on a phone: the time that is left, the corner, what is copied, pictures that may not come."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from initiatives.models import Campaign, Phase
from tests.browser.chromium import chromium, wait_until
from tests.codebase.doors import make_world
from tests.factories import ContactFactory

pytestmark = pytest.mark.browser

LONG_AGO = datetime(2019, 1, 1, 6)
NAME = "01 triệu sáng kiến - nỗ lực vượt khó, sáng tạo, quyết tâm chiến thắng đại dịch Covid-19"
OVERLAP = """() => {
    const [act, corner] = ['main a.button', '.corner summary'].map(one => document.querySelector(one).getBoundingClientRect());
    return act.bottom > corner.top && act.top < corner.bottom && act.right > corner.left && act.left < corner.right;
}"""


@pytest.fixture
def campaign(live_server: LiveServer, transactional_db: None) -> Campaign:
    campaign = make_world().campaign
    ContactFactory(unit=None, phone="1900 1234", zalo="https://zalo.me/1", facebook="https://m.me/1")
    Campaign.objects.filter(pk=campaign.pk).update(name=NAME)
    return campaign


@pytest.fixture
def address(live_server: LiveServer, campaign: Campaign) -> str:
    return live_server.url + reverse("campaign", args=[campaign.slug])


def saying(seconds: int, page: Page, address: str) -> None:
    """The server's page, as if it had been made so long before the close."""

    def answer(route: Route) -> None:
        response = route.fetch()
        body = re.sub(r'data-left="\d+"', f'data-left="{seconds}"', response.text())
        route.fulfill(response=response, body=body)

    page.route(address, answer)


def unasked(page: Page, address: str) -> None:
    """Where the line is lost meanwhile: the page counts on by itself."""
    page.route(address, lambda route: route.abort() if route.request.method == "HEAD" else route.fallback())


# --- how long is left -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong_clock", [LONG_AGO, datetime(2041, 1, 1, 6)], ids=["years behind", "years ahead"])
def test_it_counts_on_whatever_the_phone_takes_the_time_to_be(address: str, wrong_clock: datetime) -> None:
    with chromium() as browser:
        page = browser.new_page()
        page.clock.install(time=wrong_clock)
        page.clock.pause_at(wrong_clock + timedelta(seconds=1))
        saying(2 * 86400 + 5 * 3600 + 180, page, address)
        unasked(page, address)
        page.goto(address)
        left = page.get_by_role("timer")
        expect(left).to_have_text("Còn 2 ngày 5 giờ.")
        for passes, told in (
            (2 * 86400, "Còn 5 giờ 2 phút."),
            (5 * 3600 - 30 * 60, "Còn 32 phút."),
            (30 * 60, "Còn 2 phút 15 giây."),
            (55, "Còn 1 phút 20 giây."),
        ):
            page.clock.fast_forward(passes * 1000)
            page.clock.run_for(15_000 if passes > 60 else 0)
            expect(left).to_have_text(told)
        again = page.get_by_role("link", name="Tải lại trang")
        expect(again).to_be_hidden()
        page.clock.fast_forward(90_000)
        expect(left).to_have_text("Đã đến giờ đóng.")
        expect(again).to_be_visible()
        with page.expect_navigation():
            again.click()


def test_in_the_last_minutes_the_server_is_asked_to_the_second(campaign: Campaign, address: str) -> None:
    Phase.objects.filter(campaign=campaign).update(
        closes_at=timezone.now() + timedelta(hours=2, minutes=30, seconds=20)
    )

    with chromium() as browser:
        page = browser.new_page()
        saying(9 * 60, page, address)
        page.goto(address)

        expect(page.get_by_role("timer")).to_have_text("Còn 2 giờ 30 phút.")


def test_a_browser_that_does_not_know_when_it_was_answered_counts_from_now(address: str) -> None:
    with chromium() as browser:
        page = browser.new_page()
        page.add_init_script("Object.defineProperty(PerformanceTiming.prototype, 'responseStart', { get: () => 0 })")
        saying(9 * 86400 + 1800, page, address)
        page.goto(address)

        expect(page.get_by_role("timer")).to_have_text("Còn 9 ngày.")


def test_gone_back_to_it_asks_the_server_what_time_it_is(campaign: Campaign, address: str) -> None:
    Phase.objects.filter(campaign=campaign).update(closes_at=timezone.now() + timedelta(days=3, hours=2, minutes=30))

    with chromium() as browser:
        page = browser.new_page()
        saying(9 * 86400 + 1800, page, address)  # kept by the browser for six days
        page.goto(address)
        expect(page.get_by_role("timer")).to_have_text("Còn 9 ngày.")
        page.goto(f"{address}huong-dan/")
        page.go_back()

        expect(page.get_by_role("timer")).to_have_text("Còn 3 ngày 2 giờ.")


def test_nothing_is_said_where_the_server_cannot_be_asked(address: str) -> None:
    with chromium() as browser:
        page = browser.new_page()
        page.goto(address)
        page.goto(f"{address}huong-dan/")
        page.route("**", lambda route: route.abort() if route.request.method == "HEAD" else route.continue_())
        page.go_back()

        expect(page.locator(".notice b")).to_contain_text("Đang nhận sáng kiến")
        expect(page.locator("[role=timer]")).to_be_hidden()


# --- the corner, and what another website pastes ----------------------------------------------------------------------


@pytest.mark.parametrize("size", [(320, 568), (360, 640), (1280, 800)], ids=str)
def test_the_corner_leaves_the_act_alone(address: str, size: tuple[int, int]) -> None:
    with chromium() as browser:
        page = browser.new_page(viewport={"width": size[0], "height": size[1]})
        page.goto(address)
        covered = page.evaluate(OVERLAP)
        page.click(".corner summary")
        links = [link.get_attribute("href") for link in page.locator(".corner a").all()]
        page.emulate_media(media="print")
        expect(page.locator(".corner")).to_be_hidden()

    assert not covered
    assert [str(link).split(":")[0] for link in links] == ["https", "https", "tel"]


@pytest.mark.parametrize("clipboard", ["refuses", "missing"])
def test_where_the_clipboard_is_dead_the_code_is_left_selected(address: str, clipboard: str) -> None:
    dead = "undefined" if clipboard == "missing" else "{writeText: () => Promise.reject()}"
    selected = (
        "document.activeElement.value.slice(document.activeElement.selectionStart, document.activeElement.selectionEnd)"
    )

    with chromium() as browser:
        page = browser.new_page()
        page.add_init_script(f"Object.defineProperty(navigator, 'clipboard', {{value: {dead}}})")
        page.goto(address)
        page.click("text=Dành cho trang web khác")
        page.click("button[data-copy] >> nth=0")
        code = page.locator("textarea").first.input_value()

        wait_until(page, f"{selected}.length > 0")
        assert page.evaluate(selected) == code


def test_without_scripts_the_code_stands_there_and_no_dead_button(address: str) -> None:
    with chromium() as browser:
        page = browser.new_context(java_script_enabled=False).new_page()
        page.goto(address)
        page.click("text=Dành cho trang web khác")

        expect(page.locator("textarea").first).to_be_visible()
        expect(page.locator("button[data-copy]").first).to_be_hidden()
        expect(page.locator("[role=timer]")).to_contain_text("Còn ")


# --- the guide --------------------------------------------------------------------------------------------------------


def test_nothing_moves_when_the_pictures_come(address: str) -> None:
    heights = []
    on_their_way: list[Route] = []

    with chromium() as browser:
        for comes in (False, True):
            page = browser.new_page(viewport={"width": 360, "height": 740})
            if not comes:
                page.route("**/*.webp", lambda route: on_their_way.append(route))
            page.goto(f"{address}huong-dan/", wait_until="load")
            pictures = page.locator("img.shot")
            if comes:
                for picture in pictures.all():
                    picture.scroll_into_view_if_needed()
                wait_until(page, "Array.from(document.images).every(one => one.complete && one.naturalWidth)")
            heights.append(page.evaluate("document.documentElement.scrollHeight"))
            assert pictures.count() == 5
        for picture_asked_for in on_their_way:
            picture_asked_for.abort()

    assert heights[0] == heights[1]


def test_without_its_pictures_the_guide_says_the_same(address: str) -> None:
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 320, "height": 568})
        page.route("**/*.webp", lambda route: route.abort())
        page.goto(f"{address}huong-dan/")
        page.click("summary:has-text('Mất mã biên nhận?')")

        expect(page.locator("main")).to_contain_text("Cán bộ tìm bằng họ tên")
        expect(page.locator("main")).to_contain_text("Bấm “Lưu và tiếp tục”")
        sticks_out: Any = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        assert not sticks_out
