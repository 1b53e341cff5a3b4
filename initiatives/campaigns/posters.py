"""The QR of a campaign or of a unit, and the sheet of paper it hangs on; `poster_files.py` makes PDFs of such sheets.

A poster is noticed from three metres, scanned from one, and must be believed: it says whose it is, where the code
leads, who can be asked, and what the portal never asks. `PosterText` is what differs from one poster to the next.
"""

import functools
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import qrcode
from PIL import Image
from qrcode.constants import ERROR_CORRECT_Q
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4, A5
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from initiatives.campaigns import screen_codes
from initiatives.campaigns.press import Press

Size = Literal["a4", "a5", "the", "tem"]
WallSize = Literal["a4", "a5"]

QUIET_ZONE = 4
SMALLEST_QR = {"a4": 66 * mm, "a5": 50.5 * mm}
LARGEST_QR = {"a4": 90 * mm, "a5": 64.5 * mm}
PAPER = {"a4": A4, "a5": A5, "the": A4, "tem": A4}
MARGIN = {"a4": 12 * mm, "a5": 8 * mm}
LARGEST_SCALE = {"a4": 1.15, "a5": 0.81}
SMALLER = 0.95
MOST_STEPS = 20
MOST_HOTLINES = 4
LEADING = 1.18

FONTS = Path(__file__).resolve().parent.parent.parent / "fixtures" / "fonts"
REGULAR, BOLD, ITALIC = "Poster", "PosterBold", "PosterItalic"
FONT_FILES = {REGULAR: "LiberationSerif-Regular", BOLD: "LiberationSerif-Bold", ITALIC: "LiberationSerif-Italic"}

INK, SOFT, LINE, WHITE, BLACK = (HexColor(c) for c in ("#14202e", "#4a5868", "#cfd7e1", "#ffffff", "#000000"))
BRAND, DEEP, WASH, PALE = (HexColor(c) for c in ("#0b3f86", "#072c60", "#e8f0fb", "#cdd9ea"))
GOLD, PALE_GOLD = HexColor("#f5b400"), HexColor("#fff4d9")

PORTAL = "Cổng sáng kiến"
HEADLINE = "Quét mã, gửi sáng kiến của bạn"
PROMISE = "Gửi từ điện thoại, không cần tài khoản, chừng mười phút"
CHOSEN = "Quét mã này, đơn vị của bạn đã được chọn sẵn"
TYPED = "Không quét được? Gõ vào trình duyệt:"
WAYS = (
    (
        "Bằng camera điện thoại",
        ("Mở camera của điện thoại.", "Đưa vào mã, chờ một giây.", "Bấm đường dẫn hiện ra."),
    ),
    (
        "Bằng Zalo",
        ("Mở Zalo, bấm nút quét mã.", "Đưa vào mã, chờ một giây.", "Bấm mở đường dẫn."),
    ),
)
PAUSES = ("và ", "thành phố ", "tỉnh ", "huyện ", "quận ", "thị xã ", "Thành phố ", "(")
HELP = "Cần giúp?"
NEVER = "Cổng này không bao giờ hỏi mật khẩu, mã OTP hay số tài khoản ngân hàng của bạn."
TRUE_ADDRESS = "Trước khi điền, hãy nhìn địa chỉ trên màn hình: phải đúng là {domain}"

# the star of the header's picture, point after point
STAR = (
    (2.6, 6.9), (7.4, 0.3), (-5.8, 4.6), (2, 7.1), (-6.2, -4.1), (-6.2, 4.1), (2, -7.1), (-5.8, -4.6), (7.4, -0.3),
)  # fmt: skip


class PosterTooLong(ValueError):
    """A text no sheet can hold, however small it is set."""


@dataclass(frozen=True)
class PosterText:
    """What one poster says. Without `unit_name` it is the campaign's own. `depth` is its place in an outline of many."""

    url: str
    domain: str
    campaign_name: str
    organisation: str
    unit_name: str = ""
    closing: str = ""
    hotlines: tuple[str, ...] = ()
    depth: int = 0


# --- the code itself ------------------------------------------------------------------------------------------------


