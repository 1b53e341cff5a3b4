"""How long a session lasts: an hour without doing anything, half a day at most.

A closed account and a changed password end it too; that is Django's own, asked at every request.
"""

from collections.abc import MutableMapping
from datetime import datetime
from typing import Any

from django.conf import settings

BEGAN, SEEN = "began", "seen"
WRITTEN_EVERY = 300  # seconds; a page that is read costs no write


def is_over(session: MutableMapping[str, Any], *, at: datetime) -> bool:
    """Whether it was left alone too long, or began too long ago. One that nobody looked at yet has not begun."""
    now = at.timestamp()
    idle = now - session.get(SEEN, now)
    age = now - session.get(BEGAN, now)
    return idle >= settings.SESSION_IDLE.total_seconds() or age >= settings.SESSION_COOKIE_AGE


def touch(session: MutableMapping[str, Any], *, at: datetime) -> None:
    """Notes that somebody is there, at most every five minutes."""
    now = int(at.timestamp())
    if BEGAN not in session:
        session[BEGAN] = now
    if now - session.get(SEEN, 0) >= WRITTEN_EVERY:
        session[SEEN] = now
