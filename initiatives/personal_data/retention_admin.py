"""What administrators read of how long personal data is still kept: on the first page, and on a campaign's own."""

from datetime import timedelta

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from initiatives.models import Campaign
from initiatives.personal_data import retention
from initiatives.personal_data.retention import Due
from orgtree.roles import Role
from orgtree.scoped_admin import MOST_COUNTED, account_of
from orgtree.sites import Panel, Sentence
from portal.vietnamese import days
from portal.vietnamese.formats import whole

URGENT = timedelta(days=7)
NO_DAY = "Chưa ghi ngày hết hạn, nên không có gì bị xóa."


def retention_panels(request: HttpRequest) -> list[Panel]:
    """From thirty days before a campaign's day until nothing of anybody is left."""
    if account_of(request).role != Role.ADMINISTRATOR:
        return []
    at = timezone.now()
    sentences = tuple(
        Sentence(
            f"{each.campaign.name}. {_said(each, is_over=each.is_over(at=at))}",
            reverse("admin:initiatives_campaign_change", args=[each.campaign.pk]),
            is_urgent=timezone.localdate(at + URGENT) >= each.until,
        )
        for each in retention.near(at=at)
    )
    return [Panel("Sắp hết hạn lưu dữ liệu cá nhân", sentences=sentences)] if sentences else []


def about(campaign: Campaign) -> str:
    """Beside the day itself."""
    due = retention.due_of(campaign)
    if due is None:
        return NO_DAY
    if not due.remaining:
        return "Không còn dữ liệu cá nhân nào trong các sáng kiến đã nhận."
    return _said(due, is_over=due.is_over(at=timezone.now()))


def _said(due: Due, *, is_over: bool) -> str:
    until, begins = days.shown(due.until), days.shown(due.erased_from)
    more = "Hơn " if due.remaining > MOST_COUNTED else ""
    number = f"{more}{whole(min(due.remaining, MOST_COUNTED))} sáng kiến"
    if is_over:
        return f"Đã hết hạn lưu ngày {until}. {number} còn dữ liệu cá nhân; cổng tự xóa từ ngày {begins}."
    return (
        f"Dữ liệu cá nhân được giữ đến hết ngày {until}; cổng tự xóa từ ngày {begins}. Nay còn {number}. "
        "Cần giữ lâu hơn thì đổi ngày trong trang của chương trình."
    )
