"""Accounts from a sheet: which units still need one, what each row would do, and the accounts with their first passwords.

The page before the button and the button ask the same `judged`: what was promised is what is done.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from orgtree.models import Level, Sheet, StaffAccount, Unit
from orgtree.models.unit import CODE, UnitQuerySet
from orgtree.roles import Role
from orgtree.sent_sheets import ChangedMeanwhile, SheetUsed
from orgtree.staff import first_passwords
from orgtree.staff.rights import may_manage, refuses_role
from orgtree.units.grassroots import CODE_IN_BRACKETS, label
from portal.sheets.reading import SheetRefused, SheetRow, phone_typed, rows_of
from portal.sheets.writing import Column, headings, template, with_faults
from portal.vietnamese import phones
from portal.vietnamese.names import canonical_name
from portal.vietnamese.refusals import Refused
from portal.vietnamese.text import folded, is_blank, old_font, single_line

TITLE = "Tài khoản"
EXPLANATION = (
    "Mỗi dòng là một tài khoản cho một người ở một đơn vị. Dòng nào để trống họ và tên, điện thoại, tên đăng nhập thì bỏ qua.",
    "Đơn vị có hai người thì chép ô Đơn vị xuống một dòng mới.",
    "Lưu tệp (.xlsx) rồi gửi ở trang “Tạo tài khoản từ tệp Excel”. Cổng cho xem trước từng dòng rồi mới tạo.",
    "Gửi lại cùng một tệp không tạo thêm tài khoản nào.",
)
COLUMNS = (
    Column("unit", "Đơn vị", "Tên đơn vị, mã ở trong ngoặc vuông. Giữ nguyên như tệp mẫu.", 60, is_required=True),
    Column("full_name", "Họ và tên", "Người sẽ dùng tài khoản.", 28, is_required=True, example="Ngô Thị Bích"),
    Column("phone", "Điện thoại", "Một số điện thoại.", 18, example="0912 345 678"),
    Column(
        "role",
        "Vai trò",
        "Chọn trong danh sách. Để trống: công đoàn cơ sở là Người xét duyệt, các cấp trên là Người quản lý.",
        20,
        example=Role.REVIEWER.label,
        choices=[str(role.label) for role in (Role.VIEWER, Role.REVIEWER, Role.MANAGER)],
    ),
    Column(
        "username",
        "Tên đăng nhập",
        "Để trống thì cổng tự đặt theo mã đơn vị. Tự ghi thì dùng chữ không dấu, số và các dấu . - _ @ +",
        30,
        example="cdcs.dong-ha.may-song-hieu",
    ),
)
HEADINGS = headings(COLUMNS)
NEEDED = {"unit", "full_name"}
MOST_ROWS = 2_000
LONGEST_NAME, LONGEST_PHONE = 120, 30
LONGEST_PART = 18  # of a unit's code in a user name: people type it on a phone
ASKED_AT_ONCE = 400  # values in one statement

USERNAME = re.compile(r"[a-z0-9@.+_-]{1,60}")
ROLES_BY_LABEL = {folded(role.label): role.value for role in Role}

NO_SUCH_UNIT = "Không có đơn vị này trong phạm vi của bạn. Hãy ghi đúng như trong tệp mẫu."


@dataclass(frozen=True)
class NewPassword:
    """An account and the first password it was just given; nobody can ask for it again."""

    account: StaffAccount
    password: str


@dataclass(frozen=True)
class Judged:
    """What a row would do: make an account, nothing (it is there already, or was left empty), or be put right first."""

    row: SheetRow
    is_blank: bool = False
    unit: Unit | None = None
    full_name: str = ""
    phone: str = ""
    role: str = ""
    username: str = ""
    present: StaffAccount | None = None
    faults: tuple[str, ...] = ()

    @property
    def is_new(self) -> bool:
        return not (self.is_blank or self.present or self.faults)

    @property
    def account(self) -> StaffAccount:
        """As it stands, or as it would be made."""
        return self.present or StaffAccount(
            username=self.username, full_name=self.full_name, phone=self.phone, unit=self.unit, role=self.role
        )


def units_without_account(by: StaffAccount) -> UnitQuerySet:
    """The units below one's own for which nobody can sign in, closed ones included: campaigns of their day still run."""
    if by.unit is None:
        return Unit.objects.none()
    provided = StaffAccount.objects.filter(is_active=True).exclude(unit=None).values("unit__current_path")
    below = Unit.objects.visible_to(by).last_of_their_lines().exclude(current_path=by.unit.current_path)
    return below.exclude(current_path__in=provided)


