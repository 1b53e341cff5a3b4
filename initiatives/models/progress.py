"""What is aimed at, what was counted and what was announced. (`progress/tally.py` writes the counts, nobody else.)"""

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from initiatives.models.campaign import Campaign, Phase
from initiatives.models.initiative import Initiative
from initiatives.models.told import ToldQuerySet, ToldToAll
from orgtree.models import Unit
from orgtree.scope import ScopedQuerySet


class By(models.TextChoices):
    """By what initiatives are counted. Every row of a unit holds its whole branch."""

    ALL = "all", "Tất cả"
    STATUS = "status", "Trạng thái"  # the statuses, and "duplicate" apart: they partition what was received
    PHASE = "phase", "Đợt"  # its primary key
    CATEGORY = "category", "Đối tượng"  # a code of the campaign's category scheme, "" where none was given
    FIELD = "field", "Lĩnh vực"  # "" where none was given
    MONTH = "month", "Tháng"  # of submission in Việt Nam: 2022-10
    DAY = "day", "Ngày"  # 2022-10-03; kept of the confederation, provinces and sectors only


DUPLICATE = "duplicate"  # among the values of By.STATUS


class TallyQuerySet(ScopedQuerySet):
    pass


class Tally(models.Model):
    """Initiatives of a unit's branch in a campaign, one row for each value by which they are counted; no row is none.

    `entries` are those that targets are compared with (received without withdrawn and duplicates, NT22), by status all of
    it. Money is summed over the entries, without what is implausible (over 1.000 tỷ each): that is counted as `doubtful`
    until staff appraised it. `appraised` sums what staff found, `appraisals` and `meaningful` are numbers of initiatives.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="tallies")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="tallies")
    # The unit above by its path, which never changes: a level is read, and added up, by one index.
    parent = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="tallies_below")
    by = models.CharField("đếm theo", max_length=8, choices=By.choices)
    value = models.CharField("giá trị", max_length=40, blank=True)
    entries = models.PositiveIntegerField("đã đạt", default=0)
    valid = models.PositiveIntegerField("hợp lệ", default=0)
    declared = models.BigIntegerField("giá trị làm lợi đã ghi (đồng)", default=0)
    declared_valid = models.BigIntegerField("trong đó của sáng kiến hợp lệ (đồng)", default=0)
    unmeasured = models.PositiveIntegerField("không tính được bằng tiền", default=0)
    doubtful = models.PositiveIntegerField("giá trị cần xem lại", default=0)
    appraised = models.BigIntegerField("giá trị đã thẩm định (đồng)", default=0)
    appraised_valid = models.BigIntegerField("trong đó của sáng kiến hợp lệ (đồng)", default=0)
    appraisals = models.PositiveIntegerField("đã thẩm định giá trị", default=0)
    meaningful = models.PositiveIntegerField("có ý nghĩa xã hội sâu sắc", default=0)
    taking_part = models.PositiveIntegerField("CĐCS tham gia", default=0)

    objects = TallyQuerySet.as_manager()

    class Meta:
        verbose_name = "số đếm"
        verbose_name_plural = "số đếm"
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "unit", "by", "value"],
                name="tally_row_once",
                violation_error_message="Số đếm này đã có.",
            )
        ]
        indexes = [models.Index(fields=["campaign", "parent", "by", "value"], name="tally_of_a_level")]

    def __str__(self) -> str:
        return str(self.entries)


class TallyRun(models.Model):
    """When a campaign was last counted, and when those who sent many were looked for (`progress/people.py`)."""

    campaign = models.OneToOneField(Campaign, on_delete=models.CASCADE, related_name="tally_run")
    counted_at = models.DateTimeField("đếm lúc")
    senders_found_at = models.DateTimeField("tìm người gửi nhiều lúc", null=True)

    class Meta:
        verbose_name = "lần đếm"
        verbose_name_plural = "lần đếm"

    def __str__(self) -> str:
        return str(self.pk)


class FrequentSenderQuerySet(ScopedQuerySet):
    pass


class FrequentSender(models.Model):
    """A phone from which much came in a branch of today (M34): found beside the tally, counted anew where it is shown.

    `unit` is one of those that have the branch's place. The phone is read from `latest`, the newest of them: erased there, it is
    erased here.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="frequent_senders")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="frequent_senders")
    latest = models.ForeignKey(Initiative, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField("số sáng kiến")

    objects = FrequentSenderQuerySet.as_manager()

    class Meta:
        verbose_name = "người gửi nhiều"
        verbose_name_plural = "người gửi nhiều"
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "unit", "latest"],
                name="frequent_sender_once",
                violation_error_message="Người gửi nhiều này đã có.",
            )
        ]

    def __str__(self) -> str:
        return str(self.number)


class Period(models.TextChoices):
    WHOLE = "whole", "Cả chương trình"
    PHASE = "phase", "Theo đợt"
    QUARTER = "quarter", "Theo quý"
    MONTH = "month", "Theo tháng"


class TargetQuerySet(ScopedQuerySet):
    pass


