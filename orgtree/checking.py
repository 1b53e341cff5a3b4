"""Whether the tree is sound: places, levels, days, successors, poster keys. Two statements and one pass at any size."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

from django.db.models import F, Q

from orgtree.models import Level, Unit, UnitName
from orgtree.models.unit import CODE, PARENT_LEVELS, poster_key
from orgtree.scope import ALPHABET
from portal.vietnamese import days
from portal.vietnamese.text import folded

_PATH = re.compile(rf"(?:[{ALPHABET}]{{{Unit.steplen}}})+")
# So many units whose keys met before it is more than 35 bits will ever bring.
_ATTEMPTS = 4


class _Row(NamedTuple):
    pk: int
    code: str
    level: str
    short_name: str
    path: str
    depth: int
    numchild: int
    current_path: str
    opened_on: date | None
    closed_on: date | None
    successor_id: int | None
    poster_key: str
    search_text: str

    @property
    def parent_path(self) -> str:
        return self.path[: -Unit.steplen]


def faults_in_tree() -> Iterator[str]:
    """One sentence for each thing that is wrong, in the order of the tree."""
    rows = [_Row(*values) for values in Unit.objects.order_by("path").values_list(*_Row._fields).iterator(5000)]
    by_path = {row.path: row for row in rows}
    by_pk = {row.pk: row for row in rows}
    children = Counter(row.parent_path for row in rows)
    keys = {row.poster_key: row.code for row in rows}
    if not rows:
        yield "Chưa có đơn vị nào."
    for row in rows:
        parent = by_path.get(row.parent_path)
        for fault in (
            *_faults_of_place(row, parent, children),
            *_faults_of_days(row, parent),
            *_faults_of_succession(row, parent, by_pk),
            *_faults_of_look_up(row, keys),
        ):
            yield f"{row.code}: {fault}"
    yield from _faults_of_past_names()


def _faults_of_place(row: _Row, parent: _Row | None, children: Mapping[str, int]) -> Iterator[str]:
    if not re.fullmatch(CODE, row.code):
        yield "mã đơn vị không đúng dạng."
    if not _PATH.fullmatch(row.path):
        yield f"vị trí {row.path} không đúng dạng."
    elif row.depth * Unit.steplen != len(row.path):
        yield f"bậc là {row.depth}, nhưng vị trí {row.path} ở bậc {len(row.path) // Unit.steplen}."
    if row.numchild != children[row.path]:
        yield f"ghi có {row.numchild} đơn vị dưới, đếm được {children[row.path]}."
    if row.level not in Level.values:
        yield f"cấp {row.level} không có."
    elif not row.parent_path:
        if PARENT_LEVELS[row.level]:
            yield f"{Level(row.level).label} không thuộc đơn vị nào."
        elif children[""] > 1:
            yield f"là một trong {children['']} gốc của cây; chỉ được có một."
    elif parent is None:
        yield f"mồ côi, không có đơn vị ở vị trí {row.parent_path}."
    elif parent.level in Level.values and parent.level not in PARENT_LEVELS[row.level]:
        yield f"{Level(row.level).label} không thể thuộc {parent.code} ({Level(parent.level).label})."


def _faults_of_days(row: _Row, parent: _Row | None) -> Iterator[str]:
    if row.opened_on and row.closed_on and row.closed_on <= row.opened_on:
        yield f"kết thúc ngày {days.shown(row.closed_on)}, không sau ngày thành lập {days.shown(row.opened_on)}."
    if parent is None:
        return
    if parent.opened_on and (row.opened_on is None or row.opened_on < parent.opened_on):
        yield f"có trước đơn vị cấp trên {parent.code}, thành lập ngày {days.shown(parent.opened_on)}."
    if parent.closed_on and (row.closed_on is None or row.closed_on > parent.closed_on):
        yield f"còn lại sau khi đơn vị cấp trên {parent.code} kết thúc ngày {days.shown(parent.closed_on)}."


def _faults_of_succession(row: _Row, parent: _Row | None, by_pk: Mapping[int, _Row]) -> Iterator[str]:
    successor = by_pk.get(row.successor_id) if row.successor_id else None
    if successor is None:
        # What closed for good keeps a place of its own below wherever the unit above it went.
        kept = row.closed_on and parent and row.current_path[: -Unit.steplen].startswith(parent.current_path)
        if row.current_path != row.path and not kept:
            yield f"vị trí hiện nay là {row.current_path}, phải là {row.path}."
        return
    if row.closed_on is None:
        yield f"có đơn vị kế thừa {successor.code} mà chưa kết thúc."
    elif successor.opened_on and successor.opened_on > row.closed_on:
        yield f"kết thúc trước khi đơn vị kế thừa {successor.code} thành lập ngày {days.shown(successor.opened_on)}."
    elif successor.closed_on and successor.closed_on <= row.closed_on:
        yield f"đơn vị kế thừa {successor.code} đã kết thúc ngày {days.shown(successor.closed_on)}."
    if _goes_round(row, by_pk):
        yield "các đơn vị kế thừa nối thành vòng."
    elif row.current_path != successor.current_path:
        yield (
            f"vị trí hiện nay là {row.current_path}, phải là {successor.current_path} "
            f"như đơn vị kế thừa {successor.code}."
        )


def _goes_round(row: _Row, by_pk: Mapping[int, _Row]) -> bool:
    passed = {row.pk}
    while row.successor_id:
        if row.successor_id in passed:
            return True
        passed.add(row.successor_id)
        row = by_pk[row.successor_id]
    return False


def _faults_of_look_up(row: _Row, keys: Mapping[str, str]) -> Iterator[str]:
    for attempt in range(_ATTEMPTS):
        key = poster_key(row.code, attempt=attempt)
        if key == row.poster_key:
            break
        if key not in keys:
            yield f"khóa trên áp phích là {row.poster_key}, phải là {key}."
            break
    if f" {folded(row.short_name)} |" not in row.search_text:
        yield "tìm theo tên thường gọi không ra."


def _faults_of_past_names() -> Iterator[str]:
    outside = UnitName.objects.filter(
        Q(used_until__lte=F("unit__opened_on")) | Q(used_until__gt=F("unit__closed_on"))
    ).order_by("unit__path", "used_until")
    for code, used_until in outside.values_list("unit__code", "used_until"):
        yield f"{code}: tên cũ dùng đến ngày {days.shown(used_until)}, ngoài thời gian có đơn vị."
