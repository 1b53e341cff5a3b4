"""The dossier of a unit in a round: made when first needed, its papers, the day it came, more time for it.

Whoever locks several rows locks them in one order: initiatives, the dossier, quotas, each in the order of their keys. Every
change counts up `edition`, by which somebody who seals sees that somebody else changed something.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from initiatives.models import (
    CameBy,
    Dossier,
    DossierAct,
    DossierEvent,
    DossierFile,
    DossierPart,
    DossierState,
    DossierVersion,
    Initiative,
    Nomination,
    SelectionRound,
)
from initiatives.nominations import rights, rounds
from initiatives.nominations.refusals import SelectionRefused
from initiatives.submission.files import store
from initiatives.submission.files.judge import FileRefused, Upload, judge
from orgtree.models import StaffAccount, Unit
from portal.vietnamese import days
from portal.vietnamese.text import single_line

MOST_FILES = 200  # of one dossier
LONGEST_REASON = 300
# What is about one nominee; the others are about the dossier.
OF_A_NOMINEE = {DossierPart.RECOGNITION_DECISIONS, DossierPart.OTHER}


class NotAllowed(SelectionRefused):
    """The account's unit or role does not let it do this; `sentence` says who may."""


class TakesNoPart(SelectionRefused):
    """The unit is none of those that the round is held for."""


class DossierIsSealed(SelectionRefused):
    """It was sent: nothing of it changes until the level above returns it."""


class DossierChanged(SelectionRefused):
    """Somebody else changed or answered it since the page was opened. Nothing was overwritten."""


class RoundIsNotOpen(SelectionRefused):
    """Before its opening nothing is prepared."""


class PaperRefused(SelectionRefused):
    """A file that is not kept, or not in this place."""


class FileIsGone(SelectionRefused):
    """Somebody else took it away."""


class DayRefused(SelectionRefused):
    """A day of arrival or of an extension that cannot be."""


class NoReason(SelectionRefused):
    """More time is granted for a reason that can be read later."""


def of(round: SelectionRound, unit: Unit) -> Dossier:
    """The dossier of `unit` in `round`, made where there is none: two who ask at once get the same."""
    found = Dossier.objects.filter(round=round, unit=unit).select_related("round__host", "unit").first()
    if found is not None:
        return found
    if not rounds.takes_part(round, unit):
        raise TakesNoPart(f"{unit} không thuộc các đơn vị tham gia đợt “{round}”.")
    return Dossier.objects.get_or_create(round=round, unit=unit)[0]


def files_of(dossier: Dossier) -> list[DossierFile]:
    """Its papers: those that were not taken away, without those of a nominee who does not stand any more."""
    standing = Nomination.objects.filter(round=dossier.round_id, unit=dossier.unit_id).standing().values("initiative")
    return list(
        dossier.files.filter(removed_at=None)
        .filter(Q(nomination=None) | Q(nomination__initiative__in=standing))
        .select_related("nomination__initiative")
    )


def add_file(
    dossier: Dossier,
    upload: Upload,
    *,
    part: str,
    nomination: Nomination | None = None,
    by: StaffAccount,
    at: datetime,
) -> DossierFile:
    """Judges, stores and notes one scan: the file is whole on the disk before its row exists. The same file for the same
    place twice is one."""
    _must_prepare(dossier, by)
    nomination = _nominee_of(dossier, DossierPart(part), nomination)
    facts = _kept(upload, DossierPart(part), at)
    return _noted_paper(dossier, DossierPart(part), nomination, facts, by=by, at=at)


def note_paper(
    dossier: Dossier, part: str, *, nomination: Nomination | None = None, by: StaffAccount, at: datetime
) -> DossierFile:
    """Notes that this part came, or goes, on paper."""
    _must_prepare(dossier, by)
    nomination = _nominee_of(dossier, DossierPart(part), nomination)
    return _noted_paper(dossier, DossierPart(part), nomination, {}, by=by, at=at)


