"""Double tap, two tabs, retries: real threads with connections of their own, one initiative and one receipt."""

import random
import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, OperationalError

from initiatives import lifecycle
from initiatives.models import Attachment, Campaign, Draft, Initiative, ReviewEvent
from initiatives.submission import actions, receipts
from initiatives.submission.desks import Desk
from tests.concurrency import together
from tests.submission import samples
from tests.submission.worker import IN_2022, YEAR_2022, Worker, content, person

Clock = Callable[[str], datetime]

pytestmark = [pytest.mark.serial, pytest.mark.django_db(transaction=True)]
TAPS = 8


@pytest.fixture
def worker(campaigns: dict[str, Campaign], at: Clock) -> Worker:
    at(IN_2022)
    return Worker(YEAR_2022).fill()


def another_tab(worker: Worker) -> Worker:
    tab = Worker(YEAR_2022, raises=False)
    tab.token = worker.token
    return tab


def where(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.get("Location", "")


def test_a_button_pressed_many_times_gives_one_initiative_and_one_receipt(worker: Worker) -> None:
    tabs = [another_tab(worker) for _ in range(TAPS)]

    answers = together(*[tab.confirm for tab in tabs])

    assert {answer["Location"] for answer in answers} == {worker.receipt}
    assert {answer.status_code for answer in answers} <= {302, 303}
    assert Initiative.objects.count() == ReviewEvent.objects.count() == 1
    call_command("check_invariants")


def test_gui_them_pressed_many_times_adds_one(worker: Worker) -> None:
    Worker(YEAR_2022).submit()
    tabs = [another_tab(worker) for _ in range(TAPS)]

    answers = together(*[lambda tab=tab: tab.confirm(again="1") for tab in tabs])

    assert {answer["Location"] for answer in answers} == {worker.receipt}
    assert Initiative.objects.count() == 2


def test_without_the_lock_one_draft_would_become_many(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: what keeps it one is the lock on the draft and the unique receipt, not luck."""
    draft = worker.draft
    entry = entry_of(worker)

    def naive(n: int) -> None:
        if Draft.objects.get(pk=draft.pk).initiative_id is None:
            time.sleep(0.05)
            made = Initiative(
                campaign=draft.campaign,
                phase=draft.campaign.phases.all()[0],
                unit=entry.unit,
                receipt_code=receipts.new_code(),
                receipt_token_hash=str(n) * 64,
                arrived_at=draft.saved_at,
                submitted_at=draft.saved_at,
            )
            lifecycle.write_values(made, entry)
            made.save()

    together(*[lambda n=n: naive(n) for n in range(TAPS)])

    assert Initiative.objects.count() > 1


def entry_of(worker: Worker) -> lifecycle.Entry:
    desk = Desk(worker.draft, worker.token, worker.draft.saved_at)
    person_form, content_form = desk.person_form(), desk.content_form()
    assert person_form.is_valid()
    assert content_form.is_valid()
    return actions.entry_of(worker.draft, person_form.cleaned_data, content_form.cleaned_data, at=worker.draft.saved_at)


def test_a_step_saved_while_it_is_submitted_loses_neither(worker: Worker) -> None:
    """Whichever comes first: one initiative, no draft with answers beside it, or the tab is told and nothing is sent."""
    saving, sending = another_tab(worker), another_tab(worker)

    answers = together(lambda: saving.send_content(content(title="Tên sửa ở cửa sổ khác")), sending.confirm)

    assert all(answer.status_code < 500 for answer in answers)
    if Initiative.objects.exists():
        assert worker.draft.initiative == worker.initiative
        assert worker.draft.answers == {}
    else:
        assert worker.draft.answers["title"] == "Tên sửa ở cửa sổ khác"
        assert where(worker.confirm()) == (303, worker.receipt)
    call_command("check_invariants")


def test_a_step_saved_in_the_middle_of_a_submission_waits_for_it_and_is_told(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who is told that it is saved finds it again: here there is nothing left to save to."""
    saving, sending = another_tab(worker), another_tab(worker)
    in_the_middle, goes_on = threading.Event(), lifecycle._write_co_authors

    def waits(*args: Any) -> Any:
        in_the_middle.set()
        time.sleep(1.0)
        return goes_on(*args)

    def save() -> Any:
        assert in_the_middle.wait(timeout=30)
        return saving.send_content(content(title="Tên sửa ở cửa sổ khác"))

    monkeypatch.setattr(lifecycle, "_write_co_authors", waits)
    answers = together(save, sending.confirm)

    assert [where(answer) for answer in answers] == [(302, worker.receipt), (303, worker.receipt)]


def test_two_steps_saved_at_once_both_stay(worker: Worker) -> None:
    for round_ in range(5):
        who, what = f"Nơi {round_}", f"Tên {round_}"
        tabs = another_tab(worker), another_tab(worker)

        together(
            lambda who=who, tab=tabs[0]: tab.post(tab.step("nguoi-nop"), person(workplace=who)),
            lambda what=what, tab=tabs[1]: tab.send_content(content(title=what)),
        )

        assert (worker.draft.answers["workplace"], worker.draft.answers["title"]) == (who, what)


def test_a_document_on_its_way_while_it_is_submitted_is_kept_or_refused_and_never_lost(worker: Worker) -> None:
    uploading, sending = another_tab(worker), another_tab(worker)

    answers = together(lambda: uploading.send_files(("a.pdf", samples.pdf())), sending.confirm)

    assert all(answer.status_code < 500 for answer in answers)
    assert not Attachment.objects.filter(draft=worker.draft).exists()
    if answers[0]["Location"] == worker.step("tai-lieu"):
        assert worker.initiative.attachments.count() == 1


def test_one_file_sent_by_many_taps_is_kept_once(worker: Worker) -> None:
    tabs = [another_tab(worker) for _ in range(6)]

    answers = together(*[lambda tab=tab: tab.send_files(("a.pdf", samples.pdf())) for tab in tabs])

    assert {answer.status_code for answer in answers} == {303}
    assert Attachment.objects.count() == 1


def test_more_than_five_files_at_once_are_five(worker: Worker) -> None:
    tabs = [another_tab(worker) for _ in range(8)]

    together(*[lambda tab=tab, n=n: tab.send_files((f"{n}.pdf", samples.pdf(str(n)))) for n, tab in enumerate(tabs)])

    assert Attachment.objects.count() == 5


def test_many_workers_at_once_each_get_a_receipt_of_their_own(campaigns: dict[str, Campaign], at: Clock) -> None:
    at(IN_2022)
    workers = [Worker(YEAR_2022, raises=False) for _ in range(12)]
    for n, each in enumerate(workers):
        each.fill(person(phone=f"09351122{n:02d}"), content())

    answers = together(*[each.confirm for each in workers])

    assert [where(answer) for answer in answers] == [(303, each.receipt) for each in workers]
    assert Initiative.objects.count() == len(set(Initiative.objects.values_list("receipt_code", flat=True))) == 12


def test_a_code_that_was_given_before_is_drawn_again(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = Worker(YEAR_2022).submit(person(phone="0935 112 299")).receipt_code
    drawn = iter([taken, taken, receipts.new_code()])
    monkeypatch.setattr(receipts, "new_code", lambda: next(drawn))

    assert worker.confirm().status_code == 303

    assert worker.initiative.receipt_code != taken
    assert next(drawn, None) is None


def test_codes_that_never_fit_are_an_error_and_never_a_second_row(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = Worker(YEAR_2022).submit(person(phone="0935 112 299")).receipt_code
    monkeypatch.setattr(receipts, "new_code", lambda: taken)

    with pytest.raises(IntegrityError):
        worker.confirm()

    assert Initiative.objects.count() == 1
    assert worker.draft.answers["title"] == content()["title"]


@pytest.mark.parametrize("step", ["_write_co_authors", "record"])
def test_a_submission_that_breaks_in_the_middle_leaves_the_draft_whole_and_may_be_sent_again(
    worker: Worker, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    worker.send_files(("a.pdf", samples.pdf()))
    worker.client.raise_request_exception = False
    before = Draft.objects.values().get(pk=worker.draft.pk)

    def breaks(*args: Any, **options: Any) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    with monkeypatch.context() as broken:
        broken.setattr(lifecycle, step, breaks)
        refused = worker.confirm()

    assert (refused.status_code, refused["Retry-After"]) == (503, "30")
    assert not Initiative.objects.exists()
    assert Draft.objects.values().get(pk=worker.draft.pk) == before
    assert worker.draft.attachments.count() == 1
    assert where(worker.confirm()) == (303, worker.receipt)
    assert worker.initiative.attachments.count() == 1


def test_random_taps_on_random_steps_never_make_two(worker: Worker) -> None:
    """Seeded disorder: what a nervous thumb does on a slow line."""
    chance = random.Random(20220108)
    for _ in range(3):
        tabs = [another_tab(worker) for _ in range(TAPS)]
        acts = [
            chance.choice(
                [
                    tab.confirm,
                    lambda tab=tab: tab.confirm(again="1"),
                    lambda tab=tab: tab.send_content(content(scope=str(chance.random()))),
                    lambda tab=tab: tab.post(tab.step("nguoi-nop"), person()),
                    lambda tab=tab: tab.get(tab.step("kiem-tra")),
                ]
            )
            for tab in tabs
        ]
        answers = together(*acts)
        assert all(answer.status_code in {200, 302, 303} for answer in answers)

    if not Initiative.objects.exists():
        worker.confirm()
    assert Initiative.objects.get() == worker.initiative
    call_command("check_invariants")
