"""What is counted while the portal answers, for `/metrics` (`portal/scrape.py` writes it out).

Counting is an addition in the memory of the process (a microsecond; files that processes share in memory took forty). Each
process writes its numbers to a file of its own below `DATA_DIR/metrics` every few seconds, so that whichever of them is asked
tells of all. What a process that ended left behind is added to the sum of those that are gone: numbers only grow, restarts and
new versions included. A killed process takes its last seconds along.

Of refusals the minute is kept as well, for an hour: the page of the portal's health tells of the last hour without Prometheus.
Only what was counted on this machine is known here.

A label is a word of ours, the name of a door or the address of a campaign: never what somebody typed, and no path.
"""

import atexit
import fcntl
import json
import logging
import os
import secrets
import tempfile
import threading
import time
from bisect import bisect_left
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

EVERY = 5.0  # seconds
# Seconds, upper ends. What is above the last is counted too.
BOUNDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
MOST_SERIES = 5_000  # of everything together: more would be a label that holds what it must not
GONE = "gone.json"
MOST_REMEMBERED = 200
LATELY = 60  # minutes


@dataclass(frozen=True)
class Kind:
    told: str
    labels: tuple[str, ...] = ()


COUNTERS = {
    "portal_requests_total": Kind("Requests answered, by the name of their door.", ("method", "route", "status")),
    "portal_submissions_total": Kind("Initiatives received, whoever entered them.", ("campaign",)),
    "portal_refusals_total": Kind("What people were refused, by reason.", ("reason",)),
}
SPANS = {
    "portal_request_seconds": Kind("How long answers took, from the moment a thread was free.", ("route",)),
    "portal_waited_seconds": Kind("How long requests waited for a thread since nginx passed them on."),
}
GAUGES = {
    "portal_requests_in_flight": Kind("Requests being answered, all processes together."),
    "portal_queue": Kind("Requests waiting in the queue of `manage.py serve`."),
}

logger = logging.getLogger("portal.metrics")

Key = tuple[str, tuple[str, ...]]


@dataclass
class Numbers:
    """Counters, and of spans how many lie below each bound, above the last, and their sum. `lately`: refusals by their minute (of
    those since 1970) and reason."""

    counters: dict[Key, float] = field(default_factory=dict)
    spans: dict[Key, list[float]] = field(default_factory=dict)
    gauges: dict[str, float] = field(default_factory=dict)
    lately: dict[tuple[int, str], int] = field(default_factory=dict)

    def add(self, other: "Numbers", *, with_gauges: bool = True) -> None:
        for key, number in other.counters.items():
            self.counters[key] = self.counters.get(key, 0) + number
        for key, parts in other.spans.items():
            there = self.spans.get(key) or [0.0] * len(parts)
            self.spans[key] = [one + more for one, more in zip(there, parts, strict=True)]
        for name, value in other.gauges.items() if with_gauges else ():
            self.gauges[name] = self.gauges.get(name, 0) + value
        for minute_of, refusals in other.lately.items():
            self.lately[minute_of] = self.lately.get(minute_of, 0) + refusals

    def as_json(self) -> dict[str, Any]:
        counters = [[name, labels, number] for (name, labels), number in self.counters.items()]
        spans = [[name, labels, parts] for (name, labels), parts in self.spans.items()]
        lately = [[minute, reason, number] for (minute, reason), number in _still_lately(self.lately).items()]
        return {"counters": counters, "spans": spans, "gauges": self.gauges, "lately": lately}

    @classmethod
    def of_json(cls, read: Any) -> "Numbers":
        """What an earlier version wrote, as far as it is still counted."""
        length = len(BOUNDS) + 2
        return cls(
            {(name, tuple(labels)): number for name, labels, number in read["counters"] if name in COUNTERS},
            {
                (name, tuple(labels)): parts
                for name, labels, parts in read["spans"]
                if name in SPANS and len(parts) == length
            },
            {name: value for name, value in read["gauges"].items() if name in GAUGES},
            {(minute, reason): number for minute, reason, number in read.get("lately", [])},
        )


_lock = threading.Lock()
_own = Numbers()
_asked: dict[str, Callable[[], float]] = {}
_folder: Path | None = None
_shared: "_Place | None" = None
_writer: threading.Thread | None = None
_ending = threading.Event()


def count(name: str, *labels: str, by: int = 1) -> None:
    key = (name, labels)
    with _lock:
        there = _own.counters.get(key)
        if there is None:
            if len(_own.counters) >= MOST_SERIES:
                return
            there = 0
        _own.counters[key] = there + by
    if _writer is None and _folder is not None:
        _begin()


def observe(name: str, seconds: float, *labels: str) -> None:
    key = (name, labels)
    with _lock:
        parts = _own.spans.get(key)
        if parts is None:
            if len(_own.spans) >= MOST_SERIES:
                return
            parts = _own.spans[key] = [0.0] * (len(BOUNDS) + 2)
        parts[bisect_left(BOUNDS, seconds)] += 1
        parts[-1] += seconds


def refused(reason: str) -> None:
    count("portal_refusals_total", reason)
    key = (_minute(), reason)
    with _lock:
        if key not in _own.lately:  # once a minute: an hour of them is all that is ever held
            _own.lately = _still_lately(_own.lately)
        _own.lately[key] = _own.lately.get(key, 0) + 1


