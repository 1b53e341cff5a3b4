"""`python -m bench [--rounds N] [--initiatives N]`: pages, a submission, weights, and the summary table, as one JSON.

Floors and portal run as processes of their own, turn by turn, so that a busy moment of the machine falls on both; of the
turns the cheapest counts. With TEST_POSTGRES_URL everything is measured there, the database's CPU with it; else on SQLite,
whose work is in the process.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from typing import Any

# what: (measured of the portal, floor, goal as a ratio, statements allowed)
RATIOS: dict[str, tuple[str, str, float, int | None]] = {
    "landing, anew": ("landing_anew", "static_page", 3.5, 2),
    "campaign, anew": ("campaign_anew", "static_page", 3.5, 2),
    "landing": ("landing", "static_page", 1.2, 0),
    "campaign": ("campaign", "static_page", 1.2, 0),
    "form": ("form", "form", 1.2, None),
    "submission": ("submission", "submission", 2.7, 30),
}
FLAT_GOAL = 1.2
# bytes of a first visit, all requests, compressed; and requests
WEIGHTS = {"landing": 14_000, "form": 20_000, "campaign": 16_000, "track": 16_000, "units": 16_000}
STAFF_WEIGHTS = {"admin_list": 130_000, "admin_change": 150_000}
MOST_REQUESTS = 4  # of a worker's page
MOST_SCRIPT = 4_000


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--rounds", type=int, default=200, help="requests a page and turn")
    parser.add_argument("--turns", type=int, default=3, help="how often each is measured")
    parser.add_argument("--initiatives", type=int, default=5000, help="rows that a full campaign holds")
    parser.add_argument("--without-export", action="store_true")
    asked = parser.parse_args()

    bare = portal = None
    for _ in range(asked.turns):
        bare = cheapest(bare, run("bench.bare.measured", "--rounds", str(asked.rounds)))
        portal = cheapest(
            portal, run("bench.portal", "--rounds", str(asked.rounds), "--initiatives", str(asked.initiatives))
        )
    assert bare is not None
    assert portal is not None
    report: dict[str, Any] = {
        "database": portal["database"],
        "ratios": {what: ratio(what, portal["pages"], bare["pages"]) for what in RATIOS},
        "flat": {what: flat(figures) for what, figures in portal["flat"].items()},
        "first_visit": {what: weighed(what, figures) for what, figures in portal["weights"].items()},
        "floors": bare["pages"],
        "portal": portal["pages"],
    }
    if not asked.without_export:
        report["export"] = run("bench.export", "--rows", "5000")
    json.dump(report, sys.stdout, indent=2, ensure_ascii=False)
    print()


def run(module: str, *arguments: str) -> dict[str, Any]:
    """What `python -m module` printed, from a process with a folder of its own."""
    folder = tempfile.mkdtemp(prefix="portal-bench-")
    environment = {
        name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "SITE_URL", "DEBUG"}
    }
    environment |= {"DATA_DIR": folder, "PYTHONWARNINGS": "ignore"}
    try:
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments], env=environment, capture_output=True, text=True, check=False
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if done.returncode:
        raise SystemExit(f"{module} failed:\n{done.stderr[-4000:]}")
    return dict(json.loads(done.stdout[done.stdout.index("{") :]))


def cheapest(before: dict[str, Any] | None, now: dict[str, Any]) -> dict[str, Any]:
    """Of two turns each figure's lower CPU; what does not vary is as in the later one."""
    if before is None:
        return now
    for what, figures in now.items():
        for name, value in figures.items() if isinstance(figures, dict) else ():
            earlier = before[what][name]
            if isinstance(value, dict) and "cpu_ms" in value:
                value["cpu_ms"] = min(value["cpu_ms"], earlier["cpu_ms"])
            elif what == "flat":
                figures[name] = {state: min(cost, earlier[state]) for state, cost in value.items()}
    return now


def ratio(what: str, portal: dict[str, Any], bare: dict[str, Any]) -> dict[str, Any]:
    measured, floor, goal, statements = RATIOS[what]
    mine, theirs = portal[measured], bare[floor]
    found = {
        "portal_ms": mine["cpu_ms"],
        "floor_ms": theirs["cpu_ms"],
        "ratio": round(mine["cpu_ms"] / theirs["cpu_ms"], 2),
        "goal": goal,
        "statements": mine["statements"],
    }
    found["holds"] = found["ratio"] <= goal and (statements is None or mine["statements"] <= statements)
    if statements is not None:
        found["statements_allowed"] = statements
    return found


def flat(costs: dict[str, float]) -> dict[str, Any]:
    grown = round(costs["full"] / costs["empty"], 2)
    return costs | {"ratio": grown, "goal": FLAT_GOAL, "holds": grown <= FLAT_GOAL}


def weighed(what: str, figures: dict[str, Any]) -> dict[str, Any]:
    if what in STAFF_WEIGHTS:
        most = STAFF_WEIGHTS[what]
        return figures | {"goal_bytes": most, "holds": figures["bytes"] <= most}
    most = WEIGHTS[what]
    holds = figures["bytes"] <= most and figures["requests"] <= MOST_REQUESTS and figures["script_bytes"] <= MOST_SCRIPT
    return figures | {"goal_bytes": most, "goal_requests": MOST_REQUESTS, "holds": holds}


if __name__ == "__main__":
    main()
