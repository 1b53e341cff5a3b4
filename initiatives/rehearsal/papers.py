"""Documents of any size that a judge of files accepts: a picture, a PDF. No two are alike; what makes them heavy is made once."""

import random
import struct
import zlib
from functools import lru_cache

WIDTH = 640
PDF_AROUND = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\n% "
PDF_END = b"\ntrailer\n<< /Root 1 0 R >>\nstartxref\n0\n%%EOF\n"


def picture(size: int, *, mark: str) -> bytes:
    """A PNG of about `size` bytes; `mark` stands in it as a comment."""
    comment = b"Comment\0" + mark.encode("ascii", "replace")
    header, rest = _picture(size)
    return header + _chunk(b"tEXt", comment) + rest


def pdf(size: int, *, mark: str) -> bytes:
    return PDF_AROUND + mark.encode("ascii", "replace") + b"\n" + _padding(size) + PDF_END


@lru_cache(maxsize=8)
def _picture(size: int) -> tuple[bytes, bytes]:
    """Before and behind the place of the comment. Noise does not compress: a line of it is a known number of bytes."""
    lines = max(size // (WIDTH * 3), 1)
    draw = random.Random(size)  # noqa: S311 - nobody's secret
    drawn = b"".join(b"\0" + draw.randbytes(WIDTH * 3) for _ in range(lines))
    header = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", struct.pack(">IIBBBBB", WIDTH, lines, 8, 2, 0, 0, 0))
    return header, _chunk(b"IDAT", zlib.compress(drawn, 1)) + _chunk(b"IEND", b"")


@lru_cache(maxsize=8)
def _padding(size: int) -> bytes:
    """Lines of comment."""
    line = b"% " + b"cho du nang " * 8 + b"\n"
    return line * max(size // len(line), 1)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
