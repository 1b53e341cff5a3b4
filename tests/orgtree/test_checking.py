from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orgtree import changes
from orgtree.changes import NewUnit, Order
from orgtree.checking import faults_in_tree
from orgtree.models import Level, Unit, UnitName, WordForm
from orgtree.models.unit import poster_key
from portal.vietnamese.days import VIETNAM
from tests.factories.units import UnitFactory, make_tree

DAY = date(2025, 7, 1)


@pytest.fixture
def small_tree(db: None) -> dict[str, Unit]:
    return make_tree()


def set_to(unit: str, **fields: Any) -> Callable[[dict[str, Unit]], None]:
    """The damage of one UPDATE past every rule."""

    def damage(units: dict[str, Unit]) -> None:
        Unit.objects.filter(code=unit).update(**fields)

    return damage


def orphan(units: dict[str, Unit]) -> None:
    Unit.objects.filter(code="quang-tri/dong-ha/may-song-hieu").update(
        path="00010003000Z0001", current_path="00010003000Z0001"
    )
    Unit.objects.filter(code="quang-tri/dong-ha").update(numchild=0)


def second_root(units: dict[str, Unit]) -> None:
    UnitFactory(code="tld-2", level=Level.CONFEDERATION, name="Tổng", short_name="Tổng")


def succeeded(code: str, by: str, **fields: Any) -> Callable[[dict[str, Unit]], None]:
    def damage(units: dict[str, Unit]) -> None:
        values = {"closed_on": DAY, "successor": units[by], "current_path": units[by].path} | fields
        Unit.objects.filter(code=code).update(**values)

    return damage


def round_of_successors(units: dict[str, Unit]) -> None:
    succeeded("quang-tri/huong-hoa", "quang-tri/cd-vien-chuc")(units)
    succeeded("quang-tri/cd-vien-chuc", "quang-tri/huong-hoa", closed_on=date(2025, 7, 2))(units)


def name_after_closing(units: dict[str, Unit]) -> None:
    Unit.objects.filter(code="cd-y-te").update(closed_on=DAY)
    UnitName.objects.create(unit=units["cd-y-te"], name="A", short_name="A", used_until=date(2026, 1, 1))


def name_before_opening(units: dict[str, Unit]) -> None:
    Unit.objects.filter(code="cd-y-te").update(opened_on=DAY)
    UnitName.objects.create(unit=units["cd-y-te"], name="A", short_name="A", used_until=DAY)


