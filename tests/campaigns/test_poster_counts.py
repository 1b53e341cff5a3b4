"""What is counted of a poster: who scanned is a person, each number is written once, and nobody waits for it."""

import threading
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from initiatives.campaigns import poster_counts
from initiatives.campaigns.poster_counts import What, note, write
from initiatives.campaigns.scanning import is_scan
from initiatives.models import Campaign, Draft, PosterCount
from initiatives.submission import tidying
from orgtree.models import Unit
from portal.vietnamese.days import VIETNAM
from tests.concurrency import together
from tests.factories import CampaignFactory, make_tree, unit_at
from tests.submission.worker import IN_2022, YEAR_2022, Worker, page, person

NOW = datetime(2022, 3, 2, 10, 0, tzinfo=VIETNAM)
DAY = date(2022, 3, 2)
PHONE = "Mozilla/5.0 (Linux; Android 9; SM-A105G) AppleWebKit/537.36 Chrome/96.0 Mobile Safari/537.36"

Counts = dict[tuple[str, date], tuple[int, int]]


@pytest.fixture(autouse=True)
def _nothing_noted() -> Iterator[None]:
    poster_counts._noted.clear()
    yield
    poster_counts._noted.clear()


@pytest.fixture
def campaign(db: None) -> Campaign:
    make_tree()
    return CampaignFactory()


def stored() -> Counts:
    rows = PosterCount.objects.order_by("unit__path", "day").values_list("unit__code", "day", "scans", "starts")
    return {(code, day): (scans, starts) for code, day, scans, starts in rows}


# --- what is a scan -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "method, headers, counts",
    [
        ("GET", {"User-Agent": PHONE}, True),
        ("GET", {}, True),
        ("GET", {"User-Agent": PHONE, "Sec-Fetch-Mode": "navigate"}, True),
        ("GET", {"User-Agent": f"{PHONE} Zalo android/12110601 ZaloTheme/light ZaloLanguage/vi"}, True),
        ("GET", {"User-Agent": "Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 [FBAN/FBIOS;FBAV/350.0]"}, True),
        ("GET", {"User-Agent": "Mozilla/5.0 (Linux; Android 9; CUBOT_X19) AppleWebKit/537.36"}, True),
        ("GET", {"User-Agent": "Mozilla/5.0 (Linux; Android 9; CUBOT X19 Build/PPR1) AppleWebKit/537.36"}, True),
        ("HEAD", {"User-Agent": PHONE}, False),
        ("GET", {"User-Agent": PHONE, "Sec-Fetch-Mode": "no-cors"}, False),
        ("GET", {"User-Agent": PHONE, "Sec-Fetch-Mode": "cors"}, False),
        ("GET", {"User-Agent": PHONE, "Sec-Purpose": "prefetch;prerender"}, False),
        ("GET", {"User-Agent": PHONE, "Purpose": "prefetch"}, False),
        ("GET", {"User-Agent": PHONE, "X-Purpose": "preview"}, False),
        ("GET", {"User-Agent": PHONE, "X-Moz": "prefetch"}, False),
        ("GET", {"User-Agent": "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)"}, False),
        ("GET", {"User-Agent": "Mozilla/5.0 (compatible; Zalobot/1.0)"}, False),
        ("GET", {"User-Agent": "WhatsApp/2.23.2 A"}, False),
        ("GET", {"User-Agent": "TelegramBot (like TwitterBot)"}, False),
        ("GET", {"User-Agent": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"}, False),
        ("GET", {"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"}, False),
        ("GET", {"User-Agent": "coccocbot-web/1.0"}, False),
    ],
)
def test_a_visit_counts_unless_it_says_that_nobody_looks(method: str, headers: dict[str, str], counts: bool) -> None:
    assert is_scan(method, headers) is counts


def test_a_scan_is_counted_for_the_unit_on_the_paper(campaign: Campaign) -> None:
    key = unit_at("quang-tri/dong-ha").poster_key

    for address in (f"/q/{campaign.poster_key}{key}", f"/q/{campaign.poster_key}{key}", f"/q/{campaign.poster_key}"):
        assert Client().get(address, headers={"User-Agent": PHONE}).status_code == 302
    Client().get(f"/q/{campaign.poster_key}{key}", headers={"User-Agent": "WhatsApp/2.23.2 A"})
    Client().head(f"/q/{campaign.poster_key}{key}")
    Client().get(f"/q/{campaign.poster_key}aaaaaaaa")

    assert {code: numbers for (code, _), numbers in stored().items()} == {"tld": (1, 0), "quang-tri/dong-ha": (2, 0)}


def test_a_scan_stores_nothing_of_who_scanned(campaign: Campaign) -> None:
    visitor = {"User-Agent": PHONE, "X-Forwarded-For": "203.0.113.9", "Referer": "https://example.vn/"}
    with CaptureQueriesContext(connection) as asked:
        answer = Client().get(f"/q/{campaign.poster_key}", headers=visitor)

    assert not answer.cookies
    told = [each["sql"] for each in asked if not each["sql"].startswith(("SELECT", "SAVEPOINT", "RELEASE"))]
    assert [each.split(" VALUES")[0] for each in told] == [
        "INSERT INTO initiatives_postercount (campaign_id, unit_id, day, scans, starts)"
    ]
    assert not any(secret in each for each in told for secret in ("203.0.113", "Android", "example"))


# --- noting and writing -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "moment, day",
    [
        ("2022-03-01T16:59:59+00:00", date(2022, 3, 1)),
        ("2022-03-01T17:00:00+00:00", date(2022, 3, 2)),
    ],
    ids=["the last second", "midnight in Việt Nam"],
)
def test_the_day_is_that_of_viet_nam(campaign: Campaign, moment: str, day: date) -> None:
    note(campaign.pk, unit_at("quang-tri").pk, What.SCAN, at=datetime.fromisoformat(moment))

    assert stored() == {("quang-tri", day): (1, 0)}


