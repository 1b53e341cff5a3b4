"""A crowd: how many come, who they are, when they stop, and what is told of them."""

import json

import pytest

from initiatives.rehearsal.browser import Heard, NotThisMachine
from initiatives.rehearsal.crowd import Crowd, Mix, Where, burst, figures, percentile, ramp, steady
from initiatives.rehearsal.evening import Plan, a_minute
from initiatives.rehearsal.phones import Habits
from initiatives.rehearsal.words import Days
from tests.rehearsal.portal_of_paper import Answer, PaperPortal, paper_portal

READERS = Mix(writers=0, readers=1, trackers=0, pages=1)


def where(portal: PaperPortal, **others: object) -> Where:
    return Where(portal.address, "c", Days("1/2/2022", "1/3/2022"), **others)  # type: ignore[arg-type]


def quick() -> Habits:
    return Habits(retries=0)


def test_a_crowd_goes_nowhere_else() -> None:
    with pytest.raises(NotThisMachine):
        Crowd(Where("http://192.0.2.7", "c", Days("1/2/2022", "1/3/2022")))


def test_people_begin_anew_until_there_were_enough() -> None:
    with paper_portal({}) as portal:
        result = Crowd(where(portal), habits=quick(), mix=READERS).closed(3, seconds=30, most_errands=10)

    assert result.errands == {"read": 10}
    assert len(result.story.heard) == len(portal.asked) == 10


def test_they_stop_when_the_time_is_over() -> None:
    with paper_portal({}) as portal:
        result = Crowd(
            where(portal), habits=Habits(retries=0, think_seconds=(30, 30)), mix=Mix(0, 1, 0, pages=5)
        ).closed(2, seconds=0.3)

    assert result.errands == {"read": 2}
    assert len(portal.asked) == 2


def test_as_many_arrive_as_the_seed_says() -> None:
    with paper_portal({}) as portal:
        first = Crowd(where(portal), habits=quick(), mix=READERS, seed=5).arriving(
            steady(40), seconds=0.5, finish_within=20
        )
        again = Crowd(where(portal), habits=quick(), mix=READERS, seed=5).arriving(
            steady(40), seconds=0.5, finish_within=20
        )

    assert first.errands == again.errands
    assert 5 < first.errands["read"] < 45


def test_no_more_are_let_in_than_there_is_room() -> None:
    slow = Habits(retries=0, think_seconds=(30, 30))
    with paper_portal({}) as portal:
        crowd = Crowd(where(portal), habits=slow, mix=Mix(0, 1, 0, pages=2), most_threads=2, seed=5)
        result = crowd.arriving(steady(40), seconds=0.5, finish_within=0.1)

    assert result.errands == {"read": 2}
    assert result.held_back > 0


def test_each_calls_from_an_address_of_its_own_unless_it_is_a_factory() -> None:
    with paper_portal({}) as portal:
        Crowd(where(portal), habits=quick(), mix=READERS).closed(1, seconds=30, most_errands=4)
        own = {each.neighbour for each in portal.asked}
        portal.asked.clear()
        Crowd(where(portal, own_addresses=False), habits=quick(), mix=READERS).closed(1, seconds=30, most_errands=4)

    assert len(own) == 4
    assert {each.neighbour for each in portal.asked} == {"127.0.0.1"}


def test_a_result_is_json() -> None:
    with paper_portal({("GET", "/c/"): [Answer(503)]}) as portal:
        result = Crowd(where(portal), habits=quick(), mix=Mix(0, 1, 0, pages=6)).closed(1, seconds=30, most_errands=1)

    told = json.loads(json.dumps(result.as_json(with_receipts=True)))
    assert told["figures"]["campaign"]["statuses"] == {"503": 2}
    assert told["figures"]["all"]["asked"] == 6
    assert (told["acknowledged"], told["receipts"]) == (0, [])


def test_figures_tell_answers_from_silence() -> None:
    heard = [Heard("form", 0.0, seconds / 100, 200, 10) for seconds in range(1, 101)]
    heard += [Heard("form", 0.0, 60.0, 0, 0, "timeout"), Heard("form", 0.0, 0.0, 0, 0, "refused")]

    found = figures(heard)

    assert (found.p50, found.p95, found.p99, found.longest) == (0.5, 0.95, 0.99, 1.0)
    assert (found.asked, found.bytes) == (102, 1000)
    assert (found.statuses, found.failures) == ({"200": 100}, {"timeout": 1, "refused": 1})


@pytest.mark.parametrize(("values", "share", "value"), [([], 0.5, 0.0), ([3.0], 0.99, 3.0), ([1.0, 2.0], 0.5, 1.0)])
def test_a_percentile_is_a_value_that_was_there(values: list[float], share: float, value: float) -> None:
    assert percentile(values, share) == value


def test_rates() -> None:
    grows, peaks = ramp(1, 5, seconds=10), burst(1, 50, at=5, lasting=2)

    assert [grows(at) for at in (0, 5, 10, 20)] == [1, 3, 5, 5]
    assert [peaks(at) for at in (4.9, 5, 6.9, 7)] == [1, 50, 50, 1]


def test_an_evening_grows_until_the_close_and_ebbs_away() -> None:
    plan = Plan(100.0, 1000.0, writers=2.0, readers=4.0, people=10, on_the_edge=8, think_seconds=(0, 0))
    rate = plan.rate()

    assert rate(0) == pytest.approx(1.5)
    assert rate(99.999) == pytest.approx(10.0, abs=0.01)
    assert rate(100) == pytest.approx(5.0)
    assert rate(119) == pytest.approx(0.5)
    assert plan.afterwards == 20.0


def test_what_came_is_counted_by_stretches_of_time() -> None:
    assert a_minute([10.0, 10.9, 12.0, 99.0], began=10.0, seconds=3.5, width=1) == [2, 0, 1, 0]
