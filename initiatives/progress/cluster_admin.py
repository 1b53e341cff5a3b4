"""Emulation clusters in the admin: what they are called, and on one page which unit stands in which."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html

from initiatives.campaigns.admin import CampaignFilter
from initiatives.models import Campaign, Cluster
from initiatives.progress import clusters
from initiatives.progress.clusters import ClustersRefused, PlacedMeanwhile
from initiatives.progress.quarter_forms import ArrangeForm, TakeOverForm
from orgtree.scoped_admin import StaffAdmin, account_of
from portal.vietnamese.formats import NOTHING, whole

TAKE_OVER = "take_over"


@admin.register(Cluster)
class ClusterAdmin(StaffAdmin):
    """The confederation's alone."""

    list_display = ("name", "shown_campaign", "order", "shown_places", "members_link")
    list_filter = (CampaignFilter,)
    list_select_related = ("campaign",)
    ordering = ("-campaign", "order", "pk")
    fields = ("campaign", "name", "order", "places")

    def get_urls(self) -> list[Any]:
        arrange = self.admin_site.admin_view(self.arrange_view)
        return [path("xep/<slug:campaign>/", arrange, name="initiatives_cluster_arrange"), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).annotate(number=Count("members"))

    def get_fields(self, request: HttpRequest, obj: Cluster | None = None) -> Sequence[str]:
        return self.fields if obj is None else (*self.fields, "member_names")

    def get_readonly_fields(self, request: HttpRequest, obj: Cluster | None = None) -> Sequence[str]:
        """Its units are those of its campaign, so it stays there."""
        return () if obj is None else ("campaign", "member_names")

    # --- whose ------------------------------------------------------------------------------------------------------------

    def has_view_permission(self, request: HttpRequest, obj: Cluster | None = None) -> bool:
        return clusters.may_edit(account_of(request))

    has_add_permission = has_view_permission
    has_change_permission = has_view_permission

    def has_delete_permission(self, request: HttpRequest, obj: Cluster | None = None) -> bool:
        return self.has_view_permission(request)

    # --- the list -----------------------------------------------------------------------------------------------------------

    @admin.display(description="chương trình")
    def shown_campaign(self, row: Cluster) -> str:
        return row.campaign.name

    @admin.display(description="ghi nhận mỗi quý", ordering="places")
    def shown_places(self, row: Cluster) -> str:
        return f"{whole(row.places)} vị trí"

    @admin.display(description="số đơn vị")
    def members_link(self, row: Any) -> str:
        return format_html('<a href="{}">{} đơn vị</a>', arrange_address(row.campaign), whole(row.number))

    @admin.display(description="các đơn vị")
    def member_names(self, row: Cluster) -> str:
        names = [str(each.unit) for each in row.members.select_related("unit").order_by("unit__path")]
        arrange = format_html('<a href="{}">Xếp đơn vị vào cụm, khối</a>', arrange_address(row.campaign))
        return format_html("{}. {}", ", ".join(names) or NOTHING, arrange)

    def response_add(self, request: HttpRequest, obj: Cluster, post_url_continue: Any = None) -> HttpResponse:
        if "_addanother" in request.POST:
            return super().response_add(request, obj, post_url_continue)
        messages.success(request, f"Đã thêm “{obj.name}”. Hãy xếp đơn vị vào.")
        return HttpResponseRedirect(arrange_address(obj.campaign))

    def get_deleted_objects(self, objs: Iterable[Cluster], request: HttpRequest) -> Any:
        """The units that would stand in no cluster, by their names."""
        found, numbers, _, protected = super().get_deleted_objects(objs, request)
        names = [
            f"{row.name}: {row.members.count()} đơn vị sẽ chưa xếp cụm"
            for row in objs
            if isinstance(row, Cluster) and row.members.exists()
        ]
        return [found[0] if found else "", names] if names else found, numbers, set(), protected

    # --- the page -----------------------------------------------------------------------------------------------------------

    def arrange_view(self, request: HttpRequest, campaign: str) -> HttpResponse:
        """Every unit that competes, with its cluster; the buttons save, or take the clusters of another campaign over."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        chosen = get_object_or_404(Campaign, slug=campaign)
        units, own = list(clusters.competing(chosen)), clusters.of(chosen)
        asked: dict[str, Any] = {"units": units, "clusters": own, "stands": clusters.places(chosen)}
        sources = clusters.with_clusters(chosen)
        form, taking, status = ArrangeForm(**asked), TakeOverForm(campaigns=sources), 200
        if request.method == "POST" and request.POST.get("act") == TAKE_OVER:
            taking = TakeOverForm(request.POST, campaigns=sources)
            status = self.take_over(request, chosen, sources, taking)
        elif request.method == "POST":
            form = ArrangeForm(request.POST, **asked)
            status = self.save_places(request, chosen, form, own)
        if status == 302:
            return HttpResponseRedirect(arrange_address(chosen))
        context = {
            **self.admin_site.each_context(request),
            "title": "Cụm, khối thi đua",
            "opts": self.opts,
            "campaign": chosen,
            "campaigns": [(each, arrange_address(each), each == chosen) for each in Campaign.objects.all()],
            "form": form,
            "taking": taking if sources else None,
            "clusters": self.lines(own, asked["stands"]),
            "unplaced": sum(unit.pk not in asked["stands"] for unit in units),
            "units": len(units),
        }
        return TemplateResponse(request, "progress/staff/clusters.html", context, status=status)

    def lines(self, own: Sequence[Cluster], stands: dict[int, int]) -> list[dict[str, Any]]:
        numbers = list(stands.values())
        return [
            {
                "cluster": each,
                "number": numbers.count(each.pk),
                "address": reverse("admin:initiatives_cluster_change", args=[each.pk]),
            }
            for each in own
        ]

    def save_places(self, request: HttpRequest, campaign: Campaign, form: ArrangeForm, own: Sequence[Cluster]) -> int:
        """The status of the answer; 302 where all was written."""
        if not form.is_valid():
            messages.error(request, "Chưa ghi. Hãy xem lại các dòng được đánh dấu.")
            return 422
        try:
            done = clusters.arrange(campaign, list(form.wanted()), by=account_of(request))
        except PlacedMeanwhile as refusal:
            form.tell(refusal, {each.pk: each.name for each in own})
            messages.error(request, refusal.sentence)
            return 409
        except ClustersRefused as refusal:
            messages.error(request, refusal.sentence)
            return 409
        messages.success(request, done.sentence)
        return 302

    def take_over(
        self, request: HttpRequest, campaign: Campaign, sources: Sequence[Campaign], form: TakeOverForm
    ) -> int:
        if not form.is_valid():
            messages.error(request, "Chưa lấy. Hãy chọn chương trình.")
            return 422
        source = next(each for each in sources if each.slug == form.cleaned_data["source"])
        try:
            done = clusters.take_over(campaign, source, by=account_of(request))
        except ClustersRefused as refusal:
            messages.error(request, refusal.sentence)
            return 409
        messages.success(request, done.sentence)
        if done.left:
            messages.warning(request, f"Chưa chuyển được, hãy tự xếp: {'; '.join(done.left)}.")
        return 302


def arrange_address(campaign: Campaign) -> str:
    return reverse("admin:initiatives_cluster_arrange", args=[campaign.slug])
