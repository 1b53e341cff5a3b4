"""A benefit as staff found it (M33): one tap, another amount, nothing in money; who may, what is refused, what the desk says."""

from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from initiatives.lifecycle import Found, appraise
from initiatives.models import Act, Appraisal, FieldMedian, Finding, Initiative, Status
from initiatives.review import appraising
from initiatives.review.appraising_forms import AppraiseForm
from initiatives.submission.views.record import _trail
from orgtree.roles import Role
from portal.vietnamese import money
from tests.review.conftest import Office

MILLION = 10**6
HUGE = money.LARGEST_APPRAISED


def again(initiative: Initiative) -> Initiative:
    return Initiative.objects.get(pk=initiative.pk)


def address(initiative: Initiative) -> str:
    return reverse("admin:initiatives_initiative_appraise", args=[initiative.pk])


def post(client: Client, initiative: Initiative, finding: str, **posted: Any) -> HttpResponse:
    return client.post(address(initiative), {"version": initiative.version, "finding": finding} | posted)


def seen(answer: HttpResponse) -> str:
    return unescape(answer.content.decode())


def kept(initiative: Initiative) -> tuple[bool, int | None, bool]:
    now = again(initiative)
    return now.is_appraised, now.appraised_value, now.has_social_meaning


def middle(office: Office, median: int, of: int, field: str = "production") -> None:
    FieldMedian.objects.create(campaign=office.campaign, field=field, median=median, of=of, counted_at=timezone.now())


# --- what is written --------------------------------------------------------------------------------------------------


def test_one_tap_says_as_declared(office: Office) -> None:
    initiative = office.receive(benefit_value=120 * MILLION)
    desk = seen(office.client.get(office.desk(initiative)))
    assert f'action="{address(initiative)}"' in desk and 'name="finding" value="declared"' in desk

    answer = post(office.client, initiative, "declared")

    assert answer.status_code == 302 and answer["Location"] == f"{office.desk(initiative)}#benefit"
    event = initiative.events.last()
    assert (event.act, event.account, event.note) == (Act.APPRAISED, office.officer, "")
    assert event.appraisal.declared == 120 * MILLION
    assert kept(initiative) == (True, 120 * MILLION, False)
    assert (again(initiative).status, again(initiative).version) == (Status.SUBMITTED, 2)


@pytest.mark.parametrize(
    ("declared", "posted", "found"),
    [
        pytest.param(120, {"finding": "amount", "amount": "1,5 tỷ"}, (True, 1500 * MILLION), id="as people type"),
        pytest.param(120, {"finding": "amount", "amount": "0"}, (True, 0), id="nothing gained"),
        pytest.param(120, {"finding": "amount", "amount": "100.000 tỷ"}, (True, HUGE), id="the most there may be"),
        pytest.param(120, {"finding": "not_money"}, (True, None), id="not expressible"),
        pytest.param(None, {"finding": "declared"}, (True, None), id="not expressible as declared"),
        pytest.param(120, {"finding": "none", "has_social_meaning": "on"}, (False, None), id="only the mark"),
    ],
)
def test_what_was_found_is_kept(
    office: Office, declared: int | None, posted: dict[str, str], found: tuple[bool, int | None]
) -> None:
    value = None if declared is None else declared * MILLION
    initiative = office.receive(benefit_value=value, benefit_is_not_money=value is None)

    answer = office.client.post(address(initiative), {"version": 1, "note": "Theo sổ kho quý I"} | posted)

    assert answer.status_code == 302
    assert kept(initiative) == (*found, "has_social_meaning" in posted)
    assert initiative.events.last().note == "Theo sổ kho quý I"


def test_the_answer_says_the_amount_in_figures_and_words(office: Office) -> None:
    initiative = office.receive()

    answer = office.client.post(
        address(initiative),
        {"version": 1, "finding": "amount", "amount": "1 tỷ 200 triệu", "note": "Sổ kho"},
        follow=True,
    )

    assert "Đã ghi giá trị thẩm định 1,2 tỷ đồng (một tỷ hai trăm triệu đồng)." in seen(answer)


