"""Errands of those who review, in a real browser: returned with three faults and corrected in one go; two reviewers at once;
an afternoon by keyboard alone. Database calls stand `beside` (`worker.py`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from initiatives import demonstration
from initiatives.invariants import violations
from initiatives.models import Campaign, Initiative
from orgtree.models import Unit
from tests.browser.chromium import chromium
from tests.browser.watch import Watch, phone_that_refuses_cookies
from tests.browser.worker import Worker, beside
from tests.factories import InitiativeFactory
from tests.factories.accounts import PASSWORD

pytestmark = pytest.mark.browser

LAPTOP = {"width": 1280, "height": 800}
FAULTS = {
    "workplace": "Hãy ghi rõ tổ, phân xưởng nào.",
    "description": "Phần mô tả chưa rõ đã làm gì và kết quả ra sao.",
    "benefit_value": "Giá trị làm lợi: hãy ghi cách tính.",
}
MENDED = {
    "workplace": "Tổ cắt, Xưởng may 2, Công ty Cổ phần May Sông Hiếu",
    "description": "Trước đây tổ chỉnh tay. Nay một người chỉnh cữ chặn một lần cho cả lô.",
    "benefit_value": "240 triệu",
}


@pytest.fixture
def portal(
    live_server: LiveServer, transactional_db: None, tree: dict[str, Unit], campaigns: dict[str, Campaign]
) -> Iterator[str]:
    demonstration.seed(password=PASSWORD, at=timezone.now())
    yield live_server.url
    assert list(violations()) == []


def receive(number: int = 1) -> list[Initiative]:
    """Sent today from Đông Hà by the same phone, one after the other."""
    campaign = Campaign.objects.get(slug=demonstration.SLUG)
    today = timezone.localdate()
    return [
        InitiativeFactory(
            campaign=campaign,
            unit=Unit.objects.get(code="quang-tri/dong-ha"),
            phone_digits="0912345678",
            submitted_at=timezone.now() - timedelta(minutes=number - each),
            applied_on=today - timedelta(days=60),
            recognised_on=today - timedelta(days=30),
            title=f"Cữ chặn có thước khắc, kiểu {each + 1}",
        )
        for each in range(number)
    ]


def now_of(initiative: Initiative) -> Initiative:
    return Initiative.objects.prefetch_related("events").get(pk=initiative.pk)


def desk_of(initiative: Initiative) -> str:
    return f"/admin/initiatives/initiative/{initiative.pk}/change/"


@contextmanager
def officer_at(browser: Browser, url: str, username: str) -> Iterator[Page]:
    """Signed in at a laptop; nothing sticks out, comes from elsewhere, or complains but of an answer of 409."""
    context = browser.new_context(
        viewport=LAPTOP,  # type: ignore[arg-type]
        base_url=url,
        locale="vi-VN",
        reduced_motion="reduce",
    )
    context.set_default_timeout(20_000)
    page, watch = context.new_page(), Watch(context)
    page.goto("/admin/")
    page.fill("[name=username]", username)
    page.fill("[name=password]", PASSWORD)
    press(page, "#login-form [type=submit]")
    yield page
    assert page.evaluate("document.documentElement.scrollWidth") == LAPTOP["width"]
    assert [each for each in watch.complaints if "409" not in each] == []
    assert watch.hosts == {urlsplit(url).netloc}
    context.close()


def press(page: Page, selector: str) -> None:
    with page.expect_navigation():
        page.click(selector)


def test_returned_with_three_faults_and_corrected_in_one_go(portal: str) -> None:
    (initiative,) = beside(receive)
    with chromium() as browser, officer_at(browser, portal, "demo-dong-ha") as page:
        page.goto(desk_of(initiative))
        page.click("#return > summary")
        page.check("#return [value=description_unclear]")
        page.check("#return [value=workplace_unclear]")
        page.click("#return .reason:has([value=workplace_unclear]) summary")
        page.fill("#return [name=text_workplace_unclear]", FAULTS["workplace"])
        page.fill("#return [name=own_words]", FAULTS["benefit_value"])
        page.select_option("#return [name=own_field]", "benefit_value")
        press(page, "#return button[value=return]")
        expect(page.locator(".messagelist")).to_contain_text("Đã trả lại để bổ sung")

    with phone_that_refuses_cookies(base_url=portal) as page:
        watch, worker = Watch(page.context), Worker(page)
        page.goto("/tra-cuu/")
        worker.answer({"code": initiative.receipt_code, "phone": "0912.345.678"})
        worker.press()
        for sentence in FAULTS.values():
            expect(page.locator("main")).to_contain_text(sentence)
        worker.follow("Bổ sung")
        expect(beside_field(page, "workplace")).to_contain_text(FAULTS["workplace"])
        worker.answer({"workplace": MENDED["workplace"]})
        worker.press("next")
        for name in ("description", "benefit_value"):
            expect(beside_field(page, name)).to_contain_text(FAULTS[name])
        worker.answer({name: MENDED[name] for name in ("description", "benefit_value")})
        worker.press("next")
        worker.press("next")
        worker.press("confirm")
        expect(page.locator(".badge")).to_have_text("Đã nhận, chờ xét")
        assert watch.complaints == []

    mended = beside(now_of, initiative)
    assert (mended.workplace, mended.description, mended.benefit_value) == (
        MENDED["workplace"],
        MENDED["description"],
        240_000_000,
    )
    assert [event.act for event in mended.events.all()] == ["received", "returned", "resent"]

    with chromium() as browser, officer_at(browser, portal, "demo-dong-ha") as page:
        page.goto("/admin/initiatives/initiative/?resent=yes")
        with page.expect_navigation():
            page.click(f"a:has-text('{initiative.title}')")
        expect(page.locator(".desk-again")).to_contain_text("Người nộp gửi lại")
        told = page.locator(".beside.asked").all_inner_texts()
        assert sorted(told) == sorted(f"Đã yêu cầu: {sentence}" for sentence in FAULTS.values())


def beside_field(page: Page, name: str) -> Locator:
    """What the union asks, in the very field of the form."""
    return page.locator(f".field:has([name='{name}']) .remark")


def test_two_reviewers_at_once(portal: str) -> None:
    (initiative,) = beside(receive)
    own_words = "Chưa thấy áp dụng ở tổ 2, hãy hỏi lại đơn vị"
    with (
        chromium() as browser,
        officer_at(browser, portal, "demo-dong-ha") as first,
        officer_at(browser, portal, "demo-quang-tri") as second,
    ):
        name = first.inner_text("#user-tools strong")
        for page in (first, second):
            page.goto(desk_of(initiative))
        second.click("#return > summary")
        second.check("#return [value=benefit_unclear]")
        second.fill("#return [name=own_words]", own_words)
        press(first, "#approve")

        press(second, "#return button[value=return]")
        told = second.locator(".messagelist")
        expect(told).to_contain_text(f"{name} đã đánh dấu hợp lệ sáng kiến này lúc ")
        expect(second.locator(".desk-note textarea[name=own_words]")).to_have_value(own_words)
        expect(second.locator(".desk-note [value=benefit_unclear]")).to_be_checked()

        assert [event.act for event in beside(now_of, initiative).events.all()] == ["received", "approved"]

        second.click("#reopen > summary")
        second.fill("#reopen [name=why]", own_words)
        press(second, "#reopen button[value=reopen]")

    reopened = beside(now_of, initiative)
    assert reopened.status == "submitted"
    assert reopened.events.last().reasons[0]["text"] == own_words


def test_an_afternoon_by_keyboard_alone(portal: str) -> None:
    rows = beside(receive, 4)
    with chromium() as browser, officer_at(browser, portal, "demo-dong-ha") as page:
        page.goto(desk_of(rows[0]))
        place = page.locator(".desk-way b")
        expect(place).to_contain_text("1/4")

        page.keyboard.press("h")
        expect(page.locator("#approve")).to_be_focused()
        assert beside(now_of, rows[0]).status == "submitted", "one key decides nothing"
        with page.expect_navigation():
            page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text(rows[1].title)
        expect(place).to_contain_text("1/3")

        with page.expect_navigation():
            page.keyboard.press("b")
        expect(place).to_contain_text("2/3")
        page.keyboard.press("t")
        page.keyboard.press("2")
        page.keyboard.press("Escape")
        expect(page.locator("#return > summary")).to_be_focused()
        page.keyboard.press("t")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text(rows[3].title)

        page.keyboard.press("k")
        page.locator("#decline [name=own_words]").focus()
        page.keyboard.type("thb")  # letters, while one types
        expect(page.locator("#decline [name=own_words]")).to_have_value("thb")
        with page.expect_navigation():
            page.keyboard.press("Escape")
            page.keyboard.press("l")
        expect(page.locator("h1")).to_have_text(rows[1].title)

        page.click("[data-keys-off]")
        page.keyboard.press("h")
        expect(page.locator("#approve")).not_to_be_focused()

    assert [beside(now_of, row).status for row in rows] == ["valid", "submitted", "returned", "submitted"]


def test_a_hint_ticks_its_reason_with_scripts_and_without(portal: str) -> None:
    (initiative,) = beside(receive)
    with chromium() as browser, officer_at(browser, portal, "demo-dong-ha") as page:
        page.goto(desk_of(initiative))
        page.click("#return > summary")
        page.fill("#return [name=own_words]", "Đã gõ trước")
        page.click(".offer")
        expect(page.locator("#return [value=no_recognition]")).to_be_checked()
        expect(page.locator("#return [name=own_words]")).to_have_value("Đã gõ trước")

        page.goto(desk_of(initiative) + (page.get_attribute(".offer", "href") or ""))
        expect(page.locator("#return [value=no_recognition]")).to_be_checked()
    assert beside(now_of, initiative).status == "submitted"
