"""The only door to a new status: lock, check the window, check the move, write, record the event, in one transaction.

Nothing is counted here (`progress/tally.py` does, outside): no row is locked that two submissions would wait for.
"""

import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from initiatives.campaigns import windows
from initiatives.duplicates import following
from initiatives.history import content as contents
from initiatives.models import (
    Act,
    Appraisal,
    Attachment,
    CoAuthor,
    Draft,
    Finding,
    Initiative,
    ReviewEvent,
    Status,
)
from orgtree.models import StaffAccount, Unit
from portal import metrics, plain_rows, prepared, sealing
from portal.vietnamese import days, names
from portal.vietnamese.text import folded

# Called inside the transaction with a locked initiative that ceased to be valid, was withdrawn, or went to another unit: whoever
# counts on it takes it back, or refuses with MoveRefused. Filled when the apps are ready; what lies above is not known here.
leaving: list[Callable[[Initiative, StaffAccount | None, datetime], None]] = []


_LOCKED = plain_rows.Prepared(
    lambda draft: Draft.objects.select_for_update(of=("self",)).filter(pk=draft), instead=(-1,)
)
_LAST_OF = plain_rows.Prepared(
    lambda campaign: Initiative.objects.filter(campaign=campaign).only("submitted_at").order_by("-submitted_at")[:1],
    instead=(-1,),
)


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


