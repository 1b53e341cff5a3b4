"""A small world: two provinces, each with a campaign's rows, and somebody at every place the scope tells apart."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client

from initiatives.models import Campaign
from orgtree.models import StaffAccount, Unit
from orgtree.roles import Role
from tests.factories import (
    AttachmentFactory,
    CampaignFactory,
    ContactFactory,
    DraftFactory,
    InitiativeFactory,
    StaffAccountFactory,
    WindowExtensionFactory,
    make_tree,
)


@dataclass
class World:
    units: dict[str, Unit]
    campaign: Campaign
    rows: dict[str, Any]
    accounts: dict[str, StaffAccount] = field(default_factory=dict)


@pytest.fixture
def world(db: None) -> World:
    """Every row of `rows` belongs to Đông Hà (Quảng Trị)."""
    units = make_tree()
    campaign = CampaignFactory()
    here = units["quang-tri/dong-ha"]
    initiative = InitiativeFactory(
        campaign=campaign, unit=here, full_name="Bùi Thị Xuân Lan", title="Giá đỡ cuộn cáp tự hãm"
    )
    rows = {
        "initiative": initiative,
        "attachment": AttachmentFactory(initiative=initiative),
        "draft": DraftFactory(campaign=campaign, unit=here, late_at=initiative.submitted_at),
        "contact": ContactFactory(unit=here, name="Văn phòng trực Sông Hiếu"),
        "windowextension": WindowExtensionFactory(campaign=campaign, unit=here, reason="Mưa lũ kéo dài"),
        "staffaccount": StaffAccountFactory(username="vien-song-hieu", unit=here, role=Role.VIEWER),
        "unit": here,
    }
    accounts = {
        "outsider": StaffAccountFactory(unit=units["dien-bien"], role=Role.MANAGER),
        "beside": StaffAccountFactory(unit=units["quang-tri/huong-hoa"], role=Role.MANAGER),
        "below": StaffAccountFactory(unit=units["quang-tri/dong-ha/may-song-hieu"], role=Role.MANAGER),
        "inside": StaffAccountFactory(unit=here, role=Role.MANAGER),
        "above": StaffAccountFactory(unit=units["quang-tri"], role=Role.MANAGER),
        "viewer": StaffAccountFactory(unit=here, role=Role.VIEWER),
        "reviewer": StaffAccountFactory(unit=here, role=Role.REVIEWER),
        "administrator": StaffAccountFactory(unit=units["tld"], role=Role.ADMINISTRATOR),
        "without_unit": StaffAccountFactory(unit=None, role=Role.MANAGER),
        "closed": StaffAccountFactory(unit=here, role=Role.MANAGER, is_active=False),
    }
    return World(units, campaign, rows, accounts)


@pytest.fixture
def enter(world: World, client_as: Callable[[StaffAccount], Client]) -> Callable[[str], Client]:
    """`enter("outsider")`: a browser of that account."""
    return lambda name: client_as(world.accounts[name])
