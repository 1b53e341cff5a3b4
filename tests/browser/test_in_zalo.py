"""The whole errand in the browser of an app, where cookies, downloads, questions, windows, sharing, clipboard and storage are
dead and the app's own script fails on every page: from the poster to the receipt, and by tracking to the withdrawal.

Some of these browsers say nothing of where they come from, neither by Referer nor by Sec-Fetch headers.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.utils import timezone
from playwright.sync_api import Locator, Page, Request, expect
from pytest_django.live_server_helper import LiveServer

from initiatives import demonstration
from initiatives.invariants import violations
from initiatives.models import Campaign, Initiative, Status
from orgtree.models import Unit
from tests.browser.test_errand import idea
from tests.browser.watch import Watch, phone_that_refuses_cookies
from tests.browser.worker import Worker, beside
from tests.factories.accounts import PASSWORD
from tests.journeys.answers import WORKER_2022
from tests.submission.samples import jpeg

pytestmark = pytest.mark.browser

ANDROID = "Mozilla/5.0 (Linux; Android 9; SM-A105F) AppleWebKit/537.36 Version/4.0 Chrome/74.0 Mobile Safari/537.36"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 13_3 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"
SEC_FETCH = ("HTTP_SEC_FETCH_SITE", "HTTP_SEC_FETCH_MODE", "HTTP_SEC_FETCH_DEST", "HTTP_SEC_FETCH_USER")
FAILS = "ZaloJavaScriptInterface is not defined"
DEAD = f"""
    window.confirm = () => false;
    window.alert = window.prompt = () => undefined;
    window.open = () => null;
    window.print = () => undefined;
    document.execCommand = () => false;
    for (const name of ['share', 'canShare', 'clipboard', 'serviceWorker', 'sendBeacon'])
        Object.defineProperty(navigator, name, {{value: undefined}});
    for (const name of ['localStorage', 'sessionStorage', 'indexedDB'])
        Object.defineProperty(window, name, {{get() {{ throw new DOMException('denied', 'SecurityError'); }}}});
    addEventListener('DOMContentLoaded', () => {{ throw new ReferenceError('{FAILS}'); }});
    addEventListener('load', () => {{ throw new ReferenceError('{FAILS}'); }});
    throw new ReferenceError('{FAILS}');
"""
CORRECTED = "Nay một người chỉnh cữ chặn một lần cho cả lô, cắt đều."


@dataclass(frozen=True)
class App:
    """One app's browser: what it calls itself, whether scripts run in it, whether it says where it comes from."""

    name: str
    agent: str
    has_scripts: bool = True
    is_silent: bool = False


APPS = {
    "zalo": App("Zalo", f"{ANDROID} Zalo android/12100700 ZaloTheme/light ZaloLanguage/vi"),
    "zalo-silent": App("Zalo", f"{ANDROID} Zalo android/12100700 ZaloTheme/light ZaloLanguage/vi", is_silent=True),
    "zalo-iphone-without-scripts": App("Zalo", f"{IPHONE} Zalo iOS/510 ZaloTheme/light", has_scripts=False),
    "facebook-silent-without-scripts": App(
        "Facebook", f"{ANDROID} [FB_IAB/FB4A;FBAV/309.0.0.47.119;]", has_scripts=False, is_silent=True
    ),
}


@pytest.fixture(params=APPS.values(), ids=APPS)
def app(request: pytest.FixtureRequest) -> App:
    return request.param


