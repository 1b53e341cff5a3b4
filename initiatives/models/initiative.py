"""An initiative as received: made only by a submission, never deleted, holding only values that passed.

Received is every row. The statuses partition it; the moves between them are data here and carried out by `lifecycle`.
"""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q

from initiatives.models.campaign import Campaign, Phase
from initiatives.models.consent import ConsentText
from orgtree.models import Unit
from orgtree.scope import ScopedQuerySet
from portal import sealing
from portal.vietnamese import money

# Stands where something of a person stood that was erased (`personal_data/erasing.py`).
ERASED_MARK = "(đã xóa)"


class Status(models.TextChoices):
    SUBMITTED = "submitted", "Đã nhận, chờ xét"
    RETURNED = "returned", "Cần bổ sung"
    VALID = "valid", "Hợp lệ"
    INVALID = "invalid", "Không hợp lệ"
    WITHDRAWN = "withdrawn", "Đã rút"


MOVES: dict[str, frozenset[str]] = {
    Status.SUBMITTED: frozenset({Status.RETURNED, Status.VALID, Status.INVALID, Status.WITHDRAWN}),
    Status.RETURNED: frozenset({Status.SUBMITTED, Status.INVALID, Status.WITHDRAWN}),
    Status.VALID: frozenset({Status.SUBMITTED, Status.INVALID, Status.WITHDRAWN}),
    Status.INVALID: frozenset({Status.SUBMITTED}),
    Status.WITHDRAWN: frozenset(),
}


class InitiativeQuerySet(ScopedQuerySet):
    def in_branch_of(self, unit: Unit) -> "InitiativeQuerySet":
        """Below the root lies everything: joined with its units, PostgreSQL reads millions of rows for a page of fifty."""
        return self.all() if unit.depth == 1 else super().in_branch_of(unit)

    def reached(self) -> "InitiativeQuerySet":
        """What targets are compared with: received without withdrawn and duplicates (NT22)."""
        return self.exclude(status=Status.WITHDRAWN).filter(duplicate_of=None)


