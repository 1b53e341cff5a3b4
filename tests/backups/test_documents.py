"""Documents out and back, of both kinds of store."""

import errno
import hashlib
import os
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import IO

import pytest

from initiatives.backups import documents, parts, sets
from initiatives.backups.parts import Damaged, PartWriter, key_name
from initiatives.backups.saved import DOCUMENTS
from initiatives.backups.sets import Manifest, Set
from initiatives.submission.files.folder_store import FolderStore
from initiatives.submission.files.store import StoreUnavailable, standing_in, the_store
from initiatives.submission.files.stored_names import name_by
from tests.stores import Shelf

AT = datetime(2022, 3, 1, 2, tzinfo=UTC)
CONTENTS = [b"%PDF-1.4 mot", b"%PDF-1.4 hai" * 1000, b""]
NAMES = sorted(name_by(hashlib.sha256(content).hexdigest(), "pdf") for content in CONTENTS)
OF_NAME = {name_by(hashlib.sha256(content).hexdigest(), "pdf"): content for content in CONTENTS}
NOTHING = Manifest(
    name="", at=AT.isoformat(), vendor="sqlite", server="", migrations=[], tables={}, sequences={}, parts={}, documents=0,
    document_bytes=0, missing=[], key="", field_keys=[], lookup_key="", has_keys=False,
)  # fmt: skip


def saved(folder: Path, names: Iterable[str], *, key: bytes | None = None) -> tuple[Set, Manifest, documents.Copied]:
    """A set that names these documents and holds no rows."""
    with sets.alone_in(folder, make=True):
        making = sets.begun(folder, key=key, at=AT)
        with making.writer(DOCUMENTS) as writer:
            writer.write("".join(f"{name}\n" for name in names).encode())
            part = writer.finish()
        copied = documents.save(making)
        manifest = replace(
            NOTHING, name=making.name, parts={DOCUMENTS: part}, missing=copied.missing, key=key_name(key)
        )
        return sets.finished(making, manifest), manifest, copied


@pytest.mark.parametrize("key", [None, b"k" * 32], ids=["open", "sealed"])
def test_they_come_back_as_they_went(shelf: Shelf, tmp_path: Path, key: bytes | None) -> None:
    for name, content in OF_NAME.items():
        shelf.lay(name, content)
    whole, manifest, copied = saved(tmp_path / "sao-luu", NAMES, key=key)
    assert (copied.documents, copied.added, copied.size, copied.missing) == (3, 3, 12 + 12000, [])
    shelf.lose(NAMES[0])
    shelf.lay(NAMES[1], OF_NAME[NAMES[1]][:-1] + b"!")  # as large, and another

    assert list(documents.put_back(whole, manifest)) == []

    assert {name: shelf.bytes_of(name) for name in NAMES} == OF_NAME
    assert list(documents.verified(whole, manifest)) == []


def test_what_the_set_cannot_give_is_taken_from_the_store_by_nobody(shelf: Shelf, tmp_path: Path) -> None:
    for name, content in OF_NAME.items():
        shelf.lay(name, content)
    whole, manifest, _ = saved(tmp_path / "sao-luu", NAMES)
    shelf.lay(NAMES[1], b"half of it")
    (tmp_path / "sao-luu/files" / NAMES[1]).unlink()

    with pytest.raises(Damaged):
        list(documents.put_back(whole, manifest))

    assert shelf.bytes_of(NAMES[1]) == b"half of it"


@pytest.mark.parametrize("key", [None, b"k" * 32], ids=["open", "sealed"])
def test_a_drill_reads_them_where_they_lie(folder_shelf: Shelf, tmp_path: Path, key: bytes | None) -> None:
    for name, content in OF_NAME.items():
        folder_shelf.lay(name, content)
    whole, _, _ = saved(tmp_path / "sao-luu", NAMES, key=key)

    with standing_in(documents.Shelf(whole)):
        held = {name: the_store().held(name).size for name in NAMES}
        with the_store().open(NAMES[0]) as content:
            assert content.read() == OF_NAME[NAMES[0]]
        with pytest.raises(OSError, match="only read"):
            the_store().remove(NAMES[0])
        with pytest.raises(FileNotFoundError):
            the_store().held(name_by("0" * 64, "pdf"))

    assert held == {name: len(content) for name, content in OF_NAME.items()}
    assert the_store() == folder_shelf.store


