"""Bringing units in from a CSV file: everything is checked before anything is written, and all faults are told at once.

A file only adds. A unit that is there already must be as the file says, today or under one of its past names: renames,
moves and mergers are dated acts, not imports. So a file can be imported again at any time and changes nothing.
"""

import csv
import io
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from django.db import IntegrityError, transaction

from orgtree.models import Level, Unit, UnitAlias, UnitName
from orgtree.models.unit import CODE, PARENT_LEVELS, as_search_text, poster_key, search_text
from portal.vietnamese import days, formats
from portal.vietnamese.names import canonical_name
from portal.vietnamese.text import folded, single_line

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
NAMES = {"name", "short_name", "alias"}
LIMITS = {
    "code": 200,
    "kind": 40,
    "name": 200,
    "short_name": 200,
    "admin_code": 10,
    "source_id": 200,
    "alias": 200,
    "note": 200,
}
_READ = (
    *("pk", "code", "level", "path", "numchild", "name", "short_name", "kind", "admin_code", "source"),
    *("search_text", "poster_key", "closed_on"),
)
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
class Row:
    """One line of a file; `wrong` are the columns whose cell has been objected to already."""

    line: int
    values: Mapping[str, str]
    wrong: frozenset[str] = frozenset()

    def __getitem__(self, column: str) -> str:
        return self.values[column]


@dataclass(frozen=True)
class Known:
    """A unit that was in the tree before."""

    pk: int
    code: str
    level: str
    path: str
    numchild: int
    names: frozenset[tuple[str, str]]
    described: tuple[str, str, str]
    search_text: str
    closed_on: str


def import_units(path: str | Path, *, aliases_path: str | Path | None = None, dry_run: bool = False) -> ImportResult:
    """Adds the units of `path` and the aliases of `aliases_path` (by default the file beside it, if there is one).

    Raises ImportRefused with every fault, and then nothing has been written.
    """
    path = Path(path)
    beside = path.parent / ALIASES_BESIDE
    aliases_file = Path(aliases_path) if aliases_path else (beside if beside.exists() else None)
    faults: list[str] = []
    rows = list(_rows(path, UNIT_COLUMNS, faults))
    alias_rows = list(_rows(aliases_file, ALIAS_COLUMNS, faults, named=True)) if aliases_file else []
    faults += _unknown_sources(rows, path.parent / SOURCES_BESIDE)
    try:
        with transaction.atomic():
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
                numchild=row.numchild,
                names=frozenset(past[row.pk] | {(row.name, row.short_name)}),
                described=(row.kind, row.admin_code, row.source),
                search_text=row.search_text,
                closed_on=days.shown(row.closed_on) if row.closed_on else "",
            )
            self.poster_keys.add(row.poster_key)
            self.last_child[row.path[: -Unit.steplen]] = row.path
            if row.level == Level.CONFEDERATION:
                self.root = row.code
        self.aliases: dict[int, set[str]] = defaultdict(set)
        for unit_id, alias in UnitAlias.objects.values_list("unit_id", "alias"):
            self.aliases[unit_id].add(alias)

    def next_child(self, parent_path: str) -> str:
        """The path behind the last child, now taken."""
        last = self.last_child.get(parent_path, "")
        step = Unit._str2int(last[-Unit.steplen :]) + 1 if last else 1
        path = Unit._get_path(parent_path, len(parent_path) // Unit.steplen + 1, step)
        self.last_child[parent_path] = path
        return path

    def next_key(self, code: str) -> str:
        """A free poster key for `code`, now taken."""
        key = next(key for attempt in count() if (key := poster_key(code, attempt=attempt)) not in self.poster_keys)
        self.poster_keys.add(key)
        return key


# --- reading ---------------------------------------------------------------------------------------------------------


def _rows(path: Path, columns: Mapping[str, str], faults: list[str], *, named: bool = False) -> Iterator[Row]:
    """Every row there is, so that a child of a faulty row is not blamed as well; what is wrong goes to `faults`."""
    label = f"{path.name}, " if named else ""
    try:
        written = path.read_bytes().decode("utf-8-sig")
    except OSError:
        faults.append(f"Không đọc được tệp {path.name}.")
        return
    except UnicodeDecodeError as wrong:
        line = wrong.object[: wrong.start].count(b"\n") + 1
        faults.append(f"{label}dòng {line}: tệp không ở dạng UTF-8.")
        return
    reader = csv.reader(io.StringIO(written, newline=""), strict=True)
    began = 1
    try:
        if (header := next(reader, [])) != list(columns):
            faults.append(f"{label}dòng 1: các cột phải là {', '.join(columns)}.")
            return
        began = reader.line_num + 1
        for cells in reader:
            line, began = began, reader.line_num + 1
            values = dict(zip(header, cells + [""] * len(header), strict=False))
            objections = {column: sentence for column in columns if (sentence := _objection(column, values[column]))}
            if len(cells) != len(header):
                objections = dict.fromkeys(columns, "")
                faults.append(f"{label}dòng {line}: có {len(cells)} cột, phải có {len(header)} cột.")
            faults += [f"{label}dòng {line}: {columns[column]} {why}" for column, why in objections.items() if why]
            yield Row(line, values, frozenset(objections))
    except csv.Error:
        faults.append(f"{label}dòng {began}: không đọc được, hãy xem lại các dấu ngoặc kép.")


def _objection(column: str, cell: str) -> str:
    """What is wrong with a cell by itself; "" when nothing is."""
    wanted = canonical_name(cell) if column in NAMES else single_line(cell)
    limit = LIMITS.get(column)
    if not wanted:
        return "để trống." if cell or column not in MAY_BE_EMPTY else ""
    if cell != wanted:
        return f"chưa ở dạng chuẩn, hãy ghi “{wanted[:100]}”."
    if limit and len(cell) > limit:
        return f"dài {formats.whole(len(cell))} ký tự, tối đa {formats.whole(limit)}."
    return ""


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


# --- judging ---------------------------------------------------------------------------------------------------------


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
    elif "/" in code and code.rpartition("/")[0] != parent_code:
        yield f"mã {code} phải bắt đầu bằng mã đơn vị cấp trên ({parent_code or 'đang để trống'})."
    if "level" in row.wrong:
        return
    if level not in Level.values:
        yield f"không có cấp {level}; các cấp là {', '.join(Level.values)}."
        return
    if "parent_code" not in row.wrong:
        yield from _faults_of_parent(parent_code, level, by_code, tree, is_new=code not in tree.units)
    if code in tree.units and not row.wrong:
        yield from _contradictions(row, tree.units[code], tree)


def _faults_of_parent(
    parent_code: str, level: str, by_code: Mapping[str, Row], tree: _Tree, *, is_new: bool
) -> Iterator[str]:
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
    elif parent_level in Level.values and parent_level not in PARENT_LEVELS[level]:
        labels = Level(level).label, Level(parent_level).label
        yield f"đơn vị cấp trên {parent_code} không đúng cấp: {labels[0]} không thuộc {labels[1]}."
    if known and known.closed_on and is_new:
        yield f"đơn vị cấp trên {parent_code} đã kết thúc ngày {known.closed_on}."


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
            if row["code"] in tree.units
        ),
    )
    if dry_run:
        return result
    called: dict[str, list[str]] = defaultdict(list)
    for row in new_aliases:
        called[row["code"]].append(row["alias"])
    units = _placed(new_rows, called, tree)
    Unit.objects.bulk_create(units)
    _count_new_children(units, tree)
    _make_findable({tree.units[code]: aliases for code, aliases in called.items() if code in tree.units})
    pks = {unit.code: unit.pk for unit in units} | {code: known.pk for code, known in tree.units.items()}
    UnitAlias.objects.bulk_create(
        UnitAlias(unit_id=pks[row["code"]], alias=row["alias"], note=row["note"]) for row in new_aliases
    )
    return result


