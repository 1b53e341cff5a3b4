"""What staff found of an initiative's benefit (M33): a row an act, append-only; who, when and the note stand on its event."""

from django.db import models
from django.db.models import Q

from initiatives.models.campaign import Campaign
from initiatives.models.review import ReviewEvent
from orgtree.scope import ScopedQuerySet
from portal.vietnamese import money


class Finding(models.TextChoices):
    """What was found of the declared value."""

    NONE = "none", "Chưa thẩm định giá trị"
    MONEY = "money", "Giá trị bằng tiền"
    NOT_MONEY = "not_money", "Không tính được bằng tiền"


class AppraisalQuerySet(ScopedQuerySet):
    unit_lookup = "event__initiative__unit"


class Appraisal(models.Model):
    """One appraisal; the last one counts, and the initiative repeats it. Values in whole đồng for one year."""

    event = models.OneToOneField(ReviewEvent, on_delete=models.PROTECT, related_name="appraisal")
    finding = models.CharField("kết quả", max_length=10, choices=Finding.choices)
    value = models.BigIntegerField("giá trị đã thẩm định (đồng)", null=True)
    has_social_meaning = models.BooleanField("có ý nghĩa xã hội sâu sắc")
    declared = models.BigIntegerField("giá trị đã khai lúc đó (đồng)", null=True)  # what it was compared with

    objects = AppraisalQuerySet.as_manager()

    class Meta:
        verbose_name = "thẩm định giá trị"
        verbose_name_plural = "thẩm định giá trị"
        constraints = [
            models.CheckConstraint(
                name="appraisal_of_money_has_a_value",
                condition=Q(
                    finding=Finding.MONEY, value__isnull=False, value__gte=0, value__lte=money.LARGEST_APPRAISED
                )
                | Q(finding__in=[Finding.NONE, Finding.NOT_MONEY], value=None),
                violation_error_message="Giá trị đã thẩm định phải từ 0 đến 100.000 tỷ đồng.",
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)


class FieldMedian(models.Model):
    """The middle of what was declared in a field (over those reached, above 0 đồng), counted beside the tally.

    What lies a thousand times above it looks mistyped.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="field_medians")
    field = models.CharField("lĩnh vực", max_length=40, blank=True)
    median = models.BigIntegerField("giá trị ở giữa (đồng)")
    of = models.PositiveIntegerField("trong số")
    counted_at = models.DateTimeField("đếm lúc")

    class Meta:
        verbose_name = "giá trị ở giữa của lĩnh vực"
        verbose_name_plural = "giá trị ở giữa của lĩnh vực"
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "field"],
                name="field_median_once",
                violation_error_message="Giá trị ở giữa của lĩnh vực này đã có.",
            )
        ]

    def __str__(self) -> str:
        return str(self.median)
