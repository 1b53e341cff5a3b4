"""`python -m bench.several`: three web hosts, a replica, a shared cache, an S3 store; parts are killed while people send.

python -m bench.several [--people N] [--pause SECONDS] [--save NAME]

In turn, under load: one web host is killed (kill -9) and comes back; the replica is killed; the store is paused and goes on;
the cache is killed. The hosts share no folder. Afterwards everything acknowledged is there once, every document is readable,
counts agree, and what must always be true is true. JSON on standard output, a table on standard error.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Thread
from typing import Any

from bench import checks, results
from bench.load import TRIED, Evening, told
from bench.park import Park, Wanted, park
from bench.park.postgres import find_initdb
from bench.park.processes import stopping_in_order
from initiatives.rehearsal.browser import Heard, Line
from initiatives.rehearsal.crowd import Mix, Result, figures
from initiatives.rehearsal.phones import Habits

# Half of them send documents, or the store would not be missed.
PEOPLE = Mix(writers=1, readers=2, trackers=0.3, uploads=0.5, slow=0.05)
HABITS = Habits(
    think_seconds=(0.2, 1.0),
    retries=8,
    retry_seconds=1.0,
    waits_at_most=5.0,
    documents=2,
    document_bytes=60_000,
    double_tap=0.1,
    line=Line(fetches_assets=False, gives_up_after=40),
)


@dataclass(frozen=True)
class Blow:
    """What befalls the park; the time until the next one is looked at by itself."""

    name: str
    strike: Callable[[Park], None]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.several")
    parser.add_argument("--people", type=int, default=40)
    parser.add_argument(
        "--pause", type=float, default=12.0, help="seconds between two blows; the store is paused as long"
    )
    parser.add_argument("--workers", type=int, default=1, help="processes of each gunicorn")
    parser.add_argument(
        "--database", default="", help="the address of a database to use and keep: then there is no replica"
    )
    parser.add_argument("--save", default="", metavar="NAME")
    asked = parser.parse_args()
    if find_initdb() is None and not asked.database:
        print("left out: several hosts, for PostgreSQL's programs are not installed here", file=sys.stderr)
        return
    wanted = Wanted(webs=3, workers=asked.workers, replica=True, cache=True, store=True, database=asked.database)
    with stopping_in_order(), park(wanted) as found:
        report = results.about(
            {"people": asked.people, "seconds_between_blows": asked.pause, "left_out": found.left_out},
            postgres=str(found.ask("SHOW server_version")[0][0]).split()[0],
        )
        evening = Evening(found, TRIED)
        report |= struck(evening, asked.people, asked.pause)
        report["afterwards"] = checks.held(found, evening.acknowledged, since=evening.began)
        report["faults"] = found.faults()
        report["files"] = checks.files(found)
        report["counts"] = checks.counts(found)
    json.dump(report, sys.stdout, indent=2, ensure_ascii=False)
    print()
    print(table(report), file=sys.stderr)
    broken = [name for name in ("afterwards", "files", "counts") if not report[name]["holds"]]
    if broken:
        raise SystemExit(f"Does not hold: {', '.join(broken)}.")
    if asked.save:
        print(f"kept: {results.kept(report, asked.save)}", file=sys.stderr)


def blows(park: Park) -> list[Blow]:
    """Those this park has something to strike at."""
    found = [Blow("nothing yet", lambda park: None)]
    found.append(Blow("web2 killed", lambda park: park.webs[1].running.kill()))
    found.append(Blow("web2 back", lambda park: park.webs[1].start_again()))
    if park.replica:
        found.append(Blow("replica killed", lambda park: park.replica.running.kill() if park.replica else None))
    if park.store:
        found.append(Blow("store paused", lambda park: park.store.running.pause() if park.store else None))
        found.append(Blow("store goes on", lambda park: park.store.running.go_on() if park.store else None))
    if park.cache:
        found.append(Blow("cache killed", lambda park: park.cache.running.kill() if park.cache else None))
    return found


def struck(evening: Evening, people: int, pause: float) -> dict[str, Any]:
    crowd = evening.crowd(mix=PEOPLE, habits=HABITS)
    park, plan = evening.park, blows(evening.park)
    moments: list[tuple[str, float]] = []
    played: list[Result] = []
    before, clock = park.cpu(), time.monotonic()
    # A little longer than all blows: the last one has its time too.
    load = Thread(target=lambda: played.append(crowd.closed(people, seconds=pause * (len(plan) + 3))), daemon=True)
    load.start()
    try:
        for blow in plan:
            blow.strike(park)
            moments.append((blow.name, time.time()))
            print(f"… {blow.name}", file=sys.stderr, flush=True)
            time.sleep(pause)
    finally:
        crowd.stop.set()
        load.join()
    spent, after = time.monotonic() - clock, park.cpu()
    result = played[0]
    evening.acknowledged += result.story.acknowledged
    # What was killed took its count with it.
    cpu = {name: max(after.get(name, 0.0) - before[name], 0.0) for name in before}
    return {"blows": phases(result.story.heard, moments)} | told(result, spent, cpu)


def phases(heard: list[Heard], moments: list[tuple[str, float]]) -> dict[str, Any]:
    """After each blow: how requests that began then were answered."""
    found: dict[str, Any] = {}
    ends = [began for _, began in moments[1:]] + [float("inf")]
    for (name, began), end in zip(moments, ends, strict=True):
        during = figures([each for each in heard if began <= each.began < end])
        found[name] = {
            "asked": during.asked,
            "statuses": during.statuses,
            "failures": during.failures,
            "p50_ms": round(during.p50 * 1000, 1),
            "p95_ms": round(during.p95 * 1000, 1),
            "worst_ms": round(during.longest * 1000, 1),
        }
    return found


def table(report: dict[str, Any]) -> str:
    lines = [results.headline(report)]
    lines += [f"left out: {each}" for each in report["left_out"]]
    for name, each in report["blows"].items():
        lines.append(
            f"{name:16} {each['asked']:>6} requests  p50 {each['p50_ms']} p95 {each['p95_ms']} worst {each['worst_ms']} ms  "
            f"{each['statuses']} {each['failures'] or ''}"
        )
    lines.append(f"receipts {report['acknowledged']}, gave up {report['gave_up']} {report['gave_up_why'] or ''}")
    lines += [f"fault {number} ×: {said}" for said, number in report["faults"].items()]
    after, files, counts = report["afterwards"], report["files"], report["counts"]
    lines.append(
        f"afterwards: {len(after['lost'])} lost, {len(after['stored_twice'])} twice, "
        f"{len(after['without_their_documents'])} without documents; {files['documents']} documents read, "
        f"{len(files['unreadable'])} unreadable, {len(files['other_bytes'])} with other bytes"
    )
    lines.append(f"invariants {'BROKEN: ' + after['invariants'] if after['invariants'] else 'hold'}")
    lines.append(f"counts {'agree' if counts['holds'] else 'DIFFER: ' + counts['differences']}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
