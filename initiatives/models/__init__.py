"""The data model of an initiative's life, a file per subject. Imports orgtree and portal.vietnamese only."""

from initiatives.models.campaign import (
    Asked,
    Campaign,
    CampaignAddress,
    CategoryScheme,
    Counts,
    Phase,
    WindowExtension,
)
from initiatives.models.consent import ConsentText
from initiatives.models.contact import Contact
from initiatives.models.draft import Draft, FailedLookUp
from initiatives.models.initiative import MOVES, Attachment, CoAuthor, Initiative, Status
from initiatives.models.lists import Choice, ChoiceList, Declaration, ReviewReason
from initiatives.models.progress import Tally, TallyRun
from initiatives.models.review import Act, ReviewEvent

__all__ = [
    "MOVES",
    "Act",
    "Asked",
    "Attachment",
    "Campaign",
    "CampaignAddress",
    "CategoryScheme",
    "Choice",
    "ChoiceList",
    "CoAuthor",
    "ConsentText",
    "Contact",
    "Counts",
    "Declaration",
    "Draft",
    "FailedLookUp",
    "Initiative",
    "Phase",
    "ReviewEvent",
    "ReviewReason",
    "Status",
    "Tally",
    "TallyRun",
    "WindowExtension",
]
