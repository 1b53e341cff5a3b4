"""Django's own connection to PostgreSQL, which asks less often whether it still stands.

A kept connection may have been closed at the other end. Django asks before the first statement of each request (`SELECT 1`);
of a submission's ten requests that is a thirtieth of all it costs. What was closed is readable, and the system says so without
a trip: only a silent connection is taken at its silence, and no longer than `TRUSTED_FOR` after it last gave an answer, so a
machine that went away without a word costs the requests of those seconds at most.

What a session is set to (`OPTIONS["session"]`) is said once it stands: as `options` of the connection, PgBouncer refuses it, or
drops it without a word where it was told to, and a restore would write over the live rows instead of beside them.
"""

import logging
import select
import time
from typing import Any

from django.db import OperationalError
from django.db.backends.postgresql import base

from portal.postgresql import pools

TRUSTED_FOR = 5.0  # seconds

logger = logging.getLogger("portal.postgresql")


class DatabaseWrapper(base.DatabaseWrapper):
    """Closes a kept connection that fails, before it is used again (CONN_HEALTH_CHECKS)."""

    health_check_enabled: bool
    health_check_done: bool

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._answered_at = -TRUSTED_FOR

    def get_connection_params(self) -> dict[str, Any]:
        named: dict[str, Any] = super().get_connection_params()
        named.pop("session", None)
        return named

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        made = super().get_new_connection(conn_params)
        try:
            self._begin_session(made, conn_params)
        except BaseException:
            made.close()  # one without its time-outs is none
            raise
        return made

    def _begin_session(self, made: Any, named: dict[str, Any]) -> None:
        asked = self.settings_dict["OPTIONS"].get("session", {})
        made.autocommit = True  # or what is set would go with a transaction
        with made.cursor() as cursor:
            settings = ", set_config(%s, %s, false)" * len(asked)
            cursor.execute(pools.PROCESS + settings, [part for pair in asked.items() for part in pair])
            process = int(cursor.fetchone()[0])
        if pools.exchanges_sessions(made, process, named):
            logger.error(pools.NEEDS_ITS_OWN)
            raise OperationalError(pools.NEEDS_ITS_OWN)

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
