"""What speaks against an initiative: pure, all objections at once, each with its field.

Some block at form, admin and import; the others are flags for those who review. The day that counts is the day of first
application where recognition is not required (2021), else the later of applied and recognised (letter TX22, "Tiến độ thực
hiện"); it must fall in the phase in which the initiative is sent.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from initiatives.models import Asked, Campaign, Declaration, Phase
from portal.vietnamese import days, money

DOUBTFUL_AFTER = timedelta(days=365)


@dataclass(frozen=True)
class Facts:
    """What the rule looks at; None or empty where nothing (or nothing readable) was given."""

    applied_on: date | None
    recognised_on: date | None
    declared: Collection[str]
    benefit_value: int | None = None
    attachment_kinds: Collection[str] = ()
    has_link: bool = False


@dataclass(frozen=True)
class Objection:
    field: str
    code: str
    sentence: str
    blocks: bool = True


def day_that_counts(campaign: Campaign, *, applied_on: date, recognised_on: date | None) -> date:
    if campaign.recognition_is_required and recognised_on is not None:
        return max(applied_on, recognised_on)
    return applied_on


def objections(
    facts: Facts,
    campaign: Campaign,
    *,
    declarations: Sequence[Declaration],
    phases: Sequence[Phase],
    open_phases: Sequence[Phase],
    today: date,
) -> list[Objection]:
    """Everything that speaks against `facts`. With no phase open the deadline speaks, not the phase of the day."""
    found = _about_application(facts, campaign, today)
    found += _about_recognition(facts, campaign, today)
    if open_phases and not found:
        found += _about_phase(facts, campaign, phases, open_phases)
    found += [
        Objection("declaration", "declaration_missing", f"Hãy xác nhận: “{declaration.text}”.")
        for declaration in declarations
        if declaration.code not in facts.declared
    ]
    return found + _about_documents(facts, campaign) + _about_plausibility(facts)


def _about_application(facts: Facts, campaign: Campaign, today: date) -> list[Objection]:
    day = facts.applied_on
    if day is None:
        return []
    too_early = campaign.applied_from is not None and day < campaign.applied_from
    too_late = campaign.applied_until is not None and day > campaign.applied_until
    if too_early or too_late:
        span = _span(campaign.applied_from, campaign.applied_until)
        return [Objection("applied_on", "applied_outside", f"Ngày áp dụng phải {span}.")]
    if day > today and not campaign.applied_may_be_future:
        return [
            Objection("applied_on", "applied_ahead", "Sáng kiến phải được áp dụng rồi: ngày áp dụng còn ở phía trước.")
        ]
    return []


def _about_recognition(facts: Facts, campaign: Campaign, today: date) -> list[Objection]:
    day = facts.recognised_on
    if day is None or campaign.asks_recognition == Asked.OFF:
        return []
    if day > today:
        return [Objection("recognised_on", "recognised_ahead", "Ngày công nhận còn ở phía trước.")]
    if campaign.recognised_from is not None and day < campaign.recognised_from:
        first = days.shown(campaign.recognised_from)
        return [Objection("recognised_on", "recognised_too_early", f"Sáng kiến phải được công nhận từ ngày {first}.")]
    return []


def _about_phase(
    facts: Facts, campaign: Campaign, phases: Sequence[Phase], open_phases: Sequence[Phase]
) -> list[Objection]:
    if facts.applied_on is None:
        return []
    day = day_that_counts(campaign, applied_on=facts.applied_on, recognised_on=facts.recognised_on)
    if any(phase.covers(day) for phase in open_phases):
        return []
    by_recognition = day != facts.applied_on
    name = "Ngày công nhận" if by_recognition else "Ngày áp dụng"
    now = " hoặc ".join(f"{phase.name} ({_span(phase.eligible_from, phase.eligible_until)})" for phase in open_phases)
    other = next((phase for phase in phases if phase.covers(day)), None)
    belongs = f" thuộc {other.name}." if other else " không thuộc đợt nào."
    return [
        Objection(
            "recognised_on" if by_recognition else "applied_on",
            "outside_phase",
            f"{name} {days.shown(day)}{belongs} Hiện đang nhận {now}.",
        )
    ]


def _about_documents(facts: Facts, campaign: Campaign) -> list[Objection]:
    if campaign.asks_attachments == Asked.REQUIRED and not facts.attachment_kinds and not facts.has_link:
        return [Objection("attachments", "attachments_missing", "Hãy gửi kèm ít nhất một tài liệu hoặc liên kết.")]
    wanted = campaign.recognition_is_required and campaign.asks_attachments != Asked.OFF
    if wanted and "recognition" not in facts.attachment_kinds and not facts.has_link:
        return [
            Objection("attachments", "recognition_missing", "Chưa kèm quyết định công nhận sáng kiến.", blocks=False)
        ]
    return []


def _about_plausibility(facts: Facts) -> list[Objection]:
    found = []
    both = facts.applied_on is not None and facts.recognised_on is not None
    if both and facts.applied_on - facts.recognised_on > DOUBTFUL_AFTER:  # type: ignore[operator]
        sentence = "Ngày công nhận trước ngày áp dụng hơn một năm."
        found.append(Objection("recognised_on", "recognised_long_before", sentence, blocks=False))
    if facts.benefit_value is not None and money.is_implausible(facts.benefit_value):
        sentence = f"Giá trị làm lợi {money.shown(facts.benefit_value)} có đúng không?"
        found.append(Objection("benefit_value", "benefit_implausible", sentence, blocks=False))
    return found


def _span(first: date | None, last: date | None) -> str:
    parts = [f"từ {days.shown(first)}" if first else "", f"đến {days.shown(last)}" if last else ""]
    return " ".join(part for part in parts if part)
