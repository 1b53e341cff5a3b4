"""A person who works in the admin: for one unit, in one role."""

from typing import Any

from django.contrib.auth import hashers
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.utils import timezone

from orgtree.models.unit import Unit
from orgtree.roles import RANK, Role, allows, allows_any
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
    # Nobody decides on an initiative of their own; the number itself is not kept, only its keyed hash.
    national_id_hash = models.CharField("CMND/CCCD (mã băm)", max_length=64, blank=True, editable=False)
    unit = models.ForeignKey(
        Unit, verbose_name="đơn vị", null=True, on_delete=models.PROTECT, related_name="staff_accounts"
    )
    role = models.CharField("vai trò", max_length=20, choices=Role.choices, default=Role.VIEWER)
    is_active = models.BooleanField(
        "đang hoạt động", default=True, help_text="Bỏ chọn để đóng tài khoản. Việc đã làm vẫn giữ tên người làm."
    )
    must_change_password = models.BooleanField("phải đổi mật khẩu", default=False, editable=False)
    # The moment it was set up; a session that gave a code bears the same, so taking it away ends what it opened.
    second_factor_since = models.DateTimeField("bật lớp bảo vệ thứ hai lúc", null=True, blank=True, editable=False)
    handed_to = models.ForeignKey(
        "self",
        verbose_name="bàn giao cho",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="taken_over",
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
            ),
            models.CheckConstraint(
                name="staff_who_handed_over_is_closed",
                condition=models.Q(handed_to=None) | models.Q(is_active=False),
                violation_error_message="Tài khoản đã bàn giao thì phải đóng.",
            ),
        ]

    def __str__(self) -> str:
        return self.username

    def get_full_name(self) -> str:
        return self.full_name or self.username

    def get_short_name(self) -> str:
        return self.full_name or self.username

    def check_password(self, raw_password: str | None) -> bool:
        """A first password keeps its hash: Django would make it anew of what was typed, with or without hyphens."""
        if self.must_change_password:
            return hashers.check_password(raw_password, self.password)
        return super().check_password(raw_password)

    @property
    def is_staff(self) -> bool:
        return self.is_active

    @property
    def needs_second_factor(self) -> bool:
        """Managers and above must have one; whether it is set up says `second_factor_since`."""
        return not self.is_demonstration and RANK.get(self.role, 0) >= RANK[Role.MANAGER]

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


class SignIn(models.Model):
    """One successful sign-in, for its owner to look through."""

    account = models.ForeignKey(
        StaffAccount, verbose_name="tài khoản", on_delete=models.CASCADE, related_name="sign_ins"
    )
    at = models.DateTimeField("lúc")
    address = models.CharField("địa chỉ mạng", max_length=45, blank=True)
    device = models.CharField("thiết bị", max_length=200, blank=True)

    class Meta:
        verbose_name = "lần đăng nhập"
        verbose_name_plural = "lần đăng nhập"
        indexes = [models.Index(fields=["account", "-at"], name="sign_in_by_account")]

    def __str__(self) -> str:
        return str(self.pk)
