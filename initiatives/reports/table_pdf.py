"""The summary table as PDF: the same layout, rows and breaks of lines as the workbook, for who has no Excel or prints at once.

Liberation Serif stands in for Times New Roman, whose metrics it has, and is embedded.
"""

import functools
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.conf import settings
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from initiatives.reports import measures
from initiatives.reports.layouts import Layout, Letterhead, Line
from initiatives.reports.seals import Seal
from initiatives.reports.summary import SummaryRow
from initiatives.reports.workbook import (
    CREATOR,
    FEWEST_LINES,
    HEADER,
    LETTERHEAD_SIZE,
    PAGE_NUMBER_SIZE,
    SEAL_SIDE,
    SEAL_SIZE,
    SIGNATURE,
    TABLE_SIZE,
    TITLE_SIZE,
)
from portal.sheets.paper import MARGINS
from portal.vietnamese.text import canonical

REGULAR, BOLD, ITALIC = "Table", "TableBold", "TableItalic"
FONT_FILES = {REGULAR: "LiberationSerif-Regular", BOLD: "LiberationSerif-Bold", ITALIC: "LiberationSerif-Italic"}
WIDTH, HEIGHT = landscape(A4)
TOP, BOTTOM, LEFT = HEIGHT - MARGINS["top"] * mm, MARGINS["bottom"] * mm, MARGINS["left"] * mm
PITCH = 1.2  # of the font size, from line to line
PADDING = measures.PADDING / 2
GAP = 8.0
SHORT_RULE = 22 * mm
THIN, HAIR = 0.6, 0.25
FOOT_SIZE = 8


@dataclass(frozen=True)
class _Row:
    """The printed lines of each cell."""

    cells: tuple[tuple[str, ...], ...]

    @property
    def lines(self) -> int:
        return max(1, *map(len, self.cells))


def table_pdf(rows: Iterable[SummaryRow], *, layout: Layout, letterhead: Letterhead, seal: Seal | None = None) -> bytes:
    """The same rows give the same bytes."""
    _register_fonts()
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(WIDTH, HEIGHT), invariant=1, lang="vi")
    canvas.setTitle(letterhead.filled(layout.title).capitalize())
    canvas.setAuthor(letterhead.sender)
    canvas.setCreator(CREATOR)
    canvas.setProducer(CREATOR)
    _Table(canvas, layout, letterhead, seal).draw([layout.cells(row) for row in rows])
    canvas.save()
    return file.getvalue()


@functools.cache
def _register_fonts() -> None:
    for name, file in FONT_FILES.items():
        pdfmetrics.registerFont(TTFont(name, settings.BASE_DIR / "fixtures" / "fonts" / f"{file}.ttf"))


