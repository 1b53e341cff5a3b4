"""A pool between the portal and PostgreSQL: PgBouncer as it answers, where it is installed, and a stand-in everywhere."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from django.db import OperationalError, connection

from bench.park.postgres import as_postgres
from bench.park.processes import free_port
from portal.postgresql import pools

pytestmark = [
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="a file has no pool"),
    pytest.mark.django_db,
]

Pooled = Callable[[str], Any]


@pytest.fixture(autouse=True)
def asks_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pools, "_known", {})


@pytest.fixture
def own() -> Iterator[Any]:
    """A connection of its own, not opened yet."""
    made = connection.copy()
    yield made
    made.close()


def shown(opened: Any, name: str) -> str:
    with opened.cursor() as cursor:
        cursor.execute(f"SHOW {name}")
        return str(cursor.fetchone()[0])


def test_what_a_session_is_set_to_is_no_part_of_how_it_is_opened(own: Any) -> None:
    assert {"options", "session"}.isdisjoint(own.get_connection_params())
    assert [shown(own, name) for name in ("lock_timeout", "statement_timeout", "timezone")] == ["2s", "30s", "UTC"]


def test_what_it_is_set_to_outlives_what_is_rolled_back(own: Any) -> None:
    own.settings_dict = own.settings_dict | {"AUTOCOMMIT": False}
    own.connect()
    own.rollback()

    assert shown(own, "lock_timeout") == "2s"


def test_one_that_cannot_be_set_up_is_not_kept(own: Any) -> None:
    options = own.settings_dict["OPTIONS"]
    own.settings_dict = own.settings_dict | {"OPTIONS": options | {"session": {"no_such_thing": "1"}}}

    for _ in range(2):
        with pytest.raises(Exception, match="no_such_thing"):
            own.ensure_connection()

    assert own.connection is None


class Told:
    """A connection that goes through a pool: the number that the pool gave is not PostgreSQL's."""

    def __init__(self, real: Any) -> None:
        self.info = type("info", (), {"backend_pid": -1})
        self.cursor = real.cursor


@pytest.mark.parametrize("other_is_ours", [True, False])
def test_one_that_gives_our_session_to_another_is_told(
    own: Any, monkeypatch: pytest.MonkeyPatch, other_is_ours: bool
) -> None:
    own.ensure_connection()
    ours = own.connection.info.backend_pid
    monkeypatch.setattr(pools, "_of_another", lambda named: ours if other_is_ours else ours + 1)

    assert pools.exchanges_sessions(Told(own.connection), ours, {}) is other_is_ours


def test_one_that_gives_us_the_session_of_another_is_told(own: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    own.ensure_connection()
    monkeypatch.setattr(pools, "_of_another", lambda named: None)

    assert pools.exchanges_sessions(Told(own.connection), own.connection.info.backend_pid + 1, {})


def test_of_another_session_beside_ours_the_number_is_asked(own: Any) -> None:
    own.ensure_connection()

    assert pools._of_another(own.get_connection_params()) not in {None, own.connection.info.backend_pid}


def test_where_nobody_answers_nothing_is_known(own: Any) -> None:
    nobody = own.get_connection_params() | {"host": "127.0.0.1", "port": free_port()}

    assert pools._of_another(nobody) is None


@pytest.fixture
def through(own: Any) -> Iterator[Pooled]:
    """`through(mode)`: our connection, by way of a PgBouncer that knows nothing of us."""
    program = shutil.which("pgbouncer")
    if program is None:
        pytest.skip("pgbouncer is not installed")
    folder = Path(tempfile.mkdtemp())  # where another account may write, too
    folder.chmod(0o777)
    running: list[subprocess.Popen[bytes]] = []
    named = own.get_connection_params()

    def pooled(mode: str, *, sessions: int = 20) -> Any:
        port = free_port()
        (folder / "ini").write_text(
            f"[databases]\n* = host={named.get('host') or '/var/run/postgresql'} port={named.get('port') or 5432}"
            f" user={named.get('user') or 'postgres'}"
            + (f" password={named['password']}" if named.get("password") else "")
            + f"\n[pgbouncer]\nlisten_addr=127.0.0.1\nlisten_port={port}\nunix_socket_dir=\nauth_type=any\n"
            f"pool_mode={mode}\ndefault_pool_size={sessions}\nlogfile={folder}/log\n"
        )
        running.append(subprocess.Popen([program, "-q", str(folder / "ini")], cwd="/", **as_postgres()))
        own.settings_dict = own.settings_dict | {"HOST": "127.0.0.1", "PORT": port}
        _wait_for(own.get_connection_params(), folder)
        return own

    yield pooled
    own.close()
    for each in running:
        each.terminate()
        each.wait()
    shutil.rmtree(folder)


def _wait_for(named: dict[str, Any], folder: Path) -> None:
    for _ in range(100):
        try:
            psycopg2.connect(**named).close()
            return
        except psycopg2.OperationalError:
            time.sleep(0.1)
    pytest.fail((folder / "log").read_text())


def test_a_pool_of_whole_sessions_serves_as_the_server_itself(through: Pooled) -> None:
    pooled = through("session")

    assert [shown(pooled, name) for name in ("lock_timeout", "timezone", "jit")] == ["2s", "UTC", "off"]


def test_one_without_another_session_to_give_is_believed(
    through: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pools, "ANSWERS_WITHIN", 0.2)

    assert shown(through("session", sessions=1), "lock_timeout") == "2s"


def test_a_pool_that_exchanges_sessions_is_refused_with_what_it_needs(through: Pooled) -> None:
    pooled = through("transaction")

    for _ in range(2):
        with pytest.raises(OperationalError, match="session pooling"):
            pooled.ensure_connection()
