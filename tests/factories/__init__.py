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
    PosterCountFactory,
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
from tests.factories.keeping import DataRequestFactory, UpkeepFactory
from tests.factories.milestones import MilestoneFactory
from tests.factories.quarters import ClusterFactory, ClusterUnitFactory, OutstandingFactory, QuarterFactory
from tests.factories.selection import (
    CommendationDecisionFactory,
    CommendationFactory,
    ComplaintFactory,
    CriterionFactory,
    DossierFactory,
    ExemplarFactory,
    LetterTemplateFactory,
    NominationFactory,
    QuotaFactory,
    SelectionRoundFactory,
    TableColumnFactory,
    TableLayoutFactory,
    round_of,
)
from tests.factories.targets import GrassrootsCountFactory, TargetFactory
from tests.factories.units import UnitFactory, make_tree, unit_at
from tests.factories.work import JobFactory, SavedFilterFactory, TwinPairFactory

__all__ = [
    "PASSWORD",
    "AttachmentFactory",
    "CampaignFactory",
    "CampaignFactory2021",
    "ClusterFactory",
    "ClusterUnitFactory",
    "CoAuthorFactory",
    "CommendationDecisionFactory",
    "CommendationFactory",
    "ComplaintFactory",
    "ConsentTextFactory",
    "ContactFactory",
    "CriterionFactory",
    "DataRequestFactory",
    "DossierFactory",
    "DraftFactory",
    "ExemplarFactory",
    "GrassrootsCountFactory",
    "InitiativeFactory",
    "JobFactory",
    "LetterTemplateFactory",
    "MilestoneFactory",
    "NominationFactory",
    "OutstandingFactory",
    "PhaseFactory",
    "PosterCountFactory",
    "QuarterFactory",
    "QuotaFactory",
    "ReviewEventFactory",
    "ReviewReasonFactory",
    "SavedFilterFactory",
    "SelectionRoundFactory",
    "StaffAccountFactory",
    "TableColumnFactory",
    "TableLayoutFactory",
    "TargetFactory",
    "TwinPairFactory",
    "UnitFactory",
    "UpkeepFactory",
    "WindowExtensionFactory",
    "make_tree",
    "receipt_code",
    "round_of",
    "unit_at",
]
