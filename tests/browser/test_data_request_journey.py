"""The errand "what do you hold of me" in a real browser, at a phone's width: somebody asks, sees the number and both days, and
opens that page again; an officer finds it in the list, answers, hands over a copy and finishes it.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from initiatives.invariants import violations
from initiatives.models import DataRequest, Initiative, PersonalDataView
from initiatives.submission import receipts
from orgtree.roles import Role
from tests.browser.accessible import axe_faults, width_faults
from tests.browser.chromium import chromium
from tests.browser.test_staff_journeys import at_a_desk
from tests.browser.worker import beside
from tests.factories import ContactFactory, InitiativeFactory, StaffAccountFactory, make_tree
from tests.factories.accounts import PASSWORD

pytestmark = pytest.mark.browser

PHONE = {"width": 360, "height": 740}
DIGITS = re.compile(r"\d{6} \d{6}")
SHOTS = os.environ.get("PORTAL_SHOTS")  # a folder to look at the pages in


@pytest.fixture
def portal(live_server: LiveServer, transactional_db: None) -> Iterator[str]:
    units = make_tree()
    ContactFactory()
    unit = units["quang-tri/dong-ha"]
    StaffAccountFactory(username="can-bo-dong-ha", unit=unit, role=Role.MANAGER, is_demonstration=True)
    InitiativeFactory(unit=unit, full_name="Hồ Thị Lụa", phone_digits="0935112233", national_id="045090001234")
    yield live_server.url
    assert list(violations()) == []


def shoot(page: Page, name: str) -> list[str]:
    """What is wrong with the page as it stands."""
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)
    return [f"{name}: {fault}" for fault in (*axe_faults(page), *width_faults(page))]


def test_somebody_asks_what_is_held_of_them(portal: str) -> None:
    code = receipts.shown(beside(Initiative.objects.get).receipt_code)
    faults: list[str] = []
    with chromium() as browser:
        context = browser.new_context(base_url=portal, viewport=PHONE)
        context.set_default_timeout(60_000)
        page = context.new_page()
        page.goto("/du-lieu-ca-nhan/")
        faults += shoot(page, "notice")
        page.get_by_role("link", name="Gửi yêu cầu về dữ liệu của bạn").click()
        page.get_by_label("Họ và tên").fill("Hồ Thị Lụa")
        page.get_by_role("button", name="Gửi yêu cầu").click()
        expect(page.get_by_text("Hãy chọn điều bạn yêu cầu.").first).to_be_visible()
        expect(page.get_by_label("Họ và tên")).to_have_value("Hồ Thị Lụa")
        faults += shoot(page, "refused")
        page.check("[name=kind][value=see]")
        page.get_by_label("Số điện thoại").fill("0935 112 233")
        page.get_by_label("Mã biên nhận").fill(code)
        page.get_by_role("button", name="Gửi yêu cầu").click()
        number = page.locator("#request-number")
        expect(number).to_have_text(DIGITS)
        faults += shoot(page, "asked")
        told = number.inner_text()
        page.reload()
        expect(number).to_have_text(told)
        assert context.cookies() == []
        context.close()
        assert beside(DataRequest.objects.count) == 1

        with at_a_desk(browser, portal, "can-bo-dong-ha", PASSWORD, phone_size=True) as page:
            faults += answered(page, told)
    assert beside(DataRequest.objects.get).outcome == "done"
    assert beside(list, PersonalDataView.objects.order_by("pk").values_list("what", flat=True)) == ["copy", "identity"]
    assert faults == []


def answered(page: Page, number: str) -> list[str]:
    page.goto("/admin/")
    faults = shoot(page, "first page")
    with page.expect_navigation():
        page.click("a:has-text('chờ trả lời')")
    faults += shoot(page, "list")
    with page.expect_navigation():
        page.click(f"a:has-text('{number}')")
    page.locator("summary", has_text="Ghi câu trả lời").click()
    faults += shoot(page, "request")
    page.locator("#answer_words").fill("Đã gọi điện, hẹn giao bản sao.")
    with page.expect_navigation():
        page.get_by_role("button", name="Ghi đã trả lời").click()
    with page.expect_navigation():
        page.get_by_role("link", name="Lập bản sao dữ liệu").click()
    faults += shoot(page, "copy")
    with page.expect_download() as download:
        page.get_by_role("button", name="Tải bản sao").click()
    assert download.value.suggested_filename.startswith("du-lieu-ca-nhan-")
    page.go_back()
    page.locator("summary", has_text="Ghi kết quả").click()
    page.check("[name=outcome][value=done]")
    page.locator("#finish_words").fill("Đã giao bản sao.")
    with page.expect_navigation():
        page.get_by_role("button", name="Ghi đã xong").click()
    expect(page.locator(".dossier-line .badge")).to_have_text("Đã thực hiện")
    faults += shoot(page, "done")
    with page.expect_navigation():
        page.locator("dl.desk-facts a[href*='/initiative/']").click()
    page.locator("summary", has_text="Xem số CMND/CCCD").click()
    faults += shoot(page, "desk")
    page.locator("#identity_why").fill("Đối chiếu giấy tờ")
    with page.expect_navigation():
        page.get_by_role("button", name="Xem số").click()
    expect(page.locator("#identity-number")).to_have_text("045090001234")
    faults += shoot(page, "identity")
    for name, address in {
        "looks": "/admin/initiatives/personaldataview/",
        "record": "/admin/initiatives/personaldataview/ho-so-xu-ly/",
        "enter": "/admin/initiatives/datarequest/add/",
    }.items():
        page.goto(address)
        faults += shoot(page, name)
    return faults
