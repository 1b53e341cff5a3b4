"""The store in a folder: on the disk before it answers, and nothing half done where the disk fails."""

import errno
import io
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from initiatives.submission.files.folder_store import FolderStore
from initiatives.submission.files.judge import Judged, judge
from tests.submission import samples

PDF = samples.pdf()


def judged(content: bytes = PDF, *, name: str = "a.pdf") -> Judged:
    return judge(io.BytesIO(content), name=name)


def kept(root: Path, content: bytes = PDF, *, name: str = "a.pdf") -> str:
    with judged(content, name=name) as accepted:
        return FolderStore(root).put(accepted)


def files_under(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def test_the_same_content_is_kept_once_and_stays_as_it_was(tmp_path: Path) -> None:
    first = kept(tmp_path)
    before = (tmp_path / first).stat()

    second = kept(tmp_path, name="khac.pdf")

    assert second == first
    assert files_under(tmp_path) == [first]
    assert ((tmp_path / first).stat().st_ino, (tmp_path / first).read_bytes()) == (before.st_ino, PDF)


def test_a_stored_file_may_not_be_written(tmp_path: Path) -> None:
    assert (tmp_path / kept(tmp_path)).stat().st_mode & 0o777 == 0o440


def test_the_file_is_on_the_disk_before_its_name_and_the_name_before_the_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    sync, rename = os.fsync, os.rename

    def noted_sync(descriptor: int) -> None:
        steps.append(f"sync {Path(os.readlink(f'/proc/self/fd/{descriptor}')).relative_to(tmp_path)}")
        sync(descriptor)

    def noted_rename(source: Path, target: Path) -> None:
        steps.append(f"rename to {target.relative_to(tmp_path)}")
        rename(source, target)

    monkeypatch.setattr(os, "fsync", noted_sync)
    monkeypatch.setattr(os, "rename", noted_rename)
    with judged() as accepted:
        first, second = accepted.sha256[:2], accepted.sha256[2:4]

        name = FolderStore(tmp_path).put(accepted)

    temporary = steps[1]
    assert temporary.startswith("sync incoming/")
    assert steps == ["sync .", temporary, "sync .", f"sync {first}", f"rename to {name}", f"sync {first}/{second}"]


def test_a_name_already_there_is_brought_to_the_disk_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = (tmp_path / kept(tmp_path)).parent
    synced: list[str] = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(os.readlink(f"/proc/self/fd/{descriptor}")))

    kept(tmp_path)

    assert synced == [str(folder)]


def no_room(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def read_only(*_: object) -> None:
    raise OSError(errno.EROFS, "Read-only file system")


@pytest.mark.parametrize(
    ("step", "fault"),
    [
        pytest.param("fsync", no_room, id="full while writing"),
        pytest.param("fchmod", read_only, id="read-only while writing"),
        pytest.param("rename", no_room, id="full while naming"),
    ],
)
def test_a_disk_that_fails_leaves_nothing_behind(
    step: str, fault: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "media"
    FolderStore(root).incoming_folder()
    monkeypatch.setattr(os, step, fault)

    with judged() as accepted, pytest.raises(OSError, match=r"space|Read-only"):
        FolderStore(root).put(accepted)

    assert files_under(root) == []


def test_a_link_in_place_of_a_file_is_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("x")
    name = f"ab/cd/abcd{'0' * 60}.pdf"
    (tmp_path / name).parent.mkdir(parents=True)
    (tmp_path / name).symlink_to(secret)

    with pytest.raises(OSError, match="symbolic"):
        FolderStore(tmp_path).open(name)


@pytest.mark.parametrize(("floor", "is_enough"), [(0, True), (1 << 60, False)])
def test_free_space_is_asked_also_before_the_folder_is_there(floor: int, is_enough: bool, tmp_path: Path) -> None:
    assert FolderStore(tmp_path / "not" / "yet").takes_files(floor) is is_enough


def test_old_temporary_files_are_swept_and_nothing_else(tmp_path: Path) -> None:
    name = kept(tmp_path)
    now = datetime(2026, 3, 1, 8, tzinfo=UTC)
    for file, age in (("old", timedelta(hours=7)), ("young", timedelta(hours=5))):
        path = tmp_path / "incoming" / file
        path.write_text("half")
        os.utime(path, times=((now - age).timestamp(),) * 2)
    os.utime(tmp_path / name, times=(0, 0))

    removed = FolderStore(tmp_path).sweep_unfinished(now - timedelta(hours=6))

    assert removed == 1
    assert files_under(tmp_path) == sorted([name, "incoming/young"])


def test_sweeping_where_nothing_was_ever_kept_removes_nothing(tmp_path: Path) -> None:
    assert FolderStore(tmp_path / "media").sweep_unfinished(datetime.now(UTC)) == 0
