"""What stands on a table and what is stuck on a machine: smaller than a poster, with the same code, name and warning.

The table card is a sheet of A4 folded three times: once in the middle, where it stands up, and once at either end, where the
two feet slide over each other. Both sides say the same. Nothing is cut. The sheet of stickers is cut along its lines.
"""

from collections.abc import Sequence

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm

from initiatives.campaigns.posters import (
    BOLD,
    BRAND,
    DEEP,
    HELP,
    INK,
    LINE,
    NEVER,
    REGULAR,
    SOFT,
    WAYS,
    Block,
    PosterText,
    PosterTooLong,
    Sheet,
    put,
    quiet_side,
    scales,
    stack,
)
from initiatives.campaigns.press import Press

WIDTH, HEIGHT = A4
SMALLEST_SYMBOL, LARGEST_SYMBOL = 50.5 * mm, 58 * mm

FOOT = 20 * mm
CARD_SIDE, CARD_EDGE = 10 * mm, 6 * mm
CARD_SCALE = 0.72
FOLD = "Gấp theo ba đường chấm. Hai đầu gấp vào trong làm chân, chồng lên nhau."

STICKERS_ACROSS, STICKERS_DOWN = 2, 3
SHEET_EDGE = 7 * mm
STICKER_SIDE, STICKER_EDGE = 4 * mm, 3 * mm
STICKER_SCALE = 1.0
CALL = "Quét mã, gửi sáng kiến"


def draw_card(canvas: Press, poster: PosterText) -> None:
    middle = HEIGHT / 2
    face = _face(canvas, poster, top=middle - CARD_EDGE, bottom=FOOT + CARD_EDGE)
    stack(canvas, face, top=middle - CARD_EDGE, spare=0)
    canvas.saveState()
    canvas.translate(WIDTH, HEIGHT)
    canvas.rotate(180)
    stack(canvas, face, top=middle - CARD_EDGE, spare=0)
    canvas.restoreState()
    canvas.stamp(lambda: _folds(canvas))


def draw_stickers(canvas: Press, poster: PosterText) -> None:
    width, height = _sticker_size()
    blocks = _sticker(canvas, poster, room=height - 2 * STICKER_EDGE)
    for down in range(STICKERS_DOWN):
        for across in range(STICKERS_ACROSS):
            canvas.saveState()
            canvas.translate(SHEET_EDGE + across * width, HEIGHT - SHEET_EDGE - down * height)
            stack(canvas, blocks, top=-STICKER_EDGE, spare=0)
            canvas.restoreState()
    canvas.stamp(lambda: _cuts(canvas))


# --- the table card -------------------------------------------------------------------------------------------------


def _face(canvas: Press, poster: PosterText, *, top: float, bottom: float) -> list[Block]:
    """Everything of one side, set as large as it fits, with the air that is left."""
    for scale in scales(CARD_SCALE):
        sheet = CardFace(canvas, poster, left=CARD_SIDE, width=WIDTH - 2 * CARD_SIDE, scale=scale)
        symbol = LARGEST_SYMBOL
        while symbol >= SMALLEST_SYMBOL:
            blocks = sheet.blocks(side=quiet_side(symbol, poster.url))
            spare = top - bottom - sum(block.height + block.air for block in blocks)
            if spare >= 0:
                return _aired(blocks, spare)
            symbol -= 2.5 * mm
    raise PosterTooLong(poster.campaign_name)


class CardFace(Sheet):
    """The code at the left, whose and what at the right, the steps and who helps below."""

    def blocks(self, *, side: float) -> list[Block]:
        return [self.band(), self.middle_of_card(side=side), self.steps(air=4), self.foot(air=3)]

    def middle_of_card(self, *, side: float) -> Block:
        frame, gap = self.mm(1), self.mm(9)
        edge = side + 2 * frame
        left = self.left + edge + gap
        words = CardWords(self.canvas, self.poster, left=left, width=self.left + self.width - left, scale=self.scale)
        blocks = words.blocks()
        height = max(edge, sum(block.height + block.air for block in blocks))

        def draw(top: float) -> None:
            self.code(self.left, top - (height - edge) / 2, side=side, frame=frame)
            line = top - (height - sum(block.height + block.air for block in blocks)) / 2
            for block in blocks:
                line -= block.air
                put(self.canvas, block, line)
                line -= block.height

        return Block(height, draw, air=self.mm(4), is_own=True)

    def steps(self, *, air: float) -> Block:
        """The two ways of scanning, side by side."""
        gap = self.mm(8)
        width = (self.width - gap) / 2
        columns = [self.way(*way, left=self.left + at * (width + gap), width=width) for at, way in enumerate(WAYS)]

        def draw(top: float) -> None:
            for column in columns:
                column.draw(top)

        return Block(max(column.height for column in columns), draw, air=self.mm(air))

    def way(self, name: str, steps: Sequence[str], *, left: float, width: float) -> Block:
        texts = [self.text(name, BOLD, 17, BRAND, width=width)]
        texts += [self.text(f"{at}. {step}", REGULAR, 15.5, INK, width=width) for at, step in enumerate(steps, start=1)]

        def draw(top: float) -> None:
            for text in texts:
                text.draw(self.canvas, top, left=left, width=width)
                top -= text.height

        return Block(sum(text.height for text in texts), draw)

    def foot(self, *, air: float) -> Block:
        """Who helps, and what the portal never asks."""
        pad = self.mm(2.5)
        lines = [f"{HELP} {line}" if at == 0 else line for at, line in enumerate(self.poster.hotlines[:2])]
        texts = [self.text(line, REGULAR, 14.5, INK, width=self.width) for line in lines]
        texts.append(self.text(NEVER, BOLD, 13.5, SOFT, width=self.width))

        def draw(top: float) -> None:
            self.canvas.setStrokeColor(LINE)
            self.canvas.setLineWidth(self.mm(0.3))
            self.canvas.line(self.left, top, self.left + self.width, top)
            top -= pad
            for text in texts:
                text.draw(self.canvas, top, left=self.left, width=self.width, centred=True)
                top -= text.height

        return Block(pad + sum(text.height for text in texts), draw, air=self.mm(air))


