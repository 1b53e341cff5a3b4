"""Targets in Excel: the sheet of a unit with what is set, and what a sheet that comes back would change, row by row.

An empty cell changes nothing: columns and rows may be left out. What is to be taken back says so ("bỏ"). The page before the
button and the button ask the same `judged`.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core import signing
from django.core.exceptions import ValidationError

from initiatives.models import Campaign, Target
from initiatives.progress import targets
from initiatives.progress.target_setting import CountWanted, Wanted, differences
from initiatives.progress.targets import WHOLE, When
from orgtree.models import StaffAccount, Unit
from portal.sheets.files import SheetRefused
from portal.sheets.reading import SheetRow, day_typed, table_of
from portal.sheets.writing import Column, headings, template, with_faults
from portal.vietnamese import days
from portal.vietnamese.fields import WholeField
from portal.vietnamese.formats import whole
from portal.vietnamese.text import folded, single_line

TITLE = "Chỉ tiêu"
MOST_ROWS = 2_000
MOST_KEPT = 700_000  # characters of a sheet between its two pages; a request may hold a megabyte
MOST = 100_000_000
KEPT_FOR = 24 * 3600  # seconds
TAKES_BACK = {"bo", "xoa"}
CODE, UNIT, COUNT, DUE, DOCUMENT = "code", "unit", "count", "due_on", "document"
NUMBER: Any = WholeField(required=False)
NO_NUMBER = "hãy ghi một số, ví dụ 3.000, hoặc “bỏ”."
EXPLANATION = (
    "Mỗi dòng là một đơn vị ngay dưới đơn vị giao chỉ tiêu. Giữ nguyên dòng tên cột và cột mã đơn vị.",
    "Ô để trống: giữ nguyên số đang có. Muốn bỏ một chỉ tiêu, ghi “bỏ” vào ô.",
    "Gửi tệp lên rồi xem lại từng dòng: chỉ khi bạn bấm nút, cổng mới ghi. Gửi lại cùng một tệp không làm đổi gì.",
)


@dataclass(frozen=True)
class Judged:
    """What a row would do: change something (`changes` say what), nothing, or be put right first."""

    row: SheetRow
    unit: Unit | None = None
    wanted: tuple[Wanted, ...] = ()
    counts: tuple[CountWanted, ...] = ()
    changes: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()

    @property
    def named(self) -> str:
        """The unit, or what the row calls it."""
        return str(self.unit or self.row.values.get(UNIT) or self.row.values.get(CODE) or "")


@dataclass(frozen=True)
class Verdict:
    """All rows of a sheet, in its order."""

    rows: Sequence[Judged]

    @property
    def wrong(self) -> list[Judged]:
        return [each for each in self.rows if each.faults]

    @property
    def changing(self) -> list[Judged]:
        return [each for each in self.rows if each.changes and not each.faults]

    @property
    def same(self) -> list[Judged]:
        return [each for each in self.rows if not each.changes and not each.faults]

    @property
    def wanted(self) -> list[Wanted]:
        return [wanted for each in self.changing for wanted in each.wanted]

    @property
    def counts(self) -> list[CountWanted]:
        return [count for each in self.changing for count in each.counts]

    @property
    def promise(self) -> str:
        """What the button does: another text where something changed meanwhile."""
        told = [(each.row.number, each.changes) for each in self.changing]
        return hashlib.sha256(repr(told).encode()).hexdigest()


# --- out --------------------------------------------------------------------------------------------------------------


def columns_for(whens: Sequence[When]) -> list[Column]:
    parts = [
        Column(when.key, when.label, f"Chỉ tiêu của {when.label}. Để trống: giữ nguyên.", width=15, example="750")
        for when in whens
        if not when.is_whole
    ]
    return [
        Column(
            CODE, "Mã đơn vị", "Giữ nguyên như tệp mẫu.", width=34, is_required=True, example="ninh-thuan/cd-giao-duc"
        ),
        Column(UNIT, "Đơn vị", "Để đọc; cổng tìm theo mã đơn vị.", width=44),
        Column(COUNT, "Số CĐCS", "Số công đoàn cơ sở đơn vị có, nếu chưa có đủ trên cổng.", width=12, example="120"),
        Column(WHOLE.key, WHOLE.label, "Chỉ tiêu của cả chương trình: 3.000 hoặc 3000.", width=16, example="3.000"),
        Column(DUE, "Đến hết ngày", "Ngày cuối phải đạt chỉ tiêu cả chương trình.", width=16, example="10/10/2021"),
        Column(
            DOCUMENT, "Số văn bản giao", "Ghi cho các chỉ tiêu có thay đổi ở dòng này.", width=24, example="12/KH-LĐLĐ"
        ),
        *parts,
    ]


def template_for(campaign: Campaign, host: Unit) -> bytes:
    """The units directly below `host` with everything that is set: four statements."""
    whens = targets.periods(campaign)
    units = list(targets.receivers(campaign, host))
    keys = [unit.pk for unit in units]
    stored, declared = targets.of_units(campaign, keys), targets.counts_of(campaign, keys)
    rows = [_filled(unit, stored.get(unit.pk, {}), declared.get(unit.pk)) for unit in units]
    explanation = (f"{campaign.name}: chỉ tiêu do {host} giao.", *EXPLANATION)
    return template(columns_for(whens), title=TITLE, explanation=explanation, rows=rows)


def _filled(unit: Unit, stored: Mapping[When, Target], declared: int | None) -> dict[str, str]:
    row = {when.key: whole(target.quantity) for when, target in stored.items()}
    row |= {CODE: unit.code, UNIT: str(unit), COUNT: whole(declared) if declared else ""}
    if target := stored.get(WHOLE):
        row |= {DUE: days.shown(target.due_on) if target.due_on else "", DOCUMENT: target.document}
    return row


def with_faults_told(verdict: Verdict, campaign: Campaign) -> bytes:
    """The same sheet with what to put right in front of each row."""
    columns = columns_for(targets.periods(campaign))
    blank = dict.fromkeys((column.name for column in columns), "")
    rows = ((SheetRow(each.row.number, blank | dict(each.row.values)), each.faults) for each in verdict.rows)
    return with_faults(columns, rows, title=TITLE, explanation=EXPLANATION)


# --- in ---------------------------------------------------------------------------------------------------------------


def rows_in(content: bytes, campaign: Campaign) -> list[SheetRow]:
    """What was typed, without the empty cells. Raises SheetRefused."""
    columns = columns_for(targets.periods(campaign))
    asked = headings(columns)
    table = table_of(
        content, columns=asked, most_rows=MOST_ROWS, needed=[CODE], telling=asked.keys() - {CODE, UNIT}, longest=200
    )
    return [SheetRow(row.number, {name: text for name, text in row.values.items() if text}) for row in table.rows]


def kept(rows: Sequence[SheetRow], *, account: StaffAccount, campaign: Campaign, host: Unit) -> str:
    """The rows as a text the page keeps until its button: nobody else's, for nothing else. Raises SheetRefused."""
    told = signing.dumps(
        [[row.number, dict(row.values)] for row in rows], salt=_salt(account, campaign, host), compress=True
    )
    if len(told) > MOST_KEPT:
        raise SheetRefused("Tệp có quá nhiều chữ. Hãy chia thành nhiều tệp, giữ cột mã đơn vị ở mỗi tệp.")
    return told


