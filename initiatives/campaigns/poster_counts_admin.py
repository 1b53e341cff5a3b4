"""What posters brought, in the admin: a unit's own and those of each branch below it, for whoever may print them."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from initiatives.campaigns import brought, poster_jobs
from initiatives.models import Campaign
from orgtree.models import Level, StaffAccount, Unit
from orgtree.scoped_admin import StaffAdmin, account_of
from orgtree.units.queries import is_visible

CAMPAIGN, PERIOD, ORDER, PAGE = "chuong-trinh", "thoi-gian", "xep", "trang"
WEEK, BY_NAME = "7-ngay", "ten"
DAYS = 7
PERIODS = {"": "Cả chương trình", WEEK: f"{DAYS} ngày qua"}
ORDERS = {"": "Quét nhiều trước", BY_NAME: "Tên đơn vị"}
LINES_A_PAGE = 100
MOST_SILENT, FEW_SILENT = 300, 12  # named; named without being asked


class PosterCounting(StaffAdmin):
    """For the admin of campaigns; asked from the page that prints a unit's posters."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.poster_counts_view)
        own = [path("ap-phich/so-dem/<int:pk>/", view, name="initiatives_campaign_posters_counts")]
        return own + super().get_urls()

    def poster_counts_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        account = account_of(request)
        if not poster_jobs.may_print(account):
            raise PermissionDenied
        asked = get_object_or_404(Unit.objects.visible_to(account), pk=pk)
        unit = Unit.objects.filter(path=asked.current_path).first() or asked  # what it is today
        campaigns = list(Campaign.objects.order_by("-pk"))
        slug = request.GET.get(CAMPAIGN, "")
        if slug and slug not in {each.slug for each in campaigns}:
            raise Http404
        campaign = next((each for each in campaigns if each.slug == slug), campaigns[0] if campaigns else None)
        context = {
            **self.admin_site.each_context(request),
            "title": "Áp phích mang lại gì",
            "opts": self.opts,
            "unit": unit,
            "campaign": campaign,
        }
        if campaign is not None:
            above = _above(unit, account)
            place = _Place(unit, campaign, _one_of(PERIODS, request, PERIOD), _one_of(ORDERS, request, ORDER))
            context |= _shown(place, request.GET.get(PAGE)) | {
                "above": above,
                "above_address": place.address(unit=above) if above else "",
                "campaigns": [(each, place.address(campaign=each.slug), each == campaign) for each in campaigns],
            }
        return TemplateResponse(request, "campaigns/poster_counts.html", context)


class _Place:
    """What the page shows, and the addresses of what it could show instead."""

    def __init__(self, unit: Unit, campaign: Campaign, period: str, order: str) -> None:
        self.unit, self.campaign, self.period, self.order = unit, campaign, period, order

    def address(
        self,
        *,
        unit: Unit | None = None,
        campaign: str | None = None,
        period: str | None = None,
        order: str | None = None,
        page: int = 1,
    ) -> str:
        values = {
            CAMPAIGN: self.campaign.slug if campaign is None else campaign,
            PERIOD: self.period if period is None else period,
            ORDER: self.order if order is None else order,
            PAGE: str(page) if page > 1 else "",
        }
        here = reverse("admin:initiatives_campaign_posters_counts", args=[(unit or self.unit).pk])
        return f"{here}?{urlencode({name: value for name, value in values.items() if value})}"

    def below(self, unit: Unit) -> str:
        """Of the same page of a unit below; "" where nothing lies below that one."""
        return "" if unit.level == Level.GRASSROOTS else self.address(unit=unit)


def _shown(place: _Place, number: str | None) -> dict[str, Any]:
    week = timezone.localdate() - timedelta(days=DAYS - 1)
    harvest = brought.of(place.campaign, place.unit, since=week if place.period == WEEK else None)
    lines = harvest.by_name() if place.order == BY_NAME else harvest.by_scans()
    page = Paginator(lines, LINES_A_PAGE).get_page(number)
    return {
        "harvest": harvest,
        "is_week": place.period == WEEK,
        "periods": [(label, place.address(period=key), key == place.period) for key, label in PERIODS.items()],
        "orders": [(label, place.address(order=key), key == place.order) for key, label in ORDERS.items()],
        "rows": [(each, place.below(each.unit)) for each in page],
        "silent": [(each.unit, place.below(each.unit)) for each in harvest.silent[:MOST_SILENT]],
        "silent_open": len(harvest.silent) <= FEW_SILENT,
        "silent_more": max(0, len(harvest.silent) - MOST_SILENT),
        "page": page,
        "previous": place.address(page=page.previous_page_number()) if page.has_previous() else "",
        "next": place.address(page=page.next_page_number()) if page.has_next() else "",
        "print_address": reverse("admin:initiatives_campaign_posters", args=[place.unit.pk])
        + f"?{urlencode({CAMPAIGN: place.campaign.slug})}",
    }


def _above(unit: Unit, account: StaffAccount) -> Unit | None:
    """The unit directly above, where it is one's own to see."""
    above = Unit.objects.filter(path=unit.path[: -Unit.steplen]).first()
    return above if above is not None and is_visible(above, account) else None


def _one_of(known: dict[str, str], request: HttpRequest, name: str) -> str:
    typed = request.GET.get(name, "")
    return typed if typed in known else ""
