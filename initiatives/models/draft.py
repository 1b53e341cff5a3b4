"""What a worker typed so far, as typed: nothing sent is ever lost, and nothing refused costs another answer."""

from typing import Any

from django.db import models
from django.utils import timezone

from initiatives.models.campaign import Campaign
from initiatives.models.consent import ConsentText
from orgtree.models import Unit
from orgtree.scope import ScopedQuerySet
from portal import sealing


class DraftQuerySet(ScopedQuerySet):
    def late_attempts(self) -> "DraftQuerySet":
        """Sent after the close and not received since, where the person agreed that the union may read it."""
        return self.filter(late_at__isnull=False, initiative=None, consented_at__isnull=False, revises=None)


class Draft(models.Model):
    """`answers` holds canonical strings by form name ("31/2/2021" is kept); the identity number stands apart, sealed."""

    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    campaign = models.ForeignKey(Campaign, verbose_name="chương trình", on_delete=models.PROTECT, related_name="drafts")
    unit = models.ForeignKey(
        Unit, verbose_name="đơn vị", null=True, blank=True, on_delete=models.PROTECT, related_name="drafts"
    )
    answers = models.JSONField("điều đã nhập", default=dict, editable=False)
    sealed_national_id = models.CharField(max_length=400, blank=True, editable=False)
    begun_at = models.DateTimeField("bắt đầu lúc", editable=False)
    saved_at = models.DateTimeField("lưu lúc", editable=False)
    late_at = models.DateTimeField("gửi muộn lúc", null=True, blank=True, editable=False)
    consent_text = models.ForeignKey(ConsentText, null=True, on_delete=models.PROTECT, editable=False, related_name="+")
    consented_at = models.DateTimeField("đồng ý lúc", null=True, editable=False)
    initiative = models.OneToOneField(
        "initiatives.Initiative", null=True, on_delete=models.PROTECT, related_name="draft", editable=False
    )
    revises = models.OneToOneField(
        "initiatives.Initiative", null=True, on_delete=models.CASCADE, related_name="revision", editable=False
    )
    # Whose poster was scanned; the confederation's is the campaign's own.
    poster_unit = models.ForeignKey(
        Unit, null=True, on_delete=models.PROTECT, related_name="+", editable=False, db_index=False
    )

    objects = DraftQuerySet.as_manager()

    class Meta:
        verbose_name = "bản nháp"
        verbose_name_plural = "bản nháp"
        ordering = ["-saved_at"]
        indexes = [
            models.Index(fields=["late_at"], name="draft_late", condition=models.Q(late_at__isnull=False)),
            models.Index(fields=["saved_at"], name="draft_saved"),
            models.Index(
                fields=["poster_unit", "campaign"],
                name="draft_by_poster",
                condition=models.Q(poster_unit__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"Bản nháp {self.pk}"

    @property
    def national_id(self) -> str:
        """As typed; "" when none was."""
        return sealing.open_sealed(self.sealed_national_id, row=self._row) if self.sealed_national_id else ""

    @national_id.setter
    def national_id(self, typed: str) -> None:
        self.sealed_national_id = sealing.seal(typed, row=self._row) if typed else ""

    @property
    def is_received(self) -> bool:
        return self.initiative_id is not None

    def answer(self, name: str) -> Any:
        return self.answers.get(name, "")

    @property
    def _row(self) -> str:
        return f"draft:{self.token_hash}"


class FailedLookUp(models.Model):
    """A look-up by code and phone that found nothing: kept a day, to slow a guesser and nobody else."""

    key = models.CharField(max_length=64, editable=False)
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = "lần tra cứu sai"
        verbose_name_plural = "lần tra cứu sai"
        indexes = [models.Index(fields=["key", "at"], name="failed_look_up")]

    def __str__(self) -> str:
        return str(self.pk)
