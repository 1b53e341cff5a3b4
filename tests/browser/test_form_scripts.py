"""What the scripts of a form add to a page that works without them."""

from collections.abc import Iterator
from urllib.parse import parse_qs

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, Request, Route, expect

from portal.bundles import joined
from tests.browser.chromium import chromium, wait_until

pytestmark = pytest.mark.browser

ADDRESS = "http://portal.test/"
FORM = """<!doctype html><html lang="vi"><title>Lỗi: thử</title><body>
<div class="summary" role="alert" tabindex="-1" data-error-summary><a id="to-group" href="#id_group">Hãy chọn</a></div>
<form method="post" target="slow" data-once>
<fieldset class="field" id="id_group"><legend>Đối tượng</legend>
<label><input type="radio" name="group" id="id_group_0" value="a">A</label></fieldset>
<div><select name="top_unit" id="id_top_unit"><option value="" selected>Hãy chọn</option>
<option value="quang-tri">Quảng Trị</option><option value="dien-bien">Điện Biên</option></select></div>
<div><select name="unit" id="id_unit"><option value="">Hãy chọn</option></select></div>
<div><input type="file" id="id_attachments" name="attachments" multiple data-max-bytes="1048576"></div>
<input type="hidden" name="file_count">
<p><button id="go">Lưu và tiếp tục</button>
<button id="choose" name="choose" value="unit">Chọn đơn vị trực thuộc</button></p>
</form><iframe name="slow"></iframe><script src="/step.js"></script><script src="/file_count.js"></script></body></html>"""

UNITS = {
    "quang-tri": [{"code": "quang-tri/dong-ha", "name": "LĐLĐ thành phố Đông Hà", "depth": 0}],
    "dien-bien": [{"code": "dien-bien/muong-lay", "name": "LĐLĐ thị xã Mường Lay", "depth": 1}],
}


class Portal:
    """Answers as the portal would, but never a post: a slow line. Posts go to a frame: Playwright waits for pages."""

    def __init__(self) -> None:
        self.posts: list[dict[str, list[str]]] = []
        self.finds_units = True
        self.held: list[Route] = []
        self.holds_units = False

    def answer(self, route: Route, request: Request) -> None:
        if request.method == "POST":
            self.posts.append(parse_qs(request.post_data or "", keep_blank_values=True))
        elif "/don-vi/" in request.url:
            self.answer_with_units(route, request)
        elif request.url.endswith("step.js"):
            route.fulfill(content_type="text/javascript; charset=utf-8", body=joined("step.js"))
        elif request.url.endswith("file_count.js"):
            route.fulfill(
                content_type="text/javascript; charset=utf-8", path=settings.BASE_DIR / "static/js/file_count.js"
            )
        else:
            route.fulfill(content_type="text/html; charset=utf-8", body=FORM)

    def answer_with_units(self, route: Route, request: Request) -> None:
        if self.holds_units:
            self.held.append(route)
        elif not self.finds_units:
            route.fulfill(status=503)
        else:
            route.fulfill(json={"units": UNITS[request.url.split("thuoc=")[1]]})


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def portal() -> Portal:
    return Portal()


@pytest.fixture
def page(browser: Browser, portal: Portal) -> Iterator[Page]:
    page = browser.new_page()
    page.route("**/*", portal.answer)
    page.goto(ADDRESS)
    yield page
    page.close()


def tap(page: Page, button: str) -> None:
    page.evaluate("id => document.getElementById(id).click()", button)


def test_a_second_tap_sends_nothing(page: Page, portal: Portal) -> None:
    tap(page, "go")
    expect(page.get_by_text("Đang gửi, xin chờ…")).to_be_visible()
    wait_until(page, lambda: len(portal.posts) == 1)
    tap(page, "go")

    page.wait_for_timeout(200)
    assert len(portal.posts) == 1


def test_the_button_that_was_tapped_sends_its_name(page: Page, portal: Portal) -> None:
    page.evaluate("document.getElementById('choose').hidden = false")
    tap(page, "choose")

    expect(page.get_by_text("Đang gửi, xin chờ…")).to_be_visible()
    wait_until(page, lambda: len(portal.posts) > 0)
    assert [post["choose"] for post in portal.posts] == [["unit"]]


def test_coming_back_to_the_page_lets_the_form_be_sent_again(page: Page, portal: Portal) -> None:
    tap(page, "go")
    wait_until(page, lambda: len(portal.posts) == 1)
    expect(page.locator("#go")).to_have_attribute("aria-disabled", "true")
    page.evaluate("window.dispatchEvent(new Event('pageshow'))")
    expect(page.locator("#go")).not_to_have_attribute("aria-disabled", "true")
    tap(page, "go")

    wait_until(page, lambda: len(portal.posts) == 2)


def test_picking_a_top_unit_fills_the_units_below_it(page: Page) -> None:
    page.select_option("#id_top_unit", "quang-tri")

    expect(page.locator("#id_unit option")).to_have_text(["Hãy chọn", "LĐLĐ thành phố Đông Hà"])
    expect(page.locator("#choose")).to_be_hidden()


def test_a_unit_below_another_is_set_off_from_it(page: Page) -> None:
    page.select_option("#id_top_unit", "dien-bien")

    expect(page.locator("#id_unit option")).to_have_text(["Hãy chọn", "– LĐLĐ thị xã Mường Lay"])


def test_where_the_list_does_not_come_the_button_without_a_script_does(page: Page, portal: Portal) -> None:
    portal.finds_units = False
    expect(page.locator("#choose")).to_be_hidden()

    page.select_option("#id_top_unit", "quang-tri")

    expect(page.locator("#choose")).to_be_visible()
    expect(page.locator("#id_unit option")).to_have_text(["Hãy chọn"])


def test_a_late_answer_does_not_replace_the_units_of_a_later_pick(page: Page, portal: Portal) -> None:
    portal.holds_units = True
    page.select_option("#id_top_unit", "quang-tri")
    page.select_option("#id_top_unit", "dien-bien")
    wait_until(page, lambda: len(portal.held) == 2)
    first, second = portal.held

    second.fulfill(json={"units": UNITS["dien-bien"]})
    expect(page.locator("#id_unit option")).to_have_count(2)
    first.fulfill(json={"units": UNITS["quang-tri"]})

    page.wait_for_timeout(100)
    expect(page.locator("#id_unit option")).to_have_text(["Hãy chọn", "– LĐLĐ thị xã Mường Lay"])


def test_the_objections_have_the_focus_and_lead_into_a_group(page: Page) -> None:
    expect(page.locator("[data-error-summary]")).to_be_focused()

    page.click("#to-group")

    expect(page.locator("#id_group_0")).to_be_focused()


def test_the_server_is_told_how_many_files_were_picked(page: Page) -> None:
    small = {"name": "quyết định.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4"}
    large = {"name": "ảnh.jpg", "mimeType": "image/jpeg", "buffer": b"0" * 1048577}

    page.set_input_files("#id_attachments", [small, large])

    assert page.locator("[name=file_count]").input_value() == "2"
    expect(page.locator("p.error")).to_have_text("Tệp quá lớn (tối đa 1 MB): ảnh.jpg")


def test_without_a_script_the_button_for_the_units_is_there(browser: Browser, portal: Portal) -> None:
    plain = browser.new_page(java_script_enabled=False)
    plain.route("**/*", portal.answer)
    plain.goto(ADDRESS)

    expect(plain.locator("#choose")).to_be_visible()
    plain.close()
