"""Finding initiatives by whatever people type: a receipt code, a phone, or words of the name and the title."""

import re
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.db.models.lookups import Exact

from initiatives.models import Initiative
from initiatives.review import branches
from initiatives.review.word_index import (
    Holds,
    OfUnits,
    PhoneEnd,
    Reads,
    Spells,
    Word,
    holding,
    likely_number,
    number_held,
)
from initiatives.submission.receipts import CODE_DIGITS, parse_code
from orgtree.models import Unit
from portal.vietnamese import phones
from portal.vietnamese.refusals import Refused
from portal.vietnamese.text import ascii_digits, folded

LONGEST_SEARCH = 200
WORDS_SOUGHT = 8
SHORTEST_OPEN = 2
SHORTEST_CODE, PHONE_END = 4, 6
MOST_FOUND_COUNTED = 1000
MOST_WALKED_COUNTED = 100
MOST_HELD = 35_000  # of more the index remembers pages alone (work_mem), and all their rows are read and cut into words
MOST_NAMED = 7_500
ROOM = "SET LOCAL work_mem = '32MB'"
MOST_LOOKED_UP = 20_000  # by SQLite

_BETWEEN_DIGITS = re.compile(r"[\s.,;:_/\\–—-]+")


@dataclass(frozen=True)
class Search:
    """What to filter by, how far its results are worth counting, and about which share of all rows they are; None where they
    are found by an index, however many."""

    condition: Q
    most_counted: int = MOST_FOUND_COUNTED
    share: float | None = None


def read(typed: str, *, within: Unit | None) -> Search:
    """By receipt code or phone, however written, or by their beginning and end; else by every word of name and title;
    a single word may be the beginning of one. `within` is the unit whose branch is asked."""
    typed = typed[:LONGEST_SEARCH]
    code = parse_code(typed)
    if code:
        return Search(Q(receipt_code=code))
    try:
        return Search(Q(phone_digits=phones.parse(typed).digits))
    except Refused:
        pass
    words = list(dict.fromkeys(folded(typed).split()[:WORDS_SOUGHT]))
    if not words:
        return Search(Q())
    # Beside others a beginning is not worth it: PostgreSQL took 12 s for all that "xuân" begins, and 0.2 s for the word.
    sought = [Word(word, is_open=len(words) == 1 and len(word) >= SHORTEST_OPEN) for word in words]
    digits = _BETWEEN_DIGITS.sub("", ascii_digits(typed))
    if digits.isascii() and digits.isdigit() and len(digits) >= SHORTEST_CODE:
        condition = Q(Holds(sought)) | _digits(digits)
        keys = _keys(condition, within) if connection.vendor == "postgresql" else None
        return Search(condition if keys is None else Q(pk__in=keys))
    return _words(sought, within)


def matching(rows: QuerySet, typed: str, *, within: Unit | None = None) -> QuerySet:
    return rows.filter(read(typed, within=within).condition)


def _digits(digits: str) -> Q:
    """The beginning of a code or the end of a phone. As a range: LIKE reads every code on SQLite. It ends with a
    digit: these stand in one order in every collation, and before or behind them anything may."""
    beginning = Q(receipt_code__gte=digits, receipt_code__lte=digits.ljust(CODE_DIGITS, "9"))
    if len(digits) < PHONE_END:
        return beginning
    end = Q(Exact(PhoneEnd("phone_digits"), digits[-PHONE_END:])) & Q(phone_digits__endswith=digits)
    return beginning | end


def is_read(rows: QuerySet) -> bool:
    """Whether every row of the list must be read to know if it belongs there."""
    return any(isinstance(each, Spells) for each in branches.conditions(rows))


def _words(words: list[Word], within: Unit | None) -> Search:
    """Of rare words the keys are found once, by the indexes of words and units together; with common ones the list is read
    in its order until a page is full. Left alone, PostgreSQL took from 5 to 30 s between rare and common."""
    if connection.vendor == "sqlite":
        held = number_held(words, most=MOST_LOOKED_UP + 1)
        return Search(Q(Holds(words))) if held <= MOST_LOOKED_UP else Search(Q(Spells(words)), MOST_WALKED_COUNTED, 0.1)
    held = max(likely_number(holding(words)), 1)
    keys = _keys(Q(Holds(words)), within) if held <= MOST_HELD else None
    if keys is not None:
        return Search(Q(pk__in=keys))
    return Search(Q(Reads(words)), MOST_WALKED_COUNTED, min(held / max(branches.everything(), 1), 1.0))


def _keys(condition: Q, within: Unit | None) -> list[int] | None:
    """Of what the branch holds; None where that is too much to name."""
    rows = Initiative.objects.filter(condition).order_by()
    if within is not None and within.depth > 1:
        rows = rows.filter(OfUnits(branches.keys(within)))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(ROOM)  # where a set of rows outgrows it, only their pages are known, and each is read
        keys = list(rows.values_list("pk", flat=True)[: MOST_NAMED + 1])
    return keys if len(keys) <= MOST_NAMED else None
