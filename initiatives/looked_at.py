"""Who looked at what pages mask, or took data of people away: written in the moment it is done, before the answer goes out.

One row for each look or file; a copy of one person has a row for each initiative in it, so that each says who took it and every
unit's managers see it. A file is noted where it holds people, or words of theirs that are not public: the official table,
a dossier's papers, the list of a decision, certificates, the initiatives behind the benefit, those named for a quarter that is
not announced. Counts of unions are of nobody, and a sheet that is handed back with its faults told goes to whoever sent it.
Documents opened at the desk are read, not taken away.

Whoever reads the list (`personal_data/looks_admin.py`) sees those of their branch.
"""

from collections.abc import Iterable
from datetime import datetime

from initiatives.models import Initiative, PersonalDataView
from orgtree.models import StaffAccount, Unit

LONGEST_WHY = 200


def identity(initiative: Initiative, *, by: StaffAccount, why: str, at: datetime) -> None:
    """The whole identity number of one sender was shown."""
    _keep(_look(PersonalDataView.What.IDENTITY, by=by, initiative=initiative, unit=initiative.unit, why=why, at=at))


def copy(initiatives: Iterable[Initiative], *, by: StaffAccount, why: str, at: datetime) -> None:
    """What is held of one person in these was taken out."""
    what = PersonalDataView.What.COPY
    _keep(*(_look(what, by=by, initiative=each, unit=each.unit, why=why, at=at) for each in initiatives))


def table(unit: Unit | None, *, by: StaffAccount | None, rows: int, why: str, at: datetime) -> None:
    """A file of `rows` people of `unit` and below it went out; `why` says which file. `by` None: by a command on the server."""
    _keep(_look(PersonalDataView.What.TABLE, by=by, unit=unit, rows=rows, why=why, at=at))


def _keep(*looks: PersonalDataView) -> None:
    PersonalDataView.objects.bulk_create(looks)


def _look(
    what: str,
    *,
    by: StaffAccount | None,
    unit: Unit | None,
    why: str,
    at: datetime,
    initiative: Initiative | None = None,
    rows: int = 1,
) -> PersonalDataView:
    return PersonalDataView(
        account=by, what=what, initiative=initiative, unit=unit, rows=rows, why=why[:LONGEST_WHY], at=at
    )
