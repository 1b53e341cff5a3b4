"""A backup and the way back, in whole: on a living portal, to another one, and what stands against it."""

import errno
import json
import os
import shutil
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, connections
from django.utils import timezone

from initiatives.backups import documents, postgres_rows, restoring, sets, sqlite_rows
from initiatives.backups.parts import Damaged, key_name
from initiatives.backups.saved import Restored
from initiatives.backups.sets import SETS
from initiatives.management.commands import restore
from initiatives.models import Attachment, Initiative, Upkeep
from initiatives.submission.files.store import the_store
from initiatives.submission.receipts import shown
from portal.command_line import ENDING
from portal.postgresql.base import DatabaseWrapper
from tests.backups.conftest import Elsewhere, run, sent

pytestmark = [pytest.mark.serial, pytest.mark.django_db(transaction=True)]
KEY, OTHER = b"k" * 32, b"o" * 32
rows = sqlite_rows if connection.vendor == "sqlite" else postgres_rows


def codes() -> set[str]:
    return set(Initiative.objects.values_list("receipt_code", flat=True))


def part_of(folder: Path, start: str) -> Path:
    (newest,) = [folder / SETS / name for name in sets.names(folder)[-1:]]
    return next(each for each in newest.iterdir() if each.name.startswith(start))


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.chmod(0o600)
    path.write_bytes(content)


