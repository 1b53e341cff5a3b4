"""The whole errand in a real browser at 360 px, with scripts and without.

The worker refuses every cookie; the officer signs in. Database calls stand `beside` (`worker.py`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import openpyxl
import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from initiatives import demonstration
from initiatives.invariants import violations
from initiatives.models import Campaign, Initiative, Status
from initiatives.progress import tally
from orgtree.models import Unit
from tests.browser.chromium import chromium
from tests.browser.watch import PHONE, Watch, phone_that_refuses_cookies
from tests.browser.worker import Worker, beside
from tests.journeys.answers import WORKER_2022, Answers, idea_2022
from tests.submission.samples import jpeg

pytestmark = pytest.mark.browser

PASSWORD = "mat-khau-thu-nghiem-1"
UNCLEAR = "Phần mô tả chưa rõ đã làm gì và kết quả ra sao."
CORRECTED = "Nay một người chỉnh cữ chặn một lần cho cả lô, cắt đều và không phải đo lại."
EITHER_WAY = pytest.mark.parametrize("has_scripts", [True, False], ids=["with-scripts", "without-scripts"])


@dataclass(frozen=True)
class Portal:
    """The demonstration campaign, open around today, on a server of its own."""

    url: str
    poster: str

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc


@pytest.fixture
def portal(
    live_server: LiveServer, transactional_db: None, tree: dict[str, Unit], campaigns: dict[str, Campaign]
) -> Iterator[Portal]:
    campaign = demonstration.seed(password=PASSWORD, at=timezone.now())
    yield Portal(live_server.url, f"/q/{campaign.poster_key}{tree['quang-tri/dong-ha'].poster_key}")
    assert list(violations()) == []
    assert tally.refresh(campaign, at=timezone.now())
    assert tally.differences(campaign) == []


def idea() -> Answers:
    """Applied two months and recognised one month ago."""
    today = timezone.localdate()
    return idea_2022(applied_on=today - timedelta(days=60), recognised_on=today - timedelta(days=30))


@contextmanager
def worker_at(portal: Portal, *, has_scripts: bool = True) -> Iterator[tuple[Worker, Watch]]:
    options = {"has_scripts": has_scripts, "base_url": portal.url}
    with phone_that_refuses_cookies(**options) as page:
        page.set_default_timeout(10_000)
        watch = Watch(page.context)
        yield Worker(page), watch
        assert watch.complaints == []
        assert watch.hosts == {portal.host}
        assert watch.cookies_set == []


def to_the_check(worker: Worker, portal: Portal) -> None:
    """From the poster to the last page, a picture with it."""
    worker.page.goto(portal.poster)
    worker.answer(WORKER_2022)
    worker.press("next")
    worker.answer(idea())
    worker.press("next")
    worker.bring({"name": "Quyết định 12.jpg", "mimeType": "image/jpeg", "buffer": jpeg(640, 480, orientation=6)})
    worker.press("next")


def received() -> list[Initiative]:
    return list(Initiative.objects.prefetch_related("attachments"))


# --- the worker -----------------------------------------------------------------------------------------------------


@EITHER_WAY
def test_two_taps_on_the_last_button_give_one_initiative_and_its_receipt(portal: Portal, has_scripts: bool) -> None:
    with worker_at(portal, has_scripts=has_scripts) as (worker, _):
        page = worker.page
        to_the_check(worker, portal)
        assert page.evaluate("(document.cookie = 'kept=1', document.cookie)") == ""
        expect(page.locator("h1")).to_have_text("Kiểm tra và nộp")
        expect(page.locator("main")).to_contain_text("Quyết định 12.jpg")
        page.dblclick("#main-form [name=confirm]")
        expect(page.locator("h1")).to_have_text("Đã nhận sáng kiến của bạn")
        code = page.inner_text("#receipt-code")

    (initiative,) = beside(received)
    assert initiative.receipt_code == code.replace(" ", "")
    assert initiative.unit.code == "quang-tri/dong-ha"
    assert [document.media_type for document in initiative.attachments.all()] == ["image/jpeg"]


@EITHER_WAY
def test_back_from_the_receipt_leads_to_the_receipt(portal: Portal, has_scripts: bool) -> None:
    with worker_at(portal, has_scripts=has_scripts) as (worker, _):
        page = worker.page
        to_the_check(worker, portal)
        worker.press("confirm")
        code = page.inner_text("#receipt-code")
        page.go_back()

        expect(page.locator("#receipt-code")).to_have_text(code)

    assert len(beside(received)) == 1


def test_the_same_from_the_first_step_is_asked_about(portal: Portal) -> None:
    with worker_at(portal) as (worker, _):
        to_the_check(worker, portal)
        worker.press("confirm")
        to_the_check(worker, portal)
        worker.press("confirm")
        expect(worker.page.locator("main")).to_contain_text("Cổng đã nhận sáng kiến này rồi")
        assert len(beside(received)) == 1

        worker.press("again", form="form")
        expect(worker.page.locator("h1")).to_have_text("Đã nhận sáng kiến của bạn")

    assert len(beside(received)) == 2


def test_without_scripts_a_button_brings_the_units_below(portal: Portal) -> None:
    with worker_at(portal, has_scripts=False) as (worker, _):
        worker.page.goto(f"/{demonstration.SLUG}/nop/")
        worker.answer({**WORKER_2022, "top_unit": "quang-tri"})
        worker.press("choose")

        assert worker.page.locator(".error").count() == 0
        assert worker.page.input_value("[name=full_name]") == WORKER_2022["full_name"]
        worker.answer({"unit": "quang-tri/huong-hoa"})
        worker.press("next")
        expect(worker.page.locator("h1")).to_have_text("Sáng kiến của bạn là gì?")


def test_with_scripts_the_units_below_come_by_themselves(portal: Portal) -> None:
    with worker_at(portal) as (worker, watch):
        page = worker.page
        page.goto(f"/{demonstration.SLUG}/nop/")
        expect(page.locator("#id_unit option")).to_have_text(["Hãy chọn tỉnh hoặc ngành trước"])
        page.select_option("[name=top_unit]", "quang-tri")
        page.select_option("[name=unit]", "quang-tri/huong-hoa")

        expect(page.locator("#id_unit option").first).to_have_text("Không rõ, hoặc không có")
        expect(page.locator("[name=choose]")).to_be_hidden()
        worker.answer(WORKER_2022)
        worker.press("next")
        expect(page.locator("h1")).to_have_text("Sáng kiến của bạn là gì?")
        assert [address for address in watch.requests if "thuoc=quang-tri" in address] != []


@EITHER_WAY
def test_another_co_author_is_shown_where_one_asked_for_it(portal: Portal, has_scripts: bool) -> None:
    with worker_at(portal, has_scripts=has_scripts) as (worker, _):
        page = worker.page
        page.goto(portal.poster)
        worker.answer(WORKER_2022)
        worker.press("next")
        worker.press("more")
        expect(page.locator("#co-authors")).to_be_in_viewport()
        worker.answer({**idea(), "share": "60"})
        worker.answer({"co_authors-1-full_name": "Lê Thị Kim Ngân", "co_authors-1-share": "30"})
        worker.press("next")

        expect(page.locator("[data-error-summary]")).to_be_in_viewport()
        worker.answer({"co_authors-1-share": "40"})
        worker.press("next")
        expect(page.locator("h1")).to_have_text("Tài liệu kèm theo")


# --- the worker and the officer -------------------------------------------------------------------------------------


@EITHER_WAY
def test_from_the_poster_to_the_printed_table(portal: Portal, tmp_path: Path, has_scripts: bool) -> None:
    with worker_at(portal, has_scripts=has_scripts) as (worker, _):
        to_the_check(worker, portal)
        worker.press("confirm")
        code = worker.page.inner_text("#receipt-code")

    with officer_at(portal, has_scripts=has_scripts) as page:
        open_from_the_inbox(page, str(idea()["title"]))
        page.click("summary:has-text('Trả lại bổ sung')")
        page.check("[name=reason][value=description_unclear]")
        press(page, "[name=decision][value=return]")
        assert beside(received)[0].status == Status.RETURNED

    with worker_at(portal, has_scripts=has_scripts) as (worker, _):
        page = worker.page
        track(worker, code)
        expect(page.locator("main")).to_contain_text(UNCLEAR)
        worker.follow("Bổ sung")
        expect(page.locator(".remark")).to_have_text(f"Công đoàn yêu cầu: {UNCLEAR}")
        worker.answer({"description": CORRECTED})
        worker.press("next")
        worker.press("next")
        worker.press("confirm")
        expect(page.locator(".badge")).to_have_text("Đã nhận, chờ xét")

    table = tmp_path / "bang.xlsx"
    with officer_at(portal, has_scripts=has_scripts) as page:
        open_from_the_inbox(page, str(idea()["title"]))
        press(page, "[name=decision][value=approve]")
        page.goto("/admin/initiatives/initiative/?status=valid")
        with page.expect_download() as download:
            page.click("text=Xuất bảng tổng hợp (mẫu Quảng Trị)")
        download.value.save_as(table)

    applied_on = timezone.localdate() - timedelta(days=60)
    assert first_row_of(table) == (
        1,
        "Đặng Thị Ánh Tuyết\n1988\nTổ trưởng tổ cắt\nXưởng may 2, Công ty Cổ phần May Sông Hiếu\n+84 912 345 678",
        idea()["title"],
        f"{applied_on:%d/%m/%Y}",
        CORRECTED,
        "Tiết kiệm 1,5 giờ mỗi ngày\nToàn xưởng\n1.200.000.000 đồng",
    )

    with worker_at(portal, has_scripts=has_scripts) as (worker, _):
        track(worker, code)
        expect(worker.page.locator(".badge")).to_have_text("Hợp lệ")


@contextmanager
def officer_at(portal: Portal, *, has_scripts: bool) -> Iterator[Page]:
    """Signed in on a phone of 360 px; nothing of the admin sticks out, complains, or comes from elsewhere."""
    with chromium() as browser:
        page = _phone_of_an_officer(browser, portal, has_scripts)
        watch = Watch(page.context)
        page.on("load", lambda page: widths.append(page.evaluate("document.documentElement.scrollWidth")))
        widths: list[int] = []
        page.goto("/admin/")
        page.fill("[name=username]", "demo-dong-ha")
        page.fill("[name=password]", PASSWORD)
        press(page, "#login-form [type=submit]")
        yield page
        assert watch.complaints == []
        assert watch.hosts == {portal.host}
        assert set(widths) == {PHONE["width"]}


def _phone_of_an_officer(browser: Browser, portal: Portal, has_scripts: bool) -> Page:
    context = browser.new_context(
        viewport=PHONE,  # type: ignore[arg-type]
        base_url=portal.url,
        java_script_enabled=has_scripts,
        accept_downloads=True,
        locale="vi-VN",
        reduced_motion="reduce",
    )
    context.set_default_timeout(10_000)
    return context.new_page()


def open_from_the_inbox(page: Page, title: str) -> None:
    page.goto("/admin/initiatives/initiative/")
    with page.expect_navigation():
        page.click(f"a:has-text('{title}')")
    expect(page.locator("#history")).to_contain_text("Đã nhận")


def press(page: Page, control: str) -> None:
    with page.expect_navigation():
        page.click(control)


def track(worker: Worker, code: str) -> None:
    worker.page.goto("/tra-cuu/")
    worker.answer({"code": code, "phone": "0912.345.678"})
    worker.press()


def first_row_of(table: Path) -> tuple[object, ...]:
    rows = list(openpyxl.load_workbook(table).active.iter_rows(values_only=True))
    heading = next(number for number, row in enumerate(rows) if row[0] == "TT")
    return rows[heading + 1][:6]
