"""Counting millions: the whole count, a count of what was touched, each breakdown, and the pages that show it. Prints JSON.

python -m bench.counting [--initiatives N] [--unions N] [--rounds N] [--at URL]; TEST_POSTGRES_URL names a server to measure on
PostgreSQL, `--at` a database that is kept (as in bench.inbox). Pages of the millions stand beside the same of an empty campaign.
"""

import argparse
import json
import logging
import os
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

from bench import asking, database, received
from bench.asking import Asker
from bench.inbox import bring_in, cost, small_campaign

# Whose board: how deep, and the unit's place among those by what lies below it, 0 the fullest.
BOARDS = {
    "confederation": (1, 0.0),
    "big province": (2, 0.0),
    "province": (2, 0.5),
    "upper level": (3, 0.0),
    "big union": (4, 0.0),
}
EMPTY = "bench-empty"
TOUCHED = (1, 500)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--initiatives", type=int, default=2_500_000)
    parser.add_argument("--unions", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=20, help="how often each page is asked")
    parser.add_argument("--at", default="", help="the address of a database to keep")
    asked = parser.parse_args()
    database.choose()
    os.environ["DATABASE_URL"] = asked.at or os.environ["DATABASE_URL"]
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="bench-counting-"))
    os.environ["SITE_URL"] = f"http://{asking.HOST}"

    import django

    django.setup()
    logging.disable(logging.INFO)
    if asked.at:
        report = figures(asked)
    else:
        with database.made():
            report = figures(asked)
    json.dump(report, sys.stdout, indent=2, ensure_ascii=False)
    print()


def figures(asked: argparse.Namespace) -> dict[str, Any]:
    from django.core.management import call_command
    from django.db import connection

    from initiatives.models import Campaign, Initiative, Tally

    with open(os.devnull, "w") as nothing:
        call_command("setup", stdout=nothing)
    if not Initiative.objects.exists():
        bring_in(asked.unions)
        received.fill(asked.initiatives)
    small_campaign(Initiative.objects.order_by(), slug=EMPTY, number=0)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET statement_timeout = 0")
    full = Campaign.objects.exclude(slug=EMPTY).order_by("-pk").first()
    assert full is not None
    report: dict[str, Any] = {
        "database": connection.vendor,
        "initiatives": Initiative.objects.order_by().count(),
        "of the campaign": full.initiatives.count(),
        "each count": counts(full),
        "everything": counted_anew(full),
        "rows of the tally": Tally.objects.filter(campaign=full).count(),
    }
    for number in TOUCHED:
        report[f"{number} touched"] = touched(full, number)
    report["differences"] = differences(full)
    report["boards"] = boards(full, asked.rounds)
    return report


def once(act: Callable[[], Any]) -> dict[str, float]:
    """Seconds."""
    cpu, clock = asking.cpu(), time.monotonic()
    act()
    return {"cpu_s": round(asking.cpu() - cpu, 2), "clock_s": round(time.monotonic() - clock, 2)}


def counts(campaign: Any) -> dict[str, Any]:
    """Each statement by which everything is counted."""
    from initiatives.progress import counting

    return {
        "by unit, all but days": once(lambda: counting.own(campaign, None)),
        "by day": once(lambda: counting.days(campaign, None)),
    }


def counted_anew(campaign: Any) -> dict[str, float]:
    from django.utils import timezone

    from initiatives.progress import tally

    return once(lambda: tally.refresh(campaign, at=timezone.now(), everything=True))


def touched(campaign: Any, number: int) -> dict[str, float]:
    """A refresh after `number` initiatives of as many units had an event."""
    from django.utils import timezone

    from initiatives.models import Act, Initiative, ReviewEvent
    from initiatives.progress import tally

    now = timezone.now()
    rows = list(Initiative.objects.filter(campaign=campaign, duplicate_of=None).order_by("receipt_code")[:number])
    for row in rows:
        row.status = "valid" if row.status == "submitted" else "submitted"
    Initiative.objects.bulk_update(rows, ["status"])
    ReviewEvent.objects.bulk_create(
        ReviewEvent(initiative=row, number=900 + number, at=now, act=Act.REOPENED, to_status=row.status) for row in rows
    )
    return once(lambda: tally.refresh(campaign, at=now))


def differences(campaign: Any) -> dict[str, Any]:
    from initiatives.progress import tally

    found: list[Any] = []
    spent = once(lambda: found.extend(tally.differences(campaign)))
    return {"found": len(found)} | spent


def unit_at(campaign: Any, depth: int, place: float) -> str:
    from initiatives.models import By, Tally
    from orgtree.models import Unit

    there = Unit.objects.in_structure_of(campaign.structure_day).filter(depth=depth)
    rows = Tally.objects.filter(campaign=campaign, by=By.ALL, unit__in=there).order_by("-entries", "unit")
    codes = list(rows.values_list("unit__code", flat=True))
    return codes[int(place * (len(codes) - 1))]


def boards(full: Any, rounds: int) -> dict[str, Any]:
    """Pages as the public asks them, of the full campaign and of one that is empty."""
    from portal.wsgi import application

    asker = Asker(application)

    def page(address: str) -> None:
        answer = asker.get(address)
        if answer.status != 200:
            raise RuntimeError(f"{address}: {answer.status}")

    addresses = {
        "front": ("/", "/"),
        "campaign": (f"/{full.slug}/", f"/{EMPTY}/"),
        "badge": (f"/{full.slug}/huy-hieu/", f"/{EMPTY}/huy-hieu/"),
    }
    for name, place in BOARDS.items():
        asked = f"tien-do/?don-vi={unit_at(full, *place)}"
        addresses[f"board: {name}"] = (f"/{full.slug}/{asked}", f"/{EMPTY}/{asked}")
    found = {}
    for name, (of_full, of_empty) in addresses.items():
        dear, cheap = (cost(lambda address=each: page(address), rounds) for each in (of_full, of_empty))
        found[name] = {"full": dear, "empty": cheap, "ratio": round(dear["cpu_ms"] / max(cheap["cpu_ms"], 0.1), 2)}
        print(name, found[name], file=sys.stderr)
    return found


if __name__ == "__main__":
    main()