def test_under_writers_a_backup_holds_every_receipt_shown_before_it_and_none_by_half(
    portal: list[Initiative], folder: Path, elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    acknowledged, failures = [each.receipt_code for each in portal], []
    ended, one_more = threading.Event(), threading.Semaphore(0)

    def write(first: int) -> None:
        try:
            for n in range(first, first + 100):
                if ended.is_set():
                    return
                acknowledged.append(sent(n).receipt_code)
                one_more.release()
        except Exception as failure:
            failures.append(failure)
            one_more.release()
        finally:
            connections.close_all()

    def saved_while_others_write(making: sets.Set) -> documents.Copied:
        assert one_more.acquire(timeout=60)  # after the rows were read, before their documents are
        return save(making)

    save = documents.save
    monkeypatch.setattr(documents, "save", saved_while_others_write)
    writers = [threading.Thread(target=write, args=(1000 * n,)) for n in (1, 2, 3)]
    for each in writers:
        each.start()
    assert one_more.acquire(timeout=60)
    before = set(acknowledged)
    try:
        run("backup", folder)
    finally:
        ended.set()
        for each in writers:
            each.join(timeout=120)
    assert failures == []
    everything = codes()

    with elsewhere():
        said = run("restore", folder)

        restored = codes()
        assert before <= restored < everything
        assert "✓ Số dòng, mã băm, từng tài liệu, các điều luôn đúng và số đếm đều khớp." in said
        call_command("check_invariants")
        call_command("recount", check=True)
        named = list(Attachment.objects.filter(initiative__isnull=False).values_list("stored_name", flat=True))
        assert len(named) == len(restored)
        for name in named:
            with the_store().open(name) as document:
                assert document.read().startswith(b"%PDF")
        again = sent(9999)  # numbers go on behind the restored ones
        assert again.pk > max(Initiative.objects.exclude(pk=again.pk).values_list("pk", flat=True))
        assert Upkeep.objects.get(kind=Upkeep.Kind.RESTORE).is_good
    assert Upkeep.objects.get(kind=Upkeep.Kind.BACKUP).figures["files"] >= len(before)


def test_sealed_it_names_nobody_and_goes_back_with_its_key_alone(
    portal: list[Initiative], folder: Path, settings: Any
) -> None:
    settings.BACKUP_KEY = KEY
    run("backup", folder)
    for each in folder.rglob("*"):
        if each.is_file():
            assert b"%PDF" not in each.read_bytes()
            assert not each.read_bytes().startswith(b"\x1f\x8b")  # gzip

    settings.BACKUP_KEY = None
    with pytest.raises(CommandError, match="được mã hóa"):
        run("restore", folder, yes=True)
    settings.BACKUP_KEY = OTHER
    with pytest.raises(CommandError, match=r"cần khóa .* Chưa có gì bị thay đổi"):
        run("restore", folder, yes=True)
    settings.BACKUP_KEY = KEY
    newer = sent(7).receipt_code
    with pytest.raises(CommandError, match=r"đang có 3 sáng kiến.*--yes"):
        run("restore", folder)
    assert newer in codes()
    lost = the_store()
    for name in Attachment.objects.values_list("stored_name", flat=True):
        lost.remove(name)

    run("restore", folder, yes=True)

    assert codes() == {each.receipt_code for each in portal}
    call_command("check_invariants")
    assert connection.introspection.table_names().count("initiatives_initiative") == 1


def test_without_the_key_nothing_open_comes_among_sealed_sets_unless_somebody_says_so(
    portal: list[Initiative], folder: Path, settings: Any
) -> None:
    settings.BACKUP_KEY = KEY
    run("backup", folder)
    settings.BACKUP_KEY = None

    with pytest.raises(CommandError, match=rf"mã hóa bằng khóa {key_name(KEY)} .* thêm --unsealed"):
        run("backup", folder)
    assert len(sets.names(folder)) == 1
    assert not [each for each in (folder / sets.FILES).rglob("*.pdf") if each.is_file()]

    assert "Bản này không mã hóa" in run("backup", folder, unsealed=True)
    run("backup", folder)  # the newest is open now
    part_of(folder, "manifest").write_text("")
    run("backup", folder)  # what cannot be read keeps no backup from being made
    assert len(sets.names(folder)) == 4


def put_there_by_a_stranger(folder: Path) -> str:
    """Whoever can write to the copy elsewhere, and has no key, makes an open set of rows of their own."""
    elsewhere = folder.parent / "cua-ke-la"
    run("backup", elsewhere)
    (made,), name = sets.names(elsewhere), "9999-20301231-235959"
    place = folder / SETS / name
    shutil.copytree(elsewhere / SETS / made, place)
    shutil.copytree(elsewhere / sets.FILES, folder / sets.FILES, dirs_exist_ok=True)
    manifest = place / "manifest.json"
    told = json.loads(manifest.read_text()) | {"name": name}
    told.pop("seal")
    manifest.write_text(json.dumps(told | {"seal": sets._seal(told, None)}))
    return name


def test_with_a_key_an_open_set_goes_back_only_where_somebody_says_so(
    portal: list[Initiative], folder: Path, settings: Any
) -> None:
    settings.BACKUP_KEY = KEY
    run("backup", folder)
    (ours,) = sets.names(folder)
    there = codes()
    settings.BACKUP_KEY = None
    strange = sent(6).receipt_code
    name = put_there_by_a_stranger(folder)
    Initiative.objects.filter(receipt_code=strange).update(receipt_code="000000000000")
    settings.BACKUP_KEY = KEY

    for only_look in (False, True):
        with pytest.raises(CommandError) as refused:
            run("restore", folder, yes=True, check_only=only_look)
        assert f"{name} không được mã hóa" in str(refused.value)
        assert f"--set {name} --unsealed" in str(refused.value)
        assert f"mới nhất trước: {ours}. Chọn bằng --set." in str(refused.value)
    assert strange not in codes()

    assert f"bản {name}" in (said := run("restore", folder, yes=True, unsealed=True))
    assert "Bản này không được mã hóa." in said
    assert codes() == there | {strange}
    said = run("restore", folder, yes=True, set=ours)
    assert f"Bản này đã được mã hóa bằng khóa {key_name(KEY)}." in said
    assert codes() == there


def test_whoever_was_erased_since_is_named_in_a_file_before_the_rows_take_their_place(
    portal: list[Initiative], folder: Path, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DATA_DIR = tmp_path / "du-lieu"
    settings.DATA_DIR.mkdir()
    monkeypatch.setattr(restore, "CODES_SHOWN", 1)
    run("backup", folder)
    (name,) = sets.names(folder)
    first, second = (each.receipt_code for each in portal)

    def erase() -> None:
        Initiative.objects.update(erased_at=timezone.now() + timedelta(hours=1))

    def kept() -> dict[str, str]:
        return {each.name: each.read_text() for each in settings.DATA_DIR.iterdir()}

    assert "Hãy chạy portal-manage erase_personal_data --yes, rồi" in run("restore", folder, yes=True)
    erase()
    run("restore", folder, check_only=True)
    assert kept() == {}

    said = run("restore", folder, yes=True)

    file = settings.DATA_DIR / f"da-xoa-sau-{name}.txt"
    assert f"{shown(first)} và 1 mã nữa. Tất cả mã nằm trong tệp {file};" in said
    assert file.stat().st_mode & 0o777 == 0o600
    assert kept() == {file.name: f"{first}\n{second}\n"}
    erase()
    monkeypatch.setattr(rows, "restored", beside_a_place_that_cannot_be_taken(rows.restored))
    with pytest.raises(CommandError, match="chưa có gì bị thay đổi: no place"):
        run("restore", folder, yes=True)
    assert kept() == dict.fromkeys((file.name, f"da-xoa-sau-{name}-2.txt"), f"{first}\n{second}\n")
    monkeypatch.undo()
    Initiative.objects.update(erased_at=None)  # as after one that was cut when its rows stood
    said = run("restore", folder, yes=True)
    assert f"! Còn tệp {file} của một lần khôi phục trước" in said
    assert f"! Còn tệp {settings.DATA_DIR / f'da-xoa-sau-{name}-2.txt'} của một lần khôi phục trước" in said


def beside_a_place_that_cannot_be_taken(restored: Callable[..., Any]) -> Callable[..., Any]:
    def refused() -> None:
        raise OperationalError("no place")

    @contextmanager
    def there(chosen: sets.Set, manifest: sets.Manifest) -> Iterator[Restored]:
        with restored(chosen, manifest) as found:
            yield replace(found, take_the_place=refused)

    return there


def tidied_badly(restored: Callable[..., Any], failure: Exception) -> Callable[..., Any]:
    @contextmanager
    def there(chosen: sets.Set, manifest: sets.Manifest) -> Iterator[Restored]:
        with restored(chosen, manifest) as found:
            yield found
        raise failure

    return there


@pytest.mark.once
@pytest.mark.parametrize(
    ("failure", "told"),
    [
        pytest.param(OperationalError("no answer"), "chưa có gì bị thay đổi: no answer", id="database"),
        pytest.param(OSError("no disk"), "Không khôi phục được, chưa có gì bị thay đổi: no disk", id="disk"),
    ],
)
def test_what_goes_wrong_when_the_place_is_taken_stops_nothing_any_more(
    portal: list[Initiative], folder: Path, monkeypatch: pytest.MonkeyPatch, failure: Exception, told: str
) -> None:
    run("backup", folder)
    newer = sent(8).receipt_code
    cache.set("of-before", 1)
    monkeypatch.setattr(rows, "restored", tidied_badly(rows.restored, failure))
    with pytest.raises(CommandError, match=told):
        run("restore", folder, check_only=True)
    assert newer in codes()
    monkeypatch.setattr(restoring.keys_of_sets, "put_back", lambda *args, only_look: ["the keys are back"])

    said = run("restore", folder, yes=True)

    assert said.startswith("Đã khôi phục bản")
    assert (
        f"! Dữ liệu đã thay xong, chỉ bước dọn dẹp báo lỗi; lượt sao lưu hoặc khôi phục sau sẽ dọn tiếp: {failure}"
        in said
    )
    assert "! the keys are back" in said
    assert newer not in codes()
    assert cache.get("of-before") is None


@pytest.mark.skipif(connection.vendor != "postgresql", reason="a second connection waits there")
def test_a_connection_that_was_cut_while_it_was_idle_is_no_failure_of_a_restore_that_is_done(
    portal: list[Initiative], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("backup", folder)
    newer = sent(8).receipt_code
    take = postgres_rows._take_the_place

    def taken_and_cut(live: str) -> None:
        take(live)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity JOIN pg_locks USING (pid)"
                " WHERE locktype = 'advisory' AND datname = current_database() AND pid <> pg_backend_pid()"
            )
            assert cursor.fetchall() == [(True,)]

    monkeypatch.setattr(postgres_rows, "_take_the_place", taken_and_cut)

    assert "! Dữ liệu đã thay xong, chỉ bước dọn dẹp báo lỗi" in run("restore", folder, yes=True)

    assert newer not in codes()


@pytest.mark.once
def test_keys_that_could_not_be_put_back_are_a_finding(
    portal: list[Initiative], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("backup", folder)
    newer = sent(8).receipt_code
    cache.set("of-before", 1)

    def refused(*args: object, only_look: bool) -> list[str]:
        raise OSError("no room")

    monkeypatch.setattr(restoring.keys_of_sets, "put_back", refused)
    said = StringIO()

    with pytest.raises(CommandError, match="1 điều cần xem lại"):
        call_command("restore", str(folder), yes=True, stdout=said)

    assert "✗ Chưa khôi phục được khóa của cổng: no room" in said.getvalue()
    assert newer not in codes()
    assert cache.get("of-before") is None


@pytest.mark.once
@pytest.mark.parametrize(
    "manifest", ["{}", "[" * 100_000, '{"key": "khac", "seal": ""}', None], ids=["empty", "deep", "wrong", "none"]
)
def test_a_set_that_is_none_names_those_that_can_be_restored(
    portal: list[Initiative], folder: Path, settings: Any, manifest: str | None
) -> None:
    settings.BACKUP_KEY = KEY
    run("backup", folder)
    (ours,) = sets.names(folder)
    strange = folder / SETS / "9999-20301231-235959"
    strange.mkdir()
    if manifest is not None:
        (strange / "manifest.json").write_text(manifest)

    with pytest.raises(CommandError, match=rf"{strange.name}.*mới nhất trước: {ours}\. Chọn bằng --set\."):
        run("restore", folder, yes=True)


@pytest.mark.once
def test_without_a_key_too_a_set_that_cannot_be_read_names_the_others(
    portal: list[Initiative], folder: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.BACKUP_KEY = None
    run("backup", folder)
    run("backup", folder)
    older, newest = sets.names(folder)
    read = Path.read_bytes

    def refused(path: Path) -> bytes:
        if newest in str(path):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", refused)

    with pytest.raises(CommandError) as said:
        run("restore", folder, yes=True)

    manifest = folder / SETS / newest / "manifest.json"
    assert str(said.value) == (
        f"Không đọc được bản sao lưu {newest}: tài khoản đang chạy lệnh không có quyền ({manifest}). "
        f"Các bản không mã hóa, đọc được, mới nhất trước: {older}. Chọn bằng --set."
    )


def test_a_drill_touches_nothing_and_finds_what_is_wrong(portal: list[Initiative], folder: Path) -> None:
    run("backup", folder)
    newer = sent(8).receipt_code

    said = run("restore", folder, check_only=True)

    assert said.startswith("Diễn tập xong, không thay đổi gì")
    assert newer in codes()
    figures = Upkeep.objects.get(kind=Upkeep.Kind.RESTORE).figures
    assert (figures["drill"], figures["files"], figures["findings"]) == (1, 2, 0)
    Initiative.objects.filter(pk=portal[0].pk).update(status="valid")
    run("backup", folder)
    with pytest.raises(CommandError, match="điều cần xem lại"):
        run("restore", folder, check_only=True)


def test_a_drill_on_another_machine_is_written_down_where_the_portal_is(
    portal: list[Initiative], folder: Path, elsewhere: Elsewhere
) -> None:
    run("backup", folder)
    (name,) = (each.name for each in (folder / SETS).iterdir())
    with elsewhere():
        call_command("migrate", verbosity=0)
        assert f"portal-manage restore THƯ-MỤC --tried-elsewhere {name}" in run("restore", folder, check_only=True)
    assert not Upkeep.objects.filter(kind=Upkeep.Kind.RESTORE).exists()
    before = codes()

    said = run("restore", folder, tried_elsewhere=name)

    assert name in said
    assert codes() == before
    told = Upkeep.objects.get(kind=Upkeep.Kind.RESTORE)
    assert (told.is_good, told.figures["drill"], told.figures["elsewhere"]) == (True, 1, 1)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"tried_elsewhere": "0099-20220101-000000"}, "Không có bản sao lưu “0099-20220101-000000”"),
        ({"tried_elsewhere": "0001", "check_only": True}, "dùng một mình"),
        ({"tried_elsewhere": "0001", "yes": True}, "dùng một mình"),
    ],
    ids=["no such set", "with a drill", "with a restore"],
)
def test_what_was_not_tried_is_not_written_down(
    portal: list[Initiative], folder: Path, options: dict[str, Any], said: str
) -> None:
    run("backup", folder)

    with pytest.raises(CommandError, match=said):
        run("restore", folder, **options)

    assert not Upkeep.objects.filter(kind=Upkeep.Kind.RESTORE).exists()


