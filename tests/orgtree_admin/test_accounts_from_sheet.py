"""Accounts for all units below, from a sheet: template, what it would do, button, slips (M37)."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook, load_workbook

from orgtree.models import Sheet, StaffAccount
from tests.factories import StaffAccountFactory
from tests.orgtree_admin.conftest import World

Enter = Callable[[str], Client]

HEADINGS = ["Đơn vị", "Họ và tên", "Điện thoại", "Vai trò", "Tên đăng nhập"]
MAY_SONG_HIEU = "CĐCS Công ty CP May Sông Hiếu [quang-tri/dong-ha/may-song-hieu]"
DONG_HA = "LĐLĐ thành phố Đông Hà [quang-tri/dong-ha]"
RIGHT = [MAY_SONG_HIEU, "Ngô Thị Bích", "0912 345 678", "", ""]
WRONG = ["Không có", "Lê Văn Cường", "", "", ""]
EMPTY = ["LĐLĐ huyện Hướng Hóa [quang-tri/huong-hoa]", "", "", "Người quản lý", ""]
SEND = reverse("admin:orgtree_staffaccount_sheet")
LIST = reverse("admin:orgtree_staffaccount_changelist")


def workbook(*rows: list[str]) -> bytes:
    book = Workbook()
    for row in (HEADINGS, *rows):
        book.active.append(row)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def send(client: Client, content: bytes, name: str = "tai-khoan.xlsx") -> Any:
    return client.post(SEND, {"file": SimpleUploadedFile(name, content), "eof": "1"})


def sent(client: Client, *rows: list[str]) -> str:
    """The address of the page that says what the sheet would do."""
    answer = send(client, workbook(*rows))
    assert answer.status_code == 302
    return answer["Location"]


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def cells(answer: Any) -> list[list[Any]]:
    sheet = load_workbook(io.BytesIO(answer.content)).worksheets[0]
    return [list(row) for row in sheet.iter_rows(values_only=True)]


@pytest.mark.parametrize(
    "who, status",
    [
        ("administrator", 200),
        ("above", 200),
        ("inside", 200),
        ("without_unit", 200),
        ("reviewer", 403),
        ("viewer", 403),
    ],
)
def test_who_may_send_a_sheet(world: World, enter: Enter, who: str, status: int) -> None:
    client = enter(who)

    assert client.get(SEND).status_code == status
    assert send(client, workbook(RIGHT)).status_code == (302 if status == 200 else 403)
    assert (SEND in text(client.get(LIST))) is (status == 200)


def test_the_page_counts_the_units_without_an_account(world: World, enter: Enter) -> None:
    StaffAccount.objects.filter(unit__code="quang-tri/huong-hoa").update(is_active=False)

    page = text(enter("above").get(SEND))

    assert "<b>1</b> Liên đoàn Lao động cấp huyện" in page
    assert "<b>1</b> Công đoàn ngành địa phương và tương đương" in page
    assert "Công đoàn cơ sở</a>" not in page


def test_the_template_can_be_filled_in_and_sent(world: World, enter: Enter) -> None:
    StaffAccount.objects.filter(unit__code="quang-tri/dong-ha/may-song-hieu").update(is_active=False)
    client = enter("above")
    template = client.get(reverse("admin:orgtree_staffaccount_sheet_template", args=["grassroots"]))
    book = load_workbook(io.BytesIO(template.content))
    line = next(row for row in book.worksheets[0].iter_rows() if row[0].value == MAY_SONG_HIEU)
    line[1].value = "Ngô Thị Bích"
    kept = io.BytesIO()
    book.save(kept)

    page = client.get(send(client, kept.getvalue())["Location"])

    assert line[3].value == "Người xét duyệt"
    assert "sẽ tạo <b>1</b> tài khoản" in text(page)


@pytest.mark.parametrize("level", ["grassroots", "district", "confederation"])
def test_a_template_names_nobody_elses_units(world: World, enter: Enter, level: str) -> None:
    StaffAccount.objects.update(is_active=False)
    StaffAccount.objects.filter(pk=world.accounts["above"].pk).update(is_active=True)

    answer = enter("above").get(reverse("admin:orgtree_staffaccount_sheet_template", args=[level]))
    written = [cell for row in cells(answer) for cell in row if cell]

    assert (DONG_HA in written) is (level == "district")
    assert not [cell for cell in written if "dien-bien" in str(cell) or "thanh-hoa" in str(cell)]


def test_an_unknown_level_is_no_page(world: World, enter: Enter) -> None:
    address = reverse("admin:orgtree_staffaccount_sheet_template", args=["khong-co"])

    assert enter("above").get(address).status_code == 404


@pytest.mark.parametrize(
    "content",
    [b"", b"%PDF-1.7", b"PK\x03\x04", "họ và tên;điện thoại".encode()],
    ids=["empty", "pdf", "broken", "csv"],
)
def test_what_is_no_sheet_is_told_and_not_kept(world: World, enter: Enter, content: bytes) -> None:
    answer = send(enter("above"), content)

    assert answer.status_code == 422
    assert "errorlist" in text(answer)
    assert not Sheet.objects.exists()


def test_a_form_without_a_file_says_so(world: World, enter: Enter) -> None:
    answer = enter("above").post(SEND, {})

    assert answer.status_code == 422
    assert "Hãy chọn tệp Excel đã điền." in text(answer)


def test_half_a_file_is_not_taken(world: World, enter: Enter) -> None:
    answer = enter("above").post(SEND, {"file": SimpleUploadedFile("tai-khoan.xlsx", workbook(RIGHT))})

    assert answer.status_code == 422
    assert "Tệp chưa được gửi trọn vẹn." in text(answer)


def test_the_template_sent_as_it_came_is_told(world: World, enter: Enter) -> None:
    answer = send(enter("above"), workbook(EMPTY))

    assert answer.status_code == 422
    assert "Chưa có dòng nào ghi họ và tên." in text(answer)
    assert not Sheet.objects.exists()


def test_a_sheet_with_too_many_rows_is_told(world: World, enter: Enter) -> None:
    answer = send(enter("above"), workbook(*[RIGHT] * 2001))

    assert answer.status_code == 422
    assert "2.000" in text(answer)


def test_every_row_is_told_and_nothing_is_made_yet(world: World, enter: Enter) -> None:
    there = StaffAccountFactory(unit=world.units["quang-tri/dong-ha"], full_name="Hồ Thị Hoa")
    client = enter("above")
    before = StaffAccount.objects.count()

    page = text(client.get(sent(client, RIGHT, WRONG, ["quang-tri/dong-ha", "Hồ Thị Hoa", "", "", ""], EMPTY)))

    assert "sẽ tạo <b>1</b> tài khoản; 1 tài khoản đã có, giữ nguyên; 1 dòng để trống, bỏ qua." in page
    assert "Không có đơn vị này trong phạm vi của bạn." in page
    assert "cdcs.dong-ha.may-song-hieu" in page
    assert there.username in page
    assert "Tạo 1 tài khoản, bỏ qua 1 dòng cần sửa" in page
    assert page.index("<h2>Cần sửa</h2>") < page.index("<h2>Sẽ tạo</h2>") < page.index("<h2>Đã có, giữ nguyên</h2>")
    assert StaffAccount.objects.count() == before


def test_the_corrected_sheet_can_be_sent_again(world: World, enter: Enter) -> None:
    client = enter("above")
    corrected = client.get(sent(client, RIGHT, WRONG) + "can-sua/")

    again = client.get(send(client, corrected.content)["Location"])

    said = [cell for row in cells(corrected) for cell in row if cell]
    assert "Không có đơn vị này trong phạm vi của bạn. Hãy ghi đúng như trong tệp mẫu." in said
    assert "sẽ tạo <b>1</b> tài khoản." in text(again)
    assert "1 dòng cần sửa" in text(again)


def test_the_button_makes_the_accounts_and_shows_their_slips_once(world: World, enter: Enter) -> None:
    client = enter("above")
    address = sent(client, RIGHT, WRONG)

    slips = client.post(address, {"promised": "1"})
    second = client.post(address, {"promised": "1"})
    reloaded = client.get(address)

    made = StaffAccount.objects.get(username="cdcs.dong-ha.may-song-hieu")
    assert slips.status_code == 200
    assert "no-store" in slips["Cache-Control"]
    assert "Ngô Thị Bích" in text(slips)
    assert made.must_change_password
    for answer in (second, reloaded):
        assert "tạo 1 tài khoản. Không có gì được tạo thêm." in text(answer)
        assert "In lại 1 phiếu với mật khẩu mới" in text(answer)


@pytest.mark.parametrize("promised", ["", "2", "x", "9" * 30])
def test_a_button_that_promised_something_else_shows_the_page_again(world: World, enter: Enter, promised: str) -> None:
    client = enter("above")
    before = StaffAccount.objects.count()

    answer = client.post(sent(client, RIGHT), {"promised": promised})

    assert answer.status_code == 409
    assert "Hãy xem lại bảng dưới đây" in text(answer)
    assert StaffAccount.objects.count() == before


def test_slips_again_bear_new_passwords(world: World, enter: Enter) -> None:
    client = enter("above")
    address = sent(client, RIGHT)
    client.post(address, {"promised": "1"})
    before = StaffAccount.objects.get(username="cdcs.dong-ha.may-song-hieu").password

    slips = client.post(address + "in-lai/")

    assert "Ngô Thị Bích" in text(slips)
    assert StaffAccount.objects.get(username="cdcs.dong-ha.may-song-hieu").password != before


def test_when_everybody_has_signed_in_there_is_nothing_to_print(world: World, enter: Enter) -> None:
    client = enter("above")
    address = sent(client, RIGHT)
    client.post(address, {"promised": "1"})
    StaffAccount.objects.filter(username="cdcs.dong-ha.may-song-hieu").update(last_login=timezone.now())

    answer = client.post(address + "in-lai/")

    assert "Mọi người đều đã đăng nhập" in text(answer)


@pytest.mark.parametrize("ending", ["", "can-sua/", "in-lai/"])
def test_a_sheet_is_its_senders_alone(world: World, enter: Enter, ending: str) -> None:
    address = sent(enter("above"), RIGHT) + ending
    stranger, missing = enter("administrator"), f"{SEND}987654321/{ending}"
    method = "post" if ending == "in-lai/" else "get"

    assert getattr(stranger, method)(address).status_code == 404
    assert getattr(stranger, method)(missing).status_code == 404


def test_reading_makes_nothing(world: World, enter: Enter) -> None:
    client = enter("above")
    address = sent(client, RIGHT)

    assert client.get(address + "in-lai/").status_code == 405
    assert client.get(reverse("admin:orgtree_staffaccount_new_slips")).status_code == 405


# --- new slips for ticked accounts ---------------------------------------------------------------------------------------


def tick(client: Client, *accounts: StaffAccount) -> Any:
    return client.post(LIST, {"action": "new_slips", "_selected_action": [account.pk for account in accounts]})


def test_ticked_accounts_get_new_slips_after_a_question(world: World, enter: Enter) -> None:
    client = enter("above")
    StaffAccount.objects.filter(pk=world.accounts["reviewer"].pk).update(last_login=timezone.now())
    viewer, reviewer = world.accounts["viewer"], world.accounts["reviewer"]

    question = tick(client, viewer, reviewer)
    slips = client.post(reverse("admin:orgtree_staffaccount_new_slips"), {"rows": f"{viewer.pk} {reviewer.pk}"})

    assert "Cấp lại 1 phiếu" in text(question)
    assert "1 tài khoản đã chọn được giữ nguyên" in text(question)
    assert viewer.username in text(slips)
    assert reviewer.username not in text(slips)
    assert StaffAccount.objects.get(pk=viewer.pk).must_change_password
    assert not StaffAccount.objects.get(pk=reviewer.pk).must_change_password


def test_no_slips_for_anybody_elses_accounts(world: World, enter: Enter) -> None:
    client = enter("inside")
    others = [world.accounts[name] for name in ("outsider", "beside", "above", "administrator", "inside", "closed")]
    before = list(StaffAccount.objects.order_by("pk").values_list("password", flat=True))

    answer = client.post(
        reverse("admin:orgtree_staffaccount_new_slips"), {"rows": " ".join(str(each.pk) for each in others) + " x"}
    )

    assert answer.status_code == 302
    assert tick(client, *others).status_code in (200, 302)
    assert list(StaffAccount.objects.order_by("pk").values_list("password", flat=True)) == before
