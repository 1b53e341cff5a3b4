"""A PDF is kept as it came, so it must be a whole one, open to everybody, with no programs and no files inside.

What is looked for are the names a program or a file inside must use (PDF 1.7, 7.6, 7.11.4, 12.6.4), also where they
are written with #-codes or packed in an object stream, and only where they stand as names: a text about
"HTML/JavaScript" is just a text.
"""

import mmap
import re
import zlib
from typing import IO

from initiatives.submission.files.faults import broken, holds_another_file, holds_code, locked

END_WITHIN = 1024
MAX_SUSPECTS = 20_000
MAX_UNPACKING = 64 * 1024 * 1024
_CHUNK = 64 * 1024
_NEAR = 64
_DICTIONARY = 2048


def _spelled(name: str) -> bytes:
    """A pattern for `name`, any of its letters perhaps written as #xx."""
    return "".join(f"(?:{letter}|#(?i:{ord(letter):02x}))" for letter in name).encode()


_BLANK = rb"[\0\t\n\f\r ]"
_HEADER = re.compile(rb"%PDF-[12]\.\d")
_END = re.compile(rb"startxref" + _BLANK + rb"+\d+" + _BLANK + rb"+%%EOF")
_OBJECT = re.compile(rb"\d" + _BLANK + rb"\d+" + _BLANK + rb"obj")
_STREAM = re.compile(rb"stream\r?\n")
_SUSPECT = re.compile(
    rb"/(?:(?P<code>%s|%s)|(?P<file>%s)|(?P<files>%s)|(?P<lock>%s)|(?P<packed>%s))(?![A-Za-z0-9#._+-])"
    % tuple(_spelled(name) for name in ("JavaScript", "Launch", "EmbeddedFile", "EF", "Encrypt", "ObjStm"))
)
# At a line's begin anything may have stood before: a comment ends with its line.
_AFTER_ACTION = re.compile(rb"(?:/" + _spelled("S") + rb"|[\r\n]|\A)" + _BLANK + rb"*\Z")
_AFTER_TYPE = re.compile(rb"(?:/" + _spelled("Type") + rb"|[\r\n]|\A)" + _BLANK + rb"*\Z")
_FILTER = re.compile(rb"/" + _spelled("Filter"))
_DEFLATED = re.compile(
    rb"/" + _spelled("Filter") + _BLANK + rb"*\[?" + _BLANK + rb"*/" + _spelled("FlateDecode") + _BLANK + rb"*[\]/>]"
)
_PREDICTED = re.compile(rb"/" + _spelled("Predictor") + _BLANK + rb"*(?!1\b)\d")
_BEFORE_VALUE = re.compile(_BLANK + rb"*(?:<<|\d+" + _BLANK + rb"+\d+" + _BLANK + rb"+R)")


def inspect(content: IO[bytes]) -> None:
    """Raise the `Fault` of a PDF, if it has one."""
    whole = mmap.mmap(content.fileno(), 0, access=mmap.ACCESS_READ)
    _must_be_whole(whole)
    budget = MAX_UNPACKING
    for position in _packed_objects(whole):
        unpacked, cost = _unpacked(whole, position, budget=budget)
        _packed_objects(unpacked)
        budget -= cost


def _must_be_whole(whole: mmap.mmap) -> None:
    if not _HEADER.match(whole) or not _OBJECT.search(whole):
        raise broken()
    end = whole.rfind(b"%%EOF")
    if end < len(whole) - END_WITHIN or not _END.search(whole, max(end - END_WITHIN, 0)):
        raise broken()


def _packed_objects(text: bytes | mmap.mmap) -> list[int]:
    """Where object streams are named in `text`; a name that is not accepted is raised."""
    packed = []
    for number, suspect in enumerate(_SUSPECT.finditer(text)):
        if number > MAX_SUSPECTS:
            raise broken()
        before = text[max(suspect.start() - _NEAR, 0) : suspect.start()]
        has_value = _BEFORE_VALUE.match(text[suspect.end() : suspect.end() + _NEAR]) is not None
        kind = suspect.lastgroup
        if kind == "lock" and has_value:
            raise locked()
        if kind == "code" and (has_value or _AFTER_ACTION.search(before)):
            raise holds_code()
        if (kind == "files" and has_value) or (kind == "file" and _AFTER_TYPE.search(before)):
            raise holds_another_file()
        if kind == "packed" and _AFTER_TYPE.search(before):
            packed.append(suspect.end())
    return packed


def _unpacked(whole: mmap.mmap, position: int, *, budget: int) -> tuple[bytes, int]:
    """The object stream whose dictionary names itself at `position`, and the bytes read and made for it."""
    stream = _STREAM.search(whole, position, position + _DICTIONARY)
    if stream is None:
        return b"", 0
    begin = max(whole.rfind(b"obj", max(position - _DICTIONARY, 0), position), 0)
    dictionary = whole[begin : stream.start()]
    if not _FILTER.search(dictionary):
        return b"", 0  # written in the open: it has been read where it stands
    if not _DEFLATED.search(dictionary) or _PREDICTED.search(dictionary):
        raise broken()
    return _inflated(whole, stream.end(), budget=budget)


def _inflated(whole: mmap.mmap, start: int, *, budget: int) -> tuple[bytes, int]:
    inflate = zlib.decompressobj()
    made = bytearray()
    read_to = start
    waiting = b""
    while not inflate.eof:
        if not waiting:
            waiting = whole[read_to : read_to + _CHUNK]
            read_to += len(waiting)
        cost = read_to - start + len(made)
        if not waiting or cost > budget:
            raise broken()
        made += inflate.decompress(waiting, budget - len(made) + 1)
        waiting = inflate.unconsumed_tail
    return bytes(made), read_to - start + len(made)
