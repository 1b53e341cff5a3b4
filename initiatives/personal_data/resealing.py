"""After a new key was put first in FIELD_KEYS: everything sealed is sealed anew with it, so that an old key may be taken away.

A row is written only where it still holds what was read (`UPDATE … WHERE sealed = <as read>`): whoever types, corrects or signs
in beside it is never overwritten, and is met again in the next round. What cannot be opened is left and counted.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import BinaryField, CharField, Count, Model, Q, QuerySet
from django.db.models.functions import Substr

from initiatives import jobs
from initiatives.models import Draft, Initiative
from initiatives.submission.entering import kept_sheets
from orgtree.models import SealedTOTP, Sheet
from orgtree.models.second_factor import row_of
from portal import sealing

AT_ONCE = 200  # rows in one transaction


@dataclass(frozen=True)
class Place:
    """A column of sealed values. `row` names what a value is sealed for, from the columns `of`.

    `in_bytes`: the column holds the seal's characters as bytes, a megabyte and more. Among the rows `which`, what an earlier
    version left open there is none of the values.
    """

    words: str
    model: type[Model]
    column: str
    of: str
    row: Callable[[object], str]
    which: Q = field(default_factory=Q)
    in_bytes: bool = False

    @property
    def rows(self) -> QuerySet:
        """All that is sealed."""
        rows = self.model._default_manager.filter(self.which).order_by("pk")
        if not self.in_bytes:
            return rows.exclude(**{self.column: ""})
        point = Substr(self.column, sealing.KEY_NAME_CHARACTERS + 1, 1, output_field=BinaryField())
        return rows.annotate(point=point).filter(point=b".")

    @property
    def under(self) -> Substr:
        """The name of the key of each."""
        kind = BinaryField() if self.in_bytes else CharField()
        return Substr(self.column, 1, sealing.KEY_NAME_CHARACTERS, output_field=kind)

    def not_under(self, name: str) -> QuerySet:
        if self.in_bytes:
            return self.rows.annotate(under=self.under).exclude(under=name.encode())
        return self.rows.exclude(**{f"{self.column}__startswith": f"{name}."})

    @property
    def at_once(self) -> int:
        return 1 if self.in_bytes else AT_ONCE


PLACES = (
    Place(
        "số CMND/CCCD của sáng kiến", Initiative, "sealed_national_id", "receipt_code", lambda key: f"initiative:{key}"
    ),
    Place("số CMND/CCCD của bản nháp", Draft, "sealed_national_id", "token_hash", lambda key: f"draft:{key}"),
    Place("khóa của lớp bảo vệ thứ hai", SealedTOTP, "key", "user_id", lambda key: row_of(int(str(key)))),
    Place(
        *("tệp sáng kiến đã gửi", Sheet, "content", "id", lambda key: kept_sheets.row_of(int(str(key)))),
        which=Q(use=Sheet.Use.INITIATIVES),
        in_bytes=True,
    ),
)


@dataclass
class Resealed:
    """`done`: how many of each place got the first key; `lost`: how many open with none of the keys there are."""

    done: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)


def names() -> list[str]:
    """How the keys there are call themselves in front of what they sealed, the first one first."""
    return [sealing.key_name(key) for key in settings.FIELD_KEYS]


def under() -> dict[str, Counter[str]]:
    """By place, how many values stand under which key's name. One statement a place."""
    return {place.words: Counter(dict(_counted(place))) for place in PLACES}


def reseal_all(*, told: Callable[[Place, int], None] = lambda place, done: None) -> Resealed:
    """Every value that is not under the first key, in short transactions. `told` of each batch."""
    found = Resealed()
    first = names()[0]
    for place in PLACES:
        last: object = 0
        while True:
            rows = place.not_under(first).filter(pk__gt=last)
            batch = list(rows.values_list("pk", place.of, place.column)[: place.at_once])
            if not batch:
                break
            with transaction.atomic():
                for pk, key, sealed in batch:
                    _reseal(place, pk, key, sealed, found)
            last = batch[-1][0]
            told(place, found.done[place.words])
            jobs.let_others_write()
    return found


def _reseal(place: Place, pk: object, key: object, sealed: Any, found: Resealed) -> None:
    try:
        anew = sealing.resealed(_text(sealed), row=place.row(key))
    except sealing.CannotOpen:
        found.lost[place.words] += 1
        return
    was, now = (bytes(sealed), anew.encode("ascii")) if place.in_bytes else (sealed, anew)
    changed = place.model._default_manager.filter(pk=pk, **{place.column: was}).update(**{place.column: now})
    found.done[place.words] += changed


def _counted(place: Place) -> list[tuple[str, int]]:
    named = place.rows.order_by().annotate(under=place.under)
    counted = named.values("under").annotate(many=Count("pk")).values_list("under", "many")
    return [(_text(name), many) for name, many in counted]


def _text(value: str | bytes | memoryview) -> str:
    return value if isinstance(value, str) else bytes(value).decode("ascii", "replace")