def test_a_second_appraisal_stands_and_the_first_stays_in_the_history(office: Office) -> None:
    initiative = office.receive(benefit_value=9 * MILLION)
    post(office.client, initiative, "declared")
    post(office.client, again(initiative), "amount", amount="8 triệu", note="Trừ chi phí vật tư")

    page = seen(office.client.get(office.desk(initiative)))

    assert kept(initiative) == (True, 8 * MILLION, False)
    assert [each.value for each in Appraisal.objects.order_by("event__number")] == [9 * MILLION, 8 * MILLION]
    history = page[page.index("Lịch sử") :]
    assert "Giá trị 9 triệu đồng" in history and "Giá trị 8 triệu đồng" in history and "Trừ chi phí vật tư" in history


def test_the_page_begins_as_it_was_appraised(office: Office) -> None:
    initiative = office.receive()
    appraise(initiative, Found(Finding.MONEY, 5 * MILLION, True, "Sổ"), by=office.officer, at=timezone.now())

    form = office.client.get(address(initiative)).context["form"]

    begun = {name: form[name].value() for name in ("finding", "amount", "has_social_meaning", "note")}
    assert begun == {"finding": "amount", "amount": "5 triệu đồng", "has_social_meaning": True, "note": None}


# --- what is refused --------------------------------------------------------------------------------------------------

REFUSED = {
    "nothing chosen": ({}, "finding", "Hãy chọn một kết quả thẩm định."),
    "not in the list": ({"finding": "lost"}, "finding", "Hãy chọn một kết quả trong danh sách."),
    "no amount": ({"finding": "amount"}, "amount", "Hãy ghi số tiền đã thẩm định."),
    "unreadable": ({"finding": "amount", "amount": "nhiều lắm"}, "amount", "Không đọc được số tiền"),
    "below nothing": ({"finding": "amount", "amount": "-5"}, "amount", "Số tiền không thể là số âm."),
    "not in money": ({"finding": "amount", "amount": "không tính được"}, "amount", "hãy chọn mục đó ở trên"),
    "too much": ({"finding": "amount", "amount": "100.001 tỷ", "note": "Sổ"}, "amount", "tối đa 100.000 tỷ đồng"),
    "two answers": ({"finding": "declared", "amount": "5 triệu"}, "amount", "chỉ đi với “Số khác”"),
    "another without a ground": ({"finding": "amount", "amount": "5 triệu"}, "note", "Hãy ghi căn cứ."),
    "no money without a ground": ({"finding": "not_money"}, "note", "Hãy ghi căn cứ."),
    "nothing new": ({"finding": "none"}, "__all__", "Chưa có gì để ghi."),
    "too many words": ({"finding": "declared", "note": "x" * 501}, "note", "tối đa 500"),
}


