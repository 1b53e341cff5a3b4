"""Attaching: an initiative goes to the unit it belongs to, which its sender could not find."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from initiatives.lifecycle import MoveRefused
from initiatives.review import actions, queries
from initiatives.review.desk_admin import shown_version
from initiatives.submission.receipts import shown
from orgtree import search
from orgtree.scoped_admin import ScopedAdmin, account_of
from portal.vietnamese.text import single_line

UNITS_SHOWN = 50


class AttachAdmin(ScopedAdmin):
    def get_urls(self) -> list[Any]:
        attach = self.admin_site.admin_view(self.attach_view)
        return [path("<int:pk>/don-vi/", attach, name="initiatives_initiative_attach"), *super().get_urls()]

    def attach_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Finding the unit an initiative belongs to, for whoever could not find it, and attaching it there."""
        initiative = self.get_object(request, str(pk))
        if not self.has_change_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            chosen = (
                queries.units_for(initiative, account_of(request))
                .filter(code=single_line(request.POST.get("unit", ""))[:200])
                .first()
            )
            try:
                if chosen is None:
                    raise MoveRefused("Hãy chọn một đơn vị trong danh sách.")
                version = shown_version(request)
                actions.attach(initiative.pk, chosen, by=account_of(request), at=timezone.now(), version=version)
            except MoveRefused as refusal:
                messages.error(request, refusal.sentence)
            else:
                messages.success(request, f"Đã chuyển sáng kiến về {chosen.name}.")
                return HttpResponseRedirect(reverse("admin:initiatives_initiative_change", args=[initiative.pk]))
        typed = request.GET.get("q", initiative.unit_name)[:200]
        offered = queries.units_for(initiative, account_of(request))
        likely = queries.suggested_for(initiative, among=offered)
        found = (
            search.find(typed, among=offered, limit=UNITS_SHOWN + 1)
            if typed.strip()
            else search.with_those_above(offered.directly_below(initiative.unit)[: UNITS_SHOWN + 1])
        )
        context = {
            **self.admin_site.each_context(request),
            "title": "Chuyển đơn vị",
            "opts": self.opts,
            "initiative": initiative,
            "code": shown(initiative.receipt_code),
            "typed": typed,
            "likely": likely,
            "found": [one for one in found[:UNITS_SHOWN] if one not in likely],
            "most": UNITS_SHOWN if len(found) > UNITS_SHOWN else None,
        }
        return TemplateResponse(request, "review/attach.html", context)