def qr_svg(url: str, *, on_screen: bool = False) -> bytes:
    """The code as a drawing without style or script, to be shown or printed at any size."""
    rows = screen_codes.modules(url) if on_screen else _modules(url)
    side = len(rows) + 2 * QUIET_ZONE
    dark = "".join(f"M{x + QUIET_ZONE} {y + QUIET_ZONE}h{run}v1h-{run}z" for x, y, run in _runs(rows))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="60mm" height="60mm" viewBox="0 0 {side} {side}" '
        f'shape-rendering="crispEdges"><title>Mã QR</title><path fill="#fff" d="M0 0h{side}v{side}H0z"/>'
        f'<path d="{dark}"/></svg>'
    ).encode()


def qr_png(url: str, *, scale: int, on_screen: bool = False) -> bytes:
    """The code as a picture in black and white, `scale` dots a module."""
    rows = screen_codes.modules(url) if on_screen else _modules(url)
    side = len(rows) + 2 * QUIET_ZONE
    small = Image.new("1", (side, side), 1)
    for y, row in enumerate(rows):
        for x, is_dark in enumerate(row):
            if is_dark:
                small.putpixel((x + QUIET_ZONE, y + QUIET_ZONE), 0)
    file = io.BytesIO()
    small.resize((side * scale, side * scale), Image.Resampling.NEAREST).save(file, "PNG", optimize=True)
    return file.getvalue()


