"""Quarters in the admin: the list made on demand, naming, announcing, reviews and Excel; others see what is announced."""

import io
from collections.abc import Callable
from datetime import date, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from initiatives.models import Campaign, Initiative, Outstanding, Period, Quarter, Status, Target
from initiatives.progress import quarters, tally
from initiatives.progress.quarters import FALLS
from orgtree.models import Unit
from orgtree.roles import Role
from portal.vietnamese.days import VIETNAM
from tests.factories import (
    CampaignFactory,
    ClusterFactory,
    ClusterUnitFactory,
    InitiativeFactory,
    OutstandingFactory,
    QuarterFactory,
    StaffAccountFactory,
    make_tree,
)

pytestmark = pytest.mark.django_db

Enter = Callable[..., Client]
NOW = datetime(2022, 7, 5, 9, 0, tzinfo=VIETNAM)
LIST = "/admin/initiatives/quarter/"
PAGE = "/admin/initiatives/quarter/quy/sang-kien-thu/2022-1/"
ANNOUNCE, SHEET = f"{PAGE}cong-bo/", f"{PAGE}excel/"
REVIEW = "/admin/initiatives/quarter/ky/sang-kien-thu/tong-ket/"


@pytest.fixture
def small_tree() -> dict[str, Unit]:
    return make_tree()


@pytest.fixture
def campaign(small_tree: dict[str, Unit], at: Callable[[Any], datetime]) -> Campaign:
    at(NOW)
    return CampaignFactory(slug="sang-kien-thu", name="Sáng kiến thử", goal=1000)


@pytest.fixture
def client(campaign: Campaign, small_tree: dict[str, Unit], client_as: Enter) -> Client:
    return client_as(StaffAccountFactory(unit=small_tree["tld"], role=Role.MANAGER))


@pytest.fixture
def other(campaign: Campaign, small_tree: dict[str, Unit], client_as: Enter) -> Client:
    return client_as(StaffAccountFactory(unit=small_tree["quang-tri"], role=Role.MANAGER))


def seen(answer: HttpResponse) -> str:
    return unescape(answer.content.decode())


def valid(campaign: Campaign, unit: Unit, **fields: Any) -> Initiative:
    made = InitiativeFactory(campaign=campaign, unit=unit, status=Status.VALID, **fields)
    tally.refresh(campaign, at=NOW, everything=True)
    return made


def announced(client: Client) -> HttpResponse:
    return client.post(ANNOUNCE, {"seen": client.get(ANNOUNCE).context["outcome"].digest})


def cells_of(answer: HttpResponse) -> list[list[Any]]:
    sheet = load_workbook(io.BytesIO(answer.content)).active
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


# --- the list ---------------------------------------------------------------------------------------------------------


def test_the_list_has_all_quarters_and_makes_none(client: Client, campaign: Campaign) -> None:
    QuarterFactory(campaign=campaign, is_announced=True)

    listed = client.get(LIST).context["listed"]

    assert [(each.span.key, each.state) for each, _ in listed][:4] == [
        ("2022-1", "công bố lúc 9h00 ngày 5/4/2022"),
        ("2022-2", "đã hết quý, chưa công bố"),
        ("2022-3", "đang diễn ra"),
        ("2022-4", "sắp tới"),
    ]
    assert (len(listed), Quarter.objects.count()) == (7, 1)


def test_a_quarter_that_has_just_ended_is_waited_for(
    client: Client, campaign: Campaign, at: Callable[[Any], datetime]
) -> None:
    at("2022-07-01T00:10:00")

    listed = client.get(LIST).context["listed"]

    assert listed[1][0].state == "vừa hết quý, đang chờ chốt số"


def test_others_see_the_announced_ones_alone_and_are_led_to_the_public_page(other: Client, campaign: Campaign) -> None:
    first = QuarterFactory(campaign=campaign, is_announced=True)
    second = QuarterFactory(campaign=campaign, starts_on=date(2022, 4, 1), document="34/QĐ-TLĐ")

    page = other.get(LIST)
    ways = [other.get(reverse("admin:initiatives_quarter_change", args=[row.pk])) for row in (first, second)]

    assert [address for _, address in page.context["listed"]] == ["/sang-kien-thu/tien-do/quy/2022-1/"]
    assert "34/QĐ-TLĐ" not in seen(page) and "Tổng kết" not in seen(page).split("<main", 1)[-1].split("listed")[0]
    assert (other.get(PAGE).status_code, other.get(PAGE)["Location"]) == (302, "/sang-kien-thu/tien-do/quy/2022-1/")
    assert other.get(PAGE.replace("2022-1", "2022-2")).status_code == 404
    assert ([way.status_code for way in ways], ways[0]["Location"]) == ([302, 404], PAGE)


