"""The errand of a selection in a real browser: a district on a phone puts two forward, is refused one too many, puts them in
order, uploads the two scans and seals; the province receives and returns; the district mends and sends again; the province
compares and accepts. Database calls stand `beside` (`worker.py`).
"""

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from initiatives.invariants import violations
from initiatives.models import Dossier, DossierState, SelectionRound, Status
from orgtree.roles import Role
from tests.browser.chromium import chromium
from tests.browser.test_staff_journeys import press
from tests.browser.watch import Watch
from tests.browser.worker import beside
from tests.factories import CampaignFactory, InitiativeFactory, StaffAccountFactory, make_tree
from tests.factories.accounts import PASSWORD
from tests.factories.selection import SelectionRoundFactory
from tests.submission import samples

pytestmark = pytest.mark.browser

REFUSED = re.compile("status of (409|422)")
TITLES = ("Bàn gá cắt vải hai lớp", "Máy sấy ván tự xoay", "Khay phân loại cúc áo")


@pytest.fixture
def portal(live_server: LiveServer, transactional_db: None) -> Iterator[str]:
    units = make_tree()
    now = timezone.now()
    campaign = CampaignFactory(phases=[{"opens_at": now - timedelta(days=9), "closes_at": now + timedelta(days=9)}])
    for number, title in enumerate(TITLES):
        InitiativeFactory(
            campaign=campaign,
            unit=units["quang-tri/dong-ha"],
            status=Status.VALID,
            title=title,
            full_name=f"Trần Thị Lan {number}",
            submitted_at=now - timedelta(days=5 - number),
        )
    due = (now + timedelta(days=5)).date()
    SelectionRoundFactory(campaign=campaign, name="Xét chọn cấp tỉnh", each_unit_max=2, dossier_due=due)
    for username, code in (("dong-ha", "quang-tri/dong-ha"), ("tinh", "quang-tri")):
        StaffAccountFactory(username=username, unit=units[code], role=Role.MANAGER, is_demonstration=True)
    yield live_server.url
    assert list(violations()) == []


def test_a_district_sends_its_dossier_and_the_province_answers(portal: str) -> None:
    with chromium() as browser:
        with district(browser, portal) as page:
            begins(page)
            puts_two_forward_and_not_three(page)
            puts_them_in_order(page)
            uploads(page, "letter", "to-trinh.pdf")
            uploads(page, "summary_table", "bang-tong-hop.pdf")
            seals(page, 1)
        assert beside(state) == DossierState.SENT

        with province(browser, portal) as page:
            opens_answers(page)
            press(page, "[value=receive]")
            expect(page.locator(".messagelist")).to_contain_text("Đã nhận hồ sơ.")
            page.fill("[name=remarks]", "Tờ trình chưa có dấu.")
            press(page, "[value=return]")
            expect(page.locator(".messagelist")).to_contain_text("Đã trả lại hồ sơ")
        assert beside(state) == DossierState.RETURNED

        with district(browser, portal) as page:
            page.goto(desk(beside(dossier)))
            expect(page.locator(".dossier-returned")).to_contain_text("Tờ trình chưa có dấu.")
            mends(page)
            seals(page, 2)

        with province(browser, portal) as page:
            opens_answers(page)
            press(page, "text=So sánh với lần 1")
            expect(page.locator("del", has_text="dự bị thứ 1")).to_be_visible()
            expect(page.locator("ins", has_text="thứ 2")).to_be_visible()
            expect(page.locator("#content-main del").first).to_contain_text(TITLES[1])
            expect(page.locator("#content-main")).to_contain_text("to-trinh-co-dau.pdf")
            opens_answers(page)
            press(page, "[value=accept]")
            expect(page.locator("#accept .errorlist")).to_contain_text("Hãy xác nhận không có khiếu nại")
            page.check("[name=no_complaints]")
            press(page, "[value=accept]")
            expect(page.locator(".messagelist")).to_contain_text("Đã chấp nhận hồ sơ.")
        assert beside(state) == DossierState.ACCEPTED


def district(browser: Browser, url: str) -> AbstractContextManager[Page]:
    return at_work(browser, url, "dong-ha", {"width": 360, "height": 740})


def province(browser: Browser, url: str) -> AbstractContextManager[Page]:
    return at_work(browser, url, "tinh", {"width": 1280, "height": 900})