@functools.lru_cache(maxsize=512)
def _modules(url: str) -> tuple[tuple[bool, ...], ...]:
    """Level Q: a quarter of the paper may be torn, wet or drawn upon. Choosing the mask costs 5 to 9 ms: kept."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_Q, border=0)
    code.add_data(url)
    code.make(fit=True)
    return tuple(tuple(row) for row in code.modules)


@functools.lru_cache(maxsize=64)
def _squares(url: str) -> tuple[tuple[int, int, int], ...]:
    """The runs behind their quiet zone; one sheet may bear the same code many times."""
    return tuple((x + QUIET_ZONE, y + QUIET_ZONE, run) for x, y, run in _runs(_modules(url)))


def _runs(rows: tuple[tuple[bool, ...], ...]) -> Iterator[tuple[int, int, int]]:
    """Dark modules side by side as (x, y, length), from the top."""
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            start = x
            while x < len(row) and row[x]:
                x += 1
            if x > start:
                yield start, y, x - start
            x += 1


# --- text that fits -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Lines:
    """A text broken into lines no wider than it may be."""

    lines: tuple[str, ...]
    font: str
    points: float
    colour: Color

    @property
    def height(self) -> float:
        return len(self.lines) * self.points * LEADING

    @property
    def width(self) -> float:
        return max(_width(line, self.font) for line in self.lines) * self.points

    def draw(self, canvas: Canvas, top: float, *, left: float, width: float, centred: bool = False) -> None:
        canvas.setFont(self.font, self.points)
        canvas.setFillColor(self.colour)
        for number, line in enumerate(self.lines):
            baseline = top - self.points * (LEADING * number + 0.93)
            if centred:
                canvas.drawCentredString(left + width / 2, baseline, line)
            else:
                canvas.drawString(left, baseline, line)


def broken(text: str, font: str, points: float, width: float) -> list[str]:
    """`text` in as few lines as `width` allows; a word wider than that is broken too."""
    lines: list[list[str]] = [[]]
    room = width
    for word in text.split():
        while _width(word, font) * points > width and len(word) > 1:
            fits = next((cut for cut in range(len(word) - 1, 1, -1) if _width(word[:cut], font) * points <= width), 1)
            lines += [[word[:fits]], []]
            word, room = word[fits:], width
        needed = _width(word, font) * points
        if lines[-1] and needed + _width(" ", font) * points > room:
            lines.append([])
            room = width
        room -= needed + (_width(" ", font) * points if lines[-1] else 0)
        lines[-1].append(word)
    return [" ".join(line) for line in lines if line] or [""]


def balanced(text: str, font: str, points: float, width: float) -> list[str]:
    """As few lines as fit, none left with one word; two lines part where one would pause in reading."""
    lines = broken(text, font, points, width)
    if len(lines) == 1:
        return lines
    if len(lines) == 2:
        words = text.split()
        pairs = [(" ".join(words[:at]), " ".join(words[at:])) for at in range(1, len(words))]
        longest = {pair: max(_width(line, font) * points for line in pair) for pair in pairs}
        fitting = [pair for pair in pairs if longest[pair] <= width]
        return list(min(fitting, key=lambda pair: longest[pair] * (0.75 if _pauses(*pair) else 1), default=lines))
    narrow, wide = 0.0, width
    while wide - narrow > points:
        middle = (narrow + wide) / 2
        if len(broken(text, font, points, middle)) > len(lines):
            narrow = middle
        else:
            wide = middle
    return broken(text, font, points, wide)


@functools.lru_cache(maxsize=4096)
def _lines(text: str, font: str, points: float, width: float, is_balanced: bool) -> tuple[str, ...]:
    """Of thousands of sheets most say the same but for a name."""
    return tuple((balanced if is_balanced else broken)(text, font, points, width))


@functools.lru_cache(maxsize=8192)
def _width(text: str, font: str) -> float:
    """At one point; widths grow with the size, and the same words are tried at many."""
    return pdfmetrics.stringWidth(text, font, 1)


def _pauses(before: str, after: str) -> bool:
    return before.endswith((",", ";", ":", "-", "–")) or after.startswith(PAUSES)


# --- the sheet ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Block:
    """A part of the sheet: how high it is, how it is drawn below a line, how much air it wants above.

    `is_own`: no other sheet has it, so naming it would save nothing.
    """

    height: float
    draw: Callable[[float], None]
    air: float = 0
    is_own: bool = False


@functools.cache
def register_fonts() -> None:
    for name, file in FONT_FILES.items():
        pdfmetrics.registerFont(TTFont(name, FONTS / f"{file}.ttf"))


def draw_poster(canvas: Press, poster: PosterText, size: WallSize) -> None:
    """The code takes what room the texts leave; where that is too little, the texts become smaller."""
    top, bottom = PAPER[size][1] - MARGIN[size], MARGIN[size]
    for scale in scales(LARGEST_SCALE[size]):
        width = PAPER[size][0] - 2 * MARGIN[size]
        sheet = Sheet(canvas, poster, left=MARGIN[size], width=width, scale=scale)
        above, below = sheet.above(), sheet.below()
        room = top - bottom - sum(block.height + block.air for block in (*above, *below))
        middle = _largest_middle(sheet, size, room=room)
        if middle:
            stack(canvas, [*above, middle, *below], top=top, spare=room - middle.height - middle.air)
            return
    raise PosterTooLong(poster.campaign_name)


def scales(largest: float) -> Iterator[float]:
    """Each a little smaller than the one before."""
    return (largest * SMALLER**step for step in range(MOST_STEPS))


def quiet_side(symbol: float, url: str) -> float:
    """The side of a code with its quiet zone, whose dark part is `symbol` wide."""
    modules = len(_modules(url))
    return symbol * (modules + 2 * QUIET_ZONE) / modules


def _largest_middle(sheet: "Sheet", size: WallSize, *, room: float) -> Block | None:
    """With the largest code beside which the words are no higher than it; else with the largest there is room for."""
    widest = None
    symbol = LARGEST_QR[size]
    while symbol >= SMALLEST_QR[size]:
        edge, middle = sheet.middle(side=quiet_side(symbol, sheet.poster.url))
        if middle.height + middle.air <= room:
            widest = widest or middle
            if middle.height <= edge:
                return middle
        symbol -= 2 * mm
    return widest


def stack(canvas: Press, blocks: list[Block], *, top: float, spare: float) -> None:
    """One below the other; the air between them grows by what is to spare."""
    wanted = sum(block.air for block in blocks)
    for block in blocks:
        top -= block.air * (1 + spare / wanted)
        put(canvas, block, top)
        top -= block.height


def put(canvas: Press, block: Block, top: float) -> None:
    if block.is_own:
        block.draw(top)
        return
    canvas.saveState()
    canvas.translate(0, top)
    canvas.stamp(lambda: block.draw(0))
    canvas.restoreState()


class Sheet:
    """One attempt at setting a poster, all sizes times `scale`."""

    def __init__(self, canvas: Press, poster: PosterText, *, left: float, width: float, scale: float) -> None:
        self.canvas = canvas
        self.poster = poster
        self.scale = scale
        self.left = left
        self.width = width

    def above(self) -> list[Block]:
        blocks = [
            self.band(),
            self.centred(HEADLINE, BOLD, 33, DEEP, air=6),
            self.centred(PROMISE, REGULAR, 17, SOFT, air=1),
            self.centred(f"Chương trình “{self.poster.campaign_name}”", BOLD, 19, INK, air=5),
        ]
        if self.poster.closing:
            blocks.append(self.pill(self.poster.closing, air=3))
        if self.poster.unit_name:
            blocks.append(self.unit(self.poster.unit_name, air=5))
        return blocks

    def middle(self, *, side: float) -> tuple[float, Block]:
        """The code at the left, how to scan it at the right; and the edge of the code's frame."""
        frame, gap = self.mm(1), self.mm(8)
        edge = side + 2 * frame
        column_left = self.left + edge + gap
        column = self.column(left=column_left, width=self.left + self.width - column_left)
        height = max(edge, column.height)

        def draw(top: float) -> None:
            self.code(self.left, top - (height - edge) / 2, side=side, frame=frame)
            put(self.canvas, column, top - (height - column.height) / 2)

        return edge, Block(height, draw, air=self.mm(6), is_own=True)

    def below(self) -> list[Block]:
        blocks = [self.centred(TYPED, REGULAR, 15, SOFT, air=4), self.address(air=0.3)]
        if self.poster.hotlines:
            blocks.append(self.help(self.poster.hotlines[:MOST_HOTLINES], air=5))
        blocks.append(self.warning(air=5))
        return blocks

    # --- parts of it

    def address(self, *, air: float, points: float = 23) -> Block:
        """Who types an address wants it in one piece."""
        fitting = 0.99 * self.width / (_width(self.poster.domain, BOLD) * self.scale)
        return self.centred(self.poster.domain, BOLD, min(points, fitting), DEEP, air=air)

    def band(self) -> Block:
        pad, emblem = self.mm(4.5), self.mm(14)
        text_left = self.left + emblem + 2 * pad
        text_width = self.left + self.width - pad - text_left
        name = self.text(self.poster.organisation.upper(), BOLD, 17, WHITE, width=text_width)
        portal = self.text(PORTAL, REGULAR, 13, PALE, width=text_width)
        height = max(emblem, name.height + portal.height) + 1.6 * pad
        gold = self.mm(1.2)

        def draw(top: float) -> None:
            self.box(self.left, top - height, self.width, height, fill=DEEP)
            self.box(self.left, top - height, self.width, gold, fill=GOLD)
            self.emblem(self.left + pad, top - (height - gold - emblem) / 2, emblem)
            text_top = top - (height - gold - name.height - portal.height) / 2
            name.draw(self.canvas, text_top, left=text_left, width=text_width)
            portal.draw(self.canvas, text_top - name.height, left=text_left, width=text_width)

        return Block(height, draw)

    def unit(self, unit_name: str, *, air: float) -> Block:
        pad = self.mm(3)
        name = self.text(unit_name, BOLD, 21, DEEP, width=self.width - 4 * pad)
        note = self.text(CHOSEN, ITALIC, 14, SOFT, width=self.width - 6 * pad)
        height = name.height + note.height + 2 * pad

        def draw(top: float) -> None:
            self.box(self.left, top - height, self.width, height, fill=WASH)
            self.box(self.left, top - height, self.mm(1.6), height, fill=BRAND)
            name.draw(self.canvas, top - pad, left=self.left, width=self.width, centred=True)
            note.draw(self.canvas, top - pad - name.height, left=self.left, width=self.width, centred=True)

        return Block(height, draw, air=self.mm(air), is_own=True)

    def pill(self, words: str, *, air: float) -> Block:
        beside, pad = self.mm(6), self.mm(1.6)
        text = self.text(words, BOLD, 17, DEEP, width=self.width - 2 * beside)
        height, width = text.height + 2 * pad, text.width + 2 * beside

        def draw(top: float) -> None:
            left = self.left + (self.width - width) / 2
            self.box(left, top - height, width, height, fill=PALE_GOLD, edge=GOLD, radius=self.mm(2))
            text.draw(self.canvas, top - pad, left=left, width=width, centred=True)

        return Block(height, draw, air=self.mm(air))

    def column(self, *, left: float, width: float) -> Block:
        """The two ways of scanning."""
        parts: list[tuple[float, Lines, float, str]] = []  # air above, text, indent, number before it
        indent = self.mm(7)
        for way, steps in WAYS:
            parts.append((self.mm(7) if parts else 0, self.text(way, BOLD, 20, BRAND, width=width), 0, ""))
            for number, step in enumerate(steps, start=1):
                text = self.text(step, REGULAR, 17.5, INK, width=width - indent, is_balanced=False)
                parts.append((self.mm(1.5), text, indent, str(number)))

        def draw(top: float) -> None:
            for air, text, indented, number in parts:
                top -= air
                if number:
                    self.canvas.setFont(BOLD, text.points)
                    self.canvas.setFillColor(BRAND)
                    self.canvas.drawString(left, top - text.points * 0.93, number)
                text.draw(self.canvas, top, left=left + indented, width=width - indented)
                top -= text.height

        return Block(sum(air + text.height for air, text, _, _ in parts), draw)

    def help(self, hotlines: tuple[str, ...], *, air: float) -> Block:
        texts = [self.text(HELP, BOLD, 17, DEEP, width=self.width)]
        texts += [self.text(line, REGULAR, 16, INK, width=self.width) for line in hotlines]

        def draw(top: float) -> None:
            for text in texts:
                text.draw(self.canvas, top, left=self.left, width=self.width, centred=True)
                top -= text.height

        return Block(sum(text.height for text in texts), draw, air=self.mm(air))

    def warning(self, *, air: float) -> Block:
        pad = self.mm(3)
        never = self.text(NEVER, BOLD, 14, INK, width=self.width)
        address = self.text(TRUE_ADDRESS.format(domain=self.poster.domain), REGULAR, 13.5, SOFT, width=self.width)

        def draw(top: float) -> None:
            self.canvas.setStrokeColor(LINE)
            self.canvas.setLineWidth(self.mm(0.3))
            self.canvas.line(self.left, top, self.left + self.width, top)
            never.draw(self.canvas, top - pad, left=self.left, width=self.width, centred=True)
            address.draw(self.canvas, top - pad - never.height, left=self.left, width=self.width, centred=True)

        return Block(pad + never.height + address.height, draw, air=self.mm(air))

    def code(self, left: float, top: float, *, side: float, frame: float) -> None:
        """Black on white in a frame of the union's blue: printers grey what is blue, and its quiet zone is its own."""
        edge = side + 2 * frame
        self.box(left, top - edge, edge, edge, fill=WHITE, edge=BRAND, radius=self.mm(3), edge_width=self.mm(0.9))
        self.modules(left + frame, top - frame, side=side)

    def modules(self, left: float, top: float, *, side: float) -> None:
        rows = _modules(self.poster.url)
        module = side / (len(rows) + 2 * QUIET_ZONE)
        self.canvas.saveState()
        self.canvas.translate(left, top)
        self.canvas.scale(module, -module)
        self.canvas.setFillColor(BLACK)
        self.canvas.squares(_squares(self.poster.url))
        self.canvas.restoreState()

    def emblem(self, left: float, top: float, side: float) -> None:
        """The wheel and star of the portal's header."""
        canvas, unit = self.canvas, side / 34
        canvas.saveState()
        canvas.translate(left, top)
        canvas.scale(unit, -unit)
        canvas.setStrokeColor(GOLD)
        canvas.setLineWidth(3)
        canvas.setDash(5.2, 2.65)
        canvas.circle(17, 17, 15, stroke=1, fill=0)
        star = canvas.beginPath()
        x, y = 17.0, 7.0
        star.moveTo(x, y)
        for right, down in STAR:
            x, y = x + right, y + down
            star.lineTo(x, y)
        star.close()
        canvas.setFillColor(GOLD)
        canvas.drawPath(star, stroke=0, fill=1)
        canvas.restoreState()

    # --- smaller still

    def mm(self, length: float) -> float:
        return length * mm * self.scale

    def text(
        self, words: str, font: str, points: float, colour: Color, *, width: float, is_balanced: bool = True
    ) -> Lines:
        points *= self.scale
        return Lines(_lines(words, font, points, width, is_balanced), font, points, colour)

    def centred(self, words: str, font: str, points: float, colour: Color, *, air: float) -> Block:
        text = self.text(words, font, points, colour, width=self.width)

        def draw(top: float) -> None:
            text.draw(self.canvas, top, left=self.left, width=self.width, centred=True)

        return Block(text.height, draw, air=self.mm(air))

    def box(
        self,
        left: float,
        bottom: float,
        width: float,
        height: float,
        *,
        fill: Color,
        edge: Color | None = None,
        edge_width: float = 0.8,
        radius: float = 0,
    ) -> None:
        self.canvas.setFillColor(fill)
        if edge:
            self.canvas.setStrokeColor(edge)
            self.canvas.setLineWidth(edge_width)
        self.canvas.roundRect(left, bottom, width, height, radius, stroke=int(edge is not None), fill=1)
