"""The only door to a new status: lock, check the window, check the move, write, record the event, in one transaction.

Nothing is counted here (`progress/tally.py` does, outside): no row is locked that two submissions would wait for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from initiatives.campaigns import windows
from initiatives.models import (
    Act,
    Attachment,
    CoAuthor,
    Draft,
    Initiative,
    ReviewEvent,
    Status,
)
from orgtree.models import StaffAccount, Unit
from portal import sealing
from portal.vietnamese import days, names
from portal.vietnamese.text import folded


class MoveRefused(Exception):
    """A step that the rules do not allow; `sentence` says why."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class ChangedMeanwhile(MoveRefused):
    """Somebody else moved or edited the initiative since this page was opened. Nothing was overwritten."""

    def __init__(self, status: str) -> None:
        label = Status(status).label.lower()
        super().__init__(
            f"Sáng kiến vừa được người khác xử lý và đang ở trạng thái “{label}”. Hãy xem lại trước khi quyết định."
        )


class WindowIsClosed(MoveRefused):
    """The verdict at the moment of arrival was not open; carries it."""

    def __init__(self, verdict: windows.Verdict) -> None:
        super().__init__(verdict.sentence)
        self.verdict = verdict


class DayFitsNoPhase(MoveRefused):
    """The day that counts lies in no phase that is open now."""


@dataclass(frozen=True)
class Reason:
    """Why something was returned or declined, and the form field it concerns ("" for the whole)."""

    code: str
    field: str
    text: str


@dataclass(frozen=True)
class Share:
    """A co-author and the part of the work, in percent."""

    full_name: str
    share: Decimal


@dataclass(frozen=True)
class Entry:
    """What passed every check: the values of an initiative, ready to be kept.

    `values` are columns of Initiative; `counts_on` is the day that decides the phase (`submission/eligibility.py`).
    """

    unit: Unit
    counts_on: date
    phone_digits: str
    values: Mapping[str, Any]
    national_id: str = ""
    co_authors: Sequence[Share] = field(default_factory=tuple)


def receive(
    draft: Draft,
    entry: Entry,
    *,
    arrived_at: datetime,
    code: str,
    receipt_token_hash: str,
    by: StaffAccount | None = None,
) -> Initiative:
    """Makes the initiative of `draft`, once: a draft already received answers with what it became.

    Raises WindowIsClosed or DayFitsNoPhase; the draft is then untouched. `code` and `receipt_token_hash` come from
    `submission/receipts.py`.
    """
    with transaction.atomic(durable=True):
        locked = Draft.objects.select_for_update(of=("self",)).select_related("campaign").get(pk=draft.pk)
        if locked.initiative_id is not None:
            return Initiative.objects.select_related("campaign", "unit", "phase").get(pk=locked.initiative_id)
        if locked.saved_at != draft.saved_at:
            raise MoveRefused("Bản nháp vừa được sửa ở cửa sổ khác. Hãy xem lại rồi nộp.")
        ruling = windows.verdict(locked.campaign, at=arrived_at, unit=entry.unit, draft=locked)
        if not ruling.is_open:
            raise WindowIsClosed(ruling)
        phase = ruling.phase_of(entry.counts_on)
        if phase is None:
            raise DayFitsNoPhase("Ngày áp dụng không thuộc đợt đang nhận.")
        initiative = Initiative(
            campaign=locked.campaign,
            phase=phase,
            unit=entry.unit,
            receipt_code=code,
            receipt_token_hash=receipt_token_hash,
            arrived_at=arrived_at,
            submitted_at=_not_before_the_last(locked.campaign_id),
            entered_by=by,
        )
        write_values(initiative, entry)
        initiative.save()
        _write_co_authors(initiative, entry.co_authors)
        Attachment.objects.filter(draft=locked).update(initiative=initiative, draft=None)
        locked.initiative = initiative
        # The answers live on in the initiative; a draft that led to a receipt keeps nothing of a person.
        locked.answers, locked.sealed_national_id = {}, ""
        locked.save(update_fields=["initiative", "answers", "sealed_national_id"])
        record(initiative, Act.RECEIVED, from_status="", by=by, at=initiative.submitted_at)
    return initiative


