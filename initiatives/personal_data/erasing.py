"""Taking a person out of an initiative for good. The row stays and counts as before; what it said of anybody is gone.

Asked for by the person (Law 91/2025/QH15), or because the days of its campaign are over (`retention.py`): then whatever was
written freely goes, for nobody can look through a million texts for names. What stays is what the union itself gave or decided:
receipt code, unit, campaign, phase, status, days, codes of categories, amounts, decisions, places in rounds, hashes.

Two copies stay on purpose. An announced commendation keeps its title, for paper in somebody's hands must go on to confirm; its
author stays only while the author agrees to be published, which asking to be deleted ends. `forgetting.py` says what leaves
each table, `forgetting_texts.py` how names leave what was frozen or written by others.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from django.db import connection, transaction
from django.db.models import Q

from initiatives import lifecycle
from initiatives.models import (
    Act,
    CommendationDecision,
    Complaint,
    Dossier,
    DossierState,
    Initiative,
    Nomination,
    Outstanding,
    Status,
)
from initiatives.models.told import tell_at_once
from initiatives.personal_data import foretelling, forgetting, forgetting_texts
from initiatives.personal_data.forgetting import Forgotten
from orgtree.models import StaffAccount

__all__ = ["Batch", "CannotErase", "Erased", "Why", "erase_one", "erase_some", "settle", "what_hinders"]


class Why(StrEnum):
    REQUEST = "request"  # the person asked for it
    RETENTION = "retention"  # the campaign's days are over


class CannotErase(Exception):
    """Something still needs the data; `sentence` says what, and what to do first."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True)
class Erased:
    """`at`: when, also where it was long ago. `forgotten`: what left, by kind; empty where nothing was left to do."""

    at: datetime
    forgotten: Forgotten = field(default_factory=Forgotten)


@dataclass(frozen=True)
class Batch:
    """`left` are those that something hinders, with its sentence; they stay as they are."""

    erased: Sequence[int]
    left: dict[int, str]
    forgotten: Forgotten


UNDER_REVIEW = "Sáng kiến đang được xét. Hãy rút sáng kiến trước, hoặc chờ công đoàn xét xong, rồi mới xóa."
DISPUTED = "Có khiếu nại, tranh chấp về sáng kiến này chưa giải quyết. Hãy ghi kết quả giải quyết trước khi xóa."
IN_A_DOSSIER = (
    "Sáng kiến đang đứng trong một hồ sơ xét chọn chưa xong. "
    "Hãy rút sáng kiến khỏi danh sách, hoặc chờ cấp trên trả lời, rồi mới xóa."
)
TO_BE_COMMENDED = (
    "Sáng kiến có tên trong một quyết định biểu dương chưa công bố. Hãy bỏ khỏi quyết định hoặc công bố trước khi xóa."
)
TO_BE_NAMED = (
    "Sáng kiến được chọn là tiêu biểu của một quý chưa công bố. Hãy bỏ khỏi danh sách hoặc công bố trước khi xóa."
)


def erase_one(
    initiative: Initiative | int,
    *,
    by: StaffAccount | None,
    at: datetime,
    why: Why = Why.REQUEST,
    dry_run: bool = False,
) -> Erased:
    """One transaction. Asked twice, it answers with the first time. Raises CannotErase.

    With `dry_run` it is counted what would leave (`foretelling.py`): nobody waits for it, and nothing is written.
    """
    pk = initiative if isinstance(initiative, int) else initiative.pk
    if dry_run:
        return _foretold(pk, at=at, why=why)
    with transaction.atomic():
        row = Initiative.objects.select_for_update().get(pk=pk)
        if row.erased_at is not None:
            return Erased(row.erased_at)
        hindered = what_hinders([row], why=why)
        if hindered:
            raise CannotErase(hindered[pk])
        forgotten = _erase([row], by=by, at=at, why=why)
    if isinstance(initiative, Initiative):
        initiative.refresh_from_db()
    return Erased(at, forgotten)


def _foretold(pk: int, *, at: datetime, why: Why) -> Erased:
    row = Initiative.objects.get(pk=pk)
    if row.erased_at is not None:
        return Erased(row.erased_at)
    hindered = what_hinders([row], why=why)
    if hindered:
        raise CannotErase(hindered[pk])
    return Erased(at, foretelling.of_one(row, is_asked_for=why == Why.REQUEST))


