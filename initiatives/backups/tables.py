"""Which tables are the portal's, by the migrations that a database says it has seen; and which documents its rows name."""

from collections.abc import Collection, Iterable, Mapping

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from initiatives.backups.sets import Unusable
from initiatives.submission.tidying import NAMED_BY

RECORDED = "django_migrations"
Node = tuple[str, str]


def known(applied: Iterable[Node]) -> list[Node]:
    """Those of these migrations that this version of the portal has."""
    nodes = _loader().graph.nodes
    return [each for each in map(tuple, applied) if each in nodes]  # type: ignore[misc]


def unknown(applied: Collection[Node]) -> list[str]:
    return sorted(".".join(each) for each in {tuple(each) for each in applied} - set(known(applied)))


def of(applied: Collection[Node]) -> list[str]:
    """Names of the tables as these migrations leave them, in order. Raises Unusable where this version lacks one of them."""
    strange = unknown(applied)
    if strange:
        raise Unusable(
            f"Cơ sở dữ liệu thuộc phiên bản cổng mới hơn mã nguồn này ({strange[0]}). Hãy dùng đúng phiên bản cổng."
        )
    state = _loader().project_state(list(applied))
    models = state.apps.get_models(include_auto_created=True)
    return sorted({each._meta.db_table for each in models if each._meta.managed and not each._meta.proxy} | {RECORDED})


def documents_named(columns: Mapping[str, Collection[str]], *, collation: str = "") -> str:
    """SQL: the names of all documents that rows of these tables name, each once, in the order of their bytes."""
    named = [
        f'SELECT "{column}" AS name FROM "{model._meta.db_table}" WHERE "{column}" > \'\''  # noqa: S608 - names of our models
        for model, column in NAMED_BY
        if column in columns.get(model._meta.db_table, ())
    ]
    return f"SELECT name FROM ({' UNION '.join(named)}) AS named ORDER BY name {collation}"  # noqa: S608


def migrate_to(applied: Collection[Node]) -> None:
    """An empty database of the default connection gets the tables of these migrations. Nothing is filled by signals."""
    nodes, graph = set(applied), _loader().graph
    last = [
        node
        for node in nodes
        if not any(child.key in nodes and child.key[0] == node[0] for child in graph.node_map[node].children)
    ]
    MigrationExecutor(connection).migrate(sorted(last))


def migrate_on() -> int:
    """What this version adds to the database of the default connection; how many migrations."""
    executor = MigrationExecutor(connection)
    missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if missing:
        call_command("migrate", interactive=False, verbosity=0)
    return missing


def _loader() -> MigrationLoader:
    """What the code says, without a database."""
    return MigrationLoader(None)
