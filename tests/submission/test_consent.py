"""Consent: unticked, of one wording with its hash, taken back by unticking; publishing is asked apart."""

import re
from collections.abc import Callable
from datetime import datetime

import pytest
from django.utils import timezone

from initiatives.models import Campaign, ConsentText, Initiative
from tests.submission.worker import IN_2022, YEAR_2022, Worker, content, page, person

Clock = Callable[[str], datetime]


@pytest.fixture
def worker(campaigns: dict[str, Campaign], at: Clock) -> Worker:
    at(IN_2022)
    return Worker(YEAR_2022)


def boxes(shown: str) -> dict[str, bool]:
    """Whether each box stands ticked."""
    found = re.findall(r'<input type="checkbox" name="((?:publish_)?consent)"([^>]*)>', shown)
    return {name: "checked" in attributes for name, attributes in found}


def test_both_boxes_are_there_and_neither_is_ticked(worker: Worker) -> None:
    shown = page(worker.get(f"/{YEAR_2022}/nop/"))

    assert boxes(shown) == {"consent": False, "publish_consent": False}
    assert 'href="/du-lieu-ca-nhan/"' in shown


def test_without_consent_nothing_is_received_and_everything_is_kept(worker: Worker) -> None:
    worker.begin(person(consent=None))
    worker.send_content(content())

    shown = page(worker.confirm())

    assert "Hãy đánh dấu đồng ý thì công đoàn mới được nhận sáng kiến của bạn." in shown
    assert not Initiative.objects.exists()
    assert worker.draft.answers["full_name"] == person()["full_name"]
    assert (worker.draft.consent_text, worker.draft.consented_at) == (None, None)


def test_version_hash_and_moment_are_kept_as_proof(worker: Worker) -> None:
    text = ConsentText.objects.get()
    consented_at = timezone.now()

    initiative = worker.submit()

    assert initiative.consent_text == text
    assert len(initiative.consent_text.digest) == 64
    assert initiative.consented_at == consented_at


def test_consent_holds_from_the_moment_it_was_first_ticked(worker: Worker, at: Clock) -> None:
    worker.begin(person())
    first = worker.draft.consented_at
    at("2022-03-02 09:00:00")
    worker.post(worker.step("nguoi-nop"), person(workplace="Nơi khác"))
    worker.send_content(content())
    worker.confirm()

    assert worker.initiative.consented_at == first == datetime.fromisoformat("2022-03-01T09:00:00+07:00")


def test_a_new_wording_does_not_replace_the_one_that_was_agreed_to(worker: Worker, at: Clock) -> None:
    old = ConsentText.objects.get()
    worker.begin(person())
    in_force_from = datetime.fromisoformat("2022-03-02T00:00:00+07:00")
    new = ConsentText.objects.create(version="2", body="Câu chữ mới", in_force_from=in_force_from)
    at("2022-03-02 09:00:00")
    worker.post(worker.step("nguoi-nop"), person())
    worker.send_content(content())
    worker.confirm()

    assert worker.initiative.consent_text == old
    assert Worker(YEAR_2022).submit(person(phone="0935 112 299")).consent_text == new


def test_unticking_takes_consent_away_and_ticking_gives_it_anew(worker: Worker, at: Clock) -> None:
    worker.begin(person())
    worker.post(worker.step("nguoi-nop"), person(consent=None))
    assert (worker.draft.consent_text, worker.draft.consented_at) == (None, None)
    later = at("2022-03-02 09:00:00")

    worker.post(worker.step("nguoi-nop"), person())

    assert worker.draft.consented_at == later
    assert worker.draft.consent_text == ConsentText.objects.get()


@pytest.mark.parametrize(("ticked", "published"), [("on", True), (None, False)])
def test_publishing_is_a_consent_of_its_own(worker: Worker, ticked: str | None, published: bool) -> None:
    initiative = worker.submit(person(publish_consent=ticked))

    assert (initiative.publish_consented_at is not None) is published
    assert initiative.consented_at is not None


def test_publishing_alone_is_no_consent(worker: Worker) -> None:
    worker.fill(person(consent=None, publish_consent="on"))

    assert page(worker.confirm())
    assert not Initiative.objects.exists()


def test_publishing_may_be_taken_back_by_a_correction(worker: Worker) -> None:
    initiative = worker.submit(person(publish_consent="on"))
    worker.track(initiative.receipt_code)
    worker.mend("nguoi-nop", person())
    worker.post(f"{worker.record}kiem-tra/", {"confirm": "1"})

    assert Initiative.objects.get().publish_consented_at is None
    assert Initiative.objects.get().consented_at == initiative.consented_at


@pytest.mark.parametrize("ticked", ["on", "1", "true", "có"])
def test_a_tick_is_a_tick_however_a_browser_spells_it(worker: Worker, ticked: str) -> None:
    assert worker.submit(person(consent=ticked))


def test_the_notice_shows_its_version_and_hash(worker: Worker) -> None:
    text = ConsentText.objects.get()

    shown = page(worker.get("/du-lieu-ca-nhan/"))

    assert f"Phiên bản {text.version}" in shown
    assert text.digest in shown


def test_without_a_notice_nothing_is_received_and_nothing_breaks(worker: Worker) -> None:
    ConsentText.objects.all().delete()
    worker.fill()

    answer = worker.confirm()

    assert answer.status_code == 200
    assert not Initiative.objects.exists()
    assert "Cổng chưa nhận sáng kiến khi chưa có thông báo này." in page(worker.get("/du-lieu-ca-nhan/"))


@pytest.mark.parametrize("no", ["0", "off", "Off", "false", "no", ""])
def test_a_box_that_says_no_is_no_consent(worker: Worker, no: str) -> None:
    """No browser sends these; a script that fills forms does, and the record itself says 0 for no."""
    worker.fill(person(consent=no, publish_consent="on"))

    assert "Hãy đánh dấu đồng ý" in page(worker.confirm())
    assert (worker.draft.consent_text, worker.draft.consented_at) == (None, None)
    worker.post(worker.step("nguoi-nop"), person(publish_consent=no))
    assert worker.confirm().status_code == 303
    assert worker.initiative.publish_consented_at is None
