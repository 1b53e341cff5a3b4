"""One world for all these tests: made once a process, in a transaction around theirs that is rolled back behind them."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import reverse

from orgtree.models import StaffAccount
from tests.scope.making import make_world
from tests.scope.world import NOBODY, NOW, World


@pytest.fixture(scope="package")
def world(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    around = transaction.atomic()
    around._from_testcase = True  # type: ignore[attr-defined]  # what must be outermost may be so within it
    with time_machine.travel(NOW, tick=False):
        with django_db_blocker.unblock():
            around.__enter__()
            made = make_world(tmp_path_factory.mktemp("media"))
        yield made
        with django_db_blocker.unblock():
            transaction.set_rollback(True)
            around.__exit__(None, None, None)


@pytest.fixture(autouse=True)
def _in_the_world(world: World, db: None, settings: Any) -> None:
    settings.MEDIA_ROOT = world.media


@pytest.fixture
def enter(world: World, client_as: Callable[[StaffAccount], Client]) -> Callable[[str], Client]:
    """`enter("beside")`: a browser of that person, whose session has been written already."""

    def entered(who: str) -> Client:
        client = Client() if who == NOBODY else client_as(world.people[who])
        client.get(reverse("admin:jsi18n"))
        return client

    return entered
