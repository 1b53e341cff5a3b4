"""Who may do what in selecting. Whose rows one sees is another question (`visible_to`); nothing here asks the database.

An account stands where its unit stands today: one of a unit that merged acts for every unit that went on in it.
"""

from initiatives.models import SelectionRound
from orgtree.models import Level, StaffAccount, Unit
from orgtree.roles import RANK, Role


def may_prepare(account: StaffAccount, unit: Unit) -> bool:
    """Whether the account may nominate for `unit` and prepare its dossier: as a reviewer of that unit or of one above it."""
    return _has(account, Role.REVIEWER) and _stands_at_or_above(account, unit)


def may_seal(account: StaffAccount, unit: Unit) -> bool:
    """Whether the account may send the dossier of `unit`: a manager there or above; at a grassroots union its own reviewer."""
    if not may_prepare(account, unit):
        return False
    is_own = account.unit is not None and account.unit.current_path == unit.current_path
    return _has(account, Role.MANAGER) or (unit.level == Level.GRASSROOTS and is_own)


def may_host(account: StaffAccount, round: SelectionRound) -> bool:
    """Whether the account may hold the round: receive, return, accept, extend, decide."""
    return _has(account, Role.MANAGER) and _stands_at_or_above(account, round.host)


def may_begin(account: StaffAccount, round: SelectionRound, unit: Unit) -> bool:
    """Whether the account may make the dossier of `unit`: whoever prepares it, or the host, who grants time and notes papers."""
    return may_prepare(account, unit) or may_host(account, round)


def may_look_into(account: StaffAccount, unit: Unit) -> bool:
    """Whether what the unit could put forward is the account's to read. The host of a unit that left its branch reads what was
    put forward there, and nothing else of it."""
    return account.is_active and _stands_at_or_above(account, unit)


def is_of_host(account: StaffAccount, round: SelectionRound) -> bool:
    """Whether the account stands where the round is held, or above: it sees every unit that takes part, whatever its role and
    wherever that unit has gone."""
    return account.is_active and _stands_at_or_above(account, round.host)


def _has(account: StaffAccount, least: Role) -> bool:
    return account.is_active and RANK.get(account.role, -1) >= RANK[least]


def _stands_at_or_above(account: StaffAccount, unit: Unit) -> bool:
    return account.unit is not None and unit.current_path.startswith(account.unit.current_path)
