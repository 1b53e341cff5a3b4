"""A campaign with what waits, and officers of Đông Hà and above."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from initiatives.models import Campaign, Initiative
from orgtree.models import StaffAccount, Unit
from orgtree.roles import Role
from tests.factories import CampaignFactory, InitiativeFactory, StaffAccountFactory, make_tree

INBOX = "admin:initiatives_initiative_changelist"


@dataclass
class Office:
    units: dict[str, Unit]
    campaign: Campaign
    officer: StaffAccount
    client: Client

    def receive(self, **fields: Any) -> Initiative:
        return InitiativeFactory(**{"campaign": self.campaign, "unit": self.units["quang-tri/dong-ha"]} | fields)

    def inbox(self, **asked: Any) -> HttpResponse:
        return self.client.get(reverse(INBOX), asked)

    def titles(self, **asked: Any) -> list[str]:
        return [row.title for row in self.inbox(**asked).context["cl"].result_list]

    def desk(self, initiative: Initiative) -> str:
        return reverse("admin:initiatives_initiative_change", args=[initiative.pk])

    def decide(self, initiative: Initiative, decision: str, **posted: Any) -> HttpResponse:
        sent = {"decision": decision, "version": initiative.version} | posted
        return self.client.post(self.desk(initiative), sent)


@pytest.fixture
def office(db: None, client_as: Callable[[StaffAccount], Client]) -> Office:
    units = make_tree()
    officer = StaffAccountFactory(unit=units["quang-tri/dong-ha"], role=Role.REVIEWER)
    return Office(units, CampaignFactory(), officer, client_as(officer))


@pytest.fixture
def signed_in(office: Office, client_as: Callable[[StaffAccount], Client]) -> Callable[..., Client]:
    """`signed_in("quang-tri", Role.VIEWER)`"""
    return lambda code, role, **fields: client_as(StaffAccountFactory(unit=office.units[code], role=role, **fields))
