"""Real threads: one sheet of paper sent by many hands at once is one initiative."""

from datetime import datetime
from typing import Any

import pytest

from initiatives import lifecycle
from initiatives.models import Campaign, Draft, Initiative, ReviewEvent, Status
from initiatives.submission.entering import corrections, entries
from initiatives.submission.entering.entries import Entered, Offer, enter, examine
from orgtree.models import StaffAccount
from portal.vietnamese.days import VIETNAM
from tests.concurrency import together
from tests.factories import CampaignFactory, StaffAccountFactory, make_tree
from tests.submission.entering.conftest import OWN_PHONE, typed_by_officer

pytestmark = [pytest.mark.serial, pytest.mark.django_db(transaction=True)]
AT = datetime(2022, 3, 1, 9, 0, tzinfo=VIETNAM)
HANDS = 6


@pytest.fixture
def officer() -> StaffAccount:
    make_tree()
    CampaignFactory()
    return StaffAccountFactory(phone=OWN_PHONE)


def enter_one(officer: StaffAccount, **changes: str) -> Entered:
    offer = Offer.of(Campaign.objects.get(), by=officer, at=AT)
    judged = examine(typed_by_officer(**changes), offer=offer, by=officer, at=AT)
    return enter(judged, key="a", by=officer, at=AT)


def test_one_key_many_times_at_once_is_one_initiative(officer: StaffAccount) -> None:
    made = together(*[lambda: enter_one(officer) for _ in range(HANDS)])

    assert [type(each) for each in made] == [Entered] * HANDS
    assert [each.is_new for each in made].count(True) == 1
    assert len({each.token for each in made}) == 1
    assert Initiative.objects.count() == Draft.objects.count() == ReviewEvent.objects.count() == 1


def test_the_first_of_two_taps_that_comes_through_in_between_is_no_other(
    officer: StaffAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = entries._same_of_the_same

    def after_the_first(*asked: Any) -> Initiative | None:
        monkeypatch.setattr(entries, "_same_of_the_same", ask)
        first.append(enter_one(officer))
        return ask(*asked)

    first: list[Entered] = []
    monkeypatch.setattr(entries, "_same_of_the_same", after_the_first)

    second = enter_one(officer)

    assert (second.is_new, second.initiative) == (False, first[0].initiative)


def test_of_many_officers_who_correct_at_once_one_is_taken_and_the_others_are_told(officer: StaffAccount) -> None:
    initiative = enter_one(officer).initiative
    lifecycle.move(initiative, Status.RETURNED, by=officer, at=AT)
    seen = Initiative.objects.select_related("campaign", "unit", "phase").get()

    def correct(number: int) -> Initiative:
        offer = Offer.of(seen.campaign, by=officer, at=AT)
        typed = typed_by_officer(title=f"Tên {number}")
        judged = examine(typed, offer=offer, by=officer, at=AT, corrects=seen)
        return corrections.correct(seen, judged, draft=None, version=seen.version, by=officer, at=AT)

    made = together(*[lambda number=number: correct(number) for number in range(HANDS)])

    taken = [each for each in made if isinstance(each, Initiative)]
    assert len(taken) == 1
    assert all(isinstance(each, Initiative | lifecycle.MoveRefused) for each in made), made
    seen.refresh_from_db()
    assert (seen.title, seen.status) == (taken[0].title, Status.SUBMITTED)
    assert not Draft.objects.filter(revises=seen).exists()
