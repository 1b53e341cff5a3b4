"""The public page of the board, its Excel and its command: orders, filters, pages, addresses that are wrong, what it costs."""

import io
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from initiatives.lifecycle import Found, appraise
from initiatives.models import Campaign, Counts, Finding, Initiative
from initiatives.progress import board as boards
from initiatives.progress import board_page, board_sheet, tally
from orgtree.models import Level, Unit
from tests.factories import CampaignFactory, StaffAccountFactory, UnitFactory, make_tree
from tests.progress.boards import NOW, cells_of, given, opened, seen, sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def small_tree() -> dict[str, Unit]:
    return make_tree()


@pytest.fixture
def campaign(small_tree: dict[str, Unit], at: Callable[[Any], datetime]) -> Campaign:
    at(NOW)
    return CampaignFactory(slug="sang-kien-thu", goal=1000)


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("", ["Đông Hà", "Hướng Hóa", "CĐ Viên chức"]),
        ("ten", ["CĐ Viên chức", "Hướng Hóa", "Đông Hà"]),
        ("-ten", ["Đông Hà", "Hướng Hóa", "CĐ Viên chức"]),
        ("da-dat", ["Hướng Hóa", "CĐ Viên chức", "Đông Hà"]),
        ("-da-dat", ["Đông Hà", "CĐ Viên chức", "Hướng Hóa"]),
        ("ty-le", ["Hướng Hóa", "Đông Hà", "CĐ Viên chức"]),
        ("-ty-le", ["Đông Hà", "Hướng Hóa", "CĐ Viên chức"]),
    ],
)
def test_lines_are_ordered_as_asked_and_without_a_number_last(
    campaign: Campaign, small_tree: dict[str, Unit], order: str, expected: list[str]
) -> None:
    sent(campaign, small_tree["quang-tri/dong-ha"], 1)
    sent(campaign, small_tree["quang-tri/huong-hoa"], 3)
    sent(campaign, small_tree["quang-tri/cd-vien-chuc"], 2)
    given(campaign, small_tree["quang-tri/dong-ha"], 4)
    given(campaign, small_tree["quang-tri/huong-hoa"], 4)

    rows = opened(campaign, **{"don-vi": "quang-tri", "xep": order}).context["rows"]

    assert [next(part for part in expected if part in row.line.name) for row in rows] == expected


@pytest.mark.parametrize("order", [*boards.ORDERS, "ten"])
def test_every_order_is_a_page(campaign: Campaign, small_tree: dict[str, Unit], order: str) -> None:
    sent(campaign, small_tree["quang-tri/dong-ha"], 1)

    for asked in (order, f"-{order}"):
        answer = opened(campaign, **{"don-vi": "quang-tri", "xep": asked})
        assert (answer.status_code, answer.context["told"]) == (200, ())


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"xep": "khong-co"}, "Không có cách xếp"),
        ({"xep": "-"}, "Không có cách xếp"),
        ({"loc": "'; DROP"}, "Không có cách lọc"),
        ({"trang": "abc"}, "Số trang trong địa chỉ không đúng"),
        ({"trang": "0"}, "Số trang trong địa chỉ không đúng"),
        ({"trang": "-1"}, "Số trang trong địa chỉ không đúng"),
        ({"trang": "99999999999999999999"}, "Bảng chỉ có 1 trang"),
        ({"trang": "2"}, "Bảng chỉ có 1 trang"),
    ],
)
def test_what_cannot_be_read_is_said_and_left_out(campaign: Campaign, asked: dict[str, str], sentence: str) -> None:
    answer = opened(campaign, **asked)

    assert (answer.status_code, sentence in seen(answer), len(answer.context["rows"])) == (200, True, 4)


@pytest.mark.parametrize("code", ["khong-co", "x" * 5000, "quang-tri/", "%", "🙂"])
@pytest.mark.parametrize("address", ["tien-do/", "tien-do.xlsx"])
def test_a_unit_that_is_none_gets_a_page_that_leads_on(campaign: Campaign, code: str, address: str) -> None:
    answer = Client().get(f"/{campaign.slug}/{address}", {"don-vi": code})

    assert answer.status_code == 404
    assert "không có đơn vị nào mang mã" in seen(answer)
    assert f"/{campaign.slug}/tien-do/" in seen(answer)


