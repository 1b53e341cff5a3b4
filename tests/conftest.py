"""What every test may ask for: the real tree and campaigns, a client signed in, another moment."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from initiatives.campaigns.loading import load_campaigns
from initiatives.models import Campaign
from orgtree.acts import apply_acts
from orgtree.importing import import_units
from orgtree.models import StaffAccount, Unit, UnitAlias, UnitChange, UnitName, WordForm
from orgtree.staff import second_factor, sessions
from portal.vietnamese.days import VIETNAM

FIXTURES = Path(__file__).parent.parent / "fixtures" / "units"
UNITS, ACTS = FIXTURES / "units-2021.csv", FIXTURES / "acts-2022-2025.csv"
ACTS_WRITTEN_AT = datetime(2025, 7, 1, 12, tzinfo=VIETNAM)
# What is kept of units in other tables, and the columns of it.
BESIDE_UNITS: dict[Any, tuple[str, ...]] = {
    UnitAlias: ("alias", "note"),
    UnitName: ("name", "short_name", "used_until", "document"),
    UnitChange: ("act", "day", "document", "detail", "at"),
}
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")

_tests = count()
_snapshot: dict[str, "_Rows"] = {}


class _Rows(NamedTuple):
    """What stands in the tables of units, to be put into them again."""

    units: list[dict[str, Any]]
    successors: dict[str, str]
    beside: dict[Any, list[dict[str, Any]]]
    words: list[dict[str, Any]]


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
    if not Unit.objects.exists():
        _made_once("tree", lambda: import_units(UNITS))
    return {unit.code: unit for unit in Unit.objects.all()}


@pytest.fixture
def tree_of_2025(db: None) -> dict[str, Unit]:
    """The real tree with all that befell it from 2022 to 2025. Ask for it before `campaigns`, which stand on either."""

    def live_on() -> None:
        if not Unit.objects.exists():
            _made_once("tree", lambda: import_units(UNITS))
        apply_acts(ACTS, at=ACTS_WRITTEN_AT)

    if Unit.objects.exists():
        live_on()
    else:
        _made_once("tree of 2025", live_on)
    return {unit.code: unit for unit in Unit.objects.all()}


@pytest.fixture
def campaigns(tree: dict[str, Unit]) -> dict[str, Campaign]:
    """The two campaigns of the letters on the real tree, by address."""
    load_campaigns()
    return {campaign.slug: campaign for campaign in Campaign.objects.all()}


@pytest.fixture
def client_as(db: None) -> Callable[[StaffAccount], Client]:
    """`client_as(account)`: a browser in which `account` has signed in, with its second factor where it needs one."""

    def signed_in(account: StaffAccount) -> Client:
        client = Client()
        client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
        session = client.session
        sessions.touch(session, at=timezone.now())
        if account.needs_second_factor:
            pass_second_factor(session, account)
        session.save()
        return client

    return signed_in


def pass_second_factor(session: Any, account: StaffAccount) -> None:
    """As if a code had been given; nobody has a phone here."""
    if account.second_factor_since is None:
        account.second_factor_since = timezone.now()
        account.save(update_fields=["second_factor_since"])
    second_factor.remember(session, account)


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


def _made_once(name: str, make: Callable[[], Any]) -> None:
    """What `make` puts into the empty tables of units: made once a process, then copied."""
    if name in _snapshot:
        _copy(_snapshot[name])
    else:
        make()
        _snapshot[name] = _rows()


def _rows() -> _Rows:
    successors = Unit.objects.exclude(successor=None).values_list("code", "successor__code")
    fields = [field.attname for field in Unit._meta.concrete_fields if field.attname not in {"id", "successor_id"}]
    return _Rows(
        units=list(Unit.objects.order_by("path").values(*fields)),
        successors=dict(successors),
        beside={
            model: list(model.objects.order_by("pk").values("unit__code", *columns))
            for model, columns in BESIDE_UNITS.items()
        },
        words=list(WordForm.objects.values("form", "word")),
    )


def _copy(rows: _Rows) -> None:
    units = Unit.objects.bulk_create(Unit(**row) for row in rows.units)
    by_code = {unit.code: unit for unit in units}
    for code, successor in rows.successors.items():
        by_code[code].successor = by_code[successor]
    Unit.objects.bulk_update([by_code[code] for code in rows.successors], ["successor"])
    for model, kept in rows.beside.items():
        model.objects.bulk_create(
            model(unit=by_code[row["unit__code"]], **{name: row[name] for name in BESIDE_UNITS[model]}) for row in kept
        )
    WordForm.objects.bulk_create((WordForm(**row) for row in rows.words), ignore_conflicts=True)
