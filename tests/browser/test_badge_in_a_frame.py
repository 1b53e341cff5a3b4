"""On another website's page the badge shows in a frame; no other page of ours does. What is offered to paste works."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import quote, unquote

import pytest
from django.urls import reverse
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from initiatives.models import Campaign
from initiatives.progress import tally
from tests.browser.chromium import chromium
from tests.codebase.doors import make_world

pytestmark = pytest.mark.browser


class Elsewhere(BaseHTTPRequestHandler):
    """A website that frames whatever its address names, or holds whatever its editor pasted."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        asked = unquote(self.path.partition("?")[2])
        framed = f'<iframe src="{asked}" title="khung" width="300" height="130"></iframe>'
        self.wfile.write((asked if asked.startswith("<") else framed).encode())

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def another_website() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def campaign(live_server: LiveServer, transactional_db: None) -> Campaign:
    return make_world().campaign


def framed(page: Page, site: str, address: str) -> str:
    """The words that stand in the frame."""
    page.goto(f"{site}?{address}", wait_until="networkidle")
    return page.frames[1].evaluate("document.body ? document.body.innerText : ''")


def test_the_badge_shows_in_a_frame_and_nothing_else_does(live_server: LiveServer, campaign: Campaign) -> None:
    total = tally.totals([campaign], at=campaign.phases.get().closes_at)[campaign.pk].received
    badge, own = (live_server.url + reverse(name, args=[campaign.slug]) for name in ("badge", "campaign"))

    with another_website() as site, chromium() as browser:
        page = browser.new_page()
        shown = framed(page, site, badge)
        colour = page.frames[1].evaluate("getComputedStyle(document.querySelector('b')).color")
        refused = framed(browser.new_page(), site, own)

    assert shown.startswith(f"{total} sáng kiến đã nhận")
    assert colour == "rgb(200, 22, 29)"
    assert campaign.name in shown
    assert campaign.name not in refused


@pytest.mark.parametrize("name", ["Sáng kiến", "Vượt khó, phát triển, " * 9 + "01"], ids=["short", "longest"])
def test_what_is_copied_from_the_page_shows_there_whole(
    live_server: LiveServer, campaign: Campaign, settings: Any, name: str
) -> None:
    settings.SITE_URL = live_server.url
    Campaign.objects.filter(pk=campaign.pk).update(name=name)
    total = tally.totals([campaign], at=campaign.phases.get().closes_at)[campaign.pk].received

    with another_website() as site, chromium() as browser:
        page = browser.new_page(viewport={"width": 360, "height": 740})
        page.goto(live_server.url + reverse("campaign", args=[campaign.slug]))
        frame, picture = (field.input_value() for field in page.locator("textarea[readonly]").all())
        shown = framed(page, site, quote(frame))
        is_cut = page.frames[1].evaluate(
            "(one => one.scrollHeight > innerHeight || one.scrollWidth > innerWidth)(document.documentElement)"
        )
        page.goto(f"{site}?{quote(picture)}", wait_until="networkidle")
        width, ratio = page.evaluate("(img => [img.naturalWidth, img.width / img.height])(document.images[0])")
        page.click("a")
        page.wait_for_url(live_server.url + reverse("campaign", args=[campaign.slug]))

    assert shown.startswith(f"{total} sáng kiến đã nhận")
    assert name in shown
    assert not is_cut
    assert width == 1200
    assert abs(ratio - 1200 / 630) < 0.01
