"""`purge_drafts`: what nobody needs any more goes, what somebody holds a receipt of never does."""

import hashlib
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from initiatives.models import Attachment, Campaign, Draft, FailedLookUp, Initiative
from initiatives.submission import actions, tidying
from initiatives.submission.files.folder_store import FolderStore
from initiatives.submission.files.store import StoreUnavailable
from tests.factories import AttachmentFactory, DraftFactory, InitiativeFactory
from tests.submission import samples
from tests.submission.worker import IN_2022, YEAR_2022, Worker, person

Clock = Callable[[str], datetime]

pytestmark = pytest.mark.django_db


def run(**options: object) -> str:
    said = StringIO()
    call_command("purge_drafts", stdout=said, **options)
    return said.getvalue()


@pytest.fixture
def now(at: Clock) -> datetime:
    return at("2022-12-01 03:00:00")


def aged(path: Path, moment: datetime) -> Path:
    os.utime(path, (moment.timestamp(), moment.timestamp()))
    return path


@pytest.mark.parametrize(
    ("days", "age", "stays"),
    [(180, 180, True), (180, 181, False), (30, 31, False), (30, 29, True), (365, 300, True)],
)
def test_a_draft_goes_when_nobody_touched_it_for_long(now: datetime, days: int, age: int, stays: bool) -> None:
    DraftFactory(saved_at=now - timedelta(days=age), begun_at=now - timedelta(days=900))

    run(days=days)

    assert Draft.objects.exists() is stays


def test_a_draft_that_led_to_a_receipt_stays_for_good(now: datetime) -> None:
    initiative = InitiativeFactory()
    DraftFactory(campaign=initiative.campaign, initiative=initiative, saved_at=now - timedelta(days=999))

    run()

    assert Draft.objects.count() == Initiative.objects.count() == 1


def test_a_late_attempt_goes_like_any_other(now: datetime) -> None:
    DraftFactory(saved_at=now - timedelta(days=181), late_at=now - timedelta(days=181))

    run()

    assert not Draft.objects.exists()


def test_failed_look_ups_go_after_a_day(now: datetime) -> None:
    for hours in (23, 25):
        FailedLookUp.objects.create(key="x", at=now - timedelta(hours=hours))

    run()

    assert FailedLookUp.objects.get().at == now - timedelta(hours=23)


def test_a_dry_run_counts_and_deletes_nothing(now: datetime) -> None:
    DraftFactory(saved_at=now - timedelta(days=181))
    FailedLookUp.objects.create(key="x", at=now - timedelta(days=2))
    lonely = _stored(b"%PDF-1.4 le loi", now - timedelta(days=2))

    said = run(dry_run=True)

    assert said == "Sẽ xóa 1 bản nháp, 1 lần tra cứu sai, 1 tệp không thuộc về ai.\n"
    assert Draft.objects.count() == FailedLookUp.objects.count() == 1
    assert lonely.exists()
    assert run() == "Đã xóa 1 bản nháp, 1 lần tra cứu sai, 1 tệp không thuộc về ai.\n"
    assert not lonely.exists()
    assert run() == "Đã xóa 0 bản nháp, 0 lần tra cứu sai, 0 tệp không thuộc về ai.\n"


