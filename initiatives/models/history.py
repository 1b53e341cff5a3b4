"""Seals over what was done: once a day a hash of everything that happened since, chained to the seal before it."""

from django.db import models


class HistorySeal(models.Model):
    """What stood there when it was sealed: steps of initiatives up to `upto`, and what is announced or sealed by then.

    `counts` and `digests` are by kind (`initiatives/history/sealing.py` names them); `hash` covers both, `upto` and the hash
    of the seal before. Nothing in it is of a person. Kept outside the portal too (a log, a paper), it finds what was changed
    in the database by hand together with its own chain.
    """

    number = models.PositiveIntegerField("số", unique=True)
    sealed_at = models.DateTimeField("niêm phong lúc")
    upto = models.DateTimeField("các bước trước lúc")
    counts = models.JSONField("số lượng", default=dict)
    digests = models.JSONField("mã băm từng loại", default=dict)
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField("mã băm SHA-256", max_length=64, unique=True)

    class Meta:
        verbose_name = "niêm phong lịch sử"
        verbose_name_plural = "niêm phong lịch sử"
        ordering = ["-number"]

    def __str__(self) -> str:
        return str(self.number)
