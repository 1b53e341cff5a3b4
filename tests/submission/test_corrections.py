"""Mending what was sent: the reasons beside their fields, one initiative, its phase and its history kept."""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command

from initiatives import lifecycle
from initiatives.lifecycle import Reason, move
from initiatives.models import Act, Attachment, Campaign, Draft, Initiative, Status
from initiatives.submission import actions
from orgtree.models import Unit
from tests.factories import StaffAccountFactory, WindowExtensionFactory
from tests.submission import samples
from tests.submission.worker import (
    IN_2022,
    YEAR_2021,
    YEAR_2022,
    Worker,
    content,
    content_2021,
    page,
    person,
    person_2021,
)

Clock = Callable[[str], datetime]
KEPT, UNSENT = "Những gì bạn sửa chưa được gửi, nhưng vẫn được giữ.", "?tin=da-giu"
TO_SEND = "Những gì bạn sửa CHƯA được gửi."
REASONS = (
    Reason("description_unclear", "description", "Phần mô tả chưa rõ đã làm gì."),
    Reason("no_recognition", "attachments", "Thiếu quyết định công nhận."),
    Reason("phone", "phone", "Số điện thoại gọi không được."),
)


def give_back(initiative: Initiative, at: datetime, *reasons: Reason, due_on: date | None = date(2022, 3, 20)) -> None:
    move(initiative, Status.RETURNED, by=StaffAccountFactory(), at=at, reasons=reasons, due_on=due_on)


@pytest.fixture
def sent(campaigns: dict[str, Campaign], at: Clock) -> Initiative:
    at(IN_2022)
    worker = Worker(YEAR_2022).fill(person(), content(share="60", **CO_AUTHOR))
    worker.send_files(("qd.pdf", samples.pdf()))
    worker.confirm()
    return worker.initiative


CO_AUTHOR = {"co_authors-1-full_name": "Lê Thị Kim Ngân", "co_authors-1-share": "40"}


@pytest.fixture
def returned(sent: Initiative, at: Clock) -> Initiative:
    give_back(sent, at("2022-03-05 10:00:00"), *REASONS)
    at("2022-03-06 08:00:00")
    return sent


@pytest.fixture
def worker(returned: Initiative) -> Worker:
    return at_record(returned)


def at_record(initiative: Initiative) -> Worker:
    worker = Worker(YEAR_2022)
    worker.track(initiative.receipt_code)
    return worker


def resend(worker: Worker) -> Any:
    return worker.post(f"{worker.record}kiem-tra/", {"confirm": "1"})


# --- what was returned ----------------------------------------------------------------------------------------------


def test_the_record_says_what_to_mend_until_when_and_leads_there(worker: Worker) -> None:
    shown = page(worker.get(worker.record))

    for reason in REASONS:
        assert reason.text in shown
    assert "Bạn cần bổ sung đến hết ngày 20/3/2022" in shown
    assert f'href="{worker.record}nguoi-nop/">Bổ sung</a>' in shown


@pytest.mark.parametrize(
    ("field", "step"),
    [("phone", "nguoi-nop"), ("title", "noi-dung"), ("attachments", "tai-lieu"), ("", "nguoi-nop")],
)
def test_mending_begins_at_the_first_step_that_needs_it(sent: Initiative, at: Clock, field: str, step: str) -> None:
    give_back(sent, at("2022-03-05 10:00:00"), Reason("x", field, "Xem lại."))
    worker = at_record(sent)

    assert f'href="{worker.record}{step}/">Bổ sung</a>' in page(worker.get(worker.record))


@pytest.mark.parametrize(
    ("step", "reason", "place"),
    [("nguoi-nop", REASONS[2], "id_phone"), ("noi-dung", REASONS[0], "id_description"), ("tai-lieu", REASONS[1], None)],
)
def test_the_reason_stands_beside_its_field_and_nowhere_else(
    worker: Worker, step: str, reason: Reason, place: str | None
) -> None:
    shown = page(worker.get(f"{worker.record}{step}/"))

    remark = f'<p class="remark"><b>Công đoàn yêu cầu:</b> {reason.text}</p>'
    assert shown.count('class="remark"') == 1
    assert remark in shown
    if place:
        before = shown[: shown.index(remark)]
        assert f'for="{place}"' in before[before.rindex("<label") :]


