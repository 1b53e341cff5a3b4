"""How many lines a text takes, and where they begin."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from initiatives.reports import measures

SYLLABLES = st.lists(
    st.sampled_from(["khuỷu", "nghiêng", "a", "TNHH", "và", "ơ", "-", "", "1.500.000", "\n", "x" * 90])
)


def wide(*words: str) -> float:
    """Room for exactly these words on a line."""
    known = measures.widths()
    return sum(known[word] for word in words) - known.blank


@pytest.mark.parametrize(
    ("text", "room", "lines"),
    [
        pytest.param("", 5000, 1, id="nothing"),
        pytest.param("nghiêng", wide("nghiêng"), 1, id="a word that just fits"),
        pytest.param("nghiêng và", wide("nghiêng"), 2, id="the next word goes below"),
        pytest.param("nghiêng và", wide("nghiêng", "và"), 1, id="two words that just fit"),
        pytest.param("một\nhai\nba", 50_000, 3, id="line ends"),
        pytest.param("một\n\nba", 50_000, 3, id="an empty line"),
        pytest.param("\n" * 99, 50_000, 100, id="line ends alone"),
        pytest.param("x" * 30, 500 * 10, 3, id="a word wider than the cell is broken"),
        pytest.param("và " + "x" * 30, 500 * 10, 4, id="and begins on a line of its own"),
        pytest.param("漢" * 10, 2000, 5, id="letters the font lacks are as wide as they can be"),
    ],
)
def test_lines_are_counted_as_they_are_printed(text: str, room: float, lines: int) -> None:
    assert measures.line_count(text, room, measures.widths()) == lines


@settings(deadline=None)
@given(words=SYLLABLES, room=st.integers(2_000, 30_000))
def test_the_count_and_the_places_of_lines_agree(words: list[str], room: int) -> None:
    text = " ".join(words)

    starts = list(measures.line_starts(text, room, measures.widths()))

    assert measures.line_count(text, room, measures.widths()) == len(starts)
    assert starts == sorted(set(starts))
    assert starts[-1] <= len(text)


def test_bold_letters_are_wider() -> None:
    assert measures.widths(is_bold=True)["nghiêng"] > measures.widths()["nghiêng"]


def test_the_words_remembered_are_bounded() -> None:
    known = measures.Widths({ord(" "): 250.0})

    for number in range(30_000):
        assert known[str(number)] > 0
    assert known["x" * 2000] > 0

    assert len(known) == 20_000
