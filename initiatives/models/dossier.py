"""What a unit sends in a round: papers, versions frozen with a hash, and what the level above says of them."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from initiatives.models.initiative import Initiative
from initiatives.models.nomination import Nomination
from initiatives.models.selection import DossierPart, SelectionRound
from orgtree.models import Unit
from orgtree.roles import Role
from orgtree.scope import ScopedQuerySet, branch


class DossierState(models.TextChoices):
    PREPARING = "preparing", "Đang chuẩn bị"
    SENT = "sent", "Đã gửi, chờ cấp trên nhận"
    RECEIVED = "received", "Cấp trên đã nhận"
    RETURNED = "returned", "Trả lại để hoàn thiện"
    ACCEPTED = "accepted", "Đã chấp nhận"


OPEN_STATES = (DossierState.PREPARING, DossierState.RETURNED)  # its unit may change it
SEALED_STATES = (DossierState.SENT, DossierState.RECEIVED, DossierState.ACCEPTED)


class CameBy(models.TextChoices):
    PORTAL = "portal", "Gửi trên cổng"
    PAPER = "paper", "Bản giấy"
    EMAIL = "email", "Thư điện tử"


class DossierQuerySet(ScopedQuerySet):
    """Seen by the branch of the unit that sends it, and by that of the unit that holds the round: what was sent there stays
    there, wherever its sender goes in the tree."""

    def in_branch_of(self, unit: Unit) -> "DossierQuerySet":
        sent_from, sent_to = (branch(unit.current_path, by=f"{way}__current_path") for way in ("unit", "round__host"))
        return self.filter(sent_from | sent_to)

    def sealed(self) -> "DossierQuerySet":
        return self.filter(state__in=SEALED_STATES)


class Dossier(models.Model):
    """One for each unit and round, made when first needed; `version` counts what was sealed (0: nothing yet).

    `extended_until` is the last day on time for this unit alone, where the host granted one, with who and why.
    `arrived_on` is the day on which it came on paper or by email: then that is its day of sending.
    `edition` counts changes, so that nobody seals what somebody else is changing.
    """

    round = models.ForeignKey(SelectionRound, verbose_name="đợt", on_delete=models.PROTECT, related_name="dossiers")
    unit = models.ForeignKey(Unit, verbose_name="đơn vị", on_delete=models.PROTECT, related_name="dossiers")
    state = models.CharField("tình trạng", max_length=10, choices=DossierState.choices, default=DossierState.PREPARING)
    version = models.PositiveSmallIntegerField("lần gửi", default=0)
    edition = models.PositiveIntegerField("lần sửa", default=1, editable=False)
    came_by = models.CharField("cách gửi", max_length=10, choices=CameBy.choices, default=CameBy.PORTAL)
    arrived_on = models.DateField("ngày đến (bản giấy, thư điện tử)", null=True, blank=True)
    extended_until = models.DateField("gia hạn đến hết ngày", null=True, blank=True)
    extended_because = models.CharField("lý do gia hạn", max_length=300, blank=True)
    extended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="người gia hạn", null=True, on_delete=models.PROTECT, related_name="+"
    )
    extended_at = models.DateTimeField("gia hạn lúc", null=True)

    objects = DossierQuerySet.as_manager()

    class Meta:
        verbose_name = "hồ sơ xét chọn"
        verbose_name_plural = "hồ sơ xét chọn"
        ordering = ["round_id", "unit__path"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "unit"],
                name="dossier_once_a_unit",
                violation_error_message="Đơn vị đã có hồ sơ trong đợt này.",
            ),
            models.CheckConstraint(
                name="dossier_state_is_known",
                condition=Q(state__in=DossierState.values),
                violation_error_message="Tình trạng hồ sơ không hợp lệ.",
            ),
            models.CheckConstraint(
                name="dossier_from_outside_has_its_day",
                condition=Q(came_by="portal", arrived_on=None) | (~Q(came_by="portal") & Q(arrived_on__isnull=False)),
                violation_error_message="Hồ sơ bản giấy hoặc thư điện tử phải ghi ngày đến.",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def is_sealed(self) -> bool:
        return self.state in SEALED_STATES


class DossierFile(models.Model):
    """A paper of the dossier: a signed scan, or the note that it came on paper (`stored_name` "").

    `nomination` is the nominee whom a recognition decision is about. What was sealed is never deleted: `removed_at`.
    """

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="files")
    part = models.CharField("thành phần", max_length=24, choices=DossierPart.choices)
    nomination = models.ForeignKey(
        Nomination, verbose_name="của sáng kiến", null=True, blank=True, on_delete=models.PROTECT, related_name="files"
    )
    name = models.CharField("tên tệp", max_length=120, blank=True)
    stored_name = models.CharField(max_length=120, blank=True, editable=False)
    media_type = models.CharField(max_length=100, blank=True, editable=False)
    size = models.PositiveIntegerField("dung lượng", default=0, editable=False)
    sha256 = models.CharField(max_length=64, blank=True, editable=False)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField("thêm lúc")
    removed_at = models.DateTimeField("bỏ lúc", null=True)
    # By an antivirus, where one is configured: the empty moment is the queue, `malware` the name of what it found.
    scanned_at = models.DateTimeField("đã quét lúc", null=True, editable=False)
    malware = models.CharField("mã độc", max_length=120, blank=True, default="", editable=False)
    # Where the antivirus could not judge this one: when it is asked again.
    scan_again_at = models.DateTimeField("quét lại lúc", null=True, editable=False)

    class Meta:
        verbose_name = "tài liệu của hồ sơ"
        verbose_name_plural = "tài liệu của hồ sơ"
        ordering = ["id"]
        indexes = [
            models.Index(fields=["stored_name"], name="dossier_file_by_file"),
            models.Index(fields=["id"], name="dossier_file_to_scan", condition=Q(scanned_at=None) & ~Q(stored_name="")),
            models.Index(
                fields=["scan_again_at"],
                name="dossier_file_to_scan_again",
                condition=Q(scanned_at=None, scan_again_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_on_paper(self) -> bool:
        return not self.stored_name

    @property
    def is_shown_inline(self) -> bool:
        return self.media_type in {"image/jpeg", "image/png", "image/webp", "application/pdf"}


class DossierVersion(models.Model):
    """A dossier as it was sealed: `content` is canonical JSON (`nominations/sealing.py` says its shape), `hash` its SHA-256.

    `sent_on` is the day that counts: the day of sealing, or the recorded day of arrival, which the host may correct afterwards
    (`DossierEvent` says so); `content` keeps the day that was known when it was sealed.
    """

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField("lần gửi")
    content = models.TextField("nội dung")
    hash = models.CharField("mã băm SHA-256", max_length=64, unique=True)
    sealed_at = models.DateTimeField("niêm phong lúc")
    sealed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="người niêm phong", on_delete=models.PROTECT, related_name="+"
    )
    sent_on = models.DateField("ngày gửi")
    is_late = models.BooleanField("quá hạn", default=False)
    # Where somebody's data was erased in it since: of `content` as it stands now, keyed (`history/frozen.py`). `hash` stays what
    # was sealed and printed.
    erased_hash = models.CharField(max_length=64, blank=True, default="", editable=False)

    class Meta:
        verbose_name = "lần gửi hồ sơ"
        verbose_name_plural = "lần gửi hồ sơ"
        ordering = ["dossier_id", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["dossier", "number"],
                name="dossier_version_number_once",
                violation_error_message="Lần gửi này đã có.",
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)


class DossierAct(models.TextChoices):
    SEALED = "sealed", "Niêm phong và gửi"
    RECEIVED = "received", "Cấp trên nhận"
    RETURNED = "returned", "Cấp trên trả lại"
    ACCEPTED = "accepted", "Cấp trên chấp nhận"
    EXTENDED = "extended", "Gia hạn"
    CAME_OUTSIDE = "came_outside", "Ghi nhận hồ sơ gửi ngoài cổng"
    FILE_ADDED = "file_added", "Thêm tài liệu"
    FILE_REMOVED = "file_removed", "Bỏ tài liệu"
    NOMINATED = "nominated", "Giới thiệu sáng kiến"
    WITHDRAWN = "withdrawn", "Rút sáng kiến"
    REORDERED = "reordered", "Sắp xếp lại"
    PROMOTED = "promoted", "Đưa dự bị vào danh sách"


class DossierEvent(models.Model):
    """One step in a dossier's life: who, in which role, when, what. Written once."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField("lúc")
    act = models.CharField("việc", max_length=12, choices=DossierAct.choices)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="người làm", null=True, on_delete=models.PROTECT, related_name="+"
    )
    role = models.CharField("vai trò", max_length=20, blank=True, choices=Role.choices)
    version = models.PositiveSmallIntegerField("lần gửi", default=0)
    initiative = models.ForeignKey(Initiative, null=True, on_delete=models.PROTECT, related_name="+")
    words = models.TextField("nội dung", blank=True)

    class Meta:
        verbose_name = "bước của hồ sơ"
        verbose_name_plural = "lịch sử hồ sơ"
        ordering = ["dossier_id", "id"]

    def __str__(self) -> str:
        return str(self.pk)


