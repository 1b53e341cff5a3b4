"""A unit of the union, its place in the tree and its names, through time (`DESIGN.md` §2, "the tree in time").

`path` never changes. A unit that moves, merges or gets a new place is closed on a day and a successor opens;
`current_path` is the path of the present successor, so accounts and old rows are found by one range today.
"""

import base64
import hashlib
from collections.abc import Iterable
from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from treebeard.mp_tree import MP_Node, MP_NodeManager, MP_NodeQuerySet

from orgtree.finding.words import SEARCH_TEXT_LENGTH, search_fields
from orgtree.scope import ScopedQuerySet, branch

CODE = r"[a-z0-9]+(?:-[a-z0-9]+)*(?:/[a-z0-9]+(?:-[a-z0-9]+)*)*"
POSTER_KEY_LENGTH = 8


class Level(models.TextChoices):
    CONFEDERATION = "confederation", "Tổng Liên đoàn"
    PROVINCE = "province", "Liên đoàn Lao động tỉnh, thành phố"
    SECTOR = "sector", "Công đoàn ngành trung ương"
    DISTRICT = "district", "Liên đoàn Lao động cấp huyện"
    PROVINCIAL_SECTOR = "provincial_sector", "Công đoàn ngành địa phương và tương đương"
    SECTOR_BRANCH = "sector_branch", "Công đoàn cấp trên cơ sở thuộc ngành trung ương"
    COMMUNE = "commune", "Công đoàn xã, phường, đặc khu"
    GRASSROOTS = "grassroots", "Công đoàn cơ sở"


TOP_LEVELS = (Level.PROVINCE, Level.SECTOR)
# The upper level of grassroots unions: what stands between a top unit and them.
MIDDLE_LEVELS = (Level.DISTRICT, Level.PROVINCIAL_SECTOR, Level.SECTOR_BRANCH, Level.COMMUNE)

PARENT_LEVELS: dict[str, frozenset[str]] = {
    Level.CONFEDERATION: frozenset(),
    Level.PROVINCE: frozenset({Level.CONFEDERATION}),
    Level.SECTOR: frozenset({Level.CONFEDERATION}),
    Level.DISTRICT: frozenset({Level.PROVINCE}),
    Level.PROVINCIAL_SECTOR: frozenset({Level.PROVINCE}),
    Level.SECTOR_BRANCH: frozenset({Level.SECTOR}),
    Level.COMMUNE: frozenset({Level.PROVINCE}),
    Level.GRASSROOTS: frozenset({*TOP_LEVELS, *MIDDLE_LEVELS}),
}


class UnitQuerySet(MP_NodeQuerySet, ScopedQuerySet):
    unit_lookup = ""

    def standing_on(self, day: date) -> Self:
        """Units that exist on `day`; no opening day means always, the closing day is the first without the unit."""
        return self.filter(Q(opened_on=None) | Q(opened_on__lte=day), Q(closed_on=None) | Q(closed_on__gt=day))

    def in_structure_of(self, day: date) -> Self:
        """What a campaign offers whose structure is that of `day`: the units standing then, and those opened later
        below them that succeed nobody (a new grassroots union)."""
        standing = (Q(opened_on=None) | Q(opened_on__lte=day)) & (Q(closed_on=None) | Q(closed_on__gt=day))
        on_an_old_line = Q(succeeds_since=None) | Q(succeeds_since__lte=day)
        return self.filter(standing | (Q(opened_on__gt=day) & on_an_old_line))

    def last_of_their_lines(self) -> Self:
        """Units nothing has succeeded: those that stand, and those that closed for good."""
        return self.filter(successor=None)

    def top(self) -> Self:
        """The units that submit to the confederation: provinces and central sectors."""
        return self.filter(level__in=TOP_LEVELS)

    def below(self, unit: "Unit") -> Self:
        """Everything in the branch of `unit` by its own path, without the unit itself."""
        return self.filter(branch(unit.path, by="path")).exclude(pk=unit.pk)

    def directly_below(self, unit: "Unit") -> Self:
        return self.below(unit).filter(depth=unit.depth + 1)

    def ancestors_and_self(self, unit: "Unit") -> Self:
        """From the confederation down to `unit`."""
        step = self.model.steplen
        return self.filter(path__in=[unit.path[:end] for end in range(step, len(unit.path) + 1, step)]).order_by("path")

    def standing_above(self, unit: "Unit") -> Self:
        """The units that stand today from the confederation down to the place of `unit`, with the one that it is today."""
        step, place = self.model.steplen, unit.current_path
        paths = [place[:end] for end in range(step, len(place) + 1, step)]
        return self.filter(closed_on=None, path__in=paths).order_by("path")


class UnitManager(MP_NodeManager.from_queryset(UnitQuerySet)):  # type: ignore[misc]
    def get_queryset(self) -> UnitQuerySet:
        return UnitQuerySet(self.model, using=self._db).order_by("path")


