"""Whether the process is up (`/healthz`) and whether it can do its work (`/readyz`)."""

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from initiatives.submission.files.store import the_store
from portal import clocks
from portal.doors import public


@public
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"up": True})


@public
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when everything a submission needs answers, else 503; says which part failed, never why."""
    checks = {"database": _database, "migrations": _migrations, "storage": _storage, "clocks": _clocks}
    results = {name: _holds(check) for name, check in checks.items()}
    return JsonResponse(results, status=200 if all(results.values()) else 503)


def _holds(check) -> bool:  # type: ignore[no-untyped-def]
    try:
        return check()
    except Exception:  # whatever broke, the answer is the same: not ready
        return False


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone() == (1,)


def _migrations() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _storage() -> bool:
    return the_store().is_ready()


def _clocks() -> bool:
    """A database clock that differs from ours would move the deadline."""
    return clocks.agree(at=timezone.now())
