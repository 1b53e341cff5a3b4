"""The announced quarters for everybody: as they were announced, no name of a person, what is not announced missing."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from initiatives.models import Campaign, Initiative, Quarter, Status
from initiatives.progress import quarters, recognising, tally
from initiatives.progress.quarters import FALLS, Span
from orgtree.models import StaffAccount, Unit
from orgtree.roles import Role
from portal.vietnamese.days import VIETNAM
from tests.factories import (
    CampaignFactory,
    ClusterFactory,
    ClusterUnitFactory,
    InitiativeFactory,
    QuarterFactory,
    StaffAccountFactory,
    make_tree,
)

pytestmark = pytest.mark.django_db

FIRST = Span(date(2022, 1, 1))
LATER = datetime(2022, 4, 20, 9, 0, tzinfo=VIETNAM)
LIST, PAGE = "/sang-kien-thu/tien-do/quy/", "/sang-kien-thu/tien-do/quy/2022-1/"


@pytest.fixture
def small_tree() -> dict[str, Unit]:
    return make_tree()


@pytest.fixture
def campaign(small_tree: dict[str, Unit], at: Callable[[Any], datetime]) -> Campaign:
    at(LATER)
    return CampaignFactory(slug="sang-kien-thu", alias="thu", goal=1000)


@pytest.fixture
def chief(small_tree: dict[str, Unit]) -> StaffAccount:
    return StaffAccountFactory(unit=small_tree["tld"], role=Role.ADMINISTRATOR)


@pytest.fixture
def initiative(campaign: Campaign, small_tree: dict[str, Unit]) -> Initiative:
    return InitiativeFactory(campaign=campaign, unit=small_tree["cd-y-te"], status=Status.VALID)


@pytest.fixture
def announced(campaign: Campaign, chief: StaffAccount, initiative: Initiative) -> Quarter:
    code = initiative.receipt_code
    recognising.name(campaign, FIRST, code=code, reason="Dễ nhân rộng", by=chief, at=LATER)
    recognising.record_document(campaign, FIRST, document="12/QĐ-TLĐ", by=chief)
    tally.refresh(campaign, at=LATER, everything=True)
    outcome = quarters.live(quarters.read(campaign, at=LATER), FIRST, quarters.quarter_of(campaign, FIRST))
    return recognising.announce(campaign, FIRST, seen=outcome.digest, by=chief, at=LATER)


def seen(answer: HttpResponse) -> str:
    return unescape(answer.content.decode())


def test_an_announced_quarter_is_everybodys(announced: Quarter, initiative: Initiative, chief: StaffAccount) -> None:
    answer = Client().get(PAGE)

    page = seen(answer)
    assert answer.status_code == 200
    for told in (FALLS, "12/QĐ-TLĐ", initiative.title, "CĐ Y tế Việt Nam (1)", "Dễ nhân rộng", "9h00 ngày 20/4/2022"):
        assert told in page
    for personal in (initiative.full_name, initiative.phone, initiative.receipt_code, chief.full_name):
        assert personal not in page
    assert "nay" not in page.split("<main", 1)[1].lower().split("board-rules")[0]


def test_it_is_found_from_the_board_and_the_list(announced: Quarter) -> None:
    assert LIST in seen(Client().get("/sang-kien-thu/tien-do/"))
    assert PAGE in seen(Client().get(LIST))
    assert Client().get("/thu/tien-do/quy/2022-1/").status_code == 200


@pytest.mark.parametrize("key", ["2022-2", "2021-4", "2022-9", "abc", "2022-1-1", "9999999-1"])
def test_every_other_quarter_is_missing(announced: Quarter, key: str) -> None:
    assert Client().get(f"/sang-kien-thu/tien-do/quy/{key}/").status_code == 404


def test_one_that_is_not_announced_is_missing_and_not_listed(campaign: Campaign) -> None:
    QuarterFactory(campaign=campaign, document="34/QĐ-TLĐ")

    assert Client().get(PAGE).status_code == 404
    assert "34/QĐ-TLĐ" not in seen(Client().get(LIST))
    assert "Chưa có quý nào được công bố" in seen(Client().get(LIST))


@pytest.mark.parametrize("address", [LIST, PAGE])
def test_a_campaign_that_is_not_published_shows_nothing(campaign: Campaign, announced: Quarter, address: str) -> None:
    Campaign.objects.update(is_published=False)

    assert Client().get(address).status_code == 404


def test_the_page_stays_as_announced_and_says_what_is_otherwise_today(
    campaign: Campaign, announced: Quarter, initiative: Initiative, at: Callable[[Any], datetime]
) -> None:
    Initiative.objects.filter(pk=initiative.pk).update(status=Status.WITHDRAWN, title="Tên khác")
    ClusterUnitFactory(cluster=ClusterFactory(campaign=campaign, name="Cụm mới"))
    later = at(LATER + timedelta(days=2))
    tally.refresh(campaign, at=later, everything=True)

    page = seen(Client().get(PAGE))

    assert initiative.title in page
    assert "CĐ Y tế Việt Nam (1)" in page and "(nay 0)" in page
    assert "tính đến 9h00 ngày 22/4/2022" in page
    assert "Cụm mới" not in page and "Tên khác" not in page


def test_a_page_costs_as_many_statements_for_many_units_as_for_few(
    campaign: Campaign, announced: Quarter, small_tree: dict[str, Unit]
) -> None:
    def statements(address: str) -> int:
        with CaptureQueriesContext(connection) as found:
            assert Client().get(address).status_code == 200
        return len(found)

    before = [statements(address) for address in (LIST, PAGE)]
    for code in ("quang-tri", "dien-bien"):
        InitiativeFactory(campaign=campaign, unit=small_tree[code])
    QuarterFactory(campaign=campaign, is_announced=True, starts_on=date(2022, 4, 1))
    tally.refresh(campaign, at=LATER, everything=True)

    assert [statements(address) for address in (LIST, PAGE)] == before
