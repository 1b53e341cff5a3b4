"""The summary table as a job: of one moment, whole after every kind of interruption, its owner's alone, for a day."""

import io
import zipfile
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from initiatives import jobs
from initiatives.models import Campaign, Initiative, Job, JobPiece, JobState, Status
from initiatives.personal_data import forgetting
from initiatives.reports import export_jobs
from initiatives.reports.export_admin import STOPPED, UNFINISHED
from orgtree.models import StaffAccount
from orgtree.roles import Role
from tests.factories import CampaignFactory, InitiativeFactory, StaffAccountFactory, make_tree, unit_at
from tests.reports.sheets import table_of

# A snapshot is a connection of its own: it sees what was committed.
pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime.fromisoformat("2022-03-02T10:00:00+07:00")
ROWS = 7


@pytest.fixture
def campaign(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Campaign:
    """Seven initiatives at Đông Hà, Sáng kiến 1 to 7 in the order they came; portions of two, files of three."""
    units = make_tree()
    for name, size in (("PORTION", 2), ("ROWS_A_FILE", 3), ("AT_ONCE", 6), ("PART", 1000)):
        monkeypatch.setattr(export_jobs, name, size)
    monkeypatch.setattr("initiatives.reports.export_admin.AT_ONCE", 6)
    monkeypatch.setattr(jobs, "PAUSE", 0)
    campaign = CampaignFactory(slug="sang-kien-thu")
    for number in range(1, ROWS + 1):
        InitiativeFactory(
            campaign=campaign,
            unit=units["quang-tri/dong-ha"],
            title=f"Sáng kiến {number}",
            submitted_at=NOW - timedelta(days=30 - number),
        )
    return campaign


@pytest.fixture
def owner(campaign: Campaign) -> StaffAccount:
    return StaffAccountFactory(unit=unit_at("quang-tri"), role=Role.REVIEWER)


@pytest.fixture
def job(campaign: Campaign, owner: StaffAccount) -> Job:
    return given(campaign, owner)


def given(campaign: Campaign, by: StaffAccount, query: str = "status=all", key: str = "") -> Job:
    query = f"{query}&campaign={campaign.slug}"
    return export_jobs.start(
        query, campaign=campaign, unit=by.unit, layout="qt", by=by, at=timezone.now(), title="Bảng", key=key
    )


def carry(seconds: float = 60, *, later: timedelta = timedelta()) -> None:
    jobs.run_some(lambda: timezone.now() + later, seconds=seconds)


def as_it_stands(job: Job) -> Job:
    return Job.objects.get(pk=job.pk)


def forget_the_process() -> None:
    """As when its process ended: what it had in hand is gone, its connections closed by the system."""
    for pk in list(export_jobs._in_hand.steps):
        export_jobs.let_go(pk)


def tables(job: Job) -> list[list[str]]:
    """What stands in each file: numbers and titles."""
    found = []
    for number in range(1, len(job.result["files"]) + 1):
        book = load_workbook(io.BytesIO(b"".join(export_jobs.content_of(job, number))))
        found.append([f"{row[0]} {row[2]}" for row in table_of(book.worksheets[0])])
    return found


def lines(first: int, last: int) -> list[str]:
    return [f"{number} Sáng kiến {number}" for number in range(first, last + 1)]


WHOLE = [lines(1, 3), lines(4, 6), lines(7, 7)]


def test_it_is_written_in_files_that_are_whole_tables_numbered_through(job: Job) -> None:
    carry()

    done = as_it_stands(job)
    assert done.state == JobState.DONE, done.result
    assert (done.done, done.position, done.total) == (ROWS, 2 * ROWS + 1, 2 * ROWS + 1)
    assert tables(done) == WHOLE
    assert [(each["first"], each["last"]) for each in done.result["files"]] == [(1, 3), (4, 6), (7, 7)]


class TestOneMoment:
    """What changes while it is read or written is not in the table."""

    def change_everything(self, campaign: Campaign) -> None:
        Initiative.objects.update(title="Sửa sau", status=Status.WITHDRAWN)
        InitiativeFactory(campaign=campaign, unit=unit_at("quang-tri/dong-ha"), title="Đến sau")

    @pytest.mark.parametrize("portions", [1, 3, 5], ids=["begun", "half-read", "being-written"])
    def test_the_table_is_as_it_was_when_reading_began(self, campaign: Campaign, job: Job, portions: int) -> None:
        for _ in range(portions):
            carry(seconds=0)
        assert 0 < as_it_stands(job).position < 2 * ROWS

        self.change_everything(campaign)
        carry()

        assert tables(as_it_stands(job)) == WHOLE

    def test_without_the_snapshot_it_would_be_of_several(
        self, campaign: Campaign, job: Job, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The control: read by the connection of everybody, what was changed meanwhile stands beside what was not."""

        def of_everybody(snapshot: Any) -> None:
            snapshot._connection.set_autocommit(True)

        monkeypatch.setattr(export_jobs.Snapshot, "_begin", of_everybody)
        carry(seconds=0)
        self.change_everything(campaign)
        carry()

        assert {title.split(" ", 1)[1] for table in tables(as_it_stands(job)) for title in table} > {"Sửa sau"}

    def test_the_files_and_the_page_say_of_which_moment(
        self, owner: StaffAccount, job: Job, client_as: Callable[[StaffAccount], Client]
    ) -> None:
        carry()

        done = as_it_stands(job)
        counted_at = datetime.fromisoformat(done.result["counted_at"])
        book = load_workbook(io.BytesIO(b"".join(export_jobs.content_of(done, 1))))
        assert book.properties.created == counted_at.replace(tzinfo=None, microsecond=0)
        page = client_as(owner).get(reverse("admin:initiatives_job_change", args=[job.pk])).content.decode()
        assert "Bảng có <b>7</b> sáng kiến, số liệu lúc" in page


class TestAWorkerThatIsGone:
    @pytest.mark.parametrize("portions", range(1, 9))
    def test_another_one_finishes_the_table_and_doubles_nothing(self, job: Job, portions: int) -> None:
        for _ in range(portions):
            carry(seconds=0)
        forget_the_process()

        carry()

        done = as_it_stands(job)
        assert (done.state, done.done) == (JobState.DONE, ROWS)
        assert tables(done) == WHOLE
        assert not done.pieces.filter(name=export_jobs.READ).exists()

    def test_what_was_read_and_the_files_that_are_whole_are_kept(self, job: Job) -> None:
        while len(as_it_stands(job).result.get("files", [])) < 1:
            carry(seconds=0)
        kept = as_it_stands(job).result
        forget_the_process()
        Initiative.objects.update(title="Sửa sau")

        carry()

        done = as_it_stands(job)
        assert done.result["counted_at"] == kept["counted_at"]
        assert done.result["files"][0] == kept["files"][0]
        assert tables(done) == WHOLE

    def test_one_that_was_only_slow_writes_nothing_more(self, job: Job) -> None:
        """Both hold a step of the same job; what the other wrote since is not written over."""
        carry(seconds=0)
        slow = dict(export_jobs._in_hand.steps)
        export_jobs._in_hand.steps.clear()
        carry(seconds=0)
        quick = dict(export_jobs._in_hand.steps)
        export_jobs._in_hand.steps.clear()
        export_jobs._in_hand.steps.update(slow)

        carry()
        for step in quick.values():
            step.close()

        assert tables(as_it_stands(job)) == WHOLE

    def test_a_step_that_ends_every_worker_is_given_up(self, job: Job) -> None:
        for _ in range(export_jobs.MOST_BEGINNINGS + 1):
            carry(seconds=0)
            forget_the_process()

        ended = as_it_stands(job)
        assert ended.result == {"failure": export_jobs.TOO_OFTEN}


class TestStopping:
    @pytest.mark.parametrize("portions", [0, 2, 5])
    def test_it_leaves_nothing_behind(self, job: Job, portions: int) -> None:
        for _ in range(portions):
            carry(seconds=0)

        jobs.ask_to_stop(job, at=timezone.now())
        export_jobs.let_go_of_ended()
        jobs.forget_results(at=timezone.now())

        assert as_it_stands(job).state == JobState.STOPPED
        assert not JobPiece.objects.exists()
        assert export_jobs._in_hand.steps == {}

    def test_asked_while_its_last_file_is_packed_it_leaves_nothing_either(
        self, job: Job, client_as: Callable[[StaffAccount], Client], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Packing a file takes long, and who stands in it may be erased meanwhile."""
        pack = export_jobs._Writing._keep_file

        def erased_meanwhile(self: Any, job: Job, *, last: int, at: datetime) -> None:
            if last == ROWS:
                forgetting.drop_tables([job.asked["campaign"]])
            pack(self, job, last=last, at=at)

        monkeypatch.setattr(export_jobs._Writing, "_keep_file", erased_meanwhile)
        carry()
        jobs.forget_results(at=timezone.now())

        assert as_it_stands(job).state == JobState.STOPPED
        assert export_jobs.files_of(as_it_stands(job), at=timezone.now()) == []
        assert not JobPiece.objects.exists()
        assert export_jobs._in_hand.steps == {}
        page = client_as(job.owner).get(reverse("admin:initiatives_job_change", args=[job.pk])).content.decode()
        assert STOPPED in page

    def test_one_that_was_given_up_is_not_said_to_be_stopped(
        self, job: Job, client_as: Callable[[StaffAccount], Client]
    ) -> None:
        """Its page spoke of the button and of erased data, beside the server's own three tries."""
        given_up = {"failure": jobs.GIVEN_UP}
        Job.objects.filter(pk=job.pk).update(state=JobState.FAILED, ended_at=timezone.now(), result=given_up)

        page = client_as(job.owner).get(reverse("admin:initiatives_job_change", args=[job.pk])).content.decode()

        assert [each in page for each in (jobs.GIVEN_UP, UNFINISHED, STOPPED)] == [True, True, False]

    def test_a_failure_closes_what_was_open(self, job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
        carry(seconds=0)

        def fails(*args: Any, **options: Any) -> Any:
            raise OSError("the disk is full")

        monkeypatch.setattr(export_jobs.Snapshot, "next", fails)
        carry(seconds=0)

        assert export_jobs._in_hand.steps == {}
        assert (as_it_stands(job).state, as_it_stands(job).tries) == (JobState.WAITING, 1)


class TestWhatIsLeftOut:
    def test_rows_outside_the_branch_and_of_other_campaigns(self, campaign: Campaign, owner: StaffAccount) -> None:
        InitiativeFactory(campaign=campaign, unit=unit_at("dien-bien"))
        InitiativeFactory(unit=unit_at("quang-tri/dong-ha"))
        job = given(campaign, owner)

        carry()

        assert tables(as_it_stands(job)) == WHOLE

    def test_what_the_filters_leave_out(self, campaign: Campaign, owner: StaffAccount) -> None:
        Initiative.objects.filter(title__in=["Sáng kiến 2", "Sáng kiến 5"]).update(status=Status.VALID)
        job = given(campaign, owner, "status=valid")

        carry()

        assert tables(as_it_stands(job)) == [["1 Sáng kiến 2", "2 Sáng kiến 5"]]
        assert as_it_stands(job).result["files"][0]["name"] == "bang-tong-hop-qt-quang-tri-2022.xlsx"

    @pytest.mark.parametrize(
        ("query", "change", "sentence"),
        [
            pytest.param("status=returned", {}, export_jobs.NOTHING, id="nothing-there"),
            pytest.param("status=all", {"is_active": False}, export_jobs.NOT_ALLOWED, id="account-closed"),
            pytest.param("status=all", {"unit": "dien-bien"}, export_jobs.NOT_ALLOWED, id="another-unit"),
        ],
    )
    def test_then_it_ends_with_a_sentence(
        self, campaign: Campaign, owner: StaffAccount, query: str, change: dict[str, Any], sentence: str
    ) -> None:
        job = given(campaign, owner, query)
        if "unit" in change:
            change = {"unit": unit_at(change["unit"])}
        StaffAccount.objects.filter(pk=owner.pk).update(**change)

        carry()

        assert as_it_stands(job).result == {"failure": sentence}
        assert not JobPiece.objects.exists()


class TestDownloading:
    def address(self, job: Job) -> str:
        return reverse("admin:initiatives_initiative_export_file", args=[job.pk])

    def test_several_files_come_as_a_zip_with_a_list_of_them(
        self, owner: StaffAccount, job: Job, client_as: Callable[[StaffAccount], Client]
    ) -> None:
        carry()

        answer = client_as(owner).get(self.address(job))
        archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))

        names = [f"bang-tong-hop-qt-quang-tri-2022-{number}.xlsx" for number in (1, 2, 3)]
        assert answer["Content-Disposition"] == 'attachment; filename="bang-tong-hop-qt-quang-tri-2022.zip"'
        assert "no-store" in answer["Cache-Control"]
        assert archive.testzip() is None
        assert archive.namelist() == ["danh-sach.txt", *names]
        tables = [[row[2] for row in table_of(load_workbook(archive.open(name)).worksheets[0])] for name in names]
        assert [len(table) for table in tables] == [3, 3, 1]
        listed = archive.read("danh-sach.txt").decode("utf-8-sig").splitlines()
        sha = as_it_stands(job).result["files"][1]["sha256"]
        assert listed[1].endswith("7 sáng kiến trong 3 tệp.")
        assert listed[4].startswith(f"{names[1]}; 4; 6; 3; ")
        assert listed[4].endswith(sha)

    def test_one_file_comes_as_it_is(
        self, campaign: Campaign, owner: StaffAccount, monkeypatch: pytest.MonkeyPatch, client_as: Any
    ) -> None:
        monkeypatch.setattr(export_jobs, "ROWS_A_FILE", 100)
        job = given(campaign, owner)
        carry()

        answer = client_as(owner).get(self.address(job))
        content = b"".join(answer.streaming_content)

        assert answer["Content-Disposition"] == 'attachment; filename="bang-tong-hop-qt-quang-tri-2022.xlsx"'
        assert int(answer["Content-Length"]) == len(content) > export_jobs.PART
        assert len(table_of(load_workbook(io.BytesIO(content)).worksheets[0])) == ROWS

    def test_who_gets_nothing(self, owner: StaffAccount, job: Job, client_as: Callable[[StaffAccount], Client]) -> None:
        other = StaffAccountFactory(unit=owner.unit, role=Role.ADMINISTRATOR)
        client = client_as(owner)
        before = client.get(self.address(job)).status_code
        carry()

        assert before == 404
        assert client.get(self.address(job)).status_code == 200
        assert client_as(other).get(self.address(job)).status_code == 404

        StaffAccount.objects.filter(pk=owner.pk).update(unit=unit_at("dien-bien"))

        assert client.get(self.address(job)).status_code == 404
        page = client.get(reverse("admin:initiatives_job_change", args=[job.pk])).content.decode()
        assert "đã đổi đơn vị nên không tải được" in page

    def test_it_is_gone_after_a_day_and_the_pages_say_so(
        self, owner: StaffAccount, job: Job, client_as: Callable[[StaffAccount], Client]
    ) -> None:
        carry()
        client = client_as(owner)
        pages = [reverse("admin:initiatives_job_change", args=[job.pk]), reverse("admin:initiatives_job_changelist")]
        before = [client.get(page).content.decode() for page in pages]
        ended = timezone.now() - jobs.RESULTS_KEPT
        Job.objects.filter(pk=job.pk).update(ended_at=ended)

        after = [client.get(page).content.decode() for page in pages]
        gone = client.get(self.address(job)).status_code
        jobs.forget_results(at=timezone.now())

        assert [("giữ đến" in page, "xóa sau một ngày" in page) for page in before] == [(True, False)] * 2
        assert [("giữ đến" in page, "xóa sau một ngày" in page) for page in after] == [(False, True)] * 2
        assert gone == 404
        assert not JobPiece.objects.exists()
        assert Job.objects.filter(pk=job.pk).exists()


class TestAsking:
    def address(self, query: str = "?status=all") -> str:
        return reverse("admin:initiatives_initiative_export", args=["qt"]) + query

    def test_a_small_one_is_written_at_once(
        self, campaign: Campaign, owner: StaffAccount, client_as: Callable[[StaffAccount], Client]
    ) -> None:
        Initiative.objects.filter(title="Sáng kiến 7").update(status=Status.VALID)

        answer = client_as(owner).get(self.address("?status=submitted"))

        assert len(table_of(load_workbook(io.BytesIO(answer.getvalue())).worksheets[0])) == 6
        assert not Job.objects.exists()

    def test_a_large_one_is_asked_about_and_begun_by_a_press_alone(
        self, owner: StaffAccount, campaign: Campaign, client_as: Callable[[StaffAccount], Client]
    ) -> None:
        client = client_as(owner)

        asked = client.get(self.address())
        begun_by_a_link = Job.objects.count()
        pressed = [client.post(asked.context["address"], {"key": asked.context["key"]}) for _ in range(2)]
        CampaignFactory()  # a newer one is looked at now
        carry()

        assert (asked.status_code, begun_by_a_link) == (200, 0)
        assert "hơn <b>6</b> sáng kiến" in asked.content.decode()
        job = Job.objects.get()
        assert {answer["Location"] for answer in pressed} == {reverse("admin:initiatives_job_change", args=[job.pk])}
        assert tables(job) == WHOLE

    def test_right_after_a_close_it_is_said_that_some_may_still_arrive(
        self, owner: StaffAccount, campaign: Campaign, client_as: Callable[[StaffAccount], Client]
    ) -> None:
        campaign.phases.update(closes_at=timezone.now() - timedelta(minutes=1))
        client = client_as(owner)

        asked = client.get(self.address()).content.decode()
        campaign.phases.update(closes_at=timezone.now() - timedelta(minutes=11))

        assert "Bảng lập trước lúc đó có thể còn thiếu" in asked
        assert "Bảng lập trước lúc đó có thể còn thiếu" not in client.get(self.address()).content.decode()

    def test_all_rows_of_the_list_that_are_ticked_together_are_asked_about_too(
        self, owner: StaffAccount, campaign: Campaign, client_as: Callable[[StaffAccount], Client]
    ) -> None:
        ticked = {"action": "export_th", "index": "0", "select_across": "1", "_selected_action": ["1"]}

        answer = client_as(owner).post(reverse("admin:initiatives_initiative_changelist") + "?status=all", ticked)

        assert answer.context["address"].startswith(reverse("admin:initiatives_initiative_export", args=["th"]))
        assert "status=all" in answer.context["address"]


@pytest.mark.parametrize("rows", [1, 2])
def test_a_portion_takes_as_many_statements_however_many_rows(
    job: Job, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    """Besides those that carry any job, the transaction's own, and the fetch of the next keys."""
    monkeypatch.setattr(export_jobs, "PORTION", rows)
    monkeypatch.setattr(export_jobs, "ROWS_A_FILE", ROWS)
    carry(seconds=0)

    reading = statements_of_a_portion(job)
    while "rows" not in as_it_stands(job).result:
        carry(seconds=0)
    carry(seconds=0)
    writing = statements_of_a_portion(job)
    forget_the_process()

    assert reading == {"own": 2, "of the snapshot": 1}
    assert writing == {"own": 1, "of the snapshot": 0}


def statements_of_a_portion(job: Job) -> dict[str, int]:
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING)
    carried = as_it_stands(job)
    step: Any = export_jobs._in_hand.steps[job.pk]
    snapshot = getattr(step, "snapshot", None)
    beside = CaptureQueriesContext(snapshot._connection) if snapshot else nullcontext([])
    with CaptureQueriesContext(connection) as own, beside as of_snapshot:
        export_jobs.portion(carried, at=timezone.now())
    Job.objects.filter(pk=job.pk).update(state=JobState.WAITING)
    said = [each["sql"].split()[0] for each in own]
    return {
        "own": len([each for each in said if each not in {"BEGIN", "COMMIT"}]),
        "of the snapshot": len(of_snapshot),
    }


class TestSeveralWorkers:
    """Each has its own steps in hand, and any of them may be given any job next."""

    @pytest.fixture
    def take_turns(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int, int], None]]:
        workers = [export_jobs._InHand() for _ in range(2)]

        def turn(worker: int, turns: int = 1) -> None:
            monkeypatch.setattr(export_jobs, "_in_hand", workers[worker])
            for _ in range(turns):
                carry(seconds=0)

        yield turn
        for worker in workers:
            for step in worker.steps.values():
                step.close()

    def test_in_turns_they_write_one_table_and_neither_undoes_what_the_other_read(
        self, job: Job, take_turns: Callable[..., None]
    ) -> None:
        for _ in range(4 * ROWS):
            take_turns(0)
            take_turns(1)

        done = as_it_stands(job)
        assert (done.state, done.result.get("failure")) == (JobState.DONE, None)
        assert tables(done) == WHOLE

    def test_what_a_silent_one_had_in_hand_is_begun_anew_by_another(
        self, job: Job, take_turns: Callable[..., None]
    ) -> None:
        take_turns(0, 2)
        take_turns(1)
        held = as_it_stands(job).position

        carry(later=timedelta(seconds=61))

        assert held == 4  # of the first one's two turns alone
        assert tables(as_it_stands(job)) == WHOLE

    def test_one_holds_only_so_many_tables_open_and_all_are_written(
        self, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(export_jobs, "MOST_IN_HAND", 2)
        units = [unit_at("quang-tri")] * 4
        given_jobs = [given(campaign, StaffAccountFactory(unit=unit, role=Role.REVIEWER)) for unit in units]
        held = set()

        while Job.objects.unfinished().exists():
            carry(seconds=0)
            held.add(len(export_jobs._in_hand.steps))

        assert max(held) == 2
        assert [tables(as_it_stands(each)) for each in given_jobs] == [WHOLE] * 4
