"""The way back: everything of a set is read and compared first, its rows stand beside the live ones and are looked at there, and
only then they take their place, at once. Whatever goes wrong before leaves the portal as it was.
"""

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.core.cache import caches
from django.db import Error, connection

from initiatives.backups import (
    checking,
    documents,
    erased_since,
    keys_of_sets,
    postgres_rows,
    sets,
    sqlite_rows,
    tables,
)
from initiatives.backups.parts import Damaged
from initiatives.backups.saved import Restored
from initiatives.backups.sets import Manifest, Set, Unusable
from initiatives.models import Draft, Initiative
from initiatives.submission.files import store
from portal.command_line import first_line, unstoppable
from portal.vietnamese import disks

VENDORS = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
NAMES_SHOWN = 5
OF_LOCKS = re.compile(r"\b(dead)?lock")  # and never of a block that the disk does not give back

logger = logging.getLogger("initiatives.backups")


@dataclass
class Report:
    """`findings`: what is not as it must be. `to_do`: what the operator still has to do, and nobody else can.
    `erased`: receipt codes whose personal data was erased since, and which stand there again; `erased_file` holds them."""

    manifest: Manifest
    migrated: int = 0
    findings: list[str] = field(default_factory=list)
    to_do: list[str] = field(default_factory=list)
    erased: list[str] = field(default_factory=list)
    erased_file: Path | None = None


@dataclass(frozen=True)
class Standing:
    """What the live database holds."""

    initiatives: int
    drafts: int


def restore(
    folder: Path,
    *,
    name: str,
    key: bytes | None,
    may_replace: bool,
    only_look: bool,
    clock: Callable[[], datetime],
    may_be_open: bool = False,
) -> Report:
    """The set `name` of `folder`, or its newest. Raises Unusable where nothing was, or would be, touched."""
    with ExitStack() as to_the_end, sets.alone_in(folder, make=False):
        chosen, manifest = sets.chosen(folder, name=name, key=key, may_be_open=may_be_open)
        _fits(manifest)
        if not only_look:
            _may_be_replaced(manifest, may_replace=may_replace)
        _is_whole(chosen, manifest)
        report = Report(manifest)
        report.findings += _lacking(manifest)
        if not only_look:
            report.erased = erased_since.codes(manifest.moment)
        is_taken = False
        try:
            with keys_of_sets.in_use(chosen, manifest), _restored(chosen, manifest) as restored:
                _counted(restored, manifest)
                report.migrated = tables.migrate_on()
                if not only_look:
                    report.findings += [_not_put(each) for each in documents.put_back(chosen, manifest)]
                with store.standing_in(documents.Shelf(chosen)) if only_look else nullcontext():
                    report.findings += checking.findings(at=clock(), lookup_key=manifest.lookup_key)
                if report.erased:
                    report.erased_file = erased_since.keep(report.erased, manifest)
                if not only_look:
                    to_the_end.enter_context(unstoppable())
                    restored.take_the_place()
                    is_taken = True
        except Damaged as damaged:
            raise Unusable(f"{damaged} Chưa có gì bị thay đổi.") from None
        except (Error, OSError) as failure:
            if is_taken:  # a connection that was idle for hours is gone, or a file stays
                report.to_do.append(_not_tidied(failure))
            elif isinstance(failure, Error):
                raise Unusable(_stopped(failure)) from failure
            else:
                raise
        try:
            report.to_do += keys_of_sets.put_back(chosen, manifest, only_look=only_look)
        except (Damaged, OSError) as failure:
            report.findings.append(_keys_not_put_back(failure))
        if not only_look:
            report.to_do += _not_forgotten()
            report.to_do += map(_erased_earlier, erased_since.of_earlier_restores(report.erased_file))
        return report


# --- before anything is touched ------------------------------------------------------------------------------------------------


def _fits(manifest: Manifest) -> None:
    if manifest.vendor != connection.vendor:
        raise Unusable(
            f"Bản sao lưu {manifest.name} là của {VENDORS.get(manifest.vendor, manifest.vendor)}, cổng này đang dùng "
            f"{VENDORS[connection.vendor]}. Hãy đặt DATABASE_URL cho đúng loại."
        )
    newer = tables.unknown([(app, name) for app, name in manifest.migrations])
    if newer:
        raise Unusable(
            f"Bản sao lưu {manifest.name} do phiên bản cổng mới hơn tạo ra ({newer[0]}). Hãy cập nhật cổng trước."
        )


def _may_be_replaced(manifest: Manifest, *, may_replace: bool) -> None:
    try:
        there = standing()
    except Error as failure:
        raise _unreadable(failure) from failure
    if (there.initiatives or there.drafts) and not may_replace:
        raise Unusable(
            f"Cơ sở dữ liệu đang có {there.initiatives} sáng kiến và {there.drafts} bản nháp. Khôi phục sẽ thay tất cả bằng "
            f"bản {manifest.name}. {manifest.sealed_with} Nếu đúng là muốn vậy, hãy sao lưu bản đang có rồi chạy lại với --yes."
        )


