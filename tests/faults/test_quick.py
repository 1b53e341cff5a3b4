"""Some of the faults of `make faults`, in every run of the suite: drawn by one number, so that they are always the same.

Each needs processes that can be killed, so nothing here uses the database of the tests.
"""

import random
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from bench.park import web
from bench.park.postgres import find_initdb
from initiatives.rehearsal.phones import Acknowledged, GaveUp
from tests.faults import afterwards, harness, kinds, power
from tests.faults.harness import Portal

pytestmark = pytest.mark.serial

SEED = 9
STEPS = 12  # of a submission at which a process is killed here; all of them are in the long run
SLOW = 40  # connections that bring a byte and wait: more than a gunicorn of ours has threads


@pytest.fixture(scope="module")
def sqlite() -> Iterator[Portal]:
    with harness.on_sqlite() as portal:
        portal.start()
        yield portal


@pytest.fixture(scope="module")
def postgresql() -> Iterator[Portal]:
    initdb = find_initdb()
    if initdb is None:
        pytest.skip("PostgreSQL's programs are not installed here")
    with harness.on_postgres(initdb) as portal:
        portal.start()
        yield portal


@pytest.fixture(params=["sqlite", "postgresql"])
def portal(request: pytest.FixtureRequest) -> Portal:
    """What asks nothing else of PostgreSQL is left to `make faults` there."""
    if request.param == "postgresql" and request.node.get_closest_marker("once"):
        pytest.skip("asked of SQLite alone")
    found: Portal = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def draw() -> random.Random:
    return random.Random(SEED)


def test_a_process_killed_between_two_steps_of_a_submission_loses_nothing(portal: Portal, draw: random.Random) -> None:
    steps = [each for each in kinds.spots(portal) if each.door in {"documents", "submit"}]

    told = [kinds.at(portal, spot, "kill") for spot in draw.sample(steps, STEPS)]

    assert len(steps) > 60  # the points are there to be struck
    assert [each.wrong for each in told if each.wrong] == []
    assert sum(each.times for each in told) == STEPS
    assert afterwards.wrong(portal) == []


@pytest.mark.once
def test_a_disk_that_fails_at_any_point_of_a_document_leaves_room_for_the_next_try(
    portal: Portal, draw: random.Random
) -> None:
    points = [each for each in kinds.spots(portal) if each.door == "documents" and kinds.is_of_files(each)]

    told = [kinds.at(portal, spot, draw.choice(["ENOSPC", "EROFS", "EIO", "EDQUOT"])) for spot in points]

    assert {each.name for each in points} >= {"mkstemp", "write", "fsync", "rename"}
    assert [each.wrong for each in told if each.wrong] == []
    assert sum(each.times for each in told) == len(points)


def test_a_database_without_room_answers_later_and_loses_nothing(portal: Portal, draw: random.Random) -> None:
    deeds = ["no_page_left", "no_byte_left"] if portal.database is None else ["disk_of_backend", "cut_connection"]
    steps = [
        each for each in kinds.spots(portal) if each.door == "submit" and each.name.startswith(("INSERT", "UPDATE"))
    ]
    heard = len(portal.story.heard)

    told = [kinds.at(portal, draw.choice(steps), deed) for deed in deeds * 2]

    assert [each.wrong for each in told if each.wrong] == []
    assert sum(each.times for each in told) == len(told)
    assert 503 in {each.status for each in portal.story.heard[heard:]}
    assert {each.status for each in portal.story.heard[heard:]} <= {0, 200, 302, 303, 503}


def test_a_process_killed_at_any_moment_while_people_send_loses_nothing(portal: Portal, draw: random.Random) -> None:
    assert kinds.process_killed_any_time(portal, draw).wrong == []


def test_the_database_killed_while_people_send_comes_back_with_all_that_was_acknowledged(
    portal: Portal, draw: random.Random
) -> None:
    if portal.database is None:
        pytest.skip("SQLite has no process of its own")

    assert kinds.database_restarted(None)(portal, draw).wrong == []


@pytest.mark.once
@pytest.mark.parametrize("part", [0.05, 0.5, 0.98])
def test_a_document_cut_on_the_line_is_kept_once_when_it_comes_again(
    portal: Portal, draw: random.Random, part: float
) -> None:
    assert kinds.upload_cut(portal, draw, part).wrong == []


@pytest.mark.once
@pytest.mark.parametrize("by", ["clock_set", "close_passed_and_back"])
def test_a_clock_that_is_set_takes_nothing_from_anybody(portal: Portal, draw: random.Random, by: str) -> None:
    assert getattr(kinds, by)(portal, draw).wrong == []


@pytest.mark.once
def test_a_log_on_a_full_disk_stops_nobody(portal: Portal, draw: random.Random) -> None:
    assert kinds.log_on_a_full_disk(portal, draw).wrong == []


