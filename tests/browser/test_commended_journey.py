"""A province commends: a decision from recording to announcement, the author's certificate and the page that is shared.

Database calls stand `beside` (`worker.py`).
"""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from initiatives import demonstration
from initiatives.invariants import violations
from initiatives.models import Campaign, Initiative, Status
from orgtree.models import Unit
from portal.vietnamese import days
from tests.browser.chromium import chromium
from tests.browser.test_staff_journeys import at_a_desk, press
from tests.browser.worker import beside
from tests.factories import InitiativeFactory
from tests.factories.accounts import PASSWORD

pytestmark = pytest.mark.browser

TITLE = "Cữ chặn có thước khắc cho máy cắt vải"


@pytest.fixture
def portal(
    live_server: LiveServer, transactional_db: None, tree: dict[str, Unit], campaigns: dict[str, Campaign]
) -> Iterator[str]:
    demonstration.seed(password=PASSWORD, at=timezone.now())
    yield live_server.url
    assert list(violations()) == []


@pytest.fixture
def initiative(portal: str) -> Initiative:
    now = timezone.now()
    return InitiativeFactory(
        campaign=Campaign.objects.get(slug="sang-kien-thu-nghiem"),
        unit=Unit.objects.get(code="quang-tri/dong-ha"),
        status=Status.VALID,
        title=TITLE,
        full_name="Trần Thị Thu Hà",
        phone_digits="0912345678",
        field="production",
        publish_consented_at=now,
        submitted_at=now,
    )


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    kept = tmp_path / "anh.jpg"
    written = io.BytesIO()
    Image.effect_noise((900, 700), 60).convert("RGB").save(written, "JPEG")
    kept.write_bytes(written.getvalue())
    return kept


def test_a_province_commends_and_the_author_finds_it(portal: str, initiative: Initiative, photo: Path) -> None:
    today = days.shown(timezone.localdate())
    with chromium() as browser:
        with at_a_desk(browser, portal, "demo-quang-tri", PASSWORD, phone_size=True) as page:
            page.goto("/admin/initiatives/commendationdecision/add/")
            page.select_option("[name=campaign]", label=initiative.campaign.name)
            page.fill("[name=number]", "88/QĐ-LĐLĐ")
            page.fill("[name=decided_on]", today)
            page.fill("[name=form]", "Bằng khen của Ban Chấp hành")
            press(page, "[name=_save]")

            page.fill("[name=tim]", "thước khắc")
            press(page, "[value='Tìm']")
            page.check(f"label:has-text('{TITLE}') input")
            press(page, "[value='Thêm vào danh sách']")
            press(page, "a:has-text('Xem danh sách')")
            expect(page.locator(".commended li")).to_have_count(1)
            page.fill("[name^=hinh_thuc-]", "Bằng Lao động sáng tạo")
            press(page, "button:has-text('Công bố…')")
            expect(page.locator("#content-main")).to_contain_text("1 trên 1 người")
            press(page, "[value='Công bố 1 sáng kiến']")

            press(page, "button:has-text('Giới thiệu tiêu biểu')")
            page.fill("[name=story]", "Chị Hà nghĩ ra trong ca đêm.")
            page.set_input_files("[name=picture]", photo)
            page.check("[name=picture_is_allowed]")
            press(page, "button:has-text('Lưu và cho hiện')")
            press(page, "a:has-text('Xem trang công khai')")
            shared = page.url

        context = browser.new_context(base_url=portal, viewport={"width": 360, "height": 740})
        visitor = context.new_page()
        visitor.goto("/tra-cuu/")
        visitor.fill("[name=code]", initiative.receipt_code)
        visitor.fill("[name=phone]", "0912 345 678")
        press(visitor, "#main-form button")
        expect(visitor.locator(".badge").first).to_have_text("Được biểu dương")
        record = visitor.url
        address = visitor.get_attribute("a:has-text('Tải giấy chứng nhận')", "href")
        certificate = context.request.get(address or "")
        assert certificate.body().startswith(b"%PDF-")

        visitor.goto(shared)
        expect(visitor.locator("h1")).to_have_text(TITLE)
        expect(visitor.locator("main")).to_contain_text("Trần Thị Thu Hà")
        assert visitor.evaluate("document.querySelector('figure img').naturalWidth") > 0
        assert visitor.evaluate("document.documentElement.scrollWidth") == 360
        card = visitor.get_attribute("meta[property='og:image']", "content") or ""
        assert Image.open(io.BytesIO(context.request.get(card[card.index("/tieu-bieu/") :]).body())).size == (1200, 630)

        visitor.goto("/xac-nhan/")
        key = beside(lambda: initiative.commendations.get().key)
        visitor.fill("[name=ma]", f"{key[:4]} {key[4:8]}-{key[8:16]}".upper())
        press(visitor, "#main-form button")
        expect(visitor.locator("main")).to_contain_text("Bằng Lao động sáng tạo")

        visitor.goto(record)
        press(visitor, "button:has-text('Thôi đồng ý công bố')")
        expect(visitor.locator("#cong-bo")).to_contain_text("Bạn chưa đồng ý.")
        assert visitor.evaluate("document.documentElement.scrollWidth") == 360
        press(visitor, "a:has-text('Xem trang tiêu biểu')")
        assert visitor.url == shared
        expect(visitor.locator("main")).not_to_contain_text("Trần Thị Thu Hà")
        expect(visitor.locator("img")).to_have_count(0)
        assert context.cookies() == []
        context.close()
