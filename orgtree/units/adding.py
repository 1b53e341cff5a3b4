"""Adding the grassroots unions of a large sheet portion by portion, and who carries that outside the request.

The tree knows nothing of jobs: `initiatives/unit_jobs.py` says here that it carries such work. A portion holds the lock of the
tree for a fraction of a second, where all 20,000 rows in one transaction held it for half a minute on a busy machine.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from orgtree.changes import lock
from orgtree.models import Sheet, StaffAccount
from orgtree.sent_sheets import ChangedMeanwhile
from orgtree.units.grassroots import MOST_ROWS, Judged, Verdict, judged, parents_for, rows_in, write
from portal.sheets.reading import SheetRow

AT_ONCE = 500  # unions added while the sender waits: a third of a second, a whole one on a busy machine
RIGHT = "orgtree.add_unit"


class Begin(Protocol):
    """Gives the work away; answers with the address of the page that tells how far it is. Raises SheetUsed."""

    def __call__(self, sheet: Sheet, *, promised: int, by: StaffAccount, at: datetime) -> str: ...


@dataclass(frozen=True)
class LongWork:
    """Whoever carries it; `page` is the address of what was begun for a sheet, "" where nothing was."""

    begin: Begin
    page: Callable[[Sheet], str]


long_work: list[LongWork] = []  # one at most, entered by whoever stands above


def begin(sheet: Sheet, *, promised: int, by: StaffAccount, at: datetime) -> str:
    """The address of the page that tells how far it is; "" where `promised` unions are few enough to be added at once."""
    if not long_work or not AT_ONCE < promised <= MOST_ROWS:
        return ""
    return long_work[0].begin(sheet, promised=promised, by=by, at=at)


def page(sheet: Sheet) -> str:
    return long_work[0].page(sheet) if long_work else ""


def planned(sheet: Sheet, *, promised: int, by: StaffAccount, at: datetime) -> list[SheetRow]:
    """The rows to add. Raises ChangedMeanwhile where they are not as many as the page promised, and SheetRefused.

    Those of one unit stand together, so that a portion asks about few units; codes that were typed come before those the portal
    makes up.
    """
    parents = parents_for(by)
    new = judged(rows_in(bytes(sheet.content), parents), parents, at=at).new
    if len(new) != promised:
        raise ChangedMeanwhile
    return [each.row for each in sorted(new, key=_beside_each_other)]


def add_some(rows: Sequence[SheetRow], *, name: str, by: StaffAccount, at: datetime) -> Verdict:
    """Adds those of some rows that are still right, and says what each was. To be called in a transaction."""
    lock()
    verdict = judged(rows, parents_for(by), at=at)
    write(verdict.new, name=name, by=by, at=at)
    return verdict


def _beside_each_other(each: Judged) -> tuple[str, bool]:
    return each.parent.path if each.parent else "", not each.code
