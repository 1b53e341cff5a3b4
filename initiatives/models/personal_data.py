"""What people ask about their data, who looked at it, and until when it is kept (Law 91/2025/QH15, Decree 356/2025/NĐ-CP)."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from initiatives.models.initiative import Initiative
from orgtree.models import Unit
from orgtree.scope import ScopedQuerySet


class DataRequestQuerySet(ScopedQuerySet):
    def open(self) -> "DataRequestQuerySet":
        return self.filter(done_at=None)


class DataRequest(models.Model):
    """Somebody asks about their own data. Two due days: an answer, and where something is to be done, the doing.

    `unit` is who answers: the unit of the initiative where one was found, else the confederation. `phone` and `receipt_code`
    are as typed; whether they are the person's own is for the officer to find out, unless `initiative` says that code and
    phone fitted. Erased like an initiative: texts empty, the kind, days and outcome stay (`erased_at`).
    """

    class Kind(models.TextChoices):
        SEE = "see", "Xem, nhận bản sao dữ liệu"
        CORRECT = "correct", "Sửa dữ liệu"
        WITHDRAW = "withdraw", "Rút lại đồng ý"
        RESTRICT = "restrict", "Hạn chế hoặc phản đối xử lý"
        DELETE = "delete", "Xóa dữ liệu"

    class Outcome(models.TextChoices):
        DONE = "done", "Đã thực hiện"
        PARTLY = "partly", "Thực hiện một phần"
        REFUSED = "refused", "Không thực hiện"

    number = models.CharField("số yêu cầu", max_length=12, unique=True)
    kind = models.CharField("yêu cầu", max_length=10, choices=Kind.choices)
    unit = models.ForeignKey(
        Unit, verbose_name="đơn vị trả lời", on_delete=models.PROTECT, related_name="data_requests"
    )
    initiative = models.ForeignKey(
        Initiative, verbose_name="sáng kiến", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    full_name = models.CharField("họ và tên", max_length=120, blank=True)
    phone = models.CharField("điện thoại", max_length=60, blank=True)
    phone_digits = models.CharField(max_length=15, blank=True, editable=False)
    email = models.CharField("thư điện tử", max_length=254, blank=True)
    receipt_code = models.CharField("mã biên nhận", max_length=40, blank=True)
    text = models.TextField("nội dung", blank=True)
    asked_at = models.DateTimeField("gửi lúc")
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="cán bộ ghi", null=True, on_delete=models.PROTECT, related_name="+"
    )
    answer_by = models.DateField("trả lời trước hết ngày")
    act_by = models.DateField("thực hiện trước hết ngày", null=True)
    answered_at = models.DateTimeField("trả lời lúc", null=True)
    done_at = models.DateTimeField("xong lúc", null=True)
    outcome = models.CharField("kết quả", max_length=10, blank=True, choices=Outcome.choices)
    erased_at = models.DateTimeField("đã xóa nội dung lúc", null=True)

    objects = DataRequestQuerySet.as_manager()

    class Meta:
        verbose_name = "yêu cầu về dữ liệu cá nhân"
        verbose_name_plural = "yêu cầu về dữ liệu cá nhân"
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="data_request_ends_with_an_outcome",
                condition=Q(done_at=None, outcome="") | (Q(done_at__isnull=False) & ~Q(outcome="")),
                violation_error_message="Yêu cầu đã xong phải ghi kết quả.",
            )
        ]
        indexes = [
            models.Index(fields=["answer_by"], name="data_request_to_answer", condition=Q(answered_at=None)),
            models.Index(fields=["act_by"], name="data_request_to_do", condition=Q(done_at=None)),
        ]

    def __str__(self) -> str:
        return self.number


class DataRequestStep(models.Model):
    """What was done about a request: who, when, in which words. Written once; `words` go with the erasure."""

    request = models.ForeignKey(DataRequest, on_delete=models.PROTECT, related_name="steps")
    at = models.DateTimeField("lúc")
    act = models.CharField("việc", max_length=12)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="người làm", null=True, on_delete=models.PROTECT, related_name="+"
    )
    words = models.TextField("nội dung", blank=True)

    class Meta:
        verbose_name = "bước xử lý yêu cầu"
        verbose_name_plural = "các bước xử lý yêu cầu"
        ordering = ["request_id", "id"]

    def __str__(self) -> str:
        return str(self.pk)


class PersonalDataViewQuerySet(ScopedQuerySet):
    """By the unit whose people were looked at, whoever looked."""


class PersonalDataView(models.Model):
    """A member of staff saw what pages mask, or took data of people away; a table also by a command on the server, which has no
    account. Kept two years."""

    class What(models.TextChoices):
        IDENTITY = "identity", "Xem số CMND/CCCD"
        COPY = "copy", "Xuất dữ liệu của một người"
        TABLE = "table", "Xuất bảng có dữ liệu cá nhân"

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="người xem", null=True, on_delete=models.PROTECT, related_name="+"
    )
    what = models.CharField("việc", max_length=10, choices=What.choices)
    initiative = models.ForeignKey(
        Initiative, verbose_name="sáng kiến", null=True, on_delete=models.PROTECT, related_name="+"
    )
    unit = models.ForeignKey(Unit, verbose_name="đơn vị", null=True, on_delete=models.PROTECT, related_name="+")
    rows = models.PositiveIntegerField("số dòng", default=1)
    why = models.CharField("lý do", max_length=200, blank=True)
    at = models.DateTimeField("lúc")

    objects = PersonalDataViewQuerySet.as_manager()

    class Meta:
        verbose_name = "lượt xem dữ liệu cá nhân"
        verbose_name_plural = "các lượt xem dữ liệu cá nhân"
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["initiative", "-at"], name="data_view_of_initiative"),
            models.Index(fields=["-at"], name="data_view_by_day"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(account__isnull=False) | Q(what="table"),
                name="only_tables_go_out_without_an_account",
                violation_error_message="Chỉ bảng do lệnh trên máy chủ xuất mới không có người xem.",
            )
        ]

    def __str__(self) -> str:
        return self.get_what_display()
