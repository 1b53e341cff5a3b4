"""Why something is returned or declined: all faults at once, each tied to its field, in words edited before they are sent."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from initiatives import lifecycle
from initiatives.models import Initiative, Status, TwinPair
from initiatives.review import objections
from initiatives.review.forms import ELSEWHERE
from initiatives.submission.desks import remarks_on
from orgtree.models import StaffAccount
from portal.vietnamese.days import VIETNAM
from tests.factories import AttachmentFactory, CampaignFactory, ReviewReasonFactory, receipt_code
from tests.review.conftest import Office

DUE = {"due_on": "31/12/2099"}
LATER = datetime(2022, 8, 1, 9, 0, tzinfo=VIETNAM)
UNCLEAR = {"code": "description_unclear", "field": "description"}


def again(initiative: Initiative) -> Initiative:
    return Initiative.objects.get(pk=initiative.pk)


def reasons_of(initiative: Initiative) -> list[dict[str, str]]:
    return again(initiative).events.last().reasons


class TestWords:
    @pytest.mark.parametrize(
        ("typed", "sent"),
        [
            (None, "Phần mô tả chưa nêu rõ cách làm mới"),
            ("  \u200b ", "Phần mô tả chưa nêu rõ cách làm mới"),
            ("Hãy tả rõ\r\nbước 2", "Hãy tả rõ bước 2"),
        ],
        ids=["untouched", "emptied", "reworded"],
    )
    def test_a_ready_reason_is_sent_as_it_was_reworded(self, office: Office, typed: str | None, sent: str) -> None:
        initiative = office.receive()
        words = {} if typed is None else {"text_description_unclear": typed}

        office.decide(initiative, "return", reason=["description_unclear"], **words, **DUE)

        assert reasons_of(initiative) == [UNCLEAR | {"text": sent}]

    def test_words_of_a_reason_that_is_not_ticked_are_not_sent(self, office: Office) -> None:
        initiative = office.receive()

        answer = office.decide(
            initiative, "return", reason=["description_unclear"], text_document_missing="x" * 301, **DUE
        )

        assert answer.status_code == 302
        assert [reason["code"] for reason in reasons_of(initiative)] == ["description_unclear"]

    def test_words_too_long_are_told_and_kept(self, office: Office) -> None:
        initiative = office.receive()

        answer = office.decide(
            initiative, "return", reason=["description_unclear"], text_description_unclear="x" * 301, **DUE
        )

        assert answer.status_code == 422
        assert "Hãy bớt 1 ký tự" in answer.content.decode()
        assert "x" * 301 in answer.content.decode()
        assert again(initiative).status == Status.SUBMITTED

    def test_the_words_stand_ready_to_be_edited(self, office: Office) -> None:
        page = office.client.get(office.desk(office.receive())).content.decode()

        assert 'name="text_description_unclear"' in page
        assert page.count("Phần mô tả chưa nêu rõ cách làm mới") >= 2  # what is ticked, and what is sent


class TestAllAtOnce:
    SENT = {
        "reason": ["description_unclear", "document_missing"],
        "own_words": "Ghi cách tính",
        "own_field": "benefit_value",
        "own_words_2": "Ghi rõ tổ, phân xưởng",
        "own_field_2": "workplace",
        "own_words_3": "Xem lại toàn bộ",
        "own_field_3": "",
    }

    def test_a_return_names_every_fault_with_its_field(self, office: Office) -> None:
        initiative = office.receive()

        office.decide(initiative, "return", **self.SENT, **DUE)

        assert [(reason["field"], reason["text"]) for reason in reasons_of(initiative)] == [
            ("description", "Phần mô tả chưa nêu rõ cách làm mới"),
            ("attachments", "Thiếu quyết định công nhận sáng kiến"),
            ("benefit_value", "Ghi cách tính"),
            ("workplace", "Ghi rõ tổ, phân xưởng"),
            ("", "Xem lại toàn bộ"),
        ]

    def test_the_sender_finds_each_beside_its_field(self, office: Office) -> None:
        initiative = office.receive()
        office.decide(initiative, "return", **self.SENT, **DUE)

        assert remarks_on(again(initiative)) == {
            "description": ["Phần mô tả chưa nêu rõ cách làm mới"],
            "attachments": ["Thiếu quyết định công nhận sáng kiến"],
            "benefit_value": ["Ghi cách tính"],
            "workplace": ["Ghi rõ tổ, phân xưởng"],
            "": ["Xem lại toàn bộ"],
        }

    def test_the_due_day_may_lie_after_the_close(self, office: Office, at: Callable[[str], Any]) -> None:
        initiative = office.receive()
        at("2023-09-20 10:00:00")  # the last phase closed on 1/9/2023

        office.decide(initiative, "return", reason=["description_unclear"], due_on="10/10/2023")

        assert again(initiative).events.last().due_on == date(2023, 10, 10)
        assert lifecycle.refuses_revision(again(initiative), at=at("2023-10-10 23:59:00")) == ""
        assert "Đã hết hạn bổ sung" in lifecycle.refuses_revision(again(initiative), at=at("2023-10-11 00:00:00"))

    def test_a_line_of_ones_own_alone_is_enough(self, office: Office) -> None:
        initiative = office.receive()

        office.decide(initiative, "return", own_words_3="Ghi lại ngày", own_field_3="applied_on", **DUE)

        assert reasons_of(initiative) == [{"code": "other", "field": "applied_on", "text": "Ghi lại ngày"}]

    @pytest.mark.parametrize("field", ["receipt_code", "x" * 400, "unit__name"])
    def test_a_field_nobody_can_mend_is_refused_and_all_is_kept(self, office: Office, field: str) -> None:
        initiative = office.receive()

        answer = office.decide(initiative, "return", own_words_2="Sửa chỗ này", own_field_2=field, **DUE)

        assert answer.status_code == 422
        assert "Sửa chỗ này" in answer.content.decode()
        assert again(initiative).status == Status.SUBMITTED

    def test_what_is_declined_is_not_corrected_and_asks_for_no_field(self, office: Office) -> None:
        page = office.client.get(office.desk(office.receive())).content.decode()

        assert 'id="return_own_field"' in page
        assert 'id="decline_own_field"' not in page
        assert "decline_own_words_2" not in page


OFFERS: dict[str, tuple[tuple[str, str], list[str]]] = {
    "by its code": (("attachments", "recognition_missing"), ["return:document_missing"]),
    "by its field": (("description", "anything"), ["return:description_unclear"]),
    "what no correction helps": (("applied_on", "applied_outside"), ["decline:not_applied"]),
    "nothing ready": (("benefit_value", "benefit_implausible"), ["return:"]),
    "nothing anybody can mend": (("declaration", "declaration_missing"), []),
    "of no field": (("", "anything"), []),
}


class TestHints:
    @pytest.mark.parametrize(("hint", "found"), OFFERS.values(), ids=OFFERS)
    def test_a_hint_offers_the_reason_that_says_the_same(
        self, office: Office, hint: tuple[str, str], found: list[str]
    ) -> None:
        reasons = office.campaign.review_reasons.all()

        offered = objections.offers(objections.Hint(*hint, "…"), reasons)

        assert [f"{offer.use}:{offer.code}" for offer in offered] == found

    HINTED: dict[str, tuple[dict[str, Any], str, str]] = {
        "no recognition": ({"recognised_on": None}, "recognised_on", "Chưa ghi ngày được công nhận"),
        "nobody recognised it": ({"recognised_by": ""}, "recognised_by", "Chưa ghi ai đã công nhận"),
        "no identity number": ({"national_id": ""}, "national_id", "Chưa có số CMND/CCCD"),
        "no kind": ({"solution_kind": ""}, "solution_kind", "Chưa chọn loại giải pháp"),
        "before the window": ({"applied_on": date(2021, 8, 31)}, "applied_on", "Ngày áp dụng phải từ 1/9/2021"),
        "another phase": ({"recognised_on": date(2022, 7, 1)}, "recognised_on", "thuộc Giai đoạn 2. Đợt đã nộp: "),
        "a doubtful value": ({"benefit_value": 300}, "benefit_value", "300 đồng có đúng không"),
        "a promise not made": ({"declarations": ["recognised", "novel", "lawful"]}, "declaration", "Chưa cam kết"),
    }

    @pytest.mark.parametrize(("sent", "field", "sentence"), HINTED.values(), ids=HINTED)
    def test_what_speaks_against_it_stands_above_and_beside_its_field(
        self, office: Office, sent: dict[str, Any], field: str, sentence: str
    ) -> None:
        initiative = office.receive(**sent, submitted_at=LATER)
        AttachmentFactory(initiative=initiative)

        page = office.client.get(office.desk(initiative))

        (line,) = [line for section in page.context["sections"] for line in section.lines if line.field == field]
        assert [hint.field for hint, _ in page.context["hints"]] == [field]
        assert [sentence in told for told in line.hints] == [True]
        assert page.content.decode().count(line.hints[0].partition(":")[0].split("“")[0]) >= 2

    def test_nothing_is_said_of_what_is_in_order(self, office: Office) -> None:
        initiative = office.receive()
        AttachmentFactory(initiative=initiative)

        assert list(objections.hints(initiative)) == []

    def test_one_click_ticks_the_reason_and_sends_nothing(self, office: Office) -> None:
        initiative = office.receive()
        page = office.client.get(office.desk(initiative))
        ((offer, address),) = [link for _, links in page.context["hints"] for link in links]

        ticked = office.client.get(f"{office.desk(initiative)}{address.partition('#')[0]}").content.decode()

        assert offer.code == "document_missing"
        assert page.content.decode().count(" checked") == 0
        assert ticked.count(" checked") == 1
        assert '<details class="decision" id="return" data-key="t" open>' in ticked
        assert again(initiative).status == Status.SUBMITTED

    @pytest.mark.parametrize(
        "asked", ["", "return-", "return-nonsense", "-", "x" * 3000, "decline-description_unclear"]
    )
    def test_an_address_that_asks_for_no_reason_ticks_nothing(self, office: Office, asked: str) -> None:
        page = office.client.get(office.desk(office.receive()), {"goi-y": asked})

        assert page.status_code == 200
        assert " checked" not in page.content.decode()

    def test_what_the_portal_suggests_comes_first(self, office: Office) -> None:
        page = office.client.get(office.desk(office.receive()))

        rows = page.context["decisions"]["return"].ready_rows()

        assert [(row.text, row.is_suggested) for row in rows] == [
            ("Thiếu quyết định công nhận sáng kiến", True),
            ("Phần mô tả chưa nêu rõ cách làm mới", False),
        ]


class TestOneThatLiesElsewhere:
    """A code opens nothing that the account may not see, and the answer does not tell whether there is such a one."""

    def decline(self, office: Office, initiative: Initiative, code: str) -> str:
        answer = office.decide(initiative, "decline", reason=["duplicate"], duplicate_code=code)
        assert answer.status_code == 422
        (sentence,) = answer.context["decisions"]["decline"].errors["duplicate_code"]
        assert code in answer.content.decode()
        return sentence

    def test_the_same_sentence_whether_it_exists_or_not(self, office: Office) -> None:
        initiative = office.receive()
        elsewhere = office.receive(unit=office.units["dien-bien"])
        of_another_campaign = office.receive(campaign=CampaignFactory())
        codes = [elsewhere.receipt_code, of_another_campaign.receipt_code, receipt_code(99_999)]

        assert {self.decline(office, initiative, code) for code in codes} == {ELSEWHERE}
        assert again(initiative).status == Status.SUBMITTED

    def test_the_pair_waits_with_the_level_above_both(self, office: Office) -> None:
        elsewhere = office.receive(unit=office.units["dien-bien"])
        initiative = office.receive()

        self.decline(office, initiative, elsewhere.receipt_code)

        (pair,) = TwinPair.objects.all()
        assert (pair.earlier, pair.later, pair.kind, pair.decider.code) == (elsewhere, initiative, "reported", "tld")

    def test_nobody_reports_on_what_is_their_own(self, office: Office) -> None:
        elsewhere = office.receive(unit=office.units["dien-bien"])
        own = office.receive(phone_digits="0905444333")
        StaffAccount.objects.filter(pk=office.officer.pk).update(phone="0905 444 333")

        answer = office.decide(own, "decline", reason=["duplicate"], duplicate_code=elsewhere.receipt_code)

        assert answer.status_code == 409
        assert "sáng kiến của chính bạn" in answer.content.decode()
        assert not TwinPair.objects.exists()

    def test_what_the_level_above_decided_shows_nothing_of_the_other_one(self, office: Office) -> None:
        elsewhere = office.receive(unit=office.units["dien-bien"], title="Bàn gá ở Điện Biên")
        initiative = office.receive(status=Status.INVALID, duplicate_of=elsewhere)

        page = office.client.get(office.desk(initiative)).content.decode()

        assert "Trùng với một sáng kiến ngoài phạm vi của bạn." in page
        assert elsewhere.title not in page
        assert elsewhere.receipt_code not in page.replace(" ", "")
        assert office.desk(elsewhere) not in page

    def test_a_code_that_is_none_is_said_to_be_none(self, office: Office) -> None:
        initiative = office.receive()

        assert "13 chữ số" in self.decline(office, initiative, "1234567890124")
        assert not TwinPair.objects.exists()

    def test_what_was_typed_on_a_page_that_is_no_longer_true_is_reported_all_the_same(self, office: Office) -> None:
        """The sentence says that the pair was handed on; it must be so."""
        elsewhere = office.receive(unit=office.units["dien-bien"])
        initiative = office.receive()

        answer = office.decide(
            initiative, "decline", reason=["duplicate"], duplicate_code=elsewhere.receipt_code, version=99
        )

        assert answer.status_code == 409
        assert ELSEWHERE in answer.content.decode()
        assert TwinPair.objects.count() == 1


def test_a_campaign_without_ready_reasons_is_returned_in_ones_own_words(office: Office) -> None:
    office.campaign = CampaignFactory(reasons=False)
    initiative = office.receive()

    office.decide(initiative, "return", own_words="Viết lại", own_field="title", **DUE)

    assert reasons_of(initiative) == [{"code": "other", "field": "title", "text": "Viết lại"}]


def test_reasons_belong_to_their_campaign(office: Office) -> None:
    ReviewReasonFactory(campaign=CampaignFactory(), code="elsewhere", text="Của chương trình khác")
    initiative = office.receive()

    answer = office.decide(initiative, "return", reason=["elsewhere"], **DUE)

    assert "Của chương trình khác" not in answer.content.decode()
    assert "không còn trong danh sách" in answer.content.decode()
