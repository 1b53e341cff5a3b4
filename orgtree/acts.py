"""A file of dated acts upon the tree, done in the order of their days: all of them, or none and every fault told at once.

An act that was done already (the same unit, act and day) is passed over, so a file can be applied again at any time.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from django.db import transaction

from orgtree import changes
from orgtree.changes import ChangeRefused, NewUnit, Order
from orgtree.csv_rows import Row, rows_of
from orgtree.models import Act, Level, StaffAccount, Unit, UnitChange
from portal.vietnamese import days, formats

COLUMNS = {
    "day": "ngày",
    "act": "việc",
    "unit": "mã đơn vị",
    "parent": "mã đơn vị cấp trên",
    "into": "mã đơn vị kế thừa",
    "level": "cấp",
    "kind": "loại hình",
    "name": "tên đầy đủ",
    "short_name": "tên thường gọi",
    "admin_code": "mã hành chính",
    "ending": "các cấp kết thúc theo",
    "document": "văn bản",
    "source": "nguồn",
}
ALWAYS = {"day", "act", "unit"}
NOTES = {"document", "source"}
# What each act needs, and what it may have besides.
NEEDED: dict[str, set[str]] = {
    Act.ADDED: {"parent", "level", "name", "short_name"},
    Act.RENAMED: {"name", "short_name"},
    Act.MOVED: {"parent"},
    Act.MERGED: {"into"},
    Act.CLOSED: set(),
    Act.CALLED: {"name"},
}
POSSIBLE: dict[str, set[str]] = {
    Act.ADDED: {"kind", "admin_code"},
    Act.RENAMED: {"kind"},
    Act.MOVED: {"into", "level", "name", "short_name"},
    Act.MERGED: {"ending"},
    Act.CLOSED: {"parent", "ending"},
    Act.CALLED: set(),
}


class ActsRefused(Exception):
    """Nothing was done. `faults` holds one sentence for each thing to put right."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = list(faults)


@dataclass(frozen=True)
class ActsResult:
    """What was done, or under `dry_run` would be, by act; how many had been done before, and how many are still ahead."""

    dry_run: bool
    done: Mapping[str, int] = field(default_factory=dict)
    done_before: int = 0
    ahead: int = 0

    @property
    def sentence(self) -> str:
        before = f"{formats.whole(self.done_before)} việc đã làm từ trước" if self.done_before else ""
        ahead = f"{formats.whole(self.ahead)} việc chưa đến ngày" if self.ahead else ""
        if not self.done:
            rest = "; ".join(part for part in (before, ahead) if part)
            return f"Không có việc nào mới{f': {rest}' if rest else ''}."
        acts = "; ".join(f"{formats.whole(number)} {Act(act).label.lower()}" for act, number in self.done.items())
        whole = f"{formats.whole(sum(self.done.values()))} việc ({acts})"
        return (
            "; ".join(part for part in (f"{'Sẽ làm' if self.dry_run else 'Đã làm'} {whole}", before, ahead) if part)
            + "."
        )


@dataclass(frozen=True)
class _Act:
    """One line, read."""

    row: Row
    day: date

    @property
    def key(self) -> tuple[str, str, date, str]:
        return (self.row["unit"], self.row["act"], self.day, self.row["name"] if self.row["act"] == Act.CALLED else "")

    @property
    def units(self) -> set[str]:
        return {self.row[column] for column in ("unit", "parent", "into") if self.row[column]}

    @property
    def ending(self) -> frozenset[str]:
        return frozenset(level for level in self.row["ending"].split(";") if level)


def apply_acts(
    path: str | Path, *, at: datetime, by: StaffAccount | None = None, until: date | None = None, dry_run: bool = False
) -> ActsResult:
    """Does every act of the file up to `until` that was not done before; raises ActsRefused, and then did none."""
    faults: list[str] = []
    blamed: set[str] = set()
    acts = []
    for row in rows_of(Path(path), COLUMNS, faults, may_be_empty=COLUMNS.keys() - ALWAYS):
        act = _read(row, faults)
        if act is None:
            blamed.add(row["unit"])
        else:
            acts.append(act)
    due = sorted((act for act in acts if until is None or act.day <= until), key=lambda act: act.day)
    done: Counter[str] = Counter()
    with transaction.atomic():
        changes.lock()
        changes.take_time()
        before = _done_before()
        new = [act for act in due if act.key not in before]
        for act in new:
            if act.units & blamed:
                continue
            try:
                _do(act, new, Order(day=act.day, document=act.row["document"], by=by, at=at))
                done[act.row["act"]] += 1
            except ChangeRefused as refused:
                blamed.add(act.row["unit"])
                faults.append(f"dòng {act.row.line}: {refused.sentence}")
        if faults:
            raise ActsRefused(sorted(faults, key=_line))
        transaction.set_rollback(dry_run)
    return ActsResult(
        dry_run=dry_run,
        done={act: done[act] for act in Act.values if done[act]},
        done_before=len(due) - len(new),
        ahead=len(acts) - len(due),
    )


