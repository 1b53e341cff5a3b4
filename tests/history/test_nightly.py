"""A part of history each night: all is seen again in time, and what is wrong stays found until somebody looked at all."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from initiatives.history import nightly, verifying
from initiatives.models import Campaign, Initiative, Upkeep
from tests.factories import InitiativeFactory
from tests.history.hands import LATER, by_hand

pytestmark = pytest.mark.django_db
Clock = Callable[[], datetime]


@pytest.fixture
def ten(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The keys of ten initiatives; four keys a night, three in a portion."""
    first = InitiativeFactory()
    keys = [first.pk, *(InitiativeFactory(campaign=first.campaign).pk for _ in range(9))]
    monkeypatch.setattr(nightly, "LEAST", 4)
    monkeypatch.setattr(nightly, "PORTION", 3)
    # As though nothing had been there before the first of them.
    figures = {"position": 0, "until": keys[0] - 1, "initiatives": 0, "steps": 0, "findings": 0}
    began = LATER - timedelta(days=1)
    Upkeep.objects.create(kind=Upkeep.Kind.NIGHTLY, began_at=began, ended_at=began, is_good=True, figures=figures)
    monkeypatch.setattr(nightly, "NIGHTS", keys[-1])
    return keys


def night(number: int) -> Upkeep:
    """All portions of that night."""
    at = LATER + timedelta(days=number)
    while nightly.look_on(lambda: at):
        pass
    return Upkeep.objects.filter(kind=Upkeep.Kind.NIGHTLY).latest("began_at")


def test_every_night_goes_on_where_the_last_one_ended_and_then_begins_anew(ten: list[int]) -> None:
    runs = [night(number) for number in range(3)]

    assert [run.figures["initiatives"] for run in runs] == [4, 4, 2]
    assert [run.figures["until"] for run in runs] == [ten[3], ten[7], ten[9]]
    assert all(run.is_good and run.ended_at for run in runs)
    again = night(3)
    assert again.figures["until"] == 4  # from the first key there may be


def test_a_day_has_one_part(ten: list[int]) -> None:
    night(0)

    assert nightly.look_on(lambda: LATER + timedelta(minutes=1)) is False
    assert Upkeep.objects.filter(kind=Upkeep.Kind.NIGHTLY).count() == 2


def test_a_night_that_was_cut_short_goes_on(ten: list[int]) -> None:
    assert nightly.look_on(lambda: LATER) is True
    assert Upkeep.objects.get(ended_at=None).figures["position"] == ten[2]

    run = night(2)

    assert (run.began_at, run.figures["initiatives"], run.is_good) == (LATER, 4, True)


def test_what_is_found_stays_until_all_was_looked_at(ten: list[int], caplog: pytest.LogCaptureFixture) -> None:
    by_hand(Initiative, ten[5], status="withdrawn")
    with caplog.at_level(logging.ERROR, logger="initiatives.history"):
        good, bad, after = (night(number) for number in range(3))

    assert [run.is_good for run in (good, bad, after)] == [True, False, False]
    assert [run.figures["findings"] for run in (good, bad, after)] == [0, 2, 0]  # its status and its content
    assert [str(ten[5]) in each.getMessage() for each in caplog.records] == [True, True]
    looked = LATER + timedelta(days=2, hours=1)
    verifying.verify(lambda: looked, lambda finding: None, campaign=Campaign.objects.latest("pk"))
    by_hand(Initiative, ten[5], status="submitted")
    verifying.verify(lambda: looked, lambda finding: None, campaign=Campaign.objects.latest("pk"))
    assert night(3).is_good is False  # one campaign is not all
    verifying.verify(lambda: looked + timedelta(days=1), lambda finding: None)
    assert night(4).is_good is True


def test_without_initiatives_there_is_nothing_to_look_at() -> None:
    assert nightly.look_on(lambda: LATER) is False
    assert not Upkeep.objects.exists()
