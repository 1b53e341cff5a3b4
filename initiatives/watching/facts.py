"""What the portal knows of its own state, each fact by itself: `/metrics` tells them as figures, the page of its health in words.

Whatever a fact is asked of may be down: it raises then, and whoever asks goes on with the others. Counts are read from short
tables and from indexes of what waits.
"""

import shutil
import sys
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

import django
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.models import Count, Max, Min

from initiatives import jobs, waiting
from initiatives.models import UNFINISHED, Campaign, Job, JobState, TallyRun, Upkeep, Worker
from initiatives.submission.files import scans
from portal.postgresql import sessions

LATELY = timedelta(days=1)
PATIENCE = "3s"  # for one statement about the portal's state; people's statements have longer


@dataclass(frozen=True)
class Jobs:
    """Unfinished ones and when the first of them was given; failed ones that ended within a day."""

    waiting: int
    running: int
    since: datetime | None
    failed: int


@dataclass(frozen=True)
class Runs:
    """One kind of upkeep: how its last run ended (None: it never ran, or none has ended), and when one last ended well."""

    kind: Upkeep.Kind
    last_at: datetime | None = None
    is_good: bool | None = None
    good_at: datetime | None = None


@dataclass(frozen=True)
class Disk:
    free: int
    whole: int


def quickly() -> AbstractContextManager[None]:
    """A statement within waits for PATIENCE at most: a stuck database must not hold the threads of the web processes as well."""
    return sessions.set_to(connection, statement_timeout=PATIENCE)


def jobs_now(*, at: datetime) -> Jobs:
    unfinished = Job.objects.filter(state__in=UNFINISHED)
    numbers = dict(unfinished.order_by().values_list("state").annotate(number=Count("pk")))
    since = unfinished.aggregate(first=Min("created_at"))["first"]
    failed = Job.objects.filter(state=JobState.FAILED, ended_at__gt=at - LATELY).count()
    return Jobs(numbers.get(JobState.WAITING, 0), numbers.get(JobState.RUNNING, 0), since, failed)


def workers(*, at: datetime) -> tuple[int, datetime | None]:
    """How many are there now, and when one was there last."""
    there = Worker.objects.filter(seen_at__gte=at - jobs.SILENT).count()
    return there, jobs.last_seen()


def counted_at() -> datetime | None:
    """When the campaign that was counted longest ago was counted; None where none is on the portal, or none was counted yet."""
    of_published = TallyRun.objects.filter(campaign__in=Campaign.objects.published())
    found: datetime | None = of_published.aggregate(first=Min("counted_at"))["first"]
    return found


def upkeep() -> list[Runs]:
    """Every kind, in the order of the model. A verification of one campaign neither takes back what one of all found, nor stands
    for one."""
    ended = Upkeep.objects.of_the_whole_portal().exclude(ended_at=None).order_by()
    last = dict(ended.values_list("kind").annotate(at=Max("ended_at")))
    good = dict(ended.filter(is_good=True).values_list("kind").annotate(at=Max("ended_at")))
    return [
        Runs(kind, last.get(kind), last[kind] == good.get(kind) if kind in last else None, good.get(kind))
        for kind in Upkeep.Kind
    ]


def database_bytes() -> int:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_database_size(current_database())")
        else:
            cursor.execute("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
        return int(cursor.fetchone()[0])


def disks() -> dict[str, Disk]:
    """Of the places that fill up on this machine; one that is not made yet is not told of."""
    places = {"data": Path(settings.DATA_DIR), "media": Path(settings.MEDIA_ROOT)}
    if settings.STORAGES["default"]["BACKEND"] != "django.core.files.storage.FileSystemStorage":
        del places["media"]
    found = {}
    for name, place in places.items():
        if place.exists():
            usage = shutil.disk_usage(place)
            found[name] = Disk(usage.free, usage.total)
    return found


def not_judged() -> int:
    """Documents that the antivirus could not judge so far; counting ends behind `waiting.MOST_COUNTED`."""
    return scans.not_judged(most=waiting.MOST_COUNTED + 1)


def cache_answers() -> bool:
    """Whether what is kept can be had again. The shared cache swallows that it is down: one that keeps nothing is down."""
    cache.set("watched", "1", timeout=30)
    return cache.get("watched") == "1"


@lru_cache(maxsize=1)
def versions() -> dict[str, str]:
    """Of our code (the commit), Django and Python; "" for a copy without its history."""
    return {
        "revision": _revision(settings.BASE_DIR / ".git"),
        "django": django.get_version(),
        "python": sys.version.split()[0],
    }


def database_version() -> str:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SHOW server_version")
            return f"PostgreSQL {str(cursor.fetchone()[0]).split()[0]}"
        cursor.execute("SELECT sqlite_version()")
        return f"SQLite {cursor.fetchone()[0]}"


def _revision(git: Path) -> str:
    """Read from git's own files: there may be no git on a server."""
    try:
        if git.is_file():
            git = (git.parent / git.read_text().partition("gitdir: ")[2].strip()).resolve()
        head = (git / "HEAD").read_text().strip()
        if not head.startswith("ref: "):
            return head[:10]
        name = head.removeprefix("ref: ")
        common = git / "commondir"
        whole = (git / common.read_text().strip()).resolve() if common.exists() else git
        if (whole / name).exists():
            return (whole / name).read_text().strip()[:10]
        packed = (whole / "packed-refs").read_text().splitlines()
        return next((line.split()[0][:10] for line in packed if line.endswith(f" {name}")), "")
    except OSError:
        return ""
