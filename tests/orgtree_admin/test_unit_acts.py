"""The tree is changed in the admin (M36): who may, what is said beforehand, what is refused, and that it is done once."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from orgtree.models import Act, Level, Unit, UnitAlias, UnitChange, UnitName
from tests.codebase.words import english_in, seen
from tests.factories import UnitFactory
from tests.orgtree_admin.conftest import World

Enter = Callable[[str], Client]

ADD = "add_below"
OTHER_ACTS = ("rename", "move", "merge", "close", "call_also")
ACTS = (ADD, *OTHER_ACTS)
HERE = "quang-tri/dong-ha"
BESIDE = "quang-tri/huong-hoa"
GRASSROOTS = "quang-tri/dong-ha/may-song-hieu"
MISSING = 987654
ORDERED = {"day": "1/6/2023", "document": "Quyết định 15/QĐ-LĐLĐ ngày 20/5/2023"}


def address(act: str, unit: Unit | int) -> str:
    return reverse(f"admin:orgtree_unit_{act}", args=[unit if isinstance(unit, int) else unit.pk])


def page_of(unit: Unit) -> str:
    return reverse("admin:orgtree_unit_change", args=[unit.pk])


def text_of(answer: HttpResponse) -> str:
    return answer.content.decode()


def without_request_id(answer: HttpResponse) -> str:
    return text_of(answer).replace(answer["X-Request-Id"], "")


def asked_by(act: str, world: World) -> dict[str, Any]:
    """Answers with which the act upon Đông Hà is done."""
    answers: dict[str, dict[str, Any]] = {
        ADD: {"level": "grassroots", "name": "Công đoàn cơ sở Trường Tiểu học Sông Hiếu"},
        "rename": ORDERED | {"name": "Liên đoàn Lao động quận Đông Hà"},
        "move": ORDERED | {"to": world.units["quang-tri"].pk, "level": "provincial_sector"},
        "merge": ORDERED | {"into": world.units[BESIDE].pk},
        "close": ORDERED | {"children_to": world.units[BESIDE].pk},
        "call_also": {"alias": "LĐLĐ TP Đông Hà"},
    }
    return answers[act] | {"confirm": "1"}


def the_tree() -> list[Any]:
    """Everything an act may write, to compare."""
    return [list(model.objects.order_by("pk").values()) for model in (Unit, UnitName, UnitAlias, UnitChange, LogEntry)]


def errors_of(answer: HttpResponse) -> dict[str, list[str]]:
    return {name: [str(each) for each in found] for name, found in answer.context["form"].errors.items()}


# --- who may ---------------------------------------------------------------------------------------------------------

PLACES = [
    # who, unit, status for adding below it, status for all other acts upon it
    ("outsider", HERE, 404, 404),
    ("beside", HERE, 404, 404),
    ("below", HERE, 404, 404),
    ("without_unit", HERE, 404, 404),
    ("closed", HERE, 302, 302),
    ("viewer", HERE, 403, 403),
    ("reviewer", HERE, 403, 403),
    ("inside", HERE, 200, 403),
    ("above", HERE, 200, 200),
    ("administrator", HERE, 200, 200),
    ("inside", "quang-tri", 404, 404),
    ("above", "quang-tri", 200, 403),
    ("above", "tld", 404, 404),
    ("above", "dien-bien", 404, 404),
    ("administrator", "tld", 200, 403),
    ("administrator", "quang-tri", 200, 200),
    ("viewer", GRASSROOTS, 403, 403),
    ("below", GRASSROOTS, 403, 403),
    ("inside", GRASSROOTS, 403, 200),
    ("above", GRASSROOTS, 403, 200),
]


@pytest.mark.parametrize("who, unit, adding, other", PLACES)
def test_who_may_open_the_pages_of_whom(
    world: World, enter: Enter, who: str, unit: str, adding: int, other: int
) -> None:
    client = enter(who)

    found = {act: client.get(address(act, world.units[unit])).status_code for act in ACTS}

    assert found == {ADD: adding, **dict.fromkeys(OTHER_ACTS, other)}


@pytest.mark.parametrize("who, unit, adding, other", [each for each in PLACES if 200 not in each[2:]])
def test_who_may_not_open_a_page_may_not_post_to_it(
    world: World, enter: Enter, who: str, unit: str, adding: int, other: int
) -> None:
    client = enter(who)
    before = the_tree()

    found = {act: client.post(address(act, world.units[unit]), asked_by(act, world)).status_code for act in ACTS}

    assert found == {ADD: adding, **dict.fromkeys(OTHER_ACTS, other)}
    assert the_tree() == before


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("act", ACTS)
def test_a_foreign_unit_looks_like_a_missing_one(world: World, enter: Enter, act: str, method: str) -> None:
    client = enter("outsider")

    foreign = getattr(client, method)(address(act, world.units[HERE]))
    missing = getattr(client, method)(address(act, MISSING))

    assert foreign.status_code == missing.status_code == 404
    assert without_request_id(foreign) == without_request_id(missing)


@pytest.mark.parametrize("act, field", [("move", "to"), ("merge", "into"), ("close", "children_to")])
def test_a_target_of_another_branch_is_refused_as_a_missing_one(
    world: World, enter: Enter, act: str, field: str
) -> None:
    client, unit = enter("above"), world.units[HERE]
    before = the_tree()

    answers = [
        client.post(address(act, unit), asked_by(act, world) | {field: target})
        for target in (world.units["dien-bien"].pk, MISSING, world.units["tld"].pk)
    ]

    assert [errors_of(answer)[field] for answer in answers] == [["Hãy chọn một đơn vị trong danh sách."]] * 3
    assert "Điện Biên" not in text_of(answers[0])
    assert the_tree() == before


@pytest.mark.parametrize("who", ["inside", "above", "administrator"])
@pytest.mark.parametrize("act", ACTS)
def test_looking_at_a_page_writes_nothing(world: World, enter: Enter, who: str, act: str) -> None:
    client, unit = enter(who), world.units[GRASSROOTS if act != ADD else HERE]
    before = the_tree()

    answer = client.get(address(act, unit), asked_by(act, world))

    assert answer.status_code == 200
    assert the_tree() == before


@pytest.mark.parametrize("act", ACTS)
def test_every_page_of_an_act_is_vietnamese(world: World, enter: Enter, act: str) -> None:
    client, unit = enter("above"), world.units[HERE]
    asked = asked_by(act, world)
    del asked["confirm"]

    pages = [client.get(address(act, unit)), client.post(address(act, unit)), client.post(address(act, unit), asked)]

    assert [english_in(seen(text_of(page))) for page in pages] == [[]] * 3


# --- the acts --------------------------------------------------------------------------------------------------------


def test_a_province_adds_a_district(world: World, enter: Enter) -> None:
    parent = world.units["quang-tri"]
    posted = {"level": "district", "kind": "huyen", "name": "Liên đoàn Lao động huyện Cam Lộ"}

    answer = enter("above").post(address(ADD, parent), posted)

    unit = Unit.objects.get(name="Liên đoàn Lao động huyện Cam Lộ")
    assert answer["Location"] == page_of(unit)
    assert (unit.short_name, unit.code, unit.kind) == ("LĐLĐ huyện Cam Lộ", "quang-tri/cam-lo", "huyen")
    assert Unit.objects.get_parent(unit) == parent
    assert (unit.opened_on, unit.level) == (None, Level.DISTRICT)
    change = UnitChange.objects.get(unit=unit)
    assert (change.act, change.by) == (Act.ADDED, world.accounts["above"])
    assert LogEntry.objects.get().change_message == "Đã thêm LĐLĐ huyện Cam Lộ vào LĐLĐ tỉnh Quảng Trị."


def test_the_next_district_keeps_level_kind_day_and_document(world: World, enter: Enter) -> None:
    client, parent = enter("above"), world.units["quang-tri"]
    posted = ORDERED | {"level": "district", "kind": "huyen", "name": "Liên đoàn Lao động huyện Cam Lộ", "another": "1"}

    answer = client.post(address(ADD, parent), posted)
    page = client.get(answer["Location"])

    assert answer["Location"].startswith(address(ADD, parent))
    form = page.context["form"]
    kept = {name: form[name].value() for name in form.fields}
    assert kept == ORDERED | {"level": "district", "kind": "huyen", "name": None, "short_name": None, "code": None}
    assert "Đã thêm LĐLĐ huyện Cam Lộ" in text_of(page)


@pytest.mark.parametrize(
    "parent, levels",
    [
        ("tld", ["province", "sector"]),
        ("quang-tri", ["district", "provincial_sector", "commune", "grassroots"]),
        ("cd-y-te", ["sector_branch", "grassroots"]),
        (HERE, ["grassroots"]),
    ],
)
def test_only_levels_that_may_stand_there_are_offered(
    world: World, enter: Enter, parent: str, levels: list[str]
) -> None:
    page = enter("administrator").get(address(ADD, world.units[parent]))

    assert [value for value, _ in page.context["form"].fields["level"].choices if value] == levels


@pytest.mark.parametrize(
    "posted, field, sentence",
    [
        ({"level": "province"}, "level", "province"),
        ({"name": ""}, "name", "Hãy nhập tên đầy đủ."),
        ({"kind": "tinh"}, "kind", ""),
        ({"kind": "cong-doan-vien-chuc"}, "kind", "Loại hình này không thuộc cấp đã chọn."),
        ({"code": "Cam Lộ"}, "code", "Mã chỉ gồm chữ thường không dấu, số, dấu - và dấu /."),
        ({"code": HERE}, "code", "đã có"),
        ({"day": "31/2/2022"}, "day", "Tháng 2 năm 2022 không có ngày 31."),
        ({"day": "1/1/2090"}, "day", "1/1/2090"),
        ({"name": "Liên đoàn Lao động thành phố Đông Hà"}, "name", "Đông Hà"),
    ],
    ids=lambda each: str(each)[:30],
)
def test_what_may_not_be_added_comes_back_as_it_was_typed(
    world: World, enter: Enter, posted: dict[str, str], field: str, sentence: str
) -> None:
    typed = {"level": "district", "kind": "huyen", "name": "Liên đoàn Lao động huyện Cam Lộ"} | ORDERED | posted
    before = the_tree()

    answer = enter("above").post(address(ADD, world.units["quang-tri"]), typed)

    assert answer.status_code == 200
    assert list(errors_of(answer)) == [field]
    assert sentence in errors_of(answer)[field][0]
    assert {name: answer.context["form"][name].value() for name in typed} == typed
    assert the_tree() == before


def test_a_unit_below_a_closed_one_belongs_to_the_old_structure(world: World, enter: Enter) -> None:
    client, district = enter("above"), world.units[HERE]
    client.post(address("close", district), asked_by("close", world))

    answer = client.post(address(ADD, district), asked_by(ADD, world))

    unit = Unit.objects.get(name=asked_by(ADD, world)["name"])
    assert answer["Location"] == page_of(unit)
    assert (unit.opened_on, unit.closed_on) == (None, date(2023, 6, 1))


def test_a_unit_is_renamed_from_a_day_on(world: World, enter: Enter) -> None:
    unit = world.units[HERE]

    answer = enter("above").post(address("rename", unit), asked_by("rename", world))

    unit.refresh_from_db()
    assert answer["Location"] == page_of(unit)
    assert (unit.name, unit.short_name) == ("Liên đoàn Lao động quận Đông Hà", "LĐLĐ quận Đông Hà")
    past = UnitName.objects.get(unit=unit)
    assert (past.name, past.used_until) == ("Liên đoàn Lao động thành phố Đông Hà", date(2023, 6, 1))
    change = UnitChange.objects.get(unit=unit)
    assert (change.act, change.day, change.document) == (Act.RENAMED, date(2023, 6, 1), ORDERED["document"])
    assert LogEntry.objects.get().change_message == (
        "Từ ngày 1/6/2023, LĐLĐ thành phố Đông Hà mang tên LĐLĐ quận Đông Hà."
    )


def test_a_grassroots_union_is_moved_to_another_district(world: World, enter: Enter) -> None:
    unit, to = world.units[GRASSROOTS], world.units[BESIDE]

    answer = enter("above").post(address("move", unit), ORDERED | {"to": to.pk, "confirm": "1"})

    unit.refresh_from_db()
    successor = unit.successor
    assert successor is not None
    assert answer["Location"] == page_of(successor)
    assert (unit.closed_on, successor.opened_on) == (date(2023, 6, 1), date(2023, 6, 1))
    assert (Unit.objects.get_parent(successor), successor.name) == (to, unit.name)


def test_a_unit_that_ended_without_a_successor_goes_on_elsewhere(world: World, enter: Enter) -> None:
    client, unit = enter("above"), world.units[GRASSROOTS]
    client.post(address("close", unit), ORDERED | {"confirm": "1"})

    client.post(address("move", unit), ORDERED | {"to": world.units[BESIDE].pk, "confirm": "1"})

    unit.refresh_from_db()
    assert unit.successor is not None
    assert Unit.objects.get_parent(unit.successor) == world.units[BESIDE]


def test_a_district_merges_into_one_that_stands(world: World, enter: Enter) -> None:
    unit, into = world.units[HERE], world.units[BESIDE]

    answer = enter("above").post(address("merge", unit), asked_by("merge", world))

    unit.refresh_from_db()
    assert answer["Location"] == page_of(into)
    assert (unit.successor, unit.closed_on) == (into, date(2023, 6, 1))
    assert Unit.objects.standing_on(date(2024, 1, 1)).directly_below(into).get().short_name == (
        "CĐCS Công ty CP May Sông Hiếu"
    )


@pytest.mark.parametrize("name", ["Liên đoàn Lao động thành phố Đông Hà", "Liên đoàn Lao động thành phố Hiếu Giang"])
def test_a_district_merges_into_a_new_one(world: World, enter: Enter, name: str) -> None:
    unit = world.units[HERE]

    answer = enter("above").post(address("merge", unit), ORDERED | {"name": name, "confirm": "1"})

    unit.refresh_from_db()
    assert unit.successor is not None
    assert answer["Location"] == page_of(unit.successor)
    assert (unit.successor.name, unit.successor.level) == (name, unit.level)
    assert (unit.successor.opened_on, Unit.objects.get_parent(unit.successor)) == (
        date(2023, 6, 1),
        world.units["quang-tri"],
    )


def test_a_merger_that_is_refused_leaves_no_new_unit(world: World, enter: Enter) -> None:
    client, unit = enter("above"), world.units[HERE]
    client.post(address("close", unit), asked_by("close", world))
    before = the_tree()

    answer = client.post(
        address("merge", unit), ORDERED | {"name": "Liên đoàn Lao động thành phố Hiếu Giang", "confirm": "1"}
    )

    assert answer.status_code == 200
    assert the_tree() == before


def test_a_district_ends_and_its_unions_go_elsewhere(world: World, enter: Enter) -> None:
    unit = world.units[HERE]

    answer = enter("above").post(address("close", unit), asked_by("close", world))

    unit.refresh_from_db()
    assert answer["Location"] == page_of(unit)
    assert (unit.closed_on, unit.successor) == (date(2023, 6, 1), None)
    world.units[GRASSROOTS].refresh_from_db()
    assert Unit.objects.get_parent(world.units[GRASSROOTS].successor) == world.units[BESIDE]


def test_what_is_told_to_end_below_ends(world: World, enter: Enter) -> None:
    province = world.units["quang-tri"]
    posted = ORDERED | {"into": world.units["thanh-hoa"].pk, "ending": ["district"], "confirm": "1"}

    enter("administrator").post(address("merge", province), posted)

    district, union = Unit.objects.get(code=HERE), Unit.objects.get(code=GRASSROOTS)
    assert (district.closed_on, district.successor) == (date(2023, 6, 1), None)
    assert union.successor is not None
    assert Unit.objects.get_parent(union.successor) == world.units["thanh-hoa"]


def test_another_way_to_call_it_finds_it(world: World, enter: Enter) -> None:
    client, unit = enter("above"), world.units[HERE]

    answer = client.post(address("call_also", unit), {"alias": "LĐLĐ phố ga Đông Hà"})
    found = client.get(reverse("admin:orgtree_unit_changelist"), {"q": "pho ga"})

    assert answer["Location"] == page_of(unit)
    assert [each.code for each in found.context["cl"].result_list] == [HERE]


# --- before the button -----------------------------------------------------------------------------------------------

GRAVE = ("move", "merge", "close")


@pytest.mark.parametrize("act", GRAVE)
def test_what_cannot_be_taken_back_is_told_before_it_is_done(world: World, enter: Enter, act: str) -> None:
    client, unit = enter("above"), world.units[HERE]
    asked = asked_by(act, world)
    del asked["confirm"]
    before = the_tree()

    page = client.post(address(act, unit), asked)

    assert page.status_code == 200
    assert the_tree() == before
    foretold = page.context["foretold"]
    assert "1 công đoàn cơ sở" in " ".join(foretold)
    assert "1 sáng kiến giữ nguyên nơi gửi." in foretold
    assert all(sentence in text_of(page) for sentence in foretold)
    hidden = {name: page.context["form"][name].value() for name in asked}
    assert {name: str(value) for name, value in hidden.items()} == {name: str(value) for name, value in asked.items()}


def test_the_numbers_follow_what_is_told_to_end(world: World, enter: Enter) -> None:
    client, province = enter("administrator"), world.units["quang-tri"]
    asked = ORDERED | {"into": world.units["thanh-hoa"].pk}

    moving = client.post(address("merge", province), asked).context["foretold"]
    ending = client.post(address("merge", province), asked | {"ending": ["district"]}).context["foretold"]

    assert moving[1:2] == [
        "Chuyển theo: 2 LĐLĐ cấp huyện, 1 công đoàn ngành địa phương và tương đương, 1 công đoàn cơ sở."
    ]
    assert ending[1:3] == [
        "Kết thúc cùng ngày, không có đơn vị kế thừa: 2 LĐLĐ cấp huyện.",
        "Chuyển theo: 1 công đoàn ngành địa phương và tương đương, 1 công đoàn cơ sở.",
    ]


def test_what_would_be_refused_is_refused_before_it_is_foretold(world: World, enter: Enter) -> None:
    client, unit = enter("above"), world.units[HERE]
    before = the_tree()

    page = client.post(address("close", unit), ORDERED)

    assert list(errors_of(page)) == ["children_to"]
    assert not page.context["foretold"]
    assert the_tree() == before


@pytest.mark.parametrize("act", GRAVE)
def test_one_may_go_back_and_change_what_was_typed(world: World, enter: Enter, act: str) -> None:
    client, unit = enter("above"), world.units[HERE]
    asked = asked_by(act, world)
    del asked["confirm"]
    before = the_tree()

    page = client.post(address(act, unit), asked | {"edit": "1"})

    assert not page.context["foretold"]
    shown = {name: str(page.context["form"][name].value()) for name in asked}
    assert shown == {name: str(value) for name, value in asked.items()}
    assert the_tree() == before


# --- refusals --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "act, unit, changed, field",
    [
        ("rename", HERE, {"day": ""}, "day"),
        ("rename", HERE, {"document": ""}, "document"),
        ("rename", HERE, {"day": "1/1/2090"}, "day"),
        ("rename", HERE, {"name": "Liên đoàn Lao động thành phố Đông Hà"}, "name"),
        ("rename", HERE, {"name": "Liên đoàn Lao động huyện Hướng Hóa"}, "name"),
        ("rename", HERE, {"name": "x" * 201}, "name"),
        ("move", HERE, {"to": ""}, "to"),
        ("move", HERE, {"to": GRASSROOTS}, "to"),
        ("move", HERE, {"to": BESIDE, "level": ""}, "level"),
        ("move", HERE, {"day": "1/1/2090"}, "day"),
        ("merge", HERE, {"into": ""}, "into"),
        ("merge", HERE, {"name": "Liên đoàn Lao động quận Đông Hà"}, "name"),
        ("merge", HERE, {"into": GRASSROOTS}, "into"),
        ("merge", GRASSROOTS, {}, "into"),
        ("merge", HERE, {"day": "hôm nay"}, "day"),
        ("close", HERE, {"children_to": ""}, "children_to"),
        ("close", HERE, {"children_to": GRASSROOTS}, "children_to"),
        ("call_also", HERE, {"alias": ""}, "alias"),
        ("call_also", HERE, {"alias": "LĐLĐ thành phố Đông Hà"}, "alias"),
    ],
    ids=lambda each: str(each)[:40],
)
def test_a_refusal_stands_at_its_field_and_everything_typed_is_kept(
    world: World, enter: Enter, act: str, unit: str, changed: dict[str, str], field: str
) -> None:
    keys = {name: world.units[code].pk for name, code in changed.items() if code in world.units}
    typed = asked_by(act, world) | changed | keys
    before = the_tree()

    answer = enter("above").post(address(act, world.units[unit]), typed)

    assert answer.status_code == 200
    assert list(errors_of(answer)) == [field]
    del typed["confirm"]
    shown = {name: str(answer.context["form"][name].value()) for name in typed}
    assert shown == {name: str(value) for name, value in typed.items()}
    assert errors_of(answer)[field][0] in text_of(answer)
    assert the_tree() == before


@pytest.mark.parametrize("act", ["rename", "merge", "close"])
def test_what_has_ended_is_not_offered_acts_on_what_stands(world: World, enter: Enter, act: str) -> None:
    client, unit = enter("above"), world.units[HERE]
    client.post(address("close", unit), asked_by("close", world))

    answer = client.get(address(act, unit), follow=True)

    assert answer.redirect_chain == [(page_of(unit), 302)]
    assert "hoạt động đến 31/5/2023, nên không" in text_of(answer)
    assert [title for title, _ in answer.context["offered"]] == [
        "Thêm đơn vị trực thuộc",
        "Chuyển sang đơn vị cấp trên khác",
        "Thêm cách gọi khác",
    ]


# --- a second tap ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("act", ACTS)
def test_a_second_tap_finds_it_done_and_changes_nothing(world: World, enter: Enter, act: str) -> None:
    client, unit = enter("above"), world.units[HERE]
    first = client.post(address(act, unit), asked_by(act, world))
    client.get(first["Location"])
    before = the_tree()

    second = client.post(address(act, unit), asked_by(act, world), follow=True)

    assert second.redirect_chain == [(first["Location"], 302)]
    assert "Việc này đã được ghi trước đó" in text_of(second)
    assert the_tree() == before


def test_a_second_tap_on_a_merger_into_a_new_unit(world: World, enter: Enter) -> None:
    client, unit = enter("above"), world.units[HERE]
    asked = ORDERED | {"name": "Liên đoàn Lao động thành phố Hiếu Giang", "confirm": "1"}
    first = client.post(address("merge", unit), asked)
    before = the_tree()

    second = client.post(address("merge", unit), asked)

    assert second["Location"] == first["Location"]
    assert the_tree() == before


def test_a_unit_of_that_name_which_nobody_added_here_is_another_one(world: World, enter: Enter) -> None:
    posted = {"level": "district", "name": world.units[BESIDE].name}

    answer = enter("above").post(address(ADD, world.units["quang-tri"]), posted)

    assert answer.status_code == 200
    assert list(errors_of(answer)) == ["name"]


# --- how much it asks of the database ----------------------------------------------------------------------------------


@pytest.mark.parametrize("act", GRAVE)
def test_a_page_asks_no_more_for_many_units_below(world: World, enter: Enter, act: str) -> None:
    client, unit = enter("above"), world.units[HERE]
    asked = asked_by(act, world)
    del asked["confirm"]
    with CaptureQueriesContext(connection) as few:
        client.post(address(act, unit), asked)
    for number in range(5):
        UnitFactory(parent=unit, level=Level.GRASSROOTS, code=f"{HERE}/xuong-{number}")

    with CaptureQueriesContext(connection) as many:
        client.post(address(act, unit), asked)

    assert len(many) == len(few)
