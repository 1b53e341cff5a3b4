"""Word documents are kept as they came, so they must be whole, open to everybody, without programs, and fetch nothing.

DOCX is a zip read member by member in memory, never unpacked to disk; XLSX is another of its kind. DOC is an OLE file: no
library judges it fully, so one with macros, a lock or no text stream is refused.
"""

import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO
from urllib.parse import unquote
from xml.parsers import expat

import olefile

from initiatives.submission.files.faults import (
    Fault,
    broken,
    external,
    holds_another_file,
    holds_code,
    locked,
    too_much_inside,
)
from initiatives.submission.files.word_fields import Fields

MAX_MEMBERS = 2000
MAX_DIRECTORY = 1024 * 1024
MAX_UNPACKED = 100 * 1024 * 1024
# A long table of empty cells packs a hundredfold; a bomb a thousandfold.
MAX_RATIO = 200
SMALL_ENOUGH = 1024 * 1024

_CHUNK = 64 * 1024
_END_RECORD = struct.Struct("<4s4H2LH")
_CONTENT_TYPES = "[Content_Types].xml"
_DOCUMENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_HYPERLINKS = {
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink",
    "http://purl.oclc.org/ooxml/officeDocument/relationships/hyperlink",
}
_WORD_PARTS = "wordprocessingml"
_PACKAGE = "\x01ole10native"  # the stream of a file that was put in by Insert > Object, whatever it is
_PACKAGE_IN_OLE = _PACKAGE.encode("utf-16-le")  # as the directory of an OLE file spells it
_MACRO_PARTS = ("vbaproject.bin", "vbadata.xml", "vbaprojectsignature.bin")
_MACRO_ENDINGS = (".docm", ".dotm", ".xlsm", ".xlsb", ".xltm", ".xlam", ".pptm", ".ppsm")
_WORD_MAGIC = {0xA5EC, 0xA5DC}
_ENCRYPTED = 0x0100
_TEXT_STREAMS = ("WordDocument", "0Table", "1Table")


def inspect_docx(content: IO[bytes]) -> None:
    """Raise the `Fault` of a DOCX, if it has one."""
    _inspect(content, _DOCUMENT_TYPE, no_such=_no_word_document)


def inspect_xlsx(content: IO[bytes]) -> None:
    """Raise the `Fault` of an XLSX, if it has one."""
    _inspect(content, _WORKBOOK_TYPE, no_such=_no_workbook)


def _inspect(content: IO[bytes], main_type: str, *, no_such: Callable[[], Fault]) -> None:
    _must_be_one_zip(content)
    with zipfile.ZipFile(content) as archive:
        members = archive.infolist()
        _must_be_sober(members)
        names = {member.filename for member in members}
        if _CONTENT_TYPES not in names or "_rels/.rels" not in names:
            raise no_such()
        _must_hold_no_macro(names)
        for member in members:
            _must_read_through(archive, member)
        types = _content_types(archive)
        if not any(name in names for name in types.named(main_type)):
            raise no_such()
        fields = Fields()
        for name in names:
            if _WORD_PARTS in types.of(name):
                _must_have_harmless_fields(archive, name, fields)
        for name in names:
            if name.casefold().endswith(".rels"):
                _must_fetch_nothing(archive, name)


def inspect_doc(content: IO[bytes]) -> None:
    """Raise the `Fault` of a DOC, if it has one."""
    content.seek(0)
    with olefile.OleFileIO(content) as ole:
        paths = [[part.casefold() for part in path] for path in ole.listdir(streams=True, storages=True)]
        if ["encryptedpackage"] in paths:
            raise locked()
        if any(part in {"macros", "vba", "_vba_project", "_vba_project_cur"} for path in paths for part in path):
            raise holds_code()
        if any(part == _PACKAGE for path in paths for part in path):
            raise holds_another_file()
        if ole.get_type("WordDocument") != olefile.STGTY_STREAM:
            raise _no_word_document()
        for name in _TEXT_STREAMS:
            if ole.get_type(name) == olefile.STGTY_STREAM:
                _must_be_whole(ole, name)
        with ole.openstream("WordDocument") as stream:
            magic, flags = struct.unpack("<H8xH", stream.read(12))
    if magic not in _WORD_MAGIC:
        raise broken()
    if flags & _ENCRYPTED:
        raise locked()


def _must_be_whole(ole: olefile.OleFileIO, name: str) -> None:
    with ole.openstream(name) as stream:
        if stream.seek(0, 2) != ole.get_size(name):
            raise broken()


def is_locked_docx(content: IO[bytes]) -> bool:
    """Whether an OLE file is the wrapping of a DOCX with a password."""
    content.seek(0)
    with olefile.OleFileIO(content) as ole:
        return bool(ole.exists("EncryptedPackage"))