def test_what_was_noted_is_added_to_what_is_stored(campaign: Campaign, settings: Any) -> None:
    one, other = unit_at("quang-tri"), unit_at("quang-tri/dong-ha")
    for unit, what in ((one, What.SCAN), (one, What.SCAN), (one, What.START), (other, What.START)):
        note(campaign.pk, unit.pk, what, at=NOW)
    note(campaign.pk, one.pk, What.SCAN, at=NOW + timedelta(days=1))

    assert stored() == {
        ("quang-tri", DAY): (2, 1),
        ("quang-tri", DAY + timedelta(days=1)): (1, 0),
        ("quang-tri/dong-ha", DAY): (0, 1),
    }


def keep_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing writes but the test."""
    monkeypatch.setattr(poster_counts, "_write_or_tell", lambda: None)


def test_many_are_written_in_statements_of_some(campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_only(monkeypatch)
    monkeypatch.setattr(poster_counts, "AT_ONCE", 2)
    for number in range(5):
        for _ in range(number + 1):
            note(campaign.pk, unit_at("quang-tri").pk, What.SCAN, at=NOW + timedelta(days=number))

    with CaptureQueriesContext(connection) as asked:
        write()
        write()

    assert [scans for scans, _ in stored().values()] == [1, 2, 3, 4, 5]
    assert sum(each["sql"].startswith("INSERT") for each in asked) == 3


@pytest.mark.parametrize("written", [0, 1], ids=["nothing", "the first of two statements"])
def test_what_could_not_be_written_is_kept(campaign: Campaign, monkeypatch: pytest.MonkeyPatch, written: int) -> None:
    keep_only(monkeypatch)
    monkeypatch.setattr(poster_counts, "AT_ONCE", 1)
    add, calls = poster_counts._add, []

    def failing(counts: Any) -> None:
        calls.append(counts)
        if len(calls) > written:
            raise DatabaseError
        add(counts)

    for code in ("quang-tri", "quang-tri/dong-ha"):
        note(campaign.pk, unit_at(code).pk, What.SCAN, at=NOW)
    with monkeypatch.context() as broken:
        broken.setattr(poster_counts, "_add", failing)
        with pytest.raises(DatabaseError):
            write()
    assert len(stored()) == written
    note(campaign.pk, unit_at("quang-tri/dong-ha").pk, What.SCAN, at=NOW)
    write()

    assert stored() == {("quang-tri", DAY): (1, 0), ("quang-tri/dong-ha", DAY): (2, 0)}


def test_nobody_meets_a_failed_write(campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(counts: Any) -> None:
        raise DatabaseError

    with monkeypatch.context() as broken:
        broken.setattr(poster_counts, "_add", failing)
        assert Client().get(f"/q/{campaign.poster_key}").status_code == 302
    assert stored() == {}
    Client().get(f"/q/{campaign.poster_key}")

    assert list(stored().values()) == [(2, 0)]


def test_no_more_is_kept_than_there_is_room_for(campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_only(monkeypatch)
    monkeypatch.setattr(poster_counts, "MOST_KEPT", 2)
    for code in ("tld", "quang-tri", "quang-tri/dong-ha", "tld"):
        note(campaign.pk, unit_at(code).pk, What.SCAN, at=NOW)

    write()

    assert stored() == {("tld", DAY): (2, 0), ("quang-tri", DAY): (1, 0)}


def test_a_campaign_that_is_gone_keeps_no_other_from_being_written(
    campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_only(monkeypatch)
    for pk in (campaign.pk, campaign.pk + 1000):
        note(pk, unit_at("quang-tri").pk, What.SCAN, at=NOW)

    write()

    assert stored() == {("quang-tri", DAY): (1, 0)}
    assert poster_counts._noted == {}


@pytest.mark.serial
@pytest.mark.django_db(transaction=True)
def test_a_thread_writes_beside_the_answer(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.TALLY_BESIDE_THE_ANSWER = True
    monkeypatch.setattr(poster_counts, "EVERY", 0.01)
    make_tree()
    campaign = CampaignFactory()

    for _ in range(3):
        Client().get(f"/q/{campaign.poster_key}")
    for thread in threading.enumerate():
        if thread.name == "posters":
            thread.join(timeout=30)

    assert list(stored().values()) == [(3, 0)]
    assert poster_counts._writer is None


@pytest.mark.serial
@pytest.mark.django_db(transaction=True)
def test_processes_that_write_at_one_moment_lose_nothing() -> None:
    """Each adds its own numbers to the same rows through a connection of its own, as two processes would."""
    make_tree()
    campaign = CampaignFactory()
    units = [unit.pk for unit in Unit.objects.order_by("path")]
    days = [DAY + timedelta(days=each) for each in range(3)]

    def process(scans: int) -> Callable[[], None]:
        def run() -> None:
            for _ in range(10):
                poster_counts._add(sorted(((campaign.pk, unit, day), [scans, 1]) for unit in units for day in days))

        return run

    outcomes = together(*(process(scans) for scans in (1, 2, 3, 4)))

    assert outcomes == [None] * 4
    assert set(stored().values()) == {(100, 40)}
    assert len(stored()) == len(units) * len(days)


# --- beginnings and submissions ---------------------------------------------------------------------------------------


@pytest.fixture
def poster(campaigns: dict[str, Campaign], tree: dict[str, Unit], at: Callable[[str], datetime]) -> str:
    """The mark of the poster of Đông Hà."""
    at(IN_2022)
    return tree["quang-tri/dong-ha"].poster_key


def posters_of_drafts() -> list[str | None]:
    return list(Draft.objects.order_by("pk").values_list("poster_unit__code", flat=True))


def test_the_form_carries_whose_poster_it_was_until_there_is_a_draft(poster: str) -> None:
    worker = Worker()
    address = f"/{YEAR_2022}/nop/?ap-phich={poster}"

    shown = page(worker.get(f"/{YEAR_2022}/nop/?don-vi=quang-tri/dong-ha&ap-phich={poster}"))
    assert f'action="{address}"' in shown
    empty = page(worker.post(address, {"next": "1"}))
    assert f'action="{address}"' in empty
    assert (posters_of_drafts(), stored()) == ([], {})

    refused = page(worker.post(address, {"next": "1", **person(phone="12")}))
    assert "ap-phich" not in refused
    assert posters_of_drafts() == ["quang-tri/dong-ha"]
    assert list(stored().values()) == [(0, 1)]


def test_a_draft_begins_once_and_its_steps_count_nothing(poster: str) -> None:
    worker = Worker()
    answer = worker.post(f"/{YEAR_2022}/nop/?ap-phich={poster}", {"next": "1", **person()})
    worker.token = answer["Location"].split("/")[2]
    worker.post(worker.step("nguoi-nop"), {"next": "1", **person(phone="0935 112 234")})

    assert "ap-phich" not in answer["Location"]
    assert list(stored().values()) == [(0, 1)]


@pytest.mark.parametrize(
    "typed",
    ["", "aaaaaaaa", "1", "00", "AAAAAAAA", "a" * 300, "aaaa%00aaa", '"><script>', "quang-tri", "&ap-phich=0%0A"],
)
def test_any_other_mark_is_as_none(poster: str, typed: str) -> None:
    worker, address = Worker(), f"/{YEAR_2022}/nop/?ap-phich={typed}"
    shown = worker.get(address)
    answer = worker.post(address, {"next": "1", **person()})

    assert (shown.status_code, answer.status_code) in {(200, 303), (400, 400)}
    assert typed == "aaaaaaaa" or f'action="/{YEAR_2022}/nop/"' in shown.content.decode() or shown.status_code == 400
    assert set(posters_of_drafts()) <= {None}
    assert stored() == {}


def test_without_a_mark_nothing_is_counted(poster: str) -> None:
    Worker().submit()

    assert posters_of_drafts() == [None]
    assert stored() == {}


def test_the_campaigns_own_poster_is_the_confederations(poster: str) -> None:
    Worker().post(f"/{YEAR_2022}/nop/?ap-phich=0", {"next": "1", **person()})

    assert posters_of_drafts() == ["tld"]
    assert list(stored()) == [("tld", date(2022, 3, 1))]


def test_purging_drafts_loses_no_number(poster: str) -> None:
    Worker().post(f"/{YEAR_2022}/nop/?ap-phich={poster}", {"next": "1", **person()})
    purged = tidying.purge(at=NOW + timedelta(days=900), untouched_for=timedelta(days=90))

    assert purged.drafts == 1
    assert list(stored().values()) == [(0, 1)]
