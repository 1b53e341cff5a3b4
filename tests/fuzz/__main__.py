"""The long run of tests/fuzz: whatever may come, many times, on SQLite and on PostgreSQL where TEST_POSTGRES_URL names one.

python -m tests.fuzz --requests 100000 --at-once 2 --reports FOLDER [--seed N] [--save]      # half of them to each side

FOLDER keeps a report of each process, and the last lines of one that failed. The same command again sends what is missing
there, another --seed adds to it, and --told FOLDER makes the page of it. --save writes docs/fuzz.md.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from queue import SimpleQueue
from urllib.parse import urlsplit

from tests.fuzz.telling import page_of, read, still_found

ROOT = Path(__file__).parent.parent.parent
REPORT = ROOT / "docs" / "fuzz.md"
MOST_OF_ONE = 5_000  # requests of one process: what it keeps of them in memory stays small
SIDES = ("admin", "public")
TESTS = {"admin": "tests/fuzz/test_admin_doors.py", "public": "tests/fuzz/test_public_forms.py"}
COUNTED = {"admin": "FUZZ_ADMIN", "public": "FUZZ_PUBLIC"}
LAST_LINES = 60


@dataclass(frozen=True)
class Share:
    """What one process sends."""

    side: str
    server: str  # "" is SQLite
    number: int
    seed: int

    @property
    def name(self) -> str:
        """As `keeping.keep` calls its report."""
        return f"{self.side}-{'postgresql' if self.server else 'sqlite'}-{self.seed}"


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--requests", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1, help="of the first process; the others follow")
    parser.add_argument("--at-once", type=int, default=1, help="processes")
    parser.add_argument(
        "--reports", type=Path, help="keep the reports in this folder; what is told there is not sent again"
    )
    parser.add_argument("--told", type=Path, help="make the page of the reports in this folder, and send nothing")
    parser.add_argument("--save", action="store_true", help="write docs/fuzz.md")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="portal-fuzz-") as passing:
        folder = asked.told or asked.reports or Path(passing)
        folder.mkdir(parents=True, exist_ok=True)
        if not asked.told:
            planned = shares(asked.requests, os.environ.get("TEST_POSTGRES_URL", ""), first=asked.seed)
            send_all([each for each in planned if not is_told(each, folder)], folder, at_once=asked.at_once)
        told = read(folder)
        failed = sorted(path.stem for path in folder.glob("*.failed"))
    page = page_of(told, failed, on=date.today())
    print(page)
    if asked.save:
        REPORT.parent.mkdir(exist_ok=True)
        REPORT.write_text(page, encoding="utf-8")
    return 1 if failed or any(still_found(told)) else 0


def shares(number: int, server: str, *, first: int) -> Iterator[Share]:
    """Evenly over both sides and all databases, each process with a seed of its own; in turns, so that whatever is there when a
    run is stopped is of all of them."""
    places = [(side, database) for database in dict.fromkeys(("", server)) for side in SIDES]
    seed, left = first, number // len(places)
    while left > 0:
        for side, database in places:
            yield Share(side, database, min(left, MOST_OF_ONE), seed)
            seed += 1
        left -= MOST_OF_ONE


def is_told(share: Share, folder: Path) -> bool:
    """Whether its report says that all of it was sent."""
    return any(
        f"{each['part']}-{each['database']}-{each['seed']}" == share.name and each["requests"] >= share.number
        for each in read(folder)
    )


def send_all(every: list[Share], folder: Path, *, at_once: int) -> None:
    places: SimpleQueue[int] = SimpleQueue()
    for place in range(at_once):
        places.put(place)

    def one(share: Share) -> None:
        place = places.get()
        try:
            send(share, folder, place=place)
        finally:
            places.put(place)

    with ThreadPoolExecutor(at_once) as pool:
        list(pool.map(one, every))


def send(share: Share, folder: Path, *, place: int) -> None:
    """In a process, on a database of its `place`. What it said last is kept where it did not come to its end; findings stand in
    its report."""
    environment = os.environ | {
        "FUZZ_REPORTS": str(folder.resolve()),
        COUNTED[share.side]: str(share.number),
        "FUZZ_SEED": str(share.seed),
        "TEST_POSTGRES_URL": of_place(share.server, place),
    }
    asked = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:logging",
        "--tb=short",
        "--show-capture=no",
        TESTS[share.side],
    ]
    ended = subprocess.run(
        asked, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    told = folder / f"{share.name}.failed"
    told.unlink(missing_ok=True)
    if is_told(share, folder):
        print(f"{share.name}: sent, {ended.returncode}", file=sys.stderr, flush=True)
        return
    told.write_text("\n".join(ended.stdout.splitlines()[-LAST_LINES:]) + "\n", encoding="utf-8")
    print(f"{share.name}: failed with {ended.returncode}, see {told}", file=sys.stderr, flush=True)


def of_place(server: str, place: int) -> str:
    """A database for each process that runs at the same time."""
    if not server:
        return ""
    address = urlsplit(server)
    return address._replace(path=f"{address.path}_{place}").geturl()


if __name__ == "__main__":
    sys.exit(main())
