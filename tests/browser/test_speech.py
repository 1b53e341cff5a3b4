"""The rules of `speech.py` find what breaks them: a page in order, and that page with one thing out of order."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.browser.chromium import chromium
from tests.browser.speech import speech_faults

pytestmark = pytest.mark.browser

HEADING = "<h1>Bạn là ai?</h1>"
SUMMARY = '<div class="summary" role="alert"><h2>Cần sửa 1 chỗ</h2></div>'
LABEL = '<label for="name">Họ và tên</label>'
HINT = '<p class="hint" id="hint">Như trong căn cước.</p>'
ERROR = '<p class="error" id="error"><span>Lỗi: </span>Hãy nhập họ và tên.</p>'
CONTROL = '<input id="name" aria-describedby="hint error">'
COUNT = '<p class="count">0/20 ký tự</p>'
LEGEND = "<legend>Bạn thuộc đối tượng nào?</legend>"
CHOICE = '<label class="choice"><input type="radio" name="group"><span>Cán bộ công đoàn</span></label>'
ACT = '<button class="button">Lưu và tiếp tục</button>'
IN_ORDER = (
    f"<!doctype html><html lang='vi'><head><title>Lỗi: Người nộp</title></head><body><main>{SUMMARY}{HEADING}"
    f"<form id='main-form'><div class='field'>{LABEL}{HINT}{ERROR}{CONTROL}{COUNT}</div>"
    f"<fieldset class='field'>{LEGEND}{CHOICE}</fieldset>{ACT}"
    "<button class='button quiet'>Quay lại</button></form></main></body></html>"
)
OUT_OF_ORDER = {
    "no title": ("<title>Lỗi: Người nộp</title>", "", "no title"),
    "a title that keeps silent": ("Lỗi: Người nộp", "Người nộp", "something is to mend and the title is 'Người nộp'"),
    "a field before the heading": (HEADING, "<input aria-label='Tìm'>" + HEADING, "a field before the heading"),
    "a field before the summary": (SUMMARY, "<input aria-label='Tìm'>" + SUMMARY, "comes behind a field"),
    "no heading": (SUMMARY + HEADING, SUMMARY.replace("h2", "b"), "no heading"),
    "a label that is none": ("label for=", "label data-for=", "a field has no label"),
    "another name": ("<input id=", "<input aria-label='Tên' id=", "the field is called 'Tên'"),
    "no hint in the description": ('"hint error"', '"error"', "its description is 'Lỗi: Hãy nhập họ và tên.'"),
    "error before hint": (
        '"hint error"',
        '"error hint"',
        "its description is 'Lỗi: Hãy nhập họ và tên. Như trong căn cước.'",
    ),
    "error below its field": (
        ERROR + CONTROL,
        CONTROL + ERROR,
        "'Lỗi: Hãy nhập họ và tên.' is not heard before it, in its turn",
    ),
    "hint below its error": (HINT + ERROR, ERROR + HINT, "is not heard before it, in its turn"),
    "a counter that speaks": ('class="count"', 'class="count" role="status"', "is spoken while one types"),
    "a counter in the description": (
        CONTROL + COUNT,
        CONTROL.replace("error", "error count") + COUNT.replace("class", 'id="count" class'),
        "the counter is part of it",
    ),
    "a group without a legend": (LEGEND, "", "no group is called ''"),
    "a choice of no group": (LEGEND, f"</fieldset>{LEGEND}", "Cán bộ công đoàn has no legend"),
    "two main acts": ("button quiet", "button", "several main acts: ['Lưu và tiếp tục', 'Quay lại']"),
    "a field behind the act": (
        ACT,
        ACT + "<label class='choice'><input type='checkbox'><span>Tôi đồng ý</span></label>",
        "Tôi đồng ý comes behind 'Lưu và tiếp tục'",
    ),
}


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with chromium() as browser:
        yield browser.new_page()


def test_what_is_in_order_has_no_fault(page: Page) -> None:
    page.set_content(IN_ORDER)

    assert speech_faults(page) == []


@pytest.mark.parametrize(("part", "instead", "fault"), OUT_OF_ORDER.values(), ids=OUT_OF_ORDER)
def test_what_is_out_of_order_is_found(page: Page, part: str, instead: str, fault: str) -> None:
    assert part in IN_ORDER

    page.set_content(IN_ORDER.replace(part, instead))

    assert fault in " | ".join(speech_faults(page))
