"""The canonical form, its length and its folding, by the golden file that the browser's counter runs too."""

import json
import re
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from portal.vietnamese import text

GOLDEN = json.loads((Path(__file__).parents[2] / "fixtures/text/canonical.json").read_text(encoding="utf-8"))["cases"]
golden = pytest.mark.parametrize("case", GOLDEN, ids=lambda case: case["name"])

# Any code point at all, lone surrogates included, with the interesting ones often.
ANYTHING = st.text(
    st.one_of(
        st.characters(exclude_categories=()),
        st.sampled_from(
            "aâăđĐéÉế \t\r\n\v\f\x00\x85\xa0\xad\u0300\u0301\u0302\u0323\u200b\u200d\u2028\ufeff\ud800\udfff"
        ),
    )
)
slow = settings(deadline=None)


@golden
def test_the_canonical_form_is_the_golden_one(case: dict) -> None:
    assert text.canonical(case["input"]) == case["canonical"]


@golden
def test_the_length_is_the_golden_one(case: dict) -> None:
    assert text.length(case["input"]) == case["length"]


@golden
def test_the_folded_form_is_the_golden_one(case: dict) -> None:
    assert text.folded(case["input"]) == case["folded"]


def test_the_golden_names_are_told_apart() -> None:
    assert len({case["name"] for case in GOLDEN}) == len(GOLDEN)


@pytest.mark.parametrize("start", range(0, sys.maxunicode, 0x10000), ids=hex)
def test_every_code_point_has_a_stable_canonical_and_folded_form(start: int) -> None:
    unstable = [
        hex(code)
        for code in range(start, start + 0x10000)
        if text.canonical(text.canonical(chr(code))) != text.canonical(chr(code))
        or text.folded(text.folded(chr(code))) != text.folded(chr(code))
    ]

    assert unstable == []


@slow
@given(ANYTHING)
def test_canonical_is_idempotent(typed: str) -> None:
    once = text.canonical(typed)

    assert text.canonical(once) == once


@slow
@given(ANYTHING)
def test_canonical_text_can_be_stored_anywhere(typed: str) -> None:
    stored = text.canonical(typed)

    assert stored.encode("utf-8").decode("utf-8") == stored
    assert not any(unicodedata.category(letter) in {"Cc", "Cs"} and letter not in "\t\n" for letter in stored)


@slow
@given(ANYTHING)
def test_decomposing_what_is_typed_changes_nothing(typed: str) -> None:
    decomposed = unicodedata.normalize("NFD", typed)

    assert text.canonical(decomposed) == text.canonical(typed)
    assert text.folded(decomposed) == text.folded(typed)


@slow
@given(ANYTHING)
def test_line_ends_count_one_however_they_are_sent(typed: str) -> None:
    as_sent = text.canonical(typed).replace("\n", "\r\n")

    assert text.length(as_sent) == text.length(typed)


@slow
@given(ANYTHING)
def test_the_length_is_never_negative(typed: str) -> None:
    assert text.length(typed) >= 0


@slow
@given(ANYTHING)
@example("\u0345\u1fb3")
def test_folded_is_idempotent_and_only_letters_digits_and_single_spaces(typed: str) -> None:
    folded = text.folded(typed)

    assert text.folded(folded) == folded
    assert folded == " ".join(folded.split())
    assert all(letter.isalnum() or letter == " " for letter in folded)


@slow
@given(ANYTHING)
def test_a_single_line_is_one_line_of_canonical_text(typed: str) -> None:
    line = text.single_line(typed)

    assert line == " ".join(line.split())
    assert text.canonical(line) == line


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        pytest.param("Sáng kiến\r\ncải tiến", "Sáng kiến cải tiến", id="line end"),
        pytest.param("  Sáng\t\tkiến  ", "Sáng kiến", id="tabs and blanks"),
        pytest.param("Sáng\u00a0\u3000kiến\v2", "Sáng kiến 2", id="odd blanks"),
        pytest.param("\r\n \t", "", id="blanks only"),
    ],
)
def test_a_single_line_joins_with_one_space(typed: str, line: str) -> None:
    assert text.single_line(typed) == line


@pytest.mark.parametrize(
    ("found", "by"),
    [
        pytest.param("Đặng Thị Ánh", "dang thi anh", id="without marks"),
        pytest.param(unicodedata.normalize("NFD", "Đặng Thị Ánh"), "ĐẶNG THỊ ÁNH", id="decomposed, by capitals"),
        pytest.param("Hoà", "hòa", id="old and new place of the tone"),
        pytest.param("Ðặng", "Đặng", id="Icelandic D"),
        pytest.param("LĐLĐ thị xã Quảng Trị", "ldld thi xa quang tri", id="abbreviation"),
    ],
)
def test_search_finds(found: str, by: str) -> None:
    assert text.folded(found) == text.folded(by) != ""
    for word in text.folded(by).split():
        assert re.search(text.any_spelling(word), text.canonical(found))


@pytest.mark.parametrize(("written", "by"), [("Êban", "êbann"), ("Đông", "dog"), ("a.b", "a b c")])
def test_another_word_is_no_spelling(written: str, by: str) -> None:
    assert not all(re.search(text.any_spelling(word), written) for word in text.folded(by).split())


def test_every_letter_is_found_by_what_it_folds_to() -> None:
    letters = [chr(point) for point in (*range(0x41, 0x5B), *range(0xC0, 0x250), *range(0x1E00, 0x1F00))]
    told = {letter: text.folded(letter) for letter in letters}

    lost = [each for each, by in told.items() if len(by) == 1 and not re.search(text.any_spelling(by), each)]
    assert (lost, told["ệ"], told["Đ"]) == ([], "e", "d")


@pytest.mark.parametrize(
    ("typed", "blank"),
    [
        pytest.param("", True, id="nothing"),
        pytest.param(" \u00a0\r\n", True, id="blanks"),
        pytest.param("\u200b", True, id="zero-width space"),
        pytest.param("\u200d\u200c \u200d", True, id="joiners"),
        pytest.param("\ufe0f", True, id="variation selector"),
        pytest.param("\u2800\n\u2800", True, id="blanks of Braille"),
        pytest.param("\u3164", True, id="Hangul filler"),
        pytest.param("\u115f\u1160 \uffa0", True, id="other fillers"),
        pytest.param("\u180e\u061c\u034f", True, id="marks of other scripts that show nothing"),
        pytest.param("\U000e0041\U000e007f", True, id="tags"),
        pytest.param("\u3164a", False, id="a letter behind a filler"),
        pytest.param("가", False, id="Hangul"),
        pytest.param("0", False, id="zero"),
        pytest.param("👨\u200d👩", False, id="emoji"),
    ],
)
def test_blank_is_what_nobody_can_see(typed: str, blank: bool) -> None:
    assert text.is_blank(typed) is blank


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        pytest.param("0912", "0912", id="ASCII"),
        pytest.param("０９１２", "0912", id="full width"),
        pytest.param("٠٩١٢", "0912", id="Arabic-Indic"),
        pytest.param("số ０ và ²", "số 0 và ²", id="a superscript is no digit"),
    ],
)
def test_digits_of_other_scripts_become_ascii(typed: str, digits: str) -> None:
    assert text.ascii_digits(typed) == digits
