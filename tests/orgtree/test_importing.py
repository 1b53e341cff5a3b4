import csv
import io
from collections import Counter
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orgtree import importing
from orgtree.changes import NewUnit, Order, add, close, merge, rename
from orgtree.checking import faults_in_tree
from orgtree.csv_rows import LIMITS
from orgtree.importing import UNIT_COLUMNS, ImportRefused, import_units
from orgtree.models import Level, Unit, UnitAlias, UnitName
from orgtree.models.unit import poster_key
from portal.vietnamese.days import VIETNAM

REAL_FILE = Path(settings.BASE_DIR) / "fixtures" / "units" / "units-2021.csv"

ROOT = "tld,,confederation,tong-lien-doan,Tổng Liên đoàn Lao động Việt Nam,Tổng LĐLĐ Việt Nam,,U01"
QUANG_TRI = "quang-tri,tld,province,tinh,Liên đoàn Lao động tỉnh Quảng Trị,LĐLĐ tỉnh Quảng Trị,45,U01"
Y_TE = "cd-y-te,tld,sector,cong-doan-nganh,Công đoàn Y tế Việt Nam,CĐ Y tế Việt Nam,,U01"
DONG_HA = (
    "quang-tri/dong-ha,quang-tri,district,thanh-pho,Liên đoàn Lao động thành phố Đông Hà,LĐLĐ thành phố Đông Hà,461,U01"
)
SMALL = (ROOT, QUANG_TRI, Y_TE, DONG_HA)


DAY = date(2025, 7, 1)
ORDER = Order(day=DAY, document="202/2025/QH15", at=datetime(2025, 8, 1, tzinfo=VIETNAM))
PROVINCE = NewUnit(level=Level.PROVINCE, name="Liên đoàn Lao động tỉnh Huế", short_name="LĐLĐ tỉnh Huế")


def changed(line: str, **cells: str) -> str:
    """The line with other cells, written as CSV."""
    values = dict(zip(UNIT_COLUMNS, line.split(","), strict=True)) | cells
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerow(values.values())
    return written.getvalue().removesuffix("\n")


def write(folder: Path, *lines: str, name: str = "units.csv", columns: str = ",".join(UNIT_COLUMNS)) -> Path:
    path = folder / name
    path.write_bytes(("\n".join([columns, *lines]) + "\n").encode())
    return path


def refused(path: Path, **options: Path) -> list[str]:
    with pytest.raises(ImportRefused) as caught:
        import_units(path, **options)
    return caught.value.faults


def test_the_real_file_brings_every_unit_of_8_january_2022(tree: dict[str, Unit]) -> None:
    levels = Counter(unit.level for unit in tree.values())

    assert levels == {
        Level.CONFEDERATION: 1,
        Level.PROVINCE: 63,
        Level.SECTOR: 20,
        Level.DISTRICT: 705,
        Level.PROVINCIAL_SECTOR: 97,
    }
    assert UnitAlias.objects.count() == 66


def test_the_tree_is_sound_to_us_and_to_treebeard(tree: dict[str, Unit]) -> None:
    assert list(faults_in_tree()) == []
    assert [list(problem) for problem in Unit.objects.find_problems()] == [[], [], [], [], []]


def test_no_two_posters_of_the_tree_lead_to_the_same_unit(tree: dict[str, Unit]) -> None:
    keys = {unit.poster_key for unit in tree.values()}

    assert len(keys) == 886
    assert all(unit.poster_key == poster_key(unit.code) for unit in tree.values())


def test_children_stand_in_the_order_of_the_file(tree: dict[str, Unit]) -> None:
    with REAL_FILE.open(encoding="utf-8", newline="") as opened:
        in_file = [row["code"] for row in csv.DictReader(opened) if row["parent_code"] == "quang-tri"]

    in_tree = [unit.code for unit in Unit.objects.directly_below(tree["quang-tri"])]

    assert in_tree == in_file


def test_an_imported_unit_holds_what_its_line_says(tmp_path: Path, db: None) -> None:
    import_units(write(tmp_path, *SMALL))

    unit = Unit.objects.get(code="quang-tri/dong-ha")

    assert (unit.level, unit.kind, unit.admin_code, unit.source) == (Level.DISTRICT, "thanh-pho", "461", "U01")
    assert (unit.name, unit.short_name) == ("Liên đoàn Lao động thành phố Đông Hà", "LĐLĐ thành phố Đông Hà")
    assert (unit.path, unit.current_path, unit.depth, unit.numchild) == ("000100010001", "000100010001", 3, 0)
    assert (unit.opened_on, unit.closed_on, unit.successor_id) == (None, None, None)
    assert "| ldld thanh pho dong ha |" in unit.search_text


