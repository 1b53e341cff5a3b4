"""`make screenshots`: every public page in every state, and the pages staff use most, at 360 and 1280 px, into
`var/screenshots`, to be looked at.

It makes a database of its own, as tests do; windows lie around the present moment. No test: people look.
"""

import os
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django

django.setup()

from django.core.management import call_command
from django.db import connections
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, Request, Route, expect
from waitress.server import create_server

from initiatives import demonstration, lifecycle
from initiatives.demonstration.campaign import SECOND_PHASE
from initiatives.lifecycle import Reason
from initiatives.models import Campaign, ConsentText, Initiative, Phase, Status
from initiatives.progress import quarters, tally
from initiatives.reports import export_admin
from initiatives.submission import tracking
from orgtree.models import StaffAccount
from orgtree.staff import sessions
from portal.refusals import Typed
from portal.wsgi import application
from tests.browser.chromium import chromium
from tests.browser.worker import Worker, beside
from tests.codebase.doors import a_picture
from tests.conftest import pass_second_factor
from tests.factories import CampaignFactory, DataRequestFactory, WindowExtensionFactory, unit_at
from tests.factories.quarters import QuarterFactory
from tests.factories.selection import CommendationDecisionFactory, CommendationFactory, ExemplarFactory
from tests.journeys.answers import WORKER_2022, Answers, idea_2022
from tests.submission.samples import jpeg
from tests.submission.test_repairs import TCVN3, VNI

FOLDER = Path("var") / "screenshots"
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 800}
ERROR_PAGES: dict[str, dict[str, Any]] = {
    "400": {},
    "403": {},
    "404": {},
    "405": {},
    "413": {},
    "429": {"retry_after": 900},
    "500": {"request_id": "6f0c2a9e51b7"},
    "503": {"retry_after": 30},
    "503-typed": {
        "retry_after": 30,
        "typed": Typed("/x/", [("title", "Giá xoay"), ("eof", "1")], {"attachments": ["anh.jpg", "qd.pdf"]}),
    },
    "crowded": {},
    "too_much_at_once": {"retry_after": 120, "typed": Typed("/x/", [("full_name", "Hồ Thị Duyên")], {})},
    "csrf": {},
    "locked_out": {"retry_after": 900},
}
LONG_TITLE = "Cải tiến quy trình tiếp nhận, phân loại và trả kết quả hồ sơ của công dân tại bộ phận một cửa cấp huyện"
PICTURE = {
    "name": "Quyết định công nhận sáng kiến số 12 ngày 15-2.jpg",
    "mimeType": "image/jpeg",
    "buffer": jpeg(900, 600),
}
REASONS = [
    Reason("no_recognition", "attachments", "Thiếu quyết định hoặc văn bản công nhận sáng kiến."),
    Reason("description_unclear", "description", "Phần mô tả chưa rõ đã làm gì và kết quả ra sao."),
]


