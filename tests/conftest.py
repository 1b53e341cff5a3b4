"""What every test may ask for: the real tree and campaigns, a client signed in, another moment."""

import gc
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import time_machine
from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import Model
from django.test import Client
from django.utils import timezone
from factory import Factory

from initiatives.campaigns.loading import load_campaigns
from initiatives.models import Campaign, ConsentText, Contact
from orgtree.acts import apply_acts
from orgtree.importing import import_units
from orgtree.models import StaffAccount, Unit, UnitAlias, UnitChange, UnitName, WordForm
from orgtree.staff import second_factor, sessions
from portal.vietnamese.days import VIETNAM
from tests import asked_again, factories
from tests.stores import bucket_shelf, folder_shelf, s3_server, shelf  # noqa: F401 - fixtures

FIXTURES = Path(__file__).parent.parent / "fixtures" / "units"
UNITS, ACTS = FIXTURES / "units-2021.csv", FIXTURES / "acts-2022-2025.csv"
ACTS_WRITTEN_AT = datetime(2025, 7, 1, 12, tzinfo=VIETNAM)
# What a tree is made of.
TABLES = (Unit, UnitAlias, UnitName, UnitChange, WordForm)
REFERENCE = {"django_content_type", "auth_permission"}
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
MATRIX = Path(__file__).parent / "scope"
HANDED_ON = os.environ.get("PORTAL_TEST_HANDED_ON")  # a folder, where `bin/test` runs us on one database after another

_tests = count()

hypothesis.settings.register_profile("portal", deadline=None)  # on a busy machine any example may be slow once
hypothesis.settings.load_profile("portal")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if connection.vendor != "sqlite":
        _leave_out_what_ran_on_sqlite(config, items)
    items.sort(key=lambda item: item.get_closest_marker("first") is None)
    if any(shutil.which(name) for name in CHROMIUM_NAMES):
        return
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason="no Chromium on this machine"))


def pytest_collection_finish() -> None:
    """What is imported by now stays until the end: looking through it for garbage took a tenth of the suite's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[Any]:
    if not HANDED_ON or connection.vendor != "sqlite":
        return (yield)
    with asked_again.remembering(item.nodeid):
        return (yield)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if HANDED_ON and connection.vendor == "sqlite":
        asked_again.hand_on(Path(HANDED_ON))


def _leave_out_what_ran_on_sqlite(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What asks no database would be the same test once more. So would the matrix of scope: whose rows a page may tell of is one
    rule in Python, and `tests/orgtree/test_scope.py` asks it of every database. Of other pages see `tests/asked_again.py`."""
    asking = [
        each
        for each in items
        if (each.get_closest_marker("django_db") or "db" in _fixtures_of(each))
        and MATRIX not in each.path.parents
        and not each.get_closest_marker("once")
    ]
    if HANDED_ON:
        asking = asked_again.to_ask_again(asking, asked_again.handed_on(Path(HANDED_ON)))
    asked = set(map(id, asking))
    config.hook.pytest_deselected(items=[each for each in items if id(each) not in asked])
    items[:] = asking


def _fixtures_of(item: pytest.Item) -> set[str]:
    names = set(getattr(item, "fixturenames", ()))
    return names | {"db"} if names & {"transactional_db", "live_server", "django_db_setup"} else names


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> Iterator[None]:
    """PostgreSQL sorts as people do here: `:` stands before `9`, `Đ` behind `D`. Most servers are set up like that; the order of
    bytes, which the portal is deployed with, is that of SQLite."""
    if connection.vendor == "sqlite":
        yield
        return

    def with_an_order(self: Any) -> str:
        with self.connection._nodb_cursor() as cursor:
            has_orders = cursor.connection.server_version >= 15_00_00
        return f"{of_django(self)} LOCALE_PROVIDER icu ICU_LOCALE 'vi-VN'" if has_orders else of_django(self)

    of_django = type(connection.creation).sql_table_creation_suffix
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(connection.creation), "sql_table_creation_suffix", with_an_order)
        yield


