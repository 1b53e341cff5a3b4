"""Whether this machine and the database read the same time. What is decided by the clock (a close, a silent worker, what is old
enough to be deleted) is decided by both."""

from datetime import datetime, timedelta

from django.db import connection

MAX_DIFFERENCE = timedelta(seconds=2)


def difference(*, at: datetime) -> timedelta:
    """How far `at`, read this moment, is from the database's clock; nothing on SQLite, which has ours."""
    if connection.vendor != "postgresql":
        return timedelta()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        told: datetime = cursor.fetchone()[0]
    return abs(told - at)


def agree(*, at: datetime) -> bool:
    return difference(at=at) <= MAX_DIFFERENCE
