"""The faults, kind by kind: how each is brought about, and what it is called. A kind answers how often it struck and what was
wrong.

Those of a point (a process killed, a disk that fails, a connection lost between two steps) need one errand each; the others let
people send meanwhile.
"""

import os
import random
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from bench.park.processes import descendants
from initiatives.rehearsal.browser import Request
from tests.faults import afterwards
from tests.faults.harness import Portal, people_sending, wait_for, wait_until

DOORS = ("person", "content", "documents", "submit", "check_page", "receipt")
OF_FILES = {
    "upload begins",
    "upload",
    "temporary file",
    "mkstemp",
    "write",
    "flush",
    "fchmod",
    "fsync",
    "rename",
    "mkdir",
}
SQL = ("SELECT", "INSERT", "UPDATE", "BEGIN", "DELETE", "commit", "SAVEPOINT", "RELEASE")
CUT_AT = (0.05, 0.5, 0.98)


_known: dict[int, list["Spot"]] = {}  # by the id of a portal


@dataclass
class Struck:
    """How often, and what was wrong after which."""

    times: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, other: "Struck") -> None:
        self.times += other.times
        self.wrong += other.wrong


@dataclass(frozen=True)
class Kind:
    """`name` is for the report. `once`: a few faults of it, drawn by `draw`."""

    name: str
    once: Callable[[Portal, random.Random], Struck]
    only: str = ""  # the database it needs


@dataclass(frozen=True)
class Spot:
    door: str
    point: int
    name: str


def spots(portal: Portal) -> list[Spot]:
    """All points of an errand; the first time they are learned by sending a few."""
    if id(portal) not in _known:
        _known[id(portal)] = [
            Spot(door, n, name) for door in DOORS for n, name in enumerate(portal.points(door), start=1)
        ]
    return _known[id(portal)]


def is_of_files(spot: Spot) -> bool:
    return spot.name in OF_FILES


def is_of_database(spot: Spot) -> bool:
    return spot.name.removeprefix("after ").startswith(SQL)


def is_writing(spot: Spot) -> bool:
    return is_of_database(spot) and spot.door in {"documents", "submit", "person", "content"}


def at(portal: Portal, spot: Spot, deed: str) -> Struck:
    """One errand that meets `deed` at `spot`, and is tried again as people do."""
    portal.plan(spot.door, spot.point, deed)
    receipt = portal.send(documents=1 if spot.door == "documents" else 0)
    told = portal.struck()
    wrong = afterwards.receipt_is_wrong(portal, receipt)
    return Struck(len(told), [f"{deed} at {spot.door} {spot.point} ({spot.name}): {each}" for each in wrong])


def by_points(name: str, deeds: tuple[str, ...], fits: Callable[[Spot], bool], *, only: str = "") -> Kind:
    """Goes through all spots and deeds that fit, in an order drawn once, and begins again."""
    waiting: dict[int, list[tuple[Spot, str]]] = {}

    def once(portal: Portal, draw: random.Random) -> Struck:
        queue = waiting.setdefault(id(portal), [])
        if not queue:
            queue += [(spot, deed) for spot in spots(portal) if fits(spot) for deed in deeds]
            draw.shuffle(queue)
        return at(portal, *queue.pop())

    return Kind(name, once, only)


# --- while people send ------------------------------------------------------------------------------------------------------


def process_killed_any_time(portal: Portal, draw: random.Random) -> Struck:
    with people_sending(portal):
        _wait_for_receipts(portal, draw.randint(1, 4))
        victims = _children(portal)
        os.kill(draw.choice(victims), signal.SIGKILL)
        _wait_for_receipts(portal, 2)
    return Struck(1, afterwards.wrong(portal))


def host_killed(portal: Portal, draw: random.Random) -> Struck:
    """gunicorn and all its processes; systemd starts it again."""
    with people_sending(portal):
        _wait_for_receipts(portal, draw.randint(1, 4))
        portal.kill()
        portal.start()
        _wait_for_receipts(portal, 2)
    return Struck(1, afterwards.wrong(portal))


