"""Where accepted files lie: under a root given by the caller, named by what they hold, written once and never changed.

A file is whole and on the disk before its name exists, and the name is on the disk before `put` answers: after a power
cut what was acknowledged is there. A full or read-only disk is an OSError that leaves nothing behind.
"""

import errno
import hashlib
import os
import re
import shutil
import tempfile
from datetime import datetime
from pathlib import Path
from typing import IO

from initiatives.submission.files.judge import Judged

# In the same file system as what is stored, so that a rename is one step. Settings may send uploads here too
# (FILE_UPLOAD_TEMP_DIR): one sweep then tidies both.
INCOMING = "incoming"
READABLE_BY_GROUP = 0o440

_STORED_NAME = re.compile(
    r"(?P<first>[0-9a-f]{2})/(?P<second>[0-9a-f]{2})/(?P=first)(?P=second)[0-9a-f]{60}\.(?:jpg|png|pdf|docx?|xlsx)"
)


class NotAStoredName(ValueError):
    """A name this store never gave."""


def put(judged: Judged, root: Path) -> str:
    """Keep the bytes of `judged`; answers their name. The same bytes are kept once."""
    name = f"{judged.sha256[:2]}/{judged.sha256[2:4]}/{judged.sha256}.{judged.extension}"
    place = stored_path(root, name)
    if not _is_there(place, judged.size):
        temporary = _written(judged, root)
        try:
            _make_folders(place.parent, root)
            os.rename(temporary, place)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    else:
        os.utime(place)  # as young as its row will be: a sweep leaves it alone until that is there
    # also when it was there: whoever put it may have been killed before this line
    _sync_folder(place.parent)
    return name


def stored_path(root: Path, name: str) -> Path:
    """Where `name` lies under `root`; raises `NotAStoredName` for anything that is not a name of ours."""
    if not _STORED_NAME.fullmatch(name):
        raise NotAStoredName(name)
    return root / name


def open_stored(root: Path, name: str) -> IO[bytes]:
    """The file `name`, opened for reading; FileNotFoundError when it is gone."""
    descriptor = os.open(stored_path(root, name), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    return os.fdopen(descriptor, "rb")


def free_enough(root: Path, floor_bytes: int) -> bool:
    """Whether at least `floor_bytes` are free where `root` is, or will be."""
    place = root
    while not place.exists():
        place = place.parent
    return shutil.disk_usage(place).free >= floor_bytes


def incoming_folder(root: Path) -> Path:
    """The folder of unfinished files, made where it is missing."""
    folder = root / INCOMING
    _make_folders(folder, root)
    return folder


def sweep_temporary(root: Path, older_than: datetime) -> int:
    """Remove unfinished files last written before `older_than`: what a killed process left. Answers how many."""
    removed = 0
    folder = root / INCOMING
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


def _is_there(place: Path, size: int) -> bool:
    try:
        return place.stat().st_size == size
    except FileNotFoundError:
        return False


def _written(judged: Judged, root: Path) -> Path:
    """A finished temporary file with the bytes of `judged`, on the disk."""
    descriptor, path = tempfile.mkstemp(dir=incoming_folder(root))
    temporary = Path(path)
    try:
        with os.fdopen(descriptor, "wb") as file:
            digest = hashlib.sha256()
            for chunk in judged.chunks():
                digest.update(chunk)
                file.write(chunk)
            if digest.hexdigest() != judged.sha256:
                raise OSError(errno.EIO, "the temporary file of an upload reads differently from what was judged")
            file.flush()
            os.fchmod(file.fileno(), READABLE_BY_GROUP)
            os.fsync(file.fileno())
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _make_folders(folder: Path, root: Path) -> None:
    """`folder` and what is missing above it, each one's name on the disk."""
    if folder.is_dir():
        return
    if folder != root:
        _make_folders(folder.parent, root)
    folder.mkdir(mode=0o750, parents=folder == root, exist_ok=True)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
