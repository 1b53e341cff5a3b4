"""Every address of the admin as everybody: who comes in, what it shows them, and that nobody else learns of the row."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from orgtree.models import StaffAccount
from tests.scope.answers import ask, text_of, without
from tests.scope.doors import DOORS, Place, expected
from tests.scope.world import INSIDERS, MISSING, NOBODY, PEOPLE, STAFF, World

Enter = Callable[[str], Client]

EVERYBODY = [*PEOPLE, NOBODY]


@pytest.mark.parametrize("who", EVERYBODY)
def test_a_door_opens_to_whom_it_may_and_tells_what_is_theirs(world: World, enter: Enter, who: str) -> None:
    client = enter(who)
    codes, leaks, missed = {}, {}, {}

    for name, door in DOORS.items():
        answer = client.get(door.address(world, name))
        text = text_of(answer)
        codes[name] = answer.status_code
        if who in STAFF:
            asked = [str(world.of(door.of).pk)] if door.of and answer.status_code == 302 else []
            leaks[name] = world.leaks(without(text, asked), who, known=door.tells)
        if door.lets_in(world, who):
            missed[name] = world.missed(text, door.shows, of=door.shown_of or PEOPLE[who][0])

    assert codes == {name: expected(door, world, who) for name, door in DOORS.items()}
    assert {name: found for name, found in leaks.items() if found} == {}
    assert {name: kinds for name, kinds in missed.items() if kinds and who in INSIDERS} == {}


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("who", PEOPLE)
def test_a_forbidden_row_is_a_missing_one(world: World, enter: Enter, who: str, method: str) -> None:
    """The same answer after the same number of statements."""
    client = enter(who)
    told_apart = {}

    for name, door in DOORS.items():
        if not (door.hides(world, who) or (who == "closed" and door.place is not Place.ANYWHERE)):
            continue
        number = world.of(door.of).pk
        there, gone = door.address(world, name), door.address(world, name, number=MISSING)
        missing = ask(client, method, gone, POSTED, unsaid=(MISSING,))
        forbidden = ask(client, method, there, POSTED, unsaid=(number,))
        if forbidden != missing:
            told_apart[name] = (missing, forbidden)

    assert told_apart == {}


def test_an_answer_knows_how_many_statements_it_took(
    enter: Enter, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client, address = enter("province"), reverse("admin:index")
    answer = ask(client, "get", address)

    with django_assert_num_queries(answer.statements):
        ContentType.objects.clear_cache()
        client.get(address)


@pytest.mark.parametrize(
    "missing, step",
    [
        ({}, "second_factor"),
        ({"second_factor_since": None}, "second_factor_setup"),
        ({"must_change_password": True}, "second_factor"),
    ],
    ids=["code", "second-factor", "both"],
)
def test_whoever_is_half_way_in_goes_no_further(world: World, missing: dict[str, Any], step: str) -> None:
    """The password alone opens the page of the step that is missing, and the way out."""
    StaffAccount.objects.filter(pk=world.people["manager"].pk).update(**missing)
    client = Client()
    client.force_login(world.people["manager"], backend="django.contrib.auth.backends.ModelBackend")
    led = {}

    for name, door in DOORS.items():
        answer = client.get(door.address(world, name))
        led[name] = answer.status_code == 302 and answer["Location"].startswith(reverse(f"admin:{step}"))

    assert {name for name, is_led in led.items() if not is_led} == {step, "logout", "jsi18n", "login"}


POSTED = {
    "decision": "approve",
    "version": "1",
    "name": "Đổi tên",
    "full_name": "Đổi tên",
    "short_name": "Đổi tên",
    "reason": "Vì cần",
    "day": "1/5/2022",
    "post": "yes",
    "_save": "1",
}


@pytest.mark.parametrize("who", [*PEOPLE, NOBODY])
def test_whoever_may_not_come_in_changes_nothing(world: World, enter: Enter, who: str) -> None:
    client = enter(who)
    refused = {name: door for name, door in DOORS.items() if not door.lets_in(world, who)}
    before = world.snapshot()

    for name, door in refused.items():
        client.post(door.address(world, name), POSTED)

    assert refused
    assert changed(before, world.snapshot()) == []


def changed(before: dict[str, str], after: dict[str, str]) -> list[str]:
    return [name for name in before if before[name] != after[name]]
