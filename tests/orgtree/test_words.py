"""How names are cut, shortened and compared; and which grassroots union a typed workplace may be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orgtree.finding.suggestions import suggested
from orgtree.finding.words import (
    Reading,
    cuts,
    forms_of,
    is_one_slip,
    place,
    readings_of,
    search_fields,
    shortened,
    words_of,
)
from orgtree.models import Level, Unit
from tests.factories.units import UnitFactory

SHORT = {
    "a federation": ("Liên đoàn Lao động thành phố Đông Hà", "ldld tp dong ha"),
    "a grassroots union": ("Công đoàn cơ sở Công ty TNHH MTV Sao Mai", "cdcs cty tnhh mtv sao mai"),
    "the same in full": ("CĐ cơ sở Công ty Trách nhiệm hữu hạn một thành viên Sao Mai", "cdcs cty tnhh mtv sao mai"),
    "the longest first": ("Tổng công ty Khu công nghiệp", "tct kcn"),
    "several": ("Công đoàn quận 1, thành phố Hồ Chí Minh", "cd q 1 tp hcm"),
    "whole words alone": ("Công đoànx", "cong doanx"),
    "nothing to shorten": ("May Sông Hiếu", "may song hieu"),
}


@pytest.mark.parametrize(("name", "short"), SHORT.values(), ids=SHORT)
def test_names_are_shortened_as_people_shorten_them(name: str, short: str) -> None:
    assert " ".join(shortened(words_of(name))) == short


READINGS = {
    "as it stands": ("đông hà", [Reading(("dong", "ha"))]),
    "shortened too": ("thành phố đông hà", [Reading(("thanh", "pho", "dong", "ha")), Reading(("tp", "dong", "ha"))]),
    "a shortened word is whole": ("huyện", [Reading(("huyen",)), Reading(("h",), is_open=False)]),
    "eight words": ("a b c d e g i k l m", [Reading(tuple("abcdegik"))]),
    "nothing": (" – ", []),
}


@pytest.mark.parametrize(("typed", "readings"), READINGS.values(), ids=READINGS)
def test_what_is_typed_is_read_as_it_is_and_shortened(typed: str, readings: list[Reading]) -> None:
    assert readings_of(typed) == readings


def test_the_last_word_may_be_a_beginning_unless_it_is_whole() -> None:
    assert Reading(("dong", "h")).phrase in "| dong ha |"
    assert Reading(("dong", "h"), is_open=False).phrase not in "| dong ha |"
    assert Reading(("dong", "ha"), is_open=False).phrase in "| dong ha |"


def test_search_fields_hold_every_name_once_its_words_pairs_and_place() -> None:
    text, words = search_fields(["Công đoàn Y tế", "CĐ Y tế", "CĐ Y Tế"], is_place=True)

    assert text == "| cong doan y te | cd y te |"
    assert words.split() == ["cong", "doan", "y", "te", "_cong_doan", "_doan_y", "_y_te", "cd", "_cd_y", "=y_te"]


def test_a_grassroots_union_is_no_place() -> None:
    assert "=" not in search_fields(["CĐCS Sao Mai"], is_place=False)[1]


def test_search_fields_of_many_long_names_fit_their_column() -> None:
    text, _ = search_fields([f"{letter * 190}" for letter in "abcdefghijklmno"], is_place=True)

    assert len(text) == Unit._meta.get_field("search_text").max_length
    assert text.endswith(" |")


def test_search_fields_of_nothing_are_empty() -> None:
    assert search_fields(["", "–"], is_place=True) == ("|  |", "")


PLACES = {
    "a province": ("LĐLĐ tỉnh Long An", "=long_an"),
    "a city that is one": ("LĐLĐ thành phố Hồ Chí Minh", "=hcm"),
    "a quarter": ("LĐLĐ quận 1", "=1"),
    "a name alone": ("Long An", "=long_an"),
    "no name": ("LĐLĐ tỉnh", ""),
}


@pytest.mark.parametrize(("name", "mark"), PLACES.values(), ids=PLACES)
def test_the_place_in_a_name(name: str, mark: str) -> None:
    assert place(shortened(words_of(name))) == mark


SLIPS = {
    "a letter too many": ("donng", "dong", True),
    "one too many at the end": ("dongg", "dong", True),
    "a letter too few": ("dng", "dong", True),
    "another letter": ("dung", "dong", True),
    "the first letter": ("bong", "dong", True),
    "neighbours the wrong way round": ("dogn", "dong", True),
    "the first two the wrong way round": ("odng", "dong", True),
    "the same": ("dong", "dong", False),
    "two letters": ("dunk", "dong", False),
    "letters that are no neighbours": ("gond", "dong", False),
    "two too many": ("doongg", "dong", False),
    "nothing and a letter": ("", "d", True),
}


@pytest.mark.parametrize(("typed", "word", "is_one"), SLIPS.values(), ids=SLIPS)
def test_one_slip_of_the_finger(typed: str, word: str, is_one: bool) -> None:
    assert is_one_slip(typed, word) is is_one
    assert is_one_slip(word, typed) is is_one


@given(word=st.text("abcdeg", min_size=4, max_size=8), at=st.integers(0, 7), letter=st.sampled_from("abcdeg"))
def test_two_words_one_slip_apart_share_a_form(word: str, at: int, letter: str) -> None:
    at %= len(word)
    for typed in (
        word[:at] + word[at + 1 :],
        word[:at] + letter + word[at:],
        word[:at] + letter + word[at + 1 :],
        word[:at] + word[at : at + 2][::-1] + word[at + 2 :],
    ):
        assert typed == word or is_one_slip(typed, word)
        assert set(forms_of(typed)) & set(forms_of(word))


def test_a_word_is_cut_everywhere() -> None:
    assert list(cuts("abc")) == [("a", "bc"), ("ab", "c")]
    assert list(cuts("a")) == []


@pytest.fixture
def workplaces(tree: dict[str, Unit]) -> None:
    names = (
        "Công ty Cổ phần May Sông Hiếu",
        "Công ty TNHH May Bình Minh",
        "Trường THPT Bình Minh",
        "Trường Tiểu học số 1 Hải Lăng",
        "Trường Tiểu học số 2 Hải Lăng",
        "Công ty Cổ phần Vinamilk",
        "Công ty TNHH In",
    )
    for number, name in enumerate(names):
        UnitFactory(
            parent=tree["quang-tri/dong-ha"],
            level=Level.GRASSROOTS,
            code=f"quang-tri/dong-ha/cs-{number}",
            name=f"Công đoàn cơ sở {name}",
            short_name=f"CĐCS {name}",
        )


MEANT = {
    "as it is called": ("Công ty Cổ phần May Sông Hiếu", ["CĐCS Công ty Cổ phần May Sông Hiếu"]),
    "without accents and shortened": ("cty cp may song hieu", ["CĐCS Công ty Cổ phần May Sông Hiếu"]),
    "a workshop of it": ("Xưởng may 2, Công ty CP May Sông Hiếu", ["CĐCS Công ty Cổ phần May Sông Hiếu"]),
    "its own name alone": ("Sông Hiếu", ["CĐCS Công ty Cổ phần May Sông Hiếu"]),
    "with its place": ("CĐCS may Sông Hiếu, Đông Hà", ["CĐCS Công ty Cổ phần May Sông Hiếu"]),
    "a factory and not the school of that name": ("Xí nghiệp may Bình Minh", ["CĐCS Công ty TNHH May Bình Minh"]),
    "a name of one word": ("nhà máy Vinamilk", ["CĐCS Công ty Cổ phần Vinamilk"]),
    "the likelier of two first": (
        "trường tiểu học số 2 Hải Lăng",
        ["CĐCS Trường Tiểu học số 2 Hải Lăng", "CĐCS Trường Tiểu học số 1 Hải Lăng"],
    ),
    "somewhere else": ("Công ty Cao su Phú Riềng", []),
    "what many are called": ("Công ty TNHH một thành viên", []),
    "a trade": ("tổ may", []),
    "nothing": ("", []),
}


@pytest.mark.parametrize(("typed", "names"), MEANT.values(), ids=MEANT)
@pytest.mark.usefixtures("workplaces")
def test_which_grassroots_union_a_workplace_may_be(typed: str, names: list[str]) -> None:
    assert [found.unit.short_name for found in suggested(typed, among=Unit.objects.all())] == names


@pytest.mark.usefixtures("workplaces")
def test_only_grassroots_unions_of_what_is_asked_are_suggested_and_no_more_than_asked(tree: dict[str, Unit]) -> None:
    assert suggested("Đông Hà", among=Unit.objects.all()) == []
    assert suggested("May Sông Hiếu", among=Unit.objects.below(tree["ha-noi"])) == []
    assert len(suggested("Trường Tiểu học số 1 Hải Lăng", among=Unit.objects.all(), limit=1)) == 1
