"""The whole errand with a keyboard alone: from the page of the campaign to the receipt, and one always sees where one is."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from initiatives import demonstration
from initiatives.models import Campaign
from orgtree.models import Unit
from tests.browser.chromium import chromium
from tests.browser.watch import PHONE
from tests.factories.accounts import PASSWORD
from tests.journeys.answers import WORKER_2022, idea_2022

pytestmark = pytest.mark.browser

# Where the keyboard is: what it is called, what it may be told, where it stands, and what is wrong with how it shows.
HERE = """() => {
    const here = document.activeElement, style = getComputedStyle(here), place = here.getBoundingClientRect();
    const shows = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
    const top = document.elementFromPoint(place.x + place.width / 2, place.y + Math.min(place.height, innerHeight) / 2);
    const label = here.labels && here.labels[0];
    const covered = !top || !(here.contains(top) || top.contains(here) || label && label.contains(top));
    const faults = [];
    if (here === document.body) faults.push('nowhere');
    else {
        if (!shows) faults.push('no ring');
        if (place.bottom <= 0 || place.top >= innerHeight) faults.push('out of sight');
        else if (covered && place.height < innerHeight) faults.push('covered by ' + top.outerHTML.slice(0, 60));
        if (here.tabIndex > 0) faults.push('tabindex ' + here.tabIndex);
    }
    return {
        name: here.name || '', type: here.type || here.tagName.toLowerCase(), value: here.value || '', checked: !!here.checked,
        words: (here.innerText || here.getAttribute('aria-label') || '').trim(), top: place.top + scrollY,
        told: here.outerHTML.replace(/\\s+/g, ' ').slice(0, 80), isFixed: !!here.closest('.corner, .skip'), faults: faults,
    };
}"""
MOST_STOPS = 80


class Keyboard:
    """Hands on a keyboard and eyes on the ring; no mouse."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.faults: list[str] = []
        self.lowest = 0.0

    def tab(self) -> dict[str, Any]:
        """The next stop. The order of the stops is that in which the page is read."""
        self.page.keyboard.press("Tab")
        stop = self.page.evaluate(HERE)
        self.faults += [f"{self.page.title()}: {stop['told']}: {fault}" for fault in stop["faults"]]
        if not stop["isFixed"]:
            # Beside each other may be what is of different height.
            if stop["top"] < self.lowest - 40:
                self.faults.append(f"{self.page.title()}: {stop['told']} stands above the stop before it")
            self.lowest = stop["top"]
        return stop

    def tab_to(self, words: str) -> None:
        """To the link or the button that says `words`."""
        for _ in range(MOST_STOPS):
            if words in self.tab()["words"]:
                return
        pytest.fail(f"no way to {words!r}")

    def enter(self, words: str) -> None:
        self.tab_to(words)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        self.lowest = 0.0

    def fill(self, answers: Mapping[str, Any], *, button: str) -> None:
        """Goes through the page from where it stands, answers what is asked, and presses `button`."""
        stop = self.page.evaluate(HERE)
        for _ in range(MOST_STOPS):
            if stop["name"] == button and stop["type"] == "submit":
                with self.page.expect_navigation():
                    self.page.keyboard.press("Enter")
                self.lowest = 0.0
                return
            if stop["name"] in answers:
                self.answer(stop, answers[stop["name"]])
            stop = self.tab()
        pytest.fail(f"no way to the button {button!r}")

    def answer(self, stop: Mapping[str, Any], wanted: Any) -> None:
        keyboard = self.page.keyboard
        if stop["type"] == "checkbox":
            if not stop["checked"] and (wanted == "on" or stop["value"] in wanted):
                keyboard.press("Space")
        elif stop["type"] == "radio":
            keyboard.press("Space")
            self.choose(wanted)
        elif stop["type"] == "select-one":
            self.choose(wanted)
        elif not stop["value"]:
            keyboard.type(str(wanted).replace("\r\n", "\n"))

    def choose(self, wanted: str) -> None:
        """With the arrows, as far as it takes."""
        for _ in range(MOST_STOPS):
            if self.page.evaluate("document.activeElement.value") == wanted:
                return
            self.page.keyboard.press("ArrowDown")
        pytest.fail(f"no {wanted!r} to choose")


@pytest.fixture
def page(
    live_server: LiveServer, transactional_db: None, tree: dict[str, Unit], campaigns: dict[str, Campaign]
) -> Iterator[Page]:
    demonstration.seed(password=PASSWORD, at=timezone.now())
    with chromium() as browser:
        page = browser.new_page(base_url=live_server.url, viewport=PHONE, locale="vi-VN", reduced_motion="reduce")  # type: ignore[arg-type]
        page.set_default_timeout(10_000)
        yield page


def test_from_the_campaign_to_the_receipt_without_a_mouse(page: Page) -> None:
    today = timezone.localdate()
    idea = idea_2022(applied_on=today - timedelta(days=60), recognised_on=today - timedelta(days=30))
    keyboard = Keyboard(page)
    page.goto(f"/{demonstration.SLUG}/?don-vi={demonstration.GRASSROOTS_CODE}")
    keyboard.enter("Nộp sáng kiến")

    keyboard.fill({}, button="next")
    expect(page.locator("[data-error-summary]")).to_be_focused()
    first = keyboard.tab()
    page.keyboard.press("Enter")
    field = page.evaluate(HERE)
    assert field["name"] == "full_name", first
    assert field["faults"] == []
    keyboard.fill(WORKER_2022, button="next")
    expect(page.locator("h1")).to_have_text("Sáng kiến của bạn là gì?")
    keyboard.fill(idea, button="next")
    expect(page.locator("h1")).to_have_text("Tài liệu kèm theo")
    keyboard.fill({}, button="next")
    expect(page.locator("h1")).to_have_text("Kiểm tra và nộp")
    keyboard.fill({}, button="confirm")

    expect(page.locator("#receipt-code")).to_be_visible()
    assert keyboard.faults == []


def test_the_first_stop_leads_past_the_head_of_the_page(page: Page) -> None:
    page.goto(f"/{demonstration.SLUG}/")
    page.keyboard.press("Tab")
    skip = page.evaluate(HERE)
    assert (skip["words"], skip["faults"]) == ("Đến nội dung chính", [])

    page.keyboard.press("Enter")

    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_the_corner_opens_and_closes_by_keyboard(page: Page) -> None:
    page.goto(f"/{demonstration.SLUG}/")
    keyboard = Keyboard(page)
    for key, is_open in (("Enter", True), ("Space", False), ("Space", True)):
        if page.evaluate("!document.activeElement.matches('.corner summary')"):
            keyboard.tab_to("Cần giúp?")
        page.keyboard.press(key)
        assert page.evaluate("document.querySelector('.corner').open") is is_open

    assert keyboard.tab()["words"] != ""
    assert keyboard.faults == []
