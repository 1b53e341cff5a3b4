"""What was done, in words."""

from initiatives.models import Act, ReviewEvent
from orgtree.models import StaffAccount
from portal.vietnamese import days

DONE = {
    "approve": "Đã ghi nhận hợp lệ",
    "return": "Đã trả lại để bổ sung",
    "decline": "Đã ghi nhận không hợp lệ",
    "reopen": "Đã mở lại để xét",
}

# What changes an initiative under the hands of whoever reads it. Telling the sender or printing a receipt does not.
CHANGED = {
    Act.EDITED: "sửa",
    Act.RESENT: "bổ sung và gửi lại",
    Act.RETURNED: "trả lại bổ sung",
    Act.APPROVED: "đánh dấu hợp lệ",
    Act.DECLINED: "đánh dấu không hợp lệ",
    Act.REOPENED: "mở lại để xét",
    Act.WITHDRAWN: "rút",
    Act.REASSIGNED: "chuyển đơn vị",
    Act.REPOINTED: "ghi trùng với sáng kiến khác",
    Act.APPRAISED: "thẩm định giá trị làm lợi của",
}


def told(event: ReviewEvent, *, to: StaffAccount) -> str:
    """Who did what and when, as a sentence to the account that reads it."""
    officer = "Chính bạn" if event.account == to else event.account.get_full_name() if event.account else "Người nộp"
    return f"{officer} đã {CHANGED[Act(event.act)]} sáng kiến này lúc {days.moment(event.at)}."
