"""Django's own connection to PostgreSQL, which asks less often whether it still stands.

A kept connection may have been closed at the other end. Django asks before the first statement of each request (`SELECT 1`);
of a submission's ten requests that is a thirtieth of all it costs. What was closed is readable, and the system says so without
a trip: only a silent connection is taken at its silence, and no longer than `TRUSTED_FOR` after it last gave an answer, so a
machine that went away without a word costs the requests of those seconds at most.
"""

import select
import time
from typing import Any

from django.db.backends.postgresql import base

TRUSTED_FOR = 5.0  # seconds


class DatabaseWrapper(base.DatabaseWrapper):
    """Closes a kept connection that fails, before it is used again (CONN_HEALTH_CHECKS)."""

    health_check_enabled: bool
    health_check_done: bool

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._answered_at = -TRUSTED_FOR

    def close_if_health_check_failed(self) -> None:
        if self.connection is None or not self.health_check_enabled or self.health_check_done:
            return
        if time.monotonic() - self._answered_at < TRUSTED_FOR and _is_silent(self.connection):
            self.health_check_done = True
            return
        super().close_if_health_check_failed()
        if self.connection is not None:
            self._answered_at = time.monotonic()


def _is_silent(connection: Any) -> bool:
    """Whether nothing came that nobody asked for: neither the end of the connection nor a word before it."""
    if connection.closed:
        return False
    asked = select.poll()  # not select(): a process may hold more than 1024 files
    asked.register(connection.fileno(), select.POLLIN)
    return not asked.poll(0)
