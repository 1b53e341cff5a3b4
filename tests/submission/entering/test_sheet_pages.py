"""A sheet in the admin: the template, what it would do, the button, what became of it; nobody else's, and once."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from initiatives import jobs
from initiatives.models import Act, Campaign, Initiative, Job, JobState, ReviewEvent
from initiatives.submission.actions import withdraw
from initiatives.submission.entering import sheet_jobs, sheets
from initiatives.submission.entering.kept_sheets import Rows
from initiatives.submission.entering.offers import Offer
from initiatives.submission.entering.sheet_admin import EPOCH
from orgtree.models import Sheet, StaffAccount, Unit
from orgtree.roles import Role
from orgtree.sent_sheets import KEPT_FOR
from tests.factories import CampaignFactory, StaffAccountFactory, make_tree
from tests.submission.entering.workbooks import Row, a_row, lines, rows_of, workbook

NOW = "2022-03-01 09:00"
SEND = reverse("admin:initiatives_initiative_sheet")


class Desk:
    """An officer of Quảng Trị who sends sheets."""

    def __init__(self, units: dict[str, Unit], client: Client, officer: StaffAccount) -> None:
        self.units, self.client, self.officer = units, client, officer
        self.campaign = CampaignFactory()

    def send(self, *rows: Row, client: Client | None = None, **posted: Any) -> Any:
        file = SimpleUploadedFile("sang-kien.xlsx", workbook(*rows))
        return (client or self.client).post(SEND, {"campaign": self.campaign.slug, "file": file, "eof": "1"} | posted)

    def sent(self, *rows: Row) -> str:
        """The address of the page that says what the sheet would do."""
        answer = self.send(*rows)
        assert answer.status_code == 302, text(answer)
        return answer["Location"]

    def press(self, address: str, promised: int) -> Any:
        return self.client.post(address, {"promised": promised}, follow=True)


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def close(moment: datetime) -> None:
    first, second = Campaign.objects.get().phases.all()
    second.delete()
    first.closes_at = moment
    first.save()


def carry_out() -> None:
    while jobs.run_some(timezone.now, seconds=60):
        pass


@pytest.fixture
def desk(db: None, client_as: Callable[[StaffAccount], Client], at: Callable[[str], datetime]) -> Desk:
    at(NOW)
    units = make_tree()
    officer = StaffAccountFactory(unit=units["quang-tri"], role=Role.REVIEWER, phone="0905 111 222")
    return Desk(units, client_as(officer), officer)


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three rows are as many as thousands."""
    monkeypatch.setattr(sheet_jobs, "AT_ONCE", 2)
    monkeypatch.setattr(sheet_jobs, "ENTERED_AT_ONCE", 2)
    monkeypatch.setattr(jobs, "PAUSE", 0)
    monkeypatch.setattr(sheet_jobs, "PIECE", 2)
    monkeypatch.setattr("initiatives.submission.entering.kept_sheets.PIECE", 2)


@pytest.mark.parametrize(
    ("role", "status"), [(Role.VIEWER, 403), (Role.REVIEWER, 200), (Role.MANAGER, 200)], ids=lambda each: str(each)
)
def test_who_may_send_a_sheet(desk: Desk, client_as: Callable[[StaffAccount], Client], role: Role, status: int) -> None:
    client = client_as(StaffAccountFactory(unit=desk.units["quang-tri"], role=role, phone="0905 111 333"))
    template = reverse("admin:initiatives_initiative_sheet_template", args=[desk.campaign.slug])

    assert client.get(SEND).status_code == status
    assert client.get(template).status_code == status
    assert desk.send(a_row(), client=client).status_code == (302 if status == 200 else 403)


def test_the_page_offers_the_template_of_each_campaign_that_takes_initiatives(desk: Desk) -> None:
    CampaignFactory(slug="da-dong", phases=[])
    CampaignFactory(slug="tam-dung", is_published=False)

    page = desk.client.get(SEND)

    templates = [each for each in text(page).split('"') if "/nhap-tep/mau/" in each]
    assert templates == [reverse("admin:initiatives_initiative_sheet_template", args=[desk.campaign.slug])]


def test_with_no_campaign_open_the_page_says_when_it_was(desk: Desk, at: Callable[[str], datetime]) -> None:
    close(at("2022-03-01 09:10"))

    page = text(desk.client.get(SEND))

    assert "Hiện không có chương trình nào đang nhận sáng kiến." in page
    assert "Đã đóng lúc 9h10 ngày 1/3/2022" in page
    assert 'type="file"' not in page


