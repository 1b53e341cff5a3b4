"""What the floor's form is filled with."""

FILLED = {
    "full_name": "Trần Thị Thu Hà",
    "birth_year": "1990",
    "position": "Công nhân tổ cắt",
    "phone": "0300000000",
    "national_id": "045190000000",
    "workplace": "Xưởng may 2, Công ty Cổ phần May Sông Hiếu",
    "group": "b",
    "title": "Cữ chặn có thước khắc cho máy cắt vải",
    "kind": "a",
    "applied_on": "2026-09-01",
    "description": "Trước đây tổ phải chỉnh tay từng lượt.\r\nNay chỉnh một lần cho cả lô hàng. " * 12,
    "agrees": "on",
}
