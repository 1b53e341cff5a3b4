from typing import Any

from django.core.management.base import CommandError, CommandParser

from orgtree.importing import ImportRefused, import_units
from portal.command_line import PortalCommand


class Command(PortalCommand):
    help = "Nhập đơn vị từ tệp CSV. Có một chỗ sai thì không nhập gì; nhập lại không thay đổi gì."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="TỆP", help="tệp các đơn vị, ví dụ fixtures/units/units-2021.csv")
        parser.add_argument("--aliases", metavar="TỆP", help="tệp cách gọi khác (name-aliases.csv bên cạnh)")
        parser.add_argument("--dry-run", action="store_true", help="chỉ nói sẽ làm gì, không ghi gì")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            result = import_units(options["file"], aliases_path=options["aliases"], dry_run=options["dry_run"])
        except ImportRefused as refused:
            faults = "\n".join(f"  {fault}" for fault in refused.faults)
            raise CommandError(f"Không nhập gì, vì tệp có {len(refused.faults)} chỗ sai:\n{faults}") from None
        self.stdout.write(result.sentence)