@pytest.mark.parametrize("slug", ["khong-co", "tam-dung"])
def test_a_campaign_that_is_not_there_has_no_template(desk: Desk, slug: str) -> None:
    CampaignFactory(slug="tam-dung", is_published=False)

    assert desk.client.get(reverse("admin:initiatives_initiative_sheet_template", args=[slug])).status_code == 404


@pytest.mark.parametrize(
    ("posted", "sentence"),
    [
        pytest.param({"campaign": ""}, "Hãy chọn chương trình.", id="no campaign"),
        pytest.param({"campaign": "khong-co"}, "Chương trình này hiện không nhận sáng kiến.", id="no such campaign"),
        pytest.param({"campaign": "x" * 5000}, "Chương trình này hiện không nhận sáng kiến.", id="a name too long"),
        pytest.param({"file": ""}, "Hãy chọn tệp Excel đã điền.", id="no file"),
        pytest.param({"eof": ""}, "", id="eof is there, whatever it holds"),
        pytest.param(
            {"file": SimpleUploadedFile("a.xlsx", b"khong phai")}, "Đây không phải tệp Excel", id="not a sheet"
        ),
    ],
)
def test_what_cannot_be_used_is_refused_and_not_kept(desk: Desk, posted: dict[str, Any], sentence: str) -> None:
    answer = desk.send(a_row(), **posted)

    if sentence:
        assert (answer.status_code, Sheet.objects.count()) == (422, 0)
        assert sentence in text(answer)
    else:
        assert answer.status_code == 302


def test_half_a_file_is_not_taken(desk: Desk) -> None:
    file = SimpleUploadedFile("sang-kien.xlsx", workbook(a_row()))

    answer = desk.client.post(SEND, {"campaign": desk.campaign.slug, "file": file})

    assert "Tệp chưa được gửi trọn vẹn." in text(answer)
    assert not Sheet.objects.exists()


def test_the_page_before_the_button_counts_and_writes_nothing(desk: Desk) -> None:
    address = desk.sent(*rows_of(2), a_row(full_name=""), a_row(full_name="", title="", description=""))

    page = text(desk.client.get(address))

    assert "<b>2</b> sẽ nhập" in page
    assert "<b>1</b> cần sửa" in page
    assert "<b>1</b> để trống" in page
    assert 'Dòng&nbsp;4</td><td><ul class="sheet-faults"><li>Họ và tên: Hãy nhập họ và tên.' in page
    assert "Chưa kèm quyết định công nhận sáng kiến. <b>2</b> dòng: 2, 3." in page
    assert not Initiative.objects.exists()


def test_columns_that_are_not_ours_are_named(desk: Desk) -> None:
    page = text(desk.client.get(desk.sent(a_row() | {"Ghi <b>chú": "mới"})))

    assert "Cổng không dùng đến cột: “Ghi &lt;b&gt;chú”." in page


def test_a_small_sheet_is_entered_at_once(desk: Desk) -> None:
    address = desk.sent(*rows_of(3), a_row(full_name=""))

    page = text(desk.press(address, 3))

    assert Initiative.objects.count() == 3
    assert "Đã nhập <b>3</b> sáng kiến." in page
    assert "1 dòng cần sửa từ lúc xem trước" in page
    job = Job.objects.get()
    assert (job.state, job.position, job.done, job.total) == (JobState.DONE, 3, 3, 3)


def test_the_same_file_sent_again_enters_nothing(desk: Desk) -> None:
    desk.press(desk.sent(*rows_of(3)), 3)

    page = text(desk.client.get(desk.sent(*rows_of(3))))

    assert "<b>3</b> đã có, bỏ qua" in page
    assert 'name="promised"' not in page
    assert Initiative.objects.count() == 3


