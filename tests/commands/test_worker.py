"""`worker`: carries jobs, counts and tidies; no single failure ends it, SIGTERM does."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.utils import timezone

from initiatives import jobs
from initiatives.duplicates import screening
from initiatives.management.commands.worker import LONGEST_REST, Command, Work
from initiatives.models import Attachment, Campaign, Draft, Initiative, Job, JobState, TallyRun, Worker
from initiatives.progress import tally
from initiatives.submission import tidying
from initiatives.submission.files import looks
from orgtree.models import Sheet, SignIn
from portal import clocks
from tests.factories import (
    AttachmentFactory,
    CampaignFactory,
    DraftFactory,
    InitiativeFactory,
    JobFactory,
    StaffAccountFactory,
    make_tree,
)

Clock = Callable[[str], datetime]

# it closes old connections, and with one of them the transaction of a test that has one
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def now(at: Clock, monkeypatch: pytest.MonkeyPatch) -> datetime:
    """A clock that is moved here alone; the database's is not asked for its own."""
    monkeypatch.setattr(clocks, "difference", lambda *, at: timedelta())
    make_tree()
    return at("2022-12-01 03:00:00")


@pytest.fixture
def job(now: datetime, monkeypatch: pytest.MonkeyPatch) -> Job:
    """Two portions of nothing."""

    def portion(job: Job, *, at: datetime) -> None:
        job.position += 1

    monkeypatch.setitem(jobs._carriers, Job.Kind.DECIDE, portion)
    return JobFactory(total=2)


def test_once_it_counts_every_published_campaign_and_tidies(now: datetime) -> None:
    campaign, hidden = CampaignFactory(), CampaignFactory(is_published=False)
    InitiativeFactory(campaign=campaign)
    DraftFactory(campaign=campaign, saved_at=now - timedelta(days=181))
    account = StaffAccountFactory()
    for age in (timedelta(hours=23), timedelta(hours=24)):
        Sheet.objects.create(account=account, use=Sheet.Use.ACCOUNTS, name="a.xlsx", content=b"PK", sent_at=now - age)
    for age in (timedelta(days=180), timedelta(days=181)):
        SignIn.objects.create(account=account, at=now - age)
        JobFactory(owner=account, state=JobState.DONE, ended_at=now - age + timedelta(days=90))

    call_command("worker", once=True)

    assert [now - sheet.sent_at for sheet in Sheet.objects.all()] == [timedelta(hours=23)]
    assert [now - sign_in.at for sign_in in SignIn.objects.all()] == [timedelta(days=180)]
    assert [now - job.ended_at for job in Job.objects.all()] == [timedelta(days=90)]
    assert [run.campaign for run in TallyRun.objects.all()] == [campaign]
    assert TallyRun.objects.get().counted_at == now
    assert tally.differences(campaign) == []
    assert not Draft.objects.exists()
    assert not TallyRun.objects.filter(campaign=hidden).exists()


def test_once_it_carries_jobs_to_their_end(job: Job) -> None:
    call_command("worker", once=True)

    job.refresh_from_db()
    assert (job.state, job.position) == (JobState.DONE, 2)


