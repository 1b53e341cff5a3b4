"""Documents of a backup: copied after the rows that name them, each compared with its name, kept once for all sets; and back.

What lies in the folder of backups already is read again at each backup, and copied anew where it does not hold what its name
says: a disk that forgets is found the night after, while the portal still has the document.
"""

import hashlib
import heapq
import os
import secrets
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from initiatives.backups import sets
from initiatives.backups.parts import CHUNK, MAGIC, SALT_BYTES, TAG_BYTES, Damaged, PartWriter, key_name, read
from initiatives.backups.saved import DOCUMENTS
from initiatives.backups.sets import Manifest, Set
from initiatives.submission.files.judge import MEDIA_TYPES, Judged
from initiatives.submission.files.store import OF_THE_FILE, Held, Store, the_store
from initiatives.submission.files.stored_names import checked, holds, is_stored_name

UNFINISHED = ".dang-chep-"
SMALL = 2 * 1024 * 1024  # held in memory


class NotThere(Exception):
    """The store does not have a document as its name says."""


@dataclass
class Copied:
    """`missing`: names of documents that the store does not have, or has with other bytes, or cannot read."""

    documents: int = 0
    size: int = 0
    added: int = 0
    missing: list[str] = field(default_factory=list)


def save(making: Set) -> Copied:
    """Every document that the set's rows name, from the store into the folder. Raises OSError where the store does not answer."""
    copied, changed = Copied(), set()
    for left in making.documents.glob(f"{UNFINISHED}*"):
        left.unlink()
    for name in making.lines(DOCUMENTS):
        place = _place(making, name) if is_stored_name(name) else None
        size = _size_if_right(making, name) if place else None
        if place and size is None:
            size = _copied(making, name, place)
            if size is not None:
                copied.added += 1
                changed.add(place.parent)
        if size is None:
            copied.missing.append(name)
        else:
            copied.documents += 1
            copied.size += size
    for folder in sorted({each for place in changed for each in (place, place.parent)}):
        sets.sync_folder(folder)
    sets.sync_folder(making.documents)
    return copied


def verified(chosen: Set, manifest: Manifest) -> Iterator[str]:
    """Reads every document of the set; names of those that are not whole."""
    for name in chosen.lines(DOCUMENTS):
        if name not in manifest.missing and _size_if_right(chosen, name) is None:
            yield name


def put_back(chosen: Set, manifest: Manifest) -> Iterator[str]:
    """Every document of the set lies in the store, opened and compared; names of those that could not be put there."""
    store = the_store()
    for name in chosen.lines(DOCUMENTS):
        if name in manifest.missing or _is_right(store, name):
            continue
        with _content(chosen, name) as content, _as_judged(name, content) as judged:
            # Only now that it can be put: another file of this name would pass for it.
            store.remove(name)
            store.put(judged)
        if not _is_right(store, name):
            yield name


def prune(folder: Path, *, key: bytes | None) -> int:
    """Removes documents that no set names any more; how many. Of sets sealed with another key, all stay until the last such set
    is gone. Raises Damaged where a list cannot be read: then nothing more is removed."""
    sealed_with = {name: sets.key_of(folder, name) for name in sets.names(folder)}
    ours, in_use = sets.sealed_ending(key), {f".{each}" if each else "" for each in sealed_with.values()}
    lists = [
        Set(folder, folder / sets.SETS / name, name, key).lines(DOCUMENTS)
        for name, each in sealed_with.items()
        if each == key_name(key)
    ]
    named, removed = heapq.merge(*lists), 0
    wanted = next(named, "")
    for place in _all_in(folder):
        name, ending = _without_key(place)
        if ending == ours:
            while wanted and wanted < name:
                wanted = next(named, "")
            is_needed = wanted == name
        else:
            is_needed = ending in in_use
        if not is_needed:
            place.unlink()
            removed += 1
    return removed


def _all_in(folder: Path) -> Iterator[Path]:
    """In the order of the lists, a folder at a time."""
    for each in sorted((folder / sets.FILES).glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]")):
        yield from sorted(each.iterdir(), key=_without_key)