DAMAGES: dict[str, tuple[Callable[[dict[str, Unit]], None], list[str]]] = {
    "a depth": (set_to("cd-y-te", depth=3), ["cd-y-te: bậc là 3, nhưng vị trí 00010004 ở bậc 2."]),
    "a number of children": (set_to("quang-tri", numchild=7), ["quang-tri: ghi có 7 đơn vị dưới, đếm được 3."]),
    "a path of no known form": (
        set_to("cd-y-te", path="0001000", current_path="0001000"),
        [
            "tld: ghi có 4 đơn vị dưới, đếm được 3.",
            "cd-y-te: vị trí 0001000 không đúng dạng.",
            "cd-y-te: mồ côi, không có đơn vị ở vị trí 000.",
        ],
    ),
    "an orphan": (
        orphan,
        ["quang-tri/dong-ha/may-song-hieu: mồ côi, không có đơn vị ở vị trí 00010003000Z."],
    ),
    "a second root": (
        second_root,
        [
            "tld: là một trong 2 gốc của cây; chỉ được có một.",
            "tld-2: là một trong 2 gốc của cây; chỉ được có một.",
        ],
    ),
    "a level that is none": (set_to("cd-y-te", level="ward"), ["cd-y-te: cấp ward không có."]),
    "a level in the wrong place": (
        set_to("cd-y-te", level=Level.DISTRICT),
        ["cd-y-te: Liên đoàn Lao động cấp huyện không thể thuộc tld (Tổng Liên đoàn)."],
    ),
    "a code that is no slug": (
        set_to("cd-y-te", code="CĐ Y", poster_key=poster_key("CĐ Y")),
        ["CĐ Y: mã đơn vị không đúng dạng."],
    ),
    "a present place of another": (
        set_to("cd-y-te", current_path="0001000100AA"),
        ["cd-y-te: vị trí hiện nay là 0001000100AA, phải là 00010004."],
    ),
    "a present place that is not the successor's": (
        succeeded("quang-tri/huong-hoa", "quang-tri/cd-vien-chuc", current_path="000100030002"),
        [
            "quang-tri/huong-hoa: vị trí hiện nay là 000100030002, phải là 000100030003 "
            "như đơn vị kế thừa quang-tri/cd-vien-chuc."
        ],
    ),
    "a successor that had gone": (
        lambda units: (
            set_to("quang-tri/cd-vien-chuc", closed_on=date(2024, 1, 1))(units),
            succeeded("quang-tri/huong-hoa", "quang-tri/cd-vien-chuc")(units),
        ),
        ["quang-tri/huong-hoa: đơn vị kế thừa quang-tri/cd-vien-chuc đã kết thúc ngày 1/1/2024."],
    ),
    "a successor that is not marked as one": (
        lambda units: (
            set_to("quang-tri/cd-vien-chuc", opened_on=DAY)(units),
            succeeded("quang-tri/huong-hoa", "quang-tri/cd-vien-chuc")(units),
        ),
        ["quang-tri/cd-vien-chuc: ghi nối tiếp từ ngày trống, phải là 1/7/2025."],
    ),
    "a unit marked as a successor that is none": (
        set_to("cd-y-te", succeeds_since=DAY),
        ["cd-y-te: ghi nối tiếp từ ngày 1/7/2025, phải là trống."],
    ),
    "two that closed for good in one place": (
        lambda units: (
            set_to("quang-tri/huong-hoa", closed_on=DAY)(units),
            set_to("quang-tri/cd-vien-chuc", closed_on=DAY, current_path=units["quang-tri/huong-hoa"].path)(units),
        ),
        [
            "quang-tri/huong-hoa: vị trí hiện nay 000100030002 cũng là của quang-tri/cd-vien-chuc.",
            "quang-tri/cd-vien-chuc: vị trí hiện nay 000100030002 cũng là của quang-tri/huong-hoa.",
        ],
    ),
    "a place of its own that is another's path": (
        lambda units: (
            succeeded("quang-tri/huong-hoa", "quang-tri/dong-ha")(units),
            set_to("quang-tri/cd-vien-chuc", closed_on=DAY, current_path=units["quang-tri/huong-hoa"].path)(units),
        ),
        ["quang-tri/cd-vien-chuc: vị trí hiện nay 000100030002 cũng là của quang-tri/huong-hoa."],
    ),
    "successors in a round": (
        round_of_successors,
        [
            "quang-tri/huong-hoa: các đơn vị kế thừa nối thành vòng.",
            "quang-tri/cd-vien-chuc: đơn vị kế thừa quang-tri/huong-hoa đã kết thúc ngày 1/7/2025.",
            "quang-tri/cd-vien-chuc: các đơn vị kế thừa nối thành vòng.",
        ],
    ),
    "a child that outlives its parent": (
        set_to("quang-tri/dong-ha", closed_on=DAY),
        ["quang-tri/dong-ha/may-song-hieu: còn lại sau khi đơn vị cấp trên quang-tri/dong-ha kết thúc ngày 1/7/2025."],
    ),
    "a child older than its parent": (
        set_to("quang-tri/dong-ha", opened_on=DAY),
        ["quang-tri/dong-ha/may-song-hieu: có trước đơn vị cấp trên quang-tri/dong-ha, thành lập ngày 1/7/2025."],
    ),
    "a past name after the end": (
        name_after_closing,
        ["cd-y-te: tên cũ dùng đến ngày 1/1/2026, ngoài thời gian có đơn vị."],
    ),
    "a past name before the beginning": (
        name_before_opening,
        ["cd-y-te: tên cũ dùng đến ngày 1/7/2025, ngoài thời gian có đơn vị."],
    ),
    "a poster key of another code": (
        set_to("cd-y-te", poster_key="aaaaaaaa"),
        [f"cd-y-te: khóa trên áp phích là aaaaaaaa, phải là {poster_key('cd-y-te')}."],
    ),
    "a second poster key though the first is free": (
        set_to("cd-y-te", poster_key=poster_key("cd-y-te", attempt=1)),
        [f"cd-y-te: khóa trên áp phích là {poster_key('cd-y-te', attempt=1)}, phải là {poster_key('cd-y-te')}."],
    ),
    "a name that no search finds": (
        set_to("cd-y-te", search_text="| cong doan y |"),
        ["cd-y-te: tìm theo tên thường gọi không ra."],
    ),
    "a word that no search finds": (
        set_to("cd-y-te", search_words="cd y _cd_y"),
        ["cd-y-te: tìm theo tên thường gọi không ra."],
    ),
    "a word that is not measured against": (
        lambda units: WordForm.objects.filter(word="dong").delete(),
        ["từ “dong” trong tên đơn vị chưa có trong các từ để tìm khi gõ nhầm."],
    ),
}


