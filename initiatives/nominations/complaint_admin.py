"""Complaints and disputes about authorship: their list, recording one of an initiative, and how it was resolved."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from initiatives.models import Complaint, Dossier, Initiative
from initiatives.nominations import complaints
from initiatives.nominations.dossier_forms import ComplaintForm, ResolveForm
from initiatives.nominations.mending import DOSSIER
from initiatives.nominations.refusals import SelectionRefused
from initiatives.submission.receipts import parse_code, shown
from orgtree.scoped_admin import OneOf, ScopedAdmin, account_of, is_key
from portal.vietnamese import days
from portal.vietnamese.days import VIETNAM

CODE = "ma"  # of the initiative, in the address of the page that records
NOT_FOUND = "Không có sáng kiến nào mang mã này trong phạm vi của bạn. Hãy xem lại trên biên nhận."


class ResolvedFilter(OneOf):
    title = "tình trạng"
    parameter_name = "state"

    def options(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [("open", "Chưa giải quyết"), ("resolved", "Đã giải quyết")]

    def narrowed(self, queryset: QuerySet, value: str) -> QuerySet:
        return queryset.filter(resolved_at__isnull=value == "open")


class KindFilter(OneOf):
    title = "loại"
    parameter_name = "kind"

    def options(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return Complaint.Kind.choices

    def narrowed(self, queryset: QuerySet, value: str) -> QuerySet:
        return queryset.filter(kind=value)


@admin.register(Complaint)
class ComplaintAdmin(ScopedAdmin):
    change_list_template = "nominations/complaints.html"
    list_display = ("about", "shown_kind", "raised", "shown_state")
    list_display_links = ("about",)
    list_filter = (ResolvedFilter, KindFilter)
    list_select_related = ("initiative__unit",)
    sortable_by = ()
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("initiative__unit", "recorded_by", "resolved_by")

    @admin.display(description="sáng kiến")
    def about(self, complaint: Complaint) -> str:
        return complaint.initiative.title

    @admin.display(description="loại")
    def shown_kind(self, complaint: Complaint) -> str:
        return complaint.get_kind_display()

    @admin.display(description="nêu ra")
    def raised(self, complaint: Complaint) -> str:
        day = days.shown(complaint.raised_on)
        return f"{complaint.raised_by}, ngày {day}" if complaint.raised_by else f"ngày {day}"

    @admin.display(description="tình trạng")
    def shown_state(self, complaint: Complaint) -> SafeString:
        return badge(complaint)

    # --- recording one --------------------------------------------------------------------------------------------------

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Of the initiative whose receipt code is in the address, or is typed."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        at = timezone.now()
        today = at.astimezone(VIETNAM).date()
        asked = {"receipt_code": request.GET.get(CODE, "")[:40], "raised_on": today}
        form = ComplaintForm(request.POST if request.method == "POST" else None, today=today, initial=asked)
        if request.method == "POST" and form.is_valid():
            answer = self.recorded(request, form, at=at)
            if answer is not None:
                return answer
        typed = form["receipt_code"].value() or ""
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Ghi khiếu nại, tranh chấp",
            "form": form,
            "initiative": self.initiative_of(request, str(typed)),
            "dossier": dossier_asked(request),
        }
        status = 422 if request.method == "POST" else 200
        return TemplateResponse(request, "nominations/complaint_add.html", context, status=status)

    def recorded(self, request: HttpRequest, form: ComplaintForm, *, at: Any) -> HttpResponse | None:
        """None, with the reason on the form, where it is refused."""
        said = form.cleaned_data
        initiative = self.initiative_of(request, said["receipt_code"])
        if initiative is None:
            form.add_error("receipt_code", NOT_FOUND)
            return None
        try:
            complaint = complaints.record(
                initiative,
                kind=said["kind"],
                raised_by=said["raised_by"],
                raised_on=said["raised_on"],
                text=said["text"],
                by=account_of(request),
                at=at,
            )
        except SelectionRefused as refusal:
            form.add_error(None, refusal.sentence)
            return None
        messages.success(
            request, "Đã ghi. Hồ sơ có sáng kiến này chưa gửi, chưa chấp nhận được đến khi giải quyết xong."
        )
        dossier = dossier_asked(request)
        way_back = f"?{urlencode({DOSSIER: dossier.pk})}" if dossier else ""
        return HttpResponseRedirect(reverse("admin:initiatives_complaint_change", args=[complaint.pk]) + way_back)

    def initiative_of(self, request: HttpRequest, typed: str) -> Initiative | None:
        code = parse_code(typed)
        seen = Initiative.objects.visible_to(account_of(request)).select_related("unit")
        return seen.filter(receipt_code=code).first() if code else None

    # --- one of them ----------------------------------------------------------------------------------------------------

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """What was raised; a POST says how it was resolved."""
        complaint, at = self.get_object(request, object_id), timezone.now()
        if request.method != "POST":
            return self.complaint_page(request, complaint)
        if not self.has_change_permission(request):
            raise PermissionDenied
        form = ResolveForm(request.POST)
        if not form.is_valid():
            return self.complaint_page(request, complaint, form=form, status=422)
        try:
            complaints.resolve(complaint.pk, resolution=form.cleaned_data["resolution"], by=account_of(request), at=at)
        except SelectionRefused as refusal:
            messages.error(request, refusal.sentence)
            complaint = self.get_object(request, object_id)
            return self.complaint_page(request, complaint, form=form, status=409)
        messages.success(request, "Đã ghi kết quả giải quyết.")
        return HttpResponseRedirect(request.get_full_path())

    def complaint_page(
        self, request: HttpRequest, complaint: Complaint, *, form: ResolveForm | None = None, status: int = 200
    ) -> HttpResponse:
        may_resolve = complaint.resolved_at is None and complaints.may_resolve(
            account_of(request), complaint.initiative
        )
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": complaint.get_kind_display(),
            "complaint": complaint,
            "initiative": complaint.initiative,
            "code": shown(complaint.initiative.receipt_code),
            "standing": badge(complaint),
            "form": (form or ResolveForm()) if may_resolve else None,
            "dossier": dossier_asked(request),
            "kept": form if form is not None and not may_resolve else None,
        }
        return TemplateResponse(request, "nominations/complaint.html", context, status=status)


def dossier_asked(request: HttpRequest) -> Dossier | None:
    """From which dossier somebody came here, where it is one that they see."""
    asked = request.GET.get(DOSSIER, "")
    if not is_key(asked):
        return None
    return Dossier.objects.visible_to(account_of(request)).select_related("unit").filter(pk=asked).first()


def badge(complaint: Complaint) -> SafeString:
    is_open = complaint.resolved_at is None
    context = {"text": "Chưa giải quyết" if is_open else "Đã giải quyết", "tone": "stop" if is_open else "good"}
    return SafeString(render_to_string("components/badge.html", context).strip())
