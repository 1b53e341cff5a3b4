"""`migrate`, given the time it needs: an index over millions of rows, or what is written anew row by row, takes longer than a
statement or a pause of a request may. What it waits for it waits for as shortly as ever: behind a change of a table that waits,
everybody who reads that table would wait too.
"""

from typing import Any

from django.core.management.commands import migrate
from django.db import connections

from portal.postgresql import sessions


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        unhurried = {"statement_timeout": "0", "idle_in_transaction_session_timeout": "0"}
        with sessions.set_to(connections[options["database"]], **unhurried):
            super().handle(*args, **options)