@pytest.mark.once
def test_forty_who_send_a_byte_and_wait_keep_nobody_else_waiting(portal: Portal) -> None:
    """Behind nginx as deployed: it passes a request on when it is whole."""
    nginx = web.find_nginx()
    if nginx is None:
        pytest.skip("nginx is not installed here")
    with ExitStack() as ends:
        _, port = ends.enter_context(web.nginx(nginx, [portal.port], portal.folder))
        lines = [ends.enter_context(socket.create_connection(("127.0.0.1", port), timeout=30)) for _ in range(SLOW)]
        for line in lines:
            head = f"POST /{portal.campaign}/nop/ HTTP/1.1\r\nHost: 127.0.0.1:{portal.port}\r\nContent-Length: 5000\r\n"
            line.sendall(f"{head}Content-Type: application/x-www-form-urlencoded\r\n\r\na".encode())

        receipt = portal.send()
        for line in lines:
            line.sendall(b"b")

        assert afterwards.receipt_is_wrong(portal, receipt) == []


def test_what_the_power_takes_is_nothing_that_was_acknowledged(sqlite: Portal, draw: random.Random) -> None:
    if power.compiler() is None:
        pytest.skip("no C compiler is installed here")

    struck = power.cuts(sqlite, draw, number=12)

    assert struck.times == 12
    assert struck.wrong == []


def test_the_control_a_portal_that_does_not_force_files_to_the_disk_loses_some(
    sqlite: Portal, draw: random.Random
) -> None:
    if power.compiler() is None:
        pytest.skip("no C compiler is installed here")

    struck = power.cuts(sqlite, draw, number=12, FAULTS_WITHOUT_FSYNC="1")

    assert any("a document is" in each for each in struck.wrong)


@pytest.mark.once
def test_afterwards_everything_that_must_be_true_is_true(portal: Portal) -> None:
    assert len(portal.story.acknowledged) > STEPS
    assert afterwards.thoroughly(portal) == []


# --- the statements themselves --------------------------------------------------------------------------------------------


def kept(path: Path) -> Portal:
    """A portal of which there is a database and nothing else, with one initiative in it."""
    data = path / "data"
    (data / "media").mkdir(parents=True)
    database = sqlite3.connect(data / "portal.sqlite3")
    database.executescript(
        "CREATE TABLE initiatives_initiative (id, title, receipt_code, full_name, description);"
        "CREATE TABLE initiatives_reviewevent (initiative_id); CREATE TABLE initiatives_draft (initiative_id);"
        "CREATE TABLE initiatives_attachment (initiative_id, stored_name, size, sha256);"
        "INSERT INTO initiatives_initiative VALUES (1, 'Đồ gá hàn', '1234567890123', 'Lò Thị Mai', 'Gá ba chi tiết.');"
        "INSERT INTO initiatives_reviewevent VALUES (1); INSERT INTO initiatives_draft VALUES (1);"
    )
    database.close()
    return Portal(path, {"DATA_DIR": str(data)}, 1, path / "log")


def shown(title: str = "Đồ gá hàn", code: str = "1234 5678 9012 3", documents: int = 0) -> Acknowledged:
    return Acknowledged(code, "/bien-nhan/x/", title, "tld", "0300000001", documents, 0.0, 0.0)


@pytest.mark.parametrize(
    ("receipts", "statements", "wrong"),
    [
        ([shown()], [], 0),
        ([shown(), shown(title="Một việc khác", code="1")], [], 1),  # shown, not there
        ([shown(code="9999 9999 9999 9")], [], 1),  # shown with another code
        ([], [], 1),  # there, sent by nobody
        ([shown()], ["INSERT INTO initiatives_initiative SELECT * FROM initiatives_initiative"], 2),  # twice
        ([shown()], ["DELETE FROM initiatives_reviewevent"], 1),  # in half
        ([shown(documents=1)], [], 1),  # without its document
        ([shown(documents=1)], ["INSERT INTO initiatives_attachment VALUES (1, 'aa/bb/x.pdf', 3, 'x')"], 1),  # its file
    ],
    ids=["all well", "lost", "another code", "nobody's", "twice", "half", "document", "file"],
)
def test_the_control_what_is_wrong_afterwards_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, receipts: list[Acknowledged], statements: list[str], wrong: int
) -> None:
    portal = kept(tmp_path)
    monkeypatch.setattr(Portal, "answers_by_itself", lambda self: True)
    portal.story.acknowledged += receipts
    database = sqlite3.connect(portal.data / "portal.sqlite3")
    for statement in statements:
        database.execute(statement)
    database.commit()
    database.close()

    assert len(afterwards.wrong(portal)) == wrong


def test_the_control_who_gave_up_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    portal = kept(tmp_path)
    monkeypatch.setattr(Portal, "answers_by_itself", lambda self: True)
    portal.story.acknowledged.append(shown())
    portal.story.gave_up.append(GaveUp("documents", "Đồ gá khác", "0300000002", "503", is_uncertain=False))

    assert afterwards.wrong(portal) == ["gave up at documents: 503"]
    assert afterwards.wrong(portal, may_give_up=True) == []
