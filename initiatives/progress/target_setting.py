"""Setting targets: for many units at once, in one transaction, with who, when, and what stood there before.

Only what differs is written: the same numbers sent twice change nothing. Locks: the row of the unit above, so that two who set
the targets of the same units come one after the other.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction

from initiatives.models import Campaign, GrassrootsCount, Target
from initiatives.models.told import tell_at_once
from initiatives.progress import targets
from initiatives.progress.targets import When
from orgtree.models import StaffAccount, Unit
from portal.vietnamese import days
from portal.vietnamese.formats import NOTHING, whole
from portal.vietnamese.refusals import Refused

WRITTEN_AT_ONCE = 500


class TargetsRefused(Refused):
    """Targets that may not be set by this account, or not for these units; nothing was written."""


class ChangedMeanwhile(TargetsRefused):
    """Somebody else changed some of the numbers since they were shown; by unit, what stands now."""

    def __init__(self, *, targets: dict[int, int | None], counts: dict[int, int | None]) -> None:
        super().__init__(
            "Có số vừa được người khác đổi. Cổng chưa ghi gì. Hãy xem lại các ô được đánh dấu rồi lưu lại."
        )
        self.targets, self.counts = targets, counts


@dataclass(frozen=True)
class Wanted:
    """What a unit's target for `when` is to be; `quantity` None: none. `seen` holds what was shown before, where it was."""

    unit: int
    when: When
    quantity: int | None
    due_on: date | None = None
    document: str = ""
    seen: tuple[int | None, ...] = ()


@dataclass(frozen=True)
class CountWanted:
    """How many grassroots unions a unit declares; None: none."""

    unit: int
    number: int | None
    seen: tuple[int | None, ...] = ()


@dataclass
class Done:
    """How many targets were given for the first time, changed, taken back; and how many numbers of unions changed."""

    given: int = 0
    changed: int = 0
    cleared: int = 0
    counts: int = 0

    @property
    def is_nothing(self) -> bool:
        return not (self.given or self.changed or self.cleared or self.counts)

    @property
    def sentence(self) -> str:
        parts = [
            f"{words} {whole(number)} {what}"
            for words, number, what in (
                ("giao", self.given, "chỉ tiêu"),
                ("đổi", self.changed, "chỉ tiêu"),
                ("bỏ", self.cleared, "chỉ tiêu"),
                ("ghi", self.counts, "số CĐCS khai báo"),
            )
            if number
        ]
        return f"Đã {', '.join(parts)}." if parts else "Không có gì thay đổi."


@dataclass
class _Changes:
    made: list[Target] = field(default_factory=list)
    changed: list[tuple[Target, str]] = field(default_factory=list)
    cleared: list[Target] = field(default_factory=list)


@transaction.atomic
def set_targets(
    campaign: Campaign,
    host: Unit,
    wanted: Iterable[Wanted],
    *,
    counts: Iterable[CountWanted] = (),
    by: StaffAccount,
    at: datetime,
) -> Done:
    """Makes the targets of units directly below `host` what is wanted; of what is not named nothing changes.

    The same number of statements for one unit and for a hundred. Raises TargetsRefused, ChangedMeanwhile.
    """
    wanted, counts = list(wanted), list(counts)
    if not targets.may_set(by, host):
        raise TargetsRefused(f"Chỉ tiêu của các đơn vị này do người quản lý của {host} giao.")
    list(Unit.objects.filter(pk=host.pk).select_for_update(no_key=True).values_list("pk"))
    units = {each.unit for each in wanted} | {each.unit for each in counts}
    known = set(targets.receivers(campaign, host).filter(pk__in=units).values_list("pk", flat=True))
    if units - known:
        raise TargetsRefused(f"Có đơn vị không còn ở ngay dưới {host} trong chương trình này. Hãy mở lại trang.")
    if any(each.quantity is not None and each.quantity < 1 for each in wanted):
        raise TargetsRefused("Chỉ tiêu ít nhất là 1. Để trống nếu không giao.")
    stored = targets.of_units(campaign, units)
    declared = targets.counts_of(campaign, units)
    _refuse_what_was_changed(wanted, counts, stored, declared)
    changes = _changes(campaign, wanted, stored, by=by, at=at)
    _write(changes, by=by)
    return Done(
        given=len(changes.made),
        changed=len(changes.changed),
        cleared=len(changes.cleared),
        counts=_declare(campaign, counts, declared, by=by, at=at),
    )


def _refuse_what_was_changed(
    wanted: Sequence[Wanted],
    counts: Sequence[CountWanted],
    stored: Mapping[int, Mapping[When, Target]],
    declared: Mapping[int, int],
) -> None:
    standing = {
        (each.unit, each.when): target.quantity if (target := stored.get(each.unit, {}).get(each.when)) else None
        for each in wanted
    }
    others = {
        each.unit: now
        for each in wanted
        if each.seen and (now := standing[each.unit, each.when]) not in {each.seen[0], each.quantity}
    }
    numbers = {
        each.unit: now
        for each in counts
        if each.seen and (now := declared.get(each.unit)) not in {each.seen[0], each.number}
    }
    if others or numbers:
        raise ChangedMeanwhile(targets=others, counts=numbers)


