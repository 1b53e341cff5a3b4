"""Grassroots unions from a sheet: what each row would do, and all of them added at once.

The page before the button and the button ask the same `judged`: what was promised is what is done.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.contrib.admin.models import CHANGE, LogEntry
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone

from orgtree import search
from orgtree.changes import lock
from orgtree.changing.allowed import ChangeRefused, days_below
from orgtree.changing.codes import code_below, free_codes, free_keys
from orgtree.changing.places import free_places
from orgtree.models import Act, Level, Sheet, StaffAccount, Unit, UnitChange, UnitName
from orgtree.models.unit import CODE, PARENT_LEVELS
from orgtree.scope import after_branch
from orgtree.sent_sheets import ChangedMeanwhile, SheetUsed
from orgtree.units.queries import last_day
from portal.sheets.reading import SheetRow, day_typed, rows_of
from portal.sheets.writing import Column, headings, template, with_faults
from portal.vietnamese import days
from portal.vietnamese.formats import whole
from portal.vietnamese.names import canonical_name
from portal.vietnamese.refusals import Refused
from portal.vietnamese.text import folded, old_font, single_line

MOST_ROWS = 20_000
LONGEST = 200  # characters of a name, a document, a code
WRITTEN_AT_ONCE = 1_000
ASKED_AT_ONCE = 5_000

KIND = "cong-doan-co-so"
TITLE = "Công đoàn cơ sở"
IN_FULL, IN_SHORT = "Công đoàn cơ sở", "CĐCS"
BEGINS_IN_FULL = re.compile(rf"{IN_FULL}(?=\s)", re.IGNORECASE)
BEGINS_IN_SHORT = re.compile(r"(?:CĐCS|CDCS)(?=\s)", re.IGNORECASE)
CODE_IN_BRACKETS = re.compile(r"\[([^\[\]]*)\]\Z")

NO_SUCH_PARENT = (
    "Không có đơn vị cấp trên này trong phạm vi của bạn. Hãy chọn trong danh sách của ô, hoặc ghi đúng mã đơn vị."
)
EXPLANATION = (
    "Mỗi dòng là một công đoàn cơ sở. Điền vào trang “Công đoàn cơ sở”, giữ nguyên dòng tên cột.",
    "Gửi tệp lên rồi xem lại từng dòng: chỉ khi bạn bấm nút thêm, cổng mới ghi.",
    f"Mỗi tệp nhiều nhất {whole(MOST_ROWS)} dòng. Gửi lại cùng một tệp không làm thêm hai lần.",
)


@dataclass(frozen=True)
class Judged:
    """What a row would do: add a union, nothing (`present` tells which is there already), or be put right first."""

    row: SheetRow
    parent: Unit | None = None
    name: str = ""
    short_name: str = ""
    opened_on: date | None = None
    closed_on: date | None = None
    document: str = ""
    code: str = ""
    present: str = ""
    faults: tuple[str, ...] = ()

    @property
    def is_new(self) -> bool:
        return not (self.present or self.faults)

    @property
    def until(self) -> str:
        """ "đến 30/6/2025" where it joins a unit that closed, and so belongs to the structure before."""
        return last_day(self.parent) if self.parent and self.closed_on else ""


@dataclass(frozen=True)
class Verdict:
    """All rows of a sheet, in its order."""

    rows: Sequence[Judged]

    @property
    def wrong(self) -> list[Judged]:
        return [each for each in self.rows if each.faults]

    @property
    def new(self) -> list[Judged]:
        return [each for each in self.rows if each.is_new]

    @property
    def present(self) -> list[Judged]:
        return [each for each in self.rows if each.present]


# --- the sheet -------------------------------------------------------------------------------------------------------


def parents_for(account: StaffAccount) -> list[Unit]:
    """The units of the account's branch that may have grassroots unions: those that stand first, then those that ended,
    on whose structure a campaign may still run."""
    levels = PARENT_LEVELS[Level.GRASSROOTS]
    found = Unit.objects.visible_to(account).filter(level__in=levels).select_related("successor").order_by("path")
    return sorted(found.defer("search_text", "search_words"), key=lambda unit: unit.closed_on is not None)


def columns_for(parents: Sequence[Unit]) -> list[Column]:
    only = parents[0] if len(parents) == 1 else None
    optional = f"Để trống thì cổng ghi {only.short_name}." if only else "Không gộp ô: ghi ở từng dòng."
    return [
        Column(
            "parent",
            "Đơn vị cấp trên",
            f"Chọn trong danh sách của ô, hoặc ghi mã đơn vị. {optional}",
            width=44,
            is_required=only is None,
            example=label(parents[0]) if parents else "",
            choices=[label(unit) for unit in parents],
        ),
        Column(
            "name",
            "Tên công đoàn cơ sở",
            "Ghi tên đầy đủ theo quyết định thành lập.",
            width=54,
            is_required=True,
            example="Công đoàn cơ sở Công ty Cổ phần May Sông Hiếu",
        ),
        Column(
            "short_name",
            "Tên thường gọi",
            "Tên ngắn hiện trong danh sách. Để trống thì cổng viết tắt “Công đoàn cơ sở” thành “CĐCS”.",
            width=40,
            example="CĐCS May Sông Hiếu",
        ),
        Column(
            "opened_on",
            "Ngày thành lập",
            "Ngày, tháng, năm. Để trống nếu công đoàn cơ sở có từ trước.",
            width=16,
            example="20/4/2021",
        ),
        Column("document", "Văn bản", "Số quyết định thành lập.", width=26, example="QĐ 15/QĐ-LĐLĐ"),
        Column(
            "code",
            "Mã",
            "Để trống để cổng đặt. Nếu ghi: mã đơn vị cấp trên, dấu /, rồi chữ thường không dấu, số, gạch nối.",
            width=34,
            example=f"{parents[0].code}/may-song-hieu" if parents else "",
        ),
    ]


def label(unit: Unit) -> str:
    """ "LĐLĐ thành phố Đông Hà [quang-tri/dong-ha]", with its last day where it ended."""
    until = f" ({last_day(unit)})" if unit.closed_on else ""
    return f"{unit.short_name}{until} [{unit.code}]"


def template_for(account: StaffAccount) -> bytes:
    return template(columns_for(parents_for(account)), title=TITLE, explanation=EXPLANATION)


def rows_in(content: bytes, parents: Sequence[Unit]) -> list[SheetRow]:
    """Raises SheetRefused."""
    columns = columns_for(parents)
    needed = {column.name for column in columns if column.is_required}
    return rows_of(content, columns=headings(columns), most_rows=MOST_ROWS, needed=needed)


def with_faults_told(verdict: Verdict, parents: Sequence[Unit]) -> bytes:
    rows = ((each.row, each.faults) for each in verdict.rows)
    return with_faults(columns_for(parents), rows, title=TITLE, explanation=EXPLANATION)


# --- judging ---------------------------------------------------------------------------------------------------------


def judged(rows: Sequence[SheetRow], parents: Sequence[Unit], *, at: datetime) -> Verdict:
    """Every row as it would be taken now, below one of `parents`."""
    named = _Parents(parents)
    today = timezone.localdate(at)
    read = [_placed(_read(row, today=today), named) for row in rows]
    there = _Unions({each.parent for each in read if each.parent})
    codes = _codes_taken(each.code for each in read if each.code)
    return Verdict(_once(_known(each, there, codes) for each in read))


class _Parents:
    """The units a cell may mean: by code, in brackets or alone, or by a name that only one of them bears."""

    def __init__(self, parents: Sequence[Unit]) -> None:
        self.only = parents[0] if len(parents) == 1 else None
        self.by_code = {unit.code: unit for unit in parents}
        self.by_name: dict[str, list[Unit]] = defaultdict(list)
        for unit in parents:
            for name in {folded(unit.name), folded(unit.short_name)}:
                self.by_name[name].append(unit)
        self.found: dict[str, tuple[Unit | None, str]] = {}

    def named(self, cell: str) -> tuple[Unit | None, str]:
        """The unit, or what is wrong with the cell; thousands of rows name the same few."""
        if cell not in self.found:
            self.found[cell] = self._named(single_line(cell))
        return self.found[cell]

    def _named(self, cell: str) -> tuple[Unit | None, str]:
        if not cell:
            return (self.only, "") if self.only else (None, "Hãy ghi đơn vị cấp trên ở từng dòng, không gộp ô.")
        bracketed = CODE_IN_BRACKETS.search(cell)
        unit = self.by_code.get((bracketed[1] if bracketed else cell).strip().lower())
        if unit:
            return unit, ""
        so_named = [] if bracketed else self.by_name.get(folded(cell), [])
        if len(so_named) == 1:
            return so_named[0], ""
        if so_named:
            choices = "; ".join(label(each) for each in so_named[:4])
            return None, f"Có {len(so_named)} đơn vị tên này, hãy chọn một: {choices}."
        return None, NO_SUCH_PARENT


def _read(row: SheetRow, *, today: date) -> Judged:
    """The cells as values, with what is wrong with each by itself."""
    faults = []
    name, short_name = _names(row.values["name"], row.values["short_name"])
    document, code = single_line(row.values["document"]), single_line(row.values["code"]).lower()
    if not folded(name):
        faults.append("Hãy ghi tên công đoàn cơ sở.")
    elif garbled := old_font(row.values["name"]):
        faults.append(f"Tên {garbled.question}")
    told = (("Tên công đoàn cơ sở", name), ("Văn bản", document), ("Mã", code))
    faults += [f"{what} dài quá {LONGEST} ký tự." for what, value in told if len(value) > LONGEST]
    if len(name) <= LONGEST < len(short_name):
        faults.append(f"Tên thường gọi dài quá {LONGEST} ký tự.")
    if code and not re.fullmatch(CODE, code):
        faults.append("Mã chỉ gồm chữ thường không dấu, số, gạch nối và dấu /. Hãy sửa, hoặc để trống để cổng đặt.")
    opened_on = None
    if typed_day := single_line(row.values["opened_on"]):
        try:
            opened_on = days.parse(day_typed(typed_day))
        except Refused as refusal:
            faults.append(f"Ngày thành lập: {refusal.sentence}")
    if opened_on and opened_on > today:
        faults.append(f"Ngày thành lập {days.shown(opened_on)} chưa đến.")
    return Judged(
        row,
        name=name,
        short_name=short_name,
        opened_on=opened_on,
        document=document,
        code=code,
        faults=tuple(faults),
    )


def _names(typed_name: str, typed_short_name: str) -> tuple[str, str]:
    """The full name with "Công đoàn cơ sở" written out, the short one with "CĐCS", where they begin with either."""
    typed = canonical_name(typed_name)
    name = BEGINS_IN_SHORT.sub(IN_FULL, typed, count=1) if BEGINS_IN_SHORT.match(typed) else typed
    short_name = canonical_name(typed_short_name)
    if not short_name:
        short_name = BEGINS_IN_FULL.sub(IN_SHORT, name, count=1) if BEGINS_IN_FULL.match(name) else name
    return name, short_name


def _placed(each: Judged, named: _Parents) -> Judged:
    parent, fault = named.named(each.row.values["parent"])
    if parent is None:
        return _objected(each, fault)
    each = replace(each, parent=parent)
    if re.fullmatch(CODE, each.code) and not each.code.startswith(f"{parent.code}/"):
        each = _objected(each, f"Mã phải bắt đầu bằng {parent.code}/. Hãy sửa, hoặc để trống để cổng đặt.")
    if each.opened_on and parent.opened_on and each.opened_on < parent.opened_on:
        since = f"{parent.short_name} có từ ngày {days.shown(parent.opened_on)}"
        return _objected(each, f"{since}. Nếu công đoàn cơ sở có từ trước, hãy để trống ngày thành lập.")
    try:
        opened_on, closed_on = days_below(parent, opened_on=each.opened_on)
    except ChangeRefused as refusal:
        return _objected(each, refusal.sentence)
    return replace(each, opened_on=opened_on, closed_on=closed_on)


class _Unions:
    """The grassroots unions below some units, under every name they bear or bore, in two statements.

    One that ended is there still: the sheet of last year, sent again, adds nothing.
    """

    def __init__(self, parents: Iterable[Unit]) -> None:
        self.by_name: dict[tuple[str, str], tuple[str, date | None]] = {}
        self.code_of: dict[str, tuple[str, str]] = {}
        wanted = {unit.path for unit in parents}
        if not wanted:
            return
        ends = {after_branch(path) for path in wanted}
        within = Q(level=Level.GRASSROOTS, path__gte=min(wanted))
        if "" not in ends:
            within &= Q(path__lt=max(ends))
        found = Unit.objects.filter(within).order_by()
        past = UnitName.objects.filter(unit__in=found).order_by().values_list("unit__path", "name")
        for path, name in past:
            self.by_name[path[: -Unit.steplen], folded(name)] = (name, None)
        for path, code, name, closed_on in found.values_list("path", "code", "name", "closed_on").iterator():
            above = path[: -Unit.steplen]
            if above in wanted:
                self.code_of[code] = (above, name)
                self._stands(above, name, closed_on)

    def _stands(self, above: str, name: str, closed_on: date | None) -> None:
        so_named = self.by_name.get((above, folded(name)))
        if so_named is None or closed_on is None or (so_named[1] is not None and so_named[1] < closed_on):
            self.by_name[above, folded(name)] = (name, closed_on)

    def found(self, each: Judged) -> str:
        """The name of the union that is there already; "" where one that ended came before this one opened."""
        if each.parent is None:
            return ""
        above, name = self.code_of.get(each.code, ("", ""))
        if above == each.parent.path:
            return name
        name, closed_on = self.by_name.get((each.parent.path, folded(each.name)), ("", None))
        comes_later = closed_on and each.row.values["opened_on"] and each.opened_on and each.opened_on >= closed_on
        return "" if comes_later else name


def _known(each: Judged, there: _Unions, codes: set[str]) -> Judged:
    if each.parent is None or not folded(each.name):
        return each
    if present := there.found(each):
        return replace(each, present=present, faults=())
    if each.code in codes:
        return _objected(each, "Mã này đã có đơn vị khác dùng. Hãy ghi mã khác, hoặc để trống để cổng đặt.")
    return each


def _once(rows: Iterable[Judged]) -> list[Judged]:
    """A union and a code stand in a sheet once; the first row keeps them."""
    unions: dict[tuple[int, str], int] = {}
    codes: dict[str, int] = {}
    kept = []
    for each in rows:
        if each.is_new and each.parent:
            first = unions.setdefault((each.parent.pk, folded(each.name)), each.row.number)
            if first != each.row.number:
                each = _objected(each, f"Trùng với dòng {first}: cùng tên, cùng đơn vị cấp trên. Hãy bỏ một dòng.")
        if each.is_new and each.code:
            first = codes.setdefault(each.code, each.row.number)
            if first != each.row.number:
                each = _objected(each, f"Mã này đã ghi ở dòng {first}. Hãy ghi mã khác, hoặc để trống.")
        kept.append(each)
    return kept


def _codes_taken(codes: Iterable[str]) -> set[str]:
    asked = list(codes)
    return {
        code
        for start in range(0, len(asked), ASKED_AT_ONCE)
        for code in Unit.objects.filter(code__in=asked[start : start + ASKED_AT_ONCE])
        .order_by()
        .values_list("code", flat=True)
    }


def _objected(each: Judged, sentence: str) -> Judged:
    return replace(each, faults=(*each.faults, sentence))


# --- adding ----------------------------------------------------------------------------------------------------------


def add_all(sheet: Sheet, rows: Sequence[SheetRow], *, promised: int, by: StaffAccount, at: datetime) -> list[Unit]:
    """The unions of the right rows, in one transaction and once a sheet; no other act comes between."""
    try:
        with transaction.atomic():
            if not Sheet.objects.filter(pk=sheet.pk, used_at=None).update(used_at=at):
                raise SheetUsed
            lock()
            new = judged(rows, parents_for(by), at=at).new
            if len(new) != promised:
                raise ChangedMeanwhile
            return write(new, name=sheet.name, by=by, at=at)
    except IntegrityError:
        raise ChangedMeanwhile from None


def write(new: Sequence[Judged], *, name: str, by: StaffAccount, at: datetime) -> list[Unit]:
    """Under the lock of the tree, in a transaction of the caller's; `name` is that of the file."""
    units = Unit.objects.bulk_create(_units(new), batch_size=WRITTEN_AT_ONCE)
    search.learn_words(units)
    joining = Counter(each.parent for each in new if each.parent)
    for parent, number in joining.items():
        Unit.objects.filter(pk=parent.pk).update(numchild=F("numchild") + number)
        words = f"Thêm {whole(number)} công đoàn cơ sở từ tệp {name}."
        LogEntry.objects.log_actions(by.pk, [parent], CHANGE, change_message=words)
    UnitChange.objects.bulk_create(
        (
            UnitChange(
                unit=unit,
                act=Act.ADDED,
                day=unit.opened_on,
                document=each.document,
                other=each.parent,
                by=by,
                at=at,
            )
            for unit, each in zip(units, new, strict=True)
        ),
        batch_size=WRITTEN_AT_ONCE,
    )
    return units


