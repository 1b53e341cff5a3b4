"""What was done to the tree: one row an act, with its day and the document that ordered it. Never changed, never deleted."""

from django.db import models

from orgtree.models.staff import StaffAccount
from orgtree.models.unit import Unit


class Act(models.TextChoices):
    ADDED = "added", "Thành lập"
    RENAMED = "renamed", "Đổi tên"
    MOVED = "moved", "Chuyển"
    MERGED = "merged", "Sáp nhập"
    CLOSED = "closed", "Kết thúc"
    CALLED = "called", "Thêm cách gọi khác"


class UnitChange(models.Model):
    """One act upon one unit. What befell the units below it along the way is not recorded again for each of them."""

    unit = models.ForeignKey(Unit, verbose_name="đơn vị", on_delete=models.PROTECT, related_name="changes")
    act = models.CharField("việc", max_length=10, choices=Act.choices)
    day = models.DateField("từ ngày", null=True, blank=True)
    document = models.CharField("văn bản", max_length=200, blank=True)
    other = models.ForeignKey(
        Unit, verbose_name="đơn vị kia", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    detail = models.CharField("chi tiết", max_length=500, blank=True)
    by = models.ForeignKey(
        StaffAccount, verbose_name="người làm", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField("ghi lúc")

    class Meta:
        verbose_name = "việc của đơn vị"
        verbose_name_plural = "việc của đơn vị"
        ordering = ("day", "pk")
        constraints = [
            models.CheckConstraint(
                name="unit_change_act_is_known",
                condition=models.Q(act__in=Act.values),
                violation_error_message="Việc này không có trong danh mục.",
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)
