"""What a printed poster brought, counted without knowing whom: no address, no phone, no mark on a visitor."""

from django.db import models

from initiatives.models.campaign import Campaign
from orgtree.models import Unit
from orgtree.scope import ScopedQuerySet


class PosterCountQuerySet(ScopedQuerySet):
    pass


class PosterCount(models.Model):
    """How often the QR of one unit (the confederation's is the campaign's own) was opened, and began a draft, on one day in
    Việt Nam. What was submitted is not kept here: drafts know by whose poster they came."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="poster_counts")
    unit = models.ForeignKey(Unit, verbose_name="đơn vị", on_delete=models.PROTECT, related_name="poster_counts")
    day = models.DateField("ngày")
    scans = models.PositiveIntegerField("lượt quét", default=0)
    starts = models.PositiveIntegerField("lượt bắt đầu", default=0)

    objects = PosterCountQuerySet.as_manager()

    class Meta:
        verbose_name = "số đếm của áp phích"
        verbose_name_plural = "số đếm của áp phích"
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "unit", "day"],
                name="one_poster_count_a_day",
                violation_error_message="Ngày này đã có số đếm của áp phích.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.day}"
