"""A quarter and a review as sheets of Excel: names are text, numbers numbers; below the table the rule it was made by."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from initiatives.models import Campaign
from initiatives.progress import board_sheet
from initiatives.progress.board_sheet import HEAD, NUMBER, PERCENT, Value, tenths
from initiatives.progress.quarter_review import Review
from initiatives.progress.quarters import FALLS, Outcome, Today
from portal.sheets.paper import set_margins
from portal.vietnamese import days
from portal.vietnamese.formats import NOTHING

TITLE = "KẾT QUẢ THI ĐUA {}"
UNANNOUNCED = "CHƯA CÔNG BỐ"
QUARTER = (
    *(("Hạng", 7), ("Đơn vị", 44), ("Số sáng kiến", 12), ("Trong đó hợp lệ", 12)),
    *(("Chỉ tiêu quý", 12), ("Tỷ lệ (%)", 10), ("Ghi nhận", 12)),
)

_GROUP, _GOOD = (PatternFill("solid", fgColor=colour) for colour in ("EEF1F5", "D9F0E1"))


def of_quarter(campaign: Campaign, outcome: Outcome, *, announced_at: datetime | None, today: Today | None) -> bytes:
    """`today` of an announced one: what differs from it now stands in a column of its own."""
    columns = [*QUARTER, ("Nay", 12)] if today and today.numbers else list(QUARTER)
    paper = _Paper(columns, title=outcome.span.label, made_at=outcome.counted_at)
    paper.say(campaign.name.upper(), is_bold=True, is_centred=True)
    paper.say(TITLE.format(outcome.span.label.upper()), is_bold=True, is_centred=True)
    told = f"Công bố lúc {days.moment(announced_at)}" if announced_at else UNANNOUNCED
    paper.say(f"{told}{f', văn bản {outcome.document}' if outcome.document else ''}", is_centred=True)
    paper.say(f"Số liệu tính đến {days.moment(outcome.counted_at)}", is_centred=True)
    paper.head([name for name, _ in columns])
    for group in outcome.groups:
        places = f" (ghi nhận {group.places} vị trí)" if group.places is not None else " (không được ghi nhận)"
        paper.group(f"{group.name}{places}")
        for each in group.standings:
            values: list[Value] = [
                *(each.rank, each.name, each.number, each.valid),
                NOTHING if each.target is None else each.target,
                NOTHING if each.target is None else tenths(each.number, each.target) / 10,
                "Ghi nhận" if each.is_recognised else "",
            ]
            if today and today.numbers:
                values.append(today.numbers.get(each.code, each.number))
            paper.row(values, percents={5}, fill=_GOOD if each.is_recognised else None)
    paper.gap()
    paper.say("Sáng kiến tiêu biểu", is_bold=True)
    for number, named in enumerate(outcome.outstanding, start=1):
        paper.say(f"{number}. {named.title}. {named.unit}. {named.reason}")
    if not outcome.outstanding:
        paper.say("Không có.")
    paper.gap()
    if today and today.numbers:
        paper.say(f"Nay: số của quý tính đến {days.moment(today.counted_at)}. Kết quả đã công bố giữ nguyên.")
    for sentence in outcome.rule:
        paper.say(sentence)
    return paper.saved()


def of_review(review: Review) -> bytes:
    columns = [("TT", 6), ("Đơn vị", 40), ("Số sáng kiến", 12), ("Hạng", 8)]
    for column in review.columns:
        mark = "*" if column.is_partial else ""
        told = "" if column.is_announced else ", chưa công bố"
        columns += [(f"{column.span.label}{mark}{told}", 12), ("Hạng quý", 8)]
    columns.append(("Số lần được ghi nhận", 11))
    paper = _Paper(columns, title=review.part.label, made_at=review.counted_at, is_wide=True)
    paper.say(review.campaign.name.upper(), is_bold=True, is_centred=True)
    paper.say(review.part.label.upper(), is_bold=True, is_centred=True)
    paper.say(f"Số liệu tính đến {days.moment(review.counted_at)}", is_centred=True)
    paper.head([name for name, _ in columns])
    place = 0
    for group in review.groups:
        paper.group(group.name)
        for row in group.rows:
            place += 1
            values: list[Value] = [place, row.name, row.number, row.rank]
            for cell in row.cells:
                values += [NOTHING, NOTHING] if cell is None else [cell.number, cell.rank]
            recognised = {
                4 + 2 * number
                for number, (cell, column) in enumerate(zip(row.cells, review.columns, strict=True))
                if cell is not None and cell.is_recognised and column.is_announced
            }
            paper.row([*values, row.times], marked=recognised)
    paper.gap()
    paper.say("Sáng kiến tiêu biểu của các quý", is_bold=True)
    for number, each in enumerate(review.outstanding, start=1):
        marks = "" if each.is_announced else " (chưa công bố)"
        marks += "" if each.is_valid else " (nay không còn hợp lệ)"
        paper.say(f"{number}. {each.span.label}: {each.named.title}. {each.named.unit}. {each.named.reason}{marks}")
    if not review.outstanding:
        paper.say("Không có.")
    paper.gap()
    for sentence in notes(review):
        paper.say(sentence)
    return paper.saved()


def notes(review: Review) -> list[str]:
    """What is written below a review, on the page and in the sheet."""
    said = [
        FALLS,
        "Hạng xếp theo số sáng kiến của kỳ này, trong từng cụm, khối như hiện nay. Số và hạng của quý đã công bố giữ như lúc "
        "công bố.",
        "Số lần được ghi nhận chỉ tính các quý đã công bố.",
    ]
    if review.has_partial:
        said.append("* Quý chỉ có một phần nằm trong kỳ này; số của quý là số của cả quý.")
    return said


def file_name(campaign: Campaign, key: str) -> str:
    return f"thi-dua-{campaign.slug}-{key}.xlsx"


@dataclass
class _Paper:
    """A sheet that is written from its top to its end."""

    columns: Sequence[tuple[str, int]]
    title: str
    made_at: datetime
    is_wide: bool = False
    number: int = 0
    book: Workbook = field(default_factory=lambda: Workbook(write_only=True))

    def __post_init__(self) -> None:
        self.book.properties.title, self.book.properties.creator = self.title, "Cổng sáng kiến"
        made = self.made_at.astimezone(UTC).replace(tzinfo=None)
        self.book.properties.created = self.book.properties.modified = made
        sheet = self.sheet = self.book.create_sheet("Kết quả")
        sheet.page_setup.paperSize = Worksheet.PAPERSIZE_A4
        sheet.page_setup.orientation = (
            Worksheet.ORIENTATION_LANDSCAPE if self.is_wide else Worksheet.ORIENTATION_PORTRAIT
        )
        sheet.page_setup.fitToHeight = 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        set_margins(sheet)
        for place, (_, width) in enumerate(self.columns, start=1):
            sheet.column_dimensions[get_column_letter(place)].width = width

    def say(self, text: str, *, is_bold: bool = False, is_centred: bool = False) -> None:
        """A sentence across the table."""
        self._across(board_sheet.cell_of(self.sheet, text, is_bold=is_bold, is_centred=is_centred, has_border=False))

    def group(self, text: str) -> None:
        self._across(board_sheet.cell_of(self.sheet, text, is_bold=True, fill=_GROUP))

    def gap(self) -> None:
        self.number += 1
        self.sheet.append([])

    def head(self, names: Sequence[str]) -> None:
        self.gap()
        self._append(
            [board_sheet.cell_of(self.sheet, name, is_bold=True, is_centred=True, fill=HEAD) for name in names]
        )
        self.sheet.print_title_rows = f"{self.number}:{self.number}"
        self.sheet.freeze_panes = f"C{self.number + 1}"

    def row(
        self,
        values: Sequence[Value],
        *,
        percents: set[int] | None = None,
        marked: set[int] | None = None,
        fill: PatternFill | None = None,
    ) -> None:
        """`percents` and `marked` are places of cells: with a decimal, and on green."""
        cells = [
            board_sheet.cell_of(
                self.sheet,
                value,
                is_centred=place == 0 or (place > 1 and isinstance(value, str)),
                number_format=PERCENT if place in (percents or ()) else NUMBER,
                fill=_GOOD if place in (marked or ()) else fill,
            )
            for place, value in enumerate(values)
        ]
        self._append(cells)

    def saved(self) -> bytes:
        kept = io.BytesIO()
        self.book.save(kept)
        return kept.getvalue()

    def _across(self, cell: WriteOnlyCell) -> None:
        last = get_column_letter(len(self.columns))
        self.sheet.merged_cells.add(f"A{self.number + 1}:{last}{self.number + 1}")
        self._append([cell], room=sum(width for _, width in self.columns))

    def _append(self, cells: Sequence[WriteOnlyCell], room: int = 0) -> None:
        self.number += 1
        # Capitals and bold need more room than the average letter that a width counts.
        widths = [room] if room else [width for _, width in self.columns]
        board_sheet.append(self.sheet, self.number, cells, [width / 1.1 for width in widths])
