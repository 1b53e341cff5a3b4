"""A row that was read by hand is the row that Django reads."""

from datetime import UTC

import pytest
from django.db import connection

from initiatives.models import Draft
from orgtree.models import Unit
from portal import plain_rows
from tests.factories import DraftFactory


@pytest.mark.django_db
def test_every_value_is_what_django_makes_of_it() -> None:
    draft = Draft.objects.get(pk=DraftFactory(answers={"title": "Đồ gá “mới”", "declaration": ["novel"]}).pk)
    names = plain_rows.columns(Draft)

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {plain_rows.listed('d', names)} FROM {Draft._meta.db_table} d")
        read = plain_rows.made(Draft, names, cursor.fetchone())

    assert {name: getattr(read, name) for name in names} == {name: getattr(draft, name) for name in names}
    assert read.begun_at.utcoffset() == UTC.utcoffset(None)
    assert not read._state.adding


@pytest.mark.django_db
def test_a_column_that_was_not_read_is_asked_for_when_it_is_used() -> None:
    unit = DraftFactory().unit
    names = plain_rows.columns(Unit, "path", "id", "code")

    made = plain_rows.made(Unit, names, [getattr(unit, name) for name in names])

    assert (made, made.code, made.path, made.name) == (unit, unit.code, unit.path, unit.name)
