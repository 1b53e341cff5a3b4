"""Long work that runs outside a request: who asked, how far it is, what became of it (`initiatives/jobs.py` carries it)."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class JobState(models.TextChoices):
    WAITING = "waiting", "Đang chờ"
    RUNNING = "running", "Đang chạy"
    DONE = "done", "Đã xong"
    STOPPED = "stopped", "Đã dừng"
    FAILED = "failed", "Không làm được"


UNFINISHED = (JobState.WAITING, JobState.RUNNING)


class JobQuerySet(models.QuerySet["Job"]):
    def owned_by(self, account: object) -> "JobQuerySet":
        """A job is its owner's alone."""
        return self.filter(owner=account)

    def unfinished(self) -> "JobQuerySet":
        return self.filter(state__in=UNFINISHED)

    def first_of_their_owners(self) -> "JobQuerySet":
        """One at a time for each person: what was given later waits for what was given before."""
        earlier = Job.objects.unfinished().filter(owner=models.OuterRef("owner"), pk__lt=models.OuterRef("pk"))
        return self.filter(~models.Exists(earlier))

    def before(self, job: "Job") -> "JobQuerySet":
        """What `job` waits for: what its owner gave earlier and is not over."""
        return self.unfinished().filter(owner=job.owner_id, pk__lt=job.pk).order_by("pk")


class Job(models.Model):
    """The row is the queue: a worker takes the oldest unfinished one, portion by portion, and says so by `heartbeat_at`.

    `position` is how far it came in what was asked, of `total`; `done` counts what was carried out. `asked` and `result` are
    the kind's own; neither holds anything of a sender. `tries` counts what went wrong since the last portion that was kept.
    """

    class Kind(models.TextChoices):
        DECIDE = "decide", "Xét duyệt hàng loạt"
        ENTER = "enter", "Nhập sáng kiến từ tệp Excel"
        POSTERS = "posters", "In áp phích"
        EXPORT = "export", "Xuất bảng tổng hợp"
        RECOUNT = "recount", "Đếm lại"
        UNITS = "units", "Nhập công đoàn cơ sở từ tệp Excel"

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="người giao", on_delete=models.PROTECT, related_name="jobs"
    )
    kind = models.CharField("việc", max_length=12, choices=Kind.choices)
    state = models.CharField("trạng thái", max_length=10, choices=JobState.choices, default=JobState.WAITING)
    asked = models.JSONField("điều được giao", default=dict, editable=False)
    total = models.PositiveIntegerField("tất cả", default=0)
    position = models.PositiveIntegerField("đã xem đến", default=0)
    done = models.PositiveIntegerField("đã làm", default=0)
    result = models.JSONField("kết quả", default=dict, editable=False)
    tries = models.PositiveSmallIntegerField("số lần chưa làm được", default=0)
    stop_asked = models.BooleanField("đã yêu cầu dừng", default=False)
    created_at = models.DateTimeField("giao lúc")
    began_at = models.DateTimeField("bắt đầu lúc", null=True)
    heartbeat_at = models.DateTimeField("còn chạy lúc", null=True)
    ended_at = models.DateTimeField("kết thúc lúc", null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = "việc chạy nền"
        verbose_name_plural = "việc chạy nền"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="job_state_is_known",
                condition=Q(state__in=JobState.values),
                violation_error_message="Trạng thái của việc chạy nền không hợp lệ.",
            ),
            models.CheckConstraint(
                name="job_position_within_total",
                condition=Q(position__lte=models.F("total")),
                violation_error_message="Việc chạy nền không thể đi quá tổng số.",
            ),
        ]
        indexes = [
            models.Index(fields=["id"], name="job_unfinished", condition=Q(state__in=UNFINISHED)),
            models.Index(fields=["owner", "-created_at"], name="job_by_owner"),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_unfinished(self) -> bool:
        return self.state in UNFINISHED


class JobPiece(models.Model):
    """Bytes of a job: what it has read so far, or a part of a file it made. `name` says of what, `number` in which order.

    In parts, so that nobody holds a whole file in memory. Gone a day after the job ended, and at once where it led to nothing.
    """

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="pieces")
    name = models.CharField(max_length=20)
    number = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        verbose_name = "phần kết quả của việc chạy nền"
        verbose_name_plural = "phần kết quả của việc chạy nền"
        constraints = [
            models.UniqueConstraint(
                name="job_piece_once",
                fields=["job", "name", "number"],
                violation_error_message="Phần này của việc chạy nền đã có.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.job_id}/{self.name}/{self.number}"


class Worker(models.Model):
    """A process that does what happens beside the requests, and when it last said that it is there."""

    key = models.CharField(max_length=32, primary_key=True)
    seen_at = models.DateTimeField("còn chạy lúc", db_index=True)

    class Meta:
        verbose_name = "tiến trình nền"
        verbose_name_plural = "tiến trình nền"

    def __str__(self) -> str:
        return self.key
