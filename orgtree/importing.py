"""Bringing units in from a CSV file: everything is checked before anything is written, and all faults are told at once.

A file only adds. A unit that is there already must be as the file says, today or under one of its past names: renames,
moves and mergers are dated acts, not imports. So a file can be imported again at any time and changes nothing.
"""

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from pathlib import Path

from django.db import IntegrityError, transaction
from django.db.models import F

from orgtree import search
from orgtree.changes import lock, take_time
from orgtree.changing.successors import find_anew
from orgtree.csv_rows import Row, rows_of
from orgtree.models import Level, Unit, UnitAlias, UnitName
from orgtree.models.unit import CODE, PARENT_LEVELS, poster_key
from portal.vietnamese import formats

UNIT_COLUMNS = {
    "code": "mã đơn vị",
    "parent_code": "mã đơn vị cấp trên",
    "level": "cấp",
    "kind": "loại hình",
    "name": "tên đầy đủ",
    "short_name": "tên thường gọi",
    "admin_code": "mã hành chính",
    "source_id": "nguồn",
}
ALIAS_COLUMNS = {"code": "mã đơn vị", "alias": "cách gọi khác", "note": "ghi chú"}
MAY_BE_EMPTY = {"parent_code", "admin_code", "note"}
_READ = (
    *("pk", "code", "level", "path", "current_path", "name", "short_name", "kind", "admin_code", "source"),
    *("opened_on", "closed_on", "closing_document", "succeeds_since", "poster_key"),
)
_WRITTEN_AT_ONCE = 1000
LEVELS = frozenset(Level.values)  # Level.values is made anew at every look
ALIASES_BESIDE = "name-aliases.csv"
SOURCES_BESIDE = "sources.csv"


