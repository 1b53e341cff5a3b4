"""The picture that Zalo and Facebook show of a campaign's link: whose it is, its name, from when until when, where.

It follows from the campaign and its windows alone, never from the clock: those who fetched it keep it for weeks.
"""

import functools
import hashlib
import io
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from math import cos, pi, sin
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from PIL import Image, ImageDraw, ImageFont

from initiatives.campaigns.poster_kit import ORGANISATION
from initiatives.campaigns.posters import FONTS, PORTAL, STAR
from initiatives.models import Campaign, Phase
from portal.vietnamese import days

SIZE = WIDTH, HEIGHT = 1200, 630
MARGIN, HEAD, FOOT = 64, 136, 84
COLOURS = 48  # of a drawing with letters: a third of the weight
# As in static/css/tokens.css.
SOFT, DEEP, RED, GOLD, PAPER, PALE, WASH = "#465467", "#082c61", "#c8161d", "#f7b500", "#ffffff", "#d3e0f4", "#e9f0fb"
PROMISE = "Gửi sáng kiến từ điện thoại, không cần tài khoản, chừng mười phút"
LARGEST, SMALLEST, LEADING, MOST_LINES = 78, 30, 1.2, 4
DRAWN_AS = 1  # another number, another picture: for a change of the drawing itself


@dataclass(frozen=True)
class Told:
    """What stands on the card."""

    name: str
    window: str
    place: str

    @property
    def edition(self) -> str:
        return hashlib.sha256(repr((DRAWN_AS, astuple(self))).encode()).hexdigest()[:16]

    @property
    def words(self) -> str:
        """For who cannot see it."""
        return " ".join(filter(None, (f"{self.name}.", f"{self.window}." if self.window else "", self.place)))


def told(campaign: Campaign, phases: Sequence[Phase]) -> Told:
    host = urlsplit(settings.SITE_URL).netloc
    return Told(campaign.name, _window(phases), f"{host}/{campaign.alias or campaign.slug}/")


def address(campaign: Campaign, card: Told) -> str:
    """Whole; another one as soon as the card reads differently, so that those who keep it fetch it anew."""
    return f"{settings.SITE_URL}{reverse('share_card', args=[campaign.slug])}?ban={card.edition}"


def _window(phases: Sequence[Phase]) -> str:
    if not phases:
        return ""
    opens_at, closes_at = min(phase.opens_at for phase in phases), max(phase.closes_at for phase in phases)
    return f"Nhận từ {days.moment(opens_at)} đến {days.closing(closes_at)}"


# --- the drawing ------------------------------------------------------------------------------------------------------


@functools.lru_cache(maxsize=32)
def drawn(card: Told) -> bytes:
    """PNG, with as few colours as letters need."""
    sheet = Image.new("RGB", SIZE, PAPER)
    draw = ImageDraw.Draw(sheet)
    _head(sheet, draw)
    _foot(draw, card.place)
    bottom = HEIGHT - FOOT - 26
    if card.window:
        bottom -= _pill(draw, card.window, bottom=bottom) + 22
    _name(draw, card.name, top=HEAD + 30, bottom=bottom)
    written = io.BytesIO()
    small = sheet.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    small.save(written, "PNG", optimize=True)
    return written.getvalue()


def _head(sheet: Image.Image, draw: ImageDraw.ImageDraw) -> None:
    draw.rectangle((0, 0, WIDTH, HEAD), fill=DEEP)
    draw.rectangle((0, HEAD - 14, WIDTH, HEAD - 7), fill=GOLD)
    draw.rectangle((0, HEAD - 7, WIDTH, HEAD), fill=RED)
    sheet.paste(_emblem(88), (MARGIN, 17))
    draw.text((MARGIN + 112, 16), PORTAL, font=_font("Bold", 42), fill=PAPER)
    draw.text((MARGIN + 112, 69), ORGANISATION, font=_font("Regular", 29), fill=PALE)


