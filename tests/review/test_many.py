"""Many at once: foretold, then each row looked at again; thousands outside the request (M21)."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from initiatives import jobs
from initiatives.lifecycle import Reason
from initiatives.models import Act, Initiative, Job, JobState, Status
from initiatives.review import actions, many
from initiatives.review.actions import MOST_AT_ONCE, Decision, decide_many
from orgtree.models import StaffAccount
from orgtree.roles import Role
from tests.factories import CampaignFactory, StaffAccountFactory
from tests.review.conftest import INBOX, Office

MANY = "admin:initiatives_initiative_many"
ALL = {"status": "all"}


def ask(office: Office, action: str, *rows: Any, query: str = "", **posted: Any) -> Any:
    ticked = {"action": action, "index": "0", "select_across": "0", "_selected_action": [row.pk for row in rows]}
    return office.client.post(reverse(INBOX) + query, ticked | posted)


def carry_out(office: Office, page: Any, name: str, **posted: Any) -> Any:
    sent = {"rows": page.context["rows"], "back": page.context["back"]} | posted
    return office.client.post(reverse(MANY, args=[name]), sent, follow=True)


def statuses(*rows: Any) -> list[str]:
    for row in rows:
        row.refresh_from_db()
    return [row.status for row in rows]


def work() -> None:
    """The worker comes by."""
    while jobs.run_some(timezone.now, seconds=1):
        pass


class TestInTheRequest:
    def test_nothing_happens_before_it_is_confirmed(self, office: Office) -> None:
        rows = [office.receive(), office.receive()]

        page = ask(office, "approve_many", *rows)

        assert page.status_code == 200
        assert "<b>2</b> trên 2" in page.content.decode()
        assert statuses(*rows) == ["submitted", "submitted"]

    def test_all_ticked_become_valid(self, office: Office) -> None:
        rows = [office.receive(), office.receive()]

        answer = carry_out(office, ask(office, "approve_many", *rows), "approve")

        assert statuses(*rows) == ["valid", "valid"]
        assert "Đã ghi nhận hợp lệ: 2 sáng kiến." in answer.content.decode()

    def test_returning_many_asks_for_reasons_and_a_day(self, office: Office) -> None:
        rows = [office.receive(), office.receive()]
        page = ask(office, "return_many", *rows)

        refused = carry_out(office, page, "return", due_on="31/12/2099")

        assert "ít nhất một lý do" in refused.content.decode()
        assert statuses(*rows) == ["submitted", "submitted"]

        carry_out(office, page, "return", due_on="31/12/2099", reason=["document_missing"])

        assert statuses(*rows) == ["returned", "returned"]
        event = rows[0].events.last()
        assert event.reasons[0]["field"] == "attachments"
        assert event.due_on.isoformat() == "2099-12-31"

    def test_declining_many_offers_no_duplicates(self, office: Office) -> None:
        page = ask(office, "decline_many", office.receive())

        assert 'value="not_applied"' in page.content.decode()
        assert 'value="duplicate"' not in page.content.decode()

    def test_each_row_is_looked_at_again_and_refusals_are_told(self, office: Office) -> None:
        kept, moved = office.receive(), office.receive()
        page = ask(office, "approve_many", kept, moved)
        office.decide(moved, "approve")

        answer = carry_out(office, page, "approve")

        text = answer.content.decode()
        assert statuses(kept, moved) == ["valid", "valid"]
        assert "Đã ghi nhận hợp lệ: 1 sáng kiến." in text
        assert "Không xử lý được 1 sáng kiến" in text
        assert Initiative.objects.get(pk=moved.pk).events.count() == 2

    def test_ones_own_is_refused_among_many(self, office: Office) -> None:
        own, other = office.receive(phone_digits="0912345678"), office.receive()
        office.officer.phone = "0912 345 678"
        office.officer.save()

        answer = carry_out(office, ask(office, "approve_many", own, other), "approve")

        assert statuses(own, other) == ["submitted", "valid"]
        assert "của chính bạn" in answer.content.decode()

    def test_select_across_takes_the_filtered_list_and_no_more(self, office: Office) -> None:
        rows = [office.receive(), office.receive()]
        elsewhere = office.receive(unit=office.units["quang-tri/huong-hoa"])
        decided = office.receive(status=Status.RETURNED)

        page = ask(office, "approve_many", rows[0], select_across="1")
        carry_out(office, page, "approve")

        assert statuses(*rows, elsewhere, decided) == ["valid", "valid", "submitted", "returned"]

    def test_too_many_at_once_are_refused(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(many, "MOST_IN_A_JOB", 1)
        rows = [office.receive(), office.receive()]
        posted = {"rows": " ".join(f"{row.pk}:1" for row in rows)}

        asked = ask(office, "approve_many", *rows)
        told = office.inbox().content.decode()
        office.client.post(reverse(MANY, args=["approve"]), posted)

        assert asked.status_code == 302
        assert "nhiều nhất 1 sáng kiến" in told
        assert "nhiều nhất 1 sáng kiến" in office.inbox().content.decode()
        assert statuses(*rows) == ["submitted", "submitted"]

    @pytest.mark.parametrize(("back", "kept"), [("status=all", "?status=all"), ("q=" + "q" * 70_000, "")])
    def test_one_returns_to_the_list_whatever_was_sent_as_its_filters(
        self, office: Office, back: str, kept: str
    ) -> None:
        answer = office.client.post(reverse(MANY, args=["approve"]), {"back": back})

        assert (answer.status_code, answer["Location"]) == (302, reverse(INBOX) + kept)

    def test_two_campaigns_have_no_reasons_in_common(self, office: Office) -> None:
        first = office.receive()
        office.campaign = CampaignFactory()
        second = office.receive()
        address = f"{reverse(INBOX)}?campaign=all"

        ticked = {"action": "return_many", "index": "0", "_selected_action": [first.pk, second.pk]}
        office.client.post(address, ticked)

        assert "Hãy lọc theo một chương trình" in office.inbox().content.decode()

    def test_a_viewer_is_offered_no_decision(self, office: Office, signed_in: Callable[..., Any]) -> None:
        row = office.receive()
        office.client = signed_in("quang-tri/dong-ha", Role.VIEWER)

        page = office.inbox().content.decode()
        answer = office.client.post(reverse(MANY, args=["approve"]), {"rows": f"{row.pk}:1"})

        assert "Xuất bảng tổng hợp" in page
        assert "approve_many" not in page
        assert answer.status_code == 403
        assert statuses(row) == ["submitted"]


HOSTILE = [
    "",
    "x",
    ":",
    "1:",
    ":1",
    "1:x",
    "-1:1",
    "0x1:1",
    "٣:1",
    f"{'9' * 30}:1",
    f"1:{'9' * 30}",
    "1:1:1",
    "987654321:1",
]


@pytest.mark.parametrize("rows", HOSTILE, ids=lambda rows: rows[:12] or "nothing")
@pytest.mark.parametrize("name", ["approve", "reopen", "khong-co"])
def test_rows_that_are_none_are_decided_by_nobody(office: Office, name: str, rows: str) -> None:
    answer = office.client.post(reverse(MANY, args=[name]), {"rows": rows, "why": "Nhầm"}, follow=True)

    assert answer.status_code == 200
    assert "Không có sáng kiến nào để xử lý." in answer.content.decode()


class TestForetelling:
    def test_it_says_how_many_will_not_be_decided_and_why(self, office: Office) -> None:
        office.officer.phone = "0912 345 678"
        office.officer.save()
        rows = [office.receive(), office.receive(phone_digits="0912345678")]
        rows += [office.receive(status=status) for status in (Status.VALID, Status.VALID, Status.RETURNED)]

        page = ask(office, "approve_many", *rows, query="?status=all")

        assert page.context["foretold"] == many.Foretold(
            1,
            (
                ("đang ở trạng thái “hợp lệ”", 2),
                ("của chính bạn, một cán bộ khác phải xét", 1),
                ("đang ở trạng thái “cần bổ sung”", 1),
            ),
        )
        assert "<b>1</b> trên 5" in page.content.decode()

    def test_where_none_can_be_decided_there_is_nothing_to_press(self, office: Office) -> None:
        page = ask(office, "approve_many", office.receive(status=Status.VALID), query="?status=all").content.decode()

        assert "Không có sáng kiến nào để xử lý." in page
        assert reverse(MANY, args=["approve"]) not in page

    @pytest.mark.parametrize("most", [MOST_AT_ONCE, 1], ids=["in-the-request", "by-a-job"])
    def test_the_page_costs_the_same_statements_for_two_rows_and_for_four(
        self, office: Office, monkeypatch: pytest.MonkeyPatch, most: int
    ) -> None:
        monkeypatch.setattr(actions, "MOST_AT_ONCE", most)
        costs = []
        ask(office, "approve_many", office.receive())

        for _ in range(2):
            rows = [office.receive(), office.receive()]
            with CaptureQueriesContext(connection) as statements:
                page = ask(office, "approve_many", rows[0], select_across="1")
            costs.append((len(statements), page.context["is_long"]))

        assert costs[0] == costs[1]
        assert costs[0][1] is (most == 1)


class TestReopening:
    """The way back from a mistake, with one reason for all."""

    def test_decided_ones_wait_again(self, office: Office) -> None:
        rows = [office.receive(status=Status.VALID), office.receive(status=Status.INVALID)]
        page = ask(office, "reopen_many", *rows, query="?status=all")

        refused = carry_out(office, page, "reopen")
        carry_out(office, page, "reopen", why="Chọn nhầm bộ lọc")

        assert refused.status_code == 422
        assert statuses(*rows) == ["submitted", "submitted"]
        event = rows[0].events.last()
        assert (event.act, event.reasons[0]["text"]) == (Act.REOPENED, "Chọn nhầm bộ lọc")

    def test_a_returned_one_stays_with_its_sender(self, office: Office) -> None:
        decided, returned = office.receive(status=Status.VALID), office.receive(status=Status.RETURNED)
        page = ask(office, "reopen_many", decided, returned, query="?status=all")

        answer = carry_out(office, page, "reopen", why="Chọn nhầm bộ lọc")

        assert page.context["foretold"].unwilling == (("đang ở trạng thái “cần bổ sung”", 1),)
        assert statuses(decided, returned) == ["submitted", "returned"]
        assert "đang chờ người nộp bổ sung" in answer.content.decode()

    def test_a_returned_one_of_another_branch_is_as_if_there_were_none(self, office: Office) -> None:
        elsewhere = office.receive(unit=office.units["dien-bien"], status=Status.RETURNED)
        decision = Decision(Status.SUBMITTED, (Reason("reopened", "", "Nhầm"),))

        rows = [(elsewhere.pk, elsewhere.version), (987_654, 1)]
        outcome = decide_many(rows, decision, by=office.officer, at=timezone.now())

        assert len({sentence for _, sentence in outcome.refused}) == 1
        assert [pk for pk, _ in outcome.refused] == [elsewhere.pk, 987_654]


TYPED = {
    "return": {"reason": ["document_missing"], "own_words": "Thiếu chữ ký ở trang 2", "due_on": "31/12/2099"},
    "decline": {"reason": ["not_applied"], "own_words": "Thiếu chữ ký ở trang 2"},
    "reopen": {"why": "Thiếu chữ ký ở trang 2"},
}
MEANWHILE = {"return": Status.INVALID, "decline": Status.WITHDRAWN, "reopen": Status.SUBMITTED}


@pytest.mark.parametrize("name", TYPED)
class TestWhereAllAreRefused:
    """What somebody typed for all of them is still there, and the page says which were refused and why."""

    @pytest.fixture(params=["in-the-request", "by-a-job"], autouse=True)
    def way(self, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
        if request.param == "by-a-job":
            monkeypatch.setattr(actions, "MOST_AT_ONCE", 1)

    def asked(self, office: Office, name: str) -> tuple[list[Initiative], Any]:
        status = Status.VALID if name == "reopen" else Status.SUBMITTED
        rows = [office.receive(status=status, title=f"Máy ép mía số {number}") for number in (1, 2)]
        return rows, ask(office, f"{name}_many", *rows, query="?status=all")

    def is_kept(self, answer: Any, name: str) -> None:
        page = answer.content.decode()
        assert answer.status_code == 409
        assert ("Thiếu chữ ký ở trang 2" in page, reverse(MANY, args=[name]) in page) == (True, True)
        assert answer.context["form"].data.getlist("reason") == TYPED[name].get("reason", [])
        assert Job.objects.count() == 0

    def test_by_what_others_did_meanwhile(self, office: Office, name: str) -> None:
        rows, page = self.asked(office, name)
        Initiative.objects.update(status=MEANWHILE[name], version=2)

        answer = carry_out(office, page, name, **TYPED[name])

        self.is_kept(answer, name)
        label = MEANWHILE[name].label.lower()
        (told,) = answer.context["refused"]
        assert told == (
            f"Sáng kiến vừa được người khác xử lý và đang ở trạng thái “{label}”. Hãy xem lại trước khi quyết định."
            f" (2 sáng kiến: {code_of(rows[0])}, {code_of(rows[1])})"
        )
        assert told in answer.content.decode()
        assert statuses(*rows) == [MEANWHILE[name]] * 2

    def test_it_can_be_pressed_again_where_they_can_be_decided_on_after_all(self, office: Office, name: str) -> None:
        rows, page = self.asked(office, name)
        Initiative.objects.update(version=2)

        refused = carry_out(office, page, name, **TYPED[name])
        carry_out(office, refused, name, **TYPED[name])
        work()

        assert refused.status_code == 409
        assert f"{refused.context['title']}: 2 sáng kiến" in refused.content.decode()
        to = {"return": "returned", "decline": "invalid", "reopen": "submitted"}[name]
        assert statuses(*rows) == [to, to]

    def test_as_ones_own(self, office: Office, name: str) -> None:
        _, page = self.asked(office, name)
        Initiative.objects.update(phone_digits="0912345678")
        StaffAccount.objects.filter(pk=office.officer.pk).update(phone="0912345678")

        answer = carry_out(office, page, name, **TYPED[name])

        self.is_kept(answer, name)
        assert "của chính bạn" in answer.context["refused"][0]

    def test_since_they_lie_in_another_branch_of_which_nothing_is_told(self, office: Office, name: str) -> None:
        rows, page = self.asked(office, name)
        Initiative.objects.update(unit=office.units["dien-bien"])

        answer = carry_out(office, page, name, campaign=page.context["campaign"], **TYPED[name])

        self.is_kept(answer, name)
        assert answer.context["refused"] == ["Không tìm thấy sáng kiến này trong phạm vi của bạn. (2 sáng kiến)"]
        again = carry_out(office, answer, name, campaign=answer.context["campaign"], **TYPED[name])
        assert again.context["refused"] == answer.context["refused"]
        told = answer.content.decode()
        assert [one for row in rows for one in (row.title, code_of(row), row.receipt_code) if one in told] == []

    def test_what_is_typed_wrongly_is_kept_as_well(self, office: Office, name: str) -> None:
        _, page = self.asked(office, name)
        Initiative.objects.update(status=MEANWHILE[name], version=2)
        wrong = TYPED[name] | {"due_on": "hôm qua", "own_words": "Thiếu " * 200, "why": "Thiếu " * 200}

        answer = carry_out(office, page, name, **wrong)

        assert answer.status_code == 422
        assert "Thiếu " * 199 in answer.content.decode()

    @pytest.mark.parametrize("campaign", ["", "x", "0", "-1", "9" * 30, "\0", "٣"])
    def test_where_no_campaign_is_said_there_is_nothing_to_keep_it_in(
        self, office: Office, name: str, campaign: str
    ) -> None:
        answer = office.client.post(reverse(MANY, args=[name]), {"rows": "1:1", "campaign": campaign} | TYPED[name])

        assert (answer.status_code, answer["Location"]) == (302, reverse(INBOX))


def test_where_nothing_was_typed_the_list_says_what_was_refused(office: Office) -> None:
    row = office.receive()
    page = ask(office, "approve_many", row)
    office.decide(row, "approve")

    answer = carry_out(office, page, "approve")

    assert answer.redirect_chain == [(reverse(INBOX), 302)]
    assert "Không xử lý được 1 sáng kiến. Sáng kiến vừa được người khác xử lý" in answer.content.decode()


@pytest.fixture
def thousands(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two are many already, and a portion is two."""
    monkeypatch.setattr(actions, "MOST_AT_ONCE", 1)
    monkeypatch.setattr(many, "PORTION", 2)
    monkeypatch.setattr(jobs, "PAUSE", 0)


