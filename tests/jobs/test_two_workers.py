"""Two workers with connections of their own: a job is carried by one of them at a time, and every row once."""

import threading
import time
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from initiatives import jobs
from initiatives.models import Job, JobState
from tests.concurrency import together
from tests.factories import JobFactory, SavedFilterFactory, StaffAccountFactory, make_tree
from tests.jobs.conftest import KIND, row

pytestmark = [pytest.mark.serial, pytest.mark.django_db(transaction=True)]

ROWS = 12


@pytest.fixture
def job(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Job:
    """Each of its rows writes one saved filter of its owner, in the transaction that keeps the job."""
    make_tree()

    def portion(job: Job, *, at: datetime) -> None:
        time.sleep(0.02)  # others may write meanwhile
        with transaction.atomic():
            name = f"{job.position}, {threading.get_ident()}, {job.heartbeat_at}"
            SavedFilterFactory(account=job.owner, name=name)
            job.position += 1
            job.done += 1
            jobs.keep(job)

    monkeypatch.setitem(jobs._carriers, KIND, portion)
    monkeypatch.setattr(jobs, "PAUSE", 0)
    return JobFactory(owner=StaffAccountFactory(), kind=KIND, total=ROWS, created_at=timezone.now())


def done_by(job: Job) -> list[int]:
    return sorted(int(name.split(",")[0]) for name in job.owner.saved_filters.values_list("name", flat=True))


def until_it_is_done(clock: Any = timezone.now) -> bool:
    while Job.objects.unfinished().exists():
        jobs.run_some(clock, seconds=0.2)
    return True


def behind_the_other() -> bool:
    """A worker whose clock is two minutes ahead comes by once the other has begun: to it, that one is silent."""
    while not Job.objects.filter(state=JobState.RUNNING).exists():
        time.sleep(0.005)
    return until_it_is_done(lambda: timezone.now() + timedelta(minutes=2))


def test_two_workers_do_every_row_once(job: Job) -> None:
    answers = together(until_it_is_done, until_it_is_done)

    assert answers == [True, True]
    assert done_by(job) == list(range(ROWS))
    assert (row(job)["state"], row(job)["done"]) == (JobState.DONE, ROWS)


def test_one_that_believes_the_other_gone_and_one_that_is_not_do_every_row_once(job: Job) -> None:
    answers = together(until_it_is_done, behind_the_other)

    assert answers == [True, True]
    assert done_by(job) == list(range(ROWS))
    assert (row(job)["state"], row(job)["done"]) == (JobState.DONE, ROWS)


def test_without_the_heartbeat_asked_for_rows_would_be_done_twice(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: what keeps it once is that only the holder writes, not luck."""
    monkeypatch.setattr(jobs, "_held", lambda job: Job.objects.filter(pk=job.pk))

    together(until_it_is_done, behind_the_other)

    assert len(done_by(job)) > ROWS


def test_a_worker_that_was_killed_in_a_portion_leaves_nothing_half_done(job: Job) -> None:
    """As when the process ends: the connection is gone and with it what was not yet kept."""
    carry = jobs._carriers[KIND]

    def killed(job: Job, *, at: datetime) -> None:
        with transaction.atomic():
            carry(job, at=at)
            if job.position == 5:
                raise SystemExit

    jobs._carriers[KIND] = killed
    with pytest.raises(SystemExit):
        jobs.run_some(timezone.now, seconds=60)
    jobs._carriers[KIND] = carry

    assert (row(job)["state"], row(job)["position"], len(done_by(job))) == (JobState.RUNNING, 4, 4)

    jobs.run_some(lambda: timezone.now() + timedelta(seconds=61), seconds=60)

    assert done_by(job) == list(range(ROWS))
    assert row(job)["state"] == JobState.DONE
