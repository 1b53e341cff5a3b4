"""Deciding: one initiative or many, each looked at again at the moment it is decided."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction

from initiatives import lifecycle
from initiatives.lifecycle import Found, MoveRefused, Reason
from initiatives.models import Initiative, ReviewEvent, Status
from initiatives.review import twins
from initiatives.review.authorship import shared_with
from orgtree.models import StaffAccount, Unit

MOST_AT_ONCE = 500
MAY_DECIDE = "initiatives.change_initiative"


class OwnInitiative(MoveRefused):
    """Nobody decides on what they sent themselves. `shared` says by what they were known."""

    def __init__(self, shared: str = "cùng số điện thoại hoặc số CMND/CCCD") -> None:
        super().__init__(f"Đây là sáng kiến của chính bạn ({shared}), nên một cán bộ khác phải xét.")


class NotForThisAccount(MoveRefused):
    """Missing, of another branch, or the role may not decide: all the same."""

    def __init__(self) -> None:
        super().__init__("Không tìm thấy sáng kiến này trong phạm vi của bạn.")


class WithTheSender(MoveRefused):
    """Returned, and not sent again yet."""

    def __init__(self) -> None:
        super().__init__("Sáng kiến đang chờ người nộp bổ sung nên không mở lại được.")


@dataclass(frozen=True)
class Decision:
    to: str
    reasons: tuple[Reason, ...] = ()
    due_on: date | None = None
    duplicate_of: Initiative | None = None


@dataclass
class Outcome:
    """What became of many: how many were decided, and the keys of those that were refused, with the sentence."""

    done: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)


def decide(
    initiative_id: int, decision: Decision, *, by: StaffAccount, at: datetime, version: int | None = None
) -> ReviewEvent:
    """Carries out `decision`; raises MoveRefused, ChangedMeanwhile among them, and then nothing was written."""
    initiative = _for_decision(initiative_id, by)
    with transaction.atomic():
        event = lifecycle.move(
            initiative.pk,
            decision.to,
            by=by,
            at=at,
            reasons=decision.reasons,
            due_on=decision.due_on,
            duplicate_of=decision.duplicate_of,
            version=version,
        )
        if decision.duplicate_of is not None or decision.to == Status.SUBMITTED:
            twins.settle(initiative.pk, decision.duplicate_of, by=by, at=at)
    return event


def decide_many(rows: Sequence[tuple[int, int]], decision: Decision, *, by: StaffAccount, at: datetime) -> Outcome:
    """`rows` are keys with the version that was shown. Each is a transaction of its own, or a part of the caller's."""
    outcome = Outcome()
    reopened_by_nobody = _with_the_sender(rows, by) if decision.to == Status.SUBMITTED else frozenset()
    for pk, version in rows:
        try:
            if (pk, version) in reopened_by_nobody:
                raise WithTheSender
            decide(pk, decision, by=by, at=at, version=version)
        except MoveRefused as refusal:
            outcome.refused.append((pk, refusal.sentence))
        else:
            outcome.done += 1
    return outcome


def may_become(initiative: Initiative, to: str) -> bool:
    """By an officer's decision. A returned one is the sender's to send again, nobody's to reopen."""
    return initiative.may_become(to) and (to, initiative.status) != (Status.SUBMITTED, Status.RETURNED)


def attach(
    initiative_id: int, unit: Unit, *, by: StaffAccount, at: datetime, version: int | None = None
) -> ReviewEvent:
    """Moves an initiative to another unit of the branch."""
    initiative = _for_decision(initiative_id, by)
    if not Unit.objects.visible_to(by).filter(pk=unit.pk).exists():
        raise NotForThisAccount
    return lifecycle.reassign(initiative, unit, by=by, at=at, version=version)


def appraise(
    initiative_id: int, found: Found, *, by: StaffAccount, at: datetime, version: int | None = None
) -> ReviewEvent:
    """Writes what was found of the benefit: whoever may decide may appraise, and nobody what they sent themselves."""
    return lifecycle.appraise(_for_decision(initiative_id, by), found, by=by, at=at, version=version)


def _for_decision(initiative_id: int, account: StaffAccount) -> Initiative:
    initiative = Initiative.objects.visible_to(account).filter(pk=initiative_id).first()
    if initiative is None or not account.has_perm(MAY_DECIDE):
        raise NotForThisAccount
    shared = shared_with(initiative, account)
    if shared:
        raise OwnInitiative(shared)
    return initiative


def _with_the_sender(rows: Sequence[tuple[int, int]], by: StaffAccount) -> frozenset[tuple[int, int]]:
    """Of `rows` those that are returned. The version makes sure that it is still so when they are decided."""
    seen = Initiative.objects.visible_to(by).filter(pk__in=[pk for pk, _ in rows])
    return frozenset(seen.filter(status=Status.RETURNED).values_list("pk", "version"))
