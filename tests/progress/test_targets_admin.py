"""The pages on which targets are given: numbers as people write them, everything typed kept; and Excel out and in (M30)."""

import html
import io
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from initiatives.models import Campaign, GrassrootsCount, Period, Target
from initiatives.progress import targets, targets_sheet
from orgtree.models import StaffAccount, Unit
from orgtree.roles import Role
from portal.sheets.writing import template
from portal.vietnamese.days import VIETNAM
from tests.factories import (
    CampaignFactory,
    GrassrootsCountFactory,
    StaffAccountFactory,
    TargetFactory,
    UnitFactory,
    make_tree,
)

NOW = datetime(2022, 4, 13, 9, 0, tzinfo=VIETNAM)

pytestmark = pytest.mark.django_db


@pytest.fixture
def units() -> dict[str, Unit]:
    return make_tree()


@pytest.fixture
def campaign(units: dict[str, Unit]) -> Campaign:
    return CampaignFactory()


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def enter(units: dict[str, Unit], client_as: Callable[[StaffAccount], Client]) -> Callable[..., Client]:
    def entered(code: str, role: str = Role.MANAGER, **fields: Any) -> Client:
        return client_as(StaffAccountFactory(unit=units[code], role=role, **fields))

    return entered


def page_of(unit: Unit, campaign: Campaign, when: str = "", name: str = "set") -> str:
    address = reverse(f"admin:initiatives_target_{name}", args=[unit.pk, campaign.slug])
    return f"{address}?thoi-gian={when}" if when else address


def text_of(answer: HttpResponse) -> str:
    return " ".join(html.unescape(answer.content.decode()).split())


def posted(answer: HttpResponse, **typed: str) -> dict[str, str]:
    """What the browser sends of the form that is shown, with what somebody typed."""
    form = answer.context["form"]
    shown = {name: form[name].value() for name in form.fields}
    return (
        {name: str(value) for name, value in shown.items() if value not in {None, False, ""}}
        | {name: "" for name, value in shown.items() if value in {None, ""}}
        | typed
    )


