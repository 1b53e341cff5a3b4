"""A host's own layout, as it was put together in the admin from the facts of the official ones."""

from collections.abc import Sequence

from initiatives.models import TableColumn, TableLayout
from initiatives.reports.layouts.base import (
    HOST,
    PLACE_AND_DATE,
    SENDER,
    SIGNED_FOR,
    Column,
    Layout,
    Line,
)

# What a column may hold, by the names of `SummaryRow`, as the official headings call them.
FACTS: dict[str, str] = {
    "number": "Số thứ tự (TT)",
    "full_name": "Họ và tên",
    "birth_year": "Năm sinh",
    "position": "Chức vụ, công việc",
    "workplace": "Đơn vị công tác",
    "phone": "Điện thoại liên hệ",
    "title": "Tên sáng kiến",
    "applied_on": "Thời gian áp dụng",
    "description": "Tóm tắt nội dung",
    "effect": "Hiệu quả",
    "scope": "Phạm vi áp dụng",
    "benefit": "Giá trị làm lợi",
    "awards": "Danh hiệu, khen thưởng ba năm",
}


def own_layout(layout: TableLayout, columns: Sequence[TableColumn]) -> Layout:
    """Signs a host's own words with braces stay signs: they are no place to be filled."""
    under = (Line(_plain(layout.under_title), is_italic=True),) if layout.under_title else ()
    return Layout(
        code=f"rieng-{layout.pk}",
        title=_plain(layout.title),
        above=(HOST, SENDER),
        under_title=under,
        columns=tuple(
            Column(_plain(column.heading), tuple(name for name in column.facts if name in FACTS), column.is_centred)
            for column in columns
        ),
        widths=tuple(column.width for column in columns),
        below=(PLACE_AND_DATE, SIGNED_FOR),
    )


def _plain(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")
