"""Step 2 while it is typed: money in words as the server says it, the sum of the shares, Enter, and a font of long ago."""

import json
from collections.abc import Iterator

import pytest
from django import forms
from django.template.loader import render_to_string
from playwright.sync_api import Browser, Page, expect

from portal.bundles import joined
from portal.vietnamese import money
from portal.vietnamese.fields import MoneyField
from portal.vietnamese.refusals import Refused
from tests.browser.chromium import chromium
from tests.browser.test_errand import EITHER_WAY, Portal, idea, portal, worker_at  # noqa: F401  # portal is a fixture
from tests.browser.watch import PHONE
from tests.journeys.answers import WORKER_2022
from tests.submission.test_repairs import MEANT, TCVN3

pytestmark = pytest.mark.browser

READ = """
1.200.000.000
1200000000
1.500.000 đồng
1.500.000
5000
0
15
200 triệu
200 triệu đồng
200tr
1,5 tỷ
1,5 tỉ đ
1.5 ty
1 tỷ 200 triệu
2 tỷ 5 triệu 30 nghìn
500k
999 tỷ
105
1.005
21.000.014
101.111.115
1.000.004
1.500 triệu
1,1 tỷ
0,5 triệu
2,125 tỷ
1.234.567 vnđ
"""
NOT_READ = """
nhiều
1 500 000
5 tấn
200 triệu 1 tỷ
1 tỷ 200
1,5
100,000
1500.000
12.34.567 triệu
-5 triệu
5 tỷ x
không tính được bằng tiền
$500
"""
NUMBERS = """
0 5 05 1.5 1,5 1.50 100.0 100,00 100.000 100,000 0100.000 1500.000 1.500.000 1,500,000 1.500,5 1.0000 1.00.000 1,500.5
1.5.000 12.34.567 1.500.00 1.500. 1,2,3 000.500 1.500.000,00
"""


class Benefit(forms.Form):
    benefit_value = MoneyField(label="Giá trị làm lợi", required=False)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def typing(browser: Browser) -> Page:
    field = render_to_string("portal_pack/field.html", {"field": Benefit({})["benefit_value"]})
    shares = "".join(f'<input name="{name}">' for name in ("share", "co_authors-1-share"))
    page = browser.new_page()
    page.set_content(f'<form>{field}{shares}<p class="count" data-shares hidden></p></form>')
    page.add_script_tag(content=joined("content.js"))
    return page


def in_words(typed: str) -> str:
    try:
        return money.in_words(money.parse(typed).dong)
    except Refused:
        return ""


def said_of(typing: Page, typed: list[str]) -> list[str]:
    return typing.evaluate(
        """typed => JSON.parse(typed).map(one => {
            const field = document.querySelector('[name=benefit_value]');
            field.value = one;
            field.dispatchEvent(new Event('input'));
            return document.querySelector('[data-money-words]').textContent;
        })""",
        json.dumps(typed),
    )


@pytest.mark.parametrize("typed", [line for line in READ.splitlines() if line])
def test_an_amount_is_said_as_the_server_says_it(typing: Page, typed: str) -> None:
    typing.fill("[name=benefit_value]", typed)

    said = typing.locator("[data-money-words]").inner_text()
    # The first letter is made large by the stylesheet.
    assert (said[:1].upper() + said[1:]) == in_words(typed) != ""


@pytest.mark.parametrize("typed", [line for line in NOT_READ.splitlines() if line])
def test_what_is_no_plain_amount_is_left_to_the_server(typing: Page, typed: str) -> None:
    typing.fill("[name=benefit_value]", typed)

    expect(typing.locator("[data-money-words]")).to_be_hidden()


def test_every_amount_is_read_aloud_as_on_the_server(typing: Page) -> None:
    amounts = [10**power + step for power in range(12) for step in (-1, 0, 1, 4, 5, 14, 15, 21, 105, 115)]
    typed = [str(amount) for amount in amounts if amount >= 0]

    assert said_of(typing, typed) == [in_words(one).lower() for one in typed]