class TestThePage:
    def test_the_way_leads_to_ones_own_unit_in_the_latest_campaign(
        self, campaign: Campaign, units: dict[str, Unit], enter: Callable[..., Client]
    ) -> None:
        answer = enter("quang-tri", Role.VIEWER).get(reverse("admin:initiatives_target_begin"))

        assert answer["Location"] == page_of(units["quang-tri"], campaign)

    @pytest.mark.parametrize("typed", ["3.000", "3000", "3 000", "3,000"])
    def test_a_number_is_typed_as_people_write_it(
        self, campaign: Campaign, units: dict[str, Unit], enter: Callable[..., Client], typed: str
    ) -> None:
        client, address = enter("quang-tri"), page_of(units["quang-tri"], campaign)
        here = units["quang-tri/dong-ha"]

        answer = client.post(
            address,
            posted(
                client.get(address),
                **{
                    f"target_{here.pk}": typed,
                    f"count_{here.pk}": "1.200",
                    "due_on": "10-10-2022",
                    "document": "12/KH",
                },
            ),
            follow=True,
        )

        target = Target.objects.get()
        assert (target.unit, target.quantity, target.due_on, target.document) == (
            here,
            3000,
            date(2022, 10, 10),
            "12/KH",
        )
        assert GrassrootsCount.objects.get().number == 1200
        assert "Đã giao 1 chỉ tiêu, ghi 1 số CĐCS khai báo." in text_of(answer)
        assert 'value="3.000" ' in answer.content.decode()

    def test_what_is_given_stands_beside_the_units_own(
        self, campaign: Campaign, units: dict[str, Unit], enter: Callable[..., Client]
    ) -> None:
        TargetFactory(campaign=campaign, unit=units["quang-tri"], quantity=3000)
        TargetFactory(campaign=campaign, unit=units["quang-tri/dong-ha"], quantity=2850)
        TargetFactory(
            campaign=campaign,
            unit=units["quang-tri/dong-ha"],
            quantity=50,
            period=Period.QUARTER,
            starts_on=date(2022, 1, 1),
        )

        shown = text_of(enter("quang-tri").get(page_of(units["quang-tri"], campaign)))

        assert "<b>giao 2.850/3.000</b>" in shown
        assert "còn thiếu 150" in shown
        assert "các quý 50/2.850, còn thiếu 2.800" in shown
        assert "2/3 đơn vị chưa có chỉ tiêu" in shown

    def test_what_is_wrong_is_told_beside_its_field_and_everything_typed_is_kept(
        self, campaign: Campaign, units: dict[str, Unit], enter: Callable[..., Client]
    ) -> None:
        client, address = enter("quang-tri"), page_of(units["quang-tri"], campaign)
        here, there = units["quang-tri/dong-ha"], units["quang-tri/huong-hoa"]

        answer = client.post(
            address,
            posted(
                client.get(address),
                **{f"target_{here.pk}": "ba trăm", f"target_{there.pk}": "450", "due_on": "31/13/2022"},
            ),
        )

        assert answer.status_code == 422
        errors = answer.context["form"].errors
        assert set(errors) == {f"target_{here.pk}", "due_on"}
        assert errors[f"target_{here.pk}"] == ["Hãy ghi một số, ví dụ 3.000. Để trống nếu không giao."]
        for kept in ('value="ba trăm"', 'value="450"', 'value="31/13/2022"'):
            assert kept in answer.content.decode()
        assert not Target.objects.exists()

    def test_nothing_is_no_target_and_less_than_one_is_refused(
        self, campaign: Campaign, units: dict[str, Unit], enter: Callable[..., Client]
    ) -> None:
        client, address = enter("quang-tri"), page_of(units["quang-tri"], campaign)
        here = units["quang-tri/dong-ha"]

        answer = client.post(address, posted(client.get(address), **{f"target_{here.pk}": "0"}))
        assert answer.context["form"].errors[f"target_{here.pk}"] == ["Số ít nhất là 1. Để trống nếu không có."]

        TargetFactory(campaign=campaign, unit=here)
        client.post(address, posted(client.get(address), **{f"target_{here.pk}": ""}))
        assert not Target.objects.exists()

    def test_a_quarter_is_given_by_itself(
        self, campaign: Campaign, units: dict[str, Unit], enter: Callable[..., Client]
    ) -> None:
        client, address = enter("quang-tri"), page_of(units["quang-tri"], campaign, "quy-2022-04")
        TargetFactory(campaign=campaign)

        client.post(address, posted(client.get(address), **{f"target_{units['quang-tri/dong-ha'].pk}": "40"}))

        made = Target.objects.get(period=Period.QUARTER)
        assert (made.starts_on, made.quantity) == (date(2022, 4, 1), 40)
        assert Target.objects.get(period=Period.WHOLE).quantity == 100

    def test_day_and_document_may_be_written_for_all_and_not_for_none(
        self, campaign: Campaign, units: dict[str, Unit], enter: Callable[..., Client]
    ) -> None:
        TargetFactory(campaign=campaign)
        client, address = enter("quang-tri"), page_of(units["quang-tri"], campaign)
        typed = posted(client.get(address), document="15/KH")

        refused = client.post(address, typed)
        client.post(address, typed | {"for_all": "on"})

        assert list(refused.context["form"].errors) == ["for_all"]
        assert Target.objects.get().document == "15/KH"

    def test_a_number_somebody_else_changed_is_told_and_stands_until_saved_again(
        self, campaign: Campaign, units: dict[str, Unit], enter: Callable[..., Client]
    ) -> None:
        target = TargetFactory(campaign=campaign, quantity=500)
        client, address = enter("quang-tri"), page_of(units["quang-tri"], campaign)
        name = f"target_{target.unit_id}"
        typed = posted(client.get(address), **{name: "900"})
        Target.objects.update(quantity=700)

        answer = client.post(address, typed)

        assert answer.status_code == 409
        assert answer.context["form"].errors[name] == ["Vừa được đổi thành 700. Lưu lại để ghi số của bạn."]
        assert Target.objects.get().quantity == 700
        client.post(address, posted(answer))
        assert Target.objects.get().quantity == 900

    def test_numbers_left_alone_do_not_undo_what_somebody_else_changed(
        self, campaign: Campaign, units: dict[str, Unit], enter: Callable[..., Client]
    ) -> None:
        target = TargetFactory(campaign=campaign, quantity=500)
        client, address = enter("quang-tri"), page_of(units["quang-tri"], campaign)
        typed = posted(client.get(address), **{f"target_{units['quang-tri/huong-hoa'].pk}": "5"})
        Target.objects.update(quantity=700)

        client.post(address, typed)

        assert Target.objects.get(pk=target.pk).quantity == 700
        assert Target.objects.count() == 2

    def test_a_changed_target_says_so_and_who(
        self, campaign: Campaign, units: dict[str, Unit], enter: Callable[..., Client]
    ) -> None:
        target = TargetFactory(campaign=campaign, quantity=2000)
        client, address = enter("quang-tri", full_name="Trần Văn Bình"), page_of(units["quang-tri"], campaign)

        client.post(address, posted(client.get(address), **{f"target_{target.unit_id}": "3000"}))

        own, below = (text_of(each.get(address)) for each in (client, enter("quang-tri", Role.VIEWER)))
        for shown in (own, below):
            assert "đã đổi</a>: 2.000 → 3.000" in shown
            assert "Trần Văn Bình, 9h00 ngày 13/4/2022" in shown
        history = client.get(reverse("admin:initiatives_target_history", args=[target.pk]))
        assert "2.000 → 3.000" in text_of(history)

    @pytest.mark.parametrize(("code", "role"), [("quang-tri", Role.REVIEWER), ("tld", Role.MANAGER)])
    def test_others_see_and_do_not_set(
        self, campaign: Campaign, units: dict[str, Unit], enter: Callable[..., Client], code: str, role: str
    ) -> None:
        TargetFactory(campaign=campaign, quantity=1500)
        client, address = enter(code, role), page_of(units["quang-tri"], campaign)

        shown = client.get(address)
        answer = client.post(address, {f"target_{units['quang-tri/dong-ha'].pk}": "5"})

        assert "1.500" in text_of(shown)
        assert "main-form" not in text_of(shown)
        assert answer.status_code == 403
        assert Target.objects.get().quantity == 1500

    def test_a_unit_of_another_branch_is_a_missing_one(
        self, campaign: Campaign, units: dict[str, Unit], enter: Callable[..., Client]
    ) -> None:
        client = enter("quang-tri")

        for name in ("set", "sheet", "sheet_template"):
            assert client.get(page_of(units["thanh-hoa"], campaign, name=name)).status_code == 404

    def test_as_many_statements_for_a_hundred_units_as_for_three(
        self, campaign: Campaign, units: dict[str, Unit], enter: Callable[..., Client]
    ) -> None:
        client, address = enter("quang-tri"), page_of(units["quang-tri"], campaign)
        TargetFactory(campaign=campaign)
        client.get(address)

        def statements() -> int:
            with CaptureQueriesContext(connection) as asked:
                client.get(address)
            return len(asked)

        few = statements()
        for _ in range(110):
            unit = UnitFactory()
            TargetFactory(campaign=campaign, unit=unit)
            GrassrootsCountFactory(campaign=campaign, unit=unit)

        assert statements() == few
        assert "Trang 1/2" in text_of(client.get(address))


