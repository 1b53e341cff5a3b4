"""What the rows say, in which order, and how many statements they cost."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from initiatives.models import Initiative
from initiatives.reports.summary import rows
from portal.vietnamese.days import VIETNAM
from tests.factories import CampaignFactory, CoAuthorFactory, InitiativeFactory, make_tree

pytestmark = pytest.mark.django_db

FIRST_OF_MARCH = datetime(2022, 3, 1, 9, 0, tzinfo=VIETNAM)


def only_row(**fields: Any) -> Any:
    InitiativeFactory(**fields)
    (row,) = rows(Initiative.objects.all())
    return row


@pytest.mark.parametrize(
    ("value", "is_not_money", "shown"),
    [
        pytest.param(1_500_000, False, "1.500.000 đồng", id="to the đồng"),
        pytest.param(1_234_567_891, False, "1.234.567.891 đồng", id="a large one"),
        pytest.param(0, False, "0 đồng", id="nought is an answer"),
        pytest.param(None, True, "không tính được bằng tiền", id="not money"),
        pytest.param(None, False, "", id="not answered"),
    ],
)
def test_benefit_is_written_as_declared(value: int | None, is_not_money: bool, shown: str) -> None:
    assert only_row(benefit_value=value, benefit_is_not_money=is_not_money).benefit == shown


def test_the_day_of_application_has_two_digits_for_day_and_month() -> None:
    assert only_row(applied_on=date(2022, 2, 5)).applied_on == "05/02/2022"


@pytest.mark.parametrize("typed", ["0912345678", "+84 912 345 678", "0912.345.678 (Zalo)"])
def test_the_phone_stands_as_typed(typed: str) -> None:
    assert only_row(phone=typed, phone_digits="0912345678").phone == typed


def test_no_phone_is_shown_where_the_officer_s_own_only_serves_for_tracking() -> None:
    assert only_row(phone="", phone_digits="0912345678").phone == ""


def test_a_fact_that_is_missing_is_empty() -> None:
    row = only_row(birth_year=None, position="", effect="", scope="", awards="")

    assert (row.birth_year, row.position, row.effect, row.scope, row.awards) == ("", "", "", "", "")


def test_the_sender_is_named_while_the_sender_is_the_recognised_author() -> None:
    initiative = InitiativeFactory(full_name="Trương Văn Quý", birth_year=1990, share=70, recognised_author=0)
    CoAuthorFactory(initiative=initiative, number=1, full_name="Lê Thị Diệu Hiền", share=30)

    (row,) = rows(Initiative.objects.all())

    assert (row.full_name, row.birth_year) == ("Trương Văn Quý", "1990")


def test_a_recognised_co_author_is_named_without_what_is_true_of_the_sender_only() -> None:
    initiative = InitiativeFactory(
        full_name="Trương Văn Quý",
        birth_year=1990,
        position="Kỹ thuật viên",
        awards="Bằng khen năm 2020",
        phone="0935222333",
        workplace="Công ty May Sông Hiếu",
        share=20,
        recognised_author=2,
    )
    CoAuthorFactory(initiative=initiative, number=1, full_name="Phan Thị Sen", share=20)
    CoAuthorFactory(initiative=initiative, number=2, full_name="Lê Thị Diệu Hiền", share=60)

    (row,) = rows(Initiative.objects.all())

    assert row.full_name == "Lê Thị Diệu Hiền"
    assert (row.birth_year, row.position, row.awards) == ("", "", "")
    assert row.workplace == "Công ty May Sông Hiếu"
    assert row.phone == "0935222333 (người gửi: Trương Văn Quý)"


def test_rows_come_unit_by_unit_and_then_as_received() -> None:
    tree = make_tree()
    campaign = CampaignFactory()
    for title, unit, minutes in (
        ("cơ sở", "quang-tri/dong-ha/may-song-hieu", 0),
        ("Điện Biên", "dien-bien", 5),
        ("Đông Hà, sau", "quang-tri/dong-ha", 3),
        ("Đông Hà, trước", "quang-tri/dong-ha", 1),
        ("Đông Hà, cùng lúc", "quang-tri/dong-ha", 3),
    ):
        InitiativeFactory(
            campaign=campaign, unit=tree[unit], title=title, submitted_at=FIRST_OF_MARCH + timedelta(minutes=minutes)
        )

    ordered = [(row.number, row.title) for row in rows(Initiative.objects.order_by("title"))]

    assert ordered == [
        (1, "Điện Biên"),
        (2, "Đông Hà, trước"),
        (3, "Đông Hà, sau"),
        (4, "Đông Hà, cùng lúc"),
        (5, "cơ sở"),
    ]


@pytest.mark.parametrize("count", [1, 3, 300])
def test_any_number_of_rows_takes_the_same_statement(count: int) -> None:
    campaign = CampaignFactory()
    made = InitiativeFactory.create_batch(min(count, 3), campaign=campaign, events=False, recognised_author=1, share=40)
    made += _copies(made[0], count - len(made))
    for initiative in made:
        CoAuthorFactory(initiative=initiative, number=1, share=60)

    with CaptureQueriesContext(connection) as statements:
        read = list(rows(Initiative.objects.all()))

    asked = [each["sql"] for each in statements if "SELECT" in each["sql"]]
    assert (len(read), len(asked)) == (count, 1)
    assert {row.full_name for row in read} == {"Lê Thị Kim Ngân"}


def _copies(initiative: Initiative, count: int) -> list[Initiative]:
    copies = []
    for number in range(count):
        copy = Initiative.objects.get(pk=initiative.pk)
        copy.pk = None
        copy.receipt_code = f"9{number:012d}"
        copy.receipt_token_hash = f"{number:064d}"
        copies.append(copy)
    return Initiative.objects.bulk_create(copies)
