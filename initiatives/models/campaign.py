"""A campaign as its letters describe it: its addresses, its windows, what is asked. (What may be chosen: `lists.py`.)

Moments are UTC and windows half-open: `closes_at` is the first moment that is too late ("sau 24h ngày 20/4/2021" is
2021-04-21T00:00+07:00). Days (eligible, applied, recognised) are whole days, both ends included.
"""

import base64
import hashlib
from collections.abc import Collection
from datetime import date
from itertools import count
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone

from initiatives.models.told import ToldQuerySet, ToldToAll
from orgtree.models import Unit
from orgtree.scope import ScopedQuerySet
from portal.vietnamese import days

# First segments of addresses that are not a campaign (`DESIGN.md` §4); a test compares them with the urlconf.
RESERVED_SLUGS = (
    "admin",
    "bien-nhan",
    "don-vi",
    "du-lieu-ca-nhan",
    "favicon.ico",
    "healthz",
    "ho-so",
    "metrics",
    "nhap",
    "q",
    "readyz",
    "robots.txt",
    "static",
    "tep",
    "tieu-bieu",
    "tra-cuu",
    "xac-nhan",
)
STRUCTURE_DAY = date(2022, 1, 8)  # 63 provinces and 20 central sectors
POSTER_KEY_LENGTH = 5

is_address = RegexValidator(
    r"\A[a-z0-9]+(?:-[a-z0-9]+)*\Z", "Địa chỉ chỉ gồm chữ thường không dấu, chữ số và dấu gạch nối."
)


class Asked(models.TextChoices):
    OFF = "off", "Không hỏi"
    OPTIONAL = "optional", "Hỏi, không bắt buộc"
    REQUIRED = "required", "Bắt buộc"


class Counts(models.TextChoices):
    REACHED = "reached", "Đã nhận, trừ rút và trùng lặp"
    VALID = "valid", "Hợp lệ"


class CategoryScheme(models.TextChoices):
    BLOC = "bloc", "Khối (doanh nghiệp, cơ quan)"
    TARGET_GROUP = "target_group", "Năm nhóm đối tượng"


class CampaignQuerySet(ToldQuerySet):
    def published(self) -> "CampaignQuerySet":
        return self.filter(is_published=True)

    def at_address(self, segment: str) -> "CampaignQuerySet":
        """The campaign whose slug or short address is `segment`, or was, until another takes it: what was printed, shared or
        framed goes on."""
        had = CampaignAddress.objects.filter(segment=segment).values("campaign")
        return self.filter(Q(slug=segment) | Q(alias=segment) | Q(pk__in=had))

    def made_at(self, segment: str) -> "Campaign | None":
        """The campaign that was made with this slug, whatever its address is now; else the one that is found there."""
        return self.filter(poster_key=poster_key(segment)).first() or self.at_address(segment).first()

    def having(self, segments: Collection[str]) -> "CampaignQuerySet":
        """Those of which one of `segments` is the slug or the short address today."""
        return self.filter(Q(slug__in=segments) | Q(alias__in=segments))


