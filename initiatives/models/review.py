"""The history of an initiative: append-only, chained by hash, with nothing of a person in what is hashed."""

import hashlib
import json
import secrets
from typing import Any

from django.conf import settings
from django.db import models

from initiatives.models.initiative import Initiative, Status
from orgtree.roles import Role
from portal import sealing


class Act(models.TextChoices):
    RECEIVED = "received", "Đã nhận"
    EDITED = "edited", "Người nộp sửa"
    RESENT = "resent", "Người nộp gửi lại"
    RETURNED = "returned", "Trả lại bổ sung"
    APPROVED = "approved", "Hợp lệ"
    DECLINED = "declined", "Không hợp lệ"
    REOPENED = "reopened", "Mở lại để xét"
    WITHDRAWN = "withdrawn", "Người nộp rút"
    REASSIGNED = "reassigned", "Chuyển đơn vị"
    REPOINTED = "repointed", "Trùng với sáng kiến khác"
    CLEARED = "cleared", "Xác định không trùng lặp"
    TOLD = "told", "Đã báo người nộp"
    REPRINTED = "reprinted", "In lại biên nhận"
    RENEWED = "renewed", "Cấp lại liên kết biên nhận"
    NOMINATED = "nominated", "Được giới thiệu xét chọn"
    UNNOMINATED = "unnominated", "Rút khỏi danh sách giới thiệu"
    COMMENDED = "commended", "Được biểu dương"
    UNCOMMENDED = "uncommended", "Thu hồi biểu dương"
    AGREED = "agreed", "Đồng ý công bố tên, ảnh"
    DISAGREED = "disagreed", "Thôi đồng ý công bố tên, ảnh"
    APPRAISED = "appraised", "Thẩm định giá trị làm lợi"
    ERASED = "erased", "Xóa dữ liệu cá nhân"


# Sent by the sender, or by an officer on the sender's behalf: then the history says so.
ON_BEHALF = {Act.RECEIVED: "Cán bộ nhập hộ", Act.EDITED: "Cán bộ sửa giúp", Act.RESENT: "Cán bộ sửa giúp và gửi lại"}


def hash_of_text(step: Any) -> str:
    """The salted hash of everything written freely. `step` is a ReviewEvent, or a row with its columns."""
    written = json.dumps([step.salt, step.reasons, step.note], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(written.encode()).hexdigest()


def hash_of(step: Any) -> str:
    """The hash of this step and, through `previous_hash`, of all before it.

    Keyed (LOOKUP_KEY), so that whoever can write in the database alone can neither chain anew what they changed nor add a step.
    """
    facts = [
        step.initiative_id,
        step.number,
        int(step.at.timestamp() * 1_000_000),
        step.act,
        step.account_id,
        step.role,
        step.from_status,
        step.to_status,
        [[reason.get("code", ""), reason.get("field", "")] for reason in step.reasons],
        step.due_on.isoformat() if step.due_on else "",
        step.text_digest,
        step.previous_hash,
        step.content_digest,
    ]
    return sealing.keyed_hash("step", json.dumps(facts))


class HistoryIsAppendOnly(Exception):
    """An event is written once; nothing of ours changes or deletes it."""


class ReviewEvent(models.Model):
    """One step: who, in which role, when, from, to, why.

    `reasons` is a list of {"code", "field", "text"}. Free text and content are hashed with a salt of the step's own, so that
    erasing text and salt leaves the chain whole.
    """

    initiative = models.ForeignKey(Initiative, on_delete=models.PROTECT, related_name="events")
    number = models.PositiveIntegerField("bước")
    at = models.DateTimeField("lúc")
    act = models.CharField("việc", max_length=12, choices=Act.choices)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="người làm", null=True, on_delete=models.PROTECT, related_name="+"
    )
    role = models.CharField("vai trò", max_length=20, blank=True, choices=Role.choices)
    from_status = models.CharField("từ", max_length=12, blank=True, choices=Status.choices)
    to_status = models.CharField("sang", max_length=12, choices=Status.choices)
    reasons = models.JSONField("lý do", default=list)
    note = models.TextField("ghi chú nội bộ", blank=True)
    due_on = models.DateField("bổ sung đến hết ngày", null=True)
    salt = models.CharField(max_length=32, editable=False)
    text_digest = models.CharField(max_length=64, editable=False)
    # Of the whole initiative as this step left it.
    content_digest = models.CharField(max_length=64, blank=True, default="", editable=False)
    previous_hash = models.CharField(max_length=64, blank=True, editable=False)
    hash = models.CharField(max_length=64, editable=False)

    class Meta:
        verbose_name = "bước xử lý"
        verbose_name_plural = "lịch sử xử lý"
        ordering = ["initiative_id", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["initiative", "number"],
                name="event_number_once",
                violation_error_message="Bước xử lý này đã được ghi.",
            )
        ]
        indexes = [
            models.Index(fields=["at", "initiative"], name="event_since"),
            # Few are sent again: counting those that wait must not look at every other one's history.
            models.Index(fields=["initiative"], name="event_resent", condition=models.Q(act=Act.RESENT)),
        ]

    def __str__(self) -> str:
        return f"{self.initiative_id}/{self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk:
            raise HistoryIsAppendOnly
        self.salt = self.salt or secrets.token_hex(16)
        self.text_digest = hash_of_text(self)
        self.hash = hash_of(self)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise HistoryIsAppendOnly

    @property
    def is_by_sender(self) -> bool:
        """Nobody of staff did it, and it is not what the portal itself does."""
        return self.account_id is None and self.act != Act.ERASED

    @property
    def title(self) -> str:
        """What was done, in words."""
        label = Act(self.act).label
        return ON_BEHALF.get(Act(self.act), label) if self.account_id else label

    @property
    def is_erased(self) -> bool:
        """Text and content of this step can no longer be compared with their digests: salt and words are gone."""
        return self.salt == ""

    def digest_of_text(self) -> str:
        return hash_of_text(self)

    def digest(self) -> str:
        return hash_of(self)
