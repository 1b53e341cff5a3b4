from typing import Any

from django.core.management.base import CommandError

from orgtree.checking import faults_in_tree
from orgtree.models import Unit
from portal.command_line import PortalCommand
from portal.vietnamese import formats


class Command(PortalCommand):
    help = "Soát cây đơn vị: vị trí, cấp, ngày, đơn vị kế thừa, khóa áp phích. Không sửa gì."

    def handle(self, *args: Any, **options: Any) -> None:
        faults = 0
        for fault in faults_in_tree():
            faults += 1
            self.stdout.write(fault)
        if faults:
            raise CommandError(f"Cây đơn vị có {formats.whole(faults)} chỗ sai.")
        self.stdout.write(f"Cây đơn vị không có gì sai: {formats.whole(Unit.objects.count())} đơn vị.")
