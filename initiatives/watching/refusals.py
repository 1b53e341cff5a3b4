"""What people were refused within the last hour, for the page of the portal's health: a line for each reason, in words.

Counted by the processes of this machine (`portal/metrics.py`); where there are several, each tells of its own. How many are too
many says `deploy/ALARMS.md`; here only what no sender can help asks to be looked at.
"""

from collections.abc import Iterator

from initiatives.watching.lines import Line, Tone
from initiatives.watching.readiness import Now
from portal import metrics
from portal.vietnamese.formats import whole

TITLE = "Từ chối trong một giờ qua, trên máy chủ này"
NONE = Line("Lượt từ chối", Tone.GOOD, "Không có lượt nào.")
OTHER = "Lý do khác"
# Every reason that `portal_refusals_total` may bear.
REASONS = {
    "closed": "Gửi khi chưa mở nhận",
    "late": "Gửi sau giờ đóng nhận, bài được giữ và ghi là muộn",
    "invalid": "Bấm nộp khi còn mục thiếu hoặc sai",
    "already_received": "Bấm nộp lại bài đã nhận",
    "changed_meanwhile": "Bài vừa đổi ở một cửa sổ khác",
    "not_found": "Tra cứu sai mã hoặc sai số điện thoại",
    "too_many_tries": "Tra cứu sai quá nhiều lần",
    "too_much_at_once": "Một mạng gửi quá nhiều một lúc",
    "crowded": "Phải gửi lại vì quá đông",
    "told_to_wait": "Người xem phải chờ vì quá đông",
    "too_large": "Gửi quá dung lượng",
    "malformed": "Gửi bị cụt hoặc sai dạng",
    "out_of_order": "Cổng đang hỏng: cơ sở dữ liệu hoặc đĩa",
    "foreign": "Gửi từ trang web khác",
    "csrf": "Trang của cán bộ mở đã lâu",
    "sign_in": "Cán bộ gõ sai tên hoặc mật khẩu",
    "sign_in_locked": "Đăng nhập bị khóa tạm",
    "second_factor": "Cán bộ gõ sai mã lớp bảo vệ thứ hai",
    "file_no_room": "Tài liệu: máy chủ hết chỗ",
    "file_type": "Tài liệu: loại tệp không nhận",
    "file_size": "Tài liệu: quá dung lượng",
    "file_empty": "Tài liệu: tệp rỗng",
    "file_protected": "Tài liệu: đang bị khóa",
    "file_macro": "Tài liệu: có mã lệnh",
    "file_external": "Tài liệu: lấy nội dung từ nơi khác",
    "file_broken": "Tài liệu: bị hỏng hoặc chưa tải hết",
    "file_too_many_pixels": "Tài liệu: ảnh quá lớn",
    "file_polyglot": "Tài liệu: giấu tệp khác bên trong",
    "file_malware": "Tài liệu: có mã độc",
}
# What no sender can help, with what to do.
OURS = {
    "out_of_order": "Xem dòng “Cơ sở dữ liệu” và các dòng về đĩa, rồi tìm “answered 503” trong nhật ký.",
    "crowded": "Thêm máy, hoặc chờ qua giờ cao điểm. Bài đã gõ vẫn còn ở trang của người gửi.",
    "file_no_room": "Dọn đĩa chứa tài liệu hoặc thêm đĩa ngay.",
}


def lines(now: Now) -> Iterator[Line]:
    """The most frequent first; reasons that a later version left behind are one line."""
    found = metrics.refused_lately()
    if not found:
        yield NONE
    others = sum(number for reason, number in found.items() if reason not in REASONS)
    for reason, number in found.items():
        if reason in REASONS:
            tone = Tone.LOOK if reason in OURS else Tone.FIGURE
            yield Line(REASONS[reason], tone, _times(number), OURS.get(reason, ""))
    if others:
        yield Line(OTHER, Tone.FIGURE, _times(others))


def _times(number: int) -> str:
    return f"{whole(number)} lượt."
