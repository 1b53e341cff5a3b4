"""What the script of the documents page is answered: the list as it is now, or in a sentence why nothing is taken."""

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command

from initiatives.models import Attachment, Campaign, Draft
from initiatives.submission import actions
from initiatives.submission.files import store, turns
from initiatives.submission.files.judge import Judged
from tests.concurrency import together
from tests.submission import samples
from tests.submission.worker import IN_2022, YEAR_2022, Worker, page

Clock = Callable[[str], datetime]
PARTS = {"listed", "count", "action", "faults", "again", "said"}


@pytest.fixture
def worker(campaigns: dict[str, Campaign], at: Clock) -> Worker:
    at(IN_2022)
    return Worker(YEAR_2022).fill()


def ask(worker: Worker, address: str, typed: dict[str, Any], **headers: str) -> Any:
    headers = {"accept": "application/json", "sec-fetch-site": "same-origin", **headers}
    answer = worker.client.post(address, typed, headers=headers)
    assert not answer.cookies
    return answer


def send(worker: Worker, name: str, content: bytes, *, address: str = "", **more: Any) -> Any:
    """As the script sends one file."""
    typed = {"attachment_kind": "recognition", "attachments": SimpleUploadedFile(name, content), "file_count": "1"}
    return ask(worker, address or worker.step("tai-lieu"), {**typed, "eof": "1", **more})


def kept() -> list[tuple[str, str]]:
    return list(Attachment.objects.values_list("name", "kind"))


# --- what is answered -----------------------------------------------------------------------------------------------


def test_a_file_that_was_kept_is_answered_with_the_list_and_a_sentence(worker: Worker) -> None:
    answer = send(worker, "qd.pdf", samples.pdf(), attachment_kind="benefit")

    told = answer.json()
    assert answer.status_code == 200
    assert (answer["Cache-Control"], answer["X-Robots-Tag"]) == ("no-store", "noindex, nofollow")
    assert told.keys() == PARTS
    assert (told["count"], told["faults"]) == (1, [])
    assert told["said"] == "Đã nhận tệp “qd.pdf”. Có 1 tài liệu."
    assert told["action"] == worker.step("tai-lieu")
    assert told["listed"].strip() in page(worker.get(worker.step("tai-lieu")))
    assert "<b>qd.pdf</b>" in told["listed"]
    assert kept() == [("qd.pdf", "benefit")]


def test_a_name_that_is_code_is_shown_and_not_run(worker: Worker) -> None:
    told = send(worker, "<img src=x onerror=alert(1)>.pdf", samples.pdf()).json()

    assert "<img" not in told["listed"]
    assert "&lt;img" in told["listed"]


@pytest.mark.parametrize(
    ("name", "content", "more", "sentence", "again"),
    [
        ("virus.exe", b"MZ", {}, "Tệp “virus.exe” không thuộc loại được nhận.", False),
        ("trong.pdf", b"", {}, "Tệp “trong.pdf”", False),
        ("khoa.pdf", samples.pdf(encrypt="mat-khau"), {}, "Tệp “khoa.pdf” đang bị khóa", False),
        ("to.pdf", samples.pdf() + b"\0" * 10 * 1024 * 1024, {}, "Tệp “to.pdf”", False),
        ("a.pdf", samples.pdf(), {"attachment_kind": "../x"}, "Hãy chọn loại tài liệu cho tệp “a.pdf”.", True),
        ("a.pdf", samples.pdf(), {"file_count": "2"}, "Cổng chỉ nhận được 1/2 tệp.", True),
        ("a.pdf", samples.pdf(), {"eof": ""}, "Kết nối bị ngắt khi đang gửi tệp.", True),
    ],
    ids=["type", "empty", "protected", "size", "kind", "lost on the way", "cut"],
)
def test_what_is_wrong_is_said_in_the_words_of_the_page(
    worker: Worker, name: str, content: bytes, more: dict[str, str], sentence: str, again: bool
) -> None:
    told = send(worker, name, content, **more).json()

    (fault,) = told["faults"]
    assert fault.startswith(sentence)
    assert (told["again"], told["said"]) == (again, "")


def test_a_disk_without_room_is_tried_again(worker: Worker, settings: Any) -> None:
    settings.UPLOAD_FREE_FLOOR = 10**18

    told = send(worker, "a.pdf", samples.pdf()).json()

    assert told["faults"][0].startswith("Máy chủ tạm thời không nhận tài liệu.")
    assert told["again"] is True


