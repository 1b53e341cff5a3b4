"""Templates of paper that people may replace: the submission letter, and a summary table of a host's own."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from orgtree.models import Level, Unit
from orgtree.scope import ScopedQuerySet


class LetterTemplate(models.Model):
    """A Word file from which the submission letter of one kind of unit is made. Uploaded by an administrator alone; the one
    in force is the last of its kind (`reports/letter.py` holds the one that comes with the portal)."""

    level = models.CharField("dùng cho", max_length=20, choices=Level.choices)
    name = models.CharField("tên tệp", max_length=120, editable=False)
    stored_name = models.CharField(max_length=120, editable=False)
    size = models.PositiveIntegerField("dung lượng", editable=False)
    sha256 = models.CharField(max_length=64, editable=False)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="người tải lên", on_delete=models.PROTECT, editable=False
    )
    uploaded_at = models.DateTimeField("tải lên lúc", editable=False)
    is_in_force = models.BooleanField("đang dùng", default=True)

    class Meta:
        verbose_name = "mẫu tờ trình"
        verbose_name_plural = "mẫu tờ trình"
        ordering = ["level", "-uploaded_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["level"],
                name="letter_template_one_in_force_a_level",
                condition=Q(is_in_force=True),
                violation_error_message="Mỗi cấp chỉ có một mẫu tờ trình đang dùng.",
            )
        ]
        indexes = [models.Index(fields=["stored_name"], name="letter_template_by_file")]

    def __str__(self) -> str:
        return self.name


class TableLayoutQuerySet(ScopedQuerySet):
    pass


class TableLayout(models.Model):
    """A summary table of a host's own, from the facts that the official ones are made of (`reports/layouts/`)."""

    unit = models.ForeignKey(Unit, verbose_name="đơn vị", on_delete=models.PROTECT, related_name="table_layouts")
    name = models.CharField("tên mẫu", max_length=80)
    title = models.CharField("tên bảng", max_length=160, default="BẢNG TỔNG HỢP TÓM TẮT SÁNG KIẾN")
    under_title = models.CharField("dòng dưới tên bảng", max_length=300, blank=True)

    objects = TableLayoutQuerySet.as_manager()

    class Meta:
        verbose_name = "mẫu bảng tổng hợp"
        verbose_name_plural = "mẫu bảng tổng hợp"
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class TableColumn(models.Model):
    """`facts` are names of `reports.summary.SummaryRow`, one a line in the cell; `width` in millimetres of paper."""

    layout = models.ForeignKey(TableLayout, verbose_name="mẫu", on_delete=models.CASCADE, related_name="columns")
    heading = models.CharField("tiêu đề cột", max_length=200)
    facts = models.JSONField("nội dung", default=list)
    width = models.PositiveSmallIntegerField(
        "rộng (mm)", default=40, validators=[MinValueValidator(8), MaxValueValidator(200)]
    )
    is_centred = models.BooleanField("căn giữa", default=False)
    position = models.PositiveSmallIntegerField("thứ tự", default=0)

    class Meta:
        verbose_name = "cột"
        verbose_name_plural = "cột"
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                name="table_column_fits_paper",
                condition=Q(width__gte=8, width__lte=200),
                violation_error_message="Cột rộng từ 8 đến 200 mm.",
            )
        ]

    def __str__(self) -> str:
        return self.heading
