"""What the first page of the admin says about an account's inbox."""

from collections.abc import Iterator

from django.http import HttpRequest
from django.urls import reverse

from initiatives.models import Status
from initiatives.review import filters, queries, telling, twins
from initiatives.review.actions import MAY_DECIDE
from orgtree.roles import RANK, Role
from orgtree.scoped_admin import account_of
from orgtree.sites import Figure, Panel
from portal.requests import arrival


def waiting_panels(request: HttpRequest) -> list[Panel]:
    """What the first page says about an account's inbox."""
    account = account_of(request)
    is_manager = RANK[account.role] >= RANK[Role.MANAGER]
    panels = [
        Panel(each.campaign.name, tuple(_figures(each, tells_unattached=is_manager)))
        for each in queries.waiting_for(account, at=arrival(request))
    ]
    late = queries.late_attempts(account).order_by()[: queries.MOST_WAITING].count()
    if late:
        address = reverse("admin:initiatives_draft_changelist")
        figure = Figure("người gửi muộn", late, address, is_least=late == queries.MOST_WAITING)
        panels.append(Panel("Sau giờ đóng", (figure,)))
    return panels


def _figures(waiting: queries.Waiting, *, tells_unattached: bool) -> Iterator[Figure]:
    inbox = reverse("admin:initiatives_initiative_changelist") + f"?campaign={waiting.campaign.slug}"
    is_least = waiting.submitted == queries.MOST_WAITING
    yield Figure("chờ xét", waiting.submitted, inbox, is_urgent=True, is_least=is_least)
    if waiting.resent:
        address = f"{inbox}&{filters.ResentFilter.parameter_name}={filters.YES}"
        is_least = waiting.resent == queries.MOST_LOOKED_FOR
        yield Figure("đã bổ sung và gửi lại", waiting.resent, address, is_urgent=True, is_least=is_least)
    if waiting.unattached and tells_unattached:
        address = f"{inbox}&{filters.AttachedFilter.parameter_name}={filters.NO}"
        is_least = waiting.unattached == queries.MOST_LOOKED_FOR
        yield Figure("chưa gắn CĐCS", waiting.unattached, address, is_least=is_least)
    if waiting.returned:
        address = f"{inbox}&{filters.StatusFilter.parameter_name}={Status.RETURNED}"
        is_least = waiting.returned == queries.MOST_WAITING
        yield Figure("đã trả lại", waiting.returned, address, is_least=is_least)


def to_tell_panels(request: HttpRequest) -> list[Panel]:
    """Those whose initiative came back and who have not been told; for whoever may tell them."""
    account = account_of(request)
    untold = telling.returned_untold(account) if account.has_perm(MAY_DECIDE) else 0
    if not untold:
        return []
    address = reverse("admin:initiatives_initiative_to_tell")
    figure = Figure("cần báo người nộp", untold, address, is_urgent=True, is_least=untold == queries.MOST_WAITING)
    return [Panel("Bị trả lại mà chưa ai báo", (figure,))]


def twin_panels(request: HttpRequest) -> list[Panel]:
    """Pairs that may be duplicates and that nobody below may decide on."""
    number = twins.waiting(account_of(request))
    if not number:
        return []
    address = reverse("admin:initiatives_twinpair_changelist")
    figure = Figure("cặp chờ quyết định", number, address, is_least=number == twins.MOST_COUNTED)
    return [Panel("Có thể trùng lặp", (figure,))]