class ComplaintQuerySet(ScopedQuerySet):
    unit_lookup = "initiative__unit"

    def unresolved(self) -> "ComplaintQuerySet":
        return self.filter(resolved_at=None)


class Complaint(models.Model):
    """Somebody complains of an initiative or disputes who made it: until resolved, no dossier with it is sealed or accepted
    ("không có khiếu nại …, không có tranh chấp về quyền tác giả tại thời điểm xét chọn", QT21, TH21, DB21)."""

    class Kind(models.TextChoices):
        COMPLAINT = "complaint", "Khiếu nại về nội dung, kết quả"
        AUTHORSHIP = "authorship", "Tranh chấp quyền tác giả"

    initiative = models.ForeignKey(
        Initiative, verbose_name="sáng kiến", on_delete=models.PROTECT, related_name="complaints"
    )
    kind = models.CharField("loại", max_length=12, choices=Kind.choices)
    raised_by = models.CharField("người nêu", max_length=160, blank=True)
    raised_on = models.DateField("ngày nêu")
    text = models.TextField("nội dung")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="người ghi", on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField("ghi lúc")
    resolution = models.TextField("kết quả giải quyết", blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="người giải quyết", null=True, on_delete=models.PROTECT, related_name="+"
    )
    resolved_at = models.DateTimeField("giải quyết lúc", null=True)

    objects = ComplaintQuerySet.as_manager()

    class Meta:
        verbose_name = "khiếu nại, tranh chấp"
        verbose_name_plural = "khiếu nại, tranh chấp"
        ordering = ["-recorded_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="complaint_is_resolved_with_words",
                condition=Q(resolved_at=None, resolution="") | (Q(resolved_at__isnull=False) & ~Q(resolution="")),
                violation_error_message="Ghi kết quả giải quyết.",
            )
        ]
        indexes = [models.Index(fields=["initiative"], name="complaint_unresolved", condition=Q(resolved_at=None))]

    def __str__(self) -> str:
        return str(self.pk)
