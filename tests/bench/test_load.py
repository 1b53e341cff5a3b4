"""What the load bench makes of its figures: whether memory is flat, whether a goal holds, what counts as lost."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bench import checks, load, results
from initiatives.rehearsal.phones import Acknowledged


@pytest.mark.parametrize(
    ("points", "slope"),
    [
        pytest.param([], 0.0, id="nothing seen"),
        pytest.param([(1.0, 5.0)], 0.0, id="seen once"),
        pytest.param([(1.0, 5.0), (1.0, 7.0)], 0.0, id="seen at one moment"),
        pytest.param([(0.0, 10.0), (1.0, 12.0), (2.0, 14.0)], 2.0, id="a line"),
        pytest.param([(0.0, 10.0), (1.0, 13.0), (2.0, 10.0)], 0.0, id="up and down again"),
        pytest.param([(0.0, 3.0), (1.0, 1.0)], -2.0, id="less"),
    ],
)
def test_the_slope_is_that_of_least_squares(points: list[tuple[float, float]], slope: float) -> None:
    assert load.least_squares(points) == pytest.approx(slope)


@pytest.mark.parametrize(
    ("held", "is_flat"),
    [
        pytest.param([100, 150, 180, 180, 180, 180], True, id="made once, then still"),
        pytest.param([180, 180, 180, 180, 181, 180], True, id="a little to and fro"),
        pytest.param([100, 110, 120, 130, 140, 150], False, id="grows all the time"),
        pytest.param([180, 180, 180, 180, 184, 188], False, id="grows at the end"),
    ],
)
def test_memory_is_flat_where_the_second_half_is(held: list[float], is_flat: bool) -> None:
    looks = [(float(minute), {"web": each}) for minute, each in enumerate(held)]

    assert load.moved("web", looks)["is_flat"] is is_flat


@pytest.mark.parametrize(
    ("value", "bounds", "holds"),
    [
        pytest.param(0.4, {"at_least": 0.4}, True, id="just enough"),
        pytest.param(0.39, {"at_least": 0.4}, False, id="too few"),
        pytest.param(100, {"at_most": 100}, True, id="just in time"),
        pytest.param(101, {"at_most": 100}, False, id="too late"),
    ],
)
def test_a_goal_holds_up_to_its_bound(value: float, bounds: dict[str, float], holds: bool) -> None:
    assert load.goal(value, **bounds)["holds"] is holds


@dataclass
class Kept:
    """A park of which only the database answers: rows by receipt code, titles that stand twice, a complaint."""

    rows: list[tuple[str, int, int]]
    twice: list[tuple[str, int]]
    complaint: str = ""

    def ask(self, statement: str, *values: object) -> list[Any]:
        return self.twice if "title" in statement else self.rows

    def manage(self, *arguments: str) -> str:
        if self.complaint:
            raise SystemExit(self.complaint)
        return ""


def receipt(code: str, *, documents: int = 0) -> Acknowledged:
    return Acknowledged(code, "/bien-nhan/x/", f"Tên {code}", "quang-tri", "0300000000", documents, 0.0, 1.0)


@pytest.mark.parametrize(
    ("kept", "receipts", "wrong"),
    [
        pytest.param(Kept([("1", 7, 0)], []), [receipt("1")], "", id="there, once"),
        pytest.param(Kept([("1", 7, 2)], []), [receipt("1", documents=2)], "", id="with its documents"),
        pytest.param(Kept([], []), [receipt("1")], "lost", id="lost"),
        pytest.param(Kept([("1", 7, 0)], []), [receipt("1"), receipt("1")], "told_twice", id="one code for two"),
        pytest.param(Kept([("1", 7, 0)], [("Tên 1", 2)]), [receipt("1")], "stored_twice", id="stored twice"),
        pytest.param(
            Kept([("1", 7, 1)], []), [receipt("1", documents=2)], "without_their_documents", id="a document is missing"
        ),
        pytest.param(Kept([("1", 7, 0)], [], "sai"), [receipt("1")], "invariants", id="an invariant is broken"),
    ],
)
def test_what_was_acknowledged_is_there_once_or_it_is_said(kept: Any, receipts: list[Acknowledged], wrong: str) -> None:
    found = checks.held(kept, receipts, since=0.0)

    named = [name for name, value in found.items() if name not in {"acknowledged", "holds"} and value]
    assert named == ([wrong] if wrong else [])
    assert found["holds"] is (not wrong)


def test_what_is_kept_bears_its_day_and_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "KEPT", tmp_path)

    path = results.kept(results.about({"figure": 1}) | {"date": "2026-11-22 00:10 UTC", "commit": "abc1234+"}, "tried")

    assert path == tmp_path / "2026-11-22-abc1234-tried.json"
    said = json.loads(path.read_text())
    assert said["figure"] == 1
    assert said["machine"]["cores"] >= 1
