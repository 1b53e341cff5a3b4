"""The receipt in hand: its code copied, its QR read from the screen, the whole of it on one sheet."""

from collections.abc import Iterator
from io import BytesIO

import pypdfium2
import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from initiatives.models import Initiative
from tests.browser.chromium import chromium
from tests.browser.watch import PHONE
from tests.browser.worker import beside
from tests.factories import AttachmentFactory, ContactFactory, InitiativeFactory

pytestmark = pytest.mark.browser

LONGEST_TITLE = ("NGHIÊN CỨU ỨNG DỤNG ĐỒ GÁ KẸP PHÔI CHO MÁY KHOAN " * 6)[:250].strip()
MARGIN = dict.fromkeys(("top", "bottom", "left", "right"), "10mm")


@pytest.fixture
def initiative(transactional_db: None) -> Initiative:
    ContactFactory()
    initiative = InitiativeFactory(title=LONGEST_TITLE)
    AttachmentFactory(initiative=initiative)
    return initiative


@pytest.fixture
def context(live_server: LiveServer, initiative: Initiative) -> Iterator[BrowserContext]:
    with chromium() as browser:
        yield browser.new_context(base_url=live_server.url, viewport=PHONE, device_scale_factor=2)  # type: ignore[arg-type]


@pytest.fixture
def page(context: BrowserContext, initiative: Initiative) -> Page:
    page = context.new_page()
    page.goto(f"/bien-nhan/{initiative.token}/")
    return page


def read(picture: Image.Image) -> list[str]:
    return [code.text for code in zxingcpp.read_barcodes(picture)]


def on_paper(page: Page, size: str) -> pypdfium2.PdfDocument:
    return pypdfium2.PdfDocument(page.pdf(format=size, margin=MARGIN))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["receipt-code", "receipt-link"])
def test_a_button_copies_it(context: BrowserContext, page: Page, name: str) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    button = page.locator(f"[data-copy={name}]")
    button.click()
    expect(button).to_contain_text("Đã chép")

    assert page.evaluate("navigator.clipboard.readText()") == page.inner_text(f"#{name}")


def test_a_clipboard_that_never_answers_leaves_the_text_selected(
    context: BrowserContext, initiative: Initiative
) -> None:
    context.add_init_script(
        "navigator.clipboard.writeText = () => new Promise(() => {}); document.execCommand = () => false"
    )
    page = context.new_page()
    page.goto(f"/bien-nhan/{initiative.token}/")
    button = page.locator("[data-copy=receipt-link]")
    button.click()

    expect(button).to_have_text("Nhấn giữ đường dẫn, rồi bấm Sao chép")
    assert page.evaluate("getSelection().toString().trim()") == page.url


def test_another_phone_reads_the_code_from_the_first_screen(page: Page) -> None:
    screen = Image.open(BytesIO(page.screenshot()))

    assert read(screen) == [page.url]
    assert page.locator(".qr svg").evaluate("drawing => drawing.getBoundingClientRect().width") >= 180


@pytest.mark.parametrize(
    ("size", "title"), [("A4", LONGEST_TITLE), ("A5", "Cữ chặn có thước khắc cho máy cắt vải nhiều lớp")]
)
def test_it_is_printed_on_one_sheet_without_anything_to_press(
    page: Page, initiative: Initiative, size: str, title: str
) -> None:
    beside(Initiative.objects.filter(pk=initiative.pk).update, title=title)
    page.reload()
    (sheet,) = on_paper(page, size)

    words = " ".join(sheet.get_textpage().get_text_range().split())
    assert page.inner_text("#receipt-code") in words
    assert page.url in words
    assert title in words
    assert not [word for word in ("Chép", "In biên nhận", "Tôi đã lưu mã", "Tra cứu kết quả") if word in words]
    assert read(sheet.render(scale=2).to_pil()) == [page.url]


def test_a_button_prints_it(context: BrowserContext, initiative: Initiative) -> None:
    context.add_init_script("window.print = () => { window.printed = true }")
    page = context.new_page()
    page.goto(f"/bien-nhan/{initiative.token}/")
    page.click("text=In biên nhận")

    assert page.evaluate("window.printed")
