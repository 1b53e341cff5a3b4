"""The pictures of exemplars: what is kept of one that staff send, the small one on the page, and the card for sharing.

Whatever is sent passes the judge of files: written anew, without place or camera. What is drawn follows from its facts alone.
"""

import functools
import io
import tempfile
from typing import IO

from PIL import Image, ImageDraw, ImageFont, ImageOps

from initiatives.campaigns.posters import FONTS
from initiatives.nominations.exemplars import Told
from initiatives.nominations.refusals import SelectionRefused
from initiatives.submission.files import store
from initiatives.submission.files.judge import ENDINGS, MAX_BYTES, PICTURES, FileRefused, Upload, judge
from initiatives.submission.files.names import cleaned_name, ending_of
from portal.vietnamese.formats import file_size

KEPT_SIDE, KEPT_QUALITY = 1280, 80
SMALL_WIDTH, SMALL_HEIGHT = 560, 420
SMALL_BYTES = 9 * 1024  # so that a first visit stays below 16 kB with its page and its stylesheet
QUALITIES = (60, 50, 42, 35, 28, 22, 16, 10)

CARD_SIZE = (1200, 630)  # what Zalo and Facebook show whole
CARD_MARGIN = 64
CARD_PICTURE_WIDTH = 420
CARD_QUALITY = 86
# As in static/css/tokens.css.
INK, SOFT, DEEP, RED, GOLD, PAPER, PALE = "#14202e", "#465467", "#082c61", "#c8161d", "#f7b500", "#ffffff", "#d3e0f4"
LEADING = 1.22
# The judge speaks of documents as well: whoever sends a picture is told of pictures. Other refusals read as the judge wrote them.
REFUSALS = {
    "type": "không phải là ảnh JPG, PNG, WebP hoặc HEIC. Hãy chọn một tấm ảnh.",
    "size": f"nặng hơn {file_size(MAX_BYTES)}. Hãy chọn ảnh nhẹ hơn.",
    "empty": "không có nội dung. Hãy chọn lại ảnh.",
    "broken": "bị hỏng hoặc chưa được tải lên trọn vẹn. Hãy mở thử trên máy của bạn rồi gửi lại, hoặc chọn ảnh khác.",
}


class PictureRefused(SelectionRefused):
    """Names the file, says what is wrong with it and what to do."""

    def __init__(self, name: str, reason: str, otherwise: str = "") -> None:
        words = REFUSALS.get(reason)
        super().__init__(f"Tệp “{cleaned_name(name)}” {words}" if words else otherwise)


def keep(upload: Upload, *, name: str) -> str:
    """Judges, shrinks and stores; answers the store's name. Raises PictureRefused; OSError where the disk is at fault."""
    if ENDINGS.get(ending_of(cleaned_name(name))) != PICTURES:
        raise PictureRefused(name, "type")
    try:
        with (
            judge(upload, name=name) as judged,
            _shrunk(judged.open()) as small,
            judge(small, name="anh.jpg") as kept,
        ):
            return store.put(kept)
    except FileRefused as refusal:
        raise PictureRefused(name, refusal.reason, refusal.sentence) from None


def read(name: str) -> bytes:
    """FileNotFoundError where it is gone."""
    with store.open_stored(name) as file:
        return file.read()


def small(name: str) -> bytes:
    """For the page: at most SMALL_BYTES wherever a picture can be so small. A stored file never changes."""
    return _small(store.the_store(), name)


