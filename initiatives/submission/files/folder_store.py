"""The store in a folder: a file is whole and on the disk before its name exists, and the name is on the disk before `put`
answers. After a power cut what was acknowledged is there. A full or read-only disk leaves nothing behind.
"""

import errno
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from initiatives.submission.files.judge import Judged
from initiatives.submission.files.store import Held
from initiatives.submission.files.stored_names import MISREAD, checked, is_stored_name, name_of

# In the same file system as what is stored, so that a rename is one step.
INCOMING = "incoming"
READABLE_BY_GROUP = 0o440


@dataclass(frozen=True)
class FolderStore:
    root: Path

    def put(self, judged: Judged) -> str:
        name = name_of(judged)
        place = self.path(name)
        if not _is_there(place, judged.size):
            temporary = self._written(judged)
            try:
                self._make_folders(place.parent)
                os.rename(temporary, place)
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise
        else:
            os.utime(place)  # as young as its row will be: a sweep leaves it alone until that is there
        # also when it was there: whoever put it may have been killed before this line
        _sync_folder(place.parent)
        return name

    def path(self, name: str) -> Path:
        """Where `name` lies; raises `NotAStoredName` for anything that is not a name of ours."""
        return self.root / checked(name)

    def open(self, name: str) -> IO[bytes]:
        descriptor = os.open(self.path(name), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        return os.fdopen(descriptor, "rb")

    def held(self, name: str) -> Held:
        found = self.path(name).stat()
        return Held(name, found.st_size, datetime.fromtimestamp(found.st_mtime, UTC))

    def all_held(self) -> Iterator[list[Held]]:
        """A folder at once."""
        for folder in sorted(self.root.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]")):
            found = []
            for path in folder.iterdir():
                name = "/".join(path.parts[-3:])
                if is_stored_name(name):
                    with suppress(FileNotFoundError):  # another sweep was quicker
                        found.append(self.held(name))
            yield found

    def remove(self, name: str) -> None:
        self.path(name).unlink(missing_ok=True)

    def takes_files(self, floor_bytes: int) -> bool:
        place = self.root
        while not place.exists():
            place = place.parent
        return shutil.disk_usage(place).free >= floor_bytes

    def sweep_unfinished(self, older_than: datetime) -> int:
        removed = 0
        folder = self.root / INCOMING
        if not folder.is_dir():
            return removed
        for left in folder.iterdir():
            try:
                if left.is_file() and left.stat().st_mtime < older_than.timestamp():
                    left.unlink()
                    removed += 1
            except FileNotFoundError:
                continue  # its own process, or another sweep, was quicker
        return removed

    def is_ready(self) -> bool:
        """Whether a file can be written here."""
        self.root.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self.root, prefix=".ready-") as probe:
            probe.write(b"1")
            probe.flush()
            os.fsync(probe.fileno())
        return True

    def incoming_folder(self) -> Path:
        """The folder of unfinished files, made where it is missing."""
        folder = self.root / INCOMING
        self._make_folders(folder)
        return folder

    def _written(self, judged: Judged) -> Path:
        """A finished temporary file with the bytes of `judged`, on the disk."""
        descriptor, path = tempfile.mkstemp(dir=self.incoming_folder())
        temporary = Path(path)
        try:
            with os.fdopen(descriptor, "wb") as file:
                digest = hashlib.sha256()
                for chunk in judged.chunks():
                    digest.update(chunk)
                    file.write(chunk)
                if digest.hexdigest() != judged.sha256:
                    raise OSError(errno.EIO, MISREAD)
                file.flush()
                os.fchmod(file.fileno(), READABLE_BY_GROUP)
                os.fsync(file.fileno())
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        return temporary

    def _make_folders(self, folder: Path) -> None:
        """`folder` and what is missing above it, each one's name on the disk."""
        if folder.is_dir():
            return
        if folder != self.root:
            self._make_folders(folder.parent)
        folder.mkdir(mode=0o750, parents=folder == self.root, exist_ok=True)
        _sync_folder(folder.parent)


def _is_there(place: Path, size: int) -> bool:
    try:
        return place.stat().st_size == size
    except FileNotFoundError:
        return False


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
