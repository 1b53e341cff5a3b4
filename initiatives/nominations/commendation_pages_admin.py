"""What every page of a decision stands on: which row, who may write, and how it is answered."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from initiatives.models import CommendationDecision
from initiatives.nominations import commending
from orgtree.scoped_admin import ScopedAdmin, account_of


def posted(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """What is only ever posted, with the row it is about; what is missing or forbidden is so before the method is looked at."""

    @wraps(view)
    def opened(pages: Any, request: HttpRequest, pk: int) -> HttpResponse:
        row = pages.writable(request, pk)
        return view(pages, request, row) if request.method == "POST" else HttpResponseNotAllowed(["POST"])

    return opened


class CommendationPages(ScopedAdmin):
    def readable(self, request: HttpRequest, pk: int) -> CommendationDecision:
        return self.get_object(request, str(pk))

    def writable(self, request: HttpRequest, pk: int) -> CommendationDecision:
        """Missing before forbidden: a row of another branch is told from none by nobody."""
        decision = self.readable(request, pk)
        if not self.may_write(request, decision):
            raise PermissionDenied
        return decision

    def may_write(self, request: HttpRequest, decision: CommendationDecision) -> bool:
        return commending.may_commend(account_of(request), decision.unit)

    def address(self, name: str, decision: CommendationDecision) -> str:
        return reverse(f"admin:initiatives_commendationdecision_{name}", args=[decision.pk])

    def to_desk(self, decision: CommendationDecision, request: HttpRequest | None = None) -> HttpResponse:
        """Back to the page of the list where one was."""
        query = request.GET.urlencode() if request is not None else ""
        return HttpResponseRedirect(self.address("change", decision) + (f"?{query}" if query else ""))

    def answer(self, request: HttpRequest, name: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
        shared = {**self.admin_site.each_context(request), "opts": self.opts}
        return TemplateResponse(request, f"commended/admin/{name}", shared | context, status=status)
