"""The list of units and the page of one: what it shows of the past, to whom, and at what cost."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from orgtree import changes
from orgtree.changes import NewUnit, Order
from orgtree.models import Level, StaffAccount, Unit
from orgtree.roles import Role
from orgtree.units.wording import counted, shortened, until
from portal.vietnamese.days import VIETNAM
from tests.factories import StaffAccountFactory, UnitFactory
from tests.orgtree_admin.conftest import World

Enter = Callable[[str], Client]

LIST = reverse("admin:orgtree_unit_changelist")
HERE = "quang-tri/dong-ha"
BESIDE = "quang-tri/huong-hoa"
RECORDED_AT = datetime(2026, 1, 5, 8, 30, tzinfo=VIETNAM)


def ordered(day: str = "2023-06-01", *, by: StaffAccount | None = None) -> Order:
    return Order(day=date.fromisoformat(day), document="QĐ 15/QĐ-LĐLĐ", by=by, at=RECORDED_AT)


def page_of(client: Client, unit: Unit) -> HttpResponse:
    return client.get(reverse("admin:orgtree_unit_change", args=[unit.pk]))


def text_of(answer: HttpResponse) -> str:
    return answer.content.decode()


def codes(units: Iterable[Unit]) -> list[str]:
    return [unit.code for unit in units]


def renewed(world: World) -> Unit:
    """LĐLĐ tỉnh Quảng Trị becomes another of the same name; its districts end."""
    old = world.units["quang-tri"]
    new = NewUnit(level=Level.PROVINCE, name=old.name, short_name=old.short_name, code="quang-tri-2025")
    into = changes.add(world.units["tld"], new, order=ordered(), instead_of=[old])
    return changes.merge(old, into=into, order=ordered(), ending=frozenset({Level.DISTRICT}))


# --- words ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name, short",
    [
        ("Liên đoàn Lao động huyện Hướng Hóa", "LĐLĐ huyện Hướng Hóa"),
        ("liên đoàn lao động huyện Hướng Hóa", "LĐLĐ huyện Hướng Hóa"),
        ("Công đoàn cơ sở Công ty May Sông Hiếu", "CĐCS Công ty May Sông Hiếu"),
        ("Công đoàn phường Nam Đông Hà", "CĐ phường Nam Đông Hà"),
        ("Nghiệp đoàn Xe ôm Đông Hà", "Nghiệp đoàn Xe ôm Đông Hà"),
    ],
)
def test_a_short_name_is_made_from_the_whole_one(name: str, short: str) -> None:
    assert shortened(name) == short


def test_the_real_names_are_shortened_as_the_union_does(tree: dict[str, Unit]) -> None:
    upper = [unit for unit in tree.values() if unit.depth > 1]

    assert {unit.short_name: shortened(unit.name) for unit in upper} == {
        unit.short_name: unit.short_name for unit in upper
    }


def test_numbers_are_told_from_the_top_down() -> None:
    assert counted({"grassroots": 1340, "district": 12, "commune": 0}) == "12 LĐLĐ cấp huyện, 1.340 công đoàn cơ sở"


def test_the_last_day_is_the_one_before_the_first_without() -> None:
    assert until(date(2025, 7, 1)) == "đến 30/6/2025"


# --- labels -----------------------------------------------------------------------------------------------------------


def test_the_old_and_the_new_unit_of_one_name_are_told_apart(world: World, enter: Enter) -> None:
    renewed(world)
    asked = {"app_label": "orgtree", "model_name": "staffaccount", "field_name": "unit", "term": "tinh quang tri"}

    found = enter("administrator").get(reverse("admin:autocomplete"), asked).json()["results"]

    assert {"LĐLĐ tỉnh Quảng Trị", "LĐLĐ tỉnh Quảng Trị (đến 31/5/2023)"} <= {each["text"] for each in found}


def test_a_district_that_ended_names_its_province_and_its_last_day(world: World, enter: Enter) -> None:
    renewed(world)
    asked = {"app_label": "orgtree", "model_name": "staffaccount", "field_name": "unit", "term": "thanh pho dong ha"}

    found = enter("administrator").get(reverse("admin:autocomplete"), asked).json()["results"]

    assert "LĐLĐ thành phố Đông Hà (LĐLĐ tỉnh Quảng Trị, đến 31/5/2023)" in {each["text"] for each in found}


# --- the list ---------------------------------------------------------------------------------------------------------


def test_a_unit_that_ended_is_marked_in_its_row(world: World, enter: Enter) -> None:
    renewed(world)

    page = text_of(enter("above").get(LIST, {"standing": "closed", "level": "province"}))

    assert '<span class="badge">đến 31/5/2023</span>' in page


def test_a_row_names_what_its_unit_belongs_to(world: World, enter: Enter) -> None:
    page = text_of(enter("administrator").get(LIST, {"q": "may song hieu"}))

    assert 'class="field-belongs">LĐLĐ thành phố Đông Hà, LĐLĐ tỉnh Quảng Trị</td>' in page


@pytest.mark.parametrize(
    "who, offered",
    [
        ("administrator", ["dien-bien", "thanh-hoa", "quang-tri", "cd-y-te"]),
        ("above", [HERE, BESIDE, "quang-tri/cd-vien-chuc"]),
        ("inside", []),
        ("without_unit", []),
    ],
)
def test_the_way_down_offers_the_branches_below_ones_own_unit(
    world: World, enter: Enter, who: str, offered: list[str]
) -> None:
    page = enter(who).get(LIST)

    found = [spec for spec in page.context["cl"].filter_specs if spec.parameter_name == "thuoc"]
    assert [value for spec in found for value, _ in spec.lookup_choices] == offered


def test_the_way_down_leads_to_one_branch(world: World, enter: Enter) -> None:
    page = enter("administrator").get(LIST, {"thuoc": "quang-tri"})

    assert {code.partition("/")[0] for code in codes(page.context["cl"].result_list)} == {"quang-tri"}


def test_a_foreign_branch_filters_nothing(world: World, enter: Enter) -> None:
    client = enter("above")

    assert codes(client.get(LIST, {"thuoc": "dien-bien"}).context["cl"].result_list) == codes(
        client.get(LIST).context["cl"].result_list
    )


def test_each_line_is_offered_once(world: World, enter: Enter) -> None:
    renewed(world)

    page = enter("administrator").get(LIST)

    found = next(spec for spec in page.context["cl"].filter_specs if spec.parameter_name == "thuoc")
    assert [value for value, _ in found.lookup_choices] == ["dien-bien", "thanh-hoa", "cd-y-te", "quang-tri-2025"]


@pytest.mark.parametrize(
    "who, offers",
    [
        ("viewer", False),
        ("reviewer", False),
        ("below", False),
        ("inside", True),
        ("above", True),
        ("administrator", True),
    ],
)
def test_a_unit_is_added_from_the_list_by_those_who_may(world: World, enter: Enter, who: str, offers: bool) -> None:
    own = world.accounts[who].unit
    assert own is not None
    address = reverse("admin:orgtree_unit_add_below", args=[own.pk])

    assert (address in text_of(enter(who).get(LIST))) is offers


def test_below_what_ones_unit_is_today_the_list_adds(world: World, enter: Enter) -> None:
    """Whose account was made before the merger: its own unit takes nobody any more, nor are its posters printed."""
    into = renewed(world)

    page = text_of(enter("above").get(LIST))

    for name in ("admin:orgtree_unit_add_below", "admin:initiatives_campaign_posters"):
        assert [reverse(name, args=[unit.pk]) in page for unit in (into, world.units["quang-tri"])] == [True, False]


def test_the_list_asks_no_more_for_more_rows(world: World, enter: Enter) -> None:
    client = enter("administrator")
    client.get(LIST)
    with CaptureQueriesContext(connection) as few:
        client.get(LIST)
    for number in range(5):
        UnitFactory(parent=world.units[HERE], level=Level.GRASSROOTS, code=f"{HERE}/xuong-{number}")

    with CaptureQueriesContext(connection) as many:
        client.get(LIST)

    assert len(many) == len(few)


# --- the page of one --------------------------------------------------------------------------------------------------

EVERY_ACT = [
    "Thêm đơn vị trực thuộc",
    "Đổi tên",
    "Chuyển sang đơn vị cấp trên khác",
    "Sáp nhập",
    "Kết thúc hoạt động",
    "Thêm cách gọi khác",
]


@pytest.mark.parametrize(
    "who, unit, offered",
    [
        ("viewer", HERE, []),
        ("reviewer", HERE, []),
        ("inside", HERE, EVERY_ACT[:1]),
        ("inside", "quang-tri/dong-ha/may-song-hieu", EVERY_ACT[1:]),
        ("below", "quang-tri/dong-ha/may-song-hieu", []),
        ("above", HERE, EVERY_ACT),
        ("above", "quang-tri", EVERY_ACT[:1]),
        ("administrator", "quang-tri", EVERY_ACT),
        ("administrator", "tld", EVERY_ACT[:1]),
    ],
)
def test_only_what_one_may_do_is_offered(world: World, enter: Enter, who: str, unit: str, offered: list[str]) -> None:
    page = page_of(enter(who), world.units[unit])

    assert [title for title, _ in page.context["offered"]] == offered
    assert all(address in text_of(page) for _, address in page.context["offered"])


def test_a_page_tells_the_line_of_its_unit(world: World, enter: Enter) -> None:
    old, new = world.units["quang-tri"], renewed(world)
    client = enter("administrator")

    before, after = page_of(client, old).context["line"], page_of(client, new).context["line"]

    assert (before.before, before.after) == ([], [new])
    assert (after.before, after.after) == ([(old, "đến 31/5/2023")], [])


def test_a_line_of_several_generations_is_told_whole(world: World, enter: Enter) -> None:
    first = world.units["quang-tri/dong-ha/may-song-hieu"]
    second = changes.move(first, to=world.units[BESIDE], order=ordered("2022-05-01"))
    third = changes.move(second, to=world.units["quang-tri"], order=ordered("2023-06-01"))

    page = page_of(enter("above"), second)

    assert codes(unit for unit, _ in page.context["line"].before) == codes([first])
    assert codes(page.context["line"].after) == codes([third])
    assert "Nay là" in text_of(page)


def test_those_that_merged_beside_are_not_the_past_of_one_another(world: World, enter: Enter) -> None:
    old, new = world.units["quang-tri"], renewed(world)
    changes.merge(world.units["dien-bien"], into=new, order=ordered())
    client = enter("administrator")

    assert page_of(client, old).context["line"].before == []
    assert codes(unit for unit, _ in page_of(client, new).context["line"].before) == ["dien-bien", "quang-tri"]


def test_a_page_tells_past_names_other_names_and_who_did_what(world: World, enter: Enter) -> None:
    unit, by = world.units[HERE], world.accounts["above"]
    name = "Liên đoàn Lao động quận Đông Hà"
    changes.call_also(unit, "LĐLĐ TP Đông Hà", order=Order(day=None, by=by, at=RECORDED_AT))
    changes.rename(unit, name=name, short_name="LĐLĐ quận Đông Hà", order=ordered(by=by))

    page = page_of(enter("viewer"), unit)

    assert [(past.name, last) for past, last in page.context["past_names"]] == [
        ("Liên đoàn Lao động thành phố Đông Hà", "đến 31/5/2023")
    ]
    assert dict(page.context["facts"])["Còn gọi là"] == "LĐLĐ TP Đông Hà"
    assert [deed.change.act for deed in page.context["deeds"]] == ["renamed", "called"]
    shown = text_of(page)
    for told in ("1/6/2023: <b>đổi tên</b>", "QĐ 15/QĐ-LĐLĐ", by.full_name, "Ghi lúc 8h30 ngày 5/1/2026"):
        assert told in shown


def test_those_that_stand_come_first_and_those_that_ended_apart(world: World, enter: Enter) -> None:
    changes.close(world.units[HERE], order=ordered(), children_to=world.units[BESIDE])

    page = page_of(enter("above"), world.units["quang-tri"])

    assert codes(unit for unit, _ in page.context["standing"].shown) == [BESIDE, "quang-tri/cd-vien-chuc"]
    assert page.context["ended"].shown == [(world.units[HERE], "đến 31/5/2023")]


def test_an_act_names_no_unit_of_another_branch(
    world: World, enter: Enter, client_as: Callable[[StaffAccount], Client]
) -> None:
    """The union came from Quảng Trị to Điện Biên; those of its new district learn nothing of the other province."""
    here = world.units["dien-bien/dien-bien-phu"]
    union = changes.move(world.units["quang-tri/dong-ha/may-song-hieu"], to=here, order=ordered())
    client = client_as(StaffAccountFactory(unit=union, role=Role.VIEWER))

    page = page_of(client, union)

    assert [(deed.what, deed.other) for deed in page.context["deeds"]] == [("chuyển về đơn vị khác", None)]
    assert here.short_name in text_of(page_of(enter("administrator"), union))
    assert here.short_name not in text_of(page)


def test_a_page_asks_no_more_for_more_of_everything(world: World, enter: Enter) -> None:
    client, unit = enter("above"), world.units[HERE]
    page_of(client, unit)
    with CaptureQueriesContext(connection) as few:
        page_of(client, unit)
    for number in range(1, 4):
        child = UnitFactory(parent=unit, level=Level.GRASSROOTS, code=f"{HERE}/xuong-{number}")
        changes.close(child, order=ordered())
        changes.call_also(unit, f"LĐLĐ Đông Hà {number}", order=Order(day=None, at=RECORDED_AT))
        named = f"Liên đoàn Lao động Đông Hà {number}"
        changes.rename(unit, name=named, short_name=named, order=ordered(f"2023-06-0{number}"))

    with CaptureQueriesContext(connection) as many:
        page_of(client, unit)

    assert len(many) == len(few)


def shown_children(page: HttpResponse) -> Any:
    return page.context["standing"]


def test_what_a_search_finds_is_counted_to_a_cap_and_the_whole_list_is_not(
    world: World, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orgtree.units.admin.MOST_FOUND_COUNTED", 1)
    client = enter("administrator")

    found = client.get(LIST, {"q": "ldld"}).context["cl"].paginator
    whole = client.get(LIST).context["cl"].paginator

    assert (found.count, found.is_capped) == (1, True)
    assert (whole.count, whole.is_capped) == (Unit.objects.count(), False)


@pytest.mark.parametrize(("most", "told"), [(1, "Hơn 1 kết quả."), (200, "2 kết quả.")])
def test_where_words_lie_apart_a_list_that_was_cut_says_so(
    world: World, enter: Enter, monkeypatch: pytest.MonkeyPatch, most: int, told: str
) -> None:
    monkeypatch.setattr("orgtree.search.MOST_MATCHED", most)

    page = enter("administrator").get(LIST, {"q": "dien bien ldld"})

    assert f'<span class="small quiet">{told}' in page.content.decode()


def test_the_first_of_many_children_are_shown(world: World, enter: Enter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orgtree.units.queries.CHILDREN_SHOWN", 2)

    page = page_of(enter("above"), world.units["quang-tri"])

    assert (len(shown_children(page).shown), shown_children(page).has_more) == (2, True)
    assert "Chỉ hiện 2 đơn vị đầu" in text_of(page)