def test_a_store_that_does_not_answer_is_told(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise StoreUnavailable("the store does not answer (EndpointConnectionError)")

    monkeypatch.setattr(tidying.store, "the_store", away)

    with pytest.raises(CommandError, match=r"^Kho tài liệu \(STORAGE_URL\) chưa trả lời"):
        run()


def _stored(content: bytes, moment: datetime) -> Path:
    digest = hashlib.sha256(content).hexdigest()
    path = settings.MEDIA_ROOT / digest[:2] / digest[2:4] / f"{digest}.pdf"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return aged(path, moment)


def test_a_file_without_a_row_is_left_alone_for_a_day(now: datetime) -> None:
    fresh, old = _stored(b"%PDF-1.4 moi", now - timedelta(hours=23)), _stored(b"%PDF-1.4 cu", now - timedelta(hours=25))

    run()

    assert (fresh.exists(), old.exists()) == (True, False)


def test_a_file_goes_with_the_draft_that_alone_named_it(campaigns: dict[str, Campaign], at: Clock) -> None:
    at(IN_2022)
    mine, theirs = Worker(YEAR_2022).fill(), Worker(YEAR_2022).fill(person(phone="0935 112 299"))
    mine.send_files(("chung.pdf", samples.pdf("chung")), ("rieng.pdf", samples.pdf("rieng")))
    theirs.send_files(("chung.pdf", samples.pdf("chung")))
    shared = settings.MEDIA_ROOT / Attachment.objects.filter(name="chung.pdf")[0].stored_name
    own = settings.MEDIA_ROOT / Attachment.objects.get(name="rieng.pdf").stored_name
    theirs.confirm()
    now = at("2022-12-01 03:00:00")
    for path in (shared, own):
        aged(path, now - timedelta(days=200))

    run()

    assert (shared.exists(), own.exists()) == (True, False)
    assert Attachment.objects.get().initiative == theirs.initiative
    call_command("check_invariants", stdout=StringIO())


def test_a_small_picture_stays_with_its_document(now: datetime) -> None:
    small = _stored(b"%PDF-1.4 nho", now - timedelta(days=3))
    AttachmentFactory(thumbnail="/".join(small.parts[-3:]))

    run()

    assert small.exists()


def test_unfinished_files_of_a_killed_process_go(now: datetime) -> None:
    folder = FolderStore(settings.MEDIA_ROOT).incoming_folder()
    old, fresh = folder / "tmpcu", folder / "tmpmoi"
    for path, age in ((old, timedelta(days=2)), (fresh, timedelta(hours=1))):
        path.write_bytes(b"x")
        aged(path, now - age)

    run()

    assert (old.exists(), fresh.exists()) == (False, True)


def test_a_file_that_is_named_again_while_others_are_looked_through_stays(
    campaigns: dict[str, Campaign], at: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A document taken away long ago is sent again in the very minute of the tidying: its row is acknowledged."""
    at(IN_2022)
    worker = Worker(YEAR_2022).fill()
    worker.send_files(("a.pdf", samples.pdf()))
    document = Attachment.objects.get()
    path = settings.MEDIA_ROOT / document.stored_name
    actions.remove_document(worker.draft, document.pk)
    aged(path, worker.draft.saved_at - timedelta(days=3))
    look = tidying._orphans

    def and_meanwhile(*args: object, **options: object) -> object:
        found = look(*args, **options)
        assert found == [document.stored_name]
        worker.send_files(("a.pdf", samples.pdf()))
        return found

    monkeypatch.setattr(tidying, "_orphans", and_meanwhile)
    run()

    assert path.exists()
    call_command("check_invariants", stdout=StringIO())


def test_a_file_put_again_is_young_again(campaigns: dict[str, Campaign], at: Clock) -> None:
    """Its row comes a moment later: until then only its age protects it."""
    now = at(IN_2022)
    worker = Worker(YEAR_2022).fill()
    worker.send_files(("a.pdf", samples.pdf()))
    path = aged(settings.MEDIA_ROOT / Attachment.objects.get().stored_name, now - timedelta(days=3))

    Worker(YEAR_2022).fill(person(phone="0935 112 299")).send_files(("b.pdf", samples.pdf()))

    assert path.stat().st_mtime > (now - timedelta(days=3)).timestamp()


@pytest.mark.parametrize("days", [0, -1])
def test_what_somebody_is_writing_today_is_never_purged(now: datetime, days: int) -> None:
    draft = DraftFactory(campaign__slug="chuong-trinh-khac")

    with pytest.raises(CommandError, match="--days phải từ 1 trở lên"):
        run(days=days)

    assert Draft.objects.filter(pk=draft.pk).exists()
