"""Milestones in the admin: administrators say what is awaited; what was announced can be neither changed nor removed."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from initiatives.models import Campaign, Milestone
from orgtree.roles import Role
from tests.factories import CampaignFactory, MilestoneFactory, StaffAccountFactory, unit_at
from tests.submission.worker import page

Enter = Callable[..., Client]
LIST = "admin:initiatives_milestone_changelist"


@pytest.fixture
def campaign(db: None) -> Campaign:
    unit_at("quang-tri/dong-ha")
    return CampaignFactory()


@pytest.fixture
def client(campaign: Campaign, client_as: Enter) -> Client:
    return client_as(StaffAccountFactory(unit=unit_at("tld"), role=Role.ADMINISTRATOR))


def address(what: str, row: Milestone | None = None) -> str:
    return reverse(f"admin:initiatives_milestone_{what}", args=[row.pk] if row else [])


def typed(campaign: Campaign, **changed: Any) -> dict[str, Any]:
    return {"campaign": campaign.pk, "number": "1.000.000", "plan_ends_on": "1/9/2023"} | changed


def facts() -> list[tuple[Any, ...]]:
    return list(Milestone.objects.values_list("number", "plan_ends_on", "announced_at"))


def test_one_is_added_as_people_write_numbers_and_days(client: Client, campaign: Campaign) -> None:
    answer = client.post(address("add"), typed(campaign))

    assert (answer.status_code, facts()) == (302, [(1_000_000, date(2023, 9, 1), None)])


REFUSED = [
    pytest.param({"number": "0"}, "từ 1 đến 100.000.000", id="nothing"),
    pytest.param({"number": "-5"}, "từ 1 đến 100.000.000", id="less than nothing"),
    pytest.param({"number": "một triệu"}, "Hãy", id="in words"),
    pytest.param({"number": "999999999999999999"}, "từ 1 đến 100.000.000", id="more than the database holds"),
    pytest.param({"plan_ends_on": "31/2/2023"}, "không có ngày 31", id="a day that is none"),
]


@pytest.mark.parametrize(("wrong", "said"), REFUSED)
def test_what_cannot_be_meant_is_refused_with_a_sentence_and_kept(
    client: Client, campaign: Campaign, wrong: dict[str, str], said: str
) -> None:
    answer = client.post(address("add"), typed(campaign, **wrong))

    assert (answer.status_code, facts()) == (200, [])
    assert "errorlist" in page(answer)
    assert all(text in page(answer) for text in (said, *wrong.values()))


def test_the_same_number_twice_is_refused(client: Client, campaign: Campaign) -> None:
    MilestoneFactory(campaign=campaign, number=1_000_000)

    assert "Cột mốc này đã có." in page(client.post(address("add"), typed(campaign)))


def test_one_that_is_ahead_may_be_changed_and_removed(client: Client, campaign: Campaign) -> None:
    row = MilestoneFactory(campaign=campaign, number=5)

    client.post(address("change", row), typed(campaign, number="7"))
    assert facts() == [(7, date(2023, 9, 1), None)]
    client.post(address("delete", row), {"post": "yes"})
    assert facts() == []


def test_one_that_was_announced_can_be_neither_changed_nor_removed(client: Client, campaign: Campaign) -> None:
    row = MilestoneFactory(campaign=campaign, number=1, is_announced=True)
    before = facts()

    shown = page(client.get(address("change", row)))
    answers = [
        client.post(address("change", row), typed(campaign, number="7")).status_code,
        client.post(address("delete", row), {"post": "yes"}).status_code,
        client.get(address("delete", row)).status_code,
    ]

    assert (answers, facts()) == ([403, 403, 403], before)
    assert ('name="number"' in shown, row.initiative.receipt_code in shown) == (False, True)


def test_the_list_says_when_they_came_beside_the_plan(client: Client, campaign: Campaign) -> None:
    MilestoneFactory(campaign=campaign, number=1, is_announced=True)
    MilestoneFactory(campaign=campaign, number=1_000_000)

    text = page(client.get(reverse(LIST)))

    assert ("1.000.000" in text, "Chưa đến" in text, "trước kế hoạch" in text) == (True, True, True)
    assert "LĐLĐ thành phố Đông Hà" in text


@pytest.mark.parametrize("role", [Role.MANAGER, Role.REVIEWER, Role.VIEWER])
def test_they_are_the_administrators_alone(campaign: Campaign, client_as: Enter, role: str) -> None:
    client = client_as(StaffAccountFactory(unit=unit_at("tld"), role=role))

    assert client.get(reverse(LIST)).status_code == 403
