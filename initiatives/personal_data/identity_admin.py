"""The identity number is masked everywhere; here it is shown, once, to whoever says why, and that is kept."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone

from initiatives import looked_at
from initiatives.models import Initiative
from initiatives.personal_data.forms import WhyForm
from initiatives.submission.receipts import shown
from orgtree.scoped_admin import ScopedAdmin, account_of
from portal import sealing
from portal.refusals import never_kept


class IdentityOnDesk(ScopedAdmin):
    """For the admin of initiatives."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.identity_view)
        return [path("<int:pk>/so-giay-to/", view, name="initiatives_initiative_identity"), *super().get_urls()]

    def identity_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A POST with a reason. The look is written first: a number that was shown is never without its row."""
        initiative = self.get_object(request, str(pk))
        if not self.has_change_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        form = WhyForm(request.POST, auto_id="identity_%s")
        number, is_lost = "", False
        if form.is_valid() and initiative.sealed_national_id:
            looked_at.identity(initiative, by=account_of(request), why=form.cleaned_data["why"], at=timezone.now())
            try:
                number = initiative.national_id
            except sealing.CannotOpen:
                is_lost = True
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Số CMND/CCCD",
            "initiative": initiative,
            "code": shown(initiative.receipt_code),
            "form": form,
            "number": number,
            "is_lost": is_lost,
            "is_there": bool(initiative.sealed_national_id),
        }
        status = 422 if form.errors else 200
        answer = TemplateResponse(request, "personal_data/identity.html", context, status=status)
        never_kept(answer)
        return answer

    def desk_context(self, request: HttpRequest, initiative: Initiative) -> dict[str, Any]:
        may_change = self.has_change_permission(request)
        return super().desk_context(request, initiative) | {  # type: ignore[misc]
            "identity_form": WhyForm(auto_id="identity_%s") if may_change and initiative.sealed_national_id else None,
            "may_copy": may_change and initiative.erased_at is None,
        }
