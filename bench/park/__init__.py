"""Everything a deadline evening needs, on this machine: PostgreSQL, gunicorns, nginx, the worker; a replica, a cache, a store.

As `deploy/` starts them, on free ports and in temporary folders, and ended by the ids of their processes, also after a failure or
Ctrl+C. `python -m bench.park` starts it to be tried by hand. What this machine does not have is left out and said (`left_out`).
"""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import psycopg2

from bench.park import beside, postgres, web
from bench.park.processes import Running, cpu_seconds, free_port, memory

PASSWORD = "thu-nghiem-do-dac"

SHARED = ", shared"  # behind the name of a group: what of its memory is shared


@dataclass(frozen=True)
class Wanted:
    webs: int = 1
    workers: int = 2
    database: str = ""  # an address: that one is used and kept
    replica: bool = False
    cache: bool = False
    store: bool = False
    initiatives: int = 0
    unions: int | None = None
    max_requests: str = ""  # of a process of gunicorn, where it is not as deployed; "0": it is never replaced


@dataclass
class Park:
    folder: Path
    given: web.Environment
    url: str
    campaign: str = ""  # the demonstration's, by its address
    database: postgres.Server | None = None
    replica: postgres.Server | None = None
    front: Running | None = None
    webs: list[web.Gunicorn] = field(default_factory=list)
    worker: Running | None = None
    cache: beside.Neighbour | None = None
    store: beside.Neighbour | None = None
    left_out: list[str] = field(default_factory=list)

    def manage(self, *arguments: str) -> str:
        return web.manage(self.given, *arguments)

    def groups(self) -> dict[str, list[int]]:
        """By what they are, the processes whose CPU and memory count."""
        primary = self.database.running.pid if self.database else postgres.pid_of(self.given["DATABASE_URL"])
        found = {
            "web": [each.pid for each in self.webs],
            "database": [primary] if primary else [],
            "replica": [self.replica.running.pid] if self.replica else [],
            "nginx": [self.front.pid] if self.front else [],
            "worker": [self.worker.pid] if self.worker else [],
            "cache": [self.cache.running.pid] if self.cache else [],
            "store": [self.store.running.pid] if self.store else [],
        }
        return {name: pids for name, pids in found.items() if pids}

    def cpu(self) -> dict[str, float]:
        return {name: cpu_seconds(pids) for name, pids in self.groups().items()}

    def memory(self) -> dict[str, float]:
        """In MiB; what is shared stands beside its group, where a group shares anything."""
        held = {name: memory(pids) for name, pids in self.groups().items()}
        shared = {f"{name}{SHARED}": each.shared for name, each in held.items() if each.shared >= 1}
        return {name: each.own for name, each in held.items()} | shared

    def faults(self) -> dict[str, int]:
        """What web processes and the worker wrote a trace of: the kind, and the last place it names; how often each."""
        found: dict[str, int] = {}
        for log in [*(each.log for each in self.webs), *([self.worker.log] if self.worker else [])]:
            place = ""
            for line in log.read_text(errors="replace").splitlines():
                if line.startswith("{"):
                    said = json.loads(line) if '"frames"' in line else {}
                    if said.get("frames"):
                        told = f"{said['kind']} at {said['frames'][-1].replace(str(web.ROOT), '')}"
                        found[told] = found.get(told, 0) + 1
                    continue
                if line.startswith("  File "):
                    place = line.strip()
                elif place and not line.startswith(" "):
                    told = f"{line[:80]} at {place.replace(str(web.ROOT), '')}"
                    found[told] = found.get(told, 0) + 1
                    place = ""
        return found

    def ask(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        """What the database itself says."""
        connection = psycopg2.connect(self.given["DATABASE_URL"])
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement, values or None)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()


@contextmanager
def park(wanted: Wanted) -> Iterator[Park]:
    """Up, filled and answering while this is open. NotStarted, SystemExit where this machine cannot."""
    with ExitStack() as ends:
        folder = Path(tempfile.mkdtemp(prefix="portal-park-"))
        ends.callback(shutil.rmtree, folder, ignore_errors=True)
        nginx = web.find_nginx()
        front_port = free_port()
        ports = [free_port() for _ in range(wanted.webs)]
        site = f"http://127.0.0.1:{front_port if nginx else ports[0]}"
        found = Park(folder, {}, site)
        further = _data(wanted, found, ends) | (
            {"WEB_MAX_REQUESTS": wanted.max_requests} if wanted.max_requests else {}
        )
        found.given = web.environment(folder, site, **further)
        found.manage("collectstatic", "--noinput", "--verbosity", "0")
        _fill(wanted, found)
        for number, port in enumerate(ports, start=1):
            given = _own_data(found, f"web{number}") if wanted.store else found.given
            one = web.gunicorn(f"web{number}", web.PORTAL, given, folder, workers=wanted.workers, port=port)
            found.webs.append(ends.enter_context(one))
        given = _own_data(found, "worker") if wanted.store else found.given
        found.worker = ends.enter_context(web.worker(given, folder))
        if nginx:
            found.front, _ = ends.enter_context(web.nginx(nginx, ports, folder, port=front_port))
        else:
            found.left_out.append("nginx is not installed: gunicorn is asked directly, and of several the first alone")
        yield found


