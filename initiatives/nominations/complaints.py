"""Complaints and disputes about authorship: who raised what and when, and how it ended.

While one is unresolved no dossier with its initiative is sealed or accepted: to record one, the initiative is locked as sealing
locks it, so that one of the two comes first.
"""

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from initiatives.models import Complaint, Initiative
from initiatives.models.dossier import ComplaintQuerySet
from initiatives.nominations.refusals import SelectionRefused
from initiatives.review.authorship import is_own
from orgtree.models import StaffAccount
from orgtree.roles import allows
from portal.vietnamese.text import canonical, single_line

LONGEST_NAME = 160


class ComplaintRefused(SelectionRefused):
    """What is not recorded, or not resolved, and why."""


class ResolvedMeanwhile(ComplaintRefused):
    """Somebody else wrote how it ended. Nothing was overwritten."""


def record(
    initiative: Initiative,
    *,
    kind: str,
    raised_by: str,
    raised_on: date,
    text: str,
    by: StaffAccount,
    at: datetime,
) -> Complaint:
    """`raised_by` may be empty: letters without a name come too."""
    written, who = canonical(text), single_line(raised_by)
    if not may_record(by, initiative):
        raise ComplaintRefused("Chỉ cán bộ xét duyệt của đơn vị hoặc của cấp trên mới được ghi khiếu nại, tranh chấp.")
    if not written:
        raise ComplaintRefused("Hãy ghi nội dung khiếu nại, tranh chấp.")
    if len(who) > LONGEST_NAME:
        raise ComplaintRefused(f"Tên người nêu tối đa {LONGEST_NAME} ký tự. Hãy viết ngắn lại.")
    if raised_on > timezone.localdate(at):
        raise ComplaintRefused("Ngày nêu không được sau hôm nay.")
    with transaction.atomic():
        locked = Initiative.objects.select_for_update().get(pk=initiative.pk)
        return Complaint.objects.create(
            initiative=locked,
            kind=Complaint.Kind(kind),
            raised_by=who,
            raised_on=raised_on,
            text=written,
            recorded_by=by,
            recorded_at=at,
        )


def resolve(complaint_id: int, *, resolution: str, by: StaffAccount, at: datetime) -> Complaint:
    """Writes how it ended, once."""
    written = canonical(resolution)
    if not written:
        raise ComplaintRefused("Hãy ghi kết quả giải quyết.")
    with transaction.atomic():
        complaint = Complaint.objects.select_for_update().get(pk=complaint_id)
        initiative = Initiative.objects.select_related("unit").get(pk=complaint.initiative_id)
        if not may_resolve(by, initiative):
            raise ComplaintRefused(
                "Chỉ người quản lý của đơn vị hoặc của cấp trên mới được ghi kết quả giải quyết; "
                "không ai tự giải quyết về sáng kiến của mình."
            )
        if complaint.resolved_at is not None:
            raise ResolvedMeanwhile("Khiếu nại, tranh chấp này vừa được người khác ghi kết quả giải quyết.")
        complaint.resolution, complaint.resolved_by, complaint.resolved_at = written, by, at
        complaint.save(update_fields=["resolution", "resolved_by", "resolved_at"])
    return complaint


def unresolved_among(initiative_ids: Collection[int]) -> ComplaintQuerySet:
    """The oldest first."""
    found: ComplaintQuerySet = Complaint.objects.filter(initiative__in=initiative_ids).unresolved()
    return found.select_related("initiative").order_by("raised_on", "pk")


def may_record(account: StaffAccount, initiative: Initiative) -> bool:
    return _may(account, initiative, "initiatives.add_complaint")


def may_resolve(account: StaffAccount, initiative: Initiative) -> bool:
    """Nobody resolves what is said of an initiative of their own."""
    return _may(account, initiative, "initiatives.change_complaint") and not is_own(initiative, account)


def _may(account: StaffAccount, initiative: Initiative, permission: str) -> bool:
    unit = account.unit
    return (
        account.is_active
        and unit is not None
        and initiative.unit.current_path.startswith(unit.current_path)
        and allows(account.role, permission)
    )