def database_restarted(how: int | None) -> Callable[[Portal, random.Random], Struck]:
    """`how`: the signal PostgreSQL is ended with; None kills all its processes at once."""

    def once(portal: Portal, draw: random.Random) -> Struck:
        assert portal.database is not None
        with people_sending(portal):
            _wait_for_receipts(portal, draw.randint(1, 6))
            running = portal.database.running
            if how is None:
                running.kill()
            else:
                running.end(how)
            portal.database.start_again()
            _wait_for_receipts(portal, 2)
        return Struck(1, afterwards.wrong(portal))

    return once


def log_on_a_full_disk(portal: Portal, draw: random.Random) -> Struck:
    """Every line the portal and gunicorn write is refused, from the first."""
    portal.end()
    portal.start(log=Path("/dev/full"))
    try:
        wrong = [each for _ in range(5) for each in afterwards.receipt_is_wrong(portal, portal.send())]
        phone = portal.phone()
        if phone.browser.send(Request("GET", "/khong-co-trang-nay/")).status != 404:
            wrong.append("a page that is not there is not answered with 404")
        phone.browser.close()
        os.kill(draw.choice(_children(portal)), signal.SIGKILL)
        wrong += afterwards.receipt_is_wrong(portal, portal.send())
    finally:
        portal.end()
        portal.start()
    return Struck(1, wrong)


# --- lines ------------------------------------------------------------------------------------------------------------------


def upload_cut(portal: Portal, draw: random.Random, offset: float | None = None) -> Struck:
    """The line is lost after a part of a document; then the same document is sent again. Straight to gunicorn: nginx would pass
    nothing on."""
    phone = portal.phone()
    whole = phone._document
    part = draw.random() if offset is None else offset
    cuts = count()

    def cut_first(page: object, place: int, title: str) -> Request:
        request = whole(page, place, title)  # type: ignore[arg-type]
        if next(cuts) == 0:
            _send_a_part(portal, request, int(len(request.body) * part))
        return request

    phone._document = cut_first  # type: ignore[method-assign, assignment]
    receipt = phone.send_initiative()
    wrong = afterwards.receipt_is_wrong(portal, receipt)
    return Struck(1, [f"cut at {part:.0%}: {each}" for each in wrong])


def form_cut(portal: Portal, draw: random.Random) -> Struck:
    """The same of what was typed: half a step is not saved."""
    phone = portal.phone(documents=0)
    insist, cut = phone._insist, draw.choice(("person", "content", "submit"))
    left = [cut]

    def cut_first(request: Request, **how: bool) -> object:
        if request.method == "POST" and request.kind in left:
            left.clear()
            _send_a_part(portal, request, draw.randrange(len(request.body)))
        return insist(request, **how)

    phone._insist = cut_first  # type: ignore[method-assign, assignment]
    receipt = phone.send_initiative()
    return Struck(1, [f"{cut} cut: {each}" for each in afterwards.receipt_is_wrong(portal, receipt)])


def _send_a_part(portal: Portal, request: Request, size: int) -> None:
    with socket.create_connection(("127.0.0.1", portal.port), timeout=30) as line:
        line.sendall(_head(portal, request) + request.body[:size])


def _head(portal: Portal, request: Request) -> bytes:
    told = (
        f"{request.method} {request.address} HTTP/1.1",
        f"Host: 127.0.0.1:{portal.port}",
        f"Origin: {portal.url}",
        "Sec-Fetch-Site: same-origin",
        f"Referer: {portal.url}{request.address}",
        f"Accept: {request.accept}",
        f"Content-Type: {request.content_type}",
        f"Content-Length: {len(request.body)}",
    )
    return "\r\n".join([*told, "", ""]).encode()


# --- the clock --------------------------------------------------------------------------------------------------------------


