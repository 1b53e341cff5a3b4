"""The park's hands: what it starts it ends, whatever becomes of it, and what that cost is counted."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from bench.park import web
from bench.park.processes import NotStarted, Running, cpu_seconds, descendants, ended_afterwards, memory

SLEEPS = "import time; time.sleep(600)"
WITH_A_CHILD = f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {SLEEPS!r}]); time.sleep(600)"


def started(code: str, tmp_path: Path) -> Running:
    return Running("tried", [sys.executable, "-c", code], tmp_path / "log")


def is_there(pid: int) -> bool:
    """Not ended, and not only waiting to be looked after."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def children_of(running: Running) -> list[int]:
    until = time.monotonic() + 20
    while not descendants(running.pid) and time.monotonic() < until:
        time.sleep(0.02)
    return descendants(running.pid)


def gone(pids: list[int]) -> bool:
    until = time.monotonic() + 20
    while any(map(is_there, pids)) and time.monotonic() < until:
        time.sleep(0.02)
    return not any(map(is_there, pids))


@pytest.mark.parametrize("failure", [None, RuntimeError, KeyboardInterrupt], ids=["in the end", "a failure", "Ctrl+C"])
def test_what_was_started_ends_with_its_children(tmp_path: Path, failure: type[BaseException] | None) -> None:
    running = started(WITH_A_CHILD, tmp_path)
    family = [running.pid, *children_of(running)]

    try:
        with ended_afterwards(running):
            assert len(family) == 2
            if failure:
                raise failure
    except (RuntimeError, KeyboardInterrupt):
        pass

    assert gone(family)


def test_one_that_is_paused_ends_too(tmp_path: Path) -> None:
    running = started(SLEEPS, tmp_path)
    with ended_afterwards(running):
        running.pause()

    assert gone([running.pid])


def test_a_kill_leaves_nothing_of_a_family(tmp_path: Path) -> None:
    running = started(WITH_A_CHILD, tmp_path)
    family = [running.pid, *children_of(running)]

    running.kill()

    assert gone(family)
    running.end()  # again: nothing is left to end


def test_one_that_ends_at_once_is_told_with_its_last_words(tmp_path: Path) -> None:
    running = started("raise SystemExit('không chạy được')", tmp_path)

    with pytest.raises(NotStarted, match="không chạy được"):
        running.wait_until(lambda: False)


def test_cpu_and_memory_of_children_count_with_their_parent(tmp_path: Path) -> None:
    works = "import time; sum(range(6_000_000)); held = bytearray(range(256)) * 320_000; time.sleep(600)"
    code = f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {works!r}]); time.sleep(600)"
    running = started(code, tmp_path)
    with ended_afterwards(running, signal.SIGKILL):
        (child,) = children_of(running)
        until = time.monotonic() + 60
        while memory([child]).own < 70 and time.monotonic() < until:
            time.sleep(0.05)

        assert memory([running.pid]).own > memory([child]).own > 70
        assert cpu_seconds([running.pid]) >= cpu_seconds([child]) > 0


def test_what_is_shared_is_told_apart(tmp_path: Path) -> None:
    held = "held = mmap.mmap(-1, 50 << 20); held.write(bytes(50 << 20))"
    running = started(f"import mmap, time; {held}; time.sleep(600)", tmp_path)
    with ended_afterwards(running, signal.SIGKILL):
        until = time.monotonic() + 60
        while memory([running.pid]).shared < 50 and time.monotonic() < until:
            time.sleep(0.05)

        assert memory([running.pid]).shared >= 50 > memory([running.pid]).own


def test_a_portal_of_a_run_is_given_nothing_of_the_callers_portal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DATABASE_URL", "STORAGE_URL", "CACHE_URL", "DATABASE_REPLICA_URL", "DEBUG", "WEB_PORT"):
        monkeypatch.setenv(name, "of the caller")

    given = web.environment(tmp_path, "http://127.0.0.1:1", DATABASE_URL="postgres://own")

    assert "of the caller" not in given.values()
    assert given["DATABASE_URL"] == "postgres://own"
    assert given["PATH"] == os.environ["PATH"]


def test_several_gunicorns_stand_in_upstream_conf_as_one_would() -> None:
    lines = [line.strip() for line in web.upstream([9001, 9002]).splitlines()]

    servers = [line for line in lines if line.startswith("server ")]
    assert servers == [f"server 127.0.0.1:{port} max_fails=2 fail_timeout=5s;" for port in (9001, 9002)]
    assert {"least_conn;", "keepalive 32;"} <= set(lines)


def test_a_database_that_is_kept_has_keys_that_stay(tmp_path: Path) -> None:
    here, there = (web.keys_of(f"postgres://postgres@127.0.0.1:5432/{name}") for name in ("here", "there"))

    assert here == web.keys_of("postgres://postgres@127.0.0.1:5432/here")
    assert not set(here.values()) & set(there.values())
    given = web.environment(tmp_path, "http://127.0.0.1", **here)
    assert {name: given[name] for name in here} == here
