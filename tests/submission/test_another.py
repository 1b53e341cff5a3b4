"""People send 3.6 each: whoever proved by code and phone who they are need not type that again."""

from collections.abc import Callable
from datetime import datetime

import pytest

from initiatives.models import Campaign, Draft, Initiative
from tests.submission.worker import IN_2022, YEAR_2022, Worker, content, page, person

Clock = Callable[[str], datetime]
CLOSED = "2023-09-02 00:00:00"
BUTTON = "Bạn còn sáng kiến khác?"


@pytest.fixture
def worker(campaigns: dict[str, Campaign], at: Clock) -> Worker:
    at(IN_2022)
    worker = Worker(YEAR_2022)
    worker.submit(person(publish_consent="on"))
    worker.track(worker.initiative.receipt_code)
    return worker


def test_step_1_is_filled_in_but_for_what_is_agreed_to_anew(worker: Worker) -> None:
    assert BUTTON in page(worker.get(worker.record))

    answer = worker.post(f"{worker.record}nop-tiep/", {})

    draft = Draft.objects.get(initiative=None)
    kept = {name: value for name, value in person().items() if name not in {"consent", "national_id"}}
    assert draft.national_id == ""
    assert {name: draft.answers[name] for name in kept} == kept
    assert draft.consent_text is None
    assert not draft.answers.keys() & {"consent", "publish_consent", "title"}
    shown = page(worker.get(answer["Location"]))
    assert person()["workplace"] in shown
    assert person()["national_id"] not in shown
    assert "Lỗi:" not in shown


def test_it_becomes_an_initiative_of_its_own(worker: Worker) -> None:
    first = worker.initiative
    answer = worker.post(f"{worker.record}nop-tiep/", {})
    worker.token = answer["Location"].split("/")[2]
    worker.post(worker.step("nguoi-nop"), {"next": "1", **person()})
    worker.send_content(content(title="Xe đẩy ván hai tầng"))

    assert worker.confirm().status_code == 303

    second = worker.initiative
    assert (Initiative.objects.count(), second.pk != first.pk) == (2, True)
    assert (second.full_name, second.unit, second.title) == (first.full_name, first.unit, "Xe đẩy ván hai tầng")
    first.refresh_from_db()
    assert first.title == content()["title"]


def test_without_agreeing_anew_nothing_is_submitted(worker: Worker) -> None:
    answer = worker.post(f"{worker.record}nop-tiep/", {})
    worker.token = answer["Location"].split("/")[2]
    worker.send_content(content(title="Xe đẩy ván hai tầng"))

    assert worker.confirm().status_code == 200
    assert Initiative.objects.count() == 1


def test_a_visit_begins_nothing_and_after_the_close_nobody_is_asked(worker: Worker, at: Clock) -> None:
    assert worker.get(f"{worker.record}nop-tiep/").status_code == 303

    at(CLOSED)
    worker.track(worker.initiative.receipt_code)

    assert BUTTON not in page(worker.get(worker.record))
    assert worker.post(f"{worker.record}nop-tiep/", {})["Location"] == worker.record
    assert not Draft.objects.filter(initiative=None).exists()
