"""Where a script fails midway, or the line is slow or lost: the errand still ends with a receipt, and nothing is sent twice.

With scripts off: `test_errand.py`. What of all this stays on the phone: `test_never_lost.py`.
"""

from collections.abc import Callable, Iterator

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from initiatives import demonstration
from initiatives.models import Attachment, Campaign, Draft, Initiative
from orgtree.models import Unit
from tests.browser.chromium import chromium
from tests.browser.test_errand import idea
from tests.browser.watch import PHONE
from tests.browser.worker import Worker, beside
from tests.factories.accounts import PASSWORD
from tests.journeys.answers import WORKER_2022
from tests.submission.samples import jpeg

pytestmark = pytest.mark.browser

BEGIN = f"/{demonstration.SLUG}/nop/?don-vi={demonstration.GRASSROOTS_CODE}"
PHOTO = {"name": "anh.jpg", "mimeType": "image/jpeg", "buffer": jpeg(320, 240)}
END_OF_A_MODULE = "})();\n"
# 400 kbps with 400 ms there and back, and a processor of six times less.
SLOW = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
SLOWER = 6


def never_comes(context: BrowserContext) -> None:
    context.route("**/*.js", lambda route: route.abort())


def answers_with_an_error_page(context: BrowserContext) -> None:
    context.route(
        "**/*.js", lambda route: route.fulfill(status=200, content_type="text/html", body="<h1>Hết tiền</h1>")
    )


def is_cut_off(context: BrowserContext) -> None:
    """In the middle of a word: none of it runs."""
    context.route("**/*.js", lambda route: _part(route, lambda text: text[: len(text) // 2]))


def is_cut_between_modules(context: BrowserContext) -> None:
    """Some of it runs: the first module holds the form back, and what would help it later is not there."""
    context.route(
        "**/*.js", lambda route: _part(route, lambda text: text.partition(END_OF_A_MODULE)[0] + END_OF_A_MODULE)
    )


def _part(route: Route, cut: Callable[[str], str]) -> None:
    answer = route.fetch()
    route.fulfill(response=answer, body=cut(answer.text()))


def somebody_elses_throws(context: BrowserContext) -> None:
    """What in-app browsers put into a page."""
    context.add_init_script(
        "['DOMContentLoaded', 'load', 'submit', 'click', 'input'].forEach(kind =>"
        " addEventListener(kind, () => { throw new Error('not ours') }, true)); throw new Error('not ours')"
    )


def cannot_ask(context: BrowserContext) -> None:
    context.add_init_script("delete window.fetch")


def asking_throws(context: BrowserContext) -> None:
    context.add_init_script("window.fetch = function () { throw new TypeError('blocked') }")


def nothing_can_be_kept(context: BrowserContext) -> None:
    context.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('', 'SecurityError') } })"
    )


FAULTS = [
    never_comes,
    answers_with_an_error_page,
    is_cut_off,
    is_cut_between_modules,
    somebody_elses_throws,
    cannot_ask,
    asking_throws,
    nothing_can_be_kept,
]


@pytest.fixture
def address(
    live_server: LiveServer, transactional_db: None, tree: dict[str, Unit], campaigns: dict[str, Campaign]
) -> str:
    demonstration.seed(password=PASSWORD, at=timezone.now())
    return live_server.url


@pytest.fixture
def browser(address: str) -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def a_phone(browser: Browser, address: str) -> BrowserContext:
    context = browser.new_context(base_url=address, viewport=PHONE, locale="vi-VN", reduced_motion="reduce")  # type: ignore[arg-type]
    context.set_default_timeout(60_000)
    return context


def errand(page: Page, presses: int = 1) -> str:
    """From the first page to the receipt with a picture; its code."""
    worker = Worker(page)
    page.goto(BEGIN)
    worker.answer(WORKER_2022)
    press(page, "next", presses)
    worker.answer(idea())
    press(page, "next", presses)
    worker.bring(PHOTO)  # type: ignore[arg-type]
    press(page, "next", presses)
    press(page, "confirm", presses)
    return page.inner_text("#receipt-code").replace(" ", "")


def press(page: Page, name: str, presses: int) -> None:
    """And again, where the page says that there is no line: whoever insists is believed."""
    for _ in range(presses - 1):
        page.click(f"#main-form [name={name}]")
        expect(page.locator("#main-form .notice[role=status]")).to_be_visible()
        page.wait_for_timeout(100)
    with page.expect_navigation():
        page.click(f"#main-form [name={name}]")


def received() -> list[str]:
    return list(Initiative.objects.values_list("receipt_code", flat=True))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_whatever_fails_of_the_scripts_the_errand_ends_with_a_receipt(
    browser: Browser, address: str, fault: Callable[[BrowserContext], None]
) -> None:
    context = a_phone(browser, address)
    fault(context)

    code = errand(context.new_page(), presses=3 if fault is asking_throws else 1)

    assert beside(received) == [code]


def test_on_a_slow_line_and_a_slow_phone_nothing_is_sent_twice(browser: Browser, address: str) -> None:
    context = a_phone(browser, address)
    page = context.new_page()
    line = context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", SLOW)
    line.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)

    code = errand(page)

    assert beside(received) == [code]
    assert beside(Draft.objects.count) == 1
    assert beside(Attachment.objects.count) == 1
    # One for each step, whatever was pressed meanwhile; a picture may go by itself.
    assert len(sent) in {4, 5}


def test_the_line_is_lost_on_every_step_and_each_goes_on_by_itself(browser: Browser, address: str) -> None:
    context = a_phone(browser, address)
    page = context.new_page()
    worker = Worker(page)

    def press_without_a_line(name: str) -> None:
        context.set_offline(True)
        page.click(f"#main-form [name={name}]")
        expect(page.locator("#main-form [role=status]", has_text="Mất kết nối mạng")).to_be_visible()
        with page.expect_navigation():
            context.set_offline(False)

    page.goto(BEGIN)
    worker.answer(WORKER_2022)
    press_without_a_line("next")
    worker.answer(idea())
    press_without_a_line("next")
    worker.bring(PHOTO)  # type: ignore[arg-type]
    press_without_a_line("next")
    press_without_a_line("confirm")

    code = page.inner_text("#receipt-code").replace(" ", "")
    assert beside(received) == [code]
    assert beside(Draft.objects.count) == 1
    assert beside(Attachment.objects.count) == 1