def test_importing_again_changes_nothing_and_writes_nothing(tree: dict[str, Unit]) -> None:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        result = import_units(REAL_FILE)

    verbs = {query["sql"].split()[0] for query in asked.captured_queries}
    assert result.sentence == "Không có gì thay đổi: 886 đơn vị."
    assert verbs <= {"SELECT", "SAVEPOINT", "RELEASE", "BEGIN", "COMMIT", "SET"}
    assert len([query for query in asked.captured_queries if query["sql"].startswith("SELECT")]) == 4


REFUSALS = {
    "no such parent": (
        [*SMALL, changed(DONG_HA, code="hue/huong-tra", parent_code="hue", name="Công đoàn A")],
        ["dòng 6: không có đơn vị cấp trên hue, cả trong tệp lẫn trong cây đơn vị."],
    ),
    "parent of the wrong level": (
        [*SMALL, changed(DONG_HA, code="cd-y-te/dong-ha", parent_code="cd-y-te")],
        [
            "dòng 6: đơn vị cấp trên cd-y-te không đúng cấp: "
            "Liên đoàn Lao động cấp huyện không thuộc Công đoàn ngành trung ương."
        ],
    ),
    "no parent at all": (
        [*SMALL, changed(Y_TE, code="cd-a", parent_code="", name="Công đoàn A")],
        ["dòng 6: mã đơn vị cấp trên để trống."],
    ),
    "a confederation below something": (
        [changed(ROOT, parent_code="quang-tri"), QUANG_TRI],
        ["dòng 2: Tổng Liên đoàn không có đơn vị cấp trên."],
    ),
    "two confederations": (
        [*SMALL, changed(ROOT, code="tld-2", name="Tổng Công đoàn")],
        ["dòng 6: chỉ có một đơn vị cấp Tổng Liên đoàn, là tld."],
    ),
    "a code twice": ([*SMALL, Y_TE], ["dòng 6: mã cd-y-te đã có ở dòng 4."]),
    "a name twice below one parent": (
        [*SMALL, changed(Y_TE, code="cd-y-te-2")],
        ["dòng 6: trùng tên với dòng 4, cùng một đơn vị cấp trên."],
    ),
    "a code that is no slug": (
        [*SMALL, changed(Y_TE, code="CĐ_A", name="Công đoàn A")],
        ["dòng 6: mã CĐ_A không đúng: chỉ gồm chữ thường không dấu, số, gạch nối, và dấu / sau mã đơn vị cấp trên."],
    ),
    "a code of another parent": (
        [*SMALL, changed(DONG_HA, code="quang-binh/dong-hoi", name="Công đoàn A")],
        ["dòng 6: mã quang-binh/dong-hoi phải bắt đầu bằng mã đơn vị cấp trên (quang-tri)."],
    ),
    "a code that begins like its parent's": (
        [*SMALL, changed(DONG_HA, code="quang-trix/a", name="Công đoàn A")],
        ["dòng 6: mã quang-trix/a phải bắt đầu bằng mã đơn vị cấp trên (quang-tri)."],
    ),
    "an unknown level": (
        [*SMALL, changed(Y_TE, code="cd-a", name="Công đoàn A", level="ward")],
        [
            "dòng 6: không có cấp ward; các cấp là "
            "confederation, province, sector, district, provincial_sector, sector_branch, commune, grassroots."
        ],
    ),
    "a decomposed name": (
        [ROOT, changed(QUANG_TRI, name="Liên đoàn Lao động tỉnh Qua\u0309ng Trị")],
        ["dòng 3: tên đầy đủ chưa ở dạng chuẩn, hãy ghi “Liên đoàn Lao động tỉnh Quảng Trị”."],
    ),
    "a name with two blanks": (
        [ROOT, changed(QUANG_TRI, short_name="LĐLĐ  tỉnh Quảng Trị")],
        ["dòng 3: tên thường gọi chưa ở dạng chuẩn, hãy ghi “LĐLĐ tỉnh Quảng Trị”."],
    ),
    "a name with the Icelandic letter": (
        [*SMALL[:3], changed(DONG_HA, name="Liên đoàn Lao động thành phố Ðông Hà")],
        ["dòng 5: tên đầy đủ chưa ở dạng chuẩn, hãy ghi “Liên đoàn Lao động thành phố Đông Hà”."],
    ),
    "empty cells": (
        [ROOT, changed(QUANG_TRI, kind="", source_id="")],
        ["dòng 3: loại hình để trống.", "dòng 3: nguồn để trống."],
    ),
    "a name of blanks": ([ROOT, changed(QUANG_TRI, name="\u200b ")], ["dòng 3: tên đầy đủ để trống."]),
    "a name too long": (
        [ROOT, changed(QUANG_TRI, name="Liên đoàn " + "a" * 200)],
        ["dòng 3: tên đầy đủ dài 210 ký tự, tối đa 200."],
    ),
    "a column too few": ([ROOT, QUANG_TRI.removesuffix(",U01")], ["dòng 3: có 7 cột, phải có 8 cột."]),
    "a column too many": ([ROOT, QUANG_TRI + ",x"], ["dòng 3: có 9 cột, phải có 8 cột."]),
    "a quotation mark that never ends": (
        [ROOT, QUANG_TRI.replace("Liên đoàn Lao động tỉnh", '"Liên đoàn Lao động tỉnh')],
        ["dòng 3: không đọc được, hãy xem lại các dấu ngoặc kép."],
    ),
    "a faulty parent is blamed alone": (
        [ROOT, changed(QUANG_TRI, kind=""), DONG_HA],
        ["dòng 3: loại hình để trống."],
    ),
    "all at once, in the order of the lines": (
        [ROOT, changed(QUANG_TRI, level="x"), Y_TE, Y_TE, changed(DONG_HA, name="")],
        [
            "dòng 3: không có cấp x; các cấp là "
            "confederation, province, sector, district, provincial_sector, sector_branch, commune, grassroots.",
            "dòng 5: mã cd-y-te đã có ở dòng 4.",
            "dòng 6: tên đầy đủ để trống.",
        ],
    ),
}


