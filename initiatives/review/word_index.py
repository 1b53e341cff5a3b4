"""Asking for the words of names and titles: by the index of words, which the database keeps by itself (migration 0004: GIN
on PostgreSQL, FTS5 on SQLite), or row by row.

Words come from folded text: letters and digits only, and they are quoted, so nothing typed is ever read as an operator.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import BooleanField, CharField, F, Func, QuerySet

from initiatives.models import Initiative

MATCHED = "SELECT rowid FROM initiative_words WHERE initiative_words MATCH %s"
MATCHED_TO = "SELECT COUNT(*) FROM (SELECT rowid FROM initiative_words WHERE initiative_words MATCH %s LIMIT %s)"

READ = "(SELECT {said} FROM initiatives_initiative read WHERE read.id = {key})"


@dataclass(frozen=True)
class Word:
    """A word of a name or title; where it is open, the beginning of one."""

    text: str
    is_open: bool = False


class Holds(Func):
    """Whether a row holds all words, by the index: a condition for `filter`."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, words: Sequence[Word]) -> None:
        super().__init__(F("pk"), F("search_text"))
        self.words = words

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **kwargs: Any) -> tuple[str, tuple[Any, ...]]:
        key, text = self.get_source_expressions()
        if connection.vendor == "postgresql":
            column, params = compiler.compile(text)
            return f"initiative_words({column}) @@ %s::tsquery", (*params, _tsquery(self.words))
        column, params = compiler.compile(key)
        return f"{column} IN ({MATCHED})", (*params, _match(self.words))


class OfUnits(Func):
    """Whether a row lies in one of these units. Told every key, PostgreSQL guesses well how many do, and joins two indexes."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, units: Sequence[int]) -> None:
        super().__init__(F("unit"))
        self.units = units

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **kwargs: Any) -> tuple[str, tuple[Any, ...]]:
        column, params = compiler.compile(self.get_source_expressions()[0])
        return f"{column} = ANY(%s::bigint[])", (*params, f"{{{','.join(map(str, self.units))}}}")


class Spells(Func):
    """The same, row by row: no index is asked."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, words: Sequence[Word]) -> None:
        super().__init__(F("search_text"))
        self.words = words

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **kwargs: Any) -> tuple[str, tuple[Any, ...]]:
        column, _ = compiler.compile(self.get_source_expressions()[0])
        return self.said(column)

    def said(self, column: str) -> tuple[str, tuple[str, ...]]:
        patterns = [f"% {word.text}%" if word.is_open else f"% {word.text} %" for word in self.words]
        said = f"' ' || {column} || ' ' LIKE %s"
        return f"({' AND '.join([said] * len(patterns))})", tuple(patterns)


class Reads(Spells):
    """The same, said so that PostgreSQL does not guess that hardly any row does, and reads a list in its order: each row by
    itself, and only where its place in the index has passed whatever else is asked."""

    def __init__(self, words: Sequence[Word]) -> None:
        super().__init__(words)
        self.set_source_expressions([F("pk")])

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **kwargs: Any) -> tuple[str, tuple[Any, ...]]:
        key, params = compiler.compile(self.get_source_expressions()[0])
        said, patterns = self.said("read.search_text")
        return READ.format(said=said, key=key), (*patterns, *params)


class PhoneEnd(Func):
    """The last six digits of a phone, written as in the index of them."""

    output_field = CharField()
    template = "SUBSTR(%(expressions)s, -6)"

    def as_postgresql(self, compiler: Any, connection: Any, **kwargs: Any) -> Any:
        return self.as_sql(compiler, connection, template="RIGHT(%(expressions)s, 6)", **kwargs)


def likely_number(rows: QuerySet) -> int:
    """How many rows PostgreSQL thinks there are; nothing is read. (Counting what holds a common word takes 60 ms.)"""
    return int(json.loads(rows.order_by().values("pk").explain(format="json"))[0]["Plan"]["Plan Rows"])


def number_held(words: Sequence[Word], *, most: int) -> int:
    """How many rows hold the words, counted no further than `most`; on SQLite, where that is cheap."""
    with connection.cursor() as cursor:
        cursor.execute(MATCHED_TO, [_match(words), most])
        return int(cursor.fetchone()[0])


def holding(words: Sequence[Word]) -> QuerySet:
    return Initiative.objects.filter(Holds(words))


def _tsquery(words: Sequence[Word]) -> str:
    return " & ".join(f"'{word.text}':*" if word.is_open else f"'{word.text}'" for word in words)


def _match(words: Sequence[Word]) -> str:
    return " AND ".join(f'"{word.text}"*' if word.is_open else f'"{word.text}"' for word in words)
