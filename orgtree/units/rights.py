"""Who may change the tree where: managers and administrators, in their branch, and never the unit they stand in."""

from orgtree.models import Level, StaffAccount, Unit
from orgtree.models.unit import PARENT_LEVELS


def levels_below(unit: Unit) -> list[Level]:
    """The levels that may stand directly below `unit`; none below a grassroots union."""
    return [level for level in Level if unit.level in PARENT_LEVELS[level]]


def may_add_below(account: StaffAccount, unit: Unit) -> bool:
    return account.has_perm("orgtree.add_unit") and _is_in_branch(account, unit) and bool(levels_below(unit))


def may_change(account: StaffAccount, unit: Unit) -> bool:
    """Whoever closed or moved their own unit would have closed themselves out: that is for the level above."""
    return (
        account.has_perm("orgtree.change_unit")
        and _is_in_branch(account, unit)
        and account.unit is not None
        and unit.current_path != account.unit.current_path
    )


def _is_in_branch(account: StaffAccount, unit: Unit) -> bool:
    return account.unit is not None and unit.current_path.startswith(account.unit.current_path)
