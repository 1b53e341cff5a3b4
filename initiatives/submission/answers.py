"""What was typed, as it is kept in a draft: canonical strings by form name, lists where a name is repeated.

Nothing here judges: "31/2/2021" and a text too long are kept as they came, and shown again.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from django.utils.datastructures import MultiValueDict

from initiatives.models import Initiative
from portal.vietnamese import days, identity
from portal.vietnamese.text import canonical, kept

CO_AUTHORS = 9

PERSON = [
    "full_name",
    "birth_year",
    "position",
    "phone",
    "email",
    "national_id",
    "top_unit",
    "unit",
    "unit_name",
    "workplace",
    "bloc",
    "target_group",
    "consent",
    "publish_consent",
]
CONTENT = [
    "title",
    "field",
    "solution_kind",
    "applied_on",
    "recognised_on",
    "recognised_by",
    "recognition_number",
    "description",
    "effect",
    "scope",
    "benefit_value",
    "awards",
    "share",
    "recognised_author",
    "link",
    "declaration",
    *(f"co_authors-{number}-{part}" for number in range(1, CO_AUTHORS + 1) for part in ("full_name", "share")),
]
AGREED = frozenset({"consent", "publish_consent"})
NOT_AGREED = frozenset({"0", "off", "false", "no"})  # what says no in a box; whatever else stands there ticks it
REPEATED = frozenset({"declaration"})
ROWS = "co_author_rows"  # beside the answers of a draft, never shown: what `rows_asked` said last
SEALED = "national_id"
SEALED_CHARACTERS = 60  # as many, in any script, as `sealed_national_id` has room for

Answers = dict[str, str | list[str]]


def read(posted: MultiValueDict[str, str], names: Sequence[str]) -> Answers:
    """The answers of one step; a name that was not sent (an unticked box) is empty. Where none of them was sent, it was
    no form of ours, and nothing that is kept gives way to it."""
    if not any(name in posted for name in names):
        return {}
    typed: Answers = {
        name: [canonical(value)[:200] for value in posted.getlist(name)[:20]]
        if name in REPEATED
        else kept(posted.get(name) or "")
        for name in names
    }
    for name in AGREED & typed.keys():
        if str(typed[name]).casefold() in NOT_AGREED:
            typed[name] = ""
    if SEALED in typed:
        typed[SEALED] = typed[SEALED][:SEALED_CHARACTERS]
    return typed


def rows_asked(posted: MultiValueDict[str, str]) -> str:
    """How many rows for co-authors are shown though nobody is named in them: one more than were there, where that was
    asked for."""
    if "more" not in posted:
        return ""
    there = [number for number in range(1, CO_AUTHORS + 1) if f"co_authors-{number}-full_name" in posted]
    return str(min(max(there, default=0) + 1, CO_AUTHORS))


def bound(answers: Mapping[str, str | list[str]]) -> MultiValueDict[str, str]:
    """As a form reads it."""
    return MultiValueDict(
        {name: value if isinstance(value, list) else [value] for name, value in answers.items() if value}
    )


def was_sent(answers: Mapping[str, object], names: Iterable[str]) -> bool:
    return any(name in answers for name in names)


def holds_anything(answers: Mapping[str, str | list[str]]) -> bool:
    return any(answers.values())


def of_initiative(initiative: Initiative) -> Answers:
    """What the sender would have typed to get `initiative`, as the start of a correction; the identity number included."""
    # Who found no unit at all stands under the confederation itself, which is none to choose.
    top = initiative.unit.path[: 2 * initiative.unit.steplen] if initiative.unit.depth > 1 else ""
    typed: Answers = {
        "full_name": initiative.full_name,
        "birth_year": str(initiative.birth_year or ""),
        "position": initiative.position,
        "phone": initiative.phone,
        "email": initiative.email,
        "national_id": initiative.national_id,
        "top_unit": type(initiative.unit).objects.filter(path=top).values_list("code", flat=True).first() or "",
        "unit": "" if initiative.unit.path == top or not top else initiative.unit.code,
        "unit_name": initiative.unit_name,
        "workplace": initiative.workplace,
        "bloc": initiative.bloc,
        "target_group": initiative.target_group,
        "consent": "on",
        "publish_consent": "on" if initiative.publish_consented_at else "",
        "title": initiative.title,
        "field": initiative.field,
        "solution_kind": initiative.solution_kind,
        "applied_on": days.shown(initiative.applied_on),
        "recognised_on": days.shown(initiative.recognised_on) if initiative.recognised_on else "",
        "recognised_by": initiative.recognised_by,
        "recognition_number": initiative.recognition_number,
        "description": initiative.description,
        "effect": initiative.effect,
        "scope": initiative.scope,
        "benefit_value": _benefit(initiative),
        "awards": initiative.awards,
        "link": initiative.link,
        "declaration": list(initiative.declarations),
        "share": "",
        "recognised_author": "",
    }
    co_authors = list(initiative.co_authors.all())
    if co_authors:
        typed["share"] = percent(initiative.share)
        typed["recognised_author"] = str(initiative.recognised_author)
    for each in co_authors:
        typed[f"co_authors-{each.number}-full_name"] = each.full_name
        typed[f"co_authors-{each.number}-share"] = percent(each.share)
    return typed


def percent(share: Decimal) -> str:
    """33,5 as people write it."""
    return f"{share.normalize():f}".replace(".", ",")


def masked_identity(typed: str) -> str:
    try:
        return identity.masked(identity.parse(typed))
    except identity.IdentityRefused:
        return "•••" if typed else ""


def _benefit(initiative: Initiative) -> str:
    if initiative.benefit_is_not_money:
        return "không tính được bằng tiền"
    return f"{initiative.benefit_value:,}".replace(",", ".") if initiative.benefit_value is not None else ""