def _data(wanted: Wanted, found: Park, ends: ExitStack) -> dict[str, str]:
    """Starts what keeps something; answers with the variables that name it."""
    initdb = postgres.find_initdb()
    if wanted.database:
        named = {"DATABASE_URL": wanted.database} | web.keys_of(wanted.database)
    elif initdb is None:
        raise SystemExit("PostgreSQL's initdb is not installed; --database names a server that runs.")
    else:
        found.database = ends.enter_context(postgres.as_deployed(initdb))
        named = {"DATABASE_URL": found.database.url("portal")}
        postgres.create(found.database, "portal")
    if wanted.replica and found.database and initdb:
        found.replica = ends.enter_context(postgres.replica_of(found.database, initdb))
        named["DATABASE_REPLICA_URL"] = found.replica.url("portal")
    elif wanted.replica:
        found.left_out.append("a replica is only made of a database of our own")
    program = beside.find_cache()
    if wanted.cache and program:
        found.cache = ends.enter_context(beside.cache(program, found.folder))
        named["CACHE_URL"] = found.cache.url
    elif wanted.cache:
        found.left_out.append("neither valkey-server nor redis-server is installed: no shared cache")
    if wanted.store:
        found.store = ends.enter_context(beside.store(found.folder))
        named["STORAGE_URL"] = found.store.url
    return named


def _own_data(found: Park, name: str) -> web.Environment:
    """Hosts share no folder; each collected the static files for itself."""
    data = found.folder / f"data-{name}"
    shutil.copytree(found.folder / "data" / "static", data / "static")
    return found.given | {"DATA_DIR": str(data)}


def _fill(wanted: Wanted, found: Park) -> None:
    """A database that was given and is filled keeps what it has; its demonstration is opened around today again."""
    found.manage("migrate", "--verbosity", "0")
    is_filled = found.ask("SELECT 1 FROM orgtree_unit LIMIT 1") != []
    if not is_filled:
        found.manage("setup")
    asked = ["seed_demo", "--password", PASSWORD]
    if wanted.initiatives and not found.ask("SELECT 1 FROM initiatives_initiative LIMIT 1"):
        asked += ["--initiatives", str(wanted.initiatives)]
    if wanted.unions is not None:
        asked += ["--unions", str(wanted.unions)]
    said = found.manage(*asked)
    found.campaign = said.partition(f"{found.url}/")[2].partition("/")[0]
    # As a portal that has been open for a minute.
    if not found.ask("SELECT 1 FROM initiatives_tally LIMIT 1"):
        found.manage("recount")
    found.ask("ANALYZE")


@dataclass(frozen=True)
class Bare:
    """The floor's own gunicorn and database, behind the same nginx program with the same settings."""

    url: str
    database_url: str
    pids: dict[str, list[int]]

    @classmethod
    @contextmanager
    def beside(cls, park: Park, *, workers: int) -> Iterator[Self]:
        """On the park's own PostgreSQL, so that both write to the same disk under the same settings."""
        server, _, _ = park.given["DATABASE_URL"].rpartition("/")
        name = f"bare_{free_port()}"
        url = f"{server}/{name}"
        postgres.said_to(server, f'CREATE DATABASE "{name}"')
        folder = park.folder / "bare"
        folder.mkdir(exist_ok=True)
        given = web.environment(folder, park.url, DATABASE_URL=url) | {"DJANGO_SETTINGS_MODULE": "bench.bare.settings"}
        try:
            with ExitStack() as ends:
                _made(given)
                one = web.gunicorn("bare", "bench.bare.wsgi:application", given, folder, workers=workers)
                bare = ends.enter_context(one)
                pids, port = {"web": [bare.pid]}, bare.port
                nginx = web.find_nginx()
                if nginx:
                    front, port = ends.enter_context(web.nginx(nginx, [bare.port], folder))
                    pids["nginx"] = [front.pid]
                database = park.groups().get("database")
                yield cls(f"http://127.0.0.1:{port}", url, pids | ({"database": database} if database else {}))
        finally:
            postgres.said_to(server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def cpu(self) -> dict[str, float]:
        return {name: cpu_seconds(pids) for name, pids in self.pids.items()}


def _made(given: web.Environment) -> None:
    command = [sys.executable, "-m", "django", "migrate", "--run-syncdb", "--verbosity", "0"]
    done = subprocess.run(command, cwd=web.ROOT, env=given, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr[-3000:])