def clock_set(portal: Portal, draw: random.Random) -> Struck:
    """Between two people, and in the middle of one's errand, the clock jumps; then it is right again. What is received never
    runs backwards in time, and nobody loses anything."""
    by = draw.choice((-86_400, -3_600, -60, -3, 3, 60, 3_600, 86_400))
    last = wait_for(lambda: portal.ask("SELECT max(id) FROM initiatives_initiative"))[0][0] or 0
    phone, insist = portal.phone(documents=0), None
    insist, turn = phone._insist, draw.choice(("person", "content", "submit"))

    def jumping(request: Request, **how: bool) -> object:
        if request.method == "POST" and request.kind == turn:
            portal.set_clock(by)
        return insist(request, **how)

    phone._insist = jumping  # type: ignore[method-assign, assignment]
    try:
        wrong = afterwards.receipt_is_wrong(portal, phone.send_initiative())
        wrong += afterwards.receipt_is_wrong(portal, portal.send(documents=0))
    finally:
        portal.set_clock(0)
    wrong += afterwards.receipt_is_wrong(portal, portal.send(documents=0))
    moments = portal.ask("SELECT submitted_at FROM initiatives_initiative WHERE id >= ? ORDER BY id", last)
    if moments != sorted(moments):
        wrong.append("what came later is written as earlier")
    return Struck(1, [f"clock set by {by} s before {turn}: {each}" for each in wrong])


def close_passed_and_back(portal: Portal, draw: random.Random) -> Struck:
    """The clock runs past the close and is set right: what was typed then is kept, and the same person still sends it."""
    portal.set_clock(400 * 86_400)
    refused = len(portal.story.refused)
    try:
        early = portal.send(documents=0)
    finally:
        portal.set_clock(0)
    told = portal.story.refused[refused:]
    del portal.story.refused[refused:]
    wrong = [] if early is None and len(told) == 1 else ["a receipt was shown after the close"]
    wrong += afterwards.receipt_is_wrong(portal, portal.send(documents=0))
    return Struck(1, wrong)


# --- all --------------------------------------------------------------------------------------------------------------------


def _children(portal: Portal) -> list[int]:
    assert portal.gunicorn is not None
    pid = portal.gunicorn.pid
    return list(wait_for(lambda: descendants(pid) or _nobody()))


def _nobody() -> list[int]:
    raise OSError("no process yet")


def _wait_for_receipts(portal: Portal, number: int) -> None:
    there = len(portal.story.acknowledged)
    wait_until(lambda: len(portal.story.acknowledged) >= there + number)


KILLED = by_points("web process killed between two steps (kill -9)", ("kill",), lambda spot: True)
DISK = by_points(
    "disk of documents: full, read-only, failing, over quota", ("ENOSPC", "EROFS", "EIO", "EDQUOT"), is_of_files
)
LOST = by_points(
    "connection to the database ended between two steps", ("cut_connection",), is_of_database, only="PostgreSQL"
)
CRASH = by_points(
    "database process killed at a statement or during commit",
    ("kill_backend", "kill_backend_soon"),
    is_writing,
    only="PostgreSQL",
)
FULL = by_points("disk of the database full", ("no_page_left", "no_byte_left"), is_writing, only="SQLite")
FULL_BACKEND = by_points("disk of the database full", ("disk_of_backend",), is_writing, only="PostgreSQL")
KINDS: dict[str, tuple[int, Kind]] = {
    # how often in a round of a hundred and some
    "killed": (40, KILLED),
    "disk": (16, DISK),
    "lost": (12, LOST),
    "crash": (3, CRASH),
    "full": (12, FULL),
    "full_backend": (4, FULL_BACKEND),
    "any_time": (4, Kind("web process killed at any moment, while people send", process_killed_any_time)),
    "host": (1, Kind("whole web host killed, while people send", host_killed)),
    "fast": (
        1,
        Kind("database restarted in order, while people send", database_restarted(signal.SIGINT), "PostgreSQL"),
    ),
    "immediate": (
        1,
        Kind(
            "database ended without a checkpoint, while people send", database_restarted(signal.SIGQUIT), "PostgreSQL"
        ),
    ),
    "killed_database": (
        1,
        Kind("whole database killed (kill -9), while people send", database_restarted(None), "PostgreSQL"),
    ),
    "log": (1, Kind("log on a full disk", log_on_a_full_disk)),
    "upload_cut": (6, Kind("line lost in the middle of a document", upload_cut)),
    "form_cut": (6, Kind("line lost in the middle of a form", form_cut)),
    "clock": (6, Kind("clock set back or forward in the middle of an errand", clock_set)),
    "close": (2, Kind("clock past the close and back", close_passed_and_back)),
}
