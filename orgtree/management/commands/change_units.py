from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from orgtree.acts import ActsRefused, apply_acts
from portal.command_line import PortalCommand


class Command(PortalCommand):
    help = "Ghi các việc có ngày của đơn vị (thành lập, đổi tên, chuyển, sáp nhập, kết thúc) từ tệp CSV. Làm lại không sao."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="TỆP", help="tệp các việc, ví dụ fixtures/units/acts-2022-2025.csv")
        parser.add_argument("--dry-run", action="store_true", help="chỉ nói sẽ làm gì, không ghi gì")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            result = apply_acts(options["file"], at=timezone.now(), dry_run=options["dry_run"])
        except ActsRefused as refused:
            faults = "\n".join(f"  {fault}" for fault in refused.faults)
            raise CommandError(f"Không làm gì, vì tệp có {len(refused.faults)} chỗ sai:\n{faults}") from None
        self.stdout.write(result.sentence)
