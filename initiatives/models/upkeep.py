"""What keeps the portal sound, done at night or by an operator: when it was done last, and whether it went well."""

from django.db import models
from django.db.models import Q


class UpkeepQuerySet(models.QuerySet["Upkeep"]):
    def of_the_whole_portal(self) -> "UpkeepQuerySet":
        """Without verifications of one campaign, which say nothing of the others. Erasures are always of one, and stay."""
        return self.exclude(kind=Upkeep.Kind.VERIFY, figures__has_key="campaign")


class Upkeep(models.Model):
    """One run. `figures` are counts by name, for the page of the portal's health and for `/metrics`; nothing of a person."""

    class Kind(models.TextChoices):
        BACKUP = "backup", "Sao lưu"
        RESTORE = "restore", "Khôi phục"
        SEAL = "seal", "Niêm phong lịch sử"
        VERIFY = "verify", "Kiểm tra lịch sử"
        NIGHTLY = "nightly", "Kiểm tra lịch sử mỗi đêm một phần"
        INVARIANTS = "invariants", "Kiểm tra bất biến"
        PURGE = "purge", "Dọn bản nháp, tệp thừa"
        ERASE = "erase", "Xóa dữ liệu cá nhân quá hạn"

    kind = models.CharField("việc", max_length=12, choices=Kind.choices)
    began_at = models.DateTimeField("bắt đầu lúc")
    ended_at = models.DateTimeField("xong lúc", null=True)
    is_good = models.BooleanField("đạt", null=True)
    figures = models.JSONField("số liệu", default=dict)

    objects = UpkeepQuerySet.as_manager()

    class Meta:
        verbose_name = "việc bảo trì"
        verbose_name_plural = "việc bảo trì"
        ordering = ["-began_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="upkeep_ended_with_a_finding",
                condition=Q(ended_at=None, is_good=None) | Q(ended_at__isnull=False, is_good__isnull=False),
                violation_error_message="Việc bảo trì đã xong phải ghi đạt hay không.",
            )
        ]
        indexes = [models.Index(fields=["kind", "-began_at"], name="upkeep_last_of_kind")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
