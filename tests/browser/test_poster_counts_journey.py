"""From the wall to the office: a phone scans a poster, sends an initiative, and the unit's staff read what the poster brought."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from initiatives.models import Campaign, PosterCount
from orgtree.models import StaffAccount, Unit
from orgtree.roles import Role
from tests.browser.chromium import chromium
from tests.browser.test_admin_phone import faults_of
from tests.browser.test_errand import Portal, portal, to_the_check, worker_at
from tests.browser.watch import PHONE, Watch
from tests.browser.worker import beside
from tests.factories import PosterCountFactory, StaffAccountFactory

__all__ = ["portal"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DESK = {"width": 1280, "height": 900}
EITHER_WAY = pytest.mark.parametrize("has_scripts", [True, False], ids=["with-scripts", "without-scripts"])


def rows(page: Page) -> list[str]:
    lines = page.locator(".board-lines tr").filter(has=page.locator("td")).all_inner_texts()
    return [re.sub(r"\s+", " ", line).strip() for line in lines]


@EITHER_WAY
def test_what_a_poster_brought_is_read_in_the_office(
    portal: Portal,
    live_server: LiveServer,
    tree: dict[str, Unit],
    client_as: Callable[[StaffAccount], Client],
    has_scripts: bool,
) -> None:
    client = client_as(StaffAccountFactory(unit=tree["quang-tri"], role=Role.VIEWER))
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    with worker_at(portal, has_scripts=has_scripts) as (worker, _):
        to_the_check(worker, portal)
        worker.press("confirm")
        expect(worker.page.locator("h1")).to_have_text("Đã nhận sáng kiến của bạn")
        worker.page.goto(portal.poster)  # a second scan, and home again

    assert beside(lambda: [(each.unit_id, each.scans, each.starts) for each in PosterCount.objects.all()]) == [
        (tree["quang-tri/dong-ha"].pk, 2, 1)
    ]
    with chromium() as browser:
        context = browser.new_context(
            base_url=live_server.url,
            viewport=PHONE,  # type: ignore[arg-type]
            java_script_enabled=has_scripts,
        )
        context.add_cookies([cookie])  # type: ignore[list-item]
        watch = Watch(context)
        page = context.new_page()
        page.goto(reverse("admin:initiatives_campaign_posters", args=[tree["quang-tri"].pk]))
        page.click("text=Sáng kiến thử nghiệm")
        page.click("text=Áp phích mang lại gì")
        lines = rows(page)
        page.click(".board-lines a:has-text('Đông Hà')")
        own = rows(page)

    assert lines[0] == "Riêng LĐLĐ tỉnh Quảng Trị Chưa ai quét"
    assert lines[1] == "LĐLĐ thành phố Đông Hà 2 1 50,0% 1 50,0%"
    assert lines[-1] == "Tất cả 2 1 50,0% 1 50,0%"
    assert len(lines) == 3
    assert own[0] == "Riêng LĐLĐ thành phố Đông Hà 2 1 50,0% 1 50,0%"
    assert watch.complaints == []


def test_nothing_sticks_out_on_a_phone_or_at_a_desk(
    portal: Portal, live_server: LiveServer, tree: dict[str, Unit], client_as: Callable[[StaffAccount], Client]
) -> None:
    client = client_as(StaffAccountFactory(unit=tree["tld"], role=Role.VIEWER))
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    beside(lambda: furnish(tree))
    address = reverse("admin:initiatives_campaign_posters_counts", args=[tree["tld"].pk])
    with chromium() as browser:
        for viewport in (PHONE, DESK):
            with browser.new_context(base_url=live_server.url, viewport=viewport) as context:  # type: ignore[arg-type]
                context.add_cookies([cookie])  # type: ignore[list-item]
                watch, page = Watch(context), context.new_page()
                page.goto(f"{address}?chuong-trinh=sang-kien-thu-nghiem")
                page.click("summary:has-text('đơn vị ngay bên dưới chưa có ai quét')")

                assert page.evaluate("document.documentElement.scrollWidth") == viewport["width"]
                assert faults_of(page, {"counts": page.url}) == {}
                assert watch.complaints == []


def furnish(tree: dict[str, Unit]) -> None:
    campaign = Campaign.objects.get(slug="sang-kien-thu-nghiem")
    for number, code in enumerate(("tld", "quang-tri", "quang-tri/dong-ha", "thanh-hoa", "ha-noi", "cd-y-te")):
        PosterCountFactory(campaign=campaign, unit=tree[code], scans=4321 * number + 3, starts=1234 * number + 1)
