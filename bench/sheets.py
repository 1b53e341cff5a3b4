"""Grassroots unions from Excel: 126,000 of them, 20,000 in a file; seconds and memory of each step. Prints JSON.

A file is added as the portal adds it: pressing the button is the request, carrying it the worker's job. `--in-one` adds it in one
transaction of the request, as it was done before.

python -m bench.sheets [--unions N] [--rows N] [--in-one]
"""

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from bench import database
from bench.grassroots import workplaces

KIB_A_MIB = 1024


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--unions", type=int, default=126_000)
    parser.add_argument("--rows", type=int, default=20_000, help="in a file")
    parser.add_argument("--in-one", action="store_true", help="in one transaction, as before it was a job")
    asked = parser.parse_args()
    database.choose()
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="bench-sheets-"))

    import logging

    import django
    from django.core.management import call_command

    django.setup()
    logging.disable(logging.INFO)
    with database.made(), open(os.devnull, "w") as nothing:
        call_command("setup", stdout=nothing)
        json.dump(figures(asked.unions, asked.rows, in_one=asked.in_one), sys.stdout, indent=2)
    print()


def figures(unions: int, rows: int, *, in_one: bool) -> dict[str, Any]:
    from django.db import connection
    from django.utils import timezone

    from initiatives import jobs
    from orgtree.models import Level, Sheet, StaffAccount, Unit
    from orgtree.roles import Role
    from orgtree.units import adding, grassroots

    root = Unit.objects.get(depth=1)
    account = StaffAccount.objects.create(username="do", unit=root, role=Role.ADMINISTRATOR)
    parents = grassroots.parents_for(account)
    names = named(parents)
    files = []
    while sum(each["rows"] for each in files) < unions:
        wanted = min(rows, unions - sum(each["rows"] for each in files))
        content = filled(islice(names, wanted), parents)
        sheet = Sheet.objects.create(
            account=account, use=Sheet.Use.GRASSROOTS, name="do.xlsx", content=content, sent_at=timezone.now()
        )
        found = {}

        def look(content: bytes = content, found: dict[str, Any] = found) -> None:
            offered = grassroots.parents_for(account)
            found["rows"] = grassroots.rows_in(content, offered)
            found["verdict"] = grassroots.judged(found["rows"], offered, at=timezone.now())

        def correct(found: dict[str, Any] = found) -> None:
            grassroots.with_faults_told(found["verdict"], parents)

        def add(content: bytes = content, sheet: Any = sheet, promised: int = wanted) -> None:
            read = grassroots.rows_in(content, grassroots.parents_for(account))
            grassroots.add_all(sheet, read, promised=promised, by=account, at=timezone.now())

        def press(sheet: Any = sheet, promised: int = wanted) -> None:
            if not adding.begin(sheet, promised=promised, by=account, at=timezone.now()):
                add()

        def carry() -> None:
            while jobs.run_some(timezone.now, seconds=1):
                pass

        files.append({"rows": wanted, "kib": len(content) // 1024, "dry_run": cost(look), "corrected": cost(correct)})
        found.clear()
        files[-1] |= {"adding": cost(add)} if in_one else {"pressing": cost(press), "carrying": cost(carry)}
        files[-1]["the_same_again"] = cost(look)
        print(json.dumps(files[-1]), file=sys.stderr)
    return {
        "database": connection.vendor,
        "unions": Unit.objects.filter(level=Level.GRASSROOTS).count(),
        "files": files,
    }


def named(parents: list[Any]) -> Iterator[dict[str, str]]:
    """Rows with everything filled in that a district fills in; no two alike."""
    for number, workplace in enumerate(workplaces(random.Random(126_000))):
        parent = parents[number % len(parents)]
        yield {
            "parent": f"{parent.short_name} [{parent.code}]",
            "name": f"Công đoàn cơ sở {workplace} {number}",
            "document": f"QĐ {number}/QĐ-LĐLĐ",
        }


def filled(rows: Iterator[dict[str, str]], parents: list[Any]) -> bytes:
    from orgtree.units import grassroots
    from portal.sheets.writing import template

    return template(grassroots.columns_for(parents), title="Công đoàn cơ sở", explanation=(), rows=rows)


def cost(act: Callable[[], None]) -> dict[str, float]:
    """Seconds on the clock and of CPU, and MiB by which the process grew at most."""
    began, cpu = time.monotonic(), time.process_time()
    with growth() as grown:
        act()
    return {
        "seconds": round(time.monotonic() - began, 1),
        "cpu_seconds": round(time.process_time() - cpu, 1),
        "mib": grown["mib"],
    }


@contextmanager
def growth() -> Iterator[dict[str, float]]:
    """The highest the process stood above where it began; Linux forgets the peak before when asked."""
    grown: dict[str, float] = {}
    Path("/proc/self/clear_refs").write_text("5")
    before = memory("VmRSS")
    yield grown
    grown["mib"] = round((memory("VmHWM") - before) / KIB_A_MIB, 1)


def memory(line: str) -> int:
    """In KiB."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition(f"{line}:")[2].split(maxsplit=1)[0])


if __name__ == "__main__":
    main()