class Target(models.Model):
    """How many initiatives a unit is to reach in a campaign or a part of it, set by the level above (M30)."""

    campaign = models.ForeignKey(
        Campaign, verbose_name="chương trình", on_delete=models.PROTECT, related_name="targets"
    )
    unit = models.ForeignKey(Unit, verbose_name="đơn vị", on_delete=models.PROTECT, related_name="targets")
    period = models.CharField("thời gian", max_length=8, choices=Period.choices, default=Period.WHOLE)
    phase = models.ForeignKey(
        Phase, verbose_name="đợt", null=True, blank=True, on_delete=models.PROTECT, related_name="targets"
    )
    starts_on = models.DateField("từ ngày", null=True, blank=True, help_text="Ngày đầu của quý hoặc tháng được giao.")
    quantity = models.PositiveIntegerField("chỉ tiêu", validators=[MinValueValidator(1)])
    due_on = models.DateField("đến hết ngày", null=True, blank=True)
    document = models.CharField("số văn bản giao", max_length=100, blank=True)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="người giao", null=True, blank=True, on_delete=models.PROTECT
    )
    set_at = models.DateTimeField("giao lúc")

    objects = TargetQuerySet.as_manager()

    class Meta:
        verbose_name = "chỉ tiêu"
        verbose_name_plural = "chỉ tiêu"
        ordering = ["campaign", "unit", "period", "starts_on"]
        constraints = [
            models.CheckConstraint(
                name="target_period_is_named",
                condition=Q(period=Period.WHOLE, phase=None, starts_on=None)
                | Q(period=Period.PHASE, phase__isnull=False, starts_on=None)
                | Q(period__in=[Period.QUARTER, Period.MONTH], phase=None, starts_on__isnull=False),
                violation_error_message="Chỉ tiêu theo đợt phải có đợt; theo quý, tháng phải có ngày đầu.",
            ),
            models.CheckConstraint(
                name="target_is_at_least_one",
                condition=Q(quantity__gte=1),
                violation_error_message="Chỉ tiêu ít nhất là 1.",
            ),
            models.CheckConstraint(
                name="target_starts_with_its_quarter_or_month",
                condition=Q(starts_on=None)
                | Q(starts_on__day=1, period=Period.MONTH)
                | Q(starts_on__day=1, starts_on__month__in=[1, 4, 7, 10], period=Period.QUARTER),
                violation_error_message="Quý bắt đầu ngày 1 của tháng 1, 4, 7 hoặc 10; tháng bắt đầu ngày 1.",
            ),
            *(
                models.UniqueConstraint(
                    fields=["campaign", "unit", *fields],
                    condition=Q(period__in=periods),
                    name=f"target_once_a_{name}",
                    violation_error_message="Đơn vị đã có chỉ tiêu cho thời gian này.",
                )
                for name, periods, fields in (
                    ("campaign", [Period.WHOLE], []),
                    ("phase", [Period.PHASE], ["phase"]),
                    ("quarter_or_month", [Period.QUARTER, Period.MONTH], ["period", "starts_on"]),
                )
            ),
        ]
        indexes = [models.Index(fields=["campaign", "period", "unit"], name="target_of_a_campaign")]

    def __str__(self) -> str:
        return str(self.quantity)


class GrassrootsCountQuerySet(ScopedQuerySet):
    pass


class GrassrootsCount(models.Model):
    """How many grassroots unions a unit's branch has, as declared where they do not all stand in the tree (M34)."""

    campaign = models.ForeignKey(
        Campaign, verbose_name="chương trình", on_delete=models.PROTECT, related_name="grassroots_counts"
    )
    unit = models.ForeignKey(Unit, verbose_name="đơn vị", on_delete=models.PROTECT, related_name="grassroots_counts")
    number = models.PositiveIntegerField("số CĐCS")
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="người ghi", null=True, blank=True, on_delete=models.PROTECT
    )
    set_at = models.DateTimeField("ghi lúc")

    objects = GrassrootsCountQuerySet.as_manager()

    class Meta:
        verbose_name = "số CĐCS khai báo"
        verbose_name_plural = "số CĐCS khai báo"
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "unit"],
                name="grassroots_count_once",
                violation_error_message="Đơn vị đã có số CĐCS khai báo.",
            )
        ]

    def __str__(self) -> str:
        return str(self.number)


class Milestone(ToldToAll):
    """The nth initiative received, by `(submitted_at, id)`: announced once, and then it stays as announced (M31).

    `plan_ends_on` is the day by which the plan wanted it; days ahead are whole days from the moment to that day's begin.
    """

    campaign = models.ForeignKey(
        Campaign, verbose_name="chương trình", on_delete=models.PROTECT, related_name="milestones"
    )
    number = models.PositiveIntegerField("sáng kiến thứ", validators=[MinValueValidator(1)])
    plan_ends_on = models.DateField("kế hoạch đến ngày", null=True, blank=True)
    reached_at = models.DateTimeField("đạt lúc", null=True, editable=False)
    initiative = models.ForeignKey(
        Initiative, null=True, on_delete=models.PROTECT, related_name="milestones", editable=False
    )
    announced_at = models.DateTimeField("công bố lúc", null=True, editable=False)

    objects = ToldQuerySet.as_manager()

    class Meta:
        verbose_name = "cột mốc"
        verbose_name_plural = "cột mốc"
        ordering = ["campaign", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "number"],
                name="milestone_number_once",
                violation_error_message="Cột mốc này đã có.",
            ),
            models.CheckConstraint(
                name="milestone_is_announced_whole",
                condition=Q(reached_at=None, initiative=None, announced_at=None)
                | Q(reached_at__isnull=False, initiative__isnull=False, announced_at__isnull=False),
                violation_error_message="Cột mốc đã công bố phải có sáng kiến và thời điểm.",
            ),
        ]

    def __str__(self) -> str:
        return str(self.number)
