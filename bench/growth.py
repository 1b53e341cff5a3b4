"""Whether what people ask grows with what was received: the same pages of a small and a big demonstration. Prints JSON.

python -m bench.growth [--small N] [--big N] [--unions N] [--rounds N] [--turns N] [--only PART] [--at-small URL --at-big URL]

Both are made by `seed_demo`, each asked by a process of its own, turn by turn; of the turns the cheapest counts. `--at-small`,
`--at-big` name databases that are kept: filled where they are empty, and asked again the next time. Without them
TEST_POSTGRES_URL names a server to make two on, else two files of SQLite are made. A record is asked for only where DATA_DIR
holds the key its phone was hashed with.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from typing import Any

from bench import asking
from bench.counting import unit_at
from bench.inbox import INBOX, Officer, cost, database_cpu
from bench.portal import Submission

FLAT = 1.2
PASSWORD = "thu-nghiem-do-dac"
# Whose boards and lists: how deep, and the unit's place among those of the big one by what lies below it, 0 the fullest.
UNITS = {"country": (1, 0.0), "province": (2, 0.0), "district": (3, 0.0), "union": (4, 0.0), "small union": (4, 0.5)}
OFFICERS = ("country", "province", "union")
BOARD, PEOPLE = f"{INBOX}tien-do/", f"{INBOX}tien-do/nguoi/"
LISTS = {
    "what waits": INBOX,
    "all statuses": f"{INBOX}?status=all",
    "by name": f"{INBOX}?status=all&o=3",
    "by benefit": f"{INBOX}?status=all&o=-7",
    "first page": "/admin/",
    "board": BOARD,
    "people": PEOPLE,
    "targets": "/admin/initiatives/target/",
    "units": "/admin/orgtree/unit/",
}
SAID = 300  # characters of a statement that are printed


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--small", type=int, default=10_000)
    parser.add_argument("--big", type=int, default=2_500_000)
    parser.add_argument("--unions", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=10, help="how often each page is asked in a turn")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--only", default="", help="pages to ask for, by the beginning of their names")
    parser.add_argument("--at-small", default="", help="the address of a database to keep")
    parser.add_argument("--at-big", default="", help="the same")
    parser.add_argument("--asked", action="store_true", help=argparse.SUPPRESS)  # this process is one of the two
    asked = parser.parse_args()
    if asked.asked:
        answer_questions()
        return
    with tempfile.TemporaryDirectory(prefix="bench-growth-") as folder:
        small, big = (Side(name, asked, folder) for name in ("small", "big"))
        try:
            report = compared(small, big, asked)
        finally:
            small.end()
            big.end()
    json.dump(report, sys.stdout, indent=2, ensure_ascii=False)
    print()


def compared(small: "Side", big: "Side", asked: argparse.Namespace) -> dict[str, Any]:
    seeded = {side.name: side.ask({"seed": getattr(asked, side.name), "unions": asked.unions}) for side in (small, big)}
    units = big.ask({"units": list(UNITS)})
    offered = [side.ask({"pages": units, "only": asked.only}) for side in (small, big)]
    names = [name for name in offered[0] if name in offered[1]]
    found = {name: {"small": {}, "big": {}} for name in names}
    for turn in range(asked.turns):
        for name in names:
            for side in (small, big) if turn % 2 == 0 else (big, small):
                cheapest(found[name][side.name], side.ask({"page": name, "rounds": asked.rounds}))
            print(name, turn, {side: each["cpu_ms"] for side, each in found[name].items()}, file=sys.stderr)
    for each in found.values():
        each["ratio"] = round(each["big"]["cpu_ms"] / max(each["small"]["cpu_ms"], 0.1), 2)
        each["is_flat"] = each["ratio"] <= FLAT
    return {"seeded": seeded, "units": units, "goal": FLAT, "pages": found}


def cheapest(kept: dict[str, Any], now: dict[str, Any]) -> None:
    if not kept or now["cpu_ms"] < kept["cpu_ms"]:
        kept.clear()
        kept.update(now)


class Side:
    """One of the two, a process that answers a line with a line."""

    def __init__(self, name: str, asked: argparse.Namespace, folder: str) -> None:
        self.name, self.made = name, ""
        address, server = getattr(asked, f"at_{name}"), os.environ.get("TEST_POSTGRES_URL", "")
        if not address and server:
            address = self.made = f"{server.rpartition('/')[0]}/portal_bench_{os.getpid()}_{name}"
            _on_the_server(self.made, "CREATE DATABASE {}")
        environment = {key: value for key, value in os.environ.items() if key not in {"TEST_POSTGRES_URL", "DEBUG"}}
        environment |= {
            "DATABASE_URL": address or f"sqlite:///{folder}/{name}.sqlite3",
            "DATA_DIR": os.environ.get("DATA_DIR") or folder,
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "SITE_URL": f"http://{asking.HOST}",
            "PYTHONWARNINGS": "ignore",
        }
        command = [sys.executable, "-m", "bench.growth", "--asked"]
        self.process = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )

    def ask(self, question: dict[str, Any]) -> Any:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(question) + "\n")
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit(f"{self.name}: {question} was not answered")
        return json.loads(answer)

    def end(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait()
        if self.made:
            _on_the_server(self.made, "DROP DATABASE IF EXISTS {} WITH (FORCE)")


def _on_the_server(address: str, said: str) -> None:
    import psycopg2

    server, _, name = address.rpartition("/")
    control = psycopg2.connect(f"{server}/postgres")
    control.autocommit = True
    control.cursor().execute(said.format(f'"{name}"'))
    control.close()


# --- the one that is asked --------------------------------------------------------------------------------------------


def answer_questions() -> None:
    import logging

    import django

    django.setup()
    logging.disable(logging.INFO)
    answers, pages = sys.stdout, Pages()
    with redirect_stdout(sys.stderr):
        for line in sys.stdin:
            question = json.loads(line)
            if "seed" in question:
                answer = seeded(question["seed"], question["unions"])
            elif "units" in question:
                answer = {name: unit_at(campaign(), *UNITS[name]) for name in question["units"]}
            elif "pages" in question:
                answer = pages.found(question["pages"], only=question["only"])
            else:
                answer = pages.cost(question["page"], question["rounds"])
            print(json.dumps(answer), file=answers, flush=True)


def seeded(number: int, unions: int) -> dict[str, Any]:
    """Seconds where it was made here."""
    from django.core.management import call_command
    from django.db import connection

    from initiatives.demonstration import bulk
    from initiatives.models import Initiative, Tally

    cpu, clock = asking.cpu(), time.monotonic()
    call_command("migrate", verbosity=0)
    is_made = not Initiative.objects.order_by().exists()
    if is_made:
        call_command("setup")
        call_command("seed_demo", initiatives=number, unions=unions, password=PASSWORD)
        bulk.look_again()
    found = {
        "database": connection.vendor,
        "initiatives": Initiative.objects.order_by().count(),
        "rows of the tally": Tally.objects.order_by().count(),
    }
    if is_made:
        found |= {"cpu_s": round(asking.cpu() - cpu, 1), "clock_s": round(time.monotonic() - clock, 1)}
    return found


def campaign() -> Any:
    from initiatives import demonstration
    from initiatives.models import Campaign

    return Campaign.objects.get(slug=demonstration.SLUG)


class Pages:
    """By name, what asks for each; made once, so that nobody signs in while it is measured."""

    def __init__(self) -> None:
        self.all: dict[str, Callable[[], Any]] = {}

    def found(self, units: dict[str, str], *, only: str) -> list[str]:
        from portal.wsgi import application

        self.asker, self.campaign = asking.Asker(application), campaign()
        self.all = self._public(units) | self._of_staff(units)
        self.all["submission"] = Submission(self.asker, self.campaign)
        self.all = {name: act for name, act in self.all.items() if name.startswith(only)}
        return list(self.all)

    def cost(self, name: str, rounds: int) -> dict[str, Any]:
        act = self.all[name]
        act()  # what is loaded at first asking
        found = cost(act, rounds)
        found["dearest_statement"] = dearest_said(act)[:SAID]
        return found

    def _public(self, units: dict[str, str]) -> dict[str, Callable[[], Any]]:
        slug = self.campaign.slug
        addresses = {"front": "/", "campaign": f"/{slug}/", "badge": f"/{slug}/huy-hieu/"}
        addresses |= {f"board: {name}": f"/{slug}/tien-do/?don-vi={code}" for name, code in units.items()}
        addresses |= {
            f"board in Excel: {name}": f"/{slug}/tien-do.xlsx?don-vi={units[name]}" for name in ("country", "province")
        }
        addresses |= {"gallery": f"/{slug}/tieu-bieu/", "units: a name": f"/don-vi/?q=may+ha+an&chuong-trinh={slug}"}
        pages = {name: self._opening(address) for name, address in addresses.items()}
        row = self.campaign.initiatives.exclude(phone_digits="").order_by("pk").first()
        answers = {"code": row.receipt_code, "phone": row.phone_digits}
        if asking_knows(row):
            pages["tracking"] = lambda: asking.must(self.asker.post("/tra-cuu/", answers), 302, 303)
            pages["record"] = self._opening(pages["tracking"]().headers["location"])  # for half an hour
        return pages

    def _of_staff(self, units: dict[str, str]) -> dict[str, Callable[[], Any]]:
        from orgtree.models import Unit

        pages: dict[str, Callable[[], Any]] = {}
        for name in OFFICERS:
            officer = Officer(Unit.objects.get(code=units[name]))
            for what, address in LISTS.items():
                pages[f"{name}: {what}"] = lambda officer=officer, address=address: officer.get(address)  # type: ignore[misc]
            desk = officer.desk_behind(INBOX)
            if desk:
                pages[f"{name}: desk"] = lambda officer=officer, desk=desk: officer.get(desk)  # type: ignore[misc]
        return pages

    def _opening(self, address: str) -> Callable[[], Any]:
        return lambda: asking.must(self.asker.get(address), 200)


def asking_knows(row: Any) -> bool:
    """Whether this process has the key by which the phone was hashed."""
    from portal import sealing

    return row.phone_hash == sealing.lookup_hash("phone", row.phone_digits)


def dearest_said(act: Callable[[], Any]) -> str:
    """The statement that took most of the database's CPU, with its milliseconds."""
    from django.db import connection

    found: list[tuple[float, str]] = []

    def listen(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        begun = database_cpu()
        try:
            return execute(sql, params, many, context)
        finally:
            found.append(((database_cpu() - begun) * 1000, " ".join(str(sql).split())))

    with connection.execute_wrapper(listen):
        act()
    spent, said = max(found, default=(0.0, ""))
    return f"{spent:.1f} ms: {said}"


if __name__ == "__main__":
    main()
