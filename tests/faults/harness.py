"""A small portal of a test's own: a database, gunicorn with `deploy/gunicorn.conf.py`, files; its faults planned, its parts
killed and started again. What is started is ended by its id, whatever happens.
"""

import json
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any

import psycopg2

from bench.park import postgres, web
from bench.park.processes import Running, free_port
from initiatives.rehearsal.browser import Line, Page, Request
from initiatives.rehearsal.phones import Acknowledged, Habits, Phone, Story
from initiatives.rehearsal.words import Days

PASSWORD = "thu-nghiem-do-dac"
# People who try the same again, quickly: what is looked at is whether trying helps.
HABITS = Habits(
    retries=150,
    retry_seconds=0.1,
    waits_at_most=0.3,
    documents=1,
    document_bytes=20_000,
    reads_first=False,
    line=Line(fetches_assets=False, gives_up_after=30),
)
SECONDS_TO_ANSWER = 60


class Sender(Phone):
    """Sends papers that nobody sent before: of pictures that look alike only the first would be written."""

    def _document(self, page: Page, place: int, title: str) -> Request:
        return super()._document(page, 2 * place + 1, title)


@dataclass
class Portal:
    """`given`: what its processes are told. `database`: PostgreSQL's own process; None on SQLite."""

    folder: Path
    given: web.Environment
    port: int
    log: Path
    application: str = "tests.faults.injecting:application"
    database: "Cluster | None" = None
    campaign: str = "sang-kien-thu-nghiem"
    days: Days = field(default_factory=lambda: _days(date.today()))
    gunicorn: Running | None = None
    story: Story = field(default_factory=Story)
    phones: int = 0
    lock: Lock = field(default_factory=Lock)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def data(self) -> Path:
        return Path(self.given["DATA_DIR"])

    @property
    def kind(self) -> str:
        return "PostgreSQL" if self.database else "SQLite"

    # --- its processes ----------------------------------------------------------------------------------------------------

    def start(self, *, processes: int = 2, log: Path | None = None, further: web.Environment | None = None) -> None:
        command = [web.sys.executable, "-m", "gunicorn", self.application, "-c", str(web.OPTIONS), "--preload"]
        told = self.given | {"WEB_PORT": str(self.port), "WEB_CONCURRENCY": str(processes)} | (further or {})
        self.gunicorn = Running("web", command, log or self.log, cwd=web.ROOT, env=told)
        self.gunicorn.wait_until(lambda: web.says_anything(self.port), seconds=120)

    def end(self) -> None:
        if self.gunicorn is not None:
            self.gunicorn.end()
            self.gunicorn = None

    def kill(self) -> None:
        """All of gunicorn at once, as a machine that loses its power."""
        assert self.gunicorn is not None
        self.gunicorn.kill()
        self.gunicorn = None

    def start_anew(self) -> None:
        """After what left nobody to answer; its database too where that has ended."""
        self.end()
        if self.database is not None and self.database.running.process.poll() is not None:
            self.database.start_again()
        self.start()

    def answers_by_itself(self, *, seconds: float = SECONDS_TO_ANSWER) -> bool:
        """Whether it says that it is ready, without anybody's help."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if web.says_anything(self.port, "/readyz"):
                return True
            time.sleep(0.05)
        return False

    def manage(self, *arguments: str) -> str:
        return web.manage(self.given, *arguments)

    # --- its faults -------------------------------------------------------------------------------------------------------

    def plan(self, door: str, point: int, deed: str) -> None:
        """The next request of the kind `door` meets `deed` at its point number `point`."""
        unfinished = self.folder / "plan.new"
        unfinished.write_text(json.dumps({"door": door, "point": point, "deed": deed}))
        unfinished.rename(self.folder / "plan")

    def struck(self) -> list[str]:
        """What was done since this was last asked: deed, door, number and name of the point."""
        try:
            told = (self.folder / "struck").read_text().splitlines()
            (self.folder / "struck").unlink()
        except FileNotFoundError:
            return []
        finally:
            (self.folder / "plan").unlink(missing_ok=True)
        return told

    def points(self, door: str, *, documents: int = 1) -> list[str]:
        """The points that a request of this kind passes, in order."""
        self.plan(door, 0, "look")
        self.send(documents=documents)
        trace = self.folder / "trace"
        # Written when the answer was sent, which its reader may notice first.
        wait_until(trace.exists)
        passed = wait_for(lambda: json.loads(trace.read_text()))
        trace.unlink()
        return list(passed)

    def set_clock(self, seconds: float) -> None:
        (self.folder / "clock").write_text(str(seconds))

    # --- people -----------------------------------------------------------------------------------------------------------

    def phone(self, **habits: Any) -> "Sender":
        with self.lock:
            self.phones += 1
            number = self.phones
        kept = Habits(**{**{name: getattr(HABITS, name) for name in HABITS.__dataclass_fields__}, **habits})
        return Sender(self.url, self.campaign, number, days=self.days, habits=kept, story=self.story)

    def send(self, **habits: Any) -> Acknowledged | None:
        return self.phone(**habits).send_initiative()

    # --- what lies there --------------------------------------------------------------------------------------------------

    def ask(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """What the database itself says; `?` stands for a value."""
        if self.database is None:
            file = sqlite3.connect(self.data / "portal.sqlite3", timeout=30)
            try:
                return file.execute(statement, values).fetchall()
            finally:
                file.close()
        server = psycopg2.connect(self.given["DATABASE_URL"])
        try:
            with server.cursor() as cursor:
                cursor.execute(statement.replace("?", "%s"), values or None)
                return list(cursor.fetchall())
        finally:
            server.close()


@contextmanager
def people_sending(portal: Portal, *, number: int = 3, documents: int = 0) -> Iterator[None]:
    """So many people, each of whom sends one initiative after another; who is on the way ends in order."""
    enough = Event()

    def send() -> None:
        while not enough.is_set():
            portal.send(documents=documents)

    threads = [Thread(target=send, daemon=True) for _ in range(number)]
    for each in threads:
        each.start()
    try:
        yield
    finally:
        enough.set()
        for each in threads:
            each.join(SECONDS_TO_ANSWER * 3)
        if any(each.is_alive() for each in threads):
            raise TimeoutError("somebody waits for an answer that does not come")


class Cluster:
    """A PostgreSQL with `deploy/postgresql.conf` that can be killed and started again where it was."""

    def __init__(self, initdb: Path, folder: Path) -> None:
        self.initdb, self.folder, self.port = initdb, folder, free_port()
        self.running = self._start()

    def _start(self) -> Running:
        program = str(self.initdb.with_name("postgres"))
        command = [program, "-D", str(self.folder / "data"), "-p", str(self.port), "-k", str(self.folder)]
        command += ["-c", "listen_addresses=127.0.0.1"]
        running = Running("PostgreSQL", command, self.folder / "log", cwd="/", **postgres.as_postgres())
        running.wait_until(lambda: postgres.answers(self.port))
        return running

    def start_again(self) -> None:
        # What was killed left its mark, and systemd starts it all the same.
        self.running = self._start()

    @property
    def url(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}"


def _days(today: date) -> Days:
    """Applied two months ago, recognised since."""
    return Days(*((today - timedelta(days=ago)).strftime("%d/%m/%Y") for ago in (60, 20)))


def wait_until(is_so: Callable[[], object], *, seconds: float = SECONDS_TO_ANSWER) -> None:
    until = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > until:
            raise TimeoutError("waited in vain")
        time.sleep(0.01)


def wait_for(read: Callable[[], Any], *, seconds: float = SECONDS_TO_ANSWER) -> Any:
    """What `read` answers as soon as it does not fail."""
    until = time.monotonic() + seconds
    while True:
        try:
            return read()
        except (OSError, ValueError, psycopg2.Error, sqlite3.Error):
            if time.monotonic() > until:
                raise
            time.sleep(0.02)


@contextmanager
def on_sqlite(*, migrated: Path | None = None) -> Iterator[Portal]:
    """`migrated`: a database with the tables, to be copied; without one they are made."""
    with ExitStack() as ends:
        folder = _folder(ends)
        portal = _portal(folder, ends)
        if migrated is not None:
            shutil.copy(migrated, portal.data / "portal.sqlite3")
        _filled(portal)
        yield portal


@contextmanager
def on_postgres(initdb: Path) -> Iterator[Portal]:
    """`initdb`: of the installation that is used (`bench.park.postgres.find_initdb`)."""
    with ExitStack() as ends:
        folder = _folder(ends)
        place = ends.enter_context(postgres._own_folder())
        postgres._init(initdb, place)
        shutil.copy(postgres.AS_DEPLOYED, place / "deployed.conf")
        with open(place / "data" / "postgresql.conf", "a") as settings:
            settings.write(f"\ninclude '{place}/deployed.conf'\n")
        cluster = Cluster(initdb, place)
        ends.callback(lambda: cluster.running.end(postgres.signal.SIGINT))
        postgres.said_to(cluster.url, 'CREATE DATABASE "portal"')
        portal = _portal(folder, ends, DATABASE_URL=f"{cluster.url}/portal")
        portal.database = cluster
        _filled(portal)
        yield portal


def _folder(ends: ExitStack) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="portal-faults-"))
    ends.callback(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _portal(folder: Path, ends: ExitStack, **further: str) -> Portal:
    port = free_port()
    given = web.environment(folder, f"http://127.0.0.1:{port}", FAULTS_FOLDER=str(folder), **further)
    portal = Portal(folder, given, port, folder / "web.log")
    ends.callback(portal.end)
    return portal


def _filled(portal: Portal) -> None:
    """The real tree, and the demonstration's campaign, which is open now."""
    portal.manage("migrate", "--verbosity", "0")
    portal.manage("setup")
    said = portal.manage("seed_demo", "--password", PASSWORD, "--unions", "0")
    portal.campaign = said.partition(f"{portal.url}/")[2].partition("/")[0] or portal.campaign
    with suppress(FileNotFoundError):
        (portal.data / "static").rmdir()
