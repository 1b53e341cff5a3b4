"""What decides reads the windows as they are, whatever this process knows of the campaign: another one may have changed them."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import connection

from initiatives.campaigns import campaign_facts
from initiatives.models import Attachment, Campaign, Draft, Initiative
from orgtree.models import Unit
from portal.vietnamese.days import VIETNAM
from tests.submission import samples
from tests.submission.worker import IN_2022, YEAR_2022, Worker, content, page, person

Clock = Callable[[str], datetime]
SHUT, OPEN_AGAIN = "Đã đóng lúc", "Đang nhận sáng kiến"


@pytest.fixture
def worker(campaigns: dict[str, Campaign], at: Clock) -> Worker:
    """At step 3, while this process knows of an open window."""
    campaigns[YEAR_2022].extensions.all().delete()
    at(IN_2022)
    made = Worker(YEAR_2022).fill()
    assert made.get(made.step("tai-lieu")).status_code == 200
    return made


def elsewhere(closes_at: str) -> None:
    """Another process, with a cache of its own, moves the close of every phase."""
    moment = datetime.fromisoformat(closes_at).replace(tzinfo=VIETNAM)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE initiatives_phase SET opens_at = %s", [moment.replace(year=2020)])
        cursor.execute("UPDATE initiatives_phase SET closes_at = %s", [moment])


CLOSED, LATER = "2022-03-01 08:00:00", "2022-06-01 00:00:00"


def test_a_step_is_late_by_the_close_as_it_is(worker: Worker) -> None:
    elsewhere(CLOSED)

    assert worker.get(worker.step("noi-dung")).status_code == 200  # a page may be ten seconds old
    answer = worker.send_content(content(title="Tên gửi sau giờ đóng"))

    assert SHUT in page(answer)
    assert worker.draft.late_at is not None
    assert worker.draft.answers["title"] == "Tên gửi sau giờ đóng"


def test_a_first_step_is_late_by_the_close_as_it_is(worker: Worker) -> None:
    elsewhere(CLOSED)

    answer = Worker(YEAR_2022).begin(person(phone="0935 112 299"))

    assert SHUT in page(answer)
    assert Draft.objects.filter(late_at__isnull=False).count() == 1


def test_a_document_is_taken_by_the_close_as_it_is(worker: Worker) -> None:
    elsewhere(CLOSED)

    answer = worker.send_files(("quyet-dinh.pdf", samples.pdf()))

    assert SHUT in page(answer)
    assert not Attachment.objects.exists()


def test_an_initiative_is_received_by_the_close_as_it_is(worker: Worker) -> None:
    elsewhere(CLOSED)

    answer = worker.confirm()

    assert SHUT in page(answer)
    assert not Initiative.objects.exists()


def test_nothing_is_received_of_a_campaign_that_was_paused_elsewhere(worker: Worker) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE initiatives_campaign SET is_published = %s", [False])

    answer = worker.confirm()

    assert "tạm dừng" in page(answer)
    assert not Initiative.objects.exists()


def test_more_time_that_was_granted_elsewhere_holds_at_once(worker: Worker, at: Clock, tree: dict[str, Unit]) -> None:
    campaign = Campaign.objects.get(slug=YEAR_2022)
    elsewhere(CLOSED)
    now = at("2022-03-01 09:00:30")
    assert (
        campaign_facts.of(campaign.pk, at=now).verdict(at=now, unit=tree["quang-tri"]).is_late
    )  # known here as closed

    elsewhere(LATER)

    assert worker.send_content(content()).status_code == 303
    assert worker.draft.late_at is None
    assert worker.confirm().status_code == 303
    assert Initiative.objects.count() == 1
