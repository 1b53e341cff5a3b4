"""The first page: what waits, in the own branch, each number leading to the list it counts (M20)."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from initiatives.campaigns.closings import closing_soon
from initiatives.models import Act, Initiative, Status
from initiatives.review import queries
from orgtree.models import StaffAccount, Unit
from orgtree.roles import Role
from portal.vietnamese.names import list_key
from tests.factories import (
    CampaignFactory,
    InitiativeFactory,
    ReviewEventFactory,
    StaffAccountFactory,
    WindowExtensionFactory,
    make_tree,
)
from tests.orgtree_admin.conftest import World

FIGURE = re.compile(r'<li[^>]*><a href="([^"]+)">(<small>ít nhất</small> )?<b>([0-9.]+)</b> ([^<]+)</a>')


def figures_of(client: Client) -> dict[str, tuple[str, str]]:
    """What each number of the first page says and where it leads, by its label."""
    page = client.get(reverse("admin:index")).content.decode()
    return {
        label: (("ít nhất " if least else "") + count, address.replace("&amp;", "&"))
        for address, least, count, label in FIGURE.findall(page)
    }


def rows_of(page: Any) -> int:
    """A list of the admin, or one of our own."""
    return page.context["cl"].result_count if "cl" in page.context else page.context["page"].paginator.count


def resend(initiative: Any) -> None:
    ReviewEventFactory(initiative=initiative, number=2, act=Act.RETURNED, to_status=Status.RETURNED)
    ReviewEventFactory(initiative=initiative, number=3, act=Act.RESENT, to_status=Status.SUBMITTED)
    Initiative.objects.filter(pk=initiative.pk).update(version=3)


@pytest.fixture
def desk(world: World) -> World:
    """On the desk of Đông Hà: one waits since ever, one waits again, one is returned; one waits in Điện Biên."""
    here, campaign = world.units["quang-tri/dong-ha"], world.campaign
    resend(InitiativeFactory(campaign=campaign, unit=world.units["quang-tri/dong-ha/may-song-hieu"]))
    InitiativeFactory(campaign=campaign, unit=here, status=Status.RETURNED)
    InitiativeFactory(campaign=campaign, unit=world.units["dien-bien"])
    return world


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (
            "inside",
            {"chờ xét": "2", "đã bổ sung và gửi lại": "1", "chưa gắn CĐCS": "1", "đã trả lại": "1"}
            | {"người gửi muộn": "1", "cần báo người nộp": "1"},
        ),
        (
            "reviewer",
            {"chờ xét": "2", "đã bổ sung và gửi lại": "1", "đã trả lại": "1", "người gửi muộn": "1"}
            | {"cần báo người nộp": "1"},
        ),
        ("below", {"chờ xét": "1", "đã bổ sung và gửi lại": "1"}),
        ("beside", {}),
        ("outsider", {"chờ xét": "1", "chưa gắn CĐCS": "1"}),
        ("without_unit", {}),
    ],
)
def test_it_counts_what_waits_in_the_own_branch(
    desk: World, enter: Callable[[str], Client], name: str, told: dict[str, str]
) -> None:
    assert {label: count for label, (count, _) in figures_of(enter(name)).items()} == told


def test_each_number_is_that_of_the_list_it_leads_to(desk: World, enter: Callable[[str], Client]) -> None:
    client = enter("administrator")
    figures = figures_of(client)

    listed = {label: rows_of(client.get(address)) for label, (_, address) in figures.items()}

    assert len(figures) == 6
    assert listed == {label: int(count) for label, (count, _) in figures.items()}


def test_what_was_not_counted_to_the_end_is_said_to_be_at_least_so_much(
    desk: World, enter: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "MOST_WAITING", 2)
    monkeypatch.setattr(queries, "MOST_LOOKED_FOR", 1)

    figures = figures_of(enter("administrator"))

    assert figures["chờ xét"][0] == "ít nhất 2"
    assert figures["đã bổ sung và gửi lại"][0] == "ít nhất 1"
    assert figures["chưa gắn CĐCS"][0] == "ít nhất 1"
    assert figures["đã trả lại"][0] == "1"


def test_with_nothing_to_do_it_says_so(world: World, enter: Callable[[str], Client]) -> None:
    assert "Hiện không có việc nào chờ bạn." in enter("beside").get(reverse("admin:index")).content.decode()


def test_the_number_of_statements_does_not_grow(world: World, enter: Callable[[str], Client]) -> None:
    def asked() -> int:
        client = enter("above")
        client.get(reverse("admin:index"))
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("admin:index"))
        return len(captured)

    few = asked()
    for _ in range(3):
        campaign = CampaignFactory()
        for unit in ("quang-tri", "quang-tri/dong-ha", "quang-tri/dong-ha/may-song-hieu"):
            resend(InitiativeFactory(campaign=campaign, unit=world.units[unit]))
            WindowExtensionFactory(campaign=campaign, unit=world.units[unit])

    assert asked() == few


# --- what closes soon -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "told"),
    [
        ("2021-04-06 23:59", []),
        ("2021-04-07 00:00", ["Đợt 1 đóng lúc 24h00 ngày 20/4/2021, còn 14 ngày."]),
        ("2021-04-17 10:00", ["Đợt 1 đóng lúc 24h00 ngày 20/4/2021, còn 3 ngày."]),
        ("2021-04-20 18:30", ["Đợt 1 đóng lúc 24h00 ngày 20/4/2021, còn 5 giờ."]),
        ("2021-04-20 23:59:30", ["Đợt 1 đóng lúc 24h00 ngày 20/4/2021, còn 1 phút."]),
        ("2021-04-21 00:00", []),
    ],
)
def test_a_window_that_closes_soon_is_told(
    db: None, at: Callable[[str], datetime], moment: str, told: list[str]
) -> None:
    units = make_tree()
    officer = StaffAccountFactory(unit=units["quang-tri/dong-ha"], role=Role.REVIEWER)
    phase = {"name": "Đợt 1", "opens_at": at("2021-03-01 00:00"), "closes_at": at("2021-04-21 00:00")}
    CampaignFactory(phases=[phase])
    now = at(moment)

    assert [each.sentence(at=now) for each in closing_soon(officer, at=now)[0]] == told


@pytest.mark.parametrize(
    ("unit", "is_told"),
    [
        ("quang-tri", True),
        ("quang-tri/dong-ha", True),
        ("quang-tri/dong-ha/may-song-hieu", True),
        ("quang-tri/huong-hoa", False),
        ("dien-bien", False),
    ],
)
def test_an_extension_is_told_to_those_it_is_for_and_those_above(
    db: None, at: Callable[[str], datetime], unit: str, is_told: bool
) -> None:
    units = make_tree()
    officer = StaffAccountFactory(unit=units["quang-tri/dong-ha"], role=Role.REVIEWER)
    now = at("2021-04-21 09:00")
    phase = {"opens_at": now - timedelta(days=30), "closes_at": now - timedelta(hours=9)}
    campaign = CampaignFactory(phases=[phase])
    WindowExtensionFactory(campaign=campaign, unit=units[unit], closes_at=now + timedelta(days=2))

    told = [each.what for each in closing_soon(officer, at=now)[0]]

    assert told == ([f"Gia hạn cho {units[unit]}"] if is_told else [])


def test_an_extension_of_what_stands_above_today_is_told(
    tree_of_2025: dict[str, Unit], at: Callable[[str], datetime]
) -> None:
    """To whoever has an account since before the unit and its province ended; and one of the province that was."""
    old = tree_of_2025["quang-tri"]
    officer = StaffAccountFactory(unit=tree_of_2025["quang-tri/cd-vien-chuc"])
    now = at("2026-04-15 09:00")
    campaign = CampaignFactory(
        phases=[{"opens_at": now - timedelta(days=30), "closes_at": now - timedelta(days=1)}],
    )
    for each in (Unit.objects.get(path=old.current_path), old, tree_of_2025["thanh-hoa"]):
        WindowExtensionFactory(campaign=campaign, unit=each, closes_at=now + timedelta(days=2))

    assert [each.what for each in closing_soon(officer, at=now)[0]] == [f"Gia hạn cho {old}"] * 2


def test_however_many_extensions_end_a_phase_keeps_its_place(
    db: None, at: Callable[[str], datetime], client_as: Callable[[StaffAccount], Client]
) -> None:
    units = make_tree()
    officer = StaffAccountFactory(unit=units["tld"], role=Role.ADMINISTRATOR)
    now = at("2021-04-15 09:00")
    phase = {"name": "Đợt 1", "opens_at": now - timedelta(days=30), "closes_at": now + timedelta(days=9)}
    campaign = CampaignFactory(phases=[phase])
    for hours, unit in enumerate(list(units.values())[:9], start=1):
        WindowExtensionFactory(campaign=campaign, unit=unit, closes_at=now + timedelta(hours=hours))

    nine, are_more = closing_soon(officer, at=now)
    page = client_as(officer).get(reverse("admin:index")).content.decode()
    assert ([each.what for each in nine][-1], len(nine), are_more) == ("Đợt 1", 10, False)
    assert "Còn gia hạn khác sắp hết" not in page

    WindowExtensionFactory(campaign=campaign, unit=units["dien-bien"], closes_at=now + timedelta(hours=20))

    nine, are_more = closing_soon(officer, at=now)
    page = client_as(officer).get(reverse("admin:index")).content.decode()
    assert ([each.what for each in nine][-1], len(nine), are_more) == ("Đợt 1", 10, True)
    assert "Còn gia hạn khác sắp hết" in page


def test_what_is_not_published_closes_for_nobody(db: None, at: Callable[[str], datetime]) -> None:
    officer = StaffAccountFactory(unit=make_tree()["quang-tri"])
    now = at("2021-04-20 09:00")
    phase = {"opens_at": now - timedelta(days=30), "closes_at": now + timedelta(days=1)}
    CampaignFactory(is_published=False, phases=[phase])

    assert closing_soon(officer, at=now) == ([], False)


def test_the_first_page_leads_from_a_window_to_its_campaign(
    world: World, enter: Callable[[str], Client], at: Callable[[Any], datetime]
) -> None:
    at(world.campaign.phases.first().closes_at - timedelta(days=2))

    page = enter("inside").get(reverse("admin:index")).content.decode()

    assert f'href="{reverse("admin:initiatives_initiative_changelist")}?campaign={world.campaign.slug}"' in page
    assert "còn 2 ngày." in page


@pytest.mark.parametrize(
    ("name", "current"),
    [
        ("admin:index", []),
        ("admin:initiatives_initiative_changelist", [("Xét duyệt", "page")]),
        ("admin:initiatives_initiative_to_tell", [("Cần báo", "page")]),
        ("admin:initiatives_initiative_sheet", [("Nhập từ Excel", "page")]),
        ("admin:initiatives_initiative_slips", [("Nhập hộ", "true")]),
    ],
)
def test_the_menu_shows_one_section_as_the_current_one(
    world: World, enter: Callable[[str], Client], name: str, current: list[tuple[str, str]]
) -> None:
    page = enter("administrator").get(reverse(name)).content.decode()

    menu = page.partition('id="sections"')[2].partition("</nav>")[0]
    found = re.findall(r'<a href="[^"]+"(?: aria-current="(\w+)")?>([^<]+)</a>', menu)
    assert [(label, standing) for standing, label in found if standing] == current


def test_what_may_be_opened_is_listed_as_vietnamese_lists_are(world: World, enter: Callable[[str], Client]) -> None:
    """By the name that is read, where Django's order is that of names nobody sees."""
    page = enter("above").get(reverse("admin:index")).content.decode()

    listed = re.search(r'<ul class="app-models">(.*?)</ul>', page)
    assert listed is not None
    names = re.findall(r'<li><a href="[^"]+">([^<]+)</a>', listed[1])
    assert names[:3] == ["Ai đã xem dữ liệu cá nhân", "Biểu dương", "Cặp có thể trùng"]
    assert names == sorted(names, key=list_key)
