"""What must always be true of the whole portal, each with a name: checked after journeys, faults and restores."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from django.db.models import Count, Exists, F, Max, OuterRef, Q, Subquery, Sum

from initiatives.history import chains
from initiatives.history.moment import one_moment
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
    Target,
)
from initiatives.nominations.invariants import SELECTION
from initiatives.progress.quarter_invariants import QUARTERS
from initiatives.submission.files.store import OF_THE_FILE, NotAStoredName, Store, the_store
from initiatives.submission.receipts import parse_code


@dataclass(frozen=True)
class Violation:
    invariant: str
    row: str


def violations(*, without: Collection[str] = ()) -> Iterator[Violation]:
    """Every violation of every invariant but those `without`; nothing in a violation names a person.

    Each invariant is of one moment, since people write meanwhile. Not all are of the same: files are removed soon after their
    rows, and would be missed the more, the longer ago the rows were read. Whoever takes them writes nothing before the last: that
    moment is open, and of millions none is kept.
    """
    for name, look in INVARIANTS.items():
        if name not in without:
            with one_moment():
                for row in look():
                    yield Violation(name, str(row))


def _receipts_are_codes() -> Iterator[object]:
    for pk, code in Initiative.objects.values_list("pk", "receipt_code").iterator():
        if parse_code(code) != code:
            yield pk


def _received_drafts_lead_to_their_campaign() -> Iterator[object]:
    yield from (
        Draft.objects.exclude(initiative=None).exclude(campaign=F("initiative__campaign")).values_list("pk", flat=True)
    )


def _every_initiative_has_its_first_event() -> Iterator[object]:
    first = ReviewEvent.objects.filter(initiative=OuterRef("pk"), number=1, act=Act.RECEIVED)
    yield from Initiative.objects.filter(~Exists(first)).values_list("pk", flat=True)


def _status_is_where_the_last_event_led() -> Iterator[object]:
    last = ReviewEvent.objects.filter(initiative=OuterRef("pk")).order_by("-number").values("to_status")[:1]
    rows = Initiative.objects.annotate(led_to=Subquery(last))
    yield from rows.exclude(led_to=F("status")).values_list("pk", flat=True)


def _events_are_numbered_without_gaps() -> Iterator[object]:
    counted = Initiative.objects.annotate(steps=Count("events"), last=Max("events__number"))
    yield from counted.exclude(steps=F("last")).values_list("pk", flat=True)


def _events_are_chained() -> Iterator[object]:
    """And each initiative is as its last step left it."""
    for finding in chains.findings(chains.Counts()):
        if finding.what not in OF_OTHERS:
            yield finding.row


# Said by two invariants of their own.
OF_OTHERS = {chains.NO_STEP, chains.STATUS}


def _every_document_has_its_file() -> Iterator[object]:
    kept_in = the_store()
    for pk, name, size in Attachment.objects.values_list("pk", "stored_name", "size").iterator():
        if _size_in(kept_in, name) != size:
            yield pk
    for pk, name in Attachment.objects.filter(thumbnail__gt="").values_list("pk", "thumbnail").iterator():
        if _size_in(kept_in, name) is None:
            yield pk


def _size_in(store: Store, name: str) -> int | None:
    """None where the store does not have this file, or does not give it. Raises OSError where it does not answer at all."""
    try:
        return store.held(name).size
    except NotAStoredName:
        return None
    except OSError as failure:
        if failure.errno in OF_THE_FILE:
            return None
        raise


def _no_draft_keeps_what_was_received() -> Iterator[object]:
    keeps = ~Q(answers={}) | ~Q(sealed_national_id="")
    yield from Draft.objects.exclude(initiative=None).filter(keeps).values_list("pk", flat=True)


def _shares_make_a_hundred() -> Iterator[object]:
    shared = Initiative.objects.filter(co_authors__isnull=False).annotate(others=Sum("co_authors__share"))
    for pk, own, others in shared.values_list("pk", "share", "others"):
        if own + others != Decimal(100):
            yield pk


def _recognised_authors_are_there() -> Iterator[object]:
    named = CoAuthor.objects.filter(initiative=OuterRef("pk"), number=OuterRef("recognised_author"))
    of_others = Initiative.objects.filter(recognised_author__gt=0, erased_at=None)
    yield from of_others.filter(~Exists(named)).values_list("pk", flat=True)


def _initiatives_lie_in_a_phase_of_their_campaign() -> Iterator[object]:
    yield from Initiative.objects.exclude(phase__campaign=F("campaign")).values_list("pk", flat=True)


def _duplicates_point_to_a_primary() -> Iterator[object]:
    yield from (
        Initiative.objects.filter(duplicate_of__isnull=False)
        .exclude(status=Status.INVALID)
        .values_list("pk", flat=True)
    )


def _primaries_count() -> Iterator[object]:
    gone = Initiative.objects.filter(duplicate_of__status__in=(Status.INVALID, Status.WITHDRAWN))
    yield from gone.values_list("pk", flat=True)


def _targets_are_for_a_phase_of_their_campaign() -> Iterator[object]:
    yield from Target.objects.exclude(phase=None).exclude(campaign=F("phase__campaign")).values_list("pk", flat=True)


def _appraisals_are_repeated() -> Iterator[object]:
    """An initiative says what its last appraisal found, unless something else was declared since. (Rows that were made for a
    demonstration may bear findings of nobody.)"""
    marked = Q(is_appraised=True) | Q(appraised_value__isnull=False) | Q(has_social_meaning=True)
    appraised = Appraisal.objects.filter(event__initiative=OuterRef("pk"))
    real = Initiative.objects.filter(marked, campaign__is_demonstration=False)
    yield from real.filter(~Exists(appraised)).values_list("pk", flat=True)
    edits = ReviewEvent.objects.filter(initiative=OuterRef("event__initiative"), act__in=(Act.EDITED, Act.RESENT))
    found = Appraisal.objects.select_related("event__initiative").annotate(
        edited=Subquery(edits.order_by("-number").values("number")[:1])
    )
    in_order = found.order_by("event__initiative", "event__number").iterator()
    for pk, appraisals in groupby(in_order, key=lambda each: each.event.initiative_id):
        *_, last = appraisals
        if not _is_repeated(last, edited=last.edited or 0):
            yield pk


def _is_repeated(last: Appraisal, *, edited: int) -> bool:
    one = last.event.initiative
    says, found = (one.is_appraised, one.appraised_value), (last.finding != Finding.NONE, last.value)
    is_open_again = says == (False, None) and edited > last.event.number
    is_as_found = says == found and one.benefit_value == last.declared
    return one.has_social_meaning == last.has_social_meaning and (is_as_found or is_open_again)


INVARIANTS: dict[str, Callable[[], Iterator[object]]] = {
    "mã biên nhận đúng chữ số kiểm tra": _receipts_are_codes,
    "bản nháp và sáng kiến cùng chương trình": _received_drafts_lead_to_their_campaign,
    "mỗi sáng kiến có bước đầu là đã nhận": _every_initiative_has_its_first_event,
    "trạng thái khớp bước cuối": _status_is_where_the_last_event_led,
    "các bước đánh số liền nhau": _events_are_numbered_without_gaps,
    "lịch sử nối nhau bằng mã băm": _events_are_chained,
    "mỗi tài liệu có tệp": _every_document_has_its_file,
    "bản nháp đã nộp không giữ điều đã nhập": _no_draft_keeps_what_was_received,
    "các phần đóng góp đủ 100%": _shares_make_a_hundred,
    "tác giả được công nhận là người nộp hoặc một đồng tác giả": _recognised_authors_are_there,
    "đợt thuộc chương trình": _initiatives_lie_in_a_phase_of_their_campaign,
    "sáng kiến trùng lặp là không hợp lệ": _duplicates_point_to_a_primary,
    "bản gốc của sáng kiến trùng lặp được tính": _primaries_count,
    "chỉ tiêu theo đợt của cùng chương trình": _targets_are_for_a_phase_of_their_campaign,
    "sáng kiến khớp lần thẩm định giá trị cuối": _appraisals_are_repeated,
    **SELECTION,
    **QUARTERS,
}
# Where LOOKUP_KEY is not the one of these rows, they say nothing.
KEYED = frozenset({"lịch sử nối nhau bằng mã băm", "mỗi lần gửi khớp mã băm", "quý đã công bố giữ nguyên căn cứ"})
