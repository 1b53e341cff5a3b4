"""The errand "two provinces, one text" in a real browser: each province learns only that there is a twin and where, the
confederation compares and decides, both see what came of it, and it is taken back. Database calls stand `beside` (`worker.py`).
"""

from collections.abc import Iterator

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from initiatives.duplicates import screening
from initiatives.invariants import violations
from initiatives.models import Initiative, Status, TwinPair
from orgtree.roles import Role
from tests.browser.chromium import chromium
from tests.browser.test_staff_journeys import at_a_desk, press
from tests.browser.worker import beside
from tests.factories import CampaignFactory, InitiativeFactory, StaffAccountFactory, make_tree
from tests.factories.accounts import PASSWORD

pytestmark = pytest.mark.browser

TEXT = (
    "Trước đây hai công nhân phải lật từng tấm ván bằng tay giữa lúc sấy.\n"
    "Nay cả giá được treo trên trục có ổ bi nên một người xoay được trong nửa phút.\n"
    "Giá làm bằng thép hộp có sẵn ở xưởng, hết bốn triệu đồng."
)
COPIED = TEXT.replace("hai công nhân", "hai thợ").replace("bốn triệu", "năm triệu")
QUEUE = "/admin/initiatives/twinpair/"


@pytest.fixture
def portal(live_server: LiveServer, transactional_db: None) -> Iterator[str]:
    units = make_tree()
    campaign = CampaignFactory()
    rows = {"quang-tri": ("Bùi Thị Xuân Lan", TEXT), "dien-bien": ("Hoàng Văn Sơn", COPIED)}
    for code, (name, text) in rows.items():
        StaffAccountFactory(username=code, unit=units[code], role=Role.REVIEWER)
        title = f"Giá xoay sấy ván ghép của {name}"
        InitiativeFactory(campaign=campaign, unit=units[code], full_name=name, title=title, description=text)
    StaffAccountFactory(username="tong-lien-doan", unit=units["tld"], role=Role.REVIEWER)
    assert screening.screen_some(at=timezone.now(), limit=10) == 2
    yield live_server.url
    assert list(violations()) == []


def test_two_provinces_one_text(portal: str) -> None:
    pair = the_pair()
    desks = {code: f"/admin/initiatives/initiative/{of(code).pk}/change/" for code in ("quang-tri", "dien-bien")}
    codes = {code: of(code).receipt_code for code in desks}
    with chromium() as browser:
        for own, other, name, place in (
            ("quang-tri", "dien-bien", "Hoàng Văn Sơn", "Liên đoàn Lao động tỉnh Điện Biên"),
            ("dien-bien", "quang-tri", "Bùi Thị Xuân Lan", "Liên đoàn Lao động tỉnh Quảng Trị"),
        ):
            with at_a_desk(browser, portal, own, PASSWORD) as page:
                page.goto(desks[own])
                expect(page.locator("#twins")).to_contain_text(f"Có một sáng kiến gần giống ở {place}")
                expect(page.locator("#twins")).to_contain_text("Tổng Liên đoàn Lao động Việt Nam quyết định.")
                assert page.locator("#twins a").count() == 0
                shown = page.content()
                assert [text for text in (name, codes[other], f"{QUEUE}{pair.pk}/") if text in shown] == []
                assert page.request.get(f"{QUEUE}{pair.pk}/change/").status == 404
                page.goto(QUEUE)
                expect(page.locator(".nothing")).to_be_visible()

        with at_a_desk(browser, portal, "tong-lien-doan", PASSWORD, phone_size=True) as page:
            page.goto(QUEUE)
            press(page, "#result_list tbody th a")
            for name in ("Bùi Thị Xuân Lan", "Hoàng Văn Sơn"):
                expect(page.locator(".twin-table")).to_contain_text(name)
            marked = page.locator(".twin-table mark").all_inner_texts()
            assert any("thợ" in words for words in marked)
            assert any("công nhân" in words for words in marked)
            page.click("summary:has-text('Ghi thêm')")
            page.fill("[name=words]", "Quảng Trị nộp trước.")
            press(page, "[value=keep_earlier]")
            expect(page.locator(".messagelist")).to_contain_text("Không còn cặp nào chờ quyết định")
        assert beside(status_of, "quang-tri") == Status.SUBMITTED
        assert beside(status_of, "dien-bien") == Status.INVALID

        with at_a_desk(browser, portal, "dien-bien", PASSWORD) as page:
            page.goto(desks["dien-bien"])
            expect(page.locator("#twins")).to_contain_text("Tổng Liên đoàn Lao động Việt Nam đã kết luận: trùng lặp.")
            expect(page.locator("#history")).to_contain_text("Quảng Trị nộp trước.")
            assert "Bùi Thị Xuân Lan" not in page.content()

        with at_a_desk(browser, portal, "tong-lien-doan", PASSWORD) as page:
            page.goto(f"{QUEUE}?state=duplicate")
            press(page, "#result_list tbody th a")
            page.fill("[name=why]", "Hai đơn vị cùng làm, cần xem lại.")
            press(page, "[value=reopen]")
            expect(page.locator(".messagelist")).to_contain_text("Đã mở lại")
            page.keyboard.press("k")
            with page.expect_navigation():
                page.keyboard.press("Enter")
        assert beside(status_of, "dien-bien") == Status.SUBMITTED
        assert beside(the_pair).state == TwinPair.State.DISTINCT


def of(code: str) -> Initiative:
    return Initiative.objects.get(unit__code=code)


def status_of(code: str) -> str:
    return of(code).status


def the_pair() -> TwinPair:
    return TwinPair.objects.get()
