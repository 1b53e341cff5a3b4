"""Searches of the real tree."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orgtree.models import Level, Unit, UnitAlias
from orgtree.models.unit import search_text
from orgtree.search import find, offered_below
from tests.factories.units import UnitFactory

DAY = date(2022, 1, 8)


def found(typed: str, limit: int = 50) -> list[str]:
    return [one.unit.code for one in find(typed, among=Unit.objects.in_structure_of(DAY), limit=limit)]


FIRST = {
    "without accents": ("dong ha", "quang-tri/dong-ha"),
    "with accents": ("đông hà", "quang-tri/dong-ha"),
    "decomposed": ("đo\u0302ng ha\u0300", "quang-tri/dong-ha"),
    "in capitals": ("ĐÔNG HÀ", "quang-tri/dong-ha"),
    "with odd blanks and signs": ("  đông - hà \t", "quang-tri/dong-ha"),
    "with the Icelandic letter": ("Ðông Hà", "quang-tri/dong-ha"),
    "the whole short name": ("LĐLĐ thành phố Đông Hà", "quang-tri/dong-ha"),
    "the whole full name": ("Liên đoàn Lao động thành phố Đông Hà", "quang-tri/dong-ha"),
    "beginnings of words": ("huyen trieu ph", "quang-tri/trieu-phong"),
    "words in another order": ("quảng trị ldld", "quang-tri"),
    "words that do not touch": ("ldld quang tri", "quang-tri"),
    "a province before its district of the same name": ("quảng trị", "quang-tri"),
    "a city before its district of the same name": ("hòa bình", "hoa-binh"),
    "the tone mark in the new place": ("hoà bình", "hoa-binh"),
    "an alias in full": ("LĐLĐ TP HCM", "ho-chi-minh"),
    "an alias in small letters": ("tp hcm", "ho-chi-minh"),
    "an alias in one word": ("tphcm", "ho-chi-minh"),
    "a part of an alias": ("hcm", "ho-chi-minh"),
    "an alias with a sign": ("BR-VT", "ba-ria-vung-tau"),
    "an alias of a sector": ("cđ gtvt", "cd-giao-thong-van-tai"),
    "the other spelling of a highland name": ("krong ana", "dak-lak/krong-a-na"),
    "a central sector before those of provinces": ("y tế", "cd-y-te"),
    "quận 1 before quận 10": ("quận 1", "ho-chi-minh/quan-1"),
    "a provincial sector": ("y tế ninh thuận", "ninh-thuan/cd-y-te"),
    "a name that begins like a province's": ("thị xã quảng trị", "quang-tri/quang-tri"),
}


@pytest.mark.parametrize(("typed", "code"), FIRST.values(), ids=FIRST)
def test_the_unit_meant_comes_first(tree: dict[str, Unit], typed: str, code: str) -> None:
    assert found(typed)[0] == code


NOTHING = {
    "nothing": "",
    "blanks": " \t ",
    "signs": "%_'\"\\;--",
    "nobody": "zzzz",
    "the middle of a word": "ang tri",
    "one wrong word among right ones": "đông hà zzzz",
}


@pytest.mark.parametrize("typed", NOTHING.values(), ids=NOTHING)
def test_what_names_no_unit_finds_none(tree: dict[str, Unit], typed: str) -> None:
    assert found(typed) == []


def test_units_that_hold_the_words_scattered_are_left_out_where_a_name_holds_them_together(
    tree: dict[str, Unit],
) -> None:
    """ "Lao động" and "Hà Giang" hold the words of "dong ha" as well."""
    assert found("dong ha") == ["quang-tri/dong-ha", "bac-lieu/dong-hai"]


def test_provinces_come_before_districts_and_districts_before_grassroots_unions(tree: dict[str, Unit]) -> None:
    UnitFactory(
        parent=tree["quang-tri/dong-ha"],
        level=Level.GRASSROOTS,
        code="quang-tri/dong-ha/binh-phuoc",
        name="Công đoàn cơ sở Công ty Bình Phước",
    )

    depths = [one.unit.depth for one in find("bình phước", among=Unit.objects.all(), limit=50)]

    assert depths == sorted(depths)
    assert {2, 4} <= set(depths)


def test_no_more_than_the_limit_are_found(tree: dict[str, Unit]) -> None:
    assert len(found("huyện", limit=7)) == 7


def test_the_confederation_can_be_left_out_by_what_is_searched(tree: dict[str, Unit]) -> None:
    among = Unit.objects.filter(depth__gt=1)

    assert found("tổng liên đoàn lao động việt nam") == ["tld"]
    assert find("tổng liên đoàn lao động việt nam", among=among, limit=5) == []


def test_units_above_are_named_nearest_first_without_the_confederation(tree: dict[str, Unit]) -> None:
    UnitFactory(
        parent=tree["quang-tri/dong-ha"],
        level=Level.GRASSROOTS,
        code="quang-tri/dong-ha/a",
        name="Công đoàn cơ sở Công ty Sao Mai",
    )

    lines = {one.unit.code: one.line for one in find("sao mai", among=Unit.objects.all(), limit=5)}

    assert lines["quang-tri/dong-ha/a"] == "LĐLĐ thành phố Đông Hà, LĐLĐ tỉnh Quảng Trị"
    assert find("tỉnh quảng trị", among=Unit.objects.all(), limit=1)[0].line == ""


def test_one_unit_and_many_cost_the_same_two_statements(tree: dict[str, Unit]) -> None:
    with CaptureQueriesContext(connection) as for_one:
        assert len(found("vĩnh linh")) == 1
    with CaptureQueriesContext(connection) as for_many:
        assert len(found("binh")) == 50

    assert len(for_one) == len(for_many) == 2


def test_a_very_long_search_asks_for_its_first_eight_words_only(tree: dict[str, Unit]) -> None:
    assert found("lien doan lao dong thanh pho dong ha " + "zzzz " * 500)[0] == "quang-tri/dong-ha"


def test_staff_search_finds_inside_words_too(tree: dict[str, Unit]) -> None:
    assert Unit.objects.matching("ang tri").filter(code="quang-tri").exists()
    assert not Unit.objects.matching("").exists()


def test_search_text_holds_every_name_once_between_bars() -> None:
    unit = Unit(name="Công đoàn Y tế", short_name="CĐ Y tế")

    assert search_text(unit, ["CĐ Y Tế", "Y tế VN"]) == "| cong doan y te | cd y te | y te vn |"
    assert search_text(unit, ["a" * 2000])[-2:] == " |"
    assert len(search_text(unit, ["a" * 2000])) == Unit._meta.get_field("search_text").max_length


def test_every_alias_of_the_real_tree_finds_its_unit(tree: dict[str, Unit]) -> None:
    lost = [
        alias.alias for alias in UnitAlias.objects.select_related("unit") if alias.unit.code not in found(alias.alias)
    ]

    assert lost == []


def test_every_short_name_of_the_real_tree_finds_its_unit_among_the_first(tree: dict[str, Unit]) -> None:
    """Eleven districts are called Châu Thành."""
    codes = list(tree)[::9]

    assert [code for code in codes if code not in found(tree[code].short_name, limit=12)] == []


@pytest.fixture
def with_grassroots(tree: dict[str, Unit]) -> dict[str, Unit]:
    for number, code in enumerate(("quang-tri/dong-ha", "quang-tri/dong-ha", "quang-tri/vinh-linh")):
        UnitFactory(parent=tree[code], level=Level.GRASSROOTS, code=f"{code}/cs-{number}")
    return tree


def test_children_are_each_followed_by_their_own(with_grassroots: dict[str, Unit]) -> None:
    offered = offered_below(with_grassroots["quang-tri"], among=Unit.objects.all(), limit=300)

    codes = [unit.code for unit in offered]
    assert codes[:5] == [
        "quang-tri/dong-ha",
        "quang-tri/dong-ha/cs-0",
        "quang-tri/dong-ha/cs-1",
        "quang-tri/quang-tri",
        "quang-tri/vinh-linh",
    ]
    assert len(codes) == with_grassroots["quang-tri"].numchild + 3


LIMITS = {
    "room for all": (16, 16),
    "one too few for the grassroots unions": (15, 13),
    "room for the children just so": (13, 13),
    "one too few for the children, and one over tells it": (12, 13),
    "few": (3, 4),
}


@pytest.mark.parametrize(("limit", "number"), LIMITS.values(), ids=LIMITS)
def test_where_all_would_be_too_many_the_children_alone_are_offered(
    with_grassroots: dict[str, Unit], limit: int, number: int
) -> None:
    quang_tri = with_grassroots["quang-tri"]

    offered = offered_below(quang_tri, among=Unit.objects.all(), limit=limit)

    assert len(offered) == number
    assert {unit.depth for unit in offered} == ({3, 4} if limit == 16 else {3})