def revise(
    initiative_id: int, entry: Entry, draft: Draft, *, at: datetime, by: StaffAccount | None = None
) -> Initiative:
    """Takes over a correction, once: a returned initiative comes back for review, a waiting one is edited in place.

    Raises MoveRefused when review has begun or the due day has passed. Which phase it counts in stays as received.
    """
    with transaction.atomic(durable=True):
        initiative = _lock(initiative_id)
        saved = Draft.objects.select_for_update().filter(pk=draft.pk).first() if draft.pk else None
        if saved is None and (draft.pk or initiative.is_awaiting):
            return initiative  # the first of two taps took it over, or nothing was changed
        if saved is not None and saved.saved_at != draft.saved_at:
            raise MoveRefused("Bản bổ sung vừa được sửa ở cửa sổ khác. Hãy xem lại rồi gửi.")
        refusal = refuses_revision(initiative, at=at)
        if refusal:
            raise MoveRefused(refusal)
        was = initiative.status
        moved = f"{initiative.unit.code} → {entry.unit.code}" if initiative.unit_id != entry.unit.pk else ""
        initiative.unit = entry.unit
        write_values(initiative, entry)
        initiative.status = Status.SUBMITTED
        initiative.version += 1
        initiative.save()
        initiative.co_authors.all().delete()
        _write_co_authors(initiative, entry.co_authors)
        if saved is not None:
            saved.attachments.update(initiative=initiative, draft=None)
            saved.delete()
        act = Act.RESENT if was == Status.RETURNED else Act.EDITED
        record(initiative, act, from_status=was, by=by, at=at, note=moved)
    return initiative


def refuses_revision(initiative: Initiative, *, at: datetime) -> str:
    """Why the sender may not change `initiative` at `at`, as a sentence; "" when it may be changed.

    A returned one until its due day; a waiting one until an officer's first decision and while its window is open.
    """
    if initiative.status == Status.RETURNED:
        last = initiative.events.filter(act=Act.RETURNED).order_by("-number").first()
        if last and last.due_on and timezone.localdate(at) > last.due_on:
            return f"Đã hết hạn bổ sung (hết ngày {days.shown(last.due_on)}). Hãy liên hệ công đoàn của bạn."
        return ""
    if initiative.status == Status.WITHDRAWN:
        return "Bạn đã rút sáng kiến này nên không sửa được nữa."
    if initiative.status != Status.SUBMITTED:
        return "Sáng kiến đã được xét nên không sửa được nữa."
    if initiative.events.filter(account__isnull=False, act__in=DECISIONS).exists():
        return "Công đoàn đã bắt đầu xét nên không sửa được nữa."
    if not windows.verdict(initiative.campaign, at=at, unit=initiative.unit).is_open:
        return "Đã hết thời gian nhận nên không sửa được nữa."
    return ""


DECISIONS = (Act.RETURNED, Act.APPROVED, Act.DECLINED, Act.REOPENED)


def move(
    initiative: Initiative | int,
    to: str,
    *,
    by: StaffAccount | None,
    at: datetime,
    act: Act | None = None,
    reasons: Sequence[Reason] = (),
    note: str = "",
    due_on: date | None = None,
    duplicate_of: Initiative | None = None,
    version: int | None = None,
) -> ReviewEvent:
    """Moves one initiative to the status `to`. `by` None is the sender.

    Raises ChangedMeanwhile when `version` is given and no longer holds, MoveRefused when the table of moves says no.
    """
    with transaction.atomic():
        locked = _lock(initiative if isinstance(initiative, int) else initiative.pk)
        if version is not None and locked.version != version:
            raise ChangedMeanwhile(locked.status)
        if not locked.may_become(to):
            raise MoveRefused(
                f"Không chuyển được từ “{Status(locked.status).label.lower()}” sang “{Status(to).label.lower()}”."
            )
        if duplicate_of is not None and (to != Status.INVALID or duplicate_of.pk == locked.pk):
            raise MoveRefused("Sáng kiến trùng lặp phải trùng với một sáng kiến khác.")
        was = locked.status
        locked.status = to
        locked.duplicate_of = duplicate_of
        locked.version += 1
        locked.save(update_fields=["status", "duplicate_of", "version"])
        event = record(
            locked, act or ACT_OF[Status(to)], from_status=was, by=by, at=at, reasons=reasons, note=note, due_on=due_on
        )
    if isinstance(initiative, Initiative):
        initiative.status, initiative.version, initiative.duplicate_of = locked.status, locked.version, duplicate_of
    return event


