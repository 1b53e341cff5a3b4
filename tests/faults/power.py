"""A cut of the power, at any moment of an evening that was written down once.

`power.c` stands between the portal's processes and the C library and notes what they write, force to the disk and name. From that
the disk is built as a cut would leave it: what was forced is there; of what was not, a part that is drawn, in pieces, or nothing.
Needs a C compiler. PostgreSQL's own files are not looked at like this: its processes are killed instead (`kinds.py`).
"""

import hashlib
import random
import shutil
import sqlite3
import struct
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.db.backends.sqlite3._functions import register

from initiatives.rehearsal.phones import Acknowledged
from tests.faults.harness import Portal, people_sending, wait_until
from tests.faults.kinds import Struck

HEAD = struct.Struct("<dc2i2q")
SECTOR = 512  # bytes of which a disk writes all or nothing
CUTS = 150  # an evening takes half a minute to play, a cut a moment
DATABASE = "portal.sqlite3"


@dataclass(frozen=True)
class Deed:
    """`kind`: w(ritten), s(ynced), t(runcated), r(enamed), u(nlinked)."""

    moment: float
    kind: str
    path: str
    other: str
    offset: int
    content: bytes


@dataclass
class File:
    """What is on the disk for certain, and what is on its way there. `was`: the name the disk still knows it by."""

    certain: bytearray = field(default_factory=bytearray)
    waiting: list[Deed] = field(default_factory=list)
    was: str = ""

    def after(self, deeds: list[Deed]) -> bytearray:
        content = bytearray(self.certain)
        for deed in deeds:
            _apply(content, deed)
        return content


def compiler() -> str | None:
    return shutil.which("cc") or shutil.which("gcc")


def cuts(portal: Portal, draw: random.Random, *, number: int = CUTS, **further: str) -> Struck:
    """So many cuts within one evening of people who send documents. `further`: what the portal's processes are told besides."""
    base, log, first = portal.folder / "base", portal.folder / "power.log", len(portal.story.acknowledged)
    portal.end()
    shutil.rmtree(base, ignore_errors=True)
    log.unlink(missing_ok=True)
    shutil.copytree(portal.data, base)
    told = {"LD_PRELOAD": str(_shim(portal)), "POWER_FOLDER": str(portal.data), "POWER_LOG": str(log)}
    portal.start(further=told | further)
    try:
        with people_sending(portal, documents=1):
            wait_until(lambda: len(portal.story.acknowledged) >= first + 12)
    finally:
        portal.end()
        portal.start()
    deeds = list(written_down(log))
    wrong = []
    disk = Disk(base, portal.data)
    moments = set(draw.sample(range(len(deeds)), min(number, len(deeds))))
    for place, deed in enumerate(deeds):
        disk.note(deed)
        if place in moments:
            known = [each for each in portal.story.acknowledged if each.heard_at < deed.moment]
            with tempfile.TemporaryDirectory(prefix="portal-power-") as left:
                disk.left_in(Path(left), draw)
                wrong += [f"power cut after {place} of {len(deeds)}: {each}" for each in lost(Path(left), known)]
    return Struck(len(moments), wrong)


def written_down(log: Path) -> Iterator[Deed]:
    content = memoryview(log.read_bytes())
    at = 0
    while at + HEAD.size <= len(content):
        moment, kind, path, other, offset, size = HEAD.unpack_from(content, at)
        at += HEAD.size
        names = bytes(content[at : at + path + other]).decode()
        at += path + other
        held = size if kind == b"w" else 0
        yield Deed(moment, kind.decode(), names[:path], names[path:], offset, bytes(content[at : at + held]))
        at += held