def test_the_forms_begin_with_what_was_received(worker: Worker) -> None:
    about_person = page(worker.get(f"{worker.record}nguoi-nop/"))
    about_content = page(worker.get(f"{worker.record}noi-dung/"))

    for value in (person()["full_name"], person()["phone"], person()["national_id"], person()["workplace"], "1991"):
        assert f'value="{value}"' in about_person
    assert '<option value="quang-tri/dong-ha" selected>' in about_person
    for value in ("10/1/2022", "15/2/2022", "200.000.000", "60", "Lê Thị Kim Ngân", "40"):
        assert f'value="{value}"' in about_content
    for value in (content()["title"], content()["description"]):
        assert f"\n{value}</textarea>" in about_content
    assert not Draft.objects.filter(revises__isnull=False).exists()


@pytest.mark.parametrize("step", ["nguoi-nop", "noi-dung", "tai-lieu"])
def test_every_step_is_sent_to_the_record_it_mends(worker: Worker, step: str) -> None:
    """Step 1 would else begin a new draft, and what was mended there would never come back."""
    shown = page(worker.get(f"{worker.record}{step}/"))

    assert f'<form id="main-form" class="stack" method="post" action="{worker.record}{step}/"' in shown


def test_what_was_mended_comes_back_for_review(worker: Worker, returned: Initiative) -> None:
    code, submitted_at = returned.receipt_code, returned.submitted_at
    worker.mend("nguoi-nop", person(phone="0935 112 299"))
    worker.mend("noi-dung", content(description="Rõ hơn nhiều.", share="100"))

    answer = resend(worker)

    assert (answer.status_code, answer["Location"]) == (303, worker.record)
    mended = Initiative.objects.get()
    assert (mended.status, mended.version) == (Status.SUBMITTED, 3)
    assert (mended.description, mended.phone_digits) == ("Rõ hơn nhiều.", "0935112299")
    assert (mended.receipt_code, mended.submitted_at) == (code, submitted_at)
    assert mended.co_authors.count() == 0
    assert list(mended.events.values_list("act", "from_status")) == [
        (Act.RECEIVED, ""),
        (Act.RETURNED, Status.SUBMITTED),
        (Act.RESENT, Status.RETURNED),
    ]
    assert not Draft.objects.filter(revises__isnull=False).exists()
    call_command("check_invariants")


def test_tracking_then_asks_for_the_new_phone(worker: Worker, returned: Initiative) -> None:
    worker.mend("nguoi-nop", person(phone="0935 112 299"))
    resend(worker)

    assert Worker().track(returned.receipt_code, "0935112233").status_code == 200
    assert Worker().track(returned.receipt_code, "0935112299").status_code == 303


def test_sending_back_without_a_change_is_an_answer_too(worker: Worker, returned: Initiative) -> None:
    """Nothing was saved before: the worker opens the last step and sends."""
    answer = resend(worker)

    assert answer.status_code == 303
    assert Initiative.objects.get().status == Status.SUBMITTED


def test_sending_back_twice_is_once(worker: Worker, returned: Initiative) -> None:
    worker.mend("noi-dung", content(title="Tên mới"))

    statuses = [resend(worker).status_code for _ in range(2)]

    assert statuses == [303, 303]
    assert [event.act for event in returned.events.all()] == [Act.RECEIVED, Act.RETURNED, Act.RESENT]


def test_what_is_wrong_stays_with_the_sender(worker: Worker, returned: Initiative) -> None:
    worker.mend("noi-dung", content(description="x" * 2001))

    shown = page(resend(worker))

    assert "Hãy bớt 1 ký tự." in shown
    assert Initiative.objects.get().status == Status.RETURNED
    assert Draft.objects.get(revises=returned).answers["description"] == "x" * 2001


def test_a_correction_is_resumed_where_it_was_left(worker: Worker, returned: Initiative, at: Clock) -> None:
    worker.mend("noi-dung", content(title="Viết dở"))
    at("2022-03-10 20:00:00")

    later = at_record(returned)

    assert "\nViết dở</textarea>" in page(later.get(f"{later.record}noi-dung/"))
    assert Draft.objects.filter(revises=returned).count() == 1


def test_every_step_sent_gives_another_half_hour(worker: Worker, at: Clock) -> None:
    at("2022-03-06 08:25:00")
    worker.mend("nguoi-nop", person())
    at("2022-03-06 08:50:00")

    assert worker.mend("noi-dung", content()).status_code == 303
    assert page(worker.get(worker.record))


