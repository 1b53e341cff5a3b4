"""Grassroots unions of a large sheet are added as a job: portion by portion, stopped, repeated, gone on with (M35)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from initiatives import jobs, unit_jobs
from initiatives.models import Job, JobPiece, JobState
from orgtree import checking
from orgtree.models import Level, Sheet, StaffAccount, Unit, UnitChange
from orgtree.units import adding, grassroots
from tests.codebase.words import english_in, seen
from tests.orgtree_admin.conftest import World
from tests.orgtree_admin.test_grassroots_import import rows_page, sheet_of

PARENTS = ("quang-tri/huong-hoa", "quang-tri/dong-ha")
ROWS = [{"parent": PARENTS[number % 2], "name": f"Công đoàn cơ sở Tổ may số {number}"} for number in range(7)]
UNITS = reverse("admin:orgtree_unit_changelist")


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is large here has more than two rows, and a portion has three."""
    monkeypatch.setattr(adding, "AT_ONCE", 2)
    monkeypatch.setattr(unit_jobs, "PORTION", 3)
    monkeypatch.setattr(jobs, "PAUSE", 0)


@pytest.fixture
def browser(world: World, enter: Callable[[str], Client]) -> Client:
    """The manager of LĐLĐ tỉnh Quảng Trị."""
    return enter("above")


def pressed(world: World, browser: Client, *rows: dict[str, str], promised: int | None = None) -> Job:
    """The button under the table of a sheet with these rows was pressed."""
    address = rows_page(browser, sheet_of(world, *rows))
    assert "Tệp lớn nên cổng thêm dần ở phía sau." in browser.get(address).content.decode()
    answer = browser.post(address, {"promised": str(len(rows) if promised is None else promised)})
    job = Job.objects.get()
    assert answer["Location"] == unit_jobs.page_of(job)
    return job


def carried(job: Job, *, portions: int | None = None) -> Job:
    """To its end, or as far as some portions bring it: the first one reads the file."""
    if portions is None:
        jobs.run_some(timezone.now, seconds=60)
    else:
        Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, heartbeat_at=(at := timezone.now()))
        job.refresh_from_db()
        for _ in range(portions):
            unit_jobs.portion(job, at=at)
            jobs.keep(job)
        Job.objects.filter(pk=job.pk).update(state=JobState.WAITING)
    job.refresh_from_db()
    return job


def added() -> list[str]:
    """In the order of their places."""
    found = Unit.objects.filter(level=Level.GRASSROOTS, name__contains="Tổ may số").order_by("path")
    return [f"{unit.code.rpartition('/')[0]}: {unit.name[-1]}" for unit in found]


ALL = [*(f"quang-tri/dong-ha: {number}" for number in (1, 3, 5)), *(f"quang-tri/huong-hoa: {n}" for n in (0, 2, 4, 6))]


# --- a whole errand ------------------------------------------------------------------------------------------------------


def test_a_large_sheet_is_added_by_the_worker(world: World, browser: Client) -> None:
    job = pressed(world, browser, *ROWS)
    before = added()
    waiting = browser.get(unit_jobs.page_of(job)).content.decode()

    carried(job)

    page = browser.get(unit_jobs.page_of(job)).content.decode()
    assert (before, added()) == ([], ALL)
    assert (job.state, job.done, job.total) == (JobState.DONE, 7, 7)
    assert "Đã xem <b>0</b> trên 7" in waiting
    assert "đã thêm <b>7</b> công đoàn cơ sở." in page
    assert f"{UNITS}?level=grassroots" in page
    assert list(checking.faults_in_tree()) == []
    assert UnitChange.objects.filter(by=world.accounts["above"]).count() == 7


def test_few_are_added_while_one_waits(world: World, browser: Client) -> None:
    address = rows_page(browser, sheet_of(world, *ROWS[:2]))
    page = browser.get(address).content.decode()

    browser.post(address, {"promised": "2"})

    assert "Tệp lớn" not in page
    assert len(added()) == 2
    assert not Job.objects.exists()


