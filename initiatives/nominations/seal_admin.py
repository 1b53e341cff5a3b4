"""Sealing a dossier: what will be sent, what is still missing, how late it is; and the button."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils import timezone

from initiatives.models import CameBy, Dossier
from initiatives.nominations import checklist, mending, rounds, sealing
from initiatives.nominations.dossier_forms import NoComplaintsForm
from initiatives.nominations.dossier_list_admin import MARKED_BELOW, DossierListAdmin, desk_address, shown_edition
from initiatives.nominations.dossier_reading import complaints_about, parts, places
from initiatives.nominations.refusals import SelectionRefused
from orgtree.scoped_admin import account_of
from portal.vietnamese.days import VIETNAM


class SealAdmin(DossierListAdmin):
    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.seal_view)
        return [path("<int:pk>/gui/", view, name="initiatives_dossier_seal"), *super().get_urls()]

    def seal_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        dossier, at = self.read(request, pk), timezone.now()
        if not self.may_seal(request, dossier):
            raise PermissionDenied
        if request.method != "POST":
            return self.seal_page(request, dossier, at=at)
        form = NoComplaintsForm(request.POST)
        if not form.is_valid():
            messages.error(request, MARKED_BELOW)
            return self.seal_page(request, dossier, at=at, form=form, status=422)
        try:
            sealed = sealing.seal(
                dossier, by=account_of(request), at=at, no_complaints=True, edition=shown_edition(request)
            )
        except SelectionRefused as refusal:
            messages.error(request, refusal.sentence)
            return self.seal_page(request, self.again(request, dossier), at=at, form=form, status=409)
        late = " Hồ sơ quá hạn; cổng đã ghi rõ điều đó." if sealed.is_late else ""
        messages.success(request, f"Đã niêm phong và gửi hồ sơ lần {sealed.number} đến {dossier.round.host}.{late}")
        return HttpResponseRedirect(desk_address(dossier))

    def seal_page(
        self,
        request: HttpRequest,
        dossier: Dossier,
        *,
        at: datetime,
        form: forms.Form | None = None,
        status: int = 200,
    ) -> HttpResponse:
        standing = places(dossier)
        sent_on = dossier.arrived_on or at.astimezone(VIETNAM).date()
        by, found = account_of(request), checklist.of(dossier, at=at)
        context = {
            "title": f"Gửi hồ sơ của {dossier.unit}",
            "places": standing,
            "checklist": found,
            "missing": mending.missing(found, dossier),
            "warned": mending.warned(found, dossier),
            "parts": parts(dossier, standing),
            "unresolved": [each for each in complaints_about(standing) if each.resolved_at is None],
            "is_late": rounds.window(dossier.round, dossier=dossier).is_late(sent_on),
            "sent_on": sent_on,
            "came_outside": dossier.came_by != CameBy.PORTAL,
            # A unit above that seals for another says how the dossier reached it.
            "asks_how_it_came": dossier.came_by == CameBy.PORTAL
            and by.unit is not None
            and by.unit.current_path != dossier.unit.current_path,
            "may_host": self.may_host(request, dossier),
            "number": dossier.version + 1,
            "form": form or NoComplaintsForm(),
        }
        return self.page(request, dossier, "seal", context, at=at, status=status)
