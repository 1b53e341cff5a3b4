"""Acts upon the tree: what they leave behind, and what they refuse."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orgtree import changes
from orgtree.changes import ChangeRefused, NewUnit, Order
from orgtree.checking import faults_in_tree
from orgtree.models import Act, Level, Unit, UnitAlias, UnitChange, UnitName
from orgtree.models.unit import poster_key
from portal.vietnamese.days import VIETNAM
from tests.concurrency import together
from tests.factories import StaffAccountFactory, UnitFactory, make_tree

AT = datetime(2025, 12, 1, 9, tzinfo=VIETNAM)
DAY = date(2025, 7, 1)
ORDER = Order(day=DAY, document="202/2025/QH15", at=AT)
GRASSROOTS = NewUnit(level=Level.GRASSROOTS, name="Công đoàn cơ sở Công ty Sao Mai", short_name="CĐCS Công ty Sao Mai")
DISTRICT = NewUnit(level=Level.DISTRICT, name="Liên đoàn Lao động huyện Cam Lộ", short_name="LĐLĐ huyện Cam Lộ")
PROVINCE = NewUnit(level=Level.PROVINCE, name="Liên đoàn Lao động tỉnh Mới", short_name="LĐLĐ tỉnh Mới", code="moi")


@pytest.fixture
def units(db: None) -> Iterator[dict[str, Unit]]:
    """The small tree; whatever a test did to it, it is sound in the end."""
    yield make_tree()
    assert list(faults_in_tree()) == []
    assert [list(problem) for problem in Unit.objects.find_problems()] == [[], [], [], [], []]


def at(code: str) -> Unit:
    return Unit.objects.get(code=code)


def on(day: str) -> Order:
    return replace(ORDER, day=date.fromisoformat(day))


def refusal(act: Callable[[], Any]) -> tuple[str, str]:
    """The sentence and the field; and nothing was done."""
    before = list(Unit.objects.values()), UnitChange.objects.count(), UnitName.objects.count()
    with pytest.raises(ChangeRefused) as caught:
        act()
    assert (list(Unit.objects.values()), UnitChange.objects.count(), UnitName.objects.count()) == before
    return caught.value.sentence, caught.value.field


# --- add -------------------------------------------------------------------------------------------------------------


def test_a_new_unit_stands_below_its_parent(units: dict[str, Unit]) -> None:
    added = changes.add(units["quang-tri/dong-ha"], GRASSROOTS, order=ORDER)

    added.refresh_from_db()
    assert (added.code, added.path) == ("quang-tri/dong-ha/cong-ty-sao-mai", at("quang-tri/dong-ha").path + "0002")
    assert (added.opened_on, added.opening_document, added.closed_on) == (DAY, "202/2025/QH15", None)
    assert (added.current_path, added.succeeds_since) == (added.path, None)
    assert added.poster_key == poster_key(added.code)
    assert "| cdcs cong ty sao mai |" in added.search_text
    assert at("quang-tri/dong-ha").numchild == 2


def test_an_act_is_written_down(units: dict[str, Unit]) -> None:
    officer = StaffAccountFactory()

    added = changes.add(units["quang-tri"], DISTRICT, order=replace(ORDER, by=officer))

    record = UnitChange.objects.get()
    assert (record.unit, record.act, record.day, record.document) == (added, Act.ADDED, DAY, "202/2025/QH15")
    assert (record.other, record.by, record.at) == (units["quang-tri"], officer, AT)


CODES = {
    "a district": ("quang-tri", DISTRICT, "quang-tri/cam-lo"),
    "a grassroots union": ("quang-tri/dong-ha", GRASSROOTS, "quang-tri/dong-ha/cong-ty-sao-mai"),
    "a province": ("tld", replace(PROVINCE, code=""), "moi"),
    "a sector": (
        "tld",
        NewUnit(level=Level.SECTOR, name="Công đoàn Xây dựng", short_name="CĐ Xây dựng"),
        "cd-xay-dung",
    ),
    "a name of which a slug is taken": (
        "quang-tri",
        replace(DISTRICT, name="Liên đoàn Lao động thị xã Đông Hà", short_name="LĐLĐ thị xã Đông Hà"),
        "quang-tri/dong-ha-2",
    ),
    "a name without a letter": ("quang-tri", replace(DISTRICT, name="Ω1", short_name="Ω"), "quang-tri/don-vi"),
    "a code that was chosen": ("quang-tri", replace(DISTRICT, code="quang-tri/cl"), "quang-tri/cl"),
}


@pytest.mark.parametrize(("parent", "new", "code"), CODES.values(), ids=CODES)
def test_a_code_is_chosen_or_made_of_the_name(units: dict[str, Unit], parent: str, new: NewUnit, code: str) -> None:
    assert changes.add(units[parent], new, order=ORDER).code == code


def test_without_a_day_a_unit_is_as_old_as_the_unit_above(units: dict[str, Unit]) -> None:
    since_ever = changes.add(units["quang-tri"], DISTRICT, order=replace(ORDER, day=None))
    province = changes.add(units["tld"], PROVINCE, order=ORDER)
    since_then = changes.add(province, replace(DISTRICT, name="A"), order=replace(ORDER, day=None))

    assert (since_ever.opened_on, since_then.opened_on) == (None, DAY)


def test_below_a_closed_unit_a_new_one_belongs_to_the_old_structure(units: dict[str, Unit]) -> None:
    changes.close(units["quang-tri/huong-hoa"], order=ORDER)
    province = changes.add(units["tld"], PROVINCE, order=on("2025-09-01"))
    changes.merge(units["quang-tri"], into=province, order=on("2025-09-01"), ending=frozenset({Level.DISTRICT}))

    added = changes.add(at("quang-tri/huong-hoa"), GRASSROOTS, order=on("2023-01-01"))
    again = changes.add(at("quang-tri/huong-hoa"), replace(GRASSROOTS, name="B"), order=replace(ORDER, day=None))

    parked = at("quang-tri/huong-hoa").current_path
    assert parked.startswith(province.path)
    assert (added.opened_on, added.closed_on, added.current_path) == (date(2023, 1, 1), DAY, parked + "0001")
    assert (again.opened_on, again.closed_on, again.current_path) == (None, DAY, parked + "0002")
    assert set(Unit.objects.in_structure_of(date(2022, 1, 8)).below(at("quang-tri/huong-hoa"))) == {added, again}
    assert not Unit.objects.in_structure_of(DAY).filter(pk__in=[added.pk, again.pk])


def test_a_free_place_is_behind_what_closed_for_good_elsewhere(units: dict[str, Unit]) -> None:
    province = changes.add(units["tld"], PROVINCE, order=ORDER)
    changes.merge(units["quang-tri"], into=province, order=ORDER, ending=frozenset({Level.DISTRICT}))

    added = changes.add(at("moi"), replace(DISTRICT, level=Level.COMMUNE), order=on("2025-08-01"))

    assert not Unit.objects.exclude(pk=added.pk).filter(current_path__startswith=added.path).exists()


ADD_REFUSED = {
    "a level that is none": (
        "quang-tri",
        replace(DISTRICT, level="x"),
        ORDER,
        ("Hãy chọn cấp của đơn vị.", "level"),
    ),
    "a level that may not stand there": (
        "cd-y-te",
        DISTRICT,
        ORDER,
        ("Liên đoàn Lao động cấp huyện không thuộc Công đoàn ngành trung ương được.", "level"),
    ),
    "a second confederation": (
        "tld",
        replace(PROVINCE, level=Level.CONFEDERATION),
        ORDER,
        ("Tổng Liên đoàn không thuộc Tổng Liên đoàn được.", "level"),
    ),
    "no name": ("quang-tri", replace(DISTRICT, name=" \u200b"), ORDER, ("Hãy ghi tên đầy đủ.", "name")),
    "no short name": ("quang-tri", replace(DISTRICT, short_name=""), ORDER, ("Hãy ghi tên thường gọi.", "short_name")),
    "a name too long": (
        "quang-tri",
        replace(DISTRICT, name="a" * 201),
        ORDER,
        ("Hãy ghi tên đầy đủ ngắn hơn: tối đa 200 ký tự, đang có 201.", "name"),
    ),
    "a name that is taken": (
        "quang-tri",
        replace(DISTRICT, name="LIÊN ĐOÀN LAO ĐỘNG thành phố Đông Hà"),
        ORDER,
        ("LĐLĐ tỉnh Quảng Trị đã có đơn vị tên LIÊN ĐOÀN LAO ĐỘNG thành phố Đông Hà. Hãy ghi tên khác.", "name"),
    ),
    "a code that is taken": (
        "quang-tri",
        replace(DISTRICT, code="cd-y-te"),
        ORDER,
        ("Mã cd-y-te đã có đơn vị dùng. Hãy chọn mã khác, hoặc để trống.", "code"),
    ),
    "a code of no form": (
        "quang-tri",
        replace(DISTRICT, code="CĐ Y"),
        ORDER,
        ("Mã đơn vị chỉ gồm chữ thường không dấu, số, gạch nối, và dấu / sau mã đơn vị cấp trên.", "code"),
    ),
    "a day still ahead": (
        "quang-tri",
        DISTRICT,
        on("2025-12-02"),
        ("Ngày 2/12/2025 chưa đến. Việc của đơn vị được ghi từ ngày đó.", "day"),
    ),
}


@pytest.mark.parametrize(("parent", "new", "order", "expected"), ADD_REFUSED.values(), ids=ADD_REFUSED)
def test_an_addition_is_refused_with_its_reason(
    units: dict[str, Unit], parent: str, new: NewUnit, order: Order, expected: tuple[str, str]
) -> None:
    assert refusal(lambda: changes.add(units[parent], new, order=order)) == expected


def test_today_is_no_day_ahead(units: dict[str, Unit]) -> None:
    """01:00 in Việt Nam is still the day before in UTC."""
    night = datetime(2025, 12, 2, 1, tzinfo=VIETNAM)

    assert changes.add(units["quang-tri"], DISTRICT, order=Order(day=date(2025, 12, 2), at=night)).opened_on


@pytest.mark.parametrize("day", ["2025-07-01", "2025-07-02"])
def test_nothing_opens_below_a_unit_that_has_closed(units: dict[str, Unit], day: str) -> None:
    changes.close(units["cd-y-te"], order=ORDER)

    assert refusal(lambda: changes.add(units["cd-y-te"], GRASSROOTS, order=on(day))) == (
        "CĐ Y tế Việt Nam đã kết thúc ngày 1/7/2025. Hãy chọn đơn vị kế thừa, hoặc để trống ngày thành lập.",
        "day",
    )


def test_nothing_opens_before_the_unit_above(units: dict[str, Unit]) -> None:
    province = changes.add(units["tld"], PROVINCE, order=ORDER)

    assert refusal(lambda: changes.add(province, DISTRICT, order=on("2025-06-30"))) == (
        "LĐLĐ tỉnh Mới thành lập ngày 1/7/2025. Hãy ghi từ ngày đó trở đi, hoặc để trống nếu đơn vị có từ trước.",
        "day",
    )


# --- rename and call also --------------------------------------------------------------------------------------------


def test_a_name_is_borne_from_its_day_and_the_old_one_is_kept(units: dict[str, Unit]) -> None:
    renamed = changes.rename(
        units["quang-tri/dong-ha"], name="Liên đoàn Lao động Đông Hà", short_name="LĐLĐ Đông Hà", order=ORDER
    )

    assert renamed.name_on(DAY - timedelta(days=1)) == "Liên đoàn Lao động thành phố Đông Hà"
    assert renamed.name_on(DAY) == "Liên đoàn Lao động Đông Hà"
    assert (renamed.code, renamed.path, renamed.kind) == (
        "quang-tri/dong-ha",
        units["quang-tri/dong-ha"].path,
        "thanh-pho",
    )
    assert UnitName.objects.get().document == "202/2025/QH15"
    assert UnitChange.objects.get().detail == "Tên trước: Liên đoàn Lao động thành phố Đông Hà"
    found = at("quang-tri/dong-ha").search_text
    assert "| ldld dong ha |" in found
    assert "| ldld thanh pho dong ha |" in found


def test_a_closed_unit_may_have_borne_another_name(units: dict[str, Unit]) -> None:
    changes.close(units["cd-y-te"], order=ORDER)

    changes.rename(units["cd-y-te"], name="Công đoàn Y", short_name="CĐ Y", order=on("2025-06-30"))

    assert at("cd-y-te").name == "Công đoàn Y"


RENAME_REFUSED = {
    "no day": (replace(ORDER, day=None), "A", ("Hãy ghi ngày có hiệu lực.", "day")),
    "the name it bears": (
        ORDER,
        "Liên đoàn Lao động huyện Hướng Hóa",
        ("Đơn vị đang mang tên Liên đoàn Lao động huyện Hướng Hóa. Hãy ghi tên mới.", "name"),
    ),
    "the name of a sister": (
        ORDER,
        "Công đoàn Viên chức tỉnh Quảng Trị",
        ("LĐLĐ tỉnh Quảng Trị đã có đơn vị tên Công đoàn Viên chức tỉnh Quảng Trị. Hãy ghi tên khác.", "name"),
    ),
    "the day it opened": (
        on("2020-01-01"),
        "A",
        ("LĐLĐ huyện Hướng Hóa thành lập ngày 1/1/2020. Hãy ghi ngày sau đó.", "day"),
    ),
    "the day of its last rename": (
        on("2022-01-01"),
        "A",
        ("LĐLĐ huyện Hướng Hóa đổi tên ngày 1/1/2022. Hãy ghi ngày sau đó.", "day"),
    ),
}


@pytest.mark.parametrize(("order", "name", "expected"), RENAME_REFUSED.values(), ids=RENAME_REFUSED)
def test_a_rename_is_refused_with_its_reason(
    units: dict[str, Unit], order: Order, name: str, expected: tuple[str, str]
) -> None:
    unit = units["quang-tri/huong-hoa"]
    Unit.objects.filter(pk=unit.pk).update(opened_on=date(2020, 1, 1))
    UnitName.objects.create(unit=unit, name="B", short_name="B", used_until=date(2022, 1, 1))

    assert refusal(lambda: changes.rename(unit, name=name, short_name=unit.short_name, order=order)) == expected


def test_a_unit_is_not_renamed_after_its_end(units: dict[str, Unit]) -> None:
    changes.close(units["cd-y-te"], order=ORDER)

    sentence, _ = refusal(lambda: changes.rename(units["cd-y-te"], name="A", short_name="A", order=ORDER))

    assert sentence == "CĐ Y tế Việt Nam đã kết thúc ngày 1/7/2025."


def test_another_way_to_call_it_finds_the_unit_and_what_goes_on_for_it(units: dict[str, Unit]) -> None:
    successor = changes.move(units["quang-tri/dong-ha"], to=units["dien-bien"], order=ORDER)

    called = changes.call_also(units["quang-tri/dong-ha"], "LĐLĐ TP ĐH", order=replace(ORDER, day=None))

    assert (called.unit.code, called.note) == ("quang-tri/dong-ha", "202/2025/QH15")
    assert all("| ldld tp dh |" in at(code).search_text for code in ("quang-tri/dong-ha", successor.code))
    assert refusal(lambda: changes.call_also(units["quang-tri/dong-ha"], "LĐLĐ TP ĐH", order=ORDER)) == (
        "LĐLĐ thành phố Đông Hà đã có cách gọi “LĐLĐ TP ĐH”.",
        "alias",
    )


# --- move ------------------------------------------------------------------------------------------------------------


def test_a_unit_moves_with_all_that_stands_below(units: dict[str, Unit]) -> None:
    UnitAlias.objects.create(unit=units["quang-tri/dong-ha"], alias="LĐLĐ TP ĐH")

    successor = changes.move(units["quang-tri/dong-ha"], to=units["thanh-hoa"], order=ORDER)

    old, below = at("quang-tri/dong-ha"), at("quang-tri/dong-ha/may-song-hieu")
    assert successor.code == "quang-tri/dong-ha-2025"
    assert (old.path, old.closed_on, old.closing_document) == (units[old.code].path, DAY, "202/2025/QH15")
    assert (old.successor, old.current_path) == (successor, successor.path)
    assert successor.path == at("thanh-hoa").path + "0003"
    assert (successor.opened_on, successor.succeeds_since, successor.opening_document) == (DAY, DAY, "202/2025/QH15")
    assert (below.successor.code, below.successor.path) == (
        "quang-tri/dong-ha/may-song-hieu-2025",
        successor.path + "0001",
    )
    assert below.current_path == below.successor.current_path == below.successor.path
    assert below.successor.name == below.name
    assert (at("thanh-hoa").numchild, at("quang-tri").numchild, successor.numchild) == (3, 3, 1)
    assert "| ldld tp dh |" in at(successor.code).search_text
    assert UnitChange.objects.get().detail == "Chuyển theo: 1 Công đoàn cơ sở."


def test_its_staff_and_theirs_above_see_it_where_it_went(units: dict[str, Unit]) -> None:
    own, new_above, old_above = (
        StaffAccountFactory(unit=units[code]) for code in ("quang-tri/dong-ha", "thanh-hoa", "quang-tri")
    )

    successor = changes.move(units["quang-tri/dong-ha"], to=units["thanh-hoa"], order=ORDER)

    line = {
        units["quang-tri/dong-ha"],
        units["quang-tri/dong-ha/may-song-hieu"],
        successor,
        *Unit.objects.below(successor),
    }
    for account, sees in ((own, True), (new_above, True), (old_above, False)):
        account = type(account).objects.select_related("unit").get(pk=account.pk)
        assert (line <= set(Unit.objects.visible_to(account))) is sees
        assert bool(line & set(Unit.objects.visible_to(account))) is sees


def test_a_sector_becomes_a_branch_of_another(units: dict[str, Unit]) -> None:
    transport = UnitFactory(parent=units["tld"], level=Level.SECTOR, code="cd-giao-thong", name="A")

    successor = changes.move(
        units["cd-y-te"], to=transport, level=Level.SECTOR_BRANCH, name="Công đoàn B", short_name="CĐ B", order=ORDER
    )

    assert (successor.level, successor.name) == (Level.SECTOR_BRANCH, "Công đoàn B")
    assert "| cd y te viet nam |" in at(successor.code).search_text


def test_what_moved_may_move_again_and_leads_to_the_last(units: dict[str, Unit]) -> None:
    first = changes.move(units["quang-tri/dong-ha"], to=units["thanh-hoa"], order=ORDER)
    second = changes.move(first, to=units["dien-bien"], order=on("2025-10-01"))
    back = changes.move(second, to=units["quang-tri"], order=on("2025-11-01"))

    assert [unit.code for unit in (first, second, back)] == [
        "quang-tri/dong-ha-2025",
        "quang-tri/dong-ha-2025-2",
        "quang-tri/dong-ha-2025-3",
    ]
    assert {at(unit.code).current_path for unit in (units["quang-tri/dong-ha"], first, second)} == {back.path}
    assert Unit.objects.filter(current_path=back.path + "0001").count() == 4


def test_what_closed_for_good_below_is_taken_along(units: dict[str, Unit]) -> None:
    changes.close(units["quang-tri/dong-ha/may-song-hieu"], order=on("2024-01-01"))

    successor = changes.move(units["quang-tri/dong-ha"], to=units["thanh-hoa"], order=ORDER)

    closed = at("quang-tri/dong-ha/may-song-hieu")
    assert (closed.successor, closed.current_path) == (None, successor.path + "0001")
    assert changes.next_place(successor) == successor.path + "0002"


def test_a_unit_that_closed_for_good_may_go_on(units: dict[str, Unit]) -> None:
    changes.close(units["quang-tri/dong-ha"], order=ORDER, ending=frozenset({Level.GRASSROOTS}))

    successor = changes.move(units["quang-tri/dong-ha"], to=units["quang-tri"], order=on("2025-09-01"))

    old, below = at("quang-tri/dong-ha"), at("quang-tri/dong-ha/may-song-hieu")
    assert (old.closed_on, old.successor, old.current_path) == (DAY, successor, successor.path)
    assert (successor.opened_on, successor.numchild) == (date(2025, 9, 1), 0)
    assert (below.successor, below.current_path) == (None, successor.path + "0001")


MOVE_REFUSED: dict[str, tuple[str, dict[str, Any], tuple[str, str]]] = {
    "the confederation": (
        "tld",
        {"to": "quang-tri"},
        ("Tổng Liên đoàn không chuyển, không sáp nhập và không kết thúc.", ""),
    ),
    "to where it is": (
        "quang-tri/dong-ha",
        {"to": "quang-tri"},
        ("LĐLĐ thành phố Đông Hà đang thuộc LĐLĐ tỉnh Quảng Trị. Hãy chọn nơi khác.", "to"),
    ),
    "below itself": (
        "quang-tri",
        {"to": "quang-tri/dong-ha"},
        ("LĐLĐ thành phố Đông Hà nằm trong chính LĐLĐ tỉnh Quảng Trị. Hãy chọn đơn vị khác.", "to"),
    ),
    "where its level may not stand": (
        "quang-tri/dong-ha",
        {"to": "cd-y-te"},
        ("Liên đoàn Lao động cấp huyện không thuộc Công đoàn ngành trung ương được.", "level"),
    ),
    "as a level below which its children may not stand": (
        "quang-tri",
        {"to": "tld", "level": Level.SECTOR},
        (
            "LĐLĐ thành phố Đông Hà là Liên đoàn Lao động cấp huyện, không thuộc Công đoàn ngành trung ương được. "
            "Hãy chuyển hoặc kết thúc đơn vị đó trước.",
            "level",
        ),
    ),
    "below a unit that has closed": (
        "quang-tri/dong-ha",
        {"to": "thanh-hoa"},
        ("LĐLĐ tỉnh Thanh Hóa đã kết thúc ngày 1/1/2025. Hãy chọn đơn vị đang hoạt động.", "to"),
    ),
    "below a unit that was not there": (
        "quang-tri/dong-ha",
        {"to": "moi"},
        ("Ngày 1/7/2025 chưa có LĐLĐ tỉnh Mới, thành lập ngày 1/10/2025.", "to"),
    ),
    "to a sister of its name": (
        "quang-tri/cd-vien-chuc",
        {"to": "dien-bien", "name": "Công đoàn Viên chức tỉnh Điện Biên", "short_name": "CĐ"},
        ("LĐLĐ tỉnh Điện Biên đã có đơn vị tên Công đoàn Viên chức tỉnh Điện Biên. Hãy ghi tên khác.", "name"),
    ),
    "before something below it opened": (
        "quang-tri/huong-hoa",
        {"to": "dien-bien"},
        ("CĐCS Mới ở bên dưới có thay đổi từ ngày 1/7/2025 trở đi. Hãy ghi ngày muộn hơn.", "day"),
    ),
    "on no day": (
        "quang-tri/dong-ha",
        {"to": "dien-bien", "order": replace(ORDER, day=None)},
        ("Hãy ghi ngày có hiệu lực.", "day"),
    ),
    "on a day ahead": (
        "quang-tri/dong-ha",
        {"to": "dien-bien", "order": on("2026-01-01")},
        ("Ngày 1/1/2026 chưa đến. Việc của đơn vị được ghi từ ngày đó.", "day"),
    ),
    "with a code that is taken": (
        "quang-tri/dong-ha",
        {"to": "dien-bien", "code": "cd-y-te"},
        ("Mã cd-y-te đã có đơn vị dùng. Hãy chọn mã khác, hoặc để trống.", "code"),
    ),
}


@pytest.mark.parametrize(("code", "asked", "expected"), MOVE_REFUSED.values(), ids=MOVE_REFUSED)
def test_a_move_is_refused_with_its_reason(
    units: dict[str, Unit], code: str, asked: dict[str, Any], expected: tuple[str, str]
) -> None:
    changes.close(
        units["thanh-hoa"],
        order=on("2025-01-01"),
        ending=frozenset({Level.DISTRICT, Level.PROVINCIAL_SECTOR}),
    )
    changes.add(units["tld"], PROVINCE, order=on("2025-10-01"))
    changes.add(
        units["quang-tri/huong-hoa"], replace(GRASSROOTS, name="Mới", short_name="CĐCS Mới"), order=on("2025-08-01")
    )
    asked = {"order": ORDER} | asked | {"to": at(asked["to"])}

    assert refusal(lambda: changes.move(at(code), **asked)) == expected


def test_what_has_a_successor_does_not_go_elsewhere(units: dict[str, Unit]) -> None:
    changes.move(units["quang-tri/dong-ha"], to=units["dien-bien"], order=ORDER)
    taken = ("LĐLĐ thành phố Đông Hà đã kết thúc ngày 1/7/2025, LĐLĐ thành phố Đông Hà kế thừa.", "")

    for act in (
        lambda: changes.move(units["quang-tri/dong-ha"], to=units["thanh-hoa"], order=on("2025-08-01")),
        lambda: changes.merge(units["quang-tri/dong-ha"], into=units["quang-tri/huong-hoa"], order=on("2025-08-01")),
        lambda: changes.close(units["quang-tri/dong-ha"], order=on("2025-08-01")),
    ):
        assert refusal(act) == taken


# --- merge -----------------------------------------------------------------------------------------------------------


def test_into_a_unit_that_opened_that_day_it_is_the_successor(units: dict[str, Unit]) -> None:
    new = changes.add(units["tld"], PROVINCE, order=ORDER)
    below_new = changes.add(new, replace(DISTRICT, level=Level.COMMUNE, name="A"), order=ORDER)

    changes.merge(units["quang-tri"], into=new, order=ORDER, ending=frozenset({Level.DISTRICT}))
    changes.merge(units["dien-bien"], into=new, order=ORDER, ending=frozenset({Level.DISTRICT}))

    new.refresh_from_db()
    old, district, grassroots = at("quang-tri"), at("quang-tri/dong-ha"), at("quang-tri/dong-ha/may-song-hieu")
    assert (old.successor, old.current_path, old.closed_on) == (new, new.path, DAY)
    assert at("dien-bien").current_path == new.path
    assert (new.succeeds_since, at(below_new.code).succeeds_since) == (DAY, DAY)
    assert (district.closed_on, district.successor, district.closing_document) == (DAY, None, "202/2025/QH15")
    assert district.current_path[: -Unit.steplen] == new.path
    assert grassroots.successor.path[: -Unit.steplen] == new.path
    assert grassroots.current_path == grassroots.successor.path
    assert at("quang-tri/cd-vien-chuc").successor.code == "quang-tri/cd-vien-chuc-2025"
    assert new.numchild == 4
    assert {unit.code for unit in Unit.objects.in_structure_of(date(2022, 1, 8)).top()} == {
        *("dien-bien", "thanh-hoa", "quang-tri", "cd-y-te")
    }
    assert {unit.code for unit in Unit.objects.in_structure_of(DAY).top()} == {"thanh-hoa", "moi", "cd-y-te"}


def test_into_a_unit_that_stood_before_it_goes_on_as_it_was(units: dict[str, Unit]) -> None:
    changes.merge(units["quang-tri/dong-ha"], into=units["quang-tri/huong-hoa"], order=ORDER)

    into = at("quang-tri/huong-hoa")
    child = at("quang-tri/dong-ha/may-song-hieu").successor
    assert (into.succeeds_since, into.numchild) == (None, 1)
    assert (child.path, child.succeeds_since) == (into.path + "0001", DAY)
    assert set(Unit.objects.in_structure_of(date(2022, 1, 8)).directly_below(units["quang-tri"])) == {
        units[code] for code in ("quang-tri/dong-ha", "quang-tri/huong-hoa", "quang-tri/cd-vien-chuc")
    }
    assert set(Unit.objects.in_structure_of(DAY).below(units["quang-tri"])) == {
        *(units["quang-tri/huong-hoa"], units["quang-tri/cd-vien-chuc"], child)
    }


def test_a_successor_is_found_by_every_name_its_line_bore(units: dict[str, Unit]) -> None:
    changes.call_also(units["quang-tri"], "LĐLĐ QT", order=on("2024-01-01"))
    changes.rename(units["dien-bien"], name="A", short_name="A", order=on("2024-01-01"))
    new = changes.add(units["tld"], PROVINCE, order=ORDER)

    for code in ("quang-tri", "dien-bien"):
        changes.merge(units[code], into=new, order=ORDER)

    found = at("moi").search_text
    assert all(
        f"| {name} |" in found for name in ("ldld tinh moi", "ldld tinh quang tri", "ldld qt", "ldld tinh dien bien")
    )


def test_a_line_that_ended_and_parked_follows_every_merger(units: dict[str, Unit]) -> None:
    """A district that closed for good, and one of its unions before it, are found below whatever the province becomes."""
    changes.close(units["quang-tri/dong-ha/may-song-hieu"], order=on("2023-01-01"))
    changes.close(units["quang-tri/dong-ha"], order=on("2024-01-01"))
    first = changes.add(units["tld"], PROVINCE, order=on("2025-01-01"))
    changes.merge(units["quang-tri"], into=first, order=on("2025-01-01"))
    changes.merge(units["thanh-hoa"], into=first, order=on("2025-02-01"))

    changes.merge(at("moi"), into=units["dien-bien"], order=ORDER)

    district = at("quang-tri/dong-ha")
    assert district.current_path[: -Unit.steplen] == units["dien-bien"].path
    assert at("quang-tri/dong-ha/may-song-hieu").current_path == district.current_path + "0001"
    assert {at(code).current_path for code in ("quang-tri", "thanh-hoa", "moi")} == {units["dien-bien"].path}


def test_many_branches_merge_in_a_number_of_statements_that_does_not_grow(units: dict[str, Unit]) -> None:
    def merged(number: int) -> int:
        unit = UnitFactory()
        for _ in range(number):
            UnitFactory(parent=unit, level=Level.GRASSROOTS, code=f"{unit.code}/{Unit.objects.count()}")
        with CaptureQueriesContext(connection) as asked:
            changes.merge(unit, into=units["quang-tri/huong-hoa"], order=ORDER)
        return len(asked)

    merged(2)  # the first learns words

    assert merged(3) == merged(9)


MERGE_REFUSED: dict[str, tuple[str, str, tuple[str, str]]] = {
    "the confederation": ("tld", "quang-tri", ("Tổng Liên đoàn không chuyển, không sáp nhập và không kết thúc.", "")),
    "into itself": (
        "quang-tri",
        "quang-tri",
        ("LĐLĐ tỉnh Quảng Trị nằm trong chính LĐLĐ tỉnh Quảng Trị. Hãy chọn đơn vị khác.", "into"),
    ),
    "into another level": (
        "quang-tri/dong-ha",
        "thanh-hoa",
        (
            "Liên đoàn Lao động cấp huyện không sáp nhập vào Liên đoàn Lao động tỉnh, thành phố được. "
            "Hãy chọn đơn vị cùng cấp.",
            "into",
        ),
    ),
    "into a unit below which its children may not stand": (
        "quang-tri",
        "cd-y-te",
        (
            "LĐLĐ thành phố Đông Hà là Liên đoàn Lao động cấp huyện, không thuộc Công đoàn ngành trung ương được. "
            "Hãy chuyển hoặc kết thúc đơn vị đó trước.",
            "into",
        ),
    ),
}


@pytest.mark.parametrize(("code", "into", "expected"), MERGE_REFUSED.values(), ids=MERGE_REFUSED)
def test_a_merger_is_refused_with_its_reason(
    units: dict[str, Unit], code: str, into: str, expected: tuple[str, str]
) -> None:
    assert refusal(lambda: changes.merge(units[code], into=units[into], order=ORDER)) == expected


def test_a_province_may_merge_into_a_sector_when_what_is_between_ends(units: dict[str, Unit]) -> None:
    changes.merge(
        units["quang-tri"],
        into=units["cd-y-te"],
        order=ORDER,
        ending=frozenset({Level.DISTRICT, Level.PROVINCIAL_SECTOR}),
    )

    assert at("quang-tri/dong-ha/may-song-hieu").successor.path == units["cd-y-te"].path + "0001"


# --- close -----------------------------------------------------------------------------------------------------------


def test_a_unit_closes_with_all_that_ends_with_it(units: dict[str, Unit]) -> None:
    every = frozenset({Level.DISTRICT, Level.PROVINCIAL_SECTOR, Level.GRASSROOTS})

    changes.close(units["quang-tri"], order=ORDER, ending=every)

    ended = Unit.objects.filter(code__startswith="quang-tri")
    assert {(unit.closed_on, unit.successor, unit.current_path == unit.path) for unit in ended} == {(DAY, None, True)}
    assert UnitChange.objects.get().detail == (
        "Kết thúc theo: 2 Liên đoàn Lao động cấp huyện, 1 Công đoàn ngành địa phương và tương đương, 1 Công đoàn cơ sở."
    )


def test_what_stands_below_a_closing_unit_goes_to_its_new_home(units: dict[str, Unit]) -> None:
    changes.close(units["quang-tri/dong-ha"], order=ORDER, children_to=units["quang-tri"])

    below = at("quang-tri/dong-ha/may-song-hieu")
    assert (at("quang-tri/dong-ha").successor, at("quang-tri/dong-ha").closed_on) == (None, DAY)
    assert below.successor.path == below.current_path == units["quang-tri"].path + "0004"
    assert at("quang-tri").numchild == 4


CLOSE_REFUSED: dict[str, tuple[str, dict[str, Any], tuple[str, str]]] = {
    "the confederation": ("tld", {}, ("Tổng Liên đoàn không chuyển, không sáp nhập và không kết thúc.", "")),
    "children without a home": (
        "quang-tri",
        {},
        (
            "Còn 3 đơn vị bên dưới chưa có nơi về, ví dụ LĐLĐ thành phố Đông Hà. Hãy chọn đơn vị nhận.",
            "children_to",
        ),
    ),
    "a home in its own branch": (
        "quang-tri",
        {"children_to": "quang-tri/dong-ha"},
        ("LĐLĐ thành phố Đông Hà nằm trong chính LĐLĐ tỉnh Quảng Trị. Hãy chọn đơn vị khác.", "children_to"),
    ),
    "a home that cannot take them": (
        "quang-tri",
        {"children_to": "cd-y-te"},
        (
            "LĐLĐ thành phố Đông Hà là Liên đoàn Lao động cấp huyện, không thuộc Công đoàn ngành trung ương được. "
            "Hãy chuyển hoặc kết thúc đơn vị đó trước.",
            "children_to",
        ),
    ),
}


@pytest.mark.parametrize(("code", "asked", "expected"), CLOSE_REFUSED.values(), ids=CLOSE_REFUSED)
def test_a_closing_is_refused_with_its_reason(
    units: dict[str, Unit], code: str, asked: dict[str, str], expected: tuple[str, str]
) -> None:
    homes = {name: units[home] for name, home in asked.items()}

    assert refusal(lambda: changes.close(units[code], order=ORDER, **homes)) == expected


def test_consequences_are_known_before_the_act(units: dict[str, Unit]) -> None:
    whole = changes.consequences(units["quang-tri"])
    ending = changes.consequences(units["quang-tri"], ending=frozenset({Level.DISTRICT}))

    assert (whole.moving, whole.closing) == (
        {Level.DISTRICT: 2, Level.PROVINCIAL_SECTOR: 1, Level.GRASSROOTS: 1},
        {},
    )
    assert (ending.moving, ending.closing) == ({Level.PROVINCIAL_SECTOR: 1, Level.GRASSROOTS: 1}, {Level.DISTRICT: 2})


# --- at one moment ---------------------------------------------------------------------------------------------------


@pytest.mark.serial
@pytest.mark.django_db(transaction=True)
def test_acts_at_one_moment_wait_for_each_other() -> None:
    units = make_tree()
    new = [replace(GRASSROOTS, name=f"Công đoàn {n}", short_name=f"CĐCS {n}") for n in range(8)]

    outcomes = together(
        *(lambda each=each: changes.add(units["quang-tri/dong-ha"], each, order=ORDER) for each in new),
        lambda: changes.move(units["quang-tri/huong-hoa"], to=units["dien-bien"], order=ORDER),
        lambda: changes.merge(units["thanh-hoa/cd-giao-duc"], into=units["quang-tri/dong-ha"], order=ORDER),
    )

    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert at("quang-tri/dong-ha").numchild == 9
    assert list(faults_in_tree()) == []


@pytest.mark.serial
@pytest.mark.django_db(transaction=True)
def test_of_two_mergers_of_one_unit_one_is_told_of_the_other() -> None:
    units = make_tree()

    outcomes = together(
        *(
            lambda into=into: changes.merge(units["quang-tri/dong-ha"], into=units[into], order=ORDER)
            for into in ("quang-tri/huong-hoa", "quang-tri/cd-vien-chuc")
        )
    )

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["ChangeRefused", "Unit"]
    assert list(faults_in_tree()) == []
