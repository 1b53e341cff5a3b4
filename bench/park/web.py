"""gunicorns with `deploy/gunicorn.conf.py`, the worker, nginx with `deploy/nginx/`: what lies between phone and database."""

import base64
import hashlib
import http.client
import os
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.park.processes import Running, ended_afterwards, free_port

ROOT = Path(__file__).resolve().parent.parent.parent
OPTIONS = ROOT / "deploy" / "gunicorn.conf.py"
NGINX = ROOT / "deploy" / "nginx"
PORTAL = "portal.wsgi:application"
NOT_HANDED_DOWN = {
    "DEBUG",
    "DATABASE_URL",
    "DATABASE_REPLICA_URL",
    "STORAGE_URL",
    "CACHE_URL",
    "SITE_URL",
    "TEST_POSTGRES_URL",
}

Environment = dict[str, str]


def environment(folder: Path, site: str, **further: str) -> Environment:
    """What every process of one portal is given, as /etc/portal.env would; keys of its own, if `further` names none."""
    handed_down = {
        name: value for name, value in os.environ.items() if name not in NOT_HANDED_DOWN and not name.startswith("WEB_")
    }
    data = folder / "data"
    data.mkdir(exist_ok=True)
    return (
        handed_down
        | {
            "SITE_URL": site,
            "DATA_DIR": str(data),
            "SECRET_KEY": secrets.token_urlsafe(48),
            "FIELD_KEYS": base64.b64encode(os.urandom(32)).decode(),
            "LOOKUP_KEY": base64.b64encode(os.urandom(32)).decode(),
            "TRUSTED_PROXIES": "127.0.0.1",
            "PYTHONWARNINGS": "ignore",
            "DJANGO_SETTINGS_MODULE": "portal.settings",
        }
        | further
    )


def keys_of(database: str) -> Environment:
    """The same keys whenever that address is used: what an earlier run wrote can be read, and its history verified."""

    def key(name: str) -> str:
        return base64.b64encode(hashlib.sha256(f"{name} {database}".encode()).digest()).decode()

    return {name: key(name) for name in ("SECRET_KEY", "FIELD_KEYS", "LOOKUP_KEY")}


def manage(given: Environment, *arguments: str) -> str:
    """What `manage.py` said; SystemExit with its complaint where it refused."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *arguments],
        cwd=ROOT,
        env=given,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"manage.py {' '.join(arguments)}:\n{done.stdout[-2000:]}{done.stderr[-3000:]}")
    return done.stdout


class Gunicorn:
    """One gunicorn and how to start it again at the same port."""

    def __init__(
        self, name: str, application: str, given: Environment, folder: Path, *, port: int, workers: int
    ) -> None:
        self.name, self.port = name, port
        self.command = [sys.executable, "-m", "gunicorn", application, "-c", str(OPTIONS)]
        self.given = given | {"WEB_PORT": str(port), "WEB_CONCURRENCY": str(workers)}
        self.log = folder / f"{name}.log"
        self.running = self._start()

    def _start(self) -> Running:
        running = Running(self.name, self.command, self.log, cwd=ROOT, env=self.given)
        running.wait_until(lambda: says_anything(self.port), seconds=120)
        return running

    def start_again(self) -> None:
        self.running = self._start()

    @property
    def pid(self) -> int:
        return self.running.pid


@contextmanager
def gunicorn(
    name: str, application: str, given: Environment, folder: Path, *, workers: int, port: int = 0
) -> Iterator[Gunicorn]:
    started = Gunicorn(name, application, given, folder, port=port or free_port(), workers=workers)
    try:
        yield started
    finally:
        started.running.end()


@contextmanager
def worker(given: Environment, folder: Path) -> Iterator[Running]:
    command = [sys.executable, str(ROOT / "manage.py"), "worker"]
    with ended_afterwards(Running("worker", command, folder / "worker.log", cwd=ROOT, env=given)) as running:
        yield running


def says_anything(port: int, path: str = "/healthz") -> bool:
    """Whether somebody answers there, whatever it is."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status < 500
    except OSError:
        return False
    finally:
        connection.close()


# --- nginx ------------------------------------------------------------------------------------------------------------


def find_nginx() -> str | None:
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/sbin")


def find_mime_types() -> Path | None:
    return next(
        (path for path in map(Path, ("/etc/nginx/mime.types", "/usr/local/etc/nginx/mime.types")) if path.exists()),
        None,
    )


@contextmanager
def nginx(program: str, behind: list[int], folder: Path, *, port: int = 0) -> Iterator[tuple[Running, int]]:
    """nginx in front of these gunicorns: `deploy/nginx/` as it stands, but for the lines of upstream.conf and plain HTTP."""
    place = folder / f"nginx-{free_port()}"
    (place / "portal").mkdir(parents=True)
    for part in NGINX.glob("*.conf"):
        shutil.copy(part, place / "portal")
    (place / "portal" / "upstream.conf").write_text(upstream(behind))
    port = port or free_port()
    (place / "nginx.conf").write_text(plain(place, port))
    command = [program, "-p", str(place), "-c", str(place / "nginx.conf"), "-g", "daemon off;"]
    with ended_afterwards(Running("nginx", command, place / "log"), signal.SIGTERM) as running:
        running.wait_until(lambda: _is_listening(port))
        yield running, port


def upstream(behind: list[int]) -> str:
    """upstream.conf with these instead of its one server."""
    lines = []
    for line in (NGINX / "upstream.conf").read_text().splitlines():
        if line.strip().startswith("server 127.0.0.1:8001"):
            lines += [line.replace("127.0.0.1:8001", f"127.0.0.1:{port}") for port in behind]
        else:
            lines.append(line)
    return "\n".join(lines) + "\n"


def of_portal_conf(directive: str, place: Path) -> str:
    """The line of portal.conf that says where something is kept, in a folder of our own."""
    lines = [line.strip() for line in (NGINX / "portal.conf").read_text().splitlines()]
    (line,) = [line for line in lines if line.startswith(f"{directive} ")]
    _, path, *further = line.split()
    return " ".join([directive, str(place / Path(path).name), *further])


def plain(place: Path, port: int) -> str:
    """nginx.conf and portal.conf of deploy, without TLS and in a folder of our own."""
    mime = find_mime_types()
    paths = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    return "\n".join(
        [
            # Where root starts it, its processes would be `nobody`, who may neither write here nor read the code.
            "user root;" if os.geteuid() == 0 else "",
            f"pid {place}/pid;",
            f"error_log {place}/error.log warn;",
            "worker_processes auto;",
            "include portal/main.conf;",
            "http {",
            f"include {mime};" if mime else "",
            *[f"{path}_temp_path {place}/{path};" for path in paths],
            "include portal/http.conf;",
            "include portal/upstream.conf;",
            of_portal_conf("proxy_cache_path", place),
            "server {",
            of_portal_conf("error_log", place),
            f"listen 127.0.0.1:{port} backlog=4096;",
            f"set $portal_app {ROOT};",
            "include portal/site.conf;",
            "}",
            "}",
            "",
        ]
    )


def _is_listening(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.connect()
    except OSError:
        return False
    finally:
        connection.close()
    return True