def _unreadable(failure: Error) -> Unusable:
    said = f"Không đọc được cơ sở dữ liệu đang có, chưa có gì bị thay đổi: {first_line(failure)}."
    if connection.vendor != "sqlite":
        return Unusable(f"{said} Hãy xem DATABASE_URL đúng chưa, máy chủ cơ sở dữ liệu có đang chạy không.")
    place = sqlite_rows.place()
    return Unusable(
        f"{said} Nếu tệp đã hỏng: dừng cổng, chuyển {place} cùng {place.name}-wal và {place.name}-shm (nếu có) sang chỗ khác, "
        "đừng xóa, rồi chạy lại lệnh này."
    )


def standing() -> Standing:
    """Of a database without tables: nothing."""
    there = set(connection.introspection.table_names())
    counts = (model._base_manager.count() if model._meta.db_table in there else 0 for model in (Initiative, Draft))
    return Standing(*counts)


def _is_whole(chosen: Set, manifest: Manifest) -> None:
    """Every part and every document is read to its end."""
    try:
        for name in manifest.parts:
            for _ in chosen.reader(name, manifest):
                pass
    except Damaged as damaged:
        raise Unusable(f"{damaged} Chưa có gì bị thay đổi. {_others(chosen)}") from None
    damaged_documents = list(documents.verified(chosen, manifest))
    if damaged_documents:
        raise Unusable(
            f"{len(damaged_documents)} tài liệu của bản sao lưu bị thiếu hoặc bị hỏng: "
            f"{', '.join(damaged_documents[:NAMES_SHOWN])}. Chưa có gì bị thay đổi. {_others(chosen)}"
        )


def _others(chosen: Set) -> str:
    others = [name for name in sets.names(chosen.folder) if name != chosen.name]
    return f"Có thể dùng bản khác với --set: {', '.join(others)}." if others else "Thư mục này không có bản nào khác."


def _lacking(manifest: Manifest) -> Iterator[str]:
    if manifest.missing:
        shown = ", ".join(manifest.missing[:NAMES_SHOWN])
        yield f"{len(manifest.missing)} tài liệu đã không còn trên cổng khi sao lưu: {shown}."


# --- beside the live rows ------------------------------------------------------------------------------------------------------


def _restored(chosen: Set, manifest: Manifest) -> AbstractContextManager[Restored]:
    return (sqlite_rows if connection.vendor == "sqlite" else postgres_rows).restored(chosen, manifest)


def _counted(restored: Restored, manifest: Manifest) -> None:
    for name, table in manifest.tables.items():
        if restored.counts.get(name) != table.rows:
            raise Damaged(name)


def _stopped(failure: Error) -> str:
    said = f"Cơ sở dữ liệu báo lỗi, chưa có gì bị thay đổi: {first_line(failure)}."
    if OF_LOCKS.search(str(failure)):  # of a time-out, in the words of both
        said += (
            " Có tiến trình khác đang dùng các bảng. Hãy dừng cổng, tiến trình nền và các lệnh đang chạy rồi chạy lại."
        )
    return f"{said} Phần đang dựng dở, nếu còn, sẽ được lượt sao lưu hoặc khôi phục sau bỏ đi."


def _not_tidied(failure: Error | OSError) -> str:
    return (
        "Dữ liệu đã thay xong, chỉ bước dọn dẹp báo lỗi; lượt sao lưu hoặc khôi phục sau sẽ dọn tiếp: "
        f"{first_line(failure) if isinstance(failure, Error) else disks.said_of_its_file(failure)}"
    )


def _not_put(name: str) -> str:
    return f"Tài liệu {name} chưa nằm được trong kho tài liệu."


# --- once they have taken the place --------------------------------------------------------------------------------------------


def _keys_not_put_back(failure: Damaged | OSError) -> str:
    said = disks.said_of_its_file(failure) if isinstance(failure, OSError) else str(failure)
    return (
        f"Chưa khôi phục được khóa của cổng: {said.rstrip('.')}. Dữ liệu của bản này chỉ đọc được bằng khóa ấy: đừng mở cổng, "
        "sửa chỗ lỗi rồi chạy lại lệnh này với --yes."
    )


def _not_forgotten() -> Iterator[str]:
    """What was kept tells of the rows before."""
    try:
        answers = [cache.clear() for cache in caches.all()]  # type: ignore[func-returns-value]  # Redis says whether it did
        is_clear = False not in answers
    except Exception as failure:  # the rows have taken their place: nothing of a cache undoes that
        logger.warning("a cache could not be cleared: %s", type(failure).__name__)
        is_clear = False
    if not is_clear:
        yield (
            "Bộ nhớ đệm không trả lời nên còn giữ những gì của dữ liệu trước. Khi nó chạy lại, hãy xóa hết trong đó "
            "(redis-cli FLUSHDB) rồi mới mở cổng."
        )


def _erased_earlier(file: Path) -> str:
    return (
        f"Còn tệp {file} của một lần khôi phục trước, có thể chưa làm xong: hãy xóa lại dữ liệu cá nhân của các mã trong đó, "
        "rồi bỏ tệp này."
    )
