"""Rows of models read by statements written by hand: for the few that every step of a submission asks. Django takes longer to
put such a statement together than a database to answer it.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeVar

from django.db import connection, models

Row = TypeVar("Row", bound=models.Model)


@cache
def columns(model: type[models.Model], *names: str) -> tuple[str, ...]:
    """The columns of `model`, or those of them that are named, in the order in which `made` takes them."""
    every = (field.attname for field in model._meta.concrete_fields)
    return tuple(name for name in every if not names or name in names)


def listed(alias: str, names: Sequence[str]) -> str:
    return ", ".join(f"{alias}.{name}" for name in names)


def made(model: type[Row], names: Sequence[str], values: Sequence[Any]) -> Row:
    """The row of these values, as a query set would make it. Columns that are not named are asked for when they are used."""
    return model.from_db(connection.alias, names, [_read(model, *each) for each in zip(names, values, strict=True)])


def _read(model: type[models.Model], name: str, value: Any) -> Any:
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.replace(tzinfo=UTC)  # SQLite answers a moment without its zone
    if isinstance(value, str) and name in _json(model):
        return model._meta.get_field(name).from_db_value(value, None, connection)  # type: ignore[union-attr]
    return value


@cache
def _json(model: type[models.Model]) -> frozenset[str]:
    return frozenset(field.attname for field in model._meta.concrete_fields if isinstance(field, models.JSONField))
