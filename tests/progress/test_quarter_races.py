"""Real threads on real connections: a quarter is announced once, and nothing is named into what is announced."""

import threading
from contextlib import suppress
from datetime import date, datetime
from functools import partial
from typing import Any

import pytest

from initiatives.models import Campaign, Initiative, Outstanding, Quarter, Status
from initiatives.progress import quarter_basis, quarters, recognising, tally
from initiatives.progress.quarters import Span
from initiatives.progress.recognising import IsAnnounced, IsBeingCounted
from orgtree.models import StaffAccount
from orgtree.roles import Role
from portal.vietnamese.days import VIETNAM
from tests.concurrency import together
from tests.factories import CampaignFactory, InitiativeFactory, StaffAccountFactory, make_tree

pytestmark = [pytest.mark.serial, pytest.mark.django_db(transaction=True)]
SPAN = Span(date(2022, 1, 1))
LATER = datetime(2022, 4, 20, 9, 0, tzinfo=VIETNAM)
A_WHILE = 0.7  # seconds: long enough for another to come in between, where nothing keeps it out


@pytest.fixture
def campaign() -> Campaign:
    make_tree()
    return CampaignFactory(slug="sang-kien-thu")


@pytest.fixture
def chiefs(campaign: Campaign) -> list[StaffAccount]:
    tree = make_tree()
    return [StaffAccountFactory(unit=tree["tld"], role=Role.ADMINISTRATOR) for _ in range(2)]


@pytest.fixture
def initiative(campaign: Campaign) -> Initiative:
    made = InitiativeFactory(campaign=campaign, status=Status.VALID)
    tally.refresh(campaign, at=LATER, everything=True)
    return made


def digest(campaign: Campaign) -> str:
    quarter = quarters.quarter_of(campaign, SPAN)
    return quarters.live(quarters.read(campaign, at=LATER), SPAN, quarter).digest


def counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tally is up to the moment: what is raced for is the announcement, not the right to count."""
    monkeypatch.setattr(tally, "refresh", lambda campaign, **asked: True)


def test_two_who_announce_at_once_announce_one(
    campaign: Campaign, chiefs: list[StaffAccount], initiative: Initiative, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both would have read what to write before either writes, if the first did not hold the quarter."""
    Quarter.objects.create(campaign=campaign, starts_on=SPAN.starts_on)  # or who makes it would hold it by that
    seen = digest(campaign)
    counted(monkeypatch)
    both_read, live = threading.Barrier(2), quarters.live

    def then_wait(*args: Any) -> Any:
        outcome = live(*args)
        with suppress(threading.BrokenBarrierError):
            both_read.wait(timeout=A_WHILE)
        return outcome

    monkeypatch.setattr(quarters, "live", then_wait)

    done = together(*(partial(recognising.announce, campaign, SPAN, seen=seen, by=chief, at=LATER) for chief in chiefs))

    assert sorted(type(each).__name__ for each in done) == ["IsAnnounced", "Quarter"]
    winner, kept = next(each for each in done if isinstance(each, Quarter)), Quarter.objects.get()
    assert (kept.announced_by_id, kept.sha256) == (winner.announced_by_id, quarter_basis.hash_of(kept.basis))


def test_two_who_count_and_announce_at_once_announce_one(
    campaign: Campaign, chiefs: list[StaffAccount], initiative: Initiative
) -> None:
    """With the counting: the other one is told that it was announced, or to try again."""
    seen = digest(campaign)

    done = together(*(partial(recognising.announce, campaign, SPAN, seen=seen, by=chief, at=LATER) for chief in chiefs))

    losers = [each for each in done if not isinstance(each, Quarter)]
    assert len(losers) == 1
    assert isinstance(losers[0], IsAnnounced | IsBeingCounted)
    assert Quarter.objects.exclude(announced_at=None).count() == 1


def test_what_is_named_while_it_is_announced_is_refused(
    campaign: Campaign, chiefs: list[StaffAccount], initiative: Initiative, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Named between what is read and what is written: whoever names waits for the announcement, and is told of it."""
    Quarter.objects.create(campaign=campaign, starts_on=SPAN.starts_on)
    seen = digest(campaign)
    counted(monkeypatch)
    has_read, has_named, live = threading.Event(), threading.Event(), quarters.live

    def then_wait(*args: Any) -> Any:
        outcome = live(*args)
        has_read.set()
        has_named.wait(timeout=A_WHILE)  # never comes while the quarter is held
        return outcome

    def name() -> Outstanding:
        has_read.wait(timeout=30)
        asked = {"code": initiative.receipt_code, "reason": "Dễ nhân rộng", "by": chiefs[0], "at": LATER}
        try:
            return recognising.name(campaign, SPAN, **asked)
        finally:
            has_named.set()

    monkeypatch.setattr(quarters, "live", then_wait)

    named, announced = together(name, partial(recognising.announce, campaign, SPAN, seen=seen, by=chiefs[1], at=LATER))

    assert (type(named), Outstanding.objects.count()) == (IsAnnounced, 0)
    assert isinstance(announced, Quarter)
    assert quarter_basis.read(Quarter.objects.get()).outstanding == ()
