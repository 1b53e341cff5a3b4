"""Choosing whom to put forward: the candidates of a unit in a round, found and ordered, and the button beside each."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone

from initiatives.models import Dossier, Initiative
from initiatives.nominations import candidates, nominating, quotas, rights, rounds
from initiatives.nominations.dossier_list_admin import DossierListAdmin, key_asked
from initiatives.nominations.dossier_reading import author_of, benefit_of, field_labels, warnings_of
from initiatives.nominations.refusals import SelectionRefused
from initiatives.nominations.rounds import RoundState
from initiatives.review import search
from initiatives.review.search import LONGEST_SEARCH
from orgtree.scoped_admin import CappedPaginator, account_of
from portal.vietnamese.text import single_line

A_PAGE = 30
BY_DAY, BY_BENEFIT = "ngay", "lam-loi"
NO_FIELD = "-"


class FindForm(forms.Form):
    """What the list is narrowed by. Nothing of it is ever refused: what is unknown narrows nothing."""

    tim = forms.CharField(label="Tìm", required=False, widget=forms.TextInput(attrs={"type": "search"}))
    linh_vuc = forms.ChoiceField(label="Lĩnh vực", required=False)
    xep = forms.ChoiceField(
        label="Xếp theo", required=False, choices=[(BY_DAY, "Mới nhận trước"), (BY_BENEFIT, "Làm lợi nhiều trước")]
    )

    def __init__(self, *args: Any, fields: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["linh_vuc"].choices = [("", "Mọi lĩnh vực"), *fields.items(), (NO_FIELD, "Chưa ghi lĩnh vực")]

    def typed(self) -> str:
        return single_line(self.data.get("tim", ""))[:LONGEST_SEARCH]

    def asked(self, name: str) -> str:
        value = self.data.get(name, "")
        return value if value in dict(self.fields[name].choices) else ""


@dataclass(frozen=True)
class Candidate:
    initiative: Initiative
    author: str
    field: str
    benefit: str
    warnings: tuple[str, ...]


class CandidateAdmin(DossierListAdmin):
    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.candidates_view)
        return [path("<int:pk>/chon/", view, name="initiatives_dossier_candidates"), *super().get_urls()]

    def candidates_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A POST puts one forward, as chosen or as reserve, and leads back to the same page of the list."""
        dossier, at = self.read(request, pk), timezone.now()
        if not rights.may_look_into(account_of(request), dossier.unit):
            raise PermissionDenied
        if request.method != "POST":
            return self.candidates_page(request, dossier, at=at)
        if not self.may_prepare(request, dossier):
            raise PermissionDenied
        as_reserve = request.POST.get("act") == "reserve"
        key = key_asked(request, "initiative")
        # Of any status: what became invalid a moment ago is refused with its reason, by the rule.
        chosen = Initiative.objects.visible_to(account_of(request)).filter(pk=key).first()
        if chosen is None:
            messages.error(request, "Sáng kiến này không còn trong danh sách. Hãy chọn lại.")
            return self.candidates_page(request, dossier, at=at, status=409)
        try:
            nominating.nominate(
                chosen.pk,
                round=dossier.round,
                unit=dossier.unit,
                by=account_of(request),
                at=at,
                as_reserve=as_reserve,
            )
        except SelectionRefused as refusal:
            messages.error(request, refusal.sentence)
            return self.candidates_page(request, self.again(request, dossier), at=at, status=409)
        how = "vào danh sách dự bị" if as_reserve else "vào danh sách giới thiệu"
        messages.success(request, f"Đã đưa “{chosen.title}” {how}.")
        return HttpResponseRedirect(request.get_full_path())

    def candidates_page(
        self, request: HttpRequest, dossier: Dossier, *, at: datetime, status: int = 200
    ) -> HttpResponse:
        labels = field_labels(dossier)
        form = FindForm(request.GET, fields=labels)
        page = self.page_of(request, self.narrowed(request, dossier, form))
        window = rounds.window(dossier.round, dossier=dossier)
        use = quotas.uses(dossier.round, [dossier.unit])[dossier.unit_id]
        may_nominate = self.may_prepare(request, dossier) and dossier.is_open and window.state(at=at) is RoundState.OPEN
        context = {
            "title": f"Giới thiệu sáng kiến của {dossier.unit}",
            "form": form,
            "is_narrowed": any(form.data.get(name) for name in ("tim", "linh_vuc")),
            "candidates": [
                Candidate(
                    each,
                    author_of(each),
                    labels.get(each.field, ""),
                    benefit_of(each),
                    warnings_of(each, dossier),
                )
                for each in page.object_list
            ],
            "list_page": page,
            "before": self.address(request, page.number - 1) if page.has_previous() else "",
            "behind": self.address(request, page.number + 1) if page.has_next() else "",
            "use": use,
            "may_nominate": may_nominate,
            "past_due": nominating.past_due(dossier, at=at),
            "may_choose": may_nominate and not use.is_full,
            "chooses_among": list(rounds.rounds_feeding(dossier.unit, dossier.round.campaign)),
            "list_address": reverse("admin:initiatives_dossier_candidates", args=[dossier.pk]),
        }
        return self.page(request, dossier, "candidates", context, at=at, status=status)

    def narrowed(self, request: HttpRequest, dossier: Dossier, form: FindForm) -> QuerySet:
        rows = candidates.candidates(dossier.round, dossier.unit)
        typed, field = form.typed(), form.asked("linh_vuc")
        if typed:
            rows = search.matching(rows, typed, within=dossier.unit)
        if field:
            rows = rows.filter(field="" if field == NO_FIELD else field)
        order: tuple[Any, ...] = ("-submitted_at", "-pk")
        if form.asked("xep") == BY_BENEFIT:
            order = (F("benefit_value").desc(nulls_last=True), "-pk")
        return rows.select_related("unit").prefetch_related("co_authors").order_by(*order)

    def page_of(self, request: HttpRequest, rows: QuerySet) -> Page:
        """The last page for a number beyond it, the first for what is none."""
        return CappedPaginator(rows, A_PAGE).get_page(request.GET.get("trang", ""))

    def address(self, request: HttpRequest, number: int) -> str:
        asked = request.GET.copy()
        asked["trang"] = str(number)
        return f"?{asked.urlencode()}"
