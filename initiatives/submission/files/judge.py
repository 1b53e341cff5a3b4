"""The judge of files: what is accepted, in which form it is kept, and why the rest is not.

The ending, the first bytes and the structure must agree. Accepted are JPEG, PNG, WebP, HEIC, PDF, DOC and DOCX of
at most 10 MB; where a table is asked for, XLSX too.
"""

import errno
import hashlib
import logging
import struct
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import IO, Protocol, Self

from initiatives.submission.files import antivirus, pdf, pictures, turns, word
from initiatives.submission.files.faults import (
    Fault,
    FileRefused,
    Reason,
    broken,
    holds_another_file,
    holds_malware,
    locked,
)
from initiatives.submission.files.names import cleaned_name, ending_of, with_ending
from portal.vietnamese.formats import file_size

__all__ = ["ENDINGS", "MAX_BYTES", "MEDIA_TYPES", "FileRefused", "Judged", "Reason", "judge"]

MAX_BYTES = 10 * 1024 * 1024
CHUNK = 64 * 1024

PICTURES = {"jpeg", "png", "webp", "heic"}
# the ending a file may come with, and what must then be inside
ENDINGS = {
    "jpg": PICTURES,
    "jpeg": PICTURES,
    "jfif": PICTURES,
    "png": PICTURES,
    "webp": PICTURES,
    "heic": PICTURES,
    "heif": PICTURES,
    "pdf": {"pdf"},
    "doc": {"ole"},
    "docx": {"zip"},
}
SHEETS = {"xlsx": {"zip"}}
# the ending a file is kept with, and what it is served as
MEDIA_TYPES = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "pdf": "application/pdf",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_CALLED = {
    "jpeg": "ảnh JPEG",
    "png": "ảnh PNG",
    "webp": "ảnh WebP",
    "heic": "ảnh HEIC",
    "pdf": "PDF",
    "ole": "tệp Word hoặc Excel đời cũ",
    "zip": "tệp Office mới hoặc tệp nén ZIP",
}
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"}
_ZIP_END = struct.Struct("<4s4H2LH")
_ZIP_END_WITHIN = _ZIP_END.size + 65_535
# what a library says when the bytes send it to a place that cannot be, and not when the disk fails
_OF_THE_BYTES = {None, errno.EINVAL, errno.EOVERFLOW}

logger = logging.getLogger("initiatives.files")


class Upload(Protocol):
    """What comes in: Django's UploadedFile, or any file opened for reading bytes."""

    def read(self, size: int, /) -> bytes: ...

    def seek(self, position: int, /) -> object: ...


@dataclass(frozen=True)
class Judged:
    """An accepted file: what it is, and a temporary file with the bytes to keep. Close it, or use it in a `with`.

    `is_scanned`: by an antivirus, which found nothing.
    """

    media_type: str
    extension: str
    name: str
    size: int
    sha256: str
    content: IO[bytes]
    is_scanned: bool = False

    def open(self) -> IO[bytes]:
        """The bytes to keep, from the first; a file of this object, not to be closed apart."""
        self.content.seek(0)
        return self.content

    def chunks(self) -> Iterator[bytes]:
        content = self.open()
        while chunk := content.read(CHUNK):
            yield chunk

    def close(self) -> None:
        self.content.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def judge(upload: Upload, *, name: str, sheets: bool = False) -> Judged:
    """What may be kept of `upload`; raises `FileRefused` for what the bytes are, OSError only for what the disk is, and
    `turns.NoTurn` while too many are judged.
    `sheets`: whether a table of Excel may be."""
    shown = cleaned_name(name)
    try:
        expected = _expected(shown, sheets=sheets)
        content = _copied(upload)
        try:
            with turns.judging.taken():
                kept, ending = _kept(content, expected, ending=ending_of(shown))
        except BaseException:
            content.close()
            raise
        if kept is not content:
            content.close()
        is_scanned = _scanned(kept)
    except Fault as fault:
        raise FileRefused(shown, fault) from None
    if ending_of(shown) != ending and not (ending == "jpg" and ending_of(shown) in {"jpeg", "jfif"}):
        shown = with_ending(shown, ending)
    size, digest = _measured(kept)
    return Judged(
        media_type=MEDIA_TYPES[ending],
        extension=ending,
        name=shown,
        size=size,
        sha256=digest,
        content=kept,
        is_scanned=is_scanned,
    )


def _scanned(kept: IO[bytes]) -> bool:
    """Whether an antivirus looked at it and found nothing; where it does not answer the file is kept and scanned later."""
    if not antivirus.is_configured():
        return False
    try:
        found = antivirus.malware_in(kept)
    except antivirus.ScannerUnavailable:
        return False
    if found:
        logger.warning("malware was sent: %s", found)
        kept.close()
        raise holds_malware()
    return True


