"""What each row of a sheet of accounts would do, and what the button makes of it (M37)."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from orgtree.models import Level, Sheet, StaffAccount, Unit
from orgtree.roles import Role
from orgtree.staff import sheets
from portal.sheets.reading import SheetRow
from tests.factories import StaffAccountFactory, UnitFactory, make_tree

MAY_SONG_HIEU = "CĐCS Công ty CP May Sông Hiếu [quang-tri/dong-ha/may-song-hieu]"
DONG_HA = "LĐLĐ thành phố Đông Hà [quang-tri/dong-ha]"
NOW = timezone.now()


@pytest.fixture
def units(db: None) -> dict[str, Unit]:
    return make_tree()


@pytest.fixture
def manager(units: dict[str, Unit]) -> StaffAccount:
    """Of LĐLĐ tỉnh Quảng Trị."""
    return StaffAccountFactory(unit=units["quang-tri"], role=Role.MANAGER)


def row(number: int = 2, **values: str) -> SheetRow:
    blank = {"unit": MAY_SONG_HIEU, "full_name": "Ngô Thị Bích", "phone": "", "role": "", "username": ""}
    return SheetRow(number, blank | values)


def one(by: StaffAccount, **values: str) -> sheets.Judged:
    return sheets.judged([row(**values)], by=by)[0]


def sheet_of(by: StaffAccount) -> Sheet:
    return Sheet.objects.create(account=by, use=Sheet.Use.ACCOUNTS, name="a.xlsx", content=b"", sent_at=NOW)


def make(rows: list[SheetRow], by: StaffAccount, *, sheet: Sheet | None = None) -> list[sheets.NewPassword]:
    promised = sum(each.is_new for each in sheets.judged(rows, by=by))
    return sheets.make(sheet or sheet_of(by), rows, promised=promised, by=by, at=NOW)


# --- which units ---------------------------------------------------------------------------------------------------------


def test_units_without_an_account_are_those_below(manager: StaffAccount) -> None:
    codes = {unit.code for unit in sheets.units_without_account(manager)}

    assert codes == {
        "quang-tri/dong-ha",
        "quang-tri/huong-hoa",
        "quang-tri/cd-vien-chuc",
        "quang-tri/dong-ha/may-song-hieu",
    }


def test_a_unit_has_an_account_when_an_open_one_stands_on_its_line(
    units: dict[str, Unit], manager: StaffAccount
) -> None:
    StaffAccountFactory(unit=units["quang-tri/huong-hoa"], is_active=False)
    StaffAccountFactory(unit=units["quang-tri/cd-vien-chuc"])
    before, after = units["quang-tri/dong-ha"], UnitFactory(code="quang-tri/dong-ha-moi")
    Unit.objects.filter(pk=before.pk).update(
        successor=after, closed_on=date(2025, 7, 1), current_path=after.current_path
    )
    StaffAccountFactory(unit=Unit.objects.get(pk=before.pk))

    codes = {unit.code for unit in sheets.units_without_account(manager)}

    assert codes == {"quang-tri/huong-hoa", "quang-tri/dong-ha/may-song-hieu"}


def test_a_unit_closed_for_good_may_still_get_one(units: dict[str, Unit], manager: StaffAccount) -> None:
    Unit.objects.filter(code="quang-tri/huong-hoa").update(closed_on=date(2025, 7, 1))

    assert "quang-tri/huong-hoa" in {unit.code for unit in sheets.units_without_account(manager)}
    assert one(manager, unit="quang-tri/huong-hoa").is_new


# --- what is read --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written, code",
    [
        (MAY_SONG_HIEU, "quang-tri/dong-ha/may-song-hieu"),
        ("quang-tri/dong-ha", "quang-tri/dong-ha"),
        ("  LĐLĐ  thành phố Đông Hà ", "quang-tri/dong-ha"),
        ("Liên đoàn Lao động thành phố Đông Hà", "quang-tri/dong-ha"),
        ("Tên gõ sai [ quang-tri/dong-ha ]", "quang-tri/dong-ha"),
    ],
    ids=["template", "code", "short-name", "full-name", "code-in-brackets-decides"],
)
def test_how_a_unit_may_be_written(manager: StaffAccount, written: str, code: str) -> None:
    judged = one(manager, unit=written)

    assert (judged.unit.code, judged.faults) == (code, ())


@pytest.mark.parametrize(
    "written",
    ["", "Không có", "[khong-co]", "dien-bien", "LĐLĐ tỉnh Điện Biên", "tld", "[]"],
    ids=["empty", "unknown", "unknown-code", "elsewhere", "name-elsewhere", "above", "empty-brackets"],
)
def test_an_unknown_unit_and_a_strangers_are_told_alike(manager: StaffAccount, written: str) -> None:
    assert one(manager, unit=written).faults == (sheets.NO_SUCH_UNIT,)


def test_a_name_two_units_bear_asks_for_the_code(manager: StaffAccount) -> None:
    for code in ("quang-tri/a", "quang-tri/b"):
        UnitFactory(code=code, name="Liên đoàn Lao động huyện Trùng Tên")

    assert one(manager, unit="LĐLĐ huyện Trùng Tên").faults == (
        "Có 2 đơn vị cùng tên. Hãy ghi thêm mã trong ngoặc vuông như trong tệp mẫu.",
    )
    assert one(manager, unit="[quang-tri/a]").is_new


def test_a_unit_that_goes_on_in_another_names_it(units: dict[str, Unit], manager: StaffAccount) -> None:
    after = UnitFactory(code="quang-tri/dong-ha-2025", name="Liên đoàn Lao động thị xã Đông Hà")
    Unit.objects.filter(code="quang-tri/dong-ha").update(
        successor=after, closed_on=date(2025, 7, 1), current_path=after.current_path
    )

    assert one(manager, unit=DONG_HA).faults == (
        "Đơn vị đã kết thúc. Hãy dùng đơn vị kế thừa: LĐLĐ thị xã Đông Hà [quang-tri/dong-ha-2025].",
    )


@pytest.mark.parametrize(
    "values, begins",
    [
        ({"full_name": "", "phone": "0912345678"}, "Hãy ghi họ và tên"),
        ({"full_name": "…"}, "Hãy ghi họ và tên"),
        ({"full_name": "A" * 121}, "Họ và tên dài quá 120"),
        (
            {"full_name": "NguyÔn V¨n Ph\u00adîng"},
            "Họ và tên đang ở phông chữ cũ TCVN3. Có phải là “Nguyễn Văn Phượng”?",
        ),
        ({"phone": "không có"}, "Số điện thoại gồm"),
        ({"phone": "0912345678 (số của con gái, chỉ gọi buổi chiều)"}, "Hãy chỉ ghi số điện thoại"),
        ({"role": "Giám đốc"}, "Hãy chọn vai trò"),
        ({"username": "Ngô Thị Bích"}, "Tên đăng nhập dài nhất"),
        ({"username": "a" * 61}, "Tên đăng nhập dài nhất"),
    ],
    ids=["no-name", "signs", "long-name", "old-font", "no-phone", "long-phone", "role", "letters", "long-username"],
)
def test_what_a_row_is_told(manager: StaffAccount, values: dict[str, str], begins: str) -> None:
    faults = one(manager, **values).faults

    assert len(faults) == 1
    assert faults[0].startswith(begins)


def test_a_row_is_told_everything_at_once(manager: StaffAccount) -> None:
    judged = one(manager, unit="Không có", full_name="", phone="1", role="Giám đốc", username="a b")

    assert len(judged.faults) == 5


def test_a_row_of_the_template_left_empty_is_passed_over(manager: StaffAccount) -> None:
    judged = one(manager, full_name=" ", role="Người quản lý")

    assert (judged.is_blank, judged.is_new, judged.faults) == (True, False, ())


def test_a_phone_that_excel_took_for_a_number_gets_its_zero_again(manager: StaffAccount) -> None:
    judged = one(manager, phone="912345678")

    assert (judged.phone, judged.faults) == ("0912345678", ())


def test_names_phones_and_user_names_become_canonical(manager: StaffAccount) -> None:
    judged = one(manager, full_name=" Ðặng  Thị Ánh ", phone=" 0912 345 678 ", role="nguoi xem", username="Bich.CDCS")

    assert (judged.full_name, judged.phone, judged.role, judged.username) == (
        "Đặng Thị Ánh",
        "0912 345 678",
        "viewer",
        "bich.cdcs",
    )


# --- roles ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("unit, role", [(MAY_SONG_HIEU, "reviewer"), (DONG_HA, "manager")])
def test_the_usual_role(manager: StaffAccount, unit: str, role: str) -> None:
    assert one(manager, unit=unit).role == role


@pytest.mark.parametrize(
    "unit, role, may",
    [
        ("quang-tri/dong-ha", "Người quản lý", True),
        ("quang-tri", "Người xét duyệt", True),
        ("quang-tri", "Người quản lý", False),
        ("quang-tri", "", False),
        ("quang-tri/dong-ha", "Quản trị Tổng Liên đoàn", False),
    ],
)
def test_which_roles_a_manager_gives(manager: StaffAccount, unit: str, role: str, may: bool) -> None:
    assert one(manager, unit=unit, role=role).is_new is may


def test_an_administrator_gives_every_role(units: dict[str, Unit]) -> None:
    administrator = StaffAccountFactory(unit=units["tld"], role=Role.ADMINISTRATOR)

    assert one(administrator, unit="tld", role="Quản trị Tổng Liên đoàn").is_new
    assert not one(administrator, unit="quang-tri", role="Quản trị Tổng Liên đoàn").is_new


# --- there already -------------------------------------------------------------------------------------------------------


def test_the_same_person_in_the_same_unit_is_there(units: dict[str, Unit], manager: StaffAccount) -> None:
    there = StaffAccountFactory(unit=units["quang-tri/dong-ha/may-song-hieu"], full_name="Ngô Thị Bích")

    judged = one(manager, full_name="NGO THI BICH", phone="sai số", username="ten-khac")

    assert (judged.present, judged.faults, judged.is_new) == (there, (), False)


def test_the_same_user_name_in_the_same_unit_is_there(units: dict[str, Unit], manager: StaffAccount) -> None:
    there = StaffAccountFactory(unit=units["quang-tri/dong-ha/may-song-hieu"], username="Bich", full_name="Tên cũ")

    assert one(manager, username="bich").present == there


@pytest.mark.parametrize("where", ["quang-tri/dong-ha", "dien-bien"])
def test_a_user_name_of_another_unit_is_taken(units: dict[str, Unit], manager: StaffAccount, where: str) -> None:
    StaffAccountFactory(unit=units[where], username="bich", full_name="Ngô Thị Bích")

    assert one(manager, username="bich").faults == (
        "Tên đăng nhập này đã có người dùng. Hãy ghi tên khác, hoặc để trống để cổng đặt.",
    )


def test_who_was_closed_is_not_let_in_again_by_a_sheet(units: dict[str, Unit], manager: StaffAccount) -> None:
    unit = units["quang-tri/dong-ha/may-song-hieu"]
    StaffAccountFactory(unit=unit, username="bich", full_name="Ngô Thị Bích", is_active=False)

    assert one(manager).faults == one(manager, username="bich").faults
    assert one(manager).faults[0].startswith("Tài khoản bich của người này đã đóng.")
    assert one(manager, username="bich-2").is_new


def test_an_open_account_counts_before_a_closed_one(units: dict[str, Unit], manager: StaffAccount) -> None:
    unit = units["quang-tri/dong-ha/may-song-hieu"]
    there = StaffAccountFactory(unit=unit, full_name="Ngô Thị Bích")
    StaffAccountFactory(unit=unit, full_name="Ngô Thị Bích", is_active=False)

    assert one(manager).present == there


def test_a_person_and_a_user_name_stand_in_a_file_once(manager: StaffAccount) -> None:
    rows = [
        row(2),
        row(3, full_name="Ngo Thi Bich"),
        row(4, full_name="Lê Văn Cường", username="cuong"),
        row(5, full_name="Lê Thị Dung", username="CUONG"),
    ]

    faults = [each.faults for each in sheets.judged(rows, by=manager)]

    assert faults == [(), ("Người này đã có ở dòng 2.",), (), ("Tên đăng nhập này đã có ở dòng 4.",)]


# --- user names ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code, level, username",
    [
        ("quang-tri/dong-ha/may-song-hieu", Level.GRASSROOTS, "cdcs.dong-ha.may-song-hieu"),
        ("quang-tri/dong-ha", Level.DISTRICT, "quang-tri.dong-ha"),
        ("cd-y-te", Level.SECTOR, "cd-y-te"),
        (
            "ha-noi/cd-nganh-nong-nghiep-va-phat-trien-nong-thon/cong-ty-tnhh-mot-thanh-vien-thuy-loi-song-day",
            Level.GRASSROOTS,
            "cdcs.cd-nganh-nong.cong-ty-tnhh-mot",
        ),
        ("ha-noi/" + "a" * 50, Level.DISTRICT, "ha-noi." + "a" * 18),
    ],
    ids=["grassroots", "district", "sector", "long", "one-long-word"],
)
def test_a_user_name_is_made_from_the_code(code: str, level: str, username: str) -> None:
    assert sheets.username_of(Unit(code=code, level=level)) == username


def test_user_names_made_up_avoid_everybody_elses(units: dict[str, Unit], manager: StaffAccount) -> None:
    StaffAccountFactory(unit=units["dien-bien"], username="CDCS.dong-ha.may-song-hieu")
    rows = [
        row(2, full_name="Một"),
        row(3, full_name="Hai"),
        row(4, full_name="Ba", username="cdcs.dong-ha.may-song-hieu-2"),
    ]

    usernames = [each.username for each in sheets.judged(rows, by=manager)]

    assert usernames == [
        "cdcs.dong-ha.may-song-hieu-3",
        "cdcs.dong-ha.may-song-hieu-4",
        "cdcs.dong-ha.may-song-hieu-2",
    ]


# --- the button ----------------------------------------------------------------------------------------------------------


def test_accounts_are_made_with_passwords_that_must_be_changed(manager: StaffAccount) -> None:
    rows = [row(2, phone="0912 345 678"), row(3, unit="Không có"), row(4, full_name="")]

    (given,) = make(rows, manager)

    made = StaffAccount.objects.get(username="cdcs.dong-ha.may-song-hieu")
    assert (made.full_name, made.phone, made.role, made.unit.code) == (
        "Ngô Thị Bích",
        "0912 345 678",
        "reviewer",
        "quang-tri/dong-ha/may-song-hieu",
    )
    assert (made.must_change_password, made.is_active, made.created_at) == (True, True, NOW)
    assert made.check_password(given.password)
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id, entry.change_message) == (manager, str(made.pk), "Tạo từ tệp Excel.")


def test_the_same_file_twice_changes_nothing(manager: StaffAccount) -> None:
    rows = [row(2), row(3, unit=DONG_HA, full_name="Lê Văn Cường", username="cuong")]
    make(rows, manager)
    before = list(StaffAccount.objects.values())

    again = sheets.judged(rows, by=manager)
    with pytest.raises(sheets.ChangedMeanwhile):
        make(rows, manager)

    assert [(each.present.username, each.is_new) for each in again] == [
        ("cdcs.dong-ha.may-song-hieu", False),
        ("cuong", False),
    ]
    assert list(StaffAccount.objects.values()) == before


def test_a_sheet_is_used_once(manager: StaffAccount) -> None:
    sheet = sheet_of(manager)
    make([row()], manager, sheet=sheet)

    with pytest.raises(sheets.SheetUsed):
        sheets.make(sheet, [row(full_name="Người khác")], promised=1, by=manager, at=NOW)
    assert StaffAccount.objects.count() == 2


def test_what_was_not_promised_is_not_made(manager: StaffAccount) -> None:
    sheet = sheet_of(manager)

    with pytest.raises(sheets.ChangedMeanwhile):
        sheets.make(sheet, [row()], promised=2, by=manager, at=NOW)

    sheet.refresh_from_db()
    assert (StaffAccount.objects.count(), sheet.used_at) == (1, None)


def test_what_changes_while_passwords_are_made_is_told(manager: StaffAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    give = sheets.first_passwords.give

    def interrupted(account: StaffAccount, **options: Any) -> str:
        StaffAccountFactory(unit=account.unit, full_name=account.full_name)
        return give(account, **options)

    monkeypatch.setattr(sheets.first_passwords, "give", interrupted)
    sheet = sheet_of(manager)

    with pytest.raises(sheets.ChangedMeanwhile):
        sheets.make(sheet, [row()], promised=1, by=manager, at=NOW)

    sheet.refresh_from_db()
    assert (StaffAccount.objects.count(), sheet.used_at) == (2, None)


# --- slips again ---------------------------------------------------------------------------------------------------------


def test_a_sheets_slips_again_are_for_who_never_signed_in(manager: StaffAccount) -> None:
    sheet = sheet_of(manager)
    first = make([row(2), row(3, full_name="Lê Văn Cường"), row(4, full_name="Lê Thị Dung")], manager, sheet=sheet)
    StaffAccount.objects.filter(pk=first[0].account.pk).update(last_login=NOW)
    StaffAccount.objects.filter(pk=first[1].account.pk).update(is_active=False)
    StaffAccountFactory(unit=first[0].account.unit)
    sheet.refresh_from_db()

    (given,) = sheets.give_new_slips(sheets.made_from(sheet), by=manager)

    assert given.account.username == first[2].account.username
    assert given.password != first[2].password
    kept = [StaffAccount.objects.get(pk=each.account.pk) for each in first]
    assert [account.check_password(each.password) for account, each in zip(kept, first, strict=True)] == [
        True,
        True,
        False,
    ]
    assert kept[2].check_password(given.password)
    assert LogEntry.objects.filter(change_message="Cấp lại phiếu đăng nhập.").count() == 1


def test_whoever_signs_in_meanwhile_keeps_the_password(
    manager: StaffAccount, units: dict[str, Unit], monkeypatch: pytest.MonkeyPatch
) -> None:
    account = StaffAccountFactory(unit=units["quang-tri/dong-ha"])
    give = sheets.first_passwords.give

    def interrupted(account: StaffAccount, **options: Any) -> str:
        StaffAccount.objects.filter(pk=account.pk).update(last_login=NOW)
        return give(account, **options)

    monkeypatch.setattr(sheets.first_passwords, "give", interrupted)

    assert sheets.give_new_slips(StaffAccount.objects.filter(pk=account.pk), by=manager) == []
    assert StaffAccount.objects.get(pk=account.pk).password == account.password


def test_nobody_gives_a_slip_to_an_equal_or_a_stranger(units: dict[str, Unit], manager: StaffAccount) -> None:
    StaffAccountFactory(unit=units["quang-tri"], role=Role.MANAGER)
    StaffAccountFactory(unit=units["dien-bien"])
    below = StaffAccountFactory(unit=units["quang-tri/dong-ha"])

    given = sheets.give_new_slips(StaffAccount.objects.exclude(pk=manager.pk), by=manager)

    assert [each.account for each in given] == [below]


# --- many ----------------------------------------------------------------------------------------------------------------


def test_statements_do_not_grow_with_the_rows(
    units: dict[str, Unit], manager: StaffAccount, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    rows = [row(number, full_name=f"Người thứ {number}") for number in range(2, 42)]
    ContentType.objects.get_for_model(StaffAccount)  # the log asks for it once a process

    with django_assert_max_num_queries(4):
        judged = sheets.judged(rows, by=manager)
    with django_assert_max_num_queries(16):
        make(rows, manager)

    assert sum(each.is_new for each in judged) == 40