def _read(row: Row, faults: list[str]) -> _Act | None:
    """The line as an act; None when something is wrong with it already."""
    if row.wrong:
        return None
    wrong = []
    act = row["act"]
    if act not in Act.values:
        wrong.append(f"không có việc {act}; các việc là {', '.join(Act.values)}.")
    else:
        filled = {column for column in COLUMNS if row[column]}
        wrong += [f"{COLUMNS[column]} để trống." for column in COLUMNS if column in NEEDED[act] - filled]
        known = ALWAYS | NOTES | NEEDED[act] | POSSIBLE[act]
        wrong += [
            f"{COLUMNS[column]} không dùng cho việc {act}, hãy để trống."
            for column in COLUMNS
            if column in filled - known
        ]
    wrong += [
        f"không có cấp {level}; các cấp là {', '.join(Level.values)}."
        for level in (row["level"], *row["ending"].split(";"))
        if level and level not in Level.values
    ]
    try:
        day = days.parse(row["day"])
    except days.DayRefused as refused:
        wrong.append(f"{COLUMNS['day']} {row['day']} không đúng. {refused}")
    faults += [f"dòng {row.line}: {what}" for what in wrong]
    return None if wrong else _Act(row, day)


def _done_before() -> Collection[tuple[str, str, date | None, str]]:
    return {
        (code, act, day, detail if act == Act.CALLED else "")
        for code, act, day, detail in UnitChange.objects.order_by().values_list("unit__code", "act", "day", "detail")
    }


def _do(act: _Act, all_: Sequence[_Act], order: Order) -> None:
    _DO[act.row["act"]](act, all_, order)


def _add(act: _Act, all_: Sequence[_Act], order: Order) -> None:
    row = act.row
    code = row["unit"]
    merging = [
        one.row["unit"]
        for one in all_
        if one.day == act.day and one.row["act"] == Act.MERGED and one.row["into"] == code
    ]
    new = NewUnit(
        code=code,
        level=row["level"],
        kind=row["kind"],
        name=row["name"],
        short_name=row["short_name"],
        admin_code=row["admin_code"],
        source=row["source"],
    )
    changes.add(_unit(row["parent"]), new, order=order, instead_of=list(Unit.objects.filter(code__in=merging)))


def _rename(act: _Act, all_: Sequence[_Act], order: Order) -> None:
    row = act.row
    changes.rename(_unit(row["unit"]), name=row["name"], short_name=row["short_name"], kind=row["kind"], order=order)


def _move(act: _Act, all_: Sequence[_Act], order: Order) -> None:
    row = act.row
    changes.move(
        _unit(row["unit"]),
        to=_unit(row["parent"]),
        order=order,
        code=row["into"],
        level=row["level"],
        name=row["name"],
        short_name=row["short_name"],
    )


def _merge(act: _Act, all_: Sequence[_Act], order: Order) -> None:
    changes.merge(_unit(act.row["unit"]), into=_unit(act.row["into"]), order=order, ending=act.ending)


def _close(act: _Act, all_: Sequence[_Act], order: Order) -> None:
    home = _unit(act.row["parent"]) if act.row["parent"] else None
    changes.close(_unit(act.row["unit"]), order=order, children_to=home, ending=act.ending)


def _call(act: _Act, all_: Sequence[_Act], order: Order) -> None:
    changes.call_also(_unit(act.row["unit"]), act.row["name"], order=order)


_DO: dict[str, Callable[[_Act, Sequence[_Act], Order], None]] = {
    Act.ADDED: _add,
    Act.RENAMED: _rename,
    Act.MOVED: _move,
    Act.MERGED: _merge,
    Act.CLOSED: _close,
    Act.CALLED: _call,
}


def _unit(code: str) -> Unit:
    unit = Unit.objects.filter(code=code).first()
    if unit is None:
        raise ChangeRefused(f"không có đơn vị {code}.")
    return unit


def _line(fault: str) -> int:
    """Faults in the order of the lines; what is said of the whole file first."""
    number = fault.removeprefix("dòng ").partition(":")[0]
    return int(number) if number.isdecimal() else 0
