"""Documents sent one by one from a phone: with a bar, smaller, again after a lost line; and all of it without scripts."""

import io
import random
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from PIL import Image
from playwright.sync_api import BrowserContext, FilePayload, Locator, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from initiatives import demonstration
from initiatives.models import Attachment, Campaign, Draft, Initiative, Phase
from initiatives.submission import actions
from initiatives.submission.files.judge import MAX_BYTES
from orgtree.models import Unit
from tests.browser.chromium import chromium
from tests.browser.test_errand import idea
from tests.browser.watch import PHONE, Watch
from tests.browser.worker import Worker, beside
from tests.factories.accounts import PASSWORD
from tests.journeys.answers import WORKER_2022
from tests.submission.samples import docx, jpeg, pdf
from tests.submission.worker import Worker as SentForms

pytestmark = pytest.mark.browser

QUEUE = "[data-queue] li"
SENT = "Đã gửi"
SLOW = """XMLHttpRequest.prototype.send = (send => function (data) {
    const file = data.get && data.get('attachments'), upload = this.upload;
    window.sent = (window.sent || []).concat(file ? file.name : []);
    if (!file) return send.call(this, data);
    const tell = part => upload.onprogress({ loaded: part * file.size, total: file.size });
    window.tell = tell;
    window.go = () => send.call(this, data);
})(XMLHttpRequest.prototype.send), 0"""


@pytest.fixture
def campaign(transactional_db: None, tree: dict[str, Unit], campaigns: dict[str, Campaign]) -> Campaign:
    return demonstration.seed(password=PASSWORD, at=timezone.now())


@pytest.fixture
def context(live_server: LiveServer, campaign: Campaign) -> Iterator[BrowserContext]:
    with chromium() as browser:
        context = browser.new_context(
            base_url=live_server.url,
            viewport=PHONE,  # type: ignore[arg-type]
            locale="vi-VN",
            reduced_motion="reduce",
        )
        context.set_default_timeout(10_000)
        yield context


@pytest.fixture
def worker(context: BrowserContext) -> Worker:
    return at_documents(context)


@pytest.fixture
def page(worker: Worker) -> Page:
    return worker.page


def at_documents(context: BrowserContext) -> Worker:
    """On the third step, the two before it sent."""
    typed = beside(SentForms(demonstration.SLUG).fill, WORKER_2022 | {"unit": "quang-tri/dong-ha"}, idea())
    worker = Worker(context.new_page())
    worker.page.goto(f"/nhap/{typed.token}/")
    worker.follow("Tiếp tục bản nháp này")
    worker.follow("Sửa phần này: Tài liệu")
    expect(worker.page.locator("h1")).to_have_text("Tài liệu kèm theo")
    return worker


def file(name: str, content: bytes, kind: str = "application/pdf") -> FilePayload:
    return {"name": name, "mimeType": kind, "buffer": content}


def pdfs(*numbers: int) -> list[FilePayload]:
    return [file(f"{number}.pdf", pdf(str(number))) for number in numbers]