def test_of_a_campaign_that_is_not_published_others_see_nothing(other: Client, campaign: Campaign) -> None:
    QuarterFactory(campaign=campaign, is_announced=True)
    Campaign.objects.update(is_published=False)

    assert other.get(PAGE).status_code == 404
    assert other.get(LIST, {"campaign": "sang-kien-thu"}).status_code == 404
    assert other.get(LIST).context["campaign"] is None


@pytest.mark.parametrize("address", [ANNOUNCE, SHEET, REVIEW, f"{REVIEW}excel/"])
def test_the_rest_is_the_confederations(other: Client, campaign: Campaign, address: str) -> None:
    QuarterFactory(campaign=campaign, is_announced=True)

    assert other.get(address).status_code == 403
    assert other.post(address).status_code == 403


def test_what_others_post_is_written_nowhere(other: Client, campaign: Campaign, small_tree: dict[str, Unit]) -> None:
    initiative = valid(campaign, small_tree["quang-tri"])

    answer = other.post(PAGE, {"act": "name", "code": initiative.receipt_code, "reason": "Hay"})

    assert (answer.status_code, Quarter.objects.count()) == (404, 0)


@pytest.mark.parametrize("key", ["2021-4", "2099-1", "2022-5", "abc"])
def test_what_is_no_quarter_of_the_campaign_is_missing(client: Client, key: str) -> None:
    pages = [PAGE.replace("2022-1", key), ANNOUNCE.replace("2022-1", key), SHEET.replace("2022-1", key)]

    assert [client.get(page).status_code for page in pages] == [404] * 3


@pytest.mark.parametrize("part", ["khong-co", "dot-999999", "dot-abc"])
def test_what_is_no_part_of_the_campaign_is_missing(client: Client, part: str) -> None:
    assert client.get(REVIEW.replace("tong-ket", part)).status_code == 404


# --- naming -----------------------------------------------------------------------------------------------------------


def test_one_is_named_and_taken_off_again(client: Client, campaign: Campaign, small_tree: dict[str, Unit]) -> None:
    initiative = valid(campaign, small_tree["quang-tri"])

    named = client.post(PAGE, {"act": "name", "code": initiative.receipt_code, "reason": "Dễ nhân rộng"}, follow=True)
    row = Outstanding.objects.get()
    dropped = client.post(PAGE, {"act": "drop", "row": row.pk}, follow=True)

    assert "Đã thêm vào danh sách tiêu biểu." in seen(named) and initiative.title in seen(named)
    assert "Đã bỏ khỏi danh sách tiêu biểu." in seen(dropped)
    assert not Outstanding.objects.exists()
    history = seen(client.get(reverse("admin:initiatives_quarter_history", args=[row.quarter_id])))
    assert f"Chọn tiêu biểu: sáng kiến {initiative.receipt_code}." in history


def test_what_is_refused_stands_beside_its_field_with_what_was_typed(
    client: Client, campaign: Campaign, small_tree: dict[str, Unit]
) -> None:
    late = valid(campaign, small_tree["quang-tri"], submitted_at=datetime(2022, 5, 1, tzinfo=VIETNAM))

    answer = client.post(PAGE, {"act": "name", "code": late.receipt_code, "reason": "Dễ nhân rộng"})

    page = seen(answer)
    assert (answer.status_code, Outstanding.objects.count()) == (422, 0)
    assert "thuộc Quý II/2022" in page
    assert f'value="{late.receipt_code}"' in page and 'value="Dễ nhân rộng"' in page


@pytest.mark.parametrize(
    "posted",
    [{}, {"act": "khac"}, {"act": "drop"}, {"act": "drop", "row": "abc"}, {"act": "drop", "row": "9" * 18}],
)
def test_a_button_that_is_none_does_nothing(client: Client, campaign: Campaign, posted: dict[str, str]) -> None:
    row = OutstandingFactory(quarter=QuarterFactory(campaign=campaign))

    assert client.post(PAGE, posted).status_code == 302
    assert Outstanding.objects.get() == row


def test_the_number_of_the_paper_is_kept(client: Client, campaign: Campaign) -> None:
    client.post(PAGE, {"act": "document", "document": " 12/QĐ-TLĐ "})
    too_long = client.post(PAGE, {"act": "document", "document": "a" * 101})

    assert Quarter.objects.get().document == "12/QĐ-TLĐ"
    assert (too_long.status_code, "Hãy bớt 1 ký tự" in seen(too_long)) == (422, True)


# --- the announcement ---------------------------------------------------------------------------------------------------


