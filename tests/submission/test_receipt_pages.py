"""The receipt that people keep: its code, its link, its picture, and what comes after."""

import re
from collections.abc import Callable
from datetime import datetime

import brotli
import pytest
from django.contrib.staticfiles import finders

from initiatives.campaigns.posters import qr_svg
from initiatives.models import Campaign
from initiatives.submission import actions
from initiatives.submission.receipts import shown
from tests.submission.worker import IN_2022, YEAR_2022, Worker, page, person

Clock = Callable[[str], datetime]
ZALO = "Mozilla/5.0 (Linux; Android 9) Chrome/74.0.3729.157 Mobile Safari/537.36 Zalo android/12100700"
STATES = ("", "?anh=1", "?da-luu=1")
ANOTHER = "Nộp sáng kiến khác"


@pytest.fixture
def worker(campaigns: dict[str, Campaign], at: Clock) -> Worker:
    at(IN_2022)
    worker = Worker(YEAR_2022)
    worker.submit()
    return worker


def test_the_code_and_the_link_can_be_kept_in_every_way(worker: Worker) -> None:
    link = f"http://testserver{worker.receipt}"

    text = page(worker.get(f"{worker.receipt}?fbclid=x"))

    assert f'id="receipt-code">{shown(worker.initiative.receipt_code)}</p>' in text
    assert qr_svg(link, on_screen=True).decode() in text
    assert f'<a id="receipt-link" href="{link}">{link}</a>' in text
    assert re.findall(r'data-copy="([a-z-]+)"', text) == ["receipt-code", "receipt-link"]
    assert f'href="{worker.receipt}?anh=1"' in text
    assert f'href="{worker.receipt}?da-luu=1"' in text


@pytest.mark.parametrize("state", STATES)
def test_no_state_shows_the_identity_number_or_the_phone(worker: Worker, state: str) -> None:
    answer = worker.get(f"{worker.receipt}{state}")

    text = page(answer)
    assert shown(worker.initiative.receipt_code) in text
    assert person()["national_id"] not in text
    assert not re.search(r"0?935[ .]?112[ .]?233", text)
    assert answer["Cache-Control"] == "no-store"


def test_the_picture_can_be_kept_by_a_long_press_or_as_a_file(worker: Worker) -> None:
    png = f"{worker.receipt.rstrip('/')}.png"

    text = page(worker.get(f"{worker.receipt}?anh=1"))

    assert f'src="{png}"' in text
    assert f'href="{png}" download="bien-nhan-{worker.initiative.receipt_code}.png"' in text
    assert worker.get(png)["Content-Type"] == "image/png"


@pytest.mark.parametrize(
    ("text", "is_offered"), [(IN_2022, True), ("2023-09-02 00:00:00", False)], ids=["open", "closed"]
)
def test_another_is_offered_while_the_campaign_is_open(worker: Worker, at: Clock, text: str, is_offered: bool) -> None:
    at(text)

    assert (ANOTHER in page(worker.get(f"{worker.receipt}?da-luu=1"))) is is_offered


@pytest.mark.parametrize("state", ("", "?da-luu=1"))
def test_of_one_that_was_withdrawn_nobody_promises_a_review(worker: Worker, at: Clock, state: str) -> None:
    promise, gone = "Công đoàn xem xét sáng kiến của bạn.", "Công đoàn không xét sáng kiến này nữa."
    address = f"{worker.receipt}{state}"
    before = page(worker.get(address))

    actions.withdraw(worker.initiative, at=at("2022-03-02 09:00:00"))
    after = page(worker.get(address))

    assert (promise in before, gone in before) == (True, False)
    assert (promise in after, gone in after) == (False, True)
    assert "rút sáng kiến" not in after


@pytest.mark.parametrize("state", ("", "?anh=1"))
def test_in_an_app_a_line_says_how_to_leave_it(worker: Worker, state: str) -> None:
    hint = "Bạn đang mở trang trong Zalo."
    address = f"{worker.receipt}{state}"

    assert hint in page(worker.get(address, **{"user-agent": ZALO}))
    assert hint not in page(worker.get(address))


def test_in_an_app_nothing_offers_to_print(worker: Worker) -> None:
    assert "data-print" in page(worker.get(worker.receipt))
    assert "data-print" not in page(worker.get(worker.receipt, **{"user-agent": ZALO}))


def test_a_first_visit_is_light(worker: Worker) -> None:
    """All that it asks for, compressed, in bytes."""
    parts = [worker.get(worker.receipt).content]
    for name in ("portal.css", "receipt.js", "img/favicon.svg"):
        with open(str(finders.find(name)), "rb") as file:
            parts.append(file.read())

    assert sum(len(brotli.compress(part, quality=5)) for part in parts) < 16_000