@pytest.mark.usefixtures("thousands")
class TestByAJob:
    def give(self, office: Office, *rows: Any, name: str = "approve", **posted: Any) -> Job:
        page = ask(office, f"{name}_many", *rows, query="?status=all")
        carry_out(office, page, name, **posted)
        return Job.objects.latest("pk")

    def page(self, office: Office, job: Job) -> str:
        return office.client.get(reverse("admin:initiatives_job_change", args=[job.pk])).content.decode()

    def test_nothing_is_decided_in_the_request_and_all_by_the_worker(self, office: Office) -> None:
        rows = [office.receive() for _ in range(5)]

        page = ask(office, "approve_many", rows[0], select_across="1")
        answer = carry_out(office, page, "approve")
        before = statuses(*rows)
        work()

        job = Job.objects.get()
        assert answer.redirect_chain == [(reverse("admin:initiatives_job_change", args=[job.pk]), 302)]
        assert before == ["submitted"] * 5
        assert statuses(*rows) == ["valid"] * 5
        assert (job.owner, job.total, job.done, job.state) == (office.officer, 5, 5, JobState.DONE)
        assert {row.events.last().account for row in rows} == {office.officer}

    def test_reasons_and_the_day_reach_every_row(self, office: Office) -> None:
        rows = [office.receive() for _ in range(3)]

        self.give(
            office, *rows, name="return", reason=["document_missing"], own_words="Thiếu chữ ký", due_on="31/12/2099"
        )
        work()

        events = [row.events.last() for row in rows]
        assert statuses(*rows) == ["returned"] * 3
        assert {event.due_on for event in events} == {date(2099, 12, 31)}
        assert {tuple(each["text"] for each in event.reasons) for event in events} == {
            tuple(each["text"] for each in events[0].reasons)
        }
        assert events[0].reasons[-1] == {"code": "other", "field": "", "text": "Thiếu chữ ký"}

    def test_what_was_typed_can_be_copied_where_the_job_refused(self, office: Office) -> None:
        rows = [office.receive() for _ in range(3)]
        job = self.give(office, *rows, name="decline", own_words="Chưa áp dụng ở phân xưởng")
        office.decide(rows[0], "approve")

        work()

        assert "<li>Chưa áp dụng ở phân xưởng</li>" in self.page(office, job)

    def test_each_row_is_looked_at_again_and_refusals_are_told_with_their_codes(self, office: Office) -> None:
        rows = [office.receive() for _ in range(5)]
        job = self.give(office, *rows)
        office.decide(rows[1], "approve")
        Initiative.objects.filter(pk=rows[2].pk).update(unit=office.units["dien-bien"])
        Initiative.objects.filter(pk=rows[3].pk).update(phone_digits="0912345678")
        StaffAccount.objects.filter(pk=office.officer.pk).update(phone="0912345678")

        work()

        job.refresh_from_db()
        refused = {pk: sentence for sentence, keys in job.result["refused"].items() for pk in keys}
        assert statuses(*rows) == ["valid", "valid", "submitted", "submitted", "valid"]
        assert (job.done, sorted(refused)) == (2, [rows[1].pk, rows[2].pk, rows[3].pk])
        page = self.page(office, job)
        shown = [code_of(row) in page for row in rows]
        assert shown == [False, True, False, True, False]
        assert all(sentence in page for sentence in refused.values())
        assert "Không xử lý được <b>3</b> sáng kiến" in page

    @pytest.mark.parametrize(
        "lost",
        [{"is_active": False}, {"role": Role.VIEWER}, {"unit": None}],
        ids=["closed", "no-longer-a-reviewer", "without-a-unit"],
    )
    def test_the_rights_count_that_the_account_has_when_it_is_carried_out(
        self, office: Office, lost: dict[str, Any]
    ) -> None:
        rows = [office.receive() for _ in range(3)]
        job = self.give(office, *rows)
        StaffAccount.objects.filter(pk=office.officer.pk).update(**lost)

        work()

        job.refresh_from_db()
        assert statuses(*rows) == ["submitted"] * 3
        assert (job.state, job.done) == (JobState.DONE, 0)

    def test_what_failed_half_way_is_done_once(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        """The portion is undone as a whole: no row of it is refused later for what it did itself."""
        rows = [office.receive() for _ in range(5)]
        job = self.give(office, *rows)
        keep, kept = jobs.keep, []

        def fails_once(job: Job) -> None:
            kept.append(job.position)
            if kept == [2, 2, 4]:  # within the second portion, behind its decisions
                raise OSError("disk full")
            keep(job)

        monkeypatch.setattr(jobs, "keep", fails_once)
        work()
        halfway = statuses(*rows)
        work_later(seconds=11)

        job.refresh_from_db()
        assert sorted(halfway) == ["submitted"] * 3 + ["valid"] * 2
        assert statuses(*rows) == ["valid"] * 5
        assert (job.done, job.result["refused"]) == (5, {})
        assert {row.events.count() for row in rows} == {2}

    @pytest.mark.parametrize("posted", ["\0", "x" * 3000, "a=%00&b=\0", "\ud7ff=1"], ids=["nul", "long", "nuls", "odd"])
    def test_nothing_that_is_posted_beside_the_rows_breaks_it(self, office: Office, posted: str) -> None:
        rows = [office.receive(), office.receive()]
        page = ask(office, "approve_many", *rows)

        answer = carry_out(office, page, "approve", key=posted, back=posted)

        assert answer.status_code in {200, 400}
        assert Job.objects.count() == (answer.status_code == 200)

    @pytest.mark.parametrize("between", [False, True], ids=["at once", "when the worker was there"])
    def test_a_second_tap_on_the_button_gives_no_second_job(self, office: Office, between: bool) -> None:
        rows = [office.receive(), office.receive()]
        page = ask(office, "decline_many", *rows)
        typed = {"own_words": "Không đạt", "key": page.context["key"]}

        answers = [carry_out(office, page, "decline", **typed)]
        if between:
            work()
        answers.append(carry_out(office, page, "decline", **typed))

        assert Job.objects.count() == 1
        assert answers[0].redirect_chain == answers[1].redirect_chain

    def test_a_portion_costs_no_more_statements_than_its_rows(self, office: Office) -> None:
        costs = []
        for number in (1, 2):
            rows = [office.receive() for _ in range(number)]
            versions = {row.pk: row.version for row in rows}
            job = many.start_job(versions, Decision(Status.VALID), by=office.officer, at=timezone.now())
            Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING)
            job.refresh_from_db()
            with CaptureQueriesContext(connection) as statements:
                many.decide_portion(job, at=timezone.now())
            costs.append(len(statements))

        per_row = costs[1] - costs[0]
        assert costs[0] - per_row == 4  # the savepoint and its end, who gave it, how far it came
        assert per_row <= 12

    def test_what_a_job_decided_can_be_opened_again_together(self, office: Office) -> None:
        rows = [office.receive() for _ in range(4)]
        job = self.give(office, *rows)
        office.decide(rows[0], "approve")
        work()
        office.client.post(office.desk(rows[1]), {"decision": "decline", "version": 2, "own_words": "Không đạt"})

        page = office.client.post(reverse(MANY, args=["reopen"]), {"job": job.pk, "back": "status=all"})
        carry_out(office, page, "reopen", why="Chọn nhầm bộ lọc")
        work()

        undone = Job.objects.latest("pk")
        assert page.context["asked"] == 3
        assert page.status_code == 200
        assert statuses(*rows) == ["valid", "invalid", "submitted", "submitted"]
        assert (undone.done, sum(map(len, undone.result["refused"].values()))) == (2, 1)

    @pytest.mark.parametrize("asked", ["", "x", "0", "9" * 30, "of another"])
    def test_a_job_that_is_not_ones_own_cannot_be_undone(
        self, office: Office, client_as: Callable[[StaffAccount], Client], asked: str
    ) -> None:
        job = self.give(office, office.receive(), office.receive())
        work()
        client = client_as(StaffAccountFactory(unit=office.units["quang-tri/dong-ha"], role=Role.REVIEWER))

        answer = client.post(reverse(MANY, args=["reopen"]), {"job": job.pk if asked == "of another" else asked})

        assert answer.status_code == 404


def code_of(row: Initiative) -> str:
    code = row.receipt_code
    return f"{code[:4]} {code[4:8]} {code[8:12]} {code[12:]}"


def work_later(*, seconds: int) -> None:
    while jobs.run_some(lambda: timezone.now() + timedelta(seconds=seconds), seconds=1):
        pass
