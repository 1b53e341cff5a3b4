"""Why a unit was found whose name does not hold what was typed: it is called so too, was called so, or took over another."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from orgtree.finding.words import Reading, readings_of, search_fields
from orgtree.models import Unit, UnitAlias, UnitName


def reasons(units: Sequence[Unit], typed: str) -> dict[Unit, str]:
    """A few words for each unit found by another name than the one it bears. At most three statements."""
    readings = readings_of(typed)
    puzzling = [unit for unit in units if not _holds((unit.name, unit.short_name), readings)]
    puzzling = [unit for unit in puzzling if _is_held(unit.search_text, readings)]
    if not puzzling:
        return {}
    line = list(Unit.objects.filter(current_path__in={unit.current_path for unit in puzzling}))
    before: dict[int | None, list[Unit]] = defaultdict(list)
    for unit in line:
        before[unit.successor_id].append(unit)
    other_names = _other_names(line)
    found = {}
    for unit in puzzling:
        told = _called(unit, other_names, readings) or _taken_over(unit, before, other_names, readings)
        if told:
            found[unit] = told
    return found


def _called(
    unit: Unit, other_names: Mapping[int, Sequence[tuple[str, tuple[str, ...]]]], readings: list[Reading]
) -> str:
    return next((told for told, names in other_names.get(unit.pk, ()) if _holds(names, readings)), "")


def _taken_over(
    unit: Unit,
    before: Mapping[int | None, Sequence[Unit]],
    other_names: Mapping[int, Sequence[tuple[str, tuple[str, ...]]]],
    readings: list[Reading],
) -> str:
    for earlier in _line_before(unit, before):
        if _holds((earlier.name, earlier.short_name), readings) or _called(earlier, other_names, readings):
            return f"gồm {earlier.short_name} trước đây"
    return ""


def _line_before(unit: Unit, before: Mapping[int | None, Sequence[Unit]]) -> Iterator[Unit]:
    for earlier in before.get(unit.pk, ()):
        yield earlier
        yield from _line_before(earlier, before)


def _other_names(units: Sequence[Unit]) -> dict[int, list[tuple[str, tuple[str, ...]]]]:
    """For each unit, what to say and the names it is said of."""
    found: dict[int, list[tuple[str, tuple[str, ...]]]] = defaultdict(list)
    past = UnitName.objects.filter(unit__in=units).order_by("-used_until")
    for unit, name, short_name in past.values_list("unit_id", "name", "short_name"):
        found[unit].append((f"trước đây là {short_name}", (name, short_name)))
    for unit, alias in UnitAlias.objects.filter(unit__in=units).order_by("pk").values_list("unit_id", "alias"):
        found[unit].append((f"còn gọi là {alias}", (alias,)))
    return found


def _holds(names: Sequence[str], readings: Sequence[Reading]) -> bool:
    return _is_held(search_fields(names, is_place=False)[0], readings)


def _is_held(text: str, readings: Sequence[Reading]) -> bool:
    """Whether all the words stand in the text, together or not."""
    return any(
        all(reading.part(number, number + 1).phrase in text for number in range(len(reading.words)))
        for reading in readings
    )