@pytest.mark.parametrize(("lines", "faults"), REFUSALS.values(), ids=REFUSALS)
def test_one_fault_and_nothing_is_imported(tmp_path: Path, db: None, lines: list[str], faults: list[str]) -> None:
    path = write(tmp_path, *lines)

    assert refused(path) == faults
    assert Unit.objects.count() == 0


def test_the_line_of_a_fault_is_counted_in_the_file_not_in_records(tmp_path: Path, db: None) -> None:
    path = write(tmp_path, ROOT, changed(QUANG_TRI, short_name="LĐLĐ\nQuảng Trị"), changed(Y_TE, kind=""))

    assert refused(path) == [
        "dòng 3: tên thường gọi chưa ở dạng chuẩn, hãy ghi “LĐLĐ Quảng Trị”.",
        "dòng 5: loại hình để trống.",
    ]


UNREADABLE = {
    "no file": (None, ["Không đọc được tệp units.csv."]),
    "UTF-16": ("code\nCông đoàn\n".encode("utf-16"), ["dòng 1: tệp không ở dạng UTF-8."]),
    "an old encoding": (",".join(UNIT_COLUMNS).encode() + b"\ntld,S\xb8ng\n", ["dòng 2: tệp không ở dạng UTF-8."]),
    "empty": (b"", ["dòng 1: các cột phải là " + ", ".join(UNIT_COLUMNS) + "."]),
}


@pytest.mark.parametrize(("content", "faults"), UNREADABLE.values(), ids=UNREADABLE)
def test_an_unreadable_file_is_refused(tmp_path: Path, db: None, content: bytes | None, faults: list[str]) -> None:
    path = tmp_path / "units.csv"
    if content is not None:
        path.write_bytes(content)

    assert refused(path) == faults


def test_a_file_saved_by_excel_is_read(tmp_path: Path, db: None) -> None:
    path = write(tmp_path, *SMALL)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))

    assert import_units(path).units_added == 4


def test_a_source_must_stand_in_the_list_beside_the_file(tmp_path: Path, db: None) -> None:
    write(tmp_path, "U01,Một văn bản", name="sources.csv", columns="source_id,title")
    path = write(tmp_path, ROOT, changed(QUANG_TRI, source_id="U01;X99"))

    assert refused(path) == ["dòng 3: nguồn X99 không có trong sources.csv."]


def test_children_may_come_before_their_parents(tmp_path: Path, db: None) -> None:
    import_units(write(tmp_path, DONG_HA, QUANG_TRI, ROOT, Y_TE))

    assert list(Unit.objects.values_list("code", "path", "numchild")) == [
        ("tld", "0001", 2),
        ("quang-tri", "00010001", 1),
        ("quang-tri/dong-ha", "000100010001", 0),
        ("cd-y-te", "00010002", 0),
    ]


