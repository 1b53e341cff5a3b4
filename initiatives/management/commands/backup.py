"""`backup DIR`: a whole, consistent set of rows and documents in a folder, taken while the portal runs."""

import sys
from argparse import ArgumentParser
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.db import Error
from django.utils import timezone

from initiatives.backups import saving
from initiatives.backups.parts import Damaged
from initiatives.backups.sets import Unusable
from initiatives.models import Upkeep
from portal.command_line import PortalCommand, Stopped, first_line, stopped_by_signals
from portal.vietnamese import disks
from portal.vietnamese.formats import file_size, whole

NAMES_SHOWN = 5
OF_OTHERS = (
    "Có thể tài khoản khác đã sao lưu vào thư mục này: hãy giao lại cả thư mục cho tài khoản chạy sao lưu (chown -R)."
)


class Command(PortalCommand):
    help = (
        "Sao lưu dữ liệu và tài liệu vào một thư mục, cổng vẫn chạy. Chạy lại trên cùng thư mục sẽ thêm một bản mới; "
        "tài liệu đã có không chép lại. Có BACKUP_KEY thì bản sao lưu được mã hóa."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", metavar="THƯ-MỤC", help="nơi chứa các bản sao lưu; được tạo nếu chưa có")
        parser.add_argument(
            "--keep",
            type=int,
            metavar="N",
            help="giữ N bản mới nhất, bỏ các bản cũ hơn; không đặt thì không bỏ bản nào",
        )
        parser.add_argument(
            "--unsealed",
            action="store_true",
            help="làm bản không mã hóa dù bản mới nhất trong thư mục được mã hóa mà chưa đặt BACKUP_KEY",
        )

    def handle(self, *args: Any, folder: str, keep: int | None = None, unsealed: bool = False, **options: Any) -> None:
        if keep is not None and keep < 1:
            raise CommandError("--keep phải từ 1 trở lên.")
        began_at = timezone.now()
        try:
            with stopped_by_signals():
                done = saving.back_up(
                    Path(folder).resolve(),
                    key=settings.BACKUP_KEY,
                    keep=keep,
                    may_be_open=unsealed,
                    clock=timezone.now,
                )
        except Stopped as stopped:
            _record(began_at, is_good=False, figures={})
            with suppress(OSError):  # nobody may be there any more to read it
                self.stderr.write("Đã dừng theo yêu cầu trước khi xong. Các bản sao lưu trước vẫn còn nguyên.")
            sys.exit(stopped.exit_code)
        except (Unusable, Damaged, OSError, Error) as failure:
            _record(began_at, is_good=False, figures={})
            raise CommandError(f"{_why(failure)} Các bản sao lưu trước vẫn còn nguyên.") from failure
        manifest, ended_at = done.manifest, timezone.now()
        is_good = not manifest.missing
        seconds = round((ended_at - began_at).total_seconds(), 1)
        _record(
            began_at,
            is_good=is_good,
            figures={
                "rows": manifest.rows,
                "files": manifest.documents,
                "missing": len(manifest.missing),
                "bytes": done.size + manifest.document_bytes,
                "seconds": seconds,
            },
        )
        self.stdout.write(
            f"Đã sao lưu thành bản {manifest.name}: {whole(manifest.rows)} dòng, {whole(manifest.documents)} tài liệu "
            f"({whole(done.added)} tài liệu mới), {file_size(done.size + manifest.document_bytes)}, {_seconds(seconds)} giây. "
            f"{_sealed(manifest.key, manifest.has_keys)}"
        )
        if done.let_go:
            self.stdout.write(f"Đã bỏ {len(done.let_go)} bản cũ: {', '.join(done.let_go)}.")
        for worry in done.worries:
            self.stdout.write(worry)
        if not is_good:
            shown = ", ".join(manifest.missing[:NAMES_SHOWN])
            raise CommandError(
                f"{len(manifest.missing)} tài liệu có trong dữ liệu nhưng không còn nguyên trong kho tài liệu: {shown}. "
                "Bản sao lưu vẫn được giữ, nhưng thiếu các tài liệu này."
            )


def _record(began_at: datetime, *, is_good: bool, figures: dict[str, Any]) -> None:
    """A database that takes nothing more has been told of already."""
    try:
        Upkeep.objects.create(
            kind=Upkeep.Kind.BACKUP, began_at=began_at, ended_at=timezone.now(), is_good=is_good, figures=figures
        )
    except Error:
        return


def _why(failure: Exception) -> str:
    if isinstance(failure, OSError):
        said = f"Không sao lưu được: {disks.said_of_its_file(failure)}."
        return f"{said} {OF_OTHERS}" if isinstance(failure, PermissionError) else said
    if isinstance(failure, Error):
        return f"Không sao lưu được, cơ sở dữ liệu báo: {first_line(failure)}."
    return str(failure)


def _sealed(key: str, has_keys: bool) -> str:
    if not key:
        return "Bản này không mã hóa; khóa của cổng không nằm trong đó, hãy giữ khóa ở nơi khác."
    return f"Đã mã hóa bằng khóa {key}{', có cả khóa của cổng' if has_keys else ''}."


def _seconds(value: float) -> str:
    return f"{value:.1f}".replace(".", ",")
