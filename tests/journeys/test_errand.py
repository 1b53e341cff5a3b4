"""The whole errand by its addresses: scan, fill in, submit, keep the receipt, track, correct, be found valid, be printed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from PIL import Image

from initiatives.models import Act, Campaign, Initiative, Status
from orgtree.models import Unit
from orgtree.roles import Role
from tests.factories import StaffAccountFactory
from tests.journeys.answers import IDEA_2021, WORKER_2021, WORKER_2022, Answers, idea_2022
from tests.journeys.phone import Page, Phone, upload
from tests.submission.samples import jpeg

ClockAt = Callable[[str | datetime], datetime]
ClientAs = Callable[..., Client]


@dataclass(frozen=True)
class Errand:
    """A campaign, a moment at which it takes initiatives, somebody who takes part, and the row of the table it ends in."""

    campaign: str
    moment: str
    later: str
    unit: str
    officer_of: str
    worker: Answers
    idea: Answers
    row: tuple[Any, ...]


ERRANDS = [
    Errand(
        campaign="75nghin-sangkien-vuotkho-phattrien",
        moment="2021-04-22 10:00:00",
        later="2021-04-26 08:30:00",
        unit="dien-bien/dien-bien-phu",
        officer_of="dien-bien",
        worker=WORKER_2021,
        idea=IDEA_2021,
        row=(
            1,
            "Lò Thị Hoa Ban\n1990\nGiáo viên\nTrường Mầm non Sao Mai\n0987 654 321 (Zalo)",
            "Bộ chữ cái ghép từ vỏ ngô",
            "15/04/2021",
            "Mỗi cháu tự ghép hai mươi chín chữ cái từ vỏ ngô, cả lớp thuộc sau ba tuần.",
            "=Không tốn tiền mua đồ chơi\nToàn trường\nkhông tính được bằng tiền",
        ),
    ),
    Errand(
        campaign="1trieu-sangkien",
        moment="2022-03-01 09:00:00",
        later="2022-03-04 08:30:00",
        unit="quang-tri/dong-ha",
        officer_of="quang-tri/dong-ha",
        worker=WORKER_2022,
        idea=idea_2022(applied_on=date(2022, 1, 10), recognised_on=date(2022, 2, 15)),
        row=(
            1,
            "Đặng Thị Ánh Tuyết\n1988\nTổ trưởng tổ cắt\nXưởng may 2, Công ty Cổ phần May Sông Hiếu\n+84 912 345 678",
            "Cữ chặn có thước khắc cho máy cắt vải",
            "10/01/2022",
            "Mỗi cháu tự ghép hai mươi chín chữ cái từ vỏ ngô, cả lớp thuộc sau ba tuần.",
            "Tiết kiệm 1,5 giờ mỗi ngày\nToàn xưởng\n1.200.000.000 đồng",
        ),
    ),
]
EACH_ERRAND = pytest.mark.parametrize("errand", ERRANDS, ids=["2021", "2022"])
CORRECTED = "Mỗi cháu tự ghép hai mươi chín chữ cái từ vỏ ngô, cả lớp thuộc sau ba tuần."
UNCLEAR = "Phần mô tả chưa rõ đã làm gì và kết quả ra sao."


def scanned(phone: Phone, errand: Errand, tree: dict[str, Unit], campaigns: dict[str, Campaign]) -> Page:
    """The phone reads the QR of the unit's poster."""
    return phone.scan(f"/q/{campaigns[errand.campaign].poster_key}{tree[errand.unit].poster_key}")


def at_the_check(phone: Phone, errand: Errand) -> Page:
    phone.send("next", **errand.worker)
    phone.send("next", **errand.idea)
    return phone.send("next")


def submitted(phone: Phone, errand: Errand, tree: dict[str, Unit], campaigns: dict[str, Campaign]) -> str:
    """The code on the receipt."""
    scanned(phone, errand, tree, campaigns)
    at_the_check(phone, errand)
    return phone.send("confirm")["#receipt-code"]


