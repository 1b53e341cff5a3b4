"""The data model of an initiative's life, a file per subject. Imports orgtree and portal.vietnamese only."""

from initiatives.models.appraisal import Appraisal, FieldMedian, Finding
from initiatives.models.campaign import (
    Asked,
    Campaign,
    CampaignAddress,
    CategoryScheme,
    Counts,
    Phase,
    WindowExtension,
)
from initiatives.models.commendation import Commendation, CommendationDecision, Exemplar
from initiatives.models.consent import ConsentText
from initiatives.models.contact import Contact
from initiatives.models.dossier import (
    CameBy,
    Complaint,
    Dossier,
    DossierAct,
    DossierEvent,
    DossierFile,
    DossierState,
    DossierVersion,
)
from initiatives.models.draft import Draft, FailedLookUp
from initiatives.models.history import HistorySeal
from initiatives.models.initiative import MOVES, Attachment, CoAuthor, Initiative, Status
from initiatives.models.job import UNFINISHED, Job, JobPiece, JobState, Worker
from initiatives.models.lists import Choice, ChoiceList, Declaration, ReviewReason
from initiatives.models.nomination import AS_RESERVE, Nomination, Score, Standing
from initiatives.models.papers import LetterTemplate, TableColumn, TableLayout
from initiatives.models.personal_data import DataRequest, DataRequestStep, PersonalDataView
from initiatives.models.poster import PosterCount
from initiatives.models.progress import (
    DUPLICATE,
    By,
    FrequentSender,
    GrassrootsCount,
    Milestone,
    Period,
    Tally,
    TallyRun,
    Target,
)
from initiatives.models.quarter import Cluster, ClusterUnit, Outstanding, Quarter
from initiatives.models.review import Act, ReviewEvent
from initiatives.models.saved_filter import SavedFilter
from initiatives.models.selection import Criterion, DossierPart, OfficialLayout, Quota, SelectionRound
from initiatives.models.twins import Band, Fingerprint, TwinPair
from initiatives.models.upkeep import Upkeep

__all__ = [
    "AS_RESERVE",
    "DUPLICATE",
    "MOVES",
    "UNFINISHED",
    "Act",
    "Appraisal",
    "Asked",
    "Attachment",
    "Band",
    "By",
    "CameBy",
    "Campaign",
    "CampaignAddress",
    "CategoryScheme",
    "Choice",
    "ChoiceList",
    "Cluster",
    "ClusterUnit",
    "CoAuthor",
    "Commendation",
    "CommendationDecision",
    "Complaint",
    "ConsentText",
    "Contact",
    "Counts",
    "Criterion",
    "DataRequest",
    "DataRequestStep",
    "Declaration",
    "Dossier",
    "DossierAct",
    "DossierEvent",
    "DossierFile",
    "DossierPart",
    "DossierState",
    "DossierVersion",
    "Draft",
    "Exemplar",
    "FailedLookUp",
    "FieldMedian",
    "Finding",
    "Fingerprint",
    "FrequentSender",
    "GrassrootsCount",
    "HistorySeal",
    "Initiative",
    "Job",
    "JobPiece",
    "JobState",
    "LetterTemplate",
    "Milestone",
    "Nomination",
    "OfficialLayout",
    "Outstanding",
    "Period",
    "PersonalDataView",
    "Phase",
    "PosterCount",
    "Quarter",
    "Quota",
    "ReviewEvent",
    "ReviewReason",
    "SavedFilter",
    "Score",
    "SelectionRound",
    "Standing",
    "Status",
    "TableColumn",
    "TableLayout",
    "Tally",
    "TallyRun",
    "Target",
    "TwinPair",
    "Upkeep",
    "WindowExtension",
    "Worker",
]
