"""The documents step: kept whole or not at all, named when refused, and the text goes on whatever the disk does."""

import errno
import os
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import OperationalError

from initiatives.models import Attachment, Campaign, Draft, Initiative
from initiatives.submission import actions
from tests.submission import samples
from tests.submission.worker import IN_2022, YEAR_2022, Worker, page, person

Clock = Callable[[str], datetime]


@pytest.fixture
def worker(campaigns: dict[str, Campaign], at: Clock) -> Worker:
    at(IN_2022)
    return Worker(YEAR_2022).fill()


def files_on_disk() -> list[str]:
    return [name for _, _, names in os.walk(settings.MEDIA_ROOT) for name in names]


def kept() -> list[tuple[str, str]]:
    return list(Attachment.objects.values_list("name", "kind"))


# --- what is kept ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("qd.pdf", samples.pdf(), "application/pdf"),
        ("ảnh chụp.JPG", samples.jpeg(), "image/jpeg"),
        ("so do.png", samples.png(), "image/png"),
        ("mo ta.docx", samples.docx(), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ],
    ids=["pdf", "jpeg", "png", "docx"],
)
def test_a_document_is_kept_with_its_kind_and_listed_with_its_size(
    worker: Worker, name: str, content: bytes, media_type: str
) -> None:
    answer = worker.send_files((name, content), attachment_kind="benefit")

    assert (answer.status_code, answer["Location"]) == (303, worker.step("tai-lieu"))
    document = worker.draft.attachments.get()
    assert (document.name, document.kind, document.media_type) == (name, "benefit", media_type)
    assert (settings.MEDIA_ROOT / document.stored_name).stat().st_size == document.size
    shown = page(worker.get(worker.step("tai-lieu")))
    assert "Đã có 1 tài liệu" in shown
    assert f"<b>{name}</b>" in shown
    assert "Giá trị làm lợi" in shown


def test_each_file_may_have_a_kind_of_its_own(worker: Worker) -> None:
    worker.send_files(
        ("a.pdf", samples.pdf("a")), ("b.pdf", samples.pdf("b")), attachment_kind=["recognition", "acceptance"]
    )

    assert kept() == [("a.pdf", "recognition"), ("b.pdf", "acceptance")]


def test_one_kind_for_several_files_is_that_of_all(worker: Worker) -> None:
    worker.send_files(("a.pdf", samples.pdf("a")), ("b.pdf", samples.pdf("b")))

    assert kept() == [("a.pdf", "recognition"), ("b.pdf", "recognition")]


def test_without_a_kind_it_is_another_document(worker: Worker) -> None:
    worker.send_files(("a.pdf", samples.pdf()), attachment_kind=None)

    assert kept() == [("a.pdf", "other")]


def test_the_same_file_sent_twice_is_kept_once(worker: Worker) -> None:
    for _ in range(2):
        assert worker.send_files(("a.pdf", samples.pdf())).status_code == 303

    assert Attachment.objects.count() == 1


def test_on_the_last_day_it_says_how_long_was_left_when_it_was_opened(worker: Worker, at: Clock) -> None:
    """Its script has no room to count, so what stands there names its own moment."""
    assert "là đóng." not in page(worker.get(worker.step("tai-lieu")))
    at("2022-05-31 23:20:00")

    shown = page(worker.get(worker.step("tai-lieu")))

    assert "Đang nhận sáng kiến, đến 24h00 ngày 31/5/2022." in shown
    assert "Lúc 23h20 ngày 31/5/2022 còn 40 phút là đóng." in shown
    assert "data-seconds-left" not in shown
    assert "data-seconds-left" in page(worker.get(worker.step("noi-dung")))


def test_no_document_is_needed_to_go_on(worker: Worker) -> None:
    answer = worker.send_files(add=None, next="1", attachments=[])

    assert answer["Location"] == worker.step("kiem-tra")


def test_documents_move_to_the_initiative(worker: Worker) -> None:
    worker.send_files(("a.pdf", samples.pdf("a")), ("b.png", samples.png()))

    worker.confirm()

    assert list(worker.initiative.attachments.values_list("name", "draft")) == [("a.pdf", None), ("b.png", None)]
    receipt = page(worker.get(worker.receipt))
    assert "a.pdf" in receipt
    assert "quyết định, văn bản công nhận sáng kiến" in receipt
    call_command("check_invariants")


# --- what is refused ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("eof", [None, "", "0", "11"])
def test_a_form_cut_in_the_middle_keeps_nothing(worker: Worker, eof: str | None) -> None:
    shown = page(worker.send_files(("a.pdf", samples.pdf()), eof=eof))

    assert "Kết nối bị ngắt khi đang gửi tệp." in shown
    assert kept() == []
    assert files_on_disk() == []