def a_part(folder: Path) -> None:
    flip(part_of(folder, "rows.sqlite3" if connection.vendor == "sqlite" else "rows.initiatives_initiative"))


def the_manifest(folder: Path) -> None:
    place = part_of(folder, "manifest")
    told = json.loads(place.read_text())
    told["tables"]["initiatives_initiative"]["rows"] += 1
    place.write_text(json.dumps(told))


def a_document(folder: Path) -> None:
    flip(next(each for each in (folder / "files").rglob("*.pdf*")))


def a_document_gone(folder: Path) -> None:
    next(each for each in (folder / "files").rglob("*.pdf*")).unlink()


def the_list(folder: Path) -> None:
    part_of(folder, "files.txt").write_bytes(b"")


@pytest.mark.once
@pytest.mark.parametrize("key", [None, KEY], ids=["open", "sealed"])
@pytest.mark.parametrize("harm", [a_part, the_manifest, a_document, a_document_gone, the_list])
def test_what_was_damaged_is_found_before_anything_is_touched(
    portal: list[Initiative], folder: Path, settings: Any, harm: Callable[[Path], None], key: bytes | None
) -> None:
    settings.BACKUP_KEY = key
    run("backup", folder)
    harm(folder)
    newer = sent(8).receipt_code

    with pytest.raises(CommandError, match=r"hỏng|thay đổi"):
        run("restore", folder, yes=True)

    assert newer in codes()