def test_new_units_join_behind_the_last_child(tmp_path: Path, tree: dict[str, Unit]) -> None:
    ward = changed(DONG_HA, code="quang-tri/moi", name="Liên đoàn Lao động huyện Mới", short_name="LĐLĐ huyện Mới")
    grassroots = changed(
        ward, code="quang-tri/moi/cs", parent_code="quang-tri/moi", level="grassroots", name="Công đoàn cơ sở Mới"
    )
    before = tree["quang-tri"]
    last = Unit.objects.directly_below(before).last()

    result = import_units(write(tmp_path, grassroots, ward))

    added = Unit.objects.get(code="quang-tri/moi")
    assert result.sentence == ("Đã thêm 2 đơn vị (1 Liên đoàn Lao động cấp huyện; 1 Công đoàn cơ sở).")
    assert Unit.objects.directly_below(before).last() == added
    assert added.path > last.path
    assert Unit.objects.get(code="quang-tri").numchild == before.numchild + 1
    assert list(faults_in_tree()) == []


def test_a_unit_that_came_by_the_admin_is_followed_by_an_imported_one(tmp_path: Path, db: None) -> None:
    import_units(write(tmp_path, *SMALL))
    by_hand = Unit(code="quang-tri/a", level=Level.DISTRICT, name="Công đoàn A", short_name="CĐ A")
    Unit.objects.add_child(Unit.objects.get(code="quang-tri"), instance=by_hand)

    import_units(write(tmp_path, changed(DONG_HA, code="quang-tri/b", name="Công đoàn B")))

    assert [unit.code for unit in Unit.objects.directly_below(Unit.objects.get(code="quang-tri"))] == [
        "quang-tri/dong-ha",
        "quang-tri/a",
        "quang-tri/b",
    ]
    assert list(faults_in_tree()) == []


CONTRADICTIONS = {
    "another full name": (
        {"name": "Liên đoàn Lao động thành phố Đông Hà Mới"},
        "quang-tri/dong-ha đang mang tên khác. Đổi tên có ngày và văn bản, hãy làm ở trang quản trị.",
    ),
    "another short name": (
        {"short_name": "LĐLĐ TP Đông Hà"},
        "quang-tri/dong-ha đang mang tên khác. Đổi tên có ngày và văn bản, hãy làm ở trang quản trị.",
    ),
    "another level": (
        {"level": "provincial_sector"},
        "quang-tri/dong-ha đang ở cấp Liên đoàn Lao động cấp huyện; nhập tệp không đổi được cấp.",
    ),
}


