"""What the page of a unit and lists of units show, in a number of statements that does not grow with the rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q

from orgtree.models import Act, Level, StaffAccount, Unit, UnitChange, UnitName
from orgtree.models.unit import PARENT_LEVELS, UnitQuerySet
from orgtree.units.wording import until
from portal.vietnamese import days

CHILDREN_SHOWN = 200
ACTS_SHOWN = 100

DONE: dict[str, str] = {
    Act.ADDED: "thành lập",
    Act.RENAMED: "đổi tên",
    Act.MOVED: "chuyển",
    Act.MERGED: "sáp nhập",
    Act.CLOSED: "kết thúc",
    Act.CALLED: "thêm cách gọi khác",
}
TOLD_WITH_OTHER: dict[str, str] = {Act.MOVED: "về", Act.MERGED: "vào", Act.CLOSED: "và giao đơn vị bên dưới cho"}


@dataclass(frozen=True)
class Children:
    """The units directly below one: the first of them, each with its last day, and whether there are more."""

    shown: list[tuple[Unit, str]]
    has_more: bool


@dataclass(frozen=True)
class Line:
    """What a unit was before, each with its last day, the latest first; and what became of it, the next first."""

    before: list[tuple[Unit, str]]
    after: list[Unit]


@dataclass(frozen=True)
class Deed:
    """An act in words: whose, where it is not the unit's own; what; and with which other unit, to whom it may be named."""

    change: UnitChange
    whose: Unit | None
    what: str
    other: Unit | None


def labels(units: Sequence[Unit]) -> dict[int, str]:
    """Short names that tell units of one name apart: by the province or sector they stand in, and by their last day."""
    tops = {unit.top_path for unit in units if unit.depth > 2}
    names = {top.path: top.short_name for top in Unit.objects.filter(path__in=tops)} if tops else {}
    return {unit.pk: label(unit, names.get(unit.top_path, "") if unit.depth > 2 else "") for unit in units}


def label(unit: Unit, top: str = "") -> str:
    told = [part for part in (top, last_day(unit)) if part]
    return f"{unit.short_name} ({', '.join(told)})" if told else unit.short_name


def last_day(unit: Unit) -> str:
    return until(unit.closed_on) if unit.closed_on else ""


def branches_of(own: Unit) -> UnitQuerySet:
    """The upper units directly below the unit that `own` is today, each line once."""
    return Unit.objects.directly_below(today(own)).exclude(level=Level.GRASSROOTS).last_of_their_lines()


def directly_below(unit: Unit, *, among: UnitQuerySet) -> UnitQuerySet:
    """Below the confederation 126,000 grassroots unions are none of the children: a partial index leaves them out."""
    below = among.directly_below(unit)
    return below if unit.level in PARENT_LEVELS[Level.GRASSROOTS] else below.exclude(level=Level.GRASSROOTS)


def children_today(unit: Unit, *, among: UnitQuerySet) -> UnitQuerySet:
    """What stands directly below the unit that `unit` is today."""
    return directly_below(today(unit), among=among.filter(closed_on=None))


def today(unit: Unit) -> Unit:
    """What `unit` is today: itself or its successor. One that closed for good is nobody but itself. Asks nothing of a unit that
    is still itself."""
    if unit.current_path == unit.path:
        return unit
    return Unit.objects.filter(path=unit.current_path).first() or unit


def own_today(account: StaffAccount) -> Unit | None:
    """An account keeps the unit it was made for; what is made today bears the unit that it is today."""
    return today(account.unit) if account.unit is not None else None


def children(unit: Unit, *, standing: bool, among: UnitQuerySet) -> Children:
    rows = list(directly_below(unit, among=among).filter(closed_on__isnull=standing)[: CHILDREN_SHOWN + 1])
    return Children([(each, last_day(each)) for each in rows[:CHILDREN_SHOWN]], len(rows) > CHILDREN_SHOWN)


def line(unit: Unit) -> Line:
    """Everything of one line bears the same present place: one statement, however often it merged."""
    same_place = {each.pk: each for each in Unit.objects.filter(current_path=unit.current_path)}
    before: list[tuple[Unit, str]] = []
    generation = {unit.pk}
    while generation:
        earlier = [each for each in same_place.values() if each.successor_id in generation]
        before += [(each, last_day(each)) for each in earlier]
        generation = {each.pk for each in earlier}
    after: list[Unit] = []
    following = same_place.get(unit.successor_id)
    while following is not None and following not in after:
        after.append(following)
        following = same_place.get(following.successor_id)
    return Line(before, after)


def past_names(unit: Unit) -> list[tuple[UnitName, str]]:
    """Each with the last day it was borne, the latest first."""
    return [(each, until(each.used_until)) for each in unit.past_names.order_by("-used_until")]


def deeds_upon(unit: Unit, *, before: Iterable[Unit], seen_by: StaffAccount) -> list[Deed]:
    """What was done to the unit and to those `before` it on its line, and what others did with it, the latest first.

    Units added below are told by the list of children.
    """
    own = Q(unit__in=[unit, *before])
    with_it = Q(other=unit) & ~Q(act=Act.ADDED)
    found = UnitChange.objects.filter(own | with_it).select_related("unit", "other", "by").order_by("-pk")[:ACTS_SHOWN]
    return [_deed(change, unit, seen_by) for change in found if is_visible(change.unit, seen_by)]


def _deed(change: UnitChange, unit: Unit, seen_by: StaffAccount) -> Deed:
    what = DONE[change.act]
    other = change.other if change.act in TOLD_WITH_OTHER else None
    if other is not None:
        what = f"{what} {TOLD_WITH_OTHER[change.act]}"
    if other == unit:
        what, other = f"{what} đơn vị này", None
    elif other is not None and not is_visible(other, seen_by):
        what, other = f"{what} đơn vị khác", None
    return Deed(change, change.unit if change.unit != unit else None, what, other)


def is_visible(unit: Unit, account: StaffAccount) -> bool:
    return account.unit is not None and unit.current_path.startswith(account.unit.current_path)


def facts(unit: Unit, *, aliases: Iterable[str]) -> list[tuple[str, str]]:
    """What is known of a unit, label and value, without what is empty."""
    opened = unit.opened_on and days.shown(unit.opened_on)
    told = (
        ("Tên thường gọi", unit.short_name),
        ("Còn gọi là", "; ".join(aliases)),
        ("Cấp", Level(unit.level).label if unit.level in Level.values else unit.level),
        ("Mã đơn vị", unit.code),
        ("Thành lập", opened or ""),
        ("Văn bản thành lập", unit.opening_document),
        ("Kết thúc", f"hoạt động {last_day(unit)}" if unit.closed_on else ""),
        ("Văn bản kết thúc", unit.closing_document),
    )
    return [(label, value) for label, value in told if value]
