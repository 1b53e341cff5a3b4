"""An antivirus is asked where one is named; without its answer nothing is lost, and what it finds is handed to nobody."""

import hashlib
import io
import os
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from django.core.management import call_command
from django.utils import timezone

from initiatives import waiting
from initiatives.models import Attachment, Campaign, DossierFile
from initiatives.submission.files import antivirus, scans, store
from initiatives.submission.files.antivirus import ScannerUnavailable
from initiatives.submission.files.judge import FileRefused, judge
from portal.circuits import Circuit
from tests.clamd import EICAR, NAME, Clamd, clamd, silent
from tests.factories import (
    AttachmentFactory,
    DossierFactory,
    DraftFactory,
    InitiativeFactory,
    StaffAccountFactory,
    unit_at,
)
from tests.submission import samples
from tests.submission.worker import IN_2022, YEAR_2022, Worker, page

Clock = Callable[[str], datetime]


def infected() -> bytes:
    return samples.pdf() + b"\n%" + EICAR + b"\n"


@pytest.fixture(autouse=True)
def never_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    """A scanner that failed in one test is asked in the next."""
    monkeypatch.setattr(antivirus, "_circuit", Circuit(failures=2, rest=60.0))


@pytest.fixture
def scanner(settings: Any, tmp_path: Path) -> Iterator[Clamd]:
    with clamd(tmp_path) as running:
        settings.CLAMAV_SOCKET = running.address
        yield running


def nobody_there(settings: Any, tmp_path: Path) -> None:
    settings.CLAMAV_SOCKET = str(tmp_path / "nobody")


# --- the scanner ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("on_a_port", [False, True], ids=["a path", "a port"])
def test_bytes_are_scanned_whole(settings: Any, tmp_path: Path, on_a_port: bool) -> None:
    content = os.urandom(antivirus.CHUNK * 2 + 17)
    with clamd(None if on_a_port else tmp_path) as running:
        settings.CLAMAV_SOCKET = running.address

        assert antivirus.answers()
        assert antivirus.malware_in(io.BytesIO(content)) == ""
        assert antivirus.malware_in(io.BytesIO(b"before" + EICAR + content)) == NAME
        assert running.scanned[0] == content


@pytest.mark.parametrize(
    "says",
    [
        pytest.param(b"INSTREAM size limit exceeded. ERROR\0", id="an error"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"stream: OK but not really\0", id="something else"),
        pytest.param(b"\xff" * 5000, id="noise without end"),
        pytest.param(b"UNKNOWN COMMAND\0", id="another program"),
    ],
)
def test_whatever_is_no_clear_answer_is_none(scanner: Clamd, says: bytes) -> None:
    scanner.says = says

    with pytest.raises(ScannerUnavailable):
        antivirus.malware_in(io.BytesIO(b"anything"))


def test_a_scanner_that_takes_less_than_was_sent_says_so(scanner: Clamd) -> None:
    scanner.most = 1000

    with pytest.raises(ScannerUnavailable):
        antivirus.malware_in(io.BytesIO(bytes(10_000_000)))


