"""One file of a backup: packed where that helps, sealed where there is a key, on the disk before it counts.

Sealed it is AES-256-GCM in chunks of 1 MiB. A chunk's nonce is its number and whether it is the last one, and the key is made
of `BACKUP_KEY`, a random salt and the part's name (the STREAM construction): what was cut off, put in another order, changed or
renamed does not open. A file: b"SKBK1\\n", 16 bytes of salt, the chunks, each 16 bytes longer than what it holds.
"""

import hashlib
import io
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

CHUNK = 1024 * 1024
TAG_BYTES = 16
SALT_BYTES = 16
MAGIC = b"SKBK1\n"
GZIP = 31  # zlib's word for the format of gunzip
QUICK = 1  # three times as fast as usual, and a tenth larger
NAME_CHARACTERS = 8


class Damaged(Exception):
    """A file of the backup is not what was written. `name`: which."""

    def __init__(self, name: str) -> None:
        super().__init__(f"Tệp {name} của bản sao lưu bị thiếu, bị hỏng hoặc không mở được bằng khóa này.")
        self.name = name


@dataclass(frozen=True)
class Part:
    """`sha256` and `size` are of the file as it lies there: whoever keeps a copy elsewhere compares it without a key."""

    name: str
    size: int
    sha256: str


def key_name(key: bytes | None) -> str:
    """By which a key is known, "" for none."""
    return hashlib.sha256(key).hexdigest()[:NAME_CHARACTERS] if key else ""


def derived(key: bytes, *, salt: bytes, use: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=f"sang-kien backup: {use}".encode()).derive(key)


class PartWriter:
    """Written to until it is finished; `bound_to` is what a sealed part is: it opens as nothing else."""

    def __init__(self, path: Path, *, bound_to: str, key: bytes | None, is_packed: bool) -> None:
        self._path = path
        self._file = open(path, "xb")  # noqa: SIM115 - closed by `finish` or `__exit__`
        self._digest, self._size = hashlib.sha256(), 0
        self._packer = zlib.compressobj(QUICK, wbits=GZIP) if is_packed else None
        self._waiting = bytearray()
        self._chunks = 0
        self._cipher: AESGCM | None = None
        if key:
            salt = os.urandom(SALT_BYTES)
            self._cipher = AESGCM(derived(key, salt=salt, use=bound_to))
            self._keep(MAGIC + salt)

    def write(self, content: bytes) -> int:
        self._take(self._packer.compress(content) if self._packer else content)
        return len(content)

    def finish(self) -> Part:
        """The part, on the disk."""
        if self._packer:
            self._take(self._packer.flush())
        if self._cipher:
            self._seal(bytes(self._waiting), is_last=True)
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        return Part(self._path.name, self._size, self._digest.hexdigest())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def _take(self, content: bytes) -> None:
        if self._cipher is None:
            self._keep(content)
            return
        self._waiting += content
        while len(self._waiting) > CHUNK:  # the last one is sealed as the last
            self._seal(bytes(self._waiting[:CHUNK]), is_last=False)
            del self._waiting[:CHUNK]

    def _seal(self, content: bytes, *, is_last: bool) -> None:
        assert self._cipher is not None  # noqa: S101 - for the types
        self._keep(self._cipher.encrypt(_nonce(self._chunks, is_last=is_last), content, None))
        self._chunks += 1

    def _keep(self, content: bytes) -> None:
        self._digest.update(content)
        self._size += len(content)
        self._file.write(content)


def read(
    path: Path, *, bound_to: str, key: bytes | None, is_packed: bool, expected: Part | None = None
) -> Iterator[bytes]:
    """What was written, in pieces of about a megabyte. `expected`: with it the file itself is compared too. Raises Damaged, and
    only after the last piece is everything known to be right. A disk that does not give it back has not kept it."""
    try:
        with open(path, "rb") as file:
            listened = _Listening(file)
            content = _opened(listened, bound_to=bound_to, key=key, path=path) if key else iter(_pieces(listened))
            yield from _unpacked(content, path) if is_packed else content
            if expected and (listened.size, listened.digest.hexdigest()) != (expected.size, expected.sha256):
                raise Damaged(path.name)
    except (InvalidTag, zlib.error, OSError):
        raise Damaged(path.name) from None


class PartReader(io.RawIOBase):
    """The same as a file, for whoever reads from files."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._left = pieces, b""
        self.damaged: Damaged | None = None  # whoever reads may tell of it in words of their own

    def readable(self) -> bool:
        return True

    def readinto(self, room: Any) -> int:
        while not self._left:
            try:
                piece = next(self._pieces, None)
            except Damaged as damaged:
                self.damaged = damaged
                raise
            if piece is None:
                return 0
            self._left = piece
        taken = self._left[: len(room)]
        self._left = self._left[len(taken) :]
        room[: len(taken)] = taken
        return len(taken)


class _Listening:
    """Reads a file and keeps its digest."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest, self.size = hashlib.sha256(), 0

    def read(self, size: int) -> bytes:
        content = self._file.read(size)
        self.digest.update(content)
        self.size += len(content)
        return content


def _pieces(file: _Listening) -> Iterator[bytes]:
    while piece := file.read(CHUNK):
        yield piece


def _opened(file: _Listening, *, bound_to: str, key: bytes, path: Path) -> Iterator[bytes]:
    if file.read(len(MAGIC)) != MAGIC:
        raise Damaged(path.name)
    cipher = AESGCM(derived(key, salt=file.read(SALT_BYTES), use=bound_to))
    number, sealed = 0, file.read(CHUNK + TAG_BYTES)
    while True:
        following = file.read(CHUNK + TAG_BYTES)
        yield cipher.decrypt(_nonce(number, is_last=not following), sealed, None)
        if not following:
            return
        number, sealed = number + 1, following


def _unpacked(content: Iterator[bytes], path: Path) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(GZIP)
    for packed in content:
        while packed:
            yield unpacker.decompress(packed, CHUNK)
            if unpacker.unused_data:
                raise Damaged(path.name)
            packed = unpacker.unconsumed_tail
    yield unpacker.flush()
    if not unpacker.eof:
        raise Damaged(path.name)


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\1" if is_last else b"\0")
