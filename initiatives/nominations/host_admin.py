"""What the unit that holds the round answers to a dossier: receives, returns, accepts; more time; what came on paper."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils import timezone

from initiatives.models import Dossier, DossierState, Status
from initiatives.nominations import dossiers, sealing
from initiatives.nominations.dossier_forms import CameOutsideForm, ExtendForm, NoComplaintsForm, SendBackForm
from initiatives.nominations.dossier_list_admin import MARKED_BELOW, DossierListAdmin, key_asked
from initiatives.nominations.dossier_reading import complaints_about, parts, places
from initiatives.nominations.refusals import SelectionRefused
from orgtree.scoped_admin import account_of
from portal.vietnamese import days
from portal.vietnamese.days import VIETNAM

WAITING = (DossierState.SENT, DossierState.RECEIVED)


class HostAdmin(DossierListAdmin):
    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.host_view)
        return [path("<int:pk>/cap-tren/", view, name="initiatives_dossier_host"), *super().get_urls()]

    def host_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        dossier, at = self.read(request, pk), timezone.now()
        if not self.may_host(request, dossier):
            raise PermissionDenied
        if request.method != "POST":
            return self.host_page(request, dossier, at=at)
        name = request.POST.get("act", "")
        form = self.answer_form(name, dossier, at=at, posted=request.POST)
        if form is None:
            messages.error(request, "Chưa rõ trả lời thế nào. Hãy bấm một trong các nút trên trang.")
            return self.host_page(request, dossier, at=at, status=409)
        if not form.is_valid():
            messages.error(request, MARKED_BELOW)
            focus_on_error(form)
            return self.host_page(request, dossier, at=at, bound={name: form}, status=422)
        try:
            said = self.answers()[name](request, dossier, form, at)
        except SelectionRefused as refusal:
            messages.error(request, refusal.sentence)
            return self.host_page(request, self.again(request, dossier), at=at, bound={name: form}, status=409)
        messages.success(request, said)
        return HttpResponseRedirect(request.path)

    def answers(self) -> dict[str, Callable[[HttpRequest, Dossier, Any, datetime], str]]:
        return {
            "receive": self.receive,
            "return": self.send_back,
            "accept": self.accept,
            "extend": self.extend,
            "outside": self.came_outside,
        }

    def answer_form(self, name: str, dossier: Dossier, *, at: datetime, posted: Any = None) -> forms.Form | None:
        today = at.astimezone(VIETNAM).date()
        made: dict[str, Callable[[], forms.Form]] = {
            "receive": lambda: forms.Form(posted),
            "return": lambda: SendBackForm(posted, auto_id="return_%s"),
            "accept": lambda: NoComplaintsForm(posted, auto_id="accept_%s"),
            "extend": lambda: ExtendForm(posted, auto_id="extend_%s"),
            "outside": lambda: CameOutsideForm(posted, dossier=dossier, today=today, auto_id="outside_%s"),
        }
        return made[name]() if name in made else None

    def offered(self, dossier: Dossier) -> list[str]:
        """What may be answered as things stand."""
        names = []
        if dossier.state == DossierState.SENT:
            names.append("receive")
        if dossier.state in WAITING:
            names += ["accept", "return"]
        if dossier.is_open or dossiers.may_correct_day(dossier):
            names.append("outside")
        if dossier.state != DossierState.ACCEPTED and dossier.round.dossier_due is not None:
            names.append("extend")
        return names

    def host_page(
        self,
        request: HttpRequest,
        dossier: Dossier,
        *,
        at: datetime,
        bound: dict[str, forms.Form] | None = None,
        status: int = 200,
    ) -> HttpResponse:
        bound = bound or {}
        standing = places(dossier)
        names = self.offered(dossier)
        versions = list(dossier.versions.select_related("sealed_by").defer("content").order_by("-number"))
        context = {
            "title": f"Trả lời hồ sơ của {dossier.unit}",
            "places": standing,
            "parts": parts(dossier, standing),
            "answers": {name: bound.get(name) or self.answer_form(name, dossier, at=at) for name in names},
            "bound": next(iter(bound), ""),
            "kept": [form for name, form in bound.items() if name not in names and form.fields],
            "versions": versions,
            "latest": versions[0] if versions else None,
            "unresolved": [each for each in complaints_about(standing) if each.resolved_at is None],
            "late": sealing.why_late(dossier, versions[0]) if versions and "accept" in names else "",
            "gone": [each for each in standing.chosen if each.initiative.status != Status.VALID],
            "may_seal": self.may_seal(request, dossier),
            "next_waiting": self.next_waiting(request, dossier),
        }
        return self.page(request, dossier, "host", context, at=at, status=status)

    def next_waiting(self, request: HttpRequest, dossier: Dossier) -> Dossier | None:
        """The one to answer after this: of the same round the next in its order, from the beginning again at its end; then of the
        host's other rounds."""
        waiting = self.get_queryset(request).filter(state__in=WAITING).exclude(pk=dossier.pk)
        here = waiting.filter(round=dossier.round_id).order_by("unit__path")
        others = waiting.filter(round__host=dossier.round.host_id).exclude(round=dossier.round_id)
        behind = here.filter(unit__path__gt=dossier.unit.path)
        return behind.first() or here.first() or others.order_by("round__dossier_due", "round_id", "unit__path").first()

    # --- each answers the sentence that is shown ------------------------------------------------------------------------

    def receive(self, request: HttpRequest, dossier: Dossier, form: forms.Form, at: datetime) -> str:
        sealing.receive(dossier, version=read_version(request), by=account_of(request), at=at)
        return "Đã nhận hồ sơ."

    def send_back(self, request: HttpRequest, dossier: Dossier, form: forms.Form, at: datetime) -> str:
        remarks, version = form.cleaned_data["remarks"], read_version(request)
        sealing.send_back(dossier, remarks=remarks, version=version, by=account_of(request), at=at)
        return f"Đã trả lại hồ sơ để {dossier.unit} hoàn thiện."

    def accept(self, request: HttpRequest, dossier: Dossier, form: forms.Form, at: datetime) -> str:
        sealing.accept(dossier, no_complaints=True, version=read_version(request), by=account_of(request), at=at)
        return "Đã chấp nhận hồ sơ."

    def extend(self, request: HttpRequest, dossier: Dossier, form: forms.Form, at: datetime) -> str:
        until, because = form.cleaned_data["until"], form.cleaned_data["because"]
        dossiers.extend(dossier, until=until, because=because, by=account_of(request), at=at)
        return f"Đã gia hạn cho {dossier.unit} đến hết ngày {days.shown(until)}."

    def came_outside(self, request: HttpRequest, dossier: Dossier, form: forms.Form, at: datetime) -> str:
        by_way, arrived_on = form.cleaned_data["by_way"], form.cleaned_data["arrived_on"]
        dossiers.came_outside(dossier, by_way=by_way, arrived_on=arrived_on, by=account_of(request), at=at)
        return f"Đã ghi nhận hồ sơ đến ngày {days.shown(arrived_on)}." if arrived_on else "Đã bỏ ghi nhận."


def focus_on_error(form: forms.Form) -> None:
    """A browser opens the page at the first field that is to be mended."""
    for name in form.errors:
        if name in form.fields:
            form.fields[name].widget.attrs["autofocus"] = True
            return


def read_version(request: HttpRequest) -> int:
    """The version that was on the page: nothing else is answered."""
    return key_asked(request, "version")
