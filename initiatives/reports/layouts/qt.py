"""Layout QT: the form attached to 724/LĐLĐ-CTCS of LĐLĐ tỉnh Quảng Trị (12/3/2021)."""

from initiatives.reports.layouts.base import (
    APPLIED,
    DESCRIPTION,
    HOST,
    NUMBER,
    PERSON,
    PLACE_AND_DATE,
    SENDER,
    SIGNED_FOR,
    TITLE,
    Column,
    Layout,
)

QT = Layout(
    code="qt",
    title="BẢNG TỔNG HỢP TÓM TẮT SÁNG KIẾN",
    above=(HOST, SENDER),
    columns=(
        NUMBER,
        Column("- Họ và tên\n- Năm sinh,\n- Chức vụ,\n- Đơn vị công tác\n- Số điện thoại liên hệ", PERSON),
        TITLE,
        APPLIED,
        DESCRIPTION,
        Column("- Hiệu quả\n- Phạm vi áp dụng\n- Giá trị làm lợi", ("effect", "scope", "benefit")),
    ),
    widths=(11, 46, 36, 24, 83, 50),
    below=(PLACE_AND_DATE, SIGNED_FOR),
)
