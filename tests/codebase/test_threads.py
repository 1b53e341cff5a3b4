"""What one thread waits for, no other does."""

from tests.codebase.house import ROOT, imported_by, name_of, python_files

# `functools.cached_property` of Python 3.11 has one lock for all objects of a class: while one of them asks a database, the same
# property of every other waits. Django's has none.
WITH_A_LOCK = "functools.cached_property"
ALLOWED = {
    "initiatives/submission/files/s3_store.py",  # one client for all threads: it is meant to be made once
    "initiatives/duplicates/looking.py",  # asks nothing
}


def test_a_property_that_is_kept_has_no_lock() -> None:
    found = {name_of(path) for path in python_files() if WITH_A_LOCK in imported_by(path)}

    assert found == ALLOWED


def test_the_exceptions_are_still_there() -> None:
    assert [name for name in ALLOWED if not (ROOT / name).exists()] == []
