"""What the worker of the journeys answers, by the names of the forms: one person of 2021 and one of 2022, both invented."""

from datetime import date
from typing import Any

from portal.vietnamese import days

Answers = dict[str, Any]

WORKER_2021: Answers = {
    "full_name": "Lò Thị Hoa Ban",
    "phone": "0987 654 321 (Zalo)",
    "birth_year": "1990",
    "position": "Giáo viên",
    "workplace": "Trường Mầm non Sao Mai",
    "bloc": "agency",
    "consent": "on",
}
IDEA_2021: Answers = {
    "title": "Bộ chữ cái ghép từ vỏ ngô",
    "applied_on": "15.4.2021",
    "description": "Trước đây lớp thiếu đồ dùng.\r\nNay trẻ tự ghép chữ từ vỏ ngô, thuộc nhanh hơn.",
    "effect": "=Không tốn tiền mua đồ chơi",
    "scope": "Toàn trường",
    "benefit_value": "không tính được bằng tiền",
    "awards": "Chiến sĩ thi đua cơ sở năm 2020",
    "declaration": ["recognised"],
}

WORKER_2022: Answers = {
    "full_name": "Đặng Thị Ánh Tuyết",
    "phone": "+84 912 345 678",
    "national_id": "045 188 000 123",
    "birth_year": "1988",
    "position": "Tổ trưởng tổ cắt",
    "workplace": "Xưởng may 2, Công ty Cổ phần May Sông Hiếu",
    "target_group": "enterprise_worker",
    "consent": "on",
    "publish_consent": "on",
}
DECLARATIONS_2022 = ["recognised", "novel", "lawful", "unprotected"]


def idea_2022(*, applied_on: date, recognised_on: date) -> Answers:
    """The one initiative of 2022 with its own days: the window, or today, decides which days count."""
    return {
        "title": "Cữ chặn có thước khắc cho máy cắt vải",
        "field": "production",
        "solution_kind": "technical",
        "applied_on": days.shown(applied_on),
        "recognised_on": days.shown(recognised_on),
        "recognised_by": "Giám đốc Công ty Cổ phần May Sông Hiếu",
        "recognition_number": "12/QĐ-MSH",
        "description": "Trước đây tổ chỉnh tay từng lượt, mất 20 phút mỗi ca.\r\nNay chỉnh một lần cho cả lô hàng.",
        "effect": "Tiết kiệm 1,5 giờ mỗi ngày",
        "scope": "Toàn xưởng",
        "benefit_value": "1,2 tỷ",
        "declaration": DECLARATIONS_2022,
    }
