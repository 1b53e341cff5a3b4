"""A kept connection to PostgreSQL: asked whether it stands only where its silence does not say so."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, connections

from portal.postgresql import base

pytestmark = [
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="a file is always there"),
    pytest.mark.django_db,
]


@pytest.fixture
def kept() -> Iterator[Any]:
    """A connection of its own, as a thread of the portal keeps one from request to request."""
    own = connection.copy()
    own.settings_dict = own.settings_dict | {"CONN_HEALTH_CHECKS": True, "CONN_MAX_AGE": 600}
    own.connect()
    yield own
    own.close()


@pytest.fixture
def asked(kept: Any, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """What each question to the server itself found."""
    found: list[bool] = []
    really = kept.is_usable

    def is_usable() -> bool:
        found.append(really())
        return found[-1]

    monkeypatch.setattr(kept, "is_usable", is_usable)
    return found


def request(kept: Any) -> int:
    """One request: it begins, asks something, and leaves the connection. The number of the server's process."""
    kept.close_if_unusable_or_obsolete()
    with kept.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (process,) = cursor.fetchone()
    kept.close_if_unusable_or_obsolete()
    return int(process)


def end(process: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [process])


def test_the_portal_uses_it() -> None:
    assert type(connections["default"]) is base.DatabaseWrapper


def test_the_server_is_asked_once_in_a_while_and_not_at_each_request(
    kept: Any, asked: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.monotonic()
    monkeypatch.setattr(base.time, "monotonic", lambda: now)
    processes = [request(kept) for _ in range(10)]
    assert asked == [True]

    now += base.TRUSTED_FOR
    processes += [request(kept) for _ in range(10)]
    assert asked == [True, True]
    assert len(set(processes)) == 1


def test_a_connection_that_was_closed_is_replaced_before_it_is_used(kept: Any, asked: list[bool]) -> None:
    first = request(kept)
    request(kept)
    end(first)

    assert request(kept) != first
    assert asked == [True, False]


def test_a_word_that_nobody_asked_for_is_heard_and_the_connection_kept(kept: Any, asked: list[bool]) -> None:
    with kept.cursor() as cursor:
        cursor.execute("LISTEN something")
    process = request(kept)
    another = kept.copy()
    with another.cursor() as cursor:
        cursor.execute("NOTIFY something")
    another.close()
    time.sleep(0.2)

    assert [request(kept), request(kept)] == [process, process]
    assert asked == [True, True]


def test_without_health_checks_nothing_is_asked(kept: Any, asked: list[bool]) -> None:
    kept.health_check_enabled = False
    kept.settings_dict["CONN_HEALTH_CHECKS"] = False
    request(kept)

    assert asked == []
