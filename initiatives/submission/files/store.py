"""Where accepted files lie: named by what they hold, written once and never changed. In a folder of this machine, or, where
`STORAGE_URL` names one, in a store that all hosts share.

A file is whole and kept before `put` answers, and its row is written after that: what was acknowledged is there. What takes no
more, or does not answer, is an OSError that leaves nothing behind.
"""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Protocol

from django.conf import settings
from django.core.files.storage import storages

from initiatives.submission.files.judge import Judged
from initiatives.submission.files.stored_names import NotAStoredName, name_by

__all__ = [
    "OF_THE_FILE",
    "Held",
    "NotAStoredName",
    "Store",
    "StoreUnavailable",
    "name_by",
    "open_stored",
    "put",
    "standing_in",
    "takes_files",
    "the_store",
]


# What a store says of one file: it is gone, reads differently or is not given back. All else is trouble of the store itself,
# or of this machine.
OF_THE_FILE = {
    errno.ENOENT, errno.EIO, errno.EACCES, errno.EPERM, errno.ELOOP,
    errno.ENODATA, errno.EILSEQ, errno.EREMOTEIO, errno.EUCLEAN, errno.EBADMSG,
}  # fmt: skip


class StoreUnavailable(OSError):
    """The store does not answer, or answers that it cannot: what is asked of it may work in a moment."""


@dataclass(frozen=True)
class Held:
    """A file that lies there. `put_at`: when it was last put; the same bytes may be put again."""

    name: str
    size: int
    put_at: datetime


class Store(Protocol):
    """All methods but `takes_files` raise OSError where the disk or the store is at fault, `NotAStoredName` for a strange name
    and FileNotFoundError for one that is gone."""

    def put(self, judged: Judged) -> str:
        """Keeps the bytes of `judged`; answers their name. The same bytes are kept once."""
        ...

    def open(self, name: str) -> IO[bytes]:
        """A whole file, to be read from any place of it; close it."""
        ...

    def held(self, name: str) -> Held: ...

    def all_held(self) -> Iterator[list[Held]]:
        """Everything, some hundreds at once."""
        ...

    def remove(self, name: str) -> None:
        """One that is gone is no fault."""
        ...

    def takes_files(self, floor_bytes: int) -> bool:
        """Whether it is worth sending a file here: `floor_bytes` are free where it arrives and where it lies, and what keeps it
        answered the last time."""
        ...

    def sweep_unfinished(self, older_than: datetime) -> int:
        """Removes what a killed process left before `older_than`; how many."""
        ...

    def is_ready(self) -> bool: ...

    def __hash__(self) -> int:
        """What was drawn of a file is kept by where it lies."""
        ...


_made: tuple[object, Store] | None = None
_stands_in: Store | None = None


def the_store() -> Store:
    """The one of the settings."""
    global _made
    if _stands_in is not None:
        return _stands_in
    storage = storages["default"]
    if settings.STORAGES["default"]["BACKEND"] != "storages.backends.s3.S3Storage":
        from initiatives.submission.files.folder_store import FolderStore

        return FolderStore(Path(settings.MEDIA_ROOT))
    if _made is None or _made[0] is not storage:
        from initiatives.submission.files.s3_store import S3Store

        _made = (storage, S3Store(storage))
    return _made[1]


@contextmanager
def standing_in(other: Store) -> Iterator[None]:
    """For a while `other` is the store of this process: a command looks at files that lie elsewhere."""
    global _stands_in
    _stands_in = other
    try:
        yield
    finally:
        _stands_in = None


def put(judged: Judged) -> str:
    return the_store().put(judged)


def open_stored(name: str) -> IO[bytes]:
    return the_store().open(name)


def takes_files() -> bool:
    return the_store().takes_files(settings.UPLOAD_FREE_FLOOR)
