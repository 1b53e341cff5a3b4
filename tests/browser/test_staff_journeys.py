"""Three errands of staff in a real browser: a province sets up its districts, a district sets up 300 grassroots unions from a
file, a province merges and nothing is lost. Database calls stand `beside` (`worker.py`).
"""

import base64
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import openpyxl
import pytest
from django.utils import timezone
from django_otp.oath import totp
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from initiatives import demonstration
from initiatives.invariants import violations
from initiatives.models import Campaign, Initiative
from initiatives.progress import tally
from orgtree.checking import faults_in_tree
from orgtree.models import Level, StaffAccount, Unit
from orgtree.roles import Role
from tests.browser.chromium import chromium
from tests.browser.watch import Watch
from tests.browser.worker import beside
from tests.factories import InitiativeFactory
from tests.factories.accounts import PASSWORD

pytestmark = pytest.mark.browser

DESK = {"width": 1280, "height": 900}
OWN_PASSWORD = "sông-hiếu-xanh-2026"
DOCUMENT = "Quyết định 15/QĐ-LĐLĐ ngày 20/6/2025 của LĐLĐ tỉnh Quảng Trị"


@pytest.fixture
def portal(
    live_server: LiveServer, transactional_db: None, tree: dict[str, Unit], campaigns: dict[str, Campaign]
) -> Iterator[str]:
    campaign = demonstration.seed(password=PASSWORD, at=timezone.now())
    yield live_server.url
    assert list(faults_in_tree()) == []
    assert list(violations()) == []
    assert tally.refresh(campaign, at=timezone.now())
    assert tally.differences(campaign) == []


def test_a_province_sets_up_its_districts(portal: str, tmp_path: Path) -> None:
    with chromium() as browser:
        with at_a_desk(browser, portal, "demo-quang-tri", PASSWORD) as page:
            page.goto(f"/admin/orgtree/unit/{beside(unit, 'quang-tri').pk}/them/")
            for name in ("Thử Nghiệm Bắc", "Thử Nghiệm Nam"):
                page.select_option("[name=level]", Level.DISTRICT)
                page.fill("[name=name]", f"Liên đoàn Lao động huyện {name}")
                press(page, "[name=another]")
                expect(page.locator(".messagelist")).to_contain_text(f"Đã thêm LĐLĐ huyện {name}")

            page.goto("/admin/orgtree/staffaccount/nhap/")
            sheet = tmp_path / "tai-khoan.xlsx"
            with page.expect_download() as download:
                page.click("a[href$='/mau/district/']")
            download.value.save_as(sheet)
            fill_in(sheet, {"Thử Nghiệm Bắc": "Hoàng Thị Lụa", "Thử Nghiệm Nam": "Phan Văn Rành"})
            page.set_input_files("[name=file]", sheet)
            press(page, "[value='Xem trước']")
            press(page, "[value='Tạo 2 tài khoản và in phiếu']")
            slips = page.locator(".slip").all_inner_texts()
            names = page.locator(".slip-typed").all_inner_texts()

        assert len(slips) == 2
        first = beside(StaffAccount.objects.get, username=names[0])
        with at_a_desk(browser, portal, first.username, names[1], phone_size=True) as page:
            page.fill("[name=new_password1]", OWN_PASSWORD)
            page.fill("[name=new_password2]", OWN_PASSWORD)
            press(page, "[value='Đặt mật khẩu']")
            key = page.inner_text(".own-key").replace(" ", "")
            page.fill("[name=code]", code_of(key))
            press(page, "[value='Bật lớp bảo vệ thứ hai']")
            page.goto("/admin/orgtree/unit/")
            rows = page.locator("#result_list tbody tr")
            expect(rows).to_have_count(1)
            expect(rows).to_contain_text("Thử Nghiệm Bắc")


