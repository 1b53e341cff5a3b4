"""Every address of the admin has its line in the matrix that proves the scope (`tests/scope/doors.py`)."""

from tests.scope.doors import DOORS, addresses


def test_every_address_of_the_admin_is_in_the_matrix() -> None:
    assert sorted(set(addresses()) - set(DOORS)) == []


def test_every_line_of_the_matrix_is_an_address_of_the_admin() -> None:
    assert sorted(set(DOORS) - set(addresses())) == []


def test_no_two_addresses_share_a_line() -> None:
    """Or the matrix would walk one of them only."""
    found = addresses()

    assert sorted({name for name in found if found.count(name) > 1}) == []
