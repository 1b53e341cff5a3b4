"""The receipt drawn as a picture, for people who keep things in their photos."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from PIL import Image, ImageDraw, ImageFont

from initiatives.campaigns.posters import QUIET_ZONE, qr_png
from initiatives.models import Initiative
from initiatives.submission.facts import moments_of
from initiatives.submission.receipts import shown
from portal.vietnamese import phones

FONTS = Path(settings.BASE_DIR) / "fixtures" / "fonts"
WIDTH, MARGIN = 720, 40
HEAD, EDGE = 100, 8
QR_SCALE = 7  # dots a module: still read from a picture that a chat made smaller and poorer
INK, SOFT, BLUE, GOLD, PAPER = "#14202e", "#4a5868", "#072c60", "#f5b400", "#ffffff"
LEADING, APART = 1.3, 20
COLOURS = 32  # and their edges: a third of the bytes of full colour
MAX_LINES = 10  # the longest title, 250 characters, stands whole in capitals too


class Line(NamedTuple):
    """A line of text, with room above it where something new begins."""

    text: str
    font: ImageFont.FreeTypeFont
    colour: str
    room: int = 0

    @property
    def height(self) -> int:
        return self.room + int(self.font.size * LEADING)


def receipt_picture(initiative: Initiative, link: str) -> Image.Image:
    """720 pixels wide, as high as its text; at its foot the way back to the receipt, which only reads."""
    regular, bold = _font("Regular", 28), _font("Bold", 30)
    lines = [Line("Mã biên nhận", regular, SOFT), Line(shown(initiative.receipt_code), _font("Bold", 84), BLUE)]
    for name, value in _facts(initiative):
        lines.append(Line(name, regular, SOFT, room=APART))
        lines += [Line(line, bold, INK) for line in _wrapped(value, bold)]
    code = Image.open(io.BytesIO(qr_png(link, scale=QR_SCALE, on_screen=True)))
    where = f"{urlsplit(settings.SITE_URL).netloc}/tra-cuu/"
    width = WIDTH - 2 * MARGIN - code.width
    beside = [Line(line, bold, INK) for line in _wrapped("Quét mã này để mở lại biên nhận.", bold, width)]
    closing = f"Xem kết quả tại {where} bằng mã biên nhận và số điện thoại đã nộp."
    closing_lines = _wrapped(closing, regular, width)
    beside += [Line(line, regular, SOFT, room=0 if number else APART) for number, line in enumerate(closing_lines)]
    return _drawn(lines, code, beside)


def _facts(initiative: Initiative) -> Iterator[tuple[str, str]]:
    yield from moments_of(initiative)
    yield "Chương trình", initiative.campaign.name
    yield "Đơn vị", initiative.unit.name
    yield "Sáng kiến", initiative.title
    if initiative.phone_digits:
        yield "Điện thoại", phones.masked(initiative.phone_digits)


def _drawn(lines: list[Line], code: Image.Image, beside: list[Line]) -> Image.Image:
    foot = HEAD + MARGIN + _height(lines) + 2 * APART
    picture = Image.new("RGB", (WIDTH, foot + max(code.height, _height(beside)) + MARGIN), PAPER)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, WIDTH, HEAD - EDGE), fill=BLUE)
    draw.rectangle((0, HEAD - EDGE, WIDTH, HEAD), fill=GOLD)
    draw.text((MARGIN, 24), "Đã nhận sáng kiến của bạn", font=_font("Bold", 36), fill=PAPER)
    _write(draw, lines, left=MARGIN, top=HEAD + MARGIN)
    picture.paste(code, (MARGIN - QUIET_ZONE * QR_SCALE, foot))  # its own white lies in the margin
    _write(draw, beside, left=MARGIN + code.width, top=foot + max(0, code.height - _height(beside)) // 2)
    return picture.quantize(COLOURS, dither=Image.Dither.NONE)


def _write(draw: ImageDraw.ImageDraw, lines: list[Line], *, left: int, top: int) -> None:
    for line in lines:
        draw.text((left, top + line.room), line.text, font=line.font, fill=line.colour)
        top += line.height


def _height(lines: list[Line]) -> int:
    return sum(line.height for line in lines)


def _wrapped(text: str, font: ImageFont.FreeTypeFont, width: int = WIDTH - 2 * MARGIN) -> list[str]:
    """`text` in lines that fit; a word too long is broken, a text too long ends in "…"."""
    lines = [""]
    for word in text.split():
        while font.getlength(word) > width:
            fits = next(n for n in range(len(word), 0, -1) if font.getlength(word[:n]) <= width)
            lines += [word[:fits]]
            word = word[fits:]
        joined = f"{lines[-1]} {word}".strip()
        if font.getlength(joined) <= width:
            lines[-1] = joined
        else:
            lines.append(word)
    lines = [line for line in lines if line]
    return lines if len(lines) <= MAX_LINES else [*lines[: MAX_LINES - 1], f"{lines[MAX_LINES - 1].rstrip('.')}…"]


def _font(weight: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONTS / f"LiberationSerif-{weight}.ttf"), size)
