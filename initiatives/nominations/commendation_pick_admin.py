"""Choosing whom a decision names: what its round brought, or any valid one of the branch."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path

from initiatives.models import ChoiceList, Commendation, CommendationDecision, Complaint, Initiative, Nomination
from initiatives.nominations import commending
from initiatives.nominations.commendation_forms import FindForm
from initiatives.nominations.commendation_pages_admin import CommendationPages
from initiatives.nominations.refusals import SelectionRefused
from initiatives.review import search
from initiatives.submission.receipts import shown
from initiatives.submission.summary_facts import recognised_co_author
from orgtree.scoped_admin import CappedPaginator, account_of, is_key
from portal.vietnamese import money
from portal.vietnamese.formats import whole

A_PAGE = 50


@dataclass(frozen=True)
class Offered:
    """One that may be chosen, as the list shows it."""

    initiative: Initiative
    code: str
    author: str
    field: str
    benefit: str
    is_commended: bool
    is_disputed: bool


class CommendationPick(CommendationPages):
    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.pick_view)
        return [path("<int:pk>/chon/", view, name="initiatives_commendationdecision_pick"), *super().get_urls()]

    def pick_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A POST names those that were ticked and leads back to the same page of the list."""
        decision = self.writable(request, pk)
        if decision.is_announced:
            messages.info(request, "Quyết định đã công bố nên không thêm được nữa.")
            return self.to_desk(decision)
        if request.method == "POST":
            self.name_ticked(request, decision)
            return HttpResponseRedirect(request.get_full_path())
        return self.pick_page(request, decision)

    def name_ticked(self, request: HttpRequest, decision: CommendationDecision) -> None:
        ticked = [int(each) for each in request.POST.getlist("initiative")[:A_PAGE] if is_key(each)]
        if not ticked:
            messages.warning(request, "Hãy đánh dấu ít nhất một sáng kiến rồi bấm “Thêm vào danh sách”.")
            return
        try:
            added = commending.add(decision.pk, ticked)
        except SelectionRefused as refusal:
            messages.error(request, refusal.sentence)
            return
        if added:
            self.log_change(request, decision, f"Thêm {whole(added)} sáng kiến.")
        messages.success(request, f"Đã thêm {whole(added)} sáng kiến vào danh sách.")

    def pick_page(self, request: HttpRequest, decision: CommendationDecision) -> HttpResponse:
        fields = list(decision.campaign.choices.filter(list=ChoiceList.FIELD))
        form = FindForm(request.GET, fields=fields)
        is_of_round = bool(decision.round_id) and request.GET.get("nguon") != FindForm.ALL
        rows: QuerySet = commending.reached(decision) if is_of_round else commending.choosable(decision)
        if form.typed:
            rows = search.matching(rows, form.typed, within=account_of(request).unit)
        if form.field:
            rows = rows.filter(field=form.field)
        page = CappedPaginator(_in_order(rows, decision, is_of_round=is_of_round), A_PAGE).get_page(
            request.GET.get("p", "")
        )
        labels = {each.code: each.label for each in fields}
        asked = {"tim": form.typed, "linh_vuc": form.field, "nguon": "" if is_of_round else FindForm.ALL}
        context = {
            "title": "Chọn sáng kiến biểu dương",
            "decision": decision,
            "form": form,
            "is_of_round": is_of_round,
            "page": page,
            "offered": [_offered(each, labels) for each in page.object_list],
            "named": decision.commendations.count(),
            "is_narrowed": bool(form.typed or form.field),
            "query": urlencode({name: value for name, value in asked.items() if value}),
        }
        return self.answer(request, "pick.html", context)


def _in_order(rows: QuerySet, decision: CommendationDecision, *, is_of_round: bool) -> QuerySet:
    """What a round brought: unit by unit, as they were ranked there; else the latest first."""
    elsewhere = Commendation.objects.announced().filter(initiative=OuterRef("pk"))
    disputes = Complaint.objects.unresolved().filter(initiative=OuterRef("pk"))
    rows = rows.select_related("unit").prefetch_related("co_authors")
    rows = rows.annotate(is_commended=Exists(elsewhere), is_disputed=Exists(disputes))
    if not is_of_round:
        return rows.order_by("-submitted_at", "-pk")
    here = Nomination.objects.chosen().filter(round=decision.round_id, initiative=OuterRef("pk"))
    placed = rows.annotate(place=Subquery(here.values("rank")[:1]), sender=Subquery(here.values("unit__path")[:1]))
    return placed.order_by("sender", "place", "pk")


def _offered(row: Any, labels: dict[str, str]) -> Offered:
    benefit = money.shown(row.benefit_value) if row.benefit_value is not None or row.benefit_is_not_money else ""
    return Offered(
        initiative=row,
        code=shown(row.receipt_code),
        author=recognised_co_author(row, row.co_authors.all()) or row.full_name,
        field=labels.get(row.field, ""),
        benefit=benefit,
        is_commended=row.is_commended,
        is_disputed=row.is_disputed,
    )
