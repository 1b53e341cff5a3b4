"""The list somebody came from as a sequence: where an initiative stands in it, what lies before it and behind it.

Asked by values, not by pages: the columns the list is ordered by are compared with those of the initiative, so each answer
is the first row of an index and no count goes beyond MOST_COUNTED.
"""

from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db import connection
from django.db.models import F, Q, QuerySet
from django.db.models.expressions import OrderBy

from initiatives.models import Initiative, Status
from initiatives.review import branches, search
from portal.vietnamese.formats import whole

MOST_COUNTED, MOST_READ_COUNTED = 500, 100
A_PAGE = 50  # behind the one looked at there may be few
BY_ARRIVAL = ("submitted_at", "pk")


@dataclass(frozen=True)
class Stand:
    """The 12th of 45; beyond `most` only that it is more."""

    number: int
    total: int
    most: int

    def __str__(self) -> str:
        return f"{self._capped(self.number)}/{self._capped(self.total)}"

    def _capped(self, number: int) -> str:
        return whole(number) if number <= self.most else f"hơn {whole(self.most)}"


@dataclass(frozen=True)
class Term:
    """One column of an order."""

    column: str
    descends: bool
    nulls_last: bool

    def behind(self, value: Any) -> Q | None:
        """What comes later than `value`; None where nothing can."""
        if value is None:
            return None if self.nulls_last else Q(**{f"{self.column}__isnull": False})
        later = Q(**{f"{self.column}__{'lt' if self.descends else 'gt'}": value})
        return later | Q(**{f"{self.column}__isnull": True}) if self.nulls_last and self.may_be_null else later

    def same(self, value: Any) -> Q:
        return Q(**{f"{self.column}__isnull": True}) if value is None else Q(**{self.column: value})

    def from_here(self, value: Any) -> Q:
        """Says once more what `behind` and `same` say together, in the one form that an index is entered by."""
        if value is None or (self.nulls_last and self.may_be_null):
            return Q()
        return Q(**{f"{self.column}__{'lte' if self.descends else 'gte'}": value})

    def turned(self) -> "Term":
        return Term(self.column, not self.descends, not self.nulls_last)

    @property
    def may_be_null(self) -> bool:
        return self.column not in {"pk", "id"} and Initiative._meta.get_field(self.column).null


def stand(rows: QuerySet, initiative: Initiative) -> Stand | None:
    """Where it stands among `rows`; None where it is not among them (any more)."""
    if not rows.filter(pk=initiative.pk).exists():
        return None
    rows, terms = _in_order(rows)
    most = MOST_READ_COUNTED if search.is_read(rows) else MOST_COUNTED
    # Backwards from here an index in the order of the list reads no further than it counts.
    before = rows.filter(_behind([term.turned() for term in terms], initiative)).reverse()
    return Stand(branches.counted(before, most=most + 1) + 1, branches.counted(rows, most=most + 1), most)


def following(rows: QuerySet, initiative: Initiative) -> int | None:
    """The key of the next one in the order of the list, whether `initiative` itself is (still) in it or not."""
    rows, terms = _in_order(rows)
    return _first(rows.filter(_behind(terms, initiative)))


def preceding(rows: QuerySet, initiative: Initiative) -> int | None:
    rows, terms = _in_order(rows)
    return _first(rows.filter(_behind([term.turned() for term in terms], initiative)).reverse())


def next_to_decide(rows: QuerySet, *, after: Initiative) -> int | None:
    """What waits behind `after`; where nothing does, the first that waits at all."""
    waiting = rows.filter(status=Status.SUBMITTED).exclude(pk=after.pk)
    return following(waiting, after) or _first(_in_order(waiting)[0])


def _in_order(rows: QuerySet) -> tuple[QuerySet, list[Term]]:
    """The rows of a list and the columns it is ordered by; by arrival where that is no column of an initiative."""
    terms = [_term(each) for each in rows.query.order_by]
    if terms and None not in terms:
        return rows, [term for term in terms if term is not None]
    return _in_order(rows.order_by(*BY_ARRIVAL))


def _term(asked: Any) -> Term | None:
    """None for what is no column of an initiative."""
    if isinstance(asked, str):
        asked = F(asked.lstrip("-")).desc() if asked.startswith("-") else F(asked).asc()
    if not isinstance(asked, OrderBy) or not isinstance(asked.expression, F):
        return None
    column: str = asked.expression.name  # type: ignore[attr-defined]  # the stubs know no name of F
    if column not in {"pk", *(field.name for field in Initiative._meta.concrete_fields)}:
        return None
    nulls_last = asked.descending == connection.features.order_by_nulls_first
    if asked.nulls_last or asked.nulls_first:
        nulls_last = bool(asked.nulls_last)
    return Term(column, asked.descending, nulls_last)


def _behind(terms: list[Term], initiative: Initiative) -> Q:
    """Lexicographic: later in the first column, or the same there and later in the second, and so on."""
    values = [(term, getattr(initiative, term.column)) for term in terms]
    same, ways = Q(), []
    for term, value in values:
        later = term.behind(value)
        if later is not None:
            ways.append(same & later)
        same &= term.same(value)
    first, value = values[0]
    return first.from_here(value) & reduce(or_, ways, Q(pk__in=()))


def _first(rows: QuerySet) -> int | None:
    return branches.suited(rows, first=A_PAGE).values_list("pk", flat=True).first()
