"""Long work in portions: carried once, taken over from a worker that is gone, stopped in the middle, given up in the end."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from initiatives import jobs
from initiatives.models import Job, JobPiece, JobState, Worker
from portal.vietnamese.days import VIETNAM
from tests.factories import JobFactory, StaffAccountFactory
from tests.factories.work import AT
from tests.jobs.conftest import KIND, Carried, row

Give = Callable[..., Job]

NOW = datetime(2022, 3, 2, 10, 0, tzinfo=VIETNAM)


def at(seconds: float) -> Callable[[], datetime]:
    """A clock that stands."""
    return lambda: NOW + timedelta(seconds=seconds)


def ticking() -> Callable[[], datetime]:
    """A clock that goes on by a second whenever somebody looks at it."""
    seconds = count()
    return lambda: NOW + timedelta(seconds=next(seconds))


def run(seconds: float = 0, *, slice_: float = 60) -> bool:
    return jobs.run_some(at(seconds), seconds=slice_)


def fails(job: Job) -> None:
    raise OSError("the disk is full")


def ends_the_worker(job: Job) -> None:
    raise SystemExit


class TestCarrying:
    def test_a_job_is_carried_to_its_end(self, give: Give, carried: Carried) -> None:
        job = give(total=3)

        assert run()

        assert carried.seen == [0, 1, 2]
        told = row(job)
        assert (told["state"], told["position"], told["done"]) == (JobState.DONE, 3, 3)
        assert (told["began_at"], told["ended_at"], told["tries"]) == (NOW, NOW, 0)

    def test_where_nothing_waits_nothing_is_done(self, give: Give, carried: Carried) -> None:
        for state in (JobState.DONE, JobState.STOPPED, JobState.FAILED):
            give(state=state)

        assert not run()
        assert carried.seen == []

    def test_a_job_of_nothing_is_done(self, give: Give, carried: Carried) -> None:
        job = give(total=0)

        run()

        assert row(job)["state"] == JobState.DONE

    def test_a_slice_ends_in_time_and_the_next_one_goes_on(self, give: Give, carried: Carried) -> None:
        job = give(total=3)

        jobs.run_some(ticking(), seconds=0)

        assert carried.seen == [0]
        assert row(job)["state"] == JobState.WAITING

        run(30)

        assert carried.seen == [0, 1, 2]
        assert row(job)["state"] == JobState.DONE

    def test_jobs_take_turns(self, give: Give, carried: Carried) -> None:
        long, short = give(total=4), give(total=1)
        turns: list[int] = []
        carried.before = lambda job: turns.append(job.pk)

        for second in range(5):
            jobs.run_some(ticking_from(second * 10), seconds=0)

        assert turns == [long.pk, short.pk, long.pk, long.pk, long.pk]

    def test_a_portion_that_moves_nothing_on_is_a_failure(self, give: Give, carried: Carried) -> None:
        job = give(total=3)
        carried.at_most = 0

        run()

        assert (row(job)["state"], row(job)["tries"]) == (JobState.WAITING, 1)

    def test_a_portion_costs_the_same_statements_with_one_row_and_with_three(
        self, give: Give, carried: Carried
    ) -> None:
        costs = []
        for rows in (1, 3):
            give(total=rows)
            carried.at_most = rows
            with CaptureQueriesContext(connection) as statements:
                run()
            costs.append(len(statements))

        assert costs[0] == costs[1]


def ticking_from(seconds: int) -> Callable[[], datetime]:
    steps = count()
    return lambda: NOW + timedelta(seconds=seconds, milliseconds=next(steps))


class TestFailing:
    def test_what_fails_rests_and_is_tried_again(self, give: Give, carried: Carried) -> None:
        job = give(total=2)
        carried.before = fails

        run(0)
        rests = run(5)
        carried.before = lambda job: None
        run(11)

        assert not rests
        assert carried.seen == [0, 1]
        assert (row(job)["state"], row(job)["tries"]) == (JobState.DONE, 0)

    def test_after_three_tries_it_is_given_up_and_says_so(self, give: Give, carried: Carried) -> None:
        job = give(total=2, result={"refused": {}})
        carried.before = fails

        for seconds in (0, 11, 22):
            run(seconds)

        told = row(job)
        assert (told["state"], told["ended_at"]) == (JobState.FAILED, at(22)())
        assert told["result"] == {"refused": {}, "failure": jobs.GIVEN_UP}
        assert not run(100)

    def test_what_gets_on_between_two_failures_is_not_given_up(self, give: Give, carried: Carried) -> None:
        job = give(total=9)

        for seconds in range(0, 100, 11):
            done = len(carried.seen)
            carried.before = lambda each, done=done: fails(each) if each.position > done else None
            run(seconds)

        assert carried.seen == list(range(9))
        assert row(job)["state"] == JobState.DONE

    def test_nothing_of_a_portion_that_failed_is_kept(self, give: Give, carried: Carried) -> None:
        job = give(total=2)
        carried.after = fails

        run()

        told = row(job)
        assert (told["position"], told["done"], told["state"]) == (0, 0, JobState.WAITING)

    def test_a_kind_that_nobody_carries_is_given_up(self, give: Give, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delitem(jobs._carriers, KIND)
        job = give()

        for seconds in (0, 11, 22):
            run(seconds)

        assert row(job)["state"] == JobState.FAILED


class TestAWorkerThatIsGone:
    def test_its_job_is_taken_over_after_a_minute_and_nothing_is_done_twice(self, give: Give, carried: Carried) -> None:
        job = give(total=4)
        carried.before = lambda each: ends_the_worker(each) if each.position == 2 else None
        with pytest.raises(SystemExit):
            run(0)
        carried.before = lambda each: None

        early = run(60)
        run(61)

        assert not early
        assert carried.seen == [0, 1, 2, 3]
        assert (row(job)["state"], row(job)["done"]) == (JobState.DONE, 4)

    def test_a_job_that_ends_every_worker_is_given_up(self, give: Give, carried: Carried) -> None:
        job = give()
        carried.before = ends_the_worker
        for seconds in (0, 61, 122):
            with pytest.raises(SystemExit):
                run(seconds)

        assert not run(183)
        assert row(job)["state"] == JobState.FAILED
        assert row(job)["result"] == {"failure": jobs.GIVEN_UP}

    def test_one_that_was_only_slow_writes_nothing_more(self, give: Give, carried: Carried) -> None:
        job = give(total=2)
        whole = Carried()

        def meanwhile(slow: Job) -> None:
            carried.after = lambda each: None
            jobs._carriers[KIND] = whole
            run(61)

        carried.after = meanwhile

        run(0)

        assert whole.seen == [0, 1]
        assert carried.seen == []
        assert (row(job)["state"], row(job)["done"]) == (JobState.DONE, 2)

    def test_keeping_a_job_that_is_not_ours_undoes_what_stands_around_it(self, give: Give) -> None:
        job = give(state=JobState.RUNNING, heartbeat_at=NOW)
        taken = Job.objects.get(pk=job.pk)
        Job.objects.filter(pk=job.pk).update(heartbeat_at=NOW + timedelta(seconds=61))

        with pytest.raises(jobs.TakenOver), transaction.atomic():
            JobFactory(owner=job.owner)
            jobs.keep(taken)

        assert Job.objects.count() == 1


class TestStopping:
    def test_in_the_middle_it_keeps_what_was_done(self, give: Give, carried: Carried) -> None:
        job = give(total=5)
        carried.after = lambda each: jobs.ask_to_stop(each, at=NOW) if each.position == 2 else None

        run()

        told = row(job)
        assert carried.seen == [0, 1]
        assert (told["state"], told["position"], told["ended_at"]) == (JobState.STOPPED, 2, NOW)

    @pytest.mark.parametrize(("is_stopped_to_the_last", "left"), [(False, JobState.DONE), (True, JobState.STOPPED)])
    def test_in_the_last_portion_what_was_done_is_done_and_what_was_only_made_is_left(
        self, give: Give, carried: Carried, monkeypatch: pytest.MonkeyPatch, is_stopped_to_the_last: bool, left: str
    ) -> None:
        monkeypatch.setattr(jobs, "_stopped_to_the_last", {KIND} if is_stopped_to_the_last else set())
        job = give(total=2)
        carried.after = lambda each: jobs.ask_to_stop(each, at=NOW) if each.position == 2 else None

        run()

        told = row(job)
        assert (told["state"], told["position"], told["ended_at"]) == (left, 2, NOW)

    @pytest.mark.parametrize(
        ("state", "heartbeat", "left"),
        [
            pytest.param(JobState.WAITING, None, JobState.STOPPED, id="nobody-began-it"),
            pytest.param(JobState.WAITING, 1, JobState.STOPPED, id="between-two-slices"),
            pytest.param(JobState.RUNNING, 59, JobState.RUNNING, id="a-worker-has-it"),
            pytest.param(JobState.RUNNING, 61, JobState.STOPPED, id="its-worker-is-gone"),
            pytest.param(JobState.DONE, 1, JobState.DONE, id="done"),
            pytest.param(JobState.FAILED, 1, JobState.FAILED, id="given-up"),
        ],
    )
    def test_who_stops_it(self, give: Give, state: str, heartbeat: int | None, left: str) -> None:
        job = give(state=state, heartbeat_at=NOW - timedelta(seconds=heartbeat) if heartbeat else None)

        jobs.ask_to_stop(job, at=NOW)

        assert row(job)["state"] == left
        assert row(job)["stop_asked"] is (state in (JobState.WAITING, JobState.RUNNING))


class TestOneAtATimeForEachPerson:
    def test_the_second_waits_for_the_first_and_nobody_else_does(self, give: Give, carried: Carried) -> None:
        owner = StaffAccountFactory()
        first, second = give(owner=owner, total=3), give(owner=owner, total=2)
        others = give(total=2)
        turns: list[int] = []
        carried.before = lambda job: turns.append(job.pk)

        for second_ in range(7):
            jobs.run_some(ticking_from(second_ * 10), seconds=0)

        assert turns == [first.pk, others.pk] * 2 + [first.pk] + [second.pk] * 2

    @pytest.mark.parametrize("state", [JobState.DONE, JobState.STOPPED, JobState.FAILED])
    def test_what_is_over_is_waited_for_by_nothing(self, give: Give, carried: Carried, state: str) -> None:
        first = give(state=state)
        second = give(owner=first.owner)

        run()

        assert row(second)["state"] == JobState.DONE
        assert not jobs.waits_for(second).exists()

    def test_a_second_one_may_be_stopped_while_it_waits(self, give: Give, carried: Carried) -> None:
        first = give()
        second = give(owner=first.owner)

        jobs.ask_to_stop(second, at=NOW)
        run()

        assert (row(first)["state"], row(second)["state"]) == (JobState.DONE, JobState.STOPPED)

    def test_the_first_stopped_the_second_begins(self, give: Give, carried: Carried) -> None:
        first = give()
        second = give(owner=first.owner)

        jobs.ask_to_stop(first, at=NOW)
        run()

        assert (row(first)["state"], row(second)["state"]) == (JobState.STOPPED, JobState.DONE)


class TestNotYet:
    def test_what_another_holds_is_waited_for_without_counting_as_a_failure(self, give: Give, carried: Carried) -> None:
        job = give(total=2)

        def held(each: Job) -> None:
            raise jobs.NotYet

        carried.before = held
        answers = [run(second) for second in range(jobs.MOST_TRIES + 1)]
        waiting = row(job)
        carried.before = lambda each: None
        run(10)

        assert answers == [False] * len(answers)
        assert (waiting["state"], waiting["tries"]) == (JobState.WAITING, 0)
        assert row(job)["state"] == JobState.DONE


class TestResults:
    def test_they_are_kept_a_day_and_what_led_to_nothing_is_not(self, give: Give) -> None:
        young, old = NOW - jobs.RESULTS_KEPT + timedelta(seconds=1), NOW - jobs.RESULTS_KEPT
        states = {
            "done": give(state=JobState.DONE, ended_at=young),
            "old": give(state=JobState.DONE, ended_at=old),
            "stopped": give(state=JobState.STOPPED, ended_at=young),
            "failed": give(state=JobState.FAILED, ended_at=young),
            "waiting": give(created_at=old),
            "running": give(state=JobState.RUNNING, created_at=old, heartbeat_at=old),
        }
        for job in states.values():
            JobPiece.objects.create(job=job, name="1", number=0, content=b"x")

        assert jobs.forget_results(at=NOW) == 3

        kept = [name for name, job in states.items() if job.pieces.exists()]
        assert kept == ["done", "waiting", "running"]
        assert [name for name, job in states.items() if jobs.is_kept(job, at=NOW)] == ["done"]
        assert Job.objects.count() == len(states)


def test_workers_say_that_they_are_there(db: None) -> None:
    assert jobs.last_seen() is None

    jobs.say_hello("a", at=NOW - timedelta(days=1, seconds=1))
    jobs.say_hello("b", at=NOW - timedelta(seconds=20))
    jobs.say_hello("b", at=NOW)

    assert jobs.last_seen() == NOW
    assert list(Worker.objects.values_list("key", flat=True)) == ["b"]


class TestStarting:
    def test_a_second_tap_gets_the_first_ones_job(self, give: Give) -> None:
        account, other = StaffAccountFactory(), StaffAccountFactory()
        shared = {"asked": {"rows": "1:1"}, "total": 1, "at": NOW}

        first, again = (jobs.start(KIND, by=account, key="a", **shared) for _ in range(2))
        others = [
            jobs.start(KIND, by=account, key="b", **shared),
            jobs.start(KIND, by=other, key="a", **shared),
            jobs.start(Job.Kind.ENTER, by=account, key="a", **shared),
            jobs.start(KIND, by=account, **shared),
            jobs.start(KIND, by=account, **shared),
        ]

        assert again == first
        assert len({first, *others}) == 6
        assert (first.created_at, first.state, first.asked["rows"]) == (NOW, JobState.WAITING, "1:1")


@pytest.mark.parametrize(
    ("fields", "left_alone"),
    [
        pytest.param({"created_at": NOW - timedelta(seconds=15)}, False, id="just-given"),
        pytest.param({"created_at": NOW - timedelta(seconds=16)}, True, id="nobody-came"),
        pytest.param({"heartbeat_at": NOW - timedelta(seconds=60)}, False, id="between-turns"),
        pytest.param({"heartbeat_at": NOW - timedelta(seconds=61)}, True, id="its-worker-is-gone"),
        pytest.param({"state": JobState.DONE}, False, id="done"),
    ],
)
def test_whether_a_job_is_left_alone(give: Give, fields: dict[str, Any], left_alone: bool) -> None:
    assert jobs.is_left_alone(give(**fields), at=NOW) is left_alone


def test_what_ended_long_ago_is_forgotten(give: Give) -> None:
    old, recent = NOW - timedelta(days=91), NOW - timedelta(days=89)
    kept = [
        give(state=JobState.DONE, ended_at=recent),
        give(created_at=old),
        give(state=JobState.RUNNING, created_at=old, heartbeat_at=old),
    ]
    for state in (JobState.DONE, JobState.STOPPED, JobState.FAILED):
        give(state=state, ended_at=old)

    assert jobs.forget_old(at=NOW) == 3
    assert set(Job.objects.all()) == set(kept)


assert AT < NOW
