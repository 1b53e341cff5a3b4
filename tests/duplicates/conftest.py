"""Initiatives with texts, and screening until nothing waits."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from initiatives.duplicates import screening
from initiatives.models import Campaign, Initiative, TwinPair
from orgtree.models import Unit
from portal.vietnamese.days import VIETNAM
from tests.duplicates.texts import TEXT, TITLE
from tests.factories import CampaignFactory, InitiativeFactory, make_tree

NOW = datetime(2022, 3, 10, 9, 0, tzinfo=VIETNAM)
Pairs = list[tuple[int, int, str]]


@pytest.fixture
def units(db: None) -> dict[str, Unit]:
    return make_tree()


@pytest.fixture
def campaign(units: dict[str, Unit]) -> Campaign:
    return CampaignFactory()


@pytest.fixture
def receive(campaign: Campaign) -> Callable[..., Initiative]:
    """The text of `texts.py`, by another person each time, unless told otherwise."""

    def received(**fields: Any) -> Initiative:
        return InitiativeFactory(**{"campaign": campaign, "title": TITLE, "description": TEXT} | fields)

    return received


@pytest.fixture
def pairs() -> Callable[[], Pairs]:
    """(earlier, later, kind) of all there are."""
    return lambda: list(TwinPair.objects.order_by("earlier", "later").values_list("earlier", "later", "kind"))


@pytest.fixture
def screened(pairs: Callable[[], Pairs]) -> Callable[[], Pairs]:
    """Screens whatever waits, and tells the pairs."""

    def until_nothing_waits() -> Pairs:
        while screening.screen_some(at=NOW, limit=2):
            pass
        return pairs()

    return until_nothing_waits