def test_eof_is_the_last_field_of_every_form_with_files(worker: Worker) -> None:
    worker.send_files(("a.pdf", samples.pdf()))

    shown = page(worker.get(worker.step("tai-lieu")))

    forms = [form for form in shown.split("<form")[1:] if 'enctype="multipart/form-data"' in form]
    assert len(forms) == 3
    for form in forms:
        inside = form[: form.index("</form>")]
        assert inside.rstrip().endswith('<input type="hidden" name="eof" value="1">')


@pytest.mark.parametrize(
    ("count", "sent", "objection"),
    [("3", 2, "Cổng chỉ nhận được 2/3 tệp."), ("2", 2, None), ("", 2, None), ("x", 2, None), ("1", 2, None)],
)
def test_a_file_lost_on_the_way_is_missed(worker: Worker, count: str, sent: int, objection: str | None) -> None:
    files = [(f"{n}.pdf", samples.pdf(str(n))) for n in range(sent)]

    answer = worker.send_files(*files, file_count=count)

    assert len(kept()) == sent
    assert answer.status_code == (200 if objection else 303)
    assert objection is None or objection in page(answer)


def test_the_sixth_document_is_refused_by_its_name_and_the_five_stay(worker: Worker) -> None:
    files = [(f"{n}.pdf", samples.pdf(str(n))) for n in range(7)]

    shown = page(worker.send_files(*files))

    assert (
        shown.count("Mỗi sáng kiến được gửi tối đa 5 tài liệu. Chưa nhận: “5.pdf”, “6.pdf”.") == 2
    )  # above, and by the field
    assert [name for name, _ in kept()] == ["0.pdf", "1.pdf", "2.pdf", "3.pdf", "4.pdf"]
    shown = page(worker.get(worker.step("tai-lieu")))
    assert '<section class="card" data-adding hidden>' in shown
    assert "Đã đủ 5 tài liệu." in shown


BAD = [
    ("virus.exe", b"MZ" + b"\0" * 200),
    ("trang.html", b"<html><script>alert(1)</script>"),
    ("anh.png", samples.pdf()),
    ("qd.pdf", b""),
    ("qd.pdf", b"khong phai PDF"),
    ("bang.xlsx", samples.docx()),
]


@pytest.mark.parametrize(("name", "content"), BAD, ids=[f"{name} {len(content)} bytes" for name, content in BAD])
def test_a_bad_file_is_named_and_the_good_one_beside_it_kept(worker: Worker, name: str, content: bytes) -> None:
    shown = page(worker.send_files((name, content), ("tot.pdf", samples.pdf("tot"))))

    assert f"Tệp “{name}”" in shown
    assert kept() == [("tot.pdf", "recognition")]
    assert len(files_on_disk()) == 1


def test_a_file_over_ten_megabytes_is_refused_by_its_name(worker: Worker) -> None:
    shown = page(worker.send_files(("to.pdf", samples.pdf() + b"\0" * (10 * 1024 * 1024)), ("tot.pdf", samples.pdf())))

    assert "Tệp “to.pdf”" in shown
    assert [name for name, _ in kept()] == ["tot.pdf"]


@pytest.mark.parametrize("kind", ["hoa-don", "recognition'", "../x"])
def test_a_kind_that_is_not_offered_is_refused(worker: Worker, kind: str) -> None:
    shown = page(worker.send_files(("a.pdf", samples.pdf()), attachment_kind=kind))

    assert "Hãy chọn loại tài liệu cho tệp “a.pdf”." in shown
    assert kept() == []


def test_pressing_add_without_a_file_says_so(worker: Worker) -> None:
    assert "Hãy chọn tệp rồi bấm “Thêm tài liệu”." in page(worker.send_files(attachments=[]))


def test_a_body_of_sixty_megabytes_and_more_is_refused_in_vietnamese_and_the_text_stays(worker: Worker) -> None:
    big = b"\0" * (62 * 1024 * 1024)

    answer = worker.send_files(("to.pdf", big))

    assert answer.status_code == 413
    shown = answer.content.decode()
    assert '<html lang="vi">' in shown
    assert "413" not in shown.split("<title>")[1].split("</title>")[0]
    assert kept() == []
    assert files_on_disk() == []
    assert worker.confirm().status_code == 303


# --- taking away ----------------------------------------------------------------------------------------------------


def remove(worker: Worker, pk: object) -> Any:
    return worker.post_files(worker.step("tai-lieu"), {"remove": str(pk), "eof": "1"})


