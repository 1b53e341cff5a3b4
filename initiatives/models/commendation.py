"""Who was commended by which decision, and what is held up as a model (M28, TX22)."""

import secrets
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q

from initiatives.models.campaign import Campaign
from initiatives.models.initiative import Initiative, Status
from initiatives.models.selection import SelectionRound
from orgtree.models import Unit
from orgtree.scope import ScopedQuerySet


def certificate_key() -> str:
    """128 random bits as hexadecimal: what the QR on a certificate leads to."""
    return secrets.token_hex(16)


class CommendationDecisionQuerySet(ScopedQuerySet):
    pass


class CommendationDecision(models.Model):
    """A decision of `unit` to commend. What it says is nobody's to see before `announced_at`, but its staff's."""

    campaign = models.ForeignKey(
        Campaign, verbose_name="chương trình", on_delete=models.PROTECT, related_name="decisions"
    )
    unit = models.ForeignKey(
        Unit, verbose_name="đơn vị ra quyết định", on_delete=models.PROTECT, related_name="decisions"
    )
    round = models.ForeignKey(
        SelectionRound,
        verbose_name="đợt xét chọn",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="decisions",
    )
    number = models.CharField("số quyết định", max_length=60)
    decided_on = models.DateField("ngày quyết định")
    form = models.CharField("hình thức biểu dương", max_length=120)
    announced_at = models.DateTimeField("công bố lúc", null=True, editable=False)
    announced_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="người công bố", null=True, on_delete=models.PROTECT, related_name="+"
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="người ghi", on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField("ghi lúc")

    objects = CommendationDecisionQuerySet.as_manager()

    class Meta:
        verbose_name = "quyết định biểu dương"
        verbose_name_plural = "quyết định biểu dương"
        ordering = ["-decided_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "number", "decided_on"],
                name="decision_once_a_unit",
                violation_error_message="Quyết định này đã được ghi.",
            )
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_announced(self) -> bool:
        return self.announced_at is not None


class CommendationQuerySet(ScopedQuerySet):
    """Staff of the deciding unit and above see all; the unit of the initiative and those above it see the announced."""

    unit_lookup = "decision__unit"

    def announced(self) -> "CommendationQuerySet":
        return self.filter(decision__announced_at__isnull=False)

    def standing(self) -> "CommendationQuerySet":
        """Announced, of an initiative that is still valid: what paper confirms and the public may read."""
        return self.announced().filter(initiative__status=Status.VALID)


class Commendation(models.Model):
    """One initiative in a decision, with the names as they stood when it was recorded: paper does not change afterwards."""

    decision = models.ForeignKey(CommendationDecision, on_delete=models.PROTECT, related_name="commendations")
    initiative = models.ForeignKey(
        Initiative, verbose_name="sáng kiến", on_delete=models.PROTECT, related_name="commendations"
    )
    number = models.PositiveSmallIntegerField("thứ tự", default=1)
    author = models.CharField("tác giả được công nhận", max_length=120)
    unit_name = models.CharField("đơn vị", max_length=300)
    title = models.CharField("tên sáng kiến", max_length=250)
    form = models.CharField("hình thức biểu dương", max_length=120)
    key = models.CharField("khóa xác nhận", max_length=32, unique=True, default=certificate_key, editable=False)

    objects = CommendationQuerySet.as_manager()

    class Meta:
        verbose_name = "biểu dương"
        verbose_name_plural = "biểu dương"
        ordering = ["decision_id", "number", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["decision", "initiative"],
                name="commendation_once_a_decision",
                violation_error_message="Sáng kiến đã có trong quyết định này.",
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)


class ExemplarQuerySet(ScopedQuerySet):
    def shown(self, at: datetime) -> "ExemplarQuerySet":
        """What the public may see at `at`."""
        return self.filter(shown_at__isnull=False, shown_at__lte=at, campaign__is_published=True)


class Exemplar(models.Model):
    """What the public pages `/tieu-bieu/` hold up: a commended initiative, a collective or a person (điển hình tiên tiến).

    Of a commended initiative the author's consent is asked of the initiative itself each time (`publish_consented_at`): without
    it neither name nor picture. A person gives consent on paper (`has_consent`); a collective's name is public.
    """

    class Kind(models.TextChoices):
        INITIATIVE = "initiative", "Sáng kiến được biểu dương"
        COLLECTIVE = "collective", "Tập thể điển hình"
        PERSON = "person", "Cá nhân điển hình"

    campaign = models.ForeignKey(
        Campaign, verbose_name="chương trình", on_delete=models.PROTECT, related_name="exemplars"
    )
    unit = models.ForeignKey(Unit, verbose_name="đơn vị", on_delete=models.PROTECT, related_name="exemplars")
    kind = models.CharField("loại", max_length=12, choices=Kind.choices)
    commendation = models.OneToOneField(
        Commendation, null=True, blank=True, on_delete=models.PROTECT, related_name="exemplar", editable=False
    )
    title = models.CharField("tiêu đề", max_length=250)
    name = models.CharField("tên tập thể, cá nhân", max_length=160, blank=True)
    story = models.TextField("giới thiệu", blank=True)
    has_consent = models.BooleanField("người được giới thiệu đã đồng ý công bố (bản giấy)", default=False)
    picture = models.CharField(max_length=120, blank=True, editable=False)  # as the store names it
    picture_is_allowed = models.BooleanField("được dùng hình ảnh", default=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="người đưa", on_delete=models.PROTECT, related_name="+"
    )
    shown_at = models.DateTimeField("hiện từ lúc", null=True, editable=False)

    objects = ExemplarQuerySet.as_manager()

    class Meta:
        verbose_name = "gương tiêu biểu"
        verbose_name_plural = "gương tiêu biểu"
        ordering = ["-shown_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="exemplar_initiative_was_commended",
                condition=Q(kind="initiative", commendation__isnull=False)
                | (~Q(kind="initiative") & Q(commendation=None)),
                violation_error_message="Chỉ sáng kiến đã được biểu dương mới được giới thiệu.",
            ),
            models.CheckConstraint(
                name="exemplar_person_consented",
                condition=~Q(kind="person") | Q(shown_at=None) | Q(has_consent=True),
                violation_error_message="Cá nhân phải đồng ý trước khi được giới thiệu.",
            ),
        ]
        indexes = [
            models.Index(fields=["campaign", "-shown_at", "-id"], name="exemplar_gallery"),
            models.Index(fields=["picture"], name="exemplar_by_picture", condition=Q(picture__gt="")),
        ]

    def __str__(self) -> str:
        return str(self.pk)
