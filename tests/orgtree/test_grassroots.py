"""What each row of a sheet of grassroots unions would do, and what the button makes of it (M35)."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from orgtree import changes, search
from orgtree.checking import faults_in_tree
from orgtree.models import Act, Level, Sheet, StaffAccount, Unit, UnitChange, UnitName
from orgtree.roles import Role
from orgtree.sent_sheets import forget_old_sheets, sent_by
from orgtree.units import grassroots
from portal.sheets.reading import SheetRow
from portal.vietnamese import days
from tests.concurrency import together
from tests.factories import StaffAccountFactory, UnitFactory, make_tree

NOW = timezone.now()
TODAY = timezone.localdate(NOW)
DONG_HA = "LĐLĐ thành phố Đông Hà [quang-tri/dong-ha]"
NAME = "Công đoàn cơ sở Công ty TNHH Gỗ Cam Lộ"
ENDED = date(2025, 7, 1)


@pytest.fixture
def units(db: None) -> dict[str, Unit]:
    units = make_tree()
    search.learn_words(units.values())
    return units


@pytest.fixture
def manager(units: dict[str, Unit]) -> StaffAccount:
    """Of LĐLĐ tỉnh Quảng Trị."""
    return StaffAccountFactory(unit=units["quang-tri"], role=Role.MANAGER)


def row(number: int = 2, **values: str) -> SheetRow:
    blank = {"parent": DONG_HA, "name": NAME, "short_name": "", "opened_on": "", "document": "", "code": ""}
    return SheetRow(number, blank | values)


def judged(by: StaffAccount, *rows: SheetRow) -> list[grassroots.Judged]:
    return list(grassroots.judged(rows, grassroots.parents_for(by), at=NOW).rows)


def faults(by: StaffAccount, **values: str) -> tuple[str, ...]:
    return judged(by, row(**values))[0].faults


def sheet_of(by: StaffAccount, **values: Any) -> Sheet:
    fields = {"use": Sheet.Use.GRASSROOTS, "name": "cdcs.xlsx", "content": b"", "sent_at": NOW}
    return Sheet.objects.create(account=by, **fields | values)


def add(by: StaffAccount, *rows: SheetRow, sheet: Sheet | None = None) -> list[Unit]:
    promised = sum(each.is_new for each in judged(by, *rows))
    return grassroots.add_all(sheet or sheet_of(by), rows, promised=promised, by=by, at=NOW)


def close(code: str, by: StaffAccount) -> Unit:
    return changes.close(Unit.objects.get(code=code), order=changes.Order(day=ENDED, at=NOW, by=by))


# --- below what ----------------------------------------------------------------------------------------------------------


def test_the_units_to_choose_are_those_of_the_branch_that_may_have_grassroots_unions(manager: StaffAccount) -> None:
    close("quang-tri/huong-hoa", manager)

    assert [grassroots.label(unit) for unit in grassroots.parents_for(manager)] == [
        "LĐLĐ tỉnh Quảng Trị [quang-tri]",
        DONG_HA,
        "CĐ Viên chức tỉnh Quảng Trị [quang-tri/cd-vien-chuc]",
        "LĐLĐ huyện Hướng Hóa (đến 30/6/2025) [quang-tri/huong-hoa]",
    ]


def test_nobody_but_the_confederation_sees_other_branches(units: dict[str, Unit]) -> None:
    administrator = StaffAccountFactory(unit=units["tld"], role=Role.ADMINISTRATOR)

    parents = {unit.code for unit in grassroots.parents_for(administrator)}

    assert parents == set(units) - {"tld", "quang-tri/dong-ha/may-song-hieu"}


@pytest.mark.parametrize(
    "written",
    [
        DONG_HA,
        "đông hà [ quang-tri/dong-ha ]",
        "quang-tri/dong-ha",
        "QUANG-TRI/DONG-HA",
        "LĐLĐ thành phố Đông Hà",
        "Liên đoàn Lao động thành phố Đông Hà",
        "ldld thanh pho dong ha",
    ],
)
def test_a_unit_is_named_by_its_code_or_its_name(manager: StaffAccount, written: str) -> None:
    (only,) = judged(manager, row(parent=written))

    assert (only.parent.code, only.is_new) == ("quang-tri/dong-ha", True)


@pytest.mark.parametrize(
    "written",
    [
        "khong-co/don-vi-nay",
        "LĐLĐ tỉnh Không Có",
        "LĐLĐ tỉnh Thanh Hóa [thanh-hoa]",
        "thanh-hoa/hoang-hoa",
        "Liên đoàn Lao động tỉnh Điện Biên",
        "tld",
        "quang-tri/dong-ha/may-song-hieu",
        "LĐLĐ thành phố Đông Hà [thanh-hoa]",
    ],
)
def test_a_unit_that_is_not_there_and_one_of_another_branch_are_told_alike(manager: StaffAccount, written: str) -> None:
    assert faults(manager, parent=written) == (grassroots.NO_SUCH_PARENT,)


def test_a_name_that_several_units_bear_is_asked_for_with_its_code(
    units: dict[str, Unit], manager: StaffAccount
) -> None:
    close("quang-tri/huong-hoa", manager)
    UnitFactory(code="quang-tri/huong-hoa-moi", name="Liên đoàn Lao động huyện Hướng Hóa")

    (fault,) = faults(manager, parent="LĐLĐ huyện Hướng Hóa")

    assert fault == (
        "Có 2 đơn vị tên này, hãy chọn một: LĐLĐ huyện Hướng Hóa [quang-tri/huong-hoa-moi]; "
        "LĐLĐ huyện Hướng Hóa (đến 30/6/2025) [quang-tri/huong-hoa]."
    )


def test_who_has_one_unit_only_may_leave_it_out(units: dict[str, Unit], manager: StaffAccount) -> None:
    district = StaffAccountFactory(unit=units["quang-tri/dong-ha"], role=Role.MANAGER)

    assert judged(district, row(parent=""))[0].parent == units["quang-tri/dong-ha"]
    assert faults(manager, parent="") == ("Hãy ghi đơn vị cấp trên ở từng dòng, không gộp ô.",)


# --- what a cell may hold ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "typed_short", "name", "short_name"),
    [
        ("Công đoàn cơ sở Trường THPT A", "", "Công đoàn cơ sở Trường THPT A", "CĐCS Trường THPT A"),
        ("CÔNG ĐOÀN CƠ SỞ XÃ B", "", "CÔNG ĐOÀN CƠ SỞ XÃ B", "CĐCS XÃ B"),
        ("CĐCS Trường THPT A", "", "Công đoàn cơ sở Trường THPT A", "CĐCS Trường THPT A"),
        ("  Nghiệp đoàn  nghề cá ", "", "Nghiệp đoàn nghề cá", "Nghiệp đoàn nghề cá"),
        ("Công đoàn cơ sở Công ty C", "CĐ Công ty C", "Công đoàn cơ sở Công ty C", "CĐ Công ty C"),
    ],
)
def test_the_usual_name_is_made_from_the_full_one(
    manager: StaffAccount, typed: str, typed_short: str, name: str, short_name: str
) -> None:
    (only,) = judged(manager, row(name=typed, short_name=typed_short))

    assert (only.name, only.short_name, only.faults) == (name, short_name, ())


@pytest.mark.parametrize(
    ("values", "begins"),
    [
        ({"name": ""}, "Hãy ghi tên công đoàn cơ sở."),
        ({"name": "---"}, "Hãy ghi tên công đoàn cơ sở."),
        ({"name": "A" * 201}, "Tên công đoàn cơ sở dài quá 200 ký tự."),
        ({"short_name": "A" * 201}, "Tên thường gọi dài quá 200 ký tự."),
        ({"document": "A" * 201}, "Văn bản dài quá 200 ký tự."),
        ({"name": "Coâng ñoaøn cô sôû Tröôøng tieåu hoïc"}, "Tên đang ở phông chữ cũ VNI."),
        (
            {"name": "C«ng ®oµn Ph\u00adêng §«ng L\u00ad¬ng"},
            "Tên đang ở phông chữ cũ TCVN3. Có phải là “Công đoàn Phường Đông Lương”?",
        ),
        ({"opened_on": "năm ngoái"}, "Ngày thành lập: Hãy ghi đủ ngày, tháng, năm"),
        ({"opened_on": "04/20/2021"}, "Ngày thành lập: Không có tháng 20."),
        ({"opened_on": days.shown(TODAY + timedelta(days=1))}, "Ngày thành lập "),
        ({"code": "Gỗ Cam Lộ"}, "Mã chỉ gồm chữ thường không dấu"),
        ({"code": "go-cam-lo"}, "Mã phải bắt đầu bằng quang-tri/dong-ha/."),
        ({"code": "thanh-hoa/hoang-hoa/go"}, "Mã phải bắt đầu bằng quang-tri/dong-ha/."),
    ],
)
def test_a_cell_that_is_wrong_is_told(manager: StaffAccount, values: dict[str, str], begins: str) -> None:
    (fault,) = faults(manager, **values)

    assert fault.startswith(begins)


def test_all_that_is_wrong_with_a_row_is_told_at_once(manager: StaffAccount) -> None:
    assert len(faults(manager, parent="?", name="", opened_on="x", code="?")) == 4


@pytest.mark.parametrize("typed", ["8/1/2022", "08-01-2022", "2022-01-08", "44569"])
def test_a_day_is_taken_as_it_is_typed(manager: StaffAccount, typed: str) -> None:
    assert judged(manager, row(opened_on=typed))[0].opened_on == date(2022, 1, 8)


# --- there already -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "values",
    [
        {"name": "Công đoàn cơ sở Công ty Cổ phần May Sông Hiếu"},
        {"name": "cong doan co so cong ty co phan may song hieu"},
        {"name": "CĐCS Công ty Cổ phần May Sông Hiếu", "opened_on": "1/1/2020"},
        {"name": "Tên khác", "code": "quang-tri/dong-ha/may-song-hieu"},
    ],
)
def test_a_union_that_is_there_is_left_as_it_is(manager: StaffAccount, values: dict[str, str]) -> None:
    (only,) = judged(manager, row(**values))

    assert (only.present, only.faults) == ("Công đoàn cơ sở Công ty Cổ phần May Sông Hiếu", ())


def test_the_same_name_below_another_unit_is_another_union(manager: StaffAccount) -> None:
    written = row(parent="quang-tri/huong-hoa", name="Công đoàn cơ sở Công ty Cổ phần May Sông Hiếu")

    assert judged(manager, written)[0].is_new


def test_a_union_is_there_under_the_name_it_bore(units: dict[str, Unit], manager: StaffAccount) -> None:
    UnitName.objects.create(
        unit=units["quang-tri/dong-ha/may-song-hieu"], name=NAME, short_name="x", used_until=date(2021, 1, 1)
    )

    assert judged(manager, row())[0].present == NAME


def test_one_that_ended_is_there_still_unless_this_one_came_later(manager: StaffAccount) -> None:
    close("quang-tri/dong-ha/may-song-hieu", manager)
    name = "Công đoàn cơ sở Công ty Cổ phần May Sông Hiếu"

    again, later = judged(manager, row(name=name), row(name=name, opened_on="2/7/2025"))

    assert (again.present, later.is_new) == (name, True)


def test_a_code_that_another_unit_has_is_refused(manager: StaffAccount) -> None:
    Unit.objects.filter(code="quang-tri/huong-hoa").update(code="quang-tri/dong-ha/go")

    assert faults(manager, code="quang-tri/dong-ha/go") == (
        "Mã này đã có đơn vị khác dùng. Hãy ghi mã khác, hoặc để trống để cổng đặt.",
    )


def test_rows_that_stand_twice_in_a_sheet_are_told(manager: StaffAccount) -> None:
    code = "quang-tri/dong-ha/go"
    rows = [
        row(2),
        row(3, name=NAME.upper()),
        row(4, parent="quang-tri"),
        row(5, name="A", code=code),
        row(6, name="B", code=code),
    ]

    assert [each.faults for each in judged(manager, *rows)] == [
        (),
        ("Trùng với dòng 2: cùng tên, cùng đơn vị cấp trên. Hãy bỏ một dòng.",),
        (),
        (),
        ("Mã này đã ghi ở dòng 5. Hãy ghi mã khác, hoặc để trống.",),
    ]


# --- below a unit that ended ---------------------------------------------------------------------------------------------


def test_below_a_unit_that_ended_a_union_belongs_to_the_structure_of_then(manager: StaffAccount) -> None:
    close("quang-tri/huong-hoa", manager)
    parent = Unit.objects.get(code="quang-tri/huong-hoa")

    (written,) = judged(manager, row(parent=parent.code))
    (unit,) = add(manager, row(parent=parent.code))

    assert (written.until, unit.closed_on) == ("đến 30/6/2025", ENDED)
    assert unit.path.startswith(parent.path)
    assert unit.current_path.startswith(parent.current_path)
    assert list(faults_in_tree()) == []


def test_below_a_unit_that_ended_nothing_is_founded_later(manager: StaffAccount) -> None:
    close("quang-tri/huong-hoa", manager)

    (fault,) = faults(manager, parent="quang-tri/huong-hoa", opened_on="2/7/2025")

    assert fault == (
        "LĐLĐ huyện Hướng Hóa đã kết thúc ngày 1/7/2025. Hãy chọn đơn vị kế thừa, hoặc để trống ngày thành lập."
    )


def test_a_union_is_no_older_than_the_unit_above_it(manager: StaffAccount) -> None:
    after = UnitFactory(code="quang-tri/huong-hoa-moi", short_name="LĐLĐ khu vực Khe Sanh", opened_on=ENDED)

    (fault,) = faults(manager, parent=after.code, opened_on="20/4/2021")

    assert fault == (
        "LĐLĐ khu vực Khe Sanh có từ ngày 1/7/2025. Nếu công đoàn cơ sở có từ trước, hãy để trống ngày thành lập."
    )
    assert judged(manager, row(parent=after.code))[0].opened_on == ENDED


def test_unions_of_a_unit_and_of_its_predecessor_get_places_of_their_own(manager: StaffAccount) -> None:
    before, after = Unit.objects.get(code="quang-tri/huong-hoa"), UnitFactory(code="quang-tri/huong-hoa-moi")
    search.learn_words([after])
    changes.merge(before, into=after, order=changes.Order(day=ENDED, at=NOW))
    rows = [row(number, parent=code, name=f"A {number}") for number, code in enumerate([before.code, after.code] * 3)]

    added = add(manager, *rows)

    assert len({unit.current_path for unit in added}) == 6
    assert all(unit.current_path.startswith(after.path) for unit in added)
    assert list(faults_in_tree()) == []


# --- adding --------------------------------------------------------------------------------------------------------------


def test_a_union_is_added_with_all_that_was_written(units: dict[str, Unit], manager: StaffAccount) -> None:
    (unit,) = add(manager, row(opened_on="8/1/2022", document="QĐ 15/QĐ-LĐLĐ", short_name="CĐCS Gỗ Cam Lộ"))

    kept = Unit.objects.get(code="quang-tri/dong-ha/go-cam-lo")
    assert kept == unit
    assert (kept.level, kept.kind, kept.name, kept.short_name) == (
        Level.GRASSROOTS,
        "cong-doan-co-so",
        NAME,
        "CĐCS Gỗ Cam Lộ",
    )
    assert (kept.opened_on, kept.opening_document, kept.closed_on) == (date(2022, 1, 8), "QĐ 15/QĐ-LĐLĐ", None)
    assert Unit.objects.get(pk=units["quang-tri/dong-ha"].pk).numchild == 2
    assert list(Unit.objects.directly_below(units["quang-tri/dong-ha"])) == [
        units["quang-tri/dong-ha/may-song-hieu"],
        kept,
    ]
    assert list(search.matching(Unit.objects.all(), "go cam lo").rows) == [kept]
    assert list(faults_in_tree()) == []


def test_each_is_an_act_of_who_added_it_and_the_log_tells_the_number(
    units: dict[str, Unit], manager: StaffAccount
) -> None:
    added = add(manager, row(2), row(3, name="Công đoàn cơ sở A", opened_on="8/1/2022", document="QĐ 1"))

    assert list(
        UnitChange.objects.order_by("pk").values_list("unit", "act", "day", "document", "other", "by", "at")
    ) == [
        (added[0].pk, Act.ADDED, None, "", units["quang-tri/dong-ha"].pk, manager.pk, NOW),
        (added[1].pk, Act.ADDED, date(2022, 1, 8), "QĐ 1", units["quang-tri/dong-ha"].pk, manager.pk, NOW),
    ]
    (entry,) = LogEntry.objects.all()
    assert entry.object_id == str(units["quang-tri/dong-ha"].pk)
    assert entry.change_message == "Thêm 2 công đoàn cơ sở từ tệp cdcs.xlsx."


def test_codes_are_made_where_none_is_written_and_never_twice(manager: StaffAccount) -> None:
    added = add(
        manager,
        row(2, name="CĐCS Gỗ"),
        row(3, name="CĐCS Gỗ", parent="quang-tri/huong-hoa"),
        row(4, name="Gỗ"),
        row(5, name="CĐCS May Sông Hiếu"),
        row(6, name="CĐCS Sắt", code="quang-tri/dong-ha/sat-thep"),
        row(7, name="CĐCS " + "Rất Dài " * 20),
    )

    assert [unit.code for unit in added[:5]] == [
        "quang-tri/dong-ha/go",
        "quang-tri/huong-hoa/go",
        "quang-tri/dong-ha/go-2",
        "quang-tri/dong-ha/may-song-hieu-2",
        "quang-tri/dong-ha/sat-thep",
    ]
    assert len(added[5].code) <= 200
    assert list(faults_in_tree()) == []


def test_the_same_sheet_twice_changes_nothing(manager: StaffAccount) -> None:
    rows = [row(2), row(3, name="Công đoàn cơ sở A"), row(4, parent="quang-tri")]
    add(manager, *rows)
    before = list(Unit.objects.values())

    assert add(manager, *rows) == []
    assert list(Unit.objects.values()) == before
    assert UnitChange.objects.count() == 3


def test_wrong_rows_stay_out(manager: StaffAccount) -> None:
    added = add(manager, row(2), row(3, parent="thanh-hoa"), row(4, name=""))

    assert [unit.name for unit in added] == [NAME]


def test_a_sheet_adds_once(manager: StaffAccount) -> None:
    sheet = sheet_of(manager)
    add(manager, row(), sheet=sheet)

    with pytest.raises(grassroots.SheetUsed):
        grassroots.add_all(sheet, [row(name="Công đoàn cơ sở khác")], promised=1, by=manager, at=NOW)
    assert Unit.objects.filter(level=Level.GRASSROOTS).count() == 2


def test_nothing_is_added_when_it_is_not_what_was_promised(manager: StaffAccount) -> None:
    sheet = sheet_of(manager)

    with pytest.raises(grassroots.ChangedMeanwhile):
        grassroots.add_all(sheet, [row()], promised=2, by=manager, at=NOW)
    assert Unit.objects.filter(level=Level.GRASSROOTS).count() == 1
    assert Sheet.objects.get().used_at is None


@pytest.mark.django_db(transaction=True)
def test_two_sheets_at_once_get_places_of_their_own() -> None:
    search.learn_words(make_tree().values())
    manager = StaffAccountFactory(unit=Unit.objects.get(code="quang-tri"), role=Role.MANAGER)
    sheets = [sheet_of(manager) for _ in range(4)]

    def send(number: int) -> Callable[[], Any]:
        rows = [row(place, name=f"Công đoàn cơ sở {number} {place}") for place in range(2, 12)]
        return lambda: grassroots.add_all(sheets[number], rows, promised=10, by=manager, at=NOW)

    together(*[send(number) for number in range(4)])

    assert Unit.objects.filter(level=Level.GRASSROOTS).count() == 41
    assert Unit.objects.get(code="quang-tri/dong-ha").numchild == 41
    assert list(faults_in_tree()) == []


def test_the_number_of_statements_does_not_grow_with_the_rows(manager: StaffAccount) -> None:
    def statements(names: list[str]) -> int:
        rows = [row(number, name=name) for number, name in enumerate(names, start=2)]
        with CaptureQueriesContext(connection) as asked:
            add(manager, *rows)
        return len(asked)

    statements(["Công đoàn cơ sở đầu tiên"])

    assert statements([f"CĐCS A {n}" for n in range(2)]) == statements([f"CĐCS B {n}" for n in range(20)])


# --- the sheet -----------------------------------------------------------------------------------------------------------


def test_the_template_filled_in_is_taken(manager: StaffAccount) -> None:
    parents = grassroots.parents_for(manager)
    columns = grassroots.columns_for(parents)
    filled = grassroots.template(
        columns, title=grassroots.TITLE, explanation=(), rows=[{column.name: column.example for column in columns}]
    )

    (only,) = grassroots.judged(grassroots.rows_in(filled, parents), parents, at=NOW).rows

    assert (only.faults, only.parent.code) == ((), "quang-tri")


def test_a_sheet_is_its_senders_alone_and_for_a_day(manager: StaffAccount) -> None:
    other = StaffAccountFactory(unit=manager.unit, role=Role.MANAGER)
    sheet, old = sheet_of(manager), sheet_of(manager, sent_at=NOW - timedelta(days=1))
    sheet_of(manager, use=Sheet.Use.ACCOUNTS)

    assert list(sent_by(manager, use=Sheet.Use.GRASSROOTS, at=NOW)) == [sheet]
    assert list(sent_by(other, use=Sheet.Use.GRASSROOTS, at=NOW)) == []
    assert forget_old_sheets(at=NOW) == 1
    assert not Sheet.objects.filter(pk=old.pk).exists()
