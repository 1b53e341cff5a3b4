"""Deciding on a pair: which of the two counts, or that they are two; and taking that back.

The two initiatives are locked in the order of their keys (`lifecycle`), then the pair is written only where it still stands
as it was shown: of two people who decide at once the second is told, and nothing is overwritten.
"""

from collections.abc import Mapping
from datetime import datetime

from django.db import models, transaction

from initiatives import lifecycle
from initiatives.lifecycle import ChangedMeanwhile, MoveRefused, Reason
from initiatives.models import Act, Initiative, ReviewReason, Status, TwinPair
from initiatives.review import authorship, twins
from orgtree.models import StaffAccount

MAY_DECIDE = "initiatives.change_twinpair"
DUPLICATE = "duplicate"
REPEATS = "Trùng với một sáng kiến khác đã nộp. Công đoàn giữ lại sáng kiến kia."


class PairIsNotFound(MoveRefused):
    """Missing, one of the two lies in another branch, or the role may not decide: all the same."""

    def __init__(self) -> None:
        super().__init__("Không tìm thấy cặp này trong phạm vi của bạn.")


class OneIsOwn(MoveRefused):
    """Nobody decides on what they sent themselves, nor on what it is compared with."""

    def __init__(self) -> None:
        super().__init__("Một trong hai sáng kiến là của chính bạn, nên một cán bộ khác phải quyết định.")


class DecidedMeanwhile(MoveRefused):
    """Somebody else decided on the pair since this page was opened."""

    def __init__(self, pair: TwinPair) -> None:
        super().__init__(
            f"Cặp này vừa được người khác quyết định: {twins.standing_of(pair).lower()}. Quyết định của bạn chưa được ghi."
        )


class NothingToDecide(MoveRefused):
    """One of the two was withdrawn or declined since."""

    def __init__(self) -> None:
        super().__init__("Một trong hai sáng kiến không còn được tính, nên không còn phải quyết định cặp này.")


class PairIsGone(MoveRefused):
    """The screening took it away: one of the two was corrected and is alike no more."""

    def __init__(self) -> None:
        super().__init__("Cặp này không còn: một trong hai sáng kiến vừa được sửa và không còn giống nhau.")


class CannotTakeBack(MoveRefused):
    """What was declined as a duplicate has gone its own way since."""

    def __init__(self) -> None:
        super().__init__(
            "Sáng kiến bị kết luận trùng lặp đã được xử lý tiếp, nên không mở lại từ cặp này được nữa."
            " Hãy mở trang của sáng kiến đó."
        )


class Choice(models.TextChoices):
    KEEP_EARLIER = "keep_earlier", "Trùng lặp, giữ sáng kiến nhận trước"
    KEEP_LATER = "keep_later", "Trùng lặp, giữ sáng kiến nhận sau"
    DISTINCT = "distinct", "Không trùng lặp"


def decide(
    pair_id: int, choice: str, *, words: str = "", by: StaffAccount, at: datetime, versions: Mapping[int, int]
) -> None:
    """Carries out `choice`; raises MoveRefused, and then nothing was written.

    `versions` are those that were shown, by the key of the initiative. `words` go to the sender of what is declined; where
    the two are found distinct, to the history alone.
    """
    pair = for_decision(pair_id, by)
    if not twins.is_waiting(pair):
        raise NothingToDecide if pair.is_open else DecidedMeanwhile(pair)
    try:
        with transaction.atomic():
            if choice == Choice.DISTINCT:
                _note_on_both(pair, words, by=by, at=at)
                _write(pair, TwinPair.State.DISTINCT, by=by, at=at)
            else:
                keeps_earlier = choice == Choice.KEEP_EARLIER
                kept, declined = (pair.earlier, pair.later) if keeps_earlier else (pair.later, pair.earlier)
                reasons = _reasons(declined, keeps_earlier=keeps_earlier, words=words)
                lifecycle.move(
                    declined.pk,
                    Status.INVALID,
                    by=by,
                    at=at,
                    reasons=reasons,
                    duplicate_of=kept,
                    version=versions.get(declined.pk, 0),
                )
                versions = {**versions, declined.pk: versions.get(declined.pk, 0) + 1}
                _write(pair, TwinPair.State.DUPLICATE, by=by, at=at)
            _are_as_shown(pair, versions)
    except MoveRefused as refusal:
        raise _why(pair, refusal) from refusal


