"""Reading very much as it was at one moment, while others go on writing."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

UNHURRIED = (
    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
    "SET LOCAL statement_timeout = 0",
    "SET LOCAL idle_in_transaction_session_timeout = 0",
)


@contextmanager
def one_moment() -> Iterator[None]:
    """All statements within see the same moment; nothing is written there. A transaction already begun is taken as it is."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic():
            with connection.cursor() as cursor:
                for statement in UNHURRIED:
                    cursor.execute(statement)
            yield
    else:
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")  # deferred: Django's own would take the right to write, and keep it from everybody
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("ROLLBACK")
