"""The real tree after all that befell it: 63 + 20 for a campaign of 2022, 34 + 17 for one of 2025, every line unbroken."""

import csv
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings

from orgtree.acts import COLUMNS
from orgtree.checking import faults_in_tree
from orgtree.importing import import_units
from orgtree.models import Act, Level, Unit, UnitChange
from tests.factories import StaffAccountFactory

FIXTURES = Path(settings.BASE_DIR) / "fixtures" / "units"
OLD, NEW = date(2022, 1, 8), date(2025, 7, 2)


def rows(name: str) -> list[dict[str, str]]:
    with (FIXTURES / name).open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


STRUCTURES = {
    "of 2022": (OLD, {"province": 63, "sector": 20, "district": 705, "provincial_sector": 97}),
    "on the last day before a sector moved": (
        date(2022, 3, 31),
        {"province": 63, "sector": 20, "district": 705, "provincial_sector": 97},
    ),
    "a day after it moved": (
        date(2022, 4, 2),
        {"province": 63, "sector": 19, "district": 705, "provincial_sector": 97, "sector_branch": 1},
    ),
    "on the last day of 63 provinces": (
        date(2025, 6, 30),
        {"province": 63, "sector": 19, "district": 705, "provincial_sector": 97, "sector_branch": 1},
    ),
    "of 2025": (NEW, {"province": 34, "sector": 17, "provincial_sector": 97, "sector_branch": 1}),
}


@pytest.mark.parametrize(("day", "levels"), STRUCTURES.values(), ids=STRUCTURES)
def test_a_structure_is_that_of_its_day(tree_of_2025: dict[str, Unit], day: date, levels: dict[str, int]) -> None:
    offered = Unit.objects.in_structure_of(day)

    assert Counter(unit.level for unit in offered) == levels | {"confederation": 1}
    assert not offered.exclude(depth=1).exclude(path__startswith=tree_of_2025["tld"].path)


def test_every_unit_offered_stands_below_one_that_is_offered(tree_of_2025: dict[str, Unit]) -> None:
    for day in (OLD, date(2022, 4, 2), NEW):
        paths = set(Unit.objects.in_structure_of(day).values_list("path", flat=True))

        assert {path[: -Unit.steplen] for path in paths} - {""} <= paths


def test_the_tree_is_sound(tree_of_2025: dict[str, Unit]) -> None:
    assert list(faults_in_tree()) == []
    assert [list(problem) for problem in Unit.objects.find_problems()] == [[], [], [], [], []]


def test_the_units_of_2021_may_be_imported_again(tree_of_2025: dict[str, Unit]) -> None:
    assert import_units(FIXTURES / "units-2021.csv").sentence == "Không có gì thay đổi: 886 đơn vị."


def test_each_province_goes_on_in_the_one_the_table_names(tree_of_2025: dict[str, Unit]) -> None:
    for row in rows("successors-2025.csv"):
        old = tree_of_2025[row["old_code"]]

        assert old.successor == tree_of_2025[row["new_code"]]
        assert old.closed_on == date(2025, 7, 1)


def test_each_sector_goes_on_in_the_one_the_table_names(tree_of_2025: dict[str, Unit]) -> None:
    followed = {old: row["code"] for row in rows("sectors-2025.csv") for old in row["from_2021_codes"].split(";")} | {
        "cd-vien-chuc": None,
        "cd-cong-nghiep-tau-thuy": "cd-cong-nghiep-tau-thuy-2022",
    }
    sectors = Unit.objects.in_structure_of(OLD).filter(level=Level.SECTOR).select_related("successor")

    assert {unit.code: unit.successor and unit.successor.code for unit in sectors} == followed


def test_a_number_of_2021_and_of_2025_never_joins_two_provinces(tree_of_2025: dict[str, Unit]) -> None:
    """01-96 were given anew: 45 was Quảng Trị and is nobody, 44 was Quảng Bình and is Quảng Trị."""
    assert (tree_of_2025["quang-tri"].admin_code, tree_of_2025["quang-tri-2025"].admin_code) == ("45", "44")


