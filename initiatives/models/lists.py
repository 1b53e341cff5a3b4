"""What a campaign offers to pick and asks to confirm, and the ready sentences of those who review."""

from collections.abc import Iterable

from django.core.validators import RegexValidator
from django.db import models

from initiatives.models.campaign import Campaign
from initiatives.models.told import ToldQuerySet, ToldToAll


class ChoiceList(models.TextChoices):
    BLOC = "bloc", "Khối"
    TARGET_GROUP = "target_group", "Nhóm đối tượng"
    FIELD = "field", "Lĩnh vực"
    SOLUTION_KIND = "solution_kind", "Loại giải pháp"
    ATTACHMENT_KIND = "attachment_kind", "Loại tài liệu"


class Choice(ToldToAll):
    """One answer a campaign offers. The code is what rows keep; the label may be reworded."""

    campaign = models.ForeignKey(
        Campaign, verbose_name="chương trình", on_delete=models.CASCADE, related_name="choices"
    )
    list = models.CharField("danh mục", max_length=20, choices=ChoiceList.choices)
    code = models.CharField(
        "mã", max_length=40, validators=[RegexValidator(r"\A[a-z0-9_]+\Z", "Mã chỉ gồm a-z, 0-9, _.")]
    )
    label = models.CharField("tên", max_length=200)
    position = models.PositiveSmallIntegerField("thứ tự", default=0)
    may_be_commended = models.BooleanField("được xét biểu dương", default=False)

    objects = ToldQuerySet.as_manager()

    class Meta:
        verbose_name = "lựa chọn"
        verbose_name_plural = "lựa chọn"
        ordering = ["list", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "list", "code"],
                name="choice_code_once_a_list",
                violation_error_message="Mã này đã có trong danh mục.",
            )
        ]

    def __str__(self) -> str:
        return self.label


class Declaration(ToldToAll):
    """A sentence the sender confirms before the initiative counts."""

    RECOGNISED = "recognised"  # the code of the one that says so

    campaign = models.ForeignKey(
        Campaign, verbose_name="chương trình", on_delete=models.CASCADE, related_name="declarations"
    )
    code = models.CharField(
        "mã", max_length=40, validators=[RegexValidator(r"\A[a-z0-9_]+\Z", "Mã chỉ gồm a-z, 0-9, _.")]
    )
    text = models.CharField("lời cam kết", max_length=300)
    position = models.PositiveSmallIntegerField("thứ tự", default=0)

    objects = ToldQuerySet.as_manager()

    class Meta:
        verbose_name = "cam kết"
        verbose_name_plural = "cam kết"
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "code"],
                name="declaration_code_once_a_campaign",
                violation_error_message="Mã cam kết này đã có.",
            )
        ]

    def __str__(self) -> str:
        return self.text


# What a sender can be asked to mend, by its name in the form: a reason stands beside it.
MENDABLE = [
    ("full_name", "Họ và tên"),
    ("phone", "Số điện thoại"),
    ("national_id", "CMND/CCCD"),
    ("birth_year", "Năm sinh"),
    ("position", "Chức vụ, công việc"),
    ("unit", "Đơn vị"),
    ("workplace", "Nơi làm việc"),
    ("bloc", "Khối"),
    ("target_group", "Nhóm đối tượng"),
    ("title", "Tên sáng kiến"),
    ("field", "Lĩnh vực"),
    ("solution_kind", "Loại giải pháp"),
    ("applied_on", "Ngày áp dụng"),
    ("recognised_on", "Ngày công nhận"),
    ("recognised_by", "Cấp công nhận"),
    ("recognition_number", "Số quyết định công nhận"),
    ("description", "Nội dung"),
    ("effect", "Hiệu quả"),
    ("scope", "Phạm vi áp dụng"),
    ("benefit_value", "Giá trị làm lợi"),
    ("awards", "Danh hiệu, khen thưởng"),
    ("share", "Phần đóng góp"),
    ("link", "Liên kết Google Drive"),
    ("attachments", "Tài liệu"),
]


def asks_for_recognition(campaign: Campaign, declarations: Iterable[Declaration]) -> bool:
    """Whether nobody may submit before somebody recognised it: the day of it is asked, or the sender declares it."""
    declares = any(declaration.code == Declaration.RECOGNISED for declaration in declarations)
    return declares or campaign.recognition_is_required


class ReviewReason(models.Model):
    """A ready sentence for returning or declining, tied to the field it concerns ("" for the whole)."""

    class Use(models.TextChoices):
        RETURN = "return", "Trả lại bổ sung"
        DECLINE = "decline", "Không hợp lệ"

    campaign = models.ForeignKey(
        Campaign, verbose_name="chương trình", on_delete=models.CASCADE, related_name="review_reasons"
    )
    use = models.CharField("dùng khi", max_length=10, choices=Use.choices)
    code = models.CharField(
        "mã", max_length=40, validators=[RegexValidator(r"\A[a-z0-9_]+\Z", "Mã chỉ gồm a-z, 0-9, _.")]
    )
    field = models.CharField("mục cần sửa", max_length=40, blank=True, choices=MENDABLE)
    text = models.CharField("lý do", max_length=300)
    position = models.PositiveSmallIntegerField("thứ tự", default=0)

    class Meta:
        verbose_name = "lý do xét duyệt"
        verbose_name_plural = "lý do xét duyệt"
        ordering = ["use", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "use", "code"],
                name="review_reason_code_once_a_use",
                violation_error_message="Mã lý do này đã có.",
            )
        ]

    def __str__(self) -> str:
        return self.text
