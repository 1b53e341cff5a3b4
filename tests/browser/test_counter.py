"""The counter in the browser counts as the server does: the golden file of portal/vietnamese/text.py in Chromium."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.template.loader import render_to_string
from playwright.sync_api import Page, expect

from portal.bundles import joined
from portal.vietnamese.fields import TextField
from tests.browser.chromium import chromium

pytestmark = pytest.mark.browser

GOLDEN = Path(__file__).parents[2] / "fixtures" / "text" / "canonical.json"
CASES = json.loads(GOLDEN.read_text(encoding="utf-8"))["cases"]
EACH_CASE = pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])

TYPE = """typed => {
    const field = document.getElementById('id_description');
    field.value = JSON.parse(typed);
    field.dispatchEvent(new Event('input'));
}"""


class Story(forms.Form):
    description = TextField(label="Mô tả sáng kiến", limit=20, widget=forms.Textarea(attrs={"data-limit": 20}))


def as_html(typed: str) -> str:
    return render_to_string("portal_pack/field.html", {"field": Story({"description": typed})["description"]})


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with chromium() as browser:
        page = browser.new_page()
        page.clock.install()
        yield page


@pytest.fixture
def counting(page: Page) -> Page:
    page.set_content(f"<form>{as_html('')}</form>")
    page.add_script_tag(content=joined("step.js"))
    return page


def type_into(page: Page, typed: str) -> None:
    # As ASCII: a lone surrogate does not travel otherwise.
    page.evaluate(TYPE, json.dumps(typed))


def shown(page: Page) -> dict[str, Any]:
    return page.evaluate(
        """() => {
            const counter = document.querySelector('[data-counter]'), excess = counter.nextElementSibling;
            return {count: counter.dataset.count, text: counter.textContent, over: counter.classList.contains('over'),
                    excess: excess.hidden ? null : excess.textContent};
        }"""
    )


@EACH_CASE
def test_the_browser_gives_the_canonical_text_of_the_golden_file(counting: Page, case: dict[str, Any]) -> None:
    canonical = counting.evaluate("typed => portalText.canonical(JSON.parse(typed))", json.dumps(case["input"]))

    assert canonical == case["canonical"]


@EACH_CASE
def test_the_counter_shows_the_length_of_the_golden_file(counting: Page, case: dict[str, Any]) -> None:
    type_into(counting, case["input"])

    assert shown(counting)["count"] == str(case["length"])


@EACH_CASE
def test_the_server_had_written_the_same_before_any_script(counting: Page, case: dict[str, Any]) -> None:
    type_into(counting, case["input"])
    by_the_browser = shown(counting)

    # A surrogate cannot be sent in a page; the server never answers with one, for it removes them from what it keeps.
    counting.set_content(as_html(case["input"]).encode("utf-8", "ignore").decode())

    assert shown(counting) == by_the_browser


def test_below_the_limit_nothing_is_marked(counting: Page) -> None:
    type_into(counting, "a" * 20)

    assert shown(counting) == {"count": "20", "text": "20/20 ký tự", "over": False, "excess": None}


def test_over_the_limit_the_excess_is_marked_and_nothing_is_cut(counting: Page) -> None:
    type_into(counting, "Sáng kiến tổ chức đồ gá")

    assert shown(counting) == {
        "count": "23",
        "text": "23/20 ký tự · thừa 3",
        "over": True,
        "excess": "Phần thừa ở cuối:  gá",
    }
    assert counting.locator("#id_description").input_value() == "Sáng kiến tổ chức đồ gá"


def test_the_count_is_said_once_the_typing_rests(counting: Page) -> None:
    said = counting.get_by_role("status")

    type_into(counting, "a" * 5)
    expect(said).to_have_text("")
    counting.clock.fast_forward(2000)

    expect(said).to_have_text("Còn 15 ký tự")
