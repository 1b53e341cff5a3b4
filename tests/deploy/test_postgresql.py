"""`deploy/postgresql.conf` in a real PostgreSQL: what a worker typed stands in no line of its log."""

from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from bench.park import postgres

pytestmark = pytest.mark.serial
NUMBER, PHONE = "045191004321", "0935112233"


@pytest.fixture(scope="module")
def server() -> Iterator[postgres.Server]:
    initdb = postgres.find_initdb()
    if initdb is None:
        pytest.skip("PostgreSQL's programs are not installed here")
    with postgres.as_deployed(initdb) as server:
        yield server


def logged(server: postgres.Server) -> str:
    return "".join(path.read_text() for path in Path(server.running.log).parent.glob("*") if path.is_file())


def failing(url: str, *settings: str) -> None:
    """A statement that holds what was typed and breaks a constraint, as a client writes it and with its values apart."""
    connection = psycopg2.connect(url, options=" ".join(f"-c {each}" for each in settings))
    connection.autocommit = True
    with connection, connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE t (phone varchar(5), number text UNIQUE CHECK (number <> '045191004321'))")
        for statement in (
            f"INSERT INTO t VALUES ('{PHONE}', 'x')",
            f"INSERT INTO t VALUES ('1', '{NUMBER}')",
            f"PREPARE p AS INSERT INTO t VALUES ($1, $2); EXECUTE p('{PHONE}', '{NUMBER}')",
        ):
            with pytest.raises(psycopg2.Error):
                cursor.execute(statement)
    connection.close()


def test_what_fails_leaves_nothing_of_anybody_in_the_log(server: postgres.Server) -> None:
    failing(server.url("postgres"))

    said = logged(server)
    assert "ERROR" in said
    assert [each for each in (NUMBER, PHONE) if each in said] == []


def test_the_control_as_postgresql_comes_it_writes_them_down(server: postgres.Server) -> None:
    failing(server.url("postgres"), "log_min_error_statement=error", "log_error_verbosity=default")

    assert NUMBER in logged(server)