def test_the_same_file_again_is_answered_as_there_also_when_nothing_else_has_room(worker: Worker) -> None:
    for number in range(5):
        send(worker, f"{number}.pdf", samples.pdf(str(number)))

    again = send(worker, "4.pdf", samples.pdf("4")).json()
    sixth = send(worker, "5.pdf", samples.pdf("5")).json()

    assert (again["faults"], again["said"], again["count"]) == ([], "Tệp này đã có trong danh sách.", 5)
    assert (sixth["faults"], sixth["again"]) == (["Mỗi sáng kiến được gửi tối đa 5 tài liệu."], True)
    assert Attachment.objects.count() == 5


def test_a_removal_and_a_new_kind_are_answered_with_the_list(worker: Worker) -> None:
    for name in ("a", "b"):
        send(worker, f"{name}.pdf", samples.pdf(name))
    first, second = Attachment.objects.order_by("id")

    named = ask(worker, worker.step("tai-lieu"), {"kind_of": first.pk, "attachment_kind": "benefit", "eof": "1"}).json()
    removed = ask(worker, worker.step("tai-lieu"), {"remove": second.pk, "eof": "1"}).json()

    assert (named["said"], named["count"]) == ("Đã đổi loại tài liệu.", 2)
    assert (removed["said"], removed["count"]) == ("Đã bỏ tệp “b.pdf”. Có 1 tài liệu.", 1)
    assert kept() == [("a.pdf", "benefit")]


@pytest.mark.parametrize("asked", ["remove", "kind_of"])
def test_of_a_document_that_another_tab_took_away_it_is_said_so(worker: Worker, asked: str) -> None:
    typed = {asked: "999", "attachment_kind": "benefit", "eof": "1"}

    told = ask(worker, worker.step("tai-lieu"), typed).json()

    assert (told["faults"], told["said"]) == ([], "Tệp này không còn trong danh sách. Có 0 tài liệu.")


@pytest.mark.parametrize("kind", ["", "hoa-don", "../x"])
def test_a_kind_that_is_not_offered_names_nothing(worker: Worker, kind: str) -> None:
    send(worker, "a.pdf", samples.pdf())
    typed = {"kind_of": Attachment.objects.get().pk, "attachment_kind": kind, "eof": "1"}

    told = ask(worker, worker.step("tai-lieu"), typed).json()
    assert told["faults"] == ["Hãy chọn loại tài liệu."]
    assert "listed" not in told  # the form that was wrong stays, and says so
    assert "Hãy chọn loại tài liệu." in page(worker.post_files(worker.step("tai-lieu"), typed))
    assert kept() == [("a.pdf", "recognition")]


def test_nobody_names_the_kind_of_a_document_of_another(worker: Worker) -> None:
    other = Worker(YEAR_2022).fill()
    send(other, "a.pdf", samples.pdf())
    typed = {"kind_of": Attachment.objects.get().pk, "attachment_kind": "benefit", "eof": "1"}

    ask(worker, worker.step("tai-lieu"), typed)

    assert kept() == [("a.pdf", "recognition")]


def test_without_a_script_a_new_kind_stays_on_the_page(worker: Worker) -> None:
    send(worker, "a.pdf", samples.pdf())
    typed = {"kind_of": Attachment.objects.get().pk, "attachment_kind": "benefit", "eof": "1"}

    answer = worker.post_files(worker.step("tai-lieu"), typed)

    assert (answer.status_code, answer["Location"]) == (303, worker.step("tai-lieu"))
    assert kept() == [("a.pdf", "benefit")]


# --- where nothing is taken -----------------------------------------------------------------------------------------


def test_a_draft_that_was_received_is_told_in_a_sentence(worker: Worker) -> None:
    worker.confirm()

    answer = send(worker, "a.pdf", samples.pdf())

    assert answer.status_code == 409
    assert answer.json() == {
        "stop": "Sáng kiến này đã được nộp. Muốn thêm tài liệu, hãy tra cứu bằng mã và số điện thoại.",
        "address": worker.receipt,
    }
    assert kept() == []


def test_a_draft_that_is_not_there_is_told_in_a_sentence(worker: Worker) -> None:
    Draft.objects.all().delete()

    answer = send(worker, "a.pdf", samples.pdf())

    assert (answer.status_code, answer.json()["address"]) == (404, "")
    assert answer.json()["stop"].startswith("Không tìm thấy bản nháp này.")


