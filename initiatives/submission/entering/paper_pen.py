"""What the paper form is drawn with: text that flows, lines to write on, boxes for letters and for ticks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reportlab.lib.colors import Color
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from initiatives.campaigns.posters import BOLD, INK, ITALIC, REGULAR, SOFT, broken
from initiatives.submission.entering.paper_forms import Question

WIDTH, HEIGHT = A4
LEFT, RIGHT = 20 * mm, 15 * mm
ROOM = WIDTH - LEFT - RIGHT
GAP = 6 * mm
PITCH = 7.6 * mm  # between lines to write on
BOX = 5.6 * mm
BOX_WIDTH = 0.85 * BOX
BETWEEN_DAYS, BETWEEN_GROUPS = 3.2 * mm, 1.2 * mm
DAY = (2, 2, 4)
LEAST_BESIDE = 34 * mm  # of a line to write on behind the words
LEADING = 1.2


@dataclass(frozen=True)
class Block:
    """A part of the form: how high it is, and how it is drawn from `left`, `width` wide, below a line."""

    height: float
    draw: Callable[[float], None]


@dataclass(frozen=True)
class Words:
    """Running text in two fonts: its lines, each of (x, word, font), and where the last one ends."""

    lines: tuple[tuple[tuple[float, str, str], ...], ...]
    end: float


class Pen:
    """Sets everything times `scale`; each method answers a block, and draws nothing yet."""

    def __init__(self, canvas: Canvas, *, scale: float) -> None:
        self.canvas = canvas
        self.scale = scale
        self.pitch = PITCH * max(scale, 0.9)

    def question(self, question: Question, left: float, width: float, *, lines: int | None = None) -> Block:
        """Its words, and behind them in the same line, where there is room, what is to be written; else below."""
        words = self.flowed(question, width)
        lead, room = self.points(10) * LEADING, width - words.end - 2 * mm
        above = (len(words.lines) - 1) * lead
        if question.choices:
            start = above + lead + self.mm(3.2)
            body = self.choices(question.choices, left, width)
            return Block(start + body.height + self.mm(0.6), self._both(words, left, body, start, lead + self.mm(1.2)))
        if question.boxes:
            needed = _boxes_width(question.boxes)
            is_beside = room >= needed and not above
            start = above + (0 if is_beside else lead + self.mm(0.6)) + self.mm(1.6)
            body = self.boxes(question.boxes, left + words.end + 2 * mm if is_beside else left)
            base = BOX + self.mm(0.6) if is_beside else lead
            return Block(start + body.height + self.mm(0.8), self._both(words, left, body, start, base))
        number = question.lines if lines is None else lines
        is_beside = number <= 2 and room >= LEAST_BESIDE
        start = above + (self.pitch if is_beside else lead + self.mm(1.6))
        body = self.lines(number - 1 if is_beside else number, left, width)
        draw = self._both(words, left, body, start, self.pitch - 1.2 * mm if is_beside else lead)

        def with_dots(top: float) -> None:
            draw(top)
            if is_beside:
                self.dots(left + words.end + 2 * mm, top - start + 1.2 * mm, room)

        return Block(start + body.height, with_dots)

    def _both(self, words: "Words", left: float, body: Block, start: float, base: float) -> Callable[[float], None]:
        """The words, the last line's foot `base` below where it begins, and the body `start` below the top."""

        def draw(top: float) -> None:
            lead = self.points(10) * LEADING
            foot = top - (len(words.lines) - 1) * lead - base - self.mm(0.4)
            for number, line in enumerate(words.lines):
                y = foot + (len(words.lines) - 1 - number) * lead
                for x, text, font in line:
                    self.canvas.setFont(font, self.points(10 if font == BOLD else 9))
                    self.canvas.setFillColor(INK if font == BOLD else SOFT)
                    self.canvas.drawString(left + x, y, text)
            body.draw(top - start)

        return draw

    def flowed(self, question: Question, width: float) -> "Words":
        """Label and hint as running text, the one in bold, the other in italics."""
        note = "" if question.is_required else "(không bắt buộc)"
        parts = [(question.label, BOLD, 10.0), (f"{note} {question.hint}".strip(), ITALIC, 9.0)]
        lines: list[list[tuple[float, str, str]]] = [[]]
        x = 0.0
        for text, font, points in parts:
            size = self.points(points)
            for word in text.split():
                wide = pdfmetrics.stringWidth(word, font, size)
                if x and x + wide > width:
                    lines.append([])
                    x = 0.0
                lines[-1].append((x, word, font))
                x += wide + pdfmetrics.stringWidth(" ", font, size)
        return Words(tuple(tuple(line) for line in lines), x)

    def lines(self, number: int, left: float, width: float) -> Block:
        def draw(top: float) -> None:
            for line in range(1, number + 1):
                self.dots(left, top - line * self.pitch + 1.2 * mm, width)

        return Block(number * self.pitch, draw)

    def boxes(self, groups: Sequence[int], left: float) -> Block:
        """A box for each letter; the parts of a day stand apart, with a stroke between them."""
        is_day = groups == DAY

        def draw(top: float) -> None:
            at = left
            self.canvas.setStrokeColor(INK)
            self.canvas.setLineWidth(0.5)
            for place, group in enumerate(groups):
                if place and is_day:
                    self.canvas.setFont(REGULAR, 12)
                    self.canvas.setFillColor(INK)
                    self.canvas.drawCentredString(at + BETWEEN_DAYS / 2, top - BOX + 1.2 * mm, "/")
                if place:
                    at += BETWEEN_DAYS if is_day else BETWEEN_GROUPS
                for _ in range(group):
                    self.canvas.rect(at, top - BOX, BOX_WIDTH, BOX)
                    at += BOX_WIDTH

        return Block(BOX, draw)

    def choices(self, texts: Sequence[str], left: float, width: float) -> Block:
        """In two columns, read downwards."""
        indent, half = 6 * mm, (width - GAP) / 2
        broken_texts = [broken(text, REGULAR, self.points(10), half - indent) for text in texts]
        rows = -(-len(texts) // 2)
        heights = [max(self.high(text, 10) for text in broken_texts[row::rows]) + self.mm(1) for row in range(rows)]

        def draw(top: float) -> None:
            for number, text in enumerate(broken_texts):
                row, column = number % rows, number // rows
                x, y = left + column * (half + GAP), top - sum(heights[:row])
                self.box(x, y - self.mm(0.5))
                self.write(text, REGULAR, 10, x + indent, y)

        return Block(sum(heights), draw)

    def tick(self, text: str) -> Block:
        lines = broken(text, REGULAR, self.points(10), ROOM - 6 * mm)
        height = self.high(lines, 10) + self.mm(1.6)

        def draw(top: float) -> None:
            self.box(LEFT, top - self.mm(1.2))
            self.write(lines, REGULAR, 10, LEFT + 6 * mm, top - self.mm(0.7))

        return Block(height, draw)

    def said(self, text: str, *, points: float = 10, lines: int = 0) -> Block:
        words = broken(text, REGULAR, self.points(points), ROOM)
        above = self.high(words, points) + self.mm(1.4)
        body = self.lines(lines, LEFT, ROOM)

        def draw(top: float) -> None:
            self.write(words, REGULAR, points, LEFT, top - self.mm(0.8), colour=SOFT if points < 10 else INK)
            body.draw(top - above)

        return Block(above + body.height + self.mm(0.6), draw)

    # --- smaller still

    def mm(self, length: float) -> float:
        return length * mm * self.scale

    def points(self, points: float) -> float:
        return points * self.scale

    def high(self, lines: Sequence[str], points: float) -> float:
        return len(lines) * self.points(points) * LEADING

    def write(
        self, lines: Sequence[str], font: str, points: float, left: float, top: float, *, colour: Color = INK
    ) -> None:
        size = self.points(points)
        self.canvas.setFont(font, size)
        self.canvas.setFillColor(colour)
        for number, line in enumerate(lines):
            self.canvas.drawString(left, top - size * (LEADING * number + 0.9), line)

    def dots(self, left: float, base: float, width: float) -> None:
        self.canvas.setStrokeColor(SOFT)
        self.canvas.setLineWidth(0.6)
        self.canvas.setDash(0.6, 1.8)
        self.canvas.line(left, base, left + width, base)
        self.canvas.setDash()

    def box(self, left: float, top: float) -> None:
        side = 3.6 * mm
        self.canvas.setStrokeColor(INK)
        self.canvas.setLineWidth(0.7)
        self.canvas.rect(left, top - side, side, side)


def _boxes_width(groups: Sequence[int]) -> float:
    between = BETWEEN_DAYS if groups == DAY else BETWEEN_GROUPS
    return sum(groups) * BOX_WIDTH + (len(groups) - 1) * between
