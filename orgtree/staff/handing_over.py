"""Somebody leaves and somebody else takes the place: a new account in the same unit and role, the old one closed.

What was done stays with the name of who did it.
"""

from django.db import transaction

from orgtree.models import StaffAccount
from orgtree.staff import first_passwords
from orgtree.units.queries import own_today


class AlreadyClosed(Exception):
    """The account was closed meanwhile; there is nothing left to hand over."""


@transaction.atomic
def hand_over(account: StaffAccount, *, username: str, full_name: str, phone: str) -> tuple[StaffAccount, str]:
    """The successor's account and its first password; in what the unit is today."""
    leaving = StaffAccount.objects.select_for_update(of=("self",)).select_related("unit").get(pk=account.pk)
    if not leaving.is_active:
        raise AlreadyClosed
    successor = StaffAccount(
        username=username,
        full_name=full_name,
        phone=phone,
        unit=own_today(leaving),
        role=leaving.role,
        is_demonstration=leaving.is_demonstration,
    )
    password = first_passwords.give(successor, save=False)
    successor.save()
    leaving.is_active = False
    leaving.handed_to = successor
    leaving.save(update_fields=["is_active", "handed_to"])
    return successor, password
