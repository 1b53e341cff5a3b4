"""Counting a campaign anew as a job: province by province, safe to do again, beside the count of every minute."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from initiatives import jobs
from initiatives.models import By, Campaign, FieldMedian, Job, JobState, Tally, TallyRun
from initiatives.progress import recount_jobs, tally
from orgtree.models import StaffAccount, Unit
from orgtree.roles import Role
from portal.vietnamese.days import VIETNAM
from tests.factories import CampaignFactory, InitiativeFactory, StaffAccountFactory, make_tree, unit_at

NOW = datetime(2022, 3, 10, 9, 0, tzinfo=VIETNAM)
CODES = (
    "tld",
    "quang-tri",
    "quang-tri/dong-ha",
    "quang-tri/dong-ha/may-song-hieu",
    "dien-bien/dien-bien-phu",
    "cd-y-te",
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign(monkeypatch: pytest.MonkeyPatch) -> Campaign:
    """One at each of several units, counted."""
    monkeypatch.setattr(jobs, "PAUSE", 0)
    make_tree()
    campaign = CampaignFactory(slug="sang-kien-dem")
    for code in CODES:
        InitiativeFactory(
            campaign=campaign,
            unit=unit_at(code),
            submitted_at=NOW - timedelta(days=2),
            field="production",
            benefit_value=5_000_000,
        )
    assert tally.refresh(campaign, at=NOW - timedelta(days=1))
    return campaign


@pytest.fixture
def administrator(campaign: Campaign) -> StaffAccount:
    return StaffAccountFactory(unit=unit_at("tld"), role=Role.ADMINISTRATOR)


@pytest.fixture
def job(campaign: Campaign, administrator: StaffAccount) -> Job:
    return recount_jobs.start(campaign, by=administrator, at=NOW)


def carry(*, minutes: int = 0, seconds: float = 60) -> None:
    jobs.run_some(lambda: NOW + timedelta(minutes=minutes), seconds=seconds)


def spoil_everything(campaign: Campaign) -> int:
    """How many rows are wrong afterwards: changed, missing and of nothing."""
    rows = Tally.objects.filter(campaign=campaign)
    changed = rows.update(entries=77)
    missing = rows.filter(unit=unit_at("quang-tri/dong-ha"), by=By.STATUS)
    missing.delete()
    Tally.objects.create(
        campaign=campaign, unit=unit_at("thanh-hoa"), parent=unit_at("tld"), by=By.STATUS, value="valid", entries=9
    )
    FieldMedian.objects.filter(campaign=campaign).update(median=1)
    return changed + 1


def test_everything_that_was_wrong_is_mended_and_counted(campaign: Campaign, job: Job) -> None:
    wrong = spoil_everything(campaign)

    carry()

    done = Job.objects.get(pk=job.pk)
    assert done.state == JobState.DONE, done.result
    assert tally.differences(campaign) == []
    assert tally.checked(campaign, at=NOW) == []
    assert done.result["changed"] >= wrong


def test_where_nothing_is_wrong_nothing_changes(campaign: Campaign, job: Job) -> None:
    before = list(Tally.objects.order_by("pk").values())

    carry()

    assert Job.objects.get(pk=job.pk).result == {"changed": 0}
    assert list(Tally.objects.order_by("pk").values()) == before


def test_after_each_province_its_numbers_are_right_and_of_one_moment(campaign: Campaign, job: Job) -> None:
    """What came meanwhile is counted everywhere, so that the sum is still that of its parts."""
    tops: list[int] = job.asked["tops"]
    here = Unit.objects.get(code="quang-tri")
    rows = Tally.objects.filter(campaign=campaign, by=By.STATUS)
    rows.filter(unit__in=Unit.objects.in_branch_of(here)).update(entries=77)
    InitiativeFactory(campaign=campaign, unit=unit_at("cd-y-te"), submitted_at=NOW)

    for _ in range(tops.index(here.pk) + 1):
        carry(seconds=0)

    entries = dict(rows.filter(parent__depth=1).values_list("unit__code", "entries"))
    assert entries == {"quang-tri": 3, "dien-bien": 1, "cd-y-te": 2}
    assert TallyRun.objects.get(campaign=campaign).counted_at == NOW


@pytest.mark.parametrize("portions", [1, 40, 63])
def test_stopped_or_killed_anywhere_and_done_again_it_is_right(
    campaign: Campaign, job: Job, administrator: StaffAccount, portions: int
) -> None:
    spoil_everything(campaign)
    for _ in range(min(portions, job.total - 1)):
        carry(seconds=0)
    jobs.ask_to_stop(job, at=NOW)
    again = recount_jobs.start(campaign, by=administrator, at=NOW)

    carry()

    assert Job.objects.get(pk=job.pk).state == JobState.STOPPED
    assert Job.objects.get(pk=again.pk).state == JobState.DONE
    assert tally.differences(campaign) == []


def test_while_another_counts_it_waits(campaign: Campaign, job: Job) -> None:
    with tally._running:
        carry()
        waiting = Job.objects.get(pk=job.pk)
    carry()

    assert (waiting.state, waiting.position, waiting.tries) == (JobState.WAITING, 0, 0)
    assert Job.objects.get(pk=job.pk).state == JobState.DONE


def test_who_lost_the_right_meanwhile_changes_nothing(
    campaign: Campaign, job: Job, administrator: StaffAccount
) -> None:
    spoil_everything(campaign)
    StaffAccount.objects.filter(pk=administrator.pk).update(role=Role.MANAGER)

    carry()

    assert Job.objects.get(pk=job.pk).result == {"failure": recount_jobs.NOT_ALLOWED}
    assert tally.differences(campaign) != []


class TestPages:
    def address(self, campaign: Campaign) -> str:
        return reverse("admin:initiatives_initiative_recount", args=[campaign.pk])

    def test_a_press_begins_it_once_and_its_page_tells_the_province(
        self, campaign: Campaign, administrator: StaffAccount, client_as: Callable[[StaffAccount], Client]
    ) -> None:
        client = client_as(administrator)
        page = client.get(self.address(campaign))
        begun_by_a_link = Job.objects.count()
        pressed = [client.post(self.address(campaign), {"key": page.context["key"]}) for _ in range(2)]
        job = Job.objects.get()

        first = Unit.objects.get(pk=job.asked["tops"][0]).short_name
        text = client.get(pressed[0]["Location"]).content.decode()
        carry()
        ended = client.get(pressed[1]["Location"]).content.decode()

        assert begun_by_a_link == 0
        assert f"Đã đếm 0 trên {job.total - 2} tỉnh, ngành, tiếp theo: {first}" in text
        assert "Mọi số đếm đều khớp" in ended

    def test_the_board_leads_administrators_to_it_and_nobody_else(
        self, campaign: Campaign, administrator: StaffAccount, client_as: Callable[[StaffAccount], Client]
    ) -> None:
        manager = StaffAccountFactory(unit=unit_at("tld"), role=Role.MANAGER)
        board = f"{reverse('admin:initiatives_initiative_board')}?campaign={campaign.slug}"

        seen = [
            self.address(campaign) in client_as(account).get(board).content.decode()
            for account in (administrator, manager)
        ]

        assert seen == [True, False]
        assert client_as(manager).post(self.address(campaign)).status_code == 403
        assert not Job.objects.exists()
