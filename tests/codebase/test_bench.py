"""The bench still measures: every page it asks answers, and every budget is compared. How fast is never asserted."""

import json
import subprocess
import sys

import pytest
from django.conf import settings

from tests.codebase.house import ROOT


@pytest.mark.skipif(
    "sqlite" not in settings.DATABASES["default"]["ENGINE"], reason="one database is enough to keep it alive"
)
def test_the_bench_asks_every_page_and_compares_every_budget() -> None:
    command = [
        sys.executable,
        "-m",
        "bench",
        "--turns",
        "1",
        "--rounds",
        "1",
        "--initiatives",
        "20",
        "--without-export",
    ]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr[-3000:]
    report = json.loads(done.stdout)
    assert set(report["ratios"]) == {"landing", "campaign", "form", "submission"}
    assert set(report["first_visit"]) == {"landing", "campaign", "form", "track", "units"}
    assert all("holds" in each for part in ("ratios", "flat", "first_visit") for each in report[part].values())
