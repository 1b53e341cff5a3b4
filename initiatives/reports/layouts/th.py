"""Layout TH: the form attached to 33/KH-LĐLĐ of LĐLĐ tỉnh Thanh Hóa (03/3/2021)."""

from initiatives.reports.layouts.base import (
    APPLIED,
    DESCRIPTION,
    NUMBER,
    PERSON,
    SIGNED_FOR,
    TITLE,
    Column,
    Layout,
    Line,
)

TH = Layout(
    code="th",
    title="TỔNG HỢP TÓM TẮT SÁNG KIẾN",
    under_title=(Line("(Kèm theo Tờ trình số ….. {letter_date} của {committee} {sender})", is_italic=True),),
    columns=(
        NUMBER,
        Column("Họ và tên, năm sinh, chức vụ, đơn vị công tác, điện thoại liên hệ", PERSON),
        TITLE,
        APPLIED,
        DESCRIPTION,
        Column("Hiệu quả sáng kiến, giá trị làm lợi, phạm vi ứng dụng", ("effect", "benefit", "scope")),
        Column(
            "Các danh hiệu thi đua, hình thức khen thưởng cá nhân trong 03 năm ({three_years})",
            ("awards",),
        ),
    ),
    widths=(11, 42, 32, 24, 62, 42, 37),
    below=(SIGNED_FOR,),
)