def photo(width: int, height: int, *, orientation: int = 1) -> bytes:
    """As heavy as a camera's: red at the left, and noise that no encoding takes away."""
    drawn = Image.frombytes("RGB", (width // 4, height // 4), random.Random(7).randbytes(width * height // 16 * 3))
    drawn = drawn.resize((width, height))
    drawn.paste("red", (0, 0, width // 2, height))
    notes = Image.Exif()
    notes[0x0112] = orientation
    written = io.BytesIO()
    drawn.save(written, "JPEG", quality=97, exif=notes.tobytes())
    return written.getvalue()


def kept() -> list[tuple[str, str]]:
    return list(Attachment.objects.values_list("name", "kind"))


def listed(page: Page) -> Locator:
    return page.locator("[data-documents] li b")


def pick(page: Page, *files: FilePayload) -> None:
    page.set_input_files("#id_attachments", files)


def held(page: Page) -> None:
    """Until a file waits to be let `go`; the page's policy lets Playwright wait for no expression."""
    for _ in range(200):
        if page.evaluate("!!window.go"):
            return
        page.wait_for_timeout(50)
    raise AssertionError("no file was sent")


def spoken(page: Page) -> Locator:
    return page.locator("[data-spoken]")


# --- sending --------------------------------------------------------------------------------------------------------


def test_files_are_sent_one_by_one_and_the_list_grows_without_another_page(worker: Worker, page: Page) -> None:
    watch = Watch(page.context)
    page.evaluate("window.stays = true")
    page.select_option("#id_attachment_kind", "benefit")

    pick(page, *pdfs(1, 2), file("mô tả.docx", docx(), ""))

    expect(listed(page)).to_have_text(["1.pdf", "2.pdf", "mô tả.docx"])
    expect(page.locator("#documents")).to_have_text("Đã có 3 tài liệu")
    expect(spoken(page)).to_have_text("Đã nhận tệp “mô tả.docx”. Có 3 tài liệu.")
    expect(page.locator("[data-queue]")).to_be_hidden()
    assert page.evaluate("window.stays") is True
    assert page.evaluate("document.querySelector('#id_attachments').files.length") == 0
    assert len([address for address in watch.requests if address.endswith("/tai-lieu/")]) == 3
    assert watch.complaints == []
    assert beside(kept) == [("1.pdf", "benefit"), ("2.pdf", "benefit"), ("mô tả.docx", "benefit")]
    worker.press("next")
    expect(page.locator("h1")).to_have_text("Kiểm tra và nộp")


def test_a_bar_shows_how_much_was_sent_and_a_few_words_say_it(page: Page) -> None:
    page.evaluate(SLOW)
    page.evaluate(
        "window.heard = []; new MutationObserver(() => heard.push(document.querySelector('[data-spoken]').textContent))"
        ".observe(document.querySelector('[data-spoken]'), { childList: true })"
    )
    pick(page, *pdfs(1, 2))
    row = page.locator(QUEUE).first
    bar = row.locator("progress")
    expect(bar).to_have_attribute("aria-label", "Đang gửi 1.pdf")
    held(page)
    for percent in range(5, 100, 5):
        page.evaluate(f"tell({percent / 100})")
        expect(bar).to_have_js_property("value", percent)

    expect(row).to_contain_text(f"{SENT} 95%")
    expect(page.locator(QUEUE).nth(1)).to_contain_text("Đang chờ gửi")
    expect(page.locator(QUEUE).nth(1).locator("progress")).to_be_hidden()
    assert page.evaluate("window.sent") == ["1.pdf"]
    assert page.evaluate("heard") == ["Đang gửi tệp 1.pdf", "1.pdf: đã gửi 35%", "1.pdf: đã gửi 70%"]
    page.evaluate("tell(1); go()")
    expect(listed(page)).to_have_text(["1.pdf"])
    assert page.evaluate("window.sent") == ["1.pdf", "2.pdf"]


def test_each_file_may_be_given_a_kind_of_its_own_before_and_after(page: Page) -> None:
    page.evaluate(SLOW)
    pick(page, *pdfs(1, 2))
    second = page.locator(QUEUE).nth(1)
    expect(second.locator("select")).to_have_value("recognition")
    second.locator("select").select_option("acceptance")
    held(page)
    page.evaluate("{ const first = go; window.go = null; first() }")
    held(page)
    page.evaluate("go()")
    expect(listed(page)).to_have_text(["1.pdf", "2.pdf"])
    assert beside(kept) == [("1.pdf", "recognition"), ("2.pdf", "acceptance")]

    row = page.locator("[data-documents] li").first
    row.locator("summary").click()
    row.locator("select").select_option("benefit")
    row.get_by_text("Lưu loại").click()

    expect(spoken(page)).to_have_text("Đã đổi loại tài liệu.")
    expect(row.locator("summary")).to_be_focused()
    expect(row.locator("details")).not_to_have_attribute("open", "")
    assert beside(kept) == [("1.pdf", "benefit"), ("2.pdf", "acceptance")]


def test_what_the_portal_is_looking_at_is_not_called_gone(page: Page) -> None:
    page.evaluate(SLOW)
    pick(page, *pdfs(1))
    held(page)
    away = page.get_by_role("button", name="Bỏ tệp 1.pdf", exact=True)
    away.focus()
    page.evaluate("tell(0.99)")
    expect(away).to_be_focused()
    page.evaluate("tell(1)")

    expect(away).to_be_hidden()
    expect(page.locator(QUEUE)).to_contain_text("Cổng đang xem tệp")
    expect(page.locator(QUEUE)).to_be_focused()
    page.evaluate("go()")
    expect(listed(page)).to_have_text(["1.pdf"])
    expect(page.locator("#id_attachments")).to_be_focused()


def test_the_same_file_under_another_kind_is_said_to_the_eye(page: Page) -> None:
    pick(page, *pdfs(1))
    expect(listed(page)).to_have_count(1)
    page.select_option("#id_attachment_kind", "benefit")
    pick(page, *pdfs(1, 2))
    expect(listed(page)).to_have_text(["1.pdf", "2.pdf"])

    expect(page.locator("[data-warning]")).to_have_text("1.pdf: Tệp này đã có trong danh sách.")
    assert beside(kept) == [("1.pdf", "recognition"), ("2.pdf", "benefit")]


# --- smaller --------------------------------------------------------------------------------------------------------


def stored_pictures() -> list[tuple[tuple[int, int], tuple[int, ...], int]]:
    """Of each: width and height, a point in the middle of the top, how many bytes."""
    found = []
    for row in Attachment.objects.all():
        with Image.open(settings.MEDIA_ROOT / row.stored_name) as image:
            point = image.convert("RGB").getpixel((image.width // 2, image.height // 20))
            found.append((image.size, point, row.size))
    return found  # type: ignore[return-value]


def test_a_heavy_picture_goes_smaller_and_upright(page: Page) -> None:
    sent = []
    for orientation in (1, 6):
        heavy = photo(3200, 2400, orientation=orientation)
        assert len(heavy) > 2_000_000
        with page.expect_request("**/tai-lieu/") as asked:
            pick(page, file(f"Ảnh {orientation}.jpg", heavy, "image/jpeg"))
        expect(listed(page)).to_have_count(1 if orientation == 1 else 2)
        sent.append(asked.value.all_headers()["content-length"])
        assert int(sent[-1]) < len(heavy) / 2

    straight, turned = beside(stored_pictures)
    assert (straight[0], turned[0]) == ((2000, 1500), (1500, 2000))
    red, _, blue = turned[1]  # what was at the left is on top
    assert red > 200
    assert blue < 60


BROKEN = [
    "window.createImageBitmap = () => { throw new Error('no memory') }, 0",
    "window.createImageBitmap = () => Promise.reject(new TypeError('from-image')), 0",
    "HTMLCanvasElement.prototype.toBlob = function (then) { then(null) }, 0",
    "delete window.createImageBitmap",
]


def test_where_the_phone_cannot_make_it_smaller_the_picture_goes_as_it_is(page: Page) -> None:
    for number, broken in enumerate(BROKEN):
        page.reload()
        page.evaluate(broken)
        pick(page, file(f"{number}.jpg", photo(2400 + 4 * number, 1800), "image/jpeg"))
        expect(listed(page)).to_have_count(number + 1)
    page.clock.install()
    page.evaluate("window.createImageBitmap = () => new Promise(() => 0), 0")
    pick(page, file("never.jpg", photo(2200, 1800), "image/jpeg"))
    expect(page.locator(QUEUE)).to_contain_text("Đang chuẩn bị")
    page.clock.run_for(9000)
    expect(listed(page)).to_have_count(5)

    assert [width for (width, _), _, _ in beside(stored_pictures)] == [2400, 2404, 2408, 2412, 2200]


def test_a_small_picture_is_not_touched(page: Page) -> None:
    page.evaluate("window.createImageBitmap = () => { window.touched = true; return Promise.reject(new Error()) }, 0")
    pick(page, file("nho.jpg", jpeg(640, 480), "image/jpeg"))

    expect(listed(page)).to_have_text(["nho.jpg"])
    assert page.evaluate("window.touched") is None


# --- what is wrong --------------------------------------------------------------------------------------------------

FAULTS = [
    (file("virus.exe", b"MZ"), "Loại tệp này không được nhận."),
    (file("khong duoi", pdf("x")), "Loại tệp này không được nhận."),
    (file("trong.pdf", b""), "Tệp này trống"),
    (file("to.pdf", b"%PDF-" + b"\0" * MAX_BYTES), "10,0 MB. Tệp quá nặng; mỗi tệp tối đa 10 MB."),
]


def test_a_fault_the_phone_can_see_is_named_before_anything_is_sent(page: Page) -> None:
    watch = Watch(page.context)
    pick(page, *(bad for bad, _ in FAULTS), *pdfs(1))

    expect(listed(page)).to_have_text(["1.pdf"])
    for place, (bad, sentence) in enumerate(FAULTS):
        row = page.locator(QUEUE).nth(place)
        expect(row).to_contain_text(bad["name"])
        expect(row.locator(".error")).to_contain_text(sentence)
        expect(row.get_by_role("button", name="Thử lại")).to_have_count(0)
    assert len([address for address in watch.requests if address.endswith("/tai-lieu/")]) == 1
    for bad, _ in FAULTS:
        page.get_by_role("button", name=f"Bỏ tệp {bad['name']}", exact=True).click()
    expect(page.locator("[data-queue]")).to_be_hidden()
    expect(page.locator("#id_attachments")).to_be_focused()


def test_what_the_portal_objects_to_stands_at_the_file_in_its_words(page: Page) -> None:
    locked = pdf("x", encrypt="mat-khau")
    pick(page, file("khoa.pdf", locked), file("gia.pdf", b"khong phai PDF"))

    rows = page.locator(f"{QUEUE} .error")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("Tệp “khoa.pdf” đang bị khóa")
    expect(page.get_by_role("button", name="Thử lại")).to_have_count(0)
    expect(rows.nth(1)).to_contain_text("Tệp “gia.pdf” mang đuôi .pdf nhưng nội dung bên trong không đúng loại.")
    assert beside(kept) == []


def test_the_sixth_waits_until_there_is_room(page: Page) -> None:
    pick(page, *pdfs(1, 2, 3, 4, 5, 6))
    row = page.locator(QUEUE)
    expect(listed(page)).to_have_count(5)
    expect(row).to_contain_text("Đã đủ 5 tài liệu. Hãy bỏ bớt một tệp rồi bấm “Thử lại”.")
    expect(page.locator("[data-adding]")).to_be_hidden()
    expect(page.locator("[data-full]")).to_be_visible()

    page.get_by_role("button", name="Bỏ tệp này: 2.pdf").click()
    expect(listed(page)).to_have_count(4)
    expect(page.locator("[data-adding]")).to_be_visible()
    row.get_by_role("button", name="Thử lại 6.pdf").click()

    expect(listed(page)).to_have_text(["1.pdf", "3.pdf", "4.pdf", "5.pdf", "6.pdf"])


def test_what_passes_is_tried_again_by_the_button(page: Page, settings: Any) -> None:
    floor, settings.UPLOAD_FREE_FLOOR = settings.UPLOAD_FREE_FLOOR, 10**18
    pick(page, *pdfs(1))
    expect(page.locator(f"{QUEUE} .error")).to_contain_text("Máy chủ tạm thời không nhận tài liệu.")
    settings.UPLOAD_FREE_FLOOR = floor
    page.get_by_role("button", name="Thử lại 1.pdf").click()

    expect(listed(page)).to_have_text(["1.pdf"])


# --- a lost line ----------------------------------------------------------------------------------------------------


def test_a_file_whose_line_was_lost_is_sent_again_when_it_is_back(context: BrowserContext, page: Page) -> None:
    context.set_offline(True)
    pick(page, *pdfs(1))
    expect(page.locator(f"{QUEUE} .error")).to_contain_text("Mất kết nối khi gửi tệp này.")
    expect(page.get_by_role("button", name="Thử lại 1.pdf")).to_be_visible()
    context.set_offline(False)

    expect(listed(page)).to_have_text(["1.pdf"])


def test_a_button_sends_it_again(page: Page) -> None:
    page.route("**/tai-lieu/", lambda route: route.abort())
    pick(page, *pdfs(1))
    again = page.get_by_role("button", name="Thử lại 1.pdf")
    expect(again).to_be_visible()
    page.unroute("**/tai-lieu/")
    again.click()

    expect(listed(page)).to_have_text(["1.pdf"])


def test_it_goes_on_trying_as_the_page_says(page: Page) -> None:
    page.clock.install()
    tries: list[Route] = []

    def refuse(route: Route) -> None:
        tries.append(route)
        route.abort()

    page.route("**/tai-lieu/", refuse)
    pick(page, *pdfs(1))
    for number in range(1, 10):
        expect(page.get_by_role("button", name="Thử lại 1.pdf")).to_be_visible()
        assert len(tries) == number
        page.clock.run_for(30_000)
    expect(page.get_by_role("button", name="Thử lại 1.pdf")).to_be_visible()
    page.unroute("**/tai-lieu/")
    page.clock.run_for(30_000)

    expect(listed(page)).to_have_text(["1.pdf"])


def lose(route: Route) -> None:
    """All of it arrived; only the answer did not."""
    route.fetch()
    route.abort()


def test_an_answer_that_was_lost_stores_no_second_document(page: Page) -> None:
    """The fifth of five."""
    Worker(page).bring(*pdfs(1, 2, 3, 4))
    page.route("**/tai-lieu/", lose)
    pick(page, *pdfs(5))
    again = page.get_by_role("button", name="Thử lại 5.pdf")
    expect(again).to_be_visible()
    page.unroute("**/tai-lieu/")
    again.click()

    expect(listed(page)).to_have_count(5)
    expect(page.locator("[data-queue]")).to_be_hidden()
    expect(spoken(page)).to_have_text("Tệp này đã có trong danh sách.")
    assert len(beside(kept)) == 5


def test_nor_does_a_picture_that_the_phone_would_draw_otherwise_by_now(page: Page) -> None:
    page.route("**/tai-lieu/", lose)
    pick(page, file("a.jpg", photo(3200, 2400), "image/jpeg"))
    again = page.get_by_role("button", name="Thử lại a.jpg")
    expect(again).to_be_visible()
    page.unroute("**/tai-lieu/")
    page.evaluate(BROKEN[-1])
    again.click()

    expect(page.locator("[data-queue]")).to_be_hidden()
    expect(listed(page)).to_have_text(["a.jpg"])
    assert len(beside(kept)) == 1


def test_a_file_left_out_after_its_answer_was_lost_stands_in_the_list(page: Page) -> None:
    page.route("**/tai-lieu/", lose)
    pick(page, *pdfs(1))
    expect(page.get_by_role("button", name="Thử lại 1.pdf")).to_be_visible()
    page.unroute("**/tai-lieu/")
    page.get_by_role("button", name="Bỏ tệp 1.pdf", exact=True).click()

    expect(listed(page)).to_have_text(["1.pdf"])
    page.get_by_role("button", name="Bỏ tệp này: 1.pdf").click()
    expect(listed(page)).to_have_count(0)
    assert beside(kept) == []


def test_a_line_that_says_nothing_for_a_minute_is_given_up(page: Page) -> None:
    page.clock.install()
    page.evaluate("XMLHttpRequest.prototype.send = function () { this.addEventListener('abort', () => 0) }, 0")
    page.evaluate("XMLHttpRequest.prototype.abort = function () { window.gaveUp = true; this.onloadend() }, 0")
    pick(page, *pdfs(1))
    expect(page.locator(QUEUE)).to_contain_text("Đang chuẩn bị")
    page.clock.run_for(59_000)
    assert page.evaluate("window.gaveUp") is None
    page.clock.run_for(2_000)

    expect(page.locator(f"{QUEUE} .error")).to_contain_text("Mất kết nối khi gửi tệp này.")


def test_a_portal_that_cannot_answer_is_named_and_asked_again(page: Page) -> None:
    page.route("**/tai-lieu/", lambda route: route.fulfill(status=503, body="<html>"))
    pick(page, *pdfs(1))

    expect(page.locator(f"{QUEUE} .error")).to_contain_text("Cổng đang bận")
    page.unroute("**/tai-lieu/")
    page.get_by_role("button", name="Thử lại 1.pdf").click()
    expect(listed(page)).to_have_text(["1.pdf"])


# --- going on and coming back ---------------------------------------------------------------------------------------


def test_going_on_with_a_file_on_its_way_is_said_first_and_done_at_the_second_press(worker: Worker, page: Page) -> None:
    page.evaluate(SLOW)
    pick(page, *pdfs(1, 2), file("virus.exe", b"MZ"))
    address = page.url
    page.click("#main-form [name=next]")

    warning = page.locator("[data-warning]")
    expect(warning).to_have_text(
        "Còn 2 tệp đang gửi, hãy chờ. Có 1 tệp chưa gửi được. Bấm lần nữa để đi tiếp mà không có các tệp này."
    )
    assert page.url == address
    worker.press("next")
    expect(page.locator("h1")).to_have_text("Kiểm tra và nộp")


def test_a_file_that_failed_is_said_too_and_the_way_back_asks_as_well(worker: Worker, page: Page) -> None:
    pick(page, file("virus.exe", b"MZ"))
    page.click("text=Quay lại")
    expect(page.locator("[data-warning]")).to_have_text(
        "Có 1 tệp chưa gửi được. Bấm lần nữa để đi tiếp mà không có các tệp này."
    )

    page.get_by_role("button", name="Bỏ tệp virus.exe").click()
    expect(page.locator("[data-warning]")).to_be_hidden()
    worker.press("next")
    expect(page.locator("h1")).to_have_text("Kiểm tra và nộp")


def test_a_page_killed_in_the_middle_has_what_was_sent(page: Page) -> None:
    """As the camera does on a phone with little memory."""
    page.evaluate(SLOW)
    pick(page, *pdfs(1, 2))
    held(page)
    page.evaluate("go()")
    expect(listed(page)).to_have_text(["1.pdf"])
    page.reload()

    expect(listed(page)).to_have_text(["1.pdf"])
    pick(page, *pdfs(2))
    expect(listed(page)).to_have_text(["1.pdf", "2.pdf"])


def test_a_document_is_taken_away_where_it_stands(page: Page) -> None:
    Worker(page).bring(*pdfs(1, 2))
    page.evaluate("window.stays = true")
    page.get_by_role("button", name="Bỏ tệp này: 1.pdf").click()
    expect(listed(page)).to_have_text(["2.pdf"])
    expect(page.locator("#documents")).to_be_focused()
    expect(spoken(page)).to_have_text("Đã bỏ tệp “1.pdf”. Có 1 tài liệu.")
    page.get_by_role("button", name="Bỏ tệp này: 2.pdf").click()

    expect(page.locator("[data-documents]")).to_be_hidden()
    expect(page.locator("#id_attachments")).to_be_focused()
    assert page.evaluate("window.stays") is True
    assert beside(kept) == []


def test_a_removal_that_found_no_line_says_so_at_the_file(context: BrowserContext, page: Page) -> None:
    Worker(page).bring(*pdfs(1))
    context.set_offline(True)
    page.get_by_role("button", name="Bỏ tệp này: 1.pdf").click()
    expect(page.locator("[data-documents] .error")).to_contain_text("Mất kết nối.")
    context.set_offline(False)
    page.get_by_role("button", name="Bỏ tệp này: 1.pdf").click()

    expect(listed(page)).to_have_count(0)


def test_what_another_tab_took_away_is_said_to_be_there_no_more(page: Page) -> None:
    watch = Watch(page.context)
    Worker(page).bring(*pdfs(1, 2))
    beside(lambda: Attachment.objects.all().delete())
    page.locator("[data-documents] summary").first.click()
    page.get_by_text("Lưu loại").first.click()

    expect(spoken(page)).to_have_text("Tệp này không còn trong danh sách. Có 0 tài liệu.")
    expect(listed(page)).to_have_count(0)
    assert watch.complaints == []


def test_a_kind_that_is_offered_no_more_is_objected_to_in_its_form(page: Page) -> None:
    Worker(page).bring(*pdfs(1))
    page.locator("[data-documents] summary").click()
    page.evaluate("document.querySelector('[data-documents] option:checked').value = 'gone'")
    page.get_by_text("Lưu loại").click()

    expect(page.locator("[data-documents] .error")).to_have_text("Hãy chọn loại tài liệu.")
    page.locator("[data-documents] select").select_option("benefit")
    page.get_by_text("Lưu loại").click()
    expect(spoken(page)).to_have_text("Đã đổi loại tài liệu.")
    assert beside(kept) == [("1.pdf", "benefit")]


def test_what_is_held_in_the_list_is_held_when_a_file_arrives(page: Page) -> None:
    Worker(page).bring(*pdfs(1))
    page.evaluate(SLOW)
    pick(page, *pdfs(2))
    row = page.locator("[data-documents] li").first
    row.locator("summary").click()
    row.locator("select").select_option("benefit")
    row.locator("select").focus()
    held(page)
    page.evaluate("go()")
    expect(listed(page)).to_have_text(["1.pdf", "2.pdf"])

    expect(row.locator("select")).to_be_focused()
    expect(row.locator("select")).to_have_value("benefit")


# --- no more ---------------------------------------------------------------------------------------------------------


def submit(address: str) -> None:
    """As another tab does."""
    tab = SentForms(demonstration.SLUG)
    tab.token = address.split("/")[4]
    assert tab.confirm().status_code == 303


def close(_: str) -> None:
    Phase.objects.update(closes_at=timezone.now() - timedelta(minutes=1))


NO_MORE = {
    "received": (submit, "Sáng kiến này đã được nộp."),
    "closed": (close, "Đã đóng lúc"),
    "gone": (lambda _: Draft.objects.all().delete(), "Không tìm thấy bản nháp này."),
}


@pytest.mark.parametrize(("act", "sentence"), NO_MORE.values(), ids=NO_MORE)
def test_where_nothing_is_taken_any_more_it_is_said_and_the_files_stay(
    page: Page, act: Callable[[str], object], sentence: str
) -> None:
    beside(act, page.url)
    pick(page, *pdfs(1, 2))

    expect(page.locator("[data-warning]")).to_contain_text(sentence)
    expect(page.locator(f"{QUEUE} .error")).to_have_count(2)
    expect(page.locator(QUEUE).first).to_contain_text(sentence)
    assert beside(kept) == []


# --- through tracking, and without scripts --------------------------------------------------------------------------


def test_files_are_added_through_tracking_until_review_begins(worker: Worker, page: Page) -> None:
    worker.bring(*pdfs(1))
    worker.press("next")
    worker.press("confirm")
    code = page.inner_text("#receipt-code")
    page.goto("/tra-cuu/")
    worker.answer({"code": code, "phone": WORKER_2022["phone"]})
    worker.press()
    worker.follow("Thêm tài liệu")
    pick(page, *pdfs(2))
    expect(listed(page)).to_have_text(["1.pdf", "2.pdf"])
    expect(page.get_by_role("button", name="Bỏ tệp này: 1.pdf")).to_have_count(0)
    pick(page, *pdfs(3))
    expect(listed(page)).to_have_text(["1.pdf", "2.pdf", "3.pdf"])
    page.get_by_role("button", name="Bỏ tệp này: 3.pdf").click()
    expect(listed(page)).to_have_text(["1.pdf", "2.pdf"])
    worker.press("next")
    worker.press("confirm")

    assert beside(lambda: sorted(Initiative.objects.get().attachments.values_list("name", flat=True))) == [
        "1.pdf",
        "2.pdf",
    ]


def test_without_scripts_the_form_does_it_all(live_server: LiveServer, campaign: Campaign) -> None:
    with chromium() as browser:
        context = browser.new_context(
            base_url=live_server.url,
            viewport=PHONE,  # type: ignore[arg-type]
            java_script_enabled=False,
        )
        worker = at_documents(context)
        page = worker.page
        expect(page.locator("[data-queue]")).to_be_hidden()
        pick(page, *pdfs(1, 2))
        worker.press("add")
        expect(listed(page)).to_have_text(["1.pdf", "2.pdf"])
        row = page.locator("[data-documents] li").first
        row.locator("summary").click()
        row.locator("select").select_option("benefit")
        worker.press(form="[data-documents] li:first-child details")
        worker.press(form="[data-documents] li:last-child > form")
        expect(listed(page)).to_have_text(["1.pdf"])
        pick(page, file("virus.exe", b"MZ"))
        worker.press("add")
        spoken_with_it = re.compile("^JPG, .* Lỗi: Tệp “virus.exe” không thuộc loại được nhận")
        expect(page.locator("#id_attachments")).to_have_accessible_description(spoken_with_it)
        pick(page, file("virus.exe", b"MZ"), *pdfs(3, 4, 5, 6))
        worker.press("next")
        expect(page.locator(".summary")).to_contain_text("Tệp “virus.exe” không thuộc loại được nhận.")
        expect(page.locator("[data-full]")).to_be_visible()
        worker.press("next")
        expect(page.locator("h1")).to_have_text("Kiểm tra và nộp")

    assert beside(kept)[0] == ("1.pdf", "benefit")
    assert len(beside(kept)) == actions.MAX_FILES


def test_a_script_that_fails_midway_leaves_the_plain_form(context: BrowserContext) -> None:
    context.add_init_script(
        "window.XMLHttpRequest = undefined; Object.defineProperty(HTMLFormElement.prototype, "
        "'elements', { get() { throw new Error('broken') } })"
    )
    worker = at_documents(context)
    pick(worker.page, *pdfs(1))
    worker.press("add")

    expect(listed(worker.page)).to_have_text(["1.pdf"])
