"""After the close: kept, marked late once, shown to staff only with consent, and received when time was given."""

from collections.abc import Callable
from datetime import datetime

import pytest

from initiatives.models import Attachment, Campaign, Draft, Initiative, WindowExtension
from orgtree.models import Unit
from tests.factories import ContactFactory, StaffAccountFactory
from tests.submission import samples
from tests.submission.worker import (
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
CLOSE = "2021-04-21 00:00:00"


@pytest.fixture
def worker(campaigns: dict[str, Campaign], at: Clock) -> Worker:
    """Ready to submit in time, and too late now."""
    at("2021-04-20 23:50:00")
    worker = Worker(YEAR_2021).fill()
    at(CLOSE)
    return worker


def test_what_was_typed_is_kept_and_the_page_says_so_and_whom_to_call(worker: Worker, tree: dict[str, Unit]) -> None:
    ContactFactory(unit=tree["quang-tri"], name="Văn phòng tỉnh", phone="0233 385 0001")

    shown = page(worker.confirm())

    assert "Đã hết thời gian nhận" in shown
    assert "Những gì bạn nhập vẫn được giữ" in shown
    assert f'<a id="draft-link" href="http://testserver/nhap/{worker.token}/">' in shown
    assert shown.index("Văn phòng tỉnh") < shown.index("Bộ phận hỗ trợ chương trình")
    assert worker.draft.answers["title"] == content_2021()["title"]
    assert not Initiative.objects.exists()


def test_the_first_late_moment_stays(worker: Worker, at: Clock) -> None:
    worker.confirm()
    at("2021-04-21 08:00:00")
    worker.send_content(content_2021(title="Viết lại"))
    worker.confirm()

    assert worker.draft.late_at == datetime.fromisoformat("2021-04-21T00:00:00+07:00")
    assert worker.draft.saved_at >= datetime.fromisoformat("2021-04-21T08:00:00+07:00")
    assert worker.draft.answers["title"] == "Viết lại"


@pytest.mark.parametrize("step", ["nguoi-nop", "noi-dung", "kiem-tra"])
def test_a_step_sent_after_the_close_is_kept_and_marked(worker: Worker, step: str) -> None:
    typed = {"nguoi-nop": person_2021(workplace="Nơi khác"), "noi-dung": content_2021(scope="Khác"), "kiem-tra": {}}

    shown = page(worker.post(worker.step(step), typed[step]))

    assert "Đã đóng lúc 24h00 ngày 20/4/2021" in shown or "Chỉ còn nhận của LĐLĐ tỉnh Điện Biên" in shown
    assert worker.draft.late_at is not None
    assert worker.draft.answers["workplace"] == ("Nơi khác" if step == "nguoi-nop" else person_2021()["workplace"])
    assert worker.draft.answers["scope"] == ("Khác" if step == "noi-dung" else "Toàn xưởng")


def test_step_one_sent_after_the_close_is_kept_too(campaigns: dict[str, Campaign], at: Clock) -> None:
    at("2021-04-23 07:00:00")
    worker = Worker(YEAR_2021)

    shown = page(worker.begin(person_2021()))

    assert "Những gì bạn nhập vẫn được giữ" in shown
    assert worker.draft.answers["full_name"] == person_2021()["full_name"]
    assert worker.draft.late_at is not None


SUBMITS, SUBMITS_LATE = ">Nộp sáng kiến</button>", ">Gửi muộn để xin gia hạn</button>"


@pytest.mark.parametrize("workplace", ["Xưởng 2", ""], ids=["ready", "not ready"])
def test_the_last_step_promises_no_receipt_while_nothing_is_received(
    campaigns: dict[str, Campaign], at: Clock, workplace: str
) -> None:
    at("2022-05-31 23:50:00")
    first, worker = (Worker(YEAR_2022).fill(person(workplace=workplace)) for _ in range(2))
    promise = "sáng kiến được gửi đến công đoàn và bạn nhận mã biên nhận" if workplace else "Hãy sửa những chỗ nêu"

    def shown(of: Worker = worker) -> str:
        return page(of.get(of.step("kiem-tra")))

    assert promise in shown(first)
    assert promise in shown()

    assert (SUBMITS in shown(), SUBMITS_LATE in shown()) == (True, False)

    at("2022-06-01 00:00:00")
    assert promise not in shown(first)
    assert "bản nháp được đánh dấu gửi muộn" in shown()
    assert (SUBMITS in shown(), SUBMITS_LATE in shown()) == (False, True)

    at("2022-06-01 07:00:00")
    assert "gửi muộn" not in shown()

    Campaign.objects.update(is_published=False)
    assert promise not in shown()
    assert "Lúc này chương trình chưa nhận nên chưa nộp được." in shown()


def test_no_empty_form_is_offered_after_the_close(campaigns: dict[str, Campaign], at: Clock) -> None:
    at("2021-04-20 23:50:00")
    worker = Worker(YEAR_2021)
    worker.begin(person_2021())
    at("2021-04-23 00:00:00")

    for address in (f"/{YEAR_2021}/nop/", worker.step("noi-dung")):
        assert 'id="main-form"' not in page(worker.get(address))
    shown = page(worker.begin({}))
    assert 'id="main-form"' not in shown
    assert Draft.objects.count() == 1


def test_files_are_refused_after_the_close(worker: Worker) -> None:
    shown = page(worker.send_files(("qd.pdf", samples.pdf())))

    assert "Những gì bạn nhập vẫn được giữ" in shown
    assert not Attachment.objects.exists()
    assert Draft.objects.count() == 1


def test_what_is_sent_before_the_first_opening_is_kept_and_not_late(campaigns: dict[str, Campaign], at: Clock) -> None:
    at("2022-01-08 06:59:59")
    worker = Worker(YEAR_2022)

    shown = page(worker.begin(person()))

    assert "Chưa đến giờ nhận" in shown
    assert worker.draft.late_at is None
    at("2022-01-08 07:00:00")
    assert worker.send_content(content(applied_on="1/1/2022", recognised_on="5/1/2022")).status_code == 303
    assert worker.confirm().status_code == 303


@pytest.mark.parametrize(
    ("consent", "codes", "seen"),
    [
        ("on", "quang-tri/dong-ha", True),
        ("on", "quang-tri", True),
        ("on", "tld", True),
        ("on", "dien-bien", False),
        ("on", "quang-tri/huong-hoa", False),
        (None, "quang-tri/dong-ha", False),
        (None, "tld", False),
    ],
)
def test_staff_of_the_branch_see_late_attempts_of_those_who_agreed(
    campaigns: dict[str, Campaign], tree: dict[str, Unit], at: Clock, consent: str | None, codes: str, seen: bool
) -> None:
    at("2021-04-23 07:00:00")
    worker = Worker(YEAR_2021)
    worker.begin(person_2021(consent=consent))

    shown = Draft.objects.visible_to(StaffAccountFactory(unit=tree[codes])).late_attempts()

    assert list(shown) == ([worker.draft] if seen else [])
    assert worker.draft.late_at is not None


def test_consent_taken_back_hides_a_late_attempt(
    campaigns: dict[str, Campaign], tree: dict[str, Unit], at: Clock
) -> None:
    at("2021-04-23 07:00:00")
    worker = Worker(YEAR_2021)
    worker.begin(person_2021())
    assert Draft.objects.late_attempts().count() == 1

    worker.post(worker.step("nguoi-nop"), person_2021(consent=None))

    assert not Draft.objects.late_attempts().exists()


def test_drafts_in_time_and_corrections_are_no_late_attempts(campaigns: dict[str, Campaign], at: Clock) -> None:
    at("2022-03-01 09:00:00")
    Worker(YEAR_2022).fill(person(phone="0935 112 299"))
    sent = Worker(YEAR_2022)
    sent.track(sent.submit().receipt_code)
    sent.mend("noi-dung", content(title="Khác"))

    assert not Draft.objects.late_attempts().exists()


def test_more_time_for_one_person_lets_that_draft_in_to_the_second(worker: Worker, at: Clock) -> None:
    worker.confirm()
    WindowExtension.objects.create(
        campaign=worker.draft.campaign,
        draft=worker.draft,
        closes_at=datetime.fromisoformat("2021-04-24T17:00:00+07:00"),
        reason="Mất điện",
    )

    at("2021-04-24 16:59:59")
    assert worker.send_files(("qd.pdf", samples.pdf()))["Location"] == worker.step("tai-lieu")
    other = Worker(YEAR_2021)
    other.begin(person_2021(phone="0935 112 299"))
    other.send_content(content_2021())
    assert page(other.confirm())
    assert worker.confirm()["Location"] == worker.receipt

    assert Initiative.objects.get() == worker.initiative
    assert worker.initiative.phase.name == "Đợt cập nhật"
    assert not Draft.objects.late_attempts().filter(pk=worker.draft.pk).exists()


def test_more_time_for_one_person_ends(worker: Worker, at: Clock) -> None:
    worker.confirm()
    WindowExtension.objects.create(
        campaign=worker.draft.campaign,
        draft=worker.draft,
        closes_at=datetime.fromisoformat("2021-04-24T17:00:00+07:00"),
        reason="Mất điện",
    )
    at("2021-04-24 17:00:00")

    assert page(worker.confirm())
    assert not Initiative.objects.exists()


def test_grace_lets_a_draft_in_that_was_begun_in_time(worker: Worker, at: Clock) -> None:
    Campaign.objects.filter(slug=YEAR_2021).update(grace_minutes=15)
    at("2021-04-21 00:14:59")
    late = Worker(YEAR_2021)
    late.begin(person_2021(phone="0935 112 299"))
    late.send_content(content_2021())

    assert worker.confirm().status_code == 303
    assert page(late.confirm())
    assert Initiative.objects.get() == worker.initiative


def test_choosing_another_unit_does_not_open_the_window_of_the_first(worker: Worker, at: Clock) -> None:
    """The verdict is that of the unit which the initiative will stand under."""
    at("2021-04-22 10:00:00")
    worker.post(worker.step("nguoi-nop"), person_2021(top_unit="dien-bien", unit=""))
    assert worker.confirm().status_code == 303
    assert worker.initiative.unit.code == "dien-bien"

    other = Worker(YEAR_2021)
    other.begin(person_2021(top_unit="dien-bien", unit="", phone="0935 112 299"))
    other.send_content(content_2021())
    other.post(other.step("nguoi-nop"), person_2021(phone="0935 112 299"))
    assert page(other.confirm())
    assert Initiative.objects.count() == 1
