"""Looking up a text among others, as both databases do it."""

from collections.abc import Collection
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from initiatives.duplicates import looking
from initiatives.duplicates.looking import Likeness, alike
from initiatives.duplicates.shingles import Text
from initiatives.models import Initiative, TwinPair
from tests.duplicates.texts import ALIKE, ORIGINAL, OTHER, OTHER_TITLE, SAME_TEXT, TEXT, TITLE, UNLIKE, every

Kind = TwinPair.Kind

pytestmark = pytest.mark.django_db


def every_text(near: Collection[int]) -> list[tuple[int, Text]]:
    rows = Initiative.objects.filter(pk__in=near).values_list("pk", *looking.TEXT_FIELDS)
    return [(pk, Text(*parts)) for pk, *parts in rows]


def of(text: Text, *, limit: int = 10, **asked: Any) -> list[Likeness]:
    return alike(text, read=every_text, limit=limit, **asked)


def found(text: Text, **asked: Any) -> list[tuple[int, str]]:
    return [(each.initiative_id, each.kind) for each in of(text, **asked)]


@pytest.fixture
def original(receive: Any, screened: Any) -> Initiative:
    initiative = receive()
    receive(title=OTHER_TITLE, description=OTHER)
    screened()
    return initiative


def test_copies_are_found_by_index(original: Initiative) -> None:
    """What is alike is proved in `test_likeness.py`; here, that no way of copying escapes the index."""
    copies = {"same text": SAME_TEXT, "alike": ALIKE}

    answers = {
        kind: {way: found(Text(TITLE, description)) for way, description in several.items()}
        for kind, several in copies.items()
    }

    assert answers == {
        "same text": {way: [(original.pk, Kind.SAME_TEXT)] for way in SAME_TEXT},
        "alike": {way: [(original.pk, Kind.ALIKE)] for way in ALIKE},
    }


def test_others_are_not(original: Initiative) -> None:
    assert {way: found(text) for way, text in UNLIKE.items() if way != "another text"} == {
        way: [] for way in UNLIKE if way != "another text"
    }


def test_an_equal_title_is_found_whatever_stands_below_it(original: Initiative) -> None:
    assert found(Text(TITLE.upper(), "Một cách làm khác hẳn, không dùng cữ mà dùng tia la-de để canh mép vải.")) == [
        (original.pk, Kind.SAME_TITLE)
    ]


def test_a_title_that_many_bear_is_nobodys_own(receive: Any, screened: Any) -> None:
    for number in range(looking.MOST_OF_A_TITLE + 1):
        receive(description=f"{number} " + " ".join(f"chữ{number}x{place}" for place in range(40)))
    screened()

    assert found(Text(TITLE, OTHER)) == []


def test_the_best_comes_first_and_no_more_than_asked_for(receive: Any, screened: Any) -> None:
    tenth, same, twentieth = (receive(description=text) for text in (every(10, TEXT), TEXT, every(20, TEXT)))
    screened()

    best = of(ORIGINAL, limit=2)

    assert [each.initiative_id for each in best] == [same.pk, twentieth.pk]
    assert best[0].likeness == 100
    assert tenth.pk in [each.initiative_id for each in of(ORIGINAL, limit=3)]


def test_one_is_not_its_own_twin(original: Initiative) -> None:
    assert found(ORIGINAL, besides=[original.pk]) == []


def test_what_is_not_read_is_not_compared(original: Initiative) -> None:
    assert alike(ORIGINAL, read=lambda near: [], limit=10) == []


def test_what_was_never_screened_is_not_found(receive: Any) -> None:
    receive()

    assert found(ORIGINAL) == []


def test_a_template_of_very_many_hides_no_copy(receive: Any, screened: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where bands hold more than is looked at, they are asked one by one and say less than rare ones."""
    monkeypatch.setattr(looking, "MOST_AT_ONCE", 5)
    monkeypatch.setattr(looking, "MOST_IN_A_BAND", 3)
    for number in range(8):
        receive(description=f"{TEXT} {number} {' '.join(f'riêng{number}x{place}' for place in range(30))}")
    copied = receive(description=f"{TEXT} {OTHER}")
    screened()

    assert found(Text("Bàn cắt có cữ chặn", f"{TEXT} {OTHER} Hết."))[0] == (copied.pk, Kind.ALIKE)


def test_a_look_up_takes_two_statements_and_for_most_texts_one(
    original: Initiative, receive: Any, screened: Any, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(2):
        assert len(of(ORIGINAL)) == 1
    receive(description=every(10, TEXT))
    receive(description=every(20, TEXT))
    screened()

    with django_assert_num_queries(2):
        assert len(of(ORIGINAL)) == 3
    with django_assert_num_queries(1):
        assert of(Text("Máy bơm nước chạy bằng gió", "Cánh quạt bằng tre quay trục bơm suốt mùa khô.")) == []
    with django_assert_num_queries(0):
        assert of(Text("Máy", "")) == []


def test_one_of_a_template_takes_at_most_two_more(
    receive: Any, screened: Any, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """Its bands one by one, and the fingerprints of those it had not met before: which were met first is the planner's choice."""
    monkeypatch.setattr(looking, "MOST_AT_ONCE", 5)
    monkeypatch.setattr(looking, "MOST_NEAR", 2)
    for _ in range(4):
        receive()
    screened()

    with django_assert_max_num_queries(4):
        assert len(of(Text("Bàn cắt có cữ chặn", every(20, TEXT)))) == 2


def test_a_look_up_reads_index_ranges_only(original: Initiative) -> None:
    """No scan of a table: what makes it fast among millions."""
    with CaptureQueriesContext(connection) as captured:
        of(ORIGINAL)
    ranges = captured.captured_queries[0]["sql"]

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {'QUERY PLAN ' if connection.vendor == 'sqlite' else ''}{ranges}")
        plan = "\n".join(str(row) for row in cursor.fetchall())

    assert "initiatives_band" in plan
    assert "Seq Scan" not in plan
    assert "SCAN initiatives" not in plan
