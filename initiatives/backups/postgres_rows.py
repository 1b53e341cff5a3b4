"""Rows of PostgreSQL: each table as COPY writes it, all of one snapshot; back by way of a schema beside the live one.

No program of PostgreSQL is needed, and no right but that of the portal's own account to make a schema in its database. Tables
come from the migrations, so a set holds rows and nothing of how tables are made.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.db import Error, connection, transaction
from psycopg2.errors import InsufficientPrivilege

from initiatives.backups import standing, tables
from initiatives.backups.saved import DOCUMENTS, Restored, Saved
from initiatives.backups.sets import Manifest, Set, Table, Unusable
from portal.command_line import first_line

RESTORED = "khoi_phuc"  # the schema
UNHURRIED = (
    "SET statement_timeout = 0",
    "SET idle_in_transaction_session_timeout = 0",
    "SET lock_timeout = '60s'",
    "SET default_transaction_isolation = 'repeatable read'",
    "SET default_transaction_read_only = on",
)
PATIENT = {"statement_timeout": "0", "idle_in_transaction_session_timeout": "0", "lock_timeout": "60s"}
ONE_RESTORE = 0x5AC_0B0  # advisory lock
COLUMNS = """
    SELECT attname FROM pg_attribute
    WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum
"""
SEQUENCES = """
    SELECT c.relname FROM pg_class c
    JOIN pg_depend d ON d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
    JOIN pg_class t ON t.oid = d.refobjid
    WHERE c.relkind = 'S' AND c.relnamespace = current_schema()::regnamespace AND t.relname = ANY(%s) ORDER BY 1
"""
FOREIGN_KEYS = """
    SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint
    WHERE contype = 'f' AND connamespace = current_schema()::regnamespace ORDER BY 1, 2
"""
INDEXES = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    WHERE c.relnamespace = current_schema()::regnamespace
    AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = i.indexrelid) ORDER BY 1
"""
FUNCTIONS = """
    SELECT oid::regprocedure::text, quote_ident(proname) || '(' || pg_get_function_identity_arguments(oid) || ')'
    FROM pg_proc WHERE pronamespace = %s::regnamespace
"""
TABLES_IN = "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = %s::regnamespace ORDER BY 1"


def save(making: Set) -> Saved:
    """On a connection of its own, whose one transaction sees one moment and writes nothing."""
    reading = connection.copy()
    try:
        with reading.cursor() as cursor:
            for statement in UNHURRIED:
                cursor.execute(statement)
            cursor.execute("BEGIN")
            cursor.execute(f"SELECT app, name FROM {tables.RECORDED} ORDER BY id")  # noqa: S608 - the snapshot is taken here
            applied = cursor.fetchall()
            columns = {name: _columns(cursor, name) for name in tables.of(applied)}
            found, parts = {}, {}
            with making.writer(DOCUMENTS) as writer:
                named = tables.documents_named(columns, collation='COLLATE "C"')
                with reading.wrap_database_errors:
                    cursor.cursor.copy_expert(f"COPY ({named}) TO STDOUT", writer)
                parts[DOCUMENTS] = writer.finish()
            for name, its in columns.items():
                with making.writer(_part(name)) as writer:
                    with reading.wrap_database_errors:
                        cursor.cursor.copy_expert(f'COPY "{name}" ({_listed(its)}) TO STDOUT', writer)
                    found[name] = Table(cursor.cursor.rowcount, its)
                    parts[_part(name)] = writer.finish()
            sequences = _sequences(cursor, list(columns))
            cursor.execute("SHOW server_version")
            server = f"PostgreSQL {cursor.fetchone()[0]}"
            cursor.execute("ROLLBACK")
    finally:
        reading.close()
    return Saved(server, applied, found, sequences, parts)


@contextmanager
def restored(chosen: Set, manifest: Manifest) -> Iterator[Restored]:
    """The rows of the set in a schema of their own, to which the default connection leads. Raises Damaged."""
    holding = connection.copy()
    try:
        with holding.cursor() as control:
            live = _begin(control)
            options = connection.settings_dict["OPTIONS"]
            session = options["session"] | PATIENT | {"search_path": RESTORED}
            try:
                with standing.on({"OPTIONS": options | {"session": session}}):
                    yield Restored(_filled(chosen, manifest), lambda: _taken(live))
            except BaseException:
                with suppress(Error):  # what went wrong before says more
                    _drop(control)
                raise
            _drop(control)
    finally:
        holding.close()


def _taken(live: str) -> None:
    try:
        _take_the_place(live)
    except Error as failure:
        if not _is_taken(failure):
            raise


def _is_taken(failure: Error) -> bool:
    """Of a connection that is lost at the commit nobody hears how it went; what took the place left no schema behind."""
    asking = connection.copy()
    try:
        with asking.cursor() as cursor:
            cursor.execute("SELECT to_regnamespace(%s) IS NULL", [RESTORED])
            return bool(cursor.fetchone()[0])
    except Error:
        raise Unusable(
            f"Mất cơ sở dữ liệu đúng lúc dữ liệu đang thay, chưa rõ đã thay hay chưa: {first_line(failure)}. Đừng mở cổng. "
            "Khi cơ sở dữ liệu trả lời lại, hãy chạy lại lệnh này với --yes."
        ) from failure
    finally:
        asking.close()


def _drop(control: Any) -> None:
    control.execute(f"DROP SCHEMA IF EXISTS {RESTORED} CASCADE")


