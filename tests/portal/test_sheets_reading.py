"""Sheets that people send: every row as text, or one sentence that says what to do; never an error, never without bound."""

import io
import re
import unicodedata
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.styles import PatternFill

from portal.sheets import files
from portal.sheets.reading import SheetRefused, SheetRow, content_of, day_typed, rows_of, table_of

COLUMNS = {"parent": "Đơn vị cấp trên", "name": "Tên công đoàn cơ sở", "day": "Ngày thành lập"}
HEADINGS = list(COLUMNS.values())


def book_of(*rows: list[Any], change: Callable[[Workbook], None] | None = None) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    if change:
        change(book)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def read(content: bytes, **asked: Any) -> list[SheetRow]:
    return rows_of(content, columns=COLUMNS, most_rows=100, **asked)


def refusal(content: bytes, **asked: Any) -> str:
    with pytest.raises(SheetRefused) as refused:
        read(content, **asked)
    return refused.value.sentence


def with_member(content: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The same file with one member written anew."""
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.namelist():
            new.writestr(member, change(old.read(member)) if member == name else old.read(member))
        if name not in old.namelist():
            new.writestr(name, change(b""))
    return kept.getvalue()


GOOD = book_of(HEADINGS, ["quang-tri", "Công đoàn cơ sở May", "20/4/2021"])
SHEET = "xl/worksheets/sheet1.xml"
SHEET_ALONE = b"<worksheet><sheetData></sheetData></worksheet>"
SHARED = (
    b'<Override PartName="/xl/sharedStrings.xml" '
    b'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/>'
)


# --- what is read --------------------------------------------------------------------------------------------------------


def test_a_row_is_its_number_and_the_text_of_its_columns() -> None:
    assert read(GOOD) == [
        SheetRow(2, {"parent": "quang-tri", "name": "Công đoàn cơ sở May", "day": "20/4/2021"}),
    ]


def test_a_column_may_bear_another_heading_and_what_is_none_of_ours_is_told() -> None:
    content = book_of(["parent_unit", "Ghi chú", "Tên công đoàn cơ sở"], ["dong-ha", "mới", "CĐCS A"])

    table = table_of(content, columns=COLUMNS, aliases={"parent unit": "parent"}, needed={"parent"}, most_rows=9)

    assert table.rows == [SheetRow(2, {"parent": "dong-ha", "name": "CĐCS A", "day": ""})]
    assert (sorted(table.found), list(table.others)) == (["name", "parent"], ["Ghi chú"])


def test_a_heading_and_its_other_name_are_one_column() -> None:
    content = book_of(["Đơn vị cấp trên", "parent"], ["a", "b"])

    with pytest.raises(SheetRefused, match="Tệp có hai cột “Đơn vị cấp trên”"):
        table_of(content, columns=COLUMNS, aliases={"parent": "parent"}, needed={"parent"}, most_rows=9)


@pytest.mark.parametrize(("asked", "kept"), [({}, 2_000), ({"longest": 2_500}, 2_500), ({"longest": 9_999}, 3_000)])
def test_a_cell_is_kept_up_to_what_was_asked_for(asked: dict[str, int], kept: int) -> None:
    content = book_of(HEADINGS, ["a", "x" * 3_000, ""])

    table = table_of(content, columns=COLUMNS, most_rows=9, **asked)

    assert len(table.rows[0].values["name"]) == kept


def test_columns_stand_in_any_order_among_others_below_a_title() -> None:
    content = book_of(
        ["Danh sách năm 2021"],
        [],
        ["TT", "NGÀY THÀNH LẬP", "Ghi chú", "tên công đoàn  cơ sở *", None, "Đơn vị cấp trên"],
        [1, "1/2/2021", "mới", "CĐCS A", None, "dong-ha"],
    )

    assert read(content) == [SheetRow(4, {"parent": "dong-ha", "name": "CĐCS A", "day": "1/2/2021"})]


def test_a_column_that_is_not_needed_may_be_missing() -> None:
    content = book_of(["Tên công đoàn cơ sở"], ["CĐCS A"])

    assert read(content, needed={"name"}) == [SheetRow(2, {"parent": "", "name": "CĐCS A", "day": ""})]


def test_blank_rows_are_left_out_and_the_others_keep_their_numbers() -> None:
    content = book_of(HEADINGS, [], ["a", "A"], [None, "  \u00a0 "], ["b", "B"])

    assert [(row.number, row.values["name"]) for row in read(content)] == [(3, "A"), (5, "B")]


def test_the_first_visible_sheet_with_the_headings_is_read() -> None:
    def others(book: Workbook) -> None:
        told = book.create_sheet("Hướng dẫn", 0)
        told.append(["Đọc kỹ trước khi điền"])
        hidden = book.create_sheet("Danh mục", 0)
        hidden.append(HEADINGS)
        hidden.append(["ẩn", "ẩn", "ẩn"])
        hidden.sheet_state = "hidden"

    content = book_of(HEADINGS, ["a", "A", "1/1/2021"], change=others)

    assert [row.values["name"] for row in read(content)] == ["A"]
    assert [row.values["name"] for row in read(content, sheet="Danh mục")] == ["ẩn"]


def workshops(**sheets: list[list[Any]]) -> bytes:
    """A book with these sheets, and headings above the rows of each."""
    book = Workbook()
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in [HEADINGS, *rows]:
            sheet.append(row)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def test_of_several_sheets_filled_in_none_is_read_and_each_is_named() -> None:
    content = workshops(May=[["a", "A"]], Cắt=[[], ["b", "B"]], Mẫu=[], Giặt=[["c", "C"]])

    assert refusal(content) == (
        "Tệp có 3 trang tính đã điền: “May”, “Cắt”, “Giặt”. Hãy chép mọi dòng vào một trang rồi xóa các trang kia, "
        "hoặc gửi mỗi trang một tệp. Trang chỉ để tra cứu thì xóa hoặc ẩn đi."
    )


@pytest.mark.parametrize(
    "sheets",
    [{"May": [["a", "A"]], "Cắt": []}, {"Cắt": [], "May": [["a", "A"]]}, {"May": [["a", "A"]], "Cắt": [["", " "]]}],
    ids=["the last is empty", "the first is empty", "the last is blank"],
)
def test_the_one_sheet_that_is_filled_in_is_read(sheets: dict[str, list[list[Any]]]) -> None:
    assert [row.values["name"] for row in read(workshops(**sheets))] == ["A"]


def test_a_heading_that_stands_twice_above_nothing_hides_no_sheet() -> None:
    def double(book: Workbook) -> None:
        book.create_sheet("Trống", 0).append([*HEADINGS, HEADINGS[0]])

    assert [row.values["name"] for row in read(book_of(HEADINGS, ["a", "A"], change=double))] == ["A"]


def test_no_sheet_beyond_the_twentieth_is_lost() -> None:
    twenty = {f"Tổ {number}": [] for number in range(18)} | {"Tổ 19": [["a", "A"]]}

    assert [row.values["name"] for row in read(workshops(**twenty))] == ["A"]
    assert refusal(workshops(**twenty, Cuối=[["b", "B"]])) == (
        "Tệp có hơn 20 trang tính. Hãy xóa hoặc ẩn các trang không dùng, hoặc chia thành nhiều tệp."
    )


@pytest.mark.parametrize("place", [0, 1], ids=["before", "behind"])
def test_a_list_to_look_things_up_in_is_no_second_sheet(place: int) -> None:
    def with_list(book: Workbook) -> None:
        units = book.create_sheet("Danh sách đơn vị", place)
        for row in (["Tên công đoàn cơ sở", "Số đoàn viên"], ["A", "120"], ["B", "30"]):
            units.append(row)

    content = book_of(HEADINGS, ["a", "A"], change=with_list)
    asked = {"columns": COLUMNS, "most_rows": 100, "needed": {"name"}}

    assert [row.values["name"] for row in table_of(content, **asked, telling={"parent", "day"}).rows] == ["A"]
    assert "2 trang tính đã điền" in refusal(content, needed={"name"})


def test_alone_it_is_read() -> None:
    content = book_of(["Tên công đoàn cơ sở"], ["A"])

    found = table_of(content, columns=COLUMNS, most_rows=100, needed={"name"}, telling={"parent", "day"})

    assert [row.values["name"] for row in found.rows] == ["A"]


def test_a_hidden_sheet_is_nobodys_second_one() -> None:
    def hide(book: Workbook) -> None:
        book.copy_worksheet(book.active).sheet_state = "hidden"

    assert len(read(book_of(HEADINGS, ["a", "A"], change=hide))) == 1


def test_guides_are_a_workshop_like_others() -> None:
    """Whoever shows people around: “hướng dẫn viên”."""
    content = workshops(**{"Lái xe": [["a", "A"]], "Hướng dẫn viên": [["b", "B"]]})

    assert "“Lái xe”, “Hướng dẫn viên”" in refusal(content)


@pytest.mark.parametrize(
    "title", ["Hướng dẫn", "Hướng dẫn (2)", "HƯỚNG DẪN", unicodedata.normalize("NFD", "Hướng dẫn")]
)
def test_the_sheet_that_explains_the_headings_is_not_filled_in(title: str) -> None:
    def explain(book: Workbook) -> None:
        told = book.create_sheet(title, 0)
        for heading in ("Cột", *HEADINGS):
            told.append([heading])

    content = book_of(HEADINGS, ["a", "A"], change=explain)

    assert [row.values["name"] for row in read(content, needed={"name"})] == ["A"]


@pytest.mark.parametrize(
    ("value", "look", "text"),
    [
        ("  Công đoàn\u00a0cơ sở ", "General", "Công đoàn cơ sở"),
        ("Cơ sở", "@", "Cơ sở"),
        (912345678, "General", "912345678"),
        (912345678, "0000000000", "0912345678"),
        (7, "000", "007"),
        (15.0, "General", "15"),
        (1.5, "0.00", "1,5"),
        (True, "General", "TRUE"),
        (date(2021, 4, 20), "yyyy-mm-dd", "20/4/2021"),
        (datetime(2021, 4, 20), "dd/mm/yyyy", "20/4/2021"),
        (datetime(2021, 4, 20, 14, 7), "dd/mm/yyyy hh:mm", "14:07 20/4/2021"),
        (time(14, 7), "hh:mm", "14:07:00"),
        ("#N/A", "General", "#N/A"),
        ("'=1+1", "General", "'=1+1"),
    ],
)
def test_a_cell_is_the_text_a_person_would_have_typed(value: Any, look: str, text: str) -> None:
    def typed(book: Workbook) -> None:
        cell = book.active["B2"]
        cell.value, cell.number_format = value, look

    (row,) = read(book_of(HEADINGS, ["a"], change=typed))

    assert row.values["name"] == text


def test_a_formula_is_what_excel_showed_last_and_never_evaluated() -> None:
    content = book_of(HEADINGS, ["a", "=1+1", '=HYPERLINK("http://x","y")'])
    shown = with_member(content, SHEET, lambda xml: re.sub(rb"(<f>1\+1</f><v)( />|></v>)", rb"\1>2</v>", xml))

    assert [row.values for row in read(shown)] == [{"parent": "a", "name": "2", "day": ""}]


def test_only_the_first_cell_of_merged_ones_has_a_text() -> None:
    content = book_of(HEADINGS, ["a", "A"], [None, "B"], change=lambda book: book.active.merge_cells("A2:A3"))

    assert [row.values["parent"] for row in read(content)] == ["a", ""]


def test_texts_that_excel_shares_between_cells_are_read() -> None:
    texts = "".join(f"<si><t>{text}</t></si>" for text in [*HEADINGS, "Chung"])
    namespace = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    cells = "".join(f'<c t="s"><v>{number}</v></c>' for number in (0, 1, 2))
    row = '<row r="2"><c t="s"><v>3</v></c><c t="s"><v>3</v></c></row>'
    content = with_member(
        GOOD,
        SHEET,
        lambda _: f'<worksheet {namespace}><sheetData><row r="1">{cells}</row>{row}</sheetData></worksheet>'.encode(),
    )
    content = with_member(content, "xl/sharedStrings.xml", lambda _: f"<sst {namespace}>{texts}</sst>".encode())
    content = with_member(content, "[Content_Types].xml", lambda xml: xml.replace(b"</Types>", SHARED + b"</Types>"))

    assert [row.values for row in read(content)] == [{"parent": "Chung", "name": "Chung", "day": ""}]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        pytest.param('<c r="B2" t="inlineStr"><is><t>May</t></is></c>', "May", id="a text of its own"),
        pytest.param('<c r="B2" t="inlineStr"><is><r><t>Ma</t></r><r><t>y</t></r></is></c>', "May", id="in two looks"),
        pytest.param(
            '<c r="B2" t="inlineStr"><is><t>May</t><rPh sb="0" eb="1"><t>may</t></rPh></is></c>', "May", id="read aloud"
        ),
        pytest.param(
            '<c r="B2" t="inlineStr"><is><t>_x005F_x0041_</t></is></c>', "_x0041_", id="an escaped underscore"
        ),
        pytest.param('<c r="B2" t="str"><f>A1</f><v>May</v></c>', "May", id="the text of a formula"),
        pytest.param('<c r="B2" t="b"><v>1</v></c>', "TRUE", id="true"),
        pytest.param('<c r="B2" t="e"><v>#N/A</v></c>', "#N/A", id="an error"),
        pytest.param('<c r="B2" t="d"><v>2021-04-20</v></c>', "20/4/2021", id="a day as ISO has it"),
        pytest.param('<c r="B2"><v>1.5E1</v></c>', "15", id="a number with its power"),
        pytest.param('<c/><c t="inlineStr"><is><t>May</t></is></c>', "May", id="cells that do not say where they are"),
        pytest.param('<c r="B2"><v></v></c>', "", id="nothing"),
        pytest.param('<c r="B2" t="inlineStr"><is><t>A &amp; B</t></is></c>', "A & B", id="a sign in other letters"),
    ],
)
def test_a_cell_is_read_however_it_was_written(cell: str, text: str) -> None:
    def written(xml: bytes) -> bytes:
        row = f'<row r="2"><c r="A2" t="inlineStr"><is><t>a</t></is></c>{cell}</row>'
        if 'r="B2"' not in cell:
            row = f'<row r="2">{cell}</row>'
        return re.sub(rb'<row r="2".*</row>', row.encode(), xml)

    rows = read(with_member(GOOD, SHEET, written))

    assert [row.values["name"] for row in rows] == [text]


def test_names_may_bear_a_prefix() -> None:
    def prefixed(xml: bytes) -> bytes:
        named = re.sub(rb"<(/?)(?!\?)", rb"<\1x:", xml)
        return named.replace(b'xmlns="', b'xmlns:x="')

    assert read(with_member(GOOD, SHEET, prefixed)) == read(GOOD)


def test_a_number_of_a_row_may_be_written_with_a_point() -> None:
    content = with_member(GOOD, SHEET, lambda xml: xml.replace(b'<row r="2"', b'<row r="2.0"'))

    assert [row.number for row in read(content)] == [2]


@pytest.mark.parametrize(
    ("cell", "text"),
    [("44567", "6/1/2022"), ("20/4/2021", "20/4/2021"), ("2021", "2021"), ("20042021", "20042021"), ("", "")],
)
def test_a_day_that_lost_its_format_is_the_day_it_is(cell: str, text: str) -> None:
    assert day_typed(cell) == text


# --- what is refused -----------------------------------------------------------------------------------------------------


def zipped(**members: bytes) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return kept.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
NO_EXCEL = "Đây không phải tệp Excel loại .xlsx."
BROKEN = "Không mở được tệp."
TOO_FULL = "Tệp có quá nhiều ô"
BOMB = b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


def entities(xml: bytes) -> bytes:
    return re.sub(rb"(<\?xml[^>]*>)?", rb"\1" + BOMB, xml, count=1)


def encrypted() -> bytes:
    content = bytearray(GOOD)
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = content.find(mark)
        while start >= 0:
            content[start + place] |= 1
            start = content.find(mark, start + 4)
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "begins"),
    [
        (b"", "Tệp không có nội dung."),
        (b"\0" * 5000, "Tệp không có nội dung."),
        ("Đơn vị cấp trên,Tên công đoàn cơ sở\n".encode(), NO_EXCEL),
        (b"\xef\xbb\xbfa;b;c", NO_EXCEL),
        (b"<html><table><tr><td>a</td></tr></table></html>", NO_EXCEL),
        (b"%PDF-1.7", NO_EXCEL),
        (OLE, "Đây là tệp Excel đời cũ (.xls)."),
        (zipped(**{"word/document.xml": b"<w/>"}), NO_EXCEL),
        (zipped(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"), NO_EXCEL),
        (zipped(**{"xl/workbook.bin": b"x"}), "Đây là tệp Excel loại .xlsb."),
        (with_member(GOOD, "xl/vbaProject.bin", lambda _: b"x"), "Tệp có chứa mã lệnh (macro)"),
        (encrypted(), "Tệp đang có mật khẩu mở."),
        (GOOD[:-200], BROKEN),
        (GOOD[:400] + bytes(200) + GOOD[600:], BROKEN),
        (with_member(GOOD, SHEET, lambda _: b""), BROKEN),
        (with_member(GOOD, SHEET, lambda xml: xml[:-100]), BROKEN),
        (with_member(GOOD, SHEET, entities), BROKEN),
        (with_member(GOOD, "xl/workbook.xml", entities), BROKEN),
        (with_member(GOOD, "xl/styles.xml", entities), BROKEN),
        (with_member(GOOD, SHEET, lambda xml: xml.replace(b'<row r="2"', b'<row r="2.5"')), BROKEN),
        (with_member(GOOD, SHEET, lambda xml: xml.replace(b'r="B2"', b'r="ZZZZZZZ2"')), BROKEN),
        (with_member(GOOD, SHEET, lambda xml: xml + b" " * files.MOST_OF_A_SHEET), TOO_FULL),
        (with_member(GOOD, "xl/styles.xml", lambda xml: xml + b" " * files.MOST_OF_ANYTHING_ELSE), TOO_FULL),
        (with_member(GOOD, "xl/sharedStrings.xml", lambda _: b" " * (files.MOST_OF_TEXTS + 1)), TOO_FULL),
        (zipped(**{"xl/workbook.xml": b"", **{f"m{n}": b"" for n in range(files.MOST_MEMBERS)}}), TOO_FULL),
        (book_of(), "Tệp không có cột “Đơn vị cấp trên”, “Tên công đoàn cơ sở”, “Ngày thành lập”."),
        (book_of(["a", "b"], ["c", "d"]), "Tệp không có cột “Đơn vị cấp trên”, “Tên công đoàn cơ sở”"),
        (book_of(["Ngày thành lập", "Đơn vị cấp trên"]), "Tệp không có cột “Tên công đoàn cơ sở”."),
        (book_of([*HEADINGS, "Ngày thành lập"]), "Tệp có hai cột “Ngày thành lập”."),
        (book_of(*[["x"]] * 40, HEADINGS), "Tệp không có cột"),
        (book_of(HEADINGS, *[["a", "A"]] * 101), "Tệp có hơn 100 dòng."),
    ],
    ids=lambda value: str(value)[:24] if isinstance(value, str) else "",
)
def test_what_cannot_be_read_is_told_in_a_sentence(content: bytes, begins: str) -> None:
    assert refusal(content).startswith(begins)


def cells(number: int, *, in_a_row: int) -> Callable[[bytes], bytes]:
    rows = b"".join(b"<row>" + b"<c/>" * in_a_row + b"</row>" for _ in range(number // in_a_row))
    return lambda xml: xml.replace(b"</sheetData>", rows + b"</sheetData>")


@pytest.mark.parametrize(
    ("number", "in_a_row"), [(900_000, 6), (60_000, 60_000)], ids=["a sheet of cells", "a row of cells"]
)
def test_a_small_file_with_very_many_cells_is_refused_before_they_are_read(number: int, in_a_row: int) -> None:
    content = with_member(GOOD, SHEET, cells(number, in_a_row=in_a_row))

    assert len(content) < 100_000
    assert refusal(content).startswith(TOO_FULL)


def test_a_sheet_under_another_name_is_counted_too() -> None:
    elsewhere = with_member(GOOD, "xl/_rels/workbook.xml.rels", lambda xml: xml.replace(b"sheet1.xml", b"sheet1.bin"))
    content = with_member(elsewhere, "xl/worksheets/sheet1.bin", lambda _: cells(60_000, in_a_row=60_000)(SHEET_ALONE))

    assert refusal(content).startswith(TOO_FULL)


def test_a_sheet_with_headings_alone_has_no_rows() -> None:
    assert read(book_of(HEADINGS)) == []


def test_a_file_over_the_limit_is_not_read_whole() -> None:
    class Endless:
        asked = 0

        def read(self, size: int, /) -> bytes:
            self.asked += size
            return b"x" * size

    upload = Endless()

    with pytest.raises(SheetRefused) as refused:
        content_of(upload)
    assert refused.value.sentence == "Tệp nặng quá 5 MB. Hãy chia thành nhiều tệp nhỏ hơn."
    assert upload.asked == files.MOST_BYTES + 1


def test_an_upload_that_may_be_a_sheet_is_handed_on_as_it_is() -> None:
    assert content_of(io.BytesIO(GOOD)) == GOOD


def test_rows_far_below_and_columns_far_right_cost_nothing() -> None:
    def far(xml: bytes) -> bytes:
        return xml.replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')

    assert len(read(with_member(GOOD, SHEET, far))) == 1


def test_a_hundred_thousand_rows_with_a_look_and_no_text_are_no_rows() -> None:
    rows = b"".join(
        b'<row r="%d" ht="15" customHeight="1"><c r="A%d" s="0"/></row>' % (n, n) for n in range(3, 100_000)
    )

    assert len(read(with_member(GOOD, SHEET, lambda xml: xml.replace(b"</sheetData>", rows + b"</sheetData>")))) == 1


def test_a_coloured_sheet_is_read() -> None:
    def coloured(book: Workbook) -> None:
        for row in book.active.iter_rows(min_row=1, max_row=50, max_col=30):
            for cell in row:
                cell.fill = PatternFill("solid", fgColor="FFFF00")

    assert len(read(book_of(HEADINGS, ["a", "A"], change=coloured))) == 1


@settings(max_examples=60, deadline=None)
@given(st.integers(min_value=0, max_value=len(GOOD) - 1), st.binary(min_size=1, max_size=40))
def test_damaged_bytes_are_refused_in_a_sentence_or_read(at: int, damage: bytes) -> None:
    content = GOOD[:at] + damage + GOOD[at + len(damage) :]

    try:
        read(content)
    except SheetRefused as refused:
        assert refused.sentence.endswith(".")


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_damaged_xml_is_refused_in_a_sentence_or_read(damage: bytes) -> None:
    content = with_member(GOOD, SHEET, lambda xml: xml[:600] + damage + xml[600:])

    try:
        read(content)
    except SheetRefused as refused:
        assert refused.sentence.endswith(".")
