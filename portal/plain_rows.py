"""Rows of models for the few statements that every step of a submission asks. Django takes longer to put such a statement
together than a database to answer it: some are written by hand, the others are said once by a query set and asked again.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Generic, TypeVar

from django.db import connection, models
from django.db.models.query import get_related_populators

from portal import prepared

Row = TypeVar("Row", bound=models.Model)
Value = str | int | datetime


class Prepared(Generic[Row]):
    """A query set that is put into words when it is first asked, and afterwards asked again with other values.

    `said` is called once, with `instead`: values that no row has, each of which stands in the statement once for what `rows` is
    given later, as the database takes it (texts and numbers; None and lists would make other words). A slice, an order and
    `select_related` belong to the words; what is prefetched or annotated does not.
    """

    def __init__(self, said: Callable[..., models.QuerySet[Row]], *, instead: Sequence[str | int]) -> None:
        self.said, self.instead = said, instead
        self._statements: dict[str, _Statement] = {}

    def rows(self, *values: str | int) -> list[Row]:
        """What the query set finds for `values`. One statement, always of the primary."""
        statement = self._statements.get(connection.vendor)
        if statement is None:
            query = self.said(*self.instead).query
            statement = self._statements[connection.vendor] = _Statement(query, self.instead)
        return statement.rows(values)

    def first(self, *values: str | int) -> Row | None:
        return next(iter(self.rows(*values)), None)


class PreparedValues:
    """As `Prepared`, of what `values_list` finds, a union's too; a value may stand in the statement several times."""

    def __init__(self, said: Callable[..., models.QuerySet[Any, Any]], *, instead: Sequence[Value]) -> None:
        self.said, self.instead = said, instead
        self._statements: dict[str, _ValuesStatement] = {}

    def rows(self, *values: Value) -> list[list[Any]]:
        """What the query set finds for `values`, a list a row. One statement, always of the primary."""
        statement = self._statements.get(connection.vendor)
        if statement is None:
            query = self.said(*self.instead).query
            statement = self._statements[connection.vendor] = _ValuesStatement(query, self.instead)
        return statement.rows(values)


class _ValuesStatement:
    def __init__(self, query: Any, instead: Sequence[Value]) -> None:
        compiler = query.get_compiler(connection=connection)
        self.words, values = compiler.as_sql()
        self.blanks = Blanks(self.words, values, instead)
        columns = [column for column, *_ in compiler.select]
        self.converters = _in_order(compiler.get_converters(columns))

    def rows(self, values: Sequence[Value]) -> list[list[Any]]:
        with connection.cursor() as cursor:
            prepared.execute(cursor, self.words, self.blanks.filled(values))
            found = [list(row) for row in cursor.fetchall()]
        for row in found:
            for place, convert, column in self.converters:
                row[place] = convert(row[place], column, connection)
        return found


class Blanks:
    """The values of a statement's words, of which some stand `instead` of what is given later. ValueError where one of these
    stands nowhere."""

    def __init__(self, words: str, values: Sequence[Any], instead: Sequence[Value]) -> None:
        self.values = list(values)
        given = [_as_given(each) for each in instead]
        self.places = [[at for at, value in enumerate(values) if _same(value, each)] for each in given]
        if not all(self.places):
            raise ValueError(f"not asked with every value: {words}")

    def filled(self, values: Sequence[Value]) -> list[Any]:
        asked = self.values.copy()
        for places, value in zip(self.places, values, strict=True):
            for place in places:
                asked[place] = _as_given(value)
        return asked


class _Statement:
    """The words of a query that is asked again."""

    def __init__(self, query: Any, instead: Sequence[str | int]) -> None:
        compiler = query.get_compiler(connection=connection)
        self.words, values = compiler.as_sql()
        self.blanks = Blanks(self.words, values, instead)
        if any(len(places) > 1 for places in self.blanks.places) or compiler.annotation_col_map:
            raise ValueError(f"not to be asked again: {self.words}")
        self.reader = Reader(compiler)

    def rows(self, values: Sequence[str | int]) -> list[Any]:
        with connection.cursor() as cursor:
            prepared.execute(cursor, self.words, self.blanks.filled(values))
            return [self.reader.made(list(row)) for row in cursor.fetchall()]


class Reader:
    """How a row of a query's answer is read: as Django's own ModelIterable reads it. For a compiler that has put its query into
    words."""

    def __init__(self, compiler: Any) -> None:
        of_row = compiler.klass_info["select_fields"]
        self.start, self.end = of_row[0], of_row[-1] + 1
        self.model = compiler.klass_info["model"]
        self.names = [column.target.attname for column, *_ in compiler.select[self.start : self.end]]
        # The stubs are of Django 6, which takes one argument more.
        self.related = get_related_populators(  # type: ignore[call-arg]
            compiler.klass_info, compiler.select, connection.alias
        )
        self.annotated = list((compiler.annotation_col_map or {}).items())
        self.converters = _in_order(compiler.get_converters([column for column, *_ in compiler.select]))

    def made(self, row: list[Any]) -> Any:
        """The object of `row`, whose values are those of the database's driver. The list is used up."""
        for place, convert, column in self.converters:
            row[place] = convert(row[place], column, connection)
        made = self.model.from_db(connection.alias, self.names, row[self.start : self.end])
        for each in self.related:
            each.populate(row, made)
        for name, place in self.annotated:
            setattr(made, name, row[place])
        return made


@cache
def columns(model: type[models.Model], *names: str) -> tuple[str, ...]:
    """The columns of `model`, or those of them that are named, in the order in which `made` takes them."""
    every = (field.attname for field in model._meta.concrete_fields)
    return tuple(name for name in every if not names or name in names)


def listed(alias: str, names: Sequence[str]) -> str:
    return ", ".join(f"{alias}.{name}" for name in names)


def made(model: type[Row], names: tuple[str, ...], values: Sequence[Any]) -> Row:
    """The row of these values, as a query set would make it. Columns that are not named are asked for when they are used."""
    read = list(values)
    for place, convert, column in _converters(connection.vendor, model, names):
        read[place] = convert(read[place], column, connection)
    return model.from_db(connection.alias, names, read)


@cache
def _converters(vendor: str, model: type[models.Model], names: tuple[str, ...]) -> list[tuple[int, Any, Any]]:
    """What turns the answers of a database into values of Python, where it does not answer with them: as Django asks."""
    found = []
    for place, name in enumerate(names):
        column = model._meta.get_field(name).get_col(model._meta.db_table)  # type: ignore[union-attr]
        every = connection.ops.get_db_converters(column) + column.get_db_converters(connection)
        found += [(place, convert, column) for convert in every]
    return found


def _in_order(converters: dict[int, tuple[list[Any], Any]]) -> list[tuple[int, Any, Any]]:
    """A compiler's converters, one by one: the place in a row, what converts it, and the column it is asked with."""
    return [(place, each, column) for place, (many, column) in converters.items() for each in many]


def _as_given(value: Value) -> Any:
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value


def _same(value: Any, other: Any) -> bool:
    return type(value) is type(other) and value == other
