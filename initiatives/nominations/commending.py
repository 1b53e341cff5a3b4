"""Commending: a decision, whom it names, and the moment from which everybody may know.

A decision is recorded as it stands on paper and may be put right until it is announced. From then on nothing of it changes.
An announcement made by mistake is taken back with a reason that stands in the history of everyone it named; the decision
may then be put right and announced again. Certificates confirm only what is announced.
"""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from initiatives import lifecycle
from initiatives.lifecycle import MoveRefused, Reason
from initiatives.models import (
    Act,
    Commendation,
    CommendationDecision,
    Complaint,
    Dossier,
    DossierState,
    Exemplar,
    Initiative,
    Nomination,
    Standing,
    Status,
)
from initiatives.models.initiative import InitiativeQuerySet
from initiatives.nominations.refusals import SelectionRefused
from initiatives.submission.receipts import shown
from initiatives.submission.summary_facts import recognised_co_author
from orgtree.models import StaffAccount, Unit
from portal import replica
from portal.vietnamese import days

MAY_COMMEND = "initiatives.change_commendationdecision"
MOST_NAMED = 5  # of those that a refusal names


class CommendingRefused(SelectionRefused):
    pass


class IsAnnounced(CommendingRefused):
    def __init__(self) -> None:
        super().__init__("Quyết định này đã công bố nên không sửa được nữa. Muốn sửa, hãy thu hồi công bố trước.")


class IsNotAnnounced(CommendingRefused):
    def __init__(self) -> None:
        super().__init__("Quyết định này chưa công bố hoặc vừa được thu hồi.")


class ChangedMeanwhile(CommendingRefused):
    def __init__(self) -> None:
        super().__init__("Danh sách vừa được người khác sửa. Hãy xem lại rồi bấm lần nữa.")


class CannotBeChosen(CommendingRefused):
    def __init__(self) -> None:
        super().__init__("Có sáng kiến không còn chọn được: không còn hợp lệ, hoặc đã chuyển đơn vị. Hãy chọn lại.")


class IsRecordedTwice(CommendingRefused):
    def __init__(self) -> None:
        super().__init__("Đơn vị đã có một quyết định khác cùng số và ngày này.")


class NobodyIsNamed(CommendingRefused):
    def __init__(self) -> None:
        super().__init__("Danh sách biểu dương chưa có sáng kiến nào. Hãy chọn sáng kiến trước.")


class NotValidAnyMore(CommendingRefused):
    def __init__(self, codes: Sequence[str]) -> None:
        super().__init__(f"Chưa công bố được: sáng kiến không còn hợp lệ: {_named(codes)}. Hãy bỏ khỏi danh sách.")


class IsDisputed(CommendingRefused):
    def __init__(self, codes: Sequence[str]) -> None:
        super().__init__(
            f"Chưa công bố được: còn khiếu nại hoặc tranh chấp chưa giải quyết ở sáng kiến: {_named(codes)}."
        )


class DecidedLater(CommendingRefused):
    def __init__(self, day: date) -> None:
        super().__init__(f"Quyết định ghi ngày {days.shown(day)}, chưa đến ngày đó nên chưa công bố được.")


class NeedsAReason(CommendingRefused):
    def __init__(self) -> None:
        super().__init__("Hãy ghi lý do thu hồi công bố.")


class StaysCommended(MoveRefused):
    """What everybody may know to be commended stays valid until the announcement is taken back."""

    def __init__(self, decision: CommendationDecision, *, by: StaffAccount | None) -> None:
        told = f"Sáng kiến đã được công bố biểu dương theo Quyết định số {decision.number} của {decision.unit}"
        if by is None:
            super().__init__(f"{told}, nên chưa rút được. Muốn rút, hãy đề nghị {decision.unit} thu hồi công bố trước.")
        elif may_commend(by, decision.unit):
            super().__init__(f"{told}, nên không đổi trạng thái được. Hãy thu hồi công bố trước.")
        else:
            super().__init__(
                f"{told}, nên không đổi trạng thái được. Hãy đề nghị {decision.unit} thu hồi công bố trước."
            )


@dataclass(frozen=True)
class Line:
    """What staff may set of one that is named: the place in the list, and the form where it differs."""

    number: int
    form: str


# --- who may, and whom ------------------------------------------------------------------------------------------------


def may_commend(account: StaffAccount, unit: Unit) -> bool:
    """Managers of the deciding unit and of those above it."""
    above = account.unit
    return above is not None and account.has_perm(MAY_COMMEND) and unit.current_path.startswith(above.current_path)


def choosable(decision: CommendationDecision) -> InitiativeQuerySet:
    """The valid ones of its campaign in the branch of the deciding unit that it does not name yet."""
    in_branch = Initiative.objects.in_branch_of(decision.unit).filter(
        campaign=decision.campaign, status=Status.VALID, erased_at=None
    )
    return in_branch.exclude(pk__in=decision.commendations.values("initiative"))


