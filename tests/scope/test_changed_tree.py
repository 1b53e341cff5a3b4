"""The scope after the tree has changed: whoever follows a unit sees its rows in the new place, and nobody else does."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from orgtree import changes
from tests.scope.answers import ask, text_of, without
from tests.scope.doors import DOORS, Place
from tests.scope.test_lists import EVERYTHING, LISTS, admin_of, lists_of, numbers_in
from tests.scope.world import HERE, MISSING, NAMES_OF_UNITS, NOW, TOLD_IN_A_DOSSIER, World

Enter = Callable[[str], Client]

ORDER = changes.Order(day=date(2022, 5, 1), document="Quyết định số 7", at=NOW)


def merged(world: World) -> None:
    changes.merge(world.units["nuixanh"], into=world.units["songda"], order=ORDER)


def moved(world: World) -> None:
    changes.move(world.units["songda"], to=world.units["bacha"], order=ORDER)


def closed(world: World) -> None:
    changes.close(world.units["maysong"], order=ORDER)


# Who sees the rows of songda, of nuixanh and of maysong when it is done.
SEEN = {
    merged: {
        "manager": {"songda", "nuixanh", "maysong"},
        "beside": {"songda", "nuixanh", "maysong"},
        "below": {"maysong"},
        "neighbour": set(),
    },
    moved: {
        "province": {"nuixanh"},
        "manager": {"songda", "maysong"},
        "neighbour": {"songda", "maysong"},
    },
    closed: {
        "manager": {"songda", "maysong"},
        "below": {"maysong"},
        "beside": {"nuixanh"},
    },
}
AFTERWARDS = pytest.mark.parametrize(
    "change, who",
    [(change, who) for change, seen in SEEN.items() for who in seen],
    ids=lambda each: getattr(each, "__name__", each),
)


@AFTERWARDS
def test_rows_are_seen_by_whoever_follows_their_unit(
    world: World, enter: Enter, who: str, change: Callable[[World], None]
) -> None:
    change(world)
    client = enter(who)

    for kind in lists_of(who):
        found = numbers_in(client.get(LISTS[kind], EVERYTHING.get(kind)))
        places = {place for place, row in world.rows[kind].items() if row.pk in found}
        if kind not in {"selectionround", "dossier"}:  # seen from the other side of a round as well: `in_branch` knows
            assert (kind, places & {"songda", "nuixanh", "maysong"}) == (kind, SEEN[change][who])
        assert (kind, found) == (kind, world.in_branch(admin_of(kind).model, who))


@pytest.mark.first
@AFTERWARDS
def test_no_page_tells_of_another_branch_then(
    world: World, enter: Enter, who: str, change: Callable[[World], None]
) -> None:
    change(world)
    client, now, told = enter(who), world.as_it_stands(), {}
    # What a unit was before, and below whom, is told with it.
    known = NAMES_OF_UNITS if SEEN[change][who] else ()

    for name, door in DOORS.items():
        asked = (world.of(door.of).pk,) if door.of else ()
        text = without(text_of(client.get(door.address(world, name))), asked)
        sent = TOLD_IN_A_DOSSIER if name.startswith("initiatives_dossier_") else ()
        told[name] = now.leaks(text, who, known={*door.tells, *known}, sent=sent)

    assert {name: leaks for name, leaks in told.items() if leaks} == {}


@pytest.mark.parametrize("method", ["get", "post"])
def test_who_a_unit_moved_away_from_finds_it_missing(world: World, enter: Enter, method: str) -> None:
    """But for what was sent to it: that stays with whoever holds the round."""
    moved(world)
    client, told_apart = enter("province"), []

    for name, door in DOORS.items():
        if door.of in {"dossier", "dossierfile"} and world.is_sent_to(HERE, "province"):
            continue
        if door.of and door.place in {Place.AT_OR_ABOVE, Place.ABOVE}:
            number = world.of(door.of).pk
            missing, forbidden = (
                ask(client, method, door.address(world, name, number=asked), unsaid=(MISSING, number))
                for asked in (MISSING, number)
            )
            if forbidden != missing or forbidden.status not in {403, 404, 405}:
                told_apart.append(name)

    assert told_apart == []