def test_a_unit_outside_the_structure_is_none(campaign: Campaign, small_tree: dict[str, Unit]) -> None:
    UnitFactory(code="quang-tri/moi", opened_on=date(2025, 7, 1), succeeds_since=date(2025, 7, 1))

    assert opened(campaign, **{"don-vi": "quang-tri/moi"}).status_code == 404


def test_an_unpublished_campaign_has_no_board(campaign: Campaign) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(is_published=False)

    assert Client().get(f"/{campaign.slug}/tien-do/").status_code == 404


def test_a_level_of_many_is_shown_in_pages_and_whole_in_excel(campaign: Campaign, small_tree: dict[str, Unit]) -> None:
    parent = small_tree["quang-tri/dong-ha"]
    for number in range(board_page.ROWS_A_PAGE + 4):
        UnitFactory(parent=parent, level=Level.GRASSROOTS, code=f"quang-tri/dong-ha/co-so-{number}")
    asked = {"don-vi": "quang-tri/dong-ha", "xep": "ten"}

    first, second = opened(campaign, **asked), opened(campaign, **asked, trang="2")
    sheet = Client().get(f"/{campaign.slug}/tien-do.xlsx", asked)

    assert len(first.context["rows"]) == board_page.ROWS_A_PAGE
    assert [row.number for row in second.context["rows"]] == [201, 202, 203, 204, 205]
    assert "xep=ten&trang=2" in seen(first) and "Trang 2/2" in seen(second)
    assert sum(isinstance(row[0], int) for row in cells_of(sheet.content)) == board_page.ROWS_A_PAGE + 5


def test_no_person_is_named(campaign: Campaign, small_tree: dict[str, Unit]) -> None:
    sent(campaign, small_tree["quang-tri/dong-ha"], 1, full_name="Trần Thị Bí Mật", title="Tên không ai được thấy")

    for page in (opened(campaign), opened(campaign, **{"don-vi": "quang-tri"})):
        assert "Bí Mật" not in seen(page) and "không ai được thấy" not in seen(page)


def test_the_public_page_tells_of_appraisals_and_names_no_initiative(
    campaign: Campaign, small_tree: dict[str, Unit]
) -> None:
    sent(campaign, small_tree["quang-tri/dong-ha"], 1, title="Tên không ai được thấy", benefit_value=90_000_000)
    found = Found(Finding.MONEY, 70_000_000, True, "Căn cứ không ai được thấy")
    appraise(Initiative.objects.get(), found, by=StaffAccountFactory(), at=NOW)

    page = seen(opened(campaign))
    sheet = cells_of(Client().get(f"/{campaign.slug}/tien-do.xlsx").content)

    assert "Đã thẩm định, 1 sáng kiến" in page and "70 triệu đồng" in page and "Ý nghĩa xã hội sâu sắc" in page
    assert "Đã thẩm định giá trị 1 sáng kiến, cộng 70 triệu đồng." in [row[0] for row in sheet]
    assert "không ai được thấy" not in page + str(sheet)


def test_however_many_units_it_is_as_many_statements(campaign: Campaign, small_tree: dict[str, Unit]) -> None:
    def asked_of_the_database() -> int:
        opened(campaign)
        with CaptureQueriesContext(connection) as asked:
            assert Client().get(f"/{campaign.slug}/tien-do/").status_code == 200
        return len(asked)

    sent(campaign, small_tree["quang-tri/dong-ha"], 1)
    few = asked_of_the_database()
    for number in range(5):
        unit = UnitFactory(parent=small_tree["tld"], level=Level.PROVINCE, code=f"tinh-{number}")
        given(campaign, unit, 5)
        sent(campaign, unit, 1)

    assert asked_of_the_database() == few
    assert few <= 16


def test_the_command_says_what_it_lacks(campaign: Campaign, tmp_path: Path) -> None:
    def told(**given: str) -> str:
        with pytest.raises(CommandError) as failure:
            call_command("export_progress", **given)
        return str(failure.value)

    output = str(tmp_path / "a.xlsx")
    assert told(campaign="a", unit="tld") == "Thiếu --output."
    assert told(campaign="a", unit="tld", output=output) == "Không có chương trình nào ở địa chỉ “a”."
    assert "không có đơn vị nào mang mã “b”" in told(campaign=campaign.slug, unit="b", output=output)
    missing = str(tmp_path / "khong-co" / "a.xlsx")
    assert "Không ghi được tệp" in told(campaign=campaign.slug, unit="tld", output=missing)
    assert list(tmp_path.iterdir()) == []