def _units(new: Sequence[Judged]) -> list[Unit]:
    """With their places: behind the children already there, in the order of the sheet."""
    placed = [(each, each.parent) for each in new if each.parent]
    codes = free_codes([each.code or code_below(parent, each.short_name) for each, parent in placed])
    places = _Places()
    units = []
    for (each, parent), code, key in zip(placed, codes, free_keys(codes), strict=True):
        path = current_path = places.next_below(parent.path)
        if parent.closed_on:
            current_path = places.next_below(parent.current_path)
        unit = Unit(
            code=code,
            level=Level.GRASSROOTS,
            kind=KIND,
            name=each.name,
            short_name=each.short_name,
            opened_on=each.opened_on,
            opening_document=each.document,
            closed_on=each.closed_on,
            closing_document=parent.closing_document,
            succeeds_since=parent.succeeds_since,
            path=path,
            current_path=current_path,
            depth=parent.depth + 1,
            poster_key=key,
        )
        search.searchable(unit)
        units.append(unit)
    return units


class _Places:
    """Free places below many units, each asked for once: paths and present places share one space."""

    def __init__(self) -> None:
        self.free: dict[str, Iterator[str]] = {}

    def next_below(self, above: str) -> str:
        if above not in self.free:
            self.free[above] = free_places(above)
        return next(self.free[above])
