"""`purge_drafts`: unfinished drafts nobody has touched for long, failed look-ups, and files that no row names."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from initiatives.submission import tidying
from initiatives.submission.files.store import StoreUnavailable
from portal.command_line import PortalCommand

MOST_DAYS = 9999


class Command(PortalCommand):
    help = "Xóa bản nháp lâu không ai sửa, lần tra cứu sai và tệp không thuộc về ai."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--days", type=int, default=180, metavar="N", help="chỉ bản nháp không ai sửa đã N ngày (180)"
        )
        parser.add_argument("--dry-run", action="store_true", help="chỉ đếm, không xóa gì")

    def handle(self, *args: Any, days: int = 180, dry_run: bool = False, **options: Any) -> None:
        if days < 1:
            raise CommandError("--days phải từ 1 trở lên: bản nháp đang viết dở hôm nay không bao giờ bị xóa.")
        if days > MOST_DAYS:
            raise CommandError(f"--days phải từ 1 đến {MOST_DAYS}.")
        try:
            purged = tidying.purge(at=timezone.now(), untouched_for=timedelta(days=days), dry_run=dry_run)
        except StoreUnavailable as failure:
            raise CommandError(
                "Kho tài liệu (STORAGE_URL) chưa trả lời nên chưa xem được các tệp. Hãy chạy lại khi kho hoạt động."
            ) from failure
        word = "Sẽ xóa" if dry_run else "Đã xóa"
        self.stdout.write(
            f"{word} {purged.drafts} bản nháp, {purged.look_ups} lần tra cứu sai, {purged.files} tệp không thuộc về ai."
        )