@functools.lru_cache(maxsize=256)
def _small(kept_in: store.Store, name: str) -> bytes:
    with kept_in.open(name) as file, Image.open(file) as opened:
        picture = opened.convert("RGB")
    picture.thumbnail((SMALL_WIDTH, SMALL_HEIGHT), Image.Resampling.LANCZOS)
    while True:
        for quality in QUALITIES:
            written = _jpeg(picture, quality)
            if len(written) <= SMALL_BYTES:
                return written
        picture = picture.resize((max(picture.width * 3 // 4, 1), max(picture.height * 3 // 4, 1)))


def size_on_page(name: str) -> tuple[int, int]:
    """Width and height of the small one, so that the page does not jump when it comes."""
    with Image.open(io.BytesIO(small(name))) as opened:
        return opened.size


def card(told: Told, *, campaign: str) -> bytes:
    """The share card as JPEG. Without a picture, or where its file is gone, the words have the whole width."""
    return _card(told.title, told.name, told.unit, told.field or told.kind, campaign, told.picture, store.the_store())


@functools.lru_cache(maxsize=64)
def _card(title: str, name: str, unit: str, field: str, campaign: str, picture: str, kept_in: store.Store) -> bytes:
    sheet = Image.new("RGB", CARD_SIZE, PAPER)
    draw = ImageDraw.Draw(sheet)
    width, height = CARD_SIZE
    photo = _photo(kept_in, picture, (CARD_PICTURE_WIDTH, height - 96 - 14))
    draw.rectangle((0, 0, width, 96), fill=DEEP)
    draw.rectangle((0, 96, width, 104), fill=GOLD)
    draw.rectangle((0, 104, width, 110), fill=RED)
    draw.text((CARD_MARGIN, 22), "Gương tiêu biểu", font=_font("Bold", 42), fill=PAPER)
    draw.text((width - CARD_MARGIN, 32), "Cổng sáng kiến", font=_font("Regular", 30), fill=PALE, anchor="ra")
    room = width - 2 * CARD_MARGIN
    if photo:
        sheet.paste(photo, (width - photo.width, 110))
        room -= photo.width
    told = [(title, "Bold", 58, DEEP, 4), (name, "Bold", 40, INK, 2), (unit, "Regular", 34, INK, 2)]
    told += [(field, "Regular", 30, SOFT, 1), (f"Chương trình “{campaign}”", "Regular", 26, SOFT, 2)]
    _write(draw, [each for each in told if each[0]], room=room, top=142, bottom=height - 34)
    return _jpeg(sheet, CARD_QUALITY)


def _write(
    draw: ImageDraw.ImageDraw, told: list[tuple[str, str, int, str, int]], *, room: int, top: int, bottom: int
) -> None:
    """All of it in the largest size at which it fits; each in at most so many lines, the rest cut with "…"."""
    scale = 1.0
    while True:
        set_in = [
            (_wrapped(text, _font(weight, int(size * scale)), room, most), _font(weight, int(size * scale)), colour)
            for text, weight, size, colour, most in told
        ]
        air = int(20 * scale)
        needed = sum(len(lines) * int(font.size * LEADING) + air for lines, font, _ in set_in)
        if needed <= bottom - top or scale < 0.5:
            break
        scale *= 0.94
    at = top + max(0, (bottom - top - needed) // 3)
    for lines, font, colour in set_in:
        for line in lines:
            draw.text((CARD_MARGIN, at), line, font=font, fill=colour)
            at += int(font.size * LEADING)
        at += air


def _wrapped(text: str, font: ImageFont.FreeTypeFont, room: int, most: int) -> list[str]:
    lines = [""]
    for word in text.split():
        joined = f"{lines[-1]} {word}".strip()
        if font.getlength(joined) <= room:
            lines[-1] = joined
        else:
            lines.append(word)
    lines = [line for line in lines if line]
    if len(lines) > most:
        lines = [*lines[: most - 1], f"{lines[most - 1].rstrip('., ')} …"]
    return [_cut(line, font, room) for line in lines]


def _cut(line: str, font: ImageFont.FreeTypeFont, room: int) -> str:
    while font.getlength(line) > room and len(line) > 2:
        line = f"{line.rstrip('…')[:-1].rstrip()}…"
    return line


def _photo(kept_in: store.Store, name: str, size: tuple[int, int]) -> Image.Image | None:
    if not name:
        return None
    try:
        with kept_in.open(name) as file, Image.open(file) as opened:
            return ImageOps.fit(opened.convert("RGB"), size, Image.Resampling.LANCZOS)
    except FileNotFoundError:
        return None


def _shrunk(content: IO[bytes]) -> IO[bytes]:
    with Image.open(content) as opened:
        picture: Image.Image = opened
        if opened.mode in {"RGBA", "LA"}:
            picture = Image.new("RGB", opened.size, PAPER)
            picture.paste(opened.convert("RGB"), mask=opened.getchannel("A"))
        picture = picture.convert("RGB")
    picture.thumbnail((KEPT_SIDE, KEPT_SIDE), Image.Resampling.LANCZOS)
    written = tempfile.TemporaryFile()  # noqa: SIM115 (handed on open)
    written.write(_jpeg(picture, KEPT_QUALITY))
    written.seek(0)
    return written


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=quality, optimize=True, progressive=True)
    return written.getvalue()


@functools.cache
def _font(weight: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONTS / f"LiberationSerif-{weight}.ttf"), size)
