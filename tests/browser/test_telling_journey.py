"""The errand "tell them" in a real browser, at a phone's width: an officer calls one, writes to another on Zalo with the ready
text, marks both as told; they are gone from the list, and the history says who told them, when and how.
"""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import unquote

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from initiatives import lifecycle
from initiatives.invariants import violations
from initiatives.lifecycle import Reason
from initiatives.models import Act, Initiative, Status
from initiatives.submission import receipts
from orgtree.roles import Role
from tests.browser.chromium import chromium
from tests.browser.test_staff_journeys import at_a_desk, press
from tests.browser.worker import beside
from tests.factories import CampaignFactory, InitiativeFactory, StaffAccountFactory, make_tree
from tests.factories.accounts import PASSWORD

pytestmark = pytest.mark.browser

LIST = "/admin/initiatives/initiative/can-bao/"
SENDERS = {"Hồ Thị Mỹ Duyên": "0935112233", "Lê Văn Thuận": "0912345678"}
ASKED = "Hãy nêu rõ cách làm mới."


@pytest.fixture
def portal(live_server: LiveServer, transactional_db: None) -> Iterator[str]:
    units = make_tree()
    campaign = CampaignFactory()
    officer = StaffAccountFactory(
        username="can-bo-quang-tri", full_name="Trần Thị Cán Bộ", unit=units["quang-tri"], role=Role.REVIEWER
    )
    now = timezone.now()
    for name, phone in SENDERS.items():
        initiative = InitiativeFactory(
            campaign=campaign, unit=units["quang-tri"], full_name=name, phone_digits=phone, title=f"Bàn gá của {name}"
        )
        lifecycle.move(
            initiative,
            Status.RETURNED,
            by=officer,
            at=now,
            reasons=(Reason("unclear", "description", ASKED),),
            due_on=timezone.localdate(now) + timedelta(days=5),
        )
    yield live_server.url
    assert list(violations()) == []


def test_two_who_wait_for_an_answer_are_told(portal: str) -> None:
    code = receipts.shown(beside(of, "Lê Văn Thuận").receipt_code)
    with chromium() as browser, at_a_desk(browser, portal, "can-bo-quang-tri", PASSWORD, phone_size=True) as page:
        page.goto(LIST)
        expect(page.locator(".tell")).to_have_count(2)

        called = row_of(page, "Hồ Thị Mỹ Duyên")
        expect(called.get_by_role("link", name="Gọi 0935 112 233")).to_have_attribute("href", "tel:0935112233")
        called.locator("[name=how]").select_option("call")
        with page.expect_navigation():
            called.get_by_role("button", name="Đã báo").click()
        expect(page.locator(".messagelist")).to_contain_text("Đã ghi: đã báo người nộp.")
        expect(page.locator(".tell")).to_have_count(1)
        expect(row_of(page, "Hồ Thị Mỹ Duyên")).to_have_count(0)

        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        written = row_of(page, "Lê Văn Thuận")
        zalo = written.get_by_role("link", name="Nhắn Zalo")
        expect(zalo).to_have_attribute("href", "https://zalo.me/0912345678")
        expect(zalo).to_have_attribute("target", "_blank")
        message = unquote(written.get_by_role("link", name="Nhắn tin").get_attribute("href") or "")
        written.locator("summary", has_text="Lời nhắn soạn sẵn").click()
        copies = written.get_by_role("button", name="Chép lời nhắn")
        copies.click()
        expect(written.locator("[data-copy]")).to_have_text("Đã chép")
        copied = page.evaluate("navigator.clipboard.readText()")
        for words in ("Chào anh/chị Lê Văn Thuận.", "Bàn gá của Lê Văn Thuận", "Hãy nêu rõ cách làm mới", code):
            assert words in copied
        assert message.startswith("sms:")
        assert beside(told_how, "Lê Văn Thuận") == []  # what was copied is not yet told

        written.locator("[name=how]").select_option("zalo")
        with page.expect_navigation():
            written.get_by_role("button", name="Đã báo").click()
        expect(page.locator(".nothing")).to_have_text("Mọi người có sáng kiến bị trả lại đều đã được báo.")

        page.goto(f"/admin/initiatives/initiative/{beside(of, 'Lê Văn Thuận').pk}/change/")
        expect(page.locator("#telling")).to_contain_text("Đã báo người nộp")
        expect(page.locator("#telling")).to_contain_text("Trần Thị Cán Bộ (nhắn zalo)")
        expect(page.locator("#history")).to_contain_text("Đã báo người nộp")

    assert beside(told_how, "Hồ Thị Mỹ Duyên") == [("can-bo-quang-tri", "Gọi điện")]
    assert beside(told_how, "Lê Văn Thuận") == [("can-bo-quang-tri", "Nhắn Zalo")]


def test_a_second_tap_and_a_colleague_who_was_faster_tell_once(portal: str) -> None:
    with chromium() as browser, at_a_desk(browser, portal, "can-bo-quang-tri", PASSWORD) as page:
        page.goto(LIST)
        beside(tell_meanwhile, "Lê Văn Thuận")

        with page.expect_navigation():
            row_of(page, "Lê Văn Thuận").get_by_role("button", name="Đã báo").click()

        expect(page.locator(".messagelist")).to_contain_text("đánh dấu đã báo")
        expect(page.locator(".tell")).to_have_count(1)
        press(page, ".tells .tell-head a")
        expect(page.locator("#telling")).to_contain_text("Chưa báo người nộp")

    assert len(beside(told_how, "Lê Văn Thuận")) == 1


def row_of(page: Page, name: str) -> Locator:
    return page.locator(".tell", has=page.get_by_role("heading", name=name))


def of(name: str) -> Initiative:
    return Initiative.objects.get(full_name=name)


def told_how(name: str) -> list[tuple[str, str]]:
    return list(of(name).events.filter(act=Act.TOLD).values_list("account__username", "note"))


def tell_meanwhile(name: str) -> None:
    colleague = StaffAccountFactory(username="dong-nghiep", unit=of(name).unit, role=Role.REVIEWER)
    lifecycle.note(of(name), Act.TOLD, by=colleague, at=timezone.now(), words="Gọi điện")