def usual_role(unit: Unit) -> Role:
    return Role.REVIEWER if unit.level == Level.GRASSROOTS else Role.MANAGER


def username_of(unit: Unit) -> str:
    """From its code, short enough to type: "cdcs.dong-ha.may-song-hieu". More than one account may want it."""
    parts = [_shortened(part) for part in unit.code.split("/")[-2:]]
    return ".".join(["cdcs", *parts] if unit.level == Level.GRASSROOTS else parts)


# --- the sheet -------------------------------------------------------------------------------------------------------


def template_of(level: str, *, by: StaffAccount) -> bytes:
    """A sheet with a row for each unit of a level that has no account; those beyond the first rows come in the next one."""
    units = units_without_account(by).filter(level=level)[:MOST_ROWS]
    rows = ({"unit": label(unit), "role": usual_role(unit).label} for unit in units)
    return template(COLUMNS, title=TITLE, explanation=EXPLANATION, rows=rows)


def rows_in(sheet: Sheet) -> list[SheetRow]:
    """Raises SheetRefused."""
    rows = rows_of(bytes(sheet.content), columns=HEADINGS, needed=NEEDED, most_rows=MOST_ROWS)
    return [replace(row, values=dict.fromkeys(HEADINGS, "") | dict(row.values)) for row in rows]


def refuse_empty(rows: Sequence[SheetRow]) -> None:
    """Raises SheetRefused where nobody is named: the template was sent as it came."""
    if all(_is_left_empty(row) for row in rows):
        raise SheetRefused("Chưa có dòng nào ghi họ và tên. Hãy điền tệp mẫu rồi gửi lại.")


def corrected(rows: Sequence[SheetRow], *, by: StaffAccount) -> bytes:
    """The same rows with what to put right in front of each."""
    told = ((each.row, each.faults) for each in judged(rows, by=by))
    return with_faults(COLUMNS, told, title=TITLE, explanation=EXPLANATION)


def _is_left_empty(row: SheetRow) -> bool:
    """Unit and role stand in the template already; nobody has been named for them."""
    return all(is_blank(row.values[column]) for column in ("full_name", "phone", "username"))


# --- judging ---------------------------------------------------------------------------------------------------------


def judged(rows: Sequence[SheetRow], *, by: StaffAccount) -> list[Judged]:
    """Every row as it would be taken now, with the user names the new accounts would get."""
    read = [_read(row) for row in rows]
    units = _units_named({each.row.values["unit"] for each in read if not each.is_blank}, by=by)
    read = [each if each.is_blank else _placed(each, units[each.row.values["unit"]]) for each in read]
    people = _People({each.unit for each in read if each.unit}, by=by)
    taken = {username.lower() for username in StaffAccount.objects.values_list("username", flat=True)}
    return _named(_once(_known(_allowed(each, by=by), people, taken) for each in read), taken)


def _read(row: SheetRow) -> Judged:
    """The cells as values, with what is wrong with each by itself."""
    if _is_left_empty(row):
        return Judged(row, is_blank=True)
    full_name = canonical_name(row.values["full_name"])
    typed_phone, typed_role = phone_typed(single_line(row.values["phone"])), folded(row.values["role"])
    username = single_line(row.values["username"]).lower()
    faults = []
    if not folded(full_name):
        faults.append("Hãy ghi họ và tên.")
    elif garbled := old_font(row.values["full_name"]):
        faults.append(f"Họ và tên {garbled.question}")
    if len(full_name) > LONGEST_NAME:
        faults.append(f"Họ và tên dài quá {LONGEST_NAME} ký tự.")
    phone = ""
    if typed_phone:
        try:
            phone = phones.parse(typed_phone).typed
        except Refused as refusal:
            faults.append(refusal.sentence)
    if len(phone) > LONGEST_PHONE:
        faults.append("Hãy chỉ ghi số điện thoại, không ghi thêm chữ.")
    if typed_role and typed_role not in ROLES_BY_LABEL:
        faults.append("Hãy chọn vai trò trong danh sách của ô.")
    if username and not USERNAME.fullmatch(username):
        faults.append("Tên đăng nhập dài nhất 60 ký tự, chỉ gồm chữ không dấu, số và các dấu . - _ @ +")
    return Judged(
        row,
        full_name=full_name,
        phone=phone,
        role=ROLES_BY_LABEL.get(typed_role, ""),
        username=username,
        faults=tuple(faults),
    )


