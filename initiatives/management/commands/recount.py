"""`recount`: rebuilds the tally while the portal runs; `--check` compares it with a plain count."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from initiatives.models import Campaign
from initiatives.progress import tally
from portal.command_line import PortalCommand
from portal.vietnamese.formats import whole


class Command(PortalCommand):
    help = "Đếm lại mọi chương trình, cổng vẫn chạy."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check",
            action="store_true",
            help="chỉ so bảng đếm với số đếm lại, in ra chỗ lệch",
        )

    def handle(self, *args: Any, check: bool = False, **options: Any) -> None:
        found = 0
        for campaign in Campaign.objects.order_by("pk"):
            differences = tally.checked(campaign, at=timezone.now()) if check else self._counted_anew(campaign)
            if differences is None:
                raise CommandError("Đang có một lượt đếm khác. Hãy chạy lại sau.")
            found += len(differences)
            for each in differences:
                self.stdout.write(
                    f"{campaign.slug} {each.unit} {each.by} {each.value or '-'} ({each.measure}): "
                    f"bảng đếm {each.tallied}, đếm lại {each.counted}"
                )
            total = tally.totals([campaign], at=timezone.now())[campaign.pk]
            self.stdout.write(f"{campaign.slug}: {whole(total.received)} sáng kiến đã nhận.")
        if found:
            raise CommandError(f"{found} số đếm không khớp.")

    def _counted_anew(self, campaign: Campaign) -> list[tally.Difference] | None:
        return [] if tally.refresh(campaign, at=timezone.now(), everything=True) else None