class CardWords(Sheet):
    """The column beside the code."""

    def blocks(self) -> list[Block]:
        blocks = [
            self.centred(CALL, BOLD, 31, DEEP, air=0),
            self.centred(f"Chương trình “{self.poster.campaign_name}”", BOLD, 18, INK, air=3),
        ]
        if self.poster.closing:
            blocks.append(self.pill(self.poster.closing, air=3))
        if self.poster.unit_name:
            blocks.append(self.unit(self.poster.unit_name, air=4))
        return [*blocks, self.address(air=4)]


def _folds(canvas: Press) -> None:
    canvas.setStrokeColor(SOFT)
    canvas.setLineWidth(0.6)
    canvas.setDash(0.6, 3)
    canvas.setLineCap(1)
    for line in (FOOT, HEIGHT / 2, HEIGHT - FOOT):
        canvas.line(0, line, WIDTH, line)
    canvas.setFillColor(SOFT)
    canvas.setFont(REGULAR, 8)
    canvas.drawCentredString(WIDTH / 2, FOOT - 11, FOLD)


# --- the stickers ---------------------------------------------------------------------------------------------------


def _sticker_size() -> tuple[float, float]:
    return (WIDTH - 2 * SHEET_EDGE) / STICKERS_ACROSS, (HEIGHT - 2 * SHEET_EDGE) / STICKERS_DOWN


def _sticker(canvas: Press, poster: PosterText, *, room: float) -> list[Block]:
    width = _sticker_size()[0] - 2 * STICKER_SIDE
    for scale in scales(STICKER_SCALE):
        blocks = Sticker(canvas, poster, left=STICKER_SIDE, width=width, scale=scale).blocks()
        spare = room - sum(block.height + block.air for block in blocks)
        if spare >= 0:
            return _aired(blocks, spare)
    raise PosterTooLong(poster.campaign_name)


class Sticker(Sheet):
    """One of the sheet. Without a unit it bears the name of the campaign."""

    def blocks(self) -> list[Block]:
        blocks = [
            self.centred(self.poster.organisation.upper(), BOLD, 7.5, SOFT, air=0.2),
            self.centred(CALL, BOLD, 15, DEEP, air=0.2),
            self.bare_code(),
            self.name(),
            self.address(air=0.4, points=10.5),
        ]
        if self.poster.closing:
            blocks.append(self.centred(self.poster.closing, REGULAR, 9, INK, air=0.3))
        return blocks

    def name(self) -> Block:
        whose = self.poster.unit_name or f"Chương trình “{self.poster.campaign_name}”"
        return self.centred(whose, BOLD, 11, INK, air=0.1)

    def bare_code(self) -> Block:
        """Without a frame: its quiet zone is all it needs."""
        side = quiet_side(SMALLEST_SYMBOL, self.poster.url)

        def draw(top: float) -> None:
            self.modules(self.left + (self.width - side) / 2, top, side=side)

        return Block(side, draw, air=self.mm(0.1))


def _cuts(canvas: Press) -> None:
    width, height = _sticker_size()
    canvas.setStrokeColor(SOFT)
    canvas.setLineWidth(0.4)
    canvas.setDash(4, 3)
    for across in range(STICKERS_ACROSS + 1):
        x = SHEET_EDGE + across * width
        canvas.line(x, SHEET_EDGE, x, HEIGHT - SHEET_EDGE)
    for down in range(STICKERS_DOWN + 1):
        y = SHEET_EDGE + down * height
        canvas.line(SHEET_EDGE, y, WIDTH - SHEET_EDGE, y)


def _aired(blocks: list[Block], spare: float) -> list[Block]:
    """With what is to spare added to the air above each but the first."""
    each = spare / len(blocks)
    return [Block(block.height, block.draw, air=block.air + each, is_own=block.is_own) for block in blocks]