def test_a_second_press_leads_to_the_same_job(world: World, browser: Client) -> None:
    job = pressed(world, browser, *ROWS)
    address = reverse("admin:orgtree_unit_sheet_rows", args=[job.asked["sheet"]])

    answers = [browser.post(address, {"promised": "7"}), browser.get(address)]

    assert {answer["Location"] for answer in answers} == {unit_jobs.page_of(job)}
    assert Job.objects.count() == 1


def test_the_same_sheet_sent_again_adds_nothing(world: World, browser: Client) -> None:
    carried(pressed(world, browser, *ROWS))

    page = browser.get(rows_page(browser, sheet_of(world, *ROWS))).content.decode()

    assert "Không có công đoàn cơ sở nào để thêm." in page


# --- stopped, repeated, gone on with -------------------------------------------------------------------------------------


def test_stopped_it_keeps_what_was_added_and_the_rest_comes_with_the_same_sheet(world: World, browser: Client) -> None:
    job = carried(pressed(world, browser, *ROWS), portions=2)
    browser.post(unit_jobs.page_of(job))
    jobs.forget_results(at=timezone.now())
    carried(job)
    page = browser.get(unit_jobs.page_of(job)).content.decode()

    browser.post(rows_page(browser, sheet_of(world, *ROWS)), {"promised": "4"})
    carried(Job.objects.latest("pk"))

    assert (job.state, job.done, JobPiece.objects.filter(job=job).exists()) == (JobState.STOPPED, 3, False)
    assert "Đã xem 3 trên 7 dòng rồi dừng." in page
    assert "đã thêm <b>3</b> công đoàn cơ sở." in page
    assert added() == ALL


def test_a_worker_that_ends_in_a_portion_leaves_nothing_of_it(
    world: World, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = carried(pressed(world, browser, *ROWS), portions=2)
    with monkeypatch.context() as at_the_end, pytest.raises(KeyboardInterrupt):
        at_the_end.setattr(jobs, "keep", killed)
        jobs.run_some(timezone.now, seconds=60)
    after_it = added()
    monkeypatch.setattr(unit_jobs, "PORTION", 2)

    jobs.run_some(lambda: timezone.now() + 2 * jobs.SILENT, seconds=600)

    job.refresh_from_db()
    assert len(after_it) == 3
    assert (job.state, job.done) == (JobState.DONE, 7)
    assert added() == ALL
    assert list(checking.faults_in_tree()) == []


def killed(job: Job) -> None:
    raise KeyboardInterrupt


def test_a_job_that_somebody_else_took_over_writes_nothing(world: World, browser: Client) -> None:
    job = carried(pressed(world, browser, *ROWS), portions=1)
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, heartbeat_at=timezone.now() + timedelta(seconds=1))

    with pytest.raises(jobs.TakenOver):
        unit_jobs.portion(job, at=timezone.now())

    assert added() == []


