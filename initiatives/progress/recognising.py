"""Recognising a quarter: which initiatives are named outstanding, and the announcement, after which nothing of it changes (M32).

Every act holds the quarter's row, so that what is announced is what was looked at. Locks: the quarter, then the initiatives in
the order of their keys, then the run of the tally: what is read is of one count.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.admin.models import CHANGE, LogEntry
from django.db import IntegrityError, transaction

from initiatives.models import Campaign, ClusterUnit, Initiative, Outstanding, Quarter, Status, TallyRun
from initiatives.progress import clusters, quarter_basis, quarters, tally
from initiatives.progress.quarters import Outcome, Reading, Span
from initiatives.review.authorship import shared_with
from initiatives.submission.receipts import parse_code
from initiatives.submission.receipts import shown as shown_code
from orgtree.models import StaffAccount
from portal.vietnamese import days
from portal.vietnamese.formats import whole
from portal.vietnamese.refusals import Refused
from portal.vietnamese.text import folded, single_line

MOST_NAMED = 100
LONGEST_REASON = 300
MOST_TOLD = 5
_PHONE = re.compile(r"\d(?:[ .\-]?\d){8,}")


class RecognitionRefused(Refused):
    """`field` is where it was typed, "" where it is about no field."""

    field = ""

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


class NotTheConfederations(RecognitionRefused):
    def __init__(self) -> None:
        super().__init__("Ghi nhận quý là việc của quản trị và người quản lý ở Tổng Liên đoàn.")


class IsAnnounced(RecognitionRefused):
    def __init__(self, span: Span) -> None:
        super().__init__(f"{span.label} đã công bố nên không đổi được nữa.")


class CannotBeNamed(RecognitionRefused):
    """The initiative is not one of this quarter that stands as valid."""


class IsNotSettled(RecognitionRefused):
    def __init__(self, span: Span) -> None:
        super().__init__(
            f"{span.label} công bố được từ {days.moment(span.settles_at)}, khi không còn sáng kiến nào đang gửi dở."
        )


class IsBeingCounted(RecognitionRefused):
    def __init__(self) -> None:
        super().__init__("Cổng đang đếm lại số liệu. Chưa công bố gì. Hãy chờ một phút rồi bấm lại.")


class NotValidAnyMore(RecognitionRefused):
    """Some of those named are not valid any more; carries them."""

    def __init__(self, initiatives: Sequence[Initiative]) -> None:
        named = "; ".join(f"“{each.title}” ({state_of(each)})" for each in initiatives[:MOST_TOLD])
        more = f"; và {whole(len(initiatives) - MOST_TOLD)} sáng kiến nữa" if len(initiatives) > MOST_TOLD else ""
        super().__init__(
            f"Chưa công bố được, vì có sáng kiến tiêu biểu không còn hợp lệ: {named}{more}. Hãy bỏ khỏi danh sách."
        )
        self.initiatives = tuple(initiatives)


class ChangedMeanwhile(RecognitionRefused):
    def __init__(self) -> None:
        super().__init__("Kết quả của quý đã đổi từ lúc bạn mở trang. Chưa công bố gì. Hãy xem lại rồi bấm lần nữa.")


def state_of(initiative: Initiative) -> str:
    """hợp lệ, đã rút, trùng lặp …"""
    return "trùng lặp" if initiative.duplicate_of_id else initiative.get_status_display().lower()


def is_valid(initiative: Initiative) -> bool:
    return initiative.status == Status.VALID and initiative.duplicate_of_id is None


# --- what is named ----------------------------------------------------------------------------------------------------


def name(campaign: Campaign, span: Span, *, code: str, reason: str, by: StaffAccount, at: datetime) -> Outstanding:
    """Names the initiative with this receipt code among the outstanding ones. Raises RecognitionRefused."""
    said = single_line(reason)
    with transaction.atomic():
        quarter = _held(campaign, span, by)
        initiative = _to_name(campaign, span, code)
        if shared := shared_with(initiative, by):
            raise CannotBeNamed(f"Đây là sáng kiến của chính bạn ({shared}), nên một cán bộ khác phải chọn.", "code")
        if not said:
            raise RecognitionRefused("Hãy ghi vì sao sáng kiến này tiêu biểu.", "reason")
        if len(said) > LONGEST_REASON:
            over = len(said) - LONGEST_REASON
            raise RecognitionRefused(
                f"Lý do dài {whole(len(said))} ký tự; tối đa {LONGEST_REASON}. Hãy bớt {whole(over)} ký tự.", "reason"
            )
        if _tells_who(initiative, said):
            raise RecognitionRefused("Lý do có tên hoặc số điện thoại. Trang này công khai, hãy bỏ ra.", "reason")
        if Outstanding.objects.filter(quarter=quarter).count() >= MOST_NAMED:
            raise RecognitionRefused(f"Mỗi quý chọn tối đa {MOST_NAMED} sáng kiến tiêu biểu.")
        try:
            with transaction.atomic():
                row = Outstanding.objects.create(
                    quarter=quarter, initiative=initiative, reason=said, named_by=by, named_at=at
                )
        except IntegrityError:
            raise CannotBeNamed("Sáng kiến này đã có trong danh sách của quý.", "code") from None
        _note(quarter, f"Chọn tiêu biểu: sáng kiến {initiative.receipt_code}.", by=by)
    return row


def _tells_who(initiative: Initiative, said: str) -> bool:
    """Whether an author's name, or as many digits as a phone has, stand in it."""
    authors = [initiative.full_name, *initiative.co_authors.values_list("full_name", flat=True)]
    words = f" {folded(said)} "
    return bool(_PHONE.search(said)) or any(f" {folded(author)} " in words for author in authors if folded(author))


