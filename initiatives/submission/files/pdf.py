"""A PDF is kept as it came, so it must be a whole one, open to everybody, with no programs and no files inside.

What is looked for are the names a program or a file inside must use (PDF 1.7, 7.6, 7.11.4, 12.6.4), also where they
are written with #-codes or packed in an object stream, and only where they stand as names: a text about
"HTML/JavaScript" is just a text.

An object stream is found by `/First`, which no reader does without (some do without its type). Its dictionary is believed
where it is as plain as programs write it, with no strings and packed once or not at all; any other is refused, since readers
may see in it what we do not.
"""

import mmap
import re
import zlib
from itertools import accumulate
from typing import IO

from initiatives.submission.files.faults import broken, holds_another_file, holds_code, locked

END_WITHIN = 1024
MAX_SUSPECTS = 20_000
MAX_UNPACKING = 64 * 1024 * 1024
_CHUNK = 64 * 1024
_NEAR = 64
_DICTIONARY = 4096
_LARGEST_DICTIONARY = 16 * 1024  # of those with strings, as the titles of an outline
_MOST_OF_DICTIONARIES = 8 * 1024 * 1024


def _spelled(name: str) -> bytes:
    """A pattern for `name`, any of its letters perhaps written as #xx."""
    return "".join(f"(?:{letter}|#(?i:{ord(letter):02x}))" for letter in name).encode()


_BLANK = rb"[\0\t\n\f\r ]"
_BLANKS, _DIGITS = b"\0\t\n\f\r ", b"0123456789"
_HEADER = re.compile(rb"%PDF-[12]\.\d")
_END = re.compile(rb"startxref" + _BLANK + rb"+\d+" + _BLANK + rb"+%%EOF")
_OBJECT = re.compile(rb"\d" + _BLANK + rb"\d+" + _BLANK + rb"obj")
_SUSPECT = re.compile(
    rb"/(?:(?P<code>%s|%s)|(?P<file>%s)|(?P<files>%s)|(?P<lock>%s)|(?P<packed>%s)|(?P<first>%s))"
    rb"(?![A-Za-z0-9#._+-])"
    % tuple(_spelled(name) for name in ("JavaScript", "Launch", "EmbeddedFile", "EF", "Encrypt", "ObjStm", "First"))
)
# At a line's begin anything may have stood before: a comment ends with its line.
_AFTER_ACTION = re.compile(rb"(?:/" + _spelled("S") + rb"|[\r\n]|\A|obj)" + _BLANK + rb"*\Z")
_AFTER_TYPE = re.compile(rb"(?:/" + _spelled("Type") + rb"|[\r\n]|\A)" + _BLANK + rb"*\Z")
_COMMENT = re.compile(rb"%[^\r\n]*")
_GAP = rb"(?:[\0\t\n\f\r ]|%[^\r\n]*+)*+"
_BEFORE_NUMBER = re.compile(_GAP + rb"(?:[+.\d-]|\Z)")
# To the end of the dictionary we are in. More than three brackets within one another are no title of an outline.
_STRING = rb"\((?:[^()\\]++|\\.)*+\)"
for _ in range(2):
    _STRING = rb"\((?:[^()\\]++|\\.|" + _STRING + rb")*+\)"
_VALUES = rb"(?:[^()<>%]++|%[^\r\n]*+|" + _STRING + rb"|<[^<>()/%]*+>)*+"
for _ in range(2):
    _VALUES = rb"(?:" + _VALUES[3:-3] + rb"|<<" + _VALUES + rb">>)*+"
_REST = re.compile(_VALUES + rb">>" + _GAP + rb"(?P<stream>s|\Z)?", re.DOTALL)
# A dictionary without strings, from its "obj" to its stream.
_WORD = re.compile(rb"/[^\0\t\n\f\r ()<>\[\]{}/%\\]*+|[+-]?[0-9.]++|R|null|true|false|<<|>>|\[|\]")
_PLAIN = re.compile(
    rb"obj(?P<dictionary>(?:[\0\t\n\f\r ]|%[^\r\n]*+|" + _WORD.pattern + rb")*+)stream[ \t]*+(?:\r\n?|\n)"
)
_CODE = re.compile(rb"#([0-9A-Fa-f]{2})")
_PLAIN_NAME = re.compile(rb"/[!-.0-~]*+")
# What a key of such a dictionary may say; as words with one blank between.
_SAID = {
    b"/Filter": re.compile(rb" /Filter (?:null|\[ \]|/FlateDecode|\[ /FlateDecode \]) (?:/|>>)"),
    b"/DecodeParms": re.compile(rb" /DecodeParms (\[ )?(?:null|<< (?:/\w+ \d+ )*>>) (?(1)\] )(?:/|>>)"),
    b"/Predictor": re.compile(rb" /Predictor 1 (?:/|>>)"),
}
_OTHER_PLACES = {b"/F", b"/DP", b"/FFilter", b"/FDecodeParms"}  # short names that some read, and data in another file
_BEFORE_VALUE = re.compile(_BLANK + rb"*(?:<<|\d+" + _BLANK + rb"+\d+" + _BLANK + rb"+R)")