@pytest.mark.once
def test_a_set_has_its_name_when_everything_of_it_is_on_the_disk(
    portal: list[Initiative], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By which names a power cut would find what was forced to the disk. The set before leaves when the name is there too."""
    run("backup", folder)
    forced: list[str] = []
    needed: list[str] = []
    rename = os.rename

    def renamed(old: Path, new: Path) -> None:
        if old.name.startswith(sets.UNFINISHED):
            needed.extend(map(str, [old, *old.iterdir(), folder / sets.FILES]))
            assert set(needed) <= set(forced)
        if new.name.startswith(sets.LEAVING):
            assert forced[-1] == str(folder / SETS)
        rename(old, new)
        forced.append(str(new) if str(old) in forced else "")

    monkeypatch.setattr(os, "fsync", lambda file: forced.append(os.readlink(f"/proc/self/fd/{file}")))
    monkeypatch.setattr(os, "rename", renamed)
    sent(7)
    run("backup", folder, keep=1)

    assert len(needed) > 3
    assert len(sets.names(folder)) == 1


@pytest.mark.once
def test_the_next_backup_mends_a_document_that_the_folder_forgot(portal: list[Initiative], folder: Path) -> None:
    run("backup", folder)
    a_document(folder)

    assert "(1 tài liệu mới)" in run("backup", folder)

    newest = sets.names(folder)[-1]
    chosen, manifest = sets.chosen(folder, name=newest, key=None)
    assert list(documents.verified(chosen, manifest)) == []


@pytest.mark.once
def test_older_sets_go_with_the_documents_that_only_they_held(portal: list[Initiative], folder: Path) -> None:
    run("backup", folder)
    gone = Attachment.objects.order_by("pk").first()
    assert gone is not None
    Attachment.objects.filter(pk=gone.pk).delete()

    run("backup", folder, keep=2)
    assert len(list((folder / "files").rglob("*.pdf"))) == 2
    said = run("backup", folder, keep=2)

    assert "Đã bỏ 1 bản cũ: 0001-" in said
    assert [name[:4] for name in sets.names(folder)] == ["0002", "0003"]
    left = {each.name for each in (folder / "files").rglob("*.pdf")}
    assert len(left) == 1
    assert gone.stored_name.rpartition("/")[2] not in left


@pytest.mark.once
def test_a_backup_that_is_not_told_how_many_stay_removes_nothing(portal: list[Initiative], folder: Path) -> None:
    """More than any number it might have in mind: a timer keeps 72."""
    run("backup", folder)
    (made,) = sets.names(folder)
    for number in range(2, 76):
        shutil.copytree(folder / SETS / made, folder / SETS / f"{number:04}-20220301-090000")
    Attachment.objects.all().delete()

    said = run("backup", folder)

    assert "Đã bỏ" not in said
    assert len(sets.names(folder)) == 76
    assert len(list((folder / "files").rglob("*.pdf"))) == 2


@pytest.mark.once
def test_a_document_that_is_lost_is_named_and_the_set_before_it_stays(portal: list[Initiative], folder: Path) -> None:
    run("backup", folder)
    sent(5)
    lost = Attachment.objects.latest("pk").stored_name
    the_store().remove(lost)

    with pytest.raises(CommandError, match=f"1 tài liệu .* không còn nguyên.*{lost}"):
        run("backup", folder, keep=1)

    assert [name[:4] for name in sets.names(folder)] == ["0001", "0002"]
    assert Upkeep.objects.latest("pk").is_good is False


@pytest.mark.once
@pytest.mark.parametrize("stuck", [sets.LEAVING, sets.UNFINISHED])
def test_a_folder_that_cannot_be_removed_is_told_of_and_stops_no_backup(
    portal: list[Initiative], folder: Path, monkeypatch: pytest.MonkeyPatch, stuck: str
) -> None:
    """Somebody backed up as root: what is left of that set is theirs."""
    run("backup", folder)
    remove = os.rmdir

    def removed(path: Any, **options: Any) -> None:
        if stuck in str(path):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        remove(path, **options)

    monkeypatch.setattr(os, "rmdir", removed)
    (folder / SETS / f"{stuck}0001-20220301-090000").mkdir()

    for number in (2, 3):
        said = run("backup", folder, keep=1)

        assert f"Đã sao lưu thành bản {number:04}-" in said
        assert f"Chưa xóa được thư mục {folder / SETS / stuck}0001-" in said
        assert [int(name[:4]) for name in sets.names(folder)] == [number]
        assert Upkeep.objects.filter(is_good=False).count() == 0


@pytest.mark.once
def test_stopped_while_older_sets_go_the_new_one_is_there_and_told_of(
    portal: list[Initiative], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("backup", folder)
    go = sets.let_go

    def stopped(folder: Path, *, keep: int) -> list[str]:
        go(folder, keep=keep)
        signal.raise_signal(signal.SIGTERM)
        return []

    monkeypatch.setattr(sets, "let_go", stopped)

    said = run("backup", folder, keep=1)

    assert "Đã sao lưu thành bản 0002-" in said
    assert "Đã dừng theo yêu cầu khi đang dọn các bản cũ. Lượt sau sẽ dọn tiếp." in said
    assert [name[:4] for name in sets.names(folder)] == ["0002"]
    assert Upkeep.objects.filter(is_good=False).count() == 0


@pytest.mark.once
def test_where_a_document_cannot_be_put_the_place_is_named_and_what_to_do(
    portal: list[Initiative], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody backed up as root, and its folder is theirs."""
    rename = os.rename

    def refused(old: Any, new: Any) -> None:
        if documents.UNFINISHED in str(old):
            raise PermissionError(errno.EACCES, "Permission denied", str(old), None, str(new))
        rename(old, new)

    monkeypatch.setattr(os, "rename", refused)

    with pytest.raises(CommandError) as said:
        run("backup", folder)

    assert f"không có quyền ({folder / sets.FILES}" in str(said.value)
    assert documents.UNFINISHED not in str(said.value)
    assert "hãy giao lại cả thư mục cho tài khoản chạy sao lưu (chown -R)." in str(said.value)


@pytest.mark.once
def test_an_older_set_that_cannot_leave_is_no_failure_of_the_new_one(
    portal: list[Initiative], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("backup", folder)

    def refused(folder: Path, *, keep: int) -> list[str]:
        raise OSError(errno.EROFS, "Read-only file system", "/x")

    monkeypatch.setattr(sets, "let_go", refused)

    said = run("backup", folder, keep=1)

    assert "Đã sao lưu thành bản 0002-" in said
    assert "Các bản cũ chưa được dọn hết: ổ đĩa chỉ cho đọc (/x)." in said
    assert Upkeep.objects.filter(is_good=False).count() == 0


@pytest.mark.once
@pytest.mark.parametrize(
    ("failure", "told"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "Không sao lưu được: ổ đĩa đã đầy."),
        (OperationalError("gone\nDETAIL: of a person"), "Không sao lưu được, cơ sở dữ liệu báo: gone."),
    ],
    ids=["disk", "database"],
)
def test_why_there_is_no_backup_is_said_in_vietnamese(
    portal: list[Initiative], folder: Path, monkeypatch: pytest.MonkeyPatch, failure: Exception, told: str
) -> None:
    def refused(making: sets.Set) -> documents.Copied:
        raise failure

    monkeypatch.setattr(documents, "save", refused)

    with pytest.raises(CommandError) as said:
        run("backup", folder)

    assert str(said.value) == f"{told} Các bản sao lưu trước vẫn còn nguyên."
    assert Upkeep.objects.get().is_good is False


@pytest.mark.once
def test_a_part_that_cannot_be_read_again_ends_it_with_a_sentence(
    portal: list[Initiative], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unread(making: sets.Set) -> documents.Copied:
        raise Damaged("files.txt.gz")

    monkeypatch.setattr(documents, "save", unread)

    with pytest.raises(CommandError, match=r"Tệp files\.txt\.gz .* Các bản sao lưu trước vẫn còn nguyên"):
        run("backup", folder)

    assert sets.names(folder) == []


@pytest.mark.once
def test_documents_tidied_meanwhile_make_it_begin_anew(
    portal: list[Initiative], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker tidies at night too: a draft and its document go after the rows were read."""
    save = documents.save

    def tidied_before(making: sets.Set) -> documents.Copied:
        for leaving in Attachment.objects.order_by("-pk")[:1]:
            Attachment.objects.filter(pk=leaving.pk).delete()
            the_store().remove(leaving.stored_name)
        monkeypatch.setattr(documents, "save", save)
        return save(making)

    monkeypatch.setattr(documents, "save", tidied_before)

    run("backup", folder)

    _, manifest = sets.chosen(folder, name="", key=None)
    assert (manifest.documents, manifest.missing) == (1, [])


@pytest.mark.once
def test_a_set_of_another_database_or_a_newer_portal_is_refused(portal: list[Initiative], folder: Path) -> None:
    run("backup", folder)
    place = part_of(folder, "manifest")
    told = json.loads(place.read_text())
    told.pop("seal")

    def written(**changes: object) -> None:
        changed = told | changes
        place.write_text(json.dumps(changed | {"seal": sets._seal(changed, None)}))

    written(vendor="oracle")
    with pytest.raises(CommandError, match="là của oracle"):
        run("restore", folder, yes=True)
    written(migrations=[*told["migrations"], ["initiatives", "9999_of_tomorrow"]])
    with pytest.raises(CommandError, match="phiên bản cổng mới hơn"):
        run("restore", folder, yes=True)
    with pytest.raises(CommandError, match=r"Không có bản sao lưu “0009”. Đang có: 0001-"):
        run("restore", folder, set="0009")


def with_a_strange_table(told: dict[str, Any], name: str) -> dict[str, Any]:
    return {"tables": {name: {"rows": 0, "columns": []}} | told["tables"]}


def with_a_strange_column(told: dict[str, Any], name: str) -> dict[str, Any]:
    return {"tables": told["tables"] | {"initiatives_upkeep": {"rows": 0, "columns": [name]}}}


def with_a_strange_sequence(told: dict[str, Any], name: str) -> dict[str, Any]:
    return {"sequences": {name: [1, True]}}


def with_a_strange_part(told: dict[str, Any], name: str) -> dict[str, Any]:
    return {"parts": told["parts"] | {name: told["parts"]["files.txt"]}}


@pytest.mark.parametrize(
    ("forged", "name"),
    [
        (with_a_strange_table, 'initiatives_upkeep"; CREATE TABLE public.cua_ke_la AS SELECT 1; COMMIT; --'),
        (with_a_strange_column, 'id") FROM STDIN; CREATE TABLE public.cua_ke_la AS SELECT 1; --'),
        (with_a_strange_sequence, 'public"."initiatives_upkeep_id_seq'),
        (with_a_strange_part, "../../../mot-tep-khac"),
    ],
    ids=["table", "column", "sequence", "part"],
)
def test_no_name_in_an_open_manifest_reaches_the_live_rows(
    portal: list[Initiative], folder: Path, forged: Callable[[dict[str, Any], str], dict[str, Any]], name: str
) -> None:
    """Anybody can write one, and a drill, which is to change nothing, puts its names into statements."""
    run("backup", folder)
    place = part_of(folder, "manifest")
    told = json.loads(place.read_text())
    told.pop("seal")
    changed = told | forged(told, name)
    place.write_text(json.dumps(changed | {"seal": sets._seal(changed, None)}))

    with pytest.raises(CommandError, match=r"manifest\.json của bản sao lưu .* bị hỏng"):
        run("restore", folder, check_only=True)

    assert "cua_ke_la" not in connection.introspection.table_names()
    sent(9)  # with the next number of each sequence


@pytest.mark.once
def test_a_set_under_another_name_says_its_own(portal: list[Initiative], folder: Path) -> None:
    """Files are named by it: those of an open manifest, which anybody can write, must not lie anywhere else."""
    run("backup", folder)
    (name,) = sets.names(folder)
    (folder / SETS / name).rename(folder / SETS / "0009-20301231-235959")

    with pytest.raises(CommandError, match=f"chứa bản sao lưu {name}. Hãy đặt lại tên"):
        run("restore", folder, check_only=True)


def test_a_set_of_an_older_portal_goes_forward_to_this_one(
    portal: list[Initiative], folder: Path, elsewhere: Elsewhere, tmp_path: Path
) -> None:
    """Its tables are made as its own migrations leave them; then come those it has not seen."""
    run("backup", folder)
    older = tmp_path / "ban-cu"
    with elsewhere():
        run("restore", folder)
        call_command("migrate", "initiatives", "0013", verbosity=0)
        run("backup", older)
        call_command("migrate", verbosity=0)

        said = run("restore", older, yes=True)

        assert codes() == {each.receipt_code for each in portal}
        assert "Đã nâng dữ liệu lên phiên bản đang chạy" in said
        assert "✓ Số dòng" in said
        call_command("migrate", check_unapplied=True, verbosity=0)
        call_command("verify_history")


def test_without_the_keys_of_its_time_no_history_is_called_forged(
    portal: list[Initiative], folder: Path, elsewhere: Elsewhere, settings: Any
) -> None:
    """That it was not compared is a finding: whoever can write to an open set could name any key."""
    run("backup", folder)
    settings.LOOKUP_KEY = OTHER
    said = StringIO()
    with elsewhere():
        with pytest.raises(CommandError, match="1 điều cần xem lại"):
            call_command("restore", str(folder), stdout=said)

        assert codes() == {each.receipt_code for each in portal}
    assert "Chưa so được lịch sử: LOOKUP_KEY đang đặt không phải khóa" in said.getvalue()
    assert "! LOOKUP_KEY đang đặt không phải khóa" in said.getvalue()
    assert "Lịch sử không khớp" not in said.getvalue()


@pytest.mark.once
def test_a_database_that_fails_while_the_history_is_read_calls_nothing_forged(
    portal: list[Initiative], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any, **options: Any) -> Any:
        raise OperationalError("server closed the connection")

    run("backup", folder)
    monkeypatch.setattr("initiatives.management.commands.verify_history.Command.handle", broken)

    with pytest.raises(CommandError, match="chưa có gì bị thay đổi: server closed the connection"):
        run("restore", folder, yes=True)

    assert codes() == {each.receipt_code for each in portal}


@pytest.mark.once
@pytest.mark.parametrize("answer", [False, RuntimeError("no cache")], ids=["not-there", "broken"])
def test_a_cache_that_is_away_undoes_no_restore_and_is_told_of(
    portal: list[Initiative], folder: Path, monkeypatch: pytest.MonkeyPatch, answer: Any
) -> None:
    def clear(cache: Any) -> bool:
        if isinstance(answer, Exception):
            raise answer
        return False

    run("backup", folder)
    newer = sent(8).receipt_code
    monkeypatch.setattr("django.core.cache.backends.locmem.LocMemCache.clear", clear)

    said = run("restore", folder, yes=True)

    assert said.startswith("Đã khôi phục bản")
    assert "! Bộ nhớ đệm không trả lời nên còn giữ những gì của dữ liệu trước." in said
    assert newer not in codes()


@pytest.mark.once
def test_a_drill_that_ends_in_whatever_way_was_not_a_good_one(
    portal: list[Initiative], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**told: Any) -> Any:
        raise RuntimeError("nobody thought of it")

    run("backup", folder)
    monkeypatch.setattr(restoring.checking, "findings", broken)

    with pytest.raises(RuntimeError):
        run("restore", folder, check_only=True)

    assert Upkeep.objects.get(kind=Upkeep.Kind.RESTORE).is_good is False


def test_told_to_stop_while_the_place_is_taken_it_comes_to_its_end(
    portal: list[Initiative], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("backup", folder)
    newer = sent(8).receipt_code
    restored = rows.restored

    @contextmanager
    def stopped_then(chosen: sets.Set, manifest: sets.Manifest) -> Iterator[Restored]:
        with restored(chosen, manifest) as found:

            def take_the_place() -> None:
                signal.raise_signal(signal.SIGTERM)
                found.take_the_place()
                signal.raise_signal(signal.SIGHUP)

            yield replace(found, take_the_place=take_the_place)

    monkeypatch.setattr(rows, "restored", stopped_then)
    before = [signal.getsignal(each) for each in ENDING]

    assert run("restore", folder, yes=True).startswith("Đã khôi phục bản")

    assert newer not in codes()
    assert [signal.getsignal(each) for each in ENDING] == before


@pytest.mark.skipif(connection.vendor != "sqlite", reason="a file that is broken")
def test_over_a_database_that_cannot_be_read_it_says_what_to_do_first(
    portal: list[Initiative], folder: Path, elsewhere: Elsewhere
) -> None:
    run("backup", folder)
    with elsewhere():
        broken = sqlite_rows.place()
        broken.write_bytes(b"rubbish" * 1000)

        with pytest.raises(CommandError, match=rf"file is not a database\. .* dừng cổng, chuyển {broken} .* chạy lại"):
            run("restore", folder, yes=True)

        assert broken.read_bytes() == b"rubbish" * 1000
        broken.rename(broken.with_name("hong"))
        run("restore", folder)
        assert codes() == {each.receipt_code for each in portal}


on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="rows stand in a schema there")


@on_postgresql
def test_a_part_that_changes_while_its_rows_are_copied_is_named(
    portal: list[Initiative], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not in the words in which PostgreSQL tells of whoever reads for it."""
    run("backup", folder)
    monkeypatch.setattr(restoring, "_is_whole", lambda *told: a_part(folder))

    with pytest.raises(CommandError) as refused:
        run("restore", folder, yes=True)

    assert str(refused.value).startswith("Tệp rows.initiatives_initiative.gz của bản sao lưu bị thiếu, bị hỏng")
    assert str(refused.value).endswith(" Chưa có gì bị thay đổi.")


@on_postgresql
def test_where_the_answer_to_the_commit_is_lost_the_rows_themselves_are_asked(
    portal: list[Initiative], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("backup", folder)
    newer = sent(8).receipt_code
    take = postgres_rows._take_the_place

    def refused(live: str) -> None:
        raise OperationalError("no place")

    def lost(live: str) -> None:
        take(live)
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(postgres_rows, "_take_the_place", refused)
    with pytest.raises(CommandError, match="chưa có gì bị thay đổi: no place"):
        run("restore", folder, yes=True)
    assert newer in codes()
    monkeypatch.setattr(postgres_rows, "_take_the_place", lost)

    assert run("restore", folder, yes=True).startswith("Đã khôi phục bản")

    assert newer not in codes()
    ours = type(connections["default"])
    copied = ours.copy
    monkeypatch.setattr(
        postgres_rows,
        "_take_the_place",
        lambda live: monkeypatch.setattr(ours, "copy", gone) or refused(live),
    )

    def gone(live: Any) -> Any:
        away = copied(live)
        away.settings_dict["PORT"] = "1"
        return away

    with pytest.raises(CommandError, match=r"chưa rõ đã thay hay chưa: no place\. Đừng mở cổng"):
        run("restore", folder, yes=True)


@pytest.mark.once
@pytest.mark.parametrize(
    ("said", "is_held"),
    [
        ("database is locked", True),
        ("canceling statement due to lock timeout", True),
        ("deadlock detected", True),
        ('could not read block 5 in file "base/16384/2619": Input/output error', False),
        ("invalid page in block 12 of relation base/16384/2619", False),
    ],
)
def test_a_disk_that_fails_is_not_told_as_tables_that_somebody_holds(said: str, is_held: bool) -> None:
    assert ("Có tiến trình khác" in restoring._stopped(OperationalError(said))) is is_held


def left_schemas() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname = %s", [postgres_rows.RESTORED])
        return [name for (name,) in cursor.fetchall()]


@on_postgresql
def test_what_a_killed_restore_left_is_taken_away_by_the_next_backup_unless_one_is_at_work(
    portal: list[Initiative], folder: Path
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {postgres_rows.RESTORED} CREATE TABLE of_people (name text)")
    working = connection.copy()
    with working.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [postgres_rows.ONE_RESTORE])
    try:
        run("backup", folder)
        assert left_schemas() == [postgres_rows.RESTORED]
    finally:
        working.close()

    run("backup", folder)

    assert left_schemas() == []


@on_postgresql
def test_a_connection_that_forgets_where_it_was_led_never_writes_over_the_live_rows(
    portal: list[Initiative], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("backup", folder)
    since = sent(2)
    begin = DatabaseWrapper._begin_session

    def forgetful(self: DatabaseWrapper, made: Any, named: Any) -> None:
        """As a pool that was told to drop what it does not know."""
        options = self.settings_dict["OPTIONS"]
        session = {name: value for name, value in options["session"].items() if name != "search_path"}
        self.settings_dict = self.settings_dict | {"OPTIONS": options | {"session": session}}
        begin(self, made, named)

    monkeypatch.setattr(DatabaseWrapper, "_begin_session", forgetful)

    with pytest.raises(CommandError, match="Chưa thay đổi gì"):
        run("restore", folder, check_only=True)

    assert Initiative.objects.filter(pk=since.pk).exists()
    assert left_schemas() == []


@on_postgresql
def test_what_holds_the_tables_of_a_killed_restore_is_not_called_a_lack_of_rights(
    portal: list[Initiative], folder: Path
) -> None:
    run("backup", folder)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {postgres_rows.RESTORED} CREATE TABLE of_people (name text)")
    working = connection.copy()
    with working.cursor() as cursor:
        cursor.execute(f"BEGIN; LOCK TABLE {postgres_rows.RESTORED}.of_people")
    try:
        with pytest.raises(CommandError) as refused:
            run("restore", folder, check_only=True)
    finally:
        working.close()

    assert "chưa có gì bị thay đổi: canceling statement due to lock timeout. Có tiến trình khác" in str(refused.value)
    run("restore", folder, check_only=True)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="a copy beside the database")
def test_what_a_killed_restore_left_beside_the_database_goes_with_the_next_backup_too(
    portal: list[Initiative], folder: Path
) -> None:
    left = [
        sqlite_rows.place().with_name(f"{sqlite_rows.place().name}{mark}x") for mark in (".sao-luu-", ".khoi-phuc-")
    ]
    young = sqlite_rows.place().with_name(f"{sqlite_rows.place().name}.khoi-phuc-y")
    for each in (*left, young):
        each.write_bytes(b"of people")
    for each in left:
        os.utime(each, (0, 0))

    run("backup", folder)

    assert [each.exists() for each in (*left, young)] == [False, False, True]
    young.unlink()


@pytest.mark.once
def test_two_at_once_are_refused(portal: list[Initiative], folder: Path) -> None:
    with sets.alone_in(folder, make=True), pytest.raises(CommandError, match="lượt sao lưu hoặc khôi phục khác"):
        run("backup", folder)


@pytest.mark.django_db
def test_without_a_backup_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="không có bản sao lưu nào"):
        run("restore", tmp_path)
    with pytest.raises(CommandError, match="--keep phải từ 1"):
        run("backup", tmp_path, keep=0)
