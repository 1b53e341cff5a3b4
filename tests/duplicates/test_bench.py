"""The bench of duplicates still measures. How fast, and how much is found, is never asserted here."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tests.codebase.house import ROOT


@pytest.mark.skipif(
    "sqlite" not in settings.DATABASES["default"]["ENGINE"], reason="one database is enough to keep it alive"
)
def test_the_bench_looks_up_twins_and_others_among_made_texts(db: None, migrated: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bench.duplicates", "--texts", "400", "--asked", "10", "--screened", "5"]

    shutil.copy(migrated, tmp_path / "portal.sqlite3")
    own = os.environ | {"DATA_DIR": str(tmp_path)}
    done = subprocess.run(command, cwd=ROOT, env=own, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr[-3000:]
    report = json.loads(done.stdout)
    assert (report["texts"], report["screening"]["left"]) == (400, 0)
    assert {"clock_p95_ms", "flagged", "precision"} <= set(report["twins"])
    assert report["unrelated"]["asked"] == 10