class ImportRefused(Exception):
    """Nothing was imported. `faults` holds one sentence for each thing to put right."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = list(faults)


@dataclass(frozen=True)
class ImportResult:
    """What an import did, or under `dry_run` would do."""

    dry_run: bool
    present: int
    added: Mapping[str, int] = field(default_factory=dict)
    aliases_added: int = 0
    kept_as_they_are: int = 0

    @property
    def units_added(self) -> int:
        return sum(self.added.values())

    @property
    def sentence(self) -> str:
        kept = ""
        if self.kept_as_they_are:
            kept = (
                f" {formats.whole(self.kept_as_they_are)} đơn vị có loại hình, mã hành chính hoặc nguồn "
                "khác trong tệp: giữ như đang có."
            )
        if not self.units_added and not self.aliases_added:
            return f"Không có gì thay đổi: {formats.whole(self.present)} đơn vị.{kept}"
        parts = []
        if self.units_added:
            levels = "; ".join(f"{formats.whole(number)} {Level(level).label}" for level, number in self.added.items())
            parts.append(f"{formats.whole(self.units_added)} đơn vị ({levels})")
        if self.aliases_added:
            parts.append(f"{formats.whole(self.aliases_added)} cách gọi khác")
        already = f"; {formats.whole(self.present)} đơn vị trong tệp đã có từ trước" if self.present else ""
        return f"{'Sẽ thêm' if self.dry_run else 'Đã thêm'} {' và '.join(parts)}{already}.{kept}"


@dataclass(frozen=True)
class Known:
    """A unit that was in the tree before."""

    pk: int
    code: str
    level: str
    path: str
    current_path: str
    names: frozenset[tuple[str, str]]
    described: tuple[str, str, str]
    opened_on: date | None
    closed_on: date | None
    closing_document: str
    succeeds_since: date | None

    @property
    def is_renamed(self) -> bool:
        return len(self.names) > 1


def import_units(path: str | Path, *, aliases_path: str | Path | None = None, dry_run: bool = False) -> ImportResult:
    """Adds the units of `path` and the aliases of `aliases_path` (by default the file beside it, if there is one).

    Raises ImportRefused with every fault, and then nothing has been written.
    """
    path = Path(path)
    beside = path.parent / ALIASES_BESIDE
    aliases_file = Path(aliases_path) if aliases_path else (beside if beside.exists() else None)
    faults: list[str] = []
    rows = list(rows_of(path, UNIT_COLUMNS, faults, may_be_empty=MAY_BE_EMPTY))
    alias_rows = []
    if aliases_file:
        alias_rows = list(rows_of(aliases_file, ALIAS_COLUMNS, faults, may_be_empty=MAY_BE_EMPTY, named=True))
    faults += _unknown_sources(rows, path.parent / SOURCES_BESIDE)
    try:
        with transaction.atomic():
            lock()
            take_time()
            tree = _Tree()
            faults += _faults_of(rows, tree)
            faults += _faults_of_aliases(alias_rows, rows, tree, aliases_file)
            if faults:
                raise ImportRefused(sorted(faults, key=_place))
            return _write(rows, alias_rows, tree, dry_run=dry_run)
    except IntegrityError:
        raise ImportRefused(["Cây đơn vị vừa được người khác thay đổi. Hãy nhập lại."]) from None


class _Tree:
    """What stands in the database, read once (two statements more for past names and aliases)."""

    def __init__(self) -> None:
        past: dict[int, set[tuple[str, str]]] = defaultdict(set)
        for unit_id, name, short_name in UnitName.objects.values_list("unit_id", "name", "short_name"):
            past[unit_id].add((name, short_name))
        self.units: dict[str, Known] = {}
        self.poster_keys: set[str] = set()
        self.last_child: dict[str, str] = {}
        self.root = ""
        for row in Unit.objects.order_by("path").values_list(*_READ, named=True):
            self.units[row.code] = Known(
                pk=row.pk,
                code=row.code,
                level=row.level,
                path=row.path,
                current_path=row.current_path,
                names=frozenset(past[row.pk] | {(row.name, row.short_name)}),
                described=(row.kind, row.admin_code, row.source),
                opened_on=row.opened_on,
                closed_on=row.closed_on,
                closing_document=row.closing_document,
                succeeds_since=row.succeeds_since,
            )
            self.poster_keys.add(row.poster_key)
            self._take(row.path)
            self._take(row.current_path)
            if row.level == Level.CONFEDERATION:
                self.root = row.code
        self.aliases: dict[int, set[str]] = defaultdict(set)
        for unit_id, alias in UnitAlias.objects.values_list("unit_id", "alias"):
            self.aliases[unit_id].add(alias)

    def next_place(self, above: str) -> str:
        """The place behind the last one below `above`, now taken."""
        last = self.last_child.get(above, "")
        step = Unit._str2int(last[-Unit.steplen :]) + 1 if last else 1
        place = Unit._get_path(above, len(above) // Unit.steplen + 1, step)
        self.last_child[above] = place
        return place

    def _take(self, place: str) -> None:
        above = place[: -Unit.steplen]
        if place > self.last_child.get(above, ""):
            self.last_child[above] = place

    def next_key(self, code: str) -> str:
        """A free poster key for `code`, now taken."""
        key = next(key for attempt in count() if (key := poster_key(code, attempt=attempt)) not in self.poster_keys)
        self.poster_keys.add(key)
        return key


# --- judging ---------------------------------------------------------------------------------------------------------


def _unknown_sources(rows: Sequence[Row], listed_in: Path) -> list[str]:
    """Sources that the list beside the file does not know; without a list any will do."""
    if not listed_in.exists():
        return []
    try:
        with listed_in.open(encoding="utf-8-sig", newline="") as opened:
            known = {row.get("source_id") for row in csv.DictReader(opened)}
    except (OSError, UnicodeDecodeError, csv.Error):
        return [f"Không đọc được tệp {listed_in.name}."]
    return [
        f"dòng {row.line}: nguồn {source or '(trống)'} không có trong {listed_in.name}."
        for row in rows
        if "source_id" not in row.wrong
        for source in row["source_id"].split(";")
        if source not in known
    ]


def _faults_of(rows: Sequence[Row], tree: _Tree) -> list[str]:
    by_code: dict[str, Row] = {}
    for row in rows:
        by_code.setdefault(row["code"], row)
    faults = []
    named: dict[tuple[str, str], Row] = {}
    for row in rows:
        faults += [f"dòng {row.line}: {what}" for what in _faults_of_unit(row, by_code, tree)]
        first = named.setdefault((row["parent_code"], row["name"]), row)
        if first["code"] != row["code"] and not row.wrong & {"name", "parent_code"}:
            faults.append(f"dòng {row.line}: trùng tên với dòng {first.line}, cùng một đơn vị cấp trên.")
    roots = [row for row in rows if row["level"] == Level.CONFEDERATION]
    first_root = tree.root or (roots[0]["code"] if roots else "")
    faults += [
        f"dòng {row.line}: chỉ có một đơn vị cấp Tổng Liên đoàn, là {first_root}."
        for row in roots
        if row["code"] != first_root
    ]
    return faults


def _faults_of_unit(row: Row, by_code: Mapping[str, Row], tree: _Tree) -> Iterator[str]:
    code, parent_code, level = row["code"], row["parent_code"], row["level"]
    if "code" in row.wrong:
        return
    if by_code[code] is not row:
        yield f"mã {code} đã có ở dòng {by_code[code].line}."
    if not re.fullmatch(CODE, code):
        yield f"mã {code} không đúng: chỉ gồm chữ thường không dấu, số, gạch nối, và dấu / sau mã đơn vị cấp trên."
    elif code not in tree.units and "/" in code and code.rpartition("/")[0] != parent_code:
        yield f"mã {code} phải bắt đầu bằng mã đơn vị cấp trên ({parent_code or 'đang để trống'})."
    if "level" in row.wrong:
        return
    if level not in LEVELS:
        yield f"không có cấp {level}; các cấp là {', '.join(Level.values)}."
        return
    if "parent_code" not in row.wrong:
        yield from _faults_of_parent(parent_code, level, by_code, tree)
    if code in tree.units and not row.wrong:
        yield from _contradictions(row, tree.units[code], tree)


def _faults_of_parent(parent_code: str, level: str, by_code: Mapping[str, Row], tree: _Tree) -> Iterator[str]:
    if not PARENT_LEVELS[level]:
        if parent_code:
            yield "Tổng Liên đoàn không có đơn vị cấp trên."
        return
    if not parent_code:
        yield "mã đơn vị cấp trên để trống."
        return
    known = tree.units.get(parent_code)
    parent_level = known.level if known else by_code[parent_code]["level"] if parent_code in by_code else None
    if parent_level is None:
        yield f"không có đơn vị cấp trên {parent_code}, cả trong tệp lẫn trong cây đơn vị."
    elif parent_level in LEVELS and parent_level not in PARENT_LEVELS[level]:
        labels = Level(level).label, Level(parent_level).label
        yield f"đơn vị cấp trên {parent_code} không đúng cấp: {labels[0]} không thuộc {labels[1]}."


def _contradictions(row: Row, known: Known, tree: _Tree) -> Iterator[str]:
    if (row["name"], row["short_name"]) not in known.names:
        yield f"{known.code} đang mang tên khác. Đổi tên có ngày và văn bản, hãy làm ở trang quản trị."
    if row["level"] != known.level:
        yield f"{known.code} đang ở cấp {Level(known.level).label}; nhập tệp không đổi được cấp."
    parent = tree.units.get(row["parent_code"])
    if (parent.path if parent else "") != known.path[: -Unit.steplen]:
        yield f"{known.code} đang thuộc đơn vị khác. Chuyển đơn vị có ngày và văn bản, hãy làm ở trang quản trị."


def _faults_of_aliases(
    alias_rows: Sequence[Row], rows: Sequence[Row], tree: _Tree, aliases_file: Path | None
) -> list[str]:
    if aliases_file is None:
        return []
    codes = {row["code"] for row in rows}
    faults = []
    seen: dict[tuple[str, str], int] = {}
    for row in alias_rows:
        place = f"{aliases_file.name}, dòng {row.line}: "
        if row.wrong:
            continue
        if row["code"] not in codes and row["code"] not in tree.units:
            faults.append(f"{place}không có đơn vị {row['code']}.")
        first = seen.setdefault((row["code"], row["alias"]), row.line)
        if first != row.line:
            faults.append(f"{place}đã có ở dòng {first}.")
    return faults


def _place(fault: str) -> tuple[str, int]:
    """Faults of the file in the order of its lines, then those of the file beside it."""
    found = re.match(r"(.*?)dòng ([0-9]+)", fault)
    return (found[1], int(found[2])) if found else ("", 0)


# --- writing ---------------------------------------------------------------------------------------------------------


def _write(rows: Sequence[Row], alias_rows: Sequence[Row], tree: _Tree, *, dry_run: bool) -> ImportResult:
    new_rows = [row for row in rows if row["code"] not in tree.units]
    new_aliases = [
        row
        for row in alias_rows
        if row["code"] not in tree.units or row["alias"] not in tree.aliases[tree.units[row["code"]].pk]
    ]
    added = Counter(row["level"] for row in new_rows)
    result = ImportResult(
        dry_run=dry_run,
        present=len(rows) - len(new_rows),
        added={level: added[level] for level in Level.values if added[level]},
        aliases_added=len(new_aliases),
        kept_as_they_are=sum(
            (row["kind"], row["admin_code"], row["source_id"]) != tree.units[row["code"]].described
            for row in rows
            if row["code"] in tree.units and not tree.units[row["code"]].is_renamed
        ),
    )
    if dry_run:
        return result
    called: dict[str, list[str]] = defaultdict(list)
    for row in new_aliases:
        called[row["code"]].append(row["alias"])
    units = _placed(new_rows, called, tree)
    Unit.objects.bulk_create(units, batch_size=_WRITTEN_AT_ONCE)
    _count_new_children(units)
    search.learn_words(units)
    pks = {unit.code: unit.pk for unit in units} | {code: known.pk for code, known in tree.units.items()}
    UnitAlias.objects.bulk_create(
        UnitAlias(unit_id=pks[row["code"]], alias=row["alias"], note=row["note"]) for row in new_aliases
    )
    for unit in Unit.objects.filter(code__in=called.keys() & tree.units.keys()):
        find_anew(unit)
    return result


def _placed(new_rows: Sequence[Row], called: Mapping[str, Sequence[str]], tree: _Tree) -> list[Unit]:
    """New units with their places: below each parent in the order of the file, behind the children already there.

    What joins a unit that closed belongs to the old structure: it closed with it, and has a present place of its own.
    """
    below: dict[str, list[Row]] = defaultdict(list)
    for row in new_rows:
        below[row["parent_code"]].append(row)
    new_codes = {row["code"] for row in new_rows}
    waiting: list[tuple[str, Known | Unit | None]] = [
        (code, tree.units.get(code)) for code in below if code not in new_codes
    ]
    placed = []
    while waiting:
        parent_code, parent = waiting.pop()
        for row in below[parent_code]:
            unit = _below(parent, row, tree)
            unit.numchild = len(below.get(unit.code, ()))
            search.searchable(unit, other_names=called.get(unit.code, ()))
            placed.append(unit)
            if unit.code in below:
                waiting.append((unit.code, unit))
    return sorted(placed, key=lambda unit: unit.path)


def _below(parent: Known | Unit | None, row: Row, tree: _Tree) -> Unit:
    path = current_path = tree.next_place(parent.path if parent else "")
    unit = Unit(
        code=row["code"],
        level=row["level"],
        kind=row["kind"],
        name=row["name"],
        short_name=row["short_name"],
        admin_code=row["admin_code"],
        source=row["source_id"],
        depth=len(path) // Unit.steplen,
        poster_key=tree.next_key(row["code"]),
    )
    if parent:
        unit.opened_on, unit.succeeds_since = parent.opened_on, parent.succeeds_since
        unit.closed_on, unit.closing_document = parent.closed_on, parent.closing_document
        if parent.current_path != parent.path:
            current_path = tree.next_place(parent.current_path)
    unit.path, unit.current_path = path, current_path
    return unit


def _count_new_children(units: Sequence[Unit]) -> None:
    new = {unit.path for unit in units}
    joining = Counter(above for unit in units if (above := unit.path[: -Unit.steplen]) and above not in new)
    for path, number in joining.items():
        Unit.objects.filter(path=path).update(numchild=F("numchild") + number)
