"""Why a file is refused: a code for programs, words for people."""

from typing import Literal

Reason = Literal[
    "type", "size", "empty", "protected", "macro", "external", "broken", "too_many_pixels", "polyglot", "malware"
]


class Fault(Exception):
    """What is wrong inside a file; `words` continue the sentence that begins with its name."""

    def __init__(self, reason: Reason, words: str) -> None:
        super().__init__(reason)
        self.reason: Reason = reason
        self.words = words


class FileRefused(Exception):
    """A file that is not accepted; `sentence` names it, says why, and what to do."""

    def __init__(self, name: str, fault: Fault) -> None:
        super().__init__(fault.reason)
        self.reason: Reason = fault.reason
        self.sentence = f"Tệp “{name}” {fault.words}"


def broken() -> Fault:
    return Fault("broken", "bị hỏng hoặc chưa được tải lên trọn vẹn. Hãy mở thử trên máy của bạn rồi gửi lại.")


def locked() -> Fault:
    return Fault(
        "protected",
        "đang bị khóa (có mật khẩu hoặc bị hạn chế in, sao chép). Hãy lưu một bản không khóa rồi gửi lại.",
    )


def holds_code() -> Fault:
    return Fault("macro", "có chứa mã lệnh (macro) nên không được nhận. Hãy lưu lại thành PDF rồi gửi.")


def holds_another_file() -> Fault:
    return Fault(
        "polyglot", "có một tệp khác giấu hoặc đính kèm bên trong. Hãy gửi riêng từng tệp, lưu lại bằng ứng dụng gốc."
    )


def external() -> Fault:
    return Fault(
        "external",
        "tự lấy nội dung từ nơi khác khi mở (tài liệu mẫu hoặc ảnh liên kết). Hãy lưu lại thành PDF rồi gửi.",
    )


def too_much_inside() -> Fault:
    return Fault("size", "phình ra quá lớn khi mở. Hãy lưu lại thành PDF rồi gửi.")


def holds_malware() -> Fault:
    return Fault(
        "malware", "bị phần mềm diệt virus phát hiện có mã độc nên không được nhận. Hãy quét máy rồi gửi tệp khác."
    )