def test_a_name_of_a_unit_is_no_formula(campaign: Campaign, small_tree: dict[str, Unit]) -> None:
    UnitFactory(parent=small_tree["tld"], level=Level.PROVINCE, code="la", short_name="=1+1")
    tally.refresh(campaign, at=NOW)

    sheet = load_workbook(io.BytesIO(Client().get(f"/{campaign.slug}/tien-do.xlsx").content)).active

    cell = next(cell for row in sheet.iter_rows() for cell in row if cell.value == "=1+1")
    assert (cell.data_type, cell.quotePrefix) == ("s", True)


def test_the_names_of_many_units_stand_whole_on_paper(campaign: Campaign, small_tree: dict[str, Unit]) -> None:
    """A row of Excel ends at 409 points: what was above and below that was cut off, the number of units with it."""
    names = [f"Trường Trung học cơ sở và Trung học phổ thông Đông Lễ số {number}" for number in range(120)]
    for number, name in enumerate(names):
        unit = UnitFactory(
            parent=small_tree["quang-tri/dong-ha"],
            level=Level.GRASSROOTS,
            code=f"quang-tri/dong-ha/{number}",
            name=name,
        )
        given(campaign, unit, 5)
    tally.refresh(campaign, at=NOW)

    answer = Client().get(f"/{campaign.slug}/tien-do.xlsx?don-vi=quang-tri/dong-ha")
    sheet = load_workbook(io.BytesIO(answer.content)).active

    foot = [row[0] for row in sheet.iter_rows() if isinstance(row[0].value, str)]
    first = next(place for place, cell in enumerate(foot) if cell.value.startswith("Dưới 50%"))
    end = next(place for place, cell in enumerate(foot) if cell.value.startswith("Đã đạt:"))
    room = sum(width for _, width in board_sheet.COLUMNS)
    assert " ".join(cell.value for cell in foot[first:end]) == f"Dưới 50% chỉ tiêu: 120 đơn vị ({'; '.join(names)})."
    for cell in foot[first:end]:
        height = sheet.row_dimensions[cell.row].height or board_sheet.LINE_HEIGHT
        assert len(cell.value) / room * board_sheet.LINE_HEIGHT <= height <= 409
        assert f"A{cell.row}:F{cell.row}" in sheet.merged_cells


def test_the_first_printed_page_bears_no_number(campaign: Campaign, small_tree: dict[str, Unit]) -> None:
    tally.refresh(campaign, at=NOW)

    sheet = load_workbook(io.BytesIO(Client().get(f"/{campaign.slug}/tien-do.xlsx").content)).active

    assert (sheet.HeaderFooter.differentFirst, sheet.oddHeader.center.text) == (True, "&P")
    assert not sheet.firstHeader.center.text


def test_the_front_page_and_the_campaign_lead_to_the_board(campaign: Campaign, small_tree: dict[str, Unit]) -> None:
    sent(campaign, small_tree["quang-tri/dong-ha"], 1)
    tally.refresh(campaign, at=NOW)

    assert f'href="/{campaign.slug}/tien-do/"' in seen(Client().get("/"))
    assert f'href="/{campaign.slug}/tien-do/?don-vi=quang-tri"' in seen(
        Client().get(f"/{campaign.slug}/?don-vi=quang-tri")
    )


def test_bars_are_of_targets_and_there_is_none_where_nobody_has_one(
    campaign: Campaign, small_tree: dict[str, Unit]
) -> None:
    sent(campaign, small_tree["quang-tri/dong-ha"], 2)
    sent(campaign, small_tree["quang-tri/huong-hoa"], 1)

    def bars() -> list[int | None]:
        return [row.bar for row in opened(campaign, **{"don-vi": "quang-tri"}).context["rows"]]

    assert bars() == [None, None, None]
    given(campaign, small_tree["quang-tri/dong-ha"], 8)
    assert bars() == [250, None, None]


@pytest.mark.parametrize("counts", Counts.values)
def test_where_valid_ones_count_it_says_whose_money_is_added(
    campaign: Campaign, small_tree: dict[str, Unit], counts: str
) -> None:
    Campaign.objects.update(counts=counts)
    campaign.refresh_from_db()
    sent(campaign, small_tree["quang-tri/dong-ha"], 1)

    told = seen(opened(campaign))
    sheet = str(cells_of(Client().get(f"/{campaign.slug}/tien-do.xlsx").content))

    for text in (told, sheet):
        assert ("Tiền chỉ cộng của sáng kiến hợp lệ" in text) == (counts == Counts.VALID)
