"""What an act upon the tree may not do: each refusal says why, and the way on."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db.models import Q
from django.utils import timezone

from orgtree.models import Level, Unit
from orgtree.models.unit import CODE, MIDDLE_LEVELS, PARENT_LEVELS, TOP_LEVELS
from portal.vietnamese import days, formats
from portal.vietnamese.names import canonical_name
from portal.vietnamese.text import folded

NAME_LENGTH = 200
# Levels of which one may merge into another.
ALIKE = (frozenset(TOP_LEVELS), frozenset(MIDDLE_LEVELS))


class ChangeRefused(Exception):
    """The tree would break. `sentence` says why and what to do; `field` names the argument at fault."""

    def __init__(self, sentence: str, *, field: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field


def names(name: str, short_name: str) -> tuple[str, str]:
    """Both names as they are kept."""
    kept = canonical_name(name), canonical_name(short_name)
    for field, what, value in zip(("name", "short_name"), ("tên đầy đủ", "tên thường gọi"), kept, strict=True):
        _refuse_length(value, what, field)
    return kept


def alias(typed: str, unit: Unit) -> str:
    kept = canonical_name(typed)
    _refuse_length(kept, "cách gọi khác", "alias")
    if kept in {unit.name, unit.short_name} or unit.aliases.filter(alias=kept).exists():
        raise ChangeRefused(f"{unit.short_name} đã có cách gọi “{kept}”.", field="alias")
    return kept


def code(given: str) -> str:
    """A code somebody chose: of the right form and free."""
    if not re.fullmatch(CODE, given) or len(given) > NAME_LENGTH:
        raise ChangeRefused(
            "Mã đơn vị chỉ gồm chữ thường không dấu, số, gạch nối, và dấu / sau mã đơn vị cấp trên.", field="code"
        )
    if Unit.objects.filter(code=given).exists():
        raise ChangeRefused(f"Mã {given} đã có đơn vị dùng. Hãy chọn mã khác, hoặc để trống.", field="code")
    return given


def past_day(day: date | None, *, at: datetime) -> date | None:
    if day and day > timezone.localdate(at):
        raise ChangeRefused(f"Ngày {days.shown(day)} chưa đến. Việc của đơn vị được ghi từ ngày đó.", field="day")
    return day


def day_of_act(unit: Unit, day: date | None, *, at: datetime, goes_on: bool = False) -> date:
    """The day of an act upon a unit that is there then; `goes_on` where one that closed for good may go on."""
    day = past_day(day, at=at)
    if day is None:
        raise ChangeRefused("Hãy ghi ngày có hiệu lực.", field="day")
    if unit.opened_on and day <= unit.opened_on:
        raise ChangeRefused(
            f"{unit.short_name} thành lập ngày {days.shown(unit.opened_on)}. Hãy ghi ngày sau đó.", field="day"
        )
    renamed = unit.past_names.order_by("-used_until").first()
    if renamed and day <= renamed.used_until:
        raise ChangeRefused(
            f"{unit.short_name} đổi tên ngày {days.shown(renamed.used_until)}. Hãy ghi ngày sau đó.", field="day"
        )
    if unit.closed_on is None:
        return day
    if goes_on and unit.successor is None:
        if day < unit.closed_on:
            raise ChangeRefused(
                f"{unit.short_name} còn đến ngày {days.shown(unit.closed_on)}. Hãy ghi từ ngày đó trở đi.", field="day"
            )
    elif goes_on or day >= unit.closed_on:
        raise ChangeRefused(already_ended(unit, unit.closed_on))
    return day


def not_the_root(unit: Unit) -> None:
    if unit.depth == 1:
        raise ChangeRefused("Tổng Liên đoàn không chuyển, không sáp nhập và không kết thúc.")


def still_open(unit: Unit) -> None:
    if unit.closed_on:
        raise ChangeRefused(already_ended(unit, unit.closed_on))


def target(unit: Unit, other: Unit, day: date, *, field: str) -> None:
    """Where a unit goes: it stands, it stood that day, and it is no part of what goes."""
    if other.path.startswith(unit.path):
        raise ChangeRefused(f"{other.short_name} nằm trong chính {unit.short_name}. Hãy chọn đơn vị khác.", field=field)
    if other.closed_on:
        raise ChangeRefused(f"{already_ended(other, other.closed_on)} Hãy chọn đơn vị đang hoạt động.", field=field)
    if other.opened_on and day < other.opened_on:
        raise ChangeRefused(
            f"Ngày {days.shown(day)} chưa có {other.short_name}, thành lập ngày {days.shown(other.opened_on)}.",
            field=field,
        )


def level_below(level: str, parent: Unit) -> None:
    if level not in Level.values:
        raise ChangeRefused("Hãy chọn cấp của đơn vị.", field="level")
    if parent.level not in PARENT_LEVELS[level]:
        raise ChangeRefused(f"{Level(level).label} không thuộc {Level(parent.level).label} được.", field="level")


def children_below(level: str, children: Iterable[Unit], *, field: str) -> None:
    for child in children:
        if level not in PARENT_LEVELS[child.level]:
            raise ChangeRefused(
                f"{child.short_name} là {Level(child.level).label}, không thuộc {Level(level).label} được. "
                "Hãy chuyển hoặc kết thúc đơn vị đó trước.",
                field=field,
            )


def merging(unit: Unit, into: Unit) -> None:
    if unit.level != into.level and not any({unit.level, into.level} <= levels for levels in ALIKE):
        raise ChangeRefused(
            f"{Level(unit.level).label} không sáp nhập vào {Level(into.level).label} được. Hãy chọn đơn vị cùng cấp.",
            field="into",
        )


def name_below(parent: Unit, name: str, *, closed_on: date | None = None, but: Sequence[Unit] = ()) -> None:
    """Of the units below one parent that are there at the same time, no two bear one name."""
    wanted = folded(name)
    there = Unit.objects.directly_below(parent).filter(closed_on=closed_on).exclude(pk__in=[unit.pk for unit in but])
    if any(folded(other) == wanted for other in there.order_by().values_list("name", flat=True)):
        raise ChangeRefused(f"{parent.short_name} đã có đơn vị tên {name}. Hãy ghi tên khác.", field="name")


def nothing_later_below(unit: Unit, day: date) -> None:
    """What was done below after `day` would lie outside the life of the unit above it."""
    later = Q(opened_on__gte=day) | Q(closed_on__gt=day) | Q(past_names__used_until__gt=day)
    found = Unit.objects.below(unit).filter(later).first()
    if found is not None:
        raise ChangeRefused(
            f"{found.short_name} ở bên dưới có thay đổi từ ngày {days.shown(day)} trở đi. Hãy ghi ngày muộn hơn.",
            field="day",
        )


def home_for(moving: Sequence[Unit], home: Unit | None) -> None:
    if moving and home is None:
        raise ChangeRefused(
            f"Còn {formats.whole(len(moving))} đơn vị bên dưới chưa có nơi về, ví dụ {moving[0].short_name}. "
            "Hãy chọn đơn vị nhận.",
            field="children_to",
        )


def days_below(parent: Unit, *, opened_on: date | None) -> tuple[date | None, date | None]:
    """The opening and the closing day of a unit that joins `parent`: it is there no longer than the unit above.

    Below a unit that closed it belongs to the old structure, for a campaign that still runs on it.
    """
    if opened_on and parent.closed_on and opened_on >= parent.closed_on:
        raise ChangeRefused(
            f"{already_ended(parent, parent.closed_on)} Hãy chọn đơn vị kế thừa, hoặc để trống ngày thành lập.",
            field="day",
        )
    if opened_on and parent.opened_on and opened_on < parent.opened_on:
        raise ChangeRefused(
            f"{parent.short_name} thành lập ngày {days.shown(parent.opened_on)}. Hãy ghi từ ngày đó trở đi, "
            "hoặc để trống nếu đơn vị có từ trước.",
            field="day",
        )
    return opened_on or parent.opened_on, parent.closed_on


def already_ended(unit: Unit, closed_on: date) -> str:
    after = f", {unit.successor.short_name} kế thừa" if unit.successor else ""
    return f"{unit.short_name} đã kết thúc ngày {days.shown(closed_on)}{after}."


def _refuse_length(value: str, what: str, field: str) -> None:
    if not value:
        raise ChangeRefused(f"Hãy ghi {what}.", field=field)
    if len(value) > NAME_LENGTH:
        raise ChangeRefused(f"Hãy ghi {what} ngắn hơn: tối đa {NAME_LENGTH} ký tự, đang có {len(value)}.", field=field)
