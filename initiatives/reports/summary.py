"""The rows of the summary table: what is said of each initiative, as the paper says it."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import date
from typing import Any, NamedTuple

from django.db import connections, transaction
from django.db.models import F, FilteredRelation, Q, QuerySet

from portal.vietnamese import days, formats, money

ORDER = ("unit__path", "submitted_at", "id")
CHUNK = 500


class SummaryRow(NamedTuple):
    """One initiative. A fact that is missing is an empty text."""

    number: int
    full_name: str
    birth_year: str
    position: str
    workplace: str
    phone: str
    title: str
    applied_on: str
    description: str
    effect: str
    scope: str
    benefit: str
    awards: str


def rows(initiatives: QuerySet[Any]) -> Iterator[SummaryRow]:
    """Unit by unit in the order of the tree, in each as they came; one statement and one chunk in memory, however many.

    The table names the recognised author (M11). Birth year, position and awards were given by the sender about the
    sender: beside another name they would be false, so they are left out, and the phone says whose it is.
    """
    asked = (
        initiatives.order_by(*ORDER)
        .annotate(
            recognised=FilteredRelation("co_authors", condition=Q(co_authors__number=F("recognised_author"))),
        )
        .values_list(
            "recognised__full_name",
            "full_name",
            "birth_year",
            "position",
            "workplace",
            "phone",
            "title",
            "applied_on",
            "description",
            "effect",
            "scope",
            "benefit_value",
            "benefit_is_not_money",
            "awards",
        )
    )
    with _one_reading(asked.db):
        for number, answers in enumerate(asked.iterator(chunk_size=CHUNK), start=1):
            yield _row(number, *answers)


def _row(
    number: int,
    co_author: str | None,
    sender: str,
    birth_year: int | None,
    position: str,
    workplace: str,
    phone: str,
    title: str,
    applied_on: date,
    description: str,
    effect: str,
    scope: str,
    benefit_value: int | None,
    benefit_is_not_money: bool,
    awards: str,
) -> SummaryRow:
    by_sender = co_author is None
    if phone and not by_sender:
        phone = f"{phone} (người gửi: {sender})"
    return SummaryRow(
        number=number,
        full_name=co_author or sender,
        birth_year=str(birth_year) if birth_year and by_sender else "",
        position=position if by_sender else "",
        workplace=workplace,
        phone=phone,
        title=title,
        applied_on=days.padded(applied_on),
        description=description,
        effect=effect,
        scope=scope,
        benefit=_benefit(benefit_value, benefit_is_not_money),
        awards=awards if by_sender else "",
    )


def _benefit(dong: int | None, is_not_money: bool) -> str:
    """To the đồng: the paper is signed for the exact figure. Not answered is nothing at all."""
    if is_not_money:
        return money.shown(None)
    return "" if dong is None else f"{formats.whole(dong)} đồng"


def _one_reading(database: str) -> AbstractContextManager[Any]:
    """Outside a transaction PostgreSQL copies the whole answer aside before the first row. On SQLite a transaction
    would hold the write lock, and reads row by row without one."""
    if connections[database].vendor == "postgresql":
        return transaction.atomic(using=database)
    return nullcontext()
