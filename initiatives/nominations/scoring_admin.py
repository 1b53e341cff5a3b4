"""The pages of points: for an assessor the nominees to score, for the host what comes of it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from initiatives.models import Criterion, Nomination, SelectionRound
from initiatives.nominations import rights, scoring
from initiatives.nominations.refusals import SelectionRefused
from initiatives.nominations.scoring_forms import PointsForm
from orgtree.scoped_admin import ScopedAdmin, account_of, is_key

LISTED_AT_ONCE = 10
PAGE, SHOWN = "p", "shown"


class ScoringAdmin(ScopedAdmin):
    """For the admin of rounds."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        own = [
            path("<int:pk>/cham-diem/", view(self.score_view), name="initiatives_selectionround_score"),
            path("<int:pk>/ket-qua/", view(self.scores_view), name="initiatives_selectionround_scores"),
        ]
        return own + super().get_urls()

    def score_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ten nominees a page. A POST keeps all points of the page or, where one is wrong, none, and shows them as typed."""
        round, criteria = self._scored_round(request, pk)
        account = account_of(request)
        if not scoring.may_assess(account, round):
            raise PermissionDenied
        nominations = list(scoring.reached(round))
        page = Paginator(nominations, LISTED_AT_ONCE).get_page(request.GET.get(PAGE))
        if request.method != "POST":
            forms = _forms(request, list(page), criteria)
            return self._score_page(request, round, criteria, nominations, page, forms)
        posted = {int(key) for key in request.POST.getlist(SHOWN)[:LISTED_AT_ONCE] if is_key(key)}
        asked = [each for each in nominations if each.pk in posted]
        forms = _forms(request, asked, criteria, is_bound=True)
        if len(asked) < len(posted):
            messages.warning(
                request, "Có hồ sơ vừa được trả lại hoặc thay đổi, nên sáng kiến trong đó không chấm được nữa."
            )
        if any([not form.is_valid() for form in forms]):  # noqa: C419 - each says what is wrong with it
            messages.error(request, "Chưa lưu điểm. Hãy sửa các ô được đánh dấu rồi lưu lại.")
            return self._score_page(request, round, criteria, nominations, page, forms, status=422)
        points = {key: given for form in forms for key, given in form.points.items()}
        try:
            scoring.give(round, points, by=account, at=timezone.now())
        except SelectionRefused as refusal:
            messages.error(request, refusal.sentence)
            return self._score_page(request, round, criteria, nominations, page, forms, status=409)
        messages.success(request, "Đã lưu điểm.")
        onwards = page.next_page_number() if page.has_next() and "onwards" in request.POST else page.number
        return HttpResponseRedirect(_address("score", round, onwards))

    def scores_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The ranking, for whoever may hold the round. Who scores as well sees it behind their own last points."""
        round, criteria = self._scored_round(request, pk)
        account = account_of(request)
        if not rights.may_host(account, round):
            raise PermissionDenied
        results = scoring.results(round)
        own = next((each for each in results.assessors if each.account.pk == account.pk), None)
        context = {
            **self._shared(request, round, criteria),
            "title": f"{round.name}: kết quả chấm điểm",
            "lines": results.lines,
            "assessors": results.assessors,
            "is_hidden": own is not None and not own.is_finished,
            "score_address": _address("score", round) if own is not None else "",
            "unfinished": sum(not line.is_finished for line in results.lines),
        }
        return TemplateResponse(request, "nominations/scoring_results.html", context)

    def _scored_round(self, request: HttpRequest, pk: int) -> tuple[SelectionRound, list[Criterion]]:
        round = self.get_object(request, str(pk))
        criteria = scoring.criteria_of(round)
        if not criteria:
            raise Http404
        return round, criteria

    def _score_page(
        self,
        request: HttpRequest,
        round: SelectionRound,
        criteria: list[Criterion],
        nominations: list[Nomination],
        page: Page,
        forms: list[PointsForm],
        *,
        status: int = 200,
    ) -> HttpResponse:
        sheets = scoring.sheets(nominations, account_of(request), criteria=criteria)
        context = {
            **self._shared(request, round, criteria),
            "title": f"{round.name}: chấm điểm",
            "forms": forms,
            "own": [each for each in sheets if each.is_own and each.nomination in page.object_list],
            "shown_parameter": SHOWN,
            "finished": sum(each.is_finished and not each.is_own for each in sheets),
            "expected": sum(not each.is_own for each in sheets),
            "page": page,
            "here": _address("score", round, page.number),
            "previous": _address("score", round, page.number - 1) if page.has_previous() else "",
            "next": _address("score", round, page.number + 1) if page.has_next() else "",
            "scores_address": _address("scores", round) if rights.may_host(account_of(request), round) else "",
        }
        return TemplateResponse(request, "nominations/scoring_points.html", context, status=status)

    def _shared(self, request: HttpRequest, round: SelectionRound, criteria: list[Criterion]) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "round": round,
            "criteria": criteria,
            "most": sum(criterion.most for criterion in criteria),
        }


def _forms(
    request: HttpRequest, nominations: list[Nomination], criteria: list[Criterion], *, is_bound: bool = False
) -> list[PointsForm]:
    """One for each nominee that is not the assessor's own."""
    sheets = scoring.sheets(nominations, account_of(request), criteria=criteria)
    data = request.POST if is_bound else None
    return [PointsForm(each, data, criteria=criteria) for each in sheets if not each.is_own]


def _address(name: str, round: SelectionRound, page: int = 1) -> str:
    address = reverse(f"admin:initiatives_selectionround_{name}", args=[round.pk])
    return f"{address}?{PAGE}={page}" if page > 1 else address