def kept_rows(told: str, *, account: StaffAccount, campaign: Campaign, host: Unit) -> list[SheetRow]:
    """Raises SheetRefused where it is too old, or nothing of ours."""
    try:
        rows = signing.loads(told, salt=_salt(account, campaign, host), max_age=KEPT_FOR)
    except signing.BadSignature:
        raise SheetRefused("Trang xem trước đã cũ. Hãy gửi lại tệp.") from None
    return [SheetRow(number, values) for number, values in rows]


def _salt(account: StaffAccount, campaign: Campaign, host: Unit) -> str:
    return f"targets:{account.pk}:{campaign.pk}:{host.pk}"


def judged(rows: Sequence[SheetRow], campaign: Campaign, host: Unit) -> Verdict:
    """What each row would do: four statements however many there are."""
    whens = targets.periods(campaign)
    units = {unit.code: unit for unit in targets.receivers(campaign, host)}
    keys = [unit.pk for unit in units.values()]
    stored, declared = targets.of_units(campaign, keys), targets.counts_of(campaign, keys)
    first: dict[str, int] = {}
    found = []
    for row in rows:
        code = single_line(row.values.get(CODE, ""))
        unit = units.get(code)
        if not code:
            faults = ("Ghi mã đơn vị như trong tệp mẫu.",)
        elif unit is None:
            faults = (f"Không có đơn vị mang mã này ở ngay dưới {host} trong chương trình.",)
        elif first.setdefault(code, row.number) != row.number:
            faults = (f"Đơn vị này đã có ở dòng {first[code]}. Hãy bỏ một dòng.",)
        else:
            found.append(_Row(row, unit, whens, stored.get(unit.pk, {}), declared.get(unit.pk)).judged())
            continue
        found.append(Judged(row, unit, faults=faults))
    return Verdict(found)


