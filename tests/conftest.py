"""What every test may ask for: the real tree and campaigns, a client signed in, another moment."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from initiatives.campaigns.loading import load_campaigns
from initiatives.models import Campaign
from orgtree.importing import import_units
from orgtree.models import StaffAccount, Unit, UnitAlias
from portal.vietnamese.days import VIETNAM

UNITS = Path(__file__).parent.parent / "fixtures" / "units" / "units-2021.csv"
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")

_tests = count()
_snapshot: dict[str, list[dict[str, Any]]] = {}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if any(shutil.which(name) for name in CHROMIUM_NAMES):
        return
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason="no Chromium on this machine"))


@pytest.fixture(autouse=True)
def _own_files_and_cache(settings: Any) -> None:
    """Documents of one test are not there in the next, nor is what it cached. The folder is made by whoever needs it."""
    settings.MEDIA_ROOT = settings.DATA_DIR / "media" / str(next(_tests))
    cache.clear()


@pytest.fixture
def tree(db: None) -> dict[str, Unit]:
    """The real tree of 2021 with its aliases, by code. Imported once a process, then copied: 40 ms a test."""
    if "units" not in _snapshot:
        _import_and_remember()
    elif not Unit.objects.exists():
        _copy()
    return {unit.code: unit for unit in Unit.objects.all()}


@pytest.fixture
def campaigns(tree: dict[str, Unit]) -> dict[str, Campaign]:
    """The two campaigns of the letters on the real tree, by address."""
    load_campaigns()
    return {campaign.slug: campaign for campaign in Campaign.objects.all()}


@pytest.fixture
def client_as(db: None) -> Callable[[StaffAccount], Client]:
    """`client_as(account)`: a browser in which `account` has signed in."""

    def signed_in(account: StaffAccount) -> Client:
        client = Client()
        client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return signed_in


@pytest.fixture
def at() -> Iterator[Callable[[str | datetime], datetime]]:
    """`at("2021-04-20 23:59:59")` stops the clock at that moment in Việt Nam; again moves it on."""
    with ExitStack() as stack:

        def stop_the_clock(moment: str | datetime) -> datetime:
            stack.close()
            if isinstance(moment, str):
                moment = datetime.fromisoformat(moment)
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=VIETNAM)
            stack.enter_context(time_machine.travel(moment, tick=False))
            return moment

        yield stop_the_clock


def _import_and_remember() -> None:
    import_units(UNITS)
    fields = [field.attname for field in Unit._meta.concrete_fields if field.attname not in {"id", "successor_id"}]
    _snapshot["units"] = list(Unit.objects.order_by("path").values(*fields))
    _snapshot["aliases"] = list(UnitAlias.objects.values("unit__code", "alias", "note"))


def _copy() -> None:
    units = Unit.objects.bulk_create(Unit(**row) for row in _snapshot["units"])
    by_code = {unit.code: unit for unit in units}
    UnitAlias.objects.bulk_create(
        UnitAlias(unit=by_code[row["unit__code"]], alias=row["alias"], note=row["note"]) for row in _snapshot["aliases"]
    )
