"""One file of a backup: it reads as it was written, or not at all."""

import errno
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from initiatives.backups import parts
from initiatives.backups.parts import CHUNK, MAGIC, SALT_BYTES, TAG_BYTES, Damaged, Part, PartReader, PartWriter

KEY, OTHER = b"k" * 32, b"o" * 32
SEALED_CHUNK = CHUNK + TAG_BYTES
HEAD = len(MAGIC) + SALT_BYTES
CONTENT = hashlib.shake_128(b"three chunks and a bit").digest(3 * CHUNK + 700)


def written(path: Path, content: bytes = CONTENT, *, key: bytes | None = KEY, is_packed: bool = False) -> Part:
    with PartWriter(path, bound_to="set/part", key=key, is_packed=is_packed) as writer:
        for start in range(0, len(content), 300_000):
            writer.write(content[start : start + 300_000])
        return writer.finish()


def content_of(path: Path, *, key: bytes | None = KEY, is_packed: bool = False, bound_to: str = "set/part") -> bytes:
    return b"".join(parts.read(path, bound_to=bound_to, key=key, is_packed=is_packed))


@pytest.mark.parametrize("is_packed", [False, True], ids=["as-it-is", "packed"])
@pytest.mark.parametrize("key", [None, KEY], ids=["open", "sealed"])
@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, len(CONTENT)])
def test_it_reads_as_it_was_written(tmp_path: Path, size: int, key: bytes | None, is_packed: bool) -> None:
    part = written(tmp_path / "part", CONTENT[:size], key=key, is_packed=is_packed)

    assert content_of(tmp_path / "part", key=key, is_packed=is_packed) == CONTENT[:size]
    lies_there = (tmp_path / "part").read_bytes()
    assert (part.size, part.sha256) == (len(lies_there), hashlib.sha256(lies_there).hexdigest())


def test_sealed_it_says_nothing_of_what_it_holds(tmp_path: Path) -> None:
    written(tmp_path / "part", b"Nguyen Van A " * 50)
    written(tmp_path / "again", b"Nguyen Van A " * 50)

    assert b"Nguyen" not in (tmp_path / "part").read_bytes()
    assert (tmp_path / "part").read_bytes() != (tmp_path / "again").read_bytes()


def flipped(at: int) -> Callable[[bytes], bytes]:
    return lambda file: file[:at] + bytes([file[at] ^ 1]) + file[at + 1 :]


def swapped(file: bytes) -> bytes:
    chunks = [file[start : start + SEALED_CHUNK] for start in range(HEAD, len(file), SEALED_CHUNK)]
    return file[:HEAD] + chunks[1] + chunks[0] + b"".join(chunks[2:])


@pytest.mark.parametrize(
    "harm",
    [
        pytest.param(flipped(0), id="in-the-mark"),
        pytest.param(flipped(len(MAGIC)), id="in-the-salt"),
        pytest.param(flipped(HEAD + 5), id="in-the-first-chunk"),
        pytest.param(flipped(HEAD + SEALED_CHUNK - 1), id="in-a-tag"),
        pytest.param(flipped(-1 % (HEAD + len(CONTENT))), id="near-the-end"),
        pytest.param(lambda file: file[:-1], id="a-byte-short"),
        pytest.param(lambda file: file[: HEAD + SEALED_CHUNK], id="cut-between-chunks"),
        pytest.param(lambda file: file[:HEAD], id="only-its-head"),
        pytest.param(lambda file: b"", id="empty"),
        pytest.param(swapped, id="chunks-in-another-order"),
        pytest.param(lambda file: file + file[-40:], id="longer"),
        pytest.param(lambda file: file + file[HEAD : HEAD + SEALED_CHUNK], id="a-chunk-more"),
        pytest.param(lambda file: file[:HEAD] + file[HEAD + SEALED_CHUNK :], id="without-its-first-chunk"),
    ],
)
def test_what_was_changed_does_not_open(tmp_path: Path, harm: Callable[[bytes], bytes]) -> None:
    part = tmp_path / "part"
    written(part)
    part.write_bytes(harm(part.read_bytes()))

    with pytest.raises(Damaged, match="part"):
        content_of(part)


