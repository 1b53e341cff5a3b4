"""Several tables as one ZIP, made while it is sent: a download of hundreds of megabytes holds a part of one file at a time."""

import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from portal.vietnamese.days import VIETNAM

MANIFEST = "danh-sach.txt"


class _Out(io.RawIOBase):
    """What was written and not yet taken. It cannot be sought, so sizes follow the content."""

    def __init__(self) -> None:
        self._written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        self._written += content
        return len(content)

    def taken(self) -> bytes:
        taken = bytes(self._written)
        self._written.clear()
        return taken


def zipped(files: Iterable[tuple[str, Iterable[bytes]]], *, at: datetime) -> Iterator[bytes]:
    """The bytes of a ZIP of `files` (name, content in parts), each dated `at`: the same files give the same bytes. Tables are
    compressed already, so they are stored as they are."""
    out = _Out()
    dated = at.astimezone(VIETNAM).timetuple()[:6]
    with ZipFile(out, "w", ZIP_STORED) as archive:
        for name, parts in files:
            info = ZipInfo(name, dated)
            info.external_attr = 0o644 << 16
            with archive.open(info, "w", force_zip64=True) as entry:
                for part in parts:
                    entry.write(part)
                    yield out.taken()
    yield out.taken()
