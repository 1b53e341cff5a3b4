"""What official tables say of an initiative, each fact as the paper writes it.

The tables of `reports` and the dossiers of `nominations` ask the same place: what is sealed reads as what is printed.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from django.db.models import F, FilteredRelation, Q, QuerySet

from initiatives.models import CoAuthor, Initiative
from portal.vietnamese import days, formats, money


class Facts(NamedTuple):
    """Of one initiative. A fact that is missing is an empty text."""

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


# As `facts` takes them; the first is the co-author who is recognised, where it is not the sender.
ANSWERS = (
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


def answers_of(initiatives: QuerySet[Any]) -> QuerySet[Any]:
    """What `facts` takes of each, in one statement."""
    recognised = FilteredRelation("co_authors", condition=Q(co_authors__number=F("recognised_author")))
    return initiatives.annotate(recognised=recognised).values_list("recognised__full_name", *ANSWERS)


def facts_of(initiative: Initiative, co_authors: Iterable[CoAuthor]) -> Facts:
    """Of an initiative that was read whole."""
    return facts(recognised_co_author(initiative, co_authors), *(getattr(initiative, name) for name in ANSWERS))


def recognised_co_author(initiative: Initiative, co_authors: Iterable[CoAuthor]) -> str | None:
    """The name of the co-author who is recognised; None where it is the sender."""
    return next((each.full_name for each in co_authors if each.number == initiative.recognised_author), None)


def facts(
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
) -> Facts:
    """The table names the recognised author (M11). Birth year, position and awards were given by the sender about the
    sender: beside another name they would be false, so they are left out, and the phone says whose it is."""
    by_sender = co_author is None
    if phone and not by_sender:
        phone = f"{phone} (người gửi: {sender})"
    return Facts(
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
