"""`erase_personal_data`: takes people out of initiatives for good, of campaigns whose days are over or of one by its code."""

from argparse import ArgumentParser
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from initiatives.models import Campaign, Initiative
from initiatives.personal_data import erasing, retention
from initiatives.personal_data.retention import Run
from initiatives.submission import receipts
from portal.command_line import PortalCommand
from portal.vietnamese import days
from portal.vietnamese.formats import whole

TOLD_EVERY = 1_000  # initiatives
NOT_WITHOUT_YES = "Đây là việc không hoàn lại được. Hãy chạy với --dry-run để xem trước, rồi chạy lại với --yes."


class Command(PortalCommand):
    help = "Xóa dữ liệu cá nhân của các chương trình đã hết hạn lưu, hoặc của một sáng kiến; số liệu và quyết định vẫn giữ."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--campaign", metavar="ĐỊA-CHỈ", help="chỉ chương trình này; phải đã hết hạn lưu")
        parser.add_argument(
            "--code", metavar="MÃ", help="chỉ một sáng kiến, theo mã biên nhận (người nộp đã yêu cầu xóa)"
        )
        parser.add_argument("--dry-run", action="store_true", help="chỉ đếm, không xóa gì")
        parser.add_argument("--yes", action="store_true", help="xóa thật")

    def handle(
        self,
        *args: Any,
        campaign: str | None = None,
        code: str | None = None,
        dry_run: bool = False,
        yes: bool = False,
        **options: Any,
    ) -> None:
        at = timezone.now()
        if campaign and code:
            raise CommandError("Chỉ dùng một trong hai: --campaign hoặc --code.")
        if not dry_run and not yes:
            raise CommandError(NOT_WITHOUT_YES)
        if code:
            self._one(code, at=at, dry_run=dry_run)
            return
        for each in self._over(campaign, at=at):
            if dry_run:
                self._foretell(each)
            else:
                self._erase(each, at=at)

    def _one(self, code: str, *, at: datetime, dry_run: bool) -> None:
        """Says no code and no title: what a terminal shows is kept in logs."""
        row = Initiative.objects.filter(receipt_code=receipts.parse_code(code) or "").first()
        if row is None:
            raise CommandError("Không có sáng kiến nào mang mã này.")
        try:
            erased = erasing.erase_one(row, by=None, at=at, dry_run=dry_run)
        except erasing.CannotErase as refusal:
            raise CommandError(refusal.sentence) from None
        if not erased.forgotten:
            self.stdout.write(f"Dữ liệu cá nhân đã được xóa từ {days.moment(erased.at)}.")
            return
        if not dry_run:
            erasing.settle()
        self.stdout.write(f"{'Sẽ xóa' if dry_run else 'Đã xóa'}: {_told(erased.forgotten)}.")

    def _over(self, slug: str | None, *, at: datetime) -> list[Campaign]:
        today = timezone.localdate(at)
        if slug is None:
            over = retention.over(at=at)
            if not over:
                self.stdout.write("Không có chương trình nào đã hết hạn lưu dữ liệu cá nhân.")
            return over
        found = Campaign.objects.filter(slug=slug).first()
        if found is None:
            raise CommandError(f"Không có chương trình nào ở địa chỉ “{slug}”.")
        if found.personal_data_until is None:
            raise CommandError("Chương trình này chưa ghi ngày hết hạn lưu dữ liệu cá nhân.")
        if found.personal_data_until >= today:
            raise CommandError(
                f"Dữ liệu cá nhân của chương trình này còn được giữ đến hết ngày {days.shown(found.personal_data_until)}."
            )
        if found not in retention.over(at=at):
            raise CommandError("Chương trình này còn nhận sáng kiến sau ngày hết hạn lưu. Hãy chọn ngày muộn hơn.")
        return [found]

    def _foretell(self, campaign: Campaign) -> None:
        run = retention.foretold(campaign)
        self.stdout.write(f"{campaign.slug}: sẽ xóa {whole(run.erased)} sáng kiến; {_told(run.forgotten)}.")
        self._tell_left(run)

    def _erase(self, campaign: Campaign, *, at: datetime) -> None:
        kept = retention.noted_from(campaign, at=at)
        run = Run(campaign)
        told = 0

        def progress(so_far: Run) -> bool:
            nonlocal run, told
            run = so_far
            if so_far.erased - told >= TOLD_EVERY:
                told = so_far.erased
                self.stdout.write(f"{campaign.slug}: đã xóa {whole(told)} sáng kiến…")
            return True

        try:
            run = retention.erase_campaign(campaign, by=None, at_now=timezone.now, go_on=progress)
        except BaseException:
            retention.noted(kept, run, at=timezone.now(), is_good=False)
            raise
        retention.noted(kept, run, at=timezone.now(), is_good=True)
        self.stdout.write(f"{campaign.slug}: đã xóa {whole(run.erased)} sáng kiến; {_told(run.forgotten)}.")
        self._tell_left(run)

    def _tell_left(self, run: Run) -> None:
        for sentence, number in sorted(run.left.items()):
            self.stdout.write(f"{run.campaign.slug}: còn lại {whole(number)} sáng kiến. {sentence}")


def _told(forgotten: Mapping[str, int]) -> str:
    said = [f"{whole(number)} {what}" for what, number in forgotten.items() if number and what != "sáng kiến"]
    return ", ".join(said) or "không còn gì khác"
