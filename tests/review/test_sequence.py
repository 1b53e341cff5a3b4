"""The list one came from as a sequence: whatever it is ordered by, one walks it from end to end."""

from typing import Any

import pytest
from django.db.models import F

from initiatives.models import Initiative, Status
from initiatives.review import sequence
from tests.review.conftest import Office

ORDERS: dict[str, tuple[Any, ...]] = {
    "by arrival": ("submitted_at", "pk"),
    "the newest first": ("-submitted_at", "-id"),
    "by name": ("name_key", "-pk"),
    "by name backwards": ("-name_key", "pk"),
    "by benefit, as the database puts nothing": ("benefit_value", "pk"),
    "by benefit backwards": ("-benefit_value", "-pk"),
    "by benefit, nothing last": (F("benefit_value").asc(nulls_last=True), "pk"),
    "by benefit backwards, nothing last": (F("benefit_value").desc(nulls_last=True), F("pk").desc()),
    "by benefit, nothing first": (F("benefit_value").asc(nulls_first=True), "pk"),
    "by what is no column of it": ("unit__name", "pk"),
}


@pytest.fixture
def rows(office: Office) -> list[Initiative]:
    facts = [("A", 5), ("C", None), ("B", 5), ("A", None), ("D", 1), ("A", 5)]
    return [office.receive(name_key=name, benefit_value=value) for name, value in facts]


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
def test_one_walks_the_list_to_its_end_and_back(rows: list[Initiative], order: tuple[Any, ...]) -> None:
    listed = Initiative.objects.order_by(*order)
    in_order = list(listed if "unit__name" not in order else listed.order_by("submitted_at", "pk"))

    assert [sequence.following(listed, row) for row in in_order] == [*(row.pk for row in in_order[1:]), None]
    assert [sequence.preceding(listed, row) for row in in_order] == [None, *(row.pk for row in in_order[:-1])]
    assert [str(sequence.stand(listed, row)) for row in in_order] == [f"{number}/6" for number in range(1, 7)]


def test_one_that_left_the_list_still_has_a_place_to_go_on_from(rows: list[Initiative]) -> None:
    listed = Initiative.objects.filter(status=Status.SUBMITTED).order_by("submitted_at", "pk")
    Initiative.objects.filter(pk=rows[2].pk).update(status=Status.VALID)

    assert sequence.stand(listed, rows[2]) is None
    assert sequence.following(listed, rows[2]) == rows[3].pk
    assert sequence.preceding(listed, rows[2]) == rows[1].pk


def test_what_waits_behind_comes_next_and_then_what_was_skipped(rows: list[Initiative]) -> None:
    listed = Initiative.objects.order_by("submitted_at", "pk")
    Initiative.objects.exclude(pk__in=[rows[1].pk, rows[4].pk]).update(status=Status.VALID)

    assert sequence.next_to_decide(listed, after=rows[2]) == rows[4].pk
    assert sequence.next_to_decide(listed, after=rows[4]) == rows[1].pk
    Initiative.objects.update(status=Status.VALID)
    assert sequence.next_to_decide(listed, after=rows[4]) is None


def test_nothing_is_counted_beyond_the_cap(rows: list[Initiative], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sequence, "MOST_COUNTED", 3)
    listed = Initiative.objects.order_by("submitted_at", "pk")

    assert [str(sequence.stand(listed, row)) for row in rows] == [
        "1/hơn 3",
        "2/hơn 3",
        "3/hơn 3",
        "hơn 3/hơn 3",
        "hơn 3/hơn 3",
        "hơn 3/hơn 3",
    ]
