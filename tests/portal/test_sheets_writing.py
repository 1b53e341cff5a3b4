"""Sheets to fill in: explained, with choices, everything text; the corrected one can be sent again as it is."""

import io
from typing import Any

from openpyxl import load_workbook

from portal.sheets.reading import SheetRow, rows_of
from portal.sheets.writing import Column, headings, template, with_faults

PARENTS = [f"LĐLĐ huyện số {number} [quang-tri/huyen-{number}]" for number in range(1, 1201)]
COLUMNS = [
    Column("parent", "Đơn vị cấp trên", "Chọn trong danh sách.", 40, is_required=True, choices=PARENTS),
    Column("name", "Tên công đoàn cơ sở", "Ghi đầy đủ.", 50, is_required=True, example="Công đoàn cơ sở May"),
    Column("role", "Vai trò", "Chọn.", 20, choices=["Người xem", "Người xét duyệt"]),
]
TYPED = {"parent": PARENTS[3], "name": "=1+1", "role": "0912"}
EXPLANATION = ("Mỗi dòng là một công đoàn cơ sở.",)


def opened(content: bytes) -> Any:
    return load_workbook(io.BytesIO(content))


def test_a_template_is_read_as_it_was_filled_in() -> None:
    content = template(COLUMNS, title="Công đoàn cơ sở", explanation=EXPLANATION, rows=[TYPED, {"name": "A"}])

    assert rows_of(content, columns=headings(COLUMNS), most_rows=10) == [
        SheetRow(2, TYPED),
        SheetRow(3, {"parent": "", "name": "A", "role": ""}),
    ]


def test_what_is_filled_in_stays_text() -> None:
    sheet = opened(template(COLUMNS, title="Mẫu", explanation=EXPLANATION, rows=[TYPED]))["Mẫu"]

    assert [(cell.value, cell.data_type, cell.number_format) for cell in sheet[2]] == [
        (value, "s", "@") for value in TYPED.values()
    ]
    assert [sheet.column_dimensions[letter].number_format for letter in "ABC"] == ["@"] * 3


def test_a_column_offers_its_choices_however_many() -> None:
    book = opened(template(COLUMNS, title="Mẫu", explanation=EXPLANATION))

    rules = {str(rule.sqref): rule for rule in book["Mẫu"].data_validations.dataValidation}
    assert {where: rule.formula1 for where, rule in rules.items()} == {
        "A2:A20001": "'Danh mục'!$A$1:$A$1200",
        "C2:C20001": "'Danh mục'!$B$1:$B$2",
    }
    assert not any(rule.showErrorMessage for rule in rules.values())
    listed = book["Danh mục"]
    assert listed.sheet_state == "hidden"
    assert [cell.value for cell in listed["A"]] == PARENTS
    assert [cell.value for cell in listed["B"] if cell.value] == ["Người xem", "Người xét duyệt"]


def test_each_column_is_explained_at_its_heading_and_on_a_sheet() -> None:
    book = opened(template(COLUMNS, title="Mẫu", explanation=EXPLANATION))

    notes = [cell.comment.text for cell in book["Mẫu"][1]]
    assert notes[1] == "Bắt buộc. Ghi đầy đủ.\nVí dụ: Công đoàn cơ sở May"
    told = [[cell for cell in row if cell] for row in book["Hướng dẫn"].iter_rows(values_only=True)]
    assert told[0] == list(EXPLANATION)
    assert ["Tên công đoàn cơ sở", "Có", "Ghi đầy đủ.", "Công đoàn cơ sở May"] in told
    assert ["Vai trò", "Không", "Chọn."] in told


def test_without_choices_there_is_no_list() -> None:
    assert opened(template(COLUMNS[1:2], title="Mẫu", explanation=EXPLANATION)).sheetnames == ["Mẫu", "Hướng dẫn"]


def test_a_corrected_sheet_tells_beside_the_rows_and_can_be_sent_again() -> None:
    rows = [SheetRow(2, TYPED), SheetRow(7, TYPED | {"name": "B"})]
    faults = [["Hãy ghi tên.", "Hãy ghi vai trò."], []]

    content = with_faults(COLUMNS, zip(rows, faults, strict=True), title="Mẫu", explanation=EXPLANATION)

    sheet = opened(content)["Mẫu"]
    assert [cell.value for cell in sheet["A"]] == ["Cần sửa", "Hãy ghi tên. Hãy ghi vai trò.", None]
    assert sheet.auto_filter.ref == "A1:D3"
    assert [row.values for row in rows_of(content, columns=headings(COLUMNS), most_rows=10)] == [
        row.values for row in rows
    ]


def test_a_row_is_as_high_as_its_longest_text() -> None:
    long = TYPED | {"name": "Công đoàn cơ sở " * 12}

    sheet = opened(template(COLUMNS, title="Mẫu", explanation=EXPLANATION, rows=[TYPED, long]))["Mẫu"]

    assert sheet.row_dimensions[2].height is None
    assert sheet.row_dimensions[3].height == 66
