"""What a request wrote is seen, and what it took back is not."""

import pytest
from django.db import connection, transaction

from initiatives.models import Contact
from tests.factories import ContactFactory
from tests.fuzz.run import taken_back
from tests.fuzz.writes import Writes

pytestmark = pytest.mark.django_db
TABLE = "initiatives_contact"


def test_a_row_that_is_made_changed_or_deleted_is_seen() -> None:
    made, changed, deleted = Writes(), Writes(), Writes()

    with connection.execute_wrapper(made):
        contact = ContactFactory(unit=None)
    with connection.execute_wrapper(changed):
        contact.save()
    with connection.execute_wrapper(deleted):
        contact.delete()

    assert [each.tables for each in (made, changed, deleted)] == [{TABLE}] * 3


def test_many_rows_at_once_are_seen() -> None:
    writes, rows = Writes(), ContactFactory.build_batch(2, unit=None)

    with connection.execute_wrapper(writes):
        Contact.objects.bulk_create(rows)

    assert writes.tables == {TABLE}


def test_what_met_no_row_or_was_taken_back_is_not_seen() -> None:
    writes = Writes()

    with connection.execute_wrapper(writes):
        Contact.objects.filter(pk=-1).update(name="")
        with transaction.atomic():
            ContactFactory(unit=None)
            transaction.set_rollback(True)

    assert writes.tables == set()


def test_nothing_stays_of_what_is_taken_back() -> None:
    with taken_back() as writes:
        ContactFactory(unit=None)

    assert writes.tables == {TABLE}
    assert not Contact.objects.exists()
