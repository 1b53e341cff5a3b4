"""Counted numbers and the moment they were counted (`progress/tally.py` writes them, nobody else)."""

from django.db import models

from initiatives.models.campaign import Campaign
from initiatives.models.initiative import Status
from orgtree.models import Unit
from orgtree.scope import ScopedQuerySet


class TallyQuerySet(ScopedQuerySet):
    pass


class Tally(models.Model):
    """Initiatives of a unit in a campaign, by status, duplicates apart: the unit's own, and its branch with it."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="tallies")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="tallies")
    status = models.CharField("trạng thái", max_length=12, choices=Status.choices)
    is_duplicate = models.BooleanField("trùng lặp", default=False)
    own = models.PositiveIntegerField("của đơn vị", default=0)
    branch = models.PositiveIntegerField("của cả nhánh", default=0)

    objects = TallyQuerySet.as_manager()

    class Meta:
        verbose_name = "số đếm"
        verbose_name_plural = "số đếm"
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "unit", "status", "is_duplicate"],
                name="tally_row_once",
                violation_error_message="Số đếm này đã có.",
            )
        ]

    def __str__(self) -> str:
        return str(self.branch)


class TallyRun(models.Model):
    """When a campaign was last counted."""

    campaign = models.OneToOneField(Campaign, on_delete=models.CASCADE, related_name="tally_run")
    counted_at = models.DateTimeField("đếm lúc")

    class Meta:
        verbose_name = "lần đếm"
        verbose_name_plural = "lần đếm"

    def __str__(self) -> str:
        return str(self.pk)