def remove_file(file_id: int, *, by: StaffAccount, at: datetime) -> Dossier:
    """Takes a paper away. What was sealed once stays behind its version; what never was is forgotten, and the sweep takes the
    file."""
    file = DossierFile.objects.select_related("dossier__unit", "nomination").filter(pk=file_id).first()
    if file is None:
        raise _gone()
    _must_prepare(file.dossier, by)
    with transaction.atomic():
        initiative = _locked_initiative(file.nomination)
        there = opened(file.dossier, at=at)
        file = DossierFile.objects.select_for_update().filter(pk=file_id, removed_at=None).first()
        if file is None:
            raise _gone()
        words = DossierPart(file.part).label
        if DossierVersion.objects.filter(dossier=there, sealed_at__gte=file.added_at).exists():
            file.removed_at = at
            file.save(update_fields=["removed_at"])
        else:
            file.delete()
        noted(there, DossierAct.FILE_REMOVED, by=by, at=at, words=words, initiative=initiative)
    return there


def extend(dossier: Dossier, *, until: date, because: str, by: StaffAccount, at: datetime) -> Dossier:
    """The host gives this unit until the end of `until`. What it sent meanwhile is late no more if it came by then."""
    _must_host(dossier, by)
    because = _reason(because)
    with transaction.atomic():
        there = locked(dossier)
        due = there.round.dossier_due
        if there.state == DossierState.ACCEPTED:
            raise DossierIsSealed("Hồ sơ đã được chấp nhận nên không cần gia hạn.")
        if due is None:
            raise DayRefused("Đợt này không có hạn gửi hồ sơ nên không cần gia hạn.")
        if until <= due:
            raise DayRefused(f"Ngày gia hạn phải sau hạn của đợt ({days.shown(due)}).")
        if there.is_open and until < (there.arrived_on or timezone.localdate(at)):
            raise DayRefused("Ngày gia hạn đã qua nên hồ sơ vẫn quá hạn. Hãy ghi một ngày từ hôm nay trở đi.")
        there.extended_until, there.extended_because = until, because
        there.extended_by, there.extended_at = by, at
        noted(
            there,
            DossierAct.EXTENDED,
            by=by,
            at=at,
            words=f"Đến hết ngày {days.shown(until)}. {because}",
            changed=("extended_until", "extended_because", "extended_by", "extended_at"),
        )
        if there.is_sealed:
            _weigh(there)
    return there


def weigh_again(round: SelectionRound, *, by: StaffAccount, at: datetime) -> list[Dossier]:
    """After the round's last day was moved: what was sent late and is in time now is late no more. Answers those dossiers.
    The caller's transaction holds them (`hold_all_of`)."""
    late = DossierVersion.objects.filter(dossier=OuterRef("pk"), number=OuterRef("version"), is_late=True)
    rows = Dossier.objects.sealed().filter(Exists(late), round=round).select_related("unit").order_by("pk")
    mended = []
    for there in rows:
        there.round = round
        if not _weigh(there):
            continue
        due = round.dossier_due
        until = "không còn hạn gửi hồ sơ" if due is None else f"nay có hạn đến hết ngày {days.shown(due)}"
        noted(there, DossierAct.EXTENDED, by=by, at=at, words=f"Đợt {until}: hồ sơ đã gửi không còn quá hạn.")
        mended.append(there)
    return mended


def hold_all_of(round_id: int) -> None:
    """Every dossier of a round, held before the round is: nobody nominates or seals there until this transaction ends."""
    list(Dossier.objects.filter(round=round_id).select_for_update().order_by("pk").values_list("pk"))


def came_outside(dossier: Dossier, *, by_way: str, arrived_on: date | None, by: StaffAccount, at: datetime) -> Dossier:
    """The host notes that it came on paper or by email on a day, which then counts as its day of sending. `CameBy.PORTAL`
    takes that back. Of one that was sent the day can be put right until it is accepted: what was sealed stands, the day that
    counts changes, and with it whether it is late."""
    _must_host(dossier, by)
    way = CameBy(by_way)
    with transaction.atomic():
        there = locked(dossier)
        was_noted = there.arrived_on if way != CameBy.PORTAL and may_correct_day(there) else None
        if was_noted is None:
            _must_be_open(there, at=at)
        came_on, words = None, way.label
        if way != CameBy.PORTAL:
            came_on = _day_of_arrival(there, arrived_on, at=at)
            words = f"{words}, ngày {days.shown(came_on)}"
        if was_noted is not None:
            words = f"{words}, thay cho: {there.get_came_by_display()}, ngày {days.shown(was_noted)}"
        there.came_by, there.arrived_on = way, came_on
        noted(there, DossierAct.CAME_OUTSIDE, by=by, at=at, words=words, changed=("came_by", "arrived_on"))
        if was_noted is not None and came_on is not None:
            is_late = rounds.window(there.round, dossier=there).is_late(came_on)
            there.versions.filter(number=there.version).update(sent_on=came_on, is_late=is_late)
    return there


