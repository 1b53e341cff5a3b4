"""Grassroots unions from Excel, through the pages: template, dry run, corrected file, button (M35)."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from orgtree.models import Level, Sheet, StaffAccount, Unit
from orgtree.units import grassroots
from orgtree.units.grassroots_admin import ROWS_SHOWN
from portal.sheets.writing import template
from tests.codebase.words import english_in, seen
from tests.orgtree_admin.conftest import World

UPLOAD = reverse("admin:orgtree_unit_sheet")
TEMPLATE = reverse("admin:orgtree_unit_sheet_template")
NAME = "Công đoàn cơ sở Công ty TNHH Gỗ Cam Lộ"
RIGHT = {"parent": "quang-tri/dong-ha", "name": NAME}
WRONG = {"parent": "thanh-hoa/hoang-hoa", "name": "Công đoàn cơ sở Hoằng Hóa"}
PRESENT = {"parent": "quang-tri/dong-ha", "name": "Công đoàn cơ sở Công ty Cổ phần May Sông Hiếu"}


@pytest.fixture
def browser(world: World, enter: Callable[[str], Client]) -> Client:
    """The manager of LĐLĐ tỉnh Quảng Trị."""
    return enter("above")


def sheet_of(world: World, *rows: dict[str, str], who: str = "above") -> bytes:
    columns = grassroots.columns_for(grassroots.parents_for(world.accounts[who]))
    return template(columns, title="Công đoàn cơ sở", explanation=(), rows=rows)


def send(client: Client, content: bytes, *, name: str = "cdcs.xlsx", **fields: str) -> Any:
    return client.post(UPLOAD, {"file": SimpleUploadedFile(name, content), "eof": "1", **fields})


def rows_page(client: Client, content: bytes) -> str:
    answer = send(client, content)
    assert answer.status_code == 302
    return answer["Location"]


def said(answer: Any) -> list[str]:
    return [str(each) for each in get_messages(answer.wsgi_request)]


def grassroots_units() -> int:
    return Unit.objects.filter(level=Level.GRASSROOTS).count()


# --- a whole errand ------------------------------------------------------------------------------------------------------


def test_unions_are_added_from_the_template_as_filled_in(world: World, browser: Client) -> None:
    filled = load_workbook(io.BytesIO(browser.get(TEMPLATE).content))
    filled["Công đoàn cơ sở"].append(["LĐLĐ thành phố Đông Hà [quang-tri/dong-ha]", NAME])
    kept = io.BytesIO()
    filled.save(kept)

    address = rows_page(browser, kept.getvalue())
    asked = browser.get(address)
    done = browser.post(address, {"promised": "1"})

    assert "Thêm 1 công đoàn cơ sở" in asked.content.decode()
    assert done["Location"] == f"{reverse('admin:orgtree_unit_changelist')}?level=grassroots"
    assert said(done) == ["Đã thêm 1 công đoàn cơ sở từ tệp cdcs.xlsx."]
    assert Unit.objects.get(code="quang-tri/dong-ha/cong-ty-tnhh-go-cam-lo").name == NAME


def test_a_sheet_with_faults_is_corrected_and_sent_again(world: World, browser: Client) -> None:
    address = rows_page(browser, sheet_of(world, RIGHT, WRONG, PRESENT))
    page = browser.get(address).content.decode()

    faults = browser.get(f"{address}can-sua/")

    assert "sẽ thêm <b>1</b> công đoàn cơ sở; 1 dòng đã có, giữ nguyên; 1 dòng cần sửa" in page
    assert 'value="Thêm 1 dòng đúng, bỏ qua 1 dòng cần sửa"' in page
    assert page.index("Hoằng Hóa") < page.index("Gỗ Cam Lộ") < page.index("May Sông Hiếu")
    book = load_workbook(io.BytesIO(faults.content))
    sheet = book["Công đoàn cơ sở"]
    assert [cell.value for cell in sheet["A"]] == ["Cần sửa", None, grassroots.NO_SUCH_PARENT, None]
    sheet["B3"] = "quang-tri/huong-hoa"
    kept = io.BytesIO()
    book.save(kept)
    again = rows_page(browser, kept.getvalue())
    browser.post(again, {"promised": "2"})
    assert grassroots_units() == 3


def test_right_rows_may_go_in_without_the_wrong_ones(world: World, browser: Client) -> None:
    address = rows_page(browser, sheet_of(world, RIGHT, WRONG))

    browser.post(address, {"promised": "1"})

    assert grassroots_units() == 2


def test_looking_adds_nothing(world: World, browser: Client) -> None:
    address = rows_page(browser, sheet_of(world, RIGHT))

    for each in (UPLOAD, TEMPLATE, address, f"{address}can-sua/"):
        assert browser.get(each).status_code == 200

    assert grassroots_units() == 1


def test_a_double_tap_adds_once_and_says_so(world: World, browser: Client) -> None:
    address = rows_page(browser, sheet_of(world, RIGHT))
    browser.post(address, {"promised": "1"})

    again = browser.post(address, {"promised": "1"})

    assert grassroots_units() == 2
    assert said(again)[-1].startswith("Tệp cdcs.xlsx đã được thêm lúc ")
    assert browser.get(address).status_code == 302


def test_the_same_file_sent_again_has_nothing_to_add(world: World, browser: Client) -> None:
    content = sheet_of(world, RIGHT)
    browser.post(rows_page(browser, content), {"promised": "1"})

    page = browser.get(rows_page(browser, content)).content.decode()

    assert "Không có công đoàn cơ sở nào để thêm." in page
    assert 'name="promised"' not in page


@pytest.mark.parametrize("promised", ["2", "", "x", "9" * 30])
def test_what_was_not_shown_is_not_added(world: World, browser: Client, promised: str) -> None:
    address = rows_page(browser, sheet_of(world, RIGHT))

    answer = browser.post(address, {"promised": promised})

    assert answer.status_code == 409
    assert said(answer) == ["Cây đơn vị vừa thay đổi. Hãy xem lại bảng dưới đây rồi bấm nút lần nữa."]
    assert grassroots_units() == 1


def test_a_long_sheet_shows_its_first_rows_only(world: World, browser: Client) -> None:
    rows = [RIGHT | {"name": f"Công đoàn cơ sở {number}"} for number in range(ROWS_SHOWN + 5)]

    page = browser.get(rows_page(browser, sheet_of(world, *rows))).content.decode()

    assert page.count("<td>Dòng&nbsp;") == ROWS_SHOWN
    assert "Còn 5 dòng nữa không hiện ở đây." in page


# --- a file that is none -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Tệp không có nội dung."),
        (b"a,b,c", "Đây không phải tệp Excel loại .xlsx."),
        (b"x" * (5 * 1024 * 1024 + 1), "Tệp nặng quá 5 MB."),
    ],
    ids=["empty", "csv", "heavy"],
)
def test_a_file_that_is_no_sheet_is_told_at_its_field(browser: Client, content: bytes, sentence: str) -> None:
    answer = send(browser, content)

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Sheet.objects.exists()


def test_a_sheet_without_the_headings_is_told_when_it_is_looked_at(world: World, browser: Client) -> None:
    content = template(grassroots.columns_for([])[3:], title="Công đoàn cơ sở", explanation=(), rows=[{}])
    address = rows_page(browser, content)

    answer = browser.get(address)

    assert answer["Location"] == UPLOAD
    assert said(answer) == [
        "Tệp không có cột “Đơn vị cấp trên”, “Tên công đoàn cơ sở”. Hãy dùng tệp mẫu và giữ nguyên dòng tên cột."
    ]
    assert browser.get(f"{address}can-sua/").status_code == 404


@pytest.mark.parametrize("fields", [{"eof": "1"}, {}], ids=["no file", "nothing"])
def test_without_a_file_it_is_asked_for(browser: Client, fields: dict[str, str]) -> None:
    answer = browser.post(UPLOAD, fields)

    assert "Hãy chọn tệp Excel đã điền." in answer.content.decode()


def test_a_form_that_was_cut_short_keeps_nothing(world: World, browser: Client) -> None:
    answer = browser.post(UPLOAD, {"file": SimpleUploadedFile("cdcs.xlsx", sheet_of(world, RIGHT))})

    assert "Tệp chưa được gửi trọn vẹn. Hãy gửi lại." in answer.content.decode()
    assert not Sheet.objects.exists()


# --- who -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("above", 200),
        ("inside", 200),
        ("administrator", 200),
        ("outsider", 200),
        ("below", 200),
        ("reviewer", 403),
        ("viewer", 403),
        ("closed", 302),
    ],
)
def test_managers_send_sheets(enter: Callable[[str], Client], who: str, status: int) -> None:
    assert [enter(who).get(address).status_code for address in (UPLOAD, TEMPLATE)] == [status] * 2


def test_who_has_nothing_below_is_told_so(enter: Callable[[str], Client]) -> None:
    page = enter("below").get(UPLOAD).content.decode()

    assert "Đơn vị của bạn không có công đoàn cơ sở bên dưới." in page
    assert "multipart" not in page


@pytest.mark.parametrize("who", ["administrator", "inside", "reviewer"])
def test_a_sheet_is_its_senders_alone(world: World, browser: Client, enter: Callable[[str], Client], who: str) -> None:
    address = rows_page(browser, sheet_of(world, RIGHT))
    refused = 403 if who == "reviewer" else 404

    stranger = enter(who)

    assert stranger.get(address).status_code == refused
    assert stranger.post(address, {"promised": "1"}).status_code == refused
    assert stranger.get(f"{address}can-sua/").status_code == refused
    assert grassroots_units() == 1


def test_a_sheet_is_gone_after_a_day(world: World, browser: Client) -> None:
    address = rows_page(browser, sheet_of(world, RIGHT))
    Sheet.objects.update(sent_at=timezone.now() - timedelta(days=1))

    assert browser.get(address).status_code == 404


def test_a_template_names_the_units_of_ones_own_branch_only(enter: Callable[[str], Client]) -> None:
    offered = load_workbook(io.BytesIO(enter("above").get(TEMPLATE).content))["Danh mục"]

    assert [cell.value for cell in offered["A"]] == [
        "LĐLĐ tỉnh Quảng Trị [quang-tri]",
        "LĐLĐ thành phố Đông Hà [quang-tri/dong-ha]",
        "LĐLĐ huyện Hướng Hóa [quang-tri/huong-hoa]",
        "CĐ Viên chức tỉnh Quảng Trị [quang-tri/cd-vien-chuc]",
    ]


def test_who_moved_meanwhile_adds_to_the_new_branch_only(
    world: World, browser: Client, client_as: Callable[[StaffAccount], Client]
) -> None:
    address = rows_page(browser, sheet_of(world, RIGHT))
    StaffAccount.objects.filter(pk=world.accounts["above"].pk).update(unit=world.units["thanh-hoa"])

    answer = browser.post(address, {"promised": "1"})

    assert answer.status_code == 409
    assert grassroots_units() == 1


# --- the pages -----------------------------------------------------------------------------------------------------------


def test_every_page_is_vietnamese(world: World, browser: Client) -> None:
    address = rows_page(browser, sheet_of(world, RIGHT, WRONG, PRESENT))
    pages = [browser.get(UPLOAD), browser.get(address), send(browser, b"x"), browser.post(address, {"promised": "9"})]

    assert [english_in(seen(page.content.decode())) for page in pages] == [[]] * 4


def test_the_list_of_units_leads_here_for_those_who_may(enter: Callable[[str], Client]) -> None:
    units = reverse("admin:orgtree_unit_changelist")

    assert UPLOAD in enter("above").get(units).content.decode()
    assert UPLOAD not in enter("reviewer").get(units).content.decode()
