"""The forms that public pages show, sent with whatever may come: no fault, and nothing is received that was not meant to be."""

import os

import pytest
from django.test import Client

from tests.codebase.doors import World, make_world
from tests.fuzz.keeping import keep
from tests.fuzz.run import Run, Visitor
from tests.fuzz.values import faults_of

REQUESTS = int(os.environ.get("FUZZ_PUBLIC", "150"))
SEED = int(os.environ.get("FUZZ_SEED", "1"))
# What a worker types is kept as typed, also where the page asks to look at it again.
KEEPS = {"initiatives_draft", "initiatives_attachment"}


@pytest.fixture
def world(db: None) -> World:
    """The clock goes on: a portal whose clock is not the database's says that it is not ready."""
    return make_world()


def test_whatever_comes_to_the_forms_of_workers_gets_a_page(world: World) -> None:
    doors = world.addresses | world.pages
    guests = {"nobody": Visitor(Client())}
    may_write = {name: KEEPS for name in doors if name.startswith(("draft_", "begin", "record_"))}
    run = Run(doors, guests, seed=SEED, faults_of=faults_of, may_write=may_write, minds_tokens=False)
    run.read_forms()

    report = run.go(REQUESTS, keep=lambda report: keep("public", report, seed=SEED))

    assert len(run.forms) > 10
    assert [str(each) for each in report.findings] == []
