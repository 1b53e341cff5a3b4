"""The units of a form: in the order of their names, those below a top unit in the order of the tree, each asked for once."""

from datetime import date
from typing import Any

import pytest

from orgtree import offered as listing
from orgtree.models import Unit
from orgtree.offered import Offered

DAY = date(2022, 1, 8)


@pytest.fixture
def offered(tree: dict[str, Unit]) -> Offered:
    return Offered(Unit.objects.in_structure_of(DAY))


def test_the_top_ones_are_listed_by_what_tells_their_names_apart(offered: Offered) -> None:
    provinces = [code for code, _ in offered.provinces]

    assert provinces[:2] == ["an-giang", "ba-ria-vung-tau"]
    assert provinces[-1] == "yen-bai"
    assert (len(offered.provinces), len(offered.sectors)) == (63, 20)


def test_what_stands_below_comes_in_the_order_of_the_tree(offered: Offered, tree: dict[str, Unit]) -> None:
    top = offered.top_at("quang-tri")
    assert top is not None

    listed = [each.code for each in offered.below(top)]

    expected = Unit.objects.in_structure_of(DAY).below(tree["quang-tri"]).order_by("path")
    assert listed == list(expected.values_list("code", flat=True))


def test_no_more_is_listed_than_fits_a_form(offered: Offered, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "MOST_BELOW", 3)
    top = offered.top_at("quang-tri")
    assert top is not None

    assert len(offered.below(top)) == 3


def test_a_unit_stands_in_one_of_them(offered: Offered, tree: dict[str, Unit]) -> None:
    over = offered.top_over(tree["quang-tri/dong-ha"])

    assert over == offered.top_at("quang-tri")
    assert offered.top_at("khong-co") is None


def test_each_list_is_asked_for_once(offered: Offered, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(2):
        for _ in range(3):
            top = offered.tops[0]
            offered.below(top)


def test_units_are_found_by_their_codes_as_they_are_now(
    offered: Offered, tree: dict[str, Unit], django_assert_num_queries: Any
) -> None:
    assert set(offered.named("quang-tri", "quang-tri/dong-ha")) == {"quang-tri", "quang-tri/dong-ha"}
    Unit.objects.filter(code="quang-tri").update(closed_on=DAY)

    with django_assert_num_queries(1):
        found = offered.named("quang-tri", "quang-tri")

    assert found == {}
    assert set(offered.named("quang-tri/dong-ha", "khong-co")) == {"quang-tri/dong-ha"}
