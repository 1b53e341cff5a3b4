"""What a step's `content_digest` covers: the whole initiative as that step left it, with its co-authors and documents.

Every column is here in one of two lists, so that a new one is decided upon. What is covered is written as JSON by the names of
its columns, nothing where there is nothing: a column that comes later and is empty leaves every old digest as it is.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.db import models

from initiatives.models import Attachment, CoAuthor, Initiative

# What one declared, and how it was received. A step may change it (sent again, erased), most leave it.
DECLARED = (
    "campaign_id", "phase_id", "unit_id", "receipt_code", "receipt_token_hash", "arrived_at", "submitted_at", "entered_by_id",
    "consent_on_paper", "full_name", "birth_year", "position", "phone", "phone_digits", "phone_hash", "email",
    "national_id_hash", "unit_name", "workplace", "bloc", "target_group", "consent_text_id", "consented_at",
    "publish_consented_at", "title", "field", "solution_kind", "applied_on", "recognised_on", "recognised_by",
    "recognition_number", "description", "effect", "scope", "benefit_value", "benefit_is_not_money", "awards", "share",
    "recognised_author", "link", "declarations", "erased_at",
)  # fmt: skip
# What became of it: written last, so that the steps of one are written with what stays in front (`head`).
DECIDED = ("status", "duplicate_of_id", "told_at", "is_appraised", "appraised_value", "has_social_meaning")

COVERED: dict[type[models.Model], tuple[str, ...]] = {
    Initiative: DECLARED + DECIDED,
    CoAuthor: ("number", "full_name", "share"),
    Attachment: ("kind", "name", "stored_name", "media_type", "size", "sha256", "added_at"),
}
NOT_COVERED: dict[type[models.Model], dict[str, str]] = {
    Initiative: {
        "id": "the chain itself is bound to it",
        "version": "counts editions for two people who edit at once",
        "screened_at": "the queue of the screening",
        "sealed_national_id": "AES-GCM guards it by itself, and it is sealed anew when keys change; its hash is covered",
        "search_text": "made from name and title",
        "name_key": "made from the name",
    },
    CoAuthor: {"id": "given anew with each correction", "initiative_id": "whose content it is part of"},
    Attachment: {
        "id": "orders them",
        "draft_id": "empty once received",
        "initiative_id": "whose content it is part of",
        "thumbnail": "made from the file",
        "first_look": "made from the file",
        "scanned_at": "the queue of the antivirus",
        "malware": "what the antivirus last said",
        "scan_again_at": "when the antivirus is asked again",
    },
}
WHOSE = "initiative_id"

Values = Sequence[Any]


def digest(salt: str, content: str) -> str:
    """Of `content` as `written` gives it. Where the salt is erased, nothing can be guessed from it."""
    return hashlib.sha256(f"{salt}\n{content}".encode()).hexdigest()


def of(initiative: Initiative) -> str:
    """As it stands in memory, which must be as it was saved; co-authors and documents are asked for, two statements."""
    return of_many([initiative])[initiative.pk]


def of_new(initiative: Initiative, co_authors: Iterable[CoAuthor], documents: Sequence[Values]) -> str:
    """Of one just made, with nothing asked: `documents` by `COVERED[Attachment]`, in the order of their keys."""
    shares = [[getattr(each, name) for name in COVERED[CoAuthor]] for each in co_authors]
    return _of_one(initiative, {initiative.pk: shares}, {initiative.pk: documents})


def of_many(initiatives: Collection[Initiative]) -> dict[int, str]:
    """By key, in two statements however many there are."""
    keys = [each.pk for each in initiatives]
    co_authors, documents = _of(CoAuthor, keys, "number"), _of(Attachment, keys, "pk")
    return {each.pk: _of_one(each, co_authors, documents) for each in initiatives}


def written(values: Values, co_authors: Sequence[Values], documents: Sequence[Values]) -> str:
    """Canonical: each by the names of `COVERED`, in their order; moments in UTC. `values` may hold texts that already are."""
    said = head(values, co_authors, documents)
    return f"{said}, {tail(values[len(DECLARED) :])}"


def head(values: Values, co_authors: Sequence[Values], documents: Sequence[Values]) -> str:
    """What was declared: the beginning of `written`. `values` may go on behind it."""
    said: dict[str, Any] = dict(_plain(_DECLARED, values))
    for name, columns, rows in (("co_authors", _CO_AUTHOR, co_authors), ("documents", _DOCUMENT, documents)):
        if rows:
            said[name] = [dict(_plain(columns, row)) for row in rows]
    return json.dumps(said, ensure_ascii=False)[:-1]


def tail(values: Values) -> str:
    """What was decided: the end of `written`."""
    return json.dumps(dict(_plain(_DECIDED, values)), ensure_ascii=False)[1:]


def _of_one(
    initiative: Initiative, co_authors: Mapping[int, Sequence[Values]], documents: Mapping[int, Sequence[Values]]
) -> str:
    values = [getattr(initiative, name) for name in COVERED[Initiative]]
    return written(values, co_authors.get(initiative.pk, ()), documents.get(initiative.pk, ()))


def _of(model: type[models.Model], keys: Collection[int], order: str) -> dict[int, list[Values]]:
    found: dict[int, list[Values]] = {}
    rows = model._default_manager.filter(initiative__in=keys).order_by(order).values_list(WHOSE, *COVERED[model])
    for whose, *values in rows:
        found.setdefault(whose, []).append(values)
    return found


def _plain(columns: "Sequence[_Column]", values: Values) -> Iterable[tuple[str, Any]]:
    for (name, convert), value in zip(columns, values, strict=False):
        if value is None or value is False or value == "":
            continue
        said = convert(value) if convert else value
        if said != []:
            yield name, said


def moment(value: datetime | str) -> str:
    """In UTC as databases write it: 2022-03-01 02:00:00, with microseconds where there are some. Asked without Django, SQLite
    answers a moment of UTC that does not say so."""
    if isinstance(value, str):
        return value
    utc = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    return utc.isoformat(" ")


def _day(value: date | str) -> str:
    return value if isinstance(value, str) else value.isoformat()


def _share(value: Decimal | int) -> str:
    return f"{value:.2f}"


_CONVERT: tuple[tuple[type[models.Field], Callable[[Any], Any]], ...] = (
    (models.DateTimeField, moment),  # before its base
    (models.DateField, _day),
    (models.DecimalField, _share),
    (models.JSONField, list),
)
_Column = tuple[str, Callable[[Any], Any] | None]


def _columns(model: type[models.Model], names: Sequence[str]) -> tuple[_Column, ...]:
    by_name = {field.attname: field for field in model._meta.concrete_fields}
    return tuple(
        (name, next((convert for sort, convert in _CONVERT if isinstance(by_name[name], sort)), None)) for name in names
    )


_DECLARED, _DECIDED = _columns(Initiative, DECLARED), _columns(Initiative, DECIDED)
_CO_AUTHOR, _DOCUMENT = _columns(CoAuthor, COVERED[CoAuthor]), _columns(Attachment, COVERED[Attachment])
