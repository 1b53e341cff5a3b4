""" "Sức khỏe cổng": what administrators read of the portal, and what their first page says while something is not well."""

import ast
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
from django.core.management import load_command_class
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from initiatives.models import Upkeep, Worker
from initiatives.submission.files.faults import Reason
from initiatives.watching import facts, figures, health, refusals
from initiatives.watching.lines import Line, Tone
from orgtree.roles import Role
from portal import metrics
from tests.codebase.house import calls, python_files
from tests.factories import AttachmentFactory, StaffAccountFactory, unit_at
from tests.submission.worker import page

ADDRESS = "admin:initiatives_upkeep_changelist"
NOW = timezone.now()
NOT_JUDGED = "Tài liệu không quét được"
Enter = Callable[..., Client]


@pytest.fixture
def client(db: None, client_as: Enter) -> Client:
    return client_as(StaffAccountFactory(unit=unit_at("tld"), role=Role.ADMINISTRATOR))


@pytest.fixture
def worker(db: None) -> Worker:
    return Worker.objects.create(key="a", seen_at=timezone.now())


def lines() -> dict[str, Line]:
    return {line.label: line for group in health.groups(timezone.now) for line in group.lines}


def runs(*, hours_ago: float | None, is_good: bool | None = True, kind: Upkeep.Kind = Upkeep.Kind.BACKUP) -> facts.Runs:
    last = None if hours_ago is None else NOW - timedelta(hours=hours_ago)
    return facts.Runs(kind, last, is_good if last else None, last if is_good else None)


@pytest.mark.parametrize(
    ("run", "tone", "said"),
    [
        pytest.param(runs(hours_ago=None), Tone.LOOK, "Chưa làm lần nào.", id="never"),
        pytest.param(runs(hours_ago=25), Tone.GOOD, "Đạt, lúc", id="yesterday"),
        pytest.param(runs(hours_ago=27), Tone.LOOK, "Đã quá hạn.", id="the-day-before"),
        pytest.param(runs(hours_ago=1, is_good=False), Tone.BROKEN, "không đạt.", id="went-wrong"),
        pytest.param(runs(hours_ago=None, kind=Upkeep.Kind.ERASE), Tone.NONE, "Chưa phải làm", id="nothing-to-erase"),
        pytest.param(runs(hours_ago=9999, kind=Upkeep.Kind.ERASE), Tone.GOOD, "Đạt, lúc", id="erased-long-ago"),
    ],
)
def test_a_kind_of_upkeep_is_good_while_it_is_young_and_went_well(run: facts.Runs, tone: Tone, said: str) -> None:
    line = health.upkeep_line(run, at=NOW)

    assert line.tone is tone
    assert said in line.words
    assert bool(line.act) is (tone in {Tone.LOOK, Tone.BROKEN})


@pytest.mark.parametrize("kind", health.UPKEEP)
def test_a_command_that_it_names_runs_as_it_is_written(kind: Upkeep.Kind) -> None:
    for command, arguments in re.findall(r"portal-manage (\w+)((?: (?:/|THƯ-MỤC|--)\S*)*)", health.UPKEEP[kind].act):
        load_command_class("initiatives", command).create_parser("", command).parse_args(arguments.split())


def test_the_drill_that_it_asks_for_changes_nothing() -> None:
    assert health.UPKEEP[Upkeep.Kind.RESTORE].act.endswith("portal-manage restore THƯ-MỤC --check-only")


def test_every_kind_of_upkeep_has_its_rule() -> None:
    assert set(health.UPKEEP) == set(Upkeep.Kind)


@pytest.mark.django_db
def test_the_page_tells_of_everything(client: Client, worker: Worker) -> None:
    shown = page(client.get(reverse(ADDRESS)))

    for label in ("Cơ sở dữ liệu", "Cấu trúc bảng", "Kho tài liệu", "Đồng hồ", "Đĩa của cổng", "Bộ nhớ đệm"):
        assert f"<dt>{label}</dt>" in shown
    for label in ("Tiến trình nền", "Số đếm", "Việc cán bộ giao", "Sao lưu", "Quét vi-rút", "Phiên bản"):
        assert f"<dt>{label}</dt>" in shown
    assert "1 tiến trình đang chạy." in shown
    assert all(line.act for line in lines().values() if line.tone in {Tone.LOOK, Tone.BROKEN})


@pytest.mark.django_db
def test_a_part_that_is_down_takes_no_other_with_it(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*_: Any, **named: Any) -> None:
        raise OSError("no such file")

    for name in ("disks", "jobs_now", "upkeep", "database_bytes"):
        monkeypatch.setattr(facts, name, down)

    shown = page(client.get(reverse(ADDRESS)))

    found = lines()
    for label in ("Đĩa", "Việc cán bộ giao", "Việc bảo trì", "Dung lượng cơ sở dữ liệu"):
        assert found[label] == Line(label, Tone.BROKEN, "Không hỏi được.", found[label].act)
    assert found["Kho tài liệu"].tone is Tone.GOOD
    assert shown.count("Không hỏi được.") == 4


@pytest.mark.django_db
def test_a_full_disk_says_that_no_document_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        facts, "disks", lambda: {"data": facts.Disk(500 * 1024**2, 10**12), "media": facts.Disk(10**11, 10**12)}
    )

    found = lines()

    assert (found["Đĩa của cổng"].tone, found["Đĩa chứa tài liệu"].tone) == (Tone.BROKEN, Tone.LOOK)
    assert "ngừng nhận tài liệu" in found["Đĩa của cổng"].act