def test_a_row_that_was_withdrawn_is_told_apart_with_its_day_and_the_way_back(
    desk: Desk, at: Callable[[str], datetime]
) -> None:
    desk.press(desk.sent(*rows_of(2)), 2)
    first = Initiative.objects.order_by("pk")[0]
    withdraw(first, at=at("2022-03-01 09:05"))

    address = desk.sent(*rows_of(2))
    page = text(desk.client.get(address))

    assert "<b>1</b> đã có, bỏ qua" in page
    assert "<b>1</b> người nộp đã rút, bỏ qua" in page
    assert "Người nộp đã rút ngày 1/3/2022 nên cổng không nhập lại." in page
    assert f'{reverse("admin:initiatives_initiative_enter")}?chuong-trinh={desk.campaign.slug}"' in page
    _, *told = lines(desk.client.get(address + "can-sua/").content)
    assert [line[1] for line in told] == ["Lê Thị Số 1"]
    assert told[0][0].endswith(sheets.HOW_TO_SEND_AGAIN)


def test_a_second_press_on_a_large_sheet_starts_no_second_job(desk: Desk, large: None) -> None:
    address = desk.sent(*rows_of(3))
    carry_out()
    answers = [desk.client.post(address, {"promised": 3}) for _ in range(2)]

    entering = Job.objects.filter(asked__step=sheet_jobs.ENTER)
    shown = reverse("admin:initiatives_job_change", args=[entering.get().pk])
    assert [answer.status_code for answer in answers] == [302, 302]
    assert desk.client.get(address)["Location"] == shown
    carry_out()
    assert Initiative.objects.count() == 3


def test_a_second_tap_on_going_on_starts_no_second_job(desk: Desk, large: None) -> None:
    desk.sent(*rows_of(3))
    jobs.ask_to_stop(Job.objects.get(), at=timezone.now())
    sheet = Sheet.objects.get()
    rows = Rows.opened(bytes(sheet.content), sheet=sheet.pk)
    offer = Offer.of(desk.campaign, by=desk.officer, at=timezone.now())

    # Two requests that both read the sheet before either began.
    stopped, at = Job.objects.get(), timezone.now()
    asked = [
        sheet_jobs.have_judged(sheet, rows, offer=offer, by=desk.officer, at=at, instead_of=stopped) for _ in range(2)
    ]

    assert asked[0] == asked[1]
    assert Job.objects.count() == 2


@pytest.mark.parametrize("is_judged", [True, False], ids=["entering", "judging on"])
def test_the_buttons_are_pressed_once(desk: Desk, large: None, is_judged: bool) -> None:
    address = desk.sent(*rows_of(3))
    if is_judged:
        carry_out()
    else:
        jobs.ask_to_stop(Job.objects.get(), at=timezone.now())

    page = text(desk.client.get(address))

    assert '<form method="post" data-once>' in page
    assert "js/submit_once" in page


def test_a_second_press_changes_nothing(desk: Desk) -> None:
    address = desk.sent(*rows_of(2))
    desk.press(address, 2)

    page = text(desk.press(address, 2))

    assert "Đã nhập <b>2</b> sáng kiến." in page
    assert (Initiative.objects.count(), Job.objects.count()) == (2, 1)


@pytest.mark.parametrize("promised", ["1", "3", "", "hai", "9" * 30, "\u0662"])
def test_another_number_than_was_promised_enters_nothing(desk: Desk, promised: str) -> None:
    address = desk.sent(*rows_of(2))

    answer = desk.client.post(address, {"promised": promised})

    assert answer.status_code == 409
    assert "Có dòng vừa thay đổi so với lúc xem trước." in text(answer)
    assert not Initiative.objects.exists()


def test_after_the_close_the_button_enters_nothing(desk: Desk, at: Callable[[str], datetime]) -> None:
    address = desk.sent(*rows_of(2))
    close(at("2022-03-01 09:10"))

    answer = desk.client.post(address, {"promised": 2})

    assert answer.status_code == 409
    assert "Đã đóng lúc 9h10 ngày 1/3/2022" in text(answer)
    assert not Initiative.objects.exists()


def test_the_corrected_file_holds_the_wrong_rows_only(desk: Desk) -> None:
    address = desk.sent(*rows_of(2), a_row(full_name=""))

    answer = desk.client.get(address + "can-sua/")

    headings, *told = lines(answer.content)
    assert headings[:2] == ["Cần sửa", "Họ và tên"]
    assert [line[0] for line in told] == ["Họ và tên: Hãy nhập họ và tên."]


# --- a large one -----------------------------------------------------------------------------------------------------


