"""The paper form: two sides of A4 to be filled in by hand, and typed in by an officer afterwards.

Blocks flow over the two sides in their order; the description takes what room is left. Where a campaign asks so much that
too little is left for it, everything is set smaller.
"""

import io
from collections.abc import Iterable, Sequence

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from initiatives.campaigns.posters import (
    BLACK,
    BOLD,
    DEEP,
    INK,
    ITALIC,
    PORTAL,
    REGULAR,
    SOFT,
    broken,
    register_fonts,
)
from initiatives.submission.entering.paper_forms import CO_AUTHORS_ON_PAPER, Paper, Question
from initiatives.submission.entering.paper_pen import GAP, HEIGHT, LEFT, RIGHT, ROOM, WIDTH, Block, Pen

TOP, BOTTOM = 13 * mm, 13 * mm
SIDES = 2
LEAST_LINES = 8
LEAST_BEGUN = 4
MOST_LINES = 24
SCALES = (1, 0.96, 0.92, 0.88, 0.84, 0.8)


class PaperTooLong(ValueError):
    """A campaign asks more than two sides hold, however small it is set."""


def paper_pdf(paper: Paper) -> bytes:
    """The same questions always give the same bytes."""
    register_fonts()
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=A4, invariant=1, lang="vi")
    canvas.setTitle(f"Phiếu sáng kiến – {paper.campaign}")
    canvas.setCreator(PORTAL)
    canvas.setProducer(PORTAL)
    for number, side in enumerate(_sides(canvas, paper), start=1):
        top = HEIGHT - TOP
        for block in side:
            block.draw(top)
            top -= block.height
        canvas.setFont(REGULAR, 8.5)
        canvas.setFillColor(SOFT)
        canvas.drawRightString(WIDTH - RIGHT, 7.5 * mm, f"Trang {number}/{SIDES}")
        canvas.drawString(LEFT, 7.5 * mm, "Phiếu do công đoàn giữ làm bằng chứng về sự đồng ý của người nộp.")
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def _sides(canvas: Canvas, paper: Paper) -> list[list[Block]]:
    """The blocks of both sides, as large as they can be set."""
    room = HEIGHT - TOP - BOTTOM
    for scale in SCALES:
        sheet = Sheet(canvas, paper, scale=scale)
        before, after = sheet.before_description(), sheet.after_description()
        first: list[Block] = []
        while before and _high(first) + before[0].height <= room:
            first.append(before.pop(0))
        words = sheet.description(0).height
        begun = 0 if before else int((room - _high(first) - words) // sheet.pitch)
        if begun >= LEAST_BEGUN and _high(after) <= room:
            # It begins below the other questions and goes on overleaf.
            rest = max(min(int((room - _high(after)) // sheet.pitch), MOST_LINES - begun), 0)
            return [[*first, sheet.description(begun)], [sheet.lines(rest, LEFT, ROOM), *after]]
        lines = min(int((room - _high([*before, *after]) - words) // sheet.pitch), MOST_LINES)
        if lines >= LEAST_LINES:
            return [first, [*before, sheet.description(lines), *after]]
    raise PaperTooLong(paper.campaign)


class Sheet(Pen):
    """One attempt at setting the form, all sizes times `scale`."""

    def __init__(self, canvas: Canvas, paper: Paper, *, scale: float) -> None:
        super().__init__(canvas, scale=scale)
        self.paper = paper

    def before_description(self) -> list[Block]:
        asked = self.paper.initiative
        place = next(number for number, each in enumerate(asked) if each.name == "description")
        return [
            self.heading(),
            self.part("1. Người nộp"),
            *self.questions(self.paper.person),
            self.part("2. Sáng kiến"),
            *self.questions(asked[:place]),
        ]

    def description(self, lines: int) -> Block:
        question = next(each for each in self.paper.initiative if each.name == "description")
        return self.question(question, LEFT, ROOM, lines=lines)

    def after_description(self) -> list[Block]:
        asked = self.paper.initiative
        place = next(number for number, each in enumerate(asked) if each.name == "description")
        blocks = [*self.questions(asked[place + 1 :]), self.co_authors()]
        if self.paper.asks_documents:
            blocks.append(
                self.said("Tài liệu gửi kèm phiếu (quyết định công nhận, ảnh…): ghi tên từng tài liệu.", lines=1)
            )
        blocks.append(self.part("3. Cam kết và đồng ý"))
        blocks += [self.tick(text) for text in self.paper.declarations]
        blocks += [
            self.said(f"{self.paper.purpose} {self.paper.notice}", points=9),
            self.tick(self.paper.consent),
            self.tick(f"{self.paper.publishing} (không bắt buộc)"),
            self.signatures(),
        ]
        return blocks

    # --- parts of it

    def heading(self) -> Block:
        box_width, box_height = 62 * mm, 15 * mm
        width = ROOM - box_width - GAP
        title = broken(self.paper.campaign, BOLD, self.points(11.5), ROOM)
        how = broken(
            "Viết rõ ràng, có dấu; đánh dấu × vào ô chọn. Điền xong, gửi phiếu cho cán bộ công đoàn của bạn: cán bộ nhập lên "
            f"cổng và đưa lại biên nhận. Có điện thoại thì tự nộp được tại {self.paper.track.split('//')[-1].split('/')[0]}.",
            ITALIC,
            self.points(9.5),
            ROOM,
        )
        height = box_height + 3 * mm + self.high(title, 11.5) + self.high(how, 9.5) + 2 * mm

        def draw(top: float) -> None:
            self.write(["Công đoàn:"], REGULAR, 10.5, LEFT, top - 1 * mm)
            self.dots(LEFT + 20 * mm, top - 5 * mm, width - 20 * mm)
            self.write(["PHIẾU SÁNG KIẾN"], BOLD, 17, LEFT, top - 8 * mm, colour=DEEP)
            left = LEFT + ROOM - box_width
            self.canvas.setStrokeColor(BLACK)
            self.canvas.setLineWidth(0.6)
            self.canvas.rect(left, top - box_height, box_width, box_height)
            self.write(["Cán bộ ghi: mã biên nhận"], ITALIC, 9, left + 2 * mm, top - 1.5 * mm, colour=SOFT)
            self.dots(left + 2 * mm, top - 12 * mm, box_width - 4 * mm)
            under = top - box_height - 2 * mm
            self.write(title, BOLD, 11.5, LEFT, under)
            self.write(how, ITALIC, 9.5, LEFT, under - self.high(title, 11.5) - 1 * mm, colour=SOFT)

        return Block(height, draw)

    def air(self, height: float) -> Block:
        return Block(self.mm(height), lambda top: None)

    def part(self, title: str) -> Block:
        height = self.mm(8)

        def draw(top: float) -> None:
            self.write([title], BOLD, 12, LEFT, top - self.mm(1.6), colour=DEEP)
            self.canvas.setStrokeColor(DEEP)
            self.canvas.setLineWidth(0.8)
            self.canvas.line(LEFT, top - self.mm(7.2), LEFT + ROOM, top - self.mm(7.2))

        return Block(height, draw)

    def questions(self, asked: Iterable[Question]) -> list[Block]:
        """Short ones two to a line."""
        blocks: list[Block] = [self.air(1)]
        waiting: Question | None = None
        half = (ROOM - GAP) / 2
        for question in asked:
            if question.is_short and waiting is None:
                waiting = question
            elif question.is_short and waiting is not None:
                pair = self.question(waiting, LEFT, half), self.question(question, LEFT + half + GAP, half)
                blocks.append(_beside(pair))
                waiting = None
            else:
                if waiting is not None:
                    blocks.append(self.question(waiting, LEFT, ROOM))
                    waiting = None
                blocks.append(self.question(question, LEFT, ROOM))
        if waiting is not None:
            blocks.append(self.question(waiting, LEFT, ROOM))
        return blocks

    def co_authors(self) -> Block:
        label = broken(
            "Đồng tác giả, nếu có: ghi phần đóng góp của từng người và của người nộp; cộng lại là 100%. Đánh dấu × trước tên "
            "người được công nhận là tác giả (thường là người đóng góp nhiều nhất).",
            REGULAR,
            self.points(9.5),
            ROOM,
        )
        pitch = self.pitch * 0.92
        height = self.high(label, 9.5) + (CO_AUTHORS_ON_PAPER + 1) * pitch + self.mm(2)

        def draw(top: float) -> None:
            self.write(label, REGULAR, 9.5, LEFT, top - self.mm(0.8))
            below = top - self.high(label, 9.5) - self.mm(0.6)
            for row in range(CO_AUTHORS_ON_PAPER + 1):
                base = below - (row + 1) * pitch + 1.4 * mm
                self.box(LEFT, base + 4 * mm)
                who = "Người nộp" if row == 0 else f"{row}."
                self.write([who], REGULAR, 10, LEFT + 6 * mm, base + 4.2 * mm)
                start = LEFT + (25 if row == 0 else 11) * mm
                share_at = LEFT + ROOM - 30 * mm
                if row:
                    self.dots(start, base, share_at - start - 4 * mm)
                self.dots(share_at, base, 22 * mm)
                self.write(["%"], REGULAR, 10, share_at + 24 * mm, base + 4.2 * mm)

        return Block(height, draw)

    def signatures(self) -> Block:
        height = self.mm(35)
        centre_left, centre_right = LEFT + ROOM * 0.24, LEFT + ROOM * 0.74

        def draw(top: float) -> None:
            for centre, lines in (
                (centre_right, [(ITALIC, "…………………, ngày …… tháng …… năm 20……")]),
                (centre_left, [(BOLD, ""), (BOLD, "Cán bộ nhận phiếu"), (ITALIC, "(ký, ghi rõ họ tên)")]),
                (centre_right, [(BOLD, ""), (BOLD, "Người nộp"), (ITALIC, "(ký, ghi rõ họ tên)")]),
            ):
                for number, (font, text) in enumerate(lines):
                    self.canvas.setFont(font, self.points(10.5))
                    self.canvas.setFillColor(INK)
                    self.canvas.drawCentredString(centre, top - self.mm(6 + 5 * number), text)

        return Block(height, draw)


def _high(blocks: Iterable[Block]) -> float:
    return sum(block.height for block in blocks)


def _beside(blocks: Sequence[Block]) -> Block:
    def draw(top: float) -> None:
        for block in blocks:
            block.draw(top)

    return Block(max(block.height for block in blocks), draw)
