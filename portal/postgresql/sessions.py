"""For a while a session is set to something else than `settings.py` has it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.backends.base.base import BaseDatabaseWrapper


@contextmanager
def set_to(connection: BaseDatabaseWrapper, **asked: str) -> Iterator[None]:
    """Afterwards it is as before, whatever happened; one that was lost meanwhile begins anew by itself. (SQLite has none.)"""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(["current_setting(%s)"] * len(asked)), list(asked))
        before = dict(zip(asked, cursor.fetchone(), strict=True))
    _set(connection, asked)
    try:
        yield
    finally:
        if connection.in_atomic_block or connection.is_usable():
            _set(connection, before)


def _set(connection: BaseDatabaseWrapper, asked: dict[str, str]) -> None:
    with connection.cursor() as cursor:
        settings = ", ".join(["set_config(%s, %s, false)"] * len(asked))
        cursor.execute(f"SELECT {settings}", [part for pair in asked.items() for part in pair])