def _without_key(place: Path) -> tuple[str, str]:
    """The name in the store, and what stands behind it: ".<key>" or nothing."""
    digest, ending, *key = place.name.split(".")
    return "/".join((*place.parts[-3:-1], f"{digest}.{ending}")), "".join(f".{each}" for each in key)


class Shelf:
    """The documents of a set as a store that is only read: a drill looks at them where they lie."""

    def __init__(self, chosen: Set) -> None:
        self._chosen = chosen

    def put(self, judged: Judged) -> str:
        raise OSError("a backup is only read")

    def open(self, name: str) -> IO[bytes]:
        return _content(self._chosen, checked(name))

    def held(self, name: str) -> Held:
        found = _place(self._chosen, checked(name)).stat()
        size = found.st_size
        if self._chosen.key:
            sealed = size - len(MAGIC) - SALT_BYTES
            size = sealed - TAG_BYTES * -(-sealed // (CHUNK + TAG_BYTES))
        return Held(name, size, datetime.fromtimestamp(found.st_mtime, UTC))

    def all_held(self) -> Iterator[list[Held]]:
        for name in self._chosen.lines(DOCUMENTS):
            yield [self.held(name)]

    def remove(self, name: str) -> None:
        raise OSError("a backup is only read")

    def takes_files(self, floor_bytes: int) -> bool:
        return False

    def sweep_unfinished(self, older_than: datetime) -> int:
        return 0

    def is_ready(self) -> bool:
        return False


def _place(chosen: Set, name: str) -> Path:
    return chosen.documents / f"{name}{sets.sealed_ending(chosen.key)}"


def _read(chosen: Set, name: str) -> Iterator[bytes]:
    return read(_place(chosen, name), bound_to=name, key=chosen.key, is_packed=False)


def _size_if_right(chosen: Set, name: str) -> int | None:
    """None where the folder of backups does not hold it whole."""
    digest, size = hashlib.sha256(), 0
    try:
        for piece in _read(chosen, name):
            digest.update(piece)
            size += len(piece)
    except Damaged:
        return None
    return size if holds(name, digest) else None


def _copied(making: Set, name: str, place: Path) -> int | None:
    """From the store; None where it is not there as its name says. Raises OSError where it cannot be written."""
    aside = making.documents / f"{UNFINISHED}{secrets.token_hex(8)}"
    size = 0
    try:
        with PartWriter(aside, bound_to=name, key=making.key, is_packed=False) as writer:
            for piece in _stored(the_store(), name):
                size += len(piece)
                writer.write(piece)
            writer.finish()
        place.parent.mkdir(mode=sets.PRIVATE_FOLDER, parents=True, exist_ok=True)
        os.rename(aside, place)
    except NotThere:
        return None
    finally:
        aside.unlink(missing_ok=True)
    return size


def _content(chosen: Set, name: str) -> IO[bytes]:
    content: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=SMALL)  # type: ignore[assignment]  # noqa: SIM115
    try:
        for piece in _read(chosen, name):
            content.write(piece)
    except BaseException:
        content.close()
        raise
    content.seek(0)
    return content


def _as_judged(name: str, content: IO[bytes]) -> Judged:
    ending, size = name.rpartition(".")[2], content.seek(0, os.SEEK_END)
    sha256 = name.rpartition("/")[2].partition(".")[0]
    return Judged(MEDIA_TYPES[ending], ending, name, size, sha256, content)


def _is_right(store: Store, name: str) -> bool:
    """Opened and compared."""
    try:
        for _ in _stored(store, name):
            pass
    except NotThere:
        return False
    return True


def _stored(store: Store, name: str) -> Iterator[bytes]:
    """A document as the store gives it. Raises NotThere, for other bytes than its name says after the last piece."""
    digest = hashlib.sha256()
    try:
        with store.open(name) as content:
            while piece := content.read(CHUNK):
                digest.update(piece)
                yield piece
    except OSError as failure:
        if failure.errno in OF_THE_FILE:
            raise NotThere from failure
        raise
    if not holds(name, digest):
        raise NotThere