def _must_be_one_zip(content: IO[bytes]) -> None:
    """Nothing before, nothing after, and a directory small enough to be read."""
    size = content.seek(0, 2)
    content.seek(max(size - _END_RECORD.size, 0))
    record = content.read(_END_RECORD.size)
    if len(record) < _END_RECORD.size:
        raise broken()
    signature, _, _, _, count, directory_size, directory_at, comment = _END_RECORD.unpack(record)
    if signature != b"PK\5\6":
        raise broken()
    if comment or directory_at + directory_size + _END_RECORD.size != size:
        raise holds_another_file()
    if count > MAX_MEMBERS or directory_size > MAX_DIRECTORY:
        raise too_much_inside()


def _must_be_sober(members: list[zipfile.ZipInfo]) -> None:
    seen: set[str] = set()
    for member in members:
        name = member.filename
        if member.flag_bits & 0x1:
            raise locked()
        if name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/") or name.casefold() in seen:
            raise broken()
        if member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise broken()
        if member.file_size > SMALL_ENOUGH and member.file_size > member.compress_size * MAX_RATIO:
            raise too_much_inside()
        seen.add(name.casefold())
    if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_UNPACKED:
        raise too_much_inside()
    if members and min(member.header_offset for member in members) != 0:
        raise holds_another_file()


def _must_hold_no_macro(names: set[str]) -> None:
    for name in (name.casefold() for name in names):
        if name.endswith(_MACRO_PARTS) or name.endswith(_MACRO_ENDINGS) or "/activex/" in f"/{name}":
            raise holds_code()


def _must_read_through(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """Every byte is there and its sum is right, and none of them packs a file to be opened from the document; no more of it is
    held than one chunk."""
    with archive.open(member) as part:
        read, before = 0, b""
        while chunk := part.read(_CHUNK):
            read += len(chunk)
            if _PACKAGE_IN_OLE in (before + chunk).lower():
                raise holds_another_file()
            before = chunk[-len(_PACKAGE_IN_OLE) :]
    if read != member.file_size:
        raise broken()


@dataclass(frozen=True)
class _Types:
    """What the parts are said to be. `told`: all that is said of a name, or of an ending, however it is written."""

    parts: set[tuple[str, str]]
    told: dict[str, str]

    def named(self, content_type: str) -> list[str]:
        return [part for part, said in self.parts if said == content_type]

    def of(self, name: str) -> str:
        name = unquote(name).casefold()
        return self.told.get(name, "") + self.told.get(f"*.{name.rpartition('.')[2]}", "")


def _content_types(archive: zipfile.ZipFile) -> _Types:
    types = _Types(set(), {})
    elements = 0

    def look(element: str, attributes: dict[str, str]) -> None:
        nonlocal elements
        elements += 1
        if elements > MAX_MEMBERS:
            raise too_much_inside()
        content_type = attributes.get("ContentType", "").strip()
        if "macroenabled" in content_type.casefold() or "vbaproject" in content_type.casefold():
            raise holds_code()
        name = attributes.get("PartName", "").removeprefix("/")
        if element.endswith("Override"):
            types.parts.add((name, content_type))
        else:
            name = f"*.{attributes.get('Extension', '')}"
        name = unquote(name).casefold()
        types.told[name] = f"{types.told.get(name, '')} {content_type.casefold()}"

    _read_xml(archive, _CONTENT_TYPES, look)
    return types


def _must_have_harmless_fields(archive: zipfile.ZipFile, name: str, fields: Fields) -> None:
    _read_xml(archive, name, fields.begin, end=fields.end, take=fields.take)
    fields.finish()


def _must_fetch_nothing(archive: zipfile.ZipFile, name: str) -> None:
    """Nothing from elsewhere, and no document of another kind to be read as if it were written there."""

    def look(element: str, attributes: dict[str, str]) -> None:
        if not element.endswith("Relationship"):
            return
        if (
            attributes.get("TargetMode", "").strip().casefold() == "external"
            and attributes.get("Type") not in _HYPERLINKS
        ):
            raise external()
        if attributes.get("Type", "").strip().casefold().endswith("/afchunk"):
            raise holds_another_file()

    _read_xml(archive, name, look)


def _read_xml(
    archive: zipfile.ZipFile,
    name: str,
    look: Callable[[str, dict[str, str]], None],
    *,
    end: Callable[[str], None] | None = None,
    take: Callable[[str], None] | None = None,
) -> None:
    """Show every element of a part to `look`; a part that declares entities is no part of Office."""

    def refuse(*_: object) -> None:
        raise broken()

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = look
    parser.EndElementHandler = end
    parser.CharacterDataHandler = take
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    with archive.open(name) as part:
        while chunk := part.read(_CHUNK):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)


def _no_word_document() -> Fault:
    return Fault("type", "không phải là tài liệu Word dù mang đuôi của Word. Hãy mở bằng Word, lưu lại rồi gửi.")


def _no_workbook() -> Fault:
    return Fault("type", "không phải là bảng Excel dù mang đuôi của Excel. Hãy mở bằng Excel, lưu lại rồi gửi.")