def test_a_district_sets_up_three_hundred_unions_from_a_file(portal: str, tmp_path: Path) -> None:
    parent = "LĐLĐ thành phố Đông Hà [quang-tri/dong-ha]"
    right = [[parent, f"Công đoàn cơ sở Công ty TNHH Thử Nghiệm Số {number}"] for number in range(1, 301)]
    wrong = [["LĐLĐ huyện Không Có", "Công đoàn cơ sở Trường Tiểu học Sao Mai"], [parent, ""]]
    with chromium() as browser, at_a_desk(browser, portal, "demo-dong-ha", PASSWORD) as page:
        page.goto("/admin/orgtree/unit/nhap/")
        sheet = tmp_path / "cdcs.xlsx"
        with page.expect_download() as download:
            page.click("a:has-text('Tải tệp mẫu')")
        download.value.save_as(sheet)
        write_rows(sheet, [*right, *wrong])
        send(page, sheet)
        expect(page.locator("#content-main")).to_contain_text("2 dòng cần sửa")
        with page.expect_download() as download:
            page.click("text=Tải tệp có ghi chỗ cần sửa")
        told = tmp_path / "can-sua.xlsx"
        download.value.save_as(told)
        assert beside(count_of_grassroots) == 1, "nothing is written before the button"

        mend(told, parent=parent, name="Công đoàn cơ sở Trường Tiểu học Sao Mai")
        page.goto("/admin/orgtree/unit/nhap/")
        send(page, told)
        press(page, "[value='Thêm 302 công đoàn cơ sở']")
        assert beside(count_of_grassroots) == 303

        page.goto("/admin/orgtree/unit/nhap/")
        send(page, told)
        expect(page.locator("#content-main")).to_contain_text("302 dòng đã có")
        assert beside(count_of_grassroots) == 303

        page.goto(f"/don-vi/?q=thu+nghiem+so+217&chuong-trinh={demonstration.SLUG}")
        page.click("a[href*='/nop/']")
        expect(page.locator("#main-form")).to_contain_text("Thử Nghiệm Số 217")


def test_a_province_merges_and_nothing_is_lost(portal: str) -> None:
    received = beside(initiatives_of_two_provinces)
    with chromium() as browser:
        with at_a_desk(browser, portal, "demo-tld", PASSWORD) as page:
            page.goto(f"/admin/orgtree/unit/{beside(unit, 'tld').pk}/them/")
            page.select_option("[name=level]", Level.PROVINCE)
            page.fill("[name=name]", "Liên đoàn Lao động tỉnh Quảng Trị Mới")
            page.fill("[name=day]", "1/7/2025")
            page.fill("[name=document]", DOCUMENT)
            press(page, ".submit-row [type=submit] >> nth=0")
            for code in ("quang-binh", "quang-tri"):
                page.goto(f"/admin/orgtree/unit/{beside(unit, code).pk}/sap-nhap/")
                choose(page, "into", "Quảng Trị Mới")
                page.check("[name=ending][value=district]")
                page.fill("[name=day]", "1/7/2025")
                page.fill("[name=document]", DOCUMENT)
                press(page, "[value='Xem trước']")
                expect(page.locator("#content-main")).to_contain_text("LĐLĐ")
                press(page, "[name=confirm]")
        assert beside(initiatives_seen_by, "demo-quang-tri") == received

        with at_a_desk(browser, portal, "demo-quang-tri", PASSWORD) as page:
            page.goto("/admin/initiatives/initiative/?status=submitted")
            expect(page.locator("#result_list tbody tr")).to_have_count(len(received))
            page.goto(f"/{demonstration.SLUG}/nop/?don-vi=quang-tri/dong-ha")
            expect(page.locator("#main-form")).to_contain_text("Đông Hà")


# --- who sits there ---------------------------------------------------------------------------------------------------


@contextmanager
def at_a_desk(browser: Browser, url: str, username: str, password: str, *, phone_size: bool = False) -> Iterator[Page]:
    """Signed in; nothing sticks out, complains, or comes from elsewhere."""
    size = {"width": 360, "height": 740} if phone_size else DESK
    context = browser.new_context(
        viewport=size,  # type: ignore[arg-type]
        base_url=url,
        accept_downloads=True,
        locale="vi-VN",
        reduced_motion="reduce",
    )
    context.set_default_timeout(30_000)
    page = context.new_page()
    watch = Watch(context)
    widths: list[int] = []
    page.on("load", lambda page: widths.append(page.evaluate("document.documentElement.scrollWidth")))
    page.goto("/admin/")
    page.fill("[name=username]", username)
    page.fill("[name=password]", password)
    press(page, "#login-form [type=submit]")
    yield page
    assert watch.complaints == []
    assert watch.hosts == {urlsplit(url).netloc}
    assert set(widths) == {size["width"]}
    context.close()