def drop(campaign: Campaign, span: Span, row: int, *, by: StaffAccount) -> None:
    """Takes one off the list; one that is off it already stays so. Raises RecognitionRefused."""
    with transaction.atomic():
        quarter = _held(campaign, span, by)
        gone = Outstanding.objects.filter(quarter=quarter, pk=row).select_related("initiative").first()
        if gone is not None:
            gone.delete()
            _note(quarter, f"Bỏ khỏi tiêu biểu: sáng kiến {gone.initiative.receipt_code}.", by=by)


def record_document(campaign: Campaign, span: Span, *, document: str, by: StaffAccount) -> None:
    """The number of the paper with which the quarter is recognised. Raises RecognitionRefused."""
    said, longest = single_line(document), Quarter._meta.get_field("document").max_length or 0
    if len(said) > longest:
        raise RecognitionRefused(f"Số văn bản dài tối đa {longest} ký tự.", "document")
    with transaction.atomic():
        quarter = _held(campaign, span, by)
        if quarter.document != said:
            Quarter.objects.filter(pk=quarter.pk, announced_at=None).update(document=said)
            _note(quarter, "Ghi số văn bản.", by=by)


def _to_name(campaign: Campaign, span: Span, typed: str) -> Initiative:
    if not typed.strip():
        raise CannotBeNamed("Hãy ghi mã biên nhận của sáng kiến.", "code")
    code = parse_code(typed[:100])
    if code is None:
        raise CannotBeNamed("Mã biên nhận gồm 13 chữ số, ví dụ 1234 5678 9012 3. Hãy xem lại từng số.", "code")
    found = Initiative.objects.filter(receipt_code=code).first()
    if found is None:
        raise CannotBeNamed(f"Không có sáng kiến nào mang mã {shown_code(code)}. Hãy xem lại từng số.", "code")
    if found.campaign_id != campaign.pk:
        raise CannotBeNamed("Sáng kiến này thuộc một chương trình khác.", "code")
    own = quarters.of_day(found.submitted_at.astimezone(days.VIETNAM).date())
    if own != span:
        raise CannotBeNamed(f"Sáng kiến này nộp lúc {days.moment(found.submitted_at)}, thuộc {own.label}.", "code")
    if not is_valid(found):
        raise CannotBeNamed(f"Chỉ chọn được sáng kiến hợp lệ. Sáng kiến này: {state_of(found)}.", "code")
    return found


# --- the announcement ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Item:
    """Something to look at before a quarter is announced; what `stops` must be put right first."""

    text: str
    stops: bool = False