def _changes(
    campaign: Campaign,
    wanted: Iterable[Wanted],
    stored: Mapping[int, Mapping[When, Target]],
    *,
    by: StaffAccount,
    at: datetime,
) -> _Changes:
    changes = _Changes()
    for each in wanted:
        target = stored.get(each.unit, {}).get(each.when)
        if target is None:
            if each.quantity is not None:
                changes.made.append(_made(campaign, each, each.quantity, by=by, at=at))
        elif each.quantity is None:
            changes.cleared.append(target)
        elif said := differences(target, each):
            target.quantity, target.due_on, target.document = each.quantity, each.due_on, each.document
            target.set_by, target.set_at = by, at
            changes.changed.append((target, said))
    return changes


def _made(campaign: Campaign, each: Wanted, quantity: int, *, by: StaffAccount, at: datetime) -> Target:
    return Target(
        campaign=campaign,
        unit_id=each.unit,
        period=each.when.period,
        phase_id=each.when.phase,
        starts_on=each.when.starts_on,
        quantity=quantity,
        due_on=each.due_on,
        document=each.document,
        set_by=by,
        set_at=at,
    )


def differences(target: Target, each: Wanted) -> str:
    """ "2.000 → 3.000; đến hết ngày – → 10/10/2021"; "" where all is as it stands."""
    said = []
    if each.quantity != target.quantity:
        said.append(f"{whole(target.quantity)} → {NOTHING if each.quantity is None else whole(each.quantity)}")
    if each.due_on != target.due_on:
        said.append(f"đến hết ngày {_day(target.due_on)} → {_day(each.due_on)}")
    if each.document != target.document:
        said.append(f"văn bản {target.document or NOTHING} → {each.document or NOTHING}")
    return "; ".join(said)


def _day(day: date | None) -> str:
    return days.shown(day) if day else NOTHING


def _write(changes: _Changes, *, by: StaffAccount) -> None:
    Target.objects.bulk_create(changes.made, batch_size=WRITTEN_AT_ONCE)
    changed = [target for target, _ in changes.changed]
    facts = ["quantity", "due_on", "document", "set_by", "set_at"]
    Target.objects.bulk_update(changed, facts, batch_size=WRITTEN_AT_ONCE)
    entries = [_entry(each, ADDITION, f"Giao {whole(each.quantity)}", by=by) for each in changes.made]
    entries += [_entry(each, CHANGE, said, by=by) for each, said in changes.changed]
    # A target that is gone has no number any more: its entry names whose it was, and loading does not bring it back.
    entries += [
        _entry(each, DELETION, f"Bỏ chỉ tiêu {whole(each.quantity)}", by=by, named=cleared_name(each))
        for each in changes.cleared
    ]
    LogEntry.objects.bulk_create(entries, batch_size=WRITTEN_AT_ONCE)
    Target.objects.filter(pk__in=[each.pk for each in changes.cleared]).delete()
    tell_at_once()


def cleared_name(target: Target) -> str:
    """Of a target that was taken back, in the log."""
    return f"{target.campaign_id}/{target.unit_id}/{targets.of_target(target).key}"


def _entry(target: Target, flag: int, said: str, *, by: StaffAccount, named: str = "") -> LogEntry:
    return LogEntry(
        user=by,
        content_type=ContentType.objects.get_for_model(Target),
        object_id=named or str(target.pk),
        object_repr=f"Chỉ tiêu {whole(target.quantity)}",
        action_flag=flag,
        change_message=said,
    )


def _declare(
    campaign: Campaign,
    counts: Iterable[CountWanted],
    declared: Mapping[int, int],
    *,
    by: StaffAccount,
    at: datetime,
) -> int:
    differing = [each for each in counts if each.number != declared.get(each.unit)]
    GrassrootsCount.objects.bulk_create(
        (
            GrassrootsCount(campaign=campaign, unit_id=each.unit, number=each.number, set_by=by, set_at=at)
            for each in differing
            if each.number is not None
        ),
        batch_size=WRITTEN_AT_ONCE,
        update_conflicts=True,
        unique_fields=["campaign", "unit"],
        update_fields=["number", "set_by", "set_at"],
    )
    gone = [each.unit for each in differing if each.number is None]
    GrassrootsCount.objects.filter(campaign=campaign, unit__in=gone).delete()
    tell_at_once()
    return len(differing)


def last_changes(shown: Iterable[Target]) -> dict[int, str]:
    """What the last change of each target was ("2.000 → 3.000"), by its key; one statement."""
    keys = [str(each.pk) for each in shown]
    entries = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(Target), object_id__in=keys, action_flag=CHANGE
    )
    found = entries.order_by("pk").values_list("object_id", "change_message")
    return {int(key): said for key, said in found if key}
