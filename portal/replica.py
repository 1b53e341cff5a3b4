"""Reads that may be a few seconds old go to a copy of the database, where one is named (`DATABASE_REPLICA_URL`).

Only what bears the mark `may_be_old` reads there, and only while the copy answers, is at most MOST_LAG behind, and nobody just
changed what public pages tell (`changed()`): a page is kept for seconds, and must not be kept of before the change. All of one
answer is of one database and of one moment of it (one transaction, REPEATABLE READ). Whatever goes wrong there, the same answer
is given by the primary, and the copy is left alone for a while.

What is written, who somebody is and what they may do is never asked of the copy.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar

from django.conf import settings
from django.core.cache import cache
from django.db import DEFAULT_DB_ALIAS, Error, connection, connections, transaction
from django.db.models import Model
from django.http import Http404
from django.template.response import SimpleTemplateResponse

from portal.circuits import Circuit

REPLICA = "replica"
MOST_LAG = timedelta(seconds=5)
LOOKED_EVERY = 1.0  # seconds
ALONE_FOR = 30.0
WAITED_FOR = 2.0  # until the copy has all that was there when something whole was asked for
CHANGED = "changed-for-everybody"
CHANGED_FOR = 10.0  # longer than the copy may lag (MOST_LAG and LOOKED_EVERY), and than hosts' clocks may differ
# Whatever decides who may come in.
NEVER_THERE = {"admin", "auth", "axes", "contenttypes", "otp_static", "otp_totp", "sessions"}

Answer = TypeVar("Answer")

logger = logging.getLogger("portal.replica")
_reads_there: ContextVar[bool] = ContextVar("reads_there", default=False)
_circuit = Circuit(failures=1, rest=ALONE_FOR)
_looked_at = float("-inf")


class WritesHere(RuntimeError):
    """What would be written is no answer of a copy: it is asked of the primary from the beginning."""


class Router:
    """The primary for everything, but for reads within `may_be_old`."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str:
        is_account = model._meta.app_label in NEVER_THERE or model._meta.label == settings.AUTH_USER_MODEL
        there = _reads_there.get() and not is_account and not connection.in_atomic_block
        return REPLICA if there else DEFAULT_DB_ALIAS

    def db_for_write(self, model: type[Model], **hints: Any) -> str:
        if _reads_there.get():
            raise WritesHere(model._meta.label)
        return DEFAULT_DB_ALIAS

    def allow_relation(self, one: Model, other: Model, **hints: Any) -> bool:
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        return False if db == REPLICA else None


def may_be_old(read: Callable[..., Answer], *, is_whole: bool = False) -> Callable[..., Answer]:
    """A view or function that only reads. It may be called twice: what the copy cannot answer is asked of the primary. With
    `is_whole` the copy must have all that the primary has when it is asked (a table that is sent on), or the primary answers."""

    @wraps(read)
    def answered(*args: Any, **kwargs: Any) -> Answer:
        if not _is_usable(is_whole=is_whole):
            return read(*args, **kwargs)
        try:
            with _reading_there():
                answer = read(*args, **kwargs)
                if isinstance(answer, SimpleTemplateResponse):
                    answer.render()  # what a template asks for is of the same moment
                return answer
        except Http404:
            logger.debug("missing in the copy; it may only be late")
        except WritesHere as model:
            logger.info("asked of the primary: %s is written", model)
        except Error as failure:
            _leave_alone(type(failure).__name__)
        return read(*args, **kwargs)

    return answered


def changed() -> None:
    """Somebody changed what everybody is told: until the copy has it for certain, it is not asked. In every process that shares
    the cache."""
    if REPLICA in connections.settings:
        cache.set(CHANGED, True, timeout=CHANGED_FOR)


@contextmanager
def _reading_there() -> Iterator[None]:
    token = _reads_there.set(True)
    try:
        with transaction.atomic(using=REPLICA):
            yield
    finally:
        _reads_there.reset(token)


def _is_usable(*, is_whole: bool) -> bool:
    global _looked_at
    if REPLICA not in connections.settings or _reads_there.get() or connection.in_atomic_block:
        return False
    if cache.get(CHANGED) or not _circuit.may_ask():
        return False
    if not is_whole and time.monotonic() - _looked_at < LOOKED_EVERY:
        return True
    is_near = _has_all(within=WAITED_FOR) if is_whole else _is_near()
    if is_near:
        _circuit.worked()
        _looked_at = time.monotonic()
    return is_near


def _is_near() -> bool:
    """Whether the copy is at most MOST_LAG behind. Of an idle primary nothing is replayed for hours: then the copy has it all."""
    primary_at, now = _asked_of_primary()
    try:
        has_all, last = _asked_of_replica(primary_at)
    except Error as failure:
        _leave_alone(type(failure).__name__)
        return False
    if has_all or (last is not None and now - last <= MOST_LAG):
        return True
    _leave_alone("it lags")
    return False


def _has_all(*, within: float) -> bool:
    primary_at, _ = _asked_of_primary()
    until = time.monotonic() + within
    try:
        while not _asked_of_replica(primary_at)[0]:
            if time.monotonic() >= until:
                return False  # late for something whole; for a page it may still do
            time.sleep(0.05)
    except Error as failure:
        _leave_alone(type(failure).__name__)
        return False
    return True


def lag() -> timedelta | None:
    """How far the copy is behind; None where it does not answer. Raises Error where the primary does not."""
    primary_at, now = _asked_of_primary()
    try:
        has_all, last = _asked_of_replica(primary_at)
    except Error:
        connections[REPLICA].close()
        return None
    if has_all:
        return timedelta()
    return now - last if last is not None else None


def _asked_of_primary() -> tuple[str, Any]:
    if connection.vendor != "postgresql":
        return "", None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_wal_lsn()::text, clock_timestamp()")
        return cursor.fetchone()


def _asked_of_replica(primary_at: str) -> tuple[bool, Any]:
    """Whether it has all up to `primary_at`, and when the last was committed that it has. (A file of SQLite has no lag to ask
    for: it is as old as whoever copied it says.)"""
    with connections[REPLICA].cursor() as cursor:
        if connections[REPLICA].vendor != "postgresql":
            cursor.execute("SELECT 1")
            return True, None
        cursor.execute(
            "SELECT pg_is_in_recovery() AND pg_last_wal_replay_lsn() >= %s::pg_lsn,"
            " CASE WHEN pg_is_in_recovery() THEN pg_last_xact_replay_timestamp() END",
            [primary_at],
        )
        return cursor.fetchone()


def _leave_alone(why: str) -> None:
    connections[REPLICA].close()
    if _circuit.failed():
        logger.warning("the replica is left alone for %s seconds: %s", ALONE_FOR, why)
