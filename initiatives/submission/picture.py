"""The receipt drawn as a picture, for people who keep things in their photos."""

from pathlib import Path

from django.conf import settings
from PIL import Image, ImageDraw, ImageFont

from initiatives.models import Initiative
from initiatives.submission.receipts import shown
from portal.vietnamese import days, phones

FONTS = Path(settings.BASE_DIR) / "fixtures" / "fonts"
WIDTH, MARGIN = 720, 40
INK, SOFT, BLUE, GOLD, PAPER = "#14202e", "#4a5868", "#072c60", "#f5b400", "#ffffff"
MAX_LINES = 4


def receipt_picture(initiative: Initiative) -> Image.Image:
    """720 pixels wide, as high as its text."""
    regular, bold = _font("Regular", 28), _font("Bold", 30)
    lines: list[tuple[str, ImageFont.FreeTypeFont, str]] = [("Mã biên nhận", regular, SOFT)]
    lines.append((shown(initiative.receipt_code), _font("Bold", 60), BLUE))
    facts = [
        ("Nhận lúc", days.moment(initiative.submitted_at)),
        ("Đơn vị", initiative.unit.name),
        ("Sáng kiến", initiative.title),
        ("Điện thoại", phones.masked(initiative.phone_digits) if initiative.phone_digits else ""),
    ]
    for name, value in facts:
        if value:
            lines.append((name, regular, SOFT))
            lines += [(line, bold, INK) for line in _wrapped(value, bold)]
    lines += [(line, regular, SOFT) for line in _wrapped("Tra cứu bằng mã này và số điện thoại đã nộp.", regular)]
    return _drawn(lines)


def _drawn(lines: list[tuple[str, ImageFont.FreeTypeFont, str]]) -> Image.Image:
    head = 100
    height = head + MARGIN + sum(int(font.size * 1.5) for _, font, _ in lines) + MARGIN
    picture = Image.new("RGB", (WIDTH, height), PAPER)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, WIDTH, head - 8), fill=BLUE)
    draw.rectangle((0, head - 8, WIDTH, head), fill=GOLD)
    draw.text((MARGIN, 28), "Đã nhận sáng kiến của bạn", font=_font("Bold", 36), fill=PAPER)
    top = head + MARGIN
    for text, font, colour in lines:
        draw.text((MARGIN, top), text, font=font, fill=colour)
        top += int(font.size * 1.5)
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
