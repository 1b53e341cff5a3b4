"""Finding what is alike to a text among millions: candidates by index, the nearest of them compared for what they are.

One statement walks twenty ranges of an index and reads the fingerprints found there. Who asks reads the texts of those that are
near: of most texts there are none. The same SQL on both databases.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

from django.db import connection

from initiatives.duplicates import sentences
from initiatives.duplicates.fingerprints import Print, agreement, print_of
from initiatives.duplicates.shingles import Shingles, Text, likeness, shingles_of
from initiatives.models import Band, Fingerprint, TwinPair

__all__ = ["FLAGGED", "Candidates", "Likeness", "Reading", "Text", "alike", "best_first", "candidates", "judged"]

FLAGGED = 0.45
# By the fingerprint alone so far below FLAGGED that the text need not be read (64 bins are wrong by 0.06 on average).
HOPELESS = 0.25
MOST_NEAR, MOST_COMPARED = 50, 20
# So many rows in all of its bands, and a text is not one of many unrelated ones but of a template's: then the bands
# are asked one by one, and those that hold very many say little.
MOST_AT_ONCE = 500
MOST_IN_A_BAND, TEMPLATE_WEIGHT = 100, 0.1
MOST_OF_A_TITLE, TITLE_WEIGHT = 20, 2  # a title borne by more is nobody's own
MOST_OF_A_TEXT, TEXT_WEIGHT = 30, 100
TEXT_FIELDS = ("title", "description", "effect")


@dataclass(frozen=True)
class Likeness:
    """How `initiative_id` is alike to the text asked about: so many of that text's sentences stand in it too."""

    initiative_id: int
    likeness: int  # percent
    sentences_alike: int
    sentences: int
    kind: str  # of TwinPair.Kind


@dataclass(frozen=True)
class Reading:
    """A text as it is compared."""

    text: Text
    shingles: Shingles
    fingerprint: Print

    @classmethod
    def of(cls, text: Text) -> Self:
        shingles = shingles_of(text)
        return cls(text, shingles, print_of(text, shingles))

    @classmethod
    def stored(cls, text: Text, fingerprint: Print) -> Self:
        """With the fingerprint that is kept, which is most of the work."""
        return cls(text, shingles_of(text), fingerprint)

    @cached_property
    def in_sentences(self) -> list[sentences.Read]:
        return sentences.read(self.text.body)


@dataclass(frozen=True)
class Candidates:
    """The fingerprints worth comparing, by initiative, nearest first; whether an equal title means anything among so many."""

    near: dict[int, Print]
    titles_count: bool


Texts = Iterable[tuple[int, Text]]  # by initiative


def alike(
    text: Text, *, read: Callable[[Collection[int]], Texts], limit: int, besides: Collection[int] = ()
) -> list[Likeness]:
    """The most alike to `text`, best first, never one of `besides`. `read` gives the texts of at most 20 initiatives, where
    any are near, and leaves out what is not to be compared. An equal title counts, whoever bears it.
    """
    reading = Reading.of(text)
    among = candidates(reading.fingerprint, besides=besides)
    if not among.near:
        return []
    judgements = (
        judged(
            reading,
            Reading.stored(theirs, among.near[pk]),
            initiative_id=pk,
            titles_count=among.titles_count,
        )
        for pk, theirs in read(among.near)
    )
    return best_first(judgement for judgement in judgements if judgement)[:limit]


def candidates(of: Print, *, besides: Collection[int] = ()) -> Candidates:
    """At most 20. One statement; none for a text too short to have a fingerprint, one or two more for one of a template."""
    shared, prints, titles = _sharing(of, most=MOST_NEAR + len(besides))
    for pk in besides:
        shared.pop(pk, None)
    best = sorted((pk for pk in shared if shared[pk] > 0), key=lambda pk: (-shared[pk], pk))[:MOST_NEAR]
    prints |= prints_of([pk for pk in best if pk not in prints])
    estimated = {pk: _estimate(of, prints[pk]) for pk in best if pk in prints}
    near = sorted((pk for pk in estimated if estimated[pk] >= HOPELESS), key=lambda pk: (-estimated[pk], pk))
    return Candidates({pk: prints[pk] for pk in near[:MOST_COMPARED]}, titles_count=titles <= MOST_OF_A_TITLE)


def judged(
    later: Reading, earlier: Reading, *, initiative_id: int, titles_count: bool = True, always: bool = False
) -> Likeness | None:
    """What `later` has of `earlier`; None where that is too little to trouble anybody, unless `always`.

    `initiative_id` is the one the answer is about; `titles_count` False where an equal title says nothing (one author).
    """
    one, other = later.fingerprint, earlier.fingerprint
    value = likeness(later.shingles, earlier.shingles)
    percent = min(99, round(value * 100))
    if one.text_hash and one.text_hash == other.text_hash:
        kind, percent = TwinPair.Kind.SAME_TEXT, 100
    elif value >= FLAGGED and one.signature and other.signature:
        kind = TwinPair.Kind.ALIKE
    elif titles_count and one.title_hash and one.title_hash == other.title_hash:
        kind = TwinPair.Kind.SAME_TITLE
    elif always:
        kind = TwinPair.Kind.REPORTED
    else:
        return None
    counted = sentences.counted(earlier.in_sentences, later.in_sentences)
    return Likeness(initiative_id, percent, counted.alike, counted.sentences, kind)


