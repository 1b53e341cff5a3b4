"""The board on a phone without scripts, from the country down and back; and at a desk, from a number to the rows behind it.

Database calls stand `beside` (`worker.py`).
"""

from collections.abc import Iterator

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from initiatives import demonstration
from initiatives.models import Campaign, Initiative, Status
from initiatives.progress import tally
from orgtree.models import Unit
from tests.browser.chromium import chromium
from tests.browser.test_staff_journeys import at_a_desk
from tests.browser.watch import PHONE
from tests.browser.worker import beside
from tests.factories import InitiativeFactory, TargetFactory
from tests.factories.accounts import PASSWORD

pytestmark = pytest.mark.browser

BOARD = "/sang-kien-thu-nghiem/tien-do/"
MOST_REQUESTS = 4


@pytest.fixture
def portal(
    live_server: LiveServer, transactional_db: None, tree: dict[str, Unit], campaigns: dict[str, Campaign]
) -> Iterator[str]:
    now = timezone.now()
    campaign = demonstration.seed(password=PASSWORD, at=now)
    sent = {"quang-tri/dong-ha": 3, "quang-tri/huong-hoa": 1, "thanh-hoa": 1}
    for code, number in sent.items():
        InitiativeFactory.create_batch(number, campaign=campaign, unit=tree[code], submitted_at=now)
    withdrawn = Initiative.objects.filter(unit=tree["quang-tri/dong-ha"]).latest("pk")
    Initiative.objects.filter(pk=withdrawn.pk).update(status=Status.WITHDRAWN)
    for code, quantity in (("quang-tri", 6), ("quang-tri/dong-ha", 1), ("quang-tri/huong-hoa", 5)):
        TargetFactory(campaign=campaign, unit=tree[code], quantity=quantity)
    tally.refresh(campaign, at=now, everything=True)
    yield live_server.url


def names(page: Page) -> Locator:
    return page.locator(".board-lines tbody th")


def test_from_the_country_down_and_back_on_a_phone(portal: str) -> None:
    with chromium() as browser:
        context = browser.new_context(base_url=portal, viewport=PHONE, java_script_enabled=False)  # type: ignore[arg-type]
        page = context.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(BOARD, wait_until="networkidle")
        assert len(asked) <= MOST_REQUESTS, asked
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]

        page.locator(".board-lines").get_by_role("link", name="Quảng Trị").click()
        expect(page.locator(".board-figure").first).to_contain_text("3/6")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]

        page.select_option("[name=xep]", "-da-dat")
        page.click("text='Xếp'")
        page.wait_for_url("**xep=-da-dat**")
        fewest_first = names(page).all_inner_texts()
        page.select_option("[name=xep]", "da-dat")
        page.click("text='Xếp'")
        page.wait_for_url("**xep=da-dat**")
        expect(names(page).first).to_have_text("LĐLĐ thành phố Đông Hà")
        assert sorted(names(page).all_inner_texts()) == sorted(fewest_first)

        page.locator(".board-kinds a", has_text="Dưới 50% chỉ tiêu").click()
        expect(names(page)).to_have_text(["LĐLĐ huyện Hướng Hóa"])

        table = page.locator("#bieu-do >> xpath=..").locator("details").last
        expect(table.locator("table")).to_be_hidden()
        table.locator("summary").click()
        expect(table.locator("tbody tr").first).to_contain_text("LĐLĐ thành phố Đông Hà")

        page.locator(".board-trail a", has_text="Tổng LĐLĐ").click()
        expect(page.locator("h1")).to_contain_text("Tổng LĐLĐ Việt Nam")


def test_from_a_number_to_the_rows_behind_it(portal: str) -> None:
    with chromium() as browser, at_a_desk(browser, portal, "demo-quang-tri", PASSWORD) as page:
        page.goto(f"/admin/initiatives/initiative/tien-do/?campaign={demonstration.SLUG}")
        line = page.locator(".board-lines tbody tr", has_text="Đông Hà")
        line.locator("[data-label='Đã đạt'] a").click()
        expect(page.locator("#result_list tbody tr")).to_have_count(2)

        page.go_back()
        beside(InitiativeFactory, campaign=beside(campaign_of), unit=beside(unit_of), submitted_at=timezone.now())
        page.reload()
        expect(page.locator("#content-main .notice").first).to_contain_text("Lúc này danh sách khác bảng")


def campaign_of() -> Campaign:
    return Campaign.objects.get(slug=demonstration.SLUG)


def unit_of() -> Unit:
    return Unit.objects.get(code="quang-tri/dong-ha")
