"""An office that enters for others: a campaign that is open, and an officer of Quảng Trị with a phone."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from initiatives.models import Campaign, Initiative
from orgtree.models import StaffAccount, Unit
from orgtree.roles import Role
from tests.factories import CampaignFactory, StaffAccountFactory, make_tree
from tests.submission.worker import IN_2022, content, person

OWN_PHONE = "0905 111 222"
DONG_HA = "Liên đoàn Lao động thành phố Đông Hà [quang-tri/dong-ha]"
Clock = Callable[[str], datetime]


def typed_by_officer(**changes: Any) -> dict[str, Any]:
    """What an officer types from a paper form."""
    typed = person(unit="quang-tri/dong-ha") | content() | changes
    return {name: value for name, value in typed.items() if name != "top_unit"}


@dataclass
class Office:
    units: dict[str, Unit]
    campaign: Campaign
    officer: StaffAccount
    client: Client
    sign_in: Callable[[StaffAccount], Client]

    def later(self) -> None:
        """Signs in again, at whatever the clock says now."""
        self.client = self.sign_in(self.officer)

    @property
    def address(self) -> str:
        return f"{reverse('admin:initiatives_initiative_enter')}?chuong-trinh={self.campaign.slug}"

    def open(self) -> HttpResponse:
        return self.client.get(self.address)

    def send(
        self, *files: tuple[str, bytes], form_key: str = "A" * 22, file_count: int | None = None, **changes: Any
    ) -> HttpResponse:
        """As the page sends it: `eof` last."""
        sent = typed_by_officer(**changes) | {"form_key": form_key, "attachment_kind": "recognition"}
        sent["attachments"] = [SimpleUploadedFile(name, content) for name, content in files]
        sent |= {"file_count": str(len(files) if file_count is None else file_count), "eof": "1"}
        return self.client.post(self.address, {name: value for name, value in sent.items() if value is not None})

    def enter(self, **changes: Any) -> Initiative:
        answer = self.send(**changes)
        assert answer.status_code == 303, answer.context["objections"]
        return Initiative.objects.latest("pk")


@pytest.fixture
def office(db: None, at: Clock, client_as: Callable[[StaffAccount], Client]) -> Office:
    at(IN_2022)
    units = make_tree()
    officer = StaffAccountFactory(phone=OWN_PHONE, role=Role.REVIEWER)
    return Office(units, CampaignFactory(), officer, client_as(officer), client_as)
