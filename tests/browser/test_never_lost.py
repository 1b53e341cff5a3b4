"""What is being typed stays on the phone until the portal has it, and a lost line loses nothing."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from initiatives import demonstration
from initiatives.models import Campaign, Draft, Phase
from orgtree.models import Unit
from tests.browser.chromium import chromium
from tests.browser.test_errand import idea
from tests.browser.watch import PHONE
from tests.browser.worker import Worker, beside
from tests.factories.accounts import PASSWORD
from tests.journeys.answers import WORKER_2022
from tests.submission.test_repairs import TCVN3

pytestmark = pytest.mark.browser

BEGIN = f"/{demonstration.SLUG}/nop/"
WORKER = WORKER_2022 | {"top_unit": "quang-tri"}
KEPT = "Đã lưu nháp trên máy này lúc"
FILLED = "Đã điền lại nội dung bạn gõ trên máy này"
LOST = "Mất kết nối mạng"


@pytest.fixture
def campaign(transactional_db: None, tree: dict[str, Unit], campaigns: dict[str, Campaign]) -> Campaign:
    return demonstration.seed(password=PASSWORD, at=timezone.now())


@pytest.fixture
def context(live_server: LiveServer, campaign: Campaign) -> Iterator[BrowserContext]:
    with chromium() as browser:
        context = browser.new_context(base_url=live_server.url, viewport=PHONE, locale="vi-VN")  # type: ignore[arg-type]
        context.set_default_timeout(10_000)
        yield context


@pytest.fixture
def page(context: BrowserContext) -> Page:
    page = context.new_page()
    page.goto(BEGIN)
    return page


def stored(page: Page) -> str:
    return page.evaluate("JSON.stringify(Object.entries(localStorage))")


def drafts() -> int:
    return Draft.objects.count()


def test_what_was_typed_is_there_again_and_nothing_private_was_kept(page: Page) -> None:
    Worker(page).answer(WORKER)
    expect(page.locator("#id_unit option[value='quang-tri/huong-hoa']")).to_be_attached()
    Worker(page).answer({"unit": "quang-tri/huong-hoa"})
    expect(page.locator(".kept")).to_contain_text(KEPT)
    kept = stored(page)
    page.reload()

    expect(page.locator(".kept")).to_contain_text(FILLED)
    for name in ("full_name", "workplace"):
        assert page.input_value(f"[name={name}]") == WORKER[name]
    expect(page.locator("#id_unit")).to_have_value("quang-tri/huong-hoa")
    for name in ("phone", "national_id"):
        assert page.input_value(f"[name={name}]") == ""
        assert WORKER[name] not in kept
    expect(page.locator("[name=consent]")).not_to_be_checked()


def test_a_button_tapped_twice_forgets_it_on_a_shared_phone(page: Page) -> None:
    page.fill("[name=full_name]", "Hồ Văn Lâm")
    page.click("text=Xóa khỏi máy này")
    expect(page.locator("[name=full_name]")).to_have_value("Hồ Văn Lâm")
    assert "Hồ Văn Lâm" in stored(page)
    page.click("text=Bấm lần nữa để xóa")
    expect(page.locator("[name=full_name]")).to_have_value("")
    page.goto("/")
    assert stored(page) == "[]"
    page.goto(BEGIN)

    expect(page.locator("[name=full_name]")).to_have_value("")
    expect(page.locator(".kept")).to_have_count(0)


def test_what_the_portal_has_is_kept_no_longer(page: Page) -> None:
    worker = Worker(page)
    worker.answer(WORKER)
    worker.press("next")
    assert stored(page) == "[]"
    worker.answer(idea())
    expect(page.locator(".kept")).to_contain_text(KEPT)
    worker.press("back")
    worker.press("next")

    expect(page.locator("[name=title]")).to_have_value(str(idea()["title"]))
    assert stored(page) == "[]"
    page.goto(BEGIN)
    expect(page.locator("[name=full_name]")).to_have_value("")


def test_a_lost_line_keeps_the_page_and_sends_by_itself(context: BrowserContext, page: Page) -> None:
    worker = Worker(page)
    worker.answer(WORKER)
    context.set_offline(True)
    page.click("#main-form [name=next]")
    expect(page.locator("#main-form [role=status]", has_text=LOST)).to_be_visible()
    assert page.input_value("[name=phone]") == WORKER["phone"]
    page.fill("[name=position]", "Tổ phó tổ cắt")
    assert beside(drafts) == 0
    with page.expect_navigation(url="**/nhap/**"):
        context.set_offline(False)

    expect(page.locator("h1")).to_have_text("Sáng kiến của bạn là gì?")
    assert beside(lambda: Draft.objects.get().answers["position"]) == "Tổ phó tổ cắt"


def test_an_old_phone_sends_the_button_and_the_address_of_the_form(context: BrowserContext) -> None:
    """Safari of before 2022: no `submitter`, no `requestSubmit`, and a tapped button is not focused."""
    context.add_init_script(
        "delete HTMLFormElement.prototype.requestSubmit; delete SubmitEvent.prototype.submitter;"
        "addEventListener('mousedown', event => event.preventDefault(), true)"
    )
    page = context.new_page()
    page.goto(BEGIN)
    worker = Worker(page)
    worker.answer({name: value for name, value in WORKER.items() if name != "workplace"})
    worker.press("next")
    expect(page).to_have_title(re.compile("^Lỗi:"))
    worker.answer({"workplace": "Xưởng mộc Bến Hải"})
    worker.press("next")
    worker.answer(idea())
    worker.press("next")
    worker.press("next")
    worker.press("confirm")

    expect(page.locator("#receipt-code")).to_be_visible()
    assert beside(drafts) == 1
    assert stored(page) == "[]"


def test_where_only_the_question_is_blocked_pressing_again_sends(page: Page) -> None:
    page.route("**/healthz", lambda route: route.abort())
    Worker(page).answer(WORKER)
    said = page.locator("#main-form [role=status]", has_text=LOST)
    for _ in range(2):
        page.click("#main-form [name=next]")
        expect(said).to_be_visible()
        page.wait_for_timeout(300)
    with page.expect_navigation(url="**/nhap/**"):
        page.click("#main-form [name=next]")

    assert beside(drafts) == 1


def test_what_was_typed_on_one_step_outlives_the_saving_of_another(page: Page) -> None:
    worker = Worker(page)
    worker.answer(WORKER)
    worker.press("next")
    address = page.url
    page.fill("[name=title]", "Xe đẩy ván hai tầng")
    expect(page.locator(".kept")).to_contain_text(KEPT)
    page.goto(address.replace("noi-dung", "nguoi-nop"))
    page.click("text=Tiếp tục bản nháp này")
    page.goto(address.replace("noi-dung/", ""))
    page.click("text=Tiếp tục bản nháp này")

    expect(page.locator("[name=title]")).to_have_value("Xe đẩy ván hai tầng")


def test_a_line_that_breaks_while_it_sends_costs_nothing_that_may_be_kept(page: Page) -> None:
    worker = Worker(page)
    worker.answer(WORKER)
    worker.press("next")
    worker.answer(idea())
    page.route("**/noi-dung/", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    address = page.url
    with page.expect_event("requestfailed"):
        page.click("#main-form [name=next]")
    page.unroute("**/noi-dung/")
    page.goto(BEGIN)  # whatever the browser shows instead of the page, it is left
    page.goto(address)
    page.click("text=Tiếp tục bản nháp này")

    expect(page.locator("[name=title]")).to_have_value(str(idea()["title"]))
    expect(page.locator("[name=description]")).to_have_value(str(idea()["description"]).replace("\r\n", "\n"))
    worker.press("next")
    assert beside(drafts) == 1
    assert stored(page) == "[]"


def refuse_to_keep(page: Page) -> None:
    page.add_init_script("Object.defineProperty(window, 'localStorage', { get() { throw new Error('refused'); } })")
    page.reload()


@pytest.mark.parametrize("may_keep", [True, False], ids=["the phone keeps", "it refuses"])
def test_a_step_that_begins_with_an_objection_stands_at_the_address_of_its_draft(page: Page, may_keep: bool) -> None:
    if not may_keep:
        refuse_to_keep(page)
    worker = Worker(page)
    worker.answer(WORKER | {"phone": "12"})
    worker.press("next")
    expect(page).to_have_title(re.compile("^Lỗi:"))
    address = page.url
    page.fill("[name=workplace]", "Xưởng mộc Bến Hải")
    if may_keep:
        expect(page.locator(".kept")).to_contain_text(KEPT)
    page.close()
    again = page.context.new_page()
    again.goto(address)
    again.click("button[value=nguoi-nop]")

    expect(again.locator("[name=full_name]")).to_have_value(WORKER["full_name"])
    expect(again.locator("[name=phone]")).to_have_value("12")
    expect(again.locator("[name=workplace]")).to_have_value("Xưởng mộc Bến Hải" if may_keep else WORKER["workplace"])
    expect(again).to_have_title(re.compile("^Lỗi:"))


@pytest.mark.parametrize(
    ("changes", "button", "rows"),
    [
        pytest.param({"applied_on": "31/2/2022"}, "next", 0, id="objections"),
        pytest.param({}, "more", 1, id="another co-author"),
        pytest.param({"title": TCVN3}, "repair", 0, id="the repaired text"),
    ],
)
def test_back_reload_and_forward_find_a_step_that_was_answered_by_its_own_page(
    page: Page, changes: dict[str, str], button: str, rows: int
) -> None:
    worker = Worker(page)
    worker.answer(WORKER)
    worker.press("next")
    worker.answer({**idea(), **changes})
    if button == "repair":
        worker.press("next")
    worker.press(button)
    title = page.input_value("[name=title]")

    def is_there() -> None:
        expect(page.locator("h1")).to_have_text("Sáng kiến của bạn là gì?")
        expect(page.locator("[name=title]")).to_have_value(title)
        expect(page.locator("[name='co_authors-1-share']")).to_have_count(rows)

    page.goto("/tra-cuu/")
    page.go_back()
    is_there()
    page.reload()
    is_there()
    page.go_back()
    page.go_forward()
    is_there()


def test_what_was_typed_of_one_more_co_author_is_there_again(page: Page) -> None:
    worker = Worker(page)
    worker.answer(WORKER)
    worker.press("next")
    worker.answer(idea())
    worker.press("more")
    worker.answer({"co_authors-1-full_name": "Trần Văn Bình", "co_authors-1-share": "40"})
    expect(page.locator(".kept")).to_contain_text(KEPT)
    address = page.url
    page.goto(BEGIN)
    page.goto(address)
    page.click("button[value=noi-dung]")

    expect(page.locator("[name='co_authors-1-full_name']")).to_have_value("Trần Văn Bình")
    expect(page.locator("[name='co_authors-1-share']")).to_have_value("40")


def test_a_step_says_how_long_is_left_on_the_last_day(campaign: Campaign, page: Page) -> None:
    expect(page.locator("[data-seconds-left]")).to_have_count(0)
    beside(Phase.objects.filter(campaign=campaign).update, closes_at=timezone.now() + timedelta(minutes=90, seconds=30))
    page.clock.install()
    page.goto(BEGIN)
    left = page.locator("[data-seconds-left]")
    expect(left).to_have_text("Còn 1 giờ 30 phút là đóng.")
    page.clock.run_for(60 * 60 * 1000)
    expect(left).to_have_text("Còn 30 phút là đóng.")
    page.clock.run_for(40 * 60 * 1000)

    expect(left).to_have_text("Đã hết giờ nhận. Bấm lưu thì bản nháp vẫn được giữ.")


@pytest.mark.parametrize("is_closed", [False, True], ids=["no recognition yet", "closed meanwhile"])
def test_where_the_way_ends_the_phone_keeps_nothing_that_the_portal_has(page: Page, is_closed: bool) -> None:
    worker = Worker(page)
    worker.answer(WORKER)
    worker.press("next")
    worker.answer({"title": "Giá xoay", "description": "Chuyện riêng của tôi"})
    expect(page.locator(".kept")).to_contain_text(KEPT)
    assert "Giá xoay" in stored(page)
    if is_closed:
        beside(lambda: Phase.objects.update(closes_at=timezone.now() - timedelta(minutes=1)))
    worker.press("next" if is_closed else "unrecognised")

    expect(page.locator("h1")).to_have_text("Đã hết thời gian nhận" if is_closed else "Chưa được công nhận?")
    assert stored(page) == "[]"
    expect(page.locator("[data-kept-as]")).to_have_count(1)
