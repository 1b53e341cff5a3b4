"""A worker that is killed in the middle of a thousand decisions: another one goes on, and nothing is done twice."""

import os
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from initiatives import jobs
from initiatives.models import Initiative, Job, JobState, ReviewEvent, Status
from initiatives.review import many
from initiatives.review.actions import Decision
from orgtree.roles import Role
from tests.factories import CampaignFactory, InitiativeFactory, StaffAccountFactory, make_tree

pytestmark = [pytest.mark.serial, pytest.mark.django_db(transaction=True)]

ROWS = 40
# The settings of the tests, on the database that this test uses; slow enough to be met in the middle.
WORKER = """
import os, time, django
from tests import settings as ours
ours.DATABASES["default"]["NAME"] = os.environ["TEST_DATABASE_NAME"]
django.setup()
from django.core.management import call_command
from initiatives.review import actions, many
many.PORTION = 3
decide = actions.decide
def slowly(*args, **options):
    time.sleep(0.05)
    return decide(*args, **options)
actions.decide = slowly
call_command("worker")
"""


@pytest.fixture
def job(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Job:
    monkeypatch.setattr(jobs, "PAUSE", 0)
    units = make_tree()
    officer = StaffAccountFactory(unit=units["quang-tri/dong-ha"], role=Role.REVIEWER)
    campaign = CampaignFactory()
    rows = [InitiativeFactory(campaign=campaign, unit=officer.unit) for _ in range(ROWS)]
    versions = {row.pk: row.version for row in rows}
    return many.start_job(versions, Decision(Status.VALID), by=officer, at=timezone.now())


def test_another_worker_goes_on_where_the_killed_one_was(job: Job) -> None:
    killed_at = killed_in_the_middle(job)

    jobs.run_some(lambda: timezone.now() + timedelta(seconds=61), seconds=60)

    job.refresh_from_db()
    assert 0 < killed_at < ROWS
    assert (job.state, job.done, job.result) == (JobState.DONE, ROWS, {"refused": {}})
    assert set(Initiative.objects.values_list("status", "version")) == {(Status.VALID, 2)}
    assert ReviewEvent.objects.count() == 2 * ROWS
    call_command("check_invariants")


def killed_in_the_middle(job: Job) -> int:
    """How far a process of its own had come when it was killed."""
    name = str(settings.DATABASES["default"]["NAME"])
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings", "TEST_DATABASE_NAME": name}
    worker = subprocess.Popen([sys.executable, "-c", WORKER], env=environment)
    try:
        for _ in range(1200):
            job.refresh_from_db()
            if job.position >= 6 or worker.poll() is not None:
                break
            time.sleep(0.05)
    finally:
        worker.kill()
        worker.wait()
    connection.close()
    job.refresh_from_db()
    return job.position
