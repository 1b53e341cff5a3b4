"""What is known of a campaign: true at every edge, gone at once when it was changed, ten seconds old at most elsewhere."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from initiatives.campaigns import campaign_facts, contacts, windows
from initiatives.campaigns.campaign_facts import CampaignFacts
from initiatives.campaigns.windows import State
from initiatives.models import Campaign, Choice, ConsentText, Contact, Declaration, Phase
from orgtree.models import Unit
from portal import kept_pages
from portal.vietnamese.days import VIETNAM
from tests.factories import DraftFactory, WindowExtensionFactory
from tests.submission.worker import IN_2021, YEAR_2021, YEAR_2022

Ask = Callable[..., CampaignFacts]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


@pytest.fixture
def campaign(campaigns: dict[str, Campaign]) -> Campaign:
    Phase.objects.filter(campaign=campaigns[YEAR_2021]).update(
        opens_at=moment("2021-03-23T07:00:00"), closes_at=moment("2021-04-21T00:00:00")
    )
    campaigns[YEAR_2021].extensions.all().delete()
    return Campaign.objects.get(slug=YEAR_2021)


@pytest.fixture
def ask(campaign: Campaign) -> Ask:
    """What this process knows, on 10/4/2021 unless another moment is named."""
    return lambda at=IN_2021: campaign_facts.of(campaign.pk, at=moment(at))


def everything(known: CampaignFacts, unit: Unit) -> list[Any]:
    """All parts, each as it is shown."""
    return [
        known.campaign.name,
        known.phases,
        [choice.label for choice in known.choices],
        [declaration.text for declaration in known.declarations],
        [(top.code, top.name) for top in known.offered.tops],
        [each.code for each in known.offered.below(known.offered.tops[0])],
        known.consent_text(moment(IN_2021)),
        known.verdict(at=moment(IN_2021), unit=unit),
        known.helping(unit),
    ]


def past_the_models(said: str, *values: Any) -> None:
    """As another process changes a row that shares no cache with this one."""
    with connection.cursor() as cursor:
        cursor.execute(said, values)


def test_what_is_known_is_asked_for_once(ask: Ask, tree: dict[str, Unit]) -> None:
    first = everything(ask(), tree["quang-tri/dong-ha"])

    with CaptureQueriesContext(connection) as asked:
        again = everything(ask("2021-04-10 09:00:09.999"), tree["quang-tri/dong-ha"])

    assert len(asked) == 0
    assert again[:7] == first[:7]
    assert again[8] == first[8]


def test_it_is_what_the_rows_say(ask: Ask, campaign: Campaign, tree: dict[str, Unit]) -> None:
    known, unit = ask(), tree["quang-tri/dong-ha"]

    assert known.campaign == campaign
    assert known.choices == list(campaign.choices.all())
    assert known.declarations == list(campaign.declarations.all())
    assert known.phases == list(campaign.phases.all())
    assert known.helping(unit) == contacts.nearest(campaign, unit)
    assert known.helping() == contacts.nearest(campaign)
    assert {top.code for top in known.offered.tops} == set(known.units.top().values_list("code", flat=True))


@pytest.mark.parametrize("segment", ["slug", "alias"])
def test_a_campaign_is_found_by_either_address(ask: Ask, campaign: Campaign, segment: str) -> None:
    campaign.alias = "75nghin"
    campaign.save()
    at = moment(IN_2021)

    found = campaign_facts.at_address(getattr(campaign, segment), at=at)

    assert found is not None
    assert found.campaign == campaign
    assert campaign_facts.at_address(getattr(campaign, segment), at=at) is found
    assert campaign_facts.at_address(YEAR_2022, at=at) is not found
    assert campaign_facts.at_address("khong-co", at=at) is None


EDGES = {
    "the opening": ("2021-03-23T07:00:00", State.NOT_YET, State.OPEN),
    "the close": ("2021-04-21T00:00:00", State.OPEN, State.OPEN_FOR_SOME),
    "the end of the extension": ("2021-04-23T00:00:00", State.OPEN_FOR_SOME, State.CLOSED),
}


@pytest.mark.parametrize(("edge", "before", "after"), EDGES.values(), ids=EDGES)
def test_what_was_read_before_an_edge_is_right_after_it(
    campaign: Campaign, tree: dict[str, Unit], edge: str, before: State, after: State
) -> None:
    WindowExtensionFactory(
        campaign=campaign, unit=tree["dien-bien"], phase=None, closes_at=moment("2021-04-23T00:00:00")
    )
    turning = moment(edge)
    early = turning - timedelta(seconds=5)
    known = campaign_facts.of(campaign.pk, at=early)

    def states(at: datetime) -> tuple[State, State]:
        same = campaign_facts.of(campaign.pk, at=at)
        assert same is known
        shown, decided = same.verdict(at=at), windows.verdict(campaign, at=at)
        return shown.state, decided.state

    assert states(early) == (before, before)
    assert states(turning - timedelta(microseconds=1)) == (before, before)
    assert states(turning) == (after, after)


@pytest.mark.parametrize("granted", ["unit", "draft"])
def test_an_extension_holds_for_whom_it_was_granted(campaign: Campaign, tree: dict[str, Unit], granted: str) -> None:
    at, unit = moment("2021-04-22T10:00:00"), tree["quang-tri/dong-ha"]
    draft = DraftFactory(campaign=campaign, unit=unit, begun_at=at, saved_at=at)
    other = DraftFactory(campaign=campaign, unit=tree["ha-noi"], begun_at=at, saved_at=at)
    whose = {"unit": tree["quang-tri"]} if granted == "unit" else {"unit": None, "draft": draft}
    WindowExtensionFactory(campaign=campaign, phase=None, closes_at=moment("2021-04-23T00:00:00"), **whose)

    known = campaign_facts.of(campaign.pk, at=at)

    assert known.verdict(at=at, unit=unit, draft=draft).is_open
    assert windows.verdict(campaign, at=at, unit=unit, draft=draft).is_open
    assert not known.verdict(at=at, unit=tree["ha-noi"], draft=other).is_open
    assert not windows.verdict(campaign, at=at, unit=tree["ha-noi"], draft=other).is_open


CHANGES: dict[str, Callable[[Campaign], Any]] = {
    "the campaign": lambda campaign: Campaign.objects.filter(pk=campaign.pk).update(name="Tên khác"),
    "a window": lambda campaign: Phase.objects.filter(campaign=campaign).update(
        closes_at=moment("2021-04-09T00:00:00")
    ),
    "a choice": lambda campaign: Choice.objects.create(campaign=campaign, list="field", code="khac", label="Khác"),
    "a declaration": lambda campaign: Declaration.objects.filter(campaign=campaign).delete(),
    "the notice": lambda campaign: ConsentText.objects.create(
        version="moi", body="x", in_force_from=moment("2021-04-01T00:00:00")
    ),
    "a contact": lambda campaign: Contact.objects.create(campaign=campaign, name="Đường dây khác"),
    "an extension": lambda campaign: WindowExtensionFactory(
        campaign=campaign, unit=Unit.objects.get(code="quang-tri"), closes_at=moment("2021-05-01T00:00:00")
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_is_changed_here_is_known_at_once(
    ask: Ask, campaign: Campaign, tree: dict[str, Unit], change: Callable[[Campaign], Any]
) -> None:
    before = everything(ask(), tree["quang-tri/dong-ha"])

    change(campaign)

    assert everything(ask(), tree["quang-tri/dong-ha"]) != before


def test_what_another_process_changes_is_known_at_once_where_both_share_a_cache(ask: Ask, campaign: Campaign) -> None:
    ask()
    past_the_models("UPDATE initiatives_campaign SET name = %s WHERE id = %s", "Tên khác", campaign.pk)
    assert ask().campaign.name == campaign.name

    kept_pages.forget()  # as the other process says it, in the cache of both

    assert ask().campaign.name == "Tên khác"


def test_what_another_process_changes_is_known_after_ten_seconds_where_each_has_a_cache(
    ask: Ask, campaign: Campaign
) -> None:
    ask()
    past_the_models("UPDATE initiatives_campaign SET name = %s WHERE id = %s", "Tên khác", campaign.pk)

    assert ask("2021-04-10 09:00:09.999").campaign.name == campaign.name
    assert ask("2021-04-10 09:00:10").campaign.name == "Tên khác"


def test_an_older_arrival_is_told_what_is_known_since(ask: Ask) -> None:
    known = ask()

    assert ask("2021-04-10 08:55:00") is known
    assert ask("2021-04-10 08:49:59") is not known  # a clock that was set back


class TakenBack(Exception):
    pass


def test_what_was_known_within_a_transaction_goes_with_it(ask: Ask, campaign: Campaign) -> None:
    with pytest.raises(TakenBack), transaction.atomic():
        Campaign.objects.filter(pk=campaign.pk).update(name="Tên khác")
        assert ask().campaign.name == "Tên khác"
        raise TakenBack

    assert ask().campaign.name == campaign.name


@pytest.mark.parametrize("arrived", ["2021-04-10 08:55:00", "2021-04-10 09:00:05"], ids=["a slow upload", "a queue"])
def test_nothing_is_older_than_ten_seconds_however_long_a_request_waited(
    ask: Ask, campaign: Campaign, arrived: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask()
    past_the_models("UPDATE initiatives_campaign SET name = %s WHERE id = %s", "Tên khác", campaign.pk)
    later = campaign_facts.monotonic() + 10
    monkeypatch.setattr(campaign_facts, "monotonic", lambda: later)

    assert ask(arrived).campaign.name == "Tên khác"


def test_nothing_is_kept_where_the_cache_keeps_nothing(
    ask: Ask, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_pages, "edition", lambda: "")
    ask()
    past_the_models("UPDATE initiatives_campaign SET name = %s WHERE id = %s", "Tên khác", campaign.pk)

    assert ask().campaign.name == "Tên khác"


def test_an_emptied_cache_is_another_edition() -> None:
    first = kept_pages.edition()
    assert kept_pages.edition() == first

    cache.clear()

    assert kept_pages.edition() not in {"", first}
