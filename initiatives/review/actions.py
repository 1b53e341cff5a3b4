"""Deciding: one initiative or many, each looked at again at the moment it is decided."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from initiatives import lifecycle
from initiatives.lifecycle import MoveRefused, Reason
from initiatives.models import Initiative, ReviewEvent
from orgtree.models import StaffAccount, Unit
from portal.vietnamese import phones
from portal.vietnamese.refusals import Refused

MOST_AT_ONCE = 500
MAY_DECIDE = "initiatives.change_initiative"


class OwnInitiative(MoveRefused):
    """Nobody decides on what they sent themselves."""

    def __init__(self) -> None:
        super().__init__("Đây là sáng kiến của chính bạn (cùng số điện thoại), nên một cán bộ khác phải xét.")


class NotForThisAccount(MoveRefused):
    """Missing, of another branch, or the role may not decide: all the same."""

    def __init__(self) -> None:
        super().__init__("Không tìm thấy sáng kiến này trong phạm vi của bạn.")


@dataclass(frozen=True)
class Decision:
    to: str
    reasons: tuple[Reason, ...] = ()
    due_on: date | None = None
    duplicate_of: Initiative | None = None


@dataclass
class Outcome:
    """What became of many: how many were decided, and which were refused, with the sentence."""

    done: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)


def is_own(initiative: Initiative, account: StaffAccount) -> bool:
    """By the phone: the one thing that sender and account have in common."""
    try:
        return bool(account.phone) and phones.parse(account.phone).digits == initiative.phone_digits
    except Refused:
        return False


def decide(
    initiative_id: int, decision: Decision, *, by: StaffAccount, at: datetime, version: int | None = None
) -> ReviewEvent:
    """Carries out `decision`; raises MoveRefused, ChangedMeanwhile among them, and then nothing was written."""
    initiative = _for_decision(initiative_id, by)
    return lifecycle.move(
        initiative.pk,
        decision.to,
        by=by,
        at=at,
        reasons=decision.reasons,
        due_on=decision.due_on,
        duplicate_of=decision.duplicate_of,
        version=version,
    )


def decide_many(rows: Iterable[tuple[int, int]], decision: Decision, *, by: StaffAccount, at: datetime) -> Outcome:
    """`rows` are ids with the version that was shown. Each is a transaction of its own."""
    outcome = Outcome()
    for pk, version in rows:
        try:
            decide(pk, decision, by=by, at=at, version=version)
        except MoveRefused as refusal:
            code = Initiative.objects.visible_to(by).filter(pk=pk).values_list("receipt_code", flat=True).first()
            outcome.refused.append((code or "", refusal.sentence))
        else:
            outcome.done += 1
    return outcome


def attach(
    initiative_id: int, unit: Unit, *, by: StaffAccount, at: datetime, version: int | None = None
) -> ReviewEvent:
    """Moves an initiative to another unit of the branch."""
    initiative = _for_decision(initiative_id, by)
    if not Unit.objects.visible_to(by).filter(pk=unit.pk).exists():
        raise NotForThisAccount
    return lifecycle.reassign(initiative, unit, by=by, at=at, version=version)


def _for_decision(initiative_id: int, account: StaffAccount) -> Initiative:
    initiative = Initiative.objects.visible_to(account).filter(pk=initiative_id).first()
    if initiative is None or not account.has_perm(MAY_DECIDE):
        raise NotForThisAccount
    if is_own(initiative, account):
        raise OwnInitiative
    return initiative