@pytest.mark.parametrize(
    ("text", "may"),
    [("2022-03-20 23:59:59", True), ("2022-03-21 00:00:00", False)],
    ids=["the last second of the due day", "the first second after"],
)
def test_the_due_day_is_over_with_its_last_second(returned: Initiative, at: Clock, text: str, may: bool) -> None:
    at(text)
    worker = at_record(returned)

    answer = worker.mend("noi-dung", content(title="Kịp hay không"))
    shown = page(worker.get(worker.record))

    assert answer["Location"].endswith("tai-lieu/" if may else UNSENT)
    assert returned.revision.answers["title"] == "Kịp hay không"
    assert ("Đã hết hạn bổ sung (hết ngày 20/3/2022)" in shown) is not may
    assert ("Hãy sửa những chỗ công đoàn yêu cầu rồi gửi lại." in shown) is may
    resend(worker)
    assert Initiative.objects.get().status == (Status.SUBMITTED if may else Status.RETURNED)


def test_a_correction_after_the_close_is_neither_late_nor_refused(returned: Initiative, at: Clock) -> None:
    give_time = date(2022, 7, 1)
    returned.events.filter(act=Act.RETURNED).update(due_on=give_time)
    at("2022-06-01 03:00:00")
    worker = at_record(returned)

    worker.mend("noi-dung", content(title="Sau giờ đóng"))
    resend(worker)

    mended = Initiative.objects.get()
    assert (mended.title, mended.phase.name) == ("Sau giờ đóng", "Giai đoạn 1")
    assert not Draft.objects.filter(late_at__isnull=False).exists()


def test_a_correction_stays_in_the_phase_of_its_receipt(returned: Initiative, at: Clock) -> None:
    returned.events.filter(act=Act.RETURNED).update(due_on=date(2022, 7, 1))
    at("2022-06-20 09:00:00")
    worker = at_record(returned)
    worker.mend("noi-dung", content(applied_on="1/6/2022", recognised_on="10/6/2022"))

    shown = page(resend(worker))
    worker.mend("noi-dung", content(applied_on="1/5/2022", recognised_on="10/5/2022"))
    resend(worker)

    assert "thuộc Giai đoạn 2. Hiện đang nhận Giai đoạn 1" in shown
    assert Initiative.objects.get().phase.name == "Giai đoạn 1"
    assert Initiative.objects.get().status == Status.SUBMITTED


def test_the_unit_may_be_mended(worker: Worker, tree: dict[str, Unit]) -> None:
    worker.mend("nguoi-nop", person(unit="quang-tri/huong-hoa"))
    resend(worker)

    assert Initiative.objects.get().unit == tree["quang-tri/huong-hoa"]


# --- documents of a correction --------------------------------------------------------------------------------------


def send_file(worker: Worker, name: str, content: bytes, **more: str) -> Any:
    typed = {"attachment_kind": "benefit", "attachments": SimpleUploadedFile(name, content), "add": "1", "eof": "1"}
    return worker.post_files(f"{worker.record}tai-lieu/", {**typed, **more})


def test_documents_are_added_and_received_ones_stay(worker: Worker, returned: Initiative) -> None:
    assert send_file(worker, "anh.png", samples.png()).status_code == 303
    received = returned.attachments.get()
    worker.post_files(f"{worker.record}tai-lieu/", {"remove": str(received.pk), "eof": "1"})

    shown = page(worker.get(f"{worker.record}tai-lieu/"))

    assert "Đã có 2 tài liệu" in shown
    own = Attachment.objects.exclude(pk=received.pk).get()
    assert re.findall(r'name="remove" value="([0-9]+)"', shown) == [str(own.pk)]
    resend(worker)
    assert sorted(returned.attachments.values_list("name", "draft")) == [("anh.png", None), ("qd.pdf", None)]


def test_five_documents_are_five_with_those_received_before(worker: Worker, returned: Initiative) -> None:
    for n in range(4):
        assert send_file(worker, f"{n}.pdf", samples.pdf(f"so {n}")).status_code == 303

    shown = page(send_file(worker, "5.pdf", samples.pdf("so 5")))

    assert "tối đa 5 tài liệu" in shown
    assert Attachment.objects.count() == 5