class _Row:
    """One row beside what stands for its unit."""

    def __init__(
        self, row: SheetRow, unit: Unit, whens: Sequence[When], stored: Mapping[When, Target], declared: int | None
    ) -> None:
        self.row, self.unit, self.whens, self.stored, self.declared = row, unit, whens, stored, declared
        self.faults: list[str] = []
        self.wanted: list[Wanted] = []
        self.changes: list[str] = []

    def judged(self) -> Judged:
        due_on, document = self.due_on(), single_line(self.row.values.get(DOCUMENT, ""))
        if len(document) > 100:
            self.faults.append("Số văn bản giao: tối đa 100 ký tự.")
        for when in self.whens:
            self.weigh(when, due_on=due_on, document=document)
        counts = self.count()
        return Judged(self.row, self.unit, tuple(self.wanted), tuple(counts), tuple(self.changes), tuple(self.faults))

    def weigh(self, when: When, *, due_on: date | None, document: str) -> None:
        """The day and the document as well belong to the whole; a part that changes gets the document."""
        target = self.stored.get(when)
        typed, quantity = self.number(when.key, when.label)
        if not typed:
            quantity = target.quantity if target else None
        is_same = quantity == (target.quantity if target else None)
        if is_same and not (when.is_whole and target):
            if when.is_whole and due_on and not self.faults:
                self.faults.append("Đến hết ngày: ghi chỉ tiêu cả chương trình trước.")
            return
        wanted = Wanted(
            self.unit.pk,
            when,
            quantity,
            due_on=(due_on if when.is_whole else None) or (target.due_on if target else None),
            document=document or (target.document if target else ""),
            seen=(target.quantity if target else None,),
        )
        if target is None:
            said = f"giao {whole(quantity or 0)}"
        else:
            said = f"bỏ {whole(target.quantity)}" if quantity is None else differences(target, wanted)
        if said:
            self.wanted.append(wanted)
            self.changes.append(f"{when.label}: {said}")

    def count(self) -> list[CountWanted]:
        typed, number = self.number(COUNT, "Số CĐCS")
        if not typed or number == self.declared:
            return []
        self.changes.append(f"Số CĐCS: {'bỏ' if number is None else whole(number)}")
        return [CountWanted(self.unit.pk, number, seen=(self.declared,))]

    def number(self, name: str, label: str) -> tuple[str, int | None]:
        """What was typed and what it comes to; None where it is taken back, or is no number (a fault then)."""
        typed = single_line(self.row.values.get(name, ""))
        if not typed or folded(typed) in TAKES_BACK:
            return typed, None
        try:
            number = NUMBER.clean(typed)
        except ValidationError:
            number = None
        if number is None:
            self.faults.append(f"{label}: {NO_NUMBER}")
        elif not 1 <= number <= MOST:
            self.faults.append(f"{label}: số từ 1 đến {whole(MOST)}; muốn bỏ thì ghi “bỏ”.")
            number = None
        return typed, number

    def due_on(self) -> date | None:
        typed = single_line(self.row.values.get(DUE, ""))
        if not typed:
            return None
        try:
            return days.parse(day_typed(typed))
        except days.DayRefused as refusal:
            self.faults.append(f"Đến hết ngày: {refusal.sentence}")
            return None
