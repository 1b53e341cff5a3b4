"""A view of the inbox that somebody wants to come back to."""

from django.conf import settings
from django.db import models

LONGEST_QUERY = 1000


class SavedFilter(models.Model):
    """The parameters of a list's address, by a name of one's own; nobody else sees it."""

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="người lưu", on_delete=models.CASCADE, related_name="saved_filters"
    )
    name = models.CharField("tên", max_length=80)
    query = models.CharField("bộ lọc", max_length=LONGEST_QUERY)
    saved_at = models.DateTimeField("lưu lúc")

    class Meta:
        verbose_name = "bộ lọc đã lưu"
        verbose_name_plural = "bộ lọc đã lưu"
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "name"],
                name="saved_filter_name_once",
                violation_error_message="Bạn đã có một bộ lọc mang tên này.",
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)
