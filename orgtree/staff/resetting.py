"""Somebody cannot get in any more: the level above gives a new first password, and forgets a phone that was lost."""

from axes.utils import reset as forget_failures
from django.db import transaction

from orgtree.models import StaffAccount
from orgtree.staff import first_passwords, second_factor


@transaction.atomic
def reset(account: StaffAccount, *, lost_phone: bool) -> str:
    """A new first password. Open sessions end, the lost phone's too, and wrong guesses are forgotten."""
    if lost_phone:
        second_factor.take_off(account)
    password = first_passwords.give(account)
    forget_failures(username=account.username)
    return password
