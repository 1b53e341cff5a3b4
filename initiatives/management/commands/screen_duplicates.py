"""`screen_duplicates`: screens whatever waits, or with --all everything anew. Killed, it goes on where it was."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.db.models import Max
from django.utils import timezone

from initiatives.duplicates import screening
from initiatives.models import Initiative, TwinPair
from portal.command_line import PortalCommand
from portal.vietnamese.formats import whole

BATCH = 100
PORTION = 10_000  # of keys put back into the queue by one statement
BAR = 30


class Command(PortalCommand):
    help = "Đối chiếu sáng kiến đang chờ để tìm cặp có thể trùng."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--all", action="store_true", dest="everything", help="đối chiếu lại tất cả từ đầu")
        parser.add_argument("--batch", type=int, default=BATCH, metavar="N", help="mỗi lần ghi N sáng kiến")

    def handle(self, *args: Any, everything: bool = False, batch: int = BATCH, **options: Any) -> None:
        if not 1 <= batch <= 1000:
            raise CommandError("--batch phải từ 1 đến 1000.")
        if everything:
            self._queue_everything()
        waiting = Initiative.objects.filter(screened_at=None)
        total = waiting.count()
        done = 0
        try:
            while screened := screening.screen_some(at=timezone.now(), limit=batch) or waiting.exists():
                if screened is True:  # another process is at it, or somebody changed just these
                    time.sleep(1)
                    continue
                done += screened
                self._show(done, total)
        except KeyboardInterrupt:
            self.stdout.write(f"\nĐã dừng sau {whole(done)} sáng kiến. Chạy lại không có --all để làm tiếp.")
            return
        if self.stdout.isatty() and total:
            self.stdout.write("")
        open_pairs = TwinPair.objects.open().count()
        self.stdout.write(f"Đã đối chiếu {whole(done)} sáng kiến; {whole(open_pairs)} cặp chờ quyết định.")

    def _queue_everything(self) -> None:
        """In portions, so that no statement holds many rows for long."""
        last = Initiative.objects.aggregate(last=Max("pk"))["last"] or 0
        for start in range(0, last + 1, PORTION):
            portion = Initiative.objects.filter(pk__gte=start, pk__lt=start + PORTION)
            portion.exclude(screened_at=None).update(screened_at=None)

    def _show(self, done: int, total: int) -> None:
        if not self.stdout.isatty():
            return
        share = min(1.0, done / max(total, 1))
        bar = "█" * round(share * BAR)
        self.stdout.write(f"\r{bar:░<{BAR}} {share:4.0%} {whole(done)}/{whole(max(total, done))} sáng kiến", ending="")
        self.stdout.flush()
