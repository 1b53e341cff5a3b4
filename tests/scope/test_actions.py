"""Acts on many rows at once, and our own views that are sent numbers or codes: nothing leaves the branch."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.test import Client, RequestFactory
from django.urls import reverse

from initiatives.models import Initiative, Status
from tests.scope.answers import ask
from tests.scope.doors import sees
from tests.scope.test_lists import LISTS, OF_UNITS, admin_of
from tests.scope.world import HERE, MISSING, STAFF, WITNESSES, World

Enter = Callable[[str], Client]

MANY = "admin:initiatives_initiative_many"


def actions_of(world: World, who: str) -> list[tuple[str, str]]:
    """Every act that somebody is offered, with the kind of row it is for."""
    request = RequestFactory().get("/")
    request.user = world.people[who]
    return [(kind, name) for kind in OF_UNITS if sees(kind, who) for name in admin_of(kind).get_actions(request)]


def ticked(name: str, numbers: list[int], *, across: bool) -> dict[str, Any]:
    return {"action": name, "index": "0", "select_across": str(int(across)), ACTION_CHECKBOX_NAME: numbers}


def outside(world: World, who: str) -> dict[str, list[Any]]:
    """Every row of another branch as it stands."""
    kept = {}
    for model in admin.site._registry:
        kind = model._meta.model_name
        if kind in OF_UNITS:
            rows = model._default_manager.exclude(pk__in=world.in_branch(model, who))
            kept[kind] = list(rows.order_by("pk").values_list())
    return kept


@pytest.mark.parametrize("across", [False, True], ids=["ticked", "across"])
@pytest.mark.parametrize("who", WITNESSES)
def test_ticking_rows_of_another_branch_is_ticking_none(world: World, enter: Enter, who: str, across: bool) -> None:
    client, place = enter(who), world.elsewhere(who)
    before, told_apart = world.snapshot(), []

    for kind, name in actions_of(world, who):
        number = world.of(kind, place).pk
        answers = [
            ask(client, "post", LISTS[kind], ticked(name, [asked], across=False), unsaid=(MISSING, number))
            for asked in (MISSING, number)
        ]
        if answers[0] != answers[1] or world.leaks(answers[1].text, who):
            told_apart.append((kind, name))

    assert told_apart == []
    assert world.snapshot() == before


@pytest.mark.parametrize("who", STAFF)
def test_everything_of_a_list_is_everything_of_the_branch(world: World, enter: Enter, who: str) -> None:
    """Select-across: what is written, if anything, is written within the branch, and no other row is named."""
    client = enter(who)
    before, told = outside(world, who), {}

    for kind, name in actions_of(world, who):
        own = sorted(world.in_branch(admin_of(kind).model, who))
        posted = ticked(name, [*own[:1], world.of(kind, "cahop").pk], across=True)
        told[kind, name] = world.leaks(ask(client, "post", LISTS[kind], posted).text, who)

    assert {act: leaks for act, leaks in told.items() if leaks} == {}
    assert outside(world, who) == before


def test_everything_of_a_list_holds_what_is_ones_own(world: World, enter: Enter) -> None:
    posted = ticked("approve_many", [world.of("initiative").pk], across=True)

    text = ask(enter("reviewer"), "post", LISTS["initiative"], posted).text

    told = {place for place in ("songda", "maysong") if str(world.of("initiative", place).pk) in text}
    assert told == {"songda", "maysong"}


@pytest.mark.parametrize("name", ["approve", "return", "decline"])
@pytest.mark.parametrize("who", ["province", "reviewer", "below", "beside", "unplaced"])
def test_deciding_on_rows_of_another_branch_is_deciding_on_none(
    world: World, enter: Enter, who: str, name: str
) -> None:
    client, number = enter(who), world.of("initiative", world.elsewhere(who)).pk
    own = sorted(world.in_branch(Initiative, who))[:1]
    posted = {"own_words": "Chưa đủ căn cứ", "due_on": "1/6/2022"}
    answers = []

    for asked in (MISSING, number):
        Initiative.objects.filter(pk__in=own).update(status=Status.SUBMITTED, version=1)
        rows = " ".join(f"{pk}:1" for pk in (asked, *own))
        answers.append(
            ask(client, "post", reverse(MANY, args=[name]), posted | {"rows": rows}, unsaid=(MISSING, number))
        )

    assert answers[0].told == answers[1].told
    assert Initiative.objects.get(pk=number).status == Status.SUBMITTED


def test_an_initiative_goes_to_no_unit_of_another_branch(world: World, enter: Enter) -> None:
    client, initiative = enter("reviewer"), world.of("initiative")
    address = reverse("admin:initiatives_initiative_attach", args=[initiative.pk])
    codes = (world.units["venbien"].code[::-1], world.units["venbien"].code)

    missing, foreign = (
        ask(client, "post", address, {"unit": code, "version": initiative.version}, unsaid=codes) for code in codes
    )

    assert foreign == missing
    assert Initiative.objects.get(pk=initiative.pk).unit == world.units[HERE]
