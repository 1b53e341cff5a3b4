"""`check_invariants`: looks at everything that must always be true; prints each violation and fails if there is any.
That it was done, and whether all was well, is kept for the page of the portal's health."""

from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from initiatives.invariants import INVARIANTS, violations
from initiatives.models import Upkeep
from portal.command_line import PortalCommand
from portal.vietnamese import disks


class Command(PortalCommand):
    help = "Soát những điều luôn phải đúng trong toàn cổng. Không sửa gì, chỉ ghi lại lần soát."

    def handle(self, *args: Any, **options: Any) -> None:
        began_at, found = timezone.now(), 0
        try:
            for violation in violations():
                found += 1
                self.stdout.write(f"{violation.invariant}: {violation.row}")
        except BrokenPipeError:  # of whoever reads what is printed
            raise
        except OSError as failure:
            raise CommandError(
                f"Kho tài liệu không trả lời, chưa soát xong: {disks.said_of_its_file(failure)}. Đã thấy {found} chỗ sai. "
                "Hãy xem kho tài liệu rồi chạy lại."
            ) from failure
        Upkeep.objects.create(
            kind=Upkeep.Kind.INVARIANTS,
            began_at=began_at,
            ended_at=timezone.now(),
            is_good=not found,
            figures={"violations": found},
        )
        if found:
            raise CommandError(f"{found} chỗ sai.")
        self.stdout.write(f"{len(INVARIANTS)} điều luôn đúng đều đúng.")