@EACH_ERRAND
def test_from_the_poster_to_the_printed_table(
    errand: Errand,
    tree: dict[str, Unit],
    campaigns: dict[str, Campaign],
    at: ClockAt,
    client_as: ClientAs,
    tmp_path: Path,
) -> None:
    at(errand.moment)
    phone = Phone()

    page = scanned(phone, errand, tree, campaigns)
    assert page.status == 200
    assert page.form().values["unit"] == [errand.unit]
    assert page.form().values["top_unit"] == [errand.unit.partition("/")[0]]

    page = phone.send("next", **errand.worker)
    assert (page.status, page["h1"]) == (200, "Sáng kiến của bạn là gì?")
    page = phone.send("next", **errand.idea)
    assert (page.status, page["h1"]) == (200, "Tài liệu kèm theo")
    page = phone.send("add", attachments=upload("ban-ve.jpg", jpeg(400, 300)), attachment_kind="recognition")
    assert page["h2"] == "Đã có 1 tài liệu"
    page = phone.send("next")
    assert (page.status, page["h1"]) == (200, "Kiểm tra và nộp")
    assert "ban-ve.jpg" in page.text
    assert errand.worker["full_name"] in page.text
    assert errand.worker["phone"] not in page.text

    page = phone.send("confirm")
    assert page["h1"] == "Đã nhận sáng kiến của bạn"
    initiative = Initiative.objects.get()
    code = page["#receipt-code"]
    assert code.replace(" ", "") == initiative.receipt_code
    assert initiative.unit.code == errand.unit

    page = phone.follow("Tra cứu kết quả")
    page = phone.send(code=code, phone="0" + initiative.phone_digits[1:])
    assert (page["h1"], page[".badge"]) == (errand.idea["title"], "Đã nhận, chờ xét")

    at(errand.later)
    officer = client_as(StaffAccountFactory(unit=tree[errand.officer_of], role=Role.REVIEWER))
    decided(officer, initiative, "return", reason=["description_unclear"], due_on="30/4/2022")
    assert Initiative.objects.get().status == Status.RETURNED

    phone.scan("/tra-cuu/")
    page = phone.send(code=code.replace(" ", "-"), phone=errand.worker["phone"])
    assert page["h2"] == "Bạn cần bổ sung đến hết ngày 30/4/2022"
    assert UNCLEAR in page.all("li")
    page = phone.follow("Bổ sung")
    assert page["h1"] == "Sáng kiến của bạn là gì?"
    assert page.all(".remark") == [f"Công đoàn yêu cầu: {UNCLEAR}"]
    assert page.form().values["description"] == [errand.idea["description"].replace("\r\n", "\n")]

    phone.send("next", description=CORRECTED)
    page = phone.send("next")
    assert page["h1"] == "Kiểm tra và gửi lại"
    page = phone.send("confirm")
    assert page[".badge"] == "Đã nhận, chờ xét"
    assert Initiative.objects.get().description == CORRECTED

    decided(officer, Initiative.objects.get(), "approve")
    assert list(Initiative.objects.get().events.values_list("act", flat=True)) == [
        Act.RECEIVED,
        Act.RETURNED,
        Act.RESENT,
        Act.APPROVED,
    ]
    phone.scan("/tra-cuu/")
    page = phone.send(code=code, phone=errand.worker["phone"])
    assert page[".badge"] == "Hợp lệ"

    table = tmp_path / "bang.xlsx"
    call_command(
        "export_summary", campaign=errand.campaign, unit=errand.officer_of, layout="qt", output=str(table), verbosity=0
    )
    assert rows_of(table) == [errand.row]


def decided(officer: Client, initiative: Initiative, decision: str, **fields: Any) -> None:
    """The officer opens the desk and decides there."""
    desk = reverse("admin:initiatives_initiative_change", args=[initiative.pk])
    assert officer.get(desk).status_code == 200
    answer = officer.post(desk, {"decision": decision, "version": initiative.version, **fields})
    assert answer.status_code == 302, answer.content.decode()


def rows_of(table: Path) -> list[tuple[Any, ...]]:
    """What stands between the heading and the place for the signature."""
    sheet = openpyxl.load_workbook(table).active
    rows = list(sheet.iter_rows(values_only=True))
    heading = next(number for number, row in enumerate(rows) if row[0] == "TT")
    return [row[:6] for row in rows[heading + 1 :] if isinstance(row[0], int)]