def _take_the_place(live: str) -> None:
    """What lies in our schema becomes what the portal reads, in one transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(TABLES_IN, [RESTORED])
        restored_tables = {name for (name,) in cursor.fetchall()}
        for name in sorted(_portals_own(cursor, live) | restored_tables):
            cursor.execute(f'DROP TABLE IF EXISTS {live}."{name}" CASCADE')
        for name in sorted(restored_tables):
            cursor.execute(f'ALTER TABLE {RESTORED}."{name}" SET SCHEMA {live}')
        cursor.execute(FUNCTIONS, [RESTORED])
        for function, signature in cursor.fetchall():
            cursor.execute(f"DROP FUNCTION IF EXISTS {live}.{signature}")
            cursor.execute(f"ALTER FUNCTION {function} SET SCHEMA {live}")
        cursor.execute(f"DROP SCHEMA {RESTORED}")  # refused, and all of it undone, if anything were left in it


def _begin(control: Any) -> str:
    """Makes the schema; the name of the one that the portal reads."""
    control.execute("SET statement_timeout = 0")
    control.execute("SELECT quote_ident(coalesce(current_schema(), 'public'))")
    live: str = control.fetchone()[0]
    control.execute("SELECT pg_try_advisory_lock(%s)", [ONE_RESTORE])
    if not control.fetchone()[0]:
        raise Unusable("Đang có một lượt khôi phục khác trên cơ sở dữ liệu này. Hãy chờ xong.")
    try:
        _drop(control)
        control.execute(f"CREATE SCHEMA {RESTORED}")
    except Error as refused:
        if not isinstance(refused.__cause__, InsufficientPrivilege):
            raise
        raise Unusable(
            "Tài khoản PostgreSQL chưa được tạo schema. Hãy chạy: GRANT CREATE ON DATABASE … TO … "
            f"({first_line(refused)})"
        ) from None
    return live


def tidy() -> None:
    """Takes away what a restore left that was killed, or whose server was: rows of a set, and of people who were erased since."""
    holding = connection.copy()
    try:
        with holding.cursor() as control:
            control.execute("SELECT pg_try_advisory_lock(%s)", [ONE_RESTORE])
            if control.fetchone()[0]:  # else one is at work
                _drop(control)
    finally:
        holding.close()


def _filled(chosen: Set, manifest: Manifest) -> dict[str, int]:
    """Tables as the migrations of that time make them; foreign keys and indexes come after the rows, which is far faster and
    keeps no list of rows yet to be compared in memory."""
    _look_beside()
    tables.migrate_to([(app, name) for app, name in manifest.migrations])
    found = {}
    with transaction.atomic(), connection.cursor() as cursor:
        _look_beside()
        keys, indexes = _taken_away(cursor)
        cursor.execute(f"TRUNCATE {_listed(list(manifest.tables))}")
        for name, table in manifest.tables.items():
            with chosen.file(_part(name), manifest) as part:
                try:
                    with connection.wrap_database_errors:
                        cursor.cursor.copy_expert(f'COPY "{name}" ({_listed(table.columns)}) FROM STDIN', part)
                except Error:
                    if part.damaged:
                        raise part.damaged from None
                    raise
            found[name] = cursor.cursor.rowcount
        for name, (last, is_called) in manifest.sequences.items():
            cursor.execute("SELECT setval(%s::regclass, %s, %s)", [f'"{name}"', last, is_called])
        for definition in indexes:
            cursor.execute(definition)
        for table_name, constraint, definition in keys:
            cursor.execute(f"ALTER TABLE {table_name} ADD CONSTRAINT {constraint} {definition}")
    with connection.cursor() as cursor:
        for name in manifest.tables:
            cursor.execute(f'ANALYZE "{name}"')
    return found


def _look_beside() -> None:
    """What follows empties the tables that this connection leads to: never those of the live rows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        if cursor.fetchone()[0] != RESTORED:
            raise Unusable(
                "Kết nối đến cơ sở dữ liệu không giữ được chỗ để riêng của bản khôi phục (có bộ gộp kết nối ở giữa?). Chưa thay "
                "đổi gì. Hãy đặt DATABASE_URL trỏ thẳng đến PostgreSQL rồi chạy lại."
            )


def _taken_away(cursor: Any) -> tuple[list[tuple[str, str, str]], list[str]]:
    cursor.execute(FOREIGN_KEYS)
    keys = cursor.fetchall()
    for table, constraint, _ in keys:
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")
    cursor.execute(INDEXES)
    indexes = cursor.fetchall()
    for name, _ in indexes:
        cursor.execute(f"DROP INDEX {name}")
    return keys, [definition for _, definition in indexes]


def _portals_own(cursor: Any, live: str) -> set[str]:
    """Those of the portal's tables that may stand in the live schema, by what it says of its migrations."""
    cursor.execute("SELECT to_regclass(%s)", [f"{live}.{tables.RECORDED}"])
    if not cursor.fetchone()[0]:
        return set()
    cursor.execute(f"SELECT app, name FROM {live}.{tables.RECORDED}")  # noqa: S608
    return set(tables.of(tables.known(cursor.fetchall())))


def _columns(cursor: Any, table: str) -> list[str]:
    cursor.execute(COLUMNS, [f'"{table}"'])
    return [name for (name,) in cursor.fetchall()]


def _sequences(cursor: Any, names: list[str]) -> dict[str, list[Any]]:
    """Read after the rows, and outside their snapshot: never less than any number in them."""
    cursor.execute(SEQUENCES, [names])
    found = {}
    for (name,) in cursor.fetchall():
        cursor.execute(f'SELECT last_value, is_called FROM "{name}"')  # noqa: S608
        found[name] = list(cursor.fetchone())
    return found


def _part(table: str) -> str:
    return f"rows.{table}"


def _listed(columns: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)