def checklist(
    campaign: Campaign, reading: Reading, outcome: Outcome, quarter: Quarter | None, *, at: datetime
) -> list[Item]:
    """What is missing or to be known, what stops first. Two statements."""
    items = []
    if at < outcome.span.settles_at:
        items.append(Item(IsNotSettled(outcome.span).sentence, stops=True))
    gone = [row.initiative for row in quarters.rows_of(quarter) if not is_valid(row.initiative)]
    if gone:
        items.append(Item(NotValidAnyMore(gone).sentence, stops=True))
    for group in outcome.groups:
        if group.places is None:
            names = clusters.told([each.name for each in group.standings])
            number = whole(len(group.standings))
            items.append(Item(f"{number} đơn vị chưa xếp cụm, không được ghi nhận: {names}."))
        elif not group.standings:
            items.append(Item(f"{group.name}: chưa có đơn vị nào."))
        elif not group.recognised:
            items.append(Item(f"{group.name}: chưa có đơn vị nào được ghi nhận."))
    units = {unit.pk for unit in reading.units}
    outside = ClusterUnit.objects.filter(campaign=campaign).exclude(unit__in=units).select_related("unit")
    if strangers := [str(each.unit) for each in outside]:
        items.append(Item(f"Có trong cụm nhưng không còn ngay dưới Tổng Liên đoàn: {clusters.told(strangers)}."))
    total = reading.number(reading.total, outcome.span)
    if total > outcome.number:
        items.append(Item(f"{whole(total - outcome.number)} sáng kiến của quý chưa về tỉnh, thành phố, ngành nào."))
    if not outcome.outstanding:
        items.append(Item("Chưa chọn sáng kiến tiêu biểu nào."))
    if not outcome.document:
        items.append(Item("Chưa ghi số văn bản."))
    return items


def announce(campaign: Campaign, span: Span, *, seen: str, by: StaffAccount, at: datetime) -> Quarter:
    """Freezes the quarter as it stands at `at`. `seen` is the digest of the outcome that was read before the button was pressed.

    Of two who announce at once one does. Raises RecognitionRefused.
    """
    if not clusters.may_edit(by):
        raise NotTheConfederations
    if at < span.settles_at:
        raise IsNotSettled(span)
    if Quarter.objects.filter(campaign=campaign, starts_on=span.starts_on, announced_at__isnull=False).exists():
        raise IsAnnounced(span)
    if not tally.refresh(campaign, at=at):
        raise IsBeingCounted
    with transaction.atomic():
        clusters.hold(campaign, by)
        quarter = _held(campaign, span, by)
        _all_must_be_valid(quarter)
        run = TallyRun.objects.select_for_update().get(campaign=campaign)
        outcome = quarters.live(quarters.stored(campaign, run.counted_at), span, quarter)
        if run.counted_at < span.settles_at:  # a clock was set back meanwhile
            raise IsBeingCounted
        if outcome.digest != seen:
            raise ChangedMeanwhile
        text = quarter_basis.written(campaign, outcome, at=at)
        done = Quarter.objects.filter(pk=quarter.pk, announced_at=None).update(
            announced_at=at, announced_by=by, basis=text, sha256=quarter_basis.hash_of(text)
        )
        if not done:
            raise IsAnnounced(span)
        _note(quarter, "Công bố.", by=by)
        quarter.refresh_from_db()
    return quarter


def _all_must_be_valid(quarter: Quarter) -> None:
    """Held until it is announced, so that none of them can leave "valid" in between."""
    named = Initiative.objects.filter(outstanding_in__quarter=quarter)
    gone = [each for each in named.order_by("pk").select_for_update(of=("self",)) if not is_valid(each)]
    if gone:
        raise NotValidAnyMore(gone)


def _held(campaign: Campaign, span: Span, by: StaffAccount) -> Quarter:
    """The quarter's row under its lock, made where there was none, while it is not announced."""
    if not clusters.may_edit(by):
        raise NotTheConfederations
    quarter, _ = Quarter.objects.get_or_create(campaign=campaign, starts_on=span.starts_on)
    quarter = Quarter.objects.select_for_update().get(pk=quarter.pk)
    if quarter.announced_at is not None:
        raise IsAnnounced(span)
    return quarter


def _note(quarter: Quarter, words: str, *, by: StaffAccount) -> None:
    LogEntry.objects.log_actions(by.pk, [quarter], CHANGE, change_message=words)
