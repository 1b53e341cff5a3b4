"""What PostgreSQL is asked once more after SQLite, and what it is spared.

A page is the same Python on every database: what may differ there are the statements it asks and the rows it locks. Of the
tests that open pages PostgreSQL therefore gets, in the order of the suite, each that asks a statement (whatever its values) or
locks rows at a line which fewer than ENOUGH before it had; so nothing that any test asks goes unasked there. What asks the
database without a page, and what stands on transactions of its own, runs again whole.

The run on SQLite writes down what its tests ask (`remembering`), and `bin/test` hands that on; a test of which nothing is
written runs.
"""

import json
import os
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pytest
from django.core.signals import request_started
from django.db import connection
from django.db.models import QuerySet

ENOUGH = 2
TRANSACTIONS = {"transactional_db", "live_server"}
# The same statement with more rows, more values or another number is the same statement.
VALUES = re.compile(r"\((?:%s|NULL|DEFAULT|[\d, ])+\)(?:, \((?:%s|NULL|DEFAULT|[\d, ])+\))*")
NUMBER = re.compile(r"\d+")
OF_TRANSACTIONS = ("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK")
LOCKED = "lock at "

Written = dict[str, list[str]]  # what each test that opened a page asked

_written: Written = {}


@contextmanager
def remembering(test: str) -> Iterator[None]:
    """Writes down what `test` asks while this is open, if it opens a page."""
    asked: set[str] = set()
    pages: list[str] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.add(sql)
        return execute(sql, params, many, context)

    def note_lock(rows: QuerySet[Any], *args: Any, **options: Any) -> QuerySet[Any]:
        asked.add(LOCKED + "{0.f_code.co_filename}:{0.f_lineno}".format(sys._getframe(1)))  # SQLite has no words for it
        return lock(rows, *args, **options)

    def note_page(environ: dict[str, Any], **kwargs: Any) -> None:
        pages.append(environ["PATH_INFO"])

    lock = QuerySet.select_for_update
    request_started.connect(note_page)
    try:
        with pytest.MonkeyPatch.context() as patch, connection.execute_wrapper(note):
            patch.setattr(QuerySet, "select_for_update", note_lock)
            yield
    finally:
        request_started.disconnect(note_page)
    if pages:
        _written[test] = sorted({_digest(sql) for sql in asked if not sql.startswith(OF_TRANSACTIONS)})


@lru_cache(maxsize=8192)  # most statements are asked by hundreds of tests
def _digest(sql: str) -> str:
    return blake2b(without_values(sql).encode(), digest_size=8).hexdigest()


def without_values(sql: str) -> str:
    return sql if sql.startswith(LOCKED) else NUMBER.sub("0", VALUES.sub("(…)", sql))


def hand_on(folder: Path) -> None:
    if _written:
        (folder / f"asked-{os.getpid()}.json").write_text(json.dumps(_written))


def handed_on(folder: Path) -> Written:
    return {test: asked for file in folder.glob("asked-*.json") for test, asked in json.loads(file.read_text()).items()}


def to_ask_again(items: list[pytest.Item], written: Written) -> list[pytest.Item]:
    times: Counter[str] = Counter()
    chosen = []
    for item in items:
        asked = written.get(item.nodeid)
        if asked is None or has_transactions(item) or any(times[each] < ENOUGH for each in asked):
            chosen.append(item)
            times.update(asked or ())
    return chosen


def has_transactions(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("django_db")
    return bool(TRANSACTIONS & set(getattr(item, "fixturenames", ())) or (marker and marker.kwargs.get("transaction")))
