"""`worker`: counts and tidies, and no single failure ends it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command

from initiatives.models import Campaign, Draft, TallyRun
from initiatives.progress import tally
from initiatives.submission import tidying
from orgtree.models import Sheet, SignIn
from tests.factories import CampaignFactory, DraftFactory, InitiativeFactory, StaffAccountFactory, make_tree

Clock = Callable[[str], datetime]

# it closes old connections, and with one of them the transaction of a test that has one
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def now(at: Clock) -> datetime:
    make_tree()
    return at("2022-12-01 03:00:00")


def test_once_it_counts_every_published_campaign_and_tidies(now: datetime) -> None:
    campaign, hidden = CampaignFactory(), CampaignFactory(is_published=False)
    InitiativeFactory(campaign=campaign)
    DraftFactory(campaign=campaign, saved_at=now - timedelta(days=181))
    account = StaffAccountFactory()
    for age in (timedelta(hours=23), timedelta(hours=24)):
        Sheet.objects.create(account=account, use=Sheet.Use.ACCOUNTS, name="a.xlsx", content=b"PK", sent_at=now - age)
    for age in (timedelta(days=180), timedelta(days=181)):
        SignIn.objects.create(account=account, at=now - age)

    call_command("worker", once=True)

    assert [now - sheet.sent_at for sheet in Sheet.objects.all()] == [timedelta(hours=23)]
    assert [now - sign_in.at for sign_in in SignIn.objects.all()] == [timedelta(days=180)]
    assert [run.campaign for run in TallyRun.objects.all()] == [campaign]
    assert TallyRun.objects.get().counted_at == now
    assert tally.differences(campaign) == []
    assert not Draft.objects.exists()
    assert not TallyRun.objects.filter(campaign=hidden).exists()


@pytest.mark.parametrize("broken", ["count", "tidy"])
def test_a_failure_of_one_work_does_not_keep_the_other_from_being_done(
    now: datetime, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    campaign: Campaign = CampaignFactory()
    DraftFactory(campaign=campaign, saved_at=now - timedelta(days=181))

    def fails(*args: Any, **options: Any) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(*((tally, "refresh") if broken == "count" else (tidying, "purge")), fails)

    call_command("worker", once=True)

    assert TallyRun.objects.exists() is (broken == "tidy")
    assert Draft.objects.exists() is (broken == "tidy")
