"""Whether the tree is sound: places, levels, days, successors, poster keys, words. A few statements and one pass at any
size."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from django.db.models import F, Q

from orgtree.finding.words import is_learnt
from orgtree.models import Level, Unit, UnitName, WordForm
from orgtree.models.unit import CODE, PARENT_LEVELS, poster_key
from orgtree.scope import ALPHABET
from portal.vietnamese import days
from portal.vietnamese.text import folded

LEVELS = frozenset(Level.values)  # Level.values is made anew at every look
_PATH = re.compile(rf"(?:[{ALPHABET}]{{{Unit.steplen}}})+")
# So many units whose keys met before it is more than 35 bits will ever bring.
_ATTEMPTS = 4


class _Row(NamedTuple):
    """What is read of a unit."""

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
    succeeds_since: date | None
    poster_key: str

    @property
    def parent_path(self) -> str:
        return self.path[: -Unit.steplen]


def faults_in_tree() -> Iterator[str]:
    """One sentence for each thing that is wrong, in the order of the tree."""
    words = _Words()
    rows = []
    for *values, search_text, search_words in (
        Unit.objects.order_by("path").values_list(*_Row._fields, "search_text", "search_words").iterator(5000)
    ):
        rows.append(_Row(*values))
        words.read(rows[-1], search_text, search_words)
    tree = _Tree(rows)
    if not rows:
        yield "Chưa có đơn vị nào."
    for row in rows:
        parent = tree.by_path.get(row.parent_path)
        for fault in (
            *_faults_of_place(row, parent, tree.children),
            *_faults_of_days(row, parent),
            *_faults_of_succession(row, tree),
            *_faults_of_present_place(row, parent, tree),
            *_faults_of_poster_key(row, tree.keys),
            *words.faults.get(row.pk, ()),
        ):
            yield f"{row.code}: {fault}"
    yield from _faults_of_past_names()
    yield from words.unlearnt()


class _Words:
    """Whether units are found by their names. What a search looks through is long: it is read and let go."""

    def __init__(self) -> None:
        self.faults: dict[int, list[str]] = {}
        self.words: set[str] = set()

    def read(self, row: _Row, search_text: str, search_words: str) -> None:
        name = folded(row.short_name)
        words = name.split()
        if f"| {name} |" not in search_text or not set(words).issubset(search_words.split()):
            self.faults[row.pk] = ["tìm theo tên thường gọi không ra."]
        self.words.update(words)

    def unlearnt(self) -> Iterator[str]:
        learnt = set(WordForm.objects.filter(form=F("word")).values_list("word", flat=True))
        for word in sorted(word for word in self.words - learnt if is_learnt(word)):
            yield f"từ “{word}” trong tên đơn vị chưa có trong các từ để tìm khi gõ nhầm."


class _Tree:
    """The rows by what they are looked up with."""

    def __init__(self, rows: Sequence[_Row]) -> None:
        self.by_path = {row.path: row for row in rows}
        self.by_pk = {row.pk: row for row in rows}
        self.children = Counter(row.parent_path for row in rows)
        self.keys = {row.poster_key: row.code for row in rows}
        self.before: dict[int, list[_Row]] = defaultdict(list)
        # Where each line ends today: of two that end in one place, one would be seen by the staff of the other.
        self.last_at: dict[str, list[_Row]] = defaultdict(list)
        for row in rows:
            if row.successor_id:
                self.before[row.successor_id].append(row)
            else:
                self.last_at[row.current_path].append(row)
        self.succeeds_since: dict[str, date | None] = {}
        for row in rows:
            self.succeeds_since[row.path] = self._succeeds_since(row)

    def _succeeds_since(self, row: _Row) -> date | None:
        """Parents come first, so theirs is known."""
        above = self.succeeds_since.get(row.parent_path)
        opened = row.opened_on
        if opened and any(one.closed_on and one.closed_on <= opened for one in self.before.get(row.pk, ())):
            return max(opened, above or opened)
        return above


def _faults_of_place(row: _Row, parent: _Row | None, children: Mapping[str, int]) -> Iterator[str]:
    if not re.fullmatch(CODE, row.code):
        yield "mã đơn vị không đúng dạng."
    if not _PATH.fullmatch(row.path):
        yield f"vị trí {row.path} không đúng dạng."
    elif row.depth * Unit.steplen != len(row.path):
        yield f"bậc là {row.depth}, nhưng vị trí {row.path} ở bậc {len(row.path) // Unit.steplen}."
    if row.numchild != children[row.path]:
        yield f"ghi có {row.numchild} đơn vị dưới, đếm được {children[row.path]}."
    if row.level not in LEVELS:
        yield f"cấp {row.level} không có."
    elif not row.parent_path:
        if PARENT_LEVELS[row.level]:
            yield f"{Level(row.level).label} không thuộc đơn vị nào."
        elif children[""] > 1:
            yield f"là một trong {children['']} gốc của cây; chỉ được có một."
    elif parent is None:
        yield f"mồ côi, không có đơn vị ở vị trí {row.parent_path}."
    elif parent.level in LEVELS and parent.level not in PARENT_LEVELS[row.level]:
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


def _faults_of_succession(row: _Row, tree: _Tree) -> Iterator[str]:
    if row.succeeds_since != tree.succeeds_since[row.path]:
        shown = [days.shown(day) if day else "trống" for day in (row.succeeds_since, tree.succeeds_since[row.path])]
        yield f"ghi nối tiếp từ ngày {shown[0]}, phải là {shown[1]}."
    successor = tree.by_pk.get(row.successor_id) if row.successor_id else None
    if successor is None:
        return
    if row.closed_on is None:
        yield f"có đơn vị kế thừa {successor.code} mà chưa kết thúc."
    elif successor.closed_on and successor.closed_on <= row.closed_on:
        yield f"đơn vị kế thừa {successor.code} đã kết thúc ngày {days.shown(successor.closed_on)}."
    if _goes_round(row, tree.by_pk):
        yield "các đơn vị kế thừa nối thành vòng."


def _faults_of_present_place(row: _Row, parent: _Row | None, tree: _Tree) -> Iterator[str]:
    """Where staff find a unit: its own path while it stands, then its successor's place; closed for good, a place of its own
    directly below the present place of the unit above."""
    place = row.current_path
    if row.successor_id:
        successor = tree.by_pk[row.successor_id]
        if place != successor.current_path and not _goes_round(row, tree.by_pk):
            yield f"vị trí hiện nay là {place}, phải là {successor.current_path} như đơn vị kế thừa {successor.code}."
        return
    if row.closed_on and parent:
        if place[: -Unit.steplen] != parent.current_path or not _PATH.fullmatch(place):
            yield f"vị trí hiện nay là {place}, phải ở ngay dưới {parent.current_path} như đơn vị cấp trên {parent.code}."
            return
    elif place != row.path:
        yield f"vị trí hiện nay là {place}, phải là {row.path}."
        return
    others = [other for other in tree.last_at[place] if other.pk != row.pk]
    there = tree.by_path.get(place)
    if there is not None and there.pk != row.pk and there not in others:
        others.append(there)
    if others:
        yield f"vị trí hiện nay {place} cũng là của {', '.join(other.code for other in others)}."


def _goes_round(row: _Row, by_pk: Mapping[int, _Row]) -> bool:
    passed = {row.pk}
    while row.successor_id:
        if row.successor_id in passed:
            return True
        passed.add(row.successor_id)
        row = by_pk[row.successor_id]
    return False


def _faults_of_poster_key(row: _Row, keys: Mapping[str, str]) -> Iterator[str]:
    for attempt in range(_ATTEMPTS):
        key = poster_key(row.code, attempt=attempt)
        if key == row.poster_key:
            break
        if key not in keys:
            yield f"khóa trên áp phích là {row.poster_key}, phải là {key}."
            break


def _faults_of_past_names() -> Iterator[str]:
    outside = UnitName.objects.filter(
        Q(used_until__lte=F("unit__opened_on")) | Q(used_until__gt=F("unit__closed_on"))
    ).order_by("unit__path", "used_until")
    for code, used_until in outside.values_list("unit__code", "used_until"):
        yield f"{code}: tên cũ dùng đến ngày {days.shown(used_until)}, ngoài thời gian có đơn vị."
