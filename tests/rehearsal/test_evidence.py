"""Each check can fail: one fault is planted at a time, and the check that is there for it finds it, and no other."""

from dataclasses import replace

import pytest

from initiatives.rehearsal.evidence import Evidence, Found, Row, judged
from initiatives.rehearsal.phones import Acknowledged, GaveUp, Refused

CLOSE = 1000.0
DRAFT = "/nhap/abcdefghijklmnopqrstuv/"

RECEIPT = Acknowledged("1", "/bien-nhan/x/", "Giá đỡ", "quang-tri", "0300000001", 1, sent_at=990.0, heard_at=991.0)
OTHER = replace(RECEIPT, code="2", title="Cữ chặn", phone="0300000002", documents=0)
LATE = Refused("submit", "Bảng tra", "quang-tri", "0300000003", DRAFT, True, sent_at=1001.0, heard_at=1002.0)
UNSURE = GaveUp("submit", "Móc nhấc", "0300000004", "0", is_uncertain=True)
ROW = Row("1", "Giá đỡ", "0300000001", arrived_at=990.1, limit=CLOSE, documents=1)
OTHER_ROW = replace(ROW, code="2", title="Cữ chặn", phone="0300000002", documents=0)
UNSURE_ROW = replace(OTHER_ROW, code="3", title="Móc nhấc", phone="0300000004")

TOLD = Evidence(CLOSE, [RECEIPT, OTHER], [LATE], [UNSURE])
WELL = Found(
    rows=[ROW, OTHER_ROW, UNSURE_ROW],
    late={DRAFT: True},
    limits={"quang-tri": CLOSE},
    received=103,
    tallied=103,
    shown={"trang đầu": True},
    in_table=100,
    should_be_in_table=100,
)


def failing(told: Evidence, found: Found) -> list[str]:
    return [check.key for check in judged(told, found) if not check.holds]


def test_a_good_evening_holds_everywhere() -> None:
    assert failing(TOLD, WELL) == []


@pytest.mark.parametrize(
    ("found", "fails"),
    [
        pytest.param(replace(WELL, rows=[OTHER_ROW, UNSURE_ROW]), ["kept", "documents"], id="a lost one"),
        pytest.param(replace(WELL, rows=[ROW, UNSURE_ROW]), ["kept"], id="a lost one without documents"),
        pytest.param(
            replace(WELL, rows=[ROW, replace(OTHER_ROW, title="Khác")]),
            ["kept", "known"],
            id="a code of something else",
        ),
        pytest.param(replace(WELL, rows=[*WELL.rows, replace(ROW, code="9")]), ["once"], id="a doubled one"),
        pytest.param(
            replace(WELL, rows=[*WELL.rows, replace(ROW, code="9", title="Lạ")]), ["known"], id="one that nobody sent"
        ),
        pytest.param(
            replace(WELL, rows=[replace(ROW, arrived_at=CLOSE), OTHER_ROW]), ["in_time"], id="one at the very close"
        ),
        pytest.param(replace(WELL, rows=[replace(ROW, documents=0), OTHER_ROW]), ["documents"], id="a lost document"),
        pytest.param(
            replace(WELL, rows=[*WELL.rows, replace(ROW, code="9", title="Bảng tra", phone="0300000003")]),
            ["refused"],
            id="one of somebody refused",
        ),
        pytest.param(replace(WELL, late={DRAFT: False}), ["late_drafts"], id="a late draft not marked"),
        pytest.param(replace(WELL, late={}), ["late_drafts"], id="a late draft not kept"),
        pytest.param(
            replace(WELL, limits={"quang-tri": CLOSE + 60}), ["not_early"], id="refused although there was an extension"
        ),
        pytest.param(replace(WELL, tallied=102), ["tally"], id="a tally of one less"),
        pytest.param(replace(WELL, differing=["quang-tri day 2026-11-22: 1/2"]), ["tally"], id="a differing figure"),
        pytest.param(replace(WELL, shown={"trang đầu": False}), ["pages"], id="a page with another total"),
        pytest.param(replace(WELL, in_table=99), ["table"], id="a row missing from the table"),
        pytest.param(replace(WELL, broken=["mỗi tài liệu có tệp: 7"]), ["invariants"], id="a broken invariant"),
    ],
)
def test_a_fault_in_the_database_is_found(found: Found, fails: list[str]) -> None:
    assert failing(TOLD, found) == fails


@pytest.mark.parametrize(
    ("told", "fails"),
    [
        pytest.param(
            replace(TOLD, acknowledged=[replace(RECEIPT, sent_at=CLOSE), OTHER]),
            ["tapped_in_time"],
            id="taken too late",
        ),
        pytest.param(
            replace(TOLD, acknowledged=[RECEIPT, OTHER, replace(OTHER, code="1")]),
            ["kept", "once"],
            id="a code given twice",
        ),
        pytest.param(
            replace(TOLD, refused=[replace(LATE, heard_at=CLOSE - 1)]), ["not_early"], id="refused before the close"
        ),
        pytest.param(
            replace(TOLD, gave_up=[replace(UNSURE, is_uncertain=False)]), ["known"], id="there, though never sent"
        ),
        pytest.param(
            replace(TOLD, gave_up=[UNSURE, replace(UNSURE, why="500")]), ["received"], id="one ended by a fault of ours"
        ),
        pytest.param(replace(TOLD, gave_up=[UNSURE, replace(UNSURE, why="503")]), [], id="one ended by a crowd"),
    ],
)
def test_a_fault_in_what_people_were_told_is_found(told: Evidence, fails: list[str]) -> None:
    assert failing(told, WELL) == fails


@pytest.mark.parametrize("why", ["500", "503", "0", "Hãy chọn đơn vị."])
def test_an_evening_on_which_nobody_was_received_is_no_good_one(why: str) -> None:
    """All that is said of receipts and of what lies there would be true of none."""
    told = Evidence(CLOSE, [], [], [replace(UNSURE, why=why)])

    assert failing(told, Found(rows=[])) == ["received"]


@pytest.mark.parametrize(("late", "fails"), [({DRAFT: False}, []), ({}, ["late_drafts"])], ids=["kept", "gone"])
def test_a_draft_that_was_only_opened_late_bears_no_mark(late: dict[str, bool], fails: list[str]) -> None:
    told = replace(TOLD, refused=[replace(LATE, was_sent=False)])

    assert failing(told, replace(WELL, late=late)) == fails


def test_an_extension_is_no_lateness() -> None:
    extended = replace(ROW, arrived_at=CLOSE + 30, limit=CLOSE + 60)
    told = replace(TOLD, acknowledged=[replace(RECEIPT, sent_at=CLOSE + 29), OTHER])

    assert failing(told, replace(WELL, rows=[extended, OTHER_ROW])) == []


def test_many_faults_are_counted_and_a_few_named() -> None:
    nobodys = [replace(ROW, code=str(number), title=f"Lạ {number}") for number in range(100, 130)]

    found = {check.key: check for check in judged(TOLD, replace(WELL, rows=[*WELL.rows, *nobodys]))}

    assert (found["known"].faults, len(found["known"].examples)) == (30, 10)
