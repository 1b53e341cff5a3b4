"""`python -m bench.load`: a deadline evening on this machine, as phones see it, beside floors measured in the same run.

python -m bench.load [--short] [--only PROFILE …] [--initiatives N] [--database URL] [--soak MINUTES] [--save NAME]

Starts everything itself (`bench.park`), plays each profile for a bounded time (`initiatives.rehearsal`), and looks afterwards
whether whatever was acknowledged is there once. A table for people on standard error, JSON on standard output; `--save` keeps it.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from threading import Event, Thread
from typing import Any

from bench import checks, floors, results, statements
from bench.floors import milliseconds
from bench.park import SHARED, Bare, Park, Wanted, park
from bench.park.postgres import find_initdb
from bench.park.processes import stopping_in_order
from initiatives.rehearsal.browser import Line
from initiatives.rehearsal.crowd import Crowd, Mix, Result, Where, steady
from initiatives.rehearsal.phones import Acknowledged, Habits
from initiatives.rehearsal.words import LONGEST_NUMBER, Days

UNITS = (
    "quang-tri/dong-ha",
    "quang-tri/vinh-linh",
    "quang-tri/gio-linh",
    "quang-tri/cam-lo",
    "quang-tri/trieu-phong",
    "quang-tri/hai-lang",
)
WRITERS = Mix(writers=1, readers=0, trackers=0, uploads=0, slow=0)
# Twenty readers to a writer, some looking up what they sent.
EVENING = Mix(writers=1, readers=20, trackers=0.5, uploads=0.1, slow=0.05)
AT_ONCE = Habits(line=Line(fetches_assets=False))
SUSTAINED = 7.0  # submissions a second
BURST = 50
# BUDGETS.md: of the floor's; milliseconds.
SHARE_OF_FLOOR, P95_MS = 0.4, 100
KEEPS_UP = 0.9  # the last of them are still on their way when nobody comes any more
ONE_UNIT_SHARE, LONGEST_LOCK_WAIT_MS = 0.7, 50
FLAT = 0.001  # of what the web processes hold, a minute
SOAK_EVERY = 5.0  # seconds between two looks at memory


@dataclass(frozen=True)
class Lengths:
    """Seconds, and how many."""

    floor: float
    closed: float
    turns: int
    open: float
    bursts: int
    phones: int
    phones_seconds: float
    think: tuple[float, float]
    overload: float
    drains: float  # how long those who came are waited for


LONG = Lengths(10, 30, 3, 120, 5, 400, 180, (1.0, 4.0), 30, 90)
SHORT = Lengths(3, 6, 1, 15, 2, 150, 20, (0.2, 1.0), 8, 20)
TRIED = Lengths(0.5, 1.5, 1, 2, 1, 5, 3, (0.1, 0.2), 1, 10)  # whether it runs
PHONES_A_SECOND = 500


@dataclass
class Evening:
    """A park, and everybody who was let loose on it."""

    park: Park
    lengths: Lengths
    began: float = field(default_factory=time.time)
    acknowledged: list[Acknowledged] = field(default_factory=list)

    def crowd(
        self, *, mix: Mix, habits: Habits = AT_ONCE, units: tuple[str, ...] = UNITS, most_threads: int = 2000
    ) -> Crowd:
        # Its own phones, also in a database that is kept: no crowd needs so many a second, and they come again after five hours.
        first = int(time.time() * PHONES_A_SECOND) % LONGEST_NUMBER
        crowd = Crowd(
            Where(self.park.url, self.park.campaign, days(), units=units),
            habits=habits,
            mix=mix,
            seed=first,
            first=first,
            most_threads=most_threads,
        )
        # Whoever looks up a receipt needs one that was given.
        crowd.story.acknowledged += self.acknowledged[-50:]
        return crowd

    def played(self, crowd: Crowd, play: Callable[[Crowd], Result]) -> dict[str, Any]:
        """What came of it, with what it cost."""
        given_before = len(crowd.story.acknowledged)
        before, clock = self.park.cpu(), time.monotonic()
        with watching_locks(self.park) as locks:
            result = play(crowd)
        spent, after = time.monotonic() - clock, self.park.cpu()
        receipts = result.story.acknowledged[given_before:]
        self.acknowledged += receipts
        del result.story.acknowledged[:given_before]
        return told(result, spent, {name: after[name] - before[name] for name in before}) | {
            "longest_lock_wait_ms": round(locks["longest_ms"], 1)
        }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.load")
    parser.add_argument("--short", action="store_true", help="three minutes at most, for make bench")
    parser.add_argument("--tried", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--only", nargs="*", default=[], choices=list(PROFILES), help="these profiles")
    parser.add_argument("--webs", type=int, default=1, help="gunicorns")
    parser.add_argument("--workers", type=int, default=2, help="processes of each")
    parser.add_argument("--initiatives", type=int, default=0, help="that the campaign holds before")
    parser.add_argument("--unions", type=int, default=None)
    parser.add_argument("--database", default="", help="the address of a database to use and keep")
    parser.add_argument("--cache", action="store_true", help="with redis-server as the shared cache")
    parser.add_argument(
        "--soak", type=float, default=0, metavar="MINUTES", help="the evening for so long, memory watched"
    )
    parser.add_argument("--soak-rate", type=float, default=3.0, help="submissions a second of the soak")
    parser.add_argument(
        "--save", default="", metavar="NAME", help="keeps it in bench/results/<date>-<commit>-NAME.json"
    )
    asked = parser.parse_args()
    if find_initdb() is None and not asked.database:
        print("left out: the load, for PostgreSQL's programs are not installed here", file=sys.stderr)
        return
    wanted = Wanted(
        webs=asked.webs,
        workers=asked.workers,
        database=asked.database,
        initiatives=asked.initiatives,
        unions=asked.unions,
        cache=asked.cache,
        max_requests="0" if asked.soak else "",
    )
    lengths = TRIED if asked.tried else SHORT if asked.short else LONG
    with stopping_in_order(), park(wanted) as found:
        evening = Evening(found, lengths)
        report = results.about(
            {
                "webs": asked.webs,
                "workers": asked.workers,
                "initiatives_before": _initiatives(found),
                "left_out": found.left_out,
            },
            postgres=str(found.ask("SHOW server_version")[0][0]).split()[0],
        )
        report |= soaked(evening, asked.soak, asked.soak_rate) if asked.soak else measured(evening, asked)
        report["afterwards"] = checks.held(found, evening.acknowledged, since=evening.began)
        report["faults"] = found.faults()
    json.dump(report, sys.stdout, indent=2, ensure_ascii=False)
    print()
    print(table(report), file=sys.stderr)
    if asked.save:
        print(f"kept: {results.kept(report, asked.save)}", file=sys.stderr)
    if not report["afterwards"]["holds"]:
        raise SystemExit("Something acknowledged is not as it must be: see “afterwards”.")


def measured(evening: Evening, asked: argparse.Namespace) -> dict[str, Any]:
    names = asked.only or list(PROFILES)
    found: dict[str, Any] = {"statements": statements.asked(evening.park)}
    warmed(evening)
    found["memory_mib"] = {"start": evening.park.memory()}
    with Bare.beside(evening.park, workers=asked.workers * asked.webs) as bare:
        found["floors"] = floors_of(bare, evening)
        found["profiles"] = {}
        for name in names:
            print(f"… {name}", file=sys.stderr, flush=True)
            found["profiles"][name] = PROFILES[name](evening, found, bare)
        found["memory_mib"]["end"] = evening.park.memory()
    found["ratios"] = ratios(found)
    return found


def warmed(evening: Evening) -> None:
    """Every process has drawn every page once: the evening does not begin with a portal that was just started."""
    processes = max(len(evening.park.webs), 1) * 4
    evening.played(
        evening.crowd(mix=WRITERS), lambda crowd: crowd.closed(processes, seconds=60, most_errands=processes * 2)
    )


def floors_of(bare: Bare, evening: Evening) -> dict[str, Any]:
    seconds = evening.lengths.floor
    return {
        "static_page": floors.measured(bare, "page", clients=4, seconds=seconds),
        "errand_4": floors.measured(bare, "errand", clients=4, seconds=seconds),
        "errand_16": floors.measured(bare, "errand", clients=16, seconds=seconds),
        "pgbench_4": floors.pgbench(bare.database_url, evening.park.folder, clients=4, seconds=round(seconds)),
    }


# --- profiles ----------------------------------------------------------------------------------------------------------------


def four(evening: Evening, found: dict[str, Any], bare: Bare) -> dict[str, Any]:
    """Four who send one initiative after the other, without a pause; after each turn the floor again. Of both the best counts."""
    best: dict[str, Any] = {}
    for _ in range(evening.lengths.turns):
        crowd = evening.crowd(mix=WRITERS)
        turn = evening.played(crowd, lambda crowd: crowd.closed(4, seconds=evening.lengths.closed))
        if turn["submissions_a_second"] >= best.get("submissions_a_second", 0):
            best = turn
        floor = floors.measured(bare, "errand", clients=4, seconds=evening.lengths.floor)
        if floor["a_second"] > found["floors"]["errand_4"]["a_second"]:
            found["floors"]["errand_4"] = floor
    return best


def sixteen(evening: Evening, found: dict[str, Any], bare: Bare) -> dict[str, Any]:
    """Sixteen without a pause, first of six units, then all of one."""
    spread = evening.played(evening.crowd(mix=WRITERS), lambda crowd: crowd.closed(16, seconds=evening.lengths.closed))
    one = evening.played(
        evening.crowd(mix=WRITERS, units=UNITS[:1]), lambda crowd: crowd.closed(16, seconds=evening.lengths.closed)
    )
    one["of_six_units"] = spread
    return one


def sustained(evening: Evening, found: dict[str, Any], bare: Bare) -> dict[str, Any]:
    """Seven submissions a second, twenty readers to each, whether or not the portal keeps up."""
    people = SUSTAINED * (EVENING.writers + EVENING.readers + EVENING.trackers)
    crowd = evening.crowd(mix=EVENING)
    seconds, drains = evening.lengths.open, evening.lengths.drains
    played = evening.played(crowd, lambda crowd: crowd.arriving(steady(people), seconds=seconds, finish_within=drains))
    return played | {"came_within_seconds": seconds}


def bursts(evening: Evening, found: dict[str, Any], bare: Bare) -> dict[str, Any]:
    """Fifty who begin at the same moment: how long until the last of them holds a receipt."""
    ends = []
    for _ in range(evening.lengths.bursts):
        crowd = evening.crowd(mix=WRITERS)
        last = evening.played(
            crowd, lambda crowd: crowd.closed(BURST, seconds=evening.lengths.drains, most_errands=BURST)
        )
        ends.append(last["seconds"])
    return last | {"seconds_until_the_last": ends}


def phones(evening: Evening, found: dict[str, Any], bare: Bare) -> dict[str, Any]:
    """Hundreds who think before each step, send documents, are on slow lines, tap twice and try again."""
    habits = Habits(think_seconds=evening.lengths.think, documents=2, document_bytes=200_000, double_tap=0.1)
    mix = Mix(writers=1, readers=2, trackers=0.3, uploads=0.4, slow=0.2)
    crowd = evening.crowd(mix=mix, habits=habits)
    number, seconds = evening.lengths.phones, evening.lengths.phones_seconds
    return evening.played(crowd, lambda crowd: crowd.closed(number, seconds=seconds)) | {"phones": number}


def overload(evening: Evening, found: dict[str, Any], bare: Bare) -> dict[str, Any]:
    """Five times what four clients got through, five readers to each: what is refused, how fast, how many get through."""
    carried = found["profiles"].get("four", {}).get("submissions_a_second") or SUSTAINED
    rate = carried * 5
    crowd = evening.crowd(mix=Mix(writers=1, readers=5, trackers=0, uploads=0, slow=0), most_threads=1500)
    lengths = evening.lengths
    played = evening.played(
        crowd,
        lambda crowd: crowd.arriving(steady(rate * 6), seconds=lengths.overload, finish_within=lengths.drains),
    )
    return played | {"writers_a_second": round(rate, 1)}


PROFILES: dict[str, Callable[[Evening, dict[str, Any], Bare], dict[str, Any]]] = {
    "four": four,
    "sixteen": sixteen,
    "sustained": sustained,
    "bursts": bursts,
    "phones": phones,
    "overload": overload,
}


def soaked(evening: Evening, minutes: float, rate: float) -> dict[str, Any]:
    """The evening for minutes; processes of gunicorn are not replaced meanwhile, so that nothing hides what grows."""
    people = rate * (EVENING.writers + EVENING.readers + EVENING.trackers)
    looks: list[tuple[float, dict[str, float]]] = []
    over = Event()
    began = time.monotonic()

    def look() -> None:
        while not over.wait(SOAK_EVERY):
            looks.append(((time.monotonic() - began) / 60, evening.park.memory()))

    watch = Thread(target=look, daemon=True)
    watch.start()
    try:
        crowd = evening.crowd(mix=EVENING)
        played = evening.played(
            crowd,
            lambda crowd: crowd.arriving(
                steady(people), seconds=minutes * 60, most_people=10_000_000, finish_within=60
            ),
        )
    finally:
        over.set()
        watch.join()
    return {
        "soak": {"minutes": minutes, "rate": rate, "memory": {name: moved(name, looks) for name in looks[0][1]}}
        | played
    }


def moved(name: str, looks: list[tuple[float, dict[str, float]]]) -> dict[str, Any]:
    """How memory went: MiB a minute by least squares over the second half, when everything that is kept was made once."""
    series = [(minute, held[name]) for minute, held in looks if name in held]
    late = series[len(series) // 2 :]
    slope = least_squares(late)
    mean = sum(held for _, held in late) / len(late)
    return {
        "first_mib": series[0][1],
        "last_mib": series[-1][1],
        "most_mib": max(held for _, held in series),
        "mib_a_minute": round(slope, 3),
        # Buffers fill up to what they were given, and are no leak.
        "is_flat": None if name.endswith(SHARED) else slope <= max(FLAT * mean, 0.05),
        "looks": [(round(minute, 2), held) for minute, held in series[:: max(len(series) // 60, 1)]],
    }


def least_squares(points: list[tuple[float, float]]) -> float:
    """The slope; 0 of fewer than two."""
    if len(points) < 2:
        return 0.0
    x_mean, y_mean = (sum(point[axis] for point in points) / len(points) for axis in (0, 1))
    spread = sum((x - x_mean) ** 2 for x, _ in points)
    return sum((x - x_mean) * (y - y_mean) for x, y in points) / spread if spread else 0.0


# --- what is told -------------------------------------------------------------------------------------------------------------


def told(result: Result, seconds: float, cpu: dict[str, float]) -> dict[str, Any]:
    said = result.as_json()
    kinds = said.pop("figures")
    requests = sum(kinds["all"]["statuses"].values())
    said["seconds"] = round(seconds, 2)
    said["submissions_a_second"] = round(said["acknowledged"] / seconds, 2)
    said["requests_a_second"] = round(requests / seconds, 1)
    said["kinds"] = {name: latencies(each) for name, each in kinds.items()}
    said["statuses"], said["failures"] = kinds["all"]["statuses"], kinds["all"]["failures"]
    said["cpu_ms_a_request"] = {name: round(spent / max(requests, 1) * 1000, 2) for name, spent in cpu.items()}
    said["cpu_seconds"] = {name: round(spent, 2) for name, spent in cpu.items()}
    said["gave_up_why"] = _counted(each.why for each in result.story.gave_up if each.step != "stopped")
    return said


def latencies(figures: dict[str, Any]) -> dict[str, Any]:
    named = {"p50": "p50_ms", "p95": "p95_ms", "p99": "p99_ms", "longest": "worst_ms"}
    told = {"asked": figures["asked"]} | {name: milliseconds(figures[of]) for of, name in named.items()}
    bad = {status: number for status, number in figures["statuses"].items() if int(status) >= 400}
    return told | ({"refused": bad} if bad else {}) | ({"failures": figures["failures"]} if figures["failures"] else {})


def ratios(found: dict[str, Any]) -> dict[str, Any]:
    """What BUDGETS.md asks, each with whether it holds."""
    profiles, floor, said = found["profiles"], found["floors"], {}
    if "four" in profiles:
        mine = profiles["four"]
        share = mine["submissions_a_second"] / floor["errand_4"]["a_second"]
        said["submissions of four, of the floor"] = goal(share, at_least=SHARE_OF_FLOOR)
        said["p95 of four, ms"] = goal(mine["kinds"]["all"]["p95_ms"], at_most=P95_MS)
        said["failures of four"] = goal(_failed(mine), at_most=0)
        said["CPU of a submission, of the floor"] = goal(_cpu_each(mine) / _of_both(floor["errand_4"]), at_most=2.7)
        if floor["pgbench_4"]:
            said["submissions of four, of pgbench's inserts"] = {
                "is": round(mine["submissions_a_second"] / floor["pgbench_4"]["a_second"], 4)
            }
    if "sixteen" in profiles:
        mine = profiles["sixteen"]
        spread = mine["of_six_units"]["submissions_a_second"]
        said["sixteen at one unit, of sixteen at six"] = goal(
            mine["submissions_a_second"] / max(spread, 0.01), at_least=ONE_UNIT_SHARE
        )
        said["longest wait for a lock of sixteen at one unit, ms"] = goal(
            mine["longest_lock_wait_ms"], at_most=LONGEST_LOCK_WAIT_MS
        )
    if "sustained" in profiles:
        mine = profiles["sustained"]
        said["seven a second: given receipts, of those who came"] = goal(
            mine["acknowledged"] / max(mine["errands"].get("write", 0), 1), at_least=1.0
        )
        came = mine["errands"].get("write", 0) / mine["came_within_seconds"]
        said["seven a second: receipts a second, of those who came"] = goal(
            mine["submissions_a_second"] / max(came, 0.01), at_least=KEEPS_UP
        )
        said["seven a second: failures"] = goal(_failed(mine), at_most=0)
    return said


def goal(value: float, *, at_least: float | None = None, at_most: float | None = None) -> dict[str, Any]:
    holds = (at_least is None or value >= at_least) and (at_most is None or value <= at_most)
    return {"is": round(value, 3), "goal": at_least if at_least is not None else at_most, "holds": holds}


def table(report: dict[str, Any]) -> str:
    """For people: ratios first."""
    lines = [results.headline(report)]
    lines += [f"left out: {each}" for each in report["left_out"]]
    for name, each in report.get("ratios", {}).items():
        holds = {True: "holds", False: "DOES NOT HOLD"}.get(each.get("holds"), "")  # type: ignore[arg-type]
        lines.append(f"{name:58} {each['is']:>10} {'goal ' + str(each['goal']) if 'goal' in each else '':12} {holds}")
    for name, each in report.get("floors", {}).items():
        if each:
            lines.append(f"floor {name:14} {each['a_second']:>8}/s  p95 {each.get('p95_ms', '–')} ms")
    for name, each in report.get("profiles", {}).items():
        every = each["kinds"]["all"]
        lines.append(
            f"{name:10} {each['submissions_a_second']:>6} submissions/s {each['requests_a_second']:>7} requests/s  "
            f"p50 {every['p50_ms']} p95 {every['p95_ms']} p99 {every['p99_ms']} worst {every['worst_ms']} ms  "
            f"{each['statuses']} {each['failures'] or ''} CPU a request {each['cpu_ms_a_request']}"
        )
    for name, each in report.get("soak", {}).get("memory", {}).items():
        moved = {None: "fills", True: "flat", False: "GROWS"}[each["is_flat"]]
        lines.append(
            f"soak {name:16} {each['first_mib']} → {each['last_mib']} MiB, {each['mib_a_minute']} MiB a minute: {moved}"
        )
    lines += [f"fault {number} ×: {said}" for said, number in report["faults"].items()]
    after = report["afterwards"]
    lines.append(
        f"afterwards: {after['acknowledged']} acknowledged, {len(after['lost'])} lost, {len(after['stored_twice'])} twice, "
        f"invariants {'hold' if not after['invariants'] else 'BROKEN: ' + after['invariants']}"
    )
    return "\n".join(lines)


def days() -> Days:
    today = date.today()
    return Days(*((today - timedelta(days=ago)).strftime("%d/%m/%Y") for ago in (60, 20)))


@contextmanager
def watching_locks(park: Park) -> Iterator[dict[str, float]]:
    """The longest anybody was seen waiting for a lock of the database, looked at fifty times a second."""
    import psycopg2

    seen, over = {"longest_ms": 0.0}, Event()
    connection = psycopg2.connect(park.given["DATABASE_URL"])
    connection.autocommit = True

    def look() -> None:
        with connection.cursor() as cursor:
            while not over.wait(0.02):
                cursor.execute(
                    "SELECT max(extract(epoch FROM clock_timestamp() - waitstart)) FROM pg_locks WHERE NOT granted"
                )
                waited = cursor.fetchone()
                seen["longest_ms"] = max(seen["longest_ms"], float((waited and waited[0]) or 0) * 1000)

    watch = Thread(target=look, daemon=True)
    watch.start()
    try:
        yield seen
    finally:
        over.set()
        watch.join()
        connection.close()


def _initiatives(park: Park) -> int:
    return int(str(park.ask("SELECT count(*) FROM initiatives_initiative")[0][0]))


def _failed(profile: dict[str, Any]) -> int:
    """Requests that were answered with a fault or not at all, and errands given up."""
    faults = sum(number for status, number in profile["statuses"].items() if int(status) >= 400)
    return int(faults + sum(profile["failures"].values()) + profile["gave_up"])


def _cpu_each(profile: dict[str, Any]) -> float:
    """Milliseconds of web and database for one submission."""
    spent = profile["cpu_seconds"]
    return (spent["web"] + spent.get("database", 0)) / max(profile["acknowledged"], 1) * 1000


def _of_both(floor: dict[str, Any]) -> float:
    return max(floor["cpu_ms_each"]["web"] + floor["cpu_ms_each"].get("database", 0), 0.01)


def _counted(words: Any) -> dict[str, int]:
    found: dict[str, int] = {}
    for word in words:
        found[word] = found.get(word, 0) + 1
    return found


if __name__ == "__main__":
    os.environ.setdefault("PYTHONWARNINGS", "ignore")
    main()