def test_a_large_sheet_is_judged_and_entered_outside_the_request(desk: Desk, large: None) -> None:
    address = desk.sent(*rows_of(5), a_row(full_name=""))
    waiting = desk.client.get(address)
    assert waiting["Location"] == reverse("admin:initiatives_job_change", args=[Job.objects.get().pk])

    carry_out()
    assert "Đã kiểm tra 6 dòng" in text(desk.client.get(waiting["Location"]))
    assert "<b>5</b> sẽ nhập" in text(desk.client.get(address))
    entering = desk.client.post(address, {"promised": 5}, follow=True)
    assert not Initiative.objects.exists()
    carry_out()

    result = text(desk.client.get(entering.redirect_chain[-1][0]))
    assert "Đã nhập <b>5</b> sáng kiến." in result
    assert address + "can-sua/" in result
    assert "Đã nhập <b>5</b> sáng kiến." in text(desk.client.get(address))
    assert Initiative.objects.filter(entered_by=desk.officer).count() == 5


def test_the_press_is_what_arrived(desk: Desk, large: None, at: Callable[[str], datetime]) -> None:
    address = desk.sent(*rows_of(3))
    carry_out()
    pressed = at("2022-03-01 09:09:59")
    desk.client.post(address, {"promised": 3})
    close(at("2022-03-01 09:10"))

    carry_out()

    assert set(Initiative.objects.values_list("arrived_at", flat=True)) == {pressed}
    assert Initiative.objects.count() == 3


def test_rows_that_are_refused_meanwhile_are_told_with_their_numbers(desk: Desk, large: None) -> None:
    address = desk.sent(*rows_of(3))
    carry_out()
    desk.client.post(address, {"promised": 3})
    Campaign.objects.update(is_published=False)

    carry_out()

    page = text(desk.client.get(address))
    assert "Không nhập được <b>3</b> dòng:" in page
    assert "Dòng 2: Chương trình đang tạm dừng nhận sáng kiến." in page
    assert [line[0] for line in lines(desk.client.get(address + "can-sua/").content)[1:]] == [
        "Chương trình đang tạm dừng nhận sáng kiến."
    ] * 3


def test_what_somebody_wrote_is_not_kept_with_the_reason(desk: Desk, large: None) -> None:
    address = desk.sent(*rows_of(2), a_row(workplace="Xưởng rất riêng"))
    carry_out()
    desk.client.post(address, {"promised": 3})
    Campaign.objects.update(applied_from=date(2022, 2, 1))

    carry_out()

    assert sheet_jobs.refused_rows(Job.objects.latest("pk")) == dict.fromkeys((2, 3, 4), sheets.NOT_RIGHT_ANY_MORE)