@contextmanager
def at_work(browser: Browser, url: str, username: str, size: dict[str, int]) -> Iterator[Page]:
    """Signed in; nothing sticks out, and the browser complains of nothing but the answers that refuse."""
    context = browser.new_context(viewport=size, base_url=url, locale="vi-VN", reduced_motion="reduce")  # type: ignore[arg-type]
    context.set_default_timeout(30_000)
    page, watch = context.new_page(), Watch(context)
    widths: list[int] = []
    page.on("load", lambda page: widths.append(page.evaluate("document.documentElement.scrollWidth")))
    page.goto("/admin/")
    page.fill("[name=username]", username)
    page.fill("[name=password]", PASSWORD)
    press(page, "#login-form [type=submit]")
    yield page
    assert [said for said in watch.complaints if not REFUSED.search(said)] == []
    assert set(widths) == {size["width"]}
    context.close()


def begins(page: Page) -> None:
    selection = beside(SelectionRound.objects.select_related("host").get)
    unit = beside(lambda: make_tree()["quang-tri/dong-ha"].pk)
    page.goto(f"/admin/initiatives/dossier/lap/{selection.pk}/{unit}/")
    press(page, "#content-main button")
    expect(page.locator("h1")).to_have_text("Hồ sơ của LĐLĐ thành phố Đông Hà")


def puts_two_forward_and_not_three(page: Page) -> None:
    press(page, ".dossier-ways >> text=Giới thiệu sáng kiến")
    for number, title in enumerate(TITLES[:2], start=1):
        page.fill("[name=tim]", title)
        press(page, "[value='Tìm']")
        press(page, f".dossier-item:has-text('{title}') [value=nominate]")
        expect(page.locator(".messagelist")).to_contain_text(f"Đã đưa “{title}” vào danh sách giới thiệu.")
        expect(page.locator(".dossier-use").first).to_have_text(f"{number}/2 đã dùng")
    page.fill("[name=tim]", "")
    press(page, "[value='Tìm']")
    expect(page.locator("#content-main")).to_contain_text("Đã dùng hết số lượng được giới thiệu")
    # A page that was opened before the last place went still has the button.
    page.eval_on_selector("[value=reserve]", "button => { button.value = 'nominate' }")
    press(page, ".dossier-acts button")
    expect(page.locator(".messagelist .error")).to_contain_text("đã dùng hết số lượng được giới thiệu (2)")
    press(page, f".dossier-item:has-text('{TITLES[2]}') [value=reserve]")
    press(page, "text=Về hồ sơ")


def puts_them_in_order(page: Page) -> None:
    expect(page.locator("#danh-sach .dossier-title")).to_have_text(TITLES[:2])
    page.focus(f"#danh-sach .dossier-item:has-text('{TITLES[1]}') [value=up]")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("#danh-sach .dossier-title")).to_have_text([TITLES[1], TITLES[0]])


def uploads(page: Page, part: str, name: str) -> None:
    if not page.locator("#them-tai-lieu[open]").count():
        page.click("#them-tai-lieu summary")
    page.select_option("[name=part]", part)
    file = {"name": name, "mimeType": "application/pdf", "buffer": samples.pdf(name)}
    page.set_input_files("[name=file]", file)  # type: ignore[arg-type]
    press(page, "[value=file]")
    expect(page.locator("#tai-lieu")).to_contain_text(name)


def seals(page: Page, number: int) -> None:
    press(page, "text=Xem lại và gửi")
    press(page, "text=Niêm phong và gửi")
    expect(page.locator(".errorlist")).to_contain_text("Hãy xác nhận không có khiếu nại")
    page.check("[name=no_complaints]")
    press(page, "#content-main button:has-text('Niêm phong và gửi')")
    expect(page.locator(".messagelist")).to_contain_text(f"Đã niêm phong và gửi hồ sơ lần {number}")


def mends(page: Page) -> None:
    """Another letter, and another nominee: one is withdrawn and the reserve takes its place."""
    letter = page.locator(".dossier-paper:has-text('to-trinh.pdf') button")
    with page.expect_navigation():
        letter.click()
    uploads(page, "letter", "to-trinh-co-dau.pdf")
    item = page.locator(f"#danh-sach .dossier-item:has-text('{TITLES[1]}')")
    item.locator("summary").click()
    item.locator("[name=because]").fill("Tác giả xin rút.")
    with page.expect_navigation():
        item.locator("[value=withdraw]").click()
    expect(page.locator(".messagelist")).to_contain_text(f"bạn có thể đưa “{TITLES[2]}” từ dự bị vào danh sách")
    press(page, "#du-bi [value=promote]")
    expect(page.locator("#danh-sach .dossier-title")).to_have_text([TITLES[0], TITLES[2]])


def opens_answers(page: Page) -> None:
    page.goto(desk(beside(dossier)))
    press(page, "text=Trả lời hồ sơ")


def desk(row: Dossier) -> str:
    return f"/admin/initiatives/dossier/{row.pk}/change/"


def dossier() -> Dossier:
    return Dossier.objects.get()


def state() -> str:
    return dossier().state
