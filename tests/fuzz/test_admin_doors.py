"""Every address and every form of the admin, as everybody, with whatever may come. `python -m tests.fuzz` sends more."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from orgtree.models import StaffAccount
from tests.fuzz.keeping import FOLDER, keep
from tests.fuzz.run import Run, Visitor, page_faults
from tests.scope.doors import DOORS
from tests.scope.making import make_world
from tests.scope.world import NOBODY, NOW, PEOPLE, World

REQUESTS = int(os.environ.get("FUZZ_ADMIN", "200"))
# The codes of what a campaign offers to pick are no words.
KNOWN = {"initiatives_campaign_change": {"English: other"}}
# A sheet is judged anew when somebody presses its button and what it names has changed: the page shows the new judgement.
KEEPS = {
    "initiatives_initiative_sheet_rows": {"orgtree_sheet"},
    "initiatives_initiative_enter": {"initiatives_draft", "initiatives_attachment"},
}
SEED = int(os.environ.get("FUZZ_SEED", "1"))
pytestmark = [] if FOLDER else [pytest.mark.once]  # a long run asks PostgreSQL as well


@pytest.fixture
def world(db: None, tmp_path: Path, settings: Any) -> Iterator[World]:
    settings.MEDIA_ROOT = tmp_path
    with time_machine.travel(NOW, tick=False):
        yield make_world(tmp_path)


@pytest.mark.first
def test_whatever_comes_to_the_admin_gets_a_page_and_changes_nothing_unasked(
    world: World, client_as: Callable[[StaffAccount], Client]
) -> None:
    order = ("administrator", "manager", NOBODY, *PEOPLE)
    guests = {who: Visitor(signed_in(client_as, world, who)) for who in dict.fromkeys(order)}
    doors = {name: door.address(world, name) for name, door in DOORS.items()}
    run = Run(doors, guests, seed=SEED, faults_of=page_faults(set()), known=KNOWN, may_write=KEEPS)
    run.read_forms()

    report = run.go(REQUESTS, keep=lambda report: keep("admin", report, seed=SEED))

    assert len(run.forms) > 60
    assert [str(each) for each in report.findings] == []


def signed_in(client_as: Callable[[StaffAccount], Client], world: World, who: str) -> Client:
    client = Client() if who == NOBODY else client_as(world.people[who])
    client.get(reverse("admin:jsi18n"))
    return client
