"""The inbox at millions: CPU of a page, the database's with it, for officers of every level. Prints JSON.

python -m bench.inbox [--initiatives N] [--unions N] [--rounds N] [--at URL]; TEST_POSTGRES_URL names a server to measure on
PostgreSQL. `--at` names a database that is kept: filled when it is empty, and asked again the next time. Pages of the
millions stand beside the same page of two campaigns of the same database: one that is empty and one of 60 initiatives.
"""

import argparse
import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bench import asking, database, grassroots, received
from bench.asking import Asker

INBOX = "/admin/initiatives/initiative/"
# Whose inbox: the unit's place among those of its level by what lies below it, 0 the fullest.
OFFICERS = {
    "confederation": ("confederation", 0.0),
    "big province": ("province", 0.0),
    "province": ("province", 0.5),
    "district": ("district", 0.3),
    "big union": ("grassroots", 0.0),
    "union": ("grassroots", 0.2),
}
MOST_SECONDS = 3
EVERYTHING = {"status": "all", "campaign": "all"}
PAGES: dict[str, dict[str, str]] = {
    "what waits": {},
    "valid": {"status": "valid"},
    "returned": {"status": "returned"},
    "withdrawn": {"status": "withdrawn"},
    "all statuses": {"status": "all"},
    "all campaigns": {"campaign": "all"},
    "everything": EVERYTHING,
    "an old campaign": {"campaign": "{old}", "status": "all"},
    "page 2": {"p": "2"},
    "last page": {"p": "{last}"},
    "last page, valid": {"status": "valid", "p": "{last}"},
    "by name": {"o": "3"},
    "by name, backwards": {"o": "-3"},
    "by name, valid": {"o": "3", "status": "valid"},
    "by name, withdrawn": {"o": "3", "status": "withdrawn"},
    "by name, everything": {"o": "3"} | EVERYTHING,
    "by day": {"o": "6"},
    "by day, backwards, everything": {"o": "-6"} | EVERYTHING,
    "by benefit": {"o": "7"},
    "by benefit, backwards": {"o": "-7"},
    "by benefit, backwards, valid": {"o": "-7", "status": "valid"},
    "by benefit, everything": {"o": "7"} | EVERYTHING,
    "sent again": {"resent": "yes"},
    "above grassroots": {"attached": "no"},
    "a category": {"category": "farmer"},
    "a field, valid": {"field": "health", "status": "valid"},
    "a branch below": {"unit": "{below}"},
    "a branch below, valid": {"unit": "{below}", "status": "valid"},
    "a branch below, an old campaign": {"unit": "{below}", "campaign": "{old}", "status": "all"},
    "a branch below, everything": {"unit": "{below}"} | EVERYTHING,
    "a code": {"q": "{code}"},
    "a code's beginning": {"q": "{digits}"},
    "a phone": {"q": "{phone}"},
    "a phone's end": {"q": "{tail}"},
    "a whole name": {"q": "Nguyễn Thị Xuân"},
    "a rare pair": {"q": "khuôn đúc lưu động"},
    "a name and a title": {"q": "{words}"},
    "a common word": {"q": "nguyễn"},
    "two common words": {"q": "cải tiến nguyễn"},
    "a common word, what waits": {"q": "máy", "status": "submitted", "campaign": "{new}"},
    "a beginning": {"q": "ngu"},
    "a letter": {"q": "t"},
    "a number": {"q": "số 123"},
    "nothing there": {"q": "zzzz"},
    "nothing there, of common words": {"q": "nguyễn zzzz"},
    "an empty campaign": {"campaign": "bench-empty"},
    "an empty campaign, all statuses": {"campaign": "bench-empty", "status": "all"},
    "sixty in a campaign": {"campaign": "bench-sixty"},
    "sixty in a campaign, all statuses, by name": {"campaign": "bench-sixty", "status": "all", "o": "3"},
}
# The desk with the list one came from: where it stands in it, what lies before and behind.
DESKS: dict[str, dict[str, str]] = {
    "desk: what waits": {},
    "desk: by name, everything": {"o": "3"} | EVERYTHING,
    "desk: by benefit, backwards, page 20": {"o": "-7", "status": "valid", "p": "20"},
    "desk: sent again": {"resent": "yes"},
    "desk: a whole name": {"q": "Nguyễn Thị Xuân"},
    "desk: two common words": {"q": "cải tiến nguyễn"},
    "desk: sixty in a campaign": {"campaign": "bench-sixty"},
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--initiatives", type=int, default=2_500_000)
    parser.add_argument("--unions", type=int, default=129_000)
    parser.add_argument("--rounds", type=int, default=5, help="how often each page is asked")
    parser.add_argument("--at", default="", help="the address of a database to keep")
    parser.add_argument("--only", default="", help="officers to ask for, by the beginning of their names")
    parser.add_argument("--pages", default="", help="pages to ask for, by the beginning of their names")
    asked = parser.parse_args()
    database.choose()
    os.environ["DATABASE_URL"] = asked.at or os.environ["DATABASE_URL"]
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="bench-inbox-"))
    os.environ["SITE_URL"] = f"http://{asking.HOST}"

    import logging

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

    from initiatives.models import Initiative

    with open(os.devnull, "w") as nothing:
        call_command("setup", stdout=nothing)
    if not Initiative.objects.exists():
        bring_in(asked.unions)
        received.fill(asked.initiatives)
    return {
        "database": connection.vendor,
        "initiatives": Initiative.objects.order_by().count(),
        "an_empty_inbox": empty_page(asked.rounds),
        "officers": {officer: asked_as(officer, asked) for officer in OFFICERS if officer.startswith(asked.only)},
    }