def test_it_is_announced_from_a_page_that_says_what_is_frozen(
    client: Client, campaign: Campaign, small_tree: dict[str, Unit]
) -> None:
    initiative = valid(campaign, small_tree["quang-tri"])
    OutstandingFactory(quarter=QuarterFactory(campaign=campaign), initiative=initiative)

    asked = seen(client.get(ANNOUNCE))
    before = Quarter.objects.get().announced_at
    answer = announced(client)

    assert "không đổi được nữa" in asked and "Cả nước" in asked and initiative.title in asked
    assert (before, answer.status_code, answer["Location"]) == (None, 302, PAGE)
    assert Quarter.objects.get().announced_at == NOW
    page = seen(client.get(PAGE))
    assert "Đã công bố" in page and Quarter.objects.get().sha256 in page
    assert 'name="code"' not in page
    assert client.get(ANNOUNCE).status_code == 302


def test_after_it_every_button_is_refused(client: Client, campaign: Campaign, small_tree: dict[str, Unit]) -> None:
    initiative = valid(campaign, small_tree["quang-tri"])
    row = OutstandingFactory(quarter=QuarterFactory(campaign=campaign), initiative=initiative)
    other = valid(campaign, small_tree["quang-tri"])
    announced(client)
    kept = list(Quarter.objects.values())
    buttons = (
        {"act": "name", "code": other.receipt_code, "reason": "Hay"},
        {"act": "drop", "row": row.pk},
        {"act": "document", "document": "13/QĐ-TLĐ"},
    )

    answers = [client.post(PAGE, posted) for posted in buttons]

    assert [answer.status_code for answer in answers] == [422] * 3
    assert (list(Quarter.objects.values()), list(Outstanding.objects.all())) == (kept, [row])
    assert (
        client.post(reverse("admin:initiatives_quarter_delete", args=[kept[0]["id"]]), {"post": "yes"}).status_code
        == 403
    )


def test_another_outcome_than_the_one_on_the_page_is_shown_again(
    client: Client, campaign: Campaign, small_tree: dict[str, Unit]
) -> None:
    seen_before = client.get(ANNOUNCE).context["outcome"].digest
    valid(campaign, small_tree["quang-tri"])

    refused = client.post(ANNOUNCE, {"seen": seen_before})
    again = client.post(ANNOUNCE, {"seen": refused.context["outcome"].digest})

    assert (refused.status_code, again.status_code) == (409, 302)
    assert "Kết quả của quý đã đổi" in seen(refused)


def test_a_quarter_that_runs_offers_no_button(client: Client, campaign: Campaign) -> None:
    address = ANNOUNCE.replace("2022-1", "2022-3")

    page = seen(client.get(address))

    assert "công bố được từ 0h20 ngày 1/10/2022" in page
    assert 'name="seen"' not in page
    assert client.post(address, {"seen": "x"}).status_code == 409
    assert not Quarter.objects.exists()


def test_one_that_is_valid_no_more_is_marked_on_an_announced_quarter(
    client: Client, campaign: Campaign, small_tree: dict[str, Unit]
) -> None:
    initiative = valid(campaign, small_tree["quang-tri"])
    OutstandingFactory(quarter=QuarterFactory(campaign=campaign), initiative=initiative)
    announced(client)
    assert "Nay không còn hợp lệ" not in seen(client.get(PAGE))

    Initiative.objects.filter(pk=initiative.pk).update(status=Status.INVALID)

    assert f"Nay không còn hợp lệ: “{initiative.title}”" in seen(client.get(PAGE))


# --- the first page -----------------------------------------------------------------------------------------------------


def told_on_the_first_page(client: Client) -> list[tuple[str, str]]:
    panels = client.get(reverse("admin:index")).context["panels"]
    return [(each.text, each.address) for panel in panels if panel.title == "Ghi nhận quý" for each in panel.sentences]


@pytest.mark.parametrize(
    ("at_this_moment", "is_told"),
    [("2022-04-01T00:19", False), ("2022-04-01T00:20", True), ("2022-07-01T00:20", False)],
)
def test_whoever_recognises_is_told_of_the_quarter_that_ended_last(
    campaign: Campaign, at_this_moment: str, is_told: bool
) -> None:
    told = quarters.waiting(at=datetime.fromisoformat(at_this_moment).replace(tzinfo=VIETNAM))

    assert ((campaign, quarters.of_key("2022-1")) in told) is is_told


def test_it_is_told_until_it_is_announced_and_to_nobody_else(client: Client, other: Client, campaign: Campaign) -> None:
    address = PAGE.replace("2022-1", "2022-2")
    before, others = told_on_the_first_page(client), told_on_the_first_page(other)

    client.post(f"{address}cong-bo/", {"seen": client.get(f"{address}cong-bo/").context["outcome"].digest})

    assert before == [("Sáng kiến thử: Quý II/2022 đã hết, chưa công bố.", address)]
    assert (others, told_on_the_first_page(client)) == ([], [])


