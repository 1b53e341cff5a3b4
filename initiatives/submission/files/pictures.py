"""Pictures are decoded and written anew, so that nothing but the picture is kept: no place, no camera, no hidden part.

JPEG, WebP and HEIC become JPEG; PNG stays PNG. The first frame is kept of what moves.
"""

import tempfile
import threading
import warnings
from typing import IO

import pillow_heif
from PIL import Image

from initiatives.submission.files.faults import Fault

MAX_PIXELS = 40_000_000
# WebP is unpacked into four copies at once: 16 bytes a pixel instead of 4
MAX_PIXELS_OF = {"webp": 16_000_000}
MANY_PIXELS = 8_000_000
LONG_SIDE = 2560
QUALITY = 85
THUMBNAIL_SIDE = 320
THUMBNAIL_QUALITY = 70
BAND = 256

FORMATS = {"jpeg": "JPEG", "png": "PNG", "webp": "WEBP", "heic": "HEIF"}
_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_one_large_picture = threading.Lock()  # each may take 300 MB: they wait for one another

pillow_heif.register_heif_opener(thumbnails=False)
# A PNG of 20 kB can ask for 500 MB: Pillow shall refuse, not warn.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)


def written_anew(content: IO[bytes], *, kind: str, largest: int) -> tuple[IO[bytes], str]:
    """A new temporary file with the bare picture, and its ending; a PNG larger than `largest` becomes a JPEG."""
    picture = _bare(content, kind=kind)
    if kind == "png":
        written = _saved(picture, "PNG", compress_level=6)
        if written.tell() <= largest:
            return written, "png"
        written.close()
    return _saved(_on_white(picture), "JPEG", quality=QUALITY, optimize=True), "jpg"


def thumbnail_of(content: IO[bytes], *, kind: str) -> IO[bytes]:
    """A new temporary file with the picture as a small JPEG, standing at its end."""
    small = _on_white(_bare(content, kind=kind))
    small.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.LANCZOS)
    return _saved(small, "JPEG", quality=THUMBNAIL_QUALITY, optimize=True)


def _bare(content: IO[bytes], *, kind: str) -> Image.Image:
    """The picture upright, small enough, and without anything that was written beside it."""
    with _opened(content, kind=kind) as opened:
        turn = _TURNS.get(_orientation(opened))
        if opened.width * opened.height > MANY_PIXELS:
            with _one_large_picture:
                small = _small(opened)
        else:
            small = _small(opened)
    bare = small.copy() if turn is None else small.transpose(turn)
    bare.info.clear()
    return bare


def _opened(content: IO[bytes], *, kind: str) -> Image.Image:
    content.seek(0)
    most = MAX_PIXELS_OF.get(kind, MAX_PIXELS)
    try:
        opened = Image.open(content, formats=[FORMATS[kind]])
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise _too_many_pixels(most) from None
    if opened.width * opened.height > most:
        raise _too_many_pixels(most)
    return opened


def _orientation(opened: Image.Image) -> int:
    """How the camera was held, 1 where the notes of the camera cannot be read."""
    try:
        told = opened.getexif().get(_ORIENTATION, 1)
    except Exception:  # broken notes are no reason to refuse a picture that can be seen
        return 1
    return told if told in range(1, 9) else 1


def _small(opened: Image.Image) -> Image.Image:
    """In plain colours, no longer than `LONG_SIDE`."""
    # where the format allows (JPEG), only as much is decoded as the smaller picture needs
    opened.draft("L" if opened.mode == "L" else "RGB", (LONG_SIDE, LONG_SIDE))
    opened.load()
    times = max(opened.size) // LONG_SIDE
    small = _reduced(opened, times) if times > 1 else _plain(opened)
    small.thumbnail((LONG_SIDE, LONG_SIDE), Image.Resampling.LANCZOS)
    return small


def _reduced(large: Image.Image, times: int) -> Image.Image:
    """`large` made smaller a band at a time: converting all of it at once would take its memory twice more."""
    mode = _plain(large.crop((0, 0, 1, 1))).mode
    reduced = Image.new(mode, (-(-large.width // times), -(-large.height // times)))
    for top in range(0, large.height, BAND * times):
        band = large.crop((0, top, large.width, min(top + BAND * times, large.height)))
        reduced.paste(_plain(band).reduce(times), (0, top // times))
    return reduced


def _plain(decoded: Image.Image) -> Image.Image:
    """As grey or colours of eight bits, with or without transparency."""
    if "transparency" in decoded.info or decoded.mode in {"PA", "La", "RGBa"}:
        return decoded.convert("RGBA")
    if decoded.mode.startswith("I"):
        return decoded.convert("I").point(lambda grey: grey / 256).convert("L")
    if decoded.mode == "1":
        return decoded.convert("L")
    return decoded if decoded.mode in {"L", "LA", "RGB", "RGBA"} else decoded.convert("RGB")


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode in {"L", "RGB"}:
        return picture
    ground = Image.new("RGB", picture.size, "white")
    ground.paste(picture.convert("RGB"), mask=picture.getchannel("A"))
    return ground


def _saved(picture: Image.Image, encoding: str, **options: int | bool) -> IO[bytes]:
    """A temporary file standing at its end."""
    written = tempfile.TemporaryFile()  # noqa: SIM115 (handed on open)
    try:
        picture.save(written, encoding, **options)
        written.seek(0, 2)
    except BaseException:
        written.close()
        raise
    return written


def _too_many_pixels(most: int) -> Fault:
    return Fault(
        "too_many_pixels", f"có quá nhiều điểm ảnh (tối đa {most // 1_000_000} triệu). Hãy chụp lại với cỡ ảnh nhỏ hơn."
    )