def refused_lately() -> dict[str, int]:
    """How many were refused within the last LATELY minutes, this one included, by reason, the most first: by this process as of
    now, by the others of this machine as of a few seconds ago."""
    found: dict[str, int] = {}
    for (_, reason), number in _still_lately(all_numbers().lately).items():
        found[reason] = found.get(reason, 0) + number
    return dict(sorted(found.items(), key=lambda each: (-each[1], each[0])))


def ask(name: str, how: Callable[[], float]) -> None:
    """What is no count but a state of this process; asked when the numbers are written."""
    _asked[name] = how


def share(folder: Path) -> None:
    """From now on other processes are told of this one's numbers in `folder`; called where a server or the worker starts. Without
    it the numbers are this process's alone."""
    global _folder
    _folder = folder


def all_numbers() -> Numbers:
    """Of this process as they are, of the others as they were a few seconds ago, and of those that are gone."""
    found = _mine()
    if _folder is not None:
        try:
            _begin()
            place = _shared
            if place is not None:
                found.add(place.others())
        except OSError as failure:
            logger.warning("numbers of other processes cannot be read: %s", type(failure).__name__)
    return found


def forget() -> None:
    """Nothing was counted, and nothing is shared."""
    global _own, _shared, _writer, _folder
    with _lock:
        _own = Numbers()
        _shared = _writer = _folder = None


def _in_a_child() -> None:
    """A forked child counts anew; whoever held the lock was left behind."""
    global _lock
    _lock = threading.Lock()
    forget()


def _mine() -> Numbers:
    with _lock:
        counters = dict(_own.counters)
        spans = {key: list(parts) for key, parts in _own.spans.items()}
        lately = dict(_own.lately)
    return Numbers(counters, spans, {name: how() for name, how in list(_asked.items())}, lately)


def _minute() -> int:
    return int(time.time() // 60)


def _still_lately(kept: dict[tuple[int, str], int]) -> dict[tuple[int, str], int]:
    """What a clock that was set back since calls the future is none of it."""
    now = _minute()
    return {key: number for key, number in kept.items() if now - LATELY < key[0] <= now}


class _Place:
    """A file of this process among those of others. Whoever holds the lock of a file is alive; it ends with the process."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.key = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._written = ""
        with self._alone():
            # Never closed: it ends with the process.
            alive = os.open(folder / f"{self.key}.lock", os.O_CREAT | os.O_WRONLY, 0o600)
            fcntl.flock(alive, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._fold()

    def write(self, numbers: Numbers) -> None:
        text = json.dumps(numbers.as_json())
        if text != self._written:
            _replace(self.folder / f"{self.key}.json", text)
            self._written = text

    def others(self) -> Numbers:
        with self._alone():
            self._fold()
            found = _read(self.folder / GONE) or Numbers()
            for path in self.folder.glob("*-*.json"):
                read = _read(path) if path.stem != self.key else None
                if read is not None:
                    found.add(read)
        return found

    def _fold(self) -> None:
        """Adds what ended processes left to the sum of those that are gone; once, also where the last fold was cut short."""
        dead = [lock.stem for lock in self.folder.glob("*-*.lock") if lock.stem != self.key and _is_free(lock)]
        if not dead:
            return
        kept = _json(self.folder / GONE) or {"counters": [], "spans": [], "gauges": {}, "keys": []}
        gone, keys = Numbers.of_json(kept), list(kept["keys"])
        for key in dead:
            left = _read(self.folder / f"{key}.json") if key not in keys else None
            if left is not None:
                gone.add(left, with_gauges=False)
            keys.append(key)
        _replace(self.folder / GONE, json.dumps(gone.as_json() | {"keys": keys[-MOST_REMEMBERED:]}))
        for key in dead:
            (self.folder / f"{key}.json").unlink(missing_ok=True)
            (self.folder / f"{key}.lock").unlink(missing_ok=True)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with open(self.folder / "all.lock", "w") as whole:
            fcntl.flock(whole, fcntl.LOCK_EX)
            yield


def _begin() -> None:
    """The thread that writes; begun by the first count, after a server has made its processes."""
    global _shared, _writer
    with _lock:
        if _writer is not None or _folder is None:
            return
        _writer = threading.Thread(target=_write_until_the_end, daemon=True, name="metrics")
    try:
        _shared = place = _Place(_folder)
        place.write(_mine())
    except OSError as failure:  # a full or read-only disk: this process tells of itself alone until it is begun anew
        logger.warning("numbers are not shared: %s", type(failure).__name__)
        return
    _writer.start()


def _write_until_the_end() -> None:
    place = _shared
    while not _ending.wait(EVERY) and _shared is place:
        _write_or_leave()


@atexit.register
def _write_the_last() -> None:
    _ending.set()
    _write_or_leave()


def _write_or_leave() -> None:
    place = _shared
    if place is not None:
        try:
            place.write(_mine())
        except OSError:  # told of by the disk's own numbers; the next time there may be room
            pass


def _replace(path: Path, text: str) -> None:
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix="new.")
    try:
        with os.fdopen(handle, "w") as file:
            file.write(text)
        os.replace(beside, path)
    except OSError:
        Path(beside).unlink(missing_ok=True)
        raise


def _read(path: Path) -> Numbers | None:
    read = _json(path)
    return None if read is None else Numbers.of_json(read)


def _json(path: Path) -> Any:
    """None where there is nothing to be read."""
    try:
        return json.loads(path.read_text())
    except (FileNotFoundError, ValueError):
        return None


def _is_free(lock: Path) -> bool:
    try:
        with open(lock) as held:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return False
    return True


os.register_at_fork(after_in_child=_in_a_child)