def best_first(judgements: Iterable[Likeness]) -> list[Likeness]:
    return sorted(judgements, key=lambda each: (-each.likeness, -each.sentences_alike, each.initiative_id))


def prints_of(pks: Collection[int]) -> dict[int, Print]:
    """The fingerprints that are kept, by initiative."""
    if not pks:
        return {}
    rows = Fingerprint.objects.filter(pk__in=pks).values_list("pk", "signature", "text_hash", "title_hash")
    return {pk: Print(bytes(signature), text_hash, title_hash) for pk, signature, text_hash, title_hash in rows}


_BANDS, _TEXT, _TITLE = "bands", "text", "title"  # parts of the statement; in each part its own table, for SQLite
_PRINT = ", ".join(f"print.{column}" for column in ("initiative_id", "signature", "text_hash", "title_hash"))
_IN_BANDS = f"""
SELECT '{_BANDS}' AS part, shared.bands, shared.all_bands, {_PRINT}
FROM (
    SELECT initiative_id, COUNT(*) AS bands, CAST(SUM(COUNT(*)) OVER () AS integer) AS all_bands
    FROM (SELECT initiative_id FROM {Band._meta.db_table} WHERE value IN ({{marks}}) LIMIT %s) AS band
    GROUP BY initiative_id ORDER BY COUNT(*) DESC, initiative_id LIMIT %s
) AS shared JOIN {Fingerprint._meta.db_table} AS print ON print.initiative_id = shared.initiative_id
"""  # noqa: S608 (our own names)
_WITH_THE_SAME = f"""
SELECT * FROM (
    SELECT '{{same}}' AS part, 0 AS bands, 0 AS all_bands, {_PRINT} FROM {Fingerprint._meta.db_table} AS print
    WHERE {{same}}_hash = %s ORDER BY initiative_id LIMIT %s
) AS {{same}}_part
"""  # noqa: S608
_IN_ONE_BAND = f"""
SELECT * FROM (
    SELECT {{number}} AS part, initiative_id FROM {Band._meta.db_table} WHERE value = %s ORDER BY initiative_id LIMIT %s
) AS part_{{number}}
"""  # noqa: S608


def _sharing(of: Print, *, most: int) -> tuple[dict[int, float], dict[int, Print], int]:
    """What shares a band, the text or the title: how much that says of each, fingerprints, and how many bear the title."""
    bands, parts, asked = of.bands, [], []
    if bands:
        parts.append(_IN_BANDS.format(marks=", ".join(["%s"] * len(bands))))
        asked += [*bands, MOST_AT_ONCE + 1, most]
    if of.text_hash:
        parts.append(_WITH_THE_SAME.format(same=_TEXT))
        asked += [of.text_hash, MOST_OF_A_TEXT]
    if of.title_hash:
        parts.append(_WITH_THE_SAME.format(same=_TITLE))
        asked += [of.title_hash, MOST_OF_A_TITLE + 1]
    rows = _rows(parts, asked)
    is_of_a_template = any(part == _BANDS and all_bands > MOST_AT_ONCE for part, _, all_bands, *_ in rows)
    titles = sum(part == _TITLE for part, *_ in rows)
    shared: dict[int, float] = _one_by_one(bands) if is_of_a_template else defaultdict(float)
    prints: dict[int, Print] = {}
    for part, in_bands, _, pk, signature, text_hash, title_hash in rows:
        prints[pk] = Print(bytes(signature), text_hash, title_hash)
        if part == _TEXT:
            shared[pk] += TEXT_WEIGHT
        elif part == _TITLE:
            shared[pk] += TITLE_WEIGHT if titles <= MOST_OF_A_TITLE else 0
        elif not is_of_a_template:
            shared[pk] += in_bands
    return shared, prints, titles


def _one_by_one(bands: Sequence[int]) -> dict[int, float]:
    parts = [_IN_ONE_BAND.format(number=number) for number in range(len(bands))]
    rows = _rows(parts, [value for band in bands for value in (band, MOST_IN_A_BAND)])
    sizes = Counter(part for part, _ in rows)
    shared: dict[int, float] = defaultdict(float)
    for part, pk in rows:
        shared[pk] += TEMPLATE_WEIGHT if sizes[part] == MOST_IN_A_BAND else 1
    return shared


def _rows(parts: Sequence[str], asked: Sequence[Any]) -> list[tuple[Any, ...]]:
    if not parts:
        return []
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), asked)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _estimate(one: Print, other: Print) -> float:
    if one.text_hash and one.text_hash == other.text_hash:
        return 1.0
    estimate = agreement(one.signature, other.signature)
    has_its_title = one.title_hash and one.title_hash == other.title_hash
    return max(estimate, HOPELESS) if has_its_title else estimate