def _units_named(cells: Collection[str], *, by: StaffAccount) -> dict[str, list[Unit]]:
    """The units each cell may mean: one by its code, or those that bear the name. A stranger's unit is no unit."""
    visible = Unit.objects.visible_to(by).select_related("successor")
    codes = {cell: code for cell in cells if (code := _code_in(cell))}
    names = {cell: single_line(cell) for cell in cells if cell not in codes}
    by_code = {unit.code: unit for some in _batches(codes.values()) for unit in visible.filter(code__in=some)}
    by_name = defaultdict(list)
    for some in _batches(names.values()):
        for unit in visible.last_of_their_lines().filter(Q(name__in=some) | Q(short_name__in=some)):
            for name in {unit.name, unit.short_name}:
                by_name[name].append(unit)
    found = {cell: [by_code[code]] if code in by_code else [] for cell, code in codes.items()}
    return found | {cell: by_name.get(name, []) for cell, name in names.items()}


def _code_in(cell: str) -> str:
    """The code at the end, in brackets as the template writes it, or standing alone; "" where the cell is a name."""
    written = single_line(cell)
    bracketed = CODE_IN_BRACKETS.search(written)
    code = bracketed[1].strip() if bracketed else written
    return code if bracketed or re.fullmatch(CODE, code) else ""


def _placed(each: Judged, found: Sequence[Unit]) -> Judged:
    if not found:
        return _objected(each, NO_SUCH_UNIT)
    if len(found) > 1:
        return _objected(each, f"Có {len(found)} đơn vị cùng tên. Hãy ghi thêm mã trong ngoặc vuông như trong tệp mẫu.")
    unit = found[0]
    each = replace(each, unit=unit, role=each.role or usual_role(unit).value)
    if unit.successor:
        return _objected(
            each, f"Đơn vị đã kết thúc. Hãy dùng đơn vị kế thừa: {unit.successor} [{unit.successor.code}]."
        )
    return each


def _allowed(each: Judged, *, by: StaffAccount) -> Judged:
    if each.unit is None or not each.role:
        return each
    if refusal := refuses_role(each.role, each.unit, by=by):
        return _objected(each, refusal)
    return each


class _People:
    """The accounts of some units' lines, found by user name or by line and folded name."""

    def __init__(self, units: Collection[Unit], *, by: StaffAccount) -> None:
        self.by_username: dict[str, StaffAccount] = {}
        self.by_name: dict[tuple[str, str], StaffAccount] = {}
        visible = StaffAccount.objects.visible_to(by).select_related("unit").order_by("is_active", "pk")
        for some in _batches(unit.current_path for unit in units):
            for account in visible.filter(unit__current_path__in=some):
                self.by_username[account.username.lower()] = account
                # Open ones come last and stay, where a person has a closed account as well.
                self.by_name[account.unit.current_path, folded(account.full_name)] = account

    def found(self, each: Judged, line: str) -> StaffAccount | None:
        so_named = self.by_username.get(each.username)
        if so_named and so_named.unit and so_named.unit.current_path == line:
            return so_named
        name = folded(each.full_name)
        return self.by_name.get((line, name)) if name else None


def _known(each: Judged, people: _People, taken: Collection[str]) -> Judged:
    """There already, or wanting what somebody else has."""
    if each.unit is None:
        return each
    account = people.found(each, each.unit.current_path)
    if account and account.is_active:
        return replace(each, present=account, faults=())
    if account and each.username in ("", account.username.lower()):
        sentence = "đã đóng. Hãy mở lại ở trang tài khoản, hoặc ghi một tên đăng nhập khác."
        return _objected(each, f"Tài khoản {account} của người này {sentence}")
    if each.username in taken:
        return _objected(each, "Tên đăng nhập này đã có người dùng. Hãy ghi tên khác, hoặc để trống để cổng đặt.")
    return each


def _once(rows: Iterable[Judged]) -> list[Judged]:
    """A person and a user name stand in a file once; the first row keeps them."""
    people: dict[tuple[int, str], int] = {}
    usernames: dict[str, int] = {}
    kept = []
    for each in rows:
        if each.is_new and each.unit:
            first = people.setdefault((each.unit.pk, folded(each.full_name)), each.row.number)
            if first != each.row.number:
                each = _objected(each, f"Người này đã có ở dòng {first}.")
        if each.is_new and each.username:
            first = usernames.setdefault(each.username, each.row.number)
            if first != each.row.number:
                each = _objected(each, f"Tên đăng nhập này đã có ở dòng {first}.")
        kept.append(each)
    return kept


