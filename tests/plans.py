"""How a database would read for what it is asked."""

from collections.abc import Collection, Iterable

from django.db import connection

from initiatives.models import Initiative


def must_read_one_of(indexes: Collection[str], statements: Iterable[str]) -> None:
    """Each statement about initiatives, with its values in it, is answered by one of `indexes` alone. PostgreSQL is left these
    until the test is rolled back: which of two it takes for a handful of rows hangs on when it last looked at the table."""
    is_postgresql = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        if is_postgresql:
            _leave(indexes)
            for way in ("seqscan", "bitmapscan", "sort"):
                cursor.execute(f"SET LOCAL enable_{way} = off")
        for sql in statements:
            cursor.execute(f"EXPLAIN {'' if is_postgresql else 'QUERY PLAN '}{sql}")
            plan = str(cursor.fetchall())
            assert any(name in plan for name in indexes), plan
            assert ("Index Only Scan" if is_postgresql else "COVERING INDEX") in plan


def _leave(indexes: Collection[str]) -> None:
    table = Initiative._meta.db_table
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, table)
        for name, told in found.items():
            if told["index"] and not told["unique"] and name not in indexes:
                cursor.execute(f"DROP INDEX {connection.ops.quote_name(name)}")
