"""The folder of backups: which sets it holds, how a new one becomes one, and which stay.

A set is made under another name and renamed when everything of it is on the disk: killed at any moment, the folder holds what it
held, and the next run tidies what was begun. One run at a time, by a lock that the system lets go of with the process.
"""

import fcntl
import hashlib
import hmac
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Self

from initiatives.backups.parts import Part, PartReader, PartWriter, derived, key_name, read
from portal.vietnamese import disks
from portal.vietnamese.days import VIETNAM

SETS, FILES, LOCK, MANIFEST = "sets", "files", "lock", "manifest.json"
UNFINISHED, LEAVING = ".dang-lam-", ".dang-bo-"
NAME = re.compile(r"(?P<number>\d{4,})-\d{8}-\d{6}")
# Names of tables, columns, sequences and parts: they stand in statements and paths, and anybody can write an open manifest.
PLAIN = re.compile(r"\w+(\.\w+)*", re.ASCII)
FORMAT = 1
PRIVATE_FOLDER, PRIVATE_FILE = 0o700, 0o600


class Unusable(Exception):
    """What stands against the backup or the restore, as a sentence to show."""


@dataclass(frozen=True)
class Table:
    rows: int
    columns: list[str]


@dataclass(frozen=True)
class Manifest:
    """What a set holds. `at`: the moment of its rows, in ISO format. `missing`: documents that were named and not there.

    `key`: the name of the key that seals it, "" for none; `field_keys` and `lookup_key` name the portal's keys, without which
    its identity numbers and look-ups stay shut; `has_keys`: the set brings them along.
    """

    name: str
    at: str
    vendor: str
    server: str
    migrations: list[list[str]]
    tables: dict[str, Table]
    sequences: dict[str, list[Any]]
    parts: dict[str, Part]
    documents: int
    document_bytes: int
    missing: list[str]
    key: str
    field_keys: list[str]
    lookup_key: str
    has_keys: bool
    format: int = FORMAT

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.at)

    @property
    def sealed_with(self) -> str:
        """Whether it is sealed, as a sentence to show."""
        return f"Bản này đã được mã hóa bằng khóa {self.key}." if self.key else "Bản này không được mã hóa."

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables.values())

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Self:
        tables = {name: Table(**each) for name, each in told["tables"].items()}
        parts = {name: Part(**each) for name, each in told["parts"].items()}
        columns = (column for table in tables.values() for column in table.columns)
        if not all(PLAIN.fullmatch(each) for each in (*tables, *columns, *told["sequences"], *parts)):
            raise ValueError("a name that is none")
        return cls(**{**told, "tables": tables, "parts": parts})


@dataclass(frozen=True)
class Set:
    """A set of `folder`, whole or in the making, whose parts are sealed with `key` where there is one."""

    folder: Path
    path: Path
    name: str
    key: bytes | None

    @property
    def documents(self) -> Path:
        return self.folder / FILES

    def writer(self, part: str, *, is_packed: bool = True) -> PartWriter:
        return PartWriter(self._place(part), bound_to=f"{self.name}/{part}", key=self.key, is_packed=is_packed)

    def reader(self, part: str, manifest: Manifest | None = None) -> Iterator[bytes]:
        """The content of a part; with `manifest` it is compared with what stands there. Raises Damaged."""
        expected = manifest.parts[part] if manifest else None
        return read(self._place(part), bound_to=f"{self.name}/{part}", key=self.key, is_packed=True, expected=expected)

    def file(self, part: str, manifest: Manifest | None = None) -> PartReader:
        return PartReader(self.reader(part, manifest))

    def lines(self, part: str) -> Iterator[str]:
        rest = b""
        for piece in self.reader(part):
            *whole, rest = (rest + piece).split(b"\n")
            yield from (line.decode() for line in whole)

    def _place(self, part: str) -> Path:
        return self.path / f"{part}.gz{sealed_ending(self.key)}"


def sealed_ending(key: bytes | None) -> str:
    """What the name of a sealed file ends in: another key makes another file beside it."""
    return f".{key_name(key)}" if key else ""


# --- making one --------------------------------------------------------------------------------------------------------------


