"""Rounds in which a unit chooses among what the units directly below it send, and how many each may send.

Days are whole days, both ends included: `dossier_due` is the last day on time ("trước ngày 15/4" is 14/4, DB21). A round
may lie after its campaign's close.
"""

from typing import Any

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from initiatives.models.campaign import Campaign
from initiatives.models.papers import TableLayout
from orgtree.models import Level, StaffAccount, Unit
from orgtree.scope import ScopedQuerySet

TAKES_PART = [(level.value, level.label) for level in Level if level != Level.CONFEDERATION]


class DossierPart(models.TextChoices):
    """What a dossier may have to hold (QT21: three items; TH21, DB21: two)."""

    LETTER = "letter", "Tờ trình của ban thường vụ"
    SUMMARY_TABLE = "summary_table", "Bảng tổng hợp tóm tắt sáng kiến"
    RECOGNITION_DECISIONS = (
        "recognition_decisions",
        "Quyết định công nhận sáng kiến của thủ trưởng cơ quan, chủ doanh nghiệp",
    )
    OTHER = "other", "Tài liệu khác"


class OfficialLayout(models.TextChoices):
    """The layouts that `reports/layouts/` holds, by their codes."""

    QT = "qt", "Mẫu Quảng Trị"
    TH = "th", "Mẫu Thanh Hóa"


class SelectionRoundQuerySet(ScopedQuerySet):
    unit_lookup = "host"

    def visible_to(self, account: StaffAccount) -> "SelectionRoundQuerySet":
        """Rounds held in the account's branch, and those that the units above it hold: it takes part in them."""
        unit = getattr(account, "unit", None)
        if unit is None or not account.is_active:
            return self.none()
        step = Unit.steplen
        above = [unit.current_path[:end] for end in range(step, len(unit.current_path), step)]
        held_here = self.in_branch_of(unit).values("pk")
        return self.filter(Q(pk__in=held_here) | Q(host__current_path__in=above))

    def hosted_in(self, unit: Unit) -> "SelectionRoundQuerySet":
        """Rounds of `unit` and of those below it."""
        return self.in_branch_of(unit)


