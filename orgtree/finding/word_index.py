"""Asking the index of words, which the database keeps by itself (migration 0003): GIN on PostgreSQL, FTS5 on SQLite.

A query is alternatives of terms that must all be there. Terms come from folded names: letters, digits and our marks "_"
and "=" only, and they are quoted, so nothing typed is ever read as an operator.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import BooleanField, F, Func

MATCHED = "SELECT rowid FROM orgtree_unit_words WHERE orgtree_unit_words MATCH %s"
HELD = "SELECT id FROM orgtree_unit WHERE orgtree_unit_words(search_words) @@ %s::tsquery"


@dataclass(frozen=True)
class Term:
    """A word, a pair ("_dong_ha") or a place ("=dong_ha"); or the beginning of one."""

    token: str
    is_open: bool = False


Query = Sequence[Sequence[Term]]


class Holds(Func):
    """Whether a unit's words answer the query: a condition for `filter`."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, query: Query) -> None:
        super().__init__(F("pk"), F("search_words"))
        self.query = query

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **kwargs: Any) -> tuple[str, tuple[Any, ...]]:
        key, words = self.get_source_expressions()
        if connection.vendor == "postgresql":
            column, params = compiler.compile(words)
            return f"orgtree_unit_words({column}) @@ %s::tsquery", (*params, _tsquery(self.query))
        column, params = compiler.compile(key)
        return f"{column} IN ({MATCHED})", (*params, _match(self.query))


def first_keys(query: Query, *, most: int) -> list[int]:
    """The keys of the first units that hold the query, wherever they stand."""
    if connection.vendor == "postgresql":
        return _keys(HELD, _tsquery(query), most)
    return _keys(MATCHED, _match(query), most)


def last_keys(query: Query, *, most: int) -> list[int]:
    """Those of the last, which go on for what ended; none on PostgreSQL, whose index has no order."""
    return [] if connection.vendor == "postgresql" else _keys(f"{MATCHED} ORDER BY rowid DESC", _match(query), most)


def _keys(statement: str, asked: str, most: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(f"{statement} LIMIT %s", [asked, most])
        return [key for (key,) in cursor.fetchall()]


def _tsquery(query: Query) -> str:
    return _any_of(query, "'{}'", "'{}':*", " & ", " | ")


def _match(query: Query) -> str:
    return _any_of(query, '"{}"', '"{}"*', " AND ", " OR ")


def _any_of(query: Query, whole: str, beginning: str, both: str, either: str) -> str:
    def said(terms: Iterable[Term]) -> str:
        return both.join((beginning if term.is_open else whole).format(term.token) for term in dict.fromkeys(terms))

    return either.join(dict.fromkeys(f"({said(terms)})" for terms in query))