def may_correct_day(dossier: Dossier) -> bool:
    """Whether it came outside the portal, was sent, and the level above has not accepted it yet."""
    return dossier.arrived_on is not None and dossier.state in {DossierState.SENT, DossierState.RECEIVED}


def locked(dossier: Dossier) -> Dossier:
    """As it stands now, nobody else changing it until this transaction ends. Read without joins; what it stands for is what
    was read with it."""
    there = Dossier.objects.select_for_update().get(pk=dossier.pk)
    there.round = SelectionRound.objects.select_related("host", "campaign").get(pk=there.round_id)
    there.unit = dossier.unit
    return there


def opened(dossier: Dossier, *, at: datetime) -> Dossier:
    """`locked`, and refused where nothing may change: it was sent, or its round has not opened."""
    there = locked(dossier)
    _must_be_open(there, at=at)
    return there


def _must_be_open(there: Dossier, *, at: datetime) -> None:
    if there.is_sealed:
        raise DossierIsSealed(
            f"Hồ sơ đang ở trạng thái “{there.get_state_display().lower()}” nên không sửa được. "
            "Muốn sửa, hãy đề nghị cấp trên trả lại."
        )
    window = rounds.window(there.round, dossier=there)
    if window.state(at=at) == rounds.RoundState.NOT_YET:
        raise RoundIsNotOpen(window.sentence(at=at))


def noted(
    there: Dossier,
    act: DossierAct,
    *,
    by: StaffAccount | None,
    at: datetime,
    words: str = "",
    initiative: Initiative | int | None = None,
    changed: Iterable[str] = (),
) -> DossierEvent:
    """Writes what was `changed` of a dossier that is locked, counts the change and records who did it."""
    Dossier.objects.filter(pk=there.pk).update(
        edition=F("edition") + 1, **{name: getattr(there, name) for name in changed}
    )
    there.edition += 1
    return DossierEvent.objects.create(
        dossier=there,
        at=at,
        act=act,
        account=by,
        role=by.role if by else "",
        version=there.version,
        initiative_id=initiative.pk if isinstance(initiative, Initiative) else initiative,
        words=words,
    )


def locked_initiatives(dossier: Dossier) -> dict[int, Initiative]:
    """The initiatives that stand in it, by key, held before the dossier is: none of them changes while it is sealed."""
    standing = Nomination.objects.filter(round=dossier.round_id, unit=dossier.unit_id).standing()
    keys = list(standing.values_list("initiative_id", flat=True))
    return {row.pk: row for row in Initiative.objects.select_for_update().filter(pk__in=keys).order_by("pk")}


def _must_prepare(dossier: Dossier, by: StaffAccount) -> None:
    if not rights.may_prepare(by, dossier.unit):
        raise NotAllowed("Chỉ cán bộ xét duyệt của đơn vị này hoặc của cấp trên mới được sửa hồ sơ.")


def _must_host(dossier: Dossier, by: StaffAccount) -> None:
    if not rights.may_host(by, dossier.round):
        raise NotAllowed(f"Chỉ người quản lý của {dossier.round.host} hoặc của cấp trên mới được làm việc này.")


