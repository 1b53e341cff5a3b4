"""A portal that lives, a folder for its backups, and another portal to restore them to."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, connections

from initiatives.backups import standing
from initiatives.models import Campaign, Initiative
from tests.submission import samples
from tests.submission.worker import IN_2022, YEAR_2022, Worker, content, person

Elsewhere = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def portal(campaigns: dict[str, Campaign], at: Callable[[str], datetime]) -> list[Initiative]:
    """Two initiatives with a document each."""
    at(IN_2022)
    return [sent(n) for n in range(2)]


def sent(n: int) -> Initiative:
    """An initiative with a document that nobody else has."""
    worker = Worker(YEAR_2022)
    worker.fill(person(phone=f"0935{n:06}"), content(title=f"Giá xoay sấy ván số {n}"))
    worker.send_files((f"quyet-dinh-{n}.pdf", samples.pdf() + f"\n% {n}\n".encode()))
    answer = worker.confirm()
    assert answer.status_code == 303, answer.content.decode()
    return worker.initiative


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "sao-luu"


@pytest.fixture
def elsewhere(tmp_path: Path, settings: Any) -> Elsewhere:
    """`with elsewhere():` the default connection and the store are those of another portal, empty at first."""

    @contextmanager
    def there() -> Iterator[None]:
        media, settings.MEDIA_ROOT = settings.MEDIA_ROOT, tmp_path / "media-khac"
        try:
            with _another_database(tmp_path) as name, standing.on({"NAME": name}):
                yield
        finally:
            settings.MEDIA_ROOT = media

    return there


@contextmanager
def _another_database(tmp_path: Path) -> Iterator[str]:
    if connection.vendor == "sqlite":
        yield str(tmp_path / "khac.sqlite3")
        return
    name = f"{connection.settings_dict['NAME']}_khac"
    unhurried = (
        "SET statement_timeout = 0"  # behind each stands a checkpoint of the whole server, which others keep busy
    )
    with connection._nodb_cursor() as cursor:
        cursor.execute(unhurried)
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
    try:
        yield name
    finally:
        connections.close_all()
        with connection._nodb_cursor() as cursor:
            cursor.execute(unhurried)
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def run(command: str, *arguments: object, **options: object) -> str:
    said = StringIO()
    call_command(command, *map(str, arguments), stdout=said, **options)
    return said.getvalue()
