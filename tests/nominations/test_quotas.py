"""Numbers of places: a round's own, a unit's exception, what is taken, and what may still change."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from initiatives.models import Quota, SelectionRound, Standing
from initiatives.nominations import quotas
from initiatives.nominations.quotas import QuotaIsFull, QuotaTaken, Use
from orgtree.models import Unit
from tests.factories import NominationFactory, QuotaFactory, SelectionRoundFactory, make_tree, unit_at

DISTRICT, BESIDE = "quang-tri/dong-ha", "quang-tri/huong-hoa"


@pytest.mark.parametrize(
    ("use", "text", "is_full", "is_below", "missing"),
    [
        (Use(0, 4, 0, 0), "0/4 đã dùng", False, False, 0),
        (Use(2, 4, 1, 0), "1/4 đã dùng", False, True, 1),
        (Use(2, 4, 2, 3), "2/4 đã dùng", False, False, 0),
        (Use(0, 4, 4, 0), "4/4 đã dùng", True, False, 0),
        (Use(2, None, 0, 0), "0 đã dùng", False, True, 2),
        (Use(0, None, 1200, 0), "1.200 đã dùng", False, False, 0),
        (Use(0, 0, 0, 0), "0/0 đã dùng", True, False, 0),
    ],
)
def test_a_use_says_what_is_taken_and_what_is_missing(
    use: Use, text: str, is_full: bool, is_below: bool, missing: int
) -> None:
    assert (use.text, use.is_full, use.is_below_minimum, use.missing) == (text, is_full, is_below, missing)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("round", "own", "expected"),
    [
        pytest.param((0, 4), None, (0, 4), id="as the round says"),
        pytest.param((2, None), None, (2, None), id="at least two (QT21)"),
        pytest.param((0, None), (None, 4), (0, 4), id="a maximum of its own (Quảng Trị at the TLĐ)"),
        pytest.param((0, 2), (None, 5), (0, 5), id="more than the others"),
        pytest.param((2, 4), (None, 1), (1, 1), id="whoever may send one is not asked for two"),
        pytest.param((2, 4), (0, None), (0, 4), id="a minimum of its own"),
        pytest.param((0, 4), (3, None), (3, 4), id="a minimum of its own, within the round's maximum"),
        pytest.param((0, 4), (None, 0), (0, 0), id="none at all"),
    ],
)
def test_the_numbers_that_hold(round: Any, own: Any, expected: Any) -> None:
    held = SelectionRoundFactory(each_unit_min=round[0], each_unit_max=round[1])
    unit = unit_at(DISTRICT)
    if own:
        Quota.objects.create(round=held, unit=unit, minimum=own[0], maximum=own[1])
        quotas.apply_limits(held)

    use = quotas.uses(held, [unit])[unit.pk]

    assert (use.minimum, use.maximum) == expected
    assert Quota.objects.filter(round=held).values_list("limit", flat=True).first() in (expected[1], None)


@pytest.mark.django_db
def test_uses_ask_as_much_for_one_unit_as_for_three(django_assert_num_queries: Any) -> None:
    units = make_tree()
    round = SelectionRoundFactory()
    QuotaFactory(round=round, unit=units[DISTRICT], taken=3)
    NominationFactory(round=round, unit=units[BESIDE], standing=Standing.RESERVE)
    several = [units[DISTRICT], units[BESIDE], units["quang-tri/cd-vien-chuc"]]

    for asked in (several[:1], several):
        with django_assert_num_queries(2):
            uses = quotas.uses(round, asked)
    assert {unit.code: (uses[unit.pk].taken, uses[unit.pk].reserves) for unit in several} == {
        DISTRICT: (3, 0),
        BESIDE: (0, 1),
        "quang-tri/cd-vien-chuc": (0, 0),
    }


@pytest.mark.django_db
def test_of_very_many_units_the_round_is_read_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    units = make_tree()
    round = SelectionRoundFactory()
    QuotaFactory(round=round, unit=units[DISTRICT], taken=3)
    QuotaFactory(unit=units[DISTRICT], taken=4)  # of another round
    monkeypatch.setattr(quotas, "ASKED_BY_NAME", 1)

    uses = quotas.uses(round, [units[DISTRICT], units[BESIDE]])

    assert {key: use.taken for key, use in uses.items()} == {units[DISTRICT].pk: 3, units[BESIDE].pk: 0}


# --- taking and giving back -------------------------------------------------------------------------------------------


@pytest.fixture
def district(db: None) -> Unit:
    return unit_at(DISTRICT)


def take(round: SelectionRound, unit: Unit) -> None:
    """As nominating does: the place, and who got it."""
    quotas.take(round, unit)
    NominationFactory(round=round, unit=unit)


def row(round: SelectionRound, unit: Unit) -> tuple[int | None, int]:
    return Quota.objects.values_list("limit", "taken").get(round=round, unit=unit)


def test_places_are_taken_until_there_is_none(district: Unit) -> None:
    round = SelectionRoundFactory(each_unit_max=2)

    quotas.take(round, district)
    quotas.take(round, district)

    with pytest.raises(QuotaIsFull) as refused:
        quotas.take(round, district)
    assert str(district) in refused.value.sentence
    assert "(2)" in refused.value.sentence
    assert row(round, district) == (2, 2)


def test_without_a_maximum_there_is_always_a_place(district: Unit) -> None:
    round = SelectionRoundFactory(each_unit_max=None)

    for _ in range(5):
        quotas.take(round, district)

    assert row(round, district) == (None, 5)


def test_a_place_given_back_can_be_taken_again_and_none_is_given_back_twice(district: Unit) -> None:
    round = SelectionRoundFactory(each_unit_max=1)
    quotas.take(round, district)

    quotas.give_back(round, district)
    quotas.give_back(round, district)
    quotas.take(round, district)

    assert row(round, district) == (1, 1)


def test_a_row_is_made_with_the_number_that_holds_now_whatever_the_caller_read(district: Unit) -> None:
    read_before = SelectionRoundFactory(each_unit_max=4)
    SelectionRound.objects.filter(pk=read_before.pk).update(each_unit_max=1)

    quotas.take(read_before, district)

    assert row(read_before, district) == (1, 1)


def test_the_database_stands_behind_the_rule(district: Unit) -> None:
    round = SelectionRoundFactory(each_unit_max=2)
    quotas.take(round, district)

    with pytest.raises(IntegrityError), transaction.atomic():
        Quota.objects.filter(round=round, unit=district).update(taken=3)


def test_a_form_opened_a_while_ago_does_not_forget_what_was_taken_since(district: Unit) -> None:
    round = SelectionRoundFactory(each_unit_max=4)
    take(round, district)
    opened = Quota.objects.get(round=round, unit=district)
    take(round, district)

    opened.maximum = 3
    opened.save()
    quotas.apply_limits(round)

    assert row(round, district) == (3, 2)


# --- numbers that change ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        pytest.param(4, 4, id="raised"),
        pytest.param(2, 2, id="lowered to what is taken"),
        pytest.param(None, None, id="gone"),
    ],
)
def test_a_new_number_holds_at_once(district: Unit, new: int | None, expected: int | None) -> None:
    round = SelectionRoundFactory(each_unit_max=3)
    take(round, district)
    take(round, district)

    round.each_unit_max = new
    round.save()
    quotas.apply_limits(round)

    assert row(round, district) == (expected, 2)


def test_a_number_below_what_is_taken_is_refused_and_says_whose(district: Unit) -> None:
    round = SelectionRoundFactory(each_unit_max=3)
    beside = unit_at(BESIDE)
    for unit in (district, district, beside):
        take(round, unit)

    with pytest.raises(QuotaTaken) as refused, transaction.atomic():
        round.each_unit_max = 1
        round.save()
        quotas.apply_limits(round)

    assert f"{district} đã giới thiệu 2, số mới là 1" in refused.value.sentence
    assert str(beside) not in refused.value.sentence
    round.refresh_from_db()
    assert (round.each_unit_max, row(round, district)) == (3, (3, 2))


def test_of_many_units_some_are_named_and_the_others_counted(monkeypatch: pytest.MonkeyPatch, district: Unit) -> None:
    round = SelectionRoundFactory(each_unit_max=2)
    for unit in (district, unit_at(BESIDE), unit_at("quang-tri/cd-vien-chuc")):
        take(round, unit)
    monkeypatch.setattr(quotas, "NAMED_AT_ONCE", 2)

    with pytest.raises(QuotaTaken, match="và 1 đơn vị khác"), transaction.atomic():
        SelectionRound.objects.filter(pk=round.pk).update(each_unit_max=0)
        quotas.apply_limits(round)


def test_an_exception_outlasts_a_change_of_the_round(district: Unit) -> None:
    round = SelectionRoundFactory(each_unit_max=2)
    Quota.objects.create(round=round, unit=district, maximum=5)
    quotas.apply_limits(round)
    assert row(round, district) == (5, 0)

    round.each_unit_max = 1
    round.save()
    quotas.apply_limits(round)

    assert row(round, district) == (5, 0)


def test_a_row_stays_its_unit_s_for_it_counts_what_that_unit_took(district: Unit) -> None:
    round = SelectionRoundFactory(each_unit_max=4)
    take(round, district)
    own = Quota.objects.get(round=round, unit=district)

    own.unit, own.maximum = unit_at(BESIDE), 3
    own.save()
    quotas.apply_limits(round)

    assert row(round, district) == (3, 1)
    assert not Quota.objects.exclude(unit=district).exists()
