"""Nothing a worker can paste breaks the workbook or becomes anything but text."""

import pytest

from portal.sheets.cells import CUT_NOTE, LONGEST, safe_text
from tests.reports.sheets import opened, part_of, summary_row, table_of, written


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param("=1+1", id="formula"),
        pytest.param('=HYPERLINK("https://evil.example","bấm")', id="link"),
        pytest.param("+84 912 345 678", id="plus"),
        pytest.param("-x", id="minus"),
        pytest.param("@SUM(A1)", id="at"),
        pytest.param("#N/A", id="error"),
        pytest.param("0912345678", id="phone"),
        pytest.param("20/4/2021", id="day"),
        pytest.param("1e5", id="number"),
        pytest.param("'x", id="apostrophe"),
        pytest.param("<b>&amp;</b> ]]>", id="markup"),
        pytest.param("مرحبا بكم", id="right to left"),
        pytest.param("Công nhân 👷🏽‍♀️ tổ 3", id="emoji"),
    ],
)
def test_a_text_stays_the_text_that_was_typed(typed: str) -> None:
    content = written(summary_row(title=typed))
    cell = opened(content)["C8"]

    assert (cell.value, cell.data_type) == (typed, "s")
    assert (cell.number_format, cell.quotePrefix) == ("@", True)
    assert "<f>" not in part_of(content, "xl/worksheets/sheet1.xml")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        pytest.param("a\x00b", "ab", id="NUL"),
        pytest.param("a\x0bb", "a\nb", id="vertical tab is a line end"),
        pytest.param("a\x0cb", "a\nb", id="form feed is a line end"),
        pytest.param("a\x1bb", "ab", id="escape"),
        pytest.param("a\ufffeb\uffff", "ab", id="noncharacters"),
        pytest.param("a\ud800b", "ab", id="lone surrogate"),
        pytest.param("a\u202eb\u2066c", "abc", id="direction marks"),
        pytest.param("a\tb", "a b", id="tab"),
        pytest.param("a\r\nb", "a\nb", id="Windows line end"),
        pytest.param("Hoa\u0300", "Hoà", id="decomposed"),
    ],
)
def test_what_a_cell_cannot_hold_is_left_out(typed: str, kept: str) -> None:
    assert opened(written(summary_row(title=typed)))["C8"].value == kept


@pytest.mark.parametrize("typed", ["_x0041_", "_x0000_", "_x000D_ và _xFFFE_"])
def test_what_excel_would_read_as_a_code_is_escaped(typed: str) -> None:
    from openpyxl.utils.escape import unescape

    kept = safe_text(typed)

    assert "_x005F_" in kept
    assert unescape(kept.replace("_x005F_", "\0")).replace("\0", "_") == typed


@pytest.mark.parametrize(
    "letter",
    [pytest.param("ế", id="letters"), pytest.param("👷", id="emoji, two units each")],
)
def test_more_than_a_cell_holds_is_cut_with_a_visible_note(letter: str) -> None:
    kept = safe_text(letter * 40_000)

    assert kept.endswith(CUT_NOTE)
    assert LONGEST - 1 <= len(kept.encode("utf-16-le")) // 2 <= LONGEST
    assert set(kept.removesuffix(CUT_NOTE)) == {letter}


def test_the_longest_text_a_cell_holds_is_not_cut() -> None:
    assert safe_text("x" * LONGEST) == "x" * LONGEST


def test_forty_thousand_characters_print_with_the_note_at_their_end() -> None:
    table = table_of(opened(written(summary_row(description="sáng kiến " * 4_000))))

    described = [row[4] for row in table]
    assert described[-1].endswith("32.767 ký tự)")
    assert max(map(len, described)) <= LONGEST


def test_an_empty_fact_is_an_empty_cell_with_its_border() -> None:
    cell = opened(written(summary_row(effect="", scope="", benefit="")))["F8"]

    assert (cell.value, cell.border.left.style) == (None, "thin")


def test_the_number_of_a_row_is_a_number() -> None:
    cell = opened(written(summary_row(number=1)))["A8"]

    assert (cell.value, cell.data_type) == (1, "n")
