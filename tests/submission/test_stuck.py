"""A transaction of somebody's hangs with rows in its hands: everything else goes on, and whoever needs these rows is asked to
come again."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest
from django.db import connection, connections, transaction
from django.test import Client

from initiatives.models import Campaign, Draft, Initiative
from initiatives.progress import tally
from orgtree.models import Unit
from tests.submission.worker import IN_2022, YEAR_2022, Worker, content, person

pytestmark = [pytest.mark.serial, pytest.mark.django_db(transaction=True)]
PUBLIC = ("/", f"/{YEAR_2022}/", f"/{YEAR_2022}/nop/", "/tra-cuu/", "/don-vi/?q=quang", f"/{YEAR_2022}/tien-do/")


@pytest.fixture
def worker(campaigns: dict[str, Campaign], at: Callable[[str], datetime]) -> Worker:
    now = at(IN_2022)
    for campaign in campaigns.values():
        tally.refresh(campaign, at=now)  # here a page counts by itself what was never counted
    return Worker(YEAR_2022, raises=False).fill()


@contextmanager
def held(draft: Draft) -> Iterator[None]:
    """Another connection has locked the draft, has written it, its campaign and its unit, and does nothing more."""
    are_held, may_end = threading.Event(), threading.Event()

    def hang() -> None:
        try:
            with transaction.atomic():
                Draft.objects.select_for_update(of=("self",)).get(pk=draft.pk)
                Campaign.objects.filter(pk=draft.campaign_id).update(goal=1)
                Unit.objects.filter(pk=draft.unit_id).update(short_name="dở dang")
                Draft.objects.filter(pk=draft.pk).update(answers={"title": "dở dang"})
                are_held.set()
                may_end.wait(60)
                transaction.set_rollback(True)
        finally:
            are_held.set()
            connections.close_all()

    hanging = threading.Thread(target=hang)
    hanging.start()
    assert are_held.wait(30)
    try:
        yield
    finally:
        may_end.set()
        hanging.join()


def test_public_pages_go_on(worker: Worker) -> None:
    with held(worker.draft):
        answers = {address: Client().get(address).status_code for address in PUBLIC}

    assert answers == dict.fromkeys(PUBLIC, 200)


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer: others queue for 20 seconds")
def test_whoever_needs_these_rows_comes_again_and_others_are_received(worker: Worker) -> None:
    other = Worker(YEAR_2022).fill(person(phone="0935112299"), content(title="Việc khác"))
    with held(worker.draft):
        refused = worker.send_content(content(title="Gõ trong lúc kẹt"))
        taken = other.confirm()

    assert (refused.status_code, refused["Retry-After"]) == (503, "30")
    assert "Gõ trong lúc kẹt" in refused.content.decode()
    assert (taken.status_code, Initiative.objects.count()) == (303, 1)
    assert worker.send_content(content(title="Gõ trong lúc kẹt")).status_code == 303
    assert worker.draft.answers["title"] == "Gõ trong lúc kẹt"
    assert connection.in_atomic_block is False
