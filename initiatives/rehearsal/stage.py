"""The portal on the copy: web processes and a worker as children of ours, on a free port of this machine, ended by us."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.conf import settings

THREADS = 8
SECONDS_TO_START = 90
SECONDS_TO_STOP = 15
LOG = "may-chu.log"


class DidNotStart(Exception):
    """With the last lines that were said."""


class InsideFailed(Exception):
    """What ran on the copy ended with an error; with what it said last."""


def server_name() -> str:
    return "gunicorn" if find_spec("gunicorn") and hasattr(os, "fork") else "waitress"


@contextmanager
def playing(environment: Mapping[str, str], *, processes: int) -> Iterator[str]:
    """The address of the portal, while it runs with its worker. Raises DidNotStart."""
    folder = Path(environment["DATA_DIR"])
    with ExitStack() as ending, socket.socket() as listening, open(folder / LOG, "wb") as log:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        address = f"http://127.0.0.1:{port}"
        own = dict(environment) | {"SITE_URL": address}
        if server_name() == "gunicorn":
            # Handed on open: nobody can take the port meanwhile.
            web = ending.enter_context(_child(_gunicorn(listening.fileno(), processes), own, log, listening.fileno()))
        else:
            listening.close()
            web = ending.enter_context(_child([*_manage("serve"), "--port", str(port), "--without-worker"], own, log))
        ending.enter_context(_child(_manage("worker"), own, log))
        _wait_until_ready(address, web, folder / LOG)
        yield address


def inside(environment: Mapping[str, str], act: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Does `act` of the command in a process of its own whose database is the copy, and answers what it found. (`inside.py`)"""
    folder = Path(environment["DATA_DIR"])
    question, answer = folder / "hoi.json", folder / "dap.json"
    question.write_text(json.dumps(asked), encoding="utf-8")
    answer.unlink(missing_ok=True)
    done = subprocess.run(  # noqa: S603 - ourselves
        [*_manage("rehearse_deadline"), "--on-the-copy", act], env=dict(environment), capture_output=True, check=False
    )
    if done.returncode or not answer.exists():
        raise InsideFailed((done.stderr or done.stdout).decode(errors="replace").strip()[-2000:])
    return json.loads(answer.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def _gunicorn(descriptor: int, processes: int) -> list[str]:
    """As `deploy/portal.service` runs it."""
    return [
        *(sys.executable, "-m", "gunicorn", "portal.wsgi", "--chdir", str(settings.BASE_DIR), "--no-control-socket"),
        *("--bind", f"fd://{descriptor}", "--workers", str(processes), "--worker-class", "gthread"),
        *("--threads", str(THREADS), "--timeout", "60", "--graceful-timeout", "10"),
    ]


def _manage(command: str) -> list[str]:
    return [sys.executable, str(settings.BASE_DIR / "manage.py"), command]


@contextmanager
def _child(
    command: list[str], environment: Mapping[str, str], log: Any, *descriptors: int
) -> Iterator[subprocess.Popen[bytes]]:
    """In a session of its own: Ctrl+C is ours, and the children end in our order."""
    child = subprocess.Popen(  # noqa: S603 - ourselves
        command,
        env=dict(environment),
        cwd=settings.BASE_DIR,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        pass_fds=descriptors,
        start_new_session=True,
    )
    try:
        yield child
    finally:
        _end(child)


def _end(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is not None:
        return
    child.terminate()
    try:
        child.wait(SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        os.killpg(
            child.pid, signal.SIGKILL
        )  # with the processes that gunicorn started; not yet waited for, the number is its own
        child.wait()


def _wait_until_ready(address: str, web: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < until and web.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=5) as answer:  # noqa: S310 - our own child
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            pass
        time.sleep(0.2)
    raise DidNotStart(log.read_text(encoding="utf-8", errors="replace")[-2000:])
