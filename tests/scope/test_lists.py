"""Every list of the admin: its rows, their number, what may be searched, filtered and ordered (M20)."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib import admin
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from orgtree.scope import ScopedQuerySet
from tests.scope.answers import ask, text_of
from tests.scope.doors import DOORS, sees
from tests.scope.world import FEW, HERE, INSIDERS, MISSING, PUBLIC, STAFF, WITNESSES, World

Enter = Callable[[str], Client]

# What a list shows when nothing narrows it.
EVERYTHING = {"initiative": {"status": "all", "campaign": "all"}, "twinpair": {"level": "all", "state": "all"}}
# What rows are found by.
FOUND_BY = {
    "initiative": ("title", "person", "receipt", "phone"),
    "staffaccount": ("username", "fullname"),
    "unit": ("name", "shortname", "alias"),
    "campaign": (),
    "consenttext": (),
    "milestone": (),
    "cluster": (),
    "draft": (),
    "contact": (),
    "windowextension": (),
    "target": (),
    "twinpair": (),
    "selectionround": (),  # by its name, which those below know as well: tests/nominations/test_round_pages.py
    "dossier": (),
    "complaint": (),
    "commendationdecision": ("decision",),
    "exemplar": ("exemplar",),
    "tablelayout": (),
    "lettertemplate": (),
    "datarequest": (),
    "personaldataview": (),
}
LISTS = {door.lists: reverse(f"admin:{name}") for name, door in DOORS.items() if door.lists}
OF_UNITS = [kind for kind in LISTS if kind not in {"campaign", "cluster", "consenttext", "lettertemplate", "milestone"}]
MOST_ASKED = 6


def admin_of(kind: str) -> Any:
    return next(each for model, each in admin.site._registry.items() if model._meta.model_name == kind)


def lists_of(who: str) -> list[str]:
    """The lists that the role opens."""
    return [kind for kind in OF_UNITS if sees(kind, who)]


def numbers_in(answer: HttpResponse) -> set[int]:
    return {row.pk for row in answer.context["cl"].result_list}


def parameters_of(kind: str) -> list[str]:
    """Everything that may narrow a list."""
    own = admin_of(kind)
    return [each.parameter_name for each in own.list_filter] + list(own.lookups_allowed)


def filters_of(address: str, answer: HttpResponse) -> Iterator[str]:
    """Where the filters of a list lead."""
    changelist = answer.context["cl"]
    for spec in changelist.filter_specs:
        for choice in spec.choices(changelist):
            if choice["query_string"].startswith("?"):
                yield address + choice["query_string"]


def orders_of(address: str, answer: HttpResponse) -> Iterator[str]:
    """Where the headings of a list lead, and the way to all its rows."""
    for number in range(1, len(answer.context["cl"].list_display)):
        yield f"{address}?{urlencode({'o': f'{number}.-{number}'})}"
    yield f"{address}?all="


def test_every_list_that_belongs_to_units_is_asked() -> None:
    scoped = {m._meta.model_name for m in admin.site._registry if isinstance(m._default_manager.all(), ScopedQuerySet)}

    assert set(OF_UNITS) == scoped - {"attachment"}
    assert set(FOUND_BY) == set(LISTS)


@pytest.mark.parametrize("who", STAFF)
def test_a_list_holds_the_rows_of_the_branch_and_counts_no_others(world: World, enter: Enter, who: str) -> None:
    client = enter(who)

    for kind in lists_of(who):
        answer = client.get(LISTS[kind], EVERYTHING.get(kind))
        rows = world.in_branch(admin_of(kind).model, who)
        assert (kind, numbers_in(answer)) == (kind, rows)
        assert (kind, answer.context["cl"].result_count) == (kind, len(rows))


@pytest.mark.parametrize("who", FEW)
def test_wherever_a_list_leads_it_stays_in_the_branch(world: World, enter: Enter, who: str) -> None:
    client = enter(who)

    for kind in lists_of(who):
        rows = world.in_branch(admin_of(kind).model, who)
        whole = client.get(LISTS[kind], EVERYTHING.get(kind))
        for address in (*filters_of(LISTS[kind], whole), *orders_of(LISTS[kind], whole)):
            answer = client.get(address)
            assert (address, answer.status_code) == (address, 200)
            assert (address, numbers_in(answer) - rows) == (address, set())
            assert (address, world.leaks(text_of(answer), who)) == (address, [])


@pytest.mark.parametrize("who", INSIDERS)
def test_a_row_of_the_branch_is_found(world: World, enter: Enter, who: str) -> None:
    client = enter(who)

    for kind in lists_of(who):
        row = world.of(kind)
        found = {
            secret.kind
            for secret in world.secrets_of(HERE, *FOUND_BY[kind])
            if row.pk in numbers_in(client.get(LISTS[kind], {"q": secret.text}))
        }
        assert (kind, found) == (kind, set(FOUND_BY[kind]))


@pytest.mark.parametrize("who", WITNESSES)
def test_a_search_for_a_row_of_another_branch_finds_as_little_as_one_for_none(
    world: World, enter: Enter, who: str
) -> None:
    client = enter(who)
    told_apart = []

    for kind in lists_of(who):
        for secret in world.secrets_of(world.elsewhere(who), *FOUND_BY[kind])[:MOST_ASKED]:
            if not alike(client, LISTS[kind], "q", secret.text, secret.twin, timed=secret.kind not in PUBLIC):
                told_apart.append((kind, str(secret)))

    assert told_apart == []


@pytest.mark.parametrize("who", FEW)
def test_a_filter_by_what_lies_in_another_branch_is_one_by_nothing(world: World, enter: Enter, who: str) -> None:
    client, place = enter(who), world.elsewhere(who)
    told_apart = []

    for kind in lists_of(who):
        code = world.units[place].code
        theirs = [(code, code[::-1]), (world.of("unit", place).pk, MISSING)]
        for parameter in parameters_of(kind):
            told_apart += [
                (kind, parameter, asked)
                for asked, nobodys in theirs
                if not alike(client, LISTS[kind], parameter, asked, nobodys)
            ]

    assert told_apart == []


def alike(client: Client, address: str, parameter: str, theirs: object, nobodys: object, *, timed: bool = True) -> bool:
    """Whether a list tells nothing by being asked for `theirs` that it does not by `nobodys`."""
    none, foreign = (
        ask(client, "get", f"{address}?{urlencode({parameter: asked})}", unsaid=(theirs, nobodys))
        for asked in (nobodys, theirs)
    )
    return foreign == none if timed else foreign.told == none.told
