"""The page of a long run says what was sent; a run that was stopped goes on, and a process that failed leaves its last words."""

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.fuzz import __main__ as long_run
from tests.fuzz import telling
from tests.fuzz.__main__ import Share
from tests.fuzz.mended import PORTAL, Mended

SERVER = "postgres://somebody@127.0.0.1:5432/fuzz"
DAY = date(2026, 11, 22)


def told(**other: Any) -> dict[str, Any]:
    made = {
        "part": "admin",
        "database": "sqlite",
        "seed": 1,
        "requests": 90,
        "kinds": {"form": 90},
        "doors": {"index": 90},
    }
    return made | {"statuses": {"2xx": 60, "4xx": 30}, "findings": []} | other


def keep(folder: Path, **other: Any) -> None:
    made = told(**other)
    (folder / f"{made['part']}-{made['database']}-{made['seed']}.json").write_text(json.dumps(made))


def test_the_page_sums_the_processes_of_a_side_and_a_database() -> None:
    every = [told(), told(seed=2, requests=10, statuses={"3xx": 10}), told(part="public", seed=3)]

    page = telling.page_of(every, [], on=DAY)

    assert "190 requests from 3 processes, 0 findings, of\n" in page
    assert "| admin | sqlite | 1, 2 | 100 | 60 | 10 | 30 | 0 | 0 |" in page
    assert "| public | sqlite | 3 | 90 | 60 | 0 | 30 | 0 | 0 |" in page


def test_what_is_mended_is_told_apart_from_what_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    mended = Mended(PORTAL, "status 500.*boom", what="It broke.", how="It holds.", test="tests/x.py")
    monkeypatch.setattr(telling, "MENDED", (mended,))
    every = [told(findings=["#3 form as a: GET /: status 500; boom", "#9 form as a: GET /: English: done"])]

    page = telling.page_of(every, [], on=DAY)

    assert "- It broke. It holds. (`tests/x.py`) Told 1 times in these reports." in page
    assert page.endswith("## Not mended\n\n- `admin, sqlite, seed 1, #9 form as a: GET /: English: done`\n")
    assert "2 findings, of\nwhich 1 are mended" in page


def test_the_slowest_requests_are_told() -> None:
    every = [
        told(slowest=[[0.25, "#4 form as a: POST /x"], [0.1, "#9"]]),
        told(seed=2, slowest=[[9.5, "#1 form as b: GET /y"]]),
    ]

    page = telling.page_of(every, [], on=DAY)

    first, second = (
        page.index(each) for each in ("| 9.5 | `admin, sqlite, seed 2, #1 form", "| 0.2 | `admin, sqlite, seed 1, #4")
    )
    assert first < second


def test_all_that_is_asked_for_is_shared_out_over_sides_and_databases() -> None:
    every = list(long_run.shares(22_000, SERVER, first=5))

    assert [(each.side, bool(each.server), each.number, each.seed) for each in every] == [
        ("admin", False, 5_000, 5),
        ("public", False, 5_000, 6),
        ("admin", True, 5_000, 7),
        ("public", True, 5_000, 8),
        ("admin", False, 500, 9),
        ("public", False, 500, 10),
        ("admin", True, 500, 11),
        ("public", True, 500, 12),
    ]


@pytest.mark.parametrize(
    ("reported", "is_told"),
    [({}, True), ({"requests": 89}, False), ({"seed": 2}, False), ({"database": "postgresql"}, False)],
    ids=["all of it", "stopped on its way", "of another seed", "on another database"],
)
def test_what_is_told_is_not_sent_again(tmp_path: Path, reported: dict[str, Any], is_told: bool) -> None:
    keep(tmp_path, **reported)

    assert long_run.is_told(Share("admin", "", 90, 1), tmp_path) == is_told


def test_a_process_that_fails_leaves_its_last_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(long_run.TESTS, "admin", "tests/fuzz/no_such_test.py")

    long_run.send(Share("admin", "", 1, 7), tmp_path, place=0)

    assert "no_such_test.py" in (tmp_path / "admin-sqlite-7.failed").read_text(encoding="utf-8")
    assert "did not come to their end: admin-sqlite-7." in telling.page_of([], ["admin-sqlite-7"], on=DAY)


def test_processes_at_the_same_time_have_databases_of_their_own() -> None:
    assert [long_run.of_place(SERVER, place) for place in (0, 1)] == [f"{SERVER}_0", f"{SERVER}_1"]
    assert long_run.of_place("", 1) == ""


def test_a_run_says_where_something_was_found_that_is_not_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["fuzz", "--told", str(tmp_path)])
    keep(tmp_path)
    clean = long_run.main()
    keep(tmp_path, seed=2, findings=["#1 form as a: GET /: status 500"])

    assert (clean, long_run.main()) == (0, 1)
    assert "180 requests" in capsys.readouterr().out