def reached(decision: CommendationDecision) -> InitiativeQuerySet:
    """Of those, what the dossiers that were accepted in its round brought; nothing without a round."""
    accepted = Dossier.objects.filter(round=decision.round_id, state=DossierState.ACCEPTED).values("unit")
    nominated = Nomination.objects.filter(round=decision.round_id, unit__in=accepted, standing=Standing.CHOSEN)
    return choosable(decision).filter(pk__in=nominated.values("initiative"))


def outdated(decision: CommendationDecision) -> list[Commendation]:
    """Those whose author, title or unit reads differently now. Three statements, however many."""
    named = decision.commendations.select_related("initiative__unit").prefetch_related("initiative__co_authors")
    return [each for each in named if _names(each.initiative) != (each.author, each.unit_name, each.title)]


def edition(commendations: Collection[Commendation]) -> str:
    """A short text that is another one as soon as the list reads differently."""
    lines = [(each.pk, each.number, each.author, each.unit_name, each.title, each.form) for each in commendations]
    return hashlib.sha256(json.dumps(sorted(lines)).encode()).hexdigest()[:16]


# --- until it is announced --------------------------------------------------------------------------------------------


def correct(decision_id: int, *, number: str, decided_on: date, form: str) -> CommendationDecision:
    """What stands on the paper; who was commended in the decision's own form goes along."""
    try:
        with transaction.atomic():
            decision = _open(decision_id)
            decision.commendations.filter(form=decision.form).update(form=form)
            decision.number, decision.decided_on, decision.form = number, decided_on, form
            decision.save(update_fields=["number", "decided_on", "form"])
    except IntegrityError:
        raise IsRecordedTwice from None
    return decision


def add(decision_id: int, initiatives: Collection[int]) -> int:
    """Names further ones behind those named already, in the order of their keys' arrival; answers how many. Those that stand
    there already are left as they are (a second tap)."""
    with transaction.atomic():
        rows = {row.pk: row for row in _locked(initiatives)}
        decision = _open(decision_id)
        standing = list(decision.commendations.values_list("initiative_id", "number"))
        new = [pk for pk in dict.fromkeys(initiatives) if pk not in dict(standing)]
        if set(choosable(decision).filter(pk__in=new).order_by().values_list("pk", flat=True)) != set(new):
            raise CannotBeChosen
        last = max((number for _, number in standing), default=0)
        Commendation.objects.bulk_create(
            _commendation(decision, rows[pk], number=number) for number, pk in enumerate(new, start=last + 1)
        )
    return len(new)


def remove(decision_id: int, commendation_id: int) -> Commendation | None:
    """Answers what was there; None where it was gone already. What was shown of it on the public pages goes with it."""
    with transaction.atomic():
        decision = _open(decision_id)
        found = decision.commendations.filter(pk=commendation_id).first()
        if found is None:
            return None
        Exemplar.objects.filter(commendation=found).delete()
        Commendation.objects.filter(pk=found.pk).delete()
        _number_anew(decision)
    return found


def arrange(decision_id: int, lines: Mapping[int, Line]) -> None:
    """Places and forms of those in `lines`, the others make room: numbers may be any, the list is counted from 1 again."""
    with transaction.atomic():
        decision = _open(decision_id)
        named = list(decision.commendations.all())
        if not {each.pk for each in named} >= set(lines):
            raise ChangedMeanwhile
        asked = {each.pk: each.number for each in named} | {pk: line.number for pk, line in lines.items()}
        for each in named:
            if each.pk in lines:
                each.form = lines[each.pk].form or decision.form
        named.sort(key=lambda each: (*_place(each.number, asked[each.pk]), each.number, each.pk))
        for place, each in enumerate(named, start=1):
            each.number = place
        Commendation.objects.bulk_update(named, ["number", "form"])


def take_names_anew(decision_id: int) -> int:
    """As the initiatives read now; answers how many changed."""
    with transaction.atomic():
        changed = outdated(_open(decision_id))
        for each in changed:
            each.author, each.unit_name, each.title = _names(each.initiative)
        Commendation.objects.bulk_update(changed, ["author", "unit_name", "title"])
    return len(changed)


# --- the announcement -------------------------------------------------------------------------------------------------


def announce(decision_id: int, *, shown_edition: str, by: StaffAccount, at: datetime) -> CommendationDecision:
    """From this moment on everybody may know. `shown_edition` is what the one who presses the button has read."""
    with transaction.atomic():
        decision, rows = _whole(decision_id)
        if decision.is_announced:
            raise IsAnnounced
        if not rows:
            raise NobodyIsNamed
        if edition(decision.commendations.all()) != shown_edition:
            raise ChangedMeanwhile
        if decision.decided_on > timezone.localdate(at):
            raise DecidedLater(decision.decided_on)
        refuse_what_may_not_be_announced(rows)
        decision.announced_at, decision.announced_by = at, by
        decision.save(update_fields=["announced_at", "announced_by"])
        for row in rows:
            lifecycle.record(row, Act.COMMENDED, from_status=row.status, by=by, at=at, note=decision.number)
    return decision


