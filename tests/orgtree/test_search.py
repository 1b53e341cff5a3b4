"""Searches of the real tree."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orgtree import search
from orgtree.finding.suggestions import suggested
from orgtree.finding.words import words_of
from orgtree.models import Level, Unit, UnitAlias, WordForm
from orgtree.search import find, learn_words, matching, offered_below, searchable
from tests.factories.units import UnitFactory, unit_at

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
    "a province as it was spelled before": ("đắc lắc", "dak-lak"),
    "that spelling in one word": ("daclac", "dak-lak"),
    "that spelling in full": ("Liên đoàn Lao động tỉnh Đắc Nông", "dak-nong"),
    "a province before its city, both spelled as before": ("bắc cạn", "bac-kan"),
    "a city as it was spelled before": ("thành phố bắc cạn", "bac-kan/bac-kan"),
    "a city as people call it": ("buôn mê thuột", "dak-lak/buon-ma-thuot"),
    "a city by its old name": ("sài gòn", "ho-chi-minh"),
    "a city by its letters": ("hn", "ha-noi"),
    "as schools spell it": ("mĩ tho", "tien-giang/my-tho"),
    "as schools spell it, with its level": ("huyện lí sơn", "quang-ngai/ly-son"),
    "as schools spell its last word": ("tam kì", "quang-nam/tam-ky"),
    "as schools spell it, and its place": ("kì sơn nghệ an", "nghe-an/ky-son"),
    "a sector by the letters of its group": ("evn", "cd-dien-luc"),
    "a central sector before those of provinces": ("y tế", "cd-y-te"),
    "quận 1 before quận 10": ("quận 1", "ho-chi-minh/quan-1"),
    "a provincial sector": ("y tế ninh thuận", "ninh-thuan/cd-y-te"),
    "a name that begins like a province's": ("thị xã quảng trị", "quang-tri/quang-tri"),
    "shortened as on a seal": ("cđ y tế vn", "cd-y-te"),
    "in full what the short name shortens": ("Liên đoàn Lao động TP HCM", "ho-chi-minh"),
    "shortened where the name is in full": ("LĐLĐ H. Triệu Phong", "quang-tri/trieu-phong"),
    "a quarter of a city by its letter": ("q 1", "ho-chi-minh/quan-1"),
    "an industrial zone": ("CĐ KCN KCX Hà Nội", "ha-noi/cd-kcn-che-xuat"),
    "with its province behind it": ("châu thành long an", "long-an/chau-thanh"),
    "with its province before it": ("long an châu thành", "long-an/chau-thanh"),
    "with its province in full": ("LĐLĐ huyện Châu Thành, tỉnh Long An", "long-an/chau-thanh"),
    "another of the same name": ("châu thành bến tre", "ben-tre/chau-thanh"),
    "two letters the wrong way round": ("đogn hà", "quang-tri/dong-ha"),
    "a letter too many": ("quảngg trị", "quang-tri"),
    "a letter too few": ("triu phong", "quang-tri/trieu-phong"),
    "another letter": ("lào coi", "lao-cai"),
    "another letter that makes a word": ("vĩnh lanh", "quang-tri/vinh-linh"),
    "a blank missing": ("quangtri", "quang-tri"),
    "two blanks missing": ("quangtri dongha", "quang-tri/dong-ha"),
    "a blank missing before a number": ("quận10", "ho-chi-minh/quan-10"),
    "a blank too many": ("quảng tr ị", "quang-tri"),
    "a slip in what is usually shortened": ("liên đoàn lao đọngg quảng trị", "quang-tri"),
    "a slip and a place": ("châu thnàh long an", "long-an/chau-thanh"),
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
    "two slips": "đogn hàa bắcc",
    "words of the index": "AND OR NOT NEAR",
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


STATEMENTS = {
    "one unit": ("vĩnh linh", 1, 4),
    "many units": ("binh", 50, 4),
    "words apart": ("ldld quang tri", 2, 6),
    "with its place": ("châu thành long an", 1, 8),
    "with a slip": ("vĩnh linhh", 1, 9),
    "none": ("zzzz", 0, 2),
}


@pytest.mark.parametrize(("typed", "number", "statements"), STATEMENTS.values(), ids=STATEMENTS)
def test_the_statements_do_not_grow_with_what_is_found(
    tree: dict[str, Unit], typed: str, number: int, statements: int
) -> None:
    with CaptureQueriesContext(connection) as caught:
        assert len(found(typed)) >= number

    assert len(caught) <= statements


def test_a_very_long_search_asks_for_its_first_eight_words_only(tree: dict[str, Unit]) -> None:
    assert found("lien doan lao dong thanh pho dong ha " + "zzzz " * 500)[0] == "quang-tri/dong-ha"


LISTED = {
    "words together": ("đông hà", {"quang-tri/dong-ha", "bac-lieu/dong-hai"}),
    "words apart": ("quảng trị huyện gio", {"quang-tri/gio-linh"}),
    "with its place": ("châu thành long an", {"long-an/chau-thanh"}),
    "with a slip": ("vĩnh lihn", {"quang-tri/vinh-linh"}),
    "nobody": ("zzzz", set()),
    "nothing": (" ", set()),
}


@pytest.mark.parametrize(("typed", "codes"), LISTED.values(), ids=LISTED)
def test_a_list_holds_what_is_found_in_its_own_order(tree: dict[str, Unit], typed: str, codes: set[str]) -> None:
    rows = matching(Unit.objects.order_by("-path"), typed).rows

    assert set(rows.values_list("code", flat=True)) == codes
    assert list(rows.values_list("path", flat=True)) == sorted((tree[code].path for code in codes), reverse=True)


@pytest.mark.parametrize("ranked", [1000, 3])
@pytest.mark.parametrize("counted", [10_000, 5])
def test_a_list_is_whole_however_many_there_are(
    tree: dict[str, Unit], monkeypatch: pytest.MonkeyPatch, ranked: int, counted: int
) -> None:
    monkeypatch.setattr(search, "MOST_RANKED", ranked)
    monkeypatch.setattr(search, "MOST_COUNTED", counted)

    assert matching(Unit.objects.all(), "huyện").rows.count() == Unit.objects.filter(kind="huyen").count() > 500
    assert not matching(Unit.objects.filter(level=Level.PROVINCE), "huyện").rows.exists()


def test_where_more_hold_it_than_can_be_ranked_upper_units_come_first_and_a_small_branch_still_finds_its_own(
    tree: dict[str, Unit], monkeypatch: pytest.MonkeyPatch
) -> None:
    for place, code in enumerate(("ha-noi", "ha-noi", "ha-noi", "quang-tri/dong-ha")):
        UnitFactory(
            parent=tree[code], level=Level.GRASSROOTS, code=f"{code}/{place}", name="Công đoàn cơ sở Y tế dự phòng"
        )
    monkeypatch.setattr(search, "MOST_RANKED", 2)
    monkeypatch.setattr(search, "MOST_SAMPLED", 1)

    everywhere = find("y tế", among=Unit.objects.all(), limit=500)
    in_dong_ha = find("y tế", among=Unit.objects.below(tree["quang-tri/dong-ha"]), limit=500)

    assert everywhere[0].unit.code == "cd-y-te"
    assert [one.unit.level for one in everywhere[-4:]] == [Level.GRASSROOTS] * 4
    assert [one.unit.code for one in in_dong_ha] == ["quang-tri/dong-ha/3"]


def test_a_unit_is_found_by_the_names_it_is_given(tree: dict[str, Unit]) -> None:
    unit = tree["quang-tri/dong-ha"]

    searchable(unit, other_names=["Thị xã Bạch Vân Trà"])
    unit.save()
    learn_words([unit])

    assert found("bạch vân trà") == ["quang-tri/dong-ha"]
    assert found("bạchh vân trà") == ["quang-tri/dong-ha"]
    assert found("đông hà")[0] == "quang-tri/dong-ha"


def test_a_name_that_is_gone_finds_nothing(tree: dict[str, Unit]) -> None:
    unit = tree["quang-tri/dong-ha"]
    searchable(unit, other_names=["Bạch Vân Trà"])
    unit.save()

    searchable(unit)
    unit.save()

    assert found("bạch vân trà") == []


def test_a_unit_taken_from_the_tree_is_taken_from_the_index(tree: dict[str, Unit]) -> None:
    Unit.objects.filter(code="quang-tri/vinh-linh").delete()

    assert found("vĩnh linh") == []


def test_words_are_learnt_once(tree: dict[str, Unit]) -> None:
    before = WordForm.objects.count()

    learn_words(tree.values())

    assert WordForm.objects.count() == before > 0


@given(typed=st.text(max_size=100))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_typed_is_answered(db: None, typed: str) -> None:
    """In other scripts, with quotation marks, operators, backslashes: an answer, never an error."""
    unit = unit_at("quang-tri/dong-ha/may-song-hieu")

    assert find(typed, among=Unit.objects.all(), limit=5) is not None
    assert matching(Unit.objects.all(), typed).rows.count() >= 0
    assert suggested(typed, among=Unit.objects.all()) is not None

    searchable(unit, other_names=[typed])
    unit.save()
    learn_words([unit])
    if words_of(typed):
        assert unit in [one.unit for one in find(typed, among=Unit.objects.all(), limit=50)]


SCRIPTS = ("ไทย ภาษา", "東京 都", "हिन्दी भाषा", "Ελλάδα", "ἀρχή", "עברית", "ﷺ", "x²³ ½", "ª º ǅ", "𞤀𞤁", "한국 노총")


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_name_in_another_script_is_found(db: None, name: str) -> None:
    unit = unit_at("quang-tri/dong-ha/may-song-hieu")
    searchable(unit, other_names=[name])
    unit.save()

    assert [one.unit for one in find(name, among=Unit.objects.all(), limit=5)] == [unit]


def test_the_database_keeps_the_index_whatever_migrations_did(db: None) -> None:
    """A migration that makes the table anew on SQLite takes its triggers away, and must make them again."""
    if connection.vendor == "sqlite":
        statement = "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'orgtree_unit'"
        kept = 3
    else:
        statement = "SELECT count(*) FROM pg_indexes WHERE indexname = 'orgtree_unit_words_index'"
        kept = 1
    with connection.cursor() as cursor:
        cursor.execute(statement)
        assert cursor.fetchone()[0] == kept


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
