"""One initiative on one screen: read, decided, returned, reopened, attached; the journeys of an officer (M21)."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import reverse

from initiatives import lifecycle
from initiatives.lifecycle import MoveRefused
from initiatives.models import Initiative, Status
from initiatives.review.actions import Decision, decide
from initiatives.review.authorship import is_own
from initiatives.review.forms import ReturnForm
from orgtree.roles import Role
from tests.factories import AttachmentFactory, CampaignFactory, CoAuthorFactory, StaffAccountFactory
from tests.review.conftest import Office


def again(initiative: Initiative) -> Initiative:
    return Initiative.objects.get(pk=initiative.pk)


def page_of(office: Office, initiative: Initiative) -> str:
    return office.client.get(office.desk(initiative)).content.decode()


class TestReading:
    def test_everything_that_was_sent_is_on_the_screen(self, office: Office) -> None:
        initiative = office.receive(
            full_name="Phạm Thị Hạnh",
            title="Giá đỡ cuộn cáp",
            effect="Bớt một người",
            scope="Toàn xưởng",
            unit_name="CĐCS Cơ khí 3",
            share=60,
        )
        CoAuthorFactory(initiative=initiative, number=1, full_name="Lê Thị Kim Ngân", share=40)
        document = AttachmentFactory(initiative=initiative)

        page = page_of(office, initiative)

        wanted = [
            "Giá đỡ cuộn cáp",
            initiative.full_name,
            "Công nhân lao động trong các doanh nghiệp sản xuất, kinh doanh",
            "Sản xuất có giá trị làm lợi cao",
            "Giải pháp kỹ thuật",
            "10/1/2022",
            "15/2/2022",
            "120 triệu đồng",
            "Bớt một người",
            "Toàn xưởng",
            "CĐCS Cơ khí 3",
            "Lê Thị Kim Ngân: 40%",
            f"{initiative.full_name}: 60%, tác giả được công nhận",
            "Nội dung không trái với trật tự công cộng",
            document.name,
            reverse("admin:attachment", args=[document.pk]),
            "Quyết định, văn bản công nhận sáng kiến",
        ]
        assert [text for text in wanted if text not in page] == []

    def test_the_identity_number_is_never_shown_in_full(self, office: Office) -> None:
        initiative = office.receive(national_id="045188012345")

        page = page_of(office, initiative)

        assert again(initiative).national_id == "045188012345"
        assert "045188012345" not in page.replace(" ", "")
        assert "345" in page

    def test_a_number_that_does_not_open_stops_nobody(self, office: Office) -> None:
        initiative = office.receive()
        other = office.receive()
        Initiative.objects.filter(pk=initiative.pk).update(sealed_national_id=other.sealed_national_id)

        assert "không mở được bằng khóa hiện có" in page_of(office, initiative)

    def test_what_a_worker_typed_cannot_become_markup(self, office: Office) -> None:
        initiative = office.receive(title="<script>alert(1)</script>", description="<b>đậm</b>\nA < B & C")

        page = page_of(office, initiative)

        assert "<script>alert" not in page
        assert "&lt;b&gt;đậm&lt;/b&gt;<br>A &lt; B &amp; C" in page

    def test_what_is_doubtful_is_pointed_out(self, office: Office) -> None:
        initiative = office.receive(benefit_value=300)

        page = page_of(office, initiative)

        assert "Cần xem kỹ" in page
        assert "Chưa kèm quyết định công nhận" in page
        assert "300 đồng có đúng không" in page

    def test_who_sent_before_the_close_and_was_received_after_it_does_not_look_late(self, office: Office) -> None:
        initiative = office.receive()
        Initiative.objects.filter(pk=initiative.pk).update(
            arrived_at=datetime.fromisoformat("2022-05-31T23:59:59+07:00"),
            submitted_at=datetime.fromisoformat("2022-06-01T00:00:02+07:00"),
        )

        page = page_of(office, initiative)

        assert "gửi lúc 23h59 ngày 31/5/2022</span> <span>nhận lúc 0h00 ngày 1/6/2022" in page

    def test_nothing_doubtful_is_silence(self, office: Office) -> None:
        initiative = office.receive()
        AttachmentFactory(initiative=initiative)

        assert "Cần xem kỹ" not in page_of(office, initiative)

    def test_the_history_tells_who_and_why(self, office: Office) -> None:
        initiative = office.receive()
        office.decide(initiative, "decline", reason=["not_applied"], own_words="Mới là ý tưởng")

        page = page_of(office, initiative)

        assert office.officer.full_name in page
        assert "Sáng kiến chưa được áp dụng" in page
        assert "Mới là ý tưởng" in page


class TestDeciding:
    def test_valid(self, office: Office) -> None:
        initiative = office.receive()

        answer = office.decide(initiative, "approve")

        assert answer.status_code == 302
        decided = again(initiative)
        event = decided.events.last()
        assert (decided.status, event.act, event.account, event.role) == (
            "valid",
            "approved",
            office.officer,
            "reviewer",
        )

    def test_returned_with_reasons_their_fields_and_a_day(self, office: Office) -> None:
        initiative = office.receive()

        office.decide(
            initiative,
            "return",
            reason=["description_unclear"],
            own_words="Ghi rõ giá trị\r\nlàm lợi",
            own_field="benefit_value",
            due_on="31/12/2099",
        )

        event = again(initiative).events.last()
        assert again(initiative).status == Status.RETURNED
        assert event.due_on == date(2099, 12, 31)
        assert event.reasons == [
            {"code": "description_unclear", "field": "description", "text": "Phần mô tả chưa nêu rõ cách làm mới"},
            {"code": "other", "field": "benefit_value", "text": "Ghi rõ giá trị\nlàm lợi"},
        ]

    def test_a_week_to_correct_is_offered(self, office: Office, at: Callable[[str], Any]) -> None:
        now = at("2022-03-24 22:30:00")

        form = ReturnForm(campaign=office.campaign, at=now)

        assert form["due_on"].value() == "31/3/2022"

    @pytest.mark.parametrize(
        "posted, sentence",
        [
            ({"due_on": "31/12/2099"}, "ít nhất một lý do"),
            ({"due_on": "31/12/2099", "own_words": " \u200b \r\n"}, "ít nhất một lý do"),
            ({"reason": ["document_missing"]}, "bổ sung đến hết ngày"),
            ({"reason": ["document_missing"], "due_on": "1/1/2020"}, "Ngày này đã qua"),
            ({"reason": ["document_missing"], "due_on": "31/2/2099"}, "không có ngày 31"),
            ({"reason": ["not_applied"], "due_on": "31/12/2099"}, "không còn trong danh sách"),
            ({"own_words": "x" * 501, "due_on": "31/12/2099"}, "Hãy bớt 1 ký tự"),
        ],
        ids=["no-reason", "invisible", "no-day", "past", "no-such-day", "reason-of-declining", "too-long"],
    )
    def test_what_is_missing_is_told_and_what_was_typed_kept(
        self, office: Office, posted: dict[str, Any], sentence: str
    ) -> None:
        initiative = office.receive()

        answer = office.decide(initiative, "return", own_field="title", **posted)

        assert answer.status_code == 422
        assert sentence in answer.content.decode()
        assert '<option value="title" selected>' in answer.content.decode()
        assert again(initiative).status == Status.SUBMITTED

    def test_declined(self, office: Office) -> None:
        initiative = office.receive()

        office.decide(initiative, "decline", reason=["not_applied"])

        assert again(initiative).status == Status.INVALID

    def test_declined_as_a_duplicate_of_another_unit_of_the_branch(
        self, office: Office, signed_in: Callable[..., Any]
    ) -> None:
        office.client = signed_in("quang-tri", Role.REVIEWER)
        first = office.receive(unit=office.units["quang-tri/huong-hoa"])
        initiative = office.receive()
        spaced = " ".join(first.receipt_code[start : start + 4] for start in range(0, 13, 4))

        office.decide(initiative, "decline", reason=["duplicate"], duplicate_code=spaced)

        assert again(initiative).duplicate_of == first
        assert spaced in page_of(office, initiative)

    @pytest.mark.parametrize("which", ["none", "own", "other_campaign", "wrong", "duplicate_itself"])
    def test_a_duplicate_names_the_one_that_came_first(self, office: Office, which: str) -> None:
        initiative = office.receive()
        primary = office.receive()
        code = {
            "none": "",
            "own": initiative.receipt_code,
            "wrong": "1234567890123",
            "other_campaign": office.receive(campaign=CampaignFactory()).receipt_code,
            "duplicate_itself": office.receive(status=Status.INVALID, duplicate_of=primary).receipt_code,
        }[which]

        answer = office.decide(initiative, "decline", reason=["duplicate"], duplicate_code=code)

        assert answer.status_code == 422
        assert again(initiative).status == Status.SUBMITTED

    def test_a_decided_one_is_reopened_with_a_reason(self, office: Office) -> None:
        first = office.receive()
        initiative = office.receive(status=Status.INVALID, duplicate_of=first)

        refused = office.decide(initiative, "reopen", why="")
        office.decide(initiative, "reopen", why="Đã xem lại cùng đơn vị")

        assert refused.status_code == 422
        reopened = again(initiative)
        assert (reopened.status, reopened.duplicate_of) == ("submitted", None)
        assert reopened.events.last().reasons[0]["text"] == "Đã xem lại cùng đơn vị"

    @pytest.mark.parametrize(
        "status, offered",
        [
            ("submitted", {"approve", "return", "decline"}),
            ("returned", {"decline"}),
            ("valid", {"decline", "reopen"}),
            ("invalid", {"reopen"}),
            ("withdrawn", set()),
        ],
    )
    def test_only_moves_that_exist_are_offered(self, office: Office, status: str, offered: set[str]) -> None:
        page = page_of(office, office.receive(status=status))

        names = {"approve", "return", "decline", "reopen"}
        assert {name for name in names if f'name="decision" value="{name}"' in page} == offered

    @pytest.mark.parametrize("decision", ["approve", "nonsense", ""])
    def test_a_move_that_does_not_exist_is_refused(self, office: Office, decision: str) -> None:
        initiative = office.receive(status=Status.WITHDRAWN)

        answer = office.decide(initiative, decision)

        assert answer.status_code == 409
        assert again(initiative).status == Status.WITHDRAWN

    def test_somebody_elses_decision_is_not_overwritten_and_nothing_typed_is_lost(self, office: Office) -> None:
        initiative = office.receive()
        seen = initiative.version
        decide(initiative.pk, Decision(Status.VALID), by=office.officer, at=initiative.submitted_at)

        answer = office.decide(
            initiative, "decline", version=seen, reason=["not_applied"], own_words="Chưa thấy áp dụng ở tổ 2"
        )

        assert answer.status_code == 409
        page = answer.content.decode()
        assert "Chính bạn đã đánh dấu hợp lệ sáng kiến này lúc" in page
        assert "Hiện sáng kiến ở trạng thái “hợp lệ”; chưa ghi gì thêm." in page
        assert "Chưa thấy áp dụng ở tổ 2" in page
        assert again(initiative).status == Status.VALID
        assert again(initiative).events.count() == 2

    @pytest.mark.parametrize("version", ["", "abc", "-1", "9" * 30])
    def test_without_the_version_that_was_shown_nothing_is_decided(self, office: Office, version: str) -> None:
        initiative = office.receive()

        answer = office.decide(initiative, "approve", version=version)

        assert answer.status_code == 409
        assert again(initiative).status == Status.SUBMITTED

    def test_after_a_decision_comes_the_one_that_waits_longest(self, office: Office) -> None:
        first, second, third = office.receive(), office.receive(), office.receive()

        assert office.decide(second, "approve")["Location"] == office.desk(third)
        assert office.decide(third, "approve")["Location"] == office.desk(first)

    def test_the_next_one_is_of_the_list_one_came_from(self, office: Office) -> None:
        here = office.units["quang-tri/dong-ha/may-song-hieu"]
        first = office.receive(unit=here)
        office.receive()
        last = office.receive(unit=here)
        kept = "?_changelist_filters=unit%3Dquang-tri%252Fdong-ha%252Fmay-song-hieu"

        answer = office.client.post(f"{office.desk(first)}{kept}", {"decision": "approve", "version": first.version})

        assert answer["Location"] == f"{office.desk(last)}{kept}"

    @pytest.mark.parametrize("asked", ["unit=%00", "q=%00", "campaign=%00&phase=%00", "o=%00", "p=zz"])
    def test_a_hostile_list_address_stops_no_decision(self, office: Office, asked: str) -> None:
        """Encoded twice, it passes the middleware that refuses NUL."""
        first = office.receive()
        office.receive()
        address = f"{office.desk(first)}?{urlencode({'_changelist_filters': asked})}"

        answer = office.client.post(address, {"decision": "approve", "version": first.version})

        assert answer.status_code == 302
        assert again(first).status == Status.VALID

    def test_the_last_one_leads_back_to_the_list(self, office: Office) -> None:
        initiative = office.receive()

        answer = office.decide(initiative, "approve")

        assert answer["Location"] == reverse("admin:initiatives_initiative_changelist")


class TestWhoMayNotDecide:
    def test_a_viewer_reads_and_nothing_more(self, office: Office, signed_in: Callable[..., Any]) -> None:
        initiative = office.receive()
        office.client = signed_in("quang-tri/dong-ha", Role.VIEWER)

        page = page_of(office, initiative)

        assert initiative.title in page
        assert 'name="decision"' not in page
        assert office.decide(initiative, "approve").status_code == 403
        assert (
            office.client.get(reverse("admin:initiatives_initiative_attach", args=[initiative.pk])).status_code == 403
        )
        assert again(initiative).status == Status.SUBMITTED

    @pytest.mark.parametrize("phone", ["0912 345 678", "+84912345678", "0912.345.678 (Zalo)"])
    def test_nobody_decides_on_their_own(self, office: Office, phone: str) -> None:
        initiative = office.receive(phone_digits="0912345678")
        office.officer.phone = phone
        office.officer.save()

        answer = office.decide(initiative, "approve")

        assert answer.status_code == 409
        assert "của chính bạn" in answer.content.decode()
        assert 'name="decision"' not in page_of(office, initiative)
        assert again(initiative).status == Status.SUBMITTED

    @pytest.mark.parametrize("phone", ["", "không có", "0912345679"])
    def test_another_phone_is_somebody_else(self, office: Office, phone: str) -> None:
        initiative = office.receive(phone_digits="0912345678")
        office.officer.phone = phone

        assert not is_own(initiative, office.officer)

    def test_the_action_itself_looks_at_branch_and_role(self, office: Office) -> None:
        elsewhere = office.receive(unit=office.units["dien-bien"])
        here = office.receive()
        viewer = StaffAccountFactory(unit=office.units["quang-tri"], role=Role.VIEWER)

        for initiative, account in ((elsewhere, office.officer), (here, viewer)):
            with pytest.raises(MoveRefused, match="Không tìm thấy"):
                decide(initiative.pk, Decision(Status.VALID), by=account, at=here.submitted_at)


class TestAttaching:
    """A worker who did not find the unit: the initiative lies at the top unit with the name typed."""

    @pytest.fixture
    def lost(self, office: Office, signed_in: Callable[..., Any]) -> Initiative:
        office.client = signed_in("quang-tri", Role.REVIEWER)
        return office.receive(unit=office.units["quang-tri"], unit_name="May Sông Hiếu")

    def address(self, initiative: Initiative) -> str:
        return reverse("admin:initiatives_initiative_attach", args=[initiative.pk])

    def attach(self, office: Office, initiative: Initiative, code: str, version: object = None) -> Any:
        shown = initiative.version if version is None else version
        return office.client.post(self.address(initiative), {"unit": code, "version": shown})

    def test_the_workplace_that_was_typed_is_suggested(self, office: Office, lost: Initiative) -> None:
        page = office.client.get(self.address(lost))

        assert [one.unit.code for one in page.context["likely"]] == ["quang-tri/dong-ha/may-song-hieu"]
        assert "Có thể là" in page.content.decode()
        assert "LĐLĐ thành phố Đông Hà, LĐLĐ tỉnh Quảng Trị" in page.content.decode()

    def test_what_is_suggested_is_not_offered_again(self, office: Office, lost: Initiative) -> None:
        page = office.client.get(self.address(lost), {"q": "đông hà"})

        assert [one.unit.code for one in page.context["found"]] == ["quang-tri/dong-ha"]
        assert page.content.decode().count('value="quang-tri/dong-ha/may-song-hieu"') == 1

    @pytest.mark.parametrize(
        ("typed", "suggested"),
        [
            pytest.param({"workplace": "Tổ cắt, công ty may Sông Hiếu"}, True, id="by the place of work"),
            pytest.param({"workplace": "Trường THPT Sông Hương"}, False, id="nothing like it"),
            pytest.param({"unit_name": "CĐ huyện Điện Biên"}, False, id="another branch"),
        ],
    )
    def test_suggestions_come_from_what_was_typed(
        self, office: Office, signed_in: Callable[..., Any], typed: dict[str, str], suggested: bool
    ) -> None:
        office.client = signed_in("quang-tri", Role.REVIEWER)
        lost = office.receive(unit=office.units["quang-tri"], **{"unit_name": "", "workplace": "x", **typed})

        assert bool(office.client.get(self.address(lost)).context["likely"]) is suggested

    def test_nothing_is_suggested_where_a_grassroots_union_has_it(self, office: Office) -> None:
        attached = office.receive(unit=office.units["quang-tri/dong-ha/may-song-hieu"], unit_name="May Sông Hiếu")

        assert office.client.get(self.address(attached)).context["likely"] == []

    def test_without_a_name_those_directly_below(self, office: Office, lost: Initiative) -> None:
        page = office.client.get(self.address(lost), {"q": ""})

        assert {one.unit.code for one in page.context["found"]} == {
            "quang-tri/dong-ha",
            "quang-tri/huong-hoa",
            "quang-tri/cd-vien-chuc",
        }

    @pytest.mark.parametrize(("typed", "most", "is_told"), [("", 2, True), ("", 3, False), ("ldld", 1, True)])
    def test_units_left_out_are_told(
        self, office: Office, lost: Initiative, monkeypatch: pytest.MonkeyPatch, typed: str, most: int, is_told: bool
    ) -> None:
        monkeypatch.setattr("initiatives.review.attach_admin.UNITS_SHOWN", most)

        page = office.client.get(self.address(lost), {"q": typed})

        assert len(page.context["found"]) == most
        assert (f"Chỉ hiện {most} đơn vị đầu." in page.content.decode()) is is_told

    def test_it_is_attached_and_the_step_recorded(self, office: Office, lost: Initiative) -> None:
        answer = self.attach(office, lost, "quang-tri/dong-ha/may-song-hieu")

        assert answer["Location"] == office.desk(lost)
        attached = again(lost)
        assert attached.unit.code == "quang-tri/dong-ha/may-song-hieu"
        assert attached.events.last().act == "reassigned"

    @pytest.mark.parametrize("code", ["dien-bien", "tld", "nonsense", "", "quang-tri"])
    def test_never_out_of_the_branch(self, office: Office, lost: Initiative, code: str) -> None:
        answer = self.attach(office, lost, code)

        assert answer.status_code == 200
        assert again(lost).unit.code == "quang-tri"

    def test_the_page_carries_the_version_it_shows(self, office: Office, lost: Initiative) -> None:
        page = office.client.get(self.address(lost)).content.decode()

        assert f'name="version" value="{lost.version}"' in page

    @pytest.mark.parametrize("version", ["", "0", "99", "một"])
    def test_a_page_from_before_attaches_nothing(self, office: Office, lost: Initiative, version: str) -> None:
        answer = self.attach(office, lost, "quang-tri/dong-ha", version=version)

        assert "vừa được người khác xử lý" in answer.content.decode()
        assert again(lost).unit.code == "quang-tri"

    def test_a_withdrawn_one_stays(self, office: Office, lost: Initiative) -> None:
        lifecycle.move(lost, Status.WITHDRAWN, by=None, at=lost.submitted_at)

        answer = self.attach(office, lost, "quang-tri/dong-ha")

        assert "đã rút sáng kiến này" in answer.content.decode()
        assert again(lost).unit.code == "quang-tri"

    def test_a_nul_past_the_middleware_is_no_unit(self, office: Office, lost: Initiative) -> None:
        """A multipart body is not looked through; PostgreSQL takes no NUL."""
        body = encode_multipart(BOUNDARY, {"unit": "dien\0bien", "version": lost.version})

        answer = office.client.generic("POST", self.address(lost), body, MULTIPART_CONTENT)

        assert answer.status_code == 200
        assert again(lost).unit.code == "quang-tri"
