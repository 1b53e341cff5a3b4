"""However the other branches grow, nobody sees a difference: not in a row, not in a number, not in a statement."""

from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from django.urls import reverse

from initiatives import looked_at
from tests.scope.answers import Answer, ask
from tests.scope.doors import DOORS
from tests.scope.making import grow
from tests.scope.test_choices import asked, relations
from tests.scope.test_lists import EVERYTHING, LISTS, filters_of, lists_of
from tests.scope.world import FEW, PEOPLE, World

Enter = Callable[[str], Client]


def pages_of(world: World, who: str, client: Client) -> Iterator[str]:
    """Every address that opens to somebody, about the rows of their own unit, and wherever their lists lead."""
    place = PEOPLE[who][0]
    for name, door in DOORS.items():
        if not door.post_only and not door.is_drawn:
            yield door.address(world, name, place)
    for kind in lists_of(who):
        yield from filters_of(LISTS[kind], client.get(LISTS[kind], EVERYTHING.get(kind)))
    for app, model, field in {related: (app, model, field) for app, model, field, related in relations()}.values():
        yield asked(app, model, field)


@pytest.mark.first
@pytest.mark.parametrize("who", FEW)
def test_nobody_sees_another_branch_grow(world: World, enter: Enter, who: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who takes a table is written down; asked twice, that list would grow by the asking."""
    monkeypatch.setattr(looked_at, "_keep", lambda *looks: None)
    client = enter(who)
    addresses = list(dict.fromkeys(pages_of(world, who, client)))
    before = {address: ask(client, "get", address) for address in addresses}

    grow(world, who)

    after = {address: ask(client, "get", address) for address in addresses}
    assert [difference(address, before, after) for address in addresses if before[address] != after[address]] == []


def test_what_grows_in_ones_own_branch_is_seen(world: World, enter: Enter) -> None:
    client, address = enter("province"), reverse("admin:index")
    before = ask(client, "get", address)

    grow(world, "manager")

    assert ask(client, "get", address) != before


def difference(address: str, before: dict[str, Answer], after: dict[str, Answer]) -> tuple[str, object, object]:
    """What to look at when a page differs: its status, its statements and the first words that changed."""
    old, new = before[address], after[address]
    if old.text == new.text:
        return address, (old.status, old.statements), (new.status, new.statements)
    start = next((n for n, pair in enumerate(zip(old.text, new.text, strict=False)) if pair[0] != pair[1]), 0)
    return address, old.text[start - 80 : start + 80], new.text[start - 80 : start + 80]
