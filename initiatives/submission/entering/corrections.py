"""An officer corrects on the sender's behalf: by the sender's own rules, recorded as the officer's act.

The draft of the correction is one, whoever works on it, and stands for a lock: while it is there nobody begins another.
"""

from datetime import datetime

from django.db import IntegrityError, transaction

from initiatives import lifecycle
from initiatives.models import Draft, Initiative
from initiatives.submission import actions, answers
from initiatives.submission.entering.entries import Examined, Offer
from orgtree.models import StaffAccount, Unit

BEGUN_MEANWHILE = "Có người vừa bắt đầu hoặc vừa lưu một bản sửa của sáng kiến này. Hãy xem lại rồi gửi."


def refusal(initiative: Initiative, *, at: datetime) -> str:
    """Why nobody may correct `initiative` at `at`, told to an officer; "" when one may."""
    told = lifecycle.refuses_revision(initiative, at=at)
    return told.replace("Bạn đã rút", "Người nộp đã rút").removesuffix(" Hãy liên hệ công đoàn của bạn.")


def draft_begun(initiative: Initiative) -> Draft | None:
    """The correction that the sender (or an officer before) began and has not sent."""
    draft = Draft.objects.filter(revises=initiative).select_related("unit").first()
    if draft is not None:
        draft.campaign, draft.revises = initiative.campaign, initiative
    return draft


def mark_of(draft: Draft | None) -> str:
    """What tells one state of a draft from the next; "" where there is none."""
    return f"{draft.pk}.{draft.saved_at.timestamp():.6f}" if draft is not None else ""


def received(initiative: Initiative) -> answers.Answers:
    """What was received, as an officer would type it."""
    typed = answers.of_initiative(initiative)
    del typed["top_unit"]
    return typed | {"unit": named(initiative.unit)}


def begun(draft: Draft, *, offer: Offer) -> answers.Answers:
    """What the sender has typed of a correction so far, as an officer would type it."""
    typed: answers.Answers = {**draft.answers, answers.SEALED: draft.national_id}
    code = str(typed.get("unit") or typed.get("top_unit") or "")
    unit = offer.unit_named(code) if code else None
    return typed | {"unit": named(unit) if unit is not None else code}


def is_as_received(draft: Draft, initiative: Initiative) -> bool:
    """Whether nothing was typed into it yet: it was begun for a document."""
    return {**draft.answers, answers.SEALED: draft.national_id} == answers.of_initiative(initiative)


def named(unit: Unit) -> str:
    """A unit as it stands in a field that takes names and codes."""
    return f"{unit.name} [{unit.code}]"


def begin(initiative: Initiative, *, at: datetime) -> Draft:
    """The draft of a correction, kept; raises MoveRefused where somebody else began one in this very moment."""
    draft = actions.begin_revision(initiative, at=at)
    try:
        with transaction.atomic():
            draft.save()
    except IntegrityError:
        raise lifecycle.MoveRefused(BEGUN_MEANWHILE) from None
    return draft


def correct(
    initiative: Initiative, examined: Examined, *, draft: Draft | None, version: int, by: StaffAccount, at: datetime
) -> Initiative:
    """Takes over what passed. `draft` is the correction that was begun, as the officer saw it, or None.

    Raises ChangedMeanwhile when `version` no longer holds, and what `lifecycle.revise` raises; then all is as it was.
    """
    if examined.entry is None:
        raise ValueError("What has faults corrects nothing.")
    own = begin(initiative, at=at) if draft is None else None
    try:
        correction: Draft = own or draft  # type: ignore[assignment]
        revised = lifecycle.revise(initiative.pk, examined.entry, correction, at=at, by=by, version=version)
    except lifecycle.MoveRefused:
        if own is not None:
            own.delete()
        raise
    last = revised.events.order_by("-number").first()
    if (
        last is None or last.account_id != by.pk or last.at != at
    ):  # another officer's came first, and nothing was written
        raise lifecycle.ChangedMeanwhile(revised.status)
    return revised