def erase_some(keys: Collection[int], *, by: StaffAccount | None, at: datetime, why: Why = Why.RETENTION) -> Batch:
    """Those of `keys` that nothing hinders, in one transaction and in statements that hardly grow with them."""
    with transaction.atomic():
        found = Initiative.objects.select_for_update().filter(pk__in=keys, erased_at=None)
        rows = list(found.order_by("pk"))
        left = what_hinders(rows, why=why)
        free = [row for row in rows if row.pk not in left]
        forgotten = _erase(free, by=by, at=at, why=why) if free else Forgotten()
    return Batch([row.pk for row in free], left, forgotten)


def what_hinders(rows: Sequence[Initiative], *, why: Why) -> dict[int, str]:
    """By key the sentence of what still needs the data, for those of which something does. Four statements at the most.

    The law lets a request wait while the data is needed to settle what is going on. At the end of a campaign's days nobody
    reviews and no unit prepares any more, so there only what somebody else still has to answer hinders.
    """
    keys = [row.pk for row in rows]
    found: dict[int, str] = {}
    is_asked_for = why == Why.REQUEST
    unannounced = Outstanding.objects.filter(quarter__announced_at=None, initiative__in=keys)
    decisions = CommendationDecision.objects.filter(announced_at=None, commendations__initiative__in=keys)
    reasons = (
        (TO_BE_NAMED, unannounced.values_list("initiative", flat=True) if is_asked_for else ()),
        (TO_BE_COMMENDED, decisions.values_list("commendations__initiative", flat=True)),
        (IN_A_DOSSIER, _in_dossiers(keys, is_asked_for=is_asked_for)),
        (DISPUTED, Complaint.objects.unresolved().filter(initiative__in=keys).values_list("initiative", flat=True)),
    )
    if is_asked_for:
        found |= {row.pk: UNDER_REVIEW for row in rows if row.status in {Status.SUBMITTED, Status.RETURNED}}
    for sentence, hindered in reasons:
        found |= dict.fromkeys(set(hindered) & set(keys), sentence)
    return found


def settle() -> None:
    """After many: SQLite's index of words keeps what was taken out of it until its parts are joined anew."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO initiative_words (initiative_words) VALUES ('optimize')")


def _in_dossiers(keys: Sequence[int], *, is_asked_for: bool) -> set[int]:
    """Of those that stand in a round: where its unit's dossier is not answered for good."""
    standing = list(
        Nomination.objects.standing().filter(initiative__in=keys).values_list("round", "unit", "initiative")
    )
    if not standing:
        return set()
    in_hand = {DossierState.SENT, DossierState.RECEIVED}
    if is_asked_for:
        in_hand |= {DossierState.PREPARING, DossierState.RETURNED}
    places = Q(pk__in=())
    for round_id, unit_id in {(each[0], each[1]) for each in standing}:
        places |= Q(round=round_id, unit=unit_id)
    waiting = set(Dossier.objects.filter(places, state__in=in_hand).values_list("round", "unit"))
    return {pk for round_id, unit_id, pk in standing if (round_id, unit_id) in waiting}


def _erase(rows: Sequence[Initiative], *, by: StaffAccount | None, at: datetime, why: Why) -> Forgotten:
    """What is locked and may go. First what names the person elsewhere, while the names are still known."""
    if why == Why.REQUEST:
        Initiative.objects.filter(pk__in=[row.pk for row in rows]).update(publish_consented_at=None)
        for row in rows:
            row.publish_consented_at = None
    named = forgetting_texts.named_in(rows)
    forgotten, names = Forgotten(), set[str]()
    forgetting_texts.of_frozen(rows, into=forgotten)
    if why == Why.REQUEST:
        forgetting_texts.of_others(rows, named, into=forgotten)
        forgetting_texts.drop_reasons([row.pk for row in rows])
        names |= forgetting.drop_drafts(rows, into=forgotten)
    names |= forgetting.of_rows(rows, at=at, into=forgotten)
    for row in rows:
        row.refresh_from_db()
        lifecycle.record(row, Act.ERASED, from_status=row.status, by=by, at=at)
    tell_at_once()
    transaction.on_commit(lambda: forgetting.remove_files(names, at=at))
    return forgotten
