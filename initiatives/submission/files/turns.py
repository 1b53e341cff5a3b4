"""How many documents one process takes in at once. A picture of 40 million pixels is unpacked into 160 MB whatever it weighs as
a file: sixteen at once took 2.6 GB. The rest wait a little, and then are asked to come again (503 with Retry-After, which
`documents.js` does by itself). Only so many may wait that text keeps threads of its own.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from portal.refusals import Crowded

# Seconds after which to come again; each is told another.
SOONEST, LATEST = 5, 20


class NoTurn(Crowded):
    """Too many wait already, or the turn did not come in time."""


class Room:
    """Room for `most` of something among the threads of one process; at most `waiting` of them wait for it, `patience` seconds.

    Who asks for more than there is at all gets its turn when nobody else has any.
    """

    def __init__(self, most: int, *, waiting: int, patience: float) -> None:
        self.most = most
        self.waiting = waiting
        self.patience = patience
        self._taken = self._wait = self._refused = 0
        self._freed = threading.Condition()

    @contextmanager
    def taken(self, amount: int = 1) -> Iterator[None]:
        """Holds room for `amount` while the block runs. Raises NoTurn."""
        self._take(amount)
        try:
            yield
        finally:
            with self._freed:
                self._taken -= amount
                self._freed.notify_all()

    def _take(self, amount: int) -> None:
        with self._freed:
            if not self._fits(amount):
                if self._wait >= self.waiting:
                    raise self._no_turn()
                self._wait += 1
                try:
                    if not self._freed.wait_for(lambda: self._fits(amount), timeout=self.patience):
                        raise self._no_turn()
                finally:
                    self._wait -= 1
            self._taken += amount

    def _fits(self, amount: int) -> bool:
        return not self._taken or self._taken + amount <= self.most

    def _no_turn(self) -> NoTurn:
        self._refused += 1
        return NoTurn(SOONEST + self._refused * 7 % (LATEST - SOONEST + 1))


# Both of this process: of the judge's turns, and of bytes that lie in temporary files while a form is read.
judging = Room(
    settings.DOCUMENTS_JUDGED_AT_ONCE, waiting=settings.DOCUMENTS_WAITING, patience=settings.DOCUMENT_PATIENCE
)
arriving = Room(
    settings.UPLOAD_TEMPORARY_BYTES, waiting=settings.DOCUMENTS_WAITING, patience=settings.DOCUMENT_PATIENCE
)
