"""What a rehearsal knows when it is over: what people were told (`Evidence`), what lies in the database (`Found`), and which
statements are held against one another (`judged`). Pure.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from initiatives.rehearsal.phones import Acknowledged, GaveUp, Refused

MOST_NAMED = 10
BROKEN = "500"  # an answer that is never right, however many come


@dataclass(frozen=True)
class Evidence:
    """`closes_at` in seconds of the epoch, as all moments here."""

    closes_at: float
    acknowledged: Sequence[Acknowledged]
    refused: Sequence[Refused]
    gave_up: Sequence[GaveUp]


@dataclass(frozen=True)
class Row:
    """An initiative that came during the rehearsal. `limit`: the moment from which it was too late for its unit and its draft."""

    code: str
    title: str
    phone: str
    arrived_at: float
    limit: float
    documents: int


@dataclass(frozen=True)
class Found:
    """`late`: by the path of a refused draft, whether the draft is marked late; no entry where there is no draft. `limits`: by
    the unit of whoever was refused. `received` is the count of all rows, with those from before; then come what the tally, the
    public pages and the table say, None where one was not asked. `differing`: figures of the tally that a plain
    count does not confirm; `broken`: invariants that held before and do not hold any more."""

    rows: Sequence[Row]
    late: Mapping[str, bool] = field(default_factory=dict)
    limits: Mapping[str, float] = field(default_factory=dict)
    received: int = 0
    tallied: int | None = None
    shown: Mapping[str, bool] = field(default_factory=dict)
    in_table: int | None = None
    should_be_in_table: int | None = None
    differing: Sequence[str] = ()
    broken: Sequence[str] = ()


@dataclass(frozen=True)
class Check:
    """`name` is a claim; `faults` are what contradicts it, without a name or number of anybody. `looked_at`: of how many."""

    key: str
    name: str
    meaning: str
    looked_at: int
    faults: int
    examples: Sequence[str] = ()

    @property
    def holds(self) -> bool:
        return not self.faults


def judged(evidence: Evidence, found: Found) -> list[Check]:
    """Every statement, whether or not it holds."""
    return [
        _people_were_received(evidence),
        _all_are_there(evidence, found),
        _each_is_there_once(evidence, found),
        _nobody_came_from_nowhere(evidence, found),
        _none_was_late(found),
        _nobody_tapped_too_late(evidence, found),
        _documents_are_there(evidence, found),
        _refused_means_refused(evidence, found),
        _nobody_was_refused_early(evidence, found),
        _late_drafts_are_kept(evidence, found),
        _the_tally_agrees(found),
        _the_pages_agree(found),
        _the_table_agrees(found),
        _all_invariants_hold(found),
    ]


def _people_were_received(evidence: Evidence) -> Check:
    """What is said of receipts is true of none at all. A line that broke and a portal that was busy may end an errand."""
    broken = [f"bước {each.step}" for each in evidence.gave_up if each.why == BROKEN]
    return _check(
        "received",
        "Người nộp khi còn giờ nhận được mã biên nhận",
        "Có người nhận được mã, và không ai phải bỏ dở vì cổng báo lỗi.",
        len(evidence.acknowledged) + len(broken),
        broken if evidence.acknowledged else ["không ai nhận được mã", *broken],
    )


def _all_are_there(evidence: Evidence, found: Found) -> Check:
    rows = {row.code: row for row in found.rows}
    lost = [
        receipt.code
        for receipt in evidence.acknowledged
        if (row := rows.get(receipt.code)) is None or (row.title, row.phone) != (receipt.title, receipt.phone)
    ]
    return _check(
        "kept",
        "Ai đã nhận mã biên nhận thì sáng kiến đều có trong cổng",
        "Không mất sáng kiến nào mà người nộp đã được báo là đã nhận.",
        len(evidence.acknowledged),
        lost,
    )


def _each_is_there_once(evidence: Evidence, found: Found) -> Check:
    sent = Counter((row.phone, row.title) for row in found.rows)
    codes = Counter(row.code for row in found.rows)
    told = Counter(receipt.code for receipt in evidence.acknowledged)
    twice = [row.code for row in found.rows if sent[row.phone, row.title] > 1 or codes[row.code] > 1]
    shared = [code for code, times in told.items() if times > 1]
    return _check(
        "once",
        "Mỗi sáng kiến chỉ được ghi một lần",
        "Bấm “Nộp” hai lần, mạng đứt rồi gửi lại: vẫn là một sáng kiến, một mã.",
        len(found.rows),
        sorted({*twice, *shared}),
    )


def _nobody_came_from_nowhere(evidence: Evidence, found: Found) -> Check:
    known = {(each.phone, each.title) for each in evidence.acknowledged}
    known |= {(each.phone, each.title) for each in evidence.refused}
    known |= {(each.phone, each.title) for each in evidence.gave_up if each.is_uncertain}
    return _check(
        "known",
        "Không có sáng kiến nào mà không ai nộp",
        "Mỗi sáng kiến mới đều có người trong buổi diễn tập đã bấm “Nộp”.",
        len(found.rows),
        [row.code for row in found.rows if (row.phone, row.title) not in known],
    )


def _none_was_late(found: Found) -> Check:
    return _check(
        "in_time",
        "Không nhận sáng kiến nào đến sau giờ đóng",
        "So thời điểm đến cổng với giờ đóng, tính cả gia hạn và số phút chờ nếu chương trình có.",
        len(found.rows),
        [row.code for row in found.rows if row.arrived_at >= row.limit],
    )


def _nobody_tapped_too_late(evidence: Evidence, found: Found) -> Check:
    limits = {row.code: row.limit for row in found.rows}
    taken = [
        receipt.code
        for receipt in evidence.acknowledged
        if receipt.sent_at >= limits.get(receipt.code, evidence.closes_at)
    ]
    return _check(
        "tapped_in_time",
        "Ai bấm “Nộp” sau giờ đóng thì không được mã biên nhận",
        "Tính theo đồng hồ của người nộp, không theo sổ của cổng.",
        len(evidence.acknowledged),
        taken,
    )


def _documents_are_there(evidence: Evidence, found: Found) -> Check:
    rows = {row.code: row.documents for row in found.rows}
    asked = [receipt for receipt in evidence.acknowledged if receipt.documents]
    return _check(
        "documents",
        "Tài liệu cổng báo đã nhận thì đều có",
        "Mỗi sáng kiến có đủ số tài liệu mà người nộp đã được báo là đã nhận.",
        len(asked),
        [receipt.code for receipt in asked if rows.get(receipt.code, 0) < receipt.documents],
    )


def _refused_means_refused(evidence: Evidence, found: Found) -> Check:
    there = {(row.phone, row.title): row.code for row in found.rows}
    return _check(
        "refused",
        "Ai được báo đã hết giờ thì không có sáng kiến nào được ghi",
        "Người nộp và cổng hiểu như nhau.",
        len(evidence.refused),
        [there[each.phone, each.title] for each in evidence.refused if (each.phone, each.title) in there],
    )


def _nobody_was_refused_early(evidence: Evidence, found: Found) -> Check:
    early = [each for each in evidence.refused if each.heard_at < found.limits.get(each.unit, evidence.closes_at)]
    return _check(
        "not_early",
        "Không ai bị báo hết giờ khi còn giờ",
        "Trước giờ đóng, không trang nào nói là đã đóng.",
        len(evidence.refused),
        [f"bước {each.step}" for each in early],
    )


def _late_drafts_are_kept(evidence: Evidence, found: Found) -> Check:
    """What was only opened after the close leaves no mark, but the draft is there."""
    begun = [each for each in evidence.refused if each.draft_path]
    return _check(
        "late_drafts",
        "Bản nháp gửi sau giờ đóng được giữ và đánh dấu gửi muộn",
        "Những gì người lao động đã nhập không mất; công đoàn thấy được để xin gia hạn.",
        len(begun),
        [
            f"bước {each.step}"
            for each in begun
            if (is_late := found.late.get(each.draft_path)) is None or (each.was_sent and not is_late)
        ],
    )


def _the_tally_agrees(found: Found) -> Check:
    faults = list(found.differing)
    if found.tallied is not None and found.tallied != found.received:
        faults.append(f"bảng đếm {found.tallied}, trong cổng {found.received}")
    return _check(
        "tally",
        "Bảng đếm khớp với đếm từng dòng",
        "Số trên trang tiến độ, theo đơn vị, ngày, trạng thái đều khớp.",
        found.received,
        faults,
    )


def _the_pages_agree(found: Found) -> Check:
    return _check(
        "pages",
        "Trang cho mọi người hiện đúng tổng số",
        "Trang đầu, trang chương trình và huy hiệu.",
        len(found.shown),
        [page for page, agrees in found.shown.items() if not agrees],
    )


def _the_table_agrees(found: Found) -> Check:
    faults = []
    if found.in_table != found.should_be_in_table:
        faults.append(f"bảng có {found.in_table} dòng, trong cổng {found.should_be_in_table}")
    return _check(
        "table",
        "Bảng tổng hợp Excel có đủ số dòng",
        "Xuất ngay sau khi đóng, đếm lại từng dòng.",
        found.should_be_in_table or 0,
        faults,
    )


def _all_invariants_hold(found: Found) -> Check:
    return _check(
        "invariants",
        "Mọi điều phải luôn đúng vẫn đúng",
        "Lịch sử nối nhau, tài liệu có tệp, mã đúng chữ số kiểm tra… (lệnh check_invariants)",
        len(found.rows),
        list(found.broken),
    )


def _check(key: str, name: str, meaning: str, looked_at: int, faults: Sequence[str]) -> Check:
    return Check(key, name, meaning, looked_at, len(faults), tuple(faults[:MOST_NAMED]))
