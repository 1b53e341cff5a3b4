"""How near a real copy is: a cluster of PostgreSQL and its streaming replica, made for this file."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from glob import glob
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.db.utils import ConnectionHandler

from portal import replica, services, settings
from portal.circuits import Circuit

PROGRAMS = next(iter(sorted(glob("/usr/lib/postgresql/*/bin"), reverse=True)), None) or str(
    Path(shutil.which("pg_ctl") or "/nowhere/pg_ctl").parent
)
AS_POSTGRES = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []

pytestmark = pytest.mark.serial


def run(program: str, *told: str) -> None:
    subprocess.run([*AS_POSTGRES, f"{PROGRAMS}/{program}", *told], check=True, stdout=subprocess.DEVNULL, cwd="/")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


class Cluster:
    def __init__(self, folder: Path) -> None:
        self.folder, self.port = str(folder), free_port()

    def start(self) -> None:
        told = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
        run("pg_ctl", "-D", self.folder, "-w", "-l", f"{self.folder}.log", "-o", told, "start")

    def stop(self) -> None:
        run("pg_ctl", "-D", self.folder, "-w", "-m", "immediate", "stop")


@pytest.fixture(scope="module")
def clusters() -> Iterator[tuple[Cluster, Cluster]]:
    """A primary and its copy."""
    if not Path(PROGRAMS, "initdb").exists():
        pytest.skip("the programs of PostgreSQL are not installed")
    folder = Path(tempfile.mkdtemp(prefix="portal-clusters-"))  # pytest's own folders are closed to everybody else
    if AS_POSTGRES:
        shutil.chown(folder, "postgres")
    primary, copy = Cluster(folder / "primary"), Cluster(folder / "copy")
    run("initdb", "-D", primary.folder, "-U", "postgres", "-A", "trust", "--no-sync")
    primary.start()
    run("pg_basebackup", "-h", "127.0.0.1", "-p", str(primary.port), "-U", "postgres", "-D", copy.folder, "-R", "-N")
    copy.start()
    try:
        yield primary, copy
    finally:
        for each in (copy, primary):
            subprocess.run(
                [*AS_POSTGRES, f"{PROGRAMS}/pg_ctl", "-D", each.folder, "-m", "immediate", "stop"],
                check=False, capture_output=True, cwd="/",
            )  # fmt: skip
        shutil.rmtree(folder)


@pytest.fixture
def asked(
    clusters: tuple[Cluster, Cluster], monkeypatch: pytest.MonkeyPatch, django_db_blocker: Any
) -> Iterator[Callable[..., Any]]:
    """`asked("default", statement)`; the portal's replica is the copy."""
    primary, copy = clusters
    monkeypatch.setenv("DATABASE_URL", f"postgres://postgres@127.0.0.1:{primary.port}/postgres")
    monkeypatch.setenv("DATABASE_REPLICA_URL", f"postgres://postgres@127.0.0.1:{copy.port}/postgres")
    ours = settings.database("DATABASE_URL") | {"OPTIONS": {"session": {}}}
    handler = ConnectionHandler(
        {"default": ours, "replica": services.replica(settings.database("DATABASE_REPLICA_URL"), ours)}
    )
    monkeypatch.setattr(replica, "connections", handler)
    monkeypatch.setattr(replica, "connection", handler["default"])
    monkeypatch.setattr(transaction, "connections", handler)
    monkeypatch.setattr(replica, "_circuit", Circuit(failures=1, rest=replica.ALONE_FOR))
    monkeypatch.setattr(replica, "MOST_LAG", timedelta(seconds=0.5))

    def asked(alias: str, statement: str) -> Any:
        with handler[alias].cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchone() if cursor.description else None

    with django_db_blocker.unblock():
        yield asked
        for each in handler.all():
            each.close()


def written(asked: Callable[..., Any]) -> None:
    asked("default", "CREATE TABLE IF NOT EXISTS written (at timestamptz)")
    asked("default", "INSERT INTO written VALUES (now())")


def caught_up() -> bool:
    return replica._has_all(within=20)


def test_a_copy_has_all_that_was_written_a_moment_ago(asked: Callable[..., Any]) -> None:
    written(asked)

    assert caught_up()
    assert asked("replica", "SELECT count(*) FROM written") == asked("default", "SELECT count(*) FROM written")


def test_of_an_idle_primary_a_copy_is_near_however_long_ago_the_last_was_written(asked: Callable[..., Any]) -> None:
    written(asked)
    assert caught_up()
    time.sleep(1)  # twice what it may lag

    assert asked("replica", "SELECT clock_timestamp() - pg_last_xact_replay_timestamp() > '0.5 s'::interval") == (True,)
    assert replica._is_near()


def test_a_copy_that_lags_is_not_near_and_is_left_alone_and_then_is_near_again(asked: Callable[..., Any]) -> None:
    written(asked)
    assert caught_up()
    asked("replica", "SELECT pg_wal_replay_pause()")
    written(asked)
    time.sleep(1)

    assert not replica._has_all(within=0)
    assert not replica._is_near()
    assert not replica._circuit.may_ask()

    asked("replica", "SELECT pg_wal_replay_resume()")
    assert caught_up()
    assert replica._is_near()


def test_a_statement_there_writes_nothing_and_all_of_an_answer_is_of_one_moment(asked: Callable[..., Any]) -> None:
    assert asked("replica", "SHOW default_transaction_read_only") == ("on",)
    with replica._reading_there():
        assert asked("replica", "SHOW transaction_isolation") == ("repeatable read",)


def test_a_copy_that_stopped_is_not_near(asked: Callable[..., Any], clusters: tuple[Cluster, Cluster]) -> None:
    _, copy = clusters
    assert caught_up()
    copy.stop()

    assert not replica._is_near()
    assert not replica._circuit.may_ask()

    copy.start()
    written(asked)
    assert caught_up()


def test_a_copy_that_became_a_primary_of_its_own_is_none(
    asked: Callable[..., Any], clusters: tuple[Cluster, Cluster]
) -> None:
    """The last test here: there is no way back."""
    _, copy = clusters
    run("pg_ctl", "-D", copy.folder, "-w", "promote")

    assert not replica._is_near()
