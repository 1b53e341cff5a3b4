"""Processes of a run: started in a session of their own, ended by their id; what they and their children cost."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TICKS = os.sysconf("SC_CLK_TCK")
SECONDS_TO_END = 40
KIB_A_MIB = 1024


class NotStarted(RuntimeError):
    """What was started ended, or said nothing in time; carries the end of its log."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Running:
    """One program and all it started. Its log lies in `log`."""

    def __init__(self, name: str, command: list[str], log: Path, **popen: Any) -> None:
        self.name, self.log = name, log
        with open(log, "ab") as written:
            # Of its own session, so that Ctrl+C reaches us alone and everything is ended in order.
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=written, stderr=written, start_new_session=True, **popen
            )

    @property
    def pid(self) -> int:
        return self.process.pid

    def wait_until(self, is_ready: Callable[[], bool], *, seconds: float = 60) -> None:
        until = time.monotonic() + seconds
        while not is_ready():
            if self.process.poll() is not None:
                raise NotStarted(f"{self.name} ended before it answered:\n{self.last_words()}")
            if time.monotonic() > until:
                raise NotStarted(f"{self.name} did not answer within {seconds:.0f} s:\n{self.last_words()}")
            time.sleep(0.05)

    def last_words(self) -> str:
        return self.log.read_text(errors="replace")[-3000:]

    def end(self, how: int = signal.SIGTERM) -> None:
        """Ends it, and whatever it left behind; nothing to do where it has ended."""
        family = descendants(self.pid)
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)  # one that was paused would not hear
            self.process.send_signal(how)
            try:
                self.process.wait(SECONDS_TO_END)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        for pid in family:
            _kill_orphan(pid)

    def pause(self) -> None:
        for pid in [self.pid, *descendants(self.pid)]:
            os.kill(pid, signal.SIGSTOP)

    def go_on(self) -> None:
        for pid in [self.pid, *descendants(self.pid)]:
            os.kill(pid, signal.SIGCONT)

    def kill(self) -> None:
        """As a machine that loses its power: it and all its children at once."""
        for pid in [self.pid, *descendants(self.pid)]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait()


@contextmanager
def ended_afterwards(running: Running, how: int = signal.SIGTERM) -> Iterator[Running]:
    try:
        yield running
    finally:
        running.end(how)


@contextmanager
def stopping_in_order() -> Iterator[None]:
    """SIGTERM ends us as Ctrl+C does: what was started is ended by whoever started it."""

    def stop(number: int, frame: Any) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _kill_orphan(pid: int) -> None:
    """A child that outlived its parent. Only where the number still is of that child: its parent is not another's."""
    try:
        parent = int(_stat(pid)[1])
    except (FileNotFoundError, ProcessLookupError):
        return
    if parent == 1:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


# --- what it costs ----------------------------------------------------------------------------------------------------


def descendants(root: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            try:
                children.setdefault(int(_stat(int(entry.name))[1]), []).append(int(entry.name))
            except (FileNotFoundError, ProcessLookupError):
                continue
    found, looked_at = [], [root]
    while looked_at:
        below = children.get(looked_at.pop(), [])
        found += below
        looked_at += below
    return found


def cpu_seconds(roots: list[int]) -> float:
    """User and system, of these processes, their children, and the children they had."""
    ticks = 0
    for root in roots:
        for pid in [root, *descendants(root)]:
            try:
                ticks += sum(int(part) for part in _stat(pid)[11:15])
            except (FileNotFoundError, ProcessLookupError):
                continue
    return ticks / TICKS


@dataclass(frozen=True)
class Memory:
    """In MiB, of processes and their children; what they share is counted once among them (PSS)."""

    own: float
    shared: float  # segments of shared memory: of PostgreSQL its shared buffers, which fill up to what it was given


def memory(roots: list[int]) -> Memory:
    found = [_pss(pid) for root in roots for pid in [root, *descendants(root)]]
    own, shared = (round(sum(each) / KIB_A_MIB, 1) for each in zip(*found, strict=True))
    return Memory(own, shared)


def _pss(pid: int) -> tuple[int, int]:
    """Own and shared, in KiB; 0 of a process that has ended."""
    try:
        told = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return 0, 0
    everything, shared = (int((told.partition(f"\n{name}:")[2].split() or ["0"])[0]) for name in ("Pss", "Pss_Shmem"))
    return everything - shared, shared


def _stat(pid: int) -> list[str]:
    """The fields after the name: state, parent …; user, system, and both of the children waited for, stand at 11 to 14."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