def refuse_what_may_not_be_announced(rows: Collection[Initiative]) -> None:
    """Raises NotValidAnyMore or IsDisputed, with the codes."""
    gone = [row.receipt_code for row in rows if row.status != Status.VALID]
    if gone:
        raise NotValidAnyMore(gone)
    disputed = set(Complaint.objects.unresolved().filter(initiative__in=rows).values_list("initiative_id", flat=True))
    if disputed:
        raise IsDisputed([row.receipt_code for row in rows if row.pk in disputed])


def recall(decision_id: int, *, because: str, by: StaffAccount, at: datetime) -> CommendationDecision:
    """Takes the announcement back: certificates confirm nothing, public pages are gone, and each history says why."""
    if not because.strip():
        raise NeedsAReason
    with transaction.atomic():
        decision, rows = _whole(decision_id)
        if not decision.is_announced:
            raise IsNotAnnounced
        decision.announced_at = decision.announced_by = None
        decision.save(update_fields=["announced_at", "announced_by"])
        Exemplar.objects.filter(commendation__decision=decision).update(shown_at=None)
        transaction.on_commit(replica.changed)  # the gallery may be read from a copy
        reasons = (Reason("recalled", "", because),)
        for row in rows:
            lifecycle.record(
                row, Act.UNCOMMENDED, from_status=row.status, by=by, at=at, reasons=reasons, note=decision.number
            )
    return decision


# --- when an initiative would leave -----------------------------------------------------------------------------------


def refuse_leaving(initiative: Initiative, by: StaffAccount | None, at: datetime) -> None:
    """What `lifecycle` calls, in its transaction, when a valid one was moved, one was withdrawn or went to another unit. Whoever
    announces holds the initiative too, so nothing is announced meanwhile. Raises StaysCommended."""
    if initiative.status == Status.VALID:
        return
    announced = Commendation.objects.announced().filter(initiative=initiative).select_related("decision__unit")
    standing = announced.order_by("-decision__announced_at", "-pk").first()
    if standing is None:
        return
    step = initiative.events.order_by("-number").first()
    was_valid = step is not None and step.from_status == Status.VALID
    # One that had left before this was refused may still be corrected; nobody takes it back unseen.
    if was_valid or initiative.status == Status.WITHDRAWN:
        raise StaysCommended(standing.decision, by=by)


# --- locks: initiatives first, in the order of their keys, then the decision ------------------------------------------


def _locked(initiatives: Collection[int]) -> list[Initiative]:
    """Without joins (`lifecycle._lock` says why); units and co-authors are fetched beside them."""
    rows = Initiative.objects.select_for_update().filter(pk__in=initiatives).order_by("pk")
    return list(rows.prefetch_related("unit", "co_authors"))


def _lock_decision(decision_id: int) -> CommendationDecision:
    locked = CommendationDecision.objects.select_for_update().prefetch_related("unit", "campaign")
    return locked.get(pk=decision_id)


def _open(decision_id: int) -> CommendationDecision:
    decision = _lock_decision(decision_id)
    if decision.is_announced:
        raise IsAnnounced
    return decision


def _whole(decision_id: int) -> tuple[CommendationDecision, list[Initiative]]:
    """The decision and all that it names, locked."""
    named = Commendation.objects.filter(decision=decision_id).values_list("initiative_id", flat=True)
    expected = set(named)
    rows = _locked(expected)
    decision = _lock_decision(decision_id)
    if set(named.all()) != expected:
        raise ChangedMeanwhile
    return decision, rows


def _commendation(decision: CommendationDecision, initiative: Initiative, *, number: int) -> Commendation:
    author, unit_name, title = _names(initiative)
    return Commendation(
        decision=decision,
        initiative=initiative,
        number=number,
        author=author,
        unit_name=unit_name,
        title=title,
        form=decision.form,
    )


def _names(initiative: Initiative) -> tuple[str, str, str]:
    """Author, unit and title, as paper names them (M11)."""
    author = recognised_co_author(initiative, initiative.co_authors.all()) or initiative.full_name
    return author, initiative.unit.name, initiative.title


def _place(was: int, asked: int) -> tuple[int, int]:
    """Who is moved up to a place stands before the one who was there, who is moved down behind."""
    return asked, (asked > was) - (asked < was)


def _number_anew(decision: CommendationDecision) -> None:
    named = list(decision.commendations.all())
    for place, each in enumerate(named, start=1):
        each.number = place
    Commendation.objects.bulk_update(named, ["number"])


def _named(codes: Sequence[str]) -> str:
    more = f" và {len(codes) - MOST_NAMED} sáng kiến khác" if len(codes) > MOST_NAMED else ""
    return ", ".join(map(shown, codes[:MOST_NAMED])) + more
