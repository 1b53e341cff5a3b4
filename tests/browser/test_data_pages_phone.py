"""The staff pages on personal data and the portal's health, for whoever needs large letters: nothing is cut off, sticks out or
must be swiped on the narrowest phone with text twice as large (WCAG 1.4.4, 1.4.10), all can be tapped, and axe finds nothing.
"""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from initiatives.models import Campaign, DataRequest, PersonalDataView, Status
from initiatives.personal_data import acts
from orgtree.models import StaffAccount
from orgtree.roles import Role
from tests.browser.accessible import DESK, NARROW, TEXT_AT, axe_faults, resize, width_faults
from tests.browser.accessible import PHONE as PHONE_WIDTH
from tests.browser.chromium import chromium
from tests.browser.test_admin_phone import faults_of
from tests.browser.watch import PHONE, Watch
from tests.factories import (
    DataRequestFactory,
    InitiativeFactory,
    StaffAccountFactory,
    UpkeepFactory,
    make_tree,
    unit_at,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SHOTS = os.environ.get("PORTAL_SHOTS")  # a folder to look at the pages in
LONG_NAME = "Tôn Nữ Hoàng Phương Nghiêng Nghiêng Anh Thư"
LONG_TITLE = "Cải tiến quy trình tiếp nhận, phân loại và trả kết quả hồ sơ của công dân tại bộ phận một cửa cấp huyện"
WORDS = "Tôi gửi sáng kiến từ tháng trước nhưng nay đã chuyển công tác, đề nghị công đoàn cho biết còn giữ những gì của tôi."
DATA, LOOKS = "admin:initiatives_datarequest", "admin:initiatives_personaldataview"
# A list of cards and a table that lies in a box of its own must not need swiping either; the sections of the site may.
SCROLLS_SIDEWAYS = """[...document.querySelectorAll('#content *')]
    .filter(each => each.scrollWidth > each.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(each).overflowX))
    .map(each => each.outerHTML.slice(0, 60))"""


@pytest.fixture
def account(client_as: Callable[[StaffAccount], Client]) -> StaffAccount:
    make_tree()
    return StaffAccountFactory(unit=unit_at("tld"), role=Role.ADMINISTRATOR, full_name="Trần Lê Khánh Vân")


def make_rows(account: StaffAccount) -> dict[str, str]:
    """By the name of a page its address; of each state of a request one."""
    now = timezone.now()
    here = unit_at("quang-tri/dong-ha")
    one = InitiativeFactory(unit=here, full_name=LONG_NAME, title=LONG_TITLE, status=Status.VALID)
    one.national_id = "045090001234"
    one.save()
    held_up = InitiativeFactory(unit=here, campaign=one.campaign, full_name=LONG_NAME, title=LONG_TITLE)
    Campaign.objects.filter(pk=one.campaign_id).update(personal_data_until=timezone.localdate() + timedelta(days=3))
    asked = {
        "unit": here,
        "full_name": LONG_NAME,
        "text": WORDS,
        "email": "ton-nu-hoang-phuong-anh-thu@congdoanquangtri.vn",
    }
    today = timezone.localdate()
    waiting = DataRequestFactory(
        **asked,
        asked_at=now,
        answer_by=today,
        act_by=today,
        kind=DataRequest.Kind.DELETE,
        initiative=one,
        receipt_code=one.receipt_code,
    )
    hindered = DataRequestFactory(
        **asked, asked_at=now, answer_by=today, kind=DataRequest.Kind.DELETE, initiative=held_up
    )
    overdue = DataRequestFactory(**asked, kind=DataRequest.Kind.CORRECT)
    acts.answer(waiting.pk, "Đã gọi điện, hẹn giao bản sao ở trụ sở liên đoàn.", by=account, at=now)
    done = DataRequestFactory(**asked, kind=DataRequest.Kind.SEE, initiative=one)
    acts.finish(done.pk, DataRequest.Outcome.DONE, "Đã giao bản sao tận tay.", by=account, at=now)
    gone = {"full_name": "", "phone": "", "phone_digits": "", "text": "", "erased_at": now}
    erased = DataRequestFactory(unit=here, **gone, done_at=now, outcome=DataRequest.Outcome.REFUSED)
    for what in PersonalDataView.What.values:
        PersonalDataView.objects.create(
            account=account,
            what=what,
            initiative=one if what != PersonalDataView.What.TABLE else None,
            unit=here,
            rows=1_647,
            why="Đối chiếu giấy tờ khi trao thưởng",
            at=now,
        )
    look = PersonalDataView.objects.latest("pk")
    UpkeepFactory(ended_at=now, is_good=False)
    return {
        "requests": reverse(f"{DATA}_changelist"),
        "requests found none": reverse(f"{DATA}_changelist") + "?kind=withdraw",
        "request waiting": reverse(f"{DATA}_change", args=[waiting.pk]),
        "request overdue": reverse(f"{DATA}_change", args=[overdue.pk]),
        "request done": reverse(f"{DATA}_change", args=[done.pk]),
        "request erased": reverse(f"{DATA}_change", args=[erased.pk]),
        "request add": reverse(f"{DATA}_add"),
        "hand on": reverse(f"{DATA}_hand_on", args=[overdue.pk]),
        "hand on found none": reverse(f"{DATA}_hand_on", args=[overdue.pk]) + "?q=zzzz",
        "erase": reverse(f"{DATA}_erase", args=[waiting.pk]),
        "erase hindered": reverse(f"{DATA}_erase", args=[hindered.pk]),
        "copy": reverse("admin:initiatives_initiative_copy", args=[one.pk]),
        "looks": reverse(f"{LOOKS}_changelist"),
        "look": reverse(f"{LOOKS}_change", args=[look.pk]),
        "processing": reverse(f"{LOOKS}_processing"),
        "health": reverse("admin:initiatives_upkeep_changelist"),
        "first page": reverse("admin:index"),
        "desk": reverse("admin:initiatives_initiative_change", args=[one.pk]),
    }


PAPER: Any = {"width": 794, "height": 1123}  # A4, on which the record is handed in
NARROW_TABLES = """() => [...document.querySelectorAll('.data-table')]
    .filter(table => table.offsetWidth < table.parentElement.clientWidth - 1)
    .map(table => table.offsetWidth + ' px of ' + table.parentElement.clientWidth)"""


def examined(page: Page, name: str) -> list[str]:
    for width in (PHONE_WIDTH, DESK) if SHOTS else ():
        resize(page, width)
        page.screenshot(path=str(Path(SHOTS or "") / f"{name} {width}.png"), full_page=True)
    found = [*axe_faults(page), *width_faults(page)]
    page.set_viewport_size(PAPER)
    found += [f"a table is {each}" for each in page.evaluate(NARROW_TABLES)]
    resize(page, NARROW)
    page.evaluate(TEXT_AT, "212.5%")
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name} {NARROW} twice.png"), full_page=True)
    found += [f"{NARROW} px, text at 200 %: {each} scrolls sideways" for each in page.evaluate(SCROLLS_SIDEWAYS)]
    page.evaluate(TEXT_AT, "")
    return found


