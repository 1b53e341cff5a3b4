"""Somebody with a slip in one hand and a phone in the other: from the slip to the first page, and the slips on paper."""

import io
from base64 import b32decode

import pypdfium2
import pytest
from django.urls import reverse
from django_otp.oath import totp
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from orgtree.models import StaffAccount
from orgtree.roles import Role
from orgtree.staff import first_passwords
from tests.browser.accessible import tap_faults
from tests.browser.chromium import chromium
from tests.browser.test_worker_pages import a_phone
from tests.factories import StaffAccountFactory, make_tree, unit_at

pytestmark = pytest.mark.browser

OWN = "song-hieu-mua-dong-7"
A4 = (595, 842)  # points


@pytest.fixture
def slip(live_server: LiveServer, transactional_db: None) -> tuple[str, str]:
    """User name and first password of a manager."""
    make_tree()
    account = StaffAccountFactory(username="quan-ly", role=Role.MANAGER)
    return account.username, first_passwords.give(account)


def send(page: Page, **typed: str) -> None:
    for name, value in typed.items():
        page.fill(f"[name={name}]:visible", value)
    with page.expect_navigation():
        page.click("#content [type=submit]")


def test_from_the_slip_to_the_first_page(live_server: LiveServer, slip: tuple[str, str]) -> None:
    username, password = slip
    faults, titles = [], []

    def look(page: Page) -> None:
        titles.append(page.title().partition(" | ")[0])
        faults.extend(tap_faults(page))

    with chromium() as browser, a_phone(browser, live_server) as (page, watch):
        page.goto(reverse("admin:orgtree_staffaccount_changelist"))
        look(page)
        send(page, username=username, password=password.replace("-", " "))
        look(page)
        send(page, new_password1=OWN, new_password2=OWN)
        look(page)
        key = b32decode(page.inner_text(".own-key").replace(" ", ""))
        send(page, code=f"{totp(key):06}")
        look(page)
        assert page.locator(".own-codes li").count() == 10
        with page.expect_navigation():
            page.click("text=Tôi đã cất mã, tiếp tục")
        titles.append(page.title().partition(" | ")[0])

        assert titles == [
            "Đăng nhập",
            "Đặt mật khẩu của bạn",
            "Bật lớp bảo vệ thứ hai",
            "Mã dự phòng",
            "Tài khoản cán bộ",
        ]
        assert faults == []
        assert watch.complaints == []
        assert watch.hosts == {live_server.url.removeprefix("http://")}


@pytest.fixture
def office(live_server: LiveServer, transactional_db: None) -> StaffAccount:
    """A demonstration manager (nobody holds a phone here) of a unit with nineteen who never signed in."""
    make_tree()
    for number in range(19):
        StaffAccountFactory(username=f"can-bo-moi-{number}", unit=unit_at("quang-tri/dong-ha"))
    return StaffAccountFactory(username="quan-ly", role=Role.MANAGER, is_demonstration=True)


def test_eight_slips_stand_on_a_sheet_of_a4(live_server: LiveServer, office: StaffAccount) -> None:
    with chromium() as browser, a_phone(browser, live_server, width=1280) as (page, _):
        page.goto(f"{reverse('admin:orgtree_staffaccount_changelist')}?q=can-bo-moi")
        send(page, username="quan-ly", password="mat-khau-thu-nghiem-1")
        page.check("#action-toggle")
        page.select_option("[name=action]", "new_slips")
        with page.expect_navigation():
            page.click("#changelist [name=index]")
        with page.expect_navigation():
            page.click("#content form [type=submit]")
        printed = page.pdf(prefer_css_page_size=True)

    sheets = pypdfium2.PdfDocument(io.BytesIO(printed))
    texts = [sheet.get_textpage().get_text_range() for sheet in sheets]
    assert [text.count("Tên đăng nhập") for text in texts] == [8, 8, 3]
    assert {(round(sheet.get_width()), round(sheet.get_height())) for sheet in sheets} == {A4}
    assert [text for text in texts if "Trang chủ" in text or "Về danh sách" in text] == []