@contextmanager
def alone_in(folder: Path, *, make: bool) -> Iterator[None]:
    """Nobody else backs up to, or restores from, `folder` meanwhile."""
    if make:
        try:
            for each in (folder, folder / SETS, folder / FILES):
                each.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        except OSError as failure:
            raise Unusable(f"Không ghi được vào thư mục sao lưu {folder}: {disks.said(failure)}.") from None
    elif not (folder / SETS).is_dir():
        raise Unusable(f"Thư mục {folder} không có bản sao lưu nào.")
    with _locked(folder / LOCK):
        yield


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    try:
        lock: IO[bytes] = open(path, "ab" if os.access(path.parent, os.W_OK) else "rb")  # noqa: SIM115 - closed below
    except FileNotFoundError:  # a copy that may not be written, made without the lock: nobody backs up to it
        yield
        return
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Unusable("Đang có một lượt sao lưu hoặc khôi phục khác dùng thư mục này. Hãy chờ xong.") from None
        yield


def begun(folder: Path, *, key: bytes | None, at: datetime) -> Set:
    """A new set, still under another name; what earlier runs left unfinished is removed, or stays where it cannot be: `left`."""
    for each in left(folder):
        shutil.rmtree(each, ignore_errors=True)
    numbers = [int(found["number"]) for each in (folder / SETS).iterdir() if (found := NAME.fullmatch(each.name))]
    name = f"{max(numbers, default=0) + 1:04}-{at.astimezone(VIETNAM):%Y%m%d-%H%M%S}"
    path = folder / SETS / f"{UNFINISHED}{name}"
    path.mkdir(mode=PRIVATE_FOLDER)
    return Set(folder, path, name, key)


def left(folder: Path) -> list[Path]:
    """What is no set and was to be removed: of runs that were killed, or of another account."""
    return [each for each in (folder / SETS).iterdir() if each.name.startswith((UNFINISHED, LEAVING))]


def finished(making: Set, manifest: Manifest) -> Set:
    """The set under its own name. Everything it needs must be on the disk by now."""
    told = asdict(manifest)
    text = json.dumps(told | {"seal": _seal(told, making.key)}, ensure_ascii=False, indent=1, sort_keys=True)
    with open(making.path / MANIFEST, "x", encoding="utf-8") as file:
        file.write(f"{text}\n")
        file.flush()
        os.fsync(file.fileno())
    sync_folder(making.path)
    whole = Set(making.folder, making.folder / SETS / making.name, making.name, making.key)
    os.rename(making.path, whole.path)
    sync_folder(whole.path.parent)
    return whole


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


# --- finding one -------------------------------------------------------------------------------------------------------------


def names(folder: Path) -> list[str]:
    """Of whole sets, the oldest first."""
    there = [each.name for each in (folder / SETS).iterdir() if NAME.fullmatch(each.name)]
    return sorted(there, key=lambda name: (int(name.partition("-")[0]), name))


def chosen(folder: Path, *, name: str, key: bytes | None, may_be_open: bool = False) -> tuple[Set, Manifest]:
    """The set of this name, or the newest, with its manifest; raises Unusable where it cannot be read or opened.

    A set says itself whether it is sealed, and anybody can make an open one: where there is a key, one is refused unless it
    `may_be_open`.
    """
    there = names(folder)
    if not there:
        raise Unusable(f"Thư mục {folder} không có bản sao lưu nào.")
    if name and name not in there:
        raise Unusable(f"Không có bản sao lưu “{name}”. Đang có: {', '.join(there)}.")
    name = name or there[-1]
    try:
        manifest = manifest_of(folder, name, key=key)
        if key and not manifest.key and not may_be_open:
            raise _open_though_there_is_a_key(name)
    except Unusable as unusable:
        raise Unusable(f"{unusable}{_way_on(folder, name, key=key)}") from None
    return Set(folder, folder / SETS / name, name, key if manifest.key else None), manifest


def _open_though_there_is_a_key(name: str) -> Unusable:
    return Unusable(
        f"Đã đặt BACKUP_KEY nhưng bản sao lưu {name} không được mã hóa: ai ghi được vào thư mục này cũng tạo ra được một bản "
        "như vậy. Chưa có gì bị thay đổi. Nếu chính bạn đã tạo bản này khi chưa có khóa, hãy chạy lại với "
        f"--set {name} --unsealed."
    )


