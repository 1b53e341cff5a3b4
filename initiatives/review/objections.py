"""What speaks against an initiative, worked out by the portal for whoever reviews it: each tied to its field.

These are hints. People decide; each hint offers the ready reasons that would say the same to the sender.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils import timezone

from initiatives.models import Asked, Initiative, ReviewReason
from initiatives.models.lists import MENDABLE
from initiatives.submission import eligibility

Use = ReviewReason.Use

# Ready reasons are edited by campaign: what a hint is about finds one by its code, else the first about the same field.
REASON_CODES = {
    "recognition_missing": ("no_recognition", "document_missing"),
    "not_recognised": ("not_recognised",),
    "applied_outside": ("outside_time",),
    "outside_phase": ("outside_time",),
}
# No correction puts these right: declining is offered beside returning.
MAY_END_IT = frozenset({"not_recognised", "recognised_too_early", "applied_outside", "outside_phase"})


@dataclass(frozen=True)
class Hint:
    field: str
    code: str
    sentence: str


@dataclass(frozen=True)
class Offer:
    """A reason that says what a hint says: a ready one of the decision `use`, or without `code` the hint's own words."""

    use: str
    code: str
    text: str


def hints(initiative: Initiative) -> list[Hint]:
    """By the rules of the campaign on the day it was received."""
    campaign = initiative.campaign
    facts = eligibility.Facts(
        applied_on=initiative.applied_on,
        recognised_on=initiative.recognised_on,
        declared=initiative.declarations,
        benefit_value=initiative.benefit_value,
        attachment_kinds=[attachment.kind for attachment in initiative.attachments.all()],
        has_link=bool(initiative.link),
    )
    found = eligibility.objections(
        facts,
        campaign,
        declarations=list(campaign.declarations.all()),
        phases=list(campaign.phases.all()),
        open_phases=[initiative.phase],
        today=timezone.localdate(initiative.submitted_at),
    )
    worded = [Hint(each.field, each.code, _said_to_staff(each)) for each in found]
    return [*_missing(initiative), *worded]


def offers(hint: Hint, reasons: Iterable[ReviewReason]) -> list[Offer]:
    """A reason to return, in the hint's own words where no ready one is about its field; and one to decline where no
    correction helps."""
    uses = (Use.RETURN, Use.DECLINE) if hint.code in MAY_END_IT else (Use.RETURN,)
    found = [_matching(hint, [each for each in reasons if each.use == use]) for use in uses]
    ready = [Offer(each.use, each.code, each.text) for each in found if each is not None]
    return ready or ([Offer(Use.RETURN, "", hint.sentence)] if hint.field in dict(MENDABLE) else [])


def _matching(hint: Hint, reasons: list[ReviewReason]) -> ReviewReason | None:
    codes = REASON_CODES.get(hint.code, ())
    by_code = (each for each in reasons if each.code in codes)
    by_field = (each for each in reasons if hint.field and each.field == hint.field)
    return next(by_code, None) or next(by_field, None)


def _missing(initiative: Initiative) -> Iterator[Hint]:
    """Facts that the campaign requires and nobody gave: entered by an officer, or the campaign asks more than it did."""
    campaign = initiative.campaign
    if campaign.recognition_is_required and initiative.recognised_on is None:
        yield Hint("recognised_on", "not_recognised", "Chưa ghi ngày được công nhận: có thể chưa được công nhận.")
    elif campaign.recognition_is_required and not initiative.recognised_by:
        yield Hint("recognised_by", "recogniser_missing", "Chưa ghi ai đã công nhận sáng kiến.")
    if campaign.asks_national_id == Asked.REQUIRED and not initiative.sealed_national_id:
        yield Hint("national_id", "identity_missing", "Chưa có số CMND/CCCD.")
    if campaign.asks_field == Asked.REQUIRED and not initiative.field:
        yield Hint("field", "field_missing", "Chưa chọn lĩnh vực.")
    if campaign.asks_solution_kind == Asked.REQUIRED and not initiative.solution_kind:
        yield Hint("solution_kind", "kind_missing", "Chưa chọn loại giải pháp.")


# The rule speaks to the sender ("Hãy …"); an officer is told what is the matter.
_FOR_STAFF = {
    "attachments_missing": "Chưa kèm tài liệu nào.",
    "applied_ahead": "Ngày áp dụng còn ở phía trước lúc nộp.",
    "recognised_ahead": "Ngày công nhận còn ở phía trước lúc nộp.",
}


def _said_to_staff(objection: eligibility.Objection) -> str:
    if objection.code == "declaration_missing":
        return objection.sentence.replace("Hãy xác nhận:", "Chưa cam kết:", 1)
    if objection.code == "outside_phase":
        # Said of what is open while one sends; what was open when this one came.
        return objection.sentence.replace(" Hiện đang nhận ", " Đợt đã nộp: ", 1)
    return _FOR_STAFF.get(objection.code, objection.sentence)