def bring_in(unions: int) -> None:
    from orgtree.importing import import_units
    from orgtree.models import Level, Unit

    upper = Unit.objects.filter(successor=None, depth__gt=1).exclude(level=Level.GRASSROOTS)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "units.csv"
        grassroots.write(path, parents=list(upper.values_list("code", flat=True)), number=unions)
        import_units(path)


def empty_page(rounds: int) -> dict[str, Any]:
    """The inbox of somebody to whom nothing was sent: what the page costs without rows."""
    from initiatives.models import Initiative
    from orgtree.models import Level, Unit

    unions = list(Unit.objects.filter(level=Level.GRASSROOTS).order_by("-pk")[:1000])
    taken = set(Initiative.objects.filter(unit__in=unions).order_by().values_list("unit", flat=True))
    ask = Officer(next(union for union in unions if union.pk not in taken))
    return cost(lambda: ask({}), rounds)


class Officer:
    """Somebody at `unit`, signed in."""

    def __init__(self, unit: Any) -> None:
        from django.conf import settings
        from django.test import Client

        from orgtree.models import StaffAccount
        from orgtree.roles import Role
        from portal.wsgi import application

        fields = {"unit": unit, "role": Role.MANAGER, "is_demonstration": True}
        account, _ = StaffAccount.objects.get_or_create(username=f"bench-{unit.pk}", defaults=fields)
        client = Client()
        client.force_login(account)
        self.cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
        self.asker = Asker(application)

    def __call__(self, asked: dict[str, str]) -> bytes:
        return self.get(f"{INBOX}?{urlencode(asked)}" if asked else INBOX)

    def desk_behind(self, address: str) -> str:
        """The address of the desk of the row in the middle of the list there; "" where it is empty."""
        desks = re.findall(rf'href="({INBOX}[0-9]+/change/[^"]*)"', self.get(address).decode())
        return unescape(desks[len(desks) // 2]) if desks else ""

    def get(self, address: str) -> bytes:
        answer = self.asker.get(address, cookie=self.cookie)
        if answer.status != 200:  # a statement that took too long, above all
            print(f"{address}: {answer.status}", file=sys.stderr)
        return answer.body


def asked_as(officer: str, told: argparse.Namespace) -> dict[str, Any]:
    from initiatives.models import Initiative

    unit = unit_of(*OFFICERS[officer])
    ask = Officer(unit)
    rows = Initiative.objects.in_branch_of(unit).order_by()
    small_campaign(rows, slug="bench-sixty", number=60)
    small_campaign(rows, slug="bench-empty", number=0)
    recount()
    found: dict[str, Any] = {"unit": unit.code, "initiatives": rows.count()}
    words = dict(known(unit, rows))
    for name, parameters in PAGES.items():
        if not name.startswith(told.pages):
            continue
        asked = {key: value.format(**words) for key, value in parameters.items()}
        found[name] = cost(lambda asked=asked: ask(asked), told.rounds)  # type: ignore[misc]
        print(officer, name, found[name], file=sys.stderr)
    for name, parameters in DESKS.items():
        address = f"{INBOX}?{urlencode(parameters)}"
        if name.startswith(told.pages) and (desk := ask.desk_behind(address)):
            found[name] = cost(lambda desk=desk: ask.get(desk), told.rounds)  # type: ignore[misc]
            print(officer, name, found[name], file=sys.stderr)
    return found


def unit_of(level: str, place: float) -> Any:
    """The unit at `place` among those of its level, the one with the most initiatives first."""
    from django.db.models import Count

    from initiatives.models import Initiative
    from orgtree.models import Unit

    units = Unit.objects.filter(level=level, successor=None)
    if level == "grassroots":
        counted = Initiative.objects.filter(unit__level=level).order_by().values_list("unit").annotate(n=Count("pk"))
        ranked = [pk for pk, _ in sorted(counted, key=lambda each: (-each[1], each[0]))]
    elif level == "confederation":
        ranked = [units.get().pk]
    else:
        width = len(units.first().path)
        counts: dict[str, int] = {}
        per_unit = Initiative.objects.order_by().values_list("unit").annotate(n=Count("pk"))
        paths = dict(Unit.objects.order_by().values_list("pk", "current_path"))
        for pk, number in per_unit:
            counts[paths[pk][:width]] = counts.get(paths[pk][:width], 0) + number
        by_path = dict(units.values_list("current_path", "pk"))
        ranked = [by_path[path] for path in sorted(counts, key=lambda path: -counts[path]) if path in by_path]
    return Unit.objects.get(pk=ranked[int(place * (len(ranked) - 1))])


def small_campaign(rows: Any, *, slug: str, number: int) -> None:
    """A campaign of which the branch of `rows` holds `number`; not the newest, which the inbox begins with."""
    from initiatives.models import Campaign

    campaign = Campaign.objects.filter(slug=slug).first()
    if campaign is None:
        campaign = Campaign.objects.last()  # the oldest
        phase = campaign.phases.first()
        campaign.pk, campaign.slug, campaign.alias, campaign.name = campaign.pk - 1, slug, slug, slug
        campaign.poster_key, campaign._state.adding = "", True
        campaign.save()
        phase.pk, phase.campaign, phase._state.adding = None, campaign, True
        phase.save()
    missing = number - rows.filter(campaign=campaign)[:number].count()
    copies = list(rows.filter(duplicate_of=None).exclude(campaign=campaign)[: max(missing, 0)])
    last = type(rows.first())._default_manager.order_by("pk").last().pk
    for place, copy in enumerate(copies, start=last):
        copy.receipt_code, copy.receipt_token_hash = f"9{place:012d}", f"{place:064d}"
        copy.pk, copy.campaign, copy.phase, copy.status = None, campaign, campaign.phases.first(), "submitted"
    type(rows.first())._default_manager.bulk_create(copies)


def recount() -> None:
    """As whoever opens a board does: an inbox counts no status of which the tally of the last minutes has enough."""
    from django.utils import timezone

    from initiatives.models import Campaign
    from initiatives.progress import tally

    for campaign in Campaign.objects.all():
        tally.refresh(campaign, at=timezone.now())


def known(unit: Any, rows: Any) -> Iterator[tuple[str, str]]:
    """What the pages ask for, from a row of the branch."""
    from initiatives.models import Campaign
    from initiatives.submission.receipts import check_digit
    from orgtree.models import Unit

    row = rows.filter(campaign=Campaign.objects.first()).first() or rows.first()
    row.receipt_code = row.receipt_code[:12] + check_digit(row.receipt_code[:12])
    row.save(update_fields=["receipt_code"])
    below = Unit.objects.filter(pk=row.unit_id).first()
    child = Unit.objects.directly_below(unit).filter(numchild__gt=0).first()
    campaigns = list(Campaign.objects.values_list("slug", flat=True))
    yield from {
        "code": row.receipt_code, "digits": row.receipt_code[:6], "phone": row.phone_digits,
        "tail": row.phone_digits[-6:], "words": f"{row.full_name} {row.title.split()[-1]}",
        "below": (child or below).code, "old": campaigns[1], "new": campaigns[0], "last": "200",
    }.items()  # fmt: skip


def cost(act: Any, rounds: int) -> dict[str, Any]:
    """CPU of one `act` and how long it took, in milliseconds; how many statements, and the dearest of them. What is slow is asked
    less often."""
    statements = asking.counted(act)
    dearest: dict[int, float] = {}
    with dearest_of(dearest):
        act()
    cpu, clock, turns = asking.cpu(), time.monotonic(), 0
    while turns < rounds and time.monotonic() - clock < MOST_SECONDS:
        act()
        turns += 1
    return {
        "cpu_ms": round((asking.cpu() - cpu) / turns * 1000, 1),
        "clock_ms": round((time.monotonic() - clock) / turns * 1000, 1),
        "statements": statements,
        "dearest_statement_cpu_ms": round(max(dearest.values(), default=0.0) * 1000, 1),
    }


@contextmanager
def dearest_of(found: dict[int, float]) -> Iterator[None]:
    """Seconds of the database's CPU by the place of each statement."""
    from django.db import connection

    def listen(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        begun = database_cpu()
        try:
            return execute(sql, params, many, context)
        finally:
            found[len(found)] = database_cpu() - begun

    with connection.execute_wrapper(listen):
        yield


def database_cpu() -> float:
    """To the microsecond, unlike what `asking.cpu` reads; on SQLite the thread is the database."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return time.thread_time()
    connection.ensure_connection()
    with open(f"/proc/{connection.connection.info.backend_pid}/schedstat") as spent:
        return int(spent.read().split()[0]) / 1e9


if __name__ == "__main__":
    main()
