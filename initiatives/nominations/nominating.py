"""Putting initiatives forward in a round, in order, with reserves; each act in one transaction with its history.

Locks: initiative, then dossier, then quota, each in the order of their keys (`quotas.py`). Who may do it is asked by the views
(`rights.may_prepare`); what the round, the quota and the dossier allow is asked here, under the locks.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from initiatives import lifecycle
from initiatives.models import (
    AS_RESERVE,
    Act,
    Dossier,
    DossierAct,
    Initiative,
    Nomination,
    Quota,
    SelectionRound,
    Standing,
    Status,
)
from initiatives.models.nomination import NominationQuerySet
from initiatives.nominations import dossiers, quotas, rounds
from initiatives.nominations.candidates import candidates, in_branch
from initiatives.nominations.refusals import SelectionRefused
from initiatives.nominations.rounds import RoundState
from orgtree.models import StaffAccount, Unit
from portal.vietnamese.text import canonical, single_line

LONGEST_REASON = 300

NOT_VALID_ANY_MORE = "Sáng kiến không còn hợp lệ."
LEFT_THE_BRANCH = "Sáng kiến đã chuyển sang đơn vị khác."
NO_REASON = "Hãy ghi lý do rút sáng kiến."
REASON_TOO_LONG = f"Lý do rút dài quá {LONGEST_REASON} ký tự. Hãy viết ngắn lại."


class NominationRefused(SelectionRefused):
    """What the order of things does not allow. (The round's days and a sealed dossier: `dossiers.py`; places: `quotas.py`.)"""


class NotACandidate(NominationRefused):
    """Not valid, not of this unit, not chosen below, or in this round already."""


class ChangedMeanwhile(NominationRefused):
    """Somebody else moved or withdrew it since the page was opened; nothing was overwritten."""


def nominate(
    initiative_id: int, *, round: SelectionRound, unit: Unit, by: StaffAccount, at: datetime, as_reserve: bool = False
) -> Nomination:
    """Puts one forward, last in its row: as chosen where a place is free, or as a reserve.

    Raises NominationRefused, quotas.QuotaIsFull, dossiers.RoundIsNotOpen or dossiers.DossierIsSealed.
    """
    with transaction.atomic():
        initiative = Initiative.objects.select_for_update().filter(pk=initiative_id).first()
        if initiative is None:
            raise NotACandidate("Không tìm thấy sáng kiến này.")
        if not rounds.takes_part(round, unit):
            raise NominationRefused(f"{unit} không tham gia đợt xét chọn này.")
        # Its initiative is held, so this stays true; asked before the dossier is held, for which everybody of the unit waits.
        if not candidates(round, unit).filter(pk=initiative.pk).exists():
            raise NotACandidate(_why_not(initiative, round, unit))
        if not as_reserve:
            quotas.refuse_where_full(round, unit)
        dossier = dossiers.opened(dossiers.of(round, unit), at=at)
        _refuse_after_the_last_day(dossier, at=at)
        standing = Standing.RESERVE if as_reserve else Standing.CHOSEN
        if not as_reserve:
            quotas.take(round, unit)
        nomination = Nomination.objects.create(
            round=round,
            unit=unit,
            initiative=initiative,
            standing=standing,
            rank=_next_rank(round, unit, standing),
            nominated_by=by,
            nominated_at=at,
        )
        lifecycle.note(initiative, Act.NOMINATED, by=by, at=at, words=_in_words(round, unit, standing))
        words = Standing.RESERVE.label if as_reserve else ""
        dossiers.noted(dossier, DossierAct.NOMINATED, by=by, at=at, initiative=initiative, words=words)
    return nomination


def withdraw(nomination_id: int, *, because: str, by: StaffAccount, at: datetime) -> Nomination | None:
    """Takes one back. Answers the next reserve that may be promoted; None where there is none, or no place is free."""
    words = single_line(because)
    if not words:
        raise NominationRefused(NO_REASON)
    if len(words) > LONGEST_REASON:
        raise NominationRefused(REASON_TOO_LONG)
    with transaction.atomic():
        nomination, dossier = _locked(nomination_id, at=at)
        _take_back(nomination, dossier, because=words, by=by, at=at)
        return next_reserve(nomination.round, nomination.unit)


def promote(nomination_id: int, *, by: StaffAccount, at: datetime) -> Nomination:
    """A reserve becomes chosen, the last of them. Raises quotas.QuotaIsFull where no place is free."""
    with transaction.atomic():
        nomination, dossier = _locked(nomination_id, at=at)
        if nomination.is_chosen:
            raise ChangedMeanwhile("Sáng kiến này vừa được đưa vào danh sách giới thiệu.")
        if nomination.initiative.status != Status.VALID:
            raise NominationRefused(NOT_VALID_ANY_MORE)
        quotas.take(nomination.round, nomination.unit)
        _stand(nomination, Standing.CHOSEN)
        dossiers.noted(dossier, DossierAct.PROMOTED, by=by, at=at, initiative=nomination.initiative)
    return nomination


def make_reserve(nomination_id: int, *, by: StaffAccount, at: datetime) -> Nomination:
    """One that was chosen becomes a reserve, the last of them; its place is free again."""
    with transaction.atomic():
        nomination, dossier = _locked(nomination_id, at=at)
        if nomination.is_reserve:
            raise ChangedMeanwhile("Sáng kiến này vừa được đưa vào dự bị.")
        quotas.give_back(nomination.round, nomination.unit)
        _stand(nomination, Standing.RESERVE)
        words = "Đưa xuống dự bị"
        dossiers.noted(dossier, DossierAct.REORDERED, by=by, at=at, initiative=nomination.initiative, words=words)
    return nomination


def reorder(round: SelectionRound, unit: Unit, keys: Sequence[int], *, by: StaffAccount, at: datetime) -> None:
    """Puts the chosen, or the reserves, in the order of `keys`: all of them and nothing else, or it is refused."""
    with transaction.atomic():
        dossier = dossiers.opened(dossiers.of(round, unit), at=at)
        rows = _standing(round, unit).in_bulk()
        rank = {key: place for place, key in enumerate(keys, start=1)}
        for standing in (Standing.CHOSEN, Standing.RESERVE):
            of_it = [row for row in rows.values() if row.standing == standing]
            if of_it and len(keys) == len(rank) and {row.pk for row in of_it} == rank.keys():
                break
        else:
            raise ChangedMeanwhile("Danh sách vừa được người khác thay đổi. Hãy xem lại rồi sắp xếp.")
        if _give_ranks(sorted(of_it, key=lambda row: rank[row.pk])):
            dossiers.noted(dossier, DossierAct.REORDERED, by=by, at=at)


def next_reserve(round: SelectionRound, unit: Unit) -> Nomination | None:
    """The first of the reserves where a place is free for it."""
    if quotas.uses(round, [unit])[unit.pk].is_full:
        return None
    reserves = _standing(round, unit).filter(standing=Standing.RESERVE, initiative__status=Status.VALID)
    return reserves.select_related("initiative").in_order().first()


# --- when an initiative leaves ----------------------------------------------------------------------------------------


def left(initiative: Initiative, by: StaffAccount | None, at: datetime) -> None:
    """What `lifecycle` calls, in its transaction, when a valid one was moved, one was withdrawn or went to another unit."""
    drop(initiative, because=LEFT_THE_BRANCH if initiative.status == Status.VALID else NOT_VALID_ANY_MORE, by=by, at=at)


def drop(initiative: Initiative, *, because: str, by: StaffAccount | None, at: datetime) -> None:
    """Takes the locked `initiative` back from the open dossiers in which it may not stand any more: it is not valid, or not of
    the branch. What was sent stays as it was sent; but nobody withdraws what stands there: lifecycle.MoveRefused."""
    gone = [each for each in _places_of(initiative) if not _may_stand(initiative, each)]
    if not gone:
        return
    places = Q()
    for each in gone:
        places |= Q(round=each.round_id, unit=each.unit_id)
    held = Dossier.objects.filter(places).select_for_update().order_by("pk")
    by_place = {(each.round_id, each.unit_id): each for each in held}
    list(Quota.objects.filter(places).select_for_update(no_key=True).order_by("pk").values_list("pk"))
    # Read again under the locks: while this waited, somebody may have withdrawn it.
    for each in _places_of(initiative).filter(pk__in=[row.pk for row in gone]):
        each.initiative = initiative
        dossier = by_place.get((each.round_id, each.unit_id))
        if dossier is None or dossier.is_open:
            _take_back(each, dossier, because=because, by=by, at=at)
        elif initiative.status == Status.WITHDRAWN:
            raise lifecycle.MoveRefused(
                f"Sáng kiến đang nằm trong hồ sơ mà {each.unit} đã gửi lên {each.round.host}, nên chưa rút được. "
                f"Hãy liên hệ {each.unit}."
            )


def _places_of(initiative: Initiative) -> NominationQuerySet:
    rows = Nomination.objects.standing().filter(initiative=initiative).order_by("pk")
    return rows.select_related("round__campaign", "round__host", "unit")


def _may_stand(initiative: Initiative, nomination: Nomination) -> bool:
    if initiative.status != Status.VALID:
        return False
    return in_branch(nomination.unit, nomination.round.campaign).filter(pk=initiative.pk).exists()


# --- under the locks --------------------------------------------------------------------------------------------------


def _locked(nomination_id: int, *, at: datetime) -> tuple[Nomination, Dossier]:
    """One that stands, its initiative and its open dossier held; read again under the locks."""
    seen = Nomination.objects.filter(pk=nomination_id).first()
    if seen is None:
        raise ChangedMeanwhile("Không tìm thấy sáng kiến này trong danh sách.")
    initiative = Initiative.objects.select_for_update().get(pk=seen.initiative_id)
    dossier = dossiers.opened(dossiers.of(seen.round, seen.unit), at=at)
    nomination = Nomination.objects.get(pk=nomination_id)
    nomination.initiative, nomination.round, nomination.unit = initiative, dossier.round, dossier.unit
    if nomination.standing == Standing.WITHDRAWN:
        raise ChangedMeanwhile("Sáng kiến này vừa được rút khỏi danh sách.")
    return nomination, dossier


def past_due(dossier: Dossier, *, at: datetime) -> str:
    """Why nobody more may be put forward after the last day, and what to do then; "" until it is over."""
    window = rounds.window(dossier.round, dossier=dossier)
    if window.state(at=at) is not RoundState.PAST:
        return ""
    return (
        f"Đã hết hạn giới thiệu sáng kiến. {window.sentence(at=at)} "
        f"Muốn giới thiệu thêm, hãy đề nghị {dossier.round.host} gia hạn."
    )


def _refuse_after_the_last_day(dossier: Dossier, *, at: datetime) -> None:
    if told := past_due(dossier, at=at):
        raise dossiers.RoundIsNotOpen(told)


def _why_not(initiative: Initiative, round: SelectionRound, unit: Unit) -> str:
    if initiative.campaign_id == round.campaign_id:
        place = Nomination.objects.standing().filter(round=round, initiative=initiative).select_related("unit").first()
        if place is not None:
            return f"Sáng kiến đã được {place.unit} giới thiệu trong đợt này."
        if in_branch(unit, round.campaign).filter(pk=initiative.pk).exists():
            if initiative.status != Status.VALID:
                return "Chỉ giới thiệu được sáng kiến hợp lệ."
            return f"Sáng kiến chưa được chọn trong hồ sơ nào mà {unit} đã chấp nhận."
    return f"Sáng kiến không thuộc {unit} trong chương trình này."


def _in_words(round: SelectionRound, unit: Unit, standing: Standing) -> str:
    as_reserve = AS_RESERVE if standing == Standing.RESERVE else ""
    return f"{unit} giới thiệu: {round} ({round.host}){as_reserve}"


def _take_back(
    nomination: Nomination, dossier: Dossier | None, *, because: str, by: StaffAccount | None, at: datetime
) -> None:
    if nomination.is_chosen:
        quotas.give_back(nomination.round, nomination.unit)
    was = nomination.standing
    nomination.standing = Standing.WITHDRAWN
    nomination.withdrawn_by, nomination.withdrawn_at, nomination.withdrawn_because = by, at, because
    nomination.save(update_fields=["standing", "withdrawn_by", "withdrawn_at", "withdrawn_because"])
    _close_ranks(nomination, was)
    words = f"{nomination.unit} rút khỏi: {nomination.round} ({nomination.round.host}). {because}"
    lifecycle.note(nomination.initiative_id, Act.UNNOMINATED, by=by, at=at, words=canonical(words))
    if dossier is not None:
        dossiers.noted(dossier, DossierAct.WITHDRAWN, by=by, at=at, initiative=nomination.initiative, words=because)


def _stand(nomination: Nomination, standing: Standing) -> None:
    """Last among those whose standing it gets; those it leaves close up."""
    was = nomination.standing
    nomination.rank = _next_rank(nomination.round, nomination.unit, standing)
    nomination.standing = standing
    nomination.save(update_fields=["standing", "rank"])
    _close_ranks(nomination, was)


def _standing(round: SelectionRound, unit: Unit) -> NominationQuerySet:
    return Nomination.objects.standing().filter(round=round, unit=unit)


def _next_rank(round: SelectionRound, unit: Unit, standing: str) -> int:
    return _standing(round, unit).filter(standing=standing).count() + 1


def _close_ranks(left: Nomination, standing: str) -> None:
    _give_ranks(list(_standing(left.round, left.unit).filter(standing=standing).in_order()))


def _give_ranks(rows: Sequence[Nomination]) -> bool:
    """Numbers them from 1 in this order; whether any number changed."""
    moved = []
    for place, row in enumerate(rows, start=1):
        if row.rank != place:
            row.rank = place
            moved.append(row)
    Nomination.objects.bulk_update(moved, ["rank"])
    return bool(moved)
