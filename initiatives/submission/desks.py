"""Where a draft is being worked on: behind its own private link, or, for a correction, behind a signed tracking link.

A desk knows its addresses and builds the forms of its steps; it saves nothing.
"""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from initiatives.campaigns import campaign_facts, windows
from initiatives.campaigns.campaign_facts import CampaignFacts
from initiatives.models import Act, Asked, Attachment, Campaign, Choice, Declaration, Draft, Initiative, Phase
from initiatives.models.lists import asks_for_recognition
from initiatives.submission import answers, eligibility, repairs
from initiatives.submission.actions import documents_of
from initiatives.submission.forms import ContentForm, PersonForm, StepForm
from orgtree.models import Unit
from orgtree.models.unit import UnitQuerySet
from portal import sealing
from portal.vietnamese.money import Money

KEPT_AS_DIGITS = 16
STEPS = ("nguoi-nop", "noi-dung", "tai-lieu", "kiem-tra")
TITLES = dict(zip(STEPS, ("Người nộp", "Nội dung sáng kiến", "Tài liệu", "Kiểm tra và nộp"), strict=True))


def _kept_as(place: str) -> str:
    return sealing.lookup_hash("kept", place)[:KEPT_AS_DIGITS]


@dataclass(frozen=True)
class Outstanding:
    """Something that keeps a draft from being submitted, and where it is mended."""

    step: str
    address: str
    sentence: str