def test_nothing_is_said_that_the_server_would_read_in_another_way(typing: Page) -> None:
    units = ["", " tỷ", "ty", " triệu", "tr", "k", " ngàn", " đồng", " triệu đồng"]
    typed = [
        f"{number}{unit}{rest}"
        for number in NUMBERS.split()
        for unit in units
        for rest in ("", " 5 nghìn", " 1.5.000 k")
    ]

    said = said_of(typing, typed)

    assert [one for one, words in zip(typed, said, strict=True) if words and words != in_words(one).lower()] == []
    assert len(list(filter(None, said))) > len(NUMBERS.split())


@pytest.mark.parametrize(
    ("shares", "said"),
    [
        pytest.param(("60", "30"), "Tổng: 90%", id="too little"),
        pytest.param(("33,3", "66,7 %"), "Tổng: 100%", id="all of it, as people write it"),
        pytest.param(("một nửa", "50"), "", id="a word"),
        pytest.param(("", ""), "", id="nothing"),
    ],
)
def test_the_shares_are_added_up(typing: Page, shares: tuple[str, str], said: str) -> None:
    for name, share in zip(("share", "co_authors-1-share"), shares, strict=True):
        typing.fill(f"[name='{name}']", share)

    assert typing.locator("[data-shares]").text_content() == said


@EITHER_WAY
def test_an_old_font_is_mended_by_one_button(portal: Portal, has_scripts: bool) -> None:  # noqa: F811
    with worker_at(portal, has_scripts=has_scripts) as (worker, _):  # type: ignore[arg-type]
        page = worker.page
        page.goto(portal.poster)
        worker.answer(WORKER_2022)
        worker.press("next")
        worker.answer({**idea(), "title": TCVN3})
        worker.press("next")
        expect(page.locator("#phong-chu")).to_contain_text(MEANT)
        expect(page.locator("#phong-chu")).to_be_in_viewport()
        worker.press("repair")
        expect(page.locator("[name=title]")).to_have_value(MEANT)
        expect(page.locator("[name=description]")).to_have_value(str(idea()["description"]).replace("\r\n", "\n"))
        worker.press("next")

        expect(page.locator("h1")).to_have_text("Tài liệu kèm theo")


@EITHER_WAY
def test_enter_in_an_answer_saves_and_goes_on(portal: Portal, has_scripts: bool) -> None:  # noqa: F811
    with worker_at(portal, has_scripts=has_scripts) as (worker, _):  # type: ignore[arg-type]
        page = worker.page
        page.goto(portal.poster)
        worker.answer(WORKER_2022)
        with page.expect_navigation():
            page.press("[name=full_name]", "Enter")
        expect(page.locator("h1")).to_have_text("Sáng kiến của bạn là gì?")
        worker.answer(idea())
        with page.expect_navigation():
            page.press("[name=scope]", "Enter")

        expect(page.locator("h1")).to_have_text("Tài liệu kèm theo")


def test_where_there_is_room_the_examples_stand_open_beside_the_description(portal: Portal) -> None:  # noqa: F811
    with worker_at(portal) as (worker, _):  # type: ignore[arg-type]
        page = worker.page
        page.goto(portal.poster)
        worker.answer(WORKER_2022)
        worker.press("next")
        expect(page.locator(".examples ol")).to_be_hidden()
        page.click(".examples summary")
        expect(page.locator(".examples ol")).to_be_visible()
        page.set_viewport_size({"width": 1280, "height": 800})
        page.reload()
        expect(page.locator(".examples ol")).to_be_visible()
        places = page.evaluate(
            "['.examples', '#id_description'].map(one => document.querySelector(one).getBoundingClientRect().toJSON())"
        )
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]

        assert places[0]["left"] > places[1]["right"]
        assert places[0]["right"] <= 1280
