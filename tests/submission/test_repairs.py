"""Text of a font of before Unicode is offered as it was meant; its sender decides, and nobody is stopped."""

from collections.abc import Callable
from datetime import datetime
from html import unescape

import pytest

from initiatives.models import Campaign
from initiatives.submission import repairs
from portal.vietnamese import text
from tests.submission.worker import IN_2022, YEAR_2022, Worker, content, page, person

TCVN3 = "C¶i tiÕn kü thuËt gióp ng\u00adêi lao ®éng gi¶m søc nÆng nhäc"
VNI = "Caûi tieán kyõ thuaät giuùp ngöôøi lao ñoäng giaûm söùc naëng nhoïc"
MEANT = "Cải tiến kỹ thuật giúp người lao động giảm sức nặng nhọc"
DONE = "Đã dùng chữ đã sửa."
OFFERED = "Có vẻ bạn gõ bằng phông chữ cũ"


@pytest.fixture
def worker(campaigns: dict[str, Campaign], at: Callable[[str], datetime]) -> Worker:
    at(IN_2022)
    return Worker(YEAR_2022)


@pytest.fixture
def begun(worker: Worker) -> Worker:
    worker.begin(person())
    return worker


@pytest.mark.parametrize("name", ["title", "description", "effect", "scope", "recognised_by", "awards"])
@pytest.mark.parametrize("typed", [TCVN3, VNI], ids=["TCVN3", "VNI"])
def test_each_text_is_offered_and_stands_as_it_was_typed(begun: Worker, name: str, typed: str) -> None:
    shown = unescape(page(begun.send_content(content(**{name: typed}))))

    assert OFFERED in shown
    assert f"<dd>{MEANT}</dd>" in shown
    assert begun.draft.answers[name] == typed
    assert "<title>Lỗi:" not in shown


@pytest.mark.parametrize("name", ["full_name", "workplace", "unit_name", "position"])
def test_step_one_offers_too(worker: Worker, name: str) -> None:
    shown = page(worker.begin(person(**{name: "§Æng ThÞ ¸nh"})))

    assert "<dd>Đặng Thị ánh</dd>" in shown
    assert worker.draft.answers[name] == "§Æng ThÞ ¸nh"


def test_the_repaired_text_is_taken_by_its_button_and_everything_else_stays(begun: Worker) -> None:
    begun.send_content(content(title=TCVN3, description=VNI))

    shown = page(begun.post(begun.step("noi-dung"), {"repair": "1", **content(title=TCVN3, description=VNI)}))

    assert DONE in shown
    assert OFFERED not in shown
    answers = begun.draft.answers
    assert (answers["title"], answers["description"], answers["effect"]) == (MEANT, MEANT, content()["effect"])
    assert begun.send_content(content(title=MEANT, description=MEANT)).status_code == 303


def test_what_stays_as_it_is_goes_on_and_is_not_asked_about_again(begun: Worker) -> None:
    typed = content(title=VNI)
    onward = begun.post(begun.step("noi-dung"), {"as_typed": "1", **typed})

    again = begun.send_content(typed)

    assert (onward.status_code, again.status_code) == (303, 303)
    assert OFFERED not in page(begun.get(begun.step("noi-dung")))
    assert begun.draft.answers["title"] == VNI
    assert OFFERED in page(begun.send_content(content(title=f"{VNI} 2")))


def test_what_stays_as_it_is_stays_when_another_text_is_repaired(begun: Worker) -> None:
    begun.post(begun.step("noi-dung"), {"as_typed": "1", **content(title=VNI)})
    typed = content(title=VNI, description=TCVN3)
    shown = page(begun.send_content(typed))

    begun.post(begun.step("noi-dung"), {"repair": "1", **typed})

    assert shown.count(f"<dd>{MEANT}</dd>") == 1
    assert (begun.draft.answers["title"], begun.draft.answers["description"]) == (VNI, MEANT)


def test_of_two_fonts_one_is_repaired_after_the_other_and_the_page_says_so(begun: Worker) -> None:
    begun.send_content(content(description=f"{TCVN3}\n{VNI}"))

    first = page(begun.post(begun.step("noi-dung"), {"repair": "1", **content(description=f"{TCVN3}\n{VNI}")}))
    second = page(begun.post(begun.step("noi-dung"), {"repair": "1", **content(description=f"{MEANT}\n{VNI}")}))

    assert [(DONE in shown, OFFERED in shown) for shown in (first, second)] == [(True, True), (True, False)]
    assert begun.draft.answers["description"] == f"{MEANT}\n{MEANT}"


@pytest.mark.parametrize("name", ["title", "description"])
def test_text_in_tcvn3_is_received_with_the_soft_hyphen_that_is_its_letter(begun: Worker, name: str) -> None:
    begun.post(begun.step("noi-dung"), {"as_typed": "1", **content(**{name: TCVN3})})

    begun.confirm()

    received = getattr(begun.initiative, name)
    found = text.old_font(received)
    assert received == TCVN3
    assert found is not None
    assert found.repaired == MEANT


def test_any_other_soft_hyphen_goes(begun: Worker) -> None:
    begun.send_content(content(title="Giá xoay\xad sấy ván"))

    begun.confirm()

    assert begun.initiative.title == "Giá xoay sấy ván"


def test_it_stands_there_when_the_step_is_opened_again(begun: Worker) -> None:
    begun.post(begun.step("noi-dung"), {"back": "1", **content(description=TCVN3)})

    assert OFFERED in page(begun.get(begun.step("noi-dung")))


def test_an_old_font_stops_nobody_at_the_last_step(begun: Worker) -> None:
    begun.send_content(content(title=VNI))

    assert begun.confirm().status_code == 303
    assert begun.initiative.title == VNI


def test_objections_stand_first_and_the_offer_beside_them(begun: Worker) -> None:
    shown = page(begun.send_content(content(title=VNI, applied_on="31/2/2022")))

    assert shown.index("Cần sửa 1 chỗ") < shown.index(OFFERED)


def test_text_of_today_is_left_alone() -> None:
    assert repairs.offers(content(), content()) == []