def inspect(content: IO[bytes]) -> None:
    """Raise the `Fault` of a PDF, if it has one."""
    whole = mmap.mmap(content.fileno(), 0, access=mmap.ACCESS_READ)
    _must_be_whole(whole)
    budget = MAX_UNPACKING
    for begin in _object_streams(whole, _packed_objects(whole)):
        unpacked, cost = _unpacked(whole, begin, budget=budget)
        _packed_objects(unpacked)
        budget -= cost


def _must_be_whole(whole: mmap.mmap) -> None:
    if not _HEADER.match(whole) or not _OBJECT.search(whole):
        raise broken()
    end = whole.rfind(b"%%EOF")
    if end < len(whole) - END_WITHIN or not _END.search(whole, max(end - END_WITHIN, 0)):
        raise broken()


def _packed_objects(text: bytes | mmap.mmap) -> list[int]:
    """Where object streams may be named in `text`; a name that is not accepted is raised."""
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
        if (kind == "packed" and _AFTER_TYPE.search(before)) or (
            kind == "first" and _BEFORE_NUMBER.match(text, suspect.end(), suspect.end() + _NEAR)
        ):
            packed.append(suspect.end())
    return packed


def _object_streams(whole: mmap.mmap, positions: list[int]) -> list[int]:
    """Where the objects begin that name something at one of `positions` and have a stream: those of an outline have none."""
    found: set[int] = set()
    read = 0
    for position in positions:
        rest = _REST.match(whole, position, position + _LARGEST_DICTIONARY)
        if rest is None or (read := read + rest.end() - position) > _MOST_OF_DICTIONARIES:
            raise broken()
        if rest["stream"] is not None:
            found.add(whole.rfind(b"obj", max(position - _DICTIONARY, 0), position))
    return sorted(found)


def _unpacked(whole: mmap.mmap, begin: int, *, budget: int) -> tuple[bytes, int]:
    """The object stream whose object begins with the "obj" at `begin`, and the bytes read and made for it."""
    head = _PLAIN.match(whole, begin, begin + _DICTIONARY) if begin >= 0 else None
    if head is None or not _begins_an_object(whole[max(begin - _DICTIONARY, 0) : begin]):
        raise broken()
    if not _is_deflated(head["dictionary"]):
        return b"", 0  # written in the open: it has been read where it stands
    return _inflated(whole, head.end(), budget=budget)


def _begins_an_object(before: bytes) -> bool:
    """Whether two numbers stand before an "obj", on a line that is no comment until there."""
    generation = before.rstrip(_BLANKS)
    between = generation.rstrip(_DIGITS)
    number = between.rstrip(_BLANKS)
    line = number.rstrip(_DIGITS)
    starts = max(line.rfind(b"\n"), line.rfind(b"\r"))
    has_numbers = len(generation) > len(between) > len(number) > len(line)
    return has_numbers and starts >= 0 and b"%" not in line[starts:]


def _is_deflated(dictionary: bytes) -> bool:
    """Raises what is not one dictionary, or says that its stream is packed otherwise."""
    words = [_decoded(word) for word in _WORD.findall(_COMMENT.sub(b"", dictionary))]
    depths = list(accumulate({b"<<": 1, b">>": -1}.get(word, 0) for word in words))
    if not depths or words[0] != b"<<" or depths.index(0) != len(depths) - 1 or _OTHER_PLACES.intersection(words):
        raise broken()
    told = b" ".join(words)
    for key, said in _SAID.items():
        count = words.count(key)
        if count > 1 or (count and not said.search(told)):
            raise broken()
    return b"/FlateDecode" in words


def _decoded(word: bytes) -> bytes:
    plain = _CODE.sub(lambda code: bytes([int(code[1], 16)]), word)
    if plain != word and not _PLAIN_NAME.fullmatch(plain):
        raise broken()
    return plain


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