def test_a_worker_killed_after_entering_leaves_nothing_to_do_twice(
    desk: Desk, large: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = desk.sent(*rows_of(5))
    carry_out()
    desk.client.post(address, {"promised": 5})
    kept, job = jobs.keep, Job.objects.latest("pk")
    monkeypatch.setattr(jobs, "keep", lambda job: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        jobs.run_some(timezone.now, seconds=60)
    assert Initiative.objects.count() == 2
    monkeypatch.setattr(jobs, "keep", kept)
    Job.objects.filter(pk=job.pk).update(heartbeat_at=timezone.now() - timedelta(minutes=5))

    carry_out()

    job.refresh_from_db()
    assert (job.state, job.done, job.result) == (JobState.DONE, 5, {"entered": 5})
    assert Initiative.objects.count() == 5


def test_a_job_that_was_stopped_while_judging_goes_on(desk: Desk, large: None) -> None:
    address = desk.sent(*rows_of(5))
    jobs.ask_to_stop(Job.objects.get(), at=timezone.now())
    assert "Mới kiểm tra được 0 trên 5 dòng" in text(desk.client.get(address))

    desk.client.post(address)
    carry_out()

    assert "<b>5</b> sẽ nhập" in text(desk.client.get(address))


@pytest.mark.parametrize(
    ("lost", "sentence"),
    [
        pytest.param(lambda desk: Sheet.objects.all().delete(), "Tệp đã được xóa khỏi cổng", id="the sheet"),
        pytest.param(
            lambda desk: StaffAccount.objects.filter(pk=desk.officer.pk).update(role=Role.VIEWER),
            "Tài khoản của bạn không còn quyền nhập",
            id="the right",
        ),
        pytest.param(
            lambda desk: StaffAccount.objects.filter(pk=desk.officer.pk).update(is_active=False),
            "Tài khoản của bạn không còn quyền nhập",
            id="the account",
        ),
    ],
)
def test_a_job_without_what_it_needs_ends_and_says_so(
    desk: Desk, large: None, lost: Callable[[Desk], Any], sentence: str
) -> None:
    address = desk.sent(*rows_of(3))
    carry_out()
    desk.client.post(address, {"promised": 3})
    lost(desk)

    carry_out()

    assert Job.objects.latest("pk").result["failure"].startswith(sentence)
    assert not Initiative.objects.exists()


def test_a_job_keeps_nothing_that_a_person_wrote(desk: Desk, large: None) -> None:
    row = a_row(full_name="Bùi Xuân Riêng", title="Một tên rất riêng")
    address = desk.sent(row, *rows_of(3), a_row(full_name="", title="Tên khác rất riêng"))
    carry_out()
    desk.client.post(address, {"promised": 4})
    carry_out()

    kept = " ".join(f"{job.asked} {job.result}" for job in Job.objects.all())
    assert Initiative.objects.filter(full_name="Bùi Xuân Riêng").exists()
    assert "riêng" not in kept.lower()


# --- whose it is -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["", "can-sua/"])
def test_a_sheet_is_its_senders_alone_and_gone_after_a_day(
    desk: Desk, client_as: Callable[[StaffAccount], Client], page: str
) -> None:
    address = desk.sent(a_row(), a_row(full_name=""))
    colleague = client_as(StaffAccountFactory(unit=desk.officer.unit, role=Role.MANAGER))

    assert desk.client.get(address + page).status_code == 200
    assert colleague.get(address + page).status_code == 404
    Sheet.objects.update(sent_at=timezone.now() - KEPT_FOR)
    assert desk.client.get(address + page).status_code == 404


def test_the_slips_of_a_press_are_for_whoever_pressed(desk: Desk, client_as: Callable[[StaffAccount], Client]) -> None:
    page = text(desk.press(desk.sent(*rows_of(2)), 2))
    address = next(each for each in page.split('"') if "/nhap-tep/phieu/" in each)
    colleague = client_as(StaffAccountFactory(unit=desk.officer.unit, role=Role.MANAGER))

    slips = desk.client.get(address)

    assert slips.status_code == 200
    assert "Lê Thị Số 1" in text(slips)
    assert colleague.get(address).status_code == 404
    assert desk.client.get(reverse("admin:initiatives_initiative_sheet_slips", args=[1])).status_code == 404
    assert desk.client.get(reverse("admin:initiatives_initiative_sheet_slips", args=[10**30])).status_code == 404


def test_printing_the_slips_of_a_press_again_is_recorded(desk: Desk, at: Callable[[str], datetime]) -> None:
    page = text(desk.press(desk.sent(*rows_of(2)), 2))
    address = next(each for each in page.split('"') if "/nhap-tep/phieu/" in each)
    reprinted = ReviewEvent.objects.filter(act=Act.REPRINTED, account=desk.officer)

    counts = []
    for moment in ("2022-03-01 09:01", "2022-03-01 09:05", "2022-03-01 09:20"):
        at(moment)
        desk.client.get(address)
        counts.append(reprinted.count())

    assert counts == [0, 0, 2]
    assert set(reprinted.values_list("initiative__full_name", flat=True)) == {"Lê Thị Số 1", "Lê Thị Số 2"}


def test_the_slips_wait_for_the_end_of_their_job(desk: Desk, large: None) -> None:
    address = desk.sent(*rows_of(3))
    carry_out()
    desk.client.post(address, {"promised": 3})
    job = Job.objects.latest("pk")
    sheet_jobs.portion(job, at=timezone.now())
    moment = (datetime.fromisoformat(job.asked["at"]) - EPOCH) // timedelta(microseconds=1)

    answer = desk.client.get(reverse("admin:initiatives_initiative_sheet_slips", args=[moment]))

    assert Initiative.objects.exists()
    assert answer["Location"] == reverse("admin:initiatives_job_change", args=[job.pk])


def test_the_page_costs_the_same_for_one_row_and_for_three(desk: Desk) -> None:
    def statements(number: int) -> int:
        address = desk.sent(*rows_of(number))
        desk.client.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert desk.client.get(address).status_code == 200
        return len(captured)

    assert statements(1) == statements(3)