def _placed(new_rows: Sequence[Row], called: Mapping[str, Sequence[str]], tree: _Tree) -> list[Unit]:
    """New units with their places: below each parent in the order of the file, behind the children already there."""
    below: dict[str, list[Row]] = defaultdict(list)
    for row in new_rows:
        below[row["parent_code"]].append(row)
    new_codes = {row["code"] for row in new_rows}
    waiting = [(parent, tree.units[parent].path if parent else "") for parent in below if parent not in new_codes]
    placed = []
    while waiting:
        parent_code, parent_path = waiting.pop()
        for row in below[parent_code]:
            path = tree.next_child(parent_path)
            code = row["code"]
            unit = Unit(
                code=code,
                level=row["level"],
                kind=row["kind"],
                name=row["name"],
                short_name=row["short_name"],
                admin_code=row["admin_code"],
                source=row["source_id"],
                path=path,
                current_path=path,
                depth=len(path) // Unit.steplen,
                numchild=len(below.get(code, ())),
                poster_key=tree.next_key(code),
            )
            unit.search_text = search_text(unit, list(called.get(code, ())))
            placed.append(unit)
            if code in below:
                waiting.append((code, path))
    return sorted(placed, key=lambda unit: unit.path)


def _count_new_children(units: Sequence[Unit], tree: _Tree) -> None:
    joining = Counter(unit.path[: -Unit.steplen] for unit in units)
    grown = [
        Unit(pk=known.pk, numchild=known.numchild + joining[known.path])
        for known in tree.units.values()
        if known.path in joining
    ]
    Unit.objects.bulk_update(grown, ["numchild"], batch_size=500)


def _make_findable(called: Mapping[Known, Sequence[str]]) -> None:
    """Adds new aliases to what a search looks through, keeping what stands there (past names)."""
    changed = []
    for known, aliases in called.items():
        standing = known.search_text.strip("| ").split(" | ")
        changed.append(Unit(pk=known.pk, search_text=as_search_text([*standing, *map(folded, aliases)])))
    Unit.objects.bulk_update(changed, ["search_text"], batch_size=500)
