"""What is kept of a run: its figures with the date, the commit and the machine, as JSON in `bench/results/`."""

import json
import os
import platform
import re
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.park.web import ROOT, find_nginx

KEPT = ROOT / "bench" / "results"
PACKAGES = ("django", "gunicorn", "psycopg2-binary")


def about(found: dict[str, Any], *, postgres: str = "") -> dict[str, Any]:
    """The figures with what they are of, and in what company they were taken."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": commit(),
        "command": " ".join(["python", "-m", *_module(), *sys.argv[1:]]),
        "machine": machine(postgres),
    } | found


def headline(report: dict[str, Any]) -> str:
    machine = report["machine"]
    return f"{report['date']}, {report['commit']}, {machine['cores']} cores, load before {machine['load_before']}"


def machine(postgres: str = "") -> dict[str, Any]:
    versions = {name: version(name) for name in PACKAGES} | {"python": platform.python_version()}
    nginx = find_nginx()
    if nginx:
        said = subprocess.run([nginx, "-v"], capture_output=True, text=True, check=False).stderr
        versions["nginx"] = said.strip().rpartition("/")[2]
    if postgres:
        versions["postgresql"] = postgres
    return {
        "cores": len(os.sched_getaffinity(0)),
        "cpu": _first(r"model name\s*:\s*(.+)", "/proc/cpuinfo"),
        "memory_gib": round(int(_first(r"MemTotal:\s*(\d+)", "/proc/meminfo") or 0) / 1024**2, 1),
        "load_before": [round(load, 1) for load in os.getloadavg()],
        "versions": versions,
    }


def commit() -> str:
    """With a `+` where something is changed that is not committed."""
    said = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    changed = subprocess.run(["git", "status", "--porcelain"], cwd=ROOT, capture_output=True, text=True, check=False)
    return (said.stdout.strip() or "unknown") + ("+" if changed.stdout.strip() else "")


def kept(report: dict[str, Any], name: str) -> Path:
    KEPT.mkdir(exist_ok=True)
    day = str(report["date"]).partition(" ")[0]
    path = KEPT / f"{day}-{str(report['commit']).rstrip('+')}-{name}.json"
    path.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def _module() -> list[str]:
    main = sys.modules.get("__main__")
    spec = getattr(main, "__spec__", None)
    return [spec.name.removesuffix(".__main__")] if spec else []


def _first(pattern: str, path: str) -> str:
    try:
        found = re.search(pattern, Path(path).read_text())
    except OSError:
        return ""
    return found[1].strip() if found else ""
