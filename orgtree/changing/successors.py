"""What becomes of the units below one that ends: they go on in successors elsewhere, or end with it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models.functions import Substr

from orgtree import search
from orgtree.changing.codes import code_of_successor, free_codes, free_keys
from orgtree.changing.places import give_other_places, succeed
from orgtree.models import Level, Unit, UnitAlias, UnitName
from orgtree.scope import branch
from portal.vietnamese import formats

WRITTEN_AT_ONCE = 1000


@dataclass(frozen=True)
class Consequences:
    """How many of the units below an act takes along, and how many it closes for good, by level."""

    moving: Mapping[str, int]
    closing: Mapping[str, int]

    @property
    def sentence(self) -> str:
        """ "Chuyển theo: 340 Công đoàn cơ sở. Kết thúc theo: 12 Liên đoàn Lao động cấp huyện."; "" for none of both."""
        told = (("Chuyển theo", self.moving), ("Kết thúc theo", self.closing))
        return " ".join(f"{what}: {_numbers(levels)}." for what, levels in told if levels)


def standing_below(unit: Unit) -> list[Unit]:
    """In the order of the tree."""
    return list(Unit.objects.below(unit).filter(closed_on=None))


def sorted_out(below: Iterable[Unit], ending: frozenset[str]) -> tuple[list[Unit], list[list[Unit]]]:
    """Which of the units below end, and the branches that move, each beginning with its highest unit.

    What stands below an ending unit moves, unless its level ends too; what stands below a moving one goes with it.
    """
    ended: list[Unit] = []
    moving: list[list[Unit]] = []
    for unit in below:
        if moving and unit.path.startswith(moving[-1][0].path):
            moving[-1].append(unit)
        elif unit.level in ending:
            ended.append(unit)
        else:
            moving.append([unit])
    return ended, moving


def consequences(unit: Unit, *, ending: frozenset[str] = frozenset()) -> Consequences:
    """What an act would take along, for the page before the button."""
    return told(*sorted_out(standing_below(unit), ending))


def told(ended: Sequence[Unit], moving: Sequence[Sequence[Unit]]) -> Consequences:
    return Consequences(moving=_by_level(unit for going in moving for unit in going), closing=_by_level(ended))


def open_successors(going: Sequence[tuple[Unit, str]], *, day: date, document: str, **of_the_first: str) -> list[Unit]:
    """A successor for each unit at the path beside it, as the unit was; the first with the fields named.

    The units close on `day`, unless they did before. What else is found in their places is the caller's.
    """
    step = Unit.steplen
    children = Counter(path[:-step] for _, path in going)
    wanted = [code_of_successor(unit, day) for unit, _ in going]
    codes = free_codes([of_the_first.pop("code", wanted[0]), *wanted[1:]])
    successors = [
        Unit(
            code=code,
            level=unit.level,
            kind=unit.kind,
            name=unit.name,
            short_name=unit.short_name,
            admin_code=unit.admin_code,
            source=unit.source,
            opened_on=day,
            opening_document=document,
            succeeds_since=day,
            path=path,
            current_path=path,
            depth=len(path) // step,
            numchild=children[path],
            poster_key=key,
            # What finds the unit finds its successor: they bear the same names.
            search_text=unit.search_text,
            search_words=unit.search_words,
        )
        for (unit, path), code, key in zip(going, codes, free_keys(codes), strict=True)
    ]
    for name, value in of_the_first.items():
        setattr(successors[0], name, value)
    Unit.objects.bulk_create(successors, batch_size=WRITTEN_AT_ONCE)
    pairs = {unit.pk: successor.pk for (unit, _), successor in zip(going, successors, strict=True)}
    succeed(pairs, day=day, document=document)
    return successors


def send(moving: Sequence[Sequence[Unit]], places: Iterator[str], *, day: date, document: str) -> None:
    """Each branch opens again at the next of `places`, and all that is found in it is found there."""
    if not moving:
        return
    becomes = {going[0].path: place for going, place in zip(moving, places, strict=False)}
    open_successors(
        [(unit, becomes[going[0].path] + unit.path[len(going[0].path) :]) for going in moving for unit in going],
        day=day,
        document=document,
    )
    give_other_places(becomes)


def take_along_what_ended(unit: Unit, places: Iterator[str]) -> None:
    """What closed for good directly below `unit`, now or before, gets a place of its own at the next of `places`."""
    width = len(unit.path) + Unit.steplen
    kept = (
        Unit.objects.filter(branch(unit.path, by="current_path"))
        .exclude(current_path=unit.path)
        .annotate(place=Substr("current_path", 1, width))
        .order_by("place")
        .values_list("place", flat=True)
        .distinct()
    )
    give_other_places(dict(zip(list(kept), places, strict=False)))


def close_for_good(units: Sequence[Unit], *, day: date, document: str) -> None:
    pks = [unit.pk for unit in units]
    for start in range(0, len(pks), WRITTEN_AT_ONCE):
        Unit.objects.filter(pk__in=pks[start : start + WRITTEN_AT_ONCE]).update(
            closed_on=day, closing_document=document
        )


def find_anew(unit: Unit) -> None:
    """Writes what a search looks through for `unit` and for what goes on for it: all names the line ever bore."""
    line = list(Unit.objects.filter(current_path=unit.current_path).order_by("path"))
    names: dict[int, list[str]] = {one.pk: [] for one in line}
    for rows in (
        UnitAlias.objects.filter(unit__in=line).order_by("pk").values_list("unit_id", "alias"),
        UnitName.objects.filter(unit__in=line).order_by("-used_until").values_list("unit_id", "name"),
        UnitName.objects.filter(unit__in=line).order_by("-used_until").values_list("unit_id", "short_name"),
    ):
        for pk, name in rows:
            names[pk].append(name)
    before: dict[int | None, list[Unit]] = {}
    for one in line:
        before.setdefault(one.successor_id, []).append(one)
    by_pk = {one.pk: one for one in line}
    changed = []
    after: Unit | None = by_pk[unit.pk]
    while after is not None:
        search.searchable(after, other_names=_names_of_all(after, before, names))
        changed.append(after)
        after = by_pk.get(after.successor_id) if after.successor_id else None
    Unit.objects.bulk_update(changed, ["search_text", "search_words"])
    search.learn_words(changed)
    found = by_pk[unit.pk]
    unit.search_text, unit.search_words = found.search_text, found.search_words


def _names_of_all(
    unit: Unit, before: Mapping[int | None, Sequence[Unit]], names: Mapping[int, Sequence[str]]
) -> list[str]:
    of_all = list(names[unit.pk])
    for earlier in before.get(unit.pk, ()):
        of_all += [earlier.name, earlier.short_name, *_names_of_all(earlier, before, names)]
    return of_all


def _by_level(units: Iterable[Unit]) -> dict[str, int]:
    found = Counter(unit.level for unit in units)
    return {level: found[level] for level in Level.values if found[level]}


def _numbers(levels: Mapping[str, int]) -> str:
    return ", ".join(f"{formats.whole(number)} {Level(level).label}" for level, number in levels.items())
