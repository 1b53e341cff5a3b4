"""What a role allows, as data. Each app grants its own models here when it starts; nothing is kept in group rows."""

from django.db.models import TextChoices


class Role(TextChoices):
    VIEWER = "viewer", "Người xem"
    REVIEWER = "reviewer", "Người xét duyệt"
    MANAGER = "manager", "Người quản lý"
    ADMINISTRATOR = "administrator", "Quản trị Tổng Liên đoàn"


RANK = {role.value: rank for rank, role in enumerate(Role)}

_granted: dict[str, str] = {}


def grant(role: Role, *permissions: str) -> None:
    """Gives `permissions` ("app.action_model") to `role` and every role above it."""
    for permission in permissions:
        _granted[permission] = role.value


def allows(role: str, permission: str) -> bool:
    """Whether `role` may do `permission`; what nobody was granted is the administrator's, deleting included."""
    lowest = _granted.get(permission, Role.ADMINISTRATOR.value)
    return role in RANK and RANK[role] >= RANK[lowest]


def allows_any(role: str, app_label: str) -> bool:
    """Whether `role` may do anything at all in an app."""
    return any(allows(role, permission) for permission in _granted if permission.startswith(f"{app_label}."))
