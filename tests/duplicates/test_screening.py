"""Screening finds twins wherever they are, once, and leaves alone what people decided."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from initiatives import lifecycle
from initiatives.duplicates import pairs as twin_pairs
from initiatives.duplicates import screening
from initiatives.duplicates.fingerprints import print_of
from initiatives.duplicates.shingles import Text
from initiatives.models import Band, Fingerprint, Initiative, Status, TwinPair
from orgtree.models import Unit
from tests.duplicates.conftest import NOW
from tests.duplicates.texts import ALIKE, OTHER, OTHER_TITLE, TEXT, TITLE, every
from tests.factories import CampaignFactory, StaffAccountFactory, TwinPairFactory

Kind, State = TwinPair.Kind, TwinPair.State

pytestmark = pytest.mark.django_db


def test_a_text_sent_twice_makes_one_pair(receive: Any, screened: Any) -> None:
    first, second = receive(), receive()
    receive(title=OTHER_TITLE, description=OTHER)

    assert screened() == [(first.pk, second.pk, Kind.SAME_TEXT)]

    pair = TwinPair.objects.get()
    assert (pair.likeness, pair.sentences_alike, pair.sentences) == (100, 8, 8)
    assert (pair.state, pair.found_at, pair.decider.code) == (State.OPEN, NOW, "quang-tri/dong-ha")


def test_what_was_screened_no_longer_waits(receive: Any, screened: Any) -> None:
    receive()
    screened()

    assert list(Initiative.objects.values_list("screened_at", flat=True)) == [NOW]
    assert (Fingerprint.objects.count(), Band.objects.count()) == (1, 20)
    assert screening.screen_some(at=NOW, limit=10) == 0


def test_screening_again_changes_nothing(receive: Any, screened: Any) -> None:
    receive(), receive(description=ALIKE["a tenth of the words"])
    before = screened()
    found_at = TwinPair.objects.get().found_at
    Initiative.objects.update(screened_at=None)

    assert screened() == before
    assert TwinPair.objects.get().found_at == found_at
    assert Band.objects.count() == 40


def test_the_earlier_one_was_received_first_whichever_was_screened_first(receive: Any, screened: Any) -> None:
    late = receive(submitted_at=NOW)
    screened()
    early = receive(submitted_at=NOW - timedelta(days=1))

    assert screened() == [(early.pk, late.pk, Kind.SAME_TEXT)]


def test_sentences_are_those_of_the_later_one(receive: Any, screened: Any) -> None:
    late = receive(submitted_at=NOW, description=f"{TEXT} {OTHER}")
    screened()
    receive(submitted_at=NOW - timedelta(days=1))
    screened()

    assert TwinPair.objects.values_list("later", "sentences_alike", "sentences").get() == (late.pk, 8, 13)


@pytest.mark.parametrize(
    ("one", "other", "decider"),
    [
        ("quang-tri/dong-ha", "quang-tri/dong-ha", "quang-tri/dong-ha"),
        ("quang-tri/dong-ha", "quang-tri/dong-ha/may-song-hieu", "quang-tri/dong-ha"),
        ("quang-tri/dong-ha/may-song-hieu", "quang-tri/huong-hoa", "quang-tri"),
        ("quang-tri/dong-ha", "thanh-hoa/hoang-hoa", "tld"),
        ("quang-tri", "quang-tri/huong-hoa", "quang-tri"),
        ("cd-y-te", "dien-bien", "tld"),
    ],
)
def test_the_lowest_unit_above_both_decides(
    units: dict[str, Unit], receive: Any, screened: Any, one: str, other: str, decider: str
) -> None:
    first, second = receive(unit=units[one]), receive(unit=units[other])
    screened()

    assert TwinPair.objects.get().decider.code == decider
    assert twin_pairs.decider_of(first, second).code == decider


def test_units_that_go_on_in_another_are_where_they_are_today(
    units: dict[str, Unit], receive: Any, screened: Any
) -> None:
    """Hướng Hóa closed and goes on in Thanh Hóa, as far as this test goes."""
    gone = units["quang-tri/huong-hoa"]
    Unit.objects.filter(pk=gone.pk).update(current_path=units["thanh-hoa/hoang-hoa"].path)
    receive(unit=gone), receive(unit=units["thanh-hoa/cd-giao-duc"])
    screened()

    assert TwinPair.objects.get().decider.code == "thanh-hoa"


def test_an_earlier_campaign_counts_too(receive: Any, screened: Any) -> None:
    before = receive(campaign=CampaignFactory())
    now = receive()

    assert screened() == [(before.pk, now.pk, Kind.SAME_TEXT)]


def test_a_demonstration_is_compared_with_demonstrations_alone(receive: Any, screened: Any) -> None:
    shown = CampaignFactory(is_demonstration=True)
    receive()
    first, second = receive(campaign=shown), receive(campaign=shown)

    assert screened() == [(first.pk, second.pk, Kind.SAME_TEXT)]


def test_an_equal_title_counts_where_another_person_wrote_it(receive: Any, screened: Any) -> None:
    other = {"description": OTHER}
    first = receive()
    second = receive(**other, full_name="Hồ Thị Thu")
    receive(**other, title=TITLE, phone_digits=first.phone_digits, phone_hash=first.phone_hash)

    found = screened()

    assert (first.pk, second.pk, Kind.SAME_TITLE) in found
    assert [(earlier, kind) for earlier, later, kind in found if earlier == first.pk] == [(first.pk, Kind.SAME_TITLE)]


def test_the_phone_of_the_officer_who_entered_both_makes_them_no_one_person(receive: Any, screened: Any) -> None:
    entered = {"phone": "", "phone_digits": "", "phone_hash": "of the officer"}
    first = receive(**entered, full_name="Lê Thị Nga")
    second = receive(**entered, full_name="Trần Văn Bình", description=OTHER)
    receive(**entered, full_name="Lê Thị Nga", description=f"{OTHER} Hết.")

    found = screened()

    assert (first.pk, second.pk, Kind.SAME_TITLE) in found
    assert not [pair for pair in found if pair[0] == first.pk and pair[1] != second.pk]


def test_a_text_of_ones_own_sent_again_is_found(receive: Any, screened: Any) -> None:
    first = receive()
    second = receive(title="Thanh chặn bàn cắt vải", phone_digits=first.phone_digits, phone_hash=first.phone_hash)

    assert screened() == [(first.pk, second.pk, Kind.ALIKE)]


def test_a_withdrawn_one_makes_no_pair_and_keeps_a_fingerprint(receive: Any, screened: Any) -> None:
    receive()
    withdrawn = receive(status=Status.WITHDRAWN)

    assert screened() == []
    assert Fingerprint.objects.filter(pk=withdrawn.pk).exists()


def test_an_open_pair_goes_when_one_is_withdrawn_and_screened_again(receive: Any, screened: Any) -> None:
    _, second = receive(), receive()
    screened()
    Initiative.objects.filter(pk=second.pk).update(status=Status.WITHDRAWN, screened_at=None)

    assert screened() == []


def test_a_declined_one_is_paired_too(receive: Any, screened: Any) -> None:
    """It may be opened again; the queue shows pairs whose both still count."""
    first, second = receive(status=Status.INVALID), receive()

    assert screened() == [(first.pk, second.pk, Kind.SAME_TEXT)]


def test_a_text_that_was_changed_leaves_its_pair(receive: Any, screened: Any) -> None:
    first, second = receive(), receive()
    screened()
    Initiative.objects.filter(pk=second.pk).update(title=OTHER_TITLE, description=OTHER, screened_at=None, version=2)

    assert screened() == []
    assert Band.objects.count() == 40
    assert set(Band.objects.values_list("initiative", flat=True)) == {first.pk, second.pk}


def test_a_pair_says_how_alike_it_is_now(receive: Any, screened: Any) -> None:
    _, second = receive(), receive()
    screened()
    Initiative.objects.filter(pk=second.pk).update(description=every(10, TEXT), screened_at=None, version=2)

    assert [kind for *_, kind in screened()] == [Kind.ALIKE]
    assert 45 <= TwinPair.objects.get().likeness < 80


def test_a_pair_is_decided_where_its_units_are_now(units: dict[str, Unit], receive: Any, screened: Any) -> None:
    _, second = receive(), receive()
    screened()
    lifecycle.reassign(second, units["thanh-hoa"], by=StaffAccountFactory(unit=units["tld"]), at=NOW)
    screened()

    assert TwinPair.objects.get().decider.code == "tld"


@pytest.mark.parametrize("state", [State.DUPLICATE, State.DISTINCT])
def test_what_people_decided_stays(receive: Any, screened: Any, state: str) -> None:
    _, second = receive(), receive()
    screened()
    TwinPair.objects.update(state=state, decided_at=NOW)
    Initiative.objects.filter(pk=second.pk).update(title=OTHER_TITLE, description=OTHER, screened_at=None)
    screened()
    Initiative.objects.filter(pk=second.pk).update(title=TITLE, description=TEXT, screened_at=None)
    screened()

    assert TwinPair.objects.values_list("state", "likeness").get() == (state, 100)


def test_what_people_reported_stays(receive: Any, screened: Any) -> None:
    first, second = receive(), receive(title=OTHER_TITLE, description=OTHER)
    TwinPairFactory(earlier=first, later=second, kind=Kind.REPORTED, likeness=3)

    assert screened() == [(first.pk, second.pk, Kind.REPORTED)]


def test_only_the_best_ten_are_put_before_people(receive: Any, screened: Any) -> None:
    for _ in range(twin_pairs.MOST_PAIRS + 2):
        receive()
    last = receive()
    screened()

    assert TwinPair.objects.filter(later=last).count() == twin_pairs.MOST_PAIRS


def test_what_was_decided_takes_no_place_among_the_ten(
    receive: Any, screened: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(twin_pairs, "MOST_PAIRS", 1)
    first, second, third = receive(), receive(), receive()
    screened()
    TwinPair.objects.update(state=State.DISTINCT, decided_at=NOW)
    Initiative.objects.filter(pk=third.pk).update(screened_at=None)

    assert screened() == [
        (first.pk, second.pk, Kind.SAME_TEXT),
        (first.pk, third.pk, Kind.SAME_TEXT),
        (second.pk, third.pk, Kind.SAME_TEXT),
    ]


def test_pairs_beyond_the_best_ten_stay_when_their_earlier_one_is_screened_again(receive: Any, screened: Any) -> None:
    first = receive()
    for _ in range(twin_pairs.MOST_PAIRS + 2):
        receive()
    before = screened()
    assert len([pair for pair in before if pair[0] == first.pk]) > 1
    Initiative.objects.filter(pk=first.pk).update(screened_at=None)

    assert screened() == before


def test_one_can_be_screened_by_itself(receive: Any, pairs: Any) -> None:
    first, second = receive(), receive()

    assert screening.screen(first, at=NOW)
    assert screening.screen(second.pk, at=NOW)

    assert pairs() == [(first.pk, second.pk, Kind.SAME_TEXT)]


def test_one_that_was_changed_meanwhile_waits_on(receive: Any, pairs: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = receive(), receive()
    screening.screen(first, at=NOW)
    find = twin_pairs.find

    def changed_while_it_is_compared(*args: Any, **named: Any) -> Any:
        Initiative.objects.filter(pk=second.pk).update(version=2)
        return find(*args, **named)

    monkeypatch.setattr(twin_pairs, "find", changed_while_it_is_compared)

    assert not screening.screen(second, at=NOW)
    assert pairs() == []
    assert Initiative.objects.get(pk=second.pk).screened_at is None


def test_what_another_process_screened_meanwhile_is_not_undone(receive: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    initiative = receive()
    one_at_a_time = screening._one_at_a_time

    def after_another(may_wait: bool) -> bool:
        monkeypatch.undo()
        Initiative.objects.filter(pk=initiative.pk).update(title=OTHER_TITLE, description=OTHER, version=2)
        assert screening.screen(initiative, at=NOW)
        return one_at_a_time(may_wait)

    monkeypatch.setattr(screening, "_one_at_a_time", after_another)

    assert screening.screen_some(at=NOW, limit=1) == 0
    assert Fingerprint.objects.get().text_hash == print_of(Text(OTHER_TITLE, OTHER)).text_hash


def test_screening_takes_as_many_statements_for_three_twins_as_for_one(receive: Any) -> None:
    taken = []
    for twins in (1, 2, 3):
        receive(screened_at=None)
        screening.screen_some(at=NOW, limit=50)
        last = receive(screened_at=NOW)
        with CaptureQueriesContext(connection) as captured:
            screening.screen(last, at=NOW)
        assert TwinPair.objects.filter(later=last).count() == 2 * twins - 1
        taken.append(len(captured))

    assert taken[0] == taken[1] == taken[2]
