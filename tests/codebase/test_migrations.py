"""One line of history, each step named for what it does."""

import re

import pytest
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader

OURS = ("orgtree", "initiatives")
NAME = re.compile(r"\A(\d{4})_(?!initial\b|auto_)[a-z][a-z0-9_]+\Z")


@pytest.fixture(scope="module")
def loader() -> MigrationLoader:
    return MigrationLoader(None)


@pytest.mark.parametrize("app", OURS)
def test_a_migration_is_named_for_what_it_does(loader: MigrationLoader, app: str) -> None:
    names = [name for label, name in loader.disk_migrations if label == app]

    assert names
    assert [name for name in names if not NAME.match(name)] == []


@pytest.mark.parametrize("app", OURS)
def test_migrations_follow_one_another(loader: MigrationLoader, app: str) -> None:
    numbers = sorted(int(name[:4]) for label, name in loader.disk_migrations if label == app)

    assert numbers == list(range(1, len(numbers) + 1))
    assert len(loader.graph.leaf_nodes(app)) == 1


@pytest.mark.django_db
def test_the_models_are_as_the_migrations_left_them() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
