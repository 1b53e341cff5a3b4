"""Reading very many rows of one moment, a thousand at a time, while the reader does something else in between.

On a connection of its own, whose one transaction sees the database as it was when it began, however long it stays open. On
PostgreSQL it is REPEATABLE READ; SQLite's readers see one moment anyway, and let others write meanwhile (WAL).
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import QuerySet

from initiatives.models import Initiative
from initiatives.reports.summary import ORDER
from initiatives.submission.summary_facts import ANSWERS, answers_of, facts
from portal import in_flight

# Sorting a million takes longer than a statement of a request may, and between two portions others have their turn.
UNHURRIED = (
    "SET statement_timeout = 0",
    "SET idle_in_transaction_session_timeout = 0",
    "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
)
FETCHED = 1_000  # keys


class Snapshot:
    """`rows` as they are when first asked, with what was being received when it was made. The keys are put in order alone: the
    texts of a million would be sorted on disk."""

    def __init__(self, rows: QuerySet[Any]) -> None:
        in_flight.wait_for_it()
        self._alias = f"snapshot {id(self)}"
        self._rows = rows.using(self._alias)
        self._keys: Iterator[int] | None = None
        self._connection = connections.create_connection(DEFAULT_DB_ALIAS)
        self._connection.alias = self._alias
        connections[self._alias] = self._connection
        try:
            self._begin()
        except BaseException:
            self.close()
            raise

    def count(self) -> int:
        return self._rows.order_by().count()

    def next(self, limit: int) -> list[tuple[str, ...]]:
        """The facts of the next `limit` rows: unit by unit in the order of the tree, in each as they came."""
        if self._keys is None:
            self._keys = self._rows.order_by(*ORDER).values_list("pk", flat=True).iterator(chunk_size=FETCHED)
        keys = list(islice(self._keys, limit))
        chosen = answers_of(Initiative.objects.using(self._alias).filter(pk__in=keys))
        found = {pk: facts(*answers) for pk, *answers in chosen.values_list("pk", "recognised__full_name", *ANSWERS)}
        return [tuple(found[key]) for key in keys]

    def close(self) -> None:
        self._keys = None
        self._connection.close()
        del connections[self._alias]

    def _begin(self) -> None:
        if self._connection.vendor == "postgresql":
            with self._connection.cursor() as cursor:
                for statement in UNHURRIED:
                    cursor.execute(statement)
            self._connection.set_autocommit(False)
        else:
            with self._connection.cursor() as cursor:
                cursor.execute("BEGIN")  # deferred: Django's own would take the right to write