class Disk:
    """The files below `folder`, as they were in `base` when the evening began."""

    def __init__(self, base: Path, folder: Path) -> None:
        self.folder = str(folder)
        self.files = {
            str(folder / path.relative_to(base)): File(bytearray(path.read_bytes()))
            for path in base.rglob("*")
            if path.is_file() and not path.name.endswith("-shm")
        }

    def note(self, deed: Deed) -> None:
        if deed.path.endswith("-shm"):
            return  # nothing that outlives a process
        if deed.kind == "u":
            self.files.pop(deed.path, None)
        elif deed.kind == "r":
            moved = self.files.pop(deed.path, File())
            moved.was = deed.path
            self.files[deed.other] = moved
        elif deed.kind == "s" and deed.path in self.files:
            file = self.files[deed.path]
            for each in file.waiting:
                _apply(file.certain, each)
            file.waiting = []
        elif deed.kind == "s":  # a folder: the names in it are certain
            for name, file in self.files.items():
                if file.was and str(Path(name).parent) == deed.path:
                    file.was = ""
        else:
            self.files.setdefault(deed.path, File()).waiting.append(deed)

    def left_in(self, place: Path, draw: random.Random) -> None:
        """Writes what a cut in this moment may leave."""
        for name, file in self.files.items():
            if file.was and draw.random() < 0.7:
                name = file.was
            kept = place / Path(name).relative_to(self.folder)
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_bytes(file.after(_reached(file.waiting, draw)))


def lost(folder: Path, known: list[Acknowledged]) -> list[str]:
    """What of the receipts that were shown is not on this disk, and what is there in half."""
    database = sqlite3.connect(folder / DATABASE)
    register(database)  # constraints name functions of Django's
    try:
        # Nobody needs this copy after the look, and a busy disk took seconds to write back what was recovered.
        database.execute("PRAGMA synchronous = OFF")
        whole = database.execute("PRAGMA integrity_check").fetchone()[0]
        if whole != "ok":
            return [f"the database is broken: {whole}"]
        rows = dict(database.execute("SELECT receipt_code, title FROM initiatives_initiative").fetchall())
        wrong = [
            f"the receipt {each.code} is gone"
            for each in known
            if rows.get("".join(filter(str.isdigit, each.code))) != each.title
        ]
        half = database.execute(
            "SELECT count(*) FROM initiatives_initiative i WHERE "
            "(SELECT count(*) FROM initiatives_reviewevent e WHERE e.initiative_id = i.id) <> 1"
        ).fetchone()[0]
        wrong += [f"{half} initiatives without their first step"] if half else []
        documents = database.execute("SELECT stored_name, sha256 FROM initiatives_attachment").fetchall()
    finally:
        database.close()
    for name, sha256 in documents:
        file = folder / "media" / name
        if not file.exists() or hashlib.sha256(file.read_bytes()).hexdigest() != sha256:
            wrong.append(f"a document is {'cut' if file.exists() else 'gone'}: {name}")
    return wrong


def _reached(waiting: list[Deed], draw: random.Random) -> list[Deed]:
    """What of this is on the disk: nothing, all, or some of it in any order, with a piece torn off."""
    chance = draw.random()
    if chance < 0.4 or not waiting:
        return []
    if chance < 0.55:
        return waiting
    some = [each for each in waiting if draw.random() < 0.6]
    if some and len(some[-1].content) > SECTOR:
        torn = some[-1]
        rest = draw.randrange(len(torn.content) // SECTOR) * SECTOR
        some[-1] = Deed(torn.moment, torn.kind, torn.path, torn.other, torn.offset, torn.content[:rest])
    return some


def _apply(content: bytearray, deed: Deed) -> None:
    if deed.kind == "t":
        del content[deed.offset :]
        return
    if len(content) < deed.offset:
        content.extend(bytes(deed.offset - len(content)))
    content[deed.offset : deed.offset + len(deed.content)] = deed.content


def _shim(portal: Portal) -> Path:
    built = portal.folder / "power.so"
    if not built.exists():
        program = compiler()
        assert program is not None
        source = Path(__file__).with_name("power.c")
        subprocess.run([program, "-shared", "-fPIC", "-O1", "-o", str(built), str(source), "-ldl"], check=True)
    return built