def sent(page: Page, name: str, address: str) -> None:
    """What a form answers to."""
    page.goto(address)
    if name == "identity":
        page.locator("#identity summary").click()
        page.locator("#identity_why").fill("Đối chiếu giấy tờ")
    with page.expect_navigation():
        page.locator(
            "#identity form button" if name.startswith("identity") else "form.act-form button.default"
        ).last.click()


@pytest.mark.first
def test_whoever_reads_large_letters_reads_them_all(
    account: StaffAccount, live_server: LiveServer, client_as: Callable[[StaffAccount], Client]
) -> None:
    addresses = make_rows(account)
    cookie: Any = {
        "name": "sessionid",
        "value": client_as(account).cookies["sessionid"].value,
        "url": live_server.url,
    }
    faults: dict[str, list[str]] = {}

    with chromium() as browser:
        phone: Any = PHONE
        with browser.new_context(
            base_url=live_server.url, viewport=phone, has_touch=True, reduced_motion="reduce"
        ) as tapped:
            tapped.add_cookies([cookie])
            watch = Watch(tapped)
            page = tapped.new_page()
            faults |= faults_of(page, addresses)
            for name, address in addresses.items():
                page.goto(address)
                for closed in page.locator("details.data-act > summary").all():
                    closed.click()
                faults[name] = [*faults.get(name, []), *examined(page, name)]
            for name, of in {
                "identity": "desk",
                "request refused": "request add",
                "hand on refused": "hand on",
            }.items():
                sent(page, name, addresses[of])
                faults[name] = examined(page, name)

    said = [f"{name}: {fault}" for name, found in faults.items() for fault in found]
    if said:
        pytest.fail("\n".join(said), pytrace=False)
    refused = "422"  # which the browser says of an answer that we mean
    assert [each for each in watch.complaints if refused not in each] == []
