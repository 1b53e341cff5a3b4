"""Codes of units and the keys of their posters: made once, unique, never changed."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import count

from orgtree.models import Level, Unit
from orgtree.models.unit import poster_key
from portal.vietnamese.text import folded

CODE_LENGTH = 200
_ASKED_AT_ONCE = 5000
# What every name of its kind begins with says nothing: "LĐLĐ thành phố Đông Hà" is dong-ha.
_OPENING_WORDS = re.compile(r"\A(?:ldld (?:tinh|thanh pho|tp|thi xa|quan|huyen)|ldld|cdcs|cong doan co so) (?=.)")


def code_below(parent: Unit, short_name: str) -> str:
    """ "<parent code>/<slug>"; the top units bear the slug alone. It may be taken: see `free_codes`."""
    slug = re.sub(r"[^a-z0-9]+", "-", _OPENING_WORDS.sub("", folded(short_name))).strip("-") or "don-vi"
    code = slug if parent.level == Level.CONFEDERATION else f"{parent.code}/{slug}"
    return code[:CODE_LENGTH].rstrip("-/")


def code_of_successor(unit: Unit, day: date) -> str:
    """ "<code>-<year>"; a successor's own year gives way to the next."""
    stem = unit.code
    if unit.succeeds_since and unit.opened_on:
        stem = re.sub(rf"-{unit.opened_on.year}(-[0-9]+)?\Z", "", stem)
    return f"{stem[: CODE_LENGTH - 5].rstrip('-/')}-{day.year}"


def free_codes(wanted: Sequence[str]) -> list[str]:
    """The wanted codes in their order; one that is taken, also by another of these, goes on with "-2", "-3" …"""
    taken = _taken("code", wanted)
    codes = []
    for code in wanted:
        free = code
        for number in count(2):
            if free not in taken:
                break
            ending = f"-{number}"
            free = code[: CODE_LENGTH - len(ending)].rstrip("-/") + ending
            if free not in taken:
                taken |= _taken("code", [free])
        taken.add(free)
        codes.append(free)
    return codes


def free_keys(codes: Sequence[str]) -> list[str]:
    """A poster key for each of these new codes."""
    taken = _taken("poster_key", [poster_key(code) for code in codes])
    keys = []
    for code in codes:
        for attempt in count():
            key = poster_key(code, attempt=attempt)
            if key not in taken and (attempt == 0 or not _taken("poster_key", [key])):
                break
        taken.add(key)
        keys.append(key)
    return keys


def _taken(column: str, values: Sequence[str]) -> set[str]:
    return {value for some in _portions(values) for value in _standing(column, some)}


def _standing(column: str, values: Sequence[str]) -> Iterable[str]:
    return Unit.objects.filter(**{f"{column}__in": values}).order_by().values_list(column, flat=True)


def _portions(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), _ASKED_AT_ONCE):
        yield values[start : start + _ASKED_AT_ONCE]
