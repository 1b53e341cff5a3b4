"""Who may make and change whose account: the level above, never oneself, never somebody of higher rank."""

from orgtree.models import StaffAccount, Unit
from orgtree.roles import RANK, Role


def roles_given_by(account: StaffAccount) -> list[str]:
    """The roles `account` may give: up to its own."""
    return [role for role in Role.values if RANK[role] <= RANK[account.role]]


def may_manage(account: StaffAccount, other: StaffAccount) -> bool:
    """Whether `account` may change role, unit, password and closing of `other`.

    Within the branch: whoever is below, or of lower rank in the same unit; administrators also one another, or a lost
    password at the top would be lost for good.
    """
    if account.pk == other.pk or account.unit is None or not account.is_active:
        return False
    if other.unit is not None and not other.unit.current_path.startswith(account.unit.current_path):
        return False
    if account.role == Role.ADMINISTRATOR:
        return True
    is_below = other.unit is not None and other.unit.current_path != account.unit.current_path
    return RANK[account.role] > RANK[other.role] or (is_below and RANK[account.role] == RANK[other.role])


def refuses_role(role: str, unit: Unit | None, *, by: StaffAccount) -> str:
    """Why `by` may not give `role` in `unit`, as a sentence; "" when it may."""
    if role not in roles_given_by(by):
        return "Bạn chỉ giao được vai trò bằng hoặc thấp hơn vai trò của mình."
    if role == Role.ADMINISTRATOR and (unit is None or unit.depth != 1):
        return "Vai trò quản trị chỉ dành cho tài khoản của Tổng Liên đoàn."
    if not may_manage(by, StaffAccount(unit=unit, role=role)):
        return "Trong đơn vị của mình, bạn chỉ giao được vai trò thấp hơn vai trò của mình."
    return ""