@pytest.fixture
def cookies(app: App, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the server is sent of them. It hears neither Sec-Fetch, as from a WebView of 2019, nor, of a silent one, more."""
    sent: list[str] = []
    as_heard = WSGIRequest.__init__

    def heard(self: WSGIRequest, environ: dict[str, Any]) -> None:
        for name in SEC_FETCH:
            environ.pop(name, None)
        if app.is_silent:
            environ.pop("HTTP_REFERER", None)
            if environ.pop("HTTP_ORIGIN", None):
                environ["HTTP_ORIGIN"] = "null"
        if "HTTP_COOKIE" in environ:
            sent.append(environ["HTTP_COOKIE"])
        as_heard(self, environ)

    monkeypatch.setattr(WSGIRequest, "__init__", heard)
    return sent


@pytest.fixture
def poster(transactional_db: None, tree: dict[str, Unit], campaigns: dict[str, Campaign]) -> Iterator[str]:
    campaign = demonstration.seed(password=PASSWORD, at=timezone.now())
    yield f"/q/{campaign.poster_key}{tree['quang-tri/dong-ha'].poster_key}"
    assert list(violations()) == []


@pytest.fixture
def page(app: App, cookies: list[str], poster: str, live_server: LiveServer) -> Iterator[Page]:
    options = {"user_agent": app.agent, "accept_downloads": False, "base_url": live_server.url}
    with phone_that_refuses_cookies(has_scripts=app.has_scripts, **options) as page:
        page.set_default_timeout(10_000)
        page.context.add_init_script(DEAD)
        watch = Watch(page.context)
        yield page
        assert [said for said in watch.complaints if FAILS not in said] == []
        assert FAILS in watch.complaints
        assert watch.hosts == {urlsplit(live_server.url).netloc}
        assert watch.cookies_set == []
    assert cookies == []


class InApp(Worker):
    """Goes on where the draft's door stands in between, because nothing told it that the worker comes from the step before."""

    doors = 0

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self.asked = ""
        page.on("request", self.note)

    def note(self, request: Request) -> None:
        """The part of a draft that was on its way when the door came in between."""
        parts = urlsplit(request.url).path.strip("/").split("/")
        if request.is_navigation_request() and parts[0] == "nhap" and len(parts) > 2:
            self.asked = parts[2]

    def press(self, name: str = "", form: str = "#main-form") -> None:
        super().press(name, form)
        self.go_in()

    def follow(self, link: str) -> None:
        super().follow(link)
        self.go_in()

    def go_in(self) -> None:
        if self.page.inner_text("h1") == "Bản nháp sáng kiến":
            self.doors += 1
            with self.page.expect_navigation():
                self.page.click(f"button[value='{self.asked}']")


def heading(page: Page) -> Locator:
    return page.locator("h1")


def received() -> Initiative:
    return Initiative.objects.prefetch_related("attachments").get()


def submit(worker: InApp, poster: str) -> None:
    page = worker.page
    page.goto(poster)
    worker.answer(WORKER_2022)
    worker.press("next")
    expect(heading(page)).to_have_text("Sáng kiến của bạn là gì?")
    worker.answer(idea())
    worker.press("next")
    expect(heading(page)).to_have_text("Tài liệu kèm theo")
    photo = {"name": "Quyết định 12.jpg", "mimeType": "image/jpeg", "buffer": jpeg(640, 480)}
    worker.bring(photo)  # type: ignore[arg-type]
    worker.press("next")
    expect(heading(page)).to_have_text("Kiểm tra và nộp")
    expect(page.locator("main")).to_contain_text("Quyết định 12.jpg")
    worker.press("confirm")


def keep_the_receipt(worker: InApp, app: App) -> str:
    """By every way that is offered; returns the code."""
    page = worker.page
    expect(heading(page)).to_have_text("Đã nhận sáng kiến của bạn")
    expect(page.locator("#in-app")).to_contain_text(f"Bạn đang mở trang trong {app.name}.")
    expect(page.locator("[data-print]")).to_have_count(0)
    code, link = page.inner_text("#receipt-code"), page.inner_text("#receipt-link")
    assert link == page.url
    copy = page.locator("[data-copy='receipt-code']")
    if app.has_scripts:
        copy.click()
        expect(copy).to_have_text("Nhấn giữ mã, rồi bấm Sao chép")
        assert page.evaluate("getSelection().toString().trim()") == code
    else:
        expect(copy).to_be_hidden()
    worker.follow("Lưu ảnh biên nhận")
    picture = page.locator("img.picture")
    expect(picture).to_have_attribute("alt", f"Biên nhận, mã {code}")
    assert app.has_scripts is False or picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 720
    page.click("text=Tải ảnh về máy")  # swallowed: the page stays
    expect(heading(page)).to_have_text("Lưu ảnh biên nhận")
    worker.follow("Tôi đã lưu mã")
    expect(heading(page)).to_have_text("Vậy là xong. Cảm ơn bạn")
    return code


def test_the_whole_errand(page: Page, app: App, poster: str) -> None:
    worker = InApp(page)
    submit(worker, poster)
    assert (worker.doors > 0) is app.is_silent
    code = keep_the_receipt(worker, app)

    worker.follow("Tra cứu kết quả")
    worker.answer({"code": code, "phone": "0912.345.678"})
    worker.press()
    expect(page.locator(".badge")).to_have_text("Đã nhận, chờ xét")
    worker.follow("Sửa sáng kiến")
    worker.press("next")
    worker.answer({"description": CORRECTED})
    worker.press("next")
    worker.press("next")
    expect(page.locator("main")).to_contain_text(CORRECTED)
    worker.press("confirm")
    expect(page.locator(".badge")).to_have_text("Đã nhận, chờ xét")
    sent = beside(received)
    assert (sent.description, sent.receipt_code) == (CORRECTED, code.replace(" ", ""))
    assert [document.media_type for document in sent.attachments.all()] == ["image/jpeg"]

    worker.follow("Rút sáng kiến này")
    worker.press("confirm")
    expect(page.locator(".badge")).to_have_text("Đã rút")
    assert beside(received).status == Status.WITHDRAWN
