"""What came back does not die unseen: who must be told, what to say, and that it was done."""

import html
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from initiatives import lifecycle
from initiatives.lifecycle import MoveRefused, Reason
from initiatives.models import Act, Initiative, Status
from initiatives.review import panels_admin, telling
from initiatives.review.actions import NotForThisAccount
from initiatives.review.message import LONGEST, Message
from orgtree import changes
from orgtree.changes import Order
from orgtree.models import StaffAccount
from orgtree.roles import Role
from portal.vietnamese.days import VIETNAM
from tests.factories import InitiativeFactory, StaffAccountFactory
from tests.review.conftest import Office

LIST = "admin:initiatives_initiative_to_tell"
NOW = datetime(2022, 3, 10, 9, 0, tzinfo=VIETNAM)
AskedFor = Callable[..., HttpResponse]


@pytest.fixture(autouse=True)
def _now(at: Callable[[Any], datetime]) -> None:
    at(NOW)


def again(initiative: Initiative) -> Initiative:
    return Initiative.objects.get(pk=initiative.pk)


def returned(office: Office, due_on: date = date(2022, 3, 17), *reasons: str, **fields: Any) -> Initiative:
    initiative = office.receive(**fields)
    given = [Reason("other", "description", text) for text in reasons or ("Thiếu quyết định công nhận",)]
    lifecycle.move(initiative, Status.RETURNED, by=office.officer, at=NOW, reasons=given, due_on=due_on)
    return initiative


def declined(office: Office, days_ago: int = 1, **fields: Any) -> Initiative:
    initiative = office.receive(**fields)
    reasons = [Reason("not_applied", "", "Sáng kiến chưa được áp dụng")]
    lifecycle.move(initiative, Status.INVALID, by=office.officer, at=NOW - timedelta(days=days_ago), reasons=reasons)
    return initiative


def listed(client: Client, **asked: str) -> list[Initiative]:
    return [each.initiative for each in client.get(reverse(LIST), asked).context["listed"]]


def page(client: Client, **asked: str) -> str:
    return html.unescape(client.get(reverse(LIST), asked).content.decode())


def post_told(client: Client, initiative: Initiative, **posted: Any) -> HttpResponse:
    address = reverse("admin:initiatives_initiative_tell", args=[initiative.pk])
    return client.post(address, {"version": again(initiative).version} | posted)


def said(answer: HttpResponse) -> str:
    """The messages that wait for the next page, each once."""
    return " ".join(dict.fromkeys(str(each) for each in answer.wsgi_request._messages))


