"""A PostgreSQL of our own in a folder of its own, and one that follows it. `bin/test` takes its throwaway server from here."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2

from bench.park.processes import Running, ended_afterwards, free_port

ROOT = Path(__file__).resolve().parent.parent.parent
AS_DEPLOYED = ROOT / "deploy" / "postgresql.conf"


@dataclass(frozen=True)
class Server:
    running: Running
    port: int
    folder: Path

    def url(self, name: str) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/{name}"


def find_initdb() -> Path | None:
    on_path = shutil.which("initdb")
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda found: float(found.parts[-3]))
    return Path(on_path).resolve() if on_path else debian[-1] if debian else None


def answers(port: int) -> bool:
    """Whether a server lets `postgres` in without a password."""
    try:
        psycopg2.connect(host="127.0.0.1", port=port, user="postgres", dbname="postgres", connect_timeout=3).close()
    except psycopg2.OperationalError:
        return False
    return True


@contextmanager
def throwaway(initdb: Path) -> Iterator[Server]:
    """Without fsync: nothing in it is to outlive anything."""
    with _own_folder() as folder:
        _init(initdb, folder)
        with _serving(initdb, folder, "-c", "fsync=off") as server:
            yield server


@contextmanager
def as_deployed(initdb: Path) -> Iterator[Server]:
    """With `deploy/postgresql.conf`: what is acknowledged survives a power cut."""
    with _own_folder() as folder:
        _init(initdb, folder)
        # A copy: the code may lie where the user postgres cannot read.
        shutil.copy(AS_DEPLOYED, folder / "deployed.conf")
        with open(folder / "data" / "postgresql.conf", "a") as settings:
            settings.write(f"\ninclude '{folder}/deployed.conf'\n")
        with _serving(initdb, folder) as server:
            yield server


@contextmanager
def replica_of(primary: Server, initdb: Path) -> Iterator[Server]:
    """Streams from `primary`; a copy of it was made by pg_basebackup."""
    with _own_folder() as folder:
        copy = [str(initdb.with_name("pg_basebackup")), "-h", "127.0.0.1", "-p", str(primary.port), "-U", "postgres"]
        copy += ["-D", str(folder / "data"), "-R", "-X", "stream", "-c", "fast"]
        subprocess.run(copy, check=True, cwd="/", **as_postgres())
        with _serving(initdb, folder) as server:
            yield server


def create(server: Server, name: str) -> None:
    said_to(server.url("x").rpartition("/")[0], f'CREATE DATABASE "{name}"')


def said_to(server: str, statement: str) -> None:
    """Says it to the server of this address (without a database's name), outside of any transaction."""
    control = psycopg2.connect(f"{server}/postgres")
    try:
        control.autocommit = True
        control.cursor().execute(statement)
    finally:
        control.close()


def pid_of(url: str) -> int | None:
    """The server's own process, where it runs on this machine and we may read its folder."""
    connection = psycopg2.connect(url)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SHOW data_directory")
            folder = str((cursor.fetchone() or [""])[0])
        return int(Path(folder, "postmaster.pid").read_text().split()[0])
    except (OSError, psycopg2.Error, ValueError):
        return None
    finally:
        connection.close()


def as_postgres() -> dict[str, Any]:
    """For subprocess: initdb and postgres refuse root; Debian's package makes the user `postgres`."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam("postgres")
    environment = {name: value for name, value in os.environ.items() if name not in {"HOME", "PGHOST", "PGPORT"}}
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": [], "env": environment | {"HOME": user.pw_dir}}


@contextmanager
def _own_folder() -> Iterator[Path]:
    folder = tempfile.mkdtemp(prefix="portal-postgres-")
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    try:
        yield Path(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _init(initdb: Path, folder: Path) -> None:
    create = [
        str(initdb),
        "-D",
        str(folder / "data"),
        "-U",
        "postgres",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
    ]
    subprocess.run(create, check=True, stdout=subprocess.DEVNULL, cwd="/", **as_postgres())


@contextmanager
def _serving(initdb: Path, folder: Path, *options: str) -> Iterator[Server]:
    port = free_port()
    start = [str(initdb.with_name("postgres")), "-D", str(folder / "data"), "-p", str(port), "-k", str(folder)]
    start += ["-c", "listen_addresses=127.0.0.1", *options]
    # SIGINT is PostgreSQL's fast shutdown: connections are closed, everything is written.
    with ended_afterwards(
        Running("PostgreSQL", start, folder / "log", cwd="/", **as_postgres()), signal.SIGINT
    ) as running:
        running.wait_until(lambda: answers(port))
        yield Server(running, port, folder)
