"""A row that was read by hand is the row that Django reads."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet

from initiatives.models import Attachment, Draft, Initiative, Phase
from orgtree.models import Unit
from portal import plain_rows
from tests.factories import AttachmentFactory, DraftFactory, InitiativeFactory, PhaseFactory


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


def _attachments() -> plain_rows.Prepared[Attachment]:
    return plain_rows.Prepared(lambda draft: Attachment.objects.filter(draft=draft), instead=(-1,))


@pytest.mark.django_db
def test_a_query_asked_again_finds_what_the_query_set_finds() -> None:
    drafts = [DraftFactory(), DraftFactory()]
    for draft in (*drafts, drafts[0]):
        AttachmentFactory(draft=draft, initiative=None)
    prepared = _attachments()

    for draft in drafts:
        rows, expected = prepared.rows(draft.pk), list(Attachment.objects.filter(draft=draft))

        assert rows == expected
        for row, other in zip(rows, expected, strict=True):
            assert {name: row.__dict__[name] for name in plain_rows.columns(Attachment)} == {
                name: getattr(other, name) for name in plain_rows.columns(Attachment)
            }
    assert prepared.first(-5) is None


@pytest.mark.django_db
def test_what_is_joined_comes_along_and_values_are_those_of_python(django_assert_num_queries: Any) -> None:
    received = InitiativeFactory(share="62.50", declarations=["novel"])
    expected = Initiative.objects.get(pk=received.pk)
    prepared = plain_rows.Prepared(
        lambda code: Initiative.objects.filter(receipt_code=code).select_related("unit"), instead=("a code",)
    )

    with django_assert_num_queries(1):
        row = prepared.first(received.receipt_code)
        assert row is not None
        assert row.unit.name == received.unit.name

    names = plain_rows.columns(Initiative)
    assert {name: row.__dict__[name] for name in names} == {name: getattr(expected, name) for name in names}
    assert type(row.share) is Decimal
    assert row.unit.opened_on == expected.unit.opened_on


@pytest.mark.django_db
def test_a_query_whose_values_cannot_be_told_apart_is_refused() -> None:
    twice = plain_rows.Prepared(lambda one, other: Draft.objects.filter(pk=one, campaign=other), instead=(-1, -1))

    with pytest.raises(ValueError, match="not to be asked again"):
        twice.rows(1, 2)


def _closes_and_opens(after: datetime) -> QuerySet[Any, Any]:
    closing = Phase.objects.filter(closes_at__gt=after).order_by().values_list("closes_at", "name")
    opening = Phase.objects.filter(opens_at__gt=after).order_by().values_list("opens_at", "name")
    return closing.union(opening).order_by("closes_at")[:3]


@pytest.mark.django_db
def test_values_asked_again_are_what_the_union_finds(django_assert_num_queries: Any) -> None:
    opens = [datetime(2022, month, 8, 0, 0, 0, month, UTC) for month in (1, 3, 5)]
    phases = [PhaseFactory(name="Đợt “100%s”", opens_at=each, closes_at=each + timedelta(days=40)) for each in opens]
    prepared = plain_rows.PreparedValues(_closes_and_opens, instead=(datetime(1901, 2, 3, 4, 5, 6, 7, UTC),))

    for phase in phases:
        for after in (phase.opens_at, phase.opens_at - timedelta(microseconds=1), phase.closes_at):
            expected = [list(row) for row in _closes_and_opens(after)]
            with django_assert_num_queries(1):
                assert prepared.rows(after) == expected
    assert prepared.rows(max(each.closes_at for each in phases)) == []


@pytest.mark.django_db
def test_values_that_stand_nowhere_are_refused() -> None:
    never = plain_rows.PreparedValues(lambda after: Phase.objects.values_list("name"), instead=(7,))

    with pytest.raises(ValueError, match="not asked with every value"):
        never.rows(8)