@pytest.mark.parametrize("broken", ["jobs", "screening", "documents", "count", "tidy"])
def test_a_failure_of_one_work_does_not_keep_the_others_from_being_done(
    now: datetime, job: Job, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    campaign: Campaign = CampaignFactory()
    document = AttachmentFactory(initiative=InitiativeFactory(campaign=campaign))
    DraftFactory(campaign=campaign, saved_at=now - timedelta(days=181))
    breaks = {
        "jobs": (jobs, "run_some"),
        "screening": (screening, "screen_some"),
        "documents": (looks, "prepare_some"),
        "count": (tally, "refresh"),
        "tidy": (tidying, "purge"),
    }

    def fails(*args: Any, **options: Any) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(*breaks[broken], fails)

    call_command("worker", once=True)

    job.refresh_from_db()
    undone = {
        "jobs": job.is_unfinished,
        "screening": Initiative.objects.filter(screened_at=None).exists(),
        "documents": Attachment.objects.filter(pk=document.pk, thumbnail=None).exists(),
        "count": not TallyRun.objects.exists(),
        "tidy": Draft.objects.exists(),
    }
    assert undone == {name: name == broken for name in undone}


class TestAClockThatDiffers:
    """By its own time it would take over jobs that are carried, and delete what is young."""

    AHEAD = timedelta(days=365)

    @pytest.fixture
    def draft(self, transactional_db: None, at: Callable[[datetime], datetime]) -> Draft:
        make_tree()
        draft: Draft = DraftFactory(saved_at=timezone.now())
        at(timezone.now() + self.AHEAD)
        return draft

    def test_once_it_does_nothing_and_says_why_where_there_are_two(self, draft: Draft) -> None:
        two_clocks = connection.vendor == "postgresql"

        with pytest.raises(CommandError, match="Đồng hồ của máy này lệch") if two_clocks else nullcontext():
            call_command("worker", once=True)

        assert Draft.objects.filter(pk=draft.pk).exists() is two_clocks

    def test_in_its_loop_it_waits_until_they_agree_and_is_seen_by_nobody(
        self, now: datetime, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        answers = [timedelta(seconds=2.1), timedelta(seconds=61), timedelta(seconds=2)]
        seen: list[int] = []
        told_to_stop = threading.Event()
        monkeypatch.setattr(clocks, "difference", lambda *, at: answers.pop(0))
        monkeypatch.setattr(told_to_stop, "wait", lambda seconds: seen.append(Worker.objects.count()))
        command = Command()
        work = Work(lambda: bool(told_to_stop.set()), rest=1)

        command._go_on([Work(command._say_hello, rest=1), work], until=told_to_stop)

        assert seen[:2] == [0, 0]
        assert (answers, Worker.objects.count()) == ([], 1)
        said = "nothing is done: this clock and the database's differ by"
        assert [line for line in caplog.messages if "clock" in line] == [f"{said} 2.1 s", f"{said} 61.0 s"]


def test_what_fails_again_and_again_rests_longer_and_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("initiatives.management.commands.worker.time.monotonic", lambda: 1000.0)
    answers: list[Any] = [OSError] * 8 + [True, False]

    def do() -> bool:
        answer = answers.pop(0)
        if answer is OSError:
            raise OSError
        return bool(answer)

    work = Work(do, rest=3)
    rests = []
    while answers:
        work.turn()
        rests.append(work.due - 1000)

    assert rests == [2, 4, 8, 16, 32, LONGEST_REST, LONGEST_REST, LONGEST_REST, 0, 3]


@pytest.mark.serial
def test_it_goes_on_until_it_is_told_to_stop(transactional_db: None) -> None:
    """A process of its own: it does what is given to it meanwhile, and ends by itself at SIGTERM."""
    make_tree()
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "TEST_DATABASE_NAME": str(settings.DATABASES["default"]["NAME"]),
    }
    worker = subprocess.Popen([sys.executable, "-c", WORKER], env=environment, stderr=subprocess.PIPE, text=True)
    try:
        first = wait_for(JobFactory(total=0))
        second = wait_for(JobFactory(total=0))
        worker.send_signal(signal.SIGTERM)
        _, said = worker.communicate(timeout=30)
    finally:
        worker.kill()

    assert (first, second) == (JobState.DONE, JobState.DONE)
    assert (worker.returncode, "Traceback" in said) == (0, False), said


# The settings of the tests, on the database that this test uses.
WORKER = """
import os, django
from django.conf import settings
from tests import settings as ours
ours.DATABASES["default"]["NAME"] = os.environ["TEST_DATABASE_NAME"]
django.setup()
from django.core.management import call_command
call_command("worker")
"""


def wait_for(job: Job) -> str:
    for _ in range(600):
        job.refresh_from_db()
        if not job.is_unfinished:
            break
        time.sleep(0.1)
    return job.state