@pytest.fixture(scope="session", autouse=True)
def _only_what_is_filled_is_emptied() -> Iterator[None]:
    """Behind a test of transactions. PostgreSQL takes 0.3 seconds to cut off seventy tables, most of which hold nothing. The
    types of content and the rights stay: the flush would write the same again."""

    def sql_flush(self: Any, style: Any, tables: Sequence[str], **options: Any) -> list[str]:
        if options.get("reset_sequences"):
            return of_django(self, style, tables, **options)
        names = [self.quote_name(each) for each in tables if each not in REFERENCE]
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(f'EXISTS (SELECT 1 FROM {name})' for name in names)}")
            are_filled = cursor.fetchone()
        return [f"DELETE FROM {name}" for name, is_filled in zip(names, are_filled, strict=True) if is_filled]

    of_django = type(connection.ops).sql_flush
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(connection.ops), "sql_flush", sql_flush)
        yield


@pytest.fixture(autouse=True)
def _own_files_and_cache(settings: Any) -> None:
    """Documents of one test are not there in the next, nor is what it cached. The folder is made by whoever needs it."""
    settings.MEDIA_ROOT = settings.DATA_DIR / "media" / str(next(_tests))
    cache.clear()


@pytest.fixture(autouse=True)
def _counted_from_the_first() -> None:
    """What a factory makes is the same whichever tests ran before in this process: titles, names and codes follow a number."""
    for each in vars(factories).values():
        if isinstance(each, type) and issubclass(each, Factory):
            each.reset_sequence(force=True)


@pytest.fixture(scope="session")
def migrated(django_db_setup: None, django_db_blocker: Any) -> Path:
    """A file with the tables of the portal, for tests that start another portal: to make them takes longer than most of these.
    Ask for it where no transaction is open."""
    file = Path(settings.DATA_DIR) / "migrated.sqlite3"
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(file)])
    return file


@pytest.fixture(scope="session")
def _kept_tree(django_db_setup: None, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        import_units(UNITS)
        _keep("tree", TABLES)


@pytest.fixture(scope="session")
def _kept_tree_of_2025(_kept_tree: None, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        _copy("tree", TABLES)
        apply_acts(ACTS, at=ACTS_WRITTEN_AT)
        _keep("tree_of_2025", TABLES)


@pytest.fixture(scope="session")
def _kept_campaigns(_kept_tree: None, django_db_blocker: Any) -> list[type[Model]]:
    """The models of which there are rows when the campaigns are loaded."""
    with django_db_blocker.unblock():
        _copy("tree", TABLES)
        load_campaigns()
        filled = [each for each in apps.get_app_config("initiatives").get_models() if each._base_manager.exists()]
        _keep("campaigns", filled)
        _empty(TABLES)
    return filled


@pytest.fixture
def tree(_kept_tree: None, db: None) -> dict[str, Unit]:
    """The real tree of 2021 with its aliases, by code. Imported once a process, then copied by the database."""
    if not Unit.objects.exists():
        _copy("tree", TABLES)
    return {unit.code: unit for unit in Unit.objects.all()}


@pytest.fixture
def tree_of_2025(_kept_tree_of_2025: None, db: None) -> dict[str, Unit]:
    """The real tree with all that befell it from 2022 to 2025. Ask for it before `campaigns`, which stand on either."""
    if Unit.objects.exists():
        apply_acts(ACTS, at=ACTS_WRITTEN_AT)
    else:
        _copy("tree_of_2025", TABLES)
    return {unit.code: unit for unit in Unit.objects.all()}


@pytest.fixture
def campaigns(
    _kept_campaigns: list[type[Model]], tree: dict[str, Unit], request: pytest.FixtureRequest
) -> dict[str, Campaign]:
    """The two campaigns of the letters on the real tree, by address. Loaded once a process, then copied by the database."""
    stand_alone = (Campaign, ConsentText, Contact)
    if "tree_of_2025" in request.fixturenames or any(each.objects.exists() for each in stand_alone):
        load_campaigns()  # beside what is there
    else:
        _copy("campaigns", _kept_campaigns)
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


def _keep(name: str, models: Sequence[type[Model]]) -> None:
    """Moves the rows that stand into tables of their own, which no test empties."""
    with connection.cursor() as cursor:
        for model in models:
            table = model._meta.db_table
            cursor.execute(f"CREATE TABLE kept_{name}_{table} AS SELECT * FROM {table}")
    _empty(models)


def _empty(models: Sequence[type[Model]]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for model in models:
            cursor.execute(f"DELETE FROM {model._meta.db_table}")


def _copy(name: str, models: Sequence[type[Model]]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for model in models:
            table = model._meta.db_table
            columns = ", ".join(connection.ops.quote_name(field.column) for field in model._meta.concrete_fields)
            cursor.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM kept_{name}_{table}")
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)
