"""What a submission needs: each answers whether it is there, and never why it is not (`/readyz`)."""

from collections.abc import Callable
from datetime import datetime

from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from initiatives.submission.files.store import the_store
from portal import clocks

Now = Callable[[], datetime]
Check = Callable[[Now], bool]


def database(now: Now) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone() == (1,))


def migrations(now: Now) -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def storage(now: Now) -> bool:
    return the_store().is_ready()


def clocks_agree(now: Now) -> bool:
    """A database clock that differs from ours would move the deadline. `now` is read beside the question, which may take long."""
    return clocks.agree(at=now())


CHECKS: dict[str, Check] = {
    "database": database,
    "migrations": migrations,
    "storage": storage,
    "clocks": clocks_agree,
}


def holds(check: Check, now: Now) -> bool:
    try:
        return check(now)
    except Exception:  # whatever broke, the answer is the same: not ready
        return False
