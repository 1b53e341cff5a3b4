"""The desk in a list: where one is, what comes next, what somebody else did meanwhile; and what one look at it costs."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from initiatives import lifecycle
from initiatives.lifecycle import Reason
from initiatives.models import Act, Initiative, Status
from initiatives.review.actions import Decision, decide
from orgtree.roles import Role
from tests.factories import (
    AttachmentFactory,
    CoAuthorFactory,
    ReviewEventFactory,
    ReviewReasonFactory,
    StaffAccountFactory,
)
from tests.review.conftest import Office

LIST = reverse("admin:initiatives_initiative_changelist")


def again(initiative: Initiative) -> Initiative:
    return Initiative.objects.get(pk=initiative.pk)


def kept(**asked: str) -> str:
    """What Django adds to an address opened from a list that asks for `asked`."""
    return f"?{urlencode({'_changelist_filters': urlencode(asked)})}" if asked else ""


class TestPlace:
    def test_the_place_in_the_list_and_the_ways_before_and_behind(self, office: Office) -> None:
        first, second, third = office.receive(), office.receive(), office.receive()

        page = office.client.get(office.desk(second)).context

        assert str(page["stand"]) == "2/3"
        assert (page["before_address"], page["behind_address"]) == (office.desk(first), office.desk(third))

    def test_at_the_ends_there_is_no_way_on(self, office: Office) -> None:
        only = office.receive()

        page = office.client.get(office.desk(only)).context

        assert (str(page["stand"]), page["before_address"], page["behind_address"]) == ("1/1", "", "")

    @pytest.mark.parametrize(
        ("asked", "order"),
        [
            ({}, "abc"),
            ({"o": "3"}, "cab"),
            ({"o": "-7"}, "bca"),
            ({"unit": "quang-tri/dong-ha/may-song-hieu"}, "ac"),
            ({"q": "thước khắc"}, "cb"),
        ],
        ids=["as it waits", "by name", "by benefit", "one unit", "a search"],
    )
    def test_it_is_the_list_one_came_from(self, office: Office, asked: dict[str, str], order: str) -> None:
        mill = office.units["quang-tri/dong-ha/may-song-hieu"]
        found = {"title": "Thước khắc", "search_text": "thuoc khac"}
        rows = {
            "a": office.receive(name_key="b", benefit_value=1, unit=mill, title="Bàn gá"),
            "b": office.receive(name_key="c", benefit_value=3, **found),
            "c": office.receive(name_key="a", benefit_value=2, unit=mill, **found),
        }
        walked, address = [], f"{office.desk(rows[order[0]])}{kept(**asked)}"

        while address:
            page = office.client.get(address).context
            walked.append(page["initiative"].pk)
            assert str(page["stand"]) == f"{len(walked)}/{len(order)}"
            address = page["behind_address"]

        assert walked == [rows[name].pk for name in order]

    def test_one_that_is_not_in_the_list_has_no_place_in_it(self, office: Office) -> None:
        decided, waits = office.receive(status=Status.VALID), office.receive()

        page = office.client.get(office.desk(decided))

        assert page.context["stand"] is None
        assert page.context["behind_address"] == office.desk(waits)

    def test_skipping_decides_nothing(self, office: Office) -> None:
        first, _ = office.receive(), office.receive()

        office.client.get(office.client.get(office.desk(first)).context["behind_address"])

        assert set(Initiative.objects.values_list("status", flat=True)) == {"submitted"}

    def test_the_next_after_a_decision_keeps_the_order_of_the_list(self, office: Office) -> None:
        rows = [office.receive(name_key=name) for name in "cab"]
        by_name = kept(o="3")

        answer = office.client.post(
            f"{office.desk(rows[1])}{by_name}", {"decision": "approve", "version": rows[1].version}
        )

        assert answer["Location"] == f"{office.desk(rows[2])}{by_name}"

    def test_what_was_decided_can_be_looked_at_again(self, office: Office) -> None:
        decided, _ = office.receive(title="A & <b>B</b>"), office.receive()

        page = office.client.get(office.decide(decided, "approve")["Location"]).content.decode()

        assert f'A &amp; &lt;b&gt;B&lt;/b&gt;. <a href="{office.desk(decided)}">Xem lại</a>' in page


class TestTwoAtOnce:
    KEPT = {"reason": ["description_unclear"], "own_words": "Ghi rõ máy nào", "due_on": "31/12/2099"}

    @pytest.fixture
    def other(self, office: Office) -> Any:
        return StaffAccountFactory(unit=office.units["quang-tri"], role=Role.REVIEWER, full_name="Võ Thị Ánh Hồng")

    DONE = {
        "valid": (Decision(Status.VALID), "Võ Thị Ánh Hồng đã đánh dấu hợp lệ sáng kiến này lúc 9h05 ngày 3/3/2022."),
        "declined": (
            Decision(Status.INVALID, (Reason("not_applied", "", "Chưa áp dụng"),)),
            "Võ Thị Ánh Hồng đã đánh dấu không hợp lệ sáng kiến này lúc 9h05 ngày 3/3/2022.",
        ),
        "returned": (
            Decision(Status.RETURNED, (Reason("x", "title", "Xem lại"),)),
            "Võ Thị Ánh Hồng đã trả lại bổ sung sáng kiến này lúc 9h05 ngày 3/3/2022.",
        ),
    }

    @pytest.mark.parametrize(("done", "told"), DONE.values(), ids=DONE)
    def test_the_second_is_told_who_did_what_and_when(
        self, office: Office, other: Any, at: Callable[[str], Any], done: Decision, told: str
    ) -> None:
        initiative = office.receive()
        decide(initiative.pk, done, by=other, at=at("2022-03-03 09:05:00"))
        events = initiative.events.count()

        answer = office.decide(initiative, "return", **self.KEPT)

        assert answer.status_code == 409
        page = answer.content.decode()
        assert told in page
        assert "Ghi rõ máy nào" in page
        assert page.count(" checked") == 1
        assert (again(initiative).status, again(initiative).events.count()) == (done.to, events)

    def test_the_sender_may_be_the_other_one(self, office: Office) -> None:
        initiative = office.receive()
        lifecycle.move(initiative.pk, Status.WITHDRAWN, by=None, at=initiative.submitted_at)

        page = office.decide(initiative, "return", **self.KEPT).content.decode()

        assert "Người nộp đã rút sáng kiến này lúc" in page
        assert "Ghi rõ máy nào" in page

    def test_who_was_told_by_phone_is_not_who_decided(self, office: Office, other: Any) -> None:
        initiative = office.receive()
        declined = Decision(Status.INVALID, (Reason("not_applied", "", "Chưa áp dụng"),))
        decide(initiative.pk, declined, by=other, at=initiative.submitted_at)
        lifecycle.note(initiative.pk, Act.TOLD, by=office.officer, at=initiative.submitted_at)

        page = office.decide(initiative, "return", **self.KEPT).content.decode()

        assert "Võ Thị Ánh Hồng đã đánh dấu không hợp lệ" in page

    def test_a_returned_one_is_not_reopened(self, office: Office) -> None:
        initiative = office.receive(status=Status.RETURNED)

        answer = office.decide(initiative, "reopen", why="Trả nhầm")

        assert answer.status_code == 409
        assert "đang chờ người nộp bổ sung" in answer.content.decode()
        assert "Trả nhầm" in answer.content.decode()
        assert again(initiative).status == Status.RETURNED


class TestSentAgain:
    def test_what_was_asked_stands_beside_the_new_answers(self, office: Office) -> None:
        initiative = office.receive()
        reasons = (
            Reason("x", "description", "Tả rõ bước 2"),
            Reason("y", "attachments", "Thiếu quyết định"),
            Reason("z", "", "Xem lại cả bản"),
        )
        decide(initiative.pk, Decision(Status.RETURNED, reasons), by=office.officer, at=initiative.submitted_at)
        resend(initiative)

        page = office.client.get(office.desk(initiative)).content.decode()

        assert "Đã bổ sung và gửi lại" in page
        for reason in reasons:
            assert page.count(f"Đã yêu cầu: {reason.text}") == 1

    def test_only_while_it_waits(self, office: Office) -> None:
        initiative = office.receive(status=Status.RETURNED)
        resend(initiative)
        decide(initiative.pk, Decision(Status.VALID), by=office.officer, at=initiative.submitted_at)

        assert "Đã yêu cầu" not in office.client.get(office.desk(initiative)).content.decode()


def resend(initiative: Initiative) -> None:
    """As if its sender had sent it again, without a word changed."""
    returned = again(initiative)
    lifecycle.move(returned, Status.SUBMITTED, by=None, at=returned.submitted_at, act=Act.RESENT)


def test_one_look_costs_the_same_however_much_there_is(office: Office) -> None:
    few, much = office.receive(), office.receive()
    for initiative, number in ((few, 1), (much, 3)):
        for each in range(1, number + 1):
            AttachmentFactory(initiative=initiative)
            CoAuthorFactory(initiative=initiative, number=each, full_name=f"Lê Văn {each}")
            ReviewEventFactory(initiative=initiative, act=Act.REASSIGNED, account=StaffAccountFactory())
            ReviewReasonFactory(campaign=office.campaign)
            office.receive()
    ContentType.objects.get_for_model(Initiative)
    office.client.get(office.desk(few))

    statements = {name: statements_of(office, row) for name, row in (("few", few), ("much", much))}

    assert statements["few"] == statements["much"]


def statements_of(office: Office, initiative: Initiative) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert office.client.get(office.desk(initiative)).status_code == 200
    return len(captured)
