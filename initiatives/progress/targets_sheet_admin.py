"""Targets from Excel in the admin: the sheet of a unit, what one that comes back would change, and the button."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from initiatives.models import Campaign
from initiatives.progress import targets, targets_sheet
from initiatives.progress.target_setting import TargetsRefused, set_targets
from orgtree.models import Unit
from orgtree.scoped_admin import ScopedAdmin, account_of
from orgtree.sheet_pages import SheetForm, download
from portal.sheets.files import SheetRefused, content_of
from portal.sheets.reading import SheetRow

ROWS_SHOWN = 300
APPLY, FAULTS = "apply", "faults"


class TargetsSheet(ScopedAdmin):
    """For the admin of targets. The sheet is kept by the page itself, signed, until its button is pressed."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        at = "giao/<int:pk>/<slug:campaign>/excel/"
        own = [
            path(at, view(self.sheet_view), name="initiatives_target_sheet"),
            path(f"{at}mau/", view(self.template_view), name="initiatives_target_sheet_template"),
        ]
        return own + super().get_urls()

    def refuse_others(self, request: HttpRequest) -> None:
        if not account_of(request).has_perm("initiatives.view_target"):
            raise PermissionDenied

    def place(self, request: HttpRequest, pk: int, slug: str) -> tuple[Unit, Campaign]:
        """The unit, of one's branch and in the structure of the campaign; what is missing and what is forbidden look the same."""
        self.refuse_others(request)
        campaign = Campaign.objects.filter(slug=slug).first()
        if campaign is None:
            raise Http404
        offered = Unit.objects.in_structure_of(campaign.structure_day).visible_to(account_of(request))
        host = offered.filter(pk=pk).first()
        if host is None:
            raise Http404
        return host, campaign

    def template_view(self, request: HttpRequest, pk: int, campaign: str) -> HttpResponse:
        host, chosen = self.place(request, pk, campaign)
        return download(targets_sheet.template_for(chosen, host), "chi-tieu.xlsx")

    def sheet_view(self, request: HttpRequest, pk: int, campaign: str) -> HttpResponse:
        """The template and the field for the sheet; a sheet that is sent is shown row by row, and its button applies it."""
        host, chosen = self.place(request, pk, campaign)
        may_set = targets.may_set(account_of(request), host)
        if request.method != "POST":
            return self.sheet_page(request, host, chosen, SheetForm(), may_set=may_set)
        if not may_set:
            raise PermissionDenied
        told: dict[str, Any] = {"account": account_of(request), "campaign": chosen, "host": host}
        form = SheetForm(request.POST, request.FILES)
        try:
            if "rows" in request.POST:
                rows = targets_sheet.kept_rows(request.POST["rows"], **told)
                return self.pressed(request, host, chosen, rows)
            if form.is_valid():
                rows = targets_sheet.rows_in(content_of(form.cleaned_data["file"]), chosen)
                return self.rows_page(request, host, chosen, rows)
        except SheetRefused as refusal:
            if "rows" in request.POST:
                messages.error(request, refusal.sentence)
                form = SheetForm()
            else:
                form.add_error("file", refusal.sentence)
        return self.sheet_page(request, host, chosen, form, may_set=may_set, status=422)

    def pressed(self, request: HttpRequest, host: Unit, campaign: Campaign, rows: list[SheetRow]) -> HttpResponse:
        verdict = targets_sheet.judged(rows, campaign, host)
        if request.POST.get("act") == FAULTS:
            return download(targets_sheet.with_faults_told(verdict, campaign), "chi-tieu-can-sua.xlsx")
        if verdict.promise != request.POST.get("promised"):
            messages.warning(
                request, "Chỉ tiêu vừa được đổi ở nơi khác. Hãy xem lại bảng dưới đây rồi bấm nút lần nữa."
            )
            return self.rows_page(request, host, campaign, rows, status=409)
        by, at = account_of(request), timezone.now()
        try:
            done = set_targets(campaign, host, verdict.wanted, counts=verdict.counts, by=by, at=at)
        except TargetsRefused as refusal:
            messages.warning(request, refusal.sentence)
            return self.rows_page(request, host, campaign, rows, status=409)
        messages.success(request, done.sentence)
        return HttpResponseRedirect(reverse("admin:initiatives_target_set", args=[host.pk, campaign.slug]))

    def sheet_page(
        self, request: HttpRequest, host: Unit, campaign: Campaign, form: SheetForm, *, may_set: bool, status: int = 200
    ) -> HttpResponse:
        context = {
            "title": "Chỉ tiêu bằng Excel",
            "host": host,
            "campaign": campaign,
            "form": form,
            "may_set": may_set,
            "most_rows": targets_sheet.MOST_ROWS,
        }
        return self.target_answer(request, "targets_sheet.html", context, status=status)

    def rows_page(
        self, request: HttpRequest, host: Unit, campaign: Campaign, rows: list[SheetRow], *, status: int = 200
    ) -> HttpResponse:
        verdict = targets_sheet.judged(rows, campaign, host)
        context = {
            "title": "Xem trước chỉ tiêu trong tệp",
            "host": host,
            "campaign": campaign,
            "verdict": verdict,
            "listed": [*verdict.wrong, *verdict.changing, *verdict.same][:ROWS_SHOWN],
            "more": max(0, len(rows) - ROWS_SHOWN),
            "kept": targets_sheet.kept(rows, account=account_of(request), campaign=campaign, host=host),
            "apply": APPLY,
            "faults": FAULTS,
        }
        return self.target_answer(request, "targets_sheet_rows.html", context, status=status)

    def target_answer(self, request: HttpRequest, name: str, context: dict[str, Any], *, status: int) -> HttpResponse:
        shared = {**self.admin_site.each_context(request), "opts": self.opts}
        return TemplateResponse(request, f"progress/{name}", shared | context, status=status)