def _nominee_of(dossier: Dossier, part: DossierPart, nomination: Nomination | None) -> Nomination | None:
    """Whom a paper is about; None where it is about the whole."""
    if part == DossierPart.RECOGNITION_DECISIONS and nomination is None:
        raise PaperRefused("Hãy chọn sáng kiến mà quyết định này công nhận.")
    if nomination is None or part not in OF_A_NOMINEE:
        return None
    if (nomination.round_id, nomination.unit_id) != (dossier.round_id, dossier.unit_id):
        raise PaperRefused("Sáng kiến này không thuộc hồ sơ.")
    return nomination


def _kept(upload: Upload, part: DossierPart, at: datetime) -> dict[str, Any]:
    """The facts of a scan once it lies in the store."""
    if not store.takes_files():
        raise PaperRefused("Máy chủ tạm thời không nhận tài liệu. Hãy thử lại sau.")
    name = str(getattr(upload, "name", "") or "")
    try:
        with judge(upload, name=name, sheets=part == DossierPart.SUMMARY_TABLE) as judged:
            return {
                "stored_name": store.put(judged),
                "name": judged.name,
                "media_type": judged.media_type,
                "size": judged.size,
                "sha256": judged.sha256,
                "scanned_at": at if judged.is_scanned else None,
            }
    except FileRefused as refusal:
        raise PaperRefused(refusal.sentence) from None


def _noted_paper(
    dossier: Dossier,
    part: DossierPart,
    nomination: Nomination | None,
    facts: dict[str, Any],
    *,
    by: StaffAccount,
    at: datetime,
) -> DossierFile:
    with transaction.atomic():
        initiative = _locked_initiative(nomination)
        there = opened(dossier, at=at)
        if nomination is not None and not Nomination.objects.standing().filter(pk=nomination.pk).exists():
            raise PaperRefused("Sáng kiến này vừa được rút khỏi hồ sơ nên không thêm tài liệu được.")
        kept = there.files.filter(removed_at=None)
        same = kept.filter(part=part, nomination=nomination, sha256=facts.get("sha256", "")).first()
        if same is not None:
            return same
        if kept.count() >= MOST_FILES:
            raise PaperRefused(f"Mỗi hồ sơ có tối đa {MOST_FILES} tài liệu.")
        file = DossierFile.objects.create(
            dossier=there, part=part, nomination=nomination, added_by=by, added_at=at, **facts
        )
        words = part.label if facts else f"{part.label} (bản giấy)"
        noted(there, DossierAct.FILE_ADDED, by=by, at=at, words=words, initiative=initiative)
    return file


def _locked_initiative(nomination: Nomination | None) -> int | None:
    """The initiative that a paper is about, locked before its dossier is."""
    if nomination is None:
        return None
    return Initiative.objects.select_for_update().values_list("pk", flat=True).get(pk=nomination.initiative_id)


def _day_of_arrival(there: Dossier, arrived_on: date | None, *, at: datetime) -> date:
    if arrived_on is None:
        raise DayRefused("Hãy ghi ngày hồ sơ đến.")
    if arrived_on > timezone.localdate(at):
        raise DayRefused("Ngày hồ sơ đến không được sau hôm nay.")
    opens_at = rounds.window(there.round, dossier=there).opens_at
    if opens_at is not None and arrived_on < timezone.localdate(opens_at):
        raise DayRefused(f"Ngày hồ sơ đến không được trước ngày mở đợt ({days.shown(timezone.localdate(opens_at))}).")
    return arrived_on


def _weigh(there: Dossier) -> bool:
    """Whether what was sent is late is no part of what was sealed: more time granted afterwards counts, less never does. Answers
    whether it is late no more."""
    last = there.versions.filter(is_late=True, number=there.version).defer("content").first()
    if last is None or rounds.window(there.round, dossier=there).is_late(last.sent_on):
        return False
    last.is_late = False
    last.save(update_fields=["is_late"])
    return True


def _reason(typed: str) -> str:
    written = single_line(typed)
    if not written:
        raise NoReason("Hãy ghi lý do gia hạn.")
    if len(written) > LONGEST_REASON:
        raise NoReason(f"Lý do gia hạn tối đa {LONGEST_REASON} ký tự. Hãy viết ngắn lại.")
    return written


def _gone() -> FileIsGone:
    return FileIsGone("Tài liệu này vừa được người khác bỏ khỏi hồ sơ.")
