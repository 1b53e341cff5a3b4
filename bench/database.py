"""A database for one run: a file of SQLite, or one of our own on TEST_POSTGRES_URL, dropped afterwards."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2


def choose() -> None:
    """Before settings are read: names the database of this process in DATABASE_URL."""
    server = os.environ.get("TEST_POSTGRES_URL", "")
    os.environ["DATABASE_URL"] = f"{server.rsplit('/', 1)[0]}/portal_bench_{os.getpid()}" if server else ""


@contextmanager
def made() -> Iterator[None]:
    """The database of DATABASE_URL exists while this is open."""
    url = os.environ["DATABASE_URL"]
    if not url:
        yield
        return
    server, _, name = url.rpartition("/")
    control = psycopg2.connect(f"{server}/postgres")
    control.autocommit = True
    control.cursor().execute(f'CREATE DATABASE "{name}"')
    try:
        yield
    finally:
        from django.db import connections

        connections.close_all()
        control.cursor().execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        control.close()
