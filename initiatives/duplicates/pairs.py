"""The pairs of a screening: which are worth people's time, who decides on each, and what becomes of those there were."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q, QuerySet

from initiatives.duplicates import looking
from initiatives.duplicates.looking import Candidates, Likeness, Reading
from initiatives.duplicates.shingles import Text
from initiatives.models import Initiative, Status, TwinPair
from orgtree.models import Unit
from orgtree.models.unit import UnitQuerySet

MOST_PAIRS = 10  # that one screening adds to an initiative: people read the best of them
_NEEDED = (
    *looking.TEXT_FIELDS,
    "campaign",
    "unit",
    "version",
    "status",
    "erased_at",
    "submitted_at",
    "phone_hash",
    "phone_digits",
    "full_name",
    "campaign__is_demonstration",
    "unit__current_path",
)
Key = tuple[int, int]  # earlier, later


@dataclass
class Screened:
    """An initiative on its way through, as it was read."""

    row: Initiative
    reading: Reading
    candidates: Candidates = field(default_factory=lambda: Candidates({}, titles_count=False))


@dataclass(frozen=True)
class Found:
    """The pairs a screening wants, unsaved, and those that were there; both by (earlier, later)."""

    wanted: dict[Key, TwinPair]
    kept: dict[Key, TwinPair]

    @property
    def others(self) -> set[int]:
        return {pk for key in self.wanted for pk in key}


def with_what_is_needed(rows: "QuerySet[Initiative]") -> "QuerySet[Initiative]":
    return rows.select_related("campaign", "unit").only(*_NEEDED)


def decider_of(one: Initiative, other: Initiative) -> Unit:
    """The lowest unit above both today, or the one unit of both."""
    return _at_today({_common(one, other)}).get()


def find(several: Sequence[Screened], *, at: datetime) -> Found:
    kept = _kept([each.row.pk for each in several])
    still_open = _others_of(pair for pair in kept.values() if is_screenings(pair))
    settled = _others_of(pair for pair in kept.values() if not is_screenings(pair))
    others = _others({pk for each in several for pk in (*each.candidates.near, *still_open[each.row.pk])})
    readings: dict[int, Reading] = {}
    found: list[tuple[Initiative, Initiative, Likeness]] = []
    for each in several:
        if each.row.status == Status.WITHDRAWN:
            continue
        judgements = []
        for other in _of_its_kind(each, others, still_open[each.row.pk]):
            if other.pk in settled[each.row.pk]:
                continue
            if other.pk not in readings:
                readings[other.pk] = _read(other, each.candidates)
            if judgement := _judged(each, other, readings[other.pk]):
                judgements.append(judgement)
        found += [
            (each.row, others[judgement.initiative_id], judgement)
            for judgement in _most_useful(judgements, others, still_open[each.row.pk])
        ]
    return Found(_unsaved(found, at), kept)


def write(found: Found, *, of: Iterable[int]) -> None:
    """Adds what is new, corrects what is open, removes what no longer holds; what people decided or reported stays.

    `of` are the initiatives whose screening counts.
    """
    screened = set(of)
    wanted = {key: pair for key, pair in found.wanted.items() if screened & set(key)}
    changed, gone = [], []
    for key, pair in found.kept.items():
        if not is_screenings(pair) or not screened & set(key):
            continue
        new = wanted.get(key)
        if new is None:
            gone.append(pair.pk)
        elif _as_shown(new) != _as_shown(pair):
            pair.kind, pair.likeness, pair.decider_id = new.kind, new.likeness, new.decider_id
            pair.sentences_alike, pair.sentences = new.sentences_alike, new.sentences
            changed.append(pair)
    if gone:
        TwinPair.objects.open().filter(pk__in=gone).delete()
    if changed:
        TwinPair.objects.open().bulk_update(changed, ["kind", "likeness", "sentences_alike", "sentences", "decider"])
    _correct_deciders([pair for key, pair in found.kept.items() if not is_screenings(pair) and screened & set(key)])
    TwinPair.objects.bulk_create((pair for key, pair in wanted.items() if key not in found.kept), ignore_conflicts=True)


def _correct_deciders(pairs: Sequence[TwinPair]) -> None:
    """What people decided or reported stays, but a side may lie in another unit now: whoever is above both decides on it."""
    if not pairs:
        return
    keys = {pk for pair in pairs for pk in (pair.earlier_id, pair.later_id)}
    rows = Initiative.objects.filter(pk__in=keys).select_related("unit").only("unit__current_path").in_bulk()
    above = {pair.pk: _common(rows[pair.earlier_id], rows[pair.later_id]) for pair in pairs}
    deciders = dict(_at_today(set(above.values())).order_by().values_list("current_path", "pk"))
    moved = [pair for pair in pairs if pair.decider_id != deciders[above[pair.pk]]]
    for pair in moved:
        pair.decider_id = deciders[above[pair.pk]]
    if moved:
        TwinPair.objects.bulk_update(moved, ["decider"])


def is_screenings(pair: TwinPair) -> bool:
    """Screening may change or remove it."""
    return pair.is_open and pair.kind != TwinPair.Kind.REPORTED


def _kept(pks: Sequence[int]) -> dict[Key, TwinPair]:
    pairs = TwinPair.objects.filter(Q(earlier__in=pks) | Q(later__in=pks)).order_by()
    return {(pair.earlier_id, pair.later_id): pair for pair in pairs}


def _others_of(pairs: Iterable[TwinPair]) -> defaultdict[int, set[int]]:
    others: defaultdict[int, set[int]] = defaultdict(set)
    for pair in pairs:
        others[pair.earlier_id].add(pair.later_id)
        others[pair.later_id].add(pair.earlier_id)
    return others


def _others(pks: Iterable[int]) -> dict[int, Initiative]:
    """Those that may still be somebody's twin."""
    rows = Initiative.objects.filter(pk__in=pks).exclude(status=Status.WITHDRAWN).order_by()
    return {row.pk: row for row in with_what_is_needed(rows)}


