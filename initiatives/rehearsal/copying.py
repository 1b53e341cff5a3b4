"""A copy of the database to play on, and an environment that knows nothing else. The original is only read.

SQLite: its own backup, in one pass, into a folder of its own. PostgreSQL: a database of its own on the same server, filled by
pg_dump and psql from one snapshot. Files are not copied; the copy has an empty folder for them and no store. Whoever made a copy
removes it.
"""

import base64
import fcntl
import os
import re
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg2
from django.conf import settings
from django.db import DatabaseError
from psycopg2 import sql

from portal import online_copy

MARK = "_dien_tap_"
FOLDER = "dien-tap-"
RANDOM_BYTES = 4
LONGEST_NAME = 63  # of PostgreSQL
UNUSED = """
    SELECT datname FROM pg_database d WHERE NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.datname = d.datname)
"""
# What a process needs of this machine to run at all; nothing else of our environment reaches the copy.
FROM_THE_MACHINE = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ", "VIRTUAL_ENV", "PYTHONPATH", "SYSTEMROOT")
MARK_FILE = "ban-sao-dien-tap"
TOOLS = ("pg_dump", "psql")


class CannotCopy(Exception):
    """Says in a sentence what is missing."""


@dataclass(frozen=True)
class Copy:
    """`database`: its name on the server, "" for a file in `folder`."""

    folder: Path
    database: str
    environment: Mapping[str, str]


@contextmanager
def copied(original: Mapping[str, Any], *, keep: bool = False) -> Iterator[Copy]:
    """`original`: the settings of the database to copy. Removed afterwards, whatever happens, unless it is whole and to be kept.
    Raises CannotCopy."""
    folder = Path(tempfile.mkdtemp(prefix=FOLDER))
    name, stays = "", False
    try:
        with open(folder / MARK_FILE, "wb") as mark:
            fcntl.flock(mark, fcntl.LOCK_EX)  # by which others see that it is in use
            if "sqlite" in original["ENGINE"]:
                _copy_file(Path(original["NAME"]), folder / "portal.sqlite3")
            else:
                name = _name_beside(str(original["NAME"]))
                with _control(original) as control:
                    control.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
                _copy_database(original, name)
            _lend_static(folder)
            stays = keep
            yield Copy(folder, name, _environment(original, folder, name))
    finally:
        if not stays:
            if name:
                with _control(original) as control:
                    control.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
            shutil.rmtree(folder, ignore_errors=True)


def look_for(original: Mapping[str, Any]) -> None:
    """Raises CannotCopy where its file is not there: whoever connects to it would make an empty one."""
    if "sqlite" in original["ENGINE"] and not Path(original["NAME"]).is_file():
        raise CannotCopy(
            f"Không có cơ sở dữ liệu ở {original['NAME']}. Hãy xem DATABASE_URL và DATA_DIR của lệnh này có đúng của cổng không."
        )


def left(original: Mapping[str, Any]) -> dict[str, str]:
    """What earlier rehearsals left and nobody uses, with the command that takes it away: each holds everybody's data, or what was
    answered upon it."""
    databases = [] if "sqlite" in original["ENGINE"] else _databases_left(original)
    folders = map(str, _folders_left())
    return {name: f"dropdb {name}" for name in databases} | {name: f"rm -r {name}" for name in folders}


def _folders_left() -> Iterator[Path]:
    """Anybody may put a folder there; ours alone are named as `mkdtemp` names them."""
    for folder in sorted(Path(tempfile.gettempdir()).glob(f"{FOLDER}*")):
        if not re.fullmatch(f"{FOLDER}[a-z0-9_]+", folder.name):
            continue
        with suppress(OSError):  # gone meanwhile, in use, or none of ours
            if folder.stat().st_uid != os.getuid():
                continue
            with open(folder / MARK_FILE, "rb") as mark:
                fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
                yield folder


def is_a_copy(data_dir: Path) -> bool:
    """Whether this process runs on a copy: only then may it move a close."""
    return (data_dir / MARK_FILE).exists()


# --- SQLite --------------------------------------------------------------------------------------------------------------


def _copy_file(original: Path, to: Path) -> None:
    try:
        online_copy.copy(original, to)
    except online_copy.NoRoom as lacking:
        raise CannotCopy(
            f"Thư mục tạm cần {lacking.needed} MB trống, chỉ còn {lacking.free} MB. Hãy đặt TMPDIR ở ổ khác."
        ) from None
    except DatabaseError as failure:
        raise CannotCopy(f"Không chép được cơ sở dữ liệu {original} vào {to.parent}: {failure}.") from failure


# --- PostgreSQL ----------------------------------------------------------------------------------------------------------


def _databases_left(original: Mapping[str, Any]) -> list[str]:
    """Copies of this database that lie on its server and that nobody is connected to."""
    with _control(original) as control:
        control.execute(UNUSED)
        return sorted(name for (name,) in control.fetchall() if _is_beside(name, str(original["NAME"])))