def test_a_scanner_that_never_answers_is_left_alone_after_two_tries(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(antivirus, "ANSWERS_WITHIN", 0.05)
    with silent() as listening:
        settings.CLAMAV_SOCKET = listening.getsockname()
        for _ in range(2):
            with pytest.raises(ScannerUnavailable):
                antivirus.malware_in(io.BytesIO(b"anything"))
        monkeypatch.setattr(antivirus, "_connected", lambda: pytest.fail("asked again"))

        with pytest.raises(ScannerUnavailable):
            antivirus.malware_in(io.BytesIO(b"anything"))


# --- as documents come ------------------------------------------------------------------------------------------------


def test_what_holds_malware_is_refused_by_name(scanner: Clamd) -> None:
    with pytest.raises(FileRefused) as refused:
        judge(io.BytesIO(infected()), name="quyet dinh.pdf")

    assert refused.value.reason == "malware"
    assert refused.value.sentence.startswith("Tệp “quyet dinh.pdf” bị phần mềm diệt virus phát hiện có mã độc")


def test_what_is_scanned_is_what_is_kept(scanner: Clamd) -> None:
    with judge(io.BytesIO(samples.jpeg(comment="a note")), name="anh.jpg") as judged:
        assert judged.is_scanned
        assert scanner.scanned == [judged.open().read()]


def test_without_an_antivirus_nothing_counts_as_scanned() -> None:
    assert configured.CLAMAV_SOCKET is None
    with judge(io.BytesIO(infected()), name="a.pdf") as judged:
        assert not judged.is_scanned


@pytest.mark.django_db
def test_a_worker_is_told_and_loses_nothing(scanner: Clamd, campaigns: dict[str, Campaign], at: Clock) -> None:
    at(IN_2022)
    worker = Worker(YEAR_2022).fill()

    answer = worker.send_files(("tot.pdf", samples.pdf("tot")), ("xau.pdf", infected()))

    assert answer.status_code == 200
    assert "Tệp “xau.pdf” bị phần mềm diệt virus phát hiện có mã độc" in page(answer)
    kept = worker.draft.attachments.get()
    assert (kept.name, kept.malware) == ("tot.pdf", "")
    assert kept.scanned_at == kept.added_at


@pytest.mark.django_db
def test_a_scanner_that_is_down_costs_no_document(
    settings: Any, tmp_path: Path, campaigns: dict[str, Campaign], at: Clock
) -> None:
    nobody_there(settings, tmp_path)
    at(IN_2022)
    worker = Worker(YEAR_2022).fill()

    assert worker.send_files(("a.pdf", samples.pdf())).status_code == 303

    assert worker.draft.attachments.get().scanned_at is None


# --- afterwards -------------------------------------------------------------------------------------------------------


def stored(content: bytes, **fields: Any) -> Attachment:
    with judge(io.BytesIO(content), name="a.pdf") as judged:
        return AttachmentFactory(
            stored_name=store.put(judged),
            sha256=judged.sha256,
            size=judged.size,
            media_type="application/pdf",
            **fields,
        )


@pytest.fixture
def two_kept(transactional_db: None) -> tuple[Attachment, Attachment]:
    """Kept before there was an antivirus; the second of a draft."""
    return stored(infected()), stored(samples.pdf("sach"), initiative=None, draft=DraftFactory(saved_at=timezone.now()))


def test_the_worker_scans_what_was_kept_unscanned(
    two_kept: tuple[Attachment, Attachment], settings: Any, tmp_path: Path
) -> None:
    call_command("worker", once=True)
    assert not Attachment.objects.exclude(scanned_at=None).exists()

    with clamd(tmp_path) as running:
        settings.CLAMAV_SOCKET = running.address
        call_command("worker", once=True)

    for attachment in two_kept:
        attachment.refresh_from_db()
    assert [each.malware for each in two_kept] == [NAME, ""]
    assert all(each.scanned_at for each in two_kept)


def test_what_a_scanner_does_not_answer_waits(
    two_kept: tuple[Attachment, Attachment], settings: Any, tmp_path: Path
) -> None:
    nobody_there(settings, tmp_path)

    with pytest.raises(ScannerUnavailable):
        scans.scan_some(at=timezone.now(), limit=5)

    assert Attachment.objects.filter(scanned_at=None).count() == 2
    (queue,) = [each for each in waiting.queues() if "mã độc" in each.label]
    assert queue.number == 2


def test_a_file_that_is_not_there_keeps_nobody_waiting_and_is_looked_for_again(
    transactional_db: None, scanner: Clamd
) -> None:
    """The folder of documents may not be mounted: what lies in it was not scanned."""
    gone = AttachmentFactory(stored_name="aa/aa/" + "a" * 64 + ".pdf")
    at = timezone.now()

    assert scans.scan_some(at=at, limit=5) == 1
    assert scans.scan_some(at=at, limit=5) == 0
    gone.refresh_from_db()
    assert gone.scanned_at is None
    assert scans.scan_some(at=gone.scan_again_at, limit=5) == 1


# --- what it cannot judge ---------------------------------------------------------------------------------------------

NOON = timezone.make_aware(datetime(2022, 3, 2, 12))


def large(**fields: Any) -> Attachment:
    """A PDF with a comment behind its end, as long as readers allow."""
    return stored(samples.pdf() + b"\n%" + os.urandom(400).hex().encode() + b"\n", **fields)


def waits() -> int:
    (queue,) = [each for each in waiting.queues() if "mã độc" in each.label]
    return queue.number


def paper(**fields: Any) -> DossierFile:
    document = stored(samples.pdf("giay to"))
    Attachment.objects.filter(pk=document.pk).delete()
    dossier, by = DossierFactory(), StaffAccountFactory()
    kept = {"stored_name": document.stored_name, "sha256": document.sha256, "added_by": by} | fields
    return DossierFile.objects.create(dossier=dossier, part="letter", **kept)


def test_what_cannot_be_judged_keeps_nobody_waiting(transactional_db: None, scanner: Clamd) -> None:
    """Two stand before the others, more than are scanned at once; each is asked about again, ever more seldom."""
    scanner.most = len(samples.pdf()) + 400
    stuck = [large(added_at=NOON), large(added_at=NOON)]
    good = stored(samples.pdf("sach"), added_at=NOON)
    assert waits() == 3

    def asked_again() -> list[datetime | None]:
        keys = [each.pk for each in stuck]
        return list(Attachment.objects.filter(pk__in=keys).values_list("scan_again_at", flat=True))

    assert [scans.scan_some(at=NOON, limit=2) for _ in range(3)] == [2, 1, 0]

    good.refresh_from_db()
    assert (good.scanned_at, waits(), scans.not_judged(most=9), scans.not_judged(most=1)) == (NOON, 0, 2, 1)
    for due, next_time in ((10, 20), (20, 40), (40, 80)):
        at = NOON + timedelta(minutes=due)
        assert scans.scan_some(at=at - timedelta(seconds=1), limit=2) == 0
        assert scans.scan_some(at=at, limit=2) == 2
        assert asked_again() == [NOON + timedelta(minutes=next_time)] * 2
    late = NOON + timedelta(days=4)
    assert scans.scan_some(at=late, limit=2) == 2
    assert asked_again() == [late + scans.AGAIN_LATEST] * 2
    scanner.most *= 100
    assert scans.scan_some(at=late + scans.AGAIN_LATEST, limit=2) == 2
    assert (asked_again(), scans.not_judged(most=9)) == ([None, None], 0)


def test_what_a_scanner_dies_of_is_put_off_though_it_rests_in_between(
    transactional_db: None, scanner: Clamd, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck = [stored(samples.pdf("bom")), stored(samples.pdf("bom khac"))]
    good = stored(samples.pdf("sach"))
    names = {each.sha256 for each in stuck}
    answer_to = antivirus._answer_to

    def dies_of_some(content: Any) -> str:
        content.seek(0)
        if hashlib.sha256(content.read()).hexdigest() in names:
            raise TimeoutError
        content.seek(0)
        return answer_to(content)

    monkeypatch.setattr(antivirus, "_answer_to", dies_of_some)
    with pytest.raises(ScannerUnavailable):  # two in a row: nobody is asked for a while
        scans.scan_some(at=NOON, limit=5)
    monkeypatch.setattr(antivirus, "_circuit", Circuit(failures=2, rest=60.0))

    scans.scan_some(at=NOON, limit=5)

    good.refresh_from_db()
    assert (good.scanned_at, scans.not_judged(most=9)) == (NOON, 2)


def test_a_scanner_that_refuses_one_file_is_asked_about_the_next(scanner: Clamd) -> None:
    """It answers: it does not rest, and what comes in meanwhile is scanned."""
    scanner.most = 1000
    for _ in range(4):
        with pytest.raises(antivirus.NotJudged):
            antivirus.malware_in(io.BytesIO(bytes(2000)))

    assert antivirus.malware_in(io.BytesIO(b"small")) == ""


def test_papers_of_dossiers_wait_in_the_same_line(transactional_db: None, scanner: Clamd) -> None:
    """The oldest of both first, however many of the other kind there are."""
    documents = [stored(samples.pdf(f"so {number}"), added_at=NOON) for number in range(3)]
    kept = paper(added_at=NOON - timedelta(days=1))
    paper(added_at=NOON, stored_name="", sha256="")  # came on paper
    assert waits() == 4
    (queue,) = [each for each in waiting.queues() if "mã độc" in each.label]
    assert queue.since == kept.added_at

    assert scans.scan_some(at=NOON, limit=2) == 2

    kept.refresh_from_db()
    assert kept.scanned_at == NOON
    assert Attachment.objects.filter(scanned_at=None).count() == len(documents) - 1


@pytest.mark.django_db
def test_found_malware_is_handed_to_nobody(client: Any) -> None:
    initiative = InitiativeFactory(unit=unit_at("quang-tri/dong-ha"))
    document = stored(infected(), initiative=initiative, scanned_at=timezone.now(), malware=NAME)
    Attachment.objects.filter(pk=document.pk).update(thumbnail="aa/bb/small.jpg", first_look="chữ")
    client.force_login(StaffAccountFactory(unit=unit_at("quang-tri/dong-ha"), role="reviewer"))

    answer = client.get(f"/admin/initiatives/attachment/{document.pk}/tep/")
    desk = client.get(f"/admin/initiatives/initiative/{initiative.pk}/change/").content.decode()

    assert answer.status_code == 410
    assert "Tệp này có mã độc nên cổng không mở." in answer.content.decode()
    assert client.get(f"/admin/initiatives/attachment/{document.pk}/anh-nho/").status_code == 404
    assert client.get(f"/admin/initiatives/attachment/{document.pk}/chu/").status_code == 404
    assert f"Có mã độc ({NAME}): không mở được." in desk
    assert f"/admin/initiatives/attachment/{document.pk}/tep/" not in desk


@pytest.mark.django_db
def test_malware_is_known_by_its_bytes() -> None:
    document = stored(infected(), malware=NAME)

    assert scans.with_malware([document.sha256, "0" * 64]) == {document.sha256}
    assert scans.with_malware([]) == set()


@pytest.mark.django_db
def test_the_desk_says_what_was_not_scanned(client: Any) -> None:
    initiative = InitiativeFactory(unit=unit_at("quang-tri/dong-ha"))
    document = stored(samples.pdf(), initiative=initiative)
    client.force_login(StaffAccountFactory(unit=unit_at("quang-tri/dong-ha"), role="reviewer"))
    desk = f"/admin/initiatives/initiative/{initiative.pk}/change/"

    assert "Chưa quét mã độc." in client.get(desk).content.decode()
    Attachment.objects.filter(pk=document.pk).update(scanned_at=timezone.now())
    assert "Chưa quét mã độc." not in client.get(desk).content.decode()
