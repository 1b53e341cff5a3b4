"""Quarters in the admin: how they stand, what is named outstanding, the announcement, the reviews.

They are the confederation's. Other staff find the announced ones here, and read them where everybody does.
"""

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from initiatives import looked_at
from initiatives.models import Campaign, Quarter
from initiatives.progress import (
    clusters,
    quarter_basis,
    quarter_page,
    quarter_review,
    quarter_sheet,
    quarters,
    recognising,
)
from initiatives.progress.cluster_admin import arrange_address
from initiatives.progress.quarter_forms import DocumentForm, NameForm
from initiatives.progress.quarters import Span
from initiatives.progress.recognising import RecognitionRefused
from orgtree.scoped_admin import StaffAdmin, account_of, is_key
from orgtree.sites import Panel, Sentence

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CAMPAIGN = "campaign"
NAME, DROP, DOCUMENT = "name", "drop", "document"


@admin.register(Quarter)
class QuarterAdmin(StaffAdmin):
    """Its own pages by campaign and quarter: a row stands only where something was written."""

    list_name = "Ghi nhận quý"

    def get_urls(self) -> list[Any]:
        view, name = self.admin_site.admin_view, "initiatives_quarter"
        own = [
            path("quy/<slug:campaign>/<slug:quarter>/", view(self.open_view), name=f"{name}_open"),
            path("quy/<slug:campaign>/<slug:quarter>/cong-bo/", view(self.announce_view), name=f"{name}_announce"),
            path("quy/<slug:campaign>/<slug:quarter>/excel/", view(self.sheet_view), name=f"{name}_sheet"),
            path("ky/<slug:campaign>/<slug:part>/", view(self.review_view), name=f"{name}_review"),
            path("ky/<slug:campaign>/<slug:part>/excel/", view(self.review_sheet_view), name=f"{name}_review_sheet"),
        ]
        return own + super().get_urls()

    # --- whose ------------------------------------------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows = super().get_queryset(request)
        return rows if self.may_edit(request) else rows.filter(announced_at__isnull=False)

    def may_edit(self, request: HttpRequest) -> bool:
        return clusters.may_edit(account_of(request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Made by what is written of it."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Quarter | None = None) -> bool:
        return False

    def refuse_others(self, request: HttpRequest) -> None:
        if not self.may_edit(request):
            raise PermissionDenied

    def place(self, request: HttpRequest, campaign: str, quarter: str) -> tuple[Campaign, Span, Quarter | None]:
        """What is no quarter of the campaign is missing."""
        self.refuse_others(request)
        chosen, span = get_object_or_404(Campaign, slug=campaign), quarters.of_key(quarter)
        if span is None:
            raise Http404
        kept = quarters.quarter_of(chosen, span)
        if kept is None and span not in quarters.of_campaign(chosen):
            raise Http404
        return chosen, span, kept

    # --- the list -----------------------------------------------------------------------------------------------------------

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The quarters of a campaign (`?campaign=`): all of them for whoever recognises, the announced ones for others."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        slug = request.GET.get(CAMPAIGN, "")[:80]
        may_edit, campaigns = self.may_edit(request), list(Campaign.objects.all())
        offered = [each for each in campaigns if may_edit or each.is_published]
        chosen = next((each for each in offered if each.slug == slug or not slug), None)
        if slug and chosen is None:
            raise Http404
        here = reverse("admin:initiatives_quarter_changelist")
        context: dict[str, Any] = {
            "title": self.list_name,
            "campaign": chosen,
            "campaigns": [(each, f"{here}?{urlencode({CAMPAIGN: each.slug})}", each == chosen) for each in offered],
            "may_edit": may_edit,
            "falls": quarters.FALLS,
        }
        if chosen is not None:
            context |= self.listed(chosen, may_edit=may_edit)
        return self.answer(request, "quarters.html", context)

    def listed(self, campaign: Campaign, *, may_edit: bool) -> dict[str, Any]:
        at = timezone.now()
        if not may_edit:
            kept = quarter_page.announced(campaign)
            lines = quarter_page.listed([quarters.of_day(row.starts_on) for row in kept], kept, at=at)
            return {"listed": [(each, reverse("quarter", args=[campaign.slug, each.span.key])) for each in lines]}
        windows = quarters.windows(campaign)
        kept = list(Quarter.objects.filter(campaign=campaign).defer("basis"))
        spans = {*quarters.of_campaign(campaign, windows), *(Span(row.starts_on) for row in kept)}
        lines = quarter_page.listed(sorted(spans), kept, at=at)
        return {
            "listed": [(each, address("open", campaign, each.span.key)) for each in lines],
            "parts": [
                (each, address("review", campaign, each.key)) for each in quarter_review.parts(campaign, windows)
            ],
            "arrange": arrange_address(campaign),
        }

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        quarter = self.get_object(request, object_id)
        return HttpResponseRedirect(address("open", quarter.campaign, quarters.of_day(quarter.starts_on).key))

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        self.refuse_others(request)
        return super().history_view(request, object_id, extra_context)

    # --- one quarter --------------------------------------------------------------------------------------------------------

    def open_view(self, request: HttpRequest, campaign: str, quarter: str) -> HttpResponse:
        if not self.may_edit(request):
            return self.led_to_the_public_page(request, campaign, quarter)
        chosen, span, kept = self.place(request, campaign, quarter)
        naming, paper, status = NameForm(), DocumentForm(initial={"document": kept.document if kept else ""}), 200
        if request.method == "POST":
            act = request.POST.get("act", "")
            naming = NameForm(request.POST) if act == NAME else naming
            paper = DocumentForm(request.POST) if act == DOCUMENT else paper
            if self.is_done(request, chosen, span, naming=naming, paper=paper):
                return HttpResponseRedirect(address("open", chosen, span.key))
            status, kept = 422, quarters.quarter_of(chosen, span)
        context = self.of_quarter(chosen, span, kept)
        is_open = kept is None or kept.announced_at is None
        context |= {"title": span.label, "naming": naming, "paper": paper, "is_named_above": is_open}
        return self.answer(request, "quarter.html", context, status=status)

    def led_to_the_public_page(self, request: HttpRequest, campaign: str, quarter: str) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        chosen = get_object_or_404(Campaign.objects.published(), slug=campaign)
        if quarter_page.announced_in(chosen, quarter) is None:
            raise Http404
        return HttpResponseRedirect(reverse("quarter", args=[chosen.slug, quarter]))

    def is_done(
        self, request: HttpRequest, campaign: Campaign, span: Span, *, naming: NameForm, paper: DocumentForm
    ) -> bool:
        """Whether what a button asks was written; what was refused stands in its form or above the page."""
        by, act, row = account_of(request), request.POST.get("act", ""), request.POST.get("row", "")
        form = {NAME: naming, DOCUMENT: paper}.get(act)
        if form is not None and not form.is_valid():
            return False
        try:
            if act == NAME:
                recognising.name(campaign, span, **naming.cleaned_data, by=by, at=timezone.now())
                messages.success(request, "Đã thêm vào danh sách tiêu biểu.")
            elif act == DOCUMENT:
                recognising.record_document(campaign, span, **paper.cleaned_data, by=by)
                messages.success(request, "Đã lưu số văn bản.")
            elif act == DROP and is_key(row):
                recognising.drop(campaign, span, int(row), by=by)
                messages.success(request, "Đã bỏ khỏi danh sách tiêu biểu.")
        except RecognitionRefused as refusal:
            if form is None:
                messages.error(request, refusal.sentence)
            else:
                form.refuse(refusal)
            return False
        return True

    def of_quarter(self, campaign: Campaign, span: Span, kept: Quarter | None) -> dict[str, Any]:
        """As it was announced, or as it stands now with what is still to be looked at."""
        at = timezone.now()
        shared = {
            "key": span.key,
            "list_address": f"{reverse('admin:initiatives_quarter_changelist')}?{urlencode({CAMPAIGN: campaign.slug})}",
            "open_address": address("open", campaign, span.key),
            "sheet_address": address("sheet", campaign, span.key),
            "arrange": arrange_address(campaign),
            "rows": [(row, recognising.is_valid(row.initiative)) for row in quarters.rows_of(kept)],
        }
        if kept is not None and kept.announced_at is not None:
            public = reverse("quarter", args=[campaign.slug, span.key]) if campaign.is_published else ""
            return shared | quarter_page.of_announced(campaign, kept, at=at) | {"public_address": public}
        reading = quarters.read(campaign, at=at)
        outcome = quarters.live(reading, span, kept)
        return (
            shared
            | quarter_page.context(campaign, outcome)
            | {
                "checklist": recognising.checklist(campaign, reading, outcome, kept, at=at),
                "announce_address": address("announce", campaign, span.key),
            }
        )

    def announce_view(self, request: HttpRequest, campaign: str, quarter: str) -> HttpResponse:
        """GET says what will be frozen; the button does it for the very outcome that was read."""
        chosen, span, kept = self.place(request, campaign, quarter)
        back, refusal = HttpResponseRedirect(address("open", chosen, span.key)), ""
        if kept is not None and kept.announced_at is not None:
            messages.info(request, f"{span.label} đã công bố.")
            return back
        if request.method == "POST":
            try:
                recognising.announce(
                    chosen, span, seen=request.POST.get("seen", "")[:64], by=account_of(request), at=timezone.now()
                )
            except RecognitionRefused as refused:
                refusal, kept = refused.sentence, quarters.quarter_of(chosen, span)
            else:
                messages.success(request, f"Đã công bố {span.label}.")
                return back
            if kept is not None and kept.announced_at is not None:  # by somebody else, this moment
                messages.error(request, refusal)
                return back
        context = self.of_quarter(chosen, span, kept)
        context |= {
            "title": f"Công bố {span.label}",
            "refusal": refusal,
            "stops": [each for each in context["checklist"] if each.stops],
        }
        return self.answer(request, "announce.html", context, status=409 if refusal else 200)

    def sheet_view(self, request: HttpRequest, campaign: str, quarter: str) -> HttpResponse:
        chosen, span, kept = self.place(request, campaign, quarter)
        at = timezone.now()
        if kept is not None and kept.announced_at is not None:
            outcome = quarter_basis.read(kept)
            today = quarters.today(chosen, outcome, at=at)
            content = quarter_sheet.of_quarter(chosen, outcome, announced_at=kept.announced_at, today=today)
        else:
            outcome = quarters.live(quarters.read(chosen, at=at), span, kept)
            content = quarter_sheet.of_quarter(chosen, outcome, announced_at=None, today=None)
            self.note_named(request, len(outcome.outstanding), span.label)
        return sent(content, quarter_sheet.file_name(chosen, f"quy-{span.key}"))

    # --- the reviews ----------------------------------------------------------------------------------------------------------

    def review_view(self, request: HttpRequest, campaign: str, part: str) -> HttpResponse:
        review = self.review(request, campaign, part)
        here = f"{reverse('admin:initiatives_quarter_changelist')}?{urlencode({CAMPAIGN: review.campaign.slug})}"
        context = {
            "title": review.part.label,
            "review": review,
            "campaign": review.campaign,
            "notes": quarter_sheet.notes(review),
            "list_address": here,
            "columns": [(each, address("open", review.campaign, each.span.key)) for each in review.columns],
            "rows": [(group, [(row, _cells(review, row)) for row in group.rows]) for group in review.groups],
            "sheet_address": address("review_sheet", review.campaign, review.part.key),
        }
        return self.answer(request, "review.html", context)

    def review_sheet_view(self, request: HttpRequest, campaign: str, part: str) -> HttpResponse:
        review = self.review(request, campaign, part)
        unannounced = sum(not each.is_announced for each in review.outstanding)
        self.note_named(request, unannounced, review.part.label)
        return sent(quarter_sheet.of_review(review), quarter_sheet.file_name(review.campaign, review.part.key))

    def note_named(self, request: HttpRequest, number: int, label: str) -> None:
        """Titles are words of people. Those of an announced quarter stand on its public page; taking them away is no look."""
        if number:
            account = account_of(request)
            looked_at.table(
                account.unit, by=account, rows=number, why=f"Sáng kiến tiêu biểu, {label}", at=timezone.now()
            )

    def review(self, request: HttpRequest, campaign: str, key: str) -> quarter_review.Review:
        self.refuse_others(request)
        chosen = get_object_or_404(Campaign, slug=campaign)
        windows = quarters.windows(chosen)
        part = next((each for each in quarter_review.parts(chosen, windows) if each.key == key), None)
        if part is None:
            raise Http404
        return quarter_review.of(chosen, part, quarters.of_campaign(chosen, windows), at=timezone.now())

    def answer(self, request: HttpRequest, name: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
        shared = {**self.admin_site.each_context(request), "opts": self.opts}
        return TemplateResponse(request, f"progress/staff/{name}", shared | context, status=status)


def address(name: str, campaign: Campaign, key: str) -> str:
    return reverse(f"admin:initiatives_quarter_{name}", args=[campaign.slug, key])


def sent(content: bytes, name: str) -> HttpResponse:
    return HttpResponse(content, content_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'})


# --- the first page -----------------------------------------------------------------------------------------------------


def quarter_panels(request: HttpRequest) -> list[Panel]:
    """For whoever recognises: that a quarter has ended and is not announced."""
    if not clusters.may_edit(account_of(request)):
        return []
    sentences = tuple(
        Sentence(f"{campaign.name}: {span.label} đã hết, chưa công bố.", address("open", campaign, span.key))
        for campaign, span in quarters.waiting(at=timezone.now())
    )
    return [Panel("Ghi nhận quý", sentences=sentences)] if sentences else []


def _cells(review: quarter_review.Review, row: quarter_review.Row) -> list[tuple[quarter_review.Column, Any]]:
    return list(zip(review.columns, row.cells, strict=True))
