"""What the confederation recognises each quarter: inside emulation clusters, and the outstanding ones (M32)."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from initiatives.models.campaign import Campaign
from initiatives.models.initiative import Initiative
from orgtree.models import Unit
from orgtree.scope import ScopedQuerySet

MOST_PLACES = 100


class Cluster(models.Model):
    """Units that compete with one another in a campaign: provinces and sectors, grouped by the confederation."""

    campaign = models.ForeignKey(
        Campaign, verbose_name="chương trình", on_delete=models.PROTECT, related_name="clusters"
    )
    name = models.CharField("tên cụm, khối", max_length=120)
    order = models.PositiveSmallIntegerField("thứ tự", default=1)
    places = models.PositiveSmallIntegerField(
        "số đơn vị được ghi nhận mỗi quý",
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_PLACES)],
        help_text="Các đơn vị đồng hạng ở vị trí cuối đều được ghi nhận.",
    )

    class Meta:
        verbose_name = "cụm, khối thi đua"
        verbose_name_plural = "cụm, khối thi đua"
        ordering = ["campaign", "order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "name"],
                name="cluster_name_once",
                violation_error_message="Chương trình đã có cụm, khối mang tên này.",
            ),
            models.CheckConstraint(
                name="cluster_has_places",
                condition=Q(places__gte=1, places__lte=MOST_PLACES),
                violation_error_message="Số đơn vị được ghi nhận phải từ 1 đến 100.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ClusterUnitQuerySet(ScopedQuerySet):
    pass


class ClusterUnit(models.Model):
    """A unit in its cluster; in a campaign it stands in one."""

    # The cluster's own, repeated: that a unit stands in one cluster of a campaign is the database's to keep.
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="+", editable=False)
    cluster = models.ForeignKey(Cluster, verbose_name="cụm, khối", on_delete=models.CASCADE, related_name="members")
    unit = models.ForeignKey(Unit, verbose_name="đơn vị", on_delete=models.PROTECT, related_name="cluster_places")

    objects = ClusterUnitQuerySet.as_manager()

    class Meta:
        verbose_name = "đơn vị của cụm, khối"
        verbose_name_plural = "đơn vị của cụm, khối"
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "unit"],
                name="cluster_unit_once",
                violation_error_message="Đơn vị đã ở một cụm, khối khác của chương trình.",
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Quarter(models.Model):
    """A quarter of a campaign, to be recognised or recognised: then `basis` (canonical JSON) says what with, and nothing of it
    changes any more. An initiative falls in the quarter in which it was submitted, also when it becomes valid later."""

    campaign = models.ForeignKey(
        Campaign, verbose_name="chương trình", on_delete=models.PROTECT, related_name="quarters"
    )
    starts_on = models.DateField("ngày đầu quý")
    document = models.CharField("số văn bản ghi nhận", max_length=100, blank=True)
    announced_at = models.DateTimeField("công bố lúc", null=True, editable=False)
    announced_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="người công bố", null=True, on_delete=models.PROTECT, editable=False
    )
    basis = models.TextField("căn cứ", blank=True, editable=False)
    sha256 = models.CharField(max_length=64, blank=True, editable=False)
    # Where somebody's data was erased in it since: of `basis` as it stands now, keyed (`history/frozen.py`). `sha256` stays what
    # was announced.
    erased_sha256 = models.CharField(max_length=64, blank=True, default="", editable=False)

    class Meta:
        verbose_name = "ghi nhận quý"
        verbose_name_plural = "ghi nhận quý"
        ordering = ["campaign", "starts_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "starts_on"],
                name="quarter_once",
                violation_error_message="Quý này của chương trình đã có.",
            ),
            models.CheckConstraint(
                name="quarter_starts_with_its_first_day",
                condition=Q(starts_on__day=1, starts_on__month__in=[1, 4, 7, 10]),
                violation_error_message="Quý bắt đầu ngày 1 của tháng 1, 4, 7 hoặc 10.",
            ),
            models.CheckConstraint(
                name="quarter_is_announced_whole",
                condition=Q(announced_at=None, announced_by=None, basis="", sha256="")
                | (Q(announced_at__isnull=False, announced_by__isnull=False) & ~Q(basis="") & ~Q(sha256="")),
                violation_error_message="Quý đã công bố phải có căn cứ, người và thời điểm công bố.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on:%Y-%m-%d}"


class OutstandingQuerySet(ScopedQuerySet):
    unit_lookup = "initiative__unit"


class Outstanding(models.Model):
    """An initiative that the confederation names among the outstanding ones of a quarter, and why."""

    quarter = models.ForeignKey(Quarter, verbose_name="quý", on_delete=models.CASCADE, related_name="outstanding")
    initiative = models.ForeignKey(
        Initiative, verbose_name="sáng kiến", on_delete=models.PROTECT, related_name="outstanding_in"
    )
    reason = models.CharField("vì sao tiêu biểu", max_length=300)
    named_by = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name="người chọn", on_delete=models.PROTECT)
    named_at = models.DateTimeField("chọn lúc")

    objects = OutstandingQuerySet.as_manager()

    class Meta:
        verbose_name = "sáng kiến tiêu biểu của quý"
        verbose_name_plural = "sáng kiến tiêu biểu của quý"
        ordering = ["quarter", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["quarter", "initiative"],
                name="outstanding_once_a_quarter",
                violation_error_message="Sáng kiến này đã có trong danh sách của quý.",
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)