def test_quang_tri_has_closed_while_dien_bien_still_takes_part(
    tree: dict[str, Unit], campaigns: dict[str, Campaign], at: ClockAt
) -> None:
    at("2021-04-22 10:00:00")
    phone = Phone()
    key = campaigns["75nghin-sangkien-vuotkho-phattrien"].poster_key

    page = phone.scan(f"/q/{key}{tree['quang-tri/dong-ha'].poster_key}")
    assert (page["h1"], page.forms) == ("Đã hết thời gian nhận", [])

    page = phone.scan(f"/q/{key}")
    assert page["h1"] == "Chỉ còn một số đơn vị được nộp"
    page = phone.follow("LĐLĐ tỉnh Điện Biên và các đơn vị trực thuộc")
    assert page.form().values["top_unit"] == ["dien-bien"]


@EACH_ERRAND
def test_however_often_it_is_sent_it_is_one_initiative_and_one_receipt(
    errand: Errand, tree: dict[str, Unit], campaigns: dict[str, Campaign], at: ClockAt
) -> None:
    at(errand.moment)
    phone = Phone()
    scanned(phone, errand, tree, campaigns)
    at_the_check(phone, errand)
    check = phone.page

    first = phone.send("confirm")
    phone.page = check
    second = phone.send("confirm")
    third = phone.open(check.address)

    assert [first["#receipt-code"]] * 2 == [second["#receipt-code"], third["#receipt-code"]]
    assert Initiative.objects.count() == 1


@EACH_ERRAND
def test_once_more_from_the_first_step_asks_before_it_sends_another(
    errand: Errand, tree: dict[str, Unit], campaigns: dict[str, Campaign], at: ClockAt
) -> None:
    at(errand.moment)
    first = submitted(Phone(), errand, tree, campaigns)

    phone = Phone()
    scanned(phone, errand, tree, campaigns)
    at_the_check(phone, errand)
    page = phone.send("confirm")
    assert page["h2"] == "Cổng đã nhận sáng kiến này rồi"
    assert Initiative.objects.count() == 1

    page = phone.send("again")
    assert page["h1"] == "Đã nhận sáng kiến của bạn"
    assert page["#receipt-code"] != first
    assert Initiative.objects.count() == 2


@EACH_ERRAND
def test_a_refused_value_costs_no_other(
    errand: Errand, tree: dict[str, Unit], campaigns: dict[str, Campaign], at: ClockAt
) -> None:
    at(errand.moment)
    phone = Phone()
    scanned(phone, errand, tree, campaigns)

    page = phone.send("next", **{**errand.worker, "phone": "12345", "birth_year": "88"})
    assert page["title"].startswith("Lỗi: ")
    assert len(page.all(".error")) == 2
    assert page.form().values["full_name"] == [errand.worker["full_name"]]
    page = phone.send("next", phone=errand.worker["phone"], birth_year="")
    assert page["h1"] == "Sáng kiến của bạn là gì?"

    page = phone.send("next", **{**errand.idea, "applied_on": "31/2/2022", "description": "x" * 2001})
    assert page.form().values["applied_on"] == ["31/2/2022"]
    assert page.form().values["description"] == ["x" * 2001]
    assert page.form().values["title"] == [errand.idea["title"]]
    page = phone.send("next", applied_on=errand.idea["applied_on"], description=errand.idea["description"])
    assert page["h1"] == "Tài liệu kèm theo"


@EACH_ERRAND
def test_promises_that_are_missing_are_one_place_to_mend(
    errand: Errand, tree: dict[str, Unit], campaigns: dict[str, Campaign], at: ClockAt
) -> None:
    at(errand.moment)
    phone = Phone()
    scanned(phone, errand, tree, campaigns)
    phone.send("next", **errand.worker)

    page = phone.send("next", **{**errand.idea, "declaration": []})

    assert page[".summary"].startswith("Cần sửa 1 chỗ")
    assert len(page.all(".error")) == 1


def test_the_receipt_is_a_picture_too(tree: dict[str, Unit], campaigns: dict[str, Campaign], at: ClockAt) -> None:
    at(ERRANDS[1].moment)
    phone = Phone()
    submitted(phone, ERRANDS[1], tree, campaigns)

    phone.follow("Lưu ảnh biên nhận")
    answer = phone.follow("Tải ảnh về máy").answer

    assert answer["Content-Type"] == "image/png"
    assert Image.open(BytesIO(answer.content)).width == 720


