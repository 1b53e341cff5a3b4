"""`check_invariants`: looks at everything that must always be true; prints each violation and fails if there is any."""

from typing import Any

from django.core.management.base import CommandError

from initiatives.invariants import INVARIANTS, violations
from portal.command_line import PortalCommand


class Command(PortalCommand):
    help = "Soát những điều luôn phải đúng trong toàn cổng. Không sửa gì."

    def handle(self, *args: Any, **options: Any) -> None:
        found = 0
        for violation in violations():
            found += 1
            self.stdout.write(f"{violation.invariant}: {violation.row}")
        if found:
            raise CommandError(f"{found} chỗ sai.")
        self.stdout.write(f"{len(INVARIANTS)} điều luôn đúng đều đúng.")
