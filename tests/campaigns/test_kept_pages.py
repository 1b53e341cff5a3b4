"""Public pages are kept rendered: no statement for what did not change, and never a word that is no longer true."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from initiatives.campaigns import campaign_facts, countdowns, windows
from initiatives.models import Campaign, Contact, Phase, WindowExtension
from initiatives.progress import tally
from orgtree.models import Unit
from portal import kept_pages
from portal.vietnamese.days import VIETNAM
from tests.factories import InitiativeFactory, WindowExtensionFactory
from tests.submission.worker import YEAR_2021, YEAR_2022

Clock = Callable[[str | datetime], datetime]

PAGES = {
    "front": "/",
    "campaign": f"/{YEAR_2021}/",
    "campaign of a unit": f"/{YEAR_2021}/?don-vi=quang-tri/dong-ha",
    "form": f"/{YEAR_2021}/nop/",
    "form of a unit": f"/{YEAR_2021}/nop/?don-vi=quang-tri/dong-ha",
    "board": f"/{YEAR_2021}/tien-do/",
}
GUIDE = ("guide", f"/{YEAR_2021}/huong-dan/")
OPEN, SOME, CLOSED = "Đang nhận sáng kiến", "Chỉ còn nhận của", "Đã đóng lúc"


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


@pytest.fixture
def asked(campaigns: dict[str, Campaign], at: Clock) -> Iterator[Callable[..., HttpResponse]]:
    """Asks a page as a new visitor does, on 10/4/2021 unless the clock was moved; all of one process, which knows its way to
    what is kept (`portal/kept_first.py`)."""
    at("2021-04-10 09:00:00")
    for each in campaigns.values():
        tally.refresh(each, at=moment("2021-04-10T09:00:00"))
    process = Client()
    yield lambda address, **headers: process.get(address, headers=headers)


def statements(ask: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as found:
        ask()
    return len(found)


@pytest.mark.parametrize("address", PAGES.values(), ids=PAGES)
def test_a_page_that_did_not_change_asks_the_database_nothing(asked: Callable[..., HttpResponse], address: str) -> None:
    first = asked(address)

    assert first.status_code == 200
    assert statements(lambda: asked(address)) == 0
    again = asked(address)
    assert again.content == first.content
    assert again["Cache-Control"] == "no-cache"
    assert "Vary" not in again or "Cookie" not in again["Vary"]
    assert not again.cookies


@pytest.mark.parametrize("address", PAGES.values(), ids=PAGES)
def test_a_browser_that_has_it_is_told_so(asked: Callable[..., HttpResponse], address: str) -> None:
    etag = asked(address)["ETag"]

    assert statements(lambda: asked(address, if_none_match=etag)) == 0
    known = asked(address, if_none_match=etag)
    assert (known.status_code, known.content, known["Cache-Control"]) == (304, b"", "no-cache")
    assert asked(address, if_none_match='"another"').status_code == 200


EDGES = {
    "the opening": ("2021-03-23T07:00:00", None, "Chưa mở", OPEN),
    "the close": ("2021-04-21T00:00:00", None, OPEN, CLOSED),
    "the close, for some not yet": ("2021-04-21T00:00:00", "2021-04-23T00:00:00", OPEN, SOME),
    "the end of an extension": ("2021-04-23T00:00:00", "2021-04-23T00:00:00", SOME, CLOSED),
}


@pytest.mark.parametrize(("edge", "extended", "before", "after"), EDGES.values(), ids=EDGES)
@pytest.mark.parametrize("address", ["/", f"/{YEAR_2021}/", f"/{YEAR_2021}/nop/"])
def test_no_page_outlives_an_edge(
    campaigns: dict[str, Campaign],
    tree: dict[str, Unit],
    at: Clock,
    address: str,
    edge: str,
    extended: str | None,
    before: str,
    after: str,
) -> None:
    turning = moment(edge)
    WindowExtension.objects.all().delete()
    Campaign.objects.filter(slug=YEAR_2022).update(is_published=False)
    Phase.objects.filter(campaign=campaigns[YEAR_2021]).update(
        opens_at=moment("2021-03-23T07:00:00"), closes_at=moment("2021-04-21T00:00:00")
    )
    if extended:
        WindowExtensionFactory(
            campaign=campaigns[YEAR_2021], unit=tree["dien-bien"], phase=None, closes_at=moment(extended)
        )

    process = Client()

    def said() -> set[str]:
        shown = process.get(address).content.decode()
        return {word for word in (before, after) if word in shown}

    for early in (9, 3, 0.000001):
        at(turning - timedelta(seconds=early))
        assert before in said()
    at(turning)
    assert after in said()
    assert before not in said()


def test_the_next_edge_is_the_first_of_all_campaigns(campaigns: dict[str, Campaign], tree: dict[str, Unit]) -> None:
    early = moment("2020-01-01T00:00:00")
    assert windows.turns(early, early)[0] == min(Phase.objects.values_list("opens_at", flat=True))

    last = max(Phase.objects.values_list("closes_at", flat=True))
    assert windows.turns(last, last) == []
    WindowExtensionFactory(campaign=campaigns[YEAR_2021], unit=tree["dien-bien"], closes_at=last + timedelta(days=1))
    assert windows.turns(last, last) == [last + timedelta(days=1)]
    assert countdowns.turns(last - timedelta(seconds=1), last) == [
        last,
        last + timedelta(minutes=1),
        last + timedelta(days=1),
    ]


def test_no_edge_is_passed_over_however_many_lie_between(campaigns: dict[str, Campaign], tree: dict[str, Unit]) -> None:
    last = max(Phase.objects.values_list("closes_at", flat=True))
    edges = [last + timedelta(seconds=number) for number in range(1, 3 * windows.TURNS_AT_ONCE)]
    for each in edges:
        WindowExtensionFactory(campaign=campaigns[YEAR_2021], unit=tree["dien-bien"], closes_at=each)

    for at in (edges[0], edges[-2], edges[-1]):
        found = windows.turns(last, at)
        assert found == edges[: len(found)]
        assert found == edges or found[-1] > at


def renamed() -> None:
    """Past the models, as another process would seem to do it."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE initiatives_campaign SET name = %s WHERE slug = %s", ["Chương trình đổi tên", YEAR_2021])