def press(page: Page, selector: str) -> None:
    with page.expect_navigation():
        page.click(selector)


def choose(page: Page, name: str, typed: str) -> None:
    """From a list that searches while one types."""
    page.click(f"#id_{name} + .select2")
    page.fill(".select2-search__field", typed)
    page.click(f".select2-results__option:has-text('{typed}')")


def send(page: Page, sheet: Path) -> None:
    page.set_input_files("[name=file]", sheet)
    press(page, "[value='Xem trước']")


def code_of(key: str) -> str:
    """What the application on the phone would show for the key typed into it."""

    secret = base64.b32decode(key + "=" * (-len(key) % 8))
    return f"{totp(secret):06}"


# --- what is written into sheets --------------------------------------------------------------------------------------


def headings_of(sheet: openpyxl.worksheet.worksheet.Worksheet) -> tuple[int, dict[str, int]]:
    """The row of the headings, and the column of each."""
    for row in sheet.iter_rows(max_row=30):
        found = {re.sub(r"\W+$", "", str(cell.value)): cell.column for cell in row if cell.value}
        if "Họ và tên" in found or "Tên công đoàn cơ sở" in found:
            return row[0].row, found
    raise AssertionError("no headings")


def fill_in(path: Path, people: dict[str, str]) -> None:
    book = openpyxl.load_workbook(path)
    top, columns = headings_of(book.worksheets[0])
    for row in book.worksheets[0].iter_rows(min_row=top + 1):
        for place, person in people.items():
            if place in str(row[columns["Đơn vị"] - 1].value):
                book.worksheets[0].cell(row[0].row, columns["Họ và tên"], person)
    book.save(path)


def write_rows(path: Path, rows: Sequence[Sequence[str]]) -> None:
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    top, columns = headings_of(sheet)
    for number, (parent, name) in enumerate(rows, start=top + 1):
        sheet.cell(number, columns["Đơn vị cấp trên"], parent)
        sheet.cell(number, columns["Tên công đoàn cơ sở"], name)
    book.save(path)


def mend(path: Path, *, parent: str, name: str) -> None:
    """Puts right what the sheet says must be put right."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    top, columns = headings_of(sheet)
    for number in range(top + 1, sheet.max_row + 1):
        if not sheet.cell(number, columns["Cần sửa"]).value:
            continue
        sheet.cell(number, columns["Đơn vị cấp trên"], parent)
        if not sheet.cell(number, columns["Tên công đoàn cơ sở"]).value:
            sheet.cell(number, columns["Tên công đoàn cơ sở"], name.replace("Sao Mai", "Hoa Sen"))
    book.save(path)


# --- what happens beside them -----------------------------------------------------------------------------------------


def unit(code: str) -> Unit:
    return Unit.objects.get(code=code)


def count_of_grassroots() -> int:
    return Unit.objects.filter(level=Level.GRASSROOTS).count()


def initiatives_of_two_provinces() -> set[str]:
    """Sent from a province, a district of it and a union of that, on both sides."""
    campaign = Campaign.objects.get(slug=demonstration.SLUG)
    codes = ("quang-tri", "quang-tri/dong-ha", demonstration.GRASSROOTS_CODE, "quang-binh", "quang-binh/dong-hoi")
    day = timezone.localdate() - timedelta(days=30)
    rows = [InitiativeFactory(campaign=campaign, unit=unit(code), applied_on=day) for code in codes]
    return {row.receipt_code for row in rows}


def initiatives_seen_by(username: str) -> set[str]:
    account = StaffAccount.objects.select_related("unit").get(username=username)
    assert account.role == Role.MANAGER
    rows = Initiative.objects.visible_to(account)
    return set(rows.values_list("receipt_code", flat=True))