@dataclass
class Desk:
    draft: Draft
    key: str
    at: datetime
    revised: Initiative | None = None
    remarks: dict[str, list[str]] = field(default_factory=dict)
    decides: bool = False  # something was sent: what is said of the window is asked of the database as it is

    def __post_init__(self) -> None:
        self.draft.campaign = self.facts.campaign

    @cached_property
    def facts(self) -> CampaignFacts:
        return campaign_facts.of(self.draft.campaign_id, at=self.at)

    @property
    def campaign(self) -> Campaign:
        return self.facts.campaign

    def address(self, step: str = "") -> str:
        route = "record" if self.revised else "draft"
        return reverse(f"{route}_{step.replace('-', '_')}" if step else f"{route}_door", args=[self.key])

    @property
    def prints_request(self) -> bool:
        """Whether somebody may stand here without the paper that the campaign asks for."""
        return self.revised is None and asks_for_recognition(self.campaign, self.declarations)

    @property
    def says_recognised(self) -> bool:
        """Whether what is typed says when and by whom, or declares it where that is not asked."""
        if self.campaign.recognition_is_required:
            return bool(self.typed.get("recognised_on") and self.typed.get("recognised_by"))
        return Declaration.RECOGNISED in self.typed.get("declaration", [])

    @property
    def kept_as(self) -> str:
        """The name under which a phone keeps what is typed and not yet saved: tells nobody the link."""
        if self.revised is not None:
            return _kept_as(f"record:{self.revised.receipt_code}")
        return _kept_as(f"draft:{self.draft.token_hash}" if self.draft.pk else f"begin:{self.campaign.slug}")

    @property
    def begun_as(self) -> str:
        """The same of the page on which this draft began; "" on that page itself."""
        return _kept_as(f"begin:{self.campaign.slug}") if self.draft.pk and self.revised is None else ""

    @property
    def saved_states(self) -> str:
        """What the server has of the two steps that are typed, as "1:… 2:…"; nothing after the colon where nothing was received.
        What was typed upon another state is older than what is here."""
        return " ".join(
            f"{number}:{self._state(names)}" for number, names in ((1, answers.PERSON), (2, answers.CONTENT))
        )

    def _state(self, names: Iterable[str]) -> str:
        version = f"v{self.revised.version}" if self.revised is not None else ""
        if not self.draft.pk:
            return version
        kept = json.dumps([self.draft.answers.get(name, "") for name in names], ensure_ascii=False)
        return version + sealing.lookup_hash("kept", kept)[:KEPT_AS_DIGITS]

    @property
    def steps(self) -> list[str]:
        """The steps of this campaign: none for documents where it asks for none."""
        asks_documents = self.campaign.asks_attachments != Asked.OFF
        return [step for step in STEPS if step != STEPS[2] or asks_documents]

    def after(self, step: str) -> str:
        return self.address(self.steps[self.steps.index(step) + 1])

    def before(self, step: str) -> str:
        place = self.steps.index(step)
        return self.address(self.steps[place - 1]) if place else ""

    @property
    def units(self) -> UnitQuerySet:
        return self.facts.units

    @property
    def choices(self) -> list[Choice]:
        return self.facts.choices

    @property
    def declarations(self) -> list[Declaration]:
        return self.facts.declarations

    @property
    def phases(self) -> list[Phase]:
        return self.facts.phases

    @cached_property
    def window(self) -> windows.Verdict:
        """The verdict for the unit as saved. A returned initiative is corrected until its due day, whatever the window."""
        return self.verdict(self.draft.unit)

    def verdict(self, unit: Unit | None) -> windows.Verdict:
        """What holds for `unit`: as it is where something was sent, as it is known where a page only tells."""
        draft = self.draft if self.draft.pk else None
        if self.decides:
            return windows.verdict(self.campaign, at=self.at, unit=unit, draft=draft)
        return self.facts.verdict(at=self.at, unit=unit, draft=draft)

    @property
    def typed(self) -> answers.Answers:
        return {**self.draft.answers, answers.SEALED: self.draft.national_id}

    def was_sent(self, step: str) -> bool:
        return answers.was_sent(self.draft.answers, answers.PERSON if step == STEPS[0] else answers.CONTENT)

    def old_fonts(self, form: StepForm) -> list[repairs.Offer]:
        """The answers of a step that whoever typed them should read again."""
        return repairs.offers(self.typed, form.fields)

    def person_form(self, *, blank: bool = False, unit_hint: Unit | None = None) -> PersonForm:
        return PersonForm(
            None if blank else answers.bound(self.typed),
            units=self.units,
            offered=self.facts.offered,
            unit_hint=unit_hint,
            campaign=self.campaign,
            choices=self.choices,
            today=timezone.localdate(self.at),
            remarks=self.remarks,
        )

    def content_form(self, *, blank: bool = False) -> ContentForm:
        return ContentForm(
            None if blank else answers.bound(self.typed),
            declarations=self.declarations,
            author_rows=int(self.draft.answers.get(answers.ROWS) or 0),
            campaign=self.campaign,
            choices=self.choices,
            today=timezone.localdate(self.at),
            remarks=self.remarks,
        )

    def objections(self, form: ContentForm, *, documents: Iterable[Attachment]) -> list[eligibility.Objection]:
        """What eligibility says of a content form that was cleaned, valid or not."""
        values = form.cleaned_data
        benefit = values.get("benefit_value")
        facts = eligibility.Facts(
            applied_on=values.get("applied_on"),
            recognised_on=values.get("recognised_on"),
            declared=values.get("declaration", ()),
            benefit_value=benefit.dong if isinstance(benefit, Money) else None,
            attachment_kinds={document.kind for document in documents},
            has_link=bool(values.get("link")),
        )
        return eligibility.objections(
            facts,
            self.campaign,
            declarations=self.declarations,
            phases=self.phases,
            open_phases=self._open_phases,
            today=timezone.localdate(self.at),
        )

    @cached_property
    def documents(self) -> list[Attachment]:
        return documents_of(self.draft)

    @property
    def _open_phases(self) -> list[Phase]:
        """A correction stays in the phase in which the initiative was received."""
        if self.revised is not None:
            return [phase for phase in self.phases if phase.pk == self.revised.phase_id]
        return list(self.window.phases)


def object_to(form: ContentForm, objections: list[eligibility.Objection]) -> None:
    """Puts what blocks beside the field it concerns; several promises that are missing are one sentence."""
    unkept = [objection for objection in objections if objection.code == "declaration_missing"]
    if len(unkept) > 1 and "declaration" in form.fields:
        form.add_error("declaration", f"Còn {len(unkept)} cam kết chưa đánh dấu. Hãy đọc và đánh dấu từng điều.")
        objections = [objection for objection in objections if objection not in unkept]
    for objection in objections:
        if objection.blocks and objection.field in form.fields:
            form.add_error(objection.field, objection.sentence)


def remarks_on(initiative: Initiative) -> dict[str, list[str]]:
    """What the union asked to be mended when it last returned `initiative`, by field; "" for the whole."""
    if not initiative.is_returned:
        return {}
    last = initiative.events.filter(act=Act.RETURNED).order_by("-number").first()
    remarks: dict[str, list[str]] = defaultdict(list)
    for reason in last.reasons if last else []:
        remarks[reason.get("field", "")].append(reason.get("text", ""))
    return dict(remarks)