def _expected(shown: str, *, sheets: bool) -> set[str]:
    expected = (ENDINGS | SHEETS if sheets else ENDINGS).get(ending_of(shown))
    if expected is None:
        documents = "tệp PDF, Word (DOC, DOCX) hoặc Excel (XLSX)" if sheets else "tệp PDF hoặc Word (DOC, DOCX)"
        raise Fault("type", f"không thuộc loại được nhận. Hãy gửi ảnh (JPG, PNG, WebP, HEIC), {documents}.")
    return expected


def _copied(upload: Upload) -> IO[bytes]:
    """A temporary file of our own with the bytes of `upload`: nobody changes it while it is judged."""
    upload.seek(0)
    content = tempfile.TemporaryFile()  # noqa: SIM115 (handed on open)
    try:
        copied = 0
        while chunk := upload.read(CHUNK):
            copied += len(chunk)
            if copied > MAX_BYTES:
                raise _too_large(upload)
            content.write(chunk)
        if not copied:
            raise Fault("empty", "không có nội dung. Hãy chọn lại tệp.")
        content.flush()
    except BaseException:
        content.close()
        raise
    return content


def _too_large(upload: Upload) -> Fault:
    told, most = getattr(upload, "size", None), file_size(MAX_BYTES)
    shown = file_size(told) if isinstance(told, int) and told > MAX_BYTES else most
    weight = f"nặng {shown}" if shown != most else "quá nặng"  # a few kilobytes above round to the limit itself
    return Fault("size", f"{weight}; mỗi tệp tối đa {most}. Hãy chọn tệp nhẹ hơn hoặc dán liên kết Google Drive.")


def _kept(content: IO[bytes], expected: set[str], *, ending: str) -> tuple[IO[bytes], str]:
    """The bytes to keep and their ending. Libraries meet strangers' bytes here: what they raise is a broken file."""
    kind = _kind(content)
    try:
        if kind not in expected:
            raise _another_kind(content, kind, ending=ending)
        if kind != "zip" and _ends_as_zip(content):
            raise holds_another_file()
        if kind in PICTURES:
            return pictures.written_anew(content, kind=kind, largest=MAX_BYTES)
        _INSPECT[ending](content)
    except Fault:
        raise
    except OSError as failure:
        if failure.errno not in _OF_THE_BYTES:
            raise
        raise broken() from None
    except Exception as failure:
        logger.info("a file could not be read: %s", type(failure).__name__)
        raise broken() from None
    return content, ending


_INSPECT = {"pdf": pdf.inspect, "doc": word.inspect_doc, "docx": word.inspect_docx, "xlsx": word.inspect_xlsx}


def _kind(content: IO[bytes]) -> str:
    """What the first bytes say, "" when they say nothing we know."""
    content.seek(0)
    head = content.read(32)
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "webp"
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS:
        return "heic"
    if head.startswith(b"%PDF-"):
        return "pdf"
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "ole"
    if head.startswith(b"PK\3\4"):
        return "zip"
    return ""


def _another_kind(content: IO[bytes], kind: str, *, ending: str) -> Fault:
    if kind == "ole" and ending in {"docx", "xlsx"} and word.is_locked_docx(content):
        return locked()
    if not kind:
        return Fault("type", f"mang đuôi .{ending} nhưng nội dung bên trong không đúng loại. Hãy gửi lại tệp gốc.")
    return Fault(
        "type", f"mang đuôi .{ending} nhưng bên trong là {_CALLED[kind]}. Hãy gửi lại tệp gốc, không đổi đuôi tệp."
    )


def _ends_as_zip(content: IO[bytes]) -> bool:
    """Whether a zip is hung on at the end: a picture for the eye, an archive for whoever unpacks it."""
    size = content.seek(0, 2)
    start = max(size - _ZIP_END_WITHIN, 0)
    content.seek(start)
    tail = content.read(_ZIP_END_WITHIN)
    at = tail.rfind(b"PK\5\6")
    while at >= 0:
        if at + _ZIP_END.size <= len(tail):
            *_, directory_size, _, comment = _ZIP_END.unpack_from(tail, at)
            directory_at = start + at - directory_size
            if at + _ZIP_END.size + comment == len(tail) and directory_at >= 0:
                content.seek(directory_at)
                if content.read(4) in {b"PK\1\2", b"PK\5\6"}:
                    return True
        at = tail.rfind(b"PK\5\6", 0, at)
    return False


def _measured(content: IO[bytes]) -> tuple[int, str]:
    content.seek(0)
    digest, size = hashlib.sha256(), 0
    while chunk := content.read(CHUNK):
        digest.update(chunk)
        size += len(chunk)
    return size, digest.hexdigest()
