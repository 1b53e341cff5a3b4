"""One backup: rows first, then the documents they name, then the name of the set; only then older sets go,
and only where it was said how many stay."""

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import Error, connection

from initiatives.backups import documents, postgres_rows, sets, sqlite_rows
from initiatives.backups.documents import Copied
from initiatives.backups.parts import Damaged, key_name
from initiatives.backups.saved import Saved
from initiatives.backups.sets import Manifest, Set, Unusable
from initiatives.submission.files.stored_names import is_stored_name
from initiatives.submission.tidying import NAMED_BY
from portal import keys
from portal.command_line import Stopped
from portal.vietnamese import disks

TRIES = 3
KEYS = "keys.env"


@dataclass(frozen=True)
class Result:
    """`added`: documents that the folder did not hold before. `worries`: sentences about older sets."""

    manifest: Manifest
    added: int
    size: int
    let_go: list[str]
    worries: list[str]


def back_up(
    folder: Path, *, key: bytes | None, keep: int | None, clock: Callable[[], datetime], may_be_open: bool = False
) -> Result:
    """A new set in `folder`; raises Unusable where there can be none, and the folder keeps what it held. `keep`: how
    many sets stay; None: all of them. `may_be_open`: without a key also where the newest set is sealed."""
    with sets.alone_in(folder, make=True):
        sealed_with = sets.newest_key(folder)
        if sealed_with and not key and not may_be_open:
            raise _open_among_sealed(sealed_with)
        if connection.vendor == "postgresql":
            with suppress(Error):  # no reason to be without a backup
                postgres_rows.tidy()
        for last in range(TRIES):
            at = clock()
            making = sets.begun(folder, key=key, at=at)
            try:
                saved = (sqlite_rows if connection.vendor == "sqlite" else postgres_rows).save(making)
                copied = documents.save(making)
                if last < TRIES - 1 and _were_tidied_meanwhile(copied):
                    continue
                whole = _finished(making, saved, copied, at=at)
                break
            finally:
                shutil.rmtree(making.path, ignore_errors=True)  # renamed, it is not there any more
        size = sum(each.stat().st_size for each in (folder / sets.SETS / whole.name).iterdir())
        worries: list[str] = []
        let_go: list[str] = []
        try:
            if keep is not None:
                let_go = sets.let_go(folder, keep=keep)
                documents.prune(folder, key=key)
        except (Damaged, Unusable) as said:
            worries.append(f"{said} Các bản cũ chưa được dọn hết.")
        except OSError as failure:
            worries.append(f"Các bản cũ chưa được dọn hết: {disks.said_of_its_file(failure)}.")
        except Stopped:  # the new set is whole: nobody need be told that there is none
            worries.append("Đã dừng theo yêu cầu khi đang dọn các bản cũ. Lượt sau sẽ dọn tiếp.")
        worries += [_not_removed(each) for each in sets.left(folder)]
        return Result(whole, copied.added, size, let_go, worries)


def _not_removed(left: Path) -> str:
    return (
        f"Chưa xóa được thư mục {left}: có thể tài khoản khác đã tạo ra nó. Hãy giao lại cho tài khoản chạy sao lưu (chown -R) "
        "hoặc tự xóa nó."
    )


def _open_among_sealed(sealed_with: str) -> Unusable:
    return Unusable(
        f"Bản mới nhất trong thư mục được mã hóa bằng khóa {sealed_with} mà lần này chưa đặt BACKUP_KEY. Hãy đặt BACKUP_KEY "
        "rồi chạy lại; nếu thật muốn một bản không mã hóa, thêm --unsealed."
    )


def _were_tidied_meanwhile(copied: Copied) -> bool:
    """Whether documents are gone because their rows are: a later moment has neither. A row that still stands and has no document
    is a finding, however often one looks."""
    gone = [name for name in copied.missing if is_stored_name(name)]
    return any(
        not any(model._default_manager.filter(**{column: name}).exists() for model, column in NAMED_BY) for name in gone
    )


def _finished(making: Set, saved: Saved, copied: Copied, *, at: datetime) -> Manifest:
    own_keys = keys.kept_file(dict(os.environ), Path(settings.DATA_DIR)) if making.key else None
    if own_keys:
        with making.writer(KEYS) as writer:
            writer.write(own_keys.read_bytes())
            saved.parts[KEYS] = writer.finish()
    manifest = Manifest(
        name=making.name,
        at=at.isoformat(),
        vendor=connection.vendor,
        server=saved.server,
        migrations=[list(each) for each in saved.applied],
        tables=saved.tables,
        sequences=saved.sequences,
        parts=saved.parts,
        documents=copied.documents,
        document_bytes=copied.size,
        missing=copied.missing,
        key=key_name(making.key),
        field_keys=[key_name(each) for each in settings.FIELD_KEYS],
        lookup_key=key_name(settings.LOOKUP_KEY),
        has_keys=own_keys is not None,
    )
    sets.finished(making, manifest)
    return manifest