def test_while_somebody_else_changes_the_tree_it_waits(
    world: World, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = carried(pressed(world, browser, *ROWS), portions=1)
    monkeypatch.setattr(adding, "lock", lock_not_to_be_had)

    with pytest.raises(jobs.NotYet), transaction.atomic():
        unit_jobs.portion(job, at=timezone.now())

    assert added() == []


def lock_not_to_be_had() -> None:
    class LockNotAvailable(Exception):
        pgcode = unit_jobs.WAITED_IN_VAIN

    raise OperationalError from LockNotAvailable()


# --- what changed meanwhile ----------------------------------------------------------------------------------------------


def test_rows_that_are_no_longer_right_are_told_by_their_numbers(
    world: World, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = carried(pressed(world, browser, *ROWS), portions=2)
    monkeypatch.setattr(adding, "parents_for", only_dong_ha)

    carried(job)

    page = browser.get(unit_jobs.page_of(job)).content.decode()
    assert (job.state, job.done) == (JobState.DONE, 3)
    assert [number for number, _ in unit_jobs.refused_rows(job)] == [2, 4, 6, 8]
    assert "Không thêm được <b>4</b> dòng:" in page
    assert f"<li>Dòng 2: {grassroots.NO_SUCH_PARENT}</li>" in page


def only_dong_ha(account: StaffAccount) -> list[Unit]:
    return [each for each in grassroots.parents_for(account) if each.code in {"quang-tri", "quang-tri/dong-ha"}]


def test_what_somebody_else_added_meanwhile_is_passed_over(world: World, browser: Client) -> None:
    job = carried(pressed(world, browser, *ROWS), portions=1)
    browser.post(rows_page(browser, sheet_of(world, *ROWS[:2])), {"promised": "2"})

    carried(job)

    page = browser.get(unit_jobs.page_of(job)).content.decode()
    assert (job.state, job.done) == (JobState.DONE, 5)
    assert "<b>2</b> dòng đã có từ trước, bỏ qua." in page
    assert sorted(added()) == sorted(ALL)


def test_a_promise_that_no_longer_holds_adds_nothing_and_leads_back(world: World, browser: Client) -> None:
    job = carried(pressed(world, browser, *ROWS, promised=6))

    page = browser.get(unit_jobs.page_of(job)).content.decode()
    back = reverse("admin:orgtree_unit_sheet_rows", args=[job.asked["sheet"]])
    assert (job.state, job.done, added()) == (JobState.DONE, 0, [])
    assert unit_jobs.CHANGED in page
    assert f'href="{back}"' in page
    assert "Kết quả" not in page
    assert browser.get(back).status_code == 200


def test_a_sheet_that_is_gone_ends_the_job_with_a_sentence(world: World, browser: Client) -> None:
    job = pressed(world, browser, *ROWS)
    Sheet.objects.all().delete()

    carried(job)

    assert (job.state, job.result["failure"]) == (JobState.DONE, unit_jobs.GONE)


@pytest.mark.parametrize("changes", [{"role": "viewer"}, {"is_active": False}], ids=["role", "closed"])
def test_whoever_lost_the_right_adds_nothing_more(world: World, browser: Client, changes: dict[str, Any]) -> None:
    job = carried(pressed(world, browser, *ROWS), portions=2)
    StaffAccount.objects.filter(pk=world.accounts["above"].pk).update(**changes)

    carried(job)

    assert (len(added()), job.result["failure"]) == (3, unit_jobs.NOT_ALLOWED)


def test_who_moved_meanwhile_adds_to_the_new_branch_only(world: World, browser: Client) -> None:
    job = pressed(world, browser, *ROWS)
    StaffAccount.objects.filter(pk=world.accounts["above"].pk).update(unit=world.units["thanh-hoa"])

    carried(job)

    assert (added(), job.result["failure"]) == ([], unit_jobs.CHANGED)


def test_a_typed_code_is_kept_whatever_stands_before_it(world: World, browser: Client) -> None:
    typed = {"parent": PARENTS[1], "name": "Công đoàn cơ sở Tổ may số 9", "code": f"{PARENTS[1]}/to-may-so-1"}
    job = pressed(world, browser, *ROWS, typed)

    carried(job)

    assert (job.done, Unit.objects.get(code=typed["code"]).name) == (8, typed["name"])


# --- whose it is, and its words --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["administrator", "inside", "outsider"])
def test_a_job_is_its_givers_alone(world: World, browser: Client, enter: Callable[[str], Client], who: str) -> None:
    job = pressed(world, browser, *ROWS)

    assert enter(who).get(unit_jobs.page_of(job)).status_code == 404


def test_every_state_of_the_page_is_vietnamese(world: World, browser: Client) -> None:
    job = pressed(world, browser, *ROWS)
    address, ends = unit_jobs.page_of(job), {"ended_at": timezone.now(), "position": 5}
    refused = {"planned": 3, "present": 3, "sentences": [grassroots.NO_SUCH_PARENT], "rows": [[4, 0]] * 301}
    states: list[dict[str, Any]] = [
        {},
        ends | {"state": JobState.STOPPED, "result": refused},
        ends | {"state": JobState.FAILED, "result": {"failure": jobs.GIVEN_UP}},
        ends | {"state": JobState.DONE, "position": 7, "result": {"failure": unit_jobs.GONE}},
    ]
    pages = []

    for state in states:
        Job.objects.filter(pk=job.pk).update(**state)
        pages.append(browser.get(address).content.decode())

    assert [english_in(seen(page)) for page in pages] == [[]] * len(states)
    assert "Hiện 300 trên 301 dòng." in pages[1]