def _way_on(folder: Path, refused: str, *, key: bytes | None) -> str:
    """The other sets that this key opens, or that need none, the newest first: one that somebody put there hides none of them."""
    with suppress(Unusable):
        if not key and key_of(folder, refused):
            return ""  # it is the key that is lacking, and no older set
    opened = [name for name in reversed(names(folder)) if name != refused and _is_opened(folder, name, key=key)]
    which = "mở được bằng BACKUP_KEY" if key else "không mã hóa, đọc được"
    return f" Các bản {which}, mới nhất trước: {', '.join(opened)}. Chọn bằng --set." if opened else ""


def _is_opened(folder: Path, name: str, *, key: bytes | None) -> bool:
    try:
        return bool(manifest_of(folder, name, key=key).key) is bool(key)
    except Unusable:
        return False


def manifest_of(folder: Path, name: str, *, key: bytes | None) -> Manifest:
    told = _told(folder, name)
    if isinstance(told.get("format"), int) and told["format"] > FORMAT:
        raise Unusable(f"Bản sao lưu {name} do phiên bản cổng mới hơn tạo ra. Hãy cập nhật cổng trước.")
    try:
        seal = told.pop("seal")
        manifest = Manifest.of(told)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Unusable(f"Tệp {MANIFEST} của bản sao lưu {name} bị thiếu hoặc bị hỏng.") from None
    if manifest.key and not key:
        raise Unusable(f"Bản sao lưu {name} được mã hóa. Hãy đặt BACKUP_KEY bằng khóa {manifest.key}.")
    if manifest.key and manifest.key != key_name(key):
        raise Unusable(
            f"BACKUP_KEY đang đặt là khóa {key_name(key)}, bản sao lưu {name} cần khóa {manifest.key}. "
            "Chưa có gì bị thay đổi."
        )
    if not hmac.compare_digest(str(seal), _seal(told, key if manifest.key else None)):
        raise Unusable(f"Tệp {MANIFEST} của bản sao lưu {name} đã bị thay đổi.")
    if manifest.name != name:
        raise Unusable(f"Thư mục {name} chứa bản sao lưu {manifest.name}. Hãy đặt lại tên {manifest.name} cho thư mục.")
    return manifest


def key_of(folder: Path, name: str) -> str:
    """The name of the key that seals this set, "" for none; also where we do not have it. Raises Unusable."""
    return str(_told(folder, name).get("key", ""))


def newest_key(folder: Path) -> str:
    """The name of the key that seals the newest set whose manifest can be read, "" for none."""
    for name in reversed(names(folder)):
        with suppress(Unusable):
            return key_of(folder, name)
    return ""


def _told(folder: Path, name: str) -> dict[str, Any]:
    try:
        told = json.loads((folder / SETS / name / MANIFEST).read_bytes())
    except FileNotFoundError:
        told = None
    except OSError as failure:
        raise Unusable(f"Không đọc được bản sao lưu {name}: {disks.said_of_its_file(failure)}.") from None
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise Unusable(f"Tệp {MANIFEST} của bản sao lưu {name} bị thiếu hoặc bị hỏng.")
    return told


def _seal(told: Mapping[str, Any], key: bytes | None) -> str:
    """Without a key it finds what went wrong by itself, with one also what somebody changed."""
    text = json.dumps(told, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode()
    if key is None:
        return hashlib.sha256(text).hexdigest()
    return hmac.new(derived(key, salt=b"", use="manifest"), text, hashlib.sha256).hexdigest()


# --- which stay --------------------------------------------------------------------------------------------------------------


def let_go(folder: Path, *, keep: int) -> list[str]:
    """Removes all sets but the newest `keep`, and the newest that lacks no document; answers their names. What only they held of
    documents is `documents.prune`'s."""
    there = names(folder)
    whole = next((name for name in reversed(there) if not _told(folder, name).get("missing")), "")
    leaving = [name for name in there[:-keep] if name != whole]
    for name in leaving:
        aside = folder / SETS / f"{LEAVING}{name}"
        os.rename(folder / SETS / name, aside)
        shutil.rmtree(aside, ignore_errors=True)
    sync_folder(folder / SETS)
    return leaving