# --- reviews and Excel ----------------------------------------------------------------------------------------------------


def test_the_list_leads_to_the_reviews(client: Client, campaign: Campaign) -> None:
    parts = client.get(LIST).context["parts"]

    assert [part.label for part, _ in parts] == ["Sơ kết: Giai đoạn 1", "Sơ kết: Giai đoạn 2", "Tổng kết chương trình"]
    assert [client.get(address).status_code for _, address in parts] == [200] * 3


def test_a_review_tells_numbers_ranks_and_what_is_not_announced(
    client: Client, campaign: Campaign, small_tree: dict[str, Unit]
) -> None:
    valid(campaign, small_tree["quang-tri"])
    announced(client)

    page = seen(client.get(REVIEW))

    assert "Quý I/2022" in page and "(hạng 1)" in page and "ghi nhận" in page and FALLS in page
    assert "Chưa công bố: Quý II/2022, Quý III/2022" in page


def test_the_sheet_of_a_quarter_holds_numbers_and_its_rule(
    client: Client, campaign: Campaign, small_tree: dict[str, Unit]
) -> None:
    cluster = ClusterFactory(campaign=campaign, name="Cụm Bắc Trung Bộ", places=1)
    ClusterUnitFactory(cluster=cluster, unit=small_tree["quang-tri"])
    Target.objects.create(
        campaign=campaign,
        unit=small_tree["quang-tri"],
        quantity=2,
        set_at=NOW,
        period=Period.QUARTER,
        starts_on=date(2022, 1, 1),
    )
    for _ in range(3):
        initiative = valid(campaign, small_tree["quang-tri"], title="=1+1")
    OutstandingFactory(quarter=QuarterFactory(campaign=campaign), initiative=initiative, reason="Dễ nhân rộng")

    rows = cells_of(client.get(SHEET))
    texts = [row[0] for row in rows]

    assert "CHƯA CÔNG BỐ" in texts and "Cụm Bắc Trung Bộ (ghi nhận 1 vị trí)" in texts and FALLS in texts
    assert [1, "LĐLĐ tỉnh Quảng Trị", 3, 3, 2, 150, "Ghi nhận"] in rows
    assert [1, "LĐLĐ tỉnh Điện Biên", 0, 0, "–", "–", None] in rows
    assert "1. =1+1. LĐLĐ tỉnh Quảng Trị. Dễ nhân rộng" in texts
    assert not any(initiative.full_name in str(cell) for row in rows for cell in row)


def test_the_sheet_of_an_announced_quarter_says_what_is_otherwise_today(
    client: Client, campaign: Campaign, small_tree: dict[str, Unit], at: Callable[[Any], datetime]
) -> None:
    initiative = valid(campaign, small_tree["quang-tri"])
    announced(client)
    Initiative.objects.filter(pk=initiative.pk).update(status=Status.WITHDRAWN)
    later = at(NOW + timedelta(minutes=10))
    tally.refresh(campaign, at=later, everything=True)

    rows = cells_of(client.get(SHEET))

    assert [1, "LĐLĐ tỉnh Quảng Trị", 1, 1, "–", "–", "Ghi nhận", 0] in rows
    assert any("Công bố lúc 9h00 ngày 5/7/2022" in str(row[0]) for row in rows)
    assert any("Nay: số của quý tính đến 9h10 ngày 5/7/2022" in str(row[0]) for row in rows)


def test_the_sheet_of_a_review_has_two_columns_a_quarter(
    client: Client, campaign: Campaign, small_tree: dict[str, Unit]
) -> None:
    initiative = valid(campaign, small_tree["quang-tri"])
    OutstandingFactory(quarter=QuarterFactory(campaign=campaign), initiative=initiative)
    announced(client)
    Initiative.objects.filter(pk=initiative.pk).update(status=Status.INVALID)
    tally.refresh(campaign, at=NOW, everything=True)
    first = campaign.phases.first()

    rows = cells_of(client.get(REVIEW.replace("tong-ket", f"dot-{first.pk}") + "excel/"))

    head = next(row for row in rows if row[1] == "Đơn vị")
    assert head == [
        *("TT", "Đơn vị", "Số sáng kiến", "Hạng", "Quý I/2022*", "Hạng quý"),
        *("Quý II/2022*, chưa công bố", "Hạng quý", "Số lần được ghi nhận"),
    ]
    assert [3, "LĐLĐ tỉnh Quảng Trị", 1, 1, 1, 1, 0, 1, 1] in rows or [
        1,
        "LĐLĐ tỉnh Quảng Trị",
        1,
        1,
        1,
        1,
        0,
        1,
        1,
    ] in rows
    assert any("(nay không còn hợp lệ)" in str(row[0]) for row in rows)
