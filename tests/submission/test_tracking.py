"""Following by code and phone: one answer for every miss, a guesser slowed down, a factory not."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.core import signing
from django.db import connection
from django.test.utils import CaptureQueriesContext

from initiatives.lifecycle import Reason, move
from initiatives.models import Campaign, Draft, FailedLookUp, Initiative, Status
from initiatives.submission import receipts, tracking
from initiatives.submission.tracking import LinkExpired, LinkIsNotOurs, read_signed, sign
from portal import sealing
from tests.factories import InitiativeFactory, StaffAccountFactory, receipt_code
from tests.submission.worker import IN_2022, YEAR_2022, Worker, content, page, person

Clock = Callable[[str], datetime]
MISS = "Không tìm thấy sáng kiến với mã và số điện thoại này. Hãy xem lại cả hai."


@pytest.fixture
def sent(campaigns: dict[str, Campaign], at: Clock) -> Initiative:
    at(IN_2022)
    return Worker(YEAR_2022).submit()


@pytest.fixture
def worker(sent: Initiative) -> Worker:
    worker = Worker(YEAR_2022)
    worker.track(sent.receipt_code)
    return worker


# --- finding --------------------------------------------------------------------------------------------------------


def test_code_and_phone_lead_to_the_record(sent: Initiative) -> None:
    worker = Worker()

    answer = worker.track(receipts.shown(sent.receipt_code), "+84 935.112.233")

    assert answer.status_code == 303
    assert re.fullmatch(r"/ho-so/[^/]+/", worker.record)
    shown = page(worker.get(worker.record))
    assert sent.title in shown
    assert "Đã nhận, chờ xét" in shown
    assert not FailedLookUp.objects.exists()


MISSES = [
    ("an unknown code", receipt_code(77), "0935112233"),
    ("a wrong phone", None, "0935112234"),
    ("both wrong", receipt_code(77), "0935112234"),
    ("a wrong digit", "wrong digit", "0935112233"),
    ("no code at all", "abc", "0935112233"),
]


def missed(sent: Initiative, code: str | None, phone: str) -> tuple[str, list[str]]:
    """The page without what was typed, and the statements without their values."""
    code = sent.receipt_code if code is None else code
    if code == "wrong digit":
        code = sent.receipt_code[:-1] + str((int(sent.receipt_code[-1]) + 1) % 10)
    FailedLookUp.objects.all().delete()
    with CaptureQueriesContext(connection) as asked:
        answer = Worker().track(code, phone)
    shown = page(answer).replace(f'value="{code}"', "").replace(f'value="{phone}"', "")
    statements = [re.sub(r"'[^']*'|\b[0-9]+\b", "?", each["sql"]) for each in asked]
    return shown, statements


@pytest.mark.parametrize(("code", "phone"), [case[1:] for case in MISSES], ids=[case[0] for case in MISSES])
def test_every_miss_gets_the_same_page_by_the_same_statements(sent: Initiative, code: str | None, phone: str) -> None:
    expected = missed(sent, receipt_code(78), "0999999999")

    found = missed(sent, code, phone)

    assert found[0] == expected[0]
    assert MISS in found[0]
    assert found[1] == expected[1]
    assert len(found[1]) >= 3


def test_a_hit_is_found_by_the_statement_of_a_miss(sent: Initiative) -> None:
    def look_ups(code: str) -> list[str]:
        with CaptureQueriesContext(connection) as asked:
            Worker().track(code)
        return [
            re.sub(r"'[^']*'", "?", each["sql"]) for each in asked if 'FROM "initiatives_initiative"' in each["sql"]
        ]

    assert look_ups(sent.receipt_code) == look_ups(receipt_code(78))


@pytest.mark.parametrize(
    ("code", "phone", "place"), [("", "0935112233", "id_code"), ("1", "", "id_phone"), ("1", "12", "id_phone")]
)
def test_what_is_missing_is_asked_for_and_counts_as_no_try(sent: Initiative, code: str, phone: str, place: str) -> None:
    shown = page(Worker().track(code, phone))

    assert f'href="#{place}"' in shown
    assert not FailedLookUp.objects.exists()


def test_what_is_kept_of_a_miss_names_neither_code_nor_address(sent: Initiative) -> None:
    Worker().track(receipt_code(78))

    rows = str(list(FailedLookUp.objects.values()))

    assert receipt_code(78) not in rows
    assert "127.0.0.1" not in rows
    assert set(FailedLookUp.objects.values_list("key", flat=True)) == {
        sealing.lookup_hash("tried code from", f"{receipt_code(78)} 127.0.0.1"),
        sealing.lookup_hash("tried code", receipt_code(78)),
        sealing.lookup_hash("tried from", "127.0.0.1"),
    }


# --- limits ---------------------------------------------------------------------------------------------------------


def test_after_ten_misses_a_code_waits_and_others_do_not(sent: Initiative) -> None:
    for _ in range(tracking.PER_CODE):
        assert Worker().track(sent.receipt_code, "0935112234").status_code == 200

    refused = Worker().track(sent.receipt_code, "0935112233")

    assert (refused.status_code, refused["Retry-After"]) == (429, "900")
    assert 'lang="vi"' in refused.content.decode()
    another = Worker(YEAR_2022).submit(person(phone="0935112299"), content())
    assert Worker().track(another.receipt_code, "0935112299").status_code == 303
    assert page(Worker().track(receipt_code(78)))


def test_who_tries_a_code_does_not_keep_its_owner_out(sent: Initiative, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.requests.is_trusted", lambda address: address == "127.0.0.1")
    for _ in range(tracking.PER_CODE + 1):
        tried = Worker().track(sent.receipt_code, "0935112234", **{"X-Forwarded-For": "203.0.113.5"})

    assert tried.status_code == 429
    assert Worker().track(sent.receipt_code, **{"X-Forwarded-For": "198.51.100.7"}).status_code == 303


def test_fifty_misses_from_anywhere_close_a_code(sent: Initiative, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.requests.is_trusted", lambda address: address == "127.0.0.1")
    for n in range(tracking.PER_CODE_ANYWHERE):
        Worker().track(sent.receipt_code, "0935112234", **{"X-Forwarded-For": f"203.0.113.{n}"})

    refused = Worker().track(sent.receipt_code, **{"X-Forwarded-For": "198.51.100.7"})

    assert (refused.status_code, refused["Retry-After"], tracking.PER_CODE_ANYWHERE) == (429, "900", 50)


def test_the_wait_of_a_code_is_what_is_left_of_it(sent: Initiative, at: Clock) -> None:
    for _ in range(tracking.PER_CODE):
        Worker().track(sent.receipt_code, "0935112234")
    at("2022-03-01 09:14:30")

    assert Worker().track(sent.receipt_code)["Retry-After"] == "30"


def test_an_unknown_code_waits_like_a_known_one(sent: Initiative) -> None:
    for _ in range(tracking.PER_CODE):
        Worker().track(receipt_code(78))

    assert Worker().track(receipt_code(78)).status_code == 429


def test_the_code_is_free_again_after_a_quarter_of_an_hour(sent: Initiative, at: Clock) -> None:
    for _ in range(tracking.PER_CODE):
        Worker().track(sent.receipt_code, "0935112234")

    at("2022-03-01 09:14:59")
    assert Worker().track(sent.receipt_code).status_code == 429
    at("2022-03-01 09:15:00")
    assert Worker().track(sent.receipt_code).status_code == 303


def test_misread_codes_of_many_people_lock_nobody_out(sent: Initiative) -> None:
    """What is no code at all is counted by what was typed: a hundred workers do not share one mistake."""
    for n in range(tracking.PER_CODE + 5):
        assert Worker().track(f"khong ro {n}").status_code == 200

    assert page(Worker().track("không đọc được"))


def test_one_address_has_three_hundred_misses(sent: Initiative) -> None:
    now = sent.submitted_at
    FailedLookUp.objects.bulk_create(
        FailedLookUp(key=sealing.lookup_hash("tried from", "127.0.0.1"), at=now)
        for _ in range(tracking.PER_ADDRESS - 1)
    )
    assert page(Worker().track(receipt_code(78)))

    refused = Worker().track(receipt_code(79))

    assert refused.status_code == 429
    assert tracking.PER_ADDRESS == 300


def test_beyond_three_hundred_misses_an_address_goes_on_at_a_trickle(sent: Initiative, at: Clock) -> None:
    """A script among two thousand people must not shut them out: hits are never counted, and each minute has its tries."""
    FailedLookUp.objects.bulk_create(
        FailedLookUp(key=sealing.lookup_hash("tried from", "127.0.0.1"), at=sent.submitted_at) for _ in range(400)
    )
    at("2022-03-01 09:01:00")
    for n in range(tracking.BEYOND_IT_A_MINUTE):
        assert Worker().track(sent.receipt_code).status_code == 303
        assert Worker().track(f"khong ro {n}").status_code == 200
    at("2022-03-01 09:01:20")
    refused = Worker().track(sent.receipt_code)
    at("2022-03-01 09:02:00")

    assert (refused.status_code, refused["Retry-After"]) == (429, "40")
    assert Worker().track(sent.receipt_code).status_code == 303


def test_an_address_that_waits_may_still_submit(sent: Initiative) -> None:
    FailedLookUp.objects.bulk_create(
        FailedLookUp(key=sealing.lookup_hash("tried from", "127.0.0.1"), at=sent.submitted_at) for _ in range(400)
    )

    assert Worker().track(sent.receipt_code).status_code == 429
    assert Worker(YEAR_2022).submit(person(phone="0935112299"), content())


def test_hits_are_never_counted(sent: Initiative) -> None:
    for _ in range(tracking.PER_CODE + 5):
        assert Worker().track(sent.receipt_code).status_code == 303


# --- the signed link ------------------------------------------------------------------------------------------------

NOW = datetime.fromisoformat("2022-03-01T09:00:00+07:00")
AGES = [
    (timedelta(), True),
    (timedelta(minutes=29, seconds=59), True),
    (timedelta(minutes=30), False),
    (timedelta(minutes=31), False),
    (timedelta(seconds=-2), True),
    (timedelta(seconds=-3), False),
    (timedelta(days=-1), False),
]


@pytest.mark.parametrize(("age", "opens"), AGES, ids=[str(age) for age, _ in AGES])
def test_a_link_opens_for_half_an_hour_and_never_from_the_future(age: timedelta, opens: bool) -> None:
    signed = sign(Initiative(pk=7), at=NOW)

    if opens:
        assert read_signed(signed, at=NOW + age) == 7
    else:
        with pytest.raises(LinkExpired) as expired:
            read_signed(signed, at=NOW + age)
        assert expired.value.initiative_id == 7


def test_a_link_holds_nothing_that_needs_quoting_in_an_address() -> None:
    for pk in range(1, 60):
        assert re.fullmatch(r"[A-Za-z0-9_.~-]{10,200}", sign(Initiative(pk=pk), at=NOW))


def forgeries() -> dict[str, str]:
    good = sign(Initiative(pk=7), at=NOW)
    body, signature = good.split("~")
    return {
        "another initiative": f"8.{body.split('.')[1]}~{signature}",
        "another moment": f"7.{int(body.split('.')[1]) + 60}~{signature}",
        "a changed signature": f"{body}~{signature[:-1]}{'A' if signature[-1] != 'A' else 'B'}",
        "no signature": body,
        "nothing before it": f"~{signature}",
        "another salt": signing.Signer(salt="initiatives.receipt").sign(body).replace(":", "~"),
        "another key": signing.Signer(key="x", salt="initiatives.tracking").sign(body).replace(":", "~"),
        "three parts": signing.Signer(salt="initiatives.tracking").sign("7.8.9").replace(":", "~"),
        "rubbish": "a" * 40,
    }


@pytest.mark.parametrize("name", list(forgeries()))
def test_what_we_never_signed_opens_nothing(campaigns: dict[str, Campaign], at: Clock, name: str) -> None:
    at(IN_2022)
    signed = forgeries()[name]

    with pytest.raises(LinkIsNotOurs):
        read_signed(signed, at=NOW)
    for address in (f"/ho-so/{signed}/", f"/ho-so/{signed}/noi-dung/", f"/ho-so/{signed}/rut/"):
        assert Worker().get(address).status_code == 404
        assert Worker().post(address, {"confirm": "1"}).status_code == 404


@pytest.mark.parametrize(
    "text", ["2022-03-01 09:30:00", "2022-03-01 09:31:00", "2022-03-01 08:59:00", "2022-03-02 09:00:00"]
)
@pytest.mark.parametrize("step", ["", "noi-dung/", "rut/"])
def test_an_expired_link_asks_code_and_phone_again(worker: Worker, at: Clock, text: str, step: str) -> None:
    at(text)

    answer = worker.get(f"{worker.record}{step}")

    assert (answer.status_code, answer["Location"]) == (303, "/tra-cuu/?tin=het-gio")
    assert "Trang theo dõi chỉ mở trong 30 phút" in page(worker.get("/tra-cuu/?tin=het-gio"))


def test_an_expired_link_shows_and_withdraws_nothing(worker: Worker, sent: Initiative, at: Clock) -> None:
    at("2022-03-01 09:31:00")

    answer = worker.post(f"{worker.record}rut/", {"confirm": "1"})

    assert answer["Location"] == "/tra-cuu/?tin=het-gio"
    assert Initiative.objects.get().status == Status.SUBMITTED
    assert answer.content == b""


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("2022-03-01 09:31:00", True),
        ("2022-03-01 20:59:59", True),
        ("2022-03-01 21:00:00", False),
        ("2022-03-01 08:00:00", False),
    ],
    ids=["31 minutes", "just before 12 hours", "12 hours", "from the future"],
)
def test_a_step_sent_by_an_expired_link_is_kept(
    worker: Worker, sent: Initiative, at: Clock, text: str, kept: bool
) -> None:
    at(text)

    answer = worker.post(f"{worker.record}noi-dung/", content(title="Viết suốt giờ nghỉ"))

    assert answer["Location"] == f"/tra-cuu/?tin={'da-luu' if kept else 'het-gio'}"
    assert Draft.objects.filter(revises=sent).count() == (1 if kept else 0)
    if kept:
        assert "Những gì bạn vừa nhập đã được lưu." in page(worker.get(answer["Location"]))
        worker.track(sent.receipt_code)
        assert "Viết suốt giờ nghỉ" in page(worker.get(f"{worker.record}noi-dung/"))
        assert Initiative.objects.get().title == content()["title"]


def test_a_step_sent_by_an_expired_link_after_the_close_is_kept_too(
    worker: Worker, sent: Initiative, at: Clock
) -> None:
    at("2022-05-31 23:50:00")
    worker.track(sent.receipt_code)
    at("2022-06-01 00:30:00")

    answer = worker.post(f"{worker.record}noi-dung/", content(title="Viết qua nửa đêm"))

    assert answer["Location"] == "/tra-cuu/?tin=da-luu"
    assert sent.revision.answers["title"] == "Viết qua nửa đêm"


def test_a_person_step_sent_by_an_expired_link_is_kept_with_its_consent(
    worker: Worker, sent: Initiative, at: Clock
) -> None:
    """Unticked in time and ticked again too late: the correction can still be sent."""
    worker.mend("nguoi-nop", person(consent=None))
    at("2022-03-01 09:40:00")
    worker.post(f"{worker.record}nguoi-nop/", person(workplace="Nơi khác"))
    worker.track(sent.receipt_code)

    answer = worker.post(f"{worker.record}kiem-tra/", {"confirm": "1"})

    assert answer.status_code == 303
    assert Initiative.objects.get().workplace == "Nơi khác"
    assert Initiative.objects.get().consent_text == sent.consent_text


# --- the record -----------------------------------------------------------------------------------------------------

SHOWN = [
    (Status.SUBMITTED, "Đã nhận, chờ xét", "Công đoàn sẽ xem xét sáng kiến.", True),
    (Status.RETURNED, "Cần bổ sung", "Hãy sửa những chỗ công đoàn yêu cầu rồi gửi lại.", True),
    (Status.VALID, "Hợp lệ", "Sáng kiến đã được tính vào kết quả của đơn vị", True),
    (Status.INVALID, "Không hợp lệ", "Nếu bạn thấy chưa đúng, hãy liên hệ công đoàn của bạn.", False),
    (Status.WITHDRAWN, "Đã rút", "Bạn đã rút sáng kiến này.", False),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("status", "label", "next_step", "withdrawable"), SHOWN, ids=[str(case[0]) for case in SHOWN])
def test_the_record_says_where_it_stands_why_and_what_comes_next(
    at: Clock, status: Status, label: str, next_step: str, withdrawable: bool
) -> None:
    at("2022-03-03 09:00:00")
    initiative = InitiativeFactory(status=status)
    worker = Worker()
    worker.track(initiative.receipt_code, initiative.phone_digits)

    shown = page(worker.get(worker.record))

    assert f">{label}</span>" in shown
    assert next_step in shown
    assert ("Rút sáng kiến này" in shown) is withdrawable
    if status in {Status.RETURNED, Status.INVALID}:
        assert "Thiếu quyết định công nhận" in shown


def test_who_decided_is_not_named_and_internal_notes_stay_inside(worker: Worker, sent: Initiative) -> None:
    officer = StaffAccountFactory(full_name="Phan Thị Bích Ngọc")
    reasons = [Reason("x", "title", "Tên chưa rõ.")]
    move(sent, Status.INVALID, by=officer, at=sent.submitted_at, reasons=reasons, note="nghi sao chép")

    shown = page(worker.get(worker.record))

    assert "Tên chưa rõ." in shown
    assert "Phan Thị Bích Ngọc" not in shown
    assert officer.username not in shown
    assert "nghi sao chép" not in shown


STILL_OPEN = "bạn vẫn sửa và thêm tài liệu được"


def test_what_may_still_be_changed_is_said(worker: Worker) -> None:
    shown = page(worker.get(worker.record))

    assert STILL_OPEN in shown
    assert "Sửa sáng kiến" in shown


def test_why_nothing_may_be_changed_is_said_after_the_close(worker: Worker, sent: Initiative, at: Clock) -> None:
    at("2023-09-02 00:00:00")
    worker.track(sent.receipt_code)

    shown = page(worker.get(worker.record))

    assert "Đã hết thời gian nhận nên không sửa được nữa." in shown
    assert STILL_OPEN not in shown
    assert "Sửa sáng kiến" not in shown


def test_why_nothing_may_be_changed_is_said_once_review_began(worker: Worker, sent: Initiative) -> None:
    officer = StaffAccountFactory()
    move(sent, Status.VALID, by=officer, at=sent.submitted_at)
    move(sent, Status.SUBMITTED, by=officer, at=sent.submitted_at, reasons=[Reason("reopened", "", "Xem lại.")])

    shown = page(worker.get(worker.record))

    assert "Công đoàn đã bắt đầu xét nên không sửa được nữa." in shown
    assert STILL_OPEN not in shown


# --- withdrawing ----------------------------------------------------------------------------------------------------


def test_withdrawing_is_asked_for_and_then_done(worker: Worker, sent: Initiative) -> None:
    asked = page(worker.get(f"{worker.record}rut/"))
    assert "Rút sáng kiến này?" in asked
    assert Initiative.objects.get().status == Status.SUBMITTED
    assert page(worker.post(f"{worker.record}rut/", {}))
    assert Initiative.objects.get().status == Status.SUBMITTED

    answer = worker.post(f"{worker.record}rut/", {"confirm": "1"})

    assert answer.status_code == 303
    assert Initiative.objects.get().status == Status.WITHDRAWN
    assert "Bạn đã rút sáng kiến này." in page(worker.get(worker.record))


def test_withdrawing_twice_is_withdrawing_once(worker: Worker, sent: Initiative) -> None:
    for _ in range(2):
        assert worker.post(f"{worker.record}rut/", {"confirm": "1"}).status_code == 303

    assert sent.events.count() == 2


def test_an_open_correction_goes_with_what_is_withdrawn(worker: Worker, sent: Initiative) -> None:
    worker.mend("noi-dung", content(title="Khác"))

    worker.post(f"{worker.record}rut/", {"confirm": "1"})

    assert not Draft.objects.filter(revises=sent).exists()


def test_what_was_declined_cannot_be_withdrawn(worker: Worker, sent: Initiative) -> None:
    move(sent, Status.INVALID, by=StaffAccountFactory(), at=sent.submitted_at)

    worker.post(f"{worker.record}rut/", {"confirm": "1"})

    assert Initiative.objects.get().status == Status.INVALID
