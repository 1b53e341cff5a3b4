"""Every worker page on a small phone: nothing sticks out, everything can be tapped, nothing comes from anywhere else."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from tests.browser.accessible import tap_faults
from tests.browser.chromium import chromium
from tests.browser.watch import Watch
from tests.codebase.doors import World, make_world

pytestmark = pytest.mark.browser

NOT_PAGES = {
    "healthz",
    "readyz",
    "metrics",
    "qr_svg",
    "qr_png",
    "poster",
    "receipt_png",
    "short_link",
    "board_xlsx",
    "record_another",
}
# Shown by the browser itself, in a document of its own with styles that our policy does not let through.
FILES = {"share_card", "exemplar_card", "exemplar_picture", "exemplar_small", "record_certificate"}


@pytest.fixture
def world(live_server: LiveServer, transactional_db: None) -> World:
    return make_world()


@contextmanager
def a_phone(browser: Browser, live_server: LiveServer, **options: Any) -> Iterator[tuple[Page, Watch]]:
    """A browser that has never been here."""
    size = {"width": options.pop("width", 360), "height": 740}
    context = browser.new_context(  # type: ignore[arg-type]
        viewport=size, base_url=live_server.url, reduced_motion="reduce", **options
    )
    watch = Watch(context)
    try:
        yield context.new_page(), watch
    finally:
        context.close()


def visit(page: Page, address: str) -> None:
    """As by a link on a page of ours: a step opened otherwise leads to the draft's door."""
    with page.expect_navigation():
        page.evaluate("address => { location.href = address }", address)


def pages_of(world: World) -> dict[str, str]:
    return {name: address for name, address in (world.addresses | world.pages).items() if name not in NOT_PAGES | FILES}


def test_a_text_as_long_as_allowed_breaks_no_page(world: World, live_server: LiveServer) -> None:
    word = "Nghiêng" * 35
    world.initiative.title = word
    world.initiative.workplace = word[:200]
    world.initiative.save()
    world.draft.answers |= {"title": word, "workplace": word[:200], "unit_name": word[:200], "description": word * 8}
    world.draft.save()
    pages = pages_of(world)
    faults = {}

    with chromium() as browser, a_phone(browser, live_server, width=320) as (page, _):
        page.goto("/")
        for name in (
            "draft_kiem_tra",
            "draft_noi_dung",
            "receipt",
            "record_door",
            "record_kiem_tra",
            "record_withdraw",
        ):
            visit(page, pages[name])
            if found := tap_faults(page):
                faults[name] = found

        assert faults == {}


def test_every_answer_stands_where_the_error_summary_leads(world: World, live_server: LiveServer) -> None:
    with chromium() as browser, a_phone(browser, live_server) as (page, _):
        page.goto(world.addresses["begin"])
        page.click("#main-form [name=next]")
        links = page.locator("[data-error-summary] a")
        page.locator("[data-error-summary]").wait_for()
        assert links.count() == 7

        for number in range(links.count()):
            links.nth(number).click()
            held = page.evaluate("document.activeElement.closest('.field.wrong') !== null")
            assert held, links.nth(number).inner_text()


def test_without_scripts_the_error_summary_leads_to_the_field(world: World, live_server: LiveServer) -> None:
    with chromium() as browser, a_phone(browser, live_server, java_script_enabled=False) as (page, _):
        page.goto(world.addresses["begin"])
        page.click("#main-form [name=next]")

        for link in page.locator("[data-error-summary] a").all():
            place = str(link.get_attribute("href"))
            link.click()
            assert page.url.endswith(place)
            assert page.locator(place).count() == 1