class PersonalDataIsErased(MoveRefused):
    """Nobody can tell any more what the initiative says, so nothing more is decided of it."""

    def __init__(self) -> None:
        super().__init__("Dữ liệu cá nhân của sáng kiến đã được xóa nên không xử lý tiếp được.")


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
    `tracked_by` is the phone that opens the record where the person has none: the officer's who entered it.
    """

    unit: Unit
    counts_on: date
    phone_digits: str
    values: Mapping[str, Any]
    national_id: str = ""
    co_authors: Sequence[Share] = field(default_factory=tuple)
    tracked_by: str = ""


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

    `arrived_at` is when the request that sends it arrived; what was typed since, in another tab, arrived with its own request,
    and the later of both counts. Raises WindowIsClosed or DayFitsNoPhase; the draft is then untouched. `code` and
    `receipt_token_hash` come from `submission/receipts.py`.
    """
    with transaction.atomic(durable=True):
        locked = _LOCKED.first(draft.pk)
        if locked is None:
            raise Draft.DoesNotExist
        if locked.initiative_id is not None:
            return Initiative.objects.select_related("campaign", "unit", "phase").get(pk=locked.initiative_id)
        if locked.saved_at != draft.saved_at:
            raise MoveRefused("Bản nháp vừa được sửa ở cửa sổ khác. Hãy xem lại rồi nộp.")
        arrived_at = _whole_at(locked, arrived_at)
        ruling = windows.verdict(draft.campaign, at=arrived_at, unit=entry.unit, draft=locked)
        if not ruling.is_open:
            raise WindowIsClosed(ruling)
        phase = ruling.phase_of(entry.counts_on)
        if phase is None:
            raise DayFitsNoPhase("Ngày áp dụng không thuộc đợt đang nhận.")
        initiative = Initiative(
            campaign=draft.campaign,
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
        co_authors = _write_co_authors(initiative, entry.co_authors)
        documents = _take_documents(initiative, locked)
        locked.initiative = initiative
        # The answers live on in the initiative; a draft that led to a receipt keeps nothing of a person.
        locked.answers, locked.sealed_national_id = {}, ""
        locked.save(update_fields=["initiative", "answers", "sealed_national_id"])
        content = contents.of_new(initiative, co_authors, documents)
        record(initiative, Act.RECEIVED, from_status="", by=by, at=initiative.submitted_at, content=content)
    metrics.count("portal_submissions_total", draft.campaign.slug)
    return initiative


def revise(
    initiative_id: int,
    entry: Entry,
    draft: Draft,
    *,
    at: datetime,
    by: StaffAccount | None = None,
    version: int | None = None,
) -> Initiative:
    """Takes over a correction, once: a returned initiative comes back for review, a waiting one is edited in place.

    Raises MoveRefused when review has begun or the due day has passed, ChangedMeanwhile when `version` is given and no
    longer holds. Which phase it counts in stays as received.
    """
    with transaction.atomic(durable=True):
        initiative = _lock(initiative_id)
        if version is not None and initiative.version != version:
            raise ChangedMeanwhile(initiative.status)
        saved = Draft.objects.select_for_update().filter(pk=draft.pk).first() if draft.pk else None
        if saved is None and (draft.pk or initiative.is_awaiting):
            return initiative  # the first of two taps took it over, or nothing was changed
        if saved is not None and saved.saved_at != draft.saved_at:
            raise MoveRefused("Bản bổ sung vừa được sửa ở cửa sổ khác. Hãy xem lại rồi gửi.")
        refusal = refuses_revision(initiative, at=_whole_at(saved, at) if saved is not None else at)
        if refusal:
            raise MoveRefused(refusal)
        was = initiative.status
        moved = f"{initiative.unit.code} → {entry.unit.code}" if initiative.unit_id != entry.unit.pk else ""
        initiative.unit = entry.unit
        declared = _declared(initiative)
        write_values(initiative, entry)
        if _declared(initiative) != declared:  # what staff found was found of another declaration
            initiative.is_appraised, initiative.appraised_value = False, None
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
        if moved:
            _leave(initiative, by=by, at=at)
    return initiative


def refuses_revision(initiative: Initiative, *, at: datetime) -> str:
    """Why the sender may not change `initiative` at `at`, as a sentence; "" when it may be changed.

    A returned one until its due day; a waiting one until an officer's first decision and while its window is open.
    """
    if initiative.erased_at is not None:
        return PersonalDataIsErased().sentence
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
    sent = Draft.objects.filter(initiative=initiative).first()  # more time for one person is tied to it
    if not windows.verdict(initiative.campaign, at=at, unit=initiative.unit, draft=sent).is_open:
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
    Whatever repeated it follows: to the one that it repeats itself, or back to be reviewed where it no longer counts. What had
    gone along with it to another comes back with it.
    """
    pk = initiative if isinstance(initiative, int) else initiative.pk
    with transaction.atomic():
        locked, first, twins = _lock_with_twins(pk, to, duplicate_of)
        if version is not None and locked.version != version:
            raise ChangedMeanwhile(locked.status)
        if locked.erased_at is not None:
            raise PersonalDataIsErased
        if not locked.may_become(to):
            raise MoveRefused(
                f"Không chuyển được từ “{Status(locked.status).label.lower()}” sang “{Status(to).label.lower()}”."
            )
        if duplicate_of is not None and (to != Status.INVALID or duplicate_of.pk == locked.pk):
            raise MoveRefused("Sáng kiến trùng lặp phải trùng với một sáng kiến khác.")
        if first is not None and first.status in {Status.INVALID, Status.WITHDRAWN}:
            raise MoveRefused("Sáng kiến nhận trước không còn được tính nên không thể là bản gốc.")
        led = following.leaders([pk, *(twin.pk for twin in twins)]) if twins and duplicate_of is None else {}
        was = locked.status
        locked.status = to
        locked.duplicate_of = duplicate_of
        locked.told_at = None
        locked.version += 1
        locked.save(update_fields=["status", "duplicate_of", "told_at", "version"])
        event = record(
            locked, act or ACT_OF[Status(to)], from_status=was, by=by, at=at, reasons=reasons, note=note, due_on=due_on
        )
        for twin, its_first in _new_firsts(locked, twins, led):
            _follow(twin, its_first, by=by, at=at)
        if was == Status.VALID or to == Status.WITHDRAWN:
            _leave(locked, by=by, at=at)
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


PRIMARY_IS_GONE = Reason(
    "primary_gone", "", "Sáng kiến nhận trước không còn được tính, nên sáng kiến này được xét lại."
)


def _new_firsts(
    moved: Initiative, twins: Sequence[Initiative], led: Mapping[int, set[int]]
) -> list[tuple[Initiative, Initiative | None]]:
    """What each of the twins repeats from now on; nothing (None) where it waits again. `led` is who went along with whom."""
    if moved.status == Status.SUBMITTED:
        return [(twin, moved) for twin in twins if moved.pk in led.get(twin.pk, ())]
    if moved.duplicate_of is not None:
        return [(twin, moved.duplicate_of) for twin in twins]
    # The first is gone. Those that people found to repeat it wait again, and what had gone along with one of them goes back.
    waiting = {twin.pk: twin for twin in twins if not led.get(twin.pk)}
    leaders = {twin.pk: min(led.get(twin.pk, set()) & waiting.keys(), default=0) for twin in twins}
    return [(twin, waiting.get(leaders[twin.pk])) for twin in twins]


def _follow(repeat: Initiative, first: Initiative | None, *, by: StaffAccount | None, at: datetime) -> None:
    """What was a duplicate of another: of `first` from now on, or waiting again."""
    was = repeat.status
    repeat.duplicate_of = first
    repeat.version += 1
    if first is None:
        repeat.status, repeat.told_at = Status.SUBMITTED, None
    repeat.save(update_fields=["status", "duplicate_of", "told_at", "version"])
    if first is None:
        record(repeat, Act.REOPENED, from_status=was, by=by, at=at, reasons=(PRIMARY_IS_GONE,))
    else:
        record(repeat, Act.REPOINTED, from_status=was, by=by, at=at)


@dataclass(frozen=True)
class Found:
    """What staff found of a benefit for one year (M33). `value` is in đồng, with Finding.MONEY alone; the note is for staff."""

    finding: Finding
    value: int | None = None
    has_social_meaning: bool = False
    note: str = ""


# One that was declined still counts as an entry, so its value may need to be put right; a duplicate does not.
APPRAISABLE = frozenset({Status.SUBMITTED, Status.RETURNED, Status.VALID, Status.INVALID})


def appraise(
    initiative: Initiative | int, found: Found, *, by: StaffAccount, at: datetime, version: int | None = None
) -> ReviewEvent:
    """Writes what `by` found of the declared benefit. No status changes by it, so what is sealed or announced may be appraised.

    The second of two taps answers with what the first wrote. Raises ChangedMeanwhile when `version` is given and no longer
    holds, MoveRefused where there is nothing to appraise.
    """
    pk = initiative if isinstance(initiative, int) else initiative.pk
    with transaction.atomic():
        locked = _lock(pk)
        if version is not None and locked.version != version:
            last = locked.events.order_by("-number").first()
            if last is not None and locked.version == version + 1 and _is_same(last, found, by):
                return last
            raise ChangedMeanwhile(locked.status)
        if locked.erased_at is not None:
            raise PersonalDataIsErased
        if locked.duplicate_of_id is not None or locked.status not in APPRAISABLE:
            label = Status(locked.status).label.lower()
            raise MoveRefused(f"Sáng kiến đang ở trạng thái “{label}” nên không thẩm định giá trị được.")
        locked.is_appraised = found.finding != Finding.NONE
        locked.appraised_value = found.value
        locked.has_social_meaning = found.has_social_meaning
        locked.version += 1
        locked.save(update_fields=["is_appraised", "appraised_value", "has_social_meaning", "version"])
        event = record(locked, Act.APPRAISED, from_status=locked.status, by=by, at=at, note=found.note)
        Appraisal.objects.create(
            event=event,
            finding=found.finding,
            value=found.value,
            has_social_meaning=found.has_social_meaning,
            declared=locked.benefit_value,
        )
    return event


def _is_same(event: ReviewEvent, found: Found, by: StaffAccount) -> bool:
    if event.act != Act.APPRAISED or event.account_id != by.pk:
        return False
    written = event.appraisal
    return found == Found(Finding(written.finding), written.value, written.has_social_meaning, event.note)


def _declared(initiative: Initiative) -> tuple[int | None, bool]:
    return initiative.benefit_value, initiative.benefit_is_not_money


NEEDS_THE_PERSON = frozenset({Act.TOLD, Act.REPRINTED, Act.RENEWED, Act.NOMINATED, Act.AGREED, Act.CLEARED})


def note(
    initiative: Initiative | int, act: Act, *, by: StaffAccount | None, at: datetime, words: str = "", receipt: str = ""
) -> ReviewEvent:
    """Records what was done about an initiative without moving it: told, cleared, reprinted, renewed, nominated, commended …

    `receipt` is the hash of a new receipt token: the old link opens nothing from then on. Raises MoveRefused where there is
    nothing (left) to tell.
    """
    with transaction.atomic():
        locked = _lock(initiative if isinstance(initiative, int) else initiative.pk)
        if locked.erased_at is not None and act in NEEDS_THE_PERSON:
            raise PersonalDataIsErased
        if act == Act.TOLD:
            if locked.status not in {Status.RETURNED, Status.INVALID}:
                raise MoveRefused("Sáng kiến không còn chờ báo: trạng thái vừa thay đổi.")
            if locked.told_at is not None:
                raise MoveRefused("Người khác vừa đánh dấu đã báo.")
            locked.told_at = at
            locked.save(update_fields=["told_at"])
        if receipt:
            locked.receipt_token_hash = receipt
            locked.save(update_fields=["receipt_token_hash"])
        return record(locked, act, from_status=locked.status, by=by, at=at, note=words)


def note_all(
    keys: Collection[int], act: Act, *, by: StaffAccount, at: datetime, unless: Callable[[ReviewEvent], bool]
) -> None:
    """As `note`, for many at once and in a few statements: an act that changes nothing. `unless` is asked of the last step."""
    with transaction.atomic():
        rows = list(Initiative.objects.select_for_update().filter(pk__in=keys).order_by("pk"))
        events = ReviewEvent.objects.filter(initiative__in=[row.pk for row in rows]).order_by("number")
        last = {event.initiative_id: event for event in events}
        content = contents.of_many(rows)
        steps = [
            ReviewEvent(
                initiative=row,
                number=last[row.pk].number + 1,
                at=at,
                act=act,
                account=by,
                role=by.role,
                from_status=row.status,
                to_status=row.status,
                salt=secrets.token_hex(16),
                previous_hash=last[row.pk].hash,
            )
            for row in rows
            if row.pk in last and not unless(last[row.pk])
        ]
        for step in steps:
            step.content_digest = contents.digest(step.salt, content[step.initiative_id])
            step.text_digest = step.digest_of_text()
            step.hash = step.digest()
        ReviewEvent.objects.bulk_create(steps)


def reassign(
    initiative: Initiative, unit: Unit, *, by: StaffAccount, at: datetime, version: int | None = None
) -> ReviewEvent:
    """Attaches an initiative to another unit (the sender did not find it, or picked the wrong one)."""
    with transaction.atomic():
        locked = _lock(initiative.pk)
        if version is not None and locked.version != version:
            raise ChangedMeanwhile(locked.status)
        if locked.erased_at is not None:
            raise PersonalDataIsErased
        if locked.status == Status.WITHDRAWN:
            raise MoveRefused("Người gửi đã rút sáng kiến này nên không chuyển đơn vị được nữa.")
        if locked.unit_id == unit.pk:
            raise MoveRefused("Sáng kiến đang thuộc đơn vị này.")
        note = f"{locked.unit.code} → {unit.code}"
        locked.unit = unit
        locked.screened_at = None  # who decides on its twins may be another unit now
        locked.version += 1
        locked.save(update_fields=["unit", "screened_at", "version"])
        event = record(locked, Act.REASSIGNED, from_status=locked.status, by=by, at=at, note=note)
        _leave(locked, by=by, at=at)
    initiative.unit, initiative.version = unit, locked.version
    return event


def _leave(initiative: Initiative, *, by: StaffAccount | None, at: datetime) -> None:
    for follow in leaving:
        follow(initiative, by, at)


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
    content: str | None = None,
) -> ReviewEvent:
    """Adds the next step to the chain. The initiative must be locked, or new in this transaction, and saved as it is in memory.

    `content` is what it says now, where the caller knows (`history/content.py`); else two statements ask for what hangs on it.
    """
    last = initiative.events.order_by("-number").first() if from_status else None
    salt = secrets.token_hex(16)
    if content is None:
        content = contents.of(initiative)
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
        salt=salt,
        content_digest=contents.digest(salt, content),
        previous_hash=last.hash if last else "",
    )


def write_values(initiative: Initiative, entry: Entry) -> None:
    """Puts the entry's values and what is derived from them on `initiative`, unsaved."""
    for name, value in entry.values.items():
        setattr(initiative, name, value)
    initiative.national_id = entry.national_id
    initiative.phone_digits = entry.phone_digits
    initiative.phone_hash = sealing.lookup_hash("phone", entry.phone_digits or entry.tracked_by)
    initiative.search_text = folded(f"{initiative.full_name} {initiative.title}")
    initiative.name_key = names.sort_key(initiative.full_name)
    initiative.screened_at = None


def _write_co_authors(initiative: Initiative, shares: Sequence[Share]) -> list[CoAuthor]:
    return CoAuthor.objects.bulk_create(
        CoAuthor(initiative=initiative, number=number, full_name=each.full_name, share=each.share)
        for number, each in enumerate(shares, start=1)
    )


def _take_documents(initiative: Initiative, draft: Draft) -> list[contents.Values]:
    """The draft's documents are the initiative's from now on; what the step's digest covers of them, in the same statement."""
    columns = ", ".join(contents.COVERED[Attachment])
    with connection.cursor() as cursor:
        prepared.execute(
            cursor,
            f'UPDATE "{Attachment._meta.db_table}" SET initiative_id = %s, draft_id = NULL'  # noqa: S608 - names of our own
            f" WHERE draft_id = %s RETURNING id, {columns}",
            [initiative.pk, draft.pk],
        )
        return [row[1:] for row in sorted(cursor.fetchall())]


def _whole_at(draft: Draft, arrived_at: datetime) -> datetime:
    """When all of what is sent had arrived: a request that takes minutes must not bring what another one typed after the close.
    A moment still to come is of a clock that was set back, and says nothing."""
    return max(arrived_at, draft.saved_at) if draft.saved_at <= timezone.now() else arrived_at


def _not_before_the_last(campaign_id: int) -> datetime:
    """Now, or the last moment stored where a clock was set back: the order of arrival never runs backwards."""
    now = timezone.now()
    last = _LAST_OF.first(campaign_id)
    return max(now, last.submitted_at) if last else now


def _lock_with_twins(
    pk: int, to: str, first: Initiative | None
) -> tuple[Initiative, Initiative | None, list[Initiative]]:
    """The initiative, the one it shall repeat, and those its move concerns: locked in the order of their keys, so that two
    people who decide on the same pair wait for each other and never block each other."""
    twins = _concerned(pk, to)
    keys = {pk, *twins} if first is None else {pk, *twins, first.pk}
    rows = {row.pk: row for row in Initiative.objects.select_for_update().filter(pk__in=keys).order_by("pk")}
    if pk not in rows:
        raise Initiative.DoesNotExist
    twins = _concerned(pk, to)
    late = twins - rows.keys()
    if late:  # decided while this waited. Out of order nothing is waited for.
        free = Initiative.objects.select_for_update(skip_locked=True).filter(pk__in=late)
        rows |= {row.pk: row for row in free}
        if not late <= rows.keys():
            raise ChangedMeanwhile(rows[pk].status)
    return rows[pk], rows.get(first.pk) if first is not None else None, [rows[twin] for twin in sorted(twins)]


def _concerned(pk: int, to: str) -> set[int]:
    """What repeats one that shall count no more; what may have gone along with one that shall be reviewed again."""
    if to in {Status.INVALID, Status.WITHDRAWN}:
        return set(Initiative.objects.filter(duplicate_of=pk).values_list("pk", flat=True))
    return following.may_have_followed(pk) if to == Status.SUBMITTED else set()


def _lock(pk: int) -> Initiative:
    """Without joins: where the unit was changed while this waited, PostgreSQL finds no unit to join and so no row."""
    return Initiative.objects.select_for_update().get(pk=pk)