def test_districts_end_and_their_rows_are_reached_from_the_successor(tree_of_2025: dict[str, Unit]) -> None:
    districts = Unit.objects.filter(level=Level.DISTRICT)
    officer = StaffAccountFactory(unit=tree_of_2025["da-nang-2025"])

    assert set(districts.values_list("closed_on", "successor")) == {(date(2025, 7, 1), None)}
    assert set(districts.visible_to(officer).values_list("code", flat=True)) == {
        code
        for code, unit in tree_of_2025.items()
        if unit.level == Level.DISTRICT and code.partition("/")[0] in {"da-nang", "quang-nam"}
    }


def test_provincial_sectors_stand_below_the_successor(tree_of_2025: dict[str, Unit]) -> None:
    old = Unit.objects.in_structure_of(OLD).filter(level=Level.PROVINCIAL_SECTOR).select_related("successor")

    for unit in old:
        above = tree_of_2025[unit.code.partition("/")[0]]
        assert unit.successor.path[: -Unit.steplen] == above.current_path
        assert unit.current_path == unit.successor.path


RENAMED = {
    "thai-nguyen/pho-yen": ("Liên đoàn Lao động thị xã Phổ Yên", "Liên đoàn Lao động thành phố Phổ Yên", "2022-04-10"),
    "binh-phuoc/chon-thanh": (
        "Liên đoàn Lao động huyện Chơn Thành",
        "Liên đoàn Lao động thị xã Chơn Thành",
        "2022-10-01",
    ),
    "tien-giang/go-cong": ("Liên đoàn Lao động thị xã Gò Công", "Liên đoàn Lao động thành phố Gò Công", "2024-05-01"),
}


@pytest.mark.parametrize(("code", "names"), RENAMED.items(), ids=RENAMED)
def test_a_district_bears_the_name_of_the_day(
    tree_of_2025: dict[str, Unit], code: str, names: tuple[str, str, str]
) -> None:
    before, after, day = names
    unit = tree_of_2025[code]

    assert (unit.name_on(OLD), unit.name_on(date.fromisoformat(day)), unit.name) == (before, after, after)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("| ldld tinh ha giang |", "tuyen-quang-2025"),
        ("| ldld tinh quang binh |", "quang-tri-2025"),
        ("| ldld tphcm |", "ho-chi-minh-2025"),
        ("| cd nong nghiep va ptnt viet nam |", "cd-nong-nghiep-moi-truong-2025"),
        ("| cd giao thong van tai viet nam |", "cd-xay-dung-2025"),
        ("| cd cong nghiep tau thuy viet nam |", "cd-cong-nghiep-tau-thuy-2025"),
    ],
)
def test_an_old_name_finds_the_successor(tree_of_2025: dict[str, Unit], typed: str, code: str) -> None:
    found = Unit.objects.in_structure_of(NEW).filter(search_text__contains=typed)

    assert code in set(found.values_list("code", flat=True))


def test_every_act_of_the_file_is_on_record_with_its_document(tree_of_2025: dict[str, Unit]) -> None:
    recorded = Counter(UnitChange.objects.values_list("act", flat=True))

    assert recorded == {Act.ADDED: 51, Act.RENAMED: 9, Act.MOVED: 1, Act.MERGED: 81, Act.CLOSED: 1}
    assert UnitChange.objects.get(unit__code="thai-nguyen/pho-yen", act=Act.RENAMED).document == "469/NQ-UBTVQH15"


def test_every_act_has_a_source_of_the_list() -> None:
    known = {row["source_id"] for row in rows("sources.csv")}
    acts = rows("acts-2022-2025.csv")

    assert list(acts[0]) == list(COLUMNS)
    assert {source for act in acts for source in act["source"].split(";")} <= known
