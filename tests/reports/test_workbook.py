"""The paper: page, heights, rows that go on, the signature."""

import io
import re
from pathlib import Path

import pytest
from openpyxl import load_workbook

from initiatives.reports import workbook
from initiatives.reports.layouts import LAYOUTS, Letterhead
from initiatives.reports.summary import SummaryRow
from initiatives.reports.workbook import PAGE, SIGNATURE
from tests.reports.sheets import (
    AT,
    FIRST_ROW,
    LETTERHEAD,
    breaks_of,
    heights_of,
    opened,
    part_of,
    sheet_xml,
    summary_row,
    table_of,
    written,
)

BOTH = pytest.mark.parametrize("layout", ["qt", "th"])
SENTENCE = "Cữ chặn có thước khắc, chỉnh một lần cho cả lô hàng, không phải dừng máy giữa ca nữa. "


def words(length: int) -> str:
    return (SENTENCE * (length // len(SENTENCE) + 1))[:length].strip()


def longest(number: int = 1) -> SummaryRow:
    """Every text at its cap."""
    return summary_row(
        number,
        full_name=words(120),
        position=words(120),
        workplace=words(200),
        phone="0912 345 678 (Zalo, gọi sau 17 giờ)",
        title=words(250),
        description=words(2000),
        effect=words(500),
        scope=words(300),
        awards=words(500),
    )


def many_line_ends(number: int = 1) -> SummaryRow:
    return summary_row(number, description="a\n" * 999 + "a", effect="b\n" * 249 + "b", awards="c\n" * 249 + "c")


CASES = {
    "none": [],
    "one": [summary_row()],
    "seven": [summary_row(n, description=words(150 + 97 * n)) for n in range(1, 8)],
    "sixty": [summary_row(n, description=words(100 + 97 * n % 900)) for n in range(1, 61)],
    "one of 900": [summary_row(description=words(900))],
    "one of 2000": [summary_row(description=words(2000))],
    "longest": [longest()],
    "longest between short ones": [summary_row(1), longest(2), summary_row(3), longest(4), summary_row(5)],
    "line ends": [many_line_ends(), summary_row(2)],
}
EVERY_CASE = pytest.mark.parametrize("rows", CASES.values(), ids=CASES.keys())


# --- the page ------------------------------------------------------------------------------------------------------


@BOTH
def test_the_page_is_a4_landscape_with_the_margins_of_the_decree(layout: str) -> None:
    sheet = opened(written(summary_row(), layout=layout))

    setup, margins = sheet.page_setup, sheet.page_margins
    assert (int(setup.paperSize), setup.orientation) == (9, "landscape")
    assert (int(setup.fitToWidth), int(setup.fitToHeight)) == (1, 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage is True
    millimetres = {name: round(getattr(margins, name) * 25.4, 3) for name in ("top", "bottom", "left", "right")}
    assert millimetres == {"top": 20, "bottom": 20, "left": 30, "right": 15}


@BOTH
def test_the_columns_fill_the_page_and_do_not_leave_it(layout: str) -> None:
    assert len(LAYOUTS[layout].widths) == len(LAYOUTS[layout].columns)
    assert sum(LAYOUTS[layout].widths) == 250  # of 252 between the margins


@BOTH
def test_the_heading_is_repeated_on_every_page(layout: str) -> None:
    content = written(summary_row(), layout=layout)

    row = FIRST_ROW[layout] - 1
    assert f"'Bảng tổng hợp'!${row}:${row}</definedName>" in part_of(content, "xl/workbook.xml")
    assert opened(content).cell(row, 1).value == "TT"


def test_the_page_number_stands_in_the_top_margin_but_not_on_the_first_page() -> None:
    xml = sheet_xml(written(summary_row()))

    assert re.search(r'<headerFooter differentFirst="1"><oddHeader>&amp;C[^<]*&amp;P</oddHeader>', xml)
    assert "<firstHeader />" in xml


def test_every_cell_of_the_table_is_framed_wrapped_and_in_times_new_roman() -> None:
    sheet = opened(written(summary_row()))

    for cell in [*sheet[7], *sheet[8]]:
        assert (cell.font.name, cell.alignment.wrap_text) == ("Times New Roman", True)
        assert {cell.border.left.style, cell.border.right.style} == {"thin"}
        assert {cell.border.top.style, cell.border.bottom.style} == {"thin"}


def test_the_font_that_columns_are_measured_in_is_times_new_roman() -> None:
    styles = part_of(written(summary_row()), "xl/styles.xml")

    normal = int(re.search(r'<cellStyleXfs count="1"><xf numFmtId="0" fontId="(\d+)"', styles)[1])
    fonts = re.findall(r"<font>.*?</font>", styles)
    assert 'name val="Times New Roman"' in fonts[normal]
    assert 'sz val="12"' in fonts[normal]


def test_the_properties_name_the_portal_and_the_table() -> None:
    properties = load_workbook(io.BytesIO(written(summary_row()))).properties

    assert (properties.creator, properties.lastModifiedBy) == ("Cổng sáng kiến", "Cổng sáng kiến")
    assert properties.title == "Bảng tổng hợp tóm tắt sáng kiến"
    assert properties.created.replace(tzinfo=None) == AT.replace(tzinfo=None)


# --- above and below the table -----------------------------------------------------------------------------------------


def test_a_unit_with_nobody_above_stands_alone_at_the_top() -> None:
    top = Letterhead(host="", sender="Tổng Liên đoàn Lao động Việt Nam", year=2021)

    sheet = opened(written(summary_row(), letterhead=top))

    assert sheet["A1"].value == "TỔNG LIÊN ĐOÀN LAO ĐỘNG VIỆT NAM"


@pytest.mark.parametrize(("year", "years"), [(2021, "(2018-2020)"), (2022, "(2019-2021)")])
def test_the_years_of_awards_are_the_three_before_the_campaign(year: int, years: str) -> None:
    letterhead = Letterhead(host=LETTERHEAD.host, sender=LETTERHEAD.sender, year=year)

    heading = opened(written(summary_row(), layout="th", letterhead=letterhead))["G4"].value

    assert heading.endswith(years)


def test_a_long_name_of_a_unit_gets_the_lines_it_needs() -> None:
    name = "Công đoàn ngành Nông nghiệp và Phát triển nông thôn thành phố Hà Nội"
    long = Letterhead(host=LETTERHEAD.host, sender=name, year=2021)

    heights = heights_of(opened(written(summary_row(), letterhead=long)))

    assert heights[1] > 1.8 * heights[0]


@BOTH
def test_the_signature_stands_at_the_right_across_two_columns(layout: str) -> None:
    sheet = opened(written(summary_row(), layout=layout))

    last = sheet.max_row
    columns = len(LAYOUTS[layout].columns)
    assert sheet.cell(last, columns - 1).value == "TM. BAN THƯỜNG VỤ"
    assert [area.coord for area in sheet.merged_cells if area.min_row == last] == [
        {"qt": f"E{last}:F{last}", "th": f"F{last}:G{last}"}[layout]
    ]


@BOTH
def test_an_empty_table_has_its_heading_and_its_signature(layout: str) -> None:
    content = written(layout=layout)

    assert table_of(opened(content), layout) == []
    assert opened(content).cell(opened(content).max_row, len(LAYOUTS[layout].columns) - 1).value == "TM. BAN THƯỜNG VỤ"


# --- heights -----------------------------------------------------------------------------------------------------------


@BOTH
@EVERY_CASE
def test_no_row_is_taller_than_excel_allows_or_than_a_page(layout: str, rows: list[SummaryRow]) -> None:
    heights = heights_of(opened(written(*rows, layout=layout)))

    heading = heights[FIRST_ROW[layout] - 2]
    assert max(heights) <= 400
    assert max(heights[FIRST_ROW[layout] - 1 :]) + heading <= PAGE


@BOTH
def test_a_description_of_two_thousand_characters_gets_six_hundred_points(layout: str) -> None:
    content = written(summary_row(description=words(2000)), summary_row(2), layout=layout)

    table = table_of(opened(content), layout)
    heights = heights_of(opened(content))[FIRST_ROW[layout] - 1 :][: len(table) - 1]
    assert sum(heights) > 600
    assert len(table) > 2


@BOTH
@EVERY_CASE
def test_the_parts_of_a_row_hold_its_whole_text_and_its_number_once(layout: str, rows: list[SummaryRow]) -> None:
    table = table_of(opened(written(*rows, layout=layout)), layout)

    whole: list[list[str]] = []
    for row in table:
        if row[0] is not None:
            whole.append([""] * len(row))
        whole[-1] = [f"{before} {part or ''}" for before, part in zip(whole[-1], row, strict=True)]
    expected = [LAYOUTS[layout].cells(row) for row in rows]
    assert [[text.split() for text in row] for row in whole] == [
        [str(text).split() for text in row] for row in expected
    ]


def test_the_line_between_the_parts_of_a_row_is_a_hair_line() -> None:
    sheet = opened(written(summary_row(description=words(2000)), summary_row(2)))

    first, second = sheet["E8"].border, sheet["E9"].border
    assert sheet["A9"].value is None
    assert (first.top.style, first.bottom.style, second.top.style) == ("thin", "hair", "hair")


def test_line_ends_are_not_doubled_or_lost_where_a_row_is_divided() -> None:
    lines = [f"ý {n}" for n in range(200)]

    table = table_of(opened(written(summary_row(description="\n".join(lines)), summary_row(2))))

    parts = [row[4] for row in table[:-1]]
    assert len(parts) > 5
    assert "\n".join(parts) == "\n".join(lines)


# --- pages -------------------------------------------------------------------------------------------------------------


def printed_pages(content: bytes, layout: str) -> list[list[int]]:
    """The rows of each page, as a printer fills them: by heights, and where a page is made to begin."""
    heights, forced = heights_of(opened(content)), breaks_of(content)
    heading = heights[FIRST_ROW[layout] - 2]
    pages, used = [[]], 0.0
    for row, height in enumerate(heights, start=1):
        if row in forced or used + height > PAGE:
            pages.append([])
            used = heading
        pages[-1].append(row)
        used += height
    return pages


@BOTH
@EVERY_CASE
def test_the_signature_has_room_and_a_row_of_the_table_on_its_page(layout: str, rows: list[SummaryRow]) -> None:
    content = written(*rows, layout=layout)

    pages, heights = printed_pages(content, layout), heights_of(opened(content))
    last = pages[-1]
    heading = 0 if len(pages) == 1 else heights[FIRST_ROW[layout] - 2]
    below = len(LAYOUTS[layout].below) + 1
    assert heading + sum(heights[row - 1] for row in last) + SIGNATURE <= PAGE
    assert not rows or len(last) > below


@BOTH
@EVERY_CASE
def test_the_title_never_stands_alone_on_the_first_page(layout: str, rows: list[SummaryRow]) -> None:
    first = printed_pages(written(*rows, layout=layout), layout)[0]

    assert not rows or FIRST_ROW[layout] in first


def test_a_last_row_that_leaves_no_room_to_sign_goes_to_the_next_page_with_the_signature() -> None:
    rows = [summary_row(n, description=words(420)) for n in (1, 2)]

    content = written(*rows)

    assert breaks_of(content) == [9]
    assert opened(content)["A9"].value == 2


def test_a_table_of_one_page_is_not_broken() -> None:
    assert breaks_of(written(summary_row())) == []


# --- many rows ----------------------------------------------------------------------------------------------------------


def test_above_what_a_sheet_holds_a_second_sheet_goes_on_counting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "ROWS_A_SHEET", 10)

    book = load_workbook(io.BytesIO(written(*(summary_row(n) for n in range(1, 6)))))

    assert book.sheetnames == ["Bảng tổng hợp", "Bảng tổng hợp 2"]
    first, second = book.worksheets
    assert [first.cell(row, 1).value for row in range(7, first.max_row + 1)] == ["TT", 1, 2, 3]
    assert [second.cell(row, 1).value for row in (7, 8, 9)] == ["TT", 4, 5]
    assert second.cell(second.max_row, 5).value == "TM. BAN THƯỜNG VỤ"
    assert "TM. BAN THƯỜNG VỤ" not in {cell.value for row in first.iter_rows() for cell in row}


def test_rows_are_written_as_they_are_read_and_not_gathered() -> None:
    """The writer holds one row back, to know the last: it never asks for more than two ahead of what it has written."""
    layout, ahead, taken = LAYOUTS["qt"], [], 0

    class Watched(type(layout)):  # type: ignore[misc]
        def cells(self, row: SummaryRow) -> list[str | int]:
            ahead.append(taken - row.number)
            return super().cells(row)

    def counted() -> object:
        nonlocal taken
        for number in range(1, 51):
            taken = number
            yield summary_row(number)

    watched = Watched(**{name: getattr(layout, name) for name in layout.__dataclass_fields__})
    count = workbook.write(counted(), layout=watched, letterhead=LETTERHEAD, at=AT, to=io.BytesIO())

    assert count == len(ahead) == 50
    assert max(ahead) == 1


def test_no_height_of_a_written_row_is_kept() -> None:
    sheet = workbook._Sheet(workbook.Workbook(write_only=True), LAYOUTS["qt"], LETTERHEAD)
    above = dict(sheet.sheet.row_dimensions)
    for number in range(1, 40):
        sheet.add(LAYOUTS["qt"].cells(summary_row(number)), is_last=False)
    kept = dict(sheet.sheet.row_dimensions)
    workbook._remove_temporary_files(sheet.sheet.parent)

    assert kept == above


def test_a_failure_on_the_way_leaves_no_temporary_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    seen = []

    def failing() -> object:
        yield summary_row(1)
        yield summary_row(2)
        seen.extend(tmp_path.iterdir())
        raise RuntimeError("the database went away")

    with pytest.raises(RuntimeError, match="went away"):
        workbook.write(failing(), layout=LAYOUTS["qt"], letterhead=LETTERHEAD, at=AT, to=io.BytesIO())

    assert len(seen) == 1
    assert list(tmp_path.iterdir()) == []
