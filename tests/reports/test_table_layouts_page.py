"""A host's own table in the admin: columns, what does not fit, who may, the preview."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from initiatives.models import TableColumn, TableLayout
from initiatives.reports.layouts import QT
from initiatives.reports.layouts.own import FACTS
from initiatives.reports.summary import SummaryRow
from orgtree.models import StaffAccount
from orgtree.roles import Role
from tests.codebase.words import english_in, seen
from tests.factories import StaffAccountFactory, TableColumnFactory, TableLayoutFactory, make_tree, unit_at
from tests.reports.sheets import cells_of
from tests.reports.test_table_pdf import pages_of

pytestmark = pytest.mark.django_db

ClientAs = Callable[[StaffAccount], Client]
ADD = "admin:initiatives_tablelayout_add"
COLUMN = {"position": 1, "heading": "Tên sáng kiến", "facts": ["title"], "width": 80}


@pytest.fixture
def manager() -> StaffAccount:
    make_tree()
    return StaffAccountFactory(username="quan-ly", unit=unit_at("quang-tri"), role=Role.MANAGER)


def row(name: str, layout: TableLayout) -> str:
    return reverse(f"admin:initiatives_tablelayout_{name}", args=[layout.pk])


def typed(*columns: dict[str, Any], kept: int = 0, **fields: Any) -> dict[str, Any]:
    """What the form sends, with these columns."""
    answers = {
        "unit": unit_at("quang-tri").pk,
        "name": "Mẫu Quảng Trị 2022",
        "title": "BẢNG TỔNG HỢP",
        "under_title": "",
        "columns-TOTAL_FORMS": len(columns),
        "columns-INITIAL_FORMS": kept,
    } | fields
    for number, column in enumerate(columns):
        for name, value in column.items():
            if name == "facts":
                answers |= {f"columns-{number}-facts_{place}": fact for place, fact in enumerate(value)}
            else:
                answers[f"columns-{number}-{name}"] = value
    return answers


def errors_of(answer: HttpResponse) -> list[str]:
    assert answer.status_code == 200
    formset = answer.context["inline_admin_formsets"][0].formset
    return [
        *formset.non_form_errors(),
        *(each for form in formset.forms for all in form.errors.values() for each in all),
    ]


def test_a_layout_is_kept_with_its_columns_in_their_order(manager: StaffAccount, client_as: ClientAs) -> None:
    first = {"position": 2, "heading": "Ai", "facts": ["workplace", "full_name"], "width": 90}
    second = {"position": 1, "heading": "TT", "facts": ["number"], "width": 12, "is_centred": "on"}

    answer = client_as(manager).post(reverse(ADD), typed(first, second))

    assert answer.status_code == 302
    columns = TableLayout.objects.get().columns.all()
    assert [(each.heading, each.facts, each.width, each.is_centred) for each in columns] == [
        ("TT", ["number"], 12, True),
        ("Ai", ["workplace", "full_name"], 90, False),
    ]


def test_a_new_one_begins_as_the_official_table_does(manager: StaffAccount, client_as: ClientAs) -> None:
    page = client_as(manager).get(reverse(ADD))

    forms = page.context["inline_admin_formsets"][0].formset.forms
    assert [form.initial["facts"] for form in forms] == [list(column.facts) for column in QT.columns]
    assert sum(form.initial["width"] for form in forms) == 250
    assert forms[1].initial["heading"] == "Họ và tên, năm sinh, chức vụ, đơn vị công tác, số điện thoại liên hệ"


def test_sent_unchanged_it_is_the_official_table(manager: StaffAccount, client_as: ClientAs) -> None:
    client = client_as(manager)
    forms = client.get(reverse(ADD)).context["inline_admin_formsets"][0].formset.forms
    columns = [{name: value for name, value in form.initial.items() if value} for form in forms]

    client.post(reverse(ADD), typed(*columns))

    kept = TableLayout.objects.get().columns.all()
    assert [(tuple(each.facts), each.width) for each in kept] == [
        (column.facts, width) for column, width in zip(QT.columns, QT.widths, strict=True)
    ]


@pytest.mark.parametrize(
    ("columns", "errors"),
    [
        pytest.param([], ["Mẫu chưa có cột nào. Hãy thêm ít nhất một cột."], id="no column"),
        pytest.param(
            [COLUMN | {"width": 130}, COLUMN | {"width": 132}],
            ["Các cột rộng tổng cộng 262 mm, khổ giấy chỉ có 250 mm. Hãy bớt 12 mm."],
            id="wider than the paper",
        ),
        pytest.param([COLUMN | {"facts": []}], ["Hãy chọn nội dung của cột."], id="an empty column"),
        pytest.param(
            [COLUMN | {"facts": ["national_id"]}], ["Hãy chọn lại nội dung của cột."], id="no fact of the table"
        ),
        pytest.param(
            [COLUMN | {"facts": ["title", "title"]}], ["Mỗi nội dung chỉ đứng một lần trong cột."], id="the same twice"
        ),
        pytest.param(
            [COLUMN | {"facts": ["number", "title"]}], ["Số thứ tự đứng một mình trong cột."], id="a number with a text"
        ),
        pytest.param(
            [COLUMN | {"width": 8, "heading": "Tóm tắt nội dung sáng kiến của người lao động"}],
            [
                "Có cột cần xem lại.",
                "Tiêu đề quá dài so với độ rộng của cột. Hãy viết ngắn lại hoặc cho cột rộng hơn.",
            ],
            id="a heading as high as the page",
        ),
    ],
)
def test_what_does_not_make_a_table_is_refused(
    manager: StaffAccount, client_as: ClientAs, columns: list[dict[str, Any]], errors: list[str]
) -> None:
    answer = client_as(manager).post(reverse(ADD), typed(*columns))

    assert errors_of(answer) == errors
    assert not TableLayout.objects.exists()


@pytest.mark.parametrize("width", [0, 7, 201, 10**30, "rộng"])
def test_a_width_that_no_column_has_is_refused(manager: StaffAccount, client_as: ClientAs, width: object) -> None:
    answer = client_as(manager).post(reverse(ADD), typed(COLUMN | {"width": width}))

    assert len(errors_of(answer)) == 1
    assert not TableLayout.objects.exists()


def test_what_was_typed_is_shown_again(manager: StaffAccount, client_as: ClientAs) -> None:
    answer = client_as(manager).post(reverse(ADD), typed(COLUMN | {"width": 300, "heading": "Cột rất riêng"}))

    assert "Cột rất riêng" in answer.content.decode()


def test_the_preview_shows_the_columns_as_page_pdf_and_excel(manager: StaffAccount, client_as: ClientAs) -> None:
    layout = TableLayoutFactory(unit=manager.unit, title="DANH SÁCH RIÊNG")
    TableColumnFactory(layout=layout, heading="Người làm ra", facts=["full_name", "workplace"], width=100)
    client = client_as(manager)

    page = client.get(row("change", layout)).content.decode()
    text = pages_of(client.get(row("pdf", layout)).content)[0]
    sheet = cells_of(load_workbook(io.BytesIO(client.get(row("xlsx", layout)).content)).worksheets[0])

    assert "Công ty A &amp; B &lt;Đông Hà&gt;" in page and "Xem trước (mẫu đã lưu, rộng 100 mm)" in page
    assert english_in(seen(page)) == []
    assert "DANH SÁCH RIÊNG Người làm ra Trần Thị Lan Công ty A & B <Đông Hà>" in text
    assert ["Trần Thị Lan\nCông ty A & B <Đông Hà>"] in sheet


@pytest.mark.parametrize("count", [1, 3])
def test_one_column_or_three_stand_on_paper(manager: StaffAccount, client_as: ClientAs, count: int) -> None:
    layout = TableLayoutFactory(unit=manager.unit)
    for place in range(count):
        TableColumnFactory(layout=layout, width=20, position=place)
    client = client_as(manager)

    assert client.get(row("pdf", layout)).status_code == 200
    assert client.get(row("xlsx", layout)).status_code == 200


def test_a_layout_without_columns_has_no_preview(manager: StaffAccount, client_as: ClientAs) -> None:
    layout = TableLayoutFactory(unit=manager.unit)
    client = client_as(manager)

    assert client.get(row("change", layout)).status_code == 200
    assert {client.get(row(kind, layout)).status_code for kind in ("pdf", "xlsx")} == {404}


def test_a_layout_of_another_branch_is_missing(manager: StaffAccount, client_as: ClientAs) -> None:
    layout = TableLayoutFactory(unit=unit_at("thanh-hoa"))
    TableColumnFactory(layout=layout)
    client = client_as(manager)

    assert {client.get(row(name, layout)).status_code for name in ("change", "pdf", "xlsx")} == {404}
    assert client.get(row("pdf", TableLayout(pk=10**30))).status_code == 404


def test_a_layout_is_not_given_to_another_branch(manager: StaffAccount, client_as: ClientAs) -> None:
    client_as(manager).post(reverse(ADD), typed(COLUMN, unit=unit_at("thanh-hoa").pk))

    assert not TableLayout.objects.exists()


def test_a_reviewer_looks_and_writes_nothing(manager: StaffAccount, client_as: ClientAs) -> None:
    layout = TableLayoutFactory(unit=manager.unit)
    column = TableColumnFactory(layout=layout)
    client = client_as(StaffAccountFactory(username="xet-duyet", unit=manager.unit, role=Role.REVIEWER))

    changed = COLUMN | {"id": column.pk, "layout": layout.pk, "heading": "Khác"}
    assert client.get(row("change", layout)).status_code == 200
    assert client.get(row("pdf", layout)).status_code == 200
    assert client.post(row("change", layout), typed(changed, kept=1)).status_code == 403
    assert client.get(reverse(ADD)).status_code == 403
    assert TableColumn.objects.get().heading != "Khác"


def test_a_reviewer_reads_what_the_facts_are_called(manager: StaffAccount, client_as: ClientAs) -> None:
    column = TableColumnFactory(layout=TableLayoutFactory(unit=manager.unit), facts=["title", "birth_year"])
    reviewer = StaffAccountFactory(username="xet-duyet", unit=manager.unit, role=Role.REVIEWER)

    page = client_as(reviewer).get(row("change", column.layout)).content.decode()

    assert "Tên sáng kiến; Năm sinh" in seen(page)
    assert english_in(seen(page)) == []


def test_every_fact_of_a_row_can_be_a_column() -> None:
    assert tuple(FACTS) == SummaryRow._fields
