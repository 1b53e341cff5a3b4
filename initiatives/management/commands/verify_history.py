"""`verify_history`: whether anything was changed behind the portal's back; a line a finding, and then it fails."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from initiatives.history import seals, verifying
from initiatives.history.finding import Finding
from initiatives.models import Campaign, HistorySeal
from portal.command_line import PortalCommand
from portal.vietnamese import days
from portal.vietnamese.formats import whole


class Command(PortalCommand):
    help = "Soát lịch sử xử lý, hồ sơ đã niêm phong và những gì đã công bố. Không sửa gì."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--campaign", default="", metavar="CHƯƠNG-TRÌNH", help="chỉ soát các sáng kiến của một chương trình"
        )
        parser.add_argument(
            "--seal-hash", default="", metavar="MÃ-BĂM", help="mã băm của một niêm phong đã giữ ngoài cổng"
        )

    def handle(self, *args: Any, campaign: str = "", seal_hash: str = "", **options: Any) -> None:
        if campaign and seal_hash:
            raise CommandError("Niêm phong chung cho cả cổng: hãy bỏ --campaign khi dùng --seal-hash.")
        chosen = Campaign.objects.filter(slug=campaign).first()
        if campaign and chosen is None:
            raise CommandError(f"Không có chương trình “{campaign}”.")
        kept = seals.from_groups(seal_hash)
        found = verifying.verify(timezone.now, self._tell, campaign=chosen, kept_outside=kept)
        self._say_the_last_seal(found.last_seal)
        if found.findings:
            raise CommandError(f"{whole(found.findings)} chỗ sai.")
        looked = [f"{whole(found.steps.initiatives)} sáng kiến", f"{whole(found.steps.steps)} bước"]
        if chosen is None:
            looked += [
                f"{whole(found.versions)} lần gửi hồ sơ",
                f"{whole(found.quarters)} quý đã công bố",
                f"{whole(found.seals.number)} niêm phong",
            ]
        self.stdout.write(f"Lịch sử nguyên vẹn: {', '.join(looked)}.")

    def _tell(self, finding: Finding) -> None:
        self.stdout.write(str(finding))

    def _say_the_last_seal(self, last: HistorySeal | None) -> None:
        if last is not None:
            self.stdout.write(
                f"Niêm phong cuối: số {last.number}, lúc {days.moment(last.sealed_at)}, mã băm {last.hash}."
            )