class TestWhoIsListed:
    def test_the_soonest_due_day_comes_first(self, office: Office) -> None:
        late = returned(office, date(2022, 3, 20))
        soon = returned(office, date(2022, 3, 12))
        over = returned(office, date(2022, 3, 9))

        assert listed(office.client) == [over, soon, late]

    def test_only_what_was_returned_and_not_told(self, office: Office) -> None:
        waiting = returned(office)
        office.receive()
        office.receive(status=Status.VALID)
        declined(office)
        told = returned(office)
        telling.tell(told.pk, version=again(told).version, how="", by=office.officer, at=NOW)

        assert listed(office.client) == [waiting]

    def test_declined_ones_are_a_list_of_their_own_for_sixty_days(self, office: Office) -> None:
        returned(office)
        yesterday, long_ago, last_day = declined(office), declined(office, 61), declined(office, 59)

        assert listed(office.client, loai="khong-hop-le") == [last_day, yesterday]
        assert long_ago.status == Status.INVALID

    def test_only_those_of_ones_branch(self, office: Office, signed_in: Callable[..., Client]) -> None:
        here = returned(office)
        returned(office, unit=office.units["dien-bien"])

        assert listed(office.client) == [here]
        assert listed(signed_in("quang-tri", Role.REVIEWER)) == [here]
        assert listed(signed_in("quang-tri/huong-hoa", Role.REVIEWER)) == []

    def test_somebody_is_found_by_name_phone_or_code(self, office: Office) -> None:
        wanted = returned(office, full_name="Lò Văn Ơn", search_text="lo van on gia do", phone_digits="0912345678")
        returned(office, full_name="Hồ Thị Mai", search_text="ho thi mai may det")

        for typed in ("lò văn ơn", "0912 345 678", wanted.receipt_code):
            assert listed(office.client, q=typed) == [wanted]

    @pytest.mark.parametrize(
        "asked", [{"loai": "x"}, {"p": "99"}, {"p": "-1"}, {"p": "9" * 30}, {"loai": "'", "p": "a"}]
    )
    def test_an_address_that_says_nonsense_shows_the_list(self, office: Office, asked: dict[str, str]) -> None:
        initiative = returned(office)

        assert listed(office.client, **asked) == [initiative]

    @pytest.mark.parametrize("kind", ["tra-lai", "khong-hop-le"])
    def test_the_list_grows_in_rows_not_in_statements(self, office: Office, kind: str) -> None:
        def statements() -> int:
            with CaptureQueriesContext(connection) as asked:
                assert office.client.get(reverse(LIST), {"loai": kind}).status_code == 200
            return len(asked)

        def both() -> None:
            returned(office, phone="", phone_digits="", entered_by=StaffAccountFactory(phone="0912 345 678"))
            declined(office)

        both()
        ContentType.objects.get_for_model(Initiative)
        statements()
        one = statements()
        both()
        both()

        assert statements() == one
        assert len(listed(office.client, loai=kind)) == 3

    def test_pages_are_turned_and_keep_what_was_sought(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("initiatives.review.telling_admin.LISTED_AT_ONCE", 2)
        rows = [returned(office, date(2022, 3, 11 + n), full_name="Lò Văn Ơn") for n in range(5)]

        assert listed(office.client, q="Ơn", p="2") == rows[2:4]
        assert "?q=%C6%A0n&p=3" in page(office.client, q="Ơn", p="2")

    def test_counts_stop_where_nobody_turns_pages(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(telling, "MOST_LISTED", 2)
        for _ in range(3):
            returned(office)

        assert "<b>2+</b>" in page(office.client)
        assert "Còn nhiều hơn số hiện ở đây" in page(office.client)
        assert len(listed(office.client)) == 2

    def test_of_more_than_are_listed_those_received_first(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(telling, "MOST_LISTED", 2)
        rows = [returned(office, date(2022, 3, 20 - n)) for n in range(3)]
        refused = [declined(office, 10 - n) for n in range(3)]

        assert listed(office.client) == [rows[1], rows[0]]
        assert listed(office.client, loai="khong-hop-le") == refused[1:]


class TestWhatTheListSays:
    def test_how_to_reach_whom_and_why(self, office: Office) -> None:
        initiative = returned(
            office, date(2022, 3, 17), "Thiếu quyết định", "Chưa rõ cách làm", phone_digits="0912345678"
        )

        shown = page(office.client)

        wanted = [
            initiative.full_name,
            initiative.title,
            'href="tel:0912345678"',
            'href="https://zalo.me/0912345678"',
            'href="sms:0912345678?&body=Ch%C3%A0o',
            "Gọi 0912 345 678",
            "Hết ngày 17/3/2022",
            "<li>Chưa rõ cách làm</li>",
            "- Thiếu quyết định\n- Chưa rõ cách làm\n",
        ]
        assert [text for text in wanted if text not in shown] == []
        assert "Đã quá hạn bổ sung" not in shown

    def test_what_is_overdue_is_marked(self, office: Office) -> None:
        returned(office, date(2022, 3, 9))

        assert "Đã quá hạn bổ sung" in page(office.client)

    @pytest.mark.parametrize("day, is_overdue", [(9, True), (10, False), (11, False)])
    def test_the_due_day_itself_is_in_time(self, office: Office, day: int, is_overdue: bool) -> None:
        row = returned(office, date(2022, 3, day))

        [told] = telling.tellings([row], office.officer, at=NOW)

        assert told.is_overdue == is_overdue

    def test_a_landline_is_called_and_gets_no_message(self, office: Office) -> None:
        returned(office, phone_digits="02333852123")

        shown = page(office.client)

        assert 'href="tel:02333852123"' in shown
        assert "zalo.me" not in shown
        assert "sms:" not in shown

    def test_for_a_person_without_a_phone_the_officer_is_called_who_entered_it(self, office: Office) -> None:
        officer = StaffAccountFactory(full_name="Hồ Thị Lan", phone="+84 905 111 222")
        initiative = returned(office, phone="", phone_digits="", entered_by=officer)

        shown = page(office.client)

        assert 'href="tel:0905111222"' in shown
        assert "Cán bộ nhập hộ: <b>Hồ Thị Lan</b>" in shown
        assert "Chào anh/chị Hồ Thị Lan." in shown
        assert f"của {initiative.full_name} (anh/chị nhập hộ)" in shown
        assert "số điện thoại của anh/chị" in shown

    @pytest.mark.parametrize("phone", ["", "máy bàn ở xã"])
    def test_where_there_is_no_number_at_all_it_says_so(self, office: Office, phone: str) -> None:
        returned(office, phone="", phone_digits="", entered_by=StaffAccountFactory(full_name="Hồ Thị Lan", phone=phone))

        shown = page(office.client)

        assert "tel:" not in shown
        assert (phone or "chưa ghi số điện thoại") in shown

    def test_a_message_is_sent_by_what_ones_unit_is_today(self, office: Office) -> None:
        returned(office)
        order = Order(day=date(2022, 3, 1), at=NOW, document="Quyết định 1")
        changes.merge(office.units["quang-tri/dong-ha"], into=office.units["quang-tri/huong-hoa"], order=order)

        shown = page(office.client)

        assert "LĐLĐ huyện Hướng Hóa mời anh/chị bổ sung" in shown

    def test_the_reasons_are_those_of_the_last_return(self, office: Office) -> None:
        initiative = returned(office, date(2022, 3, 17), "Lý do cũ")
        lifecycle.move(initiative, Status.SUBMITTED, by=None, at=NOW, act=Act.RESENT)
        again_reasons = [Reason("other", "", "Lý do mới")]
        lifecycle.move(
            initiative, Status.RETURNED, by=office.officer, at=NOW, reasons=again_reasons, due_on=date(2022, 4, 1)
        )

        shown = page(office.client)

        assert "Lý do mới" in shown
        assert "Lý do cũ" not in shown
        assert "Hết ngày 1/4/2022" in shown

    def test_what_was_typed_cannot_become_markup(self, office: Office) -> None:
        returned(office, date(2022, 3, 17), "<script>alert(1)</script>", title="</textarea><b>x", full_name="<i>A</i>")

        sent = office.client.get(reverse(LIST)).content.decode()

        assert not re.search(r"<script>alert|</textarea><b>|<i>A", sent)

    def test_nobody_to_tell_is_said(self, office: Office) -> None:
        assert "đều đã được báo" in page(office.client)
        assert "Không có ai cần báo khớp với “xyz”" in page(office.client, q="xyz")


def message(**changes: Any) -> Message:
    facts = {
        "reader": "Đặng Thị Ánh",
        "sender": "LĐLĐ thành phố Đông Hà",
        "title": "Giá đỡ cuộn cáp",
        "reasons": ("Thiếu quyết định công nhận.", "Mô tả\nchưa rõ"),
        "code": "1234 5678 9012 3",
        "address": "https://sangkien.example/tra-cuu/",
        "due_on": date(2022, 3, 17),
    }
    return Message(**(facts | changes))


class TestTheReadyText:
    def test_a_returned_one(self) -> None:
        assert message().text() == (
            "Chào anh/chị Đặng Thị Ánh.\n"
            "LĐLĐ thành phố Đông Hà mời anh/chị bổ sung sáng kiến “Giá đỡ cuộn cáp”:\n"
            "- Thiếu quyết định công nhận\n"
            "- Mô tả chưa rõ\n"
            "Cách làm: mở https://sangkien.example/tra-cuu/, nhập mã 1234 5678 9012 3 và số điện thoại đã ghi khi nộp, "
            "rồi bấm “Bổ sung”.\n"
            "Hạn bổ sung: hết ngày 17/3/2022. Cảm ơn anh/chị!"
        )

    def test_a_declined_one(self) -> None:
        assert message(is_declined=True, reasons=("Chưa được áp dụng",), due_on=None).text() == (
            "Chào anh/chị Đặng Thị Ánh.\n"
            "LĐLĐ thành phố Đông Hà xin báo: sáng kiến “Giá đỡ cuộn cáp” không được công nhận hợp lệ, vì:\n"
            "- Chưa được áp dụng\n"
            "Xem lại: mở https://sangkien.example/tra-cuu/, nhập mã 1234 5678 9012 3 và số điện thoại đã ghi khi nộp.\n"
            "Nếu thấy chưa đúng, anh/chị hãy trả lời tin này."
        )

    def test_after_the_due_day_nobody_is_sent_to_a_closed_page(self) -> None:
        text = message(is_overdue=True).text()

        assert text.endswith("Hạn bổ sung là hết ngày 17/3/2022, nay đã qua: hãy trả lời tin này để được giúp.")

    @pytest.mark.parametrize(
        "changes",
        [
            {"title": "t" * 250},
            {"title": "từ " * 80, "reasons": ["lý do " * 80] * 3},
            {"reasons": [f"Lý do thứ {n} " * 10 for n in range(12)]},
            {"reader": "N" * 120, "sender": "S" * 200, "title": "T" * 250, "reasons": ["R" * 500] * 9},
            {"is_declined": True, "reasons": ["R" * 500] * 9, "title": "T" * 250, "due_on": None},
            {
                "entered_for": "N" * 120,
                "reader": "N" * 120,
                "sender": "S" * 200,
                "is_overdue": True,
                "title": "T" * 250,
            },
        ],
        ids=["title", "both", "many", "everything", "declined", "for-another"],
    )
    def test_it_is_never_longer_than_one_message(self, changes: dict[str, Any]) -> None:
        text = message(**changes).text()

        assert len(text) <= LONGEST
        assert "1234 5678 9012 3" in text
        assert "17/3/2022" in text or changes.get("is_declined")

    def test_reasons_that_do_not_fit_are_counted(self) -> None:
        text = message(reasons=[f"Lý do {n}: " + "dài " * 20 for n in range(12)]).text()

        shown = len(re.findall(r"^- Lý do", text, re.MULTILINE))
        assert shown >= 2
        assert f"- và {12 - shown} điều nữa, xem khi tra cứu" in text

    @pytest.mark.parametrize(
        "written, sent",
        [
            ("CCCD 045188012345 sai", "CCCD *** *** *** 345 sai"),
            ("Làm lợi 120000000 đồng", "Làm lợi 120000000 đồng"),
            ("Mã 1234567890123", "Mã 1234567890123"),
        ],
        ids=["identity", "money", "receipt"],
    )
    def test_an_identity_number_leaves_with_no_message(self, written: str, sent: str) -> None:
        assert f"- {sent}\n" in message(reasons=[written]).text()


class TestMarking:
    def test_one_is_marked_with_the_way_it_was_told(self, office: Office) -> None:
        initiative = returned(office)

        answer = post_told(office.client, initiative, how="zalo", back="loai=tra-lai&q=abc&p=2")

        event = again(initiative).events.last()
        assert (event.act, event.account, event.note) == (Act.TOLD, office.officer, "Nhắn Zalo")
        assert again(initiative).told_at == NOW
        assert answer["Location"] == f"{reverse(LIST)}?q=abc&p=2"
        assert listed(office.client) == []

    def test_the_way_may_be_left_open_and_is_never_free_text(self, office: Office) -> None:
        first, second = returned(office), returned(office)

        post_told(office.client, first)
        post_told(office.client, second, how="<b>x</b>" * 100)

        assert [again(each).events.last().note for each in (first, second)] == ["", ""]
        assert [again(each).events.last().act for each in (first, second)] == [Act.TOLD, Act.TOLD]

    def test_several_that_were_ticked(self, office: Office) -> None:
        first, second, third = returned(office), returned(office), returned(office)
        rows = [f"{each.pk}:{each.version}" for each in (first, third)]

        answer = office.client.post(reverse(LIST), {"row": rows, "how": "call"})

        assert answer.status_code == 302
        assert "đã báo 2 người nộp" in said(answer)
        assert listed(office.client) == [second]

    def test_nothing_ticked_is_said(self, office: Office) -> None:
        assert "Hãy đánh dấu ít nhất một dòng" in said(office.client.post(reverse(LIST), {}))

    @pytest.mark.parametrize("row", ["x", "1", "1:x", ":", "9" * 40 + ":1", "-1:1", "<b>:1"])
    def test_what_is_no_row_marks_nothing(self, office: Office, row: str) -> None:
        initiative = returned(office)

        assert office.client.post(reverse(LIST), {"row": [row]}).status_code == 302
        assert again(initiative).told_at is None

    @pytest.mark.parametrize(
        "back", ["", "p=%00&q=%00", "loai=x&p=-1", "//evil.example", "q=" + "a" * 900, "%zz&=&&", "p=" + "9" * 40]
    )
    def test_it_leads_back_to_the_list_whatever_the_form_says(self, office: Office, back: str) -> None:
        answer = post_told(office.client, returned(office), back=back)

        assert answer["Location"].partition("?")[0] == reverse(LIST)
        assert office.client.get(answer["Location"]).status_code == 200

    def test_a_second_tap_changes_nothing_and_complains_of_nothing(self, office: Office) -> None:
        initiative = returned(office)

        post_told(office.client, initiative)
        second = post_told(office.client, initiative)

        assert said(second) == "Đã ghi: đã báo người nộp."
        assert again(initiative).events.filter(act=Act.TOLD).count() == 1

    def test_the_second_officer_is_told_who_was_first(self, office: Office, signed_in: Callable[..., Client]) -> None:
        initiative = returned(office)
        post_told(office.client, initiative)

        answer = post_told(signed_in("quang-tri", Role.REVIEWER), initiative)

        assert f"{office.officer.full_name} đã đánh dấu đã báo lúc 9h00 ngày 10/3/2022" in said(answer)
        assert again(initiative).events.filter(act=Act.TOLD).count() == 1

    def test_what_was_returned_anew_is_not_told_by_the_old_text(self, office: Office) -> None:
        initiative = returned(office)
        seen = again(initiative).version
        lifecycle.move(initiative, Status.SUBMITTED, by=None, at=NOW, act=Act.RESENT)
        lifecycle.move(initiative, Status.RETURNED, by=office.officer, at=NOW, due_on=date(2022, 4, 1))

        answer = post_told(office.client, initiative, version=seen)

        assert "lời nhắn cũ không còn đúng" in said(answer)
        assert again(initiative).told_at is None

    def test_what_was_sent_again_meanwhile_is_not_marked(self, office: Office) -> None:
        initiative = returned(office)
        lifecycle.move(initiative, Status.SUBMITTED, by=None, at=NOW, act=Act.RESENT)

        answer = post_told(office.client, initiative)

        assert "không còn chờ báo" in said(answer)
        assert again(initiative).told_at is None

    def test_a_new_return_waits_to_be_told_again(self, office: Office) -> None:
        initiative = returned(office)
        post_told(office.client, initiative)
        lifecycle.move(initiative, Status.SUBMITTED, by=None, at=NOW, act=Act.RESENT)
        lifecycle.move(initiative, Status.RETURNED, by=office.officer, at=NOW, due_on=date(2022, 4, 1))

        assert listed(office.client) == [initiative]

    def test_a_viewer_neither_reads_the_list_nor_marks(self, office: Office, signed_in: Callable[..., Client]) -> None:
        initiative = returned(office)
        viewer = signed_in("quang-tri/dong-ha", Role.VIEWER)

        assert viewer.get(reverse(LIST)).status_code == 403
        assert post_told(viewer, initiative).status_code == 403
        assert again(initiative).told_at is None
        assert reverse(LIST) not in viewer.get(reverse("admin:initiatives_initiative_changelist")).content.decode()

    def test_the_row_of_another_branch_is_a_missing_one(self, office: Office) -> None:
        elsewhere = returned(office, unit=office.units["dien-bien"])

        assert post_told(office.client, elsewhere).status_code == 404
        answer = office.client.post(reverse(LIST), {"row": [f"{elsewhere.pk}:{elsewhere.version}"]})
        assert elsewhere.receipt_code[:4] not in said(answer)
        assert again(elsewhere).told_at is None

    @pytest.mark.parametrize("role, place", [(Role.REVIEWER, "dien-bien"), (Role.VIEWER, "quang-tri")])
    def test_the_action_itself_looks_at_branch_and_role(self, office: Office, role: Role, place: str) -> None:
        initiative = returned(office)
        stranger = StaffAccountFactory(unit=office.units[place], role=role)

        with pytest.raises(NotForThisAccount):
            telling.tell(initiative.pk, version=initiative.version, how="", by=stranger, at=NOW)

        assert again(initiative).told_at is None

    def test_a_valid_one_has_nothing_to_tell(self, office: Office) -> None:
        initiative = office.receive(status=Status.VALID)

        with pytest.raises(MoveRefused):
            telling.tell(initiative.pk, version=initiative.version, how="", by=office.officer, at=NOW)

    def test_a_look_changes_nothing(self, office: Office) -> None:
        initiative = returned(office)

        answer = office.client.get(reverse("admin:initiatives_initiative_tell", args=[initiative.pk]))

        assert answer.status_code == 405
        assert again(initiative).told_at is None


class TestOnTheDesk:
    def test_what_was_not_told_is_told_from_there(self, office: Office) -> None:
        initiative = returned(office, phone_digits="0912345678")
        kept = "?_changelist_filters=status%3Dreturned"

        shown = office.client.get(office.desk(initiative) + kept).content.decode()
        address = reverse("admin:initiatives_initiative_tell", args=[initiative.pk])
        answer = office.client.post(address + kept, {"version": again(initiative).version, "how": "met"})

        assert "Chưa báo người nộp" in shown
        assert 'href="tel:0912345678"' in shown
        assert f'action="{address}{kept}"' in shown
        assert answer["Location"] == office.desk(initiative) + kept
        told = office.client.get(office.desk(initiative)).content.decode()
        assert "Chưa báo người nộp" not in told
        assert f"9h00 ngày 10/3/2022, {office.officer.full_name} (gặp trực tiếp)" in told

    @pytest.mark.parametrize("status", [Status.SUBMITTED, Status.VALID, Status.WITHDRAWN])
    def test_where_there_is_nothing_to_tell_it_is_silent(self, office: Office, status: str) -> None:
        shown = office.client.get(office.desk(office.receive(status=status))).content.decode()

        assert "báo người nộp</h2>" not in shown

    def test_a_viewer_is_not_asked_to_call(self, office: Office, signed_in: Callable[..., Client]) -> None:
        viewer = signed_in("quang-tri/dong-ha", Role.VIEWER)

        assert "tel:" not in viewer.get(office.desk(returned(office))).content.decode()


class TestOnTheFirstPage:
    def figures(self, rf: Any, account: StaffAccount) -> list[tuple[str, int]]:
        request = rf.get("/")
        request.user = account
        return [(each.label, each.count) for panel in panels_admin.to_tell_panels(request) for each in panel.figures]

    def test_how_many_must_be_told_in_the_branch(self, office: Office, rf: Any) -> None:
        returned(office)
        returned(office, unit=office.units["dien-bien"])
        declined(office)

        assert self.figures(rf, office.officer) == [("cần báo người nộp", 1)]

    def test_nobody_to_tell_or_nobody_who_may_is_silence(self, office: Office, rf: Any) -> None:
        assert self.figures(rf, office.officer) == []

        returned(office)

        assert self.figures(rf, StaffAccountFactory(unit=office.officer.unit, role=Role.VIEWER)) == []

    def test_one_statement_however_many(self, office: Office, rf: Any, django_assert_num_queries: Any) -> None:
        for _ in range(3):
            returned(office)

        with django_assert_num_queries(1):
            self.figures(rf, office.officer)


def test_the_factory_row_is_told_too(office: Office) -> None:
    """A return of the ready-made history, without a due day of ours: the row is listed all the same."""
    initiative = InitiativeFactory(campaign=office.campaign, unit=office.officer.unit, status=Status.RETURNED)
    initiative.events.filter(act=Act.RETURNED).update(due_on=None)

    assert listed(office.client) == [initiative]
    assert "Hạn bổ sung" not in page(office.client)
