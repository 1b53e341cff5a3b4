"""Complaints and disputes: recorded of an initiative, listed, resolved."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from initiatives.models import Complaint
from orgtree.models import StaffAccount
from orgtree.roles import Role
from tests.factories.selection import ComplaintFactory
from tests.nominations.dossier_office import DISTRICT, NOW, PROVINCE, Office

LIST, ADD = "/admin/initiatives/complaint/", "/admin/initiatives/complaint/add/"


@pytest.fixture
def office(db: None, client_as: Callable[[StaffAccount], Client], at: Callable[..., datetime]) -> Office:
    at(NOW)
    return Office.opened(client_as)


def record(office: Office, code: str, who: StaffAccount | None = None, **posted: str) -> Any:
    sent = {
        "receipt_code": code,
        "kind": "authorship",
        "raised_by": "Hoàng Thị Lan",
        "raised_on": "18/3/2022",
        "text": "Cùng làm mà không có tên.",
    } | posted
    return office.client(who).post(ADD, sent)


def opened(complaint: Complaint) -> str:
    return reverse("admin:initiatives_complaint_change", args=[complaint.pk])


def test_one_is_recorded_of_an_initiative(office: Office) -> None:
    initiative = office.initiative("Bàn gá cắt vải")

    asked = office.client().get(ADD, {"ma": initiative.receipt_code}).content.decode()
    assert "Bàn gá cắt vải" in asked
    answer = record(office, initiative.receipt_code)

    made = Complaint.objects.get()
    assert answer.url == opened(made)
    assert (made.initiative, made.raised_on, made.recorded_by) == (initiative, date(2022, 3, 18), office.district)
    page = office.client().get(answer.url).content.decode()
    assert [text in page for text in ("Cùng làm mà không có tên.", "Hoàng Thị Lan", "Chưa giải quyết")] == [True] * 3


@pytest.mark.parametrize(
    ("posted", "sentence"),
    [
        pytest.param({"text": " "}, "Hãy ghi nội dung khiếu nại, tranh chấp.", id="no words"),
        pytest.param({"raised_on": "21/3/2022"}, "Ngày nêu không được ở sau hôm nay.", id="tomorrow"),
        pytest.param({"raised_on": "31/2/2022"}, "Tháng 2 năm 2022 không có ngày 31", id="no such day"),
        pytest.param({"kind": "x"}, "Lựa chọn này không còn trong danh sách. Hãy chọn lại.", id="an unknown kind"),
        pytest.param({"receipt_code": "12"}, "Không có sáng kiến nào mang mã này", id="no such code"),
        pytest.param({"receipt_code": ""}, "Hãy ghi mã biên nhận của sáng kiến.", id="no code"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
    office: Office, posted: dict[str, str], sentence: str
) -> None:
    initiative = office.initiative("Bàn gá cắt vải")

    answer = record(office, initiative.receipt_code, **posted)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence.split(" không có ngày")[0] in page or answer.context["form"].errors
    assert "Hoàng Thị Lan" in page
    assert Complaint.objects.count() == 0


def test_one_of_another_branch_is_as_missing(office: Office) -> None:
    stranger = office.initiative("Của huyện khác", unit=office.units["quang-tri/huong-hoa"])
    complaint = ComplaintFactory(initiative=stranger)

    answer = record(office, stranger.receipt_code)

    assert "Không có sáng kiến nào mang mã này" in answer.content.decode()
    assert "Của huyện khác" not in office.client().get(ADD, {"ma": stranger.receipt_code}).content.decode()
    assert "Của huyện khác" not in office.client().get(LIST).content.decode()
    assert office.client().get(opened(complaint)).status_code == 404
    assert "Của huyện khác" in office.client(office.province).get(LIST).content.decode()


def test_a_manager_says_how_it_ended_once(office: Office) -> None:
    complaint = ComplaintFactory(initiative=office.initiative("Bàn gá cắt vải"))
    client = office.client()

    unsaid = client.post(opened(complaint), {"resolution": ""})
    assert unsaid.status_code == 422
    assert "Hãy ghi kết quả giải quyết." in unsaid.content.decode()
    assert client.post(opened(complaint), {"resolution": "Hai bên đã thống nhất."}).status_code == 302
    again = client.post(opened(complaint), {"resolution": "Khác hẳn."})

    complaint.refresh_from_db()
    assert (complaint.resolution, complaint.resolved_by) == ("Hai bên đã thống nhất.", office.district)
    assert again.status_code == 409
    assert "Khác hẳn." in again.content.decode()
    assert "Hai bên đã thống nhất." in client.get(opened(complaint)).content.decode()


@pytest.mark.parametrize(
    ("role", "may_record", "may_resolve"),
    [(Role.VIEWER, False, False), (Role.REVIEWER, True, False), (Role.MANAGER, True, True)],
)
def test_who_may_record_and_who_resolve(office: Office, role: str, may_record: bool, may_resolve: bool) -> None:
    initiative = office.initiative("Bàn gá cắt vải")
    complaint = ComplaintFactory(initiative=initiative)
    who = office.staff(DISTRICT, role)
    client = office.client(who)

    assert (client.get(ADD).status_code == 200) == may_record
    assert (record(office, initiative.receipt_code, who).status_code == 302) == may_record
    page = client.get(opened(complaint)).content.decode()
    assert ("Ghi kết quả giải quyết</button>" in page) == may_resolve
    assert (client.post(opened(complaint), {"resolution": "Đã xong."}).status_code == 302) == may_resolve


@pytest.mark.parametrize(("asked", "number"), [("", 2), ("?state=open", 1), ("?state=resolved", 1), ("?kind=x", 2)])
def test_the_list_is_narrowed(office: Office, asked: str, number: int) -> None:
    ComplaintFactory(initiative=office.initiative("Một"))
    ComplaintFactory(
        initiative=office.initiative("Hai"), resolution="Xong.", resolved_at=NOW, resolved_by=office.district
    )

    answer = office.client(office.staff(PROVINCE, Role.VIEWER)).get(LIST + asked, follow=True)

    assert len(answer.context["cl"].result_list) == number


def test_the_list_takes_as_many_statements_for_three_as_for_one(office: Office) -> None:
    client = office.client()

    def asked() -> int:
        with CaptureQueriesContext(connection) as statements:
            assert client.get(LIST).status_code == 200
        return len(statements)

    ComplaintFactory(initiative=office.initiative("Một"))
    asked()
    before = asked()
    for title in ("Hai", "Ba"):
        ComplaintFactory(initiative=office.initiative(title))

    assert asked() == before