def test_it_opens_with_its_key_and_as_what_it_is_alone(tmp_path: Path) -> None:
    written(tmp_path / "part")

    with pytest.raises(Damaged):
        content_of(tmp_path / "part", key=OTHER)
    with pytest.raises(Damaged):
        content_of(tmp_path / "part", bound_to="another set/part")
    with pytest.raises(Damaged):
        content_of(tmp_path / "gone")


@pytest.mark.parametrize("key", [None, KEY], ids=["open", "sealed"])
def test_what_the_disk_does_not_give_back_is_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: bytes | None
) -> None:
    written(tmp_path / "part", key=key)
    (tmp_path / "folder").mkdir()
    read = parts._Listening.read

    def read_once(file: parts._Listening, size: int) -> bytes:
        if file.size > CHUNK:
            raise OSError(errno.EIO, "Input/output error")
        return read(file, size)

    monkeypatch.setattr(parts._Listening, "read", read_once)

    with pytest.raises(Damaged, match="Tệp part "):
        content_of(tmp_path / "part", key=key)
    with pytest.raises(Damaged, match="Tệp folder "):
        content_of(tmp_path / "folder", key=key)


@pytest.mark.parametrize("key", [None, KEY], ids=["open", "sealed"])
def test_finished_it_is_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: bytes | None) -> None:
    forced: list[tuple[str, int]] = []
    monkeypatch.setattr(
        os,
        "fsync",
        lambda file: forced.append((os.readlink(f"/proc/self/fd/{file}"), os.fstat(file).st_size)),
    )

    part = written(tmp_path / "part", key=key)

    assert forced == [(str(tmp_path / "part"), part.size)]


@pytest.mark.parametrize("is_packed", [False, True], ids=["as-it-is", "packed"])
def test_another_part_is_not_the_one_whose_checksum_was_kept(tmp_path: Path, is_packed: bool) -> None:
    """Whole in itself: what a zip's own sums find is not asked here."""
    expected = written(tmp_path / "part", key=None, is_packed=is_packed)
    written(tmp_path / "other", CONTENT[::-1], key=None, is_packed=is_packed)
    (tmp_path / "other").replace(tmp_path / "part")

    with pytest.raises(Damaged):
        b"".join(parts.read(tmp_path / "part", bound_to="set/part", key=None, is_packed=is_packed, expected=expected))


@pytest.mark.parametrize(
    "harm",
    [
        pytest.param(lambda file: file[:-9], id="cut"),
        pytest.param(lambda file: file + b"x", id="longer"),
        pytest.param(flipped(3000), id="flipped"),
        pytest.param(lambda file: b"", id="empty"),
    ],
)
def test_packed_and_open_it_is_known_by_what_was_written_of_it(tmp_path: Path, harm: Callable[[bytes], bytes]) -> None:
    part = tmp_path / "part"
    expected = written(part, key=None, is_packed=True)
    part.write_bytes(harm(part.read_bytes()))

    with pytest.raises(Damaged):
        b"".join(parts.read(part, bound_to="set/part", key=None, is_packed=True, expected=expected))


def test_read_as_a_file_it_gives_as_much_as_is_asked_for(tmp_path: Path) -> None:
    written(tmp_path / "part", is_packed=True)
    reader = PartReader(parts.read(tmp_path / "part", bound_to="set/part", key=KEY, is_packed=True))

    assert (reader.read(10), reader.read(7)) == (CONTENT[:10], CONTENT[10:17])
    assert reader.read() == CONTENT[17:]
    assert reader.read(5) == b""


def test_what_expands_enormously_is_unpacked_piece_by_piece(tmp_path: Path) -> None:
    written(tmp_path / "part", bytes(40 * CHUNK), is_packed=True)

    pieces = [len(piece) for piece in parts.read(tmp_path / "part", bound_to="set/part", key=KEY, is_packed=True)]

    assert max(pieces) <= CHUNK
    assert sum(pieces) == 40 * CHUNK
