"""The bench still measures: every page it asks answers, and every budget is compared. How fast is never asserted."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tests.codebase.house import ROOT


@pytest.fixture(autouse=True)
def own_portal(db: None, migrated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run stands alone: no rows of another."""
    shutil.copy(migrated, tmp_path / "portal.sqlite3")
    monkeypatch.setenv("DATA_DIR", str(tmp_path))


@pytest.mark.skipif(
    "sqlite" not in settings.DATABASES["default"]["ENGINE"], reason="one database is enough to keep it alive"
)
@pytest.mark.first
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
    assert set(report["ratios"]) == {"landing, anew", "campaign, anew", "landing", "campaign", "form", "submission"}
    assert set(report["first_visit"]) == {"landing", "campaign", "form", "track", "units", "admin_list", "admin_change"}
    assert all("holds" in each for part in ("ratios", "flat", "first_visit") for each in report[part].values())


@pytest.mark.skipif(
    "sqlite" not in settings.DATABASES["default"]["ENGINE"], reason="one database is enough to keep it alive"
)
def test_the_bench_adds_grassroots_unions_from_sheets() -> None:
    command = [sys.executable, "-m", "bench.sheets", "--unions", "5", "--rows", "3"]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr[-3000:]
    report = json.loads(done.stdout)
    assert report["unions"] == 5
    assert [each["rows"] for each in report["files"]] == [3, 2]
    assert set(report["files"][0]) == {"rows", "kib", "dry_run", "corrected", "pressing", "carrying", "the_same_again"}


@pytest.mark.skipif(
    "sqlite" not in settings.DATABASES["default"]["ENGINE"], reason="one database is enough to keep it alive"
)
def test_the_bench_asks_for_units_in_every_way() -> None:
    command = [sys.executable, "-m", "bench.finding", "--unions", "20", "--rounds", "1"]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr[-3000:]
    report = json.loads(done.stdout)
    assert set(report["ways"]) == {"search", "worker", "list"}
    assert all(way["p50_ms"] <= way["p95_ms"] for way in report["ways"].values())


@pytest.mark.skipif(
    "sqlite" not in settings.DATABASES["default"]["ENGINE"], reason="one database is enough to keep it alive"
)
def test_the_bench_opens_the_inbox_in_every_way() -> None:
    command = [sys.executable, "-m", "bench.inbox", "--unions", "20", "--initiatives", "500"]
    command += ["--rounds", "1", "--only", "district", "--pages", "by name"]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr[-3000:]
    report = json.loads(done.stdout)
    assert report["initiatives"] == 500
    assert len(report["officers"]["district"]) == 2 + 5


@pytest.mark.skipif(
    "sqlite" not in settings.DATABASES["default"]["ENGINE"], reason="one database is enough to keep it alive"
)
@pytest.mark.first
def test_the_bench_asks_a_small_and_a_big_demonstration_for_the_same_pages(migrated: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bench.growth", "--small", "30", "--big", "60", "--unions", "20"]
    for side in ("small", "big"):
        command += [f"--at-{side}", f"sqlite:///{shutil.copy(migrated, tmp_path / side)}"]

    done = subprocess.run(
        [*command, "--rounds", "1", "--turns", "1"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr[-3000:]
    report = json.loads(done.stdout)
    assert [report["seeded"][side]["initiatives"] for side in ("small", "big")] == [30, 60]
    of_officers = {
        f"{officer}: {what}" for officer in ("country", "province", "union") for what in ("by name", "people")
    }
    assert {"front", "board: country", "board in Excel: country", "tracking", "record", "submission"} <= set(
        report["pages"]
    )
    assert of_officers <= set(report["pages"])
    assert all(set(each) == {"small", "big", "ratio", "is_flat"} for each in report["pages"].values())
