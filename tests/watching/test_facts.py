"""What the portal knows of its own state."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from initiatives.history import verifying
from initiatives.models import Job, JobState, TallyRun, Upkeep, Worker
from initiatives.personal_data import retention
from initiatives.watching import facts
from tests.factories import CampaignFactory, StaffAccountFactory, unit_at

NOW = timezone.now()


def job(state: JobState, *, hours_ago: float = 0) -> Job:
    owner = StaffAccountFactory(unit=unit_at("quang-tri/dong-ha"))
    moment = NOW - timedelta(hours=hours_ago)
    ended = moment if state not in {JobState.WAITING, JobState.RUNNING} else None
    return Job.objects.create(owner=owner, kind=Job.Kind.EXPORT, state=state, created_at=moment, ended_at=ended)


def ran(kind: Upkeep.Kind, *, hours_ago: float, is_good: bool | None) -> None:
    at = NOW - timedelta(hours=hours_ago)
    Upkeep.objects.create(kind=kind, began_at=at, ended_at=None if is_good is None else at, is_good=is_good)


@pytest.mark.django_db
def test_of_jobs_the_unfinished_count_and_those_that_failed_lately() -> None:
    job(JobState.WAITING, hours_ago=2)
    job(JobState.WAITING, hours_ago=1)
    job(JobState.RUNNING)
    job(JobState.DONE, hours_ago=5)
    job(JobState.FAILED, hours_ago=23)
    job(JobState.FAILED, hours_ago=25)

    assert facts.jobs_now(at=NOW) == facts.Jobs(2, 1, NOW - timedelta(hours=2), failed=1)


@pytest.mark.django_db
def test_a_portal_that_did_nothing_yet_tells_of_nothing() -> None:
    assert facts.jobs_now(at=NOW) == facts.Jobs(0, 0, None, 0)
    assert facts.workers(at=NOW) == (0, None)
    assert facts.counted_at() is None
    assert {(each.last_at, each.is_good, each.good_at) for each in facts.upkeep()} == {(None, None, None)}
    assert [each.kind for each in facts.upkeep()] == list(Upkeep.Kind)


@pytest.mark.django_db
def test_workers_that_fell_silent_are_not_there() -> None:
    Worker.objects.create(key="a", seen_at=NOW - timedelta(seconds=61))
    Worker.objects.create(key="b", seen_at=NOW - timedelta(seconds=59))

    assert facts.workers(at=NOW) == (1, NOW - timedelta(seconds=59))


@pytest.mark.django_db
def test_the_campaign_that_was_counted_longest_ago_and_is_on_the_portal() -> None:
    for minutes, is_published in ((3, True), (5, True), (90, False)):
        campaign = CampaignFactory(is_published=is_published)
        TallyRun.objects.create(campaign=campaign, counted_at=NOW - timedelta(minutes=minutes))

    assert facts.counted_at() == NOW - timedelta(minutes=5)


@pytest.mark.django_db
def test_of_upkeep_the_last_run_and_the_last_good_one() -> None:
    ran(Upkeep.Kind.BACKUP, hours_ago=30, is_good=True)
    ran(Upkeep.Kind.BACKUP, hours_ago=6, is_good=False)
    ran(Upkeep.Kind.BACKUP, hours_ago=1, is_good=None)  # still runs
    ran(Upkeep.Kind.SEAL, hours_ago=4, is_good=False)
    ran(Upkeep.Kind.SEAL, hours_ago=2, is_good=True)

    found = {each.kind: each for each in facts.upkeep()}
    assert found[Upkeep.Kind.BACKUP] == facts.Runs(
        Upkeep.Kind.BACKUP, NOW - timedelta(hours=6), False, NOW - timedelta(hours=30)
    )
    assert found[Upkeep.Kind.SEAL] == facts.Runs(
        Upkeep.Kind.SEAL, NOW - timedelta(hours=2), True, NOW - timedelta(hours=2)
    )


@pytest.mark.django_db
def test_a_verification_of_one_campaign_silences_nothing() -> None:
    campaign = CampaignFactory()
    ran(Upkeep.Kind.VERIFY, hours_ago=6, is_good=False)
    verifying.verify(lambda: NOW, lambda finding: None, campaign=campaign)
    assert Upkeep.objects.latest("ended_at").is_good

    found = {each.kind: each for each in facts.upkeep()}

    assert found[Upkeep.Kind.VERIFY] == facts.Runs(Upkeep.Kind.VERIFY, NOW - timedelta(hours=6), False)


@pytest.mark.django_db
def test_an_erasure_of_one_campaign_counts() -> None:
    kept = retention.noted_from(CampaignFactory(), at=NOW)
    Upkeep.objects.filter(pk=kept.pk).update(ended_at=NOW, is_good=False)

    found = {each.kind: each for each in facts.upkeep()}

    assert found[Upkeep.Kind.ERASE] == facts.Runs(Upkeep.Kind.ERASE, NOW, False)


@pytest.mark.django_db
def test_a_statement_about_the_portal_is_given_less_time_and_others_no_less() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no such limit")

    with facts.quickly():
        within = _timeout()

    assert (within, _timeout()) == ("3s", "30s")


@pytest.mark.django_db
def test_the_database_says_how_large_it_is_and_which() -> None:
    assert facts.database_bytes() > 100_000
    assert facts.database_version().split()[0] == {"postgresql": "PostgreSQL", "sqlite": "SQLite"}[connection.vendor]


def test_of_disks_those_that_are_there(settings: Any) -> None:
    assert set(facts.disks()) == {"data"}

    Path(settings.MEDIA_ROOT).mkdir(parents=True)

    assert set(facts.disks()) == {"data", "media"}
    assert 0 < facts.disks()["media"].free < facts.disks()["media"].whole


@pytest.mark.parametrize("is_packed", [True, False])
def test_the_commit_is_read_from_gits_own_files(tmp_path: Path, is_packed: bool) -> None:
    (tmp_path / "refs/heads").mkdir(parents=True)
    (tmp_path / "HEAD").write_text("ref: refs/heads/main\n")
    commit = "0123456789abcdef0123456789abcdef01234567"
    if is_packed:
        (tmp_path / "packed-refs").write_text(f"# pack-refs\n{commit} refs/heads/main\n")
    else:
        (tmp_path / "refs/heads/main").write_text(f"{commit}\n")

    assert facts._revision(tmp_path) == "0123456789"


def test_a_copy_without_its_history_has_no_commit(tmp_path: Path) -> None:
    assert facts._revision(tmp_path / ".git") == ""


def _timeout() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        return str(cursor.fetchone()[0])
