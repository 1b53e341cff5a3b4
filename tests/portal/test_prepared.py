"""A statement that is asked again: the same answer on both databases, and PostgreSQL reads its words once a connection."""

from typing import Any
from weakref import WeakKeyDictionary

import pytest
from django.db import DataError, NotSupportedError, connection, transaction

from orgtree.models import Unit
from portal import prepared
from tests.factories import UnitFactory

on_postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite's driver keeps what it prepared")
OF_UNIT = "SELECT name FROM orgtree_unit WHERE code = %s AND code NOT LIKE 'x%%' ORDER BY id"


def answered(words: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        prepared.execute(cursor, words, values)
        return list(cursor.fetchall())


def kept() -> list[str]:
    """What the server keeps for this connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        return [statement for (statement,) in cursor.fetchall()]


@pytest.fixture
def forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """No connection was asked anything yet, whatever other tests asked."""
    monkeypatch.setattr(prepared, "_known", WeakKeyDictionary())


@pytest.mark.django_db
def test_it_finds_what_it_finds_when_asked_once(forgotten: None) -> None:
    units = [UnitFactory(name="Đơn vị 100%"), UnitFactory(name="Đơn vị 'khác'")]

    for unit in (*units, *units):
        assert answered(OF_UNIT, unit.code) == [(unit.name,)]
    assert answered(OF_UNIT, "không có") == []
    assert answered("SELECT COUNT(*) FROM orgtree_unit") == [(Unit.objects.count(),)]


@pytest.mark.django_db
def test_counted_it_is_one_statement_with_its_words_beside_it(forgotten: None, django_assert_num_queries: Any) -> None:
    for _ in range(2):
        with django_assert_num_queries(1) as asked:
            answered(OF_UNIT, "một mã")
        assert "SELECT name FROM orgtree_unit WHERE code = " in asked.captured_queries[0]["sql"]


@on_postgresql
@pytest.mark.django_db
def test_a_connection_is_given_the_words_once(forgotten: None) -> None:
    before = kept()

    for code in ("một", "hai", "ba"):
        answered(OF_UNIT, code)

    (statement,) = [each for each in kept() if each not in before]
    assert statement.endswith("WHERE code = $1 AND code NOT LIKE 'x%' ORDER BY id")


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_a_new_connection_knows_nothing_and_is_told() -> None:
    answered(OF_UNIT, "một")
    connection.close()

    assert answered(OF_UNIT, "một") == []
    assert len([each for each in kept() if "orgtree_unit WHERE code" in each]) == 1


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_what_a_transaction_took_back_is_still_prepared(forgotten: None) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        answered(OF_UNIT, "một")
        raise RuntimeError
    unit = UnitFactory()

    assert answered(OF_UNIT, unit.code) == [(unit.name,)]


@on_postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("within", [False, True], ids=["by itself", "in a transaction"])
def test_a_column_that_a_migration_changed_is_asked_for_anew(forgotten: None, within: bool) -> None:
    words = "SELECT kept FROM what_changes WHERE place = %s"
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE what_changes (place integer, kept integer)")
    try:
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO what_changes VALUES (1, 5)")
            assert answered(words, 1) == [(5,)]
            cursor.execute("ALTER TABLE what_changes ALTER kept TYPE text USING kept::text")
        if within:
            with pytest.raises(NotSupportedError), transaction.atomic():
                answered(words, 1)

        assert answered(words, 1) == [("5",)]
        assert answered(words, 1) == [("5",)]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE what_changes")


@on_postgresql
@pytest.mark.django_db
def test_what_the_server_refuses_is_refused_as_ever(forgotten: None) -> None:
    with pytest.raises(DataError), transaction.atomic():
        answered("SELECT id FROM orgtree_unit WHERE id = %s", "không phải số")


@on_postgresql
@pytest.mark.django_db
def test_no_connection_keeps_more_than_so_many(forgotten: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepared, "MOST", 2)
    before = len(kept())

    for number in range(5):
        assert answered(f"SELECT COUNT(*) + {number} FROM orgtree_unit WHERE code = %s", "không có") == [(number,)]

    assert len(kept()) - before == 2