class TestExcel:
    def send(self, client: Client, address: str, content: bytes) -> HttpResponse:
        file = SimpleUploadedFile("chi-tieu.xlsx", content)
        return client.post(address, {"file": file, "eof": "1"})

    def press(self, client: Client, address: str, shown: HttpResponse, act: str = "apply") -> HttpResponse:
        kept = {"rows": shown.context["kept"], "promised": shown.context["verdict"].promise, "act": act}
        return client.post(address, kept, follow=act == "apply")

    def sheet(self, campaign: Campaign, *rows: dict[str, str]) -> bytes:
        columns = targets_sheet.columns_for(targets.periods(campaign))
        return template(columns, title=targets_sheet.TITLE, explanation=(), rows=rows)

    def test_the_template_holds_what_is_set_for_every_part(
        self, campaign: Campaign, units: dict[str, Unit], enter: Callable[..., Client]
    ) -> None:
        TargetFactory(campaign=campaign, quantity=3000, due_on=date(2022, 10, 10), document="=12/KH")
        TargetFactory(campaign=campaign, quantity=50, period=Period.MONTH, starts_on=date(2022, 2, 1))
        GrassrootsCountFactory(campaign=campaign)

        answer = enter("quang-tri", Role.VIEWER).get(page_of(units["quang-tri"], campaign, name="sheet_template"))

        sheet = load_workbook(io.BytesIO(answer.content)).worksheets[0]
        heads, *rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
        assert heads[:9] == [
            "Mã đơn vị",
            "Đơn vị",
            "Số CĐCS",
            "Cả chương trình",
            "Đến hết ngày",
            "Số văn bản giao",
            "Giai đoạn 1",
            "Giai đoạn 2",
            "Quý I/2022",
        ]
        first = dict(zip(heads, rows[0], strict=True))
        assert [row[0] for row in rows] == ["quang-tri/dong-ha", "quang-tri/huong-hoa", "quang-tri/cd-vien-chuc"]
        assert (first["Cả chương trình"], first["Tháng 2/2022"], first["Số CĐCS"]) == ("3.000", "50", "120")
        assert (first["Đến hết ngày"], first["Số văn bản giao"]) == ("10/10/2022", "=12/KH")
        assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value} == {"s"}

    @pytest.mark.parametrize("place", [0, 1], ids=["before", "behind"])
    def test_a_list_of_units_beside_the_sheet_is_passed_over(
        self, campaign: Campaign, units: dict[str, Unit], place: int
    ) -> None:
        book = load_workbook(
            io.BytesIO(self.sheet(campaign, {"code": "quang-tri/dong-ha", targets.WHOLE.key: "3.000"}))
        )
        listed = book.create_sheet("Danh sách", place)
        for row in (["Mã đơn vị", "Đơn vị"], ["quang-tri/dong-ha", "Đông Hà"], ["quang-tri/huong-hoa", "Hướng Hóa"]):
            listed.append(row)
        kept = io.BytesIO()
        book.save(kept)

        rows = targets_sheet.rows_in(kept.getvalue(), campaign)

        assert [dict(row.values) for row in rows] == [{"code": "quang-tri/dong-ha", targets.WHOLE.key: "3.000"}]

    def test_the_template_sent_back_as_it_is_changes_nothing(
        self, campaign: Campaign, units: dict[str, Unit], enter: Callable[..., Client]
    ) -> None:
        TargetFactory(campaign=campaign, quantity=3000, due_on=date(2022, 10, 10), document="12/KH")
        GrassrootsCountFactory(campaign=campaign)
        client, address = enter("quang-tri"), page_of(units["quang-tri"], campaign, name="sheet")
        content = client.get(page_of(units["quang-tri"], campaign, name="sheet_template")).content

        answer = self.send(client, address, content)

        assert "Tệp không làm đổi gì." in text_of(answer)

    def test_a_sheet_is_shown_then_applied_and_again_changes_nothing(
        self, campaign: Campaign, units: dict[str, Unit], enter: Callable[..., Client]
    ) -> None:
        TargetFactory(campaign=campaign, unit=units["quang-tri/huong-hoa"])
        client, address = enter("quang-tri"), page_of(units["quang-tri"], campaign, name="sheet")
        here = "quang-tri/dong-ha"
        content = self.sheet(
            campaign,
            {"code": here, "ca-chuong-trinh": "3.000", "quy-2022-01": "700", "count": "120", "due_on": "10/10/2022"},
            {"code": "quang-tri/huong-hoa", "ca-chuong-trinh": "Bỏ"},
        )

        shown = self.send(client, address, content)
        assert not Target.objects.filter(unit__code=here).exists()
        answer = self.press(client, address, shown)
        again = self.send(client, address, content)

        assert "Cả chương trình: giao 3.000" in text_of(shown)
        assert "Đã giao 2 chỉ tiêu, bỏ 1 chỉ tiêu, ghi 1 số CĐCS khai báo." in text_of(answer)
        found = Target.objects.values_list("unit__code", "period", "quantity", "due_on")
        assert sorted(found) == [(here, "quarter", 700, None), (here, "whole", 3000, date(2022, 10, 10))]
        assert again.context["verdict"].changing == []

    def test_every_fault_of_a_row_is_told_and_right_rows_are_applied(
        self, campaign: Campaign, units: dict[str, Unit], enter: Callable[..., Client]
    ) -> None:
        client, address = enter("quang-tri"), page_of(units["quang-tri"], campaign, name="sheet")
        content = self.sheet(
            campaign,
            {"code": "quang-tri/dong-ha", "ca-chuong-trinh": "x", "quy-2022-01": "0", "due_on": "1/13/2022"},
            {"code": "thanh-hoa/hoang-hoa", "ca-chuong-trinh": "5"},
            {"code": "quang-tri/huong-hoa", "ca-chuong-trinh": "5"},
            {"code": "quang-tri/huong-hoa", "ca-chuong-trinh": "6"},
            {"unit": "Không có mã", "ca-chuong-trinh": "6"},
            {"code": "quang-tri/cd-vien-chuc", "due_on": "1/12/2022"},
        )

        shown = self.send(client, address, content)
        told = self.press(client, address, shown, act="faults")
        self.press(client, address, shown)

        assert [(each.row.number, each.faults) for each in shown.context["verdict"].wrong] == [
            (
                2,
                (
                    "Đến hết ngày: Không có tháng 13. Hãy ghi ngày trước, tháng sau, ví dụ 20/4/2021.",
                    "Cả chương trình: hãy ghi một số, ví dụ 3.000, hoặc “bỏ”.",
                    "Quý I/2022: số từ 1 đến 100.000.000; muốn bỏ thì ghi “bỏ”.",
                ),
            ),
            (3, ("Không có đơn vị mang mã này ở ngay dưới LĐLĐ tỉnh Quảng Trị trong chương trình.",)),
            (5, ("Đơn vị này đã có ở dòng 4. Hãy bỏ một dòng.",)),
            (6, ("Ghi mã đơn vị như trong tệp mẫu.",)),
            (7, ("Đến hết ngày: ghi chỉ tiêu cả chương trình trước.",)),
        ]
        assert "cần sửa" in text_of(shown)
        assert load_workbook(io.BytesIO(told.content)).worksheets[0]["A3"].value.startswith("Không có đơn vị")
        assert list(Target.objects.values_list("unit__code", "quantity")) == [("quang-tri/huong-hoa", 5)]

    def test_what_changed_between_page_and_button_is_shown_again(
        self, campaign: Campaign, units: dict[str, Unit], enter: Callable[..., Client]
    ) -> None:
        target = TargetFactory(campaign=campaign, quantity=10)
        client, address = enter("quang-tri"), page_of(units["quang-tri"], campaign, name="sheet")
        shown = self.send(client, address, self.sheet(campaign, {"code": target.unit.code, "ca-chuong-trinh": "30"}))
        Target.objects.update(quantity=20)

        answer = self.press(client, address, shown)

        assert answer.status_code == 409
        assert "Cả chương trình: 20 → 30" in text_of(answer)
        assert Target.objects.get().quantity == 20

    def test_rows_of_somebody_else_or_made_up_are_refused(
        self, campaign: Campaign, units: dict[str, Unit], enter: Callable[..., Client]
    ) -> None:
        address = page_of(units["quang-tri"], campaign, name="sheet")
        shown = self.send(
            enter("quang-tri"), address, self.sheet(campaign, {"code": "quang-tri/dong-ha", "ca-chuong-trinh": "30"})
        )

        answer = self.press(enter("quang-tri"), address, shown)

        assert answer.status_code == 422
        assert "Hãy gửi lại tệp." in text_of(answer)
        assert not Target.objects.exists()

    def test_no_excel_is_told_beside_the_field(
        self, campaign: Campaign, units: dict[str, Unit], enter: Callable[..., Client]
    ) -> None:
        answer = self.send(enter("quang-tri"), page_of(units["quang-tri"], campaign, name="sheet"), b"hello")

        assert answer.status_code == 422
        assert "Đây không phải tệp Excel" in text_of(answer)

    def test_a_viewer_sends_none(
        self, campaign: Campaign, units: dict[str, Unit], enter: Callable[..., Client]
    ) -> None:
        client, address = enter("quang-tri", Role.VIEWER), page_of(units["quang-tri"], campaign, name="sheet")

        assert client.get(address).status_code == 200
        assert self.send(client, address, self.sheet(campaign)).status_code == 403
