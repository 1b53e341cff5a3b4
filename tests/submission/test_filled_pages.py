"""Pages that are drawn once and filled for each: the same as if they were drawn for this one alone, with nothing of the other."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse

from initiatives.campaigns import campaign_facts
from initiatives.models import Campaign, Contact
from initiatives.submission.desks import Desk
from initiatives.submission.views import documents, frame, steps
from orgtree.models import Unit
from portal import patterns
from tests.submission.worker import IN_2022, YEAR_2022, Worker, content, page, person

Clock = Callable[[str], datetime]
STEPS = ["noi-dung", "tai-lieu", "kiem-tra", "biên nhận"]
EVENING = "2022-05-31 20:00:00"  # within the last day of a window
OTHERS_WORDS = {"full_name": "Lê Văn <b>Đậm</b>", "phone": "0935 998 877", "workplace": "Xưởng “Ngang & Dọc”"}


@pytest.fixture
def campaign(campaigns: dict[str, Campaign]) -> Campaign:
    found = campaigns[YEAR_2022]
    found.extensions.all().delete()
    return found


def at_step(step: str, **changes: Any) -> Worker:
    """Somebody who has come as far as `step`."""
    worker = Worker(YEAR_2022)
    if step == "noi-dung":
        worker.begin(person(**changes))
    elif step == "biên nhận":
        worker.submit(person(**changes))
    else:
        worker.fill(person(**changes), content(title=f"Giá sấy của {changes.get('full_name', 'người đầu')}"))
    return worker


def seen(worker: Worker, step: str, **headers: str) -> str:
    return page(worker.get(worker.receipt if step == "biên nhận" else worker.step(step), **headers))


def alone(worker: Worker, step: str, **headers: str) -> str:
    """As if nobody had been there before."""
    campaign_facts._kept.clear()
    return seen(worker, step, **headers)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("moment", [IN_2022, EVENING])
def test_the_next_person_is_shown_their_own_page(step: str, moment: str, campaign: Campaign, at: Clock) -> None:
    at(moment)
    first, then = at_step(step), at_step(step, **OTHERS_WORDS)

    before = alone(first, step)
    filled = seen(then, step)

    assert filled == alone(then, step)
    assert before != filled
    assert ("time-left" in filled) is (moment == EVENING and step != "biên nhận")
    for own in (first.token, first.receipt, "Duyên", "Bến Hải", "người đầu"):
        assert own not in filled
    assert "<b>Đậm" not in filled
    assert not patterns._HOLE.search(filled)


@pytest.mark.parametrize("step", STEPS[:3])
@pytest.mark.parametrize("moment", [IN_2022, EVENING])
def test_it_says_what_the_page_says_that_is_drawn_for_one(
    step: str, moment: str, campaign: Campaign, at: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(moment)
    worker = at_step(step, **OTHERS_WORDS)
    filled = seen(worker, step)

    def drawn(request: HttpRequest, desk: Desk, at_step: str, template: str, **given: Any) -> HttpResponse:
        own = {"window": desk.window} | given["context"]() | {"action": desk.address(at_step)}
        return frame.step_page(request, desk, at_step, template, own)

    def checked(request: HttpRequest, desk: Desk, parts: Any, flags: Any, unrecognised: str) -> HttpResponse:
        shown = {
            "window": desk.window,
            "parts": parts,
            "flags": flags,
            "may_submit": True,
            "unrecognised": unrecognised,
        }
        return frame.step_page(request, desk, steps.CHECK, "submission/check.html", shown)

    for views in (steps, documents):
        monkeypatch.setattr(views, "step_page_filled", drawn)
    monkeypatch.setattr(steps, "_check_page_filled", checked)

    assert seen(worker, step) == filled


@pytest.mark.parametrize("step", STEPS)
def test_each_is_told_whom_to_call_and_where_they_are(step: str, campaign: Campaign, at: Clock) -> None:
    at(IN_2022)
    Contact.objects.all().delete()
    helping = Unit.objects.get(code="quang-tri/vinh-linh")
    Contact.objects.create(unit=helping, campaign=campaign, name="Nguyễn Thị <Hòa>", phone="0233 385 1234")
    first, then = at_step(step), at_step(step, unit=helping.code, **OTHERS_WORDS)

    assert "0233 385 1234" not in alone(first, step)
    assert "Nguyễn Thị &lt;Hòa&gt;" in seen(then, step)
    assert "0233 385 1234" not in seen(first, step)


def test_a_link_is_of_the_name_by_which_one_came(campaign: Campaign, at: Clock) -> None:
    at(IN_2022)
    worker = at_step("noi-dung")
    assert f"http://testserver/nhap/{worker.token}/" in alone(worker, "noi-dung")

    assert f"http://127.0.0.1/nhap/{worker.token}/" in seen(worker, "noi-dung", host="127.0.0.1")


def test_an_app_is_named_to_those_who_come_with_it(campaign: Campaign, at: Clock) -> None:
    at(IN_2022)
    worker = at_step("biên nhận")
    zalo = {"user-agent": "Mozilla/5.0 (Linux; Android 10) Zalo android/12345"}

    assert "trong Zalo" not in alone(worker, "biên nhận")
    assert "trong Zalo" in seen(worker, "biên nhận", **zalo)
    assert "trong Zalo" not in seen(worker, "biên nhận")


def test_another_row_for_an_author_is_there_for_whom_asked_for_it(campaign: Campaign, at: Clock) -> None:
    at(IN_2022)
    first, then = at_step("noi-dung"), at_step("noi-dung", **OTHERS_WORDS)
    name = "co_authors-1-full_name"
    assert name not in alone(first, "noi-dung")

    then.post(then.step("noi-dung"), {"more": "1"})

    assert name in seen(then, "noi-dung")
    assert name not in seen(first, "noi-dung")
