"""A request for recognition, from what a draft holds: for a worker whose improvement nobody has recognised yet.

The paper follows the one attached to circular 18/2013/TT-BKHCN ("Đơn yêu cầu công nhận sáng kiến"). It bears neither phone nor
identity number; what is not answered yet is left to be written by hand.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from initiatives.models import Choice, ChoiceList
from initiatives.submission.answers import CO_AUTHORS, Answers


@dataclass(frozen=True)
class Author:
    """`share` is as typed, without its percent sign; "" where it is to be written by hand."""

    full_name: str
    birth_year: str = ""
    workplace: str = ""
    position: str = ""
    share: str = ""


@dataclass(frozen=True)
class Request:
    """What stands on the paper, as typed; "" is a dotted line."""

    authors: tuple[Author, ...]
    title: str
    field: str
    applied_on: str
    description: str
    effect: str
    scope: str
    benefit: str
    workplace: str

    @property
    def is_of_one(self) -> bool:
        return len(self.authors) == 1


def request_of(typed: Answers, choices: Sequence[Choice]) -> Request:
    """Pure: the sender first, then whoever shares the work."""
    text = {name: value for name, value in typed.items() if isinstance(value, str)}
    fields = {choice.code: choice.label for choice in choices if choice.list == ChoiceList.FIELD}
    others = tuple(_co_authors(text))
    sender = Author(
        text.get("full_name", ""),
        text.get("birth_year", ""),
        text.get("workplace", ""),
        text.get("position", ""),
        _percent(text.get("share", "")) if others else "100",
    )
    return Request(
        authors=(sender, *others),
        title=text.get("title", ""),
        field=fields.get(text.get("field", ""), ""),
        applied_on=text.get("applied_on", ""),
        description=text.get("description", ""),
        effect=text.get("effect", ""),
        scope=text.get("scope", ""),
        benefit=text.get("benefit_value", ""),
        workplace=text.get("workplace", ""),
    )


def _co_authors(text: Mapping[str, str]) -> list[Author]:
    rows = [
        Author(
            text.get(f"co_authors-{number}-full_name", ""), share=_percent(text.get(f"co_authors-{number}-share", ""))
        )
        for number in range(1, CO_AUTHORS + 1)
    ]
    return [each for each in rows if each.full_name]


def _percent(typed: str) -> str:
    return typed.rstrip("% ")