def test_ones_own_document_is_taken_away(worker: Worker) -> None:
    worker.send_files(("a.pdf", samples.pdf("a")), ("b.pdf", samples.pdf("b")))

    answer = remove(worker, Attachment.objects.get(name="a.pdf").pk)

    assert answer["Location"] == worker.step("tai-lieu")
    assert [name for name, _ in kept()] == ["b.pdf"]


def test_nobody_takes_away_a_document_of_another(worker: Worker) -> None:
    other = Worker(YEAR_2022).fill(person(phone="0935 112 299"))
    other.send_files(("cua nguoi khac.pdf", samples.pdf()))
    received = Worker(YEAR_2022).fill(person(phone="0935 112 298"))
    received.send_files(("da nop.pdf", samples.pdf("x")))
    received.confirm()

    for pk in Attachment.objects.values_list("pk", flat=True):
        assert remove(worker, pk).status_code == 303

    assert {name for name, _ in kept()} == {"cua nguoi khac.pdf", "da nop.pdf"}


@pytest.mark.parametrize("pk", ["0", "-1", "abc", "1e3", "²", "٣", "9" * 40, "1; DROP TABLE", ""])
def test_a_removal_that_names_nothing_removes_nothing(worker: Worker, pk: str) -> None:
    worker.send_files(("a.pdf", samples.pdf()))

    assert remove(worker, pk).status_code in {200, 303}
    assert len(kept()) == 1


# --- the disk -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [errno.ENOSPC, errno.EROFS, errno.EIO, errno.EDQUOT], ids=errno.errorcode.get)
@pytest.mark.parametrize("call", ["fsync", "rename"])
def test_a_disk_that_fails_is_a_503_and_the_text_goes_on(
    worker: Worker, monkeypatch: pytest.MonkeyPatch, fault: int, call: str
) -> None:
    def fails(*args: Any, **options: Any) -> None:
        raise OSError(fault, os.strerror(fault))

    worker.client.raise_request_exception = False
    with monkeypatch.context() as broken:
        broken.setattr(os, call, fails)
        answer = worker.send_files(("a.pdf", samples.pdf()))

    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert '<html lang="vi">' in answer.content.decode()
    assert kept() == []
    assert files_on_disk() == []
    assert worker.confirm().status_code == 303
    assert Initiative.objects.count() == 1


def test_below_the_floor_of_free_disk_files_stop_and_text_goes_on(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "UPLOAD_FREE_FLOOR", 10**18)

    shown = page(worker.send_files(("a.pdf", samples.pdf())))

    assert "Máy chủ tạm thời không nhận tài liệu." in shown
    assert files_on_disk() == []
    assert worker.confirm().status_code == 303


def test_the_file_is_on_the_disk_before_its_row(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []
    create = Attachment.objects.create

    def looked_at(**fields: Any) -> Attachment:
        seen.append((settings.MEDIA_ROOT / fields["stored_name"]).stat().st_size == fields["size"])
        return create(**fields)

    monkeypatch.setattr(Attachment.objects, "create", looked_at)
    worker.send_files(("a.pdf", samples.pdf()))

    assert seen == [True]


def test_a_database_that_fails_after_the_file_leaves_no_row_that_lacks_one(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(**fields: Any) -> None:
        raise OperationalError("database is locked")

    worker.client.raise_request_exception = False
    with monkeypatch.context() as broken:
        broken.setattr(Attachment.objects, "create", fails)
        assert worker.send_files(("a.pdf", samples.pdf())).status_code == 503

    assert kept() == []
    assert worker.send_files(("a.pdf", samples.pdf())).status_code == 303
    assert len(files_on_disk()) == 1


# --- whose ----------------------------------------------------------------------------------------------------------


def test_a_document_for_a_draft_that_was_received_meanwhile_is_refused_in_words(worker: Worker) -> None:
    """The file was on its way when the other tab submitted: it would hang where nobody looks."""
    stale = worker.draft
    worker.confirm()

    with pytest.raises(actions.DocumentRefused):
        actions.add_document(
            stale, SimpleUploadedFile("b.pdf", samples.pdf()), name="b.pdf", kind="other", at=stale.saved_at
        )

    assert kept() == []


def test_no_address_of_ours_hands_a_workers_document_out(worker: Worker) -> None:
    worker.send_files(("a.pdf", samples.pdf()))
    document = Draft.objects.get().attachments.get()

    for address in (f"/media/{document.stored_name}", f"/tep/{document.pk}/", f"/{document.stored_name}"):
        assert worker.client.get(address).status_code == 404
    answer = worker.client.get(f"/admin/initiatives/attachment/{document.pk}/tep/")
    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/admin/login/")