@pytest.mark.parametrize(
    ("answers", "tone"),
    [(b"PONG\0", Tone.GOOD), (b"", Tone.BROKEN), (b"COMMAND UNAVAILABLE\0", Tone.BROKEN)],
    ids=["pong", "hangs-up", "something-else"],
)
@pytest.mark.django_db
def test_the_antivirus_is_asked_where_one_is_named(settings: Any, tmp_path: Path, answers: bytes, tone: Tone) -> None:
    assert lines()["Quét vi-rút"].tone is Tone.NONE

    with listening(tmp_path / "clamd", answers) as heard:
        settings.CLAMAV_SOCKET = str(tmp_path / "clamd")
        assert lines()["Quét vi-rút"].tone is tone

    assert heard == [b"zPING\0"]
    settings.CLAMAV_SOCKET = str(tmp_path / "nobody")
    assert lines()["Quét vi-rút"].tone is Tone.BROKEN


@pytest.mark.django_db
def test_documents_that_cannot_be_judged_are_told_where_there_is_an_antivirus(settings: Any, tmp_path: Path) -> None:
    AttachmentFactory(scan_again_at=NOW)
    AttachmentFactory(scan_again_at=None)
    AttachmentFactory(scan_again_at=NOW, scanned_at=NOW)
    assert NOT_JUDGED not in lines()

    with listening(tmp_path / "clamd", b"PONG\0"):
        settings.CLAMAV_SOCKET = str(tmp_path / "clamd")
        told = lines()[NOT_JUDGED]

    assert (told.tone, told.words.partition(".")[0]) == (Tone.LOOK, "1 tài liệu")
    (figure,) = [each for each in figures.asked(timezone.now) if each.name == "portal_not_judged"]
    assert figure.value == 1


@pytest.mark.parametrize("role", [Role.VIEWER, Role.REVIEWER, Role.MANAGER])
@pytest.mark.django_db
def test_it_is_for_administrators_alone(client_as: Enter, role: Role) -> None:
    client = client_as(StaffAccountFactory(unit=unit_at("quang-tri/dong-ha"), role=role))

    assert client.get(reverse(ADDRESS)).status_code == 403
    assert "Sức khỏe cổng" not in page(client.get(reverse("admin:index")))


@pytest.mark.django_db
def test_the_first_page_says_so_only_while_something_is_wrong(client: Client, worker: Worker, settings: Any) -> None:
    settings.MEDIA_ROOT.mkdir(parents=True)
    assert "Cần xem:" not in page(client.get(reverse("admin:index")))


@pytest.mark.django_db
def test_the_first_page_names_what_is_wrong(client: Client) -> None:
    shown = page(client.get(reverse("admin:index")))

    assert f'<li class="urgent"><a href="{reverse(ADDRESS)}">Cần xem: tiến trình nền.</a></li>' in shown


@pytest.mark.django_db
def test_a_public_portal_that_is_not_backed_up_says_so(client: Client, worker: Worker, settings: Any) -> None:
    settings.SERVES_ONLY_ITSELF = False

    shown = page(client.get(reverse("admin:index")))

    assert "Cần xem: sao lưu, khôi phục, niêm phong lịch sử và 4 mục nữa." in shown


@pytest.mark.django_db
def test_the_first_page_asks_once_in_half_a_minute(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[None] = []
    monkeypatch.setattr(health, "troubles", lambda now: asked.append(None) or [])

    for _ in range(3):
        client.get(reverse("admin:index"))

    assert len(asked) == 1


# --- refusals of the last hour ------------------------------------------------------------------------------------------


@pytest.fixture
def _nobody_refused() -> Iterator[None]:
    metrics.forget()
    yield
    metrics.forget()


def refused_lines() -> list[Line]:
    return next(group for group in health.groups(timezone.now) if group.title == refusals.TITLE).lines


@pytest.mark.django_db
@pytest.mark.usefixtures("_nobody_refused")
def test_refusals_of_the_last_hour_are_told_by_reason(client: Client) -> None:
    assert refused_lines() == [refusals.NONE]

    for reason in ("invalid", "invalid", "out_of_order", "of_tomorrow"):
        metrics.refused(reason)

    shown = page(client.get(reverse(ADDRESS)))
    assert refused_lines() == [
        Line(refusals.REASONS["invalid"], Tone.FIGURE, "2 lượt."),
        Line(refusals.REASONS["out_of_order"], Tone.LOOK, "1 lượt.", refusals.OURS["out_of_order"]),
        Line(refusals.OTHER, Tone.FIGURE, "1 lượt."),
    ]
    assert f"<dt>{refusals.REASONS['invalid']}</dt>\n<dd>2 lượt.</dd>" in shown
    assert "of_tomorrow" not in shown


def test_every_reason_in_the_code_has_its_words() -> None:
    """`metrics.refused(…)` anywhere; of a document every reason of its judge."""
    given: set[str] = {f"file_{reason}" for reason in get_args(Reason)}
    for path in python_files():
        for call in calls(path):
            if ast.unparse(call.func) == "metrics.refused":
                given |= {
                    str(each.value)
                    for each in ast.walk(call.args[0])
                    if isinstance(each, ast.Constant) and each.value != "file_"
                }

    assert len(given) > 25
    assert given == set(refusals.REASONS)


@contextmanager
def listening(place: Path, answers: bytes) -> Iterator[list[bytes]]:
    heard: list[bytes] = []
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(place))
        door.listen()

        def answer() -> None:
            line, _ = door.accept()
            with line:
                heard.append(line.recv(64))
                line.sendall(answers)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield heard
        thread.join(timeout=10)
