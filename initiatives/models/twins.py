"""Likely duplicates: a fingerprint of each text, the bands by which alike ones meet, and the pairs people decide on."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from initiatives.models.initiative import Initiative
from orgtree.models import Unit
from orgtree.scope import ScopedQuerySet


class Fingerprint(models.Model):
    """What is left of a text to compare by (`duplicates/fingerprints.py`); made outside the request that received it."""

    initiative = models.OneToOneField(
        Initiative, primary_key=True, on_delete=models.CASCADE, related_name="fingerprint", editable=False
    )
    signature = models.BinaryField(max_length=256, editable=False)  # 64 bins of 32 bits; empty for a text too short
    text_hash = models.BigIntegerField(db_index=True, editable=False)
    title_hash = models.BigIntegerField(db_index=True, editable=False)

    class Meta:
        verbose_name = "dấu vân tay văn bản"
        verbose_name_plural = "dấu vân tay văn bản"

    def __str__(self) -> str:
        return str(self.pk)


class Band(models.Model):
    """Four bins of a fingerprint as one number: texts that share one are worth comparing. Twenty rows an initiative."""

    pk = models.CompositePrimaryKey("value", "initiative_id")
    value = models.BigIntegerField(editable=False)
    initiative = models.ForeignKey(
        Initiative,
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
        db_constraint=False,  # never deleted, and a check for each of twenty rows would cost more than the rows
        editable=False,
    )

    class Meta:
        verbose_name = "dải vân tay"
        verbose_name_plural = "dải vân tay"

    def __str__(self) -> str:
        return f"{self.value}/{self.initiative_id}"


class TwinPairQuerySet(ScopedQuerySet):
    """Visible in full to whoever sees both: the rows whose `decider` lies in the account's branch."""

    unit_lookup = "decider"

    def open(self) -> "TwinPairQuerySet":
        return self.filter(state=TwinPair.State.OPEN)


class TwinPair(models.Model):
    """Two initiatives that may be one. `earlier` was received first; `decider` is the lowest unit above both.

    `likeness` is in percent, `sentences_alike` of `sentences` those of the later one that stand in the earlier too.
    """

    class Kind(models.TextChoices):
        SAME_TEXT = "same_text", "Cùng một văn bản"
        ALIKE = "alike", "Văn bản gần giống"
        SAME_TITLE = "same_title", "Cùng tên sáng kiến"
        REPORTED = "reported", "Cán bộ đề nghị xem"

    class State(models.TextChoices):
        OPEN = "open", "Chờ quyết định"
        DUPLICATE = "duplicate", "Trùng lặp"
        DISTINCT = "distinct", "Không trùng lặp"

    earlier = models.ForeignKey(
        Initiative, verbose_name="nhận trước", on_delete=models.PROTECT, related_name="pairs_as_earlier"
    )
    later = models.ForeignKey(
        Initiative, verbose_name="nhận sau", on_delete=models.PROTECT, related_name="pairs_as_later"
    )
    kind = models.CharField("vì sao", max_length=12, choices=Kind.choices)
    likeness = models.PositiveSmallIntegerField("giống nhau (%)", default=0)
    sentences_alike = models.PositiveSmallIntegerField("số câu giống", default=0)
    sentences = models.PositiveSmallIntegerField("số câu", default=0)
    decider = models.ForeignKey(Unit, verbose_name="đơn vị quyết định", on_delete=models.PROTECT, related_name="+")
    state = models.CharField("trạng thái", max_length=10, choices=State.choices, default=State.OPEN)
    found_at = models.DateTimeField("tìm thấy lúc")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="người quyết định", null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField("quyết định lúc", null=True)

    objects = TwinPairQuerySet.as_manager()

    class Meta:
        verbose_name = "cặp có thể trùng"
        verbose_name_plural = "cặp có thể trùng"
        ordering = ["-likeness", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["earlier", "later"],
                name="twin_pair_once",
                violation_error_message="Cặp này đã có.",
            ),
            models.CheckConstraint(
                name="twin_pair_is_of_two",
                condition=~Q(earlier=F("later")),
                violation_error_message="Một sáng kiến không trùng với chính nó.",
            ),
            models.CheckConstraint(
                name="twin_pair_likeness_is_a_percentage",
                condition=Q(likeness__lte=100),
                violation_error_message="Mức giống nhau phải từ 0 đến 100.",
            ),
        ]
        indexes = [
            models.Index(fields=["decider", "state", "-likeness", "id"], name="twin_pair_queue"),
            models.Index(fields=["-likeness", "id"], name="twin_pair_in_order"),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN
