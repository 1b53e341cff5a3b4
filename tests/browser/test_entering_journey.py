"""A union officer enters a file of 500 for a factory: the template, what to put right, progress, the slips, and once.

Database calls stand `beside` (`worker.py`).
"""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.db import connections
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from initiatives import demonstration, jobs
from initiatives.invariants import violations
from initiatives.models import Campaign, Initiative
from orgtree.models import StaffAccount, Unit
from portal.vietnamese import days
from tests.browser.chromium import chromium
from tests.browser.test_staff_journeys import at_a_desk, press
from tests.browser.worker import beside
from tests.factories.accounts import PASSWORD

pytestmark = pytest.mark.browser

FACTORY = "CĐCS Công ty CP May Đông Hà"
PEOPLE = 500


@pytest.fixture
def portal(
    live_server: LiveServer, transactional_db: None, tree: dict[str, Unit], campaigns: dict[str, Campaign]
) -> Iterator[str]:
    demonstration.seed(password=PASSWORD, at=timezone.now())
    StaffAccount.objects.filter(username="demo-cdcs").update(phone="0905 111 222")
    with a_worker():
        yield live_server.url
    assert list(violations()) == []


@contextmanager
def a_worker() -> Iterator[None]:
    """Carries jobs, as `manage.py worker` does beside the server."""
    ended = threading.Event()

    def work() -> None:
        try:
            while not ended.is_set():
                if not jobs.run_some(timezone.now, seconds=1):
                    ended.wait(0.1)
        finally:
            connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def test_a_file_of_five_hundred_is_entered_for_a_factory(portal: str, tmp_path: Path) -> None:
    with chromium() as browser, at_a_desk(browser, portal, "demo-cdcs", PASSWORD) as page:
        page.goto("/admin/initiatives/initiative/")
        press(page, "text=Nhập từ Excel")
        sheet = tmp_path / "mau.xlsx"
        with page.expect_download() as download:
            page.click("a:has-text('Tải tệp mẫu')")
        download.value.save_as(sheet)
        fill_in(sheet, names=[f"Nguyễn Thị Số {number}" for number in range(1, PEOPLE)] + [""])
        send(page, sheet)

        follow(page, "Xem từng dòng rồi nhập")
        expect(page.locator(".sheet-counts")).to_contain_text("499 sẽ nhập")
        with page.expect_download() as download:
            page.click("a:has-text('Tải tệp chỉ gồm các dòng cần sửa')")
        wrong = tmp_path / "can-sua.xlsx"
        download.value.save_as(wrong)
        assert beside(Initiative.objects.count) == 0, "nothing is written before the button"
        press(page, "[value^='Nhập 499 sáng kiến']")
        follow(page, "In 499 phiếu biên nhận")
        expect(page.locator("body")).to_contain_text("Nguyễn Thị Số 1")

        mend(wrong, name="Nguyễn Thị Số 500")
        page.goto("/admin/initiatives/initiative/nhap-tep/")
        send(page, wrong)
        press(page, "[value='Nhập 1 sáng kiến']")
        expect(page.locator("#content-main")).to_contain_text("Đã nhập 1 sáng kiến.")
        assert beside(Initiative.objects.filter(entered_by__username="demo-cdcs").count) == PEOPLE

        page.goto("/admin/initiatives/initiative/nhap-tep/")
        send(page, sheet)
        follow(page, "Xem từng dòng rồi nhập")
        expect(page.locator(".sheet-counts")).to_contain_text("499 đã có, bỏ qua")
        assert beside(Initiative.objects.count) == PEOPLE


def send(page: Page, sheet: Path) -> None:
    page.set_input_files("[name=file]", sheet)
    page.select_option("[name=campaign]", demonstration.SLUG)
    press(page, "[value='Xem trước']")


def follow(page: Page, words: str) -> None:
    """The page of a job renews itself until it is done."""
    link = page.get_by_role("link", name=re.compile(words))
    expect(link).to_be_visible(timeout=240_000)
    with page.expect_navigation():
        link.click()


def fill_in(path: Path, names: list[str]) -> None:
    """Every required column, for somebody each; the unit is left to the officer's own."""
    book = openpyxl.load_workbook(path)
    sheet: Any = book.worksheets[0]
    places = {cell.value: cell.column for cell in sheet[1]}
    day = days.shown((timezone.now() - timedelta(days=20)).date())
    for number, name in enumerate(names, start=1):
        row = {
            "Họ và tên": name,
            "Số điện thoại": f"09{number:08d}",
            "Số căn cước công dân (CCCD) hoặc CMND": f"0450{number:08d}",
            "Nơi làm việc": FACTORY,
            "Nhóm đối tượng": "Cán bộ công đoàn",
            "Tên sáng kiến": f"Cải tiến thao tác ở máy số {number}",
            "Loại giải pháp": "Giải pháp kỹ thuật",
            "Ngày bắt đầu áp dụng": day,
            "Ngày được công nhận": day,
            "Người, nơi công nhận": "Hội đồng sáng kiến công ty",
            "Nội dung": "Trước đây làm bằng tay. Nay có bàn gá.",
            "Cam kết đủ": "x",
            "Đã đồng ý trên giấy": "x",
        }
        for heading, value in row.items():
            sheet.cell(number + 1, places[heading], value)
    book.save(path)


def mend(path: Path, name: str) -> None:
    book = openpyxl.load_workbook(path)
    sheet: Any = book.worksheets[0]
    assert (sheet.max_row, sheet["A2"].value) == (2, "Họ và tên: Hãy nhập họ và tên.")
    sheet["B2"].value = name
    book.save(path)