def reopen(pair_id: int, why: str, *, by: StaffAccount, at: datetime, versions: Mapping[int, int]) -> None:
    """Takes a decision back: the pair is open again, and what was declined for it waits to be reviewed."""
    pair = for_decision(pair_id, by)
    if pair.is_open:
        raise DecidedMeanwhile(pair)
    declined = twins.declined_of(pair)
    if pair.state == TwinPair.State.DUPLICATE and declined is None:
        raise CannotTakeBack
    try:
        with transaction.atomic():
            if pair.state == TwinPair.State.DISTINCT:
                _note_on_both(pair, f"Bỏ kết luận không trùng lặp: {why}", by=by, at=at)
            elif declined is not None:
                version = versions.get(declined.pk, 0)
                reasons = (Reason("reopened", "", why),)
                lifecycle.move(declined.pk, Status.SUBMITTED, by=by, at=at, reasons=reasons, version=version)
            _write(pair, TwinPair.State.OPEN, by=None, at=None, was=pair.state)
            if declined is not None:
                twins.settle(declined.pk, None, by=by, at=at)
    except MoveRefused as refusal:
        raise _why(pair, refusal) from refusal


def for_decision(pair_id: int, account: StaffAccount) -> TwinPair:
    pair = twins.with_both(twins.visible(TwinPair.objects.all(), account)).filter(pk=pair_id).first()
    if pair is None or not account.has_perm(MAY_DECIDE):
        raise PairIsNotFound
    if is_of_own(pair, account):
        raise OneIsOwn
    return pair


def is_of_own(pair: TwinPair, account: StaffAccount) -> bool:
    return authorship.is_own(pair.earlier, account) or authorship.is_own(pair.later, account)


def _note_on_both(pair: TwinPair, words: str, *, by: StaffAccount, at: datetime) -> None:
    """Nothing of the one stands in the history of the other: it is read below, where only one of them is seen."""
    for key in sorted((pair.earlier_id, pair.later_id)):
        lifecycle.note(key, Act.CLEARED, by=by, at=at, words=words)


def _reasons(declined: Initiative, *, keeps_earlier: bool, words: str) -> tuple[Reason, ...]:
    """The campaign's own sentence says that another came first; where the later one is kept, it would not be true."""
    ready = ReviewReason.objects.filter(campaign=declined.campaign_id, use=ReviewReason.Use.DECLINE, code=DUPLICATE)
    text = ready.values_list("text", flat=True).first() if keeps_earlier else None
    said = [Reason(DUPLICATE, "", text or REPEATS)]
    return (*said, Reason("other", "", words)) if words else tuple(said)


def _write(
    pair: TwinPair,
    state: str,
    *,
    by: StaffAccount | None,
    at: datetime | None,
    was: str = TwinPair.State.OPEN,
) -> None:
    changed = TwinPair.objects.filter(pk=pair.pk, state=was).update(state=state, decided_by=by, decided_at=at)
    if not changed:
        raise _changed_meanwhile(pair)


def _are_as_shown(pair: TwinPair, versions: Mapping[int, int]) -> None:
    """Both are locked by now: whoever compared them saw what they still say."""
    for one in Initiative.objects.filter(pk__in=(pair.earlier_id, pair.later_id)).only("version", "status"):
        if one.version != versions.get(one.pk):
            raise ChangedMeanwhile(one.status)


def _why(pair: TwinPair, refusal: MoveRefused) -> MoveRefused:
    """That somebody else decided on the pair says more than that one of its initiatives has moved."""
    stands = TwinPair.objects.filter(pk=pair.pk, state=pair.state).exists()
    return refusal if stands else _changed_meanwhile(pair)


def _changed_meanwhile(pair: TwinPair) -> MoveRefused:
    now = TwinPair.objects.select_related("earlier", "later").filter(pk=pair.pk).first()
    return DecidedMeanwhile(now) if now else PairIsGone()
