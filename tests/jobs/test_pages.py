"""What the owner of a job sees of it, and nobody else."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from initiatives import jobs
from initiatives.models import Job, JobState, Status
from orgtree.models import StaffAccount
from orgtree.roles import Role
from portal.vietnamese.days import VIETNAM
from tests.factories import CampaignFactory, InitiativeFactory, JobFactory, StaffAccountFactory, make_tree, unit_at

LIST = "admin:initiatives_job_changelist"
NOW = datetime(2022, 3, 2, 10, 0, tzinfo=VIETNAM)
REFRESH = '<meta http-equiv="refresh"'
STOP = "Dừng lại"


@pytest.fixture
def owner(at: Callable[[datetime], datetime], db: None) -> StaffAccount:
    at(NOW)
    make_tree()
    return StaffAccountFactory(unit=unit_at("quang-tri/dong-ha"), role=Role.REVIEWER)


@pytest.fixture
def client(owner: StaffAccount, client_as: Callable[[StaffAccount], Client]) -> Client:
    return client_as(owner)


def address(job: Job) -> str:
    return reverse("admin:initiatives_job_change", args=[job.pk])


def page(client: Client, job: Job) -> str:
    answer: HttpResponse = client.get(address(job))
    assert answer.status_code == 200
    return answer.content.decode()


RUNNING = {"state": JobState.RUNNING, "heartbeat_at": NOW, "total": 4000, "position": 1000}


class TestProgress:
    def test_it_says_how_far_it_is_and_renews_itself(self, client: Client, owner: StaffAccount) -> None:
        text = page(client, JobFactory(owner=owner, asked={"title": "Đánh dấu hợp lệ"}, **RUNNING))

        assert "<h1>Đánh dấu hợp lệ</h1>" in text
        assert "Đã xem <b>1.000</b> trên 4.000 (25,0%)" in text
        assert '<progress id="job-progress" max="4000" value="1000">' in text
        assert ">Đang chạy</span>" in text
        assert f'<noscript>{REFRESH} content="2"></noscript>' in text
        assert STOP in text

    @pytest.mark.parametrize(
        ("fields", "told"),
        [
            pytest.param({"created_at": NOW - timedelta(seconds=16)}, "chưa bắt đầu việc này", id="no-worker"),
            pytest.param({"created_at": NOW - timedelta(seconds=5)}, "", id="just-given"),
            pytest.param(RUNNING | {"heartbeat_at": NOW - timedelta(minutes=2)}, "đang tạm ngừng", id="worker-is-gone"),
            pytest.param(RUNNING, "", id="carried"),
        ],
    )
    def test_it_says_when_nobody_carries_it(
        self, client: Client, owner: StaffAccount, fields: dict[str, Any], told: str
    ) -> None:
        text = page(client, JobFactory(owner=owner, **fields))

        assert [words for words in ("chưa bắt đầu việc này", "đang tạm ngừng") if words in text] == [told] * bool(told)
        assert REFRESH in text

    def test_where_nothing_happens_any_more_it_lets_the_session_end(self, client: Client, owner: StaffAccount) -> None:
        text = page(client, JobFactory(owner=owner, created_at=NOW - timedelta(minutes=10)))

        assert REFRESH not in text
        assert "js/progress" not in text
        assert "Xem lại tiến độ" in text

    @pytest.mark.parametrize(
        ("fields", "told"),
        [
            ({"state": JobState.DONE, "position": 10}, []),
            ({"state": JobState.STOPPED, "position": 4}, ["Dừng ở dòng 4 trên 10."]),
            (
                {"state": JobState.FAILED, "position": 4, "result": {"failure": jobs.GIVEN_UP}},
                [jobs.GIVEN_UP, "Dừng ở dòng 4 trên 10."],
            ),
        ],
        ids=["done", "stopped", "given-up"],
    )
    def test_what_has_ended_stands_still_and_says_what_came_of_it(
        self, client: Client, owner: StaffAccount, fields: dict[str, Any], told: list[str]
    ) -> None:
        text = page(client, JobFactory(owner=owner, total=10, done=4, ended_at=NOW, **fields))

        assert REFRESH not in text
        assert STOP not in text
        assert "<h2>Kết quả</h2>" in text
        assert [each for each in (jobs.GIVEN_UP, "Dừng ở dòng 4 trên 10.") if each in text] == told

    @pytest.mark.parametrize("number", [1, 3])
    def test_the_result_costs_the_same_statements_for_one_row_and_for_three(
        self, client: Client, owner: StaffAccount, number: int
    ) -> None:
        campaign = CampaignFactory()
        rows = [InitiativeFactory(campaign=campaign, unit=owner.unit) for _ in range(number)]
        result = {"refused": {f"Lý do {row.pk}.": [row.pk] for row in rows}}
        job = JobFactory(owner=owner, total=3, position=3, state=JobState.DONE, result=result)
        ContentType.objects.clear_cache()

        with CaptureQueriesContext(connection) as statements:
            text = page(client, job)

        assert all(f"Lý do {row.pk}." in text for row in rows)
        assert len(statements) == 8


class TestStopping:
    def test_the_button_stops_it(self, client: Client, owner: StaffAccount) -> None:
        job = JobFactory(owner=owner, total=5)

        answer = client.post(address(job))

        job.refresh_from_db()
        assert (answer.status_code, answer["Location"]) == (302, address(job))
        assert (job.state, job.ended_at) == (JobState.STOPPED, NOW)

    def test_a_worker_is_asked_and_the_page_says_so(self, client: Client, owner: StaffAccount) -> None:
        job = JobFactory(owner=owner, **RUNNING)

        text = client.post(address(job), follow=True).content.decode()

        assert "Đang dừng" in text
        assert STOP not in text

    def test_what_has_ended_is_not_stopped(self, client: Client, owner: StaffAccount) -> None:
        job = JobFactory(owner=owner, state=JobState.DONE, ended_at=NOW)

        text = client.post(address(job), follow=True).content.decode()

        job.refresh_from_db()
        assert (job.state, job.stop_asked) == (JobState.DONE, False)
        assert "đã kết thúc trước khi dừng" in text

    def test_looking_stops_nothing(self, client: Client, owner: StaffAccount) -> None:
        job = JobFactory(owner=owner)

        page(client, job)

        job.refresh_from_db()
        assert (job.state, job.stop_asked) == (JobState.WAITING, False)


class TestWhose:
    def test_another_persons_job_is_as_if_there_were_none(
        self, owner: StaffAccount, client_as: Callable[[StaffAccount], Client]
    ) -> None:
        job = JobFactory(owner=owner)
        above = client_as(StaffAccountFactory(unit=unit_at("tld"), role=Role.ADMINISTRATOR))

        answers = [above.get(address(job)), above.post(address(job)), above.get(address(Job(pk=987_654)))]

        job.refresh_from_db()
        assert [answer.status_code for answer in answers] == [404, 404, 404]
        assert not job.stop_asked
        assert list(above.get(reverse(LIST)).context["cl"].result_list) == []

    def test_the_list_holds_ones_own_newest_first(self, client: Client, owner: StaffAccount) -> None:
        older = JobFactory(owner=owner, asked={"title": "Trả lại để bổ sung"}, created_at=NOW - timedelta(days=1))
        newer = JobFactory(owner=owner, total=700)
        JobFactory(owner=StaffAccountFactory(unit=owner.unit, role=Role.REVIEWER))

        answer = client.get(reverse(LIST))

        assert list(answer.context["cl"].result_list) == [newer, older]
        text = answer.content.decode()
        assert all(words in text for words in ("Trả lại để bổ sung", "Xét duyệt hàng loạt", "0/700"))

    def test_the_list_costs_the_same_statements_with_one_job_and_with_three(
        self, client: Client, owner: StaffAccount
    ) -> None:
        client.get(reverse(LIST))
        costs = []
        for number in (1, 2):
            for _ in range(number):
                JobFactory(owner=owner)
            with CaptureQueriesContext(connection) as statements:
                client.get(reverse(LIST))
            costs.append(len(statements))

        assert costs[0] == costs[1]

    def test_nothing_can_be_added_changed_or_deleted(
        self, owner: StaffAccount, client_as: Callable[[StaffAccount], Client]
    ) -> None:
        administrator = StaffAccountFactory(unit=unit_at("tld"), role=Role.ADMINISTRATOR)
        own, client = JobFactory(owner=administrator), client_as(administrator)

        answers = [
            client.get(reverse("admin:initiatives_job_add")),
            client.post(reverse("admin:initiatives_job_add"), {"total": 5}),
            client.post(reverse("admin:initiatives_job_delete", args=[own.pk]), {"post": "yes"}),
        ]

        assert [answer.status_code for answer in answers] == [403, 403, 403]
        assert Job.objects.count() == 1


class TestFirstPage:
    """Who closed the page of a job finds it again where every day begins."""

    def told(self, client: Client) -> list[str]:
        panels = client.get(reverse("admin:index")).context["panels"]
        return [each.text for panel in panels if panel.title == "Việc chạy nền của tôi" for each in panel.sentences]

    def test_it_tells_what_is_under_way_and_what_ended_since_yesterday(
        self, client: Client, owner: StaffAccount
    ) -> None:
        JobFactory(owner=owner, asked={"title": "Đánh dấu hợp lệ"}, **RUNNING)
        JobFactory(owner=owner, state=JobState.DONE, total=7, position=7, ended_at=NOW - timedelta(hours=23))
        JobFactory(owner=owner, state=JobState.DONE, ended_at=NOW - timedelta(hours=25))
        JobFactory(owner=StaffAccountFactory(unit=owner.unit, role=Role.REVIEWER))

        assert self.told(client) == [
            "Xét duyệt hàng loạt: đã xong, đã xem 7/7.",
            "Đánh dấu hợp lệ: đang chạy, đã xem 1.000/4.000.",
        ]

    def test_who_may_only_view_is_told_of_their_own(
        self, owner: StaffAccount, client_as: Callable[[StaffAccount], Client]
    ) -> None:
        """Whoever sees a unit may have its posters printed."""
        viewer = StaffAccountFactory(unit=owner.unit, role=Role.VIEWER)
        JobFactory(owner=owner)
        JobFactory(owner=viewer, asked={"title": "Áp phích A4: LĐLĐ thành phố Đông Hà"}, **RUNNING)

        assert self.told(client_as(viewer)) == ["Áp phích A4: LĐLĐ thành phố Đông Hà: đang chạy, đã xem 1.000/4.000."]


def test_codes_of_rows_that_are_no_longer_ones_own_are_not_shown(client: Client, owner: StaffAccount) -> None:
    """The page is read later, when the row or its reader may belong elsewhere."""
    here = InitiativeFactory(unit=owner.unit, status=Status.VALID)
    gone = InitiativeFactory(campaign=here.campaign, unit=unit_at("dien-bien"), status=Status.VALID)
    job = JobFactory(owner=owner, state=JobState.DONE, result={"refused": {"Không chuyển được.": [here.pk, gone.pk]}})

    text = page(client, job)

    opened = [reverse("admin:initiatives_initiative_change", args=[row.pk]) in text for row in (here, gone)]
    assert opened == [True, False]
    assert "Hiện 1 trên 2 sáng kiến." in text
