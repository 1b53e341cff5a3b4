"""`migrate` over millions of rows: as long as it needs, and nobody waits behind it for long."""

from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.commands import migrate
from django.db import connection

pytestmark = [
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no such limits"),
    pytest.mark.django_db,
]
LIMITS = ("statement_timeout", "idle_in_transaction_session_timeout", "lock_timeout")


def limits() -> list[str]:
    with connection.cursor() as cursor:
        return [(cursor.execute(f"SHOW {name}"), cursor.fetchone()[0])[1] for name in LIMITS]


@pytest.fixture
def within(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The limits under which each run of Django's own stood."""
    found: list[list[str]] = []
    monkeypatch.setattr(migrate.Command, "handle", lambda *args, **options: found.append(limits()))
    return found


def test_a_migration_has_the_time_it_needs_and_waits_for_a_table_as_shortly_as_a_request(
    within: list[list[str]],
) -> None:
    before = limits()

    call_command("migrate", verbosity=0)

    assert within == [["0", "0", "2s"]]
    assert limits() == before == ["30s", "30s", "2s"]


def test_after_one_that_failed_the_limits_stand_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*args: Any, **options: Any) -> None:
        raise RuntimeError("no such thing")

    monkeypatch.setattr(migrate.Command, "handle", fails)

    with pytest.raises(RuntimeError):
        call_command("migrate", verbosity=0)

    assert limits() == ["30s", "30s", "2s"]
