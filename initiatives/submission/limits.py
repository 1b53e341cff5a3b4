"""What one neighbour may leave unfinished: drafts, and bytes of documents. Text itself is never limited, and neither is a
submission, which gives the room of its draft back.

A factory of two thousand behind one address begins as fast as a script does, but finishes; so what counts is what was begun and
not sent within six hours. Beyond it a neighbour goes on at a trickle: honest people behind the address of a script wait, and are
told how long, but are never shut out.

Kept in the shared cache, under keyed hashes of addresses that expire; no row, no statement. Where the cache does not answer
everything is let through.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import ParamSpec

from django.conf import settings
from django.core.cache import BaseCache, caches

from portal import sealing
from portal.refusals import TooMuchAtOnce

SLOT = 30 * 60  # seconds
SLOTS = 12
MINUTE = 60
LONGEST_WAIT = 30 * MINUTE

logger = logging.getLogger("initiatives.limits")
P = ParamSpec("P")


@dataclass(frozen=True)
class Limit:
    """`room` of something for each neighbour, and beyond it `a_minute` times more."""

    name: str
    room: int
    a_minute: int

    def seconds_to_wait(self, whose: str, *, at: datetime) -> int:
        """0 where there is room; else whether this one may pass all the same in its minute, or how long it waits."""
        if self.left_unfinished(whose, at=at) < self.room:
            return 0
        tries = _count(f"{self.name}-{whose}-minute-{_slot(at, MINUTE)}", 1, kept_for=2 * MINUTE)
        over = tries - self.a_minute
        if over == 1:
            logger.warning("%s: one network left %d unfinished and goes on too fast", self.name, self.room)
        return 0 if over <= 0 else min(MINUTE * (1 + (over - 1) // max(self.a_minute, 1)), LONGEST_WAIT)

    def left_unfinished(self, whose: str, *, at: datetime) -> int:
        last = _slot(at, SLOT)
        slots = _kept().get_many([self._key(whose, slot) for slot in range(last - SLOTS + 1, last + 1)])
        return sum(slots.values())

    def note(self, whose: str, amount: int, *, at: datetime) -> None:
        """`amount` was begun; less than nothing is given back, in the slot of `at`, whenever it was begun."""
        _count(self._key(whose, _slot(at, SLOT)), amount, kept_for=SLOT * (SLOTS + 1))

    def _key(self, whose: str, slot: int) -> str:
        return f"{self.name}-{whose}-{slot}"


def drafts() -> Limit:
    return Limit("drafts", settings.LIMIT_UNFINISHED_DRAFTS, settings.LIMIT_DRAFTS_A_MINUTE)


def documents() -> Limit:
    return Limit("documents", settings.LIMIT_DOCUMENT_BYTES, settings.LIMIT_DOCUMENTS_A_MINUTE)


def requests() -> Limit:
    """About one's data. Few ask, and who asks for a whole workshop is one of few: a script shows soon."""
    return Limit("requests", settings.LIMIT_DATA_REQUESTS, settings.LIMIT_DATA_REQUESTS_A_MINUTE)


def where_the_cache_answers(act: Callable[P, None]) -> Callable[P, None]:
    """A limit is never worth a worker's step: what fails in it is let through, and said in the log."""

    @wraps(act)
    def tried(*args: P.args, **named: P.kwargs) -> None:
        try:
            act(*args, **named)
        except TooMuchAtOnce:
            raise
        except Exception as failure:  # each cache fails in its own way
            logger.warning("%s let through: %s", act.__name__, type(failure).__name__)

    return tried


@where_the_cache_answers
def admit_draft(network: str, *, at: datetime) -> None:
    """Before a draft is kept. Raises TooMuchAtOnce."""
    _admit(drafts(), network, at)


@where_the_cache_answers
def draft_was_begun(draft: str, network: str, *, at: datetime) -> None:
    """`draft` (the hash of its link) takes room of `network`, until it is sent from wherever."""
    whose = _whose(network)
    _kept().set(f"draft-{draft}", whose, timeout=SLOT * SLOTS)
    drafts().note(whose, 1, at=at)


@where_the_cache_answers
def admit_document(network: str, *, at: datetime) -> None:
    """Before a document is judged. Raises TooMuchAtOnce."""
    _admit(documents(), network, at)


@where_the_cache_answers
def document_was_kept(network: str, size: int, *, at: datetime) -> None:
    documents().note(_whose(network), size, at=at)


@where_the_cache_answers
def draft_was_sent(draft: str, *, document_bytes: int, at: datetime) -> None:
    """Gives back, once, what the draft took where it was begun."""
    key = f"draft-{draft}"
    whose = _kept().get(key)
    if whose is None or not _kept().delete(key):
        return
    drafts().note(whose, -1, at=at)
    if document_bytes:
        documents().note(whose, -document_bytes, at=at)


@where_the_cache_answers
def admit_request(network: str, *, at: datetime) -> None:
    """Before a request about one's data is kept. Raises TooMuchAtOnce."""
    _admit(requests(), network, at)


@where_the_cache_answers
def request_was_kept(network: str, *, at: datetime) -> None:
    requests().note(_whose(network), 1, at=at)


def _admit(limit: Limit, network: str, at: datetime) -> None:
    wait = limit.seconds_to_wait(_whose(network), at=at)
    if wait:
        raise TooMuchAtOnce(wait)


def _count(key: str, amount: int, *, kept_for: int) -> int:
    try:
        return _kept().incr(key, amount)
    except ValueError:  # nothing there yet
        _kept().add(key, 0, timeout=kept_for)
        return _kept().incr(key, amount)


def _kept() -> BaseCache:
    return caches["limits"]


def _slot(at: datetime, seconds: int) -> int:
    return int(at.timestamp()) // seconds


def _whose(network: str) -> str:
    return sealing.lookup_hash("limit", network)[:32]
