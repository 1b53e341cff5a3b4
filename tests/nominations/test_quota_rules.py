"""The quota rule beside another way to say it, on numbers and walks through a round that hypothesis makes up."""

from dataclasses import dataclass, field

import pytest
from django.db import transaction
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from initiatives.models import Quota, SelectionRound
from initiatives.nominations import quotas
from initiatives.nominations.quotas import QuotaIsFull, QuotaTaken
from orgtree.models import Unit
from tests.factories import SelectionRoundFactory, unit_at

CODES = ("quang-tri/dong-ha", "quang-tri/huong-hoa")
PLACES = st.integers(0, 4)
MAXIMUM = st.none() | PLACES
UNIT = st.sampled_from(range(len(CODES)))
WALKS = st.lists(
    st.one_of(
        st.tuples(st.just("take"), UNIT, st.none()),
        st.tuples(st.just("take"), UNIT, st.none()),
        st.tuples(st.just("give back"), UNIT, st.none()),
        st.tuples(st.just("of the round"), UNIT, MAXIMUM),
        st.tuples(st.just("of its own"), UNIT, MAXIMUM),
    ),
    max_size=16,
)
on_the_database = settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])


@dataclass
class Said:
    """The rule as it would be kept on paper: a number for all, another one for some, and strokes."""

    of_all: int | None
    of_some: dict[int, int] = field(default_factory=dict)
    strokes: list[int] = field(default_factory=lambda: [0] * len(CODES))

    def most(self, unit: int) -> int | None:
        return self.of_some.get(unit, self.of_all)

    def is_full(self, unit: int) -> bool:
        most = self.most(unit)
        return most is not None and self.strokes[unit] >= most

    def with_number(self, what: str, unit: int, number: int | None) -> "Said":
        if what == "of the round":
            return Said(number, self.of_some, self.strokes)
        own = {other: each for other, each in self.of_some.items() if other != unit}
        return Said(self.of_all, own if number is None else own | {unit: number}, self.strokes)

    def overrun(self) -> set[int]:
        return {
            unit for unit, taken in enumerate(self.strokes) if (most := self.most(unit)) is not None and taken > most
        }


@pytest.fixture
def units(db: None) -> list[Unit]:
    return [unit_at(code) for code in CODES]


def write(round: SelectionRound, unit: Unit, what: str, number: int | None) -> None:
    """As the page of a round does: the number, then what follows from it, in one transaction."""
    with transaction.atomic():
        if what == "of the round":
            SelectionRound.objects.filter(pk=round.pk).update(each_unit_max=number)
        else:
            Quota.objects.update_or_create(round=round, unit=unit, defaults={"maximum": number})
        quotas.apply_limits(round)


@on_the_database
@given(MAXIMUM, WALKS)
def test_a_walk_through_a_round_goes_as_on_paper(
    units: list[Unit], at_most: int | None, walk: list[tuple[str, int, int | None]]
) -> None:
    round, paper = SelectionRoundFactory(each_unit_max=at_most), Said(at_most)

    for what, who, number in walk:
        unit = units[who]
        if what == "take":
            is_refused = paper.is_full(who)
            try:
                with transaction.atomic():
                    quotas.take(round, unit)
            except QuotaIsFull as refused:
                assert is_refused
                assert f"{unit} đã dùng hết số lượng được giới thiệu ({paper.most(who)})." in refused.sentence
            else:
                assert not is_refused
                paper.strokes[who] += 1
        elif what == "give back":
            quotas.give_back(round, unit)
            paper.strokes[who] = max(paper.strokes[who] - 1, 0)
        else:
            new = paper.with_number(what, who, number)
            try:
                write(round, unit, what, number)
            except QuotaTaken as refused:
                assert {
                    who for who, each in enumerate(units) if f"{each} đã giới thiệu" in refused.sentence
                } == new.overrun()
                assert new.overrun()
            else:
                assert not new.overrun()
                paper = new
        round.refresh_from_db()
        uses = [quotas.uses(round, units)[each.pk] for each in units]
        assert [(use.taken, use.maximum, use.is_full) for use in uses] == [
            (paper.strokes[who], paper.most(who), paper.is_full(who)) for who in range(len(units))
        ]


@on_the_database
@given(PLACES, MAXIMUM, MAXIMUM, MAXIMUM, st.integers(0, 4))
def test_a_minimum_is_never_more_than_may_be_sent(
    units: list[Unit], round_min: int, round_max: int | None, own_min: int | None, own_max: int | None, taken: int
) -> None:
    assume(round_max is None or round_min <= round_max)
    assume(own_min is None or own_max is None or own_min <= own_max)
    most = round_max if own_max is None else own_max
    assume(most is None or taken <= most)
    round = SelectionRoundFactory(each_unit_min=round_min, each_unit_max=round_max)
    Quota.objects.create(round=round, unit=units[0], minimum=own_min, maximum=own_max, limit=most, taken=taken)

    use = quotas.uses(round, units)[units[0].pk]

    wished = round_min if own_min is None else own_min
    assert use.minimum == (wished if most is None or wished <= most else most)
    assert use.missing == len(range(taken, use.minimum))
    assert use.is_below_minimum == (use.missing > 0)
    assert not (use.is_full and use.is_below_minimum)