class Campaign(ToldToAll):
    slug = models.CharField("địa chỉ", max_length=80, unique=True, validators=[is_address])
    alias = models.CharField(
        "địa chỉ ngắn để gõ", max_length=40, unique=True, null=True, blank=True, validators=[is_address]
    )
    name = models.CharField("tên chương trình", max_length=200)
    goal = models.PositiveIntegerField("mục tiêu (số sáng kiến)", null=True, blank=True)
    counts = models.CharField("chỉ tiêu tính theo", max_length=10, choices=Counts.choices, default=Counts.REACHED)
    description_limit = models.PositiveIntegerField(
        "số ký tự tối đa của phần mô tả", default=2000, validators=[MinValueValidator(100)]
    )
    category_scheme = models.CharField(
        "phân loại người nộp", max_length=20, choices=CategoryScheme.choices, default=CategoryScheme.TARGET_GROUP
    )
    asks_national_id = models.CharField("số CMND/CCCD", max_length=10, choices=Asked.choices, default=Asked.OFF)
    asks_field = models.CharField("lĩnh vực", max_length=10, choices=Asked.choices, default=Asked.OPTIONAL)
    asks_solution_kind = models.CharField("loại giải pháp", max_length=10, choices=Asked.choices, default=Asked.OFF)
    asks_recognition = models.CharField(
        "việc công nhận sáng kiến", max_length=10, choices=Asked.choices, default=Asked.OPTIONAL
    )
    asks_attachments = models.CharField(
        "tài liệu kèm theo", max_length=10, choices=Asked.choices, default=Asked.OPTIONAL
    )
    applied_from = models.DateField("áp dụng từ ngày", null=True, blank=True)
    applied_until = models.DateField("áp dụng đến hết ngày", null=True, blank=True)
    applied_may_be_future = models.BooleanField("ngày áp dụng có thể còn ở phía trước", default=False)
    recognised_from = models.DateField("công nhận từ ngày", null=True, blank=True)
    structure_day = models.DateField(
        "tổ chức công đoàn theo ngày", default=STRUCTURE_DAY, help_text="Danh sách đơn vị đúng như trong ngày này."
    )
    grace_minutes = models.PositiveSmallIntegerField(
        "số phút chờ sau khi đóng", default=0, help_text="Chỉ cho bản nháp bắt đầu trước giờ đóng."
    )
    peak_note = models.CharField("ghi chú về thời gian", max_length=200, blank=True)
    guidance = models.TextField(
        "hướng dẫn", blank=True, help_text="Mỗi đoạn một dòng trống; dòng bắt đầu bằng “- ” là một ý."
    )
    # None: as long as the campaign's documents are kept; the notice says so.
    personal_data_until = models.DateField(
        "giữ dữ liệu cá nhân đến hết ngày",
        null=True,
        blank=True,
        help_text="Sau ngày này, dữ liệu cá nhân bị xóa; số liệu và quyết định vẫn giữ.",
    )
    is_published = models.BooleanField("hiện trên cổng", default=True)
    is_demonstration = models.BooleanField("chương trình thử nghiệm", default=False)
    poster_key = models.CharField(max_length=POSTER_KEY_LENGTH, unique=True, editable=False)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = "chương trình"
        verbose_name_plural = "chương trình"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="campaign_slug_is_no_address_of_ours",
                condition=~Q(slug__in=RESERVED_SLUGS),
                violation_error_message="Địa chỉ này cổng đã dùng cho trang khác.",
            ),
            models.CheckConstraint(
                name="campaign_alias_is_no_address_of_ours",
                condition=Q(alias=None) | ~Q(alias__in=RESERVED_SLUGS),
                violation_error_message="Địa chỉ ngắn này cổng đã dùng cho trang khác.",
            ),
            models.CheckConstraint(
                name="campaign_applied_days_in_order",
                condition=Q(applied_from=None) | Q(applied_until=None) | Q(applied_until__gte=F("applied_from")),
                violation_error_message="Ngày cuối được áp dụng phải sau ngày đầu.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self.poster_key:
            keys = (poster_key(self.slug, attempt=attempt) for attempt in count())
            self.poster_key = next(key for key in keys if not Campaign.objects.filter(poster_key=key).exists())
        with transaction.atomic():
            super().save(*args, **kwargs)
            segments = list(dict.fromkeys(filter(None, (self.slug, self.alias))))
            taken = set(self.addresses.values_list("segment", flat=True))
            if not taken.issuperset(segments):
                given_up = CampaignAddress.objects.exclude(campaign=self).filter(segment__in=segments)
                given_up.exclude(campaign__in=Campaign.objects.having(segments)).delete()
            CampaignAddress.objects.bulk_create(
                CampaignAddress(campaign=self, segment=segment) for segment in segments if segment not in taken
            )

    def clean(self) -> None:
        """A slug and an alias live in one street: no two campaigns may share a door."""
        self.alias = self.alias if self.alias and self.alias != self.slug else None
        for segment in filter(None, (self.slug, self.alias)):
            if Campaign.objects.having([segment]).exclude(pk=self.pk).exists():
                raise ValidationError(f"Địa chỉ “{segment}” đã thuộc một chương trình khác.")

    @property
    def recognition_is_required(self) -> bool:
        return self.asks_recognition == Asked.REQUIRED


def poster_key(slug: str, *, attempt: int = 0) -> str:
    """The key printed in a campaign's QR: that of the address it was made with, so paper goes on when the address moves. Who is
    made at an address that another gave up takes the next attempt."""
    digest = hashlib.sha256(f"campaign:{slug}{f':{attempt}' if attempt else ''}".encode()).digest()
    return base64.b32encode(digest).decode()[:POSTER_KEY_LENGTH].lower()


class CampaignAddress(models.Model):
    """Every first segment that leads to a campaign, its slug or its alias, and those it had until another takes them: one street,
    so that no two share a door."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="addresses")
    segment = models.CharField("đoạn địa chỉ", max_length=80)

    class Meta:
        verbose_name = "địa chỉ chương trình"
        verbose_name_plural = "địa chỉ chương trình"
        constraints = [
            models.UniqueConstraint(
                fields=["segment"],
                name="campaign_address_leads_to_one",
                violation_error_message="Địa chỉ này đã thuộc một chương trình khác.",
            )
        ]

    def __str__(self) -> str:
        return self.segment


class Phase(ToldToAll):
    """One window of submission with its own window of eligibility."""

    campaign = models.ForeignKey(Campaign, verbose_name="chương trình", on_delete=models.PROTECT, related_name="phases")
    name = models.CharField("tên đợt", max_length=80)
    opens_at = models.DateTimeField("mở lúc")
    closes_at = models.DateTimeField("đóng lúc")
    eligible_from = models.DateField("đủ điều kiện từ ngày", null=True, blank=True)
    eligible_until = models.DateField("đủ điều kiện đến hết ngày", null=True, blank=True)

    objects = ToldQuerySet.as_manager()

    class Meta:
        verbose_name = "đợt"
        verbose_name_plural = "đợt"
        ordering = ["opens_at", "id"]
        constraints = [
            models.CheckConstraint(
                name="phase_closes_after_it_opens",
                condition=Q(closes_at__gt=F("opens_at")),
                violation_error_message="Giờ đóng phải sau giờ mở.",
            ),
            models.CheckConstraint(
                name="phase_eligible_days_in_order",
                condition=Q(eligible_from=None) | Q(eligible_until=None) | Q(eligible_until__gte=F("eligible_from")),
                violation_error_message="Ngày cuối đủ điều kiện phải sau ngày đầu.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def covers(self, day: date) -> bool:
        """Whether `day` lies in the days of eligibility, both ends included."""
        return (self.eligible_from is None or self.eligible_from <= day) and (
            self.eligible_until is None or day <= self.eligible_until
        )


class WindowExtensionQuerySet(ScopedQuerySet, ToldQuerySet):  # type: ignore[override]
    pass


class WindowExtension(ToldToAll):
    """A later closing time for a unit and all below it, or for one person's draft."""

    campaign = models.ForeignKey(
        Campaign, verbose_name="chương trình", on_delete=models.PROTECT, related_name="extensions"
    )
    unit = models.ForeignKey(
        Unit, verbose_name="đơn vị", null=True, blank=True, on_delete=models.PROTECT, related_name="window_extensions"
    )
    draft = models.ForeignKey(
        "initiatives.Draft",
        verbose_name="bản nháp",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="window_extensions",
    )
    phase = models.ForeignKey(
        Phase,
        verbose_name="đợt",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="extensions",
        help_text="Để trống là đợt cuối.",
    )
    closes_at = models.DateTimeField("đóng lúc")
    reason = models.CharField("lý do", max_length=300)
    document = models.CharField("số văn bản", max_length=100, blank=True)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="người cho phép", null=True, blank=True, on_delete=models.PROTECT
    )
    granted_at = models.DateTimeField("cho phép lúc", default=timezone.now)

    objects = WindowExtensionQuerySet.as_manager()

    class Meta:
        verbose_name = "gia hạn"
        verbose_name_plural = "gia hạn"
        ordering = ["-granted_at"]
        constraints = [
            models.CheckConstraint(
                name="extension_is_for_a_unit_or_a_draft",
                condition=Q(unit__isnull=False, draft=None) | Q(unit=None, draft__isnull=False),
                violation_error_message="Gia hạn cho một đơn vị hoặc một bản nháp, không phải cả hai.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit or 'bản nháp'}: {days.closing(self.closes_at)}"