ACT_OF = {
    Status.SUBMITTED: Act.REOPENED,
    Status.RETURNED: Act.RETURNED,
    Status.VALID: Act.APPROVED,
    Status.INVALID: Act.DECLINED,
    Status.WITHDRAWN: Act.WITHDRAWN,
}


def reassign(
    initiative: Initiative, unit: Unit, *, by: StaffAccount, at: datetime, version: int | None = None
) -> ReviewEvent:
    """Attaches an initiative to another unit (the sender did not find it, or picked the wrong one)."""
    with transaction.atomic():
        locked = _lock(initiative.pk)
        if version is not None and locked.version != version:
            raise ChangedMeanwhile(locked.status)
        if locked.status == Status.WITHDRAWN:
            raise MoveRefused("Người gửi đã rút sáng kiến này nên không chuyển đơn vị được nữa.")
        if locked.unit_id == unit.pk:
            raise MoveRefused("Sáng kiến đang thuộc đơn vị này.")
        note = f"{locked.unit.code} → {unit.code}"
        locked.unit = unit
        locked.version += 1
        locked.save(update_fields=["unit", "version"])
        event = record(locked, Act.REASSIGNED, from_status=locked.status, by=by, at=at, note=note)
    initiative.unit, initiative.version = unit, locked.version
    return event


def record(
    initiative: Initiative,
    act: Act,
    *,
    from_status: str,
    by: StaffAccount | None,
    at: datetime,
    reasons: Sequence[Reason] = (),
    note: str = "",
    due_on: date | None = None,
) -> ReviewEvent:
    """Adds the next step to the chain. The initiative must be locked, or new in this transaction."""
    last = initiative.events.order_by("-number").first() if from_status else None
    return ReviewEvent.objects.create(
        initiative=initiative,
        number=last.number + 1 if last else 1,
        at=at,
        act=act,
        account=by,
        role=by.role if by else "",
        from_status=from_status,
        to_status=initiative.status,
        reasons=[{"code": reason.code, "field": reason.field, "text": reason.text} for reason in reasons],
        note=note,
        due_on=due_on,
        previous_hash=last.hash if last else "",
    )


def write_values(initiative: Initiative, entry: Entry) -> None:
    """Puts the entry's values and what is derived from them on `initiative`, unsaved."""
    for name, value in entry.values.items():
        setattr(initiative, name, value)
    initiative.national_id = entry.national_id
    initiative.phone_digits = entry.phone_digits
    initiative.phone_hash = sealing.lookup_hash("phone", entry.phone_digits)
    initiative.search_text = folded(f"{initiative.full_name} {initiative.title}")
    initiative.name_key = names.sort_key(initiative.full_name)


def _write_co_authors(initiative: Initiative, shares: Sequence[Share]) -> None:
    CoAuthor.objects.bulk_create(
        CoAuthor(initiative=initiative, number=number, full_name=each.full_name, share=each.share)
        for number, each in enumerate(shares, start=1)
    )


def _not_before_the_last(campaign_id: int) -> datetime:
    """Now, or the last moment stored where a clock was set back: the order of arrival never runs backwards."""
    now = timezone.now()
    last = Initiative.objects.filter(campaign_id=campaign_id).aggregate(last=Max("submitted_at"))["last"]
    return max(now, last) if last else now


def _lock(pk: int) -> Initiative:
    """Without joins: where the unit was changed while this waited, PostgreSQL finds no unit to join and so no row."""
    return Initiative.objects.select_for_update().get(pk=pk)