class Camera:
    """Numbers the shots, so that they lie in the order of the errand."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.taken = 0

    def shoot(self, name: str) -> None:
        self.taken += 1
        for size in (DESK, PHONE):
            self.page.set_viewport_size(size)  # type: ignore[arg-type]
            self.page.wait_for_timeout(60)
            path = FOLDER / f"{self.taken:02} {name} {size['width']}.png"
            self.page.screenshot(path=path, full_page=True, timeout=60_000)


def main(asked: list[str]) -> int:
    """All walks, or those named: `ARGS="progress staff"`. What lies behind a step needs the steps before it."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    now = timezone.now()
    make_ready(now)
    with portal() as address, chromium() as browser:
        page = browser.new_page(viewport=PHONE, base_url=address, locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh")
        page.route("**/loi/*", answer_with_error_page)
        page.set_default_timeout(20_000)
        camera = Camera(page)
        for walk in WALKS:
            if not asked or walk.__name__ in asked:
                walk(camera)
    print(f"{camera.taken} pages, each at {PHONE['width']} and {DESK['width']} px, in {FOLDER}")
    return 0


def make_ready(now: datetime) -> None:
    call_command("migrate", verbosity=0)
    call_command("setup", verbosity=0)
    make_states(now)


def make_states(now: datetime) -> None:
    """Beside the tree and the campaigns of the letters: one that is open, one that will be, one that is for some."""
    campaign = demonstration.seed(password="mat-khau-thu-nghiem", at=now)
    for _ in demonstration.fill(campaign, 1647, at=now):
        pass
    day = timedelta(days=1)
    CampaignFactory(
        slug="sap-mo", name="Sáng kiến mùa xuân", phases=[{"opens_at": now + 9 * day, "closes_at": now + 99 * day}]
    )
    some = CampaignFactory(
        slug="mo-mot-noi", name="Sáng kiến vùng cao", phases=[{"opens_at": now - 40 * day, "closes_at": now - day}]
    )
    for code in ("dien-bien", "thanh-hoa/hoang-hoa"):
        WindowExtensionFactory(campaign=some, unit=unit_at(code), closes_at=now + 2 * day)
    hold_up(campaign, now)
    ConsentText.objects.filter(version__startswith="thu-nghiem").delete()  # the factories' own: the real one is shown
    tally.refresh(campaign, at=now, everything=True)
    connections.close_all()


@contextmanager
def portal() -> Iterator[str]:
    """The portal on a port of its own, in a thread."""
    server = create_server(application, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        server.close()


# --- the walks ------------------------------------------------------------------------------------------------------


def campaigns(camera: Camera) -> None:
    page = camera.page
    page.goto("/")
    camera.shoot("front")
    page.goto(f"/{demonstration.SLUG}/")
    camera.shoot("campaign open")
    page.click(".corner summary")
    camera.shoot("campaign with the corner open")
    page.click("text=Dành cho trang web khác")
    camera.shoot("campaign for other websites")
    page.goto(f"/{demonstration.SLUG}/huong-dan/")
    for picture in page.locator("img").all():
        picture.scroll_into_view_if_needed()
    camera.shoot("guide")
    page.goto("/1trieu-sangkien/")
    camera.shoot("campaign closed")
    page.goto("/sap-mo/")
    camera.shoot("campaign not yet")
    page.goto("/mo-mot-noi/")
    camera.shoot("campaign open for some")
    page.goto("/sap-mo/nop/")
    camera.shoot("step 1 not yet")
    page.goto("/mo-mot-noi/nop/")
    camera.shoot("step 1 open for some")
    page.goto("/mo-mot-noi/nop/?don-vi=quang-tri/dong-ha")
    camera.shoot("step 1 closed for this unit")
    page.goto("/1trieu-sangkien/nop/")
    camera.shoot("step 1 closed")
    beside(publish, is_published=False)
    page.goto("/")
    camera.shoot("front with nothing open")
    beside(publish, is_published=True)


def first_step(camera: Camera) -> None:
    page, worker = camera.page, Worker(camera.page)
    page.goto(f"/{demonstration.SLUG}/nop/")
    camera.shoot("step 1 empty")
    page.select_option("#id_top_unit", "quang-tri")
    page.locator("#id_unit option >> nth=2").wait_for(state="attached")
    camera.shoot("step 1 unit chosen")
    page.evaluate("document.querySelector('[name=choose]').hidden = false")  # as without scripts
    worker.press("choose")
    camera.shoot("step 1 after the button for the unit")
    page.goto(f"/{demonstration.SLUG}/nop/")
    worker.press("next")
    camera.shoot("step 1 sent empty")
    wrong = {"full_name": "Hà", "phone": "0123 456 789", "national_id": "12", "birth_year": "88", "email": "ha@"}
    worker.answer({**wrong, "workplace": "Công ty"})
    worker.press("next")
    camera.shoot("step 1 with errors")
    page.goto(f"/{demonstration.SLUG}/nop/?don-vi={demonstration.GRASSROOTS_CODE}")
    camera.shoot("step 1 from a poster")
    worker.answer(WORKER_2022)
    worker.press("next")


def second_step(camera: Camera) -> None:
    worker = Worker(camera.page)
    camera.shoot("step 2 empty")
    worker.press("next")
    camera.shoot("step 2 sent empty")
    worker.answer({**idea(), "description": "Trước đây tổ phải chỉnh tay từng lượt. " * 52, "applied_on": "31/2/2026"})
    camera.page.click(".examples summary")
    camera.shoot("step 2 being typed")
    worker.answer({"benefit_value": "nhiều", "link": "https://vi-du.vn/tai-lieu"})
    worker.press("next")
    camera.shoot("step 2 with errors")
    worker.press("more")
    camera.shoot("step 2 first co-author")
    worker.answer({"co_authors-1-full_name": "Lê Thị Kim Ngân", "co_authors-1-share": "50", "share": "40"})
    worker.press("more")
    worker.press("next")
    camera.shoot("step 2 shares wrong")
    worker.answer({**idea(), "share": "50", "recognised_author": "0", "link": "", "title": TCVN3, "description": VNI})
    worker.press("next")
    camera.shoot("step 2 old font")
    worker.press("repair")
    camera.shoot("step 2 old font repaired")
    worker.answer({**idea(), "benefit_value": "5000 tỷ"})
    worker.press("next")


def documents(camera: Camera) -> None:
    page, worker = camera.page, Worker(camera.page)
    camera.shoot("documents empty")
    page.route("**/tai-lieu/", lambda route: None if route.request.method == "POST" else route.continue_())
    page.set_input_files("#id_attachments", [PICTURE])
    page.wait_for_timeout(500)
    camera.shoot("documents on their way")
    page.click("#main-form [name=next]")
    camera.shoot("documents on their way and pressed to go on")
    page.unroute("**/tai-lieu/")
    page.reload()
    page.set_input_files("#id_attachments", [{**PICTURE, "name": "ban-ve.pdf", "buffer": b"%PDF-"}])
    expect(page.locator("[data-queue] .error")).to_be_visible()
    worker.bring(PICTURE)
    camera.shoot("documents with errors")
    page.reload()
    for number in range(4):
        worker.bring({**PICTURE, "name": f"anh {number}.jpg", "buffer": jpeg(90 + number)})
    camera.shoot("documents full")
    for left in range(4, 0, -1):
        page.click(".documents li:last-child [name=remove] + button")
        expect(page.locator("[data-documents] li")).to_have_count(left)
    page.click(".documents summary")
    camera.shoot("documents with one")
    beside(close_soon)
    page.reload()
    camera.shoot("documents on the last day")
    beside(reopen)
    worker.press("next")


def check(camera: Camera) -> None:
    page, worker = camera.page, Worker(camera.page)
    camera.shoot("check with an implausible value")
    door = page.url.removesuffix("kiem-tra/")
    worker.follow("Sửa phần này: Nội dung sáng kiến")
    worker.answer({"benefit_value": "120 triệu", "title": "", "recognised_on": "1/1/2020", "recognised_by": ""})
    page.uncheck("[name=declaration] >> nth=1")
    worker.press("next")
    page.goto(door)
    worker.follow("Tiếp tục bản nháp này")
    worker.press("confirm")
    camera.shoot("check with what is outstanding")
    worker.follow("Xem và in đơn")
    camera.shoot("request for recognition")
    worker.follow("Quay lại bản nháp")
    worker.answer(idea())
    worker.press("next")
    worker.press("next")
    camera.shoot("check in order")
    page.goto(door)
    camera.shoot("door")
    worker.follow("Tiếp tục bản nháp này")
    beside(close)
    page.reload()
    camera.shoot("check after the close")
    worker.press("confirm")
    camera.shoot("closed and kept")
    beside(reopen)
    page.goto(door)
    worker.follow("Tiếp tục bản nháp này")


def receipt(camera: Camera) -> None:
    page, worker = camera.page, Worker(camera.page)
    worker.press("confirm")
    camera.shoot("receipt")
    code = page.inner_text("#receipt-code")
    worker.follow("Lưu ảnh biên nhận")
    camera.shoot("receipt as a picture")
    worker.follow("Tôi đã lưu mã")
    camera.shoot("receipt kept")
    page.goto(f"/{demonstration.SLUG}/nop/?don-vi={demonstration.GRASSROOTS_CODE}")
    worker.answer(WORKER_2022)
    worker.press("next")
    worker.answer(idea())
    worker.press("next")
    worker.press("next")
    worker.press("confirm")
    camera.shoot("check already received")
    page.goto("/tra-cuu/")
    camera.shoot("track empty")
    worker.press()
    camera.shoot("track sent empty")
    worker.answer({"code": code, "phone": "0987 654 321"})
    worker.press()
    camera.shoot("track not found")
    page.goto("/tra-cuu/?tin=het-gio")
    camera.shoot("track expired")
    worker.answer({"code": code, "phone": WORKER_2022["phone"]})
    worker.press()


def tracked(camera: Camera) -> None:
    page, worker = camera.page, Worker(camera.page)
    camera.shoot("record submitted")
    worker.follow("Rút sáng kiến này")
    camera.shoot("withdraw")
    worker.follow("Không rút")
    worker.follow("Sửa sáng kiến")
    beside(decide, Status.VALID)
    worker.press("next")
    camera.shoot("record with a step that came too late")
    beside(decide, Status.SUBMITTED, reasons=[Reason("reopened", "", "Xem lại theo đề nghị.")])
    beside(decide, Status.RETURNED, reasons=REASONS, due_on=timezone.localdate() + timedelta(days=7))
    page.reload()
    camera.shoot("record returned")
    worker.follow("Bổ sung")
    camera.shoot("correction step 2")
    worker.press("next")
    camera.shoot("correction documents")
    worker.press("next")
    camera.shoot("correction check")
    worker.press("confirm")
    camera.shoot("record sent again")
    beside(decide, Status.VALID)
    page.reload()
    camera.shoot("record valid")
    beside(decide, Status.INVALID, reasons=[Reason("not_applied", "applied_on", "Sáng kiến chưa được áp dụng.")])
    page.reload()
    camera.shoot("record invalid")
    beside(decide, Status.SUBMITTED, reasons=[Reason("reopened", "", "Xem lại theo đề nghị.")])
    page.reload()
    worker.follow("Rút sáng kiến này")
    worker.press("confirm")
    camera.shoot("record withdrawn")
    page.goto(beside(expired_record))
    camera.shoot("record expired")


def other_pages(camera: Camera) -> None:
    page = camera.page
    page.goto("/du-lieu-ca-nhan/")
    camera.shoot("notice")
    page.goto("/du-lieu-ca-nhan/yeu-cau/")
    with page.expect_navigation():
        page.click("#main-form button.button")
    camera.shoot("data request refused")
    page.check("[name=kind][value=see]")
    page.fill("#id_full_name", "Hồ Thị Lụa")
    page.fill("#id_phone", "0912 000 345")
    page.click("#main-form button.button")
    page.wait_for_selector("#request-number")
    camera.shoot("data request")
    page.goto("/don-vi/")
    camera.shoot("units")
    page.goto(f"/don-vi/?q=dong+ha&chuong-trinh={demonstration.SLUG}")
    camera.shoot("units found")
    page.goto(f"/don-vi/?thuoc=quang-tri&chuong-trinh={demonstration.SLUG}")
    camera.shoot("units below")
    page.goto("/don-vi/?q=khong+co+dau")
    camera.shoot("units none")


def progress(camera: Camera) -> None:
    page = camera.page
    page.goto(f"/{demonstration.SLUG}/tien-do/")
    camera.shoot("board of the country")
    page.goto(f"/{demonstration.SLUG}/tien-do/?don-vi=quang-tri")
    camera.shoot("board of a province")
    page.goto(f"/{demonstration.SLUG}/tien-do/quy/")
    camera.shoot("quarters")
    page.click("main li a")
    page.wait_for_url("**/quy/*-*/")
    camera.shoot("quarter")
    page.goto(f"/{demonstration.SLUG}/tieu-bieu/")
    camera.shoot("gallery")
    page.goto("/sap-mo/tieu-bieu/")
    camera.shoot("gallery empty")
    page.goto(beside(exemplar))
    camera.shoot("exemplar")


def staff(camera: Camera) -> None:
    page = camera.page
    page.goto("/admin/")
    camera.shoot("staff sign-in")
    cookie, addresses = beside(staff_pages)
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": page.evaluate("location.origin")}])
    page.goto("/admin/")
    camera.shoot("staff desk")
    with page.expect_navigation():
        page.click("a:has-text('chờ xét') >> nth=0")
    camera.shoot("staff inbox")
    for name, address in addresses.items():
        page.goto(address)
        camera.shoot(f"staff {name}")
    with mock.patch.object(export_admin, "AT_ONCE", 10):
        address = beside(reverse, "admin:initiatives_initiative_export", args=["qt"])
        page.goto(f"{address}?status=all&campaign={demonstration.SLUG}")
        camera.shoot("staff large table")
        with page.expect_navigation():
            page.click("button:has-text('Lập bảng')")
    camera.shoot("staff job")
    page.goto("/admin/initiatives/job/")
    camera.shoot("staff jobs")
    page.context.clear_cookies()


def error_pages(camera: Camera) -> None:
    for name in ERROR_PAGES:
        camera.page.goto(f"/loi/{name}")
        camera.shoot(f"error {name}")


# Each begins where the one before has ended. `test_everyone.py` goes the same way.
WALKS = (
    campaigns,
    first_step,
    second_step,
    documents,
    check,
    receipt,
    tracked,
    other_pages,
    progress,
    staff,
    error_pages,
)


# --- what happens beside them ---------------------------------------------------------------------------------------


def idea() -> Answers:
    today = timezone.localdate()
    days = {"applied_on": today - timedelta(days=60), "recognised_on": today - timedelta(days=30)}
    return {**idea_2022(**days), "title": LONG_TITLE}


def hold_up(campaign: Campaign, now: datetime) -> None:
    """Somebody commended, a model held up, a quarter announced."""
    decision = CommendationDecisionFactory(campaign=campaign, announced_at=now)
    for initiative in campaign.initiatives.filter(status=Status.VALID)[:3]:
        CommendationFactory(decision=decision, initiative=initiative)
    ExemplarFactory(campaign=campaign, shown_at=now, picture=a_picture(), picture_is_allowed=True)
    starts_on = quarters.of_day(timezone.localdate(now)).starts_on
    QuarterFactory(campaign=campaign, is_announced=True, starts_on=starts_on)


def exemplar() -> str:
    campaign = Campaign.objects.get(slug=demonstration.SLUG)
    return reverse("exemplar", args=[campaign.exemplars.latest("pk").pk])


def staff_pages() -> tuple[str, dict[str, str]]:
    """The session of the province's manager, and the pages of its day."""
    account, client = StaffAccount.objects.get(username="demo-quang-tri"), Client()
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    sessions.touch(session, at=timezone.now())
    pass_second_factor(session, account)
    session.save()
    campaign, unit = Campaign.objects.get(slug=demonstration.SLUG), unit_at("quang-tri")
    waiting = Initiative.objects.visible_to(account).filter(status=Status.SUBMITTED).first()
    named: dict[str, list[Any]] = {
        "initiatives_initiative_change": [waiting.pk if waiting else 0],
        "initiatives_initiative_board": [],
        "initiatives_target_set": [unit.pk, campaign.slug],
        "initiatives_initiative_benefit": [],
        "initiatives_campaign_posters": [unit.pk],
        "initiatives_quarter_changelist": [],
        "initiatives_datarequest_changelist": [],
        "initiatives_datarequest_change": [DataRequestFactory(unit=unit, act_by=timezone.localdate()).pk],
        "initiatives_personaldataview_processing": [],
        "initiatives_personaldataview_changelist": [],
    }
    addresses = {name.partition("_")[2]: reverse(f"admin:{name}", args=given) for name, given in named.items()}
    return client.cookies["sessionid"].value, addresses


def publish(*, is_published: bool) -> None:
    Campaign.objects.filter(slug__in=[demonstration.SLUG, "mo-mot-noi"]).update(is_published=is_published)


def _second_phase() -> Any:
    """The one that is open: the first was over long ago."""
    return Phase.objects.filter(campaign__slug=demonstration.SLUG, name=SECOND_PHASE)


def close() -> None:
    _second_phase().update(closes_at=timezone.now() - timedelta(minutes=3))


def close_soon() -> None:
    _second_phase().update(closes_at=timezone.now() + timedelta(hours=5, minutes=20, seconds=30))


def reopen() -> None:
    _second_phase().update(closes_at=timezone.now() + timedelta(days=30))


def newest() -> Initiative:
    return Initiative.objects.filter(title=LONG_TITLE).latest("pk")


def decide(to: str, **why: Any) -> None:
    officer = StaffAccount.objects.get(username="demo-dong-ha")
    lifecycle.move(newest(), to, by=officer, at=timezone.now(), **why)


def expired_record() -> str:
    return f"/ho-so/{tracking.sign(newest(), at=timezone.now() - timedelta(hours=1))}/"


def answer_with_error_page(route: Route, request: Request) -> None:
    name = request.url.rsplit("/", 1)[1]
    body = render_to_string(f"errors/{name.partition('-')[0]}.html", ERROR_PAGES[name])
    route.fulfill(status=200, content_type="text/html; charset=utf-8", body=body)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
