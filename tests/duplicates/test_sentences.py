"""Side by side: which sentences stand in both texts, and which words differ."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from initiatives.duplicates.sentences import MOST_SENTENCES, Comparison, State, compared, counted, read, split
from tests.duplicates.texts import OTHER, QUOTED, STOCK, TEXT, every, in_another_order, without_accents

typed = st.text(st.sampled_from("aàbc đ.,;:\n1 "), max_size=200)


def marked(comparison: Comparison) -> tuple[list[str], list[str]]:
    return tuple(  # type: ignore[return-value]
        [span.text.strip() for sentence in side for span in sentence.spans if span.is_marked]
        for side in (comparison.earlier, comparison.later)
    )


def states(comparison: Comparison) -> list[str]:
    return [sentence.state.value for sentence in comparison.later]


@pytest.mark.parametrize(
    ("later", "alike", "of"),
    [
        (TEXT, 8, 8),
        (without_accents(TEXT).upper(), 8, 8),
        (in_another_order(TEXT), 8, 8),
        (every(10, TEXT), 8, 8),
        (every(2, TEXT), 0, 8),
        (OTHER, 0, 5),
        (f"{TEXT} {OTHER}", 8, 13),
        (TEXT.partition("\n")[0], 3, 3),
        (f"{QUOTED}\n{TEXT}", 8, 8),
        (STOCK, 0, 0),
        ("Tốt. Nhanh. Rẻ.", 0, 0),
        ("", 0, 0),
    ],
    ids=[
        "the same",
        "capitals without accents",
        "another order",
        "a tenth of the words",
        "half of the words",
        "another",
        "more",
        "less",
        "regulations before it",
        "stock alone",
        "too short to count",
        "nothing",
    ],
)
def test_sentences_that_stand_in_the_earlier_text(later: str, alike: int, of: int) -> None:
    count, comparison = counted(read(TEXT), read(later)), compared(TEXT, later)

    assert (count.alike, count.sentences) == (alike, of)
    assert (comparison.alike, comparison.sentences) == (alike, of)


def test_a_changed_word_is_marked_on_both_sides() -> None:
    comparison = compared("Tổ cắt làm một cữ chặn bằng nhôm.", "Tổ cắt làm một cữ chặn bằng gỗ.")

    assert marked(comparison) == (["nhôm."], ["gỗ."])
    assert states(comparison) == ["changed"]


def test_an_added_word_is_marked_where_it_stands() -> None:
    comparison = compared("Tổ cắt làm một cữ chặn bằng nhôm.", "Tổ cắt làm thêm một cữ chặn bằng nhôm.")

    assert marked(comparison) == ([], ["thêm"])


def test_accents_and_capitals_are_no_difference() -> None:
    comparison = compared(TEXT, without_accents(TEXT).upper())

    assert marked(comparison) == ([], [])
    assert set(states(comparison)) == {"same"}


def test_a_sentence_of_one_text_alone_is_marked_whole() -> None:
    comparison = compared("Tổ cắt làm một cữ chặn.", "Tổ cắt làm một cữ chặn. Phòng bảo vệ ghi sổ trực.")

    assert states(comparison) == ["same", "only_here"]
    assert marked(comparison) == ([], ["Phòng bảo vệ ghi sổ trực."])


def test_stock_is_not_marked() -> None:
    comparison = compared("Tổ cắt làm một cữ chặn.", "Tổ cắt làm một cữ chặn. Góp phần nâng cao hiệu quả công việc.")

    assert states(comparison) == ["same", "stock"]
    assert marked(comparison) == ([], [])


def test_each_sentence_is_matched_once() -> None:
    sentence = "Tổ cắt làm một cữ chặn bằng nhôm. "

    count = counted(read(sentence), read(sentence * 3))

    assert (count.alike, count.sentences) == (1, 3)


@given(typed, typed)
def test_both_texts_are_shown_whole(earlier: str, later: str) -> None:
    comparison = compared(earlier, later)

    assert "".join(sentence.text for sentence in comparison.earlier) == earlier
    assert "".join(sentence.text for sentence in comparison.later) == later
    assert comparison.alike <= comparison.sentences


def test_there_are_only_so_many_sentences() -> None:
    text = "Một hai ba. " * 500

    parts = split(text)

    assert len(parts) == MOST_SENTENCES + 1
    assert "".join(parts) == text


def test_a_state_is_told_by_its_name() -> None:
    assert {state.value for state in State} == {"same", "changed", "only_here", "stock"}