def _foot(draw: ImageDraw.ImageDraw, place: str) -> None:
    top = HEIGHT - FOOT
    draw.rectangle((0, top, WIDTH, HEIGHT), fill=WASH)
    size = next(s for s in range(38, 13, -1) if _font("Bold", s).getlength(place) <= WIDTH - 2 * MARGIN or s == 14)
    draw.text((MARGIN, top + FOOT / 2), place, font=_font("Bold", size), fill=DEEP, anchor="lm")


def _pill(draw: ImageDraw.ImageDraw, words: str, *, bottom: int) -> int:
    """The window and the promise below it; answers how high they are."""
    promise = _font("Regular", 31)
    draw.text((MARGIN, bottom), PROMISE, font=promise, fill=SOFT, anchor="ls")
    font = _font("Bold", 35)
    top = bottom - 44 - 64
    box = (MARGIN, top, MARGIN + font.getlength(words) + 48, top + 64)
    draw.rounded_rectangle(box, radius=12, fill="#fff5dc", outline=GOLD, width=3)
    draw.text((MARGIN + 24, top + 32), words, font=font, fill=DEEP, anchor="lm")
    return bottom - top


def _name(draw: ImageDraw.ImageDraw, name: str, *, top: int, bottom: int) -> None:
    """As large as it fits, in lines about as long as each other, in the middle of its room."""
    for size in range(LARGEST, SMALLEST - 1, -2):
        font = _font("Bold", size)
        lines = _broken(name, font, WIDTH - 2 * MARGIN)
        height = len(lines) * int(size * LEADING)
        if height <= bottom - top and len(lines) <= MOST_LINES:
            break
    lines = _balanced(name, font, most=len(lines))
    at = top + max(0, (bottom - top - height) // 2)
    for line in lines:
        draw.text((MARGIN, at), line, font=font, fill=DEEP)
        at += int(font.size * LEADING)


def _balanced(text: str, font: ImageFont.FreeTypeFont, *, most: int) -> list[str]:
    """As narrow as so many lines allow."""
    narrow, wide = (WIDTH - 2 * MARGIN) // 3, WIDTH - 2 * MARGIN
    while wide - narrow > 16:
        middle = (narrow + wide) // 2
        if len(_broken(text, font, middle)) > most:
            narrow = middle
        else:
            wide = middle
    return _broken(text, font, wide)


def _broken(text: str, font: ImageFont.FreeTypeFont, room: int) -> list[str]:
    """A word too long for a line is broken itself."""
    lines = [""]
    for word in text.split():
        joined = f"{lines[-1]} {word}".strip()
        if font.getlength(joined) <= room:
            lines[-1] = joined
            continue
        while len(word) > 1 and font.getlength(word) > room:
            fits = next((cut for cut in range(len(word) - 1, 0, -1) if font.getlength(word[:cut]) <= room), 1)
            lines.append(word[:fits])
            word = word[fits:]
        lines.append(word)
    return [line for line in lines if line]


def _emblem(side: int) -> Image.Image:
    """The wheel and star of the portal's header, drawn large and made smaller: Pillow has no soft edges of its own."""
    large = side * 4
    unit = large / 40
    picture = Image.new("RGB", (large, large), DEEP)
    draw = ImageDraw.Draw(picture)
    for tooth in range(12):
        around = [pi * (tooth / 6 + turn) for turn in (-0.055, 0.055)]
        corners = [
            (20 + far * cos(a), 20 + far * sin(a))
            for far, a in ((15, around[0]), (19, around[0]), (19, around[1]), (15, around[1]))
        ]
        draw.polygon([(x * unit, y * unit) for x, y in corners], fill=GOLD)
    draw.ellipse([(20 - 14.5) * unit, (20 - 14.5) * unit, (20 + 14.5) * unit, (20 + 14.5) * unit], fill=RED)
    x, y = 20.0, 9.5
    star = [(x * unit, y * unit)]
    for right, down in STAR:
        x, y = x + right, y + down
        star.append((x * unit, y * unit))
    draw.polygon(star, fill="#ffd54a")
    return picture.resize((side, side), Image.Resampling.LANCZOS)


@functools.cache
def _font(weight: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONTS / f"LiberationSerif-{weight}.ttf"), size)