class _Table:
    def __init__(self, canvas: Canvas, layout: Layout, letterhead: Letterhead, seal: Seal | None) -> None:
        self.canvas, self.layout, self.letterhead, self.seal = canvas, layout, letterhead, seal
        self.widths = [width * mm for width in layout.widths]
        self.width = sum(self.widths)
        self.heading = self._row([letterhead.filled(column.heading) for column in layout.columns], is_bold=True)
        self.page = 1
        self.top = TOP
        self.has_rows = False

    def draw(self, cells: Sequence[Sequence[str | int]]) -> None:
        self._head()
        self._draw_part(self.heading, 0, self.heading.lines, is_heading=True)
        for number, values in enumerate(cells, start=1):
            self._add(self._row(values), is_last=number == len(cells))
        if not cells and self.top - self._signing_height() < BOTTOM:
            self._turn_page()
        self._sign()
        self._foot()
        self.canvas.showPage()

    # --- the table -------------------------------------------------------------------------------------------------------

    def _add(self, row: _Row, *, is_last: bool) -> None:
        """In as many parts as its text needs; divided only where no page holds it, or where it would leave the title or the
        signature alone."""
        done = 0
        while done < row.lines:
            rest = row.lines - done
            if self._holds(rest, is_last=is_last):
                take = rest
            elif not done and self.has_rows and self._would_hold(rest, is_last=is_last):
                self._turn_page()
                continue
            else:
                here = int((self.top - BOTTOM - 2 * PADDING) // (TABLE_SIZE * PITCH))
                take = min(here, rest - FEWEST_LINES if is_last and here >= rest else rest)
                if take < min(FEWEST_LINES, rest):
                    self._turn_page()
                    continue
            self._draw_part(row, done, done + take)
            done += take
            self.has_rows = True
            if done < row.lines:
                self._turn_page()

    def _holds(self, lines: int, *, is_last: bool) -> bool:
        """Whether so many lines, and the signature behind the last of them, fit on what is left of this page."""
        return self.top - _height(lines) - (self._signing_height() if is_last else 0) >= BOTTOM

    def _would_hold(self, lines: int, *, is_last: bool) -> bool:
        room = TOP - BOTTOM - _height(self.heading.lines)
        return _height(lines) + (self._signing_height() if is_last else 0) <= room

    def _row(self, values: Sequence[str | int], *, is_bold: bool = False) -> _Row:
        words = measures.widths(is_bold=is_bold)
        return _Row(
            tuple(
                _broken(str(value), measures.room(width, TABLE_SIZE), words)
                for value, width in zip(values, self.layout.widths, strict=True)
            )
        )

    def _draw_part(self, row: _Row, first: int, end: int, *, is_heading: bool = False) -> None:
        """The lines `first` to `end` of a row; a hair line where it is divided."""
        height, left = _height(end - first), LEFT
        for column, width, lines in zip(self.layout.columns, self.widths, row.cells, strict=True):
            shown = lines[first:end]
            centred = "\n" not in column.heading if is_heading else column.is_centred
            top = self.top - PADDING
            if is_heading:
                top -= (height - _height(len(shown))) / 2
            font = BOLD if is_heading else REGULAR
            self._text(shown, font, TABLE_SIZE, left=left, width=width, top=top, centred=centred)
            self._rule(left, self.top, left, self.top - height)
            left += width
        self._rule(left, self.top, left, self.top - height)
        self._rule(LEFT, self.top, left, self.top, THIN if not first else HAIR)
        self._rule(LEFT, self.top - height, left, self.top - height, THIN if end == row.lines else HAIR)
        self.top -= height

    # --- above and below -------------------------------------------------------------------------------------------------

    def _head(self) -> None:
        across = sum(self.widths[: self.layout.host_columns])
        for line in self.layout.above:
            if self._line(line, LETTERHEAD_SIZE, left=LEFT, width=across) and line.has_rule:
                middle = LEFT + across / 2
                self._rule(middle - SHORT_RULE / 2, self.top - 4, middle + SHORT_RULE / 2, self.top - 4)
                self.top -= 6
        if self.layout.above:
            self.top -= GAP
        self._line(Line(self.layout.title, is_bold=True), TITLE_SIZE, left=LEFT, width=self.width)
        for line in self.layout.under_title:
            self._line(line, LETTERHEAD_SIZE, left=LEFT, width=self.width)
        self.top -= GAP

    def _sign(self) -> None:
        self.top -= GAP
        across = sum(self.widths[-self.layout.signing_columns :])
        for line in self.layout.below:
            self._line(line, LETTERHEAD_SIZE, left=LEFT + self.width - across, width=across)
        if self.seal:
            picture = ImageReader(io.BytesIO(self.seal.picture()))
            self.canvas.drawImage(picture, LEFT, self.top - SIGNATURE + 2, SEAL_SIDE, SEAL_SIDE)
            self.top -= SIGNATURE
            lines = self._seal_lines()
            self._text(lines, REGULAR, SEAL_SIZE, left=LEFT, width=self.width, top=self.top, centred=False)

    def _signing_height(self) -> float:
        signing = GAP + len(self.layout.below) * LETTERHEAD_SIZE * PITCH + SIGNATURE
        return signing + len(self._seal_lines()) * SEAL_SIZE * PITCH

    def _seal_lines(self) -> tuple[str, ...]:
        if self.seal is None:
            return ()
        return _broken(self.seal.sentence, measures.room(sum(self.layout.widths), SEAL_SIZE), measures.widths())

    def _turn_page(self) -> None:
        self._foot()
        self.canvas.showPage()
        self.page += 1
        self.top, self.has_rows = TOP, False
        self.canvas.setFont(REGULAR, PAGE_NUMBER_SIZE)
        self.canvas.drawCentredString(WIDTH / 2, HEIGHT - (HEADER + 5) * mm, str(self.page))
        self._draw_part(self.heading, 0, self.heading.lines, is_heading=True)

    def _foot(self) -> None:
        """Each page of what was sealed says to what it belongs."""
        if self.seal:
            self.canvas.setFont(REGULAR, FOOT_SIZE)
            words = f"Mã niêm phong hồ sơ: {self.seal.short} · trang {self.page}"
            self.canvas.drawString(LEFT, BOTTOM - 8 * mm, words)

    # --- smaller still ---------------------------------------------------------------------------------------------------

    def _line(self, line: Line, size: float, *, left: float, width: float) -> bool:
        """A centred line of the head or foot, in as many as it needs; whether there was anything to write."""
        text = self.letterhead.filled(line.text)
        if not text:
            return False
        font = BOLD if line.is_bold else ITALIC if line.is_italic else REGULAR
        lines = _broken(text, measures.room(width / mm, size), measures.widths(is_bold=line.is_bold))
        self._text(lines, font, size, left=left, width=width, top=self.top, centred=True)
        self.top -= len(lines) * size * PITCH
        return True

    def _text(
        self, lines: Sequence[str], font: str, size: float, *, left: float, width: float, top: float, centred: bool
    ) -> None:
        self.canvas.setFont(font, size)
        baseline = top - size * 0.95
        for line in lines:
            if centred:
                self.canvas.drawCentredString(left + width / 2, baseline, line)
            else:
                self.canvas.drawString(left + PADDING, baseline, line)
            baseline -= size * PITCH

    def _rule(self, x1: float, y1: float, x2: float, y2: float, width: float = THIN) -> None:
        self.canvas.setLineWidth(width)
        self.canvas.line(x1, y1, x2, y2)


def _height(lines: int) -> float:
    return lines * TABLE_SIZE * PITCH + 2 * PADDING


def _broken(text: str, room: float, words: measures.Widths) -> tuple[str, ...]:
    whole = canonical(text).replace("\t", " ")
    starts = list(measures.line_starts(whole, room, words))
    ends = [*starts[1:], len(whole)]
    return tuple(whole[start:end].strip("\n").rstrip(" ") for start, end in zip(starts, ends, strict=True))
