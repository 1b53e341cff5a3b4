"""One initiative in one round: who sent it up, in which place, and the points that assessors gave."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from initiatives.models.initiative import Initiative
from initiatives.models.selection import Criterion, SelectionRound
from orgtree.models import Unit
from orgtree.scope import ScopedQuerySet

# How the words of the step end that put an initiative among the reserves.
AS_RESERVE = ", dự bị"


class Standing(models.TextChoices):
    CHOSEN = "chosen", "Được giới thiệu"
    RESERVE = "reserve", "Dự bị"
    WITHDRAWN = "withdrawn", "Đã rút"


class NominationQuerySet(ScopedQuerySet):
    """A nomination is seen by the branch of the unit that made it: that unit and those above it."""

    def standing(self) -> "NominationQuerySet":
        """Those that were not taken back, reserves among them."""
        return self.exclude(standing=Standing.WITHDRAWN)

    def chosen(self) -> "NominationQuerySet":
        return self.filter(standing=Standing.CHOSEN)

    def in_order(self) -> "NominationQuerySet":
        """The chosen, then the reserves, each by rank."""
        return self.order_by("standing", "rank", "pk")


class Nomination(models.Model):
    """`rank` counts from 1 among the chosen, and from 1 among the reserves of the same unit and round."""

    round = models.ForeignKey(SelectionRound, verbose_name="đợt", on_delete=models.PROTECT, related_name="nominations")
    unit = models.ForeignKey(
        Unit, verbose_name="đơn vị giới thiệu", on_delete=models.PROTECT, related_name="nominations"
    )
    initiative = models.ForeignKey(
        Initiative, verbose_name="sáng kiến", on_delete=models.PROTECT, related_name="nominations"
    )
    standing = models.CharField("tình trạng", max_length=10, choices=Standing.choices, default=Standing.CHOSEN)
    rank = models.PositiveSmallIntegerField("thứ tự", default=1)
    nominated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="người giới thiệu", on_delete=models.PROTECT, related_name="+"
    )
    nominated_at = models.DateTimeField("giới thiệu lúc")
    # None: the portal did, because the initiative is not valid any more or left the branch.
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="người rút", null=True, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_at = models.DateTimeField("rút lúc", null=True)
    withdrawn_because = models.CharField("lý do rút", max_length=300, blank=True)

    objects = NominationQuerySet.as_manager()

    class Meta:
        verbose_name = "đề cử"
        verbose_name_plural = "đề cử"
        ordering = ["round_id", "unit__path", "standing", "rank", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "initiative"],
                name="nomination_one_place_a_round",
                condition=~Q(standing="withdrawn"),
                violation_error_message="Sáng kiến đã có một chỗ trong đợt xét chọn này.",
            ),
            models.CheckConstraint(
                name="nomination_standing_is_known",
                condition=Q(standing__in=Standing.values),
                violation_error_message="Tình trạng của đề cử không hợp lệ.",
            ),
        ]
        indexes = [models.Index(fields=["round", "unit", "standing", "rank"], name="nomination_in_order")]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_chosen(self) -> bool:
        return self.standing == Standing.CHOSEN

    @property
    def is_reserve(self) -> bool:
        return self.standing == Standing.RESERVE


class Score(models.Model):
    """Points of one assessor for one criterion; assessors do not see one another's."""

    nomination = models.ForeignKey(Nomination, on_delete=models.PROTECT, related_name="scores")
    criterion = models.ForeignKey(Criterion, verbose_name="tiêu chí", on_delete=models.PROTECT, related_name="scores")
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="người chấm", on_delete=models.PROTECT, related_name="scores"
    )
    points = models.DecimalField("điểm", max_digits=6, decimal_places=2)
    at = models.DateTimeField("chấm lúc")

    class Meta:
        verbose_name = "điểm"
        verbose_name_plural = "điểm"
        ordering = ["nomination_id", "criterion_id", "account_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["nomination", "criterion", "account"],
                name="score_once_an_assessor",
                violation_error_message="Bạn đã chấm tiêu chí này.",
            ),
            models.CheckConstraint(
                name="score_is_not_negative",
                condition=Q(points__gte=0),
                violation_error_message="Điểm không được âm.",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