@pytest.mark.parametrize(("damage", "faults"), DAMAGES.values(), ids=DAMAGES)
def test_damage_is_named(
    small_tree: dict[str, Unit], damage: Callable[[dict[str, Unit]], None], faults: list[str]
) -> None:
    assert list(faults_in_tree()) == []

    damage(small_tree)

    assert list(faults_in_tree()) == faults


def test_a_unit_that_closed_for_good_keeps_a_place_below_the_successor_of_the_unit_above(
    small_tree: dict[str, Unit],
) -> None:
    order = Order(day=DAY, at=datetime(2025, 8, 1, tzinfo=VIETNAM))
    new = NewUnit(level=Level.PROVINCE, code="dien-bien-2025", name="Mới", short_name="Mới")
    changes.add(small_tree["tld"], new, order=order)
    changes.merge(
        small_tree["dien-bien"],
        into=Unit.objects.get(code="dien-bien-2025"),
        order=order,
        ending=frozenset({Level.DISTRICT, Level.PROVINCIAL_SECTOR}),
    )
    assert list(faults_in_tree()) == []

    Unit.objects.filter(code="dien-bien/cd-vien-chuc").update(current_path="000100020009")

    assert list(faults_in_tree()) == [
        "dien-bien/cd-vien-chuc: vị trí hiện nay là 000100020009, phải ở ngay dưới 00010005 như đơn vị cấp trên dien-bien."
    ]


def test_a_second_poster_key_is_right_when_the_first_is_taken(small_tree: dict[str, Unit]) -> None:
    Unit.objects.filter(code="cd-y-te").update(poster_key=poster_key("thanh-hoa/moi"))
    UnitFactory(parent=small_tree["thanh-hoa"], code="thanh-hoa/moi", poster_key=poster_key("thanh-hoa/moi", attempt=1))

    assert list(faults_in_tree()) == [
        f"cd-y-te: khóa trên áp phích là {poster_key('thanh-hoa/moi')}, phải là {poster_key('cd-y-te')}."
    ]


def test_an_empty_tree_is_told(db: None) -> None:
    assert list(faults_in_tree()) == ["Chưa có đơn vị nào."]


def test_the_number_of_statements_does_not_grow_with_the_tree(small_tree: dict[str, Unit]) -> None:
    with CaptureQueriesContext(connection) as of_few:
        list(faults_in_tree())
    for _ in range(3):
        UnitFactory()
    with CaptureQueriesContext(connection) as of_more:
        list(faults_in_tree())

    assert len(of_few) == len(of_more) == 3


def test_the_command_praises_a_sound_tree(small_tree: dict[str, Unit], capsys: pytest.CaptureFixture[str]) -> None:
    call_command("check_tree")

    assert capsys.readouterr().out == "Cây đơn vị không có gì sai: 13 đơn vị.\n"


def test_the_command_names_the_damage_and_fails(
    small_tree: dict[str, Unit], capsys: pytest.CaptureFixture[str]
) -> None:
    Unit.objects.filter(code="cd-y-te").update(depth=3, numchild=1)

    with pytest.raises(CommandError, match=r"^Cây đơn vị có 2 chỗ sai\.$") as caught:
        call_command("check_tree")

    assert caught.value.returncode == 1
    assert capsys.readouterr().out.splitlines() == [
        "cd-y-te: bậc là 3, nhưng vị trí 00010004 ở bậc 2.",
        "cd-y-te: ghi có 1 đơn vị dưới, đếm được 0.",
    ]