@pytest.mark.parametrize(("posted", "field", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_is_told_and_what_was_typed_stays(
    office: Office, posted: dict[str, str], field: str, sentence: str
) -> None:
    initiative = office.receive(benefit_value=120 * MILLION)

    answer = office.client.post(address(initiative), {"version": 1} | posted)

    assert answer.status_code == 422
    assert sentence in str(answer.context["form"].errors[field])
    assert all(answer.context["form"][name].value() == value for name, value in posted.items())
    assert kept(initiative) == (False, None, False) and initiative.events.count() == 1


def test_where_nothing_was_declared_there_is_nothing_to_confirm(office: Office) -> None:
    choices = {
        "nothing": office.receive(benefit_value=None),
        "more than may be confirmed": office.receive(benefit_value=HUGE + 1),
    }

    for initiative in choices.values():
        offered = [code for code, _ in AppraiseForm(initiative=initiative).fields["finding"].choices]
        assert offered == ["amount", "not_money", "none"]
        assert "Đúng như đã khai" not in seen(office.client.get(office.desk(initiative)))


@pytest.mark.parametrize("status", Status.values)
def test_what_counts_is_appraised_and_nothing_else(office: Office, status: str) -> None:
    initiative = office.receive(status=status)
    may = status != Status.WITHDRAWN

    page, answer = office.client.get(address(initiative)), post(office.client, initiative, "declared")

    assert (page.context["refusal"] == "", answer.status_code) == (may, 302 if may else 409)
    assert again(initiative).is_appraised is may
    assert ("Đúng như đã khai" in seen(office.client.get(office.desk(initiative)))) is False


def test_a_duplicate_is_not_appraised(office: Office) -> None:
    initiative = office.receive(status=Status.INVALID, duplicate_of=office.receive())

    assert post(office.client, initiative, "declared").status_code == 409


def test_ones_own_is_appraised_by_somebody_else(office: Office) -> None:
    initiative = office.receive(phone_digits="0912345678")
    office.officer.phone = "0912345678"
    office.officer.save()

    answer = post(office.client, initiative, "declared")

    assert answer.status_code == 409 and "của chính bạn" in seen(answer)
    assert kept(initiative) == (False, None, False)
    assert "Đúng như đã khai</button>" not in seen(office.client.get(office.desk(initiative)))


@pytest.mark.parametrize(
    ("code", "role", "status"),
    [("quang-tri", Role.VIEWER, 403), ("dien-bien", Role.MANAGER, 404), ("quang-tri", Role.REVIEWER, 302)],
)
def test_whoever_may_decide_may_appraise(
    office: Office, signed_in: Callable[..., Client], code: str, role: str, status: int
) -> None:
    initiative = office.receive()

    assert post(signed_in(code, role), initiative, "declared").status_code == status
    assert again(initiative).is_appraised is (status == 302)


# --- two at once ------------------------------------------------------------------------------------------------------


def test_a_double_tap_writes_once(office: Office) -> None:
    initiative = office.receive()

    answers = [post(office.client, initiative, "declared") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert Appraisal.objects.count() == 1 and again(initiative).version == 2


def test_whoever_comes_second_is_told_who_was_first(office: Office, signed_in: Callable[..., Client]) -> None:
    initiative = office.receive()
    post(signed_in("quang-tri", Role.REVIEWER, full_name="Hồ Thị Mận"), initiative, "not_money", note="Về an toàn")

    answer = post(office.client, initiative, "amount", amount="7 triệu", note="Sổ kho")

    assert answer.status_code == 409
    assert "Hồ Thị Mận đã thẩm định giá trị làm lợi của sáng kiến này" in seen(answer)
    assert (answer.context["form"]["amount"].value(), answer.context["form"]["note"].value()) == ("7 triệu", "Sổ kho")
    assert f'name="version" value="{again(initiative).version}"' in seen(answer)
    assert kept(initiative) == (True, None, False)


def test_what_cannot_be_read_beside_what_stands_no_longer_is_told_as_that(office: Office) -> None:
    initiative = office.receive()
    office.decide(initiative, "approve")

    answer = post(office.client, initiative, "amount", amount="nhiều")

    assert answer.status_code == 409 and "đánh dấu hợp lệ" in seen(answer)
    assert again(initiative).events.last().act == Act.APPROVED


def test_a_decision_after_an_appraisal_begins_with_what_stands(office: Office) -> None:
    initiative = office.receive()
    post(office.client, initiative, "declared")

    assert office.decide(initiative, "approve").status_code == 409
    assert office.decide(again(initiative), "approve").status_code == 302


# --- what looks mistyped ----------------------------------------------------------------------------------------------

THRESHOLDS = {
    "no middle": (None, 10**12 + 1),
    "of too few": ((5 * MILLION, appraising.LEAST - 1), 10**12 + 1),
    "of enough": ((5 * MILLION, appraising.LEAST), 5 * 10**9),
    "never above what is implausible anyway": ((2 * 10**9, 500), 10**12 + 1),
}


@pytest.mark.parametrize(("median", "least"), THRESHOLDS.values(), ids=THRESHOLDS)
def test_from_where_a_value_looks_mistyped(median: tuple[int, int] | None, least: int) -> None:
    row = FieldMedian(median=median[0], of=median[1]) if median else None

    assert appraising.threshold(row) == least


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (5 * 10**9 - 1, ""),
        (5 * 10**9, "Gấp 1.000 lần giá trị ở giữa của lĩnh vực (5 triệu đồng, trong 12 sáng kiến): có thể ghi nhầm."),
        (10**13, "Gấp 2.000.000 lần giá trị ở giữa của lĩnh vực (5 triệu đồng, trong 12 sáng kiến): có thể ghi nhầm."),
    ],
)
def test_the_desk_says_how_far_it_lies_above_its_field(office: Office, value: int, said: str) -> None:
    middle(office, 5 * MILLION, 12)
    initiative = office.receive(benefit_value=value)

    page = seen(office.client.get(office.desk(initiative)))
    assert appraising.doubt(initiative) == said
    assert said in page
    # What looks mistyped is not confirmed by one tap: the page asks once more.
    assert ("Đúng như đã khai</button>" in page) is (said == "")


def test_another_field_has_another_middle(office: Office) -> None:
    middle(office, 5 * MILLION, 12, field="health")

    assert appraising.doubt(office.receive(benefit_value=9 * 10**9)) == ""
    assert appraising.doubt(office.receive(benefit_value=10**12 + 1)) == "Trên 1.000 tỷ đồng: có thể ghi nhầm."


def test_what_was_appraised_is_doubted_no_more(office: Office) -> None:
    middle(office, 5 * MILLION, 12)
    initiative = office.receive(benefit_value=9 * 10**9)
    assert appraising.doubt(initiative)

    post(office.client, initiative, "declared")

    assert appraising.doubt(again(initiative)) == ""


# --- another declaration ----------------------------------------------------------------------------------------------


def test_the_desk_says_that_something_else_was_declared_since(office: Office) -> None:
    initiative = office.receive()
    appraise(initiative, Found(Finding.MONEY, 5 * MILLION, note="Sổ"), by=office.officer, at=timezone.now())
    Initiative.objects.filter(pk=initiative.pk).update(is_appraised=False, appraised_value=None, benefit_value=7)

    page = seen(office.client.get(office.desk(initiative)))

    assert "Người nộp đã sửa giá trị sau lần thẩm định trước (5 triệu đồng). Hãy thẩm định lại." in page
    assert "Thẩm định lại, đánh dấu" in page


def test_the_declared_is_said_in_words(office: Office) -> None:
    page = seen(office.client.get(office.desk(office.receive(benefit_value=1_200_000_000))))

    assert "1,2 tỷ đồng" in page and "Một tỷ hai trăm triệu đồng" in page


def test_the_desk_asks_as_often_however_often_it_was_appraised(office: Office) -> None:
    def statements(initiative: Initiative) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert office.client.get(office.desk(initiative)).status_code == 200
        return len(asked)

    initiative = office.receive()
    appraise(initiative, Found(Finding.NOT_MONEY, note="a"), by=office.officer, at=timezone.now())
    once = statements(initiative)
    for minutes in range(3):
        at = timezone.now() + timedelta(minutes=minutes)
        appraise(initiative, Found(Finding.NOT_MONEY, note=f"{minutes}"), by=office.officer, at=at)

    assert statements(initiative) == once


def test_the_sender_is_not_told_of_it(office: Office) -> None:
    initiative = office.receive()
    appraise(initiative, Found(Finding.NOT_MONEY, note="Về an toàn"), by=office.officer, at=timezone.now())
    office.decide(again(initiative), "approve")

    told = [each["title"] for each in _trail(list(initiative.events.all()), {})]

    assert told == ["Đã nhận", "Hợp lệ"]
