"""What `rehearse_deadline` refuses before it copies anything."""

import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from initiatives.management.commands import rehearse_deadline
from initiatives.rehearsal import copying, report
from initiatives.rehearsal.crowd import Result
from initiatives.rehearsal.evidence import Check
from initiatives.rehearsal.phones import Story

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"minutes": "mười"}, "--minutes phải là số, không phải “mười”."),
        ({"minutes": "0"}, "--minutes phải từ 0,2 đến 120."),
        ({"minutes": "nan"}, "--minutes phải từ 0,2 đến 120."),
        ({"rate": "-1"}, "--rate phải lớn hơn 0 và không quá 200; --readers phải từ 0 đến 100."),
        ({"readers": "1000"}, "--rate phải lớn hơn 0 và không quá 200; --readers phải từ 0 đến 100."),
        ({"phones": 0}, "--phones phải từ 1 đến 2.000; --initiatives phải từ 0 trở lên."),
        ({"report": "bao-cao.txt"}, "--report phải là một tệp .html trong thư mục có sẵn, không phải “bao-cao.txt”."),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_what_cannot_be_played_is_refused(
    options: dict[str, Any], sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "copied", lambda *args, **kwargs: pytest.fail("nothing may be copied"))

    with pytest.raises(CommandError) as refused:
        call_command("rehearse_deadline", **{"report": str(tmp_path / "a.html"), **options})

    assert str(refused.value) == sentence


def nothing_may_be_copied(*args: Any, **options: Any) -> None:
    pytest.fail("nothing may be copied")


@pytest.mark.parametrize("name", ["a.html", "a.json"])
def test_a_report_that_cannot_be_written_is_refused_before_anything_is_copied(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "copied", nothing_may_be_copied)
    (tmp_path / name).mkdir()

    with pytest.raises(CommandError) as refused:
        call_command("rehearse_deadline", report=str(tmp_path / "a.html"))

    assert (
        str(refused.value)
        == f"Không ghi được tệp {tmp_path / name}: đây là thư mục, không phải tệp. Chưa chép, chưa diễn gì."
    )
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_trying_leaves_the_report_of_before(tmp_path: Path) -> None:
    target = tmp_path / "a.html"
    target.write_text("báo cáo trước", encoding="utf-8")

    rehearse_deadline._refuse_what_cannot_be_written(target)

    assert target.read_text(encoding="utf-8") == "báo cáo trước"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.django_db
def test_a_campaign_that_is_not_there_is_refused_before_anything_is_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "copied", nothing_may_be_copied)

    with pytest.raises(CommandError, match=r"^Không có chương trình nào ở địa chỉ “khong-co”\.$"):
        call_command("rehearse_deadline", campaign="khong-co", report=str(tmp_path / "a.html"), stdout=StringIO())


def test_a_database_file_that_is_not_there_is_told_and_not_made(tmp_path: Path) -> None:
    lost = tmp_path / "portal.sqlite3"

    with pytest.raises(copying.CannotCopy, match=f"Không có cơ sở dữ liệu ở {lost}"):
        copying.look_for({"ENGINE": "django.db.backends.sqlite3", "NAME": str(lost)})

    assert not lost.exists()


def test_what_was_found_is_told_although_the_report_cannot_be_written_any_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, said = tmp_path / "a.html", StringIO()

    def rehearsed(*args: Any) -> tuple[list[Check], None, Result]:
        target.mkdir()  # as good as a disk that filled up
        checks = [Check("kept", "Không mất", "", 3, 0), Check("late", "Không nhận muộn", "", 3, 2)]
        return checks, None, Result(0.0, 1.0, Story())

    monkeypatch.setattr(rehearse_deadline.Command, "_rehearsed", rehearsed)
    monkeypatch.setattr(rehearse_deadline, "_refuse_what_cannot_be_played", lambda campaign: None)
    monkeypatch.setattr(copying, "look_for", lambda original: None)
    monkeypatch.setattr(report, "page", lambda *args: "")

    with pytest.raises(CommandError, match="Kết quả nằm ở các dòng trên"):
        call_command("rehearse_deadline", report=str(target), stdout=said)

    assert "✓ Không mất\n✗ Không nhận muộn: sai 2\n" in said.getvalue()


def test_on_a_machine_without_a_portal_it_ends_in_a_sentence(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "manage.py", "rehearse_deadline", "--report", str(tmp_path / "a.html")],
        cwd=ROOT,
        env={
            name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "DJANGO_SETTINGS_MODULE"}
        }
        | {"DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 1
    assert ended.stderr.startswith(f"CommandError: Không có cơ sở dữ liệu ở {tmp_path / 'portal.sqlite3'}.")
    assert not (tmp_path / "portal.sqlite3").exists()
