"""Choosing whom to put forward: found, filtered and ordered, and the button beside each."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from initiatives.models import Nomination, Standing, Status
from orgtree.models import StaffAccount
from orgtree.roles import Role
from tests.factories import CoAuthorFactory
from tests.nominations.dossier_office import DISTRICT, NOW, PROVINCE, Office, messages_of


@pytest.fixture
def office(db: None, client_as: Callable[[StaffAccount], Client], at: Callable[..., datetime]) -> Office:
    at(NOW)
    return Office.opened(client_as)


def listed(office: Office, **asked: str) -> list[str]:
    answer = office.client().get(office.address("candidates"), asked)
    assert answer.status_code == 200
    return [each.initiative.title for each in answer.context["candidates"]]


def post(
    office: Office, initiative: Any, act: str = "nominate", who: StaffAccount | None = None, query: str = ""
) -> Any:
    key = initiative if isinstance(initiative, str) else initiative.pk
    return office.client(who).post(office.address("candidates") + query, {"initiative": key, "act": act})


def test_only_valid_ones_of_the_branch_without_a_place_are_listed(office: Office) -> None:
    office.initiative("Hợp lệ")
    office.initiative("Chờ xét", status=Status.SUBMITTED)
    office.initiative("Của huyện khác", unit=office.units["quang-tri/huong-hoa"])
    office.nominate("Đã giới thiệu")

    assert listed(office) == ["Hợp lệ"]


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        pytest.param({}, ["Máy sấy ván", "Bàn gá cắt vải"], id="the newest first"),
        pytest.param({"tim": "ban ga"}, ["Bàn gá cắt vải"], id="by words of the title"),
        pytest.param({"tim": "Hồ Văn Nam"}, ["Máy sấy ván"], id="by name"),
        pytest.param({"tim": "0912345678"}, ["Bàn gá cắt vải"], id="by phone"),
        pytest.param({"tim": "không có đâu"}, [], id="nothing"),
        pytest.param({"linh_vuc": "health"}, ["Máy sấy ván"], id="by field"),
        pytest.param({"linh_vuc": "-"}, [], id="without a field"),
        pytest.param({"xep": "lam-loi"}, ["Bàn gá cắt vải", "Máy sấy ván"], id="the most useful first"),
        pytest.param({"linh_vuc": "x", "xep": "y", "trang": "z"}, ["Máy sấy ván", "Bàn gá cắt vải"], id="nonsense"),
        pytest.param({"tim": "a" * 5000, "trang": "9" * 5000}, [], id="far too long"),
    ],
)
def test_candidates_are_found_filtered_and_ordered(office: Office, asked: dict[str, str], shown: list[str]) -> None:
    office.initiative(
        "Bàn gá cắt vải", benefit_value=900, phone_digits="0912345678", submitted_at=NOW - timedelta(days=9)
    )
    office.initiative(
        "Máy sấy ván",
        full_name="Hồ Văn Nam",
        phone_digits="0987654321",
        field="health",
        benefit_value=None,
        submitted_at=NOW - timedelta(days=2),
    )

    assert listed(office, **asked) == shown


def test_pages_follow_one_another_with_what_was_asked(office: Office) -> None:
    for number in range(31):
        office.initiative(f"Số {number}")

    first = office.client().get(office.address("candidates"), {"xep": "lam-loi"})
    assert (len(first.context["candidates"]), first.context["before"]) == (30, "")
    second = office.client().get(office.address("candidates") + first.context["behind"])

    assert (len(second.context["candidates"]), second.context["behind"]) == (1, "")
    assert "xep=lam-loi" in second.context["before"]
    assert "31 sáng kiến có thể giới thiệu." in second.content.decode()


@pytest.mark.parametrize(
    ("act", "standing"), [("nominate", Standing.CHOSEN), ("reserve", Standing.RESERVE)], ids=["chosen", "reserve"]
)
def test_a_button_puts_one_forward_and_leads_back_to_the_same_list(office: Office, act: str, standing: str) -> None:
    chosen = office.initiative("Bàn gá cắt vải")

    answer = post(office, chosen, act, query="?xep=lam-loi")

    assert (answer.status_code, answer.url) == (302, office.address("candidates") + "?xep=lam-loi")
    assert office.titles(standing) == ["Bàn gá cắt vải"]


def test_how_many_stand_is_always_shown_and_a_full_list_takes_reserves_alone(office: Office) -> None:
    office.nominate("Thứ nhất")
    more = office.initiative("Thứ ba")
    assert "1/2 đã dùng" in office.client().get(office.address("candidates")).content.decode()
    office.nominate("Thứ hai")

    page = office.client().get(office.address("candidates")).content.decode()
    assert "2/2 đã dùng" in page
    assert "Đã dùng hết số lượng" in page
    assert ('value="nominate"' in page, 'value="reserve"' in page) == (False, True)
    refused = post(office, more)

    assert refused.status_code == 409
    assert "đã dùng hết số lượng được giới thiệu (2)" in messages_of(refused)[0]
    assert office.titles() == ["Thứ nhất", "Thứ hai"]
    assert post(office, more, "reserve").status_code == 302


def test_a_second_tap_is_told_and_makes_no_second_place(office: Office) -> None:
    chosen = office.initiative("Bàn gá cắt vải")
    post(office, chosen)

    again = post(office, chosen)

    assert again.status_code == 409
    assert "đã được" in messages_of(again)[0]
    assert Nomination.objects.count() == 1


@pytest.mark.parametrize("key", ["", "x", "\x00", "9" * 30, "987654321"])
def test_what_is_no_candidate_is_refused(office: Office, key: str) -> None:
    answer = post(office, key)

    assert answer.status_code in {400, 409}
    assert Nomination.objects.count() == 0


def test_one_of_another_branch_is_as_missing(office: Office) -> None:
    stranger = office.initiative("Của huyện khác", unit=office.units["quang-tri/huong-hoa"])

    assert messages_of(post(office, stranger)) == ["Sáng kiến này không còn trong danh sách. Hãy chọn lại."]


def test_a_field_that_is_not_commended_is_warned_of(office: Office) -> None:
    office.round.commended_fields = ["health"]
    office.round.save()
    chosen = office.initiative("Bàn gá cắt vải", field="production")

    assert (
        "Lĩnh vực này không thuộc diện biểu dương" in office.client().get(office.address("candidates")).content.decode()
    )
    assert post(office, chosen).status_code == 302


def test_after_the_due_day_nothing_is_offered(office: Office, at: Callable[..., datetime]) -> None:
    chosen = office.initiative("Bàn gá cắt vải")
    at(NOW + timedelta(days=40))

    page = office.client().get(office.address("candidates")).content.decode()

    assert 'value="nominate"' not in page
    assert "Đã hết hạn giới thiệu sáng kiến." in page and "đã quá" in page
    assert f"Muốn giới thiệu thêm, hãy đề nghị {office.units[PROVINCE]} gia hạn." in page
    assert post(office, chosen).status_code == 409


def test_a_unit_that_chose_itself_is_told_among_whom_it_chooses(office: Office) -> None:
    office.initiative("Bàn gá cắt vải")
    office.round.pk, office.round.host, office.round.takes_part = None, office.unit, ["grassroots"]
    office.round._state.adding = True
    office.round.save()
    office.round = type(office.round).objects.order_by("pk").first()

    answer = office.client().get(office.address("candidates"))

    assert answer.context["candidates"] == []
    assert "Hãy chấp nhận hồ sơ của các đơn vị trước." in answer.content.decode()


@pytest.mark.parametrize(("place", "role", "status"), [(DISTRICT, Role.VIEWER, 403), ("dien-bien", Role.MANAGER, 404)])
def test_who_may_not_prepare_puts_nobody_forward(office: Office, place: str, role: str, status: int) -> None:
    chosen = office.initiative("Bàn gá cắt vải")

    assert post(office, chosen, who=office.staff(place, role)).status_code == status
    assert Nomination.objects.count() == 0


def test_a_viewer_sees_the_candidates_and_no_button(office: Office) -> None:
    office.initiative("Bàn gá cắt vải")

    page = office.client(office.staff(PROVINCE, Role.VIEWER)).get(office.address("candidates")).content.decode()

    assert "Bàn gá cắt vải" in page
    assert 'value="nominate"' not in page


def test_the_list_takes_as_many_statements_for_three_as_for_one(office: Office) -> None:
    client = office.client()

    def grow(title: str) -> None:
        CoAuthorFactory(initiative=office.initiative(title), number=1)

    def asked() -> int:
        with CaptureQueriesContext(connection) as statements:
            assert client.get(office.address("candidates")).status_code == 200
        return len(statements)

    grow("Một")
    asked()
    before = asked()
    grow("Hai")
    grow("Ba")

    assert asked() == before