def _named(rows: Sequence[Judged], taken: Iterable[str]) -> list[Judged]:
    """Every new account with a user name nobody has; what was typed comes before what the portal makes up."""
    used = {*taken, *(each.username for each in rows)}
    named = []
    for each in rows:
        if each.is_new and each.unit and not each.username:
            usual = username_of(each.unit)
            numbered = (f"{usual}-{number}" if number > 1 else usual for number in count(1))
            each = replace(each, username=next(name for name in numbered if name not in used))
            used.add(each.username)
        named.append(each)
    return named


def _objected(each: Judged, sentence: str) -> Judged:
    return replace(each, faults=(*each.faults, sentence))


def _shortened(part: str) -> str:
    """Whole words as far as they fit; a longer single word is cut."""
    if len(part) <= LONGEST_PART:
        return part
    cut = part[: LONGEST_PART + 1].rpartition("-")[0]
    return cut or part[:LONGEST_PART]


def _batches(values: Iterable[str]) -> Iterator[list[str]]:
    """Each value once, few enough for one statement of either database."""
    once = list(dict.fromkeys(values))
    return (once[start : start + ASKED_AT_ONCE] for start in range(0, len(once), ASKED_AT_ONCE))


# --- making ----------------------------------------------------------------------------------------------------------


def make(sheet: Sheet, rows: Sequence[SheetRow], *, promised: int, by: StaffAccount, at: datetime) -> list[NewPassword]:
    """The accounts of the right rows, each with its first password, in one transaction and once a sheet.

    Passwords are hashed before any lock is taken: workers are sending initiatives meanwhile.
    """
    planned = [each for each in judged(rows, by=by) if each.is_new]
    if not planned or len(planned) != promised:
        raise ChangedMeanwhile
    given = [_with_password(each.account) for each in planned]
    try:
        with transaction.atomic():
            if not Sheet.objects.filter(pk=sheet.pk, used_at=None).update(used_at=at):
                raise SheetUsed
            # One person's two tabs with the same file wait for each other.
            StaffAccount.objects.select_for_update().get(pk=by.pk)
            if [each for each in judged(rows, by=by) if each.is_new] != planned:
                raise ChangedMeanwhile
            for each in given:
                each.account.created_at = at
            made = StaffAccount.objects.bulk_create([each.account for each in given])
            _record(made, ADDITION, "Tạo từ tệp Excel.", by=by)
    except IntegrityError:
        raise ChangedMeanwhile from None
    return given


def made_from(sheet: Sheet) -> QuerySet:
    """The accounts a sheet made: they bear its moment."""
    return StaffAccount.objects.visible_to(sheet.account).filter(created_at=sheet.used_at)


def may_get_new_slip(account: StaffAccount, *, by: StaffAccount) -> bool:
    """Whoever signed in has a password of their own; that one is reset on the account's page, one at a time. The
    demonstration's accounts are shared, with the password that its seeding printed."""
    is_unused = account.is_active and account.last_login is None and not account.is_demonstration
    return is_unused and may_manage(by, account)


def give_new_slips(accounts: QuerySet, *, by: StaffAccount) -> list[NewPassword]:
    """New first passwords for those of `accounts` who never signed in; what was printed before stops working."""
    asked = [each for each in accounts.select_related("unit") if may_get_new_slip(each, by=by)]
    given = {each.pk: _with_password(each) for each in asked}
    with transaction.atomic():
        waiting = StaffAccount.objects.select_for_update().filter(pk__in=given, last_login=None, is_active=True)
        kept = [given[pk] for pk in waiting.order_by("pk").values_list("pk", flat=True)]
        renewed = [each.account for each in kept]
        StaffAccount.objects.bulk_update(renewed, ["password", "must_change_password"], batch_size=ASKED_AT_ONCE)
        _record(renewed, CHANGE, "Cấp lại phiếu đăng nhập.", by=by)
    return kept


def _with_password(account: StaffAccount) -> NewPassword:
    return NewPassword(account, first_passwords.give(account, save=False))


def _record(accounts: Sequence[StaffAccount], act: int, words: str, *, by: StaffAccount) -> None:
    if accounts:
        LogEntry.objects.log_actions(by.pk, accounts, act, change_message=words)
