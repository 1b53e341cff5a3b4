"""`restore DIR`: the portal as it was in a set of backups, checked; `--check-only` is the drill, which changes nothing.

A drill is to be on another machine, whose database is not the portal's: `--tried-elsewhere` writes down here that it went well.
"""

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

from initiatives.backups import restoring, sets
from initiatives.backups.restoring import Report
from initiatives.backups.sets import Unusable
from initiatives.models import Upkeep
from initiatives.submission.receipts import shown
from portal.command_line import PortalCommand, Stopped, stopped_by_signals
from portal.vietnamese import disks
from portal.vietnamese.days import exact
from portal.vietnamese.formats import whole

CODES_SHOWN = 50


class Command(PortalCommand):
    help = (
        "Khôi phục dữ liệu và tài liệu từ thư mục sao lưu, rồi kiểm tra. Trước khi mọi thứ được đọc và so xong, chưa có gì bị "
        "thay đổi."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", metavar="THƯ-MỤC", help="nơi chứa các bản sao lưu")
        parser.add_argument("--set", default="", metavar="TÊN", help="bản nào; mặc định: bản mới nhất")
        parser.add_argument(
            "--unsealed",
            action="store_true",
            help="nhận cả bản không mã hóa dù đã đặt BACKUP_KEY; chỉ khi biết chắc ai tạo ra",
        )
        parser.add_argument("--yes", action="store_true", help="thay dữ liệu đang có")
        parser.add_argument(
            "--check-only", action="store_true", help="chỉ diễn tập: dựng bản sao lưu ở chỗ riêng, kiểm tra rồi bỏ đi"
        )
        parser.add_argument(
            "--tried-elsewhere",
            default="",
            metavar="TÊN",
            help="không khôi phục gì; chỉ ghi vào cổng rằng bản này đã diễn tập đạt ở máy khác",
        )

    def handle(self, *args: Any, folder: str, yes: bool = False, check_only: bool = False, **options: Any) -> None:
        if options.get("tried_elsewhere"):
            if yes or check_only or options["set"]:
                raise CommandError("--tried-elsewhere dùng một mình: nó không khôi phục và không diễn tập.")
            self._write_down(Path(folder).resolve(), options["tried_elsewhere"], options)
            return
        began_at = timezone.now()
        try:
            with stopped_by_signals():
                report = restoring.restore(
                    Path(folder).resolve(),
                    name=options["set"],
                    key=settings.BACKUP_KEY,
                    may_replace=yes,
                    only_look=check_only,
                    may_be_open=bool(options.get("unsealed")),
                    clock=timezone.now,
                )
        except BaseException as failure:
            if check_only:
                _record(began_at, is_good=False, figures={"drill": 1})
            if isinstance(failure, Stopped):
                with suppress(OSError):  # nobody may be there any more to read it
                    self.stderr.write("Đã dừng theo yêu cầu, chưa có gì bị thay đổi. Muốn khôi phục thì chạy lại.")
                sys.exit(failure.exit_code)
            if isinstance(failure, OSError):
                said = disks.said_of_its_file(failure)
                raise CommandError(f"Không khôi phục được, chưa có gì bị thay đổi: {said}.") from failure
            if isinstance(failure, Unusable):
                raise CommandError(str(failure)) from failure
            raise
        manifest = report.manifest
        seconds = round((timezone.now() - began_at).total_seconds(), 1)
        figures = {
            "rows": manifest.rows,
            "files": manifest.documents,
            "bytes": manifest.document_bytes + sum(part.size for part in manifest.parts.values()),
            "seconds": seconds,
            "findings": len(report.findings),
            "drill": int(check_only),
        }
        _record(began_at, is_good=not report.findings, figures=figures)
        self._tell(report, seconds=seconds, only_looked=check_only)
        if report.findings:
            raise CommandError(f"{len(report.findings)} điều cần xem lại.")
        if check_only:
            self.stdout.write(
                "Nếu đây không phải máy của cổng, hãy ghi lại lần diễn tập này trên máy của cổng: "
                f"portal-manage restore THƯ-MỤC --tried-elsewhere {manifest.name}"
            )

    def _write_down(self, folder: Path, name: str, options: dict[str, Any]) -> None:
        began_at = timezone.now()
        try:
            with sets.alone_in(folder, make=False):
                may_be_open = bool(options.get("unsealed"))
                _, manifest = sets.chosen(folder, name=name, key=settings.BACKUP_KEY, may_be_open=may_be_open)
        except Unusable as unusable:
            raise CommandError(f"{unusable} Chưa ghi gì.") from unusable
        figures = {"rows": manifest.rows, "files": manifest.documents, "drill": 1, "elsewhere": 1}
        Upkeep.objects.create(
            kind=Upkeep.Kind.RESTORE, began_at=began_at, ended_at=timezone.now(), is_good=True, figures=figures
        )
        self.stdout.write(
            f"Đã ghi: bản {manifest.name} được diễn tập khôi phục ở máy khác và đạt. Không có dữ liệu nào thay đổi."
        )

    def _tell(self, report: Report, *, seconds: float, only_looked: bool) -> None:
        manifest = report.manifest
        done = "Diễn tập xong, không thay đổi gì: bản" if only_looked else "Đã khôi phục bản"
        self.stdout.write(
            f"{done} {manifest.name}, dữ liệu lúc {exact(manifest.moment)}: {whole(manifest.rows)} dòng, "
            f"{whole(manifest.documents)} tài liệu, {f'{seconds:.1f}'.replace('.', ',')} giây. {manifest.sealed_with}"
        )
        if report.migrated:
            self.stdout.write(f"Đã nâng dữ liệu lên phiên bản đang chạy ({report.migrated} bước).")
        for finding in report.findings:
            self.stdout.write(f"✗ {finding}")
        if not report.findings:
            self.stdout.write("✓ Số dòng, mã băm, từng tài liệu, các điều luôn đúng và số đếm đều khớp.")
        for each in report.to_do:
            self.stdout.write(f"! {each}")
        if not only_looked:
            self._tell_of_erased(report)

    def _tell_of_erased(self, report: Report) -> None:
        """Nobody but the operator can know what was asked of the portal after the set."""
        if report.erased:
            codes = ", ".join(shown(code) for code in report.erased[:CODES_SHOWN])
            more = f" và {len(report.erased) - CODES_SHOWN} mã nữa" if len(report.erased) > CODES_SHOWN else ""
            self.stdout.write(
                f"! Dữ liệu cá nhân của {len(report.erased)} sáng kiến đã xóa sau lúc sao lưu nay có lại, phải xóa lại: "
                f"{codes}{more}. Tất cả mã nằm trong tệp {report.erased_file}; xóa lại xong thì bỏ tệp này."
            )
        self.stdout.write(
            f"! Yêu cầu về dữ liệu cá nhân và việc xóa từ {exact(report.manifest.moment)} đến nay không nằm trong bản này. "
            "Hãy chạy portal-manage erase_personal_data --yes, rồi làm lại các yêu cầu đã xử lý sau lúc ấy (xem "
            "deploy/BACKUP.md)."
        )


def _record(began_at: datetime, *, is_good: bool, figures: dict[str, Any]) -> None:
    """A drill on a machine without a portal has nowhere to write."""
    with suppress(Error):
        Upkeep.objects.create(
            kind=Upkeep.Kind.RESTORE, began_at=began_at, ended_at=timezone.now(), is_good=is_good, figures=figures
        )