def test_what_is_gone_damaged_or_has_a_strange_name_is_missing(shelf: Shelf, tmp_path: Path) -> None:
    shelf.lay(NAMES[0], OF_NAME[NAMES[0]])
    shelf.lay(NAMES[1], b"something else")

    _, _, copied = saved(tmp_path / "sao-luu", ["../../etc/passwd", *NAMES])

    assert copied.missing == ["../../etc/passwd", NAMES[1], NAMES[2]]
    assert copied.documents == 1


class Unreadable(BytesIO):
    def read(self, size: int | None = -1, /) -> bytes:
        raise OSError(errno.EIO, "Input/output error")


def test_one_that_the_stores_disk_does_not_give_back_is_missing_by_its_name(
    folder_shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, content in OF_NAME.items():
        folder_shelf.lay(name, content)
    opened = FolderStore.open
    monkeypatch.setattr(
        FolderStore, "open", lambda store, name: Unreadable() if name == NAMES[1] else opened(store, name)
    )

    _, _, copied = saved(tmp_path / "sao-luu", NAMES)

    assert (copied.documents, copied.missing) == (2, [NAMES[1]])
    assert not list((tmp_path / "sao-luu/files").glob(f"{documents.UNFINISHED}*"))


def test_one_that_the_folders_disk_does_not_give_back_is_copied_anew(
    folder_shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, content in OF_NAME.items():
        folder_shelf.lay(name, content)
    saved(tmp_path / "sao-luu", NAMES)
    lost = (tmp_path / "sao-luu/files" / NAMES[1]).stat().st_ino
    read = parts._Listening.read

    def read_of_others(file: parts._Listening, size: int) -> bytes:
        if os.fstat(file._file.fileno()).st_ino == lost:
            raise OSError(errno.EIO, "Input/output error")
        return read(file, size)

    monkeypatch.setattr(parts._Listening, "read", read_of_others)

    whole, manifest, copied = saved(tmp_path / "sao-luu", NAMES)

    assert (copied.documents, copied.added, copied.missing) == (3, 1, [])
    assert list(documents.verified(whole, manifest)) == []


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO], ids=errno.errorcode.get)
def test_one_that_the_folder_does_not_take_ends_the_run(
    folder_shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    for name, content in OF_NAME.items():
        folder_shelf.lay(name, content)
    write = PartWriter.write

    def refused(writer: PartWriter, content: bytes) -> int:
        if writer._path.name.startswith(documents.UNFINISHED):
            raise OSError(code, os.strerror(code))
        return write(writer, content)

    monkeypatch.setattr(PartWriter, "write", refused)

    with pytest.raises(OSError, match=os.strerror(code)):
        saved(tmp_path / "sao-luu", NAMES)


def test_a_store_that_does_not_answer_ends_the_run(
    folder_shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(store: FolderStore, name: str) -> IO[bytes]:
        raise StoreUnavailable("the store does not answer")

    monkeypatch.setattr(FolderStore, "open", silent)

    with pytest.raises(StoreUnavailable):
        saved(tmp_path / "sao-luu", NAMES)


def test_documents_stay_as_long_as_a_set_names_them_by_whichever_key(folder_shelf: Shelf, tmp_path: Path) -> None:
    folder, first, second = tmp_path / "sao-luu", b"1" * 32, b"2" * 32
    for name, content in OF_NAME.items():
        folder_shelf.lay(name, content)
    saved(folder, NAMES)
    saved(folder, NAMES[:2], key=first)
    saved(folder, NAMES[1:], key=second)

    def left() -> list[str]:
        files = sorted(each.name for each in (folder / "files").rglob("*") if each.is_file())
        endings = {"": "open", key_name(first): "first", key_name(second): "second"}
        return sorted(endings[name.split(".", 2)[2] if name.count(".") == 2 else ""] for name in files)

    assert documents.prune(folder, key=second) == 0
    assert left() == ["first"] * 2 + ["open"] * 3 + ["second"] * 2
    sets.let_go(folder, keep=2)
    assert documents.prune(folder, key=second) == 3
    assert left() == ["first"] * 2 + ["second"] * 2
    saved(folder, NAMES[2:], key=second)
    sets.let_go(folder, keep=1)
    assert documents.prune(folder, key=second) == 3
    assert left() == ["second"]
