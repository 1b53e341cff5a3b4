"""The portal's health in words, for administrators: what is asked, how it stands, and what to do where it does not stand well.

Each line is asked by itself; one that cannot be asked says so, and the page is there all the same.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from initiatives import waiting
from initiatives.models import Upkeep
from initiatives.submission.files import antivirus
from initiatives.watching import facts, readiness, refusals
from initiatives.watching.lines import Line, Tone
from initiatives.watching.readiness import Now
from portal import clocks, replica
from portal.vietnamese import days
from portal.vietnamese.formats import file_size, whole

LONG_WAIT = timedelta(minutes=30)
TALLY_IS_OLD = timedelta(minutes=10)
LITTLE_ROOM = 0.15  # of a disk
MUCH_LAG = timedelta(minutes=5)
NOT_JUDGED = (
    "Tìm “could not be judged” trong nhật ký của tiến trình nền; xem StreamMaxLength của clamd có đủ 11 MB không."
)

logger = logging.getLogger("initiatives.watching")


@dataclass(frozen=True)
class Group:
    title: str
    lines: list[Line]


@dataclass(frozen=True)
class Rule:
    """How often a kind of upkeep is to end well (`within` None: no matter how often), and what to do where it did not."""

    within: timedelta | None
    act: str


UPKEEP = {
    Upkeep.Kind.BACKUP: Rule(
        timedelta(hours=26),
        "Xem dịch vụ sao lưu trên máy chủ có chạy không; chạy ngay: portal-manage backup /var/backups/portal",
    ),
    Upkeep.Kind.RESTORE: Rule(
        timedelta(days=100),
        "Mỗi quý hãy diễn tập khôi phục một lần trên máy khác: portal-manage restore THƯ-MỤC --check-only",
    ),
    Upkeep.Kind.SEAL: Rule(timedelta(hours=26), "Xem tiến trình nền; niêm phong ngay: portal-manage seal_history."),
    Upkeep.Kind.VERIFY: Rule(
        timedelta(days=8),
        "Chạy portal-manage verify_history. Nếu báo có chỗ bị sửa: giữ nguyên máy chủ và báo lãnh đạo.",
    ),
    Upkeep.Kind.NIGHTLY: Rule(
        timedelta(hours=26),
        "Xem tiến trình nền. Nếu không đạt: chạy portal-manage verify_history, giữ nguyên máy chủ và báo lãnh đạo.",
    ),
    Upkeep.Kind.INVARIANTS: Rule(
        timedelta(days=8), "Chạy portal-manage check_invariants và gửi kết quả cho kỹ sư phụ trách cổng."
    ),
    Upkeep.Kind.PURGE: Rule(timedelta(hours=26), "Xem tiến trình nền; dọn ngay: portal-manage purge_drafts."),
    Upkeep.Kind.ERASE: Rule(None, "Xem các dòng báo lỗi khi chạy portal-manage erase_personal_data."),
}


def groups(now: Now) -> list[Group]:
    return [
        Group("Nhận sáng kiến", _lines(RECEIVING, now)),
        Group(refusals.TITLE, _lines(REFUSED, now)),
        Group("Việc nền", _lines(BEHIND, now)),
        Group("Giữ an toàn", _lines(KEEPING, now)),
        Group("Máy và phần mềm", _lines(MACHINE, now)),
    ]


def troubles(now: Now) -> list[Line]:
    """What is not as it should be, for one sentence on the first page; without what takes long to ask."""
    found = [line for line in _lines({**RECEIVING, **BEHIND}, now) if line.tone in {Tone.LOOK, Tone.BROKEN}]
    if not settings.SERVES_ONLY_ITSELF:  # what is tried out on one machine is not backed up
        found += [line for line in _lines(KEEPING, now) if line.tone in {Tone.LOOK, Tone.BROKEN}]
    return found


def _lines(parts: Mapping[str, Callable[[Now], Iterator[Line]]], now: Now) -> list[Line]:
    found: list[Line] = []
    try:
        with facts.quickly():
            for label, part in parts.items():
                found += _asked(label, part, now)
    except Exception as failure:  # the database is away: what asks it has said so, or never came to it
        logger.warning("the health of the portal is told in part: %s", type(failure).__name__)
        known = {line.label for line in found}
        found += [line for label, part in parts.items() if label not in known for line in _asked(label, part, now)]
    return found


def _asked(label: str, part: Callable[[Now], Iterator[Line]], now: Now) -> list[Line]:
    try:
        return list(part(now))
    except Exception as failure:  # the others are shown all the same
        logger.warning("%s could not be asked: %s", label, type(failure).__name__)
        act = "Xem dòng “Cơ sở dữ liệu” trước, rồi xem nhật ký của cổng."
        return [Line(label, Tone.BROKEN, "Không hỏi được.", act)]


def _check(label: str, check: readiness.Check, good: str, broken: str, act: str) -> Callable[[Now], Iterator[Line]]:
    def asked(now: Now) -> Iterator[Line]:
        is_good = readiness.holds(check, now)
        yield Line(label, Tone.GOOD, good) if is_good else Line(label, Tone.BROKEN, broken, act)

    return asked


def _clock(now: Now) -> Iterator[Line]:
    apart = clocks.difference(at=now())
    words = f"Lệch {apart.total_seconds():.1f}".replace(".", ",") + " giây so với cơ sở dữ liệu."
    if apart <= clocks.MAX_DIFFERENCE:
        yield Line("Đồng hồ", Tone.GOOD, words)
    else:
        act = "Giờ đóng nhận có thể bị tính sai. Bật đồng bộ giờ (NTP) trên máy chủ và máy cơ sở dữ liệu."
        yield Line("Đồng hồ", Tone.BROKEN, words, act)


def _disk(now: Now) -> Iterator[Line]:
    names = {"data": "Đĩa của cổng", "media": "Đĩa chứa tài liệu"}
    for name, disk in facts.disks().items():
        words = f"Còn trống {file_size(disk.free)} trên {file_size(disk.whole)}."
        if disk.free < settings.UPLOAD_FREE_FLOOR:
            act = "Cổng đang ngừng nhận tài liệu, chữ vẫn nhận. Dọn đĩa hoặc thêm đĩa ngay."
            yield Line(names[name], Tone.BROKEN, words, act)
        elif disk.free < disk.whole * LITTLE_ROOM:
            yield Line(names[name], Tone.LOOK, words, "Sắp đầy. Hãy dọn hoặc thêm đĩa trước giờ đóng nhận.")
        else:
            yield Line(names[name], Tone.GOOD, words)


def _cache(now: Now) -> Iterator[Line]:
    is_shared = not settings.CACHES["default"]["BACKEND"].endswith("LocMemCache")
    if facts.cache_answers():
        yield Line("Bộ nhớ đệm", Tone.GOOD, "Dùng chung, đang trả lời." if is_shared else "Riêng của từng tiến trình.")
    else:
        act = "Cổng vẫn nhận bài nhưng chậm hơn. Xem máy chạy Redis hoặc Valkey."
        yield Line("Bộ nhớ đệm", Tone.LOOK, "Không trả lời.", act)


def _worker(now: Now) -> Iterator[Line]:
    number, seen = facts.workers(at=now())
    if number:
        yield Line("Tiến trình nền", Tone.GOOD, f"{whole(number)} tiến trình đang chạy.")
    else:
        words = f"Không trả lời từ {days.moment(seen)}." if seen else "Chưa chạy lần nào."
        act = "Khởi động lại: systemctl restart portal-worker. Trong lúc chờ, sáng kiến vẫn được nhận."
        yield Line("Tiến trình nền", Tone.BROKEN, words, act)


def _tally(now: Now) -> Iterator[Line]:
    counted = facts.counted_at()
    if counted is None:
        yield Line("Số đếm", Tone.NONE, "Chưa có chương trình nào được đếm.")
    elif now() - counted <= TALLY_IS_OLD:
        yield Line("Số đếm", Tone.GOOD, f"Đếm lúc {days.moment(counted)}.")
    else:
        act = "Xem tiến trình nền. Nếu vẫn đang chạy, tìm dòng báo lỗi của nó trong nhật ký."
        yield Line("Số đếm", Tone.LOOK, f"Đếm lần cuối lúc {days.moment(counted)}, đã cũ.", act)


def _waiting(now: Now) -> Iterator[Line]:
    for queue in waiting.queues():
        label = f"{queue.label[0].upper()}{queue.label[1:]}"
        if queue.since is None:
            yield Line(label, Tone.GOOD, "Không có.")
            continue
        words = f"{'Hơn ' if queue.is_more else ''}{whole(queue.number)}, sớm nhất từ {days.moment(queue.since)}."
        if now() - queue.since <= LONG_WAIT:
            yield Line(label, Tone.GOOD, words)
        else:
            yield Line(label, Tone.LOOK, words, "Xem tiến trình nền có chạy và có báo lỗi không.")


def _jobs(now: Now) -> Iterator[Line]:
    at = now()
    found = facts.jobs_now(at=at)
    unfinished = found.waiting + found.running
    words = f"{whole(unfinished)} việc chưa xong." if unfinished else "Không có việc nào chưa xong."
    if found.failed:
        words += f" {whole(found.failed)} việc không làm được trong một ngày qua."
        act = "Hỏi người giao việc; họ thấy lý do ở trang việc đó. Tìm lúc việc hỏng trong nhật ký của tiến trình nền."
        yield Line("Việc cán bộ giao", Tone.LOOK, words, act)
    elif found.since is not None and not found.running and at - found.since > LONG_WAIT:
        yield Line("Việc cán bộ giao", Tone.LOOK, words, "Có việc chờ quá nửa giờ. Xem tiến trình nền.")
    else:
        yield Line("Việc cán bộ giao", Tone.GOOD, words)


def _upkeep(now: Now) -> Iterator[Line]:
    for runs in facts.upkeep():
        yield upkeep_line(runs, at=now())


def upkeep_line(runs: facts.Runs, *, at: datetime) -> Line:
    rule, label = UPKEEP[runs.kind], str(runs.kind.label)
    if runs.last_at is None:
        if rule.within is None:
            return Line(label, Tone.NONE, "Chưa phải làm lần nào.")
        return Line(label, Tone.LOOK, "Chưa làm lần nào.", rule.act)
    if not runs.is_good:
        before = f" Lần đạt gần nhất: {days.moment(runs.good_at)}." if runs.good_at else ""
        return Line(label, Tone.BROKEN, f"Lần cuối lúc {days.moment(runs.last_at)} không đạt.{before}", rule.act)
    words = f"Đạt, lúc {days.moment(runs.last_at)}."
    if rule.within is not None and at - runs.last_at > rule.within:
        return Line(label, Tone.LOOK, f"{words} Đã quá hạn.", rule.act)
    return Line(label, Tone.GOOD, words)


def _antivirus(now: Now) -> Iterator[Line]:
    if not antivirus.is_configured():
        words = "Chưa cài. Tài liệu vẫn được xét theo nội dung trước khi nhận."
        yield Line("Quét vi-rút", Tone.NONE, words)
    elif antivirus.answers():
        yield Line("Quét vi-rút", Tone.GOOD, "Đang trả lời.")
        if number := facts.not_judged():
            more = "Hơn " if number > waiting.MOST_COUNTED else ""
            words = f"{more}{whole(min(number, waiting.MOST_COUNTED))} tài liệu. Cổng sẽ hỏi lại, mỗi lần một thưa hơn."
            yield Line("Tài liệu không quét được", Tone.LOOK, words, NOT_JUDGED)
    else:
        act = "Xem dịch vụ clamav-daemon trên máy chủ. Tài liệu nhận lúc này chưa được quét."
        yield Line("Quét vi-rút", Tone.BROKEN, "Đã khai báo nhưng không trả lời.", act)


def _replica(now: Now) -> Iterator[Line]:
    if replica.REPLICA not in settings.DATABASES:
        yield Line("Bản sao cơ sở dữ liệu", Tone.NONE, "Không dùng bản sao.")
        return
    lag = replica.lag()
    if lag is None:
        act = "Mọi trang hỏi cơ sở dữ liệu chính. Xem máy chạy bản sao."
        yield Line("Bản sao cơ sở dữ liệu", Tone.LOOK, "Không trả lời.", act)
    elif lag > MUCH_LAG:
        words = f"Chậm {whole(int(lag.total_seconds()))} giây."
        yield Line("Bản sao cơ sở dữ liệu", Tone.LOOK, words, "Xem bản sao có nối được với máy chính không.")
    else:
        yield Line("Bản sao cơ sở dữ liệu", Tone.GOOD, f"Chậm {whole(int(lag.total_seconds()))} giây.")


def _versions(now: Now) -> Iterator[Line]:
    known = facts.versions()
    words = f"Mã nguồn {known['revision'] or 'không rõ'}, khung web {known['django']}, trình chạy {known['python']}."
    yield Line("Phiên bản", Tone.GOOD, words)


def _database_size(now: Now) -> Iterator[Line]:
    words = f"{facts.database_version()}, {file_size(facts.database_bytes())}."
    yield Line("Dung lượng cơ sở dữ liệu", Tone.GOOD, words)


RECEIVING: dict[str, Callable[[Now], Iterator[Line]]] = {
    "Cơ sở dữ liệu": _check(
        "Cơ sở dữ liệu",
        readiness.database,
        "Đang trả lời.",
        "Không trả lời: cổng không nhận được sáng kiến.",
        "Xem PostgreSQL và đường mạng đến máy đó.",
    ),
    "Cấu trúc bảng": _check(
        "Cấu trúc bảng",
        readiness.migrations,
        "Khớp với phiên bản đang chạy.",
        "Chưa khớp với phiên bản đang chạy.",
        "Chạy portal-manage migrate, rồi khởi động lại cổng.",
    ),
    "Kho tài liệu": _check(
        "Kho tài liệu",
        readiness.storage,
        "Đang nhận tài liệu.",
        "Không ghi được tài liệu; chữ vẫn nhận.",
        "Xem đĩa chứa tài liệu (hoặc kho S3) còn chỗ và còn quyền ghi không.",
    ),
    "Đồng hồ": _clock,
    "Đĩa": _disk,
    "Bộ nhớ đệm": _cache,
}
REFUSED = {"Lượt từ chối": refusals.lines}
BEHIND = {"Tiến trình nền": _worker, "Số đếm": _tally, "Việc chờ": _waiting, "Việc cán bộ giao": _jobs}
KEEPING = {"Việc bảo trì": _upkeep}
MACHINE = {
    "Quét vi-rút": _antivirus,
    "Bản sao cơ sở dữ liệu": _replica,
    "Dung lượng cơ sở dữ liệu": _database_size,
    "Phiên bản": _versions,
}
