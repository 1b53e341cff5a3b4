"""What a file must be before it is opened as a sheet: today's Excel, and no larger than may be read.

Everything that costs time or memory is counted here, while it is unpacked piece by piece: openpyxl builds a row, a text and
a list of styles whole, and a few kilobytes may hold millions of cells.
"""

import io
import zipfile
from typing import Any, Protocol
from xml.parsers import expat

import olefile

from portal.vietnamese.formats import file_size

MOST_BYTES = 5 * 1024 * 1024
MOST_MEMBERS = 500
MOST_UNPACKED = 80 * 1024 * 1024
CHUNK = 64 * 1024

# A sheet of ours of 20,000 rows has 15 MB and 460,000 elements; texts shared by cells cost more to read, each.
MOST_OF_A_SHEET, MOST_OF_TEXTS, MOST_OF_ANYTHING_ELSE = 48 * 1024 * 1024, 16 * 1024 * 1024, 5 * 1024 * 1024
MOST_ELEMENTS, MOST_ELEMENTS_OF_TEXTS = 800_000, 400_000
MOST_IN_A_ROW = 50_000  # elements; Excel has 16,384 columns

_SHEETS, _TEXTS = "xl/worksheets/", "xl/sharedStrings.xml"

_SAVE_AS = "Trong Excel, hãy nhấn F12, chọn loại Excel Workbook (.xlsx), lưu lại rồi gửi."
BROKEN = (
    "Không mở được tệp. Hãy mở thử bằng Excel, lưu lại rồi gửi. Nếu vẫn không được, hãy chép các dòng sang tệp mẫu mới."
)
_EMPTY = "Tệp không có nội dung. Hãy chọn lại tệp."
_NO_EXCEL = f"Đây không phải tệp Excel loại .xlsx. {_SAVE_AS}"
_OLD = f"Đây là tệp Excel đời cũ (.xls). {_SAVE_AS}"
_BINARY = f"Đây là tệp Excel loại .xlsb. {_SAVE_AS}"
_PROTECTED = "Tệp đang có mật khẩu mở. Hãy bỏ mật khẩu trong Excel, lưu lại rồi gửi."
_MACRO = f"Tệp có chứa mã lệnh (macro) nên không được nhận. {_SAVE_AS}"
_TOO_FULL = (
    "Tệp có quá nhiều ô, kể cả ô trống đã kẻ khung hoặc tô màu. "
    "Hãy chép các dòng có chữ sang tệp mẫu mới (dán giá trị), rồi gửi lại."
)


class SheetRefused(Exception):
    """A file no row of which can be read; `sentence` says why and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Upload(Protocol):
    """What comes in: Django's UploadedFile, or any file opened for reading bytes."""

    def read(self, size: int, /) -> bytes: ...


class Inspected(bytes):
    """What `inspect` has looked at."""


def content_of(upload: Upload) -> Inspected:
    """The bytes of a file that may be a sheet: not more than are taken, and none that is known at once to be another."""
    content = upload.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise SheetRefused(f"Tệp nặng quá {file_size(MOST_BYTES)}. Hãy chia thành nhiều tệp nhỏ hơn.")
    inspect(content)
    return Inspected(content)


def inspect(content: bytes) -> None:
    """Refuses what is no sheet of today's Excel, and what would unpack to more than may be read; once."""
    if isinstance(content, Inspected):
        return
    if not content.strip(b"\0 \r\n"):
        raise SheetRefused(_EMPTY)
    if content.startswith(olefile.MAGIC):
        raise SheetRefused(_PROTECTED if _is_locked(content) else _OLD)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            _inspect_members(packed)
    except SheetRefused:
        raise
    except Exception:  # whatever a library says of strangers' bytes
        raise SheetRefused(BROKEN if content.startswith(b"PK") else _NO_EXCEL) from None


def _is_locked(content: bytes) -> bool:
    try:
        with olefile.OleFileIO(content) as opened:
            return bool(opened.exists("EncryptedPackage"))
    except Exception:  # as above
        return False


def _inspect_members(packed: zipfile.ZipFile) -> None:
    members = packed.infolist()
    names = {member.filename for member in members}
    if "xl/workbook.bin" in names:
        raise SheetRefused(_BINARY)
    if "xl/workbook.xml" not in names:
        raise SheetRefused(_NO_EXCEL)
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise SheetRefused(_MACRO)
    if any(member.flag_bits & 1 for member in members):
        raise SheetRefused(_PROTECTED)
    if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > MOST_UNPACKED:
        raise SheetRefused(_TOO_FULL)
    for member in members:
        if member.file_size > _most_of(member.filename):
            raise SheetRefused(_TOO_FULL)
        # Whatever it is called, and however small: a workbook may name any member as its sheet, and a few bytes of entities
        # grow without bound. (openpyxl asks lxml, where that is installed, and then nobody else refuses them.)
        _count_elements(packed, member)


def _most_of(name: str) -> int:
    if name.startswith(_SHEETS):
        return MOST_OF_A_SHEET
    return MOST_OF_TEXTS if name == _TEXTS else MOST_OF_ANYTHING_ELSE


def _count_elements(packed: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """Refuses more elements than may be read, in all or in one row; leaves alone what is no XML."""
    is_texts = member.filename == _TEXTS
    most = MOST_ELEMENTS_OF_TEXTS if is_texts else MOST_ELEMENTS
    row = 2 if is_texts else 3  # how deep they lie: sst/si, worksheet/sheetData/row
    depth = total = in_row = 0

    def begun(name: str, attributes: Any) -> None:
        nonlocal depth, total, in_row
        depth += 1
        total += 1
        in_row = in_row + 1 if depth > row else 0
        if total > most or in_row > MOST_IN_A_ROW:
            raise SheetRefused(_TOO_FULL)

    def ended(name: str) -> None:
        nonlocal depth
        depth -= 1

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = begun, ended
    parser.StartDoctypeDeclHandler = refuse_doctype
    with packed.open(member) as unpacked:
        try:
            while piece := unpacked.read(CHUNK):
                parser.Parse(piece)
        except expat.ExpatError:
            return


def refuse_doctype(*told: Any) -> None:
    raise SheetRefused(BROKEN)
