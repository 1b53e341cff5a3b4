"""A worker that is killed while it reads or writes a table: another one ends it, and every row stands in it once."""

import io
import os
import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone
from openpyxl import load_workbook

from initiatives import jobs
from initiatives.models import Job, JobState
from initiatives.reports import export_jobs
from orgtree.roles import Role
from tests.factories import CampaignFactory, InitiativeFactory, StaffAccountFactory, make_tree
from tests.reports.sheets import table_of

pytestmark = [pytest.mark.serial, pytest.mark.django_db(transaction=True)]

ROWS, PORTION, ROWS_A_FILE = 40, 2, 16
# The settings of the tests, on the database that this test uses; slow enough to be met in the middle.
WORKER = f"""
import os, time, django
from tests import settings as ours
ours.DATABASES["default"]["NAME"] = os.environ["TEST_DATABASE_NAME"]
django.setup()
from django.core.management import call_command
from initiatives import jobs
from initiatives.reports import export_jobs
export_jobs.PORTION, export_jobs.ROWS_A_FILE = {PORTION}, {ROWS_A_FILE}
keep = jobs.keep
def slowly(job):
    time.sleep(0.1)
    keep(job)
jobs.keep = slowly
call_command("worker")
"""


@pytest.fixture
def job(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Job:
    monkeypatch.setattr(jobs, "PAUSE", 0)
    monkeypatch.setattr(export_jobs, "PORTION", PORTION)
    monkeypatch.setattr(export_jobs, "ROWS_A_FILE", ROWS_A_FILE)
    units = make_tree()
    officer = StaffAccountFactory(unit=units["quang-tri"], role=Role.REVIEWER)
    campaign = CampaignFactory(slug="sang-kien-thu")
    for number in range(1, ROWS + 1):
        InitiativeFactory(campaign=campaign, unit=units["quang-tri/dong-ha"], title=f"Sáng kiến {number}")
    return export_jobs.start(
        f"status=all&campaign={campaign.slug}",
        campaign=campaign,
        unit=officer.unit,
        layout="qt",
        by=officer,
        at=timezone.now(),
        title="Bảng",
    )


@pytest.mark.parametrize(
    ("met", "files"),
    [pytest.param(ROWS // 4, 0, id="reading"), pytest.param(ROWS + ROWS_A_FILE + 4, 1, id="writing")],
)
def test_another_worker_ends_what_the_killed_one_began(job: Job, met: int, files: int) -> None:
    killed = killed_behind(job, met)

    jobs.run_some(lambda: timezone.now() + timedelta(seconds=61), seconds=120)

    done = Job.objects.get(pk=job.pk)
    titles = [
        row[2]
        for number in range(1, len(done.result["files"]) + 1)
        for row in table_of(load_workbook(io.BytesIO(b"".join(export_jobs.content_of(done, number)))).worksheets[0])
    ]
    assert met <= killed.position < killed.total
    assert len(killed.result.get("files", [])) == files
    assert done.state == JobState.DONE, done.result
    assert done.result["files"][:files] == killed.result.get("files", [])
    assert titles == [f"Sáng kiến {number}" for number in range(1, ROWS + 1)]
    assert set(done.pieces.values_list("name", flat=True)) == {"1", "2", "3"}


def killed_behind(job: Job, position: int) -> Job:
    """The job as a process of its own left it when it was killed."""
    name = str(settings.DATABASES["default"]["NAME"])
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings", "TEST_DATABASE_NAME": name}
    worker = subprocess.Popen([sys.executable, "-c", WORKER], env=environment)
    try:
        for _ in range(2400):
            if Job.objects.get(pk=job.pk).position >= position or worker.poll() is not None:
                break
            time.sleep(0.02)
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    connection.close()
    return Job.objects.get(pk=job.pk)
