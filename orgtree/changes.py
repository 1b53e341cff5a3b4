"""What may be done to units: add, rename, move, merge, close; each dated and in one transaction, or refused with a reason.

A path never changes (`DESIGN.md` §2, "the tree in time"): what moves or merges closes on a day and a successor opens, for
everything that stands below as well. Present places follow in the same transaction, so accounts and what the old units sent
are found below the new ones by one range. What closes for good keeps a place of its own below the unit above it.

Every act first locks the confederation's row: acts wait for each other, submissions wait for none.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import F, Q

from orgtree import search
from orgtree.changing import allowed
from orgtree.changing.allowed import ChangeRefused, days_below
from orgtree.changing.codes import code_below, code_of_successor, free_codes, free_keys
from orgtree.changing.places import free_places, give_other_places, next_place, succeed
from orgtree.changing.successors import (
    Consequences,
    close_for_good,
    consequences,
    find_anew,
    open_successors,
    send,
    sorted_out,
    standing_below,
    take_along_what_ended,
    told,
)
from orgtree.models import Act, StaffAccount, Unit, UnitAlias, UnitChange, UnitName
from orgtree.scope import branch

__all__ = [
    "ChangeRefused",
    "Consequences",
    "NewUnit",
    "Order",
    "add",
    "call_also",
    "close",
    "consequences",
    "days_below",
    "lock",
    "merge",
    "move",
    "next_place",
    "rename",
    "take_time",
]


@dataclass(frozen=True, kw_only=True)
class Order:
    """The day from which an act holds, the document that ordered it, and who wrote it down when."""

    day: date | None
    at: datetime
    document: str = ""
    by: StaffAccount | None = None


@dataclass(frozen=True, kw_only=True)
class NewUnit:
    level: str
    name: str
    short_name: str
    code: str = ""
    kind: str = ""
    admin_code: str = ""
    source: str = ""


@transaction.atomic
def add(parent: Unit, new: NewUnit, *, order: Order, instead_of: Iterable[Unit] = ()) -> Unit:
    """A new unit below `parent`; without a day it is there as long as the unit above.

    `instead_of` are units about to merge into it: it may bear the name of one of them.
    """
    parent, *before = lock(parent, *instead_of)
    opened_on = allowed.past_day(order.day, at=order.at)
    allowed.level_below(new.level, parent)
    name, short_name = allowed.names(new.name, new.short_name)
    opened_on, closed_on = days_below(parent, opened_on=opened_on)
    allowed.name_below(parent, name, closed_on=closed_on, but=before)
    code = allowed.code(new.code) if new.code else free_codes([code_below(parent, short_name)])[0]

    path = next_place(parent)
    unit = Unit(
        code=code,
        level=new.level,
        kind=new.kind,
        name=name,
        short_name=short_name,
        admin_code=new.admin_code,
        source=new.source,
        opened_on=opened_on,
        opening_document=order.document,
        closed_on=closed_on,
        closing_document=parent.closing_document,
        succeeds_since=parent.succeeds_since,
        path=path,
        current_path=next(free_places(parent.current_path)) if closed_on else path,
        depth=parent.depth + 1,
        poster_key=free_keys([code])[0],
    )
    search.searchable(unit)
    unit.save(force_insert=True)
    search.learn_words([unit])
    _more_children(parent, 1)
    _record(Act.ADDED, unit, order, other=parent)
    return unit


@transaction.atomic
def rename(unit: Unit, *, name: str, short_name: str, kind: str = "", order: Order) -> Unit:
    """From the day on the unit bears another name; the old one is kept and found. `kind` "" stays as it is."""
    (unit,) = lock(unit)
    day = allowed.day_of_act(unit, order.day, at=order.at)
    name, short_name = allowed.names(name, short_name)
    if (name, short_name) == (unit.name, unit.short_name):
        raise ChangeRefused(f"Đơn vị đang mang tên {unit.name}. Hãy ghi tên mới.", field="name")
    if unit.depth > 1:
        allowed.name_below(Unit.objects.get_parent(unit), name, closed_on=unit.closed_on, but=[unit])

    was = unit.name
    UnitName.objects.create(
        unit=unit, name=unit.name, short_name=unit.short_name, used_until=day, document=order.document
    )
    unit.name, unit.short_name, unit.kind = name, short_name, kind or unit.kind
    unit.save(update_fields=["name", "short_name", "kind"])
    find_anew(unit)
    _record(Act.RENAMED, unit, order, detail=f"Tên trước: {was}")
    return unit


@transaction.atomic
def move(
    unit: Unit, *, to: Unit, order: Order, code: str = "", level: str = "", name: str = "", short_name: str = ""
) -> Unit:
    """The unit and all that stands below it go on below `to`; answers the successor.

    One that closed for good goes on in this way too: what ended with it stays ended, found below the successor.
    """
    unit, to = lock(unit, to)
    allowed.not_the_root(unit)
    day = allowed.day_of_act(unit, order.day, at=order.at, goes_on=True)
    level = level or unit.level
    name, short_name = allowed.names(name or unit.name, short_name or unit.short_name)
    allowed.target(unit, to, day, field="to")
    allowed.level_below(level, to)
    below = standing_below(unit)
    allowed.children_below(level, (each for each in below if each.depth == unit.depth + 1), field="level")
    if unit.closed_on is None:
        if level == unit.level and to.path == unit.path[: -Unit.steplen]:
            raise ChangeRefused(f"{unit.short_name} đang thuộc {to.short_name}. Hãy chọn nơi khác.", field="to")
        allowed.nothing_later_below(unit, day)
    allowed.name_below(to, name, but=[unit])
    code = allowed.code(code) if code else free_codes([code_of_successor(unit, day)])[0]

    place = next_place(to)
    successor, *_ = open_successors(
        [(each, place + each.path[len(unit.path) :]) for each in (unit, *below)],
        day=day,
        document=order.document,
        code=code,
        level=level,
        name=name,
        short_name=short_name,
    )
    give_other_places({unit.current_path: place})
    _more_children(to, 1)
    find_anew(successor)
    _record(Act.MOVED, unit, order, other=to, detail=told([], [below]).sentence)
    return successor


@transaction.atomic
def merge(unit: Unit, *, into: Unit, order: Order, ending: frozenset[str] = frozenset()) -> Unit:
    """The unit ends and `into` goes on for it; what stands below moves below `into`. Answers `into`.

    Children of a level in `ending` close for good, and what stood below them moves straight below `into`.
    """
    unit, into = lock(unit, into)
    allowed.not_the_root(unit)
    allowed.still_open(unit)
    day = allowed.day_of_act(unit, order.day, at=order.at)
    allowed.merging(unit, into)
    allowed.target(unit, into, day, field="into")
    ended, moving = sorted_out(standing_below(unit), ending)
    allowed.children_below(into.level, (going[0] for going in moving), field="into")
    allowed.nothing_later_below(unit, day)

    places = free_places(into.path)
    send(moving, places, day=day, document=order.document)
    close_for_good(ended, day=day, document=order.document)
    take_along_what_ended(unit, places)
    succeed({unit.pk: into.pk}, day=day, document=order.document)
    Unit.objects.filter(current_path=unit.path).update(current_path=into.path)
    if into.opened_on == day:
        before = Q(succeeds_since=None) | Q(succeeds_since__lt=day)
        Unit.objects.filter(before, branch(into.path, by="path")).update(succeeds_since=day)
    _more_children(into, len(moving))
    into.refresh_from_db()
    find_anew(into)
    _record(Act.MERGED, unit, order, other=into, detail=told(ended, moving).sentence)
    return into


@transaction.atomic
def close(unit: Unit, *, order: Order, children_to: Unit | None = None, ending: frozenset[str] = frozenset()) -> Unit:
    """The unit ends and nothing goes on for it. What stands below ends with it where its level is in `ending`, else it
    moves below `children_to`."""
    unit, *homes = lock(unit, *([children_to] if children_to else []))
    home = homes[0] if homes else None
    allowed.not_the_root(unit)
    allowed.still_open(unit)
    day = allowed.day_of_act(unit, order.day, at=order.at)
    ended, moving = sorted_out(standing_below(unit), ending)
    allowed.home_for([going[0] for going in moving], home)
    if home is not None:
        allowed.target(unit, home, day, field="children_to")
        allowed.children_below(home.level, (going[0] for going in moving), field="children_to")
    allowed.nothing_later_below(unit, day)

    if home is not None:
        send(moving, free_places(home.path), day=day, document=order.document)
        _more_children(home, len(moving))
    close_for_good([unit, *ended], day=day, document=order.document)
    unit.refresh_from_db()
    _record(Act.CLOSED, unit, order, other=home, detail=told(ended, moving).sentence)
    return unit


@transaction.atomic
def call_also(unit: Unit, alias: str, *, order: Order) -> UnitAlias:
    """Another way people write the name: it finds the unit, and what goes on for it."""
    (unit,) = lock(unit)
    allowed.past_day(order.day, at=order.at)
    called = UnitAlias.objects.create(unit=unit, alias=allowed.alias(alias, unit), note=order.document)
    find_anew(unit)
    _record(Act.CALLED, unit, order, detail=called.alias)
    return called


def lock(*units: Unit) -> list[Unit]:
    """Waits until no other act is under way, and gives the units as they are then."""
    list(Unit.objects.filter(depth=1).select_for_update(no_key=True).values_list("pk"))
    found = Unit.objects.select_related("successor").in_bulk([unit.pk for unit in units])
    return [found[unit.pk] for unit in units]


def take_time() -> None:
    """For the commands: PostgreSQL ends a transaction of ours that thinks for half a minute between two statements."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")


def _more_children(parent: Unit, number: int) -> None:
    Unit.objects.filter(pk=parent.pk).update(numchild=F("numchild") + number)


def _record(act: Act, unit: Unit, order: Order, *, other: Unit | None = None, detail: str = "") -> None:
    UnitChange.objects.create(
        unit=unit,
        act=act,
        day=order.day,
        document=order.document,
        other=other,
        detail=detail,
        by=order.by,
        at=order.at,
    )
