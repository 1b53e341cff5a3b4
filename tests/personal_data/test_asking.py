"""The public form: what becomes of what somebody asks, and that nobody learns from it whose code it was."""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client

from initiatives.models import DataRequest, DataRequestStep, FailedLookUp, Initiative
from initiatives.personal_data import asking
from initiatives.submission import receipts, tracking
from orgtree.models import Unit
from portal import sealing
from tests.factories import ContactFactory, InitiativeFactory, make_tree, receipt_code, unit_at

NOTICE, FORM = "/du-lieu-ca-nhan/", "/du-lieu-ca-nhan/yeu-cau/"
FRIDAY = "2026-03-06T23:59:00"
TYPED = {
    "kind": "delete",
    "full_name": "Hồ Thị Lụa",
    "phone": "0935 112 233",
    "receipt_code": "",
    "email": "",
    "text": "Xin xóa dữ liệu của tôi.\r\nTôi đã nghỉ việc.",
}
Clock = Callable[[str], datetime]


@pytest.fixture
def sent(db: None, at: Clock) -> Initiative:
    make_tree()
    caches["limits"].clear()
    at(FRIDAY)
    return InitiativeFactory(phone_digits="0935112233", unit=unit_at("quang-tri/dong-ha"))


def ask(**typed: str) -> Any:
    return Client().post(FORM, TYPED | typed)


def shown_after(answer: Any) -> str:
    assert answer.status_code == 303, answer.content.decode()
    return Client().get(answer["Location"]).content.decode()


def test_the_notice_holds_the_form_and_asks_for_no_cookie(sent: Initiative) -> None:
    answer = Client().get(NOTICE)

    page = answer.content.decode()
    assert f'<form id="main-form" class="stack" method="post" action="{FORM}"' in page
    assert ("csrfmiddlewaretoken" in page, answer.cookies.keys()) == (False, set())
    assert "trong 2 ngày làm việc và thực hiện trong 10 đến 15 ngày" in page


def test_what_was_asked_is_kept_with_its_two_days(sent: Initiative) -> None:
    page = shown_after(ask())

    made = DataRequest.objects.get()
    assert (made.kind, made.full_name, made.phone, made.phone_digits) == (
        "delete",
        "Hồ Thị Lụa",
        "0935 112 233",
        "0935112233",
    )
    assert made.text == "Xin xóa dữ liệu của tôi.\nTôi đã nghỉ việc."
    assert (made.answer_by, made.act_by) == (date(2026, 3, 10), date(2026, 3, 23))
    assert list(made.steps.values_list("act", "account", "words")) == [("asked", None, "")]
    assert f'id="request-number">{asking.shown(made.number)}<' in page
    assert ("Chậm nhất hết ngày 10/3/2026" in page, "Chậm nhất hết ngày 23/3/2026" in page) == (True, True)


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param("{code}", id="as stored"),
        pytest.param("{shown}", id="in groups"),
        pytest.param(" Mã: ", id="no code at all"),
        pytest.param(receipt_code(77), id="nobody's"),
    ],
)
def test_the_page_says_the_same_whether_the_code_was_one_or_not(sent: Initiative, typed: str) -> None:
    code = typed.format(code=sent.receipt_code, shown=receipts.shown(sent.receipt_code))

    answer = ask(receipt_code=code)
    told = re.sub(r"\d{6} \d{6}", "", shown_after(answer))

    without = re.sub(r"\d{6} \d{6}", "", shown_after(ask(full_name="Lê Thị Mơ")))
    assert told == without


def test_code_and_phone_that_fit_lead_to_the_unit_that_received_it(sent: Initiative) -> None:
    ask(receipt_code=receipts.shown(sent.receipt_code))

    assert DataRequest.objects.values_list("initiative", "unit").get() == (sent.pk, sent.unit_id)
    assert not FailedLookUp.objects.exists()


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param({"phone": "0935112234"}, id="another phone"),
        pytest.param({"receipt_code": receipt_code(77)}, id="nobody's code"),
        pytest.param({"receipt_code": "xin lỗi tôi quên"}, id="words for a code"),
        pytest.param({"receipt_code": ""}, id="no code"),
    ],
)
def test_whatever_does_not_fit_goes_to_the_confederation(sent: Initiative, typed: dict[str, str]) -> None:
    ask(**{"receipt_code": sent.receipt_code} | typed)

    made = DataRequest.objects.get()
    assert (made.initiative, made.unit) == (None, Unit.objects.get(depth=1))
    assert made.receipt_code == (typed.get("receipt_code", sent.receipt_code))


