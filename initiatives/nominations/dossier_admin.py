"""The desk of a dossier: who is put forward in which order, what is missing, the papers; and everything that leads from it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, path, reverse
from django.utils import timezone

from initiatives.models import Dossier, SelectionRound
from initiatives.nominations import checklist, dossiers, mending, overview, rights, rounds
from initiatives.nominations.candidate_admin import CandidateAdmin
from initiatives.nominations.complaint_admin import badge as complaint_badge
from initiatives.nominations.dossier_forms import WithdrawForm
from initiatives.nominations.dossier_list_admin import MARKED_BELOW, key_asked
from initiatives.nominations.dossier_reading import (
    complaints_about,
    history,
    last_return,
    parts,
    places,
)
from initiatives.nominations.host_admin import HostAdmin
from initiatives.nominations.nominee_admin import NomineeActs, NotFilled
from initiatives.nominations.paper_admin import PaperActs
from initiatives.nominations.refusals import SelectionRefused
from initiatives.nominations.rounds import RoundState
from initiatives.nominations.seal_admin import SealAdmin
from initiatives.nominations.version_admin import VersionAdmin
from orgtree.scoped_admin import account_of, is_key

HISTORY_SHOWN = 60
HISTORY = "lich-su"  # in an address: all of it
# Made by the reports, which stand above this area: each link is shown where its address is there.
PAPERS = {
    "initiatives_dossier_letter": "Tờ trình (Word)",
    "initiatives_dossier_table": "Bảng tổng hợp (Excel)",
    "initiatives_dossier_table_pdf": "Bảng tổng hợp (PDF)",
}


class DossierAdmin(NomineeActs, PaperActs, CandidateAdmin, SealAdmin, HostAdmin, VersionAdmin):
    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.open_view)
        return [path("lap/<int:round_pk>/<int:unit_pk>/", view, name="initiatives_dossier_open"), *super().get_urls()]

    # --- beginning one --------------------------------------------------------------------------------------------------

    def open_view(self, request: HttpRequest, round_pk: int, unit_pk: int) -> HttpResponse:
        """Leads to the dossier of a unit in a round; where there is none yet, a button makes it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        account, at = account_of(request), timezone.now()
        seen = SelectionRound.objects.visible_to(account).select_related("host", "campaign")
        held = seen.filter(pk=round_pk).first() if is_key(str(round_pk)) else None
        if held is None:
            raise Http404
        unit = overview.units(held, account).filter(pk=unit_pk).first() if is_key(str(unit_pk)) else None
        if unit is None:
            raise Http404
        found = Dossier.objects.filter(round=held, unit=unit).first()
        may_begin = self.has_change_permission(request) and rights.may_begin(account, held, unit)
        if request.method == "POST" and found is None:
            if not may_begin:
                raise PermissionDenied
            found = dossiers.of(held, unit)
        if found is not None:
            return HttpResponseRedirect(reverse("admin:initiatives_dossier_change", args=[found.pk]))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Hồ sơ của {unit}",
            "round": held,
            "unit": unit,
            "window_sentence": rounds.window(held).sentence(at=at),
            "may_begin": may_begin,
        }
        return TemplateResponse(request, "nominations/open.html", context)

    # --- the desk -------------------------------------------------------------------------------------------------------

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The desk. A POST is one act of whoever prepares; what is refused comes back with what was typed."""
        dossier, at = self.read(request, object_id), timezone.now()
        if request.method != "POST":
            return self.desk(request, dossier, at=at)
        if not self.may_prepare(request, dossier):
            raise PermissionDenied
        act = self.acts().get(request.POST.get("act", ""))
        if act is None:
            messages.error(request, "Chưa rõ cần làm gì. Hãy bấm một trong các nút trên trang.")
            return self.desk(request, dossier, at=at, status=409)
        try:
            anchor = act(request, dossier, at)
        except NotFilled as refused:
            messages.error(request, MARKED_BELOW)
            return self.desk(request, dossier, at=at, bound={refused.name: refused.form}, status=422)
        except SelectionRefused as refusal:
            messages.error(request, refusal.sentence)
            bound = {"withdraw": WithdrawForm(request.POST)} if "because" in request.POST else None
            return self.desk(request, self.again(request, dossier), at=at, bound=bound, status=409)
        return HttpResponseRedirect(f"{request.path}#{anchor}")

    def acts(self) -> dict[str, Callable[[HttpRequest, Dossier, datetime], str]]:
        """Each answers where on the page one goes on."""
        return {
            "up": self.move_up,
            "down": self.move_down,
            "reserve": self.make_reserve,
            "promote": self.promote,
            "withdraw": self.withdraw,
            "file": self.add_file,
            "paper": self.note_paper,
            "remove": self.remove_file,
        }

    def desk(
        self,
        request: HttpRequest,
        dossier: Dossier,
        *,
        at: datetime,
        bound: dict[str, forms.Form] | None = None,
        status: int = 200,
    ) -> HttpResponse:
        bound = bound or {}
        may_prepare, may_host = self.may_prepare(request, dossier), self.may_host(request, dossier)
        standing = places(dossier)
        listed = parts(dossier, standing)
        events = list(history(dossier)[: None if HISTORY in request.GET else HISTORY_SHOWN + 1])
        are_earlier = HISTORY not in request.GET and len(events) > HISTORY_SHOWN
        window = rounds.window(dossier.round, dossier=dossier)
        state = window.state(at=at)
        may_change = may_prepare and dossier.is_open and state is not RoundState.NOT_YET
        context = {
            "places": standing,
            "may_change": may_change,
            "may_nominate": may_change and state is RoundState.OPEN,
            "waits_for_opening": may_prepare and dossier.is_open and state is RoundState.NOT_YET,
            "may_seal": dossier.is_open and state is not RoundState.NOT_YET and self.may_seal(request, dossier),
            "may_host": may_host,
            **self.what_is_missing(dossier, at=at),
            "parts": listed,
            "parts_complete": all(part.is_there for part in listed),
            "paper_form": bound.get("paper") or (self.paper_form(request, dossier, standing) if may_change else None),
            "withdraw_form": WithdrawForm(),
            "withdraw_bound": bound.get("withdraw"),
            "withdraw_of": key_asked(request, "nomination"),
            "papers": self.papers(dossier),
            "complaints": [(each, complaint_badge(each)) for each in complaints_about(standing)],
            "may_record_complaint": bool(standing.standing)
            and request.user.has_perm("initiatives.add_complaint")
            and rights.may_look_into(account_of(request), dossier.unit),
            "versions": dossier.versions.select_related("sealed_by").defer("content").order_by("-number"),
            "before_latest": dossier.version - 1,
            "events": events[:HISTORY_SHOWN] if are_earlier else events,
            "all_events_at": f"?{HISTORY}=1#lich-su" if are_earlier else "",
            "returned": last_return(dossier),
        }
        return self.page(request, dossier, "desk", context, at=at, status=status)

    def what_is_missing(self, dossier: Dossier, *, at: datetime) -> dict[str, Any]:
        """Of a dossier that may still be changed; what was sent is as it was sent."""
        if not dossier.is_open:
            return {}
        found = checklist.of(dossier, at=at)
        return {
            "checklist": found,
            "missing": mending.missing(found, dossier),
            "warned": mending.warned(found, dossier),
        }

    def papers(self, dossier: Dossier) -> list[tuple[str, str]]:
        found = []
        for name, label in PAPERS.items():
            try:
                found.append((reverse(f"admin:{name}", args=[dossier.pk]), label))
            except NoReverseMatch:
                continue
        return found
