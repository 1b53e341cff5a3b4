"""The filters of the queue of pairs. Without being asked it shows what waits and is this very level's to decide."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from initiatives.models import Initiative, TwinPair
from initiatives.review import twins
from initiatives.submission import receipts
from orgtree.scoped_admin import OneOf, account_of, is_key

EVERY = "all"


class AtRest(OneOf):
    """A filter that narrows before anybody has chosen: `at_rest` is what is shown then."""

    at_rest: str

    def value(self) -> str:
        return super().value() or self.at_rest

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        value = self.value()
        return queryset if value == EVERY else self.narrowed(queryset, value)

    def choices(self, changelist: Any) -> Iterator[Any]:
        return (
            {
                "selected": self.value() == value,
                "query_string": changelist.get_query_string({self.parameter_name: value}),
                "display": label,
            }
            for value, label in self.lookup_choices
        )


class LevelFilter(AtRest):
    title = "ai quyết định"
    parameter_name = "level"
    at_rest = "own"

    def options(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [(EVERY, self.all_label), ("own", "Cấp của tôi"), ("below", "Cấp dưới quyết định được")]

    def narrowed(self, queryset: QuerySet, value: str) -> QuerySet:
        narrow = twins.of_own_level if value == "own" else twins.of_lower_levels
        return narrow(queryset, account_of(self.request))


class StandingFilter(AtRest):
    title = "trạng thái"
    parameter_name = "state"
    at_rest = "waiting"

    NARROWED = {
        "waiting": twins.WAITS,
        "settled": twins.SETTLED,
    }

    def options(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        decided = [(state.value, state.label) for state in TwinPair.State if state != TwinPair.State.OPEN]
        return [
            (EVERY, self.all_label),
            ("waiting", TwinPair.State.OPEN.label),
            *decided,
            ("settled", twins.NOTHING_LEFT),
        ]

    def narrowed(self, queryset: QuerySet, value: str) -> QuerySet:
        return queryset.filter(self.NARROWED[value]) if value in self.NARROWED else queryset.filter(state=value)


class OfOneFilter(OneOf):
    """The pairs of one initiative, for its desk shows only the likeliest. Offered to whoever comes from there."""

    title = "của sáng kiến"
    parameter_name = "initiative"

    def options(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        asked = request.GET.get(self.parameter_name, "")
        if not is_key(asked):
            return []
        rows = Initiative.objects.visible_to(account_of(request)).filter(pk=asked)
        return [(asked, receipts.shown(code)) for code in rows.values_list("receipt_code", flat=True)]

    def narrowed(self, queryset: QuerySet, value: str) -> QuerySet:
        return queryset.filter(Q(earlier=value) | Q(later=value))


class KindFilter(OneOf):
    title = "vì sao"
    parameter_name = "kind"

    def options(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return TwinPair.Kind.choices

    def narrowed(self, queryset: QuerySet, value: str) -> QuerySet:
        return queryset.filter(kind=value)
