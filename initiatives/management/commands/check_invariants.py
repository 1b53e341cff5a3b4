"""`check_invariants`: looks at everything that must always be true; prints each violation and fails if there is any."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from initiatives.invariants import INVARIANTS, violations


class Command(BaseCommand):
    help = "Checks the named invariants of the whole portal."

    def handle(self, *args: Any, **options: Any) -> None:
        found = 0
        for violation in violations():
            found += 1
            self.stdout.write(f"{violation.invariant}: {violation.row}")
        if found:
            raise CommandError(f"{found} chỗ sai.")
        self.stdout.write(f"{len(INVARIANTS)} điều luôn đúng đều đúng.")