def _name_beside(original: str) -> str:
    ending = MARK + secrets.token_hex(RANDOM_BYTES)
    return original[: LONGEST_NAME - len(ending)] + ending


def _is_beside(name: str, original: str) -> bool:
    begun = _name_beside(original)[: -2 * RANDOM_BYTES]
    return re.fullmatch(f"{re.escape(begun)}[0-9a-f]{{{2 * RANDOM_BYTES}}}", name) is not None


def _copy_database(original: Mapping[str, Any], name: str) -> None:
    """Plain SQL from one to the other, through a pipe: nothing of it touches the disk in between."""
    tools = {tool: _tool(tool) for tool in TOOLS}
    environment = os.environ | _of_postgres(original)
    dump = subprocess.Popen(  # noqa: S603 - PostgreSQL's own
        [tools["pg_dump"], "--no-owner", "--no-privileges", "--no-publications", "--dbname", str(original["NAME"])],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        filled = subprocess.run(  # noqa: S603 - PostgreSQL's own
            [
                tools["psql"],
                "--no-psqlrc",
                "--quiet",
                "--set=ON_ERROR_STOP=1",
                "--output",
                os.devnull,
                "--dbname",
                name,
            ],
            env=environment,
            stdin=dump.stdout,
            capture_output=True,
            check=False,
        )
        assert dump.stdout is not None  # noqa: S101 - for the types
        dump.stdout.close()  # where psql gave up, nobody reads the rest: it would be gathered in memory
        said = dump.communicate()[1]
    finally:
        if dump.poll() is None:
            dump.kill()
            dump.wait()
    if dump.returncode or filled.returncode:
        last = (said + filled.stderr).decode(errors="replace").strip().splitlines()[-1:]
        raise CannotCopy(f"Không chép được cơ sở dữ liệu: {''.join(last)}")


def _tool(name: str) -> str:
    """In PATH, or where Debian keeps those of the newest server."""
    beside = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4].split(".")[0])
    )
    found = shutil.which(name) or (str(beside[-1]) if beside else "")
    if not found:
        raise CannotCopy(f"Cần lệnh {name} của PostgreSQL để chép cơ sở dữ liệu. Hãy cài gói postgresql-client.")
    return found


def _of_postgres(original: Mapping[str, Any]) -> dict[str, str]:
    """For libpq: in the environment, where no list of processes shows a password."""
    named = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD"}
    return {name: str(original[key]) for name, key in named.items() if original.get(key)}


@contextmanager
def _control(original: Mapping[str, Any]) -> Iterator[Any]:
    """A cursor beside the databases. Nobody is let into the one that is copied."""
    named = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
    given = {name: str(original[key]) for name, key in named.items() if original.get(key)}
    try:
        connection = psycopg2.connect(dbname="postgres", connect_timeout=5, **given)
    except psycopg2.OperationalError as failure:
        raise CannotCopy(f"Không vào được máy chủ PostgreSQL: {str(failure).strip()}") from None
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            yield cursor
    except psycopg2.errors.InsufficientPrivilege:
        raise CannotCopy(
            "Tài khoản PostgreSQL chưa được tạo cơ sở dữ liệu. Hãy cấp quyền CREATEDB cho tài khoản ấy."
        ) from None
    finally:
        connection.close()


# --- what runs on the copy -----------------------------------------------------------------------------------------------


def _lend_static(folder: Path) -> None:
    """What was collected for the original is served from where it lies."""
    if (settings.STATIC_ROOT / "staticfiles.json").exists():
        (folder / "static").symlink_to(settings.STATIC_ROOT, target_is_directory=True)


def _environment(original: Mapping[str, Any], folder: Path, name: str) -> dict[str, str]:
    """The keys are the original's: what is sealed in the copy opens. No store, no cache, no proxy of the original is named."""
    return {each: os.environ[each] for each in FROM_THE_MACHINE if each in os.environ} | {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "DATA_DIR": str(folder),
        "DATABASE_URL": _url(original, name) if name else "",
        "SECRET_KEY": settings.SECRET_KEY,
        "FIELD_KEYS": ",".join(base64.b64encode(key).decode() for key in settings.FIELD_KEYS),
        "LOOKUP_KEY": base64.b64encode(settings.LOOKUP_KEY).decode(),
    }


def _url(original: Mapping[str, Any], name: str) -> str:
    """As django-environ reads it: the folder of a socket stands before the name."""
    user, password = (quote(str(original.get(key) or ""), safe="") for key in ("USER", "PASSWORD"))
    host, port = (str(original.get(key) or "") for key in ("HOST", "PORT"))
    who = f"{user}:{password}@" if password else f"{user}@" if user else ""
    host, folder = ("", quote(host)) if host.startswith("/") else (f"[{host}]" if ":" in host else host, "")
    return f"postgres://{who}{host}{f':{port}' if port else ''}{f'/{folder}' if folder else ''}/{quote(name, safe='')}"
