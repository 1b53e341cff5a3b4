"""Real threads on real connections: one announcement, and always of the nth, whoever commits late."""

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from initiatives.models import Campaign, Initiative, Milestone
from initiatives.progress import milestones, tally
from initiatives.progress.milestones import SETTLED_AFTER
from orgtree.roles import Role
from portal.vietnamese.days import VIETNAM
from tests.concurrency import together
from tests.factories import CampaignFactory, InitiativeFactory, MilestoneFactory, StaffAccountFactory, unit_at

pytestmark = [pytest.mark.serial, pytest.mark.django_db(transaction=True)]
AT = datetime(2022, 10, 3, 15, 34, tzinfo=VIETNAM)
SECOND = timedelta(seconds=1)


@pytest.fixture
def campaign() -> Campaign:
    unit_at("quang-tri/dong-ha")
    return CampaignFactory()


def received(campaign: Campaign, *seconds: int) -> list[Initiative]:
    return [InitiativeFactory(campaign=campaign, submitted_at=AT + each * SECOND) for each in seconds]


def test_two_who_announce_at_once_announce_one(campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both have found it due, and which one it is, before either writes."""
    _, second, _ = received(campaign, 0, 1, 2)
    later = AT + timedelta(hours=1)
    tally.refresh(campaign, at=later)
    MilestoneFactory(campaign=campaign, number=2)
    both_found, find = threading.Barrier(2), milestones._nth

    def then_wait(*args: Any, **kwargs: Any) -> Any:
        found = find(*args, **kwargs)
        both_found.wait(timeout=30)
        return found

    monkeypatch.setattr(milestones, "_nth", then_wait)

    written = together(*(partial(milestones.announce, campaign, at=later + n * SECOND) for n in range(2)))

    row = Milestone.objects.get()
    assert sorted(written) == [0, 1]
    assert (row.initiative, row.reached_at) == (second, second.submitted_at)
    assert row.announced_at in {later, later + SECOND}


def test_submissions_that_commit_late_never_make_it_wrong(campaign: Campaign) -> None:
    """Each took its moment within its transaction and commits later, while others count and announce all the time."""
    number, hands = 12, 4
    MilestoneFactory(campaign=campaign, number=number)
    opened = threading.Event()
    clock = [0]

    def submit(hand: int) -> None:
        opened.wait(timeout=30)
        for turn in range(5):
            with transaction.atomic():
                submitted_at = AT + (turn * 40 + hand * 7) * SECOND
                InitiativeFactory(campaign=campaign, submitted_at=submitted_at)
                clock[0] = max(clock[0], turn * 40 + 39)
                time.sleep(0.01 * (hand + 1))

    def count() -> int:
        """At the moment the submissions have come to, so nothing of theirs is settled; then when it is."""
        opened.set()
        written = 0
        for _ in range(25):
            tally.refresh(campaign, at=AT + clock[0] * SECOND)
            written += milestones.announce(campaign, at=AT + clock[0] * SECOND)
            time.sleep(0.01)
        return written

    early = together(*(partial(submit, hand) for hand in range(hands)), count)
    assert [each for each in early if each is not None] == [0], early

    tally.refresh(campaign, at=AT + 200 * SECOND + SETTLED_AFTER)

    nth = Initiative.objects.filter(campaign=campaign).order_by("submitted_at", "id")[number - 1]
    assert Initiative.objects.filter(campaign=campaign).count() == 20
    assert Milestone.objects.get().initiative == nth


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite's writers queue by themselves")
def test_one_that_is_still_being_submitted_is_waited_for(campaign: Campaign) -> None:
    """Held open by another connection until just before it is settled: the announcement comes after, and counts it."""
    received(campaign, 0, 2)
    MilestoneFactory(campaign=campaign, number=2)
    taken, may_commit = threading.Event(), threading.Event()
    written: list[int] = []

    def submit_slowly() -> int:
        with transaction.atomic():
            late = InitiativeFactory(campaign=campaign, submitted_at=AT + SECOND)
            taken.set()
            may_commit.wait(timeout=30)
        return late.pk

    def look_meanwhile() -> None:
        taken.wait(timeout=30)
        tally.refresh(campaign, at=AT + SETTLED_AFTER)
        written.append(Milestone.objects.exclude(announced_at=None).count())
        may_commit.set()

    late, _ = together(submit_slowly, look_meanwhile)
    tally.refresh(campaign, at=AT + SETTLED_AFTER + 2 * SECOND)

    assert written == [0]
    assert Milestone.objects.get().initiative_id == late


def test_an_administrator_who_saves_at_once_writes_over_nothing(
    campaign: Campaign, client_as: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    (row,) = received(campaign, 0)
    later = AT + timedelta(hours=1)
    tally.refresh(campaign, at=later)
    milestone = MilestoneFactory(campaign=campaign, number=1)
    client = client_as(StaffAccountFactory(unit=unit_at("tld"), role=Role.ADMINISTRATOR))
    address = f"/admin/initiatives/milestone/{milestone.pk}/change/"
    typed = {"campaign": campaign.pk, "number": "2", "plan_ends_on": "1/9/2023"}

    saved, announced = together(
        lambda: client.post(address, typed).status_code, partial(milestones.announce, campaign, at=later)
    )

    found = Milestone.objects.get()
    outcome = (saved, announced, found.number, found.initiative)
    assert outcome in {(302, 0, 2, None), (403, 1, 1, row)}
    assert connection.in_atomic_block is False
