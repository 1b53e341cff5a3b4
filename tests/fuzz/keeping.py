"""What a run found, kept for whoever asked for a long one: a file of JSON in the folder FUZZ_REPORTS."""

import json
import os
from pathlib import Path

from django.db import connection

from tests.fuzz.run import Report

FOLDER = os.environ.get("FUZZ_REPORTS", "")


def keep(part: str, report: Report, *, seed: int) -> None:
    """Whole or not at all: who reads it meanwhile, or stops us, finds the one before."""
    if not FOLDER:
        return
    told = {
        "part": part,
        "seed": seed,
        "database": connection.vendor,
        "requests": report.requests,
        "kinds": dict(report.kinds),
        "doors": dict(report.doors),
        "statuses": dict(report.statuses),
        "slowest": report.slowest,
        "findings": [str(each) for each in report.findings],
    }
    file = Path(FOLDER, f"{part}-{connection.vendor}-{seed}.json")
    beside = file.with_suffix(".part")
    beside.write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
    beside.replace(file)
