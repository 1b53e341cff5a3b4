"""A person who works in the admin: for one unit, in one role."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.utils import timezone

from orgtree.models.unit import Unit
from orgtree.roles import Role, allows, allows_any
from orgtree.scope import ScopedQuerySet


class StaffAccountQuerySet(ScopedQuerySet):
    pass


class StaffAccountManager(BaseUserManager.from_queryset(StaffAccountQuerySet)):  # type: ignore[misc]
    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "StaffAccount":
        """An account with a usable password. `fields` name its unit, role and full name."""
        account = self.model(username=self.model.normalize_username(username), **fields)
        account.set_password(password)
        account.save(using=self._db)
        return account

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> "StaffAccount":
        """The first administrator of the confederation (`manage.py createsuperuser`)."""
        fields.setdefault("unit", Unit.objects.filter(depth=1).first())
        fields.setdefault("role", Role.ADMINISTRATOR)
        return self.create_user(username, password, **fields)


class StaffAccount(AbstractBaseUser):
    username = models.CharField(
        "tên đăng nhập",
        max_length=60,
        unique=True,
        validators=[UnicodeUsernameValidator(message="Tên đăng nhập chỉ gồm chữ, số và các dấu @ . + - _")],
        error_messages={"unique": "Tên đăng nhập này đã có người dùng."},
    )
    full_name = models.CharField("họ và tên", max_length=120, blank=True)
    phone = models.CharField("điện thoại", max_length=30, blank=True)
    unit = models.ForeignKey(
        Unit, verbose_name="đơn vị", null=True, on_delete=models.PROTECT, related_name="staff_accounts"
    )
    role = models.CharField("vai trò", max_length=20, choices=Role.choices, default=Role.VIEWER)
    is_active = models.BooleanField(
        "đang hoạt động", default=True, help_text="Bỏ chọn để đóng tài khoản. Việc đã làm vẫn giữ tên người làm."
    )
    is_demonstration = models.BooleanField("tài khoản thử nghiệm", default=False, editable=False)
    created_at = models.DateTimeField("tạo lúc", default=timezone.now, editable=False)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = []

    objects = StaffAccountManager()

    class Meta:
        verbose_name = "tài khoản cán bộ"
        verbose_name_plural = "tài khoản cán bộ"
        constraints = [
            models.CheckConstraint(
                name="staff_role_is_known",
                condition=models.Q(role__in=Role.values),
                violation_error_message="Vai trò không hợp lệ.",
            )
        ]

    def __str__(self) -> str:
        return self.username

    def get_full_name(self) -> str:
        return self.full_name or self.username

    def get_short_name(self) -> str:
        return self.full_name or self.username

    @property
    def is_staff(self) -> bool:
        return self.is_active

    @property
    def is_superuser(self) -> bool:
        return self.is_active and self.role == Role.ADMINISTRATOR

    def has_perm(self, permission: str, obj: Any = None) -> bool:
        """What the role allows; which rows is another question (`visible_to`)."""
        return self.is_active and allows(self.role, permission)

    def has_perms(self, permissions: list[str], obj: Any = None) -> bool:
        return all(self.has_perm(permission, obj) for permission in permissions)

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and allows_any(self.role, app_label)