def test_after_the_close_the_window_is_told_and_the_draft_is_marked(worker: Worker, at: Clock) -> None:
    at("2031-03-01 10:00:00")

    answer = send(worker, "a.pdf", samples.pdf())

    assert answer.status_code == 409
    assert answer.json()["stop"].startswith("Đã đóng lúc")
    assert worker.draft.late_at is not None
    assert kept() == []


def test_through_tracking_files_come_until_review_begins_and_each_lengthens_the_link(worker: Worker, at: Clock) -> None:
    worker.confirm()
    worker.track(worker.initiative.receipt_code)
    at("2022-03-01 09:20:00")
    told = send(worker, "a.pdf", samples.pdf(), address=f"{worker.record}tai-lieu/").json()
    at("2022-03-01 09:45:00")

    again = send(worker, "b.pdf", samples.pdf("b"), address=told["action"]).json()
    late = send(worker, "c.pdf", samples.pdf("c"), address=f"{worker.record}tai-lieu/")

    assert (told["count"], again["count"]) == (1, 2)
    assert told["action"] != f"{worker.record}tai-lieu/"
    assert (late.status_code, late.json()["address"]) == (409, "/tra-cuu/?tin=het-gio")
    assert late.json()["stop"].startswith("Trang theo dõi chỉ mở trong 30 phút")


@pytest.mark.parametrize(
    "headers", [{"origin": "https://noi-khac.vn"}, {"sec-fetch-site": "cross-site"}], ids=["origin", "fetch-site"]
)
def test_another_site_sends_no_file(worker: Worker, headers: dict[str, str]) -> None:
    typed = {"attachments": SimpleUploadedFile("a.pdf", samples.pdf()), "eof": "1"}

    assert ask(worker, worker.step("tai-lieu"), typed, **headers).status_code == 403
    assert kept() == []


# --- several at once ------------------------------------------------------------------------------------------------

AT_ONCE = 8


@pytest.mark.serial
@pytest.mark.django_db(transaction=True)
class TestTogether:
    @pytest.fixture
    def meeting(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """All files are on the disk, and none has its row yet. Each has its turn to be judged: where all come in one moment, the
        portal would send some away for a while."""
        gate, put = threading.Barrier(AT_ONCE), store.put
        monkeypatch.setattr(turns, "judging", turns.Room(AT_ONCE, waiting=0, patience=0))

        def put_and_wait(judged: Judged) -> str:
            name = put(judged)
            gate.wait(timeout=60)
            return name

        monkeypatch.setattr(actions.store, "put", put_and_wait)

    @pytest.mark.usefixtures("meeting")
    def test_eight_files_of_several_tabs_are_five(self, worker: Worker) -> None:
        tabs = [another_tab(worker) for _ in range(AT_ONCE)]

        answers = together(
            *[lambda n=n, tab=tab: send(tab, f"{n}.pdf", samples.pdf(str(n))) for n, tab in enumerate(tabs)]
        )

        faults = [fault for answer in answers for fault in answer.json()["faults"]]
        assert faults == ["Mỗi sáng kiến được gửi tối đa 5 tài liệu."] * (AT_ONCE - 5)
        assert Attachment.objects.count() == 5
        call_command("check_invariants")

    @pytest.mark.usefixtures("meeting")
    def test_one_file_sent_by_several_at_once_is_one(self, worker: Worker) -> None:
        tabs = [another_tab(worker) for _ in range(AT_ONCE)]

        answers = together(*[lambda tab=tab: send(tab, "a.pdf", samples.pdf()) for tab in tabs])

        assert [answer.json()["faults"] for answer in answers] == [[]] * AT_ONCE
        assert Attachment.objects.count() == 1

    def test_without_the_lock_the_sixth_would_come_in(self, worker: Worker) -> None:
        """The control: what keeps them five is that they are counted behind the lock of the draft."""
        draft = worker.draft
        counted = threading.Barrier(AT_ONCE)

        def naive(number: int) -> None:
            has_room = len(actions.documents_of(draft)) < actions.MAX_FILES
            counted.wait(timeout=30)
            if has_room:
                Attachment.objects.create(
                    draft=draft,
                    kind="other",
                    name=f"{number}.pdf",
                    stored_name=f"{number}",
                    media_type="application/pdf",
                    size=1,
                    sha256=str(number) * 64,
                    added_at=draft.saved_at,
                )

        together(*[lambda n=n: naive(n) for n in range(AT_ONCE)])

        assert Attachment.objects.count() == AT_ONCE


def another_tab(worker: Worker) -> Worker:
    tab = Worker(YEAR_2022, raises=False)
    tab.token = worker.token
    return tab
