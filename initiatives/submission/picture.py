"""The receipt drawn as a picture, for people who keep things in their photos."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from PIL import Image, ImageDraw, ImageFont

from initiatives.models import Initiative
from initiatives.submission.receipts import shown
from portal.vietnamese import days, phones

FONTS = Path(settings.BASE_DIR) / "fixtures" / "fonts"
WIDTH, MARGIN = 720, 40
HEAD, EDGE = 100, 8
INK, SOFT, BLUE, GOLD, PAPER = "#14202e", "#4a5868", "#072c60", "#f5b400", "#ffffff"
LEADING, APART = 1.3, 20
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


def receipt_picture(initiative: Initiative) -> Image.Image:
    """720 pixels wide, as high as its text."""
    regular, bold = _font("Regular", 28), _font("Bold", 30)
    lines = [Line("Mã biên nhận", regular, SOFT), Line(shown(initiative.receipt_code), _font("Bold", 60), BLUE)]
    for name, value in _facts(initiative):
        lines.append(Line(name, regular, SOFT, room=APART))
        lines += [Line(line, bold, INK) for line in _wrapped(value, bold)]
    where = f"{urlsplit(settings.SITE_URL).netloc}/tra-cuu/"
    closing = _wrapped(f"Tra cứu kết quả tại {where} bằng mã này và số điện thoại đã nộp.", regular)
    lines += [Line(line, regular, SOFT, room=0 if number else 2 * APART) for number, line in enumerate(closing)]
    return _drawn(lines)


def _facts(initiative: Initiative) -> Iterator[tuple[str, str]]:
    yield "Nhận lúc", days.moment(initiative.submitted_at)
    yield "Chương trình", initiative.campaign.name
    yield "Đơn vị", initiative.unit.name
    yield "Sáng kiến", initiative.title
    if initiative.phone_digits:
        yield "Điện thoại", phones.masked(initiative.phone_digits)


def _drawn(lines: list[Line]) -> Image.Image:
    picture = Image.new("RGB", (WIDTH, HEAD + MARGIN + sum(line.height for line in lines) + MARGIN), PAPER)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, WIDTH, HEAD - EDGE), fill=BLUE)
    draw.rectangle((0, HEAD - EDGE, WIDTH, HEAD), fill=GOLD)
    draw.text((MARGIN, 24), "Đã nhận sáng kiến của bạn", font=_font("Bold", 36), fill=PAPER)
    top = HEAD + MARGIN
    for line in lines:
        draw.text((MARGIN, top + line.room), line.text, font=line.font, fill=line.colour)
        top += line.height
    return picture


def _wrapped(text: str, font: ImageFont.FreeTypeFont) -> list[str]:
    """`text` in lines that fit; a word too long is broken, a text too long ends in "…"."""
    lines = [""]
    for word in text.split():
        while font.getlength(word) > WIDTH - 2 * MARGIN:
            fits = next(n for n in range(len(word), 0, -1) if font.getlength(word[:n]) <= WIDTH - 2 * MARGIN)
            lines += [word[:fits]]
            word = word[fits:]
        joined = f"{lines[-1]} {word}".strip()
        if font.getlength(joined) <= WIDTH - 2 * MARGIN:
            lines[-1] = joined
        else:
            lines.append(word)
    lines = [line for line in lines if line]
    return lines if len(lines) <= MAX_LINES else [*lines[: MAX_LINES - 1], f"{lines[MAX_LINES - 1].rstrip('.')}…"]


def _font(weight: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONTS / f"LiberationSerif-{weight}.ttf"), size)
