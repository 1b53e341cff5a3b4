"""Printing a slip again is recorded in the history of its initiative; the first printing after entering is not.

Whoever loads a page of slips anew within some minutes prints it once.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from initiatives import lifecycle
from initiatives.models import Act, ReviewEvent
from orgtree.models import StaffAccount

ONE_PRINTING = timedelta(minutes=10)


def record_again(keys: Collection[int], *, by: StaffAccount, at: datetime) -> None:
    """One step in the history of each, in a few statements however many there are."""

    def is_one_printing(last: ReviewEvent) -> bool:
        return last.act == Act.REPRINTED and last.account_id == by.pk and at - last.at <= ONE_PRINTING

    if keys:
        lifecycle.note_all(keys, Act.REPRINTED, by=by, at=at, unless=is_one_printing)