def test_a_guesser_of_codes_is_not_told_and_finds_nothing_more(sent: Initiative) -> None:
    for number in range(tracking.PER_CODE):
        ask(receipt_code=sent.receipt_code, phone=f"09351122{number:02}")

    shown_after(ask(receipt_code=sent.receipt_code))

    assert DataRequest.objects.filter(initiative=sent).count() == 0


def test_the_same_words_again_are_the_same_request(sent: Initiative) -> None:
    first, second = ask(), ask()

    assert first["Location"] == second["Location"]
    assert (DataRequest.objects.count(), DataRequestStep.objects.count()) == (1, 1)


def test_a_second_tap_behind_midnight_is_still_the_same(sent: Initiative, at: Clock) -> None:
    first = ask()
    at("2026-03-07T00:05:00")

    assert ask()["Location"] == first["Location"]
    assert DataRequest.objects.count() == 1


def test_another_day_is_another_request(sent: Initiative, at: Clock) -> None:
    ask()
    at("2026-03-09T09:00:00")
    ask()

    assert DataRequest.objects.count() == 2


def test_another_text_that_draws_the_same_number_gets_the_next(
    sent: Initiative, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = iter(f"{number:x}" for number in (7, 7, 8, *range(100, 200)))
    of_others = sealing.lookup_hash
    monkeypatch.setattr(
        sealing, "lookup_hash", lambda kind, text: next(drawn) if kind == "data request" else of_others(kind, text)
    )
    monkeypatch.setattr(asking, "AGAIN_WITHIN", asking.AGAIN_WITHIN * 0)
    monkeypatch.setattr(asking, "MOST_NUMBERS", 1)
    ask()
    monkeypatch.setattr(asking, "MOST_NUMBERS", 2)

    ask(text="Chuyện khác.")

    assert sorted(DataRequest.objects.values_list("number", flat=True)) == ["260306000007", "260306000008"]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        pytest.param({"kind": ""}, "Hãy chọn điều bạn yêu cầu.", id="nothing asked"),
        pytest.param({"kind": "sell"}, "Hãy chọn điều bạn yêu cầu.", id="nothing we know"),
        pytest.param({"full_name": "\u200b"}, "Hãy nhập họ và tên của bạn.", id="no name"),
        pytest.param({"phone": ""}, "Hãy nhập số điện thoại để công đoàn trả lời bạn.", id="no phone"),
        pytest.param({"phone": "12"}, "Số điện thoại", id="no number"),
        pytest.param({"email": "a@"}, "Địa chỉ thư điện tử không đúng", id="no address"),
        pytest.param({"text": "x" * 2001}, "Hãy bớt 1 ký tự.", id="too long"),
        pytest.param({"receipt_code": "1" * 41}, "Hãy bớt 1 ký tự.", id="a code without end"),
    ],
)
def test_a_refusal_keeps_what_was_typed(sent: Initiative, typed: dict[str, str], sentence: str) -> None:
    page = ask(**{"receipt_code": "4821", "email": "lua@vidu.vn"} | typed).content.decode()

    assert sentence in page
    kept = {"full_name": "Hồ Thị Lụa", "receipt_code": "4821", "email": "lua@vidu.vn", "text": "Tôi đã nghỉ việc."}
    assert [text for name, text in kept.items() if name not in typed and text not in page] == []
    assert not DataRequest.objects.exists()


def test_a_script_is_slowed_down_and_keeps_its_text(sent: Initiative, settings: Any) -> None:
    settings.LIMIT_DATA_REQUESTS, settings.LIMIT_DATA_REQUESTS_A_MINUTE = 3, 1
    answers = [ask(text=f"Lần {number}.") for number in range(6)]

    assert [answer.status_code for answer in answers] == [303, 303, 303, 303, 429, 429]
    assert "Lần 5." in answers[-1].content.decode()
    assert DataRequest.objects.count() == 4


def test_another_site_may_not_send_it(sent: Initiative) -> None:
    answer = Client().post(FORM, TYPED, headers={"Sec-Fetch-Site": "cross-site"})

    assert (answer.status_code, DataRequest.objects.exists()) == (403, False)


@pytest.mark.parametrize("link", ["1", "1~abc", "x" * 300, "1.2~%C3%A1"])
def test_a_link_that_is_not_ours_is_no_page(sent: Initiative, link: str) -> None:
    ask()

    assert Client().get(f"{NOTICE}da-nhan/{link}/").status_code == 404


def test_the_page_of_a_request_is_kept_nowhere_and_says_nothing_of_anybody(sent: Initiative) -> None:
    ContactFactory()
    answer = Client().get(ask()["Location"])

    page = answer.content.decode()
    assert (answer["Cache-Control"], answer["X-Robots-Tag"]) == ("no-store", "noindex, nofollow")
    assert [text for text in ("Lụa", "0935", "nghỉ việc", sent.unit.name) if text in page] == []