def _of_its_kind(each: Screened, others: dict[int, Initiative], paired: set[int]) -> list[Initiative]:
    """The candidates, and whatever is paired with it already; demonstrations among themselves."""
    wanted = dict.fromkeys((*each.candidates.near, *sorted(paired)))
    of_a_demonstration = each.row.campaign.is_demonstration
    return [others[pk] for pk in wanted if pk in others and others[pk].campaign.is_demonstration == of_a_demonstration]


def _read(other: Initiative, among: Candidates) -> Reading:
    kept = among.near.get(other.pk)
    return Reading.stored(Text.of(other), kept) if kept else Reading.of(Text.of(other))


def _judged(each: Screened, other: Initiative, reading: Reading) -> Likeness | None:
    is_later = _in_order(each.row, other)[1] is each.row
    return looking.judged(
        each.reading if is_later else reading,
        reading if is_later else each.reading,
        initiative_id=other.pk,
        titles_count=each.candidates.titles_count and not _are_one_person(each.row, other),
    )


def _most_useful(judgements: Sequence[Likeness], others: dict[int, Initiative], paired: set[int]) -> list[Likeness]:
    """All that are paired already, and of the new ones the best: first those that still count."""
    best = looking.best_first(each for each in judgements if each.initiative_id not in paired)
    best.sort(key=lambda each: others[each.initiative_id].status == Status.INVALID)
    return [each for each in judgements if each.initiative_id in paired] + best[:MOST_PAIRS]


def _unsaved(found: Sequence[tuple[Initiative, Initiative, Likeness]], at: datetime) -> dict[Key, TwinPair]:
    deciders = dict(
        _at_today({_common(one, other) for one, other, _ in found}).order_by().values_list("current_path", "pk")
    )
    unsaved = {}
    for one, other, judgement in found:
        earlier, later = _in_order(one, other)
        unsaved[earlier.pk, later.pk] = TwinPair(
            earlier_id=earlier.pk,
            later_id=later.pk,
            kind=judgement.kind,
            likeness=judgement.likeness,
            sentences_alike=judgement.sentences_alike,
            sentences=judgement.sentences,
            decider_id=deciders[_common(one, other)],
            found_at=at,
        )
    return unsaved


def _common(one: Initiative, other: Initiative) -> str:
    """The path of the lowest unit above both, by the units their lines go on in today; whole steps of it."""
    path, step = one.unit.current_path, Unit.steplen
    steps = (path[:end] for end in range(len(path), 0, -step))
    return next(above for above in steps if other.unit.current_path.startswith(above))


def _at_today(paths: set[str]) -> UnitQuerySet:
    """The units at these places. One that closed without a successor keeps a place that is no unit's own path."""
    return Unit.objects.filter(current_path__in=paths).last_of_their_lines()


def _in_order(one: Initiative, other: Initiative) -> tuple[Initiative, Initiative]:
    return (one, other) if (one.submitted_at, one.pk) < (other.submitted_at, other.pk) else (other, one)


def _are_one_person(one: Initiative, other: Initiative) -> bool:
    """Of those without a phone the hash is that of the officer who entered them."""
    return one.phone_hash == other.phone_hash and (bool(one.phone_digits) or one.full_name == other.full_name)


def _as_shown(pair: TwinPair) -> tuple[str, int, int, int, int]:
    return pair.kind, pair.likeness, pair.sentences_alike, pair.sentences, pair.decider_id
