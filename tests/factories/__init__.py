"""Rows for tests: valid as they come, invented, the same in every run. A test names only what it is about.

`make_tree()` gives the small tree most tests stand on; every factory that needs a unit finds or makes it there.
"""

from tests.factories.accounts import PASSWORD, StaffAccountFactory
from tests.factories.campaigns import (
    CampaignFactory,
    CampaignFactory2021,
    ConsentTextFactory,
    ContactFactory,
    PhaseFactory,
    ReviewReasonFactory,
    WindowExtensionFactory,
)
from tests.factories.drafts import DraftFactory
from tests.factories.initiatives import (
    AttachmentFactory,
    CoAuthorFactory,
    InitiativeFactory,
    ReviewEventFactory,
    receipt_code,
)
from tests.factories.units import UnitFactory, make_tree, unit_at

__all__ = [
    "PASSWORD",
    "AttachmentFactory",
    "CampaignFactory",
    "CampaignFactory2021",
    "CoAuthorFactory",
    "ConsentTextFactory",
    "ContactFactory",
    "DraftFactory",
    "InitiativeFactory",
    "PhaseFactory",
    "ReviewEventFactory",
    "ReviewReasonFactory",
    "StaffAccountFactory",
    "UnitFactory",
    "WindowExtensionFactory",
    "make_tree",
    "receipt_code",
    "unit_at",
]