@pytest.mark.parametrize(("cells", "fault"), CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_a_line_that_contradicts_a_unit_is_refused(tmp_path: Path, db: None, cells: dict[str, str], fault: str) -> None:
    import_units(write(tmp_path, *SMALL))

    assert refused(write(tmp_path, *SMALL[:3], changed(DONG_HA, **cells))) == [f"dòng 5: {fault}"]


def test_a_unit_is_not_moved_by_an_import(tmp_path: Path, db: None) -> None:
    import_units(write(tmp_path, *SMALL, changed(DONG_HA, code="xa", name="Công đoàn A")))
    other = changed(QUANG_TRI, code="hue", name="Liên đoàn Lao động tỉnh Huế")

    faults = refused(write(tmp_path, other, changed(DONG_HA, code="xa", parent_code="hue", name="Công đoàn A")))

    assert faults == ["dòng 3: xa đang thuộc đơn vị khác. Chuyển đơn vị có ngày và văn bản, hãy làm ở trang quản trị."]


def test_a_unit_renamed_since_is_recognised_by_its_past_name(tmp_path: Path, db: None) -> None:
    path = write(tmp_path, *SMALL)
    import_units(path)
    unit = Unit.objects.get(code="quang-tri/dong-ha")
    UnitName.objects.create(unit=unit, name=unit.name, short_name=unit.short_name, used_until=date(2024, 1, 1))
    Unit.objects.filter(pk=unit.pk).update(name="Liên đoàn Lao động Đông Hà", short_name="LĐLĐ Đông Hà")

    assert import_units(path).sentence == "Không có gì thay đổi: 4 đơn vị."
    unit.refresh_from_db()
    assert unit.short_name == "LĐLĐ Đông Hà"


def test_what_staff_described_otherwise_is_kept_and_told(tmp_path: Path, db: None) -> None:
    path = write(tmp_path, *SMALL)
    import_units(path)
    Unit.objects.filter(code="quang-tri/dong-ha").update(kind="thi-xa")

    assert import_units(path).sentence == (
        "Không có gì thay đổi: 4 đơn vị. "
        "1 đơn vị có loại hình, mã hành chính hoặc nguồn khác trong tệp: giữ như đang có."
    )
    assert Unit.objects.get(code="quang-tri/dong-ha").kind == "thi-xa"


def test_what_joins_a_unit_that_closed_belongs_to_the_old_structure(tmp_path: Path, db: None) -> None:
    import_units(write(tmp_path, *SMALL))
    closed = close(Unit.objects.get(code="quang-tri/dong-ha"), order=ORDER)
    renewed = add(Unit.objects.get(code="tld"), replace(PROVINCE, name="LĐLĐ tỉnh Mới"), order=ORDER)
    merge(Unit.objects.get(code="quang-tri"), into=renewed, order=ORDER)
    closed.refresh_from_db()
    below_closed = changed(
        DONG_HA, code="quang-tri/dong-ha/a", parent_code="quang-tri/dong-ha", level="grassroots", name="Công đoàn A"
    )
    below_succeeded = changed(DONG_HA, code="quang-tri/b", name="Công đoàn B")

    import_units(write(tmp_path, below_closed, below_succeeded))

    found = Unit.objects.in_bulk(["quang-tri/dong-ha/a", "quang-tri/b"], field_name="code")
    assert {code: (unit.opened_on, unit.closed_on, unit.current_path) for code, unit in found.items()} == {
        "quang-tri/dong-ha/a": (None, DAY, f"{closed.current_path}0001"),
        "quang-tri/b": (None, DAY, f"{renewed.path}0002"),
    }
    assert {unit.closing_document for unit in found.values()} == {ORDER.document}
    assert list(faults_in_tree()) == []


def test_what_joins_a_unit_that_opened_is_no_older(tmp_path: Path, db: None) -> None:
    import_units(write(tmp_path, *SMALL))
    province = add(Unit.objects.get(code="tld"), replace(PROVINCE, code="hue"), order=ORDER)

    import_units(write(tmp_path, changed(DONG_HA, code="hue/a", parent_code="hue", name="Công đoàn A")))

    assert Unit.objects.get(code="hue/a").opened_on == province.opened_on == DAY
    assert list(faults_in_tree()) == []


def test_a_poster_key_that_is_taken_gives_way_to_the_next(tmp_path: Path, db: None) -> None:
    import_units(write(tmp_path, ROOT, QUANG_TRI))
    Unit.objects.filter(code="quang-tri").update(poster_key=poster_key("quang-tri/dong-ha"))

    import_units(write(tmp_path, DONG_HA))

    assert Unit.objects.get(code="quang-tri/dong-ha").poster_key == poster_key("quang-tri/dong-ha", attempt=1)


def test_a_dry_run_tells_and_writes_nothing(tmp_path: Path, db: None) -> None:
    write(tmp_path, "quang-tri,LĐLĐ QT,", name="name-aliases.csv", columns="code,alias,note")

    result = import_units(write(tmp_path, *SMALL), dry_run=True)

    assert result.sentence == (
        "Sẽ thêm 4 đơn vị (1 Tổng Liên đoàn; 1 Liên đoàn Lao động tỉnh, thành phố; 1 Công đoàn ngành trung ương; "
        "1 Liên đoàn Lao động cấp huyện) và 1 cách gọi khác."
    )
    assert Unit.objects.count() == UnitAlias.objects.count() == 0


def test_aliases_come_from_the_file_beside_or_from_the_one_named(tmp_path: Path, db: None) -> None:
    path = write(tmp_path, *SMALL)
    write(tmp_path, "quang-tri,LĐLĐ QT,viết tắt", name="name-aliases.csv", columns="code,alias,note")
    named = write(tmp_path, "cd-y-te,CĐ YTVN,", name="other.csv", columns="code,alias,note")

    import_units(path)
    import_units(path, aliases_path=named)

    assert list(UnitAlias.objects.order_by("pk").values_list("unit__code", "alias", "note")) == [
        ("quang-tri", "LĐLĐ QT", "viết tắt"),
        ("cd-y-te", "CĐ YTVN", ""),
    ]


def test_a_new_alias_makes_an_old_unit_findable_and_takes_nothing_away(tmp_path: Path, db: None) -> None:
    path = write(tmp_path, *SMALL)
    import_units(path)
    rename(Unit.objects.get(code="quang-tri"), name="Công đoàn Mới", short_name="CĐ Mới", order=ORDER)
    write(tmp_path, "quang-tri,LĐLĐ QT,", name="name-aliases.csv", columns="code,alias,note")

    assert import_units(path).sentence == "Đã thêm 1 cách gọi khác; 4 đơn vị trong tệp đã có từ trước."
    found = Unit.objects.get(code="quang-tri").search_text
    assert all(f"| {name} |" in found for name in ("cd moi", "ldld tinh quang tri", "ldld qt"))
    assert import_units(path).sentence == "Không có gì thay đổi: 4 đơn vị."


ALIAS_REFUSALS = {
    "no such unit": (["hue,LĐLĐ Huế,"], ["name-aliases.csv, dòng 2: không có đơn vị hue."]),
    "twice": (["cd-y-te,CĐ YT,", "cd-y-te,CĐ YT,"], ["name-aliases.csv, dòng 3: đã có ở dòng 2."]),
    "empty": (["cd-y-te,,"], ["name-aliases.csv, dòng 2: cách gọi khác để trống."]),
    "not canonical": (
        ["cd-y-te,CĐ  YT,"],
        ["name-aliases.csv, dòng 2: cách gọi khác chưa ở dạng chuẩn, hãy ghi “CĐ YT”."],
    ),
}


@pytest.mark.parametrize(("lines", "faults"), ALIAS_REFUSALS.values(), ids=ALIAS_REFUSALS)
def test_a_faulty_alias_stops_the_units_too(tmp_path: Path, db: None, lines: list[str], faults: list[str]) -> None:
    write(tmp_path, *lines, name="name-aliases.csv", columns="code,alias,note")

    assert refused(write(tmp_path, *SMALL)) == faults
    assert Unit.objects.count() == 0


def test_an_aliases_file_that_was_named_must_be_there(tmp_path: Path, db: None) -> None:
    assert refused(write(tmp_path, *SMALL), aliases_path=tmp_path / "none.csv") == ["Không đọc được tệp none.csv."]


def test_a_unit_that_appears_meanwhile_undoes_the_whole_import(
    tmp_path: Path, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_units(write(tmp_path, ROOT, QUANG_TRI))
    monkeypatch.setattr(importing._Tree, "next_key", lambda tree, code: poster_key("tld"))

    assert refused(write(tmp_path, Y_TE)) == ["Cây đơn vị vừa được người khác thay đổi. Hãy nhập lại."]
    assert Unit.objects.count() == 2


def test_a_cell_may_be_as_long_as_its_column() -> None:
    columns = {"source_id": "source", "document": "opening_document"}
    lengths = {
        name: (UnitAlias if name in {"alias", "note"} else Unit)._meta.get_field(columns.get(name, name)).max_length
        for name in LIMITS
    }

    assert lengths == LIMITS


def test_the_command_says_what_it_did(capsys: pytest.CaptureFixture[str], db: None) -> None:
    call_command("import_units", str(REAL_FILE), "--dry-run")
    call_command("import_units", str(REAL_FILE))
    call_command("import_units", str(REAL_FILE))

    what = (
        "886 đơn vị (1 Tổng Liên đoàn; 63 Liên đoàn Lao động tỉnh, thành phố; 20 Công đoàn ngành trung ương; "
        "705 Liên đoàn Lao động cấp huyện; 97 Công đoàn ngành địa phương và tương đương) và 66 cách gọi khác."
    )
    assert capsys.readouterr().out.splitlines() == [
        f"Sẽ thêm {what}",
        f"Đã thêm {what}",
        "Không có gì thay đổi: 886 đơn vị.",
    ]


def test_the_command_names_every_fault_and_fails(tmp_path: Path, db: None) -> None:
    path = write(tmp_path, *SMALL, Y_TE, changed(DONG_HA, name=""))

    with pytest.raises(CommandError) as caught:
        call_command("import_units", str(path))

    assert str(caught.value) == (
        "Không nhập gì, vì tệp có 3 chỗ sai:\n"
        "  dòng 6: mã cd-y-te đã có ở dòng 4.\n"
        "  dòng 7: tên đầy đủ để trống.\n"
        "  dòng 7: mã quang-tri/dong-ha đã có ở dòng 5."
    )
    assert caught.value.returncode == 1
