"""What is counted: added up over processes, kept when they end, and never with a word that somebody typed."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal import metrics
from portal.metrics import BOUNDS, COUNTERS, GONE, SPANS
from tests.codebase.house import ROOT

ANSWERED = ("portal_requests_total", ("GET", "front", "200"))
SPENT = ("portal_request_seconds", ("front",))
# Counts, says so, and then ends as it is told.
ANOTHER = """
import os, sys
from pathlib import Path
from portal import metrics
metrics.share(Path(sys.argv[1]))
for _ in range(int(sys.argv[2])):
    metrics.count("portal_requests_total", "GET", "front", "200")
    metrics.observe("portal_request_seconds", 0.03, "front")
metrics._write_or_leave()
print("counted", flush=True)
sys.stdin.readline()
"""


@pytest.fixture(autouse=True)
def _nothing_counted() -> Iterator[None]:
    metrics.forget()
    yield
    metrics.forget()


def another(folder: Path, number: int) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", ANOTHER, str(folder), str(number)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "counted\n"
    return process


def end(process: subprocess.Popen[str]) -> None:
    process.communicate("\n", timeout=30)


def kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate(timeout=30)


def test_without_others_it_tells_of_itself() -> None:
    for _ in range(3):
        metrics.count("portal_requests_total", "GET", "front", "200")

    assert metrics.all_numbers().counters == {ANSWERED: 3}


def test_threads_lose_nothing() -> None:
    def count() -> None:
        for _ in range(2_000):
            metrics.count("portal_requests_total", "GET", "front", "200")
            metrics.observe("portal_request_seconds", 0.5, "front")

    threads = [threading.Thread(target=count) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    found = metrics.all_numbers()
    assert found.counters[ANSWERED] == 8_000
    assert found.spans[SPENT][-1] == 4_000  # their sum


@pytest.mark.parametrize(
    ("seconds", "place"), [(0.0, 0), (0.01, 0), (0.011, 1), (10.0, len(BOUNDS) - 1), (11.0, len(BOUNDS))]
)
def test_a_span_lies_below_its_bound(seconds: float, place: int) -> None:
    metrics.observe("portal_waited_seconds", seconds)

    (parts,) = metrics.all_numbers().spans.values()
    assert [number for number, _ in enumerate(parts[:-1]) if parts[number]] == [place]


@pytest.mark.parametrize("ending", [end, kill])
def test_processes_are_added_up_and_what_one_left_behind_stays(tmp_path: Path, ending: object) -> None:
    metrics.share(tmp_path)
    metrics.count("portal_requests_total", "GET", "front", "200")
    first, second = another(tmp_path, 10), another(tmp_path, 100)
    try:
        assert metrics.all_numbers().counters[ANSWERED] == 111
    finally:
        ending(first)  # type: ignore[operator]
    try:
        for _ in range(2):  # folded once, whoever asks how often
            found = metrics.all_numbers()
            assert found.counters[ANSWERED] == 111
            assert found.spans[SPENT][-1] == pytest.approx(3.3)
    finally:
        end(second)
    assert metrics.all_numbers().counters[ANSWERED] == 111
    assert {path.name for path in tmp_path.glob("*.json")} == {GONE, f"{_own_key()}.json"}


def test_the_numbers_of_before_a_restart_are_told_of_afterwards(tmp_path: Path) -> None:
    end(another(tmp_path, 10))
    second = another(tmp_path, 5)

    metrics.share(tmp_path)

    assert metrics.all_numbers().counters[ANSWERED] == 15
    end(second)


def test_a_fold_that_was_cut_short_adds_nothing_twice(tmp_path: Path) -> None:
    process = another(tmp_path, 10)
    key = next(tmp_path.glob("*-*.json")).stem
    left, lock = (tmp_path / f"{key}.json").read_text(), tmp_path / f"{key}.lock"
    end(process)
    metrics.share(tmp_path)
    assert metrics.all_numbers().counters[ANSWERED] == 10

    (tmp_path / f"{key}.json").write_text(left)  # the power went before they were removed
    lock.touch()

    assert metrics.all_numbers().counters[ANSWERED] == 10
    assert not lock.exists()


@pytest.mark.parametrize(
    "spoilt", ["", "{", '{"counters": [["portal_of_yesterday", [], 4]], "spans": [], "gauges": {}}']
)
def test_what_cannot_be_read_or_is_no_longer_counted_is_left_out(tmp_path: Path, spoilt: str) -> None:
    (tmp_path / "1-00000000.json").write_text(spoilt)
    (tmp_path / "1-00000000.lock").touch()
    metrics.share(tmp_path)

    assert metrics.all_numbers().counters == {}


def test_a_folder_that_cannot_be_written_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "a-file").write_text("")
    metrics.share(tmp_path / "a-file" / "metrics")

    metrics.count("portal_requests_total", "GET", "front", "200")

    assert metrics.all_numbers().counters == {ANSWERED: 1}


def test_labels_cannot_grow_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "MOST_SERIES", 10)

    for number in range(50):
        metrics.count("portal_requests_total", "GET", f"route-{number}", "200")

    assert len(metrics.all_numbers().counters) == 10


def test_refusals_of_the_last_hour_are_those_of_every_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of one that ended as well; each reason by itself, the most frequent first."""
    now = metrics._minute()
    metrics.share(tmp_path)
    ended = {"counters": [], "spans": [], "gauges": {}}
    ended |= {"lately": [[now - 59, "csrf", 4], [now - 60, "csrf", 90], [now + 2, "csrf", 90], [now, "invalid", 9]]}
    (tmp_path / "1-00000000.json").write_text(json.dumps(ended))
    (tmp_path / "1-00000000.lock").touch()
    metrics.refused("invalid")
    metrics.refused("csrf")

    assert metrics.refused_lately() == {"invalid": 10, "csrf": 5}
    assert not (tmp_path / "1-00000000.json").exists()
    assert metrics.all_numbers().counters[("portal_refusals_total", ("csrf",))] == 1
    monkeypatch.setattr(metrics, "_minute", lambda: now + 61)
    assert metrics.refused_lately() == {}


def test_no_more_than_an_hour_of_refusals_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    began = metrics._minute()

    for minute in range(300):
        monkeypatch.setattr(metrics, "_minute", lambda: began + minute)  # noqa: B023 - asked at once
        metrics.refused("invalid")

    assert metrics.refused_lately() == {"invalid": 60}
    assert len(metrics._own.lately) == 60


def test_every_name_says_what_it_is() -> None:
    for name, kind in (COUNTERS | SPANS).items():
        assert name.startswith("portal_") and kind.told.endswith(".")
        assert name.endswith("_total" if name in COUNTERS else "_seconds")


def _own_key() -> str:
    assert metrics._shared is not None
    return metrics._shared.key
