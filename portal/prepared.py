"""Statements that are asked at every step, put before PostgreSQL once a connection.

A statement of the steps finds its row in 30 microseconds, after PostgreSQL spent half a millisecond on reading its words and
looking for the way to it. `PREPARE` keeps both for as long as the connection lives; a pool that gives it to others in
between is refused (`portal/postgresql/pools.py`). SQLite's driver keeps them by itself.
"""

import re
from collections.abc import Sequence
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary

from django.db import NotSupportedError, connection
from django.db.backends.utils import CursorWrapper

MOST = 100  # that one connection keeps, some 50 KiB each in PostgreSQL; what comes later is asked as ever

_numbers = count(1)
# By the driver's connection: a new one knows nothing.
_known: WeakKeyDictionary[Any, dict[str, str]] = WeakKeyDictionary()


def execute(cursor: CursorWrapper, words: str, values: Sequence[Any]) -> None:
    """`cursor.execute(words, values)`, sooner. `words` must tell which kind each value is (a bare `SELECT %s` becomes a text) and
    be one of a few; no plan may depend on which value it is asked with."""
    said = _prepared(cursor, words, len(values)) if connection.vendor == "postgresql" else None
    if said is None:
        cursor.execute(words, values)
        return
    try:
        cursor.execute(said, values)
    except NotSupportedError:
        # A migration changed what a column holds. Within a transaction the next one is asked with fresh words.
        _known.pop(connection.connection, None)
        if connection.in_atomic_block:
            raise
        cursor.execute(words, values)


def _prepared(cursor: CursorWrapper, words: str, values: int) -> str | None:
    """How it is asked on this connection. The words stand beside it, for whoever reads what the server does."""
    known = _known.setdefault(connection.connection, {})
    said = known.get(words)
    if said is None and len(known) < MOST:
        name, numbered = f"again_{next(_numbers)}", _numbered(words)
        with connection.wrap_database_errors:
            # Past Django: it is not asked of any row, and whoever counts statements counts what follows.
            cursor.cursor.execute(f"PREPARE {name} AS {numbered}")
        given = f" ({', '.join(['%s'] * values)})" if values else ""
        known[words] = said = f"EXECUTE {name}{given} /* {numbered.replace('%', '%%')} */"
    return said


def _numbered(words: str) -> str:
    """With $1, $2 … where the driver has %s."""
    places = count(1)
    return re.sub("%(.)", lambda found: f"${next(places)}" if found[1] == "s" else found[1], words)