def test_a_page_is_made_anew_by_the_first_who_asks_for_it_when_it_is_ending(
    asked: Callable[..., HttpResponse], campaigns: dict[str, Campaign], at: Clock
) -> None:
    asked("/")
    renamed()

    at("2021-04-10 09:00:09")
    assert "Chương trình đổi tên" not in asked("/").content.decode()
    at("2021-04-10 09:00:09.001")
    assert "Chương trình đổi tên" in asked("/").content.decode()
    at("2021-04-10 09:00:18")
    assert statements(lambda: asked("/")) == 0


def test_a_page_that_cannot_be_made_anew_stands_until_its_end(
    asked: Callable[..., HttpResponse], at: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = asked("/")
    monkeypatch.setattr(windows, "verdicts", lambda *args, **options: 1 / 0)

    at("2021-04-10 09:00:09.999")
    assert asked("/").content == first.content
    at("2021-04-10 09:00:10")
    with pytest.raises(ZeroDivisionError):
        asked("/")


@pytest.mark.parametrize(("earlier", "number"), [(1.999, 0), (2.001, 1)])
def test_who_arrived_a_little_earlier_is_answered_with_it_too(
    asked: Callable[..., HttpResponse], at: Clock, earlier: float, number: int
) -> None:
    """Two who ask at once are not answered in the order in which they arrived."""
    at("2021-04-10 09:00:30")
    asked("/")
    at(moment("2021-04-10T09:00:30") - timedelta(seconds=earlier))

    assert min(statements(lambda: asked("/")), 1) == number


def test_who_arrived_before_an_edge_is_told_nothing_of_behind_it(asked: Callable[..., HttpResponse], at: Clock) -> None:
    WindowExtension.objects.all().delete()
    Campaign.objects.filter(slug=YEAR_2022).update(is_published=False)
    Phase.objects.filter(campaign__slug=YEAR_2021).update(closes_at=moment("2021-04-21T00:00:00"))
    at("2021-04-21 00:00:00.5")
    assert CLOSED in asked("/").content.decode()
    at("2021-04-20 23:59:59.5")

    assert OPEN in asked("/").content.decode()


@pytest.mark.parametrize("address", [PAGES["form"], PAGES["form of a unit"]])
def test_a_page_made_of_what_was_known_is_not_kept_longer_than_that(
    asked: Callable[..., HttpResponse], at: Clock, campaigns: dict[str, Campaign], address: str
) -> None:
    campaign_facts.of(campaigns[YEAR_2021].pk, at=moment("2021-04-10T09:00:00"))
    with connection.cursor() as cursor:  # as another process changes it, with a cache of its own
        cursor.execute("UPDATE initiatives_campaign SET name = %s WHERE slug = %s", ["Tên vừa đổi", YEAR_2021])

    at("2021-04-10 09:00:09")
    assert "Tên vừa đổi" not in asked(address).content.decode()

    at("2021-04-10 09:00:10")
    assert "Tên vừa đổi" in asked(address).content.decode()


@pytest.mark.parametrize("address", [address for name, address in [*PAGES.items(), GUIDE] if name != "board"])
def test_a_page_does_not_outlive_an_edge_that_was_taken_away_meanwhile(
    campaigns: dict[str, Campaign],
    tree: dict[str, Unit],
    at: Clock,
    monkeypatch: pytest.MonkeyPatch,
    address: str,
) -> None:
    """By another process, with a cache of its own: what was read still names the edge, what is asked afterwards does not."""
    chosen = campaigns[YEAR_2021]
    for each in campaigns.values():
        tally.refresh(each, at=moment("2021-04-10T09:00:00"))
    WindowExtension.objects.all().delete()
    Campaign.objects.filter(slug=YEAR_2022).update(is_published=False)
    Phase.objects.filter(campaign=chosen).update(closes_at=moment("2021-04-10T08:59:50"))
    WindowExtensionFactory(
        campaign=chosen, unit=tree["quang-tri/dong-ha"], phase=None, closes_at=moment("2021-04-10T09:00:05")
    )

    def taken_away() -> None:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM initiatives_windowextension")

    at("2021-04-10 09:00:00")
    as_read = kept_pages._page
    monkeypatch.setattr(kept_pages, "_page", lambda *args: taken_away() or as_read(*args))
    process = Client()
    word = OPEN if "don-vi" in address else SOME
    assert word in process.get(address).content.decode()

    at("2021-04-10 09:00:04.999")
    assert word in process.get(address).content.decode()
    at("2021-04-10 09:00:05")
    assert word not in process.get(address).content.decode()


class TakenBack(Exception):
    pass


@pytest.mark.parametrize("address", PAGES.values(), ids=PAGES)
def test_a_page_made_within_a_transaction_goes_with_it(asked: Callable[..., HttpResponse], address: str) -> None:
    with pytest.raises(TakenBack), transaction.atomic():
        Campaign.objects.filter(slug=YEAR_2021).update(name="Tên không có thật")
        assert "Tên không có thật" in asked(address).content.decode()
        raise TakenBack

    assert "Tên không có thật" not in asked(address).content.decode()


def test_a_clock_set_back_shows_nothing_of_the_future(asked: Callable[..., HttpResponse], at: Clock) -> None:
    at("2021-04-23 00:00:00")
    assert CLOSED in asked(f"/{YEAR_2021}/").content.decode()
    at("2021-04-20 23:59:59")

    assert OPEN in asked(f"/{YEAR_2021}/").content.decode()


CHANGES: dict[str, Callable[[Campaign, dict[str, Unit]], Any]] = {
    "a name": lambda campaign, tree: (setattr(campaign, "name", "Tên mới"), campaign.save()),
    "a close": lambda campaign, tree: [
        (setattr(each, "closes_at", moment("2021-04-09T00:00:00")), each.save()) for each in campaign.phases.all()
    ],
    "many closes": lambda campaign, tree: campaign.phases.update(closes_at=moment("2021-04-09T00:00:00")),
    "a contact of everybody's gone": lambda campaign, tree: Contact.objects.filter(unit=None).delete(),
    "an unpublished campaign": lambda campaign, tree: (setattr(campaign, "is_published", False), campaign.save()),
    "somebody to call": lambda campaign, tree: Contact.objects.create(
        campaign=campaign, unit=None, name="Ban Chính sách", phone="0233 999 9999"
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_is_seen_at_once(
    asked: Callable[..., HttpResponse],
    campaigns: dict[str, Campaign],
    tree: dict[str, Unit],
    change: Callable[[Campaign, dict[str, Unit]], Any],
) -> None:
    address = f"/{YEAR_2021}/"
    before = asked(address).content
    change(campaigns[YEAR_2021], tree)

    assert asked(address).content != before


def test_an_extension_granted_after_the_close_is_seen_at_once(
    asked: Callable[..., HttpResponse], campaigns: dict[str, Campaign], tree: dict[str, Unit], at: Clock
) -> None:
    at("2021-04-21 08:00:00")
    address = f"/{YEAR_2021}/nop/?don-vi=ninh-thuan"
    assert OPEN not in asked(address).content.decode()
    granted = WindowExtensionFactory(
        campaign=campaigns[YEAR_2021], unit=tree["ninh-thuan"], phase=None, closes_at=moment("2021-04-23T00:00:00")
    )
    assert OPEN in asked(address).content.decode()

    granted.delete()
    assert OPEN not in asked(address).content.decode()


def test_what_was_counted_anew_is_shown_at_once(
    asked: Callable[..., HttpResponse], campaigns: dict[str, Campaign], tree: dict[str, Unit], at: Clock
) -> None:
    asked(f"/{YEAR_2021}/")
    InitiativeFactory.create_batch(
        3, campaign=campaigns[YEAR_2021], unit=tree["dien-bien"], submitted_at=moment("2021-04-10T08:00:00")
    )
    tally.refresh(campaigns[YEAR_2021], at=moment("2021-04-10T09:00:00"), everything=True)

    assert "<b>3</b>" in asked(f"/{YEAR_2021}/").content.decode()


@pytest.mark.parametrize("address", [f"/{YEAR_2021}/", f"/{YEAR_2021}/nop/"], ids=["campaign", "form"])
def test_seconds_are_counted_from_the_moment_of_the_answer(
    asked: Callable[..., HttpResponse], at: Clock, address: str
) -> None:
    """A page made nine seconds ago says nine seconds less, and no browser keeps it."""
    WindowExtension.objects.all().delete()
    for each in Campaign.objects.all():
        tally.refresh(each, at=at("2021-04-20 23:50:00"))
    left = re.compile(r'left="(\d+)" data-counting')
    for moment_, seconds in (("23:50:01", "599"), ("23:50:09.5", "590"), ("23:50:10", "590"), ("23:59:59", "1")):
        at(f"2021-04-20 {moment_}")
        answer = asked(address)
        assert left.findall(answer.content.decode()) == [seconds]
        assert (answer["Cache-Control"], "ETag" in answer) == ("no-store", False)


def test_marks_of_chats_are_not_looked_at_and_units_are(asked: Callable[..., HttpResponse]) -> None:
    asked(f"/{YEAR_2021}/nop/")
    assert statements(lambda: asked(f"/{YEAR_2021}/nop/?fbclid=IwAR0abc&utm_source=zalo")) == 0

    assert statements(lambda: asked(f"/{YEAR_2021}/nop/?don-vi=dien-bien")) > 0
    assert 'value="dien-bien" selected' in asked(f"/{YEAR_2021}/nop/?don-vi=dien-bien").content.decode()
    assert 'value="dien-bien" selected' not in asked(f"/{YEAR_2021}/nop/").content.decode()


def test_the_form_behind_a_poster_keeps_its_mark(asked: Callable[..., HttpResponse], tree: dict[str, Unit]) -> None:
    mark = tree["dien-bien"].poster_key
    asked(f"/{YEAR_2021}/nop/")

    assert mark in asked(f"/{YEAR_2021}/nop/?ap-phich={mark}").content.decode()
    assert statements(lambda: asked(f"/{YEAR_2021}/nop/?ap-phich={mark}")) == 0
    assert mark not in asked(f"/{YEAR_2021}/nop/").content.decode()


def test_an_address_too_long_is_answered_and_not_kept(asked: Callable[..., HttpResponse]) -> None:
    long = f"/{YEAR_2021}/?don-vi={'a' * (kept_pages.LONGEST_VALUE + 1)}"

    assert asked(long).status_code == 200
    assert statements(lambda: asked(long)) > 0


def test_what_is_not_there_is_not_kept(asked: Callable[..., HttpResponse], campaigns: dict[str, Campaign]) -> None:
    assert asked("/chua-co/").status_code == 404
    Campaign.objects.filter(slug=YEAR_2021).update(alias="chua-co")

    assert asked("/chua-co/").status_code == 200


def test_another_host_has_pages_of_its_own(asked: Callable[..., HttpResponse], settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
    shown = {host: Client().get(f"/{YEAR_2021}/", headers={"host": host}) for host in settings.ALLOWED_HOSTS}

    assert statements(lambda: Client().get(f"/{YEAR_2021}/", headers={"host": "localhost"})) == 0
    assert all(answer.status_code == 200 for answer in shown.values())


def test_what_is_sent_passes_by(asked: Callable[..., HttpResponse]) -> None:
    asked(f"/{YEAR_2021}/nop/")
    answer = Client().post(f"/{YEAR_2021}/nop/", {"full_name": "Hồ Thị Mỹ Duyên"})

    assert "Hồ Thị Mỹ Duyên" in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    assert "Hồ Thị Mỹ Duyên" not in asked(f"/{YEAR_2021}/nop/").content.decode()
