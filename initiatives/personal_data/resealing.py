"""After a new key was put first in FIELD_KEYS: everything sealed is sealed anew with it, so that an old key may be taken away.

A row is written only where it still holds what was read (`UPDATE … WHERE sealed = <as read>`): whoever types, corrects or signs
in beside it is never overwritten, and is met again in the next round. What cannot be opened is left and counted.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Model, QuerySet
from django.db.models.functions import Left

from initiatives import jobs
from initiatives.models import Draft, Initiative
from orgtree.models import SealedTOTP
from orgtree.models.second_factor import row_of
from portal import sealing

AT_ONCE = 200  # rows in one transaction


@dataclass(frozen=True)
class Place:
    """A column of sealed values. `row` names what a value is sealed for, from the columns `of`."""

    words: str
    model: type[Model]
    column: str
    of: str
    row: Callable[[object], str]

    @property
    def rows(self) -> QuerySet:
        return self.model._default_manager.exclude(**{self.column: ""}).order_by("pk")


PLACES = (
    Place(
        "số CMND/CCCD của sáng kiến", Initiative, "sealed_national_id", "receipt_code", lambda key: f"initiative:{key}"
    ),
    Place("số CMND/CCCD của bản nháp", Draft, "sealed_national_id", "token_hash", lambda key: f"draft:{key}"),
    Place("khóa của lớp bảo vệ thứ hai", SealedTOTP, "key", "user_id", lambda key: row_of(int(str(key)))),
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
            rows = place.rows.exclude(**{f"{place.column}__startswith": f"{first}."}).filter(pk__gt=last)
            batch = list(rows.values_list("pk", place.of, place.column)[:AT_ONCE])
            if not batch:
                break
            with transaction.atomic():
                for pk, key, sealed in batch:
                    _reseal(place, pk, key, sealed, found)
            last = batch[-1][0]
            told(place, found.done[place.words])
            jobs.let_others_write()
    return found


def _reseal(place: Place, pk: object, key: object, sealed: str, found: Resealed) -> None:
    try:
        anew = sealing.resealed(sealed, row=place.row(key))
    except sealing.CannotOpen:
        found.lost[place.words] += 1
        return
    changed = place.model._default_manager.filter(pk=pk, **{place.column: sealed}).update(**{place.column: anew})
    found.done[place.words] += changed


def _counted(place: Place) -> list[tuple[str, int]]:
    named = place.rows.order_by().annotate(under=Left(place.column, sealing.KEY_NAME_CHARACTERS))
    return list(named.values("under").annotate(many=Count("pk")).values_list("under", "many"))