class Unit(MP_Node):
    """One union organisation. Never deleted: it closes, and its line goes on in its successor."""

    code = models.CharField("mã đơn vị", max_length=200, unique=True)
    level = models.CharField("cấp", max_length=20, choices=Level.choices)
    kind = models.CharField("loại hình", max_length=40, blank=True)
    name = models.CharField("tên đầy đủ", max_length=200)
    short_name = models.CharField("tên thường gọi", max_length=200)
    admin_code = models.CharField("mã hành chính", max_length=10, blank=True)
    source = models.CharField("nguồn", max_length=200, blank=True)
    opened_on = models.DateField("thành lập ngày", null=True, blank=True)
    opening_document = models.CharField("văn bản thành lập", max_length=200, blank=True)
    closed_on = models.DateField("kết thúc ngày", null=True, blank=True)
    closing_document = models.CharField("văn bản kết thúc", max_length=200, blank=True)
    successor = models.ForeignKey(
        "self",
        verbose_name="đơn vị kế thừa",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="predecessors",
    )
    # The latest opening day of a successor at or above: what tells a new union in an old place from an old one in a new.
    succeeds_since = models.DateField("nối tiếp từ ngày", null=True, blank=True, editable=False)
    current_path = models.CharField("vị trí hiện nay", max_length=255, db_index=True, editable=False)
    search_text = models.CharField("chữ để tìm", max_length=SEARCH_TEXT_LENGTH, blank=True, editable=False)
    search_words = models.TextField("từ để tìm", blank=True, editable=False)
    poster_key = models.CharField("khóa trên áp phích", max_length=POSTER_KEY_LENGTH, unique=True, editable=False)
    path = models.CharField("vị trí", max_length=255, unique=True, editable=False)
    depth = models.PositiveIntegerField("bậc", editable=False)
    numchild = models.PositiveIntegerField("số đơn vị dưới", default=0, editable=False)

    objects = UnitManager()

    class Meta:
        verbose_name = "đơn vị"
        verbose_name_plural = "đơn vị"
        indexes = [
            # Everything but the 126,000 grassroots unions: some hundreds of rows, read whole.
            models.Index(fields=["path"], name="unit_upper_by_path", condition=~Q(level=Level.GRASSROOTS)),
        ]
        constraints = [
            models.CheckConstraint(
                name="unit_closes_after_it_opens",
                condition=Q(opened_on=None) | Q(closed_on=None) | Q(closed_on__gt=F("opened_on")),
                violation_error_message="Ngày kết thúc phải sau ngày thành lập.",
            ),
            models.CheckConstraint(
                name="unit_with_a_successor_is_closed",
                condition=Q(successor=None) | Q(closed_on__isnull=False),
                violation_error_message="Đơn vị có đơn vị kế thừa thì phải có ngày kết thúc.",
            ),
        ]

    def __str__(self) -> str:
        return self.short_name or self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self.current_path:
            self.current_path = self.path
        if not self.poster_key:
            self.poster_key = poster_key(self.code)
        if not self.search_text:
            self.be_found_by(())
        super().save(*args, **kwargs)

    def be_found_by(self, other_names: Iterable[str]) -> None:
        """Sets, unsaved, what a search looks through: its names and the others it is or was known by."""
        is_place = self.level != Level.GRASSROOTS
        names = (self.name, self.short_name, *other_names)
        self.search_text, self.search_words = search_fields(names, is_place=is_place)

    @property
    def is_top(self) -> bool:
        return self.level in TOP_LEVELS

    @property
    def top_path(self) -> str:
        """The path of the province or sector it stands in; its own for the confederation."""
        return self.path[: 2 * self.steplen]

    def is_at_or_below(self, other: "Unit") -> bool:
        return self.path.startswith(other.path)

    def stands_on(self, day: date) -> bool:
        return (self.opened_on is None or self.opened_on <= day) and (self.closed_on is None or day < self.closed_on)

    def is_in_structure_of(self, day: date) -> bool:
        """As the queryset's `in_structure_of`, without asking the database."""
        if self.opened_on is None or self.opened_on <= day:
            return self.closed_on is None or self.closed_on > day
        return self.succeeds_since is None or self.succeeds_since <= day

    def name_on(self, day: date) -> str:
        """The full name borne on `day`; reads the dated names, so ask for one unit only."""
        past = self.past_names.filter(used_until__gt=day).order_by("used_until").first()
        return past.name if past else self.name


class UnitName(models.Model):
    """A name a unit bore until a day, with the document that changed it. The present name stands on the unit."""

    unit = models.ForeignKey(Unit, verbose_name="đơn vị", on_delete=models.CASCADE, related_name="past_names")
    name = models.CharField("tên đầy đủ", max_length=200)
    short_name = models.CharField("tên thường gọi", max_length=200)
    used_until = models.DateField("dùng đến trước ngày")
    document = models.CharField("văn bản đổi tên", max_length=200, blank=True)

    class Meta:
        verbose_name = "tên cũ"
        verbose_name_plural = "tên cũ"
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "used_until"],
                name="unit_name_ends_once_a_day",
                violation_error_message="Đơn vị đã có một tên dùng đến ngày này.",
            )
        ]

    def __str__(self) -> str:
        return self.short_name


class UnitAlias(models.Model):
    """Another way people write a unit's name ("LĐLĐ TP HCM"): found by search, never shown as the name."""

    unit = models.ForeignKey(Unit, verbose_name="đơn vị", on_delete=models.CASCADE, related_name="aliases")
    alias = models.CharField("cách gọi khác", max_length=200)
    note = models.CharField("ghi chú", max_length=200, blank=True)

    class Meta:
        verbose_name = "cách gọi khác"
        verbose_name_plural = "cách gọi khác"
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "alias"],
                name="unit_alias_stands_once",
                violation_error_message="Đơn vị đã có cách gọi này.",
            )
        ]

    def __str__(self) -> str:
        return self.alias


def poster_key(code: str, *, attempt: int = 0) -> str:
    """The key printed in a unit's QR: the same for a code on every machine, so paper outlives the database.

    35 bits and a salt: of 126,000 codes some may meet, and the second one takes its next attempt.
    """
    digest = hashlib.sha256(f"unit:{code}:{attempt}".encode()).digest()
    return base64.b32encode(digest).decode()[:POSTER_KEY_LENGTH].lower()
