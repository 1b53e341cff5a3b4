"""The rows of the summary table: what is said of each initiative, as the paper says it."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, NamedTuple

from django.db import connections, transaction
from django.db.models import QuerySet

from initiatives.submission.summary_facts import answers_of, facts

ORDER = ("unit__path", "submitted_at", "id")
CHUNK = 500


class SummaryRow(NamedTuple):
    """One initiative. A fact that is missing is an empty text."""

    number: int
    full_name: str
    birth_year: str
    position: str
    workplace: str
    phone: str
    title: str
    applied_on: str
    description: str
    effect: str
    scope: str
    benefit: str
    awards: str


def rows(initiatives: QuerySet[Any], *, order: Sequence[str] = ORDER) -> Iterator[SummaryRow]:
    """Unit by unit in the order of the tree, in each as they came; one statement and one chunk in memory, however many."""
    asked = answers_of(initiatives.order_by(*order))
    with _one_reading(asked.db):
        for number, answers in enumerate(asked.iterator(chunk_size=CHUNK), start=1):
            yield SummaryRow(number, *facts(*answers))


def _one_reading(database: str) -> AbstractContextManager[Any]:
    """Outside a transaction PostgreSQL copies the whole answer aside before the first row. On SQLite a transaction
    would hold the write lock, and reads row by row without one."""
    if connections[database].vendor == "postgresql":
        return transaction.atomic(using=database)
    return nullcontext()
