"""A backup killed at any step: the folder holds a whole set, and the next run goes on as if nothing had been."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections

from initiatives.backups import documents, parts, postgres_rows, restoring, saving, sets, sqlite_rows
from initiatives.models import Initiative, Upkeep
from tests.backups.conftest import run, sent

pytestmark = [pytest.mark.once, pytest.mark.serial, pytest.mark.django_db(transaction=True)]
ROWS = sqlite_rows if connection.vendor == "sqlite" else postgres_rows


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def before(place: Any, name: str, *, time: int = 1) -> Callable[[pytest.MonkeyPatch], None]:
    """Killed where `name` would be called for the `time`th time."""

    def arranged(patch: pytest.MonkeyPatch) -> None:
        real, calls = getattr(place, name), []

        def last(*args: Any, **options: Any) -> Any:
            calls.append(name)
            if len(calls) == time:
                die()
            return real(*args, **options)

        patch.setattr(place, name, last)

    return arranged


def killed(folder: Path, arrange: Callable[[pytest.MonkeyPatch], None], **options: Any) -> None:
    """A backup in a process of its own, which must not outlive its step."""
    connections.close_all()
    child = os.fork()
    if not child:
        try:
            with pytest.MonkeyPatch.context() as patch:
                arrange(patch)
                run("backup", folder, **options)
        finally:
            os._exit(3)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), "it came to its end"


STEPS = [
    pytest.param(before(ROWS, "save"), 1, id="before-the-rows"),
    pytest.param(before(parts.PartWriter, "finish"), 1, id="in-the-middle-of-the-rows"),
    pytest.param(before(documents, "save"), 1, id="between-rows-and-documents"),
    pytest.param(before(documents.os, "rename"), 1, id="a-document-without-its-name"),
    pytest.param(before(documents.sets, "sync_folder"), 1, id="documents-not-on-the-disk-yet"),
    pytest.param(before(saving.sets, "finished"), 1, id="before-the-manifest"),
    pytest.param(before(sets.json, "dumps"), 1, id="in-the-manifest"),
    pytest.param(before(sets.os, "rename", time=2), 1, id="before-the-set-has-its-name"),
    pytest.param(before(saving.sets, "let_go"), 2, id="before-the-older-sets-go"),
    pytest.param(before(sets.shutil, "rmtree", time=2), 2, id="while-an-older-set-goes"),
    pytest.param(before(documents, "prune"), 2, id="before-documents-go"),
]


@pytest.mark.parametrize(("arrange", "newest"), STEPS)
def test_killed_at_any_step_the_folder_holds_a_whole_set(
    portal: list[Initiative], folder: Path, arrange: Callable[[pytest.MonkeyPatch], None], newest: int
) -> None:
    run("backup", folder)
    sent(11)  # one document that the first set does not have

    killed(folder, arrange, keep=1)

    name = sets.names(folder)[-1]
    chosen, manifest = sets.chosen(folder, name=name, key=None)
    assert int(name[:4]) == newest
    restoring._is_whole(chosen, manifest)
    assert manifest.documents == newest + 1
    run("backup", folder, keep=1)
    chosen, manifest = sets.chosen(folder, name="", key=None)
    restoring._is_whole(chosen, manifest)
    assert [each.name for each in (folder / "sets").iterdir()] == [manifest.name]
    assert sorted(each.name for each in folder.iterdir()) == ["files", "lock", "sets"]
    assert not list((folder / "files").glob(f"{documents.UNFINISHED}*"))


def beside_the_rows() -> list[Path]:
    if connection.vendor != "sqlite":
        return []
    live = sqlite_rows.place()
    return sorted(each for each in live.parent.iterdir() if each.name.startswith(f"{live.name}."))


@pytest.mark.parametrize("command", ["restore", "backup"])
def test_told_to_stop_it_takes_away_what_it_began_and_says_so(
    portal: list[Initiative], folder: Path, command: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """What is left otherwise is a whole copy of everybody's data."""
    run("backup", folder)
    before = beside_the_rows()
    connections.close_all()
    child = os.fork()
    if not child:
        status = 3
        try:
            with pytest.MonkeyPatch.context() as patch:
                for place, name in ((restoring.checking, "findings"), (documents, "save")):
                    patch.setattr(place, name, lambda *args, **options: signal.raise_signal(signal.SIGTERM))
                run(command, folder, **({"check_only": True} if command == "restore" else {}))
        except SystemExit as ended:
            status = int(str(ended.code))
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(status) == 128 + signal.SIGTERM
    assert capfd.readouterr().err.startswith("Đã dừng theo yêu cầu")
    assert [each.name for each in (folder / "sets").iterdir()] == sets.names(folder)
    assert len(sets.names(folder)) == 1
    assert Upkeep.objects.order_by("-pk")[0].is_good is False
    assert beside_the_rows() == before


def test_killed_in_the_middle_of_a_restore_the_portal_is_as_it_was(
    portal: list[Initiative], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("backup", folder)
    newer = sent(12).receipt_code
    connections.close_all()
    child = os.fork()
    if not child:
        try:
            with pytest.MonkeyPatch.context() as patch:
                before(restoring.checking, "findings")(patch)
                run("restore", folder, yes=True)
        finally:
            os._exit(3)
    _, status = os.waitpid(child, 0)

    assert os.WIFSIGNALED(status)
    assert Initiative.objects.filter(receipt_code=newer).exists()
    run("restore", folder, yes=True)
    assert not Initiative.objects.filter(receipt_code=newer).exists()