class Initiative(models.Model):
    campaign = models.ForeignKey(  # no index of its own: others begin with it
        Campaign, verbose_name="chương trình", on_delete=models.PROTECT, related_name="initiatives", db_index=False
    )
    phase = models.ForeignKey(Phase, verbose_name="đợt", on_delete=models.PROTECT, related_name="initiatives")
    unit = models.ForeignKey(
        Unit, verbose_name="đơn vị", on_delete=models.PROTECT, related_name="initiatives", db_index=False
    )
    status = models.CharField("trạng thái", max_length=12, choices=Status.choices, default=Status.SUBMITTED)
    duplicate_of = models.ForeignKey(
        "self", verbose_name="trùng với", null=True, blank=True, on_delete=models.PROTECT, related_name="duplicates"
    )
    receipt_code = models.CharField("mã biên nhận", max_length=13, unique=True)
    receipt_token_hash = models.CharField(max_length=64, unique=True, editable=False)
    arrived_at = models.DateTimeField("đến lúc")
    submitted_at = models.DateTimeField("nhận lúc")
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="cán bộ nhập", null=True, blank=True, on_delete=models.PROTECT
    )
    version = models.PositiveIntegerField("lần sửa", default=1, editable=False)
    consent_on_paper = models.BooleanField("đồng ý trên giấy", default=False, editable=False)
    # Of the last return or refusal: when the sender was told of it by phone or Zalo. Workers have no account and no mail.
    told_at = models.DateTimeField("đã báo người nộp lúc", null=True, editable=False)
    # Empty: its fingerprint is yet to be made. The empty column is the queue.
    screened_at = models.DateTimeField("đã đối chiếu lúc", null=True, editable=False)

    full_name = models.CharField("họ và tên", max_length=120)
    birth_year = models.PositiveSmallIntegerField("năm sinh", null=True, blank=True)
    position = models.CharField("chức vụ, công việc", max_length=120, blank=True)
    phone = models.CharField("điện thoại", max_length=60, blank=True, help_text="Như người nộp đã viết.")
    phone_digits = models.CharField("số điện thoại", max_length=15, blank=True)
    phone_hash = models.CharField(max_length=64, editable=False)
    email = models.CharField("thư điện tử", max_length=254, blank=True)
    sealed_national_id = models.CharField(max_length=400, blank=True, editable=False)
    national_id_hash = models.CharField(max_length=64, blank=True, db_index=True, editable=False)
    unit_name = models.CharField("tên đơn vị người nộp viết", max_length=200, blank=True)
    workplace = models.CharField("nơi làm việc", max_length=200)
    bloc = models.CharField("khối", max_length=40, blank=True)
    target_group = models.CharField("nhóm đối tượng", max_length=40, blank=True)
    consent_text = models.ForeignKey(ConsentText, verbose_name="thông báo đã đồng ý", on_delete=models.PROTECT)
    consented_at = models.DateTimeField("đồng ý lúc")
    publish_consented_at = models.DateTimeField("đồng ý công bố lúc", null=True, blank=True)

    title = models.CharField("tên sáng kiến", max_length=250)
    field = models.CharField("lĩnh vực", max_length=40, blank=True)
    solution_kind = models.CharField("loại giải pháp", max_length=40, blank=True)
    applied_on = models.DateField("ngày áp dụng")
    recognised_on = models.DateField("ngày công nhận", null=True, blank=True)
    recognised_by = models.CharField("cấp công nhận", max_length=200, blank=True)
    recognition_number = models.CharField("số quyết định công nhận", max_length=60, blank=True)
    description = models.TextField("mô tả")
    effect = models.CharField("hiệu quả", max_length=500, blank=True)
    scope = models.CharField("phạm vi áp dụng", max_length=300, blank=True)
    benefit_value = models.BigIntegerField("giá trị làm lợi một năm (đồng)", null=True, blank=True)
    benefit_is_not_money = models.BooleanField("không tính được bằng tiền", default=False)
    # What staff found of it (the last `Appraisal`); a corrected declaration makes the value unappraised again.
    is_appraised = models.BooleanField("đã thẩm định giá trị", default=False, editable=False)
    appraised_value = models.BigIntegerField("giá trị làm lợi đã thẩm định (đồng)", null=True, editable=False)
    has_social_meaning = models.BooleanField("có ý nghĩa xã hội sâu sắc", default=False, editable=False)
    awards = models.CharField("danh hiệu, khen thưởng ba năm", max_length=500, blank=True)
    share = models.DecimalField("tỷ lệ đóng góp của người nộp", max_digits=5, decimal_places=2, default=Decimal(100))
    recognised_author = models.PositiveSmallIntegerField("tác giả được công nhận", default=0)
    link = models.CharField("liên kết Google Drive", max_length=500, blank=True)
    declarations = models.JSONField("cam kết", default=list)

    # Since then nothing here is of a person; counts, decisions and days stay.
    erased_at = models.DateTimeField("đã xóa dữ liệu cá nhân lúc", null=True, editable=False)

    search_text = models.TextField("chữ để tìm", editable=False)
    name_key = models.CharField("khóa xếp theo tên", max_length=500, editable=False)

    objects = InitiativeQuerySet.as_manager()

    class Meta:
        verbose_name = "sáng kiến"
        verbose_name_plural = "sáng kiến"
        ordering = ["-submitted_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="initiative_status_is_known",
                condition=Q(status__in=Status.values),
                violation_error_message="Trạng thái không hợp lệ.",
            ),
            models.CheckConstraint(
                name="initiative_duplicate_is_invalid",
                condition=Q(duplicate_of=None) | Q(status=Status.INVALID),
                violation_error_message="Sáng kiến trùng lặp phải ở trạng thái không hợp lệ.",
            ),
            models.CheckConstraint(
                name="initiative_share_within_hundred",
                condition=Q(share__gt=0, share__lte=100),
                violation_error_message="Tỷ lệ đóng góp phải lớn hơn 0 và không quá 100.",
            ),
            models.CheckConstraint(
                name="initiative_benefit_is_money_or_not",
                condition=Q(benefit_is_not_money=False) | Q(benefit_value=None),
                violation_error_message="Giá trị làm lợi: ghi số tiền hoặc không tính được bằng tiền.",
            ),
            models.CheckConstraint(
                name="initiative_appraised_value_is_appraised",
                condition=Q(appraised_value=None)
                | Q(is_appraised=True, appraised_value__gte=0, appraised_value__lte=money.LARGEST_APPRAISED),
                violation_error_message="Giá trị đã thẩm định phải từ 0 đến 100.000 tỷ đồng.",
            ),
        ]
        indexes = [
            # Counting reads nothing but this (one index-only pass a campaign, a unit or a branch).
            models.Index(fields=["campaign", "unit", "status", "duplicate_of"], name="initiative_counted"),
            # And the breakdowns of the tally nothing but this.
            models.Index(
                fields=[
                    *("campaign", "unit", "status", "duplicate_of", "phase", "target_group", "bloc", "field"),
                    *("submitted_at", "benefit_value", "benefit_is_not_money"),
                    *("is_appraised", "appraised_value", "has_social_meaning"),
                ],
                name="initiative_broken_down",
            ),
            models.Index(fields=["campaign", "status", "-submitted_at", "-id", "unit"], name="initiative_inbox"),
            models.Index(fields=["unit", "status", "-submitted_at", "-id", "campaign"], name="initiative_unit_inbox"),
            models.Index(fields=["campaign", "submitted_at", "id"], name="initiative_order"),
            # Lists of millions are read in their order until a page is full; what narrows them most is in the index too.
            models.Index(fields=["submitted_at", "id", "campaign", "status", "unit"], name="initiative_by_day"),
            models.Index(fields=["name_key", "id", "campaign", "status", "unit"], name="initiative_by_name"),
            # The other way round, with those without a value last again, PostgreSQL needs one more (migration 0007).
            models.Index(fields=["benefit_value", "id", "campaign", "status", "unit"], name="initiative_by_benefit"),
            # The middle of a field, and what lies a thousand times above it.
            models.Index(
                fields=["campaign", "field", "benefit_value", "status", "duplicate_of", "unit"],
                name="initiative_benefit_of_field",
            ),
            # Who sent very many is found in it alone.
            models.Index(
                fields=["phone_digits", "campaign", "unit", "duplicate_of", "status"], name="initiative_by_phone"
            ),
            # Few are appraised, and fewer are marked: their lists read nothing else.
            models.Index(
                fields=["campaign", "appraised_value", "id", "unit"],
                name="initiative_by_appraisal",
                condition=Q(is_appraised=True),
            ),
            models.Index(
                fields=["campaign", "submitted_at", "id", "unit"],
                name="initiative_of_meaning",
                condition=Q(has_social_meaning=True),
            ),
            # What waits and was moved or edited before: few, and what was sent again is among them.
            models.Index(
                fields=["campaign", "submitted_at", "id", "unit"],
                name="initiative_waits_again",
                condition=Q(status=Status.SUBMITTED, version__gt=1),
            ),
            models.Index(fields=["id"], name="initiative_to_screen", condition=Q(screened_at=None)),
            models.Index(
                fields=["unit", "submitted_at"],
                name="initiative_to_tell",
                condition=Q(status=Status.RETURNED, told_at=None),
            ),
        ]

    def __str__(self) -> str:
        return self.receipt_code

    @property
    def national_id(self) -> str:
        return sealing.open_sealed(self.sealed_national_id, row=self._row) if self.sealed_national_id else ""

    @national_id.setter
    def national_id(self, digits: str) -> None:
        self.sealed_national_id = sealing.seal(digits, row=self._row) if digits else ""
        self.national_id_hash = sealing.lookup_hash("identity", digits) if digits else ""

    def may_become(self, status: str) -> bool:
        return status in MOVES[self.status]

    @property
    def declaration(self) -> list[str]:
        """The codes that were ticked, by the name they bear in the form."""
        return list(self.declarations)

    @property
    def consent(self) -> bool:
        return self.consented_at is not None

    @property
    def publish_consent(self) -> bool:
        return self.publish_consented_at is not None

    @property
    def is_author_the_sender(self) -> bool:
        """Whom tables and certificates name; else a co-author."""
        return self.recognised_author == 0

    @property
    def author_may_be_told(self) -> bool:
        """Name and picture of the recognised author on public pages. The sender agrees for nobody else."""
        return self.publish_consent and self.is_author_the_sender

    @property
    def is_returned(self) -> bool:
        return self.status == Status.RETURNED

    @property
    def is_awaiting(self) -> bool:
        return self.status == Status.SUBMITTED

    @property
    def is_withdrawn(self) -> bool:
        return self.status == Status.WITHDRAWN

    @property
    def _row(self) -> str:
        return f"initiative:{self.receipt_code}"