@EACH_ERRAND
def test_a_draft_is_gone_on_with_on_another_phone(
    errand: Errand, tree: dict[str, Unit], campaigns: dict[str, Campaign], at: ClockAt
) -> None:
    at(errand.moment)
    phone = Phone()
    scanned(phone, errand, tree, campaigns)
    link = phone.send("next", **errand.worker)["#draft-link"]

    other = Phone()
    page = other.scan(link)
    assert page["h1"] == "Bản nháp sáng kiến"
    assert errand.worker["full_name"] not in page.answer.content.decode()
    page = other.follow("Tiếp tục bản nháp này")
    assert page["h1"] == "Sáng kiến của bạn là gì?"
    other.send("next", **errand.idea)
    other.send("next")
    code = other.send("confirm")["#receipt-code"]

    page = phone.scan(link)
    assert page["h1"] == "Bản nháp này đã được nộp"
    assert phone.follow("Xem biên nhận")["#receipt-code"] == code


@EACH_ERRAND
def test_what_is_sent_after_the_close_is_kept_and_seen_by_the_union(
    errand: Errand, tree: dict[str, Unit], campaigns: dict[str, Campaign], at: ClockAt, client_as: ClientAs
) -> None:
    at(errand.moment)
    phone = Phone()
    scanned(phone, errand, tree, campaigns)
    phone.send("next", **errand.worker)

    closes = campaigns[errand.campaign].phases.last().closes_at
    at(max(closes, datetime.fromisoformat("2021-04-23 00:00:00+07:00")))
    page = phone.send("next", **errand.idea)

    assert page["h1"] == "Đã hết thời gian nhận"
    assert "Những gì bạn nhập vẫn được giữ" in page.all("h2")
    assert Initiative.objects.count() == 0
    officer = client_as(StaffAccountFactory(unit=tree[errand.officer_of], role=Role.MANAGER))
    late = officer.get(reverse("admin:initiatives_draft_changelist"))
    assert errand.worker["full_name"] in late.content.decode()


def test_a_worker_without_a_unit_in_the_list_is_attached_by_the_union(
    tree: dict[str, Unit], campaigns: dict[str, Campaign], at: ClockAt, client_as: ClientAs
) -> None:
    at("2022-03-01 09:00:00")
    phone = Phone()
    phone.scan("/1trieu-sangkien/nop/")
    page = phone.send("choose", top_unit="quang-tri", **WORKER_2022)
    assert page.all(".error") == []
    page = phone.send("next", unit_name="CĐCS Công ty May Sông Hiếu")
    assert page["h1"] == "Sáng kiến của bạn là gì?"
    phone.send("next", **ERRANDS[1].idea)
    phone.send("next")
    phone.send("confirm")
    initiative = Initiative.objects.get()
    assert (initiative.unit.code, initiative.unit_name) == ("quang-tri", "CĐCS Công ty May Sông Hiếu")

    officer = client_as(StaffAccountFactory(unit=tree["quang-tri"], role=Role.REVIEWER))
    attach = reverse("admin:initiatives_initiative_attach", args=[initiative.pk])
    assert officer.post(attach, {"unit": "quang-tri/dong-ha", "version": initiative.version}).status_code == 302

    assert Initiative.objects.get().unit.code == "quang-tri/dong-ha"


@EACH_ERRAND
def test_a_withdrawn_one_is_out_of_the_table_and_stays_received(
    errand: Errand, tree: dict[str, Unit], campaigns: dict[str, Campaign], at: ClockAt, tmp_path: Path
) -> None:
    at(errand.moment)
    phone = Phone()
    code = submitted(phone, errand, tree, campaigns)

    phone.follow("Tra cứu kết quả")
    phone.send(code=code, phone=errand.worker["phone"])
    page = phone.follow("Rút sáng kiến này")
    assert Initiative.objects.get().status == Status.SUBMITTED
    page = phone.send("confirm")
    assert page[".badge"] == "Đã rút"

    table = tmp_path / "bang.xlsx"
    call_command(
        "export_summary", campaign=errand.campaign, unit=errand.officer_of, layout="th", output=str(table), verbosity=0
    )
    assert rows_of(table) == []
    assert Initiative.objects.count() == 1