class SelectionRound(models.Model):
    campaign = models.ForeignKey(Campaign, verbose_name="chương trình", on_delete=models.PROTECT, related_name="rounds")
    host = models.ForeignKey(Unit, verbose_name="đơn vị xét chọn", on_delete=models.PROTECT, related_name="rounds")
    name = models.CharField("tên đợt xét chọn", max_length=160)
    opens_at = models.DateTimeField(
        "mở lúc", null=True, blank=True, help_text="Để trống: mở cùng lúc với chương trình."
    )
    dossier_due = models.DateField(
        "hạn gửi hồ sơ (hết ngày)",
        null=True,
        blank=True,
        help_text="Ngày cuối còn kịp. “Trước ngày 15/4” là ngày 14/4. Để trống: không có hạn.",
    )
    takes_part = models.JSONField("cấp tham gia", default=list)
    each_unit_min = models.PositiveSmallIntegerField("mỗi đơn vị ít nhất", default=0)
    each_unit_max = models.PositiveSmallIntegerField(
        "mỗi đơn vị nhiều nhất", null=True, blank=True, help_text="Để trống: không giới hạn."
    )
    dossier_items = models.JSONField("hồ sơ gồm", default=list)
    commended_fields = models.JSONField("lĩnh vực được biểu dương", default=list, blank=True)
    climbs = models.BooleanField(
        "kết quả gửi lên cấp trên", default=True, help_text="Đơn vị chọn trong kết quả đợt này để giới thiệu lên trên."
    )
    layout = models.CharField(
        "mẫu bảng tổng hợp", max_length=10, choices=OfficialLayout.choices, default=OfficialLayout.QT
    )
    own_layout = models.ForeignKey(
        TableLayout,
        verbose_name="mẫu bảng riêng",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="rounds",
    )
    assessors = models.ManyToManyField(
        settings.AUTH_USER_MODEL, verbose_name="người chấm", blank=True, related_name="assessed_rounds"
    )

    objects = SelectionRoundQuerySet.as_manager()

    class Meta:
        verbose_name = "đợt xét chọn"
        verbose_name_plural = "đợt xét chọn"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="round_minimum_within_maximum",
                condition=Q(each_unit_max=None) | Q(each_unit_max__gte=F("each_unit_min")),
                violation_error_message="Số nhiều nhất không được nhỏ hơn số ít nhất.",
            ),
            models.UniqueConstraint(
                fields=["campaign", "host", "name"],
                name="round_name_once_a_host",
                violation_error_message="Đơn vị đã có đợt xét chọn tên này trong chương trình.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def asks_decisions(self) -> bool:
        return DossierPart.RECOGNITION_DECISIONS in self.dossier_items


class QuotaQuerySet(ScopedQuerySet):
    pass


class Quota(models.Model):
    """How many places a unit has in a round, and how many of them are taken: the row that nominating locks.

    `minimum` and `maximum` are the unit's own where it is an exception (None: as the round says). `limit` is the maximum that
    holds (None: there is none); `taken` counts the nominations that stand as chosen. `nominations/quotas.py` writes both.
    """

    round = models.ForeignKey(SelectionRound, verbose_name="đợt", on_delete=models.CASCADE, related_name="quotas")
    unit = models.ForeignKey(Unit, verbose_name="đơn vị", on_delete=models.PROTECT, related_name="quotas")
    minimum = models.PositiveSmallIntegerField("ít nhất (riêng đơn vị này)", null=True, blank=True)
    maximum = models.PositiveSmallIntegerField("nhiều nhất (riêng đơn vị này)", null=True, blank=True)
    limit = models.PositiveSmallIntegerField("số chỗ", null=True, editable=False)
    taken = models.PositiveSmallIntegerField("đã dùng", default=0, editable=False)

    objects = QuotaQuerySet.as_manager()

    class Meta:
        verbose_name = "số lượng của một đơn vị"
        verbose_name_plural = "số lượng của từng đơn vị"
        ordering = ["unit__path"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "unit"],
                name="quota_once_a_unit",
                violation_error_message="Đơn vị này đã có dòng số lượng riêng.",
            ),
            models.CheckConstraint(
                name="quota_is_not_overrun",
                condition=Q(limit=None) | Q(taken__lte=F("limit")),
                violation_error_message="Đơn vị đã dùng hết số lượng được giới thiệu.",
            ),
            models.CheckConstraint(
                name="quota_minimum_within_maximum",
                condition=Q(minimum=None) | Q(maximum=None) | Q(maximum__gte=F("minimum")),
                violation_error_message="Số nhiều nhất không được nhỏ hơn số ít nhất.",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Of a row that is there, only its own numbers: whoever opened it a while ago knows an old `taken`, and what is counted
        is one unit's for good."""
        if not self._state.adding:
            kwargs.setdefault("update_fields", ["minimum", "maximum"])
        super().save(*args, **kwargs)


class Criterion(models.Model):
    """What assessors give points for, where a round wants that ("chấm điểm", TX22); none by default."""

    round = models.ForeignKey(SelectionRound, verbose_name="đợt", on_delete=models.CASCADE, related_name="criteria")
    name = models.CharField("tiêu chí", max_length=160)
    most = models.PositiveSmallIntegerField("điểm tối đa", default=10, validators=[MinValueValidator(1)])
    position = models.PositiveSmallIntegerField("thứ tự", default=0)

    class Meta:
        verbose_name = "tiêu chí"
        verbose_name_plural = "tiêu chí"
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                name="criterion_gives_points",
                condition=Q(most__gte=1),
                violation_error_message="Điểm tối đa ít nhất là 1.",
            )
        ]

    def __str__(self) -> str:
        return self.name
