"""What a campaign asks, kept in the process: its row, windows, choices, declarations, notice, contacts and the units it offers.

Every page of a submission asks the same of it. Facts are kept for ten seconds at most, by the moment requests arrive and by the
seconds that pass (a slow upload arrived long before, and a clock may be set back). They are dropped at once by whoever changes
what pages tell (`models/told.py`), in every process that shares the cache (`CACHE_URL`); where each has its own, the others see a
change within ten seconds. They hold moments and no verdict: a verdict is judged for the moment that is asked about, so no edge of
a window needs to be waited for.

Up to ten seconds old, in another process, may be: the sentence on the deadline and whether an empty step is offered; what is
asked and may be chosen, with its limits and days of the campaign itself; whom to call; the wording in force. The units in a list
may be so in every process: the tree tells nobody that it changed.
Never taken from here: whether a step that is sent is late, a file is taken, an initiative is received and in which
phase, and whether the campaign is paused. Those are asked of the database as it is at that moment (`windows.verdict`), and so is
every unit that somebody chose.
"""

from collections import defaultdict
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import cached_property

from initiatives.campaigns import contacts, windows
from initiatives.models import Campaign, Choice, ConsentText, Contact, Declaration, Draft, Phase, WindowExtension
from orgtree.models import Unit
from orgtree.models.unit import UnitQuerySet
from orgtree.offered import Offered
from portal import kept_pages
from portal.patterns import Patterns
from portal.requests import MAX_ELAPSED

MOST_PLACES = 500  # units whose contacts are kept

_kept: dict[int, "CampaignFacts"] = {}


def of(campaign_id: int, *, at: datetime) -> "CampaignFacts":
    """The facts of a campaign that is there, for a request that arrived at `at`."""
    edition = kept_pages.edition()
    known = _kept.get(campaign_id)
    if known is not None and known.answers(at, edition):
        return known
    return _keep(Campaign.objects.get(pk=campaign_id), edition, at)


def at_address(segment: str, *, at: datetime) -> "CampaignFacts | None":
    """The facts of the campaign whose slug or short address is `segment`; None where no campaign has it."""
    edition = kept_pages.edition()
    for known in list(_kept.values()):
        if segment in {known.campaign.slug, known.campaign.alias} and known.answers(at, edition):
            return known
    campaign = Campaign.objects.at_address(segment).first()
    return _keep(campaign, edition, at) if campaign is not None else None


class CampaignFacts:
    """What is known of one campaign. Each part is one statement when it is first asked for, and none after. To be read only:
    all requests of the process share it."""

    def __init__(self, campaign: Campaign, edition: str, at: datetime) -> None:
        self.campaign = campaign
        self.edition, self.made_at, self._made = edition, at, monotonic()
        self._helping: dict[str, list[Contact]] = {}
        self.patterns = Patterns()  # of pages that tell these facts

    def answers(self, at: datetime, edition: str) -> bool:
        """An older arrival may be told what is known since: a slow upload arrived long before its view begins."""
        if monotonic() - self._made >= kept_pages.KEPT_FOR.total_seconds():
            return False
        return self.edition == edition != "" and -MAX_ELAPSED <= at - self.made_at < kept_pages.KEPT_FOR

    @property
    def may_be_told_until(self) -> datetime:
        """For a page that is kept: else it would be as old again as these facts when it is last shown."""
        return self.made_at + kept_pages.KEPT_FOR

    @cached_property
    def phases(self) -> list[Phase]:
        return _of_one(self.campaign.phases.all(), self.campaign)

    @cached_property
    def choices(self) -> list[Choice]:
        return _of_one(self.campaign.choices.all(), self.campaign)

    @cached_property
    def declarations(self) -> list[Declaration]:
        return _of_one(self.campaign.declarations.all(), self.campaign)

    @cached_property
    def offered(self) -> Offered:
        """The units of its structure, as they are listed."""
        return Offered(self.units)

    @cached_property
    def units(self) -> UnitQuerySet:
        return Unit.objects.in_structure_of(self.campaign.structure_day)

    def consent_text(self, at: datetime) -> ConsentText | None:
        """The wording shown at `at` (`ConsentText.in_force`)."""
        return next((text for text in self._consent_texts if text.in_force_from <= at), self._oldest_consent_text)

    def verdict(self, *, at: datetime, unit: Unit | None = None, draft: Draft | None = None) -> windows.Verdict:
        """What a page says of the deadline. What decides asks `windows.verdict`."""
        if not self.campaign.is_published:
            return windows.Verdict(windows.State.CLOSED, at, paused=True)
        of_units, of_drafts = self._extensions
        extensions = of_units + of_drafts.get(draft.pk, []) if draft is not None and draft.pk else of_units
        grace = timedelta(minutes=self.campaign.grace_minutes)
        return windows.judge(self.phases, extensions, at=at, unit=unit, draft=draft, grace=grace)

    def helping(self, unit: Unit | None = None) -> list[Contact]:
        """The contacts nearest to `unit` (`contacts.nearest`)."""
        place = unit.path if unit is not None else ""
        found = self._helping.get(place)
        if found is None:
            found = contacts.nearest(self.campaign, unit)
            if len(self._helping) < MOST_PLACES:
                self._helping[place] = found
        return found

    @cached_property
    def _extensions(self) -> tuple[list[WindowExtension], dict[int, list[WindowExtension]]]:
        """Those of units, and those of drafts by the draft."""
        of_units: list[WindowExtension] = []
        of_drafts: dict[int, list[WindowExtension]] = defaultdict(list)
        for each in self.campaign.extensions.select_related("unit"):
            if each.draft_id is None:
                of_units.append(each)
            else:
                of_drafts[each.draft_id].append(each)
        return of_units, dict(of_drafts)

    @cached_property
    def _consent_texts(self) -> list[ConsentText]:
        return list(ConsentText.objects.defer("body"))

    @property
    def _oldest_consent_text(self) -> ConsentText | None:
        return self._consent_texts[-1] if self._consent_texts else None


def _keep(campaign: Campaign, edition: str, at: datetime) -> CampaignFacts:
    _kept[campaign.pk] = made = CampaignFacts(campaign, edition, at)
    return made


def _of_one(rows: QuerySet[Any], campaign: Campaign) -> list[Any]:
    found = list(rows)
    for row in found:
        row.campaign = campaign
    return found
