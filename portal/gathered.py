"""What a page needs of several tables, in one statement.

A page that gathers from six places asks six times, and each time Django puts a statement together, and the database answers over
the line. Here each query set becomes a column of one row: the array of its rows, as JSON. The statement is put into words once.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import Expression

from portal import prepared
from portal.plain_rows import Blanks, Reader, Value

MOST_COLUMNS = 100  # that PostgreSQL puts into one array
# What JSON does not give back as it was.
REFUSED = {"BinaryField", "DecimalField", "DurationField", "FloatField", "JSONField", "TimeField", "UUIDField"}


class Gathered:
    """Query sets by name, answered together: each as it would be alone, in its order, with what it joins and annotates.

    `said` is called once, with `instead`: values that stand in the statement for nothing else than what `rows` is given later
    (texts, numbers, moments). A query set may stand on another one (`campaign__in=…`): nothing has to be known before. Columns of
    the kinds in REFUSED are refused, more than MOST_COLUMNS too, with ValueError when it is first asked.
    """

    def __init__(self, said: Callable[..., Mapping[str, QuerySet[Any]]], *, instead: Sequence[Value]) -> None:
        self.said, self.instead = said, instead
        self._statements: dict[str, _Statement] = {}

    def rows(self, *values: Value) -> dict[str, list[Any]]:
        """The objects of each query set for `values`. One statement, always of the primary."""
        statement = self._statements.get(connection.vendor)
        if statement is None:
            statement = _Statement(self.said(*self.instead), self.instead)
            self._statements[connection.vendor] = statement
        return statement.rows(values)


@dataclass(frozen=True)
class _Column:
    """One query set: how its rows are read out of their array."""

    name: str
    reader: Reader
    moments: list[tuple[int, Callable[[str], Any]]]

    def objects(self, array: str | None) -> list[Any]:
        rows = json.loads(array) if array else []
        for row in rows:
            for place, read in self.moments:
                if row[place] is not None:
                    row[place] = read(row[place])
        return [self.reader.made(row) for row in rows]


class _Statement:
    def __init__(self, said: Mapping[str, QuerySet[Any]], instead: Sequence[Value]) -> None:
        self.columns: list[_Column] = []
        values: list[Any] = []
        words = []
        for name, rows in said.items():
            compiler = rows.query.get_compiler(connection=connection)
            asked, its_values = compiler.as_sql()
            expressions = [expression for expression, *_ in compiler.select]
            names = [f"c{number}" for number in range(len(expressions))]
            words.append(f"(WITH x({', '.join(names)}) AS ({asked}) SELECT {_array(names)} FROM x)")  # noqa: S608 - Django's words
            values += its_values
            self.columns.append(_Column(name, Reader(compiler), _moments(name, expressions)))
        self.words = f"SELECT {', '.join(words)}"
        self.blanks = Blanks(self.words, values, instead)

    def rows(self, values: Sequence[Value]) -> dict[str, list[Any]]:
        with connection.cursor() as cursor:
            prepared.execute(cursor, self.words, self.blanks.filled(values))
            arrays = cursor.fetchone()
        return {column.name: column.objects(array) for column, array in zip(self.columns, arrays, strict=True)}


def _array(names: Sequence[str]) -> str:
    if connection.vendor == "postgresql":
        return f"json_agg(json_build_array({', '.join(names)}))::text"
    return f"json_group_array(json_array({', '.join(names)}))"


def _moments(name: str, expressions: Sequence[Expression]) -> list[tuple[int, Callable[[str], Any]]]:
    """Of a driver that answers with moments and days where JSON has texts: the places of these."""
    kinds = [expression.output_field.get_internal_type() for expression in expressions]
    if REFUSED & set(kinds) or len(kinds) > MOST_COLUMNS:
        raise ValueError(f"not to be gathered: {name} with {sorted(set(kinds))}")
    if connection.vendor == "sqlite":
        return []
    read: dict[str, Callable[[str], Any]] = {"DateTimeField": _moment, "DateField": date.fromisoformat}
    return [(place, read[kind]) for place, kind in enumerate(kinds) if kind in read]


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
