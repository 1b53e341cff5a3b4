"""The one door to a new status: which moves there are, who wins when two decide, and a history that tells of tampering."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import ProtectedError
from django.test.utils import CaptureQueriesContext

from initiatives import lifecycle
from initiatives.invariants import violations
from initiatives.lifecycle import ChangedMeanwhile, Entry, Found, MoveRefused, Reason, appraise, move, reassign
from initiatives.models import Act, Campaign, Draft, Finding, Initiative, ReviewEvent, Status
from initiatives.models.review import HistoryIsAppendOnly
from initiatives.submission.actions import begin_revision, entry_of
from initiatives.submission.desks import Desk
from orgtree.models import StaffAccount, Unit
from portal.vietnamese.days import VIETNAM
from tests.concurrency import together
from tests.factories import InitiativeFactory, StaffAccountFactory, WindowExtensionFactory, unit_at
from tests.submission.worker import YEAR_2022, Worker, content, person

Clock = Callable[[str], datetime]

NOW = datetime(2022, 3, 10, 9, 0, tzinfo=VIETNAM)

S, R, V, X, W = Status.SUBMITTED, Status.RETURNED, Status.VALID, Status.INVALID, Status.WITHDRAWN
ALLOWED = {S: {R, V, X, W}, R: {S, X, W}, V: {S, X, W}, X: {S}, W: set()}
PAIRS = [(was, to) for was in Status for to in Status]

in_transactions = pytest.mark.django_db(transaction=True)


@pytest.fixture
def officer(db: None) -> StaffAccount:
    return StaffAccountFactory()


# --- the table of moves ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("was", "to"), PAIRS, ids=[f"{was} to {to}" for was, to in PAIRS])
def test_a_move_is_made_or_refused_as_the_table_says(officer: StaffAccount, was: Status, to: Status) -> None:
    initiative = InitiativeFactory(status=was)
    steps = initiative.events.count()

    if to in ALLOWED[was]:
        event = move(initiative, to, by=officer, at=NOW)

        assert (event.from_status, event.to_status, event.number) == (was, to, steps + 1)
        assert (event.account, event.role, event.at) == (officer, officer.role, NOW)
        assert Initiative.objects.get().status == initiative.status == to
        assert Initiative.objects.get().version == initiative.version == 2
    else:
        with pytest.raises(MoveRefused, match="Không chuyển được từ"):
            move(initiative, to, by=officer, at=NOW)

        assert (Initiative.objects.get().status, Initiative.objects.get().version) == (was, 1)
        assert initiative.events.count() == steps


ACTS = [
    (S, R, Act.RETURNED),
    (S, V, Act.APPROVED),
    (S, X, Act.DECLINED),
    (S, W, Act.WITHDRAWN),
    (V, S, Act.REOPENED),
    (X, S, Act.REOPENED),
]


@pytest.mark.parametrize(("was", "to", "act"), ACTS, ids=[f"{was} to {to}" for was, to, _ in ACTS])
def test_a_move_is_recorded_as_what_was_done(officer: StaffAccount, was: Status, to: Status, act: Act) -> None:
    assert move(InitiativeFactory(status=was), to, by=officer, at=NOW).act == act


def test_reasons_note_and_due_day_are_kept_with_the_step(officer: StaffAccount) -> None:
    initiative = InitiativeFactory()

    move(
        initiative,
        Status.RETURNED,
        by=officer,
        at=NOW,
        reasons=[Reason("no_recognition", "attachments", "Thiếu quyết định."), Reason("x", "", "Xem lại.")],
        note="gọi lại",
        due_on=date(2022, 3, 20),
    )

    event = initiative.events.get(number=2)
    assert event.reasons == [
        {"code": "no_recognition", "field": "attachments", "text": "Thiếu quyết định."},
        {"code": "x", "field": "", "text": "Xem lại."},
    ]
    assert (event.note, event.due_on) == ("gọi lại", date(2022, 3, 20))


@pytest.mark.django_db
def test_the_sender_moves_without_an_account() -> None:
    event = move(InitiativeFactory().pk, Status.WITHDRAWN, by=None, at=NOW)

    assert (event.account, event.role, event.act) == (None, "", Act.WITHDRAWN)


# --- two people ------------------------------------------------------------------------------------------------------


def test_of_two_who_saw_the_same_version_the_second_is_told(officer: StaffAccount) -> None:
    initiative = InitiativeFactory()
    move(initiative.pk, Status.VALID, by=officer, at=NOW, version=1)

    with pytest.raises(ChangedMeanwhile) as told:
        move(initiative.pk, Status.INVALID, by=StaffAccountFactory(), at=NOW, version=1)

    assert "đang ở trạng thái “hợp lệ”" in told.value.sentence
    assert Initiative.objects.get().status == Status.VALID
    assert initiative.events.count() == 2


def test_with_the_version_that_is_there_the_second_may_decide(officer: StaffAccount) -> None:
    initiative = InitiativeFactory()
    move(initiative.pk, Status.VALID, by=officer, at=NOW, version=1)

    move(initiative.pk, Status.INVALID, by=officer, at=NOW, version=2)

    assert Initiative.objects.get().status == Status.INVALID


@pytest.mark.serial
@in_transactions
@pytest.mark.parametrize("version", [1, None], ids=["by version", "by the table"])
def test_when_many_decide_at_once_one_does(version: int | None) -> None:
    initiative = InitiativeFactory()
    officers = StaffAccountFactory.create_batch(8)

    outcomes = together(
        *[
            lambda officer=officer: move(initiative.pk, Status.INVALID, by=officer, at=NOW, version=version)
            for officer in officers
        ]
    )

    made = [outcome for outcome in outcomes if isinstance(outcome, ReviewEvent)]
    assert len(made) == 1
    assert all(isinstance(outcome, MoveRefused) for outcome in outcomes if outcome not in made)
    assert list(initiative.events.values_list("number", flat=True)) == [1, 2]


@pytest.mark.serial
@in_transactions
def test_steps_taken_at_once_are_one_chain() -> None:
    initiative = InitiativeFactory()
    officer = StaffAccountFactory()
    units = [unit_at(code) for code in ("quang-tri/huong-hoa", "dien-bien", "thanh-hoa/hoang-hoa")]

    together(*[lambda unit=unit: reassign(initiative, unit, by=officer, at=NOW) for unit in units])

    assert list(initiative.events.values_list("number", flat=True)) == [1, 2, 3, 4]
    chained(initiative)


@in_transactions
def test_a_move_that_fails_leaves_neither_status_nor_step(monkeypatch: pytest.MonkeyPatch) -> None:
    initiative = InitiativeFactory()

    def breaks(*args: Any, **options: Any) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr(lifecycle, "record", breaks)
    with pytest.raises(RuntimeError):
        move(initiative.pk, Status.VALID, by=StaffAccountFactory(), at=NOW)

    assert (Initiative.objects.get().status, initiative.events.count()) == (Status.SUBMITTED, 1)


# --- duplicates and units -------------------------------------------------------------------------------------------


def test_a_duplicate_points_to_another_and_is_invalid(officer: StaffAccount) -> None:
    first, second = InitiativeFactory.create_batch(2)

    move(second, Status.INVALID, by=officer, at=NOW, duplicate_of=first)

    assert Initiative.objects.get(pk=second.pk).duplicate_of == first
    assert list(Initiative.objects.reached()) == [first]


def test_a_duplicate_reopened_is_one_no_longer(officer: StaffAccount) -> None:
    first, second = InitiativeFactory.create_batch(2)
    move(second, Status.INVALID, by=officer, at=NOW, duplicate_of=first)

    move(second, Status.SUBMITTED, by=officer, at=NOW)

    assert Initiative.objects.get(pk=second.pk).duplicate_of is None
    assert Initiative.objects.reached().count() == 2


@pytest.mark.parametrize("to", [Status.VALID, Status.RETURNED, Status.WITHDRAWN])
def test_only_what_is_invalid_is_a_duplicate(officer: StaffAccount, to: Status) -> None:
    first, second = InitiativeFactory.create_batch(2)

    with pytest.raises(MoveRefused, match="trùng"):
        move(second, to, by=officer, at=NOW, duplicate_of=first)


def test_nothing_is_a_duplicate_of_itself(officer: StaffAccount) -> None:
    initiative = InitiativeFactory()

    with pytest.raises(MoveRefused, match="trùng"):
        move(initiative, Status.INVALID, by=officer, at=NOW, duplicate_of=initiative)


def test_attaching_to_another_unit_is_a_step_that_keeps_the_status(officer: StaffAccount) -> None:
    initiative, unit = InitiativeFactory(status=Status.VALID), unit_at("quang-tri/huong-hoa")

    event = reassign(initiative, unit, by=officer, at=NOW)

    assert (event.act, event.from_status, event.to_status) == (Act.REASSIGNED, Status.VALID, Status.VALID)
    assert event.note == "quang-tri/dong-ha → quang-tri/huong-hoa"
    assert Initiative.objects.get().unit == initiative.unit == unit


def test_attaching_to_the_same_unit_is_no_step(officer: StaffAccount) -> None:
    initiative = InitiativeFactory()

    with pytest.raises(MoveRefused):
        reassign(initiative, initiative.unit, by=officer, at=NOW)

    assert initiative.events.count() == 1


# --- history --------------------------------------------------------------------------------------------------------


def chained(initiative: Initiative) -> None:
    previous = ""
    for number, event in enumerate(initiative.events.order_by("number"), start=1):
        assert (event.number, event.previous_hash) == (number, previous)
        assert event.text_digest == event.digest_of_text()
        assert event.hash == event.digest()
        previous = event.hash


@pytest.fixture
def lived(officer: StaffAccount) -> Initiative:
    """Returned, resent, declared valid, attached elsewhere."""
    initiative = InitiativeFactory()
    reasons = [Reason("description_unclear", "description", "Chưa rõ.")]
    move(initiative, Status.RETURNED, by=officer, at=NOW, reasons=reasons, due_on=date(2022, 3, 20), note="ghi chú")
    move(initiative, Status.SUBMITTED, by=officer, at=NOW + timedelta(hours=1))
    move(initiative, Status.VALID, by=officer, at=NOW + timedelta(hours=2))
    reassign(initiative, unit_at("quang-tri/huong-hoa"), by=officer, at=NOW + timedelta(hours=3))
    return initiative


def test_each_step_carries_the_hash_of_the_one_before(lived: Initiative) -> None:
    assert lived.events.count() == 5
    chained(lived)


TAMPERED: list[tuple[str, dict[str, Any]]] = [
    ("the moment", {"at": NOW + timedelta(seconds=1)}),
    ("the act", {"act": Act.APPROVED}),
    ("the account", {"account": None}),
    ("the role", {"role": "viewer"}),
    ("where from", {"from_status": Status.VALID}),
    ("where to", {"to_status": Status.INVALID}),
    ("the reason's code", {"reasons": [{"code": "other", "field": "description", "text": "Chưa rõ."}]}),
    ("the reason's field", {"reasons": [{"code": "description_unclear", "field": "title", "text": "Chưa rõ."}]}),
    ("the due day", {"due_on": date(2022, 3, 21)}),
    ("the number", {"number": 9}),
    ("what went before", {"previous_hash": ""}),
]


@pytest.mark.parametrize("change", [case[1] for case in TAMPERED], ids=[case[0] for case in TAMPERED])
def test_a_changed_step_no_longer_fits_its_hash(lived: Initiative, change: dict[str, Any]) -> None:
    ReviewEvent.objects.filter(initiative=lived, number=2).update(**change)

    event = ReviewEvent.objects.get(pk=lived.events.order_by("pk")[1].pk)
    assert event.hash != event.digest()


@pytest.mark.parametrize(
    "change",
    [{"note": "khác"}, {"reasons": [{"code": "description_unclear", "field": "description", "text": "Khác."}]}],
    ids=["the note", "the reason's words"],
)
def test_changed_words_no_longer_fit_their_salted_digest(lived: Initiative, change: dict[str, Any]) -> None:
    ReviewEvent.objects.filter(initiative=lived, number=2).update(**change)

    event = lived.events.get(number=2)
    assert event.text_digest != event.digest_of_text()


def test_erasing_words_and_salt_leaves_the_chain_whole(lived: Initiative) -> None:
    before = lived.events.get(number=2)
    erased = [{**reason, "text": ""} for reason in before.reasons]
    ReviewEvent.objects.filter(initiative=lived, number=2).update(note="", salt="", reasons=erased)

    assert [event.hash == event.digest() for event in lived.events.all()] == [True] * 5


def test_history_is_only_added_to(lived: Initiative) -> None:
    event = lived.events.get(number=2)

    with pytest.raises(HistoryIsAppendOnly):
        event.save()
    with pytest.raises(HistoryIsAppendOnly):
        event.delete()
    assert lived.events.count() == 5


def test_an_initiative_with_a_history_cannot_be_deleted(lived: Initiative) -> None:
    with pytest.raises(ProtectedError):
        lived.delete()


def test_nothing_of_the_sender_is_hashed_or_written_in_history(lived: Initiative) -> None:
    rows = str(list(ReviewEvent.objects.values()))

    assert lived.full_name not in rows
    assert lived.phone_digits not in rows


# --- receiving ------------------------------------------------------------------------------------------------------


def test_received_moments_never_run_backwards(campaigns: dict[str, Campaign], at: Clock) -> None:
    first_at = at("2022-03-01 09:00:00")
    first = Worker(YEAR_2022).submit()
    at("2022-03-01 08:00:00")  # the clock was set back

    second = Worker(YEAR_2022).submit(person(phone="0935 112 299"), content())

    assert first.submitted_at == first_at
    assert second.submitted_at == first_at
    assert second.arrived_at == first_at - timedelta(hours=1)
    assert list(Initiative.objects.order_by("submitted_at", "id")) == [first, second]


def test_receiving_locks_the_draft_and_nothing_that_others_wait_for(campaigns: dict[str, Campaign], at: Clock) -> None:
    at("2022-03-01 09:00:00")
    worker = Worker(YEAR_2022).fill()

    with CaptureQueriesContext(connection) as asked:
        worker.confirm()

    # Of what was prepared the words stand behind as a comment.
    said = [each["sql"].rpartition("/* ")[2].removesuffix(" */") for each in asked]
    locks = [words for words in said if "FOR UPDATE" in words]
    if connection.vendor == "postgresql":
        assert len(locks) == 1
        assert locks[0].endswith('FOR UPDATE OF "initiatives_draft"')
    writes = [words.split('"')[1] for words in said if words.startswith(("UPDATE", "INSERT"))]
    assert sorted(set(writes)) == [
        "initiatives_attachment",
        "initiatives_draft",
        "initiatives_initiative",
        "initiatives_reviewevent",
    ]


def test_a_window_closed_at_arrival_leaves_the_draft_untouched(campaigns: dict[str, Campaign], at: Clock) -> None:
    at("2022-03-01 09:00:00")
    worker = Worker(YEAR_2022).fill()
    draft = Draft.objects.values().get()
    late = at("2022-06-01 00:00:00")

    with pytest.raises(lifecycle.WindowIsClosed) as closed:
        lifecycle.receive(
            worker.draft, entry_for(worker), arrived_at=late, code="1234567890122", receipt_token_hash="0" * 64
        )

    assert closed.value.sentence.startswith("Đã đóng lúc 24h00 ngày 31/5/2022.")
    assert Draft.objects.values().get() == draft
    assert not Initiative.objects.exists()


def test_a_day_of_no_open_phase_is_refused_under_the_lock_too(campaigns: dict[str, Campaign], at: Clock) -> None:
    now = at("2022-03-01 09:00:00")
    worker = Worker(YEAR_2022).fill()

    with pytest.raises(lifecycle.DayFitsNoPhase):
        lifecycle.receive(
            worker.draft,
            entry_for(worker, counts_on=date(2022, 6, 1)),
            arrived_at=now,
            code="1234567890122",
            receipt_token_hash="0" * 64,
        )

    assert not Initiative.objects.exists()


def test_a_draft_received_before_answers_with_what_it_became(campaigns: dict[str, Campaign], at: Clock) -> None:
    now = at("2022-03-01 09:00:00")
    worker = Worker(YEAR_2022).fill()
    stale, entry = worker.draft, entry_for(worker)
    worker.confirm()

    again = lifecycle.receive(stale, entry, arrived_at=now, code="1234567890122", receipt_token_hash="0" * 64)

    assert again == worker.initiative
    assert Initiative.objects.count() == 1


def entry_for(worker: Worker, **changes: Any) -> lifecycle.Entry:
    """What the draft holds, as the check page hands it over."""
    desk = Desk(worker.draft, worker.token, NOW)
    person_form, content_form = desk.person_form(), desk.content_form()
    assert person_form.is_valid()
    assert content_form.is_valid()
    entry = entry_of(worker.draft, person_form.cleaned_data, content_form.cleaned_data, at=NOW)
    return lifecycle.Entry(**{**{name: getattr(entry, name) for name in entry.__dataclass_fields__}, **changes})


# --- what the sender may still change -------------------------------------------------------------------------------


REFUSALS: list[tuple[str, Status, datetime, str]] = [
    ("waiting, window open", S, NOW, ""),
    ("waiting, last second", S, datetime(2022, 5, 31, 23, 59, 59, tzinfo=VIETNAM), ""),
    (
        "waiting, window closed",
        S,
        datetime(2022, 6, 1, tzinfo=VIETNAM),
        "Đã hết thời gian nhận nên không sửa được nữa.",
    ),
    ("valid", V, NOW, "Sáng kiến đã được xét nên không sửa được nữa."),
    ("invalid", X, NOW, "Sáng kiến đã được xét nên không sửa được nữa."),
    ("withdrawn", W, NOW, "Bạn đã rút sáng kiến này nên không sửa được nữa."),
]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("status", "at_", "sentence"), [case[1:] for case in REFUSALS], ids=[case[0] for case in REFUSALS]
)
def test_the_sender_may_change_what_waits_while_the_window_is_open(
    status: Status, at_: datetime, sentence: str
) -> None:
    assert lifecycle.refuses_revision(InitiativeFactory(status=status), at=at_) == sentence


DUE = [
    (datetime(2022, 3, 20, 23, 59, 59, tzinfo=VIETNAM), True),
    (datetime(2022, 3, 21, 0, 0, 0, tzinfo=VIETNAM), False),
]


@pytest.mark.parametrize(("at_", "may"), DUE, ids=["the last second of the due day", "the first second after"])
def test_what_was_returned_may_be_changed_to_the_end_of_its_due_day(
    officer: StaffAccount, at_: datetime, may: bool
) -> None:
    initiative = InitiativeFactory()
    move(initiative, Status.RETURNED, by=officer, at=NOW, due_on=date(2022, 3, 20))

    assert (lifecycle.refuses_revision(initiative, at=at_) == "") is may


def test_a_due_day_may_lie_after_the_close(officer: StaffAccount) -> None:
    initiative = InitiativeFactory()
    move(initiative, Status.RETURNED, by=officer, at=NOW, due_on=date(2024, 1, 1))

    assert lifecycle.refuses_revision(initiative, at=datetime(2023, 12, 31, tzinfo=VIETNAM)) == ""


def test_the_last_return_decides_on_the_due_day(officer: StaffAccount) -> None:
    initiative = InitiativeFactory()
    move(initiative, Status.RETURNED, by=officer, at=NOW, due_on=date(2022, 3, 20))
    move(initiative, Status.SUBMITTED, by=officer, at=NOW)
    move(initiative, Status.RETURNED, by=officer, at=NOW, due_on=date(2022, 4, 20))

    assert lifecycle.refuses_revision(initiative, at=datetime(2022, 4, 20, 12, tzinfo=VIETNAM)) == ""


def test_review_begins_with_the_first_decision_and_the_sender_waits_from_then(officer: StaffAccount) -> None:
    initiative = InitiativeFactory()
    move(initiative, Status.VALID, by=officer, at=NOW)
    move(initiative, Status.SUBMITTED, by=officer, at=NOW)

    assert lifecycle.refuses_revision(initiative, at=NOW) == "Công đoàn đã bắt đầu xét nên không sửa được nữa."


def test_attaching_to_a_unit_is_no_decision(officer: StaffAccount) -> None:
    initiative = InitiativeFactory()
    reassign(initiative, unit_at("quang-tri/huong-hoa"), by=officer, at=NOW)

    assert lifecycle.refuses_revision(initiative, at=NOW) == ""


def test_a_units_extension_lets_its_senders_change_longer(officer: StaffAccount) -> None:
    initiative = InitiativeFactory()
    until = datetime(2022, 6, 3, tzinfo=VIETNAM)
    WindowExtensionFactory(
        campaign=initiative.campaign, unit=unit_at("quang-tri"), phase=initiative.phase, closes_at=until
    )

    assert lifecycle.refuses_revision(initiative, at=datetime(2022, 6, 1, 3, tzinfo=VIETNAM)) == ""


# --- submitting while it closes -------------------------------------------------------------------------------------


@pytest.mark.serial
@in_transactions
def test_those_who_arrived_before_the_close_are_in_and_those_after_are_kept_as_late(
    campaigns: dict[str, Campaign], tree: dict[str, Unit], at: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    at("2022-05-31 23:59:58")
    monkeypatch.setattr("portal.requests.is_trusted", lambda address: True)
    workers = [Worker(YEAR_2022, raises=False) for _ in range(6)]
    for n, worker in enumerate(workers):
        worker.fill(person(phone=f"09351122{n:02d}"))
    at("2022-06-01 00:00:02")

    def send(worker: Worker, elapsed: str) -> int:
        answer = worker.post(worker.step("kiem-tra"), {"confirm": "1"}, **{"X-Request-Elapsed": elapsed})
        return answer.status_code

    statuses = together(
        *[lambda worker=worker, n=n: send(worker, "2.5" if n % 2 else "1.5") for n, worker in enumerate(workers)]
    )

    assert statuses == [200, 303] * 3
    assert Initiative.objects.count() == 3
    assert Draft.objects.filter(initiative=None, late_at__isnull=False).count() == 3


SINCE = [  # the first request arrived at 23:59:50 and is whole at 00:03; meanwhile, at this time, this was sent
    ("2022-06-01 00:02:00", "noi-dung", content(title="Viết sau giờ đóng"), 0),
    ("2022-06-01 00:02:00", "nguoi-nop", person(workplace="Viết sau giờ đóng"), 0),
    ("2022-05-31 23:59:55", "noi-dung", content(title="Viết trước giờ đóng"), 1),
    ("2022-06-01 00:02:00", "kiem-tra", {"confirm": "1"}, 1),  # a second tap brings nothing new
]


@in_transactions
@pytest.mark.parametrize(
    ("when", "step", "typed", "received"), SINCE, ids=[f"{each[0][-8:]} {each[1]}" for each in SINCE]
)
def test_what_was_typed_after_the_close_does_not_come_in_with_a_request_that_takes_minutes(
    campaigns: dict[str, Campaign],
    at: Clock,
    monkeypatch: pytest.MonkeyPatch,
    when: str,
    step: str,
    typed: dict[str, Any],
    received: int,
) -> None:
    at("2022-05-31 23:50:00")
    monkeypatch.setattr("portal.requests.is_trusted", lambda address: True)
    worker = Worker(YEAR_2022, raises=False).fill()
    at(when)
    worker.post(worker.step(step), typed)
    at("2022-06-01 00:03:00")

    worker.post(worker.step("kiem-tra"), {"confirm": "1"}, **{"X-Request-Elapsed": "190"})

    assert Initiative.objects.count() == received
    assert Draft.objects.filter(initiative=None).count() == 1 - received
    for initiative in Initiative.objects.all():
        assert initiative.arrived_at == max(worker.draft.saved_at, datetime(2022, 5, 31, 23, 59, 50, tzinfo=VIETNAM))


@in_transactions
def test_a_draft_saved_by_a_clock_that_was_ahead_is_received_in_time(campaigns: dict[str, Campaign], at: Clock) -> None:
    at("2022-06-01 00:30:00")
    worker = Worker(YEAR_2022, raises=False).fill()
    now = at("2022-05-31 23:40:00")

    worker.confirm()

    assert [initiative.arrived_at for initiative in Initiative.objects.all()] == [now]


@in_transactions
def test_nothing_is_received_inside_a_transaction_of_somebody_else(campaigns: dict[str, Campaign], at: Clock) -> None:
    """An outer transaction that fails later would take back what the worker holds a receipt of."""
    now = at("2022-03-01 09:00:00")
    worker = Worker(YEAR_2022).fill()
    entry = entry_for(worker)

    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        lifecycle.receive(worker.draft, entry, arrived_at=now, code="1234567890122", receipt_token_hash="0" * 64)


@pytest.mark.django_db
class TestWhatRepeatedIt:
    """A duplicate counts nowhere because another one does: where that one is gone, it is looked at again."""

    @pytest.fixture
    def first(self) -> Initiative:
        return InitiativeFactory()

    @pytest.fixture
    def repeat(self, first: Initiative) -> Initiative:
        repeat = InitiativeFactory()
        lifecycle.move(repeat, Status.INVALID, by=StaffAccountFactory(), at=NOW, duplicate_of=first)
        return repeat

    @pytest.mark.parametrize("to", [Status.INVALID, Status.WITHDRAWN])
    def test_waits_again_when_the_first_counts_no_more(self, first: Initiative, repeat: Initiative, to: str) -> None:
        lifecycle.move(first, to, by=StaffAccountFactory(), at=NOW)

        repeat.refresh_from_db()
        last = repeat.events.last()
        assert (repeat.status, repeat.duplicate_of, last.act) == (Status.SUBMITTED, None, Act.REOPENED)
        assert last.reasons[0]["code"] == "primary_gone"

    def test_follows_where_the_first_is_a_duplicate_itself(self, first: Initiative, repeat: Initiative) -> None:
        very_first = InitiativeFactory()

        lifecycle.move(first, Status.INVALID, by=StaffAccountFactory(), at=NOW, duplicate_of=very_first)

        repeat.refresh_from_db()
        assert (repeat.status, repeat.duplicate_of) == (Status.INVALID, very_first)
        assert repeat.events.last().act == Act.REPOINTED

    @pytest.mark.parametrize("status", [Status.INVALID, Status.WITHDRAWN])
    def test_nothing_repeats_what_does_not_count(self, status: str) -> None:
        first, other = InitiativeFactory(status=status), InitiativeFactory()

        with pytest.raises(MoveRefused):
            lifecycle.move(other, Status.INVALID, by=StaffAccountFactory(), at=NOW, duplicate_of=first)

    def test_two_never_repeat_each_other(self, first: Initiative, repeat: Initiative) -> None:
        with pytest.raises(MoveRefused):
            lifecycle.move(first, Status.INVALID, by=StaffAccountFactory(), at=NOW, duplicate_of=repeat)


# C>B: C is declined as a duplicate of B; -B: reopened; xB: declined; wB: withdrawn. Then what stands.
STORIES = {
    "comes back with the one it went along with": ("C>B B>A -B", "A B C>B"),
    "and so does what had gone along with it": ("D>C C>B B>A -B", "A B C>B D>B"),
    "of a chain only what hangs on it": ("D>C C>B B>A -C", "A B>A C D>C"),
    "two steps up, the upper one taken back": ("C>B B>A A>Z -A", "A B>A C>A Z"),
    "two steps up, both taken back": ("C>B B>A A>Z -A -B", "A B C>B Z"),
    "two steps up, the lower one taken back": ("C>B B>A A>Z -B", "A>Z B C>B Z"),
    "each time anew": ("C>B B>A -B B>A -B", "A B C>B"),
    "now with another": ("C>B B>A -B B>Z -B", "A B C>B Z"),
    "not where people found it a duplicate of the first since": ("C>B B>A -C C>A -B", "A B C>A"),
    "not where people always did": ("C>A B>A -B", "A B C>A"),
    "not where it was reopened since": ("C>B B>A -C -B", "A B C"),
    "not where it left the one it had gone along with": ("C>B B>A -C -B C>A B>A -B", "A B C>A"),
    "not what went along with another one": ("C>B D>E B>A E>A -B", "A B C>B D>A E>A"),
    "not what waits since the one it repeated was declined": ("C>B xB -B", "B C"),
    "where the first is withdrawn": ("C>B B>A wA", "A- B C>B"),
    "where the first is declined": ("C>B B>A D>A xA", "A- B C>B D"),
    "where the first of a longer chain is withdrawn": ("D>C C>B B>A wA", "A- B C>B D>B"),
    "where the first of two steps is withdrawn": ("C>B B>A A>Z wZ", "A B>A C>A Z-"),
}


@pytest.mark.parametrize("seconds", [0, 1], ids=["at one moment", "one after the other"])
@pytest.mark.parametrize(("told", "stands"), STORIES.values(), ids=list(STORIES))
def test_what_went_along_with_another_comes_back_with_it(
    officer: StaffAccount, told: str, stands: str, seconds: int
) -> None:
    rows = {name: InitiativeFactory() for name in sorted({letter for letter in told if letter.isupper()})}
    for number, step in enumerate(told.split()):
        name = step[0] if step[0].isupper() else step[1]
        to = W if step[0] == "w" else S if step[0] == "-" else X
        first = rows[step[2]] if ">" in step else None
        move(rows[name].pk, to, by=officer, at=NOW + timedelta(seconds=number * seconds), duplicate_of=first)

    assert " ".join(standing(name, rows) for name in rows) == stands
    assert list(violations()) == []
    for row in rows.values():
        chained(row)


def standing(name: str, rows: dict[str, Initiative]) -> str:
    row = Initiative.objects.select_related("duplicate_of").get(pk=rows[name].pk)
    if row.duplicate_of is not None:
        return f"{name}>{next(other for other, one in rows.items() if one == row.duplicate_of)}"
    return name if row.status == S else f"{name}-"


def test_coming_back_is_a_step_of_its_own(officer: StaffAccount) -> None:
    first, second, third = InitiativeFactory.create_batch(3)
    move(third, X, by=officer, at=NOW, duplicate_of=second)
    move(second, X, by=officer, at=NOW, duplicate_of=first)
    other = StaffAccountFactory()

    move(second.pk, S, by=other, at=NOW + timedelta(hours=1))

    event = third.events.last()
    assert (event.act, event.account, event.from_status, event.to_status) == (Act.REPOINTED, other, X, X)
    assert Initiative.objects.get(pk=third.pk).version == 4


def test_reopening_costs_the_same_statements_whatever_else_repeats_the_first(officer: StaffAccount) -> None:
    """But for what comes back, which is written."""
    costs = []
    for others in (1, 4):
        first, second, third = InitiativeFactory.create_batch(3)
        move(third, X, by=officer, at=NOW, duplicate_of=second)
        move(second, X, by=officer, at=NOW, duplicate_of=first)
        for other in InitiativeFactory.create_batch(others):
            move(other, X, by=officer, at=NOW, duplicate_of=first)
        with CaptureQueriesContext(connection) as asked:
            move(second.pk, S, by=officer, at=NOW)
        costs.append(len(asked))

    assert costs[0] == costs[1]


@pytest.mark.serial
@in_transactions
@pytest.mark.parametrize(
    "moves", ["-B A>Z", "-B -C", "-B wA", "A>Z wZ", "-B D>A A>Z", "wA D>A", "wA D>B E>C"], ids=lambda moves: moves
)
def test_of_those_who_move_what_hangs_together_nobody_is_blocked(moves: str) -> None:
    officer, others = StaffAccountFactory(), StaffAccountFactory.create_batch(3)
    rows = {name: InitiativeFactory() for name in "CAZBDE"}  # in no order of what hangs on what
    for step in ("C>B", "B>A"):
        move(rows[step[0]].pk, X, by=officer, at=NOW, duplicate_of=rows[step[2]])

    def work(step: str, by: StaffAccount) -> Callable[[], Any]:
        name = step[0] if step[0].isupper() else step[1]
        to = W if step[0] == "w" else S if step[0] == "-" else X
        first = rows[step[2]] if ">" in step else None
        return lambda: move(rows[name].pk, to, by=by, at=NOW, duplicate_of=first)

    outcomes = together(*(work(step, by) for step, by in zip(moves.split(), others, strict=False)))

    assert [each for each in outcomes if not isinstance(each, ReviewEvent | MoveRefused)] == []
    assert any(isinstance(each, ReviewEvent) for each in outcomes)
    assert list(violations()) == []
    for row in rows.values():
        chained(row)


@pytest.mark.django_db
class TestNoting:
    def test_telling_is_noted_once_and_moves_nothing(self) -> None:
        initiative, account = InitiativeFactory(status=Status.RETURNED), StaffAccountFactory()

        event = lifecycle.note(initiative, Act.TOLD, by=account, at=NOW, words="gọi điện")

        initiative.refresh_from_db()
        assert (initiative.told_at, initiative.status, initiative.version) == (NOW, Status.RETURNED, 1)
        assert (event.act, event.from_status, event.to_status) == (Act.TOLD, Status.RETURNED, Status.RETURNED)
        with pytest.raises(MoveRefused):
            lifecycle.note(initiative, Act.TOLD, by=account, at=NOW)

    def test_there_is_nothing_to_tell_of_what_waits(self) -> None:
        with pytest.raises(MoveRefused):
            lifecycle.note(InitiativeFactory(), Act.TOLD, by=StaffAccountFactory(), at=NOW)

    def test_another_return_must_be_told_again(self) -> None:
        initiative, account = InitiativeFactory(status=Status.RETURNED), StaffAccountFactory()
        lifecycle.note(initiative, Act.TOLD, by=account, at=NOW)

        lifecycle.move(initiative, Status.INVALID, by=account, at=NOW)

        initiative.refresh_from_db()
        assert initiative.told_at is None

    def test_a_renewed_receipt_has_another_key(self) -> None:
        initiative = InitiativeFactory()

        lifecycle.note(initiative, Act.RENEWED, by=StaffAccountFactory(), at=NOW, receipt="0" * 64)

        initiative.refresh_from_db()
        assert initiative.receipt_token_hash == "0" * 64


# --- appraising -----------------------------------------------------------------------------------------------------

FOUND = Found(Finding.MONEY, 80_000_000, True, "Theo sổ kho")


@pytest.mark.parametrize("was", Status)
def test_what_may_still_count_is_appraised(officer: StaffAccount, was: Status) -> None:
    initiative = InitiativeFactory(status=was)

    if was != Status.WITHDRAWN:
        event = appraise(initiative, FOUND, by=officer, at=NOW)

        assert (event.act, event.from_status, event.to_status, event.note) == (Act.APPRAISED, was, was, "Theo sổ kho")
        now = Initiative.objects.get()
        assert (now.is_appraised, now.appraised_value, now.has_social_meaning) == (True, 80_000_000, True)
        assert (now.status, now.version) == (was, 2)
    else:
        with pytest.raises(MoveRefused, match="không thẩm định giá trị được"):
            appraise(initiative, FOUND, by=officer, at=NOW)

        assert not Initiative.objects.get().is_appraised
    assert list(violations()) == []


def test_the_note_of_an_appraisal_can_be_erased_and_the_chain_holds(officer: StaffAccount) -> None:
    event = appraise(InitiativeFactory(), FOUND, by=officer, at=NOW)

    ReviewEvent.objects.filter(pk=event.pk).update(note="", salt="")

    assert ReviewEvent.objects.get(pk=event.pk).digest() == event.hash


def test_an_appraisal_of_a_page_that_is_out_of_date_is_refused(officer: StaffAccount) -> None:
    initiative = InitiativeFactory()
    move(initiative, Status.VALID, by=officer, at=NOW)

    with pytest.raises(ChangedMeanwhile):
        appraise(initiative, FOUND, by=officer, at=NOW, version=1)

    assert not Initiative.objects.get().is_appraised


@pytest.mark.parametrize(
    ("second", "by_another"), [(Found(Finding.NONE), False), (FOUND, True)], ids=["something else", "somebody else"]
)
def test_only_the_same_tap_twice_is_one(officer: StaffAccount, second: Found, by_another: bool) -> None:
    initiative = InitiativeFactory()
    first = appraise(initiative, FOUND, by=officer, at=NOW, version=1)
    assert appraise(initiative, FOUND, by=officer, at=NOW, version=1) == first

    with pytest.raises(ChangedMeanwhile):
        appraise(initiative, second, by=StaffAccountFactory() if by_another else officer, at=NOW, version=1)


@pytest.mark.serial
@in_transactions
def test_of_two_who_appraise_at_once_one_is_told() -> None:
    initiative, officers = InitiativeFactory(), StaffAccountFactory.create_batch(2)

    def of(officer: StaffAccount) -> Callable[[], Any]:
        return lambda: appraise(initiative.pk, FOUND, by=officer, at=NOW, version=1)

    outcomes = together(*(of(officer) for officer in officers))

    assert sorted(type(each).__name__ for each in outcomes) == ["ChangedMeanwhile", "ReviewEvent"]
    assert list(violations()) == []


REVISED = {
    "another value": ({"benefit_value": 9}, False),
    "no value": ({"benefit_value": None}, False),
    "not in money": ({"benefit_value": None, "benefit_is_not_money": True}, False),
    "another title": ({"title": "Giá đỡ cuộn cáp"}, True),
    "the same value again": ({"benefit_value": 120_000_000}, True),
}


@pytest.mark.parametrize(("values", "stays"), REVISED.values(), ids=REVISED)
def test_what_staff_found_never_stands_beside_another_declaration(
    officer: StaffAccount, values: dict[str, Any], stays: bool
) -> None:
    initiative = InitiativeFactory(status=Status.RETURNED, benefit_value=120_000_000)
    appraise(initiative, FOUND, by=officer, at=initiative.submitted_at + timedelta(days=1))
    at = initiative.submitted_at + timedelta(days=2)
    draft = begin_revision(initiative, at=at)
    draft.save()
    same = {name: getattr(initiative, name) for name in ("full_name", "title", "phone")}
    entry = Entry(initiative.unit, initiative.applied_on, initiative.phone_digits, same | values)

    lifecycle.revise(initiative.pk, entry, draft, at=at)

    now = Initiative.objects.get()
    assert (now.is_appraised, now.appraised_value) == ((True, 80_000_000) if stays else (False, None))
    assert now.has_social_meaning
    assert now.events.filter(act=Act.APPRAISED).exists()
    assert list(violations()) == []
