"""Appraising a benefit: what the desk says of it, and the page on which it is appraised."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from initiatives.lifecycle import ChangedMeanwhile, Found, MoveRefused
from initiatives.models import Finding, Initiative
from initiatives.review import actions, appraising
from initiatives.review.appraising_forms import AppraiseForm
from initiatives.review.authorship import shared_with
from initiatives.review.desk_admin import DeskAdmin, shown_version
from initiatives.submission.receipts import shown
from orgtree.scoped_admin import account_of
from portal.vietnamese import money


class AppraisingAdmin(DeskAdmin):
    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.appraise_view)
        return [path("<int:pk>/gia-tri/", view, name="initiatives_initiative_appraise"), *super().get_urls()]

    def desk_context(self, request: HttpRequest, initiative: Initiative) -> dict[str, Any]:
        shared = shared_with(initiative, account_of(request))
        may = self.has_change_permission(request) and not shared and not appraising.refusal(initiative)
        kept = self.get_preserved_filters(request)
        return super().desk_context(request, initiative) | {
            "benefit": appraising.standing(initiative, initiative.events.all()),
            "appraise_form": AppraiseForm(initiative=initiative, auto_id=False) if may else None,
            "appraise_query": f"?{kept}" if kept else "",
        }

    def appraise_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The form on a page of its own; the desk sends the one-tap answer here too."""
        self.get_object(request, str(pk))
        if not self.has_change_permission(request):
            raise PermissionDenied
        initiative = self.read(request, pk)
        if request.method != "POST":
            return self.appraise_page(request, initiative, AppraiseForm(initiative=initiative))
        form = AppraiseForm(request.POST, initiative=initiative)
        version = shown_version(request)
        if not form.is_valid() and version == initiative.version:
            return self.appraise_page(request, initiative, form, status=422)
        try:
            if not form.is_valid():  # filled in beside what stands no longer
                raise ChangedMeanwhile(initiative.status)
            found = form.found()
            actions.appraise(pk, found, by=account_of(request), at=timezone.now(), version=version)
        except MoveRefused as refusal:
            initiative = self.read(request, pk)
            messages.error(request, self.refusal_told(request, refusal, initiative))
            return self.appraise_page(request, initiative, form, status=409)
        messages.success(request, _told(found))
        return HttpResponseRedirect(self.desk_address(request, pk) + "#benefit")

    def appraise_page(
        self, request: HttpRequest, initiative: Initiative, form: AppraiseForm, *, status: int = 200
    ) -> HttpResponse:
        shared = shared_with(initiative, account_of(request))
        kept = self.get_preserved_filters(request)
        context = {
            **self.admin_site.each_context(request),
            "title": "Thẩm định giá trị làm lợi",
            "opts": self.opts,
            "initiative": initiative,
            "code": shown(initiative.receipt_code),
            "benefit": appraising.standing(initiative, initiative.events.all()),
            "form": form,
            "refusal": actions.OwnInitiative(shared).sentence if shared else appraising.refusal(initiative),
            "desk_address": self.desk_address(request, initiative.pk),
            "list_address": self.list_address(request),
            "here": reverse("admin:initiatives_initiative_appraise", args=[initiative.pk])
            + (f"?{kept}" if kept else ""),
        }
        return TemplateResponse(request, "review/appraise.html", context, status=status)


def _told(found: Found) -> str:
    """In figures and in words: a slip of the keys is seen at once."""
    social = " Có ý nghĩa xã hội sâu sắc." if found.has_social_meaning else ""
    if found.finding == Finding.MONEY:
        return f"Đã ghi giá trị thẩm định {money.shown(found.value)} ({money.in_words(found.value).lower()}).{social}"
    if found.finding == Finding.NOT_MONEY:
        return f"Đã ghi kết quả thẩm định: không tính được bằng tiền.{social}"
    return f"Đã ghi: chưa thẩm định giá trị.{social}"
