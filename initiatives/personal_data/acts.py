"""What staff do about a request: answer it, hand it on, bind it to an initiative, finish it. One transaction each, one step each.

Answering is done by a person who rings or writes; here stands in which words. Erasing what a request asks to erase is an act of
its own (`OFFERED`), done on the initiative it is bound to.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from initiatives.models import DataRequest, DataRequestStep, Initiative
from initiatives.personal_data import asking, erasing
from orgtree.models import StaffAccount, Unit
from orgtree.models.unit import UnitQuerySet
from orgtree.roles import Role
from portal.vietnamese.refusals import Refused
from portal.vietnamese.text import canonical

MAY_ANSWER = "initiatives.change_datarequest"
ANSWERED, FINISHED, HANDED_ON, BOUND, ERASED = "answered", "finished", "handed on", "bound", "erased"
TITLES = {
    asking.ASKED: "Gửi qua cổng",
    asking.ENTERED: "Cán bộ ghi hộ",
    ANSWERED: "Trả lời",
    FINISHED: "Xong",
    HANDED_ON: "Chuyển đơn vị",
    BOUND: "Gắn với sáng kiến",
    ERASED: "Xóa dữ liệu cá nhân",
}


class RequestRefused(Refused):
    """What is not done about a request, and why."""


BOUND_MEANWHILE = (
    "Yêu cầu không còn gắn với sáng kiến mà bạn đã xem. Chưa xóa gì. Hãy mở lại yêu cầu và hỏi lại cho chắc đúng người."
)


@dataclass(frozen=True)
class Offer:
    """Something else that the page of a request offers: a link under words of its own, where `fits` says so."""

    label: str
    url_name: str  # of the admin; asked with the request's id
    fits: Callable[[DataRequest, StaffAccount], bool]


# Other areas hand in what can be done about a kind of request (erasing: for "delete" and "withdraw").
OFFERED: list[Offer] = []


def offered(request: DataRequest, account: StaffAccount) -> list[Offer]:
    return [offer for offer in OFFERED if offer.fits(request, account)]


def may_answer(account: StaffAccount, request: DataRequest) -> bool:
    return account.has_perm(MAY_ANSWER) and request.erased_at is None


def answer(pk: int, words: str, *, by: StaffAccount, at: datetime) -> DataRequest:
    """A further answer is a further step; the first one is the one that the due day asks for."""
    with transaction.atomic():
        request = _locked(pk, by)
        if request.answered_at is None:
            request.answered_at = at
            request.save(update_fields=["answered_at"])
        _step(request, ANSWERED, words, by=by, at=at)
    return request


def finish(pk: int, outcome: str, words: str, *, by: StaffAccount, at: datetime) -> DataRequest:
    """Whoever was told how it ended has been answered."""
    with transaction.atomic():
        request = _locked(pk, by)
        request.done_at, request.outcome = at, DataRequest.Outcome(outcome)
        request.answered_at = request.answered_at or at
        request.save(update_fields=["done_at", "outcome", "answered_at"])
        _step(request, FINISHED, f"{request.get_outcome_display()}. {words}", by=by, at=at)
    return request


def hand_on(pk: int, unit: Unit, words: str, *, by: StaffAccount, at: datetime) -> DataRequest:
    """To a unit of one's branch, or up to one above. Whoever hands it up does not see it any more."""
    with transaction.atomic():
        request = _locked(pk, by)
        if not units_for(by).filter(pk=unit.pk).exists():
            raise RequestRefused("Hãy chọn một đơn vị trong danh sách.")
        if unit.pk == request.unit_id:
            raise RequestRefused("Yêu cầu đang ở chính đơn vị này.")
        before = str(request.unit)
        request.unit = unit
        request.save(update_fields=["unit"])
        _step(request, HANDED_ON, f"Từ {before} sang {unit}. {words}", by=by, at=at)
    return request


def bind(pk: int, initiative: Initiative, *, by: StaffAccount, at: datetime) -> DataRequest:
    """`initiative` is one that `by` sees. The request stays with its unit."""
    with transaction.atomic():
        request = _locked(pk, by)
        if request.initiative_id == initiative.pk:
            raise RequestRefused("Yêu cầu đã gắn với sáng kiến này.")
        request.initiative = initiative
        request.save(update_fields=["initiative"])
        _step(request, BOUND, "", by=by, at=at)
    return request


def erase(pk: int, *, shown: int, by: StaffAccount, at: datetime) -> DataRequest:
    """Everything of the person in the initiative it is bound to, which must be `shown`, the key of the one that `by` looked at:
    what was bound meanwhile is somebody else's. Raises erasing.CannotErase; the request stays open, for its outcome is told and
    written afterwards."""
    with transaction.atomic():
        request = _locked(pk, by)
        if request.initiative_id is None:
            raise RequestRefused("Hãy gắn yêu cầu với sáng kiến trước.")
        if request.initiative_id != shown or not Initiative.objects.visible_to(by).filter(pk=shown).exists():
            raise RequestRefused(BOUND_MEANWHILE)
        erasing.erase_one(shown, by=by, at=at)
        _step(request, ERASED, "", by=by, at=at)
    erasing.settle()
    return request


def units_for(account: StaffAccount) -> UnitQuerySet:
    """Where `account` may hand a request: within the branch, or straight up the line to the confederation."""
    rows: UnitQuerySet = Unit.objects.filter(closed_on=None)
    if account.unit is None or not account.is_active:
        return rows.none()
    inside = rows.visible_to(account)
    return inside if account.role == Role.ADMINISTRATOR else inside | rows.standing_above(account.unit)


def _locked(pk: int, by: StaffAccount) -> DataRequest:
    rows = DataRequest.objects.visible_to(by).select_for_update(of=("self",)).select_related("unit")
    request = rows.filter(pk=pk).first()
    if request is None or not may_answer(by, request):
        raise RequestRefused("Yêu cầu này không còn trong phạm vi của bạn.")
    if request.done_at is not None:
        raise RequestRefused("Yêu cầu này đã xong. Không ghi thêm gì.")
    return request


def _step(request: DataRequest, act: str, words: str, *, by: StaffAccount, at: datetime) -> None:
    DataRequestStep.objects.create(request=request, at=at, act=act, account=by, words=canonical(words))