def test_a_document_for_a_correction_sent_meanwhile_is_refused_in_words(worker: Worker, returned: Initiative) -> None:
    """The other tab sent the correction; its draft is gone when the file is whole."""
    send_file(worker, "anh.png", samples.png())
    draft = Draft.objects.get(revises=returned)
    resend(worker)

    with pytest.raises(actions.DocumentRefused):
        actions.add_document(
            draft, SimpleUploadedFile("b.pdf", samples.pdf("b")), name="b.pdf", kind="other", at=returned.submitted_at
        )


# --- what waits -----------------------------------------------------------------------------------------------------


def test_what_waits_may_be_edited_while_the_window_is_open(sent: Initiative) -> None:
    worker = at_record(sent)
    worker.mend("noi-dung", content(title="Tên sửa trước khi xét", share="60", **CO_AUTHOR))

    assert resend(worker).status_code == 303

    edited = Initiative.objects.get()
    assert (edited.title, edited.status) == ("Tên sửa trước khi xét", Status.SUBMITTED)
    assert list(edited.events.values_list("act", flat=True)) == [Act.RECEIVED, Act.EDITED]
    assert edited.co_authors.get().full_name == "Lê Thị Kim Ngân"


def test_sending_an_edit_twice_is_once(sent: Initiative) -> None:
    """A double tap: the second finds nothing left to send and shows where the initiative stands."""
    worker = at_record(sent)
    worker.mend("noi-dung", content(title="Tên sửa trước khi xét"))

    answers = [resend(worker) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert list(sent.events.values_list("act", flat=True)) == [Act.RECEIVED, Act.EDITED]


def test_the_record_says_that_a_correction_was_not_sent_and_leads_to_the_button(sent: Initiative, at: Clock) -> None:
    """Pressed after the half hour, "Gửi lại sáng kiến" asks for code and phone again; the record then said that all is done."""
    first = at_record(sent)
    before = page(first.get(first.record))
    first.mend("noi-dung", content(title="Sửa xong mà chưa gửi"))
    at("2022-03-01 11:00:00")
    resend(first)

    worker = at_record(sent)
    shown = page(worker.get(worker.record))

    assert TO_SEND not in before
    assert TO_SEND in shown
    assert f'<a class="button" href="{worker.record}kiem-tra/">Xem lại và gửi</a>' in shown
    assert ("Bạn không cần làm gì thêm" in before, "Bạn không cần làm gì thêm" in shown) == (True, False)
    resend(worker)
    assert TO_SEND not in page(worker.get(worker.record))
    assert Initiative.objects.get().title == "Sửa xong mà chưa gửi"


def test_the_last_step_of_a_correction_promises_no_new_code(sent: Initiative) -> None:
    worker = at_record(sent)
    worker.mend("noi-dung", content(title="Sửa tên"))

    shown = page(worker.get(f"{worker.record}kiem-tra/"))

    assert "Mã biên nhận của bạn không đổi." in shown
    assert "bạn nhận mã biên nhận" not in shown


def test_nothing_is_edited_after_review_began(sent: Initiative, at: Clock) -> None:
    officer, moment = StaffAccountFactory(), at("2022-03-05 10:00:00")
    worker = at_record(sent)
    worker.mend("noi-dung", content(title="Chưa kịp gửi"))
    move(sent, Status.VALID, by=officer, at=moment)
    move(sent, Status.SUBMITTED, by=officer, at=moment)

    answer = resend(worker)

    assert answer["Location"] == f"{worker.record}{UNSENT}"
    assert KEPT in page(worker.get(answer["Location"]))
    assert Initiative.objects.get().title == content()["title"]
    assert "Sửa sáng kiến" not in page(worker.get(worker.record))


def test_review_that_begins_while_it_is_sent_wins(sent: Initiative, monkeypatch: pytest.MonkeyPatch, at: Clock) -> None:
    """Looked at again under the lock, not only when the page was opened."""
    worker = at_record(sent)
    worker.mend("noi-dung", content(title="Chưa kịp gửi"))
    looked: list[str] = []
    rule = lifecycle.refuses_revision

    def first_time_open(initiative: Initiative, *, at: datetime) -> str:
        looked.append(rule(initiative, at=at))
        if len(looked) == 1:
            move(initiative.pk, Status.VALID, by=StaffAccountFactory(), at=at)
        return looked[-1]

    monkeypatch.setattr(lifecycle, "refuses_revision", first_time_open)
    shown = page(resend(worker))

    assert "Sáng kiến đã được xét nên không sửa được nữa." in shown
    assert (Initiative.objects.get().title, Initiative.objects.get().status) == (content()["title"], Status.VALID)


@pytest.mark.parametrize("text", ["2022-06-01 00:00:00", "2023-09-02 00:00:00"])
def test_what_waits_is_not_edited_once_the_window_is_closed(sent: Initiative, at: Clock, text: str) -> None:
    at(text)
    worker = at_record(sent)

    worker.mend("noi-dung", content(title="Quá giờ"))

    assert "Sửa sáng kiến" not in page(worker.get(worker.record))
    assert Initiative.objects.get().title == content()["title"]


@pytest.mark.parametrize(
    ("text", "may"),
    [("2021-04-24 23:59:59", True), ("2021-04-25 00:00:00", False)],
    ids=["the last second of one's own time", "the first second after"],
)
def test_whoever_was_given_more_time_may_edit_as_long_as_they_may_send(
    campaigns: dict[str, Campaign], at: Clock, text: str, may: bool
) -> None:
    at("2021-04-20 20:00:00")
    ill = Worker(YEAR_2021).fill(person_2021(), content_2021())
    until = at("2021-04-25 00:00:00")
    WindowExtensionFactory(campaign=campaigns[YEAR_2021], unit=None, draft=ill.draft, closes_at=until)
    at("2021-04-24 10:00:00")
    ill.confirm()
    at(text)
    worker = at_record(ill.initiative)

    worker.mend("noi-dung", content_2021(title="Sửa trong hạn của mình"))
    resend(worker)

    assert (Initiative.objects.get().title == "Sửa trong hạn của mình") is may


@pytest.mark.parametrize("step", ["nguoi-nop", "noi-dung", "kiem-tra"])
def test_a_step_of_a_correction_that_comes_too_late_is_kept_until_it_is_asked_for(
    sent: Initiative, at: Clock, step: str
) -> None:
    """M15: typed before the close and sent a second after it, it is no longer taken over, and not lost."""
    typed = {"nguoi-nop": person(workplace="Xưởng 9"), "noi-dung": content(title="Gửi muộn một giây"), "kiem-tra": {}}
    at("2022-05-31 23:55:00")
    worker = at_record(sent)
    worker.mend("noi-dung", content(title="Kịp giờ"))
    at("2022-06-01 00:00:00")

    answer = worker.mend(step, typed[step])

    assert answer["Location"] == f"{worker.record}{UNSENT}"
    shown = page(worker.get(answer["Location"]))
    assert "Đã hết thời gian nhận nên không sửa được nữa." in shown
    assert KEPT in shown
    assert KEPT in page(at_record(sent).get(worker.record)), "whoever comes back another day is told as well"
    assert Initiative.objects.get().title == content()["title"]

    give_back(sent, at("2022-06-02 10:00:00"), *REASONS, due_on=date(2022, 6, 10))
    worker = at_record(sent)

    assert KEPT not in page(worker.get(f"{worker.record}{UNSENT}"))
    content_page, person_page = (page(worker.get(f"{worker.record}{each}/")) for each in ("noi-dung", "nguoi-nop"))
    assert ("Gửi muộn một giây" if step == "noi-dung" else "Kịp giờ") in content_page
    assert ("Xưởng 9" in person_page) is (step == "nguoi-nop")


def test_nothing_is_said_to_be_kept_where_nothing_was_typed(sent: Initiative, at: Clock) -> None:
    at("2022-06-01 00:00:00")
    worker = at_record(sent)

    for typed in ({"eof": "1"}, {"confirm": "1"}):
        for step in ("nguoi-nop", "noi-dung", "tai-lieu", "kiem-tra"):
            assert worker.post(f"{worker.record}{step}/", typed)["Location"] == worker.record
    assert not Draft.objects.filter(revises=sent).exists()


def test_of_what_was_taken_back_nothing_is_kept(sent: Initiative, at: Clock) -> None:
    worker = at_record(sent)
    actions.withdraw(sent, at=sent.submitted_at)

    assert worker.mend("noi-dung", content(title="Sau khi rút"))["Location"] == worker.record
    assert not Draft.objects.filter(revises=sent).exists()


def test_consent_taken_back_in_a_correction_refuses_it(worker: Worker, returned: Initiative) -> None:
    worker.mend("nguoi-nop", person(consent=None))

    shown = page(resend(worker))

    assert "Hãy đánh dấu đồng ý" in shown
    assert Initiative.objects.get().status == Status.RETURNED
