"""The notice people consent to, version by version."""

import hashlib
from datetime import datetime
from typing import Any

from django.db import models
from django.utils import timezone

from initiatives.models.told import ToldToAll


class ConsentText(ToldToAll):
    """A version of the notice people consent to. Never changed: a new wording is a new version."""

    version = models.CharField("phiên bản", max_length=20, unique=True)
    body = models.TextField("nội dung")
    digest = models.CharField("mã băm SHA-256", max_length=64, editable=False)
    in_force_from = models.DateTimeField("áp dụng từ", default=timezone.now)

    class Meta:
        verbose_name = "thông báo xử lý dữ liệu"
        verbose_name_plural = "thông báo xử lý dữ liệu"
        ordering = ["-in_force_from", "-id"]

    def __str__(self) -> str:
        return self.version

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.digest = hashlib.sha256(self.body.encode()).hexdigest()
        super().save(*args, **kwargs)

    @classmethod
    def in_force(cls, at: datetime) -> "ConsentText | None":
        """The version shown at `at`; the oldest one before any is in force."""
        return cls.objects.filter(in_force_from__lte=at).first() or cls.objects.last()