class CoAuthor(models.Model):
    """Somebody who shares the work; the sender is number 0 and stands on the initiative itself."""

    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="co_authors")
    number = models.PositiveSmallIntegerField("thứ tự")
    full_name = models.CharField("họ và tên", max_length=120)
    share = models.DecimalField("tỷ lệ đóng góp", max_digits=5, decimal_places=2)

    class Meta:
        verbose_name = "đồng tác giả"
        verbose_name_plural = "đồng tác giả"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["initiative", "number"],
                name="co_author_number_once",
                violation_error_message="Số thứ tự đồng tác giả bị trùng.",
            ),
            models.CheckConstraint(
                name="co_author_share_within_hundred",
                condition=Q(share__gt=0, share__lte=100),
                violation_error_message="Tỷ lệ đóng góp phải lớn hơn 0 và không quá 100.",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class AttachmentQuerySet(ScopedQuerySet):
    unit_lookup = "initiative__unit"


class Attachment(models.Model):
    """A document. It belongs to the draft until the initiative is received; the file is named by its content."""

    draft = models.ForeignKey(
        "initiatives.Draft", null=True, on_delete=models.CASCADE, related_name="attachments", editable=False
    )
    initiative = models.ForeignKey(
        Initiative, null=True, on_delete=models.PROTECT, related_name="attachments", editable=False
    )
    kind = models.CharField("loại tài liệu", max_length=40)
    name = models.CharField("tên tệp", max_length=120)
    stored_name = models.CharField(max_length=120, editable=False)
    media_type = models.CharField(max_length=100, editable=False)
    size = models.PositiveIntegerField("dung lượng", editable=False)
    sha256 = models.CharField(max_length=64, editable=False)
    added_at = models.DateTimeField("thêm lúc", editable=False)
    # What the desk shows of it at a glance, made outside the request that received it; None: not yet tried, "": there is none.
    thumbnail = models.CharField(max_length=120, null=True, default=None, editable=False)  # noqa: DJ001 - "" and None differ
    first_look = models.TextField(null=True, default=None, editable=False)  # noqa: DJ001 - text of a Word file

    # By an antivirus, where one is configured: the empty moment is the queue, `malware` the name of what it found.
    scanned_at = models.DateTimeField("đã quét lúc", null=True, editable=False)
    malware = models.CharField("mã độc", max_length=120, blank=True, default="", editable=False)
    # Where the antivirus could not judge this one: when it is asked again.
    scan_again_at = models.DateTimeField("quét lại lúc", null=True, editable=False)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = "tài liệu"
        verbose_name_plural = "tài liệu"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="attachment_has_an_owner",
                condition=Q(draft__isnull=False) | Q(initiative__isnull=False),
                violation_error_message="Tài liệu phải thuộc một bản nháp hoặc một sáng kiến.",
            )
        ]
        indexes = [
            models.Index(
                fields=["id"],
                name="attachment_to_look_at",
                condition=Q(thumbnail=None, initiative__isnull=False),
            ),
            models.Index(fields=["id"], name="attachment_to_scan", condition=Q(scanned_at=None)),
            models.Index(
                fields=["scan_again_at"],
                name="attachment_to_scan_again",
                condition=Q(scanned_at=None, scan_again_at__isnull=False),
            ),
            # The sweep asks of every file who names it.
            models.Index(fields=["stored_name"], name="attachment_by_file"),
            models.Index(fields=["thumbnail"], name="attachment_by_thumbnail", condition=Q(thumbnail__gt="")),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_shown_inline(self) -> bool:
        return self.media_type in {"image/jpeg", "image/png", "image/webp", "application/pdf"}
