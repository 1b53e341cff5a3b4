"""What posters brought, as staff read it: each branch's own numbers, to whoever sees the unit, in few statements."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from initiatives.campaigns import brought
from initiatives.campaigns.brought import Brought
from initiatives.models import Campaign, Draft
from orgtree import changes
from orgtree.changes import Order
from orgtree.models import Level, Unit
from orgtree.roles import Role
from portal.vietnamese.days import VIETNAM
from tests.factories import (
    CampaignFactory,
    DraftFactory,
    InitiativeFactory,
    PosterCountFactory,
    StaffAccountFactory,
    UnitFactory,
    make_tree,
    unit_at,
)

NOW = datetime(2022, 3, 2, 10, 0, tzinfo=VIETNAM)
DAY = date(2022, 3, 2)
LONG_AGO = DAY - timedelta(days=7)
DISTRICT = "quang-tri/dong-ha"

Enter = Callable[..., Client]


@pytest.fixture
def campaign(at: Callable[[datetime], datetime], db: None) -> Campaign:
    at(NOW)
    make_tree()
    return CampaignFactory()


@pytest.fixture
def enter(campaign: Campaign, client_as: Callable[..., Client]) -> Enter:
    return lambda code, role=Role.VIEWER: client_as(StaffAccountFactory(unit=unit_at(code), role=role))


def counted(campaign: Campaign, code: str, scans: int = 10, starts: int = 4, *, day: date = DAY) -> None:
    PosterCountFactory(campaign=campaign, unit=unit_at(code), scans=scans, starts=starts, day=day)


def submitted(campaign: Campaign, code: str, *, at: datetime = NOW) -> Draft:
    """By the poster of `code`, for another unit: what counts is the paper."""
    initiative = InitiativeFactory(campaign=campaign, unit=unit_at("thanh-hoa"), submitted_at=at)
    return DraftFactory(campaign=campaign, poster_unit=unit_at(code), initiative=initiative)


def numbers(line: Brought) -> tuple[int, int, int]:
    return line.scans, line.starts, line.submissions


def lines(campaign: Campaign, code: str, *, since: date | None = None) -> dict[str, tuple[int, int, int]]:
    harvest = brought.of(campaign, unit_at(code), since=since)
    found = {"": numbers(harvest.own)} | {line.unit.code: numbers(line) for line in harvest.lines if line.unit}
    assert numbers(harvest.total) == tuple(map(sum, zip(*found.values(), strict=True)))
    return {key: value for key, value in found.items() if any(value)}


def address(code: str) -> str:
    return reverse("admin:initiatives_campaign_posters_counts", args=[unit_at(code).pk])


def page(client: Client, code: str, **asked: str) -> str:
    answer = client.get(address(code), {name.replace("_", "-"): value for name, value in asked.items()})
    assert answer.status_code == 200
    return answer.content.decode()


def table(text: str) -> list[str]:
    """The words of each line."""
    body = text[text.index("<tbody>") : text.index("</table>")]
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in body.split("<tr")[1:]]


def silent(text: str) -> list[str]:
    return re.findall(r"<li>(?:<a[^>]*>)?([^<]+)", text[text.index("<details") : text.index("</details>")])


# --- what is counted ---------------------------------------------------------------------------------------------------


def test_each_line_is_a_whole_branch(campaign: Campaign) -> None:
    for code in ("tld", "quang-tri", DISTRICT, f"{DISTRICT}/may-song-hieu", "dien-bien"):
        counted(campaign, code)
        submitted(campaign, code)
    counted(CampaignFactory(), DISTRICT)

    assert lines(campaign, "tld") == {"": (10, 4, 1), "quang-tri": (30, 12, 3), "dien-bien": (10, 4, 1)}
    assert lines(campaign, "quang-tri") == {"": (10, 4, 1), DISTRICT: (20, 8, 2)}
    assert lines(campaign, DISTRICT) == {"": (10, 4, 1), f"{DISTRICT}/may-song-hieu": (10, 4, 1)}
    assert lines(campaign, "thanh-hoa") == {}


def test_a_draft_that_was_not_sent_is_no_submission(campaign: Campaign) -> None:
    DraftFactory(campaign=campaign, poster_unit=unit_at(DISTRICT))
    DraftFactory(campaign=campaign, poster_unit=None, initiative=InitiativeFactory(campaign=campaign))

    assert lines(campaign, "quang-tri") == {}


@pytest.mark.parametrize(
    "day, moment, counts",
    [
        (date(2022, 2, 24), datetime(2022, 2, 24, 0, 0, tzinfo=VIETNAM), True),
        (date(2022, 2, 23), datetime(2022, 2, 23, 23, 59, 59, tzinfo=VIETNAM), False),
    ],
    ids=["the first day", "the day before"],
)
def test_a_period_begins_at_midnight_in_viet_nam(campaign: Campaign, day: date, moment: datetime, counts: bool) -> None:
    counted(campaign, DISTRICT, day=day)
    submitted(campaign, DISTRICT, at=moment)

    assert lines(campaign, DISTRICT, since=date(2022, 2, 24)) == ({"": (10, 4, 1)} if counts else {})
    assert lines(campaign, DISTRICT) == {"": (10, 4, 1)}


def test_what_hung_in_a_unit_that_merged_is_found_where_it_went_on(campaign: Campaign) -> None:
    for code in (DISTRICT, "quang-tri/huong-hoa"):
        counted(campaign, code)
        submitted(campaign, code)

    changes.merge(unit_at("quang-tri/huong-hoa"), into=unit_at(DISTRICT), order=Order(day=DAY, at=NOW))

    assert lines(campaign, "quang-tri") == {DISTRICT: (20, 8, 2)}


def test_a_closed_unit_is_told_of_while_it_has_numbers(campaign: Campaign) -> None:
    counted(campaign, "quang-tri/huong-hoa")
    Unit.objects.filter(code__in=["quang-tri/huong-hoa", "quang-tri/cd-vien-chuc"]).update(closed_on=DAY)

    found = [line.unit.code for line in brought.of(campaign, unit_at("quang-tri")).lines if line.unit]

    assert "quang-tri/huong-hoa" in found
    assert "quang-tri/cd-vien-chuc" not in found


# --- the page --------------------------------------------------------------------------------------------------------------


def test_the_page_tells_each_unit_and_the_sum(campaign: Campaign, enter: Enter) -> None:
    counted(campaign, "quang-tri", 1000, 250)
    counted(campaign, DISTRICT, 8, 3)
    submitted(campaign, DISTRICT)
    Unit.objects.filter(path__startswith=unit_at("quang-tri").path).exclude(
        code__in=["quang-tri", DISTRICT, "quang-tri/huong-hoa"]
    ).filter(depth=3).update(closed_on=LONG_AGO)

    text = page(enter("quang-tri"), "quang-tri")

    assert [row.split("> ")[-1] for row in table(text)] == [
        "Riêng LĐLĐ tỉnh Quảng Trị 1.000 250 25,0% 0 0,0%",
        "LĐLĐ thành phố Đông Hà 8 3 37,5% 1 12,5%",
        "Tất cả 1.008 253 25,1% 1 0,1%",
    ]
    assert "1/2 đơn vị ngay bên dưới chưa có ai quét" in text
    assert silent(text) == ["LĐLĐ huyện Hướng Hóa"]
    assert "không ghi ai đã quét" in text


def test_it_can_be_asked_for_a_week_by_name_and_of_another_campaign(campaign: Campaign, enter: Enter) -> None:
    other = CampaignFactory(name="Chương trình khác")
    counted(campaign, DISTRICT, day=DAY - timedelta(days=6))
    counted(campaign, DISTRICT, 90, day=LONG_AGO)
    counted(campaign, "quang-tri/huong-hoa", 50, day=LONG_AGO)
    client = enter("quang-tri")

    whole = table(page(client, "quang-tri", chuong_trinh=campaign.slug))
    week = table(page(client, "quang-tri", chuong_trinh=campaign.slug, thoi_gian="7-ngay"))
    by_name = table(page(client, "quang-tri", chuong_trinh=campaign.slug, xep="ten"))
    nothing = page(client, "quang-tri", chuong_trinh=other.slug)

    assert "Đông Hà 100 8" in whole[1]
    assert "Hướng Hóa 50 4" in whole[2]
    assert "Đông Hà 10 4" in week[1]
    assert week[2].startswith("class") and "Tất cả 10 4" in week[2]
    assert sorted(by_name) == sorted(whole) and by_name != whole
    assert "Chưa ai quét áp phích của LĐLĐ tỉnh Quảng Trị" in nothing


@pytest.mark.parametrize(
    "stands, asked, status",
    [
        ("tld", "tld", 200),
        ("tld", DISTRICT, 200),
        ("quang-tri", DISTRICT, 200),
        (DISTRICT, DISTRICT, 200),
        (DISTRICT, f"{DISTRICT}/may-song-hieu", 200),
        (DISTRICT, "quang-tri", 404),
        (DISTRICT, "quang-tri/huong-hoa", 404),
        (DISTRICT, "dien-bien", 404),
        (f"{DISTRICT}/may-song-hieu", DISTRICT, 404),
    ],
)
@pytest.mark.parametrize("role", [Role.VIEWER, Role.REVIEWER, Role.MANAGER])
def test_whoever_sees_the_unit_sees_its_numbers(
    campaign: Campaign, enter: Enter, stands: str, asked: str, status: int, role: str
) -> None:
    assert enter(stands, role).get(address(asked)).status_code == status


def test_nobody_else_comes_in(campaign: Campaign) -> None:
    assert Client().get(address(DISTRICT)).status_code == 302


def test_the_way_up_ends_at_ones_own_unit(campaign: Campaign, enter: Enter) -> None:
    assert "Lên LĐLĐ tỉnh Quảng Trị" in page(enter("quang-tri"), DISTRICT)
    assert "Lên LĐLĐ" not in page(enter(DISTRICT), DISTRICT)


def test_a_unit_that_merged_shows_what_it_is_today(campaign: Campaign, enter: Enter) -> None:
    counted(campaign, "quang-tri/huong-hoa")
    gone = unit_at("quang-tri/huong-hoa").pk
    changes.merge(unit_at("quang-tri/huong-hoa"), into=unit_at(DISTRICT), order=Order(day=DAY, at=NOW))

    text = enter(DISTRICT).get(reverse("admin:initiatives_campaign_posters_counts", args=[gone])).content.decode()

    assert "Riêng LĐLĐ thành phố Đông Hà 10 4 40,0%" in table(text)[0]


@pytest.mark.parametrize(
    "asked, status", [({"chuong_trinh": "khong-co"}, 404), ({"thoi_gian": "x", "xep": "y", "trang": "z"}, 200)]
)
def test_what_an_address_should_not_say(campaign: Campaign, enter: Enter, asked: dict[str, str], status: int) -> None:
    answer = enter("quang-tri").get(
        address("quang-tri"), {name.replace("_", "-"): value for name, value in asked.items()}
    )
    assert answer.status_code == status


def test_without_a_campaign_it_says_so(db: None, client_as: Callable[..., Client]) -> None:
    make_tree()
    client = client_as(StaffAccountFactory(unit=unit_at("quang-tri"), role=Role.VIEWER))

    assert "Chưa có chương trình nào" in page(client, "quang-tri")


def test_a_long_list_is_turned_over_and_costs_as_many_statements(campaign: Campaign, enter: Enter) -> None:
    client = enter("quang-tri", Role.VIEWER)
    counted(campaign, f"{DISTRICT}/may-song-hieu")
    page(client, DISTRICT)
    with CaptureQueriesContext(connection) as few:
        page(client, DISTRICT)
    for number in range(120):
        unit = UnitFactory(parent=unit_at(DISTRICT), level=Level.GRASSROOTS, code=f"{DISTRICT}/x{number}")
        PosterCountFactory(campaign=campaign, unit=unit, scans=number + 20)

    with CaptureQueriesContext(connection) as many:
        first = page(client, DISTRICT)
    second = page(client, DISTRICT, trang="2")

    assert len(many) == len(few)
    assert len(table(first)) == 102  # its own, a hundred, the sum
    assert "Trang 1/2" in first
    assert len(table(second)) == 22
    assert table(first)[-1] == table(second)[-1]


def test_the_page_that_prints_leads_here(campaign: Campaign, enter: Enter) -> None:
    printing = enter(DISTRICT).get(reverse("admin:initiatives_campaign_posters", args=[unit_at(DISTRICT).pk]))

    assert f'href="{address(DISTRICT)}?chuong-trinh={campaign.slug}"' in printing.content.decode()
